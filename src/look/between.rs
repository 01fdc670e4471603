//! Between hair that stays long: dots where the scalp shows, under the hair that lies over them.

use crate::error::{Error, Result};
use crate::look::Plan;
use crate::look::edge::Laid;
use crate::mask::Mask;
use crate::scene::{HairCover, Scene};
use crate::units::Scale;

/// Least distance of a dot from a hair: needles damage roots. A guess.
const CLEAR_MM: f32 = 0.25;

/// Share of a pixel under hair from which it is hair.
const HAIR: f32 = 0.5;

/// Share from which it shows the colour of hair alone.
const SURE: f32 = 0.9;

/// Share of the scalp under hair, seen over so many millimetres, from which hair grows in a place. Picked by eye.
const AROUND_MM: f32 = 12.0;
const GROWN: f32 = 0.10;

/// Half the width of a bald patch that still lies behind the person's own hairline. Picked by eye.
const PATCH_MM: f32 = 15.0;

/// How far from the treated scalp hair is compared with it.
const NEXT_MM: f32 = 5.0;

/// Hair that stays long, and what of the scalp shows between it.
pub(super) struct Between<'a> {
    hair: &'a HairCover,
    scale: Scale,
}

impl<'a> Between<'a> {
    pub(super) fn of(scene: &'a Scene, scale: Scale) -> Result<Self> {
        let hair = scene.hair().ok_or(Error::NotFound {
            what: "hair",
            place: "in the area to be treated, nor scalp between it",
        })?;
        Ok(Self { hair, scale })
    }

    /// What of an area lies behind the person's own hairline: where hair grows, and in what it encloses.
    pub(super) fn behind_own_hairline(&self, treated: &Mask) -> Result<Mask> {
        let bare = self.hair.scalp_share(self.scale, AROUND_MM)?;
        let grown = Mask::of(&bare, |bare| 1.0 - bare >= GROWN);
        let patch_px = self.scale.to_px(PATCH_MM);
        // Grown by the patch and shrunk by it: holes close, and the outline stays.
        let wide = grown.grown(patch_px).signed_distance_px();
        let behind = Mask::of(&wide, |inside| inside >= patch_px);
        treated.intersect(&behind.union(&grown)?)
    }

    /// Takes the hairs, and what lies too near to them, out of what dots may come to.
    pub(super) fn spare(&self, laid: &mut Laid) -> Result<()> {
        let hairs = Mask::of(self.hair.cover(), |cover| cover >= HAIR);
        let near = hairs.grown(self.scale.to_px(CLEAR_MM));
        laid.reached = laid.reached.subtract(&near)?;
        for (full, &near) in laid
            .full
            .values_mut()
            .iter_mut()
            .zip(near.coverage().values())
        {
            *full = if near > 0.0 { 0 } else { *full };
        }
        Ok(())
    }
}

impl Plan {
    /// The hair within 5 mm of the scalp that is treated under it; `None` where the look leaves no hair long.
    pub(crate) fn long_hair(&self) -> Result<Option<Mask>> {
        if !self.look.long_hair {
            return Ok(None);
        }
        let between = Between::of(&self.scene, self.scale)?;
        let sure = Mask::of(between.hair.cover(), |cover| cover >= SURE);
        let next = self.mask.grown(self.scale.to_px(NEXT_MM));
        Ok(Some(sure.intersect(&next)?))
    }
}
