//! A plan drawn at one time: deposits become ink, ink becomes light.

use crate::error::{Error, Result};
use crate::exponential::exponentials;
use crate::look::moment::Moment;
use crate::look::plan::{Plan, PlannedDot};
use crate::photo::Photo;
use crate::pigment::{Halo, Impression, Optics, When, halo};
use crate::plane::Plane;
use crate::raster::{BLUR_RANGE_PX, Ink, InkDot, InkEllipse, MAX_RADIUS_PX, Rasterizer, Veil};
use crate::scene::Tilt;
use crate::units::Size;

/// The most cells of the veil's grid: a quarter of a millimetre on a whole head.
const MOST_VEIL_CELLS: f32 = 4e6;

/// Everything of a plan that the rasterizer needs at one time.
struct Drawing {
    dots: Vec<InkDot>,
    /// Dots on skin that turns away.
    ellipses: Vec<InkEllipse>,
    veil: Option<Veil>,
    blur_px: f32,
}

impl Drawing {
    fn ink(&self) -> Ink<'_> {
        let ink = Ink::new(&self.dots, self.blur_px).with_ellipses(&self.ellipses);
        match &self.veil {
            Some(veil) => ink.with_veil(veil),
            None => ink,
        }
    }
}

/// A deposit where it lies.
struct Placed<'a> {
    dot: &'a PlannedDot,
    deposit: Impression,
    tilt: Tilt,
}

impl Plan {
    /// The photo with the treatment as it looks at a time.
    ///
    /// Every pixel beyond [`Plan::reach_px`] of the mask keeps its bytes, and so does all alpha. Files saved from
    /// it say in their EXIF that it is a simulation, and of which plan.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`](crate::Error::SizeMismatch) when `photo` has not the size of the
    /// photo that was planned on.
    ///
    /// # Determinism
    /// The same bytes for any number of threads and any instruction set.
    ///
    /// # Cost
    /// One copy of the photo, well under a µs per dot, and a few ns per pixel under ink.
    pub fn render(&self, photo: &Photo, when: When) -> Result<Photo> {
        self.render_with(&mut Rasterizer::new(), photo, when)
    }

    /// [`Plan::render`] with a rasterizer of the caller's, which keeps its tables from one call to
    /// the next.
    ///
    /// # Errors
    /// As [`Plan::render`].
    pub fn render_with(
        &self,
        rasterizer: &mut Rasterizer,
        photo: &Photo,
        when: When,
    ) -> Result<Photo> {
        self.drawn(rasterizer, photo, when, &self.untouched)
    }

    /// [`Plan::render_with`] into a picture that was rendered before, whose memory is used again.
    ///
    /// # Examples
    /// ```
    /// # use stubblefield::{Look, Rasterizer, Scale, Seed, SyntheticScalp, When};
    /// # let scalp = SyntheticScalp::generate(Scale::px_per_mm(1.0)?, Seed::new(1))?;
    /// # let plan = Look::stubble().plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))?;
    /// let mut rasterizer = Rasterizer::new();
    /// let mut after = plan.render_with(&mut rasterizer, &scalp.photo, When::healed())?;
    /// for years in [1.0, 3.0, 5.0] {
    ///     plan.render_into(&mut rasterizer, &scalp.photo, When::years(years)?, &mut after)?;
    /// }
    /// assert_eq!(after.pixels(), plan.render(&scalp.photo, When::years(5.0)?)?.pixels());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Plan::render`]; `after` may be any photo, and becomes one like `photo`.
    pub fn render_into(
        &self,
        rasterizer: &mut Rasterizer,
        photo: &Photo,
        when: When,
        after: &mut Photo,
    ) -> Result<()> {
        self.draw(rasterizer, photo, when, &self.untouched, after)
    }

    /// A photo drawn on, where this share of each pixel's light is out of reach of pigment, in 255ths.
    pub(super) fn drawn(
        &self,
        rasterizer: &mut Rasterizer,
        photo: &Photo,
        when: When,
        untouched: &Plane<u8>,
    ) -> Result<Photo> {
        let speck = Size::within(1, 1);
        let mut after = Photo::from_rgb8(speck, vec![0; 3])?;
        self.draw(rasterizer, photo, when, untouched, &mut after)?;
        Ok(after)
    }

    fn draw(
        &self,
        rasterizer: &mut Rasterizer,
        photo: &Photo,
        when: When,
        untouched: &Plane<u8>,
        after: &mut Photo,
    ) -> Result<()> {
        photo.size().check_equals(self.mask.size(), "photo")?;
        let drawing = self.drawing(when)?;
        let ink = drawing.ink().with_surface(untouched);
        after.become_like(photo);
        rasterizer.composite_into(photo.source(), after.target_mut(), &ink)?;
        after.describe(&self.described("scalp micropigmentation"));
        Ok(())
    }

    /// What files say of a picture of this plan that shows something.
    pub(super) fn described(&self, shown: &str) -> String {
        format!("Simulated {shown}, plan {}", self.fingerprint())
    }

    /// Share of light that the ink lets through at a time, per pixel and linear channel, without the
    /// photo and its shine.
    ///
    /// # Errors
    /// Those of the rasterizer, which [`Look::plan`](crate::Look::plan) has ruled out.
    pub fn transmittance(&self, when: When) -> Result<[Plane<f32>; 3]> {
        let drawing = self.drawing(when)?;
        Rasterizer::new().transmittance(self.mask.size(), &drawing.ink())
    }

    /// How far beyond the centre of a dot ink can reach at a time, in pixels and in any direction: the
    /// wider of the largest dot with its blur, and the veil.
    #[must_use]
    pub fn reach_px(&self, when: When) -> f32 {
        let optics = self.optics(self.look.variation.depth_mm);
        let widest = optics.halo_sigma_mm.iter().fold(0.0_f32, |a, &b| a.max(b));
        let largest = self.scale.to_px(self.largest_mm(when));
        let dot = InkDot::reach_px(largest, self.blur_px(when));
        let veil = Halo::reach_mm(widest, self.least_cell_mm());
        // Both reach as far along the axes, so farther along the diagonals.
        dot.max(self.scale.to_px(veil)) * std::f32::consts::SQRT_2
    }

    /// An error unless every dot can be drawn at every time, so that no later call has to refuse.
    ///
    /// A deposit is widest in the hour after the session or a touch-up, or after the longest time, and
    /// blurred most when it has sunk deepest.
    pub(super) fn check_drawable(&self) -> Result<()> {
        let touch_ups = self.look.course.touch_ups().iter();
        let days = touch_ups.map(|touch_up| touch_up.days());
        for days in days.chain([0.0, When::latest().as_days()]) {
            let when = When::days(days)?;
            let radius = f64::from(self.scale.to_px(self.largest_mm(when)));
            Error::check(
                "radius of the largest dot in px",
                radius,
                radius <= f64::from(MAX_RADIUS_PX),
                "at most 512: a smaller diameter, less spread or fewer px_per_mm",
            )?;
            let blur = self.blur_px(when);
            Error::check(
                "blur of the deepest dots in px",
                f64::from(blur),
                BLUR_RANGE_PX.contains(&blur),
                "0.3..=64: less depth, less sinking or fewer px_per_mm",
            )?;
        }
        Ok(())
    }

    /// Radius in mm of the widest visible spot at a time.
    fn largest_mm(&self, when: When) -> f32 {
        let moment = self.moment(when);
        let deposits = self.dots.iter().filter_map(|dot| moment.of(dot));
        let widest = deposits
            .map(|deposit| deposit.radius_mm)
            .fold(0.0, f32::max);
        widest * self.spot_spread()
    }

    /// Radius of the visible spot over that of its deposit.
    pub(crate) fn spot_spread(&self) -> f32 {
        self.optics(self.look.variation.depth_mm).spread
    }

    fn drawing(&self, when: When) -> Result<Drawing> {
        let moment = self.moment(when);
        let placed = self.dots.iter();
        let placed: Vec<Placed<'_>> = placed
            .filter_map(|dot| {
                let deposit = moment.of(dot)?;
                let tilt = self.tilt_at(dot.position_mm * self.scale.get());
                Some(Placed { dot, deposit, tilt })
            })
            .collect();
        let blur_px = self.blur_px(when);
        let mut dots = Vec::with_capacity(placed.len());
        let mut ellipses = Vec::new();
        for Placed { dot, deposit, tilt } in &placed {
            let optics = self.optics(deposit.depth_mm);
            let mut round = InkDot {
                center_px: dot.position_mm * self.scale.get(),
                radius_px: self.scale.to_px(deposit.radius_mm * optics.spread),
                absorptance: optics.core_absorptance(deposit.strength, deposit.absorbance),
            };
            let ellipse = self.chart.as_ref().and_then(|_| {
                InkEllipse::of_tilted(&round, blur_px, tilt.seen(), tilt.toward_rad())
            });
            match ellipse {
                Some(ellipse) => ellipses.push(ellipse),
                None => {
                    round.radius_px *= tilt.seen().sqrt();
                    dots.push(round);
                }
            }
        }
        Ok(Drawing {
            dots,
            ellipses,
            veil: self.veil(&placed, &moment, when)?,
            blur_px,
        })
    }

    fn veil(&self, placed: &[Placed<'_>], moment: &Moment, when: When) -> Result<Option<Veil>> {
        let optics = self.optics(self.mean_depth_mm(when));
        let mut deposits = Vec::with_capacity(placed.len());
        // Opaque to green, on the skin.
        let mut covered = 0.0;
        for Placed { dot, deposit, tilt } in placed {
            let area = std::f32::consts::PI * deposit.radius_mm * deposit.radius_mm;
            let opacity = Optics::opacity(deposit.strength, deposit.absorbance);
            covered += opacity[1] * area;
            let seen = area * tilt.seen();
            deposits.push((dot.position_mm, opacity.map(|w| w * seen)));
        }
        let Some(halo) = halo(&deposits, optics.halo_sigma_mm, self.least_cell_mm()) else {
            return Ok(None);
        };
        let redness = moment.redness(placed.iter().map(|placed| placed.dot));
        // What the mean dot covers turns the share of pigment back into a number of dots.
        let mean_area = covered / placed.len() as f32;
        let mean_area = mean_area.max(1e-9);
        let cell_px = self.scale.to_px(halo.cell_mm).max(1.0);
        let origin_px = halo.origin_mm * self.scale.get();
        let width = halo.size.width() as usize;
        let row = |y: usize, row: &mut [[f32; 3]]| {
            let mut area = [(); 3].map(|()| vec![0.0; width]);
            let held = halo.row(y, &mut area);
            row.fill([1.0; 3]);
            let cells = &mut row[held.clone()];
            for (cell, i) in cells.iter_mut().zip(held) {
                let area = [area[0][i], area[1][i], area[2][i]];
                let mut absorbance = optics.veil_absorbance(area);
                let red = redness.absorbance_among(100.0 * area[1] / mean_area);
                absorbance[1] += red;
                absorbance[2] += red;
                *cell = absorbance.map(|a| -a);
            }
            exponentials(cells.as_flattened_mut());
        };
        Veil::from_rows(halo.size, cell_px, origin_px, row).map(Some)
    }

    pub(super) fn moment(&self, when: When) -> Moment {
        Moment::new(&self.look.course, &self.look.fading, &self.doses, when)
    }

    fn mean_depth_mm(&self, when: When) -> f32 {
        self.look.variation.depth_mm + self.moment(when).sunk_mm()
    }

    fn optics(&self, depth_mm: f32) -> Optics {
        Optics::new(self.look.deposit, depth_mm, self.melanin)
    }

    /// Blur of the camera and of the skin above the deposits together.
    fn blur_px(&self, when: When) -> f32 {
        let skin = self
            .scale
            .to_px(self.optics(self.mean_depth_mm(when)).core_sigma_mm);
        let camera = self.look.photo_blur_px;
        (camera * camera + skin * skin).sqrt()
    }

    /// One pixel, or what keeps the grid of the largest photo within memory.
    fn least_cell_mm(&self) -> f32 {
        let pixels = self.mask.size().pixels() as f32;
        self.scale.to_mm((pixels / MOST_VEIL_CELLS).sqrt().max(1.0))
    }
}
