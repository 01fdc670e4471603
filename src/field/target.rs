//! Which density is wanted where, brought onto the lattice.
//!
//! A mask's coverage α acts in two parts. Its smooth part sets the spacing: an envelope ã at the
//! scale of the spacing, ã = blur(α²)/blur(α), which is 1 on both sides of a hard edge (so that
//! the field goes on at full density beyond it and is clipped) and follows a wide feather. The
//! rest acts dot by dot: a dot stays with chance α/ã. Together every place gets α times the
//! nominal density, and a hard edge is a plain cut through an even field.

use super::cells::{self, Cells};
use super::footprint::Footprint;
use super::lattice::{COORDINATE_LIMIT, Lattice};
use super::map::{Map, Wanted};
use super::margins::{Classes, margin};
use super::request::FieldRequest;
use super::runs::{Runs, spans};
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

#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) lattice: Lattice,
    /// Cells to fill: the mask and a margin around it.
    pub(super) region: Vec<bool>,
    /// Cells that the mask touches.
    pub(super) touched: Runs,
    /// `None` where the nominal density holds everywhere.
    pub(super) map: Option<Map>,
}

impl Target {
    /// `None` for an empty mask.
    pub(super) fn new(request: &FieldRequest<'_>) -> Result<Option<Self>> {
        let side_mm = side_mm(request);
        let px_per_cell = side_mm * f64::from(request.scale.get());
        let Some(bounds) = request.mask.bounds() else {
            return Ok(None);
        };
        let hard = request.mask.is_hard();
        let bounds = bounds.map(|px| f64::from(px) / px_per_cell);
        if request.relative_density.is_none() && hard {
            let lattice = rectangle(bounds, side_mm, margin(1.0), FieldRequest::MAX_DOTS)?;
            return Ok(Some(Self::hard(request, lattice)));
        }
        let inner = rectangle(bounds, side_mm, BLUR_REACH, FieldRequest::MAX_DOTS)?;
        let mut inside = touched(request, &inner, px_per_cell, BLUR_REACH);
        let soft = (!hard).then(|| envelope(request, &inner, px_per_cell));
        let seen = |lattice: &Lattice| {
            let plane = request.relative_density?;
            Some(Cells::new(lattice, px_per_cell, plane))
        };
        let classes = Classes::new(&inner, &mut inside, soft.as_deref(), seen(&inner).as_ref());
        if classes.is_empty() {
            return Ok(None);
        }

        let lattice = classes.lattice(&inner)?;
        let region = classes.region(&inner, &lattice);
        // Where no dot is wanted the inner lattice may be the larger one.
        let outer = |cell: usize| {
            let (column, row) = inner.column_row(cell);
            let column = column as i64 + inner.first.0 - lattice.first.0;
            let row = row as i64 + inner.first.1 - lattice.first.1;
            let (columns, rows) = (lattice.columns as i64, lattice.rows as i64);
            let holds = (0..columns).contains(&column) && (0..rows).contains(&row);
            holds.then_some((row * columns + column) as usize)
        };
        let continued = soft.map(|soft| {
            let mut continued = vec![f64::NAN; lattice.cells()];
            for (cell, &soft) in soft.iter().enumerate() {
                if let Some(cell) = outer(cell) {
                    continued[cell] = soft;
                }
            }
            continue_outward(&lattice, &region, &mut continued);
            continued
        });
        let map = Wanted {
            lattice: &lattice,
            region: &region,
            envelope: continued.as_deref(),
            relative: seen(&lattice),
        }
        .map();
        let mut touched = Runs::default();
        for (row, line) in inside.chunks(inner.columns).enumerate() {
            for run in spans(line) {
                let mut cells = run.filter_map(|column| outer(row * inner.columns + column));
                if let Some(first) = cells.next() {
                    let last = cells.next_back().unwrap_or(first);
                    touched.push(first as u32, (last - first + 1) as u32);
                }
            }
        }
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
            region: cells::dilate(&lattice, &touched, margin(1.0)),
            touched: Runs::of(&touched),
            lattice,
            map: None,
        }
    }
}

/// A hard mask over the lattice of a request.
pub(super) fn footprint<'a>(request: &FieldRequest<'a>) -> Footprint<'a> {
    Footprint {
        coverage: request.mask.coverage(),
        px_per_cell: side_mm(request) * f64::from(request.scale.get()),
        margin: margin(1.0),
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
        Extent::Mask => request.mask.bounds(),
        Extent::Picture => Some([0, 0, size.width(), size.height()]),
    };
    let px_per_cell = side_mm(request) * f64::from(request.scale.get());
    bounds
        .map(|bounds| {
            let bounds = bounds.map(|px| f64::from(px) / px_per_cell);
            rectangle(bounds, side_mm(request), margin(1.0), most)
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
pub(super) fn side_mm(request: &FieldRequest<'_>) -> f64 {
    request.density.spacing_mm() * std::f64::consts::FRAC_1_SQRT_2
}

/// Cells of the mask's bounds, `margin` cells inside the lattice, that the mask touches.
fn touched(
    request: &FieldRequest<'_>,
    lattice: &Lattice,
    px_per_cell: f64,
    margin: usize,
) -> Vec<bool> {
    let mask = request.mask;
    let mut touched = match mask.rectangle() {
        Some(bounds) => cells::any_between(lattice, px_per_cell, mask.size(), bounds),
        None => cells::any(lattice, px_per_cell, mask.coverage()),
    };
    let columns = margin..lattice.columns - margin;
    let rows = margin..lattice.rows - margin;
    cells::keep_between(lattice, &mut touched, &columns, &rows);
    touched
}

/// An error for a lattice of more than `most` dots, or too far from the origin.
pub(super) fn check_size(first: (i64, i64), columns: f64, rows: f64, most: u64) -> Result<()> {
    let dots = columns * rows * (Density::PACKING / 2.0);
    let far = (first.0 as f64).abs().max((first.1 as f64).abs()) + columns.max(rows);
    if dots > most as f64 || far >= COORDINATE_LIMIT as f64 {
        return Err(Error::TooLarge {
            parameter: "dots",
            value: dots as u64,
            allowed: most,
        });
    }
    Ok(())
}

/// The cells between bounds given in cell sides, and `margin` more on every side.
fn rectangle(bounds: [f64; 4], side_mm: f64, margin: usize, most: u64) -> Result<Lattice> {
    let low = |at: f64| at.floor() - margin as f64;
    let high = |at: f64| at.ceil() + margin as f64;
    let (left, top) = (low(bounds[0]), low(bounds[1]));
    let (columns, rows) = (high(bounds[2]) - left, high(bounds[3]) - top);
    check_size((left as i64, top as i64), columns, rows, most)?;
    Ok(Lattice {
        first: (left as i64, top as i64),
        columns: columns as usize,
        rows: rows as usize,
        side_mm,
        periodic: false,
    })
}

/// ã of every cell; NaN where too little of the mask is in reach.
fn envelope(request: &FieldRequest<'_>, lattice: &Lattice, px_per_cell: f64) -> Vec<f64> {
    let coverage = request.mask.coverage();
    let mean = cells::means(lattice, px_per_cell, coverage, f64::from);
    let square = cells::means(lattice, px_per_cell, coverage, |c| {
        f64::from(c) * f64::from(c)
    });
    let (mass, moment) = (blur(lattice, &mean), blur(lattice, &square));
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

/// Gives cells of the region without a value the mean of their neighbours that have one, ring by
/// ring.
fn continue_outward(lattice: &Lattice, region: &[bool], values: &mut [f64]) {
    let lacks = |values: &[f64], cell: usize| values[cell].is_nan() && region[cell];
    let mut ring: Vec<usize> = (0..lattice.cells())
        .filter(|&cell| {
            lacks(values, cell) && lattice.any_near(cell, 1, |other, _, _| !values[other].is_nan())
        })
        .collect();
    while !ring.is_empty() {
        let means: Vec<f64> = ring
            .iter()
            .map(|&cell| {
                let (mut sum, mut count) = (0.0, 0.0);
                lattice.any_near(cell, 1, |other, _, _| {
                    if !values[other].is_nan() {
                        sum += values[other];
                        count += 1.0;
                    }
                    false
                });
                sum / count
            })
            .collect();
        for (&cell, mean) in ring.iter().zip(means) {
            values[cell] = mean;
        }
        let mut next = Vec::new();
        for &cell in &ring {
            lattice.any_near(cell, 1, |other, _, _| {
                if lacks(values, other) {
                    next.push(other);
                }
                false
            });
        }
        next.sort_unstable();
        next.dedup();
        ring = next;
    }
}
