//! Where the dots go: Poisson-disk fields.
//!
//! Data runs one way: [`request`] checks and conducts, [`target`] brings mask and density onto the
//! [`lattice`] as a [`map`] of spacings, [`fast`] lays a maximal set of dots around [`obstacle`]s where [`spacing`] is even
//! ([`rounds`], [`darts`] and [`gaps`] say by which rules) and [`varied`] where it is not, [`emit`]
//! clips it to the mask or [`fill`] closes it inside. Around that: [`prepare`] turns a [`policy`] into
//! mask and densities of the picture, [`select`] counts dots out by [`elimination`] and [`rank`]s
//! them, [`sessions`] lays several fields into one another, [`classes`] tells shades apart,
//! [`quality`] measures.
//!
//! A dot depends on what lies within a light cone of it. So a [`window`] or a [`stream`] lays parts
//! alone, and an [`edit`] follows a change through the [`history`] of a field by [`replay`].

mod bins;
mod cells;
mod classes;
mod darts;
mod edit;
mod elimination;
mod emit;
mod fast;
mod fill;
mod footprint;
mod gaps;
mod history;
mod keep;
mod lattice;
mod map;
mod margins;
mod nearby;
mod obstacle;
mod pairs;
mod part;
mod policy;
mod prepare;
pub mod quality;
mod rank;
mod replay;
mod request;
mod rounds;
mod runs;
mod select;
mod sessions;
mod spacing;
mod stream;
mod stroke;
mod target;
#[cfg(test)]
mod tests;
mod varied;
mod window;

use glam::Vec2;

use self::lattice::{Lattice, UNITS};
use self::runs::Runs;
use self::spacing::{Mapped, NOMINAL};
use crate::error::{Error, Result};
use crate::random::Seed;

pub(crate) use self::bins::Bins;
pub use self::edit::{Change, Edit, FieldEditor};
pub use self::obstacle::{Obstacle, ObstacleKind};
pub use self::policy::{Count, EdgePolicy, Softness};
pub use self::request::{FieldRequest, Ranking};
pub use self::sessions::Sessions;
pub use self::stream::FieldStream;
pub use self::stroke::Stroke;
pub use self::window::EndlessField;

/// One impression of the needle: where, and in which order.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Dot {
    /// A number that stays with the dot when the mask, the density or an obstacle elsewhere
    /// changes; unique within a field.
    pub id: u64,
    /// Its centre, in mm from the photo's top-left corner, x to the right, y down.
    pub position_mm: Vec2,
    /// Its own spacing in mm: two dots keep the mean of their spacings.
    pub spacing_mm: f32,
    /// Its place in the order of work, from 0; see [`Ranking`].
    pub rank: u32,
}

/// A maximal Poisson-disk field, cut to a mask.
///
/// Made by [`FieldRequest::generate`], or by [`DotField::torus`] as a pattern that repeats.
///
/// # Examples
/// ```
/// use stubblefield::{DotField, Seed};
///
/// let pattern = DotField::torus(32, 1.0, Seed::new(1))?;
/// let tile_mm = pattern.period_mm().unwrap();
/// assert!(pattern.dots().iter().all(|dot| f64::from(dot.position_mm.x) <= tile_mm));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DotField {
    dots: Vec<Dot>,
    halo: Vec<Dot>,
    obstacles: Vec<Obstacle>,
    area_mm2: f64,
    unreachable_mm2: f64,
    ground: Ground,
}

/// What a field stands on, kept for measurements.
#[derive(Clone, Debug, PartialEq)]
struct Ground {
    lattice: Lattice,
    /// Cells that the mask touches.
    touched: Runs,
    /// `None` where the nominal spacing holds everywhere.
    spacing: Option<Mapped>,
}

impl DotField {
    /// A periodic field of `cells × cells` lattice cells with sides of spacing/√2.
    ///
    /// Its ranks are indices.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for fewer than 8 cells or a spacing outside 0.001..=1000 mm,
    /// [`Error::TooLarge`] above [`FieldRequest::MAX_DOTS`].
    pub fn torus(cells: u32, spacing_mm: f32, seed: Seed) -> Result<Self> {
        Error::check("cells", f64::from(cells), cells >= 8, "8..=9815")?;
        let inside = (0.001..=1000.0).contains(&spacing_mm);
        let value = f64::from(spacing_mm);
        Error::check("spacing", value, inside, "0.001..=1000 mm")?;
        let count = u64::from(cells) * u64::from(cells);
        let dots = (count as f64 * crate::units::Density::PACKING / 2.0) as u64;
        if dots > FieldRequest::MAX_DOTS {
            return Err(Error::TooLarge {
                parameter: "dots",
                value: dots,
                allowed: FieldRequest::MAX_DOTS,
            });
        }
        let lattice = Lattice {
            first: (0, 0),
            columns: cells as usize,
            rows: cells as usize,
            side_mm: value * std::f64::consts::FRAC_1_SQRT_2,
            periodic: true,
        };
        let grid = fast::fill(
            &rounds::Arena {
                lattice: &lattice,
                obstacles: &obstacle::Obstacles::default(),
                region: &vec![true; lattice.cells()],
                seed,
            },
            fast::Setup::for_rows(lattice.rows),
        )?;
        let (dots, halo) = emit::dots(&lattice, &grid, |_| true);
        let side = lattice.side_mm * f64::from(cells);
        Ok(Self {
            dots,
            halo,
            obstacles: Vec::new(),
            area_mm2: side * side,
            unreachable_mm2: 0.0,
            ground: Ground {
                touched: Runs::all(lattice.cells() as u32),
                lattice,
                spacing: None,
            },
        })
    }

    fn empty(spacing_mm: f64, area_mm2: f64) -> Self {
        Self {
            dots: Vec::new(),
            halo: Vec::new(),
            obstacles: Vec::new(),
            area_mm2,
            unreachable_mm2: 0.0,
            ground: Ground {
                lattice: Lattice {
                    first: (0, 0),
                    columns: 1,
                    rows: 1,
                    side_mm: spacing_mm * std::f64::consts::FRAC_1_SQRT_2,
                    periodic: false,
                },
                touched: Runs::default(),
                spacing: None,
            },
        }
    }

    /// The dots, row by row of the lattice.
    #[must_use]
    pub fn dots(&self) -> &[Dot] {
        &self.dots
    }

    /// Dots that were laid and do not belong to the result: beyond the mask's edge, or dropped
    /// where mask or density are low. No new dot fits between these and [`DotField::dots`].
    #[must_use]
    pub fn halo(&self) -> &[Dot] {
        &self.halo
    }

    /// Skin to be treated: the mask's area times its coverage and its area factor, in mm².
    #[must_use]
    pub const fn area_mm2(&self) -> f64 {
        self.area_mm2
    }

    /// Skin to be treated, in mm², where the density asked for needs a spacing below
    /// [`FieldRequest::least_spacing_mm`] and is not reached; 0 without such a limit.
    #[must_use]
    pub const fn unreachable_mm2(&self) -> f64 {
        self.unreachable_mm2
    }

    /// After how many mm the field repeats in x and in y, if it does.
    #[must_use]
    pub fn period_mm(&self) -> Option<f64> {
        let Ground { lattice, .. } = &self.ground;
        lattice
            .periodic
            .then_some(lattice.side_mm * lattice.columns as f64)
    }

    /// Spacing in mm where the density is highest.
    #[must_use]
    pub fn nominal_spacing_mm(&self) -> f64 {
        self.ground.lattice.side_mm * std::f64::consts::SQRT_2
    }

    /// The spacing in mm that a dot at this position would have; beyond the field's lattice that of the nearest
    /// position on it.
    #[must_use]
    pub fn spacing_mm_at(&self, position_mm: Vec2) -> f64 {
        let Ground {
            lattice, spacing, ..
        } = &self.ground;
        let at = position_mm.as_dvec2() * (f64::from(UNITS) / lattice.side_mm);
        let (cell, spot) = lattice.locate(at.x.round() as i64, at.y.round() as i64);
        let (column, row) = lattice.column_row(cell);
        let own = spacing.as_ref().map_or(NOMINAL, |spacing| {
            spacing.at(column, row, i32::from(spot.x), i32::from(spot.y))
        });
        self.nominal_spacing_mm() * f64::from(own) / f64::from(NOMINAL)
    }
}
