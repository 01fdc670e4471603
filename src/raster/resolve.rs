//! Applies a tile's transmittance to the picture's encoded values.
//!
//! Only runs of pixels that may hold ink are touched, four of them at a time, and their light is cleared
//! while it is near. Curves that have a way to [`Darken`] need no decoding. Curves given as tables are
//! decoded and encoded, one element at a time.

use crate::raster::darken::Darken;
use crate::raster::element::Element;
use crate::raster::gain::{Linear, Power};
use crate::raster::light::Light;
use crate::raster::runs::{RUN, Runs};
use crate::raster::tile::{Row, Tile, clear, run, runs};
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
        tile: &mut Tile<E::Light>,
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
    tile: &'a mut Tile<L>,
    stride: usize,
}

impl<'a, L: Light> Work<'a, L> {
    #[inline(always)]
    fn all<S: Simd, E: Element<Light = L>, D: Darken<E>, const CHANNELS: usize>(
        self,
        simd: S,
        way: &D,
        band: &mut [E],
    ) {
        // The last run of a tile's row may be shorter than others, if it ends the picture or what is drawn anew.
        let width = self.tile.width;
        let ragged = !width.is_multiple_of(RUN);
        let mut copy = [[E::default(); 4 * RUN]; 4];
        for (light, mut inked, pixels) in self.rows::<E, CHANNELS>(band) {
            if !ragged {
                // Pairs are loaded and stored as one.
                while let Some([a, b]) = inked.next_pairs() {
                    let columns = [a, a + RUN, b, b + RUN];
                    let at = columns.map(|column| column * CHANNELS);
                    way.darken::<S, CHANNELS>(simd, runs(light, columns), pixels, at);
                    clear(light, columns);
                }
            }
            while let Some(columns) = inked.next_four() {
                let at = columns.map(|column| column * CHANNELS);
                let [a, b, c, d] = columns;
                let short = ragged && (a.max(b)).max(c.max(d)) + RUN > width;
                let (target, places) = if short {
                    for (copy, at) in copy.iter_mut().zip(at) {
                        let run = front(&mut pixels[at..], RUN * CHANNELS);
                        copy[..run.len()].copy_from_slice(run);
                    }
                    let places = [0, 4 * RUN, 8 * RUN, 12 * RUN];
                    (copy.as_flattened_mut(), places)
                } else {
                    (&mut *pixels, at)
                };
                way.darken::<S, CHANNELS>(simd, runs(light, columns), target, places);
                clear(light, columns);
                if short {
                    for (copy, at) in copy.iter().zip(at) {
                        let run = front(&mut pixels[at..], RUN * CHANNELS);
                        run.copy_from_slice(&copy[..run.len()]);
                    }
                }
            }
        }
    }

    fn table<E: Element<Light = L>, const CHANNELS: usize>(
        self,
        table: &TransferTable,
        band: &mut [E],
    ) {
        for (light, inked, pixels) in self.rows::<E, CHANNELS>(band) {
            for column in inked {
                let lit = [0, 1, 2].map(|channel| run(light, channel, column));
                let pixels = front(&mut pixels[column * CHANNELS..], RUN * CHANNELS);
                for (i, pixel) in pixels.chunks_exact_mut(CHANNELS).enumerate() {
                    for (element, light) in pixel.iter_mut().zip(lit) {
                        let t = light[i].share();
                        if t < 1.0 {
                            let linear = table.decode(element.encoded()) * t;
                            *element = E::from_encoded(f64::from(table.encode(linear)));
                        }
                    }
                }
                clear(light, [column]);
            }
        }
    }

    /// Rows with ink: their light, where the ink is, and the elements of their pixels.
    #[inline(always)]
    fn rows<'b, E, const CHANNELS: usize>(
        self,
        band: &'b mut [E],
    ) -> impl Iterator<Item = (&'b mut Row<L>, Runs, &'b mut [E])>
    where
        'a: 'b,
    {
        let (left, length) = (
            self.tile.left as usize * CHANNELS,
            self.tile.width * CHANNELS,
        );
        let rows = band.chunks_mut(self.stride).zip(self.tile.rows());
        rows.filter_map(move |(row, (light, inked))| {
            (!inked.is_empty()).then(|| (light, inked, &mut row[left..left + length]))
        })
    }
}

/// The front of a slice, up to a length.
fn front<E>(slice: &mut [E], length: usize) -> &mut [E] {
    let length = slice.len().min(length);
    &mut slice[..length]
}
