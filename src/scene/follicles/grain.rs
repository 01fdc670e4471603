//! What of the noise is the camera's grain, and not the skin's own texture.

use glam::Vec2;

use super::depth::{OUTER, Sheet};
use crate::scene::camera::{Camera, Grain};

/// Places to a side of the sheet at which the share of the grain is asked for.
const PLACES: usize = 24;

/// Its standard deviation over that of all noise, 0..=1, at wanted places all over the sheet; none where there is none.
///
/// Read from the finest detail, as far as grain of several pixels and JPEG leave it there, and not from tints, which JPEG takes away.
pub(super) fn shares(camera: &Camera, sheet: &Sheet, wanted: impl Fn(Vec2) -> bool) -> Vec<f32> {
    let Some(grain) = camera.grain else {
        return Vec::new();
    };
    let at_white = of_grain(grain, sheet);
    let size = sheet.response.size();
    let step = Vec2::new(size.width() as f32, size.height() as f32) / PLACES as f32;
    let places = (0..PLACES * PLACES).map(|i| {
        let [x, y] = [i % PLACES, i / PLACES].map(|i| i as f32 + 0.5);
        step * Vec2::new(x, y)
    });
    let share = |at: Vec2| {
        // It falls with the root of the light.
        let own = at_white * libm::expf(0.5 * sheet.bright.at(at.x, at.y));
        (own / sheet.noise.at(at.x, at.y)).min(1.0)
    };
    let shares = places.filter(|&at| wanted(at)).map(share);
    shares.filter(|&share| share > 0.0).collect()
}

/// Standard deviation of the response to a camera's grain, for light of 1.
///
/// # References
/// The variance of light that is counted grows with it: G. E. Healey, R. Kondepudy, "Radiometric CCD Camera
/// Calibration and Noise Estimation", IEEE TPAMI 16 (1994).
fn of_grain(grain: Grain, sheet: &Sheet) -> f32 {
    let side = sheet.side as f32;
    let size = grain.size_px / side;
    let near = sheet.inner * sheet.inner;
    let wide = OUTER * OUTER * near;
    // Power that a Gaussian and the grain's own let through of independent noise.
    let power = |variance: f32| 1.0 / (2.0 * std::f32::consts::TAU * (variance + size * size));
    let of_both = power(near) + power(wide) - 2.0 * power(0.5 * (near + wide));
    grain.independent() / side * of_both.sqrt()
}
