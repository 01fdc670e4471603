//! What a pass has drawn, and where.

use crate::raster::extent::{Found, united};
use crate::raster::ink::Ink;
use crate::units::Size;

/// What a pass has drawn.
///
/// # Examples
/// ```
/// use stubblefield::{Ink, Rasterizer, Size, Channels, PixelsMut};
///
/// let mut skin = [180_u8; 12];
/// let picture = PixelsMut::from_u8(&mut skin, Size::new(2, 2)?, Channels::Rgb, 6)?;
/// let drawn = Rasterizer::new().composite(picture, &Ink::new(&[], 0.7))?;
/// assert_eq!((drawn.dots, drawn.bounds), (0, None));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drawn {
    /// Dots that reach the picture.
    pub dots: usize,
    /// The part of the picture that ink may have changed; `None` when there is no ink on it.
    /// Outside it every element keeps its bits.
    pub bounds: Option<PixelRect>,
}

impl Drawn {
    pub(super) fn new(found: Found, size: Size, ink: &Ink<'_>) -> Self {
        let dots = (found.dots > 0).then_some(found.bounds);
        let veil = ink.veil.and_then(|veil| veil.bounds(size));
        let bounds = match (dots, veil) {
            (Some(a), Some(b)) => Some(united(a, b)),
            (a, b) => a.or(b),
        };
        Self {
            dots: found.dots,
            bounds: bounds.map(PixelRect::from),
        }
    }
}

/// A rectangle of whole pixels: columns `left..right`, rows `top..bottom`.
///
/// # Examples
/// ```
/// use stubblefield::PixelRect;
///
/// let rect = PixelRect { left: 2, top: 0, right: 5, bottom: 1 };
/// assert_eq!((rect.right - rect.left) * (rect.bottom - rect.top), 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelRect {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Column after the last.
    pub right: u32,
    /// Row after the last.
    pub bottom: u32,
}

impl PixelRect {
    pub(super) fn whole(size: Size) -> Self {
        [0, 0, size.width(), size.height()].into()
    }
}

impl From<[u32; 4]> for PixelRect {
    /// From left, top, right and bottom.
    fn from([left, top, right, bottom]: [u32; 4]) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }
}
