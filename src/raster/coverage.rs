//! The exact coverage of a pixel by a blurred disc, as a sum of products of one-dimensional
//! functions.
//!
//! The coverage of the unit pixel around (x, y) by a disc of radius R about the origin, blurred by
//! a Gaussian of standard deviation σ, is
//!
//! ```text
//! C(x, y) = ∬_disc h(x − x') h(y − y') dx' dy',     h(x) = Φ((x + ½)/σ) − Φ((x − ½)/σ)
//! ```
//!
//! because blur and pixel box are both separable. The inner integral over y' has a closed form. With
//! x' = R sin θ the outer one is smooth and periodic in θ, so the midpoint rule converges faster than
//! any power of the step: at a step of σ/2 it is exact to rounding. Each node of the rule contributes
//! one function of x times one function of y.
//!
//! References: L. N. Trefethen, J. A. C. Weideman, "The exponentially convergent trapezoidal rule",
//! SIAM Review 56 (2014), for the convergence.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// A disc of radius R about the origin under a Gaussian blur, all in pixels.
#[derive(Clone, Debug)]
pub(super) struct BlurredDisc {
    radius: f64,
    pub(super) blur: f64,
    /// Sine and cosine of each term's θ.
    angles: Vec<[f64; 2]>,
}

impl BlurredDisc {
    pub(super) fn new(radius: f64, blur: f64) -> Self {
        let terms = 8 + (2.0 * PI * radius / blur).ceil() as usize;
        let angle = |term: usize| {
            let theta = PI * ((term as f64 + 0.5) / terms as f64 - 0.5);
            [libm::sin(theta), libm::cos(theta)]
        };
        Self {
            radius,
            blur,
            angles: (0..terms).map(angle).collect(),
        }
    }

    /// How many products make up the coverage.
    pub(super) const fn terms(&self) -> usize {
        self.angles.len()
    }

    /// The x-function of a term: the pixel's share of a blurred line at x' = R sin θ, times the
    /// line's weight.
    pub(super) fn across(&self, term: usize, x: f64) -> f64 {
        let [sin, cos] = self.angles[term];
        let weight = self.radius * cos * PI / self.terms() as f64;
        weight * share(x - self.radius * sin, self.blur)
    }

    /// The y-function of a term: the pixel's share of the chord at x' = R sin θ, blurred.
    pub(super) fn along(&self, term: usize, y: f64) -> f64 {
        let half = self.radius * self.angles[term][1];
        edge(y + half, self.blur) - edge(y - half, self.blur)
    }

    /// The coverage at every pair of an x and a y, row by row of x.
    pub(super) fn coverage(&self, x: &[f64], y: &[f64]) -> Vec<Vec<f64>> {
        let along: Vec<Vec<f64>> = (0..self.terms())
            .map(|m| y.iter().map(|&y| self.along(m, y)).collect())
            .collect();
        let row = |&x: &f64| {
            let mut row = vec![0.0; y.len()];
            for (m, along) in along.iter().enumerate() {
                let across = self.across(m, x);
                for (c, a) in row.iter_mut().zip(along) {
                    *c += across * a;
                }
            }
            row
        };
        x.iter().map(row).collect()
    }
}

/// The share of a blurred point at distance `x` along one axis that falls into a pixel.
pub(super) fn share(x: f64, blur: f64) -> f64 {
    if x.abs() > 0.5 + 9.0 * blur {
        return 0.0; // below 1e-18
    }
    step((x + 0.5) / blur) - step((x - 0.5) / blur)
}

/// The share of a pixel that lies behind a blurred edge, its centre `x` behind it.
pub(super) fn edge(x: f64, blur: f64) -> f64 {
    step_integral(x + 0.5, blur) - step_integral(x - 0.5, blur)
}

/// Φ, the normal distribution function.
fn step(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The integral of Φ(t/σ) over t up to `x`.
fn step_integral(x: f64, blur: f64) -> f64 {
    let z = x / blur;
    let bell = libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * PI);
    x * step(z) + blur * bell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(disc: &BlurredDisc, x: f64, y: f64) -> f64 {
        disc.coverage(&[x], &[y])[0][0]
    }

    #[test]
    fn a_pixel_deep_inside_is_covered_and_one_far_away_is_not() {
        let disc = BlurredDisc::new(6.0, 0.5);
        assert!((coverage(&disc, 0.3, -0.7) - 1.0).abs() < 1e-12);
        assert!(coverage(&disc, 14.0, 0.0).abs() < 1e-12);
    }

    #[test]
    fn the_coverage_of_all_pixels_adds_up_to_the_area_of_the_disc() {
        for (radius, blur) in [(0.02, 0.3), (0.5, 0.4), (1.7, 0.3), (3.0, 2.0)] {
            let disc = BlurredDisc::new(radius, blur);
            let mut sum = 0.0;
            for y in -25..25 {
                for x in -25..25 {
                    sum += coverage(&disc, f64::from(x) + 0.31, f64::from(y) - 0.17);
                }
            }
            let area = PI * radius * radius;
            assert!(
                (sum / area - 1.0).abs() < 1e-9,
                "radius {radius}, blur {blur}: {sum} of {area}"
            );
        }
    }

    #[test]
    fn x_and_y_may_be_exchanged() {
        let disc = BlurredDisc::new(1.3, 0.35);
        let (a, b) = (coverage(&disc, 0.9, 1.6), coverage(&disc, 1.6, 0.9));
        assert!((a - b).abs() < 1e-13, "{a} and {b}");
    }
}
