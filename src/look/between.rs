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
const GROWN: f32 = 0.14;

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
        let grown = Mask::from_shares(bare.map(|bare| f32::from(u8::from(1.0 - bare >= GROWN))));
        let patch_px = self.scale.to_px(PATCH_MM);
        // Grown by the patch and shrunk by it: holes close, and the outline stays.
        let wide = self.within(&grown, PATCH_MM);
        let behind = wide.signed_distance_px();
        let behind = behind.map(|inside| f32::from(u8::from(inside >= patch_px)));
        treated.intersect(&Mask::from_shares(behind).union(&grown)?)
    }

    /// An area and what lies so near to it.
    fn within(&self, area: &Mask, mm: f32) -> Mask {
        let reach_px = self.scale.to_px(mm);
        let away = area.signed_distance_px();
        Mask::from_shares(away.map(|away| f32::from(u8::from(-away < reach_px))))
    }

    /// Takes the hairs, and what lies too near to them, out of what dots may come to.
    pub(super) fn spare(&self, laid: &mut Laid) -> Result<()> {
        let hairs = self.hair.cover();
        let hairs = hairs.map(|cover| f32::from(u8::from(cover >= HAIR)));
        let near = self.within(&Mask::from_shares(hairs), CLEAR_MM);
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
        let sure = between.hair.cover();
        let sure = Mask::from_shares(sure.map(|cover| f32::from(u8::from(cover >= SURE))));
        Ok(Some(sure.intersect(&between.within(&self.mask, NEXT_MM))?))
    }
}
