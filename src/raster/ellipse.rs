//! Dots on skin that turns away from the camera: ellipses of ink.

use crate::error::{Error, Result};
use crate::raster::ink::InkDot;
use glam::Vec2;

/// One elliptic dot of ink, as a round one looks on tilted skin.
///
/// Drawn by a slower way than round dots, some five times their price, so
/// [`InkEllipse::of_tilted`] makes one only where it can be told from a round dot.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Channels, Ink, InkEllipse, PixelsMut, Rasterizer, Size};
///
/// let mut skin = vec![180_u8; 24 * 24 * 3];
/// let ellipses = [InkEllipse {
///     center_px: Vec2::splat(12.0),
///     semi_axes_px: Vec2::new(6.0, 2.0),
///     angle_rad: 0.0,
///     absorptance: [0.6; 3],
/// }];
/// let ink = Ink::new(&[], 0.7).with_ellipses(&ellipses);
/// let picture = PixelsMut::from_u8(&mut skin, Size::new(24, 24)?, Channels::Rgb, 72)?;
/// Rasterizer::new().composite(picture, &ink)?;
/// let red = |x: usize, y: usize| skin[72 * y + 3 * x];
/// assert!(red(16, 12) < 140 && red(12, 16) == 180);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InkEllipse {
    /// Centre, as that of [`InkDot`].
    pub center_px: Vec2,
    /// Half the length of either axis before blur, above 0 and at most
    /// [`InkEllipse::MAX_SEMI_AXIS_PX`].
    pub semi_axes_px: Vec2,
    /// From the picture's x axis to the first of the semi-axes, towards y, in radians: -7..=7.
    pub angle_rad: f32,
    /// As that of [`InkDot`].
    pub absorptance: [f32; 3],
}

/// The longest shorter axis, relative to the longer, and the least radius in pixels at which an
/// ellipse can be told from a round dot of the same area.
const LEAST_ROUND: f32 = 0.85;
const LEAST_RADIUS_PX: f32 = 2.0;

impl InkEllipse {
    /// The longest semi-axis, in pixels.
    pub const MAX_SEMI_AXIS_PX: f32 = 128.0;

    /// What a round dot on skin becomes when the skin is tilted about its centre: squeezed to the
    /// cosine of the tilt, above 0 and up to 1, in the direction `toward_rad` in which the skin falls
    /// away. `None` where that cannot be told from a round dot of the same area, which
    /// then serves: where what is seen after a blur of `blur_px` (a Gaussian's standard deviation) is less than 15 % wider than
    /// high, or the radius is below 2 px; and above [`InkEllipse::MAX_SEMI_AXIS_PX`].
    ///
    /// # Examples
    /// ```
    /// use glam::Vec2;
    /// use stubblefield::{InkDot, InkEllipse};
    ///
    /// let dot = InkDot { center_px: Vec2::splat(9.0), radius_px: 4.0, absorptance: [0.6; 3] };
    /// let seen = InkEllipse::of_tilted(&dot, 0.7, 0.5, 0.0).expect("strongly tilted");
    /// assert_eq!(seen.semi_axes_px, Vec2::new(2.0, 4.0));
    /// assert!(InkEllipse::of_tilted(&dot, 0.7, 0.9, 0.0).is_none());
    /// assert!(InkEllipse::of_tilted(&dot, 3.0, 0.5, 0.0).is_none()); // mostly blur
    /// ```
    #[must_use]
    pub fn of_tilted(dot: &InkDot, blur_px: f32, cos_tilt: f32, toward_rad: f32) -> Option<Self> {
        let drawn = LEAST_RADIUS_PX..=Self::MAX_SEMI_AXIS_PX;
        // An even disc of radius r has a variance of r²/4 along each axis.
        let squared_width = |radius: f32| 0.25 * radius * radius + blur_px * blur_px;
        let (low, high) = (dot.radius_px * cos_tilt, dot.radius_px);
        let slim = squared_width(low) < LEAST_ROUND * LEAST_ROUND * squared_width(high);
        let visible = slim && drawn.contains(&dot.radius_px);
        visible.then(|| Self {
            center_px: dot.center_px,
            semi_axes_px: Vec2::new(dot.radius_px * cos_tilt, dot.radius_px),
            angle_rad: toward_rad,
            absorptance: dot.absorptance,
        })
    }

    /// Whether every field is in its range.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] naming the field.
    pub fn check(&self) -> Result<()> {
        // A round dot at the same place with the same ink is checked for all but the axes.
        let round = InkDot {
            center_px: self.center_px,
            radius_px: 1.0,
            absorptance: self.absorptance,
        };
        round.check()?;
        for (parameter, value) in [
            ("semi_axes_px.x", self.semi_axes_px.x),
            ("semi_axes_px.y", self.semi_axes_px.y),
        ] {
            let fits = value > 0.0 && value <= Self::MAX_SEMI_AXIS_PX;
            Error::check(parameter, f64::from(value), fits, "above 0, up to 128")?;
        }
        let turn = self.angle_rad;
        Error::check("angle_rad", f64::from(turn), turn.abs() <= 7.0, "-7..=7")
    }
}
