//! What is read from pictures that show little, from hints that cannot be true, and on any number of
//! threads.

use glam::Vec2;
use stubblefield::{
    Error, Growth, Hints, KnownDistance, Look, Mask, PatchRequest, Photo, Plan, Pupils, Ruler,
    Samples, Scale, ScaleSource, Scene, Seed, Size, SkinTone, Source, Sources, SyntheticPatch,
    SyntheticScalp, Variation, When,
};

fn photo_of(width: u32, height: u32, f: impl Fn(u32, u32) -> [u8; 3]) -> Photo {
    let size = Size::new(width, height).unwrap();
    let codes = (0..size.pixels() as u32).flat_map(|i| f(i % width, i / width));
    Photo::from_rgb8(size, codes.collect()).unwrap()
}

fn scalp() -> SyntheticScalp {
    SyntheticScalp::generate(Scale::px_per_mm(2.0).unwrap(), Seed::new(3)).unwrap()
}

fn codes(photo: &Photo) -> &[u8] {
    let Samples::Rgb8(codes) = photo.pixels() else {
        panic!("8 bits were put in")
    };
    codes
}

#[test]
fn a_head_before_an_even_wall_is_found_and_nothing_else_is() {
    let scalp = scalp();
    let hints = Hints::new()
        .with_area(&scalp.receded)
        .with_scale(scalp.scale);
    let found = *Scene::read(&scalp.photo, hints)
        .unwrap()
        .head()
        .expect("a head");
    for place in [[0.5, 0.7], [0.3, 0.75], [0.65, 0.45], [0.5, 0.4]] {
        let size = scalp.photo.size();
        let size = Vec2::new(size.width() as f32, size.height() as f32);
        let at = Vec2::from(place) * size;
        let [found, truth] = [found, scalp.head].map(|head| head.tilt_at(at).unwrap());
        let off = (found - truth).abs().to_degrees();
        assert!(off < 2.0, "{found} for {truth} at {at}");
    }
    // Without a scale nothing tells a head from a ball, and one three times as fine makes it none.
    assert!(
        Scene::read(&scalp.photo, Hints::new())
            .unwrap()
            .head()
            .is_none()
    );
    let wrong = Scale::px_per_mm(3.0 * scalp.scale.get()).unwrap();
    let hints = Hints::new().with_area(&scalp.receded).with_scale(wrong);
    assert!(Scene::read(&scalp.photo, hints).unwrap().head().is_none());
    // A square of skin before a wall.
    let inside = |x: u32, y: u32| (80..320).contains(&x) && y >= 60;
    let square = photo_of(400, 264, |x, y| {
        if inside(x, y) {
            [205, 160, 140]
        } else {
            [196, 197, 198]
        }
    });
    let area = |p: Vec2| {
        let held = (100.0..300.0).contains(&p.x) && (80.0..200.0).contains(&p.y);
        f32::from(u8::from(held))
    };
    let area = Mask::from_fn(square.size(), area).unwrap();
    let hints = Hints::new()
        .with_area(&area)
        .with_scale(Scale::px_per_mm(2.0).unwrap());
    let scene = Scene::read(&square, hints).unwrap();
    assert!(!scene.background().is_empty());
    assert!(scene.head().is_none(), "{:?}", scene.head());
}

#[test]
fn pictures_without_skin_say_so() {
    let grain = |x: u32, y: u32| ((x * 7919 + y * 104_729) % 13) as u8;
    let inverted = {
        let scalp = scalp().photo;
        let codes = codes(&scalp).iter().map(|c| 255 - c).collect();
        Photo::from_rgb8(scalp.size(), codes).unwrap()
    };
    for (name, photo) in [
        ("black", photo_of(90, 80, |_, _| [0; 3])),
        ("white", photo_of(90, 80, |_, _| [255; 3])),
        ("one pixel", photo_of(1, 1, |_, _| [0; 3])),
        ("one row", photo_of(300, 1, |_, _| [128; 3])),
        ("grey", photo_of(90, 80, |x, y| [120 + grain(x, y); 3])),
        ("inverted", inverted),
    ] {
        let scene = Scene::read(&photo, Hints::new()).unwrap();
        assert!(scene.skin().is_none(), "{name}: {:?}", scene.skin());
        // An inverted wall is warm and takes up more than a fiftieth of the picture.
        assert!(scene.skin_map().is_none() || name == "inverted", "{name}");
        assert!(scene.scale().is_none() && scene.head().is_none(), "{name}");
        let mask = Mask::full(photo.size());
        let scale = Scale::px_per_mm(3.0).unwrap();
        let refused = Look::stubble().plan(&photo, &mask, scale, Seed::new(1));
        assert!(
            matches!(refused, Err(Error::NotFound { what: "skin", .. })),
            "{name}"
        );
    }
}

#[test]
fn skin_is_read_beside_cropped_hair_which_no_pigment_tints() {
    // Grey hair with its gleam, and a strip of skin in front of it.
    let gleam = |x: u32, y: u32| ((x * 7919 + y * 104_729) % 23) as u8;
    let skin = [92, 62, 48];
    let photo = photo_of(400, 264, |x, y| {
        if y < 224 {
            [84, 84, 86].map(|code: u8| code + gleam(x, y))
        } else {
            skin
        }
    });
    let scene = Scene::read(&photo, Hints::new()).unwrap();
    let expected = SkinTone::from_linear(palette::Srgb::from(skin).into_linear()).lab();
    let got = scene.skin().unwrap().lab();
    assert!(
        (got.l - expected.l).abs() < 0.5,
        "{got:?}, not {expected:?}"
    );
    // Near the skin, and where only the widest windows hold any.
    for y in [200, 140] {
        let row = scene.surface().row(y);
        let least = row[50..350].iter().min().unwrap();
        assert!(*least > 240, "row {y}: {least} of 255");
    }
}

#[test]
fn an_even_picture_tells_nothing_of_its_camera() {
    for code in [[0; 3], [255; 3], [200, 150, 130]] {
        let scene = Scene::read(&photo_of(160, 128, |_, _| code), Hints::new()).unwrap();
        let camera = scene.camera().unwrap();
        assert!(camera.blur.is_none() && camera.grain.is_none());
        assert_eq!(camera.blockiness, 1.0);
    }
}

#[test]
fn coarse_codes_and_treated_skin_are_still_skin() {
    let scalp = scalp();
    // What the strongest compression leaves: blocks of one colour.
    let pixels = codes(&scalp.photo);
    let width = scalp.photo.size().width();
    let coarse = photo_of(width, scalp.photo.size().height(), |x, y| {
        let i = 3 * (y / 8 * 8 * width + x / 8 * 8) as usize;
        [pixels[i] & 0xF8, pixels[i + 1] & 0xF8, pixels[i + 2] & 0xF8]
    });
    let plan = Look::stubble()
        .plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(1))
        .unwrap();
    let treated = plan
        .render(&scalp.photo, stubblefield::When::healed())
        .unwrap();
    let hints = Hints::new().with_area(&scalp.receded);
    let own = Scene::read(&scalp.photo, hints).unwrap();
    for photo in [coarse, treated] {
        let scene = Scene::read(&photo, hints).unwrap();
        let (got, before) = (scene.skin().unwrap().lab(), own.skin().unwrap().lab());
        assert!((got.l - before.l).abs() < 8.0, "{got:?} for {before:?}");
    }
}

#[test]
fn an_area_without_skin_has_no_tone_though_the_picture_has() {
    let photo = photo_of(200, 100, |x, _| {
        if x < 100 {
            [205, 155, 130]
        } else {
            [90, 110, 150]
        }
    });
    let wall = Mask::from_fn(photo.size(), |p| f32::from(u8::from(p.x > 110.0))).unwrap();
    let scene = Scene::read(&photo, Hints::new().with_area(&wall)).unwrap();
    assert!(scene.skin().is_none() && scene.skin_map().is_some());
}

#[test]
fn hints_outside_the_picture_or_against_each_other_are_refused() {
    let photo = scalp().photo;
    let size = photo.size();
    let at = |x: f32, y: f32| Vec2::new(x, y);
    let nowhere =
        Mask::from_polygon(size, &[at(-9.0, -9.0), at(-5.0, -9.0), at(-5.0, -2.0)]).unwrap();
    let other = Mask::full(Size::new(3, 3).unwrap());
    let distance = |x: f32, mm: f32| KnownDistance {
        from: at(10.0, 10.0),
        to: at(x, 10.0),
        mm,
    };
    let ring = |centre: Vec2, radius: f32| -> Vec<Vec2> {
        (0..12)
            .map(|i| centre + radius * Vec2::from_angle(0.5 * i as f32))
            .collect()
    };
    let (far, small) = (ring(at(380.0, 20.0), 50.0), ring(at(380.0, 40.0), 15.0));
    let corner = Mask::from_fn(size, |p| f32::from(u8::from(p.x < 60.0 && p.y < 60.0))).unwrap();
    let line = Ruler {
        from: at(20.0, 20.0),
        to: at(4000.0, 20.0),
        tick_mm: 1.0,
    };
    for (name, hints) in [
        ("area nowhere", Hints::new().with_area(&nowhere)),
        ("area of another size", Hints::new().with_area(&other)),
        (
            "distance outside",
            Hints::new().with_distance(distance(4000.0, 10.0)),
        ),
        (
            "distance of nothing",
            Hints::new().with_distance(distance(10.0, 10.0)),
        ),
        (
            "pupils outside",
            Hints::new().with_pupils(Pupils::new(at(-1.0, 5.0), at(90.0, 5.0))),
        ),
        (
            "pupils nowhere",
            Hints::new().with_pupils(Pupils::new(at(f32::NAN, 5.0), at(90.0, 5.0))),
        ),
        ("ruler outside", Hints::new().with_ruler(line)),
        (
            "no ruler",
            Hints::new().with_ruler(Ruler {
                to: at(21.0, 20.0),
                ..line
            }),
        ),
        ("head outside", Hints::new().with_head(&far)),
        (
            "area off the head",
            Hints::new().with_head(&small).with_area(&corner),
        ),
        ("head of two points", Hints::new().with_head(&small[..2])),
        (
            "two scales",
            Hints::new()
                .with_scale(Scale::px_per_mm(2.0).unwrap())
                .with_distance(distance(110.0, 10.0)),
        ),
        (
            "distance against pupils",
            Hints::new()
                .with_pupils(Pupils::new(at(100.0, 100.0), at(226.0, 100.0)))
                .with_distance(distance(110.0, 10.0)),
        ),
    ] {
        let refused = Scene::read(&photo, hints);
        assert!(refused.is_err(), "{name}");
    }
}

#[test]
fn a_ruler_across_a_tiny_picture_is_read() {
    // From corner to corner ticks stand 33 px apart, and the picture is no wider than two of them.
    let size = Size::new(60, 60).unwrap();
    let codes = (0..size.pixels()).flat_map(|i| {
        let along = ((i % 60) as f32 + (i / 60) as f32 + 1.0) / 2.0_f32.sqrt();
        let is_tick = (along - 9.0).rem_euclid(33.0) < 3.0;
        if is_tick {
            [60, 50, 45]
        } else {
            [214, 165, 140]
        }
    });
    let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
    let ruler = Ruler {
        from: Vec2::splat(1.0),
        to: Vec2::splat(59.0),
        tick_mm: 2.0,
    };
    let scene = Scene::read(&photo, Hints::new().with_ruler(ruler)).unwrap();
    let found = scene.scale().unwrap();
    assert!((found.scale.get() / 16.5 - 1.0).abs() < 0.02, "{found:?}");
}

#[test]
fn the_surest_scale_is_taken_and_names_its_source() {
    let photo = scalp().photo;
    let at = |x: f32| Vec2::new(x, 100.0);
    let pupils = Pupils::new(at(100.0), at(226.0));
    let distance = KnownDistance {
        from: at(10.0),
        to: at(110.0),
        mm: 49.0,
    };
    // Two clicks, each off by 0.7 px, on 100 px.
    let uncertainty = distance.scale().unwrap().uncertainty;
    assert!((uncertainty - 0.0099).abs() < 1e-4, "{uncertainty}");
    let of = |hints| *Scene::read(&photo, hints).unwrap().scale().unwrap();
    let eyes = of(Hints::new().with_pupils(pupils));
    assert_eq!((eyes.scale.get(), eyes.source), (2.0, ScaleSource::Pupils));
    let both = of(Hints::new().with_pupils(pupils).with_distance(distance));
    assert_eq!(both.source, ScaleSource::Points);
    let stated = Scale::px_per_mm(2.1).unwrap();
    let all = of(Hints::new()
        .with_pupils(pupils)
        .with_distance(distance)
        .with_scale(stated));
    assert_eq!((all.scale, all.source), (stated, ScaleSource::Stated));
}

#[cfg(feature = "rayon")]
#[test]
fn the_scene_is_the_same_for_any_number_of_threads() {
    let scalp = scalp();
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let hints = Hints::new().with_area(&scalp.receded);
        pool.install(|| Scene::read(&scalp.photo, hints).unwrap())
    };
    let one = read(1);
    let words = |scene: &Scene| {
        let map = scene.skin_map().unwrap();
        let camera = scene.camera().unwrap();
        let blur = camera.blur.as_ref().unwrap();
        let places = (0..40).map(|i| {
            blur.at(Vec2::new(10.0 * i as f32, 7.0 * i as f32))
                .to_bits()
        });
        (
            scene.skin().copied(),
            scene.surface().values().to_vec(),
            map.lightness().values().to_vec(),
            map.melanin().values().to_vec(),
            scene.background().clone(),
            places.collect::<Vec<u32>>(),
            (camera.grain, camera.blockiness, blur.sigma_px),
        )
    };
    for threads in [2, 3, 8] {
        assert!(words(&one) == words(&read(threads)), "{threads} threads");
    }
}

/// A patch of fair skin with hair of one colour.
fn hairy(hair: [f32; 3], growth: Growth, seed: u64) -> SyntheticPatch {
    let [red, green, blue] = hair;
    PatchRequest::new(
        Size::new(220, 220).unwrap(),
        Scale::px_per_mm(12.0).unwrap(),
        Seed::new(seed),
    )
    .with_hair(palette::LinSrgb::new(red, green, blue))
    .with_growth(growth)
    .with_blur_px(0.7)
    .generate()
    .unwrap()
}

fn scene_of(patch: &SyntheticPatch) -> Scene {
    Scene::read(&patch.photo, Hints::new().with_scale(patch.request.scale)).unwrap()
}

const LONG: Growth = Growth::Long { length_mm: 25.0 };
const SHAVED: Growth = Growth::Stubble { length_mm: 0.3 };

#[test]
fn the_family_of_the_hair_is_among_the_two_best() {
    for (name, hair) in [
        ("black", [0.011, 0.009, 0.007]),
        ("dark-brown", [0.029, 0.016, 0.010]),
        ("brown", [0.070, 0.035, 0.017]),
        ("red", [0.200, 0.060, 0.021]),
    ] {
        for (growth, seed) in [(LONG, 3), (SHAVED, 4)] {
            let scene = scene_of(&hairy(hair, growth, seed));
            let Some(tone) = scene.hair_tone() else {
                // Long hair of these colours gleams, and is not much darker than fair skin then.
                assert!(["brown", "red"].contains(&name) && growth == LONG);
                continue;
            };
            let [best, second] = tone.families();
            assert!(best.probability >= second.probability);
            assert!(best.probability + second.probability <= 1.0 + 1e-5);
            let named = [best.name, second.name].contains(&name);
            assert!(named, "{name} {growth:?}: {:?}", tone);
        }
    }
    // Bare skin shows none.
    let bare = photo_of(200, 200, |_, _| [205, 155, 130]);
    let hints = Hints::new().with_scale(Scale::px_per_mm(8.0).unwrap());
    assert!(Scene::read(&bare, hints).unwrap().hair_tone().is_none());
}

#[test]
fn a_look_answers_to_the_own_stubble_and_what_is_stated_stays() {
    let dark = hairy([0.012, 0.010, 0.009], SHAVED, 7);
    let pale = hairy([0.22, 0.15, 0.08], SHAVED, 7);
    let scale = dark.request.scale;
    let plan = |look: &Look, patch: &SyntheticPatch| {
        look.plan(&patch.photo, &patch.skin, scale, Seed::new(1))
            .unwrap()
    };
    let of_dark = plan(&Look::stubble(), &dark);
    let of_pale = plan(&Look::stubble(), &pale);
    let sources = of_dark.sources();
    assert_eq!(
        (sources.diameter, sources.strength, sources.blur),
        (Source::Follicles, Source::Follicles, Source::Camera)
    );
    let strength = |plan: &Plan| {
        let dots = plan.dots().iter().map(|dot| dot.healed.strength);
        dots.sum::<f32>() / plan.dots().len() as f32
    };
    assert!(strength(&of_pale) < 0.9 * strength(&of_dark));
    // What was measured is not diluted once more for the hair.
    let diluted = |hair: &str| {
        let plan = plan(&Look::stubble().with_hair(hair.parse().unwrap()), &pale);
        assert_eq!(plan.sources().strength, Source::Follicles);
        plan.look().variation().strength * plan.look().hair().strength_factor()
    };
    let (black, blond) = (diluted("black"), diluted("blond"));
    assert!((blond / black - 1.0).abs() < 1e-3, "{blond} for {black}");
    // Own hairs count: fewer dots, and none on a follicle.
    let bald = photo_of(220, 220, |_, _| [205, 155, 130]);
    let alone = Look::stubble()
        .plan(&bald, &dark.skin, scale, Seed::new(1))
        .unwrap();
    assert!(of_dark.dots().len() as f32 <= 0.8 * alone.dots().len() as f32);
    assert_eq!(alone.sources(), Sources::default());
    let own = of_dark.scene().follicles().unwrap();
    let usual = own.absorbance().unwrap()[1];
    for follicle in own.all().iter().filter(|f| f.absorbance[1] >= usual) {
        let at = follicle.exit_px / scale.get();
        let near = of_dark
            .dots()
            .iter()
            .map(|dot| dot.position_mm.distance(at));
        let nearest = near.fold(f32::MAX, f32::min);
        assert!(nearest > 0.49, "{nearest} mm from a follicle");
    }
    let stated = Look::stubble()
        .with_hair("red".parse().unwrap())
        .with_variation(Variation::default())
        .with_photo_blur_px(1.1);
    let stated = plan(&stated, &dark);
    let all = [
        stated.sources().hair,
        stated.sources().diameter,
        stated.sources().strength,
        stated.sources().blur,
    ];
    assert_eq!(all, [Source::Stated; 4]);
    assert!(stated.scene().camera().is_none(), "nobody asked for it");
    assert_eq!(
        stated.sources().to_string(),
        "hue as stated, size as stated, strength as stated, blur as stated, head taken for flat"
    );
}

#[test]
fn hair_over_the_skin_keeps_its_light() {
    let patch = hairy([0.012, 0.010, 0.009], LONG, 5);
    let scene = scene_of(&patch);
    let (untouched, surface) = (scene.untouched(), scene.surface().clone());
    let cover = scene.hair().unwrap().cover();
    let pairs = untouched.values().iter().zip(surface.values());
    for ((&all, &surface), &cover) in pairs.zip(cover.values()) {
        assert!(all >= surface);
        assert!(cover < 1.0 || all == 255);
        assert!(cover > 0.0 || all == surface);
    }
}

#[test]
fn longer_hair_is_told_from_stubble_at_any_scale_that_shows_locks() {
    let share = |growth: Growth, scale: f32, hint: bool| {
        let side = (24.0 * scale) as u32;
        let (size, scale) = (
            Size::new(side, side).unwrap(),
            Scale::px_per_mm(scale).unwrap(),
        );
        let request = PatchRequest::new(size, scale, Seed::new(5)).with_growth(growth);
        let photo = request.generate().unwrap().photo;
        let mut hints = Hints::new();
        hints.without_follicles = true;
        hints.scale = hint.then_some(scale);
        Scene::read(&photo, hints).unwrap().longer_share()
    };
    let long = Growth::Long { length_mm: 25.0 };
    for scale in [3.0, 4.5, 9.0] {
        let stubble = |length_mm| share(Growth::Stubble { length_mm }, scale, true).unwrap();
        let (shaved, day, long) = (
            stubble(0.0),
            stubble(0.4),
            share(long, scale, true).unwrap(),
        );
        assert!(
            shaved < 0.03 && day < 0.03,
            "{scale} px/mm: {shaved}, {day}"
        );
        assert!(long > 0.5, "{scale} px/mm: {long}");
    }
    assert_eq!(share(long, 1.5, true), None);
    assert_eq!(share(long, 4.5, false), None);
}

#[test]
fn what_is_transparent_is_no_skin_whatever_colour_it_hides() {
    // Skin all over, as a drawn selection leaves it below what it cut out: the right half, and a hole in the left.
    let (size, scale) = (Size::new(160, 80).unwrap(), Scale::px_per_mm(5.0).unwrap());
    let shows = |x: usize, y: usize| x < 80 && !((30..50).contains(&x) && (30..50).contains(&y));
    let pixel = |i: usize| {
        let alpha = if shows(i % 160, i / 160) { 255 } else { 0 };
        let light = if i % 160 < 80 { 1.0 } else { 0.5 };
        let [r, g, b] = [214.0, 165.0, 140.0].map(|code| (code * light) as u8);
        [r, g, b, alpha]
    };
    let codes: Vec<u8> = (0..size.pixels()).flat_map(pixel).collect();
    let wide = codes.iter().map(|&code| 257 * u16::from(code)).collect();
    let photos = [
        Photo::from_rgba8(size, codes).unwrap(),
        Photo::from_rgba16(size, wide).unwrap(),
    ];
    for photo in photos {
        let plan = Look::stubble()
            .plan(&photo, &Mask::full(size), scale, Seed::new(1))
            .unwrap();
        let shown = (0..size.pixels()).filter(|i| shows(i % 160, i / 160));
        let shown = shown.count() as f64;
        let report = plan.report(&photo, When::healed()).unwrap();
        assert!((report.area_cm2 - shown / 2500.0).abs() < 1e-6, "{report}");
        assert!((report.background_share - (1.0 - shown / 12_800.0)).abs() < 1e-6);
        let lightness = plan.scene().skin().unwrap().lab().l;
        assert!((lightness - 71.6).abs() < 0.2, "{lightness}");
        assert!(report.dots > 200);
        for dot in plan.dots() {
            let at = 5.0 * dot.position_mm;
            assert!(shows(at.x as usize, at.y as usize), "a dot at {at}");
        }
    }
}
