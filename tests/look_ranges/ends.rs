//! Every value at both ends of its range, and beyond them.

use glam::Vec2;
use stubblefield::{
    Course, Density, Deposit, Edge, Error, Fading, Limits, Look, Mask, Session, Tone, TouchUp,
    Uptake, Variation, When,
};

use crate::{SEED, even, px_per_mm, with};

/// Every part of a look.
#[derive(Clone)]
struct Parts {
    density: f32,
    variation: Variation,
    edge: Edge,
    session: Session,
    touch_up: TouchUp,
    fading: Fading,
    uptake: Uptake,
    limits: Limits,
    blur_px: f32,
}

impl Parts {
    fn usual() -> Self {
        Self {
            density: 130.0,
            variation: Variation::default(),
            edge: with(Edge::default(), |e| e.past_mm = 1.0),
            session: Session::until(0.5),
            touch_up: TouchUp::after_years(3.0),
            fading: Fading::scalp(),
            uptake: Uptake::skin(),
            limits: Limits::default(),
            blur_px: 0.7,
        }
    }

    /// On a scalp, or in a scar.
    fn look(&self, scar: bool) -> Look {
        let course = Course::of(vec![self.session, Session::until(1.0)]);
        let look = if scar {
            Look::scar().with_scarred(self.uptake)
        } else {
            Look::stubble().with_uptake(self.uptake)
        };
        look.with_density(Density::per_cm2(self.density).unwrap())
            .with_variation(self.variation)
            .with_edge(self.edge)
            .with_course(course.with_touch_up(self.touch_up))
            .with_fading(self.fading)
            .with_limits(self.limits)
            .with_photo_blur_px(self.blur_px)
    }
}

/// A value by the name that a refusal gives it, the ends of its range, and where it stands.
type Value = (&'static str, [f32; 2], fn(&mut Parts) -> &mut f32);

const VALUES: [Value; 43] = [
    ("diameter_mm", [0.02, 0.6], |p| &mut p.variation.diameter_mm),
    ("diameter_sd", [0.0, 0.5], |p| &mut p.variation.diameter_sd),
    ("strength", [0.0, 4.0], |p| &mut p.variation.strength),
    ("strength_sd", [0.0, 0.5], |p| &mut p.variation.strength_sd),
    ("depth_mm", [0.05, 0.4], |p| &mut p.variation.depth_mm),
    ("depth_sd_mm", [0.0, 0.2], |p| &mut p.variation.depth_sd_mm),
    ("shade", [0.1, 3.0], |p| &mut p.variation.shades[0]),
    ("edge width_mm", [0.0, 50.0], |p| &mut p.edge.width_mm),
    ("edge density", [0.0, 1.0], |p| &mut p.edge.density),
    ("edge size", [0.1, 1.0], |p| &mut p.edge.size),
    ("edge strength", [0.0, 1.0], |p| &mut p.edge.strength),
    ("edge wave_mm", [0.0, 20.0], |p| &mut p.edge.wave_mm),
    ("edge wave_length_mm", [1.0, 100.0], |p| {
        &mut p.edge.wave_length_mm
    }),
    ("edge gap_mm", [0.0, 10.0], |p| &mut p.edge.gap_mm),
    ("edge gap_length_mm", [0.2, 20.0], |p| {
        &mut p.edge.gap_length_mm
    }),
    ("edge past_mm", [0.0, 20.0], |p| &mut p.edge.past_mm),
    ("edge past_density", [0.0, 1.0], |p| {
        &mut p.edge.past_density
    }),
    ("share", [1e-6, 0.9995], |p| &mut p.session.share),
    ("session strength", [0.3, 2.0], |p| &mut p.session.strength),
    ("session size", [0.5, 1.5], |p| &mut p.session.size),
    ("session gap_days", [1.0, 365.0], |p| {
        &mut p.session.gap_days
    }),
    ("touch-up years", [0.0, 30.0], |p| &mut p.touch_up.years),
    ("touch-up amount", [0.0, 3.0], |p| &mut p.touch_up.amount),
    ("touch-up aim_mm", [0.0, 0.5], |p| &mut p.touch_up.aim_mm),
    ("settled", [0.1, 1.0], |p| &mut p.fading.settled),
    ("settling_days", [0.1, 42.0], |p| {
        &mut p.fading.settling_days
    }),
    ("half_life_years", [0.1, 100.0], |p| {
        &mut p.fading.half_life_years
    }),
    ("fresh_size", [0.5, 3.0], |p| &mut p.fading.fresh_size),
    ("spread_per_year", [0.0, 0.2], |p| {
        &mut p.fading.spread_per_year
    }),
    ("sinking_mm_per_year", [0.0, 0.02], |p| {
        &mut p.fading.sinking_mm_per_year
    }),
    ("fresh_redness", [0.0, 0.5], |p| &mut p.fading.fresh_redness),
    ("uptake mean", [0.1, 2.0], |p| &mut p.uptake.mean),
    ("uptake sd", [0.0, 0.5], |p| &mut p.uptake.sd),
    ("uptake length_mm", [0.2, 100.0], |p| {
        &mut p.uptake.length_mm
    }),
    ("uptake spread", [0.5, 2.0], |p| &mut p.uptake.spread),
    ("limits of strength", [0.001, 0.88], |p| {
        &mut p.limits.strength[0]
    }),
    ("limits of strength", [0.11, 4.0], |p| {
        &mut p.limits.strength[1]
    }),
    ("limits of density", [0.1, 180.0], |p| {
        &mut p.limits.density[0]
    }),
    ("limits of density", [80.0, 2000.0], |p| {
        &mut p.limits.density[1]
    }),
    ("limits of diameter_mm", [0.02, 0.28], |p| {
        &mut p.limits.diameter_mm[0]
    }),
    ("limits of diameter_mm", [0.14, 0.6], |p| {
        &mut p.limits.diameter_mm[1]
    }),
    ("photo_blur_px", [0.3, 8.0], |p| &mut p.blur_px),
    ("density", [0.1, 2000.0], |p| &mut p.density),
];

#[test]
fn what_is_out_of_its_range_is_refused_by_its_name_before_anything_else() {
    let photo = even(8, 6);
    let mask = Mask::full(photo.size());
    for (name, [low, high], value) in VALUES.into_iter().filter(|of| of.0 != "density") {
        let step = 1e-3 * high;
        for wrong in [low - step, high + step, f32::NAN, f32::INFINITY] {
            let look = with(Parts::usual(), |p| *value(p) = wrong).look(false);
            let refused = look.check().unwrap_err();
            assert!(
                refused.to_string().starts_with(&format!("{name} is ")),
                "{name}: {refused}"
            );
            let planned = look.plan(&photo, &mask, px_per_mm(4.0), SEED).unwrap_err();
            assert_eq!(planned.to_string(), refused.to_string());
            let tone = Tone::DeltaL(-3.0);
            let matched = look.match_tone(&photo, &mask, px_per_mm(4.0), SEED, &tone);
            assert_eq!(matched.unwrap_err().to_string(), refused.to_string());
        }
    }
}

/// Plans, draws, measures, and follows the recipe of what was planned.
#[cfg(feature = "serde")]
fn works_to_the_end(case: &str, look: &Look) {
    use stubblefield::{Area, Recipe};
    let (photo, scale) = (even(40, 30), px_per_mm(4.0));
    let area = Area::Outline(
        [[4.0, 4.0], [36.0, 4.0], [36.0, 26.0], [4.0, 26.0]]
            .map(Vec2::from)
            .to_vec(),
    );
    let recipe = |look: &Look| Recipe::new(look.clone(), area.clone(), photo.size(), scale, SEED);
    look.check().unwrap_or_else(|e| panic!("{case}: {e}"));
    let plan = recipe(look)
        .plan(&photo)
        .unwrap_or_else(|e| panic!("{case}: {e}"));
    let mut last = photo.clone();
    for when in [
        When::fresh().after_session(1),
        When::fresh(),
        When::healed(),
        When::years(30.0).unwrap(),
    ] {
        last = plan
            .render(&photo, when)
            .unwrap_or_else(|e| panic!("{case}: {e}"));
        let drawn = plan
            .dots()
            .iter()
            .filter_map(|dot| plan.impression_at(dot, when));
        for deposit in drawn {
            let sound =
                deposit.radius_mm > 0.0 && deposit.strength >= 0.0 && deposit.depth_mm > 0.0;
            assert!(
                sound && deposit.radius_mm.is_finite(),
                "{case}: {deposit:?}"
            );
        }
    }
    let report = plan
        .compare(&photo, &last, When::years(30.0).unwrap())
        .unwrap();
    assert!(
        report.inside.delta_l < 0.05,
        "{case}: {}",
        report.inside.delta_l
    );
    let kept = recipe(plan.look()).stamped(&plan);
    let read: Recipe = serde_json::from_str(&serde_json::to_string(&kept).unwrap())
        .unwrap_or_else(|e| panic!("{case}: {e}"));
    assert_eq!(read, kept, "{case}");
    let again = read.plan(&photo).unwrap_or_else(|e| panic!("{case}: {e}"));
    assert_eq!(again.fingerprint(), plan.fingerprint(), "{case}");
    assert_eq!(again.dots(), plan.dots(), "{case}");
}

#[cfg(feature = "serde")]
#[test]
fn every_value_works_to_the_end_at_the_ends_of_its_range() {
    // Three at once, of different parts; each by itself takes ten seconds and an environment variable.
    let groups = match std::env::var_os("EVERY_END") {
        Some(_) => VALUES.len(),
        None => VALUES.len().div_ceil(3),
    };
    for first in 0..groups {
        for end in [0, 1] {
            let (mut parts, mut case) = (Parts::usual(), String::new());
            for (nth, (name, range, value)) in
                VALUES.into_iter().skip(first).step_by(groups).enumerate()
            {
                let at = range[(end + nth) % 2];
                *value(&mut parts) = at;
                case += &format!("{name} {at}, ");
            }
            works_to_the_end(&case, &parts.look((first + end) % 2 == 1));
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn so_do_all_at_once() {
    // Each pair of limits rises still.
    for (scar, deposit) in [(false, Deposit::Planar), (true, Deposit::Columns)] {
        for end in [0, 1] {
            let mut parts = Parts::usual();
            for (_, range, value) in VALUES {
                *value(&mut parts) = range[end];
            }
            works_to_the_end(
                &format!("all at {end}, {deposit:?}"),
                &parts.look(scar).with_deposit(deposit),
            );
        }
    }
}

#[test]
fn tones_at_the_ends_are_reached_or_said_to_be_out_of_reach() {
    let photo = even(40, 30);
    let mask = Mask::full(photo.size());
    let wide = with(Limits::default(), |l| {
        (l.strength, l.density, l.diameter_mm) = ([0.001, 4.0], [0.1, 2000.0], [0.02, 0.6]);
    });
    let crisp = with(Edge::default(), |e| {
        (e.width_mm, e.gap_mm, e.wave_mm) = (0.0, 0.0, 0.0);
    });
    for limits in [Limits::default(), wide] {
        for tone in [-50.0, -0.001] {
            let look = Look::stubble().with_limits(limits).with_edge(crisp);
            let matched = look.match_tone(&photo, &mask, px_per_mm(4.0), SEED, &Tone::DeltaL(tone));
            match matched {
                Ok(matched) => assert!((matched.reached - matched.wanted).abs() < 0.3),
                Err(refused) => assert!(matches!(refused, Error::Unreachable { .. }), "{refused}"),
            }
        }
    }
}
