//! White-box tests of the whole sampler.

use super::*;
use crate::field::lattice::{CONFLICT, Spot};
use crate::field::obstacle::Obstacles;
use crate::field::rounds::Arena;
use crate::random::Seed;

/// Positions of all dots in units.
fn fill(lattice: &Lattice, seed: u64) -> Vec<(i64, i64)> {
    let sites = Arena {
        lattice,
        obstacles: &Obstacles::default(),
        region: &vec![true; lattice.cells()],
        seed: Seed::new(seed),
    }
    .fill();
    let placed = |(cell, site): (usize, Option<Spot>)| Some(lattice.units(cell, site?));
    sites.into_iter().enumerate().filter_map(placed).collect()
}

/// Field test 5.
///
/// All pairs and a comb of positions, without the generator's neighbourhoods.
#[test]
fn uniform_fields_are_legal_and_maximal_by_brute_force() {
    let conflict = |a: (i64, i64), b: (i64, i64)| {
        (a.0 - b.0).pow(2) + (a.1 - b.1).pow(2) < i64::from(CONFLICT)
    };
    for seed in 0..6 {
        let lattice = Lattice::of_mm((-4, 1000), 11, 9);
        let dots = fill(&lattice, seed);
        for (i, &a) in dots.iter().enumerate() {
            assert!(!dots[..i].iter().any(|&b| conflict(a, b)), "seed {seed}");
        }
        for cell in 0..lattice.cells() {
            for y in (0..2048).step_by(47) {
                for x in (0..2048).step_by(47) {
                    let probe = lattice.units(cell, Spot { x, y });
                    let covered = dots.iter().any(|&dot| conflict(probe, dot));
                    assert!(covered, "seed {seed}: room at {probe:?}");
                }
            }
        }
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
#[test]
fn ties_of_priority_are_rare_enough_to_end() {
    // Many seeds on a small torus: the remainder always closes.
    for seed in 0..200 {
        let field = DotField::torus(8 + seed % 5, 1.0, Seed::new(u64::from(seed))).unwrap();
        assert!(field.dots().len() >= 18, "{}", field.dots().len());
    }
}
