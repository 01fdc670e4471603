//! Interpolates the factors of a dot between those of the tables around it.

use crate::raster::light::{Lanes, Light};
use crate::simd::Simd;

/// Interpolates between two phases and two radii.
pub(super) struct Blend<S: Simd, V: Lanes<S>> {
    weights: [V; 4],
    simd: S,
}

impl<S: Simd, L: Light, V: Lanes<S, Element = L>> Blend<S, V> {
    #[inline(always)]
    pub(super) fn new(simd: S, weights: [L; 4]) -> Self {
        let [a, b, c, d] = weights;
        let weights = [
            V::splat(simd, a),
            V::splat(simd, b),
            V::splat(simd, c),
            V::splat(simd, d),
        ];
        Self { weights, simd }
    }

    /// From the factors at the lower phase and radius, the lower phase and upper radius, and so on.
    #[inline(always)]
    pub(super) fn of(&self, ends: [V; 4]) -> V {
        let [a, b, c, d] = self.weights;
        (ends[0].times(a) + ends[1].times(b)) + (ends[2].times(c) + ends[3].times(d))
    }

    /// The same, from the fronts of slices.
    #[inline(always)]
    pub(super) fn between(&self, [a, b, c, d]: [&[L]; 4]) -> V {
        self.of([
            V::from_slice(self.simd, a),
            V::from_slice(self.simd, b),
            V::from_slice(self.simd, c),
            V::from_slice(self.simd, d),
        ])
    }
}
