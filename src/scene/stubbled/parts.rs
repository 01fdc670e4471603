//! Which parts of a photo show own hair before skin, and which bare skin beside it.

use crate::mask::{Mask, smoothstep};
use crate::plane::Plane;
use crate::units::Scale;

/// How far from the wall hair is seen against it, which tells nothing; and up to where such hair, which no photo shows without,
/// stays as it is, and from where on it is all before skin. Windows reach as far as the first two are apart.
pub(super) const AGAINST_WALL_MM: f32 = 1.0;
pub(super) const RIM_MM: [f32; 2] = [2.5, 6.0];

/// How near to hair no skin is taken for bare.
const BESIDE_MM: f32 = 1.5;

/// Likeness to skin from which light is that of skin, with hair on it or without.
pub(super) const LIKE_SKIN: f32 = 0.5;

/// The area where hair is seen before skin, softly less where it stands out against the wall.
///
/// `off_wall` are signed distances from its edge in pixels, positive on it.
pub(super) fn before_skin(area: &Mask, off_wall: &Plane<f32>, scale: Scale) -> Mask {
    let mut shares = area.coverage().clone();
    let [least, most] = RIM_MM;
    for (share, off_px) in shares.values_mut().iter_mut().zip(off_wall.values()) {
        *share *= smoothstep((scale.to_mm(-off_px) - least) / (most - least));
    }
    Mask::from_shares(shares)
}

/// What is skin around an area and not of it.
pub(super) fn bare(
    counts: &Mask,
    area: &Mask,
    scale: Scale,
    likeness: &Plane<f32>,
    cell_px: u32,
) -> Mask {
    let off = area.signed_distance_px();
    let least = scale.to_px(BESIDE_MM);
    Mask::from_shares(Plane::from_rows(area.size(), |x, y| {
        let at = (i64::from(x), i64::from(y));
        let cell = (i64::from(x / cell_px), i64::from(y / cell_px));
        let like = likeness.at(cell.0, cell.1) >= LIKE_SKIN;
        let bare = counts.coverage().at(at.0, at.1) > 0.5 && -off.at(at.0, at.1) >= least && like;
        f32::from(u8::from(bare))
    }))
}
