//! Where the dots of a look stand, session by session.

use crate::error::Result;
use crate::field::{
    Count, Dot, DotField, EdgePolicy, FieldRequest, Obstacle, ObstacleKind, Sessions,
};
use crate::look::Look;
use crate::look::edge::Laid;
use crate::mask::Mask;
use crate::random::Seed;
use crate::units::Scale;

/// Marks the ids of dots past a scar, so that none is taken for one in it.
const PAST: u64 = 1 << 63;

/// How far inside the border of a scar the needle stays, in mm: half of a visible dot lies beyond.
const NEEDLE_MM: f32 = 0.1;

/// A dot, the index of its session, and its shade.
pub(super) type Standing = (usize, Dot, u8);

/// All dots, and the field of those in the treatment proper, for its measures; those of a scar without regard
/// to obstacles, which none of its hairs are.
pub(super) fn stand(
    look: &Look,
    laid: &Laid,
    obstacles: &[Obstacle],
    scale: Scale,
    seed: Seed,
) -> Result<(Vec<Standing>, DotField)> {
    let shares = look.course.shares();
    let shaded = |sessions: &Sessions| {
        // Told apart rather than drawn: shades drawn dot by dot clump, and clumps look like dirt.
        let field = sessions.union();
        let shades = field.classes(&look.variation.shades.map(|_| 1.0), seed)?;
        let dots = sessions.dots().zip(shades);
        let dots: Vec<Standing> = dots
            .map(|((visit, dot), shade)| (visit, *dot, shade))
            .collect();
        Ok((dots, field))
    };
    if look.scarred.is_none() {
        let request = FieldRequest::new(&laid.reached, scale, look.density, seed)
            .with_relative_density(&laid.density)
            .with_obstacles(obstacles);
        return shaded(&request.generate_sessions(&shares)?);
    }
    // A scar is often narrower than two spacings: a field with one density for both would smear it over
    // what lies around, and leave every third mark of an extraction without a dot.
    let scar = Mask::from_shares(laid.full.map(f32::from));
    let area_cm2 = scar.area_px() as f32 / (100.0 * scale.get() * scale.get());
    let needle_px = scale.to_px(NEEDLE_MM);
    let mut within = Mask::of(&scar.signed_distance_px(), |inside| inside >= needle_px);
    if within.is_empty() {
        within = scar.clone();
    }
    let mut request =
        FieldRequest::new(&within, scale, look.density, seed).with_edges(EdgePolicy::Fill);
    if !within.is_empty() {
        let count = (look.density.get() * area_cm2).round().max(1.0);
        request = request.with_count(Count::Dots(count as u32));
    }
    let (mut dots, field) = shaded(&request.generate_sessions(&shares)?)?;
    let around = laid.reached.subtract(&scar)?;
    let clearance = ObstacleKind::Clearance(look.density.spacing_mm() as f32);
    let obstacles = dots
        .iter()
        .map(|(_, dot, _)| Obstacle::new(dot.position_mm, clearance));
    let obstacles: Vec<Obstacle> = obstacles.collect();
    let request = FieldRequest::new(&around, scale, look.density, seed)
        .with_relative_density(&laid.density)
        .with_obstacles(&obstacles);
    let (past, _) = shaded(&request.generate_sessions(&shares)?)?;
    let inside = dots.len() as u32;
    dots.extend(past.into_iter().map(|(visit, mut dot, shade)| {
        (dot.id, dot.rank) = (dot.id | PAST, dot.rank + inside);
        (visit, dot, shade)
    }));
    dots.sort_by_key(|(visit, _, _)| *visit);
    Ok((dots, field))
}
