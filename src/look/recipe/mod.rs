//! A plan as something to keep: everything that decides it, to be written down and followed again.

mod area;
mod page;

pub use area::{Area, MaskDigest};

use crate::error::Result;
use crate::look::fingerprint::PICTURE_VERSION;
use crate::look::matching::{Tone, ToneMatch, check_delta_l};
use crate::look::{Look, Plan};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::random::Seed;
use crate::units::{Scale, Size};

/// The tone that a recipe asks for, as [`Tone`] without pixels.
///
/// # Examples
/// ```
/// use stubblefield::RecipeTone;
///
/// let written = serde_json::to_string(&RecipeTone::DeltaL(-5.0)).unwrap();
/// assert_eq!(written, r#"{"delta_l":-5.0}"#);
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecipeTone {
    /// As [`Tone::DeltaL`].
    DeltaL(f32),
    /// As [`Tone::Like`].
    Like(Area),
    /// As [`Tone::Towards`].
    Towards(Area),
    /// As [`Tone::Towards`] the stubble around the gaps of the recipe's area, which has to be
    /// [`Area::Gaps`].
    Stubble,
    /// As [`Tone::Surroundings`].
    Surroundings,
}

/// Everything that decides a plan but the photo: to be written as JSON, TOML or any other self-describing
/// format that serde has, and followed again.
///
/// Written, it bears the version of the pictures it stands for ([`Recipe::VERSION`]), the release that made
/// it, and a name for every value. A field that is not known, a value out of its range and another
/// version are refused when it is read, by name.
///
/// # Examples
/// ```
/// use stubblefield::{Area, Look, Mask, Photo, Recipe, Scale, Seed, Size};
///
/// let size = Size::new(120, 90)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let corners = [[10.0, 10.0], [110.0, 10.0], [110.0, 80.0], [10.0, 80.0]].map(Into::into);
/// let (scale, seed) = (Scale::px_per_mm(6.0)?, Seed::new(7));
/// let recipe = Recipe::new(Look::stubble(), Area::Outline(corners.to_vec()), size, scale, seed);
/// let plan = recipe.plan(&photo)?;
///
/// let written = serde_json::to_string_pretty(&recipe.stamped(&plan)).unwrap();
/// let read: Recipe = serde_json::from_str(&written).unwrap();
/// assert_eq!(read.plan(&photo)?.dots(), plan.dots());
/// assert_eq!(read.fingerprint.as_deref(), Some(plan.fingerprint()));
/// // The calls that it stands for.
/// let mask = Mask::from_polygon(size, &corners)?;
/// assert_eq!(Look::stubble().plan(&photo, &mask, scale, seed)?.dots(), plan.dots());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Recipe {
    /// What is done.
    pub look: Look,
    /// Where it is done.
    pub area: Area,
    /// The tone to be matched, if any.
    pub tone: Option<RecipeTone>,
    /// Width and height of the photo that the area refers to.
    pub photo_size: Size,
    /// Its pixels per millimetre.
    pub scale: Scale,
    /// The seed of every random choice.
    pub seed: Seed,
    /// The [`Plan::fingerprint`] of the plan it was kept for. It is not checked: where the recipe's plan has
    /// another one, the photo or the recipe was changed since.
    pub fingerprint: Option<String>,
}

impl Recipe {
    /// The version of format and pictures that this release writes and reads, raised with every release
    /// that changes either.
    pub const VERSION: u32 = PICTURE_VERSION;

    /// The recipe of [`Look::plan`], for photos of this size.
    #[must_use]
    pub const fn new(look: Look, area: Area, photo_size: Size, scale: Scale, seed: Seed) -> Self {
        Self {
            look,
            area,
            tone: None,
            photo_size,
            scale,
            seed,
            fingerprint: None,
        }
    }

    /// The recipe of [`Look::match_tone`].
    #[must_use]
    pub fn with_tone(mut self, tone: RecipeTone) -> Self {
        self.tone = Some(tone);
        self
    }

    /// The recipe with the fingerprint of the plan that came of it.
    #[must_use]
    pub fn stamped(mut self, plan: &Plan) -> Self {
        self.fingerprint = Some(plan.fingerprint().to_owned());
        self
    }

    /// The plan that the recipe stands for: that of [`Look::plan`], or of [`Look::match_tone`] where it has
    /// a tone, with the mask that its area comes to.
    ///
    /// # Errors
    /// As [`Recipe::plan_with`] without masks.
    ///
    /// # Determinism
    /// The same photo gives the same plan, and so the same bytes, as those calls, in every release of the
    /// same [`Recipe::VERSION`].
    ///
    /// # Cost
    /// That of those calls.
    pub fn plan(&self, photo: &Photo) -> Result<Plan> {
        self.plan_with(photo, &[])
    }

    /// [`Recipe::plan`] where the caller brings the masks that the recipe knows by their digest alone.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) for a photo of another size,
    /// [`Error::OtherDigest`](crate::Error::OtherDigest) where a mask is not among those brought, and those of
    /// [`Area::mask`], [`Look::plan`] and [`Look::match_tone`].
    pub fn plan_with(&self, photo: &Photo, masks: &[Mask]) -> Result<Plan> {
        if let Some(matched) = self.match_with(photo, masks)? {
            return Ok(matched.plan);
        }
        let mask = self.mask(photo, masks)?;
        self.look.plan(photo, &mask, self.scale, self.seed)
    }

    /// The plan of [`Recipe::plan_with`] with how near it comes to the tone that the recipe asks for; `None` where
    /// it asks for none.
    ///
    /// # Errors
    /// As [`Recipe::plan_with`].
    pub fn match_with(&self, photo: &Photo, masks: &[Mask]) -> Result<Option<ToneMatch>> {
        if self.tone.is_none() {
            return Ok(None);
        }
        let Self {
            look, scale, seed, ..
        } = self;
        let mask = self.mask(photo, masks)?;
        let tone = self.tone(photo, masks)?;
        tone.map(|tone| look.match_tone(photo, &mask, *scale, *seed, &tone))
            .transpose()
    }

    /// Where the recipe treats a photo.
    ///
    /// # Errors
    /// As [`Recipe::plan_with`].
    pub fn mask(&self, photo: &Photo, masks: &[Mask]) -> Result<Mask> {
        photo.size().check_equals(self.photo_size, "photo")?;
        self.area.mask(photo, self.scale, masks)
    }

    /// The tone that the recipe asks for, if any.
    ///
    /// # Errors
    /// As [`Recipe::plan_with`].
    pub fn tone(&self, photo: &Photo, masks: &[Mask]) -> Result<Option<Tone>> {
        photo.size().check_equals(self.photo_size, "photo")?;
        let mask = |area: &Area| area.mask(photo, self.scale, masks);
        let tone = match &self.tone {
            None => return Ok(None),
            Some(RecipeTone::DeltaL(delta_l)) => Tone::DeltaL(*delta_l),
            Some(RecipeTone::Like(area)) => Tone::Like(mask(area)?),
            Some(RecipeTone::Towards(area)) => Tone::Towards(mask(area)?),
            Some(RecipeTone::Stubble) => Tone::Towards(self.area.stubble(photo, self.scale)?),
            Some(RecipeTone::Surroundings) => Tone::Surroundings,
        };
        Ok(Some(tone))
    }

    /// An error naming the first number outside its range; places in the photo are checked when it is
    /// planned.
    fn check(&self) -> Result<()> {
        self.look.check()?;
        match self.tone {
            Some(RecipeTone::DeltaL(delta_l)) => check_delta_l(delta_l),
            _ => Ok(()),
        }
    }
}
