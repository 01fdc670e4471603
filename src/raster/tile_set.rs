//! Which parts of a picture's tiles have to be drawn.

use crate::raster::bins::united;
use crate::units::Size;

/// A part of some of a picture's tiles.
#[derive(Debug, Default)]
pub(super) struct TileSet {
    /// Left, top, right and bottom of what is to be drawn of each tile, in pixels of the picture.
    parts: Vec<Option<[u32; 4]>>,
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
        self.parts.clear();
        self.parts.resize(self.columns * rows.div_ceil(side), None);
    }

    /// Adds columns `left..right` of rows `top..bottom`; the rectangle may lie partly or wholly
    /// outside the picture. What is to be drawn of a tile is the least rectangle around all that was
    /// added.
    pub(super) fn mark(&mut self, [left, top, right, bottom]: [i64; 4]) {
        let inside = |v: i64, length: u32| v.clamp(0, i64::from(length)) as u32;
        let (left, right) = (inside(left, self.size[0]), inside(right, self.size[0]));
        let (top, bottom) = (inside(top, self.size[1]), inside(bottom, self.size[1]));
        if left >= right || top >= bottom {
            return;
        }
        let side = self.side;
        for row in top / side..(bottom - 1) / side + 1 {
            for column in left / side..(right - 1) / side + 1 {
                let [x, y] = [column * side, row * side];
                let part = [
                    left.max(x),
                    top.max(y),
                    right.min(x + side),
                    bottom.min(y + side),
                ];
                let tile = &mut self.parts[row as usize * self.columns + column as usize];
                *tile = Some(tile.map_or(part, |old| united(old, part)));
            }
        }
    }

    /// The parts of the tiles of one band.
    pub(super) fn band(&self, band: usize) -> &[Option<[u32; 4]>] {
        &self.parts[band * self.columns..][..self.columns]
    }

    /// All that is to be drawn: left, top, right, bottom.
    pub(super) fn bounds(&self) -> Option<[u32; 4]> {
        self.parts.iter().copied().flatten().reduce(united)
    }
}
