//! What a picture's elements are: 8-bit codes, 16-bit codes, floating-point values.

use crate::raster::codes::SrgbCodes;
use crate::raster::darken::Darken;
use crate::raster::gain::Srgb;
use crate::raster::light::Light;
use crate::raster::runs::RUN;
use crate::raster::transfer::srgb_to_linear;
use crate::simd::{
    Simd, SimdBase, channels, f32x16, load_bytes, store_bytes, store_sixteen, with_channels,
};
use bytemuck::NoUninit;

/// A kind of element of a picture.
pub(super) trait Element: NoUninit + Default + Send + Sync {
    /// What light is held in, as exact as the element needs.
    type Light: Light;
    /// How it is darkened under the sRGB curve, as exact as the element needs.
    type Srgb: Darken<Self> + Default;
    /// Whether rounding alone gives every element back that is multiplied by 1.
    const WHOLE: bool;
    /// The element that stands for 1.
    const FULL: f32;
    /// Red, green and blue of four runs of pixels, which start at places of a slice.
    fn load<S: Simd, const CHANNELS: usize>(
        simd: S,
        from: &[Self],
        at: [usize; 4],
    ) -> [f32x16<S>; 3];
    /// Replaces red, green and blue of four runs of pixels; rounds values, none of them negative,
    /// where the element is an integer.
    fn store<S: Simd, const CHANNELS: usize>(
        simd: S,
        values: [f32x16<S>; 3],
        to: &mut [Self],
        at: [usize; 4],
    );
    /// Linear light under the sRGB curve.
    fn srgb_to_linear(self) -> f64;
    /// The element of an encoded value, 1 for full.
    fn from_encoded(value: f64) -> Self;
    /// The encoded value, 1 for full.
    fn encoded(self) -> f32;
}

/// Red, green and blue of four runs of pixels, one element at a time.
#[inline(always)]
fn gather<S: Simd, E: Copy + Into<f32>, const CHANNELS: usize>(
    simd: S,
    from: &[E],
    at: [usize; 4],
) -> [f32x16<S>; 3] {
    let mut planes = [[0.0_f32; 16]; 3];
    for quarter in 0..4 {
        let run = &from[at[quarter]..at[quarter] + RUN * CHANNELS];
        for i in 0..RUN {
            for c in 0..3 {
                planes[c][quarter * RUN + i] = run[i * CHANNELS + c].into();
            }
        }
    }
    let [r, g, b] = &planes;
    [
        f32x16::from_slice(simd, r),
        f32x16::from_slice(simd, g),
        f32x16::from_slice(simd, b),
    ]
}

/// The inverse of [`gather`].
#[inline(always)]
fn scatter<E: Copy, const CHANNELS: usize>(planes: [[E; 16]; 3], to: &mut [E], at: [usize; 4]) {
    for quarter in 0..4 {
        let run = &mut to[at[quarter]..at[quarter] + RUN * CHANNELS];
        for i in 0..RUN {
            for c in 0..3 {
                run[i * CHANNELS + c] = planes[c][quarter * RUN + i];
            }
        }
    }
}

impl Element for u8 {
    type Light = i16;
    type Srgb = SrgbCodes;
    const WHOLE: bool = true;
    const FULL: f32 = 255.0;

    #[inline(always)]
    fn load<S: Simd, const CHANNELS: usize>(
        simd: S,
        from: &[Self],
        at: [usize; 4],
    ) -> [f32x16<S>; 3] {
        channels(load_bytes::<S, CHANNELS>(simd, from, at))
    }

    #[inline(always)]
    fn store<S: Simd, const CHANNELS: usize>(
        simd: S,
        [r, g, b]: [f32x16<S>; 3],
        to: &mut [Self],
        at: [usize; 4],
    ) {
        let pixels = load_bytes::<S, CHANNELS>(simd, to, at);
        let pixels = with_channels(pixels, [r + 0.5, g + 0.5, b + 0.5]);
        store_bytes::<S, CHANNELS>(simd, pixels, to, at);
    }

    fn srgb_to_linear(self) -> f64 {
        srgb_to_linear(f64::from(self) / 255.0)
    }

    fn from_encoded(value: f64) -> Self {
        (value * 255.0 + 0.5) as Self
    }

    fn encoded(self) -> f32 {
        f32::from(self) / 255.0
    }
}

impl Element for u16 {
    type Light = f32;
    type Srgb = Srgb;
    const WHOLE: bool = true;
    const FULL: f32 = 65535.0;

    #[inline(always)]
    fn load<S: Simd, const CHANNELS: usize>(
        simd: S,
        from: &[Self],
        at: [usize; 4],
    ) -> [f32x16<S>; 3] {
        gather::<S, Self, CHANNELS>(simd, from, at)
    }

    #[inline(always)]
    fn store<S: Simd, const CHANNELS: usize>(
        _: S,
        [r, g, b]: [f32x16<S>; 3],
        to: &mut [Self],
        at: [usize; 4],
    ) {
        let mut planes = [[0; 16]; 3];
        for (plane, value) in planes.iter_mut().zip([r, g, b]) {
            for (code, whole) in plane.iter_mut().zip(store_sixteen(value + 0.5)) {
                *code = whole as Self;
            }
        }
        scatter::<Self, CHANNELS>(planes, to, at);
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
    type Light = f32;
    type Srgb = Srgb;
    const WHOLE: bool = false;
    const FULL: f32 = 1.0;

    #[inline(always)]
    fn load<S: Simd, const CHANNELS: usize>(
        simd: S,
        from: &[Self],
        at: [usize; 4],
    ) -> [f32x16<S>; 3] {
        gather::<S, Self, CHANNELS>(simd, from, at)
    }

    #[inline(always)]
    fn store<S: Simd, const CHANNELS: usize>(
        _: S,
        values: [f32x16<S>; 3],
        to: &mut [Self],
        at: [usize; 4],
    ) {
        let mut planes = [[0.0; 16]; 3];
        for c in 0..3 {
            values[c].store_slice(&mut planes[c]);
        }
        scatter::<Self, CHANNELS>(planes, to, at);
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
