//! Smoothing that stops at edges and leaves out what does not belong.

use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

/// Sums over square windows of `2·reach + 1` cells, cut off at the border.
///
/// # Cost
/// A few additions a cell, whatever the window.
pub(in crate::scene) fn box_sum(plane: &Plane<f32>, reach: usize) -> Plane<f32> {
    let (width, height) = (
        plane.size().width() as usize,
        plane.size().height() as usize,
    );
    let mut rows = plane.clone();
    parallel::for_each_chunk(rows.values_mut(), width, |_, row| {
        let before = prefix(row.iter().copied());
        for (x, value) in row.iter_mut().enumerate() {
            let window = x.saturating_sub(reach)..(x + reach + 1).min(width);
            *value = (before[window.end] - before[window.start]) as f32;
        }
    });
    // The rows of a window one by one: blocks of them start afresh, so that no thread enters.
    let mut sums = Plane::filled(plane.size(), 0.0_f32);
    parallel::for_each_chunk(sums.values_mut(), width * BLOCK, |block, out| {
        let top = block * BLOCK;
        let mut column = vec![0.0_f64; width];
        let add = |column: &mut [f64], y: usize, sign: f64| {
            for (sum, &value) in column.iter_mut().zip(rows.row(y as u32)) {
                *sum += sign * f64::from(value);
            }
        };
        for y in top.saturating_sub(reach)..(top + reach).min(height) {
            add(&mut column, y, 1.0);
        }
        for (y, out) in (top..).zip(out.chunks_exact_mut(width)) {
            if y + reach < height {
                add(&mut column, y + reach, 1.0);
            }
            for (value, &sum) in out.iter_mut().zip(&column) {
                *value = sum as f32;
            }
            if y >= reach {
                add(&mut column, y - reach, -1.0);
            }
        }
    });
    sums
}

/// Rows in a block of running sums.
const BLOCK: usize = 64;

/// Sum of everything before each place.
fn prefix(values: impl Iterator<Item = f32>) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = values.map(|v| {
        sum += f64::from(v);
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// `f(column, row)` of every cell, rows side by side.
pub(super) fn cells<T: Copy + Default + Send>(
    size: Size,
    f: impl Fn(usize, usize) -> T + Sync + Send,
) -> Plane<T> {
    let mut out = Plane::filled(size, T::default());
    parallel::for_each_chunk(out.values_mut(), size.width() as usize, |y, row| {
        for (x, value) in row.iter_mut().enumerate() {
            *value = f(x, y);
        }
    });
    out
}

/// `f` of every value of a plane.
pub(super) fn each<T: Copy + Sync, U: Copy + Default + Send>(
    plane: &Plane<T>,
    f: impl Fn(T) -> U + Sync + Send,
) -> Plane<U> {
    let width = plane.size().width() as usize;
    cells(plane.size(), |x, y| f(plane.values()[y * width + x]))
}

/// `f` of the values of two planes of one size, cell by cell.
pub(super) fn zip(
    a: &Plane<f32>,
    b: &Plane<f32>,
    f: impl Fn(f32, f32) -> f32 + Sync + Send,
) -> Plane<f32> {
    let width = a.size().width() as usize;
    cells(a.size(), |x, y| {
        let i = y * width + x;
        f(a.values()[i], b.values()[i])
    })
}

/// What a guided filter needs of its guide and its weights, for any number of planes.
///
/// # References
/// K. He, J. Sun, X. Tang, "Guided Image Filtering", IEEE TPAMI 35 (2013), eqs. 5 to 8, with means
/// weighted by how far a cell belongs (there all weigh the same).
pub(super) struct Guided<'a> {
    guide: &'a Plane<f32>,
    weights: &'a Plane<f32>,
    reach: usize,
    epsilon: f32,
    total: Plane<f32>,
    pub(super) mean: Plane<f32>,
    variance: Plane<f32>,
}

impl<'a> Guided<'a> {
    /// A filter over windows of `2·reach + 1` cells that keeps steps of the guide whose square is well
    /// above `epsilon`. Weights have to be above 0.
    pub(super) fn new(
        guide: &'a Plane<f32>,
        weights: &'a Plane<f32>,
        reach: usize,
        epsilon: f32,
    ) -> Self {
        let total = box_sum(weights, reach);
        let mean = mean_of(guide, weights, &total, reach);
        let squares = mean_of(&zip(guide, guide, |a, b| a * b), weights, &total, reach);
        let variance = zip(&squares, &mean, |s, m| (s - m * m).max(0.0));
        Self {
            guide,
            weights,
            reach,
            epsilon,
            total,
            mean,
            variance,
        }
    }

    /// The plane smoothed: where the guide is flat its weighted mean, along the guide's edges the guide
    /// itself. A cell that does not belong takes the guide's mean in place of its own value.
    pub(super) fn filter(&self, plane: &Plane<f32>) -> Plane<f32> {
        let (weights, total, reach) = (self.weights, &self.total, self.reach);
        let average = mean_of(plane, weights, total, reach);
        let products = mean_of(&zip(plane, self.guide, |a, b| a * b), weights, total, reach);
        let both = zip(&average, &self.mean, |a, b| a * b);
        let covariance = zip(&products, &both, |p, b| p - b);
        let slope = zip(&covariance, &self.variance, |c, v| c / (v + self.epsilon));
        let carried = zip(&slope, &self.mean, |s, m| s * m);
        let level = zip(&average, &carried, |a, c| a - c);
        let (slope, level) = (
            mean_of(&slope, weights, total, reach),
            mean_of(&level, weights, total, reach),
        );
        let mut out = level;
        let guide = self.guide.values().iter().zip(self.mean.values());
        let own = guide
            .zip(weights.values())
            .map(|((g, m), w)| m + (g - m) * w.min(1.0));
        for ((value, &slope), own) in out.values_mut().iter_mut().zip(slope.values()).zip(own) {
            *value += slope * own;
        }
        out
    }
}

/// Weighted mean over windows whose weights sum to `total`.
pub(super) fn mean_of(
    plane: &Plane<f32>,
    weights: &Plane<f32>,
    total: &Plane<f32>,
    reach: usize,
) -> Plane<f32> {
    let sum = box_sum(&zip(plane, weights, |v, w| v * w), reach);
    zip(&sum, total, |s, t| s / t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_sums_equal_brute_force() {
        let size = Size::new(37, 150).unwrap();
        let plane = Plane::from_fn(size, |x, y| ((x * 31 + y * 17) % 23) as f32);
        for reach in [0_i64, 1, 5, 80, 200] {
            let sums = box_sum(&plane, reach as usize);
            for (x, y) in [(0, 0), (36, 149), (18, 63), (18, 64), (5, 128)] {
                let mut expected = 0.0;
                for v in (y - reach).max(0)..=(y + reach).min(149) {
                    for u in (x - reach).max(0)..=(x + reach).min(36) {
                        expected += plane.at(u, v);
                    }
                }
                assert_eq!(sums.at(x, y), expected, "{x},{y} reach {reach}");
            }
        }
    }

    #[test]
    fn an_edge_stays_noise_goes_and_what_does_not_belong_is_bridged() {
        let size = Size::new(60, 40).unwrap();
        let clean = |x: u32| if x < 30 { 0.3 } else { 0.7 };
        let noisy = Plane::from_fn(size, |x, y| {
            let hair = if y % 13 == 6 { -0.25 } else { 0.0 };
            clean(x) + hair + 0.02 * (((x * 7 + y * 13) % 5) as f32 / 2.0 - 1.0)
        });
        let weights = Plane::from_fn(size, |_, y| if y % 13 == 6 { 1e-4 } else { 1.0 });
        let smooth = Guided::new(&noisy, &weights, 6, 0.002).filter(&noisy);
        // Under a hair the edge is as wide as a window.
        for (x, y) in [
            (4, 6),
            (4, 32),
            (55, 6),
            (27, 12),
            (33, 20),
            (27, 0),
            (55, 12),
        ] {
            let got = smooth.at(i64::from(x), y);
            assert!((got - clean(x)).abs() < 0.03, "{got} at {x},{y}");
        }
    }
}
