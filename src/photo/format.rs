//! File formats, what each of them cannot hold, and what a file had that we do not use.

use std::fmt;

/// A picture file format that can be read and written.
///
/// # Examples
/// ```
/// use stubblefield::FileFormat;
///
/// assert_eq!(FileFormat::Jpeg.to_string(), "JPEG");
/// assert_eq!(FileFormat::Jpeg.extension(), "jpg");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileFormat {
    /// PNG: lossless, 8 or 16 bits.
    Png,
    /// JPEG: written 4:4:4 at quality 95, 8 bits, no alpha.
    Jpeg,
    /// TIFF: lossless, 8 or 16 bits or floating point.
    Tiff,
    /// WebP: written lossless, 8 bits.
    WebP,
}

impl FileFormat {
    /// The extension a new file of this format gets, without a dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Tiff => "tif",
            Self::WebP => "webp",
        }
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
        })
    }
}

/// Something a photo has that a file of some format cannot hold.
///
/// # Examples
/// ```
/// use stubblefield::{FileFormat, Loss, Photo, Size};
///
/// let photo = Photo::from_rgb16(Size::new(1, 1)?, vec![0, 300, 65535])?;
/// assert_eq!(photo.losses(FileFormat::Png), []);
/// assert_eq!(photo.losses(FileFormat::WebP), [Loss::Depth]);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// Lossy compression: every save changes codes a little.
    Compression,
    /// Finer steps than the format has: 16 bits become 8, floating point becomes 16 or 8.
    Depth,
    /// Alpha is dropped; colours stay as they are.
    Alpha,
    /// EXIF is dropped: date, camera, lens.
    Exif,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compression => "the format's compression changes codes a little",
            Self::Depth => "the format has coarser steps than the photo",
            Self::Alpha => "the format has no alpha",
            Self::Exif => "the format's encoder writes no EXIF",
        })
    }
}

/// Something a photo's file had that was understood in part or left aside.
///
/// # Examples
/// ```
/// use stubblefield::Note;
///
/// let note = Note::ProfileNotRgb.to_string();
/// assert_eq!(note, "the colour profile is not for RGB: dropped, the photo is taken as sRGB");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The ICC profile describes grey, CMYK or another space than RGB.
    ProfileNotRgb,
    /// The ICC profile is larger than any sensible one.
    ProfileTooLarge,
    /// The ICC profile could not be parsed.
    ProfileUnreadable,
    /// The ICC profile works by tables that are not used here.
    ProfileHasTables,
    /// The ICC profile has a different curve per channel.
    ProfileCurvesDiffer,
    /// Floating-point pixels came with a profile whose curve is not linear.
    FloatTakenAsLinear,
    /// Floating-point pixels came with alpha.
    FloatAlphaDropped,
    /// The PNG names a colour space by its `cICP` chunk that is not sRGB or Display P3.
    ColorTagNotUsed,
    /// The file holds further pictures: a gain map or preview behind a JPEG, frames of an animation, pages
    /// of a TIFF.
    FurtherPicturesDropped,
    /// The EXIF block could not be parsed.
    ExifUnreadable,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ProfileNotRgb => {
                "the colour profile is not for RGB: dropped, the photo is taken as sRGB"
            }
            Self::ProfileTooLarge => {
                "the colour profile is too large: dropped, the photo is taken as sRGB"
            }
            Self::ProfileUnreadable => {
                "the colour profile is unreadable: kept, colours are reckoned as sRGB"
            }
            Self::ProfileHasTables => {
                "the colour profile works by tables: kept, colours are reckoned without them"
            }
            Self::ProfileCurvesDiffer => {
                "the colour profile has one curve per channel: all are reckoned by that of green"
            }
            Self::FloatTakenAsLinear => {
                "the colour profile is not linear: dropped, floating-point pixels are taken as linear"
            }
            Self::FloatAlphaDropped => "the alpha of floating-point pixels is dropped",
            Self::ColorTagNotUsed => {
                "the colour space named in the file is not known: the photo is taken as sRGB"
            }
            Self::FurtherPicturesDropped => "further pictures in the file (gain map, frames, pages) are dropped",
            Self::ExifUnreadable => "the EXIF block is unreadable: dropped",
        })
    }
}
