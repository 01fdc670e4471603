//! The candidate cells of a map: the leaves of a quadtree over the base lattice.
//!
//! A cell of level L is 2^L base cells wide and stands on a multiple of that. A place belongs to its
//! largest cell whose diagonal is not above any own spacing in it: a function of the map alone.

use std::ops::Range;

use super::disks::Patch;
use crate::field::lattice::{Lattice, UNITS};
use crate::field::spacing::{Mapped, NOMINAL, STEEPEST, Square};
use crate::parallel;

/// The highest level: the largest power of two up to the widest spacing, 50 nominal ones.
pub(super) const TOP: u8 = 5;

/// Base cells along the side of a block, a cell of the highest level; the lattice is cut along them.
pub(in crate::field) const BLOCK: usize = 1 << TOP;

/// A cell of base cell coordinates within the lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) level: u8,
    /// A lower bound of the own spacings in it.
    pub(super) least: u32,
}

impl Leaf {
    /// An upper bound of the own spacings in it.
    pub(super) const fn most(self) -> u32 {
        self.least + ((2 * STEEPEST) << self.level)
    }
}

/// Bounds of the own spacing over squares of base cells.
#[derive(Debug)]
pub(super) struct Pyramid<'a> {
    lattice: &'a Lattice,
    spacing: &'a Mapped,
    region: &'a [bool],
    /// For levels from 1: least own spacing and whether the region has part in it, row by row.
    levels: Vec<Vec<(u32, bool)>>,
    /// The largest own spacing of every block.
    most: Vec<u32>,
}

impl<'a> Pyramid<'a> {
    pub(super) fn new(lattice: &'a Lattice, spacing: &'a Mapped, region: &'a [bool]) -> Self {
        debug_assert!(lattice.columns.is_multiple_of(BLOCK) && lattice.rows.is_multiple_of(BLOCK));
        let mut pyramid = Self {
            lattice,
            spacing,
            region,
            levels: Vec::new(),
            most: Vec::new(),
        };
        for level in 1..=TOP {
            let columns = lattice.columns >> level;
            let mut cells = vec![(0, false); columns * (lattice.rows >> level)];
            parallel::for_each_chunk(&mut cells, columns, |row, cells| {
                for (column, cell) in cells.iter_mut().enumerate() {
                    let (x, y) = (2 * column, 2 * row);
                    *cell = [(0, 0), (1, 0), (0, 1), (1, 1)]
                        .map(|(dx, dy)| pyramid.bounds(level - 1, x + dx, y + dy))
                        .into_iter()
                        .fold((u32::MAX, false), |all, one| {
                            (all.0.min(one.0), all.1 | one.1)
                        });
                }
            });
            pyramid.levels.push(cells);
        }
        let columns = lattice.columns / BLOCK;
        pyramid.most = vec![0; columns * (lattice.rows / BLOCK)];
        parallel::for_each_chunk(&mut pyramid.most, columns, |row, most| {
            for line in row * BLOCK..=(row + 1) * BLOCK {
                let nodes = spacing.corners_of_row(line);
                for (column, most) in most.iter_mut().enumerate() {
                    let nodes = &nodes[column * BLOCK..=(column + 1) * BLOCK];
                    *most = nodes.iter().fold(*most, |most, &node| most.max(node));
                }
            }
        });
        pyramid
    }

    /// Least own spacing of a cell, and whether the region has part in it.
    fn bounds(&self, level: u8, column: usize, row: usize) -> (u32, bool) {
        if level > 0 {
            let columns = self.lattice.columns >> level;
            return self.levels[usize::from(level) - 1][row * columns + column];
        }
        let (upper, lower) = (
            self.spacing.corners_of_row(row),
            self.spacing.corners_of_row(row + 1),
        );
        let least = upper[column].min(upper[column + 1]);
        let least = least.min(lower[column].min(lower[column + 1]));
        (least, self.region[row * self.lattice.columns + column])
    }

    /// Adds all cells of a block that have part in the region.
    pub(super) fn leaves_of_block(&self, column: usize, row: usize, to: &mut Vec<Leaf>) {
        self.descend(TOP, column, row, to);
    }

    fn descend(&self, level: u8, column: usize, row: usize, to: &mut Vec<Leaf>) {
        let (least, inside) = self.bounds(level, column, row);
        if !inside {
            return;
        }
        // The map's nominal spacing is rounded, so level 0 needs to hold without a test.
        if level == 0 || least >= NOMINAL << level {
            to.push(Leaf {
                column: column << level,
                row: row << level,
                level,
                least,
            });
            return;
        }
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            self.descend(level - 1, 2 * column + dx, 2 * row + dy, to);
        }
    }

    /// The largest own spacing in a rectangle of base cells and the blocks it touches; beyond the
    /// lattice there is nothing.
    pub(super) fn most_in(&self, columns: [isize; 2], rows: [isize; 2]) -> u32 {
        let blocks = |[from, to]: [isize; 2], count: usize| {
            let last = count as isize / BLOCK as isize - 1;
            let block = |at: isize| at.div_euclid(BLOCK as isize).clamp(0, last) as usize;
            block(from)..=block(to)
        };
        let line = self.lattice.columns / BLOCK;
        blocks(rows, self.lattice.rows)
            .flat_map(|row| {
                blocks(columns, self.lattice.columns).map(move |column| row * line + column)
            })
            .map(|block| self.most[block])
            .fold(0, u32::max)
    }

    /// A lower bound of the own spacings in a rectangle of whole blocks, given in base cells.
    pub(super) fn least_of_blocks(&self, columns: Range<usize>, rows: Range<usize>) -> u32 {
        let blocks = |cells: Range<usize>| cells.start / BLOCK..cells.end / BLOCK;
        blocks(rows)
            .flat_map(|row| blocks(columns.clone()).map(move |column| (column, row)))
            .map(|(column, row)| self.bounds(TOP, column, row).0)
            .fold(u32::MAX, u32::min)
    }

    /// A lower bound of the own spacings in a patch of a leaf, exact for a single position; the
    /// patch counts from the corner of this base cell.
    pub(super) fn least_in(&self, column: usize, row: usize, patch: Patch) -> u32 {
        let cell = |from: usize, at: i32| from + (at / UNITS) as usize;
        let (column, row) = (cell(column, patch.x), cell(row, patch.y));
        if patch.side <= UNITS {
            let square = Square {
                x: patch.x % UNITS,
                y: patch.y % UNITS,
                side: patch.side,
            };
            return self.spacing.least_in(column, row, square);
        }
        let level = (patch.side / UNITS).ilog2();
        self.bounds(level as u8, column >> level, row >> level).0
    }
}
