//! The coverage tables of one blur, and dots placed in them.

use crate::parallel;
use crate::raster::chords::Profile;
use crate::raster::ink::InkDot;
use crate::raster::kernel::{Cell, Ladder};

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
pub(super) struct Placed {
    /// First column and row of its window, and pixels on its side.
    pub(super) start: [i32; 2],
    pub(super) side: i32,
    pub(super) cell: u16,
    /// How far its radius lies towards the cell's upper end.
    pub(super) blend: f32,
    /// Corrected to make the amount of ink exact, so possibly a little above 1.
    pub(super) absorptance: [f32; 3],
}

impl Placed {
    /// Left, top, right and bottom of its window.
    #[inline(always)]
    pub(super) fn window(&self) -> [i32; 4] {
        let [left, top] = self.start;
        [left, top, left + self.side, top + self.side]
    }
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

    /// Builds what these radii need and is not there yet.
    pub(super) fn serve(&mut self, radii: impl Iterator<Item = f32>) {
        let mut missing = Vec::new();
        for radius in radii {
            let cell = self.ladder.cell_of(radius);
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

    /// The cell of a placed dot.
    #[inline(always)]
    pub(super) fn cell(&self, index: u16) -> &Cell {
        self.cells[usize::from(index)]
            .as_ref()
            .expect("tables are built before dots are placed")
    }

    /// Places a dot; `None` when its table is not there yet.
    #[inline(always)]
    pub(super) fn place(&self, dot: &InkDot) -> Option<Placed> {
        let index = self.ladder.cell_of(dot.radius_px);
        let cell = self.cells.get(index)?.as_ref()?;
        let (left, _) = cell.place(dot.center_px.x);
        let (top, _) = cell.place(dot.center_px.y);
        let (blend, ink) = cell.blend(dot.radius_px);
        let [r, g, b] = dot.absorptance;
        Some(Placed {
            start: [left, top],
            side: cell.side as i32,
            cell: index as u16, // a radius is at most 6800 steps of the ladder
            blend,
            absorptance: [r * ink, g * ink, b * ink],
        })
    }
}
