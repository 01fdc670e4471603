//! Where a recipe treats: outlines that can be written down, or a mask known by its digest.

use std::fmt;

use glam::Vec2;

use crate::error::{Error, Result};
use crate::look::fingerprint::Digest;
use crate::look::{Beard, Crown, Hairline, Scar};
use crate::mask::Mask;
use crate::photo::Photo;
use crate::scene::background_around;
use crate::units::Scale;

/// A part of a photo, in its pixels.
///
/// # Examples
/// ```
/// use stubblefield::{Area, Error, Mask, Photo, Scale, Size};
///
/// let size = Size::new(40, 30)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let scale = Scale::px_per_mm(2.0)?;
/// let own = Mask::from_fn(size, |p| p.x / 40.0)?;
/// let area = Area::of(&own);
/// assert_eq!(area.mask(&photo, scale, &[Mask::full(size), own.clone()])?, own);
/// let refused = area.mask(&photo, scale, &[Mask::full(size)]).unwrap_err();
/// assert!(matches!(refused, Error::OtherDigest { parameter: "mask", .. }));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Area {
    /// The inside of a closed outline ([`Mask::from_polygon`]).
    #[serde(rename = "outline_px")]
    Outline(Vec<Vec2>),
    /// What lies behind a hairline ([`Hairline::mask`]).
    Hairline(Hairline),
    /// A crown ([`Crown::mask`]).
    Crown(Crown),
    /// Scars ([`Scar::mask`]).
    Scars(Vec<Scar>),
    /// A beard ([`Beard::mask`]).
    Beard(Beard),
    /// The gaps of a beard ([`Beard::gaps`]).
    Gaps(Beard),
    /// A mask that the caller brings whenever the recipe is followed.
    Mask(MaskDigest),
    /// What lies in any of these, which are at least one ([`Mask::union`]).
    Union(Vec<Self>),
    /// What lies in all of these, which are at least one ([`Mask::intersect`]).
    Intersection(Vec<Self>),
    /// What of this does not show the wall behind the head ([`Scene::background`](crate::Scene::background)).
    OnHead(Box<Self>),
}

impl Area {
    /// A mask that the caller keeps.
    #[must_use]
    pub fn of(mask: &Mask) -> Self {
        Self::Mask(MaskDigest::of(mask))
    }

    /// The mask that it comes to, where `masks` are those that the caller has kept.
    ///
    /// # Errors
    /// [`Error::OtherDigest`] where a mask is not among those, and what the calls that stand for the area
    /// return.
    pub fn mask(&self, photo: &Photo, scale: Scale, masks: &[Mask]) -> Result<Mask> {
        let size = photo.size();
        match self {
            Self::Outline(corners) => Mask::from_polygon(size, corners),
            Self::Hairline(hairline) => hairline.mask(size, scale),
            Self::Crown(crown) => crown.mask(size, scale),
            Self::Scars(scars) => Scar::mask(scars, size, scale),
            Self::Beard(beard) => beard.mask(size, scale),
            Self::Gaps(beard) => Ok(beard.gaps(photo, scale)?.fill),
            Self::Mask(digest) => digest.find(masks),
            Self::Union(areas) => joined(areas, Mask::union, |area| area.mask(photo, scale, masks)),
            Self::Intersection(areas) => joined(areas, Mask::intersect, |area| {
                area.mask(photo, scale, masks)
            }),
            Self::OnHead(area) => {
                let mask = area.mask(photo, scale, masks)?;
                if mask.is_empty() {
                    return Ok(mask);
                }
                mask.size().check_equals(photo.size(), "mask")?;
                mask.subtract(&background_around(photo, &mask)?)
            }
        }
    }

    /// The stubble around its gaps.
    pub(super) fn stubble(&self, photo: &Photo, scale: Scale) -> Result<Mask> {
        match self {
            Self::Gaps(beard) => Ok(beard.gaps(photo, scale)?.stubble),
            _ => Err(Error::UnknownName {
                parameter: "tone",
                value: "stubble".to_owned(),
                allowed: "delta_l, like, towards, surroundings; stubble where the area is gaps",
            }),
        }
    }
}

/// The masks of some areas as one.
fn joined(
    areas: &[Area],
    join: impl Fn(&Mask, &Mask) -> Result<Mask>,
    mask: impl Fn(&Area) -> Result<Mask>,
) -> Result<Mask> {
    let Some((first, others)) = areas.split_first() else {
        return Err(Error::OutOfRange {
            parameter: "areas",
            value: 0.0,
            allowed: "at least 1",
        });
    };
    others
        .iter()
        .try_fold(mask(first)?, |whole, area| join(&whole, &mask(area)?))
}

/// Sixteen hexadecimal digits that differ whenever size or coverage of a mask differ.
///
/// # Examples
/// ```
/// use stubblefield::{Mask, MaskDigest, Size};
///
/// let full = MaskDigest::of(&Mask::full(Size::new(4, 3)?));
/// assert_ne!(full, MaskDigest::of(&Mask::full(Size::new(3, 4)?)));
/// assert_eq!(full.to_string().len(), 16);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MaskDigest(u64);

impl MaskDigest {
    /// The digest of a mask.
    ///
    /// # Cost
    /// A pass over the mask.
    #[must_use]
    pub fn of(mask: &Mask) -> Self {
        Self(Digest::new().add_mask(mask).get())
    }

    /// The mask among some that has this digest.
    fn find(self, masks: &[Mask]) -> Result<Mask> {
        let own: Vec<Self> = masks.iter().map(Self::of).collect();
        if let Some(at) = own.iter().position(|&digest| digest == self) {
            return Ok(masks[at].clone());
        }
        let brought: Vec<String> = own.iter().map(Self::to_string).collect();
        let value = if brought.is_empty() {
            "none".to_owned()
        } else {
            brought.join(", ")
        };
        Err(Error::OtherDigest {
            parameter: "mask",
            value,
            allowed: self.to_string(),
        })
    }
}

impl fmt::Display for MaskDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// As its `Display` form.
impl From<MaskDigest> for String {
    fn from(digest: MaskDigest) -> Self {
        digest.to_string()
    }
}

/// From its `Display` form.
impl TryFrom<String> for MaskDigest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        let plain = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match u64::from_str_radix(&text, 16) {
            Ok(digest) if plain => Ok(Self(digest)),
            _ => Err(Error::UnknownName {
                parameter: "mask",
                value: text,
                allowed: "the sixteen hexadecimal digits of its digest",
            }),
        }
    }
}
