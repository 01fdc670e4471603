//! The transmittance of one tile, and where on it there is ink.

use crate::raster::clip::Clip;
use crate::raster::light::{Lanes, Light, all_lanes};
use crate::raster::runs::{LONGEST, RUN, Runs};
use crate::simd::Simd;
use std::ops::Range;

/// Elements on either side of a row that a window's vectors may run over into.
const APRON: usize = 16;
/// The widest tile: long enough for the machine to see that a picture's row is read from end to end.
const WIDEST: usize = LONGEST;
/// Elements from one channel of a row to the next.
const PLANE: usize = APRON + WIDEST;
/// Elements from one row to the next.
pub(super) const STRIDE: usize = 3 * PLANE + APRON;

/// A row from a pixel on: red, [`PLANE`] elements later green, then blue, up to the next row's pixel.
pub(super) type Line<L> = [L; STRIDE];

/// The light of a row's pixels.
pub(super) type Row<L> = [L; 2 * PLANE + WIDEST];

/// Where the run that starts at a column lies in a channel of a row.
#[inline(always)]
const fn place(channel: usize, column: usize) -> usize {
    channel * PLANE + column % WIDEST
}

/// Red, green and blue, each of four runs of a row, told by the columns they start at.
#[inline(always)]
pub(super) fn runs<L>(row: &Row<L>, [a, b, c, d]: [usize; 4]) -> [[&[L; RUN]; 4]; 3] {
    let mut runs = [[run(row, 0, a); 4]; 3];
    for channel in 0..3 {
        runs[channel] = [
            run(row, channel, a),
            run(row, channel, b),
            run(row, channel, c),
            run(row, channel, d),
        ];
    }
    runs
}

/// One channel of a run.
#[inline(always)]
pub(super) fn run<L>(row: &Row<L>, channel: usize, column: usize) -> &[L; RUN] {
    let run = row[place(channel, column)..].first_chunk();
    run.expect("a plane is as long as a row")
}

/// The same, to be changed.
#[inline(always)]
pub(super) fn run_mut<L>(row: &mut Row<L>, channel: usize, column: usize) -> &mut [L; RUN] {
    let run = row[place(channel, column)..].first_chunk_mut();
    run.expect("a plane is as long as a row")
}

/// Gives some runs of a row all light back.
#[inline(always)]
pub(super) fn clear<L: Light, const COUNT: usize>(row: &mut Row<L>, columns: [usize; COUNT]) {
    for channel in 0..3 {
        for column in columns {
            *run_mut(row, channel, column) = [L::FULL; RUN];
        }
    }
}

/// How large tiles are, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Shape {
    /// Tiles up to eight times as wide as high, twice as large as the square of a side of at least 8.
    pub(super) fn of_side(side: usize) -> Self {
        let width = (4 * side).min(WIDEST);
        Self {
            width,
            height: (2 * side * side / width).min(1024),
        }
    }
}

/// The transmittance of one tile: per row its red, then its green, then its blue, each between two
/// aprons. All light wherever nothing has been drawn since the last [`clear`] and [`Tile::take`].
#[derive(Debug)]
pub(super) struct Tile<L> {
    light: Vec<L>,
    /// Elements before the first row, which then starts where a line of the cache does.
    skip: usize,
    /// The picture's column and row of the tile's first pixel.
    pub(super) left: i64,
    pub(super) top: i64,
    /// Pixels of the tile that lie in the picture.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Per row, the runs of pixels that may hold ink.
    inked: Vec<Runs>,
}

impl<L: Light> Tile<L> {
    /// Room for tiles of a shape.
    pub(super) fn new(shape: Shape) -> Self {
        let light = vec![L::FULL; STRIDE * (shape.height + 1) + 2 * APRON];
        Self {
            skip: light.as_ptr().align_offset(64).min(2 * APRON),
            light,
            left: 0,
            top: 0,
            width: shape.width,
            height: shape.height,
            inked: vec![Runs::NONE; shape.height],
        }
    }

    /// Stands for a part of the picture from now on: left, top, right and bottom, no more than its
    /// shape apart. Forgets all ink; the runs with ink must have been cleared.
    pub(super) fn take(&mut self, [left, top, right, bottom]: [u32; 4]) {
        let (lines, _) = self.light[self.skip..].as_chunks_mut::<STRIDE>();
        for (line, inked) in lines.iter_mut().zip(&mut self.inked) {
            if inked.is_empty() {
                continue;
            }
            // What windows and veils may have run over into; behind the tile no run of ink may hold it.
            for channel in 0..STRIDE.div_ceil(PLANE) {
                line[channel * PLANE..][..APRON].fill(L::FULL);
            }
            if self.width < WIDEST {
                for channel in 0..3 {
                    let behind = channel * PLANE + APRON + self.width;
                    line[behind..][..APRON].fill(L::FULL);
                }
            }
            *inked = Runs::NONE;
        }
        (self.left, self.top) = (left.into(), top.into());
        (self.width, self.height) = ((right - left) as usize, (bottom - top) as usize);
    }

    /// The light of all rows, and their runs of pixels that may hold ink, the last of which may end behind
    /// the tile.
    #[inline(always)]
    pub(super) fn rows(&mut self) -> impl Iterator<Item = (&mut Row<L>, Runs)> {
        let light = self.light[self.skip + APRON..].chunks_mut(STRIDE);
        let rows = light.zip(&self.inked).take(self.height);
        rows.map(|(light, &inked)| {
            let light = light.first_chunk_mut();
            (light.expect("a row ends in an apron"), inked)
        })
    }

    /// The light of some rows from a column on, which may lie in an apron, and their runs of ink.
    #[inline(always)]
    fn lines_and_runs(
        &mut self,
        row: usize,
        column: i64,
        count: usize,
    ) -> (&mut [Line<L>], &mut [Runs]) {
        let place = self.skip + row * STRIDE + (APRON as i64 + column) as usize;
        let (lines, _) = self.light[place..].as_chunks_mut();
        (&mut lines[..count], &mut self.inked[row..row + count])
    }

    /// The same, line by line.
    #[inline(always)]
    pub(super) fn lines(
        &mut self,
        row: usize,
        column: i64,
        count: usize,
    ) -> impl Iterator<Item = (&mut Line<L>, &mut Runs)> {
        let (lines, runs) = self.lines_and_runs(row, column, count);
        lines.iter_mut().zip(runs)
    }

    /// One channel of some pixels of a row.
    #[inline(always)]
    pub(super) fn span(&mut self, row: usize, channel: usize, columns: Range<usize>) -> &mut [L] {
        let place = self.skip + row * STRIDE + APRON + channel * PLANE;
        &mut self.light[place + columns.start..place + columns.end]
    }

    /// Whether a window's first and last rows hold ink from end to end.
    #[inline(always)]
    pub(super) fn is_inked(&self, clip: &Clip) -> bool {
        let rows = &self.inked[clip.row..clip.row + clip.rows.len()];
        (rows[0] & rows[rows.len() - 1]).hold(clip.inked)
    }

    /// Notes ink on a row.
    pub(super) fn ink(&mut self, row: usize, runs: Runs) {
        self.inked[row] |= runs;
    }
}

impl<L: Light> Tile<L> {
    /// Multiplies the light of some rows by what their coverage leaves of it, from a row and a column on: a
    /// vector of the products of each term's row with the factors of one line after the other. Notes ink.
    #[inline(always)]
    pub(super) fn take_rows<S: Simd, V: Lanes<S, Element = L>, const K: usize>(
        &mut self,
        simd: S,
        (row, column): (usize, i64),
        terms: &[V; K],
        factors: &[[L; K]],
        taken: [L; 3],
        inked: Runs,
    ) {
        let taken = all_lanes(simd, taken);
        for ((line, runs), factors) in self.lines(row, column, factors.len()).zip(factors) {
            let mut covered = terms[0].times(V::splat(simd, factors[0]));
            for k in 1..K {
                covered += terms[k].times(V::splat(simd, factors[k]));
            }
            take_light(simd, line, covered.covered(), taken);
            *runs |= inked;
        }
    }

    /// The same with the rows of any number of terms in memory, and the factors of a line one after another.
    /// Lines are multiplied four at a time: so each row is read once for four of them.
    #[inline(always)]
    pub(super) fn take_products<S: Simd, V: Lanes<S, Element = L>, const LEN: usize>(
        &mut self,
        simd: S,
        (row, column): (usize, i64),
        rows: &[[L; LEN]],
        factors: &[L],
        taken: [L; 3],
        inked: Runs,
    ) {
        let taken = all_lanes(simd, taken);
        let rank = rows.len();
        let (lines, runs) = self.lines_and_runs(row, column, factors.len() / rank);
        for runs in runs {
            *runs |= inked;
        }
        let (fours, rest) = lines.as_chunks_mut::<4>();
        let (of_fours, of_rest) = factors.split_at(4 * rank * fours.len());
        for (lines, factors) in fours.iter_mut().zip(of_fours.chunks_exact(4 * rank)) {
            take_lines::<S, V, LEN, 4>(simd, lines, rows, factors, taken);
        }
        for (line, factors) in rest.iter_mut().zip(of_rest.chunks_exact(rank)) {
            let line = std::array::from_mut(line);
            take_lines::<S, V, LEN, 1>(simd, line, rows, factors, taken);
        }
    }
}

/// Multiplies the light of some lines by what the sums of products of rows and of each line's factors leave
/// of it.
#[inline(always)]
fn take_lines<S: Simd, V: Lanes<S>, const LEN: usize, const LINES: usize>(
    simd: S,
    lines: &mut [Line<V::Element>; LINES],
    rows: &[[V::Element; LEN]],
    factors: &[V::Element],
    taken: [V; 3],
) where
    V::Element: Light,
{
    let rank = rows.len();
    let mut of = [factors; LINES];
    for n in 0..LINES {
        of[n] = &factors[n * rank..][..rank];
    }
    let mut covered = [V::splat(simd, V::Element::ZERO); LINES];
    for k in 0..rank {
        let row = V::from_slice(simd, &rows[k]);
        for n in 0..LINES {
            covered[n] += row.times(V::splat(simd, of[n][k]));
        }
    }
    for n in 0..LINES {
        take_light(simd, &mut lines[n], covered[n].covered(), taken);
    }
}

/// Multiplies the light of all channels, from a pixel on, by what a vector of coverages leaves of it.
/// `taken` is as [`Light::taken`] gives it.
#[inline(always)]
pub(super) fn take_light<S: Simd, V: Lanes<S>>(
    simd: S,
    line: &mut Line<V::Element>,
    covered: V,
    taken: [V; 3],
) {
    for c in 0..3 {
        let here = &mut line[c * PLANE..c * PLANE + V::LEN];
        let before = V::from_slice(simd, here);
        (before + before.times(covered.times(taken[c]))).store_slice(here);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_all_light_again_when_its_ink_has_been_taken_out() {
        for side in [8, 13, 64, 100, 512, 777, 1024] {
            let shape = Shape::of_side(side);
            assert!(shape.height >= 4 && shape.width.is_multiple_of(RUN));
            let mut tile = Tile::<f32>::new(shape);
            for (width, height) in [(shape.width, 4), (3, 2), (shape.width - 5, 3)] {
                tile.take([0, 0, width as u32, height as u32]);
                for row in 0..height {
                    // The last run of a row may hold no ink of its own.
                    let inked = Runs::of(row.min(width - 1)..if row == 1 { 2 } else { width });
                    let around =
                        (-(APRON as i64)..0).chain((width..width + APRON).map(|x| x as i64));
                    let within = inked.flat_map(|first| (first..first + RUN).map(|x| x as i64));
                    for column in around.chain(within) {
                        for (line, runs) in tile.lines(row, column, 1) {
                            for channel in 0..3 {
                                line[channel * PLANE] = 0.5;
                            }
                            *runs |= inked;
                        }
                    }
                }
                for (row, mut inked) in tile.rows() {
                    while let Some(four) = inked.next_four() {
                        clear(row, four);
                    }
                }
            }
            tile.take([0, 0, 1, 1]);
            assert!(tile.light.iter().all(|&light| light == 1.0), "{side}");
            assert!(tile.rows().all(|(_, inked)| inked.is_empty()));
        }
    }
}
