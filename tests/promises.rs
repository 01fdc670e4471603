//! What every picture promises, whatever it shows.

use stubblefield::{
    Density, Edge, Fading, Level, Look, Mask, Photo, Plan, Rasterizer, Samples, Scale, Seed, Size,
    SyntheticScalp, Variation, When,
};

fn codes(photo: &Photo) -> &[u8] {
    match photo.pixels() {
        Samples::Rgb8(codes) => codes,
        other => panic!("not 8-bit RGB: {other:?}"),
    }
}

fn even(size: Size, color: [u8; 3]) -> Photo {
    Photo::from_rgb8(size, color.repeat(size.pixels())).unwrap()
}

fn scalp() -> (SyntheticScalp, Plan) {
    let scalp = SyntheticScalp::generate(Scale::px_per_mm(2.0).unwrap(), Seed::new(1)).unwrap();
    let plan = Look::stubble()
        .plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))
        .unwrap();
    (scalp, plan)
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
}

#[test]
fn bytes_do_not_depend_on_threads_or_instruction_set() {
    let (scalp, plan) = scalp();
    let expected = plan.render(&scalp.photo, When::healed()).unwrap();
    for threads in [1, 2, 3, 8] {
        pool(threads).install(|| {
            let again = self::scalp();
            assert_eq!(
                codes(&again.0.photo),
                codes(&scalp.photo),
                "{threads} threads: photo"
            );
            assert_eq!(again.1.dots(), plan.dots(), "{threads} threads: plan");
            let after = again.1.render(&again.0.photo, When::healed()).unwrap();
            assert!(
                codes(&after) == codes(&expected),
                "{threads} threads: picture"
            );
            let report = again.1.report(&again.0.photo, When::healed()).unwrap();
            assert_eq!(report, plan.report(&scalp.photo, When::healed()).unwrap());
        });
    }
    for level in Level::supported() {
        let mut rasterizer = Rasterizer::with_level(level);
        let after = plan
            .render_with(&mut rasterizer, &scalp.photo, When::healed())
            .unwrap();
        assert!(codes(&after) == codes(&expected), "{level:?}");
    }
}

#[test]
fn a_picture_used_again_is_the_one_that_is_made() {
    let (scalp, plan) = scalp();
    let expected = plan.render(&scalp.photo, When::healed()).unwrap();
    let small = Size::new(2, 1).unwrap();
    let before = [
        plan.render(&scalp.photo, When::years(9.0).unwrap())
            .unwrap(),
        even(small, [1, 2, 3]),
        Photo::from_rgb16(small, vec![7; 6]).unwrap(),
    ];
    for mut after in before {
        let mut rasterizer = Rasterizer::new();
        plan.render_into(&mut rasterizer, &scalp.photo, When::healed(), &mut after)
            .unwrap();
        assert!(codes(&after) == codes(&expected));
        assert_eq!(after.exif(), expected.exif());
    }
}

#[test]
fn another_seed_is_another_picture_of_the_same_tone() {
    let (scalp, plan) = scalp();
    let other = plan
        .look()
        .plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(8))
        .unwrap();
    let [a, b] = [&plan, &other].map(|p| p.render(&scalp.photo, When::healed()).unwrap());
    assert_ne!(codes(&a), codes(&b));
    assert_ne!(plan.fingerprint(), other.fingerprint());
    let tone = |p: &Plan| {
        p.report(&scalp.photo, When::healed())
            .unwrap()
            .inside
            .delta_l
    };
    assert!((tone(&plan) - tone(&other)).abs() < 0.2);
}

#[test]
fn beyond_the_reach_of_ink_every_byte_is_kept() {
    let (scalp, plan) = scalp();
    for when in [When::fresh(), When::healed(), When::years(10.0).unwrap()] {
        let after = plan.render(&scalp.photo, when).unwrap();
        let distance = plan.mask().signed_distance_px();
        let reach = plan.reach_px(when);
        let mut changed = 0;
        let pixels = codes(&scalp.photo).chunks(3).zip(codes(&after).chunks(3));
        for ((before, after), &away) in pixels.zip(distance.values()) {
            if away < -reach {
                assert_eq!(before, after, "{away} px outside, reach {reach} px");
            }
            changed += usize::from(before != after);
        }
        assert!(changed > 1000, "{changed} pixels changed");
    }
    let told_mm = plan.report(&scalp.photo, When::healed()).unwrap().reach_mm;
    let reach_mm = f64::from(plan.reach_px(When::healed()) / 2.0);
    assert!(
        (told_mm / reach_mm - 1.0).abs() < 1e-6,
        "{told_mm} mm for {reach_mm}"
    );
}

#[test]
fn what_is_told_of_outside_is_all_that_ink_may_reach() {
    let size = Size::new(120, 90).unwrap();
    // 8 bits would round most of the veil away.
    let codes = [214_u16, 165, 140].map(|code| 257 * code);
    let photo = Photo::from_rgb16(size, codes.repeat(size.pixels())).unwrap();
    let scale = Scale::px_per_mm(6.0).unwrap();
    let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 45.0))).unwrap();
    let look = Look::stubble().with_edge(Edge::past(0.0, 0.0));
    let plan = look.plan(&photo, &upper, scale, Seed::new(1)).unwrap();
    let outside = plan.report(&photo, When::healed()).unwrap().outside.delta_l;
    let through = plan.transmittance(When::healed()).unwrap();
    // Those whose middle it reaches.
    let rows = 45..45 + plan.reach_px(When::healed()).round() as u32;
    let lost = |channel: usize| {
        let rows = rows.clone().flat_map(|y| through[channel].row(y));
        let count = f64::from(rows.clone().count() as u32);
        rows.map(|t| f64::from(1.0 - t)).sum::<f64>() / count
    };
    // Linear light of that skin, and what of its lightness goes with a share of it.
    let skin = photo.linear_srgb_at(0, 0).map(f64::from);
    let parts = [0.2126 * skin[0], 0.7152 * skin[1], 0.0722 * skin[2]];
    let all: f64 = parts.iter().sum();
    let share = (0..3).map(|c| parts[c] * lost(c)).sum::<f64>() / all;
    let expected = -116.0 / 3.0 * all.cbrt() * share;
    assert!(
        (outside / expected - 1.0).abs() < 0.05,
        "{outside} for {expected}"
    );
}

#[test]
fn an_empty_mask_leaves_the_photo_as_it_is_and_says_so() {
    let size = Size::new(40, 30).unwrap();
    let photo = even(size, [210, 165, 140]);
    let none = Mask::full(size).invert();
    let scale = Scale::px_per_mm(4.0).unwrap();
    let plan = Look::stubble()
        .plan(&photo, &none, scale, Seed::new(1))
        .unwrap();
    assert!(plan.dots().is_empty());
    let after = plan.render(&photo, When::healed()).unwrap();
    assert_eq!(codes(&after), codes(&photo));
    let report = plan.report(&photo, When::healed()).unwrap();
    assert_eq!(report.warnings, [stubblefield::Warning::EmptyMask]);
    assert_eq!(
        (report.dots, report.area_cm2, report.inside.delta_l),
        (0, 0.0, 0.0)
    );
}

#[test]
fn a_mask_or_photo_of_another_size_is_refused() {
    let size = Size::new(40, 30).unwrap();
    let (photo, scale) = (even(size, [210, 165, 140]), Scale::px_per_mm(4.0).unwrap());
    let wrong = Mask::full(Size::new(30, 40).unwrap());
    let refused = Look::stubble()
        .plan(&photo, &wrong, scale, Seed::new(1))
        .unwrap_err();
    assert_eq!(refused.to_string(), "mask is 30x40 px, allowed: 40x30 px");
    let plan = Look::stubble()
        .plan(&photo, &Mask::full(size), scale, Seed::new(1))
        .unwrap();
    let other = even(Size::new(41, 30).unwrap(), [210, 165, 140]);
    let refused = plan.render(&other, When::healed()).unwrap_err();
    assert_eq!(refused.to_string(), "photo is 41x30 px, allowed: 40x30 px");
}

/// Mean shift in a wide, even field without edges.
fn shift(color: [u8; 3], px_per_mm: f32, look: Look) -> stubblefield::ToneShift {
    let side = (40.0 * px_per_mm).round() as u32;
    let size = Size::new(side, side).unwrap();
    let photo = even(size, color);
    let scale = Scale::px_per_mm(px_per_mm).unwrap();
    let plan = look
        .plan(&photo, &Mask::full(size), scale, Seed::new(3))
        .unwrap();
    plan.report(&photo, When::healed()).unwrap().inside
}

#[test]
fn fair_skin_darkens_by_the_clinical_amount_and_dark_skin_by_about_half() {
    for fair in [[225, 185, 160], [214, 165, 140], [196, 146, 122]] {
        let shift = shift(fair, 8.0, Look::stubble());
        assert!(
            (-7.0..=-3.5).contains(&shift.delta_l),
            "{fair:?}: {shift:?}"
        );
        assert!(
            shift.delta_a < 0.0 && shift.delta_b < 0.0,
            "{fair:?}: {shift:?}"
        );
    }
    // CIELAB lightness 39 and 30.
    for dark in [[120, 88, 72], [92, 66, 54]] {
        let shift = shift(dark, 8.0, Look::stubble());
        assert!(
            (-3.5..=-1.75).contains(&shift.delta_l),
            "{dark:?}: {shift:?}"
        );
    }
}

#[test]
fn dots_that_would_outgrow_the_rasterizer_are_refused_when_planned() {
    let photo = even(Size::new(600, 400).unwrap(), [210, 170, 150]);
    let size = photo.size();
    let scale = Scale::px_per_mm(400.0).unwrap();
    let plan = |look: Look| look.plan(&photo, &Mask::full(size), scale, Seed::new(1));
    let mut fading = Fading::default();
    (fading.spread_per_year, fading.fresh_size) = (0.2, 3.0);
    let mut variation = Variation::default();
    (variation.diameter_mm, variation.diameter_sd) = (0.6, 0.5);
    let dense = Look::stubble().with_density(Density::per_cm2(2000.0).unwrap());
    let wide = plan(dense.clone().with_fading(fading).with_variation(variation)).unwrap_err();
    assert!(wide.to_string().contains("allowed: at most 512"), "{wide}");
    let mut fading = Fading::default();
    fading.sinking_mm_per_year = 0.02;
    let deep = plan(dense.clone().with_fading(fading)).unwrap_err();
    assert!(deep.to_string().contains("allowed: 0.3..=64"), "{deep}");
    // What is planned can be drawn at any time.
    let plan = plan(dense).unwrap();
    for when in ["fresh", "healed", "30y"] {
        plan.render(&photo, when.parse().unwrap()).unwrap();
    }
}

#[test]
fn tone_does_not_depend_on_resolution() {
    let color = [214, 165, 140];
    let reference = shift(color, 16.0, Look::stubble()).delta_l;
    // 0.28 mm of visible dot are from 0.14 to 6.7 pixels.
    for px_per_mm in [0.5, 1.0, 2.0, 4.0, 8.0, 24.0] {
        let delta_l = shift(color, px_per_mm, Look::stubble()).delta_l;
        let off = (delta_l - reference).abs();
        // Measured: 0.12 at 0.5 px/mm, 0.005 and less from 4 on.
        let most = if px_per_mm < 4.0 { 0.15 } else { 0.02 };
        assert!(
            off < most,
            "{delta_l} at {px_per_mm} px/mm, {reference} at 16"
        );
    }
}

#[test]
fn more_dots_are_darker_and_years_are_lighter() {
    let color = [214, 165, 140];
    let mut last = 0.0;
    for per_cm2 in [40.0, 80.0, 120.0, 160.0, 200.0] {
        let look = Look::stubble().with_density(Density::per_cm2(per_cm2).unwrap());
        let delta_l = shift(color, 6.0, look).delta_l;
        assert!(
            delta_l < last - 0.5,
            "{delta_l} at {per_cm2}/cm² after {last}"
        );
        last = delta_l;
    }
    let size = Size::new(200, 200).unwrap();
    let (photo, scale) = (even(size, color), Scale::px_per_mm(6.0).unwrap());
    let plan = Look::stubble()
        .plan(&photo, &Mask::full(size), scale, Seed::new(3))
        .unwrap();
    let at = |when: &str| {
        plan.report(&photo, when.parse().unwrap())
            .unwrap()
            .inside
            .delta_l
    };
    let course = ["fresh", "10d", "healed", "1y", "3y", "5y", "10y"].map(at);
    assert!(course.is_sorted(), "{course:?}");
}

#[test]
fn a_glint_is_never_darkened() {
    let size = Size::new(240, 240).unwrap();
    let codes_before: Vec<u8> = (0..size.pixels())
        .flat_map(|i| {
            let (x, y) = (i % 240, i / 240);
            let glint = (100..140).contains(&x) && (100..140).contains(&y);
            if glint {
                [255, 255, 255]
            } else {
                [205, 155, 130]
            }
        })
        .collect();
    let photo = Photo::from_rgb8(size, codes_before).unwrap();
    let scale = Scale::px_per_mm(6.0).unwrap();
    let plan = Look::stubble()
        .plan(&photo, &Mask::full(size), scale, Seed::new(2))
        .unwrap();
    let after = plan.render(&photo, When::healed()).unwrap();
    // One pixel of the rim is shared with the skin beside it.
    for y in 102..138 {
        for x in 102..138 {
            let i = (y * 240 + x) * 3;
            assert!(
                codes(&after)[i..i + 3].iter().all(|&c| c >= 254),
                "at {x}, {y}"
            );
        }
    }
    assert!(
        codes(&after)[..3 * 240 * 90].iter().any(|&c| c < 120),
        "skin carries dots"
    );
}

#[test]
fn depth_of_colour_does_not_matter() {
    let size = Size::new(150, 150).unwrap();
    let color = [214_u8, 165, 140];
    let narrow = even(size, color);
    let wide = color.map(|c| u16::from(c) * 257).repeat(size.pixels());
    let wide = Photo::from_rgb16(size, wide).unwrap();
    let scale = Scale::px_per_mm(6.0).unwrap();
    let plan = Look::stubble()
        .plan(&narrow, &Mask::full(size), scale, Seed::new(1))
        .unwrap();
    let narrow = plan.render(&narrow, When::healed()).unwrap();
    let wide = plan.render(&wide, When::healed()).unwrap();
    let Samples::Rgb16(wide) = wide.pixels() else {
        panic!("16 bits are kept")
    };
    for (&a, &b) in codes(&narrow).iter().zip(wide) {
        assert!(
            (f32::from(a) - f32::from(b) / 257.0).abs() < 0.53,
            "{a} and {b}"
        );
    }
}

#[test]
fn a_crisp_edge_is_at_the_callers_own_wish() {
    let size = Size::new(160, 160).unwrap();
    let (photo, scale) = (even(size, [214, 165, 140]), Scale::px_per_mm(4.0).unwrap());
    let lower = Mask::from_fn(size, |p| f32::from(u8::from(p.y > 60.0))).unwrap();
    let mut hard = Edge::default();
    (hard.width_mm, hard.wave_mm, hard.gap_mm) = (0.0, 0.0, 0.0);
    let dots = |look: Look| {
        look.plan(&photo, &lower, scale, Seed::new(1))
            .unwrap()
            .dots()
            .len()
    };
    let (soft, hard) = (dots(Look::stubble()), dots(Look::stubble().with_edge(hard)));
    let full = 130.0 * 0.01 * (160.0 / 4.0) * (100.0 / 4.0);
    assert!(
        (hard as f64 / full - 1.0).abs() < 0.05,
        "{hard} dots for {full}"
    );
    assert!(
        soft < hard * 9 / 10,
        "{soft} with a soft edge, {hard} without"
    );
}

#[test]
fn every_default_plan_can_be_drawn_at_every_allowed_scale() {
    for (px_per_mm, side) in [(0.2, 12), (400.0, 500)] {
        let scale = Scale::px_per_mm(px_per_mm).unwrap();
        let size = Size::new(side, side).unwrap();
        let photo = even(size, [214, 165, 140]);
        let plan = Look::stubble()
            .plan(&photo, &Mask::full(size), scale, Seed::new(1))
            .unwrap();
        for when in ["fresh", "healed", "30y"] {
            plan.render(&photo, when.parse().unwrap()).unwrap();
        }
    }
}

#[test]
fn soft_coverage_thins_the_dots_and_is_never_cut_at_a_half() {
    let size = Size::new(300, 300).unwrap();
    let (photo, scale) = (even(size, [214, 165, 140]), Scale::px_per_mm(6.0).unwrap());
    let dots = |mask: &Mask| {
        let plan = Look::stubble()
            .plan(&photo, mask, scale, Seed::new(1))
            .unwrap();
        plan.dots().len() as f64
    };
    let full = dots(&Mask::full(size));
    let soft = dots(&Mask::from_fn(size, |_| 0.4).unwrap());
    // About 1300 dots: five standard deviations of a random count are 14 %.
    assert!(
        (soft / full - 0.4).abs() < 0.05,
        "{soft} of {full} dots at a coverage of 0.4"
    );
}

#[test]
fn a_head_of_which_most_was_wall_says_so() {
    let (scalp, _) = scalp();
    let whole = Mask::full(scalp.photo.size());
    let plan = Look::stubble()
        .plan(&scalp.photo, &whole, scalp.scale, Seed::new(1))
        .unwrap();
    let report = plan.report(&scalp.photo, When::healed()).unwrap();
    assert!(
        (0.2..0.8).contains(&report.background_share),
        "{}",
        report.background_share
    );
    let wall = plan
        .dots()
        .iter()
        .filter(|dot| dot.position_mm.y < 30.0)
        .count();
    assert_eq!(wall, 0, "dots on the wall above the head");
    let full = plan.full_mask();
    assert!(full.area_px() > 0.0);
    assert!(full.subtract(plan.mask()).unwrap().is_empty());
    // What lies around the treatment is compared with it: no wall.
    let middle = 0.5 * scalp.photo.size().width() as f32;
    let left = Mask::from_fn(whole.size(), |p| f32::from(u8::from(p.x < middle))).unwrap();
    let plan = Look::stubble()
        .plan(&scalp.photo, &left, scalp.scale, Seed::new(1))
        .unwrap();
    let around = plan.surroundings();
    let wall = plan.scene().background().coverage().values().iter();
    let mut pairs = around.coverage().values().iter().zip(wall);
    assert!(around.area_px() > 0.0);
    assert!(pairs.all(|(&around, &wall)| around == 0.0 || wall < 1.0));
}

#[test]
fn the_synthetic_head_is_treated_as_the_clinic_would() {
    for px_per_mm in [2.0, 4.0, 8.0] {
        let scale = Scale::px_per_mm(px_per_mm).unwrap();
        let scalp = SyntheticScalp::generate(scale, Seed::new(1)).unwrap();
        let plan = Look::stubble()
            .plan(&scalp.photo, &scalp.receded, scale, Seed::new(7))
            .unwrap();
        let report = plan.report(&scalp.photo, When::healed()).unwrap();
        assert!(
            (-7.0..=-3.5).contains(&report.full.delta_l),
            "{px_per_mm} px/mm: {report}"
        );
        // The soft edge and what own hair shades take a third off the mean; the same at every scale.
        assert!(
            (report.inside.delta_l + 3.47).abs() < 0.05,
            "{px_per_mm} px/mm: {report}"
        );
        assert!(report.inside.delta_a < 0.0 && report.inside.delta_b < 0.0);
    }
}
