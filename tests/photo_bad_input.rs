//! What must be refused, and in what words.
#![cfg(feature = "image")]

mod photo_support;

use std::fs;
use std::path::Path;

use photo_support::{encode, listing, ramp8, rgb8};
use stubblefield::{Error, FileProblem, Look, Mask, Photo, SamplesMut, Scale, Seed, Size, When};

/// The problem, after the rules that hold for every refusal.
fn problem(refused: Error, parameter: &str, file: &Path) -> FileProblem {
    let words = refused.to_string();
    assert_eq!(words.lines().count(), 1, "{words}");
    assert!(
        words.starts_with(&format!("{parameter} is {}", file.display())),
        "{words}"
    );
    assert!(words.contains(", allowed: "), "{words}");
    match refused {
        Error::File { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}

fn open_both(file: &Path) -> FileProblem {
    let photo = problem(Photo::open(file).unwrap_err(), "photo", file);
    let mask = problem(Mask::open(file).unwrap_err(), "mask", file);
    assert_eq!(photo, mask);
    photo
}

#[test]
fn missing_folder_and_empty_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("none.png");
    assert_eq!(open_both(&file), FileProblem::Missing);
    assert_eq!(open_both(&file.join("deeper.png")), FileProblem::Missing);
    assert_eq!(open_both(folder.path()), FileProblem::IsDirectory);
    for name in ["empty.png", "empty.jpg"] {
        let file = folder.path().join(name);
        fs::write(&file, b"").unwrap();
        assert_eq!(open_both(&file), FileProblem::Empty);
    }
}

#[test]
fn the_content_counts_and_not_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.png");
    fs::write(&text, "this is no picture\n").unwrap();
    assert_eq!(open_both(&text), FileProblem::UnknownFormat);
    let misnamed = folder.path().join("picture.txt");
    fs::write(&misnamed, rgb8("jpg", 9, 7)).unwrap();
    let photo = Photo::open(&misnamed).unwrap();
    assert_eq!(photo.format(), Some(stubblefield::FileFormat::Jpeg));
}

#[test]
fn a_file_cut_off_anywhere_is_damaged() {
    for extension in ["png", "jpg", "tif", "webp"] {
        let whole = rgb8(extension, 37, 29);
        Photo::from_bytes(&whole).unwrap();
        for length in 12..whole.len() {
            let refused = Photo::from_bytes(&whole[..length]);
            let Err(Error::File { problem, .. }) = refused else {
                panic!(
                    "{extension} of {length} out of {} bytes was read",
                    whole.len()
                );
            };
            assert!(
                matches!(problem, FileProblem::Damaged(_)),
                "{extension} {length}: {problem:?}"
            );
        }
    }
}

#[test]
fn a_truncated_file_names_itself() {
    let folder = tempfile::tempdir().unwrap();
    for extension in ["png", "jpg", "tif", "webp"] {
        let file = folder.path().join(format!("cut.{extension}"));
        let whole = rgb8(extension, 64, 64);
        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert!(matches!(open_both(&file), FileProblem::Damaged(_)));
    }
}

/// CRC-32 of PNG, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

/// A PNG whose header claims another size.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = rgb8("png", 8, 8);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A JPEG whose frame header claims another size.
fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = rgb8("jpg", 8, 8);
    let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn a_header_that_claims_too_much_is_refused_before_anything_is_allocated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("huge.png");
    for (width, height) in [
        (100_000, 100_000),
        (u32::MAX >> 1, 1),
        (16_385, 16_384),
        (262_145, 1),
        (8, 262_145),
    ] {
        fs::write(&file, png_claiming(width, height)).unwrap();
        assert_eq!(open_both(&file), FileProblem::TooManyPixels(width, height));
    }
    fs::write(&file, jpeg_claiming(65_535, 65_535)).unwrap();
    assert_eq!(open_both(&file), FileProblem::TooManyPixels(65_535, 65_535));
}

#[test]
fn a_header_that_lies_within_the_limit_is_refused_too() {
    for bytes in [
        png_claiming(16_384, 16_384),
        png_claiming(0, 8),
        png_claiming(8, 9),
        jpeg_claiming(16_384, 16_384),
        jpeg_claiming(0, 8),
    ] {
        let refused = Photo::from_bytes(&bytes).unwrap_err();
        let Error::File { problem, .. } = &refused else {
            panic!("{refused:?}")
        };
        assert!(matches!(problem, FileProblem::Damaged(_)), "{refused}");
    }
}

#[test]
fn a_sound_file_of_a_kind_that_is_not_read_is_not_called_damaged() {
    let mut deep = rgb8("jpg", 8, 8);
    let frame = deep.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    deep[frame + 4] = 12;
    // In CIELAB: the tag of what the samples mean, one short number, 2 for RGB.
    let mut lab = rgb8("tif", 8, 8);
    let rgb = [6, 1, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0];
    let tag = lab.windows(12).position(|w| w == rgb).unwrap();
    lab[tag + 8] = 8;
    for (bytes, named) in [(deep, "12 bits"), (lab, "Lab")] {
        let refused = Photo::from_bytes(&bytes).unwrap_err();
        let words = refused.to_string();
        let Error::File { problem, .. } = refused else {
            panic!("{words}")
        };
        assert!(matches!(problem, FileProblem::NotSupported(_)), "{words}");
        assert!(words.contains(named), "{words}");
    }
}

#[test]
fn buffers_of_the_wrong_length_and_light_that_is_no_number_are_refused() {
    let size = Size::new(2, 2).unwrap();
    let refused = Photo::from_rgb8(size, vec![0; 11]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "pixels has 11 elements, allowed: exactly 12"
    );
    assert!(Photo::from_rgba16(size, vec![0; 15]).is_err());
    let mut light = vec![0.5; 12];
    light[7] = f32::NAN;
    let refused = Photo::from_rgb_f32(size, light).unwrap_err();
    assert_eq!(refused.to_string(), "pixels is NaN, allowed: finite values");
}

#[test]
fn light_that_is_made_no_number_in_place_panics_nowhere() {
    let size = Size::new(60, 40).unwrap();
    let scale = Scale::px_per_mm(4.0).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let light = [0.5, 0.32, 0.22].repeat(size.pixels());
        let mut photo = Photo::from_rgb_f32(size, light).unwrap();
        if let SamplesMut::RgbF32(light) = photo.pixels_mut() {
            light[30 * 60..30 * 60 + 500].fill(bad);
        }
        let plan = Look::stubble().plan(&photo, &Mask::full(size), scale, Seed::new(1));
        if let Ok(plan) = plan {
            let after = plan.render(&photo, When::healed()).unwrap();
            assert_eq!(after.size(), size);
            let _ = plan.report(&photo, When::healed());
        }
    }
}

#[test]
fn a_refused_save_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let photo = Photo::from_rgb8(Size::new(3, 2).unwrap(), ramp8(3, 2, 3)).unwrap();
    let at = |name: &str| folder.path().join(name);

    for name in ["after.bmp", "after", "after.", ".png"] {
        let words = photo.save(at(name)).unwrap_err().to_string();
        assert!(words.starts_with("extension is "), "{words}");
        assert!(
            words.ends_with("allowed: png, jpg, jpeg, tif, tiff, webp"),
            "{words}"
        );
    }
    fs::create_dir(at("folder.png")).unwrap();
    let refused = photo.save(at("folder.png")).unwrap_err();
    let file = at("folder.png");
    assert_eq!(problem(refused, "path", &file), FileProblem::IsDirectory);

    let refused = photo.save(at("none/after.png")).unwrap_err();
    assert_eq!(problem(refused, "path", &at("none")), FileProblem::Missing);

    fs::write(at("file"), b"x").unwrap();
    let refused = photo.save(at("file/after.png")).unwrap_err();
    assert_eq!(
        problem(refused, "path", &at("file")),
        FileProblem::NotADirectory
    );

    assert_eq!(listing(folder.path()), ["file", "folder.png"]);
}

#[test]
fn a_side_a_format_cannot_have_is_refused_before_a_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let long = Photo::from_rgb8(Size::new(65_536, 1).unwrap(), vec![7; 65_536 * 3]).unwrap();
    for (name, words) in [
        (
            "a.jpg",
            "width is 65536, allowed: 1..=65535 px in a JPEG file",
        ),
        (
            "a.webp",
            "width is 65536, allowed: 1..=16384 px in a WebP file",
        ),
    ] {
        let refused = long.save(folder.path().join(name)).unwrap_err();
        assert_eq!(refused.to_string(), words);
    }
    assert!(listing(folder.path()).is_empty());
    long.save(folder.path().join("a.png")).unwrap();
}

#[test]
fn the_photo_it_came_from_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("before.png");
    let bytes = rgb8("png", 5, 4);
    fs::write(&input, &bytes).unwrap();
    let photo = Photo::open(&input).unwrap();
    assert_eq!(
        photo.source_path(),
        Some(fs::canonicalize(&input).unwrap().as_path())
    );
    let mut names = vec![input.clone(), folder.path().join("./before.png")];
    fs::create_dir(folder.path().join("sub")).unwrap();
    names.push(folder.path().join("sub/../before.png"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.png");
        std::os::unix::fs::symlink(&input, &link).unwrap();
        let hard = folder.path().join("hard.png");
        fs::hard_link(&input, &hard).unwrap();
        names.extend([link, hard]);
    }
    for name in names {
        // A copy remembers where its pixels came from as well.
        let refused = photo.clone().save(&name).unwrap_err();
        assert_eq!(
            problem(refused, "path", &name),
            FileProblem::WouldOverwriteInput
        );
        assert_eq!(fs::read(&input).unwrap(), bytes);
    }
    photo.save(folder.path().join("after.png")).unwrap();
    photo.save(folder.path().join("after.png")).unwrap();
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_named_or_root_writes_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let photo = Photo::from_rgb8(Size::new(1, 1).unwrap(), vec![1, 2, 3]).unwrap();
    let file = locked.join("after.png");
    // The superuser may write anywhere.
    if let Err(refused) = photo.save(&file) {
        assert!(matches!(
            problem(refused, "path", &file),
            FileProblem::Denied(_)
        ));
        assert!(listing(&locked).is_empty());
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_png_whose_picture_data_is_altered_is_damaged() {
    let codes = ramp8(20, 20, 3);
    let color = image::ExtendedColorType::Rgb8;
    let mut bytes = encode("png", (20, 20), color, &codes, (None, None));
    let data = bytes.windows(4).position(|w| w == b"IDAT").unwrap();
    bytes[data + 30] ^= 0x55;
    assert!(Photo::from_bytes(&bytes).is_err());
}
