//! What others read of a block, kept small: its obstacles, dots and darts, those near its sides apart.

use super::blocks::{Block, EXTENT};
use super::nearby::Item;
use crate::field::lattice::UNITS;

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
    rim: Vec<T>,
    inner: Vec<T>,
}

/// The obstacles and dots of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Stock {
    /// Obstacles that count as dots; they may stand beyond the lattice.
    pub(super) obstacles: Split<Item>,
    /// Dots of all rounds but the last.
    older: Split<Site>,
    /// Dots of the last round.
    fresh: Split<Site>,
}

impl Dart {
    pub(super) const fn new((x, y, own): (i32, i32, u32), priority: u32) -> Self {
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
            rim: Vec::new(),
            inner: Vec::new(),
        }
    }
}

impl<T: Copy + Into<Item>> Split<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.rim.is_empty() && self.inner.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.rim.iter().chain(&self.inner).copied()
    }

    pub(super) fn clear(&mut self) {
        self.rim.clear();
        self.inner.clear();
    }

    pub(super) fn push(&mut self, block: &Block, item: T) {
        if block.is_rim(item.into()) {
            self.rim.push(item);
        } else {
            self.inner.push(item);
        }
    }

    /// Adds what another list holds, with little room for more: all blocks keep their lists.
    pub(super) fn append(&mut self, other: &Self) {
        for (to, from) in [(&mut self.rim, &other.rim), (&mut self.inner, &other.inner)] {
            if to.capacity() - to.len() < from.len() {
                to.reserve_exact(from.len() + to.len() / 8);
            }
            to.extend_from_slice(from);
        }
    }
}

impl Stock {
    pub(super) fn dots(&self) -> impl Iterator<Item = Item> {
        let dots = self.older.iter().chain(self.fresh.iter());
        dots.map(Into::into)
    }

    /// Takes over the dots of a round.
    pub(super) fn add(&mut self, dots: &Split<Site>) {
        if self.older.is_empty() {
            self.older = std::mem::take(&mut self.fresh);
        } else {
            self.older.append(&self.fresh);
            self.fresh.clear();
        }
        self.fresh.append(dots);
    }
}

impl Block {
    /// Whether another block may have to know an item of this one.
    #[inline(always)]
    fn is_rim(&self, Item { x, y, .. }: Item) -> bool {
        let inner = |at: i32| (at >= self.rim) & (at < EXTENT - self.rim);
        !(inner(x) & inner(y))
    }

    /// Adds all items of a block that lie in reach.
    #[inline(always)]
    pub(super) fn take_all(&self, from: &Self, stock: &Stock, to: &mut Vec<Item>) {
        self.take(from, &stock.obstacles, to);
        self.take(from, &stock.older, to);
        self.take(from, &stock.fresh, to);
    }

    /// Adds the items of a block's last round that lie in reach.
    #[inline(always)]
    pub(super) fn take_fresh(&self, from: &Self, stock: &Stock, to: &mut Vec<Item>) {
        self.take(from, &stock.fresh, to);
    }

    /// Adds what lies in reach of another block's items.
    #[inline(always)]
    pub(super) fn take<T: Copy + Into<Item>>(
        &self,
        from: &Self,
        items: &Split<T>,
        to: &mut Vec<Item>,
    ) {
        let cells = |from: usize, to: usize| (from as i64 - to as i64) * i64::from(UNITS);
        let dx = cells(from.column, self.column) as i32;
        let dy = cells(from.row, self.row) as i32;
        if (dx, dy) == (0, 0) {
            to.extend(items.rim.iter().map(|&item| item.into()));
            to.extend(items.inner.iter().map(|&item| item.into()));
            return;
        }
        let (first, extent) = self.square();
        let near = |at: i32| ((at - first) as u32) < extent as u32;
        // Listed without a branch, which could not be foreseen.
        let before = to.len();
        to.resize(before + items.rim.len(), Item::NONE);
        let (room, mut found) = (&mut to[before..], 0);
        for &item in &items.rim {
            let item: Item = item.into();
            let (x, y) = (item.x + dx, item.y + dy);
            room[found] = Item { x, y, ..item };
            found += usize::from(near(x) & near(y));
        }
        to.truncate(before + found);
    }
}
