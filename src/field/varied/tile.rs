//! What is known in one block: its squares, its surroundings, and its two half steps.

use std::cmp::Ordering;

use super::Arena;
use super::blocks::{BLOCK, Block, Blocks, EXTENT};
use super::cover::{self, Cover};
use super::disks::{Disks, Patch, search};
use super::draws::{self, BLIND, SEARCH_FROM, TRIES};
use super::nearby::{Bins, Item, Kind, Nearby, Sorting};
use crate::field::lattice::UNITS;
use crate::simd::Simd;

/// The items of a block that others may read: obstacles first, then dots.
#[derive(Clone, Debug, Default)]
pub(super) struct Stock {
    pub(super) items: Vec<Item>,
    pub(super) obstacles: usize,
    /// Where the items of the last round start.
    pub(super) fresh: usize,
}

/// What all blocks share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) arena: &'a Arena<'a>,
    pub(super) blocks: &'a Blocks,
}

/// The private part of a block.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    cover: Cover,
    /// All items in reach.
    known: Vec<Item>,
    /// The bins of these.
    sorting: Sorting,
    /// Circles that obstacles clear, in reach.
    pub(super) circles: Vec<Item>,
    cleared: Nearby,
    pub(super) darts: Vec<Item>,
    /// From the first aimed round on, column and row of the cells that may have uncovered squares.
    cells: Vec<[u8; 2]>,
    /// Whether squares may be left.
    pub(super) open: bool,
}

/// Lists that a block needs for a moment.
#[derive(Debug)]
pub(super) struct Scratch {
    fresh: Vec<Item>,
    /// All items in reach.
    all: Nearby,
    /// Darts in reach.
    rivals: Nearby,
    disks: Disks,
    sorting: Sorting,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            fresh: Vec::new(),
            all: Nearby::new(Kind::Dots),
            rivals: Nearby::new(Kind::Darts),
            disks: Disks::default(),
            sorting: Sorting::new(),
        }
    }
}

impl Tile {
    pub(super) fn new() -> Self {
        Self {
            cover: Cover::default(),
            known: Vec::new(),
            sorting: Sorting::new(),
            circles: Vec::new(),
            cleared: Nearby::new(Kind::Circles),
            darts: Vec::new(),
            cells: Vec::new(),
            open: true,
        }
    }

    pub(super) fn open_cells(&self) -> u64 {
        self.cells.len() as u64
    }

    /// Throws the darts of a round.
    #[inline(always)]
    pub(super) fn throw<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        (i, round): (usize, u8),
        stocks: &[Stock],
        scratch: &mut Scratch,
    ) {
        self.darts.clear();
        if !self.open {
            return;
        }
        let block = &ground.blocks.list[i];
        if round == 0 {
            self.start(simd, ground, block, &mut scratch.sorting);
        }
        self.learn(simd, ground, i, stocks, &mut scratch.fresh);
        if round < BLIND {
            let all = &mut scratch.all;
            all.fill(&self.known, &self.sorting);
            self.throw_blind(simd, ground, (block, round), all);
            return;
        }
        if round == BLIND {
            self.cover.list_open(&mut self.cells);
        }
        if !self.cells.is_empty() {
            let Scratch { all, disks, .. } = scratch;
            all.fill(&self.known, &self.sorting);
            self.aim(simd, ground, (block, round), (all, disks));
        }
        self.open = !self.cells.is_empty();
    }

    #[inline(always)]
    fn start<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        block: &Block,
        sorting: &mut Sorting,
    ) {
        self.cover = Cover::new(block, ground.arena.lattice, ground.arena.region);
        // Lists that grow are copied each time.
        self.known.reserve(block.mean_dots(block.square().1));
        self.darts.reserve(block.mean_dots(EXTENT));
        if !self.circles.is_empty() {
            sorting.start(Bins::new(block.square(), self.circles.len()));
            sorting.add(&self.circles);
            self.cleared.fill(&self.circles, sorting);
            for circle in &self.circles {
                let radius = cover::radius(circle.own, None);
                self.cover.strike(simd, circle.x, circle.y, radius);
            }
        }
    }

    /// Takes over the items of the last round.
    #[inline(always)]
    fn learn<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        i: usize,
        stocks: &[Stock],
        fresh: &mut Vec<Item>,
    ) {
        let block = &ground.blocks.list[i];
        fresh.clear();
        for n in ground.blocks.near(i) {
            let stock = &stocks[n];
            block.take(&ground.blocks.list[n], &stock.items[stock.fresh..], fresh);
        }
        for item in fresh.iter() {
            let radius = cover::radius(item.own, Some(block.least));
            self.cover.strike(simd, item.x, item.y, radius);
        }
        if self.known.is_empty() {
            // As many as there will be, and obstacles, which may be any number.
            let (first, side) = block.square();
            let items = block.mean_dots(side) + fresh.len();
            self.sorting.start(Bins::new((first, side), items));
        }
        self.sorting.add(fresh);
        self.known.extend_from_slice(fresh);
    }

    #[inline(always)]
    fn throw_blind<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        (block, round): (&Block, u8),
        all: &Nearby,
    ) {
        let Arena { lattice, seed, .. } = *ground.arena;
        let level = draws::blind_level(block);
        let (count, side) = (draws::blind_count(level), UNITS << level);
        let mut listed = [(0, 0, 0); BLOCK];
        for row in 0..count {
            let row_bits = draws::row_bits(seed, lattice, block.row + (row << level), round);
            // Listed without a branch, which could not be foreseen.
            let mut found = 0;
            for column in 0..count {
                let key = lattice.column_key(block.column + (column << level));
                let bits = draws::bits(row_bits, key);
                let (x, y) = draws::blind_place(bits, level);
                let (x, y) = (column as i32 * side + x, row as i32 * side + y);
                listed[found] = (x, y, bits);
                let may_fire = draws::fires(bits, level, block.least);
                found += usize::from(may_fire & !self.cover.covers(x, y));
            }
            for &(x, y, bits) in &listed[..found] {
                let own = block.own(ground.arena.spacing, x, y);
                if draws::fires(bits, level, own) && self.allows(simd, all, (x, y, own)) {
                    self.darts.push(Item {
                        x,
                        y,
                        own,
                        priority: draws::blind_priority(bits),
                    });
                }
            }
        }
    }

    /// Throws into uncovered squares, and drops the cells that have none.
    #[inline(always)]
    fn aim<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        (block, round): (&Block, u8),
        (all, disks): (&Nearby, &mut Disks),
    ) {
        let Arena { lattice, seed, .. } = *ground.arena;
        let full_share = draws::full_share(block);
        let (mut last, mut row_bits) = (usize::MAX, 0);
        // Written out: what passes through the standard library loses the level's instructions.
        let mut kept = 0;
        for i in 0..self.cells.len() {
            let cell = self.cells[i];
            let [column, row] = cell.map(usize::from);
            let squares = self.cover.open_squares(column, row);
            if squares == 0 {
                continue;
            }
            self.cells[kept] = cell;
            kept += 1;
            if row != last {
                last = row;
                let row = block.row + (row << block.level);
                row_bits = draws::row_bits(seed, lattice, row, round);
            }
            let key = lattice.column_key(block.column + (column << block.level));
            let bits = draws::bits(row_bits, key);
            if !draws::aims(bits, squares, full_share, round) {
                continue;
            }
            let patch = block.patch(column, row);
            let found = if round < SEARCH_FROM {
                self.hit(simd, ground, block, (patch, squares, bits), all)
            } else {
                let found = self.find(simd, ground, block, (patch, squares, bits), (all, disks));
                if found.is_none() {
                    kept -= 1;
                }
                found
            };
            if let Some((x, y, own)) = found {
                let priority = draws::aimed_priority(bits);
                self.darts.push(Item {
                    x,
                    y,
                    own,
                    priority,
                });
            }
        }
        self.cells.truncate(kept);
    }

    /// The first legal one of a few positions in the uncovered squares of a cell, and its spacing.
    #[inline(always)]
    fn hit<S: Simd>(
        &self,
        simd: S,
        ground: &Ground<'_>,
        block: &Block,
        (patch, squares, bits): (Patch, u64, u64),
        all: &Nearby,
    ) -> Option<(i32, i32, u32)> {
        for n in 0..TRIES {
            let (x, y) = patch.aimed(squares, draws::try_bits(bits, n));
            let own = block.own(ground.arena.spacing, x, y);
            if self.allows(simd, all, (x, y, own)) {
                return Some((x, y, own));
            }
        }
        None
    }

    /// A legal position of a cell and its spacing, or `None` when there is none at all.
    #[inline(always)]
    fn find<S: Simd>(
        &self,
        simd: S,
        ground: &Ground<'_>,
        block: &Block,
        (patch, squares, bits): (Patch, u64, u64),
        (all, disks): (&Nearby, &mut Disks),
    ) -> Option<(i32, i32, u32)> {
        let spacing = ground.arena.spacing;
        let bounds = block.bounds(spacing, patch);
        disks.clear();
        if !all.collect(simd, patch, bounds, disks)
            || !self.cleared.collect(simd, patch, bounds, disks)
        {
            return None;
        }
        let open = squares & disks.open_parts(simd, patch, bounds.0);
        let (x, y) = search(
            patch,
            open,
            bits,
            #[inline(always)]
            |patch| disks.open_parts(simd, patch, block.least_in(spacing, patch)),
            #[inline(always)]
            |x, y| self.allows(simd, all, (x, y, block.own(spacing, x, y))),
        )?;
        Some((x, y, block.own(spacing, x, y)))
    }

    /// Whether a position is far enough from all items.
    #[inline(always)]
    fn allows<S: Simd>(&self, simd: S, all: &Nearby, (x, y, own): (i32, i32, u32)) -> bool {
        !all.block(simd, x, y, own) && !self.cleared.block(simd, x, y, own)
    }

    /// Accepts the darts that beat all darts they conflict with.
    #[inline(always)]
    pub(super) fn settle<S: Simd>(
        simd: S,
        blocks: &Blocks,
        i: usize,
        tiles: &[Tile],
        stock: &mut Stock,
        scratch: &mut Scratch,
    ) {
        stock.fresh = stock.items.len();
        if tiles[i].darts.is_empty() {
            return;
        }
        let block = &blocks.list[i];
        if stock.items.len() == stock.obstacles {
            stock.items.reserve(block.mean_dots(EXTENT));
        }
        scratch.fresh.clear();
        for n in blocks.near(i) {
            block.take(&blocks.list[n], &tiles[n].darts, &mut scratch.fresh);
        }
        let Scratch {
            fresh,
            rivals,
            sorting,
            ..
        } = scratch;
        sorting.start(Bins::new(block.square(), fresh.len()));
        sorting.add(fresh);
        rivals.fill(fresh, sorting);
        for &dart in &tiles[i].darts {
            if !rivals.beat(simd, dart) {
                stock.items.push(dart);
            }
        }
    }
}

impl Block {
    /// Adds another block's items that lie in reach. They are in the order of the rows of squares that
    /// throw blind darts.
    #[inline(always)]
    fn take(&self, from: &Self, items: &[Item], to: &mut Vec<Item>) {
        let cells = |from: usize, to: usize| (from as i64 - to as i64) * i64::from(UNITS);
        let dx = cells(from.column, self.column) as i32;
        let dy = cells(from.row, self.row) as i32;
        if (dx, dy) == (0, 0) {
            to.extend_from_slice(items);
            return;
        }
        let log = UNITS.ilog2() + u32::from(draws::blind_level(from));
        let row_of = |y: i32| y >> log;
        let items = match dy.cmp(&0) {
            Ordering::Less => {
                let first = row_of(-self.reach - dy);
                &items[items.partition_point(|item| row_of(item.y) < first)..]
            }
            Ordering::Equal => items,
            Ordering::Greater => {
                let last = row_of(EXTENT + self.reach - dy);
                &items[..items.partition_point(|item| row_of(item.y) <= last)]
            }
        };
        let (first, extent) = self.square();
        let near = |at: i32| ((at - first) as u32) < extent as u32;
        for item in items {
            let (x, y) = (item.x + dx, item.y + dy);
            if near(x) & near(y) {
                to.push(Item { x, y, ..*item });
            }
        }
    }
}
