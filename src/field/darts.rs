//! What a cell throws in a round: keyed by seed, cell and round alone.
//!
//! A dart costs two rounds of a 32-bit mixer, so that eight of them fit one vector. Two keys of a
//! row, from the 64-bit stream of (seed, row, round), stand before and between the two: darts of
//! different rows share neither positions nor priorities, along no diagonal.

use rand::Rng;

use super::lattice::{Lattice, Spot, UNITS};
use crate::random::{Seed, Stage};

/// Rounds of blind darts before darts are aimed at what is left.
pub(super) const DART_ROUNDS: u8 = 4;

/// Rounds of aimed darts; a run of 10⁵ dots that was looked at was done after 5.
pub(super) const GAP_ROUNDS: u8 = 64;

/// Gap rounds in which a cell whose tries all miss waits for the next round; in later ones it is
/// searched position by position.
pub(super) const PATIENT_ROUNDS: u8 = 1;

/// Cells with at most so many of 64 squares open do not try their luck: most are covered by the
/// darts that others throw in the patient rounds, and the rest are searched after one wait. None
/// at all, and dots would crowd at the borders of cells; as many as there are tries, and they would
/// be rare there.
pub(super) const FEW: u32 = 4;

/// Positions tried in the open squares of a cell in a round.
pub(super) const TRIES: usize = 3;

/// What distinguishes the darts of one row in one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowKeys {
    pub(super) before: u32,
    pub(super) between: u32,
}

impl RowKeys {
    pub(super) fn new(seed: Seed, lattice: &Lattice, row: usize, round: u8) -> Self {
        let bits = seed
            .stream(Stage::Dart, lattice.row_key(row, round))
            .next_u64();
        Self {
            before: bits as u32,
            between: (bits >> 32) as u32,
        }
    }

    /// The dart of a column: where in its cell, and its priority.
    pub(super) fn dart(self, column_key: u32) -> Dart {
        let first = mix32(column_key ^ self.before);
        let second = mix32(first ^ self.between);
        Dart {
            spot: spot(second >> 10),
            priority: (first >> 1) as i32,
        }
    }
}

/// A blind dart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dart {
    pub(super) spot: Spot,
    /// 0 to 2³¹ − 1, so that it compares alike signed and unsigned.
    pub(super) priority: i32,
}

/// The position in 22 bits.
const fn spot(bits: u32) -> Spot {
    Spot {
        x: (bits & (UNITS as u32 - 1)) as u16,
        y: (bits >> 11) as u16,
    }
}

/// C. Wellons' "lowbias32": a bijection of 32-bit words in which every input bit moves every
/// output bit with a chance within 0.2 % of ½.
pub(super) const fn mix32(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(MIX[0]);
    x = (x ^ (x >> 15)).wrapping_mul(MIX[1]);
    x ^ (x >> 16)
}

/// The multipliers of [`mix32`].
pub(super) const MIX: [u32; 2] = [0x7FEB_352D, 0x846C_A68B];

/// How many darts a cell with this open share draws in a unit of time.
///
/// Between the share itself, as for darts thrown at random, with which fields come out 0.05 % too
/// sparse, and its square root, with which they are 0.03 % too dense.
pub(super) fn rate(share: f32) -> f32 {
    let root = share.sqrt();
    root * root.sqrt()
}

/// How long a dart takes to come at a rate of 1, from 32 random bits; half of all are there
/// within 4096.
///
/// The negative logarithm to base 2 of a uniform number, linear between powers of two.
pub(super) const fn wait(bits: u32) -> u32 {
    let bits = bits | 1;
    let halvings = bits.leading_zeros();
    let fraction = (bits << halvings) >> 19 & 0xFFF;
    ((halvings + 1) << 12) - fraction
}

/// Darts that come earlier win: the priority after a [`wait`], or the sum of several.
pub(super) fn priority_after(waited: u32, rate: f32) -> i32 {
    i32::MAX - (waited as f32 / rate) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice() -> Lattice {
        Lattice::of_mm((-7, 1 << 20), 400, 400)
    }

    fn all(seed: u64, round: u8) -> Vec<Dart> {
        let lattice = lattice();
        let dart = |cell| {
            let (column, row) = lattice.column_row(cell);
            let keys = RowKeys::new(Seed::new(seed), &lattice, row, round);
            keys.dart(lattice.column_key(column))
        };
        (0..lattice.cells()).map(dart).collect()
    }

    /// Field test 18.
    #[test]
    fn darts_fill_their_cells_evenly_and_apart_from_their_neighbours() {
        let bins = |seed, round| -> Vec<usize> {
            let four = |v: u16| usize::from(v) >> 9;
            let darts = all(seed, round).into_iter();
            darts.map(|d| four(d.spot.y) * 4 + four(d.spot.x)).collect()
        };
        let (a, next_round, next_seed) = (bins(1, 0), bins(1, 1), bins(2, 0));
        let pairs: [(&str, Vec<(usize, usize)>); 6] = {
            let zip = |other: &[usize], skip: usize| -> Vec<(usize, usize)> {
                a.iter()
                    .copied()
                    .zip(other[skip..].iter().copied())
                    .collect()
            };
            [
                ("columns", zip(&a, 1)),
                ("rows", zip(&a, 400)),
                ("diagonals", zip(&a, 401)),
                ("other diagonals", zip(&a, 399)),
                ("rounds", zip(&next_round, 0)),
                ("seeds", zip(&next_seed, 0)),
            ]
        };
        for (name, pairs) in pairs {
            let mut counts = [0.0_f64; 256];
            for &(a, b) in &pairs {
                counts[a * 16 + b] += 1.0;
            }
            let mean = pairs.len() as f64 / 256.0;
            let chi2: f64 = counts.iter().map(|n| (n - mean).powi(2) / mean).sum();
            // 255 degrees of freedom: mean 255, standard deviation 22.6; a false alarm in 10⁵.
            assert!((165.0..360.0).contains(&chi2), "{name}: chi² {chi2}");
        }
    }

    #[test]
    fn priorities_do_not_depend_on_positions_or_neighbours() {
        let darts = all(3, 0);
        let centred = |v: f64, half: f64| v / half - 1.0;
        let (mut with_x, mut with_y, mut with_next) = (0.0, 0.0, 0.0);
        for pair in darts.windows(2) {
            let p = |d: &Dart| centred(f64::from(d.priority), f64::from(1 << 30));
            with_x += p(&pair[0]) * centred(f64::from(pair[0].spot.x), 1024.0);
            with_y += p(&pair[0]) * centred(f64::from(pair[0].spot.y), 1024.0);
            with_next += p(&pair[0]) * p(&pair[1]);
        }
        // A sum of n products of uniform values on ±1 has a standard deviation of √n/3.
        let bound = 4.5 * (darts.len() as f64).sqrt() / 3.0;
        for (name, sum) in [("x", with_x), ("y", with_y), ("neighbour", with_next)] {
            assert!(sum.abs() < bound, "{name}: {sum} of {bound}");
        }
    }

    #[test]
    fn waits_are_longer_for_smaller_shares_and_spread_like_an_exponential() {
        let mut stream = Seed::new(3).stream(Stage::Probe, 0);
        let waits: Vec<u32> = (0..100_000)
            .map(|_| wait(rand::Rng::next_u32(&mut stream)))
            .collect();
        // The share still waiting halves with every 4096.
        for halvings in 1..6 {
            let later = waits.iter().filter(|&&w| w > 4096 * halvings);
            let expected = 1e5 / f64::from(1 << halvings);
            let off = (later.count() as f64 - expected) / expected.sqrt();
            assert!(off.abs() < 4.5, "{halvings}: {off} standard deviations");
        }
        assert_eq!(priority_after(77, 0.25), priority_after(4 * 77, 1.0));
        // The longest of all, in the smallest share of the lowest density, eight times over.
        let last = priority_after(8 * wait(0), 1.0 / 1600.0);
        assert!(0 < last && last < priority_after(7 * wait(0), 1.0 / 1600.0));
    }
}
