//! Natural logarithms of whole rows.

use crate::simd::{Level, dispatch};

/// Replaces values by their natural logarithms, the bits of [`libm::logf`]; they must not be below
/// [`f32::MIN_POSITIVE`]. What is not a number stays so.
///
/// # References
/// The reckoning is that of `libm`, which follows `e_logf.c` of FreeBSD's msun: without its branches
/// several values are reckoned side by side.
pub(crate) fn logarithms(values: &mut [f32]) {
    dispatch!(Level::detect().get(), simd => {
        for value in values {
            *value = logarithm(*value);
        }
    });
}

const LN_2: [f32; 2] = [6.931_381e-1, 9.058_001e-6];
const SERIES: [f32; 4] = [0.666_666_6, 0.400_009_72, 0.284_987_87, 0.242_790_79];

#[inline(always)]
fn logarithm(x: f32) -> f32 {
    const ONE: u32 = 0x3f80_0000;
    const ROOT_OF_HALF: u32 = 0x3f35_04f3;
    let bits = x.to_bits().wrapping_add(ONE - ROOT_OF_HALF);
    let exponent = ((bits >> 23) as i32 - 0x7f) as f32;
    let f = f32::from_bits((bits & 0x007f_ffff) + ROOT_OF_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (SERIES[1] + w * SERIES[3]);
    let odd = z * (SERIES[0] + w * SERIES[2]);
    let half = 0.5 * f * f;
    let sum = s * (half + (odd + even)) + exponent * LN_2[1] - half + f + exponent * LN_2[0];
    if x < f32::INFINITY { sum } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_libm() {
        let first = f32::MIN_POSITIVE.to_bits();
        let mut bits: Vec<u32> = (first..f32::INFINITY.to_bits()).step_by(4099).collect();
        let one = 1.0_f32.to_bits();
        bits.extend(one - 3000..one + 3000);
        bits.extend([first, f32::MAX.to_bits(), f32::INFINITY.to_bits()]);
        let mut values: Vec<f32> = bits.iter().map(|&bits| f32::from_bits(bits)).collect();
        logarithms(&mut values);
        for (bits, value) in bits.iter().zip(values) {
            let exact = libm::logf(f32::from_bits(*bits));
            assert_eq!(value.to_bits(), exact.to_bits(), "of {bits:x}");
        }
        let mut none = [f32::NAN];
        logarithms(&mut none);
        assert!(none[0].is_nan());
    }
}
