//! Products of whole numbers of 2⁻¹⁵, rounded to the nearest, and up halfway.
//!
//! Every instruction set has them in one instruction or a few. The compiler finds these for a loop by
//! itself, but not for one that is part of another, so they are named. −2¹⁵ times itself is 1, which
//! has no number; sets differ in what they make of it, and nobody asks for it.

use fearless_simd::{i16x8, i16x16, prelude::*};

/// Returns the product by instructions of the level that the vectors have, if it is the one named.
macro_rules! return_by {
    ($level:ident, $has:ident: [$a:ident, $b:ident] as $vector:ident of $count:literal,
     $register:ty => $product:expr) => {
        if let Some(level) = $a.token().level().$has() {
            fearless_simd::kernel!(
                #[inline(always)]
                fn product(level: $level, $a: $register, $b: $register) -> $register {
                    $product
                }
            );
            let simd = $a.token();
            let (a, b): ([i16; $count], [i16; $count]) = ($a.into(), $b.into());
            let (a, b) = ($vector::simd_from(level, a), $vector::simd_from(level, b));
            let c: $vector<_> = product(level, a.into(), b.into()).simd_into(level);
            return $vector::simd_from(simd, <[i16; $count]>::from(c));
        }
    };
}

/// Eight products.
#[inline(always)]
pub(crate) fn rounded_product_8<S: Simd>(a: i16x8<S>, b: i16x8<S>) -> i16x8<S> {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::*;
        return_by!(Avx2, as_avx2: [a, b] as i16x8 of 8, __m128i => _mm_mulhrs_epi16(a, b));
        return_by!(Sse2, as_sse2: [a, b] as i16x8 of 8, __m128i => {
            // a·b + 1·2¹⁴, of four lanes each.
            let (one, half) = (_mm_set1_epi16(1), _mm_set1_epi16(1 << 14));
            let low = _mm_madd_epi16(_mm_unpacklo_epi16(a, one), _mm_unpacklo_epi16(b, half));
            let high = _mm_madd_epi16(_mm_unpackhi_epi16(a, one), _mm_unpackhi_epi16(b, half));
            _mm_packs_epi32(_mm_srai_epi32::<15>(low), _mm_srai_epi32::<15>(high))
        });
    }
    #[cfg(target_arch = "aarch64")]
    {
        use std::arch::aarch64::*;
        return_by!(Neon, as_neon: [a, b] as i16x8 of 8, int16x8_t => vqrdmulhq_s16(a, b));
    }
    let simd = a.token();
    let (a, b): ([i16; 8], [i16; 8]) = (a.into(), b.into());
    let mut c = [0; 8];
    for i in 0..8 {
        c[i] = nearest(a[i], b[i]);
    }
    i16x8::simd_from(simd, c)
}

/// Sixteen products.
#[inline(always)]
pub(crate) fn rounded_product_16<S: Simd>(a: i16x16<S>, b: i16x16<S>) -> i16x16<S> {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::*;
        return_by!(Avx2, as_avx2: [a, b] as i16x16 of 16, __m256i => _mm256_mulhrs_epi16(a, b));
    }
    let ((a_low, a_high), (b_low, b_high)) = (a.split(), b.split());
    rounded_product_8(a_low, b_low).combine(rounded_product_8(a_high, b_high))
}

#[inline(always)]
fn nearest(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b) + (1 << 14)) >> 15) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};
    use proptest::prelude::*;

    #[inline(always)]
    fn products<S: Simd>(simd: S, a: &[i16; 16], b: &[i16; 16]) -> ([i16; 8], [i16; 16]) {
        let of_8 = |of: &[i16; 16]| i16x8::from_slice(simd, &of[..8]);
        let of_16 = |of: &[i16; 16]| i16x16::from_slice(simd, of);
        let eight = rounded_product_8(of_8(a), of_8(b));
        (eight.into(), rounded_product_16(of_16(a), of_16(b)).into())
    }

    fn check(a: [i16; 16], b: [i16; 16]) {
        let expected: [i16; 16] = std::array::from_fn(|i| nearest(a[i], b[i]));
        for level in Level::supported() {
            let (eight, sixteen) = dispatch!(level.get(), simd => products(simd, &a, &b));
            assert_eq!(eight, expected[..8], "{level}");
            assert_eq!(sixteen, expected, "{level}");
        }
    }

    #[test]
    fn halves_round_up_and_the_ends_fit() {
        let a = [
            i16::MIN,
            i16::MIN,
            i16::MIN,
            i16::MAX,
            i16::MAX,
            1,
            -1,
            3,
            -3,
            0,
            1,
            -1,
            16384,
            -16384,
            16385,
            i16::MIN,
        ];
        let b = [
            i16::MAX,
            1,
            -1,
            i16::MAX,
            1,
            16384,
            16384,
            16384,
            16384,
            i16::MIN,
            16383,
            16383,
            16384,
            16384,
            16385,
            0,
        ];
        check(a, b);
        check(b, a);
        assert_eq!([nearest(1, 16384), nearest(-1, 16384)], [1, 0]);
    }

    proptest! {
        #[test]
        fn levels_agree(a: [i16; 16], b in proptest::array::uniform16(-32767_i16..)) {
            check(a, b);
        }
    }
}
