//! What a tile holds light in: single precision, or steps of 2⁻¹⁵ for pictures of 8-bit codes.
//!
//! Of steps a register holds twice as many, and a product of two costs no more. They are whole numbers
//! from −2¹⁵, all light, to 0, so that all light has a number of its own, which stays what it is where
//! nothing is taken. Every product rounds to the nearest step; sums of products of factors are half the
//! coverage, since single terms of it go beyond 1. Integers are the same at every instruction level.
//!
//! A step is 1/128 of a linear 8-bit code. Under the sRGB curve an error of half of one is 0.002 codes at
//! full light, 0.03 at a hundredth and 0.05 at most, where the curve's toe begins. Pictures of 16 bits
//! and floating-point ones would show it, and keep single precision.

use crate::raster::kernel::{Cell, Factors, LANES};
use crate::raster::pass::{Canvas, Canvases};
use crate::raster::runs::RUN;
use crate::simd::{
    Simd, SimdBase, SimdFloat, SimdInt, f32x8, f32x16, i16x8, i16x16, load_quarters,
    load_whole_quarters, negative_whole, rounded_product_8, rounded_product_16, to_float, whole,
    whole_16,
};
use std::fmt::Debug;

/// Steps to all light.
const STEPS: f32 = 32768.0;

/// A kind of number for light, and for the factors that take it.
pub(super) trait Light: Copy + Debug + Send + Sync + 'static {
    /// All light.
    const FULL: Self;
    /// A factor of nothing.
    const ZERO: Self;
    type Eight<S: Simd>: Lanes<S, Element = Self>;
    type Sixteen<S: Simd>: Lanes<S, Element = Self>;

    /// Where light of this kind is drawn.
    fn canvas(canvases: &mut Canvases) -> &mut Option<Canvas<Self>>;
    /// A cell's factors of this kind.
    fn factors(cell: &Cell) -> &Factors<Self>;
    /// Weights of the corners of squares at places in them, 0..=1 along both axes: of (0, 0), (0, y),
    /// (x, 0) and (x, y). They sum to a total of about 1.
    fn weights<S: Simd>(x: f32x8<S>, y: f32x8<S>, total: f32x8<S>) -> [[Self; LANES]; 4];
    /// What times light is to be added to the light, where all is covered by ink of some absorptance.
    fn taken<S: Simd>(absorptance: f32x8<S>) -> [Self; LANES];
    /// Coverage of this kind.
    fn coverage<S: Simd>(covered: f32x8<S>) -> Self::Eight<S>;
    /// The shares of light, 0..=1, that the numbers of four runs stand for.
    fn shares<S: Simd>(simd: S, runs: [&[Self; RUN]; 4]) -> f32x16<S>;
    /// The inverse, into sixteen numbers.
    fn store_shares<S: Simd>(shares: f32x16<S>, to: &mut [Self]);
    /// The share of light, 0..=1, that one number stands for.
    fn share(self) -> f32;
}

/// Such numbers side by side.
pub(super) trait Lanes<S: Simd>: SimdBase<S> {
    fn times(self, other: Self) -> Self;
    /// The coverage, from the sum of the products of factors.
    fn covered(self) -> Self;
}

/// Three numbers, each in all lanes of a vector.
#[inline(always)]
pub(super) fn all_lanes<S: Simd, V: SimdBase<S>>(simd: S, [r, g, b]: [V::Element; 3]) -> [V; 3] {
    [V::splat(simd, r), V::splat(simd, g), V::splat(simd, b)]
}

impl Light for f32 {
    const FULL: Self = 1.0;
    const ZERO: Self = 0.0;
    type Eight<S: Simd> = f32x8<S>;
    type Sixteen<S: Simd> = f32x16<S>;

    fn canvas(canvases: &mut Canvases) -> &mut Option<Canvas<Self>> {
        &mut canvases.exact
    }

    #[inline(always)]
    fn factors(cell: &Cell) -> &Factors<Self> {
        &cell.exact
    }

    #[inline(always)]
    fn weights<S: Simd>(x: f32x8<S>, y: f32x8<S>, total: f32x8<S>) -> [[Self; LANES]; 4] {
        let (a, b) = ((-x + 1.0) * total, -y + 1.0);
        let x = x * total;
        [
            (a * b).into(),
            (a * y).into(),
            (x * b).into(),
            (x * y).into(),
        ]
    }

    #[inline(always)]
    fn taken<S: Simd>(absorptance: f32x8<S>) -> [Self; LANES] {
        (-absorptance).into()
    }

    #[inline(always)]
    fn coverage<S: Simd>(covered: f32x8<S>) -> f32x8<S> {
        covered
    }

    #[inline(always)]
    fn shares<S: Simd>(simd: S, runs: [&[Self; RUN]; 4]) -> f32x16<S> {
        load_quarters(simd, runs).max(0.0).min(1.0)
    }

    #[inline(always)]
    fn store_shares<S: Simd>(shares: f32x16<S>, to: &mut [Self]) {
        shares.store_slice(to);
    }

    #[inline(always)]
    fn share(self) -> f32 {
        self.clamp(0.0, 1.0)
    }
}

impl Light for i16 {
    const FULL: Self = Self::MIN;
    const ZERO: Self = 0;
    type Eight<S: Simd> = i16x8<S>;
    type Sixteen<S: Simd> = i16x16<S>;

    fn canvas(canvases: &mut Canvases) -> &mut Option<Canvas<Self>> {
        &mut canvases.stepped
    }

    #[inline(always)]
    fn factors(cell: &Cell) -> &Factors<Self> {
        &cell.stepped
    }

    /// Negative, as the factors in the tables are: so a weight of 1 is a number too. They sum to the
    /// total to the nearest step.
    #[inline(always)]
    fn weights<S: Simd>(x: f32x8<S>, y: f32x8<S>, total: f32x8<S>) -> [[Self; LANES]; 4] {
        let nearest = |share: f32x8<S>| (share * STEPS + 0.5).floor();
        let (right, up) = (nearest(x * total), nearest(y * total));
        let both = nearest(x * y * total);
        [
            negative_whole(nearest(total) - right - up + both).into(),
            negative_whole(up - both).into(),
            negative_whole(right - both).into(),
            negative_whole(both).into(),
        ]
    }

    #[inline(always)]
    fn taken<S: Simd>(absorptance: f32x8<S>) -> [Self; LANES] {
        negative_whole(absorptance * STEPS + 0.5).into()
    }

    /// One step short of 1 at most.
    #[inline(always)]
    fn coverage<S: Simd>(covered: f32x8<S>) -> i16x8<S> {
        whole(covered.max(0.0).min(1.0) * STEPS + 0.5)
    }

    #[inline(always)]
    fn shares<S: Simd>(simd: S, runs: [&[Self; RUN]; 4]) -> f32x16<S> {
        to_float(load_whole_quarters(simd, runs)) * (-1.0 / STEPS)
    }

    #[inline(always)]
    fn store_shares<S: Simd>(shares: f32x16<S>, to: &mut [Self]) {
        whole_16(shares * -STEPS - 0.5).store_slice(to);
    }

    #[inline(always)]
    fn share(self) -> f32 {
        f32::from(self) * (-1.0 / STEPS)
    }
}

impl<S: Simd> Lanes<S> for f32x8<S> {
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn covered(self) -> Self {
        self
    }
}

impl<S: Simd> Lanes<S> for f32x16<S> {
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn covered(self) -> Self {
        self
    }
}

impl<S: Simd> Lanes<S> for i16x8<S> {
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        rounded_product_8(self, other)
    }

    #[inline(always)]
    fn covered(self) -> Self {
        let half = self.max(0);
        half.saturating_add(half)
    }
}

impl<S: Simd> Lanes<S> for i16x16<S> {
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        rounded_product_16(self, other)
    }

    #[inline(always)]
    fn covered(self) -> Self {
        let half = self.max(0);
        half.saturating_add(half)
    }
}

#[cfg(test)]
mod tests;
