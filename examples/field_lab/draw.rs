//! Panels of a sheet: frames, lines, grey values, words.

use image::{Rgb, RgbImage};

use crate::letters;

/// Side of a panel in px, with room for its words.
pub(crate) const PANEL: u32 = 320;
/// Side of the picture inside a panel.
pub(crate) const PLOT: u32 = 280;
const LEFT: u32 = 20;
const TOP: u32 = 28;

pub(crate) const INK: Rgb<u8> = Rgb([30, 30, 34]);
pub(crate) const ACCENT: Rgb<u8> = Rgb([200, 60, 40]);
const FAINT: Rgb<u8> = Rgb([214, 214, 210]);
const PAPER: Rgb<u8> = Rgb([250, 250, 248]);

pub(crate) struct Sheet {
    pub(crate) picture: RgbImage,
}

/// Where a panel lies on the sheet.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) column: u32,
    pub(crate) row: u32,
}

/// What a plot shows: ranges of x and y.
#[derive(Clone, Copy)]
pub(crate) struct Axes {
    pub(crate) x: [f64; 2],
    pub(crate) y: [f64; 2],
}

impl Sheet {
    pub(crate) fn new(columns: u32, rows: u32) -> Self {
        Self {
            picture: RgbImage::from_pixel(columns * PANEL, rows * PANEL, PAPER),
        }
    }

    /// A pixel of a panel's picture, counted from its upper left corner.
    pub(crate) fn dot(&mut self, spot: Spot, x: u32, y: u32, color: Rgb<u8>) {
        if x < PLOT && y < PLOT {
            let (left, top) = (spot.column * PANEL + LEFT, spot.row * PANEL + TOP);
            self.picture.put_pixel(left + x, top + y, color);
        }
    }

    pub(crate) fn title(&mut self, spot: Spot, words: &str) {
        let (x, y) = (spot.column * PANEL + LEFT, spot.row * PANEL + 8);
        self.words(x, y, words);
    }

    pub(crate) fn frame(&mut self, spot: Spot) {
        for i in 0..PLOT {
            for (x, y) in [(i, 0), (i, PLOT - 1), (0, i), (PLOT - 1, i)] {
                self.dot(spot, x, y, INK);
            }
        }
    }

    /// A frame with a grid of four lines a side and the ranges in figures.
    pub(crate) fn axes(&mut self, spot: Spot, axes: Axes) {
        for line in 1..4 {
            for i in 0..PLOT {
                self.dot(spot, line * PLOT / 4, i, FAINT);
                self.dot(spot, i, line * PLOT / 4, FAINT);
            }
        }
        self.frame(spot);
        let (left, top) = (spot.column * PANEL + LEFT, spot.row * PANEL + TOP);
        self.words(left + 4, top + 4, &format!("Y {}", figure(axes.y[1])));
        self.words(
            left + 4,
            top + PLOT - 14,
            &format!("{} {}", figure(axes.y[0]), figure(axes.x[0])),
        );
        let right = format!("X {}", figure(axes.x[1]));
        self.words(
            left + PLOT - 8 * right.len() as u32 - 4,
            top + PLOT - 14,
            &right,
        );
    }

    pub(crate) fn line(&mut self, spot: Spot, axes: Axes, points: &[(f64, f64)], color: Rgb<u8>) {
        let place = |(x, y): (f64, f64)| {
            let across = (x - axes.x[0]) / (axes.x[1] - axes.x[0]);
            let up = (y - axes.y[0]) / (axes.y[1] - axes.y[0]);
            let side = f64::from(PLOT - 1);
            (across * side, (1.0 - up.clamp(0.0, 1.0)) * side)
        };
        for pair in points.windows(2) {
            let (a, b) = (place(pair[0]), place(pair[1]));
            let steps = (b.0 - a.0).abs().max((b.1 - a.1).abs()).ceil().max(1.0);
            for i in 0..=steps as u32 {
                let t = f64::from(i) / steps;
                let (x, y) = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
                if (0.0..f64::from(PLOT)).contains(&x) {
                    self.dot(spot, x as u32, y as u32, color);
                    self.dot(spot, x as u32, y as u32 + 1, color);
                }
            }
        }
    }

    fn words(&mut self, x: u32, y: u32, words: &str) {
        letters::write(&mut self.picture, [x, y], words, INK);
    }
}

fn figure(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
