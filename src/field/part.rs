//! Rectangles of cells inside a lattice.

use std::ops::Range;

use super::lattice::Lattice;

/// Columns and rows of a lattice, counted from its first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
}

impl Part {
    /// The smallest one that holds all these cells.
    pub(super) fn holding(lattice: &Lattice, cells: &[usize]) -> Option<Self> {
        let mut found: Option<Self> = None;
        for &cell in cells {
            let (column, row) = lattice.column_row(cell);
            let part = found.get_or_insert(Self {
                columns: column..column + 1,
                rows: row..row + 1,
            });
            part.columns = part.columns.start.min(column)..part.columns.end.max(column + 1);
            part.rows = part.rows.start.min(row)..part.rows.end.max(row + 1);
        }
        found
    }

    /// The cells of a lattice between two positions given in cell sides from cell (0, 0).
    pub(super) fn between(lattice: &Lattice, low: [f64; 2], high: [f64; 2]) -> Self {
        let along = |low: f64, high: f64, first: i64, count: usize| {
            let from_first = |at: f64| (at - first as f64).clamp(0.0, count as f64);
            let (start, end) = (from_first(low.floor()), from_first(high.ceil()));
            start as usize..end.max(start) as usize
        };
        Self {
            columns: along(low[0], high[0], lattice.first.0, lattice.columns),
            rows: along(low[1], high[1], lattice.first.1, lattice.rows),
        }
    }

    /// With so many more cells on every side, as far as the lattice goes.
    pub(super) fn grown(&self, by: usize, lattice: &Lattice) -> Self {
        let along = |range: &Range<usize>, count: usize| {
            range.start.saturating_sub(by)..(range.end + by).min(count)
        };
        Self {
            columns: along(&self.columns, lattice.columns),
            rows: along(&self.rows, lattice.rows),
        }
    }

    /// As a lattice of its own.
    pub(super) fn lattice(&self, of: &Lattice) -> Lattice {
        Lattice {
            first: (
                of.first.0 + self.columns.start as i64,
                of.first.1 + self.rows.start as i64,
            ),
            columns: self.columns.len(),
            rows: self.rows.len(),
            side_mm: of.side_mm,
            periodic: false,
        }
    }

    /// Its cells in the lattice, row by row.
    pub(super) fn cells(&self, of: &Lattice) -> impl Iterator<Item = usize> + '_ {
        let stride = of.columns;
        self.rows.clone().flat_map(move |row| {
            self.columns
                .clone()
                .map(move |column| row * stride + column)
        })
    }

    /// Its part of values given for all cells of the lattice, a row at a time.
    pub(super) fn lines<'a, T>(
        &'a self,
        of: &Lattice,
        values: &'a [T],
    ) -> impl Iterator<Item = &'a [T]> {
        let stride = of.columns;
        self.rows
            .clone()
            .map(move |row| &values[row * stride..][self.columns.clone()])
    }

    /// All its values in one list.
    pub(super) fn crop<T: Copy>(&self, of: &Lattice, values: &[T]) -> Vec<T> {
        self.lines(of, values).flatten().copied().collect()
    }
}
