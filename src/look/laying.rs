//! Where the dots of a look stand, session by session.

use crate::error::Result;
use crate::field::{
    Count, Dot, DotField, EdgePolicy, FieldRequest, Obstacle, ObstacleKind, Sessions,
};
use crate::look::Look;
use crate::look::edge::{Ground, Laid};
use crate::look::site::Site;
use crate::mask::Mask;
use crate::plane::Plane;
use crate::progress::{Progress, Watch};
use crate::random::Seed;
use crate::scene::Chart;
use crate::units::Scale;

/// Marks the ids of dots past a scar, so that none is taken for one in it.
const PAST: u64 = 1 << 63;

/// How far inside the border of a scar the needle stays, in mm: half of a visible dot lies beyond.
const NEEDLE_MM: f32 = 0.1;

/// What a border moves at most where it is drawn by whole pixels.
const DIAGONAL_PX: f32 = 1.5;

/// A dot, the index of its session, and its shade.
pub(super) type Standing = (usize, Dot, u8);

/// What dots are laid on: the picture, or a chart of the skin.
pub(super) struct Bed<'a> {
    reached: &'a Mask,
    density: &'a Plane<f32>,
    /// 1 where the treatment is full.
    full: &'a Plane<u8>,
    /// Skin over its area here; 1 everywhere without.
    area_factor: Option<&'a Plane<f32>>,
    scale: Scale,
}

impl<'a> Bed<'a> {
    /// The picture.
    pub(super) const fn flat(laid: &'a Laid, scale: Scale) -> Self {
        Self {
            reached: &laid.reached,
            density: &laid.density,
            full: &laid.full,
            area_factor: None,
            scale,
        }
    }

    /// Skin of a part of it.
    fn area_cm2(&self, part: &Mask) -> f32 {
        let skin_px = self.area_factor.map_or_else(
            || part.area_px(),
            |factor| {
                let skin = part.coverage().values().iter().zip(factor.values());
                skin.map(|(&share, &factor)| f64::from(share * factor))
                    .sum()
            },
        );
        skin_px as f32 / (100.0 * self.scale.get() * self.scale.get())
    }

    fn request<'b>(&'b self, mask: &'b Mask, look: &Look, seed: Seed) -> FieldRequest<'b> {
        let request = FieldRequest::new(mask, self.scale, look.density, seed);
        self.area_factor
            .map_or(request, |factor| request.with_area_factor(factor))
    }
}

/// [`stand`] on the curved skin of a head: laid on its chart, and brought back.
pub(super) fn stand_on(
    chart: &Chart,
    look: &Look,
    site: &Site,
    ground: Ground,
    progress: &dyn Progress,
) -> Result<(Vec<Standing>, DotField)> {
    let Ground { scale, seed } = ground;
    let laid = &site.laid;
    let size = laid.reached.size();
    let [reached, density, full] = chart.laid_out(|at| {
        let shown = size.holds(at);
        let reached = if shown {
            laid.reached.coverage().sample(at.x, at.y)
        } else {
            0.0
        };
        // Beyond the rim and the frame density goes on, as it does where dots are laid on the picture.
        let full = laid.full.at(at.x as i64, at.y as i64);
        [reached, laid.density.sample(at.x, at.y), f32::from(full)]
    });
    let area_factor = chart.area_factor();
    let bed = Bed {
        reached: &Mask::from_shares(reached),
        density: &density,
        full: &full.map(|share| share as u8),
        area_factor: Some(&area_factor),
        scale: chart.scale(),
    };
    let obstacles = site.obstacles.iter().filter_map(|obstacle| {
        let on_chart_mm = chart.of_photo(obstacle.position_mm * scale.get())?;
        Some(Obstacle::new(on_chart_mm, obstacle.kind))
    });
    let obstacles: Vec<Obstacle> = obstacles.collect();
    let (mut dots, field) = stand(look, &bed, &obstacles, seed, progress)?;
    dots.retain_mut(|(_, dot, _)| {
        let seen = chart.to_photo(dot.position_mm);
        seen.map(|at_px| dot.position_mm = at_px / scale.get())
            .is_some()
    });
    Ok((dots, field))
}

/// All dots, and the field of those in the treatment proper, for its measures; those of a scar without regard
/// to obstacles, which none of its hairs are.
pub(super) fn stand(
    look: &Look,
    bed: &Bed<'_>,
    obstacles: &[Obstacle],
    seed: Seed,
    progress: &dyn Progress,
) -> Result<(Vec<Standing>, DotField)> {
    let watch = Watch::new(progress, 2);
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
        let request = bed
            .request(bed.reached, look, seed)
            .with_relative_density(bed.density)
            .with_obstacles(obstacles);
        return shaded(&request.generate_sessions_with(&shares, &watch.part(0..2))?);
    }
    // A scar is often narrower than two spacings: a field with one density for both would smear it over
    // what lies around, and leave every third mark of an extraction without a dot.
    let scar = Mask::from_shares(bed.full.map(f32::from));
    let needle_px = bed.scale.to_px(NEEDLE_MM);
    let within = Mask::of(&scar.signed_distance_px(), |inside| inside >= needle_px);
    // Where a scar is too fine for that, all of it is taken.
    let fine = scar.subtract(&within.grown(2.0 * needle_px + DIAGONAL_PX))?;
    let within = within.union(&fine)?;
    // Only an even field can be filled; over a scar the factor hardly changes.
    let mut request =
        FieldRequest::new(&within, bed.scale, look.density, seed).with_edges(EdgePolicy::Fill);
    if !within.is_empty() {
        let count = (look.density.get() * bed.area_cm2(&scar)).round().max(1.0);
        request = request.with_count(Count::Dots(count as u32));
    }
    let sessions = request.generate_sessions_with(&shares, &watch.part(0..1))?;
    let (mut dots, field) = shaded(&sessions)?;
    let around = bed.reached.subtract(&scar)?;
    let clearance = ObstacleKind::Clearance(look.density.spacing_mm() as f32);
    let obstacles = dots
        .iter()
        .map(|(_, dot, _)| Obstacle::new(dot.position_mm, clearance));
    let obstacles: Vec<Obstacle> = obstacles.collect();
    let request = bed
        .request(&around, look, seed)
        .with_relative_density(bed.density)
        .with_obstacles(&obstacles);
    let (past, _) = shaded(&request.generate_sessions_with(&shares, &watch.part(1..2))?)?;
    let inside = dots.len();
    dots.extend(past.into_iter().map(|(visit, mut dot, shade)| {
        dot.id |= PAST;
        (visit, dot, shade)
    }));
    rank_together(&mut dots, inside);
    dots.sort_by_key(|(visit, _, _)| *visit);
    Ok((dots, field))
}

/// Ranks two fields as one, the first of which has so many dots: session by session, and in each the dots of both side by
/// side, so that every prefix is as even a part of either.
fn rank_together(dots: &mut [Standing], first: usize) {
    let mut order = Vec::with_capacity(dots.len());
    for (of, field) in [0..first, first..dots.len()].into_iter().enumerate() {
        let mut ranked: Vec<usize> = field.collect();
        ranked.sort_by_key(|&i| (dots[i].0, dots[i].1.rank));
        for session in ranked.chunk_by(|&a, &b| dots[a].0 == dots[b].0) {
            let count = session.len() as u64;
            let places = (0..).zip(session).map(|(nth, &i)| {
                // In the middle of its share of the session, in 2⁻³² of it.
                let place = (((2 * nth + 1_u64) << 32) / (2 * count), of);
                (dots[i].0, place, i)
            });
            order.extend(places);
        }
    }
    order.sort_unstable();
    for (rank, (_, _, i)) in (0..).zip(order) {
        dots[i].1.rank = rank;
    }
}
