//! Applies a tile's transmittance to the picture's encoded values.
//!
//! Curves that have a [`Gain`] need no decoding; sRGB results that end in the straight toe take an
//! exact path. Curves given as tables are decoded and encoded, one element at a time.

use crate::raster::element::{BLOCK, Element};
use crate::raster::gain::{Gain, Linear, Power};
use crate::raster::tile::Tile;
use crate::raster::transfer::{Transfer, TransferTable};
use crate::simd::{
    Level, Select, Simd, SimdBase, SimdFrom, SimdMask, dispatch, f32x8, load, load_halves, splat,
};

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
        tile: &Tile,
        band: &mut [E],
        stride: usize,
    ) {
        let level = level.get();
        match self {
            Self::Srgb => {
                dispatch!(level, simd => apply_gain::<_, E, _, CHANNELS>(simd, &E::Srgb::default(), tile, band, stride));
            }
            Self::Linear => {
                dispatch!(level, simd => apply_gain::<_, E, _, CHANNELS>(simd, &Linear, tile, band, stride));
            }
            Self::Power(power) => {
                dispatch!(level, simd => apply_gain::<_, E, _, CHANNELS>(simd, power, tile, band, stride));
            }
            Self::Table(table) => {
                for_each_run::<E, CHANNELS>(tile, band, stride, |light, run| {
                    apply_table::<E, CHANNELS>(table, light, run);
                });
            }
        }
    }
}

/// Hands the runs of a tile that may hold ink to `f`: their transmittance, and their elements in a
/// band of rows that starts at the tile's top. Runs are widened to whole blocks of the picture where
/// the tile has room.
#[inline(always)]
fn for_each_run<E, const CHANNELS: usize>(
    tile: &Tile,
    band: &mut [E],
    stride: usize,
    mut f: impl FnMut(&[f32], &mut [E]),
) {
    let left = tile.left as usize * CHANNELS;
    let length = tile.width * CHANNELS;
    for y in 0..tile.height {
        let mut done = 0;
        for run in tile.runs(y) {
            let start = done.max(run.start * CHANNELS);
            if run.end * CHANNELS > start {
                let blocks = (run.end * CHANNELS - start).next_multiple_of(BLOCK);
                done = length.min(start + blocks);
                // RGB has its elements side by side with the light's; RGBA's blocks are whole pixels.
                let light = if CHANNELS == 3 { start } else { start / 4 * 3 };
                let row = &mut band[y * stride + left..];
                f(&tile.row(y)[light..], &mut row[start..done]);
            }
        }
    }
}

#[inline(always)]
fn apply_gain<S: Simd, E: Element, G: Gain, const CHANNELS: usize>(
    simd: S,
    gain: &G,
    tile: &Tile,
    band: &mut [E],
    stride: usize,
) {
    for_each_run::<E, CHANNELS>(
        tile,
        band,
        stride,
        #[inline(always)]
        |light, run| apply_run::<S, E, G, CHANNELS>(simd, gain, light, run),
    );
}

#[inline(always)]
fn apply_run<S: Simd, E: Element, G: Gain, const CHANNELS: usize>(
    simd: S,
    gain: &G,
    light: &[f32],
    run: &mut [E],
) {
    // RGB has its elements side by side with the light's.
    let step = if CHANNELS == 3 { BLOCK } else { BLOCK / 4 * 3 };
    let (blocks, rest) = run.as_chunks_mut::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        apply_block::<S, E, G, CHANNELS>(simd, gain, block_at(light, at), block);
        at += step;
    }
    if !rest.is_empty() {
        let mut block = [E::default(); BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        apply_block::<S, E, G, CHANNELS>(simd, gain, block_at(light, at), &mut block);
        rest.copy_from_slice(&block[..rest.len()]);
    }
}

/// The light from which a block of the picture is made; a tile has room for it after its last pixel.
#[inline(always)]
fn block_at(light: &[f32], at: usize) -> &[f32; BLOCK] {
    light[at..]
        .first_chunk()
        .expect("a tile's rows end in an apron")
}

/// The transmittance of 32 elements of the picture, kept in 0..=1; 1 for alpha.
#[inline(always)]
fn block_light<S: Simd, const CHANNELS: usize>(simd: S, light: &[f32; BLOCK]) -> [f32x8<S>; 4] {
    let one = splat(simd, 1.0);
    let mut block = [one; 4];
    if CHANNELS == 3 {
        for i in 0..4 {
            block[i] = load(simd, &light[8 * i..]).max(splat(simd, 0.0)).min(one);
        }
    } else {
        // Four values from each pixel on; the fourth, the next pixel's red, becomes alpha's 1.
        let least = f32x8::simd_from(simd, [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        for i in 0..4 {
            let pair = load_halves(simd, &light[6 * i..], &light[6 * i + 3..]);
            block[i] = pair.max(least).min(one);
        }
    }
    block
}

#[inline(always)]
fn apply_block<S: Simd, E: Element, G: Gain, const CHANNELS: usize>(
    simd: S,
    gain: &G,
    light: &[f32; BLOCK],
    block: &mut [E; BLOCK],
) {
    let light = block_light::<S, CHANNELS>(simd, light);
    let one = splat(simd, 1.0);
    let least = (light[0].min(light[1])).min(light[2].min(light[3]));
    if !least.simd_lt(one).any_true() {
        return;
    }
    let offset = splat(simd, G::OFFSET * E::FULL);
    let before = E::load(simd, block);
    let mut after = before;
    let gains = gain.gain(simd, light);
    for i in 0..4 {
        after[i] = (before[i] + offset) * gains[i] - offset;
        if !E::WHOLE {
            after[i] = light[i].simd_lt(one).select(after[i], before[i]);
        }
    }
    let toe = splat(simd, G::TOE * E::FULL);
    let lowest = (after[0].min(after[1])).min(after[2].min(after[3]));
    if G::TOE <= 0.0 || !lowest.simd_lt(toe).any_true() {
        E::store(simd, after, block);
        return;
    }
    let old = *block;
    E::store(simd, after, block);
    let mut dim = 0;
    let mut lights = [0.0; BLOCK];
    for i in 0..4 {
        let lanes = after[i].simd_lt(toe) & light[i].simd_lt(one);
        dim |= (lanes.to_bitmask() as u32) << (8 * i);
        light[i].store_slice(&mut lights[8 * i..8 * i + 8]);
    }
    finish_in_toe(&old, block, &lights, dim);
}

/// Replaces those elements, given as bits, whose result may be in the straight toe of the sRGB
/// curve.
#[cold]
fn finish_in_toe<E: Element>(
    old: &[E; BLOCK],
    block: &mut [E; BLOCK],
    light: &[f32; BLOCK],
    mut dim: u32,
) {
    while dim != 0 {
        let at = dim.trailing_zeros() as usize;
        dim &= dim - 1;
        let linear = old[at].srgb_to_linear() * f64::from(light[at]);
        if linear <= 0.003_130_8 {
            block[at] = E::from_encoded(12.92 * linear);
        }
    }
}

fn apply_table<E: Element, const CHANNELS: usize>(
    table: &TransferTable,
    light: &[f32],
    run: &mut [E],
) {
    for (i, element) in run.iter_mut().enumerate() {
        let t = match i % CHANNELS {
            3 => continue,
            channel => light[i / CHANNELS * 3 + channel],
        };
        if t < 1.0 {
            let linear = table.decode(element.encoded()) * t.max(0.0);
            *element = E::from_encoded(f64::from(table.encode(linear)));
        }
    }
}
