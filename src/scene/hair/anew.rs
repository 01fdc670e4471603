//! Hair told anew by all that goes with what darkness told: its lines, its colour, and what of the light comes out of the skin.

use super::{BAND, MOST_SAMPLES};
use crate::filter::Gaussian;
use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::levels::quantile;

/// Share of the pixels among strands that are darker than most of the darkest hair.
const DARKEST: f32 = 0.01;

/// The loss of light of that at which darkness tells as much as colour that explains all of a cover; it tells more by its fourth
/// power: fair hair is hardly darker than its own shade. Found with what follows on 112 synthetic patches beside the tests' own.
const AS_MUCH: f32 = 0.5;

/// Least share of the cover's spread that colour is taken to explain, so that noise is not made much of, and how far beyond bare and
/// covered it may tell.
const LEAST: f32 = 0.3;
const BEYOND: f32 = 0.2;

/// How often the cover that colour explains is learnt, the second time from what was told by it.
const TURNS: usize = 2;

/// By how much each sign's own spread counts more than it is, so that signs which hardly differ share what they tell.
const SHRUNK: f64 = 0.05;

/// The fewest pixels from which signs are learnt.
const LEAST_SAMPLES: usize = 200;

/// Smoothing of the colours, in pixels, beside that of the light.
const SMOOTH_PX: f32 = 0.7;

/// The sum of red, green and blue below which there is no colour.
const DARK: f32 = 1e-4;

/// What goes with hair: shares of red and of blue in all light, which shade leaves alone; red beyond blue, which a white gleam leaves alone,
/// on hair and on skin; curvature across the way of the strands.
type Signs = [f32; 4];

fn signs([r, g, b]: [f32; 3], line: f32) -> Signs {
    let all = (r + g + b).max(DARK);
    [r / all, b / all, r - b, line]
}

/// Cover as the sum of what each sign tells.
struct Fit<const N: usize> {
    usual: [f32; N],
    usual_cover: f32,
    per_sign: [f32; N],
    /// Share of the cover's spread.
    explained: f32,
}

impl<const N: usize> Fit<N> {
    /// By least squares from signs and the cover told so far; `None` where they have nothing to do with each other.
    fn of(signs: impl Fn(usize) -> [f32; N], covers: &[f32]) -> Option<Self> {
        let per = 1.0 / covers.len() as f64;
        let (mut usual, mut usual_cover) = ([0.0_f64; N], 0.0);
        for (i, &cover) in covers.iter().enumerate() {
            for (sum, sign) in usual.iter_mut().zip(signs(i)) {
                *sum += per * f64::from(sign);
            }
            usual_cover += per * f64::from(cover);
        }
        let (mut with_signs, mut with_cover, mut of_cover) = ([[0.0_f64; N]; N], [0.0_f64; N], 0.0);
        for (i, &cover) in covers.iter().enumerate() {
            let (own, cover) = (signs(i), f64::from(cover) - usual_cover);
            let off: [f64; N] = std::array::from_fn(|j| f64::from(own[j]) - usual[j]);
            for ((row, sum), own) in with_signs.iter_mut().zip(&mut with_cover).zip(off) {
                for (sum, other) in row.iter_mut().zip(off) {
                    *sum += own * other;
                }
                *sum += own * cover;
            }
            of_cover += cover * cover;
        }
        for (j, row) in with_signs.iter_mut().enumerate() {
            row[j] *= 1.0 + SHRUNK;
        }
        let per_sign = solved(with_signs, with_cover);
        let told = per_sign
            .iter()
            .zip(&with_cover)
            .map(|(per, with)| per * with);
        let explained = told.sum::<f64>() / of_cover;
        let is_told = explained > 0.0 && per_sign.iter().all(|per_sign| per_sign.is_finite());
        is_told.then(|| Self {
            usual: usual.map(|usual| usual as f32),
            usual_cover: usual_cover as f32,
            per_sign: per_sign.map(|per_sign| per_sign as f32),
            explained: explained as f32,
        })
    }

    /// By how much more of a pixel is covered than usual.
    #[inline]
    fn beyond_usual(&self, signs: [f32; N]) -> f32 {
        let told = |j: usize| self.per_sign[j] * (signs[j] - self.usual[j]);
        (0..N).map(told).sum()
    }
}

/// The solution of a system of equations whose matrix is symmetric and positive; not finite where it is not positive.
fn solved<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for j in 0..N {
        let (row, own) = (matrix[j], right[j]);
        let below = matrix.iter_mut().zip(&mut right).skip(j + 1);
        for (of_row, of_right) in below {
            let share = of_row[j] / row[j];
            for (value, above) in of_row.iter_mut().zip(row) {
                *value -= share * above;
            }
            *of_right -= share * own;
        }
    }
    for j in (0..N).rev() {
        let known: f64 = (j + 1..N).map(|i| matrix[j][i] * right[i]).sum();
        right[j] = (right[j] - known) / matrix[j][j];
    }
    right
}

/// What of a row of pixels is known: how clearly strands run there, 0..=1, and the picture shows them, and the curvature across their way.
pub(super) struct Row {
    pub(super) strands: Vec<f32>,
    pub(super) lines: Vec<f32>,
}

/// Tells the cover of an area anew among its strands, elsewhere spots have colours of their own; `sigma` is the smoothing of the light.
///
/// The cover told so far teaches what goes with hair in this picture. What it took for hair though it is shade, or for skin though it is
/// gleam, has not those signs and is told otherwise then.
///
/// Of a row of pixels `losses` tells those of light, not a number outside the area.
pub(super) fn tell(
    cover: &mut Plane<f32>,
    photo: &Photo,
    area: &Mask,
    sigma: f32,
    losses: impl Fn(usize) -> Vec<f32> + Sync + Send,
    row: impl Fn(usize) -> Row + Sync + Send,
) {
    let size = photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let gaussian = Gaussian::new((sigma * sigma + SMOOTH_PX * SMOOTH_PX).sqrt(), 3);
    let step = (size.pixels() as f64 / MOST_SAMPLES).sqrt().ceil() as usize;
    let of_row = |i: usize| {
        let y = i * step;
        let (losses, row, covers) = (losses(y), row(y), cover.row(y as u32));
        let mut seen = Vec::new();
        smoothed(photo, &gaussian, y..y + 1, |_, colors| {
            for x in (0..width).step_by(step) {
                let signs = signs(colors[x], row.lines[x]);
                let is_finite = losses[x].is_finite() && signs.iter().all(|s| s.is_finite());
                if is_finite && row.strands[x] > 0.5 {
                    seen.push((signs, covers[x], losses[x]));
                }
            }
        });
        seen
    };
    let seen = parallel::map(height.div_ceil(step), of_row).concat();
    if seen.len() < LEAST_SAMPLES {
        return;
    }
    let Some(fit) = learnt(&seen) else {
        return;
    };
    parallel::for_each_chunk(cover.values_mut(), width * BAND, |band, covers| {
        let rows = band * BAND..band * BAND + covers.len() / width;
        let known: Vec<Row> = rows.clone().map(&row).collect();
        let runs = |known: &Row| known.strands.iter().any(|&share| share > 0.0);
        let Some(first) = known.iter().position(runs) else {
            return;
        };
        let last = known.iter().rposition(runs).unwrap_or(first);
        let from = rows.start;
        let among = from + first..from + last + 1;
        smoothed(photo, &gaussian, among, |y, colors| {
            let (known, inside) = (&known[y - from], area.coverage().row(y as u32));
            let covers = &mut covers[(y - from) * width..][..width];
            for (x, cover) in covers.iter_mut().enumerate() {
                let told = fit.usual_cover + fit.beyond_usual(signs(colors[x], known.lines[x]));
                let mended = *cover + known.strands[x] * (told.clamp(0.0, 1.0) - *cover);
                if inside[x] > 0.5 && mended.is_finite() {
                    *cover = mended.min(inside[x]);
                }
            }
        });
    });
}

/// What goes with hair, from pixels' signs, their cover told so far, and their loss of light.
fn learnt(seen: &[(Signs, f32, f32)]) -> Option<Fit<4>> {
    let mut losses: Vec<f32> = seen.iter().map(|of| of.2).collect();
    let darkness = quantile(&mut losses, 1.0 - DARKEST)? / AS_MUCH;
    let squared = darkness * darkness;
    // Colour alone, the more the fairer hair is: its light is that of skin, and its shade darker.
    let mut covers: Vec<f32> = seen.iter().map(|of| of.1).collect();
    let hue = |i: usize| [seen[i].0[0], seen[i].0[1]];
    for _ in 0..TURNS {
        let by_hue = Fit::of(hue, &covers)?;
        let weight = by_hue.explained / (by_hue.explained + squared * squared);
        for (i, (cover, of)) in covers.iter_mut().zip(seen).enumerate() {
            // It explains a part of the cover's spread; what it would be if colour told all of it goes as far as the cover itself.
            let off = by_hue.beyond_usual(hue(i)) / by_hue.explained.max(LEAST);
            let told = (by_hue.usual_cover + off).clamp(-BEYOND, 1.0 + BEYOND);
            *cover = (of.1 + weight * (told - of.1)).clamp(0.0, 1.0);
        }
    }
    Fit::of(|i| seen[i].0, &covers)
}

/// Smoothed light of some rows of a photo, row by row.
fn smoothed(
    photo: &Photo,
    gaussian: &Gaussian,
    rows: std::ops::Range<usize>,
    mut of_row: impl FnMut(usize, &[[f32; 3]]),
) {
    let size = photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let from = rows.start.saturating_sub(gaussian.reach());
    let to = (rows.end + gaussian.reach()).min(height);
    let mut light = vec![[0.0_f32; 3]; (to - from) * width];
    for (y, row) in (from..).zip(light.chunks_exact_mut(width)) {
        photo.linear_srgb_row(y as u32, row);
    }
    let mut smooth = vec![[0.0_f32; 3]; width];
    for y in rows {
        gaussian.row(light.as_flattened(), y - from, smooth.as_flattened_mut());
        of_row(y, &smooth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved() {
        let found = solved(
            [[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]],
            [7.5, 4.0, 4.5],
        );
        for (found, wanted) in found.into_iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-12, "{found} for {wanted}");
        }
    }

    #[test]
    fn what_goes_with_hair_is_learnt_and_what_does_not_is_left() {
        // Hair of another colour, half of it in a shade that the first telling takes for more hair.
        let seen = |i: usize| {
            let (hair, shade) = ((i % 2) as f32, ((i / 2) % 2) as f32);
            let other = ((i / 4) % 2) as f32;
            let told = 0.1 + 0.5 * hair + 0.3 * shade;
            ([0.5 - 0.1 * hair, 0.2 + 0.05 * other, 0.1, 0.0], told, 0.6)
        };
        let seen: Vec<_> = (0..400).map(seen).collect();
        // A sign that is always the same tells nothing, and nothing is learnt with it.
        assert!(learnt(&seen).is_none());
        let fit = Fit::of(
            |i| [seen[i].0[0], seen[i].0[1]],
            &seen.iter().map(|of| of.1).collect::<Vec<_>>(),
        );
        let fit = fit.unwrap();
        let hair = fit.beyond_usual([0.4, 0.225]) - fit.beyond_usual([0.5, 0.225]);
        assert!((hair - 0.5 / 1.05).abs() < 1e-3, "{hair}");
        assert!(fit.per_sign[1].abs() < 1e-3);
    }
}
