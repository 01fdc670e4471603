//! What a synthetic photograph of scalp is to show.

use glam::Vec2;
use palette::LinSrgb;

use crate::error::{Error, Result};
use crate::random::{Seed, Stage, Stream};
use crate::raster::BLUR_RANGE_PX;
use crate::units::{Density, Scale, Size};

/// How long the hair is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Growth {
    /// Shaved, with stubs of about this length, 0..=3 mm: 0.3 is the growth of a day.
    Stubble {
        /// Mean length of a stub along the hair, in mm.
        length_mm: f32,
    },
    /// Hair of up to this length, 3..=200 mm, lying over the skin and casting shadows on it.
    Long {
        /// Length of the longest hairs, in mm.
        length_mm: f32,
    },
}

/// Which scars of hair transplants the skin bears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scars {
    /// None.
    #[default]
    None,
    /// The line that a strip leaves (FUT), 1 to 3 mm wide.
    Strip,
    /// The round marks of single extractions (FUE), about 1 mm wide.
    Punches,
}

/// A request for a synthetic photograph of a piece of scalp, seen from straight above.
///
/// # Examples
/// ```
/// use stubblefield::{Density, PatchRequest, Scale, Seed, Size};
///
/// let (size, scale) = (Size::new(120, 100)?, Scale::px_per_mm(12.0)?);
/// let patch = PatchRequest::new(size, scale, Seed::new(5))
///     .with_density(Density::per_cm2(80.0)?)
///     .with_blur_px(0.8)
///     .generate()?;
/// assert_eq!(patch.photo.size(), size);
/// assert!((50..110).contains(&patch.follicles.len())); // 83 mm² at 80 per cm²
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct PatchRequest {
    /// Width and height of the picture, in pixels.
    pub size: Size,
    /// Pixels per mm, the same everywhere.
    pub scale: Scale,
    /// Picks one of all equally good pictures.
    pub seed: Seed,
    /// Colour of the skin in even light.
    pub skin: LinSrgb<f32>,
    /// Colour of a hair in even light.
    pub hair: LinSrgb<f32>,
    /// Follicular units per cm² where none are lost; each holds one to three hairs.
    pub density: Density,
    /// Share of the units that is lost where thinning is worst, 0..=1.
    pub thinning: f32,
    /// How long the hair is.
    pub growth: Growth,
    /// Oil and sweat on the skin: 0 is matt, 1 wet.
    pub shine: f32,
    /// Scars.
    pub scars: Scars,
    /// Colour of a wall that takes up a corner of the picture; `None` is skin all over.
    pub backdrop: Option<LinSrgb<f32>>,
    /// Standard deviation of the camera's Gaussian point spread, in pixels, before each pixel
    /// averages over its own square: 0.3..=64.
    pub blur_px: f32,
    /// Standard deviation of the noise in linear light at full white, 0..=0.1. It falls with the
    /// root of the light, down to a tenth of itself in the dark.
    pub noise: f32,
    /// How far noise is correlated between pixels, as the standard deviation of a Gaussian that it
    /// is smoothed with, 0..=3 px.
    pub grain_px: f32,
}

/// Linear sRGB of skins from light to dark: tones 1, 3, 5, 6, 7, 8 and 9 of the Monk scale, each a
/// little redder and dimmer, as skin is in a room.
const SKINS: [[f32; 3]; 7] = [
    [0.76, 0.60, 0.50],
    [0.66, 0.47, 0.36],
    [0.52, 0.33, 0.22],
    [0.34, 0.185, 0.105],
    [0.21, 0.105, 0.06],
    [0.115, 0.058, 0.036],
    [0.055, 0.032, 0.024],
];

/// Linear sRGB of hairs: black, dark brown, brown, red, blond, grey.
const HAIRS: [[f32; 3]; 6] = [
    [0.012, 0.010, 0.009],
    [0.030, 0.019, 0.013],
    [0.070, 0.040, 0.022],
    [0.160, 0.055, 0.020],
    [0.300, 0.190, 0.090],
    [0.300, 0.290, 0.280],
];

impl PatchRequest {
    /// Fair skin with a day's dark stubble at 85 units per cm², a little shine, a good camera.
    pub const fn new(size: Size, scale: Scale, seed: Seed) -> Self {
        Self {
            size,
            scale,
            seed,
            skin: LinSrgb::new(0.52, 0.33, 0.22),
            hair: LinSrgb::new(0.030, 0.019, 0.013),
            density: Density::unchecked(85.0),
            thinning: 0.0,
            growth: Growth::Stubble { length_mm: 0.3 },
            shine: 0.2,
            scars: Scars::None,
            backdrop: None,
            blur_px: 0.8,
            noise: 0.01,
            grain_px: 0.4,
        }
    }

    /// Everything drawn from the seed: skins from light to dark, all hair colours, 6 to 40 px/mm,
    /// 30 to 200 units per cm², blur of 0.6 to 1.5 px, noise from studio to dim room; one picture
    /// in three with long hair, one in four with scars, one in five with a wall.
    pub fn random(size: Size, seed: Seed) -> Self {
        let mut draw = Draw(seed.stream(Stage::Synthetic, u64::from_be_bytes(*b"request\0")));
        let skin = draw.between(0.0, (SKINS.len() - 1) as f32);
        // Light skin bears all hair colours, dark skin mostly black.
        let darkest = ((SKINS.len() as f32 - 1.0 - skin) / 5.0 * HAIRS.len() as f32).max(1.0);
        let hair = HAIRS[(draw.between(0.0, darkest) as usize).min(HAIRS.len() - 1)];
        let paler = draw.ratio(0.8, 1.25);
        let long = draw.chance(1.0 / 3.0);
        Self {
            scale: Scale::unchecked(draw.ratio(6.0, 40.0)),
            skin: color(shade(skin)),
            hair: color(hair.map(|c| c * paler)),
            density: Density::unchecked(draw.ratio(30.0, 200.0)),
            thinning: draw.between(0.0, 0.9) * draw.between(0.0, 1.0),
            growth: if long {
                let length_mm = draw.ratio(8.0, 60.0);
                Growth::Long { length_mm }
            } else {
                let length_mm = draw.ratio(0.08, 0.6);
                Growth::Stubble { length_mm }
            },
            shine: draw.between(0.0, 1.0) * draw.between(0.0, 1.0),
            scars: match draw.between(0.0, 8.0) as u32 {
                0 => Scars::Strip,
                1 => Scars::Punches,
                _ => Scars::None,
            },
            backdrop: draw.chance(0.2).then(|| {
                let wall = draw.between(0.05, 0.8);
                let tint = |d: &mut Draw| wall * d.between(0.85, 1.1);
                LinSrgb::new(tint(&mut draw), tint(&mut draw), tint(&mut draw))
            }),
            blur_px: draw.ratio(0.6, 1.5),
            noise: draw.ratio(0.004, 0.03),
            grain_px: draw.between(0.0, 0.8),
            ..Self::new(size, Scale::unchecked(10.0), seed)
        }
    }

    /// Skins from light (0) to dark (1), between those of the clinic's scales.
    #[must_use]
    pub fn skin_of_tone(tone: f32) -> LinSrgb<f32> {
        color(shade(tone.clamp(0.0, 1.0) * (SKINS.len() - 1) as f32))
    }

    /// The same request with other skin.
    pub const fn with_skin(mut self, skin: LinSrgb<f32>) -> Self {
        self.skin = skin;
        self
    }

    /// The same request with other hair.
    pub const fn with_hair(mut self, hair: LinSrgb<f32>) -> Self {
        self.hair = hair;
        self
    }

    /// The same request with another density of follicular units.
    pub const fn with_density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// The same request with another share of lost units.
    pub const fn with_thinning(mut self, thinning: f32) -> Self {
        self.thinning = thinning;
        self
    }

    /// The same request with hair of another length.
    pub const fn with_growth(mut self, growth: Growth) -> Self {
        self.growth = growth;
        self
    }

    /// The same request with more or less shine.
    pub const fn with_shine(mut self, shine: f32) -> Self {
        self.shine = shine;
        self
    }

    /// The same request with other scars.
    pub const fn with_scars(mut self, scars: Scars) -> Self {
        self.scars = scars;
        self
    }

    /// The same request with a wall in a corner, or without.
    pub const fn with_backdrop(mut self, backdrop: Option<LinSrgb<f32>>) -> Self {
        self.backdrop = backdrop;
        self
    }

    /// The same request through a sharper or softer camera.
    pub const fn with_blur_px(mut self, blur_px: f32) -> Self {
        self.blur_px = blur_px;
        self
    }

    /// The same request with other noise.
    pub const fn with_noise(mut self, noise: f32, grain_px: f32) -> Self {
        self.noise = noise;
        self.grain_px = grain_px;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        for color in [Some(self.skin), Some(self.hair), self.backdrop]
            .into_iter()
            .flatten()
        {
            for light in [color.red, color.green, color.blue] {
                let inside = (0.0..=1.0).contains(&light);
                Error::check("color", f64::from(light), inside, "0..=1 in each channel")?;
            }
        }
        let share = |name, value: f32| {
            Error::check(
                name,
                f64::from(value),
                (0.0..=1.0).contains(&value),
                "0..=1",
            )
        };
        share("thinning", self.thinning)?;
        share("shine", self.shine)?;
        let (length, allowed, words) = match self.growth {
            Growth::Stubble { length_mm } => (length_mm, 0.0..=3.0, "0..=3 mm of stubble"),
            Growth::Long { length_mm } => (length_mm, 3.0..=200.0, "3..=200 mm of long hair"),
        };
        Error::check(
            "length_mm",
            f64::from(length),
            allowed.contains(&length),
            words,
        )?;
        let blur = BLUR_RANGE_PX.contains(&self.blur_px);
        Error::check("blur_px", f64::from(self.blur_px), blur, "0.3..=64")?;
        let noise = (0.0..=0.1).contains(&self.noise);
        Error::check("noise", f64::from(self.noise), noise, "0..=0.1")?;
        let grain = (0.0..=3.0).contains(&self.grain_px);
        Error::check("grain_px", f64::from(self.grain_px), grain, "0..=3")
    }

    /// Position of a pixel's centre on the skin, in mm.
    pub(super) fn mm_at(&self, x: usize, y: usize) -> Vec2 {
        Vec2::new(x as f32 + 0.5, y as f32 + 0.5) / self.scale.get()
    }

    /// Width and height of the picture in mm.
    pub(super) fn extent_mm(&self) -> Vec2 {
        Vec2::new(self.size.width() as f32, self.size.height() as f32) / self.scale.get()
    }

    /// An unrelated seed for one part of the picture.
    pub(super) const fn part(&self, part: Part) -> Seed {
        Seed::new(crate::random::mix64(
            self.seed.get() ^ (part as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        ))
    }
}

/// The parts of a picture that draw numbers of their own.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(super) enum Part {
    Field = 1,
    Units,
    Thinning,
    Skin,
    Pores,
    Spots,
    Light,
    Scars,
    Wall,
    Strands,
    Sensor,
}

fn color([red, green, blue]: [f32; 3]) -> LinSrgb<f32> {
    LinSrgb::new(red, green, blue)
}

/// A skin between two of the list, in even steps of the logarithm of light.
fn shade(at: f32) -> [f32; 3] {
    let lower = (at as usize).min(SKINS.len() - 2);
    let t = at - lower as f32;
    std::array::from_fn(|c| {
        let (a, b) = (libm::logf(SKINS[lower][c]), libm::logf(SKINS[lower + 1][c]));
        libm::expf(a + (b - a) * t)
    })
}

/// Draws from a stream in the shapes that a picture needs.
pub(super) struct Draw(pub(super) Stream);

impl Draw {
    pub(super) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.0.unit_f32()
    }

    /// Even on a logarithmic scale.
    pub(super) fn ratio(&mut self, from: f32, to: f32) -> f32 {
        from * libm::powf(to / from, self.0.unit_f32())
    }

    pub(super) fn chance(&mut self, share: f32) -> bool {
        self.0.unit_f32() < share
    }

    /// Nearly normal, mean 0, standard deviation 1, never beyond ±3.5.
    pub(super) fn normal(&mut self) -> f32 {
        ((0..4).map(|_| self.0.unit_f32()).sum::<f32>() - 2.0) * 1.732_050_8
    }

    pub(super) fn normal2(&mut self) -> Vec2 {
        Vec2::new(self.normal(), self.normal())
    }
}
