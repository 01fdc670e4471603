//! What is drawn: dots of ink, the veil around them, the light that passes above them.

use crate::error::{Error, Result};
use crate::plane::Plane;
use crate::raster::ellipse::InkEllipse;
use crate::raster::veil::Veil;
use glam::Vec2;

/// The largest radius of a dot, in pixels.
pub const MAX_RADIUS_PX: f32 = 512.0;

/// The smallest and largest blur, in pixels (standard deviation of a Gaussian).
pub const BLUR_RANGE_PX: std::ops::RangeInclusive<f32> = 0.3..=64.0;

/// The farthest a dot's centre may lie from the picture's corner along either axis, in pixels.
pub const MAX_POSITION_PX: f32 = 4_194_304.0;

/// One round dot of ink: the share of light it takes from every pixel it covers.
///
/// A pixel with coverage `c` keeps `1 − absorptance·c` of its linear light in each channel; the
/// factors of several dots multiply.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::InkDot;
///
/// let dot = InkDot {
///     center_px: Vec2::new(10.5, 7.25),
///     radius_px: 1.4,
///     absorptance: [0.62, 0.55, 0.41],
/// };
/// assert!(dot.check().is_ok());
/// assert!(InkDot { radius_px: 0.0, ..dot }.check().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InkDot {
    /// Centre, x right and y down, the picture's upper left corner at zero and the centre of its
    /// first pixel at (0.5, 0.5). May lie outside the picture, by at most [`MAX_POSITION_PX`].
    pub center_px: Vec2,
    /// Radius before blur, above 0 and at most [`MAX_RADIUS_PX`]; a dot may be much smaller than a
    /// pixel.
    pub radius_px: f32,
    /// Share of linear light, red, green and blue, lost where the dot covers a pixel: 0..=1.
    pub absorptance: [f32; 3],
}

impl InkDot {
    /// Whether every field is in its range.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] naming the field.
    pub fn check(&self) -> Result<()> {
        let Self {
            center_px,
            radius_px,
            absorptance,
        } = *self;
        let near = |v: f32| v.abs() <= MAX_POSITION_PX;
        let share = |v: f32| (0.0..=1.0).contains(&v);
        if near(center_px.x)
            && near(center_px.y)
            && radius_px > 0.0
            && radius_px <= MAX_RADIUS_PX
            && absorptance.into_iter().all(share)
        {
            return Ok(()); // one test for the many; the rest finds out which of them failed
        }
        for (parameter, value) in [("center_px.x", center_px.x), ("center_px.y", center_px.y)] {
            Error::check(
                parameter,
                f64::from(value),
                near(value),
                "-4194304..=4194304",
            )?;
        }
        let fits = radius_px > 0.0 && radius_px <= MAX_RADIUS_PX;
        Error::check(
            "radius_px",
            f64::from(radius_px),
            fits,
            "above 0, up to 512",
        )?;
        for value in absorptance {
            Error::check("absorptance", f64::from(value), share(value), "0..=1")?;
        }
        Ok(())
    }

    /// How far from its centre, along either axis, a dot can change a pixel, in pixels, under a
    /// given blur.
    ///
    /// Beyond it the picture keeps its exact bytes.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::InkDot;
    ///
    /// assert!(InkDot::reach_px(1.4, 0.7) < 7.0);
    /// ```
    #[must_use]
    pub fn reach_px(radius_px: f32, blur_px: f32) -> f32 {
        radius_px + 4.0 * blur_px + 2.0
    }
}

/// Everything that is drawn in one pass.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Ink, InkDot};
///
/// let dots = [InkDot { center_px: Vec2::new(4.0, 4.0), radius_px: 1.5, absorptance: [0.6; 3] }];
/// let ink = Ink::new(&dots, 0.7);
/// assert_eq!(ink.dots.len(), 1);
/// assert!(ink.veil.is_none() && ink.surface.is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ink<'a> {
    /// The dots, in any order.
    pub dots: &'a [InkDot],
    /// Dots on skin that turns away from the camera.
    pub ellipses: &'a [InkEllipse],
    /// The wide, faint darkening around and between the dots; `None` for none.
    pub veil: Option<&'a Veil>,
    /// Per pixel of the picture, the share `p` (0..=255 for 0..=1) of its light that never met the
    /// ink, such as a glint or a hair lying above: the pixel becomes `I·(T + (1 − T)·p)`. `None` for
    /// zero everywhere.
    pub surface: Option<&'a Plane<u8>>,
    /// Standard deviation of the Gaussian that blurs every dot, in pixels, [`BLUR_RANGE_PX`]: the
    /// camera's point spread and the scatter in skin together.
    pub blur_px: f32,
}

impl<'a> Ink<'a> {
    /// Dots alone, blurred by a Gaussian of standard deviation `blur_px`.
    #[must_use]
    pub const fn new(dots: &'a [InkDot], blur_px: f32) -> Self {
        Self {
            dots,
            ellipses: &[],
            veil: None,
            surface: None,
            blur_px,
        }
    }

    /// With elliptic dots besides the round ones.
    #[must_use]
    pub const fn with_ellipses(mut self, ellipses: &'a [InkEllipse]) -> Self {
        self.ellipses = ellipses;
        self
    }

    /// With a veil under the dots.
    #[must_use]
    pub const fn with_veil(mut self, veil: &'a Veil) -> Self {
        self.veil = Some(veil);
        self
    }

    /// With the share of light that never met the ink.
    #[must_use]
    pub const fn with_surface(mut self, surface: &'a Plane<u8>) -> Self {
        self.surface = Some(surface);
        self
    }

    /// Whether all of it can be drawn on a picture of `size`, if each of its dots can.
    pub(super) fn check_but_dots(&self, size: crate::units::Size) -> Result<()> {
        Error::check(
            "blur_px",
            f64::from(self.blur_px),
            BLUR_RANGE_PX.contains(&self.blur_px),
            "0.3..=64",
        )?;
        if let Some(surface) = self.surface {
            surface.size().check_equals(size, "surface")?;
        }
        let lengths = [("dots", self.dots.len()), ("ellipses", self.ellipses.len())];
        for (parameter, length) in lengths {
            if length > MAX_INK_DOTS {
                return Err(Error::TooLarge {
                    parameter,
                    value: length as u64,
                    allowed: MAX_INK_DOTS as u64,
                });
            }
        }
        self.ellipses.iter().try_for_each(InkEllipse::check)
    }
}

/// The most dots in one pass, and the most ellipses.
pub const MAX_INK_DOTS: usize = 1 << 28;
