//! Where to look closely: the middle of the treatment, and its edge, below that where there is room.

use stubblefield::{Mask, Plan};

/// A rectangle of the photo.
#[derive(Clone, Copy)]
pub(crate) struct Closeup {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Closeup {
    /// Pixels that both show.
    fn shared(&self, other: &Self) -> u64 {
        let along = |a: u32, b: u32, length: u32| u64::from(length.saturating_sub(a.abs_diff(b)));
        along(self.x, other.x, self.width) * along(self.y, other.y, self.height)
    }
}

/// Two close-ups side by side within `room` pixels, apart from each other if the second can be.
pub(crate) fn closeups(plan: &Plan, room: u32, gap: u32) -> [Closeup; 2] {
    let mask = plan.mask();
    let size = mask.size();
    let width = (room.saturating_sub(gap) / 2).clamp(1, size.width());
    let height = (width * 3 / 4).clamp(1, size.height());
    let around = |(x, y): (u32, u32)| Closeup {
        x: x.saturating_sub(width / 2).min(size.width() - width),
        y: y.saturating_sub(height / 2).min(size.height() - height),
        width,
        height,
    };
    let (right, bottom) = (size.width() - 1, size.height() - 1);
    let places = edge(mask);
    if places.is_empty() {
        // All of the picture is treated, and one place as good as another.
        return [(0, 0), (right, bottom)].map(around);
    }
    let (x, y) = deepest(plan);
    let middle = around((x, y));
    let below = (y..=bottom).find(|&y| !covers(mask, x, y));
    let below = (x, below.unwrap_or(bottom));
    let second = [below].into_iter().chain(places).map(|at| {
        let (dx, dy) = (at.0.abs_diff(below.0), at.1.abs_diff(below.1));
        let away = u64::from(dx) * u64::from(dx) + u64::from(dy) * u64::from(dy);
        (around(at), away)
    });
    let second = second.min_by_key(|(second, away)| (middle.shared(second), *away));
    [middle, second.map_or(middle, |(second, _)| second)]
}

fn covers(mask: &Mask, x: u32, y: u32) -> bool {
    mask.coverage().at(i64::from(x), i64::from(y)) >= 0.5
}

/// Pixels of the mask beside or above such as are none of it, or the other way round.
fn edge(mask: &Mask) -> Vec<(u32, u32)> {
    let size = mask.size();
    let is_edge = |x: u32, y: u32| {
        let own = covers(mask, x, y);
        let across = x + 1 < size.width() && covers(mask, x + 1, y) != own;
        across || y + 1 < size.height() && covers(mask, x, y + 1) != own
    };
    let pixels = (0..size.height()).flat_map(|y| (0..size.width()).map(move |x| (x, y)));
    pixels.filter(|&(x, y)| is_edge(x, y)).collect()
}

/// The pixel farthest from the edge of a mask that has one.
fn deepest(plan: &Plan) -> (u32, u32) {
    let distance = plan.mask().signed_distance_px();
    let size = distance.size();
    let (mut best, mut depth) = ((0, 0), 0.0);
    for y in 0..size.height() {
        for (x, &d) in distance.row(y).iter().enumerate() {
            if d > depth {
                (best, depth) = ((x as u32, y), d);
            }
        }
    }
    best
}
