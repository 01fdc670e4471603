//! The model against both simulations it is drawn from.

use super::*;
use palette::{FromColor, Lab, LinSrgb, white_point::D65};

/// Natural absorption of the pigment, per mm, over the decadic strength of a deposit: both exponents
/// of the fit, 0.17·μ and 1.6·ln 10·strength, are the same number.
const STRENGTH_PER_MU: f32 = 0.17 / (1.6 * std::f32::consts::LN_10);
const CARBON: [f32; 3] = [1.0, 1.1, 1.3];
const FAIR: [f32; 3] = [0.36, 0.23, 0.17];

/// Absorbing columns in semi-infinite skin, 60,000 photons a case: deposit diameter in mm, depth of
/// its top, μ per mm, dots per cm², melanin; ratios of R, G, B for the mean, at dot centres and
/// midway between dots.
type Case = (f32, f32, f32, f32, f32, [f32; 3], [f32; 3], [f32; 3]);
const COLUMNS: [Case; 10] = [
    (
        0.20,
        0.08,
        20.0,
        100.0,
        0.0,
        [0.82, 0.87, 0.91],
        [0.34, 0.41, 0.52],
        [0.86, 0.92, 0.95],
    ),
    (
        0.20,
        0.08,
        5.0,
        100.0,
        0.0,
        [0.88, 0.92, 0.94],
        [0.61, 0.64, 0.70],
        [0.91, 0.95, 0.97],
    ),
    (
        0.20,
        0.08,
        2.0,
        100.0,
        0.0,
        [0.94, 0.96, 0.97],
        [0.78, 0.79, 0.86],
        [0.95, 0.97, 0.98],
    ),
    (
        0.15,
        0.08,
        5.0,
        100.0,
        0.0,
        [0.93, 0.95, 0.96],
        [0.75, 0.75, 0.75],
        [0.95, 0.97, 0.98],
    ),
    (
        0.30,
        0.08,
        5.0,
        100.0,
        0.0,
        [0.79, 0.85, 0.89],
        [0.41, 0.46, 0.55],
        [0.84, 0.90, 0.94],
    ),
    (
        0.25,
        0.08,
        10.0,
        156.0,
        0.0,
        [0.70, 0.78, 0.84],
        [0.28, 0.38, 0.52],
        [0.78, 0.86, 0.92],
    ),
    (
        0.30,
        0.08,
        20.0,
        156.0,
        0.0,
        [0.57, 0.68, 0.78],
        [0.16, 0.25, 0.40],
        [0.66, 0.76, 0.87],
    ),
    (
        0.20,
        0.30,
        5.0,
        100.0,
        0.0,
        [0.90, 0.95, 0.97],
        [0.85, 0.93, 0.95],
        [0.92, 0.96, 0.98],
    ),
    (
        0.20,
        0.60,
        5.0,
        100.0,
        0.0,
        [0.93, 0.98, 0.99],
        [0.93, 0.99, 0.99],
        [0.94, 0.98, 0.99],
    ),
    (
        0.20,
        0.08,
        20.0,
        100.0,
        1.0,
        [0.87, 0.92, 0.97],
        [0.34, 0.54, 0.77],
        [0.91, 0.95, 0.98],
    ),
];

#[test]
fn columns_reproduce_their_simulation() {
    for (diameter, depth, mu, per_cm2, melanin, mean, centre, far) in COLUMNS {
        let optics = Optics::new(Deposit::Columns, depth, melanin);
        let (radius, strength) = (diameter / 2.0, mu * STRENGTH_PER_MU);
        let density = Density::per_cm2(per_cm2).unwrap();
        let got_mean = optics.mean_transmittance(density, radius, strength, CARBON);
        let area = std::f32::consts::PI * radius * radius * per_cm2 / 100.0;
        let opacity = Optics::opacity(strength, CARBON);
        let veil = optics
            .veil_absorbance(opacity.map(|w| w * area))
            .map(|v| libm::expf(-v));
        let core = optics.core_absorptance(strength, CARBON);
        let seen = radius * optics.spread / optics.core_sigma_mm;
        let peak = 1.0 - libm::expf(-0.5 * seen * seen);
        let case = format!("{diameter} mm at {depth} mm, μ {mu}, {per_cm2}/cm², melanin {melanin}");
        for c in 0..3 {
            let got_centre = veil[c] * (1.0 - core[c] * peak);
            let close = |name, got: f32, table: f32, tolerance| {
                let off = (got - table).abs();
                assert!(
                    off < tolerance,
                    "{case}: {name} in channel {c} is {got}, not {table}"
                );
            };
            // The means decide how dark a treatment looks: twice the noise of the simulation. The
            // midpoints, three times; the centres, taken from few photons, five times.
            close("mean", got_mean[c], mean[c], 0.02);
            close("dot centre", got_centre, centre[c], 0.05);
            close("between dots", veil[c], far[c], 0.03);
        }
    }
}

#[test]
fn columns_reproduce_the_mean_colour_shift() {
    // Mean ΔL*, Δa*, Δb* of the seven shallow fair rows, base colour about L* 60.
    let shifts = [
        [-3.8, -1.8, -2.5],
        [-2.3, -1.2, -1.4],
        [-1.3, -0.7, -0.8],
        [-1.4, -0.7, -0.9],
        [-4.5, -2.1, -2.8],
        [-6.6, -3.0, -4.1],
        [-10.0, -4.3, -6.5],
    ];
    let lab = |[r, g, b]: [f32; 3]| Lab::<D65, f32>::from_color(LinSrgb::new(r, g, b));
    for ((diameter, depth, mu, per_cm2, ..), shift) in COLUMNS.into_iter().zip(shifts) {
        let mean = Optics::new(Deposit::Columns, depth, 0.0).mean_transmittance(
            Density::per_cm2(per_cm2).unwrap(),
            diameter / 2.0,
            mu * STRENGTH_PER_MU,
            CARBON,
        );
        let (before, after) = (lab(FAIR), lab(each(|c| FAIR[c] * mean[c])));
        let got = [after.l - before.l, after.a - before.a, after.b - before.b];
        for c in 0..3 {
            let off = (got[c] - shift[c]).abs();
            assert!(
                off < 0.75,
                "{diameter} mm, μ {mu}: ΔLab {got:?}, not {shift:?}"
            );
        }
    }
}

#[test]
fn planar_dots_reproduce_their_lattice_exponents() {
    for (depth, _, _, fair, dark) in PLANAR {
        for (melanin, exponent) in [(0.0, fair), (1.0, dark)] {
            let optics = Optics::new(Deposit::Planar, depth, melanin);
            // Opaque dots that take a tenth of the area.
            let radius = (0.1 / std::f32::consts::PI).sqrt();
            let density = Density::per_cm2(100.0).unwrap();
            let mean = optics.mean_transmittance(density, radius, 100.0, [1.0; 3]);
            for c in 0..3 {
                let expected = libm::powf(0.9, exponent[c]);
                // Where the table's k exceeds its n the veil cannot be negative: 0.02.
                assert!(
                    (mean[c] - expected).abs() < 0.02,
                    "{depth} mm: {mean:?} in channel {c}"
                );
            }
        }
    }
}

#[test]
fn absurd_depths_stay_finite() {
    for deposit in [Deposit::Columns, Deposit::Planar] {
        for depth in [0.0, -5.0, 40.0] {
            for melanin in [-1.0, 7.0] {
                let optics = Optics::new(deposit, depth, melanin);
                let core = optics.core_absorptance(1e9, [1.0; 3]);
                assert!(core.iter().all(|a| (0.0..=0.95).contains(a)), "{core:?}");
                assert!(
                    optics
                        .veil_absorbance([1e9; 3])
                        .iter()
                        .all(|v| v.is_finite())
                );
            }
        }
    }
}
