//! Panels side by side, and one after the other.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use stubblefield::{Photo, Plan};

use crate::Failure;
use crate::closeup::closeups;
use crate::letters;
use crate::picture::{encoded, name, png};

const PAPER: Rgb<u8> = Rgb([246, 246, 244]);
const INK: Rgb<u8> = Rgb([40, 40, 40]);
const GAP: u32 = 10;
/// Height of the line of words.
const WORDS: u32 = 22;
/// Widths of a panel of the strip and of the animation.
const NARROW: u32 = 230;
const WIDE: u32 = 400;
/// Tenths of a second that a frame stays.
const TENTHS: u16 = 14;

/// All panels in one row.
pub(crate) fn still(panels: &[(&str, &Photo)], plan: &Plan) -> Result<Vec<u8>, Failure> {
    let panels: Vec<RgbImage> = panels
        .iter()
        .map(|(label, photo)| panel(label, photo, plan, NARROW))
        .collect();
    let width: u32 = panels.iter().map(|panel| panel.width() + GAP).sum();
    let height = panels.first().map_or(0, RgbImage::height);
    let mut strip = RgbImage::from_pixel(width + GAP, height + 2 * GAP, PAPER);
    let mut x = GAP;
    for panel in &panels {
        imageops::replace(&mut strip, panel, i64::from(x), i64::from(GAP));
        x += panel.width() + GAP;
    }
    png(&strip.into(), Some(plan.fingerprint()))
}

/// All panels in turn; where animations are not known, the healed treatment alone.
pub(crate) fn animated(panels: &[(&str, &Photo)], plan: &Plan) -> Result<Vec<u8>, Failure> {
    let frames: Vec<RgbImage> = panels
        .iter()
        .map(|(label, photo)| {
            let panel = panel(label, photo, plan, WIDE);
            let (width, height) = (panel.width() + 2 * GAP, panel.height() + 2 * GAP);
            let mut frame = RgbImage::from_pixel(width, height, PAPER);
            imageops::replace(&mut frame, &panel, i64::from(GAP), i64::from(GAP));
            frame
        })
        .collect();
    let healed = panels.iter().position(|(label, _)| *label == "healed");
    let still = &frames[healed.unwrap_or(0)];
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, still.width(), still.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(frames.len() as u32, 0)?;
    encoder.set_sep_def_img(true)?;
    encoder.set_frame_delay(TENTHS, 10)?;
    name(&mut encoder, plan.fingerprint())?;
    let mut writer = encoder.write_header()?;
    for frame in [still].into_iter().chain(&frames) {
        writer.write_image_data(frame)?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// Width and height of a picture made as much smaller as it takes to be within others.
fn fitted([width, height]: [u32; 2], [most_across, most_down]: [u32; 2]) -> [u32; 2] {
    let scaled =
        |a: u32, b: u32, c: u32| (u64::from(a) * u64::from(b) / u64::from(c)).max(1) as u32;
    let across = width.min(most_across);
    let down = scaled(height, across, width);
    if down <= most_down {
        [across, down]
    } else {
        [scaled(width, most_down, height), most_down]
    }
}

/// A label, the whole photo, and the middle of the treatment and its edge at one pixel per pixel.
fn panel(label: &str, photo: &Photo, plan: &Plan, width: u32) -> RgbImage {
    let full = encoded(photo);
    let [across, down] = fitted([full.width(), full.height()], [width, 2 * width]);
    let whole = imageops::resize(&full, across, down, FilterType::CatmullRom);
    let spots = closeups(plan, 2 * width + GAP, GAP);
    let below = WORDS + whole.height() + GAP;
    let height: u32 = spots.iter().map(|spot| spot.height + GAP).sum();
    let mut panel = RgbImage::from_pixel(width, below + height - GAP, PAPER);
    letters::write(&mut panel, [0, 4], label, INK);
    imageops::replace(&mut panel, &whole, 0, i64::from(WORDS));
    let mut y = below;
    for spot in &spots {
        let crop = imageops::crop_imm(&full, spot.x, spot.y, spot.width, spot.height);
        imageops::replace(&mut panel, &crop.to_image(), 0, i64::from(y));
        y += spot.height + GAP;
    }
    panel
}
