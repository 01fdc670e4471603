//! The sampler: synchronous rounds of darts on the lattice, until no room is left.
//!
//! ```text
//! for round in 0..8                     propose a dart in every free cell, keyed (seed, cell, round)
//!     drop darts too close to an accepted dot or an obstacle
//!     accept a dart iff its priority is strictly above that of every live dart it conflicts with
//! while cells with uncovered positions are left
//!     propose inside each cell's exact uncovered remainder; accept by the same rule
//! ```
//! Each half step is a pure map of the state before it. The result therefore cannot depend on
//! threads, on the order of the cells or on how they are grouped, and a dot depends only on what
//! lies within a fixed number of cells around it.

use rand::Rng;

use super::gaps::Gap;
use super::lattice::{Lattice, Spot, UNITS};
use super::obstacle::Obstacles;
use super::spacing::{NOMINAL, Spacing};
use crate::error::{Error, Result};
use crate::parallel;
use crate::random::{Seed, Stage, Stream};

/// Rounds of blind darts; 5 to 12 give the same statistics.
const DART_ROUNDS: u8 = 8;

/// Rounds in the remainder; every run seen was done after 4.
const GAP_ROUNDS: u8 = 64;

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

#[derive(Clone, Copy, Debug)]
struct Dart {
    site: Site,
    priority: u32,
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
    /// [`Error::TooLarge`] should uncovered positions be left after the last round.
    pub(super) fn fill(&self) -> Result<Vec<Site>> {
        let mut sites = vec![Site::NONE; self.lattice.cells()];
        let mut darts = vec![
            Dart {
                site: Site::NONE,
                priority: 0
            };
            self.lattice.cells()
        ];
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

    fn cells_of(&self, row: usize) -> std::ops::Range<usize> {
        row * self.lattice.columns..(row + 1) * self.lattice.columns
    }

    /// A blind dart that hits nothing accepted, if the cell fires one.
    fn throw(&self, sites: &[Site], cell: usize, round: u8) -> Option<Dart> {
        let mut stream = self.seed.stream(Stage::Dart, self.lattice.key(cell, round));
        let bits = stream.next_u64();
        let spot = Spot {
            x: (bits & 2047) as u16,
            y: (bits >> 11 & 2047) as u16,
        };
        let radius = self.spacing.at(cell, spot);
        if radius != NOMINAL && !fires(radius, &mut stream) {
            return None;
        }
        self.legal(sites, cell, spot, radius).then_some(Dart {
            site: Site { spot, radius },
            priority: (bits >> 32) as u32,
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

    fn wins(&self, darts: &[Dart], cell: usize, dart: &Dart) -> bool {
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
        Err(Error::TooLarge {
            parameter: "cells left uncovered after the last round",
            value: open.iter().map(|row| row.len() as u64).sum(),
            allowed: 0,
        })
    }

    /// The cells of a row that still have uncovered positions, and their darts.
    fn aim(&self, sites: &[Site], cells: &[usize], round: u8) -> (Vec<usize>, Vec<(usize, Dart)>) {
        let mut open = Vec::new();
        let mut proposals = Vec::new();
        for &cell in cells {
            let gap = Gap::new(self, sites, cell);
            let share = gap.open_share();
            if share == 0.0 {
                continue;
            }
            let mut stream = self.seed.stream(Stage::Gap, self.lattice.key(cell, round));
            let priority = stream.next_u32();
            if stream.unit_f32() >= chance(share, round) {
                open.push(cell);
                continue;
            }
            if let Some(spot) = gap.find(&mut stream) {
                let radius = self.spacing.at(cell, spot);
                open.push(cell);
                let site = Site { spot, radius };
                proposals.push((cell, Dart { site, priority }));
            }
        }
        (open, proposals)
    }
}

/// True in proportion to the number of dots per area that a spacing stands for.
fn fires(radius: u32, stream: &mut Stream) -> bool {
    let draw = u64::from(stream.next_u32() >> 8);
    draw * u64::from(radius) * u64::from(radius) < (u64::from(NOMINAL) * u64::from(NOMINAL)) << 24
}

/// Chance that a cell with this open share fires in a gap round: that of being hit by at least
/// one of 8, then of 64 blind darts, so that large remainders go first; then certainty.
fn chance(share: f32, round: u8) -> f32 {
    let doublings = match round {
        0 => 3,
        1 => 6,
        _ => return 1.0,
    };
    let missed = (0..doublings).fold(1.0 - share, |missed, _| missed * missed);
    1.0 - missed
}

/// Squared distance, in units², of two spots whose cells lie `dx` and `dy` units apart.
fn squared(a: Spot, b: Spot, dx: i32, dy: i32) -> i32 {
    let x = i32::from(b.x) + dx - i32::from(a.x);
    let y = i32::from(b.y) + dy - i32::from(a.y);
    debug_assert!(x.abs().max(y.abs()) < 9 * UNITS, "beyond every reach");
    x * x + y * y
}
