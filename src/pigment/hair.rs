//! Hair colours, and the pigments that imitate their shaved roots.

use std::fmt;
use std::str::FromStr;

use palette::{FromColor, IntoColor, LinSrgb, Oklch, Srgb};

use crate::error::Error;
use crate::random::Stream;

/// A hair colour family: a centre in Oklch around which single dots vary.
///
/// # Examples
/// ```
/// use stubblefield::HairColor;
///
/// let hair: HairColor = "dark-brown".parse()?;
/// assert!(hair.strength_factor() > "blond".parse::<HairColor>()?.strength_factor());
/// assert!("mauve".parse::<HairColor>().is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct HairColor {
    centre: Oklch<f32>,
}

/// Relative absorbance of diluted carbon black in red, green and blue.
///
/// Broad absorption that rises slowly towards blue; the same ratios come out of a fit to the
/// simulated dots that calibrate [`Optics`](crate::Optics).
const CARBON_BLACK: [f32; 3] = [1.0, 1.1, 1.3];

/// Share of the hair's own colour in a pigment mixed for shaved skin; the rest is carbon black.
///
/// Surgeons report that shaved hair reads grey whatever its colour. A guess, picked by eye.
const WARMTH: f32 = 0.5;

/// Standard deviations of a dot's colour within the family: lightness and hue as differences,
/// chroma as a ratio. Neighbouring dots then differ by about one just noticeable difference.
const LIGHTNESS_SD: f32 = 0.015;
const CHROMA_SD: f32 = 0.10;
const HUE_SD_DEGREES: f32 = 3.0;

const DARK_BROWN: u32 = 0x2f_2018;
const GREY: u32 = 0x8c_8a86;

/// Roots as photographed at a few millimetres; picked by eye within each family.
const FAMILIES: [(&str, u32); 6] = [
    ("black", 0x1a_1613),
    ("dark-brown", DARK_BROWN),
    ("brown", 0x4b_3322),
    ("blond", 0xb0_8d5b),
    ("red", 0x8a_4a2a),
    ("grey", GREY),
];

impl HairColor {
    /// Every name that `parse` knows.
    pub const NAMES: &'static str = "black, dark-brown, brown, blond, red, grey or #rrggbb";

    /// The family around a colour picked from the hair, encoded as sRGB.
    #[must_use]
    pub fn from_srgb(color: Srgb<u8>) -> Self {
        let linear: LinSrgb<f32> = color.into_linear();
        Self {
            centre: Oklch::from_color(linear),
        }
    }

    fn from_code(code: u32) -> Self {
        let [_, r, g, b] = u32::to_be_bytes(code);
        Self::from_srgb(Srgb::new(r, g, b))
    }

    /// The family most previews are asked for.
    #[must_use]
    pub fn dark_brown() -> Self {
        Self::from_code(DARK_BROWN)
    }

    /// Hair that has lost its melanin.
    #[must_use]
    pub(crate) fn grey() -> Self {
        Self::from_code(GREY)
    }

    /// The families that have a name, from dark to light.
    #[must_use]
    pub fn families() -> [(&'static str, Self); 6] {
        FAMILIES.map(|(name, code)| (name, Self::from_code(code)))
    }

    /// The colour in the middle of the family.
    #[must_use]
    pub const fn centre(self) -> Oklch<f32> {
        self.centre
    }

    /// How much weaker than for black hair the pigment is mixed, 0.45 to 1.
    ///
    /// Blond and grey stubble is paler than black: the lighter the hair, the thinner the dilution.
    /// The slope is a guess, picked by eye.
    #[must_use]
    pub fn strength_factor(self) -> f32 {
        (1.0 - 0.85 * (self.centre.l - 0.2)).clamp(0.45, 1.0)
    }

    /// Relative absorbance in linear red, green and blue of the pigment for one dot: carbon black's
    /// (1, 1.1, 1.3) for black hair, less in red and more in blue for warmer hair, green alike.
    ///
    /// A colour is drawn around the centre in Oklch; what it absorbs, mixed with carbon black, is
    /// the pigment. Dilution then desaturates by itself and no impossible colour can appear.
    #[must_use]
    pub fn sample(self, stream: &mut Stream) -> [f32; 3] {
        let mut color = self.centre;
        color.l = (color.l + LIGHTNESS_SD * normal(stream)).clamp(0.05, 0.95);
        color.chroma = (color.chroma * (1.0 + CHROMA_SD * normal(stream))).max(0.0);
        color.hue += HUE_SD_DEGREES * normal(stream);
        absorbance(color)
    }

    /// Relative absorbance of the family's centre, as [`HairColor::sample`] without variation.
    #[must_use]
    pub fn mean_absorbance(self) -> [f32; 3] {
        absorbance(self.centre)
    }
}

/// The middle of the family as `#rrggbb`, which `parse` gives back.
impl fmt::Display for HairColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let linear: LinSrgb<f32> = self.centre.into_color();
        let Srgb {
            red, green, blue, ..
        } = Srgb::<u8>::from_linear(linear);
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// As its `Display` form.
impl From<HairColor> for String {
    fn from(hair: HairColor) -> Self {
        hair.to_string()
    }
}

/// As by `parse`.
impl TryFrom<String> for HairColor {
    type Error = Error;

    fn try_from(name: String) -> Result<Self, Error> {
        name.parse()
    }
}

impl FromStr for HairColor {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let named = FAMILIES.iter().find(|(own, _)| *own == name);
        let code = named.map(|&(_, code)| code).or_else(|| hex(name));
        code.map(Self::from_code).ok_or_else(|| Error::UnknownName {
            parameter: "hair",
            value: name.to_owned(),
            allowed: Self::NAMES,
        })
    }
}

fn hex(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('#')?;
    let plain = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if plain {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

fn absorbance(color: Oklch<f32>) -> [f32; 3] {
    let linear: LinSrgb<f32> = color.into_color();
    let own = [linear.red, linear.green, linear.blue].map(|c| -libm::logf(c.clamp(1e-3, 0.9)));
    let warm = |c: usize| own[c] / own[1] * CARBON_BLACK[1];
    std::array::from_fn(|c| CARBON_BLACK[c] * (1.0 - WARMTH) + warm(c) * WARMTH)
}

/// A standard normal value, cut at ±2.5 so that no dot falls out of its family.
pub(super) fn normal(stream: &mut Stream) -> f32 {
    use rand::RngExt;
    let value: f32 = stream.sample(rand_distr::StandardNormal);
    value.clamp(-2.5, 2.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};
    use palette::color_difference::EuclideanDistance;
    use palette::{Oklab, convert::FromColorUnclamped};

    const FAMILIES: [&str; 7] = [
        "black",
        "dark-brown",
        "brown",
        "blond",
        "red",
        "grey",
        "#705030",
    ];

    #[test]
    fn every_colour_is_written_as_it_was_given() {
        for code in (0..0x100_0000_u32).step_by(9973).chain([0, 0xff_ffff]) {
            let name = format!("#{code:06x}");
            assert_eq!(name.parse::<HairColor>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn words_that_are_no_hair_colour_are_refused() {
        for bad in [
            "", "Black", "#12345", "#1234567", "#12345g", "#+12345", "mauve",
        ] {
            let refused = bad.parse::<HairColor>().unwrap_err().to_string();
            assert!(refused.contains(HairColor::NAMES), "{refused}");
        }
    }

    #[test]
    fn every_pigment_absorbs_more_towards_blue_and_the_family_stays_together() {
        for name in FAMILIES {
            let hair: HairColor = name.parse().unwrap();
            let mean = hair.mean_absorbance();
            for dot in 0..500 {
                let own = hair.sample(&mut Seed::new(3).stream(Stage::DotShade, dot));
                assert!((own[1] - CARBON_BLACK[1]).abs() < 1e-6);
                assert!(own[0] < own[1] && own[1] < own[2], "{name}: {own:?}");
                // At the default strength, against skin of mid tone.
                let seen = |eps: [f32; 3]| {
                    let [r, g, b] = eps.map(|e| 0.3 * libm::powf(10.0, -0.5 * e));
                    Oklab::<f32>::from_color_unclamped(LinSrgb::new(r, g, b))
                };
                let apart = seen(own).distance(seen(mean));
                assert!(apart < 0.04, "{name}: dot {dot} is {apart} from its family");
            }
        }
    }
}
