//! How often two dots lie at a distance, and whether the lattice shows.

use glam::DVec2;

use crate::field::DotField;
use crate::field::bins::Bins;
use crate::parallel;

/// g(d): pairs at distance d over those expected of dots placed without regard to each other.
///
/// # Examples
/// ```
/// use stubblefield::{DotField, Seed, quality::PairCorrelation};
///
/// let pattern = DotField::torus(48, 1.0, Seed::new(1))?;
/// let pairs = PairCorrelation::measure(&pattern, 0.05, 3.0).unwrap();
/// assert_eq!(pairs.values()[10], 0.0); // no two dots at 0.5 to 0.55 spacings
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PairCorrelation {
    bin: f64,
    values: Vec<f64>,
}

impl PairCorrelation {
    /// g in bins of a width, out to a farthest distance, both in spacings; `None` for a field that
    /// does not repeat, or for a farthest distance beyond half the tile.
    #[must_use]
    pub fn measure(field: &DotField, bin: f64, farthest: f64) -> Option<Self> {
        let period = field.period_mm()?;
        let spacing = field.nominal_spacing_mm();
        let sound = bin > 0.0 && farthest >= bin && farthest * spacing <= period / 2.0;
        let count = (farthest / bin).round();
        if !sound || count > 1e6 {
            return None;
        }
        let count = count as usize;
        let points: Vec<DVec2> = field
            .dots()
            .iter()
            .map(|dot| dot.position_mm.as_dvec2())
            .collect();
        let bins = Bins::new(&points, spacing, Some(period));
        let parts = 64.min(points.len());
        let counts = parallel::map(parts, |part| {
            let mut counts = vec![0_u64; count];
            for i in (part..points.len()).step_by(parts) {
                bins.within(points[i], farthest * spacing, |j, squared| {
                    let index = (squared.sqrt() / spacing / bin) as usize;
                    if j as usize != i && index < count {
                        counts[index] += 1;
                    }
                });
            }
            counts
        });
        let n = points.len() as f64;
        let values = (0..count)
            .map(|i| {
                let pairs: u64 = counts.iter().map(|counts| counts[i]).sum();
                let (near, far) = (i as f64 * bin * spacing, (i + 1) as f64 * bin * spacing);
                let ring = std::f64::consts::PI * (far * far - near * near);
                pairs as f64 / (n * n * ring / (period * period))
            })
            .collect();
        Some(Self { bin, values })
    }

    /// Width of a bin in spacings.
    #[must_use]
    pub const fn bin(&self) -> f64 {
        self.bin
    }

    /// g in bin i, which reaches from i to i + 1 bin widths.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

/// First harmonic of the dots' positions inside their lattice cells, along x and y: 0 where the
/// generator's lattice leaves no trace, at most 2. Noise is 1.8/√N.
#[must_use]
pub fn lattice_harmonic(field: &DotField) -> [f64; 2] {
    let turn = std::f64::consts::TAU / field.ground.lattice.side_mm;
    let harmonic = |along: &dyn Fn(DVec2) -> f64| {
        let mut sum = DVec2::ZERO;
        for dot in field.dots() {
            let (sin, cos) = libm::sincos(along(dot.position_mm.as_dvec2()) * turn);
            sum += DVec2::new(cos, sin);
        }
        2.0 * sum.length() / (field.dots().len() as f64).max(1.0)
    };
    [harmonic(&|p| p.x), harmonic(&|p| p.y)]
}
