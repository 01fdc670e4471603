//! One word a cell: its dot or dart, or nothing.
//!
//! ```text
//! bit 30       nothing here: the word is a position 8 cells away, in conflict with no cell in reach
//! bits 16–26   y in the cell      bits 0–10   x in the cell
//! bits 11–14 and 27–29   when it came, see [`tag`]
//! ```
//! Around the cells stand two rows above and below, two columns to the left and six to the right:
//! empty, or on a torus copies of the opposite side.

use crate::field::darts::{DART_ROUNDS, GAP_ROUNDS};
use crate::field::lattice::{Lattice, Spot};

/// A cell without a dot.
pub(in crate::field) const EMPTY: u32 = 1 << 30;

/// The bits of a word that say where.
pub(super) const PLACE: u32 = EMPTY | 0x07FF_07FF;

/// Different for every gap round, never that of the blind rounds, 0.
pub(super) const fn tag(round: u8) -> u32 {
    let tag = round as u32 + 1;
    (tag & 15) << 11 | (tag >> 4) << 27
}

/// Seven bits for all rounds, blind ones included.
const _: () = assert!(DART_ROUNDS + GAP_ROUNDS < 127);

/// The number that [`tag`] or [`stamped`] put into a word, if any.
pub(in crate::field) const fn stamp(word: u32) -> Option<u8> {
    let tag = word >> 11 & 15 | (word >> 27 & 7) << 4;
    (tag as u8).checked_sub(1)
}

/// The same place under another number.
pub(in crate::field) const fn stamped(word: u32, number: u8) -> u32 {
    word & PLACE | tag(number)
}

/// Rows above the first cell, and columns before it.
pub(super) const BEFORE: usize = 2;
/// Columns after the last.
pub(super) const AFTER: usize = 6;

/// Words after the last line, so that vectors may run over its end.
const SPARE: usize = 8;

#[derive(Clone, Debug)]
pub(in crate::field) struct Grid {
    words: Vec<u32>,
    columns: usize,
    rows: usize,
    periodic: bool,
    rounds: u8,
}

impl Grid {
    pub(super) fn new(lattice: &Lattice) -> Self {
        Self {
            words: vec![EMPTY; Self::length(lattice)],
            columns: lattice.columns,
            rows: lattice.rows,
            periodic: lattice.periodic,
            rounds: 0,
        }
    }

    /// Cells that are still to be written, all of them, amid an empty rim.
    pub(super) fn unwritten(lattice: &Lattice) -> Self {
        let mut grid = Self {
            // Zeros come from the system unwritten, and their pages to whoever writes first.
            words: vec![0; Self::length(lattice)],
            columns: lattice.columns,
            rows: lattice.rows,
            periodic: lattice.periodic,
            rounds: 0,
        };
        let (stride, rim) = (grid.stride(), BEFORE * grid.stride());
        let below = rim + grid.rows * stride;
        grid.words[..rim].fill(EMPTY);
        grid.words[below..].fill(EMPTY);
        for line in grid.words[rim..below].chunks_exact_mut(stride) {
            line[..BEFORE].fill(EMPTY);
            line[stride - AFTER..].fill(EMPTY);
        }
        grid
    }

    const fn length(lattice: &Lattice) -> usize {
        (BEFORE + lattice.columns + AFTER) * (lattice.rows + 2 * BEFORE) + SPARE
    }

    /// The same cells after so many rounds, blind and aimed.
    pub(super) fn after(mut self, rounds: u8) -> Self {
        self.rounds = rounds;
        self
    }

    /// Rounds played until no room was left, the last of which found none.
    pub(in crate::field) const fn rounds(&self) -> u8 {
        self.rounds
    }

    /// The words of a rectangle, row by row.
    pub(in crate::field) fn of_words<'a>(
        lattice: &Lattice,
        rows: impl Iterator<Item = &'a [u32]>,
    ) -> Self {
        let mut grid = Self::new(lattice);
        for (line, row) in grid.bands(1).zip(rows) {
            line[BEFORE..BEFORE + row.len()].copy_from_slice(row);
        }
        grid
    }

    /// The dots of a list of sites, one cell each.
    pub(in crate::field) fn of_sites(lattice: &Lattice, sites: &[Option<Spot>]) -> Self {
        let mut grid = Self::new(lattice);
        let lines = grid.bands(1);
        for (line, sites) in lines.zip(sites.chunks(lattice.columns)) {
            for (place, site) in line[BEFORE..].iter_mut().zip(sites) {
                if let Some(spot) = *site {
                    *place = word(spot, 0);
                }
            }
        }
        grid
    }

    pub(super) const fn stride(&self) -> usize {
        BEFORE + self.columns + AFTER
    }

    /// All words, rim included; cell (column, row) stands at
    /// `(row + BEFORE) · stride + column + BEFORE`.
    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    /// The words of the cells of a row.
    pub(in crate::field) fn row(&self, row: usize) -> &[u32] {
        let start = (row + BEFORE) * self.stride() + BEFORE;
        &self.words[start..start + self.columns]
    }

    /// Bands of so many rows of cells, without the rows above and below but with the columns on
    /// both sides.
    pub(super) fn bands(&mut self, rows: usize) -> impl Iterator<Item = &mut [u32]> {
        let stride = self.stride();
        let inner = stride * BEFORE..stride * (BEFORE + self.rows);
        self.words[inner].chunks_mut(rows * stride)
    }

    /// Copies what the rim of a torus shows.
    pub(super) fn wrap(&mut self) {
        if !self.periodic {
            return;
        }
        let (stride, columns) = (self.stride(), self.columns);
        for line in self.words.chunks_exact_mut(stride) {
            line.copy_within(columns..columns + BEFORE, 0);
            line.copy_within(BEFORE..BEFORE + AFTER, BEFORE + columns);
        }
        let (first, last) = (BEFORE * stride, self.rows * stride);
        self.words.copy_within(last..last + BEFORE * stride, 0);
        let below = (BEFORE + self.rows) * stride;
        self.words
            .copy_within(first..first + BEFORE * stride, below);
    }
}

/// Lists the numbers for which `keep` is true at the front of `to`, and counts them; without a
/// branch, which could not be foreseen.
#[inline(always)]
pub(in crate::field) fn list(keep: impl Iterator<Item = bool>, to: &mut [usize]) -> usize {
    let mut count = 0;
    for (i, keep) in keep.enumerate() {
        to[count] = i;
        count += usize::from(keep);
    }
    count
}

/// The dot in a word, if there is one.
pub(in crate::field) const fn spot(word: u32) -> Option<Spot> {
    if word & EMPTY != 0 {
        return None;
    }
    Some(Spot {
        x: (word & 0x7FF) as u16,
        y: (word >> 16 & 0x7FF) as u16,
    })
}

/// The word of a dot that came when `tag` says.
pub(in crate::field) const fn word(spot: Spot, tag: u32) -> u32 {
    spot.x as u32 | (spot.y as u32) << 16 | tag
}
