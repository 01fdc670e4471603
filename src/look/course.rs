//! When the needle comes: sessions that build a treatment up, and touch-ups years later.

use crate::error::{Error, Result};
use crate::field::Sessions;
use crate::pigment::{DAYS_PER_YEAR, HEALED_DAYS, When};

/// One visit: how far the treatment is built up, and how this visit's dots differ from the look's.
///
/// # Examples
/// ```
/// use stubblefield::Session;
///
/// let mut second = Session::until(0.7);
/// (second.strength, second.gap_days) = (1.1, 14.0);
/// assert_eq!(second.share, 0.7);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Session {
    /// Share of all dots that are in place after it, above that of the session before; 1 for the last.
    pub share: f32,
    /// Strength of its dots relative to the look's, 0.3 to 2.
    pub strength: f32,
    /// Diameter of its dots relative to the look's, 0.5 to 1.5.
    pub size: f32,
    /// Days since the session before, 1 to 365; of no effect for the first.
    pub gap_days: f32,
}

impl Session {
    /// A session with dots as the look has them, ten days after the one before, that leaves this share
    /// of all dots in place.
    #[must_use]
    pub const fn until(share: f32) -> Self {
        Self {
            share,
            strength: 1.0,
            size: 1.0,
            gap_days: 10.0,
        }
    }

    /// As [`Session::until`], with its own strength and size.
    const fn with(share: f32, strength: f32, size: f32) -> Self {
        Self {
            strength,
            size,
            ..Self::until(share)
        }
    }
}

/// A visit years later, over the same dots.
///
/// What it lays is the same share of every dot, so much that six weeks later the dots together
/// take as much light as they did when healed, times [`TouchUp::amount`]. Where less has faded than that,
/// nothing is laid. The needle does not hit the old dots exactly: they widen. What a dot cannot hold
/// any more widens it too; so a touch-up overdone merges the dots.
///
/// # Examples
/// ```
/// use stubblefield::{Course, TouchUp};
///
/// let course = Course::default().with_touch_up(TouchUp::after_years(4.0));
/// assert_eq!(course.touch_ups()[0].amount, 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct TouchUp {
    /// Years after healing, 0 to 30.
    pub years: f32,
    /// Light that the dots take six weeks after it, relative to the healed treatment: 1
    /// restores, 2 lays the treatment again on top; 0 to 3.
    pub amount: f32,
    /// How far from the old dots the needle comes down, root mean square in mm, 0 to 0.5; a guess.
    pub aim_mm: f32,
}

impl TouchUp {
    /// Restores the treatment so many years after healing.
    #[must_use]
    pub const fn after_years(years: f32) -> Self {
        Self {
            years,
            amount: 1.0,
            aim_mm: 0.08,
        }
    }

    /// Days since the last session.
    pub(crate) const fn days(&self) -> f32 {
        HEALED_DAYS + self.years * DAYS_PER_YEAR
    }
}

/// The sessions of a treatment and its touch-ups.
///
/// # Examples
/// Three sessions are usual; the first is the lightest, the last the finest.
/// ```
/// use stubblefield::Course;
///
/// let course = Course::default();
/// let shares: Vec<f32> = course.sessions().iter().map(|session| session.share).collect();
/// assert_eq!(shares, [0.3, 0.7, 1.0]);
/// assert!(course.sessions()[0].strength < 1.0 && course.sessions()[2].size < 1.0);
/// assert!(Course::in_sessions(7).is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// Cumulative shares of 30, 70 and 100 % of natural follicular spacing: Liu et al., "Scalp
/// Micropigmentation Is an Effective Treatment for Localized Alopecia", J. Cosmet. Dermatol. (2025).
/// That sessions differ in shade and dot size, a light base first, gaps filled a little darker, then
/// detail, is common practice; by how much, is a guess. Weighed by shares their means are 1.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Course {
    sessions: Vec<Session>,
    /// Earliest first.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "earliest_first"))]
    touch_ups: Vec<TouchUp>,
}

/// Touch-ups as somebody wrote them down, in whatever order.
#[cfg(feature = "serde")]
fn earliest_first<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> std::result::Result<Vec<TouchUp>, D::Error> {
    let mut touch_ups: Vec<TouchUp> = serde::Deserialize::deserialize(from)?;
    sort(&mut touch_ups);
    Ok(touch_ups)
}

fn sort(touch_ups: &mut [TouchUp]) {
    touch_ups.sort_by(|a, b| a.years.total_cmp(&b.years));
}

impl Default for Course {
    /// Three sessions ten days apart, no touch-up.
    fn default() -> Self {
        Self::of(vec![
            Session::with(0.3, 0.85, 1.04),
            Session::with(0.7, 1.10, 1.0),
            Session::with(1.0, 1.02, 0.95),
        ])
    }
}

impl Course {
    /// The most touch-ups of a course.
    pub const MOST_TOUCH_UPS: usize = 8;

    /// Sessions of the caller's own; they are checked when the treatment is planned.
    #[must_use]
    pub const fn of(sessions: Vec<Session>) -> Self {
        Self {
            sessions,
            touch_ups: Vec::new(),
        }
    }

    /// The usual course in 2, 3 or 4 sessions: after them 40/100, 30/70/100 or 30/60/85/100 % of the
    /// dots are in place.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for another number of sessions.
    pub fn in_sessions(count: u8) -> Result<Self> {
        match count {
            2 => Ok(Self::of(vec![
                Session::with(0.4, 0.90, 1.02),
                Session::with(1.0, 1.067, 0.985),
            ])),
            3 => Ok(Self::default()),
            4 => Ok(Self::of(vec![
                Session::with(0.3, 0.85, 1.04),
                Session::with(0.6, 1.08, 1.0),
                Session::with(0.85, 1.08, 0.98),
                Session::with(1.0, 1.0, 0.94),
            ])),
            _ => Err(Error::OutOfRange {
                parameter: "sessions",
                value: f64::from(count),
                allowed: "2..=4",
            }),
        }
    }

    /// A beard: 40 and 100 % of the dots, two weeks apart.
    pub(super) fn beard() -> Self {
        Self::apart(&[(0.4, 0.90, 1.02), (1.0, 1.067, 0.985)], 14.0)
    }

    /// Density under long hair: 40, 75 and 100 %.
    #[must_use]
    pub(super) fn density() -> Self {
        Self::apart(
            &[(0.4, 0.88, 1.02), (0.75, 1.06, 1.0), (1.0, 1.108, 0.965)],
            10.0,
        )
    }

    /// A scar, which is tried with half the density first: 25, 60 and 100 %, two weeks apart.
    #[must_use]
    pub(super) fn scar() -> Self {
        Self::apart(
            &[(0.25, 0.85, 1.04), (0.6, 1.07, 1.0), (1.0, 1.033, 0.97)],
            14.0,
        )
    }

    /// Shares, strengths and sizes of sessions, and the days between them.
    fn apart(sessions: &[(f32, f32, f32)], gap_days: f32) -> Self {
        let visit = |&(share, strength, size): &(f32, f32, f32)| Session {
            gap_days,
            ..Session::with(share, strength, size)
        };
        Self::of(sessions.iter().map(visit).collect())
    }

    /// The same course with one touch-up more; in which order they are added does not matter.
    #[must_use]
    pub fn with_touch_up(mut self, touch_up: TouchUp) -> Self {
        self.touch_ups.push(touch_up);
        sort(&mut self.touch_ups);
        self
    }

    /// The sessions, first one first.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The touch-ups, earliest first.
    #[must_use]
    pub fn touch_ups(&self) -> &[TouchUp] {
        &self.touch_ups
    }

    /// Shares of all dots that are in place after each session.
    pub(super) fn shares(&self) -> Vec<f32> {
        self.sessions.iter().map(|session| session.share).collect()
    }

    /// Days that each session lies before the last one until a moment, none for those after it.
    pub(super) fn days_before(&self, when: When) -> Vec<f32> {
        let held = when.session().map_or(usize::MAX, usize::from);
        let held = &self.sessions[..held.min(self.sessions.len())];
        let mut days = vec![0.0; held.len()];
        for i in (1..held.len()).rev() {
            days[i - 1] = days[i] + held[i].gap_days;
        }
        days
    }

    /// Whether every value lies in its range; planning checks it too.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] naming the first that does not: for no session or more than 16, for shares that do not
    /// rise to 1, for more than [`Course::MOST_TOUCH_UPS`], and for values of a [`Session`] or [`TouchUp`].
    pub fn check(&self) -> Result<()> {
        let shares: Vec<f32> = self.sessions.iter().map(|session| session.share).collect();
        Sessions::check(&shares)?;
        for session in &self.sessions {
            let Session { strength, size, .. } = *session;
            Error::within("session strength", strength, 0.3, 2.0, "0.3..=2")?;
            Error::within("session size", size, 0.5, 1.5, "0.5..=1.5")?;
            let gap = session.gap_days;
            Error::within("session gap_days", gap, 1.0, 365.0, "1..=365 days")?;
        }
        let last = shares[shares.len() - 1];
        Error::check("last session's share", f64::from(last), last == 1.0, "1")?;
        let few = self.touch_ups.len() <= Self::MOST_TOUCH_UPS;
        Error::check("touch-ups", self.touch_ups.len() as f64, few, "at most 8")?;
        for touch_up in &self.touch_ups {
            let TouchUp { years, amount, .. } = *touch_up;
            Error::within("touch-up years", years, 0.0, 30.0, "0..=30 years")?;
            Error::within("touch-up amount", amount, 0.0, 3.0, "0..=3")?;
            let aim = touch_up.aim_mm;
            Error::within("touch-up aim_mm", aim, 0.0, 0.5, "0..=0.5 mm")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_differ_and_leave_the_mean_as_it_is() {
        let usual = (2..=4).map(|count| Course::in_sessions(count).unwrap());
        for course in usual.chain([Course::beard(), Course::density(), Course::scar()]) {
            course.check().unwrap();
            let count = course.sessions().len();
            let (mut strength, mut area, mut before) = (0.0, 0.0, 0.0);
            for session in course.sessions() {
                let part = session.share - before;
                strength += part * session.strength;
                area += part * session.size * session.size;
                before = session.share;
            }
            assert!((strength - 1.0).abs() < 0.005, "{count}: {strength}");
            assert!((area - 1.0).abs() < 0.012, "{count}: {area}");
        }
    }

    #[test]
    fn days_count_back_from_the_session_that_is_asked_for() {
        let mut course = Course::default();
        // That of the first counts for nothing.
        for (session, gap_days) in course.sessions.iter_mut().zip([90.0, 7.0, 30.0]) {
            session.gap_days = gap_days;
        }
        assert_eq!(course.days_before(When::healed()), [37.0, 30.0, 0.0]);
        let second = When::fresh().after_session(2);
        assert_eq!(course.days_before(second), [7.0, 0.0]);
        assert!(
            course
                .days_before(When::healed().after_session(0))
                .is_empty()
        );
        assert_eq!(course.days_before(When::healed().after_session(9)).len(), 3);
    }

    #[test]
    fn courses_that_cannot_be_are_refused_by_name() {
        let refused = |course: Course| course.check().unwrap_err().to_string();
        assert!(refused(Course::of(Vec::new())).starts_with("sessions is 0"));
        let half = Course::of(vec![Session::until(0.5)]);
        assert_eq!(refused(half), "last session's share is 0.5, allowed: 1");
        let mut session = Session::until(1.0);
        session.strength = f32::NAN;
        assert!(refused(Course::of(vec![session])).starts_with("session strength is NaN"));
        let early = Course::default().with_touch_up(TouchUp::after_years(-1.0));
        assert!(refused(early).starts_with("touch-up years is -1"));
        let many = (0..9).fold(Course::default(), |course, year| {
            course.with_touch_up(TouchUp::after_years(year as f32))
        });
        assert_eq!(refused(many), "touch-ups is 9, allowed: at most 8");
    }
}
