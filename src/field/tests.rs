//! White-box tests of the whole sampler.

use super::*;
use crate::field::lattice::Spot;
use crate::field::obstacle::Obstacles;
use crate::field::rounds::{Arena, Site};
use crate::field::spacing::Spacing;
use crate::random::Seed;

fn fill<S: Spacing>(lattice: &Lattice, spacing: &S, seed: u64) -> Vec<Site> {
    Arena {
        lattice,
        spacing,
        obstacles: &Obstacles::default(),
        region: &vec![true; lattice.cells()],
        seed: Seed::new(seed),
    }
    .fill()
    .unwrap()
}

/// Positions of all dots in units with their own spacings.
fn placed(lattice: &Lattice, sites: &[Site]) -> Vec<(i64, i64, u32)> {
    (0..lattice.cells())
        .filter(|&cell| sites[cell].radius != 0)
        .map(|cell| {
            let (x, y) = lattice.units(cell, sites[cell].spot);
            (x, y, sites[cell].radius)
        })
        .collect()
}

/// All pairs and a comb of positions, without the generator's neighbourhoods.
fn check_legal_and_maximal<S: Spacing>(lattice: &Lattice, spacing: &S, sites: &[Site], name: &str) {
    let dots = placed(lattice, sites);
    let conflict = |a: (i64, i64, u32), b: (i64, i64, u32)| {
        let squared = (a.0 - b.0).pow(2) + (a.1 - b.1).pow(2);
        i32::try_from(squared).is_ok_and(|squared| S::conflict(squared, a.2, b.2))
    };
    for (i, &a) in dots.iter().enumerate() {
        assert!(!dots[..i].iter().any(|&b| conflict(a, b)), "{name}");
    }
    for cell in 0..lattice.cells() {
        for y in (0..2048).step_by(47) {
            for x in (0..2048).step_by(47) {
                let spot = Spot { x, y };
                let (ux, uy) = lattice.units(cell, spot);
                let probe = (ux, uy, spacing.at(cell, spot));
                let covered = dots.iter().any(|&dot| conflict(probe, dot));
                assert!(covered, "{name}: room at {ux},{uy}");
            }
        }
    }
}

#[test]
fn uniform_fields_are_legal_and_maximal_by_brute_force() {
    for seed in 0..6 {
        let lattice = Lattice::of_mm((-4, 1000), 11, 9);
        let sites = fill(&lattice, &Uniform, seed);
        check_legal_and_maximal(&lattice, &Uniform, &sites, &format!("uniform {seed}"));
    }
}

#[test]
fn a_rectangle_shifted_over_the_lattice_shows_the_same_dots_far_from_its_rim() {
    let (here, there) = (
        Lattice::of_mm((-9, 20), 90, 80),
        Lattice::of_mm((-4, 17), 70, 75),
    );
    let (a, b) = (
        placed(&here, &fill(&here, &Uniform, 5)),
        placed(&there, &fill(&there, &Uniform, 5)),
    );
    let deep = |dots: Vec<(i64, i64, u32)>| -> Vec<_> {
        let unit = i64::from(UNITS);
        let inside =
            |at: i64, low: i64, high: i64| ((low + 10) * unit..(high - 10) * unit).contains(&at);
        let common = |d: &(i64, i64, u32)| inside(d.0, -4, 66) && inside(d.1, 20, 92);
        dots.into_iter().filter(common).collect()
    };
    let (a, b) = (deep(a), deep(b));
    assert!(a.len() > 500);
    assert_eq!(a, b);
}

#[test]
fn ties_of_priority_are_rare_enough_to_end() {
    // Many seeds on a small torus: the remainder always closes.
    for seed in 0..200 {
        let field = DotField::torus(8 + seed % 5, 1.0, Seed::new(u64::from(seed))).unwrap();
        assert!(field.dots().len() >= 18, "{}", field.dots().len());
    }
}
