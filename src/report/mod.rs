//! What a plan comes to in figures, and what speaks against it.

mod sessions;
mod table;

pub use sessions::SessionFigures;

use std::fmt;

use crate::error::Result;
use crate::field::quality;
use crate::look::{Contrast, Plan, ToneShift};
use crate::photo::Photo;
use crate::pigment::When;

/// Probes of the uncovered share: where 1 % is uncovered its standard error is 0.02 %.
const PROBES: u32 = 300_000;

/// Mean darkening beyond which shaved hair beside it looks paler than the treatment.
const TOO_DARK: f64 = -12.0;

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
    /// Area of the mask in cm², soft parts by their share.
    pub area_cm2: f64,
    /// Share of the mask as given that turned out to be the wall behind the head.
    pub background_share: f64,
    /// Dots over area: the mean, thin edges included.
    pub dots_per_cm2: f64,
    /// Dots per cm² asked for where the treatment is full.
    pub target_dots_per_cm2: f64,
    /// Least distance between two dots in mm; `None` with fewer than two.
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
    /// Contrast of where the treatment is full to the skin around it, before and after, from 0.3, 1 and 3 m;
    /// for scars alone.
    pub contrast: Vec<Contrast>,
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
    /// Digest of everything that decides the picture.
    pub fingerprint: String,
    /// What speaks against the plan.
    pub warnings: Vec<Warning>,
}

/// What speaks against a plan, with the figure that crossed its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Warning {
    /// The mask covers nothing: the photo stays as it is.
    EmptyMask,
    /// The mask has room, but no dot fell into it.
    NoDots,
    /// More than half of the mask was taken for the wall behind the head, where no dots are laid.
    MostlyBackground {
        /// Share of the mask that was taken away.
        share: f64,
    },
    /// Mean ΔL* below −12: darker than a full head of shaved hair.
    TooDark {
        /// Mean ΔL* inside the mask.
        delta_l: f64,
    },
    /// More dots in one session than five hours hold.
    SessionTooLong {
        /// Which session, 1 for the first.
        session: u8,
        /// Dots set in it.
        dots: usize,
        /// Hours of work.
        hours: f64,
    },
    /// Dots are below a pixel: the tone is right, single dots cannot be judged in this photo.
    DotsBelowPixel {
        /// Pixels per millimetre, as given.
        px_per_mm: f64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyMask => f.write_str("the mask is empty, so the photo is unchanged"),
            Self::NoDots => f.write_str("the mask is too small for a single dot at this density"),
            Self::MostlyBackground { share } => write!(
                f,
                "{:.0} % of the mask is taken for the wall behind the head and left alone",
                100.0 * share
            ),
            Self::TooDark { delta_l } => write!(
                f,
                "the treatment darkens the skin by {:.1} in lightness, more than a full head of \
                 shaved hair does (12): choose fewer or lighter dots",
                -delta_l
            ),
            Self::SessionTooLong {
                session,
                dots,
                hours,
            } => write!(
                f,
                "session {session} sets {dots} dots, about {hours:.1} h of work: more than the five \
                 hours that hand and skin bear, so plan more sessions"
            ),
            Self::DotsBelowPixel { px_per_mm } => write!(
                f,
                "at {px_per_mm} px/mm a dot is smaller than a pixel: judge the tone, not the dots"
            ),
        }
    }
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

    /// The figures of the plan at a time, measured on a picture that is already rendered.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when one of the photos has not the size
    /// of the photo that was planned on.
    pub fn compare(&self, before: &Photo, after: &Photo, when: When) -> Result<Report> {
        let shifts = self.shifts(before, after, when)?;
        let px_per_mm = f64::from(self.scale().get());
        let area_cm2 = self.mask().area_px() / (px_per_mm * px_per_mm) / 100.0;
        let sessions = sessions::figures(self, area_cm2);
        let held = when.session().map_or(usize::MAX, usize::from);
        let sessions_held = held.min(sessions.len());
        let in_place = sessions[..sessions_held].last();
        let dots = in_place.map_or(0, |session| session.in_place);
        let mut report = Report {
            dots,
            area_cm2,
            background_share: 1.0 - self.mask().area_px() / self.asked_px().max(f64::MIN_POSITIVE),
            dots_per_cm2: in_place.map_or(0.0, |session| session.dots_per_cm2),
            target_dots_per_cm2: f64::from(self.look().density().get()),
            min_spacing_mm: quality::least_distance_mm(self.field()),
            uncovered_share: quality::uncovered_share(self.field(), PROBES, self.seed()),
            inside: shifts.inside,
            full: shifts.full,
            outside: shifts.outside,
            contrast: self.contrasts(before, after)?,
            reach_mm: f64::from(self.scale().to_mm(self.reach_px(when))),
            skin_ita_degrees: self
                .scene()
                .skin()
                .map(|skin| f64::from(skin.ita_degrees())),
            sessions,
            px_per_mm,
            sessions_held,
            days: f64::from(when.as_days()),
            seed: self.seed().get(),
            fingerprint: self.fingerprint().to_owned(),
            warnings: Vec::new(),
        };
        if self.asked_px() == 0.0 {
            report.background_share = 0.0;
        }
        report.warnings = warnings(&report, self.asked_px() == 0.0);
        Ok(report)
    }
}

impl Plan {
    fn contrasts(&self, before: &Photo, after: &Photo) -> Result<Vec<Contrast>> {
        if !self.look().is_of_scars() {
            return Ok(Vec::new());
        }
        let full = self.full_mask();
        if full.is_empty() {
            return Ok(Vec::new());
        }
        let parts = [&full, &self.surroundings()];
        let from = |metres| Contrast::between(parts, [before, after], self.scale(), metres);
        DISTANCES_M.into_iter().map(from).collect()
    }
}

fn warnings(report: &Report, empty: bool) -> Vec<Warning> {
    if empty {
        return vec![Warning::EmptyMask];
    }
    let delta_l = report.inside.delta_l;
    let (px_per_mm, share) = (report.px_per_mm, report.background_share);
    // A dot of the default size shows about 0.28 mm wide.
    let cases = [
        (report.sessions.iter().all(|s| s.dots == 0), Warning::NoDots),
        (share > 0.5, Warning::MostlyBackground { share }),
        (delta_l < TOO_DARK, Warning::TooDark { delta_l }),
        (
            px_per_mm < 1.0 / 0.28,
            Warning::DotsBelowPixel { px_per_mm },
        ),
    ];
    let long = report.sessions.iter().map(|session| {
        let (dots, hours) = (session.dots, session.hours);
        let warning = Warning::SessionTooLong {
            session: session.session,
            dots,
            hours,
        };
        (hours > sessions::MOST_HOURS, warning)
    });
    cases
        .into_iter()
        .chain(long)
        .filter(|(holds, _)| *holds)
        .map(|(_, warning)| warning)
        .collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} dots on {:.1} cm²: {:.0} dots/cm² on the whole, {:.0} where full",
            self.dots, self.area_cm2, self.dots_per_cm2, self.target_dots_per_cm2
        )?;
        if let Some(least) = self.min_spacing_mm {
            writeln!(f, "no two dots closer than {least:.2} mm")?;
        }
        writeln!(
            f,
            "colour from afar: ΔL* {:+.1}, Δa* {:+.1}, Δb* {:+.1}; where full: ΔL* {:+.1}",
            self.inside.delta_l, self.inside.delta_a, self.inside.delta_b, self.full.delta_l
        )?;
        for contrast in &self.contrast {
            writeln!(f, "{contrast}")?;
        }
        for session in &self.sessions {
            writeln!(f, "{session}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        write!(f, "seed {}, recipe {}", self.seed, self.fingerprint)
    }
}
