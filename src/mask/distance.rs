//! Exact Euclidean distance to the nearest pixel of a set.

use crate::parallel;
use crate::units::Size;

/// Larger than any squared distance in a grid, small enough that sums of two cannot overflow.
const FAR: i64 = 1 << 60;

/// Squared distance, in pixels², from every pixel centre to the nearest one with `inside(index)`;
/// a value that [`root`] maps to infinity where the set is empty.
///
/// # References
/// A. Meijster, J. B. T. M. Roerdink, W. H. Hesselink, "A General Algorithm for Computing Distance
/// Transforms in Linear Time", Mathematical Morphology and its Applications (2000), with their
/// first phase along columns and their second, the lower envelope of parabolas, along rows.
pub(super) fn squared(size: Size, inside: impl Fn(usize) -> bool + Sync) -> Vec<i64> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut values = to_nearest_in_column(width, height, inside);
    parallel::for_each_chunk(&mut values, width, |_, row| lower_envelope(row));
    values
}

/// The distance whose square `squared` returned.
pub(super) fn root(squared: i64) -> f32 {
    if squared >= FAR {
        f32::INFINITY
    } else {
        (squared as f64).sqrt() as f32
    }
}

fn to_nearest_in_column(width: usize, height: usize, inside: impl Fn(usize) -> bool) -> Vec<i64> {
    let mut steps = vec![FAR; width * height];
    for i in 0..width * height {
        if inside(i) {
            steps[i] = 0;
        } else if i >= width && steps[i - width] < FAR {
            steps[i] = steps[i - width] + 1;
        }
    }
    for i in (0..width * height.saturating_sub(1)).rev() {
        steps[i] = steps[i].min(steps[i + width] + 1);
    }
    for step in &mut steps {
        *step = if *step >= FAR { FAR } else { *step * *step };
    }
    steps
}

/// Replaces `f[q]` by `min over p of (q − p)² + f[p]`.
fn lower_envelope(f: &mut [i64]) {
    // Each entry: the parabola's column, its height there, and the first column where it is lowest.
    let mut envelope: Vec<(i64, i64, i64)> = Vec::with_capacity(f.len());
    for (q, &height) in f.iter().enumerate() {
        let q = q as i64;
        if height >= FAR {
            continue;
        }
        let mut start = 0;
        while let Some(&(p, lower, from)) = envelope.last() {
            // Parabola q is below parabola p beyond this column (Meijster's Sep).
            let sep = (q * q - p * p + height - lower).div_euclid(2 * (q - p)) + 1;
            if sep <= from {
                envelope.pop();
            } else {
                start = sep;
                break;
            }
        }
        envelope.push((q, height, start));
    }
    let mut next = envelope.iter().peekable();
    let mut current = None;
    for (x, value) in f.iter_mut().enumerate() {
        let x = x as i64;
        while let Some(&&parabola) = next.peek() {
            if parabola.2 > x {
                break;
            }
            current = Some(parabola);
            next.next();
        }
        *value = current.map_or(FAR, |(p, height, _)| (x - p) * (x - p) + height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};

    #[test]
    fn distances_equal_brute_force() {
        for seed in 0..40 {
            let mut stream = Seed::new(seed).stream(Stage::Probe, 0);
            let width = 1 + (stream.unit_f32() * 23.0) as u32;
            let height = 1 + (stream.unit_f32() * 23.0) as u32;
            let share = stream.unit_f32().powi(3);
            let size = Size::new(width, height).unwrap();
            let set: Vec<bool> = (0..size.pixels())
                .map(|_| stream.unit_f32() < share)
                .collect();
            let fast = squared(size, |i| set[i]);
            for y in 0..i64::from(height) {
                for x in 0..i64::from(width) {
                    let at = |i: usize| (i as i64 % i64::from(width), i as i64 / i64::from(width));
                    let nearest = (0..set.len())
                        .filter(|&i| set[i])
                        .map(|i| (at(i).0 - x).pow(2) + (at(i).1 - y).pow(2))
                        .min()
                        .unwrap_or(FAR);
                    let i = (y * i64::from(width) + x) as usize;
                    assert_eq!(fast[i], nearest, "seed {seed}, pixel {x},{y}");
                }
            }
        }
    }
}
