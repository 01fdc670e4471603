//! A synthetic photograph of a piece of scalp: painted from below, then taken by a camera.

use glam::Vec3;

use super::camera;
use super::growth::{self, ROOT_SCATTER_MM, ROOT_VEIL};
use super::request::{Part, PatchRequest};
use super::skin::{Bare, Ground, Lamp, paint};
use super::strands::strands;
use super::strokes::{self, Stroke};
use super::truth::{self, TrueFollicle};
use crate::error::Result;
use crate::filter;
use crate::mask::Mask;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::raster::{Channels, Ink, PixelsMut, Rasterizer};

/// A synthetic photograph of a piece of scalp, and the truth about it.
///
/// Test bed of what reads photographs, and labelled data for whoever trains on such: no person is
/// in it.
///
/// # Examples
/// ```
/// use stubblefield::{PatchRequest, Scale, Seed, Size};
///
/// let request = PatchRequest::new(Size::new(90, 60)?, Scale::px_per_mm(10.0)?, Seed::new(1));
/// let patch = request.generate()?;
/// let follicle = patch.follicles[0];
/// assert!(follicle.hairs >= 1 && follicle.contrast[1] < 1.0);
/// assert!(patch.scars.is_empty() && patch.skin.area_px() == 5400.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SyntheticPatch {
    /// The photograph, 8-bit sRGB.
    pub photo: Photo,
    /// What was asked for: scale, colours, blur and noise are true of the photo.
    pub request: PatchRequest,
    /// Every follicular unit whose exit lies in the picture.
    pub follicles: Vec<TrueFollicle>,
    /// Share of each pixel's square that lies under shafts of hair, 0..=1, without blur.
    pub hair_cover: Plane<f32>,
    /// 1 on scars.
    pub scars: Mask,
    /// 1 on skin, whatever grows on it; 0 on the wall.
    pub skin: Mask,
}

impl PatchRequest {
    /// Paints the patch and takes its photograph.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for an option outside its range, and what
    /// [`FieldRequest::generate`](crate::FieldRequest::generate) returns.
    ///
    /// # Determinism
    /// Every mark belongs to the seed; rows and bands are painted independently.
    ///
    /// # Cost
    /// About a microsecond per pixel on one thread, more where long hair is dense; some 80 bytes
    /// per pixel meanwhile.
    pub fn generate(&self) -> Result<SyntheticPatch> {
        self.check()?;
        let size = self.size;
        let ground = Ground::lay(self)?;
        let lamp = Lamp::new(self);
        let Bare { mut body, gloss } = paint(self, &ground, &lamp);
        let units = growth::units(self, &ground)?;
        let bare = self.through_lens(&self.light(&body, &gloss, &[]));

        self.shade_roots(&mut body, &ground, &units)?;
        let strands = strands(self, &units, lamp.shadow);
        let scale = self.scale.get();
        let stubs = units
            .iter()
            .flat_map(|unit| &unit.hairs)
            .map(|hair| hair.stub(scale));
        let mut shafts = strands.shadows;
        shafts.extend(stubs);
        shafts.extend(strands.hairs);
        let light = self.light(&body, &gloss, &shafts);
        let cover = light.iter().skip(3).step_by(4).copied().collect();
        let seen = self.through_lens(&light);

        let hair_cover = Plane::from_vec(size, cover)?;
        let follicles = truth::measure(self, &units, &bare, &seen, &hair_cover);
        let grain = camera::grain(size, self.part(Part::Sensor), self.grain_px);
        let (shot, read) = (self.noise * self.noise, 0.01 * self.noise * self.noise);
        let stray = |clean: f32, noise: f32| noise * (shot * clean.max(0.0) + read).sqrt();
        Ok(SyntheticPatch {
            photo: Photo::from_rgb8(size, camera::expose(&seen, &grain, size, stray))?,
            request: *self,
            follicles,
            hair_cover,
            scars: ground.scars,
            skin: ground.skin,
        })
    }

    /// Takes from the skin's light what roots, pores and spots take.
    fn shade_roots(&self, body: &mut [f32], ground: &Ground, units: &[growth::Unit]) -> Result<()> {
        let share = units.len() as f32 / 1.3 / (self.extent_mm().x * self.extent_mm().y);
        let veil = Vec3::ONE.lerp(ROOT_VEIL, share.min(1.5)).to_array();
        let clear = ground
            .skin
            .coverage()
            .values()
            .iter()
            .zip(ground.scars.coverage().values());
        for (pixel, (skin, scar)) in body.chunks_exact_mut(3).zip(clear) {
            for (value, veil) in pixel.iter_mut().zip(veil) {
                *value *= 1.0 - (1.0 - veil) * skin * (1.0 - scar);
            }
        }
        let marks = growth::marks(self, ground, units);
        let blur_px = self.scale.to_px(ROOT_SCATTER_MM).max(0.3);
        let columns = self.size.width() as usize;
        let target = PixelsMut::from_f32(body, self.size, Channels::Rgb, 3 * columns)?;
        Rasterizer::new().composite(target, &Ink::new(&marks, blur_px))?;
        Ok(())
    }

    /// Light of the skin and its surface under shafts: red, green, blue, and their cover.
    fn light(&self, body: &[f32], gloss: &[f32], shafts: &[Stroke]) -> Vec<f32> {
        let mirrored = body.chunks_exact(3).zip(gloss);
        let mut light: Vec<f32> = mirrored
            .flat_map(|(b, g)| [b[0] + g, b[1] + g, b[2] + g, 0.0])
            .collect();
        strokes::draw(&mut light, self.size, shafts);
        light
    }

    /// What the camera's lens makes of it, three channels.
    fn through_lens(&self, light: &[f32]) -> Vec<f32> {
        let colors: Vec<f32> = light
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect();
        filter::gaussian(&colors, self.size.width() as usize, 3, self.blur_px)
    }
}
