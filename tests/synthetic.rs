//! What synthetic photographs promise: the truth beside them is true of them.

use stubblefield::{
    Density, Error, Growth, PatchRequest, Plane, Scale, Scars, Seed, Size, SyntheticPatch,
};

fn size() -> Size {
    Size::new(200, 160).unwrap()
}

/// A patch that has everything: long hair, scars, a wall, noise.
fn full(seed: u64) -> PatchRequest {
    PatchRequest::new(size(), Scale::px_per_mm(14.0).unwrap(), Seed::new(seed))
        .with_growth(Growth::Long { length_mm: 12.0 })
        .with_density(Density::per_cm2(60.0).unwrap())
        .with_scars(Scars::Punches)
        .with_backdrop(Some(palette::LinSrgb::new(0.5, 0.52, 0.55)))
}

fn green(patch: &SyntheticPatch) -> Plane<f32> {
    Plane::from_fn(size(), |x, y| patch.photo.linear_srgb_at(x, y)[1])
}

#[test]
fn a_patch_has_the_same_bytes_on_any_number_of_threads() {
    let codes = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let patch = pool.unwrap().install(|| full(3).generate().unwrap());
        (
            green(&patch),
            patch.hair_cover,
            format!("{:?}", patch.follicles),
        )
    };
    let one = codes(1);
    for threads in [2, 3, 8] {
        assert!(codes(threads) == one, "{threads} threads");
    }
    let other = full(4).generate().unwrap();
    assert!(green(&other) != one.0, "another seed, the same picture");
}

#[test]
fn follicles_are_where_the_picture_is_darker() {
    let request = PatchRequest::new(size(), Scale::px_per_mm(16.0).unwrap(), Seed::new(7))
        .with_noise(0.0, 0.0)
        .with_blur_px(0.7);
    let patch = request.generate().unwrap();
    let light = green(&patch);
    let (mut checked, mut agree) = (0, 0);
    for follicle in &patch.follicles {
        let [x, y] = follicle.center_px.to_array();
        let inside = (12.0..188.0).contains(&x) && (12.0..148.0).contains(&y);
        if !inside || follicle.contrast[1] < 0.15 {
            continue;
        }
        let around: f32 = (0..16)
            .map(|i| {
                let (s, c) = (i as f32 * std::f32::consts::TAU / 16.0).sin_cos();
                light.sample(x + 6.0 * c, y + 6.0 * s)
            })
            .sum::<f32>()
            / 16.0;
        checked += 1;
        agree += usize::from(light.sample(x, y) < 0.95 * around);
    }
    assert!(checked >= 40, "only {checked} plain follicles");
    assert!(agree * 100 >= checked * 95, "{agree} of {checked}");
}

#[test]
fn hair_covers_what_differs_from_the_same_skin_without_it() {
    let skin = PatchRequest::new(size(), Scale::px_per_mm(14.0).unwrap(), Seed::new(11))
        .with_noise(0.0, 0.0)
        .with_shine(0.0);
    let patch = skin
        .with_growth(Growth::Long { length_mm: 10.0 })
        .generate()
        .unwrap();
    let cover = &patch.hair_cover;
    let mean = |wanted: fn(f32) -> bool| {
        let (mut sum, mut n) = (0.0, 0.0);
        for (light, &share) in green(&patch).values().iter().zip(cover.values()) {
            if wanted(share) {
                (sum, n) = (sum + light, n + 1.0);
            }
        }
        assert!(n > 500.0, "only {n} pixels");
        sum / n
    };
    let (hair, bare) = (mean(|c| c > 0.9), mean(|c| c == 0.0));
    assert!(hair < 0.6 * bare, "hair {hair}, skin {bare}");
    assert!(cover.values().iter().all(|c| (0.0..=1.0).contains(c)));
}

#[test]
fn density_is_as_asked_and_thinning_loses_units() {
    let request = PatchRequest::new(
        Size::new(400, 400).unwrap(),
        Scale::px_per_mm(10.0).unwrap(),
        Seed::new(2),
    )
    .with_density(Density::per_cm2(100.0).unwrap());
    let count = |request: PatchRequest| request.generate().unwrap().follicles.len() as f32;
    // 16 cm² at 100: the count of a field varies by 1 %, its rim by as much.
    let all = count(request);
    assert!((all - 1600.0).abs() < 80.0, "{all}");
    let thinned = count(request.with_thinning(0.9));
    assert!(
        thinned < 0.8 * all && thinned > 0.1 * all,
        "{thinned} of {all}"
    );
}

#[test]
fn scars_and_walls_bear_no_hair() {
    let patch = full(5).generate().unwrap();
    assert!(patch.scars.area_px() > 300.0 && patch.skin.invert().area_px() > 300.0);
    for follicle in &patch.follicles {
        let [x, y] = follicle.exit_mm.to_array().map(|v| 14.0 * v);
        assert!(
            patch.skin.coverage().sample(x, y) >= 0.7,
            "on the wall at {x}, {y}"
        );
    }
    let on_scars = patch.follicles.iter().filter(|f| {
        let [x, y] = f.exit_mm.to_array().map(|v| 14.0 * v);
        patch.scars.coverage().sample(x, y) > 0.9
    });
    // A unit may stray over the border of a scar.
    assert!(on_scars.count() * 20 <= patch.follicles.len());
}

#[test]
fn options_out_of_range_are_named() {
    let plain = full(1);
    let cases = [
        (plain.with_noise(f32::NAN, 0.0), "noise"),
        (plain.with_noise(0.01, 9.0), "grain_px"),
        (plain.with_blur_px(0.0), "blur_px"),
        (plain.with_thinning(1.5), "thinning"),
        (plain.with_shine(-0.1), "shine"),
        (
            plain.with_growth(Growth::Long {
                length_mm: f32::INFINITY,
            }),
            "length_mm",
        ),
        (
            plain.with_growth(Growth::Stubble { length_mm: 4.0 }),
            "length_mm",
        ),
        (
            plain.with_skin(palette::LinSrgb::new(f32::NAN, 0.3, 0.2)),
            "color",
        ),
    ];
    for (request, name) in cases {
        match request.generate() {
            Err(Error::OutOfRange { parameter, .. }) => assert_eq!(parameter, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let dot = Size::new(1, 1).unwrap();
    let tiny = PatchRequest::random(dot, Seed::new(1)).generate().unwrap();
    assert_eq!(tiny.photo.size(), dot);
}
