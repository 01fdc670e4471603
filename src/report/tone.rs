//! How much the picture changed, as the eye sees it from where the dots fuse.

use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use crate::error::Result;
use crate::look::Plan;
use crate::parallel;
use crate::photo::Photo;
use crate::pigment::When;

/// Side of the cells over which light is averaged before it becomes a colour, in mm: two to three
/// spacings, so that every cell of a full field holds several dots and their surroundings. A colour
/// per pixel would count resolved dots as darker than the same dots unresolved.
const CELL_MM: f32 = 2.0;

/// Mean change of colour in CIELAB under D65, after minus before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ToneShift {
    /// Lightness: negative is darker.
    pub delta_l: f64,
    /// Red (positive) against green.
    pub delta_a: f64,
    /// Yellow (positive) against blue.
    pub delta_b: f64,
}

/// Shifts inside the mask, where it is full, and outside it within the reach of the ink.
pub(super) struct Tones {
    pub(super) inside: ToneShift,
    pub(super) full: ToneShift,
    pub(super) outside: ToneShift,
}

/// Linear light before and after, and the weight of what it was summed over.
type Cell = ([f64; 6], f64);

pub(super) fn measure(plan: &Plan, before: &Photo, after: &Photo, when: When) -> Result<Tones> {
    let size = plan.mask().size();
    for photo in [before, after] {
        photo.size().check_equals(size, "photo")?;
    }
    let distance = plan.mask().signed_distance_px();
    let reach = plan.reach_px(when);
    let coverage = plan.mask().coverage();
    let side = (plan.scale().to_px(CELL_MM).round() as usize).max(1);
    let (width, height) = (size.width() as usize, size.height() as usize);
    let bands = parallel::map(height.div_ceil(side), |band| {
        let mut cells = vec![[([0.0; 6], 0.0); 3]; width.div_ceil(side)];
        let mut light = [vec![[0.0_f32; 3]; width], vec![[0.0_f32; 3]; width]];
        for y in (band * side..height.min((band + 1) * side)).map(|y| y as u32) {
            before.linear_srgb_row(y, &mut light[0]);
            after.linear_srgb_row(y, &mut light[1]);
            let full = plan.full().row(y);
            let row = coverage.row(y).iter().zip(distance.row(y)).enumerate();
            for (x, (&covered, &away)) in row {
                let inside = f64::from(covered);
                let near = if covered == 0.0 && away >= -reach {
                    1.0
                } else {
                    0.0
                };
                add(&mut cells[x / side][0], inside, light[0][x], light[1][x]);
                add(&mut cells[x / side][1], near, light[0][x], light[1][x]);
                let weight = inside * f64::from(full[x]);
                add(&mut cells[x / side][2], weight, light[0][x], light[1][x]);
            }
        }
        [0, 1, 2].map(|which| shift_sum(cells.iter().map(|cell| cell[which])))
    });
    let mean = |which: usize| {
        let sum = bands.iter().fold([0.0; 4], |sum, band| {
            std::array::from_fn(|i| sum[i] + band[which][i])
        });
        let per = 1.0 / sum[3].max(f64::MIN_POSITIVE);
        ToneShift {
            delta_l: sum[0] * per,
            delta_a: sum[1] * per,
            delta_b: sum[2] * per,
        }
    };
    Ok(Tones {
        inside: mean(0),
        full: mean(2),
        outside: mean(1),
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

/// Weighted sum of the cells' colour differences, and of the weights.
fn shift_sum(cells: impl Iterator<Item = Cell>) -> [f64; 4] {
    cells
        .filter(|(_, weight)| *weight > 0.0)
        .fold([0.0; 4], |sum, (light, weight)| {
            let lab = |i: usize| {
                let [r, g, b] = [0, 1, 2].map(|c| light[i + c] / weight);
                Lab::<D65, f64>::from_color(LinSrgb::new(r, g, b))
            };
            let (before, after) = (lab(0), lab(3));
            let by = [
                after.l - before.l,
                after.a - before.a,
                after.b - before.b,
                1.0,
            ];
            std::array::from_fn(|i| sum[i] + weight * by[i])
        })
}
