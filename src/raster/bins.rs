//! Dots by the place on the picture where they are drawn.
//!
//! Chunks of the caller's list are checked, placed in their tables and sorted by row of bins, each on
//! its own and in parallel; then every row gathers its dots from all chunks and sorts them by column.
//! A pixel meets its dots in an order that depends on the dots and on the size of the picture alone: by
//! grid and row of bins, then by table (see [`splat`](crate::raster::splat)), column and centre. That is
//! what makes the product of many factors come out the same for any tiling, and for any order of the
//! caller's list.
//!
//! The bins hold what drawing needs to know of a dot. A list of the same dots with other colours or
//! sizes is not sorted again: each dot is found where it is, and placed anew.

use crate::error::Result;
use crate::parallel;
use crate::raster::extent::{Extent, Extents, Found};
use crate::raster::ink::InkDot;
use crate::raster::layout::Layout;
use crate::raster::sorting::{CHUNK, Chunk, Row};
use crate::raster::tables::Tables;
use crate::simd::{Level, Simd, dispatch};
use crate::units::Size;
use glam::Vec2;
use std::cmp::Ordering;
use std::sync::Mutex;

/// An edit of more than one in so many dots is not done dot by dot.
const SOME: usize = 32;

/// A dot, sorted; two to a line of the cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Splat {
    pub(super) center_px: Vec2,
    pub(super) cell: u16,
    /// Column of its bin.
    pub(super) column: u16,
    /// As those of [`Placed`](crate::raster::placed::Placed).
    pub(super) blend: f32,
    pub(super) absorptance: [f32; 3],
    /// Place in the caller's list when it was sorted; [`Row`] knows the one of today.
    pub(super) index: u32,
}

/// All dots of a list.
#[derive(Debug, Default)]
pub(super) struct Bins {
    /// The picture that the rows were filled for; `None` when they hold nothing of use.
    layout: Option<Layout>,
    rows: Vec<Row>,
    extent: Extent,
    /// Room for sorting: at least as many as the longest list had, since its memory comes slowly.
    chunks: Vec<Chunk>,
    unsorted: Vec<Mutex<Vec<(u32, Splat)>>>,
}

/// A run of a list of dots that has been replaced by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Where both runs start.
    pub(super) start: usize,
    /// Length of the run that goes.
    pub(super) old: usize,
    /// Length of the run that comes.
    pub(super) new: usize,
}

impl Splat {
    pub(super) const UNSET: Self = Self {
        center_px: Vec2::ZERO,
        cell: 0,
        column: 0,
        blend: 0.0,
        absorptance: [0.0; 3],
        index: 0,
    };

    /// The order of dots in a bin: by place, those in one place as the caller gave them, told by indices.
    pub(super) fn order(&self, index: u32, other: &Self, other_index: u32) -> Ordering {
        let (a, b) = (self.center_px, other.center_px);
        let by_place = a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
        by_place.then(index.cmp(&other_index))
    }
}

impl Bins {
    /// Takes a list of dots for a picture of some size. Where no dot has left the bin that it had in
    /// the last list, all keep their places; otherwise they are sorted.
    ///
    /// # Errors
    /// What [`InkDot::check`] finds; the bins then hold nothing.
    ///
    /// # Cost
    /// One pass over the dots or two; the memory is kept for the next call.
    pub(super) fn fill(
        &mut self,
        level: Level,
        dots: &[InkDot],
        tables: &mut Tables,
        size: Size,
    ) -> Result<Found> {
        let layout = Layout::new(size);
        let known = self.layout.take() == Some(layout);
        if !(known && self.refresh(level, dots, tables, &layout)) {
            self.sort(level, dots, tables, &layout)?;
        }
        self.layout = Some(layout);
        Ok(self.found(dots.len(), &layout))
    }

    /// What a list of so many dots reaches.
    fn found(&self, dots: usize, layout: &Layout) -> Found {
        let outside = self.rows[layout.outside()].splats.len();
        self.extent.found(dots - outside, layout.size())
    }

    /// Gives every dot the size and colour that a new list has in its place; `false` if a dot would
    /// have to move, or is bad.
    fn refresh(
        &mut self,
        level: Level,
        dots: &[InkDot],
        tables: &mut Tables,
        layout: &Layout,
    ) -> bool {
        let count: usize = self.rows.iter().map(|row| row.splats.len()).sum();
        if count != dots.len() {
            return false;
        }
        loop {
            let given = &*tables;
            parallel::for_each_chunk(&mut self.rows, 1, |i, row| {
                dispatch!(level.get(), simd => row[0].refresh(simd, i, dots, given, layout));
            });
            if self.rows.iter().any(|row| !row.whole) {
                return false;
            }
            let missing = || self.rows.iter().flat_map(|row| &row.missing).copied();
            if missing().next().is_none() {
                self.extent = whole(self.rows.iter().map(|row| row.extent));
                return true;
            }
            tables.serve(missing());
        }
    }

    fn sort(
        &mut self,
        level: Level,
        dots: &[InkDot],
        tables: &mut Tables,
        layout: &Layout,
    ) -> Result<()> {
        let count = dots.len().div_ceil(CHUNK);
        let room = count.max(self.chunks.len());
        self.chunks.resize_with(room, Chunk::default);
        let chunks = &mut self.chunks[..count];
        let workers = parallel::workers().max(self.unsorted.len());
        self.unsorted.resize_with(workers, Mutex::default);
        loop {
            let (given, unsorted) = (&*tables, &mut self.unsorted[..]);
            parallel::for_each_chunk_with(chunks, 1, unsorted, |i, chunk, unsorted| {
                let first = i * CHUNK;
                let dots = &dots[first..dots.len().min(first + CHUNK)];
                dispatch!(
                    level.get(),
                    simd => chunk[0].fill(simd, (dots, first), given, layout, unsorted)
                );
            });
            if let Some(bad) = chunks.iter_mut().find_map(|chunk| chunk.bad.take()) {
                return Err(bad);
            }
            let missing = || chunks.iter().flat_map(|chunk| &chunk.missing).copied();
            if missing().next().is_none() {
                break;
            }
            tables.serve(missing());
        }
        self.extent = whole(chunks.iter().map(|chunk| chunk.extent));
        let chunks = &*chunks;
        self.rows.resize_with(layout.rows(), Row::default);
        parallel::for_each_chunk(&mut self.rows, 1, |i, row| {
            let columns = layout.columns(i);
            dispatch!(level.get(), simd => row[0].gather(simd, i, chunks, columns));
        });
        Ok(())
    }

    /// Replaces some dots; to the same result as [`Bins::fill`] with the new list, for the same tables
    /// and picture. `gone` are the dots that stood where the edit says, `dots` is the new list.
    ///
    /// # Errors
    /// As [`Bins::fill`].
    ///
    /// # Cost
    /// Proportional to the edit, and a look at every index if the list's length changes.
    pub(super) fn edit<'a>(
        &mut self,
        gone: impl Iterator<Item = &'a InkDot> + Clone,
        dots: &'a [InkDot],
        edit: &Edit,
        level: Level,
        tables: &mut Tables,
        size: Size,
    ) -> Result<Found> {
        let Some(layout) = self.layout else {
            return self.fill(level, dots, tables, size);
        };
        if edit.old + edit.new > dots.len() / SOME {
            return self.fill(level, dots, tables, size);
        }
        let come = &dots[edit.start..edit.start + edit.new];
        tables.serve(gone.clone().chain(come).map(|dot| dot.radius_px));
        let place = |dot: &InkDot, i: usize| {
            let index = edit.start + i;
            dispatch!(level.get(), simd => lone(simd, dot, index, tables, &layout))
        };
        for (i, dot) in gone.enumerate() {
            let (row, splat, _) = place(dot, i);
            if !self.rows[row].remove(&splat) {
                // The caller has once told of less than had changed.
                self.layout = None;
                return self.fill(level, dots, tables, size);
            }
        }
        let behind = dots.len() > edit.start + edit.new;
        if edit.old != edit.new && behind {
            let by = (edit.new as u32).wrapping_sub(edit.old as u32);
            parallel::for_each_chunk(&mut self.rows, 1, |_, row| {
                row[0].renumber(edit.start as u32, by);
            });
        }
        for (i, dot) in come.iter().enumerate() {
            let (row, splat, extent) = place(dot, i);
            self.rows[row].insert(splat);
            self.extent = self.extent.and(extent);
        }
        Ok(self.found(dots.len(), &layout))
    }

    /// Calls `draw` with runs of dots that may reach a rectangle, given by left, top, right and bottom,
    /// in the order in which they are drawn.
    pub(super) fn reaching(&self, rectangle: [i64; 4], mut draw: impl FnMut(&[Splat])) {
        let Some(layout) = &self.layout else {
            return;
        };
        for grid in 0..2 {
            let (rows, columns) = layout.reaching(grid, &self.extent.overhang, rectangle);
            for row in rows {
                let run = self.rows[row].run(columns.clone());
                if !run.is_empty() {
                    draw(run);
                }
            }
        }
    }
}

/// A single dot of a list: the row of its bin, the dot itself, and what it reaches of the picture.
#[inline(always)]
fn lone<S: Simd>(
    simd: S,
    dot: &InkDot,
    index: usize,
    tables: &Tables,
    layout: &Layout,
) -> (usize, Splat, Extent) {
    let (dots, placed) = tables.place_one(simd, dot);
    let mut extents = Extents::new(simd);
    let [row, column] = layout.bins(simd, &dots, &placed, &mut extents);
    let splat = placed.splat(&dots, 0, column[0], index);
    (row[0] as usize, splat, extents.all())
}

fn whole(extents: impl Iterator<Item = Extent>) -> Extent {
    extents.fold(Extent::default(), Extent::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowded_dots_of_other_colours_are_found_and_moved_ones_are_not() {
        let size = Size::new(40, 30).expect("a size");
        let layout = Layout::new(size);
        // From the right to the left, many to a bin.
        let dot = |i: u8| InkDot {
            center_px: Vec2::new(30.0 - 0.6 * f32::from(i), 5.0 + f32::from(i % 3)),
            radius_px: 1.0 + 0.01 * f32::from(i),
            absorptance: [0.9; 3],
        };
        let mut dots: Vec<InkDot> = (0..40).map(dot).collect();
        for level in Level::supported() {
            let (mut bins, mut tables) = (Bins::default(), Tables::new(0.4));
            let found = bins.fill(level, &dots, &mut tables, size);
            assert_eq!(found.expect("sound dots").dots, dots.len());
            for (dot, share) in dots.iter_mut().zip((1_u8..).map(|i| 0.01 * f32::from(i))) {
                dot.absorptance = [share; 3];
            }
            assert!(bins.refresh(level, &dots, &mut tables, &layout), "{level}");
            for splat in bins.rows.iter().flat_map(|row| &row.splats) {
                let own = dots.iter().find(|dot| dot.center_px == splat.center_px);
                let [share, ..] = own.expect("a dot of the list").absorptance;
                // But for the correction of its ink.
                assert!(
                    (splat.absorptance[0] / share - 1.0).abs() < 0.05,
                    "{splat:?}"
                );
            }
            dots[7].center_px.y += 0.5;
            assert!(!bins.refresh(level, &dots, &mut tables, &layout), "{level}");
        }
    }
}
