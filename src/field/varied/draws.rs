//! What a cell throws in a round: keyed by seed, the cell's corner and the round alone.

use crate::field::lattice::Lattice;
use crate::field::spacing::NOMINAL;
use crate::random::{Seed, Stage, mix64};
use rand::Rng;

/// Rounds of aimed darts, and a blind one before them.
pub(super) const ROUNDS: u8 = 64;

/// How many blind darts the aimed dart of a round stands for: a cell fires with the chance that at
/// least one of so many would hit its open squares, so that large remainders go first. Later
/// rounds always fire.
pub(super) const BLIND_DARTS: [u32; 5] = [1, 1, 4, 16, 64];

/// Rounds from which on a cell is searched whose tries fail.
pub(super) const SEARCH_FROM: u8 = 3;

/// Positions tried in the open squares before a cell is searched.
pub(super) const TRIES: u32 = 3;

/// Eight bytes that a row of base cells shares in a round.
pub(super) fn row_bits(seed: Seed, lattice: &Lattice, row: usize, round: u8) -> u64 {
    seed.stream(Stage::Dart, lattice.row_key(row, round))
        .next_u64()
}

/// The random bits of one cell of a row.
pub(super) const fn bits(row_bits: u64, column_key: u32) -> u64 {
    mix64(row_bits ^ column_key as u64)
}

/// Where a blind dart falls in a cell of this side, a power of two up to 2¹⁶.
pub(super) const fn blind_place(bits: u64, side: i32) -> (i32, i32) {
    let within = side as u64 - 1;
    ((bits & within) as i32, (bits >> 16 & within) as i32)
}

/// Whether a cell of this level throws, in proportion to the number of dots per area that an own
/// spacing stands for: never more often for a wider one.
pub(super) const fn fires(bits: u64, level: u8, own: u32) -> bool {
    let full = (NOMINAL as u64) << level;
    (bits >> 42) * (own as u64 * own as u64) < (full * full) << 22
}

/// The priority of a blind dart, 31 bits.
pub(super) const fn blind_priority(bits: u64) -> u32 {
    (mix64(bits) >> 33) as u32
}

/// The share of a cell that is open, as a share of blind darts: a cell of wide own spacing throws
/// fewer.
pub(super) fn open_share(open: u64, level: u8, least: u32) -> f32 {
    let density = (NOMINAL << level) as f32 / least as f32;
    open.count_ones() as f32 / 64.0 * (density * density).min(1.0)
}

/// Whether a cell with this open share throws in an aimed round, from 1 on.
pub(super) fn aims(bits: u64, share: f32, round: u8) -> bool {
    let Some(&darts) = BLIND_DARTS.get(usize::from(round) - 1) else {
        return true;
    };
    let missed = (0..darts.ilog2()).fold(1.0 - share, |missed, _| missed * missed);
    ((bits >> 40) as f32) * (1.0 / 16_777_216.0) < 1.0 - missed
}

/// Whether cells whose tries fail are searched, and found positions thrown at, in a round.
pub(super) const fn always_fires(round: u8) -> bool {
    round as usize > BLIND_DARTS.len()
}

/// The priority of an aimed dart, 31 bits.
pub(super) const fn aimed_priority(bits: u64) -> u32 {
    (bits as u32) >> 1
}
