//! Lengths and densities in the units of the clinic: millimetres, dots per cm², pixels per mm.

use glam::Vec2;

use crate::error::{Error, Result};

/// Width and height of a pixel grid.
///
/// # Examples
/// ```
/// use stubblefield::Size;
///
/// assert_eq!(Size::new(4, 3)?.pixels(), 12);
/// assert!(Size::new(0, 3).is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "[u32; 2]", into = "[u32; 2]")
)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// The most pixels a grid may have; beyond it a request fails before it allocates.
    pub const MAX_PIXELS: u64 = 1 << 28;

    /// The longest side a grid may have, in pixels.
    pub const MAX_SIDE: u32 = 1 << 18;

    /// A size of at least one pixel and at most [`Size::MAX_PIXELS`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a side of zero or above [`Size::MAX_SIDE`], [`Error::TooLarge`] above the limit.
    pub fn new(width: u32, height: u32) -> Result<Self> {
        let side = 1..=Self::MAX_SIDE;
        Error::check(
            "width",
            f64::from(width),
            side.contains(&width),
            "1..=262144",
        )?;
        Error::check(
            "height",
            f64::from(height),
            side.contains(&height),
            "1..=262144",
        )?;
        let value = u64::from(width) * u64::from(height);
        if value > Self::MAX_PIXELS {
            return Err(Error::TooLarge {
                parameter: "pixels",
                value,
                allowed: Self::MAX_PIXELS,
            });
        }
        Ok(Self { width, height })
    }

    /// A size derived from a larger one, so that it needs no check; no side below one.
    pub(crate) const fn within(width: u32, height: u32) -> Self {
        Self {
            width: if width == 0 { 1 } else { width },
            height: if height == 0 { 1 } else { height },
        }
    }

    /// Columns.
    #[must_use]
    pub const fn width(self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(self) -> u32 {
        self.height
    }

    /// An error naming `parameter` unless it has the size it must share with something else.
    pub(crate) fn check_equals(self, allowed: Self, parameter: &'static str) -> Result<()> {
        if self == allowed {
            return Ok(());
        }
        Err(Error::SizeMismatch {
            parameter,
            value: (self.width, self.height),
            allowed: (allowed.width, allowed.height),
        })
    }

    /// Whether a place, in pixels, lies in a picture of this size.
    pub(crate) fn holds(self, at: Vec2) -> bool {
        (0.0..self.width as f32).contains(&at.x) && (0.0..self.height as f32).contains(&at.y)
    }

    /// An error unless a place that the caller names lies in the picture.
    pub(crate) fn check_inside(self, parameter: &'static str, at: Vec2) -> Result<()> {
        let within = |v: f32, side: u32| (0.0..=side as f32).contains(&v);
        let worst = if within(at.x, self.width) { at.y } else { at.x };
        let inside = within(at.x, self.width) && within(at.y, self.height);
        Error::check(parameter, f64::from(worst), inside, "inside the picture")
    }

    /// Columns times rows.
    #[must_use]
    pub const fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }
}

/// Width and height, checked as by [`Size::new`].
impl TryFrom<[u32; 2]> for Size {
    type Error = Error;

    fn try_from([width, height]: [u32; 2]) -> Result<Self> {
        Self::new(width, height)
    }
}

impl From<Size> for [u32; 2] {
    fn from(size: Size) -> Self {
        [size.width, size.height]
    }
}

/// How many pixels of the photo one millimetre of skin takes.
///
/// # Examples
/// ```
/// use stubblefield::Scale;
///
/// let scale = Scale::px_per_mm(11.0)?;
/// assert_eq!(scale.to_px(2.0), 22.0);
/// assert_eq!(scale.to_mm(22.0), 2.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "f32", into = "f32")
)]
pub struct Scale {
    px_per_mm: f32,
}

impl Scale {
    /// A scale of 0.2 to 400 pixels per millimetre: from a whole person to a dermoscope.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside that range and for NaN.
    pub fn px_per_mm(px_per_mm: f32) -> Result<Self> {
        Error::check(
            "px_per_mm",
            f64::from(px_per_mm),
            (0.2..=400.0).contains(&px_per_mm),
            "0.2..=400",
        )?;
        Ok(Self { px_per_mm })
    }

    /// A scale derived from a checked one, so that it needs no check.
    pub(crate) const fn unchecked(px_per_mm: f32) -> Self {
        Self { px_per_mm }
    }

    /// Pixels per millimetre.
    #[must_use]
    pub const fn get(self) -> f32 {
        self.px_per_mm
    }

    /// A length on the skin, in pixels of the photo.
    #[must_use]
    pub fn to_px(self, mm: f32) -> f32 {
        mm * self.px_per_mm
    }

    /// A length in the photo, in millimetres of skin.
    #[must_use]
    pub fn to_mm(self, px: f32) -> f32 {
        px / self.px_per_mm
    }
}

/// Pixels per millimetre, checked as by [`Scale::px_per_mm`].
impl TryFrom<f32> for Scale {
    type Error = Error;

    fn try_from(px_per_mm: f32) -> Result<Self> {
        Self::px_per_mm(px_per_mm)
    }
}

impl From<Scale> for f32 {
    fn from(scale: Scale) -> Self {
        scale.px_per_mm
    }
}

/// Dots per square centimetre of skin: the clinic's measure of a treatment.
///
/// Not the optical density of a pigment; that is called absorbance throughout.
///
/// # Examples
/// ```
/// use stubblefield::Density;
///
/// let density = Density::per_cm2(100.0)?;
/// assert!((density.spacing_mm() - 0.8346).abs() < 1e-4);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "f32", into = "f32")
)]
pub struct Density {
    per_cm2: f32,
}

impl Density {
    /// Packing constant C = N·r²/area of a saturated random Poisson-disk set.
    ///
    /// # References
    /// S. Torquato, O. U. Uche, F. H. Stillinger, "Random sequential addition of hard spheres in
    /// high Euclidean dimensions", Phys. Rev. E 74, 061308 (2006): saturation packing fraction
    /// φ = 0.5471 in two dimensions; C = 4φ/π.
    pub const PACKING: f64 = 0.696_56;

    /// Stubble on a shaved scalp: about what a full head of follicular units and the hairs between
    /// them come to.
    pub(crate) const STUBBLE: Self = Self { per_cm2: 130.0 };

    /// A density of 0.1 to 2000 dots per cm².
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside that range and for NaN.
    pub fn per_cm2(per_cm2: f32) -> Result<Self> {
        Error::check(
            "density",
            f64::from(per_cm2),
            (0.1..=2000.0).contains(&per_cm2),
            "0.1..=2000 dots per cm²",
        )?;
        Ok(Self { per_cm2 })
    }

    /// A density derived from a checked one, so that it needs no check.
    pub(crate) const fn unchecked(per_cm2: f32) -> Self {
        Self { per_cm2 }
    }

    /// Dots per cm².
    #[must_use]
    pub const fn get(self) -> f32 {
        self.per_cm2
    }

    /// The least centre distance, in mm, at which a saturated field has this density:
    /// r = 10·√(C/D).
    #[must_use]
    pub fn spacing_mm(self) -> f64 {
        10.0 * (Self::PACKING / f64::from(self.per_cm2)).sqrt()
    }
}

/// Dots per cm², checked as by [`Density::per_cm2`].
impl TryFrom<f32> for Density {
    type Error = Error;

    fn try_from(per_cm2: f32) -> Result<Self> {
        Self::per_cm2(per_cm2)
    }
}

impl From<Density> for f32 {
    fn from(density: Density) -> Self {
        density.per_cm2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_refused_and_its_ends_are_not() {
        let longest = Size::MAX_SIDE;
        for (width, height) in [(1, 1), (longest, 1), (1, longest), (16_384, 16_384)] {
            assert!(Size::new(width, height).is_ok(), "{width} {height}");
        }
        for (width, height) in [(0, 1), (1, 0), (longest + 1, 1), (1, longest + 1)] {
            assert!(Size::new(width, height).is_err(), "{width} {height}");
        }
        assert!(Size::new(16_385, 16_384).is_err());
        for bad in [0.19, 400.1, 0.0, -1.0, f32::NAN] {
            assert!(Scale::px_per_mm(bad).is_err(), "{bad}");
        }
        for bad in [0.09, 2000.1, 0.0, -1.0, f32::NAN] {
            assert!(Density::per_cm2(bad).is_err(), "{bad}");
        }
        for end in [0.2, 400.0] {
            let scale = Scale::px_per_mm(end).unwrap();
            assert_eq!(scale.to_mm(scale.to_px(8.0)), 8.0);
            assert_eq!(scale.to_px(2.0), 2.0 * end);
        }
        assert!(Density::per_cm2(0.1).is_ok() && Density::per_cm2(2000.0).is_ok());
    }

    #[test]
    fn a_picture_holds_its_first_rim_and_not_its_last() {
        let size = Size::new(4, 3).unwrap();
        for (x, y, holds, inside) in [
            (0.0, 0.0, true, true),
            (3.9, 2.9, true, true),
            (4.0, 1.0, false, true),
            (1.0, 3.0, false, true),
            (4.1, 1.0, false, false),
            (1.0, 3.1, false, false),
            (-0.1, 1.0, false, false),
            (1.0, f32::NAN, false, false),
        ] {
            let at = Vec2::new(x, y);
            assert_eq!(size.holds(at), holds, "{at}");
            assert_eq!(size.check_inside("place", at).is_ok(), inside, "{at}");
        }
    }
}
