//! Applies a tile's transmittance to the picture's encoded values.
//!
//! Where a transfer curve is `linear = ((y + b)/(1 + b))^g`, light multiplied by T encodes to
//! `y' = (y + b)·T^(1/g) − b`: no decoding, no encoding, and exactly `y` at T = 1. sRGB is such a
//! curve (b = 0.055, g = 2.4) down to its straight toe, and results that end there take an exact
//! path. A pure power has b = 0; linear light has b = 0 and g = 1. Curves given as tables are
//! decoded and encoded, one element at a time.

use crate::raster::splat::Tile;
use crate::raster::transfer::{Transfer, TransferTable};
use crate::simd::{
    Level, Select, Simd, SimdBase, SimdFloat, SimdFrom, SimdMask, dispatch, f32x8, load,
    load_halves, load_u8, load_u16, splat, store_u8, store_u16,
};
use std::sync::LazyLock;

/// Elements handled at a time.
const BLOCK: usize = 32;

/// A kind of element of a picture.
pub(super) trait Element: Copy + Default + Send + 'static {
    /// The element that stands for 1.
    const FULL: f32;
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4];
    /// Rounds where the element is an integer.
    fn store<S: Simd>(simd: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]);
    /// Linear light under the sRGB curve.
    fn srgb_to_linear(self) -> f64;
    /// The element of an encoded value, 1 for full.
    fn from_encoded(value: f64) -> Self;
    /// The encoded value, 1 for full.
    fn encoded(self) -> f32;
}

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
                dispatch!(level, simd => apply_gain::<_, E, _, CHANNELS>(simd, &Srgb, tile, band, stride));
            }
            Self::Linear => {
                dispatch!(level, simd => apply_gain::<_, E, _, CHANNELS>(simd, &Linear, tile, band, stride));
            }
            Self::Power(power) => {
                dispatch!(level, simd => apply_gain::<_, E, _, CHANNELS>(simd, power, tile, band, stride));
            }
            Self::Table(table) => {
                for (light, row) in rows::<E, CHANNELS>(tile, band, stride) {
                    apply_table::<E, CHANNELS>(table, light, row);
                }
            }
        }
    }
}

/// Every row of a tile, with the part of the picture's row that it covers.
#[inline(always)]
fn rows<'a, E, const CHANNELS: usize>(
    tile: &'a Tile,
    band: &'a mut [E],
    stride: usize,
) -> impl Iterator<Item = (&'a [f32], &'a mut [E])> {
    let left = tile.left as usize * CHANNELS;
    let length = tile.width * CHANNELS;
    band.chunks_mut(stride)
        .take(tile.height)
        .enumerate()
        .map(move |(y, row)| (tile.row(y), &mut row[left..left + length]))
}

#[inline(always)]
fn apply_gain<S: Simd, E: Element, G: Gain, const CHANNELS: usize>(
    simd: S,
    gain: &G,
    tile: &Tile,
    band: &mut [E],
    stride: usize,
) {
    for (light, row) in rows::<E, CHANNELS>(tile, band, stride) {
        apply_row::<S, E, G, CHANNELS>(simd, gain, light, row);
    }
}

/// The factor T^(1/g) and the offset b of a curve.
trait Gain {
    const OFFSET: f32;
    /// The encoded value below which the curve is straight.
    const TOE: f32;
    fn gain<S: Simd>(&self, simd: S, t: f32x8<S>) -> f32x8<S>;
}

struct Srgb;

impl Gain for Srgb {
    const OFFSET: f32 = 0.055;
    const TOE: f32 = 0.040_45;

    /// T^(5/12) from q = T^(1/4) as `1 + (q − 1)·p(q)`, which is exactly 1 at T = 1. The
    /// coefficients minimise the largest error for q in 0.23..=1; it is 1.6e-6, a tenth of a 16-bit
    /// code. Below that q every result is in the toe.
    #[inline(always)]
    fn gain<S: Simd>(&self, _: S, t: f32x8<S>) -> f32x8<S> {
        let q = t.sqrt().sqrt();
        let p = q * 0.064_893_77 - 0.238_676_08;
        let p = q * p + 0.388_207_74;
        let p = q * p - 0.424_377_96;
        let p = q * p + 0.872_476_35;
        let p = q * p + 1.004_256;
        (q - 1.0) * p + 1.0
    }
}

struct Linear;

impl Gain for Linear {
    const OFFSET: f32 = 0.0;
    const TOE: f32 = f32::NEG_INFINITY;

    #[inline(always)]
    fn gain<S: Simd>(&self, _: S, t: f32x8<S>) -> f32x8<S> {
        t
    }
}

/// A pure power: T^(1/g) as a function of q = T^(1/4), at even steps and straight in between.
#[derive(Debug)]
pub(super) struct Power {
    gains: Vec<f32>,
}

impl Power {
    const STEPS: usize = 1024;

    fn new(gamma: f32) -> Self {
        let exponent = 4.0 / f64::from(gamma);
        let step = |i| libm::pow(i as f64 / Self::STEPS as f64, exponent) as f32;
        let mut gains: Vec<f32> = (0..=Self::STEPS).map(step).collect();
        gains.push(1.0);
        Self { gains }
    }
}

impl Gain for Power {
    const OFFSET: f32 = 0.0;
    const TOE: f32 = f32::NEG_INFINITY;

    #[inline(always)]
    fn gain<S: Simd>(&self, simd: S, t: f32x8<S>) -> f32x8<S> {
        let at = t.sqrt().sqrt() * Self::STEPS as f32;
        let below = at.floor();
        let mut ends = [[0.0; 8]; 2];
        for lane in 0..8 {
            let i = (below[lane] as usize).min(Self::STEPS);
            (ends[0][lane], ends[1][lane]) = (self.gains[i], self.gains[i + 1]);
        }
        let low = f32x8::simd_from(simd, ends[0]);
        let high = f32x8::simd_from(simd, ends[1]);
        low + (high - low) * (at - below)
    }
}

#[inline(always)]
fn apply_row<S: Simd, E: Element, G: Gain, const CHANNELS: usize>(
    simd: S,
    gain: &G,
    light: &[f32],
    row: &mut [E],
) {
    let step = BLOCK / CHANNELS * 3; // of RGBA; RGB has its elements side by side with the light's
    let step = if CHANNELS == 3 { BLOCK } else { step };
    let (blocks, rest) = row.as_chunks_mut::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        apply_block(
            simd,
            gain,
            block_light::<S, CHANNELS>(simd, &light[at..]),
            block,
        );
        at += step;
    }
    if !rest.is_empty() {
        let mut block = [E::default(); BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        let last = block_light::<S, CHANNELS>(simd, &light[at..]);
        apply_block(simd, gain, last, &mut block);
        rest.copy_from_slice(&block[..rest.len()]);
    }
}

/// The transmittance of 32 elements of the picture, kept in 0..=1; 1 for alpha.
#[inline(always)]
fn block_light<S: Simd, const CHANNELS: usize>(simd: S, light: &[f32]) -> [f32x8<S>; 4] {
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
fn apply_block<S: Simd, E: Element, G: Gain>(
    simd: S,
    gain: &G,
    light: [f32x8<S>; 4],
    block: &mut [E; BLOCK],
) {
    let one = splat(simd, 1.0);
    let least = (light[0].min(light[1])).min(light[2].min(light[3]));
    if !least.simd_lt(one).any_true() {
        return;
    }
    let offset = splat(simd, G::OFFSET * E::FULL);
    let before = E::load(simd, block);
    let mut after = before;
    for i in 0..4 {
        let value = (before[i] + offset) * gain.gain(simd, light[i]) - offset;
        after[i] = light[i].simd_lt(one).select(value, before[i]);
    }
    let toe = splat(simd, G::TOE * E::FULL);
    let lowest = (after[0].min(after[1])).min(after[2].min(after[3]));
    let old = *block;
    E::store(simd, after, block);
    if G::TOE > 0.0 && lowest.simd_lt(toe).any_true() {
        for i in 0..4 {
            let lanes = (after[i].simd_lt(toe) & light[i].simd_lt(one)).to_bitmask();
            for lane in 0..8 {
                if lanes >> lane & 1 == 1 {
                    finish_in_toe(&old, block, 8 * i + lane, light[i][lane]);
                }
            }
        }
    }
}

/// Replaces an element whose result may be in the straight toe of the sRGB curve.
fn finish_in_toe<E: Element>(old: &[E; BLOCK], block: &mut [E; BLOCK], at: usize, t: f32) {
    let linear = old[at].srgb_to_linear() * f64::from(t);
    if linear <= 0.003_130_8 {
        block[at] = E::from_encoded(12.92 * linear);
    }
}

fn apply_table<E: Element, const CHANNELS: usize>(
    table: &TransferTable,
    light: &[f32],
    row: &mut [E],
) {
    for (pixel, light) in row.chunks_exact_mut(CHANNELS).zip(light.chunks_exact(3)) {
        for (element, &t) in pixel.iter_mut().zip(light) {
            if t < 1.0 {
                let linear = table.decode(element.encoded()) * t.max(0.0);
                *element = E::from_encoded(f64::from(table.encode(linear)));
            }
        }
    }
}

/// Linear light of an encoded value under the sRGB curve.
fn srgb_to_linear(encoded: f64) -> f64 {
    if encoded <= 0.040_45 {
        encoded / 12.92
    } else {
        libm::pow((encoded + 0.055) / 1.055, 2.4)
    }
}

static SRGB_CODES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    (0..256)
        .map(|i| srgb_to_linear(f64::from(i) / 255.0))
        .collect()
});

/// Values whose whole part is the rounded code.
#[inline(always)]
fn to_round<S: Simd>(simd: S, [a, b, c, d]: [f32x8<S>; 4]) -> [f32x8<S>; 4] {
    let zero = splat(simd, 0.0);
    [
        a.max(zero) + 0.5,
        b.max(zero) + 0.5,
        c.max(zero) + 0.5,
        d.max(zero) + 0.5,
    ]
}

impl Element for u8 {
    const FULL: f32 = 255.0;

    #[inline(always)]
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4] {
        load_u8(simd, from)
    }

    #[inline(always)]
    fn store<S: Simd>(simd: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]) {
        store_u8(to_round(simd, values), to);
    }

    fn srgb_to_linear(self) -> f64 {
        SRGB_CODES[usize::from(self)]
    }

    fn from_encoded(value: f64) -> Self {
        (value * 255.0 + 0.5) as Self
    }

    fn encoded(self) -> f32 {
        f32::from(self) / 255.0
    }
}

impl Element for u16 {
    const FULL: f32 = 65535.0;

    #[inline(always)]
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4] {
        load_u16(simd, from)
    }

    #[inline(always)]
    fn store<S: Simd>(simd: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]) {
        store_u16(to_round(simd, values), to);
    }

    fn srgb_to_linear(self) -> f64 {
        srgb_to_linear(f64::from(self) / 65535.0)
    }

    fn from_encoded(value: f64) -> Self {
        (value * 65535.0 + 0.5) as Self
    }

    fn encoded(self) -> f32 {
        f32::from(self) / 65535.0
    }
}

impl Element for f32 {
    const FULL: f32 = 1.0;

    #[inline(always)]
    fn load<S: Simd>(simd: S, from: &[Self; BLOCK]) -> [f32x8<S>; 4] {
        [
            load(simd, &from[..8]),
            load(simd, &from[8..16]),
            load(simd, &from[16..24]),
            load(simd, &from[24..]),
        ]
    }

    #[inline(always)]
    fn store<S: Simd>(_: S, values: [f32x8<S>; 4], to: &mut [Self; BLOCK]) {
        for i in 0..4 {
            values[i].store_slice(&mut to[8 * i..8 * i + 8]);
        }
    }

    fn srgb_to_linear(self) -> f64 {
        srgb_to_linear(f64::from(self))
    }

    fn from_encoded(value: f64) -> Self {
        value as Self
    }

    fn encoded(self) -> f32 {
        self
    }
}
