//! A quantile of the values around each place.

use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

/// Cells to either side within a window that its quantile needs.
const PLENTY: usize = 32;

/// A quantile around each place, smooth between the middles of windows.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    grid: Plane<f32>,
    per_cell: f32,
}

impl Levels {
    /// The quantile within `window` to either side of places that lie so far apart. What is not a number
    /// does not count; a window that holds nothing else has the quantile of all windows.
    pub(super) fn of(plane: &Plane<f32>, window: usize, share: f32) -> Self {
        let [levels] = Self::of_each(plane, window, [share]);
        levels
    }

    /// Several quantiles of the same windows.
    pub(super) fn of_each<const N: usize>(
        plane: &Plane<f32>,
        window: usize,
        shares: [f32; N],
    ) -> [Self; N] {
        Self::of_values(plane.size(), window, shares, |y| {
            let row = plane.row(y as u32);
            move |x: usize| row[x]
        })
    }

    /// As of a plane of `row(y)(x)`, which is asked for no more than is looked at.
    pub(super) fn of_values<const N: usize, R: Fn(usize) -> f32>(
        size: Size,
        window: usize,
        shares: [f32; N],
        row: impl Fn(usize) -> R + Sync + Send,
    ) -> [Self; N] {
        let (width, height) = (size.width() as usize, size.height() as usize);
        let windows = [width, height].map(|side| side.div_ceil(window).max(1));
        // Every second cell of every second row is plenty, and of large windows still fewer are.
        let step = (window / PLENTY).max(2);
        let around = |i: usize| {
            let [x, y] = [i % windows[0], i / windows[0]].map(|j| j * window + window / 2);
            let span = |middle: usize, side: usize| {
                let from = middle.saturating_sub(window).min(side - 1);
                from..(middle + window).min(side)
            };
            let [columns, rows] = [span(x, width), span(y, height)];
            let cells = columns.len().div_ceil(step) * rows.len().div_ceil(step);
            let mut values = Vec::with_capacity(cells);
            for y in rows.step_by(step) {
                values.extend(columns.clone().step_by(step).map(row(y)));
            }
            values.retain(|value: &f32| !value.is_nan());
            shares.map(|share| quantile(&mut values, share))
        };
        let own = parallel::map(windows[0] * windows[1], around);
        std::array::from_fn(|i| {
            let own = own.iter().map(|quantiles| quantiles[i]);
            let mut known: Vec<f32> = own.clone().flatten().collect();
            let usual = quantile(&mut known, shares[i]).unwrap_or(0.0);
            let mut grid = Plane::filled(Size::within(windows[0] as u32, windows[1] as u32), usual);
            for (value, own) in grid.values_mut().iter_mut().zip(own) {
                *value = own.unwrap_or(usual);
            }
            Self::from_windows(grid, window)
        })
    }

    /// What was read in windows of that size, one beside the other.
    pub(super) fn from_windows(grid: Plane<f32>, window: usize) -> Self {
        let per_cell = 1.0 / window as f32;
        Self { grid, per_cell }
    }

    /// `f` of two levels over the same windows.
    pub(super) fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let mut grid = self.grid.clone();
        for (a, &b) in grid.values_mut().iter_mut().zip(other.grid.values()) {
            *a = f(*a, b);
        }
        Self { grid, ..*self }
    }

    /// The levels in the middles of a row of cells, whose own middle is at `y`.
    pub(super) fn along(&self, y: f32, columns: usize) -> Vec<f32> {
        let last = self.grid.size().width() as usize - 1;
        let level = |window: usize| {
            let x = window.min(last) as f32 + 0.5;
            self.grid.sample(x, y * self.per_cell)
        };
        let mut along = vec![0.0; columns];
        let (mut from, mut own) = (0, level(0));
        for window in 0..=last {
            // Up to the middle of the next window, and from the last one to the end.
            let next = ((window as f32 + 1.5) / self.per_cell - 0.5).ceil() as usize;
            let end = if window < last {
                next.min(columns)
            } else {
                columns
            };
            let step = level(window + 1) - own;
            for (x, value) in (from..end).zip(&mut along[from..end]) {
                let at = (x as f32 + 0.5) * self.per_cell - 0.5 - window as f32;
                *value = own + step * at.clamp(0.0, 1.0);
            }
            (from, own) = (end, own + step);
        }
        along
    }

    /// The level at a place in cells.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        self.grid.sample(x * self.per_cell, y * self.per_cell)
    }
}

/// The value below which a share of all lies; `None` without any.
pub(super) fn quantile(values: &mut [f32], share: f32) -> Option<f32> {
    let last = values.len().checked_sub(1)?;
    let at = (last as f32 * share) as usize;
    Some(*values.select_nth_unstable_by(at, f32::total_cmp).1)
}

/// Bits by which values are counted before those of one count are put in order.
const COUNTED_BITS: u32 = 12;

/// [`quantile`] of what several parts hold together, each of which is asked for twice and never kept.
pub(super) fn quantile_of_parts(
    parts: usize,
    values: impl Fn(usize) -> Vec<f32> + Sync + Send,
    share: f32,
) -> Option<f32> {
    // In the order of `f32::total_cmp`.
    let key = |value: f32| {
        let bits = value.to_bits();
        let flipped = if bits >> 31 == 0 { 1 << 31 } else { u32::MAX };
        ((bits ^ flipped) >> (32 - COUNTED_BITS)) as usize
    };
    let counts = parallel::map(parts, |i| {
        let mut counts = vec![0_u32; 1 << COUNTED_BITS];
        for value in values(i) {
            counts[key(value)] += 1;
        }
        counts
    });
    let count = |bin: usize| counts.iter().map(|counts| counts[bin] as usize).sum();
    let counts: Vec<usize> = (0..1 << COUNTED_BITS).map(count).collect();
    let last = counts.iter().sum::<usize>().checked_sub(1)?;
    let mut at = (last as f32 * share) as usize;
    let bin = counts.iter().position(|&count| {
        let found = at < count;
        at -= if found { 0 } else { count };
        found
    })?;
    let of_bin = parallel::map(parts, |i| {
        let mut values = values(i);
        values.retain(|&value| key(value) == bin);
        values
    });
    let mut of_bin: Vec<f32> = of_bin.into_iter().flatten().collect();
    Some(*of_bin.select_nth_unstable_by(at, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_quantiles_of_the_whole() {
        let value = |i: i32| ((i * 7919 % 1009) - 300) as f32 * 0.001;
        let mut all: Vec<f32> = (0..2000).map(value).collect();
        all.extend([0.0, -0.0, f32::MIN_POSITIVE]);
        let parts: Vec<Vec<f32>> = all.chunks(300).map(<[f32]>::to_vec).collect();
        for share in [0.0, 0.05, 0.31, 0.5, 0.95, 1.0] {
            let whole = quantile(&mut all, share).unwrap();
            let got = quantile_of_parts(parts.len(), |i| parts[i].clone(), share).unwrap();
            assert_eq!(got.to_bits(), whole.to_bits(), "{share}");
        }
        assert_eq!(quantile_of_parts(1, |_| Vec::new(), 0.5), None);
    }

    #[test]
    fn levels_follow_a_step_and_leave_out_what_is_no_number() {
        let size = Size::new(60, 20).unwrap();
        let plane = Plane::from_fn(size, |x, y| match (x, y) {
            (_, 0..4) => f32::NAN,
            (0..30, _) => 1.0,
            _ => 3.0,
        });
        let levels = Levels::of(&plane, 5, 0.5);
        assert_eq!((levels.at(5.0, 10.0), levels.at(55.0, 10.0)), (1.0, 3.0));
        for y in [0.5, 7.3, 12.0, 40.0] {
            for (x, &along) in levels.along(y, 60).iter().enumerate() {
                let at = levels.at(x as f32 + 0.5, y);
                assert!((along - at).abs() < 1e-5, "{along} for {at} at {x}, {y}");
            }
        }
        let nothing = Levels::of(&Plane::filled(size, f32::NAN), 5, 0.5);
        assert_eq!(nothing.at(3.0, 3.0), 0.0);
    }
}
