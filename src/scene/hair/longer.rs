//! Whether hair that is longer than stubble lies over an area.

use super::strands::{Relief, Strands};
use crate::error::Result;
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::scene::levels::Levels;
use crate::scene::skin::luminance;
use crate::scene::working::{Coarser, Working};
use crate::units::Scale;

/// Side of the cells in mm, about as wide as a lock of hair: stubs that lie side by side become one there, so that
/// their way shows no more than in a coarser picture. Cells of more than the second hide locks too.
const CELL_MM: f32 = 0.33;
const MOST_CELL_MM: f32 = 0.55;

/// Light is smoothed by so many cells, or its curvature would be that of its noise.
const SMOOTH: f32 = 0.5;

/// Hairs within this distance, as a standard deviation, are asked for a common way.
const AROUND_MM: f32 = 2.0;

/// Bare skin is the brightest of what lies within this distance.
const BRIGHT_MM: f32 = 8.0;
const BRIGHT: f32 = 0.98;
const DARK: f32 = 1e-3;

/// The rim of a head is a line of its own, up to so far from the wall.
const RIM_MM: f32 = 5.0;

/// Least share of the squared curvature that runs one way, and its least root of a mean square. The former is in
/// the middle 0.46 on synthetic patches of stubs of 1.5 mm at 3 px/mm, 0.61 on those of 3 mm, 0.75 to 0.81 under long hair; on
/// photographs 0.17 to 0.46 in stubble, 0.33 to 0.39 on foreheads with their lines, 0.68 to 0.78 under long hair, whose
/// curvature is 0.012 to 0.017 where theirs is 0.002 to 0.008.
const TOGETHER: f32 = 0.72;
const CURVATURE: f32 = 0.008;

/// The share of an area over which hair runs one way for millimetres and so is longer than stubble; `None` where
/// the picture is too coarse to tell.
///
/// # Cost
/// Some passes over the working copy.
pub(in crate::scene) fn longer_share(
    working: &Working,
    area: &Mask,
    background: &Mask,
    scale: Scale,
) -> Result<Option<f32>> {
    let cells = working.coarser(CELL_MM, scale);
    let Coarser {
        side_px,
        cell_mm,
        size,
        ..
    } = cells;
    if cell_mm > MOST_CELL_MM {
        return Ok(None);
    }
    let roots = roots(working, &cells).smoothed(SMOOTH);
    let at_middles = |mask: &Mask| {
        let middle = |at: u32| i64::from(at * side_px + side_px / 2);
        let coverage = mask.coverage();
        let shares = Plane::from_fn(size, |x, y| coverage.at(middle(x), middle(y)));
        Mask::of(&shares, |share| share > 0.5)
    };
    let wall = at_middles(background);
    let on_head = at_middles(area).subtract(&wall.grown(RIM_MM / cell_mm))?;
    let window = (BRIGHT_MM / cell_mm) as usize;
    let [bright] = Levels::of_values(size, window, [BRIGHT], |y| {
        let (roots, wall) = (roots.row(y as u32), wall.coverage().row(y as u32));
        move |x| if wall[x] > 0.5 { f32::NAN } else { roots[x] }
    });
    let relief = Relief::new(&roots, SMOOTH);
    let around = AROUND_MM / cell_mm;
    let strands = Strands::of(&relief, &on_head, around, |x, y| bright.at(x, y).max(DARK));
    Ok(Some(strands.share_along(CURVATURE, TOGETHER)))
}

/// Root of the luminance in coarser cells than the working copy's.
fn roots(working: &Working, &Coarser { per_cell, size, .. }: &Coarser) -> Plane<f32> {
    let of = working.light.size();
    let mut roots = Plane::filled(size, 0.0_f32);
    parallel::for_each_chunk(roots.values_mut(), size.width() as usize, |row, out| {
        let top = row as u32 * per_cell;
        let bottom = (top + per_cell).min(of.height());
        for y in top..bottom {
            let runs = working.light.row(y).chunks(per_cell as usize);
            for (sum, run) in out.iter_mut().zip(runs) {
                let lights = run.iter().map(|light| luminance(*light));
                *sum += lights.sum::<f32>() / run.len() as f32;
            }
        }
        for value in out {
            *value = (*value / (bottom - top) as f32).sqrt();
        }
    });
    roots
}
