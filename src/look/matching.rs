//! A look brought to a tone: how dark it has to be, and what a clinic may do to get there.

use std::cell::{Cell, OnceCell};

use crate::error::{Error, Result};
use crate::look::Look;
use crate::look::limits::LEAST_STRENGTH;
use crate::look::plan::Plan;
use crate::look::tone::{Tones, tones};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::pigment::{Variation, When};
use crate::progress::{Progress, Watch};
use crate::random::Seed;
use crate::scene::Scene;
use crate::units::{Density, Scale};

/// The tone that a healed treatment is to have where it is full.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Tone {
    /// This change of mean lightness L*, −50 to below 0.
    DeltaL(f32),
    /// As light as this part of the photo is.
    Like(Mask),
    /// As [`Tone::Like`]; where no clinical means gets there, as near as more dots come. Stronger and larger ones
    /// would stand out as blots in what stays paler than the part of the photo anyway.
    Towards(Mask),
    /// As light as the skin around it ([`Plan::surroundings`]) will be; for scars. Where no clinical means
    /// gets there, as near as they come.
    Surroundings,
}

/// A plan whose tone was asked for, and how near it came.
///
/// # Examples
/// ```
/// use stubblefield::{Look, Mask, Photo, Scale, Seed, Size, Tone};
///
/// let size = Size::new(120, 120)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let (mask, scale) = (Mask::full(size), Scale::px_per_mm(4.0)?);
/// let stubble = Look::stubble();
/// let matched = stubble.match_tone(&photo, &mask, scale, Seed::new(1), &Tone::DeltaL(-5.0))?;
/// assert!((matched.reached - matched.wanted).abs() < 0.3);
/// let refused = stubble.match_tone(&photo, &mask, scale, Seed::new(1), &Tone::DeltaL(-30.0));
/// assert!(refused.unwrap_err().to_string().contains("0.28 mm"));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ToneMatch {
    /// The plan, with the look that was found.
    pub plan: Plan,
    /// The change of mean L* where the treatment is full that the tone asks for.
    pub wanted: f64,
    /// The change that the plan brings.
    pub reached: f64,
    /// The means that ran out before the tone was reached; `None` where it was.
    pub stopped_by: Option<String>,
}

/// Differences of L* from what was asked for that count as reached.
const TOLERANCE: f64 = 0.3;

/// The search ends this near.
const NEAR: f64 = 0.08;

/// Plans that are tried within one means at most.
const MOST_STEPS: u32 = 8;

/// Plans that are tried at all: the look itself, the ends of three means, and those within one.
const MOST_TRIALS: u32 = 1 + 3 + MOST_STEPS;

/// Steps of a watched search for the reading of the photo, beside one for every plan.
const READING: u32 = 4;

impl Look {
    /// Lays this look on a photo with the dilution, density and size that bring it to a tone once healed.
    ///
    /// To darken, dots are added first, then made stronger, then larger; to lighten, they are diluted first,
    /// then left out, then made smaller: each up to its limit ([`Look::with_limits`]); what the look has already beyond a limit stays.
    ///
    /// # Errors
    /// Those of [`Look::plan`]; [`Error::OutOfRange`] for a tone out of range and for a strength below 0.001, from
    /// which no other is a multiple;
    /// [`Error::Unreachable`] for a tone that the limits do not allow, with the tone they allow and the limit
    /// that stopped it, and where the wanted part is not darker than the skin, which pigment cannot help;
    /// [`Error::NotFound`] where the picture shows nothing of what gives the tone, as a scar that fills it has no surroundings.
    ///
    /// # Determinism
    /// As [`Look::plan`].
    ///
    /// # Tolerance
    /// A tone that can be reached is reached within 0.3, in practice within 0.1.
    ///
    /// # Cost
    /// One to twelve plans and renderings.
    pub fn match_tone(
        &self,
        photo: &Photo,
        mask: &Mask,
        scale: Scale,
        seed: Seed,
        tone: &Tone,
    ) -> Result<ToneMatch> {
        self.match_tone_with(photo, mask, scale, seed, tone, &())
    }

    /// [`Look::match_tone`], watched as [`Look::plan_with`]: every plan on trial is a step.
    ///
    /// # Errors
    /// Those of [`Look::match_tone`], and [`Error::Cancelled`].
    pub fn match_tone_with(
        &self,
        photo: &Photo,
        mask: &Mask,
        scale: Scale,
        seed: Seed,
        tone: &Tone,
        progress: &dyn Progress,
    ) -> Result<ToneMatch> {
        let watch = Watch::new(progress, READING + MOST_TRIALS);
        watch.done(0)?;
        self.check()?;
        if let Tone::DeltaL(delta_l) = *tone {
            check_delta_l(delta_l)?;
        }
        if let Tone::Like(region) | Tone::Towards(region) = tone {
            region.size().check_equals(photo.size(), "region")?;
            let pixels = region.area_px();
            Error::check("pixels of the region", pixels, pixels > 0.0, "above 0")?;
        }
        let scene = self.read(photo, mask, scale, &watch.part(0..READING))?;
        let answering = self.answering(&scene);
        Error::within(
            "strength",
            answering.variation.strength,
            LEAST_STRENGTH,
            Variation::MOST_STRENGTH,
            "0.001..=4 where a tone is matched",
        )?;
        let search = Search {
            path: Path(&answering),
            photo,
            scene,
            mask,
            scale,
            seed,
            tone,
            around: OnceCell::new(),
            watch: &watch,
            trials: Cell::new(0),
        };
        let found = search.run()?;
        watch.done(READING + MOST_TRIALS)?;
        Ok(found)
    }
}

pub(super) fn check_delta_l(delta_l: f32) -> Result<()> {
    let inside = (-50.0..0.0).contains(&delta_l);
    Error::check("delta_l", f64::from(delta_l), inside, "-50..0")
}

/// From the lightest look at −3 over the look itself at 0 to the darkest at 3; along each unit one means
/// changes.
struct Path<'a>(&'a Look);

impl Path<'_> {
    fn at(&self, place: f32) -> Look {
        // Even ratios along the way, for their effects multiply. To darken, dots are added before they get
        // stronger, for strong dots in fair skin look blue; to lighten, they are diluted first.
        let share = |nth: f32| (place.abs() - nth).clamp(0.0, 1.0);
        let (first, second) = if place < 0.0 { (0.0, 1.0) } else { (1.0, 0.0) };
        let moved = |own: f32, limits: [f32; 2], nth: f32| {
            let end = if place < 0.0 {
                limits[0].min(own)
            } else {
                limits[1].max(own)
            };
            own * libm::powf(end / own, share(nth))
        };
        let mut look = self.0.clone();
        let (variation, limits) = (&mut look.variation, &self.0.limits);
        variation.strength = moved(variation.strength, limits.strength, first);
        look.density = Density::unchecked(moved(look.density.get(), limits.density, second));
        variation.diameter_mm = moved(variation.diameter_mm, limits.diameter_mm, 2.0);
        look
    }

    /// The last means of a direction, in words.
    fn end(&self, place: f32) -> String {
        let look = self.at(place);
        format!(
            "strength {:.2}, {:.0} dots per cm² and deposits of {:.2} mm",
            look.variation.strength,
            look.density.get(),
            look.variation.diameter_mm
        )
    }
}

/// One look on trial.
struct Trial {
    plan: Plan,
    wanted: f64,
    reached: f64,
}

impl Trial {
    /// How much too light it is.
    fn excess(&self) -> f64 {
        self.reached - self.wanted
    }
}

struct Search<'a> {
    path: Path<'a>,
    photo: &'a Photo,
    scene: Scene,
    mask: &'a Mask,
    scale: Scale,
    seed: Seed,
    tone: &'a Tone,
    around: OnceCell<Mask>,
    watch: &'a Watch<'a>,
    /// Plans tried so far.
    trials: Cell<u32>,
}

impl Search<'_> {
    fn run(&self) -> Result<ToneMatch> {
        let own = self.trial(0.0)?;
        if own.wanted >= 0.0 {
            // Pigment only ever takes light.
            return Err(Error::Unreachable {
                parameter: "delta_l",
                value: own.wanted,
                reached: 0.0,
                limit: "pigment, which only darkens".to_owned(),
            });
        }
        let direction = if own.excess() > 0.0 { 1.0 } else { -1.0 };
        let passed = |trial: &Trial| trial.excess() * f64::from(direction) <= 0.0;
        let mut before = (0.0, own);
        let mut by_number = None;
        for end in [1.0, 2.0, 3.0].map(|unit| unit * direction) {
            if before.1.excess().abs() <= NEAR {
                break;
            }
            let trial = self.trial(end)?;
            if passed(&trial) {
                return self.between(before, (end, trial));
            }
            let (place, last) = std::mem::replace(&mut before, (end, trial));
            if place == 1.0 {
                by_number = Some(last);
            }
        }
        let nearest = before.1;
        if nearest.excess().abs() <= TOLERANCE {
            return Ok(done(nearest, None));
        }
        let end = self.path.end(3.0 * direction);
        match (self.tone, by_number) {
            (Tone::Towards(_), Some(most)) => Ok(done(most, Some(self.path.end(1.0)))),
            (Tone::Towards(_) | Tone::Surroundings, _) => Ok(done(nearest, Some(end))),
            _ => Err(Error::Unreachable {
                parameter: "delta_l",
                value: nearest.wanted,
                reached: nearest.reached,
                limit: end,
            }),
        }
    }

    /// The tone between two looks that lie on either side of it.
    ///
    /// # References
    /// M. Dowell and P. Jarratt, "A modified regula falsi method for computing the root of an equation",
    /// BIT 11 (1971): the Illinois rule, halving the weight of an end that stays.
    fn between(&self, a: (f32, Trial), b: (f32, Trial)) -> Result<ToneMatch> {
        let (mut a, mut b) = ((a.0, a.1.excess(), a.1), (b.0, b.1.excess(), b.1));
        for _ in 0..MOST_STEPS {
            let nearest = a.2.excess().abs().min(b.2.excess().abs());
            if nearest <= NEAR {
                break;
            }
            let share = (a.1 / (a.1 - b.1)) as f32;
            let place = a.0 + (b.0 - a.0) * share.clamp(0.02, 0.98);
            let trial = self.trial(place)?;
            let excess = trial.excess();
            if (excess > 0.0) == (a.1 > 0.0) {
                a = (place, excess, trial);
                b.1 *= 0.5;
            } else {
                b = (place, excess, trial);
                a.1 *= 0.5;
            }
        }
        let nearest = if a.2.excess().abs() < b.2.excess().abs() {
            a.2
        } else {
            b.2
        };
        Ok(done(nearest, None))
    }

    fn trial(&self, place: f32) -> Result<Trial> {
        let look = self.path.at(place);
        let begun = READING + self.trials.replace(self.trials.get() + 1);
        let watched = self.watch.part(begun..begun + 1);
        let scene = self.scene.clone();
        let plan = look.plan_on_with(scene, self.mask, self.scale, self.seed, &watched)?;
        let after = plan.render(self.photo, When::healed())?;
        let photos = [self.photo, &after];
        let other = match self.tone {
            Tone::DeltaL(_) => None,
            Tone::Like(region) | Tone::Towards(region) => Some(region),
            // Edge and mask are those of every trial, and nothing else enters.
            Tone::Surroundings => Some(self.around.get_or_init(|| plan.surroundings())),
        };
        let [full, to_compare] = tones(photos, self.scale, |y, x| {
            let full = f32::from(plan.full().row(y)[x]) * plan.mask().coverage().row(y)[x];
            [full, other.map_or(0.0, |other| other.coverage().row(y)[x])]
        });
        let some = full.pixels > 0.0;
        Error::check(
            "pixels where the treatment is full",
            full.pixels,
            some,
            "above 0",
        )?;
        if other.is_some() && to_compare.pixels == 0.0 {
            return Err(Error::NotFound {
                what: "light to compare with",
                place: match self.tone {
                    Tone::Surroundings => "around the treatment, which fills the picture",
                    _ => "in the part of the photo that gives the tone",
                },
            });
        }
        let Tones { before, after, .. } = full;
        let wanted = match self.tone {
            Tone::DeltaL(delta_l) => f64::from(*delta_l),
            Tone::Like(_) | Tone::Towards(_) => to_compare.before[0] - before[0],
            Tone::Surroundings => to_compare.after[0] - before[0],
        };
        Ok(Trial {
            plan,
            wanted,
            reached: after[0] - before[0],
        })
    }
}

fn done(trial: Trial, stopped_by: Option<String>) -> ToneMatch {
    ToneMatch {
        wanted: trial.wanted,
        reached: trial.reached,
        plan: trial.plan,
        stopped_by,
    }
}
