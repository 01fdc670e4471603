//! Which of some places are free: eight of them are worked out side by side before anything is looked at, and nothing
//! is left early. Whether a place is excluded cannot be foreseen, and what comes after would have to wait until it is
//! known.

use super::{Item, Lists, Nearby, PERHAPS, SURELY, Span};
use crate::simd::{
    Simd, SimdBase, SimdMask, f32x8, less, load, load_words, sign_bits, splat, splat_word,
};

/// Up to eight places, and the bins that may hold what excludes them.
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
    /// Of up to eight places with their own spacings a bit for each that no item excludes.
    #[inline(always)]
    pub(in super::super) fn free<S: Simd>(&self, simd: S, places: &[Item]) -> u32 {
        if self.is_empty() {
            return (1 << places.len()) - 1;
        }
        self.without(
            simd,
            places,
            #[inline(always)]
            |_, _, _| u64::MAX,
        )
    }

    /// Of up to eight darts a bit for each that no other dart beats: excludes it with at least its priority.
    #[inline(always)]
    pub(in super::super) fn unbeaten<S: Simd>(&self, simd: S, darts: &[Item]) -> u32 {
        let priorities = self.lists().priority;
        self.without(
            simd,
            darts,
            #[inline(always)]
            |dart, at, squared| {
                let priority = splat_word(simd, dart.priority);
                let weaker = less(load_words(simd, &priorities[at..at + 8]), priority);
                // What lies at no distance is the dart itself.
                squared.simd_gt(0.0).to_bitmask() & !u64::from(sign_bits(weaker))
            },
        )
    }

    /// A bit for each of up to eight places that no item excludes of those that count; which of eight do is told
    /// from a place, where they stand in the lists, and their squared distances.
    #[inline(always)]
    fn without<S: Simd>(
        &self,
        simd: S,
        places: &[Item],
        count: impl Fn(Item, usize, f32x8<S>) -> u64,
    ) -> u32 {
        let (eight, lists) = (self.around(simd, places), self.lists());
        let mut without = 0;
        for i in 0..places.len() {
            without |= u32::from(!self.excluded(simd, &eight, i, lists, &count)) << i;
        }
        without
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
        let mut half = [0.0; 8];
        if !self.rigid() {
            own.store_slice(&mut half);
        }
        let reach = self.reach(simd, load(simd, &half));
        let (px, py) = (load(simd, &x), load(simd, &y));
        Eight {
            items,
            x,
            y,
            half,
            left: self.bins.along_all(simd, px - reach),
            right: self.bins.along_all(simd, px + reach),
            top: self.bins.along_all(simd, py - reach),
            bottom: self.bins.along_all(simd, py + reach),
        }
    }

    /// Whether an item that counts excludes a place.
    #[inline(always)]
    fn excluded<S: Simd>(
        &self,
        simd: S,
        eight: &Eight<'_>,
        i: usize,
        lists: Lists<'_>,
        count: impl Fn(Item, usize, f32x8<S>) -> u64,
    ) -> bool {
        let (span, half, item) = (eight.span(i), eight.half[i], eight.items[i]);
        let place = (splat(simd, eight.x[i]), splat(simd, eight.y[i]));
        let mut found = 0;
        for row in span.top..span.end {
            let (mut at, end) = self.range(row, span);
            while at < end {
                let (squared, limit) = lists.lanes(simd, at, place, half);
                let counted = count(item, at, squared);
                let sure = squared.simd_lt(limit * SURELY).to_bitmask();
                let perhaps = squared.simd_lt(limit * PERHAPS).to_bitmask();
                found |= counted & sure;
                if perhaps != sure && self.any_excludes(at, counted & perhaps, item) {
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
}
