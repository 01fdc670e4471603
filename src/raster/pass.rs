//! One pass over a picture, band by band.

use crate::error::Result;
use crate::parallel;
use crate::plane::Plane;
use crate::progress::{Progress, Watch};
use crate::raster::ahead::Ahead;
use crate::raster::bins::Bins;
use crate::raster::chords::Bands;
use crate::raster::element::Element;
use crate::raster::ink::Ink;
use crate::raster::light::Light;
use crate::raster::pixels::Channels;
use crate::raster::resolve::Curve;
use crate::raster::runs::{FOUR, RUN};
use crate::raster::splat::{self, Room};
use crate::raster::tables::Tables;
use crate::raster::tile::{Shape, Tile, run_mut, runs};
use crate::raster::tile_set::TileSet;
use crate::raster::veil::Spread;
use crate::simd::{Level, Simd, SimdBase, dispatch, f32x16};
use crate::units::Size;
use std::sync::Mutex;

/// What the task that draws a band works in.
#[derive(Debug)]
pub(super) struct Scratch {
    canvases: Canvases,
    spread: Spread,
}

/// A tile, and room for the factors of a dot on it.
#[derive(Debug)]
pub(super) struct Canvas<L> {
    tile: Tile<L>,
    room: Room<L>,
}

/// One for each kind of light, made when it is first needed.
#[derive(Debug)]
pub(super) struct Canvases {
    shape: Shape,
    pub(super) exact: Option<Canvas<f32>>,
    pub(super) stepped: Option<Canvas<i16>>,
}

impl Scratch {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            canvases: Canvases {
                shape,
                exact: None,
                stepped: None,
            },
            spread: Spread::default(),
        }
    }
}

impl Canvases {
    fn of<L: Light>(&mut self) -> &mut Canvas<L> {
        let shape = self.shape;
        L::canvas(self).get_or_insert_with(|| Canvas {
            tile: Tile::new(shape),
            room: Room::default(),
        })
    }
}

/// What all bands of one pass share.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) level: Level,
    pub(super) shape: Shape,
    pub(super) tables: &'a Tables,
    pub(super) bins: &'a Bins,
    pub(super) ellipses: &'a Bands,
    pub(super) size: Size,
    pub(super) ink: &'a Ink<'a>,
    pub(super) curve: &'a Curve,
    pub(super) stride: usize,
    /// What of the tiles is to be drawn; `None` for all.
    pub(super) wanted: Option<&'a TileSet>,
}

/// Elements to be copied to the picture before it is drawn on, and their stride.
pub(super) type Source<'a, E> = (&'a [E], usize);

/// Bands that each worker draws between two reports, at which all of them meet.
const BANDS_A_STEP: usize = 16;

impl Pass<'_> {
    /// Draws all bands, in one go where nobody watches.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::error::Error::Cancelled).
    pub(super) fn run<E: Element>(
        &self,
        source: Option<Source<'_, E>>,
        pixels: &mut [E],
        channels: Channels,
        scratch: &mut [Mutex<Scratch>],
        progress: Option<&dyn Progress>,
    ) -> Result<()> {
        let all = (self.size.height() as usize).div_ceil(self.shape.height);
        let bands = match progress {
            Some(_) => BANDS_A_STEP * parallel::workers(),
            None => all,
        };
        let watch = Watch::new(progress.unwrap_or(&()), all.div_ceil(bands) as u32);
        // The stride of a picture of one row may be any number.
        let band = self.shape.height.saturating_mul(self.stride);
        for (step, pixels) in pixels.chunks_mut(bands.saturating_mul(band)).enumerate() {
            parallel::for_each_chunk_with(pixels, band, scratch, |i, rows, scratch| {
                if watch.stops() {
                    return;
                }
                let i = step * bands + i;
                match channels {
                    Channels::Rgb => self.band::<E, 3>(i, source, rows, scratch),
                    Channels::Rgba => self.band::<E, 4>(i, source, rows, scratch),
                }
            });
            watch.done(step as u32 + 1)?;
        }
        Ok(())
    }

    /// Draws one row of tiles onto the rows of the picture it covers.
    fn band<E: Element, const CHANNELS: usize>(
        &self,
        band: usize,
        source: Option<Source<'_, E>>,
        rows: &mut [E],
        scratch: &mut Scratch,
    ) {
        let wanted = self.wanted.map(|tiles| tiles.band(band));
        if wanted.is_some_and(|tiles| tiles.iter().all(Option::is_none)) {
            return;
        }
        let Scratch { canvases, spread } = scratch;
        let Canvas { tile, room } = canvases.of::<E::Light>();
        let (width, height) = (self.size.width() as usize, self.size.height() as usize);
        let first = band * self.shape.height;
        let last = height.min(first + self.shape.height);
        let ellipses = self.ellipses.band(band);
        for column in 0..width.div_ceil(self.shape.width) {
            let left = column * self.shape.width;
            let right = width.min(left + self.shape.width);
            let whole = [left, first, right, last].map(|v| v as u32);
            let Some(part) = wanted.map_or(Some(whole), |tiles| tiles[column]) else {
                continue;
            };
            tile.take(part);
            let rows = &mut rows[(tile.top as usize - first) * self.stride..];
            if let Some(source) = source {
                copy::<E, CHANNELS>(tile, source, rows, self.stride);
            }
            // What was copied is near.
            let ahead = source.is_none().then(|| {
                let here = &rows[tile.left as usize * CHANNELS..];
                Ahead::new(here, self.stride, CHANNELS)
            });
            if let Some(veil) = self.ink.veil.filter(|veil| veil.reaches(tile)) {
                veil.fill(self.level, tile, spread, ahead);
            }
            self.bins.reaching(part.map(i64::from), |run| {
                splat::draw(self.level, tile, self.tables, run, room, ahead);
            });
            splat::draw_ellipses(self.level, tile, &self.tables.profile, ellipses, room);
            if let Some(surface) = self.ink.surface {
                dispatch!(self.level.get(), simd => shine(simd, tile, surface));
            }
            self.curve
                .apply::<E, CHANNELS>(self.level, tile, rows, self.stride);
        }
    }
}

/// Copies a tile's pixels into a band of rows that starts at the tile's top.
fn copy<E: Element, const CHANNELS: usize>(
    tile: &Tile<E::Light>,
    (source, source_stride): Source<'_, E>,
    rows: &mut [E],
    stride: usize,
) {
    let left = tile.left as usize * CHANNELS;
    let length = tile.width * CHANNELS;
    for y in 0..tile.height {
        let from = (tile.top as usize + y) * source_stride + left;
        rows[y * stride + left..][..length].copy_from_slice(&source[from..from + length]);
    }
}

/// Lets the surface's share of light pass above the ink, at runs of pixels, four of them at a time: T
/// becomes T + (1 − T)·p. Where there is no such share they stay what they are.
#[inline(always)]
fn shine<S: Simd, L: Light>(simd: S, tile: &mut Tile<L>, surface: &Plane<u8>) {
    let (left, top) = (tile.left as usize, tile.top as u32);
    for (y, (row, mut inked)) in (top..).zip(tile.rows()) {
        let own = &surface.row(y)[left..];
        while let Some(starts) = inked.next_four() {
            let mut shares = [[0; RUN]; 4];
            for (shares, x) in shares.iter_mut().zip(starts) {
                match own[x..].first_chunk() {
                    Some(whole) => *shares = *whole,
                    None => shares[..own.len() - x].copy_from_slice(&own[x..]),
                }
            }
            if shares == [[0; RUN]; 4] {
                continue;
            }
            let mut above = [0.0; FOUR];
            for (above, &share) in above.iter_mut().zip(shares.as_flattened()) {
                *above = f32::from(share) * (1.0 / 255.0);
            }
            let above = f32x16::from_slice(simd, &above);
            for channel in 0..3 {
                let through = L::shares(simd, runs(row, starts)[channel]);
                let mut light = [L::ZERO; FOUR];
                L::store_shares(through + (-through + 1.0) * above, &mut light);
                for (light, x) in light.as_chunks().0.iter().zip(starts) {
                    *run_mut(row, channel, x) = *light;
                }
            }
        }
    }
}
