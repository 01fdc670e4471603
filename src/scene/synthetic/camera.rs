//! From linear light to the codes of a camera: the sensor's noise, then the sRGB curve.

use crate::filter;
use crate::parallel;
use crate::random::{Seed, Stage};
use crate::units::Size;

/// One value per channel and pixel, mean 0 and standard deviation 1/√3, each on its own: the sum of
/// four uniform values is as good as normal here.
pub(super) fn noise(size: Size, seed: Seed) -> Vec<f32> {
    let mut noise = vec![0.0_f32; 3 * size.pixels()];
    parallel::for_each_chunk(&mut noise, 3 * size.width() as usize, |y, row| {
        let mut grain = seed.stream(Stage::Synthetic, u64::MAX - y as u64);
        for value in row {
            *value = (0..4).map(|_| grain.unit_f32()).sum::<f32>() - 2.0;
        }
    });
    noise
}

/// Noise of standard deviation 1, smoothed with a Gaussian of `grain_px`.
pub(super) fn grain(size: Size, seed: Seed, grain_px: f32) -> Vec<f32> {
    let own = noise(size, seed);
    let half = filter::weights(grain_px);
    // Smoothing along both axes takes each time the square sum of the weights from the variance.
    let kept = 2.0 * half.iter().map(|w| w * w).sum::<f32>() - half[0] * half[0];
    let gain = 3.0_f32.sqrt() / kept;
    let mut smooth = filter::gaussian(&own, size.width() as usize, 3, grain_px);
    for value in &mut smooth {
        *value *= gain;
    }
    smooth
}

/// Codes of light to which `stray(light, noise)` is added.
pub(super) fn expose(
    light: &[f32],
    noise: &[f32],
    size: Size,
    stray: impl Fn(f32, f32) -> f32 + Sync + Send,
) -> Vec<u8> {
    let columns = 3 * size.width() as usize;
    let mut codes = vec![0_u8; light.len()];
    parallel::for_each_chunk(&mut codes, columns, |y, row| {
        for (x, code) in row.iter_mut().enumerate() {
            let clean = light[y * columns + x];
            let lit = (clean + stray(clean, noise[y * columns + x])).clamp(0.0, 1.0);
            let encoded = palette::Srgb::<f32>::from_linear(palette::LinSrgb::new(lit, lit, lit));
            *code = (encoded.red * 255.0 + 0.5) as u8;
        }
    });
    codes
}
