//! Peaks that are one follicular unit, and where its hairs leave the skin.

use glam::Vec2;

use super::depth::Sheet;
use super::peaks::{Path, Peak};

/// Marks closer than this leave the skin together.
const TOGETHER_MM: f32 = 0.26;

/// From this length on a mark is a shaft that has two ends.
const SHAFT_MM: f32 = 0.45;

/// How much of each end is compared.
const END_MM: f32 = 0.2;

/// How far beyond each end a shaft may go on.
const BEYOND_MM: f32 = 0.4;

/// Shares of a shaft's usual response between which it is fading out.
const FADES: [f32; 2] = [0.8, 0.2];

/// A difference of so many cells between how slowly both ends fade tells them apart.
const APART: f32 = 0.3;

/// A follicular unit, in cells of the sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) at: Vec2,
    pub(super) exit: Vec2,
    /// From the exit to the tip.
    pub(super) direction: Option<Vec2>,
    pub(super) length: f32,
}

/// Peaks in bins as wide as they merge, the bins row by row.
struct Bins {
    side: f32,
    columns: usize,
    rows: usize,
    lists: Vec<Vec<u32>>,
}

impl Bins {
    fn of(peaks: &[Peak], sheet: &Sheet, side: f32) -> Self {
        let size = sheet.response.size();
        let count = |px: u32| (px as f32 / side) as usize + 1;
        let (columns, rows) = (count(size.width()), count(size.height()));
        let mut bins = Self {
            side,
            columns,
            rows,
            lists: vec![Vec::new(); columns * rows],
        };
        for (i, peak) in peaks.iter().enumerate() {
            let [x, y] = bins.bin(peak.at);
            bins.lists[y * columns + x].push(i as u32);
        }
        bins
    }

    fn bin(&self, at: Vec2) -> [usize; 2] {
        let index = |v: f32, most: usize| ((v / self.side).max(0.0) as usize).min(most - 1);
        [index(at.x, self.columns), index(at.y, self.rows)]
    }

    /// Peaks in the nine bins around a place.
    fn near(&self, at: Vec2) -> impl Iterator<Item = usize> + '_ {
        let [x, y] = self.bin(at);
        let rows = y.saturating_sub(1)..(y + 2).min(self.rows);
        rows.flat_map(move |row| {
            let columns = x.saturating_sub(1)..(x + 2).min(self.columns);
            columns.flat_map(move |column| &self.lists[row * self.columns + column])
        })
        .map(|&i| i as usize)
    }
}

/// Distance in cells up to which peaks are one unit.
fn together(sheet: &Sheet) -> f32 {
    (TOGETHER_MM * sheet.cells_per_mm).max(1.5)
}

/// Peaks by height, equal ones in reading order.
fn strongest_first(peaks: &[Peak]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..peaks.len()).collect();
    order.sort_by(|&a, &b| peaks[b].height.total_cmp(&peaks[a].height).then(a.cmp(&b)));
    order
}

/// Peaks that are taken into units, one after the other.
struct Taking<'a> {
    peaks: &'a [Peak],
    bins: Bins,
    taken: Vec<bool>,
}

impl<'a> Taking<'a> {
    /// Up to a distance.
    fn new(sheet: &Sheet, peaks: &'a [Peak], together: f32) -> Self {
        Self {
            peaks,
            bins: Bins::of(peaks, sheet, together),
            taken: vec![false; peaks.len()],
        }
    }

    /// Takes what is left within reach of a place.
    fn take(&mut self, place: Vec2, reach: f32, mut each: impl FnMut(&Peak)) {
        for i in self.bins.near(place) {
            let peak = &self.peaks[i];
            if !self.taken[i] && peak.at.distance(place) <= reach {
                self.taken[i] = true;
                each(peak);
            }
        }
    }
}

/// Peaks that no stronger one of them takes into its unit.
pub(super) fn apart(sheet: &Sheet, peaks: &[Peak]) -> Vec<usize> {
    let together = together(sheet);
    let mut taking = Taking::new(sheet, peaks, together);
    let mut alone = Vec::new();
    for first in strongest_first(peaks) {
        if !taking.taken[first] {
            alone.push(first);
            taking.take(peaks[first].at, together, |_| {});
        }
    }
    alone
}

/// Units from the strongest peak to the weakest; hairs that lie over the skin for longer than a stub are
/// none.
pub(super) fn units(sheet: &Sheet, peaks: &[Peak]) -> Vec<Unit> {
    let together = together(sheet);
    let mut taking = Taking::new(sheet, peaks, together);
    let mut units = Vec::new();
    for first in strongest_first(peaks) {
        if taking.taken[first] {
            continue;
        }
        let peak = &peaks[first];
        let path = peak.along.map(|along| Path::follow(sheet, peak, along));
        let shaft = path.filter(|path| path.length() >= SHAFT_MM * sheet.cells_per_mm);
        let (mut sum, mut weight) = (Vec2::ZERO, 0.0);
        let mut add = |peak: &Peak| {
            sum += peak.height * peak.at;
            weight += peak.height;
        };
        taking.take(peak.at, together, &mut add);
        if let Some(shaft) = &shaft {
            for &place in &shaft.places {
                taking.take(place, 0.5 * together, &mut add);
            }
        }
        let middle = middle(sheet, sum / weight);
        let dot = Unit {
            at: middle,
            exit: middle,
            direction: None,
            length: 0.0,
        };
        match shaft {
            None => units.push(dot),
            Some(shaft) if !shaft.endless => units.push(Unit::of_shaft(sheet, &shaft)),
            Some(_) => {}
        }
    }
    units
}

/// Middle of what responds around a place, found anew around itself.
fn middle(sheet: &Sheet, mut at: Vec2) -> Vec2 {
    let reach = (0.5 * TOGETHER_MM * sheet.cells_per_mm).max(1.5);
    let cells = reach.ceil() as i64;
    for _ in 0..2 {
        let (mut sum, mut weight) = (Vec2::ZERO, 0.0);
        let [x, y] = [at.x as i64, at.y as i64];
        for y in y - cells..=y + cells {
            for x in x - cells..=x + cells {
                let place = Vec2::new(x as f32, y as f32) + 0.5;
                let near = (1.0 + reach - place.distance(at)).clamp(0.0, 1.0);
                let dark = near * sheet.response.at(x, y).max(0.0);
                sum += dark * place;
                weight += dark;
            }
        }
        if weight > 0.0 {
            at = sum / weight;
        }
    }
    at
}

impl Unit {
    /// A shaft with its ends. It leaves the skin where it goes on, fainter and fainter, as a root below the
    /// skin does; a cut tip ends at once. Where both end alike, the darker one is the root.
    fn of_shaft(sheet: &Sheet, shaft: &Path) -> Self {
        let places = &shaft.places;
        let few = ((END_MM * sheet.cells_per_mm) as usize).clamp(1, places.len());
        let dark = |end: &[Vec2]| -> f32 {
            let responses = end.iter().map(|at| sheet.response.sample(at.x, at.y));
            responses.sum()
        };
        let (first, last) = (places[0], places[places.len() - 1]);
        let (begin, end) = (&places[..few], &places[places.len() - few..]);
        let usual = dark(places) / places.len() as f32;
        let back: Vec<Vec2> = places.iter().rev().copied().collect();
        let slower = fade(sheet, &back, usual) - fade(sheet, places, usual);
        let begins = if slower.abs() > APART {
            slower > 0.0
        } else {
            dark(begin) >= dark(end)
        };
        let (exit, tip) = if begins { (first, last) } else { (last, first) };
        Self {
            at: places.iter().sum::<Vec2>() / places.len() as f32,
            exit,
            direction: Some((tip - exit).normalize_or_zero()),
            length: shaft.length(),
        }
    }
}

/// Over how many cells a shaft fades out where its places end.
fn fade(sheet: &Sheet, places: &[Vec2], usual: f32) -> f32 {
    let last = places[places.len() - 1];
    let few = places[places.len().saturating_sub(3)];
    let way = (last - few).normalize_or_zero();
    let steps = (BEYOND_MM * sheet.cells_per_mm).ceil() as usize;
    let beyond = (1..=steps).map(|i| last + way * i as f32);
    let across = |place: Vec2| {
        let beside = [-1.0, 0.0, 1.0].map(|s| {
            let place = place + way.perp() * s;
            sheet.response.sample(place.x, place.y)
        });
        beside.into_iter().fold(f32::MIN, f32::max)
    };
    let middle = places.len() / 2;
    let along: Vec<f32> = places[middle..]
        .iter()
        .copied()
        .chain(beyond)
        .map(across)
        .collect();
    let passed = |level: f32| {
        let down = along.windows(2).enumerate();
        let down = down.filter(move |(_, pair)| pair[0] >= level && pair[1] < level);
        down.map(move |(i, pair)| i as f32 + (pair[0] - level) / (pair[0] - pair[1]))
    };
    let [full, faint] = FADES.map(|share| share * usual);
    let end = passed(faint).next().unwrap_or((along.len() - 1) as f32);
    let begin = passed(full).take_while(|&at| at < end).last();
    end - begin.unwrap_or(0.0)
}
