//! Where the response is highest: marks, and the shafts among them.

use glam::Vec2;

use super::chance;
use super::depth::Sheet;
use crate::parallel;

/// A mark in cells of the sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    pub(super) at: Vec2,
    pub(super) height: f32,
    /// Unit vector along it where it is a shaft.
    pub(super) along: Option<Vec2>,
}

/// Share of the usual height of clear peaks below which one is a pore rather than a hair. Found on the synthetic patches, as are
/// the constants below.
const PORE: f32 = 0.35;

/// Height over the noise of a clear peak, and how many make a usual height.
const CLEAR: f32 = 3.0;
const ENOUGH: usize = 20;

/// Ratio of the bends across and along from which a mark is a shaft.
const SHAFT: f32 = 3.0;

/// All wanted peaks that are no noise and no pores, row by row, where so many cells are looked at and the noise is grain in these
/// shares.
pub(super) fn peaks(
    sheet: &Sheet,
    looked_at: f32,
    grain: &[f32],
    wanted: impl Fn(Vec2) -> bool + Sync + Send,
) -> Vec<Peak> {
    let found = summits(sheet, &wanted);
    let least_clear = chance::threshold(sheet, &found, looked_at, grain);
    let clear = found.iter().filter(|summit| summit.clear > CLEAR);
    let mut heights: Vec<f32> = clear.map(|summit| summit.peak.height).collect();
    let least = if heights.len() >= ENOUGH {
        heights.sort_by(f32::total_cmp);
        PORE * heights[heights.len() / 2]
    } else {
        0.0
    };
    let kept = |summit: &Summit| summit.clear >= least_clear && summit.peak.height >= least;
    let kept = found.into_iter().filter(kept);
    kept.map(|summit| summit.peak).collect()
}

/// A peak, and its height over the noise around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summit {
    pub(super) peak: Peak,
    pub(super) clear: f32,
}

/// The wanted peaks that may be more than noise.
fn summits(sheet: &Sheet, wanted: impl Fn(Vec2) -> bool + Sync + Send) -> Vec<Summit> {
    let response = &sheet.response;
    let size = response.size();
    let of_row = |y: usize| {
        let (y, mut found) = (y as i64, Vec::new());
        if y == 0 || y + 1 >= i64::from(size.height()) {
            return found;
        }
        let row = response.row(y as u32);
        for x in 1..i64::from(size.width()) - 1 {
            let near = |dx: i64, dy: i64| response.at(x + dx, y + dy);
            let middle = row[x as usize];
            if middle <= sheet.least || !is_highest(middle, near) {
                continue;
            }
            let at = Vec2::new(x as f32, y as f32) + 0.5;
            let clear = middle / sheet.noise.at(at.x, at.y);
            let peak = Peak::fit(at, near);
            if clear > chance::LEAST_CLEAR && wanted(peak.at) {
                found.push(Summit { peak, clear });
            }
        }
        found
    };
    let rows = parallel::map(size.height() as usize, of_row);
    rows.into_iter().flatten().collect()
}

/// Whether no neighbour is higher; of equal ones the last in reading order is the highest.
fn is_highest(middle: f32, near: impl Fn(i64, i64) -> f32) -> bool {
    let around = [
        (-1, -1),
        (0, -1),
        (1, -1),
        (-1, 0),
        (1, 0),
        (-1, 1),
        (0, 1),
        (1, 1),
    ];
    around.iter().enumerate().all(|(i, &(dx, dy))| {
        let other = near(dx, dy);
        if i < 4 {
            middle >= other
        } else {
            middle > other
        }
    })
}

impl Peak {
    /// The paraboloid through the neighbours of a highest cell.
    fn fit(at: Vec2, near: impl Fn(i64, i64) -> f32) -> Self {
        let middle = near(0, 0);
        let top = |before: f32, after: f32| {
            let bend = before + after - 2.0 * middle;
            if bend < 0.0 {
                (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
            } else {
                0.0
            }
        };
        let offset = Vec2::new(top(near(-1, 0), near(1, 0)), top(near(0, -1), near(0, 1)));
        let xx = near(-1, 0) + near(1, 0) - 2.0 * middle;
        let yy = near(0, -1) + near(0, 1) - 2.0 * middle;
        let xy = 0.25 * (near(1, 1) + near(-1, -1) - near(1, -1) - near(-1, 1));
        // Both bends are downwards; the smaller one lies along a shaft.
        let (mean, half) = (0.5 * (xx + yy), 0.5 * (xx - yy));
        let spread = libm::hypotf(half, xy);
        let (across, along) = (mean - spread, mean + spread);
        let is_shaft = across < 0.0 && -across > SHAFT * (-along).max(0.0);
        let angle = 0.5 * libm::atan2f(2.0 * xy, xx - yy);
        Self {
            at: at + offset,
            height: middle,
            along: is_shaft.then(|| Vec2::new(libm::cosf(angle), libm::sinf(angle))),
        }
    }
}

/// Share of a shaft's height at which it ends.
const ENDS: f32 = 0.35;

/// The longest stub that is followed, to either side.
const LONGEST_MM: f32 = 3.0;

/// A shaft from one end to the other.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) places: Vec<Vec2>,
    /// Whether it went on beyond what is followed.
    pub(super) endless: bool,
}

impl Path {
    /// Follows the ridge through a peak to both sides.
    pub(super) fn follow(sheet: &Sheet, peak: &Peak, along: Vec2) -> Self {
        let (mut back, endless_back) = side(sheet, peak, -along);
        let (ahead, endless_ahead) = side(sheet, peak, along);
        back.reverse();
        back.push(peak.at);
        back.extend(ahead);
        Self {
            places: back,
            endless: endless_back || endless_ahead,
        }
    }

    pub(super) fn length(&self) -> f32 {
        self.places.windows(2).map(|p| p[0].distance(p[1])).sum()
    }
}

fn side(sheet: &Sheet, peak: &Peak, along: Vec2) -> (Vec<Vec2>, bool) {
    let least = ENDS * peak.height;
    let steps = (LONGEST_MM * sheet.cells_per_mm) as usize;
    let (mut at, mut way) = (peak.at, along);
    let mut places = Vec::new();
    for _ in 0..steps {
        // The highest of a fan of places one cell ahead.
        let turn = |sine: f32| (way + way.perp() * sine).normalize_or(way);
        let fan = [-0.4, -0.2, 0.0, 0.2, 0.4].map(|sine| {
            let way = turn(sine);
            let place = at + way;
            (sheet.response.sample(place.x, place.y), place, way)
        });
        let mut best = fan[2];
        for other in fan {
            if other.0 > best.0 {
                best = other;
            }
        }
        if best.0 < least {
            return (places, false);
        }
        (at, way) = (best.1, (0.5 * way + 0.5 * best.2).normalize_or(way));
        places.push(at);
    }
    (places, true)
}
