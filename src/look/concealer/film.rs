//! How thickly a concealer lies, place by place, and what water makes of it.

use glam::Vec2;

use super::Wear;
use crate::error::Result;
use crate::look::plan::Plan;
use crate::mask::smoothstep;
use crate::noise::Noise;
use crate::parallel;
use crate::plane::Plane;
use crate::random::{Seed, Stage, Stream};
use crate::raster::Veil;
use crate::units::Size;

/// Side of the cells on which it flows, in mm, and the most of them.
const CELL_MM: f32 = 0.25;
const MOST_CELLS: f32 = 2e6;

/// The most pixels of the film's picture; beyond them several make one.
const MOST_PIXELS: f32 = 4e6;

/// How a hand thins it out towards the edge, in mm, and how far off line.
const EDGE_MM: f32 = 4.0;
const WAVER_MM: f32 = 2.0;
const WAVER_LENGTH_MM: f32 = 14.0;

/// How far down the picture it runs at most, in mm.
const RUN_MM: f32 = 45.0;

/// Skin from which one trickle gathers, in mm², its step, half its width and how far it meanders.
const PER_TRICKLE_MM2: f32 = 70.0;
const STEP_MM: f32 = 0.25;
const HALF_WIDTH_MM: f32 = 1.1;
const MEANDER_MM: f32 = 6.0;
/// Share of what lies in its way that a trickle takes along per step, the share of that which stays on the
/// skin at all, what it leaves of its load per mm, and how much more at its end.
const TAKES: f32 = 0.12;
const KEEPS: f32 = 0.6;
const LEAVES_PER_MM: f32 = 0.045;
const END_MM: f32 = 1.5;
const END_LEAVES: f32 = 3.0;

/// Share that water takes all over, and how unevenly: it beads.
const WASHED: f32 = 0.35;
const BEADS: [(f32, f32); 2] = [(4.0, 0.45), (1.2, 0.35)];
/// How much longer than wide its beads are, along its way.
const DRAWN_OUT: f32 = 2.5;

/// Thickness on a grid of cells, 1 as laid on.
pub(super) struct Film {
    thickness: Plane<f32>,
    /// Pixels per cell, and the first cell's corner.
    side_px: f32,
    origin_px: Vec2,
    px_per_mm: f32,
    pixels: Size,
    pixels_a_cell: f32,
}

impl Film {
    /// The film where a plan treats; `None` where it treats nothing.
    pub(super) fn lay(plan: &Plan, wear: Wear) -> Option<Self> {
        let scale = plan.scale;
        let [left, top, right, bottom] = plan.mask.bounds()?;
        let run = match wear {
            Wear::Dry => 0,
            Wear::Wet => scale.to_px(RUN_MM).ceil() as u32,
        };
        let margin = scale.to_px(4.0).ceil() as u32;
        let size = plan.mask.size();
        let (left, right) = (
            left.saturating_sub(margin),
            (right + margin).min(size.width()),
        );
        let bottom = (bottom + run).min(size.height());
        let pixels = Size::within(right - left, bottom - top);
        let coarser = |most: f32| (pixels.pixels() as f32 / most).sqrt();
        let side_px = scale.to_px(CELL_MM).max(1.0).max(coarser(MOST_CELLS));
        let origin_px = Vec2::new(left as f32, top as f32);
        let cells = |px: u32| (px as f32 / side_px).ceil() as u32;
        let grid = Size::within(cells(pixels.width()), cells(pixels.height()));
        let away = plan.mask.signed_distance_px();
        let waver = Noise::new(plan.seed, Stage::UptakeNoise, WAVER_LENGTH_MM, 9);
        let thickness = Plane::from_rows(grid, |x, y| {
            let px = origin_px + Vec2::new(x as f32 + 0.5, y as f32 + 0.5) * side_px;
            let inside_mm = scale.to_mm(away.sample(px.x, px.y));
            let line = WAVER_MM * (0.5 + 0.5 * waver.at(px / scale.get()));
            // Where the mask has no edge the distance is no number to calculate with.
            let edge = if inside_mm.is_finite() {
                smoothstep((inside_mm - line) / EDGE_MM)
            } else {
                1.0
            };
            edge * plan.mask.coverage().sample(px.x, px.y)
        });
        let mut film = Self {
            thickness,
            side_px,
            origin_px,
            px_per_mm: scale.get(),
            pixels,
            pixels_a_cell: coarser(MOST_PIXELS).max(1.0),
        };
        if wear == Wear::Wet {
            film.run(plan.seed);
        }
        let wall = plan.scene.background().coverage();
        film.thickness = Plane::from_rows(grid, |x, y| {
            let px = origin_px + Vec2::new(x as f32 + 0.5, y as f32 + 0.5) * side_px;
            film.thickness.at(i64::from(x), i64::from(y)) * (1.0 - wall.sample(px.x, px.y))
        });
        Some(film)
    }

    /// A veil that lets `f(place in pixels, thickness)` through over the film's part of the picture, and all where
    /// nothing lies.
    pub(super) fn veil(&self, f: impl Fn(Vec2, f32) -> [f32; 3] + Sync + Send) -> Result<Veil> {
        let side = self.pixels_a_cell;
        let cells = |px: u32| (px as f32 / side).ceil() as u32;
        let grid = Size::within(cells(self.pixels.width()), cells(self.pixels.height()));
        Veil::from_rows(grid, side, self.origin_px, |y, row| {
            for (x, through) in row.iter_mut().enumerate() {
                let from = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) * side;
                let cell = from / self.side_px;
                let thickness = self.thickness.sample(cell.x, cell.y);
                *through = if thickness > 1e-4 {
                    f(self.origin_px + from, thickness).map(|t| t.clamp(0.0, 1.0))
                } else {
                    [1.0; 3]
                };
            }
        })
    }

    /// Thickness times area, in mm².
    pub(super) fn mass_mm2(&self) -> f32 {
        let cell_mm = self.side_px / self.px_per_mm;
        self.thickness.values().iter().sum::<f32>() * cell_mm * cell_mm
    }

    /// What `f` makes of random places in mm, so many per mm² where the film is one thick; those of a cell share
    /// a stream.
    pub(super) fn scatter<T: Clone + Send>(
        &self,
        seed: Seed,
        per_mm2: f32,
        f: impl Fn(Vec2, &mut Stream) -> T + Sync + Send,
    ) -> Vec<T> {
        let cell_mm = self.side_px / self.px_per_mm;
        let per_cell = per_mm2 * cell_mm * cell_mm;
        let rows = parallel::map(self.thickness.size().height() as usize, |y| {
            let mut made = Vec::new();
            for (x, &thickness) in self.thickness.row(y as u32).iter().enumerate() {
                let key = ((y as u64) << 32) | x as u64;
                let mut stream = seed.stream(Stage::Concealer, key);
                // The whole part for sure, the rest by chance; doubled at random, as lint clings to lint.
                let wanted = thickness * per_cell * 2.0 * stream.unit_f32();
                let count = wanted as u32 + u32::from(stream.unit_f32() < wanted.fract());
                for _ in 0..count {
                    let within = Vec2::new(stream.unit_f32(), stream.unit_f32());
                    let cell = Vec2::new(x as f32, y as f32) + within;
                    let place_mm = (self.origin_px + cell * self.side_px) / self.px_per_mm;
                    made.push(f(place_mm, &mut stream));
                }
            }
            made
        });
        rows.concat()
    }

    /// Water: some is washed off all over, the rest beads, and trickles carry it down.
    fn run(&mut self, seed: Seed) {
        let beads = [0, 1].map(|i| {
            let layer = 7 + i as u64;
            Noise::new(seed, Stage::UptakeNoise, BEADS[i].0, layer)
        });
        let size = self.thickness.size();
        let dry = self.thickness.clone();
        self.thickness = Plane::from_rows(size, |x, y| {
            let own = dry.at(i64::from(x), i64::from(y));
            let place_mm = self.place_mm(Vec2::new(x as f32 + 0.5, y as f32 + 0.5));
            let place_mm = place_mm / Vec2::new(1.0, DRAWN_OUT);
            let uneven = (0..2).map(|i| BEADS[i].1 * beads[i].at(place_mm));
            own * (1.0 - WASHED) * (1.0 + uneven.sum::<f32>()).max(0.05)
        });
        let area_cells = dry.values().iter().filter(|&&own| own > 0.5).count() as f32;
        let cell_mm = self.side_px / self.px_per_mm;
        let count = (area_cells * cell_mm * cell_mm / PER_TRICKLE_MM2).ceil() as u64;
        for trickle in 0..count {
            let mut stream = seed.stream(Stage::Concealer, trickle | 1 << 62);
            // A few tries each; where most of the rectangle is dry, fewer trickles are no loss.
            let start = (0..64).find_map(|_| {
                let at = Vec2::new(
                    stream.unit_f32() * size.width() as f32,
                    stream.unit_f32() * size.height() as f32,
                );
                (dry.at(at.x as i64, at.y as i64) > 0.5).then_some(at)
            });
            if let Some(start) = start {
                self.trickle(start, seed, &mut stream);
            }
        }
    }

    /// Centre of a place of the grid, in mm of the picture.
    fn place_mm(&self, cell: Vec2) -> Vec2 {
        (self.origin_px + cell * self.side_px) / self.px_per_mm
    }

    /// One trickle from a place of the grid.
    fn trickle(&mut self, start: Vec2, seed: Seed, stream: &mut Stream) {
        let cell_mm = self.side_px / self.px_per_mm;
        let wide = HALF_WIDTH_MM * (0.6 + 0.9 * stream.unit_f32()) / cell_mm;
        let length_mm = RUN_MM * (0.35 + 0.65 * stream.unit_f32());
        let sway = Noise::new(seed, Stage::UptakeNoise, MEANDER_MM, 6);
        let mut at = start;
        let mut load = 0.0_f32;
        let size = self.thickness.size();
        let steps = (length_mm / STEP_MM) as u32;
        for step in 0..steps {
            let bend = 0.7 * sway.at(self.place_mm(at));
            let way = Vec2::new(bend, 1.0).normalize() * STEP_MM / cell_mm;
            at += way;
            if at.y >= size.height() as f32 || at.x < 0.0 || at.x >= size.width() as f32 {
                return;
            }
            load += KEEPS * self.lift(at, wide, TAKES);
            // It stops in a bead, and what it still carries has dripped off.
            let ending = (steps - step) as f32 * STEP_MM < END_MM;
            let leaves = if ending { END_LEAVES } else { 1.0 };
            let drop = load * LEAVES_PER_MM * STEP_MM * leaves;
            load -= drop;
            self.lay_down(at, 0.7 * wide, drop);
        }
    }

    /// Takes a share of what lies around a place; returns how much, in cells.
    fn lift(&mut self, at: Vec2, wide: f32, share: f32) -> f32 {
        let mut taken = 0.0;
        self.around(at, wide, |value, weight| {
            let part = *value * (share * weight).min(0.9);
            *value -= part;
            taken += part;
        });
        taken
    }

    /// Lays so much, in cells, around a place.
    fn lay_down(&mut self, at: Vec2, wide: f32, amount: f32) {
        let mut total = 0.0;
        self.around(at, wide.max(0.6), |_, weight| total += weight);
        if total > 0.0 {
            self.around(at, wide.max(0.6), |value, weight| {
                *value += amount * weight / total;
            });
        }
    }

    /// `f(thickness, weight)` for the cells around a place, the weight falling to 0 at `wide` cells.
    fn around(&mut self, at: Vec2, wide: f32, mut f: impl FnMut(&mut f32, f32)) {
        let size = self.thickness.size();
        let (columns, rows) = (size.width() as i64, size.height() as i64);
        let span = |at: f32, count: i64| {
            let low = ((at - wide).floor() as i64).max(0);
            let high = ((at + wide).ceil() as i64).min(count - 1);
            low..=high
        };
        for y in span(at.y, rows) {
            for x in span(at.x, columns) {
                let off = Vec2::new(x as f32 + 0.5, y as f32 + 0.5).distance(at) / wide;
                if off < 1.0 {
                    let index = (y * columns + x) as usize;
                    f(&mut self.thickness.values_mut()[index], 1.0 - off * off);
                }
            }
        }
    }
}
