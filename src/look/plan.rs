//! A look laid on one head: every dot with its place, its size, its strength and its turn.

use glam::Vec2;

use crate::field::DotField;
use crate::look::Look;
use crate::look::moment::Dose;
use crate::look::own::Sources;
use crate::mask::Mask;
use crate::parallel;
use crate::pigment::{Impression, When};
use crate::plane::Plane;
use crate::random::Seed;
use crate::scene::{Chart, Scene, Tilt};
use crate::units::Scale;

/// One dot of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlannedDot {
    /// Stable while the plan is edited elsewhere.
    pub id: u64,
    /// Centre in mm from the photo's upper left corner, x right, y down.
    pub position_mm: Vec2,
    /// Order of placement, 0 first; every prefix is evenly spread.
    pub rank: u32,
    /// Session in which the dot is placed, 1 the first.
    pub session: u8,
    /// The deposit once healed.
    pub healed: Impression,
}

/// A look laid on one photo: the same dots at any time.
///
/// Made by [`Look::plan`].
///
/// # Examples
/// ```
/// use stubblefield::{Look, Scale, Seed, SyntheticScalp, When};
///
/// let scalp = SyntheticScalp::generate(Scale::px_per_mm(1.0)?, Seed::new(1))?;
/// let plan = Look::stubble().plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))?;
/// let first = plan.dots().iter().filter(|dot| dot.session == 1).count() as f32;
/// assert!((first / plan.dots().len() as f32 - 0.30).abs() < 0.001);
/// // What stands after it, healed, should it be the last.
/// let light = plan.render(&scalp.photo, When::healed().after_session(1))?;
/// // The same dots, later.
/// let faded = plan.render(&scalp.photo, When::years(5.0)?)?;
/// assert_eq!(faded.size(), scalp.photo.size());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) look: Look,
    pub(super) mask: Mask,
    pub(super) scale: Scale,
    pub(super) seed: Seed,
    /// The skin it lies on, where the head's shape is known.
    pub(super) chart: Option<Chart>,
    pub(super) scene: Scene,
    /// Of the skin that is treated; 0 where nothing is.
    pub(super) melanin: f32,
    pub(super) field: DotField,
    pub(super) full: Plane<u8>,
    pub(super) asked_px: f64,
    pub(super) wall_px: f64,
    /// Share of each pixel's light that no pigment can take, in 255ths.
    pub(super) untouched: Plane<u8>,
    pub(super) dots: Vec<PlannedDot>,
    pub(super) doses: Vec<Dose>,
    pub(super) fingerprint: String,
}

impl Plan {
    /// The dots, session by session in the field's order.
    #[must_use]
    pub fn dots(&self) -> &[PlannedDot] {
        &self.dots
    }

    /// What a dot of this plan has become at a time; `None` before its session.
    ///
    /// A pure function of the dot and the time, for the plan's course and fading.
    ///
    /// # Examples
    /// ```
    /// # use stubblefield::{Look, Scale, Seed, SyntheticScalp, When};
    /// # let scalp = SyntheticScalp::generate(Scale::px_per_mm(1.0)?, Seed::new(1))?;
    /// # let plan = Look::stubble().plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))?;
    /// let dot = plan.dots().iter().find(|dot| dot.session == 3).unwrap();
    /// assert_eq!(plan.impression_at(dot, When::healed()), Some(dot.healed));
    /// assert_eq!(plan.impression_at(dot, When::healed().after_session(2)), None);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    #[must_use]
    pub fn impression_at(&self, dot: &PlannedDot, when: When) -> Option<Impression> {
        self.moment(when).of(dot)
    }

    /// [`Plan::impression_at`] for many dots.
    pub(crate) fn impressions_at(
        &self,
        when: When,
    ) -> impl Fn(&PlannedDot) -> Option<Impression> + use<> {
        let moment = self.moment(when);
        move |dot| moment.of(dot)
    }

    /// All dots of all sessions as one field, for its measures; of a scar those inside it. Where the head's shape is
    /// known its places are those on a flat chart of the skin, not those of the picture.
    #[must_use]
    pub const fn field(&self) -> &DotField {
        &self.field
    }

    /// What the photo told.
    #[must_use]
    pub const fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The look that was planned, with what it takes from the photo.
    pub const fn look(&self) -> &Look {
        &self.look
    }

    /// Where the treatment goes: the caller's mask less the background, and what a look reaches past it
    /// ([`Edge::past_mm`](crate::Edge::past_mm)).
    #[must_use]
    pub const fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Where size, strength and hue of the dots and their blur come from.
    #[must_use]
    pub const fn sources(&self) -> Sources {
        self.look.sources
    }

    /// Pixels per millimetre of the photo.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The seed of every random choice.
    #[must_use]
    pub const fn seed(&self) -> Seed {
        self.seed
    }

    /// How the skin is turned at a place of the picture, as far as the head's shape is known.
    pub(crate) fn tilt_at(&self, at_px: Vec2) -> Tilt {
        let known = self
            .chart
            .as_ref()
            .and_then(|chart| chart.head().tilt(at_px));
        known.unwrap_or(Tilt::NONE)
    }

    /// Whether the head's shape is known.
    pub(crate) const fn is_curved(&self) -> bool {
        self.look.head.is_some()
    }

    /// The skin it lies on, where the head's shape is known and anything is treated.
    pub(crate) const fn chart(&self) -> Option<&Chart> {
        self.chart.as_ref()
    }

    /// Skin of the treatment where `holds`, in cm², soft parts by their share.
    pub(crate) fn skin_cm2(&self, holds: impl Fn(i64, i64) -> bool + Sync + Send) -> f64 {
        let rows = parallel::map(self.mask.size().height() as usize, |y| {
            let row = (0..).zip(self.mask.coverage().row(y as u32));
            let held = row.filter(|&(x, &covered)| covered > 0.0 && holds(x, y as i64));
            let skin = held.map(|(x, &covered)| {
                let at_px = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                f64::from(covered) * f64::from(self.tilt_at(at_px).area_factor())
            });
            skin.sum::<f64>()
        });
        let per_mm = f64::from(self.scale.get());
        // A sum of nothing is −0, and would be told as such.
        (0.0 + rows.iter().sum::<f64>()) / (per_mm * per_mm) / 100.0
    }

    /// Area in pixels of the mask as given, with what the look reaches past it: nothing is taken from it for the wall, nor
    /// for hair.
    #[must_use]
    pub const fn asked_px(&self) -> f64 {
        self.asked_px
    }

    /// Area of the wall behind the head in it, in pixels.
    pub(crate) const fn wall_px(&self) -> f64 {
        self.wall_px
    }

    /// Days since the last session of the touch-ups that lay any pigment.
    pub(crate) fn touched_up_days(&self) -> impl Iterator<Item = f32> {
        self.doses.iter().filter_map(Dose::laid_days)
    }

    /// 1 where the treatment is full, 0 in its edge zone and outside it, per pixel.
    #[must_use]
    pub(crate) const fn full(&self) -> &Plane<u8> {
        &self.full
    }

    /// Sixteen hexadecimal digits of everything that decides what is drawn on the photo, whose own pixels are not among it:
    /// version of pictures, look, mask, scale, seed, and what was read from the photo (skin, shine, wall, own hair and
    /// follicles). Plans that draw something else have others, as far as 64 bits tell.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}
