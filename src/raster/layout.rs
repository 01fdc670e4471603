//! In which bin of the picture a dot is kept.
//!
//! Two grids of square bins lie over the picture, a coarse one for the few dots that are large and a
//! fine one for all others. A dot is kept in the bin that holds its centre, so that a new colour or
//! size hardly ever moves it. Grids do not depend on tiles.

use crate::raster::extent::Extents;
use crate::raster::kernel::LANES;
use crate::raster::placed::{Abreast, Placed};
use crate::simd::{Select, Simd, SimdBase, SimdFloat, f32x8, store_signed};
use crate::units::Size;
use std::ops::Range;

/// Width and height of the bins of the coarse grid and of the fine one. Dots of a few fine bins touch
/// no more of a tile than a first-level cache holds.
const BINS: [[u32; 2]; 2] = [[256, 256], [8, 16]];
/// The widest window in the fine grid.
const FINE: f32 = 48.0;

/// The grids of bins over a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    size: Size,
    /// Rows of bins of the coarse grid, and of both.
    rows: [u32; 2],
}

/// How far, at most, windows run over the bins of each grid on any side, in pixels.
pub(super) type Overhang = [i32; 2];

impl Layout {
    pub(super) fn new(size: Size) -> Self {
        let [coarse, fine] = BINS.map(|[_, height]| size.height().div_ceil(height));
        Self {
            size,
            rows: [coarse, coarse + fine],
        }
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    /// Rows of bins of both grids, and one for all dots that do not reach the picture.
    pub(super) fn rows(&self) -> usize {
        self.rows[1] as usize + 1
    }

    /// The row for all dots that do not reach the picture.
    pub(super) fn outside(&self) -> usize {
        self.rows[1] as usize
    }

    /// Columns of a row of bins.
    pub(super) fn columns(&self, row: usize) -> usize {
        let grid = usize::from(row as u32 >= self.rows[0]);
        self.size.width().div_ceil(BINS[grid][0]) as usize
    }

    /// The bins of placed dots: their rows and their columns. What those reach that reach the picture is
    /// added to `extents`.
    #[inline(always)]
    pub(super) fn bins<S: Simd>(
        &self,
        simd: S,
        dots: &Abreast,
        placed: &Placed<S>,
        extents: &mut Extents<S>,
    ) -> [[i32; LANES]; 2] {
        let zero = f32x8::splat(simd, 0.0);
        // Sizes of pictures and all that comes of them are whole numbers that single precision holds.
        let (width, height) = (self.size.width() as f32, self.size.height() as f32);
        let inside = |at: &[f32; LANES], length: f32| {
            let at = f32x8::from_slice(simd, at);
            at.max(zero).floor().min(length - 1.0)
        };
        // The pixel that holds the centre, or the one of the picture nearest to it.
        let x = inside(&dots.center_px[0], width);
        let y = inside(&dots.center_px[1], height);
        let window = placed.window();
        let [left, top, right, bottom] = window;
        let reaches =
            left.simd_lt(width) & top.simd_lt(height) & right.simd_gt(0.0) & bottom.simd_gt(0.0);
        let before = (x - left).max(y - top);
        let over = before.max(right - x).max(bottom - y);
        let fine = placed.side.simd_le(FINE);
        // Sides of bins are powers of two.
        let bin = |px: f32x8<S>, axis: usize| {
            let per = |grid: usize| 1.0 / BINS[grid][axis] as f32;
            fine.select((px * per(1)).floor(), (px * per(0)).floor())
        };
        let first = fine.select(f32x8::splat(simd, self.rows[0] as f32), zero);
        let (row, column) = (first + bin(y, 1), bin(x, 0));
        let outside = f32x8::splat(simd, self.rows[1] as f32);
        extents.add(
            reaches,
            window,
            [fine.select(zero, over), fine.select(over, zero)],
        );
        [
            store_signed(reaches.select(row, outside)),
            store_signed(reaches.select(column, zero)),
        ]
    }

    /// The rows of a grid, and the columns of each, whose windows may reach a rectangle: left, top,
    /// right and bottom.
    pub(super) fn reaching(
        &self,
        grid: usize,
        overhang: &Overhang,
        [left, top, right, bottom]: [i64; 4],
    ) -> (Range<usize>, Range<usize>) {
        let (first, last) = ([0, self.rows[0]][grid] as usize, self.rows[grid] as usize);
        let over = i64::from(overhang[grid]);
        let bins = |from: i64, to: i64, side: u32, count: usize| {
            let inside = |px: i64| px.div_euclid(side.into()).clamp(0, count as i64) as usize;
            inside(from - over)..(inside(to + over - 1) + 1).min(count)
        };
        let [width, height] = BINS[grid];
        let rows = bins(top, bottom, height, last - first);
        let columns = bins(left, right, width, self.columns(first));
        (first + rows.start..first + rows.end, columns)
    }
}
