//! A head's curved skin laid out flat, so that dots can be laid in millimetres of skin.

use glam::{DMat2, DMat3, DQuat, DVec2, DVec3, Vec2};

use super::ellipsoid::{Ellipsoid, Tilt};
use super::head::HeadShape;
use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::units::{Scale, Size};

/// How far beyond the outline a treatment may reach, in half axes: outlines are drawn by hand, and hair stands out.
const MOST_BEYOND: f32 = 1.25;

/// How much wider than its farthest place a head is at least: what the chart still shows there, at 87°.
const ROOM: f32 = 1.001_3;

/// Half axes that a head can have, in mm.
const HALF_AXES_MM: [f32; 2] = [30.0, 200.0];

/// Pixels per mm of the chart, at most: a border is then known to less than the needle is wide.
const FINEST: f32 = 5.0;

/// Places on the rim by which the chart's extent is found, and the room around it in mm.
const RIM: usize = 256;
const MARGIN_MM: f64 = 1.0;

/// Part of a head in an equal-area projection that is true to the skin in all directions in its middle, and nearly so
/// around it: 50° off, lengths on a sphere differ by 10 %. Its areas are those of the skin with [`Chart::area_factor`].
///
/// # References
/// J. H. Lambert, "Anmerkungen und Zusätze zur Entwerfung der Land- und Himmelscharten" (1772): the azimuthal
/// equal-area projection, here of the unit ball that the ellipsoid becomes when its axes are made equal.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    head: Ellipsoid,
    /// From a ball whose third axis points at the camera to one whose third axis points at the chart's middle, and back.
    turn: DMat3,
    turn_back: DMat3,
    /// From the projected ball to mm: true in the middle, but for what keeps all skin at least as large as its chart; and back.
    to_mm: DMat2,
    of_mm: DMat2,
    /// Upper left corner relative to the middle.
    corner_mm: DVec2,
    scale: Scale,
    /// Half axes of the head.
    axes_mm: DVec3,
    size: Size,
}

impl Chart {
    /// The chart for a treatment; `None` where it covers nothing.
    ///
    /// Its middle is that of 13 fixed directions which is nearest to the treatment's: a small change of the treatment leaves all
    /// places of the chart where they are. A head drawn too narrow for the treatment is widened.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a head that is none at this scale and for a treatment far off it.
    pub(crate) fn around(treated: &Mask, head: &HeadShape, scale: Scale) -> Result<Option<Self>> {
        if treated.is_empty() {
            return Ok(None);
        }
        let [least, most] = HALF_AXES_MM;
        for axis in head.half_axes_px.to_array() {
            let name = "half axis of the head in mm";
            Error::within(name, scale.to_mm(axis), least, most, "30..=200")?;
        }
        let ellipsoid = head.ellipsoid();
        let rows = parallel::map(treated.size().height() as usize, |y| {
            let (mut farthest, mut sum) = (0.0_f32, DVec3::ZERO);
            let row = treated.coverage().row(y as u32).iter().enumerate();
            for (x, &covered) in row.filter(|(_, covered)| **covered > 0.0) {
                let at = ellipsoid.in_half_axes(Vec2::new(x as f32 + 0.5, y as f32 + 0.5));
                farthest = farthest.max(at.length());
                let height = (1.0 - at.length_squared()).max(0.0).sqrt();
                sum += f64::from(covered) * at.extend(height).as_dvec3();
            }
            (farthest, sum)
        });
        let (farthest, sum) = rows.into_iter().fold((0.0_f32, DVec3::ZERO), |all, row| {
            (all.0.max(row.0), all.1 + row.1)
        });
        Error::within(
            "farthest place of the treatment from the head's middle, in its half axes",
            farthest,
            0.0,
            MOST_BEYOND,
            "0..=1.25",
        )?;
        let mut head = *head;
        head.half_axes_px *= (ROOM * farthest).max(1.0);
        Self::of(head, nearest_of_fixed(sum), scale).map(Some)
    }

    fn of(head: HeadShape, middle: DVec3, scale: Scale) -> Result<Self> {
        let turn = DMat3::from_quat(DQuat::from_rotation_arc(middle, DVec3::Z));
        let turn_back = turn.transpose();
        let head = head.ellipsoid();
        let axes = axes_mm(&head, scale);
        let [right, down] = [turn_back.x_axis, turn_back.y_axis].map(|way| axes * way);
        let true_there = root(DMat2::from_cols_array(&[
            right.length_squared(),
            right.dot(down),
            right.dot(down),
            down.length_squared(),
        ]));
        let least = axes.min_element() * axes.z / true_there.determinant();
        let to_mm = true_there * least.min(1.0).sqrt();
        let rim = (0..RIM).map(|i| {
            let (sin, cos) = libm::sincos(std::f64::consts::TAU * i as f64 / RIM as f64);
            let height = f64::from(Tilt::LEAST_COS);
            let across = (1.0 - height * height).sqrt();
            to_mm * flat(turn * DVec3::new(across * cos, across * sin, height))
        });
        let (low, high) = rim.fold((DVec2::ZERO, DVec2::ZERO), |(low, high), at| {
            (low.min(at), high.max(at))
        });
        let corner_mm = low - MARGIN_MM;
        let chart_scale = Scale::unchecked(scale.get().min(FINEST));
        let extent = (high + MARGIN_MM - corner_mm) * f64::from(chart_scale.get());
        let size = Size::new(extent.x.ceil() as u32, extent.y.ceil() as u32)?;
        Ok(Self {
            head,
            turn,
            turn_back,
            to_mm,
            of_mm: to_mm.inverse(),
            corner_mm,
            scale: chart_scale,
            axes_mm: axes,
            size,
        })
    }

    /// The head as it is charted: wide enough for the treatment.
    pub(crate) const fn head(&self) -> Ellipsoid {
        self.head
    }

    /// Pixels per mm of the chart.
    pub(crate) const fn scale(&self) -> Scale {
        self.scale
    }

    /// The place in the picture, in pixels, of a place on the chart in its mm; `None` where no skin is seen.
    pub(crate) fn to_photo(&self, on_chart_mm: Vec2) -> Option<Vec2> {
        self.direction(on_chart_mm)
            .map(|at| self.head.to_px(at.truncate().as_vec2()))
    }

    /// From the ball's middle to a place on the chart, where the camera sees it.
    fn direction(&self, on_chart_mm: Vec2) -> Option<DVec3> {
        let at = self.of_mm * (on_chart_mm.as_dvec2() + self.corner_mm);
        let squared = at.length_squared();
        if squared >= 4.0 {
            return None;
        }
        let across = at * (1.0 - 0.25 * squared).sqrt();
        let on_ball = self.turn_back * across.extend(1.0 - 0.5 * squared);
        (on_ball.z >= f64::from(Tilt::LEAST_COS)).then_some(on_ball)
    }

    /// The place on the chart, in its mm, of a place in the picture in pixels; `None` off the head.
    pub(crate) fn of_photo(&self, at_px: Vec2) -> Option<Vec2> {
        let at = self.head.in_half_axes(at_px).as_dvec2();
        let height = 1.0 - at.length_squared();
        if height.is_nan() || height <= 0.0 {
            return None;
        }
        let on_chart = self.to_mm * flat(self.turn * at.extend(height.sqrt()));
        let from_corner = (on_chart - self.corner_mm).as_vec2();
        from_corner.is_finite().then_some(from_corner)
    }

    /// Things of the picture on the chart, 0 where that shows nothing of them: `of` takes pixels of the picture, which may
    /// lie beyond its frame.
    pub(crate) fn laid_out<const N: usize>(
        &self,
        of: impl Fn(Vec2) -> [f32; N] + Sync + Send,
    ) -> [Plane<f32>; N] {
        let all = self.planned(1, [0.0; N], |on_ball| {
            of(self.head.to_px(on_ball.truncate().as_vec2()))
        });
        std::array::from_fn(|i| all.map(|shown| shown[i]))
    }

    /// What is treated and what lies beyond it, in the middle of cells of `side` × `side` pixels of the chart. What the picture
    /// does not show is beyond: a treatment goes on past the rim of the head and the frame.
    pub(crate) fn of_masks(&self, treated: &Mask, beyond: &Mask, side: usize) -> [Plane<f32>; 2] {
        let size = treated.size();
        let all = self.planned(side, [0.0, 1.0], |on_ball| {
            let at = self.head.to_px(on_ball.truncate().as_vec2());
            let share = |mask: &Mask| mask.coverage().sample(at.x, at.y);
            if size.holds(at) {
                [share(treated), share(beyond)]
            } else {
                [0.0, 1.0]
            }
        });
        [0, 1].map(|i| all.map(|shares| shares[i]))
    }

    /// Skin per area of chart, from 1 on.
    pub(crate) fn area_factor(&self) -> Plane<f32> {
        self.planned(1, 1.0, |on_ball| self.factor(on_ball))
    }

    /// [`Chart::area_factor`] at one place of the chart, in its mm.
    pub(crate) fn area_factor_at(&self, on_chart_mm: Vec2) -> f32 {
        let seen = self.direction(on_chart_mm);
        seen.map_or(1.0, |on_ball| self.factor(on_ball))
    }

    fn factor(&self, on_ball: DVec3) -> f32 {
        let factor = area(self.axes_mm, on_ball) / self.to_mm.determinant();
        (factor as f32).max(1.0)
    }

    /// A plane over the chart, in cells of `side` × `side` pixels: `of` takes places on the ball that the camera sees.
    fn planned<T: Copy + Send + Sync>(
        &self,
        side: usize,
        nothing: T,
        of: impl Fn(DVec3) -> T + Sync + Send,
    ) -> Plane<T> {
        let [width, height] =
            [self.size.width(), self.size.height()].map(|px| px.div_ceil(side as u32));
        let mut all = Plane::filled(Size::within(width, height), nothing);
        parallel::for_each_chunk(all.values_mut(), width as usize, |y, row| {
            for (x, value) in row.iter_mut().enumerate() {
                let cell = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                if let Some(on_ball) = self.direction(cell * side as f32 / self.scale.get()) {
                    *value = of(on_ball);
                }
            }
        });
        all
    }
}

/// Lambert's projection of a place on the unit ball.
fn flat(on_ball: DVec3) -> DVec2 {
    on_ball.truncate() * (2.0 / (1.0 + on_ball.z)).sqrt()
}

/// Half axes of the ellipsoid.
fn axes_mm(head: &Ellipsoid, scale: Scale) -> DVec3 {
    let axes = head.half_axes_px.as_dvec2() / f64::from(scale.get());
    axes.extend((axes.x * axes.y).sqrt())
}

/// Area on an ellipsoid over that on the unit ball, at a place of the ball.
fn area(axes: DVec3, on_ball: DVec3) -> f64 {
    (on_ball / axes).length() * axes.element_product()
}

/// The symmetric root of a symmetric matrix without negative eigenvalues.
fn root(of: DMat2) -> DMat2 {
    let determinant = of.determinant().max(0.0).sqrt();
    let trace = of.x_axis.x + of.y_axis.y;
    (of + DMat2::IDENTITY * determinant) * (1.0 / (trace + 2.0 * determinant).sqrt())
}

/// Of the directions to faces, edges and corners of a cube that do not point away from the camera the nearest.
fn nearest_of_fixed(to: DVec3) -> DVec3 {
    let steps = [-1.0, 0.0, 1.0];
    let sides = steps.into_iter().flat_map(|y| steps.map(|x| (x, y)));
    let all = sides.flat_map(|(x, y)| [0.0, 1.0].map(|z| DVec3::new(x, y, z)));
    let all = all.filter_map(DVec3::try_normalize);
    let nearest = all.reduce(|best, next| {
        if next.dot(to) > best.dot(to) {
            next
        } else {
            best
        }
    });
    nearest.unwrap_or(DVec3::Z)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(half_axes_px: Vec2, angle: f32) -> HeadShape {
        HeadShape {
            centre_px: Vec2::new(300.0, 320.0),
            half_axes_px,
            angle,
        }
    }

    /// A disc of the picture, in pixels, as what is treated.
    fn disc(middle: Vec2, radius: f32) -> Mask {
        let size = Size::new(620, 640).unwrap();
        Mask::from_fn(size, |p| f32::from(u8::from(p.distance(middle) < radius))).unwrap()
    }

    fn charts() -> impl Iterator<Item = (HeadShape, Chart)> {
        let scale = Scale::px_per_mm(3.0).unwrap();
        let heads = [
            head(Vec2::new(240.0, 290.0), 0.0),
            head(Vec2::new(290.0, 230.0), 0.6),
            head(Vec2::splat(250.0), 0.0),
        ];
        let middles = [
            Vec2::new(300.0, 130.0),
            Vec2::new(300.0, 320.0),
            Vec2::new(140.0, 260.0),
        ];
        heads.into_iter().flat_map(move |head| {
            middles.map(|middle| {
                let chart = Chart::around(&disc(middle, 60.0), &head, scale);
                (head, chart.unwrap().unwrap())
            })
        })
    }

    #[test]
    fn places_come_back() {
        for (head, chart) in charts() {
            // A head drawn too narrow has been widened.
            assert!((1.0..1.25).contains(&(chart.head.half_axes_px / head.half_axes_px).x));
            for i in 0..40 {
                let at = Vec2::from_angle(0.7 * i as f32) * (0.024 * i as f32) * head.half_axes_px;
                let at = head.centre_px + Vec2::from_angle(head.angle).rotate(at);
                let back = chart.to_photo(chart.of_photo(at).unwrap()).unwrap();
                assert!(back.distance(at) < 2e-3, "{at} comes back as {back}");
            }
            assert!(
                chart
                    .of_photo(head.centre_px + 1.1 * head.half_axes_px)
                    .is_none()
            );
        }
    }

    #[test]
    fn lengths_and_areas_are_those_of_the_skin() {
        for (_, chart) in charts() {
            let factors = chart.area_factor();
            let axes = chart.axes_mm;
            let middle = chart.turn_back * DVec3::Z;
            for i in 0..60 {
                // Places up to 50° around the middle, where they are seen.
                let away = 50.0_f64.to_radians() * f64::from(i) / 60.0;
                let (sin, cos) = away.sin_cos();
                let around = DVec2::from_angle(2.4 * f64::from(i)) * sin;
                let at = chart.turn_back * around.extend(cos);
                if at.z < 0.2 {
                    continue;
                }
                let on_chart = |at: DVec3| chart.to_mm * flat(chart.turn * at);
                let [u, v] = [at.any_orthonormal_pair().0, at.any_orthonormal_pair().1];
                let step = 1e-4;
                let along = |way: DVec3| {
                    let other = (at + way * step).normalize();
                    let skin = axes * other - axes * at;
                    (on_chart(other) - on_chart(at), skin)
                };
                let ((cu, su), (cv, sv)) = (along(u), along(v));
                let area = su.cross(sv).length() / cu.perp_dot(cv).abs();
                let place = (on_chart(at) - chart.corner_mm).as_vec2() * chart.scale.get();
                let said = f64::from(factors.sample(place.x, place.y));
                assert!(
                    (area / said - 1.0).abs() < 0.01,
                    "{area} for {said} at {at}"
                );
                for t in 0..8 {
                    let (sin, cos) = (0.4 * f64::from(t)).sin_cos();
                    let (c, s) = (cu * cos + cv * sin, su * cos + sv * sin);
                    let length = s.length() / (c.length() * area.sqrt());
                    let off = (length - 1.0).abs();
                    let most = if away < 0.05 { 0.02 } else { 0.2 };
                    assert!(
                        off < most,
                        "{off} at {} degrees of {middle}",
                        away.to_degrees()
                    );
                }
            }
        }
    }

    #[test]
    fn a_small_change_of_the_treatment_leaves_the_chart() {
        let scale = Scale::px_per_mm(3.0).unwrap();
        let head = head(Vec2::new(240.0, 290.0), 0.0);
        let of = |radius| Chart::around(&disc(Vec2::new(300.0, 130.0), radius), &head, scale);
        let places = [of(60.0), of(75.0)].map(|chart| {
            let chart = chart.unwrap().unwrap();
            chart.of_photo(Vec2::new(310.0, 150.0))
        });
        assert_eq!(places[0], places[1]);
    }

    #[test]
    fn what_is_no_head_is_refused() {
        let scale = |per_mm| Scale::px_per_mm(per_mm).unwrap();
        let fits = head(Vec2::new(240.0, 290.0), 0.0);
        let on = disc(Vec2::new(300.0, 130.0), 60.0);
        let told = |mask: &Mask, scale| Chart::around(mask, &fits, scale).unwrap_err().to_string();
        assert!(told(&on, scale(1.0)).starts_with("half axis of the head in mm is 240"));
        assert!(told(&on, scale(20.0)).starts_with("half axis of the head in mm is 12"));
        let off = disc(Vec2::new(610.0, 20.0), 40.0);
        assert!(told(&off, scale(3.0)).starts_with("farthest place of the treatment"));
        let nothing = disc(Vec2::splat(300.0), 0.0);
        assert!(
            Chart::around(&nothing, &fits, scale(3.0))
                .unwrap()
                .is_none()
        );
    }
}
