//! What a look takes from the person in the picture, where nobody states it.

use std::fmt;

use crate::field::{Obstacle, ObstacleKind};
use crate::look::Look;
use crate::mask::Mask;
use crate::pigment::{Optics, Variation};
use crate::scene::{Follicles, HairBeside, HairSource, PLAIN, Scene, shows_single_hairs};
use crate::units::Scale;

/// Least blur that is drawn, in pixels. Sharpened photos measure 0.3 to 0.6, and yet the stubble in them has
/// no more of its variation in the last half octave than dots drawn with 0.7 (4 % of that two octaves below,
/// dots 2 to 4 %; drawn with 0.5, 10 to 18 %): sharpening lifts what the lens left and makes nothing finer.
const LEAST_BLUR_PX: f32 = 0.7;

/// Share of the median absorbance of a person's follicles from which one counts as a dot; fainter ones are
/// down, and dots may stand among them.
const COUNTS: f32 = 0.5;

/// Diameter at which dark stubble shows without the camera's blur, and how far finer own stubble makes the dots:
/// what is seen is root, scattering and stub together. Found on synthetic patches. Coarser stubble makes them no
/// larger, for healed dots are wider than follicles as it is (Nguyen et al., "SMP: A Clinicopathologic Correlation",
/// Skin Appendage Disord. 8, 2022), and on fair skin larger ones look like spots of ink.
const STUBBLE_MM: f32 = 0.36;
const LEAST_RATIO: f32 = 0.8;

/// Where a value of a plan comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Source {
    /// The caller stated it.
    Stated,
    /// Measured on the person's follicles in the photo.
    Follicles,
    /// Measured on the person's hair in the photo.
    Hair,
    /// Measured on the photo's own sharpness.
    Camera,
    /// Measured on the outline of the head.
    Outline,
    /// The photo does not tell, so it is what the look usually has.
    #[default]
    Usual,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stated => "as stated",
            Self::Follicles => "from the own follicles",
            Self::Hair => "from the own hair",
            Self::Camera => "from the photo's sharpness",
            Self::Outline => "from the head's outline",
            Self::Usual => "as usual",
        })
    }
}

/// Where the values of a plan come from; made by [`Plan::sources`](crate::Plan::sources).
///
/// # Examples
/// ```
/// use stubblefield::{Look, PatchRequest, Mask, Scale, Seed, Size, Source};
///
/// let (size, scale) = (Size::new(200, 200)?, Scale::px_per_mm(12.0)?);
/// let patch = PatchRequest::new(size, scale, Seed::new(3)).generate()?;
/// let stubble = Look::stubble().with_hair("black".parse()?);
/// let plan = stubble.plan(&patch.photo, &Mask::full(size), scale, Seed::new(7))?;
/// assert_eq!(plan.sources().hair, Source::Stated);
/// assert_eq!(plan.sources().strength, Source::Follicles); // as dark as the own stubble
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Sources {
    /// Hue.
    pub hair: Source,
    /// Median diameter.
    pub diameter: Source,
    /// Median strength.
    pub strength: Source,
    /// Blur that dots are drawn with.
    pub blur: Source,
    /// The head's shape; as usual, it is taken for flat.
    #[cfg_attr(feature = "serde", serde(default))]
    pub head: Source,
}

#[cfg(feature = "serde")]
impl Sources {
    /// Everything stated.
    pub(super) const fn stated() -> Self {
        Self {
            hair: Source::Stated,
            diameter: Source::Stated,
            strength: Source::Stated,
            blur: Source::Stated,
            head: Source::Stated,
        }
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "hue {}, size {}, strength {}, blur {}, ",
            self.hair, self.diameter, self.strength, self.blur
        )?;
        match self.head {
            Source::Usual => f.write_str("head taken for flat"),
            head => write!(f, "curvature {head}"),
        }
    }
}

impl Look {
    /// This look with everything that nobody stated taken from the scene, as far as it tells.
    pub(super) fn answering(&self, scene: &Scene) -> Self {
        let mut look = self.clone();
        if let Some(head) = scene.head()
            && look.head.is_none()
            && look.sources.head == Source::Usual
        {
            look.head = Some(*head);
            look.sources.head = Source::Outline;
        }
        let camera = scene.camera().and_then(|camera| camera.blur.as_ref());
        if let Some(blur) = camera.filter(|_| look.sources.blur == Source::Usual) {
            look.photo_blur_px = blur.sigma_px.clamp(LEAST_BLUR_PX, Self::MOST_BLUR_PX);
            look.sources.blur = Source::Camera;
        }
        // Scars take pigment in their own way, whatever grows around them.
        if look.is_of_scars() {
            return look;
        }
        if let Some(tone) = scene.hair_tone()
            && let Some(hair) = tone.decided()
            && look.sources.hair == Source::Usual
        {
            look.hair = hair;
            look.sources.hair = match tone.source() {
                HairSource::Hair => Source::Hair,
                HairSource::Stubble => Source::Follicles,
            };
        }
        let darkness = |own: &Follicles| own.darkness(scene.skin()?);
        if let Some(own) = look.resolved(scene)
            && let Some(darkness) = darkness(own)
        {
            look.take_size(own);
            look.take_strength(darkness);
        }
        look
    }

    /// The own hair beside a treatment that this look meets there.
    pub(crate) fn hair_met<'a>(&self, scene: &'a Scene, treated: &Mask) -> Option<&'a HairBeside> {
        let meets = !self.is_of_scars() && !self.edge.before_hair;
        scene.beside().filter(|hair| meets && hair.holds(treated))
    }

    /// The follicles, where the photo is fine and sharp enough to measure them.
    fn resolved<'a>(&self, scene: &'a Scene) -> Option<&'a Follicles> {
        let singly = |own: &&Follicles| shows_single_hairs(own.scale(), self.photo_blur_px);
        scene.follicles().filter(singly)
    }

    /// A diameter as much below the usual one as the person's stubble is.
    fn take_size(&mut self, own: &Follicles) {
        let seen = own.diameter_mm(self.photo_blur_px);
        let Some(seen) = seen.filter(|_| self.sources.diameter == Source::Usual) else {
            return;
        };
        let [least, most] = self.limits.diameter_mm;
        let ratio = (seen / STUBBLE_MM).clamp(LEAST_RATIO, 1.0);
        self.variation.diameter_mm = (ratio * self.variation.diameter_mm).clamp(least, most);
        self.sources.diameter = Source::Follicles;
    }

    /// A strength whose dots take as much more or less light than usual as the person's stubble takes more or
    /// less than dark stubble does.
    fn take_strength(&mut self, darkness: f32) {
        if self.sources.strength != Source::Usual {
            return;
        }
        let pigment = self.hair.mean_absorbance()[1];
        let usual = Optics::opacity(self.variation.strength, [pigment; 3])[1];
        let strength = Optics::strength(usual * darkness, pigment);
        let [least, most] = self.limits.strength;
        // A plan dilutes it for the hair once more; what was measured holds that already.
        let undiluted = strength.clamp(least, most) / self.hair.strength_factor();
        self.variation.strength = undiluted.min(Variation::MOST_STRENGTH);
        self.sources.strength = Source::Follicles;
    }

    /// What grows in the picture, each with the circle that a dot has for itself where the treatment is full: hair
    /// and pigment together come to the density that is asked for. Counted as dots, hairs would clear a strip of
    /// skin along every soft edge, where dots stand farther apart.
    pub(super) fn obstacles(&self, scene: &Scene, scale: Scale) -> Vec<Obstacle> {
        let Some(own) = self.resolved(scene).filter(|_| !self.is_of_scars()) else {
            return Vec::new();
        };
        let middle = own.absorbance().map_or(0.0, |middle| middle[1]);
        let least = PLAIN.max(COUNTS * middle);
        let share_mm2 = 100.0 / self.density.get();
        let circle_mm = (share_mm2 / std::f32::consts::PI).sqrt();
        let clearance = ObstacleKind::Clearance(circle_mm.min(Obstacle::MAX_CLEARANCE_MM));
        let dark = own.all().iter().filter(|own| own.absorbance[1] >= least);
        dark.map(|own| {
            let at_mm = own.exit_px / scale.get();
            Obstacle::new(at_mm, clearance)
        })
        .collect()
    }
}
