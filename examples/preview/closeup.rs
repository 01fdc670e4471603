//! Where to look closely: the middle of the treatment, and its edge below that; or its left and its right half.

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
    let ((x, y), middle_column) = deepest(plan);
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
        let cut = middle_column.clamp(width, size.width() - width);
        (middle.x, below.x) = (cut - width, cut);
    }
    [middle, below]
}

/// The pixel farthest from the edge of the mask, and the column in the middle of what it covers; those of the picture
/// without one.
fn deepest(plan: &Plan) -> ((u32, u32), u32) {
    let distance = plan.mask().signed_distance_px();
    let size = distance.size();
    let mut best = (size.width() / 2, size.height() / 2);
    let mut depth = 0.0;
    let (mut first, mut last) = (size.width() - 1, 0);
    for y in 0..size.height() {
        for (x, &d) in (0..).zip(distance.row(y)) {
            if d.is_finite() && d > 0.0 {
                (first, last) = (x.min(first), x.max(last));
                if d > depth {
                    (best, depth) = ((x, y), d);
                }
            }
        }
    }
    let middle_column = if depth > 0.0 {
        first.midpoint(last)
    } else {
        best.0
    };
    (best, middle_column)
}
