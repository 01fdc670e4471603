//! The two sorts of dots: a chunk of the caller's list by row of bins, a row by column.

use crate::counting::add_up;
use crate::error::Error;
use crate::memory;
use crate::raster::bins::Splat;
use crate::raster::extent::{Extent, Extents};
use crate::raster::ink::InkDot;
use crate::raster::kernel::LANES;
use crate::raster::layout::Layout;
use crate::raster::placed::Abreast;
use crate::raster::tables::Tables;
use crate::simd::{Simd, SimdBase, SimdMask, f32x16};

/// Dots of one chunk: few enough that they stay in a second-level cache while they are sorted.
pub(super) const CHUNK: usize = 2048;

/// How many chunks before a row takes dots from one its memory is asked for.
const CHUNKS_AHEAD: usize = 8;

/// Dots of a bin that are sorted by counting.
const RANKED: usize = 16;

/// Dots that [`Row::refresh`] fetches at a time.
const GATHERED: usize = 64;
const UNSET: InkDot = InkDot {
    center_px: glam::Vec2::ZERO,
    radius_px: 0.0,
    absorptance: [0.0; 3],
};

/// Some of the caller's dots.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// By row of bins, then in the caller's order.
    splats: Vec<Splat>,
    /// Where those of each row start, and where the last ones end.
    starts: Vec<u32>,
    pub(super) extent: Extent,
    /// Radii without a table.
    pub(super) missing: Vec<f32>,
    /// What is wrong with the first bad dot.
    pub(super) bad: Option<Error>,
}

/// The dots of one row of bins, by column, then as [`Splat::order`] says.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) splats: Vec<Splat>,
    /// The place of each in the caller's list: apart from the rest, so that they are soon counted anew.
    indices: Vec<u32>,
    /// Where the dots of each column start, and where the last ones end.
    starts: Vec<u32>,
    pub(super) extent: Extent,
    pub(super) missing: Vec<f32>,
    /// Whether the last [`Row::refresh`] found all dots still at home.
    pub(super) whole: bool,
}

impl Chunk {
    /// Checks, places and sorts some dots of a list, the first of which has this place in it.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(
        &mut self,
        simd: S,
        (dots, first): (&[InkDot], usize),
        tables: &Tables,
        layout: &Layout,
        unsorted: &mut Vec<(u32, Splat)>,
    ) {
        self.bad = None;
        self.missing.clear();
        unsorted.clear();
        reset(&mut self.starts, layout.rows());
        let mut extents = Extents::new(simd);
        for (first, dots) in (first..).step_by(LANES).zip(dots.chunks(LANES)) {
            let abreast = Abreast::new(dots);
            if !abreast.is_sound(simd) {
                self.bad = dots.iter().find_map(|dot| dot.check().err());
                return;
            }
            let Some(placed) = tables.place(simd, &abreast) else {
                self.missing.extend(dots.iter().map(|dot| dot.radius_px));
                continue;
            };
            let [row, column] = layout.bins(simd, &abreast, &placed, &mut extents);
            for i in 0..dots.len() {
                memory::ask(&self.splats, unsorted.len());
                self.starts[row[i] as usize + 1] += 1;
                let splat = placed.splat(&abreast, i, column[i], first + i);
                unsorted.push((row[i] as u32, splat));
            }
        }
        self.extent = extents.all();
        self.splats.resize(add_up(&mut self.starts), Splat::UNSET);
        for (row, splat) in unsorted {
            let next = &mut self.starts[*row as usize];
            self.splats[*next as usize] = *splat;
            *next += 1;
        }
        put_back(&mut self.starts);
    }

    fn run(&self, row: usize) -> &[Splat] {
        &self.splats[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    /// Asks for the memory of a run.
    #[inline(always)]
    fn ask(&self, row: usize) {
        let run = self.starts[row] as usize..self.starts[row + 1] as usize;
        memory::ask_run(&self.splats, run);
    }
}

impl Row {
    /// Takes this row's dots from all chunks and sorts them.
    #[inline(always)]
    pub(super) fn gather<S: Simd>(
        &mut self,
        simd: S,
        row: usize,
        chunks: &[Chunk],
        columns: usize,
    ) {
        reset(&mut self.starts, columns);
        let mut count = 0;
        for (i, chunk) in chunks.iter().enumerate() {
            if let Some(chunk) = chunks.get(i + CHUNKS_AHEAD) {
                chunk.ask(row);
            }
            for splat in chunk.run(row) {
                memory::ask(&self.splats, count);
                count += 1;
                self.starts[usize::from(splat.column) + 1] += 1;
            }
        }
        self.splats.resize(add_up(&mut self.starts), Splat::UNSET);
        for chunk in chunks {
            for splat in chunk.run(row) {
                let next = &mut self.starts[usize::from(splat.column)];
                self.splats[*next as usize] = *splat;
                *next += 1;
            }
        }
        put_back(&mut self.starts);
        let mut room = [Splat::UNSET; RANKED];
        for ends in self.starts.windows(2) {
            let bin = &mut self.splats[ends[0] as usize..ends[1] as usize];
            sort_bin(simd, bin, &mut room);
        }
        // Bins are too short for a pass of their own.
        self.indices.clear();
        let indices = self.splats.iter().map(|splat| splat.index);
        self.indices.extend(indices);
    }

    /// Gives the dots their new sizes and colours, unless one belongs elsewhere or is bad.
    #[inline(always)]
    pub(super) fn refresh<S: Simd>(
        &mut self,
        simd: S,
        row: usize,
        dots: &[InkDot],
        tables: &Tables,
        layout: &Layout,
    ) {
        self.missing.clear();
        self.whole = false;
        let mut extents = Extents::new(simd);
        let mut near = [UNSET; GATHERED];
        let indices = self.indices.chunks(GATHERED);
        for (splats, indices) in self.splats.chunks_mut(GATHERED).zip(indices) {
            // Dots in any order lie in memory that is far; many are asked for before one is needed.
            for (dot, &index) in near.iter_mut().zip(indices) {
                *dot = dots[index as usize];
            }
            let near = near[..splats.len()].chunks(LANES);
            let old = splats.chunks_mut(LANES).zip(indices.chunks(LANES));
            for (dots, (splats, indices)) in near.zip(old) {
                let abreast = Abreast::new(dots);
                if !abreast.is_sound(simd) {
                    return;
                }
                let Some(placed) = tables.place(simd, &abreast) else {
                    self.missing.extend(dots.iter().map(|dot| dot.radius_px));
                    continue;
                };
                let [rows, columns] = layout.bins(simd, &abreast, &placed, &mut extents);
                for (i, (splat, &index)) in splats.iter_mut().zip(indices).enumerate() {
                    let new = placed.splat(&abreast, i, columns[i], index as usize);
                    let moved = new.center_px != splat.center_px;
                    if moved || rows[i] as usize != row || new.column != splat.column {
                        return;
                    }
                    *splat = new;
                }
            }
        }
        self.extent = extents.all();
        self.whole = true;
    }

    /// The dots of some columns.
    pub(super) fn run(&self, columns: std::ops::Range<usize>) -> &[Splat] {
        &self.splats[self.starts[columns.start] as usize..self.starts[columns.end] as usize]
    }

    /// Where a dot of this row lies, or would.
    fn find(&self, splat: &Splat) -> usize {
        let column = usize::from(splat.column);
        let (mut low, mut high) = (
            self.starts[column] as usize,
            self.starts[column + 1] as usize,
        );
        while low < high {
            let middle = usize::midpoint(low, high);
            let (other, index) = (&self.splats[middle], self.indices[middle]);
            if other.order(index, splat, splat.index).is_lt() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Removes a dot, given by its like, with the index of today; false if it is not there.
    pub(super) fn remove(&mut self, splat: &Splat) -> bool {
        let at = self.find(splat);
        let end = self.starts[usize::from(splat.column) + 1] as usize;
        let is_it = |at: usize| {
            self.indices[at] == splat.index && self.splats[at].center_px == splat.center_px
        };
        if at == end || !is_it(at) {
            return false;
        }
        self.splats.remove(at);
        self.indices.remove(at);
        for start in &mut self.starts[usize::from(splat.column) + 1..] {
            *start -= 1;
        }
        true
    }

    /// Inserts a dot where it belongs.
    pub(super) fn insert(&mut self, splat: Splat) {
        let at = self.find(&splat);
        self.splats.insert(at, splat);
        self.indices.insert(at, splat.index);
        for start in &mut self.starts[usize::from(splat.column) + 1..] {
            *start += 1;
        }
    }

    /// Moves all dots from a place in the caller's list on to later places, or earlier ones.
    pub(super) fn renumber(&mut self, from: u32, by: u32) {
        for index in &mut self.indices {
            *index = index.wrapping_add(if *index >= from { by } else { 0 });
        }
    }
}

/// Sorts the dots of one bin as [`Splat::order`] says.
#[inline(always)]
fn sort_bin<S: Simd>(simd: S, bin: &mut [Splat], room: &mut [Splat; RANKED]) {
    if bin.len() < 2 {
        return;
    }
    if bin.len() <= RANKED && rank_bin(simd, bin, room) {
        return;
    }
    bin.sort_unstable_by(|a, b| a.order(a.index, b, b.index));
}

/// Puts each dot of a bin behind as many as lie left of it; false, and nothing done, where two of them
/// lie equally far left. No branch depends on where dots lie: what a machine guesses there is wrong for
/// every other dot.
#[inline(always)]
fn rank_bin<S: Simd>(simd: S, bin: &mut [Splat], room: &mut [Splat; RANKED]) -> bool {
    let count = bin.len();
    let mut at = [f32::INFINITY; RANKED];
    for (at, splat) in at.iter_mut().zip(&*bin) {
        *at = splat.center_px.x;
    }
    let all = f32x16::from_slice(simd, &at);
    let mut sum = 0;
    for (splat, &x) in bin.iter().zip(&at) {
        let rank = all.simd_lt(x).to_bitmask().count_ones() as usize;
        room[rank % RANKED] = *splat;
        sum += rank;
    }
    let distinct = sum == count * (count - 1) / 2;
    if distinct {
        bin.copy_from_slice(&room[..count]);
    }
    distinct
}

/// No elements of any of the keys `0..keys`; each is to be counted at its key's place plus one.
fn reset(starts: &mut Vec<u32>, keys: usize) {
    starts.clear();
    starts.resize(keys + 1, 0);
}

/// Makes the starts of all keys again of their ends, to which sorting has moved them.
fn put_back(starts: &mut [u32]) {
    starts.rotate_right(1);
    starts[0] = 0;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};
    use glam::Vec2;
    use proptest::prelude::*;

    proptest! {
        /// With places that often fall together, and zeros of both signs.
        #[test]
        fn a_bin_counted_out_is_a_bin_sorted(
            places in proptest::collection::vec((-3_i8..12, 0_i8..3), 0..24),
            apart in any::<bool>(),
        ) {
            let mut bin: Vec<Splat> = (0..).zip(places).map(|(index, (x, y))| {
                let x = if apart { f32::from(x) + 0.01 * index as f32 } else { f32::from(x) };
                let x = if x == -1.0 { -0.0 } else { x };
                Splat { center_px: Vec2::new(x, f32::from(y)), index, ..Splat::UNSET }
            }).collect();
            bin.reverse();
            let mut expected = bin.clone();
            expected.sort_by(|a, b| a.order(a.index, b, b.index));
            let indices = |bin: &[Splat]| bin.iter().map(|splat| splat.index).collect::<Vec<_>>();
            for level in Level::supported() {
                let mut bin = bin.clone();
                dispatch!(level.get(), simd => sort_bin(simd, &mut bin, &mut [Splat::UNSET; RANKED]));
                prop_assert_eq!(indices(&bin), indices(&expected));
            }
        }
    }
}
