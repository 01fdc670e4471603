//! What lies near a place: dots, darts or cleared circles, sorted into the bins of one tile.
//!
//! Distances are compared in single precision where the answer is beyond doubt, eight at a time,
//! and in integers where it is not, about once in a million: every answer is the exact one.

mod free;

use super::disks::{Disks, Patch};
use crate::counting::add_up;
use crate::field::spacing::{Mapped, NEIGHBOURLY};
use crate::simd::{Simd, SimdBase, SimdMask, f32x8, load, splat, store_whole};

/// Something with a place in a tile, in units from the tile's corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) x: i32,
    pub(super) y: i32,
    /// Own spacing in eighths of a unit; of a circle, 16 times its radius.
    pub(super) own: u32,
    /// Of a dart; 31 bits.
    pub(super) priority: u32,
}

impl Item {
    /// What stands in a list before it is filled.
    pub(super) const NONE: Self = Self {
        x: 0,
        y: 0,
        own: 0,
        priority: 0,
    };
}

/// Around 1 by much more than the rounding of a squared distance and by less than anything else.
pub(super) const SURELY: f32 = 1.0 - 1.0 / (1 << 20) as f32;
pub(super) const PERHAPS: f32 = 1.0 + 1.0 / (1 << 20) as f32;

/// Units by which places are looked at farther around than needed, against rounding on the way to bins.
const SPARE: f32 = 3.0;

/// Items for each bin: what two bins hold then fits one vector.
const PER_BIN: f32 = 3.0;

/// What the items of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dots,
    /// Items whose priorities count.
    Darts,
    /// Cleared circles, which keep their distance whatever the other's own spacing.
    Circles,
}

/// Items in bins of rows, in the order of the bins, each list eight entries longer than the items.
#[derive(Clone, Debug)]
pub(super) struct Nearby {
    kind: Kind,
    count: usize,
    x: Vec<f32>,
    y: Vec<f32>,
    /// In units: a half of the spacing, the way two of them add up to the least distance.
    own: Vec<f32>,
    priority: Vec<u32>,
    starts: Vec<u32>,
    bins: Bins,
    /// The widest own spacing, halved as they all are.
    widest: f32,
}

/// How a square is cut into bins; what lies outside belongs to the outermost ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bins {
    /// First coordinate and side of the square, in units.
    low: i32,
    side: i32,
    /// Bins along its side, and the quotient by the side, times 2³².
    count: usize,
    per_unit: u64,
}

impl Bins {
    /// A single one.
    const ONE: Self = Self {
        low: 0,
        side: 1,
        count: 1,
        per_unit: 0,
    };

    /// For about so many items in the square of this first coordinate and side.
    pub(super) fn new((low, side): (i32, i32), items: usize) -> Self {
        let count = (items as f32 / PER_BIN).sqrt().ceil().max(1.0) as usize;
        Self {
            low,
            side,
            count,
            per_unit: ((count as u64) << 32) / side as u64,
        }
    }

    #[inline(always)]
    fn along(self, at: i32) -> usize {
        self.along_within(at.clamp(self.low, self.low + self.side - 1))
    }

    /// Of eight coordinates, by single precision, which may take a coordinate less than a unit away for another.
    #[inline(always)]
    fn along_all<S: Simd>(self, simd: S, at: f32x8<S>) -> [u32; 8] {
        let bins = (at - self.low as f32) * (self.count as f32 / self.side as f32);
        store_whole(bins.max(splat(simd, 0.0)).min((self.count - 1) as f32))
    }

    /// Of a coordinate inside the square.
    #[inline(always)]
    const fn along_within(self, at: i32) -> usize {
        (((at - self.low) as u32 as u64 * self.per_unit) >> 32) as usize
    }
}

/// The bin of each item of a list, needed while it is sorted.
#[derive(Debug)]
pub(super) struct Sorting {
    homes: Vec<u32>,
}

impl Sorting {
    pub(super) const fn new() -> Self {
        Self { homes: Vec::new() }
    }
}

/// Bins that a place's surroundings touch.
#[derive(Clone, Copy, Debug)]
struct Span {
    left: usize,
    right: usize,
    top: usize,
    /// One beyond the last.
    end: usize,
}

/// Places and own spacings of items, lists of one length, so that one look at it serves all.
#[derive(Clone, Copy, Debug)]
struct Lists<'a> {
    x: &'a [f32],
    y: &'a [f32],
    own: &'a [f32],
    /// As long as the others for darts, else empty.
    priority: &'a [u32],
}

impl Nearby {
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            count: 0,
            x: Vec::new(),
            y: Vec::new(),
            own: Vec::new(),
            priority: Vec::new(),
            starts: Vec::new(),
            bins: Bins::ONE,
            widest: 0.0,
        }
    }

    fn rigid(&self) -> bool {
        self.kind == Kind::Circles
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes other items into these bins.
    #[inline(always)]
    pub(super) fn sort(&mut self, items: &[Item], bins: Bins, sorting: &mut Sorting) {
        let homes = &mut sorting.homes;
        self.bins = bins;
        self.count = items.len();
        self.starts.clear();
        self.starts.resize(bins.count * bins.count + 1, 0);
        let starts = &mut self.starts;
        homes.clear();
        let mut add = |row: usize, column: usize| {
            let home = row * bins.count + column;
            starts[home] += 1;
            home as u32
        };
        // Dots and darts are gathered inside the square, circles of obstacles are not.
        if self.kind == Kind::Circles {
            let home = |item: &Item| add(bins.along(item.y), bins.along(item.x));
            homes.extend(items.iter().map(home));
        } else {
            let home = |item: &Item| add(bins.along_within(item.y), bins.along_within(item.x));
            homes.extend(items.iter().map(home));
        }
        add_up(starts);
        let padded = items.len() + 8;
        for (list, pad) in [(&mut self.x, 1e9), (&mut self.y, 1e9), (&mut self.own, 0.0)] {
            list.resize(padded, pad);
            list[items.len()..].fill(pad);
        }
        if self.kind == Kind::Darts {
            self.priority.resize(padded, 0);
        }
        let mut widest = 0;
        let (x, y, own) = (
            &mut self.x[..padded],
            &mut self.y[..padded],
            &mut self.own[..padded],
        );
        for (item, &home) in items.iter().zip(&*homes) {
            let start = &mut self.starts[home as usize];
            *start -= 1;
            let at = *start as usize;
            widest = widest.max(item.own);
            x[at] = item.x as f32;
            y[at] = item.y as f32;
            own[at] = item.own as f32 / 16.0;
            if self.kind == Kind::Darts {
                self.priority[at] = item.priority;
            }
        }
        self.widest = widest as f32 / 16.0;
    }

    #[inline(always)]
    fn lists(&self) -> Lists<'_> {
        let length = self.count + 8;
        let priorities = if self.kind == Kind::Darts { length } else { 0 };
        Lists {
            x: &self.x[..length],
            y: &self.y[..length],
            own: &self.own[..length],
            priority: &self.priority[..priorities],
        }
    }

    /// Adds what can strike out parts of a square whose own spacings are at least `least` and at
    /// most `most`; false if one item strikes out all of it.
    #[inline(always)]
    pub(super) fn collect<S: Simd>(
        &self,
        simd: S,
        patch: Patch,
        (least, most): (u32, u32),
        disks: &mut Disks,
    ) -> bool {
        if self.is_empty() {
            return true;
        }
        let (least, most) = (self.half(least), self.half(most));
        let (x, y, last) = (patch.x as f32, patch.y as f32, (patch.side - 1) as f32);
        let span = self.span_of_patch(simd, patch, most);
        let (left, top) = (splat(simd, x), splat(simd, y));
        let lists = self.lists();
        for row in span.top..span.end {
            let (mut at, end) = self.range(row, span);
            while at < end {
                let dx = load(simd, &lists.x[at..at + 8]) - left;
                let dy = load(simd, &lists.y[at..at + 8]) - top;
                let (rx, ry) = (dx - last, dy - last);
                let (fx, fy) = (dx.abs().max(rx.abs()), dy.abs().max(ry.abs()));
                let own = load(simd, &lists.own[at..at + 8]);
                let (sure, some) = (own + least, own + most);
                let sure = sure * sure * SURELY;
                if (fx * fx + fy * fy).simd_lt(sure).to_bitmask() != 0 {
                    return false;
                }
                let zero = splat(simd, 0.0);
                let (nx, ny) = (rx.max(-dx).max(zero), ry.max(-dy).max(zero));
                let near = (nx * nx + ny * ny).simd_lt(some * some * PERHAPS);
                let mut near = near.to_bitmask();
                while near != 0 {
                    let lane = at + near.trailing_zeros() as usize;
                    // A vector may end in the bins of the next row of the span.
                    if lane < end {
                        disks.push(lists.x[lane], lists.y[lane], lists.own[lane], self.rigid());
                    }
                    near &= near - 1;
                }
                at += 8;
            }
        }
        true
    }

    /// The exact rule; what an item's list holds are whole numbers, and 16ths of them.
    fn excludes(&self, lane: usize, x: i32, y: i32, own: u32) -> bool {
        let (dx, dy) = (
            i64::from(x) - self.x[lane] as i64,
            i64::from(y) - self.y[lane] as i64,
        );
        let own = if self.rigid() { 0 } else { own };
        Mapped::conflict(dx * dx + dy * dy, (self.own[lane] * 16.0) as u32, own)
    }

    fn half(&self, own: u32) -> f32 {
        if self.rigid() { 0.0 } else { own as f32 / 16.0 }
    }

    /// No item farther away excludes a position to whose distance from items its own spacing adds so much; generous.
    #[inline(always)]
    fn reach<S: Simd>(&self, simd: S, half: f32x8<S>) -> f32x8<S> {
        let widest = splat(simd, self.widest);
        let others = if self.rigid() {
            widest
        } else {
            widest.min(half * NEIGHBOURLY)
        };
        half + others + SPARE
    }

    /// The bins in reach of a patch where own spacings add that much at most.
    #[inline(always)]
    fn span_of_patch<S: Simd>(&self, simd: S, patch: Patch, half: f32) -> Span {
        let (x, y, last) = (patch.x as f32, patch.y as f32, (patch.side - 1) as f32);
        let ends = load(simd, &[x, x + last, y, y + last, 0.0, 0.0, 0.0, 0.0]);
        let outward = load(simd, &[-1.0, 1.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let ends = ends + self.reach(simd, splat(simd, half)) * outward;
        let [left, right, top, bottom, ..] = self.bins.along_all(simd, ends);
        Span {
            left: left as usize,
            right: right as usize,
            top: top as usize,
            end: bottom as usize + 1,
        }
    }

    fn range(&self, row: usize, span: Span) -> (usize, usize) {
        let first = row * self.bins.count;
        let (start, end) = (first + span.left, first + span.right + 1);
        (self.starts[start] as usize, self.starts[end] as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, dispatch};

    /// The way from one item to another, the other's own spacing, and whether they exclude each other: a unit less
    /// than far enough, far enough, and both by less than single precision tells.
    const PAIRS: [([i32; 2], u32, bool); 4] = [
        ([1999, 0], 16_000, true),
        ([2000, 0], 16_000, false),
        ([1985, 245], 16_001, true),
        ([1985, 245], 16_000, false),
    ];

    fn item([dx, dy]: [i32; 2], own: u32, priority: u32) -> Item {
        let (x, y) = (5000 + dx, 700 + dy);
        Item {
            x,
            y,
            own,
            priority,
        }
    }

    fn sorted(kind: Kind, items: &[Item]) -> Nearby {
        let mut nearby = Nearby::new(kind);
        let bins = Bins::new((0, 20_000), items.len());
        nearby.sort(items, bins, &mut Sorting::new());
        nearby
    }

    /// Field test 19.
    #[test]
    fn of_darts_in_conflict_the_stronger_stays_and_of_equal_ones_none() {
        for level in Level::supported() {
            for (mine, theirs) in [(7, 7), (8, 7), (7, 8)] {
                for (away, own, meet) in PAIRS {
                    let (mine, other) = (item([0, 0], 16_000, mine), item(away, own, theirs));
                    let rivals = sorted(Kind::Darts, &[other, mine]);
                    let unbeaten = dispatch!(level.get(), simd => rivals.unbeaten(simd, &[mine]));
                    let expected = meet && mine.priority <= theirs;
                    assert_eq!(
                        unbeaten == 0,
                        expected,
                        "{away:?}, {mine:?} {theirs}, {level}"
                    );
                }
            }
        }
    }

    #[test]
    fn of_eight_places_those_are_free_that_no_dot_excludes() {
        for level in Level::supported() {
            for (away, own, meet) in PAIRS {
                let dots = sorted(Kind::Dots, &[item(away, own, 0)]);
                let mut places = [item([9000, 9000], 16_000, 0); 8];
                places[5] = item([0, 0], 16_000, 0);
                let free = dispatch!(level.get(), simd => dots.free(simd, &places));
                let expected = if meet { 0b1101_1111 } else { 0b1111_1111 };
                assert_eq!(free, expected, "{away:?} {level}");
            }
        }
    }
}
