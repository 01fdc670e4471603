//! What lies near a place: dots, darts or cleared circles, sorted into the bins of one tile.
//!
//! Distances are compared in single precision where the answer is beyond doubt, eight at a time,
//! and in integers where it is not, about once in a million: every answer is the exact one.

use super::disks::{Disks, Patch};
use crate::counting::add_up;
use crate::field::spacing::{Mapped, NEIGHBOURLY};
use crate::simd::{
    Simd, SimdBase, SimdMask, f32x8, less, load, load_words, sign_bits, splat, splat_word,
    store_whole,
};

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

/// [`NEIGHBOURLY`] in sixteenths, rounded up.
const FACTOR: u32 = (16.0 * NEIGHBOURLY) as u32 + 1;

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
    /// The widest own spacing.
    widest: u32,
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
        self.along_within(at.min(self.low + self.side - 1).max(self.low))
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

/// Up to eight places, and the bins that may hold what excludes them.
///
/// They are worked out side by side, before anything is looked at: whether a place is excluded cannot be foreseen,
/// and what comes after would have to wait until that is known.
#[derive(Clone, Copy, Debug)]
struct Eight<'a> {
    items: &'a [Item],
    x: [f32; 8],
    y: [f32; 8],
    /// How much of their own spacings adds to those of items.
    half: [f32; 8],
    left: [u32; 8],
    right: [u32; 8],
    top: [u32; 8],
    bottom: [u32; 8],
}

impl Eight<'_> {
    fn span(&self, i: usize) -> Span {
        Span {
            left: self.left[i] as usize,
            right: self.right[i] as usize,
            top: self.top[i] as usize,
            end: self.bottom[i] as usize + 1,
        }
    }
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

impl Lists<'_> {
    /// Squared distances of eight items and their squared limits.
    #[inline(always)]
    fn lanes<S: Simd>(
        self,
        simd: S,
        at: usize,
        (x, y): (f32x8<S>, f32x8<S>),
        half: f32,
    ) -> (f32x8<S>, f32x8<S>) {
        let dx = load(simd, &self.x[at..at + 8]) - x;
        let dy = load(simd, &self.y[at..at + 8]) - y;
        let limit = load(simd, &self.own[at..at + 8]) + half;
        (dx * dx + dy * dy, limit * limit)
    }
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
            widest: 0,
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
        self.widest = widest;
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

    /// Of up to eight places with their own spacings a bit for each that no item excludes.
    #[inline(always)]
    pub(super) fn free<S: Simd>(&self, simd: S, places: &[Item]) -> u32 {
        if self.is_empty() {
            return (1 << places.len()) - 1;
        }
        let (eight, lists) = (self.around(simd, places), self.lists());
        let mut free = 0;
        for i in 0..places.len() {
            free |= u32::from(!self.blocks(simd, &eight, i, lists)) << i;
        }
        free
    }

    /// Of up to eight darts a bit for each that no other dart beats: excludes it with at least its priority.
    #[inline(always)]
    pub(super) fn unbeaten<S: Simd>(&self, simd: S, darts: &[Item]) -> u32 {
        let (eight, lists) = (self.around(simd, darts), self.lists());
        let mut unbeaten = 0;
        for i in 0..darts.len() {
            unbeaten |= u32::from(!self.beats(simd, &eight, i, lists)) << i;
        }
        unbeaten
    }

    #[inline(always)]
    fn around<'a, S: Simd>(&self, simd: S, items: &'a [Item]) -> Eight<'a> {
        let (mut x, mut y, mut own) = ([0.0; 8], [0.0; 8], [0.0; 8]);
        for (i, item) in items.iter().take(8).enumerate() {
            x[i] = item.x as f32;
            y[i] = item.y as f32;
            own[i] = item.own as f32;
        }
        let own = load(simd, &own) * (1.0 / 16.0);
        let widest = splat(simd, self.widest as f32 / 16.0);
        let (mut half, mut reach) = ([0.0; 8], widest);
        if !self.rigid() {
            own.store_slice(&mut half);
            reach = own + widest.min(own * NEIGHBOURLY);
        }
        let Bins {
            low, side, count, ..
        } = self.bins;
        let (px, py) = (load(simd, &x) - low as f32, load(simd, &y) - low as f32);
        let (reach, per_unit) = (reach + SPARE, count as f32 / side as f32);
        let (zero, last) = (splat(simd, 0.0), (count - 1) as f32);
        Eight {
            items,
            x,
            y,
            half,
            left: store_whole(((px - reach) * per_unit).max(zero).min(last)),
            right: store_whole(((px + reach) * per_unit).max(zero).min(last)),
            top: store_whole(((py - reach) * per_unit).max(zero).min(last)),
            bottom: store_whole(((py + reach) * per_unit).max(zero).min(last)),
        }
    }

    /// Whether an item excludes a place.
    #[inline(always)]
    fn blocks<S: Simd>(&self, simd: S, eight: &Eight<'_>, i: usize, lists: Lists<'_>) -> bool {
        let (span, half) = (eight.span(i), eight.half[i]);
        let place = (splat(simd, eight.x[i]), splat(simd, eight.y[i]));
        let mut found = 0;
        for row in span.top..span.end {
            let (mut at, end) = self.range(row, span);
            while at < end {
                let (squared, limit) = lists.lanes(simd, at, place, half);
                let sure = squared.simd_lt(limit * SURELY).to_bitmask();
                let perhaps = squared.simd_lt(limit * PERHAPS).to_bitmask();
                found |= sure;
                if perhaps != sure && self.any_excludes(at, perhaps, eight.items[i]) {
                    return true;
                }
                at += 8;
            }
        }
        found != 0
    }

    /// Whether another dart that excludes this one has at least its priority.
    #[inline(always)]
    fn beats<S: Simd>(&self, simd: S, eight: &Eight<'_>, i: usize, lists: Lists<'_>) -> bool {
        let (span, half) = (eight.span(i), eight.half[i]);
        let place = (splat(simd, eight.x[i]), splat(simd, eight.y[i]));
        let priority = splat_word(simd, eight.items[i].priority);
        let mut found = 0;
        for row in span.top..span.end {
            let (mut at, end) = self.range(row, span);
            while at < end {
                let (squared, limit) = lists.lanes(simd, at, place, half);
                let weaker = less(load_words(simd, &lists.priority[at..at + 8]), priority);
                // What lies at no distance is the dart itself.
                let others = squared.simd_gt(0.0).to_bitmask();
                let rivals = others & !u64::from(sign_bits(weaker));
                let sure = squared.simd_lt(limit * SURELY).to_bitmask();
                let perhaps = squared.simd_lt(limit * PERHAPS).to_bitmask();
                found |= rivals & sure;
                if perhaps != sure && self.any_excludes(at, rivals & perhaps, eight.items[i]) {
                    return true;
                }
                at += 8;
            }
        }
        found != 0
    }

    /// Whether any of these lanes from a place in the lists on excludes an item's place, exactly.
    #[cold]
    fn any_excludes(&self, at: usize, mut lanes: u64, Item { x, y, own, .. }: Item) -> bool {
        while lanes != 0 {
            if self.excludes(at + lanes.trailing_zeros() as usize, x, y, own) {
                return true;
            }
            lanes &= lanes - 1;
        }
        false
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
        let reach = self.reach(most);
        let (least, most) = (self.half(least), self.half(most));
        let (x, y, last) = (patch.x as f32, patch.y as f32, (patch.side - 1) as f32);
        let span = self.span(patch.x, patch.y, patch.side - 1, reach);
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

    /// No item farther away excludes a position with this own spacing; in whole numbers and generous.
    #[inline(always)]
    fn reach(&self, own: u32) -> i32 {
        let both = match self.kind {
            Kind::Circles => self.widest,
            _ => own + self.widest.min((own * FACTOR) >> 4),
        };
        (both >> 4) as i32 + 3
    }

    fn span(&self, x: i32, y: i32, last: i32, reach: i32) -> Span {
        Span {
            left: self.bins.along(x - reach),
            right: self.bins.along(x + last + reach),
            top: self.bins.along(y - reach),
            end: self.bins.along(y + last + reach) + 1,
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

    /// Field test 19.
    #[test]
    fn of_darts_in_conflict_the_stronger_stays_and_of_equal_ones_none() {
        let dart = |x: i32, priority: u32| Item {
            x,
            y: 700,
            own: 16 * 1000,
            priority,
        };
        for level in Level::supported() {
            for (mine, theirs) in [(7, 7), (8, 7), (7, 8)] {
                // At the distance at which they cease to exclude each other, and a unit less.
                for (away, meet) in [(1999, true), (2000, false)] {
                    let mine = dart(5000, mine);
                    let darts = [dart(5000 + away, theirs), mine];
                    let mut rivals = Nearby::new(Kind::Darts);
                    let bins = Bins::new((0, 20_000), darts.len());
                    rivals.sort(&darts, bins, &mut Sorting::new());
                    let unbeaten = dispatch!(level.get(), simd => rivals.unbeaten(simd, &[mine]));
                    let expected = meet && mine.priority <= theirs;
                    assert_eq!(
                        unbeaten == 0,
                        expected,
                        "{away}, {mine:?} {theirs}, {level}"
                    );
                }
            }
        }
    }
}
