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

pub(crate) use fearless_simd::{Simd, f32x8, prelude::*};
use fearless_simd::{f32x4, i16x16, i32x8, u8x32, u16x16, u32x8};
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

/// Two runs of four values, as the low and the high half.
#[inline(always)]
pub(crate) fn load_halves<S: Simd>(simd: S, low: &[f32], high: &[f32]) -> f32x8<S> {
    let low = f32x4::from_slice(simd, &low[..4]);
    low.combine(f32x4::from_slice(simd, &high[..4]))
}

/// One value in all eight lanes.
#[inline(always)]
pub(crate) fn splat<S: Simd>(simd: S, value: f32) -> f32x8<S> {
    f32x8::simd_from(simd, value)
}

/// 32 bytes as four vectors of whole numbers.
#[inline(always)]
pub(crate) fn load_u8<S: Simd>(simd: S, from: &[u8; 32]) -> [f32x8<S>; 4] {
    let (low, high) = u8x32::from_slice(simd, from).widen();
    let ((a, b), (c, d)) = (low.widen(), high.widen());
    [a.to_float(), b.to_float(), c.to_float(), d.to_float()]
}

/// The whole numbers below four vectors, each in `0.0..256.0`, as 32 bytes.
#[inline(always)]
pub(crate) fn store_u8<S: Simd>(values: [f32x8<S>; 4], to: &mut [u8; 32]) {
    let [a, b, c, d] = values;
    let (a, b, c, d) = (truncate(a), truncate(b), truncate(c), truncate(d));
    let (low, high) = (a.relaxed_narrow(b), c.relaxed_narrow(d));
    low.relaxed_narrow(high).store_slice(to);
}

/// 32 16-bit values as four vectors of whole numbers.
#[inline(always)]
pub(crate) fn load_u16<S: Simd>(simd: S, from: &[u16; 32]) -> [f32x8<S>; 4] {
    let (a, b) = u16x16::from_slice(simd, &from[..16]).widen();
    let (c, d) = u16x16::from_slice(simd, &from[16..]).widen();
    [a.to_float(), b.to_float(), c.to_float(), d.to_float()]
}

/// The whole numbers below four vectors, each in `0.0..65536.0`, as 32 16-bit values.
#[inline(always)]
pub(crate) fn store_u16<S: Simd>(values: [f32x8<S>; 4], to: &mut [u16; 32]) {
    let [a, b, c, d] = values;
    truncate(a)
        .relaxed_narrow(truncate(b))
        .store_slice(&mut to[..16]);
    truncate(c)
        .relaxed_narrow(truncate(d))
        .store_slice(&mut to[16..]);
}

/// The whole numbers below eight values, each in `0.0..2³¹`.
#[inline(always)]
pub(crate) fn store_whole<S: Simd>(values: f32x8<S>) -> [u32; 8] {
    let mut to = [0; 8];
    truncate(values).store_slice(&mut to);
    to
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
