//! What is already there and must be kept clear of: follicles, earlier dots, moles.

use std::ops::Range;

use glam::Vec2;

use super::lattice::{CONFLICT, Lattice, Spot, UNITS};
use crate::counting::add_up;
use crate::error::{Error, Result};

/// Something on the skin that new dots keep their distance from.
///
/// Obstacles may lie outside the mask and closer to each other than dots may.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Density, FieldRequest, Mask, Obstacle, ObstacleKind, Scale, Seed, Size};
///
/// let mask = Mask::full(Size::new(100, 100)?);
/// let mole = Obstacle::new(Vec2::new(5.0, 5.0), ObstacleKind::Clearance(2.0));
/// let field = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, Density::per_cm2(100.0)?, Seed::new(1))
///     .with_obstacles(&[mole])
///     .generate()?;
/// assert!(field.dots().iter().all(|dot| dot.position_mm.distance(mole.position_mm) >= 2.0));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Obstacle {
    /// Its centre, in mm from the photo's top-left corner, x to the right, y down.
    pub position_mm: Vec2,
    /// How it repels.
    pub kind: ObstacleKind,
}

/// How an obstacle repels dots.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ObstacleKind {
    /// Like a dot of the field: hair and dots together come to the density asked for.
    CountsAsDot,
    /// No dot's centre closer than this, in mm (0 to [`Obstacle::MAX_CLEARANCE_MM`]); it counts for nothing
    /// in the density beyond that circle.
    Clearance(f32),
}

/// The most pairs of an obstacle that reaches farther than a dot and a lattice cell in its reach.
const MAX_PAIRS: u64 = 1 << 27;

impl Obstacle {
    /// The longest clearance, in mm.
    pub const MAX_CLEARANCE_MM: f32 = 100.0;

    /// An obstacle at a place in mm.
    #[must_use]
    pub const fn new(position_mm: Vec2, kind: ObstacleKind) -> Self {
        Self { position_mm, kind }
    }

    /// An error for a position that is no number or farther than a kilometre, or a bad clearance.
    pub(super) fn check(&self) -> Result<()> {
        for at in self.position_mm.to_array() {
            let near = (-1e6..=1e6).contains(&at);
            Error::check("obstacle position", f64::from(at), near, "-1e6..=1e6 mm")?;
        }
        if let ObstacleKind::Clearance(mm) = self.kind {
            let inside = (0.0..=Self::MAX_CLEARANCE_MM).contains(&mm);
            Error::check("clearance", f64::from(mm), inside, "0..=100 mm")?;
        }
        Ok(())
    }
}

/// An obstacle on the lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// Global position in units.
    pub(super) x: i64,
    pub(super) y: i64,
    /// Least squared distance in units².
    pub(super) squared: i64,
}

impl Placed {
    /// Whether a position at this offset, in units, is too close.
    pub(super) const fn blocks(&self, dx: i64, dy: i64) -> bool {
        dx * dx + dy * dy < self.squared
    }
}

/// How many columns and rows away a dot excludes a position.
const CLOSE: usize = 2;

/// The obstacles of a field of even spacing, found from the cells in their reach.
#[derive(Clone, Debug, Default)]
pub(super) struct Obstacles {
    /// Those that reach no farther than a dot, in the order of the cells that hold them.
    close: Vec<Placed>,
    /// Where each cell's part of them starts; empty without any.
    starts: Vec<u32>,
    columns: usize,
    rows: usize,
    /// The others, where each cell's part of `lists` starts, and which of them reach it.
    far: Vec<Placed>,
    far_starts: Vec<u32>,
    lists: Vec<u32>,
}

impl Obstacles {
    /// Obstacles that [`Obstacle::check`] has passed.
    pub(super) fn place(obstacles: &[Obstacle], lattice: &Lattice) -> Result<Self> {
        let mut all = Self {
            columns: lattice.columns,
            rows: lattice.rows,
            ..Self::default()
        };
        let per_mm = f64::from(UNITS) / lattice.side_mm;
        let (mut close, mut reaches) = (Vec::new(), Vec::new());
        for obstacle in obstacles {
            let at = obstacle.position_mm.as_dvec2() * per_mm;
            let (x, y) = (at.x.round() as i64, at.y.round() as i64);
            let (squared, reach) = match obstacle.kind {
                ObstacleKind::CountsAsDot => (i64::from(CONFLICT), CLOSE),
                ObstacleKind::Clearance(mm) => {
                    let units = (f64::from(mm) * per_mm).ceil() as i64;
                    (units * units, (units / i64::from(UNITS)) as usize + 1)
                }
            };
            let placed = Placed { x, y, squared };
            if reach > CLOSE {
                all.far.push(placed);
                reaches.push(reach);
            } else if is_near(lattice, &placed, CLOSE) {
                close.push((lattice.locate(x, y).0 as u32, placed));
            }
        }
        if !close.is_empty() {
            (all.starts, all.close) = sorted(lattice.cells(), &close);
        }
        if !all.far.is_empty() {
            all.list_far(lattice, &reaches)?;
        }
        Ok(all)
    }

    fn list_far(&mut self, lattice: &Lattice, reaches: &[usize]) -> Result<()> {
        let mut pairs = 0_u64;
        let mut listed = Vec::new();
        for (i, (obstacle, &reach)) in self.far.iter().zip(reaches).enumerate() {
            let (columns, rows) = cells_around(lattice, obstacle, reach);
            pairs += (columns.len() * rows.len()) as u64;
            if pairs > MAX_PAIRS {
                return Err(Error::TooLarge {
                    parameter: "cells in reach of obstacles",
                    value: pairs,
                    allowed: MAX_PAIRS,
                });
            }
            for row in rows {
                let line = row * lattice.columns;
                listed.extend(
                    columns
                        .clone()
                        .map(|column| ((line + column) as u32, i as u32)),
                );
            }
        }
        (self.far_starts, self.lists) = sorted(lattice.cells(), &listed);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.close.is_empty() && self.far.is_empty()
    }

    /// The rows of cells whose obstacles may bear on a row as dots do.
    pub(super) fn rows_around(&self, row: usize) -> Range<usize> {
        if self.close.is_empty() {
            return 0..0;
        }
        row.saturating_sub(CLOSE)..(row + CLOSE + 1).min(self.rows)
    }

    /// Those in a row that reach no farther than a dot and may bear on positions in these columns,
    /// some of which may not be there.
    #[inline(always)]
    pub(super) fn beside(&self, row: usize, columns: &Range<isize>) -> &[Placed] {
        let along = |at: isize| at.clamp(0, self.columns as isize) as usize;
        let line = row * self.columns;
        let from = self.starts[line + along(columns.start - CLOSE as isize)];
        let to = self.starts[line + along(columns.end + CLOSE as isize)];
        &self.close[from as usize..to as usize]
    }

    /// Whether any reach farther than a dot.
    pub(super) fn reach_far(&self) -> bool {
        !self.far.is_empty()
    }

    /// Calls `f` with the obstacles in reach of a cell.
    #[inline(always)]
    pub(super) fn for_each_near(&self, cell: usize, mut f: impl FnMut(&Placed)) {
        if !self.close.is_empty() {
            let column = (cell % self.columns) as isize;
            for row in self.rows_around(cell / self.columns) {
                for obstacle in self.beside(row, &(column..column + 1)) {
                    f(obstacle);
                }
            }
        }
        for obstacle in self.far_from(cell) {
            f(obstacle);
        }
    }

    /// Whether one obstacle alone leaves no position of a cell.
    #[inline(always)]
    pub(super) fn cover(&self, lattice: &Lattice, cell: usize) -> bool {
        let corner = lattice.units(cell, Spot { x: 0, y: 0 });
        let last = i64::from(UNITS - 1);
        let covers = |obstacle: &Placed| {
            let (x, y) = (obstacle.x - corner.0, obstacle.y - corner.1);
            let (far_x, far_y) = (x.max(last - x), y.max(last - y));
            obstacle.blocks(far_x, far_y)
        };
        if !self.close.is_empty() {
            let (column, row) = ((cell % self.columns) as isize, cell / self.columns);
            // What reaches no farther than a dot covers no cell but its own and those beside it.
            let columns = column - 1 + CLOSE as isize..column + 2 - CLOSE as isize;
            let rows = row.saturating_sub(1)..(row + 2).min(self.rows);
            for row in rows {
                if self.beside(row, &columns).iter().any(covers) {
                    return true;
                }
            }
        }
        self.far_from(cell).any(covers)
    }

    /// Of those that reach farther than a dot, the ones in reach of a cell.
    fn far_from(&self, cell: usize) -> impl Iterator<Item = &Placed> {
        let list = match self.far_starts.get(cell..cell + 2) {
            Some(ends) => &self.lists[ends[0] as usize..ends[1] as usize],
            None => &[],
        };
        list.iter().map(|&i| &self.far[i as usize])
    }

    /// Whether any obstacle is too close to a spot.
    pub(super) fn block(&self, lattice: &Lattice, cell: usize, spot: Spot) -> bool {
        let (x, y) = lattice.units(cell, spot);
        let mut blocked = false;
        self.for_each_near(cell, |obstacle| {
            blocked |= obstacle.blocks(obstacle.x - x, obstacle.y - y);
        });
        blocked
    }

    /// Whether one is that reaches farther than a dot.
    pub(super) fn block_from_far(&self, lattice: &Lattice, cell: usize, spot: Spot) -> bool {
        let (x, y) = lattice.units(cell, spot);
        self.far_from(cell)
            .any(|obstacle| obstacle.blocks(obstacle.x - x, obstacle.y - y))
    }
}

/// Values by cell, and where each cell's part of them starts.
fn sorted<T: Copy>(cells: usize, values: &[(u32, T)]) -> (Vec<u32>, Vec<T>) {
    let mut starts = vec![0_u32; cells + 1];
    for &(cell, _) in values {
        starts[cell as usize] += 1;
    }
    add_up(&mut starts);
    let Some(&(_, first)) = values.first() else {
        return (starts, Vec::new());
    };
    let mut list = vec![first; values.len()];
    for &(cell, value) in values.iter().rev() {
        let start = &mut starts[cell as usize];
        *start -= 1;
        list[*start as usize] = value;
    }
    (starts, list)
}

/// Columns and rows of the lattice at most so many cells from an obstacle.
fn cells_around(
    lattice: &Lattice,
    obstacle: &Placed,
    reach: usize,
) -> (Range<usize>, Range<usize>) {
    let along = |at: i64, first: i64, count: usize| {
        let cell = at.div_euclid(i64::from(UNITS)) - first;
        let low = (cell - reach as i64).clamp(0, count as i64);
        let high = (cell + reach as i64 + 1).clamp(low, count as i64);
        low as usize..high as usize
    };
    (
        along(obstacle.x, lattice.first.0, lattice.columns),
        along(obstacle.y, lattice.first.1, lattice.rows),
    )
}

fn is_near(lattice: &Lattice, obstacle: &Placed, reach: usize) -> bool {
    let (columns, rows) = cells_around(lattice, obstacle, reach);
    !columns.is_empty() && !rows.is_empty()
}
