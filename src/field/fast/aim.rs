//! The rounds of aimed darts over the cells that still have open squares.

use rand::Rng;

use super::cover;
use super::grid::{BEFORE, EMPTY, Grid, PLACE, TAG, tag, word};
use super::remainder::Disks;
use super::tile::{CONFLICT, offset};
use crate::field::darts::{BLIND_DARTS, TRIES, chance};
use crate::field::gaps::{CELL, aimed, search};
use crate::field::lattice::Spot;
use crate::field::rounds::Arena;
use crate::field::spacing::Uniform;
use crate::random::{Stage, Stream};
use crate::simd::{Simd, Words, less, load_words, moved, sign_bits, splat_word, squared_lengths};

/// A dart of this round.
#[derive(Clone, Copy, Debug)]
struct Dart {
    /// Index of its word in the grid.
    at: u32,
    priority: i32,
    word: u32,
}

/// The open cells of a band of rows.
#[derive(Debug)]
pub(super) struct Band {
    first: usize,
    last: usize,
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

    /// Fires into the open squares as they are after the last round.
    #[inline(always)]
    pub(super) fn aim<S: Simd>(
        &mut self,
        simd: S,
        arena: &Arena<'_, Uniform>,
        accepted: &Grid,
        round: u8,
        proposed: &mut [u32],
    ) {
        if round == 0 {
            self.open(arena, accepted);
        }
        let gun = Gun {
            arena,
            words: accepted.words(),
            stride: accepted.stride(),
            round,
            offsets: offsets(simd),
            chances: std::array::from_fn(|open| chance(open as f32 / 64.0, round)),
        };
        let band = (self.first + BEFORE) * gun.stride;
        self.darts.clear();
        let mut kept = 0;
        for i in 0..self.cells.len() {
            let at = self.cells[i] as usize;
            let mut open = self.squares[i];
            if round > 0 {
                open &= !gun.struck(simd, at);
            }
            if open == 0 {
                continue;
            }
            match gun.fire(simd, at, open) {
                Shot::Covered => continue,
                Shot::Held => {}
                Shot::Fired(dart) => {
                    proposed[at - band] = dart.word;
                    self.darts.push(dart);
                }
            }
            self.cells[kept] = at as u32;
            self.squares[kept] = open;
            kept += 1;
        }
        self.cells.truncate(kept);
        self.squares.truncate(kept);
    }

    fn open(&mut self, arena: &Arena<'_, Uniform>, accepted: &Grid) {
        let columns = arena.lattice.columns;
        let stride = accepted.stride();
        cover::open_cells(accepted, self.first, self.last, |row, column, open| {
            let cell = row * columns + column;
            if arena.region[cell] {
                let open = open & arena.open_beside_obstacles(cell, CELL);
                if open != 0 {
                    self.cells
                        .push(((row + BEFORE) * stride + column + BEFORE) as u32);
                    self.squares.push(open);
                }
            }
        });
    }

    /// Accepts the darts that beat all darts they conflict with.
    #[inline(always)]
    pub(super) fn settle<S: Simd>(
        &mut self,
        simd: S,
        arena: &Arena<'_, Uniform>,
        proposed: &Grid,
        round: u8,
        accepted: &mut [u32],
    ) {
        let (words, stride) = (proposed.words(), proposed.stride());
        let band = (self.first + BEFORE) * stride;
        let offsets = offsets(simd);
        let now = splat_word(simd, tag(round));
        for dart in &self.darts {
            let at = dart.at as usize;
            let here = splat_word(simd, dart.word & PLACE);
            let corner = at - 2 * stride - 2;
            let mut rivals = 0;
            for j in 0..5 {
                let start = corner + j * stride;
                let words = load_words(simd, &words[start..start + 8]);
                let others = (words & splat_word(simd, TAG)) ^ now;
                // Alike in tag: zero, below one.
                let alike = less(others, splat_word(simd, 1));
                let near = near(simd, words, here, offsets[j]) & alike;
                rivals |= (sign_bits(near) & 31) << (5 * j);
            }
            rivals &= !(1 << 12);
            let mut loses = false;
            while rivals != 0 && !loses {
                let n = rivals.trailing_zeros() as usize;
                let rival = corner + n / 5 * stride + n % 5;
                loses = priority(&mut stream(arena, stride, rival, round).0) >= dart.priority;
                rivals &= rivals - 1;
            }
            if !loses {
                accepted[at - band] = dart.word;
            }
        }
    }
}

/// All there is to know for firing.
#[derive(Debug)]
struct Gun<'a, S: Simd> {
    arena: &'a Arena<'a, Uniform>,
    words: &'a [u32],
    stride: usize,
    round: u8,
    offsets: [Words<S>; 5],
    chances: [f32; 65],
}

/// What a cell with open squares does.
enum Shot {
    /// Its open squares turned out to hold no legal position.
    Covered,
    Held,
    Fired(Dart),
}

impl<S: Simd> Gun<'_, S> {
    /// Squares of a cell that the dots of the last round strike out; all of them if it is full.
    #[inline(always)]
    fn struck(&self, simd: S, at: usize) -> u64 {
        if self.words[at] & EMPTY == 0 {
            return u64::MAX;
        }
        let last = splat_word(simd, tag(self.round - 1));
        let corner = at - 2 * self.stride - 2;
        let mut new = 0;
        for j in 0..5 {
            let start = corner + j * self.stride;
            let words = load_words(simd, &self.words[start..start + 8]);
            let others = (words & splat_word(simd, TAG)) ^ last;
            new |= (sign_bits(less(others, splat_word(simd, 1))) & 31) << (5 * j);
        }
        let mut struck = 0;
        while new != 0 {
            let n = new.trailing_zeros() as usize;
            let word = self.words[corner + n / 5 * self.stride + n % 5];
            // Seen from the dot, this cell is on the other side.
            struck |= cover::of(word)[24 - n];
            new &= new - 1;
        }
        struck
    }

    #[inline(always)]
    fn fire(&self, simd: S, at: usize, open: u64) -> Shot {
        let (mut stream, cell) = stream(self.arena, self.stride, at, self.round);
        let bits = stream.next_u64();
        let unit = (bits >> 40) as f32 * (1.0 / 16_777_216.0);
        if unit >= self.chances[open.count_ones() as usize] {
            return Shot::Held;
        }
        let mut found = None;
        for _ in 0..TRIES {
            let aimed = aimed(open, stream.next_u64());
            if self.legal(simd, at, aimed) && self.arena.allows(cell, aimed) {
                found = Some(aimed);
                break;
            }
        }
        if found.is_none() {
            if self.round == 0 {
                return Shot::Held;
            }
            // Most cells that are hard to hit are covered by several disks together: told now,
            // they need not be tried again.
            let disks = Disks::around(self.words, self.stride, at);
            found = search(
                open,
                &mut stream,
                #[inline(always)]
                |square| {
                    disks.open_parts(simd, square) & self.arena.open_beside_obstacles(cell, square)
                },
            );
            if found.is_some() && usize::from(self.round) < BLIND_DARTS.len() {
                return Shot::Held;
            }
        }
        found.map_or(Shot::Covered, |spot| {
            Shot::Fired(Dart {
                at: at as u32,
                priority: priority_of(bits),
                word: word(spot, tag(self.round)),
            })
        })
    }

    /// Whether no dot is too close.
    #[inline(always)]
    fn legal(&self, simd: S, at: usize, spot: Spot) -> bool {
        let here = splat_word(simd, word(spot, 0));
        let mut any = splat_word(simd, 0);
        for j in 0..5 {
            let start = at + j * self.stride - 2 * self.stride - 2;
            let words = load_words(simd, &self.words[start..start + 8]);
            any |= near(simd, words, here, self.offsets[j]);
        }
        sign_bits(any) == 0
    }
}

/// Where a dot or dart of a line of eight cells is too close.
#[inline(always)]
fn near<S: Simd>(simd: S, words: Words<S>, here: Words<S>, offset: Words<S>) -> Words<S> {
    let there = moved(words & splat_word(simd, PLACE), offset);
    less(squared_lengths(here, there), splat_word(simd, CONFLICT))
}

/// Offsets of eight cells from two columns before, for the lines from two above to two below.
#[inline(always)]
fn offsets<S: Simd>(simd: S) -> [Words<S>; 5] {
    std::array::from_fn(|j| {
        let line: [u32; 8] = std::array::from_fn(|i| offset(i as i32, j as i32));
        load_words(simd, &line)
    })
}

/// The random numbers of a cell in a round, and the cell.
#[inline(always)]
fn stream(arena: &Arena<'_, Uniform>, stride: usize, at: usize, round: u8) -> (Stream, usize) {
    let lattice = arena.lattice;
    // Division of 32 bits is the faster one.
    let (at, stride) = (at as u32, stride as u32);
    let (mut column, mut row) = ((at % stride) as usize, (at / stride) as usize);
    if lattice.periodic {
        column = (column + lattice.columns - BEFORE) % lattice.columns;
        row = (row + lattice.rows - BEFORE) % lattice.rows;
    } else {
        column -= BEFORE;
        row -= BEFORE;
    }
    let key = u64::from(lattice.column_key(column)) | lattice.row_key(row, round);
    let cell = row * lattice.columns + column;
    (arena.seed.stream(Stage::Gap, key), cell)
}

fn priority(stream: &mut Stream) -> i32 {
    priority_of(stream.next_u64())
}

const fn priority_of(bits: u64) -> i32 {
    (bits as u32 >> 1) as i32
}
