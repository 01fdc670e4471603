//! In which bin of the picture a dot is kept.
//!
//! Two grids of square bins lie over the picture, a coarse one for the few dots that are large and a
//! fine one for all others. A dot is kept in the bin that holds its centre, so that a new colour or
//! size hardly ever moves it. Grids do not depend on tiles.

use crate::raster::ink::InkDot;
use crate::raster::tables::Placed;
use crate::units::Size;
use std::ops::Range;

/// Width and height of the bins of the coarse grid and of the fine one. Dots of a few fine bins touch
/// no more of a tile than a first-level cache holds.
const BINS: [[u32; 2]; 2] = [[256, 256], [8, 16]];
/// The widest window in the fine grid.
const FINE: i32 = 48;

/// The grids of bins over a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    size: Size,
    /// Rows of bins of the coarse grid, and of both.
    rows: [u32; 2],
}

/// A bin: its row among those of both grids, and its column.
pub(super) type Bin = [u32; 2];

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

    /// The bin of a placed dot, and its overhang.
    #[inline(always)]
    pub(super) fn bin(&self, dot: &InkDot, placed: &Placed) -> (Bin, Overhang) {
        let ([left, top], side) = (placed.start, placed.side);
        let (width, height) = (self.size.width(), self.size.height());
        let beyond = left >= width as i32 || top >= height as i32;
        if beyond || left + side <= 0 || top + side <= 0 {
            return ([self.rows[1], 0], [0; 2]);
        }
        let inside = |at: f32, length: u32| (at.max(0.0) as u32).min(length - 1);
        let x = inside(dot.center_px.x, width);
        let y = inside(dot.center_px.y, height);
        // From the pixel that holds the centre, or the one of the picture nearest to it.
        let (x_px, y_px) = (x as i32, y as i32);
        let before = (x_px - left).max(y_px - top);
        let after = (left + side - x_px).max(top + side - y_px);
        let over = before.max(after);
        if side <= FINE {
            let [width, height] = BINS[1];
            ([self.rows[0] + y / height, x / width], [0, over])
        } else {
            let [width, height] = BINS[0];
            ([y / height, x / width], [over, 0])
        }
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
