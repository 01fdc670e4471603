//! Recipes: plans written down and followed again, and what is refused.
#![cfg(feature = "serde")]

use glam::Vec2;
use serde_json::{Value, json};
use stubblefield::{
    Area, Beard, BeardZone, Course, Crown, Density, Growth, Hairline, HairlineShape, Look, Mask,
    PatchRequest, Photo, Plan, Recipe, RecipeTone, Scale, Scar, Seed, Size, TouchUp, When,
};

/// Skin with a light band across it, darker to the left.
fn photo() -> Photo {
    let size = Size::new(120, 90).unwrap();
    let codes = (0..size.pixels()).flat_map(|i| {
        let (x, y) = (i % 120, i / 120);
        match (x, y) {
            (_, 40..46) => [226, 186, 166],
            (0..60, _) => [180, 140, 120],
            _ => [210, 162, 138],
        }
    });
    Photo::from_rgb8(size, codes.collect()).unwrap()
}

fn scale() -> Scale {
    Scale::px_per_mm(4.0).unwrap()
}

fn square(x: f32, y: f32, side: f32) -> Vec<Vec2> {
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
        .map(|corner| Vec2::new(x, y) + side * Vec2::from(corner))
        .to_vec()
}

fn beard() -> Beard {
    Beard::new()
        .with_zone(BeardZone::Chin, square(5.0, 5.0, 80.0))
        .with_zone(BeardZone::Neck, square(60.0, 10.0, 55.0))
        .keeping_free(square(20.0, 50.0, 12.0))
}

fn scars() -> Vec<Scar> {
    let line = vec![Vec2::new(5.0, 43.0), Vec2::new(110.0, 43.0)];
    vec![
        Scar::line(line, 1.5),
        Scar::disc(Vec2::new(80.0, 70.0), 0.9),
    ]
}

/// What lies behind a hairline and in a crown, within an outline, and not on a wall, of which there is none.
fn hairline() -> Area {
    let points = vec![
        Vec2::new(4.0, 70.0),
        Vec2::new(60.0, 50.0),
        Vec2::new(116.0, 72.0),
    ];
    let mut hairline = Hairline::new(points, HairlineShape::Broken);
    hairline.depth_mm = Some(12.5);
    let crown = Crown::new(Vec2::new(60.0, 30.0), 6.0);
    let behind = Area::Union(vec![Area::Hairline(hairline), Area::Crown(crown)]);
    let within = Area::Outline(square(1.0, 1.0, 88.0));
    Area::OnHead(Box::new(Area::Intersection(vec![within, behind])))
}

fn recipe(look: Look, area: Area) -> Recipe {
    // Beyond what a JSON reader without whole numbers, and any TOML writer, can hold.
    let seed = Seed::new(u64::MAX - 6);
    Recipe::new(look, area, photo().size(), scale(), seed)
}

/// One of every look, area and tone that can be written without a mask.
fn recipes() -> Vec<(&'static str, Recipe)> {
    let course = Course::in_sessions(4).unwrap();
    let course = course.with_touch_up(TouchUp::after_years(4.5));
    let look = Look::stubble()
        .with_hair("#6a4c35".parse().unwrap())
        .with_density(Density::per_cm2(101.3).unwrap())
        .with_fading(stubblefield::Fading::scalp().in_strong_sun())
        .with_course(course);
    let stubble = recipe(look, Area::Outline(square(10.3, 12.7, 70.1)));
    let like = RecipeTone::Like(Area::Outline(square(2.0, 50.0, 30.0)));
    let right = Area::Outline(square(64.0, 2.0, 34.0));
    vec![
        ("stubble", stubble.clone()),
        (
            "stubble to a tone",
            stubble.with_tone(RecipeTone::DeltaL(-4.0)),
        ),
        (
            "stubble like skin",
            recipe(Look::stubble(), right).with_tone(like),
        ),
        ("beard", recipe(Look::beard(), Area::Beard(beard()))),
        ("hairline", recipe(Look::stubble(), hairline())),
        (
            "gaps",
            recipe(Look::beard(), Area::Gaps(beard())).with_tone(RecipeTone::Stubble),
        ),
        (
            "scar",
            recipe(Look::scar(), Area::Scars(scars())).with_tone(RecipeTone::Surroundings),
        ),
    ]
}

fn picture(plan: &Plan, photo: &Photo) -> Vec<u8> {
    let after = plan.render(photo, When::years(1.0).unwrap()).unwrap();
    match after.pixels() {
        stubblefield::Samples::Rgb8(codes) => codes.to_vec(),
        _ => panic!("8 bits are kept"),
    }
}

/// Writes a recipe down as JSON and TOML and follows what is read again.
fn survives_both_formats(name: &str, recipe: Recipe, photo: &Photo) {
    let plan = recipe.plan(photo).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(plan.dots().len() > 20, "{name}: {}", plan.dots().len());
    let recipe = recipe.stamped(&plan);
    let written = serde_json::to_string_pretty(&recipe).unwrap();
    let read: Recipe = serde_json::from_str(&written).unwrap();
    assert_eq!(read, recipe, "{name}: {written}");
    let written = toml::to_string_pretty(&recipe).unwrap();
    let from_toml: Recipe =
        toml::from_str(&written).unwrap_or_else(|e| panic!("{name}: {e}\n{written}"));
    assert_eq!(from_toml, recipe, "{name}: {written}");
    let again = read.plan(photo).unwrap();
    let stamped = recipe.fingerprint.as_deref().unwrap();
    assert_eq!(again.fingerprint(), stamped, "{name}");
    assert!(picture(&again, photo) == picture(&plan, photo), "{name}");
}

#[test]
fn every_look_survives_both_formats_and_gives_the_same_bytes() {
    for (name, recipe) in recipes() {
        survives_both_formats(name, recipe, &photo());
    }
}

#[test]
fn so_does_density_between_hair_that_stays_long() {
    let (size, scale) = (
        Size::new(400, 300).unwrap(),
        Scale::px_per_mm(12.0).unwrap(),
    );
    let long = PatchRequest::new(size, scale, Seed::new(5))
        .with_growth(Growth::Long { length_mm: 14.0 })
        .with_density(Density::per_cm2(20.0).unwrap());
    let patch = long.generate().unwrap();
    let area = Area::Outline(square(2.0, 2.0, 296.0));
    let recipe = Recipe::new(Look::between_hair(), area, size, scale, Seed::new(9));
    survives_both_formats("density", recipe, &patch.photo);
}

#[test]
fn a_recipe_is_the_calls_that_it_stands_for() {
    let photo = photo();
    let all = recipes();
    let of = |name: &str| &all.iter().find(|(own, _)| *own == name).unwrap().1;
    let (size, scale) = (photo.size(), scale());

    let stubble = of("stubble");
    let mask = Mask::from_polygon(size, &square(10.3, 12.7, 70.1)).unwrap();
    let plan = stubble
        .look
        .plan(&photo, &mask, scale, stubble.seed)
        .unwrap();
    assert!(picture(&plan, &photo) == picture(&stubble.plan(&photo).unwrap(), &photo));

    let gaps = of("gaps");
    let found = beard().gaps(&photo, scale).unwrap();
    let towards = stubblefield::Tone::Towards(found.stubble);
    let plan = Look::beard().match_tone(&photo, &found.fill, scale, gaps.seed, &towards);
    assert!(picture(&plan.unwrap().plan, &photo) == picture(&gaps.plan(&photo).unwrap(), &photo));

    let scar = of("scar");
    let mask = Scar::mask(&scars(), size, scale).unwrap();
    let tone = stubblefield::Tone::Surroundings;
    let plan = Look::scar().match_tone(&photo, &mask, scale, scar.seed, &tone);
    assert!(picture(&plan.unwrap().plan, &photo) == picture(&scar.plan(&photo).unwrap(), &photo));
}

#[test]
fn masks_are_brought_by_their_owner_and_recognised() {
    let photo = photo();
    let own = Mask::from_fn(photo.size(), |p| f32::from(u8::from(p.y < 60.0))).unwrap();
    let like = Mask::from_fn(photo.size(), |p| f32::from(u8::from(p.x < 50.0))).unwrap();
    let look = Look::stubble();
    let recipe =
        recipe(look.clone(), Area::of(&own)).with_tone(RecipeTone::Towards(Area::of(&like)));
    let written = serde_json::to_string(&recipe).unwrap();
    assert!(written.len() < 4000, "no pixels in {written}");
    let read: Recipe = serde_json::from_str(&written).unwrap();
    let plan = read
        .plan_with(&photo, &[like.clone(), own.clone()])
        .unwrap();
    let tone = stubblefield::Tone::Towards(like.clone());
    let called = look
        .match_tone(&photo, &own, scale(), recipe.seed, &tone)
        .unwrap();
    assert!(picture(&plan, &photo) == picture(&called.plan, &photo));
    let matched = read.match_with(&photo, &[like.clone(), own.clone()]);
    assert_eq!(matched.unwrap().unwrap().reached, called.reached);
    let (_, untoned) = recipes().remove(0);
    assert!(untoned.match_with(&photo, &[]).unwrap().is_none());

    let digest = |mask: &Mask| stubblefield::MaskDigest::of(mask).to_string();
    let refused = read.plan(&photo).unwrap_err().to_string();
    let wanted = format!(
        "mask is none, allowed: the one with digest {}",
        digest(&own)
    );
    assert_eq!(refused, wanted);
    let refused = read.plan_with(&photo, &[own]).unwrap_err().to_string();
    assert!(refused.ends_with(&digest(&like)), "{refused}");
}

#[test]
fn another_photo_is_refused_by_its_size() {
    let (_, recipe) = recipes().remove(0);
    let size = Size::new(90, 120).unwrap();
    let turned = Photo::from_rgb8(size, [210, 160, 140].repeat(size.pixels())).unwrap();
    let refused = recipe.plan(&turned).unwrap_err().to_string();
    assert_eq!(refused, "photo is 90x120 px, allowed: 120x90 px");
    let stubble = recipe.clone().with_tone(RecipeTone::Stubble);
    let refused = stubble.plan(&photo()).unwrap_err().to_string();
    assert!(refused.starts_with("tone is \"stubble\""), "{refused}");
}

/// What is said about a page with one value changed, as JSON and as TOML.
fn refusals(change: impl Fn(&mut Value)) -> [String; 2] {
    let (_, recipe) = recipes().remove(1);
    let mut page = serde_json::to_value(&recipe).unwrap();
    change(&mut page);
    let json = serde_json::from_value::<Recipe>(page.clone()).unwrap_err();
    let page = toml::to_string(&page).unwrap();
    let toml = toml::from_str::<Recipe>(&page).unwrap_err();
    [json.to_string(), toml.to_string()]
}

#[test]
fn wrong_pages_are_refused_with_place_value_and_range() {
    type Change = fn(&mut Value);
    let cases: [(Change, &[&str]); 21] = [
        (
            |p| p["hairstyle"] = json!("mohawk"),
            &["unknown field `hairstyle`"],
        ),
        (
            |p| p["look"]["edge"]["width_cm"] = json!(1),
            &["look.edge", "unknown field `width_cm`"],
        ),
        (
            |p| p["look"]["course"]["touch_ups"][0]["colour"] = json!(1),
            &["look.course.touch_ups[0]", "unknown field `colour`"],
        ),
        (
            |p| p["area"] = json!({"circle": []}),
            &["area", "unknown variant `circle`"],
        ),
        (
            |p| p["look"]["edge"]["width_mm"] = json!("wide"),
            &["look.edge.width_mm", "invalid type"],
        ),
        (
            |p| p["look"]["edge"]["width_mm"] = json!(60),
            &["edge width_mm is 60", "0..=50 mm"],
        ),
        (
            |p| p["look"]["dots_per_cm2"] = json!(-3),
            &["look.dots_per_cm2", "density is -3", "0.1..=2000"],
        ),
        (
            |p| p["px_per_mm"] = json!(0),
            &["px_per_mm is 0", "0.2..=400"],
        ),
        (
            |p| p["photo_px"] = json!([0, 90]),
            &["width is 0", "1..=262144"],
        ),
        (|p| p["seed"] = json!(-1), &["seed"]),
        (
            |p| p["seed"] = json!("seven"),
            &["seed is \"seven\"", "18446744073709551615"],
        ),
        (
            |p| p["look"]["hair"] = json!("mauve"),
            &["look.hair", "hair is \"mauve\""],
        ),
        (
            |p| p["look"]["variation"]["strength"] = json!(9),
            &["strength is 9", "0..=4"],
        ),
        (
            |p| p["look"]["fading"]["half_life_years"] = json!(-2),
            &["half_life_years is -2", "0.1..=100 years"],
        ),
        (
            |p| p["look"]["course"]["touch_ups"][0]["years"] = json!(-0.5),
            &["touch-up years is -0.5", "0..=30 years"],
        ),
        (
            |p| p["look"]["course"]["sessions"][1]["gap_days"] = json!(-10),
            &["session gap_days is -10", "1..=365 days"],
        ),
        (
            |p| p["look"]["limits"]["strength"] = json!([0.9, 0.1]),
            &["limits of strength is 0.1", "rising"],
        ),
        (
            |p| p["tone"] = json!({"delta_l": 3}),
            &["delta_l is 3", "-50..0"],
        ),
        (
            |p| p["area"] = json!({"on_head": {"crown": {"radius_mm": "large"}}}),
            &["area.on_head.crown.radius_mm", "invalid type"],
        ),
        (
            |p| p["area"] = json!({"mask": "12"}),
            &["mask is \"12\"", "sixteen"],
        ),
        (
            |p| drop(p.as_object_mut().unwrap().remove("look")),
            &["missing field `look`"],
        ),
    ];
    for (change, expected) in cases {
        for said in refusals(change) {
            assert!(
                expected.iter().all(|part| said.contains(part)),
                "{expected:?} not in {said}"
            );
        }
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    // JSON has no word for them; TOML has.
    let (_, recipe) = recipes().remove(0);
    let page = toml::to_string(&recipe).unwrap();
    let width = "width_mm = 9.0";
    assert_eq!(page.matches(width).count(), 1, "{page}");
    for (number, said) in [("nan", "NaN"), ("inf", "inf"), ("-inf", "-inf")] {
        let refused =
            toml::from_str::<Recipe>(&page.replace(width, &format!("width_mm = {number}")));
        let refused = refused.unwrap_err().to_string();
        let expected = format!("edge width_mm is {said}, allowed: 0..=50 mm");
        assert!(refused.contains(&expected), "{refused}");
    }
    let corner = page.replace("80.4", "nan");
    assert_ne!(corner, page);
    let placed: Recipe = toml::from_str(&corner).unwrap();
    let refused = placed.plan(&photo()).unwrap_err().to_string();
    assert!(
        refused.starts_with("outline coordinate is NaN"),
        "{refused}"
    );
}

#[test]
fn another_version_is_refused_with_the_release_that_reads_it() {
    let made = format!(
        "recipe version is 2, allowed: {}, which stubblefield {} reads; stubblefield 9.9.0 made it and reads it",
        Recipe::VERSION,
        env!("CARGO_PKG_VERSION")
    );
    // Whatever else it holds.
    for said in refusals(|page| {
        page["version"] = json!(2);
        page["made_with"] = json!("stubblefield 9.9.0");
        page["look"] = json!("mohawk");
        page["aura"] = json!(1);
    }) {
        assert!(said.contains(&made), "{said}");
    }
    for said in refusals(|page| page["version"] = json!("one")) {
        assert!(said.contains("version: invalid type"), "{said}");
    }
    for said in refusals(|page| drop(page.as_object_mut().unwrap().remove("version"))) {
        assert!(said.contains("missing field `version`"), "{said}");
    }
}
