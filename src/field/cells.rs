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
    /// The pixels of each column of cells.
    columns: Vec<Range<u32>>,
    /// 1 for the columns that have a first pixel, a second one, and so on, and 0 for the others.
    has: Vec<Vec<f64>>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(lattice: &Lattice, px_per_cell: f64, plane: &'a Plane<f32>) -> Self {
        let width = plane.size().width();
        let columns: Vec<_> = (0..lattice.columns)
            .map(|c| pixels(lattice.first.0 + c as i64, px_per_cell, width))
            .collect();
        Self {
            plane,
            px_per_cell,
            first_row: lattice.first.1,
            has: (0..columns.iter().map(Range::len).max().unwrap_or(0))
                .map(|i| {
                    let has = columns.iter().map(|c| u8::from(i < c.len()));
                    has.map(f64::from).collect()
                })
                .collect(),
            columns,
        }
    }

    /// The pixels of all columns of cells, which are in order.
    fn all_columns(&self) -> Range<usize> {
        let ends = self.columns.first().zip(self.columns.last());
        ends.map_or(0..0, |(first, last)| {
            first.start as usize..last.end as usize
        })
    }

    /// The mean of `f(value)` in every cell of a row; `sums` is overwritten.
    pub(super) fn means_of_row(
        &self,
        row: usize,
        f: impl Fn(f32) -> f64,
        sums: &mut Vec<f64>,
        means: &mut [f64],
    ) {
        let height = self.plane.size().height();
        let rows = pixels(self.first_row + row as i64, self.px_per_cell, height);
        // Down the columns of pixels first, where they lie side by side.
        let all = self.all_columns();
        sums.clear();
        sums.extend(
            self.plane.row(rows.start)[all.clone()]
                .iter()
                .map(|&value| f(value)),
        );
        for y in rows.start + 1..rows.end {
            for (sum, &value) in sums.iter_mut().zip(&self.plane.row(y)[all.clone()]) {
                *sum += f(value);
            }
        }
        sums.resize(sums.len() + self.has.len(), 0.0);
        means.fill(0.0);
        // The first pixels of all cells, then the second ones, without a branch: cells differ by a
        // pixel, which could not be foreseen.
        for (i, has) in self.has.iter().enumerate() {
            for (mean, (columns, has)) in means.iter_mut().zip(self.columns.iter().zip(has)) {
                *mean += sums[columns.start as usize - all.start + i] * has;
            }
        }
        let rows = rows.len() as f64;
        for (mean, columns) in means.iter_mut().zip(&self.columns) {
            *mean /= rows * f64::from(columns.end - columns.start);
        }
    }
}

/// Whether any pixel of every cell is above zero, with the pixels of [`means`].
pub(super) fn any(lattice: &Lattice, px_per_cell: f64, plane: &Plane<f32>) -> Vec<bool> {
    let seen = Cells::new(lattice, px_per_cell, plane);
    let height = plane.size().height();
    let mut cells = vec![false; lattice.cells()];
    parallel::for_each_chunk(&mut cells, lattice.columns * BAND, |band, cells| {
        let all = seen.all_columns();
        let (mut covered, mut before) = (vec![false; all.len()], vec![0; all.len() + 1]);
        for (row, cells) in (band * BAND..).zip(cells.chunks_mut(lattice.columns)) {
            covered.fill(false);
            // Down the columns of pixels first, many side by side.
            for y in pixels(seen.first_row + row as i64, px_per_cell, height) {
                for (covered, &value) in covered.iter_mut().zip(&plane.row(y)[all.clone()]) {
                    *covered |= value > 0.0;
                }
            }
            // Counted up from the left, so that no cell's pixels have to be gone through.
            let mut count = 0_u32;
            for (before, &covered) in before[1..].iter_mut().zip(&covered) {
                count += u32::from(covered);
                *before = count;
            }
            for (cell, columns) in cells.iter_mut().zip(&seen.columns) {
                let [start, end] = [columns.start, columns.end].map(|at| at as usize - all.start);
                *cell = before[start] < before[end];
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
