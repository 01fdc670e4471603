//! A field that is never whole in memory.

use std::vec::IntoIter;

use super::lattice::Lattice;
use super::part::Part;
use super::request::FieldRequest;
use super::target::{self, Extent};
use super::window::Source;
use super::{Dot, DotField};
use crate::error::Result;

/// Columns and rows of cells of a tile: with the usual rim, 84 % of what is laid is its own.
const TILE: usize = 1024;

impl FieldRequest<'_> {
    /// The most dots of a stream, counted as if the mask's bounding box were filled.
    pub const MAX_STREAM_DOTS: u64 = u32::MAX as u64;
}

impl<'a> FieldRequest<'a> {
    /// The dots of [`FieldRequest::generate`], one after the other, without the field ever being
    /// whole in memory.
    ///
    /// They come tile by tile, tiles row by row and dots row by row inside a tile, whatever
    /// [`FieldRequest::ranking`] says: an even order would need all of them. Ranks count from 0 as
    /// they come.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Density, FieldRequest, Mask, Scale, Seed, Size};
    ///
    /// let mask = Mask::full(Size::new(400, 300)?);
    /// let density = Density::per_cm2(100.0)?;
    /// let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7));
    /// let count = request.stream()?.count();
    /// assert_eq!(count, request.generate()?.dots().len());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`FieldRequest::generate`], with [`FieldRequest::MAX_STREAM_DOTS`] for the limit;
    /// [`Error::OutOfRange`](crate::error::Error::OutOfRange) where spacing varies: for a soft mask
    /// and a relative density other than 1, and as for [`FieldEditor::new`](super::FieldEditor::new)
    /// for what windows cannot do. The stream itself may end in an
    /// [`Error::RoomLeft`](crate::error::Error::RoomLeft), which no run has shown.
    ///
    /// # Cost
    /// A fifth more than [`DotField`]s of the same dots, and the memory of one tile: see
    /// `benches/RECORD.md`.
    pub fn stream(&self) -> Result<FieldStream<'a>> {
        self.stream_of_tiles(TILE)
    }

    fn stream_of_tiles(&self, side: usize) -> Result<FieldStream<'a>> {
        self.check_plain()?;
        let lattice = target::even_lattice(self, Extent::Mask, Self::MAX_STREAM_DOTS)?;
        let lattice = lattice.unwrap_or_else(|| {
            DotField::empty(self.density.spacing_mm(), 0.0)
                .ground
                .lattice
        });
        Ok(FieldStream {
            source: Source::of_request(self, lattice.side_mm),
            request: *self,
            lattice,
            side,
            next: 0,
            ready: Vec::new().into_iter(),
            given: 0,
        })
    }
}

/// The dots of a field in the order of its tiles; from [`FieldRequest::stream`].
///
/// Ends after the first error. Dropping it is all it takes to stop.
#[derive(Clone, Debug)]
#[must_use]
pub struct FieldStream<'a> {
    request: FieldRequest<'a>,
    lattice: Lattice,
    source: Source<'a>,
    side: usize,
    /// Which tile comes next, row by row.
    next: usize,
    ready: IntoIter<Dot>,
    given: u32,
}

impl FieldStream<'_> {
    /// The next tile that is not laid yet.
    fn next_part(&mut self) -> Option<Part> {
        let columns = self.lattice.columns.div_ceil(self.side);
        let rows = self.lattice.rows.div_ceil(self.side);
        let (column, row) = (self.next % columns, self.next / columns);
        let along = |at: usize, count: usize| at * self.side..((at + 1) * self.side).min(count);
        self.next += 1;
        (row < rows).then(|| Part {
            columns: along(column, self.lattice.columns),
            rows: along(row, self.lattice.rows),
        })
    }

    fn dots_of(&self, part: &Part) -> Result<Vec<Dot>> {
        let lattice = part.lattice(&self.lattice);
        let grid = self.source.lay(&lattice)?;
        Ok(self.request.even_dots(&lattice, &grid).0)
    }
}

impl Iterator for FieldStream<'_> {
    type Item = Result<Dot>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(dot) = self.ready.next() {
                self.given += 1;
                return Some(Ok(Dot {
                    rank: self.given - 1,
                    ..dot
                }));
            }
            let part = self.next_part()?;
            match self.dots_of(&part) {
                Ok(dots) => self.ready = dots.into_iter(),
                Err(error) => {
                    self.next = self.lattice.cells();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl std::iter::FusedIterator for FieldStream<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::obstacle::{Obstacle, ObstacleKind};
    use crate::mask::Mask;
    use crate::random::Seed;
    use crate::units::{Density, Scale, Size};
    use glam::Vec2;

    /// Field test 3.
    #[test]
    fn tiles_of_any_size_are_the_field_of_generate() {
        let mask = Mask::from_fn(Size::new(420, 300).unwrap(), |p| {
            let hole = p.distance(Vec2::new(250.0, 120.0)) < 60.0;
            f32::from(u8::from(p.y > 30.0 && p.x > 55.0 && !hole))
        });
        let mask = mask.unwrap();
        let obstacles = [
            Obstacle::new(Vec2::new(60.0, 50.0), ObstacleKind::Clearance(9.0)),
            Obstacle::new(Vec2::new(20.0, 30.0), ObstacleKind::CountsAsDot),
            Obstacle::new(Vec2::new(104.0, 70.0), ObstacleKind::Clearance(60.0)),
        ];
        let density = Density::per_cm2(150.0).unwrap();
        let scale = Scale::px_per_mm(4.0).unwrap();
        for side in [20, 64, 333] {
            for seed in 2..4 {
                let request = FieldRequest::new(&mask, scale, density, Seed::new(seed))
                    .with_obstacles(&obstacles);
                let stream = request.stream_of_tiles(side).unwrap();
                let mut dots: Vec<Dot> = stream.map(Result::unwrap).collect();
                assert!(dots.iter().zip(0..).all(|(dot, rank)| dot.rank == rank));
                let whole = request.with_ranking(crate::field::Ranking::Index);
                let whole = whole.generate().unwrap();
                // Ids order as rows and columns do.
                dots.sort_unstable_by_key(|dot| dot.id);
                for (dot, rank) in dots.iter_mut().zip(0..) {
                    dot.rank = rank;
                }
                assert_eq!(dots, whole.dots(), "tiles of {side} cells, seed {seed}");
            }
        }
    }
}
