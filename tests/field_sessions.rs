//! Treatments in sessions, and shades told apart.

use glam::Vec2;
use stubblefield::{
    Density, Dot, DotField, FieldRequest, Mask, Obstacle, ObstacleKind, Scale, Seed, Sessions,
    Size, quality,
};

const SHARES: [f32; 3] = [0.3, 0.7, 1.0];
const C: f64 = Density::PACKING;

fn mask() -> Mask {
    Mask::from_fn(Size::new(480, 480).unwrap(), |p| {
        f32::from(u8::from(p.distance(Vec2::splat(240.0)) < 230.0))
    })
    .unwrap()
}

fn request(mask: &Mask, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(8.0).unwrap();
    FieldRequest::new(
        mask,
        scale,
        Density::per_cm2(130.0).unwrap(),
        Seed::new(seed),
    )
}

fn least_distance(dots: &[Vec2]) -> f64 {
    let mut sorted = dots.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut least = f32::MAX;
    for (i, a) in sorted.iter().enumerate() {
        for b in &sorted[i + 1..] {
            if b.x - a.x >= least {
                break;
            }
            least = least.min(a.distance(*b));
        }
    }
    f64::from(least)
}

/// Field test 21.
#[test]
fn every_union_is_legal_and_counted_out_and_every_session_left_no_room() {
    let mask = mask();
    for seed in 0..6 {
        let total = (1.3 * mask.area_px() / 64.0).round();
        let sessions = request(&mask, seed).generate_sessions(&SHARES).unwrap();
        let mut union: Vec<Vec2> = Vec::new();
        let mut ranks = Vec::new();
        for (field, share) in sessions.fields().iter().zip(SHARES) {
            union.extend(field.dots().iter().map(|dot| dot.position_mm));
            ranks.extend(field.dots().iter().map(|dot| dot.rank));
            let expected = (f64::from(share) * total).round();
            assert_eq!(union.len() as f64, expected, "exact after {share}");
            // As wide a spacing as the density reached so far allows, less the surplus.
            let spacing = field.nominal_spacing_mm();
            let ideal = (C * 100.0 / (f64::from(share) * 130.0)).sqrt();
            assert!(
                (0.9..0.975).contains(&(spacing / ideal)),
                "{spacing} of {ideal}"
            );
            assert!(
                least_distance(&union) > spacing * 0.9995,
                "seed {seed}, {share}"
            );
            // With the dots taken away to meet the count there is no room.
            assert_eq!(quality::uncovered_share(field, 50_000, Seed::new(1)), 0.0);
        }
        let all = sessions.union();
        assert!(
            all.dots()
                .iter()
                .map(|dot| dot.position_mm)
                .eq(union.iter().copied())
        );
        // Of all dots at the spacing of the last session.
        assert!(quality::least_relative_distance(&all).unwrap() > 0.9995);
        let last = sessions.fields()[2].nominal_spacing_mm();
        assert_eq!(all.nominal_spacing_mm(), last);
        ranks.sort_unstable();
        assert!(ranks.iter().zip(0..).all(|(&rank, i)| rank == i));
        let mut ids: Vec<u64> = sessions.dots().map(|(_, dot)| dot.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), union.len());
    }
}

/// Field test 21.
#[test]
fn further_sessions_change_no_bit_of_the_earlier_ones() {
    let mask = mask();
    let all = request(&mask, 7).generate_sessions(&SHARES).unwrap();
    let two = request(&mask, 7).generate_sessions(&SHARES[..2]).unwrap();
    assert_eq!(two.fields(), &all.fields()[..2]);
}

/// Field test 21.
#[test]
fn a_session_that_heals_what_has_faded_meets_the_count_again() {
    let mask = mask();
    let first = request(&mask, 8).generate_sessions(&[1.0]).unwrap();
    // Every third dot is gone.
    let left: Vec<Obstacle> = first
        .dots()
        .filter(|(_, dot)| dot.rank % 3 != 0)
        .map(|(_, dot)| Obstacle::new(dot.position_mm, ObstacleKind::CountsAsDot))
        .collect();
    let again = request(&mask, 9)
        .with_obstacles(&left)
        .generate_sessions(&[0.5, 1.0])
        .unwrap();
    let total = (1.3 * mask.area_px() / 64.0).round() as usize;
    assert_eq!(left.len() + again.dots().count(), total);
    let mut union: Vec<Vec2> = left.iter().map(|obstacle| obstacle.position_mm).collect();
    union.extend(again.dots().map(|(_, dot)| dot.position_mm));
    // As wide as what stands and what has been added are dense together.
    for (field, share) in again.fields().iter().zip([0.5, 1.0]) {
        let missing = (total - left.len()) as f64 * share;
        let reached = (left.len() as f64 + missing) / total as f64;
        let ideal = (C * 100.0 / (reached * 130.0)).sqrt();
        let spacing = field.nominal_spacing_mm() / ideal;
        assert!((0.85..0.975).contains(&spacing), "{spacing} of {ideal}");
    }
    let last = again.fields()[1].nominal_spacing_mm();
    assert!(least_distance(&union) > 0.9995 * last.min(first.fields()[0].nominal_spacing_mm()));
}

/// Field test 22.
#[test]
fn every_moment_of_a_session_is_even_together_with_what_stands() {
    let mask = mask();
    let sessions = request(&mask, 3).generate_sessions(&SHARES).unwrap();
    for n in [400, 900, 1400, 2000, 2400] {
        let placed: Vec<Vec2> = sessions
            .dots()
            .filter(|(_, dot)| dot.rank < n)
            .map(|(_, dot)| dot.position_mm)
            .collect();
        let nearest: f64 = placed
            .iter()
            .map(|a| {
                let others = placed.iter().filter(|b| *b != a);
                f64::from(others.map(|b| a.distance(*b)).fold(f32::MAX, f32::min))
            })
            .sum::<f64>()
            / placed.len() as f64;
        let area = mask.area_px() / 64.0;
        let hexagonal = (2.0 * area / (3.0_f64.sqrt() * placed.len() as f64)).sqrt();
        assert!(nearest / hexagonal > 0.72, "{n}: {}", nearest / hexagonal);
    }
}

fn share(classes: &[u8], class: u8) -> f64 {
    classes.iter().filter(|&&c| c == class).count() as f64 / classes.len() as f64
}

/// How often the nearest dot is of the same class.
fn alike(dots: &[Dot], classes: &[u8]) -> f64 {
    let same = (0..dots.len()).filter(|&i| {
        let distance = |&j: &usize| dots[i].position_mm.distance_squared(dots[j].position_mm);
        let others = (0..dots.len()).filter(|&j| j != i);
        let nearest = others
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .unwrap();
        classes[nearest] == classes[i]
    });
    same.count() as f64 / dots.len() as f64
}

/// Field test 23.
#[test]
fn shades_meet_their_fractions_and_keep_apart() {
    let mask = mask();
    let wanted = [0.5, 0.3, 0.2];
    let mut mean = 0.0;
    for seed in 0..6 {
        let field = request(&mask, seed).generate().unwrap();
        let classes = field.classes(&wanted, Seed::new(seed)).unwrap();
        for (class, wanted) in (0..).zip(wanted) {
            let got = share(&classes, class);
            assert!(
                (got - f64::from(wanted)).abs() < 0.005,
                "class {class}: {got}"
            );
        }
        let rate = alike(field.dots(), &classes);
        assert!(rate < 0.27, "{rate}");
        mean += rate / 6.0;
    }
    // Drawn by lot it would be 0.38.
    assert!(mean <= 0.25, "{mean}");
}

/// Field test 23.
#[test]
fn one_shade_and_shades_without_a_share_work() {
    let mask = mask();
    let field = request(&mask, 1).generate().unwrap();
    let one = field.classes(&[3.0], Seed::new(1)).unwrap();
    assert!(one.iter().all(|&class| class == 0));
    let two = field.classes(&[0.0, 1.0, 0.0, 1.0], Seed::new(1)).unwrap();
    assert!(two.iter().all(|&class| class == 1 || class == 3));
    assert!((share(&two, 1) - 0.5).abs() < 0.005);
    assert_eq!(
        two,
        field.classes(&[0.0, 2.0, 0.0, 2.0], Seed::new(1)).unwrap()
    );
    let empty = Mask::from_fn(mask.size(), |_| 0.0).unwrap();
    let none = request(&empty, 1).generate().unwrap();
    assert!(none.classes(&[1.0, 1.0], Seed::new(1)).unwrap().is_empty());
}

/// Field test 23.
#[test]
fn shares_may_vary_over_the_skin() {
    let mask = Mask::full(Size::new(800, 400).unwrap());
    let field = request(&mask, 2).generate().unwrap();
    let grey = |dot: &Dot| dot.position_mm.x / 100.0;
    let classes = field
        .classes_by(2, Seed::new(2), |dot, mine| {
            mine.copy_from_slice(&[grey(dot), 1.0 - grey(dot)]);
        })
        .unwrap();
    for strip in 0..5 {
        let here = |dot: &Dot| (dot.position_mm.x / 20.0) as usize == strip;
        let dots = field
            .dots()
            .iter()
            .zip(&classes)
            .filter(|(dot, _)| here(dot));
        let (mut wanted, mut got, mut count) = (0.0, 0.0, 0.0);
        for (dot, &class) in dots {
            wanted += f64::from(grey(dot));
            got += f64::from(u8::from(class == 0));
            count += 1.0;
        }
        assert!(
            (got - wanted).abs() / count < 0.02,
            "strip {strip}: {got} of {wanted} in {count}"
        );
    }
}

#[test]
fn bad_shares_are_refused() {
    let field = DotField::torus(20, 1.0, Seed::new(1)).unwrap();
    let seed = Seed::new(1);
    for bad in [
        &[][..],
        &[0.0],
        &[0.0, 0.0],
        &[1.0, -0.1],
        &[f32::NAN, 1.0],
        &[f32::INFINITY],
        &[1.0; 65],
    ] {
        assert!(field.classes(bad, seed).is_err(), "{bad:?}");
    }
    assert_eq!(Sessions::MAX, 16);
    let mask = mask();
    let many: Vec<f32> = (1..=17).map(|i| i as f32 / 17.0).collect();
    for bad in [
        &[][..],
        &many,
        &[0.0, 1.0],
        &[0.5, 0.5],
        &[0.7, 0.3],
        &[0.5, 1.01],
        &[f32::NAN],
    ] {
        assert!(request(&mask, 1).generate_sessions(bad).is_err(), "{bad:?}");
    }
}
