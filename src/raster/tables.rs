//! The coverage tables of one blur, and dots placed in them.

use crate::parallel;
use crate::raster::chords::Profile;
use crate::raster::ink::InkDot;
use crate::raster::kernel::{Cell, Ladder, Place};

/// The tables of one blur, built as radii ask for them and kept.
#[derive(Debug)]
pub(super) struct Tables {
    blur_px: f32,
    ladder: Ladder,
    /// For ellipses.
    pub(super) profile: Profile,
    cells: Vec<Option<Cell>>,
}

/// A dot, placed in its table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Splat {
    pub(super) x: Place,
    pub(super) y: Place,
    pub(super) cell: u32,
    /// How far its radius lies towards the cell's upper end.
    pub(super) blend: f32,
    /// Corrected to make the amount of ink exact, so possibly a little above 1.
    pub(super) absorptance: [f32; 3],
}

impl Tables {
    pub(super) fn new(blur_px: f32) -> Self {
        Self {
            blur_px,
            ladder: Ladder::new(blur_px),
            profile: Profile::new(blur_px),
            cells: Vec::new(),
        }
    }

    pub(super) const fn blur_px(&self) -> f32 {
        self.blur_px
    }

    /// Builds what these dots need and is not there yet.
    pub(super) fn serve(&mut self, dots: &[InkDot]) {
        let mut missing = Vec::new();
        for dot in dots {
            let cell = self.ladder.cell_of(dot.radius_px);
            if cell >= self.cells.len() {
                self.cells.resize_with(cell + 1, || None);
            }
            if self.cells[cell].is_none() && !missing.contains(&cell) {
                missing.push(cell);
            }
        }
        let built = parallel::map(missing.len(), |i| self.ladder.build(missing[i]));
        for (at, cell) in missing.into_iter().zip(built) {
            self.cells[at] = Some(cell);
        }
    }

    /// The cell of a splat.
    pub(super) fn cell(&self, index: u32) -> &Cell {
        self.cells[index as usize]
            .as_ref()
            .expect("tables are built before dots are placed")
    }

    /// The cell that serves a dot.
    pub(super) fn cell_of(&self, dot: &InkDot) -> u32 {
        self.ladder.cell_of(dot.radius_px) as u32
    }

    /// A dot of a cell: its window, phases and weights.
    pub(super) fn splat(&self, dot: &InkDot, index: u32) -> Splat {
        let cell = self.cell(index);
        let (blend, ink) = cell.blend(dot.radius_px);
        Splat {
            x: cell.place(dot.center_px.x),
            y: cell.place(dot.center_px.y),
            cell: index,
            blend,
            absorptance: dot.absorptance.map(|a| a * ink),
        }
    }
}
