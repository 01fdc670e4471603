//! Stubble and the places where hair leaves the skin, one by one.

mod chance;
mod depth;
mod grain;
mod peaks;
mod unit;

use glam::Vec2;
use palette::LinSrgb;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::scene::camera::Camera;
use crate::scene::head::HeadShape;
use crate::scene::skin::SkinTone;
use crate::units::{Density, Scale};
use depth::Sheet;
use unit::Unit;

/// Distance at which the skin around a mark is looked at.
const RING_MM: f32 = 0.32;
const RING_PX: f32 = 3.0;

/// Marks from which a middle value is worth taking.
const ENOUGH: usize = 50;

/// Cosine of the tilt of skin up to which a root looks as large and as dark as it is: 45°.
const FACING_COS: f32 = 0.71;

/// Absorbance in green from which a mark is plain to see: 8 % of the light.
pub(crate) const PLAIN: f32 = 0.083;

/// Light that a unit of black stubble takes from fair skin, as the area in mm² of a hole that would take as
/// much, and the share of that which melanin over the roots leaves on the darkest. Found on synthetic patches,
/// whose hairs are 75 µm thick.
const BLACK_MM2: f32 = 0.0365;
const BLACK_ON_DARK: f32 = 0.75;

/// A follicular unit as the photo shows it: a dot of stubble, or hairs that leave the skin together.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Follicle {
    /// Middle of its mark in pixels.
    pub position_px: Vec2,
    /// Where its hair leaves the skin, in pixels: the darker end of a shaft, else the middle. A guess: in
    /// contact close-ups of clipped hair the cut end can be the darker one.
    pub exit_px: Vec2,
    /// Diameter in mm of the even disc that is spread as widely as the mark is across, the camera's
    /// blur included.
    pub width_mm: f32,
    /// Natural absorbance in red, green and blue in its middle, over the skin around it.
    pub absorbance: [f32; 3],
    /// Linear sRGB in its middle, light and shade of the place included.
    pub color: LinSrgb<f32>,
    /// Unit vector from the exit to the tip of its shaft in the picture; `None` for a dot.
    pub direction: Option<Vec2>,
    /// Length of the shaft in mm as seen, 0 for a dot.
    pub length_mm: f32,
}

/// The follicles of a photo in one area, in rows from the top.
///
/// # Examples
/// ```
/// use stubblefield::{Follicles, Mask, PatchRequest, Scale, Seed, Size};
///
/// let (size, scale) = (Size::new(200, 200)?, Scale::px_per_mm(15.0)?);
/// let patch = PatchRequest::new(size, scale, Seed::new(3)).generate()?;
/// let found = Follicles::find(&patch.photo, &Mask::full(size), scale)?;
/// let share = found.all().len() as f32 / patch.follicles.len() as f32;
/// assert!((0.8..1.2).contains(&share), "{share}");
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Follicles {
    all: Vec<Follicle>,
    /// Which of them are seen at a slant, where that is known.
    slanted: Vec<bool>,
    scale: Scale,
    area_mm2: f32,
}

impl Follicles {
    /// Scales at which follicles can be told apart, in px/mm: below, they are closer than they are wide.
    pub const SCALES: std::ops::RangeInclusive<f32> = 4.0..=400.0;

    /// Looks for marks of the size of follicles that are darker than the skin around them.
    ///
    /// Marks within 0.26 mm of each other are one follicular unit. A mark three times as long as wide is
    /// a shaft and is followed to both ends; one of more than 3 mm to a side lies over the skin, and where
    /// it leaves it stays unknown. Pores, pigment spots and gaps between glints are left out as far as
    /// they are fainter than follicles or no darker than the skin.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when area and photo differ in size; [`Error::OutOfRange`] for a scale
    /// outside [`Follicles::SCALES`].
    ///
    /// # Tolerance
    /// On 40 synthetic scalps of 6 to 40 px/mm, light to dark, precision is 0.95 and recall 0.91 of what
    /// is 2 px wide and 8 % darker than its surroundings, the median of the errors of place 0.42 px, the density off
    /// by 7 % in the mean. After JPEG at quality 85 precision is 0.93, recall 0.90 and the density off by 11 %, at quality 75 0.92, 0.88
    /// and 14 %: worst is dark skin under noise or shine at 8 to 13 px/mm, where up to three times too many are found.
    ///
    /// # Determinism
    /// Rows and windows are read independently: the same for any number of threads.
    ///
    /// # Cost
    /// In proportion to the pixels of the area's bounding box at up to 14 px/mm, less above it, where
    /// pixels are averaged into cells first; and that of [`Camera::read`], by whose blur marks are wider.
    ///
    /// # References
    /// Differences of Gaussians as blobs, and the ratio of bends that tells edges from them: D. G. Lowe,
    /// "Distinctive Image Features from Scale-Invariant Keypoints", Int. J. Comput. Vision 60 (2004).
    pub fn find(photo: &Photo, area: &Mask, scale: Scale) -> Result<Self> {
        Self::seen_by(&Camera::read_at(photo, scale), photo, area, scale)
    }

    /// As [`Follicles::find`], by a camera that was read already.
    pub(super) fn seen_by(
        camera: &Camera,
        photo: &Photo,
        area: &Mask,
        scale: Scale,
    ) -> Result<Self> {
        area.size().check_equals(photo.size(), "area")?;
        let px_per_mm = scale.get();
        let fine = Self::SCALES.contains(&px_per_mm);
        Error::check("px_per_mm", f64::from(px_per_mm), fine, "4..=400 px/mm")?;
        let mut found = Self {
            all: Vec::new(),
            slanted: Vec::new(),
            scale,
            area_mm2: area.area_px() as f32 / (px_per_mm * px_per_mm),
        };
        let Some(sheet) = Sheet::read(photo, area, scale, camera.blur_px()) else {
            return Ok(found);
        };
        let wanted = |at: Vec2| {
            let px = sheet.to_px(at);
            area.coverage().at(px.x as i64, px.y as i64) > 0.5
        };
        let cells = area.area_px() as f32 / (sheet.side * sheet.side) as f32;
        let grain = grain::shares(camera, &sheet, wanted);
        let peaks = peaks::peaks(&sheet, cells, &grain, wanted);
        let mut units = unit::units(&sheet, &peaks);
        units.sort_by(|a, b| {
            (a.at.y, a.at.x)
                .partial_cmp(&(b.at.y, b.at.x))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        found.all = parallel::map(units.len(), |i| Follicle::of(photo, &sheet, &units[i]));
        Ok(found)
    }

    /// Of a head whose shape is known: middle size and darkness are then those of skin that faces the camera within 45°, for
    /// roots seen at a slant look smaller and fainter than they are.
    pub(super) fn on(mut self, head: &HeadShape) -> Self {
        let ellipsoid = head.ellipsoid();
        let places = self.all.iter();
        let places = places.map(|follicle| ellipsoid.tilt(follicle.exit_px));
        let slanted = places.map(|tilt| tilt.is_none_or(|tilt| tilt.cos < FACING_COS));
        self.slanted = slanted.collect();
        self
    }

    /// Every follicular unit.
    #[must_use]
    pub fn all(&self) -> &[Follicle] {
        &self.all
    }

    /// Pixels per mm that they were looked for at.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// Follicular units per cm² of the area; `None` where that is outside the range of [`Density`]: for none at all, and
    /// for fewer than 0.1 or more than 2000 per cm².
    #[must_use]
    pub fn density(&self) -> Option<Density> {
        Density::per_cm2(100.0 * self.all.len() as f32 / self.area_mm2).ok()
    }

    /// Their middle absorbance in red, green and blue; `None` for fewer than fifty.
    #[must_use]
    pub fn absorbance(&self) -> Option<[f32; 3]> {
        let of = |c: usize| self.middle(|follicle| follicle.absorbance[c]);
        Some([of(0)?, of(1)?, of(2)?])
    }

    /// Their middle diameter in mm without a camera's blur of `blur_px`; `None` for fewer than fifty, and
    /// where the blur is most of what is seen.
    #[must_use]
    pub fn diameter_mm(&self, blur_px: f32) -> Option<f32> {
        let seen = self.middle(|follicle| follicle.width_mm)?;
        // An even disc has a variance of d²/16 along each axis.
        let blur = 4.0 * self.scale.to_mm(blur_px);
        let squared = seen * seen - blur * blur;
        (squared > 0.3 * seen * seen).then(|| squared.sqrt())
    }

    /// Light that the middle one takes in green, over what black stubble of usual thickness takes from such
    /// skin: about 1 for black and dark brown, 0.6 for blond, 0.4 for grey hair on fair skin. `None` for fewer than
    /// fifty and where they are too faint to be told from the grain of the skin. Neither scale nor blur enters.
    #[must_use]
    pub fn darkness(&self, skin: &SkinTone) -> Option<f32> {
        self.absorbance().filter(|middle| middle[1] >= PLAIN)?;
        let taken = self.middle(|follicle| follicle.taken_mm2())?;
        let black = BLACK_MM2 * (1.0 - (1.0 - BLACK_ON_DARK) * skin.melanin());
        Some(taken / black)
    }

    fn middle(&self, value: impl Fn(&Follicle) -> f32) -> Option<f32> {
        let slanted = self.slanted.iter().copied().chain(std::iter::repeat(false));
        let measured = self.all.iter().zip(slanted).filter(|(_, slanted)| !slanted);
        let mut values: Vec<f32> = measured.map(|(follicle, _)| value(follicle)).collect();
        if values.len() < ENOUGH {
            return None;
        }
        let at = values.len() / 2;
        Some(*values.select_nth_unstable_by(at, f32::total_cmp).1)
    }
}

impl Follicle {
    /// Light that its mark takes in green, were it round, as the area of a hole that would take as much.
    fn taken_mm2(&self) -> f32 {
        // As a Gaussian of the same variance, d²/16 along each axis.
        let across = self.width_mm / 4.0;
        let middle = 1.0 - libm::expf(-self.absorbance[1].max(0.0));
        middle * std::f32::consts::TAU * across * across
    }

    fn of(photo: &Photo, sheet: &Sheet, unit: &Unit) -> Self {
        let cell = sheet.side as f32;
        let px_per_mm = sheet.cells_per_mm * cell;
        let position_px = sheet.to_px(unit.at);
        let ring_px = (RING_MM * px_per_mm).max(RING_PX);
        let around = ring(photo, position_px, ring_px);
        let color = mean(photo, position_px, 0.5 * cell);
        let ratio = |c: usize| libm::logf(around[c].max(1e-4) / color[c].max(1e-4));
        Self {
            position_px,
            exit_px: sheet.to_px(unit.exit),
            width_mm: width(sheet, unit) / sheet.cells_per_mm,
            absorbance: [0, 1, 2].map(ratio),
            color: LinSrgb::new(color[0], color[1], color[2]),
            direction: unit.direction,
            length_mm: unit.length / sheet.cells_per_mm,
        }
    }
}

/// Mean light over a square of half the side `reach` and at least one pixel.
fn mean(photo: &Photo, at: Vec2, reach: f32) -> [f32; 3] {
    let reach = (reach - 0.5).max(0.0) as i64;
    let (x, y) = (at.x as i64, at.y as i64);
    let (mut sum, mut count) = ([0.0_f32; 3], 0.0);
    for y in y - reach..=y + reach {
        for x in x - reach..=x + reach {
            let light = photo.linear_srgb_at(x.max(0) as u32, y.max(0) as u32);
            sum = std::array::from_fn(|c| sum[c] + light[c]);
            count += 1.0;
        }
    }
    sum.map(|s| s / count)
}

/// Median light of a ring, per channel: hairs beside the mark do not count.
fn ring(photo: &Photo, middle: Vec2, radius: f32) -> [f32; 3] {
    let lights: [[f32; 3]; 16] = std::array::from_fn(|i| {
        let angle = i as f32 * (std::f32::consts::TAU / 16.0);
        let at = middle + radius * Vec2::new(libm::cosf(angle), libm::sinf(angle));
        mean(photo, at, 1.5)
    });
    [0, 1, 2].map(|c| {
        let mut values = lights.map(|light| light[c]);
        values.sort_by(f32::total_cmp);
        0.5 * (values[7] + values[8])
    })
}

/// Diameter, in cells, of the disc whose response to the difference of Gaussians falls off as the mark's
/// does across.
fn width(sheet: &Sheet, unit: &Unit) -> f32 {
    let across = unit.direction.map_or(Vec2::X, Vec2::perp);
    let at = |offset: Vec2| {
        sheet
            .response
            .sample(unit.at.x + offset.x, unit.at.y + offset.y)
    };
    let step = sheet.inner;
    let beside = |way: Vec2| 0.5 * (at(way * step) + at(-way * step));
    let beside = match unit.direction {
        Some(_) => beside(across),
        None => 0.5 * (beside(Vec2::X) + beside(Vec2::Y)),
    };
    let left = (beside / at(Vec2::ZERO).max(1e-6)).clamp(0.0, 0.999);
    // For a Gaussian mark of variance v the response at distance s is that of two Gaussians; solved for v
    // by halving, since it rises with v.
    let response = |v: f32, s: f32| {
        let one = |k: f32| {
            let total = v + k * k * step * step;
            libm::expf(-0.5 * s * s / total) / total
        };
        one(1.0) - one(depth::OUTER)
    };
    let (mut low, mut high) = (0.0, 9.0 * step * step);
    for _ in 0..20 {
        let v = 0.5 * (low + high);
        if response(v, step) / response(v, 0.0) < left {
            low = v;
        } else {
            high = v;
        }
    }
    4.0 * (0.5 * (low + high)).sqrt()
}
