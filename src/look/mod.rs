//! The looks people come for, as plans that can be drawn at any time.

mod beard;
mod between;
mod concealer;
mod contrast;
mod course;
mod crown;
mod curve;
mod edge;
mod edge_on_skin;
mod fingerprint;
mod hair_change;
mod hairline;
mod laying;
mod limits;
mod lots;
mod matching;
mod moment;
mod outlook;
mod own;
mod parts;
mod plan;
mod planning;
#[cfg(feature = "serde")]
mod recipe;
mod render;
mod scar;
mod site;
mod tone;
mod values;

pub use beard::{Beard, BeardGaps, BeardZone};
pub use concealer::{Concealer, Wear};
pub use contrast::Contrast;
pub use course::{Course, Session, TouchUp};
pub use crown::Crown;
pub use edge::Edge;
pub use hair_change::HairChange;
pub use hairline::{Hairline, HairlineShape};
pub use limits::Limits;
pub use matching::{Tone, ToneMatch};
pub use outlook::Healing;
pub use own::{Source, Sources};
pub use plan::{Plan, PlannedDot};
#[cfg(feature = "serde")]
pub use recipe::{Area, MaskDigest, Recipe, RecipeTone};
pub use scar::{Scar, Uptake};
pub use tone::ToneShift;

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::pigment::{Deposit, Fading, HairColor, Variation};
use crate::scene::{HeadShape, USUAL_BLUR_PX};
use crate::units::Density;

/// A treatment as a practitioner would describe it, before it meets a particular head.
///
/// # Examples
/// ```
/// use stubblefield::{Density, Look, Mask, Photo, Scale, Seed, Size, When};
///
/// let size = Size::new(120, 90)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let look = Look::stubble().with_density(Density::per_cm2(110.0)?).with_hair("brown".parse()?);
/// let plan = look.plan(&photo, &Mask::full(size), Scale::px_per_mm(6.0)?, Seed::new(7))?;
/// let after = plan.render(&photo, When::healed())?;
/// assert!(after.linear_srgb_at(60, 45) <= photo.linear_srgb_at(60, 45));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[must_use]
pub struct Look {
    #[cfg_attr(feature = "serde", serde(rename = "dots_per_cm2"))]
    density: Density,
    hair: HairColor,
    variation: Variation,
    deposit: Deposit,
    edge: Edge,
    course: Course,
    fading: Fading,
    uptake: Uptake,
    /// Inside the mask, where it is a scar.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    scarred: Option<Uptake>,
    /// Whether hair stays long over the treatment.
    #[cfg_attr(feature = "serde", serde(default))]
    long_hair: bool,
    /// Whether it is laid in a beard, whose border is no hairline.
    #[cfg_attr(feature = "serde", serde(default))]
    in_beard: bool,
    limits: Limits,
    photo_blur_px: f32,
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    head: Option<HeadShape>,
    /// Written values without a source are somebody's.
    #[cfg_attr(feature = "serde", serde(default = "Sources::stated"))]
    sources: Sources,
}

impl Look {
    /// Every name that `parse` knows.
    pub const NAMES: &'static str = "stubble, beard, density, scar";

    /// Stubble on a shaved scalp, with the proposed defaults for it: 130 dots per cm², deposits of
    /// 0.24 mm, a soft hairline 9 mm wide, dark brown hair. Strength follows the skin in the photo.
    pub fn stubble() -> Self {
        Self {
            density: Density::STUBBLE,
            hair: HairColor::dark_brown(),
            variation: Variation::default(),
            deposit: Deposit::default(),
            edge: Edge::default(),
            course: Course::default(),
            fading: Fading::scalp(),
            uptake: Uptake::skin(),
            scarred: None,
            long_hair: false,
            in_beard: false,
            limits: Limits::default(),
            photo_blur_px: USUAL_BLUR_PX,
            head: None,
            sources: Sources::default(),
        }
    }

    /// The shadow of a shaved beard: 72 dots per cm² where it is densest, deposits of 0.24 mm, a soft border
    /// of 5 mm, two sessions, the fading of the face. [`Beard`] draws its mask, or that of the gaps in a
    /// patchy one, to be brought to the stubble around them with [`Tone::Towards`].
    pub fn beard() -> Self {
        let variation = Variation {
            diameter_sd: 0.22,
            ..Variation::default()
        };
        let edge = Edge {
            width_mm: 5.0,
            density: 0.2,
            wave_mm: 1.0,
            gap_mm: 1.0,
            gap_length_mm: 1.0,
            ..Edge::default()
        };
        let uptake = Uptake {
            sd: 0.10,
            ..Uptake::skin()
        };
        Self {
            density: Density::unchecked(BeardZone::Chin.per_cm2()),
            variation,
            edge,
            course: Course::beard(),
            fading: Fading::beard(),
            uptake,
            in_beard: true,
            limits: Limits::beard(),
            ..Self::stubble()
        }
    }

    /// An illusion of density under hair that stays long: 130 dots per cm² where the scalp shows between hairs,
    /// deposits of 0.20 mm, four fifths of the strength of stubble, an edge of 15 mm behind the person's own hairline,
    /// which it never passes.
    ///
    /// Dots keep 0.25 mm from every hair that is seen, and hair that lies over them stays as it is. Needs hair and
    /// scalp in the area, told apart by [`HairCover`](crate::HairCover).
    pub fn between_hair() -> Self {
        let variation = Variation {
            diameter_mm: 0.20,
            strength: 0.8 * Variation::default().strength,
            shades: [0.8, 1.0, 1.2],
            ..Variation::default()
        };
        let edge = Edge {
            width_mm: 15.0,
            density: 0.10,
            wave_mm: 3.0,
            ..Edge::default()
        };
        Self {
            variation,
            edge,
            course: Course::density(),
            long_hair: true,
            ..Self::stubble()
        }
    }

    /// Dots in a scar, and a few past its border: 117 dots per cm², deposits of 0.21 mm that run to 0.26
    /// in the scar, uneven uptake of 70 %, the fading of scars. The mask is the scar itself, as
    /// [`Scar::mask`] draws it.
    ///
    /// [`Look::match_tone`] with [`Tone::Surroundings`] finds the density and strength that bring it to the tone
    /// of the skin around it.
    pub fn scar() -> Self {
        let variation = Variation {
            diameter_mm: 0.21,
            shades: [0.8, 1.0, 1.2],
            ..Variation::default()
        };
        Self {
            density: Density::unchecked(117.0),
            variation,
            edge: Edge::past(4.0, 0.15),
            course: Course::scar(),
            fading: Fading::scar(),
            scarred: Some(Uptake::scar()),
            limits: Limits::scar(),
            ..Self::stubble()
        }
    }

    /// Dots per cm² where the treatment is full; edges have fewer.
    pub const fn with_density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// The hair whose shaved roots the dots imitate; unless stated, that of the photo where it is clear
    /// ([`HairTone::decided`](crate::HairTone::decided)).
    pub const fn with_hair(mut self, hair: HairColor) -> Self {
        self.hair = hair;
        self.sources.hair = Source::Stated;
        self
    }

    /// How dots vary. Its strength is that on fair skin; darker skin takes up to twice as much.
    ///
    /// Unless stated, median size and strength are those of the person's own stubble where the photo shows at least
    /// fifty follicles at 10 px/mm or finer, within [`Look::with_limits`].
    pub const fn with_variation(mut self, variation: Variation) -> Self {
        self.variation = variation;
        self.sources.diameter = Source::Stated;
        self.sources.strength = Source::Stated;
        self
    }

    /// How the treatment ends at the edge of its mask.
    pub const fn with_edge(mut self, edge: Edge) -> Self {
        self.edge = edge;
        self
    }

    /// In which sessions it is built up, and when it is touched up.
    pub fn with_course(mut self, course: Course) -> Self {
        self.course = course;
        self
    }

    /// How healthy skin takes pigment.
    pub const fn with_uptake(mut self, uptake: Uptake) -> Self {
        self.uptake = uptake;
        self
    }

    /// That the mask is a scar, and how it takes pigment; healthy skin past it keeps its own uptake.
    pub const fn with_scarred(mut self, uptake: Uptake) -> Self {
        self.scarred = Some(uptake);
        self
    }

    /// Within which [`Look::match_tone`] looks for a tone, and what is taken from the person's own stubble is kept; what
    /// the caller states is not bound by them.
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How the pigment heals and fades.
    pub const fn with_fading(mut self, fading: Fading) -> Self {
        self.fading = fading;
        self
    }

    /// The photo's own blur as a Gaussian's standard deviation in pixels, 0.3..=8. Unless stated, what
    /// [`Scene::camera`](crate::Scene::camera) found, but at least 0.7: in a sharpened photo, which measures narrower, real stubble is
    /// as soft as that.
    pub const fn with_photo_blur_px(mut self, sigma_px: f32) -> Self {
        self.photo_blur_px = sigma_px;
        self.sources.blur = Source::Stated;
        self
    }

    /// The shape of the head in the photo: dots are then laid on its curved skin, closer to each other and narrower in the
    /// picture where it turns away, and areas and densities are those of the skin. Unless stated, that of
    /// [`Scene::head`](crate::Scene::head) where the treatment fits on it; without any, and with `None`, all skin counts as facing the camera.
    ///
    /// So are the widths of edges, but not what lies past the mask ([`Edge::past_mm`]).
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Look, Scale, Seed, SyntheticScalp};
    ///
    /// let scalp = SyntheticScalp::generate(Scale::px_per_mm(2.0)?, Seed::new(1))?;
    /// let dots = |look: Look| Ok::<_, stubblefield::Error>(
    ///     look.plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))?.dots().len());
    /// let (flat, curved) = (dots(Look::stubble().with_head(None))?, dots(Look::stubble().with_head(Some(scalp.head)))?);
    /// assert!(curved as f32 > 1.3 * flat as f32, "the top of the head is seen at a slant");
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    pub const fn with_head(mut self, head: Option<HeadShape>) -> Self {
        self.head = head;
        self.sources.head = Source::Stated;
        self
    }

    /// Which simulation of pigment in skin gives the constants.
    pub const fn with_deposit(mut self, deposit: Deposit) -> Self {
        self.deposit = deposit;
        self
    }
}

impl FromStr for Look {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "stubble" => Ok(Self::stubble()),
            "beard" => Ok(Self::beard()),
            "density" => Ok(Self::between_hair()),
            "scar" => Ok(Self::scar()),
            _ => Err(Error::UnknownName {
                parameter: "look",
                value: name.to_owned(),
                allowed: Self::NAMES,
            }),
        }
    }
}
