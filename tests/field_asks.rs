//! What a field can be asked for beyond density: counts, edges, softness, curved skin.

use glam::Vec2;
use stubblefield::{
    Count, Density, Dot, DotField, EdgePolicy, Error, FieldRequest, Mask, Obstacle, ObstacleKind,
    Plane, Ranking, Scale, Seed, Size, Softness, quality,
};

const PX_PER_MM: f32 = 8.0;

fn request(mask: &Mask, per_cm2: f32, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(PX_PER_MM).unwrap();
    let density = Density::per_cm2(per_cm2).unwrap();
    FieldRequest::new(mask, scale, density, Seed::new(seed))
}

fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

/// A disc, with a soft ring outside half its radius if asked for.
fn disc(side: u32, soft: bool) -> Mask {
    Mask::from_fn(size(side, side), |p| {
        let from_rim = 0.5 - p.distance(Vec2::splat(side as f32 / 2.0)) / side as f32;
        if soft {
            (from_rim * 4.0).clamp(0.0, 1.0)
        } else {
            f32::from(u8::from(from_rim > 0.0))
        }
    })
    .unwrap()
}

fn ranks_are_a_permutation(field: &DotField) -> bool {
    let mut ranks: Vec<u32> = field.dots().iter().map(|dot| dot.rank).collect();
    ranks.sort_unstable();
    ranks.iter().zip(0..).all(|(&rank, i)| rank == i)
}

/// Field test 11.
#[test]
fn a_density_is_met_to_the_dot() {
    let ramp = Plane::from_fn(size(480, 480), |x, _| 0.2 + 0.8 * x as f32 / 479.0);
    for seed in 0..6 {
        for soft in [false, true] {
            let mask = disc(480, soft);
            let alpha = mask.coverage().values().iter().zip(ramp.values());
            let weighed: f64 = alpha.map(|(&a, &r)| f64::from(a) * f64::from(r)).sum();
            for (relative, px) in [(None, mask.area_px()), (Some(&ramp), weighed)] {
                let mut request = request(&mask, 130.0, seed).with_count(Count::Exact);
                request.relative_density = relative;
                let field = request.generate().unwrap();
                let expected = (130.0 / 100.0 * px / 64.0).round() as usize;
                assert_eq!(field.dots().len(), expected, "soft {soft}, seed {seed}");
                assert!(ranks_are_a_permutation(&field));
                assert!(quality::least_relative_distance(&field).unwrap() > 0.9999);
                assert_eq!(quality::uncovered_share(&field, 20_000, Seed::new(1)), 0.0);
            }
        }
    }
}

/// Field test 14.
#[test]
fn a_number_of_dots_is_met_from_one_to_thousands() {
    let mask = disc(480, false);
    for n in [1, 2, 3, 10, 100, 1000, 4000, 20_000] {
        for seed in 0..3 {
            let field = request(&mask, 1.0, seed)
                .with_count(Count::Dots(n))
                .generate()
                .unwrap();
            assert_eq!(field.dots().len(), n as usize);
        }
    }
}

#[test]
fn counted_dots_are_spread_more_evenly_than_a_random_part_of_them() {
    let mask = Mask::full(size(800, 800));
    let field = request(&mask, 100.0, 1)
        .with_count(Count::Exact)
        .generate()
        .unwrap();
    let hexagonal = (2.0 * field.area_mm2() / (3.0_f64.sqrt() * field.dots().len() as f64)).sqrt();
    let nearest = quality::mean_nearest_mm(&field).unwrap() / hexagonal;
    // A maximal field has 0.818; the edge of the mask adds a little.
    assert!((0.80..0.84).contains(&nearest), "{nearest}");
}

#[test]
fn what_stands_on_the_mask_and_what_is_cleared_lower_the_count() {
    let mask = Mask::full(size(400, 400)); // 25 cm²
    let hair: Vec<Obstacle> = (0..300)
        .map(|i| Vec2::new(3.0 + (i % 18) as f32 * 2.5, 3.0 + (i / 18) as f32 * 2.5))
        .map(|at| Obstacle::new(at, ObstacleKind::CountsAsDot))
        .collect();
    let exact = request(&mask, 100.0, 2).with_count(Count::Exact);
    let field = exact.with_obstacles(&hair).generate().unwrap();
    assert_eq!(field.dots().len(), 2500 - 300);
    let mole = [Obstacle::new(
        Vec2::splat(25.0),
        ObstacleKind::Clearance(5.0),
    )];
    let count = exact.with_obstacles(&mole).generate().unwrap().dots().len() as f64;
    let cleared = std::f64::consts::PI * 25.0;
    assert!((count - (2500.0 - cleared)).abs() < 1.5, "{count}");
    // With a spacing that caps the density, fewer by what that allows.
    let capped = exact.with_least_spacing_mm(0.9);
    let [all, count] = [&[][..], &mole[..]].map(|obstacles| {
        let field = capped.with_obstacles(obstacles).generate().unwrap();
        field.dots().len() as f64
    });
    assert!(
        (count - all * (1.0 - cleared / 2500.0)).abs() < 1.5,
        "{count} of {all}"
    );
    // Who counts dots himself gets the same ones.
    let counted = exact.with_obstacles(&hair).with_count(Count::Dots(2200));
    assert_eq!(counted.generate().unwrap().dots(), field.dots());
    // What clears nothing or stands beside the mask lowers nothing.
    let half = Mask::from_fn(mask.size(), |p| f32::from(u8::from(p.x < 200.0))).unwrap();
    let on_mask = hair.iter().filter(|hair| hair.position_mm.x < 25.0).count();
    let mut around = hair.clone();
    around.extend(
        hair.iter()
            .map(|hair| Obstacle::new(hair.position_mm + 1.2, ObstacleKind::Clearance(0.0))),
    );
    let exact = request(&half, 100.0, 2).with_count(Count::Exact);
    let field = exact.with_obstacles(&around).generate().unwrap();
    assert_eq!(field.dots().len(), 1250 - on_mask);
}

#[test]
fn a_count_that_needs_a_narrower_spacing_than_allowed_is_refused() {
    let mask = Mask::full(size(200, 200));
    // They take more room than their share.
    let wide = (0..21 * 21).map(|i| Vec2::new((i % 21) as f32, (i / 21) as f32) * 1.12 + 0.5);
    let wide: Vec<Obstacle> = wide
        .map(|at| Obstacle::new(at, ObstacleKind::CountsAsDot))
        .collect();
    let asked = request(&mask, 100.0, 4)
        .with_obstacles(&wide)
        .with_count(Count::Exact);
    let field = asked.generate().unwrap();
    assert_eq!(field.dots().len(), 625 - wide.len());
    let spacing = field.nominal_spacing_mm() as f32;
    assert!(spacing < 0.8, "{spacing}");
    let refused = asked.with_least_spacing_mm(spacing + 0.01).generate();
    assert!(
        matches!(
            refused,
            Err(Error::TooLarge {
                parameter: "count",
                ..
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn a_density_beyond_the_least_spacing_is_reported_with_its_area() {
    let mask = Mask::full(size(800, 400)); // 50 cm²
    let half = Plane::from_fn(mask.size(), |x, _| if x < 400 { 1.0 } else { 0.25 });
    let tight = request(&mask, 400.0, 3)
        .with_relative_density(&half)
        .with_least_spacing_mm(0.8);
    for count in [Count::Maximal, Count::Exact] {
        let field = tight.with_count(count).generate().unwrap();
        assert!((field.unreachable_mm2() - 2500.0).abs() < 1e-6);
        assert!(quality::least_distance_mm(&field).unwrap() > 0.7999);
        let right = field
            .dots()
            .iter()
            .filter(|dot| dot.position_mm.x > 55.0)
            .count() as f64;
        assert!(
            (right / 22.5 - 100.0).abs() < 6.0,
            "{right}: the reachable half is as asked"
        );
    }
    let reachable = request(&mask, 80.0, 3).with_least_spacing_mm(0.8);
    assert_eq!(reachable.generate().unwrap().unreachable_mm2(), 0.0);
    let refused = tight
        .with_count(Count::Dots(20_000))
        .generate()
        .unwrap_err();
    assert!(matches!(
        refused,
        Error::TooLarge {
            parameter: "count",
            value: 20_000,
            ..
        }
    ));
}

#[test]
fn an_inset_keeps_dots_away_from_the_edge_and_moves_none() {
    let mask = disc(400, false);
    let plain = request(&mask, 100.0, 4).generate().unwrap();
    let inset = request(&mask, 100.0, 4).with_edges(EdgePolicy::Inset(2.0));
    let inset = inset.generate().unwrap();
    let distance = mask.signed_distance_px();
    let at = |dot: &Dot| {
        let px = dot.position_mm * PX_PER_MM;
        distance.sample(px.x, px.y) / PX_PER_MM
    };
    assert!(
        inset
            .dots()
            .iter()
            .all(|dot| at(dot) > 2.0 - 1.0 / PX_PER_MM)
    );
    for dot in plain
        .dots()
        .iter()
        .filter(|dot| at(dot) > 2.0 + 1.0 / PX_PER_MM)
    {
        let same = |other: &&Dot| (other.id, other.position_mm) == (dot.id, dot.position_mm);
        assert_eq!(inset.dots().iter().filter(same).count(), 1);
    }
    assert!(inset.area_mm2() < plain.area_mm2());
}

/// Slivers, islands of a pixel, and a blob.
fn islands() -> Mask {
    Mask::from_fn(size(240, 240), |p| {
        let blob = p.distance(Vec2::new(170.0, 170.0)) < 50.0;
        let sliver = p.x > 20.0 && p.x < 23.0;
        let island = p.x as u32 % 37 == 30 && p.y as u32 % 41 == 5;
        f32::from(u8::from(blob || sliver || island))
    })
    .unwrap()
}

/// Field test 5, 9.
#[test]
fn a_filled_mask_has_no_room_left_down_to_its_smallest_island() {
    let mask = islands();
    let mole = [Obstacle::new(
        Vec2::new(27.0, 21.0), // over the rim of the blob
        ObstacleKind::Clearance(2.0),
    )];
    for seed in 0..4 {
        let request = request(&mask, 100.0, seed)
            .with_edges(EdgePolicy::Fill)
            .with_obstacles(&mole);
        let field = request.generate().unwrap();
        let on_mask = |place: Vec2| {
            let px = place * PX_PER_MM;
            mask.coverage().at(px.x as i64, px.y as i64) > 0.0
        };
        assert!(field.dots().iter().all(|dot| on_mask(dot.position_mm)));
        let away = |dot: &Dot| dot.position_mm.distance(mole[0].position_mm);
        assert!(field.dots().iter().all(|dot| away(dot) > 1.999));
        assert!(quality::least_relative_distance(&field).unwrap() > 0.9999);
        // Every ninth of every pixel of the mask is in reach of a dot.
        for y in 0..720 {
            for x in 0..720 {
                let place = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) / 3.0 / PX_PER_MM;
                if !on_mask(place) || place.distance(mole[0].position_mm) < 2.0 {
                    continue;
                }
                let own = field.spacing_mm_at(place) as f32;
                let near = |dot: &Dot| {
                    dot.position_mm.distance(place) < (own + dot.spacing_mm) / 2.0 * 1.0001
                };
                assert!(
                    field.dots().iter().any(near),
                    "room at {place}, seed {seed}"
                );
            }
        }
    }
}

/// Field test 5, 9: pixels wider than cells, which they do not meet edge to edge.
#[test]
fn a_filled_mask_of_coarse_pixels_has_no_room_left_along_its_edge() {
    for seed in 0..12 {
        let mask = disc(12, false);
        let px_per_mm = 0.3 + 0.15 * seed as f32;
        let scale = Scale::px_per_mm(px_per_mm).unwrap();
        let density = Density::per_cm2(100.0).unwrap();
        let field = FieldRequest::new(&mask, scale, density, Seed::new(seed))
            .with_edges(EdgePolicy::Fill)
            .generate()
            .unwrap();
        let spacing = field.nominal_spacing_mm() as f32;
        // Places a tenth of the spacing apart or less.
        let fine = (10.0 / px_per_mm / spacing).ceil() as u32;
        for (x, y) in (0..12 * fine).flat_map(|y| (0..12 * fine).map(move |x| (x, y))) {
            if mask.coverage().at((x / fine).into(), (y / fine).into()) == 0.0 {
                continue;
            }
            let place = (Vec2::new(x as f32, y as f32) + 0.5) / fine as f32 / px_per_mm;
            let near = |dot: &Dot| dot.position_mm.distance(place) < spacing * 1.0001;
            assert!(
                field.dots().iter().any(near),
                "room at {place}, seed {seed}"
            );
        }
    }
}

#[test]
fn filling_where_density_varies_is_refused_by_name() {
    let (soft, hard) = (disc(200, true), disc(200, false));
    let even = Plane::filled(hard.size(), 1.0);
    // Of more dots than a field may have: the edges are told before.
    let wide = Mask::from_fn(size(4000, 4000), |p| (p.x / 4000.0).min(1.0)).unwrap();
    let scale = Scale::px_per_mm(0.2).unwrap();
    let dense = Density::per_cm2(2000.0).unwrap();
    for request in [
        request(&soft, 100.0, 1),
        request(&hard, 100.0, 1).with_relative_density(&even),
        request(&hard, 100.0, 1).with_area_factor(&even),
        FieldRequest::new(&wide, scale, dense, Seed::new(1)),
    ] {
        let request = request.with_edges(EdgePolicy::Fill);
        for refused in [
            request.generate().unwrap_err().to_string(),
            request
                .generate_sessions(&[0.5, 1.0])
                .unwrap_err()
                .to_string(),
        ] {
            assert!(
                refused.starts_with("edges is \"Fill\", allowed: Clip"),
                "{refused}"
            );
        }
    }
}

/// Field test 9.
#[test]
fn filling_leaves_the_inside_of_a_mask_as_it_was() {
    let mask = disc(400, false);
    let clip = request(&mask, 100.0, 5).generate().unwrap();
    let fill = request(&mask, 100.0, 5)
        .with_edges(EdgePolicy::Fill)
        .generate()
        .unwrap();
    let kept = |dot: &&Dot| {
        fill.dots()
            .iter()
            .any(|d| (d.id, d.position_mm) == (dot.id, dot.position_mm))
    };
    assert_eq!(clip.dots().iter().filter(kept).count(), clip.dots().len());
    assert!(fill.dots().len() > clip.dots().len());
}

/// Field test 5.
#[test]
fn no_cell_of_a_filled_mask_is_left_open_at_any_seed() {
    let mask = disc(60, false);
    for seed in 0..60 {
        let filled = request(&mask, 150.0, seed).with_edges(EdgePolicy::Fill);
        assert_eq!(
            quality::room_left(&filled.generate().unwrap()),
            None,
            "seed {seed}"
        );
    }
}

/// Field test 16, 24.
#[test]
fn coverage_as_rank_keeps_its_share_and_moves_no_dot() {
    let size = size(640, 640);
    let full = request(&Mask::full(size), 100.0, 6)
        .with_softness(Softness::Rank)
        .generate()
        .unwrap();
    for coverage in [0.25, 0.5, 0.9] {
        let mask = Mask::from_fn(size, |_| coverage).unwrap();
        let request = request(&mask, 100.0, 6).with_softness(Softness::Rank);
        let field = request.generate().unwrap();
        let expected = full.dots().len() as f32 * coverage;
        assert!((field.dots().len() as f32 - expected).abs() < 1.5);
        // With the dots left out there is no room.
        assert_eq!(quality::uncovered_share(&field, 10_000, Seed::new(1)), 0.0);
        let kept = |dot: &&Dot| dot.rank < field.dots().len() as u32;
        let prefix = full
            .dots()
            .iter()
            .filter(kept)
            .map(|dot| (dot.id, dot.rank));
        assert!(prefix.eq(field.dots().iter().map(|dot| (dot.id, dot.rank))));
        let listed = request.with_ranking(Ranking::Index).generate().unwrap();
        let places = |field: &DotField| -> Vec<_> {
            field.dots().iter().map(|dot| dot.position_mm).collect()
        };
        assert_eq!(places(&listed), places(&field));
        assert!(listed.dots().iter().zip(0..).all(|(dot, i)| dot.rank == i));
        let exact = request.with_count(Count::Exact).generate().unwrap();
        assert_eq!(
            exact.dots().len(),
            (64.0 * coverage * 100.0).round() as usize
        );
        assert!(ranks_are_a_permutation(&exact));
    }
}

#[test]
fn ranks_are_whole_where_coverage_as_rank_varies() {
    let mask = disc(200, true);
    let soft = request(&mask, 100.0, 6).with_softness(Softness::Rank);
    assert!(ranks_are_a_permutation(&soft.generate().unwrap()));
}

/// Field test 16.
#[test]
fn every_step_of_coverage_keeps_the_dots_of_the_step_below_and_the_ends_are_exact() {
    let size = size(160, 160); // 20 mm × 20 mm
    let field = |step: u8, softness: Softness| {
        let mask = Mask::from_gray8(&Plane::filled(size, step));
        let request = request(&mask, 100.0, 6).with_softness(softness);
        request.generate().unwrap().dots().to_vec()
    };
    let whole = request(&Mask::full(size), 100.0, 6).generate().unwrap();
    let whole = whole.dots().len();
    let mut before: Vec<u64> = Vec::new();
    for step in 0..=255 {
        let ids: Vec<u64> = field(step, Softness::Rank)
            .iter()
            .map(|dot| dot.id)
            .collect();
        let wanted = whole as f32 * f32::from(step) / 255.0;
        assert!((ids.len() as f32 - wanted).abs() <= 1.0, "{step}: {wanted}");
        assert!(before.iter().all(|id| ids.contains(id)), "{step}");
        before = ids;
    }
    // A step from either end, as density: at most the noise of thinned dots.
    assert!(field(0, Softness::Density).is_empty());
    assert!(field(1, Softness::Density).len() < 10);
    for step in [254, 255] {
        let off = field(step, Softness::Density).len().abs_diff(whole);
        assert!(off < if step == 255 { 1 } else { 40 }, "{step}: {off}");
    }
}

#[test]
fn tilted_skin_gets_as_many_dots_as_its_own_area_asks() {
    let size = size(960, 480);
    let mask = Mask::full(size);
    // A cylinder of 60 mm radius seen from the side: 1/cos of the angle, up to 3.
    let factor = Plane::from_fn(size, |x, _| {
        let across = (x as f32 + 0.5) / 960.0 * 0.94;
        1.0 / (1.0 - across * across).sqrt()
    });
    let (mut got, mut wanted) = ([0.0_f64; 6], [0.0_f64; 6]);
    for y in 0..480 {
        for x in 0..960 {
            wanted[x as usize / 160] += f64::from(factor.at(x, y)) / 6400.0 * 100.0 * 4.0;
        }
    }
    for seed in 0..4 {
        let field = request(&mask, 100.0, seed)
            .with_area_factor(&factor)
            .generate()
            .unwrap();
        for dot in field.dots() {
            got[(dot.position_mm.x / 20.0) as usize] += 1.0;
        }
        let area: f64 = wanted.iter().sum::<f64>() / 4.0;
        assert!((field.area_mm2() - area).abs() < 1e-3 * area);
    }
    for (i, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        // About 4800 dots a strip: noise 0.35 %, and its borders.
        assert!(
            (got / wanted - 1.0).abs() < 0.03,
            "strip {i}: {got} of {wanted}"
        );
    }
    let exact = request(&mask, 100.0, 1)
        .with_area_factor(&factor)
        .with_count(Count::Exact);
    let expected = wanted.iter().sum::<f64>() / 4.0;
    assert!((exact.generate().unwrap().dots().len() as f64 - expected).abs() <= 1.0);
}

/// Field test 1.
#[test]
fn a_field_of_every_policy_is_the_same_on_any_number_of_threads() {
    let (mask, hard) = (disc(400, true), disc(400, false));
    let hair = [Obstacle::new(
        Vec2::new(20.0, 20.0),
        ObstacleKind::CountsAsDot,
    )];
    let all = || -> Vec<DotField> {
        let base = request(&mask, 130.0, 9).with_obstacles(&hair);
        let mut fields = vec![
            base.generate().unwrap(),
            base.with_count(Count::Exact).generate().unwrap(),
            request(&hard, 130.0, 9)
                .with_edges(EdgePolicy::Fill)
                .generate()
                .unwrap(),
            base.with_softness(Softness::Rank).generate().unwrap(),
        ];
        fields.extend(
            base.generate_sessions(&[0.3, 0.7, 1.0])
                .unwrap()
                .fields()
                .to_vec(),
        );
        fields
    };
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let one = pool(1).install(all);
    for threads in [2, 3, 8] {
        assert!(pool(threads).install(all) == one, "{threads} threads");
    }
}

#[test]
fn bad_numbers_are_refused_by_name() {
    let mask = Mask::full(size(80, 80));
    let sound = request(&mask, 100.0, 1);
    let mut refused = Vec::new();
    for bad in [f32::NAN, 0.0, -1.0, f32::INFINITY, f32::NEG_INFINITY] {
        assert!(Density::per_cm2(bad).is_err());
        assert!(Scale::px_per_mm(bad).is_err());
        assert!(DotField::torus(20, bad, Seed::new(1)).is_err());
        refused.push((
            "least_spacing_mm",
            sound.with_least_spacing_mm(bad).generate(),
        ));
        let plane = Plane::filled(mask.size(), bad);
        refused.push(("area_factor", sound.with_area_factor(&plane).generate()));
        if bad != 0.0 {
            refused.push(("inset", sound.with_edges(EdgePolicy::Inset(bad)).generate()));
            refused.push((
                "relative_density",
                sound.with_relative_density(&plane).generate(),
            ));
            let mole = [Obstacle::new(Vec2::ZERO, ObstacleKind::Clearance(bad))];
            refused.push(("clearance", sound.with_obstacles(&mole).generate()));
            if !bad.is_finite() {
                let lost = [Obstacle::new(
                    Vec2::new(bad, 0.0),
                    ObstacleKind::CountsAsDot,
                )];
                refused.push(("obstacle position", sound.with_obstacles(&lost).generate()));
            }
        }
        assert!(sound.generate_sessions(&[bad, 1.0]).is_err());
    }
    refused.push(("count", sound.with_count(Count::Dots(0)).generate()));
    refused.push(("count", sound.with_count(Count::Dots(u32::MAX)).generate()));
    let steep = Plane::filled(mask.size(), 5.1);
    refused.push(("area_factor", sound.with_area_factor(&steep).generate()));
    for (name, result) in refused {
        match result {
            Err(Error::OutOfRange { parameter, .. }) => assert_eq!(parameter, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let other = Plane::filled(size(7, 7), 1.0);
    let mismatch = sound.with_area_factor(&other).generate();
    assert!(matches!(mismatch, Err(Error::SizeMismatch { .. })));
    for shares in [&[][..], &[0.5, 0.5], &[0.7, 0.3], &[0.5, 1.1], &[0.01; 17]] {
        assert!(sound.generate_sessions(shares).is_err(), "{shares:?}");
    }
}

#[test]
fn a_count_without_room_and_a_field_too_large_fail_before_they_allocate() {
    let mask = Mask::full(size(80, 80));
    let sound = request(&mask, 100.0, 1);
    let crowded = sound
        .with_count(Count::Dots(100_000))
        .generate()
        .unwrap_err();
    assert_eq!(
        crowded,
        Error::TooLarge {
            parameter: "count",
            value: 100_000,
            allowed: 2000
        }
    );
    // With a least spacing the count that is told is one that it leaves room for.
    let half = Plane::from_fn(mask.size(), |x, _| if x < 40 { 1.0 } else { 0.3 });
    let wide = sound.with_least_spacing_mm(0.4);
    for (wide, about) in [(wide, 410), (wide.with_relative_density(&half), 266)] {
        for asked in [100_000, 600] {
            let refused = wide.with_count(Count::Dots(asked)).generate();
            let Err(Error::TooLarge { allowed, .. }) = refused else {
                panic!("{refused:?}")
            };
            assert!(allowed.abs_diff(about) < 5, "{allowed} for {about}");
            let most = wide.with_count(Count::Dots(allowed as u32)).generate();
            assert_eq!(most.unwrap().dots().len() as u64, allowed);
        }
    }
    let empty = Mask::from_coverage(Plane::filled(size(80, 80), 0.0)).unwrap();
    let nowhere = request(&empty, 100.0, 1);
    assert!(nowhere.generate().unwrap().dots().is_empty());
    assert!(
        nowhere
            .with_count(Count::Exact)
            .generate()
            .unwrap()
            .dots()
            .is_empty()
    );
    assert!(nowhere.with_count(Count::Dots(1)).generate().is_err());
    assert!(
        nowhere
            .with_edges(EdgePolicy::Fill)
            .generate()
            .unwrap()
            .dots()
            .is_empty()
    );
    assert_eq!(
        nowhere
            .generate_sessions(&[0.5, 1.0])
            .unwrap()
            .dots()
            .count(),
        0
    );
    let wide = Mask::full(size(4000, 4000));
    let scale = Scale::px_per_mm(0.2).unwrap();
    let dense = FieldRequest::new(
        &wide,
        scale,
        Density::per_cm2(2000.0).unwrap(),
        Seed::new(1),
    );
    for request in [
        dense,
        dense.with_count(Count::Exact),
        dense.with_ranking(Ranking::Index),
    ] {
        assert!(matches!(
            request.generate(),
            Err(Error::TooLarge {
                parameter: "dots",
                ..
            })
        ));
    }
}
