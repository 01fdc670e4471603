//! From a mask and a density to a finished field.

use std::ops::RangeInclusive;

use super::fast::{self, Grid, Setup};
use super::lattice::Lattice;
use super::obstacle::{Obstacle, Obstacles};
use super::policy::{Count, EdgePolicy, Softness};
use super::prepare::Prepared;
use super::rounds::Arena;
use super::runs::Runs;
use super::select::Batch;
use super::target::Target;
use super::{Dot, DotField, Ground, emit, fill, varied};
use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::plane::Plane;
use crate::progress::{Progress, Watch};
use crate::random::Seed;
use crate::units::{Density, Scale};

/// What the rank of a dot means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ranking {
    /// The first n dots by rank are spread evenly, for every n.
    #[default]
    Even,
    /// The dot's index in [`DotField::dots`]; costs nothing, except where [`Softness::Rank`] needs an
    /// order to tell which dots stay.
    Index,
}

/// Steps of a watched run: the mask brought onto the lattice, the dots laid, listed and ranked.
pub(super) const STEPS: u32 = 1 + fast::STEPS + 2;

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
    /// How many dots.
    pub count: Count,
    /// What happens at the mask's edge.
    pub edges: EdgePolicy,
    /// What coverage between 0 and 1 means.
    pub softness: Softness,
    /// No spacing on the skin below this, in mm (0.01 to 100); `None` is no limit.
    pub least_spacing_mm: Option<f32>,
    /// mm² of skin per mm² of picture, 1 to [`FieldRequest::MAX_AREA_FACTOR`], for every pixel of
    /// the mask; `None` is 1 everywhere.
    pub area_factor: Option<&'a Plane<f32>>,
}

impl FieldRequest<'_> {
    /// The most dots of one field, counted as if the mask's bounding box were filled.
    pub const MAX_DOTS: u64 = 1 << 25;

    /// The most skin that a piece of picture of the same size may stand for: skin seen at 78° from
    /// straight on. Beyond it a photo shows too little to lay dots on.
    pub const MAX_AREA_FACTOR: f32 = 5.0;
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
            count: Count::Maximal,
            edges: EdgePolicy::Clip,
            softness: Softness::Density,
            least_spacing_mm: None,
            area_factor: None,
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

    /// Chooses how many dots there will be.
    ///
    /// Counted fields are laid 3 % closer, and dots are taken away where they stand closest until
    /// the count is met; these join [`DotField::halo`].
    ///
    /// # Examples
    /// ```
    /// # use stubblefield::{Count, Density, FieldRequest, Mask, Scale, Seed, Size};
    /// # let (scale, density) = (Scale::px_per_mm(10.0)?, Density::per_cm2(130.0)?);
    /// let mask = Mask::full(Size::new(300, 200)?); // 6 cm²
    /// let request = FieldRequest::new(&mask, scale, density, Seed::new(7));
    /// assert_eq!(request.with_count(Count::Exact).generate()?.dots().len(), 780);
    /// assert_eq!(request.with_count(Count::Dots(500)).generate()?.dots().len(), 500);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # References
    /// C. Yuksel, "Sample Elimination for Generating Poisson Disk Sample Sets", Comput. Graph. Forum
    /// 34 (2015).
    pub const fn with_count(mut self, count: Count) -> Self {
        self.count = count;
        self
    }

    /// Chooses what happens at the mask's edge.
    pub const fn with_edges(mut self, edges: EdgePolicy) -> Self {
        self.edges = edges;
        self
    }

    /// Chooses what coverage between 0 and 1 means.
    pub const fn with_softness(mut self, softness: Softness) -> Self {
        self.softness = softness;
        self
    }

    /// Holds spacing to what needle and skin allow, in mm of skin.
    ///
    /// Where the density asks for less, dots keep this spacing;
    /// [`DotField::unreachable_mm2`] says over what area. Exact counts are then those of the
    /// density that is left; a number of dots that would need less is an error. In a mask of a few
    /// spacings chance decides for how many there is room, within some of them.
    pub const fn with_least_spacing_mm(mut self, least_spacing_mm: f32) -> Self {
        self.least_spacing_mm = Some(least_spacing_mm);
        self
    }

    /// Says how much skin each pixel shows, for heads that curve away from the camera.
    ///
    /// Spacing in the picture shrinks by the square root of the factor, so that dots per cm² of
    /// *skin* are as asked. It shrinks alike in all directions: that foreshortening acts along one
    /// direction only is not drawn, so strongly tilted skin shows dots too far apart along the tilt
    /// and too close across it. Spacings and clearances are in mm of the picture.
    pub const fn with_area_factor(mut self, area_factor: &'a Plane<f32>) -> Self {
        self.area_factor = Some(area_factor);
        self
    }

    /// The field: unless dots are counted maximal, so that nowhere in the mask another dot could be
    /// placed.
    ///
    /// The field is laid over the mask and four spacings around it, then cut off at the mask's
    /// edge; soft coverage and relative density lower the density in proportion. An empty mask
    /// gives an empty field.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] or [`Error::OutOfRange`] for a relative density or an area factor of
    /// another size or outside its range, [`Error::OutOfRange`] for a bad obstacle, count, inset or
    /// least spacing, [`Error::UnknownName`] for [`EdgePolicy::Fill`] where density may vary,
    /// [`Error::TooLarge`] above [`FieldRequest::MAX_DOTS`], before anything is allocated;
    /// [`Error::TooLarge`] for a count that the mask has no room for, with the count
    /// there is room for; [`Error::RoomLeft`] should the field not close, which no run has shown.
    ///
    /// # Determinism
    /// Positions are decided in integers: the same on every machine and for any number of threads.
    /// A dot depends only on what lies within a few spacings of it.
    ///
    /// # Cost
    /// Some 0.25 µs of one core a dot where spacing is even and 0.6 µs where it varies, 0.7 µs more for
    /// ranks, 0.4 µs for an exact count, and a pass over the pixels.
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
        self.generate_with(&())
    }

    /// As [`FieldRequest::generate`], watched: to show how far it is, and to stop it.
    ///
    /// # Errors
    /// Those of [`FieldRequest::generate`], and [`Error::Cancelled`]. Even spacing stops within a
    /// few milliseconds; varying spacing and ranking once they are through.
    pub fn generate_with(&self, progress: &dyn Progress) -> Result<DotField> {
        let watch = Watch::new(progress, STEPS);
        watch.done(0)?;
        self.check()?;
        let counted = self.count != Count::Maximal;
        let prepared = Prepared::new(self, counted)?;
        let batch = Batch {
            keep: counted.then(|| prepared.total() as usize),
            ..Batch::whole(&prepared)
        };
        let laid = prepared.lay(&batch, &watch)?;
        watch.done(STEPS)?;
        Ok(laid.field)
    }

    /// A plain field on so much skin: cut off at the edge or filled up inside it, its ranks indices.
    pub(super) fn lay(&self, area_mm2: f64, watch: &Watch<'_>) -> Result<DotField> {
        let Some(target) = Target::new(self)? else {
            return Ok(DotField::empty(self.density.spacing_mm(), area_mm2));
        };
        watch.done(1)?;
        let Target {
            lattice,
            region,
            touched,
            map,
        } = target;
        let (dots, halo) = match &map {
            None => {
                let obstacles = Obstacles::place(self.obstacles, &lattice)?;
                let arena = Arena {
                    lattice: &lattice,
                    obstacles: &obstacles,
                    region: &region,
                    seed: self.seed,
                };
                let setup = Setup::for_rows(lattice.rows);
                let grid = fast::fill_watched(&arena, setup, watch, 1)?;
                self.even_dots(&lattice, &self.finish(&arena, grid, &touched))
            }
            Some(map) => {
                let arena = varied::Arena {
                    lattice: &lattice,
                    spacing: &map.spacing,
                    obstacles: self.obstacles,
                    region: &region,
                    seed: self.seed,
                };
                let laid = varied::fill(&arena, crate::simd::Level::detect())?;
                drop(region);
                watch.done(1 + fast::STEPS)?;
                let ask = |dot: &Dot| self.ask_coverage_at(dot.position_mm);
                emit::listed(&lattice, &laid, ask, |dot| {
                    self.keeps(dot, self.chance(dot.position_mm, map, &lattice))
                })
            }
        };
        watch.done(STEPS - 1)?;
        let touched = match self.edges {
            EdgePolicy::Fill => fill::within(self, &lattice, &touched),
            _ => touched,
        };
        let ground = Ground {
            lattice,
            touched,
            spacing: map.map(|map| map.spacing),
        };
        Ok(self.unranked(dots, halo, ground, area_mm2))
    }

    /// The dots of a grid of even spacing that the mask keeps, and the others.
    pub(super) fn even_dots(&self, lattice: &Lattice, grid: &Grid) -> (Vec<Dot>, Vec<Dot>) {
        emit::dots(lattice, grid, |dot| {
            self.keeps(dot, self.coverage_at(dot.position_mm))
        })
    }

    /// The field of these dots.
    pub(super) fn unranked(
        &self,
        dots: Vec<Dot>,
        halo: Vec<Dot>,
        ground: Ground,
        area_mm2: f64,
    ) -> DotField {
        DotField {
            dots,
            halo,
            obstacles: self.obstacles.to_vec(),
            area_mm2,
            unreachable_mm2: 0.0,
            ground,
        }
    }

    fn finish(&self, arena: &Arena<'_>, grid: Grid, touched: &Runs) -> Grid {
        match self.edges {
            EdgePolicy::Fill => fill::inside(self, arena, &grid, touched),
            _ => grid,
        }
    }

    /// An error unless all that makes a field more than an even one cut to its mask is left out:
    /// such a field alone is the same wherever it is laid from.
    pub(super) fn check_plain(&self) -> Result<()> {
        self.check()?;
        let refuse = |parameter, value: String, allowed| {
            Err(Error::UnknownName {
                parameter,
                value,
                allowed,
            })
        };
        if self.count != Count::Maximal {
            return refuse("count", format!("{:?}", self.count), "Maximal");
        }
        if self.edges != EdgePolicy::Clip {
            return refuse("edges", format!("{:?}", self.edges), "Clip");
        }
        if self.softness != Softness::Density {
            return refuse("softness", format!("{:?}", self.softness), "Density");
        }
        if let Some(mm) = self.least_spacing_mm {
            return refuse("least_spacing_mm", mm.to_string(), "None");
        }
        if self.area_factor.is_some() {
            return refuse("area_factor", "a plane".to_owned(), "None");
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<()> {
        self.check_plane(
            self.relative_density,
            "relative_density",
            0.0..=1.0,
            "0..=1",
        )?;
        let factors = 1.0..=FieldRequest::MAX_AREA_FACTOR;
        self.check_plane(self.area_factor, "area_factor", factors, "1..=5")?;
        if let Some(mm) = self.least_spacing_mm {
            let inside = (0.01..=100.0).contains(&mm);
            Error::check("least_spacing_mm", f64::from(mm), inside, "0.01..=100 mm")?;
        }
        if let EdgePolicy::Inset(mm) = self.edges {
            let inside = (0.0..=1000.0).contains(&mm);
            Error::check("inset", f64::from(mm), inside, "0..=1000 mm")?;
        }
        if let Count::Dots(n) = self.count {
            let inside = (1..=FieldRequest::MAX_DOTS).contains(&u64::from(n));
            Error::check("count", f64::from(n), inside, "1..=33554432 dots")?;
        }
        if self.edges == EdgePolicy::Fill && self.may_vary() {
            return Err(Error::UnknownName {
                parameter: "edges",
                value: "Fill".to_owned(),
                allowed: "Clip or Inset where density varies",
            });
        }
        self.obstacles.iter().try_for_each(Obstacle::check)
    }

    fn may_vary(&self) -> bool {
        let soft = self.softness == Softness::Density && !self.mask.is_hard();
        soft || self.relative_density.is_some() || self.area_factor.is_some()
    }

    fn check_plane(
        &self,
        plane: Option<&Plane<f32>>,
        parameter: &'static str,
        range: RangeInclusive<f32>,
        allowed: &'static str,
    ) -> Result<()> {
        let Some(plane) = plane else {
            return Ok(());
        };
        plane.size().check_equals(self.mask.size(), parameter)?;
        if plane.all(|v| (*range.start() <= v) & (v <= *range.end())) {
            return Ok(());
        }
        let bad = plane.values().iter().find(|v| !range.contains(*v));
        match bad {
            None => Ok(()),
            Some(&bad) => Error::check(parameter, f64::from(bad), false, allowed),
        }
    }
}
