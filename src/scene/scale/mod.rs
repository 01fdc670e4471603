//! How many pixels a millimetre takes: from what the caller knows, or from the camera's own notes.

mod ruler;

pub use ruler::RulerReading;

use std::fmt;

use glam::Vec2;

use crate::error::{Error, Result};
use crate::photo::Photo;
use crate::units::Scale;

/// How far a point that a person clicks lies from where it was meant, in pixels: standard
/// deviation, a guess.
const CLICK_PX: f32 = 0.7;

/// Relative uncertainty of a scale that the caller states outright: the reading of a tape on a head.
const STATED: f32 = 0.05;

/// Standard deviation of the distance between the pupils over its mean, adults.
///
/// # References
/// N. A. Dodgson, "Variation and extrema of human interpupillary distance", Proc. SPIE 5291 (2004):
/// mean 63 mm, standard deviation 3.8 mm.
const PUPILS_SD: f32 = 3.8 / 63.0;

/// Relative uncertainty of a scale from EXIF: the distance is that of the focus, in coarse steps, and
/// the 35 mm focal length refers to the diagonal with some makers, to the width with others. A guess.
const EXIF_SD: f32 = 0.15;

/// Width in mm of the frame to which "35 mm" focal lengths refer.
const FRAME_MM: f32 = 36.0;

/// Two places in the photo whose distance on the skin is known.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::KnownDistance;
///
/// let coin = KnownDistance { from: Vec2::new(10.0, 20.0), to: Vec2::new(10.0, 136.25), mm: 23.25 };
/// let found = coin.scale()?;
/// assert!((found.scale.get() - 5.0).abs() < 1e-4 && found.uncertainty < 0.01);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownDistance {
    /// One end, in pixels.
    pub from: Vec2,
    /// The other end, in pixels.
    pub to: Vec2,
    /// What lies between them, in mm of skin: 0.05..=2000.
    pub mm: f32,
}

impl KnownDistance {
    /// The scale that this distance gives.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a distance out of its range, for points that are not finite, and
    /// for a scale that no [`Scale`] can have, as when both points are the same.
    pub fn scale(&self) -> Result<ScaleEstimate> {
        self.estimate("known distance in mm", ScaleSource::Points, 0.0)
    }

    fn estimate(&self, name: &'static str, source: ScaleSource, sd: f32) -> Result<ScaleEstimate> {
        let inside = (0.05..=2000.0).contains(&self.mm);
        Error::check(name, f64::from(self.mm), inside, "0.05..=2000 mm")?;
        let length = self.from.distance(self.to);
        let scale = Scale::px_per_mm(length / self.mm)?;
        let clicks = std::f32::consts::SQRT_2 * CLICK_PX / length;
        Ok(ScaleEstimate {
            scale,
            uncertainty: (clicks * clicks + sd * sd).sqrt(),
            source,
        })
    }
}

/// The centres of the two pupils.
///
/// The scale holds in the plane of the eyes; a crown lies some 10 cm farther from the camera.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Pupils, ScaleSource};
///
/// let found = Pupils::new(Vec2::new(300.0, 400.0), Vec2::new(552.0, 400.0)).scale()?;
/// assert_eq!((found.scale.get(), found.source), (4.0, ScaleSource::Pupils));
/// assert!(found.uncertainty > 0.06); // people differ
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pupils {
    /// One pupil, in pixels.
    pub left: Vec2,
    /// The other, in pixels.
    pub right: Vec2,
    /// Their distance in mm where an optician has measured it; `None` for the adult mean of 63 mm.
    pub distance_mm: Option<f32>,
}

impl Pupils {
    /// Pupils of a person whose distance nobody has measured.
    #[must_use]
    pub const fn new(left: Vec2, right: Vec2) -> Self {
        Self {
            left,
            right,
            distance_mm: None,
        }
    }

    /// The scale that this distance gives.
    ///
    /// # Errors
    /// As [`KnownDistance::scale`].
    pub fn scale(&self) -> Result<ScaleEstimate> {
        let (mm, sd) = self.distance_mm.map_or((63.0, PUPILS_SD), |mm| (mm, 0.0));
        let ends = KnownDistance {
            from: self.left,
            to: self.right,
            mm,
        };
        ends.estimate("pupil distance in mm", ScaleSource::Pupils, sd)
    }
}

/// A line drawn across the ticks of a ruler in the photo.
///
/// The line should run along the ruler and cross ticks of one kind only, or all of them at their
/// feet, where they are equally far apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ruler {
    /// One end of the line, in pixels.
    pub from: Vec2,
    /// The other end, in pixels.
    pub to: Vec2,
    /// Distance between neighbouring ticks that the line crosses, in mm: 0.05..=100.
    pub tick_mm: f32,
}

/// Where a scale came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScaleSource {
    /// The caller stated it.
    Stated,
    /// The ticks of a ruler.
    Ruler,
    /// Two points with a known distance.
    Points,
    /// The distance between the pupils.
    Pupils,
    /// Focal length and subject distance in the file.
    Exif,
}

impl ScaleSource {
    const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated scale in px/mm",
            Self::Ruler => "scale from the ruler in px/mm",
            Self::Points => "scale from two points in px/mm",
            Self::Pupils => "scale from the pupils in px/mm",
            Self::Exif => "scale from EXIF in px/mm",
        }
    }
}

impl fmt::Display for ScaleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stated => "stated",
            Self::Ruler => "ruler",
            Self::Points => "two points",
            Self::Pupils => "pupils",
            Self::Exif => "EXIF",
        })
    }
}

/// A scale with how sure it is and where it came from.
///
/// # Examples
/// ```
/// use stubblefield::{Scale, ScaleEstimate, ScaleSource};
///
/// let stated = ScaleEstimate::stated(Scale::px_per_mm(8.0)?);
/// assert_eq!(stated.source, ScaleSource::Stated);
/// assert!(stated.disagreement(&ScaleEstimate::stated(Scale::px_per_mm(16.0)?)) > 3.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleEstimate {
    /// Pixels per millimetre.
    pub scale: Scale,
    /// Standard deviation over the scale itself: 0.05 is 5 %.
    pub uncertainty: f32,
    /// Where it came from.
    pub source: ScaleSource,
}

impl ScaleEstimate {
    /// A scale that the caller states outright, taken to be good to 5 %.
    #[must_use]
    pub const fn stated(scale: Scale) -> Self {
        Self {
            scale,
            uncertainty: STATED,
            source: ScaleSource::Stated,
        }
    }

    /// The scale at the distance that the camera focused on, from the photo's EXIF; `None` unless it
    /// holds both the focal length in 35 mm terms and a subject distance.
    ///
    /// A photo that was cropped or resized since keeps both, and the result is wrong: nothing in the
    /// file tells.
    ///
    /// # References
    /// Thin lens far from the focus: px/mm = (f₃₅ / 36 mm) · longer side / distance.
    #[must_use]
    pub fn from_exif(photo: &Photo) -> Option<Self> {
        let (focal_mm, distance_m) = photo.shot()?;
        let longer = photo.size().width().max(photo.size().height()) as f32;
        let px_per_mm = focal_mm / FRAME_MM * longer / (1000.0 * distance_m);
        Some(Self {
            scale: Scale::px_per_mm(px_per_mm).ok()?,
            uncertainty: EXIF_SD,
            source: ScaleSource::Exif,
        })
    }

    /// How far two estimates of one scale lie apart, in standard deviations of their difference.
    #[must_use]
    pub fn disagreement(&self, other: &Self) -> f32 {
        let apart = libm::logf(self.scale.get() / other.scale.get()).abs();
        let sd = libm::hypotf(self.uncertainty, other.uncertainty);
        apart / sd.max(1e-3)
    }

    /// An error naming both when they cannot be true of one photo.
    pub(crate) fn check_agrees(&self, other: &Self) -> Result<()> {
        if self.disagreement(other) <= MOST_APART {
            return Ok(());
        }
        Err(Error::Contradiction {
            parameter: self.source.name(),
            value: f64::from(self.scale.get()),
            other: other.source.name(),
            other_value: f64::from(other.scale.get()),
        })
    }
}

/// Standard deviations from which two hints contradict each other.
const MOST_APART: f32 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    #[test]
    fn distances_that_are_none_are_refused() {
        let at = |x: f32| Vec2::new(x, 0.0);
        for (from, to, mm) in [
            (at(0.0), at(0.0), 10.0),
            (at(0.0), at(100.0), 0.0),
            (at(0.0), at(100.0), f32::NAN),
            (at(f32::NAN), at(100.0), 10.0),
            (at(0.0), at(f32::INFINITY), 10.0),
            (at(0.0), at(1.0), 2000.0),
        ] {
            assert!(
                KnownDistance { from, to, mm }.scale().is_err(),
                "{from} {to} {mm}"
            );
        }
    }

    #[test]
    fn a_measured_pupil_distance_is_surer_than_the_mean() {
        let mut pupils = Pupils::new(Vec2::ZERO, Vec2::new(630.0, 0.0));
        let mean = pupils.scale().unwrap();
        pupils.distance_mm = Some(70.0);
        let measured = pupils.scale().unwrap();
        assert_eq!((mean.scale.get(), measured.scale.get()), (10.0, 9.0));
        assert!(measured.uncertainty < 0.1 * mean.uncertainty);
        assert!(mean.check_agrees(&measured).is_ok());
    }

    #[test]
    fn scales_that_cannot_both_be_true_name_each_other() {
        let of = |px: f32| KnownDistance {
            from: Vec2::ZERO,
            to: Vec2::new(px, 0.0),
            mm: 10.0,
        };
        let (near, far) = (of(100.0).scale().unwrap(), of(200.0).scale().unwrap());
        let words = near.check_agrees(&far).unwrap_err().to_string();
        assert!(words.contains("10") && words.contains("20"), "{words}");
    }

    #[test]
    fn only_places_in_the_picture_pass() {
        let size = Size::new(40, 30).unwrap();
        assert!(size.check_inside("point", Vec2::new(40.0, 30.0)).is_ok());
        for bad in [[40.1, 3.0], [3.0, -0.1], [f32::NAN, 3.0], [3.0, f32::NAN]] {
            assert!(size.check_inside("point", bad.into()).is_err(), "{bad:?}");
        }
    }
}
