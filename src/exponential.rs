//! Exponentials of whole rows.

use crate::simd::{Level, dispatch};
use std::f32::consts::LOG2_E;

/// Replaces values by e to their power, the bits of [`libm::expf`]; they must lie in −80 to 80.
///
/// # References
/// The reckoning is that of `libm`, which follows `e_expf.c` of FreeBSD's msun: without its branches
/// several values are reckoned side by side.
pub(crate) fn exponentials(values: &mut [f32]) {
    dispatch!(Level::detect().get(), simd => {
        for value in values {
            *value = exponential(*value);
        }
    });
}

const LN_2: [f32; 2] = [6.931_457_5e-1, 1.428_606_8e-6];
const SERIES: [f32; 2] = [1.666_662_5e-1, -2.766_733_3e-3];

#[inline(always)]
fn exponential(x: f32) -> f32 {
    /// Half of ln 2, one and a half, and 2⁻¹³, as the original has them.
    const ENDS: [u32; 3] = [0x3eb1_7218, 0x3f85_1592, 0x3900_0000];
    let size = x.to_bits() & 0x7fff_ffff;
    let far = (LOG2_E * x + 0.5_f32.copysign(x)) as i32 as f32;
    let near = 1.0_f32.copysign(x);
    let halvings = if size > ENDS[1] { far } else { near };
    let halvings = if size > ENDS[0] { halvings } else { 0.0 };
    let (high, low) = (x - halvings * LN_2[0], halvings * LN_2[1]);
    let rest = high - low;
    let square = rest * rest;
    let c = rest - square * (SERIES[0] + square * SERIES[1]);
    let power = 1.0 + (rest * c / (2.0 - c) - low + high);
    let power = if size > ENDS[2] { power } else { 1.0 + x };
    power * f32::from_bits(((halvings as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_libm() {
        let last = 80.0_f32.to_bits();
        let mut bits: Vec<u32> = (0..=last).step_by(997).collect();
        for end in [0x3eb1_7218_u32, 0x3f85_1592, 0x3900_0000] {
            bits.extend(end - 3000..end + 3000);
        }
        bits.extend([0, 1, last]);
        let below = bits.iter().map(|bits| bits | 1 << 31);
        let bits: Vec<u32> = below.chain(bits.iter().copied()).collect();
        let mut values: Vec<f32> = bits.iter().map(|&bits| f32::from_bits(bits)).collect();
        exponentials(&mut values);
        for (bits, value) in bits.iter().zip(values) {
            let exact = libm::expf(f32::from_bits(*bits));
            assert_eq!(value.to_bits(), exact.to_bits(), "of {bits:x}");
        }
    }
}
