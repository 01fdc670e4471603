//! A uniform field has the statistics of dart throwing, and leaves no room.

use glam::DVec2;
use rand::Rng;
use stubblefield::quality::{self, PairCorrelation, Periodogram};
use stubblefield::{DotField, Seed, Stage};

/// Field test 5, and legality.
#[test]
fn a_hundred_thousand_dots_keep_their_distance_and_leave_no_room() {
    let field = DotField::torus(560, 1.0, Seed::new(11)).unwrap();
    let dots = field.dots().len();
    assert!(dots >= 100_000, "{dots}");
    let least = quality::least_distance_mm(&field).unwrap();
    let packing = quality::packing_constant(&field);
    let [x, y] = quality::lattice_harmonic(&field);
    let floor = Periodogram::measure(&field, 0.125)
        .unwrap()
        .low_frequency_power();
    eprintln!("{dots} dots, least {least}, C {packing:.5}, lattice {x:.4} {y:.4}, S(0) {floor:.4}");
    assert!(least > 1.0 - 1e-4, "f32 coordinates near 400 mm: {least}");
    assert_eq!(quality::uncovered_share(&field, 300_000, Seed::new(5)), 0.0);
    // N has a standard deviation of √(0.06·N) = 81, or 0.0005 in C.
    assert!((packing - 0.6966).abs() < 0.001, "{packing}");
    // 2500 frequencies: the mean has a standard deviation of 2 %.
    assert!((floor - 0.06).abs() < 0.015, "{floor}");
    assert!(x < 0.006 && y < 0.006, "{x} {y}");
}

/// Positions on the unit torus by throwing darts one after the other.
fn naive(spacing: f64, seed: u64) -> Vec<DVec2> {
    let mut stream = Seed::new(seed).stream(Stage::Probe, 3);
    let side = (1.0 / spacing).floor() as i64;
    let mut bins = vec![Vec::<DVec2>::new(); (side * side) as usize];
    let mut dots = Vec::new();
    for _ in 0..(600.0 * 0.7 / (spacing * spacing)) as u64 {
        let mut unit = || stream.next_u64() as f64 / 18_446_744_073_709_551_616.0;
        let dart = DVec2::new(unit(), unit());
        let home = (dart * side as f64).floor();
        let near = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        let free = near.into_iter().all(|(dx, dy)| {
            let x = (home.x as i64 + dx).rem_euclid(side);
            let y = (home.y as i64 + dy).rem_euclid(side);
            bins[(y * side + x) as usize].iter().all(|&dot| {
                let way = dart - dot;
                (way - way.round()).length() >= spacing
            })
        });
        if free {
            dots.push(dart);
            bins[(home.y as i64 * side + home.x as i64) as usize].push(dart);
        }
    }
    dots
}

/// Field test 29.
#[test]
fn distances_are_those_of_naive_darts() {
    const SETS: u64 = 6;
    let cells = 64_u32;
    let spacing = std::f64::consts::SQRT_2 / f64::from(cells);
    let (mut ours, mut theirs) = ([0.0; 2], [0.0; 2]);
    for seed in 0..SETS {
        let field = DotField::torus(cells, 1.0, Seed::new(seed)).unwrap();
        let n = field.dots().len() as f64;
        let hexagonal = |n: f64| (2.0 / (3.0_f64.sqrt() * n)).sqrt();
        let nearest = quality::mean_nearest_mm(&field).unwrap() / field.period_mm().unwrap();
        ours[0] += n / SETS as f64;
        ours[1] += nearest / hexagonal(n) / SETS as f64;
        let dots = naive(spacing, seed);
        let sum: f64 = dots
            .iter()
            .map(|&a| {
                let squares = dots.iter().map(|&b| {
                    let way = a - b;
                    (way - way.round()).length_squared()
                });
                squares.filter(|&d| d > 0.0).fold(1.0, f64::min).sqrt()
            })
            .sum();
        theirs[0] += dots.len() as f64 / SETS as f64;
        theirs[1] += sum / dots.len() as f64 / hexagonal(dots.len() as f64) / SETS as f64;
    }
    eprintln!("dots, mean nearest distance: {ours:?}, naive {theirs:?}");
    // 600 darts a dot reach 97 % of saturation.
    let fuller = ours[0] / theirs[0];
    assert!((1.015..1.045).contains(&fuller), "{fuller}");
    assert!((ours[1] - theirs[1]).abs() < 0.012, "{ours:?} {theirs:?}");
    assert!((ours[1] - 0.818).abs() < 0.006, "{}", ours[1]);
}

/// Field test 7, 10.
#[test]
fn spectrum_and_pair_correlation_are_those_of_saturated_random_sets() {
    const SETS: u64 = 8;
    let (mut peak, mut low, mut flat) = (0.0, 0.0, 0.0);
    let mut pairs = vec![0.0; 120];
    for seed in 0..SETS {
        let field = DotField::torus(64, 1.0, Seed::new(100 + seed)).unwrap();
        let spectrum = Periodogram::measure(&field, 2.0).unwrap();
        let rings = spectrum.radial(0.1);
        peak += rings.iter().map(|ring| ring.power).fold(0.0, f64::max) / SETS as f64;
        low += spectrum.low_frequency_power() / SETS as f64;
        flat += rings.iter().skip(2).map(|r| r.anisotropy_db).sum::<f64>()
            / (rings.len() - 2) as f64
            / SETS as f64;
        let measured = PairCorrelation::measure(&field, 0.025, 3.0).unwrap();
        for (sum, value) in pairs.iter_mut().zip(measured.values()) {
            *sum += value / SETS as f64;
        }
    }
    eprintln!(
        "peak {peak:.3}, S(0) {low:.4}, anisotropy {flat:.2} dB, g {:?}",
        &pairs[38..60]
    );
    assert!((1.6..2.0).contains(&peak), "{peak}");
    assert!((low - 0.06).abs() < 0.015, "{low}");
    assert!(flat.abs() < 0.5, "{flat} dB");
    assert!(pairs[..39].iter().all(|&g| g == 0.0), "closer than allowed");
    // Pairs at exactly the spacing may round to just below it.
    assert!(pairs[39] < 0.02, "{}", pairs[39]);
    // Logarithmic divergence at the spacing, no delta: neighbouring bins fall off smoothly.
    assert!((3.0..6.5).contains(&pairs[40]), "{}", pairs[40]);
    assert!(
        pairs[41] > 0.4 * pairs[40],
        "{} after {}",
        pairs[41],
        pairs[40]
    );
    assert!((pairs[110..].iter().sum::<f64>() / 10.0 - 1.0).abs() < 0.03);
}

#[test]
fn tori_that_make_no_sense_are_refused() {
    for (cells, spacing) in [
        (0, 1.0),
        (7, 1.0),
        (64, 0.0),
        (64, f32::NAN),
        (64, -1.0),
        (64, 1e9),
        (1 << 20, 1.0),
    ] {
        assert!(
            DotField::torus(cells, spacing, Seed::new(1)).is_err(),
            "{cells} {spacing}"
        );
    }
}

#[test]
fn the_power_of_a_wave_is_the_sum_over_all_dots() {
    let field = DotField::torus(24, 1.0, Seed::new(5)).unwrap();
    let spectrum = Periodogram::measure(&field, 1.0).unwrap();
    let turn = std::f64::consts::TAU / field.period_mm().unwrap();
    for (fx, fy) in [(0, 0), (3, 2), (-3, 2), (3, -2), (-7, -1), (0, 5), (6, 0)] {
        let wave = DVec2::new(f64::from(fx), f64::from(fy)) * turn;
        let sum: DVec2 = (field.dots().iter())
            .map(|dot| DVec2::from_angle(wave.dot(dot.position_mm.as_dvec2())))
            .sum();
        let power = sum.length_squared() / field.dots().len() as f64;
        assert!(
            (spectrum.power(fx, fy) - power).abs() < 1e-6,
            "({fx}, {fy})"
        );
    }
}
