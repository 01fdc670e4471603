//! Follicles read from synthetic scalps, held to the truth beside them.
//!
//! `FOLLICLES_SWEEP=1 cargo test --test follicles -- --nocapture` reads forty random scalps and prints the
//! table, worst first, and the same after JPEG; without it a few small ones.

#[cfg(feature = "image")]
use image::ImageEncoder;
#[cfg(feature = "image")]
use stubblefield::Samples;
use stubblefield::{
    Camera, Density, Follicles, Growth, Mask, PatchRequest, Photo, Scale, Seed, Size,
    SyntheticPatch,
};

/// How follicles were found in one picture.
struct Row {
    patch: SyntheticPatch,
    precision: f32,
    recall: f32,
    /// Median distance in pixels.
    error_px: f32,
    /// Found over true, faint ones taken from both.
    density: f32,
    /// Width of the point spread as read, over the true one.
    blur: Option<f32>,
    /// Shafts, and those of them whose exit is nearer the true one than their tip is.
    shafts: [f32; 2],
}

/// Share of the truth that must be found: wide and dark enough for an eye.
fn is_plain(follicle: &stubblefield::TrueFollicle) -> bool {
    follicle.width_px >= 2.0 && follicle.contrast[1] >= 0.08
}

fn stubble(i: u64, side: u32) -> SyntheticPatch {
    stubble_of(0x5EED, i, side)
}

fn stubble_of(set: u64, i: u64, side: u32) -> SyntheticPatch {
    let size = Size::new(side, side).unwrap();
    let request = PatchRequest::random(size, Seed::new(set ^ i.wrapping_mul(0x9E37_79B9)));
    let shaved = match request.growth {
        Growth::Stubble { .. } => request,
        _ => request.with_growth(Growth::Stubble { length_mm: 0.3 }),
    };
    shaved.generate().unwrap()
}

fn read(patch: SyntheticPatch) -> Row {
    let photo = patch.photo.clone();
    read_from(&photo, patch)
}

/// As another file of the same picture shows them.
fn read_from(photo: &Photo, patch: SyntheticPatch) -> Row {
    let scale = patch.request.scale.get();
    let side = patch.photo.size().width() as f32;
    let found = Follicles::find(photo, &patch.skin, patch.request.scale).unwrap();
    let reach = (0.3 * scale).max(1.5);
    // The nearest pairs first, each of both sides once.
    let mut pairs = Vec::new();
    for (i, truth) in patch.follicles.iter().enumerate() {
        for (j, follicle) in found.all().iter().enumerate() {
            let away = truth.center_px.distance(follicle.position_px);
            if away <= reach {
                pairs.push((away, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut of_truth = vec![None; patch.follicles.len()];
    let mut of_found = vec![None; found.all().len()];
    for (away, i, j) in pairs {
        if of_truth[i].is_none() && of_found[j].is_none() {
            (of_truth[i], of_found[j]) = (Some(away), Some(i));
        }
    }
    // Marks that the picture cuts, or the wall, are no test.
    let margin = 0.5 * scale;
    let inside = |p: glam::Vec2| {
        let well = p.cmpgt(glam::Vec2::splat(margin)).all();
        well && p.cmplt(glam::Vec2::splat(side - margin)).all()
    };
    let (mut plain, mut hit, mut errors) = (0.0_f32, 0.0_f32, Vec::new());
    for (truth, away) in patch.follicles.iter().zip(&of_truth) {
        if is_plain(truth) && inside(truth.center_px) {
            plain += 1.0;
            if let Some(away) = away {
                hit += 1.0;
                errors.push(*away);
            }
        }
    }
    let mut shafts = [0.0_f32; 2];
    for (follicle, truth) in found.all().iter().zip(&of_found) {
        let (Some(way), Some(truth)) = (follicle.direction, truth) else {
            continue;
        };
        let exit = patch.follicles[*truth].exit_mm * scale;
        let tip = follicle.exit_px + way * (follicle.length_mm * scale);
        shafts[0] += 1.0;
        shafts[1] += f32::from(u8::from(
            exit.distance(follicle.exit_px) < exit.distance(tip),
        ));
    }
    let (mut all, mut right, mut faint) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (follicle, truth) in found.all().iter().zip(&of_found) {
        if inside(follicle.position_px) {
            all += 1.0;
            right += f32::from(u8::from(truth.is_some()));
            let is_faint = truth.is_some_and(|i| !is_plain(&patch.follicles[i]));
            faint += f32::from(u8::from(is_faint));
        }
    }
    errors.sort_by(f32::total_cmp);
    Row {
        precision: right / all.max(1.0),
        recall: hit / plain.max(1.0),
        error_px: errors
            .get(errors.len() / 2)
            .copied()
            .unwrap_or(f32::INFINITY),
        density: (all - faint) / plain.max(1.0),
        shafts,
        blur: Camera::read_at(photo, patch.request.scale)
            .blur
            .map(|blur| blur.sigma_px / patch.request.blur_px),
        patch,
    }
}

fn table(mut rows: Vec<Row>) -> [f32; 4] {
    rows.sort_by(|a, b| {
        a.precision
            .min(a.recall)
            .total_cmp(&b.precision.min(b.recall))
    });
    println!(
        "precision recall error_px density blur | px/mm  skin L*  hair  blur  noise shine  per cm2  stub mm"
    );
    for row in &rows {
        let request = &row.patch.request;
        let lightness = stubblefield::SkinTone::from_linear(request.skin).lab().l;
        let length = match request.growth {
            Growth::Stubble { length_mm } | Growth::Long { length_mm } => length_mm,
            _ => 0.0,
        };
        println!(
            "{:9.3} {:6.3} {:8.2} {:7.3} {:4.2} | {:5.1} {:8.0} {:5.2} {:5.2} {:6.3} {:5.2} {:8.0} {:8.2}",
            row.precision,
            row.recall,
            row.error_px,
            row.density,
            row.blur.unwrap_or(f32::NAN),
            request.scale.get(),
            lightness,
            request.hair.green,
            request.blur_px,
            request.noise,
            request.shine,
            request.density.get(),
            length
        );
    }
    let n = rows.len() as f32;
    let mean = |f: &dyn Fn(&Row) -> f32| rows.iter().map(f).sum::<f32>() / n;
    let mut errors: Vec<f32> = rows.iter().map(|row| row.error_px).collect();
    errors.sort_by(f32::total_cmp);
    let means = [
        mean(&|row| row.precision),
        mean(&|row| row.recall),
        errors[errors.len() / 2],
        mean(&|row| (row.density - 1.0).abs()),
    ];
    let [precision, recall, error, density] = means;
    println!(
        "mean precision {precision:.3}, recall {recall:.3}, density off by {density:.3}; median error {error:.2} px"
    );
    for (name, least) in [("precision", 0.9), ("recall", 0.9)] {
        let value = |row: &Row| {
            if name == "recall" {
                row.recall
            } else {
                row.precision
            }
        };
        let met = rows.iter().filter(|row| value(row) >= least).count();
        println!("{name} at least {least} in {met} of {}", rows.len());
    }
    let near = rows.iter().filter(|row| row.error_px <= 0.5).count();
    let sharp = rows
        .iter()
        .filter(|row| row.blur.is_some_and(|blur| (blur - 1.0).abs() <= 0.15));
    println!("blur within 15 % in {}", sharp.count());
    let dense = rows
        .iter()
        .filter(|row| (row.density - 1.0).abs() <= 0.08)
        .count();
    println!("error at most 0.5 px in {near}, density within 8 % in {dense}");
    let [shafts, right] = [0, 1].map(|i| rows.iter().map(|row| row.shafts[i]).sum::<f32>());
    println!("{shafts} shafts, {right} with their exit at the right end");
    means
}

#[test]
fn follicles_of_synthetic_scalps_are_found() {
    let sweep = std::env::var_os("FOLLICLES_SWEEP").is_some();
    let (count, side) = if sweep { (40, 640) } else { (8, 260) };
    let rows = (0..count).map(|i| read(stubble(i, side))).collect();
    let [precision, recall, error_px, density] = table(rows);
    assert!(precision >= 0.90 && recall >= 0.90, "{precision}, {recall}");
    assert!(error_px <= 0.5, "{error_px}");
    assert!(density <= 0.12, "{density}");
}

#[test]
fn a_soft_lens_hides_none_that_is_plain() {
    let size = Size::new(300, 300).unwrap();
    let request = PatchRequest::new(size, Scale::px_per_mm(8.0).unwrap(), Seed::new(2))
        .with_blur_px(1.45)
        .with_density(Density::per_cm2(50.0).unwrap());
    let dark = request.with_skin(PatchRequest::skin_of_tone(0.8));
    for (request, least) in [(request, 0.9), (dark, 0.85)] {
        let row = read(request.generate().unwrap());
        assert!(row.recall >= least, "{} of {least}", row.recall);
        assert!(row.precision >= 0.95, "{}", row.precision);
    }
}

/// What JPEG of some quality keeps, of colours as of light, or of colours of every second pixel alone.
#[cfg(feature = "image")]
fn as_jpeg(patch: &SyntheticPatch, quality: u8, colors: Colors) -> Photo {
    let Samples::Rgb8(codes) = patch.photo.pixels() else {
        panic!("patches have 8 bits")
    };
    let size = patch.photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut codes = codes.to_vec();
    if colors == Colors::Halved {
        let luma = |rgb: &[u8]| {
            0.299 * f32::from(rgb[0]) + 0.587 * f32::from(rgb[1]) + 0.114 * f32::from(rgb[2])
        };
        let whole = codes.clone();
        for y in 0..height {
            for x in 0..width {
                let own = 3 * (y * width + x);
                let light = luma(&whole[own..own + 3]);
                for c in 0..3 {
                    let of_four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| {
                        let [x, y] = [
                            (x / 2 * 2 + dx).min(width - 1),
                            (y / 2 * 2 + dy).min(height - 1),
                        ];
                        let at = 3 * (y * width + x);
                        f32::from(whole[at + c]) - luma(&whole[at..at + 3])
                    });
                    codes[own + c] = (light + of_four.iter().sum::<f32>() / 4.0).round() as u8;
                }
            }
        }
    }
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality)
        .write_image(
            &codes,
            size.width(),
            size.height(),
            image::ExtendedColorType::Rgb8,
        )
        .unwrap();
    Photo::from_bytes(&file).unwrap()
}

#[cfg(feature = "image")]
#[derive(Clone, Copy, Debug, PartialEq)]
enum Colors {
    Whole,
    Halved,
}

#[cfg(feature = "image")]
#[test]
fn follicles_are_found_after_jpeg() {
    // Dark skin under noise, which JPEG keeps of light and takes from colours.
    for (set, i) in [(0xBEEF, 38), (0x1111, 39)] {
        let patch = stubble_of(set, i, 300);
        for colors in [Colors::Whole, Colors::Halved] {
            let row = read_from(&as_jpeg(&patch, 85, colors), patch.clone());
            assert!(row.precision >= 0.65, "{}", row.precision);
            assert!((row.density - 1.0).abs() <= 0.2, "{}", row.density);
        }
    }
    if std::env::var_os("FOLLICLES_SWEEP").is_none() {
        return;
    }
    for (quality, colors) in [
        (85, Colors::Whole),
        (85, Colors::Halved),
        (75, Colors::Whole),
        (75, Colors::Halved),
    ] {
        println!("JPEG of quality {quality}, colours {colors:?}");
        let rows = (0..40).map(|i| {
            let patch = stubble(i, 640);
            read_from(&as_jpeg(&patch, quality, colors), patch)
        });
        table(rows.collect());
    }
}

#[cfg(feature = "image")]
#[test]
fn what_jpeg_rounds_is_no_sharpness() {
    let off = |i| {
        let patch = stubble(i, 260);
        let camera = Camera::read(&as_jpeg(&patch, 85, Colors::Whole));
        let blur_px = camera.blur.unwrap().sigma_px;
        (blur_px / patch.request.blur_px - 1.0).abs()
    };
    let mean = (0..4).map(off).sum::<f32>() / 4.0;
    assert!(mean <= 0.2, "{mean}");
}

#[test]
fn bad_areas_and_scales_are_refused_and_bare_skin_has_none() {
    let size = Size::new(80, 60).unwrap();
    let photo = Photo::from_rgb8(size, [200, 150, 125].repeat(size.pixels())).unwrap();
    let scale = |s| Scale::px_per_mm(s).unwrap();
    let whole = Mask::full(size);
    let none = Follicles::find(&photo, &whole, scale(10.0)).unwrap();
    assert!(none.all().is_empty() && none.absorbance().is_none());
    let nowhere = Follicles::find(&photo, &whole.invert(), scale(10.0)).unwrap();
    assert!(nowhere.all().is_empty() && nowhere.density().is_none());
    let refused = Follicles::find(&photo, &whole, scale(2.0)).unwrap_err();
    assert!(
        refused.to_string().starts_with("px_per_mm is 2"),
        "{refused}"
    );
    let other = Mask::full(Size::new(3, 3).unwrap());
    assert!(Follicles::find(&photo, &other, scale(10.0)).is_err());
}

#[cfg(feature = "rayon")]
#[test]
fn follicles_are_the_same_for_any_number_of_threads() {
    let patch = stubble(3, 200);
    let find = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let found = || Follicles::find(&patch.photo, &patch.skin, patch.request.scale);
        pool.unwrap().install(found).unwrap()
    };
    let one = find(1);
    assert!(one.all().len() > 20);
    for threads in [2, 3, 8] {
        assert_eq!(one, find(threads), "{threads} threads");
    }
}
