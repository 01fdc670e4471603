//! White-box tests of the whole sampler.

use super::*;
use crate::field::darts::{DART_ROUNDS, mix32};
use crate::field::lattice::{CONFLICT, Spot};
use crate::field::obstacle::Obstacles;
use crate::field::rounds::Arena;
use crate::random::Seed;
use crate::units::Density;

/// Positions of all dots in units.
fn fill(lattice: &Lattice, seed: u64) -> Vec<(i64, i64)> {
    fill_by(lattice, seed, DART_ROUNDS, |priority| priority)
}

/// The same after another number of blind rounds, or by other priorities.
fn fill_by(
    lattice: &Lattice,
    seed: u64,
    blind_rounds: u8,
    priority: impl Fn(i32) -> i32,
) -> Vec<(i64, i64)> {
    let sites = Arena {
        lattice,
        obstacles: &Obstacles::default(),
        region: &vec![true; lattice.cells()],
        seed: Seed::new(seed),
    }
    .fill_by(blind_rounds, priority);
    let placed = |(cell, site): (usize, Option<Spot>)| Some(lattice.units(cell, site?));
    sites.into_iter().enumerate().filter_map(placed).collect()
}

/// All pairs and a comb of positions, without the generator's neighbourhoods.
fn assert_legal_and_maximal(lattice: &Lattice, dots: &[(i64, i64)], name: &str) {
    let conflict = |a: (i64, i64), b: (i64, i64)| {
        (a.0 - b.0).pow(2) + (a.1 - b.1).pow(2) < i64::from(CONFLICT)
    };
    for (i, &a) in dots.iter().enumerate() {
        assert!(!dots[..i].iter().any(|&b| conflict(a, b)), "{name}");
    }
    for cell in 0..lattice.cells() {
        for y in (0..2048).step_by(47) {
            for x in (0..2048).step_by(47) {
                let probe = lattice.units(cell, Spot { x, y });
                let covered = dots.iter().any(|&dot| conflict(probe, dot));
                assert!(covered, "{name}: room at {probe:?}");
            }
        }
    }
}

/// Field test 5.
#[test]
fn uniform_fields_are_legal_and_maximal_by_brute_force() {
    for seed in 0..6 {
        let lattice = Lattice::of_mm((-4, 1000), 11, 9);
        let dots = fill(&lattice, seed);
        assert_legal_and_maximal(&lattice, &dots, &format!("seed {seed}"));
    }
}

/// Field test 6.
///
/// Blind rounds only hasten the aimed ones: as many dots come of any number of them. On tori, of which
/// `FIELD_SWEEP=1` takes so many that 0.1 % would show.
#[test]
fn the_number_of_blind_rounds_does_not_change_how_many_dots_there_are() {
    let (cells, seeds) = match std::env::var_os("FIELD_SWEEP") {
        Some(_) => (1024, 12),
        None => (220, 2),
    };
    let lattice = Lattice {
        periodic: true,
        ..Lattice::of_mm((0, 0), cells, cells)
    };
    let all = (seeds as usize * lattice.cells()) as f64;
    for rounds in [DART_ROUNDS, 5, 8, 12] {
        let dots: usize = (0..seeds)
            .map(|seed| fill_by(&lattice, seed, rounds, |priority| priority).len())
            .sum();
        let packing = 2.0 * dots as f64 / all;
        // The number of dots has a variance of 0.06 of itself.
        let noise = (0.06 / dots as f64).sqrt();
        let off = packing / Density::PACKING - 1.0;
        assert!(
            off.abs() < 0.001 + 4.0 * noise,
            "{rounds} rounds: {packing}"
        );
    }
}

/// Field test 4.
#[test]
fn a_rectangle_shifted_over_the_lattice_shows_the_same_dots_far_from_its_rim() {
    let (here, there) = (
        Lattice::of_mm((-9, 20), 90, 80),
        Lattice::of_mm((-4, 17), 70, 75),
    );
    let (a, b) = (fill(&here, 5), fill(&there, 5));
    let deep = |dots: Vec<(i64, i64)>| -> Vec<_> {
        let unit = i64::from(UNITS);
        let inside =
            |at: i64, low: i64, high: i64| ((low + 10) * unit..(high - 10) * unit).contains(&at);
        let common = |d: &(i64, i64)| inside(d.0, -4, 66) && inside(d.1, 20, 92);
        dots.into_iter().filter(common).collect()
    };
    let (a, b) = (deep(a), deep(b));
    assert!(a.len() > 500);
    assert_eq!(a, b);
}

/// Field test 19.
///
/// Priorities of four bits: one conflict in 16 is a tie, which both sides lose.
#[test]
fn fields_of_many_ties_are_legal_maximal_and_as_dense_as_others() {
    let four_bits = |priority: i32| (mix32(priority as u32) >> 28) as i32;
    for seed in 0..4 {
        let lattice = Lattice::of_mm((-4, 1000), 11, 9);
        let dots = fill_by(&lattice, seed, DART_ROUNDS, four_bits);
        assert_ne!(dots, fill(&lattice, seed));
        assert_legal_and_maximal(&lattice, &dots, &format!("seed {seed}"));
    }
    let lattice = Lattice::of_mm((0, 0), 150, 150);
    let [tied, plain] = [
        fill_by(&lattice, 1, DART_ROUNDS, four_bits).len() as f64,
        fill(&lattice, 1).len() as f64,
    ];
    // 7900 dots: four standard deviations of the difference.
    assert!((tied / plain - 1.0).abs() < 0.016, "{tied} and {plain}");
}

/// Field test 14: the narrowest tori, where a dot's neighbours come from both sides.
#[test]
fn the_smallest_tori_close() {
    for seed in 0..200 {
        let field = DotField::torus(8 + seed % 5, 1.0, Seed::new(u64::from(seed))).unwrap();
        assert!(field.dots().len() >= 18, "{}", field.dots().len());
        assert!(quality::least_distance_mm(&field).unwrap() > 0.9999);
        assert_eq!(quality::uncovered_share(&field, 2000, Seed::new(1)), 0.0);
    }
}
