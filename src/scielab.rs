//! What is left of a picture's light for an eye at some distance.
//!
//! # References
//! X. Zhang and B. A. Wandell, "A spatial extension of CIELAB for digital color image reproduction",
//! SID Journal 5 (1997): light is turned into an achromatic, a red-green and a blue-yellow channel,
//! each is blurred as the eye blurs it, and only then colours are compared. Channels and the kernels'
//! spreads (degrees) and weights are the paper's; the reference code later doubled the spreads, so these
//! show a difference sooner.

use crate::filter;
use crate::units::Size;

/// Millimetres of skin that a degree takes from a metre away.
const MM_PER_DEGREE: f32 = 17.455;

/// Weight and spread of each Gaussian `exp(−r²/spread²)` of the three channels.
const KERNELS: [&[(f32, f32)]; 3] = [
    &[(0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)],
    &[(0.531, 0.0392), (0.330, 0.494)],
    &[(0.488, 0.0536), (0.371, 0.386)],
];

/// Channels from CIE XYZ.
const OPPONENT: [[f64; 3]; 3] = [
    [0.279, 0.72, -0.107],
    [-0.449, 0.29, -0.077],
    [0.086, -0.59, 0.501],
];

/// CIE XYZ under D65 from linear sRGB.
const XYZ: [[f64; 3]; 3] = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175_0],
    [0.019_333_9, 0.119_192_0, 0.950_304_1],
];

/// A Gaussian wider than this, in pixels, is drawn on a coarser grid.
const WIDE_PX: f32 = 6.0;

/// Linear sRGB as an eye so many metres away has it, from the light of a picture with interleaved channels.
///
/// Beyond the picture its rim goes on.
///
/// # Cost
/// Seven Gaussians, the wide ones on coarser grids: a few hundred nanoseconds a pixel.
pub(crate) fn seen_from(light: &[f32], size: Size, px_per_mm: f32, metres: f32) -> Vec<f32> {
    let to_opponent = product(&OPPONENT, &XYZ);
    let back = inverse(&to_opponent);
    let sigma_px =
        |spread: f32| spread * std::f32::consts::FRAC_1_SQRT_2 * MM_PER_DEGREE * metres * px_per_mm;
    let channels: Vec<Vec<f32>> = (0..3)
        .map(|channel| {
            let row = to_opponent[channel].map(|v| v as f32);
            let values: Vec<f32> = light
                .chunks_exact(3)
                .map(|p| row[0] * p[0] + row[1] * p[1] + row[2] * p[2])
                .collect();
            let total: f32 = KERNELS[channel].iter().map(|(weight, _)| weight).sum();
            let mut sum = vec![0.0_f32; values.len()];
            for &(weight, spread) in KERNELS[channel] {
                let blurred = blur(&values, size, sigma_px(spread));
                for (sum, value) in sum.iter_mut().zip(blurred) {
                    *sum += weight / total * value;
                }
            }
            sum
        })
        .collect();
    let mut seen = Vec::with_capacity(light.len());
    for i in 0..size.pixels() {
        for row in &back {
            let value = (0..3).map(|c| row[c] as f32 * channels[c][i]);
            seen.push(value.sum::<f32>());
        }
    }
    seen
}

/// Gaussian blur of one channel, on a grid of cell means where it is wide.
fn blur(values: &[f32], size: Size, sigma: f32) -> Vec<f32> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let side = (sigma / WIDE_PX).floor() as usize;
    if side < 2 {
        return filter::gaussian(values, width, 1, sigma);
    }
    let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
    let mut cells = vec![0.0_f32; columns * rows];
    for (row, cells) in cells.chunks_exact_mut(columns).enumerate() {
        let lines = row * side..height.min((row + 1) * side);
        for (column, cell) in cells.iter_mut().enumerate() {
            let across = column * side..width.min((column + 1) * side);
            let count = (lines.len() * across.len()) as f32;
            let line = |y: usize| values[y * width..][across.clone()].iter().sum::<f32>();
            *cell = lines.clone().map(line).sum::<f32>() / count;
        }
    }
    let cells = filter::gaussian(&cells, columns, 1, sigma / side as f32);
    let mut wide = vec![0.0_f32; values.len()];
    crate::parallel::for_each_chunk(&mut wide, width, |y, out| {
        let (above, below, v) = between(y, side, rows);
        for (x, value) in out.iter_mut().enumerate() {
            let (left, right, u) = between(x, side, columns);
            let at = |row: usize| {
                let cells = &cells[row * columns..][..columns];
                cells[left] * (1.0 - u) + cells[right] * u
            };
            *value = at(above) * (1.0 - v) + at(below) * v;
        }
    });
    wide
}

/// The cells on either side of a pixel's centre, and how far it is from the first to the second.
fn between(pixel: usize, side: usize, count: usize) -> (usize, usize, f32) {
    let at = ((pixel as f32 + 0.5) / side as f32 - 0.5).max(0.0);
    let first = (at as usize).min(count - 1);
    (first, (first + 1).min(count - 1), at - first as f32)
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

fn inverse(m: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |i: usize, j: usize| {
        let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
        m[a][c] * m[b][d] - m[a][d] * m[b][c]
    };
    let determinant: f64 = (0..3).map(|j| m[0][j] * minor(0, j)).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| minor(j, i) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_picture_stays_and_fine_stripes_fade_with_distance() {
        let size = Size::new(120, 120).unwrap();
        let even = [0.5, 0.3, 0.2].repeat(size.pixels());
        for (got, expected) in seen_from(&even, size, 10.0, 1.0).iter().zip(&even) {
            assert!((got - expected).abs() < 1e-5, "{got} for {expected}");
        }
        // Stripes of a millimetre's period at 10 px/mm: 17 cycles per degree from a metre away.
        let stripes: Vec<f32> = (0..size.pixels())
            .flat_map(|i| [if i % 10 < 5 { 0.4 } else { 0.2 }; 3])
            .collect();
        let left = |metres| {
            let seen = seen_from(&stripes, size, 10.0, metres);
            let row = &seen[60 * 360 + 90..][..180];
            let most = row.iter().copied().fold(f32::MIN, f32::max);
            (most - row.iter().copied().fold(f32::MAX, f32::min)) / 0.2
        };
        let (near, far) = (left(0.3), left(1.0));
        assert!(
            near > 0.7 && far < 0.5 * near && left(3.0) < 0.03,
            "{near}, {far}"
        );
    }

    #[test]
    fn a_wide_blur_on_cells_is_that_on_pixels() {
        let size = Size::new(90, 70).unwrap();
        let step: Vec<f32> = (0..size.pixels())
            .map(|i| f32::from(u8::from(i % 90 > 40)))
            .collect();
        for sigma in [13.0, 25.0] {
            let exact = filter::gaussian(&step, 90, 1, sigma);
            for (got, exact) in blur(&step, size, sigma).iter().zip(exact) {
                assert!((got - exact).abs() < 0.012, "{got} for {exact}");
            }
        }
    }
}
