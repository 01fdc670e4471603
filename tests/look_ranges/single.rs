//! Single values, and what they once broke.

use glam::Vec2;
use stubblefield::{
    Course, Density, Edge, Error, Fading, HairColor, Hairline, HairlineShape, HeadShape, Healing,
    Hints, Limits, Look, Mask, PatchRequest, Person, Photo, Plan, Scale, Scar, Scene, Seed,
    Session, Size, SkinTone, Source, Tone, TouchUp, Unjudged, Uptake, Variation, Warning, When,
};

use crate::{SEED, even, px_per_mm, with};

/// A look on 20 by 15 mm of even skin.
fn planned(look: &Look) -> stubblefield::Result<(Photo, Plan)> {
    let photo = even(80, 60);
    let plan = look.plan(&photo, &Mask::full(photo.size()), px_per_mm(4.0), SEED)?;
    Ok((photo, plan))
}

#[test]
fn limits_that_are_none_are_refused_before_they_bind_anything() {
    let size = Size::new(200, 200).unwrap();
    let patch = PatchRequest::new(size, px_per_mm(12.0), Seed::new(3)).generate();
    let photo = patch.unwrap().photo;
    for (limits, named) in [
        (
            with(Limits::default(), |l| l.strength = [0.5, 0.1]),
            "strength",
        ),
        (
            with(Limits::default(), |l| l.diameter_mm[0] = f32::NAN),
            "diameter_mm",
        ),
        (
            with(Limits::default(), |l| l.diameter_mm[0] = 0.01),
            "diameter_mm",
        ),
    ] {
        let look = Look::stubble().with_limits(limits);
        let refused = look.plan(&photo, &Mask::full(size), px_per_mm(12.0), SEED);
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!("limits of {named} is")),
            "{refused}"
        );
    }
}

#[test]
fn skin_never_takes_less_than_nothing() {
    let uptake = with(Uptake::skin(), |u| (u.sd, u.length_mm) = (0.5, 1.0));
    let (photo, plan) = planned(&Look::stubble().with_uptake(uptake)).unwrap();
    let weakest = plan.dots().iter().map(|dot| dot.healed.strength);
    assert_eq!(weakest.fold(f32::MAX, f32::min), 0.0);
    plan.render(&photo, When::healed()).unwrap();
}

#[test]
fn what_fades_soonest_can_be_drawn_at_any_time() {
    for half_life_years in [0.1, 0.15] {
        let fading = with(Fading::scalp(), |f| f.half_life_years = half_life_years);
        let course = Course::default().with_touch_up(TouchUp::after_years(2.0));
        for look in [Look::stubble(), Look::stubble().with_course(course)] {
            let (photo, plan) = planned(&look.with_fading(fading)).unwrap();
            let after = plan.render(&photo, When::years(30.0).unwrap()).unwrap();
            assert_eq!(after.pixels(), photo.pixels());
            let dot = plan
                .impression_at(&plan.dots()[0], When::years(30.0).unwrap())
                .unwrap();
            assert!(
                dot.depth_mm >= plan.dots()[0].healed.depth_mm && dot.radius_mm > 0.0,
                "{dot:?}"
            );
        }
    }
    // Another way of healing does not lead out of the range.
    let fading = with(Fading::scalp(), |f| f.half_life_years = 0.15);
    let (_, plan) = planned(&Look::stubble().with_fading(fading)).unwrap();
    let sooner = with(Healing::likely(), |h| h.fading = 5.0);
    let refused = plan.healing_as(&sooner).unwrap_err().to_string();
    assert!(refused.starts_with("half_life_years is 0.03"), "{refused}");
}

#[test]
fn a_mask_that_hair_leaves_nothing_of_is_not_an_empty_one() {
    // Hair above, a bare forehead below, which alone is asked for.
    let (size, scale) = (Size::new(300, 560).unwrap(), px_per_mm(10.0));
    let long = stubblefield::Growth::Long { length_mm: 20.0 };
    let hair = PatchRequest::new(size, scale, Seed::new(3)).with_growth(long);
    let hair = hair.generate().unwrap().photo;
    let codes = (0..560)
        .flat_map(|y| (0..300).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            let light = if y < 200 {
                hair.linear_srgb_at(x, y)
            } else {
                [0.5, 0.33, 0.25]
            };
            light.map(|c| (255.0 * c.clamp(0.0, 1.0).powf(1.0 / 2.2) + 0.5) as u8)
        });
    let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
    let look = Look::between_hair();
    let mut hints = Hints::new().with_scale(scale);
    hints.long_hair = true;
    let scene = Scene::read(&photo, hints).unwrap();
    let forehead = Mask::from_fn(size, |p| f32::from(u8::from(p.y > 420.0))).unwrap();
    let plan = look.plan_on(scene, &forehead, scale, SEED).unwrap();
    assert!(plan.dots().is_empty());
    let report = plan.report(&photo, When::healed()).unwrap();
    assert_eq!(report.warnings, [Warning::NoDots]);
    assert_eq!(report.background_share, 0.0);
    assert_eq!(plan.asked_px(), forehead.area_px());
}

#[test]
fn a_beard_is_one_within_whatever_limits() {
    let careful = with(Limits::beard(), |l| l.density[1] = 100.0);
    let (photo, plan) = planned(&Look::beard().with_limits(careful)).unwrap();
    let report = plan
        .report_on(&photo, When::healed(), &Person::new())
        .unwrap();
    assert!(!report.unjudged.contains(&Unjudged::Hairline));
    let (photo, plan) = planned(&Look::stubble().with_limits(Limits::beard())).unwrap();
    let report = plan.report(&photo, When::healed()).unwrap();
    assert!(report.unjudged.contains(&Unjudged::Hairline));
}

#[test]
fn a_tone_is_not_looked_for_from_nothing() {
    let photo = even(80, 60);
    let mask = Mask::full(photo.size());
    let nothing = with(Variation::default(), |v| v.strength = 0.0);
    let look = Look::stubble().with_variation(nothing);
    let tone = Tone::DeltaL(-3.0);
    let refused = look.match_tone(&photo, &mask, px_per_mm(4.0), SEED, &tone);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.starts_with("strength is 0, allowed: 0.001..=4"),
        "{refused}"
    );
}

#[test]
fn the_darkest_field_lets_light_through_and_is_touched_up() {
    let wide = with(Variation::default(), |v| v.diameter_mm = 0.6);
    let course = Course::default().with_touch_up(TouchUp::after_years(3.0));
    let look = Look::stubble().with_density(Density::per_cm2(1000.0).unwrap());
    let look = look.with_variation(wide).with_course(course);
    let (_, plan) = planned(&look).unwrap();
    let strength = |years: f32| {
        let when = When::years(years).unwrap();
        plan.impression_at(&plan.dots()[0], when).unwrap().strength
    };
    assert!(
        strength(3.2) > 1.05 * strength(2.9),
        "{} {}",
        strength(3.2),
        strength(2.9)
    );
}

#[test]
fn ranks_of_scars_are_the_order_of_placement() {
    let (size, scale) = (Size::new(640, 120).unwrap(), px_per_mm(8.0));
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let line = vec![Vec2::new(20.0, 60.0), Vec2::new(620.0, 60.0)];
    let mask = Scar::mask(&[Scar::line(line, 3.0)], size, scale).unwrap();
    let plan = Look::scar().plan(&photo, &mask, scale, SEED).unwrap();
    let mut dots: Vec<_> = plan.dots().iter().collect();
    dots.sort_by_key(|dot| dot.rank);
    assert!(dots.iter().map(|dot| dot.rank).eq(0..dots.len() as u32));
    assert!(
        dots.windows(2)
            .all(|pair| pair[0].session <= pair[1].session)
    );
    // Half of a session is about half of it in the scar, and half of it past its border.
    let last: Vec<_> = dots.iter().filter(|dot| dot.session == 3).collect();
    let past = |part: &[&&stubblefield::PlannedDot]| {
        let at = |dot: &&&&stubblefield::PlannedDot| (dot.position_mm.y - 7.5).abs() > 1.5;
        part.iter().filter(at).count() as f32
    };
    let share = past(&last[..last.len() / 2]) / past(&last);
    assert!(
        past(&last) >= 8.0 && (0.35..0.65).contains(&share),
        "{share} of {}",
        past(&last)
    );
}

#[test]
fn the_widest_pictures_have_hairlines() {
    let size = Size::new(200_000, 4).unwrap();
    let line = vec![Vec2::new(10.0, 3.0), Vec2::new(199_990.0, 2.0)];
    let mask = Hairline::new(line, HairlineShape::Soft).mask(size, px_per_mm(10.0));
    let covered = mask.unwrap();
    assert_eq!(
        [0, 3].map(|y| covered.coverage().at(100_000, y)),
        [1.0, 0.0]
    );
}

/// The top of a head before a wall, its mask with one pixel far off it, and the head.
fn head() -> (Photo, Mask, HeadShape, Scale) {
    let (size, scale) = (Size::new(400, 400).unwrap(), px_per_mm(2.0));
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let rim = (0..24).map(|i| Vec2::new(200.0, 210.0) + 170.0 * Vec2::from_angle(0.26 * i as f32));
    let head = HeadShape::fit(&rim.collect::<Vec<_>>()).unwrap();
    let mask = Mask::from_fn(size, |p| {
        let on_top = p.distance(Vec2::new(200.0, 120.0)) < 50.0;
        f32::from(u8::from(on_top || p.max_element() < 1.0))
    });
    (photo, mask.unwrap(), head, scale)
}

#[test]
fn a_head_that_nobody_stated_is_no_reason_to_refuse_a_plan() {
    let (photo, mask, head, scale) = head();
    let rim: Vec<Vec2> = (0..24)
        .map(|i| head.centre_px + head.half_axes_px * Vec2::from_angle(0.26 * i as f32))
        .collect();
    let hints = Hints::new()
        .with_scale(scale)
        .with_area(&mask)
        .with_head(&rim);
    let scene = Scene::read(&photo, hints).unwrap();
    let plan = Look::stubble().plan_on(scene, &mask, scale, SEED).unwrap();
    assert_eq!(plan.sources().head, Source::Usual);
    assert_eq!(plan.look().head(), None);
    let report = plan.report(&photo, When::healed()).unwrap();
    assert!(!report.curved && report.unjudged.contains(&Unjudged::Curvature));
    let stated = Look::stubble()
        .with_head(Some(head))
        .plan(&photo, &mask, scale, SEED);
    let refused = stated.unwrap_err().to_string();
    assert!(
        refused.starts_with("farthest place of the treatment"),
        "{refused}"
    );
}

#[test]
fn plans_that_differ_by_what_the_photo_shows_have_other_names() {
    let (size, scale) = (Size::new(160, 120).unwrap(), px_per_mm(12.0));
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let patch = PatchRequest::new(size, scale, Seed::new(3))
        .generate()
        .unwrap();
    let mask = Mask::full(size);
    let look = Look::stubble()
        .with_variation(Variation::default())
        .with_photo_blur_px(0.7);
    let look = look.with_hair(HairColor::dark_brown());
    let tone = SkinTone::from_linear(palette::LinSrgb::new(0.36, 0.23, 0.17));
    let named = |scene: Scene, look: &Look| {
        let plan = look.plan_on(scene, &mask, scale, SEED).unwrap();
        (plan.fingerprint().to_owned(), plan)
    };
    let read = |photo: &Photo, scale: Option<Scale>| {
        let hints = Hints::new().with_area(&mask).with_skin(tone);
        Scene::read(photo, scale.map_or(hints, |scale| hints.with_scale(scale))).unwrap()
    };
    let known = Some(scale);
    let (plain, _) = named(read(&photo, known), &look);
    assert_eq!(named(read(&photo, known), &look).0, plain);
    // Own hairs keep dots off, where the scale tells what is one.
    let (with_own, own) = named(read(&patch.photo, known), &look);
    let (without, others) = named(read(&patch.photo, None), &look);
    assert!(own.dots() != others.dots() && with_own != without);
    // Between which limits nothing was looked for decides nothing; any value that is drawn does.
    let careful = with(Limits::default(), |l| l.density[1] = 140.0);
    assert_eq!(
        named(read(&photo, known), &look.clone().with_limits(careful)).0,
        plain
    );
    let touched_up = |aim_mm| {
        let touch_up = with(TouchUp::after_years(4.0), |t| t.aim_mm = aim_mm);
        look.clone()
            .with_course(Course::default().with_touch_up(touch_up))
    };
    let on_head = |angle| {
        look.clone().with_head(Some(HeadShape {
            centre_px: Vec2::new(80.0, 60.0),
            half_axes_px: Vec2::new(960.0, 1150.0),
            angle,
        }))
    };
    let mut names = vec![plain.clone()];
    for other in [
        touched_up(0.08),
        touched_up(0.1),
        on_head(0.0),
        on_head(0.01),
        look.clone()
            .with_edge(with(Edge::default(), |e| e.gap_mm += 1e-6)),
        look.clone()
            .with_uptake(with(Uptake::skin(), |u| u.spread += 1e-6)),
        look.clone()
            .with_fading(with(Fading::scalp(), |f| f.fresh_redness += 1e-6)),
        look.clone()
            .with_hair(HairColor::from_srgb(palette::Srgb::new(47, 32, 25))),
    ] {
        names.push(named(read(&photo, known), &other).0);
    }
    // Nor does a plan leave a glint alone under the name of one that has none.
    let glint = (0..size.pixels()).flat_map(|i| {
        let shines = (40..48).contains(&(i % 160)) && (40..48).contains(&(i / 160));
        if shines { [255; 3] } else { [214, 172, 148] }
    });
    let glint = Photo::from_rgb8(size, glint.collect()).unwrap();
    names.push(named(read(&glint, known), &look).0);
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two of them have one name");
}

#[test]
fn sessions_that_do_not_rise_are_refused() {
    let course = Course::of([0.5, 0.5, 1.0].map(Session::until).to_vec());
    let refused = planned(&Look::stubble().with_course(course))
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("share is 0.5, allowed: rising"),
        "{refused}"
    );
}

#[cfg(feature = "serde")]
#[test]
fn touch_ups_written_down_in_any_order_are_followed_in_theirs() {
    let course = [4.0, 8.0]
        .into_iter()
        .fold(Course::default(), |course, years| {
            course.with_touch_up(TouchUp::after_years(years))
        });
    let mut page = serde_json::to_value(&course).unwrap();
    page["touch_ups"].as_array_mut().unwrap().reverse();
    assert_eq!(serde_json::from_value::<Course>(page).unwrap(), course);
}

#[test]
fn a_scene_that_was_read_at_another_scale_is_refused() {
    let photo = even(120, 90);
    let mask = Mask::full(photo.size());
    let scene = Scene::read(&photo, Hints::new().with_scale(px_per_mm(10.0))).unwrap();
    let plan = |scale: f32| Look::stubble().plan_on(scene.clone(), &mask, px_per_mm(scale), SEED);
    assert!(matches!(plan(5.0), Err(Error::Contradiction { .. })));
    assert!(plan(10.0).is_ok());
}
