//! The sampler for varying spacing.
//!
//! ```text
//! leaves   every place has one candidate cell, half a spacing to a whole one across
//! tiles    squares of some hundred cells, each with a list of its dots and of those in reach
//! throw    a blind dart a cell, fired in proportion to the density asked for
//! settle   a dart is accepted iff its priority is strictly above that of all it conflicts with
//! aim      until no cell is open: strike out squares, throw into those left, settle
//! ```
//! Each half step maps the dots and darts of the step before to new ones, tile by tile; what a tile
//! reads of another was finished before. Tiles, threads and vectors therefore cannot enter.

mod disks;
mod draws;
mod leaves;
mod nearby;
mod placing;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;
mod tile;

pub(super) use self::leaves::BLOCK;

use self::draws::ROUNDS;
use self::leaves::Pyramid;
use self::placing::Tiling;
use self::tile::{Ground, Scratch, Stock, Tile};
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

/// How the work is cut up and computed; none of it changes a dot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) level: Level,
    /// Base cells along the side of the smallest tile, a power of two from [`BLOCK`].
    pub(super) tile: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            level: Level::detect(),
            tile: 2 * BLOCK,
        }
    }
}

/// A maximal set of dots, no two in one base cell, in the order of the cells.
///
/// # Errors
/// [`Error::RoomLeft`] should uncovered positions be left after the last round,
/// [`Error::TooLarge`] where obstacles clear too much.
pub(super) fn fill(arena: &Arena<'_>, setup: Setup) -> Result<Vec<Laid>> {
    let pyramid = Pyramid::new(arena.lattice, arena.spacing, arena.region);
    let tiling = Tiling::new(arena.lattice, &pyramid, setup.tile);
    let plots = &tiling.plots;
    let mut stocks = vec![Stock::default(); plots.len()];
    let mut tiles = vec![Tile::new(); plots.len()];
    tiling.place(arena, &mut stocks, &mut tiles)?;
    let ground = Ground {
        lattice: arena.lattice,
        spacing: arena.spacing,
        pyramid: &pyramid,
        plots,
        seed: arena.seed,
    };
    let chunk = (plots.len() / 64).clamp(1, 8);
    let level = setup.level.get();
    for round in 0..ROUNDS {
        parallel::for_each_chunk(&mut tiles, chunk, |part, tiles| {
            let mut scratch = Scratch::default();
            for (tile, plot) in tiles.iter_mut().zip(&plots[part * chunk..]) {
                let scratch = &mut scratch;
                dispatch!(level, simd => if round == 0 {
                    tile.throw(simd, &ground, plot, &stocks, scratch);
                } else {
                    tile.aim(simd, &ground, plot, &stocks, (round, scratch));
                });
            }
        });
        if round > 0 && tiles.iter().all(|tile| tile.open_cells() == 0) {
            return Ok(laid(arena.lattice, &tiling, &stocks));
        }
        parallel::for_each_chunk(&mut stocks, chunk, |part, stocks| {
            let mut scratch = Scratch::default();
            for (i, stock) in (part * chunk..).zip(stocks) {
                let scratch = &mut scratch;
                dispatch!(level, simd => Tile::settle(simd, plots, i, &tiles, stock, scratch));
            }
        });
    }
    Err(Error::RoomLeft {
        cells: tiles.iter().map(|tile| tile.open_cells() as u64).sum(),
    })
}

/// The dots of all tiles in the order of their base cells.
fn laid(lattice: &Lattice, tiling: &Tiling, stocks: &[Stock]) -> Vec<Laid> {
    let mut starts = vec![0_u32; lattice.rows + 1];
    let dots = || {
        tiling.plots.iter().zip(stocks).flat_map(|(plot, stock)| {
            stock.items[stock.obstacles..]
                .iter()
                .map(move |i| (plot, i))
        })
    };
    for (plot, item) in dots() {
        starts[plot.row + (item.y / UNITS) as usize + 1] += 1;
    }
    for row in 0..lattice.rows {
        starts[row + 1] += starts[row];
    }
    let mut next = starts.clone();
    let mut laid = vec![Laid::NONE; starts[lattice.rows] as usize];
    for (plot, item) in dots() {
        let row = plot.row + (item.y / UNITS) as usize;
        let column = plot.column + (item.x / UNITS) as usize;
        laid[next[row] as usize] = Laid {
            cell: row * lattice.columns + column,
            spot: Spot {
                x: (item.x % UNITS) as u16,
                y: (item.y % UNITS) as u16,
            },
            own: item.own,
        };
        next[row] += 1;
    }
    for row in 0..lattice.rows {
        let row = starts[row] as usize..starts[row + 1] as usize;
        laid[row].sort_unstable_by_key(|dot| dot.cell);
    }
    laid
}
