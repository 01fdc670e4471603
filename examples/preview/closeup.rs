//! Where to look closely: the middle of the treatment, and its edge below that.

use stubblefield::Plan;

/// A rectangle of the photo.
pub(crate) struct Closeup {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Two close-ups side by side within `room` pixels.
pub(crate) fn closeups(plan: &Plan, room: u32, gap: u32) -> Vec<Closeup> {
    let size = plan.mask().size();
    let width = (room.saturating_sub(gap) / 2).clamp(1, size.width());
    let height = (width * 3 / 4).clamp(1, size.height());
    let (x, y) = deepest(plan);
    let edge = (y..size.height())
        .find(|&y| plan.mask().coverage().at(i64::from(x), i64::from(y)) < 0.5)
        .unwrap_or(size.height() - 1);
    [(x, y), (x, edge)]
        .map(|(x, y)| Closeup {
            x: x.saturating_sub(width / 2).min(size.width() - width),
            y: y.saturating_sub(height / 2).min(size.height() - height),
            width,
            height,
        })
        .into()
}

/// The pixel farthest from the edge of the mask; the middle of the picture without one.
fn deepest(plan: &Plan) -> (u32, u32) {
    let distance = plan.mask().signed_distance_px();
    let size = distance.size();
    let mut best = (size.width() / 2, size.height() / 2);
    let mut depth = 0.0;
    for y in 0..size.height() {
        for (x, &d) in distance.row(y).iter().enumerate() {
            if d.is_finite() && d > depth {
                (best, depth) = ((x as u32, y), d);
            }
        }
    }
    best
}
