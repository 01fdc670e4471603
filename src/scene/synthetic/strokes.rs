//! Straight pieces of hair painted over a picture, each pixel by the share of it that they cover.

use glam::{Vec2, Vec3};

use crate::parallel;
use crate::units::Size;

/// A straight piece of a shaft or of its shadow, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    pub(super) from: Vec2,
    pub(super) to: Vec2,
    pub(super) width: f32,
    /// Linear light of what is painted.
    pub(super) color: Vec3,
    /// Share of what lies below that it hides.
    pub(super) opacity: f32,
    /// Width over which its sides fade, 1 for a sharp edge averaged over a pixel.
    pub(super) softness: f32,
    /// Whether it begins and ends here, or goes on in a neighbouring piece.
    pub(super) ends: [bool; 2],
    /// Whether it counts as hair: a shadow does not.
    pub(super) is_hair: bool,
}

/// Rows that one task paints.
const BAND: usize = 48;

/// Paints strokes in their order over light in four channels: red, green, blue, and the share of
/// the pixel that hair covers.
pub(super) fn draw(light: &mut [f32], size: Size, strokes: &[Stroke]) {
    let columns = size.width() as usize;
    parallel::for_each_chunk(light, 4 * columns * BAND, |band, light| {
        let top = (band * BAND) as i64;
        for stroke in strokes {
            stroke.paint(light, columns, top);
        }
    });
}

impl Stroke {
    fn paint(&self, light: &mut [f32], columns: usize, top: i64) {
        let along = self.to - self.from;
        let length = along.length();
        if length.is_nan() || length <= 0.0 {
            return;
        }
        let along = along / length;
        let reach = 0.5 * self.width + 0.5 * self.softness + 0.5;
        let rows = (light.len() / (4 * columns)) as i64;
        let low = self.from.min(self.to) - reach;
        let high = self.from.max(self.to) + reach;
        let (y0, y1) = (
            (low.y.floor() as i64).max(top),
            (high.y.ceil() as i64).min(top + rows),
        );
        let (x0, x1) = (
            (low.x.floor() as i64).max(0),
            (high.x.ceil() as i64).min(columns as i64),
        );
        for y in y0..y1 {
            for x in x0..x1 {
                let p = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) - self.from;
                let share = self.share(p.dot(along), p.perp_dot(along), length);
                if share > 0.0 {
                    let i = 4 * ((y - top) as usize * columns + x as usize);
                    self.lay(&mut light[i..i + 4], share);
                }
            }
        }
    }

    /// Share of a pixel that lies under the stroke, `s` along it and `d` to its side.
    fn share(&self, s: f32, d: f32, length: f32) -> f32 {
        let ramp = |t: f32, soft: f32| (t / soft + 0.5).clamp(0.0, 1.0);
        let half = 0.5 * self.width;
        let across = ramp(d + half, self.softness) - ramp(d - half, self.softness);
        // Pieces of one strand part the pixels between them: none is painted twice.
        let begin = if self.ends[0] {
            ramp(s, 1.0)
        } else {
            f32::from(u8::from(s >= 0.0))
        };
        let end = if self.ends[1] {
            ramp(s - length, 1.0)
        } else {
            f32::from(u8::from(s >= length))
        };
        across * (begin - end).max(0.0)
    }

    fn lay(&self, pixel: &mut [f32], share: f32) {
        let hidden = self.opacity * share;
        for (value, over) in pixel.iter_mut().zip(self.color.to_array()) {
            *value += (over - *value) * hidden;
        }
        if self.is_hair {
            pixel[3] += (1.0 - pixel[3]) * share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hair(from: Vec2, to: Vec2, width: f32) -> Stroke {
        Stroke {
            from,
            to,
            width,
            color: Vec3::ZERO,
            opacity: 1.0,
            softness: 1.0,
            ends: [true; 2],
            is_hair: true,
        }
    }

    #[test]
    fn a_stroke_covers_its_own_area_however_thin() {
        let size = Size::new(60, 60).unwrap();
        for (width, angle) in [(0.3, 0.0), (0.7, 0.4), (2.5, 1.1), (6.0, 2.0)] {
            let mut light = vec![0.0; size.pixels() * 4];
            let half = Vec2::from_angle(angle) * 12.0;
            draw(
                &mut light,
                size,
                &[hair(
                    Vec2::splat(30.2) - half,
                    Vec2::splat(30.2) + half,
                    width,
                )],
            );
            let area: f32 = light.iter().skip(3).step_by(4).sum();
            assert!(
                (area / (24.0 * width) - 1.0).abs() < 0.02,
                "{area} at {width}"
            );
        }
    }

    #[test]
    fn pieces_of_a_strand_join_without_beads() {
        let size = Size::new(60, 9).unwrap();
        let (a, b, c) = (
            Vec2::new(5.0, 4.6),
            Vec2::new(25.3, 4.6),
            Vec2::new(55.0, 4.6),
        );
        let first = Stroke {
            ends: [true, false],
            ..hair(a, b, 0.8)
        };
        let second = Stroke {
            ends: [false, true],
            ..hair(b, c, 0.8)
        };
        let (mut parts, mut whole) = (vec![0.0; size.pixels() * 4], vec![0.0; size.pixels() * 4]);
        draw(&mut parts, size, &[first, second]);
        draw(&mut whole, size, &[hair(a, c, 0.8)]);
        for (p, w) in parts.iter().zip(&whole) {
            assert!((p - w).abs() < 1e-5);
        }
    }
}
