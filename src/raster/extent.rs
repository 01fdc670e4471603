//! What part of a picture dots reach, and how far they run over the bins they are kept in.

use crate::raster::layout::Overhang;
use crate::raster::tables::Placed;
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

    /// Of one dot that reaches the picture.
    #[inline(always)]
    pub(super) fn of(placed: &Placed, overhang: Overhang) -> Self {
        Self {
            window: placed.window(),
            overhang,
        }
    }

    /// What so many dots reach.
    pub(super) fn found(&self, dots: usize, size: Size) -> Found {
        Found::window(self.window, size).map_or(Found::NOTHING, |found| Found { dots, ..found })
    }
}
