//! How a treatment may heal: the same dots at the same places, by luck, hand and skin.

use crate::error::{Error, Result};
use crate::look::fingerprint::Digest;
use crate::look::plan::Plan;
use crate::look::planning::find_doses;
use crate::noise::Noise;
use crate::random::Stage;

/// How well a treatment heals, relative to what its plan expects.
///
/// # Examples
/// ```
/// use stubblefield::{Healing, Look, Mask, Photo, Scale, Seed, Size, When};
///
/// let size = Size::new(160, 120)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let plan = Look::stubble().plan(&photo, &Mask::full(size), Scale::px_per_mm(8.0)?, Seed::new(1))?;
/// let spots = |healing: &Healing| {
///     let plan = plan.healing_as(healing)?;
///     let separation = plan.report(&photo, When::healed())?.separation.expect("there are dots");
///     Ok::<_, stubblefield::Error>(separation.spot_mm)
/// };
/// assert!(spots(&Healing::best())? < spots(&Healing::worst())?);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// Retention: a deviation of 1.4 about a visual density score of 7.7 after six months, in Liu et al., "Scalp
/// Micropigmentation Is an Effective Treatment for Localized Alopecia", J. Cosmet. Dermatol. (2025), ten
/// patients; a score is no optical density. Spread: spots of 0.4 mm and more count as blown out among
/// practitioners. Depth: pigment is seen from 0.08 to 0.30 mm deep. Fading: the half-lives of
/// [`Fading`](crate::Fading), guesses. That these come together in one head is a guess too.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Healing {
    /// Pigment that stays in a healed dot, relative to the plan, 0.2..=2.
    pub retention: f32,
    /// How unevenly: its standard deviation over the skin, as a share of it, 0..=0.5.
    pub patchiness: f32,
    /// Distance over which it varies, 1..=100 mm.
    pub patch_mm: f32,
    /// Diameter of the healed deposits, relative to the plan, 0.5..=2; the same pigment on more area is
    /// paler.
    pub spread: f32,
    /// How much deeper the deposits lie, 0..=0.3 mm: fainter, softer and bluer.
    pub deeper_mm: f32,
    /// How fast they fade, relative to the plan, 0.2..=5.
    pub fading: f32,
}

/// Tells the noise apart from that of uptake.
const PATCHES: u64 = 1;

impl Healing {
    /// Crisp, even and lasting: 1.18 of the pigment on 0.92 of the diameter, fading as under a hat.
    #[must_use]
    pub const fn best() -> Self {
        Self {
            retention: 1.18,
            spread: 0.92,
            fading: 4.5 / 7.0,
            ..Self::likely()
        }
    }

    /// As planned.
    #[must_use]
    pub const fn likely() -> Self {
        Self {
            retention: 1.0,
            patchiness: 0.0,
            patch_mm: 10.0,
            spread: 1.0,
            deeper_mm: 0.0,
            fading: 1.0,
        }
    }

    /// Blurred, bluish and patchy: 0.82 of the pigment, as uneven as in a scar, over 1.45 times the diameter,
    /// 0.1 mm deeper, fading as in strong sun.
    #[must_use]
    pub const fn worst() -> Self {
        Self {
            retention: 0.82,
            patchiness: 0.25,
            patch_mm: 10.0,
            spread: 1.45,
            deeper_mm: 0.1,
            fading: 4.5 / 2.5,
        }
    }

    /// Every value.
    const fn numbers(&self) -> [f32; 6] {
        let Self {
            retention,
            patchiness,
            patch_mm,
            spread,
            deeper_mm,
            fading,
        } = *self;
        [retention, patchiness, patch_mm, spread, deeper_mm, fading]
    }

    fn check(&self) -> Result<()> {
        Error::within("retention", self.retention, 0.2, 2.0, "0.2..=2")?;
        Error::within("patchiness", self.patchiness, 0.0, 0.5, "0..=0.5")?;
        Error::within("patch_mm", self.patch_mm, 1.0, 100.0, "1..=100 mm")?;
        Error::within("healing spread", self.spread, 0.5, 2.0, "0.5..=2")?;
        Error::within("deeper_mm", self.deeper_mm, 0.0, 0.3, "0..=0.3 mm")?;
        Error::within("healing fading", self.fading, 0.2, 5.0, "0.2..=5")
    }
}

impl Plan {
    /// The same dots at the same places, healed in another way; touch-ups restore what healed that way.
    ///
    /// [`Plan::look`] of the result says what its dots were healed to, not what was meant.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a healing out of its range, for one that takes half-lives out of those of
    /// [`Fading`](crate::Fading), and for dots that would grow beyond what can be drawn within thirty years.
    ///
    /// # Determinism
    /// As [`Look::plan`](crate::Look::plan); [`Healing::likely`] draws the same bytes as the plan itself.
    pub fn healing_as(&self, healing: &Healing) -> Result<Self> {
        healing.check()?;
        let mut plan = self.clone();
        let patches = Noise::new(self.seed, Stage::UptakeNoise, healing.patch_mm, PATCHES);
        for dot in &mut plan.dots {
            let patch = healing.patchiness / Noise::SD * patches.at(dot.position_mm);
            let kept = healing.retention * (1.0 + patch).max(0.0);
            dot.healed.radius_mm *= healing.spread;
            dot.healed.strength *= kept / (healing.spread * healing.spread);
            dot.healed.depth_mm += healing.deeper_mm;
        }
        plan.look.variation.depth_mm += healing.deeper_mm;
        plan.look.fading.half_life_years /= healing.fading;
        plan.look.fading.check()?;
        plan.doses = find_doses(&plan.look, &plan.dots, plan.melanin);
        if *healing != Healing::likely() {
            let digest = Digest::new().add_text(&self.fingerprint);
            plan.fingerprint = digest.add_numbers(healing.numbers()).hex();
        }
        plan.check_drawable()?;
        Ok(plan)
    }
}
