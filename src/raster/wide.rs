//! Dots whose windows are wider than sixteen pixels, or of so many terms that their rows do not fit the
//! registers: dots many blurs wide.

use crate::raster::ahead::Ahead;
use crate::raster::blend::Blend;
use crate::raster::clip::Clip;
use crate::raster::eight::Eight;
use crate::raster::kernel::{Cell, LANES};
use crate::raster::light::{Lanes, Light};
use crate::raster::tile::Tile;
use crate::simd::{Simd, SimdBase};
use std::ops::Range;

/// Room for the factors of one dot.
#[derive(Debug)]
pub(super) struct Wide<L> {
    /// Of a vector of pixels, the rows of all terms.
    rows: Vec<L>,
    /// The terms of a line, then those of the next.
    columns: Vec<L>,
}

impl<L> Default for Wide<L> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            columns: Vec::new(),
        }
    }
}

impl<L: Light> Wide<L> {
    /// Draws one of eight dots of a table of any rank.
    #[inline(always)]
    pub(super) fn draw<S: Simd>(
        &mut self,
        simd: S,
        tile: &mut Tile<L>,
        cell: &Cell,
        (eight, dot): (&Eight<L>, usize),
        ahead: Option<Ahead<'_>>,
    ) {
        let Some(clip) = self.begin(simd, tile, cell, (eight, dot), ahead) else {
            return;
        };
        for (j, row, lines) in vectors(cell, &clip) {
            let (at, taken) = ((row, clip.left + j as i64), eight.taken(dot));
            if cell.row - j >= 16 {
                self.blend_rows::<S, L::Sixteen<S>, 16>(simd, cell, eight, dot, j);
                self.take::<S, L::Sixteen<S>, 16>(simd, tile, at, lines, taken, clip.inked);
            } else {
                self.blend_rows::<S, L::Eight<S>, LANES>(simd, cell, eight, dot, j);
                self.take::<S, L::Eight<S>, LANES>(simd, tile, at, lines, taken, clip.inked);
            }
        }
    }

    /// The same for a rank that is known when this is compiled.
    #[inline(always)]
    pub(super) fn draw_of_rank<S: Simd, const K: usize>(
        &mut self,
        simd: S,
        tile: &mut Tile<L>,
        cell: &Cell,
        (eight, dot): (&Eight<L>, usize),
        ahead: Option<Ahead<'_>>,
    ) {
        let Some(clip) = self.begin(simd, tile, cell, (eight, dot), ahead) else {
            return;
        };
        let factors = self.columns.as_chunks::<K>().0;
        for (j, row, lines) in vectors(cell, &clip) {
            let (at, taken) = ((row, clip.left + j as i64), eight.taken(dot));
            let factors = &factors[lines];
            if cell.row - j >= 16 {
                let rows = rows_of_rank::<S, L::Sixteen<S>, 16, K>(simd, cell, eight, dot, j);
                tile.take_rows(simd, at, &rows, factors, taken, clip.inked);
            } else {
                let rows = rows_of_rank::<S, L::Eight<S>, LANES, K>(simd, cell, eight, dot, j);
                tile.take_rows(simd, at, &rows, factors, taken, clip.inked);
            }
        }
    }

    /// Where a dot lies in a tile, if it does, and its columns.
    #[inline(always)]
    fn begin<S: Simd>(
        &mut self,
        simd: S,
        tile: &Tile<L>,
        cell: &Cell,
        (eight, dot): (&Eight<L>, usize),
        ahead: Option<Ahead<'_>>,
    ) -> Option<Clip> {
        let clip = Clip::new(tile, eight.start(dot), [cell.side; 2])?;
        if let Some(ahead) = ahead {
            ahead.ask(tile, &clip);
        }
        self.blend_columns(simd, cell, eight, dot);
        Some(clip)
    }

    /// Interpolates the rows of all terms from a pixel on.
    #[inline(always)]
    fn blend_rows<S: Simd, V: Lanes<S, Element = L>, const LEN: usize>(
        &mut self,
        simd: S,
        cell: &Cell,
        eight: &Eight<L>,
        dot: usize,
        j: usize,
    ) {
        let blend = Blend::<S, V>::new(simd, eight.weights(0, dot));
        let around = cell.rows_around(eight.phase(0, dot));
        let [below, above] = around.map(|of| {
            let here: &[L] = &of[2 * cell.rank * j..][..2 * cell.rank * LEN];
            let (low, high) = here.split_at(cell.rank * LEN);
            low.as_chunks::<LEN>()
                .0
                .iter()
                .zip(high.as_chunks::<LEN>().0)
        });
        self.rows.resize(cell.rank * LEN, L::ZERO);
        let rows = self.rows.as_chunks_mut::<LEN>().0.iter_mut();
        for ((row, (a, b)), (c, d)) in rows.zip(below).zip(above) {
            blend.between([a, b, c, d]).store_slice(row);
        }
    }

    /// Interpolates the columns of all terms.
    #[inline(always)]
    fn blend_columns<S: Simd>(&mut self, simd: S, cell: &Cell, eight: &Eight<L>, dot: usize) {
        let blend = Blend::<S, L::Sixteen<S>>::new(simd, eight.weights(1, dot));
        let around = cell.columns_around::<L>(eight.phase(1, dot));
        let [below, above] = around.map(|both| {
            let (low, high) = both.split_at(cell.column);
            low.as_chunks::<16>().0.iter().zip(high.as_chunks::<16>().0)
        });
        if self.columns.len() < cell.column {
            self.columns.resize(cell.column, L::ZERO);
        }
        let columns = self.columns.as_chunks_mut::<16>().0.iter_mut();
        for ((column, (a, b)), (c, d)) in columns.zip(below).zip(above) {
            blend.between([a, b, c, d]).store_slice(column);
        }
    }

    /// Multiplies the light of a vector of pixels of some lines.
    #[inline(always)]
    fn take<S: Simd, V: Lanes<S, Element = L>, const LEN: usize>(
        &self,
        simd: S,
        tile: &mut Tile<L>,
        at: (usize, i64),
        lines: Range<usize>,
        taken: [L; 3],
        inked: u64,
    ) {
        let rows = self.rows.as_chunks::<LEN>().0;
        let rank = rows.len();
        let factors = &self.columns[lines.start * rank..lines.end * rank];
        tile.take_products::<S, V, LEN>(simd, at, rows, factors, taken, inked);
    }
}

/// The vectors of sixteen pixels of a window: where each starts, and what lines of it may be covered in the
/// tile: its row of the first of them, and which.
#[inline(always)]
fn vectors<'a>(
    cell: &'a Cell,
    clip: &'a Clip,
) -> impl Iterator<Item = (usize, usize, Range<usize>)> + 'a {
    let starts = (clip.columns.start / 16 * 16..clip.columns.end).step_by(16);
    starts.filter_map(|j| {
        let (row, lines) = clip.rows_among(&cell.lines[j / 16])?;
        Some((j, row, lines))
    })
}

/// The rows of all terms from a pixel on.
#[inline(always)]
fn rows_of_rank<S: Simd, V: Lanes<S>, const LEN: usize, const K: usize>(
    simd: S,
    cell: &Cell,
    eight: &Eight<V::Element>,
    dot: usize,
    j: usize,
) -> [V; K]
where
    V::Element: Light,
{
    let blend = Blend::<S, V>::new(simd, eight.weights(0, dot));
    let around = cell.rows_around::<V::Element>(eight.phase(0, dot));
    let [below, above] = around.map(|of| &of[2 * K * j..][..2 * K * LEN]);
    let mut rows = [V::splat(simd, V::Element::ZERO); K];
    for k in 0..K {
        rows[k] = blend.between([
            &below[k * LEN..(k + 1) * LEN],
            &below[(K + k) * LEN..(K + k + 1) * LEN],
            &above[k * LEN..(k + 1) * LEN],
            &above[(K + k) * LEN..(K + k + 1) * LEN],
        ]);
    }
    rows
}
