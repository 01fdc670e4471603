//! The looks people come for, as plans that can be drawn at any time.

mod course;
mod edge;
mod fingerprint;
mod moment;
mod plan;
mod render;

pub use course::{Course, Session, TouchUp};
pub use edge::Edge;
pub use plan::{Plan, PlannedDot};

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::pigment::{Deposit, Fading, HairColor, Variation};
use crate::random::Seed;
use crate::units::{Density, Scale};

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
#[must_use]
pub struct Look {
    density: Density,
    hair: HairColor,
    variation: Variation,
    deposit: Deposit,
    edge: Edge,
    course: Course,
    fading: Fading,
    uptake_sd: f32,
    photo_blur_px: f32,
}

impl Look {
    /// Every name that `parse` knows.
    pub const NAMES: &'static str = "stubble";

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
            uptake_sd: 0.08,
            photo_blur_px: 0.7,
        }
    }

    /// Dots per cm² where the treatment is full; edges have fewer.
    pub const fn with_density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// The hair whose shaved roots the dots imitate.
    pub const fn with_hair(mut self, hair: HairColor) -> Self {
        self.hair = hair;
        self
    }

    /// How dots vary. Its strength is that on fair skin; darker skin takes up to twice as much.
    pub const fn with_variation(mut self, variation: Variation) -> Self {
        self.variation = variation;
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

    /// How the pigment heals and fades.
    pub const fn with_fading(mut self, fading: Fading) -> Self {
        self.fading = fading;
        self
    }

    /// Which simulation of pigment in skin gives the constants.
    pub const fn with_deposit(mut self, deposit: Deposit) -> Self {
        self.deposit = deposit;
        self
    }

    /// The sessions and touch-ups.
    #[must_use]
    pub const fn course(&self) -> &Course {
        &self.course
    }

    /// How the pigment heals and fades.
    #[must_use]
    pub const fn fading(&self) -> &Fading {
        &self.fading
    }

    /// Dots per cm² where the treatment is full.
    #[must_use]
    pub const fn density(&self) -> Density {
        self.density
    }

    /// Lays the dots of this look on a photo; nothing is drawn yet.
    ///
    /// An empty mask gives a plan without dots.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when mask and photo differ in size; [`Error::OutOfRange`] for an
    /// [`Edge`], [`Variation`], [`Course`] or [`Fading`] out of its range, and for dots that would grow beyond what
    /// can be drawn within thirty years; [`Error::TooLarge`] when the mask would take more
    /// dots than the field's limit.
    ///
    /// # Determinism
    /// The same photo, mask, scale, seed and look give the same plan for any number of threads.
    ///
    /// # Cost
    /// About 20 ns per pixel for the scene and the edge, and a few µs per dot.
    pub fn plan(&self, photo: &Photo, mask: &Mask, scale: Scale, seed: Seed) -> Result<Plan> {
        plan::plan(self.clone(), photo, mask, scale, seed)
    }
}

impl FromStr for Look {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "stubble" => Ok(Self::stubble()),
            _ => Err(Error::UnknownName {
                parameter: "look",
                value: name.to_owned(),
                allowed: Self::NAMES,
            }),
        }
    }
}
