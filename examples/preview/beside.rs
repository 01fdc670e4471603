//! Other outcomes beside the one that is planned: other healing, and what is sold instead.

use clap::Args;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use stubblefield::{Concealer, Healing, Photo, Plan, Wear, When};

use crate::Failure;
use crate::closeup::closeups;
use crate::letters;
use crate::picture::{encoded, png};
use crate::sheet::{GAP, PAPER};

#[derive(Debug, Args)]
pub(crate) struct BesideArgs {
    /// Write outlook.png too: the same dots healed at best, as is likely, and at worst.
    #[arg(long)]
    pub(crate) outlook: bool,

    /// Write concealer.png too: powder or fibres from the shop on the same area, dry and after rain, beside the
    /// treatment at that moment and three years after healing.
    #[arg(long, value_name = "KIND")]
    concealer: Option<String>,
}

impl BesideArgs {
    /// Whether there is a concealer to compare with.
    pub(crate) const fn conceals(&self) -> bool {
        self.concealer.is_some()
    }

    /// The concealer to compare with, if one is asked for.
    pub(crate) fn concealer(&self) -> Result<Option<Concealer>, stubblefield::Error> {
        self.concealer.as_deref().map(str::parse).transpose()
    }
}

/// Best, likely and worst healing at a time.
pub(crate) fn outlook(photo: &Photo, plan: &Plan, when: When) -> Result<Vec<u8>, Failure> {
    let healings = [
        ("BEST HEALING", Healing::best()),
        ("LIKELY", Healing::likely()),
        ("WORST HEALING", Healing::worst()),
    ];
    let mut panels = vec![("BEFORE", photo.clone())];
    for (name, healing) in healings {
        panels.push((name, plan.healing_as(&healing)?.render(photo, when)?));
    }
    strip(&panels, plan)
}

/// A concealer dry and wet, and the treatment at a time, as it is named, and later, after as many sessions.
pub(crate) fn concealed(
    photo: &Photo,
    plan: &Plan,
    concealer: Concealer,
    (when, at): (When, &str),
) -> Result<Vec<u8>, Failure> {
    let later = When::years(3.0)?;
    let later = when.session().map_or(later, |n| later.after_session(n));
    let now = format!("SMP, {}", at.to_uppercase());
    let [dry, wet] = match concealer {
        Concealer::Fibres => ["FIBRES, DRY", "FIBRES AFTER RAIN"],
        _ => ["POWDER, DRY", "POWDER AFTER RAIN"],
    };
    let panels = [
        ("BEFORE", photo.clone()),
        (dry, plan.conceal(photo, concealer, Wear::Dry)?),
        (wet, plan.conceal(photo, concealer, Wear::Wet)?),
        (&now, plan.render(photo, when)?),
        ("SMP AFTER 3 YEARS", plan.render(photo, later)?),
    ];
    strip(&panels, plan)
}

/// Widest panel, and room around the treatment, in mm.
const PANEL: u32 = 560;
const ROOM_MM: f32 = 25.0;
const LINE: u32 = 24;

/// Pictures side by side around the treatment, and under each the same close-ups at one pixel per pixel.
fn strip(panels: &[(&str, Photo)], plan: &Plan) -> Result<Vec<u8>, Failure> {
    let [left, top, right, bottom] = around(plan);
    let (width, height) = (right - left, bottom - top);
    let panel_width = width.min(PANEL);
    let panel_height = (height * panel_width / width).max(1);
    let spots = closeups(plan, panel_width, GAP);
    let spot_height = spots.iter().map(|spot| spot.height).max().unwrap_or(0);
    let count = panels.len() as u32;
    let named = panels.iter().map(|(name, _)| name.len() as u32);
    let named = named.map(|letters| letters * letters::FONT.character_size.width);
    // Of pictures narrower than their names.
    let column = named.fold(panel_width, u32::max);
    let mut sheet = RgbImage::from_pixel(
        count * column + (count + 1) * GAP,
        LINE + panel_height + spot_height + 3 * GAP,
        PAPER,
    );
    let mut x = GAP;
    for (name, photo) in panels {
        let full = encoded(photo);
        let crop = imageops::crop_imm(&full, left, top, width, height).to_image();
        let panel = if panel_width == width {
            crop
        } else {
            imageops::resize(&crop, panel_width, panel_height, FilterType::CatmullRom)
        };
        letters::write(&mut sheet, [x, GAP], name, Rgb([40, 40, 40]));
        let mut y = GAP + LINE;
        imageops::replace(&mut sheet, &panel, i64::from(x), i64::from(y));
        y += panel_height + GAP;
        let mut spot_x = x;
        for spot in &spots {
            let crop = imageops::crop_imm(&full, spot.x, spot.y, spot.width, spot.height);
            imageops::replace(
                &mut sheet,
                &crop.to_image(),
                i64::from(spot_x),
                i64::from(y),
            );
            spot_x += spot.width + GAP;
        }
        x += column + GAP;
    }
    png(&sheet.into(), Some(plan.fingerprint()))
}

/// The treatment with some room: left, top, right, bottom.
fn around(plan: &Plan) -> [u32; 4] {
    let size = plan.mask().size();
    let coverage = plan.mask().coverage();
    let (mut low, mut high) = ([u32::MAX; 2], [0; 2]);
    for y in 0..size.height() {
        for (x, _) in (0..).zip(coverage.row(y)).filter(|(_, c)| **c > 0.0) {
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
        }
    }
    if low[0] > high[0] {
        return [0, 0, size.width(), size.height()];
    }
    let room = plan.scale().to_px(ROOM_MM) as u32;
    [
        low[0].saturating_sub(room),
        low[1].saturating_sub(room),
        (high[0] + room).min(size.width()),
        (high[1] + room).min(size.height()),
    ]
}
