//! Every warning fires on a plan that deserves it and is silent on the defaults.

use glam::Vec2;
use stubblefield::{
    Course, Density, Deposit, Edge, Follicles, Growth, Look, Mask, Optics, PatchRequest, Person,
    Photo, Plan, Report, Scale, Scar, Seed, Size, SyntheticScalp, TouchUp, Unjudged, Variation,
    Warning, When,
};

const FAIR: [u8; 3] = [214, 165, 140];
const DARK: [u8; 3] = [92, 66, 54];

fn even(width: u32, height: u32, color: [u8; 3]) -> Photo {
    let size = Size::new(width, height).unwrap();
    Photo::from_rgb8(size, color.repeat(size.pixels())).unwrap()
}

fn px_per_mm(scale: f32) -> Scale {
    Scale::px_per_mm(scale).unwrap()
}

fn report(plan: &Plan, photo: &Photo) -> Report {
    plan.report(photo, When::healed()).unwrap()
}

/// 24 × 20 mm of even skin at 12 px/mm, treated all over.
fn close_up(color: [u8; 3], look: &Look) -> Report {
    let photo = even(288, 240, color);
    let mask = Mask::full(photo.size());
    let plan = look.plan(&photo, &mask, px_per_mm(12.0), Seed::new(1));
    report(&plan.unwrap(), &photo)
}

fn dots(per_cm2: f32, change: impl Fn(&mut Variation)) -> Look {
    let mut variation = Variation::default();
    change(&mut variation);
    let density = Density::per_cm2(per_cm2).unwrap();
    Look::stubble()
        .with_variation(variation)
        .with_density(density)
}

#[test]
fn the_defaults_are_silent_over_all_skins() {
    for (seed, tone) in (1..).zip([0.0_f32, 0.25, 0.5, 0.75, 1.0]) {
        let (size, scale) = (Size::new(200, 150).unwrap(), px_per_mm(4.0));
        // Bald skin, below it a free stretch.
        let request = PatchRequest::new(size, scale, Seed::new(seed))
            .with_skin(PatchRequest::skin_of_tone(tone))
            .with_density(Density::per_cm2(1.0).unwrap());
        let patch = request.generate().unwrap();
        let mask = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 112.0))).unwrap();
        for look in [Look::stubble(), Look::beard(), Look::scar()] {
            let plan = look.plan(&patch.photo, &mask, scale, Seed::new(seed));
            let report = report(&plan.unwrap(), &patch.photo);
            assert_eq!(report.warnings, [], "tone {tone}:\n{report}");
        }
    }
    let scalp = SyntheticScalp::generate(px_per_mm(4.0), Seed::new(1)).unwrap();
    let plan = Look::stubble().plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7));
    let plan = plan.unwrap();
    for when in ["healed", "10y"] {
        let report = plan.report(&scalp.photo, when.parse().unwrap()).unwrap();
        assert_eq!(report.warnings, [], "{when}:\n{report}");
    }
}

#[test]
fn close_up_the_usual_dots_stand_apart_and_overdone_ones_are_a_helmet() {
    let usual = close_up(FAIR, &Look::stubble()).separation.unwrap();
    assert!((0.8..0.95).contains(&usual.distinct_share), "{usual}");
    assert!(usual.free_share > 0.85 && usual.gap_mm > 0.4, "{usual}");
    let overdone = dots(220.0, |v| v.diameter_mm = 0.34);
    let merged = close_up(FAIR, &overdone);
    let separation = merged.separation.unwrap();
    assert!(separation.distinct_share < 0.5, "{separation}");
    let helmet = |w: &Warning| matches!(w, Warning::Helmet { .. });
    assert!(merged.warnings.iter().any(helmet), "{merged}");
}

#[test]
fn what_is_too_dark_depends_on_the_skin() {
    let dark = |report: &Report| {
        report.warnings.iter().find_map(|w| match w {
            Warning::TooDark { delta_l, darkest } => Some((*delta_l, *darkest)),
            _ => None,
        })
    };
    let strong = dots(200.0, |v| {
        v.strength = 1.5;
        v.diameter_mm = 0.3;
    });
    let stronger = dots(250.0, |v| (v.strength, v.diameter_mm) = (2.5, 0.34));
    let (fair, limit) = dark(&close_up(FAIR, &strong)).expect("too dark for fair skin");
    assert!((-12.0..-11.9).contains(&limit) && fair < limit);
    let (deep, limit) = dark(&close_up(DARK, &stronger)).expect("too dark for dark skin");
    assert!(
        (-6.0..=-5.0).contains(&limit) && deep < limit && deep > -12.0,
        "{deep}"
    );
    assert_eq!(
        dark(&close_up(FAIR, &dots(150.0, |v| v.strength = 0.7))),
        None
    );
}

#[test]
fn deep_pigment_is_too_blue_and_shallow_pigment_as_dark_is_not() {
    let blue = |report: &Report| {
        let cast = |w: &Warning| matches!(w, Warning::BlueCast { .. });
        report.warnings.iter().any(cast)
    };
    let deep = close_up(
        FAIR,
        &dots(130.0, |v| (v.depth_mm, v.strength) = (0.35, 3.0)),
    );
    assert!(blue(&deep), "{deep}");
    let shallow = close_up(FAIR, &dots(130.0, |v| v.strength = 0.5));
    assert!(!blue(&shallow), "{shallow}");
}

/// 80 × 50 mm at 3 px/mm, treated down to a ruler's line at 30 mm.
fn ruled() -> (Photo, Mask) {
    let photo = even(240, 150, FAIR);
    let mask = Mask::from_fn(photo.size(), |p| f32::from(u8::from(p.y < 90.0)));
    (photo, mask.unwrap())
}

#[test]
fn ruled_and_sharp_hairlines_are_told_from_soft_ones() {
    let (photo, mask) = ruled();
    let found = |edge: Edge| {
        let look = Look::stubble().with_edge(edge);
        let plan = look.plan(&photo, &mask, px_per_mm(3.0), Seed::new(2));
        let report = report(&plan.unwrap(), &photo);
        let straight = |w: &Warning| matches!(w, Warning::StraightHairline { .. });
        let sharp = |w: &Warning| matches!(w, Warning::SharpHairline { .. });
        let any = |is: &dyn Fn(&Warning) -> bool| report.warnings.iter().any(is);
        (any(&straight), any(&sharp))
    };
    assert_eq!(found(Edge::default()), (false, false));
    assert_eq!(found(Edge::past(0.0, 0.0)), (true, true));
    // Soft along a ruler: the first dots still stray, for they are few.
    let mut wavy = Edge::past(0.0, 0.0);
    (wavy.width_mm, wavy.wave_mm, wavy.gap_mm, wavy.density) = (4.0, 4.0, 0.0, 1.0);
    assert_eq!(found(wavy), (false, true));
}

#[test]
fn low_hairlines_and_dots_on_the_face_take_the_brows() {
    let (photo, mask) = ruled();
    let plan = Look::stubble().plan(&photo, &mask, px_per_mm(3.0), Seed::new(2));
    let plan = plan.unwrap();
    let unknown = report(&plan, &photo);
    assert!(unknown.unjudged.contains(&Unjudged::HairlineHeight));
    assert_eq!(unknown.hairline_mm, None);
    let brows = |y: f32| Person::new().with_brows([Vec2::new(200.0, y), Vec2::new(40.0, y)]);
    let judged = |person: &Person<'_>| plan.report_on(&photo, When::healed(), person).unwrap();
    let low = judged(&brows(140.0));
    let height = low.hairline_mm.unwrap();
    assert!((16.0..22.0).contains(&height), "{height}");
    assert!(low.warnings.contains(&Warning::LowHairline {
        height_mm: height,
        least_mm: 50.0
    }));
    assert!(!low.unjudged.contains(&Unjudged::HairlineHeight));
    let on_face = |report: &Report| {
        report.warnings.iter().find_map(|w| match w {
            Warning::OnFace { share, .. } => Some(*share),
            _ => None,
        })
    };
    assert_eq!(on_face(&low), None);
    // Brows in the middle of the treatment: a fifth of its width on either side is beside them.
    let share = on_face(&judged(&brows(60.0))).unwrap();
    assert!((share - 160.0 / 240.0 / 3.0).abs() < 0.01, "{share}");
    let eyes = Mask::from_fn(photo.size(), |p| f32::from(u8::from(p.x < 60.0))).unwrap();
    let share = on_face(&judged(&Person::new().with_free(&eyes))).unwrap();
    assert!((share - 0.25).abs() < 1e-6, "{share}");
    // High enough.
    let tall = even(240, 300, FAIR);
    let mask = Mask::from_fn(tall.size(), |p| f32::from(u8::from(p.y < 90.0))).unwrap();
    let plan = Look::stubble()
        .plan(&tall, &mask, px_per_mm(3.0), Seed::new(2))
        .unwrap();
    let high = plan
        .report_on(&tall, When::healed(), &brows(280.0))
        .unwrap();
    assert!(high.hairline_mm.unwrap() > 60.0);
    assert!(matches!(
        high.warnings[..],
        [Warning::DotsBelowPixel { px_per_mm: 3.0, .. }]
    ));
    let hairless = Mask::full(tall.size()).invert();
    let nobody = Person::new().with_hair(&hairless);
    let refused = plan.report_on(&tall, When::healed(), &nobody).unwrap_err();
    assert!(refused.to_string().starts_with("pixels of hair is 0"));
    for wrong in [
        Vec2::new(f32::NAN, 5.0),
        Vec2::new(5.0, 301.0),
        Vec2::new(10.0, 10.0),
    ] {
        let person = Person::new().with_brows([Vec2::new(10.0, 10.0), wrong]);
        let refused = plan.report_on(&tall, When::healed(), &person).unwrap_err();
        assert!(refused.to_string().contains("brow"), "{refused}");
    }
}

#[test]
fn a_step_to_the_own_hair_takes_its_follicles() {
    // Own stubble below, bare skin above.
    let (size, scale) = (Size::new(240, 200).unwrap(), px_per_mm(10.0));
    let step = |own: f32| {
        let patch = PatchRequest::new(size, scale, Seed::new(3))
            .with_density(Density::per_cm2(own).unwrap())
            .generate()
            .unwrap();
        let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 100.0))).unwrap();
        let beside = upper.invert();
        let follicles = Follicles::find(&patch.photo, &beside, scale).unwrap();
        let mut edge = Edge::default();
        edge.width_mm = 2.0;
        let look = Look::stubble().with_edge(edge);
        let plan = look
            .plan(&patch.photo, &upper, scale, Seed::new(1))
            .unwrap();
        let person = Person::new().with_follicles(&follicles).with_hair(&beside);
        let report = plan
            .report_on(&patch.photo, When::healed(), &person)
            .unwrap();
        assert_eq!(report.contrast.len(), 3);
        let step = |w: &Warning| matches!(w, Warning::DensityStep { .. });
        report.warnings.iter().any(step)
    };
    assert!(!step(95.0));
    assert!(step(40.0));
}

#[test]
fn own_hair_is_judged_on_the_head_and_where_it_faces_the_camera() {
    let scalp = SyntheticScalp::generate(px_per_mm(5.0), Seed::new(1)).unwrap();
    let plan = Look::stubble().plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7));
    let plan = plan.unwrap();
    // The fringe beside the temple, which turns 65 degrees away, and the wall in a corner.
    let size = scalp.photo.size();
    let is_fringe = |p: Vec2| (155.0..215.0).contains(&p.x) && (465.0..630.0).contains(&p.y);
    let is_wall = |p: Vec2| p.x < 150.0 && p.y < 150.0;
    let mask = |of: &dyn Fn(Vec2) -> bool| Mask::from_fn(size, |p| f32::from(u8::from(of(p))));
    let fringe = mask(&is_fringe).unwrap();
    let with_wall = mask(&|p| is_fringe(p) || is_wall(p)).unwrap();
    let follicles = Follicles::find(&scalp.photo, &fringe, scalp.scale).unwrap();
    assert!(follicles.all().len() >= 30);
    let judged = |hair: &Mask| {
        let person = Person::new().with_hair(hair).with_follicles(&follicles);
        plan.report_on(&scalp.photo, When::healed(), &person)
            .unwrap()
    };
    let (alone, spilled) = (judged(&fringe), judged(&with_wall));
    assert_eq!(alone.contrast, spilled.contrast);
    assert_eq!((alone.curved, alone.own_per_cm2), (true, None));
    assert!(alone.unjudged.contains(&Unjudged::DensityStep));
}

#[test]
fn fresh_dots_are_not_judged_by_their_tone() {
    let photo = even(200, 160, FAIR);
    let strong = dots(200.0, |v| (v.strength, v.diameter_mm) = (1.5, 0.3));
    let mask = Mask::full(photo.size());
    let plan = strong
        .plan(&photo, &mask, px_per_mm(8.0), Seed::new(1))
        .unwrap();
    let fresh = plan.report(&photo, When::fresh()).unwrap();
    assert_eq!(fresh.warnings, []);
    assert!(fresh.unjudged.contains(&Unjudged::FreshTone));
    assert!(!report(&plan, &photo).warnings.is_empty());
}

#[test]
fn nor_are_those_that_a_touch_up_has_just_laid() {
    let photo = even(200, 160, FAIR);
    let course = Course::default().with_touch_up(TouchUp::after_years(4.0));
    let look = Look::stubble().with_course(course);
    let mask = Mask::full(photo.size());
    let plan = look.plan(&photo, &mask, px_per_mm(8.0), Seed::new(1));
    let plan = plan.unwrap();
    let judged = |days: f32| {
        let when = When::days(When::years(4.0).unwrap().as_days() + days).unwrap();
        let report = plan.report(&photo, when).unwrap();
        assert_eq!(report.warnings, [], "{days} days later");
        !report.unjudged.contains(&Unjudged::FreshTone)
    };
    assert_eq!(
        [-1.0, 0.0, 41.0, 42.0].map(judged),
        [true, false, false, true]
    );
}

#[test]
fn a_touch_up_that_finds_nothing_faded_leaves_dots_to_be_judged() {
    let photo = even(200, 160, FAIR);
    let strong = dots(200.0, |v| (v.strength, v.diameter_mm) = (1.5, 0.3));
    let mut early = TouchUp::after_years(1.0);
    early.amount = 0.2;
    let look = strong.with_course(Course::default().with_touch_up(early));
    let mask = Mask::full(photo.size());
    let plan = look
        .plan(&photo, &mask, px_per_mm(8.0), Seed::new(1))
        .unwrap();
    let report = plan.report(&photo, When::years(1.0).unwrap()).unwrap();
    assert!(!report.unjudged.contains(&Unjudged::FreshTone));
    assert!(!report.warnings.is_empty());
}

#[test]
fn dots_are_below_a_pixel_by_their_own_width() {
    let photo = even(150, 120, FAIR);
    let mask = Mask::full(photo.size());
    let below = |look: &Look, scale: f32, when: &str| {
        let plan = look
            .plan(&photo, &mask, px_per_mm(scale), Seed::new(1))
            .unwrap();
        let report = plan.report(&photo, when.parse().unwrap()).unwrap();
        let spot_mm = report.separation.unwrap().spot_mm;
        let found = report.warnings.iter().find_map(|warning| match warning {
            Warning::DotsBelowPixel { spot_mm, .. } => Some(*spot_mm),
            _ => None,
        });
        assert!(found.is_none_or(|told| told == spot_mm));
        assert_eq!(found.is_some(), f64::from(scale) * spot_mm < 1.0);
        found.is_some()
    };
    let fine = dots(130.0, |v| v.diameter_mm = 0.14);
    assert!(below(&fine, 4.0, "healed") && !below(&fine, 8.0, "healed"));
    let coarse = dots(130.0, |v| v.diameter_mm = 0.34);
    assert!(!below(&coarse, 3.0, "healed") && below(&coarse, 2.0, "healed"));
    // With the years dots widen.
    let usual = Look::stubble();
    let plan = usual
        .plan(&photo, &mask, px_per_mm(4.0), Seed::new(1))
        .unwrap();
    let [healed, later] = ["healed", "10y"].map(|when| {
        let report = plan.report(&photo, when.parse().unwrap()).unwrap();
        report.separation.unwrap().spot_mm as f32
    });
    let between = 2.0 / (healed + later);
    assert!(below(&usual, between, "healed") && !below(&usual, between, "10y"));
    // The one dot of a single mark has no neighbour: it is as wide as the look has it.
    let mark = Scar::disc(Vec2::new(75.0, 60.0), 0.8);
    let mark = Scar::mask(&[mark], photo.size(), px_per_mm(2.0)).unwrap();
    let plan = Look::scar()
        .with_edge(Edge::past(0.0, 0.0))
        .plan(&photo, &mark, px_per_mm(2.0), Seed::new(1))
        .unwrap();
    assert_eq!(plan.dots().len(), 1);
    let report = report(&plan, &photo);
    let told = report.warnings.iter().find_map(|warning| match warning {
        Warning::DotsBelowPixel { spot_mm, .. } => Some(*spot_mm),
        _ => None,
    });
    let variation = plan.look().variation();
    let spread = Optics::new(Deposit::Columns, variation.depth_mm, 0.0).spread;
    let expected = f64::from(variation.diameter_mm * spread);
    assert!(
        told.is_some_and(|mm| (mm - expected).abs() < 1e-6),
        "{report}"
    );
}

#[test]
fn brows_say_nothing_of_beards_and_scars() {
    let (photo, mask) = ruled();
    let person = Person::new().with_brows([Vec2::new(40.0, 60.0), Vec2::new(200.0, 60.0)]);
    for look in [Look::beard(), Look::scar()] {
        let plan = look
            .plan(&photo, &mask, px_per_mm(4.0), Seed::new(2))
            .unwrap();
        let report = plan.report_on(&photo, When::healed(), &person).unwrap();
        assert_eq!((report.hairline_mm, report.face_share), (None, 0.0));
    }
}

#[test]
fn words_tell_what_stands_beside_what_was_asked_for() {
    let photo = even(200, 160, FAIR);
    let mask = Mask::full(photo.size());
    let plan = Look::stubble().plan(&photo, &mask, px_per_mm(5.0), Seed::new(1));
    let plan = plan.unwrap();
    let first = |when: When| {
        let words = plan.report(&photo, when).unwrap().to_string();
        words.lines().next().unwrap().to_owned()
    };
    let healed = first(When::healed());
    assert!(
        healed.ends_with("130 where full, 130 asked for"),
        "{healed}"
    );
    let early = first(When::healed().after_session(1));
    assert!(early.ends_with("39 where full, 130 asked for"), "{early}");
    // Faint all over, it is full in its own way, and its free skin is looked at.
    let faint = Mask::from_fn(photo.size(), |_| 0.4).unwrap();
    let plan = Look::stubble().plan(&photo, &faint, px_per_mm(5.0), Seed::new(1));
    let report = report(&plan.unwrap(), &photo);
    let free = report.separation.unwrap().free_share;
    assert!((0.9..0.99).contains(&free), "{free}");
    // Of its 12.8 cm² two fifths are treated.
    assert!((report.area_cm2 - 5.12).abs() < 1e-4, "{}", report.area_cm2);
    // An empty mask has no area, and no figure below zero either.
    let none = Look::stubble().plan(&photo, &mask.invert(), px_per_mm(5.0), Seed::new(1));
    let words = none
        .unwrap()
        .report(&photo, When::healed())
        .unwrap()
        .to_string();
    assert!(
        words.starts_with("0 dots on 0.0 cm²") && !words.contains("-0"),
        "{words}"
    );
    assert!(words.contains("full nowhere, 130 asked for") && !words.contains("; where full"));
}

#[test]
fn more_skin_than_a_head_has_is_a_wrong_scale() {
    let photo = even(330, 330, FAIR);
    let mask = Mask::full(photo.size());
    let large = |scale: f32| {
        let look = Look::stubble().with_density(Density::per_cm2(1.0).unwrap());
        let plan = look.plan(&photo, &mask, px_per_mm(scale), Seed::new(1));
        let warnings = report(&plan.unwrap(), &photo).warnings;
        let large = |warning: &Warning| matches!(warning, Warning::AreaTooLarge { .. });
        warnings.iter().any(large)
    };
    // 1089 and 900 cm².
    assert_eq!([1.0, 1.1].map(large), [true, false]);
}

#[test]
fn zones_are_counted_session_by_session() {
    let (photo, mask) = ruled();
    let plan = Look::stubble()
        .plan(&photo, &mask, px_per_mm(3.0), Seed::new(2))
        .unwrap();
    let left = Mask::from_fn(photo.size(), |p| f32::from(u8::from(p.x < 120.0))).unwrap();
    let right = left.invert();
    let person = Person::new()
        .with_zone("left", &left)
        .with_zone("right", &right);
    let report = plan.report_on(&photo, When::healed(), &person).unwrap();
    let names: Vec<&str> = report.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, ["full", "edge", "left", "right"]);
    for pair in report.zones.chunks(2) {
        for (session, figures) in report.sessions.iter().enumerate() {
            assert_eq!(pair[0].dots[session] + pair[1].dots[session], figures.dots);
            assert_eq!(report.zones[1].dots[session], figures.edge_dots);
        }
        assert!((pair[0].area_cm2 + pair[1].area_cm2 - report.area_cm2).abs() < 1e-6);
    }
    let full = &report.zones[0];
    let density = full.dots.iter().sum::<usize>() as f64 / full.area_cm2;
    assert!((full.per_cm2[2] - density).abs() < 1e-9 && (density / 130.0 - 1.0).abs() < 0.05);
}

#[test]
fn a_treatment_that_is_nowhere_full_has_no_rise_to_tell_of() {
    let photo = even(400, 200, FAIR);
    let half = |share: f32| {
        let mask = Mask::from_fn(photo.size(), |p| if p.y < 120.0 { share } else { 0.0 });
        let plan = Look::stubble().plan(&photo, &mask.unwrap(), px_per_mm(4.0), Seed::new(2));
        report(&plan.unwrap(), &photo)
            .border
            .expect("it ends in bare skin")
    };
    assert!(half(1.0).rise_mm > Some(1.0));
    assert_eq!(half(0.5).rise_mm, None);
    assert!(
        half(0.5)
            .to_string()
            .ends_with("does not become full behind it")
    );
}

#[test]
fn stubble_under_long_hair_takes_a_shaved_head() {
    let (size, scale) = (Size::new(160, 120).unwrap(), px_per_mm(4.0));
    let of = |growth: Growth, look: Look| {
        let request = PatchRequest::new(size, scale, Seed::new(3)).with_growth(growth);
        let patch = request.generate().unwrap();
        let mask = Mask::full(size);
        let plan = look.plan(&patch.photo, &mask, scale, Seed::new(1)).unwrap();
        report(&plan, &patch.photo)
    };
    let [long, stubs] = [
        Growth::Long { length_mm: 30.0 },
        Growth::Stubble { length_mm: 0.5 },
    ];
    let long_hair = |w: &&Warning| matches!(w, Warning::LongHair { .. });
    let warned = of(long, Look::stubble());
    assert!(warned.longer_share.unwrap() > 0.5, "{warned}");
    let warning = warned.warnings.iter().find(long_hair).unwrap();
    assert!(warning.to_string().contains("shaved head"), "{warning}");
    let silent = of(stubs, Look::stubble());
    assert!(silent.longer_share.unwrap() < 0.05, "{silent}");
    assert_eq!(silent.warnings.iter().find(long_hair), None);
    // Where hair stays, it is no mistake.
    let density = of(long, Look::between_hair());
    assert_eq!(density.longer_share, None);
    assert_eq!(density.warnings.iter().find(long_hair), None);
}
