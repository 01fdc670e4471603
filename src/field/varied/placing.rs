//! The field cut into tiles, and obstacles given to them.

use super::Arena;
use super::leaves::{BLOCK, Pyramid, TOP};
use super::nearby::Item;
use super::tile::{Plot, Stock, Tile};
use crate::error::{Error, Result};
use crate::field::lattice::{Lattice, UNITS};
use crate::field::obstacle::ObstacleKind;
use crate::field::spacing::NOMINAL;

/// The most pairs of a cleared circle and a tile in its reach.
const MAX_PAIRS: u64 = 1 << 25;

/// Tiles that cover the lattice, larger ones where spacings are wide.
#[derive(Debug)]
pub(super) struct Tiling {
    pub(super) plots: Vec<Plot>,
    /// The tile of every square of the smallest tile's size, row by row.
    ids: Vec<u32>,
    columns: usize,
    unit: usize,
}

impl Tiling {
    pub(super) fn new(lattice: &Lattice, pyramid: &Pyramid<'_>, unit: usize) -> Self {
        debug_assert!(unit.is_power_of_two() && unit >= BLOCK);
        let columns = lattice.columns.div_ceil(unit);
        let rows = lattice.rows.div_ceil(unit);
        let mut tiling = Self {
            plots: Vec::new(),
            ids: vec![0; columns * rows],
            columns,
            unit,
        };
        let largest = unit << TOP;
        for row in (0..lattice.rows).step_by(largest) {
            for column in (0..lattice.columns).step_by(largest) {
                tiling.divide(lattice, pyramid, column, row, TOP);
            }
        }
        for i in 0..tiling.plots.len() {
            let plot = &tiling.plots[i];
            let reach = (plot.reach / UNITS + 1) as usize;
            let along = |from: usize, count: usize| {
                let last = (from + plot.side + reach).min(count) - 1;
                from.saturating_sub(reach) / unit..=last / unit
            };
            let columns = along(plot.column, lattice.columns);
            let mut near: Vec<u32> = along(plot.row, lattice.rows)
                .flat_map(|row| {
                    let row = row * tiling.columns;
                    tiling.ids[row + columns.start()..=row + columns.end()].to_vec()
                })
                .collect();
            near.sort_unstable();
            near.dedup();
            tiling.plots[i].neighbours = near;
        }
        tiling
    }

    fn divide(
        &mut self,
        lattice: &Lattice,
        pyramid: &Pyramid<'_>,
        column: usize,
        row: usize,
        level: u8,
    ) {
        if column >= lattice.columns || row >= lattice.rows {
            return;
        }
        let side = self.unit << level;
        let (right, bottom) = (
            (column + side).min(lattice.columns),
            (row + side).min(lattice.rows),
        );
        if level > 0 && pyramid.least_of_blocks(column..right, row..bottom) < NOMINAL << level {
            let half = side / 2;
            for (dx, dy) in [(0, 0), (half, 0), (0, half), (half, half)] {
                self.divide(lattice, pyramid, column + dx, row + dy, level - 1);
            }
            return;
        }
        for y in row / self.unit..bottom.div_ceil(self.unit) {
            for x in column / self.unit..right.div_ceil(self.unit) {
                self.ids[y * self.columns + x] = self.plots.len() as u32;
            }
        }
        let span = |from: usize, to: usize, by: isize| [from as isize - by, to as isize - 1 + by];
        let most = pyramid.most_in(span(column, right, 0), span(row, bottom, 0));
        // What lies around may have wider spacings, but none farther than the widest reach.
        let by = (Plot::reach_of(most) / UNITS + 1) as isize;
        let around = pyramid.most_in(span(column, right, by), span(row, bottom, by));
        let reach = Plot::reach_of(most).min(((most + around) / 16) as i32 + 2);
        self.plots.push(Plot {
            column,
            row,
            side,
            most,
            reach,
            neighbours: Vec::new(),
        });
    }

    /// Gives every obstacle to the tiles that need to know it.
    pub(super) fn place(
        &self,
        arena: &Arena<'_>,
        stocks: &mut [Stock],
        tiles: &mut [Tile],
    ) -> Result<()> {
        let lattice = arena.lattice;
        let unit = i64::from(UNITS);
        let per_mm = f64::from(UNITS) / lattice.side_mm;
        let extent = [lattice.columns, lattice.rows].map(|count| count as i64 * unit);
        let mut owner = vec![u32::MAX; self.plots.len()];
        let mut pairs = 0;
        for (i, obstacle) in arena.obstacles.iter().enumerate() {
            let at = obstacle.position_mm.as_dvec2() * per_mm;
            let x = at.x.round() as i64 - lattice.first.0 * unit;
            let y = at.y.round() as i64 - lattice.first.1 * unit;
            let (cell, spot) = lattice.locate(at.x.round() as i64, at.y.round() as i64);
            let (column, row) = lattice.column_row(cell);
            let item = |tile: usize, own: u32| {
                let plot = &self.plots[tile];
                Item {
                    x: (x - plot.column as i64 * unit) as i32,
                    y: (y - plot.row as i64 * unit) as i32,
                    own,
                    priority: 0,
                }
            };
            let outside = |by: i64| {
                let far = |at: i64, extent: i64| at < -by || at >= extent + by;
                far(x, extent[0]) || far(y, extent[1])
            };
            match obstacle.kind {
                ObstacleKind::CountsAsDot => {
                    let own = arena
                        .spacing
                        .at(column, row, i32::from(spot.x), i32::from(spot.y));
                    if !outside(i64::from(Plot::reach_of(own))) {
                        let tile = self.ids[row / self.unit * self.columns + column / self.unit];
                        let stock = &mut stocks[tile as usize];
                        stock.items.push(item(tile as usize, own));
                        stock.obstacles += 1;
                    }
                }
                ObstacleKind::Clearance(mm) => {
                    let radius = (f64::from(mm) * per_mm).ceil() as i64;
                    if outside(radius) {
                        continue;
                    }
                    let squares = |at: i64, extent: i64| {
                        let square = |at: i64| {
                            at.clamp(0, extent - 1) as usize / (self.unit * UNITS as usize)
                        };
                        square(at - radius)..=square(at + radius)
                    };
                    for row in squares(y, extent[1]) {
                        for column in squares(x, extent[0]) {
                            let tile = self.ids[row * self.columns + column] as usize;
                            if owner[tile] != i as u32 {
                                owner[tile] = i as u32;
                                tiles[tile].circles.push(item(tile, 16 * radius as u32));
                                pairs += 1;
                            }
                        }
                    }
                }
            }
            if pairs > MAX_PAIRS {
                return Err(Error::TooLarge {
                    parameter: "tiles in reach of obstacles",
                    value: pairs,
                    allowed: MAX_PAIRS,
                });
            }
        }
        Ok(())
    }
}
