//! Applies a tile's transmittance to the picture's encoded values.
//!
//! Only runs of eight pixels that may hold ink are touched, two of them at a time. Curves that have a
//! way to [`Darken`] need no decoding. Curves given as tables are decoded and encoded, one element at a
//! time.

use crate::raster::darken::Darken;
use crate::raster::element::Element;
use crate::raster::gain::{Linear, Power};
use crate::raster::kernel::LANES;
use crate::raster::light::Light;
use crate::raster::tile::{Row, Runs, Tile, eight};
use crate::raster::transfer::{Transfer, TransferTable};
use crate::simd::{Level, Simd, dispatch};

/// A transfer curve, ready to be applied.
#[derive(Debug)]
pub(super) enum Curve {
    Srgb,
    Linear,
    Power(Power),
    Table(TransferTable),
}

impl Curve {
    pub(super) fn new(transfer: Transfer) -> Self {
        match transfer {
            Transfer::Srgb => Self::Srgb,
            Transfer::Linear => Self::Linear,
            Transfer::Gamma(gamma) => Self::Power(Power::new(gamma)),
            Transfer::Table(table) => Self::Table(table),
        }
    }

    /// Applies a tile to a band of rows that starts at the tile's top.
    pub(super) fn apply<E: Element, const CHANNELS: usize>(
        &self,
        level: Level,
        tile: &Tile<E::Light>,
        band: &mut [E],
        stride: usize,
    ) {
        let level = level.get();
        let work = Work { tile, stride };
        match self {
            Self::Srgb => {
                dispatch!(level, simd => work.all::<_, E, _, CHANNELS>(simd, &E::Srgb::default(), band));
            }
            Self::Linear => {
                dispatch!(level, simd => work.all::<_, E, _, CHANNELS>(simd, &Linear, band));
            }
            Self::Power(power) => {
                dispatch!(level, simd => work.all::<_, E, _, CHANNELS>(simd, power, band));
            }
            Self::Table(table) => work.table::<E, CHANNELS>(table, band),
        }
    }
}

/// A tile to be applied.
struct Work<'a, L> {
    tile: &'a Tile<L>,
    stride: usize,
}

impl<L: Light> Work<'_, L> {
    #[inline(always)]
    fn all<S: Simd, E: Element<Light = L>, D: Darken<E>, const CHANNELS: usize>(
        &self,
        simd: S,
        way: &D,
        band: &mut [E],
    ) {
        let run = LANES * CHANNELS;
        for (light, mut inked, pixels) in self.rows::<E, CHANNELS>(band) {
            while let Some(a) = inked.next() {
                // A run without a partner is its own: it is read twice before it is written twice.
                let b = inked.next().unwrap_or(a);
                let lit = [eight(light, a), eight(light, b)];
                let at = [a * run, b * run];
                if at[0].max(at[1]) + run <= pixels.len() {
                    way.darken::<S, CHANNELS>(simd, lit, pixels, at);
                    continue;
                }
                // The last run of a picture's row may be shorter.
                let mut copy = [[E::default(); 4 * LANES]; 2];
                let spans = at.map(|at| at..pixels.len().min(at + run));
                for (copy, span) in copy.iter_mut().zip(spans.clone()) {
                    copy[..span.len()].copy_from_slice(&pixels[span]);
                }
                way.darken::<S, CHANNELS>(simd, lit, copy.as_flattened_mut(), [0, 4 * LANES]);
                for (copy, span) in copy.iter().zip(spans) {
                    let length = span.len();
                    pixels[span].copy_from_slice(&copy[..length]);
                }
            }
        }
    }

    fn table<E: Element<Light = L>, const CHANNELS: usize>(
        &self,
        table: &TransferTable,
        band: &mut [E],
    ) {
        let run = LANES * CHANNELS;
        for (light, inked, pixels) in self.rows::<E, CHANNELS>(band) {
            for i in inked {
                let light = eight(light, i);
                let end = pixels.len().min((i + 1) * run);
                let pixels = pixels[i * run..end].chunks_exact_mut(CHANNELS);
                for (i, pixel) in pixels.enumerate() {
                    for (element, light) in pixel.iter_mut().zip(light) {
                        let t = light[i].share();
                        if t < 1.0 {
                            let linear = table.decode(element.encoded()) * t;
                            *element = E::from_encoded(f64::from(table.encode(linear)));
                        }
                    }
                }
            }
        }
    }

    /// Rows with ink: their light, where the ink is, and the elements of their pixels.
    #[inline(always)]
    fn rows<'b, E, const CHANNELS: usize>(
        &self,
        band: &'b mut [E],
    ) -> impl Iterator<Item = (&Row<L>, Runs, &'b mut [E])> {
        let (left, length) = (
            self.tile.left as usize * CHANNELS,
            self.tile.width * CHANNELS,
        );
        let rows = band.chunks_mut(self.stride).take(self.tile.height);
        rows.enumerate().filter_map(move |(y, row)| {
            let (light, inked) = self.tile.row(y);
            (!inked.is_empty()).then(|| (light, inked, &mut row[left..left + length]))
        })
    }
}
