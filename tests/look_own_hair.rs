//! A treatment beside own hair: both together are as dense as either, and the hairline stays soft.

use glam::Vec2;
use stubblefield::{Edge, Look, Plan, Scale, Seed, SyntheticScalp};

fn scalp(px_per_mm: f32, seed: u64) -> SyntheticScalp {
    let scale = Scale::px_per_mm(px_per_mm).unwrap();
    SyntheticScalp::generate(scale, Seed::new(seed)).unwrap()
}

fn plan(scalp: &SyntheticScalp, before_hair: bool) -> Plan {
    let mut edge = Edge::default();
    edge.before_hair = before_hair;
    let look = Look::stubble().with_edge(edge);
    let seed = Seed::new(7);
    look.plan(&scalp.photo, &scalp.receded, scalp.scale, seed)
        .unwrap()
}

/// Hairs and dots together in strips 24 mm wide and 2 mm high, from the top of the head down.
fn strips(scalp: &SyntheticScalp, plan: &Plan) -> Vec<[usize; 2]> {
    let middle = scalp.scale.to_mm(0.5 * scalp.photo.size().width() as f32);
    let height = scalp.scale.to_mm(scalp.photo.size().height() as f32);
    let mut strips = vec![[0; 2]; (height / 2.0) as usize];
    let mut count = |place_mm: Vec2, of: usize| {
        if (place_mm.x - middle).abs() < 12.0 {
            strips[(place_mm.y / 2.0) as usize][of] += 1;
        }
    };
    scalp.follicles_mm.iter().for_each(|&place| count(place, 0));
    plan.dots().iter().for_each(|dot| count(dot.position_mm, 1));
    strips
}

/// Dots or hairs of 130 per cm² of skin in strips of it, which turns away towards the top.
fn of_full(scalp: &SyntheticScalp, strip: usize, count: usize) -> f32 {
    let middle = 0.5 * scalp.photo.size().width() as f32;
    // Every millimetre.
    let places = (0..2).flat_map(|y| (-12..12).map(move |x| Vec2::new(x as f32, y as f32)));
    let skin_mm2: f32 = places
        .map(|at| at + 0.5 + Vec2::Y * (2 * strip) as f32)
        .map(|at| at * scalp.scale.get() + Vec2::X * middle)
        .map(|at_px| scalp.head.area_factor_at(at_px))
        .sum();
    count as f32 / (0.01 * skin_mm2 * 130.0)
}

/// Of 130 per cm², strip by strip from within the own hair to where the hairline begins to thin out.
fn density(scalp: &SyntheticScalp, plan: &Plan) -> Vec<f32> {
    let strips = strips(scalp, plan);
    let of_both = (22..37).zip(&strips[22..37]);
    of_both
        .map(|(strip, [own, dots])| of_full(scalp, strip, own + dots))
        .collect()
}

#[test]
fn hair_and_dots_together_are_as_dense_as_either() {
    // From 10 px/mm on hairs are known one by one as well.
    for (px_per_mm, seed) in [(4.0, 1), (4.0, 2), (10.0, 1)] {
        let scalp = scalp(px_per_mm, seed);
        let met = density(&scalp, &plan(&scalp, false));
        let off = met.iter().map(|of| (of - 1.0).abs()).fold(0.0, f32::max);
        assert!(off < 0.2, "{px_per_mm} px/mm: {met:?}");
    }
    // Two strips before the hair, which a thin edge before it would leave pale.
    let [met, apart] = [false, true].map(|before_hair| {
        let of = |seed| {
            let scalp = scalp(4.0, seed);
            let density = density(&scalp, &plan(&scalp, before_hair));
            density[7..9].iter().sum::<f32>()
        };
        (1..=2).map(of).sum::<f32>() / 4.0
    });
    assert!((met - 1.0).abs() < 0.1, "{met}");
    assert!(apart < 0.88, "no pale line to mend: {apart}");
}

#[test]
fn the_hairline_before_bare_skin_stays_soft() {
    let scalp = scalp(4.0, 1);
    let front = strips(&scalp, &plan(&scalp, false))[37..45].to_vec();
    let density = (37..).zip(&front);
    let density = density.map(|(strip, [_, dots])| of_full(&scalp, strip, *dots));
    let density: Vec<f32> = density.collect();
    assert!(density.is_sorted_by(|a, b| a >= b), "{density:?}");
    // Three strips are 6 of the 9 mm of the zone.
    let soft = density.iter().filter(|of| (0.1..0.9).contains(*of)).count();
    assert!(soft >= 3 && density[7] == 0.0, "{density:?}");
}
