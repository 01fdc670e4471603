//! Pictures to look at: the ink alone, and before beside after.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use stubblefield::{Photo, Plan, Plane};

use crate::Failure;
use crate::closeup::closeups;
use crate::picture::{code, encoded, png};

/// Widest panel of the sheet; larger photos are scaled down into it.
const PANEL: u32 = 900;
pub(crate) const GAP: u32 = 12;
pub(crate) const PAPER: Rgb<u8> = Rgb([246, 246, 244]);

/// The ink over transparency: laid over white it shows what light it lets through.
pub(crate) fn dots(transmittance: &[Plane<f32>; 3], plan: &Plan) -> Result<Vec<u8>, Failure> {
    let size = transmittance[0].size();
    let picture = RgbaImage::from_fn(size.width(), size.height(), |x, y| {
        let through = [0, 1, 2].map(|c| transmittance[c].at(i64::from(x), i64::from(y)));
        if through == [1.0; 3] {
            return Rgba([0; 4]);
        }
        // Viewers lay pictures over one another by their codes, so the codes have to come out right.
        let through = through.map(|t| f32::from(code(t)) / 255.0);
        let least = through.iter().fold(1.0_f32, |a, &b| a.min(b));
        let alpha = 1.0 - least;
        if alpha <= 0.0 {
            return Rgba([0; 4]);
        }
        let [r, g, b] = through.map(|t| ((t - least) / alpha * 255.0 + 0.5) as u8);
        Rgba([r, g, b, (alpha * 255.0 + 0.5) as u8])
    });
    png(&picture.into(), Some(plan.fingerprint()))
}

/// Before beside after, and under each the same close-ups at one pixel per pixel.
pub(crate) fn compare(before: &Photo, after: &Photo, plan: &Plan) -> Result<Vec<u8>, Failure> {
    let size = before.size();
    let panel_width = size.width().min(PANEL);
    let scaled = u64::from(size.height()) * u64::from(panel_width) / u64::from(size.width());
    let panel_height = (scaled as u32).max(1);
    let spots = closeups(plan, panel_width, GAP);
    let spot_height = spots.iter().map(|spot| spot.height).max().unwrap_or(0);
    let mut sheet = RgbImage::from_pixel(
        2 * panel_width + 3 * GAP,
        panel_height + spot_height + 3 * GAP,
        PAPER,
    );
    for (photo, left) in [(before, GAP), (after, panel_width + 2 * GAP)] {
        let full = encoded(photo);
        let panel = if panel_width == size.width() {
            full.clone()
        } else {
            imageops::resize(&full, panel_width, panel_height, FilterType::CatmullRom)
        };
        imageops::replace(&mut sheet, &panel, i64::from(left), i64::from(GAP));
        let mut x = left;
        for spot in &spots {
            let crop = imageops::crop_imm(&full, spot.x, spot.y, spot.width, spot.height);
            let y = panel_height + 2 * GAP;
            imageops::replace(&mut sheet, &crop.to_image(), i64::from(x), i64::from(y));
            x += spot.width + GAP;
        }
    }
    png(&sheet.into(), Some(plan.fingerprint()))
}
