//! The blind rounds, one tile at a time.
//!
//! A tile carries a rim wide enough for all rounds: each half step reaches two cells, so what is
//! right within a distance of the tile before it is right within two cells less after it. The
//! lines run in vectors of eight cells; what they compute beyond that distance is never read by
//! anything that counts.

use super::grid::{BEFORE, EMPTY};
use super::rivals::wins;
use crate::field::darts::{DART_ROUNDS, MIX, RowKeys};
pub(super) use crate::field::lattice::CONFLICT;
use crate::field::lattice::UNITS;
use crate::field::obstacle::Placed;
use crate::field::rounds::Arena;
use crate::simd::{
    Simd, SimdBase, Words, less, load_words, sign_bits, splat_word, squared_lengths,
};

/// Cells around a tile whose first darts can bear on it.
const RIM: usize = 4 * DART_ROUNDS as usize - 2;

/// Words before the first column of a line, so that the left neighbours of the first vector exist.
const LEAD: usize = 8;

/// Columns of the widest tile.
const WIDEST: usize = 512;

/// Words of a line; a constant, so that one check of bounds serves a whole stencil.
const PITCH: usize = LEAD + (WIDEST + 2 * RIM).next_multiple_of(8) + LEAD;

/// Lines that are kept, in turn: the last round comes four lines a round behind the first darts,
/// and a stencil reaches two on to each side.
const RING: usize = 32;
const _: () = assert!(4 * DART_ROUNDS as usize + 2 <= RING);

/// One word for each column.
type Line = [u32; PITCH];

/// Two 16-bit offsets in units, for cells `x − 2` columns and `y − 2` rows away.
pub(super) const fn offset(x: i32, y: i32) -> u32 {
    ((x - 2) * UNITS) as u16 as u32 | (((y - 2) * UNITS) as u16 as u32) << 16
}

/// Where a cell begins, in units modulo 2¹⁶: distances up to 16 cells come out right, whichever
/// cells they are between.
const fn base(x: usize, line: usize) -> u32 {
    ((x & 31) << 11 | (line & 31) << 27) as u32
}

/// The bits of a position within its cell.
const INSIDE: u32 = 0x07FF_07FF;

/// What differs from the base of a cell that holds nothing: eight rows away, in conflict with
/// no cell in reach.
const AWAY: u32 = EMPTY;

/// Repeats a block for the 5×5 cells around a cell without its corners, which no conflict reaches;
/// written out, since every offset is to be a constant.
macro_rules! for_neighbours {
    (|$i:ident, $j:ident| $body:block) => {
        for_neighbours!(@ $i $j $body
            (1, 0) (2, 0) (3, 0)
            (0, 1) (1, 1) (2, 1) (3, 1) (4, 1)
            (0, 2) (1, 2) (2, 2) (3, 2) (4, 2)
            (0, 3) (1, 3) (2, 3) (3, 3) (4, 3)
            (1, 4) (2, 4) (3, 4))
    };
    (@ $i:ident $j:ident $body:block $(($x:literal, $y:literal))*) => {
        $({ let ($i, $j) = ($x, $y); $body })*
    };
}

/// A tile of one arena, moved over it.
#[derive(Debug)]
pub(super) struct Tile<'a> {
    arena: &'a Arena<'a>,
    /// Columns and rows of the tile, without the rim.
    size: (usize, usize),
    /// One past the last word of a line that is worked on.
    end: usize,
    lines: usize,
    /// Line by line in rings of [`RING`].
    accepted: Vec<Line>,
    darts: Vec<Line>,
    priorities: Vec<Line>,
    /// A bit for every dart of a later round that hit nothing accepted.
    alive: Vec<[u64; PITCH.div_ceil(64)]>,
    column_keys: Line,
    /// Whether darts may be thrown everywhere in each row of the band and its rim.
    whole: Vec<bool>,
    /// Whether the tile and its rim lie on the arena.
    inside: bool,
    /// Where on the arena the first word after the lead stands, which may be beyond its edge.
    corner: (isize, isize),
}

impl<'a> Tile<'a> {
    /// A tile of at most this size and 512 columns; the columns are shared out evenly.
    pub(super) fn new(arena: &'a Arena<'a>, size: (usize, usize)) -> Self {
        let columns = arena.lattice.columns;
        let size = (
            columns.div_ceil(columns.div_ceil(size.0.min(WIDEST))),
            size.1,
        );
        let lines = size.1 + 2 * RIM;
        let nothing = |line| std::array::from_fn(|x| base(x, line) ^ AWAY);
        Self {
            arena,
            size,
            end: LEAD + (size.0 + 2 * RIM).next_multiple_of(8),
            lines,
            accepted: (0..RING).map(nothing).collect(),
            darts: (0..RING).map(nothing).collect(),
            priorities: vec![[0; PITCH]; RING],
            alive: vec![[0; PITCH.div_ceil(64)]; RING],
            column_keys: [0; PITCH],
            whole: Vec::new(),
            inside: false,
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
            self.play(simd, |line, words| {
                let Some(row) = line.checked_sub(RIM).filter(|&row| row < rows) else {
                    return;
                };
                let band = &mut band[row * stride + BEFORE..][..stride - 8][column..];
                for (to, &word) in band.iter_mut().zip(words) {
                    *to = (word ^ base(0, line)) & (INSIDE | AWAY);
                }
            });
        }
    }

    fn move_to(&mut self, column: usize, row: usize) {
        self.corner = (
            column as isize - RIM as isize - LEAD as isize,
            row as isize - RIM as isize,
        );
        for x in 0..self.end {
            self.column_keys[x] = self
                .column(x)
                .map_or(0, |column| self.arena.lattice.column_key(column));
        }
        if self.whole.is_empty() {
            self.whole = (0..self.lines)
                .map(|line| self.row(line).is_some_and(|row| self.arena.is_whole(row)))
                .collect();
        }
        self.inside = self.arena.lattice.periodic
            || self.corner.0 + LEAD as isize >= 0
                && self.corner.0 + self.end as isize <= self.arena.lattice.columns as isize;
    }

    /// Calls `done` for every line that is right, with the words of the tile in it.
    #[inline(always)]
    fn play<S: Simd>(&mut self, simd: S, mut done: impl FnMut(usize, &[u32])) {
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
                    if round == 0 {
                        self.settle_all(simd, line - 2);
                    } else {
                        self.settle_alive(simd, line - 2);
                    }
                    if round == DART_ROUNDS - 1 {
                        let words = &self.accepted[(line - 2) % RING];
                        done(line - 2, &words[LEAD + RIM..][..self.size.0]);
                    }
                }
            }
        }
    }

    /// Darts of a line that hit nothing accepted.
    #[inline(always)]
    fn throw<S: Simd>(&mut self, simd: S, line: usize, round: u8) {
        let row = self.row(line);
        let darts = &mut self.darts[line % RING];
        let alive = &mut self.alive[line % RING];
        alive.fill(0);
        let Some(row) = row else {
            *darts = std::array::from_fn(|x| base(x, line) ^ AWAY);
            return;
        };
        let priorities = &mut self.priorities[line % RING];
        let around = around(&self.accepted, line);
        let keys = RowKeys::new(self.arena.seed, self.arena.lattice, row, round);
        let (before, between) = (
            splat_word(simd, keys.before),
            splat_word(simd, keys.between),
        );
        let (low, high) = (splat_word(simd, 0x7FF), splat_word(simd, 0x07FF_0000));
        let (limit, away) = (splat_word(simd, CONFLICT), splat_word(simd, AWAY));
        let bases = bases(simd, line);
        for x in (LEAD..self.end).step_by(8) {
            let first = mix(load_words(simd, &self.column_keys[x..]) ^ before);
            let second = mix(first ^ between) >> 10;
            let base = bases[x / 8 % 4];
            let mut dart = base | (second & low) | (second << 5 & high);
            if round > 0 {
                let mut nearest = splat_word(simd, i32::MAX as u32);
                for_neighbours!(|i, j| {
                    let there = load_words(simd, &around[j][x - 2 + i..]);
                    nearest = nearest.min(squared_lengths(there, dart));
                });
                let dead = less(nearest, limit);
                dart = (dart & !dead) | ((base ^ away) & dead);
                alive[x / 64] |= u64::from(!sign_bits(dead) & 0xFF) << (x % 64);
            }
            dart.store_slice(&mut darts[x..x + 8]);
            (first >> 1).store_slice(&mut priorities[x..x + 8]);
        }
        if !(self.inside && self.whole[line] && self.arena.obstacles.is_empty()) {
            self.forbid(simd, line, row);
        }
    }

    /// Removes darts outside the region or too close to obstacles.
    #[inline(always)]
    fn forbid<S: Simd>(&mut self, simd: S, line: usize, row: usize) {
        if !(self.inside && self.whole[line]) {
            let first = row * self.arena.lattice.columns;
            for x in LEAD..self.end {
                let inside = |column: usize| self.arena.region[first + column];
                if !self.column(x).is_some_and(inside) {
                    self.remove(line, x);
                }
            }
        }
        let obstacles = self.arena.obstacles;
        if obstacles.is_empty() {
            return;
        }
        let left = self.corner.0 + LEAD as isize;
        let columns = left..self.corner.0 + self.end as isize;
        for row in obstacles.rows_around(row) {
            for obstacle in obstacles.beside(row, &columns) {
                self.clear(simd, line, obstacle);
            }
        }
        if obstacles.reach_far() {
            for x in LEAD..self.end {
                let dart = self.darts[line % RING][x] ^ base(x, line);
                let (Some(column), Some(spot)) = (self.column(x), super::grid::spot(dart)) else {
                    continue;
                };
                let cell = row * self.arena.lattice.columns + column;
                if obstacles.block_from_far(self.arena.lattice, cell, spot) {
                    self.remove(line, x);
                }
            }
        }
    }

    /// Removes the darts of a line that are too close to an obstacle that reaches no farther than a
    /// dot.
    #[inline(always)]
    fn clear<S: Simd>(&mut self, simd: S, line: usize, obstacle: &Placed) {
        let lattice = self.arena.lattice;
        // From the corner of the tile's first word, in units.
        let x = obstacle.x - (lattice.first.0 + self.corner.0 as i64) * i64::from(UNITS);
        let y = obstacle.y - (lattice.first.1 + self.corner.1 as i64) * i64::from(UNITS);
        let here = (x as u32 & 0xFFFF) | (y as u32) << 16;
        let Ok(first) = usize::try_from(x.div_euclid(i64::from(UNITS)) - 2) else {
            return;
        };
        let Some(darts) = self.darts[line % RING].get(first..first + 8) else {
            return;
        };
        let squared = squared_lengths(load_words(simd, darts), splat_word(simd, here));
        let mut near = sign_bits(less(squared, splat_word(simd, obstacle.squared as u32)));
        while near != 0 {
            self.remove(line, first + near.trailing_zeros() as usize);
            near &= near - 1;
        }
    }

    #[inline(always)]
    fn remove(&mut self, line: usize, x: usize) {
        self.darts[line % RING][x] = base(x, line) ^ AWAY;
        self.alive[line % RING][x / 64] &= !(1 << (x % 64));
    }

    /// Accepts the first darts of a line that beat all darts they conflict with.
    #[inline(always)]
    fn settle_all<S: Simd>(&mut self, simd: S, line: usize) {
        let (limit, away) = (splat_word(simd, CONFLICT), splat_word(simd, AWAY));
        let bases = bases(simd, line);
        let darts = around(&self.darts, line);
        let priorities = around(&self.priorities, line);
        let accepted = &mut self.accepted[line % RING];
        for x in (LEAD..self.end).step_by(8) {
            let dart = load_words(simd, &darts[2][x..]);
            let priority = load_words(simd, &priorities[2][x..]);
            let mut nearest = splat_word(simd, i32::MAX as u32);
            for_neighbours!(|i, j| {
                if (i, j) != (2, 2) {
                    let there = load_words(simd, &darts[j][x - 2 + i..]);
                    // A weaker rival is as good as one infinitely far away.
                    let weaker = less(load_words(simd, &priorities[j][x - 2 + i..]), priority);
                    nearest = nearest.min(squared_lengths(there, dart) | weaker);
                }
            });
            let loses = less(nearest, limit);
            let nothing = bases[x / 8 % 4] ^ away;
            let new = (dart & !loses) | (nothing & loses);
            new.store_slice(&mut accepted[x..x + 8]);
        }
    }

    /// The same for the few darts of a later round, one by one.
    #[inline(always)]
    fn settle_alive<S: Simd>(&mut self, simd: S, line: usize) {
        let darts = around(&self.darts, line);
        let priorities = around(&self.priorities, line);
        let accepted = &mut self.accepted[line % RING];
        let alive = self.alive[line % RING];
        for i in 0..alive.len() {
            let mut bits = alive[i];
            while bits != 0 {
                let x = 64 * i + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let mut there = [splat_word(simd, 0); 5];
                let mut theirs = there;
                for j in 0..5 {
                    there[j] = load_words(simd, &darts[j][x - 2..]);
                    theirs[j] = load_words(simd, &priorities[j][x - 2..]);
                }
                let dart = darts[2][x];
                let won = wins(simd, (dart, priorities[2][x]), &there, &theirs);
                accepted[x] = if won { dart } else { accepted[x] };
            }
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

/// The lines from two above to two below.
#[inline(always)]
fn around(lines: &[Line], line: usize) -> [&Line; 5] {
    std::array::from_fn(|j| &lines[(line + j + RING - 2) % RING])
}

/// Where the cells of a line begin, which repeats every four vectors.
#[inline(always)]
fn bases<S: Simd>(simd: S, line: usize) -> [Words<S>; 4] {
    let bases: [u32; 32] = std::array::from_fn(|x| base(x, line));
    let vector = |i: usize| load_words(simd, &bases[8 * i..]);
    [vector(0), vector(1), vector(2), vector(3)]
}

#[inline(always)]
fn mix<S: Simd>(x: Words<S>) -> Words<S> {
    let x = (x ^ (x >> 16)) * MIX[0];
    let x = (x ^ (x >> 15)) * MIX[1];
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests;
