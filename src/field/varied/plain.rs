//! The rules of varying spacing without tiles, bins, vectors or lists kept from round to round, and
//! with every comparison of two places in integers: what the sampler is held to.

use rand::Rng;

use super::disks::{Patch, search};
use super::draws::{self, SEARCH_FROM, TRIES};
use super::*;
use crate::field::obstacle::ObstacleKind;
use crate::field::spacing::NOMINAL;
use crate::random::{Stage, Stream};

/// A dot or an obstacle; coordinates in units from the lattice's first corner.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Disk {
    x: i64,
    y: i64,
    own: u32,
    rigid: bool,
}

impl Disk {
    fn excludes(&self, x: i64, y: i64, own: u32) -> bool {
        let (dx, dy) = (x - self.x, y - self.y);
        Mapped::conflict(
            dx * dx + dy * dy,
            self.own,
            if self.rigid { 0 } else { own },
        )
    }

    fn may_reach(&self, patch: Patch) -> bool {
        let reach = i64::from(self.own + 50 * NOMINAL) / 16;
        let near = |at: i64, first: i32| {
            let first = i64::from(first);
            (first - reach..first + i64::from(patch.side) + reach).contains(&at)
        };
        near(self.x, patch.x) && near(self.y, patch.y)
    }

    /// In single precision like the vectors, which is part of the rules.
    fn covers(&self, patch: Patch, least: u32, whole_cell: bool) -> bool {
        let far = |at: i32, centre: i64| {
            let from = at as f32 - centre as f32;
            from.abs().max((from + (patch.side - 1) as f32).abs())
        };
        let (x, y) = (far(patch.x, self.x), far(patch.y, self.y));
        let half = if self.rigid { 0.0 } else { least as f32 / 16.0 };
        let limit = self.own as f32 / 16.0 + half;
        let surely = 1.0 - 1.0 / (1 << 20) as f32;
        if whole_cell {
            x * x + y * y < limit * limit * surely
        } else {
            x * x + (y * y - limit * limit * surely) < 0.0
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Dart {
    disk: Disk,
    priority: u32,
}

struct Plain<'a> {
    arena: &'a Arena<'a>,
    disks: Vec<Disk>,
}

impl Plain<'_> {
    fn own(&self, x: i64, y: i64) -> u32 {
        let (unit, spacing) = (i64::from(UNITS), self.arena.spacing);
        let (column, row) = ((x / unit) as usize, (y / unit) as usize);
        spacing.at(column, row, (x % unit) as i32, (y % unit) as i32)
    }

    fn least_of_cells(&self, column: usize, row: usize, count: usize) -> u32 {
        (row..=row + count)
            .map(|row| &self.arena.spacing.corners_of_row(row)[column..=column + count])
            .fold(u32::MAX, |least, nodes| {
                nodes.iter().fold(least, |l, &n| l.min(n))
            })
    }

    fn least_in(&self, patch: Patch) -> u32 {
        let (column, row) = ((patch.x / UNITS) as usize, (patch.y / UNITS) as usize);
        if patch.side > UNITS {
            return self.least_of_cells(column, row, (patch.side / UNITS) as usize);
        }
        let last = i64::from(patch.side - 1);
        let (x, y) = (i64::from(patch.x), i64::from(patch.y));
        [(0, 0), (last, 0), (0, last), (last, last)]
            .map(|(dx, dy)| self.own(x + dx, y + dy))
            .into_iter()
            .fold(u32::MAX, u32::min)
    }

    /// The largest cell around every base cell, each once: its corner and level.
    fn cells(&self) -> Vec<(usize, usize, u8)> {
        let Lattice { columns, rows, .. } = *self.arena.lattice;
        let mut cells = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                let level = (0..=5_u8).rev().find(|&level| {
                    let (x, y) = (column >> level << level, row >> level << level);
                    level == 0 || self.least_of_cells(x, y, 1 << level) >= NOMINAL << level
                });
                let level = level.unwrap();
                if self.arena.region[row * columns + column] {
                    cells.push((column >> level << level, row >> level << level, level));
                }
            }
        }
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    fn legal(&self, x: i64, y: i64) -> bool {
        let own = self.own(x, y);
        !self.disks.iter().any(|disk| disk.excludes(x, y, own))
    }

    /// Parts of a patch that no disk covers alone, for positions of spacing `least` or more.
    fn squares(&self, patch: Patch, least: u32) -> u64 {
        let parts = patch.side.min(8) as u32;
        (0..parts * parts)
            .filter(|&bit| {
                let part = patch.part(bit);
                !self
                    .disks
                    .iter()
                    .any(|disk| disk.covers(part, least, false))
            })
            .fold(0, |open, bit| open | 1 << bit)
    }

    fn dart(&self, x: i64, y: i64, priority: u32) -> Dart {
        let disk = Disk {
            x,
            y,
            own: self.own(x, y),
            rigid: false,
        };
        Dart { disk, priority }
    }

    fn throw(&self, (column, row, level): (usize, usize, u8)) -> Option<Dart> {
        let Arena { lattice, seed, .. } = *self.arena;
        let bits = draws::bits(
            draws::row_bits(seed, lattice, row, 0),
            lattice.column_key(column),
        );
        let (x, y) = draws::blind_place(bits, UNITS << level);
        let (x, y) = (
            i64::from(x) + (column as i64) * i64::from(UNITS),
            i64::from(y) + (row as i64) * i64::from(UNITS),
        );
        let fires = draws::fires(bits, level, self.own(x, y)) && self.legal(x, y);
        fires.then(|| self.dart(x, y, draws::blind_priority(bits)))
    }

    /// `None` once the cell is covered, and what it throws.
    fn aim(&self, (column, row, level): (usize, usize, u8), round: u8) -> Option<Option<Dart>> {
        let patch = Patch {
            x: column as i32 * UNITS,
            y: row as i32 * UNITS,
            side: UNITS << level,
        };
        let least = self.least_in_cell(column, row, level);
        // Nothing farther than the largest of all reaches matters.
        let near = Plain {
            arena: self.arena,
            disks: self
                .disks
                .iter()
                .copied()
                .filter(|d| d.may_reach(patch))
                .collect(),
        };
        near.aim_at((column, row, level), patch, least, round)
    }

    fn aim_at(
        &self,
        (column, row, level): (usize, usize, u8),
        patch: Patch,
        least: u32,
        round: u8,
    ) -> Option<Option<Dart>> {
        let Arena { lattice, seed, .. } = *self.arena;
        if self
            .disks
            .iter()
            .any(|disk| disk.covers(patch, least, true))
        {
            return None;
        }
        let open = self.squares(patch, least);
        if open == 0 {
            return None;
        }
        let bits = draws::bits(
            draws::row_bits(seed, lattice, row, round),
            lattice.column_key(column),
        );
        if !draws::aims(bits, draws::open_share(open, level, least), round) {
            return Some(None);
        }
        let key = lattice.key(row * lattice.columns + column, round);
        let mut stream: Stream = seed.stream(Stage::Gap, key);
        let tries = (0..TRIES).map(|_| patch.aimed(open, stream.next_u64()));
        let hit = tries
            .map(|(x, y)| (i64::from(x), i64::from(y)))
            .find(|&(x, y)| self.legal(x, y));
        let found = match hit {
            Some(found) => found,
            None if round < SEARCH_FROM => return Some(None),
            None => {
                let legal = |x: i32, y: i32| self.legal(i64::from(x), i64::from(y));
                let open_parts = |patch| self.squares(patch, self.least_in(patch));
                let (x, y) = search(patch, open, &mut stream, open_parts, legal)?;
                if !draws::always_fires(round) {
                    return Some(None);
                }
                (i64::from(x), i64::from(y))
            }
        };
        Some(Some(self.dart(
            found.0,
            found.1,
            draws::aimed_priority(bits),
        )))
    }

    fn least_in_cell(&self, column: usize, row: usize, level: u8) -> u32 {
        self.least_of_cells(column, row, 1 << level)
    }

    fn settle(&mut self, darts: &[Dart]) {
        let wins = |dart: &Dart| {
            !darts.iter().any(|rival| {
                let Disk { x, y, own, .. } = dart.disk;
                rival.disk != dart.disk
                    && rival.priority >= dart.priority
                    && rival.disk.excludes(x, y, own)
            })
        };
        let accepted: Vec<Disk> = darts.iter().filter(|d| wins(d)).map(|d| d.disk).collect();
        self.disks.extend(accepted);
    }
}

pub(super) fn plain(arena: &Arena<'_>) -> Vec<Laid> {
    let unit = i64::from(UNITS);
    let Lattice { columns, first, .. } = *arena.lattice;
    let mut plain = Plain {
        arena,
        disks: Vec::new(),
    };
    for obstacle in arena.obstacles {
        let at = obstacle.position_mm.as_dvec2() * (f64::from(UNITS) / arena.lattice.side_mm);
        let at = (at.x.round() as i64, at.y.round() as i64);
        let (cell, spot) = arena.lattice.locate(at.0, at.1);
        let (x, y) = (
            (cell % columns) as i64 * unit + i64::from(spot.x),
            (cell / columns) as i64 * unit + i64::from(spot.y),
        );
        let (own, rigid) = match obstacle.kind {
            ObstacleKind::CountsAsDot => (plain.own(x, y), false),
            ObstacleKind::Clearance(mm) => {
                let units = f64::from(mm) * f64::from(UNITS) / arena.lattice.side_mm;
                (16 * units.ceil() as u32, true)
            }
        };
        plain.disks.push(Disk {
            x: at.0 - first.0 * unit,
            y: at.1 - first.1 * unit,
            own,
            rigid,
        });
    }
    let obstacles = plain.disks.len();
    let mut open = plain.cells();
    let darts: Vec<Dart> = open.iter().filter_map(|&cell| plain.throw(cell)).collect();
    plain.settle(&darts);
    for round in 1.. {
        let mut darts = Vec::new();
        open.retain(|&cell| {
            let aimed = plain.aim(cell, round);
            darts.extend(aimed.flatten());
            aimed.is_some()
        });
        if open.is_empty() {
            break;
        }
        plain.settle(&darts);
    }
    let mut laid: Vec<Laid> = plain.disks[obstacles..]
        .iter()
        .map(|dot| Laid {
            cell: (dot.y / unit) as usize * columns + (dot.x / unit) as usize,
            spot: Spot {
                x: (dot.x % unit) as u16,
                y: (dot.y % unit) as u16,
            },
            own: dot.own,
        })
        .collect();
    laid.sort_unstable_by_key(|dot| dot.cell);
    laid
}
