//! Which squares of the cells around it a dot strikes out.
//!
//! Positions that share 1/32 of their cell along each axis strike out the same squares: those that
//! every one of them covers. So 32·32 entries of 25 cells answer for all dots; the table is made
//! once per process.

use std::sync::OnceLock;

use super::grid::{AFTER, BEFORE, EMPTY, Grid, list};
use super::tile::CONFLICT;
use crate::field::gaps::COARSE;
use crate::field::lattice::UNITS;
use crate::simd::{Simd, load_words, sign_bits};

/// Coarse positions along each axis of a cell.
const STEPS: usize = (UNITS / COARSE) as usize;

/// Struck-out squares of the cells around a dot, a bit for each of 8×8 squares.
///
/// Of the 5×5 cells the corners are out of reach. So each column has four cells here, the outer ones
/// from the second row on and the others from the first, and the last row of these stands apart:
/// what a column holds is struck out in one step.
#[derive(Debug)]
pub(super) struct Entry {
    columns: [[u64; 4]; 5],
    below: [u64; 3],
}

/// The first row that a column of an [`Entry`] holds.
const FIRST: [usize; 5] = [1, 0, 0, 0, 1];

impl Entry {
    /// Squares of the cell `i − 2` columns and `j − 2` rows on from the dot's.
    #[inline(always)]
    pub(super) fn of_cell(&self, i: usize, j: usize) -> u64 {
        let row = j.wrapping_sub(FIRST[i]);
        match row {
            0..4 => self.columns[i][row],
            4 => self.below[i - 1],
            _ => 0,
        }
    }

    /// Strikes out by column, the rows from two above the dot's.
    #[inline(always)]
    fn strike(&self, around: &mut [[u64; 8]; 5]) {
        for i in 0..5 {
            let column = &mut around[i][FIRST[i]..FIRST[i] + 4];
            let [a, b, c, d] = self.columns[i];
            // All read before any is written, or they would go one by one.
            let struck = [column[0] | a, column[1] | b, column[2] | c, column[3] | d];
            column.copy_from_slice(&struck);
        }
        for i in 0..3 {
            around[i + 1][4] |= self.below[i];
        }
    }
}

pub(super) fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        (0..STEPS * STEPS)
            .map(|i| entry(i % STEPS, i / STEPS))
            .collect()
    })
}

/// The entry of a word with a dot.
#[inline(always)]
pub(super) fn of(table: &[Entry], word: u32) -> &Entry {
    let (x, y) = (word >> 6 & 31, word >> 22 & 31);
    &table[(y * STEPS as u32 + x) as usize]
}

fn entry(x: usize, y: usize) -> Entry {
    let columns: [[u32; 8]; 5] = std::array::from_fn(|i| farthest(x, i));
    let rows: [[u32; 8]; 5] = std::array::from_fn(|j| farthest(y, j));
    let cell = |i: usize, j: usize| {
        let (columns, rows) = (&columns[i], &rows[j]);
        let line = |row: u32| {
            (0..8).fold(0, |bits, c| {
                bits | u64::from(columns[c] + row < CONFLICT) << c
            })
        };
        (0..8).fold(0, |bits, r| bits | line(rows[r]) << (8 * r))
    };
    debug_assert_eq!(cell(0, 0) | cell(0, 4) | cell(4, 0) | cell(4, 4), 0);
    Entry {
        columns: std::array::from_fn(|i| std::array::from_fn(|j| cell(i, FIRST[i] + j))),
        below: std::array::from_fn(|i| cell(i + 1, 4)),
    }
}

/// Squared distances along one axis from the dots of a coarse position to the far ends of the
/// eight squares of the cell `i − 2` further on.
fn farthest(step: usize, i: usize) -> [u32; 8] {
    let first = step as i32 * COARSE - (i as i32 - 2) * UNITS;
    let last = first + COARSE - 1;
    std::array::from_fn(|square| {
        let side = UNITS / 8;
        let (near, far) = (square as i32 * side, square as i32 * side + side - 1);
        let away = (far - first).max(last - near);
        (away * away) as u32
    })
}

/// Calls `f(row, column, open squares)` for every empty cell of the rows `first..last` that has
/// open squares, in order.
#[inline(always)]
pub(super) fn open_cells<S: Simd>(
    simd: S,
    grid: &Grid,
    first: usize,
    last: usize,
    mut f: impl FnMut(usize, usize, u64),
) {
    let table = table();
    let (stride, words) = (grid.stride(), grid.words());
    let columns = stride - BEFORE - AFTER;
    let width = columns + 2 * BEFORE;
    // By column: the struck-out squares of five rows of cells, the uppermost first. Each column by
    // itself, so that a dot reads what the one before it wrote in the same pieces.
    let mut struck = vec![[0_u64; 8]; width + 8];
    let (mut open, mut done) = (vec![0; columns], vec![0; columns]);
    // Lines of the grid, rim included: cell row r is line r + 2, and its dots reach two lines on.
    for line in first..last + 2 * BEFORE {
        for start in (0..width).step_by(64) {
            let at = line * stride + start;
            let mut dots = 0_u64;
            for ahead in (0..(width - start).min(64)).step_by(8) {
                let empty = sign_bits(load_words(simd, &words[at + ahead..at + ahead + 8]) << 1);
                dots |= u64::from(!empty & 0xFF) << ahead;
            }
            dots &= u64::MAX >> (64 - (width - start).min(64));
            while dots != 0 {
                let n = dots.trailing_zeros() as usize;
                dots &= dots - 1;
                let entry = of(table, words[at + n]);
                let around: &mut [[u64; 8]; 5] = struck[start + n..]
                    .first_chunk_mut()
                    .expect("a line reaches beyond its last dot");
                entry.strike(around);
            }
        }
        // The line two above has now met all its dots; rows before the first have not, and are
        // thrown away.
        for (rows, done) in struck[2 * BEFORE..].iter_mut().zip(&mut done) {
            *done = rows[0];
            rows.copy_within(1..6, 0);
        }
        let Some(row) = line.checked_sub(2 * BEFORE).filter(|&row| row >= first) else {
            continue;
        };
        let home = &words[(row + BEFORE) * stride + BEFORE..][..columns];
        let cells = home.iter().zip(&done);
        let is_open = |(&word, &struck): (&u32, &u64)| (word & EMPTY != 0) & (struck != u64::MAX);
        let count = list(cells.map(is_open), &mut open);
        for &column in &open[..count] {
            f(row, column, !done[column]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::gaps::{CELL, coarse_squares};
    use crate::field::lattice::Spot;

    #[test]
    fn the_table_holds_the_coarse_squares_of_the_plain_rules() {
        for (x, y) in [(0, 0), (63, 64), (2047, 1), (1000, 1700), (511, 2046)] {
            let entry = of(table(), super::super::grid::word(Spot { x, y }, 0));
            for cell in 0..25 {
                let struck = entry.of_cell(cell % 5, cell / 5);
                let dx = i64::from(x) - (cell as i64 % 5 - 2) * i64::from(UNITS);
                let dy = i64::from(y) - (cell as i64 / 5 - 2) * i64::from(UNITS);
                assert_eq!(coarse_squares(&[(dx, dy)]), !struck, "{x},{y} {cell}");
            }
        }
        assert_eq!(CELL.side / 8, 256);
    }
}
