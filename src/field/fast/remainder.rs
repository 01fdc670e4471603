//! The exact uncovered remainder of a cell under disks of one size.

use super::grid::{EMPTY, PLACE};
use super::tile::{CONFLICT, offset};
use crate::field::gaps::Square;
use crate::simd::{Simd, SimdBase, SimdMask, f32x8, splat};

/// The most disks that can reach a cell: one for each of 5×5 cells, without the corners.
const MOST: usize = 24;

/// The centres of the disks around a cell, from its corner, in units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disks {
    x: [f32; MOST],
    y: [f32; MOST],
    count: usize,
}

impl Disks {
    /// From the words of a grid; `at` is the cell's own.
    pub(super) fn around(words: &[u32], stride: usize, at: usize) -> Self {
        let mut disks = Self {
            x: [0.0; MOST],
            y: [0.0; MOST],
            count: 0,
        };
        for j in 0..5 {
            let start = at + j * stride - 2 * stride - 2;
            for (i, &word) in words[start..start + 5].iter().enumerate() {
                if word & EMPTY != 0 {
                    continue;
                }
                let shift = offset(i as i32, j as i32);
                let along = |from: u32| {
                    let inside = (word & PLACE) >> from & 0xFFFF;
                    f32::from(inside as i16 + (shift >> from) as u16 as i16)
                };
                disks.x[disks.count] = along(0);
                disks.y[disks.count] = along(16);
                disks.count += 1;
            }
        }
        disks
    }

    /// One bit for every part of a square that no disk covers alone.
    ///
    /// Squared distances up to 2²³ are exact in single precision, and longer ones stay longer.
    #[inline(always)]
    pub(super) fn open_parts<S: Simd>(&self, simd: S, square: Square) -> u64 {
        if square.side > 4 {
            self.open_in::<S, 8>(simd, square)
        } else {
            self.open_in::<S, 4>(simd, square)
        }
    }

    /// `PARTS` along each side of the square.
    #[inline(always)]
    fn open_in<S: Simd, const PARTS: usize>(&self, simd: S, square: Square) -> u64 {
        let side = square.side as f32 / PARTS as f32;
        let last = side - 1.0;
        let mut ends = [0.0; 8];
        for i in 0..8 {
            ends[i] = i as f32 * side;
        }
        let ends = f32x8::from_slice(simd, &ends);
        let (left, top) = (ends + square.x as f32, ends + square.y as f32);
        let mut nearest = [splat(simd, f32::MAX); PARTS];
        for disk in 0..self.count {
            let x = left - self.x[disk];
            let x = x.abs().max((x + last).abs());
            let y = top - self.y[disk];
            let y = y.abs().max((y + last).abs());
            let (x, mut rows) = (x * x, [0.0; 8]);
            (y * y).store_slice(&mut rows);
            for row in 0..PARTS {
                nearest[row] = nearest[row].min(x + rows[row]);
            }
        }
        let limit = splat(simd, CONFLICT as f32);
        let mut open = 0;
        for row in 0..PARTS {
            let bits = !nearest[row].simd_lt(limit).to_bitmask() & ((1 << PARTS) - 1);
            open |= bits << (row * PARTS);
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fast::grid::word;
    use crate::field::gaps::{CELL, exact_squares};
    use crate::field::lattice::Spot;
    use crate::random::{Seed, Stage};
    use crate::simd::{Level, dispatch};
    use rand::Rng;

    #[test]
    fn remainders_equal_those_of_the_plain_rules_at_every_level() {
        let mut stream = Seed::new(4).stream(Stage::Probe, 1);
        for _ in 0..300 {
            let mut words = [EMPTY; 25];
            for at in 0..6 {
                let bits = stream.next_u32();
                let spot = Spot {
                    x: (bits & 2047) as u16,
                    y: (bits >> 11 & 2047) as u16,
                };
                words[((bits >> 22) as usize * 25) >> 10] = word(spot, at << 11);
            }
            words[12] = EMPTY;
            let disks = Disks::around(&words, 5, 12);
            let centres: Vec<(i64, i64)> = (0..disks.count)
                .map(|i| (disks.x[i] as i64, disks.y[i] as i64))
                .collect();
            let mut square = CELL;
            while square.side > 1 {
                let plain = exact_squares(&centres, square);
                for level in Level::supported() {
                    let fast = dispatch!(level.get(), simd => disks.open_parts(simd, square));
                    assert_eq!(fast, plain, "{level:?} {square:?}");
                }
                square.side /= if square.side > 4 { 8 } else { 4 };
                square.x += square.side * (stream.next_u32() as i32 & 3);
                square.y += square.side * (stream.next_u32() as i32 & 3);
            }
        }
    }
}
