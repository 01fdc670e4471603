//! The cell lattice: fixed-point positions, neighbours, keys.

use glam::DVec2;

/// Fixed-point units per cell side.
///
/// With a cell side of spacing/√2 the squared spacing is exactly 2·2048² = 2²³ units², so that
/// "too close" is an integer comparison, and two positions in one cell are always too close.
pub(super) const UNITS: i32 = 2048;

/// Cell coordinates run over ±2²⁷, so that two of them and a tag of 8 bits fit in one key.
pub(super) const COORDINATE_LIMIT: i64 = 1 << 27;

/// Squared spacing in units² where it is even: two positions closer than that exclude each other.
pub(super) const CONFLICT: u32 = 2 * (UNITS * UNITS) as u32;

/// A position inside a cell, in units from its corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) x: u16,
    pub(super) y: u16,
}

/// A rectangle of cells of the plane's one global lattice, or a torus of them.
///
/// Cell (0, 0) has its corner at the photo's top-left corner. Randomness is keyed by the global
/// coordinates: which rectangle of the lattice is looked at cannot change a dart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lattice {
    /// Global coordinates of the rectangle's first cell.
    pub(super) first: (i64, i64),
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) side_mm: f64,
    pub(super) periodic: bool,
}

impl Lattice {
    /// A rectangle of cells of 1 mm.
    #[cfg(test)]
    pub(super) const fn of_mm(first: (i64, i64), columns: usize, rows: usize) -> Self {
        Self {
            first,
            columns,
            rows,
            side_mm: 1.0,
            periodic: false,
        }
    }

    pub(super) const fn cells(&self) -> usize {
        self.columns * self.rows
    }

    pub(super) const fn column_row(&self, cell: usize) -> (usize, usize) {
        (cell % self.columns, cell / self.columns)
    }

    /// The same number for the same cell of the plane, whatever the rectangle; `tag` in the top
    /// 8 bits tells rounds (or, for ids, sessions) apart.
    pub(super) fn key(&self, cell: usize, tag: u8) -> u64 {
        let (column, row) = self.column_row(cell);
        u64::from(self.column_key(column)) | self.row_key(row, tag)
    }

    /// The part of [`Lattice::key`] that a row shares.
    pub(super) fn row_key(&self, row: usize, tag: u8) -> u64 {
        biased(self.first.1, row) << 28 | u64::from(tag) << 56
    }

    /// The part of [`Lattice::key`] that a column shares: 28 bits.
    pub(super) fn column_key(&self, column: usize) -> u32 {
        biased(self.first.0, column) as u32
    }

    /// Global position of a spot, in units.
    pub(super) fn units(&self, cell: usize, spot: Spot) -> (i64, i64) {
        self.units_in(self.column_row(cell), spot)
    }

    fn units_in(&self, (column, row): (usize, usize), spot: Spot) -> (i64, i64) {
        let unit = i64::from(UNITS);
        (
            (self.first.0 + column as i64) * unit + i64::from(spot.x),
            (self.first.1 + row as i64) * unit + i64::from(spot.y),
        )
    }

    /// Global position of a spot, in mm from the photo's top-left corner.
    pub(super) fn position_mm(&self, cell: usize, spot: Spot) -> DVec2 {
        self.position_mm_in(self.column_row(cell), spot)
    }

    /// As [`Lattice::position_mm`], for a cell given by column and row, without a division.
    pub(super) fn position_mm_in(&self, column_row: (usize, usize), spot: Spot) -> DVec2 {
        let (x, y) = self.units_in(column_row, spot);
        DVec2::new(x as f64, y as f64) * (self.side_mm / f64::from(UNITS))
    }

    /// The cell and spot of a global position in units; a position outside the rectangle goes to
    /// its rim.
    pub(super) fn locate(&self, x: i64, y: i64) -> (usize, Spot) {
        let along = |at: i64, first: i64, count: usize| {
            let unit = i64::from(UNITS);
            let start = first * unit;
            // Held to the rectangle first: a caller's position may be beyond all numbers.
            let at = at.clamp(start, start + count as i64 * unit - 1) - start;
            ((at / unit) as usize, (at % unit) as u16)
        };
        let (column, x) = along(x, self.first.0, self.columns);
        let (row, y) = along(y, self.first.1, self.rows);
        (row * self.columns + column, Spot { x, y })
    }

    /// Whether `f(cell, dx, dy)` holds for any cell at most `reach` columns and rows away, itself
    /// included; `dx` and `dy` are the offsets of its corner in units. Row by row, left to right.
    pub(super) fn any_near(
        &self,
        cell: usize,
        reach: i32,
        mut f: impl FnMut(usize, i32, i32) -> bool,
    ) -> bool {
        let (column, row) = self.column_row(cell);
        for dy in -reach..=reach {
            let Some(y) = self.step(row, dy, self.rows) else {
                continue;
            };
            for dx in -reach..=reach {
                let Some(x) = self.step(column, dx, self.columns) else {
                    continue;
                };
                if f(y * self.columns + x, dx * UNITS, dy * UNITS) {
                    return true;
                }
            }
        }
        false
    }

    fn step(&self, from: usize, by: i32, count: usize) -> Option<usize> {
        let to = from as i64 + i64::from(by);
        if (0..count as i64).contains(&to) {
            Some(to as usize)
        } else if self.periodic {
            Some(to.rem_euclid(count as i64) as usize)
        } else {
            None
        }
    }
}

const fn biased(first: i64, offset: usize) -> u64 {
    (first + offset as i64 + COORDINATE_LIMIT) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(first: (i64, i64), periodic: bool) -> Lattice {
        Lattice {
            first,
            columns: 9,
            rows: 7,
            side_mm: 0.5,
            periodic,
        }
    }

    #[test]
    fn a_cell_keeps_its_key_in_every_rectangle_that_holds_it() {
        let here = lattice((-3, 2), false);
        let there = lattice((-1, -2), false);
        // Column −1 + 2 of `there` is column −3 + 4 of `here`; row −2 + 5 is row 2 + 1.
        assert_eq!(there.key(5 * 9 + 2, 3), here.key(9 + 4, 3));
        assert_ne!(here.key(13, 3), here.key(13, 4));
        assert_ne!(here.key(13, 3), here.key(14, 3));
    }

    #[test]
    fn positions_survive_the_way_to_units_and_back() {
        let lattice = lattice((-3, 2), false);
        for cell in 0..lattice.cells() {
            let spot = Spot { x: 2047, y: 5 };
            let (x, y) = lattice.units(cell, spot);
            assert_eq!(lattice.locate(x, y), (cell, spot));
        }
        assert_eq!(lattice.locate(-1 << 40, 1 << 40).0, 6 * 9);
        assert_eq!(lattice.locate(i64::MAX, i64::MIN).0, 8);
    }

    #[test]
    fn a_corner_has_nine_neighbours_on_the_plane_and_all_of_them_on_a_torus() {
        for (periodic, expected) in [(false, 9), (true, 25)] {
            let mut seen = Vec::new();
            lattice((0, 0), periodic).any_near(0, 2, |cell, _, _| {
                seen.push(cell);
                false
            });
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), expected);
        }
    }
}
