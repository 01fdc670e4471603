//! Masks from strokes: a path with a width, and the disc that a single point makes.

use glam::Vec2;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

impl Mask {
    /// A band of even width along straight lines from point to point, all in pixels, with round ends; a
    /// single point makes a disc.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] without points, for a point that is NaN or outside the picture, for one that
    /// repeats the point before it, and for a width that is not above 0 or wider than the picture's
    /// longer side.
    ///
    /// # Tolerance
    /// Coverage falls from 1 to 0 over the pixel that the border crosses; bands narrower than a pixel
    /// are as faint as they are narrow. So are discs, which therefore cover more than their area where they are
    /// small: 4 % more at three pixels, a third at one, and at half a pixel 2.7 times as much.
    ///
    /// # Cost
    /// One look at every line for each pixel around it.
    ///
    /// # Examples
    /// ```
    /// use glam::Vec2;
    /// use stubblefield::{Mask, Size};
    ///
    /// let size = Size::new(40, 20)?;
    /// let band = Mask::from_line(size, &[Vec2::new(10.0, 10.0), Vec2::new(30.0, 10.0)], 4.0)?;
    /// assert!((band.area_px() - 92.6).abs() < 1.0); // 20 × 4, and two half discs
    /// assert!(Mask::from_line(size, &[], 4.0).is_err());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    pub fn from_line(size: Size, points_px: &[Vec2], width_px: f32) -> Result<Self> {
        check(size, points_px, width_px)?;
        let half = 0.5 * width_px;
        // Below a pixel the border's ramps overlap, and the band pales.
        let (reach, full) = (half.max(0.5) + 0.5, width_px.min(1.0));
        let mut coverage = Plane::filled(size, 0.0_f32);
        parallel::for_each_chunk(coverage.values_mut(), size.width() as usize, |y, row| {
            let middle = y as f32 + 0.5;
            let ends = |i: usize| (points_px[i], points_px[(i + 1).min(points_px.len() - 1)]);
            for (a, b) in (0..points_px.len().max(2) - 1).map(ends) {
                let (top, bottom) = (a.y.min(b.y) - reach, a.y.max(b.y) + reach);
                if !(top..=bottom).contains(&middle) {
                    continue;
                }
                let from = (a.x.min(b.x) - reach).max(0.0) as usize;
                let to = ((a.x.max(b.x) + reach).ceil() as usize).min(row.len());
                for (x, value) in row.iter_mut().enumerate().take(to).skip(from) {
                    let away = distance(Vec2::new(x as f32 + 0.5, middle), a, b);
                    let inside = (half.max(0.5) + 0.5 - away).clamp(0.0, 1.0);
                    *value = value.max(inside * full);
                }
            }
        });
        Ok(Self::from_shares(coverage))
    }
}

fn check(size: Size, points: &[Vec2], width: f32) -> Result<()> {
    let some = !points.is_empty();
    Error::check("points of a line", points.len() as f64, some, "at least 1")?;
    for point in points {
        size.check_inside("point of a line", *point)?;
    }
    let repeated = points.windows(2).position(|pair| pair[0] == pair[1]);
    if let Some(i) = repeated {
        let allowed = "a point other than the one before it";
        Error::check("point of a line", f64::from(points[i].x), false, allowed)?;
    }
    let widest = size.width().max(size.height()) as f32;
    let inside = width > 0.0 && width <= widest;
    let allowed = "above 0, at most the picture's longer side";
    Error::check("width of a line in px", f64::from(width), inside, allowed)
}

/// Distance of a point from a line between two ends.
fn distance(p: Vec2, a: Vec2, b: Vec2) -> f32 {
    let way = b - a;
    let along = (p - a).dot(way) / way.length_squared().max(f32::MIN_POSITIVE);
    (a + way * along.clamp(0.0, 1.0)).distance(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_those_of_the_shape_down_to_fractions_of_a_pixel() {
        let size = Size::new(60, 60).unwrap();
        let middle = Vec2::new(30.3, 29.6);
        for diameter in [3.0_f32, 8.0, 21.5] {
            let area = Mask::from_line(size, &[middle], diameter)
                .unwrap()
                .area_px();
            let exact = f64::from(std::f32::consts::FRAC_PI_4 * diameter * diameter);
            assert!((area / exact - 1.0).abs() < 0.05, "{area} for {exact}");
        }
        let ends = [Vec2::new(10.5, 12.5), Vec2::new(45.5, 40.5)];
        let length = f64::from(ends[0].distance(ends[1]));
        for width in [0.4_f32, 1.0, 2.5, 6.0] {
            let area = Mask::from_line(size, &ends, width).unwrap().area_px();
            let band = length * f64::from(width);
            let caps = f64::from(width.max(1.0)).powi(2) * 0.8;
            assert!(
                (area - band).abs() < caps + 0.05 * band,
                "{area} for {band}"
            );
        }
    }

    #[test]
    fn lines_that_cannot_be_are_refused_by_name() {
        let size = Size::new(60, 40).unwrap();
        let refused = |points: &[[f32; 2]], width| {
            let points: Vec<Vec2> = points.iter().map(|&p| p.into()).collect();
            Mask::from_line(size, &points, width)
                .unwrap_err()
                .to_string()
        };
        assert!(refused(&[], 2.0).starts_with("points of a line is 0"));
        assert!(refused(&[[5.0, 41.0]], 2.0).starts_with("point of a line is 41"));
        assert!(refused(&[[f32::NAN, 1.0]], 2.0).starts_with("point of a line is NaN"));
        let twice = refused(&[[5.0, 5.0], [5.0, 5.0]], 2.0);
        assert!(
            twice.ends_with("a point other than the one before it"),
            "{twice}"
        );
        for width in [0.0, -1.0, f32::NAN, 61.0] {
            let refused = refused(&[[5.0, 5.0]], width);
            assert!(refused.starts_with("width of a line in px"), "{refused}");
        }
    }
}
