//! From the words of a finished grid to dots.

use super::Dot;
use super::fast::{Grid, list, spot};
use super::lattice::{Lattice, Spot};
use super::spacing::NOMINAL;
use crate::parallel;

/// So many dots before one is looked at, what that will read is asked for.
const AHEAD: usize = 24;

/// Rows that one task turns into dots.
const BAND: usize = 32;

/// A dot of the lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Laid {
    pub(super) cell: u32,
    pub(super) spot: Spot,
    /// Own spacing in eighths of a unit.
    pub(super) own: u32,
}

impl Laid {
    /// No dot: none has a spacing of 0.
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
    let counts = parallel::map(lattice.rows.div_ceil(BAND), |band| {
        let mut counts = [0; 2];
        for_each(lattice, grid, band, |dot| {
            counts[usize::from(keep(&dot))] += 1;
        });
        counts
    });
    gather(counts, |band, part| {
        for_each(lattice, grid, band, |dot| part.put(keep(&dot), dot));
    })
}

/// Where the dots of one part go: the others, then the kept ones, with the ranks of the first.
struct Part<'a> {
    lists: [&'a mut [Dot]; 2],
    first: [u32; 2],
    next: [usize; 2],
}

impl Part<'_> {
    #[inline(always)]
    fn put(&mut self, kept: bool, dot: Dot) {
        let i = usize::from(kept);
        let at = self.next[i];
        self.lists[i][at] = Dot {
            rank: self.first[i] + at as u32,
            ..dot
        };
        self.next[i] += 1;
    }
}

/// Kept and other dots of all parts, each part's written by `write`; `counts` says how many others and
/// how many kept ones it has.
fn gather(
    counts: Vec<[usize; 2]>,
    write: impl Fn(usize, &mut Part<'_>) + Sync + Send,
) -> (Vec<Dot>, Vec<Dot>) {
    // By all threads: the pages of so much fresh memory take longer to come than to fill.
    let unwritten = |kept: usize| {
        let total = counts.iter().map(|counts| counts[kept]).sum();
        parallel::map(total, |_| Dot::NONE)
    };
    let (mut kept, mut others) = (unwritten(1), unwritten(0));
    let mut parts = Vec::with_capacity(counts.len());
    let (mut rest, mut ranks) = ([&mut others[..], &mut kept[..]], [0; 2]);
    for counts in counts {
        let first = ranks;
        let lists = [0, 1].map(|i| {
            let (part, after) = std::mem::take(&mut rest[i]).split_at_mut(counts[i]);
            rest[i] = after;
            ranks[i] += counts[i] as u32;
            part
        });
        let next = [0; 2];
        parts.push(Part { lists, first, next });
    }
    parallel::for_each_chunk(&mut parts, 1, |i, parts| write(i, &mut parts[0]));
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

/// As [`dots`], from lists in the order of the cells; `keep` is asked once, a while after `ask`, which has
/// what `keep` will read brought near.
pub(super) fn listed(
    lattice: &Lattice,
    laid: &[Vec<Laid>],
    ask: impl Fn(&Dot) + Sync + Send,
    keep: impl Fn(&Dot) -> bool + Sync + Send,
) -> (Vec<Dot>, Vec<Dot>) {
    let kept = parallel::map(laid.len(), |part| {
        let mut ahead = in_order(lattice, &laid[part]);
        ahead.by_ref().take(AHEAD).for_each(|dot| ask(&dot));
        let dots = in_order(lattice, &laid[part]);
        dots.map(|dot| {
            if let Some(later) = ahead.next() {
                ask(&later);
            }
            keep(&dot)
        })
        .collect::<Vec<bool>>()
    });
    let counts = kept.iter().map(|kept| {
        let stay = kept.iter().filter(|&&kept| kept).count();
        [kept.len() - stay, stay]
    });
    gather(counts.collect(), |i, part| {
        for (dot, &kept) in in_order(lattice, &laid[i]).zip(&kept[i]) {
            part.put(kept, dot);
        }
    })
}

/// The dots of a list in the order of the cells.
fn in_order(lattice: &Lattice, laid: &[Laid]) -> impl Iterator<Item = Dot> {
    // Counted on, since a division for every dot would take longer than all the rest.
    let mut row = laid
        .first()
        .map_or(0, |dot| dot.cell as usize / lattice.columns);
    laid.iter().map(move |&Laid { cell, spot, own }| {
        let cell = cell as usize;
        while cell >= (row + 1) * lattice.columns {
            row += 1;
        }
        Dot::at(lattice, cell - row * lattice.columns, row, spot, own)
    })
}
