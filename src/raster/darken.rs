//! Darkens pixels by the light that is left on them: of any kind, in single precision.
//!
//! Results that end in the straight toe of the sRGB curve take an exact path.

use crate::raster::element::Element;
use crate::raster::gain::Gain;
use crate::raster::light::Light;
use crate::raster::runs::{FOUR, RUN};
use crate::simd::{Select, Simd, SimdBase, SimdMask, f32x16};

/// The linear light at which the toe of the sRGB curve ends.
pub(super) const END_OF_TOE: f64 = 0.003_130_8;

/// Red, green and blue light, each of four runs of pixels.
pub(super) type Lit<'a, L> = [[&'a [L; RUN]; 4]; 3];

/// A way to darken encoded elements of one kind.
pub(super) trait Darken<E: Element> {
    /// Darkens four runs of pixels, which start at places of a slice.
    fn darken<S: Simd, const CHANNELS: usize>(
        &self,
        simd: S,
        light: Lit<'_, E::Light>,
        pixels: &mut [E],
        at: [usize; 4],
    );
}

impl<E: Element, G: Gain> Darken<E> for G {
    #[inline(always)]
    fn darken<S: Simd, const CHANNELS: usize>(
        &self,
        simd: S,
        lit: Lit<'_, E::Light>,
        pixels: &mut [E],
        at: [usize; 4],
    ) {
        let zero = f32x16::splat(simd, 0.0);
        let mut light = [zero; 3];
        for c in 0..3 {
            light[c] = E::Light::shares(simd, lit[c]);
        }
        let before = E::load::<S, CHANNELS>(simd, pixels, at);
        let mut after = before;
        let gains = self.gain(simd, light);
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
        let mut lights = [[0.0; FOUR]; 3];
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
                    pixels[at[lane / RUN] + lane % RUN * CHANNELS + c] = *exact;
                }
            }
        }
    }
}

/// What is left of an element by a share of light where that lies in the straight toe of the sRGB curve.
fn toe<E: Element>(element: E, light: f32) -> Option<E> {
    let linear = element.srgb_to_linear() * f64::from(light);
    (linear <= END_OF_TOE).then(|| E::from_encoded(12.92 * linear))
}

/// The results that lie in that toe, among elements given as bits for each channel.
#[cold]
fn in_toe<E: Element, const CHANNELS: usize>(
    pixels: &[E],
    at: [usize; 4],
    light: &[[f32; FOUR]; 3],
    dim: [u32; 3],
) -> [[Option<E>; FOUR]; 3] {
    let mut exact = [[None; FOUR]; 3];
    for (c, mut dim) in dim.into_iter().enumerate() {
        while dim != 0 {
            let lane = dim.trailing_zeros() as usize;
            dim &= dim - 1;
            let old = pixels[at[lane / RUN] + lane % RUN * CHANNELS + c];
            exact[c][lane] = toe(old, light[c][lane]);
        }
    }
    exact
}
