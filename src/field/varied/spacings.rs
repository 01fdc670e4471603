//! The own spacings of one block.

use super::blocks::{BLOCK, Block};
use super::disks::Patch;
use crate::field::lattice::UNITS;
use crate::field::spacing::{Mapped, Square};

/// Positions and cells are counted from the block's corner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacings<'a> {
    map: &'a Mapped,
    /// The base cell of the map at that corner.
    column: usize,
    row: usize,
}

impl<'a> Spacings<'a> {
    /// Where a few positions are asked for.
    pub(super) const fn of(map: &'a Mapped, block: &Block) -> Self {
        Self {
            map,
            column: block.column,
            row: block.row,
        }
    }

    /// Where many are: a copy, read at once, since the rows of a map lie pages apart, and each position would
    /// be waited for.
    pub(super) fn copied(map: &Mapped, block: &Block, to: &'a mut Mapped) -> Self {
        map.cut(block.column, block.row, BLOCK, to);
        Self {
            map: to,
            column: 0,
            row: 0,
        }
    }

    /// Of a position.
    #[inline(always)]
    pub(super) fn own(&self, x: i32, y: i32) -> u32 {
        let (column, row) = self.base_cell(x, y);
        let (x, y) = Self::in_cell(x, y);
        self.map.at(column, row, x, y)
    }

    /// Bounds of those in a cell, which is a whole number of base cells.
    #[inline(always)]
    pub(super) fn bounds(&self, cell: Patch) -> (u32, u32) {
        let (column, row) = self.base_cell(cell.x, cell.y);
        let count = (cell.side / UNITS) as usize;
        self.map.bounds_of_cells(column, row, count)
    }

    /// A lower bound of those in a patch, exact for a single position.
    #[inline(always)]
    pub(super) fn least_in(&self, patch: Patch) -> u32 {
        if patch.side > UNITS {
            return self.bounds(patch).0;
        }
        let (column, row) = self.base_cell(patch.x, patch.y);
        let (x, y) = Self::in_cell(patch.x, patch.y);
        let side = patch.side;
        let square = Square { x, y, side };
        self.map.least_in(column, row, square)
    }

    #[inline(always)]
    const fn base_cell(&self, x: i32, y: i32) -> (usize, usize) {
        // Never negative, and as unsigned numbers divided by a shift.
        let [x, y] = [x as u32 / UNITS as u32, y as u32 / UNITS as u32];
        (self.column + x as usize, self.row + y as usize)
    }

    /// Counted from the corner of their base cell.
    #[inline(always)]
    const fn in_cell(x: i32, y: i32) -> (i32, i32) {
        (x & (UNITS - 1), y & (UNITS - 1))
    }
}
