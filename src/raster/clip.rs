//! The part of a dot's window that lies in a tile.

use crate::raster::light::Light;
use crate::raster::runs::Runs;
use crate::raster::tile::Tile;
use std::ops::Range;

/// The part of a window that lies in a tile.
pub(super) struct Clip {
    /// Rows of the window, and the tile's row of the first of them.
    pub(super) rows: Range<usize>,
    pub(super) row: usize,
    /// The tile's column of the window's first, and the window's columns that lie in the tile.
    pub(super) left: i64,
    pub(super) columns: Range<usize>,
    /// Ink of the rows.
    pub(super) inked: Runs,
}

impl Clip {
    /// Clips a window of some columns and rows.
    #[inline(always)]
    pub(super) fn new<L: Light>(
        tile: &Tile<L>,
        start: [i32; 2],
        [columns, rows]: [usize; 2],
    ) -> Option<Self> {
        let (width, height) = (tile.width as i64, tile.height as i64);
        let left = i64::from(start[0]) - tile.left;
        let down = i64::from(start[1]) - tile.top;
        let end = [left + columns as i64, down + rows as i64];
        if left >= width || down >= height || end[0] <= 0 || end[1] <= 0 {
            return None;
        }
        let (first, last) = (left.max(0), end[0].min(width));
        Some(Self {
            rows: (-down).max(0) as usize..(height - down).min(rows as i64) as usize,
            row: down.max(0) as usize,
            left,
            columns: (first - left) as usize..(last - left) as usize,
            inked: Runs::of(first as usize..last as usize),
        })
    }

    /// The tile's row of the first of the rows that are among some lines of the window, and these rows, if
    /// there are any.
    #[inline(always)]
    pub(super) fn rows_among(&self, lines: &Range<usize>) -> Option<(usize, Range<usize>)> {
        let rows = self.rows.start.max(lines.start)..self.rows.end.min(lines.end);
        (!rows.is_empty()).then(|| (self.row + rows.start - self.rows.start, rows))
    }
}
