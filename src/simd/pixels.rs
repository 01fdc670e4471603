//! Pixels of 8-bit codes, three or four to a pixel, in vectors and back.

use fearless_simd::{Simd, f32x16, i16x16, i32x16, prelude::*, u8x16, u8x64, u32x4, u32x8, u32x16};

/// Sixteen pixels of four bytes each.
type Pixels16<S> = u32x16<S>;

/// Sixteen pixels from four places of a slice, four from each; where they have three bytes each, the
/// fourth is anything.
#[inline(always)]
pub(crate) fn load_bytes<S: Simd, const CHANNELS: usize>(
    simd: S,
    from: &[u8],
    [a, b, c, d]: [usize; 4],
) -> Pixels16<S> {
    let four = (
        load_four::<S, CHANNELS>(simd, from, a),
        load_four::<S, CHANNELS>(simd, from, b),
        load_four::<S, CHANNELS>(simd, from, c),
        load_four::<S, CHANNELS>(simd, from, d),
    );
    let bytes = (four.0.combine(four.1)).combine(four.2.combine(four.3));
    if CHANNELS == 4 {
        return bytes.bitcast();
    }
    bytes
        .swizzle_dyn_within_blocks(u8x64::from_slice(simd, APART.as_flattened()))
        .bitcast()
}

/// The bytes of four pixels, at the front; of those of three bytes each, the rest is anything.
#[inline(always)]
fn load_four<S: Simd, const CHANNELS: usize>(simd: S, from: &[u8], at: usize) -> u8x16<S> {
    // Nearly always there is room to load more than is needed, which takes less than to load no more.
    if let Some(bytes) = from.get(at..at + 16) {
        return u8x16::from_slice(simd, bytes);
    }
    let bytes = &from[at..at + 4 * CHANNELS];
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u32::from_ne_bytes(*bytes);
    }
    u32x4::simd_from(simd, words).bitcast()
}

/// Four pixels of three bytes made four bytes each.
const APART: [[u8; 16]; 4] = [[0, 1, 2, 15, 3, 4, 5, 15, 6, 7, 8, 15, 9, 10, 11, 15]; 4];
/// The inverse, to the front.
const TOGETHER: [[u8; 16]; 4] = [[0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15]; 4];

/// Sixteen pixels to four places of a slice, four to each.
#[inline(always)]
pub(crate) fn store_bytes<S: Simd, const CHANNELS: usize>(
    simd: S,
    pixels: Pixels16<S>,
    to: &mut [u8],
    at: [usize; 4],
) {
    let bytes: u8x64<S> = pixels.bitcast();
    if CHANNELS == 4 {
        let (low, high) = bytes.split();
        let ((a, b), (c, d)) = (low.split(), high.split());
        a.store_slice(&mut to[at[0]..at[0] + 16]);
        b.store_slice(&mut to[at[1]..at[1] + 16]);
        c.store_slice(&mut to[at[2]..at[2] + 16]);
        d.store_slice(&mut to[at[3]..at[3] + 16]);
        return;
    }
    let mut blocks = [[0; 16]; 4];
    bytes
        .swizzle_dyn_within_blocks(u8x64::from_slice(simd, TOGETHER.as_flattened()))
        .store_slice(blocks.as_flattened_mut());
    for (block, at) in blocks.iter().zip(at) {
        to[at..at + 12].copy_from_slice(&block[..12]);
    }
}

/// Red, green and blue as whole numbers; red is the first byte.
#[inline(always)]
pub(crate) fn channels<S: Simd>(pixels: u32x16<S>) -> [f32x16<S>; 3] {
    let (r, g, b) = (pixels & 255, (pixels >> 8) & 255, (pixels >> 16) & 255);
    let (r, g, b): (i32x16<S>, i32x16<S>, i32x16<S>) = (r.bitcast(), g.bitcast(), b.bitcast());
    [r.to_float(), g.to_float(), b.to_float()]
}

/// Pixels with other colours and the same fourth byte: the whole numbers below values in `0.0..256.0`.
#[inline(always)]
pub(crate) fn with_channels<S: Simd>(pixels: u32x16<S>, [r, g, b]: [f32x16<S>; 3]) -> u32x16<S> {
    let (r, g, b): (i32x16<S>, i32x16<S>, i32x16<S>) = (r.to_int(), g.to_int(), b.to_int());
    let (r, g, b): (u32x16<S>, u32x16<S>, u32x16<S>) = (r.bitcast(), g.bitcast(), b.bitcast());
    (pixels & 0xff00_0000) | r | (g << 8) | (b << 16)
}

/// Bytes of even and of odd places, times 2⁷: of the first eight pixels, then of the others.
#[inline(always)]
pub(crate) fn bytes_apart<S: Simd>(pixels: Pixels16<S>) -> [i16x16<S>; 4] {
    let (a, b) = pixels.split();
    let (a, b): (i16x16<S>, i16x16<S>) = (a.bitcast(), b.bitcast());
    let (even, odd) = (0x00ff, 0x7f80);
    [
        (a & even) << 7,
        (a >> 1) & odd,
        (b & even) << 7,
        (b >> 1) & odd,
    ]
}

/// The inverse, of numbers that are not negative: the whole bytes below.
#[inline(always)]
pub(crate) fn bytes_together<S: Simd>([a, b, c, d]: [i16x16<S>; 4]) -> Pixels16<S> {
    let odd = 0xff00_u16 as i16;
    let low: u32x8<S> = ((a >> 7) | ((b << 1) & odd)).bitcast();
    let high: u32x8<S> = ((c >> 7) | ((d << 1) & odd)).bitcast();
    low.combine(high)
}
