//! Beards with gaps, and what is kept free of dots.

use glam::Vec2;
use stubblefield::{
    Beard, BeardZone, Contrast, Density, Edge, Error, Look, Mask, Photo, Scale, Seed, Size, Tone,
    When,
};

const SIZE: (u32, u32) = (240, 180);

fn scale() -> Scale {
    Scale::px_per_mm(6.0).unwrap()
}

fn rectangle(from: [f32; 2], to: [f32; 2]) -> Vec<Vec2> {
    [from, [to[0], from[1]], to, [from[0], to[1]]]
        .map(Vec2::from)
        .to_vec()
}

fn bare() -> Photo {
    let size = Size::new(SIZE.0, SIZE.1).unwrap();
    Photo::from_rgb8(size, [214, 170, 148].repeat(size.pixels())).unwrap()
}

/// Shaved stubble all over but for a round gap.
fn patchy() -> Photo {
    let gap = Vec2::new(150.0, 100.0);
    let grown = Mask::from_fn(bare().size(), |p| {
        f32::from(u8::from(p.distance(gap) > 42.0))
    });
    let mut sharp = Edge::default();
    (sharp.width_mm, sharp.wave_mm, sharp.gap_mm) = (1.0, 0.0, 0.0);
    let stubble = Look::stubble()
        .with_density(Density::per_cm2(110.0).unwrap())
        .with_edge(sharp);
    let plan = stubble
        .plan(&bare(), &grown.unwrap(), scale(), Seed::new(5))
        .unwrap();
    plan.render(&bare(), When::healed()).unwrap()
}

fn beard() -> Beard {
    let all = rectangle([10.0, 10.0], [230.0, 170.0]);
    let lips = rectangle([30.0, 30.0], [80.0, 55.0]);
    Beard::new()
        .with_zone(BeardZone::Chin, all)
        .keeping_free(lips)
}

#[test]
fn a_gap_comes_near_the_stubble_around_it_and_the_lips_stay_free() {
    let photo = patchy();
    let gaps = beard().gaps(&photo, scale()).unwrap();
    assert_eq!(gaps.gaps.coverage().at(150, 100), 1.0);
    assert_eq!(gaps.stubble.coverage().at(150, 158), 1.0);
    let tone = Tone::Towards(gaps.stubble.clone());
    let look = Look::beard();
    let matched = look
        .match_tone(&photo, &gaps.fill, scale(), Seed::new(7), &tone)
        .unwrap();
    let plan = &matched.plan;
    let after = plan.render(&photo, When::healed()).unwrap();
    let parts = [&gaps.gaps, &gaps.stubble];
    let contrast = Contrast::between(parts, [&photo, &after], scale(), 1.0).unwrap();
    assert!(
        contrast.before > 2.0 && contrast.after < 0.5 * contrast.before,
        "{contrast:?}"
    );
    let px = |dot: &stubblefield::PlannedDot| 6.0 * dot.position_mm;
    let on_lips = |p: Vec2| (30.0..80.0).contains(&p.x) && (30.0..55.0).contains(&p.y);
    assert!(plan.dots().iter().all(|dot| !on_lips(px(dot))));
    // Hardly a dot where stubble grows.
    let middle = Vec2::new(150.0, 100.0);
    let inside = plan
        .dots()
        .iter()
        .filter(|dot| px(dot).distance(middle) < 48.0);
    assert!(inside.count() * 10 > plan.dots().len() * 7);
}

#[test]
fn zones_have_their_densities_and_the_neck_runs_out() {
    let size = bare().size();
    let beard = Beard::new()
        .with_zone(BeardZone::Jaw, rectangle([0.0, 20.0], [240.0, 60.0]))
        .with_zone(BeardZone::Neck, rectangle([0.0, 60.0], [240.0, 170.0]));
    let mask = beard.mask(size, scale()).unwrap();
    let at = |y| mask.coverage().at(120, y) * BeardZone::Chin.per_cm2();
    assert!((at(40) - 60.0).abs() < 0.01 && (at(70) - 45.0).abs() < 0.01);
    let down: Vec<f32> = (70..170).map(at).collect();
    assert!(down.windows(2).all(|pair| pair[1] <= pair[0]));
    assert!((at(169) / 45.0 - 0.2).abs() < 0.02, "{}", at(169));
    // Over its last 8 mm.
    assert!(
        (at(121) / 45.0 - 1.0).abs() < 0.001 && at(123) < 45.0,
        "{}",
        at(121)
    );
    let middle = 0.5 * (at(145) + at(146)) / 45.0;
    assert!((middle - 0.6).abs() < 0.01, "{middle}");
}

#[test]
fn beards_that_are_none_are_refused_by_name() {
    let size = bare().size();
    let refused = Beard::new().mask(size, scale()).unwrap_err().to_string();
    assert_eq!(refused, "zones is 0, allowed: at least 1");
    let even = beard().gaps(&bare(), scale());
    assert!(matches!(even, Err(Error::NotFound { what: "gaps", .. })));
    let line = Beard::new().with_zone(BeardZone::Chin, vec![Vec2::ZERO; 2]);
    assert!(
        line.mask(size, scale())
            .unwrap_err()
            .to_string()
            .starts_with("number of corners of the outline is 2")
    );
}
