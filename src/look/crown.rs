//! The crown: a bald spot around the whorl from which the hair turns.

use std::f32::consts::TAU;

use glam::Vec2;

use crate::error::{Error, Result};
use crate::mask::{Mask, smoothstep};
use crate::parallel;
use crate::plane::Plane;
use crate::units::{Scale, Size};

/// A bald crown, seen from above or behind, as a round area that fades into the hair around it.
///
/// Dots have no direction, so the whorl shows through their density alone: one arm thins out spirally from its
/// middle, as the parting does from which shaved hair turns away.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Crown, Scale, Size};
///
/// let crown = Crown::new(Vec2::new(100.0, 100.0), 40.0);
/// let mask = crown.mask(Size::new(200, 200)?, Scale::px_per_mm(2.0)?)?;
/// assert_eq!(mask.coverage().at(1, 100), 0.0); // hair
/// assert!(mask.coverage().at(60, 100) > 0.9); // full
/// assert!(mask.coverage().at(100, 100) < 0.75); // the whorl
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// One whorl at the vertex, clockwise in 51 to 94 % of people by study (J. McDonald, "Hair whorl: the myth",
/// University of Delaware). How much thinner it is, and how wide, are guesses.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Crown {
    /// Middle of the whorl in pixels of the photo.
    pub center_px: Vec2,
    /// Distance from there at which nothing is treated any more, 5..=150 mm.
    pub radius_mm: f32,
    /// Over which of its outer part it fades, 0..=60 mm, at most the radius.
    pub fade_mm: f32,
    /// By how much the arm of the whorl is thinner, as a share, 0..=0.8.
    pub whorl: f32,
    /// Whether hair turns clockwise around it, as mostly.
    pub clockwise: bool,
}

/// Distance over which the whorl is lost, and the growth of its arm per turn as a factor.
const WHORL_MM: f32 = 12.0;
const GROWTH: f32 = 4.0;

/// Radius below which a logarithmic spiral would turn faster than dots can show.
const EYE_MM: f32 = 1.5;

impl Crown {
    /// A crown that fades over the outer half of its radius, at most 20 mm, around a clockwise whorl whose arm is
    /// thinner by 35 %.
    #[must_use]
    pub const fn new(center_px: Vec2, radius_mm: f32) -> Self {
        Self {
            center_px,
            radius_mm,
            fade_mm: (0.5 * radius_mm).min(20.0),
            whorl: 0.35,
            clockwise: true,
        }
    }

    /// Densities relative to the treatment's.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a middle outside the picture and for values out of their range.
    ///
    /// # Cost
    /// A pass over the photo.
    pub fn mask(&self, size: Size, scale: Scale) -> Result<Mask> {
        size.check_inside("center of the crown", self.center_px)?;
        Error::within("crown radius_mm", self.radius_mm, 5.0, 150.0, "5..=150 mm")?;
        let most = self.radius_mm.min(60.0);
        Error::within(
            "crown fade_mm",
            self.fade_mm,
            0.0,
            most,
            "0..=60 mm and at most the radius",
        )?;
        Error::within("crown whorl", self.whorl, 0.0, 0.8, "0..=0.8")?;
        let mut shares = Plane::filled(size, 0.0_f32);
        parallel::for_each_chunk(shares.values_mut(), size.width() as usize, |y, row| {
            for (x, value) in row.iter_mut().enumerate() {
                let at = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) - self.center_px;
                *value = self.density(at / scale.get());
            }
        });
        Ok(Mask::from_shares(shares))
    }

    /// Relative density at a distance in mm from the middle.
    fn density(&self, away_mm: Vec2) -> f32 {
        let r = away_mm.length();
        if r >= self.radius_mm {
            return 0.0;
        }
        let rim = smoothstep((self.radius_mm - r) / self.fade_mm.max(1e-3));
        let turn = if self.clockwise { 1.0 } else { -1.0 };
        let angle = libm::atan2f(away_mm.y, away_mm.x);
        let phase = turn * angle - TAU * libm::logf(r.max(EYE_MM)) / libm::logf(GROWTH);
        let arm = 0.5 + 0.5 * libm::cosf(phase);
        // In the eye itself the arms meet.
        let arm = arm + (1.0 - arm) * (1.0 - smoothstep(r / EYE_MM));
        rim * (1.0 - self.whorl * arm * libm::expf(-r / WHORL_MM))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whorl_turns_and_is_lost_outwards() {
        let crown = Crown::new(Vec2::ZERO, 60.0);
        let other = Crown {
            clockwise: false,
            ..crown
        };
        let spread = |r: f32| {
            let around = (0..72).map(|i| Vec2::from_angle(TAU * i as f32 / 72.0) * r);
            let densities = around.map(|at| crown.density(at));
            let (low, high) = densities.fold((1.0_f32, 0.0_f32), |(low, high), d| {
                (low.min(d), high.max(d))
            });
            high - low
        };
        assert!(
            spread(4.0) > 0.2 && spread(25.0) < 0.06,
            "{} {}",
            spread(4.0),
            spread(25.0)
        );
        // Mirrored, it turns the other way.
        for at in [Vec2::new(3.0, 2.0), Vec2::new(-5.0, 1.0)] {
            let mirrored = other.density(Vec2::new(at.x, -at.y));
            assert!((crown.density(at) - mirrored).abs() < 1e-5);
        }
    }

    #[test]
    fn outwards_the_arm_goes_with_the_clock() {
        let crown = Crown::new(Vec2::ZERO, 60.0);
        // y runs down: with the clock angles grow. From 6 to 8 mm by 360° · ln(8/6)/ln 4.
        let thinnest = |r: f32| {
            let density = |i: i32| crown.density(r * Vec2::from_angle((i as f32).to_radians()));
            (0..360)
                .min_by(|&a, &b| density(a).total_cmp(&density(b)))
                .unwrap()
        };
        let turned = (thinnest(8.0) - thinnest(6.0)).rem_euclid(360);
        assert!((74..=76).contains(&turned), "{turned} degrees");
    }

    #[test]
    fn values_out_of_range_are_named() {
        let (size, scale) = (Size::new(100, 80).unwrap(), Scale::px_per_mm(1.0).unwrap());
        let refused = |change: fn(&mut Crown)| {
            let mut crown = Crown::new(Vec2::new(50.0, 40.0), 20.0);
            change(&mut crown);
            crown.mask(size, scale).unwrap_err().to_string()
        };
        assert!(refused(|c| c.center_px.x = 101.0).starts_with("center of the crown is 101"));
        assert!(refused(|c| c.radius_mm = f32::NAN).starts_with("crown radius_mm is NaN"));
        assert!(refused(|c| c.fade_mm = 21.0).starts_with("crown fade_mm is 21"));
        assert!(refused(|c| c.whorl = -0.1).starts_with("crown whorl is -0.1"));
    }
}
