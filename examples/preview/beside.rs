//! Other outcomes beside the one that is planned: other healing, and what is sold instead.

use clap::Args;
use glam::Vec2;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use stubblefield::{Concealer, HairChange, Healing, Mask, Photo, Plan, Wear, When};

use crate::Failure;
use crate::closeup::closeups;
use crate::letters;
use crate::outline::corners;
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

    /// Where own shaved or cropped hair or beard grows that greys or recedes, as the corners of a closed outline in
    /// pixels; writes later.png too: the treatment so many years after healing, with the hair as it is and changed.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true)]
    hair_area: Option<String>,

    /// Share of that hair that is grey by then, 0 to 1.
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.0,
        allow_hyphen_values = true,
        requires = "hair_area"
    )]
    greying: f32,

    /// How far it has gone back by then from where the area borders on skin, in mm.
    #[arg(
        long,
        value_name = "MM",
        default_value_t = 0.0,
        allow_hyphen_values = true,
        requires = "hair_area"
    )]
    receding: f32,

    /// Years after healing at which the hair has changed, 0 to 30.
    #[arg(
        long,
        value_name = "YEARS",
        default_value_t = 10.0,
        allow_hyphen_values = true,
        requires = "hair_area"
    )]
    after_years: f32,
}

/// Hair that changes, and the time by which it has.
pub(crate) struct Later {
    corners: Vec<Vec2>,
    change: HairChange,
    years: f32,
    when: When,
}

impl BesideArgs {
    /// Whether own hair is to change.
    pub(crate) const fn changes_hair(&self) -> bool {
        self.hair_area.is_some()
    }

    /// How own hair is to change, if it is.
    pub(crate) fn later(&self) -> Result<Option<Later>, Failure> {
        let Some(outline) = &self.hair_area else {
            return Ok(None);
        };
        let corners = corners("hair-area", outline)?;
        let change = HairChange::none();
        let change = change
            .with_greying(self.greying)
            .with_receding_mm(self.receding);
        change.check()?;
        if change == HairChange::none() {
            return Err("greying and receding are 0, allowed: one above 0 with --hair-area".into());
        }
        let years = self.after_years;
        Ok(Some(Later {
            corners,
            change,
            years,
            when: When::years(years)?,
        }))
    }

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

/// The treatment as it is, years later, and with own hair changed by then, without and with it.
pub(crate) fn later(
    photo: &Photo,
    plan: &Plan,
    later: &Later,
    (when, at): (When, &str),
) -> Result<Vec<u8>, Failure> {
    let hair = Mask::from_polygon(photo.size(), &later.corners)?;
    let Later { change, years, .. } = later;
    let then = when
        .session()
        .map_or(later.when, |n| later.when.after_session(n));
    let untreated = change.on(photo, &hair, plan.scale(), plan.seed())?;
    let now = format!("SMP, {}", at.to_uppercase());
    let faded = format!("SMP AFTER {years} YEARS, SAME HAIR");
    let panels = [
        ("BEFORE", photo.clone()),
        (&now, plan.render(photo, when)?),
        (&faded, plan.render(photo, then)?),
        (
            "HAIR CHANGED",
            plan.render_among(photo, then, &hair, change)?,
        ),
        ("HAIR CHANGED, NO SMP", untreated),
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
