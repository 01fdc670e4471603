//! The coverage tables of one blur, and dots placed in them.

use crate::parallel;
use crate::raster::chords::Profile;
use crate::raster::ink::InkDot;
use crate::raster::kernel::{Cell, LANES, Ladder};
use crate::raster::placed::{Abreast, Placed};
use crate::simd::Simd;

/// The tables of one blur, built as radii ask for them and kept.
#[derive(Debug)]
pub(super) struct Tables {
    blur_px: f32,
    ladder: Ladder,
    /// For ellipses.
    pub(super) profile: Profile,
    cells: Vec<Option<Cell>>,
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

    /// Places dots; `None` when a table of theirs is not there yet.
    #[inline(always)]
    pub(super) fn place<S: Simd>(&self, simd: S, dots: &Abreast) -> Option<Placed<S>> {
        let index = |i: usize| self.ladder.cell_of(dots.radius_px[i]);
        let measures = |index: usize| Some(&self.cells.get(index)?.as_ref()?.measures);
        let first = index(0);
        let (mut cells, mut all) = ([first as u16; LANES], [measures(first)?; LANES]);
        for i in 1..LANES {
            let index = index(i);
            cells[i] = index as u16; // a radius is at most 6800 steps of the ladder
            all[i] = measures(index)?;
        }
        Some(dots.placed(simd, cells, all))
    }

    /// A single dot, the first of eight.
    #[inline(always)]
    pub(super) fn place_one<S: Simd>(&self, simd: S, dot: &InkDot) -> (Abreast, Placed<S>) {
        let dots = Abreast::new(std::slice::from_ref(dot));
        let placed = self.place(simd, &dots);
        (dots, placed.expect("its table has been built"))
    }
}
