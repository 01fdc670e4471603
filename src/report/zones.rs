//! Dots by zone and session.

use std::fmt;

use glam::Vec2;

use crate::look::Plan;
use crate::mask::Mask;
use crate::report::Person;

/// What one zone of a plan comes to, session by session.
///
/// # Examples
/// ```
/// use stubblefield::{Look, Mask, Photo, Scale, Seed, Size, When};
///
/// let size = Size::new(160, 120)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 90.0)))?;
/// let plan = Look::stubble().plan(&photo, &upper, Scale::px_per_mm(4.0)?, Seed::new(1))?;
/// let report = plan.report(&photo, When::healed())?;
/// let [full, edge] = [&report.zones[0], &report.zones[1]];
/// assert_eq!((full.name.as_str(), edge.name.as_str()), ("full", "edge"));
/// assert!(edge.per_cm2.last() < full.per_cm2.last());
/// assert_eq!(full.dots.iter().chain(&edge.dots).sum::<usize>(), report.dots);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ZoneFigures {
    /// "full" where the treatment is full, "edge" for its soft edge and what runs past a scar, else the name
    /// that the caller gave.
    pub name: String,
    /// Area of the treatment in it, in cm² as [`Report::area_cm2`](crate::Report::area_cm2).
    pub area_cm2: f64,
    /// Dots set in it in each session.
    pub dots: Vec<usize>,
    /// Dots in place over its area after each session.
    pub per_cm2: Vec<f64>,
}

impl fmt::Display for ZoneFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "zone {}: {:.1} cm²", self.name, self.area_cm2)?;
        for (session, (dots, per_cm2)) in (1..).zip(self.dots.iter().zip(&self.per_cm2)) {
            write!(f, ", session {session} {dots} dots to {per_cm2:.0}/cm²")?;
        }
        Ok(())
    }
}

/// The zones of every plan, then those of the caller.
pub(super) fn zones(plan: &Plan, person: &Person<'_>) -> Vec<ZoneFigures> {
    let is_full = |x: i64, y: i64| plan.full().at(x, y) == 1;
    let mut zones = vec![
        zone(plan, "full", is_full),
        zone(plan, "edge", |x, y| !is_full(x, y)),
    ];
    let within = |mask: &Mask, x, y| mask.coverage().at(x, y) > 0.5;
    let named = person.zones.iter();
    zones.extend(named.map(|(name, mask)| zone(plan, name, |x, y| within(mask, x, y))));
    zones
}

fn zone(plan: &Plan, name: &str, holds: impl Fn(i64, i64) -> bool + Sync + Send) -> ZoneFigures {
    let scale = plan.scale().get();
    let area_cm2 = plan.skin_cm2(&holds);
    let mut dots = vec![0; plan.look().course().sessions().len()];
    for dot in plan.dots() {
        let Vec2 { x, y } = dot.position_mm * scale;
        if holds(x as i64, y as i64) {
            dots[usize::from(dot.session) - 1] += 1;
        }
    }
    let mut in_place = 0;
    let per_cm2 = dots.iter().map(|&set| {
        in_place += set;
        if area_cm2 > 0.0 {
            in_place as f64 / area_cm2
        } else {
            0.0
        }
    });
    ZoneFigures {
        name: name.to_owned(),
        area_cm2,
        per_cm2: per_cm2.collect(),
        dots,
    }
}
