//! Which dots reach which tile: placement in the tables and a stable counting sort.

use crate::parallel;
use crate::raster::ink::InkDot;
use crate::raster::kernel::{Cell, Ladder, Place};
use crate::units::Size;

/// The tables of one blur, built as radii ask for them and kept.
#[derive(Debug)]
pub(super) struct Tables {
    blur_px: f32,
    ladder: Ladder,
    cells: Vec<Option<Cell>>,
}

impl Tables {
    pub(super) fn new(blur_px: f32) -> Self {
        Self {
            blur_px,
            ladder: Ladder::new(blur_px),
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

    /// A dot as its window and weights.
    fn splat(&self, dot: &InkDot) -> Splat {
        let index = self.ladder.cell_of(dot.radius_px) as u32;
        let cell = self.cell(index);
        let (blend, ink) = cell.blend(dot.radius_px);
        Splat {
            x: cell.place(dot.center_px.x),
            y: cell.place(dot.center_px.y),
            cell: index,
            width: cell.width as u32,
            blend,
            absorptance: dot.absorptance.map(|a| a * ink),
        }
    }
}

/// A dot, placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Splat {
    pub(super) x: Place,
    pub(super) y: Place,
    pub(super) cell: u32,
    pub(super) width: u32,
    /// How far its radius lies towards the cell's upper end.
    pub(super) blend: f32,
    /// Corrected to make the amount of ink exact, so possibly a little above 1.
    pub(super) absorptance: [f32; 3],
}

/// Dots by tile.
#[derive(Debug, Default)]
pub(super) struct Bins {
    pub(super) splats: Vec<Splat>,
    /// Splats by tile, in the caller's order within each.
    order: Vec<u32>,
    /// Where each tile's splats start in `order`, and where the last one's end.
    starts: Vec<u32>,
    /// Left, top, right and bottom of all windows, clipped; empty when no dot reaches the picture.
    pub(super) bounds: [u32; 4],
    /// Dots that reach the picture.
    pub(super) reaching: usize,
}

/// Splats placed by one thread at a time; large enough to be worth its while.
const CHUNK: usize = 4096;

impl Bins {
    /// Sorts dots into square tiles of side `tile`.
    ///
    /// # Cost
    /// Two passes over the dots; the memory is kept for the next call.
    pub(super) fn fill(&mut self, dots: &[InkDot], tables: &Tables, size: Size, tile: usize) {
        self.place(dots, tables);
        let (width, height) = (size.width() as i64, size.height() as i64);
        let columns = (width as usize).div_ceil(tile);
        let tiles = columns * (height as usize).div_ceil(tile);
        self.starts.clear();
        self.starts.resize(tiles + 1, 0);
        self.reaching = 0;
        let (mut low, mut high) = ([width, height], [0_i64; 2]);
        // The tiles a splat's window touches, as columns and rows of tiles.
        let span = |s: &Splat| {
            let (x, y) = (i64::from(s.x.start), i64::from(s.y.start));
            let (right, bottom) = (x + i64::from(s.width), y + i64::from(s.width));
            let clip = [x.max(0), y.max(0), right.min(width), bottom.min(height)];
            (clip[0] < clip[2] && clip[1] < clip[3]).then_some(clip)
        };
        let tiles_of = |clip: [i64; 4]| {
            let [left, top, right, bottom] = clip.map(|v| v as usize);
            let across = left / tile..(right - 1) / tile + 1;
            (top / tile..(bottom - 1) / tile + 1)
                .flat_map(move |row| across.clone().map(move |column| row * columns + column))
        };
        for splat in &self.splats {
            if let Some(clip) = span(splat) {
                self.reaching += 1;
                low = [low[0].min(clip[0]), low[1].min(clip[1])];
                high = [high[0].max(clip[2]), high[1].max(clip[3])];
                for t in tiles_of(clip) {
                    self.starts[t] += 1;
                }
            }
        }
        self.bounds = [low[0], low[1], high[0], high[1]].map(|v| v as u32);
        let mut total = 0;
        for start in &mut self.starts {
            total += *start;
            *start = total; // for now the end of the tile's run
        }
        self.order.clear();
        self.order.resize(total as usize, 0);
        for (i, splat) in self.splats.iter().enumerate().rev() {
            if let Some(clip) = span(splat) {
                for t in tiles_of(clip) {
                    self.starts[t] -= 1; // from the end backwards: the run keeps the caller's order
                    self.order[self.starts[t] as usize] = i as u32;
                }
            }
        }
    }

    /// The splats of a tile, in the caller's order.
    pub(super) fn tile(&self, index: usize) -> &[u32] {
        &self.order[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    fn place(&mut self, dots: &[InkDot], tables: &Tables) {
        self.splats.clear();
        let nowhere = Place {
            start: 0,
            phase: 0,
            weight: 0.0,
        };
        let unset = Splat {
            x: nowhere,
            y: nowhere,
            cell: 0,
            width: 0,
            blend: 0.0,
            absorptance: [0.0; 3],
        };
        self.splats.resize(dots.len(), unset);
        parallel::for_each_chunk(&mut self.splats, CHUNK, |i, part| {
            for (splat, dot) in part.iter_mut().zip(&dots[i * CHUNK..]) {
                *splat = tables.splat(dot);
            }
        });
    }
}
