//! The eigenfunction expansion of a blurred disc's coverage.
//!
//! C(x, y) of [`BlurredDisc`] is a symmetric kernel, even in both places, so
//! `C(x, y) = Σ sₖ uₖ(x) uₖ(y)` over the even eigenfunctions, and a few terms suffice. They are
//! found at nodes on x > 0 close enough for the kernel's bandwidth and carried to every other place
//! by Nyström's formula `uₖ(x) = Σⱼ C(x, xⱼ) uₖ(xⱼ) / sₖ`, which keeps the accuracy of the kernel.
//!
//! References: E. J. Nyström, "Über die praktische Auflösung von Integralgleichungen", Acta
//! Mathematica 54 (1930); C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine
//! Learning" (2006), §4.3.2, for the same in English.

use crate::raster::coverage::{BlurredDisc, share};
use crate::raster::eigen::{self, Eigen};

/// The largest coverage that the terms left out may add up to anywhere.
const RANK_ERROR: f64 = 0.15 / 255.0;
/// Distance of the nodes in blurs; half of it changes no coverage by more than 1e-4.
const NODE_STEP: f64 = 0.75;
/// Eigenvalues below this share of the first are rounding noise.
const NOISE: f64 = 1e-8;

/// Terms of the coverage of one disc.
#[derive(Debug)]
pub(super) struct Expansion {
    disc: BlurredDisc,
    nodes: Vec<f64>,
    eigen: Eigen,
    /// The fewest terms that keep the error bound.
    pub(super) rank: usize,
}

/// One term at a list of places: `Σ rowₖ(x)·columnₖ(y)` is the coverage.
///
/// The size of the term is in the row alone and the column has a fixed norm, so that both can be
/// interpolated between radii.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) row: Vec<f64>,
    pub(super) column: Vec<f64>,
}

impl Expansion {
    /// Expands the coverage within `reach` of the centre.
    pub(super) fn new(disc: BlurredDisc, reach: f64) -> Self {
        let step = NODE_STEP * disc.blur;
        let count = (reach / step).ceil() as usize + 1;
        let nodes: Vec<f64> = (0..count).map(|i| (i as f64 + 0.5) * step).collect();
        let matrix = disc.coverage(&nodes, &nodes);
        let eigen = eigen::symmetric(matrix.clone());
        let rank = rank(matrix, &eigen);
        Self {
            disc,
            nodes,
            eigen,
            rank,
        }
    }

    /// The terms at the places `x`; `None` for a term that is not above rounding noise.
    pub(super) fn terms(&self, x: &[f64], count: usize) -> Vec<Option<Term>> {
        let kept = (0..count.min(self.nodes.len()))
            .take_while(|&k| self.eigen.values[k].abs() > NOISE * self.eigen.values[0].abs())
            .count();
        // Projecting the closed-form side on the eigenvectors first leaves one sum per place.
        let along: Vec<Vec<f64>> = (0..self.disc.terms())
            .map(|m| {
                let chord: Vec<f64> = self.nodes.iter().map(|&y| self.disc.along(m, y)).collect();
                (0..kept)
                    .map(|k| dot(&chord, &self.eigen.vectors[k]) / self.eigen.values[k])
                    .collect()
            })
            .collect();
        let at = |x: f64| {
            let mut u = vec![0.0; kept];
            for (m, along) in along.iter().enumerate() {
                let across = self.disc.across(m, x);
                if across != 0.0 {
                    for (u, a) in u.iter_mut().zip(along) {
                        *u += across * a;
                    }
                }
            }
            u
        };
        let places: Vec<Vec<f64>> = x.iter().map(|&x| at(x)).collect();
        let center = at(0.0);
        (0..count)
            .map(|k| {
                (k < kept).then(|| {
                    let (s, norm) = (self.eigen.values[k], center[k]);
                    Term {
                        row: places.iter().map(|u| s * norm * u[k]).collect(),
                        column: places.iter().map(|u| u[k] / norm).collect(),
                    }
                })
            })
            .collect()
    }
}

/// The only term of a dot without extent: it has a shape and no ink.
pub(super) fn point(x: &[f64], blur: f64) -> Term {
    let center = share(0.0, blur);
    Term {
        row: vec![0.0; x.len()],
        column: x.iter().map(|&x| share(x, blur) / center).collect(),
    }
}

/// The fewest terms whose sum misses no entry of the matrix by more than the bound.
fn rank(mut left: Vec<Vec<f64>>, eigen: &Eigen) -> usize {
    for k in 0..eigen.values.len() {
        let worst = left.iter().flatten().fold(0.0, |w: f64, x| w.max(x.abs()));
        if worst <= RANK_ERROR && k > 0 {
            return k;
        }
        let (s, v) = (eigen.values[k], &eigen.vectors[k]);
        for (row, &a) in left.iter_mut().zip(v) {
            for (x, &b) in row.iter_mut().zip(v) {
                *x -= s * a * b;
            }
        }
    }
    eigen.values.len()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
