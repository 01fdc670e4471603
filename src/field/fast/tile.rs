//! The blind rounds, one tile at a time.
//!
//! A tile carries a rim wide enough for all rounds: each half step reaches two cells, so what is
//! right within a distance of the tile before it is right within two cells less after it. The
//! lines run in vectors of eight cells; what they compute beyond that distance is never read by
//! anything that counts.

use super::grid::{BEFORE, EMPTY};
use crate::field::darts::{DART_ROUNDS, MIX, RowKeys};
use crate::field::lattice::UNITS;
use crate::field::rounds::Arena;
use crate::field::spacing::Uniform;
use crate::simd::{Simd, SimdBase, Words, less, load_words, moved, splat_word, squared_lengths};

/// Cells around a tile whose first darts can bear on it.
const RIM: usize = 4 * DART_ROUNDS as usize - 2;

/// Words before the first column of a line, so that the left neighbours of the first vector exist.
const LEAD: usize = 8;

/// Squared spacing in units².
pub(super) const CONFLICT: u32 = 1 << 23;

/// Repeats a block for the 5×5 cells around a cell without its corners, which no conflict reaches,
/// and without itself; written out, since every offset is to be a constant.
macro_rules! for_neighbours {
    (|$i:ident, $j:ident| $body:block) => {
        for_neighbours!(@ $i $j $body
            (1, 0) (2, 0) (3, 0)
            (0, 1) (1, 1) (2, 1) (3, 1) (4, 1)
            (0, 2) (1, 2) (3, 2) (4, 2)
            (0, 3) (1, 3) (2, 3) (3, 3) (4, 3)
            (1, 4) (2, 4) (3, 4))
    };
    (@ $i:ident $j:ident $body:block $(($x:literal, $y:literal))*) => {
        $({ let ($i, $j) = ($x, $y); $body })*
    };
}

/// Two 16-bit offsets in units, for cells `x − 2` columns and `y − 2` rows away.
pub(super) const fn offset(x: i32, y: i32) -> u32 {
    ((x - 2) * UNITS) as u16 as u32 | (((y - 2) * UNITS) as u16 as u32) << 16
}

/// A tile of one arena, moved over it.
#[derive(Debug)]
pub(super) struct Tile<'a> {
    arena: &'a Arena<'a, Uniform>,
    /// Columns and rows of the tile, without the rim.
    size: (usize, usize),
    pitch: usize,
    lines: usize,
    accepted: Vec<u32>,
    darts: Vec<u32>,
    priorities: Vec<u32>,
    column_keys: Vec<u32>,
    /// Whether darts may be thrown everywhere in the tile and its rim.
    free: bool,
    /// Where on the arena the first word after the lead stands, which may be beyond its edge.
    corner: (isize, isize),
}

impl<'a> Tile<'a> {
    /// A tile of at most this size; the columns are shared out evenly.
    pub(super) fn new(arena: &'a Arena<'a, Uniform>, size: (usize, usize)) -> Self {
        let columns = arena.lattice.columns;
        let size = (columns.div_ceil(columns.div_ceil(size.0)), size.1);
        let pitch = LEAD + (size.0 + 2 * RIM).next_multiple_of(8) + LEAD;
        let lines = size.1 + 2 * RIM;
        Self {
            arena,
            size,
            pitch,
            lines,
            accepted: vec![EMPTY; pitch * lines],
            darts: vec![EMPTY; pitch * lines],
            priorities: vec![0; pitch * lines],
            column_keys: vec![0; pitch],
            free: false,
            corner: (0, 0),
        }
    }

    /// The dots of all blind rounds for a band of rows, given with its rim of columns.
    #[inline(always)]
    pub(super) fn fill_band<S: Simd>(&mut self, simd: S, first_row: usize, band: &mut [u32]) {
        let stride = self.arena.lattice.columns + 8;
        let rows = band.len() / stride;
        for column in (0..self.arena.lattice.columns).step_by(self.size.0) {
            self.move_to(column, first_row);
            self.play(simd);
            let columns = self.size.0.min(self.arena.lattice.columns - column);
            for row in 0..rows {
                let from = (row + RIM) * self.pitch + LEAD + RIM;
                let to = row * stride + BEFORE + column;
                band[to..to + columns].copy_from_slice(&self.accepted[from..from + columns]);
            }
        }
    }

    fn move_to(&mut self, column: usize, row: usize) {
        self.corner = (
            column as isize - RIM as isize - LEAD as isize,
            row as isize - RIM as isize,
        );
        for x in 0..self.pitch {
            self.column_keys[x] = self
                .column(x)
                .map_or(0, |column| self.arena.lattice.column_key(column));
        }
        self.accepted.fill(EMPTY);
        self.free = self.arena.obstacles.is_empty() && self.lies_in_the_region();
    }

    fn lies_in_the_region(&self) -> bool {
        let lattice = self.arena.lattice;
        (0..self.lines).all(|line| {
            self.row(line).is_some_and(|row| {
                let region = &self.arena.region[row * lattice.columns..][..lattice.columns];
                let first = self.corner.0 + LEAD as isize;
                let last = self.corner.0 + (self.pitch - LEAD) as isize;
                if first >= 0 && last <= lattice.columns as isize {
                    return region[first as usize..last as usize].iter().all(|&r| r);
                }
                lattice.periodic && region.iter().all(|&r| r)
            })
        })
    }

    #[inline(always)]
    fn play<S: Simd>(&mut self, simd: S) {
        // All rounds move down the tile together, each half step two lines behind the one before
        // it, so that what they share stays in the cache.
        for front in 0..self.lines + RIM {
            for round in 0..DART_ROUNDS {
                let reached = 4 * usize::from(round);
                let lines = reached..self.lines - reached;
                let Some(line) = front.checked_sub(reached) else {
                    break;
                };
                if lines.contains(&line) {
                    self.throw(simd, line, round);
                }
                let lines = reached + 2..self.lines - reached - 2;
                if line >= 2 && lines.contains(&(line - 2)) {
                    self.settle(simd, line - 2);
                }
            }
        }
    }

    /// Darts of a line that hit nothing accepted.
    #[inline(always)]
    fn throw<S: Simd>(&mut self, simd: S, line: usize, round: u8) {
        let at = line * self.pitch;
        let row = self.row(line);
        let Some(row) = row else {
            self.darts[at..at + self.pitch].fill(EMPTY);
            return;
        };
        let keys = RowKeys::new(self.arena.seed, self.arena.lattice, row, round);
        let (before, between) = (
            splat_word(simd, keys.before),
            splat_word(simd, keys.between),
        );
        let (low, high) = (splat_word(simd, 0x7FF), splat_word(simd, 0x07FF_0000));
        let (limit, empty) = (splat_word(simd, CONFLICT), splat_word(simd, EMPTY));
        for x in (LEAD..self.pitch - LEAD).step_by(8) {
            let first = mix(load_words(simd, &self.column_keys[x..]) ^ before);
            let second = mix(first ^ between) >> 10;
            let mut dart = (second & low) | (second << 5 & high);
            if round > 0 {
                let mut nearest = splat_word(simd, i32::MAX as u32);
                let lines: [&[u32; 12]; 5] =
                    std::array::from_fn(|y| window(&self.accepted, at + x, self.pitch, y));
                for_neighbours!(|i, j| {
                    let here = moved(dart, splat_word(simd, offset(4 - i as i32, 4 - j as i32)));
                    nearest = nearest.min(squared_lengths(here, load_words(simd, &lines[j][i..])));
                });
                let own = load_words(simd, &lines[2][2..]);
                // A dot in the cell itself is always too close.
                let dead = less(nearest, limit) | less(own, empty);
                dart = (dart & !dead) | (empty & dead);
            }
            dart.store_slice(&mut self.darts[at + x..at + x + 8]);
            (first >> 1).store_slice(&mut self.priorities[at + x..at + x + 8]);
        }
        if !self.free {
            self.forbid(line, row);
        }
    }

    /// Removes darts outside the region or too close to obstacles.
    fn forbid(&mut self, line: usize, row: usize) {
        let columns = self.arena.lattice.columns;
        let region = &self.arena.region[row * columns..(row + 1) * columns];
        let at = line * self.pitch;
        for x in LEAD..self.pitch - LEAD {
            let dart = self.darts[at + x];
            let allowed = self.column(x).is_some_and(|column| {
                let cell = row * columns + column;
                region[column]
                    && super::grid::spot(dart).is_none_or(|spot| self.arena.allows(cell, spot))
            });
            if !allowed {
                self.darts[at + x] = EMPTY;
            }
        }
    }

    /// Accepts the darts of a line that beat all darts they conflict with.
    #[inline(always)]
    fn settle<S: Simd>(&mut self, simd: S, line: usize) {
        let at = line * self.pitch;
        let (limit, empty) = (splat_word(simd, CONFLICT), splat_word(simd, EMPTY));
        for x in (LEAD..self.pitch - LEAD).step_by(8) {
            let darts: [&[u32; 12]; 5] =
                std::array::from_fn(|y| window(&self.darts, at + x, self.pitch, y));
            let priorities: [&[u32; 12]; 5] =
                std::array::from_fn(|y| window(&self.priorities, at + x, self.pitch, y));
            let dart = load_words(simd, &darts[2][2..]);
            let priority = load_words(simd, &priorities[2][2..]);
            let mut nearest = splat_word(simd, i32::MAX as u32);
            for_neighbours!(|i, j| {
                let here = moved(dart, splat_word(simd, offset(4 - i as i32, 4 - j as i32)));
                let squared = squared_lengths(here, load_words(simd, &darts[j][i..]));
                // A weaker rival is as good as one infinitely far away.
                let weaker = less(load_words(simd, &priorities[j][i..]), priority);
                nearest = nearest.min(squared | weaker);
            });
            let old = load_words(simd, &self.accepted[at + x..]);
            let loses = !less(dart, empty) | less(nearest, limit);
            // No dot is the largest of all words; a choice by mask would become a masked store,
            // which is slow.
            let new = old.min(dart | loses);
            new.store_slice(&mut self.accepted[at + x..at + x + 8]);
        }
    }

    /// The column of the arena below a word of a line.
    fn column(&self, x: usize) -> Option<usize> {
        along(
            self.corner.0 + x as isize,
            self.arena.lattice.columns,
            self.arena.lattice.periodic,
        )
    }

    fn row(&self, line: usize) -> Option<usize> {
        along(
            self.corner.1 + line as isize,
            self.arena.lattice.rows,
            self.arena.lattice.periodic,
        )
    }
}

fn along(at: isize, count: usize, periodic: bool) -> Option<usize> {
    if periodic {
        return Some(at.rem_euclid(count as isize) as usize);
    }
    (0..count as isize).contains(&at).then_some(at as usize)
}

/// Twelve words of the line `y − 2` below a vector, from two columns before it.
#[inline(always)]
fn window(words: &[u32], at: usize, pitch: usize, y: usize) -> &[u32; 12] {
    let start = at + y * pitch - 2 * pitch - 2;
    words[start..start + 12]
        .first_chunk()
        .expect("a slice of twelve")
}

#[inline(always)]
fn mix<S: Simd>(x: Words<S>) -> Words<S> {
    let x = (x ^ (x >> 16)) * MIX[0];
    let x = (x ^ (x >> 15)) * MIX[1];
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fast::grid::word;
    use crate::field::lattice::Spot;

    #[test]
    fn cells_beyond_the_stencil_are_out_of_reach() {
        // The nearest positions of cells two columns and two rows apart.
        let apart = (UNITS + 1) as u32;
        assert!(2 * apart * apart >= CONFLICT);
        // And three columns apart, the lanes that a vector of eight reads too much.
        assert!(4 * (UNITS * UNITS) as u32 >= CONFLICT);
        let middle = word(Spot { x: 1024, y: 1024 }, 0);
        assert!(middle < EMPTY);
    }
}
