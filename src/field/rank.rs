//! An order of the dots in which every prefix is evenly spread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use glam::DVec2;

use super::Dot;
use super::bins::Bins;
use crate::parallel;
use crate::random::mix64;
use crate::units::Density;

/// β and γ of the paper's lower bound r_min on the distances that count.
const BETA: f64 = 0.65;
const KEPT_TO_GAMMA: f64 = 0.353_553_39; // (1/2)^1.5: every stage halves the set

/// Indices of the dots, the first to place first.
///
/// # References
/// C. Yuksel, "Sample Elimination for Generating Poisson Disk Sample Sets", Comput. Graph. Forum
/// 34 (2015), §3: weights (1 − d/2r_max)^8 with the heaviest sample removed first, and §4.3:
/// progressive order by eliminating half of the set again and again. Departures: d is measured in
/// the local spacing, so that r_max is one number for a field of varying density.
pub(super) fn by_elimination(dots: &[Dot]) -> Vec<u32> {
    let mut order = vec![0_u32; dots.len()];
    let mut alive: Vec<u32> = (0..dots.len() as u32).collect();
    while alive.len() > 1 {
        let keep = alive.len() / 2;
        let removed = eliminate(dots, &alive, keep);
        let mut gone = vec![false; alive.len()];
        for (place, &i) in (0..alive.len()).rev().zip(&removed) {
            order[place] = alive[i as usize];
            gone[i as usize] = true;
        }
        let mut i = 0;
        alive.retain(|_| {
            i += 1;
            !gone[i - 1]
        });
    }
    if let Some(&first) = alive.first() {
        order[0] = first;
    }
    order
}

/// Indices into `alive` of the dots removed until `keep` are left, in the order of removal.
fn eliminate(dots: &[Dot], alive: &[u32], keep: usize) -> Vec<u32> {
    let dot = |i: usize| &dots[alive[i] as usize];
    let share = keep as f64 / dots.len() as f64;
    // 2·r_max in local spacings: N·r_max² = A/(2√3) and N·spacing² = C·A.
    let reach = (2.0 / (3.0_f64.sqrt() * Density::PACKING * share)).sqrt();
    let least = reach * (1.0 - KEPT_TO_GAMMA) * BETA;
    let points: Vec<DVec2> = (0..alive.len())
        .map(|i| dot(i).position_mm.as_dvec2())
        .collect();
    let spacings = (0..alive.len()).map(|i| f64::from(dot(i).spacing_mm));
    let widest = spacings.clone().fold(0.0, f64::max);
    let narrowest = spacings.fold(f64::INFINITY, f64::min);
    let bins = Bins::new(&points, reach * narrowest, None);
    let neighbours = parallel::map(alive.len(), |i| {
        let mut list: Vec<(u32, f64)> = Vec::new();
        let own = f64::from(dot(i).spacing_mm);
        bins.within(points[i], reach * (own + widest) / 2.0, |j, squared| {
            let mean = (own + f64::from(dot(j as usize).spacing_mm)) / 2.0;
            let relative = squared.sqrt() / mean;
            if j as usize != i && relative < reach {
                list.push((j, weight(relative.max(least) / reach)));
            }
        });
        list
    });
    let mut weights: Vec<f64> = neighbours
        .iter()
        .map(|list| list.iter().map(|(_, weight)| weight).sum())
        .collect();
    // Non-negative floats order as their bits do. Equal weights fall by a hash, not by place.
    let entry = |i: u32, weight: f64| {
        let id = dot(i as usize).id;
        (weight.max(0.0).to_bits(), mix64(id), Reverse(i))
    };
    let mut heap: BinaryHeap<_> = (0..alive.len())
        .map(|i| entry(i as u32, weights[i]))
        .collect();
    let mut removed = Vec::with_capacity(alive.len() - keep);
    let mut gone = vec![false; alive.len()];
    while removed.len() < alive.len() - keep {
        let Some(top) = heap.pop() else { break };
        let i = top.2.0;
        // Weights only fall: an entry that is out of date comes back where it belongs.
        let now = entry(i, weights[i as usize]);
        if now.0 < top.0 {
            heap.push(now);
            continue;
        }
        removed.push(i);
        gone[i as usize] = true;
        for &(j, weight) in &neighbours[i as usize] {
            if !gone[j as usize] {
                weights[j as usize] -= weight;
            }
        }
    }
    removed
}

/// (1 − t)^8.
fn weight(t: f64) -> f64 {
    let two = (1.0 - t) * (1.0 - t);
    let four = two * two;
    four * four
}
