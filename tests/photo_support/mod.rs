//! Files made at run time: nothing but what a test asks for, nothing kept in the repository.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its own share of these"
)]

use std::io::Cursor;
use std::path::Path;

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// A smooth picture with a different corner each, so that every orientation shows.
pub fn ramp8(width: u32, height: u32, channels: usize) -> Vec<u8> {
    let mut codes = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let pixel = [
                (40 + x * 160 / width) as u8,
                (30 + y * 190 / height) as u8,
                (90 + (x + y) * 60 / (width + height)) as u8,
                (255 - (x * 7 + y * 5) % 200) as u8,
            ];
            codes.extend_from_slice(&pixel[..channels]);
        }
    }
    codes
}

/// The same in 16 bits, with low bytes that 8 bits cannot hold.
pub fn ramp16(width: u32, height: u32, channels: usize) -> Vec<u16> {
    let codes = ramp8(width, height, channels);
    let wide = codes.iter().enumerate();
    wide.map(|(i, &c)| u16::from(c) * 256 + (i as u16 * 37) % 256)
        .collect()
}

pub fn native(codes: &[u16]) -> Vec<u8> {
    codes.iter().flat_map(|c| c.to_ne_bytes()).collect()
}

/// A picture file of the format an extension names.
pub fn encode(
    extension: &str,
    (width, height): (u32, u32),
    color: ExtendedColorType,
    bytes: &[u8],
    (icc, exif): (Option<&[u8]>, Option<&[u8]>),
) -> Vec<u8> {
    fn put(
        mut encoder: impl ImageEncoder,
        size: (u32, u32),
        color: ExtendedColorType,
        bytes: &[u8],
        (icc, exif): (Option<&[u8]>, Option<&[u8]>),
    ) {
        if let Some(icc) = icc {
            encoder.set_icc_profile(icc.to_vec()).unwrap();
        }
        if let Some(exif) = exif {
            encoder.set_exif_metadata(exif.to_vec()).unwrap();
        }
        encoder.write_image(bytes, size.0, size.1, color).unwrap();
    }
    let mut out = Cursor::new(Vec::new());
    let (size, extra) = ((width, height), (icc, exif));
    match extension {
        "png" => put(PngEncoder::new(&mut out), size, color, bytes, extra),
        "jpg" => put(
            JpegEncoder::new_with_quality(&mut out, 95),
            size,
            color,
            bytes,
            extra,
        ),
        "tif" => put(TiffEncoder::new(&mut out), size, color, bytes, extra),
        "webp" => put(
            WebPEncoder::new_lossless(&mut out),
            size,
            color,
            bytes,
            extra,
        ),
        other => panic!("no encoder for {other}"),
    }
    out.into_inner()
}

/// A plain 8-bit RGB file.
pub fn rgb8(extension: &str, width: u32, height: u32) -> Vec<u8> {
    let codes = ramp8(width, height, 3);
    encode(
        extension,
        (width, height),
        ExtendedColorType::Rgb8,
        &codes,
        (None, None),
    )
}

/// An EXIF block with everything a telephone writes, and a person would not want to pass on.
pub fn full_exif(orientation: u16) -> Vec<u8> {
    let field = |tag, value| Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    };
    let text = |words: &str| Value::Ascii(vec![words.as_bytes().to_vec()]);
    let degrees = |a, b, c| {
        let of = |num| Rational { num, denom: 1 };
        Value::Rational(vec![of(a), of(b), of(c)])
    };
    let fields = [
        field(Tag::Make, text("GoodCameras")),
        field(Tag::Model, text("Model-7")),
        field(Tag::Orientation, Value::Short(vec![orientation])),
        field(Tag::Artist, text("SECRET-ARTIST")),
        field(Tag::Copyright, text("SECRET-COPYRIGHT")),
        field(Tag::DateTimeOriginal, text("2024:05:06 07:08:09")),
        field(
            Tag::FocalLength,
            Value::Rational(vec![Rational { num: 50, denom: 1 }]),
        ),
        field(Tag::FocalLengthIn35mmFilm, Value::Short(vec![75])),
        field(Tag::LensModel, text("50mm f/2")),
        field(Tag::BodySerialNumber, text("SECRET-SERIAL")),
        field(Tag::LensSerialNumber, text("SECRET-LENS-SERIAL")),
        field(Tag::CameraOwnerName, text("SECRET-OWNER")),
        field(
            Tag::MakerNote,
            Value::Undefined(b"SECRET-MAKER-NOTE".to_vec(), 0),
        ),
        field(
            Tag::UserComment,
            Value::Undefined(b"ASCII\0\0\0SECRET-COMMENT".to_vec(), 0),
        ),
        field(Tag::ImageUniqueID, text("SECRET-UNIQUE-ID")),
        field(Tag::GPSLatitudeRef, text("N")),
        field(Tag::GPSLatitude, degrees(48, 51, 2424)),
        field(
            Tag::GPSAreaInformation,
            Value::Undefined(b"SECRET-AREA".to_vec(), 0),
        ),
        field(Tag::GPSDateStamp, text("2024:05:06")),
    ];
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let thumbnail = b"\xff\xd8SECRET-THUMBNAIL\xff\xd9";
    writer.set_jpeg(thumbnail, In::THUMBNAIL);
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

/// A kept field of a block, as text.
pub fn exif_text(block: &[u8], tag: Tag) -> Option<String> {
    let read = exif::Reader::new().read_raw(block.to_vec()).unwrap();
    read.get_field(tag, In::PRIMARY)
        .map(|field| field.display_value().to_string())
}

/// Every file in a folder, hidden ones too.
pub fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
