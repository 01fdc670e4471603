//! What the caller knows about a photo better than any analysis of it.

use glam::Vec2;

use super::head::HeadShape;
use super::scale::{KnownDistance, Pupils, Ruler, ScaleEstimate};
use super::skin::SkinTone;
use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::units::Scale;

/// Everything that the caller can say about a photo; nothing of it is needed.
///
/// What is stated here goes before what the photo shows.
///
/// # Examples
/// ```
/// use stubblefield::{Hints, Mask, Photo, Scale, ScaleSource, Scene, Size};
///
/// let size = Size::new(60, 40)?;
/// let photo = Photo::from_rgb8(size, [210, 165, 140].repeat(size.pixels()))?;
/// let mask = Mask::full(size);
/// let hints = Hints::new().with_area(&mask).with_scale(Scale::px_per_mm(8.0)?);
/// let scene = Scene::read(&photo, hints)?;
/// assert_eq!(scene.scale().expect("it was stated").source, ScaleSource::Stated);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
#[must_use]
pub struct Hints<'a> {
    /// Where to read the skin: the area to be treated. `None` for the whole picture.
    pub area: Option<&'a Mask>,
    /// The tone of the skin, where it is known better than the photo shows it.
    pub skin: Option<SkinTone>,
    /// The scale; goes before every other hint about it.
    pub scale: Option<Scale>,
    /// A line across the ticks of a ruler in the picture.
    pub ruler: Option<Ruler>,
    /// Two places with a known distance.
    pub distance: Option<KnownDistance>,
    /// The two pupils.
    pub pupils: Option<Pupils>,
    /// Points along the visible outline of the head, for its curvature.
    pub head: Option<&'a [Vec2]>,
    /// Whether blur, noise and compression are of no interest.
    pub without_camera: bool,
    /// Whether single follicles are of no interest; they are looked for all the same where nothing else tells the
    /// colour of the hair.
    pub without_follicles: bool,
    /// Whether hair stays long in the area: it is then told from the scalp at any scale, and not only where single
    /// follicles show.
    pub long_hair: bool,
}

/// Least share of the area that lies inside the outline of the head.
const LEAST_ON_HEAD: f64 = 0.5;

impl<'a> Hints<'a> {
    /// No hint at all.
    pub const fn new() -> Self {
        Self {
            area: None,
            skin: None,
            scale: None,
            ruler: None,
            distance: None,
            pupils: None,
            head: None,
            without_camera: false,
            without_follicles: false,
            long_hair: false,
        }
    }

    /// With the area to be treated.
    pub const fn with_area(mut self, area: &'a Mask) -> Self {
        self.area = Some(area);
        self
    }

    /// With a tone of the skin that is not to be read from the photo.
    pub const fn with_skin(mut self, skin: SkinTone) -> Self {
        self.skin = Some(skin);
        self
    }

    /// With a scale.
    pub const fn with_scale(mut self, scale: Scale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// With a line across the ticks of a ruler.
    pub const fn with_ruler(mut self, ruler: Ruler) -> Self {
        self.ruler = Some(ruler);
        self
    }

    /// With two places of known distance.
    pub const fn with_distance(mut self, distance: KnownDistance) -> Self {
        self.distance = Some(distance);
        self
    }

    /// With the two pupils.
    pub const fn with_pupils(mut self, pupils: Pupils) -> Self {
        self.pupils = Some(pupils);
        self
    }

    /// With points along the outline of the head.
    pub const fn with_head(mut self, outline: &'a [Vec2]) -> Self {
        self.head = Some(outline);
        self
    }

    /// Without reading blur, noise and compression, where nobody asks for them.
    pub const fn without_camera(mut self) -> Self {
        self.without_camera = true;
        self
    }

    /// Without looking for single follicles, where nobody asks for them.
    pub const fn without_follicles(mut self) -> Self {
        self.without_follicles = true;
        self
    }

    /// The area, if one was given and it covers anything.
    pub(super) fn checked_area(&self, photo: &Photo) -> Result<Option<&'a Mask>> {
        let Some(area) = self.area else {
            return Ok(None);
        };
        area.size().check_equals(photo.size(), "area")?;
        let covered = !area.is_empty();
        Error::check("area in px", 0.0, covered, "above 0 inside the picture")?;
        Ok(Some(area))
    }

    /// The best scale that the hints and the file give, if any.
    pub(super) fn read_scale(&self, photo: &Photo) -> Result<Option<ScaleEstimate>> {
        let ends = self.distance.map(|d| [d.from, d.to]);
        let eyes = self.pupils.map(|p| [p.left, p.right]);
        for (name, points) in [("end of the known distance", ends), ("pupil", eyes)] {
            for point in points.into_iter().flatten() {
                photo.size().check_inside(name, point)?;
            }
        }
        let ruler = self.ruler.map(|ruler| ruler.read(photo)).transpose()?;
        let hinted = [
            self.scale.map(ScaleEstimate::stated),
            ruler.map(|reading| reading.estimate),
            self.distance.map(|d| d.scale()).transpose()?,
            self.pupils.map(|p| p.scale()).transpose()?,
        ];
        let given: Vec<ScaleEstimate> = hinted.into_iter().flatten().collect();
        for (i, a) in given.iter().enumerate() {
            for b in &given[i + 1..] {
                a.check_agrees(b)?;
            }
        }
        // In the order above, best first; the camera's own notes only where nobody says anything.
        Ok(given
            .first()
            .copied()
            .or_else(|| ScaleEstimate::from_exif(photo)))
    }

    /// The ellipsoid of the head, if an outline was given.
    pub(super) fn read_head(&self, photo: &Photo) -> Result<Option<HeadShape>> {
        let Some(outline) = self.head else {
            return Ok(None);
        };
        let head = HeadShape::fit_in(outline, photo.size())?;
        if let Some(area) = self.area {
            let covered = area.coverage();
            let share = head.share_of(area.size(), 1, |x, y| covered.at(x, y));
            let inside = share >= LEAST_ON_HEAD;
            Error::check("share of the area on the head", share, inside, "0.5..=1")?;
        }
        Ok(Some(head))
    }
}
