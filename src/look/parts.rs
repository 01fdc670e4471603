//! Parts of a treatment that lie apart: temples and a crown. Each has an edge as wide as it has room for.

use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::units::{Scale, Size};

/// Side of the cells by which parts are told apart, in mm: what is nearer to each other is one.
const CELL_MM: f32 = 0.5;

/// Least depth of a part that counts by itself, in mm; a speck beside a brushed border goes with all the rest. Picked by eye.
const LEAST_MM: f32 = 3.0;

/// How deep the part of a treatment is that each place belongs to.
pub(super) struct Parts {
    side: usize,
    deepest: Plane<f32>,
}

impl Parts {
    /// Of a treatment whose pixels lie so deep in it, in pixels.
    pub(super) fn of(treated: &Mask, depth: &Plane<f32>, scale: Scale) -> Self {
        let side = (scale.to_px(CELL_MM) as usize).max(1);
        let size = depth.size();
        let [columns, rows] = [size.width(), size.height()].map(|px| px.div_ceil(side as u32));
        let mut deepest = Plane::filled(Size::within(columns, rows), NONE);
        parallel::for_each_chunk(deepest.values_mut(), columns as usize, |row, cells| {
            for y in row * side..((row + 1) * side).min(size.height() as usize) {
                let covered = treated.coverage().row(y as u32).chunks(side);
                let depths = depth.row(y as u32).chunks(side);
                for (cell, (covered, depths)) in cells.iter_mut().zip(covered.zip(depths)) {
                    let places = covered.iter().zip(depths);
                    let places = places.filter(|(covered, _)| **covered > 0.0);
                    *cell = places.fold(*cell, |most, (_, &depth)| most.max(depth));
                }
            }
        });
        let all = deepest.values().iter().copied().fold(0.0, f32::max);
        level(&mut deepest, all, scale.to_px(LEAST_MM));
        Self { side, deepest }
    }

    /// The deepest place of the part around a pixel, in pixels; that of all parts where there is none.
    pub(super) fn deepest_at(&self, x: usize, y: usize) -> f32 {
        self.deepest
            .at((x / self.side) as i64, (y / self.side) as i64)
    }
}

/// Below every depth.
const NONE: f32 = f32::NEG_INFINITY;

/// Sets cells that hang together to the deepest of them, unless that is less than `least`; those, and cells outside, to `all`.
fn level(cells: &mut Plane<f32>, all: f32, least: f32) {
    let (width, height) = (
        cells.size().width() as usize,
        cells.size().height() as usize,
    );
    let cells = cells.values_mut();
    let mut seen: Vec<bool> = cells.iter().map(|&cell| cell == NONE).collect();
    let mut part = Vec::new();
    for first in 0..cells.len() {
        if std::mem::replace(&mut seen[first], true) {
            if cells[first] == NONE {
                cells[first] = all;
            }
            continue;
        }
        part.clear();
        part.push(first);
        let (mut next, mut most) = (0, NONE);
        while let Some(&cell) = part.get(next) {
            next += 1;
            most = most.max(cells[cell]);
            let (x, y) = (cell % width, cell / width);
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    if !std::mem::replace(&mut seen[y * width + x], true) {
                        part.push(y * width + x);
                    }
                }
            }
        }
        let own = if most >= least { most } else { all };
        part.iter().for_each(|&cell| cells[cell] = own);
    }
}
