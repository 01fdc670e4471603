//! The practitioner's sheet: what each visit comes to.

use std::fmt;

use crate::look::Plan;
use crate::pigment::When;

/// Dots an experienced hand sets in an hour: one clinic counts 14,000 in a session of 2 to 4 hours.
const PER_HOUR: f64 = 14_000.0 / 3.0;

/// Sessions last 2 to 5 hours.
pub(super) const MOST_HOURS: f64 = 5.0;

/// What one session of a plan comes to; counted, but for the hours.
///
/// # Examples
/// ```
/// use stubblefield::{Look, Mask, Photo, Scale, Seed, Size, When};
///
/// let size = Size::new(160, 120)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let plan = Look::stubble().plan(&photo, &Mask::full(size), Scale::px_per_mm(5.0)?, Seed::new(1))?;
/// let report = plan.report(&photo, When::healed())?;
/// let shares = report.sessions.iter().map(|session| session.in_place as f64 / report.dots as f64);
/// assert!(shares.zip([0.3, 0.7, 1.0]).all(|(share, expected)| (share - expected).abs() < 0.001));
/// assert_eq!(report.sessions[2].day, 20.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SessionFigures {
    /// 1 for the first.
    pub session: u8,
    /// Days after the first.
    pub day: f64,
    /// Dots set.
    pub dots: usize,
    /// Those of them in the soft edge, where the finest needle works.
    pub edge_dots: usize,
    /// Dots in place after it.
    pub in_place: usize,
    /// Dots in place after it over the area.
    pub dots_per_cm2: f64,
    /// Strength of its pigment relative to the look's.
    pub strength: f64,
    /// Mean diameter in mm of its deposits just after it.
    pub fresh_mm: f64,
    /// Mean diameter in mm of its deposits once healed.
    pub healed_mm: f64,
    /// Hours of work at 14,000 dots in three hours: an estimate.
    pub hours: f64,
}

/// A line for every session of the course.
pub(super) fn figures(plan: &Plan, area_cm2: f64) -> Vec<SessionFigures> {
    let mut figures: Vec<SessionFigures> = Vec::new();
    for (session, visit) in (1..).zip(plan.look().course().sessions()) {
        let dots = || plan.dots().iter().filter(move |dot| dot.session == session);
        let count = dots().count();
        let in_edge = |px: glam::Vec2| plan.full().at(px.x as i64, px.y as i64) == 0;
        let edge_dots = dots().filter(|dot| in_edge(dot.position_mm * plan.scale().get()));
        let just_after = plan.impressions_at(When::fresh().after_session(session));
        // A sum of nothing is −0, and would be told as such.
        let mean_mm = |diameters: f64| (0.0 + diameters) / count.max(1) as f64;
        let before = figures.last();
        let in_place = before.map_or(0, |before| before.in_place) + count;
        figures.push(SessionFigures {
            session,
            day: before.map_or(0.0, |before| before.day + f64::from(visit.gap_days)),
            dots: count,
            edge_dots: edge_dots.count(),
            in_place,
            dots_per_cm2: if area_cm2 > 0.0 {
                in_place as f64 / area_cm2
            } else {
                0.0
            },
            strength: f64::from(visit.strength),
            fresh_mm: mean_mm(
                dots()
                    .filter_map(&just_after)
                    .map(|fresh| f64::from(2.0 * fresh.radius_mm))
                    .sum(),
            ),
            healed_mm: mean_mm(
                dots()
                    .map(|dot| f64::from(2.0 * dot.healed.radius_mm))
                    .sum(),
            ),
            hours: count as f64 / PER_HOUR,
        });
    }
    figures
}

impl fmt::Display for SessionFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "session {}, day {:.0}: {} dots ({} in the soft edge), {:.0} per cm² then in place, \
             pigment × {:.2}, {:.2} mm fresh and {:.2} mm healed, about {:.1} h",
            self.session,
            self.day,
            self.dots,
            self.edge_dots,
            self.dots_per_cm2,
            self.strength,
            self.fresh_mm,
            self.healed_mm,
            self.hours
        )
    }
}
