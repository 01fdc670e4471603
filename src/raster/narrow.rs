//! Dots whose windows fit one vector: at most eight pixels wide, or sixteen. Most dots of a photo do.
//!
//! What such a dot needs besides its arithmetic is as much work as that, so all lengths are known when
//! this is compiled. Two rows of eight to a vector of sixteen take a twentieth fewer instructions, and no
//! less time: some machines slow down their clock for products of whole numbers in vectors so long.

use crate::raster::ahead::Ahead;
use crate::raster::blend::Blend;
use crate::raster::clip::Clip;
use crate::raster::eight::Eight;
use crate::raster::kernel::{Cell, LANES};
use crate::raster::light::{Lanes, Light};
use crate::raster::tile::Tile;
use crate::simd::{Simd, SimdBase};

/// A table of narrow windows, and room for the columns of one dot.
pub(super) struct Narrow<'a, S: Simd, L, const LEN: usize, const K: usize> {
    simd: S,
    side: usize,
    ahead: Option<Ahead<'a>>,
    /// Per phase and end: a row of each term.
    rows: &'a [[[L; LEN]; K]],
    /// Per phase and end: vectors of columns, as many as `LEN` pixels of all terms fill.
    tables: &'a [[L; 2 * LANES]],
    columns: [[L; 2 * LANES]; K],
}

impl<'a, S: Simd, L: Light, const LEN: usize, const K: usize> Narrow<'a, S, L, LEN, K> {
    #[inline(always)]
    pub(super) fn new(simd: S, cell: &'a Cell, ahead: Option<Ahead<'a>>) -> Self {
        let factors = L::factors(cell);
        Self {
            simd,
            side: cell.side,
            ahead,
            rows: factors.rows.as_chunks().0.as_chunks().0,
            tables: factors.columns.as_chunks().0,
            columns: [[L::ZERO; 2 * LANES]; K],
        }
    }

    /// Draws one of eight dots, by vectors of `LEN` numbers.
    #[inline(always)]
    pub(super) fn draw<V: Lanes<S, Element = L>>(
        &mut self,
        tile: &mut Tile<L>,
        eight: &Eight<L>,
        dot: usize,
    ) {
        let side = self.side;
        let Some(clip) = Clip::new(tile, eight.start(dot), [side; 2]) else {
            return;
        };
        if let Some(ahead) = self.ahead {
            ahead.ask(tile, &clip);
        }
        self.blend_columns(eight, dot);
        let rows = self.blend_rows::<V>(eight, dot);
        let factors = &self.columns.as_flattened().as_chunks::<K>().0[clip.rows];
        let at = (clip.row, clip.left);
        tile.take_rows(self.simd, at, &rows, factors, eight.taken(dot), clip.inked);
    }

    #[inline(always)]
    fn blend_rows<V: Lanes<S, Element = L>>(&self, eight: &Eight<L>, dot: usize) -> [V; K] {
        let blend = Blend::<S, V>::new(self.simd, eight.weights(0, dot));
        let around: &[[[L; LEN]; K]; 4] = self.rows[2 * eight.phase(0, dot)..]
            .first_chunk()
            .expect("a phase is followed by another");
        let mut rows = [V::splat(self.simd, L::ZERO); K];
        for k in 0..K {
            let mut ends = [rows[k]; 4];
            for end in 0..4 {
                ends[end] = V::from_slice(self.simd, &around[end][k]);
            }
            rows[k] = blend.of(ends);
        }
        rows
    }

    #[inline(always)]
    fn blend_columns(&mut self, eight: &Eight<L>, dot: usize) {
        let blend = Blend::<S, L::Sixteen<S>>::new(self.simd, eight.weights(1, dot));
        let length = (LEN * K).div_ceil(2 * LANES);
        let around = &self.tables[2 * length * eight.phase(1, dot)..][..4 * length];
        for i in 0..length {
            let ends = [0, 1, 2, 3].map(|end| &around[end * length + i][..]);
            blend.between(ends).store_slice(&mut self.columns[i]);
        }
    }
}
