//! Whether dots stand apart, or have merged into a cap.

use std::fmt;

use glam::{DVec2, Vec2};

use crate::field::{Bins, quality};
use crate::look::Plan;
use crate::parallel;
use crate::pigment::When;

/// Places where free skin is looked for, at most: where a tenth is covered, the error is 0.1 %.
const MOST_PROBES: f64 = 120_000.0;

/// How dots stand to one another on the skin at a time, seen close up: geometry of the visible spots, which are wider
/// than their deposits by what skin scatters.
///
/// # Examples
/// ```
/// use stubblefield::{Density, Look, Mask, Photo, Scale, Seed, Size, When};
///
/// let size = Size::new(240, 180)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let separation = |look: Look| {
///     let plan = look.plan(&photo, &Mask::full(size), Scale::px_per_mm(12.0)?, Seed::new(1))?;
///     Ok::<_, stubblefield::Error>(plan.report(&photo, When::healed())?.separation.expect("there are dots"))
/// };
/// let usual = separation(Look::stubble())?;
/// let crowded = separation(Look::stubble().with_density(Density::per_cm2(400.0)?))?;
/// assert!(usual.distinct_share > 0.8 && crowded.distinct_share < 0.5);
/// assert!(usual.free_share > crowded.free_share);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Separation {
    /// Share of dots with bare skin between them and every other dot at least as wide as the dot itself.
    pub distinct_share: f64,
    /// Share of the skin that no visible spot covers.
    pub free_share: f64,
    /// Median over the dots of the bare skin to the nearest other one, in mm; below 0 where spots overlap.
    pub gap_mm: f64,
    /// Median diameter of the visible spots, in mm.
    pub spot_mm: f64,
}

impl fmt::Display for Separation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "close up: {:.0} % of the dots stand apart, {:.0} % of the skin is free; spots of {:.2} mm, {:.2} mm \
             of bare skin to the next",
            100.0 * self.distinct_share,
            100.0 * self.free_share,
            self.spot_mm,
            self.gap_mm
        )
    }
}

/// How the dots of a plan stand at a time where it is full, or everywhere if it is full nowhere; `None` with
/// fewer than two dots.
pub(super) fn separation(plan: &Plan, when: When) -> Option<Separation> {
    let at = plan.impressions_at(when);
    let wider = plan.spot_spread();
    let spots: Vec<(Vec2, f64)> = plan
        .dots()
        .iter()
        .filter_map(|dot| Some((dot.position_mm, f64::from(at(dot)?.radius_mm * wider))))
        .collect();
    let scale = plan.scale().get();
    let is_full = |mm: Vec2| {
        let px = mm * scale;
        plan.full().at(px.x as i64, px.y as i64) == 1
    };
    let full: Vec<usize> = (0..spots.len()).filter(|&i| is_full(spots[i].0)).collect();
    let judged = if full.is_empty() {
        (0..spots.len()).collect()
    } else {
        full
    };
    if spots.len() < 2 {
        return None;
    }
    let points: Vec<DVec2> = spots.iter().map(|(place, _)| place.as_dvec2()).collect();
    let widest = spots.iter().map(|spot| spot.1).fold(0.0, f64::max);
    let bins = Bins::new(&points, 4.0 * widest, None);
    // Bare skin to the nearest dot; what lies beyond this reach is far enough for any.
    let reach = 6.0 * widest;
    let gaps = parallel::map(judged.len(), |nth| {
        let i = judged[nth];
        let mut least = f64::INFINITY;
        let tilt = plan.tilt_at(spots[i].0 * scale);
        bins.within(points[i], reach, |j, _| {
            let j = j as usize;
            if j != i {
                let squared = tilt.squared_on_skin(points[j] - points[i]);
                least = least.min(squared.sqrt() - spots[i].1 - spots[j].1);
            }
        });
        least.min(reach)
    });
    let distinct = judged.iter().zip(&gaps);
    let distinct = distinct.filter(|(i, gap)| **gap >= 2.0 * spots[**i].1);
    Some(Separation {
        distinct_share: distinct.count() as f64 / judged.len() as f64,
        free_share: free_share(plan, |place| {
            let mut free = true;
            let tilt = plan.tilt_at(place.as_vec2() * scale);
            bins.within(place, widest, |i, _| {
                let i = i as usize;
                free &= tilt.squared_on_skin(points[i] - place).sqrt() > spots[i].1;
            });
            free
        }),
        gap_mm: median(gaps),
        spot_mm: median(judged.iter().map(|&i| 2.0 * spots[i].1).collect()),
    })
}

/// The least way on the skin from one dot to another, in mm; `None` with fewer than two.
pub(super) fn least_distance_mm(plan: &Plan) -> Option<f64> {
    let laid = quality::least_distance_mm(plan.field());
    // Of a scar the field has the dots inside alone.
    if !plan.is_curved() && !plan.look().is_of_scars() {
        return laid;
    }
    let scale = f64::from(plan.scale().get());
    let dots = plan.dots().iter();
    let points: Vec<DVec2> = dots.map(|dot| dot.position_mm.as_dvec2()).collect();
    if points.len() < 2 {
        return None;
    }
    // A head's chart bends lengths by much less, and a way in the picture is never the longer one.
    let mut reach = 2.0 * laid.unwrap_or_else(|| plan.look().density().spacing_mm());
    loop {
        let bins = Bins::new(&points, reach, None);
        let nearest = parallel::map(points.len(), |i| {
            let mut least = f64::INFINITY;
            bins.within(points[i], reach, |j, _| {
                let (one, other) = (points[i], points[j as usize]);
                if j as usize != i {
                    let between = 0.5 * scale * (one + other);
                    let tilt = plan.tilt_at(between.as_vec2());
                    least = least.min(tilt.squared_on_skin(other - one));
                }
            });
            least.sqrt()
        });
        let least = nearest.into_iter().fold(f64::INFINITY, f64::min);
        if least.is_finite() {
            return Some(least);
        }
        reach *= 2.0;
    }
}

/// Share of the places that are free, over the treatment where it is full, or all of it.
fn free_share(plan: &Plan, is_free: impl Fn(DVec2) -> bool + Sync + Send) -> f64 {
    let mask = plan.mask();
    let full = plan.full();
    let anywhere = full.values().iter().all(|&full| full == 0);
    let step = (mask.area_px() / MOST_PROBES).sqrt().ceil().max(1.0) as usize;
    let per_mm = f64::from(plan.scale().get());
    let rows = (mask.size().height() as usize).div_ceil(step);
    let counts = parallel::map(rows, |row| {
        let y = row * step;
        let (covered, full) = (mask.coverage().row(y as u32), full.row(y as u32));
        let mut count = [0.0_f64; 2];
        for x in (0..covered.len()).step_by(step) {
            if covered[x] > 0.0 && (anywhere || full[x] == 1) {
                let place = DVec2::new(x as f64 + 0.5, y as f64 + 0.5) / per_mm;
                let skin = plan.tilt_at((place * per_mm).as_vec2()).area_factor();
                let skin = f64::from(skin);
                count[0] += if is_free(place) { skin } else { 0.0 };
                count[1] += skin;
            }
        }
        count
    });
    let [free, all] = counts
        .iter()
        .fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
    if all > 0.0 { free / all } else { 1.0 }
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}
