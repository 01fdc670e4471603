//! Multiplies a tile's transmittance by the dots that reach it: the innermost loop.
//!
//! A window's row is two terms' worth of work or three before it is a coverage, and one more for each
//! channel; so the coverage is found once, and red, green and blue lie apart in the tile. Dots of a
//! place that share a table are drawn one after another: what the table tells is looked up once, and
//! the loops run alike for all of them.

use crate::raster::ahead::Ahead;
use crate::raster::bins::Splat;
use crate::raster::blend::Blend;
use crate::raster::chords::{Chords, Profile};
use crate::raster::clip::Clip;
use crate::raster::eight::Eight;
use crate::raster::kernel::{Cell, LANES};
use crate::raster::light::{Lanes, Light, all_lanes};
use crate::raster::narrow::Narrow;
use crate::raster::order::Order;
use crate::raster::tables::Tables;
use crate::raster::tile::{Tile, take_light};
use crate::simd::{Level, Simd, SimdBase, SimdFrom, dispatch, f32x8};

/// Room for the factors of a dot, and for the order of some.
#[derive(Debug)]
pub(super) struct Room<L> {
    columns: Vec<L>,
    /// Of dots of high rank and of ellipses.
    wide: Wide,
    order: Order,
}

/// Factors in single precision.
#[derive(Debug, Default)]
struct Wide {
    /// Eight pixels of all terms' rows, then the next eight.
    rows: Vec<f32>,
    columns: Vec<f32>,
}

impl<L> Default for Room<L> {
    fn default() -> Self {
        Self {
            columns: Vec::new(),
            wide: Wide::default(),
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

/// Does what is said for a rank `K` that fits the registers, else something else.
macro_rules! of_rank {
    ($rank:expr, $draw:expr, $otherwise:expr) => {
        of_rank!($rank, $draw, $otherwise, 1 2 3 4 5 6 7 8)
    };
    ($rank:expr, $draw:expr, $otherwise:expr, $($k:literal)*) => {
        match $rank {
            $($k => {
                const K: usize = $k;
                $draw
            })*
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
    let Room {
        columns,
        wide,
        order,
    } = room;
    order.groups(
        run,
        #[inline(always)]
        |places: &[u32]| {
            let cell = tables.cell(run[places[0] as usize].cell);
            let dots = Group {
                cell,
                run,
                places,
                ahead,
            };
            match cell.row {
                8 => of_rank!(
                    cell.rank,
                    dots.draw_narrow::<S, L, L::Eight<S>, 8, K>(simd, tile),
                    dots.draw_wide(simd, tile, wide)
                ),
                16 => of_rank!(
                    cell.rank,
                    dots.draw_narrow::<S, L, L::Sixteen<S>, 16, K>(simd, tile),
                    dots.draw_wide(simd, tile, wide)
                ),
                _ => of_rank!(
                    cell.rank,
                    dots.draw::<S, L, K>(simd, tile, columns),
                    dots.draw_wide(simd, tile, wide)
                ),
            }
        },
    );
}

/// Dots of one table.
struct Group<'a> {
    cell: &'a Cell,
    run: &'a [Splat],
    places: &'a [u32],
    /// Where the picture's memory is far.
    ahead: Option<Ahead<'a>>,
}

impl Group<'_> {
    /// Draws dots of a known small rank and wider windows.
    #[inline(always)]
    fn draw<S: Simd, L: Light, const K: usize>(
        &self,
        simd: S,
        tile: &mut Tile<L>,
        columns: &mut Vec<L>,
    ) {
        let Self {
            cell,
            run,
            places,
            ahead,
        } = *self;
        for places in places.chunks(LANES) {
            let dots = places.iter().map(|&i| &run[i as usize]);
            let eight = Eight::<L>::new(simd, cell, dots);
            for dot in 0..places.len() {
                let Some(clip) = Clip::new(tile, eight.start(dot), [cell.side; 2]) else {
                    continue;
                };
                if let Some(ahead) = ahead {
                    ahead.ask(tile, &clip);
                }
                blend_columns(simd, cell, &eight, dot, columns);
                let part = Part::<L, K> {
                    tables: cell.rows_around(eight.phase(0, dot)),
                    weights: eight.weights(0, dot),
                    columns,
                    taken: eight.taken(dot),
                };
                for j in (clip.columns.start / 16 * 16..clip.columns.end).step_by(16) {
                    if cell.row - j >= 16 {
                        part.draw::<S, L::Sixteen<S>, 16>(simd, j, tile, &clip);
                    } else {
                        part.draw::<S, L::Eight<S>, 8>(simd, j, tile, &clip);
                    }
                }
            }
        }
    }

    /// Draws dots of a known small rank whose windows fit a vector.
    #[inline(always)]
    fn draw_narrow<
        S: Simd,
        L: Light,
        V: Lanes<S, Element = L>,
        const LEN: usize,
        const K: usize,
    >(
        &self,
        simd: S,
        tile: &mut Tile<L>,
    ) {
        let Self {
            cell,
            run,
            places,
            ahead,
        } = *self;
        let mut narrow = Narrow::<S, L, LEN, K>::new(simd, cell, ahead);
        for places in places.chunks(LANES) {
            let dots = places.iter().map(|&i| &run[i as usize]);
            let eight = Eight::<L>::new(simd, cell, dots);
            for dot in 0..places.len() {
                narrow.draw::<V>(tile, &eight, dot);
            }
        }
    }

    /// Draws dots of any rank, their rows in memory: dots many blurs wide.
    #[inline(always)]
    fn draw_wide<S: Simd, L: Light>(&self, simd: S, tile: &mut Tile<L>, wide: &mut Wide) {
        let cell = self.cell;
        for &place in self.places {
            let dot = &self.run[place as usize];
            let one = Eight::<f32>::new(simd, cell, std::iter::once(dot));
            let Some(clip) = Clip::new(tile, one.start(0), [cell.side; 2]) else {
                continue;
            };
            if let Some(ahead) = self.ahead {
                ahead.ask(tile, &clip);
            }
            let Wide { rows, columns } = &mut *wide;
            blend_columns(simd, cell, &one, 0, columns);
            let blend = Blend::<S, f32x8<S>>::new(simd, one.weights(0, 0));
            let [below, above] = cell.rows_around::<f32>(one.phase(0, 0));
            rows.resize(cell.rank * cell.row, 0.0);
            // At each end of the cell all terms of eight pixels.
            let eight = cell.rank * LANES;
            for (j, rows) in rows.chunks_exact_mut(eight).enumerate() {
                let [below, above] = [below, above].map(|of| &of[2 * eight * j..][..2 * eight]);
                for (k, row) in rows.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                    let low = k * LANES..(k + 1) * LANES;
                    let high = low.start + eight..low.end + eight;
                    let ends = [
                        &below[low.clone()],
                        &below[high.clone()],
                        &above[low],
                        &above[high],
                    ];
                    blend.between(ends).store_slice(row);
                }
            }
            multiply(simd, tile, &clip, cell.rank, dot.absorptance, wide);
        }
    }
}

/// Some columns of a dot's window.
struct Part<'a, L, const K: usize> {
    tables: [&'a [L]; 2],
    weights: [L; 4],
    columns: &'a [L],
    taken: [L; 3],
}

impl<L: Light, const K: usize> Part<'_, L, K> {
    /// Multiplies a vector of every row and channel. Its row factors stay in registers while the
    /// column factors run down.
    #[inline(always)]
    fn draw<S: Simd, V: Lanes<S, Element = L>, const LEN: usize>(
        &self,
        simd: S,
        j: usize,
        tile: &mut Tile<L>,
        clip: &Clip,
    ) {
        let blend = Blend::<S, V>::new(simd, self.weights);
        let [below, above] = self.tables.map(|table| &table[2 * K * j..][..2 * K * LEN]);
        let mut row = [V::splat(simd, L::ZERO); K];
        for k in 0..K {
            row[k] = blend.between([
                &below[k * LEN..(k + 1) * LEN],
                &below[(K + k) * LEN..(K + k + 1) * LEN],
                &above[k * LEN..(k + 1) * LEN],
                &above[(K + k) * LEN..(K + k + 1) * LEN],
            ]);
        }
        let factors = &self.columns.as_chunks::<K>().0[clip.rows.clone()];
        let at = (clip.row, clip.left + j as i64);
        tile.take_rows(simd, at, &row, factors, self.taken, clip.inked);
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
    let Wide { rows, columns } = &mut room.wide;
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
    multiply(simd, tile, clip, rank, chords.absorptance, &room.wide);
}

/// Multiplies a window by what the factors in memory leave of its light.
#[inline(always)]
fn multiply<S: Simd, L: Light>(
    simd: S,
    tile: &mut Tile<L>,
    clip: &Clip,
    rank: usize,
    [r, g, b]: [f32; 3],
    wide: &Wide,
) {
    let absorptance = f32x8::simd_from(simd, [r, g, b, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let [r, g, b, ..] = L::taken(absorptance);
    let taken = all_lanes(simd, [r, g, b]);
    let columns = wide.columns.chunks_exact(rank).skip(clip.rows.start);
    for j in (clip.columns.start / LANES * LANES..clip.columns.end).step_by(LANES) {
        let rows = &wide.rows[rank * j..rank * (j + LANES)];
        let lines = tile.lines(clip.row, clip.left + j as i64, clip.rows.len());
        for ((line, bits), factors) in lines.zip(columns.clone()) {
            let mut covered = f32x8::splat(simd, 0.0);
            for (row, &factor) in rows.as_chunks().0.iter().zip(factors) {
                covered += f32x8::load_array(simd, *row) * factor;
            }
            take_light(simd, line, L::coverage(covered), taken);
            *bits |= clip.inked;
        }
    }
}

/// Interpolates the columns of all terms.
#[inline(always)]
fn blend_columns<S: Simd, L: Light>(
    simd: S,
    cell: &Cell,
    eight: &Eight<L>,
    dot: usize,
    to: &mut Vec<L>,
) {
    let blend = Blend::<S, L::Sixteen<S>>::new(simd, eight.weights(1, dot));
    if to.len() < cell.column {
        to.resize(cell.column, L::ZERO);
    }
    let around = cell.columns_around::<L>(eight.phase(1, dot));
    let [below, above] = around.map(|both| both.split_at(cell.column));
    let below = below
        .0
        .as_chunks::<16>()
        .0
        .iter()
        .zip(below.1.as_chunks::<16>().0);
    let above = above
        .0
        .as_chunks::<16>()
        .0
        .iter()
        .zip(above.1.as_chunks::<16>().0);
    let to = to.as_chunks_mut::<16>().0.iter_mut();
    for ((to, (a, b)), (c, d)) in to.zip(below).zip(above) {
        blend.between([a, b, c, d]).store_slice(to);
    }
}
