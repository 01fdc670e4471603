//! What an ICC profile says about curve and primaries.

use moxcms::{ColorProfile, DataColorSpace, Matrix3d, ProfileText, ToneReprCurve, Xyzd};

use super::{ColorSpace, Note, Transfer, curve};
use crate::raster::TransferTable;

/// Larger profiles are dropped: the largest real ones, for print, have a few MiB.
const MAX_BYTES: usize = 8 << 20;

/// Entries of the table a curve of no known form becomes.
const TABLE: usize = 4097;

/// What was made of a profile.
#[derive(Debug)]
pub(super) struct Reading {
    /// Whether the profile describes the pixels and belongs into saved files.
    pub(super) keep: bool,
    pub(super) space: ColorSpace,
    pub(super) notes: Vec<Note>,
}

/// Curve and primaries of a profile; sRGB, with a note, where they cannot be had.
pub(super) fn read(profile: &[u8]) -> Reading {
    let srgb = |keep, note| Reading {
        keep,
        space: ColorSpace::srgb(),
        notes: vec![note],
    };
    if profile.len() > MAX_BYTES {
        return srgb(false, Note::ProfileTooLarge);
    }
    // The header names the colour space, whether or not the rest can be parsed.
    if profile.get(16..20).is_some_and(|space| space != b"RGB ") {
        return srgb(false, Note::ProfileNotRgb);
    }
    let Ok(parsed) = ColorProfile::new_from_slice(profile) else {
        return srgb(profile.len() >= 128, Note::ProfileUnreadable);
    };
    if parsed.color_space != DataColorSpace::Rgb {
        return srgb(false, Note::ProfileNotRgb);
    }
    let curves = [&parsed.red_trc, &parsed.green_trc, &parsed.blue_trc];
    let [Some(red), Some(green), Some(blue)] = curves.map(|c| c.as_ref().and_then(sampled)) else {
        return srgb(true, Note::ProfileHasTables);
    };
    let Some(matrix) = matrix(&parsed) else {
        return srgb(true, Note::ProfileHasTables);
    };
    let mut notes = Vec::new();
    if parsed.lut_a_to_b_perceptual.is_some() || parsed.lut_a_to_b_colorimetric.is_some() {
        notes.push(Note::ProfileHasTables);
    }
    if !(alike(&red, &green) && alike(&blue, &green)) {
        notes.push(Note::ProfileCurvesDiffer);
    }
    match named(green).map(|curve| ColorSpace::new(curve, matrix)) {
        Some(Ok(space)) => Reading {
            keep: true,
            space,
            notes,
        },
        _ => srgb(true, Note::ProfileUnreadable),
    }
}

/// The matrix to linear sRGB by way of the profile connection space; exact identity when the
/// primaries are those of sRGB up to the rounding of common profiles.
fn matrix(profile: &ColorProfile) -> Option<[[f32; 3]; 3]> {
    let to_srgb = profile.transform_matrix(&ColorProfile::new_srgb()).v;
    let inside = |v: f64| (-8.0..=8.0).contains(&v);
    if !to_srgb.iter().flatten().all(|&v| inside(v)) {
        return None;
    }
    // Every sensible space maps white to white; colourants of zero do not.
    if to_srgb
        .iter()
        .any(|row| (row[0] + row[1] + row[2] - 1.0).abs() > 0.1)
    {
        return None;
    }
    let near = |row: usize, column: usize| {
        let unit = f64::from(u8::from(row == column));
        (to_srgb[row][column] - unit).abs() < 2e-3
    };
    if (0..3).all(|row| (0..3).all(|column| near(row, column))) {
        return Some(ColorSpace::srgb().to_linear_srgb());
    }
    Some(to_srgb.map(|row| row.map(|v| v as f32)))
}

/// The curve at evenly spaced codes, or none when it is no rising curve from about 0 to about 1.
fn sampled(curve: &ToneReprCurve) -> Option<Vec<f32>> {
    let light: Vec<f64> = (0..TABLE)
        .map(|i| evaluate(curve, i as f64 / (TABLE - 1) as f64))
        .collect::<Option<_>>()?;
    let rising = light.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6);
    let whole = (-0.01..=0.05).contains(&light[0]) && (0.9..=1.1).contains(&light[TABLE - 1]);
    let mut least = 0.0_f32;
    (rising && whole).then(|| {
        light
            .iter()
            .map(|&v| {
                least = least.max(v.clamp(0.0, 1.0) as f32);
                least
            })
            .collect()
    })
}

/// ICC.1:2022, 10.6 (`curv`) and 10.18 (`para`), by the symbols used there.
fn evaluate(curve: &ToneReprCurve, x: f64) -> Option<f64> {
    let value = match curve {
        ToneReprCurve::Lut(entries) => match entries.as_slice() {
            [] => x,
            [gamma] => libm::pow(x, f64::from(*gamma) / 256.0),
            entries => {
                let last = entries.len() - 1;
                let position = x * last as f64;
                let left = (position.floor() as usize).min(last);
                let right = (left + 1).min(last);
                let share = position - left as f64;
                let of = |i: usize| f64::from(entries[i]) / 65_535.0;
                of(left) * (1.0 - share) + of(right) * share
            }
        },
        ToneReprCurve::Parametric(p) => {
            let p: Vec<f64> = p.iter().map(|&v| f64::from(v)).collect();
            let (g, a, b, c, d, e, f) = match p[..] {
                [g] => (g, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
                [g, a, b] => (g, a, b, 0.0, -b / a, 0.0, 0.0),
                [g, a, b, c] => (g, a, b, 0.0, -b / a, c, c),
                [g, a, b, c, d] => (g, a, b, c, d, 0.0, 0.0),
                [g, a, b, c, d, e, f] => (g, a, b, c, d, e, f),
                _ => return None,
            };
            if x < d {
                c * x + f
            } else {
                libm::pow(a * x + b, g) + e
            }
        }
    };
    value.is_finite().then_some(value)
}

/// The curve by its name where it has one; a table otherwise.
fn named(light: Vec<f32>) -> Option<Transfer> {
    let is = |known: &Transfer| {
        (0..TABLE).all(|i| {
            let exact = curve::decode(known, i as f64 / (TABLE - 1) as f64);
            close(f64::from(light[i]), exact)
        })
    };
    let middle = f64::from(light[TABLE / 2]);
    let gamma = Transfer::Gamma((libm::log(middle) / libm::log(0.5)) as f32);
    [Transfer::Srgb, Transfer::Linear, gamma]
        .into_iter()
        .find(|known| known.check().is_ok() && is(known))
        .or_else(|| TransferTable::new(light).ok().map(Transfer::Table))
}

/// A profile that says what a space is, for files whose pixels came without one.
pub(super) fn write(space: &ColorSpace) -> Option<Vec<u8>> {
    let mut profile = ColorProfile::new_srgb();
    let matrix = Matrix3d {
        v: space.to_linear_srgb().map(|row| row.map(f64::from)),
    };
    let to_xyz = profile.rgb_to_xyz_matrix().mat_mul(matrix).v;
    let colorant = |c: usize| Xyzd {
        x: to_xyz[0][c],
        y: to_xyz[1][c],
        z: to_xyz[2][c],
    };
    profile.red_colorant = colorant(0);
    profile.green_colorant = colorant(1);
    profile.blue_colorant = colorant(2);
    let trc = match space.transfer() {
        Transfer::Srgb => profile.red_trc.clone()?,
        Transfer::Gamma(gamma) => ToneReprCurve::Parametric(vec![*gamma, 1.0, 0.0, 0.0, 0.0]),
        Transfer::Linear => ToneReprCurve::Lut(Vec::new()),
        Transfer::Table(table) => {
            let light = |i: usize| f64::from(table.decode(i as f32 / (TABLE - 1) as f32));
            ToneReprCurve::Lut(
                (0..TABLE)
                    .map(|i| (light(i) * 65_535.0 + 0.5) as u16)
                    .collect(),
            )
        }
    };
    profile.red_trc = Some(trc.clone());
    profile.green_trc = Some(trc.clone());
    profile.blue_trc = Some(trc);
    profile.cicp = None;
    profile.description = Some(ProfileText::PlainString("RGB".into()));
    profile.encode().ok()
}

fn alike(a: &[f32], b: &[f32]) -> bool {
    a.iter()
        .zip(b)
        .all(|(&a, &b)| close(f64::from(a), f64::from(b)))
}

/// Equal to the eye and to the rounding of 16-bit profile tables: a tenth of an 8-bit code.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 5e-5 + 1e-3 * b
}
