//! Within which a clinic works.

use crate::error::{Error, Result};
use crate::pigment::Variation;

/// What a clinic will do at most, and at least: the means by which a tone is reached.
///
/// # Examples
/// ```
/// use stubblefield::{Limits, Look};
///
/// let mut careful = Limits::default();
/// careful.density[1] = 140.0;
/// assert!(careful.strength[0] < careful.strength[1]);
/// let look = Look::stubble().with_limits(careful);
/// # let _ = look;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Limits {
    /// Least and greatest median strength, as in [`Variation::strength`](crate::Variation::strength), within
    /// 0.001..=4: the dilutions that are in use.
    pub strength: [f32; 2],
    /// Fewest and most dots per cm², within 0.1..=2000.
    pub density: [f32; 2],
    /// Smallest and largest median diameter of a healed deposit in healthy skin, within 0.02..=0.6 mm.
    pub diameter_mm: [f32; 2],
}

/// Least strength from which or to which a tone is looked for: there are no even ratios from nothing.
pub(super) const LEAST_STRENGTH: f32 = 0.001;

impl Default for Limits {
    /// A fifth to 1.6 times the usual strength, 80 to 180 dots per cm², 0.14 to 0.28 mm: the ranges that
    /// clinics quote for a shaved scalp; those of strength are a guess.
    fn default() -> Self {
        Self {
            strength: [0.11, 0.88],
            density: [80.0, 180.0],
            diameter_mm: [0.14, 0.28],
        }
    }
}

impl Limits {
    /// Beards: 45 to 120 dots per cm² where they are densest, 0.16 to 0.30 mm. A shaved beard has 45 to 80;
    /// gaps beside hairs that have grown take more.
    #[must_use]
    pub fn beard() -> Self {
        Self {
            density: [45.0, 120.0],
            diameter_mm: [0.16, 0.30],
            ..Self::default()
        }
    }

    /// Scars: 60 to 250 dots per cm², since the mark of one extraction takes one to three of them, and
    /// 0.16 to 0.28 mm.
    #[must_use]
    pub fn scar() -> Self {
        Self {
            density: [60.0, 250.0],
            diameter_mm: [0.16, 0.28],
            ..Self::default()
        }
    }

    /// Whether every limit lies in its range; planning checks it too.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] naming the first pair that does not rise, or lies outside 0.001..=4 of strength, 0.1..=2000
    /// dots per cm², 0.02..=0.6 mm.
    pub fn check(&self) -> Result<()> {
        for (name, [low, high], [least, most], allowed) in [
            (
                "limits of strength",
                self.strength,
                [LEAST_STRENGTH, Variation::MOST_STRENGTH],
                "rising, 0.001..=4",
            ),
            (
                "limits of density",
                self.density,
                [0.1, 2000.0],
                "rising, 0.1..=2000",
            ),
            (
                "limits of diameter_mm",
                self.diameter_mm,
                [0.02, 0.6],
                "rising, 0.02..=0.6",
            ),
        ] {
            let rising = low >= least && low <= high && high <= most;
            let value = if low >= least { high } else { low };
            Error::check(name, f64::from(value), rising, allowed)?;
        }
        Ok(())
    }
}
