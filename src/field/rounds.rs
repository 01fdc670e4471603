//! The sampler: synchronous rounds of darts on the lattice, until no room is left.
//!
//! ```text
//! for round in 0..3                     propose a dart in every free cell, keyed (seed, cell, round)
//!     drop darts too close to an accepted dot or an obstacle
//!     accept a dart iff its priority is strictly above that of every live dart it conflicts with
//! while cells with uncovered positions are left
//!     propose inside the squares of each cell that no disk covers; accept by the same rule
//! ```
//! Each half step is a pure map of the state before it. The result therefore cannot depend on
//! threads, on the order of the cells or on how they are grouped, and a dot depends only on what
//! lies within a fixed number of cells around it.
//!
//! This is the plain form of the rules, for every [`Spacing`]; [`fast`](super::fast) does the same
//! to even spacing in vectors and is held to it bit by bit.

use rand::Rng;

use super::darts::{
    DART_ROUNDS, FEW, GAP_ROUNDS, PATIENT_ROUNDS, RowKeys, priority_after, rate, wait,
};
use super::gaps::Gap;
use super::lattice::{Lattice, Spot, UNITS};
use super::obstacle::Obstacles;
use super::spacing::{NOMINAL, Spacing, Square};
use crate::error::{Error, Result};
use crate::parallel;
use crate::random::{Seed, Stage};

/// A dot or a dart in its cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Site {
    pub(super) spot: Spot,
    /// Own spacing in eighths of a unit; 0 says that the cell is empty.
    pub(super) radius: u32,
}

impl Site {
    pub(super) const NONE: Self = Self {
        spot: Spot { x: 0, y: 0 },
        radius: 0,
    };
}

/// A dart of a round in its cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dart {
    pub(super) site: Site,
    priority: i32,
}

impl Dart {
    pub(super) const NONE: Self = Self {
        site: Site::NONE,
        priority: 0,
    };
}

/// What the sampler fills: fixed for the whole run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arena<'a, S> {
    pub(super) lattice: &'a Lattice,
    pub(super) spacing: &'a S,
    pub(super) obstacles: &'a Obstacles,
    /// Cells to fill.
    pub(super) region: &'a [bool],
    pub(super) seed: Seed,
}

impl<S: Spacing> Arena<'_, S> {
    /// A maximal set of sites, one cell each.
    ///
    /// # Errors
    /// [`Error::RoomLeft`] should uncovered positions be left after the last round.
    pub(super) fn fill(&self) -> Result<Vec<Site>> {
        let mut sites = vec![Site::NONE; self.lattice.cells()];
        let mut darts = vec![Dart::NONE; self.lattice.cells()];
        for round in 0..DART_ROUNDS {
            let proposals = parallel::map(self.lattice.rows, |row| {
                self.cells_of(row)
                    .filter(|&cell| self.region[cell] && sites[cell].radius == 0)
                    .filter_map(|cell| Some((cell, self.throw(&sites, cell, round)?)))
                    .collect()
            });
            self.settle(&mut sites, &mut darts, &proposals);
        }
        self.close_gaps(&mut sites, &mut darts)?;
        Ok(sites)
    }

    /// Whether obstacles allow a position.
    pub(super) fn allows(&self, cell: usize, spot: Spot) -> bool {
        self.obstacles.is_empty() || {
            let radius = self.spacing.at(cell, spot);
            !self.obstacles.block::<S>(self.lattice, cell, spot, radius)
        }
    }

    /// One bit for every part of a square of a cell that no obstacle covers alone.
    #[inline]
    pub(super) fn open_beside_obstacles(&self, cell: usize, square: Square) -> u64 {
        if self.obstacles.is_empty() {
            return u64::MAX;
        }
        Gap::of_obstacles(self, cell).open_parts(square)
    }

    /// Whether a row lies in the region with all its cells.
    pub(super) fn is_whole(&self, row: usize) -> bool {
        // Without leaving early within a part, which lets these be compared many at a time.
        let mut parts = self.region[self.cells_of(row)].chunks(64);
        parts.all(|part| part.iter().fold(true, |all, &inside| all & inside))
    }

    fn cells_of(&self, row: usize) -> std::ops::Range<usize> {
        row * self.lattice.columns..(row + 1) * self.lattice.columns
    }

    /// A blind dart that hits nothing accepted, if the cell fires one.
    pub(super) fn throw(&self, sites: &[Site], cell: usize, round: u8) -> Option<Dart> {
        let (column, row) = self.lattice.column_row(cell);
        let keys = RowKeys::new(self.seed, self.lattice, row, round);
        let key = self.lattice.column_key(column);
        let dart = keys.dart(key);
        let radius = self.spacing.at(cell, dart.spot);
        if radius != NOMINAL && !fires(radius, keys.draw(key)) {
            return None;
        }
        self.legal(sites, cell, dart.spot, radius).then_some(Dart {
            site: Site {
                spot: dart.spot,
                radius,
            },
            priority: dart.priority,
        })
    }

    fn legal(&self, sites: &[Site], cell: usize, spot: Spot, radius: u32) -> bool {
        let reach = self.spacing.reach(cell);
        !self.lattice.any_near(cell, reach, |other, dx, dy| {
            let site = sites[other];
            site.radius != 0 && S::conflict(squared(spot, site.spot, dx, dy), radius, site.radius)
        }) && !self.obstacles.block::<S>(self.lattice, cell, spot, radius)
    }

    /// Accepts the proposals that beat every proposal they conflict with.
    fn settle(&self, sites: &mut [Site], darts: &mut [Dart], proposals: &[Vec<(usize, Dart)>]) {
        for &(cell, dart) in proposals.iter().flatten() {
            darts[cell] = dart;
        }
        let accepted = {
            let darts = &*darts;
            parallel::map(proposals.len(), |row| {
                proposals[row]
                    .iter()
                    .filter(|(cell, dart)| self.wins(darts, *cell, dart))
                    .map(|&(cell, dart)| (cell, dart.site))
                    .collect::<Vec<_>>()
            })
        };
        for &(cell, _) in proposals.iter().flatten() {
            darts[cell].site = Site::NONE;
        }
        for (cell, site) in accepted.into_iter().flatten() {
            sites[cell] = site;
        }
    }

    pub(super) fn wins(&self, darts: &[Dart], cell: usize, dart: &Dart) -> bool {
        let reach = self.spacing.reach(cell);
        let Site { spot, radius } = dart.site;
        // Of two equal priorities both lose, and both try again.
        !self.lattice.any_near(cell, reach, |other, dx, dy| {
            let rival = darts[other];
            other != cell
                && rival.site.radius != 0
                && rival.priority >= dart.priority
                && S::conflict(
                    squared(spot, rival.site.spot, dx, dy),
                    radius,
                    rival.site.radius,
                )
        })
    }

    fn close_gaps(&self, sites: &mut [Site], darts: &mut [Dart]) -> Result<()> {
        let mut open: Vec<Vec<usize>> = parallel::map(self.lattice.rows, |row| {
            self.cells_of(row)
                .filter(|&cell| self.region[cell] && sites[cell].radius == 0)
                .collect()
        });
        for round in 0..GAP_ROUNDS {
            let aimed = parallel::map(open.len(), |row| self.aim(sites, &open[row], round));
            let (still_open, proposals): (Vec<_>, Vec<_>) = aimed.into_iter().unzip();
            self.settle(sites, darts, &proposals);
            open = still_open;
            for row in &mut open {
                row.retain(|&cell| sites[cell].radius == 0);
            }
            if open.iter().all(Vec::is_empty) {
                return Ok(());
            }
        }
        Err(Error::RoomLeft {
            cells: open.iter().map(|row| row.len() as u64).sum(),
        })
    }

    /// The cells of a row that still have uncovered positions, and their darts.
    pub(super) fn aim(
        &self,
        sites: &[Site],
        cells: &[usize],
        round: u8,
    ) -> (Vec<usize>, Vec<(usize, Dart)>) {
        let mut open = Vec::new();
        let mut proposals = Vec::new();
        for &cell in cells {
            let gap = Gap::new(self, sites, cell);
            let share = gap.open_share();
            if share == 0.0 {
                continue;
            }
            let mut stream = self.seed.stream(Stage::Gap, self.lattice.key(cell, round));
            let (mut spot, mut time) = if gap.squares_left() > FEW {
                gap.aim(&mut stream)
            } else {
                (None, wait(stream.next_u32()))
            };
            if spot.is_none() && round >= PATIENT_ROUNDS {
                time += wait(stream.next_u32());
                spot = gap.find(&mut stream);
                if spot.is_none() {
                    continue;
                }
            }
            open.push(cell);
            proposals.extend(spot.map(|spot| {
                let radius = self.spacing.at(cell, spot);
                let site = Site { spot, radius };
                let priority = priority_after(time, rate(share));
                (cell, Dart { site, priority })
            }));
        }
        (open, proposals)
    }
}

/// True in proportion to the number of dots per area that a spacing stands for.
fn fires(radius: u32, draw: u32) -> bool {
    let draw = u64::from(draw >> 8);
    draw * u64::from(radius) * u64::from(radius) < (u64::from(NOMINAL) * u64::from(NOMINAL)) << 24
}

/// Squared distance, in units², of two spots whose cells lie `dx` and `dy` units apart.
fn squared(a: Spot, b: Spot, dx: i32, dy: i32) -> i32 {
    let x = i32::from(b.x) + dx - i32::from(a.x);
    let y = i32::from(b.y) + dy - i32::from(a.y);
    debug_assert!(x.abs().max(y.abs()) < 9 * UNITS, "beyond every reach");
    x * x + y * y
}
