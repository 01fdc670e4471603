//! One word a cell: its dot or dart, or nothing.
//!
//! ```text
//! bit 30       nothing here: the word is a position 8 cells away, in conflict with no cell in reach
//! bits 16–26   y in the cell      bits 11–14   when it came, see [`tag`]      bits 0–10   x
//! ```
//! Around the cells stand two rows above and below, two columns to the left and six to the right:
//! empty, or on a torus copies of the opposite side.

use crate::field::lattice::{Lattice, Spot};

/// A cell without a dot.
pub(super) const EMPTY: u32 = 1 << 30;

/// The bits of a word that say where.
pub(super) const PLACE: u32 = EMPTY | 0x07FF_07FF;

/// The bits of a word that say when.
pub(super) const TAG: u32 = 0x7800;

/// Different for neighbouring rounds, never that of the blind rounds, 0.
pub(super) const fn tag(round: u8) -> u32 {
    (round as u32 % TAGS + 1) << 11
}

const TAGS: u32 = 15;

/// Rows above the first cell, and columns before it.
pub(super) const BEFORE: usize = 2;
const AFTER: usize = 6;

#[derive(Clone, Debug)]
pub(in crate::field) struct Grid {
    words: Vec<u32>,
    columns: usize,
    rows: usize,
    periodic: bool,
}

impl Grid {
    pub(super) fn new(lattice: &Lattice) -> Self {
        let stride = BEFORE + lattice.columns + AFTER;
        Self {
            words: vec![EMPTY; stride * (lattice.rows + 2 * BEFORE)],
            columns: lattice.columns,
            rows: lattice.rows,
            periodic: lattice.periodic,
        }
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

    /// Makes sure that no word left over from an earlier round bears the tag of this one.
    pub(super) fn prepare(&mut self, round: u8) {
        if round > 0 && u32::from(round).is_multiple_of(TAGS) {
            self.words.fill(EMPTY);
        }
    }

    /// Copies what the rim of a torus shows.
    pub(super) fn wrap(&mut self) {
        if !self.periodic {
            return;
        }
        let (stride, columns) = (self.stride(), self.columns);
        for line in self.words.chunks_mut(stride) {
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
pub(super) const fn word(spot: Spot, tag: u32) -> u32 {
    spot.x as u32 | (spot.y as u32) << 16 | tag
}
