//! Pictures that change on purpose or not at all.
//!
//! `BLESS=1 cargo test --test goldens` rewrites them; a failure leaves expected | difference | actual
//! in the system's folder for temporary files.
#![cfg(feature = "image")]

use std::path::{Path, PathBuf};

use image::{GenericImage, Rgb, RgbImage};
use stubblefield::{HairColor, Look, Mask, Photo, Samples, Scale, Seed, Size, When};

/// Least difference that fails. The pictures are the same on 64-bit Linux, x86 or Arm; elsewhere `exp` and `log` of single dots
/// may differ in their last bit.
const FAILS_FROM: u8 = if cfg!(all(target_os = "linux", target_pointer_width = "64")) {
    1
} else {
    2
};

/// A small patch of skin in side light with a pore-like grain, and a highlight.
fn skin(base: [f32; 3]) -> Photo {
    let size = Size::new(128, 96).unwrap();
    let codes = (0..size.pixels()).flat_map(|i| {
        let (x, y) = ((i % 128) as f32, (i / 128) as f32);
        let light = 0.82 + 0.18 * x / 128.0 + 0.01 * ((i * 7919 % 31) as f32 / 31.0 - 0.5);
        let away = ((x - 100.0) / 14.0).powi(2) + ((y - 24.0) / 9.0).powi(2);
        let glint = (1.0 - away).max(0.0);
        base.map(|c| (c * light + (255.0 - c * light) * glint) as u8)
    });
    Photo::from_rgb8(size, codes.collect()).unwrap()
}

fn after(base: [f32; 3], hair: &str, when: &str, px_per_mm: f32) -> RgbImage {
    let photo = skin(base);
    let mask = Mask::from_fn(photo.size(), |p| {
        f32::from(u8::from(p.y + 0.15 * p.x > 38.0))
    })
    .unwrap();
    let plan = Look::stubble()
        .with_hair(hair.parse::<HairColor>().unwrap())
        .plan(
            &photo,
            &mask,
            Scale::px_per_mm(px_per_mm).unwrap(),
            Seed::new(7),
        )
        .unwrap();
    let after = plan.render(&photo, when.parse::<When>().unwrap()).unwrap();
    picture(&after)
}

fn picture(photo: &Photo) -> RgbImage {
    let Samples::Rgb8(codes) = photo.pixels() else {
        panic!("8 bits are kept")
    };
    RgbImage::from_raw(128, 96, codes.to_vec()).unwrap()
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/goldens")
        .join(name)
        .with_extension("png")
}

fn check(name: &str, actual: &RgbImage) {
    let path = golden(name);
    if std::env::var_os("BLESS").is_some() {
        actual.save(&path).unwrap();
    }
    let expected = image::open(&path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        .to_rgb8();
    assert_eq!(expected.dimensions(), actual.dimensions(), "{name}");
    let apart = |a: &Rgb<u8>, b: &Rgb<u8>| (0..3).map(|c| a[c].abs_diff(b[c])).max().unwrap();
    let worst = expected
        .pixels()
        .zip(actual.pixels())
        .map(|(a, b)| apart(a, b))
        .max()
        .unwrap();
    if worst < FAILS_FROM {
        return;
    }
    let (width, height) = actual.dimensions();
    let mut sheet = RgbImage::new(3 * width, height);
    let difference = RgbImage::from_fn(width, height, |x, y| {
        let d = apart(expected.get_pixel(x, y), actual.get_pixel(x, y));
        Rgb([d.saturating_mul(32); 3])
    });
    for (picture, left) in [(&expected, 0), (&difference, width), (actual, 2 * width)] {
        sheet.copy_from(picture, left, 0).unwrap();
    }
    let left = std::env::temp_dir().join(format!("{name}-difference.png"));
    sheet.save(&left).unwrap();
    panic!(
        "{name} differs by up to {worst} codes: see {}",
        left.display()
    );
}

#[test]
fn fair_skin_healed() {
    check(
        "fair-healed",
        &after([216.0, 168.0, 143.0], "brown", "healed", 8.0),
    );
}

#[test]
fn fair_skin_fresh() {
    check(
        "fair-fresh",
        &after([216.0, 168.0, 143.0], "brown", "fresh", 8.0),
    );
}

#[test]
fn dark_skin_after_three_years() {
    check("dark-3y", &after([98.0, 70.0, 57.0], "black", "3y", 8.0));
}

#[test]
fn dots_below_a_pixel() {
    check(
        "fair-far",
        &after([216.0, 168.0, 143.0], "black", "healed", 2.5),
    );
}

/// Recipes of every version are kept: this version's gives its picture, others are refused by their version.
#[test]
#[cfg(feature = "serde")]
fn kept_recipes_give_their_picture_or_say_what_they_need() {
    use stubblefield::Recipe;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes");
    let mut own = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let page = std::fs::read_to_string(&path).unwrap();
        let read: Result<Recipe, _> = serde_json::from_str(&page);
        if name != format!("version-{}", Recipe::VERSION) {
            let refused = read.unwrap_err().to_string();
            assert!(
                refused.starts_with("recipe version is"),
                "{name}: {refused}"
            );
            continue;
        }
        own += 1;
        let photo = skin([216.0, 168.0, 143.0]);
        let plan = read.unwrap().plan(&photo).unwrap();
        let after = plan.render(&photo, When::years(4.0).unwrap()).unwrap();
        check(&format!("recipe-{name}"), &picture(&after));
    }
    assert_eq!(own, 1, "no recipe of this version is kept");
}
