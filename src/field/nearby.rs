//! Obstacles found by place, so that a part of a field need not look at all of them.

use std::collections::BTreeMap;

use super::lattice::Lattice;
use super::obstacle::{Obstacle, ObstacleKind, Obstacles};
use super::part::Part;
use crate::error::Result;

/// Cells along the side of a block.
const BLOCK: i64 = 32;

/// Obstacles of a field of even spacing, by the block of their centre; those that reach farther
/// than a block are kept apart.
#[derive(Clone, Debug)]
pub(super) struct Nearby {
    side_mm: f64,
    /// By row, then column.
    blocks: BTreeMap<(i64, i64), Vec<Obstacle>>,
    far_reaching: Vec<Obstacle>,
}

impl Nearby {
    /// Obstacles that [`Obstacle::check`] has passed, over cells with this side.
    pub(super) fn new(side_mm: f64, obstacles: &[Obstacle]) -> Self {
        let mut nearby = Self {
            side_mm,
            blocks: BTreeMap::new(),
            far_reaching: Vec::new(),
        };
        for &obstacle in obstacles {
            nearby.add(obstacle);
        }
        nearby
    }

    pub(super) fn add(&mut self, obstacle: Obstacle) {
        self.list_of(&obstacle).push(obstacle);
    }

    /// Removes one obstacle equal to this one.
    pub(super) fn remove(&mut self, obstacle: &Obstacle) {
        let list = self.list_of(obstacle);
        if let Some(i) = list.iter().position(|other| other == obstacle) {
            list.swap_remove(i);
        }
    }

    fn list_of(&mut self, obstacle: &Obstacle) -> &mut Vec<Obstacle> {
        if reach(self.side_mm, obstacle) > BLOCK as f64 {
            return &mut self.far_reaching;
        }
        let cell = (obstacle.position_mm.as_dvec2() / self.side_mm).floor();
        let block = |cell: f64| (cell as i64).div_euclid(BLOCK);
        self.blocks
            .entry((block(cell.y), block(cell.x)))
            .or_default()
    }

    /// The obstacles in reach of a lattice, on it.
    pub(super) fn place(&self, lattice: &Lattice) -> Result<Obstacles> {
        let mut found = self.far_reaching.clone();
        let blocks = |first: i64, count: usize| {
            let last = first + count as i64 - 1;
            (first - BLOCK).div_euclid(BLOCK)..=(last + BLOCK).div_euclid(BLOCK)
        };
        let columns = blocks(lattice.first.0, lattice.columns);
        let rows = blocks(lattice.first.1, lattice.rows);
        if !self.blocks.is_empty() {
            for row in rows {
                let line = (row, *columns.start())..=(row, *columns.end());
                found.extend(self.blocks.range(line).flat_map(|(_, list)| list));
            }
        }
        Obstacles::place(&found, lattice)
    }
}

/// The cells of a lattice in which an obstacle may forbid a position.
pub(super) fn reached(lattice: &Lattice, obstacle: &Obstacle) -> Part {
    let place = obstacle.position_mm.as_dvec2() / lattice.side_mm;
    let reach = reach(lattice.side_mm, obstacle);
    let (low, high) = (place - reach, place + reach);
    Part::between(lattice, low.to_array(), high.to_array())
}

/// Cell sides that an obstacle may reach, with one for rounding.
fn reach(side_mm: f64, obstacle: &Obstacle) -> f64 {
    match obstacle.kind {
        ObstacleKind::CountsAsDot => 2.0,
        ObstacleKind::Clearance(mm) => f64::from(mm) / side_mm + 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::lattice::{Spot, UNITS};
    use crate::random::{Seed, Stage};
    use glam::Vec2;

    /// A lattice somewhere among obstacles of all reaches: places and cells from one stream.
    #[test]
    fn what_blocks_a_place_is_found_from_there_and_reaches_its_cell() {
        let side_mm = 0.5;
        for seed in 0..60 {
            let mut stream = Seed::new(seed).stream(Stage::Probe, 40);
            let mut below = |end: f32| stream.unit_f32() * end;
            let obstacles: Vec<Obstacle> = (0..12)
                .map(|i| {
                    let kind = match i % 3 {
                        0 => ObstacleKind::CountsAsDot,
                        1 => ObstacleKind::Clearance(below(16.0)),
                        _ => ObstacleKind::Clearance(below(2.0) * below(35.0)),
                    };
                    Obstacle::new(Vec2::new(below(60.0), below(60.0)) - 25.0, kind)
                })
                .collect();
            let lattice = Lattice {
                first: (below(60.0) as i64 - 25, below(60.0) as i64 - 25),
                columns: 9,
                rows: 7,
                side_mm,
                periodic: false,
            };
            let found = Nearby::new(side_mm, &obstacles).place(&lattice).unwrap();
            for cell in 0..lattice.cells() {
                let corner = lattice.units(cell, Spot { x: 0, y: 0 });
                let mut blocked = false;
                for obstacle in &obstacles {
                    let one = Obstacles::place(&[*obstacle], &lattice).unwrap();
                    // The place of the cell that lies nearest to it.
                    let at = obstacle.position_mm.as_dvec2() * f64::from(UNITS) / side_mm;
                    let along = |at: f64, corner: i64| {
                        (at.round() as i64 - corner).clamp(0, i64::from(UNITS) - 1) as u16
                    };
                    let (x, y) = (along(at.x, corner.0), along(at.y, corner.1));
                    if one.block(&lattice, cell, Spot { x, y }) {
                        blocked = true;
                        assert!(found.block(&lattice, cell, Spot { x, y }), "{obstacle:?}");
                        let (column, row) = lattice.column_row(cell);
                        let part = reached(&lattice, obstacle);
                        assert!(part.columns.contains(&column) && part.rows.contains(&row));
                    }
                }
                let middle = Spot { x: 1024, y: 1024 };
                assert!(blocked || !found.block(&lattice, cell, middle));
            }
        }
    }
}
