//! Which dots reach which band of rows.
//!
//! Chunks of the caller's list are sorted each on its own, in parallel, by the strip of the picture
//! they reach and, within a strip, by the table that serves them. A band's task then reads a run of
//! every chunk. All sorts are stable counting sorts, so a pixel meets its dots in an order that
//! depends on the dots alone: first by table, which keeps the tables in cache and the branches
//! predictable, then as the caller gave them. That is what makes the product of many factors come
//! out the same for any tiling.

use crate::parallel;
use crate::raster::ink::InkDot;
use crate::raster::tables::Tables;
use crate::units::Size;

/// Dots of one chunk; few enough that one is sorted again in no time after an edit.
const CHUNK: usize = 4096;
/// Tables that are told apart in the order of dots: neighbouring radii fall into different kinds.
const KINDS: u32 = 16;
/// The most strips; a strip is a band unless the picture is very tall.
const MOST_STRIPS: usize = 1024;

/// Dots by strip.
#[derive(Debug, Default)]
pub(super) struct Bins {
    chunks: Vec<Chunk>,
    /// Bands to a strip.
    bands: usize,
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

/// Some of the caller's dots.
#[derive(Debug)]
struct Chunk {
    /// First and last strip of each dot, the first after the last for a dot that does not reach the
    /// picture; and its kind.
    keys: Vec<[u32; 3]>,
    /// Dots by strip, then by kind, then in the caller's order.
    dots: Vec<InkDot>,
    /// Where the run of each strip and kind starts, and where the last one ends.
    starts: Vec<u32>,
    found: Found,
}

/// What part of the picture dots reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// How many do.
    pub(super) dots: usize,
    /// Left, top, right and bottom of all their windows, clipped.
    pub(super) bounds: [u32; 4],
}

impl Found {
    pub(super) const NOTHING: Self = Self {
        dots: 0,
        bounds: [u32::MAX, u32::MAX, 0, 0],
    };

    /// One dot with a window given by left, top, right and bottom; `None` off the picture.
    pub(super) fn window([left, top, right, bottom]: [i64; 4], size: Size) -> Option<Self> {
        let (width, height) = (i64::from(size.width()), i64::from(size.height()));
        let on_it = left < width && top < height && right > 0 && bottom > 0;
        on_it.then(|| Self {
            dots: 1,
            bounds: [
                left.max(0) as u32,
                top.max(0) as u32,
                right.min(width) as u32,
                bottom.min(height) as u32,
            ],
        })
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            dots: self.dots + other.dots,
            bounds: united(self.bounds, other.bounds),
        }
    }
}

/// The smallest rectangle around two, each given by left, top, right and bottom.
pub(super) fn united([a, b, c, d]: [u32; 4], [e, f, g, h]: [u32; 4]) -> [u32; 4] {
    [a.min(e), b.min(f), c.max(g), d.max(h)]
}

impl Bins {
    /// Sorts dots for bands of `height` rows.
    ///
    /// # Cost
    /// Two passes over the dots; the memory is kept for the next call.
    pub(super) fn fill(
        &mut self,
        dots: &[InkDot],
        tables: &Tables,
        size: Size,
        height: usize,
    ) -> Found {
        let strip = self.strips(size, height);
        self.chunks
            .resize_with(dots.len().div_ceil(CHUNK), Chunk::default);
        fill(&mut self.chunks, dots, tables, strip);
        self.found()
    }

    /// Sorts only the chunks again in which dots have changed; to the same result as
    /// [`Bins::fill`] with the new list, for the same tables and picture.
    ///
    /// # Cost
    /// Proportional to the dots of the chunks that hold the edit.
    pub(super) fn edit(
        &mut self,
        dots: &[InkDot],
        edit: &Edit,
        tables: &Tables,
        size: Size,
        height: usize,
    ) -> Found {
        if edit.old == 0 && edit.new == 0 {
            return self.found();
        }
        let strip = self.strips(size, height);
        // Chunks that end before the edit, and those that start behind it.
        let (mut first, mut start) = (0, 0);
        while first < self.chunks.len() && start + self.chunks[first].keys.len() < edit.start {
            start += self.chunks[first].keys.len();
            first += 1;
        }
        let (mut last, mut end) = (first, start);
        while last < self.chunks.len() && end < edit.start + edit.old.max(1) {
            end += self.chunks[last].keys.len();
            last += 1;
        }
        let dots = &dots[start..end.max(edit.start + edit.old) + edit.new - edit.old];
        // Twice the length, so that many small edits do not make many small chunks.
        let count = dots.len().div_ceil(2 * CHUNK);
        let spare = count.saturating_sub(last - first);
        let more = std::iter::repeat_with(Chunk::default).take(spare);
        self.chunks.splice(last..last, more);
        if last - first > count {
            self.chunks.drain(first + count..last);
        }
        fill(&mut self.chunks[first..first + count], dots, tables, strip);
        self.found()
    }

    fn strips(&mut self, size: Size, height: usize) -> Strip {
        let bands = (size.height() as usize).div_ceil(height);
        self.bands = bands.div_ceil(MOST_STRIPS);
        Strip {
            size,
            height: height * self.bands,
            count: bands.div_ceil(self.bands),
        }
    }

    fn found(&self) -> Found {
        let found = self.chunks.iter().map(|chunk| chunk.found);
        found.fold(Found::NOTHING, Found::and)
    }

    /// Runs of dots that may reach a band, in the order in which they are drawn.
    pub(super) fn band(&self, band: usize) -> impl Iterator<Item = &[InkDot]> {
        let first = (band / self.bands) * KINDS as usize;
        let kinds = first..first + KINDS as usize;
        kinds.flat_map(|kind| self.chunks.iter().map(move |chunk| chunk.run(kind)))
    }
}

/// Shares dots out to chunks, which sort them.
fn fill(chunks: &mut [Chunk], dots: &[InkDot], tables: &Tables, strip: Strip) {
    let each = dots.len().div_ceil(chunks.len().max(1));
    parallel::for_each_chunk(chunks, 1, |i, chunk| {
        let start = (i * each).min(dots.len());
        let end = (start + each).min(dots.len());
        chunk[0].fill(&dots[start..end], tables, strip);
    });
}

/// The strips of a picture.
#[derive(Clone, Copy, Debug)]
struct Strip {
    size: Size,
    height: usize,
    count: usize,
}

impl Default for Chunk {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            dots: Vec::new(),
            starts: Vec::new(),
            found: Found::NOTHING,
        }
    }
}

impl Chunk {
    fn run(&self, key: usize) -> &[InkDot] {
        &self.dots[self.starts[key] as usize..self.starts[key + 1] as usize]
    }

    fn fill(&mut self, dots: &[InkDot], tables: &Tables, strip: Strip) {
        self.find(dots, tables, strip);
        self.starts.clear();
        self.starts.resize(strip.count * KINDS as usize + 1, 0);
        let runs = |&[first, last, kind]: &[u32; 3]| {
            (first..last + 1).map(move |strip| (strip * KINDS + kind) as usize)
        };
        for run in self.keys.iter().flat_map(runs) {
            self.starts[run] += 1;
        }
        let mut total = 0;
        for start in &mut self.starts {
            total += *start;
            *start = total;
        }
        let unset = InkDot {
            center_px: glam::Vec2::ZERO,
            radius_px: 0.0,
            absorptance: [0.0; 3],
        };
        self.dots.resize(total as usize, unset);
        for (dot, key) in dots.iter().zip(&self.keys).rev() {
            for run in runs(key) {
                self.starts[run] -= 1; // from the end backwards: a run keeps the caller's order
                self.dots[self.starts[run] as usize] = *dot;
            }
        }
    }

    /// Finds the strips that each dot's window touches.
    fn find(&mut self, dots: &[InkDot], tables: &Tables, strip: Strip) {
        let (width, rows) = (strip.size.width() as i32, strip.size.height() as i32);
        let height = strip.height as u32;
        self.found = Found::NOTHING;
        self.keys.clear();
        self.keys.extend(dots.iter().map(|dot| {
            let index = tables.cell_of(dot);
            let cell = tables.cell(index);
            let [left, top] = [dot.center_px.x, dot.center_px.y].map(|at| cell.place(at).start);
            let (right, bottom) = (left + cell.side as i32, top + cell.side as i32);
            if left >= width || top >= rows || right <= 0 || bottom <= 0 {
                return [1, 0, 0];
            }
            let [left, top] = [left, top].map(|v| v.max(0) as u32);
            let (right, bottom) = (right.min(width) as u32, bottom.min(rows) as u32);
            self.found = self.found.and(Found {
                dots: 1,
                bounds: [left, top, right, bottom],
            });
            [top / height, (bottom - 1) / height, index % KINDS]
        }));
    }
}
