//! What the photo shows, as far as the treatment must answer to it.

mod background;
mod beside;
mod camera;
mod chart;
mod ellipsoid;
mod follicles;
mod hair;
mod hair_tone;
mod head;
mod hints;
mod levels;
mod rim;
mod scale;
mod shine;
mod skin;
mod stubbled;
mod synthetic;
mod working;

pub(crate) use beside::HairBeside;
pub use camera::{BlurMap, Camera, Grain};
pub(crate) use chart::Chart;
pub(crate) use ellipsoid::Tilt;
pub(crate) use follicles::PLAIN;
pub use follicles::{Follicle, Follicles};
pub use hair::HairCover;
pub use hair_tone::{HairFamily, HairSource, HairTone};
pub use head::HeadShape;
pub use hints::Hints;
pub use scale::{KnownDistance, Pupils, Ruler, RulerReading, ScaleEstimate, ScaleSource};
pub(crate) use skin::luminance;
pub use skin::{SkinMap, SkinTone};
pub(crate) use stubbled::Stubbled;
pub use synthetic::{Growth, PatchRequest, Scars, SyntheticPatch, SyntheticScalp, TrueFollicle};

use std::borrow::Cow;

use palette::{FromColor, Oklch};

use crate::error::Result;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::progress::{Progress, Watch};
use crate::units::Scale;
use working::Working;

/// How far around the area follicles and hair are looked for: those beside it bear on dots as well, and
/// what is treated is often bare.
const NEAR_MM: f32 = 15.0;

/// How far around it the colour of the hair is looked for: from the hairline to the temples.
const FAR_MM: f32 = 60.0;

/// Lightness in Oklab, over that of the skin, below which what lies over it is hair: three fifths of its light.
const HAIR_L: f32 = 0.85;

/// Pixels per mm from which plans build on hair and stubble one by one. Below, stubble reads as too faint: at 4
/// px/mm that of the synthetic head would take a third off the treatment's tone.
pub(crate) const FINE: f32 = 10.0;

/// Widest blur through which it is seen so, in mm: at 0.15 mm stubble reads a quarter too faint, and at 0.2 mm hardly half of it
/// is found.
const MOST_BLUR_MM: f32 = 0.12;

/// Whether hair and stubble are seen one by one in a photo of this scale and blur.
pub(crate) fn shows_single_hairs(scale: Scale, blur_px: f32) -> bool {
    scale.get() >= FINE && scale.to_mm(blur_px) <= MOST_BLUR_MM
}

/// Blur of a photo that does not tell, in pixels.
pub(crate) const USUAL_BLUR_PX: f32 = 0.7;

/// Variance that a pixel's own square adds to the point spread along each axis, in px².
const PIXEL: f32 = 1.0 / 12.0;

/// Steps of a watched reading: light and skin around each place, wall and shine, hair beside the area, colour of the hair,
/// follicles, hair over the skin.
const STEPS: u32 = 6;

/// What was read from a photo, as far as it shows.
///
/// # Examples
/// ```
/// use stubblefield::{Hints, Mask, Photo, Scene, Size};
///
/// let size = Size::new(8, 8)?;
/// let photo = Photo::from_rgb8(size, [210, 165, 140].repeat(64))?;
/// let scene = Scene::read(&photo, Hints::new())?;
/// let skin = scene.skin().expect("the picture is all skin");
/// assert!(skin.ita_degrees() > 28.0); // intermediate or lighter
/// assert!(scene.scale().is_none()); // nothing in the picture tells
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scene {
    skin: Option<SkinTone>,
    skin_map: Option<SkinMap>,
    surface: Plane<u8>,
    background: Mask,
    beside: Option<HairBeside>,
    camera: Option<Camera>,
    scale: Option<ScaleEstimate>,
    head: Option<HeadShape>,
    follicles: Option<Follicles>,
    longer_share: Option<f32>,
    hair: Option<HairCover>,
    hair_tone: Option<HairTone>,
}

impl Scene {
    /// Reads whatever the photo shows. What it does not show is `None`, never a guess.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when area and photo differ in size;
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for an area that covers nothing, for hints that
    /// lie outside the picture, and where less than half of the area lies on the head;
    /// [`Error::Contradiction`](crate::Error::Contradiction) for two scales that cannot both be true;
    /// [`Error::NotFound`](crate::Error::NotFound) where a ruler's line crosses no ticks and a head's
    /// outline is none.
    ///
    /// # Determinism
    /// Rows and tiles are read independently and folded in order: the same for any number of threads.
    ///
    /// # Cost
    /// A few passes over the photo; 5 bytes per pixel are kept.
    pub fn read(photo: &Photo, hints: Hints<'_>) -> Result<Self> {
        Self::read_with(photo, hints, &())
    }

    /// [`Scene::read`], watched: to show how far it is, and to stop it.
    ///
    /// # Errors
    /// Those of [`Scene::read`], and [`Error::Cancelled`](crate::Error::Cancelled), once the step that has begun is
    /// through: about a quarter of a second at 12 megapixels.
    pub fn read_with(photo: &Photo, hints: Hints<'_>, progress: &dyn Progress) -> Result<Self> {
        let watch = Watch::new(progress, STEPS);
        watch.done(0)?;
        let area = hints.checked_area(photo)?;
        let scale = hints.read_scale(photo)?;
        let head = hints.read_head(photo)?;
        let whole;
        let area = match area {
            Some(area) => area,
            None => {
                whole = Mask::full(photo.size());
                &whole
            }
        };
        let working = Working::of(photo);
        let skin_map = SkinMap::from_working(&working);
        watch.done(1)?;
        let skin = || -> Result<(Mask, Option<SkinTone>, Option<HeadShape>)> {
            let background = wall(&working, photo, area, skin_map.as_ref())?;
            let skin = match (hints.skin, &skin_map) {
                (Some(stated), _) => Some(stated),
                (None, None) => None,
                (None, Some(map)) => {
                    let bare = area.subtract(&background)?;
                    map.shows_in(&bare)
                        .then(|| SkinTone::measure(photo, &bare))
                        .flatten()
                }
            };
            let head = match (head, scale) {
                (None, Some(found)) if skin.is_some() => {
                    rim::before_wall(&background, area, found.scale)
                }
                (stated, _) => stated,
            };
            Ok((background, skin, head))
        };
        let px_per_mm = scale.map(|found| found.scale);
        let camera = || (!hints.without_camera).then(|| Camera::of(photo, px_per_mm));
        // The wall is followed cell by cell, by one thread alone.
        let (skin, (surface, camera)) = parallel::both(skin, || {
            (shine::surface(photo, skin_map.as_ref()), camera())
        });
        let (background, skin, head) = skin?;
        watch.done(2)?;
        let beside = scale.zip(skin).and_then(|(found, _)| {
            HairBeside::find(&working, area, &background, &surface, found.scale)
        });
        let longer_share = match scale.zip(skin) {
            Some((found, _)) => hair::longer_share(&working, area, &background, found.scale)?,
            None => None,
        };
        drop(working);
        watch.done(3)?;
        let mut scene = Self {
            skin,
            surface,
            camera,
            skin_map,
            background,
            beside,
            scale,
            head,
            follicles: None,
            longer_share,
            hair: None,
            hair_tone: None,
        };
        if let Some(skin) = scene.skin {
            scene.read_hair(photo, area, &skin, &hints, &watch)?;
        }
        watch.done(STEPS)?;
        Ok(scene)
    }

    /// What of the person's hair shows in an area and around it.
    fn read_hair(
        &mut self,
        photo: &Photo,
        area: &Mask,
        skin: &SkinTone,
        hints: &Hints<'_>,
        watch: &Watch<'_>,
    ) -> Result<()> {
        let scale = self.scale.map(|found| found.scale);
        let px = |mm: f32| scale.map_or(0, |scale| scale.to_px(mm) as u32);
        self.hair_tone = HairTone::find(photo, &around(area, &self.background, px(FAR_MM)), skin)?;
        watch.done(4)?;
        let Some(scale) = scale else {
            return Ok(());
        };
        let covers = hints.long_hair || scale.get() >= FINE;
        // Where it does not show singly, stubble reads as too faint, and so as that of fair or grey hair.
        let camera = self.camera.as_ref();
        let blur_px = camera.map_or(USUAL_BLUR_PX, Camera::blur_px);
        let tells = self.hair_tone.is_none() && shows_single_hairs(scale, blur_px);
        let wanted = !hints.without_follicles || tells;
        let singly = wanted && Follicles::SCALES.contains(&scale.get());
        if !covers && !singly {
            return Ok(());
        }
        let mut near = around(area, &self.background, px(NEAR_MM));
        if let Some(Ruler { from, to, tick_mm }) = hints.ruler {
            // Its ticks are dark and as wide as hairs.
            let size = photo.size();
            let longest = size.width().max(size.height()) as f32;
            let width = scale.to_px(2.0 * tick_mm).min(longest);
            near = near.subtract(&Mask::from_line(size, &[from, to], width)?)?;
        }
        if singly {
            let mut found = match &self.camera {
                Some(camera) => Follicles::seen_by(camera, photo, &near, scale)?,
                None => Follicles::find(photo, &near, scale)?,
            };
            if let Some(head) = &self.head {
                found = found.on(head);
            }
            if tells {
                self.hair_tone = HairTone::of_stubble(&found, skin);
            }
            self.follicles = Some(found);
        }
        watch.done(5)?;
        // Last, for it is as large as a mask.
        if covers {
            let bright: Oklch<f32> = Oklch::from_color(skin.linear());
            // Beside a wet highlight skin itself passes for hair.
            let dark = |hair: &HairCover| {
                hints.long_hair || hair.is_dark() && hair.color().l < HAIR_L * bright.l
            };
            let found = HairCover::read(photo, &near, scale, Some(&self.surface))?;
            self.hair = found.filter(dark);
        }
        Ok(())
    }

    /// The skin in the area, between its stubble and without its highlights; `None` where less than a
    /// fiftieth of the area looks like skin.
    #[must_use]
    pub const fn skin(&self) -> Option<&SkinTone> {
        self.skin.as_ref()
    }

    /// The skin around each place of the picture; `None` where hardly any of it looks like skin.
    #[must_use]
    pub const fn skin_map(&self) -> Option<&SkinMap> {
        self.skin_map.as_ref()
    }

    /// The wall behind the head, where it is even enough to be told from it, and what is more transparent than not.
    #[must_use]
    pub const fn background(&self) -> &Mask {
        &self.background
    }

    /// Share of each pixel's light, in 255ths, that came back from the surface of the skin and
    /// never met pigment.
    #[must_use]
    pub const fn surface(&self) -> &Plane<u8> {
        &self.surface
    }

    /// Where own hair borders on the area; `None` where none does, without skin and without a scale.
    pub(crate) const fn beside(&self) -> Option<&HairBeside> {
        self.beside.as_ref()
    }

    /// Where a treatment goes out of sight rather than ends: at the wall, and before own hair, where it meets some.
    pub(crate) fn no_border(&self, met: Option<&HairBeside>, treated: &Mask) -> Cow<'_, Mask> {
        let wall = &self.background;
        met.map_or(Cow::Borrowed(wall), |hair| {
            Cow::Owned(hair.with(wall, treated))
        })
    }

    /// How the camera drew the picture: its blur, its noise, its compression; `None` where the hints said that
    /// nobody asks.
    #[must_use]
    pub const fn camera(&self) -> Option<&Camera> {
        self.camera.as_ref()
    }

    /// Follicles in the area and up to 15 mm around it; `None` without skin, without a scale at which they can be
    /// told apart, and where [`Hints::without_follicles`] says that nobody asks.
    #[must_use]
    pub const fn follicles(&self) -> Option<&Follicles> {
        self.follicles.as_ref()
    }

    /// Share of the area over which hair runs one way for millimetres, and so is longer than the stubble of a shaved
    /// head, 0..=1: from some 3 mm on. Curls have no common way and do not count, the rim of the head is left out. `None`
    /// without a scale, without skin, and where a millimetre is less than two pixels.
    #[must_use]
    pub const fn longer_share(&self) -> Option<f32> {
        self.longer_share
    }

    /// Hair over the skin, there as well; `None` where there is none, without skin, and below 10 px/mm unless
    /// [`Hints::long_hair`] says that it is there.
    #[must_use]
    pub const fn hair(&self) -> Option<&HairCover> {
        self.hair.as_ref()
    }

    /// Colour of the hair in the area and up to 60 mm around it, or at 10 px/mm and finer of its stubble; `None` where
    /// hardly any shows.
    #[must_use]
    pub const fn hair_tone(&self) -> Option<&HairTone> {
        self.hair_tone.as_ref()
    }

    /// Share of each pixel's light, in 255ths, that pigment in the skin cannot darken: what came back from the
    /// surface, and what hair over the skin sent back.
    #[must_use]
    pub fn untouched(&self) -> Plane<u8> {
        self.untouched_by(|_, _| 1.0)
    }

    /// The same where this share of the hair at a pixel is still there.
    pub(crate) fn untouched_by(
        &self,
        left: impl Fn(usize, usize) -> f32 + Sync + Send,
    ) -> Plane<u8> {
        let mut untouched = self.surface.clone();
        if let Some(hair) = &self.hair {
            let width = untouched.size().width() as usize;
            parallel::for_each_chunk(untouched.values_mut(), width, |y, row| {
                let covers = hair.cover().row(y as u32).iter().enumerate();
                for (value, (x, cover)) in row.iter_mut().zip(covers) {
                    let bare = (255.0 - f32::from(*value)) * (1.0 - cover * left(x, y));
                    *value = (255.5 - bare) as u8;
                }
            });
        }
        untouched
    }

    /// The scale that the hints or the file give.
    #[must_use]
    pub const fn scale(&self) -> Option<&ScaleEstimate> {
        self.scale.as_ref()
    }

    /// The head's shape, where its outline was given, or shows well enough before an even wall: most of the way over the
    /// head, hair included, as an ellipse to 1.5 mm.
    #[must_use]
    pub const fn head(&self) -> Option<&HeadShape> {
        self.head.as_ref()
    }
}

/// [`Scene::background`] alone, as a reading of this area has it.
#[cfg(feature = "serde")]
pub(crate) fn background_around(photo: &Photo, area: &Mask) -> Result<Mask> {
    let working = Working::of(photo);
    let skin_map = SkinMap::from_working(&working);
    wall(&working, photo, area, skin_map.as_ref())
}

fn wall(working: &Working, photo: &Photo, area: &Mask, skin: Option<&SkinMap>) -> Result<Mask> {
    let behind = |shown: &Mask| match skin.and_then(|_| SkinTone::warmest(photo, shown)) {
        Some(tone) => background::background(working, photo.size(), &tone),
        None => Mask::full(photo.size()).invert(),
    };
    match photo.transparent() {
        // Whatever colour a cut-out hides, often skin's own, none of it is seen.
        Some(cut_out) => behind(&area.subtract(&cut_out)?).union(&cut_out),
        None => Ok(behind(area)),
    }
}

/// What lies up to some pixels beyond the bounds of an area, without the wall.
fn around(area: &Mask, background: &Mask, px: u32) -> Mask {
    let [left, top, right, bottom] = area.bounds().unwrap_or_default();
    let right = right.saturating_add(px).min(area.size().width()) as usize;
    let columns = left.saturating_sub(px) as usize..right;
    let rows = top.saturating_sub(px)..bottom.saturating_add(px);
    let mut shares = Plane::filled(area.size(), 0.0_f32);
    parallel::for_each_chunk(
        shares.values_mut(),
        area.size().width() as usize,
        |y, row| {
            let y = y as u32;
            if rows.contains(&y) {
                let wall = &background.coverage().row(y)[columns.clone()];
                for (share, wall) in row[columns.clone()].iter_mut().zip(wall) {
                    *share = 1.0 - wall;
                }
            }
        },
    );
    Mask::from_shares(shares)
}
