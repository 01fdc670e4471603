//! Gaussian smoothing of grids, the same bits for any number of threads.

use crate::parallel;

/// Standard deviations after which a Gaussian's weights are cut off: 1e-4 of the weight is lost.
const REACH: f32 = 4.0;

/// Smooths interleaved values, row by row, with a Gaussian of `sigma` pixels; beyond the border the
/// rim goes on. A sigma of 0 copies.
///
/// # Cost
/// `16·sigma` multiplications a value, and one more buffer.
pub(crate) fn gaussian(values: &[f32], columns: usize, channels: usize, sigma: f32) -> Vec<f32> {
    let half = weights(sigma);
    let reach = half.len() - 1;
    let stride = columns * channels;
    let rows = values.len() / stride;
    let mut smooth = vec![0.0_f32; values.len()];
    parallel::for_each_chunk(&mut smooth, stride, |y, out| {
        let row = |y: usize| &values[y * stride..][..stride];
        // One column of rows first, with room for the rim on either side.
        let margin = reach * channels;
        let mut column = vec![0.0_f32; stride + 2 * margin];
        let middle = &mut column[margin..margin + stride];
        for (sum, &value) in middle.iter_mut().zip(row(y)) {
            *sum = half[0] * value;
        }
        for (d, &weight) in half.iter().enumerate().skip(1) {
            let (above, below) = (row(y.saturating_sub(d)), row((y + d).min(rows - 1)));
            for ((sum, &a), &b) in middle.iter_mut().zip(above).zip(below) {
                *sum += weight * (a + b);
            }
        }
        for i in 0..margin {
            column[i] = column[margin + i % channels];
            column[margin + stride + i] = column[margin + stride - channels + i % channels];
        }
        for (value, &centre) in out.iter_mut().zip(&column[margin..]) {
            *value = half[0] * centre;
        }
        for (d, &weight) in half.iter().enumerate().skip(1) {
            let (left, right) = (
                &column[margin - d * channels..],
                &column[margin + d * channels..],
            );
            for ((value, &a), &b) in out.iter_mut().zip(left).zip(right) {
                *value += weight * (a + b);
            }
        }
    });
    smooth
}

/// Weights of a Gaussian from its centre outwards; with both sides they sum to 1.
pub(crate) fn weights(sigma: f32) -> Vec<f32> {
    let reach = (REACH * sigma.max(0.0)).ceil() as usize;
    let weight = |i: usize| {
        let t = i as f32 / sigma.max(1e-6);
        libm::expf(-0.5 * t * t)
    };
    let raw: Vec<f32> = (0..=reach).map(weight).collect();
    let sum = 2.0 * raw.iter().sum::<f32>() - 1.0;
    raw.iter().map(|w| w / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_becomes_a_gaussian_and_a_flat_field_stays() {
        let mut spike = [0.0_f32; 41 * 41];
        spike[20 * 41 + 20] = 1.0;
        let spread = gaussian(&spike, 41, 1, 2.0);
        for (x, y) in [(20, 20), (22, 20), (17, 24)] {
            let r2 = ((x - 20_i32).pow(2) + (y - 20_i32).pow(2)) as f32;
            let exact = libm::expf(-r2 / 8.0) / (8.0 * std::f32::consts::PI);
            let got = spread[(y * 41 + x) as usize];
            assert!((got - exact).abs() < 2e-5);
        }
        let flat = gaussian(&[0.25; 5 * 4 * 3], 5, 3, 1.7);
        assert!(flat.iter().all(|v| (v - 0.25).abs() < 1e-6));
        assert_eq!(
            gaussian(&[1.0, 2.0, 3.0, 4.0], 2, 1, 0.0),
            [1.0, 2.0, 3.0, 4.0]
        );
    }
}
