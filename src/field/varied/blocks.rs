//! Blocks: squares of base cells that are filled together, each with candidate cells of its own size.
//!
//! A cell of level L is 2^L base cells wide. All cells of a block have the highest level whose
//! diagonal is not above any own spacing in the block: a function of the map alone.

use std::ops::RangeInclusive;

use super::Arena;
use super::disks::Patch;
use crate::field::lattice::UNITS;
use crate::field::spacing::{NEIGHBOURLY, NOMINAL};
use crate::parallel;

/// The highest level: the largest power of two up to the widest spacing, 50 nominal ones.
pub(super) const TOP: u8 = 5;

/// Base cells along the side of a block, a cell of the highest level; the lattice is cut along them.
pub(in crate::field) const BLOCK: usize = 1 << TOP;

/// Units along the side of a block.
pub(super) const EXTENT: i32 = BLOCK as i32 * UNITS;

#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// The first base cell.
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) level: u8,
    /// Bounds of the own spacings within.
    pub(super) least: u32,
    pub(super) most: u32,
    /// How far outside an item may lie that excludes a position within, in units.
    pub(super) reach: i32,
    /// How far from its sides an item may lie that excludes a position of another block.
    pub(super) rim: i32,
    /// Whether all of its cells are to be filled.
    pub(super) whole: bool,
}

/// All blocks of a lattice, row by row.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) list: Vec<Block>,
    columns: usize,
    rows: usize,
}

impl Block {
    /// The largest distance at which an item excludes a position with up to this own spacing.
    pub(super) fn reach_of(most: u32) -> i32 {
        (most as f32 / 16.0 * (1.0 + NEIGHBOURLY)) as i32 + 2
    }

    /// Units along the side of a cell.
    pub(super) const fn cell(&self) -> i32 {
        UNITS << self.level
    }

    pub(super) const fn patch(&self, column: usize, row: usize) -> Patch {
        let side = self.cell();
        Patch {
            x: column as i32 * side,
            y: row as i32 * side,
            side,
        }
    }

    /// First coordinate and side, in units, of the square of all items in reach.
    pub(super) const fn square(&self) -> (i32, i32) {
        (-self.reach, EXTENT + 2 * self.reach)
    }
}

impl Blocks {
    pub(super) fn new(arena: &Arena<'_>) -> Self {
        let Arena {
            lattice,
            spacing,
            region,
            ..
        } = *arena;
        debug_assert!(lattice.columns.is_multiple_of(BLOCK) && lattice.rows.is_multiple_of(BLOCK));
        let (columns, rows) = (lattice.columns / BLOCK, lattice.rows / BLOCK);
        let list = parallel::map(columns * rows, |i| {
            let (column, row) = (i % columns * BLOCK, i / columns * BLOCK);
            let (least, most) = spacing.bounds_of_cells(column, row, BLOCK);
            // The map's nominal spacing is rounded, so level 0 needs to hold without a test.
            let level = (1..=TOP).rev().find(|&level| least >= NOMINAL << level);
            let line = |y: usize| &region[y * lattice.columns + column..][..BLOCK];
            let all = |line: &[bool]| line.iter().fold(true, |all, &inside| all & inside);
            Block {
                column,
                row,
                level: level.unwrap_or(0),
                least,
                most,
                reach: Block::reach_of(most),
                rim: 0,
                whole: (row..row + BLOCK).all(|y| all(line(y))),
            }
        });
        let mut blocks = Self {
            list,
            columns,
            rows,
        };
        // What lies around may have wider spacings, but none farther than the widest reach.
        let reaches = parallel::map(blocks.list.len(), |i| {
            let most = blocks.list[i].most;
            let around = blocks.near(i).map(|n| blocks.list[n].most).max();
            let both = most + around.unwrap_or(most);
            Block::reach_of(most).min((both / 16) as i32 + 2)
        });
        for (block, reach) in blocks.list.iter_mut().zip(reaches) {
            block.reach = reach;
        }
        for i in 0..blocks.list.len() {
            let reach = blocks.list[i].reach;
            for n in blocks.near(i) {
                blocks.list[n].rim = blocks.list[n].rim.max(reach);
            }
        }
        blocks
    }

    /// The block that becomes a neighbour in the turn after the next.
    pub(super) const fn ahead(&self, i: usize) -> usize {
        i + self.columns + 2
    }

    /// The block of a base cell.
    pub(super) const fn of(&self, column: usize, row: usize) -> usize {
        row / BLOCK * self.columns + column / BLOCK
    }

    /// Blocks that a square of positions touches, given by its middle and half its side.
    pub(super) fn around(&self, x: i64, y: i64, by: i64) -> impl Iterator<Item = usize> + use<> {
        let along = |at: i64, count: usize| -> RangeInclusive<usize> {
            let extent = i64::from(EXTENT);
            let block = |at: i64| at.div_euclid(extent).clamp(0, count as i64 - 1) as usize;
            block(at - by)..=block(at + by)
        };
        let (columns, stride) = (along(x, self.columns), self.columns);
        along(y, self.rows)
            .flat_map(move |row| columns.clone().map(move |column| row * stride + column))
    }

    /// Blocks in reach of a block, itself included.
    pub(super) fn near(&self, i: usize) -> impl Iterator<Item = usize> + use<> {
        let block = &self.list[i];
        let middle = |at: usize| at as i64 * i64::from(UNITS) + i64::from(EXTENT / 2);
        let by = i64::from(block.reach + EXTENT / 2);
        self.around(middle(block.column), middle(block.row), by)
    }
}
