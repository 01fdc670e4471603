//! What transmittance does to encoded values under each curve.
//!
//! Where a transfer curve is `linear = ((y + b)/(1 + b))^g`, light multiplied by T encodes to
//! `y' = (y + b)·T^(1/g) − b`: no decoding, no encoding, and exactly `y` at T = 1. sRGB is such a
//! curve (b = 0.055, g = 2.4) down to its straight toe. A pure power has b = 0; linear light has
//! b = 0 and g = 1.

use crate::simd::{Select, Simd, SimdBase, SimdFloat, SimdFrom, SimdMask, f32x16};

/// The factor T^(1/g) and the offset b of a curve.
pub(super) trait Gain {
    const OFFSET: f32;
    /// The encoded value below which the curve is straight.
    const TOE: f32;
    /// Of red, green and blue in step: each constant is loaded once, and no step waits for the one
    /// before.
    fn gain<S: Simd>(&self, simd: S, t: [f32x16<S>; 3]) -> [f32x16<S>; 3];
}

/// sRGB for 16-bit and floating-point elements.
#[derive(Debug, Default)]
pub(super) struct Srgb;

/// The coefficients of p, from the lowest, where 1 + (T − 1)·p(T) is T^(5/12) for T in 0.25..=1. They
/// minimise the largest error, which is 1.1e-6, a fourteenth of a 16-bit code.
const GAIN: [f32; 8] = [
    0.7972878, -1.504644, 4.211389, -8.870382, 12.48831, -11.02747, 5.503975, -1.181928,
];

/// Powers of a quarter, their inverses, and what they are to the 5/12.
const QUARTERS: [(f32, f32, f32); 4] = [
    (0.25, 4.0, 0.561_231),
    (0.062_5, 16.0, 0.314_980_27),
    (0.015_625, 64.0, 0.176_776_7),
    (0.003_906_25, 256.0, 0.099_212_565),
];

/// T^(5/12) for T in 0.25..=1, exactly 1 at T = 1.
#[inline(always)]
fn high_gain<S: Simd>(simd: S, t: [f32x16<S>; 3]) -> [f32x16<S>; 3] {
    let mut sum = [f32x16::splat(simd, GAIN[GAIN.len() - 1]); 3];
    for n in (0..GAIN.len() - 1).rev() {
        for c in 0..3 {
            sum[c] = sum[c] * t[c] + GAIN[n];
        }
    }
    for c in 0..3 {
        sum[c] = (t[c] - 1.0) * sum[c] + 1.0;
    }
    sum
}

impl Gain for Srgb {
    const OFFSET: f32 = 0.055;
    const TOE: f32 = 0.040_45;

    /// A T below a quarter is brought there by a power of four, down to 4⁻⁵ and so to where every result
    /// is in the toe.
    #[inline(always)]
    fn gain<S: Simd>(&self, simd: S, t: [f32x16<S>; 3]) -> [f32x16<S>; 3] {
        let lowest = (t[0].min(t[1])).min(t[2]);
        if !lowest.simd_lt(0.25).any_true() {
            return high_gain(simd, t);
        }
        let one = f32x16::splat(simd, 1.0);
        let (mut scaled, mut back) = (t, [one; 3]);
        for c in 0..3 {
            let mut scale = one;
            for (limit, factor, root) in QUARTERS {
                let below = t[c].simd_lt(limit);
                scale = below.select(f32x16::splat(simd, factor), scale);
                back[c] = below.select(f32x16::splat(simd, root), back[c]);
            }
            scaled[c] = t[c] * scale;
        }
        let mut gain = high_gain(simd, scaled);
        for c in 0..3 {
            gain[c] *= back[c];
        }
        gain
    }
}

/// Values proportional to light.
#[derive(Debug)]
pub(super) struct Linear;

impl Gain for Linear {
    const OFFSET: f32 = 0.0;
    const TOE: f32 = f32::NEG_INFINITY;

    #[inline(always)]
    fn gain<S: Simd>(&self, _: S, t: [f32x16<S>; 3]) -> [f32x16<S>; 3] {
        t
    }
}

/// A pure power: T^(1/g) as a function of q = T^(1/4), at even steps and straight in between.
#[derive(Debug)]
pub(super) struct Power {
    gains: Vec<f32>,
}

impl Power {
    const STEPS: usize = 1024;

    pub(super) fn new(gamma: f32) -> Self {
        let exponent = 4.0 / f64::from(gamma);
        let step = |i| libm::pow(i as f64 / Self::STEPS as f64, exponent) as f32;
        let mut gains: Vec<f32> = (0..=Self::STEPS).map(step).collect();
        gains.push(1.0);
        Self { gains }
    }
}

impl Gain for Power {
    const OFFSET: f32 = 0.0;
    const TOE: f32 = f32::NEG_INFINITY;

    #[inline(always)]
    fn gain<S: Simd>(&self, simd: S, mut t: [f32x16<S>; 3]) -> [f32x16<S>; 3] {
        for t in &mut t {
            *t = self.interpolated(simd, *t);
        }
        t
    }
}

impl Power {
    #[inline(always)]
    fn interpolated<S: Simd>(&self, simd: S, t: f32x16<S>) -> f32x16<S> {
        let at = t.sqrt().sqrt() * Self::STEPS as f32;
        let below = at.floor();
        let mut ends = [[0.0; 16]; 2];
        for lane in 0..16 {
            let i = (below[lane] as usize).min(Self::STEPS);
            (ends[0][lane], ends[1][lane]) = (self.gains[i], self.gains[i + 1]);
        }
        let low = f32x16::simd_from(simd, ends[0]);
        let high = f32x16::simd_from(simd, ends[1]);
        low + (high - low) * (at - below)
    }
}
