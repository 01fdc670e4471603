//! Which cells a mask of hard pixels touches, and which are filled for it.
//!
//! Both are functions of the pixels near a cell, so that they can be told for any rectangle.

use super::cells;
use super::lattice::Lattice;
use crate::plane::Plane;

/// A mask in which every pixel is in or out, over the lattice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Footprint<'a> {
    pub(super) coverage: &'a Plane<f32>,
    pub(super) px_per_cell: f64,
    /// Cells by which the field is continued beyond the mask.
    pub(super) margin: usize,
}

impl Footprint<'_> {
    /// The cells of a rectangle that the mask touches.
    pub(super) fn touched(&self, lattice: &Lattice) -> Vec<bool> {
        let mut touched = cells::any(lattice, self.px_per_cell, self.coverage);
        let size = self.coverage.size();
        // Beyond the picture its rim would go on.
        let inside = |first: i64, count: usize, px: u32| {
            let end = (f64::from(px) / self.px_per_cell).ceil() as i64;
            let place = |cell: i64| (cell - first).clamp(0, count as i64) as usize;
            place(0)..place(end)
        };
        let (x, y) = lattice.first;
        let columns = inside(x, lattice.columns, size.width());
        let rows = inside(y, lattice.rows, size.height());
        cells::keep_between(lattice, &mut touched, &columns, &rows);
        touched
    }

    /// The cells of a rectangle that are filled: those at most the margin away from touched ones.
    pub(super) fn region(&self, lattice: &Lattice) -> Vec<bool> {
        let (by, margin) = (self.margin as i64, self.margin);
        let wide = Lattice {
            first: (lattice.first.0 - by, lattice.first.1 - by),
            columns: lattice.columns + 2 * margin,
            rows: lattice.rows + 2 * margin,
            ..*lattice
        };
        let filled = cells::dilate(&wide, &self.touched(&wide), margin);
        let inner = super::part::Part {
            columns: margin..margin + lattice.columns,
            rows: margin..margin + lattice.rows,
        };
        inner.crop(&wide, &filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    #[test]
    fn cells_beyond_the_picture_are_not_touched() {
        let covered = Plane::filled(Size::new(9, 7).unwrap(), 1.0);
        let footprint = Footprint {
            coverage: &covered,
            px_per_cell: 2.0,
            margin: 1,
        };
        // Five columns of cells and four rows hold a pixel's part.
        for (first, columns, rows) in [((-3, -2), 12, 9), ((1, 1), 9, 8), ((40, -60), 3, 4)] {
            let lattice = Lattice::of_mm(first, columns, rows);
            let touched = footprint.touched(&lattice);
            for (cell, touched) in touched.into_iter().enumerate() {
                let (column, row) = lattice.column_row(cell);
                let (x, y) = (first.0 + column as i64, first.1 + row as i64);
                let inside = (0..5).contains(&x) && (0..4).contains(&y);
                assert_eq!(touched, inside, "{x}, {y}");
            }
        }
    }
}
