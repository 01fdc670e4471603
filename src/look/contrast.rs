//! How far two parts of a picture differ, for an eye at some distance.

use std::fmt;

use palette::color_difference::Ciede2000;
use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use crate::error::{Error, Result};
use crate::look::plan::Plan;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::scielab;
use crate::units::{Scale, Size};

/// Contrast of one part of a picture to another, before and after a treatment: CIEDE2000 between their
/// mean colours as seen from a distance.
///
/// # Examples
/// ```
/// use stubblefield::{Contrast, Mask, Photo, Scale, Size};
///
/// let size = Size::new(60, 40)?;
/// let light = |left: u8| {
///     let codes = (0..size.pixels()).flat_map(|i| [if i % 60 < 30 { left } else { 150 }; 3]);
///     Photo::from_rgb8(size, codes.collect())
/// };
/// let left = Mask::from_fn(size, |p| f32::from(u8::from(p.x < 30.0)))?;
/// let scale = Scale::px_per_mm(4.0)?;
/// let contrast = Contrast::between([&left, &left.invert()], [&light(200)?, &light(160)?], scale, 1.0)?;
/// assert!(contrast.before > 10.0 && contrast.after < 0.4 * contrast.before);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 Color-Difference Formula", Color Res. Appl. 30 (2005).
/// X. Zhang and B. A. Wandell, "A spatial extension of CIELAB for digital color image reproduction",
/// SID Journal 5 (1997), with the kernels printed there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Contrast {
    /// Distance of the eye in metres.
    pub metres: f64,
    /// CIEDE2000 between the two parts before the treatment.
    pub before: f64,
    /// The same after it.
    pub after: f64,
}

impl Contrast {
    /// The contrast between two parts in a photo before and one after.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] for masks and photos of different sizes; [`Error::OutOfRange`] for a distance
    /// outside 0.1 to 10 m and for a mask that covers nothing.
    ///
    /// # Cost
    /// That of reading the pixels in the rectangle that holds both masks, and some hundred nanoseconds for
    /// every square of 0.17 mm from a metre away, closer up for smaller ones.
    pub fn between(
        parts: [&Mask; 2],
        photos: [&Photo; 2],
        scale: Scale,
        metres: f32,
    ) -> Result<Self> {
        let inside = (0.1..=10.0).contains(&metres);
        Error::check("metres", f64::from(metres), inside, "0.1..=10")?;
        let size = photos[0].size();
        photos[1].size().check_equals(size, "photo")?;
        for part in parts {
            part.size().check_equals(size, "mask")?;
            let pixels = part.area_px();
            Error::check("pixels of a part", pixels, pixels > 0.0, "above 0")?;
        }
        let window = Window::around(parts, size, scale.to_px(MARGIN_MM * metres));
        let [before, after] = photos.map(|photo| window.contrast(photo, parts, scale, metres));
        Ok(Self {
            metres: f64::from((metres * 1000.0).round()) / 1000.0,
            before,
            after,
        })
    }
}

impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "contrast to what lies beside it from {} m: ΔE {:.2} before, {:.2} after",
            self.metres, self.before, self.after
        )
    }
}

/// How far the narrower kernels reach from a metre away, in mm.
const MARGIN_MM: f32 = 15.0;

/// Half the standard deviation of the narrowest kernel from a metre away, in mm.
const CELL_MM: f32 = 0.17;

/// A rectangle of a picture.
struct Window {
    left: usize,
    top: u32,
    size: Size,
}

impl Window {
    /// What holds all of the parts and a margin.
    fn around(parts: [&Mask; 2], size: Size, margin_px: f32) -> Self {
        let [left, top, right, bottom] = parts
            .into_iter()
            .filter_map(Mask::bounds)
            .reduce(|a, b| {
                let [left, top] = [0, 1].map(|i| a[i].min(b[i]));
                let [right, bottom] = [2, 3].map(|i| a[i].max(b[i]));
                [left, top, right, bottom]
            })
            .unwrap_or([0, 0, size.width(), size.height()]);
        let margin = margin_px.ceil() as u32;
        let (left, top) = (left.saturating_sub(margin), top.saturating_sub(margin));
        let right = right.saturating_add(margin).min(size.width());
        let bottom = bottom.saturating_add(margin).min(size.height());
        Self {
            left: left as usize,
            top,
            size: Size::within(right - left, bottom - top),
        }
    }

    /// Light of the photo and shares of both parts, averaged over squares of `side` pixels.
    fn cells(
        &self,
        photo: &Photo,
        parts: [&Mask; 2],
        side: usize,
    ) -> (Size, Vec<f32>, Vec<[f32; 2]>) {
        let columns = self.left..self.left + self.size.width() as usize;
        let rows = self.size.height() as usize;
        let size = Size::within(
            columns.len().div_ceil(side) as u32,
            rows.div_ceil(side) as u32,
        );
        let width = size.width() as usize;
        let bands = parallel::map(size.height() as usize, |band| {
            let mut light = vec![0.0_f32; 3 * width];
            let mut shares = vec![[0.0_f32; 2]; width];
            let mut row = vec![[0.0_f32; 3]; photo.size().width() as usize];
            let lines = band * side..rows.min((band + 1) * side);
            for y in lines.clone().map(|line| self.top + line as u32) {
                photo.linear_srgb_row(y, &mut row);
                let covered = parts.map(|part| &part.coverage().row(y)[columns.clone()]);
                for (x, pixel) in row[columns.clone()].iter().enumerate() {
                    let cell = x / side;
                    for (c, value) in pixel.iter().enumerate().filter(|(_, v)| v.is_finite()) {
                        light[3 * cell + c] += value;
                    }
                    for (share, covered) in shares[cell].iter_mut().zip(covered) {
                        *share += covered[x];
                    }
                }
            }
            for (cell, light) in light.chunks_exact_mut(3).enumerate() {
                let across = side.min(columns.len() - cell * side);
                let per = 1.0 / (lines.len() * across) as f32;
                light.iter_mut().for_each(|value| *value *= per);
            }
            (light, shares)
        });
        let (light, shares): (Vec<_>, Vec<_>) = bands.into_iter().unzip();
        (size, light.concat(), shares.concat())
    }

    fn contrast(&self, photo: &Photo, parts: [&Mask; 2], scale: Scale, metres: f32) -> f64 {
        // What the eye blurs anyway need not be seen pixel by pixel.
        let side = (scale.to_px(CELL_MM * metres) as usize).max(1);
        let (size, light, shares) = self.cells(photo, parts, side);
        let seen = scielab::seen_from(&light, size, scale.get() / side as f32, metres);
        let [one, other] = [0, 1].map(|part| {
            let mut sum = [0.0_f64; 4];
            for (shares, light) in shares.iter().zip(seen.chunks_exact(3)) {
                for (sum, &light) in sum.iter_mut().zip(light) {
                    *sum += f64::from(shares[part] * light);
                }
                sum[3] += f64::from(shares[part]);
            }
            let [r, g, b] = [0, 1, 2].map(|c| sum[c] / sum[3]);
            Lab::<D65, f64>::from_color(LinSrgb::new(r, g, b))
        });
        one.difference(other)
    }
}

impl Plan {
    /// The skin around where the treatment is full, with which a scar is compared: from half a millimetre past that border
    /// to two millimetres past what runs out beyond it ([`Edge::past_mm`](crate::Edge::past_mm)), at least to four, less the
    /// background. Empty where the picture shows none.
    #[must_use]
    pub fn surroundings(&self) -> Mask {
        let away = self.full_mask().signed_distance_px();
        let (from, to) = (0.5, self.look.edge.past_mm.max(2.0) + 2.0);
        let near = |away: f32| (from..=to).contains(&self.scale.to_mm(-away));
        let mut ring = away.map(|away| f32::from(u8::from(near(away))));
        let beyond = self.scene.background().coverage().values();
        for (ring, beyond) in ring.values_mut().iter_mut().zip(beyond) {
            *ring *= 1.0 - beyond;
        }
        Mask::from_shares(ring)
    }

    /// Where the treatment is full.
    #[must_use]
    pub fn full_mask(&self) -> Mask {
        Mask::from_shares(self.full.map(f32::from))
    }

    /// Contrast of where the treatment is full to its [`Plan::surroundings`], before and after, from so many
    /// metres.
    ///
    /// # Errors
    /// Those of [`Contrast::between`]: a treatment that is full nowhere, or fills the picture, has nothing to compare.
    pub fn contrast_to_surroundings(
        &self,
        before: &Photo,
        after: &Photo,
        metres: f32,
    ) -> Result<Contrast> {
        let parts = [&self.full_mask(), &self.surroundings()];
        Contrast::between(parts, [before, after], self.scale, metres)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_seen_from_afar_does_not_depend_on_resolution() {
        // Stripes 6 mm wide: from 3 m a tenth of a degree each.
        let contrast = |px_per_mm: f32| {
            let size = Size::within((60.0 * px_per_mm) as u32, (30.0 * px_per_mm) as u32);
            let dark = |x: usize| ((x as f32 / px_per_mm / 6.0) as u32).is_multiple_of(2);
            let codes = (0..size.pixels()).flat_map(|i| {
                [if dark(i % size.width() as usize) {
                    120
                } else {
                    180
                }; 3]
            });
            let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
            let part = Mask::from_fn(size, |p| f32::from(u8::from(dark(p.x as usize)))).unwrap();
            let scale = Scale::px_per_mm(px_per_mm).unwrap();
            let parts = [&part, &part.invert()];
            Contrast::between(parts, [&photo, &photo], scale, 3.0)
                .unwrap()
                .before
        };
        let (coarse, fine) = (contrast(2.0), contrast(8.0));
        assert!((fine / coarse - 1.0).abs() < 0.1, "{fine} for {coarse}");
    }
}
