//! How much hair there is around each place of a photo, and how bright bare skin is there.

use super::relief::depth;
use super::seen::{BareSkin, STEP, Seen};
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::scene::working::Coarser;

/// The Gaussians that bridge cells with hair, and those of bare skin, in mm.
const AMOUNT_MM: f32 = 1.5;
const BARE_MM: f32 = 8.0;

/// Pixels of what lies everywhere that a cell counts as.
const FAR: f32 = 1e-3;

/// Both, in cells.
#[derive(Debug)]
pub(super) struct Spread {
    cell_px: f32,
    /// Share of light that marks take.
    amount: Plane<f32>,
    /// Light of bare skin around.
    bare: [Plane<f32>; 3],
}

impl Spread {
    /// From the marks where a photo `counts`, and its light where skin is `bare`.
    pub(super) fn of(
        seen: &Seen,
        skin: &BareSkin,
        [counts, bare]: [&Mask; 2],
        cells: Coarser,
    ) -> Self {
        let side = cells.side_px as usize;
        let mut sums = Plane::filled(cells.size, [0.0_f32; 6]);
        let height = seen.light.size().height() as usize;
        parallel::for_each_chunk(
            sums.values_mut(),
            cells.size.width() as usize,
            |row, out| {
                for y in (row * side..height.min((row + 1) * side)).map(|y| y as u32) {
                    let taken = marks_in_row(seen, skin, y);
                    let (counts, bare) = (counts.coverage().row(y), bare.coverage().row(y));
                    for (x, (taken, light)) in taken.into_iter().zip(seen.bright_row(y)).enumerate()
                    {
                        let sums = &mut out[x / side];
                        if counts[x] > 0.5 {
                            sums[0] += taken;
                            sums[1] += 1.0;
                        }
                        if bare[x] > 0.5 {
                            sums[2] += 1.0;
                            for c in 0..3 {
                                sums[3 + c] += light[c];
                            }
                        }
                    }
                }
            },
        );
        let cell_mm = cells.cell_mm;
        let mean = |sigma_mm: f32, of: usize, over: usize, else_: f32| {
            let [sum, weight] =
                [of, over].map(|i| sums.map(|sums| sums[i]).smoothed(sigma_mm / cell_mm));
            let mut mean = sum;
            for (value, weight) in mean.values_mut().iter_mut().zip(weight.values()) {
                // So far from all of it that the Gaussian ends, it is what it is everywhere.
                *value = (*value + else_ * FAR) / (weight + FAR);
            }
            mean
        };
        Self {
            cell_px: cells.side_px as f32,
            amount: mean(AMOUNT_MM, 0, 1, 0.0),
            bare: [0, 1, 2].map(|c| mean(BARE_MM, 3 + c, 2, skin.tone[c])),
        }
    }

    /// Mean share of light that marks take over a part of the picture.
    pub(super) fn amount_in(&self, part: &Mask) -> f32 {
        let [left, top, right, bottom] = part.bounds().unwrap_or_default();
        let (mut sum, mut count) = (0.0_f64, 0.0_f64);
        for y in (top..bottom).step_by(STEP) {
            for x in (left..right).step_by(STEP) {
                let held = f64::from(part.coverage().at(i64::from(x), i64::from(y)));
                sum += held * f64::from(self.amount_at(x, y));
                count += held;
            }
        }
        (sum / count.max(1.0)) as f32
    }

    /// Share of light that marks take around a pixel.
    pub(super) fn amount_at(&self, x: u32, y: u32) -> f32 {
        self.cell(&self.amount, x, y)
    }

    /// Light of bare skin around a pixel.
    pub(super) fn bare_at(&self, x: u32, y: u32) -> [f32; 3] {
        [0, 1, 2].map(|c| self.cell(&self.bare[c], x, y))
    }

    fn cell(&self, plane: &Plane<f32>, x: u32, y: u32) -> f32 {
        let [x, y] = [x, y].map(|at| (at as f32 + 0.5) / self.cell_px);
        plane.sample(x, y)
    }
}

/// Share of light that hair takes in each pixel of a row.
fn marks_in_row(seen: &Seen, skin: &BareSkin, y: u32) -> Vec<f32> {
    let (light, bright) = (seen.light.row(y), seen.bright_row(y));
    let pixels = light.iter().zip(bright);
    pixels
        .map(|(&light, bright)| {
            let depth = depth(bright, light);
            skin.share_of_hair(depth) * (1.0 - libm::expf(-depth.clamp(-1.0, 8.0)))
        })
        .collect()
}
