//! What a follicle of a synthetic patch looks like to the camera, before noise.

use glam::Vec2;

use super::growth::{Unit, opacity};
use super::request::PatchRequest;
use crate::plane::Plane;
use crate::scene::skin::SkinTone;
use crate::units::Size;

/// A follicular unit of a synthetic patch.
///
/// # Examples
/// ```
/// use stubblefield::{PatchRequest, Scale, Seed, Size};
///
/// let request = PatchRequest::new(Size::new(200, 200)?, Scale::px_per_mm(20.0)?, Seed::new(3));
/// let patch = request.generate()?;
/// let plain = patch.follicles.iter().filter(|f| f.contrast[1] > 0.08 && f.width_px >= 2.0);
/// assert!(plain.count() * 10 > patch.follicles.len() * 7);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TrueFollicle {
    /// Middle of the places where its hairs leave the skin, in mm from the upper left corner.
    pub exit_mm: Vec2,
    /// Middle of the dark mark that it makes, stubs included, in mm.
    pub center_mm: Vec2,
    /// The same in pixels.
    pub center_px: Vec2,
    /// Hairs that leave the skin together, 1..=3.
    pub hairs: u8,
    /// Angle in which the first hair leans, in radians from x towards y.
    pub angle: f32,
    /// Width of the mark across its hairs at half its depth, as the camera sees it, in pixels.
    pub width_px: f32,
    /// Share of the light around it that is missing where the mark is darkest, red, green and blue,
    /// as the camera sees it without noise; below 0 where something brighter lies over it.
    pub contrast: [f32; 3],
    /// Share of the mark's middle that lies under long hair or stubs.
    pub covered: f32,
}

/// Light with and without hair, as the camera sees it.
struct Views<'a> {
    bare: &'a [f32],
    seen: &'a [f32],
    size: Size,
}

impl Views<'_> {
    /// What hair leaves of a channel's light at a position in pixels.
    fn left(&self, at: Vec2, channel: usize) -> f32 {
        let (width, height) = (self.size.width() as i64, self.size.height() as i64);
        let p = at - 0.5;
        let (corner, t) = (p.floor(), p - p.floor());
        let share = |dx: i64, dy: i64| {
            let x = (corner.x as i64 + dx).clamp(0, width - 1);
            let y = (corner.y as i64 + dy).clamp(0, height - 1);
            let i = 3 * (y * width + x) as usize + channel;
            self.seen[i] / self.bare[i].max(1e-6)
        };
        let upper = share(0, 0) * (1.0 - t.x) + share(1, 0) * t.x;
        let lower = share(0, 1) * (1.0 - t.x) + share(1, 1) * t.x;
        upper * (1.0 - t.y) + lower * t.y
    }
}

pub(super) fn measure(
    request: &PatchRequest,
    units: &[Unit],
    bare: &[f32],
    seen: &[f32],
    cover: &Plane<f32>,
) -> Vec<TrueFollicle> {
    let views = Views {
        bare,
        seen,
        size: request.size,
    };
    units
        .iter()
        .map(|unit| follicle(request, unit, &views, cover))
        .collect()
}

fn follicle(
    request: &PatchRequest,
    unit: &Unit,
    views: &Views<'_>,
    cover: &Plane<f32>,
) -> TrueFollicle {
    let scale = request.scale.get();
    let angle = unit.hairs[0].angle;
    // Stubs and roots by their area and by how much of the green light each takes.
    let mut sum = (Vec2::ZERO, 0.0);
    let melanin = SkinTone::from_linear(request.skin).melanin();
    for hair in &unit.hairs {
        let paler = (hair.color.y / request.skin.green.max(1e-3)).min(1.0);
        let taken = opacity(hair.color) * (1.0 - paler);
        let stub = hair.width_mm * (hair.stub_mm + 0.8 * hair.width_mm) * taken;
        let root = hair.root(1.0, melanin);
        let root_mm2 = std::f32::consts::PI * root.radius_px * root.radius_px;
        let below = root_mm2 * root.absorptance[1];
        let along = Vec2::from_angle(hair.angle);
        sum.0 += stub * (hair.exit_mm + along * (0.5 * hair.stub_mm));
        sum.0 += below * root.center_px;
        sum.1 += stub + below;
    }
    let center_mm = sum.0 / sum.1;
    let center_px = center_mm * scale;
    let darkest = darkest(views, center_px, (0.16 * scale).max(1.0));
    let ring_px = (0.32 * scale).max(2.5 * request.blur_px + 1.0);
    let contrast =
        [0, 1, 2].map(|c| 1.0 - views.left(darkest, c) / ring(views, darkest, ring_px, c));
    let covered = cover.sample(center_px.x, center_px.y);
    TrueFollicle {
        exit_mm: unit.exit_mm,
        center_mm,
        center_px,
        hairs: unit.hairs.len() as u8,
        angle,
        width_px: width(views, darkest, angle, ring_px),
        contrast,
        covered,
    }
}

/// Where green light is weakest around a position.
fn darkest(views: &Views<'_>, around: Vec2, reach: f32) -> Vec2 {
    let steps = (2.0 * reach).ceil() as i32;
    let mut best = (around, f32::INFINITY);
    for dy in -steps..=steps {
        for dx in -steps..=steps {
            let offset = Vec2::new(dx as f32, dy as f32) * 0.5;
            let left = views.left(around + offset, 1);
            if offset.length() <= reach && left < best.1 {
                best = (around + offset, left);
            }
        }
    }
    best.0
}

/// Median of a channel around a mark.
fn ring(views: &Views<'_>, middle: Vec2, radius: f32, channel: usize) -> f32 {
    let mut around: [f32; 16] = std::array::from_fn(|i| {
        let direction = Vec2::from_angle(i as f32 * std::f32::consts::TAU / 16.0);
        views.left(middle + direction * radius, channel)
    });
    around.sort_by(f32::total_cmp);
    (0.5 * (around[7] + around[8])).max(1e-6)
}

/// Distance of the two places beside a mark where its depth has fallen to half.
fn width(views: &Views<'_>, darkest: Vec2, angle: f32, ring_px: f32) -> f32 {
    let around = ring(views, darkest, ring_px, 1);
    let half = 0.5 * (views.left(darkest, 1) + around);
    let across = Vec2::from_angle(angle).perp();
    let reach = |side: f32| {
        let steps = (10.0 * ring_px) as u32;
        let at = |i: u32| darkest + across * (side * 0.1 * i as f32);
        let crossing = (0..steps).find(|&i| views.left(at(i), 1) >= half);
        0.1 * crossing.unwrap_or(steps) as f32
    };
    reach(1.0) + reach(-1.0)
}
