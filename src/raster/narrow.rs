//! Dots whose windows are at most eight pixels wide, as most dots of a photo are.
//!
//! What such a dot needs besides its arithmetic is as much work as that, so all lengths are known when
//! this is compiled. Two rows to a vector of sixteen take a quarter fewer instructions, and no less time:
//! some machines slow down their clock for products of whole numbers in vectors so long.

use crate::raster::blend::Blend;
use crate::raster::clip::Clip;
use crate::raster::eight::Eight;
use crate::raster::kernel::{Cell, LANES, MOST_IN_NARROW};
use crate::raster::light::{Lanes, Light, all_lanes};
use crate::raster::tile::{Tile, take_light};
use crate::simd::{Simd, SimdBase};

/// A table of narrow windows, and room for the columns of one dot.
pub(super) struct Narrow<'a, S: Simd, L, const K: usize> {
    simd: S,
    side: usize,
    /// Per phase and end: a row of each term.
    rows: &'a [[[L; LANES]; K]],
    /// Per phase and end: vectors of columns, as many as all terms fill.
    tables: &'a [[L; 2 * LANES]],
    columns: [[L; 2 * LANES]; MOST_IN_NARROW.div_ceil(2)],
}

impl<'a, S: Simd, L: Light, const K: usize> Narrow<'a, S, L, K> {
    #[inline(always)]
    pub(super) fn new(simd: S, cell: &'a Cell) -> Self {
        let factors = L::factors(cell);
        Self {
            simd,
            side: cell.side,
            rows: factors.rows.as_chunks().0.as_chunks().0,
            tables: factors.columns.as_chunks().0,
            columns: [[L::ZERO; 2 * LANES]; MOST_IN_NARROW.div_ceil(2)],
        }
    }

    /// Draws one of eight dots.
    #[inline(always)]
    pub(super) fn draw(&mut self, tile: &mut Tile<L>, eight: &Eight<L>, dot: usize) {
        let side = self.side;
        let Some(clip) = Clip::new(tile, eight.start(dot), [side; 2]) else {
            return;
        };
        self.blend_columns(eight, dot);
        let rows = self.blend_rows(eight, dot);
        let taken = all_lanes(self.simd, eight.taken(dot));
        let columns = self.columns.as_flattened().as_chunks::<K>().0;
        let columns = &columns[clip.rows];
        let lines = tile.lines(clip.row, clip.left, columns.len());
        for ((line, bits), factors) in lines.zip(columns) {
            let each = |k: usize| L::Eight::splat(self.simd, factors[k]);
            let mut covered = rows[0].times(each(0));
            for k in 1..K {
                covered += rows[k].times(each(k));
            }
            take_light(self.simd, line, covered.covered(), taken);
            *bits |= clip.inked;
        }
    }

    #[inline(always)]
    fn blend_rows(&self, eight: &Eight<L>, dot: usize) -> [L::Eight<S>; K] {
        let blend = Blend::<S, L::Eight<S>>::new(self.simd, eight.weights(0, dot));
        let around: &[[[L; LANES]; K]; 4] = self.rows[2 * eight.phase(0, dot)..]
            .first_chunk()
            .expect("a phase is followed by another");
        let mut rows = [L::Eight::splat(self.simd, L::ZERO); K];
        for k in 0..K {
            let mut ends = [rows[k]; 4];
            for end in 0..4 {
                ends[end] = L::Eight::from_slice(self.simd, &around[end][k]);
            }
            rows[k] = blend.of(ends);
        }
        rows
    }

    #[inline(always)]
    fn blend_columns(&mut self, eight: &Eight<L>, dot: usize) {
        let blend = Blend::<S, L::Sixteen<S>>::new(self.simd, eight.weights(1, dot));
        let length = K.div_ceil(2);
        let around = &self.tables[2 * length * eight.phase(1, dot)..][..4 * length];
        for i in 0..length {
            let ends = [0, 1, 2, 3].map(|end| &around[end * length + i][..]);
            blend.between(ends).store_slice(&mut self.columns[i]);
        }
    }
}
