//! What the photo shows, as far as the treatment must answer to it.

mod background;
mod camera;
mod follicles;
mod hair;
mod head;
mod hints;
mod levels;
mod scale;
mod shine;
mod skin;
mod synthetic;
mod working;

pub use camera::{BlurMap, Camera, Grain};
pub use follicles::{Follicle, Follicles};
pub use hair::HairCover;
pub use head::HeadShape;
pub use hints::Hints;
pub use scale::{KnownDistance, Pupils, Ruler, RulerReading, ScaleEstimate, ScaleSource};
pub(crate) use skin::luminance;
pub use skin::{SkinMap, SkinTone};
pub use synthetic::{Growth, PatchRequest, Scars, SyntheticPatch, SyntheticScalp, TrueFollicle};

use crate::error::Result;
use crate::mask::Mask;
use crate::photo::Photo;
use crate::plane::Plane;
use working::Working;

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
    camera: Camera,
    scale: Option<ScaleEstimate>,
    head: Option<HeadShape>,
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
        let warmest = skin_map
            .as_ref()
            .and_then(|_| SkinTone::warmest(photo, area));
        let background = match &warmest {
            Some(tone) => background::background(&working, photo.size(), tone),
            None => Mask::full(photo.size()).invert(),
        };
        let skin = match (hints.skin, &skin_map) {
            (Some(stated), _) => Some(stated),
            (None, None) => None,
            (None, Some(map)) => {
                let bare = area.subtract(&background)?;
                let tone = map
                    .shows_in(&bare)
                    .then(|| SkinTone::measure(photo, &bare))
                    .flatten();
                tone.filter(SkinTone::is_of_skin)
            }
        };
        Ok(Self {
            skin,
            surface: shine::surface(photo, skin_map.as_ref()),
            camera: Camera::read(photo),
            skin_map,
            background,
            scale,
            head,
        })
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

    /// How the camera drew the picture: its blur, its noise, its compression.
    #[must_use]
    pub const fn camera(&self) -> &Camera {
        &self.camera
    }

    /// The scale that the hints or the file give.
    #[must_use]
    pub const fn scale(&self) -> Option<&ScaleEstimate> {
        self.scale.as_ref()
    }

    /// The head's shape, where its outline was given.
    #[must_use]
    pub const fn head(&self) -> Option<&HeadShape> {
        self.head.as_ref()
    }
}
