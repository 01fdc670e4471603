//! Distances between dots, and room left between them.

use glam::DVec2;
use rand::Rng;

use crate::field::bins::Bins;
use crate::field::lattice::{Spot, UNITS};
use crate::field::{Dot, DotField, Obstacle, ObstacleKind};
use crate::parallel;
use crate::random::{Seed, Stage};

/// Allowance for positions rounded to `f32`.
const TOLERANCE: f64 = 1.0 + 1e-6;

/// Probes drawn from one stream.
const BATCH: u32 = 4096;

/// The least distance of two dots in mm; `None` with fewer than two.
///
/// # Examples
/// ```
/// use stubblefield::{DotField, Seed, quality};
///
/// let pattern = DotField::torus(40, 1.0, Seed::new(1))?;
/// assert!(quality::least_distance_mm(&pattern).unwrap() > 0.9999);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[must_use]
pub fn least_distance_mm(field: &DotField) -> Option<f64> {
    nearest(field, |distance, _, _| distance)
        .into_iter()
        .reduce(f64::min)
}

/// The least distance of two dots over the mean of their spacings, at least 1 but for rounding;
/// `None` with fewer than two.
#[must_use]
pub fn least_relative_distance(field: &DotField) -> Option<f64> {
    nearest(field, |distance, a, b| {
        distance / f64::from(a.spacing_mm + b.spacing_mm) * 2.0
    })
    .into_iter()
    .reduce(f64::min)
}

/// The mean distance in mm from a dot to the one nearest to it; `None` with fewer than two.
#[must_use]
pub fn mean_nearest_mm(field: &DotField) -> Option<f64> {
    let all = nearest(field, |distance, _, _| distance);
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

/// The least distance over that in a hexagonal lattice of as many dots on the same area, 0 to 1
/// without an edge; `None` with fewer than two dots.
#[must_use]
pub fn relative_radius(field: &DotField) -> Option<f64> {
    let hexagonal = (2.0 * field.area_mm2() / (3.0_f64.sqrt() * field.dots().len() as f64)).sqrt();
    Some(least_distance_mm(field)? / hexagonal)
}

/// C = Σ spacing² / area: 0.6966 for a maximal random set, 1.1547 for a hexagonal lattice; 0
/// without dots.
///
/// Says something only where the mask is not soft and no density below 1/2500 of the highest.
#[must_use]
pub fn packing_constant(field: &DotField) -> f64 {
    let squares = field.dots().iter().map(|d| f64::from(d.spacing_mm).powi(2));
    if field.area_mm2() > 0.0 {
        squares.sum::<f64>() / field.area_mm2()
    } else {
        0.0
    }
}

/// The share of `probes` random positions where another dot could be placed: 0 for a maximal
/// field.
///
/// Probes fall into the lattice cells that the mask touches. Dots of the halo count, so that
/// neither the edge nor a soft mask is taken for a gap.
///
/// # Tolerance
/// Positions within a millionth of the spacing from the rim of a dot's disk count as covered:
/// that is the precision of the dots' positions as `f32`.
#[must_use]
pub fn uncovered_share(field: &DotField, probes: u32, seed: Seed) -> f64 {
    let ground = &field.ground;
    if ground.touched.count() == 0 || probes == 0 {
        return 0.0;
    }
    let octaves = octaves(&spaced(field), field.period_mm());
    let cleared = cleared(field);
    let points: Vec<DVec2> = cleared.iter().map(|d| d.0).collect();
    let clearest = cleared.iter().map(|d| d.1).fold(0.0, f64::max);
    let circles = Bins::new(&points, field.nominal_spacing_mm().max(clearest), None);
    let counts = parallel::map(probes.div_ceil(BATCH) as usize, |batch| {
        let mut stream = seed.stream(Stage::Probe, batch as u64);
        let mut uncovered = 0_u32;
        for _ in 0..BATCH.min(probes - batch as u32 * BATCH) {
            let index = (u64::from(stream.next_u32()) * u64::from(ground.touched.count())) >> 32;
            let cell = ground.touched.nth(index as u32) as usize;
            let bits = stream.next_u32();
            let spot = Spot {
                x: (bits % UNITS as u32) as u16,
                y: (bits >> 16) as u16 % UNITS as u16,
            };
            let place = ground.lattice.position_mm(cell, spot);
            let own = field.spacing_mm_at(place.as_vec2());
            let mut covered = false;
            for Octave {
                bins,
                spacings,
                widest,
            } in &octaves
            {
                bins.within(place, (own + widest) / 2.0, |i, squared| {
                    covered |= squared.sqrt() < (own + spacings[i as usize]) / 2.0 * TOLERANCE;
                });
                if covered {
                    break;
                }
            }
            circles.within(place, clearest, |i, squared| {
                covered |= squared.sqrt() < cleared[i as usize].1 * TOLERANCE;
            });
            uncovered += u32::from(!covered);
        }
        uncovered
    });
    f64::from(counts.iter().sum::<u32>()) / f64::from(probes)
}

/// Dots whose spacings differ by at most a factor of two: a search among them need not go as far
/// as the widest spacing of all.
struct Octave {
    bins: Bins,
    spacings: Vec<f64>,
    widest: f64,
}

fn octaves(spaced: &[(DVec2, f64)], period: Option<f64>) -> Vec<Octave> {
    let mut left = spaced.to_vec();
    let mut octaves = Vec::new();
    while !left.is_empty() {
        let least = left.iter().map(|d| d.1).fold(f64::INFINITY, f64::min);
        let (these, others): (Vec<(DVec2, f64)>, Vec<_>) =
            left.into_iter().partition(|d| d.1 <= 2.0 * least);
        let points: Vec<DVec2> = these.iter().map(|d| d.0).collect();
        let spacings: Vec<f64> = these.iter().map(|d| d.1).collect();
        octaves.push(Octave {
            bins: Bins::new(&points, least, period),
            widest: spacings.iter().copied().fold(0.0, f64::max),
            spacings,
        });
        left = others;
    }
    octaves
}

/// Everything that keeps the mean of two spacings, with its own.
pub(super) fn spaced(field: &DotField) -> Vec<(DVec2, f64)> {
    let dots = field.dots.iter().chain(&field.halo);
    let dots = dots.map(|dot| (dot.position_mm.as_dvec2(), f64::from(dot.spacing_mm)));
    let obstacles = field.obstacles.iter();
    let obstacles = obstacles.filter(|obstacle| obstacle.kind == ObstacleKind::CountsAsDot);
    dots.chain(obstacles.map(|obstacle| {
        let own = field.spacing_mm_at(obstacle.position_mm);
        (obstacle.position_mm.as_dvec2(), own)
    }))
    .collect()
}

/// The obstacles with a clearance of their own, above 0.
pub(super) fn cleared(field: &DotField) -> Vec<(DVec2, f64)> {
    let circle = |obstacle: &Obstacle| match obstacle.kind {
        ObstacleKind::Clearance(mm) if mm > 0.0 => {
            Some((obstacle.position_mm.as_dvec2(), f64::from(mm)))
        }
        ObstacleKind::Clearance(_) | ObstacleKind::CountsAsDot => None,
    };
    field.obstacles.iter().filter_map(circle).collect()
}

/// `f(distance, dot, other)` for every dot, least over the others.
fn nearest(field: &DotField, f: impl Fn(f64, &Dot, &Dot) -> f64 + Sync + Send) -> Vec<f64> {
    let dots = field.dots();
    if dots.len() < 2 {
        return Vec::new();
    }
    let points: Vec<DVec2> = dots.iter().map(|d| d.position_mm.as_dvec2()).collect();
    let bins = Bins::new(&points, field.nominal_spacing_mm(), field.period_mm());
    let everywhere = 2.0 * bins_extent(&points);
    parallel::map(dots.len(), |i| {
        let mut radius = 1.5 * f64::from(dots[i].spacing_mm);
        loop {
            let mut least = f64::INFINITY;
            bins.within(points[i], radius, |j, squared| {
                if j as usize != i {
                    least = least.min(f(squared.sqrt(), &dots[i], &dots[j as usize]));
                }
            });
            if least.is_finite() || radius > everywhere {
                return least;
            }
            radius *= 2.0;
        }
    })
}

fn bins_extent(points: &[DVec2]) -> f64 {
    let low = points.iter().copied().fold(DVec2::MAX, DVec2::min);
    let high = points.iter().copied().fold(DVec2::MIN, DVec2::max);
    (high - low).length() + 1.0
}
