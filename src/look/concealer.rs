//! What is sold instead: powder or fibres on the scalp, dry and after rain.

mod film;

use glam::Vec2;

use crate::error::Result;
use crate::look::plan::Plan;
use crate::noise::Noise;
use crate::photo::Photo;
use crate::random::Stage;
use crate::raster::{Ink, InkEllipse, Rasterizer, Veil};
use film::Film;

/// A concealer from the shop, laid where a plan has its dots.
///
/// # Examples
/// ```
/// use stubblefield::{Concealer, Look, Mask, Photo, Scale, Seed, Size, Wear};
///
/// let size = Size::new(160, 160)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 90.0)))?;
/// let plan = Look::stubble().plan(&photo, &upper, Scale::px_per_mm(4.0)?, Seed::new(1))?;
/// let dry = plan.conceal(&photo, Concealer::Powder, Wear::Dry)?;
/// assert!(dry.linear_srgb_at(80, 40)[1] < 0.7 * photo.linear_srgb_at(80, 40)[1]);
/// assert_eq!(dry.linear_srgb_at(80, 150), photo.linear_srgb_at(80, 150));
/// let wet = plan.conceal(&photo, Concealer::Powder, Wear::Wet)?;
/// let ran = (0..160).any(|x| wet.linear_srgb_at(x, 100) != photo.linear_srgb_at(x, 100));
/// assert!(ran, "it runs down the forehead");
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// S. B. Daruwalla, R. S. Dhurat, S. A. T. Hamid, "All that a Dermatotrichologist needs to know about Hair
/// Camouflage", Int. J. Trichology 14 (2022): powders and keratin fibres, that cling to hair and skin until they
/// are washed off. How densely they lie and how they run was picked by eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Concealer {
    /// Pressed pigment, patted on: an even matt film without dots.
    Powder,
    /// Short cut keratin fibres, shaken on: a fleece of dark lint.
    Fibres,
}

/// What has happened to a concealer since it was laid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wear {
    /// As it was laid on.
    Dry,
    /// After rain or sweat: washed thin, clotted, and run down the skin.
    Wet,
}

impl std::str::FromStr for Concealer {
    type Err = crate::error::Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "powder" => Ok(Self::Powder),
            "fibres" => Ok(Self::Fibres),
            _ => Err(crate::error::Error::UnknownName {
                parameter: "concealer",
                value: name.to_owned(),
                allowed: Self::NAMES,
            }),
        }
    }
}

/// Natural absorbance of the film where it lies as it was laid on, and how much more a wet one has.
const POWDER: f32 = 1.15;
const SOAKED: f32 = 1.3;

/// Light that powder and fibres of a hair colour send back, relative to the hair: they are matt.
const PALER: f32 = 1.6;

/// Share of the skin's gleam that a full film takes.
const MATT: f32 = 0.95;

/// How unevenly powder lies: shares of its noise over so many mm.
const UNEVEN: [(f32, f32); 3] = [(7.0, 0.18), (1.8, 0.14), (0.4, 0.16)];

/// Tufts of fibres per mm² of a full film, half their length and width in mm.
const TUFTS_PER_MM2: f32 = 15.0;
const TUFT_MM: [f32; 2] = [0.20, 0.035];
/// Share of the light that a tuft hides.
const TUFT_HIDES: f32 = 0.85;

/// Side of the squares in which wet fibres may clot, in mm, the share of fibres that cling to clots, how closely,
/// and the share of squares with a clot.
const CLOT_MM: f32 = 1.9;
const CLINGING: f32 = 0.6;
const CLOTTED: f32 = 0.6;
const CLOTS_A_SQUARE: f32 = 0.6;

/// The most tufts: a head that needs more gets larger ones.
const MOST_TUFTS: f32 = 600_000.0;

impl Concealer {
    /// Every name that `parse` knows.
    pub const NAMES: &'static str = "powder, fibres";
}

impl Plan {
    /// The photo with a concealer instead of the treatment: on the same mask, in the colour of the same
    /// hair.
    ///
    /// Wet, it runs down the picture, which is taken to be upright; nothing runs over the background. Files saved from it say
    /// that they are a simulation, as those of [`Plan::render`] do.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when `photo` has not the size of the photo that
    /// was planned on.
    ///
    /// # Determinism
    /// As [`Plan::render`], for the plan's seed.
    ///
    /// # Cost
    /// About 0.3 µs per pixel around the mask, for fibres half a µs more for each of fifteen tufts per mm².
    pub fn conceal(&self, photo: &Photo, concealer: Concealer, wear: Wear) -> Result<Photo> {
        photo.size().check_equals(self.mask.size(), "photo")?;
        let mut after = photo.clone();
        after.describe(&self.described("hair concealer"));
        let Some(film) = Film::lay(self, wear) else {
            return Ok(after);
        };
        let blur_px = self.look.photo_blur_px;
        let target = after.target_mut();
        match concealer {
            Concealer::Powder => {
                let veil = self.powder(&film, wear)?;
                let ink = Ink::new(&[], blur_px).with_veil(&veil);
                Rasterizer::new().composite(target, &ink)?;
            }
            Concealer::Fibres => {
                let tufts = self.tufts(&film, wear);
                let ink = Ink::new(&[], blur_px).with_ellipses(&tufts);
                Rasterizer::new().composite(target, &ink)?;
            }
        }
        Ok(after)
    }

    /// Light that a film of the hair's colour sends back, relative to the skin under it.
    fn relative_color(&self) -> [f32; 3] {
        let hair: palette::LinSrgb<f32> = palette::FromColor::from_color(self.look.hair.centre());
        let skin = self.scene.skin().map_or([1.0; 3], |skin| {
            let linear = skin.linear();
            [linear.red, linear.green, linear.blue]
        });
        let hair = [hair.red, hair.green, hair.blue];
        [0, 1, 2].map(|c| (PALER * hair[c].max(0.0) / skin[c].max(1e-3)).min(1.0))
    }

    fn powder(&self, film: &Film, wear: Wear) -> Result<Veil> {
        let color = self.relative_color();
        let noises = [0, 1, 2].map(|i| {
            let layer = 10 + i as u64;
            Noise::new(self.seed, Stage::UptakeNoise, UNEVEN[i].0, layer)
        });
        let absorbance = match wear {
            Wear::Dry => POWDER,
            Wear::Wet => POWDER * SOAKED,
        };
        let surface = self.scene.surface();
        film.veil(|place_px, thickness| {
            let place_mm = place_px / self.scale.get();
            let uneven = (0..3).map(|i| UNEVEN[i].1 * noises[i].at(place_mm));
            let lies = thickness * (1.0 + uneven.sum::<f32>()).max(0.0);
            let hidden = 1.0 - libm::expf(-absorbance * lies);
            let gleam = f32::from(surface.at(place_px.x as i64, place_px.y as i64)) / 255.0;
            color.map(|color| {
                let body = 1.0 - hidden * (1.0 - color);
                let gloss = 1.0 - hidden * MATT;
                body + (gloss - body) * gleam
            })
        })
    }

    /// The middle of the clot that a wet fibre at a place clings to: the nearest of those in the squares around it,
    /// or the place itself.
    fn nearest_clot(&self, place_mm: Vec2) -> Vec2 {
        let own = (place_mm / CLOT_MM).floor();
        let around = (0..9).map(|i| own + Vec2::new((i % 3 - 1) as f32, (i / 3 - 1) as f32));
        let middles = around.filter_map(|square| {
            let key = ((square.x as i64 as u64) << 32) ^ (square.y as i64 as u64 & 0xFFFF_FFFF);
            let mut stream = self.seed.stream(Stage::Concealer, key | 1 << 63);
            let middle = (square + Vec2::new(stream.unit_f32(), stream.unit_f32())) * CLOT_MM;
            // Not in every square, or they would stand as evenly as dots.
            (stream.unit_f32() < CLOTS_A_SQUARE).then_some(middle)
        });
        let nearer = |a: Vec2, b: Vec2| {
            let closer = a.distance_squared(place_mm) <= b.distance_squared(place_mm);
            if closer { a } else { b }
        };
        middles.reduce(nearer).unwrap_or(place_mm)
    }

    fn tufts(&self, film: &Film, wear: Wear) -> Vec<InkEllipse> {
        let color = self.relative_color();
        let absorptance = color.map(|color| TUFT_HIDES * (1.0 - color));
        let wanted = TUFTS_PER_MM2 * film.mass_mm2();
        let fewer = (MOST_TUFTS / wanted.max(1.0)).min(1.0);
        let larger = 1.0 / fewer.sqrt();
        let mut tufts = film.scatter(self.seed, TUFTS_PER_MM2 * fewer, |place_mm, stream| {
            let turn = stream.unit_f32();
            let (mut place, mut angle) = (place_mm, turn * std::f32::consts::PI);
            if wear == Wear::Wet {
                let cling = CLOTTED * stream.unit_f32().sqrt();
                if stream.unit_f32() < CLINGING {
                    place += (self.nearest_clot(place) - place) * cling;
                }
                // Water lays them along its way.
                angle = (0.5 + 0.35 * (turn - 0.5)) * std::f32::consts::PI;
            }
            let long = 0.6 + 0.8 * stream.unit_f32();
            let [length, width] = [TUFT_MM[0] * long, TUFT_MM[1]].map(|mm| mm * larger);
            InkEllipse {
                center_px: place * self.scale.get(),
                semi_axes_px: Vec2::new(length, width) * self.scale.get(),
                angle_rad: angle,
                absorptance,
            }
        });
        let most = InkEllipse::MAX_SEMI_AXIS_PX;
        for tuft in &mut tufts {
            tuft.semi_axes_px = tuft
                .semi_axes_px
                .clamp(Vec2::splat(1e-3), Vec2::splat(most));
        }
        tufts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Look;
    use crate::mask::Mask;
    use crate::random::Seed;
    use crate::units::{Scale, Size};

    #[test]
    fn powder_is_darker_when_wet_and_takes_the_shine() {
        // Matt skin with a glint; blond hair darkens either little, and blue light most.
        let size = Size::within(240, 120);
        let is_glint = |i: usize| (140..170).contains(&(i % 240)) && (45..75).contains(&(i / 240));
        let codes = (0..size.pixels()).flat_map(|i| {
            if is_glint(i) {
                [255; 3]
            } else {
                [196, 146, 122]
            }
        });
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let look = Look::stubble().with_hair("blond".parse().unwrap());
        let scale = Scale::px_per_mm(6.0).unwrap();
        let plan = look
            .plan(&photo, &Mask::full(size), scale, Seed::new(1))
            .unwrap();
        let film = Film::lay(&plan, Wear::Dry).unwrap();
        let blue = |wear, x| plan.powder(&film, wear).unwrap().sample(x, 60.0)[2];
        let [dry, wet] = [Wear::Dry, Wear::Wet].map(|wear| -libm::logf(blue(wear, 60.0)));
        assert!(wet > 1.05 * dry, "{wet} for {dry}");
        let (matt, glint) = (blue(Wear::Dry, 60.0), blue(Wear::Dry, 155.0));
        assert!(glint < 0.6 * matt, "{glint} for {matt}");
    }
}
