//! The one place that names `fearless_simd`: the instruction level, and the few operations used.
//!
//! Bodies are written once, generic over [`Simd`], every function in them `#[inline(always)]`, and
//! entered through [`dispatch`] once per band of rows. Only additions, subtractions,
//! multiplications, square roots, comparisons and conversions are used: these are rounded the same
//! way by every instruction set, so all levels give the same bits. Fused multiply-add and the
//! approximate reciprocals do not have that property and are not used.
//!
//! Vectors must not pass through functions of the standard library that take closures, such as
//! `array::map` or `array::from_fn`: those are compiled without the level's instructions, and a
//! vector that crosses into them goes through memory. Loops over arrays are written out.

mod pixels;
mod product;

pub(crate) use self::pixels::{
    bytes_apart, bytes_together, channels, load_bytes, store_bytes, with_channels,
};
pub(crate) use self::product::{rounded_product_8, rounded_product_16};
pub(crate) use fearless_simd::{Simd, f32x8, f32x16, i16x8, i16x16, mask32x8, prelude::*};
use fearless_simd::{f32x4, i32x8, i32x16, u8x16, u16x8, u32x4, u32x8, u64x2, u64x4};
use std::fmt;

/// Which vector instructions the inner loops use.
///
/// The choice changes how long a picture takes and never what it looks like. On x86-64 the bodies
/// are compiled twice, for SSE2, which every such machine has, and for AVX2: AVX-512 was no faster
/// and SSE4.2 hardly, and each further copy makes every build longer.
///
/// # Examples
/// ```
/// use stubblefield::Level;
///
/// let levels = Level::supported();
/// assert_eq!(levels.first(), Some(&Level::baseline()));
/// assert_eq!(levels.last(), Some(&Level::detect()));
/// # #[cfg(target_arch = "x86_64")]
/// assert_eq!(levels[0].to_string(), "sse2");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Level(fearless_simd::Level);

impl Level {
    /// The best level of the machine this runs on. Detected once per process.
    #[must_use]
    pub fn detect() -> Self {
        Self::compiled(fearless_simd::Level::new())
    }

    /// The level that every machine of this target has: SSE2 on x86-64, NEON on 64-bit Arm.
    #[must_use]
    pub fn baseline() -> Self {
        Self::compiled(fearless_simd::Level::baseline())
    }

    /// The best level not above the given one for which [`dispatch`] has a body.
    fn compiled(level: fearless_simd::Level) -> Self {
        #[cfg(target_arch = "x86_64")]
        let level = (level.as_avx2().map(Simd::level))
            .or_else(|| level.as_sse2().map(Simd::level))
            .unwrap_or(level);
        Self(level)
    }

    /// Every level this machine can run, from [`Level::baseline`] to [`Level::detect`].
    #[must_use]
    pub fn supported() -> Vec<Self> {
        let mut levels = vec![Self::baseline(), Self::detect()];
        levels.dedup();
        levels
    }

    /// What [`dispatch`] takes.
    pub(crate) const fn get(self) -> fearless_simd::Level {
        self.0
    }
}

impl fmt::Display for Level {
    /// The name of the instruction set: `sse2`, `avx2`, `neon`, …
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = format!("{:?}", self.0);
        let name = words.split('(').next().unwrap_or_default();
        f.write_str(match name {
            "Fallback" => "scalar",
            "Sse2" => "sse2",
            "Avx2" => "avx2",
            "Neon" => "neon",
            "WasmSimd128" => "simd128",
            other => other,
        })
    }
}

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(&self.0) == std::mem::discriminant(&other.0)
    }
}

impl Eq for Level {}

/// Runs a body with the instructions of a level, named in it as `$simd`.
#[cfg(target_arch = "x86_64")]
macro_rules! dispatch {
    ($level:expr, $simd:ident => $op:expr) => {{
        let level = $level;
        if let Some($simd) = level.as_avx2() {
            $crate::simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            )
        } else if let Some($simd) = level.as_sse2() {
            $crate::simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $op,
            )
        } else {
            unreachable!("every x86-64 machine has SSE2")
        }
    }};
}
#[cfg(target_arch = "x86_64")]
pub(crate) use dispatch;
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use fearless_simd::dispatch;

/// Eight values from the front of a slice.
///
/// # Panics
/// When the slice is shorter.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, from: &[f32]) -> f32x8<S> {
    f32x8::from_slice(simd, &from[..8])
}

/// One value in all eight lanes.
#[inline(always)]
pub(crate) fn splat<S: Simd>(simd: S, value: f32) -> f32x8<S> {
    f32x8::simd_from(simd, value)
}

/// Four runs of four values, one after another.
#[inline(always)]
pub(crate) fn load_quarters<S: Simd>(simd: S, [a, b, c, d]: [&[f32; 4]; 4]) -> f32x16<S> {
    let low = f32x4::from_slice(simd, a).combine(f32x4::from_slice(simd, b));
    let high = f32x4::from_slice(simd, c).combine(f32x4::from_slice(simd, d));
    low.combine(high)
}

/// The columns of eight rows of sixteen bytes each, from the fronts of slices: the first row's byte is a
/// word's lowest.
#[inline(always)]
pub(crate) fn columns_of_bytes<S: Simd>(simd: S, rows: [&[u8]; 8]) -> [u64; 16] {
    let mut pairs = [u16x8::splat(simd, 0); 8];
    for i in 0..4 {
        let upper = u8x16::from_slice(simd, &rows[2 * i][..16]);
        let both = upper.interleave(u8x16::from_slice(simd, &rows[2 * i + 1][..16]));
        (pairs[i], pairs[4 + i]) = (both.0.bitcast(), both.1.bitcast());
    }
    let mut columns = [0; 16];
    for half in 0..2 {
        let pairs = &pairs[4 * half..4 * half + 4];
        let (upper, lower) = (pairs[0].interleave(pairs[1]), pairs[2].interleave(pairs[3]));
        let upper: [u32x4<S>; 2] = [upper.0.bitcast(), upper.1.bitcast()];
        let lower: [u32x4<S>; 2] = [lower.0.bitcast(), lower.1.bitcast()];
        for i in 0..2 {
            let (first, second) = upper[i].interleave(lower[i]);
            let at = 8 * half + 4 * i;
            first
                .bitcast::<u64x2<S>>()
                .store_slice(&mut columns[at..at + 2]);
            second
                .bitcast::<u64x2<S>>()
                .store_slice(&mut columns[at + 2..at + 4]);
        }
    }
    columns
}

/// The whole numbers below sixteen values, each in `0.0..2³¹`.
#[inline(always)]
pub(crate) fn store_sixteen<S: Simd>(values: f32x16<S>) -> [i32; 16] {
    let mut to = [0; 16];
    values.to_int::<i32x16<S>>().store_slice(&mut to);
    to
}

/// The whole numbers below eight values, each in `0.0..2³¹`.
#[inline(always)]
pub(crate) fn store_whole<S: Simd>(values: f32x8<S>) -> [u32; 8] {
    let mut to = [0; 8];
    truncate(values).store_slice(&mut to);
    to
}

/// Words of 64 bits in which those from one place up to another are set, the latter left out; none where
/// the first is not below the second. First places are 0 or more, second ones at most 64.
#[inline(always)]
pub(crate) fn runs_of_bits<S: Simd>(simd: S, first: f32x8<S>, end: f32x8<S>) -> [u64; 8] {
    // Shifts have to stay below 64; two by 63 leave nothing.
    let none: u32x8<S> = first.simd_ge(end).to_vector().bitcast();
    let first = (truncate(first) | none) & 63;
    let rest = (truncate(64.0 - end) | none) & 63;
    let (first, rest) = (first.widen(), rest.widen());
    let all = u64x4::simd_from(simd, u64::MAX);
    let (low, high) = (
        (all << first.0) & (all >> rest.0),
        (all << first.1) & (all >> rest.1),
    );
    let mut runs = [0; 8];
    low.combine(high).store_slice(&mut runs);
    runs
}

/// Goes by way of signed integers, whose conversion is one instruction on every level.
#[inline(always)]
fn truncate<S: Simd>(values: f32x8<S>) -> u32x8<S> {
    values.to_int::<i32x8<S>>().bitcast()
}

/// Eight 32-bit words, often two 16-bit coordinates each (the first in the low half).
pub(crate) type Words<S> = u32x8<S>;

/// Eight words from the front of a slice.
///
/// # Panics
/// When the slice is shorter.
#[inline(always)]
pub(crate) fn load_words<S: Simd>(simd: S, from: &[u32]) -> u32x8<S> {
    u32x8::from_slice(simd, &from[..8])
}

/// One word in all eight lanes.
#[inline(always)]
pub(crate) fn splat_word<S: Simd>(simd: S, value: u32) -> u32x8<S> {
    u32x8::simd_from(simd, value)
}

/// Squared lengths of eight differences of pairs, which must be below 2¹⁵ on each axis.
#[inline(always)]
pub(crate) fn squared_lengths<S: Simd>(from: u32x8<S>, to: u32x8<S>) -> u32x8<S> {
    let way: i16x16<S> = to.bitcast::<i16x16<S>>() - from.bitcast::<i16x16<S>>();
    way.pairwise_dot_product(way).bitcast()
}

/// Eight pairs moved by one pair.
#[inline(always)]
pub(crate) fn moved<S: Simd>(pairs: u32x8<S>, by: u32x8<S>) -> u32x8<S> {
    (pairs.bitcast::<i16x16<S>>() + by.bitcast::<i16x16<S>>()).bitcast()
}

/// Squared distances from eight points to the farthest corners of eight rectangles, given by their
/// first and last corners; the same limits as for [`squared_lengths`].
#[inline(always)]
pub(crate) fn farthest_squared<S: Simd>(
    point: u32x8<S>,
    first: u32x8<S>,
    last: u32x8<S>,
) -> u32x8<S> {
    let (point, first, last): (i16x16<S>, i16x16<S>, i16x16<S>) =
        (point.bitcast(), first.bitcast(), last.bitcast());
    let way = (point - first).max(last - point);
    way.pairwise_dot_product(way).bitcast()
}

/// Where `a < b`: all bits of the word set; both below 2³¹.
#[inline(always)]
pub(crate) fn less<S: Simd>(a: u32x8<S>, b: u32x8<S>) -> u32x8<S> {
    let (a, b): (i32x8<S>, i32x8<S>) = (a.bitcast(), b.bitcast());
    a.simd_lt(b).to_vector().bitcast()
}

/// One bit for each word whose highest bit is set.
#[inline(always)]
pub(crate) fn sign_bits<S: Simd>(words: u32x8<S>) -> u32 {
    let words: i32x8<S> = words.bitcast();
    words.simd_lt(0).to_bitmask() as u32
}

/// Four runs of four whole numbers, one after another.
#[inline(always)]
pub(crate) fn load_whole_quarters<S: Simd>(simd: S, runs: [&[i16; 4]; 4]) -> i16x16<S> {
    let mut words = [0_u64; 4];
    for i in 0..4 {
        words[i] = bytemuck::cast(*runs[i]);
    }
    u64x4::simd_from(simd, words).bitcast()
}

/// Sixteen whole numbers as floating-point ones.
#[inline(always)]
pub(crate) fn to_float<S: Simd>(values: i16x16<S>) -> f32x16<S> {
    let (low, high) = values.widen();
    low.combine(high).to_float()
}

/// The numbers of two vectors in turn: those of the first and third quarter, then of the others.
#[inline(always)]
pub(crate) fn interleaved_halves<S: Simd>(a: i16x16<S>, b: i16x16<S>) -> [i16x16<S>; 2] {
    let ((a_low, a_high), (b_low, b_high)) = (a.split(), b.split());
    let (low, high) = (a_low.interleave(b_low), a_high.interleave(b_high));
    [low.0.combine(high.0), low.1.combine(high.1)]
}

/// The whole numbers below eight values, none of them negative, at most 2¹⁵ − 1.
#[inline(always)]
pub(crate) fn whole<S: Simd>(values: f32x8<S>) -> i16x8<S> {
    narrow(values.to_int())
}

/// The whole numbers below eight values in `0.0..=2¹⁵`, made negative.
#[inline(always)]
pub(crate) fn negative_whole<S: Simd>(values: f32x8<S>) -> i16x8<S> {
    narrow(-values.to_int::<i32x8<S>>())
}

/// Sixteen values, each within 2¹⁵ of zero, cut to whole numbers.
#[inline(always)]
pub(crate) fn whole_16<S: Simd>(values: f32x16<S>) -> i16x16<S> {
    let (low, high) = values.split();
    low.to_int::<i32x8<S>>()
        .saturating_narrow(high.to_int::<i32x8<S>>())
}

/// The nearest whole numbers of 16 bits.
#[inline(always)]
fn narrow<S: Simd>(values: i32x8<S>) -> i16x8<S> {
    let (low, high) = values.split();
    low.saturating_narrow(high)
}

/// Eight whole numbers, each within 2³¹ of zero.
#[inline(always)]
pub(crate) fn store_signed<S: Simd>(values: f32x8<S>) -> [i32; 8] {
    values.to_int::<i32x8<S>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_bytes_of_rows() {
        let bytes: [u8; 8 * 16] = std::array::from_fn(|i| i as u8);
        let rows = std::array::from_fn(|row| &bytes[16 * row..]);
        for level in Level::supported() {
            let columns = dispatch!(level.get(), simd => columns_of_bytes(simd, rows));
            for (column, word) in columns.into_iter().enumerate() {
                let bytes: [u8; 8] = std::array::from_fn(|row| (16 * row + column) as u8);
                assert_eq!(word.to_le_bytes(), bytes, "{column} {level}");
            }
        }
    }

    #[test]
    fn a_run_of_bits_has_those_between_its_ends() {
        for level in Level::supported() {
            for first in 0..=70 {
                let firsts = [first as f32; 8];
                let ends = [-3, 0, 1, 31, 32, 33, 63, 64];
                let runs = dispatch!(level.get(), simd => {
                    runs_of_bits(simd, load(simd, &firsts), load(simd, &ends.map(|end| end as f32)))
                });
                for (run, end) in runs.into_iter().zip(ends) {
                    let expected = (first..end).fold(0, |run, place| run | 1_u64 << place);
                    assert_eq!(run, expected, "{first}..{end}, {level}");
                }
            }
        }
    }
}
