//! Every look on skins from light to dark, as one sheet: above each the skin as it was.
//!
//! ```text
//! cargo run --release --example gallery
//! ```

#[path = "../shared/ending.rs"]
mod ending;
#[path = "../shared/folder.rs"]
mod folder;
#[path = "../shared/letters.rs"]
mod letters;
#[path = "../shared/picture.rs"]
mod picture;
#[path = "../shared/results.rs"]
mod results;
#[path = "../shared/saying.rs"]
mod saying;
mod showing;

use std::io::{Cursor, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use folder::Folder;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage, imageops};
use picture::{encoded, png};
use showing::{LOOKS, SKINS, Shown};
use stubblefield::Size;

/// Shows every look on synthetic skin from light to dark, before and healed.
#[derive(Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
struct Asked {
    /// Width of one picture, in pixels; 10 of them are a millimetre.
    #[arg(long, value_name = "PX", default_value_t = 230)]
    width: u32,

    /// Folder for gallery.png and gallery.jpg; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

const LARGE: &str = "gallery.png";
const SMALL: &str = "gallery.jpg";
const PAPER: Rgb<u8> = Rgb([246, 246, 244]);
const INK: Rgb<u8> = Rgb([40, 40, 40]);
const GAP: u32 = 10;
/// Height of a line of words, and width of the names beside the rows.
const WORDS: u32 = 22;
const NAMES: u32 = 9 * letters::FONT.character_size.width;
/// Of the JPEG.
const QUALITY: u8 = 88;

fn main() -> ExitCode {
    ending::of(run(&Asked::parse()))
}

fn run(asked: &Asked) -> Result<(), Failure> {
    if !(60..=2000).contains(&asked.width) {
        return Err(format!("width is {}, allowed: 60..=2000", asked.width).into());
    }
    let names = [LARGE, SMALL].map(str::to_owned);
    let folder = Folder::prepare(&asked.out, &names, [])?;
    let cell = Size::new(asked.width, asked.width * 3 / 4)?;
    let (columns, rows) = (SKINS.len() as u32, LOOKS.len() as u32);
    let (across, down) = (cell.width() + GAP, 2 * cell.height() + GAP);
    let mut sheet = RgbImage::from_pixel(
        GAP + NAMES + columns * across,
        GAP + WORDS + rows * (down + GAP),
        PAPER,
    );
    for (x, (name, _)) in (0..).zip(SKINS) {
        letters::write(&mut sheet, [GAP + NAMES + x * across, GAP], name, INK);
    }
    for (y, look) in (0..).zip(LOOKS) {
        let top = GAP + WORDS + y * (down + GAP);
        letters::write(&mut sheet, [GAP, top + 4], look.name(), INK);
        letters::write(&mut sheet, [GAP, top + cell.height() + 4], "healed", INK);
        for (x, (_, skin)) in (0..).zip(SKINS) {
            let Shown { before, after } = look.show(cell, skin)?;
            let left = i64::from(GAP + NAMES + x * across);
            imageops::replace(&mut sheet, &encoded(&before), left, i64::from(top));
            let below = i64::from(top + cell.height() + 2);
            imageops::replace(&mut sheet, &encoded(&after), left, below);
        }
    }
    let mut small = Cursor::new(Vec::new());
    sheet.write_with_encoder(JpegEncoder::new_with_quality(&mut small, QUALITY))?;
    folder.bytes(SMALL, small.get_ref())?;
    folder.bytes(LARGE, &png(&sheet.into(), None)?)?;
    saying::line(
        stdout(),
        format_args!("{LARGE} and {SMALL} are in {}", folder.path().display()),
    );
    Ok(())
}
