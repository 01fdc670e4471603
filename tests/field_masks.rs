//! What a mask, a density map and obstacles do to a field.

use glam::Vec2;
use stubblefield::{
    Density, DotField, FieldRequest, Mask, Obstacle, ObstacleKind, Plane, Ranking, Scale, Seed,
    Size, quality,
};

const PX_PER_MM: f32 = 8.0;
/// Width of the rings around an edge over which dots are counted, in mm.
const RING_MM: f32 = 0.5;
const RINGS: usize = 22;

fn request(mask: &Mask, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(PX_PER_MM).unwrap();
    let density = Density::per_cm2(100.0).unwrap();
    FieldRequest::new(mask, scale, density, Seed::new(seed)).with_ranking(Ranking::Index)
}

/// Coverage of a disc of 40 mm radius in the middle of 100 mm × 100 mm, by its distance to the
/// edge in mm.
fn disc(edge: impl Fn(f32) -> f32) -> Mask {
    let size = Size::new(800, 800).unwrap();
    Mask::from_fn(size, |p| edge(inside_mm(p / PX_PER_MM))).unwrap()
}

fn inside_mm(place: Vec2) -> f32 {
    40.0 - place.distance(Vec2::splat(50.0))
}

fn ring(place: Vec2) -> usize {
    ((inside_mm(place) + 2.0 * RING_MM) / RING_MM).max(0.0) as usize
}

fn hard() -> Mask {
    disc(|mm| f32::from(u8::from(mm > 0.0)))
}

fn antialiased() -> Mask {
    disc(|mm| (mm * PX_PER_MM + 0.5).clamp(0.0, 1.0))
}

fn feathered() -> Mask {
    disc(|mm| {
        let t = (mm / 10.0).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    })
}

/// Field test 11.
#[test]
fn every_kind_of_edge_gives_the_density_that_the_mask_asks_for() {
    const SEEDS: u64 = 8;
    let masks = [
        ("hard", hard()),
        ("antialiased", antialiased()),
        ("feathered", feathered()),
    ];
    for (name, mask) in masks {
        let mut wanted = [0.0_f64; RINGS];
        for y in 0..800 {
            for x in 0..800 {
                let place = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) / PX_PER_MM;
                if let Some(ring) = wanted.get_mut(ring(place)) {
                    *ring += f64::from(mask.coverage().at(x, y)) / 64.0 * SEEDS as f64;
                }
            }
        }
        let (mut got, mut total) = ([0.0_f64; RINGS], 0.0);
        for seed in 0..SEEDS {
            let field = request(&mask, seed).generate().unwrap();
            total += field.dots().len() as f64;
            for dot in field.dots() {
                let px = dot.position_mm * PX_PER_MM;
                assert!(mask.coverage().at(px.x as i64, px.y as i64) > 0.0);
                if let Some(ring) = got.get_mut(ring(dot.position_mm)) {
                    *ring += 1.0;
                }
            }
        }
        let all = mask.area_px() / 64.0 * SEEDS as f64;
        eprintln!("{name}: {total} dots of {all:.0}");
        assert!((total / all - 1.0).abs() < 0.01, "{name}: {total} of {all}");
        for i in 0..RINGS {
            let from_mm = (i as f32 - 2.0) * RING_MM;
            let off = got[i] - wanted[i];
            eprintln!("  {from_mm:5.1} mm: {:6.0} of {:6.0}", got[i], wanted[i]);
            // Thinned dots are counts of a Poisson process at worst: 4 standard deviations and
            // half a ring of pixels that the ring's limits cut.
            let bound = 4.0 * wanted[i].max(4.0).sqrt() + if i == 1 { 40.0 } else { 0.0 };
            assert!(
                off.abs() < bound,
                "{name} at {from_mm} mm: {} of {}",
                got[i],
                wanted[i]
            );
        }
        let field = request(&mask, 1).generate().unwrap();
        assert_eq!(quality::uncovered_share(&field, 50_000, Seed::new(1)), 0.0);
        assert!(quality::least_relative_distance(&field).unwrap() > 0.9999);
    }
}

#[test]
fn an_antialiased_edge_moves_no_dot() {
    let (hard, soft) = (hard(), antialiased());
    let soft = request(&soft, 4).generate().unwrap();
    let hard = request(&hard, 4).generate().unwrap();
    let deep = |field: &DotField| -> Vec<_> {
        let dots = field.dots().iter().map(|dot| dot.position_mm);
        dots.filter(|&p| inside_mm(p) > 0.3).collect()
    };
    assert_eq!(deep(&hard), deep(&soft));
}

/// Field test 11.
#[test]
fn local_counts_follow_a_ramp_from_20_to_200_dots_per_cm2() {
    const SEEDS: u64 = 8;
    let size = Size::new(480, 400).unwrap(); // 120 mm × 100 mm
    let mask = Mask::full(size);
    let ramp = Plane::from_fn(size, |x, _| 0.1 + 0.9 * (x as f32 + 0.5) / 480.0);
    let scale = Scale::px_per_mm(4.0).unwrap();
    let density = Density::per_cm2(200.0).unwrap();
    let mut got = [0.0_f64; 12];
    for seed in 0..SEEDS {
        let field = FieldRequest::new(&mask, scale, density, Seed::new(seed))
            .with_relative_density(&ramp)
            .with_ranking(Ranking::Index)
            .generate()
            .unwrap();
        for dot in field.dots() {
            got[(dot.position_mm.x / 10.0).min(11.0) as usize] += 1.0 / SEEDS as f64;
        }
        if seed == 0 {
            assert_eq!(quality::uncovered_share(&field, 50_000, Seed::new(1)), 0.0);
            assert!(quality::least_relative_distance(&field).unwrap() > 0.9999);
        }
    }
    let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, &got) in got.iter().enumerate() {
        let wanted = 2000.0 * (0.1 + 0.9 * (i as f64 + 0.5) / 12.0);
        eprintln!(
            "wanted {wanted:.0}, got {got:.1}: {:+.4}",
            got / wanted - 1.0
        );
        assert!((got / wanted - 1.0).abs() < 0.03, "column {i}");
        n += 1.0;
        sx += wanted;
        sy += got;
        sxx += wanted * wanted;
        sxy += wanted * got;
    }
    let slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    eprintln!("slope {slope:.4}");
    assert!((slope - 1.0).abs() < 0.02, "{slope}");
}

/// Field test 14.
#[test]
fn low_densities_are_met_and_those_below_the_widest_spacing_thinned_to_measure() {
    let size = Size::new(800, 800).unwrap();
    let mask = Mask::full(size);
    for relative in [0.0_f32, 0.0002, 0.001, 0.01, 0.03] {
        let plane = Plane::filled(size, relative);
        let counts = (0..6).map(|seed| {
            let request = request(&mask, seed).with_relative_density(&plane);
            request.generate().unwrap().dots().len() as f64
        });
        let (got, wanted) = (counts.sum::<f64>(), 6.0 * 10_000.0 * f64::from(relative));
        // At most Poisson noise; 4 standard deviations.
        assert!(
            (got - wanted).abs() <= 4.0 * wanted.sqrt(),
            "{got} of {wanted}"
        );
    }
}

/// Field test 14.
#[test]
fn a_soft_mask_may_go_on_where_no_dot_is_wanted() {
    let mask = feathered();
    let left = Plane::from_fn(mask.size(), |x, _| f32::from(u8::from(x < 240)));
    let (mut got, mut wanted) = (0.0, 0.0);
    for seed in 0..4 {
        let request = request(&mask, seed).with_relative_density(&left);
        let field = request.generate().unwrap();
        // The density is read as the mean of cells of 0.6 mm, between their corners.
        assert!(field.dots().iter().all(|dot| dot.position_mm.x < 31.3));
        got += field.dots().len() as f64;
        let shares = mask.coverage().values().iter().zip(left.values());
        wanted += shares.map(|(a, b)| f64::from(a * b)).sum::<f64>() / 64.0;
    }
    // Dots are as even as these are to 2 %; half a spacing of the cut belongs to either side.
    assert!((got - wanted).abs() < 0.05 * wanted, "{got} of {wanted}");
}

/// Field test 15.
#[test]
fn obstacles_keep_their_distance_and_count_where_they_should() {
    let mask = Mask::full(Size::new(400, 400).unwrap()); // 50 mm × 50 mm
    let free = request(&mask, 2).generate().unwrap();
    // Every fourth dot of another field, and some that stand outside the picture or on each other.
    let other = request(&mask, 77).generate().unwrap();
    let mut hair: Vec<Obstacle> = other
        .dots()
        .iter()
        .step_by(4)
        .map(|dot| Obstacle::new(dot.position_mm, ObstacleKind::CountsAsDot))
        .collect();
    hair.extend(
        [
            Vec2::new(-0.3, 20.0),
            Vec2::new(50.2, 30.0),
            Vec2::splat(9.0),
            Vec2::splat(9.0),
        ]
        .map(|at| Obstacle::new(at, ObstacleKind::CountsAsDot)),
    );
    hair.push(Obstacle::new(
        Vec2::new(30.0, 10.0),
        ObstacleKind::Clearance(6.0),
    ));
    hair.push(Obstacle::new(
        Vec2::new(-2.0, -2.0),
        ObstacleKind::Clearance(10.0),
    ));
    let field = request(&mask, 2).with_obstacles(&hair).generate().unwrap();
    let spacing = field.nominal_spacing_mm() as f32;
    for dot in field.dots() {
        for obstacle in &hair {
            let least = match obstacle.kind {
                ObstacleKind::Clearance(mm) => mm,
                _ => spacing,
            };
            let distance = dot.position_mm.distance(obstacle.position_mm);
            assert!(distance > least - 1e-3, "{dot:?} and {obstacle:?}");
        }
    }
    assert_eq!(quality::uncovered_share(&field, 50_000, Seed::new(3)), 0.0);
    let cleared = (std::f32::consts::PI * 36.0) as usize + 40;
    let together = field.dots().len() + hair.len() + cleared;
    let off = together as f64 / free.dots().len() as f64 - 1.0;
    eprintln!("hair and dots against dots alone: {off:+.4}");
    assert!(off.abs() < 0.06, "{off}");
}

/// Field test 15: obstacles of both kinds, closer to each other than dots may be, in every cell.
#[test]
fn crowds_of_obstacles_are_kept_clear_of_and_leave_no_room() {
    let mask = Mask::full(Size::new(600, 600).unwrap()); // 75 mm × 75 mm, 5,600 dots
    let mut stream = Seed::new(4).stream(stubblefield::Stage::Probe, 0);
    let mut place = || Vec2::new(stream.unit_f32(), stream.unit_f32()) * 77.0 - 1.0;
    let kinds = [
        ObstacleKind::Clearance(0.2),
        ObstacleKind::Clearance(0.4),
        ObstacleKind::CountsAsDot,
        ObstacleKind::Clearance(2.0),
    ];
    let counts = [9000, 3000, 1200, 20];
    let mut crowd = Vec::new();
    for (kind, count) in kinds.into_iter().zip(counts) {
        crowd.extend((0..count).map(|_| Obstacle::new(place(), kind)));
    }
    let field = request(&mask, 5).with_obstacles(&crowd).generate().unwrap();
    assert!(field.dots().len() > 500, "{}", field.dots().len());
    let spacing = field.nominal_spacing_mm() as f32;
    for dot in field.dots() {
        for obstacle in &crowd {
            let least = match obstacle.kind {
                ObstacleKind::Clearance(mm) => mm,
                _ => spacing,
            };
            let distance = dot.position_mm.distance_squared(obstacle.position_mm);
            assert!(
                distance > (least - 1e-3).powi(2),
                "{dot:?} and {obstacle:?}"
            );
        }
    }
    assert_eq!(quality::uncovered_share(&field, 50_000, Seed::new(3)), 0.0);
}

/// Field test 13.
#[test]
fn a_field_twice_as_wide_and_a_quarter_as_dense_is_the_same_field_twice_as_large() {
    let size = Size::new(400, 400).unwrap();
    let mask = Mask::full(size);
    let ramp = Plane::from_fn(size, |x, y| (40 + x + y) as f32 / 840.0);
    for relative in [None, Some(&ramp)] {
        let field = |px_per_mm: f32, per_cm2: f32| {
            let scale = Scale::px_per_mm(px_per_mm).unwrap();
            let density = Density::per_cm2(per_cm2).unwrap();
            let mut request = FieldRequest::new(&mask, scale, density, Seed::new(6));
            request.relative_density = relative;
            request.with_ranking(Ranking::Index).generate().unwrap()
        };
        let (fine, coarse) = (field(8.0, 128.0), field(4.0, 32.0));
        assert!(fine.dots().len() > 1000);
        assert_eq!(fine.dots().len(), coarse.dots().len());
        for (fine, coarse) in fine.dots().iter().zip(coarse.dots()) {
            assert_eq!(2.0 * fine.position_mm, coarse.position_mm);
        }
    }
}

/// Field test 17.
#[test]
fn one_obstacle_changes_only_dots_near_it() {
    let mask = Mask::full(Size::new(400, 400).unwrap());
    let before = request(&mask, 2).generate().unwrap();
    let mut changed = 0;
    for step in 0..20 {
        let at = Vec2::new(6.0 + 1.9 * step as f32, 25.0);
        let obstacle = [Obstacle::new(at, ObstacleKind::CountsAsDot)];
        let after = request(&mask, 2)
            .with_obstacles(&obstacle)
            .generate()
            .unwrap();
        for (a, b) in [(&before, &after), (&after, &before)] {
            for dot in a.dots().iter().filter(|dot| {
                let twin = b.dots().binary_search_by_key(&dot.id, |dot| dot.id);
                twin.map_or(true, |i| b.dots()[i].position_mm != dot.position_mm)
            }) {
                changed += 1;
                let away = f64::from(dot.position_mm.distance(at)) / before.nominal_spacing_mm();
                assert!(away < 8.0, "{away} spacings");
            }
        }
    }
    assert!(changed < 20 * 20, "{changed} in 20 edits");
}

/// Field test 25.
#[test]
fn requests_that_cannot_be_met_are_refused_in_one_line() {
    let size = Size::new(40, 40).unwrap();
    let mask = Mask::full(size);
    for bad in [f32::NAN, -0.1, 1.1, f32::INFINITY] {
        let mut plane = Plane::filled(size, 1.0_f32);
        plane.values_mut()[77] = bad;
        let refused = request(&mask, 1).with_relative_density(&plane).generate();
        let words = refused.unwrap_err().to_string();
        assert_eq!(words, format!("relative_density is {bad}, allowed: 0..=1"));
    }
    let other = Plane::filled(Size::new(40, 41).unwrap(), 1.0);
    assert!(
        request(&mask, 1)
            .with_relative_density(&other)
            .generate()
            .is_err()
    );
    for (at, kind) in [
        (Vec2::new(f32::NAN, 0.0), ObstacleKind::CountsAsDot),
        (Vec2::new(0.0, f32::INFINITY), ObstacleKind::CountsAsDot),
        (Vec2::ZERO, ObstacleKind::Clearance(-1.0)),
        (Vec2::ZERO, ObstacleKind::Clearance(f32::NAN)),
        (Vec2::ZERO, ObstacleKind::Clearance(1e9)),
    ] {
        let obstacles = [Obstacle::new(at, kind)];
        assert!(
            request(&mask, 1)
                .with_obstacles(&obstacles)
                .generate()
                .is_err()
        );
    }
    let wide = Mask::full(Size::new(1 << 14, 1 << 14).unwrap());
    let scale = Scale::px_per_mm(0.2).unwrap();
    let most = Density::per_cm2(2000.0).unwrap();
    let refused = FieldRequest::new(&wide, scale, most, Seed::new(1)).generate();
    let words = refused.unwrap_err().to_string();
    assert!(
        words.ends_with(&format!("allowed: at most {}", FieldRequest::MAX_DOTS)),
        "{words}"
    );
}

/// Field test 14.
#[test]
fn empty_tiny_and_thin_masks_give_fields_without_complaint() {
    let empty = Mask::full(Size::new(30, 20).unwrap()).invert();
    let field = request(&empty, 1).generate().unwrap();
    assert!(field.dots().is_empty());
    assert_eq!(quality::uncovered_share(&field, 100, Seed::new(1)), 0.0);
    assert_eq!(quality::packing_constant(&field), 0.0);
    assert_eq!(quality::least_distance_mm(&field), None);
    // A scar 2 px = 0.25 mm wide, and single pixels, at every scale the crate accepts.
    let thin = Mask::from_fn(Size::new(400, 9).unwrap(), |p| {
        f32::from(u8::from((4.0..6.0).contains(&p.y)))
    })
    .unwrap();
    for px_per_mm in [0.5, 2.0, 8.0, 100.0, 400.0] {
        let scale = Scale::px_per_mm(px_per_mm).unwrap();
        let wanted = thin.area_px() / f64::from(px_per_mm).powi(2);
        let counts = (0..10).map(|seed| {
            let density = Density::per_cm2(100.0).unwrap();
            let request = FieldRequest::new(&thin, scale, density, Seed::new(seed));
            request.generate().unwrap().dots().len() as f64
        });
        let got = counts.sum::<f64>();
        let noise = 5.0 * (10.0 * wanted).sqrt() + 1.0;
        assert!(
            (got - 10.0 * wanted).abs() < noise,
            "{px_per_mm}: {got} of {}",
            10.0 * wanted
        );
    }
}
