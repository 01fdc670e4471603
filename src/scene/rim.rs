//! The outline of a head before an even wall, for its curvature.

use glam::Vec2;

use super::ellipsoid::Ellipsoid;
use super::head::HeadShape;
use crate::mask::Mask;
use crate::units::Scale;

/// Places of the rim are looked for this far apart, and up to this far around the area, in mm: ears, neck and shoulders
/// lie farther off.
const APART_MM: f32 = 1.0;
const NEAR_MM: f32 = 40.0;

/// Farther than this from an ellipse, in mm, a place is not the skull's: hair, an ear, a collar. So many may be.
const OFF_MM: f32 = 3.0;
const MOST_OFF: f32 = 0.25;
const ROUNDS: usize = 6;

/// Root of the mean squared distance to the ellipse from which it tells nothing, in mm.
const LOOSE_MM: f32 = 1.5;

/// Least part of the way around that is seen, in steps of 10 degrees.
const STEPS: usize = 36;
const LEAST_STEPS: usize = 11;

/// Half axes of a head, hair and all, in mm: from a child's width to an adult's height with the chin.
const HALF_AXES_MM: [f32; 2] = [60.0, 135.0];

/// Share of the area off the wall that lies on the head that was found.
const LEAST_ON: f64 = 0.97;

/// The head that stands before a wall around an area; `None` where the border of the wall is no head's outline.
///
/// # Cost
/// A visit per square of 1 mm of the picture.
pub(super) fn before_wall(wall: &Mask, area: &Mask, scale: Scale) -> Option<HeadShape> {
    if wall.is_empty() {
        return None;
    }
    let mut rim = places(wall, area, scale)?;
    let found = rim.len() as f32;
    let mut head = HeadShape::fit(&rim).ok()?;
    let off_mm = |head: &Ellipsoid, at: Vec2| {
        let axes = head.half_axes_px;
        let off = head.in_half_axes(at).length() - 1.0;
        scale.to_mm(off * (axes.x * axes.y).sqrt())
    };
    for _ in 0..ROUNDS {
        let before = rim.len();
        let ellipsoid = head.ellipsoid();
        rim.retain(|&at| off_mm(&ellipsoid, at).abs() <= OFF_MM);
        if (rim.len() as f32) < (1.0 - MOST_OFF) * found {
            return None;
        }
        head = HeadShape::fit(&rim).ok()?;
        if rim.len() == before {
            break;
        }
    }
    let ellipsoid = head.ellipsoid();
    let squared = rim.iter().map(|&at| off_mm(&ellipsoid, at).powi(2));
    let squared = squared.sum::<f32>();
    let mut seen = [false; STEPS];
    for &at in &rim {
        let Vec2 { x, y } = ellipsoid.in_half_axes(at);
        let turn = libm::atan2f(y, x);
        let step = (turn / std::f32::consts::TAU + 0.5) * STEPS as f32;
        seen[(step as usize).min(STEPS - 1)] = true;
    }
    let step = scale.to_px(APART_MM) as usize;
    let off_wall = |x, y| area.coverage().at(x, y) * (1.0 - wall.coverage().at(x, y));
    let [least, most] = HALF_AXES_MM;
    let mut axes = head.half_axes_px.to_array().into_iter();
    let fits = (squared / rim.len() as f32).sqrt() <= LOOSE_MM
        && seen.iter().filter(|seen| **seen).count() >= LEAST_STEPS
        && axes.all(|axis| (least..=most).contains(&scale.to_mm(axis)))
        && head.share_of(area.size(), step, off_wall) >= LEAST_ON;
    fits.then_some(head)
}

/// Where the wall ends around the area, in pixels.
fn places(wall: &Mask, area: &Mask, scale: Scale) -> Option<Vec<Vec2>> {
    let [left, top, right, bottom] = area.bounds()?.map(i64::from);
    let near = scale.to_px(NEAR_MM) as i64;
    let step = (scale.to_px(APART_MM) as i64).max(1);
    let (width, height) = (
        i64::from(wall.size().width()),
        i64::from(wall.size().height()),
    );
    let is_wall = |x: i64, y: i64| wall.coverage().at(x, y) > 0.0;
    let inside = |x: i64, y: i64| (0..width).contains(&x) && (0..height).contains(&y);
    let rows = (top - near).max(0)..(bottom + near).min(height);
    let columns = (left - near).max(0)..(right + near).min(width);
    let mut rim = Vec::new();
    for y in rows.step_by(step as usize) {
        for x in columns.clone().step_by(step as usize) {
            let around = [(x - step, y), (x + step, y), (x, y - step), (x, y + step)];
            let mut beside = around.into_iter().filter(|&(x, y)| inside(x, y));
            if !is_wall(x, y) && beside.any(|(x, y)| is_wall(x, y)) {
                rim.push(Vec2::new(x as f32 + 0.5, y as f32 + 0.5));
            }
        }
    }
    Some(rim)
}
