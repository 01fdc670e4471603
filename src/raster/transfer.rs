//! Transfer curves: how the numbers in a picture stand for light.

use crate::error::{Error, Result};
use std::sync::Arc;

/// How a picture's encoded values stand for linear light.
///
/// # Examples
/// ```
/// use stubblefield::{Transfer, TransferTable};
///
/// assert_eq!(Transfer::default(), Transfer::Srgb);
/// let square = TransferTable::new((0..=255).map(|i| (i as f32 / 255.0).powi(2)).collect())?;
/// assert_eq!(Transfer::Table(square).check(), Ok(()));
/// assert!(Transfer::Gamma(0.0).check().is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Transfer {
    /// The curve of sRGB, which Display P3 shares (IEC 61966-2-1).
    #[default]
    Srgb,
    /// A pure power, `linear = encoded^gamma`, with an exponent of 1..=4; Adobe RGB has 2.19921875.
    Gamma(f32),
    /// Values proportional to light.
    Linear,
    /// Any other rising curve, as samples.
    Table(TransferTable),
}

/// Linear light of an encoded value under the sRGB curve.
pub(crate) fn srgb_to_linear(encoded: f64) -> f64 {
    if encoded <= 0.040_45 {
        encoded / 12.92
    } else {
        libm::pow((encoded + 0.055) / 1.055, 2.4)
    }
}

impl Transfer {
    /// Whether the curve can be used.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an exponent outside 1..=4 and for NaN.
    pub fn check(&self) -> Result<()> {
        match *self {
            Self::Gamma(gamma) => Error::check(
                "gamma",
                f64::from(gamma),
                (1.0..=4.0).contains(&gamma),
                "1..=4",
            ),
            _ => Ok(()),
        }
    }
}

/// A rising transfer curve given by its linear values at evenly spaced encoded ones, straight in
/// between: what an ICC `curv` tag holds.
///
/// # Examples
/// ```
/// use stubblefield::TransferTable;
///
/// let curve = TransferTable::new(vec![0.0, 0.25, 1.0])?;
/// assert_eq!(curve.decode(0.75), 0.625);
/// assert_eq!(curve.encode(0.625), 0.75);
/// assert!(TransferTable::new(vec![0.0, 0.5, 0.25]).is_err());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TransferTable {
    linear: Arc<[f32]>,
}

impl TransferTable {
    /// A curve through `linear[0]` at 0, evenly on to the last value at 1.
    ///
    /// # Errors
    /// [`Error::ShortBuffer`] for fewer than 2 values, [`Error::TooLarge`] for more than 65536,
    /// [`Error::OutOfRange`] for a value that is not finite, is outside 0..=1 or is below the one
    /// before it.
    pub fn new(linear: Vec<f32>) -> Result<Self> {
        if linear.len() < 2 {
            return Err(Error::ShortBuffer {
                parameter: "transfer table",
                value: linear.len(),
                allowed: 2,
            });
        }
        if linear.len() > 65_536 {
            return Err(Error::TooLarge {
                parameter: "transfer table",
                value: linear.len() as u64,
                allowed: 65_536,
            });
        }
        let mut least = 0.0;
        for &value in &linear {
            Error::check(
                "transfer table value",
                f64::from(value),
                value >= least && value <= 1.0,
                "0..=1, none below the one before it",
            )?;
            least = value;
        }
        Ok(Self {
            linear: linear.into(),
        })
    }

    /// Linear light of an encoded value; both 0..=1, constant beyond.
    #[must_use]
    pub fn decode(&self, encoded: f32) -> f32 {
        let last = self.linear.len() - 1;
        let at = encoded.clamp(0.0, 1.0) * last as f32;
        let i = (at as usize).min(last - 1);
        let (a, b) = (self.linear[i], self.linear[i + 1]);
        a + (b - a) * (at - i as f32)
    }

    /// Encoded value of linear light; both 0..=1, constant beyond. The lowest one where the curve
    /// is flat.
    #[must_use]
    pub fn encode(&self, linear: f32) -> f32 {
        let last = self.linear.len() - 1;
        let above = self.linear.partition_point(|&v| v < linear);
        if above == 0 {
            return 0.0;
        }
        if above > last {
            return 1.0;
        }
        let (a, b) = (self.linear[above - 1], self.linear[above]);
        ((above - 1) as f32 + (linear - a) / (b - a)) / last as f32
    }
}
