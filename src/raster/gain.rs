//! What transmittance does to encoded values under each curve.
//!
//! Where a transfer curve is `linear = ((y + b)/(1 + b))^g`, light multiplied by T encodes to
//! `y' = (y + b)·T^(1/g) − b`: no decoding, no encoding, and exactly `y` at T = 1. sRGB is such a
//! curve (b = 0.055, g = 2.4) down to its straight toe. A pure power has b = 0; linear light has
//! b = 0 and g = 1.

use crate::simd::{Simd, SimdFloat, SimdFrom, f32x8, splat};

/// The factor T^(1/g) and the offset b of a curve.
pub(super) trait Gain {
    const OFFSET: f32;
    /// The encoded value below which the curve is straight.
    const TOE: f32;
    /// Of four vectors in step: each constant is loaded once, and no step waits for the one before.
    fn gain<S: Simd>(&self, simd: S, t: [f32x8<S>; 4]) -> [f32x8<S>; 4];
}

/// `1 + (q − 1)·p(q)` of q = T^(1/4), with the coefficients of p from the lowest.
#[inline(always)]
fn root_polynomial<S: Simd, const N: usize>(
    simd: S,
    t: [f32x8<S>; 4],
    p: [f32; N],
) -> [f32x8<S>; 4] {
    let one = splat(simd, 1.0);
    let mut q = t;
    for q in &mut q {
        *q = q.sqrt();
    }
    for q in &mut q {
        *q = q.sqrt();
    }
    let mut sum = [splat(simd, p[N - 1]); 4];
    for n in (0..N - 1).rev() {
        let next = splat(simd, p[n]);
        for i in 0..4 {
            sum[i] = sum[i] * q[i] + next;
        }
    }
    for i in 0..4 {
        sum[i] = (q[i] - one) * sum[i] + one;
    }
    sum
}

/// sRGB for 16-bit and floating-point elements.
#[derive(Debug, Default)]
pub(super) struct Srgb;

impl Gain for Srgb {
    const OFFSET: f32 = 0.055;
    const TOE: f32 = 0.040_45;

    /// T^(5/12) from q = T^(1/4) as `1 + (q − 1)·p(q)`, which is exactly 1 at T = 1. The
    /// coefficients minimise the largest error for q in 0.23..=1; it is 1.6e-6, a tenth of a 16-bit
    /// code. Below that q every result is in the toe.
    #[inline(always)]
    fn gain<S: Simd>(&self, simd: S, t: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
        root_polynomial(
            simd,
            t,
            [
                1.004_256,
                0.872_476_35,
                -0.424_377_96,
                0.388_207_74,
                -0.238_676_08,
                0.064_893_77,
            ],
        )
    }
}

/// sRGB for 8-bit elements: a shorter polynomial.
#[derive(Debug, Default)]
pub(super) struct SrgbBytes;

impl Gain for SrgbBytes {
    const OFFSET: f32 = Srgb::OFFSET;
    const TOE: f32 = Srgb::TOE;

    /// As [`Srgb`]'s, to 4.0e-5, at most 0.011 of a code. Roots take less time than the longer
    /// polynomials that would do without them.
    #[inline(always)]
    fn gain<S: Simd>(&self, simd: S, t: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
        root_polynomial(
            simd,
            t,
            [1.009_037_1, 0.823_364_14, -0.240_521_4, 0.076_188_72],
        )
    }
}

/// Values proportional to light.
#[derive(Debug)]
pub(super) struct Linear;

impl Gain for Linear {
    const OFFSET: f32 = 0.0;
    const TOE: f32 = f32::NEG_INFINITY;

    #[inline(always)]
    fn gain<S: Simd>(&self, _: S, t: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
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
    fn gain<S: Simd>(&self, simd: S, mut t: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
        for t in &mut t {
            *t = self.interpolated(simd, *t);
        }
        t
    }
}

impl Power {
    #[inline(always)]
    fn interpolated<S: Simd>(&self, simd: S, t: f32x8<S>) -> f32x8<S> {
        let at = t.sqrt().sqrt() * Self::STEPS as f32;
        let below = at.floor();
        let mut ends = [[0.0; 8]; 2];
        for lane in 0..8 {
            let i = (below[lane] as usize).min(Self::STEPS);
            (ends[0][lane], ends[1][lane]) = (self.gains[i], self.gains[i + 1]);
        }
        let low = f32x8::simd_from(simd, ends[0]);
        let high = f32x8::simd_from(simd, ends[1]);
        low + (high - low) * (at - below)
    }
}
