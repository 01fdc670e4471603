//! Parts of a field laid alone, as they are in the whole.
//!
//! A round carries a difference four cells on: two from the dots to the darts that they hit, two
//! from the darts to the outcome. A rectangle laid by itself is therefore right wherever its rim is
//! four cells a round away, for as many rounds as it took.

use glam::{DVec2, Vec2};

use super::Dot;
use super::darts::DART_ROUNDS;
use super::emit;
use super::fast::{self, Grid, Setup};
use super::footprint::Footprint;
use super::lattice::{COORDINATE_LIMIT, Lattice};
use super::nearby::Nearby;
use super::part::Part;
use super::request::FieldRequest;
use super::rounds::Arena;
use super::target::{self, Extent};
use crate::error::{Error, Result};
use crate::random::Seed;
use crate::units::Density;

/// Cells that a difference moves in a round.
const CELLS_A_ROUND: usize = 4;

/// Gap rounds that most parts are done after; those that take more are laid again with a wider rim.
const USUAL_GAP_ROUNDS: u8 = 8;

/// What a field of even spacing is laid on, for any rectangle of its lattice.
#[derive(Clone, Debug)]
pub(super) struct Source<'a> {
    pub(super) seed: Seed,
    pub(super) nearby: Nearby,
    /// `None` where all of the plane is filled.
    pub(super) footprint: Option<Footprint<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn of_request(request: &FieldRequest<'a>, side_mm: f64) -> Self {
        Self {
            seed: request.seed,
            nearby: Nearby::new(side_mm, request.obstacles),
            footprint: Some(target::footprint(request)),
        }
    }

    /// The words of a rectangle of cells as they are in the field of the whole plane.
    pub(super) fn lay(&self, wanted: &Lattice) -> Result<Grid> {
        let mut rounds = DART_ROUNDS + USUAL_GAP_ROUNDS;
        loop {
            let rim = CELLS_A_ROUND * usize::from(rounds);
            let wide = Lattice {
                first: (wanted.first.0 - rim as i64, wanted.first.1 - rim as i64),
                columns: wanted.columns + 2 * rim,
                rows: wanted.rows + 2 * rim,
                ..*wanted
            };
            let region = match &self.footprint {
                Some(footprint) => footprint.region(&wide),
                None => vec![true; wide.cells()],
            };
            let inner = Part {
                columns: rim..rim + wanted.columns,
                rows: rim..rim + wanted.rows,
            };
            if !inner.lines(&wide, &region).flatten().any(|&filled| filled) {
                return Ok(Grid::of_words(wanted, std::iter::empty()));
            }
            let arena = Arena {
                lattice: &wide,
                obstacles: &self.nearby.place(&wide)?,
                region: &region,
                seed: self.seed,
            };
            let grid = fast::fill(&arena, Setup::for_rows(wide.rows))?;
            if grid.rounds() <= rounds {
                let lines = inner
                    .rows
                    .clone()
                    .map(|row| &grid.row(row)[inner.columns.clone()]);
                return Ok(Grid::of_words(wanted, lines));
            }
            rounds = grid.rounds();
        }
    }
}

impl FieldRequest<'_> {
    /// The dots of a rectangle, `low_mm` inside and `high_mm` outside, as they are in the whole
    /// field: laid without the rest of it, and equal to the crop of [`FieldRequest::generate`].
    ///
    /// Row by row of the lattice; ranks are indices in the rectangle.
    ///
    /// # Examples
    /// ```
    /// use glam::Vec2;
    /// use stubblefield::{Density, FieldRequest, Mask, Scale, Seed, Size};
    ///
    /// let mask = Mask::full(Size::new(1200, 900)?);
    /// let density = Density::per_cm2(100.0)?;
    /// let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7));
    /// let (low, high) = (Vec2::new(30.0, 40.0), Vec2::new(50.0, 45.0));
    /// let inside = |at: Vec2| at.cmpge(low).all() && at.cmplt(high).all();
    /// let window = request.window(low, high)?;
    /// let whole = request.generate()?;
    /// let crop = whole.dots().iter().filter(|dot| inside(dot.position_mm));
    /// assert!(crop.map(|dot| dot.id).eq(window.iter().map(|dot| dot.id)));
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`FieldRequest::generate`]; [`Error::TooLarge`] for the rectangle instead of the whole.
    /// [`Error::OutOfRange`] for corners that are no numbers or more than 10⁷ mm away, and where
    /// spacing varies: for a soft mask and a relative density other than 1.
    /// [`Error::UnknownName`](crate::error::Error::UnknownName) as for
    /// [`FieldEditor::new`](super::FieldEditor::new).
    ///
    /// # Cost
    /// That of the rectangle and about 34 spacings around it.
    pub fn window(&self, low_mm: Vec2, high_mm: Vec2) -> Result<Vec<Dot>> {
        self.check_plain()?;
        let (low, high) = (low_mm.as_dvec2(), high_mm.as_dvec2());
        let window = Window::new(low, high, target::side_mm(self))?;
        let most = Self::MAX_STREAM_DOTS;
        let Some(whole) = target::even_lattice(self, Extent::Mask, most)? else {
            return Ok(Vec::new());
        };
        let source = Source::of_request(self, whole.side_mm);
        let part = Part::between(&whole, window.low.to_array(), window.high.to_array());
        let lattice = part.lattice(&whole);
        window.crop(&source, &lattice, |dot| {
            self.coverage_at(dot.position_mm) > 0.0
        })
    }
}

/// A field of even spacing over all of the plane, of which any rectangle can be had.
///
/// # Examples
/// ```
/// use glam::DVec2;
/// use stubblefield::{EndlessField, Seed};
///
/// let field = EndlessField::new(0.8, Seed::new(3))?;
/// let far = DVec2::new(-1.0e6, 4.0e5);
/// let dots = field.window(far, far + 20.0)?;
/// assert!((dots.len() as f64 - 435.0).abs() < 20.0);
/// assert_eq!(dots.len(), field.window(far, far + DVec2::new(20.0, 20.0))?.len());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndlessField {
    spacing_mm: f64,
    seed: Seed,
}

impl EndlessField {
    /// The field of a seed, any two dots at least `spacing_mm` apart.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a spacing outside 0.001..=1000 mm.
    pub fn new(spacing_mm: f32, seed: Seed) -> Result<Self> {
        let spacing_mm = f64::from(spacing_mm);
        let inside = (0.001..=1000.0).contains(&spacing_mm);
        Error::check("spacing", spacing_mm, inside, "0.001..=1000 mm")?;
        Ok(Self { spacing_mm, seed })
    }

    /// The dots of a rectangle, `low_mm` inside and `high_mm` outside.
    ///
    /// Row by row of the lattice; ranks are indices in the rectangle. Far from the origin the
    /// single precision of [`Dot::position_mm`] tells: whether a dot is inside is asked of what
    /// stands there.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for corners that are no numbers or more than 10⁷ mm or 2²⁶ cells of
    /// spacing/√2 away, [`Error::TooLarge`] above [`FieldRequest::MAX_DOTS`].
    ///
    /// # Cost
    /// That of the rectangle and about 34 spacings around it.
    pub fn window(&self, low_mm: DVec2, high_mm: DVec2) -> Result<Vec<Dot>> {
        let side_mm = self.spacing_mm * std::f64::consts::FRAC_1_SQRT_2;
        let window = Window::new(low_mm, high_mm, side_mm)?;
        let (low, high) = (window.low.floor(), window.high.ceil());
        for at in low.to_array().into_iter().chain(high.to_array()) {
            // Half of what the keys can tell apart: rims and rounding stay inside.
            let near = at.abs() <= (COORDINATE_LIMIT / 2) as f64;
            Error::check("corner in cells", at, near, "-2^26..=2^26")?;
        }
        let size = (high - low).max(DVec2::ZERO);
        let source = Source {
            seed: self.seed,
            nearby: Nearby::new(side_mm, &[]),
            footprint: None,
        };
        let lattice = Lattice {
            first: (low.x as i64, low.y as i64),
            columns: size.x as usize,
            rows: size.y as usize,
            side_mm,
            periodic: false,
        };
        window.crop(&source, &lattice, |_| true)
    }
}

/// A rectangle of the plane.
#[derive(Clone, Copy, Debug)]
struct Window {
    low_mm: DVec2,
    high_mm: DVec2,
    /// In cell sides, one cell more on every side than asked for.
    low: DVec2,
    high: DVec2,
}

impl Window {
    fn new(low_mm: DVec2, high_mm: DVec2, side_mm: f64) -> Result<Self> {
        for at in low_mm.to_array().into_iter().chain(high_mm.to_array()) {
            Error::check("window", at, (-1e7..=1e7).contains(&at), "-1e7..=1e7 mm")?;
        }
        Ok(Self {
            low_mm,
            high_mm,
            // A position rounded to single precision may leave its cell.
            low: low_mm / side_mm - 1.0,
            high: high_mm / side_mm + 1.0,
        })
    }

    /// The dots inside it that `keep` accepts; the lattice holds all its cells.
    fn crop(
        &self,
        source: &Source<'_>,
        lattice: &Lattice,
        keep: impl Fn(&Dot) -> bool + Sync + Send,
    ) -> Result<Vec<Dot>> {
        let dots = lattice.columns as f64 * lattice.rows as f64 * (Density::PACKING / 2.0);
        if dots > FieldRequest::MAX_DOTS as f64 {
            return Err(Error::TooLarge {
                parameter: "dots of the window",
                value: dots as u64,
                allowed: FieldRequest::MAX_DOTS,
            });
        }
        if lattice.cells() == 0 {
            return Ok(Vec::new());
        }
        let grid = source.lay(lattice)?;
        let (dots, _) = emit::dots(lattice, &grid, |dot| {
            let at = dot.position_mm.as_dvec2();
            at.cmpge(self.low_mm).all() && at.cmplt(self.high_mm).all() && keep(dot)
        });
        Ok(dots)
    }
}
