//! Curves through and along a few points.

use glam::Vec2;

/// Distance of the points of a curve.
const STEP_PX: f32 = 2.0;

/// Most points between two control points, so that the longest line stays small.
const MOST_STEPS: f32 = 1000.0;

/// Straight lines from point to point.
pub(super) fn straight(points: &[Vec2]) -> Vec<Vec2> {
    sampled(points, |i, t| points[i].lerp(points[i + 1], t))
}

/// A smooth curve that goes through every point, without loops or overshoot between points of unlike
/// distance: a centripetal Catmull-Rom spline (C. Yuksel, S. Schaefer and J. Keyser, "Parameterization and
/// applications of Catmull-Rom curves", Computer-Aided Design 43, 2011).
pub(super) fn through(points: &[Vec2]) -> Vec<Vec2> {
    sampled(points, |i, t| {
        let p = around(points, i);
        let knot = |a: Vec2, b: Vec2| a.distance(b).sqrt().max(1e-3);
        let d = [knot(p[0], p[1]), knot(p[1], p[2]), knot(p[2], p[3])];
        let slope = |before: f32, after: f32, a: Vec2, b: Vec2, c: Vec2| {
            (b - a) / before - (c - a) / (before + after) + (c - b) / after
        };
        let start = d[1] * slope(d[0], d[1], p[0], p[1], p[2]);
        let end = d[1] * slope(d[1], d[2], p[1], p[2], p[3]);
        let (t2, t3) = (t * t, t * t * t);
        p[1] * (2.0 * t3 - 3.0 * t2 + 1.0)
            + start * (t3 - 2.0 * t2 + t)
            + p[2] * (3.0 * t2 - 2.0 * t3)
            + end * (t3 - t2)
    })
}

/// A curve that the points draw towards them, from the first to the last: a uniform cubic B-spline whose ends
/// are mirrored.
pub(super) fn rounded(points: &[Vec2]) -> Vec<Vec2> {
    sampled(points, |i, t| {
        let p = around(points, i);
        let (t2, t3, u) = (t * t, t * t * t, 1.0 - t);
        (p[0] * (u * u * u)
            + p[1] * (3.0 * t3 - 6.0 * t2 + 4.0)
            + p[2] * (3.0 * t2 + 3.0 * t + 1.0 - 3.0 * t3)
            + p[3] * t3)
            / 6.0
    })
}

/// The ends of a piece and their neighbours, mirrored past the first and the last point.
fn around(points: &[Vec2], piece: usize) -> [Vec2; 4] {
    let (a, b) = (points[piece], points[piece + 1]);
    let before = piece.checked_sub(1).map_or(2.0 * a - b, |i| points[i]);
    let after = points.get(piece + 2).copied().unwrap_or(2.0 * b - a);
    [before, a, b, after]
}

/// Samples of a curve given piece by piece, each by a parameter from 0 to 1.
fn sampled(points: &[Vec2], at: impl Fn(usize, f32) -> Vec2) -> Vec<Vec2> {
    let mut line = Vec::new();
    for (i, pair) in points.windows(2).enumerate() {
        let steps = (pair[0].distance(pair[1]) / STEP_PX)
            .ceil()
            .clamp(1.0, MOST_STEPS) as u32;
        line.extend((0..steps).map(|k| at(i, k as f32 / steps as f32)));
    }
    if points.len() >= 2 {
        line.push(at(points.len() - 2, 1.0));
    }
    line
}

/// Where straight lines from point to point cross one another, if they do.
pub(super) fn crossing(points: &[Vec2]) -> Option<Vec2> {
    let side = |a: Vec2, b: Vec2, p: Vec2| (b - a).perp_dot(p - a);
    for i in 0..points.len().saturating_sub(1) {
        for k in i + 2..points.len() - 1 {
            let (a, b, c, d) = (points[i], points[i + 1], points[k], points[k + 1]);
            if side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0 {
                let t = side(c, d, a) / (side(c, d, a) - side(c, d, b));
                return Some(a.lerp(b, t));
            }
        }
    }
    None
}
