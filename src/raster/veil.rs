//! The veil: a slowly varying transmittance under all dots, on a coarse grid.

use crate::error::{Error, Result};
use crate::parallel;
use crate::plane::Plane;
use crate::raster::ahead::Ahead;
use crate::raster::kernel::LANES;
use crate::raster::light::Light;
use crate::raster::runs::Runs;
use crate::raster::tile::Tile;
use crate::raster::tile_set::TileSet;
use crate::simd::{Level, Simd, SimdBase, dispatch, f32x8, f32x16};
use crate::units::Size;
use glam::Vec2;
use std::ops::Range;

/// A slowly varying loss of light per channel, given at the centres of square cells.
///
/// Between cell centres the loss is bilinear; beyond the outermost ones it falls to nothing over one
/// cell. Where all cells around a pixel hold no ink the transmittance is exactly 1, so that such a
/// pixel keeps its bits.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Plane, Size, Veil};
///
/// let transmittance = Plane::filled(Size::new(8, 8)?, [0.98, 0.99, 1.0]);
/// let veil = Veil::from_grid(&transmittance, 5.0, Vec2::ZERO)?;
/// assert!((veil.sample(20.0, 20.0)[0] - 0.98).abs() < 1e-6);
/// assert_eq!(veil.sample(20.0, 20.0)[2], 1.0);
/// assert_eq!(veil.sample(80.0, 20.0), [1.0; 3]);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Veil {
    /// Share of light lost, 1 − T, with one empty cell all around the caller's grid.
    loss: Vec<[f32; 3]>,
    /// Columns and rows of `loss`.
    columns: usize,
    rows: usize,
    /// Centre of the first cell of `loss`, in pixels.
    first_px: Vec2,
    cells_per_px: f32,
    /// First and last column and row of cells that lose light.
    inked: Option<[usize; 4]>,
}

/// Rows of cells that one task fills: enough that tasks are few, and few enough that they are alike.
const ROWS: usize = 8;

/// A row of the caller's cells, and what was found in it.
struct Row<'a> {
    loss: &'a mut [[f32; 3]],
    /// First and last cell that loses light.
    inked: Option<[usize; 2]>,
    /// The first value that is no share.
    bad: Option<f32>,
}

impl<'a> Row<'a> {
    const fn new(loss: &'a mut [[f32; 3]]) -> Self {
        Self {
            loss,
            inked: None,
            bad: None,
        }
    }

    /// Makes losses of the transmittance that it was filled with.
    fn turn(&mut self) {
        let good = |t: f32| (0.0..=1.0).contains(&t);
        let values = self.loss.as_flattened_mut();
        if !values.iter().fold(true, |all, &t| all & good(t)) {
            self.bad = values.iter().copied().find(|&t| !good(t));
        }
        for t in values {
            *t = 1.0 - *t;
        }
        let inked = |loss: &[f32; 3]| *loss != [0.0; 3];
        let ends = (self.loss.iter().position(inked)).zip(self.loss.iter().rposition(inked));
        self.inked = ends.map(|(first, last)| [first, last]);
    }
}

impl Veil {
    /// A veil from the transmittance, 0..=1 per channel, at the centres of square cells of side
    /// `cell_px`; the first cell's upper left corner lies at `origin_px` of the picture.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a cell outside 1..=4096 px, an origin more than 4194304 px away,
    /// and a transmittance outside 0..=1.
    pub fn from_grid(
        transmittance: &Plane<[f32; 3]>,
        cell_px: f32,
        origin_px: Vec2,
    ) -> Result<Self> {
        let row = |y: usize, row: &mut [[f32; 3]]| row.copy_from_slice(transmittance.row(y as u32));
        Self::from_rows(transmittance.size(), cell_px, origin_px, row)
    }

    /// [`Veil::from_grid`] of cells that `fill` gives row by row, in any order and by several threads.
    ///
    /// # Errors
    /// As [`Veil::from_grid`].
    pub(crate) fn from_rows(
        size: Size,
        cell_px: f32,
        origin_px: Vec2,
        fill: impl Fn(usize, &mut [[f32; 3]]) + Sync + Send,
    ) -> Result<Self> {
        Error::check(
            "cell_px",
            f64::from(cell_px),
            (1.0..=4096.0).contains(&cell_px),
            "1..=4096",
        )?;
        for value in [origin_px.x, origin_px.y] {
            let near = value.abs() <= super::MAX_POSITION_PX;
            Error::check("origin_px", f64::from(value), near, "-4194304..=4194304")?;
        }
        let (width, height) = (size.width() as usize, size.height() as usize);
        let columns = width + 2;
        let mut loss = vec![[0.0; 3]; columns * (height + 2)];
        let inside = loss[columns..columns * (height + 1)].chunks_exact_mut(columns);
        let mut rows: Vec<Row<'_>> = inside.map(|row| Row::new(&mut row[1..=width])).collect();
        parallel::for_each_chunk(&mut rows, ROWS, |i, rows| {
            for (y, row) in (i * ROWS..).zip(rows) {
                fill(y, row.loss);
                row.turn();
            }
        });
        let mut inked: Option<[usize; 4]> = None;
        for (y, row) in (1..).zip(&rows) {
            if let Some(bad) = row.bad {
                Error::check("veil transmittance", f64::from(bad), false, "0..=1")?;
            }
            if let Some([first, last]) = row.inked {
                let [left, top, right, _] = inked.unwrap_or([first + 1, y, last + 1, y]);
                inked = Some([left.min(first + 1), top, right.max(last + 1), y]);
            }
        }
        Ok(Self {
            loss,
            columns,
            rows: height + 2,
            first_px: origin_px - Vec2::splat(0.5 * cell_px),
            cells_per_px: 1.0 / cell_px,
            inked,
        })
    }

    /// The transmittance, red, green and blue, at a position in pixels.
    #[must_use]
    pub fn sample(&self, x_px: f32, y_px: f32) -> [f32; 3] {
        let (Some((i, u)), Some((j, v))) = (self.column(x_px), self.row(y_px)) else {
            return [1.0; 3];
        };
        let upper = j * self.columns + i;
        let lower = upper + self.columns;
        std::array::from_fn(|c| {
            let above = mix(self.loss[upper][c], self.loss[upper + 1][c], u);
            let below = mix(self.loss[lower][c], self.loss[lower + 1][c], u);
            1.0 - mix(above, below, v)
        })
    }

    /// The part of a picture it may darken: left, top, right, bottom.
    pub(super) fn bounds(&self, size: Size) -> Option<[u32; 4]> {
        let [left, top, right, bottom] = self.reach(self.inked?);
        let inside = |v: f32, most: u32| v.clamp(0.0, most as f32) as u32;
        let bounds = [
            inside(left, size.width()),
            inside(top, size.height()),
            inside(right, size.width()),
            inside(bottom, size.height()),
        ];
        (bounds[0] < bounds[2] && bounds[1] < bounds[3]).then_some(bounds)
    }

    /// Left, top, right and bottom of the pixels that cells from a first column and row to a last
    /// one have a part in; generously.
    fn reach(&self, [left, top, right, bottom]: [usize; 4]) -> [f32; 4] {
        let px = |cell: f32, first: f32| first + cell / self.cells_per_px;
        [
            px(left as f32 - 1.0, self.first_px.x) - 1.0,
            px(top as f32 - 1.0, self.first_px.y) - 1.0,
            px(right as f32 + 1.0, self.first_px.x) + 2.0,
            px(bottom as f32 + 1.0, self.first_px.y) + 2.0,
        ]
    }

    /// Whether the cells of another veil lie where this one's do.
    pub(super) fn has_grid_of(&self, other: &Self) -> bool {
        self.columns == other.columns
            && self.rows == other.rows
            && self.first_px == other.first_px
            && self.cells_per_px == other.cells_per_px
    }

    /// Marks the tiles under which a veil on the same grid differs.
    pub(super) fn mark_changes(&self, other: &Self, tiles: &mut TileSet) {
        let rows = self.loss.chunks(self.columns);
        for (j, (a, b)) in rows.zip(other.loss.chunks(self.columns)).enumerate() {
            let differs = |i: &usize| a[*i] != b[*i];
            let first = (0..self.columns).find(differs);
            let last = (0..self.columns).rev().find(differs);
            if let Some((first, last)) = Option::zip(first, last) {
                tiles.mark(self.reach([first, j, last, j]).map(|px| px as i32));
            }
        }
    }

    /// Whether it darkens any pixel of a tile.
    pub(super) fn reaches<L: Light>(&self, tile: &Tile<L>) -> bool {
        let first = |at: i64| at as f32 + 0.5;
        let last = |at: i64, length: usize| (at + length as i64) as f32 - 0.5;
        let Some((columns, rows)) = Option::zip(
            self.cells(
                first(tile.left),
                last(tile.left, tile.width),
                self.first_px.x,
                self.columns,
            ),
            self.cells(
                first(tile.top),
                last(tile.top, tile.height),
                self.first_px.y,
                self.rows,
            ),
        ) else {
            return false;
        };
        rows.into_iter().any(|j| {
            let row = &self.loss[j * self.columns..][..self.columns];
            row[columns.clone()].iter().any(|loss| *loss != [0.0; 3])
        })
    }

    /// The cells that pixels from `low` to `high` lie between.
    fn cells(&self, low: f32, high: f32, first: f32, count: usize) -> Option<Range<usize>> {
        let from = ((low - first) * self.cells_per_px).floor().max(0.0);
        let to = ((high - first) * self.cells_per_px).floor() + 2.0;
        let to = to.clamp(0.0, count as f32);
        (from < to).then_some(from as usize..to as usize)
    }

    /// Sets a clear tile to the transmittance at its pixels' centres, as [`Veil::sample`] gives it.
    ///
    /// Rows of cells are spread over the tile's columns first, so that what is left for each pixel
    /// is one step between two rows.
    pub(super) fn fill<L: Light>(
        &self,
        level: Level,
        tile: &mut Tile<L>,
        scratch: &mut Spread,
        ahead: Option<Ahead<'_>>,
    ) {
        dispatch!(level.get(), simd => self.fill_with(simd, tile, scratch, ahead));
    }

    #[inline(always)]
    fn fill_with<S: Simd, L: Light>(
        &self,
        simd: S,
        tile: &mut Tile<L>,
        scratch: &mut Spread,
        ahead: Option<Ahead<'_>>,
    ) {
        scratch.place(tile.width, |x| self.column((tile.left + x) as f32 + 0.5));
        let mut spread = None;
        for y in 0..tile.height {
            let place = self.row((tile.top + y as i64) as f32 + 0.5);
            let Some((j, v)) = place else {
                continue;
            };
            if spread != Some(j) {
                if spread.is_some_and(|before| before + 1 == j) {
                    std::mem::swap(&mut scratch.above, &mut scratch.below);
                } else {
                    self.spread(simd, j, &scratch.columns, &mut scratch.above);
                }
                self.spread(simd, j + 1, &scratch.columns, &mut scratch.below);
                spread = Some(j);
            }
            let (above, below) = (&scratch.above, &scratch.below);
            let mut inked = above.inked;
            inked |= below.inked;
            tile.ink(y, inked);
            if let Some(ahead) = ahead.filter(|_| !inked.is_empty()) {
                ahead.ask_all(y..y + 1, 0..tile.width);
            }
            for c in 0..3 {
                let light = tile.span(y, c, 0..tile.width.next_multiple_of(16));
                let losses = above.losses[c]
                    .chunks_exact(16)
                    .zip(below.losses[c].chunks_exact(16));
                let (mut left, lights) = (inked.eights(), light.chunks_exact_mut(16));
                for (light, (above, below)) in lights.zip(losses) {
                    if left & 3 != 0 {
                        let above = f32x16::from_slice(simd, above);
                        let below = f32x16::from_slice(simd, below);
                        let loss = above + (below - above) * v;
                        L::store_shares(f32x16::splat(simd, 1.0) - loss, light);
                    }
                    left >>= 2;
                }
            }
        }
    }

    /// The loss along a row of cells at each of the places.
    #[inline(always)]
    fn spread<S: Simd>(&self, simd: S, row: usize, columns: &Columns, to: &mut Losses) {
        let loss = &self.loss[row * self.columns..][..self.columns];
        to.inked = Runs::NONE;
        for losses in &mut to.losses {
            losses.resize(columns.way.len(), 0.0);
        }
        for run in &columns.runs {
            let ends = [loss[run.cell], loss[run.cell + 1]];
            if ends != [[0.0; 3]; 2] {
                to.inked |= run.pixels;
            }
            // The last vector of a run may go on into the next one, which is written later.
            for x in run.columns.clone().step_by(LANES) {
                let u = f32x8::from_slice(simd, &columns.way[x..x + LANES]);
                for c in 0..3 {
                    let loss = u * (ends[1][c] - ends[0][c]) + ends[0][c];
                    loss.store_slice(&mut to.losses[c][x..x + LANES]);
                }
            }
        }
    }

    /// The column of cells left of a position and how far it lies towards the next one.
    fn column(&self, x_px: f32) -> Option<(usize, f32)> {
        between((x_px - self.first_px.x) * self.cells_per_px, self.columns)
    }

    /// The row of cells above a position and how far it lies towards the next one.
    fn row(&self, y_px: f32) -> Option<(usize, f32)> {
        between((y_px - self.first_px.y) * self.cells_per_px, self.rows)
    }
}

/// Room for [`Veil::fill`].
#[derive(Debug, Default)]
pub(super) struct Spread {
    columns: Columns,
    /// Along the rows of cells above and below.
    above: Losses,
    below: Losses,
}

/// Between which cells the columns of a tile lie.
#[derive(Debug, Default)]
struct Columns {
    /// How far each lies from the cell left of it towards the next; then room for a vector.
    way: Vec<f32>,
    runs: Vec<Run>,
}

/// Columns between the same two cells.
#[derive(Debug)]
struct Run {
    /// The left one.
    cell: usize,
    columns: Range<usize>,
    /// The runs of pixels that hold them.
    pixels: Runs,
}

/// The losses along a row of cells at each column of a tile: red, green and blue.
#[derive(Debug, Default)]
struct Losses {
    losses: [Vec<f32>; 3],
    /// Runs with ink.
    inked: Runs,
}

impl Spread {
    /// Takes the columns of a tile, with the place of each among the cells.
    fn place(&mut self, width: usize, column: impl Fn(i64) -> Option<(usize, f32)>) {
        let Columns { way, runs } = &mut self.columns;
        way.clear();
        runs.clear();
        for x in 0..width {
            // The cell in the corner holds no ink: it stands for all places outside the grid.
            let (cell, part) = column(x as i64).unwrap_or((0, 0.0));
            way.push(part);
            match runs.last_mut() {
                Some(run) if run.cell == cell => run.columns.end = x + 1,
                _ => runs.push(Run {
                    cell,
                    columns: x..x + 1,
                    pixels: Runs::NONE,
                }),
            }
        }
        way.resize(width.next_multiple_of(16) + LANES, 0.0);
        for run in runs {
            run.pixels = Runs::of(run.columns.clone());
        }
    }
}

/// `a` at 0, `b` at 1; exactly `a` when both are the same.
#[inline(always)]
fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

fn between(at: f32, count: usize) -> Option<(usize, f32)> {
    let below = at.floor();
    (below >= 0.0 && below < (count - 1) as f32).then_some((below as usize, at - below))
}
