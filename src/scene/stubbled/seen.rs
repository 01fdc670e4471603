//! The light of a part of a photo, and that of the skin that shows between its hairs.

use super::relief::{depth, relief, usual};
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::levels::Levels;
use crate::units::Scale;

/// Windows, to either side, whose brightest part is the skin between the hairs: some of the gaps of any stubble lie in
/// one, and hardly any shading of the head.
const WINDOW_MM: f32 = 1.5;
const BRIGHT: f32 = 0.85;

/// Fewest pixels of bare skin that tell its relief; every so manyeth of every so manyeth row is looked at.
const LEAST_BARE: usize = 200;
pub(super) const STEP: usize = 2;

/// Squares in each of which the relief of bare skin is read, in mm; the middle one counts, for in some lie folds, lips, brows
/// and stray hair.
const BLOCK_MM: f32 = 4.0;

/// What a photo shows.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) light: Plane<[f32; 3]>,
    /// The skin between the hairs.
    bright: [Levels; 3],
}

/// Skin without hair.
#[derive(Clone, Copy, Debug)]
pub(super) struct BareSkin {
    /// Linear sRGB.
    pub(super) tone: [f32; 3],
    /// Absorbances of its own relief: how dark a place is below its surroundings, and how bright.
    relief: [f32; 2],
}

impl Seen {
    /// What a photo shows where it `counts`.
    pub(super) fn of(photo: &Photo, counts: &Mask, scale: Scale) -> Self {
        let light = light(photo);
        let bright = bright(&light, counts, scale);
        Self { light, bright }
    }

    /// The light of the skin between the hairs in a row.
    pub(super) fn bright_row(&self, y: u32) -> Vec<[f32; 3]> {
        let columns = self.light.size().width() as usize;
        let [r, g, b] = [0, 1, 2].map(|c| self.bright[c].along(y as f32 + 0.5, columns));
        (0..columns).map(|x| [r[x], g[x], b[x]]).collect()
    }

    /// Relief and tone of bare skin; `None` where there is too little of it.
    pub(super) fn bare_skin(&self, bare: &Mask, scale: Scale) -> Option<BareSkin> {
        let block = (scale.to_px(BLOCK_MM) as usize).max(2 * STEP);
        let size = self.light.size();
        let (width, height) = (size.width() as usize, size.height() as usize);
        let rows = parallel::map(height.div_ceil(block), |row| {
            let mut blocks = vec![Vec::new(); width.div_ceil(block)];
            let (mut sum, mut count) = ([0.0_f64; 3], 0_usize);
            for y in (row * block..height.min((row + 1) * block)).step_by(STEP) {
                let here = bare.coverage().row(y as u32);
                if here.iter().all(|&bare| bare == 0.0) {
                    continue;
                }
                let (light, bright) = (self.light.row(y as u32), self.bright_row(y as u32));
                let here = here.iter().enumerate().step_by(STEP);
                for (x, _) in here.filter(|(_, bare)| **bare > 0.5) {
                    blocks[x / block].push(depth(bright[x], light[x]));
                    sum = std::array::from_fn(|c| sum[c] + f64::from(bright[x][c]));
                    count += 1;
                }
            }
            (blocks, sum, count)
        });
        let count: usize = rows.iter().map(|(_, _, count)| count).sum();
        if count < LEAST_BARE {
            return None;
        }
        let add = |a: [f64; 3], b: &[f64; 3]| std::array::from_fn(|c| a[c] + b[c]);
        let sum: [f64; 3] = rows.iter().map(|(_, sum, _)| sum).fold([0.0; 3], add);
        let blocks = rows.into_iter().flat_map(|(blocks, ..)| blocks);
        let least = (block / STEP) * (block / STEP) / 2;
        let reliefs = blocks.filter(|depths| depths.len() >= least);
        let reliefs: Vec<[f32; 2]> = reliefs.filter_map(relief).collect();
        Some(BareSkin {
            tone: sum.map(|sum| (sum / count as f64) as f32),
            relief: usual(&reliefs)?,
        })
    }
}

impl BareSkin {
    /// Share of a depth below or above the skin around that is hair's, and not the skin's own relief.
    pub(super) fn share_of_hair(&self, depth: f32) -> f32 {
        let most = if depth > 0.0 {
            self.relief[0]
        } else {
            self.relief[1]
        };
        let own = most * libm::tanhf(depth / most);
        if depth.abs() < 1e-4 {
            0.0
        } else {
            1.0 - own / depth
        }
    }
}

fn light(photo: &Photo) -> Plane<[f32; 3]> {
    let mut light = Plane::filled(photo.size(), [0.0; 3]);
    let columns = photo.size().width() as usize;
    parallel::for_each_chunk(light.values_mut(), columns, |y, row| {
        photo.linear_srgb_row(y as u32, row);
    });
    light
}

/// The brightest part of what counts around each place.
fn bright(light: &Plane<[f32; 3]>, counts: &Mask, scale: Scale) -> [Levels; 3] {
    let window = (scale.to_px(WINDOW_MM).round() as usize).max(2);
    [0, 1, 2].map(|c| {
        let [levels] = Levels::of_values(light.size(), window, [BRIGHT], |y| {
            let (light, counts) = (light.row(y as u32), counts.coverage().row(y as u32));
            move |x: usize| {
                if counts[x] > 0.5 {
                    light[x][c]
                } else {
                    f32::NAN
                }
            }
        });
        levels
    })
}
