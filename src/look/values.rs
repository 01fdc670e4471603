//! What a look is made of, to be read and to be checked.

use crate::error::{Error, Result};
use crate::look::{Course, Edge, Limits, Look, Uptake};
use crate::pigment::{Deposit, Fading, HairColor, Variation};
use crate::scene::HeadShape;
use crate::units::Density;

/// The values; of [`Plan::look`](crate::Plan::look) those that its dots were laid with, whatever of them comes from the photo.
impl Look {
    pub(super) const MOST_BLUR_PX: f32 = 8.0;

    /// Dots per cm² where the treatment is full.
    #[must_use]
    pub const fn density(&self) -> Density {
        self.density
    }

    /// The hair whose shaved roots the dots imitate.
    #[must_use]
    pub const fn hair(&self) -> HairColor {
        self.hair
    }

    /// How dots vary.
    #[must_use]
    pub const fn variation(&self) -> &Variation {
        &self.variation
    }

    /// Which simulation of pigment in skin gives the constants.
    #[must_use]
    pub const fn deposit(&self) -> Deposit {
        self.deposit
    }

    /// How the treatment ends at the edge of its mask.
    #[must_use]
    pub const fn edge(&self) -> &Edge {
        &self.edge
    }

    /// The sessions and touch-ups.
    #[must_use]
    pub const fn course(&self) -> &Course {
        &self.course
    }

    /// How the pigment heals and fades.
    #[must_use]
    pub const fn fading(&self) -> &Fading {
        &self.fading
    }

    /// How healthy skin takes pigment.
    #[must_use]
    pub const fn uptake(&self) -> &Uptake {
        &self.uptake
    }

    /// How the mask takes pigment where it is a scar; `None` where it is none.
    #[must_use]
    pub const fn scarred(&self) -> Option<&Uptake> {
        self.scarred.as_ref()
    }

    /// Within which a tone is looked for.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The photo's own blur as a Gaussian's standard deviation in pixels.
    #[must_use]
    pub const fn photo_blur_px(&self) -> f32 {
        self.photo_blur_px
    }

    /// The shape of the head; `None` where all skin counts as facing the camera.
    #[must_use]
    pub const fn head(&self) -> Option<&HeadShape> {
        self.head.as_ref()
    }

    /// Whether the border of the treatment is a hairline, and not that of a scar, of a beard, or of the scalp that shows
    /// between hairs.
    pub(crate) const fn has_hairline(&self) -> bool {
        self.is_of_scalp() && !self.long_hair
    }

    /// Whether it is laid where hair grows on the head, and not in a beard or a scar.
    pub(crate) const fn is_of_scalp(&self) -> bool {
        !self.is_of_scars() && !self.in_beard
    }

    /// Whether the mask is taken for scars.
    pub(crate) const fn is_of_scars(&self) -> bool {
        self.scarred.is_some()
    }

    /// Whether every value lies in its range; planning checks it before anything else.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] naming the first that does not: of the [`Edge`], [`Variation`], [`Course`], [`Fading`],
    /// [`Uptake`], [`Limits`] or [`HeadShape`], or the photo's blur.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Edge, Look};
    ///
    /// let mut edge = Edge::default();
    /// edge.width_mm = 60.0;
    /// let refused = Look::stubble().with_edge(edge).check().unwrap_err();
    /// assert_eq!(refused.to_string(), "edge width_mm is 60, allowed: 0..=50 mm");
    /// ```
    pub fn check(&self) -> Result<()> {
        self.edge.check()?;
        self.variation.check()?;
        self.course.check()?;
        self.fading.check()?;
        self.uptake.check()?;
        if let Some(scarred) = &self.scarred {
            scarred.check()?;
        }
        self.limits.check()?;
        self.head.as_ref().map_or(Ok(()), HeadShape::check)?;
        let blur = self.photo_blur_px;
        Error::within("photo_blur_px", blur, 0.3, Self::MOST_BLUR_PX, "0.3..=8")
    }
}
