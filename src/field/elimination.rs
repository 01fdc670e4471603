//! Weighted elimination: which dots to take away so that those left are spread evenly.
//!
//! A dot weighs the more, the closer its neighbours are; the heaviest goes first and its neighbours
//! get lighter. Weights are integers, so that no order of summing can enter.
//!
//! A dot heavier than all its neighbours stays so until it goes, because weights only fall. It can
//! therefore go at once, wherever it would stand in the queue, and what it weighs when it goes
//! gives its place: the order is that of a queue, found without one.

use glam::{DVec2, Vec2};

use super::Dot;
use super::bins::Bins;
use crate::parallel;
use crate::random::mix64;
use crate::units::Density;

/// β and γ of the paper's lower bound on the distances that count.
const BETA: f64 = 0.65;

/// The weight of two dots as close as can be: enough for eight digits, and for 255 such neighbours
/// in 32 bits.
const HEAVIEST: f64 = 16_777_216.0;

/// Distances that count, in spacings: dots of a field keep 1.
const CLOSEST: f64 = 0.98;

/// By how much the threshold falls from level to level; found by trying, no result depends on it.
const FALL: f64 = 0.7;

/// Members whose neighbours one task looks for.
const CHUNK: usize = 512;

/// Something with a place and a spacing that takes part in an elimination.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) position_mm: Vec2,
    pub(super) spacing_mm: f32,
    /// Settles ties; unique among those that can go.
    pub(super) hash: u64,
    pub(super) role: Role,
}

/// What an elimination may do with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It can go, and counts.
    Counted,
    /// It can go, and does not count: it stands beyond the edge.
    Beyond,
    /// It stays.
    Fixed,
}

impl Member {
    pub(super) fn of_dot(dot: &Dot, role: Role) -> Self {
        Self {
            position_mm: dot.position_mm,
            spacing_mm: dot.spacing_mm,
            hash: mix64(dot.id),
            role,
        }
    }
}

/// Members that are left, and what they may repeat with.
#[derive(Clone, Debug)]
pub(super) struct Elimination<'a> {
    members: &'a [Member],
    alive: Vec<u32>,
    period_mm: Option<f64>,
}

impl<'a> Elimination<'a> {
    pub(super) fn new(members: &'a [Member], period_mm: Option<f64>) -> Self {
        Self {
            members,
            alive: (0..members.len() as u32).collect(),
            period_mm,
        }
    }

    /// How many of those left can go.
    pub(super) fn movable(&self) -> usize {
        let role = |&&i: &&u32| self.members[i as usize].role != Role::Fixed;
        self.alive.iter().filter(role).count()
    }

    /// How many of those left can go and count.
    pub(super) fn counted(&self) -> usize {
        let role = |&&i: &&u32| self.members[i as usize].role == Role::Counted;
        self.alive.iter().filter(role).count()
    }

    /// Takes members away until only `keep` of those that count and can go are left; gives their
    /// indices in the order in which they went.
    ///
    /// # References
    /// C. Yuksel, "Sample Elimination for Generating Poisson Disk Sample Sets", Comput. Graph. Forum
    /// 34 (2015), §3: weights (1 − d/2r_max)^8 with the heaviest sample removed first. Departures: d
    /// is measured in the local spacing, so that r_max is one number for a field of varying
    /// density; weights are integers; the queue is replaced as told on top.
    pub(super) fn reduce(&mut self, keep: usize) -> Vec<u32> {
        let counted = self.counted();
        let quota = counted.saturating_sub(keep);
        if quota == 0 {
            return Vec::new();
        }
        let here = self.alive.len() as f64;
        let left = here - self.movable() as f64 * quota as f64 / counted as f64;
        let removed = Stage::new(self, left / here, left / self.members.len() as f64).run(quota);
        let mut gone = vec![false; self.members.len()];
        removed.iter().for_each(|&i| gone[i as usize] = true);
        self.alive.retain(|&i| !gone[i as usize]);
        removed
    }
}

/// One pass over the members left; they are numbered bin by bin.
struct Stage {
    /// Index among all members.
    names: Vec<u32>,
    members: Vec<Member>,
    /// Where each member's part of `neighbours` starts, and one end more.
    starts: Vec<u32>,
    /// Neighbours with the weight of the pair.
    neighbours: Vec<(u32, u32)>,
    weights: Vec<u32>,
    gone: Vec<bool>,
}

impl Stage {
    /// `step` is the share of the members here that will be left, `share` that of all members.
    fn new(elimination: &Elimination<'_>, step: f64, share: f64) -> Self {
        // 2·r_max in local spacings: N·r_max² = A/(2√3) and N·spacing² = C·A.
        let share = share.max(1e-9);
        let reach = (2.0 / (3.0_f64.sqrt() * Density::PACKING * share)).sqrt();
        let least = reach * (1.0 - step * step.sqrt()) * BETA;
        let all = elimination.members;
        let alive = &elimination.alive;
        let of = |i: u32| &all[i as usize];
        let spacings = alive.iter().map(|&i| of(i).spacing_mm);
        let narrowest = spacings.clone().fold(f32::INFINITY, f32::min);
        let even = spacings.fold(0.0, f32::max) == narrowest;
        let points: Vec<DVec2> = alive
            .iter()
            .map(|&i| of(i).position_mm.as_dvec2())
            .collect();
        let bins = Bins::new(&points, reach * f64::from(narrowest), elimination.period_mm);
        let names: Vec<u32> = bins.points().iter().map(|p| alive[p.0 as usize]).collect();
        let members: Vec<Member> = names.iter().map(|&i| *of(i)).collect();
        let rule = Rule::new(reach, least, even);
        let pairs = parallel::map(members.len().div_ceil(CHUNK), |chunk| {
            let chunk = chunk * CHUNK..((chunk + 1) * CHUNK).min(members.len());
            rule.pairs(&bins, &members, chunk)
        });
        let mut starts = vec![0_u32; members.len() + 1];
        for &[i, j, _] in pairs.iter().flatten() {
            starts[i as usize + 1] += 1;
            starts[j as usize + 1] += 1;
        }
        for i in 0..members.len() {
            starts[i + 1] += starts[i];
        }
        let mut neighbours = vec![(0, 0); starts[members.len()] as usize];
        let mut weights = vec![0_u32; members.len()];
        let mut next = starts.clone();
        for &[i, j, weight] in pairs.iter().flatten() {
            for (a, b) in [(i, j), (j, i)] {
                neighbours[next[a as usize] as usize] = (b, weight);
                next[a as usize] += 1;
                weights[a as usize] = weights[a as usize].saturating_add(weight);
            }
        }
        Self {
            gone: vec![false; members.len()],
            names,
            members,
            starts,
            neighbours,
            weights,
        }
    }

    /// The members removed until `quota` of those that count are gone.
    fn run(mut self, quota: usize) -> Vec<u32> {
        let mut left: Vec<u32> = (0..self.members.len() as u32)
            .filter(|&i| self.members[i as usize].role != Role::Fixed)
            .collect();
        let mut threshold = left.iter().map(|&i| self.weights[i as usize]).max();
        let mut removed: Vec<(u32, u32)> = Vec::new();
        let mut counted = 0;
        while let Some(least) = threshold.filter(|_| counted < quota) {
            let least = (f64::from(least) * FALL) as u32;
            threshold = (least > 0).then_some(least);
            let mut active: Vec<u32> = left
                .iter()
                .copied()
                .filter(|&i| self.weights[i as usize] >= least)
                .collect();
            while !active.is_empty() {
                active.retain(|&i| {
                    let weight = self.weights[i as usize];
                    if weight < least {
                        return false;
                    }
                    if self.is_below_a_neighbour(i, weight) {
                        return true;
                    }
                    self.remove(i);
                    removed.push((weight, i));
                    counted += usize::from(self.members[i as usize].role == Role::Counted);
                    false
                });
            }
            left.retain(|&i| !self.gone[i as usize]);
        }
        let hash = |i: u32| self.members[i as usize].hash;
        removed.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| hash(b.1).cmp(&hash(a.1))));
        // A level may have gone beyond the quota.
        let mut counted = 0;
        let within = removed.into_iter().take_while(|&(_, i)| {
            let open = counted < quota;
            counted += usize::from(self.members[i as usize].role == Role::Counted);
            open
        });
        within.map(|(_, i)| self.names[i as usize]).collect()
    }

    fn neighbours(&self, i: u32) -> std::ops::Range<usize> {
        self.starts[i as usize] as usize..self.starts[i as usize + 1] as usize
    }

    fn is_below_a_neighbour(&self, i: u32, weight: u32) -> bool {
        self.neighbours[self.neighbours(i)].iter().any(|&(j, _)| {
            let other = self.weights[j as usize];
            other >= weight
                && !self.gone[j as usize]
                && self.members[j as usize].role != Role::Fixed
                && (other > weight || self.members[j as usize].hash > self.members[i as usize].hash)
        })
    }

    fn remove(&mut self, i: u32) {
        self.gone[i as usize] = true;
        for n in self.neighbours(i) {
            let (j, weight) = self.neighbours[n];
            let other = &mut self.weights[j as usize];
            *other = other.saturating_sub(weight);
        }
    }
}

/// Which pairs weigh, and how much; lengths in local spacings.
#[derive(Clone, Copy, Debug)]
struct Rule {
    reach: f64,
    /// Closer pairs weigh no more.
    least: f64,
    scale: f64,
    /// All spacings are equal.
    even: bool,
}

impl Rule {
    fn new(reach: f64, least: f64, even: bool) -> Self {
        let least = least.max(CLOSEST).min(reach * 0.999);
        Self {
            reach,
            least,
            even,
            scale: HEAVIEST / eighth_power(1.0 - least / reach),
        }
    }

    /// Both members and the weight of each pair that one of this range finds.
    fn pairs(
        self,
        bins: &Bins,
        members: &[Member],
        range: std::ops::Range<usize>,
    ) -> Vec<[u32; 3]> {
        let points = bins.points();
        let mut pairs = Vec::with_capacity(range.len() * 4);
        for i in range {
            let place = points[i].1;
            let own = members[i].spacing_mm;
            // The member of the wider spacing finds the pair, so that nobody has to look farther
            // than his own spacing tells him; of two equal ones the first.
            bins.runs(place, self.reach * f64::from(own), |run| {
                let first = if self.even { i + 1 } else { 0 };
                for j in run.start.max(first)..run.end {
                    let other = members[j].spacing_mm;
                    if other > own || (other == own && j <= i) {
                        continue;
                    }
                    let squared = bins.offset(place, points[j].1).length_squared();
                    let mean = (f64::from(own) + f64::from(other)) / 2.0;
                    let limit = self.reach * mean;
                    if squared < limit * limit {
                        let relative = (squared.sqrt() / mean).max(self.least);
                        let weight = eighth_power(1.0 - relative / self.reach) * self.scale;
                        pairs.push([i as u32, j as u32, weight as u32]);
                    }
                }
            });
        }
        pairs
    }
}

fn eighth_power(x: f64) -> f64 {
    let two = x * x;
    let four = two * two;
    four * four
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};

    fn members(count: u64, seed: u64, roles: [Role; 3]) -> Vec<Member> {
        let mut stream = Seed::new(seed).stream(Stage::Probe, 2);
        let mut unit = || stream.unit_f32();
        let side = (count as f32).sqrt();
        (0..count)
            .map(|i| Member {
                position_mm: Vec2::new(unit(), unit()) * side,
                spacing_mm: 0.5 + unit() * (seed % 3) as f32,
                hash: mix64(i),
                role: roles[(unit() * 3.0) as usize],
            })
            .collect()
    }

    /// The heaviest first, looked for among all, its neighbours among all.
    fn by_queue(members: &[Member], rule: Rule, quota: usize) -> Vec<u32> {
        let weight = |a: &Member, b: &Member| {
            let distance = a.position_mm.as_dvec2().distance(b.position_mm.as_dvec2());
            let mean = f64::from(a.spacing_mm) / 2.0 + f64::from(b.spacing_mm) / 2.0;
            let relative = (distance / mean).max(rule.least);
            let near = relative < rule.reach;
            let left = 1.0 - relative / rule.reach;
            u32::from(near) * (eighth_power(left) * rule.scale) as u32
        };
        let all = 0..members.len();
        let mut gone = vec![false; members.len()];
        let (mut removed, mut counted) = (Vec::new(), 0);
        while counted < quota {
            let key = |i: &usize| {
                let others = all.clone().filter(|&j| j != *i && !gone[j]);
                let sum: u32 = others.map(|j| weight(&members[*i], &members[j])).sum();
                (sum, members[*i].hash)
            };
            let movable = all
                .clone()
                .filter(|&i| !gone[i] && members[i].role != Role::Fixed);
            let heaviest = movable.max_by_key(key).unwrap();
            gone[heaviest] = true;
            counted += usize::from(members[heaviest].role == Role::Counted);
            removed.push(heaviest as u32);
        }
        removed
    }

    #[test]
    fn dots_go_in_the_order_of_a_queue_that_always_takes_the_heaviest() {
        let roles = [
            [Role::Counted; 3],
            [Role::Counted, Role::Fixed, Role::Counted],
            [Role::Counted, Role::Beyond, Role::Fixed],
        ];
        for seed in 0..24 {
            let members = members(60 + seed, seed, roles[seed as usize / 3 % 3]);
            let mut elimination = Elimination::new(&members, None);
            let counted = elimination.counted();
            let keep = counted / 3;
            let left = members.len() as f64
                - elimination.movable() as f64 * (counted - keep) as f64 / counted as f64;
            let share = left / members.len() as f64;
            let reach = (2.0 / (3.0_f64.sqrt() * Density::PACKING * share)).sqrt();
            let least = reach * (1.0 - share * share.sqrt()) * BETA;
            let expected = by_queue(&members, Rule::new(reach, least, false), counted - keep);
            assert_eq!(elimination.reduce(keep), expected, "seed {seed}");
            assert_eq!(elimination.counted(), keep);
        }
    }

    #[test]
    fn crowds_on_one_spot_and_dots_without_neighbours_are_taken_too() {
        for spread in [0.0, 1000.0] {
            let members: Vec<Member> = (0..300)
                .map(|i| Member {
                    position_mm: Vec2::new(i as f32, (i % 7) as f32) * spread,
                    spacing_mm: 1.0,
                    hash: mix64(i),
                    role: Role::Counted,
                })
                .collect();
            let mut elimination = Elimination::new(&members, None);
            assert_eq!(elimination.reduce(10).len(), 290);
            assert_eq!(elimination.reduce(0).len(), 10);
            assert!(elimination.reduce(0).is_empty());
        }
    }
}
