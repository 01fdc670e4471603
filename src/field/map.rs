//! The density that is wanted, as spacings at the corners of the cells.

use std::sync::atomic::{AtomicBool, Ordering};

use glam::{DVec2, Vec2};

use super::cells::Cells;
use super::lattice::Lattice;
use super::spacing::{FLOOR, Mapped, NOMINAL};
use crate::parallel;

/// Densities at the corners of the cells, row by row.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub(super) spacing: Mapped,
    /// ã, to be divided into a dot's own coverage, and the chance to stay where the wanted density
    /// is below what spacing expresses; `None` where both are 1 everywhere.
    shares: Option<Vec<[f32; 2]>>,
}

/// What is asked for, cell by cell.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) lattice: &'a Lattice,
    /// Cells to fill.
    pub(super) region: &'a [bool],
    /// ã of every cell, NaN where there is none; 1 everywhere if it is left out.
    pub(super) envelope: Option<&'a [f64]>,
    /// The factor on the density, 1 everywhere if it is left out.
    pub(super) relative: Option<Cells<'a>>,
}

/// Rows of corners that one task works out.
const BAND: usize = 32;

/// The wanted density at a corner: ã, and its product with the factor.
#[derive(Clone, Copy, Debug)]
struct Corner {
    soft: f32,
    density: f32,
}

impl Corner {
    const NOMINAL: Self = Self {
        soft: 1.0,
        density: 1.0,
    };

    /// The own spacing that comes closest.
    fn node(self) -> u32 {
        let density = self.density.max(FLOOR as f32);
        // Below 2³¹: signed numbers are the faster ones to convert to.
        (NOMINAL as f32 / density.sqrt() + 0.5) as i32 as u32
    }

    /// What is left for dots to be dropped for, one by one.
    fn share(self, node: u32) -> [f32; 2] {
        let relative = node as f32 / NOMINAL as f32;
        let met = self.density * relative * relative;
        // Spacings are rounded to 1/23170.
        [self.soft, if met > 0.9999 { 1.0 } else { met }]
    }
}

impl Map {
    /// ã and the chance to stay, at a position.
    pub(super) fn shares_at(&self, position_mm: Vec2, lattice: &Lattice) -> [f32; 2] {
        let Some(nodes) = &self.shares else {
            return [1.0; 2];
        };
        let at = position_mm.as_dvec2() / lattice.side_mm;
        let at = at - DVec2::new(lattice.first.0 as f64, lattice.first.1 as f64);
        let column = at.x.clamp(0.0, lattice.columns as f64 - 1e-6);
        let row = at.y.clamp(0.0, lattice.rows as f64 - 1e-6);
        let (u, v) = ((column - column.floor()) as f32, (row - row.floor()) as f32);
        let upper = row as usize * (lattice.columns + 1) + column as usize;
        let lower = upper + lattice.columns + 1;
        [0, 1].map(|i| {
            let above = nodes[upper][i] * (1.0 - u) + nodes[upper + 1][i] * u;
            let below = nodes[lower][i] * (1.0 - u) + nodes[lower + 1][i] * u;
            above * (1.0 - v) + below * v
        })
    }
}

impl Wanted<'_> {
    /// `None` where the nominal density holds everywhere.
    pub(super) fn map(&self) -> Option<Map> {
        if self.is_nominal() {
            return None;
        }
        let line = self.lattice.columns + 1;
        let mut nodes = vec![0; line * (self.lattice.rows + 1)];
        let plain = AtomicBool::new(true);
        parallel::for_each_chunk(&mut nodes, line * BAND, |band, nodes| {
            self.for_each_row(band * BAND, nodes, |_, nodes, corners| {
                let mut met = true;
                for (node, corner) in nodes.iter_mut().zip(corners) {
                    *node = corner.node();
                    met &= corner.soft == 1.0 && corner.density >= FLOOR as f32;
                }
                plain.fetch_and(met, Ordering::Relaxed);
            });
        });
        let (spacing, lowered) = Mapped::new(self.lattice, nodes);
        let shares = (lowered || !plain.into_inner()).then(|| {
            let mut shares = vec![[1.0; 2]; line * (self.lattice.rows + 1)];
            parallel::for_each_chunk(&mut shares, line * BAND, |band, shares| {
                self.for_each_row(band * BAND, shares, |row, shares, corners| {
                    let nodes = corners.iter().zip(spacing.corners_of_row(row));
                    for (share, (corner, &node)) in shares.iter_mut().zip(nodes) {
                        *share = corner.share(node);
                    }
                });
            });
            shares
        });
        Some(Map { spacing, shares })
    }

    /// Whether 1 is wanted in all cells to fill.
    fn is_nominal(&self) -> bool {
        let Lattice { columns, rows, .. } = *self.lattice;
        let (mut sums, mut means) = (Vec::new(), vec![1.0; columns]);
        (0..rows).all(|row| {
            if let Some(cells) = &self.relative {
                cells.means_of_row(row, f64::from, &mut sums, &mut means);
            }
            let cells = row * columns..(row + 1) * columns;
            let soft = |cell: usize| self.envelope.map_or(1.0, |envelope| envelope[cell]);
            (cells.zip(&means))
                .all(|(cell, &mean)| !self.region[cell] || (mean == 1.0 && soft(cell) == 1.0))
        })
    }

    /// Calls `f` with each row of `values` from the row `first` on, and the corners there.
    fn for_each_row<T>(
        &self,
        first: usize,
        values: &mut [T],
        mut f: impl FnMut(usize, &mut [T], &[Corner]),
    ) {
        let columns = self.lattice.columns;
        let mut sums = Vec::new();
        let (mut above, mut below) = (vec![1.0; columns], vec![1.0; columns]);
        let mut corners = vec![Corner::NOMINAL; columns + 1];
        let mut read = |row: usize, to: &mut [f64]| {
            if let Some(cells) = &self.relative {
                cells.means_of_row(row.min(self.lattice.rows - 1), f64::from, &mut sums, to);
            }
        };
        read(first.saturating_sub(1), &mut below);
        for (row, values) in (first..).zip(values.chunks_mut(columns + 1)) {
            std::mem::swap(&mut above, &mut below);
            read(row, &mut below);
            self.corners(row, &above, &below, &mut corners);
            f(row, values, &corners);
        }
    }

    /// The corners of a row, from the factors in the cells above and below them: at a corner stands
    /// the mean of the cells around it.
    fn corners(&self, row: usize, above: &[f64], below: &[f64], corners: &mut [Corner]) {
        let columns = self.lattice.columns;
        let mut last = above[0] + below[0];
        for column in 0..columns {
            let next = above[column] + below[column];
            corners[column].density = ((last + next) / 4.0) as f32;
            last = next;
        }
        corners[columns].density = (last / 2.0) as f32;
        let Some(envelope) = self.envelope else {
            return;
        };
        let line = |row: usize| &envelope[row.min(self.lattice.rows - 1) * columns..][..columns];
        let (above, below) = (line(row.saturating_sub(1)), line(row));
        for (column, corner) in corners.iter_mut().enumerate() {
            let (left, right) = (column.saturating_sub(1), column.min(columns - 1));
            let around = [above[left], above[right], below[left], below[right]];
            let known = around.into_iter().filter(|soft| !soft.is_nan());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, count), s| (sum + s, count + 1.0));
            let soft = if count > 0.0 { sum / count } else { 1.0 };
            corner.density *= soft as f32;
            corner.soft = soft as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::Plane;
    use crate::random::{Seed, Stage};
    use crate::units::Size;

    const COLUMNS: usize = 7;
    const ROWS: usize = 5;

    fn lattice() -> Lattice {
        Lattice::of_mm((-2, 3), COLUMNS, ROWS)
    }

    #[test]
    fn shares_are_those_of_the_corners_and_run_on_from_cell_to_cell() {
        let lattice = lattice();
        let mut stream = Seed::new(4).stream(Stage::Probe, 0);
        let corners = (COLUMNS + 1) * (ROWS + 1);
        let nodes: Vec<[f32; 2]> = (0..corners)
            .map(|_| [stream.unit_f32(), stream.unit_f32()])
            .collect();
        let map = Map {
            spacing: Mapped::new(&lattice, vec![NOMINAL; corners]).0,
            shares: Some(nodes.clone()),
        };
        let at = |column: f32, row: f32| {
            let place = Vec2::new(
                lattice.first.0 as f32 + column,
                lattice.first.1 as f32 + row,
            );
            map.shares_at(place, &lattice)
        };
        let near = |a: [f32; 2], b: [f32; 2]| (0..2).all(|i| (a[i] - b[i]).abs() < 0.01);
        for (i, &node) in nodes.iter().enumerate() {
            let (column, row) = ((i % (COLUMNS + 1)) as f32, (i / (COLUMNS + 1)) as f32);
            for (x, y) in [
                (0.0, 0.0),
                (0.002, 0.0),
                (-0.002, 0.0),
                (0.0, 0.002),
                (0.0, -0.002),
            ] {
                assert!(near(at(column + x, row + y), node), "corner {i}, {x} {y}");
            }
        }
        // Halfway between two corners their mean.
        let mean = [0, 1].map(|i| 0.5 * (nodes[0][i] + nodes[COLUMNS + 1][i]));
        assert!(near(at(0.0, 0.5), mean));
    }

    /// What spacing cannot express is left to chance, and nothing else.
    #[test]
    fn spacings_and_chances_come_to_the_density_that_is_wanted() {
        let lattice = lattice();
        let size = Size::new(2 * COLUMNS as u32, 2 * ROWS as u32).unwrap();
        for (density, thinned) in [(1.0 / 5000.0, true), (1.0 / 2400.0, false), (0.3, false)] {
            // Two pixels a cell; the picture's rim goes on beyond it.
            let plane = Plane::filled(size, density);
            let wanted = Wanted {
                lattice: &lattice,
                region: &[true; COLUMNS * ROWS],
                envelope: None,
                relative: Some(Cells::new(&lattice, 2.0, &plane)),
            };
            let map = wanted.map().unwrap();
            let own = map.spacing.at(3, 2, 1000, 500) as f32 / NOMINAL as f32;
            let [soft, chance] = map.shares_at(Vec2::new(1.3, 5.1), &lattice);
            assert!(
                soft == 1.0 && (chance < 1.0) == thinned,
                "{density}: {chance}"
            );
            let met = chance / (own * own);
            assert!((met / density - 1.0).abs() < 0.001, "{met} of {density}");
        }
    }
}
