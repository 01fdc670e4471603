//! The exact uncovered remainder of a cell, down to single lattice positions.
//!
//! A cell is cut into 8×8 squares, one bit each, and a square is struck out when one disk covers
//! all of it. What is left is cut again, 2048 = 8·8·8·4, until squares are single positions and
//! the answer is exact: either a legal position exists and is found, or none exists.

use rand::Rng;

use super::lattice::{Spot, UNITS};
use super::rounds::{Arena, Site};
use super::spacing::{Spacing, Square};
use crate::random::Stream;

/// Blind tries in a square before it is cut further.
const TRIES: u32 = 5;

/// A free cell with everything that forbids positions in it.
#[derive(Debug)]
pub(super) struct Gap<'a, S> {
    spacing: &'a S,
    cell: usize,
    disks: Vec<Disk>,
    /// Squares of an eighth of the cell's side that no disk covers alone.
    open: u64,
}

/// A dot or an obstacle seen from the cell's corner, in units.
#[derive(Clone, Copy, Debug)]
struct Disk {
    x: i64,
    y: i64,
    /// Own spacing in eighths, or 0 where `squared` rules.
    radius: u32,
    squared: i64,
}

impl<'a, S: Spacing> Gap<'a, S> {
    pub(super) fn new(arena: &Arena<'a, S>, sites: &[Site], cell: usize) -> Self {
        let mut disks = Vec::with_capacity(8);
        let reach = arena.spacing.reach(cell);
        arena.lattice.any_near(cell, reach, |other, dx, dy| {
            let site = sites[other];
            if site.radius != 0 {
                disks.push(Disk {
                    x: i64::from(dx) + i64::from(site.spot.x),
                    y: i64::from(dy) + i64::from(site.spot.y),
                    radius: site.radius,
                    squared: 0,
                });
            }
            false
        });
        let corner = arena.lattice.units(cell, Spot { x: 0, y: 0 });
        disks.extend(arena.obstacles.near(cell).map(|obstacle| Disk {
            x: obstacle.x - corner.0,
            y: obstacle.y - corner.1,
            radius: obstacle.radius,
            squared: obstacle.squared,
        }));
        let mut gap = Self {
            spacing: arena.spacing,
            cell,
            disks,
            open: 0,
        };
        gap.open = gap.open_parts(CELL);
        gap
    }

    /// Share of the cell that a blind dart would have to hit, weighted by the cell's own density.
    pub(super) fn open_share(&self) -> f32 {
        if self.open == 0 {
            return 0.0;
        }
        let least = self.spacing.least_in(self.cell, CELL) as f32;
        let density = super::spacing::NOMINAL as f32 / least;
        self.open.count_ones() as f32 / 64.0 * (density * density).min(1.0)
    }

    /// A legal position of the cell, or `None` when there is none at all.
    pub(super) fn find(&self, stream: &mut Stream) -> Option<Spot> {
        self.find_in(CELL, self.open, stream)
    }

    fn find_in(&self, square: Square, mut open: u64, stream: &mut Stream) -> Option<Spot> {
        while open != 0 {
            let bit = nth_set_bit(open, below(open.count_ones(), stream));
            let part = part(square, bit);
            if part.side == 1 {
                // Struck out exactly: what is left is legal.
                return Some(spot(part.x, part.y));
            }
            for _ in 0..TRIES {
                let x = part.x + below(part.side as u32, stream) as i32;
                let y = part.y + below(part.side as u32, stream) as i32;
                if !self.is_covered(Square { x, y, side: 1 }) {
                    return Some(spot(x, y));
                }
            }
            if let Some(found) = self.find_in(part, self.open_parts(part), stream) {
                return Some(found);
            }
            open &= !(1 << bit);
        }
        None
    }

    /// One bit for every part of a square that no disk covers alone.
    fn open_parts(&self, square: Square) -> u64 {
        let parts = per_side(square);
        (0..parts * parts)
            .filter(|&bit| !self.is_covered(part(square, bit)))
            .fold(0, |open, bit| open | 1 << bit)
    }

    /// Whether one disk forbids every position of a square; exact for a single position.
    fn is_covered(&self, square: Square) -> bool {
        let least = self.spacing.least_in(self.cell, square);
        let last = i64::from(square.side - 1);
        self.disks.iter().any(|disk| {
            let x = i64::from(square.x) - disk.x;
            let y = i64::from(square.y) - disk.y;
            let x = x.abs().max((x + last).abs());
            let y = y.abs().max((y + last).abs());
            let farthest = x * x + y * y;
            if disk.radius == 0 {
                farthest < disk.squared
            } else {
                i32::try_from(farthest).is_ok_and(|far| S::conflict(far, disk.radius, least))
            }
        })
    }
}

const CELL: Square = Square {
    x: 0,
    y: 0,
    side: UNITS,
};

fn per_side(square: Square) -> u32 {
    square.side.min(8) as u32
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

fn nth_set_bit(mut word: u64, n: u32) -> u32 {
    for _ in 0..n {
        word &= word - 1;
    }
    word.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::spacing::{NOMINAL, Uniform};
    use crate::random::{Seed, Stage};

    fn gap(disks: &[(i64, i64)]) -> Gap<'static, Uniform> {
        let mut gap = Gap {
            spacing: &Uniform,
            cell: 0,
            disks: disks
                .iter()
                .map(|&(x, y)| Disk {
                    x,
                    y,
                    radius: NOMINAL,
                    squared: 0,
                })
                .collect(),
            open: 0,
        };
        gap.open = gap.open_parts(CELL);
        gap
    }

    #[test]
    fn the_only_free_position_of_a_cell_is_found() {
        // Disks of radius √(2²³) through the corner (0, 0), which they leave free, cover the rest.
        let alone = gap(&[(2048, 2048)]);
        let mut stream = Seed::new(1).stream(Stage::Gap, 0);
        assert_eq!(alone.find(&mut stream), Some(spot(0, 0)));
        assert_eq!(alone.open.count_ones(), 1);
        // One unit closer and nothing is free.
        let covered = gap(&[(2047, 2048)]);
        assert_eq!(covered.find(&mut stream), None);
    }

    #[test]
    fn found_positions_are_legal_and_spread_over_the_whole_remainder() {
        let gap = gap(&[(-1500, 500), (3200, 3000)]);
        let mut seen = 0_u64;
        for key in 0..2000 {
            let found = gap.find(&mut Seed::new(2).stream(Stage::Gap, key)).unwrap();
            let (x, y) = (i32::from(found.x), i32::from(found.y));
            assert!(!gap.is_covered(Square { x, y, side: 1 }));
            seen |= 1 << (y / 256 * 8 + x / 256);
        }
        assert!(
            seen.count_ones() + 3 > gap.open.count_ones(),
            "{seen:b} of {:b}",
            gap.open
        );
    }

    #[test]
    fn bits_are_counted_from_the_lowest() {
        assert_eq!(nth_set_bit(0b1011, 0), 0);
        assert_eq!(nth_set_bit(0b1011, 2), 3);
        assert_eq!(nth_set_bit(1 << 63, 0), 63);
    }
}
