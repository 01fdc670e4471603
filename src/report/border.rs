//! How a treatment ends towards bare skin: how straight, how sharply, how low.

use std::collections::BTreeMap;
use std::fmt;

use glam::Vec2;

use crate::look::{Plan, PlannedDot};
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::scene::{Chart, HairBeside};
use crate::units::{Scale, Size};

/// Side of the cells on which the border is drawn, and the blur that takes its irregularity away, in mm.
const CELL_MM: f32 = 0.5;
const SMOOTH_MM: f32 = 6.0;

/// How far the smooth border may run from that of the mask, in mm.
const OFF_MM: f32 = 4.0;

/// Stretches of border whose foremost dots are compared, how far off others still tell where a smooth line
/// would run, and how deep behind it dots belong to it, in mm.
const STRETCH_MM: f32 = 4.0;
const AROUND_MM: f32 = 15.0;
const DEEP_MM: f32 = 25.0;

/// Least area in the picture over that of the skin at which a border is judged: at more than 60° off the camera a hairline is
/// not seen for what it is.
pub(super) const LEAST_SEEN: f32 = 0.5;

/// Fewer stretches are no hairline.
const LEAST_STRETCHES: usize = 8;

/// Steps behind the foremost dot in which density is counted, in mm, and the share of the full density at
/// which it counts as full.
const STEP_MM: f32 = 0.5;
const STEPS: usize = (DEEP_MM / STEP_MM) as usize;
const FULL_SHARE: f64 = 0.8;

/// The border of a treatment towards bare skin, measured on its dots; that to the background and to the
/// frame of the picture does not count. Lengths are those on the skin where the head's shape is known, and skin that is turned
/// more than 60° off the camera is then left out.
///
/// # Examples
/// ```
/// use stubblefield::{Edge, Look, Mask, Photo, Scale, Seed, Size, When};
///
/// let size = Size::new(240, 120)?;
/// let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels()))?;
/// let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 80.0)))?;
/// let border = |edge: Edge| {
///     let look = Look::stubble().with_edge(edge);
///     let plan = look.plan(&photo, &upper, Scale::px_per_mm(3.0)?, Seed::new(1))?;
///     Ok::<_, stubblefield::Error>(plan.report(&photo, When::healed())?.border.expect("it has a border"))
/// };
/// let (soft, ruled) = (border(Edge::default())?, border(Edge::past(0.0, 0.0))?);
/// assert!(soft.irregularity_mm > 2.0 * ruled.irregularity_mm);
/// assert!(soft.rise_mm > Some(3.0) && ruled.rise_mm < Some(2.0));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Border {
    /// Standard deviation of the foremost dots about a smooth line through them, from its upper quartile, in mm.
    pub irregularity_mm: f64,
    /// Mean way behind the foremost dots over which density rises to four fifths of the full one, in mm; `None`
    /// where it does not within 25 mm, as in a narrow treatment.
    pub rise_mm: Option<f64>,
}

impl fmt::Display for Border {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "border: strays by {:.1} mm about a smooth line",
            self.irregularity_mm
        )?;
        match self.rise_mm {
            Some(mm) => write!(f, ", density rises over {mm:.1} mm"),
            None => f.write_str(", density does not become full behind it"),
        }
    }
}

/// What a border is drawn on: the chart of the skin, or the picture where the head's shape is not known.
struct Ground<'a> {
    plan: &'a Plan,
    chart: Option<&'a Chart>,
}

impl<'a> Ground<'a> {
    const fn of(plan: &'a Plan) -> Self {
        let chart = plan.chart();
        Self { plan, chart }
    }

    fn scale(&self) -> Scale {
        self.chart.map_or(self.plan.scale(), Chart::scale)
    }

    /// Mean coverage of squares of `side` pixels of it.
    fn cells(&self, masks: [&Mask; 2], side: usize) -> [Plane<f32>; 2] {
        let [treated, beyond] = masks;
        self.chart.map_or_else(
            || masks.map(|mask| cells(mask, side)),
            |chart| chart.of_masks(treated, beyond, side),
        )
    }

    /// The place of a dot in mm; `None` where it is not judged.
    fn of_dot(&self, dot: &PlannedDot) -> Option<Vec2> {
        let at_px = dot.position_mm * self.plan.scale().get();
        let judged = self
            .chart
            .map_or(Some(dot.position_mm), |chart| chart.of_photo(at_px));
        judged.filter(|_| self.is_judged(at_px))
    }

    /// A place in the pixels of the picture; `None` where that does not show it.
    fn in_picture(&self, place: Vec2) -> Option<Vec2> {
        let flat = place * self.plan.scale().get();
        self.chart.map_or(Some(flat), |chart| chart.to_photo(place))
    }

    fn is_judged(&self, at_px: Vec2) -> bool {
        self.plan.tilt_at(at_px).seen() >= LEAST_SEEN
    }

    /// Skin over its area here.
    fn area_factor(&self, place: Vec2) -> f32 {
        self.chart.map_or(1.0, |chart| chart.area_factor_at(place))
    }
}

/// Where smooth borders run, on a coarse grid of the skin, or of the picture where the head's shape is not known.
struct Line {
    /// Distance into the treatment in mm, behind the smooth border and behind that of the mask.
    inside_mm: Plane<f32>,
    mask_mm: Plane<f32>,
    /// 1 on what is neither bare skin nor treated.
    beyond: Plane<f32>,
    cells_per_mm: f32,
}

impl Line {
    /// `None` for a treatment without a border in the picture.
    fn of(ground: &Ground<'_>, met: Option<&HairBeside>) -> Option<Self> {
        let treated = ground.plan.mask();
        let beyond = ground.plan.scene().no_border(met, treated);
        let scale = ground.scale();
        let side = (scale.to_px(CELL_MM) as usize).max(1);
        let cells_per_mm = scale.get() / side as f32;
        let [treated, beyond] = ground.cells([treated, &beyond], side);
        let mut covered = treated.clone();
        for (covered, &beyond) in covered.values_mut().iter_mut().zip(beyond.values()) {
            *covered = f32::from(u8::from(*covered > 0.0 || beyond > 0.5));
        }
        let mask = Mask::from_shares(covered.clone()).signed_distance_px();
        let deepest = mask.values().iter().copied().filter(|d| d.is_finite());
        let deepest_mm = deepest.fold(0.0_f32, f32::max) / cells_per_mm;
        let sigma = SMOOTH_MM.min(0.3 * deepest_mm) * cells_per_mm;
        let smooth = covered.smoothed(sigma);
        let inside = Mask::from_shares(smooth.map(|c| c.clamp(0.0, 1.0))).signed_distance_px();
        let some = inside.values().iter().any(|d| d.is_finite());
        some.then(|| Self {
            inside_mm: inside.map(|d| d / cells_per_mm),
            mask_mm: mask.map(|d| d / cells_per_mm),
            beyond,
            cells_per_mm,
        })
    }

    /// Depth of a place behind the smooth border, and the place of the border that is nearest to it; `None`
    /// far behind it, and where it is no border to bare skin.
    fn foot(&self, place_mm: Vec2) -> Option<(f32, Vec2)> {
        let at = |p: Vec2| {
            let cell = p * self.cells_per_mm;
            self.inside_mm.sample(cell.x, cell.y)
        };
        let depth = at(place_mm);
        if depth > DEEP_MM {
            return None;
        }
        let step = |by: Vec2| at(place_mm + by) - at(place_mm - by);
        let slope = Vec2::new(step(Vec2::X), step(Vec2::Y)) * 0.5;
        let inwards = slope.try_normalize().filter(|_| slope.length() > 0.5)?;
        let foot = place_mm - depth * inwards;
        // A little in front of it there has to be skin, and behind it the treatment, not the wall.
        let size = self.beyond.size();
        let is_skin = |place_mm: Vec2| {
            let at = place_mm * self.cells_per_mm;
            size.holds(at) && self.beyond.sample(at.x, at.y) < 0.5
        };
        let ends_here = is_skin(foot - 3.0 * inwards) && is_skin(foot + 2.0 * inwards);
        // Where smoothing has closed a gap, its border is none of the treatment.
        let cell = foot * self.cells_per_mm;
        let near = self.mask_mm.sample(cell.x, cell.y).abs() <= OFF_MM;
        (ends_here && near).then_some((depth, foot))
    }
}

/// Mean coverage of squares of `side` pixels.
fn cells(mask: &Mask, side: usize) -> Plane<f32> {
    let size = mask.size();
    let columns = (size.width() as usize).div_ceil(side);
    let rows = (size.height() as usize).div_ceil(side);
    let grid = Size::within(columns as u32, rows as u32);
    let mut cells = Plane::filled(grid, 0.0_f32);
    parallel::for_each_chunk(cells.values_mut(), columns, |row, cells| {
        let lines = row * side..(size.height() as usize).min((row + 1) * side);
        for (column, cell) in cells.iter_mut().enumerate() {
            let across = column * side..(size.width() as usize).min((column + 1) * side);
            let count = (lines.len() * across.len()) as f32;
            let line = |y: usize| {
                let row = mask.coverage().row(y as u32);
                row[across.clone()].iter().sum::<f32>()
            };
            *cell = lines.clone().map(line).sum::<f32>() / count;
        }
    });
    cells
}

/// Stretches of a border: every place of it belongs to the nearest of middles that lie apart.
#[derive(Default)]
struct Stretches {
    middles: Vec<Vec2>,
    /// Which middles lie in each square of the plane.
    squares: BTreeMap<(i32, i32), Vec<usize>>,
}

impl Stretches {
    fn square(place: Vec2) -> (i32, i32) {
        let square = (place / STRETCH_MM).floor();
        (square.y as i32, square.x as i32)
    }

    /// The stretch of a place, if its middle is within reach.
    fn nearest(&self, place: Vec2) -> Option<usize> {
        let (row, column) = Self::square(place);
        let mut nearest = None;
        let mut least = STRETCH_MM;
        for row in row - 1..=row + 1 {
            let line = (row, column - 1)..=(row, column + 1);
            for &middle in self.squares.range(line).flat_map(|(_, middles)| middles) {
                let distance = self.middles[middle].distance(place);
                if distance < least {
                    (nearest, least) = (Some(middle), distance);
                }
            }
        }
        nearest
    }

    fn over(places: impl Iterator<Item = Vec2>) -> Self {
        let mut stretches = Self::default();
        for place in places {
            if stretches.nearest(place).is_none() {
                let square = stretches.squares.entry(Self::square(place));
                square.or_default().push(stretches.middles.len());
                stretches.middles.push(place);
            }
        }
        stretches
    }
}

/// The border of the finished treatment; `None` where it has none towards bare skin.
pub(super) fn border(plan: &Plan) -> Option<Border> {
    let met = plan.look().hair_met(plan.scene(), plan.mask());
    let ground = Ground::of(plan);
    let line = Line::of(&ground, met)?;
    let dots = plan.dots().iter().filter_map(|dot| ground.of_dot(dot));
    let feet: Vec<(f32, Vec2)> = dots.filter_map(|place| line.foot(place)).collect();
    let stretches = Stretches::over(feet.iter().map(|foot| foot.1));
    if stretches.middles.len() < LEAST_STRETCHES {
        return None;
    }
    let mut foremost = vec![f32::INFINITY; stretches.middles.len()];
    for &(depth, foot) in &feet {
        if let Some(stretch) = stretches.nearest(foot) {
            foremost[stretch] = foremost[stretch].min(depth);
        }
    }
    let fronts = foremost.iter().zip(&stretches.middles);
    let fronts: Vec<(f32, Vec2)> = fronts.map(|(&depth, &middle)| (depth, middle)).collect();
    let behind = |(depth, foot): (f32, Vec2)| {
        let step = (depth - foremost[stretches.nearest(foot)?]) / STEP_MM;
        (0.0..STEPS as f32).contains(&step).then_some(step as usize)
    };
    Some(Border {
        irregularity_mm: irregularity(&fronts)?,
        rise_mm: rise(&ground, met, &line, &feet, behind),
    })
}

/// Deviation of the foremost dots about the mean of those around them, by its upper quartile: a few corners
/// of a treatment are no waves of its hairline.
fn irregularity(foremost: &[(f32, Vec2)]) -> Option<f64> {
    let mut off = Vec::with_capacity(foremost.len());
    for &(depth, foot) in foremost {
        let near = foremost
            .iter()
            .filter(|(_, other)| other.distance(foot) <= AROUND_MM);
        let (total, n) = near.fold((0.0, 0.0), |(total, n), (d, _)| {
            (total + f64::from(*d), n + 1.0)
        });
        if n >= 3.0 {
            // The mean that it is compared with holds the place itself.
            off.push((f64::from(depth) - total / n).abs() * (n / (n - 1.0)).sqrt());
        }
    }
    if off.is_empty() {
        return None;
    }
    let quartile = (off.len() - 1) * 3 / 4;
    // Three quarters of normal deviations are below 1.1503 of the standard deviation.
    Some(*off.select_nth_unstable_by(quartile, f64::total_cmp).1 / 1.1503)
}

/// Where, behind the foremost dot of each stretch, density has risen; `behind` counts the steps there.
fn rise(
    ground: &Ground<'_>,
    met: Option<&HairBeside>,
    line: &Line,
    feet: &[(f32, Vec2)],
    behind: impl Fn((f32, Vec2)) -> Option<usize>,
) -> Option<f64> {
    let mut dots = vec![0.0_f64; STEPS];
    for step in feet.iter().filter_map(|&foot| behind(foot)) {
        dots[step] += 1.0;
    }
    let mut area = vec![0.0_f64; STEPS];
    let cell_mm = 1.0 / line.cells_per_mm;
    let size = line.inside_mm.size();
    for y in 0..size.height() {
        for x in 0..size.width() {
            let place = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) * cell_mm;
            let Some(step) = line.foot(place).and_then(&behind) else {
                continue;
            };
            if let Some(at_px) = ground.in_picture(place)
                && ground.is_judged(at_px)
            {
                // What is left to own hair is no part of the treatment.
                let left = met.map_or(1.0, |hair| 1.0 - hair.share_at(at_px));
                area[step] += f64::from(cell_mm * cell_mm * left * ground.area_factor(place));
            }
        }
    }
    let full = f64::from(ground.plan.look().density().get()) / 100.0;
    // The first step holds the dot that it is counted from; three at a time, for few dots are few.
    let window = |at: usize| {
        let (dots, area) = (at..at + 3).fold((0.0, 0.0), |(d, a), i| (d + dots[i], a + area[i]));
        dots / area.max(1e-9)
    };
    let risen = (1..STEPS - 2).find(|&at| window(at) >= FULL_SHARE * full)?;
    // To the middle of the three, less the step of the foremost dot.
    Some(f64::from(STEP_MM) * (risen as f64 + 0.5))
}

/// How far above the line of the brows the lowest dots stand, in mm, of those that stand above them; and
/// the share of the treatment that lies below the line. `None` where no dot stands above the brows.
pub(super) fn above_brows(plan: &Plan, brows_px: [Vec2; 2]) -> (Option<f64>, f64) {
    let [a, b] = if brows_px[0].x <= brows_px[1].x {
        brows_px
    } else {
        [brows_px[1], brows_px[0]]
    };
    let along = (b - a).normalize_or_zero();
    // y runs down, so up is to the left of the way from the left brow to the right one.
    let up = Vec2::new(along.y, -along.x);
    let span = 0.0..=a.distance(b);
    let mut lowest = f32::INFINITY;
    for dot in plan.dots() {
        let from = dot.position_mm * plan.scale().get() - a;
        let height = from.dot(up);
        if span.contains(&from.dot(along)) && height > 0.0 {
            lowest = lowest.min(height);
        }
    }
    let mask = plan.mask();
    let (mut below, mut all) = (0.0_f64, 0.0_f64);
    for y in 0..mask.size().height() {
        for (x, &covered) in mask.coverage().row(y).iter().enumerate() {
            let from = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) - a;
            all += f64::from(covered);
            if from.dot(up) < 0.0 && span.contains(&from.dot(along)) {
                below += f64::from(covered);
            }
        }
    }
    let height = lowest
        .is_finite()
        .then(|| f64::from(plan.scale().to_mm(lowest)));
    (height, below / all.max(f64::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};
    use rand::RngExt;

    #[test]
    fn irregularity_is_the_deviation_of_normally_straying_dots() {
        let mut stream = Seed::new(1).stream(Stage::EdgeNoise, 1);
        let mut stray = |i: usize| {
            let normal: f32 = stream.sample(rand_distr::StandardNormal);
            (3.0 + 1.5 * normal, Vec2::new(STRETCH_MM * i as f32, 0.0))
        };
        let fronts: Vec<(f32, Vec2)> = (0..2000).map(&mut stray).collect();
        // Five standard errors of that quartile, which neighbours that share a mean widen a little.
        let told = irregularity(&fronts).unwrap();
        assert!((told / 1.5 - 1.0).abs() < 0.1, "{told}");
        // Neither where the border lies nor a slope along it is any.
        let slope = |&(_, at): &(f32, Vec2)| (0.01 * at.x, at);
        let straight: Vec<(f32, Vec2)> = fronts[..50].iter().map(slope).collect();
        assert!(irregularity(&straight).unwrap() < 0.05);
        assert_eq!(irregularity(&fronts[..2]), None);
    }
}
