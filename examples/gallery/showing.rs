//! What is shown: skins, and each look on the skin that calls for it.

use glam::Vec2;
use palette::LinSrgb;
use stubblefield::{
    Beard, BeardZone, Density, Error, Growth, Look, Mask, PatchRequest, Photo, Plan, Result, Scale,
    Scars, Seed, Size, Tone, When,
};

/// Linear sRGB of skins in a room: about tones 1, 3, 5, 6 and 8 of the Monk scale.
pub(crate) const SKINS: [(&str, [f32; 3]); 5] = [
    ("very fair", [0.66, 0.47, 0.36]),
    ("fair", [0.52, 0.33, 0.22]),
    ("olive", [0.34, 0.185, 0.105]),
    ("brown", [0.21, 0.105, 0.06]),
    ("dark", [0.115, 0.058, 0.036]),
];

/// Looks as rows of the sheet.
#[derive(Clone, Copy)]
pub(crate) enum Showing {
    Stubble,
    Beard,
    Density,
    Strip,
    Punches,
}

pub(crate) const LOOKS: [Showing; 5] = [
    Showing::Stubble,
    Showing::Beard,
    Showing::Density,
    Showing::Strip,
    Showing::Punches,
];

pub(crate) struct Shown {
    pub(crate) before: Photo,
    pub(crate) after: Photo,
}

const SEED: Seed = Seed::new(7);
const PX_PER_MM: f32 = 10.0;

impl Showing {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Stubble => "stubble",
            Self::Beard => "beard",
            Self::Density => "density",
            Self::Strip => "strip",
            Self::Punches => "punches",
        }
    }

    /// One look on one skin, before and healed.
    pub(crate) fn show(self, size: Size, skin: [f32; 3]) -> Result<Shown> {
        let scale = Scale::px_per_mm(PX_PER_MM)?;
        let mut request = PatchRequest::new(size, scale, Seed::new(11));
        request.skin = LinSrgb::from(skin);
        request.hair = LinSrgb::new(0.02, 0.014, 0.011);
        request.growth = Growth::Stubble { length_mm: 0.4 };
        request.shine = 0.1;
        match self {
            Self::Stubble => request.thinning = 0.97,
            Self::Beard => {
                request.thinning = 1.0;
                request.shine = 0.0;
                request.density = Density::per_cm2(72.0)?;
            }
            Self::Density => {
                request.thinning = 1.0;
                request.density = Density::per_cm2(45.0)?;
                request.growth = Growth::Long { length_mm: 12.0 };
            }
            Self::Strip => request.scars = Scars::Strip,
            Self::Punches => request.scars = Scars::Punches,
        }
        let patch = request.generate()?;
        let photo = patch.photo;
        let plan = match self {
            Self::Stubble => Look::stubble().plan(&photo, &Mask::full(size), scale, SEED)?,
            Self::Beard => beard(&photo, scale)?,
            Self::Density => Look::between_hair().plan(&photo, &Mask::full(size), scale, SEED)?,
            Self::Strip | Self::Punches => {
                let tone = Tone::Surroundings;
                let matched = Look::scar().match_tone(&photo, &patch.scars, scale, SEED, &tone)?;
                matched.plan
            }
        };
        Ok(Shown {
            after: plan.render(&photo, When::healed())?,
            before: photo,
        })
    }
}

/// The gaps of a beard that grows all over; the whole of it where gaps cannot be told from stubble, as on very dark
/// skin.
fn beard(photo: &Photo, scale: Scale) -> Result<Plan> {
    let size = photo.size();
    let (right, bottom) = (size.width() as f32, size.height() as f32);
    let all = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]].map(Vec2::from);
    let zones = Beard::new().with_zone(BeardZone::Chin, all.to_vec());
    let beard = Look::beard();
    match zones.gaps(photo, scale) {
        Ok(gaps) => {
            let tone = Tone::Towards(gaps.stubble);
            Ok(beard
                .match_tone(photo, &gaps.fill, scale, SEED, &tone)?
                .plan)
        }
        Err(Error::NotFound { .. }) => beard.plan(photo, &Mask::full(size), scale, SEED),
        Err(error) => Err(error),
    }
}
