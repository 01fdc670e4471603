//! From what was asked to what is laid: mask, relative density and nominal density of the picture,
//! and how many dots they come to.

use std::borrow::Cow;

use super::obstacle::ObstacleKind;
use super::policy::{Count, EdgePolicy, Softness};
use super::request::FieldRequest;
use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::plane::Plane;
use crate::units::Density;

/// Spacing is narrowed by this much where counts are exact; 6 % too many dots are laid and thinned.
pub(super) const SQUEEZE: f64 = 0.97;

/// Highest density that a count may come to, dots per cm².
const DENSEST: f64 = 2000.0;

/// mm² in a cm².
const MM2: f64 = 100.0;

#[derive(Clone, Debug)]
pub(super) struct Prepared<'a> {
    pub(super) request: &'a FieldRequest<'a>,
    /// Where dots belong, and how many of them.
    pub(super) mask: Cow<'a, Mask>,
    /// Where dots are laid.
    pub(super) ground: Cow<'a, Mask>,
    /// Factor on the density of the picture.
    relative: Option<Cow<'a, Plane<f32>>>,
    /// Dots per cm² of picture where `relative` is 1.
    pub(super) density: f64,
    /// Dots per cm² of skin where the caller's relative density is 1.
    pub(super) on_skin: f64,
    /// mm² of skin under the mask.
    pub(super) area_mm2: f64,
    /// Of these, where the density would need too narrow a spacing.
    pub(super) unreachable_mm2: f64,
    /// mm² of skin, weighed by coverage and relative density, less clearances.
    pub(super) effective_mm2: f64,
    /// Obstacles on the mask that each take the place of a dot.
    pub(super) standing: u64,
}

impl<'a> Prepared<'a> {
    /// `exact` where dots will be counted out.
    pub(super) fn new(request: &'a FieldRequest<'a>, exact: bool) -> Result<Self> {
        let mask = match request.edges {
            EdgePolicy::Inset(mm) if mm > 0.0 => Cow::Owned(inset(request, mm)?),
            _ => Cow::Borrowed(request.mask),
        };
        let ground = match request.softness {
            Softness::Density => mask.clone(),
            Softness::Rank => Cow::Owned(mask.support()),
        };
        // A pass over the pixels each, spared where nothing is counted.
        let free = if exact { cleared(request) } else { None };
        let alpha = mask.coverage().values();
        let factor = request.area_factor.map(Plane::values);
        let relative = request.relative_density.map(Plane::values);
        let at = |values: Option<&[f32]>, i: usize| values.map_or(1.0, |v| f64::from(v[i]));
        let per_mm = f64::from(request.scale.get());
        // Skin under the mask, in mm², weighed by f.
        let skin = |f: &dyn Fn(usize) -> f64| {
            let pixels = (0..alpha.len()).filter(|&i| alpha[i] > 0.0);
            let sum: f64 = pixels
                .map(|i| f64::from(alpha[i]) * at(factor, i) * f(i))
                .sum();
            sum / (per_mm * per_mm)
        };
        let open = |i: usize| f64::from(u8::from(free.as_ref().is_none_or(|free| free[i])));
        let standing = if exact { standing(request, &mask) } else { 0 };
        let weighed = if exact {
            skin(&|i| open(i) * at(relative, i))
        } else {
            0.0
        };
        let asked = match request.count {
            Count::Dots(n) => (f64::from(n) + standing as f64) * MM2 / weighed,
            _ => f64::from(request.density.get()),
        };
        // Of an empty mask infinitely many would be asked.
        let too_dense = asked > DENSEST;
        let asked = asked.min(DENSEST);
        let narrowing = if exact { SQUEEZE * SQUEEZE } else { 1.0 };
        let cap = request.least_spacing_mm.map_or(f64::INFINITY, |mm| {
            MM2 * Density::PACKING * narrowing / (f64::from(mm) * f64::from(mm))
        });
        let on_skin = asked.min(cap);
        let reached = |i: usize| (at(relative, i) * asked).min(cap) / on_skin;
        let unreachable = |i: usize| f64::from(u8::from(at(relative, i) * asked > cap));
        let unreachable_mm2 = if asked > cap { skin(&unreachable) } else { 0.0 };
        let effective_mm2 = if exact && asked > cap {
            skin(&|i| open(i) * reached(i))
        } else {
            weighed
        };
        if let (Count::Dots(n), true) = (request.count, too_dense || unreachable_mm2 > 0.0) {
            // As many as the spacing allows where most are wanted, and elsewhere in proportion.
            let covered = (0..alpha.len()).filter(|&i| alpha[i] > 0.0);
            let highest = covered.map(|i| at(relative, i)).fold(0.0, f64::max);
            let most = (weighed * (cap / highest).min(DENSEST) / MM2) as u64;
            return Err(too_many(u64::from(n), most.saturating_sub(standing)));
        }
        let steepest = factor.map_or(1.0, |factor| {
            let covered = factor.iter().zip(alpha).filter(|(_, alpha)| **alpha > 0.0);
            covered.map(|(&f, _)| f64::from(f)).fold(1.0, f64::max)
        });
        let changed = factor.is_some() || (relative.is_some() && asked > cap);
        let relative = if changed {
            let value = |i: usize| (reached(i) * at(factor, i) / steepest).min(1.0) as f32;
            let values = (0..alpha.len()).map(value).collect();
            Some(Cow::Owned(Plane::from_vec(mask.size(), values)?))
        } else {
            request.relative_density.map(Cow::Borrowed)
        };
        Ok(Self {
            request,
            area_mm2: match factor {
                Some(_) => skin(&|_| 1.0),
                None => mask.area_px() / (per_mm * per_mm),
            },
            mask,
            ground,
            relative,
            density: on_skin * steepest,
            on_skin,
            unreachable_mm2,
            effective_mm2,
            standing,
        })
    }

    /// How many dots density × area comes to, less those that stand already.
    pub(super) fn total(&self) -> u64 {
        if let Count::Dots(n) = self.request.count {
            return u64::from(n);
        }
        let all = (self.effective_mm2 * self.on_skin / MM2).round() as u64;
        all.saturating_sub(self.standing)
    }

    /// What is left to ask of a plain field.
    pub(super) fn plain(&self, density: f64) -> FieldRequest<'_> {
        let density = Density::unchecked(density as f32);
        let Self { request, .. } = *self;
        let plain = FieldRequest::new(&self.ground, request.scale, density, request.seed)
            .with_edges(request.edges);
        match &self.relative {
            Some(relative) => plain.with_relative_density(relative),
            None => plain,
        }
    }
}

pub(super) const fn too_many(asked: u64, most: u64) -> Error {
    Error::TooLarge {
        parameter: "count",
        value: asked,
        allowed: most,
    }
}

fn inset(request: &FieldRequest<'_>, mm: f32) -> Result<Mask> {
    let limit = request.scale.to_px(mm);
    let mut coverage = request.mask.signed_distance_px();
    for (value, &own) in coverage
        .values_mut()
        .iter_mut()
        .zip(request.mask.coverage().values())
    {
        *value = if *value >= limit { own } else { 0.0 };
    }
    Mask::from_coverage(coverage)
}

/// Whether each pixel's centre is outside all clearances; `None` without any.
fn cleared(request: &FieldRequest<'_>) -> Option<Vec<bool>> {
    let circle = |kind| match kind {
        ObstacleKind::Clearance(mm) => Some(f64::from(mm)),
        ObstacleKind::CountsAsDot => None,
    };
    let obstacles = request.obstacles.iter();
    let mut circles = obstacles
        .filter_map(|obstacle| Some((obstacle.position_mm.as_dvec2(), circle(obstacle.kind)?)))
        .peekable();
    circles.peek()?;
    let size = request.mask.size();
    let (width, height) = (f64::from(size.width()), f64::from(size.height()));
    let per_mm = f64::from(request.scale.get());
    let mut free = vec![true; size.pixels()];
    for (place, mm) in circles {
        let (place, radius) = (place * per_mm, mm * per_mm);
        let span = |middle: f64, half: f64, count: f64| {
            let first = (middle - half - 0.5).ceil().clamp(0.0, count);
            let end = ((middle + half - 0.5).floor() + 1.0).clamp(first, count);
            first as usize..end as usize
        };
        for y in span(place.y, radius, height) {
            let down = y as f64 + 0.5 - place.y;
            let half = (radius * radius - down * down).max(0.0).sqrt();
            let row = y * size.width() as usize;
            for x in span(place.x, half, width) {
                free[row + x] = false;
            }
        }
    }
    Some(free)
}

fn standing(request: &FieldRequest<'_>, mask: &Mask) -> u64 {
    let size = mask.size();
    let on_mask = request.obstacles.iter().filter(|obstacle| {
        let px = obstacle.position_mm.as_dvec2() * f64::from(request.scale.get());
        obstacle.kind == ObstacleKind::CountsAsDot
            && px.x >= 0.0
            && px.y >= 0.0
            && px.x < f64::from(size.width())
            && px.y < f64::from(size.height())
            && mask.coverage().row(px.y as u32)[px.x as usize] > 0.0
    });
    on_mask.count() as u64
}
