//! Pixels go into files and come back: which formats lose what, and nothing else.
#![cfg(feature = "image")]

mod photo_support;

use std::fs;

use image::ExtendedColorType;
use photo_support::{encode, full_exif, listing, native, ramp8, ramp16, rgb8};
use stubblefield::{ColorSpace, FileFormat, Loss, Mask, Photo, Samples, Size, Transfer};

const SIZES: [(u32, u32); 4] = [(1, 1), (1, 9), (17, 1), (23, 14)];

/// Saves, checks that the folder holds that one file, and opens it again.
fn round_trip(photo: &Photo, name: &str) -> (Photo, Vec<Loss>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    let saved = photo.save(&file).unwrap();
    assert_eq!(listing(folder.path()), [name]);
    assert_eq!(
        photo.to_bytes(saved.format).unwrap(),
        fs::read(&file).unwrap()
    );
    let again = Photo::open(&file).unwrap();
    assert_eq!(again.format(), Some(saved.format));
    assert_eq!(again.size(), photo.size());
    assert_eq!(saved.losses, photo.losses(saved.format));
    (again, saved.losses)
}

#[test]
fn png_tiff_and_webp_keep_8_bits_and_alpha_exactly() {
    for (width, height) in SIZES {
        let size = Size::new(width, height).unwrap();
        let rgb = Photo::from_rgb8(size, ramp8(width, height, 3)).unwrap();
        let rgba = Photo::from_rgba8(size, ramp8(width, height, 4)).unwrap();
        for name in ["a.png", "a.tif", "a.tiff", "a.webp", "a.PNG"] {
            for photo in [&rgb, &rgba] {
                let (again, losses) = round_trip(photo, name);
                assert_eq!(again.pixels(), photo.pixels(), "{name} {width}x{height}");
                assert_eq!(losses, []);
            }
        }
    }
}

#[test]
fn png_and_tiff_keep_16_bits_exactly() {
    for (width, height) in SIZES {
        let size = Size::new(width, height).unwrap();
        let rgb = Photo::from_rgb16(size, ramp16(width, height, 3)).unwrap();
        let rgba = Photo::from_rgba16(size, ramp16(width, height, 4)).unwrap();
        for name in ["a.png", "a.tif"] {
            for photo in [&rgb, &rgba] {
                let (again, losses) = round_trip(photo, name);
                assert_eq!(again.pixels(), photo.pixels(), "{name} {width}x{height}");
                assert_eq!(losses, []);
            }
        }
    }
}

#[test]
fn sixteen_bits_become_the_nearest_eight_where_a_format_has_no_more() {
    let size = Size::new(2, 1).unwrap();
    let codes = vec![0, 128, 129, 257 * 50, 65_535, 65_407];
    let photo = Photo::from_rgb16(size, codes).unwrap();
    let (again, losses) = round_trip(&photo, "a.webp");
    assert_eq!(again.pixels(), Samples::Rgb8(&[0, 0, 1, 50, 255, 255]));
    assert_eq!(losses, [Loss::Depth]);
}

#[test]
fn jpeg_stays_within_a_few_codes_and_keeps_the_color_of_single_pixels() {
    let (width, height) = (40, 32);
    let size = Size::new(width, height).unwrap();
    let photo = Photo::from_rgba8(size, ramp8(width, height, 4)).unwrap();
    let (again, losses) = round_trip(&photo, "a.jpeg");
    assert_eq!(losses, [Loss::Compression, Loss::Alpha]);
    let Samples::Rgb8(codes) = again.pixels() else {
        panic!("a JPEG has three channels")
    };
    for (got, want) in codes.iter().zip(ramp8(width, height, 3)) {
        assert!(got.abs_diff(want) <= 6, "{got} for {want}");
    }

    // Columns of red and green, one pixel wide: any chroma subsampling would turn them olive.
    let stripes: Vec<u8> = (0..16 * 16)
        .flat_map(|i| {
            if i % 2 == 0 {
                [200, 60, 60]
            } else {
                [60, 200, 60]
            }
        })
        .collect();
    let photo = Photo::from_rgb8(Size::new(16, 16).unwrap(), stripes).unwrap();
    let (again, _) = round_trip(&photo, "a.jpg");
    let Samples::Rgb8(codes) = again.pixels() else {
        unreachable!()
    };
    for (i, pixel) in codes.chunks_exact(3).enumerate() {
        let (more, less) = (pixel[i % 2], pixel[1 - i % 2]);
        assert!(more > 170 && less < 90, "{pixel:?} at {i}");
    }
}

#[test]
fn jpeg_is_written_without_subsampling() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg");
    let photo = Photo::from_rgb8(Size::new(8, 8).unwrap(), ramp8(8, 8, 3)).unwrap();
    photo.save(&file).unwrap();
    let bytes = fs::read(&file).unwrap();
    let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    let factors: Vec<u8> = (0..3).map(|c| bytes[frame + 11 + 3 * c]).collect();
    assert_eq!(factors, [0x11; 3]);
}

#[test]
fn linear_light_stays_exact_in_tiff_and_is_encoded_elsewhere() {
    let size = Size::new(2, 1).unwrap();
    let light = vec![0.0, 0.214_041_14, 1.0, 0.5, 1.5, -0.25];
    let photo = Photo::from_rgb_f32(size, light.clone()).unwrap();
    assert_eq!(*photo.transfer(), Transfer::Linear);
    let (again, losses) = round_trip(&photo, "a.tif");
    assert_eq!(again.pixels(), Samples::RgbF32(&light));
    assert_eq!(losses, []);

    let (again, losses) = round_trip(&photo, "a.png");
    let half = 32_768; // encoded 0.5
    assert_eq!(
        again.pixels(),
        Samples::Rgb16(&[0, half, 65_535, 48_192, 65_535, 0])
    );
    assert_eq!(losses, [Loss::Depth]);
    let (again, _) = round_trip(&photo, "a.webp");
    assert_eq!(again.pixels(), Samples::Rgb8(&[0, 128, 255, 188, 255, 0]));
}

#[test]
fn grey_becomes_color_and_keeps_its_alpha() {
    let bytes = encode(
        "png",
        (2, 1),
        ExtendedColorType::L8,
        &[7, 250],
        (None, None),
    );
    let photo = Photo::from_bytes(&bytes).unwrap();
    assert_eq!(photo.pixels(), Samples::Rgb8(&[7, 7, 7, 250, 250, 250]));

    let bytes = encode(
        "png",
        (1, 1),
        ExtendedColorType::La8,
        &[9, 100],
        (None, None),
    );
    let photo = Photo::from_bytes(&bytes).unwrap();
    assert_eq!(photo.pixels(), Samples::Rgba8(&[9, 9, 9, 100]));

    let codes = native(&[300, 40_000]);
    let bytes = encode("png", (1, 1), ExtendedColorType::La16, &codes, (None, None));
    let photo = Photo::from_bytes(&bytes).unwrap();
    assert_eq!(photo.pixels(), Samples::Rgba16(&[300, 300, 300, 40_000]));

    let bytes = encode(
        "jpg",
        (3, 2),
        ExtendedColorType::L8,
        &[128; 6],
        (None, None),
    );
    let photo = Photo::from_bytes(&bytes).unwrap();
    assert_eq!(photo.pixels(), Samples::Rgb8(&[128; 18]));
}

/// Where the stored pixel at a column and row lands when the picture is turned upright, by the
/// definition of the tag (the side on which row 0 and column 0 are seen).
fn upright(orientation: u16, (x, y): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let (right, down) = (width - 1 - x, height - 1 - y);
    match orientation {
        1 => (x, y),
        2 => (right, y),
        3 => (right, down),
        4 => (x, down),
        5 => (y, x),
        6 => (down, x),
        7 => (down, right),
        8 => (y, right),
        _ => unreachable!(),
    }
}

#[test]
fn each_orientation_gives_the_same_upright_picture_and_is_applied_once() {
    let (width, height) = (5_u32, 3_u32);
    let want = ramp8(width, height, 3);
    for orientation in 1..=8 {
        let turned = orientation >= 5;
        let stored = if turned {
            (height, width)
        } else {
            (width, height)
        };
        let mut codes = vec![0; want.len()];
        for y in 0..stored.1 {
            for x in 0..stored.0 {
                let (to_x, to_y) = upright(orientation, (x, y), stored);
                let from = 3 * (to_y * width + to_x) as usize;
                let to = 3 * (y * stored.0 + x) as usize;
                codes[to..to + 3].copy_from_slice(&want[from..from + 3]);
            }
        }
        let exif = full_exif(orientation);
        for extension in ["png", "webp"] {
            let color = ExtendedColorType::Rgb8;
            let bytes = encode(extension, stored, color, &codes, (None, Some(&exif)));
            let photo = Photo::from_bytes(&bytes).unwrap();
            assert_eq!(photo.size(), Size::new(width, height).unwrap());
            assert_eq!(
                photo.pixels(),
                Samples::Rgb8(&want),
                "{extension} {orientation}"
            );
            for name in ["a.png", "a.webp", "a.tif"] {
                let (again, _) = round_trip(&photo, name);
                assert_eq!(again.pixels(), photo.pixels(), "{name} {orientation}");
            }
            let (again, _) = round_trip(&photo, "a.jpg");
            assert_eq!(again.size(), photo.size());
            let mask = Mask::from_bytes(&bytes).unwrap();
            assert_eq!(mask.size(), photo.size());
        }
    }
}

#[test]
fn white_paint_treats_and_transparent_paint_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let open = |color, bytes: &[u8]| {
        let file = folder.path().join("mask.png");
        let width = bytes.len() as u32 * 8 / u32::from(color_bits(color));
        fs::write(&file, encode("png", (width, 1), color, bytes, (None, None))).unwrap();
        Mask::open(&file).unwrap().coverage().values().to_vec()
    };
    let gray = open(ExtendedColorType::L8, &[0, 51, 255]);
    assert_eq!(gray, [0.0, 0.2, 1.0]);
    let faded = open(ExtendedColorType::La8, &[255, 51, 255, 0, 0, 255]);
    assert_eq!(faded, [0.2, 0.0, 0.0]);
    let colored = open(
        ExtendedColorType::Rgb8,
        &[255, 0, 0, 0, 255, 0, 255, 255, 255],
    );
    assert_eq!(colored, [0.2126, 0.7152, 1.0]);
    let fine = open(ExtendedColorType::L16, &native(&[0, 13_107, 65_535]));
    assert_eq!(fine, [0.0, 0.2, 1.0]);
    for code in 0..=255 {
        let file = open(ExtendedColorType::L8, &[code]);
        assert!((file[0] - f32::from(code) / 255.0).abs() < 1e-7);
    }
}

const fn color_bits(color: ExtendedColorType) -> u16 {
    match color {
        ExtendedColorType::L8 => 8,
        ExtendedColorType::La8 | ExtendedColorType::L16 => 16,
        _ => 24,
    }
}

#[test]
fn every_code_decodes_to_its_light_within_the_stated_error() {
    let srgb = |code: f64| {
        if code <= 0.040_45 {
            code / 12.92
        } else {
            ((code + 0.055) / 1.055).powf(2.4)
        }
    };
    let size = Size::new(256, 1).unwrap();
    let photo = Photo::from_rgb8(size, (0..=255).flat_map(|c| [c; 3]).collect()).unwrap();
    let mut row = [[0.0; 3]; 256];
    photo.linear_srgb_row(0, &mut row);
    for (code, light) in row.iter().enumerate() {
        let exact = srgb(code as f64 / 255.0);
        assert!((f64::from(light[0]) - exact).abs() <= 6e-8 * exact);
        assert_eq!(*light, photo.linear_srgb_at(code as u32, 0));
    }
    assert_eq!(photo.linear_srgb_at(u32::MAX, u32::MAX), [1.0; 3]);

    let codes: Vec<u16> = (0..=u16::MAX).flat_map(|c| [c; 3]).collect();
    let photo = Photo::from_rgb16(Size::new(65_536, 1).unwrap(), codes).unwrap();
    for code in (0..65_536).step_by(97) {
        let exact = srgb(f64::from(code) / 65_535.0);
        assert!((f64::from(photo.linear_srgb_at(code, 0)[1]) - exact).abs() <= 6e-8 * exact);
    }
}

#[test]
fn a_space_given_by_the_host_is_written_and_read_back() {
    let size = Size::new(1, 1).unwrap();
    for (space, name) in [
        (ColorSpace::display_p3(), "a.png"),
        (ColorSpace::display_p3(), "a.jpg"),
        (
            ColorSpace::new(
                Transfer::Gamma(1.8),
                ColorSpace::display_p3().to_linear_srgb(),
            )
            .unwrap(),
            "a.webp",
        ),
        (ColorSpace::linear_srgb_primaries(), "a.tif"),
    ] {
        let photo = Photo::from_rgb8(size, vec![200, 120, 90]).unwrap();
        let photo = photo.with_color_space(space.clone());
        assert!(photo.icc_profile().is_none());
        let (again, _) = round_trip(&photo, name);
        assert_eq!(again.notes(), []);
        match (again.transfer(), space.transfer()) {
            (Transfer::Gamma(got), Transfer::Gamma(want)) => assert!((got - want).abs() < 1e-3),
            (got, want) => assert_eq!(got, want),
        }
        let (got, want) = (again.color_space().to_linear_srgb(), space.to_linear_srgb());
        for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
            assert!((got - want).abs() < 1e-3, "{name}: {got} for {want}");
        }
    }
    assert!(ColorSpace::new(Transfer::Gamma(f32::NAN), [[0.0; 3]; 3]).is_err());
    assert!(ColorSpace::new(Transfer::Srgb, [[f32::NAN; 3]; 3]).is_err());
}

#[cfg(unix)]
#[test]
fn a_saved_file_can_be_read_by_others_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, b"x").unwrap();
    let file = folder.path().join("a.png");
    let photo = Photo::from_bytes(&rgb8("png", 2, 2)).unwrap();
    photo.save(&file).unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&file), mode(&plain));
}

#[test]
fn saving_twice_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let photo = Photo::from_bytes(&rgb8("jpg", 33, 21)).unwrap();
    for format in [
        FileFormat::Png,
        FileFormat::Jpeg,
        FileFormat::Tiff,
        FileFormat::WebP,
    ] {
        let files = ["a", "b"].map(|stem| {
            let file = folder.path().join(format!("{stem}.{}", format.extension()));
            photo.save(&file).unwrap();
            fs::read(&file).unwrap()
        });
        assert_eq!(files[0], files[1]);
    }
}
