//! The sampler is held to a plain one of the same rules: no tiles, bins, vectors or lists kept from
//! round to round, and every comparison of two places in integers.

use glam::Vec2;
use rand::Rng;

use super::*;
use crate::field::obstacle::ObstacleKind;
use crate::field::spacing::NOMINAL;
use crate::field::varied::disks::{Patch, search};
use crate::field::varied::draws::{self, SEARCH_FROM, TRIES};
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

    fn squares(&self, patch: Patch) -> u64 {
        let least = self.least_in(patch);
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
        let open = (0..64)
            .filter(|&bit| {
                let part = patch.part(bit);
                !self
                    .disks
                    .iter()
                    .any(|disk| disk.covers(part, least, false))
            })
            .fold(0_u64, |open, bit| open | 1 << bit);
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
                let open_parts = |patch| self.squares(patch);
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

fn plain(arena: &Arena<'_>) -> Vec<Laid> {
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

fn lattice(columns: usize, rows: usize) -> Lattice {
    Lattice {
        first: (-64, 70_400),
        columns,
        rows,
        side_mm: 1.0,
        periodic: false,
    }
}

/// Spacings of up to `widest` times the nominal one, from hills that touch and overlap.
fn hills(lattice: &Lattice, widest: f32, seed: u64) -> Mapped {
    let mut stream = Seed::new(seed).stream(Stage::Probe, 9);
    let mut unit = || stream.unit_f32();
    let tops: Vec<[f32; 4]> = (0..6)
        .map(|_| {
            [
                unit() * lattice.columns as f32,
                unit() * lattice.rows as f32,
                5.0 + unit() * 50.0,
                widest * unit(),
            ]
        })
        .collect();
    let nodes = (0..(lattice.columns + 1) * (lattice.rows + 1))
        .map(|i| {
            let x = (i % (lattice.columns + 1)) as f32;
            let y = (i / (lattice.columns + 1)) as f32;
            let height = tops.iter().fold(1.0_f32, |height, [cx, cy, r, top]| {
                let away = ((x - cx) * (x - cx) + (y - cy) * (y - cy)).sqrt() / r;
                height.max(top * (1.0 - away * away))
            });
            (NOMINAL as f32 * height) as u32
        })
        .collect();
    Mapped::new(lattice, nodes)
}

/// Spacings that jump from corner to corner, as far as the limit on growth lets them.
fn rough(lattice: &Lattice, seed: u64) -> Mapped {
    let mut stream = Seed::new(seed).stream(Stage::Probe, 8);
    let nodes = (0..(lattice.columns + 1) * (lattice.rows + 1))
        .map(|_| NOMINAL + (stream.unit_f32() * 4.0 * NOMINAL as f32) as u32)
        .collect();
    Mapped::new(lattice, nodes)
}

fn ragged(lattice: &Lattice, seed: u64) -> Vec<bool> {
    let mut stream = Seed::new(seed).stream(Stage::Probe, 7);
    let (columns, rows) = (lattice.columns as f32, lattice.rows as f32);
    (0..lattice.cells())
        .map(|cell| {
            let (x, y) = lattice.column_row(cell);
            let (x, y) = (x as f32 / columns - 0.5, y as f32 / rows - 0.5);
            (x * x + y * y < 0.2) == (stream.unit_f32() > 0.02)
        })
        .collect()
}

fn obstacles(lattice: &Lattice, count: usize, seed: u64) -> Vec<Obstacle> {
    let mut stream = Seed::new(seed).stream(Stage::Probe, 6);
    let mut unit = || stream.unit_f32();
    let corner = Vec2::new(lattice.first.0 as f32, lattice.first.1 as f32);
    let extent = Vec2::new(lattice.columns as f32, lattice.rows as f32) + 8.0;
    (0..count)
        .map(|i| {
            let at = corner - 4.0 + Vec2::new(unit(), unit()) * extent;
            let kind = match i % 3 {
                0 => ObstacleKind::Clearance(unit() * 6.0),
                _ => ObstacleKind::CountsAsDot,
            };
            Obstacle::new(at, kind)
        })
        .collect()
}

fn setups() -> Vec<Setup> {
    let level = Level::detect();
    let mut all: Vec<Setup> = [32, 64, 256].map(|tile| Setup { level, tile }).into();
    all.extend(
        Level::supported()
            .into_iter()
            .map(|level| Setup { level, tile: 32 }),
    );
    all
}

fn assert_equal(arena: &Arena<'_>, name: &str) {
    let expected = plain(arena);
    assert!(expected.len() > 20, "{name}: {} dots", expected.len());
    for setup in setups() {
        let found = fill(arena, setup).unwrap();
        let differs = found.iter().zip(&expected).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{name}, {setup:?}");
        assert_eq!(found.len(), expected.len(), "{name}, {setup:?}");
    }
}

#[test]
fn all_maps_equal_the_plain_sampler_at_every_level_and_size_of_tile() {
    for seed in 0..4 {
        let lattice = lattice(128, 64);
        let maps = [
            ("gentle", hills(&lattice, 4.0, seed)),
            ("wide", hills(&lattice, 50.0, seed)),
            ("rough", rough(&lattice, seed)),
        ];
        let everywhere = vec![true; lattice.cells()];
        let ragged = ragged(&lattice, seed);
        let some = obstacles(&lattice, 60, seed);
        for (name, spacing) in &maps {
            for (region, obstacles) in [(&everywhere, &[][..]), (&ragged, &some[..])] {
                let arena = Arena {
                    lattice: &lattice,
                    spacing,
                    obstacles,
                    region,
                    seed: Seed::new(seed),
                };
                assert_equal(
                    &arena,
                    &format!("{name} {seed}, {} obstacles", obstacles.len()),
                );
            }
        }
    }
}

#[cfg(feature = "rayon")]
#[test]
fn threads_do_not_enter() {
    let lattice = lattice(640, 512);
    let spacing = hills(&lattice, 8.0, 3);
    let region = ragged(&lattice, 3);
    let obstacles = obstacles(&lattice, 300, 3);
    let arena = Arena {
        lattice: &lattice,
        spacing: &spacing,
        obstacles: &obstacles,
        region: &region,
        seed: Seed::new(8),
    };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| fill(&arena, Setup::default()).unwrap())
    };
    let one = on(1);
    assert!(one.len() > 10_000, "{}", one.len());
    for threads in [2, 3, 8] {
        assert!(on(threads) == one, "{threads} threads");
    }
}

/// All pairs and a comb of positions, without cells or neighbourhoods.
#[test]
fn rough_fields_are_legal_and_maximal_by_brute_force() {
    for seed in 0..4 {
        let lattice = lattice(32, 32);
        let spacing = rough(&lattice, seed);
        let arena = Arena {
            lattice: &lattice,
            spacing: &spacing,
            obstacles: &[],
            region: &vec![true; lattice.cells()],
            seed: Seed::new(seed),
        };
        let dots: Vec<(i64, i64, u32)> = fill(&arena, Setup::default())
            .unwrap()
            .into_iter()
            .map(|dot| {
                let (x, y) = lattice.units(dot.cell, dot.spot);
                (x, y, dot.own)
            })
            .collect();
        let conflict = |a: (i64, i64, u32), b: (i64, i64, u32)| {
            Mapped::conflict((a.0 - b.0).pow(2) + (a.1 - b.1).pow(2), a.2, b.2)
        };
        for (i, &a) in dots.iter().enumerate() {
            assert!(!dots[..i].iter().any(|&b| conflict(a, b)), "seed {seed}");
        }
        for cell in 0..lattice.cells() {
            let (column, row) = lattice.column_row(cell);
            for y in (0..2048).step_by(149) {
                for x in (0..2048).step_by(149) {
                    let (ux, uy) = lattice.units(cell, Spot { x, y });
                    let own = spacing.at(column, row, i32::from(x), i32::from(y));
                    let covered = dots.iter().any(|&dot| conflict((ux, uy, own), dot));
                    assert!(covered, "seed {seed}: room at {ux},{uy}");
                }
            }
        }
    }
}
