//! Which of several shades each dot gets, so that none clumps.

use glam::DVec2;

use super::bins::Bins;
use super::{Dot, DotField};
use crate::error::{Error, Result};
use crate::random::{Seed, mix64};
use crate::units::Density;

/// How far dots of one class repel each other, in mean spacings 1/√density.
const REACH: f64 = 3.5;

/// Random part of a decision: breaks ties, too little to be seen.
const JITTER: f64 = 0.02;

/// How strongly one dot too many of a class in the whole field weighs against the next, where a dot
/// of the class at distance 0 weighs 1. Found by trying: fractions come out within a few dots, and
/// classes are spread as evenly as without.
const FEEDBACK: f64 = 0.05;

/// What the deciding dot adds to the weight that the classes share: without it classes of small
/// share come out too often. Found by trying, as little as does.
const OWN: f64 = 0.5;

/// Not yet decided.
const OPEN: u8 = u8::MAX;

impl DotField {
    /// The most classes that dots are told apart by.
    pub const MAX_CLASSES: usize = 64;

    /// A class for every dot, in the order of [`DotField::dots`]: numbers below the count of shares,
    /// in these proportions, each class spread evenly by itself.
    ///
    /// Shares need not sum to 1; a class of share 0 gets no dot.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{DotField, Seed};
    ///
    /// let pattern = DotField::torus(60, 1.0, Seed::new(1))?;
    /// let classes = pattern.classes(&[0.5, 0.3, 0.2], Seed::new(1))?;
    /// let first = classes.iter().filter(|&&class| class == 0).count() as f64;
    /// assert!((first / classes.len() as f64 - 0.5).abs() < 0.01);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`DotField::classes_by`].
    pub fn classes(&self, shares: &[f32], seed: Seed) -> Result<Vec<u8>> {
        self.classes_by(shares.len(), seed, |_, mine| mine.copy_from_slice(shares))
    }

    /// As [`DotField::classes`], with shares that differ from dot to dot: `shares` writes those of
    /// `count` classes for a dot.
    ///
    /// Dots decide in the order of their ranks. Each takes the class that lacks most of its share of
    /// Σ (1 − d/D)³ over the dots decided before it within D = 3.5 mean spacings; what it lacks in
    /// the whole field counts a little.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for 0 or more than [`DotField::MAX_CLASSES`] classes, for a share that is
    /// negative or no finite number, and for a dot without a share above 0.
    ///
    /// # Determinism
    /// The same on every machine as long as `shares` is; dots decide one after the other.
    ///
    /// # Cost
    /// Linear in the dots.
    pub fn classes_by(
        &self,
        count: usize,
        seed: Seed,
        mut shares: impl FnMut(&Dot, &mut [f32]),
    ) -> Result<Vec<u8>> {
        let some = (1..=Self::MAX_CLASSES).contains(&count);
        Error::check("classes", count as f64, some, "1..=64")?;
        let reach = REACH / Density::PACKING.sqrt();
        let points: Vec<DVec2> = self.dots.iter().map(|d| d.position_mm.as_dvec2()).collect();
        let narrowest = self
            .dots
            .iter()
            .map(|d| d.spacing_mm)
            .fold(f32::MAX, f32::min);
        let side = reach / 2.0 * f64::from(narrowest);
        let bins = Bins::new(&points, side, self.period_mm());
        // Decided ones by place, so that neighbours lie side by side.
        let mut places = vec![0_u32; points.len()];
        for (place, &(i, _)) in (0..).zip(bins.points()) {
            places[i as usize] = place;
        }
        let mut decided = vec![OPEN; points.len()];
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        order.sort_unstable_by_key(|&i| self.dots[i as usize].rank);
        let mut excess = vec![0.0_f64; count];
        let mut mine = vec![0.0_f32; count];
        let mut around = vec![0.0_f64; count];
        for i in order {
            let dot = &self.dots[i as usize];
            mine.fill(0.0);
            shares(dot, &mut mine);
            let sum = sum(&mine)?;
            around.fill(0.0);
            let radius = reach * f64::from(dot.spacing_mm);
            let (limit, inverse) = (radius * radius, 1.0 / radius);
            let here = points[i as usize];
            bins.runs(here, radius, |run| {
                let run = bins.points()[run.clone()].iter().zip(&decided[run]);
                for (&(_, there), &class) in run {
                    if class == OPEN {
                        continue;
                    }
                    let squared = bins.offset(here, there).length_squared();
                    if squared < limit {
                        let left = 1.0 - squared.sqrt() * inverse;
                        around[usize::from(class)] += left * left * left;
                    }
                }
            });
            let total: f64 = around.iter().sum();
            let mut bits = mix64(dot.id ^ mix64(seed.get()));
            let mut best = (f64::INFINITY, 0);
            for class in 0..count {
                let share = f64::from(mine[class]) / sum;
                if share == 0.0 {
                    continue;
                }
                let jitter = JITTER * (bits >> 11) as f64 / (1_u64 << 53) as f64;
                bits = mix64(bits);
                let due = share * (total + OWN);
                let crowd = around[class] - due + FEEDBACK * excess[class] + jitter;
                if crowd < best.0 {
                    best = (crowd, class);
                }
                excess[class] -= share;
            }
            excess[best.1] += 1.0;
            decided[places[i as usize] as usize] = best.1 as u8;
        }
        let classes = places.iter().map(|&place| decided[place as usize]);
        Ok(classes.collect())
    }
}

fn sum(shares: &[f32]) -> Result<f64> {
    let mut sum = 0.0;
    for &share in shares {
        let sound = share >= 0.0 && share.is_finite();
        Error::check("share", f64::from(share), sound, "0 or more, finite")?;
        sum += f64::from(share);
    }
    Error::check("sum of shares", sum, sum > 0.0, "above 0")?;
    Ok(sum)
}
