//! One needle impression: how large, how strong, how deep, which pigment.

use crate::error::{Error, Result};
use crate::pigment::hair::{HairColor, normal};
use crate::random::{Seed, Stage};

/// A healed deposit of pigment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impression {
    /// Radius of the deposit itself, in mm; the visible spot is wider by scattering.
    pub radius_mm: f32,
    /// Decadic absorbance in red along a mean crossing of the deposit.
    pub strength: f32,
    /// Depth of the deposit's top below the skin surface, in mm.
    pub depth_mm: f32,
    /// Relative absorbance in linear red, green and blue; that of carbon black is 1, 1.1, 1.3.
    pub absorbance: [f32; 3],
    /// Which of the look's dilutions the dot was made with: an index into [`Variation::shades`].
    pub shade: u8,
}

/// How impressions vary from dot to dot; lengths in mm.
///
/// # Examples
/// ```
/// use stubblefield::{HairColor, Seed, Variation};
///
/// let variation = Variation::default();
/// let hair: HairColor = "black".parse()?;
/// let dot = variation.impression(hair, Seed::new(7), 12, 0);
/// assert_eq!(dot, variation.impression(hair, Seed::new(7), 12, 0));
/// assert!(variation.impression(hair, Seed::new(7), 12, 2).strength > dot.strength);
/// assert!((0.06..0.2).contains(&dot.radius_mm));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Variation {
    /// Median diameter of the healed deposit, 0.02..=0.6 mm; 0.14 to 0.28 are in use.
    ///
    /// Clinics quote 0.1 mm; that fits neither the needle nor the optics of a visible dot.
    pub diameter_mm: f32,
    /// Standard deviation of the natural logarithm of the diameter, 0..=0.5.
    pub diameter_sd: f32,
    /// Median strength for black hair in fair skin, as in [`Impression::strength`], 0..=4; lighter hair takes less
    /// ([`HairColor::strength_factor`]), dark skin up to twice as much.
    pub strength: f32,
    /// Standard deviation of the natural logarithm of the strength within one shade, 0..=0.5.
    pub strength_sd: f32,
    /// Mean depth of the deposit's top below the skin surface, 0.05..=0.4 mm.
    pub depth_mm: f32,
    /// Standard deviation of that depth, 0..=0.2 mm; no dot lies above 0.05 mm.
    pub depth_sd_mm: f32,
    /// Strength of each dilution relative to the median, 0.1..=3.
    pub shades: [f32; 3],
}

impl Default for Variation {
    /// A shaved scalp of fair skin; every number is a documented guess between clinical lore and
    /// simulated optics.
    fn default() -> Self {
        Self {
            diameter_mm: 0.24,
            diameter_sd: 0.20,
            strength: 0.55,
            strength_sd: 0.15,
            depth_mm: 0.10,
            depth_sd_mm: 0.015,
            shades: [0.85, 1.0, 1.15],
        }
    }
}

impl Variation {
    /// The greatest [`Variation::strength`].
    pub(crate) const MOST_STRENGTH: f32 = 4.0;

    /// An error naming the first value outside its range.
    pub(crate) fn check(&self) -> Result<()> {
        Error::within("diameter_mm", self.diameter_mm, 0.02, 0.6, "0.02..=0.6 mm")?;
        Error::within("diameter_sd", self.diameter_sd, 0.0, 0.5, "0..=0.5")?;
        Error::within("strength", self.strength, 0.0, Self::MOST_STRENGTH, "0..=4")?;
        Error::within("strength_sd", self.strength_sd, 0.0, 0.5, "0..=0.5")?;
        Error::within("depth_mm", self.depth_mm, 0.05, 0.4, "0.05..=0.4 mm")?;
        Error::within("depth_sd_mm", self.depth_sd_mm, 0.0, 0.2, "0..=0.2 mm")?;
        self.shades
            .iter()
            .try_for_each(|&shade| Error::within("shade", shade, 0.1, 3.0, "0.1..=3"))
    }

    /// The healed impression of one dot made with the dilution `shade`, an index into
    /// [`Variation::shades`] and beyond them the last: a pure function of the seed and the dot's id.
    ///
    /// [`DotField::classes`](crate::DotField::classes) tells the shades of a field apart so that none
    /// clumps.
    #[must_use]
    pub fn impression(&self, hair: HairColor, seed: Seed, id: u64, shade: u8) -> Impression {
        let log_normal = |stage, sd| libm::expf(sd * normal(&mut seed.stream(stage, id)));
        let mut shading = seed.stream(Stage::DotShade, id);
        let shade = usize::from(shade).min(self.shades.len() - 1);
        let strength = self.strength * hair.strength_factor() * self.shades[shade];
        let deviation = self.depth_sd_mm * normal(&mut seed.stream(Stage::DotDepth, id));
        Impression {
            radius_mm: 0.5 * self.diameter_mm * log_normal(Stage::DotSize, self.diameter_sd),
            strength: strength * log_normal(Stage::DotStrength, self.strength_sd),
            depth_mm: (self.depth_mm + deviation).max(0.05),
            absorbance: hair.sample(&mut shading),
            shade: shade as u8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_log_normal() {
        let variation = Variation::default();
        let hair: HairColor = "black".parse().unwrap();
        let dots: Vec<_> = (0..20_000)
            .map(|id| variation.impression(hair, Seed::new(1), id, 1))
            .collect();
        let n = dots.len() as f64;
        let logs = dots.iter().map(|d| f64::from(2.0 * d.radius_mm).ln());
        let mean = logs.clone().sum::<f64>() / n;
        let sd = (logs.map(|l| (l - mean).powi(2)).sum::<f64>() / n).sqrt();
        // Five standard errors: 0.2/√20000 = 0.0014 on the mean, 0.001 on the deviation; the cut at
        // ±2.5 takes 2 % off the deviation.
        assert!(
            (mean - 0.24_f64.ln()).abs() < 0.007,
            "median {}",
            mean.exp()
        );
        assert!((sd - 0.197).abs() < 0.006, "deviation {sd}");
    }
}
