//! Hair over the scalp read from synthetic patches, beside the truth.
//!
//! `COVER_SWEEP=1 cargo test --test hair_cover -- --nocapture` reads 48 patches of 480 px and prints the table,
//! worst first; without it a few small ones. Constants were found on others than these; earlier ones on the even ones of the first 24.

use stubblefield::{
    Growth, HairCover, Mask, PatchRequest, Photo, Plane, Scale, Seed, Size, SyntheticPatch,
};

struct Row {
    patch: u64,
    /// Of what is more than half hair, with the truth.
    overlap: f64,
    /// The same with the truth seen through the lens, of which a picture tells.
    seen: f64,
    /// Sum of the smaller over the sum of the larger shares, with that.
    soft: f64,
    /// Of the truth seen through the same lens, without noise and shade, with the truth.
    bound: f64,
    off: f64,
    truth: f64,
    request: PatchRequest,
}

#[test]
fn hair_over_the_scalp_is_told_from_skin() {
    let sweep = std::env::var_os("COVER_SWEEP").is_some();
    let (count, side) = if sweep { (48, 480) } else { (6, 240) };
    let size = Size::new(side, side).unwrap();
    let mut rows: Vec<Row> = (0..count).map(|i| row(size, i)).collect();
    rows.sort_by(|a, b| a.overlap.total_cmp(&b.overlap));
    println!(
        "patch overlap bound through-lens soft off true share | px/mm skin hair blur noise shine"
    );
    for row in &rows {
        println!(
            "{:2} {:7.3} {:7.3} {:7.3} {:7.3} {:+9.3} {:10.2} | {:5.1} {:.2} {:.2} {:.2} {:.3} {:.2}",
            row.patch,
            row.overlap,
            row.bound,
            row.seen,
            row.soft,
            row.off,
            row.truth,
            row.request.scale.get(),
            row.request.skin.green,
            row.request.hair.green,
            row.request.blur_px,
            row.request.noise,
            row.request.shine
        );
    }
    let mean = |name: &str, of: &dyn Fn(u64) -> bool| {
        let rows: Vec<&Row> = rows.iter().filter(|row| of(row.patch)).collect();
        let mean = |f: &dyn Fn(&Row) -> f64| {
            rows.iter().map(|row| f(row)).sum::<f64>() / rows.len() as f64
        };
        let found = [
            mean(&|row| row.overlap),
            mean(&|row| row.bound),
            mean(&|row| row.off.abs()),
            mean(&|row| row.seen),
            mean(&|row| row.soft),
        ];
        let [overlap, bound, off, seen, soft] = found;
        println!(
            "{name}: mean overlap {overlap:.3}, of the truth through the lens {bound:.3}; with the latter {seen:.3}, softly \
             {soft:.3}; share of hair off by {off:.3}"
        );
        found
    };
    if sweep {
        mean("constants found on", &|i| i < 24 && i % 2 == 0);
        mean("beside them", &|i| i < 24 && i % 2 == 1);
        mean("others", &|i| i >= 24);
    }
    let [overlap, bound, off, seen, soft] = mean("all", &|_| true);
    assert!(overlap >= 0.745, "{overlap}");
    assert!(overlap <= bound, "{overlap} above {bound}");
    let (least_seen, least_soft, most_off) = if sweep {
        (0.85, 0.83, 0.06)
    } else {
        (0.81, 0.835, 0.055)
    };
    assert!(seen >= least_seen && soft >= least_soft, "{seen}, {soft}");
    assert!(off <= most_off, "{off}");
}

#[test]
fn fair_hair_is_told_by_its_colour() {
    let size = Size::new(240, 240).unwrap();
    let seen = [1, 24, 43, 47].map(|patch| row(size, patch).seen);
    let mean = seen.iter().sum::<f64>() / 4.0;
    assert!(mean >= 0.77, "{mean}, {seen:?}");
}

fn row(size: Size, patch: u64) -> Row {
    let request = PatchRequest::random(size, Seed::new(0x4A12 ^ (patch * 0x9E37_79B9_u64)));
    let long = match request.growth {
        Growth::Long { .. } => request,
        _ => request.with_growth(Growth::Long { length_mm: 20.0 }),
    };
    let made = long.generate().unwrap();
    let found = HairCover::find(&made.photo, &made.skin, made.request.scale).unwrap();
    let none = Plane::filled(size, 0.0_f32);
    let cover = found.as_ref().map_or(&none, HairCover::cover);
    let through_lens = through_lens(&made);
    let [overlap, _, off] = beside(&made, &made.hair_cover, cover);
    let [bound, _, _] = beside(&made, &made.hair_cover, &through_lens);
    let [seen, soft, _] = beside(&made, &through_lens, cover);
    let bare = made.skin.coverage().values();
    let hair = made.hair_cover.values().iter().zip(bare);
    let truth = hair.map(|(hair, bare)| f64::from(hair * bare)).sum::<f64>();
    Row {
        patch,
        overlap,
        seen,
        soft,
        bound,
        off,
        truth: truth / made.skin.area_px(),
        request: made.request,
    }
}

/// Overlap of what is more than half hair, overlap of the shares themselves, and by how much the share of all is off.
fn beside(made: &SyntheticPatch, truth: &Plane<f32>, cover: &Plane<f32>) -> [f64; 3] {
    let (mut both, mut either, mut less, mut more) = (0.0_f64, 0.0, 0.0, 0.0);
    let (mut off, mut n) = (0.0, 0.0);
    for (j, &skin) in made.skin.coverage().values().iter().enumerate() {
        if skin < 0.9 {
            continue;
        }
        let (hair, own) = (truth.values()[j], cover.values()[j]);
        let (a, b) = (hair >= 0.5, own >= 0.5);
        both += f64::from(u8::from(a && b));
        either += f64::from(u8::from(a || b));
        less += f64::from(own.min(hair));
        more += f64::from(own.max(hair));
        off += f64::from(own - hair);
        n += 1.0;
    }
    [both / either, less / more, off / n]
}

/// The true cover as the camera's lens blurs it.
fn through_lens(made: &SyntheticPatch) -> Plane<f32> {
    let sigma = made.request.blur_px;
    let reach = (4.0 * sigma).ceil() as i64;
    let weight = |d: i64| (-0.5 * (d as f32 / sigma).powi(2)).exp();
    let sum: f32 = (-reach..=reach).map(weight).sum();
    let along = |plane: &Plane<f32>, dx: i64, dy: i64| {
        Plane::from_fn(plane.size(), |x, y| {
            let at = |d: i64| plane.at(i64::from(x) + d * dx, i64::from(y) + d * dy);
            (-reach..=reach).map(|d| weight(d) / sum * at(d)).sum()
        })
    };
    along(&along(&made.hair_cover, 1, 0), 0, 1)
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
