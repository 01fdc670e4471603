//! What a picture's elements are: 8-bit codes, 16-bit codes, floating-point values.

use crate::raster::gain::{Gain, Srgb, SrgbBytes};
use crate::simd::{Simd, SimdBase, f32x8, load, load_u8, load_u16, splat, store_u8, store_u16};
use std::sync::LazyLock;

/// Elements handled at a time.
pub(super) const BLOCK: usize = 32;

/// A kind of element of a picture.
pub(super) trait Element: Copy + Default + Send + Sync + 'static {
    /// The gain under the sRGB curve, as exact as the element needs.
    type Srgb: Gain + Default;
    /// Whether rounding alone gives every element back that is multiplied by 1.
    const WHOLE: bool;
    /// The element that stands for 1.
    const FULL: f32;
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4];
    /// Rounds where the element is an integer.
    fn store<S: Simd>(simd: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]);
    /// Linear light under the sRGB curve.
    fn srgb_to_linear(self) -> f64;
    /// The element of an encoded value, 1 for full.
    fn from_encoded(value: f64) -> Self;
    /// The encoded value, 1 for full.
    fn encoded(self) -> f32;
}

/// Linear light of an encoded value under the sRGB curve.
fn srgb_to_linear(encoded: f64) -> f64 {
    if encoded <= 0.040_45 {
        encoded / 12.92
    } else {
        libm::pow((encoded + 0.055) / 1.055, 2.4)
    }
}

static SRGB_CODES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    (0..256)
        .map(|i| srgb_to_linear(f64::from(i) / 255.0))
        .collect()
});

/// Values whose whole part is the rounded code.
#[inline(always)]
fn to_round<S: Simd>(simd: S, [a, b, c, d]: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
    let zero = splat(simd, 0.0);
    [
        a.max(zero) + 0.5,
        b.max(zero) + 0.5,
        c.max(zero) + 0.5,
        d.max(zero) + 0.5,
    ]
}

impl Element for u8 {
    type Srgb = SrgbBytes;
    const WHOLE: bool = true;
    const FULL: f32 = 255.0;

    #[inline(always)]
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4] {
        load_u8(simd, from)
    }

    #[inline(always)]
    fn store<S: Simd>(simd: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]) {
        store_u8(to_round(simd, values), to);
    }

    fn srgb_to_linear(self) -> f64 {
        SRGB_CODES[usize::from(self)]
    }

    fn from_encoded(value: f64) -> Self {
        (value * 255.0 + 0.5) as Self
    }

    fn encoded(self) -> f32 {
        f32::from(self) / 255.0
    }
}

impl Element for u16 {
    type Srgb = Srgb;
    const WHOLE: bool = true;
    const FULL: f32 = 65535.0;

    #[inline(always)]
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4] {
        load_u16(simd, from)
    }

    #[inline(always)]
    fn store<S: Simd>(simd: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]) {
        store_u16(to_round(simd, values), to);
    }

    fn srgb_to_linear(self) -> f64 {
        srgb_to_linear(f64::from(self) / 65535.0)
    }

    fn from_encoded(value: f64) -> Self {
        (value * 65535.0 + 0.5) as Self
    }

    fn encoded(self) -> f32 {
        f32::from(self) / 65535.0
    }
}

impl Element for f32 {
    type Srgb = Srgb;
    const WHOLE: bool = false;
    const FULL: f32 = 1.0;

    #[inline(always)]
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4] {
        [
            load(simd, &from[..8]),
            load(simd, &from[8..16]),
            load(simd, &from[16..24]),
            load(simd, &from[24..]),
        ]
    }

    #[inline(always)]
    fn store<S: Simd>(_: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]) {
        for i in 0..4 {
            values[i].store_slice(&mut to[8 * i..8 * i + 8]);
        }
    }

    fn srgb_to_linear(self) -> f64 {
        srgb_to_linear(f64::from(self))
    }

    fn from_encoded(value: f64) -> Self {
        value as Self
    }

    fn encoded(self) -> f32 {
        self
    }
}
