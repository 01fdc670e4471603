//! Which dots reach which tile: stable counting sorts, first into bands of rows, then, by the task
//! that draws a band, into its tiles.
//!
//! The first sort moves the dots themselves, so that a band's task reads its dots from one place in
//! memory however scattered the caller's order is; a picture has few bands, so the moves stay in
//! cache. The second sort moves indices. Both keep the caller's order, which is what makes the
//! product of many factors come out the same for any tiling.

use crate::parallel;
use crate::raster::ink::InkDot;
use crate::raster::tables::{Splat, Tables};
use crate::units::Size;

/// Dots looked at by one thread at a time; large enough to be worth its while.
const CHUNK: usize = 4096;

/// Dots by band.
#[derive(Debug, Default)]
pub(super) struct Bins {
    /// First and last band of each of the caller's dots; the first after the last for a dot that
    /// does not reach the picture.
    spans: Vec<[u32; 2]>,
    found: Vec<Found>,
    /// Dots by band, in the caller's order within each.
    dots: Vec<InkDot>,
    /// Where each band's dots start, and where the last one's end.
    starts: Vec<usize>,
}

/// What part of the picture dots reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// How many do.
    pub(super) dots: usize,
    /// Left, top, right and bottom of all their windows, clipped.
    pub(super) bounds: [u32; 4],
}

impl Found {
    const NOTHING: Self = Self {
        dots: 0,
        bounds: [u32::MAX, u32::MAX, 0, 0],
    };

    fn and(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.bounds, other.bounds);
        Self {
            dots: self.dots + other.dots,
            bounds: [a.min(e), b.min(f), c.max(g), d.max(h)],
        }
    }
}

impl Bins {
    /// Sorts dots into bands of `height` rows.
    ///
    /// # Cost
    /// Two passes over the dots; the memory is kept for the next call.
    pub(super) fn fill(
        &mut self,
        dots: &[InkDot],
        tables: &Tables,
        size: Size,
        height: usize,
    ) -> Found {
        let found = self.find(dots, tables, size, height);
        self.starts.clear();
        self.starts
            .resize((size.height() as usize).div_ceil(height) + 1, 0);
        let bands = |&[first, last]: &[u32; 2]| first as usize..last as usize + 1;
        for band in self.spans.iter().flat_map(bands) {
            self.starts[band] += 1;
        }
        let total = sum_to_ends(&mut self.starts);
        let unset = InkDot {
            center_px: glam::Vec2::ZERO,
            radius_px: 0.0,
            absorptance: [0.0; 3],
        };
        self.dots.resize(total, unset);
        for (dot, span) in dots.iter().zip(&self.spans).rev() {
            for band in bands(span) {
                self.starts[band] -= 1; // from the end backwards: a run keeps the caller's order
                self.dots[self.starts[band]] = *dot;
            }
        }
        found
    }

    /// The dots that reach a band, in the caller's order.
    pub(super) fn band(&self, band: usize) -> &[InkDot] {
        &self.dots[self.starts[band]..self.starts[band + 1]]
    }

    /// Finds the bands that each dot's window touches.
    fn find(&mut self, dots: &[InkDot], tables: &Tables, size: Size, height: usize) -> Found {
        self.spans.resize(dots.len(), [1, 0]);
        self.found.clear();
        self.found
            .resize(dots.len().div_ceil(CHUNK), Found::NOTHING);
        let (width, rows) = (size.width() as i32, size.height() as i32);
        parallel::for_each_chunk_with(
            &mut self.spans,
            CHUNK,
            &mut self.found,
            |i, spans, found| {
                for (span, dot) in spans.iter_mut().zip(&dots[i * CHUNK..]) {
                    let [left, top, side] = tables.window(dot);
                    let (right, bottom) = (left + side, top + side);
                    if left >= width || top >= rows || right <= 0 || bottom <= 0 {
                        *span = [1, 0];
                        continue;
                    }
                    let [left, top] = [left, top].map(|v| v.max(0) as u32);
                    let (right, bottom) = (right.min(width) as u32, bottom.min(rows) as u32);
                    *span = [top / height as u32, (bottom - 1) / height as u32];
                    *found = found.and(Found {
                        dots: 1,
                        bounds: [left, top, right, bottom],
                    });
                }
            },
        );
        self.found
            .iter()
            .fold(Found::NOTHING, |sum, part| sum.and(*part))
    }
}

/// The dots of one band, placed and sorted into its tiles.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) splats: Vec<Splat>,
    /// Splats by tile, in the caller's order within each.
    order: Vec<u32>,
    starts: Vec<usize>,
}

impl Row {
    /// Sorts the dots of a band into tiles `side` pixels wide.
    pub(super) fn fill(&mut self, dots: &[InkDot], tables: &Tables, width: usize, side: usize) {
        self.splats.clear();
        self.splats.extend(dots.iter().map(|dot| tables.splat(dot)));
        let tiles = |splat: &Splat| {
            let right = i64::from(splat.x.start) + i64::from(splat.side);
            let left = splat.x.start.max(0) as usize;
            let right = right.clamp(0, width as i64) as usize;
            if left < right {
                left / side..(right - 1) / side + 1
            } else {
                0..0
            }
        };
        self.starts.clear();
        self.starts.resize(width.div_ceil(side) + 1, 0);
        for tile in self.splats.iter().flat_map(tiles) {
            self.starts[tile] += 1;
        }
        let total = sum_to_ends(&mut self.starts);
        self.order.resize(total, 0);
        for (i, splat) in self.splats.iter().enumerate().rev() {
            for tile in tiles(splat) {
                self.starts[tile] -= 1;
                self.order[self.starts[tile]] = i as u32;
            }
        }
    }

    /// The splats of a tile, in the caller's order.
    pub(super) fn tile(&self, tile: usize) -> &[u32] {
        &self.order[self.starts[tile]..self.starts[tile + 1]]
    }
}

/// Turns counts into the ends of runs; the total stays in the last place.
fn sum_to_ends(counts: &mut [usize]) -> usize {
    let mut total = 0;
    for count in counts {
        total += *count;
        *count = total;
    }
    total
}
