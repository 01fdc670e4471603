//! The slow compositor that the fast one is held to: f64, one pixel at a time, public types alone.

use stubblefield::{Ink, InkDot, InkEllipse, Seed, Size, Stage, Stream, Transfer};

/// Nodes and weights of the eight-point Gauss–Legendre rule on −1..1, the positive half.
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_3),
];

fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The exact coverage of pixels by a blurred disc, `[column][row]`, with pixel centres at the given
/// distances from the disc's.
pub(crate) fn coverage(radius: f64, blur: f64, x: &[f64], y: &[f64]) -> Vec<Vec<f64>> {
    coverage_aslant([radius; 2], 0.0, blur, x, y)
}

/// The same by an ellipse of two semi-axes, the first turned by an angle from x towards y.
///
/// The blurred ellipse is a stack of blurred chords at heights H·sin θ (midpoint rule in θ, which
/// converges exponentially here). A chord's vertical share of a pixel has a closed form; its
/// horizontal profile is integrated over the pixel by Gauss–Legendre quadrature in two halves.
pub(crate) fn coverage_aslant(
    [a, b]: [f64; 2],
    angle: f64,
    blur: f64,
    x: &[f64],
    y: &[f64],
) -> Vec<Vec<f64>> {
    let (sin, cos) = angle.sin_cos();
    let reach = (a * a * sin * sin + b * b * cos * cos).sqrt();
    let slope = (a * a - b * b) * sin * cos / (reach * reach);
    let chords = 24 + (3.0 * std::f64::consts::PI * reach / blur).ceil() as usize;
    let mut sum = vec![vec![0.0; y.len()]; x.len()];
    for m in 0..chords {
        let theta = std::f64::consts::PI * ((m as f64 + 0.5) / chords as f64 - 0.5);
        let (height, half) = (reach * theta.sin(), a * b / reach * theta.cos());
        let weight = reach * theta.cos() * std::f64::consts::PI / chords as f64;
        let profile = |x: f64| {
            let x = x - slope * height;
            phi((x + half) / blur) - phi((x - half) / blur)
        };
        let across: Vec<f64> = x
            .iter()
            .map(|&x| {
                let mut integral = 0.0;
                for middle in [x - 0.25, x + 0.25] {
                    for (node, share) in GAUSS {
                        let pair = profile(middle - 0.25 * node) + profile(middle + 0.25 * node);
                        integral += 0.25 * share * pair;
                    }
                }
                integral
            })
            .collect();
        let along: Vec<f64> = y
            .iter()
            .map(|&y| phi((y + 0.5 - height) / blur) - phi((y - 0.5 - height) / blur))
            .collect();
        for (sum, a) in sum.iter_mut().zip(&across) {
            for (sum, b) in sum.iter_mut().zip(&along) {
                *sum += weight * a * b;
            }
        }
    }
    sum
}

/// The transmittance of every pixel, row by row.
pub(crate) fn transmittance(size: Size, ink: &Ink) -> Vec<[f64; 3]> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut light = vec![[1.0; 3]; width * height];
    if let Some(veil) = ink.veil {
        for (i, t) in light.iter_mut().enumerate() {
            let (x, y) = ((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
            *t = veil.sample(x, y).map(f64::from);
        }
    }
    let round = ink.dots.iter().map(|dot| InkEllipse {
        center_px: dot.center_px,
        semi_axes_px: glam::Vec2::splat(dot.radius_px),
        angle_rad: 0.0,
        absorptance: dot.absorptance,
    });
    for dot in round.chain(ink.ellipses.iter().copied()) {
        let axes = dot.semi_axes_px.to_array().map(f64::from);
        let reach = axes[0].max(axes[1]) + 6.0 * f64::from(ink.blur_px) + 1.0;
        let span = |center: f32, count: usize| {
            let center = f64::from(center);
            let inside = |v: f64| v.clamp(0.0, count as f64) as usize;
            let pixels = inside(center - reach)..inside(center + reach + 1.0);
            let offsets: Vec<f64> = pixels.clone().map(|i| i as f64 + 0.5 - center).collect();
            (pixels, offsets)
        };
        let (columns, x) = span(dot.center_px.x, width);
        let (rows, y) = span(dot.center_px.y, height);
        let (angle, blur) = (f64::from(dot.angle_rad), f64::from(ink.blur_px));
        let covered = coverage_aslant(axes, angle, blur, &x, &y);
        for (column, covered) in columns.zip(&covered) {
            for (row, c) in rows.clone().zip(covered) {
                for (t, a) in light[row * width + column].iter_mut().zip(dot.absorptance) {
                    *t *= 1.0 - f64::from(a) * c;
                }
            }
        }
    }
    if let Some(surface) = ink.surface {
        for (t, &p) in light.iter_mut().zip(surface.values()) {
            *t = t.map(|t| t + (1.0 - t) * f64::from(p) / 255.0);
        }
    }
    light
}

/// The encoded value, not rounded, after linear light is multiplied by `t`; 1 is the full code.
pub(crate) fn darken(transfer: &Transfer, encoded: f64, t: f64) -> f64 {
    match transfer {
        Transfer::Linear => encoded * t,
        Transfer::Gamma(g) => (encoded.powf(f64::from(*g)) * t).powf(1.0 / f64::from(*g)),
        Transfer::Srgb => {
            let linear = if encoded <= 0.040_45 {
                encoded / 12.92
            } else {
                ((encoded + 0.055) / 1.055).powf(2.4)
            };
            if linear * t <= 0.003_130_8 {
                12.92 * linear * t
            } else {
                1.055 * (linear * t).powf(1.0 / 2.4) - 0.055
            }
        }
        Transfer::Table(table) => {
            f64::from(table.encode((f64::from(table.decode(encoded as f32)) * t) as f32))
        }
        _ => unreachable!("a curve this oracle does not know"),
    }
}

/// A stream of test inputs.
pub(crate) fn stream(key: u64) -> Stream {
    Seed::new(2026).stream(Stage::Probe, key)
}

/// A value between two bounds.
pub(crate) fn between(stream: &mut Stream, low: f32, high: f32) -> f32 {
    low + (high - low) * stream.unit_f32()
}

/// Dots at random places on and around a picture.
pub(crate) fn random_dots(
    size: Size,
    count: usize,
    radii: std::ops::Range<f32>,
    stream: &mut Stream,
) -> Vec<InkDot> {
    let (w, h) = (size.width() as f32, size.height() as f32);
    (0..count)
        .map(|_| InkDot {
            center_px: glam::Vec2::new(
                between(stream, -3.0, w + 3.0),
                between(stream, -3.0, h + 3.0),
            ),
            radius_px: between(stream, radii.start, radii.end),
            absorptance: std::array::from_fn(|_| stream.unit_f32()),
        })
        .collect()
}

/// Ellipses at random places on and around a picture, at most five times as long as wide.
pub(crate) fn random_ellipses(
    size: Size,
    count: usize,
    radii: std::ops::Range<f32>,
    stream: &mut Stream,
) -> Vec<InkEllipse> {
    let round = random_dots(size, count, radii, stream);
    let aslant = |dot: InkDot| InkEllipse {
        center_px: dot.center_px,
        semi_axes_px: dot.radius_px * glam::Vec2::new(between(stream, 0.2, 1.0), 1.0),
        angle_rad: between(stream, -7.0, 7.0),
        absorptance: dot.absorptance,
    };
    round.into_iter().map(aslant).collect()
}
