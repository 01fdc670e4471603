//! The transfer curve of a photo: what share of full light a code stands for.
//!
//! The curve is named in this file alone; everything else in the folder calls [`decode`] and
//! [`encode`].

use std::sync::Arc;

/// How codes stand for light, both counted from 0 (black) to 1 (full).
///
/// # Examples
/// ```
/// use stubblefield::{ColorSpace, Transfer};
///
/// assert_eq!(*ColorSpace::srgb().transfer(), Transfer::Srgb);
/// assert_eq!(*ColorSpace::display_p3().transfer(), Transfer::Srgb); // P3 shares the curve
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Transfer {
    /// IEC 61966-2-1: a short linear toe, then exponent 2.4 with offset 0.055.
    Srgb,
    /// light = code^γ.
    Gamma(f32),
    /// light = code.
    Linear,
    /// Light at evenly spaced codes from 0 to 1, rising, linear between them.
    Table(Arc<[f32]>),
}

/// Light of a code, both 0 to 1; codes outside are held to that range first.
pub(super) fn decode(curve: &Transfer, code: f64) -> f64 {
    let code = clamp(code);
    match curve {
        Transfer::Srgb if code <= 0.040_45 => code / 12.92,
        Transfer::Srgb => libm::pow((code + 0.055) / 1.055, 2.4),
        Transfer::Gamma(gamma) => libm::pow(code, f64::from(*gamma)),
        Transfer::Linear => code,
        Transfer::Table(light) => {
            let Some(last) = light.len().checked_sub(1) else {
                return code;
            };
            let position = code * last as f64;
            let left = (position.floor() as usize).min(last);
            let right = (left + 1).min(last);
            let share = position - left as f64;
            f64::from(light[left]) * (1.0 - share) + f64::from(light[right]) * share
        }
    }
}

/// Code of a light, both 0 to 1; light outside is held to that range first, NaN is black.
pub(super) fn encode(curve: &Transfer, light: f64) -> f64 {
    let light = clamp(light);
    match curve {
        Transfer::Srgb if light <= 0.003_130_8 => light * 12.92,
        Transfer::Srgb => 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055,
        Transfer::Gamma(gamma) => libm::pow(light, 1.0 / f64::from(*gamma)),
        Transfer::Linear => light,
        Transfer::Table(table) => {
            let Some(last) = table.len().checked_sub(1).filter(|&last| last > 0) else {
                return light;
            };
            let right = table
                .partition_point(|&entry| f64::from(entry) < light)
                .clamp(1, last);
            let (low, high) = (f64::from(table[right - 1]), f64::from(table[right]));
            let share = if high > low {
                ((light - low) / (high - low)).clamp(0.0, 1.0)
            } else {
                0.0
            };
            ((right - 1) as f64 + share) / last as f64
        }
    }
}

/// Held to 0..=1; NaN becomes 0.
fn clamp(value: f64) -> f64 {
    if value > 0.0 { value.min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_undoes_decoding_for_every_curve() {
        let square: Vec<f32> = (0..1025).map(|i| (i as f32 / 1024.0).powi(2)).collect();
        let curves = [
            Transfer::Srgb,
            Transfer::Gamma(2.2),
            Transfer::Linear,
            Transfer::Table(square.into()),
        ];
        for curve in curves {
            for step in 0..=1000 {
                let code = f64::from(step) / 1000.0;
                let back = encode(&curve, decode(&curve, code));
                assert!((back - code).abs() < 1e-6, "{curve:?} at {code}: {back}");
            }
        }
    }

    #[test]
    fn what_lies_outside_is_held_to_the_range() {
        for curve in [Transfer::Srgb, Transfer::Table(Vec::new().into())] {
            assert_eq!(decode(&curve, f64::NAN), 0.0);
            assert_eq!(decode(&curve, -3.0), 0.0);
            assert_eq!(encode(&curve, f64::INFINITY), 1.0);
        }
    }
}
