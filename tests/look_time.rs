//! A treatment over its sessions and its years.

use stubblefield::{
    Course, Density, Fading, Look, Mask, Photo, Plan, Rasterizer, Report, Samples, Scale, Seed,
    Session, Size, TouchUp, Warning, When, quality,
};

fn skin(width: u32, height: u32) -> Photo {
    let size = Size::new(width, height).unwrap();
    Photo::from_rgb8(size, [214, 165, 140].repeat(size.pixels())).unwrap()
}

fn codes(photo: &Photo) -> &[u8] {
    match photo.pixels() {
        Samples::Rgb8(codes) => codes,
        other => panic!("not 8-bit RGB: {other:?}"),
    }
}

/// 5 × 4 cm of even skin at 6 px/mm, treated all over.
fn plan(look: &Look) -> (Photo, Plan) {
    let photo = skin(300, 240);
    let scale = Scale::px_per_mm(6.0).unwrap();
    let mask = Mask::full(photo.size());
    let plan = look.plan(&photo, &mask, scale, Seed::new(3)).unwrap();
    (photo, plan)
}

fn report(photo: &Photo, plan: &Plan, when: When) -> Report {
    plan.report(photo, when).unwrap()
}

#[test]
fn sessions_build_up_at_their_shares_and_every_stop_is_even() {
    for count in 2..=4 {
        let course = Course::in_sessions(count).unwrap();
        let (photo, plan) = plan(&Look::stubble().with_course(course.clone()));
        let mut last = 0.0;
        for (session, visit) in (1..).zip(course.sessions()) {
            let when = When::healed().after_session(session);
            let report = report(&photo, &plan, when);
            let share = report.dots as f64 / plan.dots().len() as f64;
            assert!((share - f64::from(visit.share)).abs() < 0.001, "{share}");
            assert!(
                report.inside.delta_l < last - 0.5,
                "session {session} of {count}: {} after {last}",
                report.inside.delta_l
            );
            last = report.inside.delta_l;
            // As far apart as a field of that many dots allows: 0.776 of the hexagonal lattice for one
            // laid at once, a few per cent less where counted out.
            let places: Vec<_> = plan
                .dots()
                .iter()
                .filter(|d| d.session <= session)
                .collect();
            let apart = |i: usize| {
                let others = places.iter().enumerate().filter(|(j, _)| *j != i);
                let distances = others.map(|(_, b)| places[i].position_mm.distance(b.position_mm));
                distances.fold(f32::MAX, f32::min)
            };
            let least = (0..places.len()).map(apart).fold(f32::MAX, f32::min);
            let hexagonal = (2.0 / 3.0_f32.sqrt() * 2000.0 / places.len() as f32).sqrt();
            assert!(least / hexagonal > 0.70, "{}", least / hexagonal);
        }
    }
    let (photo, plan) = plan(&Look::stubble());
    assert_eq!(
        quality::uncovered_share(plan.field(), 50_000, Seed::new(1)),
        0.0
    );
    let before = plan.render(&photo, When::fresh().after_session(0)).unwrap();
    assert!(
        codes(&before) == codes(&photo),
        "nothing is there before the first session"
    );
    let mean = |session, f: fn(&stubblefield::Impression) -> f32| {
        let dots = plan.dots().iter().filter(|dot| dot.session == session);
        let (sum, count) = dots.fold((0.0, 0.0), |(s, n), dot| (s + f(&dot.healed), n + 1.0));
        sum / count
    };
    // The first is the lightest, the last the finest.
    let strength = |session| mean(session, |i| i.strength);
    let radius = |session| mean(session, |i| i.radius_mm);
    assert!(strength(1) < 0.85 * strength(2));
    assert!(radius(3) < 0.96 * radius(2) && radius(2) < radius(1));
}

#[test]
fn only_the_last_session_is_fresh() {
    let (photo, plan) = plan(&Look::stubble());
    let grown = |session: u8| {
        let dot = plan
            .dots()
            .iter()
            .find(|dot| dot.session == session)
            .unwrap();
        let fresh = plan.impression_at(dot, When::fresh()).unwrap();
        fresh.radius_mm / dot.healed.radius_mm
    };
    assert!((grown(3) - 1.6).abs() < 1e-5);
    // Ten days of three-day settling leave 4 % of the excess.
    assert!((1.0..1.03).contains(&grown(2)) && (1.0..1.001).contains(&grown(1)));
    // On its own day each is, and as wide as the report says.
    for figures in report(&photo, &plan, When::healed()).sessions {
        let dots = plan.dots().iter();
        let own = dots.filter(|dot| dot.session == figures.session);
        let radii: Vec<f64> = own.map(|dot| f64::from(dot.healed.radius_mm)).collect();
        let healed_mm = 2.0 * radii.iter().sum::<f64>() / radii.len() as f64;
        assert!((figures.healed_mm / healed_mm - 1.0).abs() < 1e-6);
        assert!((figures.fresh_mm / healed_mm - 1.6).abs() < 1e-5);
    }
}

#[test]
fn strength_follows_the_stated_law_at_every_time_and_dots_stay_where_they_are() {
    let (photo, plan) = plan(&Look::stubble());
    let fading = Fading::scalp();
    let law = [
        ("0d", 1.0),
        ("10d", 0.70),
        ("6w", 0.69),
        ("6mo", 0.65),
        ("12mo", 0.60),
        ("36mo", 0.44),
        ("60mo", 0.32),
        ("120mo", 0.15),
    ];
    let placed: Vec<_> = plan.dots().to_vec();
    for (at, share) in law {
        let when: When = at.parse().unwrap();
        for dot in plan
            .dots()
            .iter()
            .filter(|dot| dot.session == 3)
            .step_by(50)
        {
            let [now, fresh] = [when, When::fresh()].map(|t| plan.impression_at(dot, t).unwrap());
            let years = ((when.as_days() - 42.0) / 365.25).max(0.0);
            let spread = 1.0 + fading.spread_per_year * years;
            let left = now.strength * spread * spread / fresh.strength;
            assert!((left - share).abs() < 0.02, "{at}: {left} for {share}");
            assert!((now.radius_mm >= dot.healed.radius_mm) && now.depth_mm >= dot.healed.depth_mm);
        }
        plan.render(&photo, when).unwrap();
        assert_eq!(plan.dots(), placed);
    }
}

#[test]
fn pictures_do_not_depend_on_the_order_in_which_times_are_asked_for() {
    let course = Course::default().with_touch_up(TouchUp::after_years(4.0));
    let (photo, plan) = plan(&Look::stubble().with_course(course));
    let times = ["5y", "fresh", "healed", "10d", "1y", "30y"].map(|t| t.parse::<When>().unwrap());
    let mut rasterizer = Rasterizer::new();
    let forth: Vec<Photo> = times
        .iter()
        .map(|&when| plan.render_with(&mut rasterizer, &photo, when).unwrap())
        .collect();
    for (&when, before) in times.iter().zip(&forth).rev() {
        let again = plan.render_with(&mut rasterizer, &photo, when).unwrap();
        assert!(codes(&again) == codes(before), "{when:?}");
    }
}

#[test]
fn a_touch_up_restores_what_faded_and_overdone_it_merges_the_dots() {
    let years = |years| When::years(years).unwrap();
    // Six weeks after four years.
    let after = years(4.0 + 42.0 / 365.25);
    let touched = |amount| {
        let mut touch_up = TouchUp::after_years(4.0);
        touch_up.amount = amount;
        plan(&Look::stubble().with_course(Course::default().with_touch_up(touch_up)))
    };
    let (photo, plain) = plan(&Look::stubble());
    let delta_l = |plan: &Plan, when| report(&photo, plan, when).inside.delta_l;
    let healed = delta_l(&plain, When::healed());
    let (_, restored) = touched(1.0);
    let back = delta_l(&restored, after) / healed;
    assert!((back - 1.0).abs() < 0.05, "{back} of the healed ΔL*");
    assert!(
        delta_l(&plain, after) / healed < 0.85,
        "something had faded"
    );
    let before = years(3.9);
    assert!(
        codes(&restored.render(&photo, before).unwrap())
            == codes(&plain.render(&photo, before).unwrap()),
        "a touch-up changed what was before it"
    );
    let radius = |plan: &Plan| {
        let dot = &plan.dots()[0];
        plan.impression_at(dot, after).unwrap().radius_mm / dot.healed.radius_mm
    };
    let (_, overdone) = touched(2.0);
    assert!(
        (1.0..1.25).contains(&radius(&restored)),
        "{}",
        radius(&restored)
    );
    let wider = (radius(&overdone) / radius(&restored)).powi(2);
    assert!(wider > 1.35, "pigment lies on {wider} of the area");
    assert!(delta_l(&overdone, after) < 1.5 * healed);
    // The worse the needle finds the old dots, the wider they get.
    let aimed = |aim_mm| {
        let mut touch_up = TouchUp::after_years(4.0);
        touch_up.aim_mm = aim_mm;
        let (_, plan) =
            plan(&Look::stubble().with_course(Course::default().with_touch_up(touch_up)));
        radius(&plan)
    };
    let [well, badly] = [0.0, 0.2].map(aimed);
    assert!(
        well < radius(&restored) && badly > 1.2 * well,
        "{well}, {badly}"
    );
    // Nothing has faded on the day of healing: nothing is laid.
    let (_, early) = {
        let course = Course::default().with_touch_up(TouchUp::after_years(0.0));
        plan(&Look::stubble().with_course(course))
    };
    let gone = delta_l(&early, years(2.0)) / delta_l(&plain, years(2.0));
    assert!((gone - 1.0).abs() < 0.02, "{gone}");
}

#[test]
fn touch_ups_may_be_told_in_any_order() {
    let course = |years: [f32; 2]| {
        years.into_iter().fold(Course::default(), |course, years| {
            course.with_touch_up(TouchUp::after_years(years))
        })
    };
    assert_eq!(course([4.0, 8.0]), course([8.0, 4.0]));
}

#[test]
fn sun_and_sebum_take_it_faster() {
    let at_five = |fading: Fading| {
        let (photo, plan) = plan(&Look::stubble().with_fading(fading));
        report(&photo, &plan, When::years(5.0).unwrap())
            .inside
            .delta_l
    };
    let usual = at_five(Fading::scalp());
    assert!(at_five(Fading::scalp().in_strong_sun()) > 0.8 * usual);
    assert!(at_five(Fading::scalp().on_oily_skin()) > 0.8 * usual);
    assert!(at_five(Fading::scalp().sheltered()) < 1.05 * usual);
}

#[test]
fn each_look_fades_as_its_place_does() {
    // Of the healed pigment after five years, by the half-lives of 4.5, 3 and 3.25.
    for (look, share) in [
        (Look::stubble(), 0.463),
        (Look::between_hair(), 0.463),
        (Look::beard(), 0.315),
        (Look::scar(), 0.344),
    ] {
        let [healed, later] =
            ["healed", "5y"].map(|when| look.fading().strength(when.parse().unwrap()));
        assert!(
            (later / healed - share).abs() < 0.001,
            "{look:?}: {}",
            later / healed
        );
    }
}

#[test]
fn a_session_that_is_too_long_warns_and_a_usual_one_does_not() {
    // 14 × 14 cm in one go.
    let photo = skin(420, 420);
    let mask = Mask::full(photo.size());
    let scale = Scale::px_per_mm(3.0).unwrap();
    let warnings = |course: Course, density: f32| {
        let look = Look::stubble().with_course(course);
        let look = look.with_density(Density::per_cm2(density).unwrap());
        let plan = look.plan(&photo, &mask, scale, Seed::new(1)).unwrap();
        let warnings = report(&photo, &plan, When::healed()).warnings;
        let long = warnings.into_iter().filter_map(|warning| match warning {
            Warning::SessionTooLong { session, hours, .. } => Some((session, hours)),
            _ => None,
        });
        long.collect::<Vec<_>>()
    };
    let at_once = Course::of(vec![Session::until(1.0)]);
    let long = warnings(at_once, 130.0);
    assert!(
        matches!(long[..], [(1, hours)] if (5.0..6.0).contains(&hours)),
        "{long:?}"
    );
    assert!(warnings(Course::default(), 130.0).is_empty());
}

#[test]
fn courses_that_cannot_be_are_refused() {
    let photo = skin(60, 60);
    let refused = |course: Course| {
        let look = Look::stubble().with_course(course);
        let scale = Scale::px_per_mm(6.0).unwrap();
        let plan = look.plan(&photo, &Mask::full(photo.size()), scale, Seed::new(1));
        plan.unwrap_err().to_string()
    };
    let shares = |shares: &[f32]| Course::of(shares.iter().map(|&s| Session::until(s)).collect());
    assert!(refused(shares(&[])).starts_with("sessions is 0"));
    assert!(refused(shares(&[0.7, 0.3, 1.0])).starts_with("share is 0.3"));
    assert!(refused(shares(&[0.3, 0.7])).starts_with("last session's share is 0."));
    assert!(refused(shares(&[f32::NAN, 1.0])).starts_with("share is NaN"));
    for years in [-1.0, f32::NAN, 31.0] {
        let course = Course::default().with_touch_up(TouchUp::after_years(years));
        assert!(refused(course).starts_with("touch-up years is"));
    }
    let mut fading = Fading::scalp();
    fading.settled = 0.0;
    let look = Look::stubble().with_fading(fading);
    let scale = Scale::px_per_mm(6.0).unwrap();
    let plan = look.plan(&photo, &Mask::full(photo.size()), scale, Seed::new(1));
    assert!(plan.unwrap_err().to_string().starts_with("settled is 0"));
}
