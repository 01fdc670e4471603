//! The transmittance of one tile, and where on it there is ink.

use std::ops::Range;

/// Elements on either side of a tile's row that a window's vectors may run over into.
pub(super) const APRON: usize = 8;

/// The transmittance of one tile: rows of interleaved red, green and blue, each between two aprons.
/// 1 wherever nothing has been drawn since the last [`Tile::clear`].
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) light: Vec<f32>,
    /// Elements from one row to the next.
    pub(super) stride: usize,
    /// The picture's column and row of the tile's first pixel.
    pub(super) left: i64,
    pub(super) top: i64,
    /// Pixels of the tile that lie in the picture.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Per row, a bit for each block of pixels that may hold ink.
    inked: Vec<u64>,
    /// Binary logarithm of the pixels to a block, at least 3.
    block: u32,
    /// Room for a dot's factors.
    pub(super) columns: Vec<[f32; 8]>,
    pub(super) rows: Vec<[f32; 8]>,
}

impl Tile {
    /// Room for tiles of a given side.
    pub(super) fn new(side: usize) -> Self {
        // The room after the last pixel lets the resolve read whole blocks.
        let stride = (APRON + 3 * side + 32).next_multiple_of(8);
        Self {
            light: vec![1.0; stride * side],
            stride,
            left: 0,
            top: 0,
            width: side,
            height: side,
            inked: vec![0; side],
            block: side
                .div_ceil(64)
                .next_power_of_two()
                .trailing_zeros()
                .max(3),
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Stands for a part of the picture from now on: left, top, right and bottom, no more than its
    /// side apart.
    pub(super) fn take(&mut self, [left, top, right, bottom]: [u32; 4]) {
        (self.left, self.top) = (left.into(), top.into());
        (self.width, self.height) = ((right - left) as usize, (bottom - top) as usize);
    }

    /// One row, red of its first pixel first.
    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.light[row * self.stride + APRON..][..self.stride - APRON]
    }

    /// One row, to be changed.
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.light[row * self.stride + APRON..][..self.stride - APRON]
    }

    /// Notes ink on some columns of some rows.
    #[inline(always)]
    pub(super) fn ink(&mut self, columns: Range<usize>, rows: Range<usize>) {
        if columns.is_empty() {
            return;
        }
        let last = (columns.end - 1) >> self.block;
        let bits = (u64::MAX >> (63 - last)) & (u64::MAX << (columns.start >> self.block));
        for row in &mut self.inked[rows] {
            *row |= bits;
        }
    }

    /// The runs of pixels of a row that may hold ink.
    #[inline(always)]
    pub(super) fn runs(&self, row: usize) -> Runs {
        Runs {
            left: self.inked[row],
            block: self.block,
            width: self.width,
        }
    }

    /// Forgets all ink.
    pub(super) fn clear(&mut self) {
        let rows = self.light.chunks_exact_mut(self.stride);
        for (row, inked) in rows.zip(&mut self.inked) {
            if *inked != 0 {
                row.fill(1.0);
                *inked = 0;
            }
        }
    }
}

/// Runs of inked pixels, from left to right.
#[derive(Debug)]
pub(super) struct Runs {
    left: u64,
    block: u32,
    width: usize,
}

impl Iterator for Runs {
    type Item = Range<usize>;

    #[inline(always)]
    fn next(&mut self) -> Option<Range<usize>> {
        if self.left == 0 {
            return None;
        }
        let first = self.left.trailing_zeros();
        let end = first + (self.left >> first).trailing_ones();
        self.left &= u64::MAX.checked_shl(end).unwrap_or(0);
        Some((first as usize) << self.block..((end as usize) << self.block).min(self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hold_all_ink_and_little_more() {
        for side in [8, 13, 64, 100, 512, 777, 1024] {
            let mut tile = Tile::new(side);
            let spans = [0..1, side / 2..side / 2 + 1, side - 3..side];
            for (row, span) in spans.iter().enumerate() {
                tile.ink(span.clone(), row..row + 2);
            }
            for (row, holds) in [(0, 0..1), (1, 0..2), (2, 1..3), (3, 2..3), (4, 0..0)] {
                let runs: Vec<Range<usize>> = tile.runs(row).collect();
                let inked = |x: usize| spans[holds.clone()].iter().any(|span| span.contains(&x));
                let near = |x: usize| (x.saturating_sub(15)..x + 16).any(inked);
                for x in 0..side {
                    let found = runs.iter().any(|run| run.contains(&x));
                    assert!(found >= inked(x) && found <= near(x), "{side}: {row}, {x}");
                }
                assert!(runs.iter().all(|run| run.end <= side));
            }
            tile.clear();
            assert!((0..side).all(|row| tile.runs(row).next().is_none()));
        }
    }
}
