//! Applies a tile's transmittance to the picture's encoded values.
//!
//! Only runs of eight pixels that may hold ink are touched, two of them at a time. Curves that have a
//! [`Gain`] need no decoding; sRGB results that end in the straight toe take an exact path. Curves
//! given as tables are decoded and encoded, one element at a time.

use crate::raster::element::Element;
use crate::raster::gain::{Gain, Linear, Power};
use crate::raster::kernel::LANES;
use crate::raster::light::Light;
use crate::raster::tile::Tile;
use crate::raster::transfer::{Transfer, TransferTable};
use crate::simd::{Level, Select, Simd, SimdBase, SimdMask, dispatch, f32x16};

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

    /// Applies a tile, at the places of runs of eight pixels, to a band of rows that starts at the
    /// tile's top.
    pub(super) fn apply<E: Element, const CHANNELS: usize>(
        &self,
        level: Level,
        tile: &Tile<E::Light>,
        places: &[[u16; 2]],
        band: &mut [E],
        stride: usize,
    ) {
        let level = level.get();
        let work = Work {
            tile,
            places,
            stride,
        };
        match self {
            Self::Srgb => {
                dispatch!(level, simd => work.gain::<_, E, _, CHANNELS>(simd, &E::Srgb::default(), band));
            }
            Self::Linear => {
                dispatch!(level, simd => work.gain::<_, E, _, CHANNELS>(simd, &Linear, band));
            }
            Self::Power(power) => {
                dispatch!(level, simd => work.gain::<_, E, _, CHANNELS>(simd, power, band));
            }
            Self::Table(table) => work.table::<E, CHANNELS>(table, band),
        }
    }
}

/// Reads both ends of each run of eight pixels of a band, for one may begin anywhere in a line of memory: so all lines are
/// asked for at once. The loop that darkens them is long, and the machine looks no further ahead in it than to the next few.
pub(super) fn fetch<E: Element, const CHANNELS: usize>(
    tile: &Tile<E::Light>,
    places: &[[u16; 2]],
    band: &[E],
    stride: usize,
) {
    let work = Work {
        tile,
        places,
        stride,
    };
    let mut read = 0;
    for &place in places {
        let (start, length) = work.span::<CHANNELS>(place);
        read ^= band[start].bits() ^ band[start + length - 1].bits();
    }
    std::hint::black_box(read);
}

/// A tile to be applied.
struct Work<'a, L> {
    tile: &'a Tile<L>,
    places: &'a [[u16; 2]],
    stride: usize,
}

impl<L: Light> Work<'_, L> {
    /// Where eight pixels start in a band of rows, and how many of them lie in the picture.
    #[inline(always)]
    fn span<const CHANNELS: usize>(&self, [row, column]: [u16; 2]) -> (usize, usize) {
        let column = usize::from(column);
        let pixel = self.tile.left as usize + column;
        let count = LANES.min(self.tile.width - column);
        (
            usize::from(row) * self.stride + pixel * CHANNELS,
            count * CHANNELS,
        )
    }

    #[inline(always)]
    fn gain<S: Simd, E: Element<Light = L>, G: Gain, const CHANNELS: usize>(
        &self,
        simd: S,
        gain: &G,
        band: &mut [E],
    ) {
        for pair in self.places.chunks(2) {
            // A place without a partner is its own: it is read twice before it is written twice.
            let places = [pair[0], *pair.last().expect("a chunk is not empty")];
            let spans = [
                self.span::<CHANNELS>(places[0]),
                self.span::<CHANNELS>(places[1]),
            ];
            let at = [spans[0].0, spans[1].0];
            if spans[0].1.min(spans[1].1) == LANES * CHANNELS {
                self.darken::<S, E, G, CHANNELS>(simd, gain, places, band, at);
                continue;
            }
            let mut copy = [[E::default(); 4 * LANES]; 2];
            for (copy, (start, length)) in copy.iter_mut().zip(spans) {
                copy[..length].copy_from_slice(&band[start..start + length]);
            }
            let at = [0, 4 * LANES];
            self.darken::<S, E, G, CHANNELS>(simd, gain, places, copy.as_flattened_mut(), at);
            for (copy, (start, length)) in copy.iter().zip(spans) {
                band[start..start + length].copy_from_slice(&copy[..length]);
            }
        }
    }

    /// Darkens two runs of eight pixels of the tile, which start at places of a slice.
    #[inline(always)]
    fn darken<S: Simd, E: Element<Light = L>, G: Gain, const CHANNELS: usize>(
        &self,
        simd: S,
        gain: &G,
        places: [[u16; 2]; 2],
        pixels: &mut [E],
        at: [usize; 2],
    ) {
        let eight = |[row, column]: [u16; 2]| self.tile.eight(row.into(), column.into());
        let (a, b) = (eight(places[0]), eight(places[1]));
        let zero = f32x16::splat(simd, 0.0);
        let mut light = [zero; 3];
        for c in 0..3 {
            light[c] = L::shares(simd, a[c], b[c]);
        }
        let before = E::load::<S, CHANNELS>(simd, pixels, at);
        let mut after = before;
        let gains = gain.gain(simd, light);
        let offset = G::OFFSET * E::FULL;
        for c in 0..3 {
            after[c] = (before[c] + offset) * gains[c] - offset;
            if !E::WHOLE {
                after[c] = light[c].simd_lt(1.0).select(after[c], before[c]);
            }
        }
        let toe = G::TOE * E::FULL;
        let dark = if E::WHOLE {
            (after[0].min(after[1])).min(after[2]).simd_lt(toe)
        } else {
            // What is no number must not hide the pixel's other channels, as it may in a minimum.
            after[0].simd_lt(toe) | after[1].simd_lt(toe) | after[2].simd_lt(toe)
        };
        if G::TOE <= 0.0 || !dark.any_true() {
            E::store::<S, CHANNELS>(simd, after, pixels, at);
            return;
        }
        let mut dim = [0; 3];
        let mut lights = [[0.0; 2 * LANES]; 3];
        for c in 0..3 {
            let lanes = after[c].simd_lt(toe) & light[c].simd_lt(1.0);
            dim[c] = lanes.to_bitmask() as u32;
            light[c].store_slice(&mut lights[c]);
            if E::WHOLE {
                after[c] = after[c].max(zero); // only an offset makes results negative, which then lie here
            }
        }
        let exact = in_toe::<E, CHANNELS>(pixels, at, &lights, dim);
        E::store::<S, CHANNELS>(simd, after, pixels, at);
        for (c, exact) in exact.iter().enumerate() {
            for (lane, exact) in exact.iter().enumerate() {
                if let Some(exact) = exact {
                    pixels[at[lane / LANES] + lane % LANES * CHANNELS + c] = *exact;
                }
            }
        }
    }

    fn table<E: Element<Light = L>, const CHANNELS: usize>(
        &self,
        table: &TransferTable,
        band: &mut [E],
    ) {
        for &place in self.places {
            let light = self.tile.eight(place[0].into(), place[1].into());
            let (start, length) = self.span::<CHANNELS>(place);
            let pixels = band[start..start + length].chunks_exact_mut(CHANNELS);
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

/// The results that lie in the straight toe of the sRGB curve, among elements given as bits for each
/// channel.
#[cold]
fn in_toe<E: Element, const CHANNELS: usize>(
    pixels: &[E],
    at: [usize; 2],
    light: &[[f32; 2 * LANES]; 3],
    dim: [u32; 3],
) -> [[Option<E>; 2 * LANES]; 3] {
    let mut exact = [[None; 2 * LANES]; 3];
    for (c, mut dim) in dim.into_iter().enumerate() {
        while dim != 0 {
            let lane = dim.trailing_zeros() as usize;
            dim &= dim - 1;
            let old = pixels[at[lane / LANES] + lane % LANES * CHANNELS + c];
            let linear = old.srgb_to_linear() * f64::from(light[c][lane]);
            if linear <= 0.003_130_8 {
                exact[c][lane] = Some(E::from_encoded(12.92 * linear));
            }
        }
    }
    exact
}
