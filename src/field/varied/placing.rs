//! Obstacles given to the blocks.

use super::Arena;
use super::blocks::{Block, Blocks};
use super::nearby::Item;
use super::stock::Stock;
use super::tile::Tile;
use crate::error::{Error, Result};
use crate::field::lattice::UNITS;
use crate::field::obstacle::ObstacleKind;

/// The most pairs of a cleared circle and a block in its reach.
const MAX_PAIRS: u64 = 1 << 25;

/// Gives every obstacle to the blocks that need to know it.
pub(super) fn place(
    arena: &Arena<'_>,
    blocks: &Blocks,
    stocks: &mut [Stock],
    tiles: &mut [Tile],
) -> Result<()> {
    let lattice = arena.lattice;
    let unit = i64::from(UNITS);
    let per_mm = f64::from(UNITS) / lattice.side_mm;
    let extent = [lattice.columns, lattice.rows].map(|count| count as i64 * unit);
    let mut pairs = 0;
    for obstacle in arena.obstacles {
        let at = obstacle.position_mm.as_dvec2() * per_mm;
        let x = at.x.round() as i64 - lattice.first.0 * unit;
        let y = at.y.round() as i64 - lattice.first.1 * unit;
        let (cell, spot) = lattice.locate(at.x.round() as i64, at.y.round() as i64);
        let (column, row) = lattice.column_row(cell);
        let item = |block: usize, own: u32| {
            let block = &blocks.list[block];
            Item {
                x: (x - block.column as i64 * unit) as i32,
                y: (y - block.row as i64 * unit) as i32,
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
                if !outside(i64::from(Block::reach_of(own))) {
                    let block = blocks.of(column, row);
                    stocks[block]
                        .obstacles
                        .push(&blocks.list[block], item(block, own));
                }
            }
            ObstacleKind::Clearance(mm) => {
                let radius = (f64::from(mm) * per_mm).ceil() as i64;
                if outside(radius) {
                    continue;
                }
                for block in blocks.around(x, y, radius) {
                    tiles[block].circles.push(item(block, 16 * radius as u32));
                    pairs += 1;
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
