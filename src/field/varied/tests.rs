//! The sampler is held to the plain one, and to brute force.

use glam::Vec2;

use super::plain::plain;
use super::*;
use crate::field::obstacle::ObstacleKind;
use crate::field::spacing::NOMINAL;
use crate::random::Stage;

fn lattice(columns: usize, rows: usize) -> Lattice {
    Lattice::of_mm((-64, 70_400), columns, rows)
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
    Mapped::new(lattice, nodes).0
}

/// Spacings that jump from corner to corner, as far as the limit on growth lets them.
fn rough(lattice: &Lattice, seed: u64) -> Mapped {
    let mut stream = Seed::new(seed).stream(Stage::Probe, 8);
    let nodes = (0..(lattice.columns + 1) * (lattice.rows + 1))
        .map(|_| NOMINAL + (stream.unit_f32() * 4.0 * NOMINAL as f32) as u32)
        .collect();
    Mapped::new(lattice, nodes).0
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

/// All dots in the order of the cells.
fn all(arena: &Arena<'_>, level: Level) -> Vec<Laid> {
    fill(arena, level).unwrap().concat()
}

fn assert_equal(arena: &Arena<'_>, name: &str) {
    let expected = plain(arena);
    assert!(expected.len() > 20, "{name}: {} dots", expected.len());
    for level in Level::supported() {
        let found = all(arena, level);
        let differs = found.iter().zip(&expected).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{name}, {level}");
        assert_eq!(found.len(), expected.len(), "{name}, {level}");
    }
}

/// Field test 2.
#[test]
fn all_maps_equal_the_plain_sampler_at_every_level() {
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

/// Field test 1.
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
        pool.unwrap().install(|| all(&arena, Level::detect()))
    };
    let one = on(1);
    assert!(one.len() > 10_000, "{}", one.len());
    for threads in [2, 3, 8] {
        assert!(on(threads) == one, "{threads} threads");
    }
}

/// Field test 5.
///
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
        let dots: Vec<(i64, i64, u32)> = all(&arena, Level::detect())
            .into_iter()
            .map(|dot| {
                let (x, y) = lattice.units(dot.cell as usize, dot.spot);
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

/// Field test 20.
#[test]
fn a_run_cut_short_is_an_error_and_never_a_field_with_room() {
    let lattice = lattice(128, 128);
    let arena = Arena {
        lattice: &lattice,
        spacing: &hills(&lattice, 8.0, 2),
        obstacles: &[],
        region: &vec![true; lattice.cells()],
        seed: Seed::new(2),
    };
    let whole = fill(&arena, Level::detect()).unwrap();
    let mut cut = (1..).map(|rounds| fill_within(&arena, Level::detect(), rounds));
    let errors: Vec<Error> = cut.by_ref().map_while(Result::err).collect();
    assert!(errors.len() > 4, "{errors:?}");
    for (rounds, error) in (1..).zip(errors) {
        // Cells are listed from the first aimed round on.
        let listed = |cells| cells > 0 || rounds <= draws::BLIND;
        assert!(
            matches!(error, Error::RoomLeft { cells } if listed(cells)),
            "{rounds}: {error:?}"
        );
    }
    // One round more than is enough for the first without an error, and one more.
    for cut in cut.take(2) {
        assert!(cut.unwrap() == whole);
    }
}

/// Field test 8, 13.
///
/// Columns of blocks whose spacings are twice the nominal one, or an eighth of a unit short of it, and so have
/// cells of two sizes in turn.
#[test]
fn no_border_of_cell_sizes_shows_in_the_density() {
    const PERIOD: usize = 2 * BLOCK;
    let (columns, rows, seeds) = match std::env::var_os("FIELD_SWEEP") {
        Some(_) => (64, 64, 12),
        None => (16, 12, 1),
    };
    let lattice = lattice(columns * BLOCK, rows * BLOCK);
    for level in [1, 2] {
        let wide = NOMINAL << level;
        let line = lattice.columns + 1;
        let nodes = (0..line * (lattice.rows + 1)).map(|i| {
            // Nodes between blocks belong to both.
            let narrow = (1..BLOCK).contains(&(i % line % PERIOD));
            wide - u32::from(narrow)
        });
        let spacing = Mapped::new(&lattice, nodes.collect()).0;
        let region = vec![true; lattice.cells()];
        let arena = |seed: u64| Arena {
            lattice: &lattice,
            spacing: &spacing,
            obstacles: &[],
            region: &region,
            seed: Seed::new(seed),
        };
        let levels: Vec<u8> = Blocks::new(&arena(0)).list[..4]
            .iter()
            .map(|block| block.level)
            .collect();
        assert_eq!(levels, [level - 1, level, level - 1, level]);
        // Bins of half a cell of the wider size, but for the blocks at the rim, where dots crowd.
        let bins = PERIOD >> (level - 1);
        let mut counts = vec![0.0_f64; bins];
        let inner = |at: usize, count: usize| (BLOCK..(count - 1) * BLOCK).contains(&at);
        for seed in 0..seeds {
            for dot in all(&arena(seed), Level::detect()) {
                let (column, row) = lattice.column_row(dot.cell as usize);
                if inner(column, columns) && inner(row, rows) {
                    let phase = (column % PERIOD) as f64 + f64::from(dot.spot.x) / f64::from(UNITS);
                    counts[(phase / PERIOD as f64 * bins as f64) as usize] += 1.0;
                }
            }
        }
        let dots: f64 = counts.iter().sum();
        let mean = dots / bins as f64;
        let off = |i: usize| counts[i] / mean - 1.0;
        let borders = [0, bins / 2 - 1, bins / 2, bins - 1];
        for i in borders {
            let bound = 0.004 + 5.0 / mean.sqrt();
            assert!(off(i).abs() < bound, "level {level}: {} in bin {i}", off(i));
        }
        let rest = (0..bins).filter(|i| !borders.contains(i));
        let chi2: f64 = rest.map(|i| off(i).powi(2) * mean).sum();
        let free = (bins - borders.len()) as f64;
        let sigma = (chi2 - free) / (2.0 * free).sqrt();
        assert!(sigma < 5.0, "level {level}: {sigma} σ, {counts:?}");
        let half: f64 = counts[..bins / 2].iter().sum();
        let off = 2.0 * half / dots - 1.0;
        // Half of the dots have a variance of 0.06 of their number.
        let bound = 0.005 + 4.0 * (0.12 / dots).sqrt();
        assert!(off.abs() < bound, "level {level}: {off}");
    }
}
