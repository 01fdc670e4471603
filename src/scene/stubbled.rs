//! What shaved or cropped hair takes of the light of the skin that it grows on.

mod parts;
mod relief;
mod seen;
mod spread;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::hair::longer_share;
use crate::scene::hair_tone::HairTone;
use crate::scene::skin::{SkinMap, SkinTone, luminance};
use crate::scene::wall;
use crate::scene::working::Working;
use crate::units::Scale;
use parts::{AGAINST_WALL_MM, LIKE_SKIN, RIM_MM, bare, before_skin};
use relief::depth;
use seen::{BareSkin, STEP, Seen};
use spread::Spread;

/// Pixels per mm from which hairs are told from the skin between them.
const LEAST_PX_PER_MM: f32 = 2.0;

/// The most of the hair that may be longer than stubble, as a share of its area.
const MOST_LONGER: f32 = 0.25;

/// How far around the hair bare skin is looked for.
const AROUND_MM: f32 = 15.0;

/// Cells over which the amount of hair is averaged and bare skin is, in mm.
const CELL_MM: f32 = 1.5;

/// Absorbance that roots leave in the skin between them, over the share of light that the marks of the same hair are seen to
/// take: found on synthetic scalps of 12 px/mm with and without hair; coarser ones show less of either. And the most of it,
/// that of green light between 193 simulated shafts of 80 µm per cm² in fair skin, where 0.89 of it is left.
const SHADOW: f32 = 5.5;
const FULL_SHADOW: f32 = 0.117;

/// The same for red, green and blue, as two photographed beards have it; shafts that end in the skin, which were simulated,
/// keep back twice as much red, and skin under them would come out orange.
const SHADOW_HUE: [f32; 3] = [1.08, 1.0, 0.92];

/// Least share of light that hair has to take beyond what the same marks of bare skin do for there to be any.
const LEAST_HAIR: f32 = 0.003;

/// How bright skin that shows between hairs is there, over bare skin: less is brown hair.
const LIT: f32 = 0.5;

/// Own hair in a part of a photo, place by place.
#[derive(Debug)]
pub(crate) struct Stubbled {
    seen: Seen,
    bare_skin: BareSkin,
    spread: Spread,
    /// Share of light that marks of bare skin take.
    usual: f32,
    /// Likeness of light to that of skin, per cell.
    likeness: Plane<f32>,
    likeness_px: f32,
    hair: Option<HairTone>,
    on_head: Mask,
    beside: Mask,
}

/// What hair does at one place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// The light there.
    pub(crate) light: [f32; 3],
    /// Light that a hair takes, below that of the skin around; negative where it gleams.
    pub(crate) by_mark: [f32; 3],
    /// Absorbance of the skin between the hairs.
    pub(crate) by_roots: [f32; 3],
}

impl Stubbled {
    /// Reads the hair of an area, which may run over the wall.
    ///
    /// # Cost
    /// Some ten passes over the photo, and 20 bytes a pixel as long as it is kept.
    pub(crate) fn read(photo: &Photo, area: &Mask, scale: Scale) -> Result<Self> {
        area.size().check_equals(photo.size(), "hair")?;
        let px_per_mm = scale.get();
        let fine = px_per_mm >= LEAST_PX_PER_MM;
        let allowed = "2..=400: where hairs show";
        Error::check("px_per_mm", f64::from(px_per_mm), fine, allowed)?;
        let missing = |what, place| Error::NotFound { what, place };
        let no_skin = || missing("bare skin", "beside the own hair");
        let working = Working::of(photo);
        let skin = SkinMap::from_working(&working).ok_or_else(no_skin)?;
        let around = area.grown(scale.to_px(AROUND_MM));
        let wall = wall(&working, photo, &around, Some(&skin))?;
        let off_wall = wall.signed_distance_px();
        let near_wall = |mm: f32| Mask::of(&off_wall, |inside| -inside < scale.to_px(mm));
        let on_head = before_skin(area, &off_wall, scale);
        let pixels = on_head.area_px();
        Error::check(
            "pixels of own hair",
            pixels,
            pixels > 0.0,
            "above 0, wall left out",
        )?;
        let longer = longer_share(&working, &on_head, &wall, scale)?.unwrap_or(0.0);
        Error::check(
            "share of own hair that is longer than stubble",
            f64::from(longer),
            longer <= MOST_LONGER,
            "at most 0.25: hair that lies over the skin cannot be taken off a photo",
        )?;
        let likeness = skin.likeness().clone();
        let likeness_px = skin.cell_px() as f32;
        let counts = around.subtract(&near_wall(AGAINST_WALL_MM))?;
        let beside = around.subtract(&near_wall(RIM_MM[0]))?.subtract(area)?;
        drop(off_wall); // as large as a mask
        let bare = bare(&counts, area, scale, &likeness, skin.cell_px());
        let seen = Seen::of(photo, &counts, scale);
        let bare_skin = seen.bare_skin(&bare, scale).ok_or_else(no_skin)?;
        let cells = working.coarser(CELL_MM, scale);
        let spread = Spread::of(&seen, &bare_skin, [&counts, &bare], cells);
        let [hair, usual] = [&on_head, &bare].map(|part| spread.amount_in(part));
        let found = hair - usual >= LEAST_HAIR;
        if !found {
            return Err(missing("own hair", "in the area that is said to bear it"));
        }
        let tone = SkinTone::from_linear(bare_skin.tone.into());
        Ok(Self {
            hair: HairTone::find(photo, &on_head, &tone)?,
            seen,
            bare_skin,
            spread,
            usual,
            likeness,
            likeness_px,
            on_head,
            beside,
        })
    }

    /// What hair does in each pixel of a row; nothing where none is.
    pub(crate) fn row(&self, y: u32) -> Vec<Option<Taken>> {
        let inside = self.on_head.coverage().row(y);
        if inside.iter().all(|&inside| inside == 0.0) {
            return Vec::new();
        }
        let bright = self.seen.bright_row(y);
        let pixels = self.seen.light.row(y).iter().zip(bright).zip(inside);
        let pixels = (0..).zip(pixels).map(|(x, ((&light, bright), &inside))| {
            (inside > 0.0).then(|| {
                let hair = self.bare_skin.share_of_hair(depth(bright, light));
                let amount = (self.spread.amount_at(x, y) - self.usual).max(0.0);
                // No more than it is darker than bare skin.
                let bare = self.spread.bare_at(x, y);
                let below = depth(bare, bright).max(0.0);
                let shadow = (SHADOW * amount).min(FULL_SHADOW).min(below);
                Taken {
                    light,
                    by_mark: [0, 1, 2].map(|c| hair * (bright[c] - light[c])),
                    by_roots: SHADOW_HUE.map(|hue| hue * shadow),
                }
            })
        });
        pixels.collect()
    }

    /// Where the hair grows, without the wall.
    pub(crate) const fn on_head(&self) -> &Mask {
        &self.on_head
    }

    /// What lies up to 15 mm beside the area, less the wall and a strip of 2.5 mm along it: where the area ends there, it
    /// borders on the rest of the head.
    pub(crate) const fn beside(&self) -> &Mask {
        &self.beside
    }

    /// Linear sRGB of bare skin beside it.
    pub(crate) const fn skin(&self) -> [f32; 3] {
        self.bare_skin.tone
    }

    /// Its colour, where enough of it is dark.
    pub(crate) const fn hair_tone(&self) -> Option<&HairTone> {
        self.hair.as_ref()
    }

    /// Share of the hair that `weight` takes in between which skin shows; 1 where it takes none.
    pub(crate) fn skin_shows(&self, weight: &Plane<f32>) -> f32 {
        let (mut shows, mut all) = (0.0_f64, 0.0_f64);
        for y in (0..weight.size().height()).step_by(STEP) {
            if weight.row(y).iter().all(|&weight| weight == 0.0) {
                continue;
            }
            let bright = self.seen.bright_row(y);
            for (x, &weight) in (0..).zip(weight.row(y)).step_by(STEP) {
                if weight > 0.0 {
                    let at = [x, y].map(|at: u32| (at as f32 + 0.5) / self.likeness_px);
                    let bare = self.spread.bare_at(x, y);
                    let lit = luminance(bright[x as usize]) >= LIT * luminance(bare);
                    let like = lit && self.likeness.sample(at[0], at[1]) >= LIKE_SKIN;
                    shows += if like { f64::from(weight) } else { 0.0 };
                    all += f64::from(weight);
                }
            }
        }
        if all > 0.0 { (shows / all) as f32 } else { 1.0 }
    }
}
