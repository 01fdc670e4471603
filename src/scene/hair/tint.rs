//! Hair that is hardly darker than skin, told from it by its colour.

use super::{BAND, MOST_SAMPLES, ramp};
use crate::filter::Gaussian;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::levels::quantile;

/// Share of the pixels among strands that are darker than most of the darkest hair, and the losses of light of that between which colour
/// tells more and more: dark hair is told by its darkness alone, and on dark skin its gleam has a colour of its own.
const DARKEST: f32 = 0.01;
const FAIR: [f32; 2] = [0.52, 0.46];

/// The loss at which darkness tells as much as colour that explains all of a cover, and how fast it tells more. Found with what
/// follows on 96 synthetic patches beside the tests' own.
const AS_MUCH: f32 = 0.55;
const FASTER: i32 = 4;

/// How often the cover that colour explains is learnt anew from what was told by it.
const TURNS: usize = 3;

/// Least share of the cover's spread that colour is taken to explain, so that noise is not made much of, and how far beyond bare and
/// covered it may tell.
const LEAST: f64 = 0.3;
const BEYOND: f32 = 0.2;

/// Smoothing of the colours, in pixels, beside that of the light.
const SMOOTH_PX: f32 = 0.7;

/// The sum of red, green and blue below which there is no colour.
const DARK: f32 = 1e-4;

/// Shares of red and of blue in all light.
type Hue = [f32; 2];

/// What colour tells of the cover.
#[derive(Clone, Copy)]
struct Tint {
    usual: Hue,
    usual_cover: f32,
    per_hue: [f32; 2],
    /// How much it counts beside what darkness told.
    weight: f32,
}

impl Tint {
    #[inline]
    fn beside(&self, told: f32, hue: Hue, share: f32) -> f32 {
        let off = [0, 1].map(|i| self.per_hue[i] * (hue[i] - self.usual[i]));
        let cover = (self.usual_cover + off[0] + off[1]).clamp(-BEYOND, 1.0 + BEYOND);
        told + share * self.weight * (cover - told)
    }

    /// By least squares from hues and the cover told so far; `None` where they have nothing to do with each other.
    fn of(hues: &[Hue], covers: &[f32], darkest: f32) -> Option<Self> {
        let n = hues.len().max(1) as f64;
        let mean =
            |of: &dyn Fn(usize) -> f32| (0..hues.len()).map(|i| f64::from(of(i))).sum::<f64>() / n;
        let usual = [0, 1].map(|c| mean(&|i| hues[i][c]));
        let usual_cover = mean(&|i| covers[i]);
        let [mut rr, mut rb, mut bb, mut rc, mut bc, mut cc] = [0.0_f64; 6];
        for (hue, &cover) in hues.iter().zip(covers) {
            let [r, b] = [0, 1].map(|c| f64::from(hue[c]) - usual[c]);
            let c = f64::from(cover) - usual_cover;
            rr += r * r;
            rb += r * b;
            bb += b * b;
            rc += r * c;
            bc += b * c;
            cc += c * c;
        }
        let determinant = rr * bb - rb * rb;
        let [r, b] = [
            (rc * bb - bc * rb) / determinant,
            (bc * rr - rc * rb) / determinant,
        ];
        let explained = (r * rc + b * bc) / cc;
        // Colour explains a part of the cover's spread; what it would be if colour told all of it goes as far as the cover itself.
        let per_hue = [r, b].map(|per_hue| (per_hue / explained.max(LEAST)) as f32);
        let darkness = f64::from(darkest / AS_MUCH).powi(FASTER);
        let weight = (explained / (explained + darkness)) as f32;
        (weight > 0.0 && per_hue.iter().all(|per_hue| per_hue.is_finite())).then(|| Self {
            usual: usual.map(|usual| usual as f32),
            usual_cover: usual_cover as f32,
            per_hue,
            weight,
        })
    }
}

/// Mends the cover of an area by colour, where what strands there are is hardly darker than skin; `sigma` is the smoothing of the light.
///
/// Of a row of pixels `losses` tells those of light, not a number outside the area, and `strands` how clearly they run there, 0..=1, and
/// the picture shows them: elsewhere spots have colours of their own.
pub(super) fn mend(
    cover: &mut Plane<f32>,
    photo: &Photo,
    area: &Mask,
    sigma: f32,
    losses: impl Fn(usize) -> Vec<f32> + Sync + Send,
    strands: impl Fn(usize) -> Vec<f32> + Sync + Send,
) {
    let size = photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let gaussian = Gaussian::new((sigma * sigma + SMOOTH_PX * SMOOTH_PX).sqrt(), 3);
    let step = (size.pixels() as f64 / MOST_SAMPLES).sqrt().ceil() as usize;
    let of_row = |i: usize| {
        let y = i * step;
        let (losses, strands, cover) = (losses(y), strands(y), cover.row(y as u32));
        let hues = hues(photo, &gaussian, y..y + 1);
        let seen = (0..width).step_by(step).filter(|&x| {
            let is_finite = losses[x].is_finite() && hues[x].iter().all(|s| s.is_finite());
            is_finite && strands[x] > 0.5
        });
        seen.map(|x| (hues[x], cover[x], losses[x]))
            .collect::<Vec<_>>()
    };
    let seen = parallel::map(height.div_ceil(step), of_row).concat();
    let mut losses: Vec<f32> = seen.iter().map(|of| of.2).collect();
    let Some(darkest) = quantile(&mut losses, 1.0 - DARKEST) else {
        return;
    };
    let fair = ramp(FAIR, darkest);
    if fair <= 0.0 {
        return;
    }
    let hues_seen: Vec<Hue> = seen.iter().map(|of| of.0).collect();
    let mut covers: Vec<f32> = seen.iter().map(|of| of.1).collect();
    let mut tint = Tint::of(&hues_seen, &covers, darkest);
    for _ in 1..TURNS {
        let Some(last) = tint else {
            return;
        };
        for (cover, of) in covers.iter_mut().zip(&seen) {
            *cover = last.beside(of.1, of.0, fair);
        }
        tint = Tint::of(&hues_seen, &covers, darkest);
    }
    let Some(tint) = tint else {
        return;
    };
    parallel::for_each_chunk(cover.values_mut(), width * BAND, |band, covers| {
        let rows = band * BAND..band * BAND + covers.len() / width;
        let hues = hues(photo, &gaussian, rows.clone());
        let of_row = covers.chunks_exact_mut(width).zip(hues.chunks_exact(width));
        for (y, (covers, hues)) in rows.zip(of_row) {
            let (strands, inside) = (strands(y), area.coverage().row(y as u32));
            for (x, (cover, &hue)) in covers.iter_mut().zip(hues).enumerate() {
                let mended = tint.beside(*cover, hue, fair * strands[x]);
                if inside[x] > 0.5 && mended.is_finite() {
                    *cover = mended.clamp(0.0, inside[x]);
                }
            }
        }
    });
}

/// Hues of some rows of a photo, its light smoothed.
fn hues(photo: &Photo, gaussian: &Gaussian, rows: std::ops::Range<usize>) -> Vec<Hue> {
    let size = photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let from = rows.start.saturating_sub(gaussian.reach());
    let to = (rows.end + gaussian.reach()).min(height);
    let mut light = vec![[0.0_f32; 3]; (to - from) * width];
    for (y, row) in (from..).zip(light.chunks_exact_mut(width)) {
        photo.linear_srgb_row(y as u32, row);
    }
    let mut smooth = vec![[0.0_f32; 3]; width];
    let mut hues = Vec::with_capacity(rows.len() * width);
    for y in rows {
        gaussian.row(light.as_flattened(), y - from, smooth.as_flattened_mut());
        hues.extend(smooth.iter().map(|[r, g, b]| {
            let all = (r + g + b).max(DARK);
            [r / all, b / all]
        }));
    }
    hues
}
