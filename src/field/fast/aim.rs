//! The rounds of aimed darts over the cells that still have open squares.

use rand::Rng;

use super::beside::Beside;
use super::cover;
use super::grid::{BEFORE, EMPTY, Grid, PLACE, spot, tag, word};
use super::news::{New, News, Strikes};
use super::remainder::Disks;
use super::rivals::{Lines, Part, wins};
use super::tile::{CONFLICT, offset};
use crate::field::darts::{FEW, PATIENT_ROUNDS, TRIES, priority_after, rate, wait};
use crate::field::gaps::{CELL, Square, aimed, lowest, search};
use crate::field::rounds::Arena;
use crate::random::{Stage, Streams};
use crate::simd::{
    Simd, SimdBase, Words, less, load_words, moved, sign_bits, splat_word, squared_lengths,
};

/// A dart of this round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dart {
    /// Index of its word in the grid.
    pub(super) at: u32,
    pub(super) priority: i32,
    pub(super) word: u32,
}

/// The open cells of a band of rows.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Indices of words, in order, and the open squares of each.
    cells: Vec<u32>,
    squares: Vec<u64>,
    darts: Vec<Dart>,
}

impl Band {
    pub(super) const fn new(first: usize, last: usize) -> Self {
        Self {
            first,
            last,
            cells: Vec::new(),
            squares: Vec::new(),
            darts: Vec::new(),
        }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.cells.is_empty()
    }

    pub(super) const fn open_cells(&self) -> u64 {
        self.cells.len() as u64
    }

    /// Fires into the open squares as they are after the last round, in which the dots of `news` came.
    #[inline(always)]
    pub(super) fn aim<S: Simd>(
        &mut self,
        simd: S,
        arena: &Arena<'_>,
        accepted: &Grid,
        (round, news): (u8, &News),
    ) {
        if round == 0 {
            // About as many as there are; a list that grows is copied each time.
            let cells = (self.last - self.first) * arena.lattice.columns;
            self.cells.reserve(cells / 4);
            self.squares.reserve(cells / 4);
            self.darts.reserve(cells / 8);
            self.open(simd, arena, accepted);
        } else {
            self.strike(accepted, news);
        }
        let gun = Gun {
            arena,
            streams: arena.seed.streams(Stage::Gap),
            words: accepted.words(),
            stride: accepted.stride(),
            round,
            offsets: offsets(simd),
            rates: std::array::from_fn(|open| rate(open as f32 / 64.0)),
        };
        self.darts.clear();
        let mut beside = Beside::default();
        let mut kept = 0;
        for i in 0..self.cells.len() {
            let at = self.cells[i] as usize;
            let open = self.squares[i];
            match gun.fire(simd, at, open, &mut beside) {
                Shot::Covered => continue,
                Shot::Held => {}
                Shot::Fired(dart) => self.darts.push(dart),
            }
            self.cells[kept] = at as u32;
            self.squares[kept] = open;
            kept += 1;
        }
        self.cells.truncate(kept);
        self.squares.truncate(kept);
    }

    /// Strikes out what new dots cover, and drops the cells that are full or struck out.
    fn strike(&mut self, accepted: &Grid, news: &News) {
        let (stride, words) = (accepted.stride(), accepted.words());
        let (mut next, mut kept) = (0, 0);
        let mut strikes = Strikes::new(news, self.first);
        for row in self.first..self.last {
            let struck = strikes.of_row(row);
            let line = (row + BEFORE) * stride;
            while next < self.cells.len() && (self.cells[next] as usize) < line + stride {
                let at = self.cells[next] as usize;
                let struck = struck.map_or(0, |struck| struck[at - line - BEFORE]);
                let open = self.squares[next] & !struck;
                self.cells[kept] = at as u32;
                self.squares[kept] = open;
                // Without a branch, which could not be foreseen.
                kept += usize::from((open != 0) & (words[at] & EMPTY != 0));
                next += 1;
            }
            strikes.forget(row);
        }
        self.cells.truncate(kept);
        self.squares.truncate(kept);
    }

    #[inline(always)]
    fn open<S: Simd>(&mut self, simd: S, arena: &Arena<'_>, accepted: &Grid) {
        let columns = arena.lattice.columns;
        let stride = accepted.stride();
        let beside_obstacles = !arena.obstacles.is_empty();
        let mut beside = Beside::default();
        cover::open_cells(
            simd,
            accepted,
            self.first,
            self.last,
            |row, column, open| {
                let cell = row * columns + column;
                if arena.region[cell] {
                    let open = if !beside_obstacles {
                        open
                    } else if arena.obstacles.cover(arena.lattice, cell) {
                        0
                    } else {
                        beside.take(arena, cell);
                        open & beside.open_parts(simd, CELL, 8)
                    };
                    if open != 0 {
                        self.cells
                            .push(((row + BEFORE) * stride + column + BEFORE) as u32);
                        self.squares.push(open);
                    }
                }
            },
        );
    }

    /// The darts of a row, which are in order.
    pub(super) fn darts_of(&self, row: usize, stride: usize) -> &[Dart] {
        let line = (row + BEFORE) * stride;
        let from = self.darts.partition_point(|dart| (dart.at as usize) < line);
        let count = self.darts[from..].partition_point(|dart| (dart.at as usize) < line + stride);
        &self.darts[from..from + count]
    }

    /// Accepts the darts of a band that beat all darts they conflict with.
    #[inline(always)]
    pub(super) fn settle<S: Simd>(simd: S, bands: &[Self], band: usize, accepted: &mut Part<'_>) {
        let Self { first, last, .. } = bands[band];
        let offsets = offsets(simd);
        let mut lines = Lines::new(accepted.stride);
        for row in first..last + 2 * BEFORE {
            // Two rows behind the one that is read.
            lines.read(bands, row as isize - BEFORE as isize, accepted);
            let Some(row) = row.checked_sub(2 * BEFORE).filter(|&row| row >= first) else {
                continue;
            };
            let around = lines.around(row);
            for dart in bands[band].darts_of(row, accepted.stride) {
                let at = dart.at as usize - (row + BEFORE) * accepted.stride;
                let (mut there, mut priorities) = (offsets, offsets);
                for j in 0..5 {
                    there[j] = moved(load_words(simd, &around[j].0[at - 2..]), offsets[j]);
                    priorities[j] = load_words(simd, &around[j].1[at - 2..]);
                }
                let here = (dart.word & PLACE, dart.priority as u32);
                if wins(simd, here, &there, &priorities) {
                    accepted.words[(row - first) * accepted.stride + at] = dart.word;
                    accepted.news.push(New {
                        row: row as u32,
                        column: (at - BEFORE) as u32,
                        word: dart.word,
                    });
                }
            }
        }
    }
}

/// All there is to know for firing.
#[derive(Debug)]
struct Gun<'a, S: Simd> {
    arena: &'a Arena<'a>,
    streams: Streams,
    words: &'a [u32],
    stride: usize,
    round: u8,
    offsets: [Words<S>; 5],
    /// By the number of open squares.
    rates: [f32; 65],
}

/// What a cell with open squares does.
enum Shot {
    /// Its open squares turned out to hold no legal position.
    Covered,
    Held,
    Fired(Dart),
}

impl<S: Simd> Gun<'_, S> {
    #[inline(always)]
    fn fire(&self, simd: S, at: usize, open: u64, beside: &mut Beside) -> Shot {
        let few = open.count_ones() <= FEW;
        if few && self.round < PATIENT_ROUNDS {
            return Shot::Held;
        }
        let (cell, key) = self.cell(at);
        beside.take(self.arena, cell);
        let beside = &*beside;
        let mut stream = self.streams.stream(key);
        let around = self.around(simd, at);
        let mut time = 0;
        if few {
            time = wait(stream.next_u32());
        } else {
            let (mut words, mut times) = ([0; TRIES], [0; TRIES]);
            let mut legal = 0;
            // All tries at once: which of them hits is not to be foreseen, and a wrong guess of
            // the processor costs more than a try.
            for i in 0..TRIES {
                let bits = stream.next_u64();
                time += wait(bits as u32);
                times[i] = time;
                words[i] = word(aimed(open, (bits >> 32) as u32), 0);
                legal |= u32::from(is_free(simd, words[i], &around)) << i;
            }
            while legal != 0 {
                let i = legal.trailing_zeros() as usize;
                if allows(beside, words[i]) {
                    return self.fired(at, words[i], (times[i], open));
                }
                legal &= legal - 1;
            }
            if self.round < PATIENT_ROUNDS {
                return Shot::Held;
            }
        }
        time += wait(stream.next_u32());
        // Most cells that are hard to hit are covered by several disks together: told now, they
        // need not be tried again.
        let disks = Disks::new(simd, around);
        let mut left = open;
        while left != 0 && open_parts(simd, &disks, beside, lowest(left)) == 0 {
            left &= left - 1;
        }
        if left == 0 {
            return Shot::Covered;
        }
        let found = search(
            open,
            &mut stream,
            #[inline(always)]
            |square| open_parts(simd, &disks, beside, square),
            #[inline(always)]
            |spot| {
                let word = word(spot, 0);
                is_free(simd, word, &around) && allows(beside, word)
            },
        );
        match found {
            None => Shot::Covered,
            Some(spot) => self.fired(at, word(spot, 0), (time, open)),
        }
    }

    fn fired(&self, at: usize, word: u32, (time, open): (u32, u64)) -> Shot {
        Shot::Fired(Dart {
            at: at as u32,
            priority: priority_after(time, self.rates[open.count_ones() as usize]),
            word: word | tag(self.round),
        })
    }

    /// The cell at a word, and what its random numbers in this round are keyed by.
    #[inline(always)]
    fn cell(&self, at: usize) -> (usize, u64) {
        let lattice = self.arena.lattice;
        // Division of 32 bits is the faster one.
        let (at, stride) = (at as u32, self.stride as u32);
        let column = (at % stride) as usize - BEFORE;
        let row = (at / stride) as usize - BEFORE;
        let key = u64::from(lattice.column_key(column)) | lattice.row_key(row, self.round);
        (row * lattice.columns + column, key)
    }

    /// The dots of the five lines around a cell, seen from its corner.
    #[inline(always)]
    fn around(&self, simd: S, at: usize) -> [Words<S>; 5] {
        let place = splat_word(simd, PLACE);
        let mut around = self.offsets;
        for j in 0..5 {
            let start = at + j * self.stride - 2 * self.stride - 2;
            let words = load_words(simd, &self.words[start..start + 8]);
            around[j] = moved(words & place, around[j]);
        }
        around
    }
}

/// One bit for every part of a square of a cell that no disk covers alone.
#[inline(always)]
fn open_parts<S: Simd>(simd: S, disks: &Disks, beside: &Beside, square: Square) -> u64 {
    disks.open_parts(simd, square) & beside.open_parts(simd, square, 4)
}

fn allows(beside: &Beside, word: u32) -> bool {
    spot(word).is_some_and(|spot| beside.allows(spot))
}

/// Whether none of the dots around a cell conflicts with a position in it.
#[inline(always)]
fn is_free<S: Simd>(simd: S, word: u32, around: &[Words<S>; 5]) -> bool {
    let here = splat_word(simd, word);
    let mut nearest = splat_word(simd, i32::MAX as u32);
    for j in 0..5 {
        nearest = nearest.min(squared_lengths(here, around[j]));
    }
    sign_bits(less(nearest, splat_word(simd, CONFLICT))) == 0
}

/// Offsets of eight cells from two columns before, for the lines from two above to two below.
#[inline(always)]
fn offsets<S: Simd>(simd: S) -> [Words<S>; 5] {
    std::array::from_fn(|j| {
        let line: [u32; 8] = std::array::from_fn(|i| offset(i as i32, j as i32));
        load_words(simd, &line)
    })
}
