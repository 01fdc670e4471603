//! The figures of an even field against those of saturated random sets, and its profiles across the
//! borders of its own machinery.
//!
//! A few fields of 10⁵ dots here; `FIELD_SWEEP=1` makes it ten seeds and 10⁶ dots, for the record.

use glam::{DVec2, Vec2};
use stubblefield::quality::{self, PairCorrelation, Periodogram};
use stubblefield::{Density, DotField, EdgePolicy, FieldRequest, Mask, Ranking, Scale, Seed, Size};

fn sweep() -> bool {
    std::env::var_os("FIELD_SWEEP").is_some()
}

/// Mean and standard deviation of one figure over the seeds.
fn summary(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance.sqrt())
}

/// χ² of counts against expected counts, in standard deviations above its own mean.
fn excess(counts: &[f64], expected: &[f64]) -> f64 {
    let chi2: f64 = counts
        .iter()
        .zip(expected)
        .map(|(got, wanted)| (got - wanted).powi(2) / wanted)
        .sum();
    (chi2 - counts.len() as f64) / (2.0 * counts.len() as f64).sqrt()
}

/// Reference figures of a saturated random set on a torus of some 2000 dots: what is measured, its
/// value, and how far the mean of the seeds may lie from it.
const REFERENCE: [(&str, f64, f64); 7] = [
    ("C", 0.69656, 0.003),
    ("relative radius", 0.776, 0.003),
    ("mean nearest", 0.818, 0.004),
    ("S(0)", 0.059, 0.006),
    ("effective Nyquist", 0.675, 0.02),
    ("oscillation", 3.3, 0.2),
    ("g(1.01)", 5.3, 0.5),
];

/// Field test 6, 7.
#[test]
fn the_table_of_saturated_random_sets_is_met() {
    let seeds = if sweep() { 10 } else { 4 };
    let mut columns = vec![Vec::new(); REFERENCE.len()];
    for seed in 0..seeds {
        let field = DotField::torus(76, 1.0, Seed::new(700 + seed)).unwrap();
        let spectrum = Periodogram::measure(&field, 2.6).unwrap();
        let hexagonal =
            (2.0 * field.area_mm2() / (3.0_f64.sqrt() * field.dots().len() as f64)).sqrt();
        // Over several bins the kernel of the reference is met: 0.025 spacings.
        let pairs = PairCorrelation::measure(&field, 0.02, 2.0).unwrap();
        let row = [
            quality::packing_constant(&field),
            quality::least_distance_mm(&field).unwrap() / hexagonal,
            quality::mean_nearest_mm(&field).unwrap() / hexagonal,
            spectrum.low_frequency_power(),
            spectrum.effective_nyquist(),
            spectrum.oscillation(0.05),
            pairs.values()[50],
        ];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
        assert_eq!(
            quality::uncovered_share(&field, 100_000, Seed::new(seed)),
            0.0
        );
        assert!(
            pairs.values()[..49].iter().all(|&g| g == 0.0),
            "closer than allowed"
        );
        // No delta at the spacing: the first two bins differ by the fall of the curve alone.
        assert!(
            pairs.values()[50] < 2.0 * pairs.values()[51],
            "{:?}",
            &pairs.values()[50..53]
        );
    }
    for ((name, wanted, slack), column) in REFERENCE.into_iter().zip(&columns) {
        let (mean, deviation) = summary(column);
        eprintln!("{name}: {mean:.4} ± {deviation:.4} over {seeds} seeds, reference {wanted}");
        // Three standard errors besides, for the number of seeds.
        let slack = slack + 3.0 * deviation / f64::from(seeds as u32).sqrt();
        assert!(
            (mean - wanted).abs() < slack,
            "{name}: {mean}, not {wanted} ± {slack}"
        );
    }
}

/// Field test 8.
#[test]
fn no_border_of_tiles_or_bands_shows_in_the_density() {
    let cells = if sweep() { 1728 } else { 576 };
    let field = DotField::torus(cells, 1.0, Seed::new(9)).unwrap();
    let side = field.period_mm().unwrap() / f64::from(cells);
    let dots = field.dots().len() as f64;
    for tile in [32, 64, 96] {
        if cells % tile != 0 {
            continue;
        }
        // Bins of a fifth of a cell, 0.14 spacings, as far as half a tile on either side.
        let bins = tile as usize * 5;
        for (axis, along) in [("x", DVec2::X), ("y", DVec2::Y)] {
            let mut counts = vec![0.0; bins];
            for dot in field.dots() {
                let cell = dot.position_mm.as_dvec2().dot(along) / side;
                let phase = cell.rem_euclid(f64::from(tile));
                counts[((phase * 5.0) as usize).min(bins - 1)] += 1.0;
            }
            let expected = vec![dots / bins as f64; bins];
            let sigma = excess(&counts, &expected);
            let at_border = (counts[0] + counts[bins - 1]) / (2.0 * expected[0]) - 1.0;
            eprintln!(
                "{dots} dots, tile {tile}, {axis}: χ² {sigma:+.1} σ, at the border {:+.2} %",
                at_border * 100.0
            );
            // Once in 10⁶ by chance.
            assert!(sigma < 5.0, "tile {tile}, {axis}: {sigma} σ");
            assert!(
                at_border.abs() < 5.0 / (2.0 * expected[0]).sqrt(),
                "{at_border}"
            );
        }
    }
    let [x, y] = quality::lattice_harmonic(&field);
    eprintln!(
        "first harmonic in the cell {x:.4} {y:.4}, noise {:.4}",
        1.8 / dots.sqrt()
    );
    // Noise, once in 10⁴, and 0.003 of the blind rounds.
    let limit = 0.003 + 6.1 / dots.sqrt();
    assert!(x < limit && y < limit, "{x} {y}");
}

/// Field test 9.
#[test]
fn a_clipped_edge_has_the_density_of_the_inside() {
    // Radius of the disc in spacings: 1.4·10⁶ or 9·10⁴ dots.
    let (radius, px) = if sweep() { (800.0, 3.0) } else { (200.0, 4.0) };
    let width = ((radius + 4.0) * px * 2.0) as u32;
    let middle = Vec2::splat(width as f32 / 2.0);
    let mask = Mask::from_fn(Size::new(width, width).unwrap(), |p| {
        (radius as f32 * px as f32 - p.distance(middle) + 0.5).clamp(0.0, 1.0)
    })
    .unwrap();
    // A spacing of 1 mm: 100·C dots per cm².
    let request = FieldRequest::new(
        &mask,
        Scale::px_per_mm(px as f32).unwrap(),
        Density::per_cm2((100.0 * Density::PACKING) as f32).unwrap(),
        Seed::new(3),
    )
    .with_ranking(Ranking::Index);
    let field = request.generate().unwrap();
    // Rings of 0.1 spacings, from 0.2 outside to 4 inside: the outermost two hold the pixels that
    // the edge crosses, of which the dots get the covered share.
    let mut counts = [0.0; 42];
    let centre = DVec2::splat(f64::from(width) / 2.0 / px);
    for dot in field.dots() {
        let inside = radius - dot.position_mm.as_dvec2().distance(centre) + 0.2;
        if (0.0..4.2).contains(&inside) {
            counts[(inside * 10.0) as usize] += 1.0;
        }
    }
    let expected: Vec<f64> = (0..42)
        .map(|i| {
            let thin = |j: u32| {
                let inside = (f64::from(i) + (f64::from(j) + 0.5) / 16.0) / 10.0 - 0.2;
                let covered = (inside * px + 0.5).clamp(0.0, 1.0);
                covered * std::f64::consts::TAU * (radius - inside) / 160.0
            };
            Density::PACKING * (0..16).map(thin).sum::<f64>()
        })
        .collect();
    let sigma = excess(&counts, &expected);
    let first = counts[..12].iter().sum::<f64>() / expected[..12].iter().sum::<f64>() - 1.0;
    eprintln!(
        "{} dots, χ² {sigma:+.1} σ, first spacing {:+.2} %",
        field.dots().len(),
        first * 100.0
    );
    assert!(sigma < 5.0, "{sigma} σ: {counts:?}");
    assert!(
        first.abs() < 5.0 / expected[..12].iter().sum::<f64>().sqrt(),
        "{first}"
    );
}

/// The power of dots along a line at so many waves a spacing.
fn power(along: &[f64], waves: f64) -> f64 {
    let (mut cosines, mut sines) = (0.0, 0.0);
    for at in along {
        let (sine, cosine) = (std::f64::consts::TAU * waves * at).sin_cos();
        cosines += cosine;
        sines += sine;
    }
    (cosines * cosines + sines * sines) / along.len() as f64
}

/// Waves a spacing in bins of 0.1, and how many of them are looked at in each.
const BINS: usize = 24;
const WAVES: usize = 20;

/// How edges run in radians: along the lattice, nearly so, and across it.
const TURNS: [f32; 4] = [0.0, 0.02, 0.7, std::f32::consts::FRAC_PI_2];

/// Mean power in each bin of the dots of strips half a spacing deep, along straight edges of different ways
/// and phases: at the edge itself, and for comparison 6 to 20 spacings inside.
fn fences(policy: EdgePolicy, seeds: u64) -> [[f64; BINS]; 2] {
    const PX: f32 = 4.0;
    let size = Size::new(1200, 1200).unwrap();
    let mut powers = [[0.0; BINS]; 2];
    for seed in 0..seeds {
        for turn in TURNS {
            let (along, inward) = (Vec2::from_angle(turn), Vec2::from_angle(turn).perp());
            // Through about the middle, at another place in its cell each time.
            let middle = Vec2::splat(150.0) + inward * (seed as f32 * 0.37);
            let depth = |mm: Vec2| (mm - middle).dot(inward);
            let inside = |p| (0.0..24.0).contains(&depth(p / PX));
            let mask = Mask::from_fn(size, |p| f32::from(u8::from(inside(p)))).unwrap();
            let request = FieldRequest::new(
                &mask,
                Scale::px_per_mm(PX).unwrap(),
                Density::per_cm2((100.0 * Density::PACKING) as f32).unwrap(),
                Seed::new(seed),
            )
            .with_edges(policy)
            .with_ranking(Ranking::Index);
            let field = request.generate().unwrap();
            let strip = |from: f32| -> Vec<f64> {
                let inside = field.dots().iter().map(|dot| dot.position_mm);
                let inside = inside.filter(|&p| (from..from + 0.5).contains(&depth(p)));
                let at = inside.map(|p| f64::from((p - middle).dot(along)));
                at.filter(|at| at.abs() < 130.0).collect()
            };
            let edge = strip(0.0);
            let deep: Vec<Vec<f64>> = (0..8).map(|i| strip(6.0 + 2.0 * i as f32)).collect();
            let strips = (TURNS.len() * seeds as usize * WAVES) as f64;
            for wave in 0..BINS * WAVES {
                let waves = (wave as f64 + 0.5) / (10 * WAVES) as f64;
                powers[0][wave / WAVES] += power(&edge, waves) / strips;
                for strip in &deep {
                    powers[1][wave / WAVES] += power(strip, waves) / strips / deep.len() as f64;
                }
            }
        }
    }
    powers
}

/// Field test 30: no picket fence.
///
/// A field that is filled to the edge has one, slight as it is, so it would be seen.
#[test]
fn dots_along_a_clipped_edge_are_no_more_regular_than_elsewhere() {
    let seeds = if sweep() { 24 } else { 6 };
    let worst = |policy| {
        let [edge, inside] = fences(policy, seeds);
        eprintln!("{policy:?}: at the edge {edge:.2?}, inside {inside:.2?}");
        let off = (0..BINS).map(|i| (edge[i] / inside[i] - 1.0).abs());
        off.fold(0.0, f64::max)
    };
    // Powers are spread like an exponential; five standard deviations of a bin's mean.
    let bound = 5.0 / ((TURNS.len() * WAVES) as f64 * seeds as f64).sqrt();
    let (clip, fill) = (worst(EdgePolicy::Clip), worst(EdgePolicy::Fill));
    eprintln!("farthest off: clipped {clip:.3}, filled {fill:.3}, bound {bound:.3}");
    assert!(clip < bound, "{clip}, not below {bound}");
    assert!(fill > bound, "{fill} would not be seen at {bound}");
}
