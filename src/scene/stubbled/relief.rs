//! How far bare skin itself is darker here and brighter there than what lies beside.

use crate::scene::levels::quantile;
use crate::scene::skin::luminance;

/// Least gleam of the skin, over how dark its relief is: a scalp shines where a forehead does not. Picked by eye.
const LEAST_GLEAM: f32 = 0.5;

/// Deviations from the middle within which lies what is the skin's own relief.
const RELIEF: f32 = 2.0;

/// Least absorbance of relief: below, noise would be hair.
const LEAST_RELIEF: f32 = 0.02;

/// Light below which nothing is told apart.
const DARK: f32 = 1e-3;

/// Absorbance of a place, below the skin around it.
pub(super) fn depth(bright: [f32; 3], light: [f32; 3]) -> f32 {
    let [bright, light] = [bright, light].map(|light| luminance(light).max(DARK));
    libm::logf(bright / light)
}

/// How dark places of bare skin are below their surroundings, and how bright.
pub(super) fn relief(mut depths: Vec<f32>) -> Option<[f32; 2]> {
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(&mut depths, share));
    let (low, middle, high) = (low?, middle?, high?);
    // A quarter lies beyond 0.674 deviations.
    let reach = RELIEF / 0.674;
    let gleam = reach * (middle - low) - middle;
    Some([middle + reach * (high - middle), gleam])
}

/// The relief of all skin from that of parts of it: how dark it is, and how bright.
pub(super) fn usual(reliefs: &[[f32; 2]]) -> Option<[f32; 2]> {
    let middle = |side: usize| {
        let mut sides: Vec<f32> = reliefs.iter().map(|relief| relief[side]).collect();
        quantile(&mut sides, 0.5)
    };
    let dark = middle(0)?.max(LEAST_RELIEF);
    Some([dark, middle(1)?.max(LEAST_GLEAM * dark)])
}
