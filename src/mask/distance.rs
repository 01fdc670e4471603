//! Exact Euclidean distance from the edge of a set of pixels.

use crate::parallel;
use crate::plane::Plane;

/// Larger than any number of steps along a column.
const NEVER: u32 = u32::MAX;

/// Distance of every pixel centre from the edge, in pixels: positive where the coverage is ½ or
/// more, negative elsewhere, infinite without an edge.
///
/// # Cost
/// Linear in the pixels; 8 bytes a pixel, half of them the result.
///
/// # References
/// A. Meijster, J. B. T. M. Roerdink, W. H. Hesselink, "A General Algorithm for Computing Distance
/// Transforms in Linear Time", Mathematical Morphology and its Applications (2000), with their
/// first phase along columns and their second, the lower envelope of parabolas, along rows.
pub(super) fn signed(coverage: &Plane<f32>) -> Plane<f32> {
    let width = coverage.size().width() as usize;
    let steps = to_other_side_in_column(coverage);
    let mut signed = Plane::filled(coverage.size(), 0.0_f32);
    parallel::for_each_chunk(signed.values_mut(), width, |row, signed| {
        let at = row * width..(row + 1) * width;
        let (steps, coverage) = (&steps[at.clone()], &coverage.values()[at]);
        let mut envelope = Envelope::default();
        for side in [true, false] {
            // A pixel of the other side is itself the nearest such pixel of its column.
            envelope.fit((0..width).map(|x| {
                if inside(coverage[x]) == side {
                    steps[x]
                } else {
                    0
                }
            }));
            envelope.read(|x, squared| {
                if inside(coverage[x]) == side {
                    // The edge lies halfway between an inside centre and an outside centre.
                    let distance = (squared as f64).sqrt() as f32 - 0.5;
                    signed[x] = if side { distance } else { -distance };
                }
            });
            if envelope.is_empty() {
                for (value, _) in signed
                    .iter_mut()
                    .zip(coverage)
                    .filter(|(_, c)| inside(**c) == side)
                {
                    *value = if side {
                        f32::INFINITY
                    } else {
                        f32::NEG_INFINITY
                    };
                }
            }
        }
    });
    signed
}

fn inside(coverage: f32) -> bool {
    coverage >= 0.5
}

/// Steps along the column to the nearest pixel on the other side of the edge.
fn to_other_side_in_column(coverage: &Plane<f32>) -> Vec<u32> {
    let width = coverage.size().width() as usize;
    let values = coverage.values();
    let mut steps = vec![NEVER; values.len()];
    let mut step = |i: usize, from: usize| {
        let reached = if inside(values[i]) == inside(values[from]) {
            steps[from].saturating_add(1)
        } else {
            1
        };
        steps[i] = steps[i].min(reached);
    };
    for i in width..values.len() {
        step(i, i - width);
    }
    for i in (0..values.len() - width).rev() {
        step(i, i + width);
    }
    steps
}

/// The lower envelope of the parabolas `(x − p)² + steps[p]²` of one row.
#[derive(Debug, Default)]
struct Envelope {
    /// Column and height of each parabola, and the first column where it is lowest.
    parabolas: Vec<(i64, i64, i64)>,
    columns: i64,
}

impl Envelope {
    fn fit(&mut self, steps: impl Iterator<Item = u32>) {
        self.parabolas.clear();
        self.columns = 0;
        for (q, steps) in (0..).zip(steps) {
            self.columns = q + 1;
            if steps == NEVER {
                continue;
            }
            let height = i64::from(steps) * i64::from(steps);
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
            let fast = signed(&coverage);
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
}
