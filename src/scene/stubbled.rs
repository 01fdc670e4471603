//! What shaved or cropped hair takes of the light of the skin that it grows on.

mod parts;
mod relief;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::hair::longer_share;
use crate::scene::hair_tone::HairTone;
use crate::scene::levels::Levels;
use crate::scene::skin::{SkinMap, SkinTone, luminance};
use crate::scene::wall;
use crate::scene::working::{Coarser, Working};
use crate::units::{Scale, Size};
use parts::{AGAINST_WALL_MM, LIKE_SKIN, bare, before_skin};
use relief::{depth, relief, usual};

/// Pixels per mm from which hairs are told from the skin between them.
const LEAST_PX_PER_MM: f32 = 2.0;

/// The most of the hair that may be longer than stubble, as a share of its area.
const MOST_LONGER: f32 = 0.25;

/// Windows, to either side, whose brightest part is the skin between the hairs: some of the gaps of any stubble lie in
/// one, and hardly any shading of the head.
const WINDOW_MM: f32 = 1.5;
const BRIGHT: f32 = 0.85;

/// How far around the hair bare skin is looked for.
const AROUND_MM: f32 = 15.0;

/// Fewest pixels of bare skin that tell its relief; every so manyeth of every so manyeth row is looked at.
const LEAST_BARE: usize = 200;
const STEP: usize = 2;

/// Squares in each of which the relief of bare skin is read, in mm; the middle one counts, for in some lie folds, lips, brows
/// and stray hair.
const BLOCK_MM: f32 = 4.0;

/// Cells over which the amount of hair is averaged and bare skin is, and the Gaussians that bridge them, in mm.
const CELL_MM: f32 = 1.5;
const AMOUNT_MM: f32 = 1.5;
const BARE_MM: f32 = 8.0;

/// Absorbance that roots leave in the skin between them, over the share of light that the marks of the same hair are seen to
/// take: found on synthetic scalps of 12 px/mm with and without hair; coarser ones show less of either. And the most of it,
/// that of green light between 193 simulated shafts of 80 µm per cm² in fair skin, where 0.89 of it is left.
const SHADOW: f32 = 5.5;
const FULL_SHADOW: f32 = 0.117;

/// The same for red, green and blue, as two photographed beards have it; shafts that end in the skin, which were simulated,
/// keep back twice as much red, and skin under them would come out orange.
const SHADOW_HUE: [f32; 3] = [1.08, 1.0, 0.92];

/// Least share of light that hair has to take beyond what the same marks of bare skin do for there to be any.
const LEAST_HAIR: f32 = 0.003;

/// How bright skin that shows between hairs is there, over bare skin: less is brown hair.
const LIT: f32 = 0.5;

/// Own hair in a part of a photo, place by place.
#[derive(Debug)]
pub(crate) struct Stubbled {
    light: Plane<[f32; 3]>,
    /// The skin between the hairs.
    bright: [Levels; 3],
    /// Absorbances of the skin's own relief: how dark a place of bare skin is below its surroundings, and how bright.
    relief: [f32; 2],
    cell_px: f32,
    /// Share of light that marks take, per cell, and what those of bare skin do.
    amount: Plane<f32>,
    usual: f32,
    /// Light of bare skin around, per cell.
    bare: [Plane<f32>; 3],
    /// Likeness of light to that of skin, per cell.
    likeness: Plane<f32>,
    likeness_px: f32,
    tone: [f32; 3],
    hair: Option<HairTone>,
    on_head: Mask,
}

/// What hair does at one place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// The light there.
    pub(crate) light: [f32; 3],
    /// Light that a hair takes, below that of the skin around; negative where it gleams.
    pub(crate) by_mark: [f32; 3],
    /// Absorbance of the skin between the hairs.
    pub(crate) by_roots: [f32; 3],
}

impl Stubbled {
    /// Reads the hair of an area, which may run over the wall.
    ///
    /// # Cost
    /// Some ten passes over the photo, and 12 bytes a pixel as long as it is kept.
    pub(crate) fn read(photo: &Photo, area: &Mask, scale: Scale) -> Result<Self> {
        area.size().check_equals(photo.size(), "hair")?;
        let px_per_mm = scale.get();
        let fine = px_per_mm >= LEAST_PX_PER_MM;
        let allowed = "2..=400: where hairs show";
        Error::check("px_per_mm", f64::from(px_per_mm), fine, allowed)?;
        let missing = |what, place| Error::NotFound { what, place };
        let no_skin = || missing("bare skin", "beside the own hair");
        let working = Working::of(photo);
        let skin = SkinMap::from_working(&working).ok_or_else(no_skin)?;
        let around = area.grown(scale.to_px(AROUND_MM));
        let wall = wall(&working, photo, &around, Some(&skin))?;
        let on_head = before_skin(area, &wall, scale);
        let pixels = on_head.area_px();
        Error::check(
            "pixels of own hair",
            pixels,
            pixels > 0.0,
            "above 0, wall left out",
        )?;
        let longer = longer_share(&working, &on_head, &wall, scale)?.unwrap_or(0.0);
        Error::check(
            "share of own hair that is longer than stubble",
            f64::from(longer),
            longer <= MOST_LONGER,
            "at most 0.25: hair that lies over the skin cannot be taken off a photo",
        )?;
        let likeness = skin.likeness().clone();
        let likeness_px = skin.cell_px() as f32;
        let counts = around.subtract(&wall.grown(scale.to_px(AGAINST_WALL_MM)))?;
        let bare = bare(&counts, area, scale, &likeness, skin.cell_px());
        let light = light(photo);
        let bright = bright(&light, &counts, scale);
        let mut own = Self {
            relief: [0.0; 2],
            cell_px: 1.0,
            amount: Plane::filled(Size::within(1, 1), 0.0),
            usual: 0.0,
            bare: [(); 3].map(|()| Plane::filled(Size::within(1, 1), 0.0)),
            tone: [0.0; 3],
            hair: None,
            light,
            bright,
            likeness,
            likeness_px,
            on_head,
        };
        let block = (scale.to_px(BLOCK_MM) as usize).max(2 * STEP);
        own.read_bare(&bare, block).ok_or_else(no_skin)?;
        let cells = working.coarser(CELL_MM, scale);
        own.cell_px = cells.side_px as f32;
        own.spread(&counts, &bare, cells);
        let [hair, skin] = [&own.on_head, &bare].map(|part| own.amount_in(part));
        own.usual = skin;
        let found = hair - skin >= LEAST_HAIR;
        if !found {
            return Err(missing("own hair", "in the area that is said to bear it"));
        }
        let tone = SkinTone::from_linear(own.tone.into());
        own.hair = HairTone::find(photo, &own.on_head, &tone)?;
        Ok(own)
    }

    /// Relief and tone of bare skin; `None` where there is too little of it.
    fn read_bare(&mut self, bare: &Mask, block: usize) -> Option<()> {
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
        self.tone = sum.map(|sum| (sum / count as f64) as f32);
        let blocks = rows.into_iter().flat_map(|(blocks, ..)| blocks);
        let least = (block / STEP) * (block / STEP) / 2;
        let reliefs = blocks.filter(|depths| depths.len() >= least);
        let reliefs: Vec<[f32; 2]> = reliefs.filter_map(relief).collect();
        self.relief = usual(&reliefs)?;
        Some(())
    }

    /// How much hair there is around each place, and how bright bare skin is there.
    fn spread(&mut self, counts: &Mask, bare: &Mask, cells: Coarser) {
        let side = cells.side_px as usize;
        let mut sums = Plane::filled(cells.size, [0.0_f32; 6]);
        let height = self.light.size().height() as usize;
        parallel::for_each_chunk(
            sums.values_mut(),
            cells.size.width() as usize,
            |row, out| {
                for y in (row * side..height.min((row + 1) * side)).map(|y| y as u32) {
                    let taken = self.marks_in_row(y);
                    let (counts, bare) = (counts.coverage().row(y), bare.coverage().row(y));
                    for (x, (taken, light)) in taken.into_iter().zip(self.bright_row(y)).enumerate()
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
        self.amount = mean(AMOUNT_MM, 0, 1, 0.0);
        self.bare = [0, 1, 2].map(|c| mean(BARE_MM, 3 + c, 2, self.tone[c]));
    }

    /// Share of light that hair takes in each pixel of a row.
    fn marks_in_row(&self, y: u32) -> Vec<f32> {
        let (light, bright) = (self.light.row(y), self.bright_row(y));
        let pixels = light.iter().zip(bright);
        pixels
            .map(|(&light, bright)| {
                let depth = depth(bright, light);
                self.share_of_hair(depth) * (1.0 - libm::expf(-depth.clamp(-1.0, 8.0)))
            })
            .collect()
    }

    /// Mean share of light that marks take over a part of the picture.
    fn amount_in(&self, part: &Mask) -> f32 {
        let [left, top, right, bottom] = part.bounds().unwrap_or_default();
        let (mut sum, mut count) = (0.0_f64, 0.0_f64);
        for y in (top..bottom).step_by(STEP) {
            for x in (left..right).step_by(STEP) {
                let held = f64::from(part.coverage().at(i64::from(x), i64::from(y)));
                sum += held * f64::from(self.cell(&self.amount, x, y));
                count += held;
            }
        }
        (sum / count.max(1.0)) as f32
    }

    fn cell(&self, plane: &Plane<f32>, x: u32, y: u32) -> f32 {
        let [x, y] = [x, y].map(|at| (at as f32 + 0.5) / self.cell_px);
        plane.sample(x, y)
    }

    fn bright_row(&self, y: u32) -> Vec<[f32; 3]> {
        let columns = self.light.size().width() as usize;
        let [r, g, b] = [0, 1, 2].map(|c| self.bright[c].along(y as f32 + 0.5, columns));
        (0..columns).map(|x| [r[x], g[x], b[x]]).collect()
    }

    /// Share of a depth below or above the skin around that is hair's, and not the skin's own relief.
    fn share_of_hair(&self, depth: f32) -> f32 {
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

    /// What hair does in each pixel of a row; nothing where none is.
    pub(crate) fn row(&self, y: u32) -> Vec<Option<Taken>> {
        let inside = self.on_head.coverage().row(y);
        if inside.iter().all(|&inside| inside == 0.0) {
            return Vec::new();
        }
        let bright = self.bright_row(y);
        let pixels = self.light.row(y).iter().zip(bright).zip(inside);
        let pixels = (0..).zip(pixels).map(|(x, ((&light, bright), &inside))| {
            (inside > 0.0).then(|| {
                let hair = self.share_of_hair(depth(bright, light));
                let amount = (self.cell(&self.amount, x, y) - self.usual).max(0.0);
                // No more than it is darker than bare skin.
                let bare = [0, 1, 2].map(|c| self.cell(&self.bare[c], x, y));
                let below = depth(bare, bright).max(0.0);
                let shadow = (SHADOW * amount).min(FULL_SHADOW).min(below);
                Taken {
                    light,
                    by_mark: [0, 1, 2].map(|c| hair * (bright[c] - light[c])),
                    by_roots: SHADOW_HUE.map(|hue| hue * shadow),
                }
            })
        });
        pixels.collect()
    }

    /// Where the hair grows, without the wall.
    pub(crate) const fn on_head(&self) -> &Mask {
        &self.on_head
    }

    /// Linear sRGB of bare skin beside it.
    pub(crate) const fn skin(&self) -> [f32; 3] {
        self.tone
    }

    /// Its colour, where enough of it is dark.
    pub(crate) const fn hair_tone(&self) -> Option<&HairTone> {
        self.hair.as_ref()
    }

    /// Share of the hair that `weight` takes in between which skin shows; 1 where it takes none.
    pub(crate) fn skin_shows(&self, weight: &Plane<f32>) -> f32 {
        let (mut shows, mut all) = (0.0_f64, 0.0_f64);
        for y in (0..weight.size().height()).step_by(STEP) {
            if weight.row(y).iter().all(|&weight| weight == 0.0) {
                continue;
            }
            let bright = self.bright_row(y);
            for (x, &weight) in (0..).zip(weight.row(y)).step_by(STEP) {
                if weight > 0.0 {
                    let at = [x, y].map(|at: u32| (at as f32 + 0.5) / self.likeness_px);
                    let bare = [0, 1, 2].map(|c| self.cell(&self.bare[c], x, y));
                    let lit = luminance(bright[x as usize]) >= LIT * luminance(bare);
                    let like = lit && self.likeness.sample(at[0], at[1]) >= LIKE_SKIN;
                    shows += if like { f64::from(weight) } else { 0.0 };
                    all += f64::from(weight);
                }
            }
        }
        if all > 0.0 { (shows / all) as f32 } else { 1.0 }
    }
}

/// Pixels of what lies everywhere that a cell counts as.
const FAR: f32 = 1e-3;

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
