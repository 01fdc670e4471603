//! What a cell throws in a round: keyed by seed, the cell's corner and the round alone.

use super::blocks::{BLOCK, Block, TOP};
use crate::field::darts::wait;
use crate::field::lattice::{Lattice, UNITS};
use crate::field::spacing::NOMINAL;
use crate::random::{Seed, Stage, mix64};
use rand::Rng;

/// Darts of each round for every square with the own spacing as its side, as if thrown at the whole
/// plane; those that could not hit are left out. In later rounds each cell throws one that hits.
const DARTS: [f32; 6] = [0.5, 0.5, 1.0, 2.0, 6.0, 20.0];

/// Of these, blind rounds, which come first.
pub(super) const BLIND: u8 = 3;

/// Rounds from which on a cell is searched whose tries fail.
pub(super) const SEARCH_FROM: u8 = DARTS.len() as u8;

/// All rounds, blind and aimed.
pub(super) const ROUNDS: u8 = 64;

/// Positions tried in the open squares before a cell is searched.
pub(super) const TRIES: u32 = 4;

/// The mean of a [`wait`], 4096/ln 2.
const MEAN_WAIT: f32 = 4096.0 * std::f32::consts::LOG2_E;

/// Bits of the share of darts that are thrown; times a squared spacing they fit a word.
const SHARE_BITS: u32 = 22;

/// Bits of a dart's time within its round.
const TIME_BITS: u32 = 25;

/// Eight bytes that a row of base cells shares in a round.
pub(super) fn row_bits(seed: Seed, lattice: &Lattice, row: usize, round: u8) -> u64 {
    seed.stream(Stage::Dart, lattice.row_key(row, round))
        .next_u64()
}

/// The random bits of one cell of a row.
#[inline(always)]
pub(super) const fn bits(row_bits: u64, column_key: u32) -> u64 {
    mix64(row_bits ^ column_key as u64)
}

/// More bits for the n-th try of a cell, from its bits.
#[inline(always)]
pub(super) const fn try_bits(bits: u64, n: u32) -> u64 {
    mix64(bits.wrapping_add(n as u64 + 1))
}

/// The level of the patches that throw their blind darts together: 8×8 cells, or the block.
pub(super) fn patch_level(block: &Block) -> u8 {
    (block.level + 3).min(TOP)
}

/// How many of them along the side of a block.
pub(super) const fn patch_count(level: u8) -> usize {
    BLOCK >> level
}

/// The darts of a patch or a cell in a round, one after the other.
///
/// They come after exponential waits, as many as fit: places and number are those of darts thrown at
/// random over the plane, and no lattice shows. One dart for each small square would print the
/// squares.
#[derive(Clone, Debug)]
pub(super) struct Volley {
    bits: u64,
    time: u32,
    end: f32,
    round: u8,
    /// The least own spacing around, for which all of them are meant.
    least: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Shot {
    /// 64 bits for where it falls.
    pub(super) place: u64,
    pub(super) priority: u32,
    share: u64,
}

impl Volley {
    /// Into so many squared units.
    pub(super) fn new(bits: u64, area: f32, least: u32, round: u8) -> Self {
        let squares = area / (least as f32 * least as f32) * 64.0;
        Self {
            bits,
            time: 0,
            end: squares * (DARTS[usize::from(round)] * MEAN_WAIT),
            round,
            least: least.into(),
        }
    }

    /// Whether a dart is thrown where this is the own spacing: in proportion to the number of dots
    /// per area that it stands for.
    #[inline(always)]
    pub(super) fn fires(&self, shot: Shot, own: u32) -> bool {
        let own = u64::from(own);
        shot.share * (own * own) < (self.least * self.least) << SHARE_BITS
    }
}

impl Iterator for Volley {
    type Item = Shot;

    #[inline(always)]
    fn next(&mut self) -> Option<Shot> {
        self.bits = mix64(self.bits.wrapping_add(1));
        self.time += wait(self.bits as u32);
        let time = self.time as f32 / self.end;
        (time < 1.0).then(|| Shot {
            place: mix64(self.bits),
            priority: priority(self.round, time),
            share: self.bits >> (64 - SHARE_BITS),
        })
    }
}

/// Where a blind dart falls in a patch of this level.
pub(super) const fn blind_place(bits: u64, level: u8) -> (i32, i32) {
    let within = (UNITS as u64) << level;
    let within = within - 1;
    ((bits & within) as i32, (bits >> 16 & within) as i32)
}

/// Who comes first wins: 31 bits from a round and a time in it, 0 to 1.
fn priority(round: u8, time: f32) -> u32 {
    let late = (time * (1 << TIME_BITS) as f32) as u32;
    let last = (1 << TIME_BITS) - 1;
    u32::from(ROUNDS - 1 - round) << TIME_BITS | (last - late.min(last))
}

/// When the dart of a cell comes that is searched: after the waits for its tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    time: u32,
    rate: f32,
}

impl Patience {
    /// For so many of 64 squares.
    pub(super) fn new(block: &Block, open: u64) -> Self {
        let density = (NOMINAL << block.level) as f32 / block.least as f32;
        let rate = open.count_ones() as f32 * (density * density);
        Self { time: 0, rate }
    }

    pub(super) fn wait(&mut self, bits: u64) {
        self.time += wait(bits as u32);
    }

    pub(super) fn priority(self, round: u8) -> u32 {
        // Few waits come to 2¹⁹, and rates are hardly below 1.
        priority(round, self.time as f32 / self.rate / (1 << 21) as f32)
    }
}
