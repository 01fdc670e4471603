//! The fast sampler is held to the plain one, word by word.

use glam::Vec2;

use super::grid::spot;
use super::*;
use crate::field::lattice::Lattice;
use crate::field::obstacle::{Obstacle, ObstacleKind, Obstacles};
use crate::random::{Seed, Stage};

fn lattice(columns: usize, rows: usize, periodic: bool) -> Lattice {
    Lattice {
        first: if periodic { (0, 0) } else { (-5, 70_000) },
        columns,
        rows,
        side_mm: 1.0,
        periodic,
    }
}

/// Where the two engines differ, for one way of cutting up the work.
fn difference(arena: &Arena<'_>, setups: &[Setup]) -> Option<String> {
    let plain = arena.fill();
    for setup in setups {
        let fast = fill(arena, *setup).unwrap();
        for cell in 0..arena.lattice.cells() {
            let (column, row) = arena.lattice.column_row(cell);
            let expected = plain[cell];
            let found = spot(fast.row(row)[column]);
            if found != expected {
                return Some(format!("{column},{row}: {found:?} {expected:?} {setup:?}"));
            }
        }
    }
    None
}

fn setups() -> Vec<Setup> {
    let tiles = [(32, 32), (64, 64), (96, 96), (40, 7)];
    let levels = Level::supported();
    let best = Level::detect();
    let mut all: Vec<Setup> = tiles.map(|tile| Setup { level: best, tile }).into();
    all.extend(levels.into_iter().map(|level| Setup {
        level,
        tile: (64, 48),
    }));
    all
}

fn arena<'a>(
    lattice: &'a Lattice,
    region: &'a [bool],
    obstacles: &'a Obstacles,
    seed: u64,
) -> Arena<'a> {
    Arena {
        lattice,
        obstacles,
        region,
        seed: Seed::new(seed),
    }
}

/// Field test 1, 2, 26: positions are held modulo 32 cells, which these exceed.
#[test]
fn tori_and_rectangles_equal_the_plain_sampler_for_all_tiles_and_levels() {
    let none = Obstacles::default();
    for (seed, columns, rows) in [
        (1, 150, 131),
        (2, 8, 8),
        (3, 9, 65),
        (4, 97, 33),
        (5, 200, 9),
    ] {
        for periodic in [false, true] {
            let lattice = lattice(columns, rows, periodic);
            let region = vec![true; lattice.cells()];
            let arena = arena(&lattice, &region, &none, seed);
            let difference = difference(&arena, &setups());
            assert_eq!(difference, None, "{columns}×{rows}, periodic {periodic}");
        }
    }
}

#[test]
fn many_seeds_equal_the_plain_sampler() {
    let none = Obstacles::default();
    let seeds = std::env::var("DOT_SEEDS").map_or(40, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        let lattice = lattice(64 + seed % 7, 50, seed % 2 == 0);
        let region = vec![true; lattice.cells()];
        let arena = arena(&lattice, &region, &none, seed as u64);
        let setup = Setup::for_rows(lattice.rows);
        assert_eq!(difference(&arena, &[setup]), None, "seed {seed}");
    }
}

#[test]
fn masks_and_obstacles_equal_the_plain_sampler() {
    for seed in 0..6 {
        let lattice = lattice(120, 90, false);
        let mut stream = Seed::new(seed).stream(Stage::Probe, 5);
        let mut unit = || stream.unit_f32();
        // A ragged disc with holes and single cells.
        let region: Vec<bool> = (0..lattice.cells())
            .map(|cell| {
                let (x, y) = lattice.column_row(cell);
                let (x, y) = (x as f32 - 55.0, y as f32 - 45.0);
                (x * x + y * y < 1600.0) == (unit() > 0.02)
            })
            .collect();
        let corner = Vec2::new(lattice.first.0 as f32, lattice.first.1 as f32);
        let obstacles: Vec<Obstacle> = (0..150)
            .map(|i| {
                let at = corner + Vec2::new(unit() * 124.0 - 2.0, unit() * 94.0 - 2.0);
                let kind = match i % 3 {
                    0 => ObstacleKind::Clearance(unit() * 4.0),
                    _ => ObstacleKind::CountsAsDot,
                };
                Obstacle::new(at, kind)
            })
            .collect();
        let placed = Obstacles::place(&obstacles, &lattice).unwrap();
        for obstacles in [&Obstacles::default(), &placed] {
            let arena = arena(&lattice, &region, obstacles, seed);
            assert_eq!(difference(&arena, &setups()[..3]), None, "seed {seed}");
        }
    }
}

/// Field test 1.
#[cfg(feature = "rayon")]
#[test]
fn threads_do_not_enter() {
    let lattice = lattice(300, 280, true);
    let none = Obstacles::default();
    let region = vec![true; lattice.cells()];
    let arena = arena(&lattice, &region, &none, 8);
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let setup = Setup::for_rows(lattice.rows);
        let difference = pool.unwrap().install(|| difference(&arena, &[setup]));
        assert_eq!(difference, None, "{threads} threads");
    }
}

/// Field test 20.
#[test]
fn a_run_cut_short_is_an_error_and_never_a_field_with_room() {
    let none = Obstacles::default();
    for periodic in [false, true] {
        let lattice = lattice(150, 131, periodic);
        let region = vec![true; lattice.cells()];
        let arena = arena(&lattice, &region, &none, 1);
        let setup = Setup::for_rows(lattice.rows);
        let whole = fill(&arena, setup).unwrap();
        let enough = whole.rounds() - DART_ROUNDS;
        assert!(enough > 3, "{enough}");
        for rounds in 1..enough + 2 {
            let cut = fill_within(&arena, setup, (&Watch::new(&(), 0), 0), rounds);
            if rounds < enough {
                let left = cut.map(|_| ()).unwrap_err();
                assert!(
                    matches!(left, Error::RoomLeft { cells } if cells > 0),
                    "{rounds}: {left:?}"
                );
            } else {
                assert_eq!(cut.unwrap().words(), whole.words(), "{rounds}");
            }
        }
    }
}

/// Field test 28: the work a dot costs, counted and not timed.
#[test]
fn cells_are_looked_at_seldom_and_rounds_are_few() {
    let none = Obstacles::default();
    let lattice = lattice(536, 536, true);
    let region = vec![true; lattice.cells()];
    let arena = arena(&lattice, &region, &none, 1);
    let setup = Setup::for_rows(lattice.rows);
    let whole = fill(&arena, setup).unwrap();
    let words = (0..lattice.rows).flat_map(|row| whole.row(row));
    let dots = words.filter(|&&word| spot(word).is_some()).count() as f64;
    let mut looked_at = Vec::new();
    for rounds in 1.. {
        match fill_within(&arena, setup, (&Watch::new(&(), 0), 0), rounds) {
            Err(Error::RoomLeft { cells }) => looked_at.push(cells as f64 / dots),
            _ => break,
        }
    }
    // Cells a dot that are left by each aim.
    let most = [0.6, 0.13, 0.002, 0.0001];
    assert!(looked_at.len() <= most.len(), "{looked_at:?}");
    for (left, most) in looked_at.iter().zip(most) {
        assert!(*left < most, "{looked_at:?}");
    }
    assert_eq!(whole.rounds(), DART_ROUNDS + looked_at.len() as u8 + 1);
}
