//! Naive dart throwing, and figures of plain lists of points.

use std::f64::consts::{PI, TAU};

use glam::DVec2;
use stubblefield::{Seed, Stage};

/// Random darts in a square, each kept if the dots there are far enough away; lengths in spacings.
pub(crate) struct Darts<'a> {
    pub(crate) side: f64,
    pub(crate) periodic: bool,
    pub(crate) darts: usize,
    pub(crate) inside: &'a dyn Fn(DVec2) -> bool,
    /// Own spacing, 1 to 2.
    pub(crate) spacing: &'a dyn Fn(DVec2) -> f64,
}

impl Darts<'_> {
    pub(crate) fn throw(&self, seed: u64) -> Vec<DVec2> {
        let mut stream = Seed::new(seed).stream(Stage::Probe, 77);
        // Two spacings: the farthest that two dots can conflict.
        let bins = (self.side / 2.0).floor().max(3.0) as i64;
        let bin = |at: f64| ((at / self.side * bins as f64) as i64).min(bins - 1);
        let mut grid: Vec<Vec<(DVec2, f64)>> = vec![Vec::new(); (bins * bins) as usize];
        let mut dots = Vec::new();
        for _ in 0..self.darts {
            let unit = DVec2::new(f64::from(stream.unit_f32()), f64::from(stream.unit_f32()));
            let dart = unit * self.side;
            if !(self.inside)(dart) {
                continue;
            }
            let own = (self.spacing)(dart);
            let (column, row) = (bin(dart.x), bin(dart.y));
            let near = |dx: i64, dy: i64| {
                let (x, y) = ((column + dx).rem_euclid(bins), (row + dy).rem_euclid(bins));
                &grid[(y * bins + x) as usize]
            };
            let hit = (-1..=1).any(|dy| {
                (-1..=1).any(|dx| {
                    near(dx, dy).iter().any(|&(dot, other)| {
                        let way = if self.periodic {
                            wrapped(dot - dart, self.side)
                        } else {
                            dot - dart
                        };
                        way.length() < (own + other) / 2.0
                    })
                })
            });
            if !hit {
                grid[(row * bins + column) as usize].push((dart, own));
                dots.push(dart);
            }
        }
        dots
    }
}

fn wrapped(way: DVec2, side: f64) -> DVec2 {
    way - (way / side).round() * side
}

/// Power at whole frequencies 0..=highest by −highest..=highest.
pub(crate) fn periodogram(points: &[DVec2], side: f64, highest: usize) -> Vec<Vec<f64>> {
    (0..=highest)
        .map(|fy| {
            let mut sums = vec![DVec2::ZERO; 2 * highest + 1];
            for point in points {
                let turn = *point * (TAU / side);
                let mut phase = DVec2::from_angle(turn.y * fy as f64 - turn.x * highest as f64);
                let step = DVec2::from_angle(turn.x);
                for sum in &mut sums {
                    *sum += phase;
                    phase = step.rotate(phase);
                }
            }
            let power = sums
                .iter()
                .map(|sum| sum.length_squared() / points.len() as f64);
            power.collect()
        })
        .collect()
}

/// Frequency in √N, mean power and anisotropy in dB of rings of 0.05.
pub(crate) fn rings(power: &[Vec<f64>], count: usize) -> Vec<[f64; 3]> {
    let highest = power.len() - 1;
    let root = (count as f64).sqrt();
    let mut sums = vec![[0.0; 3]; (highest as f64 / root / 0.05) as usize];
    for (fy, row) in power.iter().enumerate() {
        for (x, &p) in row.iter().enumerate() {
            let fx = x as f64 - highest as f64;
            let ring = fx.hypot(fy as f64) / root / 0.05;
            let twin = fy == 0 && fx <= 0.0;
            if let (false, Some(sum)) = (twin, sums.get_mut(ring as usize)) {
                *sum = [sum[0] + 1.0, sum[1] + p, sum[2] + p * p];
            }
        }
    }
    let ring = |(i, [n, sum, squares]): (usize, [f64; 3])| {
        let mean = sum / n;
        let variance = (squares - sum * mean) / (n - 1.0);
        [
            (i as f64 + 0.5) * 0.05,
            mean,
            10.0 * (variance / (mean * mean)).log10(),
        ]
    };
    sums.into_iter()
        .enumerate()
        .filter(|s| s.1[0] > 2.0)
        .map(ring)
        .collect()
}

/// Pairs by distance over those of dots without regard to each other, in bins of 0.05 to 4.
pub(crate) fn pairs(points: &[DVec2], side: f64) -> Vec<(f64, f64)> {
    let mut counts = vec![0.0; 80];
    for (i, a) in points.iter().enumerate() {
        for b in &points[..i] {
            let bin = wrapped(*b - *a, side).length() / 0.05;
            if let Some(count) = counts.get_mut(bin as usize) {
                *count += 2.0;
            }
        }
    }
    let n = points.len() as f64;
    let value = |(i, count): (usize, f64)| {
        let (near, far) = (i as f64 * 0.05, (i + 1) as f64 * 0.05);
        let expected = n * n / (side * side) * PI * (far * far - near * near);
        ((near + far) / 2.0, count / expected)
    };
    counts.into_iter().enumerate().map(value).collect()
}
