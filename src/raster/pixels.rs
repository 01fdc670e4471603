//! The caller's picture, borrowed and checked once.

use crate::error::{Error, Result};
use crate::raster::transfer::Transfer;
use crate::units::Size;

/// What a pixel is made of.
///
/// # Examples
/// ```
/// use stubblefield::Channels;
///
/// assert_eq!(Channels::Rgba.count(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, and an alpha that is never touched. The colours are not premultiplied.
    Rgba,
}

impl Channels {
    /// Elements per pixel.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// A picture to draw on: a borrowed buffer of any crate's making, with its size and stride.
///
/// Only the colours of pixels that ink reaches are written; alpha, the rest of a row up to its
/// stride, and every pixel that ink leaves alone keep their bits.
///
/// # Examples
/// ```
/// use stubblefield::{Channels, PixelsMut, Size};
///
/// let mut bytes = vec![200_u8; 4 * 12];
/// let size = Size::new(4, 4)?;
/// assert!(PixelsMut::from_u8(&mut bytes, size, Channels::Rgb, 12).is_ok());
/// let refused = PixelsMut::from_u8(&mut bytes, size, Channels::Rgba, 16).unwrap_err();
/// assert_eq!(refused.to_string(), "pixels has 48 elements, allowed: at least 64");
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Debug)]
pub struct PixelsMut<'a> {
    pub(super) samples: Samples<'a>,
    pub(super) size: Size,
    pub(super) channels: Channels,
    pub(super) stride: usize,
    pub(super) transfer: Transfer,
}

/// A picture to draw from: as [`PixelsMut`], and only read.
///
/// # Examples
/// ```
/// use stubblefield::{Channels, Pixels, Size};
///
/// let bytes = [200_u8; 4 * 12];
/// assert!(Pixels::from_u8(&bytes, Size::new(4, 4)?, Channels::Rgb, 12).is_ok());
/// assert!(Pixels::from_u8(&bytes, Size::new(4, 4)?, Channels::Rgb, 11).is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    pub(super) samples: SourceSamples<'a>,
    pub(super) size: Size,
    pub(super) channels: Channels,
    pub(super) stride: usize,
}

/// The elements of a picture that is only read.
#[derive(Clone, Copy, Debug)]
pub(super) enum SourceSamples<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
    F32(&'a [f32]),
}

impl<'a> Pixels<'a> {
    /// A picture of 8-bit codes; `stride` is the distance from one row to the next, in elements.
    ///
    /// # Errors
    /// As [`PixelsMut::from_u8`].
    pub fn from_u8(
        pixels: &'a [u8],
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Result<Self> {
        check_fit(pixels.len(), size, channels, stride)?;
        Ok(Self::new(SourceSamples::U8(pixels), size, channels, stride))
    }

    /// A picture of 16-bit codes.
    ///
    /// # Errors
    /// As [`PixelsMut::from_u8`].
    pub fn from_u16(
        pixels: &'a [u16],
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Result<Self> {
        check_fit(pixels.len(), size, channels, stride)?;
        Ok(Self::new(
            SourceSamples::U16(pixels),
            size,
            channels,
            stride,
        ))
    }

    /// A picture of floating-point values.
    ///
    /// # Errors
    /// As [`PixelsMut::from_u8`].
    pub fn from_f32(
        pixels: &'a [f32],
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Result<Self> {
        check_fit(pixels.len(), size, channels, stride)?;
        Ok(Self::new(
            SourceSamples::F32(pixels),
            size,
            channels,
            stride,
        ))
    }

    /// Width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    const fn new(
        samples: SourceSamples<'a>,
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Self {
        Self {
            samples,
            size,
            channels,
            stride,
        }
    }

    /// Whether it can be copied to a target element by element.
    pub(super) fn check(&self, target: &PixelsMut<'_>) -> Result<()> {
        self.size.check_equals(target.size, "source")?;
        let alike = matches!(
            (self.samples, &target.samples),
            (SourceSamples::U8(_), Samples::U8(_))
                | (SourceSamples::U16(_), Samples::U16(_))
                | (SourceSamples::F32(_), Samples::F32(_))
        );
        if alike && self.channels == target.channels {
            return Ok(());
        }
        let kind = match self.samples {
            SourceSamples::U8(_) => "8-bit",
            SourceSamples::U16(_) => "16-bit",
            SourceSamples::F32(_) => "floating-point",
        };
        Err(Error::UnknownName {
            parameter: "source",
            value: format!("{kind} {:?}", self.channels),
            allowed: "the kind of elements and the channels of the target",
        })
    }
}

/// The elements of a picture, exactly from its first pixel to its last.
#[derive(Debug)]
pub(super) enum Samples<'a> {
    U8(&'a mut [u8]),
    U16(&'a mut [u16]),
    F32(&'a mut [f32]),
}

impl<'a> PixelsMut<'a> {
    /// A picture of 8-bit codes, sRGB unless [`PixelsMut::with_transfer`] says otherwise.
    ///
    /// `stride` is the distance from one row to the next, in elements of the buffer.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the stride is shorter than a row, [`Error::ShortBuffer`] when the
    /// buffer does not hold the last row.
    pub fn from_u8(
        pixels: &'a mut [u8],
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Result<Self> {
        let fit = fit(pixels, size, channels, stride)?;
        Ok(Self::new(Samples::U8(fit), size, channels, stride))
    }

    /// A picture of 16-bit codes, sRGB unless [`PixelsMut::with_transfer`] says otherwise.
    ///
    /// # Errors
    /// As [`PixelsMut::from_u8`].
    pub fn from_u16(
        pixels: &'a mut [u16],
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Result<Self> {
        let fit = fit(pixels, size, channels, stride)?;
        Ok(Self::new(Samples::U16(fit), size, channels, stride))
    }

    /// A picture of floating-point values, where 1 is the full code, proportional to light unless
    /// [`PixelsMut::with_transfer`] says otherwise. Values outside 0..=1 are multiplied like
    /// all others; under the sRGB curve those above 1 come out within 1e-3.
    ///
    /// # Errors
    /// As [`PixelsMut::from_u8`].
    pub fn from_f32(
        pixels: &'a mut [f32],
        size: Size,
        channels: Channels,
        stride: usize,
    ) -> Result<Self> {
        let fit = fit(pixels, size, channels, stride)?;
        Ok(Self::new(Samples::F32(fit), size, channels, stride).with_transfer(Transfer::Linear))
    }

    /// With another transfer curve.
    #[must_use]
    pub fn with_transfer(mut self, transfer: Transfer) -> Self {
        self.transfer = transfer;
        self
    }

    /// Width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    const fn new(samples: Samples<'a>, size: Size, channels: Channels, stride: usize) -> Self {
        Self {
            samples,
            size,
            channels,
            stride,
            transfer: Transfer::Srgb,
        }
    }
}

/// The part of a buffer that holds the picture.
fn fit<T>(pixels: &mut [T], size: Size, channels: Channels, stride: usize) -> Result<&mut [T]> {
    let length = check_fit(pixels.len(), size, channels, stride)?;
    Ok(&mut pixels[..length])
}

/// How much of a buffer of length `value` holds the picture.
fn check_fit(value: usize, size: Size, channels: Channels, stride: usize) -> Result<usize> {
    let row = size.width() as usize * channels.count();
    Error::check(
        "stride",
        stride as f64,
        stride >= row,
        "at least width times channels",
    )?;
    let allowed = (size.height() as usize - 1)
        .checked_mul(stride)
        .and_then(|above| above.checked_add(row))
        .unwrap_or(usize::MAX);
    if value < allowed {
        return Err(Error::ShortBuffer {
            parameter: "pixels",
            value,
            allowed,
        });
    }
    Ok(allowed)
}
