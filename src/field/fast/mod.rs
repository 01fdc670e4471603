//! The sampler for even spacing, in vectors: the same dots as [`Arena::fill`], bit for bit.
//!
//! ```text
//! tile    blind rounds, tile by tile with a rim of its own: hash, test, settle eight cells at once
//! cover   every dot strikes out squares of the 5×5 cells around it, read from a table
//! aim     cells with open squares fire into them; one list a band, shorter every round
//! settle  fired darts meet; winners enter the grid
//! news    what the winners strike out, once a dot instead of once a cell, before the next aim
//! ```
//! Bands of rows are worked in parallel. Every phase reads one grid and writes its own rows of
//! another, so two barriers a round are all there is, and no order or number of threads can enter.

mod aim;
mod beside;
pub(super) mod cover;
mod grid;
mod news;
mod remainder;
mod rivals;
#[cfg(test)]
mod tests;
mod tile;

pub(super) use self::grid::{EMPTY, Grid, list, spot, stamp, stamped, word};

use self::aim::Band;
use self::news::News;
use self::rivals::Part;
use self::tile::Tile;
use super::darts::{DART_ROUNDS, GAP_ROUNDS};
use super::lattice::Spot;
use super::rounds::Arena;
use crate::error::{Error, Result};
use crate::parallel;
use crate::progress::Watch;
use crate::simd::{Level, dispatch};

/// Squares that a dot strikes out of the cell so many columns and rows further on, −2 to 2.
pub(super) fn struck_by(spot: Spot, (columns, rows): (i32, i32)) -> u64 {
    cover::of(cover::table(), word(spot, 0)).of_cell((columns + 2) as usize, (rows + 2) as usize)
}

/// How the work is cut up and computed; none of it changes a dot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) level: Level,
    /// Columns and rows of a tile of the blind rounds.
    pub(super) tile: (usize, usize),
}

impl Setup {
    /// Two bands of rows for each thread or more, as many for one as for the other: every one plays
    /// rows of its neighbours' too, so few are less work. None so large that a run could not be
    /// stopped in time.
    pub(super) fn for_rows(rows: usize) -> Self {
        let workers = parallel::workers();
        let share = rows.div_ceil(2 * workers).clamp(48, 512);
        let bands = rows.div_ceil(share);
        let bands = if bands > workers {
            bands.next_multiple_of(workers)
        } else {
            bands
        };
        Self {
            level: Level::detect(),
            tile: (512, rows.div_ceil(bands)),
        }
    }
}

/// A maximal set of sites, one cell each; see [`Arena::fill`].
pub(super) fn fill(arena: &Arena<'_>, setup: Setup) -> Result<Grid> {
    fill_watched(arena, setup, &Watch::new(&(), 0), 0)
}

/// Steps that [`fill_watched`] tells of: the blind rounds, and as many gap rounds as take time.
pub(super) const STEPS: u32 = 4;

/// The same, its steps told after `before` others.
pub(super) fn fill_watched(
    arena: &Arena<'_>,
    setup: Setup,
    watch: &Watch<'_>,
    before: u32,
) -> Result<Grid> {
    fill_within(arena, setup, (watch, before), GAP_ROUNDS)
}

/// The same, or an error should so many gap rounds not be enough.
fn fill_within(
    arena: &Arena<'_>,
    setup: Setup,
    (watch, before): (&Watch<'_>, u32),
    gap_rounds: u8,
) -> Result<Grid> {
    let mut accepted = Grid::unwritten(arena.lattice);
    let rows = setup.tile.1;
    let mut parts: Vec<_> = accepted.bands(rows).enumerate().collect();
    parallel::for_each_chunk(&mut parts, 1, |_, part| {
        let (i, words) = &mut part[0];
        if watch.stops() {
            return;
        }
        dispatch!(setup.level.get(), simd => Tile::new(arena, setup.tile).fill_band(simd, *i * rows, words));
    });
    drop(parts);
    watch.done(before + 1)?;
    accepted.wrap();

    let mut bands: Vec<Band> = (0..arena.lattice.rows.div_ceil(rows))
        .map(|i| Band::new(i * rows, (i * rows + rows).min(arena.lattice.rows)))
        .collect();
    let mut news = News::new(arena.lattice, rows);
    for round in 0..gap_rounds {
        parallel::for_each_chunk(&mut bands, 1, |_, bands| {
            if !watch.stops() {
                dispatch!(setup.level.get(), simd => bands[0].aim(simd, arena, &accepted, (round, &news)));
            }
        });
        watch.done(before + (2 + u32::from(round)).min(STEPS))?;
        if bands.iter().all(Band::is_done) {
            return Ok(accepted.after(DART_ROUNDS + round + 1));
        }
        let stride = accepted.stride();
        let mut parts: Vec<_> = accepted
            .bands(rows)
            .zip(news.bands())
            .map(|(words, news)| Part {
                words,
                news,
                stride,
                rows: arena.lattice.rows,
                periodic: arena.lattice.periodic,
            })
            .collect();
        parallel::for_each_chunk(&mut parts, 1, |i, parts| {
            dispatch!(setup.level.get(), simd => Band::settle(simd, &bands, i, &mut parts[0]));
        });
        drop(parts);
        accepted.wrap();
    }
    Err(Error::RoomLeft {
        cells: bands.iter().map(Band::open_cells).sum(),
    })
}
