//! Tables of coverage: a blurred disc of any radius at any sub-pixel position, as a short sum of
//! products of one row of numbers with one column.
//!
//! The terms come from [`Expansion`]. A dot's position enters each factor alone, and the pixel box
//! is already inside, so nothing is lost at sub-pixel positions. A [`Cell`] holds the factors for
//! two neighbouring radii and all phases of the position. Between phases they are interpolated
//! linearly in the position, between radii linearly in R², which keeps the amount of ink; what the
//! products of interpolated factors change in it is known in advance and given back.

use crate::raster::coverage::BlurredDisc;
use crate::raster::expansion::{Expansion, Term, point};
use crate::raster::light::Light;
use crate::simd::{Simd, SimdBase, SimdFloat, f32x8};
use std::f64::consts::PI;
use std::ops::Range;

/// Coverage at which a window ends: absolute, and as a share of the dot's own largest coverage,
/// which is what counts for dots far below a pixel.
const TAIL_ERROR: f64 = 0.12 / 255.0;
const TAIL_SHARE: f64 = 0.002;
/// Steps of radius and of phase in units of the width of a dot's edge. Interpolation errs by an
/// eighth of the square of a step times the curvature, at most 0.25 over the width squared.
const RADIUS_STEP: f64 = 0.18;
const PHASE_STEP: f64 = 0.08;
const MOST_PHASES: usize = 32;
/// How much farther in pixels a blurred edge reaches along a diagonal than along an axis, for a pixel is
/// a square.
const OBLIQUE: f64 = 0.25;
/// Steps to the largest factor of a column: what interpolation rounds up must still fit 16 bits.
const MOST_STEPS: f64 = 32_760.0;
/// Products of two factors in steps are worth half a coverage in units of 2⁻¹⁵.
const HALF: f64 = 32_768.0 * 16_384.0;
/// Elements to a vector of the tables.
pub(super) const LANES: usize = 8;

/// Which tables serve which radius at one blur.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ladder {
    blur: f64,
    step: f64,
    per_step: f64,
    phases: usize,
}

/// Factors in one kind of number.
#[derive(Debug)]
pub(super) struct Factors<T> {
    /// Per phase, vector of sixteen pixels or eight, and end: the rows of all terms.
    pub(super) rows: Vec<T>,
    /// Per phase and end: all columns, the terms of the first pixel before those of the second, then
    /// zeros.
    pub(super) columns: Vec<T>,
}

/// The factors for all radii between two steps of the ladder.
#[derive(Debug)]
pub(super) struct Cell {
    /// Terms of the expansion.
    pub(super) rank: usize,
    /// Pixels on a side of the window.
    pub(super) side: usize,
    /// Elements to a row: its pixels, then zeros up to whole vectors.
    pub(super) row: usize,
    /// Elements to all terms' columns, side by side, up to whole vectors.
    pub(super) column: usize,
    pub(super) exact: Factors<f32>,
    pub(super) stepped: Factors<i16>,
    /// Per vector of sixteen pixels of a row, the lines on which any of them may be covered.
    pub(super) lines: Vec<Range<usize>>,
    grid: Grid,
    pub(super) measures: Measures,
}

/// What placing a dot in a cell takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measures {
    /// A window's first pixel along an axis is the whole part of centre and shift, less what lies before.
    pub(super) shift: f32,
    pub(super) before: f32,
    /// Pixels on a side of the window.
    pub(super) side: f32,
    /// Radius² at the lower end, and one over what it grows by to the upper.
    squares: [f64; 2],
    /// Ink of lower × lower, of lower × upper, and of upper × upper factors.
    inks: [f64; 3],
}

impl Ladder {
    pub(super) fn new(blur: f32) -> Self {
        let blur = f64::from(blur);
        let edge = libm::sqrt(blur * blur + 1.0 / 12.0);
        let mut phases = MOST_PHASES;
        while phases > 1 && 2.0 <= PHASE_STEP * edge * phases as f64 {
            phases /= 2;
        }
        Self {
            blur,
            step: RADIUS_STEP * edge,
            per_step: 1.0 / (RADIUS_STEP * edge),
            phases,
        }
    }

    /// The cell that serves a radius.
    pub(super) fn cell_of(&self, radius: f32) -> usize {
        // By way of 32 bits, which is far fewer instructions; a radius is at most 6800 steps.
        (f64::from(radius) * self.per_step) as u32 as usize
    }

    /// Builds a cell.
    ///
    /// # Cost
    /// A few milliseconds for the dots of a photo; about a second for a radius of 200 blurs.
    pub(super) fn build(&self, cell: usize) -> Cell {
        let radii = [cell, cell + 1].map(|i| i as f64 * self.step);
        let discs = radii.map(|r| BlurredDisc::new(r, self.blur));
        let reach = reach(&discs[1], radii[1], self.blur);
        let grid = Grid::new(reach, self.phases);
        let places = grid.places();
        let [lower, upper] = discs.map(|disc| Expansion::new(disc, reach));
        let rank = lower.rank.max(upper.rank);
        let high = upper.terms(&places, rank);
        let low = if cell == 0 {
            let mut terms = vec![None; rank];
            terms[0] = Some(point(&places, self.blur));
            terms
        } else {
            lower.terms(&places, rank)
        };
        let terms: Vec<[Term; 2]> = low.into_iter().zip(high).filter_map(pair).collect();
        Cell::new(grid, &terms, radii, reach)
    }
}

/// A term at both ends. Where one end has none, it gets the other's shape and no ink.
fn pair(ends: (Option<Term>, Option<Term>)) -> Option<[Term; 2]> {
    let without_ink = |t: &Term| Term {
        row: vec![0.0; t.row.len()],
        column: t.column.clone(),
    };
    match ends {
        (Some(low), Some(high)) => Some([low, high]),
        (Some(low), None) => Some([low.clone(), without_ink(&low)]),
        (None, Some(high)) => Some([without_ink(&high), high]),
        (None, None) => None,
    }
}

impl<T> Factors<T> {
    /// The factors of some terms, with a number for each value of a term's row, and of its column.
    fn new(
        grid: &Grid,
        terms: &[[Term; 2]],
        [row, column]: [usize; 2],
        row_value: impl Fn(usize, f64) -> T,
        column_value: impl Fn(usize, f64) -> T,
    ) -> Self {
        let rank = terms.len();
        let mut rows = Vec::with_capacity((grid.phases + 1) * 2 * rank * row);
        let mut columns = Vec::with_capacity((grid.phases + 1) * 2 * column);
        for phase in 0..=grid.phases {
            let value = |values: &[f64], i| match i {
                i if i < grid.side => values[grid.place(phase, i)],
                _ => 0.0,
            };
            for from in (0..row).step_by(2 * LANES) {
                let to = row.min(from + 2 * LANES);
                for end in 0..2 {
                    for (k, term) in terms.iter().enumerate() {
                        let element = |i| row_value(k, value(&term[end].row, i));
                        rows.extend((from..to).map(element));
                    }
                }
            }
            for end in 0..2 {
                let element = |n: usize| {
                    let k = n % rank;
                    column_value(k, value(&terms[k][end].column, n / rank))
                };
                columns.extend((0..column).map(element));
            }
        }
        Self { rows, columns }
    }
}

impl Cell {
    fn new(grid: Grid, terms: &[[Term; 2]], radii: [f64; 2], reach: f64) -> Self {
        let (side, rank) = (grid.side, terms.len());
        let row = side.next_multiple_of(LANES);
        // Of windows that fit one vector, columns are as long as rows.
        let rows = if row <= 2 * LANES { row } else { side };
        let column = (rows * rank).next_multiple_of(2 * LANES);
        let lengths = [row, column];
        let single = |_, value| value as f32;
        let exact = Factors::new(&grid, terms, lengths, single, single);
        let steps = |term: &[Term; 2]| {
            let all = term.iter().flat_map(|end| &end.column);
            MOST_STEPS / all.fold(0.0, |most: f64, v| most.max(v.abs()))
        };
        let steps: Vec<f64> = terms.iter().map(steps).collect();
        let row_steps = |k: usize, value| libm::round(-HALF * value / steps[k]) as i16;
        let column_steps = |k: usize, value| libm::round(-steps[k] * value) as i16;
        let ink = |rows: usize, columns: usize| {
            let sums = terms
                .iter()
                .map(|t| grid.sum(&t[rows].row) * grid.sum(&t[columns].column));
            sums.sum::<f64>()
        };
        Self {
            rank,
            side,
            row,
            column,
            exact,
            stepped: Factors::new(&grid, terms, lengths, row_steps, column_steps),
            lines: grid.lines(reach + OBLIQUE),
            measures: Measures {
                shift: grid.shift,
                before: grid.before as f32,
                side: side as f32,
                squares: [
                    radii[0] * radii[0],
                    1.0 / (radii[1] * radii[1] - radii[0] * radii[0]),
                ],
                inks: [ink(0, 0), 0.5 * (ink(0, 1) + ink(1, 0)), ink(1, 1)],
            },
            grid,
        }
    }

    /// The rows of all terms at the phases below and above a position: at each, for vector after
    /// vector of pixels, those of the lower end, then those of the upper.
    #[inline(always)]
    pub(super) fn rows_around<L: Light>(&self, phase: usize) -> [&[L]; 2] {
        let length = 2 * self.rank * self.row;
        let below = phase * length;
        [below, below + length].map(|at| &L::factors(self).rows[at..at + length])
    }

    /// All columns at the phases below and above a position: at each, the lower end, then the upper.
    #[inline(always)]
    pub(super) fn columns_around<L: Light>(&self, phase: usize) -> [&[L]; 2] {
        let length = 2 * self.column;
        let below = phase * length;
        [below, below + length].map(|at| &L::factors(self).columns[at..at + length])
    }

    /// Where along one axis the windows of dots start, the phases below their centres, both whole, and
    /// how far these lie towards the next.
    #[inline(always)]
    pub(super) fn placed<S: Simd>(&self, centers: f32x8<S>) -> [f32x8<S>; 3] {
        let at = centers + self.grid.shift;
        let whole = at.floor();
        let phase = (at - whole) * self.grid.phases as f32;
        let below = phase.floor().min(self.grid.phases as f32 - 1.0);
        [whole - self.grid.before as f32, below, phase - below]
    }
}

impl Measures {
    /// How far radii lie towards the upper ends of their cells, and the factors on their ink that make
    /// the amount exact.
    #[inline(always)]
    pub(super) fn blend(
        cells: [&Self; LANES],
        radii: &[f32; LANES],
    ) -> ([f32; LANES], [f32; LANES]) {
        let [mut lower, mut per, mut low, mut mixed, mut high] = [[0.0; LANES]; 5];
        for i in 0..LANES {
            [lower[i], per[i]] = cells[i].squares;
            [low[i], mixed[i], high[i]] = cells[i].inks;
        }
        let (mut blends, mut factors) = ([0.0; LANES], [0.0; LANES]);
        for i in 0..LANES {
            let square = f64::from(radii[i]) * f64::from(radii[i]);
            let t = (square - lower[i]) * per[i];
            let ink = (1.0 - t) * ((1.0 - t) * low[i] + 2.0 * t * mixed[i]) + t * t * high[i];
            blends[i] = t as f32;
            factors[i] = (PI * square / ink) as f32;
        }
        (blends, factors)
    }
}

/// The places at which a window's pixels can lie from the dot's centre.
///
/// A centre at `c` has its window start at `⌊c + shift⌋ − before`. With a shift of 0 windows are an
/// odd number of pixels wide, with ½ an even one; the narrower is taken.
#[derive(Clone, Copy, Debug)]
struct Grid {
    side: usize,
    before: i32,
    shift: f32,
    phases: usize,
}

impl Grid {
    fn new(reach: f64, phases: usize) -> Self {
        let (odd, even) = ((reach + 0.5).ceil() as usize - 1, reach.ceil() as usize);
        let (side, before, shift) = if 2 * odd + 1 < 2 * even {
            (2 * odd + 1, odd, 0.0)
        } else {
            (2 * even, even, 0.5)
        };
        Self {
            side,
            before: before as i32,
            shift,
            phases,
        }
    }

    /// All places, one phase step apart.
    fn places(&self) -> Vec<f64> {
        (0..=self.side * self.phases).map(|n| self.at(n)).collect()
    }

    fn at(&self, place: usize) -> f64 {
        let first = 0.5 + f64::from(self.shift) - f64::from(self.before) - 1.0;
        first + place as f64 / self.phases as f64
    }

    /// The place of a window's pixel at a phase.
    fn place(&self, phase: usize, pixel: usize) -> usize {
        (pixel + 1) * self.phases - phase
    }

    /// Per vector of sixteen pixels of a row, the lines on which one of them may be within a distance of the
    /// centre.
    fn lines(&self, reach: f64) -> Vec<Range<usize>> {
        let nearest = |pixels: Range<usize>| {
            let ends = [(self.phases, pixels.start), (0, pixels.end - 1)];
            let [from, to] = ends.map(|(phase, pixel)| self.at(self.place(phase, pixel)));
            from.max(-to).max(0.0)
        };
        let vectors = (0..self.side).step_by(2 * LANES);
        let of = |first: usize| {
            let across = nearest(first..self.side.min(first + 2 * LANES));
            let near = |&y: &usize| libm::hypot(across, nearest(y..y + 1)) < reach;
            let start = (0..self.side).find(near).unwrap_or(0);
            let end = (start..self.side)
                .rfind(near)
                .map_or(start, |last| last + 1);
            start..end
        };
        vectors.map(of).collect()
    }

    /// The sum over a window's pixels, averaged over the phases.
    fn sum(&self, values: &[f64]) -> f64 {
        let windows = (0..self.phases).flat_map(|p| (0..self.side).map(move |i| (p, i)));
        let total: f64 = windows.map(|(p, i)| values[self.place(p, i)]).sum();
        total / self.phases as f64
    }
}

/// The distance along an axis at which coverage has fallen to what a window may leave out.
fn reach(disc: &BlurredDisc, radius: f64, blur: f64) -> f64 {
    let along: Vec<f64> = (0..disc.terms()).map(|m| disc.along(m, 0.0)).collect();
    let along_axis = |x: f64| {
        let terms = along.iter().enumerate();
        terms.fold(0.0, |sum, (m, along)| sum + disc.across(m, x) * along)
    };
    let end = TAIL_ERROR.min(TAIL_SHARE * along_axis(0.0));
    let (mut inside, mut outside) = (0.0, radius + 4.0 * blur + 1.0);
    for _ in 0..24 {
        let middle = 0.5 * (inside + outside);
        if along_axis(middle) > end {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::ink::InkDot;
    use crate::raster::placed::Abreast;
    use crate::simd::{Level, dispatch};
    use glam::Vec2;

    #[test]
    fn windows_are_as_narrow_as_the_reach_allows_and_hold_all_of_it() {
        for reach in [0.9, 1.0, 1.3, 1.5, 1.7, 2.0, 4.49, 4.5, 4.51] {
            let grid = Grid::new(reach, 8);
            assert!(
                grid.side as f64 <= (2.0 * reach + 2.0).ceil(),
                "reach {reach}"
            );
            let places = grid.places();
            for phase in 0..=8 {
                let first = places[grid.place(phase, 0)];
                let last = places[grid.place(phase, grid.side - 1)];
                assert!(
                    first - 1.0 <= -reach && last + 1.0 >= reach,
                    "reach {reach}, phase {phase}: {first} to {last}"
                );
            }
        }
    }

    #[test]
    fn a_window_starts_where_its_first_place_says() {
        let ladder = Ladder::new(0.6);
        for radius in [0.3_f32, 1.1, 2.9] {
            let cell = ladder.build(ladder.cell_of(radius));
            let places = cell.grid.places();
            for center in [-7.3_f32, -0.5, 0.0, 0.49, 12.75, 4000.2] {
                let dot = InkDot {
                    center_px: Vec2::splat(center),
                    radius_px: radius,
                    absorptance: [0.5; 3],
                };
                let [start, phase, weight, binned] = dispatch!(Level::detect().get(), simd => {
                    let [start, phase, weight] = cell.placed(f32x8::splat(simd, center));
                    let dots = Abreast::new(&[dot]);
                    let binned = dots.placed(simd, [0; LANES], [&cell.measures; LANES]).start;
                    [start[0], phase[0], weight[0], binned[1][0]]
                });
                assert_eq!(start, binned, "{center}");
                let phase = phase as usize;
                let below = places[cell.grid.place(phase, 0)];
                let above = places[cell.grid.place(phase + 1, 0)];
                let offset_at_first = below + (above - below) * f64::from(weight);
                let offset = f64::from(start) + 0.5 - f64::from(center);
                assert!(
                    (offset_at_first - offset).abs() < 1e-6,
                    "{center}: {offset_at_first} and {offset}"
                );
            }
        }
    }

    #[test]
    fn the_rank_grows_with_the_radius_in_blurs() {
        let rank = |radius: f32, blur: f32| {
            let ladder = Ladder::new(blur);
            ladder.build(ladder.cell_of(radius)).rank
        };
        assert_eq!(rank(0.3, 0.6), 1);
        assert_eq!(rank(1.2, 0.6), 2);
        assert_eq!(rank(2.5, 0.6), 3);
        assert_eq!(rank(30.0, 40.0), 1);
    }
}
