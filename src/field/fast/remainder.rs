//! The exact uncovered remainder of a cell under disks of one size.

use super::tile::CONFLICT;
use crate::field::gaps::Square;
use crate::field::lattice::UNITS;
use crate::simd::{
    Simd, SimdBase, Words, farthest_squared, less, load_words, moved, sign_bits, splat_word,
    squared_lengths,
};

/// Words of five lines of eight cells.
const WORDS: usize = 40;

/// The corners of 4×4 parts in parts from the first.
const PARTS: [u32; 16] = {
    let mut parts = [0; 16];
    let mut i = 0;
    while i < 16 {
        parts[i] = pair(i as i32 % 4, i as i32 / 4);
        i += 1;
    }
    parts
};

const fn pair(x: i32, y: i32) -> u32 {
    x as u16 as u32 | (y as u16 as u32) << 16
}

/// The centres of the disks that bear on a cell, from its corner, in units.
#[derive(Debug)]
pub(super) struct Disks {
    centres: [u32; WORDS],
    count: usize,
}

impl Disks {
    /// Of pairs of coordinates; what is not in reach may be anywhere out of reach.
    #[inline(always)]
    pub(super) fn new<S: Simd>(simd: S, around: [Words<S>; 5]) -> Self {
        let mut words = [0; WORDS];
        // The radius is below 2897 units, half a diagonal of the cell below 1449.
        let limit = splat_word(simd, (2897 + 1449) * (2897 + 1449));
        let middle = splat_word(simd, pair(UNITS / 2, UNITS / 2));
        let mut bearing = 0;
        for j in 0..5 {
            around[j].store_slice(&mut words[8 * j..8 * j + 8]);
            let near = less(squared_lengths(middle, around[j]), limit);
            bearing |= u64::from(sign_bits(near)) << (8 * j);
        }
        let mut disks = Self {
            centres: [0; WORDS],
            count: 0,
        };
        while bearing != 0 {
            disks.centres[disks.count] = words[bearing.trailing_zeros() as usize];
            disks.count += 1;
            bearing &= bearing - 1;
        }
        disks
    }

    /// One bit for every one of 4×4 parts of a square that no disk covers alone.
    #[inline(always)]
    pub(super) fn open_parts<S: Simd>(&self, simd: S, square: Square) -> u64 {
        let side = square.side as u32 / 4;
        let corner = splat_word(simd, pair(square.x, square.y));
        let across = splat_word(simd, (side - 1) | (side - 1) << 16);
        let upper = load_words(simd, &PARTS[..8]) << side.trailing_zeros();
        let lower = load_words(simd, &PARTS[8..]) << side.trailing_zeros();
        let first = [moved(upper, corner), moved(lower, corner)];
        let last = [moved(first[0], across), moved(first[1], across)];
        let mut nearest = [splat_word(simd, i32::MAX as u32); 2];
        for &centre in &self.centres[..self.count] {
            let centre = splat_word(simd, centre);
            for i in 0..2 {
                let far = farthest_squared(centre, first[i], last[i]);
                nearest[i] = nearest[i].min(far);
            }
        }
        let limit = splat_word(simd, CONFLICT);
        let covered = sign_bits(less(nearest[0], limit)) | sign_bits(less(nearest[1], limit)) << 8;
        u64::from(!covered & 0xFFFF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fast::grid::{EMPTY, spot, word};
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
            let mut lines = [EMPTY; WORDS];
            let mut centres = Vec::new();
            for (i, &word) in words.iter().enumerate() {
                let (column, row) = (i % 5, i / 5);
                lines[8 * row + column] = EMPTY;
                if let Some(Spot { x, y }) = spot(word) {
                    let unit = i64::from(UNITS);
                    let x = i64::from(x) + (column as i64 - 2) * unit;
                    let y = i64::from(y) + (row as i64 - 2) * unit;
                    lines[8 * row + column] = pair(x as i32, y as i32);
                    centres.push((x, y));
                }
            }
            let mut square = Square { side: 256, ..CELL };
            while square.side > 1 {
                let plain = exact_squares(&centres, square);
                for level in Level::supported() {
                    let fast = dispatch!(level.get(), simd => {
                        let mut around = [splat_word(simd, 0); 5];
                        for j in 0..5 {
                            around[j] = load_words(simd, &lines[8 * j..]);
                        }
                        Disks::new(simd, around).open_parts(simd, square)
                    });
                    assert_eq!(fast, plain, "{level:?} {square:?}");
                }
                square.side /= 4;
                square.x += square.side * (stream.next_u32() as i32 & 3);
                square.y += square.side * (stream.next_u32() as i32 & 3);
            }
        }
    }
}
