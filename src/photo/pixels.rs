//! Pixel buffers: interleaved channels, row by row, in five depths.

use crate::error::{Error, Result};
use crate::units::Size;

/// What a photo owns.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Buffer {
    Rgb8(Vec<u8>),
    Rgba8(Vec<u8>),
    Rgb16(Vec<u16>),
    Rgba16(Vec<u16>),
    RgbF32(Vec<f32>),
}

/// The pixels of a photo, borrowed: interleaved channels, row by row from the top, no padding.
///
/// Integer codes are encoded by the photo's transfer curve; `RgbF32` is linear light with 1 as
/// full. Alpha, where there is one, is straight (not multiplied into the colour).
///
/// # Examples
/// ```
/// use stubblefield::{Photo, Samples, Size};
///
/// let photo = Photo::from_rgb8(Size::new(2, 1)?, vec![1, 2, 3, 4, 5, 6])?;
/// assert_eq!(photo.pixels(), Samples::Rgb8(&[1, 2, 3, 4, 5, 6]));
/// assert_eq!(photo.pixels().channels(), 3);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Samples<'a> {
    /// Three channels of 8 bits.
    Rgb8(&'a [u8]),
    /// Three channels and alpha, 8 bits each.
    Rgba8(&'a [u8]),
    /// Three channels of 16 bits.
    Rgb16(&'a [u16]),
    /// Three channels and alpha, 16 bits each.
    Rgba16(&'a [u16]),
    /// Three channels of linear light.
    RgbF32(&'a [f32]),
}

/// The pixels of a photo, to be changed in place; laid out as [`Samples`].
///
/// # Examples
/// ```
/// use stubblefield::{Photo, Samples, SamplesMut, Size};
///
/// let mut photo = Photo::from_rgb8(Size::new(1, 1)?, vec![9, 9, 9])?;
/// if let SamplesMut::Rgb8(codes) = photo.pixels_mut() {
///     codes[1] = 7;
/// }
/// assert_eq!(photo.pixels(), Samples::Rgb8(&[9, 7, 9]));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum SamplesMut<'a> {
    /// Three channels of 8 bits.
    Rgb8(&'a mut [u8]),
    /// Three channels and alpha, 8 bits each.
    Rgba8(&'a mut [u8]),
    /// Three channels of 16 bits.
    Rgb16(&'a mut [u16]),
    /// Three channels and alpha, 16 bits each.
    Rgba16(&'a mut [u16]),
    /// Three channels of linear light.
    RgbF32(&'a mut [f32]),
}

impl Samples<'_> {
    /// Values per pixel: 3, or 4 with alpha.
    #[must_use]
    pub const fn channels(&self) -> usize {
        match self {
            Self::Rgb8(_) | Self::Rgb16(_) | Self::RgbF32(_) => 3,
            Self::Rgba8(_) | Self::Rgba16(_) => 4,
        }
    }

    /// True when every pixel has an alpha.
    #[must_use]
    pub const fn has_alpha(&self) -> bool {
        self.channels() == 4
    }
}

impl Buffer {
    /// Becomes as another buffer is in kind and length, with values of any kind, in its own memory where
    /// that serves.
    pub(super) fn fit(&mut self, other: &Self) {
        match (self, other) {
            (Self::Rgb8(own), Self::Rgb8(other)) | (Self::Rgba8(own), Self::Rgba8(other)) => {
                fit(own, other);
            }
            (Self::Rgb16(own), Self::Rgb16(other)) | (Self::Rgba16(own), Self::Rgba16(other)) => {
                fit(own, other);
            }
            (Self::RgbF32(own), Self::RgbF32(other)) => fit(own, other),
            (own, Self::Rgb8(other)) => *own = Self::Rgb8(vec![0; other.len()]),
            (own, Self::Rgba8(other)) => *own = Self::Rgba8(vec![0; other.len()]),
            (own, Self::Rgb16(other)) => *own = Self::Rgb16(vec![0; other.len()]),
            (own, Self::Rgba16(other)) => *own = Self::Rgba16(vec![0; other.len()]),
            (own, Self::RgbF32(other)) => *own = Self::RgbF32(vec![0.0; other.len()]),
        }
    }

    pub(super) fn pixels(&self) -> Samples<'_> {
        match self {
            Self::Rgb8(codes) => Samples::Rgb8(codes),
            Self::Rgba8(codes) => Samples::Rgba8(codes),
            Self::Rgb16(codes) => Samples::Rgb16(codes),
            Self::Rgba16(codes) => Samples::Rgba16(codes),
            Self::RgbF32(light) => Samples::RgbF32(light),
        }
    }

    pub(super) fn pixels_mut(&mut self) -> SamplesMut<'_> {
        match self {
            Self::Rgb8(codes) => SamplesMut::Rgb8(codes),
            Self::Rgba8(codes) => SamplesMut::Rgba8(codes),
            Self::Rgb16(codes) => SamplesMut::Rgb16(codes),
            Self::Rgba16(codes) => SamplesMut::Rgba16(codes),
            Self::RgbF32(light) => SamplesMut::RgbF32(light),
        }
    }

    /// An error unless there is exactly one value per channel and pixel, all of them finite.
    pub(super) fn check(&self, size: Size) -> Result<()> {
        let value = match self {
            Self::Rgb8(codes) | Self::Rgba8(codes) => codes.len(),
            Self::Rgb16(codes) | Self::Rgba16(codes) => codes.len(),
            Self::RgbF32(light) => light.len(),
        };
        let allowed = size.pixels() * self.pixels().channels();
        if value != allowed {
            return Err(Error::WrongLength {
                parameter: "pixels",
                value,
                allowed,
            });
        }
        if let Self::RgbF32(light) = self
            && let Some(&bad) = light.iter().find(|value| !value.is_finite())
        {
            return Err(Error::OutOfRange {
                parameter: "pixels",
                value: f64::from(bad),
                allowed: "finite values",
            });
        }
        Ok(())
    }
}

/// Makes values as many as others are. New memory is left for the system to clear page by page, when
/// those who write to it, often several threads, come to each.
fn fit<T: Copy + Default>(own: &mut Vec<T>, other: &[T]) {
    if own.capacity() < other.len() {
        *own = vec![T::default(); other.len()];
    } else {
        own.resize(other.len(), T::default());
    }
}

/// The nearest 8-bit code of a 16-bit one: off by at most half a code.
#[cfg(feature = "image")]
pub(super) const fn narrow(code: u16) -> u8 {
    ((code as u32 + 128) / 257) as u8
}

#[cfg(all(test, feature = "image"))]
mod tests {
    use super::*;

    #[test]
    fn narrowing_undoes_widening_and_rounds_to_nearest() {
        for code in 0..=u8::MAX {
            assert_eq!(narrow(u16::from(code) * 257), code);
        }
        for code in 0..=u16::MAX {
            let error = (f64::from(code) / 257.0 - f64::from(narrow(code))).abs();
            assert!(error <= 0.5, "{code}: {error}");
        }
    }
}
