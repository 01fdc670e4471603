//! Which tiles of a picture have to be drawn.

use crate::raster::bins::united;
use crate::units::Size;

/// Some of a picture's tiles.
#[derive(Debug, Default)]
pub(super) struct TileSet {
    marks: Vec<bool>,
    size: [u32; 2],
    side: u32,
    /// Tiles to a band.
    columns: usize,
}

impl TileSet {
    /// No tile of a picture cut into tiles of `side` pixels.
    pub(super) fn clear(&mut self, size: Size, side: usize) {
        let (columns, rows) = (size.width() as usize, size.height() as usize);
        self.size = [size.width(), size.height()];
        self.side = side as u32;
        self.columns = columns.div_ceil(side);
        self.marks.clear();
        self.marks.resize(self.columns * rows.div_ceil(side), false);
    }

    /// Adds the tiles that hold a pixel of columns `left..right`, rows `top..bottom`; the rectangle
    /// may lie partly or wholly outside the picture.
    pub(super) fn mark(&mut self, [left, top, right, bottom]: [i64; 4]) {
        let span = |from: i64, to: i64, length: u32| {
            let (from, to) = (from.max(0), to.min(i64::from(length)));
            let side = i64::from(self.side);
            match from < to {
                true => from as usize / side as usize..(to - 1) as usize / side as usize + 1,
                false => 0..0,
            }
        };
        let columns = span(left, right, self.size[0]);
        for row in span(top, bottom, self.size[1]) {
            self.marks[row * self.columns..][columns.clone()].fill(true);
        }
    }

    /// The tiles of one band.
    pub(super) fn band(&self, band: usize) -> &[bool] {
        &self.marks[band * self.columns..][..self.columns]
    }

    /// The pixels of all tiles: left, top, right, bottom.
    pub(super) fn bounds(&self) -> Option<[u32; 4]> {
        let mut bounds: Option<[u32; 4]> = None;
        for (i, _) in self.marks.iter().enumerate().filter(|(_, mark)| **mark) {
            let (x, y) = ((i % self.columns) as u32, (i / self.columns) as u32);
            let [left, top] = [x * self.side, y * self.side];
            let right = (left + self.side).min(self.size[0]);
            let bottom = (top + self.side).min(self.size[1]);
            let tile = [left, top, right, bottom];
            bounds = Some(bounds.map_or(tile, |bounds| united(bounds, tile)));
        }
        bounds
    }
}
