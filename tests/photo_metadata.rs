//! What travels with a photo: its colour profile and its exposure; what does not: place and person.
#![cfg(feature = "image")]

mod photo_support;

use std::fs;
use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::ExtendedColorType;
use moxcms::{ColorProfile, ToneReprCurve};
use photo_support::{contains, encode, exif_text, full_exif, ramp8, rgb8};
use stubblefield::{
    ColorSpace, FileFormat, Loss, Note, Photo, Scale, ScaleEstimate, ScaleSource, Size, Transfer,
};

fn with_profile(extension: &str, profile: &[u8]) -> Photo {
    let color = ExtendedColorType::Rgb8;
    let codes = ramp8(6, 4, 3);
    let bytes = encode(extension, (6, 4), color, &codes, (Some(profile), None));
    Photo::from_bytes(&bytes).unwrap()
}

fn read(profile: &ColorProfile) -> Photo {
    with_profile("png", &profile.encode().unwrap())
}

#[test]
fn a_profile_survives_every_pair_of_formats() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for from in ["png", "jpg", "tif", "webp"] {
        let photo = with_profile(from, &profile);
        assert_eq!(photo.icc_profile(), Some(profile.as_slice()), "{from}");
        for to in ["png", "jpg", "tif", "webp"] {
            let file = folder.path().join(format!("{from}.{to}"));
            photo.save(&file).unwrap();
            let again = Photo::open(&file).unwrap();
            assert_eq!(again.icc_profile(), Some(profile.as_slice()), "{from} {to}");
            assert_eq!(again.color_space(), photo.color_space());
        }
    }
}

#[test]
fn known_profiles_are_known_by_their_curve() {
    let p3 = read(&ColorProfile::new_display_p3());
    assert_eq!(*p3.transfer(), Transfer::Srgb);
    let (got, want) = (
        p3.color_space().to_linear_srgb(),
        ColorSpace::display_p3().to_linear_srgb(),
    );
    for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
        assert!((got - want).abs() < 5e-4, "{got} for {want}");
    }
    assert_eq!(
        *read(&ColorProfile::new_srgb()).color_space(),
        ColorSpace::srgb()
    );
    let Transfer::Gamma(gamma) = *read(&ColorProfile::new_adobe_rgb()).transfer() else {
        panic!("Adobe RGB is a power")
    };
    assert!((gamma - 2.199_218_8).abs() < 1e-3);
    let linear = read(&ColorProfile::new_aces_cg_linear());
    assert_eq!(*linear.transfer(), Transfer::Linear);
    for photo in [&p3, &linear] {
        assert_eq!(photo.notes(), []);
    }
}

#[test]
fn light_is_read_through_the_primaries_of_the_profile() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let red = Photo::from_rgb16(Size::new(1, 1).unwrap(), vec![65_535, 0, 0]).unwrap();
    let light = red.with_icc_profile(&profile).linear_srgb_at(0, 0);
    // SMPTE EG 432-1 red in the primaries of sRGB.
    for (got, want) in light.iter().zip([1.2249, -0.0421, -0.0197]) {
        assert!((got - want).abs() < 1e-3, "{light:?}");
    }
}

#[test]
fn linear_light_keeps_its_primaries_and_drops_a_curve() {
    let folder = tempfile::tempdir().unwrap();
    let light = || Photo::from_rgb_f32(Size::new(1, 1).unwrap(), vec![0.5, 0.25, 0.125]).unwrap();

    let mut linear = ColorProfile::new_display_p3();
    linear.cicp = None;
    for curve in [
        &mut linear.red_trc,
        &mut linear.green_trc,
        &mut linear.blue_trc,
    ] {
        *curve = Some(ToneReprCurve::Lut(Vec::new()));
    }
    let linear = linear.encode().unwrap();
    let photo = light().with_icc_profile(&linear);
    assert_eq!(photo.notes(), []);
    let as_read = photo.linear_srgb_at(0, 0);
    for name in ["a.tif", "a.png"] {
        photo.save(folder.path().join(name)).unwrap();
        let again = Photo::open(folder.path().join(name)).unwrap();
        for (got, want) in again.linear_srgb_at(0, 0).iter().zip(as_read) {
            assert!((got - want).abs() < 2e-4, "{name}: {got} for {want}");
        }
        let kept = again.icc_profile() == Some(linear.as_slice());
        assert_eq!(
            kept,
            name == "a.tif",
            "in a PNG the codes are no longer linear"
        );
    }

    let bent = ColorProfile::new_display_p3().encode().unwrap();
    let photo = light().with_icc_profile(&bent);
    assert_eq!(photo.notes(), [Note::FloatTakenAsLinear]);
    assert!(photo.icc_profile().is_none());
    assert_eq!(*photo.transfer(), Transfer::Linear);
}

#[test]
fn a_curve_in_a_table_is_known_or_kept_as_a_table() {
    let table = |f: &dyn Fn(f64) -> f64| {
        let entry = |i: i32| (f(f64::from(i) / 1023.0) * 65_535.0 + 0.5) as u16;
        ToneReprCurve::Lut((0..1024).map(entry).collect())
    };
    let with = |curves: [ToneReprCurve; 3]| {
        let mut profile = ColorProfile::new_srgb();
        profile.cicp = None;
        let [red, green, blue] = curves;
        profile.red_trc = Some(red);
        profile.green_trc = Some(green);
        profile.blue_trc = Some(blue);
        read(&profile)
    };
    let srgb = table(&|x| {
        if x <= 0.040_45 {
            x / 12.92
        } else {
            ((x + 0.055) / 1.055).powf(2.4)
        }
    });
    let photo = with([srgb.clone(), srgb.clone(), srgb.clone()]);
    assert_eq!(*photo.transfer(), Transfer::Srgb);

    let smooth = table(&|x| x * x * (3.0 - 2.0 * x));
    let photo = with([smooth.clone(), smooth.clone(), smooth.clone()]);
    let Transfer::Table(curve) = photo.transfer() else {
        panic!("{:?}", photo.transfer())
    };
    assert!((curve.decode(0.25) - 0.156_25).abs() < 1e-4);
    assert_eq!(photo.notes(), []);

    let photo = with([smooth, srgb.clone(), srgb.clone()]);
    assert_eq!(*photo.transfer(), Transfer::Srgb);
    assert_eq!(photo.notes(), [Note::ProfileCurvesDiffer]);

    let falling = table(&|x| 1.0 - x);
    let photo = with([srgb.clone(), falling, srgb]);
    assert_eq!(*photo.transfer(), Transfer::Srgb);
    assert!(photo.notes().contains(&Note::ProfileHasTables));
}

#[test]
fn a_profile_for_another_space_is_dropped_and_a_broken_one_is_kept() {
    let gray = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    let photo = with_profile("png", &gray);
    assert!(photo.icc_profile().is_none());
    assert_eq!(photo.notes(), [Note::ProfileNotRgb]);
    assert_eq!(*photo.color_space(), ColorSpace::srgb());

    let mut broken = ColorProfile::new_display_p3().encode().unwrap();
    broken[128..132].copy_from_slice(&[0xff; 4]); // more tags than the profile is long
    let photo = with_profile("png", &broken);
    assert_eq!(photo.icc_profile(), Some(broken.as_slice()));
    assert_eq!(photo.notes(), [Note::ProfileUnreadable]);
    assert_eq!(*photo.color_space(), ColorSpace::srgb());

    let photo = Photo::from_bytes(&rgb8("png", 2, 2)).unwrap();
    let photo = photo.with_icc_profile(&vec![0; 9 << 20]);
    assert!(photo.icc_profile().is_none());
    assert_eq!(photo.notes(), [Note::ProfileTooLarge]);
}

#[test]
fn place_names_and_serial_numbers_are_gone_and_the_exposure_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let exif = full_exif(6);
    assert!(contains(&exif, b"SECRET"));
    let color = ExtendedColorType::Rgb8;
    let codes = ramp8(6, 4, 3);
    for from in ["png", "jpg", "webp"] {
        let bytes = encode(from, (6, 4), color, &codes, (None, Some(&exif)));
        assert!(contains(&bytes, b"SECRET-AREA"));
        let photo = Photo::from_bytes(&bytes).unwrap();
        assert_eq!(photo.notes(), []);
        for to in ["png", "jpg", "webp"] {
            let file = folder.path().join(format!("{from}.{to}"));
            photo.save(&file).unwrap();
            assert!(
                !contains(&fs::read(&file).unwrap(), b"SECRET"),
                "{from} {to}"
            );
            let again = Photo::open(&file).unwrap();
            let block = again.exif().unwrap();
            let has = |tag, words: &str| {
                assert_eq!(exif_text(block, tag).as_deref(), Some(words), "{from} {to}");
            };
            has(Tag::DateTimeOriginal, "2024-05-06 07:08:09");
            has(Tag::Model, "\"Model-7\"");
            has(Tag::LensModel, "\"50mm f/2\"");
            has(Tag::FocalLengthIn35mmFilm, "75");
            for tag in [
                Tag::GPSLatitude,
                Tag::GPSDateStamp,
                Tag::Orientation,
                Tag::BodySerialNumber,
                Tag::Artist,
                Tag::MakerNote,
            ] {
                assert_eq!(exif_text(block, tag), None, "{tag}");
            }
        }
        let file = folder.path().join(format!("{from}.tif"));
        let saved = photo.save(&file).unwrap();
        assert_eq!(saved.losses, [Loss::Exif]);
        assert!(!contains(&fs::read(&file).unwrap(), b"SECRET"));
    }
}

/// A JPEG of that size whose EXIF holds these fields.
fn with_exif((width, height): (u32, u32), fields: &[(Tag, Value)]) -> Photo {
    let fields: Vec<Field> = (fields.iter().cloned())
        .map(|(tag, value)| Field {
            tag,
            ifd_num: In::PRIMARY,
            value,
        })
        .collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    let codes = ramp8(width, height, 3);
    let exif = (None, Some(block.get_ref().as_slice()));
    let bytes = encode(
        "jpg",
        (width, height),
        ExtendedColorType::Rgb8,
        &codes,
        exif,
    );
    Photo::from_bytes(&bytes).unwrap()
}

#[test]
fn fields_of_any_length_but_long_ones_are_kept() {
    let text = |length: usize| Value::Ascii(vec![vec![b'x'; length]]);
    let kept = with_exif(
        (6, 4),
        &[(Tag::Model, text(256)), (Tag::Software, text(257))],
    );
    let block = kept.exif().unwrap();
    assert!(exif_text(block, Tag::Model).is_some());
    assert_eq!(exif_text(block, Tag::Software), None);
}

#[test]
fn focal_length_and_distance_give_the_scale_along_the_longer_side() {
    let focal = (Tag::FocalLengthIn35mmFilm, Value::Short(vec![72]));
    let at = |num: u32, denom: u32| {
        let value = Value::Rational(vec![Rational { num, denom }]);
        (Tag::SubjectDistance, value)
    };
    for size in [(400, 240), (240, 400)] {
        // 400 px show 36 mm · 2 m / 72 mm = 1 m.
        let photo = with_exif(size, &[focal.clone(), at(4, 2)]);
        let found = ScaleEstimate::from_exif(&photo).unwrap();
        assert!((found.scale.get() - 0.4).abs() < 1e-6, "{found:?}");
        assert_eq!(found.source, ScaleSource::Exif);
        // Of a stated scale it is some deviations off when it is wrong by half.
        let stated = ScaleEstimate::stated(Scale::px_per_mm(0.6).unwrap());
        let off = found.disagreement(&stated);
        assert!(
            (off - 1.5_f32.ln() / 0.15_f32.hypot(0.05)).abs() < 1e-4,
            "{off}"
        );
        assert!((off - stated.disagreement(&found)).abs() < 1e-4);
    }
    // Far away, at no distance, without a length: nothing is made up.
    for fields in [
        vec![focal.clone(), at(u32::MAX, 1)],
        vec![focal.clone(), at(0, 1)],
        vec![focal.clone(), at(1, 0)],
        vec![focal],
        vec![at(2, 1)],
    ] {
        assert_eq!(
            ScaleEstimate::from_exif(&with_exif((400, 240), &fields)),
            None
        );
    }
}

#[test]
fn a_tiff_file_gives_its_own_tags() {
    use image::ImageEncoder;
    use image::codecs::tiff::TiffEncoder;
    // An uncompressed TIFF of our own: header, pixels, then a directory with camera and orientation.
    let mut plain = Cursor::new(Vec::new());
    let codes = ramp8(3, 2, 3);
    TiffEncoder::new(&mut plain)
        .write_image(&codes, 3, 2, ExtendedColorType::Rgb8)
        .unwrap();
    let plain = plain.into_inner();
    let tagged = tiff_with_orientation(&codes, (3, 2), 6);
    let photo = Photo::from_bytes(&tagged).unwrap();
    assert_eq!(photo.size(), Size::new(2, 3).unwrap());
    assert_eq!(
        exif_text(photo.exif().unwrap(), Tag::Make).as_deref(),
        Some("\"Cam\"")
    );
    assert_eq!(exif_text(photo.exif().unwrap(), Tag::Orientation), None);
    let photo = Photo::from_bytes(&plain).unwrap();
    assert_eq!(photo.size(), Size::new(3, 2).unwrap());
    assert_eq!(photo.format(), Some(FileFormat::Tiff));
}

#[test]
fn further_pages_of_a_tiff_are_told_of() {
    let codes = ramp8(3, 2, 3);
    let one = tiff_with_orientation(&codes, (3, 2), 1);
    assert_eq!(Photo::from_bytes(&one).unwrap().notes(), []);
    // The directory once more, told of at the end of the first one.
    let directory = u32::from_le_bytes([one[4], one[5], one[6], one[7]]) as usize;
    let mut two = one.clone();
    let end = two.len() - 4;
    two[end..].copy_from_slice(&(one.len() as u32).to_le_bytes());
    two.extend(&one[directory..]);
    let photo = Photo::from_bytes(&two).unwrap();
    assert_eq!(photo.size(), Size::new(3, 2).unwrap());
    assert_eq!(photo.notes(), [Note::FurtherPicturesDropped]);
}

/// A little-endian TIFF 6.0 baseline RGB file with one strip.
fn tiff_with_orientation(codes: &[u8], (width, height): (u16, u16), orientation: u16) -> Vec<u8> {
    let bits_at = 8 + codes.len() as u32;
    let directory_at = bits_at + 6;
    let mut out = b"II\x2a\0".to_vec();
    out.extend(directory_at.to_le_bytes());
    out.extend(codes);
    out.extend([8, 0, 8, 0, 8, 0]);
    let entries: [(u16, u16, u32, u32); 11] = [
        (256, 3, 1, width.into()),
        (257, 3, 1, height.into()),
        (258, 3, 3, bits_at),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (271, 2, 4, u32::from_le_bytes(*b"Cam\0")),
        (273, 4, 1, 8),
        (274, 3, 1, orientation.into()),
        (277, 3, 1, 3),
        (278, 3, 1, height.into()),
        (279, 4, 1, codes.len() as u32),
    ];
    out.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend([0; 4]);
    out
}

#[test]
fn unreadable_exif_is_dropped_and_the_photo_is_read() {
    let color = ExtendedColorType::Rgb8;
    let codes = ramp8(6, 4, 3);
    let bytes = encode(
        "png",
        (6, 4),
        color,
        &codes,
        (None, Some(b"no tags at all")),
    );
    let photo = Photo::from_bytes(&bytes).unwrap();
    assert!(photo.exif().is_none());
    assert_eq!(photo.notes(), [Note::ExifUnreadable]);
}

#[test]
fn exif_behind_the_picture_of_a_png_counts_too() {
    let (codes, exif) = (ramp8(6, 4, 3), full_exif(6));
    let color = ExtendedColorType::Rgb8;
    let mut bytes = encode("png", (6, 4), color, &codes, (None, Some(&exif)));
    let upright = Photo::from_bytes(&bytes).unwrap();
    assert_eq!(upright.size(), Size::new(4, 6).unwrap());
    // The chunk is moved to before the end mark.
    let at = bytes.windows(4).position(|w| w == b"eXIf").unwrap() - 4;
    let chunk: Vec<u8> = bytes.drain(at..at + 12 + exif.len()).collect();
    let end = bytes.len() - 12;
    bytes.splice(end..end, chunk);
    let photo = Photo::from_bytes(&bytes).unwrap();
    assert_eq!(photo.pixels(), upright.pixels());
    assert_eq!(photo.exif(), upright.exif());
}

/// A plain PNG with one more chunk before its pixels.
fn png_with_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let plain = rgb8("png", 4, 4);
    let mut out = plain[..33].to_vec();
    let mut body = kind.to_vec();
    body.extend(data);
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(&body);
    let mut crc = u32::MAX;
    for &byte in &body {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    out.extend((!crc).to_be_bytes());
    out.extend(&plain[33..]);
    out
}

#[test]
fn a_png_may_name_its_space_in_a_chunk() {
    let photo = Photo::from_bytes(&png_with_chunk(b"cICP", &[12, 13, 0, 1])).unwrap();
    assert_eq!(*photo.color_space(), ColorSpace::display_p3());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg");
    photo.save(&file).unwrap();
    let again = Photo::open(&file).unwrap();
    assert!(again.icc_profile().is_some());
    assert_eq!(*again.transfer(), Transfer::Srgb);

    let photo = Photo::from_bytes(&png_with_chunk(b"cICP", &[1, 13, 0, 1])).unwrap();
    assert_eq!(*photo.color_space(), ColorSpace::srgb());
    let photo = Photo::from_bytes(&png_with_chunk(b"cICP", &[9, 16, 0, 1])).unwrap();
    assert_eq!(photo.notes(), [Note::ColorTagNotUsed]);
}

#[test]
fn what_follows_a_jpeg_is_neither_read_nor_an_error() {
    let plain = rgb8("jpg", 9, 7);
    let mut with_index = plain[..2].to_vec();
    with_index.extend([0xff, 0xe2, 0, 8]);
    with_index.extend(b"MPF\0II");
    with_index.extend(&plain[2..]);
    with_index.extend(rgb8("jpg", 3, 3)); // the gain map
    let photo = Photo::from_bytes(&with_index).unwrap();
    assert_eq!(photo.size(), Size::new(9, 7).unwrap());
    assert_eq!(photo.notes(), [Note::FurtherPicturesDropped]);
}
