//! How light a part of a picture is, and how much it changed, as the eye sees it from where dots fuse.

use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use crate::error::Result;
use crate::look::plan::Plan;
use crate::parallel;
use crate::photo::Photo;
use crate::pigment::When;
use crate::units::Scale;

/// Side of the cells over which light is averaged before it becomes a colour, in mm: two to three
/// spacings, so that every cell of a full field holds several dots and their surroundings. A colour
/// per pixel would count resolved dots as darker than the same dots unresolved.
const CELL_MM: f32 = 2.0;

/// Mean change of colour in CIELAB under D65, after minus before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ToneShift {
    /// Lightness: negative is darker.
    pub delta_l: f64,
    /// Red (positive) against green.
    pub delta_a: f64,
    /// Yellow (positive) against blue.
    pub delta_b: f64,
}

/// Mean colours of one part of two pictures in CIELAB, zero where the part is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tones {
    pub(super) before: [f64; 3],
    pub(super) after: [f64; 3],
    /// Pixels that were seen, by their weight.
    pub(super) pixels: f64,
}

impl Tones {
    fn shift(&self) -> ToneShift {
        let [delta_l, delta_a, delta_b] = [0, 1, 2].map(|i| self.after[i] - self.before[i]);
        ToneShift {
            delta_l,
            delta_a,
            delta_b,
        }
    }
}

/// Shifts inside the mask, where it is full, and outside it within the reach of the ink.
pub(crate) struct Shifts {
    pub(crate) inside: ToneShift,
    pub(crate) full: ToneShift,
    pub(crate) outside: ToneShift,
}

impl Plan {
    /// What a rendering of this plan has changed.
    pub(crate) fn shifts(&self, before: &Photo, after: &Photo, when: When) -> Result<Shifts> {
        for photo in [before, after] {
            photo.size().check_equals(self.mask.size(), "photo")?;
        }
        let reach = self.reach_px(when);
        let distance = self
            .mask
            .signed_distance_in(self.mask.rows_near(reach + 1.0));
        let [inside, full, outside] = tones([before, after], self.scale, |y, x| {
            let covered = self.mask.coverage().row(y)[x];
            let near = covered == 0.0 && distance.row(y)[x] >= -reach;
            let full = f32::from(self.full.row(y)[x]);
            [covered, covered * full, f32::from(u8::from(near))]
        })
        .map(|tones| tones.shift());
        Ok(Shifts {
            inside,
            full,
            outside,
        })
    }
}

/// Linear light before and after, and the weight of what it was summed over.
type Cell = ([f64; 6], f64);

/// Mean colours of parts of two pictures of one size; `weight` says how much of the pixel in a row and a
/// column belongs to each part. What is transparent in the first picture has no colour.
pub(super) fn tones<const N: usize>(
    photos: [&Photo; 2],
    scale: Scale,
    weight: impl Fn(u32, usize) -> [f32; N] + Sync + Send,
) -> [Tones; N] {
    let size = photos[0].size();
    let side = (scale.to_px(CELL_MM).round() as usize).max(1);
    let (width, height) = (size.width() as usize, size.height() as usize);
    let cut_out = photos[0].transparent();
    let bands = parallel::map(height.div_ceil(side), |band| {
        let mut cells = vec![[([0.0; 6], 0.0); N]; width.div_ceil(side)];
        let mut light = [vec![[0.0_f32; 3]; width], vec![[0.0_f32; 3]; width]];
        let mut weights = Vec::with_capacity(width);
        for y in (band * side..height.min((band + 1) * side)).map(|y| y as u32) {
            weights.clear();
            weights.extend((0..width).map(|x| weight(y, x)));
            if let Some(cut_out) = &cut_out {
                for (weights, &hidden) in weights.iter_mut().zip(cut_out.coverage().row(y)) {
                    *weights = weights.map(|weight| weight * (1.0 - hidden));
                }
            }
            let counts = |weights: &[f32; N]| weights.iter().any(|&weight| weight > 0.0);
            let Some(first) = weights.iter().position(counts) else {
                continue;
            };
            for (photo, light) in photos.iter().zip(&mut light) {
                photo.linear_srgb_row(y, light);
            }
            let last = weights.iter().rposition(counts).unwrap_or(first);
            for x in first..=last {
                for (cell, &weight) in cells[x / side].iter_mut().zip(&weights[x]) {
                    add(cell, f64::from(weight), light[0][x], light[1][x]);
                }
            }
        }
        std::array::from_fn(|part| sum(cells.iter().map(|cell: &[Cell; N]| cell[part])))
    });
    std::array::from_fn(|part| {
        let sum = bands.iter().fold([0.0; 7], |sum, band: &[[f64; 7]; N]| {
            std::array::from_fn(|i| sum[i] + band[part][i])
        });
        let per = 1.0 / sum[6].max(f64::MIN_POSITIVE);
        Tones {
            before: [0, 1, 2].map(|i| sum[i] * per),
            after: [3, 4, 5].map(|i| sum[i] * per),
            pixels: sum[6],
        }
    })
}

fn add(cell: &mut Cell, weight: f64, before: [f32; 3], after: [f32; 3]) {
    let finite = before.iter().chain(&after).all(|c| c.is_finite());
    if weight > 0.0 && finite {
        for c in 0..3 {
            cell.0[c] += weight * f64::from(before[c]);
            cell.0[c + 3] += weight * f64::from(after[c]);
        }
        cell.1 += weight;
    }
}

/// Weighted sum of the cells' colours before and after, and of the weights.
fn sum(cells: impl Iterator<Item = Cell>) -> [f64; 7] {
    cells
        .filter(|(_, weight)| *weight > 0.0)
        .fold([0.0; 7], |sum, (light, weight)| {
            let lab = |i: usize| {
                let [r, g, b] = [0, 1, 2].map(|c| light[i + c] / weight);
                Lab::<D65, f64>::from_color(LinSrgb::new(r, g, b))
            };
            let (before, after) = (lab(0), lab(3));
            let values = [before.l, before.a, before.b, after.l, after.a, after.b, 1.0];
            std::array::from_fn(|i| sum[i] + weight * values[i])
        })
}
