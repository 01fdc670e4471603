//! Writing photos: to a temporary file first, never over the photo they came from.

use std::borrow::Cow;
use std::fs;
use std::io::{BufWriter, Cursor, ErrorKind, Seek, Write};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageError, ImageResult};
use tempfile::NamedTempFile;

use super::open::{Origin, one_line};
use super::pixels::{Buffer, Samples, narrow};
use super::{ColorSpace, FileFormat, Loss, Photo, Transfer, curve, icc};
use crate::error::{Error, FileProblem, Result};

const ALLOWED: &str = "a file to be written in a folder that exists, not an input";

/// What became of a save.
///
/// # Examples
/// ```
/// use stubblefield::{FileFormat, Loss, Photo, Size};
///
/// let folder = tempfile::tempdir().unwrap();
/// let photo = Photo::from_rgb8(Size::new(1, 1)?, vec![200, 150, 120])?;
/// let saved = photo.save(folder.path().join("after.jpg"))?;
/// assert_eq!(saved.format, FileFormat::Jpeg);
/// assert_eq!(saved.losses, [Loss::Compression]);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// The format that was written.
    pub format: FileFormat,
    /// What the file does not hold.
    pub losses: Vec<Loss>,
}

impl Photo {
    /// Writes the photo to a file in the format its extension names, with ICC profile and cleaned
    /// EXIF, and reports what the format could not hold.
    ///
    /// PNG and TIFF keep 16 bits, TIFF keeps floating point, JPEG and WebP have 8 bits. JPEG is
    /// written 4:4:4 at quality 95 without alpha, WebP lossless; TIFF takes no EXIF. The bytes go to
    /// a temporary file beside the target that then takes its name: nothing half-written is seen.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for another extension than png, jpg, jpeg, tif, tiff and webp;
    /// [`Error::OutOfRange`] for a side longer than JPEG or WebP can have; [`Error::File`] when the
    /// target is the file the photo was opened from (by whatever name), a folder, or cannot be
    /// written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<Saved> {
        let path = path.as_ref();
        let format = by_extension(path)?;
        self.check_sides(format)?;
        self.check_target(path)?;
        let refused = |error: std::io::Error| refused(path, &error);
        let mut temporary = temporary(folder(path)).map_err(refused)?;
        self.encode(format, BufWriter::new(temporary.as_file_mut()))
            .map_err(|error| match error {
                ImageError::IoError(error) => refused(error),
                other => problem(path, FileProblem::Denied(one_line(&other.to_string()))),
            })?;
        temporary.as_file_mut().sync_all().map_err(refused)?;
        temporary
            .persist(path)
            .map_err(|error| refused(error.error))?;
        Ok(Saved {
            format,
            losses: self.losses(format),
        })
    }

    /// The file that [`Photo::save`] would write, in memory: for a server's answer or a database.
    ///
    /// [`Photo::losses`] tells what the format cannot hold.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{FileFormat, Photo, Size};
    ///
    /// let photo = Photo::from_rgb8(Size::new(2, 1)?, vec![200, 150, 120, 90, 60, 50])?;
    /// let png = photo.to_bytes(FileFormat::Png)?;
    /// assert_eq!(Photo::from_bytes(&png)?.pixels(), photo.pixels());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a side longer than JPEG or WebP can have; [`Error::File`] for a TIFF above 4 GiB.
    pub fn to_bytes(&self, format: FileFormat) -> Result<Vec<u8>> {
        self.check_sides(format)?;
        let mut bytes = Cursor::new(Vec::new());
        self.encode(format, &mut bytes)
            .map_err(|error| Error::File {
                parameter: "photo",
                path: Origin::memory("photo").path.to_path_buf(),
                problem: FileProblem::Denied(one_line(&error.to_string())),
                allowed: "what a file of this format can hold",
            })?;
        Ok(bytes.into_inner())
    }

    fn check_sides(&self, format: FileFormat) -> Result<()> {
        let (most, allowed) = match format {
            FileFormat::Jpeg => (65_535, "1..=65535 px in a JPEG file"),
            FileFormat::WebP => (16_384, "1..=16384 px in a WebP file"),
            FileFormat::Png | FileFormat::Tiff => return Ok(()),
        };
        let (width, height) = (self.size().width(), self.size().height());
        Error::check("width", f64::from(width), width <= most, allowed)?;
        Error::check("height", f64::from(height), height <= most, allowed)
    }

    fn check_target(&self, path: &Path) -> Result<()> {
        let folder = folder(path);
        match fs::metadata(folder) {
            Ok(about) if !about.is_dir() => {
                return Err(problem(folder, FileProblem::NotADirectory));
            }
            Err(error) => return Err(refused(folder, &error)),
            Ok(_) => {}
        }
        if path.is_dir() {
            return Err(problem(path, FileProblem::IsDirectory));
        }
        if self.source.as_deref().is_some_and(|own| same(own, path)) {
            return Err(problem(path, FileProblem::WouldOverwriteInput));
        }
        Ok(())
    }

    fn encode(&self, format: FileFormat, mut file: impl Write + Seek) -> ImageResult<()> {
        match format {
            FileFormat::Png => self.write(PngEncoder::new(&mut file), format)?,
            FileFormat::Jpeg => {
                self.write(JpegEncoder::new_with_quality(&mut file, 95), format)?;
            }
            FileFormat::Tiff => self.write(TiffEncoder::new(&mut file), format)?,
            FileFormat::WebP => self.write(WebPEncoder::new_lossless(&mut file), format)?,
        }
        Ok(file.flush()?)
    }

    fn write(&self, mut encoder: impl ImageEncoder, format: FileFormat) -> ImageResult<()> {
        if let Some(profile) = self.profile_for(format) {
            encoder
                .set_icc_profile(profile)
                .map_err(ImageError::Unsupported)?;
        }
        if let Some(exif) = self.exif()
            && format != FileFormat::Tiff
        {
            encoder
                .set_exif_metadata(exif.to_vec())
                .map_err(ImageError::Unsupported)?;
        }
        let converted = self.converted(format);
        let pixels = converted.as_ref().map_or(self.pixels(), Buffer::pixels);
        let (bytes, color) = bytes(pixels);
        encoder.write_image(&bytes, self.size().width(), self.size().height(), color)
    }

    /// The pixels in a layout the format has; none when they are in one already.
    fn converted(&self, format: FileFormat) -> Option<Buffer> {
        let eight_bits = matches!(format, FileFormat::Jpeg | FileFormat::WebP);
        Some(match (self.pixels(), format) {
            (Samples::Rgba8(codes), FileFormat::Jpeg) => Buffer::Rgb8(opaque(codes, |c| c)),
            (Samples::Rgba16(codes), FileFormat::Jpeg) => Buffer::Rgb8(opaque(codes, narrow)),
            (Samples::Rgb16(codes), _) if eight_bits => {
                Buffer::Rgb8(codes.iter().copied().map(narrow).collect())
            }
            (Samples::Rgba16(codes), _) if eight_bits => {
                Buffer::Rgba8(codes.iter().copied().map(narrow).collect())
            }
            (Samples::RgbF32(_), FileFormat::Png) => {
                Buffer::Rgb16(self.encoded(|share| (share * 65_535.0 + 0.5) as u16))
            }
            (Samples::RgbF32(_), _) if eight_bits => {
                Buffer::Rgb8(self.encoded(|share| (share * 255.0 + 0.5) as u8))
            }
            _ => return None,
        })
    }

    /// Linear light as codes of the sRGB curve, in the photo's own primaries.
    fn encoded<T>(&self, code: impl Fn(f64) -> T) -> Vec<T> {
        let Samples::RgbF32(light) = self.pixels() else {
            return Vec::new();
        };
        light
            .iter()
            .map(|&light| code(curve::encode(&Transfer::Srgb, f64::from(light))))
            .collect()
    }

    /// The profile a file of this format needs: the photo's own one, or one that says what its codes
    /// mean when they are not plain sRGB.
    fn profile_for(&self, format: FileFormat) -> Option<Vec<u8>> {
        let float = matches!(self.buffer, Buffer::RgbF32(_));
        if float && format != FileFormat::Tiff {
            let space = self.space.with_transfer(Transfer::Srgb);
            return (space != ColorSpace::srgb()).then(|| icc::write(&space))?;
        }
        let plain = [ColorSpace::srgb(), ColorSpace::linear_srgb_primaries()];
        match self.icc_profile() {
            Some(own) => Some(own.to_vec()),
            None if self.space == plain[usize::from(float)] => None,
            None => icc::write(&self.space),
        }
    }
}

fn opaque<T: Copy>(codes: &[T], code: impl Fn(T) -> u8) -> Vec<u8> {
    let colors = codes.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]);
    colors.map(code).collect()
}

/// The pixels as the encoders take them: native-endian bytes.
fn bytes(pixels: Samples<'_>) -> (Cow<'_, [u8]>, ExtendedColorType) {
    let wide = |codes: &[u16]| Cow::Owned(codes.iter().flat_map(|c| c.to_ne_bytes()).collect());
    match pixels {
        Samples::Rgb8(codes) => (Cow::Borrowed(codes), ExtendedColorType::Rgb8),
        Samples::Rgba8(codes) => (Cow::Borrowed(codes), ExtendedColorType::Rgba8),
        Samples::Rgb16(codes) => (wide(codes), ExtendedColorType::Rgb16),
        Samples::Rgba16(codes) => (wide(codes), ExtendedColorType::Rgba16),
        Samples::RgbF32(light) => (
            Cow::Owned(light.iter().flat_map(|v| v.to_ne_bytes()).collect()),
            ExtendedColorType::Rgb32F,
        ),
    }
}

fn by_extension(path: &Path) -> Result<FileFormat> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    Ok(match extension.to_ascii_lowercase().as_str() {
        "png" => FileFormat::Png,
        "jpg" | "jpeg" => FileFormat::Jpeg,
        "tif" | "tiff" => FileFormat::Tiff,
        "webp" => FileFormat::WebP,
        _ => {
            return Err(Error::UnknownName {
                parameter: "extension",
                value: extension.into_owned(),
                allowed: "png, jpg, jpeg, tif, tiff, webp",
            });
        }
    })
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A hidden file beside the target, gone again unless it takes the target's name.
fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".stubblefield-");
    #[cfg(unix)]
    {
        // As any new file: what the user's mask leaves of it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// True when both paths lead to one file, through links of either kind.
fn same(own: &Path, target: &Path) -> bool {
    if fs::canonicalize(target).is_ok_and(|target| target == own) {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(own), Ok(target)) = (fs::metadata(own), fs::metadata(target)) {
            return (own.dev(), own.ino()) == (target.dev(), target.ino());
        }
    }
    false
}

fn refused(path: &Path, error: &std::io::Error) -> Error {
    problem(
        path,
        match error.kind() {
            ErrorKind::NotFound => FileProblem::Missing,
            ErrorKind::NotADirectory => FileProblem::NotADirectory,
            _ => FileProblem::Denied(one_line(&error.to_string())),
        },
    )
}

fn problem(path: &Path, problem: FileProblem) -> Error {
    Error::File {
        parameter: "path",
        path: path.to_path_buf(),
        problem,
        allowed: ALLOWED,
    }
}
