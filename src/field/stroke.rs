//! A brush drawn over the pixels of a mask.

use std::ops::Range;

use glam::{DVec2, Vec2};

use crate::error::{Error, Result};
use crate::units::{Scale, Size};

/// A round brush drawn along straight lines from point to point.
///
/// A pixel belongs to it when its centre is at most the radius away from the lines.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::Stroke;
///
/// let points = [Vec2::new(12.0, 8.0), Vec2::new(20.0, 8.5)];
/// assert_eq!(Stroke::new(&points, 1.5).points_mm.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke<'a> {
    /// The corners of the line, in mm from the photo's top-left corner; a single one is a disc.
    pub points_mm: &'a [Vec2],
    /// Half the brush's width in mm, 0 to [`Stroke::MAX_RADIUS_MM`].
    pub radius_mm: f32,
}

/// A run of pixels of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) row: u32,
    pub(super) pixels: Range<u32>,
}

impl Run {
    /// Adds the runs of those pixels of a row for which `holds` holds.
    pub(super) fn push_where(
        runs: &mut Vec<Self>,
        row: u32,
        pixels: Range<u32>,
        holds: impl Fn(u32) -> bool,
    ) {
        for x in pixels.filter(|&x| holds(x)) {
            match runs.last_mut() {
                Some(run) if run.row == row && run.pixels.end == x => run.pixels.end += 1,
                _ => runs.push(Self {
                    row,
                    pixels: x..x + 1,
                }),
            }
        }
    }
}

impl<'a> Stroke<'a> {
    /// The widest brush, as its radius in mm.
    pub const MAX_RADIUS_MM: f32 = 1000.0;

    /// A brush along these points, in mm.
    #[must_use]
    pub const fn new(points_mm: &'a [Vec2], radius_mm: f32) -> Self {
        Self {
            points_mm,
            radius_mm,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let inside = (0.0..=Self::MAX_RADIUS_MM).contains(&self.radius_mm);
        let radius = f64::from(self.radius_mm);
        Error::check("stroke radius", radius, inside, "0..=1000 mm")?;
        for at in self.points_mm.iter().flat_map(|point| point.to_array()) {
            let near = (-1e6..=1e6).contains(&at);
            Error::check("stroke point", f64::from(at), near, "-1e6..=1e6 mm")?;
        }
        Ok(())
    }

    /// Its pixels, row by row.
    pub(super) fn runs(&self, size: Size, scale: Scale) -> Vec<Run> {
        let per_mm = f64::from(scale.get());
        let points: Vec<DVec2> = self
            .points_mm
            .iter()
            .map(|point| point.as_dvec2() * per_mm)
            .collect();
        let radius = f64::from(self.radius_mm) * per_mm;
        let low = points.iter().copied().fold(DVec2::MAX, DVec2::min) - radius;
        let high = points.iter().copied().fold(DVec2::MIN, DVec2::max) + radius;
        let along = |low: f64, high: f64, count: u32| {
            let hold = |at: f64| at.clamp(0.0, f64::from(count)) as u32;
            hold((low - 0.5).floor())..hold((high + 0.5).ceil())
        };
        let mut runs: Vec<Run> = Vec::new();
        for row in along(low.y, high.y, size.height()) {
            Run::push_where(&mut runs, row, along(low.x, high.x, size.width()), |x| {
                let centre = DVec2::new(f64::from(x) + 0.5, f64::from(row) + 0.5);
                is_within(&points, centre, radius)
            });
        }
        runs
    }
}

fn is_within(points: &[DVec2], place: DVec2, radius: f64) -> bool {
    let near = |from: DVec2, to: DVec2| {
        let line = to - from;
        // A line without length is its first point.
        let squared = line.length_squared().max(f64::MIN_POSITIVE);
        let share = ((place - from).dot(line) / squared).clamp(0.0, 1.0);
        (from + line * share).distance_squared(place) <= radius * radius
    };
    match points {
        [point] => near(*point, *point),
        _ => points.windows(2).any(|ends| near(ends[0], ends[1])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_covers_the_pixels_within_its_radius_and_no_other() {
        let (size, scale) = (Size::new(40, 30).unwrap(), Scale::px_per_mm(2.0).unwrap());
        let points = [
            Vec2::new(3.0, 4.0),
            Vec2::new(12.0, 9.0),
            Vec2::new(12.0, 9.0),
        ];
        let runs = Stroke::new(&points, 1.5).runs(size, scale);
        for (x, y) in (0..30).flat_map(|y| (0..40).map(move |x| (x, y))) {
            let inside = runs
                .iter()
                .any(|run| run.row == y && run.pixels.contains(&x));
            let place = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) / 2.0;
            // A fine comb along the line instead of the foot of a perpendicular.
            let nearest = (0..=9000)
                .map(|i| points[0].lerp(points[1], i as f32 / 9000.0).distance(place))
                .fold(f32::MAX, f32::min);
            assert!(inside == (nearest <= 1.5) || (nearest - 1.5).abs() < 1e-3);
        }
        assert!(Stroke::new(&[], 3.0).runs(size, scale).is_empty());
        let far = [Vec2::new(-1e6, 5.0)];
        assert!(Stroke::new(&far, 3.0).runs(size, scale).is_empty());
        assert!(Stroke::new(&far, f32::NAN).check().is_err());
        assert!(Stroke::new(&[Vec2::INFINITY], 1.0).check().is_err());
    }
}
