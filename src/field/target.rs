//! Which density is wanted where, brought onto the lattice.
//!
//! A mask's coverage α acts in two parts. Its smooth part sets the spacing: an envelope ã at the
//! scale of the spacing, ã = blur(α²)/blur(α), which is 1 on both sides of a hard edge (so that
//! the field goes on at full density beyond it and is clipped) and follows a wide feather. The
//! rest acts dot by dot: a dot stays with chance α/ã. Together every place gets α times the
//! nominal density, and a hard edge is a plain cut through an even field.

use super::cells;
use super::footprint::Footprint;
use super::lattice::{COORDINATE_LIMIT, Lattice};
use super::request::FieldRequest;
use super::spacing::{FLOOR, Mapped, NOMINAL};
use crate::error::{Error, Result};
use crate::plane::Plane;
use crate::units::Density;

/// Cells that the blur of the envelope reaches: three boxes of half-width 2.
const BLUR: usize = 2;
const BLUR_REACH: usize = 3 * BLUR;

/// Share of the blur's weight that must fall on the mask before its quotient is trusted.
const TRUSTED: f64 = 0.03;

/// Surplus of the envelope over α: covers anti-aliased edges and the inside of curved feathers.
const HEADROOM: f64 = 1.06;

/// Spacings by which the field is continued beyond the mask, so that its edge has no influence.
const MARGIN_SPACINGS: f64 = 4.0;

#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) lattice: Lattice,
    /// Cells to fill: the mask and a margin around it.
    pub(super) region: Vec<bool>,
    /// Cells that the mask touches.
    pub(super) touched: Vec<u32>,
    /// `None` where the nominal density holds everywhere.
    pub(super) map: Option<Map>,
}

/// Densities at the corners of the cells, row by row.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub(super) spacing: Mapped,
    /// ã, to be divided into a dot's own coverage.
    pub(super) envelope: Vec<f32>,
    /// Chance to stay where the wanted density is below what spacing expresses.
    pub(super) thinning: Vec<f32>,
}

impl Target {
    /// `None` for an empty mask.
    pub(super) fn new(request: &FieldRequest<'_>) -> Result<Option<Self>> {
        let side_mm = side_mm(request);
        let px_per_cell = side_mm * f64::from(request.scale.get());
        let Some(bounds) = bounds(request) else {
            return Ok(None);
        };
        let bounds = bounds.map(|px| f64::from(px) / px_per_cell);
        let margin =
            |ratio: f64| (MARGIN_SPACINGS * std::f64::consts::SQRT_2 * ratio).ceil() as usize;
        if request.relative_density.is_none() && is_hard(request) {
            let lattice = rectangle(bounds, side_mm, hard_margin(), FieldRequest::MAX_DOTS)?;
            return Ok(Some(Self::hard(request, lattice)));
        }
        let inner = rectangle(bounds, side_mm, BLUR_REACH, FieldRequest::MAX_DOTS)?;
        let coverage = request.mask.coverage();
        let mean = cells::means(&inner, px_per_cell, coverage, f64::from);
        let square = cells::means(&inner, px_per_cell, coverage, |c| {
            f64::from(c) * f64::from(c)
        });
        let envelope = envelope(&inner, &mean, &square);
        let inside = |cell: usize| {
            let (column, row) = inner.column_row(cell);
            let rim = BLUR_REACH..;
            rim.contains(&column)
                && rim.contains(&row)
                && column + BLUR_REACH < inner.columns
                && row + BLUR_REACH < inner.rows
                && mean[cell] > 0.0
        };
        let relative = |lattice: &Lattice| {
            request
                .relative_density
                .map(|plane| cells::means(lattice, px_per_cell, plane, f64::from))
        };
        let wanted = relative(&inner);
        let least = (0..inner.cells())
            .filter(|&cell| inside(cell))
            .map(|cell| envelope[cell] * wanted.as_ref().map_or(1.0, |wanted| wanted[cell]))
            .fold(1.0, f64::min);

        let ratio = 1.0 / least.max(FLOOR).sqrt();
        let margin = margin(ratio);
        let lattice = rectangle(bounds, side_mm, margin, FieldRequest::MAX_DOTS)?;
        let shift = margin - BLUR_REACH;
        let outer = |cell: usize| {
            let (column, row) = inner.column_row(cell);
            (row + shift) * lattice.columns + column + shift
        };
        let mut touched = vec![false; lattice.cells()];
        let mut continued = vec![f64::NAN; lattice.cells()];
        for cell in 0..inner.cells() {
            touched[outer(cell)] = inside(cell);
            continued[outer(cell)] = envelope[cell];
        }
        let region = cells::dilate(&lattice, &touched, margin);
        continue_outward(&lattice, &mut continued, margin);
        let map = map(&lattice, &region, &continued, relative(&lattice).as_deref());
        let touched = (0..lattice.cells() as u32)
            .filter(|&cell| touched[cell as usize])
            .collect();
        Ok(Some(Self {
            lattice,
            region,
            touched,
            map,
        }))
    }

    /// What the general way comes to where every pixel is in or out: an envelope of 1.
    fn hard(request: &FieldRequest<'_>, lattice: Lattice) -> Self {
        let touched = footprint(request).touched(&lattice);
        Self {
            region: cells::dilate(&lattice, &touched, hard_margin()),
            touched: (0..lattice.cells() as u32)
                .filter(|&cell| touched[cell as usize])
                .collect(),
            lattice,
            map: None,
        }
    }
}

/// Cells by which a field of even spacing is continued beyond the mask.
fn hard_margin() -> usize {
    (MARGIN_SPACINGS * std::f64::consts::SQRT_2).ceil() as usize
}

/// A hard mask over the lattice of a request.
pub(super) fn footprint<'a>(request: &FieldRequest<'a>) -> Footprint<'a> {
    Footprint {
        coverage: request.mask.coverage(),
        px_per_cell: side_mm(request) * f64::from(request.scale.get()),
        margin: hard_margin(),
    }
}

/// The lattice of a request for even spacing, over all of the picture or over the mask alone;
/// `None` for an empty mask.
///
/// # Errors
/// [`Error::OutOfRange`] for a soft pixel or a relative density, [`Error::TooLarge`] above `most`
/// dots.
pub(super) fn even_lattice(
    request: &FieldRequest<'_>,
    extent: Extent,
    most: u64,
) -> Result<Option<Lattice>> {
    if let Some(plane) = request.relative_density {
        let uneven = plane.values().iter().find(|&&v| v != 1.0).copied();
        Error::check(
            "relative_density",
            f64::from(uneven.unwrap_or(1.0)),
            uneven.is_none(),
            "1 everywhere, for edits, windows and streams",
        )?;
    }
    check_hard(request.mask.coverage())?;
    let size = request.mask.size();
    let bounds = match extent {
        Extent::Mask => bounds(request),
        Extent::Picture => Some([0, 0, size.width(), size.height()]),
    };
    let px_per_cell = side_mm(request) * f64::from(request.scale.get());
    bounds
        .map(|bounds| {
            let bounds = bounds.map(|px| f64::from(px) / px_per_cell);
            rectangle(bounds, side_mm(request), hard_margin(), most)
        })
        .transpose()
}

/// How far a lattice goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    /// Over the pixels with any coverage.
    Mask,
    /// Over all pixels.
    Picture,
}

/// An error unless every pixel is either in or out.
pub(super) fn check_hard(coverage: &Plane<f32>) -> Result<()> {
    let soft = coverage.values().iter().find(|&&c| c != 0.0 && c != 1.0);
    Error::check(
        "coverage",
        f64::from(soft.copied().unwrap_or(0.0)),
        soft.is_none(),
        "0 or 1, for edits, windows and streams",
    )
}

/// The side of a cell where the density is highest.
fn side_mm(request: &FieldRequest<'_>) -> f64 {
    request.density.spacing_mm() * std::f64::consts::FRAC_1_SQRT_2
}

/// Whether every pixel is either in or out.
fn is_hard(request: &FieldRequest<'_>) -> bool {
    let values = request.mask.coverage().values();
    values.iter().all(|&c| c == 0.0 || c == 1.0)
}

/// Left, top, right and bottom of the pixels with any coverage.
fn bounds(request: &FieldRequest<'_>) -> Option<[u32; 4]> {
    let coverage = request.mask.coverage();
    let mut bounds: Option<[u32; 4]> = None;
    for y in 0..coverage.size().height() {
        let row = coverage.row(y);
        let Some(left) = row.iter().position(|&c| c > 0.0) else {
            continue;
        };
        let right = row.iter().rposition(|&c| c > 0.0).unwrap_or(left);
        let (left, right) = (left as u32, right as u32 + 1);
        bounds = Some(match bounds {
            None => [left, y, right, y + 1],
            Some([l, t, r, _]) => [l.min(left), t, r.max(right), y + 1],
        });
    }
    bounds
}

/// The cells between bounds given in cell sides, and `margin` more on every side.
fn rectangle(bounds: [f64; 4], side_mm: f64, margin: usize, most: u64) -> Result<Lattice> {
    let low = |at: f64| at.floor() - margin as f64;
    let high = |at: f64| at.ceil() + margin as f64;
    let (left, top) = (low(bounds[0]), low(bounds[1]));
    let (columns, rows) = (high(bounds[2]) - left, high(bounds[3]) - top);
    let dots = columns * rows * (Density::PACKING / 2.0);
    let far = left.abs().max(top.abs()) + columns.max(rows);
    if dots > most as f64 || far >= COORDINATE_LIMIT as f64 {
        return Err(Error::TooLarge {
            parameter: "dots",
            value: dots as u64,
            allowed: most,
        });
    }
    Ok(Lattice {
        first: (left as i64, top as i64),
        columns: columns as usize,
        rows: rows as usize,
        side_mm,
        periodic: false,
    })
}

/// ã of every cell from the means of α and α²; NaN where too little of the mask is in reach.
fn envelope(lattice: &Lattice, mean: &[f64], square: &[f64]) -> Vec<f64> {
    let (mass, moment) = (blur(lattice, mean), blur(lattice, square));
    (0..lattice.cells())
        .map(|cell| {
            if mean[cell] > 0.0 || mass[cell] > TRUSTED {
                (HEADROOM * moment[cell] / mass[cell]).min(1.0)
            } else {
                f64::NAN
            }
        })
        .collect()
}

fn blur(lattice: &Lattice, values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    let mut line = Vec::new();
    let mut along = |values: &mut [f64], start: usize, step: usize, count: usize| {
        for _ in 0..3 {
            line.clear();
            line.extend((0..count).map(|i| values[start + i * step]));
            for i in 0..count {
                let low = i.saturating_sub(BLUR);
                let sum: f64 = line[low..(i + BLUR + 1).min(count)].iter().sum();
                values[start + i * step] = sum / (2 * BLUR + 1) as f64;
            }
        }
    };
    for row in 0..lattice.rows {
        along(&mut values, row * lattice.columns, 1, lattice.columns);
    }
    for column in 0..lattice.columns {
        along(&mut values, column, lattice.columns, lattice.rows);
    }
    values
}

/// Gives cells without a value the mean of their neighbours that have one, ring by ring.
fn continue_outward(lattice: &Lattice, values: &mut [f64], rings: usize) {
    for _ in 0..rings + BLUR_REACH {
        let before = values.to_vec();
        let mut changed = false;
        for cell in 0..before.len() {
            if !before[cell].is_nan() {
                continue;
            }
            let (mut sum, mut count) = (0.0, 0.0);
            lattice.any_near(cell, 1, |other, _, _| {
                if !before[other].is_nan() {
                    sum += before[other];
                    count += 1.0;
                }
                false
            });
            if count > 0.0 {
                values[cell] = sum / count;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

fn map(
    lattice: &Lattice,
    region: &[bool],
    envelope: &[f64],
    wanted: Option<&[f64]>,
) -> Option<Map> {
    let wanted = |cell: usize| wanted.map_or(1.0, |wanted| wanted[cell]);
    let nominal = (0..lattice.cells())
        .all(|cell| !region[cell] || (envelope[cell] == 1.0 && wanted(cell) == 1.0));
    if nominal {
        return None;
    }
    let nodes = (lattice.columns + 1) * (lattice.rows + 1);
    let mut spacings = Vec::with_capacity(nodes);
    let mut envelopes = Vec::with_capacity(nodes);
    let mut thinning = Vec::with_capacity(nodes);
    for row in 0..=lattice.rows {
        for column in 0..=lattice.columns {
            let (mut soft, mut known, mut share, mut count) = (0.0, 0.0, 0.0, 0.0);
            for row in row.saturating_sub(1)..=row.min(lattice.rows - 1) {
                for column in column.saturating_sub(1)..=column.min(lattice.columns - 1) {
                    let cell = row * lattice.columns + column;
                    if !envelope[cell].is_nan() {
                        soft += envelope[cell];
                        known += 1.0;
                    }
                    share += wanted(cell);
                    count += 1.0;
                }
            }
            let soft = if known > 0.0 { soft / known } else { 1.0 };
            let density: f64 = soft * share / count;
            envelopes.push(soft as f32);
            thinning.push((density / FLOOR).min(1.0) as f32);
            spacings.push((f64::from(NOMINAL) / density.max(FLOOR).sqrt()).round() as u32);
        }
    }
    Some(Map {
        spacing: Mapped::new(lattice, spacings),
        envelope: envelopes,
        thinning,
    })
}
