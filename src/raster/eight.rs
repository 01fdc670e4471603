//! Eight dots of one table at a time: where their windows lie, and what their factors are mixed of.

use crate::raster::bins::Splat;
use crate::raster::kernel::{Cell, LANES};
use crate::raster::light::Light;
use crate::simd::{Simd, SimdBase, f32x8, store_signed};

/// What drawing needs to know of each.
pub(super) struct Eight<L> {
    /// Along each axis.
    start: [[i32; LANES]; 2],
    phase: [[i32; LANES]; 2],
    weights: [[[L; LANES]; 4]; 2],
    taken: [[L; LANES]; 3],
}

impl<L: Light> Eight<L> {
    /// Places eight dots or fewer.
    #[inline(always)]
    pub(super) fn new<'a, S: Simd>(
        simd: S,
        cell: &Cell,
        dots: impl Iterator<Item = &'a Splat>,
    ) -> Self {
        let mut values = [[0.0; LANES]; 6];
        for (i, dot) in dots.take(LANES).enumerate() {
            let [r, g, b] = dot.absorptance;
            let of = [dot.center_px.x, dot.center_px.y, dot.blend, r, g, b];
            for (values, value) in values.iter_mut().zip(of) {
                values[i] = value;
            }
        }
        let load = |i: usize| f32x8::from_slice(simd, &values[i]);
        let (x, y) = (cell.placed(load(0)), cell.placed(load(1)));
        // What a dot takes beyond all light, by the correction of its ink, is covered instead.
        let one = f32x8::splat(simd, 1.0);
        let (r, g, b) = (load(3), load(4), load(5));
        let more = r.max(g).max(b).max(one);
        Self {
            start: [store_signed(x[0]), store_signed(y[0])],
            phase: [store_signed(x[1]), store_signed(y[1])],
            weights: [
                L::weights(x[2], load(2), more),
                L::weights(y[2], load(2), one),
            ],
            taken: [L::taken(r / more), L::taken(g / more), L::taken(b / more)],
        }
    }

    /// First column and row of a dot's window.
    #[inline(always)]
    pub(super) fn start(&self, dot: usize) -> [i32; 2] {
        [self.start[0][dot], self.start[1][dot]]
    }

    /// The phase below a dot's centre along an axis.
    #[inline(always)]
    pub(super) fn phase(&self, axis: usize, dot: usize) -> usize {
        self.phase[axis][dot] as usize
    }

    /// The weights of the factors around it, as of [`Light::weights`].
    #[inline(always)]
    pub(super) fn weights(&self, axis: usize, dot: usize) -> [L; 4] {
        let [a, b, c, d] = &self.weights[axis];
        [a[dot], b[dot], c[dot], d[dot]]
    }

    /// What one dot takes of each channel's light where it covers all.
    #[inline(always)]
    pub(super) fn taken(&self, dot: usize) -> [L; 3] {
        let [r, g, b] = &self.taken;
        [r[dot], g[dot], b[dot]]
    }
}
