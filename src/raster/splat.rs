//! Multiplies a tile's transmittance by the dots that reach it: the innermost loop.
//!
//! A window's row is two terms' worth of work or three before it is a coverage, and one more for each
//! channel; so the coverage is found once, and red, green and blue lie apart in the tile.

use crate::raster::bins::Splat;
use crate::raster::chords::{Chords, Profile};
use crate::raster::kernel::{Cell, LANES};
use crate::raster::tables::Tables;
use crate::raster::tile::{PLANE, STRIDE, Tile};
use crate::simd::{Level, Simd, SimdBase, SimdFloat, dispatch, f32x8, f32x16};
use std::ops::Range;

/// Room for a dot's factors.
#[derive(Debug, Default)]
pub(super) struct Factors {
    rows: Vec<f32>,
    columns: Vec<f32>,
}

/// Draws a run of dots into a tile, in their order.
pub(super) fn draw(
    level: Level,
    tile: &mut Tile,
    tables: &Tables,
    run: &[Splat],
    room: &mut Factors,
) {
    dispatch!(level.get(), simd => draw_all(simd, tile, tables, run, room));
}

/// Draws the ellipses that reach a tile into it, in their order.
pub(super) fn draw_ellipses(
    level: Level,
    tile: &mut Tile,
    profile: &Profile,
    ellipses: &[Chords],
    room: &mut Factors,
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

#[inline(always)]
fn draw_all<S: Simd>(simd: S, tile: &mut Tile, tables: &Tables, run: &[Splat], room: &mut Factors) {
    for dot in run {
        let cell = tables.cell(dot.cell);
        let (left, right) = cell.place(dot.center_px.x);
        let (top, down) = cell.place(dot.center_px.y);
        let Some(clip) = Clip::new(tile, [left, top], [cell.side; 2]) else {
            continue;
        };
        let placed = &Placed {
            dot,
            cell,
            x: right,
            y: down,
        };
        match cell.rank {
            1 => draw_one::<S, 1>(simd, tile, placed, &clip, room),
            2 => draw_one::<S, 2>(simd, tile, placed, &clip, room),
            3 => draw_one::<S, 3>(simd, tile, placed, &clip, room),
            4 => draw_one::<S, 4>(simd, tile, placed, &clip, room),
            5 => draw_one::<S, 5>(simd, tile, placed, &clip, room),
            6 => draw_one::<S, 6>(simd, tile, placed, &clip, room),
            7 => draw_one::<S, 7>(simd, tile, placed, &clip, room),
            8 => draw_one::<S, 8>(simd, tile, placed, &clip, room),
            _ => draw_wide(simd, tile, placed, &clip, room),
        }
    }
}

/// A dot, its table, and how far into a pixel its centre lies along both axes.
struct Placed<'a> {
    dot: &'a Splat,
    cell: &'a Cell,
    x: f32,
    y: f32,
}

/// The part of a window that lies in a tile.
struct Clip {
    /// Rows of the window, and the tile's row of the first of them.
    rows: Range<usize>,
    row: usize,
    /// Elements of the window's row, whole vectors, and the tile's column of the first of them.
    columns: Range<usize>,
    column: i64,
}

impl Clip {
    /// Clips a window of some columns and rows, and notes its ink.
    #[inline(always)]
    fn new(tile: &mut Tile, start: [i32; 2], [columns, rows]: [usize; 2]) -> Option<Self> {
        let (width, height) = (tile.width as i64, tile.height as i64);
        let right = i64::from(start[0]) - tile.left;
        let down = i64::from(start[1]) - tile.top;
        let end = [right + columns as i64, down + rows as i64];
        if right >= width || down >= height || end[0] <= 0 || end[1] <= 0 {
            return None;
        }
        let (first, last) = ((-down).max(0) as usize, (height - down) as usize);
        // A vector is needed when it overlaps the tile; it then runs over by seven at most.
        let from = (-right).max(0) as usize / LANES * LANES;
        let to = (end[0].min(width) - right) as usize;
        let row = (down.max(0)) as usize;
        let rows = first..last.min(rows);
        let inked = right.max(0) as usize..end[0].min(width) as usize;
        tile.ink(inked, row..row + rows.len());
        Some(Self {
            rows,
            row,
            columns: from..to.next_multiple_of(LANES),
            column: right + from as i64,
        })
    }
}

/// Interpolates between two phases and two radii.
struct Blend {
    weights: [f32; 4],
}

impl Blend {
    #[inline(always)]
    fn new(phase: f32, radius: f32) -> Self {
        let (a, b) = (1.0 - phase, 1.0 - radius);
        Self {
            weights: [a * b, a * radius, phase * b, phase * radius],
        }
    }

    /// A vector of the lower end at element `i`, from the tables at the phases below and above a
    /// position, in which the upper end follows `length` elements later.
    #[inline(always)]
    fn at<S: Simd, V: SimdFloat<S, Element = f32>>(
        &self,
        simd: S,
        [below, above]: [&[f32]; 2],
        i: usize,
        length: usize,
    ) -> V {
        let [a, b, c, d] = self.weights;
        let (low, high): (V, V) = (load(simd, below, i), load(simd, below, length + i));
        let below = low * a + high * b;
        let (low, high): (V, V) = (load(simd, above, i), load(simd, above, length + i));
        below + (low * c + high * d)
    }
}

#[inline(always)]
fn load<S: Simd, V: SimdFloat<S, Element = f32>>(simd: S, from: &[f32], at: usize) -> V {
    V::from_slice(simd, &from[at..at + V::LEN])
}

/// A dot of a known small rank.
#[inline(always)]
fn draw_one<S: Simd, const K: usize>(
    simd: S,
    tile: &mut Tile,
    placed: &Placed<'_>,
    clip: &Clip,
    room: &mut Factors,
) {
    let Placed { dot, cell, x, .. } = *placed;
    blend_columns(simd, placed, &mut room.columns);
    let columns = &room.columns[clip.rows.start * K..];
    let (phase, weight) = cell.phase(x);
    let (blend, tables) = (Blend::new(weight, dot.blend), cell.rows_around(phase));
    let length = K * cell.row;
    let light = tile.light_from(clip.row, clip.column);
    let (mut j, mut at) = (clip.columns.start, 0);
    while j + 16 <= clip.columns.end {
        let mut row = [f32x16::splat(simd, 0.0); K];
        for k in 0..K {
            row[k] = blend.at(simd, tables, k * cell.row + j, length);
        }
        run_down(simd, &mut light[at..], clip, columns, row, dot.absorptance);
        (j, at) = (j + 16, at + 16);
    }
    if j < clip.columns.end {
        let mut row = [f32x8::splat(simd, 0.0); K];
        for k in 0..K {
            row[k] = blend.at(simd, tables, k * cell.row + j, length);
        }
        run_down(simd, &mut light[at..], clip, columns, row, dot.absorptance);
    }
}

/// Multiplies a vector of every row and channel. Its row factors stay in registers while the column
/// factors run down.
#[inline(always)]
fn run_down<S: Simd, V: SimdFloat<S, Element = f32>, const K: usize>(
    simd: S,
    light: &mut [f32],
    clip: &Clip,
    columns: &[f32],
    row: [V; K],
    absorptance: [f32; 3],
) {
    let (mut place, mut at) = (0, 0);
    for _ in clip.rows.clone() {
        let factor: &[f32; K] = columns[at..].first_chunk().expect("a factor for each row");
        let mut covered = row[0] * factor[0];
        for k in 1..K {
            covered += row[k] * factor[k];
        }
        take_light(simd, &mut light[place..], covered, absorptance);
        (place, at) = (place + STRIDE, at + K);
    }
}

/// Multiplies the light of all channels by what a vector of coverages leaves of it.
#[inline(always)]
fn take_light<S: Simd, V: SimdFloat<S, Element = f32>>(
    simd: S,
    light: &mut [f32],
    covered: V,
    absorptance: [f32; 3],
) {
    // One look at the length for all channels.
    let light: &mut [f32; 2 * PLANE + 16] =
        light.first_chunk_mut().expect("a row ends in an apron");
    for c in 0..3 {
        let here = &mut light[c * PLANE..c * PLANE + V::LEN];
        let before = V::from_slice(simd, here);
        (before - before * (covered * absorptance[c])).store_slice(here);
    }
}

/// A dot of any rank, its rows in memory: for dots many blurs wide.
#[inline(always)]
fn draw_wide<S: Simd>(
    simd: S,
    tile: &mut Tile,
    placed: &Placed<'_>,
    clip: &Clip,
    room: &mut Factors,
) {
    let Placed { dot, cell, x, .. } = *placed;
    blend_columns(simd, placed, &mut room.columns);
    let (phase, weight) = cell.phase(x);
    let (blend, tables) = (Blend::new(weight, dot.blend), cell.rows_around(phase));
    let length = cell.rank * cell.row;
    room.rows.resize(length, 0.0);
    for i in (0..length).step_by(LANES) {
        let row: f32x8<S> = blend.at(simd, tables, i, length);
        row.store_slice(&mut room.rows[i..i + LANES]);
    }
    multiply(simd, tile, clip, cell.rank, dot.absorptance, room);
}

/// An ellipse: its own factors.
#[inline(always)]
fn draw_ellipse<S: Simd>(
    simd: S,
    tile: &mut Tile,
    profile: &Profile,
    chords: &Chords,
    clip: &Clip,
    room: &mut Factors,
) {
    let ([width, height], rank) = (chords.size, chords.rank);
    let length = width.next_multiple_of(LANES);
    let Factors { rows, columns } = room;
    rows.clear();
    rows.resize(length * rank, 0.0);
    columns.resize((height * rank).max(columns.len()), 0.0);
    chords.factors(
        profile,
        |k, x, value| rows[k * length + x] = value,
        |k, y, value| columns[y * rank + k] = value,
    );
    multiply(simd, tile, clip, rank, chords.absorptance, room);
}

/// Multiplies a window by what the factors in memory leave of its light.
#[inline(always)]
fn multiply<S: Simd>(
    simd: S,
    tile: &mut Tile,
    clip: &Clip,
    rank: usize,
    absorptance: [f32; 3],
    room: &Factors,
) {
    let length = room.rows.len() / rank;
    let light = tile.light_from(clip.row, clip.column);
    for (line, y) in clip.rows.clone().enumerate() {
        let factors = &room.columns[y * rank..][..rank];
        let line = &mut light[line * STRIDE..];
        for (n, j) in clip.columns.clone().step_by(LANES).enumerate() {
            let mut covered = f32x8::splat(simd, 0.0);
            for (row, &factor) in room.rows.chunks_exact(length).zip(factors) {
                covered += f32x8::from_slice(simd, &row[j..j + LANES]) * factor;
            }
            take_light(simd, &mut line[n * LANES..], covered, absorptance);
        }
    }
}

/// Interpolates the columns of all terms.
#[inline(always)]
fn blend_columns<S: Simd>(simd: S, placed: &Placed<'_>, to: &mut Vec<f32>) {
    let Placed { dot, cell, y, .. } = *placed;
    let (phase, weight) = cell.phase(y);
    let (blend, tables) = (Blend::new(weight, dot.blend), cell.columns_around(phase));
    if to.len() < cell.column {
        to.resize(cell.column, 0.0);
    }
    let mut i = 0;
    while i + 16 <= cell.column {
        let column: f32x16<S> = blend.at(simd, tables, i, cell.column);
        column.store_slice(&mut to[i..i + 16]);
        i += 16;
    }
    if i < cell.column {
        let column: f32x8<S> = blend.at(simd, tables, i, cell.column);
        column.store_slice(&mut to[i..i + LANES]);
    }
}
