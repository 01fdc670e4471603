//! Points sorted into square bins, to find those near a place.

use std::ops::Range;

use glam::DVec2;

use crate::counting::add_up;

/// Points in bins of equal side, on the plane or on a torus.
#[derive(Debug)]
pub(crate) struct Bins {
    origin: DVec2,
    side: f64,
    columns: i64,
    rows: i64,
    starts: Vec<u32>,
    points: Vec<(u32, DVec2)>,
    period: Option<f64>,
}

impl Bins {
    /// `side` is the least side of a bin; few points over a wide plane get wider ones.
    pub(crate) fn new(points: &[DVec2], side: f64, period: Option<f64>) -> Self {
        let low = points.iter().copied().fold(DVec2::MAX, DVec2::min);
        let high = points.iter().copied().fold(DVec2::MIN, DVec2::max);
        let (origin, extent) = match period {
            Some(period) => (DVec2::ZERO, DVec2::splat(period)),
            None if points.is_empty() => (DVec2::ZERO, DVec2::ZERO),
            None => (low, high - low),
        };
        let budget = 4.0 * points.len() as f64 + 64.0;
        let even = (extent.x * extent.y / budget).sqrt();
        let mut side = side.max(even).max(extent.max_element() / budget);
        if let Some(period) = period {
            side = period / (period / side).floor().max(1.0);
        }
        let count = |extent: f64| {
            let whole = extent / side;
            (if period.is_some() {
                whole.round()
            } else {
                whole.floor() + 1.0
            }) as i64
        };
        let mut bins = Self {
            origin,
            side,
            columns: count(extent.x),
            rows: count(extent.y),
            starts: Vec::new(),
            points: Vec::new(),
            period,
        };
        let homes: Vec<u32> = points.iter().map(|&p| bins.home(p) as u32).collect();
        let mut starts = vec![0_u32; (bins.columns * bins.rows) as usize + 1];
        for &home in &homes {
            starts[home as usize] += 1;
        }
        add_up(&mut starts);
        bins.points = vec![(0, DVec2::ZERO); points.len()];
        // Each bin from its end, so that its points stay in order.
        for (i, (&point, &home)) in points.iter().zip(&homes).enumerate().rev() {
            let start = &mut starts[home as usize];
            *start -= 1;
            bins.points[*start as usize] = (i as u32, point);
        }
        bins.starts = starts;
        bins
    }

    /// Calls `f(index, squared distance)` for every point within `radius` of a place.
    pub(crate) fn within(&self, place: DVec2, radius: f64, mut f: impl FnMut(u32, f64)) {
        let limit = radius * radius;
        self.runs(place, radius, |run| {
            for &(i, point) in &self.points[run] {
                let squared = self.offset(place, point).length_squared();
                if squared <= limit {
                    f(i, squared);
                }
            }
        });
    }

    /// Every point with its index in the list it came from, bin by bin.
    pub(super) fn points(&self) -> &[(u32, DVec2)] {
        &self.points
    }

    /// Calls `f` with runs of [`Bins::points`] that together hold every point within `radius` of a
    /// place, none twice.
    pub(super) fn runs(&self, place: DVec2, radius: f64, mut f: impl FnMut(Range<usize>)) {
        let low = (place - self.origin - radius) / self.side;
        let high = (place - self.origin + radius) / self.side;
        let span = |low: f64, high: f64, count: i64| {
            let (low, high) = (low.floor() as i64, high.floor() as i64);
            if self.period.is_some() {
                (low, high.min(low + count - 1))
            } else {
                (low.max(0), high.min(count - 1))
            }
        };
        let (left, right) = span(low.x, high.x, self.columns);
        let (top, bottom) = span(low.y, high.y, self.rows);
        for row in top..=bottom {
            let row = row.rem_euclid(self.rows) * self.columns;
            let mut column = left;
            while column <= right {
                // The bins of a row lie one after the other, up to where a torus starts again.
                let first = column.rem_euclid(self.columns);
                let count = (right - column + 1).min(self.columns - first);
                let at = |column: i64| self.starts[(row + column) as usize] as usize;
                f(at(first)..at(first + count));
                column += count;
            }
        }
    }

    /// The shortest way from one place to another.
    pub(super) fn offset(&self, from: DVec2, to: DVec2) -> DVec2 {
        offset(from, to, self.period)
    }

    fn home(&self, point: DVec2) -> usize {
        let at = (point - self.origin) / self.side;
        let column = (at.x as i64).clamp(0, self.columns - 1);
        let row = (at.y as i64).clamp(0, self.rows - 1);
        (row * self.columns + column) as usize
    }
}

/// The shortest way from one place to another where the plane repeats after `period`, if it does.
pub(super) fn offset(from: DVec2, to: DVec2, period: Option<f64>) -> DVec2 {
    let way = to - from;
    match period {
        Some(period) => way - (way / period).round() * period,
        None => way,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};

    #[test]
    fn what_is_found_equals_brute_force() {
        for seed in 0..30 {
            let mut stream = Seed::new(seed).stream(Stage::Probe, 1);
            let mut point =
                || DVec2::new(f64::from(stream.unit_f32()), f64::from(stream.unit_f32()));
            let points: Vec<DVec2> = (0..seed * 7).map(|_| point()).collect();
            let period = (seed % 2 == 0).then_some(1.0);
            let side = 0.02 + 0.02 * seed as f64;
            let bins = Bins::new(&points, side, period);
            for _ in 0..20 {
                let (place, radius) = (point(), 0.4 * point().x);
                let mut found = Vec::new();
                bins.within(place, radius, |i, _| found.push(i));
                found.sort_unstable();
                let expected: Vec<u32> = (0..points.len() as u32)
                    .filter(|&i| bins.offset(place, points[i as usize]).length() <= radius)
                    .collect();
                assert_eq!(found, expected, "seed {seed}");
            }
        }
    }

    #[test]
    fn far_apart_points_do_not_need_many_bins() {
        let bins = Bins::new(&[DVec2::ZERO, DVec2::splat(1e9)], 1e-3, None);
        assert!(bins.starts.len() < 200);
        assert_eq!(Bins::new(&[], 1.0, None).starts.len(), 2);
    }
}
