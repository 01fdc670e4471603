//! One pass over a picture, band by band.

use crate::error::Result;
use crate::parallel;
use crate::plane::Plane;
use crate::progress::{Progress, Watch};
use crate::raster::bins::Bins;
use crate::raster::chords::Bands;
use crate::raster::element::Element;
use crate::raster::ink::Ink;
use crate::raster::pixels::Channels;
use crate::raster::resolve::Curve;
use crate::raster::row::Row;
use crate::raster::splat;
use crate::raster::tables::Tables;
use crate::raster::tile::Tile;
use crate::raster::tile_set::TileSet;
use crate::raster::veil::Spread;
use crate::simd::Level;
use crate::units::Size;
use std::sync::Mutex;

/// What the task that draws a band works in.
#[derive(Debug)]
pub(super) struct Scratch {
    row: Row,
    tile: Tile,
    spread: Spread,
}

impl Scratch {
    pub(super) fn new(side: usize) -> Self {
        Self {
            row: Row::default(),
            tile: Tile::new(side),
            spread: Spread::default(),
        }
    }
}

/// What all bands of one pass share.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) level: Level,
    /// Side of a tile.
    pub(super) side: usize,
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

/// Bands that each worker draws between two reports.
const BANDS_A_STEP: usize = 16;

impl Pass<'_> {
    /// Draws all bands.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::error::Error::Cancelled).
    pub(super) fn run<E: Element>(
        &self,
        source: Option<Source<'_, E>>,
        pixels: &mut [E],
        channels: Channels,
        scratch: &mut [Mutex<Scratch>],
        progress: &dyn Progress,
    ) -> Result<()> {
        let bands = BANDS_A_STEP * parallel::workers();
        let steps = (self.size.height() as usize).div_ceil(self.side * bands);
        let watch = Watch::new(progress, steps as u32);
        let band = self.side * self.stride;
        for (step, pixels) in pixels.chunks_mut(bands * band).enumerate() {
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
        let Scratch { row, tile, spread } = scratch;
        let (width, height) = (self.size.width() as usize, self.size.height() as usize);
        let size = [width, self.side];
        let first = band * self.side;
        let last = height.min(first + self.side);
        let reach = first as i64..last as i64;
        let ellipses = self.ellipses.band(band);
        row.fill(self.bins.band(band), &reach, self.tables, size, wanted);
        for column in 0..width.div_ceil(self.side) {
            let left = column * self.side;
            let right = width.min(left + self.side);
            let whole = [left, first, right, last].map(|v| v as u32);
            let Some(part) = wanted.map_or(Some(whole), |tiles| tiles[column]) else {
                continue;
            };
            tile.take(part);
            let rows = &mut rows[(tile.top as usize - first) * self.stride..];
            if let Some(source) = source {
                copy::<E, CHANNELS>(tile, source, rows, self.stride);
            }
            let dots = row.tile(column);
            let veil = self.ink.veil.filter(|veil| veil.reaches(tile));
            match veil {
                Some(veil) => veil.fill(tile, spread),
                None if dots.is_empty() && ellipses.is_empty() => continue,
                None => {}
            }
            splat::draw(self.level, tile, self.tables, dots);
            splat::draw_ellipses(self.level, tile, &self.tables.profile, ellipses);
            if let Some(surface) = self.ink.surface {
                shine(tile, surface);
            }
            self.curve
                .apply::<E, CHANNELS>(self.level, tile, rows, self.stride);
            tile.clear();
        }
    }
}

/// Copies a tile's pixels into a band of rows that starts at the tile's top.
fn copy<E: Copy, const CHANNELS: usize>(
    tile: &Tile,
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

/// Lets the surface's share of light pass above the ink: T becomes T + (1 − T)·p.
fn shine(tile: &mut Tile, surface: &Plane<u8>) {
    for y in 0..tile.height {
        let shares = &surface.row((tile.top as usize + y) as u32)[tile.left as usize..];
        for run in tile.runs(y) {
            let light = tile.row_mut(y)[3 * run.start..3 * run.end].chunks_exact_mut(3);
            for (light, &share) in light.zip(&shares[run]) {
                let share = f32::from(share) * (1.0 / 255.0);
                for t in light {
                    *t += (1.0 - *t) * share;
                }
            }
        }
    }
}
