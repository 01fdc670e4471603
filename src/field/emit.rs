//! From the words of a finished grid to dots.

use super::Dot;
use super::fast::{Grid, list, spot};
use super::lattice::{Lattice, Spot};
use super::spacing::NOMINAL;
use crate::parallel;

/// Rows that one task turns into dots.
const BAND: usize = 32;

/// Dots of a list that one task turns into dots.
const PART: usize = 4096;

/// A dot of the lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Laid {
    pub(super) cell: usize,
    pub(super) spot: Spot,
    /// Own spacing in eighths of a unit.
    pub(super) own: u32,
}

impl Laid {
    /// What stands in a list before it is filled.
    pub(super) const NONE: Self = Self {
        cell: 0,
        spot: Spot { x: 0, y: 0 },
        own: 0,
    };
}

impl Dot {
    /// The dot in a column of a row, its rank still open.
    pub(super) fn at(lattice: &Lattice, column: usize, row: usize, spot: Spot, own: u32) -> Self {
        let in_nominal = f64::from(own) / f64::from(NOMINAL);
        Self {
            id: u64::from(lattice.column_key(column)) | lattice.row_key(row, 0),
            position_mm: lattice.position_mm_in((column, row), spot).as_vec2(),
            spacing_mm: (lattice.side_mm * std::f64::consts::SQRT_2 * in_nominal) as f32,
            rank: 0,
        }
    }

    /// What stands in a list before it is filled.
    const NONE: Self = Self {
        id: 0,
        position_mm: glam::Vec2::ZERO,
        spacing_mm: 0.0,
        rank: 0,
    };
}

/// The dots that `keep` accepts, and the others, both row by row, their ranks their indices.
///
/// `keep` is asked twice for every dot and must not change its mind.
pub(super) fn dots(
    lattice: &Lattice,
    grid: &Grid,
    keep: impl Fn(&Dot) -> bool + Sync + Send,
) -> (Vec<Dot>, Vec<Dot>) {
    let bands = lattice.rows.div_ceil(BAND);
    let counts = parallel::map(bands, |band| {
        let mut counts = [0; 2];
        for_each(lattice, grid, band, |dot| {
            counts[usize::from(keep(&dot))] += 1;
        });
        counts
    });
    // By all threads: the pages of so much fresh memory take longer to come than to fill.
    let unwritten = |kept: usize| {
        let total = counts.iter().map(|counts| counts[kept]).sum();
        parallel::map(total, |_| Dot::NONE)
    };
    let (mut kept, mut others) = (unwritten(1), unwritten(0));
    let mut parts = Vec::with_capacity(bands);
    let (mut rest, mut ranks) = ([&mut others[..], &mut kept[..]], [0; 2]);
    for counts in counts {
        let mut split = |i: usize| {
            let (part, after) = std::mem::take(&mut rest[i]).split_at_mut(counts[i]);
            rest[i] = after;
            ranks[i] += counts[i] as u32;
            (part, ranks[i] - counts[i] as u32)
        };
        parts.push([split(0), split(1)]);
    }
    parallel::for_each_chunk(&mut parts, 1, |band, parts| {
        let [(others, first_other), (kept, first)] = &mut parts[0];
        let mut next = [0; 2];
        for_each(lattice, grid, band, |dot| {
            let keep = keep(&dot);
            let (list, first) = if keep {
                (&mut *kept, *first)
            } else {
                (&mut *others, *first_other)
            };
            let at = &mut next[usize::from(keep)];
            list[*at] = Dot {
                rank: first + *at as u32,
                ..dot
            };
            *at += 1;
        });
    });
    (kept, others)
}

/// The dots of a band of rows, in order.
fn for_each(lattice: &Lattice, grid: &Grid, band: usize, mut f: impl FnMut(Dot)) {
    let mut columns = vec![0; lattice.columns];
    for row in band * BAND..(band * BAND + BAND).min(lattice.rows) {
        let words = grid.row(row);
        let count = list(words.iter().map(|&word| spot(word).is_some()), &mut columns);
        for &column in &columns[..count] {
            if let Some(spot) = spot(words[column]) {
                f(Dot::at(lattice, column, row, spot, NOMINAL));
            }
        }
    }
}

/// As [`dots`], from a list in the order of the cells; `keep` is asked once.
pub(super) fn listed(
    lattice: &Lattice,
    laid: &[Laid],
    keep: impl Fn(&Dot) -> bool + Sync + Send,
) -> (Vec<Dot>, Vec<Dot>) {
    let (mut kept, mut others) = (Vec::with_capacity(laid.len()), Vec::new());
    // A few parts at a time, so that what they list is not held twice.
    for laid in laid.chunks(PART * 4 * parallel::workers()) {
        let parts = parallel::map(laid.len().div_ceil(PART), |part| {
            let laid = &laid[part * PART..((part + 1) * PART).min(laid.len())];
            let (mut kept, mut others) = (Vec::with_capacity(laid.len()), Vec::new());
            for &Laid { cell, spot, own } in laid {
                let (column, row) = lattice.column_row(cell);
                let dot = Dot::at(lattice, column, row, spot, own);
                if keep(&dot) {
                    kept.push(dot);
                } else {
                    others.push(dot);
                }
            }
            (kept, others)
        });
        for (more_kept, more_others) in parts {
            kept.extend(more_kept);
            others.extend(more_others);
        }
    }
    for dots in [&mut kept, &mut others] {
        for (dot, rank) in dots.iter_mut().zip(0..) {
            dot.rank = rank;
        }
    }
    (kept, others)
}
