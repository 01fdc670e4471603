//! Where to look closely: the middle of the treatment, and its edge below that.

use stubblefield::Plan;

/// A rectangle of the photo.
#[derive(Clone, Copy)]
pub(crate) struct Closeup {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Two close-ups side by side within `room` pixels, apart from each other where the photo has room for both.
pub(crate) fn closeups(plan: &Plan, room: u32, gap: u32) -> [Closeup; 2] {
    let size = plan.mask().size();
    let width = (room.saturating_sub(gap) / 2).clamp(1, size.width());
    let height = (width * 3 / 4).clamp(1, size.height());
    let (x, y) = deepest(plan);
    let edge = (y..size.height())
        .find(|&y| plan.mask().coverage().at(i64::from(x), i64::from(y)) < 0.5)
        .unwrap_or(size.height() - 1);
    let [mut middle, mut below] = [y, edge].map(|y| Closeup {
        x: x.saturating_sub(width / 2).min(size.width() - width),
        y: y.saturating_sub(height / 2).min(size.height() - height),
        width,
        height,
    });
    let between = y.midpoint(edge);
    if below.y - middle.y >= height {
        // Apart as they are.
    } else if (height..=size.height() - height).contains(&between) {
        (middle.y, below.y) = (between - height, between);
    } else if size.width() - width >= width {
        let cut = x.clamp(width, size.width() - width);
        (middle.x, below.x) = (cut - width, cut);
    }
    [middle, below]
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
