//! How the skin of a head is turned at each place.

use glam::{DVec2, Vec2};

use crate::field::FieldRequest;

/// A head's shape, made ready to be asked about many places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ellipsoid {
    centre_px: Vec2,
    pub(super) half_axes_px: Vec2,
    /// Half axis towards the camera.
    depth_px: f32,
    /// Direction of the first axis.
    along: Vec2,
}

impl Ellipsoid {
    /// With the first axis at an angle, in radians from x towards y.
    pub(super) fn new(centre_px: Vec2, half_axes_px: Vec2, angle: f32) -> Self {
        let (sin, cos) = libm::sincosf(angle);
        Self {
            centre_px,
            half_axes_px,
            depth_px: (half_axes_px.x * half_axes_px.y).sqrt(),
            along: Vec2::new(cos, sin),
        }
    }

    /// A place in half axes from the middle, along them; farther than 1 is off the head.
    pub(super) fn in_half_axes(&self, at_px: Vec2) -> Vec2 {
        let way = at_px - self.centre_px;
        Vec2::new(self.along.dot(way), self.along.perp_dot(way)) / self.half_axes_px
    }

    /// The place in pixels of one in half axes.
    pub(super) fn to_px(self, in_half_axes: Vec2) -> Vec2 {
        self.centre_px + self.along.rotate(in_half_axes * self.half_axes_px)
    }

    /// How the skin is turned; `None` outside the outline.
    pub(crate) fn tilt(&self, at_px: Vec2) -> Option<Tilt> {
        let on = self.in_half_axes(at_px);
        let height = 1.0 - on.length_squared();
        if height.is_nan() || height <= 0.0 {
            return None;
        }
        // The normal of x²/a² + y²/b² + z²/c² = 1.
        let (side, front) = (on / self.half_axes_px, height.sqrt() / self.depth_px);
        Some(Tilt {
            cos: front / (side.length_squared() + front * front).sqrt(),
            toward: self.along.rotate(side.normalize_or_zero()),
        })
    }

    /// As [`HeadShape::area_factor_at`](super::HeadShape::area_factor_at).
    pub(super) fn area_factor_at(&self, at_px: Vec2) -> f32 {
        self.tilt(at_px).map_or(1.0, |tilt| {
            (1.0 / tilt.cos).clamp(1.0, FieldRequest::MAX_AREA_FACTOR)
        })
    }
}

/// How a piece of skin is turned away from the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tilt {
    /// Cosine of the angle between skin and picture.
    pub(crate) cos: f32,
    /// Direction in the picture in which the skin falls away; zero where it faces the camera.
    pub(crate) toward: Vec2,
}

impl Tilt {
    /// Least cosine: at 87° a pixel shows twenty times its own area, and next to nothing of it.
    pub(super) const LEAST_COS: f32 = 0.05;

    /// Facing the camera.
    pub(crate) const NONE: Self = Self {
        cos: 1.0,
        toward: Vec2::ZERO,
    };

    /// Area of skin over its area in the picture: 1 to 20.
    pub(crate) fn area_factor(self) -> f32 {
        1.0 / self.seen()
    }

    /// Area in the picture over its area on the skin.
    pub(crate) fn seen(self) -> f32 {
        self.cos.max(Self::LEAST_COS)
    }

    /// Direction in which the skin falls away, from the x axis towards y.
    pub(crate) fn toward_rad(self) -> f32 {
        libm::atan2f(self.toward.y, self.toward.x)
    }

    /// Squared length on the skin of a short way in the picture.
    pub(crate) fn squared_on_skin(self, way: DVec2) -> f64 {
        let along = way.dot(self.toward.as_dvec2());
        let stretch = f64::from(self.area_factor());
        way.length_squared() + along * along * (stretch * stretch - 1.0)
    }
}
