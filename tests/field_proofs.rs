//! Maximality, threads, ranks and pinned values, on the public API alone.

use glam::DVec2;
use stubblefield::{
    Density, Dot, DotField, FieldRequest, Mask, Plane, Ranking, Scale, Seed, Size, quality,
};

fn request(mask: &Mask, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(5.0).unwrap();
    let density = Density::per_cm2(100.0).unwrap();
    FieldRequest::new(mask, scale, density, Seed::new(seed))
}

/// Field test 5.
#[test]
fn no_room_is_left_by_branch_and_bound_even_and_on_a_ramp() {
    let size = Size::new(100, 100).unwrap();
    let mask = Mask::full(size);
    let falling = Plane::from_fn(size, |x, _| 1.0 - 0.9 * x as f32 / 99.0);
    for seed in 0..4 {
        let even = request(&mask, seed).generate().unwrap();
        assert_eq!(quality::room_left(&even), None, "seed {seed}");
        let request = request(&mask, seed).with_relative_density(&falling);
        let ramp = request.generate().unwrap();
        assert_eq!(quality::room_left(&ramp), None, "seed {seed}");
    }
}

/// Field test 14.
///
/// Dots from 0.59 mm to 29 mm apart, rising along a ramp and in a hill on top of it.
#[test]
fn spacings_from_1_to_50_in_one_field_are_legal_and_leave_no_room() {
    let size = Size::new(320, 240).unwrap();
    let mask = Mask::full(size); // 160 mm × 120 mm
    let map = Plane::from_fn(size, |x, y| {
        let (x, y) = (x as f32 / 320.0, y as f32 / 240.0);
        let hill = 1.0 - 12.0 * ((x - 0.3) * (x - 0.3) + (y - 0.6) * (y - 0.6));
        let ratio = (1.0 + 49.0 * x).max(30.0 * hill);
        1.0 / (ratio * ratio)
    });
    let scale = Scale::px_per_mm(2.0).unwrap();
    let density = Density::per_cm2(200.0).unwrap();
    for seed in 0..3 {
        let field = FieldRequest::new(&mask, scale, density, Seed::new(seed))
            .with_relative_density(&map)
            .generate()
            .unwrap();
        let all: Vec<&Dot> = field.dots().iter().chain(field.halo()).collect();
        let widest = all.iter().map(|dot| dot.spacing_mm).fold(0.0, f32::max);
        let least = all
            .iter()
            .map(|dot| dot.spacing_mm)
            .fold(f32::MAX, f32::min);
        assert!(widest / least > 40.0, "{least} to {widest} mm");
        for (i, a) in all.iter().enumerate() {
            for b in &all[..i] {
                let mean = f64::from(a.spacing_mm + b.spacing_mm) / 2.0;
                let away = a.position_mm.as_dvec2().distance(b.position_mm.as_dvec2());
                // The nominal spacing in eighths of a unit is rounded by 2·10⁻⁵, and positions are
                // f32: 170 mm from the corner two of them are off by 1.5·10⁻⁵ mm together.
                assert!(away > mean * 0.99995, "{a:?} and {b:?}");
            }
        }
        assert_eq!(quality::room_left(&field), None, "seed {seed}");
    }
}

/// Field test 1.
#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_changes_nothing() {
    let size = Size::new(300, 200).unwrap();
    let mask = Mask::from_fn(size, |p| (p.x / 200.0).min(1.0)).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| request(&mask, 9).generate().unwrap())
    };
    let one = on(1);
    assert!(one.dots().len() > 1000);
    for threads in [2, 3, 8] {
        assert!(on(threads) == one, "{threads} threads");
    }
    assert!(
        request(&mask, 10).generate().unwrap() != one,
        "another seed"
    );
}

/// Field test 2.
#[test]
fn the_first_dots_are_pinned() {
    let mask = Mask::full(Size::new(100, 100).unwrap());
    let field = request(&mask, 7).generate().unwrap();
    let first: Vec<_> = field.dots()[..3]
        .iter()
        .map(|dot| (dot.id, dot.position_mm.to_array(), dot.rank))
        .collect();
    // A change belongs under "Changed output" in the changelog.
    assert_eq!((field.dots().len(), first), (PINNED_COUNT, PINNED.to_vec()));
    let ramp = Plane::from_fn(mask.size(), |x, _| 1.0 - 0.9 * x as f32 / 99.0);
    let field = request(&mask, 7)
        .with_relative_density(&ramp)
        .generate()
        .unwrap();
    let last = field.dots().last().unwrap();
    assert_eq!(
        (field.dots().len(), last.id, last.position_mm.to_array()),
        PINNED_RAMP
    );
}

const PINNED_COUNT: usize = 399;
const PINNED: [(u64, [f32; 2], u32); 3] = [
    (36_028_797_153_181_703, [4.5670543, 0.1965254], 262),
    (36_028_797_153_181_705, [5.4226027, 0.58410114], 365),
    (36_028_797_153_181_706, [6.404653, 0.24695347], 376),
];
const PINNED_RAMP: (usize, u64, [f32; 2]) = (221, 36_028_806_011_551_754, [6.3602767, 19.736107]);

/// Field test 22.
#[test]
fn every_prefix_by_rank_is_even() {
    let mask = Mask::full(Size::new(250, 250).unwrap()); // 50 mm × 50 mm, 2500 dots
    let field = request(&mask, 3).generate().unwrap();
    let n = field.dots().len();
    let mut ranks: Vec<u32> = field.dots().iter().map(|dot| dot.rank).collect();
    ranks.sort_unstable();
    assert!(ranks.iter().copied().eq(0..n as u32), "a permutation");
    for cut in [16, 8, 4, 3, 2, 1] {
        let count = n / cut;
        let placed: Vec<DVec2> = field
            .dots()
            .iter()
            .filter(|dot| (dot.rank as usize) < count)
            .map(|dot| dot.position_mm.as_dvec2())
            .collect();
        let hexagonal = (2.0 * field.area_mm2() / (3.0_f64.sqrt() * count as f64)).sqrt();
        let deep = |p: &&DVec2| (*p - DVec2::splat(25.0)).abs().max_element() < 25.0 - hexagonal;
        let nearest: Vec<f64> = placed
            .iter()
            .filter(deep)
            .map(|a| {
                let ways = placed.iter().map(|b| a.distance(*b));
                ways.filter(|&d| d > 0.0).fold(f64::INFINITY, f64::min)
            })
            .collect();
        let mean = nearest.iter().sum::<f64>() / nearest.len() as f64 / hexagonal;
        // Quarters of the field hold the same number within a fifth.
        let quarter = placed.iter().filter(|p| p.x < 25.0 && p.y < 25.0).count() as f64;
        eprintln!("1/{cut}: mean nearest {mean:.3}, a quarter holds {quarter} of {count}");
        assert!(mean > 0.72, "1/{cut}: {mean}");
        assert!(
            (quarter / count as f64 - 0.25).abs() < 0.05,
            "1/{cut}: {quarter} of {count}"
        );
    }
}

/// Field test 24.
#[test]
fn ranks_leave_the_dots_alone() {
    let mask = Mask::full(Size::new(100, 100).unwrap());
    let even = request(&mask, 3).generate().unwrap();
    let plain = request(&mask, 3)
        .with_ranking(Ranking::Index)
        .generate()
        .unwrap();
    let places =
        |field: &DotField| -> Vec<_> { field.dots().iter().map(|d| d.position_mm).collect() };
    assert_eq!(places(&even), places(&plain));
    assert!(plain.dots().iter().zip(0..).all(|(dot, i)| dot.rank == i));
}
