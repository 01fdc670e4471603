//! Gaussian smoothing of grids, the same bits for any number of threads.

use crate::parallel;
use crate::simd::{Level, dispatch};

/// Standard deviations after which a Gaussian's weights are cut off: 1e-4 of the weight is lost.
const REACH: f32 = 4.0;

/// Smooths interleaved values, row by row, with a Gaussian of `sigma` pixels; beyond the border the
/// rim goes on. A sigma of 0 copies.
///
/// # Cost
/// `16·sigma` multiplications a value, and one more buffer.
pub(crate) fn gaussian(values: &[f32], columns: usize, channels: usize, sigma: f32) -> Vec<f32> {
    let gaussian = Gaussian::new(sigma, channels);
    let stride = columns * channels;
    let mut smooth = vec![0.0_f32; values.len()];
    parallel::for_each_chunk(&mut smooth, stride, |y, out| gaussian.row(values, y, out));
    smooth
}

/// A Gaussian for interleaved values.
pub(crate) struct Gaussian {
    half: Vec<f32>,
    channels: usize,
}

impl Gaussian {
    /// Of a standard deviation of `sigma` pixels.
    pub(crate) fn new(sigma: f32, channels: usize) -> Self {
        Self {
            half: weights(sigma),
            channels,
        }
    }

    /// Rows and columns to either side that a value depends on.
    pub(crate) fn reach(&self) -> usize {
        self.half.len() - 1
    }

    /// Row `y` of values, whose rows are as long as `out`, smoothed.
    pub(crate) fn row(&self, values: &[f32], y: usize, out: &mut [f32]) {
        let (stride, channels) = (out.len(), self.channels);
        let last = values.len() / stride - 1;
        let row = |y: usize| &values[y * stride..][..stride];
        // One column of rows first, with room for the rim on either side.
        let reach = self.reach();
        let margin = reach * channels;
        let mut column = vec![0.0_f32; stride + 2 * margin];
        let beside = |d: usize| [row(y.saturating_sub(d)), row((y + d).min(last))];
        let pairs: Vec<_> = (1..=reach).map(beside).collect();
        self.weigh(row(y), &pairs, &mut column[margin..margin + stride]);
        for i in 0..margin {
            column[i] = column[margin + i % channels];
            column[margin + stride + i] = column[margin + stride - channels + i % channels];
        }
        let beside =
            |d: usize| [margin - d * channels, margin + d * channels].map(|at| &column[at..]);
        let pairs: Vec<_> = (1..=reach).map(beside).collect();
        self.weigh(&column[margin..], &pairs, out);
    }

    /// Weighted sums of values and of the pairs at each distance from them.
    fn weigh(&self, own: &[f32], pairs: &[[&[f32]; 2]], out: &mut [f32]) {
        dispatch!(Level::detect().get(), simd => weigh(&self.half, own, pairs, out));
    }
}

/// Values whose sums stay in registers.
const BLOCK: usize = 32;

#[inline(always)]
fn weigh(half: &[f32], own: &[f32], pairs: &[[&[f32]; 2]], out: &mut [f32]) {
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let whole = blocks.len() * BLOCK;
    for (i, sums) in blocks.iter_mut().enumerate() {
        *sums = weigh_block(half, own, pairs, i * BLOCK);
    }
    for (i, sum) in rest.iter_mut().enumerate() {
        [*sum] = weigh_block(half, own, pairs, whole + i);
    }
}

/// The sums of the values from one on.
#[inline(always)]
fn weigh_block<const N: usize>(
    half: &[f32],
    own: &[f32],
    pairs: &[[&[f32]; 2]],
    from: usize,
) -> [f32; N] {
    let mut sums = [0.0; N];
    for (sum, &value) in sums.iter_mut().zip(&own[from..from + N]) {
        *sum = half[0] * value;
    }
    for (&weight, [a, b]) in half[1..].iter().zip(pairs) {
        let (a, b) = (&a[from..from + N], &b[from..from + N]);
        for i in 0..N {
            sums[i] += weight * (a[i] + b[i]);
        }
    }
    sums
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
