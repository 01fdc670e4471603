//! The worker that draws ink onto a picture.

use crate::error::Result;
use crate::plane::Plane;
use crate::raster::coverage::BlurredDisc;
use crate::raster::ink::{Ink, InkDot};
use crate::raster::pixels::{Channels, PixelsMut, Samples};
use crate::raster::transfer::Transfer;
use crate::simd::Level;
use crate::units::Size;

/// Draws ink onto pictures; owns tables and scratch, so keep it and use it again.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Channels, Ink, InkDot, PixelsMut, Rasterizer, Size};
///
/// let mut skin = vec![180_u8; 16 * 16 * 3];
/// let dots = [InkDot { center_px: Vec2::new(8.0, 8.0), radius_px: 1.5, absorptance: [0.6; 3] }];
/// let picture = PixelsMut::from_u8(&mut skin, Size::new(16, 16)?, Channels::Rgb, 48)?;
/// let drawn = Rasterizer::new().composite(picture, &Ink::new(&dots, 0.7))?;
/// assert_eq!(drawn.dots, 1);
/// assert!(skin[3 * (8 * 16 + 8)] < 140 && skin[0] == 180);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # Determinism
/// The same dots, picture and crate version give the same bytes for any number of threads, any
/// [`Level`] and any tile size.
#[derive(Debug)]
pub struct Rasterizer {
    level: Level,
}

impl Default for Rasterizer {
    fn default() -> Self {
        Self::new()
    }
}

/// What a pass has drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drawn {
    /// Dots that reach the picture.
    pub dots: usize,
    /// The part of the picture that ink may have changed; `None` when there is no ink on it.
    /// Outside it every element keeps its bits.
    pub bounds: Option<PixelRect>,
}

/// A rectangle of whole pixels: columns `left..right`, rows `top..bottom`.
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

impl Rasterizer {
    /// A worker at the machine's best instruction level.
    #[must_use]
    pub fn new() -> Self {
        Self::with_level(Level::detect())
    }

    /// A worker at a given level, one of [`Level::supported`]; the result is the same at each.
    #[must_use]
    pub const fn with_level(level: Level) -> Self {
        Self { level }
    }

    /// Draws ink onto a picture, in place.
    ///
    /// # Errors
    /// [`crate::Error::OutOfRange`] for a blur, dot or transfer exponent outside its range,
    /// [`crate::Error::SizeMismatch`] for a surface of another size, [`crate::Error::TooLarge`] for too many
    /// dots; each before any pixel is written.
    pub fn composite(&mut self, target: PixelsMut<'_>, ink: &Ink<'_>) -> Result<Drawn> {
        let size = target.size;
        ink.check(size)?;
        target.transfer.check()?;
        let _ = self.level;
        let (light, drawn) = slow_transmittance(size, ink);
        let (stride, channels, width) = (
            target.stride,
            target.channels.count(),
            size.width() as usize,
        );
        let each = |put: &mut dyn FnMut(usize, f32)| {
            for (i, t) in light.iter().enumerate() {
                for c in 0..3 {
                    if t[c] != 1.0 {
                        put(i / width * stride + i % width * channels + c, t[c]);
                    }
                }
            }
        };
        let curve = target.transfer;
        match target.samples {
            Samples::U8(p) => each(&mut |i, t| {
                p[i] = (darken(&curve, f64::from(p[i]) / 255.0, t) * 255.0).round() as u8;
            }),
            Samples::U16(p) => each(&mut |i, t| {
                p[i] = (darken(&curve, f64::from(p[i]) / 65535.0, t) * 65535.0).round() as u16;
            }),
            Samples::F32(p) => {
                each(&mut |i, t| p[i] = darken(&curve, f64::from(p[i]), t) as f32);
            }
        }
        Ok(drawn)
    }

    /// The share of linear light that ink leaves in each pixel of a picture of `size`: one plane
    /// each for red, green and blue, exactly 1 where there is no ink.
    ///
    /// # Errors
    /// As [`Rasterizer::composite`].
    pub fn transmittance(&mut self, size: Size, ink: &Ink<'_>) -> Result<[Plane<f32>; 3]> {
        let stride = size.width() as usize * 3;
        let mut light = vec![1.0_f32; size.pixels() * 3];
        let white = PixelsMut::from_f32(&mut light, size, Channels::Rgb, stride)?;
        self.composite(white, ink)?;
        Ok(std::array::from_fn(|c| {
            Plane::from_fn(size, |x, y| light[y as usize * stride + x as usize * 3 + c])
        }))
    }
}

fn darken(curve: &Transfer, code: f64, t: f32) -> f64 {
    let t = f64::from(t);
    match curve {
        Transfer::Linear => code * t,
        Transfer::Gamma(g) => code * t.powf(1.0 / f64::from(*g)),
        Transfer::Srgb => {
            let linear = if code <= 0.04045 {
                code / 12.92
            } else {
                ((code + 0.055) / 1.055).powf(2.4)
            } * t;
            if linear <= 0.003_130_8 {
                linear * 12.92
            } else {
                1.055 * linear.powf(1.0 / 2.4) - 0.055
            }
        }
        Transfer::Table(table) => f64::from(table.encode(table.decode(code as f32) * t as f32)),
    }
}

fn slow_transmittance(size: Size, ink: &Ink<'_>) -> (Vec<[f32; 3]>, Drawn) {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut light = vec![[1.0_f32; 3]; size.pixels()];
    let mut drawn = Drawn::default();
    if let Some(veil) = ink.veil {
        for (i, t) in light.iter_mut().enumerate() {
            *t = veil.sample((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        }
    }
    for dot in ink.dots {
        let disc = BlurredDisc::new(f64::from(dot.radius_px), f64::from(ink.blur_px));
        let reach = InkDot::reach_px(dot.radius_px, ink.blur_px);
        let from = |c: f32, most: usize| ((c - reach).max(0.0) as usize).min(most);
        let to = |c: f32, most: usize| ((c + reach + 1.0).max(0.0) as usize).min(most);
        let (left, right) = (from(dot.center_px.x, width), to(dot.center_px.x, width));
        let (top, bottom) = (from(dot.center_px.y, height), to(dot.center_px.y, height));
        if left >= right || top >= bottom {
            continue;
        }
        drawn.dots += 1;
        let factors =
            |range: std::ops::Range<usize>, center: f32, f: &dyn Fn(usize, f64) -> f64| {
                range
                    .map(|i| {
                        let at = i as f64 + 0.5 - f64::from(center);
                        (0..disc.terms()).map(|m| f(m, at)).collect::<Vec<f64>>()
                    })
                    .collect::<Vec<_>>()
            };
        let across = factors(left..right, dot.center_px.x, &|m, x| disc.across(m, x));
        let along = factors(top..bottom, dot.center_px.y, &|m, y| disc.along(m, y));
        for (y, along) in (top..bottom).zip(&along) {
            for (x, across) in (left..right).zip(&across) {
                let covered: f64 = across.iter().zip(along).map(|(a, b)| a * b).sum();
                for (t, a) in light[y * width + x].iter_mut().zip(dot.absorptance) {
                    *t *= 1.0 - a * covered as f32;
                }
            }
        }
    }
    if let Some(surface) = ink.surface {
        for (t, &p) in light.iter_mut().zip(surface.values()) {
            *t = t.map(|t| t + (1.0 - t) * (f32::from(p) / 255.0));
        }
    }
    drawn.bounds = (drawn.dots > 0 || ink.veil.is_some()).then_some(PixelRect {
        left: 0,
        top: 0,
        right: size.width(),
        bottom: size.height(),
    });
    (light, drawn)
}
