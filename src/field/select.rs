//! Which of the dots laid belong to the result, and in which order.

use glam::Vec2;

use super::elimination::{Elimination, Member, Role};
use super::obstacle::{Obstacle, ObstacleKind};
use super::policy::Softness;
use super::prepare::{Prepared, SQUEEZE, too_many};
use super::request::{FieldRequest, Ranking};
use super::{Dot, DotField, rank};
use crate::error::Result;
use crate::progress::Watch;
use crate::random::{Seed, mix64};
use crate::units::Density;

/// How often spacing is narrowed by [`SQUEEZE`] until enough dots fit: once does for all but small
/// fields and crowds of obstacles.
const NARROWINGS: [u32; 6] = [1, 2, 4, 8, 16, 32];

/// One laying of dots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch<'a> {
    pub(super) seed: Seed,
    /// 0, or which later session this is: told apart in the ids.
    pub(super) tag: u8,
    pub(super) obstacles: &'a [Obstacle],
    /// Dots per cm² of picture where the relative density is 1.
    pub(super) density: f64,
    /// How many dots to keep; `None` for all.
    pub(super) keep: Option<usize>,
    /// Rank of the first dot.
    pub(super) first_rank: u32,
}

impl<'a> Batch<'a> {
    /// All dots at once.
    pub(super) const fn whole(prepared: &Prepared<'a>) -> Self {
        Self {
            seed: prepared.request.seed,
            tag: 0,
            obstacles: prepared.request.obstacles,
            density: prepared.density,
            keep: None,
            first_rank: 0,
        }
    }
}

/// A field, and the dots that stand as if they belonged to it: beyond the edge, or dropped where
/// the mask is soft.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    pub(super) field: DotField,
    pub(super) standing: Vec<Dot>,
}

impl Prepared<'_> {
    /// Lays a batch, at a spacing narrowed until there are enough dots to keep.
    pub(super) fn lay(&self, batch: &Batch<'_>, watch: &Watch<'_>) -> Result<Laid> {
        let Some(keep) = batch.keep else {
            let field = self.lay_at(batch, batch.density, watch)?;
            return Ok(self.select(batch, field));
        };
        let on_skin = self.on_skin * (batch.density / self.density);
        let spacing_mm = Density::unchecked(on_skin as f32).spacing_mm();
        let least = self.request.least_spacing_mm.map_or(0.0, f64::from);
        let mut most = 0;
        for times in NARROWINGS {
            let narrower = (0..times).fold(1.0, |factor, _| factor * SQUEEZE);
            if times > 1 && spacing_mm * narrower < least {
                break;
            }
            let field = self.lay_at(batch, batch.density / (narrower * narrower), watch)?;
            if field.dots.len() >= keep {
                return Ok(self.select(batch, field));
            }
            most = most.max(field.dots.len());
        }
        Err(too_many(keep as u64, most as u64))
    }

    fn lay_at(&self, batch: &Batch<'_>, density: f64, watch: &Watch<'_>) -> Result<DotField> {
        let mut plain = self.plain(density).with_obstacles(batch.obstacles);
        plain.seed = batch.seed;
        let mut field = plain.lay(self.area_mm2, watch)?;
        if batch.tag > 0 {
            for dot in field.dots.iter_mut().chain(&mut field.halo) {
                dot.id |= u64::from(batch.tag) << 56;
            }
        }
        field.unreachable_mm2 = self.unreachable_mm2;
        Ok(field)
    }

    /// All dots of a field, ranked.
    pub(super) fn ranked(&self, field: DotField) -> DotField {
        self.select(&Batch::whole(self), field).field
    }

    fn select(&self, batch: &Batch<'_>, mut field: DotField) -> Laid {
        let standing = match (self.request.softness, batch.keep) {
            (Softness::Density, None) => field.halo.clone(),
            (Softness::Density, Some(keep)) => thin(&mut field, keep),
            (Softness::Rank, _) => {
                let standing = field.halo.clone();
                self.rank(&mut field, &standing, batch);
                self.keep_by_rank(&mut field, batch.keep);
                standing
            }
        };
        match (self.request.softness, self.request.ranking) {
            (Softness::Density, Ranking::Even) => self.rank(&mut field, &standing, batch),
            (_, Ranking::Index) => {
                for (dot, rank) in field.dots.iter_mut().zip(0..) {
                    dot.rank = rank;
                }
            }
            (Softness::Rank, Ranking::Even) => {}
        }
        if batch.first_rank > 0 {
            for dot in &mut field.dots {
                dot.rank += batch.first_rank;
            }
        }
        Laid { field, standing }
    }

    /// Ranks from 0 by elimination.
    ///
    /// Dots beyond the edge take part, so that the edge is nothing special; dots that a soft mask
    /// or a low density dropped do not. What stands from earlier sessions stays to the end.
    fn rank(&self, field: &mut DotField, standing: &[Dot], batch: &Batch<'_>) {
        let ground = self.plain(self.density);
        let beyond = standing
            .iter()
            .filter(|dot| ground.coverage_at(dot.position_mm) == 0.0);
        let mut all = Vec::with_capacity(field.dots.len() + standing.len());
        let dots = field.dots.iter().chain(beyond);
        all.extend(dots.map(|dot| Member::of_dot(dot, Role::Counted)));
        if batch.tag > 0 {
            all.extend(fixed(field));
        }
        let order = rank::by_elimination(&all, None);
        let kept = field.dots.len();
        let ranked = order.into_iter().filter(|&i| (i as usize) < kept);
        for (i, rank) in ranked.zip(0..) {
            field.dots[i as usize].rank = rank;
        }
    }

    /// Drops the dots whose share of rank is not below their coverage, or all but those with the
    /// lowest quotients of the two.
    fn keep_by_rank(&self, field: &mut DotField, keep: Option<usize>) {
        let wanted = FieldRequest {
            mask: &self.mask,
            ..*self.request
        };
        let count = field.dots.len() as f64;
        let quotient = |dot: &Dot| {
            let alpha = f64::from(wanted.coverage_at(dot.position_mm));
            (f64::from(dot.rank) + 0.5) / count / alpha
        };
        let mut quotients: Vec<(f64, u32)> = field.dots.iter().map(quotient).zip(0..).collect();
        quotients.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let below = || quotients.partition_point(|&(quotient, _)| quotient < 1.0);
        let mut stays = vec![false; field.dots.len()];
        for &(_, i) in quotients.iter().take(keep.unwrap_or_else(below)) {
            stays[i as usize] = true;
        }
        let mut each = stays.iter();
        let (kept, dropped): (Vec<Dot>, Vec<Dot>) =
            field.dots.iter().partition(|_| each.next() == Some(&true));
        field.dots = kept;
        field.halo.extend(dropped);
        let mut order: Vec<u32> = (0..field.dots.len() as u32).collect();
        order.sort_unstable_by_key(|&i| field.dots[i as usize].rank);
        for (i, rank) in order.into_iter().zip(0..) {
            field.dots[i as usize].rank = rank;
        }
    }
}

/// Takes dots away until `keep` are left, most crowded first; gives the dots of the halo that such a
/// thinning leaves.
fn thin(field: &mut DotField, keep: usize) -> Vec<Dot> {
    let dots = field.dots.iter().map(|d| Member::of_dot(d, Role::Counted));
    let halo = field.halo.iter().map(|d| Member::of_dot(d, Role::Beyond));
    let members: Vec<Member> = dots.chain(halo).chain(fixed(field)).collect();
    let count = field.dots.len();
    let mut gone = vec![false; members.len()];
    for i in Elimination::new(&members, None).reduce(keep) {
        gone[i as usize] = true;
    }
    let split = |dots: &[Dot], first: usize| -> (Vec<Dot>, Vec<Dot>) {
        let mut i = first;
        dots.iter().partition(|_| {
            i += 1;
            !gone[i - 1]
        })
    };
    let (kept, dropped) = split(&field.dots, 0);
    let (standing, _) = split(&field.halo, count);
    field.dots = kept;
    // They still say why no further dot fits where they were.
    field.halo.extend(dropped);
    standing
}

/// What stands like a dot already, with the spacing of this field.
fn fixed(field: &DotField) -> Vec<Member> {
    let counts = |obstacle: &&Obstacle| obstacle.kind == ObstacleKind::CountsAsDot;
    let member = |(i, position_mm): (u64, Vec2)| Member {
        position_mm,
        spacing_mm: field.spacing_mm_at(position_mm) as f32,
        hash: mix64(i),
        role: Role::Fixed,
    };
    let places = field.obstacles.iter().filter(counts).map(|o| o.position_mm);
    (0..).zip(places).map(member).collect()
}
