//! Dots whose windows are wider than sixteen pixels, or of so many terms that their rows do not fit the
//! registers: dots many blurs wide.

use crate::raster::ahead::Ahead;
use crate::raster::blend::Blend;
use crate::raster::clip::Clip;
use crate::raster::eight::Eight;
use crate::raster::kernel::{Cell, LANES};
use crate::raster::light::{Lanes, Light};
use crate::raster::runs::Runs;
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

/// One of eight dots of a table.
#[derive(Clone, Copy)]
pub(super) struct Dot<'a, L> {
    pub(super) cell: &'a Cell,
    pub(super) eight: &'a Eight<L>,
    pub(super) dot: usize,
}

impl<L: Light> Wide<L> {
    /// Draws a dot of any rank.
    #[inline(always)]
    pub(super) fn draw<S: Simd>(
        &mut self,
        simd: S,
        tile: &mut Tile<L>,
        of: Dot<'_, L>,
        ahead: Option<Ahead<'_>>,
    ) {
        let Some(clip) = self.begin(simd, tile, of, ahead) else {
            return;
        };
        let taken = of.eight.taken(of.dot);
        for (j, at, lines) in vectors(of.cell, &clip) {
            if of.cell.row - j >= 16 {
                self.blend_rows::<S, L::Sixteen<S>, 16>(simd, of, j);
                self.take::<S, L::Sixteen<S>, 16>(simd, tile, at, lines, taken, clip.inked);
            } else {
                self.blend_rows::<S, L::Eight<S>, LANES>(simd, of, j);
                self.take::<S, L::Eight<S>, LANES>(simd, tile, at, lines, taken, clip.inked);
            }
        }
    }

    /// The same for a rank that is known when this is compiled: its rows stay in vectors.
    #[inline(always)]
    pub(super) fn draw_of_rank<S: Simd, const K: usize>(
        &mut self,
        simd: S,
        tile: &mut Tile<L>,
        of: Dot<'_, L>,
        ahead: Option<Ahead<'_>>,
    ) {
        let Some(clip) = self.begin(simd, tile, of, ahead) else {
            return;
        };
        let (columns, taken) = (self.columns.as_chunks::<K>().0, of.eight.taken(of.dot));
        for (j, at, lines) in vectors(of.cell, &clip) {
            let factors = &columns[lines];
            if of.cell.row - j >= 16 {
                let rows = rows_of_rank::<S, L::Sixteen<S>, 16, K>(simd, of, j);
                tile.take_rows(simd, at, &rows, factors, taken, clip.inked);
            } else {
                let rows = rows_of_rank::<S, L::Eight<S>, LANES, K>(simd, of, j);
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
        of: Dot<'_, L>,
        ahead: Option<Ahead<'_>>,
    ) -> Option<Clip> {
        let clip = Clip::new(tile, of.eight.start(of.dot), [of.cell.side; 2])?;
        if let Some(ahead) = ahead {
            ahead.ask(tile, &clip);
        }
        self.blend_columns(simd, of);
        Some(clip)
    }

    /// Interpolates the rows of all terms from a pixel on.
    #[inline(always)]
    fn blend_rows<S: Simd, V: Lanes<S, Element = L>, const LEN: usize>(
        &mut self,
        simd: S,
        of: Dot<'_, L>,
        j: usize,
    ) {
        let blend = Blend::<S, V>::new(simd, of.eight.weights(0, of.dot));
        let [a, b, c, d] = of.row_ends::<LEN>(j);
        self.rows.resize(of.cell.rank * LEN, L::ZERO);
        let rows = self.rows.as_chunks_mut::<LEN>().0;
        for (k, row) in rows.iter_mut().enumerate() {
            blend.between([&a[k], &b[k], &c[k], &d[k]]).store_slice(row);
        }
    }

    /// Interpolates the columns of all terms.
    #[inline(always)]
    fn blend_columns<S: Simd>(&mut self, simd: S, Dot { cell, eight, dot }: Dot<'_, L>) {
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
        inked: Runs,
    ) {
        let rows = self.rows.as_chunks::<LEN>().0;
        let rank = rows.len();
        let factors = &self.columns[lines.start * rank..lines.end * rank];
        tile.take_products::<S, V, LEN>(simd, at, rows, factors, taken, inked);
    }
}

impl<'a, L: Light> Dot<'a, L> {
    /// The rows of all terms from a pixel on, at the phase below at the lower end and at the upper, then at
    /// the phase above.
    #[inline(always)]
    fn row_ends<const LEN: usize>(&self, j: usize) -> [&'a [[L; LEN]]; 4] {
        let rank = self.cell.rank;
        let [below, above] = self.cell.rows_around::<L>(self.eight.phase(0, self.dot));
        let end = |of: &'a [L], start: usize| of[start..start + rank * LEN].as_chunks().0;
        let (low, high) = (2 * rank * j, rank * (2 * j + LEN));
        [
            end(below, low),
            end(below, high),
            end(above, low),
            end(above, high),
        ]
    }
}

/// The vectors of sixteen pixels of a window: where each starts in it, where its first line lies in the tile,
/// by row and column, and which of its lines lie there and may be covered.
#[inline(always)]
fn vectors<'a>(
    cell: &'a Cell,
    clip: &'a Clip,
) -> impl Iterator<Item = (usize, (usize, i64), Range<usize>)> + 'a {
    let starts = (clip.columns.start / 16 * 16..clip.columns.end).step_by(16);
    starts.filter_map(|j| {
        let (row, lines) = clip.rows_among(&cell.lines[j / 16])?;
        Some((j, (row, clip.left + j as i64), lines))
    })
}

/// Interpolates the rows of all terms from a pixel on.
#[inline(always)]
fn rows_of_rank<S: Simd, V: Lanes<S>, const LEN: usize, const K: usize>(
    simd: S,
    of: Dot<'_, V::Element>,
    j: usize,
) -> [V; K]
where
    V::Element: Light,
{
    let blend = Blend::<S, V>::new(simd, of.eight.weights(0, of.dot));
    let [a, b, c, d] = of.row_ends::<LEN>(j);
    let (a, b, c, d) = (&a[..K], &b[..K], &c[..K], &d[..K]);
    let mut rows = [V::splat(simd, V::Element::ZERO); K];
    for k in 0..K {
        rows[k] = blend.between([&a[k], &b[k], &c[k], &d[k]]);
    }
    rows
}
