//! What becomes of the person's own hair while the pigment stays: it greys, and it leaves.

use glam::Vec2;
use palette::LinSrgb;

use crate::error::{Error, Result};
use crate::look::lots::Lots;
use crate::look::plan::Plan;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::pigment::{HairColor, When};
use crate::plane::Plane;
use crate::random::Seed;
use crate::raster::Rasterizer;
use crate::scene::{Follicles, Stubbled};
use crate::units::Scale;

/// Over which the hair thins out behind where all of it is lost, in mm: as wide as the zone of a hairline. Picked by eye.
const THINS_MM: f32 = 8.0;

/// Width of the blur between follicles of different lots, as a standard deviation in mm.
const SOFT_MM: f32 = 0.15;

/// How far the skin between hairs is shaded by those around, as a standard deviation in mm.
const SHADED_MM: f32 = 1.5;

/// Least share of the hair that is to leave between which skin has to show.
const LEAST_SKIN: f32 = 0.8;

/// Share of what hair takes of light that is left in any colour: part of it is the shade between hairs. Picked by eye.
const SHADE: f32 = 0.2;

/// Share of the shade of roots in the skin that goes with their melanin. Found on synthetic scalps drawn with grey hair.
const GREY_ROOTS: f32 = 0.3;

/// Gains of light within which a change stays.
const GAINS: [f32; 2] = [0.25, 6.0];

/// What becomes of own shaved or cropped hair, or of a shaved beard, by the time that is shown.
///
/// Hair is read as what is darker than the skin right beside it, beyond the relief of bare skin. Nothing is known of when a
/// person greys or loses hair: these are not predictions, they show what a treatment looks like if it happens. They rather show
/// too little of it: grey hair is never lighter than the skin around, which on dark skin it can be, a scalp without hair
/// keeps some of the shade of its roots, and hair that stands out against the wall stays as it is.
///
/// # Examples
/// ```
/// use stubblefield::HairChange;
///
/// let later = HairChange::none().with_greying(0.4).with_receding_mm(15.0);
/// assert!(later.check().is_ok());
/// let refused = later.with_greying(1.5).check().unwrap_err();
/// assert_eq!(refused.to_string(), "greying is 1.5, allowed: 0..=1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
pub struct HairChange {
    /// Share of the follicles whose hair has lost its melanin, 0..=1.
    pub greying: f32,
    /// How far the hairline goes back, 0..=150 mm: hair is gone up to 8 mm short of it, and thins out from there.
    pub receding_mm: f32,
}

/// A photo whose own hair has changed.
struct Changed {
    photo: Photo,
    /// Share of the hair at each place that is still there.
    stays: Plane<f32>,
}

impl HairChange {
    /// Hair as it is.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            greying: 0.0,
            receding_mm: 0.0,
        }
    }

    /// With this share of the follicles gone grey.
    #[must_use]
    pub const fn with_greying(mut self, share: f32) -> Self {
        self.greying = share;
        self
    }

    /// With the hairline so many millimetres farther back.
    #[must_use]
    pub const fn with_receding_mm(mut self, mm: f32) -> Self {
        self.receding_mm = mm;
        self
    }

    /// Whether every value lies in its range.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] naming the first that does not.
    pub fn check(&self) -> Result<()> {
        Error::within("greying", self.greying, 0.0, 1.0, "0..=1")?;
        let receding = self.receding_mm;
        Error::within("receding_mm", receding, 0.0, 150.0, "0..=150 mm")
    }

    /// A photo of the person with no treatment, own hair changed in the area where `hair` covers it.
    ///
    /// # Errors
    /// As [`Plan::render_among`].
    pub fn on(&self, photo: &Photo, hair: &Mask, scale: Scale, seed: Seed) -> Result<Photo> {
        let mut after = self.change(photo, hair, scale, seed)?.photo;
        after.describe("Simulated change of own hair");
        Ok(after)
    }

    fn change(&self, photo: &Photo, hair: &Mask, scale: Scale, seed: Seed) -> Result<Changed> {
        self.check()?;
        let own = Stubbled::read(photo, hair, scale)?;
        let size = photo.size();
        let leaving = self.leaving(&own, scale);
        if own.skin_shows(&leaving) < LEAST_SKIN {
            return Err(Error::NotFound {
                what: "skin between the hairs",
                place: "where own hair is to recede",
            });
        }
        let found;
        let follicles = if Follicles::SCALES.contains(&scale.get()) {
            found = Follicles::find(photo, own.on_head(), scale)?;
            found.all()
        } else {
            &[]
        };
        let lots = Lots::of(follicles, size, scale, seed);
        let drawn = |which: usize, limit: &(dyn Fn(u32, u32) -> f32 + Sync)| {
            let on_head = own.on_head().coverage();
            let falls = Plane::from_rows(size, |x, y| {
                let limit = limit(x, y);
                let asked = limit > 0.0 && on_head.at(i64::from(x), i64::from(y)) > 0.0;
                let at_px = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                f32::from(u8::from(asked && lots.at(at_px)[which] < limit))
            });
            falls.smoothed(scale.to_px(SOFT_MM))
        };
        let lost = drawn(0, &|x, y| leaving.at(i64::from(x), i64::from(y)));
        let grey = drawn(1, &|_, _| self.greying);
        let remains = remains(&own);
        // Roots shade skin over more than their own width.
        let fewer = Plane::from_rows(size, |x, y| {
            let (x, y) = (i64::from(x), i64::from(y));
            1.0 - (1.0 - lost.at(x, y)) * (1.0 - grey.at(x, y) * GREY_ROOTS)
        });
        let fewer = fewer.smoothed(scale.to_px(SHADED_MM));
        let after = photo.with_gains(|y, gains| {
            let (lost, grey, fewer) = (lost.row(y), grey.row(y), fewer.row(y));
            let inside = own.on_head().coverage().row(y);
            for (x, taken) in own.row(y).into_iter().enumerate() {
                let Some(taken) = taken else { continue };
                gains[x] = [0, 1, 2].map(|c| {
                    let mark = taken.by_mark[c];
                    // What gleams does so in white as well.
                    let greyed = if mark > 0.0 {
                        grey[x] * (1.0 - remains[c])
                    } else {
                        0.0
                    };
                    let less = 1.0 - (1.0 - lost[x]) * (1.0 - greyed);
                    let light = (taken.light[c] + mark * less).max(0.0);
                    let shown = light / taken.light[c].max(1e-4);
                    let brighter = libm::expf(taken.by_roots[c] * fewer[x]);
                    let gain = shown * brighter;
                    if gain.is_finite() {
                        1.0 + inside[x] * (gain.clamp(GAINS[0], GAINS[1]) - 1.0)
                    } else {
                        1.0 // light beyond what is reckoned in
                    }
                });
            }
        });
        Ok(Changed {
            photo: after,
            stays: lost.map(|lost| 1.0 - lost),
        })
    }

    /// Share of the hair that leaves at each place.
    fn leaving(&self, own: &Stubbled, scale: Scale) -> Plane<f32> {
        let on_head = own.on_head().coverage();
        let mut leaving = Plane::filled(on_head.size(), 0.0);
        if self.receding_mm <= 0.0 {
            return leaving;
        }
        // Where the area ends at the wall or at the picture's frame there is no hairline.
        let off_px = own.beside().signed_distance_px();
        let columns = on_head.size().width() as usize;
        parallel::for_each_chunk(leaving.values_mut(), columns, |y, row| {
            let places = off_px.row(y as u32).iter().zip(on_head.row(y as u32));
            for (value, (off_px, &inside)) in row.iter_mut().zip(places) {
                let behind_mm = scale.to_mm(-off_px).max(0.0);
                let share = ((self.receding_mm - behind_mm) / THINS_MM).clamp(0.0, 1.0);
                *value = if inside > 0.0 { share } else { 0.0 };
            }
        });
        leaving
    }
}

/// What a grey hair takes of light, over what the same hair takes as it is; never less than the shade between hairs,
/// though on dark skin it can be lighter than that.
fn remains(own: &Stubbled) -> [f32; 3] {
    let usual = || HairColor::dark_brown().centre();
    let now = own.hair_tone().map_or_else(usual, |tone| tone.color());
    let grey = HairColor::grey().centre();
    let [now, grey] = [now, grey].map(|color| {
        let light: LinSrgb<f32> = palette::IntoColor::into_color(color);
        [light.red, light.green, light.blue]
    });
    let skin = own.skin();
    [0, 1, 2].map(|c| {
        let (dark, pale) = (skin[c] - now[c], skin[c] - grey[c]);
        // Hair as light as the skin changes nothing that is seen.
        if dark > 1e-3 {
            (pale / dark).clamp(SHADE, 1.0)
        } else {
            1.0
        }
    })
}

impl Plan {
    /// [`Plan::render`] where the person's own hair has changed in the area that `hair` covers, and no pigment.
    ///
    /// The area is drawn where shaved or cropped hair grows that the change befalls; where it borders on skin there runs the
    /// hairline that recedes. It may end at the head's rim or run over the wall, which is the same.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when photo or area have another size than the plan's;
    /// [`Error::OutOfRange`] for a change out of its range, below 2 px/mm, for an area on no head, and where more than a quarter of the
    /// hair is longer than stubble; [`Error::NotFound`] where no hair stands out from the skin of the area, where no bare
    /// skin lies within 15 mm of it to compare with, and where hair is to recede between which no skin shows.
    ///
    /// # Determinism
    /// As [`Plan::render`]: which follicles change is keyed by the plan's seed and their places, and more of either change
    /// only adds to them.
    ///
    /// # Cost
    /// A few tenths of a µs per pixel of the photo, and some 40 bytes each while it lasts.
    pub fn render_among(
        &self,
        photo: &Photo,
        when: When,
        hair: &Mask,
        change: &HairChange,
    ) -> Result<Photo> {
        photo.size().check_equals(self.mask.size(), "photo")?;
        change.check()?;
        if *change == HairChange::none() {
            hair.size().check_equals(photo.size(), "hair")?;
            return self.render(photo, when);
        }
        let Changed { photo, stays } = change.change(photo, hair, self.scale, self.seed)?;
        let untouched = self.scene.untouched_by(|x, y| stays.at(x as i64, y as i64));
        self.drawn(&mut Rasterizer::new(), &photo, when, &untouched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_cannot_be_are_refused_by_name() {
        let refused = |change: HairChange| change.check().unwrap_err().to_string();
        for (share, told) in [(-0.1, "-0.1"), (1.1, "1.1"), (f32::NAN, "NaN")] {
            let words = refused(HairChange::none().with_greying(share));
            assert!(words.starts_with(&format!("greying is {told}")), "{words}");
        }
        for mm in [-1.0, 151.0, f32::INFINITY, f32::NAN] {
            let words = refused(HairChange::none().with_receding_mm(mm));
            assert!(words.ends_with("allowed: 0..=150 mm"), "{words}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_change_is_read_as_it_was_written_and_nothing_else() {
        let change = HairChange::none().with_greying(0.25).with_receding_mm(12.5);
        let written = serde_json::to_string(&change).unwrap();
        assert_eq!(written, r#"{"greying":0.25,"receding_mm":12.5}"#);
        assert_eq!(
            serde_json::from_str::<HairChange>(&written).unwrap(),
            change
        );
        let part: HairChange = serde_json::from_str(r#"{"greying":0.5}"#).unwrap();
        assert_eq!(part, HairChange::none().with_greying(0.5));
        assert!(serde_json::from_str::<HairChange>(r#"{"graying":0.5}"#).is_err());
    }
}
