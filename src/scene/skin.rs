//! The tone of the skin, and where it stands on the scales of the clinic.

mod guided;
mod map;

pub(super) use guided::box_sum;
pub use map::SkinMap;

use glam::Vec3;
use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;

/// Colour of the skin in the treated area.
///
/// # Examples
/// ```
/// use palette::LinSrgb;
/// use stubblefield::SkinTone;
///
/// let fair = SkinTone::from_linear(LinSrgb::new(0.55, 0.36, 0.27));
/// let dark = SkinTone::from_linear(LinSrgb::new(0.09, 0.05, 0.03));
/// assert_eq!((fair.melanin(), dark.melanin()), (0.0, 1.0));
/// assert!(fair.ita_degrees() > dark.ita_degrees());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SkinTone {
    linear: LinSrgb<f32>,
    body: LinSrgb<f32>,
}

const BINS: usize = 512;

/// The skin is what lies between these shares of the treated area's pixels by brightness: below
/// are stubble and shadow, above is shine.
const FROM: f64 = 0.35;
const TO: f64 = 0.80;

/// Sheen only ever takes saturation away: from this share on, ordered by saturation, the skin shows
/// the colour of its body alone.
const MATT_FROM: f64 = 0.60;

/// The most skin-like quarter of a mask is skin even where three quarters of it are wall or hair.
const WARMEST_FROM: f64 = 0.75;

/// Luminance below which noise makes any colour.
const DIM: f32 = 0.01;

/// How far a colour must be that of skin to be taken for it.
const LIKE: f32 = 0.1;

/// Saturation up to which a colour may be that of hair or sheen.
const GREY: f32 = 0.2;

/// About as many pixels are looked at: shares and means of more come out the same.
const ENOUGH: f64 = 1e6;

/// The Monk scale, as codes of sRGB.
const MONK: [[u8; 3]; 10] = [
    [246, 237, 228],
    [243, 231, 219],
    [247, 234, 208],
    [234, 218, 186],
    [215, 189, 150],
    [160, 126, 86],
    [130, 92, 67],
    [96, 65, 52],
    [58, 49, 42],
    [41, 36, 32],
];

/// CIELAB lightness of the two skins for which pigment was simulated.
const FAIR_L: f32 = 60.0;
const DARK_L: f32 = 31.0;

impl SkinTone {
    /// A tone from a colour in linear sRGB.
    #[must_use]
    pub const fn from_linear(linear: LinSrgb<f32>) -> Self {
        Self {
            linear,
            body: linear,
        }
    }

    /// The tone of what a mask covers. Where that is grey, as the cropped hair and its gleam behind a
    /// hairline, it is the tone of what in the mask can be skin; `None` where no skin has the colour.
    pub(super) fn measure(photo: &Photo, mask: &Mask) -> Option<Self> {
        let mut covered = Covered::new(photo, mask);
        let tone = Self::of(&covered)?;
        if map::likeness(tone.body()) > LIKE {
            return Some(tone);
        }
        // A warm wall beside something blue makes no skin of it.
        if saturation(tone.body()) > GREY {
            return None;
        }
        covered.retain(|light| map::likeness(light) > LIKE);
        Self::of(&covered)
    }

    /// Mean colour of the mid-bright pixels, and of the most saturated of them; `None` without any.
    fn of(covered: &Covered) -> Option<Self> {
        let brightness = Histogram::of(covered, |light| Some(luminance(light).sqrt()));
        let band = brightness.quantile(FROM)..=brightness.quantile(TO);
        let lit = |light: [f32; 3]| band.contains(&bin(luminance(light).sqrt()));
        let colours = Histogram::of(covered, |light| lit(light).then(|| saturation(light)));
        let matt = colours.quantile(MATT_FROM);
        let is_matt = |light| lit(light) && bin(saturation(light)) >= matt;
        let linear = mean(covered, lit)?;
        let body = mean(covered, is_matt).unwrap_or(linear);
        Some(Self { linear, body })
    }

    /// A first guess where the mask may run over a wall: mean of its most skin-like quarter; `None`
    /// when it covers nothing.
    pub(super) fn warmest(photo: &Photo, mask: &Mask) -> Option<Self> {
        let warm = |light: [f32; 3]| {
            let [r, g, b] = light;
            if r >= g && g >= b && luminance(light) > DIM {
                saturation(light)
            } else {
                0.0
            }
        };
        // Cold pixels are none of the skin's; counted, a mask that is mostly wall would have a cold quarter.
        let covered = Covered::new(photo, mask);
        let warmth = Histogram::of(&covered, |light| {
            Some(warm(light)).filter(|&warmth| warmth > 0.0)
        });
        let least = warmth.quantile(WARMEST_FROM);
        mean(&covered, |light| bin(warm(light)) >= least).map(Self::from_linear)
    }

    /// The colour in linear sRGB.
    #[must_use]
    pub const fn linear(&self) -> LinSrgb<f32> {
        self.linear
    }

    /// The colour in CIELAB under D65.
    #[must_use]
    pub fn lab(&self) -> Lab<D65, f32> {
        Lab::from_color(self.linear)
    }

    /// Individual typology angle in degrees: above 55 very light, above 41 light, above 28
    /// intermediate, above 10 tan, above −30 brown, else dark.
    ///
    /// # References
    /// A. Chardon, I. Cretois, C. Hourseau, "Skin colour typology and suntanning pathways", Int. J.
    /// Cosmet. Sci. 13 (1991): atan2(L* − 50, b*).
    #[must_use]
    pub fn ita_degrees(&self) -> f32 {
        let lab = self.lab();
        libm::atan2f(lab.l - 50.0, lab.b).to_degrees()
    }

    /// Place on the Monk scale, 1 (lightest) to 10, between two tones by the nearest point of the
    /// line through them in CIELAB.
    ///
    /// # References
    /// E. Monk, "The Monk Skin Tone Scale" (2019), with the sRGB values published for it. Tones 1 to 3
    /// differ in hue more than in lightness: a place among them means little.
    #[must_use]
    pub fn monk_tone(&self) -> f32 {
        let own = self.lab();
        let own = Vec3::new(own.l, own.a, own.b);
        let tones = MONK.map(|codes| {
            let lab: Lab<D65, f32> = Lab::from_color(palette::Srgb::from(codes).into_linear());
            Vec3::new(lab.l, lab.a, lab.b)
        });
        let mut best = (f32::INFINITY, 1.0);
        for (i, pair) in tones.windows(2).enumerate() {
            let way = pair[1] - pair[0];
            let t = ((own - pair[0]).dot(way) / way.length_squared()).clamp(0.0, 1.0);
            let distance = own.distance_squared(pair[0] + t * way);
            if distance < best.0 {
                best = (distance, 1.0 + i as f32 + t);
            }
        }
        best.1
    }

    /// How much melanin lies over the pigment: 0 on the fair skin of the simulations (L* 60 and
    /// above), 1 on the dark one (31 and below), even steps of lightness between.
    ///
    /// Exposure enters: an underexposed fair skin reads as darker than it is.
    #[must_use]
    pub fn melanin(&self) -> f32 {
        ((FAIR_L - self.lab().l) / (FAIR_L - DARK_L)).clamp(0.0, 1.0)
    }

    /// The colour of light that went through the skin, without the sheen that lies over all of it.
    pub(super) fn body(&self) -> [f32; 3] {
        [self.body.red, self.body.green, self.body.blue]
    }
}

/// CIE luminance of linear sRGB.
#[inline(always)]
pub(crate) fn luminance(light: [f32; 3]) -> f32 {
    0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
}

/// Light of the pixels of a photo that a mask covers, row by row, or of every so many of every so many
/// rows of a large one.
struct Covered(Vec<Vec<[f32; 3]>>);

impl Covered {
    fn new(photo: &Photo, mask: &Mask) -> Self {
        let step = (mask.area_px() / ENOUGH).sqrt().ceil().max(1.0) as usize;
        let rows = (photo.size().height() as usize).div_ceil(step);
        Self(parallel::map(rows, |row| {
            let y = (row * step) as u32;
            let coverage = mask.coverage().row(y);
            if coverage.iter().all(|&c| c == 0.0) {
                return Vec::new();
            }
            let mut light = vec![[0.0; 3]; coverage.len()];
            photo.linear_srgb_row(y, &mut light);
            let pixels = light.iter().zip(coverage).step_by(step);
            let covered = pixels.filter(|(_, c)| **c > 0.0).map(|(&light, _)| light);
            covered
                .filter(|light| light.iter().all(|c| c.is_finite()))
                .collect()
        }))
    }
}

impl Covered {
    fn retain(&mut self, wanted: impl Fn([f32; 3]) -> bool) {
        for row in &mut self.0 {
            row.retain(|light| wanted(*light));
        }
    }
}

/// Mean of the covered pixels that are wanted; `None` without any.
fn mean(
    covered: &Covered,
    wanted: impl Fn([f32; 3]) -> bool + Sync + Send,
) -> Option<LinSrgb<f32>> {
    let sums = parallel::map(covered.0.len(), |row| {
        let mut sum = [0.0_f64; 4];
        for light in covered.0[row].iter().filter(|light| wanted(**light)) {
            for (s, value) in sum.iter_mut().zip([light[0], light[1], light[2], 1.0]) {
                *s += f64::from(value);
            }
        }
        sum
    });
    let sum = sums
        .iter()
        .fold([0.0; 4], |a, b| std::array::from_fn(|i| a[i] + b[i]));
    (sum[3] > 0.0).then(|| {
        let [r, g, b] = [0, 1, 2].map(|c| (sum[c] / sum[3]) as f32);
        LinSrgb::new(r, g, b)
    })
}

/// Difference of the strongest and the weakest channel relative to the strongest.
fn saturation(light: [f32; 3]) -> f32 {
    let most = light[0].max(light[1]).max(light[2]);
    let least = light[0].min(light[1]).min(light[2]);
    if most > 0.0 {
        (most - least) / most
    } else {
        0.0
    }
}

/// Counts of values of 0 to 1 in even bins.
struct Histogram([u64; BINS]);

impl Histogram {
    /// Counts `f` of every covered pixel for which it has a value.
    fn of(covered: &Covered, f: impl Fn([f32; 3]) -> Option<f32> + Sync + Send) -> Self {
        let rows = parallel::map(covered.0.len(), |row| {
            let mut bins = Vec::new();
            for &light in &covered.0[row] {
                bins.resize(BINS, 0_u32);
                if let Some(value) = f(light) {
                    bins[bin(value)] += 1;
                }
            }
            bins
        });
        let mut total = [0; BINS];
        for bins in &rows {
            for (sum, &n) in total.iter_mut().zip(bins) {
                *sum += u64::from(n);
            }
        }
        Self(total)
    }

    /// The bin in which the given share of the values ends.
    fn quantile(&self, share: f64) -> usize {
        let wanted = (self.0.iter().sum::<u64>() as f64 * share) as u64;
        let mut seen = 0;
        let ends = self.0.iter().position(|&n| {
            seen += n;
            seen > wanted
        });
        ends.unwrap_or(BINS - 1)
    }
}

fn bin(value: f32) -> usize {
    ((value.clamp(0.0, 1.0) * BINS as f32) as usize).min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    #[test]
    fn stubble_and_glints_do_not_enter_the_tone() {
        let size = Size::new(50, 40).unwrap();
        let skin = [200_u8, 150, 125];
        let codes = (0..size.pixels()).flat_map(|i| match i % 10 {
            0 | 1 => [40, 38, 36],
            2 => [255, 255, 255],
            _ => skin,
        });
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let clean = Photo::from_rgb8(size, skin.repeat(size.pixels())).unwrap();
        let mask = Mask::full(size);
        let (got, expected) = (
            SkinTone::measure(&photo, &mask).unwrap(),
            SkinTone::measure(&clean, &mask).unwrap(),
        );
        assert!(
            (got.lab().l - expected.lab().l).abs() < 0.1,
            "{got:?} for {expected:?}"
        );
    }

    #[test]
    fn an_empty_mask_has_no_skin() {
        let size = Size::new(3, 3).unwrap();
        let photo = Photo::from_rgb8(size, vec![0; 27]).unwrap();
        assert!(SkinTone::measure(&photo, &Mask::full(size).invert()).is_none());
        assert!(SkinTone::warmest(&photo, &Mask::full(size).invert()).is_none());
    }

    #[test]
    fn the_typology_angle_is_that_of_lightness_over_yellow() {
        for (l, b, degrees) in [(60.0, 10.0, 45.0), (65.0, 15.0, 45.0), (40.0, 10.0, -45.0)] {
            let lab = Lab::<D65, f32>::new(l, 16.0, b);
            let tone = SkinTone::from_linear(LinSrgb::from_color(lab));
            let told = tone.ita_degrees();
            assert!((told - degrees).abs() < 0.1, "{told} for {degrees}");
        }
    }

    #[test]
    fn each_monk_tone_is_its_own_place() {
        for (i, codes) in MONK.iter().enumerate() {
            let tone = SkinTone::from_linear(palette::Srgb::from(*codes).into_linear());
            assert!((tone.monk_tone() - (i + 1) as f32).abs() < 1e-3, "{i}");
        }
    }
}
