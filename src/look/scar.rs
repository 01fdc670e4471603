//! Scars as a practitioner describes them, and what their skin makes of pigment.

use glam::Vec2;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::noise::Noise;
use crate::random::{Seed, Stage};
use crate::units::{Scale, Size};

/// A scar of a hair transplant: the line that a strip left (FUT), or the round mark of a single
/// extraction (FUE).
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Scale, Scar, Size};
///
/// let (size, scale) = (Size::new(200, 100)?, Scale::px_per_mm(10.0)?);
/// let scars = [
///     Scar::line(vec![Vec2::new(20.0, 30.0), Vec2::new(180.0, 40.0)], 1.5),
///     Scar::disc(Vec2::new(60.0, 80.0), 0.9),
/// ];
/// let mask = Scar::mask(&scars, size, scale)?;
/// assert_eq!(mask.coverage().at(100, 35), 1.0);
/// assert!(Scar::mask(&[Scar::disc(Vec2::new(60.0, 80.0), 0.0)], size, scale).is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum Scar {
    /// A band along a path.
    Line {
        /// The path, in pixels of the photo.
        points_px: Vec<Vec2>,
        /// Its width in mm: 1 or less in four of five, seldom 3.
        width_mm: f32,
    },
    /// A round mark.
    Disc {
        /// Its middle, in pixels of the photo.
        center_px: Vec2,
        /// Its diameter in mm: 0.7 to 1, with extremes of 0.6 and 1.5.
        diameter_mm: f32,
    },
}

impl Scar {
    /// The scar of a strip.
    #[must_use]
    pub const fn line(points_px: Vec<Vec2>, width_mm: f32) -> Self {
        Self::Line {
            points_px,
            width_mm,
        }
    }

    /// The scar of one extraction.
    #[must_use]
    pub const fn disc(center_px: Vec2, diameter_mm: f32) -> Self {
        Self::Disc {
            center_px,
            diameter_mm,
        }
    }

    /// All scars as one mask, for [`Look::scar`](crate::Look::scar).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] without scars, for a width or diameter outside 0.1 to 100 mm or wider than
    /// the photo, for a line narrower than a pixel and a disc narrower than one and a half, which such a photo does not
    /// show, and for points that lie outside the photo or repeat the one before.
    ///
    /// # Cost
    /// A pass over the photo for every scar.
    pub fn mask(scars: &[Self], size: Size, scale: Scale) -> Result<Mask> {
        let some = !scars.is_empty();
        Error::check("scars", scars.len() as f64, some, "at least 1")?;
        let mut mask = Mask::full(size).invert();
        for scar in scars {
            // Narrower ones cover half of no pixel where they lie between two of them, or four.
            let (points, width, least_px, name, allowed) = match scar {
                Self::Line {
                    points_px,
                    width_mm,
                } => (
                    points_px.as_slice(),
                    *width_mm,
                    1.0,
                    "scar width_mm",
                    "0.1..=100 mm, and at least a pixel of the photo",
                ),
                Self::Disc {
                    center_px,
                    diameter_mm,
                } => (
                    std::slice::from_ref(center_px),
                    *diameter_mm,
                    1.5,
                    "scar diameter_mm",
                    "0.1..=100 mm, and at least one and a half pixels of the photo",
                ),
            };
            let width_px = scale.to_px(width);
            let inside = (0.1..=100.0).contains(&width) && width_px >= least_px;
            Error::check(name, f64::from(width), inside, allowed)?;
            mask = mask.union(&Mask::from_line(size, points, width_px)?)?;
        }
        Ok(mask)
    }
}

/// What skin makes of the pigment laid into it.
///
/// # Examples
/// ```
/// use stubblefield::Uptake;
///
/// assert!(Uptake::scar().mean < Uptake::skin().mean);
/// assert!(Uptake::scar().spread > Uptake::skin().spread);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Uptake {
    /// Pigment of a healed dot relative to the same dot in healthy skin, 0.1..=2.
    pub mean: f32,
    /// How that varies over the skin: standard deviation as a share of it, 0..=0.5.
    pub sd: f32,
    /// Distance over which it varies, 0.2..=100 mm.
    pub length_mm: f32,
    /// Diameter of a healed deposit relative to that in healthy skin, 0.5..=2; over more area the same
    /// pigment is paler.
    pub spread: f32,
}

impl Uptake {
    /// Healthy skin: even within 8 % over 12 mm; a guess.
    #[must_use]
    pub const fn skin() -> Self {
        Self {
            mean: 1.0,
            sd: 0.08,
            length_mm: 12.0,
            spread: 1.0,
        }
    }

    /// Scar tissue takes less pigment, unevenly from one millimetre to the next, and lets it run: 0.7 of
    /// it with a deviation of 25 %, over 1.25 times the diameter. Guesses: that scars hold less
    /// pigment was measured (Liu et al. 2025, see [`Fading`](crate::Fading)), how much less was not.
    #[must_use]
    pub const fn scar() -> Self {
        Self {
            mean: 0.7,
            sd: 0.25,
            length_mm: 2.0,
            spread: 1.25,
        }
    }

    /// An error naming the first value outside its range.
    pub(super) fn check(&self) -> Result<()> {
        Error::within("uptake mean", self.mean, 0.1, 2.0, "0.1..=2")?;
        Error::within("uptake sd", self.sd, 0.0, 0.5, "0..=0.5")?;
        Error::within(
            "uptake length_mm",
            self.length_mm,
            0.2,
            100.0,
            "0.2..=100 mm",
        )?;
        Error::within("uptake spread", self.spread, 0.5, 2.0, "0.5..=2")
    }

    /// Pigment at a place in mm, relative to the same dot in ideal skin.
    pub(super) fn at(&self, seed: Seed) -> impl Fn(Vec2) -> f32 + use<> {
        // Healthy skin and scars are told apart by their length alone; the noise of one is none of the
        // other's unless both have the same.
        let noise = Noise::new(seed, Stage::UptakeNoise, self.length_mm, 0);
        let Self { mean, sd, .. } = *self;
        move |place_mm| mean * (1.0 + sd / Noise::SD * noise.at(place_mm)).max(0.0)
    }
}
