//! A look laid on a photo.

use crate::error::Result;
use crate::look::Look;
use crate::look::edge::Ground;
use crate::look::fingerprint::{Digest, PICTURE_VERSION};
use crate::look::laying::{Bed, Standing, stand, stand_on};
use crate::look::moment::{Dose, SAMPLE, doses};
use crate::look::own::Source;
use crate::look::plan::{Plan, PlannedDot};
use crate::look::site::Site;
use crate::mask::Mask;
use crate::photo::Photo;
use crate::pigment::{Impression, Optics};
use crate::progress::{Progress, Watch};
use crate::random::Seed;
use crate::scene::{FINE, Hints, ScaleEstimate, ScaleSource, Scene};
use crate::units::Scale;

/// Steps of a watched plan for the reading of the photo, and as many for what is laid on it.
const HALF: u32 = 100;

/// Steps of a watched plan: the ground, the dots, and what becomes of them.
const STEPS: u32 = 10;

impl Look {
    /// Lays the dots of this look on a photo; nothing is drawn yet.
    ///
    /// An empty mask gives a plan without dots.
    ///
    /// # Errors
    /// As [`Look::plan_on`].
    ///
    /// # Determinism
    /// The same photo, mask, scale, seed and look give the same plan for any number of threads.
    ///
    /// # Cost
    /// That of [`Scene::read`], about 20 ns per pixel for the edge, and a few µs per dot.
    pub fn plan(&self, photo: &Photo, mask: &Mask, scale: Scale, seed: Seed) -> Result<Plan> {
        self.plan_with(photo, mask, scale, seed, &())
    }

    /// [`Look::plan`], watched: to show how far it is, and to stop it.
    ///
    /// # Examples
    /// A person closes the window while the plan is made.
    /// ```
    /// use stubblefield::{CancelToken, Error, Look, Scale, Seed, SyntheticScalp};
    ///
    /// let scalp = SyntheticScalp::generate(Scale::px_per_mm(1.0)?, Seed::new(1))?;
    /// let closed = CancelToken::new();
    /// closed.clone().cancel(); // in another thread
    /// let stopped = Look::stubble().plan_with(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7), &closed);
    /// assert_eq!(stopped.unwrap_err(), Error::Cancelled);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Look::plan`], and [`Error::Cancelled`](crate::Error::Cancelled), once the step that has begun is through: at 12 megapixels
    /// about a quarter of a second.
    pub fn plan_with(
        &self,
        photo: &Photo,
        mask: &Mask,
        scale: Scale,
        seed: Seed,
        progress: &dyn Progress,
    ) -> Result<Plan> {
        let watch = Watch::new(progress, 2 * HALF);
        let scene = self.read(photo, mask, scale, &watch.part(0..HALF))?;
        self.plan_on_with(scene, mask, scale, seed, &watch.part(HALF..2 * HALF))
    }

    /// What a photo shows where this look treats it.
    pub(super) fn read(
        &self,
        photo: &Photo,
        mask: &Mask,
        scale: Scale,
        progress: &dyn Progress,
    ) -> Result<Scene> {
        mask.size().check_equals(photo.size(), "mask")?;
        self.check()?;
        self.edge.check_on(mask)?;
        let mut hints = Hints::new().with_scale(scale);
        hints.long_hair = self.long_hair;
        hints.without_follicles = scale.get() < FINE;
        hints.without_camera = self.sources.blur == Source::Stated;
        let reached = self.edge.reached(mask, scale);
        if !mask.is_empty() {
            hints = hints.with_area(&reached);
        }
        Scene::read_with(photo, hints, progress)
    }

    /// Lays the dots of this look on a photo that was read before, with whatever hints.
    ///
    /// # Examples
    /// A picture in shades of grey does not show the tone of its skin; the caller may know it.
    /// ```
    /// use stubblefield::{Error, Hints, Look, Mask, Photo, Scale, Scene, Seed, Size, SkinTone};
    ///
    /// let size = Size::new(60, 40)?;
    /// let gray = Photo::from_rgb8(size, [150; 3].repeat(size.pixels()))?;
    /// let (mask, scale) = (Mask::full(size), Scale::px_per_mm(5.0)?);
    /// let refused = Look::stubble().plan(&gray, &mask, scale, Seed::new(1)).unwrap_err();
    /// assert!(matches!(refused, Error::NotFound { what: "skin", .. }));
    ///
    /// let tone = SkinTone::from_linear(palette::LinSrgb::new(0.36, 0.23, 0.17));
    /// let scene = Scene::read(&gray, Hints::new().with_skin(tone))?;
    /// assert!(Look::stubble().plan_on(scene, &mask, scale, Seed::new(1)).is_ok());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when mask and photo differ in size; [`Error::NotFound`](crate::Error::NotFound) where the mask
    /// shows no skin and none was hinted, and where [`Look::between_hair`] finds no hair; [`Error::OutOfRange`](crate::Error::OutOfRange) for what
    /// [`Look::check`] refuses, for a mask that nowhere covers half of a pixel where the edge runs out past it, for a stated head with a half axis outside 30 to 200 mm or a quarter too small for the
    /// treatment (one that was found is then taken for flat), and for dots that would grow beyond what can be drawn within
    /// thirty years; [`Error::Contradiction`](crate::Error::Contradiction) for a scale that cannot be the one which the scene was
    /// hinted; [`Error::TooLarge`](crate::Error::TooLarge) when the mask would take more dots than the field's limit.
    pub fn plan_on(&self, scene: Scene, mask: &Mask, scale: Scale, seed: Seed) -> Result<Plan> {
        self.plan_on_with(scene, mask, scale, seed, &())
    }

    /// [`Look::plan_on`], watched as [`Look::plan_with`].
    ///
    /// # Errors
    /// Those of [`Look::plan_on`], and [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn plan_on_with(
        &self,
        scene: Scene,
        mask: &Mask,
        scale: Scale,
        seed: Seed,
        progress: &dyn Progress,
    ) -> Result<Plan> {
        let ground = Ground { scale, seed };
        let watch = Watch::new(progress, STEPS);
        watch.done(0)?;
        // What is stated before it binds what is found, and what is found before anything is laid.
        self.check()?;
        mask.size().check_equals(scene.surface().size(), "mask")?;
        self.edge.check_on(mask)?;
        if let Some(known) = scene
            .scale()
            .filter(|known| known.source != ScaleSource::Exif)
        {
            known.check_agrees(&ScaleEstimate::stated(scale))?;
        }
        let mut look = self.answering(&scene);
        look.check()?;
        let site = Site::of(&mut look, &scene, mask, ground)?;
        watch.done(1)?;
        let laying = watch.part(1..STEPS - 1);
        let (standing, field) = match &site.chart {
            Some(chart) => stand_on(chart, &look, &site, ground, &laying)?,
            None => {
                let bed = Bed::flat(&site.laid, scale);
                stand(&look, &bed, &site.obstacles, seed, &laying)?
            }
        };
        let dots = impressions(&look, &site, standing, scale, seed);
        let doses = find_doses(&look, &dots, site.melanin);
        let untouched = scene.untouched();
        let fingerprint = Digest::new()
            .add_words([u64::from(PICTURE_VERSION), seed.get()])
            .add_numbers([scale.get()])
            .add_look(&look)
            .add_plane(mask.coverage())
            .add_scene(&scene, &untouched, look.long_hair)
            .add_obstacles(&site.obstacles)
            .hex();
        let plan = Plan {
            look,
            mask: site.laid.reached,
            scale,
            seed,
            chart: site.chart,
            scene,
            melanin: site.melanin,
            field,
            asked_px: site.asked_px,
            wall_px: site.wall_px,
            untouched,
            full: site.laid.full,
            dots,
            doses,
            fingerprint,
        };
        plan.check_drawable()?;
        watch.done(STEPS)?;
        Ok(plan)
    }
}

/// What heals of the dots where they stand.
fn impressions(
    look: &Look,
    site: &Site,
    standing: Vec<Standing>,
    scale: Scale,
    seed: Seed,
) -> Vec<PlannedDot> {
    let mut variation = look.variation;
    // Dark skin takes twice the strength of fair skin, in even steps of lightness between.
    variation.strength *= libm::exp2f(site.melanin);
    let uptake = look.uptake.at(seed);
    let scarred = look
        .scarred
        .as_ref()
        .map(|scarred| (scarred.at(seed), scarred.spread));
    let dots = standing.into_iter().map(|(visit, dot, shade)| {
        let at_px = dot.position_mm * scale.get();
        let zone = site.laid.zone.sample(at_px.x, at_px.y);
        let session = &look.course.sessions()[visit];
        let mut healed = variation.impression(look.hair, seed, dot.id, shade);
        healed.radius_mm *= session.size * look.edge.size_at(zone);
        let (mut taken, mut spread) = (uptake(dot.position_mm), look.uptake.spread);
        if let Some((in_scar, wider)) = &scarred {
            let scar = site.treated.coverage().sample(at_px.x, at_px.y);
            taken += (in_scar(dot.position_mm) - taken) * scar;
            spread += (wider - spread) * scar;
        }
        // What runs wider is paler for it.
        healed.radius_mm *= spread;
        taken /= spread * spread;
        healed.strength *= session.strength * look.edge.strength_at(zone) * taken;
        PlannedDot {
            id: dot.id,
            position_mm: dot.position_mm,
            rank: dot.rank,
            session: visit as u8 + 1,
            healed,
        }
    });
    dots.collect()
}

/// What the touch-ups of a look lay on its dots.
pub(super) fn find_doses(look: &Look, dots: &[PlannedDot], melanin: f32) -> Vec<Dose> {
    let every = dots.len().div_ceil(SAMPLE).max(1);
    let sample = dots.iter().step_by(every).map(|dot| dot.healed);
    let sample: Vec<Impression> = sample.collect();
    doses(&look.course, &look.fading, &sample, |deposit| {
        let Impression {
            radius_mm,
            strength,
            absorbance,
            depth_mm,
            ..
        } = *deposit;
        Optics::new(look.deposit, depth_mm, melanin).mean_transmittance(
            look.density,
            radius_mm,
            strength,
            absorbance,
        )
    })
}
