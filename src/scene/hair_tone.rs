//! Which family the person's hair belongs to, from what of it the photo shows.

use std::fmt;

use palette::{FromColor, LinSrgb, Oklab, Oklch};

use super::follicles::Follicles;
use super::skin::{SkinTone, luminance};
use crate::error::Result;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::pigment::HairColor;

/// Roots of light, over that of the skin, below which a pixel is hair rather than shaded skin: the first with
/// enough below it, since the darker a pixel is, the less skin shares it. Picked by eye.
const DARK: [f32; 4] = [0.40, 0.45, 0.50, 0.55];

/// Least share of an area that has to be that dark, and the fewest pixels.
const LEAST_SHARE: f32 = 0.015;
const LEAST_PIXELS: usize = 300;

/// The hair's own colour lies between these shares of the dark pixels by lightness: below are gaps
/// between hairs, above its gleam and pixels that are part skin.
const BAND: [f32; 2] = [0.25, 0.60];

/// Spread of lightness and of the other two axes of Oklab within a family, exposure included. Guesses.
const LIGHTNESS_SD: f32 = 0.065;
const CHROMA_SD: f32 = 0.022;

/// Spread of the logarithm of what equally dark hairs take, since some are thick and some thin: a guess.
const THICKNESS_SD: f32 = 0.25;

/// The most that hair takes of the light of the skin around it.
const BLACKEST: f32 = 0.985;

/// Probability from which a family is taken for granted.
const DECISIVE: f32 = 0.7;

/// The most pixels that are looked at.
const MOST_SAMPLES: f64 = 400_000.0;

/// Where a hair colour was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HairSource {
    /// On pixels that hair covers.
    Hair,
    /// On dots of stubble, the skin around them taken away.
    Stubble,
}

impl fmt::Display for HairSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hair => "hair",
            Self::Stubble => "stubble",
        })
    }
}

/// A family of hair colours, and how likely the person's hair belongs to it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct HairFamily {
    /// The name that [`HairColor`] parses.
    pub name: &'static str,
    /// Its colour.
    pub color: HairColor,
    /// 0..=1; over all families they sum to 1.
    pub probability: f32,
}

/// Colour of the person's hair, and the two families that it fits best.
///
/// # Examples
/// ```
/// use palette::LinSrgb;
/// use stubblefield::HairTone;
///
/// let tone = HairTone::from_linear(LinSrgb::new(0.27, 0.07, 0.025));
/// let [best, second] = tone.families();
/// assert_eq!((best.name, tone.decided().is_some()), ("red", true));
/// assert!(best.probability > second.probability);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HairTone {
    color: Oklch<f32>,
    families: [HairFamily; 2],
    source: HairSource,
}

impl HairTone {
    /// The families that a colour of hair fits, in light like that of the families themselves.
    ///
    /// Normal in Oklab around each family's centre, all families equally likely beforehand; dark, brown and
    /// black hair lie so close that mostly two of them share the probability.
    #[must_use]
    pub fn from_linear(color: LinSrgb<f32>) -> Self {
        Self::new(std::iter::once((color, 1.0)), HairSource::Hair)
    }

    /// The families that one of these colours fits, which are as likely as stated.
    fn new(colors: impl Iterator<Item = (LinSrgb<f32>, f32)>, source: HairSource) -> Self {
        let labs: Vec<(Oklab<f32>, f32)> = colors
            .map(|(color, weight)| (Oklab::from_color(color), weight))
            .collect();
        let likely = |family: HairColor, (lab, weight): &(Oklab<f32>, f32)| {
            let centre = Oklab::<f32>::from_color(family.centre());
            let light = (lab.l - centre.l) / LIGHTNESS_SD;
            let (a, b) = (lab.a - centre.a, lab.b - centre.b);
            let hue = (a * a + b * b) / (CHROMA_SD * CHROMA_SD);
            // Far from all families the nearest still counts.
            weight * libm::expf(-0.5 * (light * light + hue).min(150.0))
        };
        let mut families = HairColor::families().map(|(name, color)| HairFamily {
            name,
            color,
            probability: labs.iter().map(|lab| likely(color, lab)).sum(),
        });
        let total: f32 = families.iter().map(|family| family.probability).sum();
        for family in &mut families {
            family.probability /= total;
        }
        families.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        let best = families[0].color;
        let nearest = labs
            .iter()
            .max_by(|a, b| likely(best, a).total_cmp(&likely(best, b)));
        Self {
            color: nearest.map_or(best.centre(), |&(lab, _)| Oklch::from_color(lab)),
            families: [families[0], families[1]],
            source,
        }
    }

    /// Reads the colour of what is much darker than the skin in an area: hair, brows and stubble that stands
    /// so closely that it hides the skin. `None` where there is little of it.
    ///
    /// The area should leave out the wall and clothes. Deep shade on the skin passes for hair, and hair that is not much
    /// darker than the skin is not found.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when area and photo differ in size.
    ///
    /// # Cost
    /// At most some 400,000 pixels are looked at.
    pub fn find(photo: &Photo, area: &Mask, skin: &SkinTone) -> Result<Option<Self>> {
        area.size().check_equals(photo.size(), "area")?;
        let bright = luminance(skin.linear().into());
        let below = DARK.map(|root| root * root * bright);
        let step = (area.area_px() / MOST_SAMPLES).sqrt().ceil().max(1.0) as usize;
        let of_row = |i: usize| {
            let y = (i * step) as u32;
            let (mut count, mut dark) = (0_usize, Vec::new());
            let inside = area.coverage().row(y);
            if inside.iter().all(|&inside| inside <= 0.5) {
                return (count, dark);
            }
            let mut row = vec![[0.0_f32; 3]; inside.len()];
            photo.linear_srgb_row(y, &mut row);
            for (&light, &inside) in row.iter().zip(inside).step_by(step) {
                if inside > 0.5 && light.iter().all(|c| c.is_finite()) {
                    count += 1;
                    if luminance(light) < below[DARK.len() - 1] {
                        dark.push(light);
                    }
                }
            }
            (count, dark)
        };
        let rows = parallel::map((photo.size().height() as usize).div_ceil(step), of_row);
        let count: usize = rows.iter().map(|(count, _)| count).sum();
        let mut dark: Vec<[f32; 3]> = rows.into_iter().flat_map(|(_, dark)| dark).collect();
        dark.sort_by(|a, b| luminance(*a).total_cmp(&luminance(*b)));
        let least = LEAST_PIXELS.max((LEAST_SHARE * count as f32) as usize);
        let counts = below.map(|most| dark.partition_point(|light| luminance(*light) < most));
        let Some(&enough) = counts.iter().find(|&&count| count >= least) else {
            return Ok(None);
        };
        dark.truncate(enough);
        let [from, to] = BAND.map(|share| (share * dark.len() as f32) as usize);
        let band = &dark[from..to.max(from + 1)];
        let mean = |c: usize| band.iter().map(|light| light[c]).sum::<f32>() / band.len() as f32;
        let color = LinSrgb::new(mean(0), mean(1), mean(2));
        Ok(Some(Self::new(
            std::iter::once((color, 1.0)),
            HairSource::Hair,
        )))
    }

    /// The families that a person's stubble fits, over skin of a tone; `None` for fewer than fifty dots, and for
    /// such as are too faint.
    ///
    /// How far a dot covers the pixel in its middle is not known. The light that it takes in all, beside what
    /// black stubble takes ([`Follicles::darkness`]), tells how pale it is, and its colour what that is; hairs
    /// differ in thickness, so families are as likely as they are within a quarter of that figure.
    #[must_use]
    pub fn of_stubble(stubble: &Follicles, skin: &SkinTone) -> Option<Self> {
        let taken = stubble.absorbance()?.map(|a| 1.0 - libm::expf(-a));
        let darkness = stubble.darkness(skin)?;
        let skin: [f32; 3] = skin.linear().into();
        let hair = |spread: f32| {
            let dark = (darkness * libm::expf(spread * THICKNESS_SD)).min(BLACKEST);
            let [r, g, b] = [0, 1, 2].map(|c| {
                let taken = (dark * taken[c] / taken[1]).min(BLACKEST);
                skin[c] * (1.0 - taken)
            });
            (LinSrgb::new(r, g, b), libm::expf(-0.5 * spread * spread))
        };
        let spreads = (-10..=10).map(|i| 0.2 * i as f32);
        Some(Self::new(spreads.map(hair), HairSource::Stubble))
    }

    /// The colour that was read, light and shade included.
    #[must_use]
    pub const fn color(&self) -> Oklch<f32> {
        self.color
    }

    /// The two families that it fits best, the better one first.
    #[must_use]
    pub const fn families(&self) -> &[HairFamily; 2] {
        &self.families
    }

    /// The better family's colour, where its probability is at least 0.7; else nobody should build on it.
    #[must_use]
    pub fn decided(&self) -> Option<HairColor> {
        let best = &self.families[0];
        (best.probability >= DECISIVE).then_some(best.color)
    }

    /// Where it was read.
    #[must_use]
    pub const fn source(&self) -> HairSource {
        self.source
    }
}
