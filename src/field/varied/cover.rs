//! Squares of a block that dots strike out, a bit each.
//!
//! A cell has 8×8 squares, a row of squares is a row of bits. A disk strikes out what it covers
//! alone, one run of bits a row; the run's ends are rounded to the safe side by a whole unit, so
//! that what is struck out is covered whatever the rounding of its computation.

use super::Arena;
use super::blocks::{BLOCK, Block};
use crate::field::lattice::UNITS;
use crate::field::spacing::NEIGHBOURLY;
use crate::simd::{Simd, SimdBase, SimdFloat, load, splat, store_whole};

/// Squares along the side of a cell.
const PARTS: usize = 8;

/// Squares of a row that are struck out at once.
const WINDOW: usize = 64;

/// The struck-out squares of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    /// Row by row, a byte for each cell; bits beyond a row's end are set.
    rows: Vec<u8>,
    /// Bytes of a row, eight or more.
    stride: usize,
    /// Squares along the side of the block.
    count: usize,
    /// The binary logarithm of the units along the side of a square.
    log: u32,
}

/// Within what distance of a disk's middle everything in a block is covered, in units, where own
/// spacings are at least `least`; of a circle that is cleared, whatever they are.
pub(super) fn radius(own: u32, least: Option<u32>) -> f32 {
    let own = own as f32 / 16.0;
    let other = least.map_or(0.0, |least| (least as f32 / 16.0).max(own / NEIGHBOURLY));
    own + other - 1.0
}

/// A cell that may have uncovered squares, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    column: u8,
    row: u8,
    /// A byte for each row of squares.
    struck: [u8; PARTS],
}

impl Open {
    pub(super) fn column_row(self) -> (usize, usize) {
        (self.column.into(), self.row.into())
    }

    /// A bit for each uncovered square.
    #[inline(always)]
    pub(super) const fn squares(self) -> u64 {
        !u64::from_le_bytes(self.struck)
    }
}

impl Cover {
    /// For a block, all squares in one state.
    fn reset(&mut self, block: &Block, state: u8) {
        let cells = BLOCK >> block.level;
        self.log = (UNITS / PARTS as i32).ilog2() + u32::from(block.level);
        self.stride = cells.max(WINDOW / 8);
        self.count = cells * PARTS;
        self.rows.clear();
        self.rows.resize((cells * PARTS + 8) * self.stride, state);
    }

    /// Nothing of a block is struck out but cells that have no part in the region.
    pub(super) fn start(&mut self, block: &Block, arena: &Arena<'_>) {
        let Arena {
            lattice, region, ..
        } = *arena;
        self.reset(block, 0);
        let cells = BLOCK >> block.level;
        if cells < self.stride {
            for row in self.rows.chunks_exact_mut(self.stride) {
                row[cells..].fill(u8::MAX);
            }
        }
        if block.whole {
            return;
        }
        let side = 1 << block.level;
        for row in 0..cells {
            for column in 0..cells {
                let (x, y) = (block.column + column * side, block.row + row * side);
                let line = |y: usize| &region[y * lattice.columns + x..][..side];
                if !(y..y + side).any(|y| line(y).contains(&true)) {
                    self.close(column, row);
                }
            }
        }
    }

    /// What is not among these cells of a block is struck out.
    pub(super) fn resume(&mut self, block: &Block, cells: &[Open]) {
        self.reset(block, u8::MAX);
        match self.stride {
            32 => self.fill_in::<32>(cells),
            16 => self.fill_in::<16>(cells),
            _ => self.fill_in::<8>(cells),
        }
    }

    /// Takes over cells, with so many bytes to a row.
    #[inline(always)]
    fn fill_in<const STRIDE: usize>(&mut self, cells: &[Open]) {
        let (rows, _) = self.rows.as_chunks_mut::<STRIDE>();
        for cell in cells {
            let (column, row) = cell.column_row();
            let lines = &mut rows[row * PARTS..(row + 1) * PARTS];
            let column = column % STRIDE;
            for i in 0..PARTS {
                lines[i][column] = cell.struck[i];
            }
        }
    }

    /// Strikes out a whole cell.
    fn close(&mut self, column: usize, row: usize) {
        let bytes = PARTS * self.stride;
        let lines = &mut self.rows[row * bytes..(row + 1) * bytes];
        for line in lines.chunks_exact_mut(self.stride) {
            line[column] = u8::MAX;
        }
    }

    /// Whether a position of the block lies in a square that is struck out.
    #[inline(always)]
    pub(super) fn covers(&self, x: i32, y: i32) -> bool {
        let (column, row) = (x as usize >> self.log, y as usize >> self.log);
        self.rows[row * self.stride + column / 8] >> (column % 8) & 1 != 0
    }

    /// Strikes out the squares of a disk.
    #[inline(always)]
    pub(super) fn strike<S: Simd>(&mut self, simd: S, x: i32, y: i32, radius: f32) {
        match self.stride {
            32 => self.strike_in::<S, 32>(simd, x, y, radius),
            16 => self.strike_in::<S, 16>(simd, x, y, radius),
            _ => self.strike_in::<S, 8>(simd, x, y, radius),
        }
    }

    /// With so many bytes to a row.
    #[inline(always)]
    fn strike_in<S: Simd, const STRIDE: usize>(&mut self, simd: S, x: i32, y: i32, radius: f32) {
        let side = (1 << self.log) as f32;
        let (x, y, per_unit) = (x as f32, y as f32, 1.0 / side);
        let zero = splat(simd, 0.0);
        let mut bounds = [
            x - radius,
            x + radius,
            y - radius,
            y + radius,
            0.0,
            0.0,
            0.0,
            0.0,
        ];
        let squares = load(simd, &bounds) * per_unit;
        squares
            .max(zero)
            .min(self.count as f32)
            .store_slice(&mut bounds);
        let [left, right, top, bottom, ..] = store_whole(load(simd, &bounds)).map(|at| at as usize);
        let mut steps = [0.0; 8];
        for i in 0..8 {
            steps[i] = i as f32 * side - y;
        }
        let steps = load(simd, &steps);
        let (px, squared) = (splat(simd, x), splat(simd, radius * radius));
        let last = STRIDE - WINDOW / 8;
        let mut first = (left / 8).min(last);
        // One window holds all of most disks.
        loop {
            let before = (first * 8) as f32;
            let mut row = top;
            while row < bottom {
                let top = steps + row as f32 * side;
                let away = top.abs().max((top + side).abs());
                let half = (squared - away * away).max(zero).sqrt();
                let from = ((px - half) * per_unit).ceil() - before;
                let to = ((px + half) * per_unit).floor() - before;
                let from = store_whole(from.max(zero).min(WINDOW as f32));
                let to = store_whole(to.max(zero).min(WINDOW as f32));
                // There are eight rows more than are looked at.
                let lines = &mut self.rows[row * STRIDE..(row + 8) * STRIDE];
                for i in 0..8 {
                    let run = BEFORE[(to[i] & 127) as usize] & !BEFORE[(from[i] & 127) as usize];
                    let window = &mut lines[i * STRIDE + first..i * STRIDE + first + 8];
                    let struck = run | u64::from_le_bytes(window.try_into().unwrap_or_default());
                    window.copy_from_slice(&struck.to_le_bytes());
                }
                row += 8;
            }
            if right <= first * 8 + WINDOW {
                return;
            }
            first = (first + WINDOW / 8).min(last);
        }
    }

    /// The bytes of a row of cells.
    fn lines(&self, row: usize) -> &[u8] {
        let bytes = PARTS * self.stride;
        &self.rows[row * bytes..(row + 1) * bytes]
    }

    /// Brings cells up to date, and drops those with nothing left.
    #[inline(always)]
    pub(super) fn keep_open(&self, cells: &mut Vec<Open>) {
        let kept = match self.stride {
            32 => self.keep_open_in::<32>(cells),
            16 => self.keep_open_in::<16>(cells),
            _ => self.keep_open_in::<8>(cells),
        };
        cells.truncate(kept);
    }

    /// With so many bytes to a row; how many cells are left, in front of the others.
    #[inline(always)]
    fn keep_open_in<const STRIDE: usize>(&self, cells: &mut [Open]) -> usize {
        let (rows, _) = self.rows.as_chunks::<STRIDE>();
        // Written out: what passes through the standard library loses the level's instructions.
        let mut kept = 0;
        for n in 0..cells.len() {
            let Open { column, row, .. } = cells[n];
            let first = usize::from(row) * PARTS;
            let lines = &rows[first..first + PARTS];
            // One word: bytes written one by one could not be read as one at once.
            let mut struck = 0;
            for i in 0..PARTS {
                struck |= u64::from(lines[i][usize::from(column) % STRIDE]) << (8 * i);
            }
            cells[kept] = Open {
                column,
                row,
                struck: struck.to_le_bytes(),
            };
            kept += usize::from(struck != u64::MAX);
        }
        kept
    }

    /// The cells with uncovered squares, row by row.
    #[inline(always)]
    pub(super) fn list_open(&self) -> Vec<Open> {
        let mut struck = [u8::MAX; BLOCK];
        let mut found = [[0; 2]; BLOCK * BLOCK];
        let mut count = 0;
        for row in 0..self.count / PARTS {
            let struck = &mut struck[..self.stride];
            struck.fill(u8::MAX);
            for line in self.lines(row).chunks_exact(self.stride) {
                for (all, line) in struck.iter_mut().zip(line) {
                    *all &= line;
                }
            }
            // Without a branch, which could not be foreseen.
            for (column, &all) in (0..).zip(&struck[..self.count / PARTS]) {
                found[count] = [column, row as u8];
                count += usize::from(all != u8::MAX);
            }
        }
        let unread = |&[column, row]: &[u8; 2]| Open {
            column,
            row,
            struck: [0; PARTS],
        };
        let mut cells: Vec<Open> = found[..count].iter().map(unread).collect();
        self.keep_open(&mut cells);
        cells
    }
}

/// For every place in a window, the bits before it: a run of bits are those before its end and not
/// before its start, without a branch.
static BEFORE: [u64; 128] = {
    let mut table = [u64::MAX; 128];
    let mut place = 0;
    while place < WINDOW {
        table[place] = (1 << place) - 1;
        place += 1;
    }
    table
};
