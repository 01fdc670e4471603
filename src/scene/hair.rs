//! Hair that lies over the scalp, pixel by pixel, and what of the scalp shows between.

mod anew;
mod longer;
mod strands;

use palette::{FromColor, LinSrgb, Oklch};

use super::levels::{Levels, quantile_of_parts};
use super::skin::{box_sum, luminance};
use crate::error::{Error, Result};
use crate::filter::Gaussian;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::simd::{Level, dispatch};
use crate::units::{Scale, Size};
pub(super) use longer::longer_share;
use strands::{Relief, Strands};

/// Skin is the brightest of what lies within this distance to either side, hair between it or not.
const AROUND_MM: f32 = 8.0;
const LEAST_AROUND_PX: usize = 16;

/// Share of the pixels that are darker than bare skin.
const SKIN: f32 = 0.98;
/// Light of the surface, in 255ths, from which a pixel shows a glint and not the skin.
const GLINT: u8 = 128;

/// Share of the pixels that are darker than most hair.
const HAIR: f32 = 0.05;

/// Least loss of the root of light, relative to skin, that hair makes: less is stubble, shade or noise.
const APART: f32 = 0.35;

/// Least loss that fair hair makes, and the least curvature of strands, as a root of its mean square, over most of the area by
/// which it is told from shade: bare heads and stubble have up to 0.005, fair hair from 0.007 on.
const FAIR: f32 = 0.25;
const FAIR_STRANDS: f32 = 0.006;

/// How wide a hair is, and the smoothing at which its curvature stands out most: a share of its width, and what
/// a sharp picture and its noise take.
const HAIR_MM: f32 = 0.072;
const SMOOTH: f32 = 0.4;
const SMOOTH_PX: f32 = 0.5;

/// Hairs within this distance, as a standard deviation, share a way: half of what a lock is wide.
const LOCK_MM: f32 = 1.0;

/// Where no strands are told, the way from skin to hair, darkness and curvature across hair together in shares of the darkest loss:
/// the weight of curvature, for hair is narrow and shade is wide, where half of a pixel is hair, and half the width of the ramp
/// around it. Found on every second of 24 synthetic patches.
const RIDGE: f32 = 5.0;
const HALF: f32 = 0.36;
const RAMP: f32 = 0.3;

/// Where the middle pixel within 8 mm lies farther along that way than usual, more of it is hair, gleam and all: it then takes
/// as much less to be hair, within the range.
const USUAL: f32 = 0.64;
const HALF_RANGE: [f32; 2] = [0.1, 0.5];

/// What it takes more to be hair where no strands run and little is dark: shade, spots and redness are dark too. The curvatures,
/// as roots of mean squares over the darkest loss, between which strands begin to show. Found on photographs.
const BARE: f32 = 0.2;
const STRANDS: [f32; 2] = [0.006, 0.014];

/// Pixels per mm between which strands are told as such: hairs a third of a pixel wide and thinner show as locks alone.
const TOLD: [f32; 2] = [4.0, 6.0];

/// Where strands are told: the weight of curvature, and where the way begins. Found with those of [`anew`] on 112 synthetic patches beside
/// the tests' own, for what is told at last, against the cover seen through the lens. Where skin shows, it begins beyond the
/// brightest light around, for hair shades skin. Where none does, that light is hair's own gleam, and the way began before it: the
/// light then has as many bright lines as dark ones, and noise hides which way they run.
const STRAND_RIDGE: f32 = 1.7;
const BEGINS: f32 = -1.3;
const PER_TOGETHER: f32 = 1.57;
const PER_DARK_LINES: f32 = 8.0;
const BEGINS_RANGE: [f32; 2] = [-1.2, 0.27];

/// Skin shows within 8 mm for sure where the middle pixel lies less far along the way than the first, and need not beyond the second.
/// Crossing hairs on bare skin have no common way either. Found on photographs.
const SKIN_SHOWS: [f32; 2] = [0.35, 0.5];

/// Share of a pixel under hair from which it shows hair's colour.
const SURE: f32 = 0.9;

/// Root of the light below which no skin is told from any other.
const DARK: f32 = 1e-3;

/// The most pixels from which the colour of the hair is taken.
const MOST_SAMPLES: f64 = 20_000.0;

/// Hair over the scalp in one area.
///
/// # Examples
/// ```
/// use stubblefield::{Growth, HairCover, Mask, PatchRequest, Scale, Seed, Size};
///
/// let (size, scale) = (Size::new(160, 160)?, Scale::px_per_mm(14.0)?);
/// let long = Growth::Long { length_mm: 12.0 };
/// let patch = PatchRequest::new(size, scale, Seed::new(2)).with_growth(long).generate()?;
/// let hair = HairCover::find(&patch.photo, &Mask::full(size), scale)?.expect("hair is there");
/// let true_share = patch.hair_cover.values().iter().sum::<f32>() / size.pixels() as f32;
/// assert!((hair.share() - true_share).abs() < 0.2, "{} for {true_share}", hair.share());
/// assert!(hair.color().l < 0.45); // dark brown
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HairCover {
    cover: Plane<f32>,
    color: Oklch<f32>,
    share: f32,
    is_dark: bool,
}

impl HairCover {
    /// Tells hair from skin in an area by how much darker it is than the brightest skin around, by how the light
    /// curves across the way in which hair runs there, and by whether dark lines on skin or bright ones on hair
    /// curve it; `None` where nothing is dark enough to be hair. From that first telling it learns which colour and how
    /// much red beyond blue go with hair in this picture, and tells hair anew by these and its lines: shade keeps skin's
    /// colour, and a gleam is white, so that neither is told as what it only looks like.
    ///
    /// Shadows that hair casts still pass for hair in part where they are narrow, and where no skin shows within 8 mm
    /// much of the brightest hair passes for skin. Hair that is lighter than the skin is not found. Below 6 px/mm hairs
    /// show as locks, and darkness tells more than their lines; below 4 px/mm it tells all.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when area and photo differ in size.
    ///
    /// # Tolerance
    /// An estimate of shares, not an outline of hairs: on 48 synthetic patches the share of hair is off by
    /// 0.06 in the mean. What is more than half hair overlaps (intersection over union) the true cover as the lens
    /// shows it, of which alone a picture tells, by 0.85, and the shares themselves overlap it by 0.83; it overlaps
    /// the truth before the lens by 0.79, which what the lens shows of it overlaps by 0.86. Worst, at 0.6 to 0.75, are
    /// few hairs on dark skin, whose shadows are as dark, and blond hair on fair skin.
    ///
    /// # Determinism
    /// Rows, cells and windows are read independently: the same for any number of threads.
    ///
    /// # Cost
    /// Some ten passes over the photo, three more where strands show; 4 bytes per pixel meanwhile, 8 where there is hair, 4 kept.
    pub fn find(photo: &Photo, area: &Mask, scale: Scale) -> Result<Option<Self>> {
        Self::read(photo, area, scale, None)
    }

    /// As [`HairCover::find`]; where the surface sent back most of the light, in 255ths, no skin is seen.
    pub(super) fn read(
        photo: &Photo,
        area: &Mask,
        scale: Scale,
        surface: Option<&Plane<u8>>,
    ) -> Result<Option<Self>> {
        area.size().check_equals(photo.size(), "area")?;
        if area.is_empty() {
            return Ok(None);
        }
        let size = photo.size();
        let width = size.width() as usize;
        let own = SMOOTH * scale.to_px(HAIR_MM);
        let sigma = (own * own + SMOOTH_PX * SMOOTH_PX).sqrt();
        let light = roots(photo, sigma);
        let window = (scale.to_px(AROUND_MM) as usize).max(LEAST_AROUND_PX);
        let [skin] = Levels::of_values(size, window, [SKIN], |y| {
            let (light, inside) = (light.row(y as u32), area.coverage().row(y as u32));
            let shines = surface.map(|surface| surface.row(y as u32));
            let glints = move |x: usize| shines.is_some_and(|shines| shines[x] > GLINT);
            move |x| {
                if inside[x] <= 0.5 || glints(x) {
                    f32::NAN
                } else {
                    light[x]
                }
            }
        });
        let losses = |y: usize| {
            let (mut losses, light) = (skin.along(y as f32 + 0.5, width), light.row(y as u32));
            let inside = area.coverage().row(y as u32);
            for (x, value) in losses.iter_mut().enumerate() {
                *value = if inside[x] > 0.5 {
                    1.0 - light[x] / value.max(DARK)
                } else {
                    f32::NAN
                };
            }
            losses
        };
        let darkest = darkest(size, losses);
        let Some(darkest) = darkest.filter(|&darkest| darkest >= FAIR) else {
            return Ok(None);
        };
        let relief = Relief::new(&light, sigma);
        let strands = Strands::of(&relief, area, scale.to_px(LOCK_MM), |x, y| {
            skin.at(x, y).max(DARK)
        });
        if darkest < APART && strands.usual() < FAIR_STRANDS {
            return Ok(None);
        }
        let mut cover = Plane::filled(size, 0.0_f32);
        parallel::for_each_chunk(cover.values_mut(), width, |y, row| {
            row.copy_from_slice(&losses(y));
        });
        let (middle, per_darkest) = (Levels::of(&cover, window, 0.5), 1.0 / darkest);
        let begins = strands
            .together()
            .zip(strands.dark_lines(), |together, dark_lines| {
                BEGINS + PER_TOGETHER * together + PER_DARK_LINES * dark_lines
            });
        let told = ramp(TOLD, scale.get());
        parallel::for_each_chunk(cover.values_mut(), width, |y, row| {
            let levels = [&skin, &middle, &begins].map(|of| of.along(y as f32 + 0.5, width));
            let [skin, middle, begins] = levels;
            let [a, b] = strands.along(y as f32 + 0.5, width);
            let rows = relief.rows(y);
            let inside = area.coverage().row(y as u32);
            for (x, value) in row.iter_mut().enumerate() {
                let way = [a[x], b[x]];
                let clear = ramp(STRANDS, strands::curvature(way) * per_darkest);
                let middle = middle[x] * per_darkest;
                let way_to_hair = Way::bare(middle, clear)
                    .towards(Way::of_strands(middle, begins[x]), clear * told);
                let ridge = rows.at(x).across(way) / skin[x].max(DARK);
                let share = way_to_hair.share(*value * per_darkest, ridge * per_darkest);
                // Not a number outside the area, and where more of a pixel lies outside than inside.
                *value = if share.is_finite() {
                    inside[x] * share.clamp(0.0, 1.0)
                } else {
                    0.0
                };
            }
        });
        if told > 0.0 {
            anew::tell(&mut cover, photo, area, sigma, losses, |y| {
                let (skin, rows) = (skin.along(y as f32 + 0.5, width), relief.rows(y));
                let [a, b] = strands.along(y as f32 + 0.5, width);
                let ways = || a.iter().zip(&b).map(|(&a, &b)| [a, b]);
                let clear = |way| told * ramp(STRANDS, strands::curvature(way) * per_darkest);
                let line = |(x, way)| rows.at(x).across(way) / skin[x].max(DARK);
                anew::Row {
                    strands: ways().map(clear).collect(),
                    lines: ways().enumerate().map(line).collect(),
                }
            });
        }
        let total: f64 = cover.values().iter().map(|&c| f64::from(c)).sum();
        let color = color(photo, &cover);
        Ok(color.map(|color| Self {
            share: (total / area.area_px()) as f32,
            is_dark: darkest >= APART,
            cover,
            color,
        }))
    }

    /// Share of each pixel that lies under hair, 0..=1; 0 outside the area.
    #[must_use]
    pub const fn cover(&self) -> &Plane<f32> {
        &self.cover
    }

    /// Share of the whole area that lies under hair.
    #[must_use]
    pub const fn share(&self) -> f32 {
        self.share
    }

    /// Whether it is so much darker than skin that its strands need not have told it.
    pub(super) const fn is_dark(&self) -> bool {
        self.is_dark
    }

    /// Share of scalp that shows around each pixel, 0..=1, over squares `across_mm` wide: where hair
    /// thins, it rises. What lies outside the area counts as bare.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a width outside 0.1..=50 mm.
    ///
    /// # Cost
    /// A box sum over the photo, whatever its width.
    pub fn scalp_share(&self, scale: Scale, across_mm: f32) -> Result<Plane<f32>> {
        let inside = (0.1..=50.0).contains(&across_mm);
        Error::check("across_mm", f64::from(across_mm), inside, "0.1..=50 mm")?;
        let reach = (0.5 * scale.to_px(across_mm)) as usize;
        let mut shares = box_sum(&self.cover, reach);
        let size = shares.size();
        let (width, height) = (size.width() as usize, size.height() as usize);
        let span = |at: usize, side: usize| (at + reach + 1).min(side) - at.saturating_sub(reach);
        parallel::for_each_chunk(shares.values_mut(), width, |y, row| {
            for (x, value) in row.iter_mut().enumerate() {
                let cells = (span(x, width) * span(y, height)) as f32;
                *value = (1.0 - *value / cells).clamp(0.0, 1.0);
            }
        });
        Ok(shares)
    }

    /// Middle colour of the hair, light and shade included.
    #[must_use]
    pub const fn color(&self) -> Oklch<f32> {
        self.color
    }
}

/// Rows that are read at once.
const BAND: usize = 96;

/// Root of the luminance, smoothed.
fn roots(photo: &Photo, sigma: f32) -> Plane<f32> {
    let (width, height) = (
        photo.size().width() as usize,
        photo.size().height() as usize,
    );
    let gaussian = Gaussian::new(sigma, 1);
    let mut smoothed = Plane::filled(photo.size(), 0.0_f32);
    parallel::for_each_chunk(smoothed.values_mut(), width * BAND, |band, out| {
        let (top, rows) = (band * BAND, out.len() / width);
        let from = top.saturating_sub(gaussian.reach());
        let to = (top + rows + gaussian.reach()).min(height);
        let mut light = vec![[0.0_f32; 3]; width];
        let mut roots = vec![0.0_f32; (to - from) * width];
        for (y, roots) in (from..).zip(roots.chunks_exact_mut(width)) {
            photo.linear_srgb_row(y as u32, &mut light);
            dispatch!(Level::detect().get(), simd => {
                for (value, light) in roots.iter_mut().zip(&light) {
                    *value = luminance(*light).max(0.0).sqrt();
                }
            });
        }
        for (y, out) in (top - from..).zip(out.chunks_exact_mut(width)) {
            gaussian.row(&roots, y, out);
        }
    });
    smoothed
}

/// The way from skin to hair, in shares of the darkest loss.
#[derive(Clone, Copy)]
struct Way {
    ridge: f32,
    from: f32,
    to: f32,
}

impl Way {
    /// Where no strands are told, `clear` as they may be; `middle` lies the middle pixel around.
    #[inline]
    fn bare(middle: f32, clear: f32) -> Self {
        let [least, most] = HALF_RANGE;
        let half = (HALF + USUAL - middle).clamp(least, most);
        let more = BARE * (1.0 - clear) * (half - least) / (most - least);
        Self {
            ridge: RIDGE,
            from: half + more - RAMP,
            to: half + more + RAMP,
        }
    }

    /// Where strands are told, by which it `begins`; it ends at the darkest loss.
    #[inline]
    fn of_strands(middle: f32, begins: f32) -> Self {
        let [least, most] = BEGINS_RANGE;
        let least = most + (least - most) * ramp(SKIN_SHOWS, middle);
        Self {
            ridge: STRAND_RIDGE,
            from: begins.clamp(least, most),
            to: 1.0,
        }
    }

    #[inline]
    fn towards(self, other: Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * share;
        Self {
            ridge: mix(self.ridge, other.ridge),
            from: mix(self.from, other.from),
            to: mix(self.to, other.to),
        }
    }

    /// How far along it a loss lies that a ridge adds to.
    #[inline]
    fn share(self, loss: f32, ridge: f32) -> f32 {
        (loss + self.ridge * ridge - self.from) / (self.to - self.from)
    }
}

/// How far a value lies from the first to the second, 0..=1.
#[inline]
fn ramp([from, to]: [f32; 2], value: f32) -> f32 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// The loss of light that only the darkest share exceeds, from every third pixel.
fn darkest(size: Size, losses: impl Fn(usize) -> Vec<f32> + Sync + Send) -> Option<f32> {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let of_band = |band: usize| {
        let rows = band * BAND..height.min((band + 1) * BAND);
        let of_row = |y: usize| {
            let first = (y * width).next_multiple_of(3) - y * width;
            losses(y).into_iter().skip(first).step_by(3)
        };
        let all = rows.flat_map(of_row);
        all.filter(|loss| loss.is_finite()).collect()
    };
    quantile_of_parts(height.div_ceil(BAND), of_band, 1.0 - HAIR)
}

/// Middle colour of what is hair for sure; `None` where nothing is.
fn color(photo: &Photo, cover: &Plane<f32>) -> Option<Oklch<f32>> {
    let step = (photo.size().pixels() as f64 / MOST_SAMPLES).sqrt().ceil() as usize;
    let of_row = |i: usize| {
        let y = (i * step) as u32;
        let mut row = vec![[0.0_f32; 3]; photo.size().width() as usize];
        photo.linear_srgb_row(y, &mut row);
        let sure = row.into_iter().zip(cover.row(y)).step_by(step);
        let sure = sure
            .filter(|(_, cover)| **cover >= SURE)
            .map(|(light, _)| light);
        sure.collect::<Vec<[f32; 3]>>()
    };
    let rows = parallel::map((photo.size().height() as usize).div_ceil(step), of_row);
    let mut sure: Vec<[f32; 3]> = rows.into_iter().flatten().collect();
    if sure.is_empty() {
        return None;
    }
    sure.sort_by(|a, b| luminance(*a).total_cmp(&luminance(*b)));
    // Neither the gaps between hairs nor their gleam.
    let band = &sure[sure.len() / 4..=sure.len() * 3 / 5];
    let mean = |c: usize| band.iter().map(|light| light[c]).sum::<f32>() / band.len() as f32;
    Some(Oklch::from_color(LinSrgb::new(mean(0), mean(1), mean(2))))
}
