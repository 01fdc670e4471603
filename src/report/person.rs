//! What the caller knows about the person in the photo and no plan can know.

use glam::Vec2;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::scene::Follicles;
use crate::units::Size;

/// What a treatment is judged against, as far as the caller can tell; nothing of it is needed.
///
/// Without it the judgements that rest on it are left out, and the report says so
/// ([`Report::unjudged`](crate::Report::unjudged)).
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Look, Mask, Person, Photo, Scale, Seed, Size, Warning, When};
///
/// let size = Size::new(160, 160)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 80.0)))?;
/// let plan = Look::stubble().plan(&photo, &upper, Scale::px_per_mm(2.0)?, Seed::new(1))?;
/// // Brows 25 mm below a hairline are too near.
/// let person = Person::new().with_brows([Vec2::new(20.0, 130.0), Vec2::new(140.0, 130.0)]);
/// let report = plan.report_on(&photo, When::healed(), &person)?;
/// assert!(report.warnings.iter().any(|w| matches!(w, Warning::LowHairline { .. })));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[must_use]
pub struct Person<'a> {
    /// The outer ends of the upper borders of both brows, in pixels of the photo.
    pub brows_px: Option<[Vec2; 2]>,
    /// What has to stay free: eyes, brows, lips.
    pub free: Option<&'a Mask>,
    /// A part of the photo that the person's own hair covers as it will stay beside the treatment; the wall in it does not count.
    pub hair: Option<&'a Mask>,
    /// Follicles found in the shaved hair beside the treatment.
    pub follicles: Option<&'a Follicles>,
    /// Parts of the treatment that are to be counted by themselves, with their names.
    pub zones: Vec<(&'a str, &'a Mask)>,
}

impl<'a> Person<'a> {
    /// Nothing known.
    pub const fn new() -> Self {
        Self {
            brows_px: None,
            free: None,
            hair: None,
            follicles: None,
            zones: Vec::new(),
        }
    }

    /// With the outer ends of the upper borders of both brows, in either order.
    pub const fn with_brows(mut self, ends_px: [Vec2; 2]) -> Self {
        self.brows_px = Some(ends_px);
        self
    }

    /// With what has to stay free of dots.
    pub const fn with_free(mut self, free: &'a Mask) -> Self {
        self.free = Some(free);
        self
    }

    /// With a part of the photo that shows the own hair beside the treatment.
    pub const fn with_hair(mut self, hair: &'a Mask) -> Self {
        self.hair = Some(hair);
        self
    }

    /// With the follicles of the shaved hair beside the treatment.
    pub const fn with_follicles(mut self, follicles: &'a Follicles) -> Self {
        self.follicles = Some(follicles);
        self
    }

    /// With one zone more to be counted by itself.
    pub fn with_zone(mut self, name: &'a str, zone: &'a Mask) -> Self {
        self.zones.push((name, zone));
        self
    }

    /// Whether all of it belongs to a photo of this size; [`Plan::compare_on`](crate::Plan::compare_on) checks it too.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] for masks of another size; [`Error::OutOfRange`] for brows outside the photo or in one
    /// place, and for hair that covers nothing.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Person, Size};
    ///
    /// let person = Person::new().with_brows([[20.0, 80.0].into(), [300.0, 80.0].into()]);
    /// assert!(person.check(Size::new(400, 300)?).is_ok());
    /// assert!(person.check(Size::new(200, 300)?).is_err());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    pub fn check(&self, size: Size) -> Result<()> {
        let masks = [("free", self.free), ("hair", self.hair)];
        for (name, mask) in masks {
            mask.map_or(Ok(()), |mask| mask.size().check_equals(size, name))?;
        }
        if let Some(hair) = self.hair {
            let pixels = hair.area_px();
            Error::check("pixels of hair", pixels, pixels > 0.0, "above 0")?;
        }
        for (_, zone) in &self.zones {
            zone.size().check_equals(size, "zone")?;
        }
        let Some([a, b]) = self.brows_px else {
            return Ok(());
        };
        for end in [a, b] {
            size.check_inside("end of a brow in px", end)?;
        }
        let apart = f64::from(a.distance(b));
        Error::check(
            "distance between brows in px",
            apart,
            apart >= 2.0,
            "at least 2",
        )
    }
}
