//! Light that came back from the surface: pigment below cannot darken it.

use crate::mask::smoothstep;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::skin::{SkinMap, luminance};

/// Light that every skin reflects from its surface, as a share of white. A matt skin sends back
/// 2 to 4 %; the lower figure, since photographers turn lamps away from the worst of it.
const MATT: f32 = 0.02;

/// Apparent specular share that is mere variation of skin colour, not shine. Picked by eye.
const DEAD_ZONE: f32 = 0.20;

/// Linear light of a channel from which a highlight counts as clipped: code 231 of 255.
const CLIPPING: f32 = 0.80;

/// Rows of a band; one more on either side is read for the mean.
const BAND: usize = 64;

/// Share of each pixel's light that never met the pigment, in 255ths.
///
/// # References
/// S. A. Shafer, "Using color to separate reflection components", Color Res. Appl. 10 (1985): the
/// dichromatic model I = α·skin + β·white, solved per pixel by least squares with both shares held
/// above zero; skin is that of the least shiny surroundings. White is the picture's own: the photo is
/// taken to be white-balanced.
///
/// # Cost
/// One visit per pixel, with no more memory than the result.
pub(super) fn surface(photo: &Photo, skin: Option<&SkinMap>) -> Plane<u8> {
    let size = photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut smoothed = Plane::filled(size, 0_u8);
    parallel::for_each_chunk(smoothed.values_mut(), width * BAND, |band, out| {
        let top = band * BAND;
        let rows = out.len() / width;
        let shares = |y: usize| shares(photo, skin, y.clamp(1, height) - 1);
        // Counted from one row above the picture.
        let mut near = [shares(top), shares(top + 1), shares(top + 2)];
        for (y, out) in (top + 1..).zip(out.chunks_exact_mut(width)) {
            mean3(&near, out);
            if y < top + rows {
                near.rotate_left(1);
                near[2] = shares(y + 2);
            }
        }
    });
    smoothed
}

/// The shares of one row.
fn shares(photo: &Photo, skin: Option<&SkinMap>, y: usize) -> Vec<f32> {
    let mut row = vec![[0.0; 3]; photo.size().width() as usize];
    photo.linear_srgb_row(y as u32, &mut row);
    let Some(skin) = skin else {
        return row
            .iter()
            .map(|&light| surface_share(light, None))
            .collect();
    };
    let around = Around::row(skin, y);
    let place = |(x, light): (usize, &[f32; 3])| surface_share(*light, Some(around.at(x)));
    row.iter().enumerate().map(place).collect()
}

/// Means over 3×3 pixels, so that the noise of single pixels does not print through.
fn mean3(rows: &[Vec<f32>; 3], out: &mut [u8]) {
    let last = out.len() - 1;
    let column = |x: usize| rows[0][x] + rows[1][x] + rows[2][x];
    for (x, value) in out.iter_mut().enumerate() {
        let sum = column(x.saturating_sub(1)) + column(x) + column((x + 1).min(last));
        *value = (sum * (255.0 / 9.0) + 0.5) as u8;
    }
}

/// The skin along a row of pixels, between the cells of the map.
struct Around {
    cells: Vec<Local>,
    per_px: f32,
}

/// Skin around a place: the colour of its body, and its luminance.
#[derive(Clone, Copy)]
struct Local {
    body: [f32; 3],
    luminance: f32,
}

impl Local {
    fn mix(self, other: Self, t: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * t;
        Self {
            body: [0, 1, 2].map(|c| mix(self.body[c], other.body[c])),
            luminance: mix(self.luminance, other.luminance),
        }
    }
}

impl Around {
    fn row(skin: &SkinMap, y: usize) -> Self {
        let per_px = 1.0 / skin.cell_px() as f32;
        let at = (y as f32 + 0.5) * per_px - 0.5;
        let (row, t) = (at.floor() as i64, at - at.floor());
        let cell = |x: i64, y: i64| Local {
            body: skin.body().at(x, y),
            luminance: luminance(skin.color().at(x, y)),
        };
        let columns = i64::from(skin.size().width());
        Self {
            cells: (0..columns)
                .map(|x| cell(x, row).mix(cell(x, row + 1), t))
                .collect(),
            per_px,
        }
    }

    #[inline]
    fn at(&self, x: usize) -> Local {
        let last = self.cells.len() - 1;
        let at = ((x as f32 + 0.5) * self.per_px - 0.5).clamp(0.0, last as f32);
        let i = at as usize;
        self.cells[i].mix(self.cells[(i + 1).min(last)], at - i as f32)
    }
}

#[inline]
fn surface_share(light: [f32; 3], skin: Option<Local>) -> f32 {
    let y = luminance(light);
    if y.is_nan() || y <= 0.0 {
        return 0.0;
    }
    let shine = skin.map_or(0.0, |skin| {
        let shine = (specular(light, skin.body) / y - DEAD_ZONE).max(0.0) / (1.0 - DEAD_ZONE);
        // Grey stubble has the colour of a weak highlight but not its brightness.
        shine * smoothstep((y / skin.luminance.max(1e-3) - 0.6) / 0.6)
    });
    let top = light.iter().fold(0.0_f32, |a, &b| a.max(b));
    let clipped = smoothstep((top - CLIPPING) / (1.0 - CLIPPING));
    let seen = shine.max(clipped).clamp(0.0, 1.0);
    let matt = (MATT / (y + MATT)).min(0.5);
    1.0 - (1.0 - seen) * (1.0 - matt)
}

/// β of the least-squares split I = α·body + β·(1, 1, 1) with α, β ≥ 0.
fn specular(light: [f32; 3], body: [f32; 3]) -> f32 {
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let white = [1.0; 3];
    let (bb, bw, lb, lw) = (
        dot(body, body),
        dot(body, white),
        dot(light, body),
        dot(light, white),
    );
    let determinant = bb * 3.0 - bw * bw;
    if determinant <= 1e-9 {
        return 0.0;
    }
    // Of α the sign alone counts.
    if lb * 3.0 < lw * bw {
        return lw / 3.0;
    }
    ((lw * bb - lb * bw) / determinant).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    fn skin() -> Option<Local> {
        let body = [0.4, 0.25, 0.18];
        let luminance = luminance(body);
        Some(Local { body, luminance })
    }

    #[test]
    fn a_glint_is_all_surface_and_matt_skin_nearly_none() {
        assert!(surface_share([1.0, 0.99, 0.98], skin()) > 0.97);
        assert!(surface_share([0.4, 0.25, 0.18], skin()) < 0.1);
        assert!(
            surface_share([0.02, 0.02, 0.02], skin()) <= 0.5,
            "stubble is no highlight"
        );
    }

    #[test]
    fn more_white_light_means_a_larger_share() {
        // Below a tenth the dead zone holds, and the matt share of brighter skin falls a little.
        let mut last = 0.0;
        for step in 2..20 {
            let glint = 0.03 * step as f32;
            let share = surface_share([0.4 + glint, 0.25 + glint, 0.18 + glint], skin());
            assert!(share >= last, "{share} after {last}");
            last = share;
        }
        assert!(last > 0.6, "{last}");
    }

    #[test]
    fn black_and_broken_values_have_no_shine() {
        assert_eq!(surface_share([0.0; 3], skin()), 0.0);
        assert_eq!(surface_share([f32::NAN; 3], skin()), 0.0);
        assert_eq!(specular([0.1; 3], [0.2; 3]), 0.0);
    }

    #[test]
    fn bands_join_without_a_seam() {
        let size = Size::new(5, 150).unwrap();
        let codes =
            (0..size.pixels()).flat_map(|i| [200, 150, if i / 5 % 9 < 2 { 200 } else { 120 }]);
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let map = SkinMap::read(&photo);
        let surface = surface(&photo, map.as_ref());
        let share = |y: i64| {
            let rows =
                (y - 1..=y + 1).map(|y| shares(&photo, map.as_ref(), y.clamp(0, 149) as usize)[2]);
            (rows.sum::<f32>() * (255.0 / 3.0) + 0.5) as u8
        };
        for y in [0, 1, 63, 64, 65, 127, 128, 149] {
            assert!(surface.at(2, y).abs_diff(share(y)) <= 1, "row {y}");
        }
    }
}
