//! Reading photos: every check that stands before the decoder, and the decoder.

use std::borrow::Cow;
use std::fs;
use std::io::{Cursor, ErrorKind};
use std::path::{Path, PathBuf};

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, Limits};

use super::pixels::Buffer;
use super::{ColorSpace, FileFormat, Note, Photo, exif, icc, structure};
use crate::error::{Error, FileProblem, Result};
use crate::units::Size;

const ALLOWED: &str = "a PNG, JPEG, TIFF or WebP file of at most 268435456 px and 262144 px a side";

/// The most bytes a file may have; beyond it nothing is read.
const MAX_FILE_BYTES: u64 = 1 << 31;

/// What a decoder may allocate beside the picture itself, in bytes.
const DECODER_BYTES: u64 = 256 << 20;

/// Where bytes came from, for the words of an error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) parameter: &'static str,
    pub(super) path: &'a Path,
}

impl Origin<'_> {
    /// Bytes that never were a file of ours.
    pub(super) fn memory(parameter: &'static str) -> Self {
        Self {
            parameter,
            path: Path::new("(in memory)"),
        }
    }

    fn error(self, problem: FileProblem) -> Error {
        Error::File {
            parameter: self.parameter,
            path: self.path.to_path_buf(),
            problem,
            allowed: ALLOWED,
        }
    }

    fn check_size(self, width: u32, height: u32) -> Result<()> {
        let most = u64::from(width) * u64::from(height) > Size::MAX_PIXELS;
        if most || width.max(height) > Size::MAX_SIDE {
            return Err(self.error(FileProblem::TooManyPixels(width, height)));
        }
        if width == 0 || height == 0 {
            return Err(self.damaged(format!("its header claims {width}x{height} px")));
        }
        Ok(())
    }

    fn damaged(self, words: impl ToString) -> Error {
        self.error(FileProblem::Damaged(one_line(&words.to_string())))
    }
}

impl Photo {
    /// The photo in a PNG, JPEG, TIFF or WebP file: told apart by content, turned upright by its
    /// orientation tag, in its own colour space and depth.
    ///
    /// Grey becomes RGB. CMYK is converted to sRGB. Without an ICC profile the photo is sRGB, or
    /// Display P3 when a PNG says so in its `cICP` chunk; `gAMA` and `cHRM` are not read.
    /// Only the first frame or page is read. What was left aside is in [`Photo::notes`].
    ///
    /// # Errors
    /// [`Error::File`] when there is no such file, it is a folder, empty, of no known format, of a kind of
    /// one that is not read (a JPEG of 12 bits, a TIFF in CIELAB), damaged or cut short, or claims more than [`Size::MAX_PIXELS`] or [`Size::MAX_SIDE`]; [`Error::TooLarge`] for a
    /// file of more than 2 GiB.
    ///
    /// # Cost
    /// Twice the memory of the pixels while a picture is being turned upright.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        open(Origin {
            parameter: "photo",
            path: path.as_ref(),
        })
    }

    /// The photo in the bytes of such a file; as [`Photo::open`], without a
    /// [`source_path`](Photo::source_path).
    ///
    /// # Errors
    /// As [`Photo::open`].
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Error, FileProblem, Photo};
    ///
    /// let refused = Photo::from_bytes(b"no picture at all").unwrap_err();
    /// assert!(matches!(refused, Error::File { problem: FileProblem::UnknownFormat, .. }));
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        decode(bytes, Origin::memory("photo"))
    }

    /// The same codes under the colour profile of a host application, kept for saved files.
    ///
    /// A profile that is not for RGB is dropped, with a note.
    #[must_use]
    pub fn with_icc_profile(mut self, profile: &[u8]) -> Self {
        let reading = icc::read(profile);
        self.notes.extend(reading.notes);
        let float = matches!(self.buffer, Buffer::RgbF32(_));
        let bent = float && *reading.space.transfer() != super::Transfer::Linear;
        if bent && reading.keep {
            self.notes.push(Note::FloatTakenAsLinear);
        }
        self.icc_profile = (reading.keep && !bent).then(|| profile.into());
        self.set_space(reading.space);
        self
    }
}

/// The photo in a file, every check made in the order of the errors' usefulness.
pub(super) fn open(origin: Origin<'_>) -> Result<Photo> {
    let bytes = read(origin)?;
    let mut photo = decode(&bytes, origin)?;
    photo.source = Some(canonical(origin.path));
    Ok(photo)
}

fn read(origin: Origin<'_>) -> Result<Vec<u8>> {
    let refused = |error: std::io::Error| {
        origin.error(match error.kind() {
            ErrorKind::NotFound => FileProblem::Missing,
            ErrorKind::IsADirectory => FileProblem::IsDirectory,
            _ => FileProblem::Denied(one_line(&error.to_string())),
        })
    };
    let about = fs::metadata(origin.path).map_err(refused)?;
    if about.is_dir() {
        return Err(origin.error(FileProblem::IsDirectory));
    }
    if !about.is_file() {
        return Err(origin.error(FileProblem::Denied("not a regular file".into())));
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(Error::TooLarge {
            parameter: "bytes of the file",
            value: about.len(),
            allowed: MAX_FILE_BYTES,
        });
    }
    fs::read(origin.path).map_err(refused)
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// The photo in the bytes of a file.
pub(super) fn decode(bytes: &[u8], origin: Origin<'_>) -> Result<Photo> {
    if bytes.is_empty() {
        return Err(origin.error(FileProblem::Empty));
    }
    let Some(format) = structure::format(bytes) else {
        return Err(origin.error(FileProblem::UnknownFormat));
    };
    let cursor = Cursor::new(bytes);
    match format {
        FileFormat::Png => {
            // Checked here too, because the decoder makes room for a row before it can be asked.
            let (width, height) = structure::png_size(bytes).unwrap_or((1, 1));
            origin.check_size(width, height)?;
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(u64::from(width) * 8 + DECODER_BYTES);
            let decoder = PngDecoder::with_limits(cursor, limits);
            finish(decoder, bytes, format, origin)
        }
        FileFormat::Jpeg => {
            // The decoder takes finer samples for damage.
            if let Some(bits) = structure::jpeg_bits(bytes).filter(|&bits| bits != 8) {
                let words = format!("its samples have {bits} bits");
                return Err(origin.error(FileProblem::NotSupported(words)));
            }
            finish(JpegDecoder::new(cursor), bytes, format, origin)
        }
        FileFormat::Tiff => finish(TiffDecoder::new(cursor), bytes, format, origin),
        FileFormat::WebP => finish(WebPDecoder::new(cursor), bytes, format, origin),
    }
}

fn finish<D: ImageDecoder>(
    decoder: image::ImageResult<D>,
    bytes: &[u8],
    format: FileFormat,
    origin: Origin<'_>,
) -> Result<Photo> {
    let refused = |error: image::ImageError| match error {
        image::ImageError::Unsupported(_) => {
            origin.error(FileProblem::NotSupported(one_line(&error.to_string())))
        }
        _ => origin.damaged(error),
    };
    let mut decoder = decoder.map_err(refused)?;
    let (width, height) = decoder.dimensions();
    origin.check_size(width, height)?;
    let shape =
        structure::check(bytes, format, (width, height)).map_err(|words| origin.damaged(words))?;
    // Before the limits: those of TIFF, cut to the size of the picture, hide a profile larger than it.
    let profile = decoder.icc_profile().ok().flatten();
    let chunk = match format {
        // The decoder hands out none; a TIFF file is itself an EXIF block.
        FileFormat::Tiff => Some(Cow::Borrowed(bytes)),
        _ => (decoder.exif_metadata().ok().flatten().map(Cow::Owned))
            .or(shape.exif.map(Cow::Borrowed)),
    };
    let chunk = chunk.as_deref().map(exif::without_prefix);
    let orientation = chunk
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    let mut notes = shape.notes;
    let exif = chunk.and_then(|chunk| exif::cleaned(chunk, &mut notes));

    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(decoder.total_bytes().saturating_add(DECODER_BYTES));
    decoder.set_limits(limits).map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    let size = Size::new(picture.width(), picture.height())?;
    let (buffer, space) = buffer(picture, &mut notes);
    let mut photo = Photo::from_buffer(size, buffer, space).map_err(|e| origin.damaged(e))?;
    photo.exif = exif.map(Into::into);
    photo.format = Some(format);
    photo.notes = notes;
    Ok(match (profile, shape.space) {
        (Some(profile), _) => photo.with_icc_profile(&profile),
        (None, Some(space)) => photo.with_color_space(space),
        (None, None) => photo,
    })
}

/// The picture in one of our five layouts, and the space it is in for want of a profile.
fn buffer(picture: DynamicImage, notes: &mut Vec<Note>) -> (Buffer, ColorSpace) {
    let gray = |codes: &[u8]| codes.iter().flat_map(|&g| [g; 3]).collect();
    let gray16 = |codes: &[u16]| codes.iter().flat_map(|&g| [g; 3]).collect();
    let buffer = match picture {
        DynamicImage::ImageLuma8(p) => Buffer::Rgb8(gray(&p)),
        DynamicImage::ImageLumaA8(p) => {
            Buffer::Rgba8(p.pixels().flat_map(|p| spread(p.0)).collect())
        }
        DynamicImage::ImageRgb8(p) => Buffer::Rgb8(p.into_raw()),
        DynamicImage::ImageRgba8(p) => Buffer::Rgba8(p.into_raw()),
        DynamicImage::ImageLuma16(p) => Buffer::Rgb16(gray16(&p)),
        DynamicImage::ImageLumaA16(p) => {
            Buffer::Rgba16(p.pixels().flat_map(|p| spread(p.0)).collect())
        }
        DynamicImage::ImageRgb16(p) => Buffer::Rgb16(p.into_raw()),
        DynamicImage::ImageRgba16(p) => Buffer::Rgba16(p.into_raw()),
        DynamicImage::ImageRgb32F(p) => Buffer::RgbF32(p.into_raw()),
        other => {
            notes.push(Note::FloatAlphaDropped);
            Buffer::RgbF32(other.into_rgb32f().into_raw())
        }
    };
    let space = match buffer {
        Buffer::RgbF32(_) => ColorSpace::linear_srgb_primaries(),
        _ => ColorSpace::srgb(),
    };
    (buffer, space)
}

fn spread<T: Copy>([gray, alpha]: [T; 2]) -> [T; 4] {
    [gray, gray, gray, alpha]
}

/// A decoder's or the system's words on one line.
pub(super) fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
