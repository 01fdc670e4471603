//! Exact Euclidean distance from the edge of a set of pixels.

use std::ops::Range;

use crate::parallel;
use crate::plane::Plane;
use crate::simd::{Level, dispatch};

/// Larger than any number of steps along a column.
const NEVER: f32 = f32::INFINITY;

/// Rows that one task works on.
const BAND: usize = 16;

/// Distance of every pixel centre from the edge, in pixels: positive where the coverage is ½ or
/// more, negative elsewhere, infinite without an edge. Only rows in a range are looked at; all others count as far
/// outside, and hold no edge.
///
/// # Cost
/// Linear in the pixels; no memory but the result.
///
/// # References
/// A. Meijster, J. B. T. M. Roerdink, W. H. Hesselink, "A General Algorithm for Computing Distance
/// Transforms in Linear Time", Mathematical Morphology and its Applications (2000), with their
/// first phase along columns and their second, the lower envelope of parabolas, along rows.
pub(super) fn signed(coverage: &Plane<f32>, rows: Range<usize>) -> Plane<f32> {
    let width = coverage.size().width() as usize;
    let mut signed = Plane::filled(coverage.size(), f32::NEG_INFINITY);
    to_other_side_in_column(coverage, &rows, &mut signed);
    let within = &mut signed.values_mut()[rows.start * width..rows.end * width];
    parallel::for_each_chunk(within, width * BAND, |band, signed| {
        let (mut envelope, mut steps) = (Envelope::default(), vec![NEVER; width]);
        for (row, signed) in (rows.start + band * BAND..).zip(signed.chunks_mut(width)) {
            steps.copy_from_slice(signed);
            let coverage = coverage.row(row as u32);
            for side in [true, false] {
                let sign = if side { 1.0 } else { -1.0 };
                let on_side = |x: usize| inside(coverage[x]) == side;
                // A pixel of the other side is itself the nearest such pixel of its column, and hides
                // what lies beyond it.
                envelope.fit(width, |x| {
                    if on_side(x) {
                        return steps[x];
                    }
                    let last = (x > 0 && on_side(x - 1)) || (x + 1 < width && on_side(x + 1));
                    if last { 0.0 } else { NEVER }
                });
                if envelope.is_empty() {
                    let alone = (0..width).filter(|&x| on_side(x));
                    alone.for_each(|x| signed[x] = sign * f32::INFINITY);
                }
                envelope.read(|x, squared| {
                    if on_side(x) {
                        // The edge lies halfway between an inside centre and an outside centre.
                        signed[x] = sign * ((squared as f64).sqrt() as f32 - 0.5);
                    }
                });
            }
        }
    });
    signed
}

#[inline(always)]
fn inside(coverage: f32) -> bool {
    coverage >= 0.5
}

/// Steps along the column to the nearest pixel on the other side of the edge: whole numbers below 2²⁴.
fn to_other_side_in_column(coverage: &Plane<f32>, rows: &Range<usize>, plane: &mut Plane<f32>) {
    let width = coverage.size().width() as usize;
    plane.values_mut()[rows.start * width..rows.end * width].fill(NEVER);
    let mut pass = |to: usize, from: usize| {
        let (above, below) = plane.values_mut().split_at_mut(to.max(from) * width);
        let (steps, near) = if to > from {
            (&mut below[..width], &above[from * width..])
        } else {
            (&mut above[to * width..], &below[..width])
        };
        let [own, other] = [to, from].map(|y| coverage.row(y as u32));
        dispatch!(Level::detect().get(), simd => step(steps, near, [own, other]));
    };
    let later = rows.start + 1..rows.end;
    later.clone().for_each(|y| pass(y, y - 1));
    later.rev().for_each(|y| pass(y - 1, y));
}

/// A step on along the columns, from a row to the one beside it.
#[inline(always)]
fn step(steps: &mut [f32], near: &[f32], coverage: [&[f32]; 2]) {
    let [own, other] = coverage.map(|row| &row[..steps.len()]);
    let near = &near[..steps.len()];
    for (x, steps) in steps.iter_mut().enumerate() {
        let same = inside(own[x]) == inside(other[x]);
        let reached = if same { near[x] + 1.0 } else { 1.0 };
        *steps = steps.min(reached);
    }
}

/// The lower envelope of the parabolas `(x − p)² + steps[p]²` of one row.
#[derive(Debug, Default)]
struct Envelope {
    /// Column and height of each parabola, and the first column where it is lowest.
    parabolas: Vec<(i64, i64, i64)>,
    columns: i64,
}

impl Envelope {
    /// Stands a parabola in every column with a number of steps.
    fn fit(&mut self, columns: usize, steps: impl Fn(usize) -> f32) {
        self.parabolas.clear();
        self.columns = columns as i64;
        for q in 0..columns {
            let (steps, q) = (steps(q), q as i64);
            if steps == NEVER {
                continue;
            }
            let height = steps as i64 * steps as i64;
            let mut start = 0;
            while let Some(&(p, lower, from)) = self.parabolas.last() {
                // Parabola q is below parabola p from this column on (Meijster's Sep).
                let sep = (q * q - p * p + height - lower).div_euclid(2 * (q - p)) + 1;
                if sep <= from {
                    self.parabolas.pop();
                } else {
                    start = sep;
                    break;
                }
            }
            self.parabolas.push((q, height, start));
        }
    }

    fn is_empty(&self) -> bool {
        self.parabolas.is_empty()
    }

    /// Hands out the squared distance at every column, or nothing when no parabola stands.
    fn read(&self, mut each: impl FnMut(usize, i64)) {
        let ends = self
            .parabolas
            .iter()
            .skip(1)
            .map(|next| next.2)
            .chain([self.columns]);
        for (&(p, height, from), end) in self.parabolas.iter().zip(ends) {
            for x in from..end.min(self.columns) {
                each(x as usize, (x - p) * (x - p) + height);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};
    use crate::units::Size;

    #[test]
    fn distances_equal_brute_force() {
        for seed in 0..40 {
            let mut stream = Seed::new(seed).stream(Stage::Probe, 0);
            let width = 1 + (stream.unit_f32() * 23.0) as u32;
            let height = 1 + (stream.unit_f32() * 23.0) as u32;
            let share = stream.unit_f32().powi(3);
            let size = Size::new(width, height).unwrap();
            let coverage =
                Plane::from_fn(size, |_, _| f32::from(u8::from(stream.unit_f32() < share)));
            let fast = signed(&coverage, 0..height as usize);
            let set: Vec<bool> = coverage.values().iter().map(|&c| inside(c)).collect();
            let at = |i: usize| (i as i64 % i64::from(width), i as i64 / i64::from(width));
            for i in 0..set.len() {
                let nearest = (0..set.len())
                    .filter(|&j| set[j] != set[i])
                    .map(|j| (at(i).0 - at(j).0).pow(2) + (at(i).1 - at(j).1).pow(2))
                    .min();
                let distance = nearest.map_or(f32::INFINITY, |d| (d as f64).sqrt() as f32 - 0.5);
                let expected = if set[i] { distance } else { -distance };
                assert_eq!(fast.values()[i], expected, "seed {seed}, pixel {:?}", at(i));
            }
        }
    }

    #[test]
    fn rows_in_a_range_are_a_picture_of_their_own() {
        let mut stream = Seed::new(3).stream(Stage::Probe, 0);
        let size = Size::new(31, 50).unwrap();
        let coverage = Plane::from_fn(size, |_, _| f32::from(u8::from(stream.unit_f32() < 0.1)));
        for rows in [0..50, 7..40, 49..50, 20..20] {
            let part = signed(&coverage, rows.clone());
            let (above, below) = (rows.start * 31, rows.end * 31);
            let rest = part.values()[..above].iter().chain(&part.values()[below..]);
            assert!(
                rest.clone().all(|&d| d == f32::NEG_INFINITY)
                    && rest.count() == 31 * (50 - rows.len())
            );
            if let Ok(own) = Size::new(31, rows.len() as u32) {
                let values = coverage.values()[above..below].to_vec();
                let own = Plane::from_vec(own, values).unwrap();
                assert_eq!(
                    part.values()[above..below],
                    *signed(&own, 0..rows.len()).values()
                );
            }
        }
    }
}
