//! Which parts of a picture's tiles have to be drawn.

use crate::raster::extent::united;
use crate::raster::tile::Shape;
use crate::units::Size;

/// A part of some of a picture's tiles.
#[derive(Debug, Default)]
pub(super) struct TileSet {
    /// Left, top, right and bottom of what is to be drawn of each tile, in pixels of the picture.
    parts: Vec<Option<[u32; 4]>>,
    size: [u32; 2],
    /// Width and height of a tile.
    tile: [u32; 2],
    /// Tiles to a band.
    columns: usize,
}

impl TileSet {
    /// No tile of a picture cut into tiles of some shape.
    pub(super) fn clear(&mut self, size: Size, shape: Shape) {
        let (width, height) = (size.width() as usize, size.height() as usize);
        self.size = [size.width(), size.height()];
        self.tile = [shape.width as u32, shape.height as u32];
        self.columns = width.div_ceil(shape.width);
        let rows = height.div_ceil(shape.height);
        self.parts.clear();
        self.parts.resize(self.columns * rows, None);
    }

    /// Adds columns `left..right` of rows `top..bottom`; the rectangle may lie partly or wholly
    /// outside the picture. What is to be drawn of a tile is the least rectangle around all that was
    /// added.
    pub(super) fn mark(&mut self, [left, top, right, bottom]: [i32; 4]) {
        let inside = |v: i32, length: u32| v.clamp(0, length as i32) as u32;
        let (left, right) = (inside(left, self.size[0]), inside(right, self.size[0]));
        let (top, bottom) = (inside(top, self.size[1]), inside(bottom, self.size[1]));
        if left >= right || top >= bottom {
            return;
        }
        let [width, height] = self.tile;
        for row in top / height..(bottom - 1) / height + 1 {
            for column in left / width..(right - 1) / width + 1 {
                let [x, y] = [column * width, row * height];
                let part = [
                    left.max(x),
                    top.max(y),
                    right.min(x + width),
                    bottom.min(y + height),
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
