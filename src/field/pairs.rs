//! Which members of an elimination are neighbours, and how much a pair of them weighs.

use std::ops::Range;

use glam::{DVec2, Vec2};

use super::bins::{self, Bins};
use crate::counting::add_up;

/// The weight of two dots as close as can be: enough for eight digits, and for 255 such neighbours
/// in 32 bits.
const HEAVIEST: f64 = 16_777_216.0;

/// Distances that count, in spacings: dots of a field keep 1.
const CLOSEST: f64 = 0.98;

/// Where a member is, and its spacing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) position_mm: Vec2,
    pub(super) spacing_mm: f32,
}

/// The pairs that a range of members finds.
pub(super) struct Found {
    /// How many each member finds.
    counts: Vec<u32>,
    /// The other members, in the order of those who find them.
    others: Vec<u32>,
}

/// Which pairs weigh, and how much; lengths in local spacings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) reach: f64,
    /// Closer pairs weigh no more.
    pub(super) least: f64,
    pub(super) scale: f64,
    /// All spacings are equal.
    even: bool,
    period_mm: Option<f64>,
}

impl Rule {
    pub(super) fn new(reach: f64, least: f64, even: bool, period_mm: Option<f64>) -> Self {
        let least = least.max(CLOSEST).min(reach * 0.999);
        Self {
            reach,
            least,
            even,
            scale: HEAVIEST / eighth_power(1.0 - least / reach),
            period_mm,
        }
    }

    /// The pairs that members of this range find.
    pub(super) fn pairs(self, bins: &Bins, places: &[Place], range: Range<usize>) -> Found {
        let mut found = Found {
            counts: Vec::with_capacity(range.len()),
            others: Vec::with_capacity(range.len() * 4),
        };
        let points = bins.points();
        for i in range {
            let (place, own) = (points[i].1, places[i].spacing_mm);
            let before = found.others.len();
            let radius = self.reach * f64::from(own);
            // The member of the wider spacing finds the pair, so that nobody has to look farther
            // than his own spacing tells him; of two equal ones the first.
            bins.runs(place, radius, |run| {
                let first = if self.even { i + 1 } else { 0 };
                for j in run.start.max(first)..run.end {
                    let other = places[j].spacing_mm;
                    if other > own || (other == own && j <= i) {
                        continue;
                    }
                    if self.near([place, points[j].1], [own, other]).is_some() {
                        found.others.push(j as u32);
                    }
                }
            });
            found.counts.push((found.others.len() - before) as u32);
        }
        found
    }

    /// Squared distance and mean spacing of two members, if the pair weighs.
    #[inline]
    fn near(self, [from, to]: [DVec2; 2], [own, other]: [f32; 2]) -> Option<(f64, f64)> {
        let squared = bins::offset(from, to, self.period_mm).length_squared();
        let mean = (f64::from(own) + f64::from(other)) / 2.0;
        let limit = self.reach * mean;
        (squared < limit * limit).then_some((squared, mean))
    }

    /// The weight of a pair, the same from both sides.
    pub(super) fn weight(self, a: Place, b: Place) -> Option<u32> {
        let places = [a, b].map(|place| place.position_mm.as_dvec2());
        let (squared, mean) = self.near(places, [a, b].map(|place| place.spacing_mm))?;
        let relative = (squared.sqrt() / mean).max(self.least);
        let weight = eighth_power(1.0 - relative / self.reach) * self.scale;
        Some(weight as u32)
    }
}

pub(super) fn eighth_power(x: f64) -> f64 {
    let two = x * x;
    let four = two * two;
    four * four
}

/// Calls `f` with both members of every pair, in the order in which they were found.
fn for_each(found: &[Found], mut f: impl FnMut(usize, u32)) {
    let mut i = 0;
    for Found { counts, others } in found {
        let mut rest = &others[..];
        for &count in counts {
            let (others, after) = rest.split_at(count as usize);
            others.iter().for_each(|&j| f(i, j));
            rest = after;
            i += 1;
        }
    }
}

/// Where each member's neighbours start, with one end more, and the neighbours, from pairs that one of
/// the two has found.
pub(super) fn both_ways(count: usize, found: &[Found]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; count + 1];
    for_each(found, |i, j| {
        starts[i] += 1;
        starts[j as usize] += 1;
    });
    // Ends, from which each list is filled towards its start.
    let count = add_up(&mut starts);
    let mut neighbours = vec![0; count];
    let mut put = |a: usize, b: u32| {
        starts[a] -= 1;
        neighbours[starts[a] as usize] = b;
    };
    for_each(found, |i, j| {
        put(i, j);
        put(j as usize, i as u32);
    });
    (starts, neighbours)
}
