//! Dots placed in their tables, eight at a time: what there is to find out about one is as much work as
//! drawing a small one.

use crate::raster::bins::Splat;
use crate::raster::ink::{InkDot, MAX_POSITION_PX, MAX_RADIUS_PX};
use crate::raster::kernel::{LANES, Measures};
use crate::simd::{Simd, SimdBase, SimdFloat, SimdMask, f32x8};
use glam::Vec2;

/// Eight dots or fewer side by side; the last one stands for those that are missing.
#[derive(Debug)]
pub(super) struct Abreast {
    /// Centres along each axis.
    pub(super) center_px: [[f32; LANES]; 2],
    pub(super) radius_px: [f32; LANES],
    absorptance: [[f32; LANES]; 3],
}

/// Dots in their tables.
#[derive(Debug)]
pub(super) struct Placed<S: Simd> {
    /// First column and row of their windows, and pixels on their sides: whole numbers.
    pub(super) start: [f32x8<S>; 2],
    pub(super) side: f32x8<S>,
    pub(super) cell: [u16; LANES],
    /// How far each radius lies towards its cell's upper end.
    pub(super) blend: [f32; LANES],
    /// Corrected to make the amount of ink exact, so possibly a little above 1.
    pub(super) absorptance: [[f32; LANES]; 3],
}

impl Abreast {
    /// Some dots, at least one.
    #[inline(always)]
    pub(super) fn new(dots: &[InkDot]) -> Self {
        let mut values = [[0.0; LANES]; 6];
        let last = dots.len() - 1;
        for i in 0..LANES {
            let dot = &dots[i.min(last)];
            let [r, g, b] = dot.absorptance;
            let of = [dot.center_px.x, dot.center_px.y, dot.radius_px, r, g, b];
            for (values, value) in values.iter_mut().zip(of) {
                values[i] = value;
            }
        }
        let [x, y, radius_px, r, g, b] = values;
        Self {
            center_px: [x, y],
            radius_px,
            absorptance: [r, g, b],
        }
    }

    /// Whether every field of every dot is in its range; which one is not, [`InkDot::check`] tells.
    #[inline(always)]
    pub(super) fn is_sound<S: Simd>(&self, simd: S) -> bool {
        let load = |of: &[f32; LANES]| f32x8::from_slice(simd, of);
        let [x, y] = [load(&self.center_px[0]), load(&self.center_px[1])];
        let radius = load(&self.radius_px);
        let mut sound = x.abs().simd_le(MAX_POSITION_PX) & y.abs().simd_le(MAX_POSITION_PX);
        sound = sound & radius.simd_gt(0.0) & radius.simd_le(MAX_RADIUS_PX);
        for share in &self.absorptance {
            let share = load(share);
            sound = sound & share.simd_ge(0.0) & share.simd_le(1.0);
        }
        sound.all_true()
    }

    /// Places dots in tables of these measures.
    #[inline(always)]
    pub(super) fn placed<S: Simd>(
        &self,
        simd: S,
        cell: [u16; LANES],
        measures: [&Measures; LANES],
    ) -> Placed<S> {
        let [mut shift, mut before, mut side] = [[0.0; LANES]; 3];
        for i in 0..LANES {
            shift[i] = measures[i].shift;
            before[i] = measures[i].before;
            side[i] = measures[i].side;
        }
        let load = |of: &[f32; LANES]| f32x8::from_slice(simd, of);
        let (shift, before) = (load(&shift), load(&before));
        let [x, y] = &self.center_px;
        let start = [
            (load(x) + shift).floor() - before,
            (load(y) + shift).floor() - before,
        ];
        let (blend, ink) = Measures::blend(measures, &self.radius_px);
        let ink = load(&ink);
        let mut absorptance = [[0.0; LANES]; 3];
        for c in 0..3 {
            (load(&self.absorptance[c]) * ink).store_slice(&mut absorptance[c]);
        }
        Placed {
            start,
            side: load(&side),
            cell,
            blend,
            absorptance,
        }
    }
}

impl<S: Simd> Placed<S> {
    /// Left, top, right and bottom of their windows.
    #[inline(always)]
    pub(super) fn window(&self) -> [f32x8<S>; 4] {
        let [left, top] = self.start;
        [left, top, left + self.side, top + self.side]
    }

    /// The n-th of the dots, in a column of bins and with a place in a list.
    #[inline(always)]
    pub(super) fn splat(&self, dots: &Abreast, n: usize, column: i32, index: usize) -> Splat {
        let ([x, y], [r, g, b]) = (&dots.center_px, &self.absorptance);
        Splat {
            center_px: Vec2::new(x[n], y[n]),
            cell: self.cell[n],
            column: column as u16, // a picture is at most 2¹⁸ px wide
            blend: self.blend[n],
            absorptance: [r[n], g[n], b[n]],
            index: index as u32, // a list holds at most 2²⁸ dots
        }
    }
}
