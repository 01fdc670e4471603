//! What is already there and must be kept clear of: follicles, earlier dots, moles.

use glam::Vec2;

use super::lattice::{Lattice, Spot, UNITS};
use super::spacing::Spacing;
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

/// The most pairs of an obstacle and a lattice cell in its reach.
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
    /// Own spacing in eighths of a unit where it counts as a dot, else 0.
    pub(super) radius: u32,
    /// Least squared distance in units² where it has a clearance, else 0.
    pub(super) squared: i64,
}

impl Placed {
    /// Whether a position at this offset, in units, with this own spacing is too close.
    pub(super) fn blocks<S: Spacing>(&self, dx: i64, dy: i64, own: u32) -> bool {
        let squared = dx * dx + dy * dy;
        if self.radius == 0 {
            squared < self.squared
        } else {
            i32::try_from(squared).is_ok_and(|squared| S::conflict(squared, self.radius, own))
        }
    }
}

/// The obstacles, and for every cell the list of those in reach of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Obstacles {
    placed: Vec<Placed>,
    /// Where each cell's part of `lists` starts; empty without obstacles.
    starts: Vec<u32>,
    lists: Vec<u32>,
}

impl Obstacles {
    /// Obstacles that [`Obstacle::check`] has passed.
    pub(super) fn place<S: Spacing>(
        obstacles: &[Obstacle],
        lattice: &Lattice,
        spacing: &S,
    ) -> Result<Self> {
        if obstacles.is_empty() {
            return Ok(Self::default());
        }
        let per_mm = f64::from(UNITS) / lattice.side_mm;
        let mut placed = Vec::with_capacity(obstacles.len());
        let mut reaches = Vec::with_capacity(obstacles.len());
        for obstacle in obstacles {
            let at = obstacle.position_mm.as_dvec2() * per_mm;
            let (x, y) = (at.x.round() as i64, at.y.round() as i64);
            let (cell, spot) = lattice.locate(x, y);
            let (radius, squared, reach) = match obstacle.kind {
                ObstacleKind::CountsAsDot => (spacing.at(cell, spot), 0, spacing.reach(cell)),
                ObstacleKind::Clearance(mm) => {
                    let units = (f64::from(mm) * per_mm).ceil() as i64;
                    (0, units * units, (units / i64::from(UNITS)) as i32 + 1)
                }
            };
            placed.push(Placed {
                x,
                y,
                radius,
                squared,
            });
            reaches.push(reach);
        }
        let mut starts = vec![0_u32; lattice.cells() + 1];
        let mut pairs = 0_u64;
        for (obstacle, &reach) in placed.iter().zip(&reaches) {
            for_cells_around(lattice, obstacle, reach, |cell| {
                starts[cell + 1] = starts[cell + 1].saturating_add(1);
                pairs += 1;
            });
            if pairs > MAX_PAIRS {
                return Err(Error::TooLarge {
                    parameter: "cells in reach of obstacles",
                    value: pairs,
                    allowed: MAX_PAIRS,
                });
            }
        }
        for cell in 0..lattice.cells() {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        let mut lists = vec![0_u32; pairs as usize];
        for (i, (obstacle, &reach)) in placed.iter().zip(&reaches).enumerate() {
            for_cells_around(lattice, obstacle, reach, |cell| {
                lists[next[cell] as usize] = i as u32;
                next[cell] += 1;
            });
        }
        Ok(Self {
            placed,
            starts,
            lists,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.placed.is_empty()
    }

    /// The obstacles in reach of a cell.
    pub(super) fn near(&self, cell: usize) -> impl Iterator<Item = &Placed> {
        let list = match self.starts.get(cell..cell + 2) {
            Some(ends) => &self.lists[ends[0] as usize..ends[1] as usize],
            None => &[],
        };
        list.iter().map(|&i| &self.placed[i as usize])
    }

    /// Whether any obstacle is too close to a spot of this own spacing.
    pub(super) fn block<S: Spacing>(
        &self,
        lattice: &Lattice,
        cell: usize,
        spot: Spot,
        own: u32,
    ) -> bool {
        let (x, y) = lattice.units(cell, spot);
        self.near(cell)
            .any(|obstacle| obstacle.blocks::<S>(obstacle.x - x, obstacle.y - y, own))
    }
}

fn for_cells_around(lattice: &Lattice, obstacle: &Placed, reach: i32, mut f: impl FnMut(usize)) {
    let along = |at: i64, first: i64, count: usize| {
        let cell = at.div_euclid(i64::from(UNITS)) - first;
        let low = (cell - i64::from(reach)).max(0);
        let high = (cell + i64::from(reach) + 1).min(count as i64);
        low..high.max(low)
    };
    for row in along(obstacle.y, lattice.first.1, lattice.rows) {
        for column in along(obstacle.x, lattice.first.0, lattice.columns) {
            f(row as usize * lattice.columns + column as usize);
        }
    }
}
