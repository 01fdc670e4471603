//! Darkens 8-bit codes under the sRGB curve in whole numbers of 16 bits.
//!
//! Twice as many of them fit a vector as of single precision, and neither light nor codes are converted.
//! A code y becomes y − (y + 14.025)·D, where D = 1 − T^(5/12) is the loss and 14.025 the curve's offset of
//! 0.055: without a loss every code is what it was. Roundings on the way add 0.009 of a code at most to
//! that of the result. What ends in the curve's straight toe goes another way, good
//! to 0.004 of a code.

use crate::raster::darken::{Darken, Lit};
use crate::raster::gain::{Gain, Srgb};
use crate::raster::light::Light;
use crate::raster::runs::FOUR;
use crate::simd::{
    Select, Simd, SimdBase, SimdMask, bytes_apart, bytes_together, f32x16, i16x16,
    interleaved_halves, load_bytes, load_whole_quarters, rounded_product_16, store_bytes, whole_16,
};

/// The sRGB curve for 8-bit elements.
#[derive(Debug, Default)]
pub(super) struct SrgbCodes;

/// The coefficients of q, from the lowest, where x + x·q(2x − 0.75) is the loss for x = 1 − T up to 0.75,
/// in steps of 2⁻¹⁶. They minimise the largest error, 2.0 steps, with every product rounded.
const LOSS: [i16; 6] = [-1686, 6470, 2588, 1003, 798, 1152];
/// A quarter of all light, in steps of 2⁻¹⁵ below zero.
const QUARTER: i16 = -8192;
/// How a power of four is found by which light of less than a quarter is brightened to a quarter and more:
/// for light beyond each of the first numbers the power grows by the second, and what it to the −5/12 falls
/// short of 1 grows by the third, in steps of 2⁻¹⁵. Of less light than the last are for, every result is in
/// the toe.
const POWERS: [[i16; 3]; 4] = [
    [QUARTER, 3, 14378],
    [-2048, 12, 8069],
    [-512, 48, 4528],
    [-128, 192, 2542],
];
/// Half a code, and the end of the toe with half a code added, in steps of 2⁻⁷ of a code.
const HALF: i16 = 64;
const TOE: i16 = (Srgb::TOE * 255.0 * 128.0) as i16 + 1 + HALF;
/// The curve's offset, in steps of 2⁻⁶ of a code.
const OFFSET: i16 = 898;

/// The last code in the toe.
const LAST_IN_TOE: f32 = 10.0;
/// The coefficients of the polynomial in c/128 − 1, from the lowest, that tells what codes c beyond the toe
/// would be if the curve were straight from its start, as steep as in its toe. They minimise the largest
/// error for its size, which is 3.5e-4: 0.004 codes at most where what is left of it is in the toe.
const STRAIGHT: [f32; 6] = [
    711.396, 1539.2697, 968.9293, 110.01196, -16.18329, 11.932736,
];

/// The losses of light of which a quarter is left at least.
#[inline(always)]
fn small_losses<S: Simd>(simd: S, light: i16x16<S>) -> i16x16<S> {
    let gone = light ^ i16::MIN;
    let middle = gone - 12288;
    let place = middle + middle;
    let mut q = i16x16::splat(simd, LOSS[LOSS.len() - 1]);
    for n in (0..LOSS.len() - 1).rev() {
        q = rounded_product_16(q, place) + LOSS[n];
    }
    gone + rounded_product_16(gone, q)
}

/// The losses, less a half, of any light that the first `COUNT` of the powers are enough for.
#[inline(always)]
fn losses<S: Simd, const COUNT: usize>(simd: S, light: i16x16<S>) -> i16x16<S> {
    let (mut more, mut lost) = (i16x16::splat(simd, 0), i16x16::splat(simd, 0));
    for [beyond, power, short] in POWERS.into_iter().take(COUNT) {
        let dim = light.simd_gt(beyond).to_vector();
        more += dim & power;
        lost += dim & short;
    }
    let loss = small_losses(simd, (light * more + light).min(QUARTER));
    // Of what the power leaves a part is lost again. In steps of 2⁻¹⁶ the sum may go beyond 2¹⁵ and wrap,
    // less a half it does not.
    (lost + lost + (loss - rounded_product_16(lost, loss))) ^ i16::MIN
}

impl Darken<u8> for SrgbCodes {
    #[inline(always)]
    fn darken<S: Simd, const CHANNELS: usize>(
        &self,
        simd: S,
        lit: Lit<'_, i16>,
        pixels: &mut [u8],
        at: [usize; 4],
    ) {
        // As [`as_codes`] has runs.
        let at = [at[0], at[2], at[1], at[3]];
        let mut light = channels(simd, lit);
        let dimmest = light[0].max(light[1]).max(light[2]);
        let (codes, taken) = if dimmest.simd_gt(QUARTER).any_true() {
            // Most of what is dim is so by one dot or two, and needs but the first power.
            if dimmest.simd_gt(POWERS[1][0]).any_true() {
                for c in 0..3 {
                    light[c] = losses::<S, { POWERS.len() }>(simd, light[c]);
                }
            } else {
                for c in 0..3 {
                    light[c] = losses::<S, 1>(simd, light[c]);
                }
            }
            let loss = as_codes(simd, light, i16::MIN);
            let codes = load::<S, CHANNELS>(simd, pixels, at);
            let mut taken = codes;
            for i in 0..4 {
                let whole = offset(codes[i]);
                taken[i] = rounded_product_16(whole, loss[i]) + whole;
            }
            (codes, taken)
        } else {
            for c in 0..3 {
                light[c] = small_losses(simd, light[c]);
            }
            let loss = as_codes(simd, light, 0);
            let codes = load::<S, CHANNELS>(simd, pixels, at);
            let mut taken = codes;
            for i in 0..4 {
                taken[i] = rounded_product_16(offset(codes[i]), loss[i]);
            }
            (codes, taken)
        };
        let mut after = codes;
        for i in 0..4 {
            after[i] = (codes[i] + HALF) - taken[i];
        }
        let least = (after[0].min(after[1])).min(after[2].min(after[3]));
        if least.simd_lt(TOE).any_true() {
            let mut dark = [false; 4];
            for i in 0..4 {
                // Codes of which nothing is taken are what they are, be they ever so dark.
                dark[i] = (after[i].simd_lt(TOE) & taken[i].simd_gt(0)).any_true();
            }
            if dark != [false; 4] {
                let (mut from, mut to) = ([[0; FOUR]; 4], [[0; FOUR]; 4]);
                for i in 0..4 {
                    codes[i].store_slice(&mut from[i]);
                    after[i].store_slice(&mut to[i]);
                }
                let (light, mut steps) = (channels(simd, lit), [[0; FOUR]; 3]);
                for c in 0..3 {
                    light[c].store_slice(&mut steps[c]);
                }
                right_in_toe(simd, &from, &mut to, dark, &steps);
                for i in 0..4 {
                    after[i] = i16x16::from_slice(simd, &to[i]);
                }
            }
        }
        store_bytes::<S, CHANNELS>(simd, bytes_together(after), pixels, at);
    }
}

/// The codes of four runs of pixels, in steps of 2⁻⁷: of even places and of odd ones of the first two, then
/// of the others.
#[inline(always)]
fn load<S: Simd, const CHANNELS: usize>(simd: S, from: &[u8], at: [usize; 4]) -> [i16x16<S>; 4] {
    bytes_apart(load_bytes::<S, CHANNELS>(simd, from, at))
}

/// Codes in steps of 2⁻⁷ with the curve's offset, in steps of 2⁻⁶.
#[inline(always)]
fn offset<S: Simd>(codes: i16x16<S>) -> i16x16<S> {
    (codes >> 1) + OFFSET
}

/// Red, green and blue of four runs of pixels as [`load`] gives codes: red and blue of the first and third,
/// their green and nothing for what is no colour, then those of the second and fourth.
#[inline(always)]
fn as_codes<S: Simd>(simd: S, [r, g, b]: [i16x16<S>; 3], none: i16) -> [i16x16<S>; 4] {
    let none = i16x16::splat(simd, none);
    let (even, odd) = (interleaved_halves(r, b), interleaved_halves(g, none));
    [even[0], odd[0], even[1], odd[1]]
}

/// The light of sixteen pixels.
#[inline(always)]
fn channels<S: Simd>(simd: S, lit: Lit<'_, i16>) -> [i16x16<S>; 3] {
    let mut light = [i16x16::splat(simd, 0); 3];
    for c in 0..3 {
        light[c] = load_whole_quarters(simd, lit[c]);
    }
    light
}

/// Puts right what lies in the straight toe of the curve, all in steps of 2⁻⁷, where it is known that
/// something does. Its numbers go through memory, and the registers stay with those who hardly ever come here.
#[cold]
fn right_in_toe<S: Simd>(
    simd: S,
    before: &[[i16; FOUR]; 4],
    after: &mut [[i16; FOUR]; 4],
    dark: [bool; 4],
    light: &[[i16; FOUR]; 3],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let mut channels = [i16x16::splat(simd, 0); 3];
            for c in 0..3 {
                channels[c] = i16x16::from_slice(simd, &light[c]);
            }
            let light = as_codes(simd, channels, 0);
            for i in (0..4).filter(|&i| dark[i]) {
                let mut steps = [0; FOUR];
                light[i].store_slice(&mut steps);
                let exact =
                    straight(simd, shares(simd, &before[i]) * -256.0) * shares(simd, &steps);
                let beyond = exact.simd_gt(255.0 * Srgb::TOE);
                let exact = beyond.select(f32x16::splat(simd, -1.0), exact + 0.5);
                let (exact, now) = (whole_16(exact) << 7, i16x16::from_slice(simd, &after[i]));
                // As above: of which something is taken.
                let taken = (now - i16x16::from_slice(simd, &before[i])).simd_lt(HALF);
                let dark = taken & exact.simd_ge(0);
                dark.select(exact, now).store_slice(&mut after[i]);
            }
        },
    );
}

/// The shares of light that sixteen numbers stand for.
#[inline(always)]
fn shares<S: Simd>(simd: S, steps: &[i16; FOUR]) -> f32x16<S> {
    let (quarters, _) = steps.as_chunks();
    let [a, b, c, d] = quarters else {
        unreachable!("sixteen are four times four")
    };
    i16::shares(simd, [a, b, c, d])
}

/// What codes would be if the curve were straight.
#[inline(always)]
fn straight<S: Simd>(simd: S, codes: f32x16<S>) -> f32x16<S> {
    let place = codes * (1.0 / 128.0) - 1.0;
    let mut sum = f32x16::splat(simd, STRAIGHT[STRAIGHT.len() - 1]);
    for n in (0..STRAIGHT.len() - 1).rev() {
        sum = sum * place + STRAIGHT[n];
    }
    codes.simd_gt(LAST_IN_TOE).select(sum, codes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::darken::END_OF_TOE;
    use crate::raster::runs::RUN;
    use crate::raster::transfer::srgb_to_linear;
    use crate::simd::{Level, dispatch};

    #[test]
    fn every_code_is_within_0_51_of_exact_under_any_light() {
        for level in Level::supported() {
            for step in 0..=32768_i32 {
                let t = f64::from(step) / 32768.0;
                let gain = libm::pow(t, 1.0 / 2.4);
                let light = [(-step) as i16; RUN];
                for first in (0..256).step_by(48) {
                    // Three codes a pixel, and any fourth.
                    let code = |i: usize| (first + i / 4 * 3 + i % 4) as u8;
                    let before: [u8; 64] = std::array::from_fn(code);
                    let mut after = before;
                    dispatch!(level.get(), simd => {
                        SrgbCodes.darken::<_, 4>(simd, [[&light; 4]; 3], &mut after, [0, 16, 32, 48]);
                    });
                    for (i, (&before, &after)) in before.iter().zip(&after).enumerate() {
                        let linear = srgb_to_linear(f64::from(before) / 255.0) * t;
                        let exact = match i % 4 {
                            3 => f64::from(before),
                            _ if linear <= END_OF_TOE => 255.0 * 12.92 * linear,
                            _ => (f64::from(before) + 14.025) * gain - 14.025,
                        };
                        let error = (f64::from(after) - exact).abs();
                        assert!(
                            error <= 0.51,
                            "{level}: code {before} at T = {t} became {after}, exactly {exact}"
                        );
                    }
                }
            }
        }
    }
}
