//! What the photo shows, as far as the treatment must answer to it.

mod background;
mod shine;
mod skin;
mod synthetic;

pub use skin::SkinTone;
pub use synthetic::{Growth, PatchRequest, Scars, SyntheticPatch, SyntheticScalp, TrueFollicle};

use crate::error::Result;
use crate::mask::Mask;
use crate::photo::Photo;
use crate::plane::Plane;

/// What was read from a photo around the area to be treated.
///
/// # Examples
/// ```
/// use stubblefield::{Mask, Photo, Scene, Size};
///
/// let size = Size::new(8, 8)?;
/// let photo = Photo::from_rgb8(size, [210, 165, 140].repeat(64))?;
/// let scene = Scene::read(&photo, &Mask::full(size))?;
/// assert!(scene.skin().ita_degrees() > 28.0); // intermediate or lighter
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scene {
    skin: SkinTone,
    surface: Plane<u8>,
    background: Mask,
}

impl Scene {
    /// Reads the skin inside the mask, and the shine of the whole picture.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when mask and photo differ in size.
    ///
    /// # Determinism
    /// Rows are read independently and folded in order.
    ///
    /// # Cost
    /// Three passes over the photo and a few over the masked rows; five bytes per pixel are kept.
    pub fn read(photo: &Photo, mask: &Mask) -> Result<Self> {
        mask.size().check_equals(photo.size(), "mask")?;
        let background = background::background(photo, &SkinTone::warmest(photo, mask));
        let skin = SkinTone::measure(photo, &mask.subtract(&background)?);
        let surface = shine::surface(photo, &skin);
        Ok(Self {
            skin,
            surface,
            background,
        })
    }

    /// The skin in the treated area, between its stubble and without its highlights.
    #[must_use]
    pub const fn skin(&self) -> &SkinTone {
        &self.skin
    }

    /// The wall behind the head, where it is even enough to be told from it; else empty.
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
}
