//! Multiplies a tile's transmittance by the dots that reach it: the innermost loop.

use crate::raster::kernel::Cell;
use crate::raster::tables::{Splat, Tables};
use crate::simd::{Level, Simd, SimdBase, SimdFrom, dispatch, f32x8, load, splat};

/// Elements on either side of a tile's row that a window's vectors may run over into.
pub(super) const APRON: usize = 8;

/// The transmittance of one tile: rows of interleaved red, green and blue, each between two aprons.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) light: Vec<f32>,
    /// Elements from one row to the next.
    pub(super) stride: usize,
    /// The picture's column and row of the tile's first pixel.
    pub(super) left: i64,
    pub(super) top: i64,
    /// Pixels of the tile that lie in the picture.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Room for a dot's factors.
    factors: Vec<f32>,
}

impl Tile {
    /// Room for tiles of a given side.
    pub(super) fn new(side: usize) -> Self {
        // The room after the last pixel lets the resolve read whole blocks.
        let stride = (APRON + 3 * side + 32).next_multiple_of(8);
        Self {
            light: vec![1.0; stride * side],
            stride,
            left: 0,
            top: 0,
            width: side,
            height: side,
            factors: Vec::new(),
        }
    }

    /// One row, red of its first pixel first.
    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.light[row * self.stride + APRON..][..self.stride - APRON]
    }

    /// One row, to be changed.
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.light[row * self.stride + APRON..][..self.stride - APRON]
    }
}

/// Draws the splats listed in `order` into a tile, in that order.
pub(super) fn draw(
    level: Level,
    tile: &mut Tile,
    tables: &Tables,
    splats: &[Splat],
    order: &[u32],
) {
    dispatch!(level.get(), simd => draw_all(simd, tile, tables, splats, order));
}

#[inline(always)]
fn draw_all<S: Simd>(simd: S, tile: &mut Tile, tables: &Tables, splats: &[Splat], order: &[u32]) {
    let mut factors = std::mem::take(&mut tile.factors);
    for &i in order {
        let dot = &splats[i as usize];
        let cell = tables.cell(dot.cell);
        let room = cell.columns_len + cell.rank * cell.row;
        if factors.len() < room {
            factors.resize(room, 0.0);
        }
        match cell.rank {
            1 => draw_one::<S, 1>(simd, tile, cell, dot, &mut factors),
            2 => draw_one::<S, 2>(simd, tile, cell, dot, &mut factors),
            3 => draw_one::<S, 3>(simd, tile, cell, dot, &mut factors),
            4 => draw_one::<S, 4>(simd, tile, cell, dot, &mut factors),
            5 => draw_one::<S, 5>(simd, tile, cell, dot, &mut factors),
            6 => draw_one::<S, 6>(simd, tile, cell, dot, &mut factors),
            7 => draw_one::<S, 7>(simd, tile, cell, dot, &mut factors),
            8 => draw_one::<S, 8>(simd, tile, cell, dot, &mut factors),
            _ => draw_wide(simd, tile, cell, dot, &mut factors),
        }
    }
    tile.factors = factors;
}

/// The part of a dot's window that lies in a tile.
struct Clip {
    /// Rows of the window, and the row of the tile on which the first of them falls.
    rows: std::ops::Range<usize>,
    tile_row: usize,
    /// Vectors of the window's row, and the place of the first of them in the tile's stride.
    vectors: std::ops::Range<usize>,
    place: usize,
}

impl Clip {
    #[inline(always)]
    fn new(tile: &Tile, cell: &Cell, dot: &Splat) -> Self {
        let down = i64::from(dot.y.start) - tile.top;
        let first = (-down).max(0);
        let last = (tile.height as i64 - down).clamp(first, cell.side as i64);
        let across = 3 * (i64::from(dot.x.start) - tile.left);
        // A vector is needed when it overlaps the tile; it then runs over by seven at most.
        let from = (-across).max(0) / 8;
        let to = (3 * tile.width as i64 - across + 7).max(0) / 8;
        let to = to.clamp(from, cell.row as i64 / 8);
        Self {
            rows: first as usize..last as usize,
            tile_row: (down + first) as usize,
            vectors: from as usize..to as usize,
            place: (APRON as i64 + across + 8 * from) as usize,
        }
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

    /// Eight values at `at`, from the four tables of a position: lower and upper end at the phase
    /// below it, then both at the phase above.
    #[inline(always)]
    fn at(&self, [a, b, c, d]: [&[f32]; 4], at: usize) -> f32x8<S> {
        let [wa, wb, wc, wd] = self.weights;
        let below = load(self.simd, &a[at..]) * wa + load(self.simd, &b[at..]) * wb;
        let above = load(self.simd, &c[at..]) * wc + load(self.simd, &d[at..]) * wd;
        below + above
    }
}

/// The four tables around a phase, each `length` long.
#[inline(always)]
fn around(tables: &[f32], phase: u32, length: usize) -> [&[f32]; 4] {
    let four = &tables[2 * phase as usize * length..][..4 * length];
    let (below, above) = four.split_at(2 * length);
    let ((a, b), (c, d)) = (below.split_at(length), above.split_at(length));
    [a, b, c, d]
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

/// A dot of a known small rank. A vector of the row stays in registers while its column runs down.
#[inline(always)]
fn draw_one<S: Simd, const K: usize>(
    simd: S,
    tile: &mut Tile,
    cell: &Cell,
    dot: &Splat,
    factors: &mut [f32],
) {
    let clip = Clip::new(tile, cell, dot);
    let columns = blend_columns(simd, cell, dot, factors);
    let columns = &columns.as_chunks::<K>().0[clip.rows.clone()];
    let blend = Blend::new(simd, dot.x.weight, dot.blend);
    let tables = around(&cell.rows, dot.x.phase, K * cell.row);
    let colors = colors(simd, dot.absorptance);
    let stride = tile.stride;
    let light = &mut tile.light[clip.tile_row * stride..][..clip.rows.len() * stride];
    for (n, j) in clip.vectors.enumerate() {
        let mut row = [colors[j % 3]; K];
        for k in 0..K {
            row[k] *= blend.at(tables, k * cell.row + 8 * j);
        }
        let place = clip.place + 8 * n;
        for (light, column) in light.chunks_exact_mut(stride).zip(columns) {
            let mut taken = row[0] * splat(simd, column[0]);
            for k in 1..K {
                taken += row[k] * splat(simd, column[k]);
            }
            let here = &mut light[place..place + 8];
            let before = load(simd, here);
            (before - before * taken).store_slice(here);
        }
    }
}

/// A dot of any rank, its rows in memory: for dots many blurs wide.
#[inline(always)]
fn draw_wide<S: Simd>(simd: S, tile: &mut Tile, cell: &Cell, dot: &Splat, factors: &mut [f32]) {
    let clip = Clip::new(tile, cell, dot);
    let (factors, rows) = factors.split_at_mut(cell.columns_len);
    let columns = blend_columns(simd, cell, dot, factors);
    let blend = Blend::new(simd, dot.x.weight, dot.blend);
    let tables = around(&cell.rows, dot.x.phase, cell.rank * cell.row);
    let colors = colors(simd, dot.absorptance);
    for k in 0..cell.rank {
        for j in clip.vectors.clone() {
            let at = k * cell.row + 8 * j;
            let value = blend.at(tables, at) * colors[j % 3];
            value.store_slice(&mut rows[at..at + 8]);
        }
    }
    for (down, y) in clip.rows.enumerate() {
        let column = &columns[y * cell.rank..][..cell.rank];
        let light = &mut tile.light[(clip.tile_row + down) * tile.stride + clip.place..];
        for (n, j) in clip.vectors.clone().enumerate() {
            let mut taken = splat(simd, 0.0);
            for (row, &y) in rows.chunks_exact(cell.row).zip(column) {
                taken += load(simd, &row[8 * j..]) * splat(simd, y);
            }
            let here = &mut light[8 * n..8 * n + 8];
            let before = load(simd, here);
            (before - before * taken).store_slice(here);
        }
    }
}

/// Interpolates the columns of all terms, at the front of `to`.
#[inline(always)]
fn blend_columns<'a, S: Simd>(simd: S, cell: &Cell, dot: &Splat, to: &'a mut [f32]) -> &'a [f32] {
    let blend = Blend::new(simd, dot.y.weight, dot.blend);
    let tables = around(&cell.columns, dot.y.phase, cell.columns_len);
    let to = &mut to[..cell.columns_len];
    for (i, to) in to.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        blend.at(tables, 8 * i).store_slice(to);
    }
    to
}
