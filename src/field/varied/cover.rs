//! Squares of a block that dots strike out, a bit each.
//!
//! A cell has 8×8 squares, a row of squares is a row of bits. A disk strikes out what it covers
//! alone, one run of bits a row; the run's ends are rounded to the safe side by a whole unit, so
//! that what is struck out is covered whatever the rounding of its computation.

use super::Arena;
use super::blocks::{BLOCK, Block};
use super::nearby::Item;
use crate::field::lattice::UNITS;
use crate::field::spacing::NEIGHBOURLY;
use crate::simd::{
    Simd, SimdBase, SimdFloat, columns_of_bytes, load, runs_of_bits, splat, store_whole,
};

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

/// Up to eight disks, in squares instead of units: sides of squares are powers of two, so nothing is
/// rounded for it.
#[derive(Clone, Copy, Debug)]
struct Struck {
    x: [f32; 8],
    y: [f32; 8],
    /// The squared radius.
    squared: [f32; 8],
    /// Left, right, top and bottom, within the block.
    bounds: [[u32; 8]; 4],
}

impl Struck {
    /// Within its radius of an item's middle everything in a block is covered, where own spacings are at
    /// least `least`; of a circle that is cleared, whatever they are.
    #[inline(always)]
    fn new<S: Simd>(simd: S, items: &[Item], least: Option<u32>, cover: &Cover) -> Self {
        let (mut x, mut y, mut own) = ([0.0; 8], [0.0; 8], [0.0; 8]);
        for (i, item) in items.iter().take(8).enumerate() {
            x[i] = item.x as f32;
            y[i] = item.y as f32;
            own[i] = item.own as f32;
        }
        let per_unit = 1.0 / (1 << cover.log) as f32;
        let own = load(simd, &own) * (1.0 / 16.0);
        let mut radius = own - 1.0;
        if let Some(least) = least {
            let least = splat(simd, least as f32 / 16.0);
            radius = own + least.max(own / NEIGHBOURLY) - 1.0;
        }
        let (radius, px, py) = (
            radius * per_unit,
            load(simd, &x) * per_unit,
            load(simd, &y) * per_unit,
        );
        let (zero, count) = (splat(simd, 0.0), cover.count as f32);
        let mut squared = [0.0; 8];
        (radius * radius).store_slice(&mut squared);
        px.store_slice(&mut x);
        py.store_slice(&mut y);
        Self {
            x,
            y,
            squared,
            bounds: [
                store_whole((px - radius).max(zero).min(count)),
                store_whole((px + radius).max(zero).min(count)),
                store_whole((py - radius).max(zero).min(count)),
                store_whole((py + radius).max(zero).min(count)),
            ],
        }
    }
}

/// Where the middles of eight squares lie.
const MIDDLES: [f32; 8] = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5];

/// A cell that may have uncovered squares, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    column: u8,
    row: u8,
    /// A byte for each row of squares.
    struck: [u8; PARTS],
}

impl Open {
    /// What stands in a list before it is filled.
    const NONE: Self = Self {
        column: 0,
        row: 0,
        struck: [0; PARTS],
    };

    pub(super) fn column_row(self) -> (usize, usize) {
        (self.column.into(), self.row.into())
    }

    /// Nothing is left of it.
    pub(super) const fn close(&mut self) {
        self.struck = [u8::MAX; PARTS];
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

    /// Strikes out the squares of items where own spacings are at least `least`, or of circles that are
    /// cleared, whatever they are.
    #[inline(always)]
    pub(super) fn strike<S: Simd>(&mut self, simd: S, items: &[Item], least: Option<u32>) {
        match self.stride {
            32 => self.strike_in::<S, 32>(simd, items, least),
            16 => self.strike_in::<S, 16>(simd, items, least),
            _ => self.strike_in::<S, 8>(simd, items, least),
        }
    }

    /// With so many bytes to a row.
    #[inline(always)]
    fn strike_in<S: Simd, const STRIDE: usize>(
        &mut self,
        simd: S,
        items: &[Item],
        least: Option<u32>,
    ) {
        for items in items.chunks(8) {
            let disks = Struck::new(simd, items, least, self);
            for i in 0..items.len() {
                self.strike_one::<S, STRIDE>(simd, &disks, i);
            }
        }
    }

    #[inline(always)]
    fn strike_one<S: Simd, const STRIDE: usize>(&mut self, simd: S, disks: &Struck, i: usize) {
        let [left, right, top, bottom] = disks.bounds;
        let (left, right) = (left[i] as usize, right[i] as usize);
        let (top, bottom) = (top[i] as usize, bottom[i] as usize);
        // From the disk's middle to that of a square.
        let middles = load(simd, &MIDDLES) - disks.y[i];
        let (x, squared) = (splat(simd, disks.x[i]), splat(simd, disks.squared[i]));
        let zero = splat(simd, 0.0);
        let last = STRIDE - WINDOW / 8;
        let mut first = (left / 8).min(last);
        // One window holds all of most disks.
        loop {
            let before = (first * 8) as f32;
            let mut row = top;
            while row < bottom {
                let away = (middles + row as f32).abs() + 0.5;
                let half = (squared - away * away).max(zero).sqrt();
                let from = (x - half).ceil() - before;
                let to = (x + half).floor() - before;
                let runs = runs_of_bits(simd, from.max(zero), to.min(WINDOW as f32));
                // There are eight rows more than are looked at.
                let lines = &mut self.rows[row * STRIDE..(row + 8) * STRIDE];
                for i in 0..8 {
                    let window = &mut lines[i * STRIDE + first..i * STRIDE + first + 8];
                    let struck =
                        runs[i] | u64::from_le_bytes(window.try_into().unwrap_or_default());
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

    /// The cells with uncovered squares, row by row; `room` is overwritten.
    #[inline(always)]
    pub(super) fn list_open<S: Simd>(&self, simd: S, room: &mut Vec<Open>) -> Vec<Open> {
        room.resize(BLOCK * BLOCK, Open::NONE);
        let count = match self.stride {
            32 => self.list_open_in::<S, 32>(simd, room),
            16 => self.list_open_in::<S, 16>(simd, room),
            _ => self.list_open_in::<S, 8>(simd, room),
        };
        room[..count].to_vec()
    }

    /// With so many bytes to a row; how many cells there are.
    #[inline(always)]
    fn list_open_in<S: Simd, const STRIDE: usize>(&self, simd: S, room: &mut [Open]) -> usize {
        let cells = self.count / PARTS;
        let mut count = 0;
        for row in 0..cells {
            // Beyond the last row there are eight more.
            let bytes = &self.rows[row * PARTS * STRIDE..(row + 2) * PARTS * STRIDE];
            for first in (0..cells).step_by(16) {
                let mut lines = [bytes; PARTS];
                for i in 0..PARTS {
                    lines[i] = &bytes[i * STRIDE + first..];
                }
                let columns = columns_of_bytes(simd, lines);
                // Without a branch, which could not be foreseen.
                for (i, struck) in columns[..16.min(cells - first)].iter().enumerate() {
                    room[count] = Open {
                        column: (first + i) as u8,
                        row: row as u8,
                        struck: struck.to_le_bytes(),
                    };
                    count += usize::from(*struck != u64::MAX);
                }
            }
        }
        count
    }
}
