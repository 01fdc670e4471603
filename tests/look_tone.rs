//! Looks brought to a tone.

use stubblefield::{
    Density, Error, Limits, Look, Mask, Photo, Samples, Scale, Seed, Size, Tone, ToneMatch, When,
};

/// 3 × 2.5 cm of even skin at 5 px/mm, its right third darker.
fn photo(skin: [u8; 3]) -> Photo {
    beside(skin, 0.88)
}

/// Its right third has this share of the codes.
fn beside(skin: [u8; 3], share: f32) -> Photo {
    let size = Size::new(150, 125).unwrap();
    let codes = (0..size.pixels()).flat_map(|i| {
        let shade = if i % 150 < 100 { 1.0 } else { share };
        skin.map(|c| (f32::from(c) * shade) as u8)
    });
    Photo::from_rgb8(size, codes.collect()).unwrap()
}

fn left(size: Size) -> Mask {
    Mask::from_fn(size, |p| f32::from(u8::from(p.x < 100.0))).unwrap()
}

fn matched(look: &Look, photo: &Photo, tone: &Tone) -> Result<ToneMatch, Error> {
    let scale = Scale::px_per_mm(5.0).unwrap();
    look.match_tone(photo, &left(photo.size()), scale, Seed::new(3), tone)
}

#[test]
fn tones_within_the_limits_are_reached_as_the_report_measures_them() {
    for (skin, tones) in [
        ([214, 165, 140], [-1.5_f32, -4.0, -7.0]),
        ([96, 65, 52], [-1.0, -2.5, -3.5]),
    ] {
        let photo = photo(skin);
        for wanted in tones {
            let found = matched(&Look::stubble(), &photo, &Tone::DeltaL(wanted)).unwrap();
            let report = found.plan.report(&photo, When::healed()).unwrap();
            let got = report.full.delta_l;
            assert!((got - found.reached).abs() < 1e-6);
            assert!((got - f64::from(wanted)).abs() < 0.3, "{got} for {wanted}");
        }
    }
}

#[test]
fn a_part_of_the_photo_gives_the_tone() {
    let photo = photo([214, 165, 140]);
    let right = left(photo.size()).invert();
    let found = matched(&Look::stubble(), &photo, &Tone::Like(right)).unwrap();
    // 0.88 of the codes is 8 L* darker or so.
    assert!(found.wanted < -6.0, "{}", found.wanted);
    assert!((found.reached - found.wanted).abs() < 0.3);
}

/// A selection that was cut out keeps some colour below what it hides.
#[test]
fn what_is_transparent_gives_no_tone() {
    let plain = photo([214, 165, 140]);
    let size = plain.size();
    let Samples::Rgb8(codes) = plain.pixels() else {
        panic!("made of bytes")
    };
    let pixels = codes.chunks_exact(3).enumerate();
    let codes = pixels.flat_map(|(i, rgb)| match i % 150 {
        // The darker third's own right half shows nothing, and would be black.
        125.. => [0; 4],
        _ => [rgb[0], rgb[1], rgb[2], 255],
    });
    let cut_out = Photo::from_rgba8(size, codes.collect()).unwrap();
    let like = Tone::Like(left(size).invert());
    let [shown, whole] = [&cut_out, &plain].map(|photo| matched(&Look::stubble(), photo, &like));
    let (shown, whole) = (shown.unwrap().wanted, whole.unwrap().wanted);
    assert!((shown - whole).abs() < 0.1, "{shown} and {whole}");
}

#[test]
fn towards_a_tone_beyond_the_limits_dots_grow_in_number_alone() {
    let photo = beside([214, 165, 140], 0.5);
    let right = left(photo.size()).invert();
    let look = Look::stubble();
    let found = matched(&look, &photo, &Tone::Towards(right.clone())).unwrap();
    let most = Density::per_cm2(Limits::default().density[1]).unwrap();
    let only_more = look.clone().with_density(most);
    let (scale, seed) = (Scale::px_per_mm(5.0).unwrap(), Seed::new(3));
    let only_more = only_more.plan(&photo, &left(photo.size()), scale, seed);
    assert_eq!(found.plan.dots(), only_more.unwrap().dots());
    let limit = "strength 0.55, 180 dots per cm² and deposits of 0.24 mm";
    assert_eq!(found.stopped_by.as_deref(), Some(limit));
    assert!(
        found.wanted < -20.0 && found.reached < -4.0,
        "{}",
        found.reached
    );
    assert!(matches!(
        matched(&look, &photo, &Tone::Like(right)),
        Err(Error::Unreachable { .. })
    ));
}

#[test]
fn tones_beyond_the_limits_are_refused_with_what_stopped_them() {
    let photo = photo([214, 165, 140]);
    let refused = |tone: f32| matched(&Look::stubble(), &photo, &Tone::DeltaL(tone)).unwrap_err();
    let Error::Unreachable {
        value,
        reached,
        limit,
        ..
    } = refused(-40.0)
    else {
        panic!("not refused as out of reach");
    };
    assert!(
        (value + 40.0).abs() < 1e-5 && (-30.0..-8.0).contains(&reached),
        "{reached}"
    );
    assert_eq!(
        limit,
        "strength 0.88, 180 dots per cm² and deposits of 0.28 mm"
    );
    let faint = refused(-0.05).to_string();
    assert!(
        faint.contains("strength 0.11, 80 dots per cm² and deposits of 0.14 mm"),
        "{faint}"
    );
    for bad in [0.0, 1.0, f32::NAN, -51.0] {
        assert!(refused(bad).to_string().starts_with("delta_l is"));
    }
    let lighter = Tone::Like(left(photo.size()));
    let mask = left(photo.size()).invert();
    let scale = Scale::px_per_mm(5.0).unwrap();
    let refused = Look::stubble().match_tone(&photo, &mask, scale, Seed::new(1), &lighter);
    assert!(refused.unwrap_err().to_string().contains("only darkens"));
    let mut limits = Limits::default();
    limits.density = [90.0, 60.0];
    let look = Look::stubble().with_limits(limits);
    let refused = matched(&look, &photo, &Tone::DeltaL(-3.0))
        .unwrap_err()
        .to_string();
    assert!(refused.starts_with("limits of density is 60"), "{refused}");
}
