//! Codes and light through a transfer curve, in f64 where the curve has a formula.

use super::Transfer;
use crate::raster::srgb_to_linear;

/// Light of a code, both 0 to 1; codes outside are held to that range first.
pub(super) fn decode(curve: &Transfer, code: f64) -> f64 {
    let code = clamp(code);
    match curve {
        Transfer::Srgb => srgb_to_linear(code),
        Transfer::Gamma(gamma) => libm::pow(code, f64::from(*gamma)),
        Transfer::Linear => code,
        Transfer::Table(table) => f64::from(table.decode(code as f32)),
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
        Transfer::Table(table) => f64::from(table.encode(light as f32)),
    }
}

/// Held to 0..=1; NaN becomes 0.
fn clamp(value: f64) -> f64 {
    if value > 0.0 { value.min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::TransferTable;

    #[test]
    fn encoding_undoes_decoding_for_every_curve() {
        let square = (0..1025).map(|i| (i as f32 / 1024.0).powi(2)).collect();
        let curves = [
            Transfer::Srgb,
            Transfer::Gamma(2.2),
            Transfer::Linear,
            Transfer::Table(TransferTable::new(square).unwrap()),
        ];
        for curve in curves {
            for step in 0..=1000 {
                let code = f64::from(step) / 1000.0;
                let back = encode(&curve, decode(&curve, code));
                assert!((back - code).abs() < 1e-5, "{curve:?} at {code}: {back}");
            }
        }
    }

    #[test]
    fn what_lies_outside_is_held_to_the_range() {
        for curve in [Transfer::Srgb, Transfer::Gamma(1.8), Transfer::Linear] {
            assert_eq!(decode(&curve, f64::NAN), 0.0);
            assert_eq!(decode(&curve, -3.0), 0.0);
            assert!((encode(&curve, f64::INFINITY) - 1.0).abs() < 1e-12);
        }
    }
}
