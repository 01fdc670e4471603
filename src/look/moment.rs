//! What a moment has made of the dots: ages of sessions and touch-ups, mixed dot by dot.

use crate::look::course::Course;
use crate::look::plan::PlannedDot;
use crate::pigment::{Aging, Fading, HEALED_DAYS, Impression, When};

/// The most pigment that a spot of skin holds, relative to its healed strength; more of it widens the
/// spot. A guess, just above what a fresh dot shows.
const HOLDS: f32 = 1.5;

/// Pigment, in that of the healed dot, below which shares of it lose their digits: nothing is seen of it. What is
/// left is then next to all of the last part, from which least has faded.
const TRACE: f32 = 1e-30;

/// Steps in which the dose of a touch-up is found: to 1e-6 of the greatest.
const HALVINGS: u32 = 24;

/// The greatest dose, in healed dots.
const GREATEST_DOSE: f32 = 16.0;

/// How many dots stand for all when doses are found.
pub(super) const SAMPLE: usize = 256;

/// Fresh dots per cm² from which skin is red all over: a guess.
const FULLY_RED_PER_CM2: f32 = 60.0;

/// A touch-up as the dots feel it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dose {
    /// Days since the last session.
    days: f32,
    /// Pigment laid on every dot, relative to the healed dot.
    share: f32,
    aim_mm: f32,
}

impl Dose {
    /// Days since the last session when it is laid; `None` where too little had faded, and nothing is.
    pub(super) fn laid_days(&self) -> Option<f32> {
        (self.share > 0.0).then_some(self.days)
    }
}

/// How much pigment the touch-ups of a course lay on dots like those of the sample, where `through` says
/// what a field of one sort of deposit lets through.
pub(super) fn doses(
    course: &Course,
    fading: &Fading,
    sample: &[Impression],
    through: impl Fn(&Impression) -> [f32; 3],
) -> Vec<Dose> {
    // Green carries most of lightness.
    let taken = |deposit: &Impression| -libm::logf(through(deposit)[1].max(f32::MIN_POSITIVE));
    let healed: f32 = sample.iter().map(&taken).sum();
    let mut doses: Vec<Dose> = Vec::new();
    for touch_up in course.touch_ups() {
        let days = touch_up.days();
        let wanted = touch_up.amount * healed;
        let after = |share| {
            let dose = Dose {
                days,
                share,
                aim_mm: touch_up.aim_mm,
            };
            let doses = doses.iter().copied().chain([dose]);
            let then = days + HEALED_DAYS;
            let parts = parts(fading, then, then, doses);
            let left = sample.iter().map(|dot| taken(&mix(&parts, dot)));
            (left.sum::<f32>(), dose)
        };
        let (mut low, mut high) = (0.0, GREATEST_DOSE);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if after(middle).0 < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        doses.push(after(low).1);
    }
    doses
}

/// One charge of pigment in a dot: how it has aged, how much it was, how far off it went.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    aging: Aging,
    share: f32,
    aim_mm: f32,
}

impl Part {
    /// Pigment, in that of the healed dot.
    fn mass(&self) -> f32 {
        self.share * self.aging.strength * self.aging.size * self.aging.size
    }
}

/// How much deeper the pigment lies than when healed, in mm.
fn sunk_mm(parts: &[Part]) -> f32 {
    let total: f32 = parts.iter().map(Part::mass).sum();
    if let Some(last) = parts.last().filter(|_| total < TRACE) {
        return last.aging.sunk_mm;
    }
    let sunk = parts.iter().map(|part| part.mass() * part.aging.sunk_mm);
    sunk.sum::<f32>() / total
}

/// What lies in a dot of some age, in days, when the clock of the doses reads `now`.
fn parts(fading: &Fading, age: f32, now: f32, doses: impl Iterator<Item = Dose>) -> Vec<Part> {
    let first = Part {
        aging: fading.aging(age),
        share: 1.0,
        aim_mm: 0.0,
    };
    let later = doses.filter(|dose| dose.days <= now && dose.share > 0.0);
    let later = later.map(|dose| Part {
        aging: fading.aging(now - dose.days),
        share: dose.share,
        aim_mm: dose.aim_mm,
    });
    [first].into_iter().chain(later).collect()
}

/// One deposit with the pigment and the second moment of all parts.
fn mix(parts: &[Part], healed: &Impression) -> Impression {
    if let [Part { aging, .. }] = parts {
        return aging.of(healed);
    }
    let total: f32 = parts.iter().map(Part::mass).sum();
    if let Some(last) = parts.last().filter(|_| total < TRACE) {
        return last.aging.of(healed);
    }
    let squared = healed.radius_mm * healed.radius_mm;
    let mut area = 0.0;
    for part in parts {
        let weight = part.mass() / total;
        // A disc of radius r has a second moment of r²/2, and centres that stray by d about their
        // common mean add the mean of d².
        area += weight * squared * part.aging.size * part.aging.size;
        area += weight * (1.0 - weight) * 2.0 * part.aim_mm * part.aim_mm;
    }
    let strength = total * squared / area;
    let crowded = (strength / HOLDS).max(1.0);
    Impression {
        radius_mm: (area * crowded).sqrt(),
        strength: healed.strength * strength / crowded,
        depth_mm: healed.depth_mm + sunk_mm(parts),
        ..*healed
    }
}

/// A moment of a course.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// What lies in the dots of each session held so far.
    sessions: Vec<Vec<Part>>,
    /// Loss of green and blue light among the dots of each session, where they stand closely.
    redness: Vec<f32>,
}

impl Moment {
    pub(super) fn new(course: &Course, fading: &Fading, doses: &[Dose], when: When) -> Self {
        let now = when.as_days();
        let ages = course.days_before(when).into_iter().map(|days| now + days);
        let sessions: Vec<Vec<Part>> = ages
            .map(|age| parts(fading, age, now, doses.iter().copied()))
            .collect();
        let days = course.days_before(when);
        let redness = days.iter().map(|&days| {
            let dosed = doses.iter().filter(|dose| dose.days <= now);
            let dosed =
                dosed.map(|dose| dose.share.min(1.0) * fading.redness_after(now - dose.days));
            dosed.fold(fading.redness_after(now + days), f32::max)
        });
        Self {
            redness: redness.collect(),
            sessions,
        }
    }

    /// The dot's deposit; `None` before its session.
    pub(super) fn of(&self, dot: &PlannedDot) -> Option<Impression> {
        let session = usize::from(dot.session) - 1;
        let parts = self.sessions.get(session)?;
        Some(mix(parts, &dot.healed))
    }

    /// How much deeper the dots of the last session held lie than when healed, in mm.
    pub(super) fn sunk_mm(&self) -> f32 {
        self.sessions.last().map_or(0.0, |parts| sunk_mm(parts))
    }

    /// Redness of the skin around these dots.
    pub(super) fn redness<'a>(&self, dots: impl Iterator<Item = &'a PlannedDot>) -> Redness {
        let (mut sum, mut count) = (0.0_f32, 0.0_f32);
        for dot in dots {
            if let Some(redness) = self.redness.get(usize::from(dot.session) - 1) {
                sum += redness;
                count += 1.0;
            }
        }
        Redness {
            mean: sum / count.max(1.0),
            most: self.redness.iter().copied().fold(0.0, f32::max),
        }
    }
}

/// How red the needle leaves the skin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redness {
    /// Mean over the dots of what each would cause among close ones like it.
    mean: f32,
    /// That of the freshest.
    most: f32,
}

impl Redness {
    /// Absorbance of green and blue light (natural logarithm) where so many dots stand on a cm².
    pub(super) fn absorbance_among(&self, per_cm2: f32) -> f32 {
        if self.most <= 0.0 {
            return 0.0; // once healed, as at most times
        }
        -libm::log1pf(-(self.mean * per_cm2 / FULLY_RED_PER_CM2).min(self.most))
    }
}
