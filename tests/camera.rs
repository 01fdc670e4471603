//! What a photo tells of its camera: soft photos, and photos made larger, are as soft as they are.

use stubblefield::{
    Camera, Growth, Look, Mask, PatchRequest, Photo, Samples, Scale, Seed, Size, Source, Stage,
    SyntheticPatch, SyntheticScalp,
};

fn patch(px_per_mm: f32, side: u32, blur_px: f32, seed: u64) -> SyntheticPatch {
    let (size, scale) = (
        Size::new(side, side).unwrap(),
        Scale::px_per_mm(px_per_mm).unwrap(),
    );
    let request = PatchRequest::new(size, scale, Seed::new(seed)).with_blur_px(blur_px);
    request.generate().unwrap()
}

fn sigma_px(photo: &Photo) -> f32 {
    Camera::read(photo).blur.expect("there is stubble").sigma_px
}

#[test]
fn a_wide_blur_is_read_as_what_it_is() {
    for px_per_mm in [20.0, 40.0] {
        for blur_px in [2.0, 3.0] {
            for seed in [1, 2] {
                let read = sigma_px(&patch(px_per_mm, 600, blur_px, seed).photo);
                let off = (read / blur_px - 1.0).abs();
                assert!(off < 0.12, "{read} for {blur_px} at {px_per_mm} px/mm");
            }
        }
    }
}

#[test]
fn a_sharp_photo_of_wide_hairs_is_no_soft_one() {
    let off = |seed| sigma_px(&patch(40.0, 400, 0.65, seed).photo) / 0.65 - 1.0;
    let mean = [1, 2, 3].map(off).iter().sum::<f32>() / 3.0;
    assert!(mean.abs() < 0.25, "{mean}");
}

#[test]
fn noise_is_no_sharpness() {
    let taken = |seed: u64, softer: f32| {
        let size = Size::new(400, 400).unwrap();
        let request = PatchRequest::random(size, Seed::new(seed))
            .with_growth(Growth::Stubble { length_mm: 0.3 });
        let request = request.with_blur_px(softer * request.blur_px);
        (request.generate().unwrap().photo, request.blur_px)
    };
    for (seed, softer) in [(0x000D_98C4_D4FA, 1.0), (0x0003_B54C_AD21, 2.5)] {
        let (photo, blur_px) = taken(seed, softer);
        let read = sigma_px(&photo);
        assert!((read / blur_px - 1.0).abs() < 0.15, "{read} for {blur_px}");
    }
    // Stubble of a third of a pixel on dark skin, and noise that hides it.
    let (photo, _) = taken(0x0017_7C3C_AF99, 1.0);
    assert!(Camera::read(&photo).blur.is_none());
}

#[test]
fn a_sharp_photo_of_a_smooth_head_is_no_soft_one() {
    for px_per_mm in [4.0, 6.0, 8.0] {
        let scale = Scale::px_per_mm(px_per_mm).unwrap();
        let read = sigma_px(&SyntheticScalp::generate(scale, Seed::new(1)).unwrap().photo);
        assert!((0.4..1.0).contains(&read), "{read} at {px_per_mm} px/mm");
    }
}

#[cfg(feature = "image")]
#[test]
fn hairs_of_a_known_scale_are_told_from_a_soft_lens() {
    let scale = Scale::px_per_mm(40.0).unwrap();
    let off = |seed| {
        let photo = patch(40.0, 400, 0.7, seed).photo;
        let file = photo.to_bytes(stubblefield::FileFormat::Jpeg).unwrap();
        let photo = Photo::from_bytes(&file).unwrap();
        Camera::read_at(&photo, scale).blur.unwrap().sigma_px / 0.7 - 1.0
    };
    let mean = [1, 2, 3].map(off).iter().sum::<f32>() / 3.0;
    assert!(mean.abs() < 0.3, "{mean}");
}

#[cfg(feature = "image")]
#[test]
fn a_soft_photo_is_as_soft_after_jpeg() {
    for seed in [1, 2] {
        let patch = patch(20.0, 600, 2.0, seed);
        let file = patch
            .photo
            .to_bytes(stubblefield::FileFormat::Jpeg)
            .unwrap();
        let read = sigma_px(&Photo::from_bytes(&file).unwrap());
        assert!((read / 2.0 - 1.0).abs() < 0.25, "{read}");
    }
}

/// Three times as wide and high, linear between pixels.
fn larger(photo: &Photo) -> Photo {
    let Samples::Rgb8(codes) = photo.pixels() else {
        panic!("a patch has 8 bits");
    };
    let (width, height) = (photo.size().width(), photo.size().height());
    let at = |x: u32, y: u32, c: usize| {
        let (x, y) = (x.min(width - 1), y.min(height - 1));
        f32::from(codes[3 * (y * width + x) as usize + c])
    };
    let size = Size::new(3 * width, 3 * height).unwrap();
    let mut large = Vec::with_capacity(3 * size.pixels());
    for y in 0..3 * height {
        for x in 0..3 * width {
            let (tx, ty) = ((x % 3) as f32 / 3.0, (y % 3) as f32 / 3.0);
            for c in 0..3 {
                let row = |y| at(x / 3, y, c) * (1.0 - tx) + at(x / 3 + 1, y, c) * tx;
                let value = row(y / 3) * (1.0 - ty) + row(y / 3 + 1) * ty;
                large.push((value + 0.5) as u8);
            }
        }
    }
    Photo::from_rgb8(size, large).unwrap()
}

#[test]
fn a_picture_made_larger_is_no_finer() {
    for seed in [1, 2, 3] {
        let patch = patch(12.0, 240, 0.6, seed);
        let (as_taken, larger) = (sigma_px(&patch.photo), sigma_px(&larger(&patch.photo)));
        assert!(larger > 1.5 * as_taken, "{larger}, as taken {as_taken}");
    }
}

#[test]
fn stubble_that_runs_together_in_the_blur_is_not_measured() {
    let plan = |blur_px| {
        let patch = patch(20.0, 500, blur_px, 5);
        let mask = Mask::full(patch.photo.size());
        let scale = patch.request.scale;
        Look::stubble()
            .plan(&patch.photo, &mask, scale, Seed::new(7))
            .unwrap()
    };
    let (sharp, soft) = (plan(1.0), plan(3.0));
    assert_eq!(sharp.sources().strength, Source::Follicles);
    assert_eq!(soft.sources().strength, Source::Usual);
    assert!(soft.look().photo_blur_px() > 2.0 * sharp.look().photo_blur_px());
    assert!(
        soft.dots().len() > sharp.dots().len(),
        "hairs that are not seen hold no place"
    );
}

#[test]
fn a_cut_out_tells_of_its_camera_by_what_it_shows_alone() {
    for blur_px in [1.0, 2.0] {
        let photo = patch(20.0, 600, blur_px, 1).photo;
        let Samples::Rgb8(codes) = photo.pixels() else {
            panic!("a patch has 8 bits");
        };
        let pixels = codes.chunks_exact(3).enumerate().flat_map(|(i, pixel)| {
            let (x, y) = (i as f32 % 600.0 - 299.5, (i / 600) as f32 - 299.5);
            if x.hypot(y) < 220.0 {
                [pixel[0], pixel[1], pixel[2], 255]
            } else {
                [140, 105, 90, 0]
            }
        });
        let cut_out = Photo::from_rgba8(photo.size(), pixels.collect()).unwrap();
        let [whole, read] = [&photo, &cut_out].map(Camera::read);
        let sd = |camera: &Camera| camera.grain.expect("a patch has noise").sd_at_white;
        let (noise, of) = (sd(&read), sd(&whole));
        assert!((noise / of - 1.0).abs() < 0.2, "noise {noise} for {of}");
        let [sigma, of] = [&read, &whole].map(|camera| camera.blur.as_ref().unwrap().sigma_px);
        assert!((sigma / of - 1.0).abs() < 0.1, "blur {sigma} for {of}");
    }
}

/// Steps between columns of eight, as coarse JPEG leaves them, on a picture whose width is no multiple of that.
#[test]
fn blocks_show_wherever_they_begin_and_a_cut_out_hides_none() {
    let (width, height) = (125_usize, 40);
    let size = Size::new(width as u32, height).unwrap();
    let mut stream = Seed::new(4).stream(Stage::Probe, 0);
    let grain: Vec<u8> = (0..size.pixels())
        .map(|_| (stream.unit_f32() * 9.0) as u8)
        .collect();
    // From `hidden` on nothing is seen, and other blocks lie below.
    let read = |step: u8, first: usize, hidden: usize| {
        let codes = (0..size.pixels()).flat_map(|i| {
            let x = i % width;
            let seen = x < hidden;
            let first = if seen { first } else { first + 4 };
            let step = if seen { step } else { 40 };
            let odd = (x + 16 - first) / 8 % 2;
            let code = 120 + grain[i] + step * odd as u8;
            [code, code, code, if seen { 255 } else { 0 }]
        });
        let photo = Photo::from_rgba8(size, codes.collect()).unwrap();
        f64::from(Camera::read(&photo).blockiness)
    };
    for first in [0, 3, 7] {
        let [none, faint, plain] = [0, 4, 12].map(|step| read(step, first, width));
        assert!((1.0..1.1).contains(&none), "{none}");
        assert!(faint > 1.1 && plain > 2.0, "{faint} and {plain}");
        let cut_out = read(0, first, 93);
        assert!((1.0..1.1).contains(&cut_out), "{cut_out}");
    }
}
