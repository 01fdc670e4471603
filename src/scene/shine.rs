//! Light that came back from the surface: pigment below cannot darken it.

use crate::mask::smoothstep;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::skin::{SkinTone, luminance};

/// Light that every skin reflects from its surface, as a share of white. A matt skin sends back
/// 2 to 4 %; the lower figure, since photographers turn lamps away from the worst of it.
const MATT: f32 = 0.02;

/// Apparent specular share that is mere variation of skin colour, not shine. Picked by eye.
const DEAD_ZONE: f32 = 0.20;

/// Linear light of a channel from which a highlight counts as clipped: code 231 of 255.
const CLIPPING: f32 = 0.80;

/// Share of each pixel's light that never met the pigment, in 255ths.
///
/// # References
/// S. A. Shafer, "Using color to separate reflection components", Color Res. Appl. 10 (1985): the
/// dichromatic model I = α·skin + β·white, solved per pixel by least squares with both shares held
/// above zero. White is the picture's own: the photo is taken to be white-balanced.
pub(super) fn surface(photo: &Photo, skin: &SkinTone) -> Plane<u8> {
    let size = photo.size();
    let width = size.width() as usize;
    let mut shares = Plane::filled(size, 0.0_f32);
    parallel::for_each_chunk(shares.values_mut(), width, |y, out| {
        let mut row = vec![[0.0; 3]; width];
        photo.linear_srgb_row(y as u32, &mut row);
        for (share, light) in out.iter_mut().zip(row) {
            *share = surface_share(light, skin);
        }
    });
    smooth(&shares)
}

fn surface_share(light: [f32; 3], skin: &SkinTone) -> f32 {
    let y = luminance(light);
    if y.is_nan() || y <= 0.0 {
        return 0.0;
    }
    let shine = (specular(light, skin.body()) / y - DEAD_ZONE).max(0.0) / (1.0 - DEAD_ZONE);
    // Grey stubble has the colour of a weak highlight but not its brightness.
    let bright = smoothstep((y / skin.luminance().max(1e-3) - 0.6) / 0.6);
    let top = light.iter().fold(0.0_f32, |a, &b| a.max(b));
    let clipped = smoothstep((top - CLIPPING) / (1.0 - CLIPPING));
    let seen = (shine * bright).max(clipped).clamp(0.0, 1.0);
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
    let alpha = (lb * 3.0 - lw * bw) / determinant;
    let beta = (lw * bb - lb * bw) / determinant;
    if alpha < 0.0 { lw / 3.0 } else { beta.max(0.0) }
}

/// Mean over 3×3 pixels, so that the noise of single pixels does not print through.
fn smooth(shares: &Plane<f32>) -> Plane<u8> {
    let width = shares.size().width() as usize;
    let mut smoothed = Plane::filled(shares.size(), 0_u8);
    parallel::for_each_chunk(smoothed.values_mut(), width, |y, out| {
        for (x, value) in out.iter_mut().enumerate() {
            let mut sum = 0.0;
            for dy in -1..=1 {
                for dx in -1..=1 {
                    sum += shares.at(x as i64 + dx, y as i64 + dy);
                }
            }
            *value = (sum * (255.0 / 9.0) + 0.5) as u8;
        }
    });
    smoothed
}

#[cfg(test)]
mod tests {
    use super::*;
    use palette::LinSrgb;

    fn skin() -> SkinTone {
        SkinTone::from_linear(LinSrgb::new(0.4, 0.25, 0.18))
    }

    #[test]
    fn a_glint_is_all_surface_and_matt_skin_nearly_none() {
        assert!(surface_share([1.0, 0.99, 0.98], &skin()) > 0.97);
        assert!(surface_share([0.4, 0.25, 0.18], &skin()) < 0.1);
        assert!(
            surface_share([0.02, 0.02, 0.02], &skin()) <= 0.5,
            "stubble is no highlight"
        );
    }

    #[test]
    fn more_white_light_means_a_larger_share() {
        // Below a tenth the dead zone holds, and the matt share of brighter skin falls a little.
        let mut last = 0.0;
        for step in 2..20 {
            let glint = 0.03 * step as f32;
            let share = surface_share([0.4 + glint, 0.25 + glint, 0.18 + glint], &skin());
            assert!(share >= last, "{share} after {last}");
            last = share;
        }
        assert!(last > 0.6, "{last}");
    }

    #[test]
    fn black_and_broken_values_have_no_shine() {
        assert_eq!(surface_share([0.0; 3], &skin()), 0.0);
        assert_eq!(surface_share([f32::NAN; 3], &skin()), 0.0);
        assert_eq!(specular([0.1; 3], [0.2; 3]), 0.0);
    }
}
