//! Multiplies a tile's transmittance by the dots that reach it: the innermost loop.
//!
//! A window's row is two terms' worth of work or three before it is a coverage, and one more for each
//! channel; so the coverage is found once, and red, green and blue lie apart in the tile. Dots of a
//! place that share a table are drawn one after another: what the table tells is looked up once, and
//! the loops run alike for all of them.

use crate::raster::ahead::Ahead;
use crate::raster::bins::Splat;
use crate::raster::chords::{Chords, Profile};
use crate::raster::clip::Clip;
use crate::raster::eight::Eight;
use crate::raster::kernel::{Cell, LANES};
use crate::raster::light::{Light, all_lanes};
use crate::raster::narrow::Narrow;
use crate::raster::order::Order;
use crate::raster::tables::Tables;
use crate::raster::tile::{Tile, take_light};
use crate::raster::wide::{Dot, Wide};
use crate::simd::{Level, Simd, SimdBase, SimdFrom, dispatch, f32x8};

/// Room for the factors of a dot, and for the order of some.
#[derive(Debug)]
pub(super) struct Room<L> {
    wide: Wide<L>,
    ellipse: Factors,
    order: Order,
}

/// Factors of an ellipse.
#[derive(Debug, Default)]
struct Factors {
    /// Eight pixels of all terms' rows, then the next eight.
    rows: Vec<f32>,
    columns: Vec<f32>,
}

impl<L> Default for Room<L> {
    fn default() -> Self {
        Self {
            wide: Wide::default(),
            ellipse: Factors::default(),
            order: Order::default(),
        }
    }
}

/// Draws a run of dots of one row of bins into a tile.
pub(super) fn draw<L: Light>(
    level: Level,
    tile: &mut Tile<L>,
    tables: &Tables,
    run: &[Splat],
    room: &mut Room<L>,
    ahead: Option<Ahead<'_>>,
) {
    dispatch!(level.get(), simd => draw_all(simd, tile, tables, run, room, ahead));
}

/// Draws the ellipses that reach a tile into it, in their order.
pub(super) fn draw_ellipses<L: Light>(
    level: Level,
    tile: &mut Tile<L>,
    profile: &Profile,
    ellipses: &[Chords],
    room: &mut Room<L>,
) {
    for chords in ellipses {
        if let Some(clip) = Clip::new(tile, chords.start, chords.size) {
            dispatch!(
                level.get(),
                simd => draw_ellipse(simd, tile, profile, chords, &clip, room)
            );
        }
    }
}

/// Does what is said for a row's length and for a rank `K` of those told for it, else something else.
macro_rules! by_row_and_rank {
    ($of:expr, $([$row:pat, $($k:literal)*] => $draw:expr,)* else $otherwise:expr) => {
        match $of {
            $($(($row, $k) => {
                const K: usize = $k;
                $draw
            })*)*
            _ => $otherwise,
        }
    };
}

#[inline(always)]
fn draw_all<S: Simd, L: Light>(
    simd: S,
    tile: &mut Tile<L>,
    tables: &Tables,
    run: &[Splat],
    room: &mut Room<L>,
    ahead: Option<Ahead<'_>>,
) {
    let Room { wide, order, .. } = room;
    order.groups(
        run,
        #[inline(always)]
        |places: &[u32]| {
            let cell = tables.cell(run[places[0] as usize].cell);
            let dots = Group { cell, run, places };
            // Rows of more than eight terms leave the registers, and are still not worth a loop over terms.
            by_row_and_rank!(
                (cell.row, cell.rank),
                [8, 1 2 3 4 5 6] => {
                    let mut narrow = Narrow::<S, L, 8, K>::new(simd, cell, ahead);
                    dots.each(
                        simd,
                        #[inline(always)]
                        |eight, dot| narrow.draw::<L::Eight<S>>(tile, eight, dot),
                    );
                },
                [16, 1 2 3 4 5 6 7 8 9 10 11 12] => {
                    let mut narrow = Narrow::<S, L, 16, K>::new(simd, cell, ahead);
                    dots.each(
                        simd,
                        #[inline(always)]
                        |eight, dot| narrow.draw::<L::Sixteen<S>>(tile, eight, dot),
                    );
                },
                [_, 1 2 3 4 5 6 7 8 9 10 11 12] => dots.each(
                    simd,
                    #[inline(always)]
                    |eight, dot| wide.draw_of_rank::<S, K>(simd, tile, Dot { cell, eight, dot }, ahead),
                ),
                else dots.each(
                    simd,
                    #[inline(always)]
                    |eight, dot| wide.draw(simd, tile, Dot { cell, eight, dot }, ahead),
                )
            );
        },
    );
}

/// Dots of one table.
struct Group<'a> {
    cell: &'a Cell,
    run: &'a [Splat],
    places: &'a [u32],
}

impl Group<'_> {
    /// Calls `draw` with each dot's place among eight of them.
    ///
    /// Each of the many calls has a stack frame of its own where nothing is optimised: all of them in one
    /// would need more than a thread has.
    #[inline(always)]
    fn each<S: Simd, L: Light>(self, simd: S, mut draw: impl FnMut(&Eight<L>, usize)) {
        simd.vectorize(
            #[inline(always)]
            || {
                let Self { cell, run, places } = self;
                for places in places.chunks(LANES) {
                    let dots = places.iter().map(|&i| &run[i as usize]);
                    let eight = Eight::new(simd, cell, dots);
                    for dot in 0..places.len() {
                        draw(&eight, dot);
                    }
                }
            },
        );
    }
}

/// An ellipse: its own factors.
#[inline(always)]
fn draw_ellipse<S: Simd, L: Light>(
    simd: S,
    tile: &mut Tile<L>,
    profile: &Profile,
    chords: &Chords,
    clip: &Clip,
    room: &mut Room<L>,
) {
    let ([width, height], rank) = (chords.size, chords.rank);
    let Factors { rows, columns } = &mut room.ellipse;
    let length = |side: usize| side.next_multiple_of(LANES) * rank;
    rows.resize(length(width).max(rows.len()), 0.0);
    columns.resize(length(height).max(columns.len()), 0.0);
    chords.factors(
        profile,
        #[inline(always)]
        |k, x, values| rows[x * rank + k * LANES..][..LANES].copy_from_slice(&values),
        #[inline(always)]
        |k, y, values| {
            let from = columns[y * rank..].chunks_exact_mut(rank);
            for (column, value) in from.zip(values) {
                column[k] = value;
            }
        },
    );
    multiply(simd, tile, clip, rank, chords.absorptance, &room.ellipse);
}

/// Multiplies a window by what the factors in memory leave of its light.
#[inline(always)]
fn multiply<S: Simd, L: Light>(
    simd: S,
    tile: &mut Tile<L>,
    clip: &Clip,
    rank: usize,
    [r, g, b]: [f32; 3],
    ellipse: &Factors,
) {
    let absorptance = f32x8::simd_from(simd, [r, g, b, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let [r, g, b, ..] = L::taken(absorptance);
    let taken = all_lanes(simd, [r, g, b]);
    let columns = ellipse.columns.chunks_exact(rank).skip(clip.rows.start);
    for j in (clip.columns.start / LANES * LANES..clip.columns.end).step_by(LANES) {
        let rows = &ellipse.rows[rank * j..rank * (j + LANES)];
        let lines = tile.lines(clip.row, clip.left + j as i64, clip.rows.len());
        for ((line, runs), factors) in lines.zip(columns.clone()) {
            let mut covered = f32x8::splat(simd, 0.0);
            for (row, &factor) in rows.as_chunks().0.iter().zip(factors) {
                covered += f32x8::load_array(simd, *row) * factor;
            }
            take_light(simd, line, L::coverage(covered), taken);
            *runs |= clip.inked;
        }
    }
}
