//! What a cell throws in a round: keyed by seed, the cell's corner and the round alone.

use super::blocks::{BLOCK, Block, TOP};
use crate::field::lattice::{Lattice, UNITS};
use crate::field::spacing::NOMINAL;
use crate::random::{Seed, Stage, mix64};
use rand::Rng;

/// Blind rounds, which come first.
pub(super) const BLIND: u8 = 3;

/// All rounds, blind and aimed.
pub(super) const ROUNDS: u8 = 64;

/// How many blind darts the dart of an aimed round stands for: a cell fires with the chance that at
/// least one of so many would hit its open squares, so that large remainders go first. Later
/// rounds always fire.
const BLIND_DARTS: [u32; 4] = [1, 4, 16, 64];

/// Rounds from which on a cell is searched whose tries fail.
pub(super) const SEARCH_FROM: u8 = BLIND + 2;

/// Positions tried in the open squares before a cell is searched.
pub(super) const TRIES: u32 = 2;

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

/// The level of the squares that throw one blind dart each: a square of four cells, or the block.
pub(super) fn blind_level(block: &Block) -> u8 {
    (block.level + 1).min(TOP)
}

/// How many of them along the side of a block.
pub(super) const fn blind_count(level: u8) -> usize {
    BLOCK >> level
}

/// Where a blind dart falls in a square of this level.
pub(super) const fn blind_place(bits: u64, level: u8) -> (i32, i32) {
    let within = (UNITS as u64) << level;
    let within = within - 1;
    ((bits & within) as i32, (bits >> 16 & within) as i32)
}

/// Whether a blind dart is thrown: in proportion to the number of dots per area that an own
/// spacing stands for, with a quarter of a dart for each square as large as the densest cell, but a sixth fewer
/// in the largest squares for their spacing. No dart of a square meets another of its own, so more of those of
/// large squares are accepted: where squares of two sizes meet, they would leave less room to the others.
pub(super) const fn fires(bits: u64, level: u8, own: u32) -> bool {
    let full = (NOMINAL as u64) << level;
    let (own, full) = (own as u64 * own as u64, full * full);
    (bits >> 46) * (15 * own + full) < full << 20
}

/// The priority of a blind dart, 31 bits.
pub(super) const fn blind_priority(bits: u64) -> u32 {
    (mix64(bits) >> 33) as u32
}

/// With which chance the cells of a block throw in an aimed round, by the number of their open squares.
#[derive(Clone, Debug)]
pub(super) struct Chances {
    /// Of 2²⁴ draws the first so many.
    limits: [u32; 65],
}

impl Chances {
    pub(super) fn new(block: &Block, round: u8) -> Self {
        const DRAWS: u32 = 1 << 24;
        let Some(&darts) = BLIND_DARTS.get(usize::from(round - BLIND)) else {
            return Self {
                limits: [DRAWS; 65],
            };
        };
        // A cell of wide own spacing throws fewer blind darts.
        let density = (NOMINAL << block.level) as f32 / block.least as f32;
        let full_share = (density * density).min(1.0);
        let mut limits = [0; 65];
        for (open, limit) in limits.iter_mut().enumerate() {
            let share = open as f32 / 64.0 * full_share;
            let missed = (0..darts.ilog2()).fold(1.0 - share, |missed, _| missed * missed);
            *limit = ((1.0 - missed) * DRAWS as f32).ceil() as u32;
        }
        Self { limits }
    }

    /// Whether a cell with these open squares throws.
    #[inline(always)]
    pub(super) const fn aims(&self, bits: u64, open: u64) -> bool {
        ((bits >> 40) as u32) < self.limits[open.count_ones() as usize]
    }
}

/// The priority of an aimed dart, 31 bits.
pub(super) const fn aimed_priority(bits: u64) -> u32 {
    (bits as u32) >> 1
}
