//! Random streams keyed by what they are for, never by who asks first.

use rand::rand_core::{Infallible, TryRng};

/// What a caller picks to get one particular result out of all equally good ones.
///
/// # Examples
/// ```
/// use stubblefield::Seed;
///
/// assert_eq!(Seed::new(7).get(), 7);
/// assert_eq!(Seed::from(7), Seed::new(7));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "written::Seed", into = "written::Seed")
)]
pub struct Seed(u64);

impl Seed {
    /// Any number; neighbouring seeds give unrelated results.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The stream of one `key` (a cell, a dot, a seed of noise) in one `stage`.
    ///
    /// # Determinism
    /// The values depend on the three numbers alone: no thread, order or platform enters. They stay
    /// the same within a major version; a change is listed under "Changed output".
    ///
    /// # Examples
    /// ```
    /// use rand::Rng;
    /// use stubblefield::{Seed, Stage};
    ///
    /// let mut a = Seed::new(1).stream(Stage::DotSize, 42);
    /// let mut b = Seed::new(1).stream(Stage::DotSize, 42);
    /// assert_eq!(a.next_u64(), b.next_u64());
    /// ```
    #[must_use]
    pub const fn stream(self, stage: Stage, key: u64) -> Stream {
        self.streams(stage).stream(key)
    }

    /// All streams of a stage, for the many that are asked one after the other.
    pub(crate) const fn streams(self, stage: Stage) -> Streams {
        // Two rounds of a full-avalanche mixer between the inputs, so that no linear combination
        // of seed, stage and key collides along rows or diagonals.
        Streams(mix64(
            self.0 ^ (stage as u64).wrapping_mul(0xD1B5_4A32_D192_ED03),
        ))
    }
}

impl From<u64> for Seed {
    fn from(seed: u64) -> Self {
        Self::new(seed)
    }
}

/// A seed as a number, or as its digits where it is beyond what every format and reader can hold.
#[cfg(feature = "serde")]
mod written {
    /// Up to here whole numbers survive readers that know floating point alone.
    const EXACT: u64 = 1 << 53;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(
        untagged,
        expecting = "seed has to be a whole number of 0..=18446744073709551615, or its digits as text"
    )]
    pub(super) enum Seed {
        Number(u64),
        Digits(String),
    }

    impl From<super::Seed> for Seed {
        fn from(seed: super::Seed) -> Self {
            match seed.get() {
                number @ 0..=EXACT => Self::Number(number),
                number => Self::Digits(number.to_string()),
            }
        }
    }

    impl TryFrom<Seed> for super::Seed {
        type Error = String;

        fn try_from(seed: Seed) -> Result<Self, String> {
            match seed {
                Seed::Number(seed) => Ok(Self::new(seed)),
                Seed::Digits(digits) => digits
                    .parse()
                    .map(Self::new)
                    .map_err(|_| format!("seed is {digits:?}, allowed: 0..=18446744073709551615")),
            }
        }
    }
}

/// The streams of one stage of one seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streams(u64);

impl Streams {
    pub(crate) const fn stream(self, key: u64) -> Stream {
        Stream {
            state: mix64(self.0 ^ mix64(key ^ 0xA076_1D64_78BD_642F)),
            drawn: 0,
        }
    }
}

/// What a random number is drawn for; stages never share numbers.
///
/// The discriminants are part of the output contract: append, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u64)]
pub enum Stage {
    /// Darts of the field's rounds.
    Dart = 1,
    /// Darts of the field's gap rounds.
    Gap = 2,
    /// Keep or drop a dot where the mask is soft.
    SoftMask = 3,
    /// Radius of a dot.
    DotSize = 4,
    /// Amount of pigment in a dot.
    DotStrength = 5,
    /// Depth of a dot.
    DotDepth = 6,
    /// Dilution and hue of a dot.
    DotShade = 7,
    /// Irregularity of an edge.
    EdgeNoise = 8,
    /// Uneven uptake over the skin.
    UptakeNoise = 9,
    /// Synthetic skin.
    Synthetic = 10,
    /// Probes of a measurement.
    Probe = 11,
    /// Concealers: their fibres, and how they run.
    Concealer = 12,
    /// Which of the own hairs grey, and which are lost.
    OwnHair = 13,
}

/// A counter-based stream: value `n` is a hash of the stream and `n`.
///
/// Implements rand's generator traits, so every distribution of `rand_distr` draws from it.
///
/// # References
/// D. Stafford's "Mix13" variant of the finaliser of S. Vigna's SplitMix64, after G. L. Steele,
/// D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
    drawn: u64,
}

impl Stream {
    /// The next value in `[0, 1)`, a multiple of 2⁻²⁴.
    #[must_use]
    pub fn unit_f32(&mut self) -> f32 {
        (self.draw() >> 40) as f32 * (1.0 / 16_777_216.0)
    }

    const fn draw(&mut self) -> u64 {
        self.drawn += 1;
        mix64(
            self.state
                .wrapping_add(self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        )
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.draw() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.draw().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A bijection of 64-bit words in which every input bit moves every output bit with chance ½.
#[must_use]
pub(crate) const fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn the_stream_is_pinned() {
        let mut stream = Seed::new(7).stream(Stage::Dart, 3);
        let first: Vec<u64> = (0..3).map(|_| stream.next_u64()).collect();
        assert_eq!(first, PINNED, "a changed stream belongs in the changelog");
        // Half a word is its upper half, and bytes are those of words.
        let mut stream = Seed::new(7).stream(Stage::Dart, 3);
        assert_eq!(stream.next_u32(), (PINNED[0] >> 32) as u32);
        let mut bytes = [0; 11];
        stream.fill_bytes(&mut bytes);
        assert_eq!(bytes[..8], PINNED[1].to_le_bytes());
        assert_eq!(bytes[8..], PINNED[2].to_le_bytes()[..3]);
    }

    const PINNED: [u64; 3] = [
        7_288_744_719_139_947_442,
        5_086_139_850_021_333_343,
        9_646_421_882_370_505_704,
    ];

    /// Field test 18.
    #[test]
    fn neighbouring_keys_seeds_and_stages_differ_in_half_their_bits() {
        let base = Seed::new(7).stream(Stage::Dart, 100).next_u64();
        let mut flipped = 0;
        for step in 1..=64_u64 {
            flipped +=
                (base ^ Seed::new(7).stream(Stage::Dart, 100 + step).next_u64()).count_ones();
            flipped +=
                (base ^ Seed::new(7 + step).stream(Stage::Dart, 100).next_u64()).count_ones();
        }
        // 128 words of 64 fair bits: mean 4096, standard deviation 45; five of them is 1 in 1.7e6.
        assert!(
            (3870..4322).contains(&flipped),
            "{flipped} of 8192 bits differ"
        );
        assert_ne!(base, Seed::new(7).stream(Stage::Gap, 100).next_u64());
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_seed_is_written_as_a_number_where_all_readers_hold_it() {
        let exact = Seed::new(1 << 53);
        for (seed, written) in [
            (Seed::new(0), "0"),
            (exact, "9007199254740992"),
            (Seed::new(exact.get() + 1), "\"9007199254740993\""),
            (Seed::new(u64::MAX), "\"18446744073709551615\""),
        ] {
            assert_eq!(serde_json::to_string(&seed).unwrap(), written);
            assert_eq!(serde_json::from_str::<Seed>(written).unwrap(), seed);
        }
        for bad in ["-1", "1.5", "\"x\"", "\"18446744073709551616\"", "null"] {
            let refused = serde_json::from_str::<Seed>(bad).unwrap_err().to_string();
            assert!(refused.starts_with("seed "), "{refused}");
        }
    }

    #[test]
    fn unit_values_fill_the_interval_evenly() {
        let mut stream = Seed::new(1).stream(Stage::Probe, 0);
        let mut bins = [0_u32; 16];
        for _ in 0..160_000 {
            bins[(stream.unit_f32() * 16.0) as usize] += 1;
        }
        let chi2: f64 = bins
            .iter()
            .map(|&n| (f64::from(n) - 1e4).powi(2) / 1e4)
            .sum();
        assert!(
            chi2 < 44.3,
            "chi² {chi2} at 15 degrees of freedom: false alarm 1 in 10,000"
        );
    }
}
