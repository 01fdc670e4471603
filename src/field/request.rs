//! From a mask and a density to a finished field.

use glam::Vec2;

use super::fast::{self, Setup};
use super::lattice::Lattice;
use super::obstacle::{Obstacle, Obstacles};
use super::rank;
use super::rounds::Arena;
use super::spacing::Uniform;
use super::target::{Map, Target};
use super::{Dot, DotField, Ground, emit, varied};
use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::plane::Plane;
use crate::random::{Seed, Stage};
use crate::units::{Density, Scale};

/// What the rank of a dot means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ranking {
    /// The first n dots by rank are spread evenly, for every n.
    #[default]
    Even,
    /// The dot's index in [`DotField::dots`]; costs nothing.
    Index,
}

/// Everything a field depends on.
///
/// # Examples
/// ```
/// use stubblefield::{Density, FieldRequest, Mask, Scale, Seed, Size};
///
/// let mask = Mask::full(Size::new(300, 200)?); // 30 mm × 20 mm of skin
/// let density = Density::per_cm2(100.0)?;
/// let field = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7)).generate()?;
/// let per_cm2 = field.dots().len() as f64 / 6.0;
/// assert!((per_cm2 - 100.0).abs() < 5.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[must_use]
pub struct FieldRequest<'a> {
    /// Where to lay dots.
    pub mask: &'a Mask,
    /// How large the mask's pixels are on the skin.
    pub scale: Scale,
    /// Dots per cm² where mask and relative density are 1.
    pub density: Density,
    /// Picks one of all equally good fields.
    pub seed: Seed,
    /// A factor of 0 to 1 on the density for every pixel of the mask; `None` is 1 everywhere.
    pub relative_density: Option<&'a Plane<f32>>,
    /// What dots keep clear of.
    pub obstacles: &'a [Obstacle],
    /// What ranks mean.
    pub ranking: Ranking,
}

impl FieldRequest<'_> {
    /// The most dots of one field, counted as if the mask's bounding box were filled.
    pub const MAX_DOTS: u64 = 1 << 25;
}

impl<'a> FieldRequest<'a> {
    /// A field of even density without obstacles.
    pub const fn new(mask: &'a Mask, scale: Scale, density: Density, seed: Seed) -> Self {
        Self {
            mask,
            scale,
            density,
            seed,
            relative_density: None,
            obstacles: &[],
            ranking: Ranking::Even,
        }
    }

    /// Varies the density over the skin.
    ///
    /// Spacings vary by up to 50: densities down to 1/2500 of the highest are met by spacing alone,
    /// lower ones by leaving dots out at random. So are steps in the map: a spacing grows by at most
    /// half of the way it grows over. Detail finer than two of the closest spacings is averaged away.
    pub const fn with_relative_density(mut self, relative_density: &'a Plane<f32>) -> Self {
        self.relative_density = Some(relative_density);
        self
    }

    /// Keeps dots clear of what is already there.
    pub const fn with_obstacles(mut self, obstacles: &'a [Obstacle]) -> Self {
        self.obstacles = obstacles;
        self
    }

    /// Chooses the meaning of ranks.
    pub const fn with_ranking(mut self, ranking: Ranking) -> Self {
        self.ranking = ranking;
        self
    }

    /// The field: maximal, so that nowhere in the mask another dot could be placed.
    ///
    /// The field is laid over the mask and four spacings around it, then cut off at the mask's
    /// edge; soft coverage and relative density lower the density in proportion. An empty mask
    /// gives an empty field.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] or [`Error::OutOfRange`] for a relative density of another size or
    /// outside 0..=1, [`Error::OutOfRange`] for a bad obstacle, [`Error::TooLarge`] above
    /// [`FieldRequest::MAX_DOTS`], before anything is allocated; [`Error::RoomLeft`] should the field
    /// not close, which no run has shown.
    ///
    /// # Determinism
    /// Positions are decided in integers: the same on every machine and for any number of threads.
    /// A dot depends only on what lies within a few spacings of it.
    ///
    /// # Cost
    /// Some 0.4 µs of one core a dot where spacing is even and 3 µs where it varies, 3 µs more for
    /// ranks, and a pass over the pixels.
    ///
    /// # References
    /// R. L. Cook, "Stochastic Sampling in Computer Graphics", ACM Trans. Graph. 5 (1986): the
    /// process whose statistics this field has. T. Jones and D. R. Karger, "Linear-Time Poisson-Disk
    /// Patterns", J. Graphics Tools (2011), arXiv 1107.3013, and X. Ying et al., "An Intrinsic
    /// Algorithm for Parallel Poisson Disk Sampling on Arbitrary Surfaces", IEEE TVCG 19 (2013):
    /// conflicts settled by random priorities. M. S. Ebeida et al., "A Simple Algorithm for Maximal
    /// Poisson-Disk Sampling in High Dimensions", Comput. Graph. Forum 31 (2012): refinement of the
    /// uncovered remainder; here it ends at single lattice positions instead of an epsilon.
    pub fn generate(&self) -> Result<DotField> {
        self.check()?;
        let Some(target) = Target::new(self)? else {
            return Ok(DotField::empty(self.density.spacing_mm()));
        };
        let Target {
            lattice,
            region,
            touched,
            map,
        } = target;
        let (dots, halo) = match &map {
            None => {
                let obstacles = Obstacles::place(self.obstacles, &lattice, &Uniform)?;
                let arena = Arena {
                    lattice: &lattice,
                    spacing: &Uniform,
                    obstacles: &obstacles,
                    region: &region,
                    seed: self.seed,
                };
                let grid = fast::fill(&arena, Setup::for_rows(lattice.rows))?;
                emit::dots(&lattice, &grid, &Uniform, |dot| {
                    self.keeps(dot, self.coverage_at(dot.position_mm))
                })
            }
            Some(map) => {
                let arena = varied::Arena {
                    lattice: &lattice,
                    spacing: &map.spacing,
                    obstacles: self.obstacles,
                    region: &region,
                    seed: self.seed,
                };
                let laid = varied::fill(&arena, varied::Setup::default())?;
                emit::listed(&lattice, &laid, |dot| {
                    self.keeps(dot, self.chance(dot.position_mm, map, &lattice))
                })
            }
        };
        let px_per_mm = f64::from(self.scale.get());
        let mut field = DotField {
            dots,
            halo,
            obstacles: self.obstacles.to_vec(),
            area_mm2: self.mask.area_px() / (px_per_mm * px_per_mm),
            ground: Ground {
                lattice,
                touched,
                spacing: map.map(|map| map.spacing),
            },
        };
        self.rank(&mut field);
        Ok(field)
    }

    fn check(&self) -> Result<()> {
        if let Some(plane) = self.relative_density {
            plane
                .size()
                .check_equals(self.mask.size(), "relative_density")?;
            if let Some(&bad) = plane.values().iter().find(|v| !(0.0..=1.0).contains(*v)) {
                return Err(Error::OutOfRange {
                    parameter: "relative_density",
                    value: f64::from(bad),
                    allowed: "0..=1",
                });
            }
        }
        self.obstacles.iter().try_for_each(Obstacle::check)
    }

    /// Whether a dot stays that does so with this chance.
    fn keeps(&self, dot: &Dot, chance: f32) -> bool {
        // The draw is below 1 and not below 0.
        chance >= 1.0
            || (chance > 0.0 && self.seed.stream(Stage::SoftMask, dot.id).unit_f32() < chance)
    }

    /// The chance that a dot here stays.
    fn chance(&self, position_mm: Vec2, map: &Map, lattice: &Lattice) -> f32 {
        let coverage = self.coverage_at(position_mm);
        let at = position_mm.as_dvec2() / lattice.side_mm;
        let at = at - glam::DVec2::new(lattice.first.0 as f64, lattice.first.1 as f64);
        let [envelope, thinning] = interpolate(&map.shares, lattice, at);
        if coverage >= envelope {
            return thinning;
        }
        coverage / envelope * thinning
    }

    /// Coverage of the pixel that holds a position; 0 beyond the picture.
    fn coverage_at(&self, position_mm: Vec2) -> f32 {
        let px = position_mm.as_dvec2() * f64::from(self.scale.get());
        let size = self.mask.size();
        let inside = px.x >= 0.0
            && px.y >= 0.0
            && px.x < f64::from(size.width())
            && px.y < f64::from(size.height());
        if inside {
            self.mask.coverage().row(px.y as u32)[px.x as usize]
        } else {
            0.0
        }
    }

    fn rank(&self, field: &mut DotField) {
        if self.ranking == Ranking::Index {
            return;
        }
        // Dots beyond the edge take part, so that the edge is nothing special; dots that a soft
        // mask or a low density dropped do not.
        let beyond = field
            .halo
            .iter()
            .filter(|dot| self.coverage_at(dot.position_mm) == 0.0);
        let all: Vec<Dot> = field.dots.iter().chain(beyond).copied().collect();
        let order = rank::by_elimination(&all);
        let kept = field.dots.len();
        let ranked = order.into_iter().filter(|&i| (i as usize) < kept);
        for (i, rank) in ranked.zip(0..) {
            field.dots[i as usize].rank = rank;
        }
    }
}

/// Values between the corners of the cells, at a position in cells from the first corner.
fn interpolate(nodes: &[[f32; 2]], lattice: &Lattice, at: glam::DVec2) -> [f32; 2] {
    let column = at.x.clamp(0.0, lattice.columns as f64 - 1e-6);
    let row = at.y.clamp(0.0, lattice.rows as f64 - 1e-6);
    let (u, v) = ((column - column.floor()) as f32, (row - row.floor()) as f32);
    let upper = row as usize * (lattice.columns + 1) + column as usize;
    let lower = upper + lattice.columns + 1;
    [0, 1].map(|i| {
        let above = nodes[upper][i] * (1.0 - u) + nodes[upper + 1][i] * u;
        let below = nodes[lower][i] * (1.0 - u) + nodes[lower + 1][i] * u;
        above * (1.0 - v) + below * v
    })
}
