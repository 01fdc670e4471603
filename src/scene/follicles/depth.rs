//! How much darker each place is than bright skin, on a copy of the photo as fine as follicles ask for.

use super::PLAIN;
use crate::filter::Gaussian;
use crate::logarithm::logarithms;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::PIXEL;
use crate::scene::levels::Levels;
use crate::units::{Scale, Size};

/// Cells per mm that no follicle asks for more than twice of.
const FINEST: f32 = 14.0;

/// How far red, green and blue count: where skin is dark, red alone is well above the noise, and files
/// keep blue worst.
const WEIGHTS: [f32; 3] = [0.6, 0.3, 0.1];

/// Light below which nothing is told apart.
const DARK: f32 = 1e-3;

/// Standard deviation of the inner Gaussian of the difference: about the radius of a root.
const INNER_MM: f32 = 0.10;
/// The least that pixels can carry.
const INNER_CELLS: f32 = 0.75;
/// The least beside the width of the point spread, which widens what it blurs: where it rules, narrower Gaussians read noise.
const INNER_BLURS: f32 = 1.0;
/// Outer over inner: near the Laplacian of a Gaussian.
pub(super) const OUTER: f32 = 1.6;

/// Share of the response of a mark that is just plain to see that is asked for: shape, noise and JPEG take some from half of them.
/// Found as the constants of `chance` are.
const LEAST: f32 = 0.85;

/// Standard deviation of the mark of a follicle without the camera's blur.
const MARK_MM: f32 = 0.08;

/// Side of the windows in which noise and brightness are taken, twice of this.
const WINDOW_MM: f32 = 2.0;
const LEAST_WINDOW: usize = 8;

/// Share of the skin that counts as shine, by brightness: gaps between glints are no follicles.
const SHINE: f32 = 0.20;

/// The two quantiles whose distance tells the noise: below the middle, where no follicle is. Nearer the middle JPEG leaves too
/// little of it, for it rounds what is faint to nothing.
const NOISE: [f32; 2] = [0.50, 0.15];
/// That distance of a normal distribution, in standard deviations.
const NOISE_SPAN: f32 = 1.036;

/// A part of the photo in cells.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// Side of a cell in pixels of the photo.
    pub(super) side: u32,
    /// First pixel of the part.
    pub(super) origin: [u32; 2],
    pub(super) cells_per_mm: f32,
    /// Standard deviation of the inner Gaussian, in cells.
    pub(super) inner: f32,
    /// The least response: most of what is left of a mark that is just plain to see.
    pub(super) least: f32,
    /// Difference of Gaussians of the absorbance: what is dark and as small as a follicle.
    pub(super) response: Plane<f32>,
    /// Noise of the response, standard deviation.
    pub(super) noise: Levels,
    /// Absorbance of bright skin.
    pub(super) bright: Levels,
}

impl Sheet {
    /// The part around whatever the area covers, seen through a lens that blurs by `blur_px`; `None` where that is nothing.
    pub(super) fn read(photo: &Photo, area: &Mask, scale: Scale, blur_px: f32) -> Option<Self> {
        let side = ((scale.get() / FINEST) as u32).max(1);
        let cells_per_mm = scale.get() / side as f32;
        let window = ((WINDOW_MM * cells_per_mm) as usize).max(LEAST_WINDOW);
        let [left, top, right, bottom] = area.bounds()?;
        let margin = window as u32 * side;
        let origin = [left.saturating_sub(margin), top.saturating_sub(margin)];
        let end = [
            (right + margin).min(photo.size().width()),
            (bottom + margin).min(photo.size().height()),
        ];
        let cells = [0, 1].map(|i| ((end[i] - origin[i]) / side).max(1));
        let size = Size::within(cells[0], cells[1]);
        let depth = absorbance(photo, origin, side, size);
        let blur = blur_px / side as f32;
        let least = INNER_CELLS.max(INNER_BLURS * blur);
        let inner = (INNER_MM * cells_per_mm).max(least);
        let mark = MARK_MM * cells_per_mm;
        let variance = mark * mark + blur * blur + PIXEL;
        let [middle, low] = Levels::of_each(&difference(&depth, inner), window, NOISE);
        let noise = middle.zip(&low, |middle, low| ((middle - low) / NOISE_SPAN).max(1e-4));
        let bright = Levels::of(&depth, window, SHINE);
        let mut held = depth;
        parallel::for_each_chunk(held.values_mut(), cells[0] as usize, |y, row| {
            let bright = bright.along(y as f32 + 0.5, row.len());
            for (value, bright) in row.iter_mut().zip(bright) {
                *value = value.max(bright);
            }
        });
        Some(Self {
            side,
            origin,
            cells_per_mm,
            inner,
            least: LEAST * PLAIN * remains(variance, inner),
            response: difference(&held, inner),
            noise,
            bright,
        })
    }

    /// Position in the photo of a place in cells.
    pub(super) fn to_px(&self, at: glam::Vec2) -> glam::Vec2 {
        let [x, y] = self.origin.map(|o| o as f32);
        at * self.side as f32 + glam::Vec2::new(x, y)
    }
}

/// Negative logarithm of the mean light in each cell.
fn absorbance(photo: &Photo, origin: [u32; 2], side: u32, size: Size) -> Plane<f32> {
    let mut depth = Plane::filled(size, 0.0_f32);
    parallel::for_each_chunk(depth.values_mut(), size.width() as usize, |y, out| {
        let cells = light(photo, origin, side, y as u32, out.len());
        for (value, cell) in out.iter_mut().zip(cells) {
            *value = weighed(cell).max(DARK);
        }
        logarithms(out);
        for value in out {
            *value = -*value;
        }
    });
    depth
}

/// Light of a cell as it counts here.
fn weighed(cell: [f32; 3]) -> f32 {
    (0..3).map(|c| WEIGHTS[c] * cell[c]).sum()
}

/// Mean light in the cells of one row.
fn light(photo: &Photo, origin: [u32; 2], side: u32, y: u32, columns: usize) -> Vec<[f32; 3]> {
    let width = (photo.size().width() - origin[0]).min(columns as u32 * side);
    let mut row = vec![[0.0_f32; 3]; width as usize];
    let read = |dy: u32, row: &mut [[f32; 3]]| {
        let y = (origin[1] + y * side + dy).min(photo.size().height() - 1);
        photo.linear_srgb_part(origin[0], y, row);
    };
    if side == 1 {
        read(0, &mut row);
        return row;
    }
    let mut cells = vec![[0.0_f32; 3]; columns];
    for dy in 0..side {
        read(dy, &mut row);
        for (cell, run) in cells.iter_mut().zip(row.chunks(side as usize)) {
            let share = 1.0 / (run.len() as u32 * side) as f32;
            for light in run {
                for (sum, value) in cell.iter_mut().zip(light) {
                    *sum += share * value;
                }
            }
        }
    }
    cells
}

/// What a difference of Gaussians leaves in the middle of a Gaussian mark of some variance and a height of 1.
fn remains(variance: f32, inner: f32) -> f32 {
    let of = |sigma: f32| variance / (variance + sigma * sigma);
    of(inner) - of(OUTER * inner)
}

fn difference(depth: &Plane<f32>, inner: f32) -> Plane<f32> {
    let [near, wide] = [inner, OUTER * inner].map(|sigma| Gaussian::new(sigma, 1));
    let mut difference = Plane::filled(depth.size(), 0.0_f32);
    let columns = depth.size().width() as usize;
    parallel::for_each_chunk(difference.values_mut(), columns, |y, row| {
        let mut wider = vec![0.0; columns];
        near.row(depth.values(), y, row);
        wide.row(depth.values(), y, &mut wider);
        for (value, wide) in row.iter_mut().zip(wider) {
            *value -= wide;
        }
    });
    difference
}
