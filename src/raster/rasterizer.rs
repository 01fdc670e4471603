//! The worker that draws ink onto a picture.

use crate::error::{Error, Result};
use crate::parallel;
use crate::plane::Plane;
use crate::raster::bins::{Bins, Found};
use crate::raster::element::Element;
use crate::raster::ink::Ink;
use crate::raster::pixels::{Channels, PixelsMut, Samples};
use crate::raster::resolve::Curve;
use crate::raster::row::Row;
use crate::raster::splat;
use crate::raster::tables::Tables;
use crate::raster::tile::Tile;
use crate::raster::veil::Spread;
use crate::simd::Level;
use crate::units::Size;
use std::sync::Mutex;

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
/// # Tolerance
/// The coverage of a pixel by a dot is within 0.6/255 of the exact integral over the pixel, the
/// total ink of a dot within 0.5 %; an 8-bit code within 0.52 of the exact result, a 16-bit code
/// within 1. A pixel without ink keeps its bits.
///
/// # Determinism
/// The same dots, picture and crate version give the same bytes for any number of threads, any
/// [`Level`] and any tile size.
#[derive(Debug)]
pub struct Rasterizer {
    level: Level,
    tile: usize,
    tables: Option<Tables>,
    bins: Bins,
    scratch: Vec<Mutex<Scratch>>,
}

/// What the task that draws a band works in.
#[derive(Debug)]
struct Scratch {
    row: Row,
    tile: Tile,
    spread: Spread,
}

impl Default for Rasterizer {
    fn default() -> Self {
        Self::new()
    }
}

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

impl Rasterizer {
    /// The side of a tile unless [`Rasterizer::with_tile_px`] says otherwise, in pixels. Its
    /// transmittance fits a second-level cache, and few dots reach two tiles.
    pub const DEFAULT_TILE_PX: u32 = 128;

    /// A worker at the machine's best instruction level.
    #[must_use]
    pub fn new() -> Self {
        Self::with_level(Level::detect())
    }

    /// A worker at a given level, one of [`Level::supported`]; the result is the same at each.
    #[must_use]
    pub fn with_level(level: Level) -> Self {
        Self {
            level,
            tile: Self::DEFAULT_TILE_PX as usize,
            tables: None,
            bins: Bins::default(),
            scratch: Vec::new(),
        }
    }

    /// The same worker with square tiles of another side, in pixels, 8..=1024; the result is the
    /// same for each.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside that range.
    pub fn with_tile_px(mut self, tile_px: u32) -> Result<Self> {
        let fits = (8..=1024).contains(&tile_px);
        Error::check("tile_px", f64::from(tile_px), fits, "8..=1024")?;
        self.tile = tile_px as usize;
        self.scratch.clear();
        Ok(self)
    }

    /// Draws ink onto a picture, in place.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a blur, dot or transfer exponent outside its range,
    /// [`Error::SizeMismatch`] for a surface of another size, [`Error::TooLarge`] for too many
    /// dots; each before any pixel is written.
    ///
    /// # Cost
    /// Proportional to the dots and to the pixels of the tiles they reach. The first call with a new
    /// blur builds a table for each class of radius, a few milliseconds each.
    pub fn composite(&mut self, target: PixelsMut<'_>, ink: &Ink<'_>) -> Result<Drawn> {
        let size = target.size;
        ink.check(size)?;
        target.transfer.check()?;
        let found = self.prepare(size, ink);
        let curve = Curve::new(target.transfer);
        let (stride, channels) = (target.stride, target.channels);
        match target.samples {
            Samples::U8(pixels) => self.draw(pixels, stride, channels, size, ink, &curve),
            Samples::U16(pixels) => self.draw(pixels, stride, channels, size, ink, &curve),
            Samples::F32(pixels) => self.draw(pixels, stride, channels, size, ink, &curve),
        }
        Ok(drawn(found, size, ink))
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

    /// Tables, bins and scratch for one pass.
    fn prepare(&mut self, size: Size, ink: &Ink<'_>) -> Found {
        let tables = match self.tables.take() {
            Some(tables) if tables.blur_px() == ink.blur_px => tables,
            _ => Tables::new(ink.blur_px),
        };
        let tables = self.tables.insert(tables);
        tables.serve(ink.dots);
        let workers = parallel::workers();
        if self.scratch.len() < workers {
            self.scratch.resize_with(workers, || {
                Mutex::new(Scratch {
                    row: Row::default(),
                    tile: Tile::new(self.tile),
                    spread: Spread::default(),
                })
            });
        }
        self.bins.fill(ink.dots, tables, size, self.tile)
    }

    fn draw<E: Element>(
        &mut self,
        pixels: &mut [E],
        stride: usize,
        channels: Channels,
        size: Size,
        ink: &Ink<'_>,
        curve: &Curve,
    ) {
        let pass = Pass {
            level: self.level,
            tile: self.tile,
            tables: self.tables.as_ref().expect("tables are prepared first"),
            bins: &self.bins,
            size,
            ink,
            curve,
            stride,
        };
        let band = self.tile * stride;
        parallel::for_each_chunk_with(pixels, band, &mut self.scratch, |i, rows, scratch| {
            match channels {
                Channels::Rgb => pass.band::<E, 3>(i, rows, scratch),
                Channels::Rgba => pass.band::<E, 4>(i, rows, scratch),
            }
        });
    }
}

fn drawn(found: Found, size: Size, ink: &Ink<'_>) -> Drawn {
    let dots = (found.dots > 0).then_some(found.bounds);
    let veil = ink.veil.and_then(|veil| veil.bounds(size));
    let bounds = match (dots, veil) {
        (Some(a), Some(b)) => Some([
            a[0].min(b[0]),
            a[1].min(b[1]),
            a[2].max(b[2]),
            a[3].max(b[3]),
        ]),
        (a, b) => a.or(b),
    };
    Drawn {
        dots: found.dots,
        bounds: bounds.map(|[left, top, right, bottom]| PixelRect {
            left,
            top,
            right,
            bottom,
        }),
    }
}

/// What all bands of one pass share.
struct Pass<'a> {
    level: Level,
    tile: usize,
    tables: &'a Tables,
    bins: &'a Bins,
    size: Size,
    ink: &'a Ink<'a>,
    curve: &'a Curve,
    stride: usize,
}

impl Pass<'_> {
    /// Draws one row of tiles onto the rows of the picture it covers.
    fn band<E: Element, const CHANNELS: usize>(
        &self,
        band: usize,
        rows: &mut [E],
        scratch: &mut Scratch,
    ) {
        let Scratch { row, tile, spread } = scratch;
        let (width, height) = (self.size.width() as usize, self.size.height() as usize);
        tile.top = (band * self.tile) as i64;
        tile.height = self.tile.min(height - band * self.tile);
        let reach = tile.top..tile.top + tile.height as i64;
        row.fill(self.bins, band, &reach, self.tables, [width, self.tile]);
        for column in 0..width.div_ceil(self.tile) {
            tile.left = (column * self.tile) as i64;
            tile.width = self.tile.min(width - column * self.tile);
            let dots = row.tile(column);
            let veil = self.ink.veil.filter(|veil| veil.reaches(tile));
            match veil {
                Some(veil) => veil.fill(tile, spread),
                None if dots.is_empty() => continue,
                None => {}
            }
            splat::draw(self.level, tile, self.tables, dots);
            if let Some(surface) = self.ink.surface {
                shine(tile, surface);
            }
            self.curve
                .apply::<E, CHANNELS>(self.level, tile, rows, self.stride);
            tile.clear();
        }
    }
}

/// Lets the surface's share of light pass above the ink: T becomes T + (1 − T)·p.
fn shine(tile: &mut Tile, surface: &Plane<u8>) {
    for y in 0..tile.height {
        let shares = &surface.row((tile.top as usize + y) as u32)[tile.left as usize..];
        let width = tile.width;
        let light = tile.row_mut(y).chunks_exact_mut(3).take(width);
        for (light, &share) in light.zip(shares) {
            let share = f32::from(share) * (1.0 / 255.0);
            for t in light {
                *t += (1.0 - *t) * share;
            }
        }
    }
}
