//! Scars brought to the tone of the skin around them.

use glam::Vec2;
use stubblefield::{
    Contrast, Error, Look, Mask, PatchRequest, Photo, Scale, Scar, Scars, Seed, Size,
    SyntheticPatch, Tone, ToneMatch, Unjudged, Uptake, When,
};

/// 22 × 17 mm of stubbled scalp at 10 px/mm with scars.
fn patch(scars: Scars, seed: u64) -> SyntheticPatch {
    let (size, scale) = (
        Size::new(220, 170).unwrap(),
        Scale::px_per_mm(10.0).unwrap(),
    );
    let request = PatchRequest::new(size, scale, Seed::new(seed)).with_scars(scars);
    request.generate().unwrap()
}

fn hidden(patch: &SyntheticPatch) -> (ToneMatch, Photo) {
    let (photo, scale) = (&patch.photo, patch.request.scale);
    let tone = Tone::Surroundings;
    let matched = Look::scar()
        .match_tone(photo, &patch.scars, scale, Seed::new(7), &tone)
        .unwrap();
    let after = matched.plan.render(photo, When::healed()).unwrap();
    (matched, after)
}

#[test]
fn scars_lose_most_of_their_contrast_and_keep_their_relief() {
    for (scars, seed) in [(Scars::Strip, 1), (Scars::Strip, 2), (Scars::Punches, 3)] {
        let patch = patch(scars, seed);
        let (matched, after) = hidden(&patch);
        let off = matched.reached - matched.wanted;
        assert!(off.abs() < 0.3, "{scars:?}: {off} off the tone");
        // The surroundings as they look with the dots that run out into them.
        let as_it_was = Tone::Like(matched.plan.surroundings());
        let (scale, seed) = (patch.request.scale, Seed::new(7));
        let alone = Look::scar().match_tone(&patch.photo, &patch.scars, scale, seed, &as_it_was);
        let run_out = matched.wanted - alone.unwrap().wanted;
        assert!((-1.5..-0.1).contains(&run_out), "{scars:?}: {run_out}");
        assert_eq!(matched.stopped_by, None);
        let plan = &matched.plan;
        let contrast = plan.contrast_to_surroundings(&patch.photo, &after, 1.0);
        let Contrast {
            before,
            after: left,
            ..
        } = contrast.unwrap();
        assert!(
            before > 4.0 && left < 0.5 * before,
            "{scars:?}: {left} of {before}"
        );
        // Between the dots the skin shines through as it was.
        let through = plan.transmittance(When::healed()).unwrap();
        let open: Vec<bool> = through[1].values().iter().map(|&t| t > 0.9).collect();
        let relief = correlation(&high_pass(&patch.photo), &high_pass(&after), &open);
        assert!(relief > 0.98, "{scars:?}: {relief}");
    }
}

/// How much of a photo's relief is in a picture of it all over a scar, once the ink is divided out, for dots are relief too:
/// its correlation with the photo's, and its contrast over that.
fn relief_under_ink(photo: &Photo, matched: &ToneMatch, after: &Photo, scar: &Mask) -> [f64; 2] {
    let plan = &matched.plan;
    let through = plan.transmittance(When::healed()).unwrap();
    let untouched = plan.scene().untouched();
    let ink = through[1].values().iter().zip(untouched.values());
    let ink = ink.map(|(&through, &untouched)| {
        let (through, untouched) = (f64::from(through), f64::from(untouched) / 255.0);
        through + (1.0 - through) * untouched
    });
    let bare: Vec<f64> = green(after)
        .iter()
        .zip(ink)
        .map(|(light, ink)| light / ink)
        .collect();
    let [before, bare] = [green(photo), bare].map(|light| {
        let logs: Vec<f64> = light.iter().map(|light| light.max(1e-4).ln()).collect();
        without_mean(&logs, photo.size())
    });
    let inside: Vec<bool> = scar.coverage().values().iter().map(|&c| c > 0.5).collect();
    let shared = correlation(&before, &bare, &inside);
    let spread = |values: &[f64]| {
        let own = values.iter().zip(&inside).filter(|(_, inside)| **inside);
        own.map(|(value, _)| value * value).sum::<f64>().sqrt()
    };
    [shared, shared * spread(&bare) / spread(&before)]
}

#[test]
fn under_the_dots_of_a_scar_the_relief_of_the_photo_is_all_there() {
    for (scars, seed) in [(Scars::Strip, 1), (Scars::Punches, 3), (Scars::Punches, 4)] {
        let patch = patch(scars, seed);
        let (matched, after) = hidden(&patch);
        let [shared, contrast] = relief_under_ink(&patch.photo, &matched, &after, &patch.scars);
        assert!(shared > 0.98, "{scars:?}: {shared}");
        // Codes of 8 bits take the rest.
        assert!((contrast - 1.0).abs() < 0.01, "{scars:?}: {contrast}");
    }
}

#[test]
fn dots_stand_in_every_mark_and_thin_out_past_the_border() {
    let patch = patch(Scars::Punches, 3);
    let (matched, _) = hidden(&patch);
    let plan = &matched.plan;
    let away = patch.scars.signed_distance_px();
    let at = |p: Vec2| away.sample(p.x, p.y) / 10.0;
    let px = |mm: Vec2| 10.0 * mm;
    let inside = plan.dots().iter().filter(|d| at(px(d.position_mm)) > 0.0);
    let per_cm2 = inside.count() as f64 / (patch.scars.area_px() / 1e4);
    let asked = f64::from(plan.look().density().get());
    assert!((per_cm2 / asked - 1.0).abs() < 0.1, "{per_cm2} for {asked}");
    // The middle of each mark: where the distance is greatest around.
    let mut marks = 0;
    for y in 5..165 {
        for x in 5..215 {
            let here = away.at(x, y);
            let around = (-4..=4).flat_map(|dy| (-4..=4).map(move |dx| (dx, dy)));
            let top = |(dx, dy): (i64, i64)| {
                let there = away.at(x + dx, y + dy);
                there < here || (there == here && (dy, dx) >= (0, 0))
            };
            if here < 2.5 || !around.into_iter().all(top) {
                continue;
            }
            marks += 1;
            let middle = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
            let near = |d: &&stubblefield::PlannedDot| px(d.position_mm).distance(middle) < 6.0;
            assert!(
                plan.dots().iter().any(|d| near(&d)),
                "no dot around {middle}"
            );
        }
    }
    assert!(marks > 30, "{marks} marks");
}

#[test]
fn the_least_spacing_told_is_that_of_all_dots() {
    let size = Size::new(400, 300).unwrap();
    let scale = Scale::px_per_mm(6.0).unwrap();
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let marks = [[60.0, 150.0], [130.0, 90.0]].map(|at| Scar::disc(Vec2::from(at), 0.9));
    let mask = Scar::mask(&marks, size, scale).unwrap();
    let plan = Look::scar()
        .plan(&photo, &mask, scale, Seed::new(7))
        .unwrap();
    let told = plan.report(&photo, When::healed()).unwrap().min_spacing_mm;
    let dots = plan.dots();
    let apart = |i: usize| {
        let others = dots[i + 1..].iter().map(move |other| (i, other));
        others.map(|(i, other)| dots[i].position_mm.distance(other.position_mm))
    };
    let least = (0..dots.len()).flat_map(apart).fold(f32::MAX, f32::min);
    assert!(
        (told.unwrap() - f64::from(least)).abs() < 1e-5,
        "{told:?} for {least}"
    );
}

#[test]
fn dots_of_a_scar_have_their_own_names_and_run_wider_with_the_same_pigment() {
    let patch = patch(Scars::Strip, 1);
    let plan = |spread: f32| {
        let mut uptake = Uptake::scar();
        uptake.spread = spread;
        let look = Look::scar().with_scarred(uptake);
        let plan = look.plan(
            &patch.photo,
            &patch.scars,
            patch.request.scale,
            Seed::new(7),
        );
        plan.unwrap()
    };
    let (plain, wide) = (plan(1.0), plan(1.5));
    let mut ids: Vec<u64> = plain.dots().iter().map(|dot| dot.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(
        ids.len(),
        plain.dots().len(),
        "two dots of one name vary alike"
    );
    let mut widest = 0.0_f32;
    for (plain, wide) in plain.dots().iter().zip(wide.dots()) {
        let wider = wide.healed.radius_mm / plain.healed.radius_mm;
        let kept = wide.healed.strength / plain.healed.strength * wider * wider;
        assert!((kept - 1.0).abs() < 1e-4, "{kept} of the pigment");
        widest = widest.max(wider);
    }
    assert!((widest - 1.5).abs() < 1e-4, "{widest}");
}

#[test]
fn the_skin_past_a_line_gets_few_dots_and_soon_none() {
    let patch = patch(Scars::Strip, 1);
    let (matched, _) = hidden(&patch);
    let plan = &matched.plan;
    let away = patch.scars.signed_distance_px();
    let per_cm2 = |from: f32, to: f32| {
        let there = |d: f32| (from..to).contains(&(-d / 10.0));
        let ring = away.values().iter().filter(|d| there(**d)).count() as f64 / 1e4;
        let px = |dot: &stubblefield::PlannedDot| 10.0 * dot.position_mm;
        let dots = plan
            .dots()
            .iter()
            .map(px)
            .filter(|p| there(away.sample(p.x, p.y)));
        dots.count() as f64 / ring
    };
    let asked = f64::from(plan.look().density().get());
    let [near, far, beyond] = [(0.2, 2.0), (2.0, 4.0), (4.2, 7.0)].map(|(a, b)| per_cm2(a, b));
    assert!(
        near < 0.25 * asked && far < near && beyond == 0.0,
        "{near}, {far}, {beyond} of {asked}"
    );
}

#[test]
fn a_scar_darker_than_its_surroundings_and_scars_that_are_none_are_refused() {
    let size = Size::new(120, 90).unwrap();
    let scale = Scale::px_per_mm(6.0).unwrap();
    let scar = Scar::line(vec![Vec2::new(20.0, 45.0), Vec2::new(100.0, 45.0)], 2.0);
    let mask = Scar::mask(&[scar], size, scale).unwrap();
    let codes = mask
        .coverage()
        .values()
        .iter()
        .flat_map(|&c| [214.0, 165.0, 140.0].map(|skin: f32| (skin * (1.0 - 0.2 * c)) as u8));
    let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
    let tone = Tone::Surroundings;
    let refused = Look::scar().match_tone(&photo, &mask, scale, Seed::new(1), &tone);
    assert!(matches!(
        refused,
        Err(Error::Unreachable { reached: 0.0, .. })
    ));

    let refused = |scars: &[Scar]| Scar::mask(scars, size, scale).unwrap_err().to_string();
    assert!(refused(&[]).starts_with("scars is 0"));
    let at = Vec2::new(60.0, 45.0);
    assert!(refused(&[Scar::disc(at, 0.0)]).starts_with("scar diameter_mm is 0"));
    assert!(refused(&[Scar::disc(at, 40.0)]).starts_with("width of a line in px is 240"));
    assert!(refused(&[Scar::line(vec![at, at], 1.0)]).contains("the one before it"));
    assert!(refused(&[Scar::disc(Vec2::new(60.0, 91.0), 1.0)]).contains("inside the picture"));
    let none = Mask::full(size).invert();
    let plan = Look::scar()
        .plan(&photo, &none, scale, Seed::new(1))
        .unwrap();
    assert!(plan.dots().is_empty());
}

/// Green light, pixel by pixel.
fn green(photo: &Photo) -> Vec<f64> {
    let (width, height) = (photo.size().width(), photo.size().height());
    let light = |i: u32| f64::from(photo.linear_srgb_at(i % width, i / width)[1]);
    (0..width * height).map(light).collect()
}

/// Brightness less its mean over 7 × 7 pixels.
fn high_pass(photo: &Photo) -> Vec<f64> {
    let roots: Vec<f64> = green(photo).into_iter().map(f64::sqrt).collect();
    without_mean(&roots, photo.size())
}

/// Values less their mean over 7 × 7 pixels.
fn without_mean(all: &[f64], size: Size) -> Vec<f64> {
    let (width, height) = (i64::from(size.width()), i64::from(size.height()));
    let near =
        |x: i64, y: i64| all[(y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) as usize];
    let mean = |x: i64, y: i64| {
        let around = (-3..=3).flat_map(|dy| (-3..=3).map(move |dx| (dx, dy)));
        around.map(|(dx, dy)| near(x + dx, y + dy)).sum::<f64>() / 49.0
    };
    (0..width * height)
        .map(|i| all[i as usize] - mean(i % width, i / width))
        .collect()
}

fn correlation(a: &[f64], b: &[f64], of: &[bool]) -> f64 {
    let pairs = || {
        a.iter()
            .zip(b)
            .zip(of)
            .filter(|(_, of)| **of)
            .map(|(pair, _)| pair)
    };
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs().map(|(&a, &b)| f(a, b)).sum::<f64>();
    let n = pairs().count() as f64;
    let (ma, mb) = (sum(&|a, _| a) / n, sum(&|_, b| b) / n);
    sum(&|a, b| (a - ma) * (b - mb))
        / (sum(&|a, _| (a - ma).powi(2)) * sum(&|_, b| (b - mb).powi(2))).sqrt()
}

#[test]
fn a_scar_that_fills_the_picture_has_no_surroundings() {
    let size = Size::new(90, 60).unwrap();
    let scale = Scale::px_per_mm(6.0).unwrap();
    let photo = Photo::from_rgb8(size, [214, 165, 140].repeat(size.pixels())).unwrap();
    let all = Mask::full(size);
    let refused = Look::scar().match_tone(&photo, &all, scale, Seed::new(1), &Tone::Surroundings);
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
    let plan = Look::scar()
        .plan(&photo, &all, scale, Seed::new(1))
        .unwrap();
    let report = plan.report(&photo, When::healed()).unwrap();
    assert!(report.contrast.is_empty() && report.dots > 100);
    assert!(report.unjudged.contains(&Unjudged::HairContrast));
}

#[test]
fn marks_are_dotted_down_to_the_finest_and_finer_ones_are_refused() {
    let size = Size::new(60, 60).unwrap();
    let scale = Scale::px_per_mm(2.0).unwrap();
    let photo = Photo::from_rgb8(size, [214, 165, 140].repeat(size.pixels())).unwrap();
    // Wherever they lie between pixels.
    for i in 0..16 {
        let at = Vec2::new(30.0 + 0.25 * (i % 4) as f32, 30.0 + 0.25 * (i / 4) as f32);
        let marks = [
            Scar::disc(at, 0.75),
            Scar::line(vec![at, at + Vec2::new(3.0, 0.0)], 0.5),
        ];
        for mark in marks {
            let mask = Scar::mask(std::slice::from_ref(&mark), size, scale).unwrap();
            let plan = Look::scar()
                .plan(&photo, &mask, scale, Seed::new(1))
                .unwrap();
            assert!(!plan.full_mask().is_empty(), "{mark:?}");
        }
    }
    let refused = |mark: Scar| Scar::mask(&[mark], size, scale).unwrap_err().to_string();
    let at = Vec2::splat(30.0);
    assert!(refused(Scar::disc(at, 0.7)).ends_with("at least one and a half pixels of the photo"));
    let line = Scar::line(vec![at, at + Vec2::X], 0.4);
    assert!(refused(line).ends_with("at least a pixel of the photo"));
    let faint = Mask::from_fn(size, |_| 0.4).unwrap();
    let refused = Look::scar()
        .plan(&photo, &faint, scale, Seed::new(1))
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("greatest coverage of the mask is 0.4")
    );
}

#[test]
fn a_scar_finer_than_a_dot_beside_a_wide_one_keeps_its_dots() {
    let size = Size::new(340, 100).unwrap();
    let scale = Scale::px_per_mm(10.0).unwrap();
    let photo = Photo::from_rgb8(size, [214, 165, 140].repeat(size.pixels())).unwrap();
    let across = |y: f32| vec![Vec2::new(20.0, y), Vec2::new(320.0, y)];
    let fine = [Scar::line(across(75.0), 0.15)];
    let both = [fine[0].clone(), Scar::line(across(25.0), 2.0)];
    let [fine, both] = [&fine[..], &both].map(|scars| Scar::mask(scars, size, scale).unwrap());
    let in_fine = |mask: &Mask| {
        let plan = Look::scar()
            .plan(&photo, mask, scale, Seed::new(1))
            .unwrap();
        let px = plan.dots().iter().map(|dot| 10.0 * dot.position_mm);
        let inside = px.filter(|px| fine.coverage().at(px.x as i64, px.y as i64) >= 0.5);
        inside.count()
    };
    let [alone, beside] = [&fine, &both].map(in_fine);
    assert!(alone >= 4 && beside >= 4, "{alone} alone, {beside} beside");
}
