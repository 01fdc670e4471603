//! The outline of a file, read without decoding: which format, whether it is whole, what else is in
//! it. Decoders are lenient where a photo of a person must not be: a cut-off JPEG decodes to grey.

use super::{ColorSpace, FileFormat, Note};

/// What the outline says about a file that is whole.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) notes: Vec<Note>,
    /// The colour space, where it is named elsewhere than in an ICC profile.
    pub(super) space: Option<ColorSpace>,
}

/// The format by the first bytes.
pub(super) fn format(bytes: &[u8]) -> Option<FileFormat> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(FileFormat::Png)
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(FileFormat::Jpeg)
    } else if bytes.starts_with(b"II\x2a\0") || bytes.starts_with(b"MM\0\x2a") {
        Some(FileFormat::Tiff)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(FileFormat::WebP)
    } else {
        None
    }
}

/// What the file holds beside the picture, or in what way it is not whole.
pub(super) fn check(
    bytes: &[u8],
    format: FileFormat,
    (width, height): (u32, u32),
) -> Result<Shape, String> {
    // The least a picture can shrink to: deflate reaches 1032:1 on one bit per pixel, and a JPEG
    // spends a bit on every block of at most 32 x 32 px. A header that claims more than that lies.
    let most = bytes.len() as u64 * 8256;
    let claimed = u64::from(width) * u64::from(height);
    let squeezed = matches!(format, FileFormat::Png | FileFormat::Jpeg);
    if squeezed && claimed > most {
        return Err(format!(
            "its header claims {width}x{height} px but only {} bytes follow",
            bytes.len()
        ));
    }
    match format {
        FileFormat::Png => png(bytes),
        FileFormat::Jpeg => jpeg(bytes),
        FileFormat::WebP => webp(bytes),
        FileFormat::Tiff => Ok(Shape::default()),
    }
}

/// Width and height as the header chunk of a PNG claims them.
pub(super) fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, rest) = bytes.get(16..)?.split_first_chunk::<4>()?;
    let (height, _) = rest.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Walks the chunks up to the end mark.
fn png(bytes: &[u8]) -> Result<Shape, String> {
    let mut shape = Shape::default();
    let mut rest = &bytes[8..];
    while let Some((head, tail)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let whole = length.checked_add(4).filter(|&whole| whole <= tail.len());
        let Some(whole) = whole else { break };
        match &head[4..] {
            b"IEND" => return Ok(shape),
            // ITU-T H.273: primaries 12 are those of Display P3, 1 those of sRGB; transfer 13 is sRGB.
            b"cICP" => match tail.get(..2) {
                Some([12, 13]) => shape.space = Some(ColorSpace::display_p3()),
                Some([1, 13]) => {}
                _ => shape.notes.push(Note::ColorTagNotUsed),
            },
            b"acTL" => shape.notes.push(Note::FurtherPicturesDropped),
            _ => {}
        }
        rest = &tail[whole..];
    }
    Err("it breaks off before its end mark".into())
}

/// Walks the segments, and the entropy-coded data between them, up to the end mark.
fn jpeg(bytes: &[u8]) -> Result<Shape, String> {
    let mut shape = Shape::default();
    let mut scans = 0;
    let mut at = 2;
    while let Some(found) = bytes.get(at..).and_then(next_marker) {
        at += found.0 + 2;
        match found.1 {
            0xd9 if scans > 0 => return Ok(shape),
            0xd9 => return Err("it ends before its picture begins".into()),
            0x01 | 0xd0..=0xd8 => continue,
            0xda => scans += 1,
            0xe2 if bytes[at..].get(2..6) == Some(b"MPF\0") => {
                shape.notes.push(Note::FurtherPicturesDropped);
            }
            _ => {}
        }
        let Some(length) = bytes.get(at..at + 2) else {
            break;
        };
        at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
    }
    Err("it breaks off before its end mark".into())
}

/// Position and code of the next marker; stuffed zeros, fill bytes and restarts are no markers.
fn next_marker(bytes: &[u8]) -> Option<(usize, u8)> {
    let found = bytes
        .windows(2)
        .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff | 0xd0..=0xd7))?;
    Some((found, bytes[found + 1]))
}

/// Holds the length in the header against the length of the file.
fn webp(bytes: &[u8]) -> Result<Shape, String> {
    let mut shape = Shape::default();
    let Some(length) = bytes.get(4..8) else {
        return Err("it breaks off in its header".into());
    };
    let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
    if u64::from(length) + 8 > bytes.len() as u64 {
        return Err(format!(
            "its header claims {} bytes, it has {}",
            u64::from(length) + 8,
            bytes.len()
        ));
    }
    let animated = bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|f| f & 2 != 0);
    if animated {
        shape.notes.push(Note::FurtherPicturesDropped);
    }
    Ok(shape)
}
