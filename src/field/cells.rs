//! Pictures seen at the resolution of the lattice.

use std::ops::Range;

use super::lattice::Lattice;
use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

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
        let columns = self.firsts.iter().zip(&self.counts);
        let columns = columns.zip(self.has.chunks_exact(most));
        // As many pixels for every cell: cells differ by one, which could not be foreseen.
        for (mean, ((&first, &count), has)) in means.iter_mut().zip(columns) {
            let sums = &sums[first as usize..first as usize + most];
            let mut sum = 0.0;
            for i in 0..most {
                sum += sums[i] * has[i];
            }
            *mean = sum / (rows * f64::from(count));
        }
    }
}

/// Whether any pixel of every cell is above zero, with the pixels of [`means`].
pub(super) fn any(lattice: &Lattice, px_per_cell: f64, plane: &Plane<f32>) -> Vec<bool> {
    let seen = Cells::new(lattice, px_per_cell, plane);
    let mut cells = vec![false; lattice.cells()];
    parallel::for_each_chunk(&mut cells, lattice.columns * BAND, |band, cells| {
        let mut most = Vec::new();
        for (row, cells) in (band * BAND..).zip(cells.chunks_mut(lattice.columns)) {
            // Down the columns of pixels first, many side by side.
            let rows = seen.rows(row);
            most.clear();
            most.extend_from_slice(seen.line(rows.start));
            for y in rows.start + 1..rows.end {
                for (most, &value) in most.iter_mut().zip(seen.line(y)) {
                    *most = value.max(*most);
                }
            }
            let columns = seen.firsts.iter().zip(&seen.counts);
            for (cell, (&first, &count)) in cells.iter_mut().zip(columns) {
                let pixels = &most[first as usize..(first + count) as usize];
                // Both ends at once: most cells have two pixels, or fewer.
                let ends = (pixels[0] > 0.0) | (pixels[pixels.len() - 1] > 0.0);
                *cell = ends || pixels.iter().any(|&value| value > 0.0);
            }
        }
    });
    cells
}

/// [`any`] of a plane that is above zero between these bounds alone: left, top, right and bottom.
pub(super) fn any_between(
    lattice: &Lattice,
    px_per_cell: f64,
    size: Size,
    [left, top, right, bottom]: [u32; 4],
) -> Vec<bool> {
    let meets = |first: i64, count: usize, side: u32, low: u32, high: u32| -> Vec<bool> {
        let cells = (first..).take(count);
        let pixels = cells.map(|cell| pixels(cell, px_per_cell, side));
        pixels.map(|px| px.start < high && low < px.end).collect()
    };
    let (x, y) = lattice.first;
    let columns = meets(x, lattice.columns, size.width(), left, right);
    let rows = meets(y, lattice.rows, size.height(), top, bottom);
    let mut cells = vec![false; lattice.cells()];
    for (row, line) in rows.into_iter().zip(cells.chunks_mut(lattice.columns)) {
        if row {
            line.copy_from_slice(&columns);
        }
    }
    cells
}

/// Makes all cells of a lattice false but those of some columns and rows.
pub(super) fn keep_between(
    lattice: &Lattice,
    cells: &mut [bool],
    columns: &Range<usize>,
    rows: &Range<usize>,
) {
    for (row, line) in cells.chunks_mut(lattice.columns).enumerate() {
        if rows.contains(&row) {
            line[..columns.start].fill(false);
            line[columns.end..].fill(false);
        } else {
            line.fill(false);
        }
    }
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

/// True at every cell that has a true one at most `by` columns and rows away, which should be few: a cell is looked at
/// so many times.
pub(super) fn dilate(lattice: &Lattice, set: &[bool], by: usize) -> Vec<bool> {
    let (columns, rows) = (lattice.columns, lattice.rows);
    let add = |to: &mut [bool], from: &[bool]| {
        for (to, &from) in to.iter_mut().zip(from) {
            *to |= from;
        }
    };
    let mut wide = vec![false; set.len()];
    parallel::for_each_chunk(&mut wide, columns * BAND, |band, wide| {
        for (row, wide) in (band * BAND..).zip(wide.chunks_mut(columns)) {
            let line = &set[row * columns..(row + 1) * columns];
            for by in 0..=by.min(columns) {
                add(&mut wide[by..], line);
                add(wide, &line[by..]);
            }
        }
    });
    let mut grown = vec![false; set.len()];
    parallel::for_each_chunk(&mut grown, columns * BAND, |band, grown| {
        for (row, grown) in (band * BAND..).zip(grown.chunks_mut(columns)) {
            for row in row.saturating_sub(by)..(row + by + 1).min(rows) {
                add(grown, &wide[row * columns..(row + 1) * columns]);
            }
        }
    });
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
    fn means_are_those_of_the_pixels_of_each_cell() {
        let size = Size::new(31, 23).unwrap();
        let plane = Plane::from_fn(size, |x, y| (x * 7 + y * 13) as f32 % 11.0);
        let lattice = Lattice::of_mm((-3, 2), 40, 30);
        for px_per_cell in [0.4, 1.0, 1.6, 2.0, 3.3, 50.0] {
            let means = means(&lattice, px_per_cell, &plane, f64::from);
            for (cell, mean) in means.into_iter().enumerate() {
                let (column, row) = lattice.column_row(cell);
                let columns = pixels(column as i64 - 3, px_per_cell, size.width());
                let rows = pixels(row as i64 + 2, px_per_cell, size.height());
                let count = columns.len() * rows.len();
                let sum: f64 = rows
                    .flat_map(|y| columns.clone().map(move |x| (x, y)))
                    .map(|(x, y)| f64::from(plane.row(y)[x as usize]))
                    .sum();
                let off = (mean - sum / count as f64).abs();
                assert!(off < 1e-12, "cell {cell} at {px_per_cell}");
            }
        }
    }

    #[test]
    fn a_rectangle_meets_the_cells_that_its_pixels_are_seen_in() {
        let size = Size::new(31, 23).unwrap();
        let lattice = Lattice::of_mm((-3, 2), 40, 30);
        for px_per_cell in [0.4, 1.0, 1.6, 3.3, 50.0] {
            for [left, top, right, bottom] in [[0, 0, 31, 23], [4, 9, 5, 10], [7, 0, 31, 22]] {
                let plane = Plane::from_fn(size, |x, y| {
                    let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
                    f32::from(u8::from(inside))
                });
                let bounds = [left, top, right, bottom];
                assert!(
                    any_between(&lattice, px_per_cell, size, bounds)
                        == any(&lattice, px_per_cell, &plane),
                    "{bounds:?} at {px_per_cell}"
                );
            }
        }
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
