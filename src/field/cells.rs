//! Pictures seen at the resolution of the lattice.

use std::ops::Range;

use super::lattice::Lattice;
use crate::parallel;
use crate::plane::Plane;

/// Rows of cells that one task looks at.
const BAND: usize = 16;

/// The mean of `f(value)` over the pixels of every cell; beyond the picture its rim goes on.
///
/// A pixel belongs to the cell that holds its centre; a cell without a pixel takes the pixel that
/// holds the cell's centre.
pub(super) fn means(
    lattice: &Lattice,
    px_per_cell: f64,
    plane: &Plane<f32>,
    f: impl Fn(f32) -> f64 + Sync,
) -> Vec<f64> {
    let cells = Cells::new(lattice, px_per_cell, plane);
    let mut means = vec![0.0; lattice.cells()];
    parallel::for_each_chunk(&mut means, lattice.columns * BAND, |band, means| {
        let mut sums = Vec::new();
        for (row, means) in (band * BAND..).zip(means.chunks_mut(lattice.columns)) {
            cells.means_of_row(row, &f, &mut sums, means);
        }
    });
    means
}

/// A picture seen through the cells of a lattice.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    plane: &'a Plane<f32>,
    px_per_cell: f64,
    first_row: i64,
    /// The pixels of all columns of cells.
    all: Range<usize>,
    /// The first pixel of each column of cells, counted from the first of all, and how many it has.
    firsts: Vec<u32>,
    counts: Vec<u32>,
    /// The most that a column has, and for each column so many factors: 1 for the pixels it has, then 0.
    most: usize,
    has: Vec<f64>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(lattice: &Lattice, px_per_cell: f64, plane: &'a Plane<f32>) -> Self {
        let width = plane.size().width();
        let columns: Vec<_> = (0..lattice.columns)
            .map(|c| pixels(lattice.first.0 + c as i64, px_per_cell, width))
            .collect();
        // They are in order.
        let ends = columns.first().zip(columns.last());
        let all = ends.map_or(0..0, |(first, last)| first.start..last.end);
        let most = columns.iter().map(Range::len).max().unwrap_or(1);
        let has = columns.iter().flat_map(|column| {
            let count = column.len();
            (0..most).map(move |i| f64::from(u8::from(i < count)))
        });
        Self {
            plane,
            px_per_cell,
            first_row: lattice.first.1,
            firsts: columns.iter().map(|c| c.start - all.start).collect(),
            counts: columns.iter().map(|c| c.end - c.start).collect(),
            all: all.start as usize..all.end as usize,
            most,
            has: has.collect(),
        }
    }

    /// The rows of pixels of a row of cells.
    fn rows(&self, row: usize) -> Range<u32> {
        let height = self.plane.size().height();
        pixels(self.first_row + row as i64, self.px_per_cell, height)
    }

    /// A row of pixels, as far as there are cells.
    fn line(&self, y: u32) -> &[f32] {
        &self.plane.row(y)[self.all.clone()]
    }

    /// The mean of `f(value)` in every cell of a row; `sums` is overwritten.
    pub(super) fn means_of_row(
        &self,
        row: usize,
        f: impl Fn(f32) -> f64,
        sums: &mut Vec<f64>,
        means: &mut [f64],
    ) {
        let rows = self.rows(row);
        // Down the columns of pixels first, where they lie side by side: two rows at once, then one by one.
        sums.clear();
        let first = self.line(rows.start);
        let rest = if rows.len() > 1 {
            let second = self.line(rows.start + 1);
            sums.extend(first.iter().zip(second).map(|(&a, &b)| f(a) + f(b)));
            rows.start + 2..rows.end
        } else {
            sums.extend(first.iter().map(|&value| f(value)));
            rows.end..rows.end
        };
        for y in rest {
            for (sum, &value) in sums.iter_mut().zip(self.line(y)) {
                *sum += f(value);
            }
        }
        sums.resize(sums.len() + self.most, 0.0);
        let rows = rows.len() as f64;
        match self.most {
            1 => self.gather::<1>(rows, sums, means),
            2 => self.gather::<2>(rows, sums, means),
            _ => self.gather::<0>(rows, sums, means),
        }
    }

    /// The means of cells from the sums down their columns of pixels, of which there are at most `MOST` to a
    /// cell, a number that is known beforehand unless it is 0.
    #[inline(always)]
    fn gather<const MOST: usize>(&self, rows: f64, sums: &[f64], means: &mut [f64]) {
        let most = if MOST == 0 { self.most } else { MOST };
        // As many pixels for every cell: cells differ by one, which could not be foreseen.
        for (i, mean) in means.iter_mut().enumerate() {
            let first = self.firsts[i] as usize;
            let (sums, has) = (&sums[first..first + most], &self.has[i * most..][..most]);
            let mut sum = 0.0;
            for i in 0..most {
                sum += sums[i] * has[i];
            }
            *mean = sum / (rows * f64::from(self.counts[i]));
        }
    }
}

/// Whether any pixel of every cell is above zero, with the pixels of [`means`].
pub(super) fn any(lattice: &Lattice, px_per_cell: f64, plane: &Plane<f32>) -> Vec<bool> {
    let seen = Cells::new(lattice, px_per_cell, plane);
    let mut cells = vec![false; lattice.cells()];
    parallel::for_each_chunk(&mut cells, lattice.columns * BAND, |band, cells| {
        let (mut covered, mut before) = (vec![false; seen.all.len()], vec![0; seen.all.len() + 1]);
        for (row, cells) in (band * BAND..).zip(cells.chunks_mut(lattice.columns)) {
            covered.fill(false);
            // Down the columns of pixels first, many side by side.
            for y in seen.rows(row) {
                for (covered, &value) in covered.iter_mut().zip(seen.line(y)) {
                    *covered |= value > 0.0;
                }
            }
            // Counted up from the left, so that no cell's pixels have to be gone through.
            let mut count = 0_u32;
            for (before, &covered) in before[1..].iter_mut().zip(&covered) {
                count += u32::from(covered);
                *before = count;
            }
            let columns = seen.firsts.iter().zip(&seen.counts);
            for (cell, (&first, &count)) in cells.iter_mut().zip(columns) {
                *cell = before[first as usize] < before[(first + count) as usize];
            }
        }
    });
    cells
}

/// The pixels of a cell along one axis: never none.
fn pixels(cell: i64, px_per_cell: f64, count: u32) -> Range<u32> {
    let first_centre = |edge: f64| {
        (edge * px_per_cell - 0.5)
            .ceil()
            .clamp(0.0, f64::from(count))
    };
    let (start, end) = (first_centre(cell as f64), first_centre(cell as f64 + 1.0));
    if start < end {
        start as u32..end as u32
    } else {
        let centre = ((cell as f64 + 0.5) * px_per_cell).floor();
        let nearest = centre.clamp(0.0, f64::from(count - 1)) as u32;
        nearest..nearest + 1
    }
}

/// True at every cell that has a true one at most `by` columns and rows away.
pub(super) fn dilate(lattice: &Lattice, set: &[bool], by: usize) -> Vec<bool> {
    let (columns, rows) = (lattice.columns, lattice.rows);
    let along = |count: usize, get: &dyn Fn(usize) -> bool, put: &mut dyn FnMut(usize)| {
        let mut last = None;
        // `i` runs ahead by the reach, so that `last` is the nearest true one up to there.
        for i in 0..count + by {
            if i < count && get(i) {
                last = Some(i);
            }
            if i >= by && last.is_some_and(|last| last + 2 * by >= i) {
                put(i - by);
            }
        }
    };
    let mut wide = vec![false; set.len()];
    for row in 0..rows {
        let at = row * columns;
        along(columns, &|x| set[at + x], &mut |x| wide[at + x] = true);
    }
    let mut grown = vec![false; set.len()];
    for x in 0..columns {
        along(rows, &|y| wide[y * columns + x], &mut |y| {
            grown[y * columns + x] = true;
        });
    }
    grown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    #[test]
    fn every_pixel_belongs_to_one_cell() {
        for px_per_cell in [0.3, 1.0, 1.3, 2.5, 6.51, 40.0] {
            let mut owned = [0_u32; 100];
            let cells = (100.0 / px_per_cell) as i64 + 1;
            for cell in 0..cells {
                let range = pixels(cell, px_per_cell, 100);
                assert!(!range.is_empty());
                if px_per_cell >= 2.0 {
                    range.for_each(|px| owned[px as usize] += 1);
                }
            }
            assert!(px_per_cell < 2.0 || owned.iter().filter(|&&n| n == 1).count() >= 97);
            assert_eq!(pixels(-9, px_per_cell, 100), 0..1);
            assert_eq!(pixels(999, px_per_cell, 100), 99..100);
        }
    }

    #[test]
    fn means_of_a_ramp_are_its_values_at_the_middle_of_the_cells() {
        let ramp = Plane::from_fn(Size::new(40, 8).unwrap(), |x, _| x as f32);
        let means = means(&Lattice::of_mm((0, 0), 10, 2), 4.0, &ramp, f64::from);
        assert_eq!(means[..3], [1.5, 5.5, 9.5]);
        assert_eq!(means[10..], means[..10]);
        let any = any(&Lattice::of_mm((0, 0), 10, 2), 4.0, &ramp);
        assert!(any.iter().all(|&any| any));
        let dark = Plane::from_fn(Size::new(40, 8).unwrap(), |x, y| {
            f32::from(u8::from((x, y) == (13, 5)))
        });
        let any = super::any(&Lattice::of_mm((0, 0), 10, 2), 4.0, &dark);
        assert_eq!((0..20).filter(|&i| any[i]).collect::<Vec<_>>(), [13]);
    }

    #[test]
    fn dilation_grows_a_cell_to_a_square() {
        let lattice = Lattice::of_mm((0, 0), 9, 8);
        let mut set = vec![false; 72];
        set[3 * 9 + 1] = true;
        let grown = dilate(&lattice, &set, 2);
        for (i, &on) in grown.iter().enumerate() {
            let (x, y) = lattice.column_row(i);
            assert_eq!(on, x <= 3 && (1..=5).contains(&y), "{x},{y}");
        }
    }
}
