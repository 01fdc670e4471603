//! Moments: after how many sessions, and how long after the last of them.

use std::str::FromStr;

use crate::error::{Error, Result};

/// Days after the last session at which a treatment counts as healed.
pub(crate) const HEALED_DAYS: f32 = 42.0;
pub(crate) const DAYS_PER_YEAR: f32 = 365.25;
/// Thirty years after healing.
const MOST_DAYS: f32 = HEALED_DAYS + 30.0 * DAYS_PER_YEAR;

/// A moment: time since the last session, or since the session at which a treatment is stopped.
///
/// # Examples
/// ```
/// use stubblefield::When;
///
/// assert_eq!("healed".parse::<When>()?, When::healed());
/// assert_eq!("3y".parse::<When>()?, When::years(3.0)?);
/// assert_eq!("6w".parse::<When>()?, When::healed());
/// assert!(When::years(-1.0).is_err());
/// // The first session, healed, as if no other followed.
/// let first = When::healed().after_session(1);
/// assert_eq!((first.as_days(), first.session()), (42.0, Some(1)));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct When {
    days: f32,
    session: Option<u8>,
}

impl When {
    /// What `parse` accepts.
    pub const NAMES: &'static str = "fresh, healed, days, weeks or months since the session such as 10d, 6w or 6mo, or years since healing such as 3y, up to 30y";

    /// The hour after the session: darker, larger, reddened. Never what the treatment looks like.
    #[must_use]
    pub const fn fresh() -> Self {
        Self::since(0.0)
    }

    /// Six weeks later, settled: what previews show unless asked otherwise.
    #[must_use]
    pub const fn healed() -> Self {
        Self::since(HEALED_DAYS)
    }

    /// Thirty years after healing: nothing is told about later.
    pub(crate) const fn latest() -> Self {
        Self::since(MOST_DAYS)
    }

    const fn since(days: f32) -> Self {
        Self {
            days,
            session: None,
        }
    }

    /// So many days later.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 0 days to six weeks and 30 years, and for NaN.
    pub fn days(days: f32) -> Result<Self> {
        let inside = (0.0..=MOST_DAYS).contains(&days);
        Error::check("days", f64::from(days), inside, "0..=10999.5")?;
        Ok(Self::since(days))
    }

    /// So many weeks later.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] as [`When::days`].
    pub fn weeks(weeks: f32) -> Result<Self> {
        Self::days(7.0 * weeks)
    }

    /// So many months of a twelfth of a year later.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] as [`When::days`].
    pub fn months(months: f32) -> Result<Self> {
        Self::days(months * DAYS_PER_YEAR / 12.0)
    }

    /// So many years after healing.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 0 to 30 years and for NaN.
    pub fn years(years: f32) -> Result<Self> {
        let inside = (0.0..=30.0).contains(&years);
        Error::check("years", f64::from(years), inside, "0..=30")?;
        Self::days(HEALED_DAYS + years * DAYS_PER_YEAR)
    }

    /// The same time after this session, 1 being the first, as if none followed it: 0 is before the
    /// treatment, and a number beyond the last session means the last.
    #[must_use]
    pub const fn after_session(mut self, session: u8) -> Self {
        self.session = Some(session);
        self
    }

    /// Days since the last session, or since the one of [`When::session`].
    #[must_use]
    pub const fn as_days(self) -> f32 {
        self.days
    }

    /// The session at which the treatment is stopped; `None` when it is completed.
    #[must_use]
    pub const fn session(self) -> Option<u8> {
        self.session
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
            } else if let Some(weeks) = unit("w") {
                Self::weeks(weeks)
            } else if let Some(months) = unit("mo") {
                Self::months(months)
            } else {
                Self::years(unit("y").ok_or_else(refused)?)
            }
            .map_err(|_| refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_weeks_and_months_count_from_the_session_and_years_from_healing() {
        for (words, days) in [
            ("fresh", 0.0),
            ("healed", 42.0),
            ("10d", 10.0),
            ("2w", 14.0),
            ("12mo", 365.25),
            ("2y", 42.0 + 730.5),
        ] {
            assert_eq!(words.parse::<When>().unwrap().as_days(), days, "{words}");
        }
    }

    #[test]
    fn times_that_are_none_are_refused() {
        assert_eq!("30y".parse::<When>().unwrap(), When::years(30.0).unwrap());
        for bad in [
            "", "now", "-1y", "NaNy", "31y", "y", "3 y", "infd", "1e9d", "-2w", "NaNmo",
        ] {
            let refused = bad.parse::<When>().unwrap_err().to_string();
            assert!(refused.starts_with("at is"), "{refused}");
        }
    }
}
