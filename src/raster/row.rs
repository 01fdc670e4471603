//! Which dots of a band reach which of its tiles.

use crate::raster::bins::Bins;
use crate::raster::tables::{Splat, Tables};
use std::ops::Range;

/// The dots of one band, placed and listed by tile.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Splats of each tile, in the order in which the bins give them. The memory of each list is
    /// kept.
    tiles: Vec<Vec<Splat>>,
}

impl Row {
    /// Lists the dots of a band, whose rows are `rows`, by tiles `side` pixels wide.
    pub(super) fn fill(
        &mut self,
        bins: &Bins,
        band: usize,
        rows: &Range<i64>,
        tables: &Tables,
        [width, side]: [usize; 2],
    ) {
        let tiles = width.div_ceil(side);
        if self.tiles.len() < tiles {
            self.tiles.resize_with(tiles, Vec::new);
        }
        for tile in &mut self.tiles {
            tile.clear();
        }
        for dot in bins.band(band).flatten() {
            let index = tables.cell_of(dot);
            let splat = tables.splat(dot, index);
            let span = tables.cell(index).side as i64;
            let (left, top) = (i64::from(splat.x.start), i64::from(splat.y.start));
            let right = (left + span).min(width as i64);
            if right > left.max(0) && top < rows.end && top + span > rows.start {
                let (left, right) = (left.max(0) as u32, right as u32);
                let last = (right - 1) / side as u32;
                for tile in left / side as u32..=last {
                    self.tiles[tile as usize].push(splat);
                }
            }
        }
    }

    /// The splats of a tile, in the order in which they are drawn.
    pub(super) fn tile(&self, tile: usize) -> &[Splat] {
        &self.tiles[tile]
    }
}
