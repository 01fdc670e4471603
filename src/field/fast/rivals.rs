//! Darts that meet: who is around a dart, and whether it is accepted.

use super::aim::Band;
use super::grid::{AFTER, BEFORE, EMPTY, PLACE};
use super::news::New;
use super::tile::CONFLICT;
use crate::simd::{Simd, Words, less, sign_bits, splat_word, squared_lengths};

/// Whether a dart, given by its place and priority, beats all darts that it conflicts with: those
/// of five lines of eight cells from two columns before its own, itself among them.
#[inline(always)]
pub(super) fn wins<S: Simd>(
    simd: S,
    (place, priority): (u32, u32),
    there: &[Words<S>; 5],
    priorities: &[Words<S>; 5],
) -> bool {
    let (here, priority) = (splat_word(simd, place), splat_word(simd, priority));
    let limit = splat_word(simd, CONFLICT);
    let mut beaten = splat_word(simd, 0);
    let mut own = splat_word(simd, 0);
    for j in 0..5 {
        // Three columns more than bear on the dart, which do no harm.
        let near = less(squared_lengths(there[j], here), limit) & !less(priorities[j], priority);
        if j == 2 {
            own = near;
        } else {
            beaten |= near;
        }
    }
    // Third in the middle line is the dart itself.
    sign_bits(beaten) | sign_bits(own) & !(1 << 2) == 0
}

/// The rows of a grid that belong to a band.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) words: &'a mut [u32],
    /// For the dots that come.
    pub(super) news: &'a mut Vec<New>,
    pub(super) stride: usize,
    /// Rows of the lattice, and whether they are a torus.
    pub(super) rows: usize,
    pub(super) periodic: bool,
}

/// The darts of a few rows, where a cell's neighbours are found by their place.
#[derive(Debug)]
pub(super) struct Lines {
    stride: usize,
    words: Vec<u32>,
    priorities: Vec<u32>,
    empty: [bool; Self::COUNT],
}

impl Lines {
    const COUNT: usize = 8;

    pub(super) fn new(stride: usize) -> Self {
        Self {
            stride,
            words: vec![EMPTY; Self::COUNT * stride + 8],
            priorities: vec![0; Self::COUNT * stride + 8],
            empty: [true; Self::COUNT],
        }
    }

    /// Takes in a row, which may lie beyond the first or the last, in place of the one eight above.
    pub(super) fn read(&mut self, bands: &[Band], row: isize, of: &Part<'_>) {
        let line = row.rem_euclid(Self::COUNT as isize) as usize;
        let start = line * self.stride;
        if !self.empty[line] {
            self.words[start..start + self.stride].fill(EMPTY);
        }
        let row = if of.periodic {
            row.rem_euclid(of.rows as isize)
        } else {
            row
        };
        let band = usize::try_from(row).ok().and_then(|row| {
            bands
                .iter()
                .find(|band| (band.first..band.last).contains(&row))
        });
        let darts = band.map_or(&[][..], |band| band.darts_of(row as usize, self.stride));
        self.empty[line] = darts.is_empty();
        let columns = self.stride - BEFORE - AFTER;
        for dart in darts {
            let at = dart.at as usize % self.stride;
            let mut put = |at: usize| {
                self.words[start + at] = dart.word & PLACE;
                self.priorities[start + at] = dart.priority as u32;
            };
            put(at);
            if of.periodic {
                // What the rim shows of the other side.
                if at < BEFORE + AFTER {
                    put(at + columns);
                }
                if at >= columns {
                    put(at - columns);
                }
            }
        }
    }

    /// Words and priorities of the lines from two above a row to two below.
    pub(super) fn around(&self, row: usize) -> [(&[u32], &[u32]); 5] {
        std::array::from_fn(|j| {
            let start = (row + j + Self::COUNT - 2) % Self::COUNT * self.stride;
            let line = start..start + self.stride + 8;
            (&self.words[line.clone()], &self.priorities[line])
        })
    }
}
