//! The sampler for varying spacing.
//!
//! ```text
//! blocks   squares of 32² base cells, each with candidate cells that fit its closest spacing
//! cover    a bit for each of 8×8 squares of a cell, struck out once a dot covers it alone
//! throw    blind darts, few against the room there is, in proportion to the density asked for;
//!          later only into squares that are left, until none is
//! settle   a dart is accepted iff its priority is strictly above that of all it conflicts with
//! ```
//! From round to round a block keeps its dots and the cells that are open, nothing else: what is near it
//! and what is covered in it is found anew, in memory that blocks share.
//!
//! Each half step maps the dots and darts of the step before to new ones, block by block; what a
//! block reads of another was finished before. Threads and vectors therefore cannot enter.

mod blocks;
mod cover;
mod disks;
mod draws;
mod ground;
mod nearby;
mod placing;
#[cfg(test)]
mod plain;
mod spacings;
mod stock;
#[cfg(test)]
mod tests;
mod tile;

pub(super) use self::blocks::BLOCK;

use std::sync::Mutex;

use self::blocks::{Block, Blocks};
use self::draws::ROUNDS;
use self::ground::Ground;
use self::nearby::Item;
use self::placing::place;
use self::stock::Stock;
use self::tile::{Scratch, Tile};
use super::emit::Laid;
use super::lattice::{Lattice, Spot, UNITS};
use super::obstacle::Obstacle;
use super::spacing::Mapped;
use crate::error::{Error, Result};
use crate::parallel;
use crate::random::Seed;
use crate::simd::{Level, dispatch};

/// What the sampler fills: fixed for the whole run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arena<'a> {
    /// A whole number of [`BLOCK`]s on each axis, cut along them.
    pub(super) lattice: &'a Lattice,
    pub(super) spacing: &'a Mapped,
    pub(super) obstacles: &'a [Obstacle],
    /// Base cells to fill.
    pub(super) region: &'a [bool],
    pub(super) seed: Seed,
}

/// Blocks that one task works on.
const CHUNK: usize = 16;

/// A maximal set of dots, no two in one base cell: those of each row of blocks in the order of the cells.
///
/// # Errors
/// [`Error::RoomLeft`] should uncovered positions be left after the last round,
/// [`Error::TooLarge`] where obstacles clear too much.
pub(super) fn fill(arena: &Arena<'_>, level: Level) -> Result<Vec<Vec<Laid>>> {
    fill_within(arena, level, ROUNDS)
}

/// The same, or an error should so many rounds not be enough.
fn fill_within(arena: &Arena<'_>, level: Level, rounds: u8) -> Result<Vec<Vec<Laid>>> {
    let blocks = Blocks::new(arena);
    let count = blocks.list.len();
    let mut stocks = vec![Stock::default(); count];
    let mut tiles = vec![Tile::new(); count];
    place(arena, &blocks, &mut stocks, &mut tiles)?;
    let ground = Ground {
        arena,
        blocks: &blocks,
    };
    let level = level.get();
    let mut scratch: Vec<_> = (0..parallel::workers())
        .map(|_| Mutex::new(Scratch::new()))
        .collect();
    for round in 0..rounds {
        parallel::for_each_chunk_with(&mut tiles, CHUNK, &mut scratch, |part, tiles, scratch| {
            let mut tiles = tiles.iter_mut().peekable();
            for i in part * CHUNK.. {
                let Some(tile) = tiles.next() else { break };
                if let Some(next) = tiles.peek() {
                    next.ask();
                }
                dispatch!(level, simd => tile.throw(simd, &ground, (i, round), &stocks, scratch));
            }
        });
        if tiles.iter().all(|tile| !tile.open) {
            drop((tiles, scratch));
            return Ok(laid(arena.lattice, &blocks, &stocks));
        }
        parallel::for_each_chunk_with(&mut stocks, CHUNK, &mut scratch, |part, stocks, scratch| {
            for (i, stock) in (part * CHUNK..).zip(stocks) {
                dispatch!(level, simd => Tile::settle(simd, &blocks, i, &tiles, stock, scratch));
            }
        });
    }
    Err(Error::RoomLeft {
        cells: tiles.iter().map(Tile::open_cells).sum(),
    })
}

/// The dots of each row of blocks in the order of their base cells.
fn laid(lattice: &Lattice, blocks: &Blocks, stocks: &[Stock]) -> Vec<Vec<Laid>> {
    let Lattice { columns, rows, .. } = *lattice;
    let across = columns / BLOCK;
    parallel::map(rows / BLOCK, |band| {
        let of_band = band * across..(band + 1) * across;
        // A base cell has one dot at most, so a bit for each tells which come before it.
        let mut bits = vec![0_u64; (BLOCK * columns).div_ceil(64) + 1];
        let of_blocks = || {
            blocks.list[of_band.clone()]
                .iter()
                .zip(&stocks[of_band.clone()])
        };
        let cell = |block: &Block, item: Item| {
            let row = (item.y / UNITS) as usize;
            row * columns + block.column + (item.x / UNITS) as usize
        };
        for (block, stock) in of_blocks() {
            for item in stock.dots() {
                let cell = cell(block, item);
                bits[cell / 64] |= 1 << (cell % 64);
            }
        }
        let mut count = 0;
        let before: Vec<u32> = bits
            .iter()
            .map(|bits| {
                let before = count;
                count += bits.count_ones();
                before
            })
            .collect();
        let mut listed = vec![Laid::NONE; count as usize];
        for (block, stock) in of_blocks() {
            for item in stock.dots() {
                let cell = cell(block, item);
                let below = bits[cell / 64] & ((1 << (cell % 64)) - 1);
                listed[(before[cell / 64] + below.count_ones()) as usize] = Laid {
                    cell: (block.row * columns + cell) as u32,
                    spot: Spot {
                        x: (item.x % UNITS) as u16,
                        y: (item.y % UNITS) as u16,
                    },
                    own: item.own,
                };
            }
        }
        listed
    })
}
