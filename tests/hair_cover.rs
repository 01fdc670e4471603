//! Hair over the scalp read from synthetic patches, beside the truth.
//!
//! `COVER_SWEEP=1 cargo test --test hair_cover -- --nocapture` reads 24 patches of 480 px and prints the table,
//! worst first; without it a few small ones.

use stubblefield::{Growth, HairCover, Mask, PatchRequest, Photo, Scale, Seed, Size};

#[test]
fn hair_over_the_scalp_is_told_from_skin() {
    let sweep = std::env::var_os("COVER_SWEEP").is_some();
    let (count, side) = if sweep { (24, 480) } else { (6, 240) };
    let size = Size::new(side, side).unwrap();
    let mut rows = Vec::new();
    for i in 0..count {
        let request = PatchRequest::random(size, Seed::new(0x4A12 ^ (i * 0x9E37_79B9_u64)));
        let long = match request.growth {
            Growth::Long { .. } => request,
            _ => request.with_growth(Growth::Long { length_mm: 20.0 }),
        };
        let patch = long.generate().unwrap();
        let found = HairCover::find(&patch.photo, &patch.skin, patch.request.scale).unwrap();
        let (mut both, mut either, mut off, mut truth, mut n) = (0.0_f64, 0.0, 0.0, 0.0, 0.0);
        let skin = patch.skin.coverage().values();
        for (j, &hair) in patch.hair_cover.values().iter().enumerate() {
            if skin[j] < 0.9 {
                continue;
            }
            let own = found
                .as_ref()
                .map_or(0.0, |found| found.cover().values()[j]);
            let (a, b) = (hair >= 0.5, own >= 0.5);
            both += f64::from(u8::from(a && b));
            either += f64::from(u8::from(a || b));
            off += f64::from(own - hair);
            truth += f64::from(hair);
            n += 1.0;
        }
        rows.push((both / either, off / n, truth / n, patch.request));
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("overlap share off true share | px/mm skin hair blur noise shine");
    for (overlap, off, truth, request) in &rows {
        println!(
            "{overlap:7.3} {off:+9.3} {truth:10.2} | {:5.1} {:.2} {:.2} {:.2} {:.3} {:.2}",
            request.scale.get(),
            request.skin.green,
            request.hair.green,
            request.blur_px,
            request.noise,
            request.shine
        );
    }
    let n = rows.len() as f64;
    let overlap = rows.iter().map(|row| row.0).sum::<f64>() / n;
    let off = rows.iter().map(|row| row.1.abs()).sum::<f64>() / n;
    println!("mean overlap {overlap:.3}, share of hair off by {off:.3}");
    assert!(overlap >= 0.62, "{overlap}");
    assert!(off <= 0.16, "{off}");
}

#[test]
fn bare_skin_has_no_hair_and_bad_input_is_refused() {
    let size = Size::new(120, 80).unwrap();
    let photo = Photo::from_rgb8(size, [200, 150, 125].repeat(size.pixels())).unwrap();
    let scale = Scale::px_per_mm(8.0).unwrap();
    let find = |area: &Mask| HairCover::find(&photo, area, scale);
    assert!(find(&Mask::full(size)).unwrap().is_none());
    assert!(find(&Mask::full(size).invert()).unwrap().is_none());
    assert!(find(&Mask::full(Size::new(3, 3).unwrap())).is_err());
    let black = Photo::from_rgb8(size, vec![0; 3 * size.pixels()]).unwrap();
    let found = HairCover::find(&black, &Mask::full(size), scale).unwrap();
    assert!(found.is_none_or(|hair| hair.share().is_finite()));
}

#[test]
fn a_strip_of_hair_is_covered_and_the_scalp_beside_it_shows() {
    let size = Size::new(200, 60).unwrap();
    let codes = (0..size.pixels()).flat_map(|i| {
        if i % 200 < 100 {
            [200, 150, 125]
        } else {
            [45, 32, 26]
        }
    });
    let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
    let scale = Scale::px_per_mm(20.0).unwrap();
    let hair = HairCover::find(&photo, &Mask::full(size), scale)
        .unwrap()
        .unwrap();
    assert!((hair.share() - 0.5).abs() < 0.02, "{}", hair.share());
    let shows = hair.scalp_share(scale, 2.0).unwrap();
    assert!(shows.at(40, 30) > 0.99 && shows.at(160, 30) < 0.01);
    assert!((shows.at(100, 30) - 0.5).abs() < 0.05);
    assert!(hair.scalp_share(scale, f32::NAN).is_err());
    let dark_brown: palette::Srgb<u8> = palette::Srgb::new(45, 32, 26);
    let expected: palette::Oklch<f32> =
        palette::FromColor::from_color(dark_brown.into_linear::<f32>());
    assert!((hair.color().l - expected.l).abs() < 0.01);
}
