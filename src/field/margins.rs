//! How far around the mask the field goes on.

use super::cells::Cells;
use super::lattice::Lattice;
use super::request::FieldRequest;
use super::spacing::FLOOR;
use super::target::check_size;
use super::varied::BLOCK;
use crate::error::Result;
use crate::parallel;

/// Spacings by which the field is continued beyond the mask, so that its edge has no influence.
const MARGIN_SPACINGS: f64 = 4.0;

/// Margins around the mask, wider where its dots stand farther apart: one class for each doubling
/// of the spacing.
pub(super) struct Classes {
    /// For squares of [`COARSE`]² cells of the inner lattice, one more than their class, or 0 off the
    /// mask.
    squares: Vec<u8>,
    columns: usize,
}

/// Cells along the side of the squares in which margins are laid out.
const COARSE: usize = 8;

const CLASSES: u8 = 7;

/// Rows of squares that one task looks at.
const BANDS: usize = 4;

impl Classes {
    /// Of the cells that are `inside`, less those where no dot is wanted: none has to be laid there, nor
    /// around it. A square goes by the mean density in it and in those beside it: a single cell of next
    /// to none, as at a ragged edge, gets no dot that could need room. `envelope` and `relative` are
    /// factors on their density, 1 if they are left out.
    pub(super) fn new(
        inner: &Lattice,
        inside: &mut [bool],
        envelope: Option<&[f64]>,
        relative: Option<&Cells<'_>>,
    ) -> Self {
        let columns = inner.columns.div_ceil(COARSE);
        let mut bands: Vec<(&mut [bool], Vec<Wanted>)> = inside
            .chunks_mut(inner.columns * COARSE)
            .map(|inside| (inside, Vec::new()))
            .collect();
        parallel::for_each_chunk(&mut bands, BANDS, |part, bands| {
            let (mut sums, mut factors) = (Vec::new(), vec![1.0; inner.columns]);
            for (band, (inside, squares)) in (part * BANDS..).zip(bands) {
                *squares = vec![Wanted::default(); columns];
                for (row, inside) in (band * COARSE..).zip(inside.chunks_mut(inner.columns)) {
                    if let Some(relative) = relative {
                        relative.means_of_row(row, f64::from, &mut sums, &mut factors);
                    }
                    let soft = envelope.map(|soft| &soft[row * inner.columns..]);
                    let squares = squares.iter_mut().zip(inside.chunks_mut(COARSE));
                    for (i, (square, inside)) in squares.enumerate() {
                        let first = i * COARSE;
                        let cells = first..first + inside.len();
                        let soft = soft.map(|soft| &soft[cells.clone()]);
                        // Not added up where it is kept: the next addition would wait for it.
                        let mut sum = *square;
                        for (i, (inside, factor)) in
                            inside.iter_mut().zip(&factors[cells]).enumerate()
                        {
                            *inside &= *factor > 0.0;
                            let density = soft.map_or(1.0, |soft| soft[i]) * factor;
                            // Chosen, not multiplied: there may be no number off the mask.
                            let density = if *inside { density } else { 0.0 };
                            sum.add(density, f64::from(u8::from(*inside)));
                        }
                        *square = sum;
                    }
                }
            }
        });
        let wanted: Vec<Wanted> = bands.into_iter().flat_map(|(_, wanted)| wanted).collect();
        let rows = wanted.len() / columns;
        let squares = (0..wanted.len()).map(|square| {
            let (x, y) = (square % columns, square / columns);
            let mut near = Wanted::default();
            for y in y.saturating_sub(1)..(y + 2).min(rows) {
                for square in &wanted[y * columns..][x.saturating_sub(1)..(x + 2).min(columns)] {
                    near.add(square.density, square.cells);
                }
            }
            match wanted[square].cells {
                0.0 => 0,
                _ => 1 + class(near.density / near.cells),
            }
        });
        Self {
            squares: squares.collect(),
            columns,
        }
    }

    /// Whether there is no cell at all.
    pub(super) fn is_empty(&self) -> bool {
        self.squares.iter().all(|&square| square == 0)
    }

    /// Squares around one that belong to the region, for the widest class in it.
    fn margin_of(square: u8) -> usize {
        let class = square - 1;
        margin(f64::from(1_u32 << class).min(1.0 / FLOOR.sqrt())).div_ceil(COARSE)
    }

    /// Calls `f` with first and last column and row of squares around each square of the mask.
    fn surroundings(&self, mut f: impl FnMut([i64; 4])) {
        for (i, &square) in self.squares.iter().enumerate() {
            if square != 0 {
                let margin = Self::margin_of(square) as i64;
                let (x, y) = ((i % self.columns) as i64, (i / self.columns) as i64);
                f([x - margin, y - margin, x + margin, y + margin]);
            }
        }
    }

    /// The lattice that holds all margins, in whole blocks.
    pub(super) fn lattice(&self, inner: &Lattice) -> Result<Lattice> {
        let mut bounds = [i64::MAX, i64::MAX, i64::MIN, i64::MIN];
        self.surroundings(|[left, top, right, bottom]| {
            let [l, t, r, b] = bounds;
            bounds = [l.min(left), t.min(top), r.max(right), b.max(bottom)];
        });
        let block = BLOCK as i64;
        let (side, (x, y)) = (COARSE as i64, inner.first);
        let low = |at: i64, first: i64| (first + at * side).div_euclid(block) * block;
        let high = |at: i64, first: i64| -(-(first + (at + 1) * side)).div_euclid(block) * block;
        let [left, top, right, bottom] = bounds;
        let first = (low(left, x), low(top, y));
        let (columns, rows) = (high(right, x) - first.0, high(bottom, y) - first.1);
        check_size(first, columns as f64, rows as f64, FieldRequest::MAX_DOTS)?;
        Ok(Lattice {
            first,
            columns: columns as usize,
            rows: rows as usize,
            ..inner.clone()
        })
    }

    /// The cells of the mask and its margins.
    pub(super) fn region(&self, inner: &Lattice, lattice: &Lattice) -> Vec<bool> {
        let mut region = vec![false; lattice.cells()];
        // Every square adds its rows to a list of changes along columns, summed afterwards.
        let line = lattice.columns + 1;
        let rows = lattice.rows / COARSE + 2;
        let mut changes = vec![0_i32; line * (rows + 1)];
        let side = COARSE as i64;
        let (x, y) = (
            inner.first.0 - lattice.first.0,
            inner.first.1 - lattice.first.1,
        );
        self.surroundings(|[left, top, right, bottom]| {
            let (left, right) = (
                (x + left * side) as usize,
                (x + (right + 1) * side) as usize,
            );
            let top = ((y + top * side) as usize) / COARSE;
            let bottom = ((y + (bottom + 1) * side) as usize).div_ceil(COARSE);
            for (row, sign) in [(top, 1), (bottom, -1)] {
                changes[row * line + left] += sign;
                changes[row * line + right] -= sign;
            }
        });
        for row in 0..lattice.rows / COARSE {
            let mut depth = 0;
            let (before, after) = changes.split_at_mut((row + 1) * line);
            let sums = &mut before[row * line..];
            for (next, sum) in after.iter_mut().zip(sums.iter()) {
                *next += sum;
            }
            for (column, sum) in sums[..lattice.columns].iter().enumerate() {
                depth += sum;
                region[row * COARSE * lattice.columns + column] = depth > 0;
            }
            let first = row * COARSE * lattice.columns;
            for y in 1..COARSE {
                let line = first..first + lattice.columns;
                region.copy_within(line, first + y * lattice.columns);
            }
        }
        region
    }
}

/// The sum of the densities of some cells.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    density: f64,
    cells: f64,
}

impl Wanted {
    fn add(&mut self, density: f64, cells: f64) {
        self.density += density;
        self.cells += cells;
    }
}

/// How often the spacing of this density has doubled.
fn class(density: f64) -> u8 {
    let mut class = 0;
    let mut least = 1.0;
    while class + 1 < CLASSES && density < least {
        class += 1;
        least *= 0.25;
    }
    class
}

/// Cells by which the field goes on where dots stand so many nominal spacings apart.
pub(super) fn margin(ratio: f64) -> usize {
    (MARGIN_SPACINGS * std::f64::consts::SQRT_2 * ratio).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Off the mask there may be no density at all.
    #[test]
    fn margins_go_by_the_density_on_the_mask_alone() {
        let inner = Lattice::of_mm((0, 0), 2 * COARSE, COARSE);
        let on_mask = |cell: usize| cell % inner.columns < 3;
        let mut inside: Vec<bool> = (0..inner.cells()).map(on_mask).collect();
        let density = |cell: usize| if on_mask(cell) { 0.01 } else { f64::NAN };
        let envelope: Vec<f64> = (0..inner.cells()).map(density).collect();
        let classes = Classes::new(&inner, &mut inside, Some(&envelope), None);
        assert_eq!(classes.squares, [1 + class(0.01), 0]);
        assert_eq!(class(0.01), 4);
    }
}
