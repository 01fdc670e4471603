//! How far apart two dots must be: one distance everywhere, or one that varies over the skin.

use super::lattice::{Lattice, Spot, UNITS};

/// The nominal spacing √2·2048 in eighths of a unit, rounded: the precision of varying spacings.
pub(super) const NOMINAL: u32 = 23_170;

/// Lowest relative density that spacing alone expresses; below it dots are thinned out instead.
///
/// A ratio of 5 in spacing keeps every neighbour within 8 cells.
pub(super) const FLOOR: f64 = 0.04;

/// A square of positions inside one cell: the first one and the count along each side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) side: i32,
}

/// The rule that says which two positions exclude each other.
///
/// A position's own spacing is a fixed integer function of the position, so a conflict can be
/// checked from the finished dots alone, in any order.
pub(super) trait Spacing: Sync {
    /// Own spacing of a position, in eighths of a unit, never 0.
    fn at(&self, cell: usize, spot: Spot) -> u32;

    /// A lower bound of the own spacings in a square; exact for a single position.
    fn least_in(&self, cell: usize, square: Square) -> u32;

    /// Whether two positions at this squared distance in units² exclude each other.
    fn conflict(squared: i32, a: u32, b: u32) -> bool;

    /// How many columns and rows away a conflict with a position in this cell can lie.
    fn reach(&self, cell: usize) -> i32;
}

/// The nominal spacing everywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Uniform;

impl Spacing for Uniform {
    fn at(&self, _: usize, _: Spot) -> u32 {
        NOMINAL
    }

    fn least_in(&self, _: usize, _: Square) -> u32 {
        NOMINAL
    }

    fn conflict(squared: i32, _: u32, _: u32) -> bool {
        squared < 2 * UNITS * UNITS
    }

    fn reach(&self, _: usize) -> i32 {
        2
    }
}

/// Cells along the side of a block that shares one reach; no reach is longer.
const BLOCK: usize = 8;

/// A spacing given at the corners of the cells and interpolated bilinearly between them.
///
/// Two dots exclude each other below the mean of their spacings, which keeps the density within
/// 1.5 % of its target up to a gradient of 0.3 where the larger of the two would lose a fifth.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapped {
    columns: usize,
    nodes: Vec<u32>,
    block_columns: usize,
    reaches: Vec<u8>,
}

impl Mapped {
    /// From the own spacings at all cell corners, row by row, one more than cells on each axis.
    pub(super) fn new(lattice: &Lattice, nodes: Vec<u32>) -> Self {
        debug_assert_eq!(nodes.len(), (lattice.columns + 1) * (lattice.rows + 1));
        let block_columns = lattice.columns.div_ceil(BLOCK);
        let block_rows = lattice.rows.div_ceil(BLOCK);
        let mut largest = vec![0_u32; block_columns * block_rows];
        for row in 0..lattice.rows {
            for column in 0..lattice.columns {
                let block = &mut largest[row / BLOCK * block_columns + column / BLOCK];
                let corners = corners(&nodes, lattice.columns, column, row);
                *block = corners.into_iter().fold(*block, u32::max);
            }
        }
        let mut reaches = vec![0_u8; largest.len()];
        for (i, reach) in reaches.iter_mut().enumerate() {
            let (x, y) = (i % block_columns, i / block_columns);
            let mut near = 0;
            for y in y.saturating_sub(1)..(y + 2).min(block_rows) {
                for x in x.saturating_sub(1)..(x + 2).min(block_columns) {
                    near = near.max(largest[y * block_columns + x]);
                }
            }
            // Cells k apart hold positions more than (k − 1)·UNITS apart.
            *reach = (near / (8 * UNITS as u32) + 1) as u8;
            debug_assert!(
                usize::from(*reach) <= BLOCK,
                "beyond the neighbouring block"
            );
        }
        Self {
            columns: lattice.columns,
            nodes,
            block_columns,
            reaches,
        }
    }

    fn interpolate(&self, cell: usize, x: i32, y: i32) -> u32 {
        let [a, b, c, d] = corners(
            &self.nodes,
            self.columns,
            cell % self.columns,
            cell / self.columns,
        )
        .map(u64::from);
        let (u, v, one) = (x as u64, y as u64, UNITS as u64);
        let upper = a * (one - u) + b * u;
        let lower = c * (one - u) + d * u;
        ((upper * (one - v) + lower * v) / (one * one)) as u32
    }
}

fn corners(nodes: &[u32], columns: usize, column: usize, row: usize) -> [u32; 4] {
    let upper = row * (columns + 1) + column;
    let lower = upper + columns + 1;
    [
        nodes[upper],
        nodes[upper + 1],
        nodes[lower],
        nodes[lower + 1],
    ]
}

impl Spacing for Mapped {
    fn at(&self, cell: usize, spot: Spot) -> u32 {
        self.interpolate(cell, i32::from(spot.x), i32::from(spot.y))
    }

    fn least_in(&self, cell: usize, square: Square) -> u32 {
        // A bilinear function takes its extremes over a square at the square's corners, and
        // rounding down keeps their order.
        let (x, y, last) = (square.x, square.y, square.side - 1);
        self.interpolate(cell, x, y)
            .min(self.interpolate(cell, x + last, y))
            .min(self.interpolate(cell, x, y + last))
            .min(self.interpolate(cell, x + last, y + last))
    }

    fn conflict(squared: i32, a: u32, b: u32) -> bool {
        // d < (a + b)/2 with a and b in eighths: 16·d < a + b.
        let sum = i64::from(a) + i64::from(b);
        i64::from(squared) * 256 < sum * sum
    }

    fn reach(&self, cell: usize) -> i32 {
        let (column, row) = (cell % self.columns, cell / self.columns);
        i32::from(self.reaches[row / BLOCK * self.block_columns + column / BLOCK])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};

    #[test]
    fn the_nominal_spacing_is_exactly_the_cell_diagonal() {
        assert!(Uniform::conflict((1 << 23) - 1, NOMINAL, NOMINAL));
        assert!(!Uniform::conflict(1 << 23, NOMINAL, NOMINAL));
        // The rounded nominal spacing of a map still leaves no room for two dots in a cell.
        assert!(Mapped::conflict(2 * 2047 * 2047, NOMINAL, NOMINAL));
    }

    #[test]
    fn the_bound_of_a_square_is_below_every_spacing_in_it_and_exact_for_one_position() {
        let lattice = Lattice {
            first: (0, 0),
            columns: 3,
            rows: 2,
            side_mm: 1.0,
            periodic: false,
        };
        let mut stream = Seed::new(3).stream(Stage::Probe, 0);
        let nodes = (0..12)
            .map(|_| NOMINAL + (stream.unit_f32() * 4.0 * NOMINAL as f32) as u32)
            .collect();
        let map = Mapped::new(&lattice, nodes);
        for cell in 0..6 {
            for (x, y) in [(0, 0), (256, 1792), (32, 96)] {
                let side = 32;
                let bound = map.least_in(cell, Square { x, y, side });
                for dy in 0..side {
                    for dx in 0..side {
                        let (x, y) = (x + dx, y + dy);
                        let own = map.at(
                            cell,
                            Spot {
                                x: x as u16,
                                y: y as u16,
                            },
                        );
                        assert!(own >= bound);
                        assert_eq!(own, map.least_in(cell, Square { x, y, side: 1 }));
                    }
                }
            }
            assert!((1..=8).contains(&map.reach(cell)));
        }
    }
}
