//! EXIF without what identifies a person, a place or a device.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Context, Field, In, Reader, Tag, Value};

use super::Note;

/// Tags that are kept; every other one is dropped, so that an unknown tag cannot leak anything.
const KEPT: &[Tag] = &[
    Tag::Make,
    Tag::Model,
    Tag::Software,
    Tag::DateTime,
    Tag::XResolution,
    Tag::YResolution,
    Tag::ResolutionUnit,
    Tag::ExposureTime,
    Tag::FNumber,
    Tag::ExposureProgram,
    Tag::PhotographicSensitivity,
    Tag::SensitivityType,
    Tag::ExifVersion,
    Tag::DateTimeOriginal,
    Tag::DateTimeDigitized,
    Tag::OffsetTime,
    Tag::OffsetTimeOriginal,
    Tag::OffsetTimeDigitized,
    Tag::SubSecTime,
    Tag::SubSecTimeOriginal,
    Tag::SubSecTimeDigitized,
    Tag::ShutterSpeedValue,
    Tag::ApertureValue,
    Tag::BrightnessValue,
    Tag::ExposureBiasValue,
    Tag::MaxApertureValue,
    Tag::SubjectDistance,
    Tag::MeteringMode,
    Tag::LightSource,
    Tag::Flash,
    Tag::FocalLength,
    Tag::ColorSpace,
    Tag::FocalPlaneXResolution,
    Tag::FocalPlaneYResolution,
    Tag::FocalPlaneResolutionUnit,
    Tag::ExposureMode,
    Tag::WhiteBalance,
    Tag::DigitalZoomRatio,
    Tag::FocalLengthIn35mmFilm,
    Tag::SceneCaptureType,
    Tag::GainControl,
    Tag::Contrast,
    Tag::Saturation,
    Tag::Sharpness,
    Tag::SubjectDistanceRange,
    Tag::LensSpecification,
    Tag::LensMake,
    Tag::LensModel,
    Tag::Gamma,
];

/// The longest kept field, in bytes; a longer one is no date, exposure or lens.
const MAX_FIELD_BYTES: usize = 256;

/// The block without the `Exif\0\0` that some files put before it.
pub(super) fn without_prefix(chunk: &[u8]) -> &[u8] {
    chunk.strip_prefix(b"Exif\0\0").unwrap_or(chunk)
}

/// A new block of the kept tags alone, without orientation since the pixels are upright; none when
/// nothing is left.
pub(super) fn cleaned(chunk: &[u8], notes: &mut Vec<Note>) -> Option<Vec<u8>> {
    let read = Reader::new()
        .continue_on_error(true)
        .read_raw(chunk.to_vec())
        .or_else(|error| error.distill_partial_result(|_| {}));
    let Ok(read) = read else {
        notes.push(Note::ExifUnreadable);
        return None;
    };
    let mut writer = Writer::new();
    let mut any = false;
    for &tag in KEPT {
        if let Some(field) = read.get_field(tag, In::PRIMARY)
            && matches!(tag.context(), Context::Tiff | Context::Exif)
            && bytes(&field.value) <= MAX_FIELD_BYTES
        {
            writer.push_field(field);
            any = true;
        }
    }
    let mut out = Cursor::new(Vec::new());
    if any && writer.write(&mut out, read.little_endian()).is_err() {
        notes.push(Note::ExifUnreadable);
        return None;
    }
    any.then(|| out.into_inner())
}

/// A block that says what the picture shows, and for the rest what another one says.
pub(super) fn described(block: Option<&[u8]>, text: &str) -> Option<Vec<u8>> {
    let read = block.and_then(|block| Reader::new().read_raw(block.to_vec()).ok());
    let description = Field {
        tag: Tag::ImageDescription,
        ifd_num: In::PRIMARY,
        value: Value::Ascii(vec![text.as_bytes().to_vec()]),
    };
    let mut writer = Writer::new();
    writer.push_field(&description);
    let fields = read.iter().flat_map(exif::Exif::fields);
    for field in fields.filter(|field| field.tag != Tag::ImageDescription) {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    let little_endian = read.as_ref().is_some_and(exif::Exif::little_endian);
    writer.write(&mut out, little_endian).ok()?;
    Some(out.into_inner())
}

/// Focal length in mm as on 35 mm film, and the distance of the subject in m; `None` unless both are
/// there and above zero. A distance of "infinity" is none.
pub(super) fn shot(block: &[u8]) -> Option<(f32, f32)> {
    let read = Reader::new().read_raw(block.to_vec()).ok()?;
    let focal = read.get_field(Tag::FocalLengthIn35mmFilm, In::PRIMARY)?;
    let focal = focal.value.get_uint(0)? as f32;
    let Value::Rational(distance) = &read.get_field(Tag::SubjectDistance, In::PRIMARY)?.value
    else {
        return None;
    };
    let distance = distance.first().filter(|d| d.num != u32::MAX)?.to_f64() as f32;
    (focal > 0.0 && distance > 0.0 && distance.is_finite()).then_some((focal, distance))
}

fn bytes(value: &Value) -> usize {
    match value {
        Value::Byte(v) => v.len(),
        Value::Ascii(v) => v.iter().map(Vec::len).sum(),
        Value::Short(v) => v.len() * 2,
        Value::Long(v) => v.len() * 4,
        Value::Rational(v) => v.len() * 8,
        Value::SByte(v) => v.len(),
        Value::Undefined(v, _) => v.len(),
        Value::SShort(v) => v.len() * 2,
        Value::SLong(v) => v.len() * 4,
        Value::SRational(v) => v.len() * 8,
        Value::Float(v) => v.len() * 4,
        Value::Double(v) => v.len() * 8,
        Value::Unknown(..) => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_joins_what_was_kept_and_takes_the_place_of_another() {
        let first = described(None, "one").unwrap();
        let model = Field {
            tag: Tag::Model,
            ifd_num: In::PRIMARY,
            value: Value::Ascii(vec![b"camera".to_vec()]),
        };
        let mut writer = Writer::new();
        writer.push_field(&model);
        let mut block = Cursor::new(Vec::new());
        writer.write(&mut block, true).unwrap();
        for block in [first, block.into_inner()] {
            let both = described(Some(&block), "two").unwrap();
            let read = Reader::new().read_raw(both).unwrap();
            let said: Vec<String> = (read.fields())
                .map(|field| field.display_value().to_string())
                .collect();
            assert_eq!(said[0], "\"two\"");
            assert!(said.len() == 1 || said[1] == "\"camera\"", "{said:?}");
        }
        // A description stays with the picture that it was made for.
        let described = described(None, "two").unwrap();
        assert!(cleaned(&described, &mut Vec::new()).is_none());
    }
}
