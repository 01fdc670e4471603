//! How ellipses cover pixels: as stacks of blurred chords.
//!
//! A rotated ellipse has no short expansion in products of rows and columns that all others share,
//! but its own is short enough: with x' = W·sin θ across its width 2W, its chord there has the half
//! length (ab/W)·cos θ about the height x'·S/W², and [`coverage`](crate::raster::coverage) tells why
//! a sum over even steps of θ converges faster than any power of the step. A step of θ moves the
//! chord's ends along the outline by at most the longer semi-axis times the step; where that is
//! 1.5 blurs the sum errs by exp(−2π²/1.5²), a twenty-fifth of a 255th.

use crate::raster::coverage::{edge, share};
use crate::raster::ellipse::InkEllipse;
use crate::raster::extent::Found;
use crate::raster::kernel::LANES;
use crate::units::Size;
use std::f64::consts::PI;

/// The farthest that the ends of neighbouring chords lie apart, in blurs.
const CHORD_STEP: f64 = 1.5;
/// Entries of the table to the width of an edge; interpolation errs by a tenth of a 255th at most.
const ENTRIES: f64 = 32.0;
/// Coverage of a pixel at which a window ends.
const TAIL_ERROR: f64 = 1e-4;

/// Which of its values is asked of a [`Profile`].
const EDGE: usize = 0;
const SHARE: usize = 1;

/// The edge of ink under one blur along one axis, as a table.
#[derive(Debug)]
pub(super) struct Profile {
    blur: f64,
    per_px: f64,
    /// The distance from an edge beyond which nothing is covered, and all behind it.
    reach: f64,
    /// The share of a pixel at some distance behind an edge that is covered, the share of a line
    /// through zero that falls into it, and how much either grows to the next entry. The first entry is
    /// for all nearer places, the last for all farther ones.
    entries: Vec<[f32; 4]>,
}

/// An ellipse, placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chords {
    /// First column and row of its window, and how many of each.
    pub(super) start: [i32; 2],
    pub(super) size: [usize; 2],
    /// How many chords.
    pub(super) rank: usize,
    pub(super) absorptance: [f32; 3],
    /// From the centre of the window's first pixel to the centre of the ellipse.
    offset: [f64; 2],
    /// Half the width, half the longest chord, and how much a chord's middle rises with x'.
    width: f64,
    half: f64,
    slope: f64,
}

impl Profile {
    pub(super) fn new(blur: f32) -> Self {
        let blur = f64::from(blur);
        let mut reach = 0.5 + 6.0 * blur;
        let per_px = ENTRIES / libm::sqrt(blur * blur + 1.0 / 12.0);
        while edge(-reach + 0.5 / per_px, blur) < TAIL_ERROR {
            reach -= 0.5 / per_px;
        }
        let count = (2.0 * reach * per_px).ceil() as usize + 2;
        let at = |i| i as f64 / per_px - reach;
        let value = |i| [edge(at(i), blur) as f32, share(at(i), blur) as f32];
        let values: Vec<[f32; 2]> = (0..count).map(value).collect();
        let steps = values.windows(2).map(|ends| {
            let [[edge, share], [next_edge, next_share]] = [ends[0], ends[1]];
            [edge, share, next_edge - edge, next_share - share]
        });
        let nearer = std::iter::once([0.0; 4]);
        Self {
            blur,
            per_px,
            reach,
            entries: nearer.chain(steps).chain([[1.0, 0.0, 0.0, 0.0]]).collect(),
        }
    }

    /// Values at eight distances: of [`EDGE`] or of [`SHARE`].
    #[inline(always)]
    fn eight<const OF: usize>(&self, distances: [f64; LANES]) -> [f32; LANES] {
        let last = (self.entries.len() - 2) as f64;
        let (mut entries, mut parts) = ([0; LANES], [0.0; LANES]);
        for i in 0..LANES {
            let place = (distances[i] + self.reach) * self.per_px;
            let inside = place.max(0.0).min(last);
            let below = inside as i32;
            parts[i] = (inside - f64::from(below)) as f32;
            entries[i] = below + i32::from(place > 0.0);
        }
        let mut values = [0.0; LANES];
        for i in 0..LANES {
            let entry = &self.entries[entries[i] as usize];
            values[i] = entry[OF] + entry[OF + 2] * parts[i];
        }
        values
    }

    /// Places an ellipse: its window and chords.
    pub(super) fn place(&self, ellipse: &InkEllipse) -> Chords {
        let [a, b] = ellipse.semi_axes_px.to_array().map(f64::from);
        let (sin, cos) = libm::sincos(f64::from(ellipse.angle_rad));
        let along = |p: f64, q: f64| libm::sqrt(a * a * p * p + b * b * q * q);
        let (width, height) = (along(cos, sin), along(sin, cos));
        let (x, columns, right) = self.span(ellipse.center_px.x, width);
        let (y, rows, down) = self.span(ellipse.center_px.y, height);
        Chords {
            start: [x, y],
            size: [columns, rows],
            rank: 3 + (PI * a.max(b) / (CHORD_STEP * self.blur)).ceil() as usize,
            absorptance: ellipse.absorptance,
            offset: [right, down],
            width,
            half: a * b / width,
            slope: (a * a - b * b) * sin * cos / (width * width),
        }
    }

    /// The pixels that something reaching so far from a centre may cover: the first, how many, and
    /// how far the centre lies from the first one's.
    fn span(&self, center: f32, half: f64) -> (i32, usize, f64) {
        let (center, reach) = (f64::from(center) - 0.5, half + self.reach);
        let first = (center - reach).ceil();
        let count = (center + reach).floor() - first + 1.0;
        (first as i32, count as usize, center - first)
    }
}

impl Chords {
    /// Calls `row` with each chord's number and, for every eight columns of the window, the first of them and
    /// the chord's factors there, 0 beyond the window; and `column` likewise with rows, some of them beyond
    /// it: the coverage is the sum over chords of the products.
    #[inline(always)]
    pub(super) fn factors(
        &self,
        profile: &Profile,
        mut row: impl FnMut(usize, usize, [f32; LANES]),
        mut column: impl FnMut(usize, usize, [f32; LANES]),
    ) {
        let step = PI / self.rank as f64;
        let [columns, rows] = self.size;
        for k in 0..self.rank {
            let (sin, cos) = libm::sincos((k as f64 + 0.5) * step - 0.5 * PI);
            let weight = (self.width * cos * step) as f32;
            let (across, half) = (self.width * sin, self.half * cos);
            for first in (0..columns).step_by(LANES) {
                let mut places = [0.0; LANES];
                for (x, place) in (first..).zip(&mut places) {
                    *place = x as f64 - self.offset[0] - across;
                }
                let mut factors = profile.eight::<SHARE>(places);
                for (x, factor) in (first..).zip(&mut factors) {
                    *factor = if x < columns { *factor * weight } else { 0.0 };
                }
                row(k, first, factors);
            }
            let middle = self.offset[1] + across * self.slope;
            for first in (0..rows).step_by(LANES) {
                let mut ends = [[0.0; LANES]; 2];
                for (i, y) in (first..first + LANES).enumerate() {
                    let from = y as f64 - middle;
                    [ends[0][i], ends[1][i]] = [from + half, from - half];
                }
                let [mut factors, before] = ends.map(|end| profile.eight::<EDGE>(end));
                for (factor, before) in factors.iter_mut().zip(before) {
                    *factor -= before;
                }
                column(k, first, factors);
            }
        }
    }

    /// Left, top, right and bottom of its window.
    pub(super) fn window(&self) -> [i32; 4] {
        let ([left, top], [width, height]) = (self.start, self.size);
        [left, top, left + width as i32, top + height as i32]
    }
}

/// Ellipses by the band they reach, each in the caller's order.
#[derive(Debug, Default)]
pub(super) struct Bands {
    bands: Vec<Vec<Chords>>,
}

impl Bands {
    /// Lists ellipses by bands of `height` rows. The memory is kept for the next call.
    pub(super) fn fill(
        &mut self,
        ellipses: &[InkEllipse],
        profile: &Profile,
        size: Size,
        height: usize,
    ) -> Found {
        let count = (size.height() as usize).div_ceil(height);
        self.bands.iter_mut().for_each(Vec::clear);
        if !ellipses.is_empty() && self.bands.len() < count {
            self.bands.resize_with(count, Vec::new);
        }
        let mut found = Found::NOTHING;
        for ellipse in ellipses {
            let chords = profile.place(ellipse);
            if let Some(one) = Found::window(chords.window(), size) {
                found = found.and(one);
                let [_, top, _, bottom] = one.bounds.map(|v| v as usize);
                for band in &mut self.bands[top / height..(bottom - 1) / height + 1] {
                    band.push(chords);
                }
            }
        }
        found
    }

    /// Ellipses that reach a band.
    pub(super) fn band(&self, band: usize) -> &[Chords] {
        self.bands.get(band).map_or(&[], Vec::as_slice)
    }
}
