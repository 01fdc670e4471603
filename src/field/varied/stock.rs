//! What others read of a block, kept small: its obstacles, dots and darts, those near its sides apart.

use super::blocks::{Block, EXTENT};
use super::nearby::Item;
use crate::field::lattice::UNITS;
use crate::memory;

// Places in a block, in units from its corner, fit in 16 bits.
const _: () = assert!(EXTENT - 1 == u16::MAX as i32);

/// A dot of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    x: u16,
    y: u16,
    own: u32,
}

/// A dart of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dart {
    pub(super) site: Site,
    priority: u32,
}

/// What lies in a block: that which other blocks may have to know, and the rest.
#[derive(Clone, Debug)]
pub(super) struct Split<T> {
    /// The rest, and what other blocks may have to know.
    lists: [Vec<T>; 2],
}

/// The obstacles and dots of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Stock {
    /// Obstacles that count as dots; they may stand beyond the lattice.
    pub(super) obstacles: Split<Item>,
    dots: Split<Site>,
    /// How many of them were there before the last round.
    older: [usize; 2],
}

/// Items in reach of a block, from several lists. What longer lists left stands behind them, so that there is
/// room without anything to be written first.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    list: Vec<Item>,
    count: usize,
}

impl From<Item> for Dart {
    #[inline(always)]
    fn from(
        Item {
            x,
            y,
            own,
            priority,
        }: Item,
    ) -> Self {
        let (x, y) = (x as u16, y as u16);
        Self {
            site: Site { x, y, own },
            priority,
        }
    }
}

impl From<Site> for Item {
    #[inline(always)]
    fn from(Site { x, y, own }: Site) -> Self {
        Self {
            x: i32::from(x),
            y: i32::from(y),
            own,
            priority: 0,
        }
    }
}

impl From<Dart> for Item {
    #[inline(always)]
    fn from(Dart { site, priority }: Dart) -> Self {
        Self {
            priority,
            ..site.into()
        }
    }
}

impl<T> Default for Split<T> {
    fn default() -> Self {
        Self {
            lists: [const { Vec::new() }; 2],
        }
    }
}

impl<T: Copy + Into<Item>> Split<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.lists.iter().all(Vec::is_empty)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.lists.iter().flatten().copied()
    }

    /// Up to eight at a time.
    pub(super) fn eights(&self) -> impl Iterator<Item = &[T]> {
        self.lists.iter().flat_map(|list| list.chunks(8))
    }

    /// Asks for what will be read later.
    pub(super) fn ask(&self) {
        for list in &self.lists {
            memory::ask_run(list, 0..list.len());
        }
    }

    fn counts(&self) -> [usize; 2] {
        let [inner, rim] = &self.lists;
        [inner.len(), rim.len()]
    }

    pub(super) fn clear(&mut self) {
        for list in &mut self.lists {
            list.clear();
        }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, block: &Block, item: T) {
        self.push_if(true, block, item);
    }

    /// Without a branch, which could not be foreseen, on what it is, or on where it lies.
    #[inline(always)]
    pub(super) fn push_if(&mut self, keep: bool, block: &Block, item: T) {
        let list = &mut self.lists[block.list(item.into())];
        let count = list.len();
        list.push(item);
        list.truncate(count + usize::from(keep));
    }

    fn reserve(&mut self, counts: [usize; 2]) {
        for (list, count) in self.lists.iter_mut().zip(counts) {
            list.reserve_exact(count);
        }
    }

    /// Adds what another list holds, with little room for more: all blocks keep their lists.
    pub(super) fn append(&mut self, other: &Self) {
        for (to, from) in self.lists.iter_mut().zip(&other.lists) {
            if to.capacity() - to.len() < from.len() {
                to.reserve_exact(from.len() + to.len() / 16);
            }
            to.extend_from_slice(from);
        }
    }
}

impl Stock {
    /// Asks for what will be read later.
    pub(super) fn ask(&self) {
        self.dots.ask();
    }

    pub(super) fn dots(&self) -> impl Iterator<Item = Item> {
        self.dots.iter().map(Into::into)
    }

    /// Takes over the dots of a round.
    pub(super) fn add(&mut self, dots: &Split<Site>) {
        self.older = self.dots.counts();
        if self.dots.is_empty() {
            // Of all dots of a block the first round lays that share.
            self.dots.reserve(dots.counts().map(|count| 12 * count / 5));
        }
        self.dots.append(dots);
    }
}

impl Gathered {
    pub(super) const fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.list[..self.count]
    }

    /// Adds items of one list, moved, that lie in a square given by its first coordinate and its side.
    #[inline(always)]
    fn add<T: Copy + Into<Item>>(
        &mut self,
        items: &[T],
        (dx, dy): (i32, i32),
        (first, side): (i32, i32),
    ) {
        let last = first + side - 1;
        let room = self.room(items.len());
        let mut found = 0;
        for &item in items {
            let item: Item = item.into();
            let (x, y) = (item.x + dx, item.y + dy);
            room[found] = Item { x, y, ..item };
            // By the signs: comparisons become branches, which could not be foreseen.
            let outside = (x - first) | (last - x) | (y - first) | (last - y);
            found += (1 + (outside >> 31)) as usize;
        }
        self.count += found;
    }

    /// Adds all items of one list.
    #[inline(always)]
    fn add_all<T: Copy + Into<Item>>(&mut self, items: &[T]) {
        let room = self.room(items.len());
        for (to, &item) in room.iter_mut().zip(items) {
            *to = item.into();
        }
        self.count += items.len();
    }

    #[inline(always)]
    fn room(&mut self, count: usize) -> &mut [Item] {
        let end = self.count + count;
        if end > self.list.len() {
            self.list.resize(end + end / 4, Item::NONE);
        }
        &mut self.list[self.count..end]
    }
}

impl Block {
    /// Which of the lists of [`Split`] an item of this block belongs to.
    #[inline(always)]
    fn list(&self, Item { x, y, .. }: Item) -> usize {
        let near = |at: i32| usize::from((at < self.rim) | (at >= EXTENT - self.rim));
        near(x) | near(y)
    }

    /// Adds all items of a block that lie in reach.
    #[inline(always)]
    pub(super) fn take_all(&self, from: &Self, stock: &Stock, to: &mut Gathered) {
        let by = self.offset(from);
        // Those of this block may stand beyond the lattice, out of reach.
        let [inner, rim] = &stock.obstacles.lists;
        to.add(rim, by, self.square());
        if by == (0, 0) {
            to.add(inner, by, self.square());
        }
        self.take(from, &stock.dots, [0; 2], to);
    }

    /// Adds the dots of a block's last round that lie in reach.
    #[inline(always)]
    pub(super) fn take_fresh(&self, from: &Self, stock: &Stock, to: &mut Gathered) {
        self.take(from, &stock.dots, stock.older, to);
    }

    /// Adds the darts of a block that lie in reach.
    #[inline(always)]
    pub(super) fn take_darts(&self, from: &Self, darts: &Split<Dart>, to: &mut Gathered) {
        self.take(from, darts, [0; 2], to);
    }

    /// Adds what lies in reach of another block's items, less the first so many of each list.
    #[inline(always)]
    fn take<T: Copy + Into<Item>>(
        &self,
        from: &Self,
        items: &Split<T>,
        less: [usize; 2],
        to: &mut Gathered,
    ) {
        let by = self.offset(from);
        let list = |i: usize| &items.lists[i][less[i]..];
        if by == (0, 0) {
            to.add_all(list(1));
            to.add_all(list(0));
        } else {
            to.add(list(1), by, self.square());
        }
    }

    /// From the corner of this block to that of another, in units.
    #[inline(always)]
    fn offset(&self, to: &Self) -> (i32, i32) {
        let cells = |from: usize, to: usize| (to as i64 - from as i64) * i64::from(UNITS);
        (
            cells(self.column, to.column) as i32,
            cells(self.row, to.row) as i32,
        )
    }
}
