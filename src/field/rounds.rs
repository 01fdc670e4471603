//! The sampler: synchronous rounds of darts on the lattice, until no room is left.
//!
//! ```text
//! for round in 0..4                     propose a dart in every free cell, keyed (seed, cell, round)
//!     drop darts too close to an accepted dot or an obstacle
//!     accept a dart iff its priority is strictly above that of every live dart it conflicts with
//! while cells with uncovered positions are left
//!     propose inside the squares of each cell that no disk covers; accept by the same rule
//! ```
//! Each half step is a pure map of the state before it. The result therefore cannot depend on
//! threads, on the order of the cells or on how they are grouped, and a dot depends only on what
//! lies within a fixed number of cells around it.
//!
//! This is the plain form of the rules, which [`replay`](super::replay) follows cell by cell;
//! [`fast`](super::fast) does the same in vectors and is held to it bit by bit.

use rand::Rng;

#[cfg(test)]
use super::darts::{DART_ROUNDS, GAP_ROUNDS};
use super::darts::{FEW, PATIENT_ROUNDS, RowKeys, priority_after, rate, wait};
use super::gaps::Gap;
use super::lattice::{CONFLICT, Lattice, Spot, UNITS};
use super::obstacle::Obstacles;
use crate::random::{Seed, Stage};

/// A dart of a round in its cell, if it has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dart {
    pub(super) spot: Option<Spot>,
    priority: i32,
}

impl Dart {
    pub(super) const NONE: Self = Self {
        spot: None,
        priority: 0,
    };
}

/// What the sampler fills: fixed for the whole run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arena<'a> {
    pub(super) lattice: &'a Lattice,
    pub(super) obstacles: &'a Obstacles,
    /// Cells to fill.
    pub(super) region: &'a [bool],
    pub(super) seed: Seed,
}

impl Arena<'_> {
    /// Whether obstacles allow a position.
    pub(super) fn allows(&self, cell: usize, spot: Spot) -> bool {
        self.obstacles.is_empty() || !self.obstacles.block(self.lattice, cell, spot)
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

    /// A blind dart that hits nothing accepted.
    pub(super) fn throw(&self, sites: &[Option<Spot>], cell: usize, round: u8) -> Option<Dart> {
        let (column, row) = self.lattice.column_row(cell);
        let keys = RowKeys::new(self.seed, self.lattice, row, round);
        let dart = keys.dart(self.lattice.column_key(column));
        let hits = self.lattice.any_near(cell, 2, |other, dx, dy| {
            sites[other].is_some_and(|site| squared(dart.spot, site, dx, dy) < CONFLICT as i32)
        });
        (!hits && self.allows(cell, dart.spot)).then_some(Dart {
            spot: Some(dart.spot),
            priority: dart.priority,
        })
    }

    /// Whether a dart beats every other one that it conflicts with.
    pub(super) fn wins(&self, darts: &[Dart], cell: usize, dart: &Dart) -> bool {
        let Dart {
            spot: Some(spot),
            priority,
        } = *dart
        else {
            return false;
        };
        // Of two equal priorities both lose, and both try again.
        !self.lattice.any_near(cell, 2, |other, dx, dy| {
            let rival = darts[other];
            other != cell
                && rival.priority >= priority
                && (rival.spot).is_some_and(|rival| squared(spot, rival, dx, dy) < CONFLICT as i32)
        })
    }

    /// The cells of a list that still have uncovered positions, and their darts.
    pub(super) fn aim(
        &self,
        sites: &[Option<Spot>],
        cells: &[usize],
        round: u8,
    ) -> (Vec<usize>, Vec<(usize, Dart)>) {
        let mut open = Vec::new();
        let mut proposals = Vec::new();
        for &cell in cells {
            let gap = Gap::new(self, sites, cell);
            let share = gap.squares_left() as f32 / 64.0;
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
            if spot.is_some() {
                let priority = priority_after(time, rate(share));
                proposals.push((cell, Dart { spot, priority }));
            }
        }
        (open, proposals)
    }
}

/// The whole sampler by these rules: what the fast one is held to.
#[cfg(test)]
impl Arena<'_> {
    /// A maximal set of sites, at most one a cell.
    pub(super) fn fill(&self) -> Vec<Option<Spot>> {
        self.fill_by(DART_ROUNDS, |priority| priority)
    }

    /// The same after another number of blind rounds, or by other priorities.
    pub(super) fn fill_by(
        &self,
        blind_rounds: u8,
        priority: impl Fn(i32) -> i32,
    ) -> Vec<Option<Spot>> {
        let mut sites = vec![None; self.lattice.cells()];
        let mut darts = vec![Dart::NONE; self.lattice.cells()];
        let free = |sites: &[Option<Spot>]| -> Vec<usize> {
            (0..sites.len())
                .filter(|&cell| self.region[cell] && sites[cell].is_none())
                .collect()
        };
        let rated = |(cell, dart): (usize, Dart)| {
            let priority = priority(dart.priority);
            (cell, Dart { priority, ..dart })
        };
        for round in 0..blind_rounds {
            let thrown: Vec<(usize, Dart)> = free(&sites)
                .into_iter()
                .filter_map(|cell| Some(rated((cell, self.throw(&sites, cell, round)?))))
                .collect();
            self.settle(&mut sites, &mut darts, &thrown);
        }
        let mut open = free(&sites);
        for round in 0..GAP_ROUNDS {
            let (still_open, aimed) = self.aim(&sites, &open, round);
            let aimed: Vec<(usize, Dart)> = aimed.into_iter().map(rated).collect();
            self.settle(&mut sites, &mut darts, &aimed);
            open = still_open;
            open.retain(|&cell| sites[cell].is_none());
        }
        assert!(open.is_empty(), "room left in {} cells", open.len());
        sites
    }

    /// Accepts the darts that beat all they conflict with.
    fn settle(&self, sites: &mut [Option<Spot>], darts: &mut [Dart], thrown: &[(usize, Dart)]) {
        for &(cell, dart) in thrown {
            darts[cell] = dart;
        }
        for &(cell, dart) in thrown {
            if self.wins(darts, cell, &dart) {
                sites[cell] = dart.spot;
            }
        }
        for &(cell, _) in thrown {
            darts[cell] = Dart::NONE;
        }
    }
}

/// Squared distance, in units², of two spots whose cells lie `dx` and `dy` units apart.
fn squared(a: Spot, b: Spot, dx: i32, dy: i32) -> i32 {
    let x = i32::from(b.x) + dx - i32::from(a.x);
    let y = i32::from(b.y) + dy - i32::from(a.y);
    debug_assert!(x.abs().max(y.abs()) < 9 * UNITS, "beyond every reach");
    x * x + y * y
}
