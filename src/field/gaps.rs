//! The exact uncovered remainder of a cell, down to single lattice positions.
//!
//! A cell is cut into 8×8 squares, one bit each, and a square is struck out when one disk covers
//! all of it. Darts are aimed at the squares that are left. Where they find nothing, these squares
//! are cut again, 2048 = 8·4·4·4·4, until they are single positions and the answer is exact: either
//! a legal position exists and is found, or none exists.
//!
//! On the first level a dot stands for all positions that share its 1/32 of the cell, so that what
//! it strikes out can be read from a table; see `fast`.

use rand::Rng;

use super::darts::{TRIES, wait};
use super::lattice::{CONFLICT, Spot, UNITS};
use super::rounds::Arena;
pub(super) use super::spacing::Square;
use crate::random::Stream;

/// The positions that count as one on the first level, along each side.
pub(super) const COARSE: i32 = 64;

/// A free cell with everything that forbids positions in it.
#[derive(Debug)]
pub(super) struct Gap {
    /// The dots first, then the obstacles.
    disks: Vec<Disk>,
    dots: usize,
    /// Squares of an eighth of the cell's side that no disk covers alone.
    open: u64,
}

/// A dot or an obstacle seen from the cell's corner, in units.
#[derive(Clone, Copy, Debug)]
struct Disk {
    x: i64,
    y: i64,
    squared: i64,
}

impl Gap {
    pub(super) fn new(arena: &Arena<'_>, sites: &[Option<Spot>], cell: usize) -> Self {
        let mut disks = Vec::with_capacity(8);
        arena.lattice.any_near(cell, 2, |other, dx, dy| {
            if let Some(site) = sites[other] {
                disks.push(Disk {
                    x: i64::from(dx) + i64::from(site.x),
                    y: i64::from(dy) + i64::from(site.y),
                    squared: CONFLICT.into(),
                });
            }
            false
        });
        let dots = disks.len();
        let corner = arena.lattice.units(cell, Spot { x: 0, y: 0 });
        arena.obstacles.for_each_near(cell, |obstacle| {
            disks.push(Disk {
                x: obstacle.x - corner.0,
                y: obstacle.y - corner.1,
                squared: obstacle.squared,
            });
        });
        let mut gap = Self {
            dots,
            disks,
            open: 0,
        };
        gap.open = gap.open_squares();
        gap
    }

    /// Squares of 64 that no disk covers alone.
    pub(super) const fn squares_left(&self) -> u32 {
        self.open.count_ones()
    }

    /// A legal position of the cell from a few tries in its open squares, and how long it waited to
    /// be hit; or until the last try missed.
    pub(super) fn aim(&self, stream: &mut Stream) -> (Option<Spot>, u32) {
        let mut time = 0;
        for _ in 0..TRIES {
            let bits = stream.next_u64();
            time += wait(bits as u32);
            let spot = aimed(self.open, (bits >> 32) as u32);
            if self.allows(spot) {
                return (Some(spot), time);
            }
        }
        (None, time)
    }

    /// A legal position of the cell, or `None` when there is none at all.
    pub(super) fn find(&self, stream: &mut Stream) -> Option<Spot> {
        search(
            self.open,
            stream,
            |square| self.open_parts(square),
            |spot| self.allows(spot),
        )
    }

    /// One bit for every square of the cell that no disk covers alone, dots taken coarsely.
    fn open_squares(&self) -> u64 {
        let (dots, obstacles) = self.disks.split_at(self.dots);
        let open = (0..64)
            .filter(|&bit| {
                let square = part(CELL, bit);
                !dots.iter().any(|dot| dot.covers_coarsely(square))
            })
            .fold(0, |open, bit| open | 1 << bit);
        obstacles
            .iter()
            .fold(open, |open, disk| open & !disk.covered_parts(CELL))
    }

    /// One bit for every part of a square that no disk covers alone.
    pub(super) fn open_parts(&self, square: Square) -> u64 {
        let parts = per_side(square);
        let all = u64::MAX >> (64 - parts * parts);
        (self.disks.iter()).fold(all, |open, disk| open & !disk.covered_parts(square))
    }

    fn allows(&self, spot: Spot) -> bool {
        let (x, y) = (i64::from(spot.x), i64::from(spot.y));
        !self.disks.iter().any(|disk| {
            let (x, y) = (x - disk.x, y - disk.y);
            x * x + y * y < disk.squared
        })
    }
}

impl Disk {
    /// One bit for every part of a square of which it forbids every position.
    fn covered_parts(&self, square: Square) -> u64 {
        let far = |first: i32, centre: i64, side: i32| {
            let first = i64::from(first) - centre;
            let away = first.abs().max((first + i64::from(side - 1)).abs());
            away * away
        };
        if far(square.x, self.x, square.side) + far(square.y, self.y, square.side) < self.squared {
            return u64::MAX;
        }
        let parts = per_side(square);
        let side = square.side / parts as i32;
        let (mut columns, mut rows) = ([0; 8], [0; 8]);
        for i in 0..parts as usize {
            columns[i] = far(square.x + i as i32 * side, self.x, side);
            rows[i] = far(square.y + i as i32 * side, self.y, side);
        }
        let mut covered = 0;
        for (row, rest) in rows[..parts as usize].iter().enumerate() {
            let rest = self.squared - rest;
            let mut bits = 0;
            for (column, &away) in columns[..parts as usize].iter().enumerate() {
                bits |= u64::from(away < rest) << column;
            }
            covered |= bits << (row * parts as usize);
        }
        covered
    }

    /// Whether every dot that shares its 1/32 of a cell forbids every position of a square.
    fn covers_coarsely(&self, square: Square) -> bool {
        let last = i64::from(square.side - 1);
        let along = |at: i64, centre: i64| {
            let first = centre & !i64::from(COARSE - 1);
            (at + last - first).max(first + i64::from(COARSE - 1) - at)
        };
        let (x, y) = (
            along(i64::from(square.x), self.x),
            along(i64::from(square.y), self.y),
        );
        x * x + y * y < self.squared
    }
}

/// A position from 32 random bits, evenly spread over the open squares of a cell within 0.1 %.
#[inline(always)]
pub(super) fn aimed(open: u64, bits: u32) -> Spot {
    let square = part(
        CELL,
        nth_set_bit(open, ((bits >> 16) * open.count_ones()) >> 16),
    );
    let side = square.side as u32 - 1;
    spot(
        square.x + (bits & side) as i32,
        square.y + (bits >> 8 & side) as i32,
    )
}

/// A position in the open squares of a cell, in random order, one tried in each part on the way
/// down; `open_parts` is exact for single positions.
#[inline(always)]
pub(super) fn search(
    open: u64,
    stream: &mut Stream,
    open_parts: impl Fn(Square) -> u64,
    allows: impl Fn(Spot) -> bool,
) -> Option<Spot> {
    // Squares of 2048, 256, 64, 16 and 4 positions a side that are being searched, and what is open.
    let mut levels = [(CELL, open); 5];
    let mut depth = 0;
    loop {
        let (square, open) = &mut levels[depth];
        if *open == 0 {
            if depth == 0 {
                return None;
            }
            depth -= 1;
            continue;
        }
        let bit = nth_set_bit(*open, below(open.count_ones(), stream));
        *open &= !(1 << bit);
        let part = part(*square, bit);
        let found = spot(
            part.x + below(part.side as u32, stream) as i32,
            part.y + below(part.side as u32, stream) as i32,
        );
        // On the first level a try hardly ever hits; a single position is legal.
        if part.side == 1 || depth > 0 && allows(found) {
            return Some(found);
        }
        depth += 1;
        levels[depth] = (part, open_parts(part));
    }
}

/// The first of the squares of a cell that are open, of which there must be one.
pub(super) fn lowest(open: u64) -> Square {
    part(CELL, open.trailing_zeros())
}

/// All of a cell.
pub(super) const CELL: Square = Square {
    x: 0,
    y: 0,
    side: UNITS,
};

fn per_side(square: Square) -> u32 {
    if square.side == UNITS { 8 } else { 4 }
}

fn part(square: Square, bit: u32) -> Square {
    let parts = per_side(square);
    let side = square.side / parts as i32;
    Square {
        x: square.x + (bit % parts) as i32 * side,
        y: square.y + (bit / parts) as i32 * side,
        side,
    }
}

fn spot(x: i32, y: i32) -> Spot {
    Spot {
        x: x as u16,
        y: y as u16,
    }
}

/// A number in `0..count`, each equally likely within 2⁻²⁶.
fn below(count: u32, stream: &mut Stream) -> u32 {
    ((u64::from(stream.next_u32()) * u64::from(count)) >> 32) as u32
}

/// The place of the set bit that has `n` set bits below it, without a branch.
///
/// # References
/// S. Vigna, "Broadword Implementation of Rank/Select Queries", WEA 2008, algorithm 2, its last step from a table.
pub(super) fn nth_set_bit(word: u64, n: u32) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // Where each byte has its top bit set for which the running sum exceeds n.
    let above = |sums: u64, n: u64| ((sums | TOPS) - (n + 1) * ONES) & TOPS;
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    let sums = ((fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(ONES);
    let at = above(sums, u64::from(n)).trailing_zeros() & 56;
    let before = (sums << 8) >> at & 0xFF;
    at + u32::from(NTH_OF_BYTE[(word >> at) as u8 as usize][((n - before as u32) & 7) as usize])
}

/// By byte and number: the place of the set bit with so many set bits below it.
const NTH_OF_BYTE: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut n) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte][n] = bit;
                n += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// Open squares of a cell by the plain rules, from the centres of dots of even spacing.
#[cfg(test)]
pub(super) fn coarse_squares(dots: &[(i64, i64)]) -> u64 {
    tests::gap(dots).open_squares()
}

/// Open parts of a square by the plain rules, from the centres of dots of even spacing.
#[cfg(test)]
pub(super) fn exact_squares(dots: &[(i64, i64)], square: Square) -> u64 {
    tests::gap(dots).open_parts(square)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};

    pub(super) fn gap(disks: &[(i64, i64)]) -> Gap {
        let mut gap = Gap {
            disks: disks
                .iter()
                .map(|&(x, y)| Disk {
                    x,
                    y,
                    squared: CONFLICT.into(),
                })
                .collect(),
            dots: disks.len(),
            open: 0,
        };
        gap.open = gap.open_squares();
        gap
    }

    #[test]
    fn the_only_free_position_of_a_cell_is_found() {
        // Disks of radius √(2²³) through the corner (0, 0), which they leave free, cover the rest.
        let alone = gap(&[(2048, 2048)]);
        let mut stream = Seed::new(1).stream(Stage::Gap, 0);
        assert_eq!(alone.find(&mut stream), Some(spot(0, 0)));
        assert_eq!(alone.open_parts(CELL).count_ones(), 1);
        // One unit closer and nothing is free.
        let covered = gap(&[(2047, 2048)]);
        assert_eq!(covered.find(&mut stream), None);
    }

    #[test]
    fn found_positions_are_legal_and_spread_over_the_whole_remainder() {
        let gap = gap(&[(-1500, 500), (3200, 3000)]);
        let mut seen = 0_u64;
        for key in 0..2000 {
            let mut stream = Seed::new(2).stream(Stage::Gap, key);
            let (Some(found), _) = gap.aim(&mut stream) else {
                continue;
            };
            let (x, y) = (i32::from(found.x), i32::from(found.y));
            let far = |(cx, cy): (i32, i32)| (cx - x).pow(2) + (cy - y).pow(2) >= 1 << 23;
            assert!(far((-1500, 500)) && far((3200, 3000)));
            seen |= 1 << (y / 256 * 8 + x / 256);
        }
        let exact = gap.open_parts(CELL);
        assert_eq!(
            gap.open & exact,
            exact,
            "coarse squares strike out too much"
        );
        assert!(
            seen.count_ones() + 3 > exact.count_ones(),
            "{seen:b} of {exact:b}"
        );
    }

    #[test]
    fn bits_are_counted_from_the_lowest() {
        assert_eq!(nth_set_bit(0b1011, 0), 0);
        assert_eq!(nth_set_bit(0b1011, 2), 3);
        assert_eq!(nth_set_bit(1 << 63, 0), 63);
        for key in 0..200 {
            let mut stream = Seed::new(key).stream(Stage::Probe, 0);
            let word = stream.next_u64() & stream.next_u64() | 1 << (key % 64);
            let set = (0..64).filter(|bit| word >> bit & 1 == 1);
            for (n, bit) in set.enumerate() {
                assert_eq!(nth_set_bit(word, n as u32), bit, "{word:b} {n}");
            }
        }
        assert_eq!(nth_set_bit(u64::MAX, 63), 63);
    }
}
