//! The outline of a file, read without decoding: which format, whether it is whole, what else is in
//! it. Decoders are lenient where a photo of a person must not be: a cut-off JPEG decodes to grey.

use super::{ColorSpace, FileFormat, Note};

/// What the outline says about a file that is whole.
#[derive(Debug, Default)]
pub(super) struct Shape<'a> {
    pub(super) notes: Vec<Note>,
    /// The EXIF block of a PNG, which may stand behind the picture, where the decoder does not look.
    pub(super) exif: Option<&'a [u8]>,
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
) -> Result<Shape<'_>, String> {
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
        FileFormat::Tiff => Ok(tiff(bytes)),
    }
}

/// Looks behind the first directory, whose picture the decoder finds whole or not at all.
fn tiff(bytes: &[u8]) -> Shape<'_> {
    let mut shape = Shape::default();
    let big = bytes.starts_with(b"MM");
    let number = |at: usize, length: usize| {
        let digits = bytes.get(at..at.checked_add(length)?)?.iter();
        let add = |sum: usize, &digit: &u8| sum << 8 | usize::from(digit);
        Some(if big {
            digits.fold(0, add)
        } else {
            digits.rev().fold(0, add)
        })
    };
    let next = || {
        // The larger kind has other directories.
        number(2, 2).filter(|&kind| kind == 42)?;
        let first = number(4, 4)?;
        number(first.checked_add(2 + 12 * number(first, 2)?)?, 4)
    };
    if next().is_some_and(|next| next != 0) {
        shape.notes.push(Note::FurtherPicturesDropped);
    }
    shape
}

/// Width and height as the header chunk of a PNG claims them.
pub(super) fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, rest) = bytes.get(16..)?.split_first_chunk::<4>()?;
    let (height, _) = rest.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Walks the chunks up to the end mark.
fn png(bytes: &[u8]) -> Result<Shape<'_>, String> {
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
            b"eXIf" => shape.exif = tail.get(..length),
            b"acTL" => shape.notes.push(Note::FurtherPicturesDropped),
            _ => {}
        }
        rest = &tail[whole..];
    }
    Err("it breaks off before its end mark".into())
}

/// Walks the segments, and the entropy-coded data between them, up to the end mark.
fn jpeg(bytes: &[u8]) -> Result<Shape<'_>, String> {
    let mut shape = Shape::default();
    let mut scans = 0;
    for (marker, at) in markers(bytes) {
        match marker {
            0xd9 if scans > 0 => return Ok(shape),
            0xd9 => return Err("it ends before its picture begins".into()),
            0xda => scans += 1,
            0xe2 if bytes[at..].get(2..6) == Some(b"MPF\0") => {
                shape.notes.push(Note::FurtherPicturesDropped);
            }
            _ => {}
        }
    }
    Err("it breaks off before its end mark".into())
}

/// Bits of a sample, as the frame header of a JPEG claims them.
pub(super) fn jpeg_bits(bytes: &[u8]) -> Option<u8> {
    let is_frame =
        |marker: u8| matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
    let (_, at) = markers(bytes).find(|&(marker, _)| is_frame(marker))?;
    bytes.get(at + 2).copied()
}

/// The markers of a JPEG behind its first, and where the segment of each starts; each segment is skipped.
fn markers(bytes: &[u8]) -> impl Iterator<Item = (u8, usize)> {
    let mut next = 2;
    std::iter::from_fn(move || {
        let (found, marker) = next_marker(bytes.get(next..)?)?;
        let at = next + found + 2;
        next = match (marker, bytes.get(at..at + 2)) {
            (0x01 | 0xd0..=0xd9, _) => at,
            (_, Some(&[high, low])) => at + usize::from(u16::from_be_bytes([high, low])).max(2),
            _ => bytes.len(),
        };
        Some((marker, at))
    })
}

/// Position and code of the next marker; stuffed zeros, fill bytes and restarts are no markers.
fn next_marker(bytes: &[u8]) -> Option<(usize, u8)> {
    let found = bytes
        .windows(2)
        .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff | 0xd0..=0xd7))?;
    Some((found, bytes[found + 1]))
}

/// Holds the length in the header against the length of the file.
fn webp(bytes: &[u8]) -> Result<Shape<'_>, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_that_are_known_tell_of_further_pages() {
        let notes = |head: &[u8]| {
            let mut bytes = head.to_vec();
            bytes.resize(300, 0xff);
            check(&bytes, FileFormat::Tiff, (1, 1)).unwrap().notes
        };
        // One directory of no entries, behind which another one is named.
        let two = b"II*\0\x08\0\0\0\0\0\x20\0\0\0";
        assert_eq!(notes(two), [Note::FurtherPicturesDropped]);
        let one = b"MM\0*\0\0\0\x08\0\0\0\0\0\0";
        assert_eq!(notes(one), []);
        // A file of the larger kind, whose first directory follows its header.
        assert_eq!(notes(b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"), []);
    }
}
