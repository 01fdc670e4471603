//! Whether a treatment looks bluer or greener than shaved hair would.

use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use crate::look::ToneShift;
use crate::scene::SkinTone;

/// −ln of the light that a full head of shaved hair leaves of fair skin, in red, green and blue, and what
/// that comes to on dark skin relative to fair.
///
/// Monte Carlo of 193 shafts of 80 µm per cm², 3 mm deep, in fair skin: 0.73, 0.85 and 0.90. Of hair in dark
/// skin none was simulated; the ratios are those of pigment there.
const SHAVED: [f64; 3] = [0.315, 0.163, 0.105];
const ON_DARK: [f64; 3] = [0.64, 0.61, 0.37];

/// Steps in which the density of hair is found that darkens as much.
const HALVINGS: u32 = 40;

/// How much bluer and greener a shift is than that of shaved hair which darkens this skin as much: the part
/// of the difference in a* and b* towards green and blue, 0 where it is warmer.
///
/// Black pigment deep in skin takes red where red alone arrives; near the surface it is as neutral as hair.
pub(super) fn cast(shift: &ToneShift, skin: &SkinTone) -> f64 {
    let [hair_a, hair_b] = shaved(shift.delta_l, skin);
    let cooler = |shift: f64, hair: f64| (shift - hair).min(0.0);
    libm::hypot(cooler(shift.delta_a, hair_a), cooler(shift.delta_b, hair_b))
}

/// Δa* and Δb* of shaved hair that darkens the skin by ΔL*.
fn shaved(delta_l: f64, skin: &SkinTone) -> [f64; 2] {
    let light = skin.linear();
    let melanin = f64::from(skin.melanin());
    let light = [light.red, light.green, light.blue].map(f64::from);
    let taken = |c: usize| SHAVED[c] * (1.0 + (ON_DARK[c] - 1.0) * melanin);
    let under = |hair: f64| {
        let [r, g, b] = [0, 1, 2].map(|c| light[c] * libm::exp(-hair * taken(c)));
        Lab::<D65, f64>::from_color(LinSrgb::new(r, g, b))
    };
    let bare = under(0.0);
    let (mut few, mut many) = (0.0, 64.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (few + many);
        if under(middle).l - bare.l > delta_l {
            few = middle;
        } else {
            many = middle;
        }
    }
    let seen = under(few);
    [seen.a - bare.a, seen.b - bare.b]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hair_has_no_cast_and_deep_pigment_has() {
        // The rows of the simulated table: skin of about L* 60; hair, and dots with their tops 0.08 and
        // 0.60 mm deep.
        let skin = SkinTone::from_linear(LinSrgb::new(0.41, 0.24, 0.16));
        let shift = |[delta_l, delta_a, delta_b]: [f64; 3]| ToneShift {
            delta_l,
            delta_a,
            delta_b,
        };
        let hair = cast(&shift([-4.9, -4.2, -3.7]), &skin);
        let shallow = cast(&shift([-3.8, -1.8, -2.5]), &skin);
        // As many of the deep ones as darken by 4.9.
        let deep = cast(&shift([-0.9, -1.3, -1.0].map(|v| v * 5.4)), &skin);
        assert!(hair < 0.8 && shallow < 0.5, "{hair}, {shallow}");
        assert!(deep > 2.0, "{deep}");
    }

    #[test]
    fn shaved_hair_has_no_cast_on_any_skin_and_what_is_cooler_has() {
        // Lightness 73 and 26: the palest and the darkest that differ.
        for [r, g, b] in [[0.62, 0.42, 0.32], [0.07, 0.045, 0.033_f32]] {
            let skin = SkinTone::from_linear(LinSrgb::new(r, g, b));
            let dark = if skin.melanin() > 0.5 {
                ON_DARK
            } else {
                [1.0; 3]
            };
            let lab = |hair: f64| {
                let light = [0, 1, 2]
                    .map(|c| f64::from([r, g, b][c]) * libm::exp(-hair * SHAVED[c] * dark[c]));
                Lab::<D65, f64>::from_color(LinSrgb::new(light[0], light[1], light[2]))
            };
            let (bare, under) = (lab(0.0), lab(1.0));
            let shift = ToneShift {
                delta_l: under.l - bare.l,
                delta_a: under.a - bare.a,
                delta_b: under.b - bare.b,
            };
            assert!(cast(&shift, &skin) < 0.01, "{}", cast(&shift, &skin));
            let [mut bluer, mut warmer] = [shift, shift];
            (bluer.delta_b, warmer.delta_b) = (shift.delta_b - 1.0, shift.delta_b + 1.0);
            assert!((cast(&bluer, &skin) - 1.0).abs() < 0.01);
            assert!(cast(&warmer, &skin) < 0.01);
        }
    }
}
