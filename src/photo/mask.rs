//! Masks from picture files.

use std::path::Path;

use super::Photo;
use super::open::{Origin, decode, open};
use super::pixels::Samples;
use crate::error::Result;
use crate::mask::Mask;
use crate::plane::Plane;

impl Mask {
    /// The mask in a PNG, JPEG, TIFF or WebP file: white is treat, black or transparent is leave
    /// alone, turned upright by its orientation tag.
    ///
    /// The coverage is the code over its full value, times alpha: no curve is applied. Of a
    /// coloured picture it is the luma (ITU-R BT.709 weights on codes).
    ///
    /// # Errors
    /// As [`Photo::open`], with the parameter `mask`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let picture = open(Origin {
            parameter: "mask",
            path: path.as_ref(),
        })?;
        Self::from_photo(&picture)
    }

    /// The mask in the bytes of such a file.
    ///
    /// # Errors
    /// As [`Mask::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_photo(&decode(bytes, Origin::memory("mask"))?)
    }

    /// A picture read as a mask: luma times alpha.
    fn from_photo(picture: &Photo) -> Result<Self> {
        let coverage: Vec<f32> = match picture.pixels() {
            Samples::Rgb8(codes) => covered(codes, 3, 255.0),
            Samples::Rgba8(codes) => covered(codes, 4, 255.0),
            Samples::Rgb16(codes) => covered(codes, 3, 65_535.0),
            Samples::Rgba16(codes) => covered(codes, 4, 65_535.0),
            Samples::RgbF32(light) => covered(light, 3, 1.0),
        };
        Self::from_coverage(Plane::from_vec(picture.size(), coverage)?)
    }
}

fn covered<T: Copy + Into<f64>>(values: &[T], channels: usize, full: f64) -> Vec<f32> {
    let share = |value: T| (value.into() / full).clamp(0.0, 1.0);
    values
        .chunks_exact(channels)
        .map(|p| {
            let [r, g, b] = [share(p[0]), share(p[1]), share(p[2])];
            // Written around green, so that grey keeps its code exactly.
            let luma = g + 0.2126 * (r - g) + 0.0722 * (b - g);
            (luma * p.get(3).map_or(1.0, |&alpha| share(alpha))) as f32
        })
        .collect()
}
