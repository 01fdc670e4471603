//! Healing, fading and spreading: the same dots at any time.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::pigment::impression::Impression;

/// Days after the last session at which a treatment counts as healed.
const HEALED_DAYS: f32 = 42.0;
const DAYS_PER_YEAR: f32 = 365.25;
/// Thirty years after healing.
const MOST_DAYS: f32 = HEALED_DAYS + 30.0 * DAYS_PER_YEAR;

/// Time since the last session.
///
/// # Examples
/// ```
/// use stubblefield::When;
///
/// assert_eq!("healed".parse::<When>()?, When::healed());
/// assert_eq!("3y".parse::<When>()?, When::years(3.0)?);
/// assert!(When::years(-1.0).is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct When {
    days: f32,
}

impl When {
    /// What `parse` accepts.
    pub const NAMES: &'static str = "fresh, healed, days or months since the session such as 10d or 6mo, or years since healing such as 3y, up to 30y";

    /// The hour after the session: darker, larger, reddened. Never what the treatment looks like.
    #[must_use]
    pub const fn fresh() -> Self {
        Self { days: 0.0 }
    }

    /// Six weeks later, settled: what previews show unless asked otherwise.
    #[must_use]
    pub const fn healed() -> Self {
        Self { days: HEALED_DAYS }
    }

    /// Thirty years after healing: nothing is told about later.
    pub(crate) const fn latest() -> Self {
        Self { days: MOST_DAYS }
    }

    /// So many days later.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 0 days to six weeks and 30 years, and for NaN.
    pub fn days(days: f32) -> Result<Self> {
        let inside = (0.0..=MOST_DAYS).contains(&days);
        Error::check("days", f64::from(days), inside, "0..=10999.5")?;
        Ok(Self { days })
    }

    /// So many years after healing.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 0 to 30 years and for NaN.
    pub fn years(years: f32) -> Result<Self> {
        Error::check(
            "years",
            f64::from(years),
            (0.0..=30.0).contains(&years),
            "0..=30",
        )?;
        Self::days(HEALED_DAYS + years * DAYS_PER_YEAR)
    }

    /// Days since the last session.
    #[must_use]
    pub const fn as_days(self) -> f32 {
        self.days
    }
}

impl FromStr for When {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || Error::UnknownName {
            parameter: "at",
            value: text.to_owned(),
            allowed: Self::NAMES,
        };
        let unit = |suffix| {
            text.strip_suffix(suffix)
                .and_then(|n| n.parse::<f32>().ok())
        };
        match text {
            "fresh" => Ok(Self::fresh()),
            "healed" => Ok(Self::healed()),
            _ => if let Some(days) = unit("d") {
                Self::days(days)
            } else if let Some(months) = unit("mo") {
                Self::days(months * DAYS_PER_YEAR / 12.0)
            } else {
                Self::years(unit("y").ok_or_else(refused)?)
            }
            .map_err(|_| refused()),
        }
    }
}

/// How deposits change with time. No measured law exists: each number is a named guess.
///
/// # Examples
/// ```
/// use stubblefield::{Fading, HairColor, Seed, Variation, When};
///
/// let hair: HairColor = "black".parse()?;
/// let healed = Variation::default().impression(hair, Seed::new(7), 0, 1);
/// let mut sunny = Fading::default();
/// sunny.half_life_years = 2.5;
/// let later = When::years(5.0)?;
/// assert!(sunny.at(&healed, later).strength < Fading::default().at(&healed, later).strength);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// Anchors: visual density scores of 8.7 after treatment and 7.7 at six months, in Liu et al.,
/// "Scalp Micropigmentation Is an Effective Treatment for Localized Alopecia", J. Cosmet. Dermatol.
/// (2025); and the habit of touching up after three to five years.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fading {
    /// Strength just after the session, relative to healed.
    pub fresh_strength: f32,
    /// Radius just after the session, relative to healed.
    pub fresh_size: f32,
    /// Days in which the excess of a fresh dot falls to 1/e.
    pub settling_days: f32,
    /// Years in which half of the pigment goes: 2.5 in strong sun or oily skin, 7 if sheltered.
    pub half_life_years: f32,
    /// Growth of the radius per year, as a share of the healed radius.
    pub spread_per_year: f32,
    /// Drift into the skin per year, in mm.
    pub sinking_mm_per_year: f32,
    /// Loss of green and blue light just after the session where dots stand closely: redness.
    pub fresh_redness: f32,
}

impl Default for Fading {
    fn default() -> Self {
        Self {
            fresh_strength: 1.4,
            fresh_size: 1.6,
            settling_days: 3.0,
            half_life_years: 4.5,
            spread_per_year: 0.03,
            sinking_mm_per_year: 0.004,
            fresh_redness: 0.07,
        }
    }
}

impl Fading {
    /// An error naming the first value outside its range.
    pub(crate) fn check(&self) -> Result<()> {
        let within = |name, v: f32, low: f32, high: f32, allowed| {
            Error::check(name, f64::from(v), (low..=high).contains(&v), allowed)
        };
        within("fresh_strength", self.fresh_strength, 0.5, 3.0, "0.5..=3")?;
        within("fresh_size", self.fresh_size, 0.5, 3.0, "0.5..=3")?;
        within(
            "settling_days",
            self.settling_days,
            0.1,
            42.0,
            "0.1..=42 days",
        )?;
        within(
            "half_life_years",
            self.half_life_years,
            0.1,
            100.0,
            "0.1..=100 years",
        )?;
        within("spread_per_year", self.spread_per_year, 0.0, 0.2, "0..=0.2")?;
        within(
            "sinking_mm_per_year",
            self.sinking_mm_per_year,
            0.0,
            0.02,
            "0..=0.02 mm",
        )?;
        within("fresh_redness", self.fresh_redness, 0.0, 0.5, "0..=0.5")
    }

    /// The deposit at a time, from the healed one: a pure function.
    ///
    /// Spreading thins the pigment: strength times area only ever falls by fading.
    #[must_use]
    pub fn at(&self, healed: &Impression, when: When) -> Impression {
        let excess = self.freshness(when);
        let years = ((when.days - HEALED_DAYS) / DAYS_PER_YEAR).max(0.0);
        let spread = 1.0 + self.spread_per_year * years;
        let left = libm::exp2f(-years / self.half_life_years);
        let strength = (1.0 + (self.fresh_strength - 1.0) * excess) * left / (spread * spread);
        Impression {
            radius_mm: healed.radius_mm * (1.0 + (self.fresh_size - 1.0) * excess) * spread,
            strength: healed.strength * strength,
            depth_mm: healed.depth_mm + self.sinking_mm_per_year * years,
            ..*healed
        }
    }

    /// Loss of green and blue light by redness among close dots at a time, 0 once healed.
    #[must_use]
    pub fn redness(&self, when: When) -> f32 {
        self.fresh_redness * self.freshness(when)
    }

    /// 1 at the session, e⁻¹ after `settling_days`, exactly 0 from healing on.
    fn freshness(&self, when: When) -> f32 {
        if when.days >= HEALED_DAYS {
            0.0
        } else {
            libm::expf(-when.days / self.settling_days)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HairColor, Seed, Variation};

    fn dot() -> Impression {
        Variation::default().impression("black".parse::<HairColor>().unwrap(), Seed::new(1), 1, 1)
    }

    #[test]
    fn strength_follows_the_proposed_course() {
        let fading = Fading::default();
        let mass = |text: &str| {
            let aged = fading.at(&dot(), text.parse().unwrap());
            let spread = if text == "fresh" || text == "10d" {
                1.0
            } else {
                aged.radius_mm / dot().radius_mm
            };
            aged.strength * spread * spread
        };
        let fresh = mass("fresh");
        // Strength relative to fresh at 10 days, 6 months, 3 and 5 years: .70, .65, .44, .32.
        for (text, expected) in [("10d", 0.70), ("6mo", 0.65), ("3y", 0.44), ("5y", 0.32)] {
            let share = mass(text) / fresh;
            assert!(
                (share - expected).abs() < 0.03,
                "{text}: {share} for {expected}"
            );
        }
    }

    #[test]
    fn healed_is_the_impression_itself_and_nothing_jumps() {
        let fading = Fading::default();
        assert_eq!(fading.at(&dot(), When::healed()), dot());
        let mut last = fading.at(&dot(), When::fresh());
        for day in 1..4000 {
            let now = fading.at(&dot(), When::days(day as f32).unwrap());
            assert!(now.strength <= last.strength, "day {day}");
            assert!((now.strength / last.strength) > 0.85, "day {day}");
            last = now;
        }
    }

    #[test]
    fn times_that_are_none_are_refused() {
        assert_eq!("30y".parse::<When>().unwrap(), When::years(30.0).unwrap());
        for bad in ["", "now", "-1y", "NaNy", "31y", "y", "3 y", "infd", "1e9d"] {
            let refused = bad.parse::<When>().unwrap_err().to_string();
            assert!(refused.starts_with("at is"), "{refused}");
        }
    }
}
