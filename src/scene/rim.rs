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

/// Farther than this from an ellipse, in mm, a place is not the skull's: hair, an ear, a collar, a mark on the wall. So many
/// may be; at once only the farthest few are left out, for all together may have drawn the ellipse away from good ones.
const OFF_MM: f32 = 3.0;
const MOST_OFF: f32 = 0.25;
const MOST_AT_ONCE: f32 = 0.04;

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
    let at_once = ((MOST_AT_ONCE * found) as usize).max(1);
    loop {
        let before = rim.len();
        let ellipsoid = head.ellipsoid();
        let off = rim.iter().map(|&at| off_mm(&ellipsoid, at).abs());
        let mut off: Vec<f32> = off.collect();
        let kept = before.checked_sub(at_once + 1)?;
        let most = *off.select_nth_unstable_by(kept, f32::total_cmp).1;
        let most = most.max(OFF_MM);
        rim.retain(|&at| off_mm(&ellipsoid, at).abs() <= most);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    /// A head of 150 by 190 mm before a wall at 2 px/mm, with round marks of `marks` on it, and an area on its top.
    fn head(marks: &[(Vec2, f32)]) -> Option<HeadShape> {
        let scale = Scale::px_per_mm(2.0).unwrap();
        let size = Size::new(440, 500).unwrap();
        let on_head =
            |p: Vec2| ((p - Vec2::new(220.0, 270.0)) / Vec2::new(150.0, 190.0)).length() < 1.0;
        let marked = |p: Vec2| {
            marks
                .iter()
                .any(|&(at, radius)| p.distance(at) < 2.0 * radius)
        };
        let share = |is| f32::from(u8::from(is));
        let wall = Mask::from_fn(size, |p| share(!on_head(p) && !marked(p))).unwrap();
        let area = Mask::from_fn(size, |p| share(on_head(p) && p.y < 200.0)).unwrap();
        before_wall(&wall, &area, scale)
    }

    #[test]
    fn marks_on_the_wall_do_not_hide_a_head() {
        let plain = head(&[]).unwrap();
        for i in 0..12 {
            // All around, 9 to 30 mm off it.
            let far = 1.12 + 0.07 * (i % 5) as f32;
            let away = far * Vec2::from_angle(-0.27 * i as f32) * Vec2::new(150.0, 190.0);
            let mark = Vec2::new(220.0, 270.0) + away;
            let found = head(&[(mark, 4.0)]).unwrap_or_else(|| panic!("none beside {mark}"));
            let off = found.centre_px.distance(plain.centre_px);
            let wider = (found.half_axes_px - plain.half_axes_px).abs();
            assert!(off < 1.0 && wider.max_element() < 1.0, "{mark}: {found:?}");
        }
        // A wall full of them tells nothing.
        let many = (0..24).map(|i| (Vec2::new(20.0 + 17.0 * i as f32, 25.0), 3.0));
        assert_eq!(head(&many.collect::<Vec<_>>()), None);
    }
}
