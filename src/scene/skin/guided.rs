//! Smoothing that stops at edges and leaves out what does not belong.

use crate::parallel;
use crate::plane::Plane;
use crate::simd::{Level, dispatch};
use crate::units::Size;

/// Sums over square windows of `2·reach + 1` cells, cut off at the border.
///
/// # Cost
/// A few additions a cell, whatever the window.
pub(in crate::scene) fn box_sum(plane: &Plane<f32>, reach: usize) -> Plane<f32> {
    let values = plane.values();
    let sums = box_sums(plane.size(), reach, |i| [values[i]]);
    each(&sums, |[sum]| sum)
}

/// The same of several values of each cell, which are counted row by row.
pub(super) fn box_sums<const N: usize>(
    size: Size,
    reach: usize,
    values: impl Fn(usize) -> [f32; N] + Sync + Send,
) -> Plane<[f32; N]> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut rows = Plane::filled(size, [0.0_f32; N]);
    parallel::for_each_chunk(rows.values_mut(), width, |y, row| {
        // Sums of everything before each place.
        let mut before = vec![[0.0_f64; N]; width + 1];
        dispatch!(Level::detect().get(), simd => {
            let mut sum = [0.0_f64; N];
            for (x, before) in before[1..].iter_mut().enumerate() {
                let values = values(y * width + x);
                for c in 0..N {
                    sum[c] += f64::from(values[c]);
                }
                *before = sum;
            }
            for (x, sums) in row.iter_mut().enumerate() {
                let [from, to] = [x.saturating_sub(reach), (x + reach + 1).min(width)];
                let [from, to] = [&before[from], &before[to]];
                for c in 0..N {
                    sums[c] = (to[c] - from[c]) as f32;
                }
            }
        });
    });
    // The rows of a window one by one: blocks of them start afresh, so that no thread enters.
    let mut sums = Plane::filled(size, [0.0_f32; N]);
    parallel::for_each_chunk(sums.values_mut(), width * BLOCK, |block, out| {
        let top = block * BLOCK;
        let mut column = vec![0.0_f64; width * N];
        let row = |y: usize| rows.row(y as u32).as_flattened();
        dispatch!(Level::detect().get(), simd => {
            for y in top.saturating_sub(reach)..(top + reach).min(height) {
                add(&mut column, 1.0, row(y));
            }
            for (y, out) in (top..).zip(out.chunks_exact_mut(width)) {
                if y + reach < height {
                    add(&mut column, 1.0, row(y + reach));
                }
                for (value, &sum) in out.as_flattened_mut().iter_mut().zip(&column) {
                    *value = sum as f32;
                }
                if y >= reach {
                    add(&mut column, -1.0, row(y - reach));
                }
            }
        });
    });
    sums
}

/// Rows in a block of running sums.
const BLOCK: usize = 64;

#[inline(always)]
fn add(sums: &mut [f64], sign: f64, values: &[f32]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum += sign * f64::from(value);
    }
}

/// `f` of every cell, counted row by row.
pub(super) fn cells<T: Copy + Default + Send>(
    size: Size,
    f: impl Fn(usize) -> T + Sync + Send,
) -> Plane<T> {
    let mut out = Plane::filled(size, T::default());
    let width = size.width() as usize;
    parallel::for_each_chunk(out.values_mut(), width, |y, row| {
        for (x, value) in row.iter_mut().enumerate() {
            *value = f(y * width + x);
        }
    });
    out
}

/// `f` of every value of a plane.
pub(super) fn each<T: Copy + Sync, U: Copy + Default + Send>(
    plane: &Plane<T>,
    f: impl Fn(T) -> U + Sync + Send,
) -> Plane<U> {
    cells(plane.size(), |i| f(plane.values()[i]))
}

/// What a guided filter needs of its guide and its weights, for any number of planes.
///
/// # References
/// K. He, J. Sun, X. Tang, "Guided Image Filtering", IEEE TPAMI 35 (2013), eqs. 5 to 8, with means
/// weighted by how far a cell belongs (there all weigh the same).
pub(super) struct Guided<'a> {
    guide: &'a [f32],
    weights: &'a [f32],
    size: Size,
    reach: usize,
    epsilon: f32,
    local: Plane<Local>,
}

/// The window around a cell.
#[derive(Clone, Copy, Default)]
struct Local {
    /// Sum of the weights.
    total: f32,
    /// Mean and variance of the guide.
    mean: f32,
    variance: f32,
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
        let size = guide.size();
        let (guide, weights) = (guide.values(), weights.values());
        let sums = box_sums(size, reach, |i| {
            let (g, w) = (guide[i], weights[i]);
            [w, g * w, g * g * w]
        });
        let local = each(&sums, |[total, sum, squares]| {
            let mean = sum / total;
            Local {
                total,
                mean,
                variance: (squares / total - mean * mean).max(0.0),
            }
        });
        Self {
            guide,
            weights,
            size,
            reach,
            epsilon,
            local,
        }
    }

    /// Sum of the weights in the window around a cell.
    pub(super) fn total(&self, i: usize) -> f32 {
        self.local.values()[i].total
    }

    /// Three planes smoothed: where the guide is flat their weighted mean, along the guide's edges the guide
    /// itself. A cell that does not belong takes the guide's mean in place of its own value.
    pub(super) fn filter(&self, planes: &Plane<[f32; 3]>) -> Plane<[f32; 3]> {
        let (values, local) = (planes.values(), self.local.values());
        let average = self.means(|i| values[i]);
        let products = self.means(|i| values[i].map(|v| v * self.guide[i]));
        let (average, products) = (average.values(), products.values());
        let slope = cells(self.size, |i| {
            let Local { mean, variance, .. } = local[i];
            [0, 1, 2].map(|c| (products[i][c] - average[i][c] * mean) / (variance + self.epsilon))
        });
        let slope = slope.values();
        let level = |i: usize, c: usize| average[i][c] - slope[i][c] * local[i].mean;
        let level = self.means(|i| [0, 1, 2].map(|c| level(i, c)));
        let slope = self.means(|i| slope[i]);
        let (slope, level) = (slope.values(), level.values());
        cells(self.size, |i| {
            let mean = local[i].mean;
            let own = mean + (self.guide[i] - mean) * self.weights[i].min(1.0);
            [0, 1, 2].map(|c| level[i][c] + slope[i][c] * own)
        })
    }

    /// Weighted means over the windows.
    fn means(&self, values: impl Fn(usize) -> [f32; 3] + Sync + Send) -> Plane<[f32; 3]> {
        let weighted = |i: usize| values(i).map(|v| v * self.weights[i]);
        let sums = box_sums(self.size, self.reach, weighted);
        cells(self.size, |i| sums.values()[i].map(|s| s / self.total(i)))
    }
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
        let guided = Guided::new(&noisy, &weights, 6, 0.002);
        let smooth = guided.filter(&noisy.map(|value| [value; 3]));
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
            let [got, ..] = smooth.at(i64::from(x), y);
            assert!((got - clean(x)).abs() < 0.03, "{got} at {x},{y}");
        }
    }
}
