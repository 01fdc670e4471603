//! What part of a picture dots reach, and how far they run over the bins they are kept in.

use crate::raster::kernel::LANES;
use crate::raster::layout::Overhang;
use crate::simd::{Select, Simd, SimdBase, f32x8, mask32x8, store_signed};
use crate::units::Size;

/// What part of the picture dots reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// How many do.
    pub(super) dots: usize,
    /// Left, top, right and bottom of all their windows, clipped.
    pub(super) bounds: [u32; 4],
}

impl Found {
    pub(super) const NOTHING: Self = Self {
        dots: 0,
        bounds: [u32::MAX, u32::MAX, 0, 0],
    };

    /// One dot with a window given by left, top, right and bottom; `None` off the picture.
    #[inline(always)]
    pub(super) fn window([left, top, right, bottom]: [i32; 4], size: Size) -> Option<Self> {
        let (width, height) = (size.width() as i32, size.height() as i32);
        let on_it = left < width && top < height && right > 0 && bottom > 0;
        on_it.then(|| Self {
            dots: 1,
            bounds: [
                left.max(0) as u32,
                top.max(0) as u32,
                right.min(width) as u32,
                bottom.min(height) as u32,
            ],
        })
    }

    #[inline(always)]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            dots: self.dots + other.dots,
            bounds: united(self.bounds, other.bounds),
        }
    }
}

/// The smallest rectangle around two, each given by left, top, right and bottom.
#[inline(always)]
pub(super) fn united([a, b, c, d]: [u32; 4], [e, f, g, h]: [u32; 4]) -> [u32; 4] {
    [a.min(e), b.min(f), c.max(g), d.max(h)]
}

/// What some dots reach, and how far they run over their bins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Left, top, right and bottom of the windows of all that reach the picture, not clipped.
    window: [i32; 4],
    pub(super) overhang: Overhang,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            window: [i32::MAX, i32::MAX, i32::MIN, i32::MIN],
            overhang: [0; 2],
        }
    }
}

impl Extent {
    #[inline(always)]
    pub(super) fn and(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.window, other.window);
        let ([i, j], [k, l]) = (self.overhang, other.overhang);
        Self {
            window: [a.min(e), b.min(f), c.max(g), d.max(h)],
            overhang: [i.max(k), j.max(l)],
        }
    }

    /// What so many dots reach.
    pub(super) fn found(&self, dots: usize, size: Size) -> Found {
        Found::window(self.window, size).map_or(Found::NOTHING, |found| Found { dots, ..found })
    }
}

/// What many dots reach, eight extents side by side.
#[derive(Debug)]
pub(super) struct Extents<S: Simd> {
    window: [f32x8<S>; 4],
    overhang: [f32x8<S>; 2],
}

impl<S: Simd> Extents<S> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        // Beyond every window, and a whole number of 32 bits.
        let most = f32x8::splat(simd, (1 << 30) as f32);
        let least = -most;
        Self {
            window: [most, most, least, least],
            overhang: [f32x8::splat(simd, 0.0); 2],
        }
    }

    /// Adds those of eight dots that reach the picture.
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        reaches: mask32x8<S>,
        window: [f32x8<S>; 4],
        overhang: [f32x8<S>; 2],
    ) {
        for i in 0..4 {
            let all = self.window[i];
            let farther = if i < 2 {
                all.min(window[i])
            } else {
                all.max(window[i])
            };
            self.window[i] = reaches.select(farther, all);
        }
        for i in 0..2 {
            let all = self.overhang[i];
            self.overhang[i] = reaches.select(all.max(overhang[i]), all);
        }
    }

    /// What all of them reach together.
    #[inline(always)]
    pub(super) fn all(&self) -> Extent {
        let mut all = Extent::default();
        let [a, b, c, d] = self.window;
        let window = [
            store_signed(a),
            store_signed(b),
            store_signed(c),
            store_signed(d),
        ];
        let [a, b] = self.overhang;
        let overhang = [store_signed(a), store_signed(b)];
        for i in 0..LANES {
            all = all.and(Extent {
                window: window.map(|side| side[i]),
                overhang: overhang.map(|over| over[i]),
            });
        }
        all
    }
}
