//! Photos: pixels with what they mean, from buffers or from files, and back into files.

mod color;
mod curve;
mod format;
mod gains;
mod light;
mod pixels;
mod target;

#[cfg(feature = "image")]
mod exif;
#[cfg(feature = "image")]
mod icc;
#[cfg(feature = "image")]
mod mask;
#[cfg(feature = "image")]
mod open;
#[cfg(feature = "image")]
mod save;
#[cfg(feature = "image")]
mod structure;

pub use color::ColorSpace;
pub use format::{FileFormat, Loss, Note};
pub use pixels::{Samples, SamplesMut};
#[cfg(feature = "image")]
pub use save::Saved;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Result;
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::raster::Transfer;
use crate::units::Size;
use light::DecodeTable;
use pixels::Buffer;

/// A photo: upright pixels in their own colour space, with what belongs into the file it becomes.
///
/// # Examples
/// ```
/// use stubblefield::{Photo, Size};
///
/// let gray = Photo::from_rgb8(Size::new(1, 1)?, vec![188, 188, 188])?;
/// let light = gray.linear_srgb_at(0, 0); // code 188 of 255 is half the light
/// assert!((light[0] - 0.503).abs() < 0.001);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Photo {
    size: Size,
    buffer: Buffer,
    space: ColorSpace,
    decode: DecodeTable,
    icc_profile: Option<Arc<[u8]>>,
    exif: Option<Arc<[u8]>>,
    format: Option<FileFormat>,
    source: Option<PathBuf>,
    notes: Vec<Note>,
}

impl Photo {
    /// A photo of 8-bit sRGB pixels.
    ///
    /// # Errors
    /// [`Error::WrongLength`](crate::Error::WrongLength) unless there are exactly three codes per pixel.
    pub fn from_rgb8(size: Size, codes: Vec<u8>) -> Result<Self> {
        Self::from_buffer(size, Buffer::Rgb8(codes), ColorSpace::srgb())
    }

    /// A photo of 8-bit sRGB pixels with straight alpha.
    ///
    /// # Errors
    /// [`Error::WrongLength`](crate::Error::WrongLength) unless there are exactly four codes per pixel.
    pub fn from_rgba8(size: Size, codes: Vec<u8>) -> Result<Self> {
        Self::from_buffer(size, Buffer::Rgba8(codes), ColorSpace::srgb())
    }

    /// A photo of 16-bit sRGB pixels.
    ///
    /// # Errors
    /// [`Error::WrongLength`](crate::Error::WrongLength) unless there are exactly three codes per pixel.
    pub fn from_rgb16(size: Size, codes: Vec<u16>) -> Result<Self> {
        Self::from_buffer(size, Buffer::Rgb16(codes), ColorSpace::srgb())
    }

    /// A photo of 16-bit sRGB pixels with straight alpha.
    ///
    /// # Errors
    /// [`Error::WrongLength`](crate::Error::WrongLength) unless there are exactly four codes per pixel.
    pub fn from_rgba16(size: Size, codes: Vec<u16>) -> Result<Self> {
        Self::from_buffer(size, Buffer::Rgba16(codes), ColorSpace::srgb())
    }

    /// A photo of linear light in the primaries of sRGB, 1 being full.
    ///
    /// # Errors
    /// [`Error::WrongLength`](crate::Error::WrongLength) unless there are exactly three values per
    /// pixel, [`Error::OutOfRange`](crate::Error::OutOfRange) when one is not finite.
    pub fn from_rgb_f32(size: Size, light: Vec<f32>) -> Result<Self> {
        Self::from_buffer(
            size,
            Buffer::RgbF32(light),
            ColorSpace::linear_srgb_primaries(),
        )
    }

    fn from_buffer(size: Size, buffer: Buffer, space: ColorSpace) -> Result<Self> {
        buffer.check(size)?;
        Ok(Self {
            size,
            decode: DecodeTable::new(&buffer, space.transfer()),
            buffer,
            space,
            icc_profile: None,
            exif: None,
            format: None,
            source: None,
            notes: Vec::new(),
        })
    }

    /// The same codes, read in another colour space. An ICC profile that came with the file no
    /// longer describes them and is dropped; floating-point pixels stay linear.
    #[must_use]
    pub fn with_color_space(mut self, space: ColorSpace) -> Self {
        self.icc_profile = None;
        self.set_space(space);
        self
    }

    fn set_space(&mut self, space: ColorSpace) {
        self.space = match self.buffer {
            Buffer::RgbF32(_) => space.with_transfer(Transfer::Linear),
            _ => space,
        };
        self.decode = DecodeTable::new(&self.buffer, self.space.transfer());
    }

    /// Width and height, upright.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The pixels, borrowed.
    #[must_use]
    pub fn pixels(&self) -> Samples<'_> {
        self.buffer.pixels()
    }

    /// The pixels, to be changed in place.
    ///
    /// Floating-point light has to stay finite, as it is in every photo; nothing looks at it again, and a value that
    /// is not spreads to whatever is measured or drawn around it.
    #[must_use]
    pub fn pixels_mut(&mut self) -> SamplesMut<'_> {
        self.buffer.pixels_mut()
    }

    /// What the channels mean.
    #[must_use]
    pub const fn color_space(&self) -> &ColorSpace {
        &self.space
    }

    /// The transfer curve of the pixels; always linear for floating-point ones.
    #[must_use]
    pub const fn transfer(&self) -> &Transfer {
        self.space.transfer()
    }

    /// The format of the file the photo was read from, if it was.
    #[must_use]
    pub const fn format(&self) -> Option<FileFormat> {
        self.format
    }

    /// The file the photo was opened from, with links resolved; no save goes there.
    #[must_use]
    pub fn source_path(&self) -> Option<&Path> {
        self.source.as_deref()
    }

    /// The ICC profile that describes the pixels, as it stood in the file.
    #[must_use]
    pub fn icc_profile(&self) -> Option<&[u8]> {
        self.icc_profile.as_deref()
    }

    /// The EXIF block that goes into saved files: date, exposure, camera and lens; without place,
    /// names, serial numbers, maker notes, thumbnail and orientation.
    #[must_use]
    pub fn exif(&self) -> Option<&[u8]> {
        self.exif.as_deref()
    }

    /// Becomes a photo like another in all but its pixels, which may hold anything; in the memory that is
    /// there where depth and channels agree.
    pub(crate) fn become_like(&mut self, other: &Self) {
        let Self {
            size,
            buffer,
            space,
            decode,
            icc_profile,
            exif,
            format,
            source,
            notes,
        } = other;
        self.buffer.fit(buffer);
        self.size = *size;
        self.space.clone_from(space);
        self.decode.clone_from(decode);
        self.icc_profile.clone_from(icc_profile);
        self.exif.clone_from(exif);
        self.format = *format;
        self.source.clone_from(source);
        self.notes.clone_from(notes);
    }

    /// Says in a line of ASCII what the photo shows: the description in the EXIF of files saved from it. A photo
    /// opened from such a file has none.
    ///
    /// Without the feature `image` nothing is written, as no file is.
    pub(crate) fn describe(&mut self, text: &str) {
        #[cfg(feature = "image")]
        if let Some(block) = exif::described(self.exif.as_deref(), text) {
            self.exif = Some(block.into());
        }
        #[cfg(not(feature = "image"))]
        let _ = text;
    }

    /// Focal length in mm as on 35 mm film and distance of the subject in m, where the file holds
    /// both.
    pub(crate) fn shot(&self) -> Option<(f32, f32)> {
        #[cfg(feature = "image")]
        return exif::shot(self.exif.as_deref()?);
        #[cfg(not(feature = "image"))]
        return None;
    }

    /// What the file had that was understood in part or left aside.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Linear sRGB of a pixel, or of the nearest one when the position lies outside. Colours outside
    /// sRGB leave 0..=1.
    ///
    /// # Tolerance
    /// 8- and 16-bit codes are decoded through a table whose entries are off by at most 6e-8 of
    /// themselves (1e-6 of full light where the curve itself is a table).
    #[must_use]
    pub fn linear_srgb_at(&self, x: u32, y: u32) -> [f32; 3] {
        let x = x.min(self.size.width() - 1) as usize;
        let y = y.min(self.size.height() - 1) as usize;
        let index = y * self.size.width() as usize + x;
        self.decode.at(self.pixels(), &self.space, index)
    }

    /// Linear sRGB of a whole row; the values of [`Photo::linear_srgb_at`].
    ///
    /// # Panics
    /// When `y` is not a row of the photo or `out` is not exactly as long as a row.
    #[track_caller]
    pub fn linear_srgb_row(&self, y: u32, out: &mut [[f32; 3]]) {
        let width = self.size.width() as usize;
        assert!(
            y < self.size.height(),
            "y is {y}, allowed: 0..{}",
            self.size.height()
        );
        assert_eq!(out.len(), width, "out has to hold one value per column");
        self.linear_srgb_part(0, y, out);
    }

    /// As [`Photo::linear_srgb_row`], of as many pixels as `out` holds from column `x` on, which must be there.
    pub(crate) fn linear_srgb_part(&self, x: u32, y: u32, out: &mut [[f32; 3]]) {
        let first = y as usize * self.size.width() as usize + x as usize;
        self.decode.run(self.pixels(), &self.space, first, out);
    }

    /// Where the picture is more transparent than not, and shows nothing; `None` where it is so nowhere.
    pub(crate) fn transparent(&self) -> Option<Mask> {
        let size = self.size;
        match self.pixels() {
            Samples::Rgba8(codes) => below(size, codes, u8::MAX.div_ceil(2)),
            Samples::Rgba16(codes) => below(size, codes, u16::MAX.div_ceil(2)),
            Samples::Rgb8(_) | Samples::Rgb16(_) | Samples::RgbF32(_) => None,
        }
    }

    /// What a file of this format would not hold.
    #[must_use]
    pub fn losses(&self, format: FileFormat) -> Vec<Loss> {
        let depth = match self.buffer {
            Buffer::Rgb8(_) | Buffer::Rgba8(_) => false,
            Buffer::Rgb16(_) | Buffer::Rgba16(_) => {
                matches!(format, FileFormat::Jpeg | FileFormat::WebP)
            }
            Buffer::RgbF32(_) => format != FileFormat::Tiff,
        };
        let jpeg = format == FileFormat::Jpeg;
        let lost = [
            (Loss::Compression, jpeg),
            (Loss::Depth, depth),
            (Loss::Alpha, jpeg && self.pixels().has_alpha()),
            (
                Loss::Exif,
                format == FileFormat::Tiff && self.exif.is_some(),
            ),
        ];
        lost.into_iter().filter(|l| l.1).map(|l| l.0).collect()
    }
}

/// Where alpha, the last of four channels, is less than so much; `None` where it is so nowhere.
fn below<T: Copy + PartialOrd + Sync>(size: Size, codes: &[T], least: T) -> Option<Mask> {
    if !codes.iter().skip(3).step_by(4).any(|&alpha| alpha < least) {
        return None;
    }
    let width = size.width() as usize;
    let mut shares = Plane::filled(size, 0.0_f32);
    parallel::for_each_chunk(shares.values_mut(), width, |y, row| {
        let pixels = codes[4 * y * width..].chunks_exact(4);
        for (share, pixel) in row.iter_mut().zip(pixels) {
            *share = f32::from(u8::from(pixel[3] < least));
        }
    });
    Some(Mask::from_shares(shares))
}
