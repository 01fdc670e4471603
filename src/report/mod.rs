//! What a plan comes to in figures, and what speaks against it.

mod border;
mod cast;
mod judging;
mod person;
mod separation;
mod sessions;
mod table;
mod warning;
mod zones;

pub use border::Border;
pub use person::Person;
pub use separation::Separation;
pub use sessions::SessionFigures;
pub use warning::{Unjudged, Warning};
pub use zones::ZoneFigures;

use std::fmt;

use crate::error::Result;
use crate::field::quality;
use crate::look::{Contrast, Plan, ToneShift};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::pigment::When;
use crate::scene::Follicles;

/// Probes of the uncovered share: where 1 % is uncovered its standard error is 0.02 %.
const PROBES: u32 = 300_000;

/// Least share of distinct dots, and of free skin between them.
const LEAST_DISTINCT: f64 = 0.5;
const LEAST_FREE: f64 = 0.15;

/// At arm's length, in talk, across a room.
const DISTANCES_M: [f32; 3] = [0.3, 1.0, 3.0];

/// Measured figures of one plan at one time; made by [`Plan::report`].
///
/// Every number here is counted or measured on the rendered picture; what the picture itself rests
/// on (how skin shows pigment, how it fades) is a model with documented guesses.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Report {
    /// Dots in place at that time.
    pub dots: usize,
    /// Area of the mask in cm², soft parts by their share: of the skin where the head's shape is known
    /// ([`Look::with_head`](crate::Look::with_head)), else of the picture.
    pub area_cm2: f64,
    /// Whether areas, densities and distances are those of curved skin, and not of the picture.
    pub curved: bool,
    /// Share of the mask as given, with what the look reaches past it, that turned out to be the wall behind the head.
    pub background_share: f64,
    /// Share of the mask over which hair longer than stubble is plain to see; `None` where the photo does not tell, and for
    /// beards, scars and density between hair that stays long.
    pub longer_share: Option<f64>,
    /// Dots over area: the mean, thin edges included.
    pub dots_per_cm2: f64,
    /// Dots per cm² asked for where the treatment is full.
    pub target_dots_per_cm2: f64,
    /// Least distance between two dots in mm, on the skin where the head's shape is known; `None` with fewer than
    /// two.
    pub min_spacing_mm: Option<f64>,
    /// Share of the treated area where one more dot would fit among those laid before the field was
    /// cut to the mask: a check of the field, 0 unless it is broken.
    pub uncovered_share: f64,
    /// Change of colour inside the mask as seen from where the dots fuse.
    pub inside: ToneShift,
    /// The same without the edge zone: where every dot asked for stands.
    pub full: ToneShift,
    /// The same between the mask and the end of the ink's reach.
    pub outside: ToneShift,
    /// Contrast of where the treatment is full, before and after, from 0.3, 1 and 3 m: to the own hair where
    /// the caller says where that is, for scars else to the skin around them.
    pub contrast: Vec<Contrast>,
    /// How the dots stand to one another; `None` with fewer than two.
    pub separation: Option<Separation>,
    /// How the finished treatment ends towards bare skin; `None` where it does not in the picture, and for
    /// beards, scars and density between hair that stays long.
    pub border: Option<Border>,
    /// How far above the brows the lowest dots stand, in mm; `None` unless the caller says where they are, and for
    /// beards, scars and density between hair that stays long.
    pub hairline_mm: Option<f64>,
    /// Share of the treatment on what has to stay free, as far as the caller says what that is: on [`Person::free`], or, but for
    /// beards and scars, below the brows, whichever is more.
    pub face_share: f64,
    /// How much bluer or greener the treatment is than shaved hair as dark as it, in CIELAB; `None` where
    /// no skin was seen.
    pub cast: Option<f64>,
    /// Follicles per cm² in the own hair beside the treatment, if the caller has found them; of the skin as
    /// [`Report::area_cm2`]. `None` for fewer than thirty, and where the skin is turned more than 60° off the camera in the mean.
    pub own_per_cm2: Option<f64>,
    /// Dots by zone and session.
    pub zones: Vec<ZoneFigures>,
    /// How far beyond the mask ink may reach, in mm.
    pub reach_mm: f64,
    /// Individual typology angle of the skin in degrees; `None` where nothing is treated and no skin
    /// was seen.
    pub skin_ita_degrees: Option<f64>,
    /// What each session comes to: the practitioner's sheet.
    pub sessions: Vec<SessionFigures>,
    /// Pixels per millimetre, as given.
    pub px_per_mm: f64,
    /// Sessions held at that time.
    pub sessions_held: usize,
    /// Days since the last session held.
    pub days: f64,
    /// The seed of every random choice.
    pub seed: u64,
    /// As [`Plan::fingerprint`].
    pub fingerprint: String,
    /// What speaks against the plan.
    pub warnings: Vec<Warning>,
    /// What was not judged, for want of what it takes.
    pub unjudged: Vec<Unjudged>,
}

impl Plan {
    /// The figures of the plan at a time; renders it once more to measure the picture.
    ///
    /// # Errors
    /// Those of [`Plan::render`].
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Look, Mask, Photo, Scale, Seed, Size, When};
    ///
    /// let size = Size::new(160, 120)?;
    /// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
    /// let plan = Look::stubble().plan(&photo, &Mask::full(size), Scale::px_per_mm(5.0)?, Seed::new(1))?;
    /// let report = plan.report(&photo, When::healed())?;
    /// assert!((report.area_cm2 - 7.68).abs() < 1e-6);
    /// assert!(report.inside.delta_l < -3.0 && report.inside.delta_b < 0.0);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    pub fn report(&self, photo: &Photo, when: When) -> Result<Report> {
        self.compare(photo, &self.render(photo, when)?, when)
    }

    /// [`Plan::report`], judged against what the caller knows about the person.
    ///
    /// # Errors
    /// Those of [`Plan::render`] and [`Plan::compare_on`].
    pub fn report_on(&self, photo: &Photo, when: When, person: &Person<'_>) -> Result<Report> {
        self.compare_on(photo, &self.render(photo, when)?, when, person)
    }

    /// The figures of the plan at a time, measured on a picture that is already rendered.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when one of the photos has not the size
    /// of the photo that was planned on.
    pub fn compare(&self, before: &Photo, after: &Photo, when: When) -> Result<Report> {
        self.compare_on(before, after, when, &Person::new())
    }

    /// [`Plan::compare`], judged against what the caller knows about the person.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) for photos and masks of another size than the
    /// photo that was planned on; [`Error::OutOfRange`](crate::Error::OutOfRange) for brows outside it or
    /// in one place, and for hair that covers nothing.
    pub fn compare_on(
        &self,
        before: &Photo,
        after: &Photo,
        when: When,
        person: &Person<'_>,
    ) -> Result<Report> {
        person.check(self.mask().size())?;
        let shifts = self.shifts(before, after, when)?;
        let zones = zones::zones(self, person);
        // What is full, and what is not.
        let area_cm2 = zones[0].area_cm2 + zones[1].area_cm2;
        let sessions = sessions::figures(self, area_cm2);
        let held = when.session().map_or(usize::MAX, usize::from);
        let sessions_held = held.min(sessions.len());
        let in_place = sessions[..sessions_held].last();
        // Beards grow below the brows, and scars lie where they lie.
        let brows_px = person.brows_px.filter(|_| self.look().is_of_scalp());
        let (height_mm, below_brows) =
            brows_px.map_or((None, 0.0), |brows| border::above_brows(self, brows));
        let skin = self.scene().skin();
        let mut report = Report {
            dots: in_place.map_or(0, |session| session.in_place),
            area_cm2,
            curved: self.is_curved(),
            background_share: self.background_share(),
            longer_share: self.longer_share(),
            dots_per_cm2: in_place.map_or(0.0, |session| session.dots_per_cm2),
            target_dots_per_cm2: f64::from(self.look().density().get()),
            min_spacing_mm: separation::least_distance_mm(self),
            uncovered_share: quality::uncovered_share(self.field(), PROBES, self.seed()),
            inside: shifts.inside,
            full: shifts.full,
            outside: shifts.outside,
            contrast: self.contrasts(before, after, person)?,
            separation: separation::separation(self, when),
            border: self.hairline(),
            hairline_mm: height_mm.filter(|_| self.look().has_hairline()),
            face_share: below_brows.max(self.share_on(person.free)),
            cast: None,
            own_per_cm2: person.follicles.and_then(|own| self.own_per_cm2(own)),
            zones,
            reach_mm: f64::from(self.scale().to_mm(self.reach_px(when))),
            skin_ita_degrees: skin.map(|skin| f64::from(skin.ita_degrees())),
            sessions,
            px_per_mm: f64::from(self.scale().get()),
            sessions_held,
            days: f64::from(when.as_days()),
            seed: self.seed().get(),
            fingerprint: self.fingerprint().to_owned(),
            warnings: Vec::new(),
            unjudged: Vec::new(),
        };
        report.cast = skin.map(|skin| cast::cast(report.judged_shift(), skin));
        report.judge(self, person);
        Ok(report)
    }
}

/// Marks from which a density is worth taking.
const ENOUGH_FOLLICLES: usize = 30;

impl Plan {
    /// Own follicles on the skin, where enough are known.
    fn own_per_cm2(&self, follicles: &Follicles) -> Option<f64> {
        let in_picture = f64::from(follicles.density()?.get());
        let all = follicles.all();
        if all.len() < ENOUGH_FOLLICLES {
            return None;
        }
        // Where skin turns away they stand closer in the picture, and so are more of those counted: over evenly dense
        // skin the mean of what each is seen at is the picture's area over that of the skin.
        let seen = all.iter().map(|own| self.tilt_at(own.exit_px).seen());
        let seen = seen.map(f64::from).sum::<f64>() / all.len() as f64;
        // Farther off the camera they run into one another, and few are found.
        (seen >= f64::from(border::LEAST_SEEN)).then_some(in_picture * seen)
    }

    fn background_share(&self) -> f64 {
        if self.asked_px() == 0.0 {
            return 0.0;
        }
        self.wall_px() / self.asked_px()
    }

    fn longer_share(&self) -> Option<f64> {
        let share = self.scene().longer_share().map(f64::from);
        // All other looks leave hair where it is.
        share.filter(|_| self.look().has_hairline())
    }

    fn hairline(&self) -> Option<Border> {
        let border = self.look().has_hairline().then(|| border::border(self));
        border.flatten()
    }

    /// Share of the treatment that lies on a mask.
    fn share_on(&self, mask: Option<&Mask>) -> f64 {
        let Some(mask) = mask else {
            return 0.0;
        };
        let own = self.mask().coverage().values().iter();
        let both = own.zip(mask.coverage().values());
        let on: f64 = both.map(|(&a, &b)| f64::from(a * b)).sum();
        on / self.mask().area_px().max(f64::MIN_POSITIVE)
    }

    fn contrasts(
        &self,
        before: &Photo,
        after: &Photo,
        person: &Person<'_>,
    ) -> Result<Vec<Contrast>> {
        let (on_head, around, long);
        let other = match person.hair {
            Some(hair) => {
                // Outlines are drawn by hand, and run over the rim.
                on_head = hair.subtract(self.scene().background())?;
                &on_head
            }
            None if self.look().is_of_scars() => {
                around = self.surroundings();
                &around
            }
            None => {
                long = self.long_hair()?.filter(|hair| !hair.is_empty());
                let Some(hair) = &long else {
                    return Ok(Vec::new());
                };
                hair
            }
        };
        let full = self.full_mask();
        // A scar may fill the picture.
        if full.is_empty() || other.is_empty() {
            return Ok(Vec::new());
        }
        let parts = [&full, other];
        let from = |metres| Contrast::between(parts, [before, after], self.scale(), metres);
        DISTANCES_M.into_iter().map(from).collect()
    }
}

impl Report {
    fn is_full_anywhere(&self) -> bool {
        self.zones[0].area_cm2 > 0.0
    }

    /// Dots per cm² in place where the treatment is full; fewer than asked for until the last session, and where own hair
    /// stands for the rest.
    fn full_per_cm2(&self) -> Option<f64> {
        let in_place = self.sessions_held.checked_sub(1);
        let per_cm2 = in_place.map_or(0.0, |last| self.zones[0].per_cm2[last]);
        self.is_full_anywhere().then_some(per_cm2)
    }

    /// The change of colour where the treatment is full, and of all of it where it is full nowhere.
    fn judged_shift(&self) -> &ToneShift {
        if self.is_full_anywhere() {
            &self.full
        } else {
            &self.inside
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} dots on {:.1} cm² of {}: {:.0} dots/cm² on the whole, ",
            self.dots,
            self.area_cm2,
            if self.curved { "skin" } else { "picture" },
            self.dots_per_cm2,
        )?;
        match self.full_per_cm2() {
            Some(full) => write!(f, "{full:.0} where full")?,
            None => f.write_str("full nowhere")?,
        }
        writeln!(f, ", {:.0} asked for", self.target_dots_per_cm2)?;
        if let Some(least) = self.min_spacing_mm {
            writeln!(f, "no two dots closer than {least:.2} mm")?;
        }
        let ToneShift {
            delta_l,
            delta_a,
            delta_b,
            ..
        } = self.inside;
        write!(
            f,
            "colour from afar: ΔL* {delta_l:+.1}, Δa* {delta_a:+.1}, Δb* {delta_b:+.1}"
        )?;
        if self.is_full_anywhere() {
            write!(f, "; where full: ΔL* {:+.1}", self.full.delta_l)?;
        }
        writeln!(f)?;
        for contrast in &self.contrast {
            writeln!(f, "{contrast}")?;
        }
        if let Some(separation) = &self.separation {
            writeln!(f, "{separation}")?;
        }
        if let Some(border) = &self.border {
            writeln!(f, "{border}")?;
        }
        for session in &self.sessions {
            writeln!(f, "{session}")?;
        }
        for zone in self.zones.iter().filter(|zone| zone.area_cm2 > 0.0) {
            writeln!(f, "{zone}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for unjudged in &self.unjudged {
            writeln!(f, "note: {unjudged}")?;
        }
        write!(f, "seed {}, recipe {}", self.seed, self.fingerprint)
    }
}
