//! The colour space of a photo: its transfer curve and its three primaries.

use super::Transfer;
use crate::error::{Error, Result};

/// What the three channels of a photo mean: a transfer curve, and the matrix that takes its linear
/// light to linear sRGB.
///
/// # Examples
/// Full red of Display P3 lies outside sRGB.
/// ```
/// use stubblefield::ColorSpace;
///
/// let red = ColorSpace::display_p3().linear_srgb([1.0, 0.0, 0.0]);
/// assert!(red[0] > 1.2 && red[1] < 0.0);
/// assert_eq!(ColorSpace::srgb().linear_srgb([0.25, 0.5, 1.0]), [0.25, 0.5, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ColorSpace {
    transfer: Transfer,
    to_linear_srgb: [[f32; 3]; 3],
}

const IDENTITY: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

impl ColorSpace {
    /// sRGB: what a picture without a profile is taken for.
    #[must_use]
    pub const fn srgb() -> Self {
        Self {
            transfer: Transfer::Srgb,
            to_linear_srgb: IDENTITY,
        }
    }

    /// Linear light in the primaries of sRGB.
    #[must_use]
    pub const fn linear_srgb_primaries() -> Self {
        Self {
            transfer: Transfer::Linear,
            to_linear_srgb: IDENTITY,
        }
    }

    /// Display P3: the curve of sRGB, wider primaries; what most telephones write.
    ///
    /// # References
    /// SMPTE EG 432-1 primaries with the D65 white point of IEC 61966-2-1; the matrix is the product
    /// of P3-to-XYZ and XYZ-to-sRGB, rounded to seven digits.
    #[must_use]
    pub const fn display_p3() -> Self {
        Self {
            transfer: Transfer::Srgb,
            to_linear_srgb: [
                [1.224_940_2, -0.224_940_2, 0.0],
                [-0.042_056_95, 1.042_057, 0.0],
                [-0.019_637_55, -0.078_636_05, 1.098_273_6],
            ],
        }
    }

    /// A space of any curve and primaries; `to_linear_srgb` is applied to linear light as a
    /// column, one row of the matrix per channel of sRGB.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an exponent outside 1..=4 and for a matrix entry that is NaN or
    /// outside −8..=8.
    pub fn new(transfer: Transfer, to_linear_srgb: [[f32; 3]; 3]) -> Result<Self> {
        transfer.check()?;
        for &entry in to_linear_srgb.iter().flatten() {
            Error::check(
                "to_linear_srgb",
                f64::from(entry),
                (-8.0..=8.0).contains(&entry),
                "-8..=8",
            )?;
        }
        Ok(Self {
            transfer,
            to_linear_srgb,
        })
    }

    /// The same primaries under another curve of known worth.
    pub(super) fn with_transfer(&self, transfer: Transfer) -> Self {
        Self {
            transfer,
            to_linear_srgb: self.to_linear_srgb,
        }
    }

    /// The transfer curve.
    #[must_use]
    pub const fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// The matrix from this space's linear light to linear sRGB, row by row.
    #[must_use]
    pub const fn to_linear_srgb(&self) -> [[f32; 3]; 3] {
        self.to_linear_srgb
    }

    /// Whether linear light of this space is linear sRGB.
    pub(super) fn has_srgb_primaries(&self) -> bool {
        self.to_linear_srgb == IDENTITY
    }

    /// Linear light of this space as linear sRGB; colours outside sRGB leave 0..=1.
    #[must_use]
    pub fn linear_srgb(&self, linear: [f32; 3]) -> [f32; 3] {
        if self.has_srgb_primaries() {
            return linear;
        }
        self.to_linear_srgb
            .map(|row| row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_stays_white() {
        for value in ColorSpace::display_p3().linear_srgb([1.0; 3]) {
            assert!((value - 1.0).abs() < 1e-5, "{value}");
        }
    }
}
