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
use super::pairs::{Place, Rule, both_ways};
use crate::parallel;
use crate::random::mix64;
use crate::units::Density;

/// β and γ of the paper's lower bound on the distances that count.
const BETA: f64 = 0.65;

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
struct Stage<'a> {
    members: &'a [Member],
    /// Index among all members.
    names: Vec<u32>,
    places: Vec<Place>,
    rule: Rule,
    /// Where each member's part of `neighbours` starts, and one end more.
    starts: Vec<u32>,
    /// Those that weigh, with the weights found anew when they are needed: seven a member.
    neighbours: Vec<u32>,
    weights: Vec<u32>,
    /// What can go and has not gone.
    movable: Vec<bool>,
}

impl<'a> Stage<'a> {
    /// `step` is the share of the members here that will be left, `share` that of all members.
    fn new(elimination: &Elimination<'a>, step: f64, share: f64) -> Self {
        // 2·r_max in local spacings: N·r_max² = A/(2√3) and N·spacing² = C·A.
        let share = share.max(1e-9);
        let reach = (2.0 / (3.0_f64.sqrt() * Density::PACKING * share)).sqrt();
        let least = reach * (1.0 - step * step.sqrt()) * BETA;
        let &Elimination {
            members,
            ref alive,
            period_mm,
        } = elimination;
        let of = |i: u32| &members[i as usize];
        let spacings = alive.iter().map(|&i| of(i).spacing_mm);
        let narrowest = spacings.clone().fold(f32::INFINITY, f32::min);
        let even = spacings.fold(0.0, f32::max) == narrowest;
        let bins = {
            let places = alive.iter().map(|&i| of(i).position_mm.as_dvec2());
            let places: Vec<DVec2> = places.collect();
            Bins::new(&places, reach * f64::from(narrowest), period_mm)
        };
        let names: Vec<u32> = bins.points().iter().map(|p| alive[p.0 as usize]).collect();
        let places = names.iter().map(|&i| Place {
            position_mm: of(i).position_mm,
            spacing_mm: of(i).spacing_mm,
        });
        let places: Vec<Place> = places.collect();
        let rule = Rule::new(reach, least, even, period_mm);
        let found = parallel::map(names.len().div_ceil(CHUNK), |chunk| {
            let chunk = chunk * CHUNK..((chunk + 1) * CHUNK).min(names.len());
            rule.pairs(&bins, &places, chunk)
        });
        drop(bins);
        let (starts, neighbours) = both_ways(names.len(), &found);
        drop(found);
        let mut stage = Self {
            movable: names.iter().map(|&i| of(i).role != Role::Fixed).collect(),
            weights: Vec::new(),
            members,
            names,
            places,
            rule,
            starts,
            neighbours,
        };
        stage.weights = parallel::map(stage.names.len(), |i| stage.weight(i as u32));
        stage
    }

    /// The sum of the weights of a member's pairs.
    fn weight(&self, i: u32) -> u32 {
        let weights = self.neighbours[self.neighbours(i)].iter();
        weights.fold(0, |sum: u32, &j| sum.saturating_add(self.of_pair(i, j)))
    }

    fn of_pair(&self, i: u32, j: u32) -> u32 {
        let [a, b] = [i, j].map(|i| self.places[i as usize]);
        self.rule.weight(a, b).unwrap_or(0)
    }

    /// The members removed until `quota` of those that count are gone.
    fn run(mut self, quota: usize) -> Vec<u32> {
        let mut left: Vec<u32> = (0..self.names.len() as u32)
            .filter(|&i| self.movable[i as usize])
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
                    counted += usize::from(self.member(i).role == Role::Counted);
                    false
                });
            }
            left.retain(|&i| self.movable[i as usize]);
        }
        let hash = |i: u32| self.member(i).hash;
        removed.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| hash(b.1).cmp(&hash(a.1))));
        // A level may have gone beyond the quota.
        let mut counted = 0;
        let within = removed.into_iter().take_while(|&(_, i)| {
            let open = counted < quota;
            counted += usize::from(self.member(i).role == Role::Counted);
            open
        });
        within.map(|(_, i)| self.names[i as usize]).collect()
    }

    fn neighbours(&self, i: u32) -> std::ops::Range<usize> {
        self.starts[i as usize] as usize..self.starts[i as usize + 1] as usize
    }

    fn member(&self, i: u32) -> &Member {
        &self.members[self.names[i as usize] as usize]
    }

    fn is_below_a_neighbour(&self, i: u32, weight: u32) -> bool {
        self.neighbours[self.neighbours(i)].iter().any(|&j| {
            let other = self.weights[j as usize];
            other >= weight
                && self.movable[j as usize]
                && (other > weight || self.member(j).hash > self.member(i).hash)
        })
    }

    fn remove(&mut self, i: u32) {
        self.movable[i as usize] = false;
        for n in self.neighbours(i) {
            let j = self.neighbours[n];
            if self.movable[j as usize] {
                let weight = self.of_pair(i, j);
                let other = &mut self.weights[j as usize];
                *other = other.saturating_sub(weight);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::pairs::eighth_power;
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
            let expected = by_queue(
                &members,
                Rule::new(reach, least, false, None),
                counted - keep,
            );
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
