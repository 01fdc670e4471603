//! Squares of a block that dots strike out, a bit each.
//!
//! A cell has 8×8 squares, a row of squares is a row of bits. A disk strikes out what it covers
//! alone, one run of bits a row; the run's ends are rounded to the safe side by a whole unit, so
//! that what is struck out is covered whatever the rounding of its computation.

use super::blocks::{BLOCK, Block};
use crate::field::lattice::{Lattice, UNITS};
use crate::field::spacing::NEIGHBOURLY;
use crate::simd::{Simd, SimdBase, SimdFloat, f32x8, splat, store_whole};

/// Squares along the side of a cell.
const PARTS: usize = 8;

/// The struck-out squares of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    /// Row by row; bits beyond a row's end are set.
    rows: Vec<u64>,
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

impl Cover {
    /// Nothing is struck out but cells that have no part in the region.
    pub(super) fn new(block: &Block, lattice: &Lattice, region: &[bool]) -> Self {
        let log = (UNITS / PARTS as i32).ilog2() + u32::from(block.level);
        let count = (BLOCK * PARTS) >> block.level;
        let blank = if count < 64 { u64::MAX << count } else { 0 };
        let mut cover = Self {
            rows: vec![blank; count * count.div_ceil(64)],
            count,
            log,
        };
        let side = 1 << block.level;
        for row in 0..count / PARTS {
            for column in 0..count / PARTS {
                let (x, y) = (block.column + column * side, block.row + row * side);
                let line = |y: usize| &region[y * lattice.columns + x..][..side];
                if !(y..y + side).any(|y| line(y).contains(&true)) {
                    cover.close(column, row);
                }
            }
        }
        cover
    }

    fn words(&self) -> usize {
        self.count.div_ceil(64)
    }

    /// Strikes out a whole cell.
    pub(super) fn close(&mut self, column: usize, row: usize) {
        let (words, at) = (self.words(), column * PARTS);
        for line in row * PARTS..(row + 1) * PARTS {
            self.rows[line * words + at / 64] |= 0xFF << (at % 64);
        }
    }

    /// Whether a position of the block lies in a square that is struck out.
    #[inline(always)]
    pub(super) fn covers(&self, x: i32, y: i32) -> bool {
        let (column, row) = (x as usize >> self.log, y as usize >> self.log);
        self.rows[row * self.words() + column / 64] >> (column % 64) & 1 != 0
    }

    /// Strikes out the squares of a disk.
    #[inline(always)]
    pub(super) fn strike<S: Simd>(&mut self, simd: S, x: i32, y: i32, radius: f32) {
        match self.words() {
            4 => self.strike_in::<S, 4>(simd, x, y, radius),
            2 => self.strike_in::<S, 2>(simd, x, y, radius),
            _ => self.strike_in::<S, 1>(simd, x, y, radius),
        }
    }

    /// `WORDS` to a row.
    #[inline(always)]
    fn strike_in<S: Simd, const WORDS: usize>(&mut self, simd: S, x: i32, y: i32, radius: f32) {
        let side = (1 << self.log) as f32;
        let (x, y, per_unit) = (x as f32, y as f32, 1.0 / side);
        let line = |y: f32| (y * per_unit).clamp(0.0, self.count as f32) as usize;
        let (first, end) = (line(y - radius), line(y + radius));
        let (px, squared) = (splat(simd, x), splat(simd, radius * radius));
        let (zero, last) = (splat(simd, 0.0), splat(simd, self.count as f32));
        let mut steps = [0.0; 8];
        for i in 0..8 {
            steps[i] = i as f32 * side - y;
        }
        let steps = f32x8::from_slice(simd, &steps);
        let rows = &mut self.rows.as_chunks_mut::<WORDS>().0[first..end];
        for (i, rows) in rows.chunks_mut(8).enumerate() {
            let top = steps + (first + 8 * i) as f32 * side;
            let away = top.abs().max((top + side).abs());
            let half = (squared - away * away).max(zero).sqrt();
            let from = ((px - half) * per_unit).ceil().max(zero).min(last);
            let to = ((px + half) * per_unit).floor().max(zero).min(last);
            let (from, to) = (store_whole(from), store_whole(to));
            for (i, row) in rows.iter_mut().enumerate() {
                let (from, to) = (&BEFORE[from[i] as usize], &BEFORE[to[i] as usize]);
                for word in 0..WORDS {
                    row[word] |= to[word] & !from[word];
                }
            }
        }
    }

    /// The uncovered squares of a cell.
    #[inline(always)]
    pub(super) fn open_squares(&self, column: usize, row: usize) -> u64 {
        let (words, at) = (self.words(), column * PARTS);
        (0..PARTS).fold(0, |squares, i| {
            let line = self.rows[(row * PARTS + i) * words + at / 64];
            squares | (!line >> (at % 64) & 0xFF) << (8 * i)
        })
    }

    /// Lists the column and row of the cells with uncovered squares, row by row.
    pub(super) fn list_open(&self, to: &mut Vec<[u8; 2]>) {
        let words = self.words();
        for (row, lines) in self.rows.chunks_exact(PARTS * words).enumerate() {
            for word in 0..words {
                let struck = (0..PARTS).fold(u64::MAX, |all, i| all & lines[i * words + word]);
                let mut open = !struck;
                while open != 0 {
                    let bit = open.trailing_zeros();
                    open &= !(0xFF << (bit & !7));
                    to.push([(word as u32 * 8 + bit / 8) as u8, row as u8]);
                }
            }
        }
    }
}

/// For every place in a row, the bits before it: a run of bits are those before its end and not
/// before its start, without a branch.
static BEFORE: [[u64; 4]; 257] = before();

const fn before() -> [[u64; 4]; 257] {
    let mut table = [[0; 4]; 257];
    let mut place = 1;
    while place < table.len() {
        table[place] = table[place - 1];
        table[place][(place - 1) / 64] |= 1 << ((place - 1) % 64);
        place += 1;
    }
    table
}
