//! The head as an ellipsoid: how far its skin turns away from the camera.

use glam::{DMat3, DVec3, Vec2};

use super::ellipsoid::{Ellipsoid, Tilt};
use crate::error::{Error, Result};
use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

/// Flattest ellipse that a head can make: from above, three to two; with a chin and ears, less.
const FLATTEST: f64 = 0.45;

/// Farthest place of a head from the picture's corner, and its longest half axis, in pixels.
const FARTHEST_PX: f32 = 1e6;

/// An ellipsoid whose outline is that of the head in the photo.
///
/// Seen from afar: the camera's perspective is left out. How deep the head is towards the camera no
/// outline tells; it is taken to be the geometric mean of its half width and half height, a guess.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::HeadShape;
///
/// let rim: Vec<Vec2> = (0..12).map(|i| Vec2::new(200.0, 150.0) + 100.0 * Vec2::from_angle(i as f32 * 0.5)).collect();
/// let head = HeadShape::fit(&rim)?;
/// assert!(head.tilt_at(Vec2::new(200.0, 150.0)).expect("inside") < 0.01); // faces the camera
/// let halfway = head.area_factor_at(Vec2::new(286.6, 150.0)); // tilted by 60 degrees
/// assert!((halfway - 2.0).abs() < 0.01);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct HeadShape {
    /// Middle of the outline, in pixels.
    pub centre_px: Vec2,
    /// Half axes of the outline, the first along [`HeadShape::angle`], in pixels.
    pub half_axes_px: Vec2,
    /// Direction of the first axis, in radians from x towards y.
    pub angle: f32,
}

impl HeadShape {
    /// The ellipse nearest to points on the visible outline of the head, ears and hair left out; an arc
    /// will do, the longer the better.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for fewer than six points or one that is not finite;
    /// [`Error::NotFound`] where no ellipse of a head's shape passes near them.
    ///
    /// # References
    /// A. Fitzgibbon, M. Pilu, R. B. Fisher, "Direct Least Square Fitting of Ellipses", IEEE TPAMI 21
    /// (1999), in the numerically stable form of R. Halíř and J. Flusser (WSCG 1998).
    pub fn fit(outline: &[Vec2]) -> Result<Self> {
        let enough = outline.len() >= 6;
        Error::check(
            "points of the head's outline",
            outline.len() as f64,
            enough,
            "at least 6",
        )?;
        for point in outline {
            let far = point.abs().max_element();
            let inside = far <= FARTHEST_PX;
            Error::check(
                "point of the head's outline",
                f64::from(far),
                inside,
                "-1e6..=1e6 px",
            )?;
        }
        let found = conic(outline).and_then(|conic| conic.shape());
        found.ok_or(Error::NotFound {
            what: "ellipse of a head's shape",
            place: "along the head's outline",
        })
    }

    /// [`HeadShape::fit`] for points that have to lie in the picture.
    pub(super) fn fit_in(outline: &[Vec2], size: Size) -> Result<Self> {
        for &point in outline {
            size.check_inside("point of the head's outline", point)?;
        }
        Self::fit(outline)
    }

    /// An error naming the first value outside its range: those of a head that somebody wrote down.
    pub(crate) fn check(&self) -> Result<()> {
        let Self {
            centre_px,
            half_axes_px,
            angle,
        } = *self;
        for at in centre_px.to_array() {
            let (low, high) = (-FARTHEST_PX, FARTHEST_PX);
            Error::within("centre of the head in px", at, low, high, "-1e6..=1e6")?;
        }
        for axis in half_axes_px.to_array() {
            Error::within(
                "half axis of the head in px",
                axis,
                1.0,
                FARTHEST_PX,
                "1..=1e6",
            )?;
        }
        let flat = f64::from(half_axes_px.min_element() / half_axes_px.max_element());
        let fits = flat >= FLATTEST;
        Error::check(
            "shorter over longer axis of the head",
            flat,
            fits,
            "0.45..=1",
        )?;
        Error::within("angle of the head", angle, -7.0, 7.0, "-7..=7")
    }

    /// Made ready for many places.
    pub(crate) fn ellipsoid(&self) -> Ellipsoid {
        Ellipsoid::new(self.centre_px, self.half_axes_px, self.angle)
    }

    /// How the skin is turned; `None` outside the outline.
    fn tilt(&self, at_px: Vec2) -> Option<Tilt> {
        self.ellipsoid().tilt(at_px)
    }

    /// Share of an area that lies within the outline, judged on every `step`-th pixel of every `step`-th row, each by
    /// its weight.
    pub(super) fn share_of(
        &self,
        size: Size,
        step: usize,
        weight: impl Fn(i64, i64) -> f32,
    ) -> f64 {
        let (mut on, mut all) = (0.0, 0.0);
        let (ellipsoid, step) = (self.ellipsoid(), step.max(1));
        for y in (0..i64::from(size.height())).step_by(step) {
            for x in (0..i64::from(size.width())).step_by(step) {
                let weight = f64::from(weight(x, y));
                all += weight;
                let at_px = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                if weight > 0.0 && ellipsoid.tilt(at_px).is_some() {
                    on += weight;
                }
            }
        }
        if all > 0.0 { on / all } else { 1.0 }
    }

    /// Angle between the skin and the picture in radians, 0 where it faces the camera; `None` outside
    /// the outline.
    #[must_use]
    pub fn tilt_at(&self, at_px: Vec2) -> Option<f32> {
        self.tilt(at_px).map(|tilt| libm::acosf(tilt.cos.min(1.0)))
    }

    /// How much skin lies under a pixel relative to one that faces the camera: one over the cosine of
    /// the tilt, 1 to 5; 1 outside the outline.
    #[must_use]
    pub fn area_factor_at(&self, at_px: Vec2) -> f32 {
        self.ellipsoid().area_factor_at(at_px)
    }

    /// [`HeadShape::area_factor_at`] of every pixel, as
    /// [`FieldRequest::with_area_factor`](crate::FieldRequest::with_area_factor) takes it.
    #[must_use]
    pub fn area_factor(&self, size: Size) -> Plane<f32> {
        let mut plane = Plane::filled(size, 1.0_f32);
        let ellipsoid = self.ellipsoid();
        parallel::for_each_chunk(plane.values_mut(), size.width() as usize, |y, row| {
            for (x, factor) in row.iter_mut().enumerate() {
                let at_px = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                *factor = ellipsoid.area_factor_at(at_px);
            }
        });
        plane
    }
}

/// a·x² + b·xy + c·y² + d·x + e·y + f = 0 in coordinates about `origin`, in units of `unit`.
struct Conic {
    quadratic: DVec3,
    linear: DVec3,
    origin: glam::DVec2,
    unit: f64,
}

fn conic(points: &[Vec2]) -> Option<Conic> {
    let n = points.len() as f64;
    let origin = points.iter().map(|p| p.as_dvec2()).sum::<glam::DVec2>() / n;
    let spread = points
        .iter()
        .map(|p| p.as_dvec2().distance_squared(origin))
        .sum::<f64>()
        / n;
    let unit = spread.sqrt();
    if unit.is_nan() || unit < 1.0 {
        return None;
    }
    // Scatter of the quadratic and the linear parts of the design matrix.
    let [mut s1, mut s2, mut s3] = [DMat3::ZERO; 3];
    let outer = |a: DVec3, b: DVec3| DMat3::from_cols(a * b.x, a * b.y, a * b.z);
    for point in points {
        let p = (point.as_dvec2() - origin) / unit;
        let (quadratic, linear) = (DVec3::new(p.x * p.x, p.x * p.y, p.y * p.y), p.extend(1.0));
        s1 += outer(quadratic, quadratic);
        s2 += outer(quadratic, linear);
        s3 += outer(linear, linear);
    }
    if s3.determinant().abs() < 1e-9 * n * n * n {
        return None;
    }
    let t = s3.inverse() * s2.transpose() * -1.0;
    let m = s1 + s2 * t;
    // The inverse of the constraint matrix, which has 4ac − b² = 1.
    let constraint = DMat3::from_cols_array(&[0.0, 0.0, 0.5, 0.0, -1.0, 0.0, 0.5, 0.0, 0.0]);
    let reduced = constraint * m;
    let quadratic = eigenvalues(&reduced)
        .into_iter()
        .flatten()
        .filter_map(|value| null_vector(reduced - DMat3::IDENTITY * value))
        .find(|v| 4.0 * v.x * v.z - v.y * v.y > 0.0)?;
    let linear = t * quadratic;
    Some(Conic {
        quadratic,
        linear,
        origin,
        unit,
    })
}

/// The real eigenvalues of a matrix, by the closed form for cubics.
fn eigenvalues(m: &DMat3) -> [Option<f64>; 3] {
    let trace = m.x_axis.x + m.y_axis.y + m.z_axis.z;
    let squared = *m * *m;
    let minors = 0.5 * (trace * trace - (squared.x_axis.x + squared.y_axis.y + squared.z_axis.z));
    // λ³ − trace·λ² + minors·λ − det = 0; λ = trace/3 + t makes it t³ + p·t + q = 0.
    let third = trace / 3.0;
    let p = minors - trace * third;
    let q = -2.0 * third * third * third + third * minors - m.determinant();
    if p >= 0.0 || q * q / 4.0 + p * p * p / 27.0 > 0.0 {
        let root = (q * q / 4.0 + p * p * p / 27.0).max(0.0).sqrt();
        let t = libm::cbrt(-q / 2.0 + root) + libm::cbrt(-q / 2.0 - root);
        return [Some(third + t), None, None];
    }
    let radius = 2.0 * (-p / 3.0).sqrt();
    let angle = libm::acos((3.0 * q / (p * radius)).clamp(-1.0, 1.0));
    [0.0, 1.0, 2.0].map(|k| {
        let turn = (angle - std::f64::consts::TAU * k) / 3.0;
        Some(third + radius * libm::cos(turn))
    })
}

/// The direction that a singular matrix takes to nearly nothing.
fn null_vector(m: DMat3) -> Option<DVec3> {
    let rows = m.transpose();
    let products = [
        rows.x_axis.cross(rows.y_axis),
        rows.y_axis.cross(rows.z_axis),
        rows.z_axis.cross(rows.x_axis),
    ];
    let longest = products
        .into_iter()
        .max_by(|a, b| a.length().total_cmp(&b.length()))?;
    longest.try_normalize()
}

impl Conic {
    fn shape(&self) -> Option<HeadShape> {
        let (a, b, c) = self.quadratic.into();
        let (d, e, f) = self.linear.into();
        let det = 4.0 * a * c - b * b;
        let centre = glam::DVec2::new(b * e - 2.0 * c * d, b * d - 2.0 * a * e) / det;
        let level = -(f + 0.5 * (d * centre.x + e * centre.y));
        // Of the quadratic form: half its trace, and how far its eigenvalues lie to either side.
        let (mean, apart) = (0.5 * (a + c), 0.5 * libm::hypot(a - c, b));
        let first = (level / (mean - apart)).sqrt() * self.unit;
        let second = (level / (mean + apart)).sqrt() * self.unit;
        let (longer, shorter) = (first.max(second), first.min(second));
        let fits = shorter >= FLATTEST * longer && longer < 1e6;
        if !fits {
            return None;
        }
        // The form is least along the axis that belongs to its smaller eigenvalue.
        let turned = 0.5 * libm::atan2(b, a - c);
        let angle = if mean >= 0.0 {
            turned + std::f64::consts::FRAC_PI_2
        } else {
            turned
        };
        Some(HeadShape {
            centre_px: (self.origin + centre * self.unit).as_vec2(),
            half_axes_px: glam::DVec2::new(first, second).as_vec2(),
            angle: angle as f32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arc(centre: Vec2, axes: Vec2, angle: f32, from: f32, to: f32, count: usize) -> Vec<Vec2> {
        let turn = Vec2::from_angle(angle);
        (0..count)
            .map(|i| {
                let t = from + (to - from) * i as f32 / (count - 1) as f32;
                centre + turn.rotate(axes * Vec2::from_angle(t))
            })
            .collect()
    }

    #[test]
    fn ellipses_and_arcs_of_them_are_found_again() {
        let centre = Vec2::new(340.0, 410.0);
        for (axes, angle) in [
            (Vec2::new(250.0, 300.0), 0.0),
            (Vec2::new(300.0, 250.0), 0.3),
            (Vec2::new(200.0, 200.0), 0.0),
            (Vec2::new(180.0, 330.0), -0.7),
        ] {
            for (from, to) in [(0.0, 6.0), (-3.0, 0.0)] {
                let mut rim = arc(centre, axes, angle, from, to, 25);
                for (i, p) in rim.iter_mut().enumerate() {
                    *p += Vec2::new((i * 7 % 5) as f32 - 2.0, (i * 3 % 5) as f32 - 2.0) * 0.15;
                }
                let head = HeadShape::fit(&rim).unwrap();
                assert!(
                    head.centre_px.distance(centre) < 6.0,
                    "{head:?} for {axes} {angle}"
                );
                for p in arc(centre, 0.8 * axes, angle, 0.0, 6.0, 9) {
                    let slope = head.tilt(p).unwrap().cos;
                    let exact = HeadShape {
                        centre_px: centre,
                        half_axes_px: axes,
                        angle,
                    };
                    assert!(
                        (slope - exact.tilt(p).unwrap().cos).abs() < 0.04,
                        "{head:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn points_that_are_no_head_are_refused() {
        let line: Vec<Vec2> = (0..9)
            .map(|i| Vec2::new(10.0 * i as f32, 5.0 * i as f32))
            .collect();
        let flat = arc(Vec2::ZERO, Vec2::new(500.0, 60.0), 0.0, 0.0, 6.0, 20);
        let far = vec![Vec2::new(f32::NAN, 0.0); 8];
        let one = vec![Vec2::ONE; 8];
        for bad in [&line[..], &flat, &far, &one, &line[..5]] {
            assert!(HeadShape::fit(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_area_of_the_half_ellipsoid_comes_out() {
        // A sphere's half has twice the area of its disc; beyond a factor of 5 a rim of 2 % is cut.
        let rim = arc(Vec2::splat(100.0), Vec2::splat(90.0), 0.0, 0.0, 6.0, 30);
        let head = HeadShape::fit(&rim).unwrap();
        let size = Size::new(200, 200).unwrap();
        let factors = head.area_factor(size);
        let mut area = 0.0;
        for y in 0..200 {
            for (x, factor) in factors.row(y).iter().enumerate() {
                let inside = head
                    .tilt_at(Vec2::new(x as f32 + 0.5, y as f32 + 0.5))
                    .is_some();
                area += if inside { *factor } else { 0.0 };
            }
        }
        let half = 2.0 * std::f32::consts::PI * 90.0 * 90.0;
        assert!((area / half - 0.9).abs() < 0.05, "{}", area / half);
        assert!(factors.values().iter().all(|f| (1.0..=5.0).contains(f)));
    }
}
