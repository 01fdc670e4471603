//! Which dots of a band reach which of its tiles.

use crate::raster::ink::InkDot;
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
    /// Lists runs of dots that may reach the rows `rows` by tiles `side` pixels wide; where only parts
    /// of tiles are wanted, those that reach such a part.
    pub(super) fn fill<'a>(
        &mut self,
        runs: impl Iterator<Item = &'a [InkDot]>,
        rows: &Range<i64>,
        tables: &Tables,
        [width, side]: [usize; 2],
        wanted: Option<&[Option<[u32; 4]>]>,
    ) {
        let tiles = width.div_ceil(side);
        if self.tiles.len() < tiles {
            self.tiles.resize_with(tiles, Vec::new);
        }
        for tile in &mut self.tiles {
            tile.clear();
        }
        for dot in runs.flatten() {
            let index = tables.cell_of(dot);
            let cell = tables.cell(index);
            let span = cell.side as i64;
            let left = i64::from(cell.place(dot.center_px.x).start);
            let right = (left + span).min(width as i64);
            if right <= left.max(0) {
                continue;
            }
            let first = left.max(0) as u32 / side as u32;
            let last = (right - 1) as u32 / side as u32;
            let reached = first as usize..last as usize + 1;
            let Some(wanted) = wanted else {
                let splat = tables.splat(dot, index);
                let top = i64::from(splat.y.start);
                if top < rows.end && top + span > rows.start {
                    for tile in reached {
                        self.tiles[tile].push(splat);
                    }
                }
                continue;
            };
            let top = i64::from(cell.place(dot.center_px.y).start);
            let window = [left, top, left + span, top + span];
            for tile in reached {
                if wanted[tile].is_some_and(|part| overlap(window, part)) {
                    self.tiles[tile].push(tables.splat(dot, index));
                }
            }
        }
    }

    /// The splats of a tile, in the order in which they are drawn.
    pub(super) fn tile(&self, tile: usize) -> &[Splat] {
        &self.tiles[tile]
    }
}

/// Whether a window and a part of a tile share a pixel; each by left, top, right and bottom.
fn overlap([left, top, right, bottom]: [i64; 4], part: [u32; 4]) -> bool {
    let [from, above, to, below] = part.map(i64::from);
    left < to && right > from && top < below && bottom > above
}
