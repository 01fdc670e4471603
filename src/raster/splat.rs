//! Multiplies a tile's transmittance by the dots that reach it: the innermost loop.

use crate::raster::chords::{Chords, Profile};
use crate::raster::kernel::Cell;
use crate::raster::tables::{Splat, Tables};
use crate::raster::tile::{APRON, Tile};
use crate::simd::{Level, Simd, SimdBase, SimdFrom, dispatch, f32x8, load, splat};

/// Draws splats into a tile, in their order.
pub(super) fn draw(level: Level, tile: &mut Tile, tables: &Tables, splats: &[Splat]) {
    dispatch!(level.get(), simd => draw_all(simd, tile, tables, splats));
}

/// Draws the ellipses that reach a tile into it, in their order.
pub(super) fn draw_ellipses(level: Level, tile: &mut Tile, profile: &Profile, ellipses: &[Chords]) {
    for chords in ellipses {
        let [left, top, right, bottom] = chords.window();
        let beside = left >= tile.left + tile.width as i64 || right <= tile.left;
        if !beside && top < tile.top + tile.height as i64 && bottom > tile.top {
            dispatch!(level.get(), simd => draw_ellipse(simd, tile, profile, chords));
        }
    }
}

#[inline(always)]
fn draw_all<S: Simd>(simd: S, tile: &mut Tile, tables: &Tables, splats: &[Splat]) {
    for dot in splats {
        let cell = tables.cell(dot.cell);
        match cell.rank {
            1 => draw_one::<S, 1>(simd, tile, cell, dot),
            2 => draw_one::<S, 2>(simd, tile, cell, dot),
            3 => draw_one::<S, 3>(simd, tile, cell, dot),
            4 => draw_one::<S, 4>(simd, tile, cell, dot),
            5 => draw_one::<S, 5>(simd, tile, cell, dot),
            6 => draw_one::<S, 6>(simd, tile, cell, dot),
            7 => draw_one::<S, 7>(simd, tile, cell, dot),
            8 => draw_one::<S, 8>(simd, tile, cell, dot),
            _ => draw_wide(simd, tile, cell, dot),
        }
    }
}

/// The part of a dot's window that lies in a tile.
struct Clip {
    /// Rows of the window.
    rows: std::ops::Range<usize>,
    /// Vectors of the window's row, and the place of the first of them in the tile's light.
    vectors: std::ops::Range<usize>,
    place: usize,
}

impl Clip {
    #[inline(always)]
    fn of(tile: &mut Tile, cell: &Cell, dot: &Splat) -> Self {
        Self::new(tile, [dot.x.start, dot.y.start], [cell.side; 2])
    }

    /// Clips a window of some columns and rows, and notes its ink.
    #[inline(always)]
    fn new(tile: &mut Tile, start: [i32; 2], size: [usize; 2]) -> Self {
        let (width, height) = (tile.width as i64, tile.height as i64);
        let [columns, rows] = size.map(|length| length as i64);
        let row = (3 * columns + 7) / 8;
        let down = i64::from(start[1]) - tile.top;
        let first = (-down).max(0);
        let last = (height - down).clamp(first, rows);
        let right = i64::from(start[0]) - tile.left;
        let across = 3 * right;
        // A vector is needed when it overlaps the tile; it then runs over by seven at most.
        let from = (-across).max(0) / 8;
        let to = ((3 * width - across + 7).max(0) / 8).clamp(from, row);
        let tile_row = (down + first) as usize;
        let clip = Self {
            rows: first as usize..last as usize,
            vectors: from as usize..to as usize,
            place: tile_row * tile.stride + (APRON as i64 + across + 8 * from) as usize,
        };
        let columns = right.max(0) as usize..(right + columns).clamp(0, width) as usize;
        tile.ink(columns, tile_row..tile_row + clip.rows.len());
        clip
    }
}

/// Interpolates between two phases and two radii.
struct Blend<S: Simd> {
    weights: [f32x8<S>; 4],
    simd: S,
}

impl<S: Simd> Blend<S> {
    #[inline(always)]
    fn new(simd: S, phase: f32, radius: f32) -> Self {
        let (a, b) = (1.0 - phase, 1.0 - radius);
        Self {
            weights: [
                splat(simd, a * b),
                splat(simd, a * radius),
                splat(simd, phase * b),
                splat(simd, phase * radius),
            ],
            simd,
        }
    }

    /// Vector `i` of the lower end, from the tables at the phases below and above a position, in
    /// which the upper end's vectors follow `length` vectors later.
    #[inline(always)]
    fn at(&self, [below, above]: [&[[f32; 8]]; 2], i: usize, length: usize) -> f32x8<S> {
        let [a, b, c, d] = self.weights;
        let below = load(self.simd, &below[i]) * a + load(self.simd, &below[length + i]) * b;
        let above = load(self.simd, &above[i]) * c + load(self.simd, &above[length + i]) * d;
        below + above
    }

    /// One vector of the row of every term, in the dot's colours.
    #[inline(always)]
    fn row<const K: usize>(
        &self,
        cell: &Cell,
        dot: &Splat,
        vector: usize,
        colors: &[f32x8<S>; 3],
    ) -> [f32x8<S>; K] {
        let [below, above] = cell.row_around(dot.x.phase, vector);
        let tables = [&below[..2 * K], &above[..2 * K]];
        let mut row = [colors[vector % 3]; K];
        for k in 0..K {
            row[k] *= self.at(tables, k, K);
        }
        row
    }
}

/// The absorptances of the three channels, in the order in which a row's vectors need them.
#[inline(always)]
fn colors<S: Simd>(simd: S, [r, g, b]: [f32; 3]) -> [f32x8<S>; 3] {
    [
        f32x8::simd_from(simd, [r, g, b, r, g, b, r, g]),
        f32x8::simd_from(simd, [b, r, g, b, r, g, b, r]),
        f32x8::simd_from(simd, [g, b, r, g, b, r, g, b]),
    ]
}

/// A dot of a known small rank.
#[inline(always)]
fn draw_one<S: Simd, const K: usize>(simd: S, tile: &mut Tile, cell: &Cell, dot: &Splat) {
    let clip = Clip::of(tile, cell, dot);
    blend_columns(simd, cell, dot, &mut tile.columns);
    let columns = &tile.columns.as_flattened().as_chunks::<K>().0[clip.rows];
    let blend = Blend::new(simd, dot.x.weight, dot.blend);
    let colors = colors(simd, dot.absorptance);
    let light = &mut tile.light[clip.place..];
    let (mut j, mut place) = (clip.vectors.start, 0);
    while j + 2 <= clip.vectors.end {
        run_down(
            simd,
            &mut light[place..],
            tile.stride,
            columns,
            [
                blend.row(cell, dot, j, &colors),
                blend.row(cell, dot, j + 1, &colors),
            ],
        );
        (j, place) = (j + 2, place + 16);
    }
    if j < clip.vectors.end {
        run_down(
            simd,
            &mut light[place..],
            tile.stride,
            columns,
            [blend.row(cell, dot, j, &colors)],
        );
    }
}

/// Multiplies neighbouring vectors of every row. Their row factors stay in registers while the
/// column factors run down.
#[inline(always)]
fn run_down<S: Simd, const K: usize, const N: usize>(
    simd: S,
    light: &mut [f32],
    stride: usize,
    columns: &[[f32; K]],
    rows: [[f32x8<S>; K]; N],
) {
    let mut place = 0;
    for column in columns {
        let mut taken = [splat(simd, column[0]); N];
        for n in 0..N {
            taken[n] *= rows[n][0];
        }
        for k in 1..K {
            let factor = splat(simd, column[k]);
            for n in 0..N {
                taken[n] += rows[n][k] * factor;
            }
        }
        let here = &mut light[place..place + 8 * N];
        for n in 0..N {
            let before = load(simd, &here[8 * n..]);
            (before - before * taken[n]).store_slice(&mut here[8 * n..8 * n + 8]);
        }
        place += stride;
    }
}

/// A dot of any rank, its rows in memory: for dots many blurs wide.
#[inline(always)]
fn draw_wide<S: Simd>(simd: S, tile: &mut Tile, cell: &Cell, dot: &Splat) {
    let clip = Clip::of(tile, cell, dot);
    blend_columns(simd, cell, dot, &mut tile.columns);
    let blend = Blend::new(simd, dot.x.weight, dot.blend);
    let colors = colors(simd, dot.absorptance);
    let rank = cell.rank;
    tile.rows.resize(cell.row * rank, [0.0; 8]);
    for j in clip.vectors.clone() {
        let tables = cell.row_around(dot.x.phase, j);
        for k in 0..rank {
            let value = blend.at(tables, k, rank) * colors[j % 3];
            value.store_slice(&mut tile.rows[j * rank + k]);
        }
    }
    multiply(simd, tile, &clip, rank);
}

/// An ellipse: its own factors, each row of them three elements to the pixel.
#[inline(always)]
fn draw_ellipse<S: Simd>(simd: S, tile: &mut Tile, profile: &Profile, chords: &Chords) {
    let clip = Clip::new(tile, chords.start, chords.size);
    let ([width, height], rank) = (chords.size, chords.rank);
    let Tile { rows, columns, .. } = tile;
    rows.clear();
    rows.resize((3 * width).div_ceil(8) * rank, [0.0; 8]);
    columns.resize((height * rank).div_ceil(8).max(columns.len()), [0.0; 8]);
    let columns = columns.as_flattened_mut();
    chords.factors(
        profile,
        |k, x, value| {
            for (c, share) in chords.absorptance.iter().enumerate() {
                let at = 3 * x + c;
                rows[at / 8 * rank + k][at % 8] = value * share;
            }
        },
        |k, y, value| columns[y * rank + k] = value,
    );
    multiply(simd, tile, &clip, rank);
}

/// Multiplies a window by what the rows and columns of a tile's scratch leave of its light.
#[inline(always)]
fn multiply<S: Simd>(simd: S, tile: &mut Tile, clip: &Clip, rank: usize) {
    let columns = tile.columns.as_flattened();
    let mut place = clip.place;
    for y in clip.rows.clone() {
        let column = &columns[y * rank..][..rank];
        let light = &mut tile.light[place..];
        for (n, j) in clip.vectors.clone().enumerate() {
            let mut taken = splat(simd, 0.0);
            for (row, &y) in tile.rows[j * rank..].iter().zip(column) {
                taken += load(simd, row) * splat(simd, y);
            }
            let here = &mut light[8 * n..8 * n + 8];
            let before = load(simd, here);
            (before - before * taken).store_slice(here);
        }
        place += tile.stride;
    }
}

/// Interpolates the columns of all terms.
#[inline(always)]
fn blend_columns<S: Simd>(simd: S, cell: &Cell, dot: &Splat, to: &mut Vec<[f32; 8]>) {
    let blend = Blend::new(simd, dot.y.weight, dot.blend);
    let tables = cell.columns_around(dot.y.phase);
    if to.len() < cell.column {
        to.resize(cell.column, [0.0; 8]);
    }
    for (i, to) in to[..cell.column].iter_mut().enumerate() {
        blend.at(tables, i, cell.column).store_slice(to);
    }
}
