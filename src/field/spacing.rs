//! How far apart two dots must be where that varies over the skin.
//!
//! A position's own spacing is a fixed integer function of the position, so a conflict can be checked
//! from the finished dots alone, in any order.

use super::lattice::{Lattice, UNITS};
use crate::memory;
use crate::parallel;

/// The nominal spacing √2·2048 in eighths of a unit, rounded: the precision of varying spacings.
pub(super) const NOMINAL: u32 = 23_170;

/// Lowest relative density that spacing alone expresses: a ratio of 50 in spacing. Below it dots
/// are thinned out instead.
pub(super) const FLOOR: f64 = 1.0 / 2500.0;

/// How much the own spacing may differ, in eighths of a unit, between neighbouring corners of cells:
/// half a cell a cell.
///
/// Where a map asks for more, spacings stay below what it asks and dots are thinned out. Without the
/// limit a wide-spaced dot beside a step would clear a hole in the dense side, and be dropped itself.
pub(super) const STEEPEST: u32 = 4 * UNITS as u32;

/// Two positions that exclude each other differ in spacing by no more than this factor.
///
/// With a gradient s = √2/2 of the own spacing, `|a − b| ≤ s·(a + b)/2` gives (2 + s)/(2 − s).
pub(super) const NEIGHBOURLY: f32 = 2.1;

/// A square of positions inside one cell: the first one and the count along each side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) side: i32,
}

/// A spacing given at the corners of the cells and interpolated bilinearly between them.
///
/// Two dots exclude each other below the mean of their spacings, which keeps the density within
/// 1.5 % of its target up to a gradient of 0.3 where the larger of the two would lose a fifth.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mapped {
    columns: usize,
    nodes: Vec<u32>,
}

impl Mapped {
    /// From the own spacings wanted at all cell corners, row by row, one more than cells on each
    /// axis; what grows too steeply is lowered. Also tells whether anything was.
    pub(super) fn new(lattice: &Lattice, mut nodes: Vec<u32>) -> (Self, bool) {
        debug_assert_eq!(nodes.len(), (lattice.columns + 1) * (lattice.rows + 1));
        let lowered = is_steep(&nodes, lattice.columns + 1);
        if lowered {
            limit_growth(&mut nodes, lattice.columns + 1);
        }
        let columns = lattice.columns;
        (Self { columns, nodes }, lowered)
    }

    /// Own spacings at the cell corners of a row of them.
    pub(super) fn corners_of_row(&self, row: usize) -> &[u32] {
        let line = self.columns + 1;
        &self.nodes[row * line..(row + 1) * line]
    }

    /// The part of a square of so many cells a side.
    pub(super) fn cut(&self, column: usize, row: usize, count: usize, to: &mut Self) {
        to.columns = count;
        to.nodes.clear();
        for row in row..=row + count {
            let nodes = &self.corners_of_row(row)[column..=column + count];
            to.nodes.extend_from_slice(nodes);
        }
    }

    /// Asks for the part of a square of so many cells a side, which will be [`Mapped::cut`] later.
    pub(super) fn ask(&self, column: usize, row: usize, count: usize) {
        for row in row..=row + count {
            memory::ask_run(self.corners_of_row(row), column..column + count + 1);
        }
    }

    /// Own spacing of a position of a cell, in eighths of a unit, never 0.
    #[inline(always)]
    pub(super) fn at(&self, column: usize, row: usize, x: i32, y: i32) -> u32 {
        let [a, b, c, d] = corners(&self.nodes, self.columns, column, row).map(i64::from);
        let (u, v, one) = (i64::from(x), i64::from(y), i64::from(UNITS));
        let upper = a * one + (b - a) * u;
        let lower = c * one + (d - c) * u;
        // Unsigned, since it is never negative: so a shift divides it.
        ((upper * one + (lower - upper) * v) as u64 / (one * one) as u64) as u32
    }

    /// The least and the largest own spacing at the corners of a square of so many cells a side,
    /// which bound all within.
    #[inline(always)]
    pub(super) fn bounds_of_cells(&self, column: usize, row: usize, count: usize) -> (u32, u32) {
        if count == 1 {
            // The most frequent question by far.
            let [a, b, c, d] = corners(&self.nodes, self.columns, column, row);
            return (a.min(b).min(c.min(d)), a.max(b).max(c.max(d)));
        }
        let (mut least, mut most) = (i32::MAX, 0);
        for row in row..=row + count {
            for &node in &self.corners_of_row(row)[column..=column + count] {
                // Below 2³¹: signed numbers are the faster ones to compare.
                least = least.min(node as i32);
                most = most.max(node as i32);
            }
        }
        (least as u32, most as u32)
    }

    /// A lower bound of the own spacings in a square of a cell; exact for a single position.
    pub(super) fn least_in(&self, column: usize, row: usize, square: Square) -> u32 {
        // A bilinear function takes its extremes over a square at the square's corners, and
        // rounding down keeps their order.
        let (x, y, last) = (square.x, square.y, square.side - 1);
        self.at(column, row, x, y)
            .min(self.at(column, row, x + last, y))
            .min(self.at(column, row, x, y + last))
            .min(self.at(column, row, x + last, y + last))
    }

    /// Whether two positions at this squared distance in units² exclude each other.
    pub(super) fn conflict(squared: i64, a: u32, b: u32) -> bool {
        // d < (a + b)/2 with a and b in eighths: 16·d < a + b.
        let sum = i64::from(a) + i64::from(b);
        squared * 256 < sum * sum
    }
}

/// Whether any two neighbouring corners differ by more than the limit.
fn is_steep(nodes: &[u32], line: usize) -> bool {
    let rows = nodes.len() / line;
    let steep = parallel::map(rows.div_ceil(64), |band| {
        (band * 64..rows.min(band * 64 + 64)).any(|row| {
            let here = &nodes[row * line..][..line];
            let next = &nodes[(row + 1).min(rows - 1) * line..][..line];
            // All of a row, without a way out: that is quicker than to stop.
            let differ = |a: &[u32], b: &[u32]| {
                let pairs = a.iter().zip(b);
                pairs.fold(0, |most, (a, b)| most.max(a.abs_diff(*b))) > STEEPEST
            };
            differ(here, &here[1..]) || differ(here, next)
        })
    });
    steep.contains(&true)
}

/// Lowers every spacing to what its neighbours allow: the exact lower envelope of their cones.
fn limit_growth(nodes: &mut [u32], line: usize) {
    parallel::for_each_chunk(nodes, line, |_, row| {
        let mut last = u32::MAX - STEEPEST;
        for node in row.iter_mut() {
            last = (*node).min(last + STEEPEST);
            *node = last;
        }
        for node in row.iter_mut().rev() {
            last = (*node).min(last + STEEPEST);
            *node = last;
        }
    });
    let rows = nodes.len() / line;
    let lower = |from: &[u32], to: &mut [u32]| {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = (*to).min(from + STEEPEST);
        }
    };
    for row in 1..rows {
        let (before, after) = nodes.split_at_mut(row * line);
        lower(&before[(row - 1) * line..], &mut after[..line]);
    }
    for row in (1..rows).rev() {
        let (before, after) = nodes.split_at_mut(row * line);
        lower(&after[..line], &mut before[(row - 1) * line..]);
    }
}

#[inline(always)]
fn corners(nodes: &[u32], columns: usize, column: usize, row: usize) -> [u32; 4] {
    let upper = row * (columns + 1) + column;
    let lower = upper + columns + 1;
    let (upper, lower) = (&nodes[upper..upper + 2], &nodes[lower..lower + 2]);
    [upper[0], upper[1], lower[0], lower[1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::lattice::CONFLICT;
    use crate::random::{Seed, Stage};

    fn rough(columns: usize, rows: usize) -> Mapped {
        let lattice = Lattice::of_mm((0, 0), columns, rows);
        let mut stream = Seed::new(3).stream(Stage::Probe, 0);
        let nodes = (0..(columns + 1) * (rows + 1))
            .map(|_| NOMINAL + (stream.unit_f32() * 49.0 * NOMINAL as f32) as u32)
            .collect();
        Mapped::new(&lattice, nodes).0
    }

    #[test]
    fn the_nominal_spacing_is_exactly_the_cell_diagonal() {
        assert_eq!(CONFLICT, 1 << 23);
        // The rounded nominal spacing of a map still leaves no room for two dots in a cell.
        assert!(Mapped::conflict(2 * 2047 * 2047, NOMINAL, NOMINAL));
    }

    #[test]
    fn the_bound_of_a_square_is_below_every_spacing_in_it_and_exact_for_one_position() {
        let map = rough(3, 2);
        for cell in 0..6 {
            let (column, row) = (cell % 3, cell / 3);
            for (x, y) in [(0, 0), (256, 1792), (32, 96)] {
                let side = 32;
                let bound = map.least_in(column, row, Square { x, y, side });
                for dy in 0..side {
                    for dx in 0..side {
                        let (x, y) = (x + dx, y + dy);
                        let own = map.at(column, row, x, y);
                        assert!(own >= bound);
                        let alone = map.least_in(column, row, Square { x, y, side: 1 });
                        assert_eq!(own, alone);
                    }
                }
            }
        }
    }

    #[test]
    fn spacings_grow_no_faster_than_the_limit_and_stay_where_they_need_not_fall() {
        let (columns, rows) = (60, 50);
        let lattice = Lattice::of_mm((0, 0), columns, rows);
        let mut stream = Seed::new(5).stream(Stage::Probe, 0);
        let wanted: Vec<u32> = (0..(columns + 1) * (rows + 1))
            .map(|_| NOMINAL * if stream.unit_f32() < 0.01 { 1 } else { 50 })
            .collect();
        let (map, lowered) = Mapped::new(&lattice, wanted.clone());
        assert!(lowered);
        let line = columns + 1;
        for (i, &node) in map.nodes.iter().enumerate() {
            // By brute force: the lowest of all cones.
            let cone = |(j, &from): (usize, &u32)| {
                let away = (i % line).abs_diff(j % line) + (i / line).abs_diff(j / line);
                from + STEEPEST * away as u32
            };
            assert_eq!(Some(node), wanted.iter().enumerate().map(cone).min());
        }
        // The steepest gradient, √2·STEEPEST a cell, relates neighbours by the factor stated.
        let s = std::f32::consts::SQRT_2 * STEEPEST as f32 / (8 * UNITS) as f32;
        assert!((2.0 + s) / (2.0 - s) < NEIGHBOURLY);
    }
}
