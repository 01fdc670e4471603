//! What is known in one block: its squares, its surroundings, and its two half steps.

mod aim;

use self::aim::Aimed;
use super::Arena;
use super::blocks::{BLOCK, Block, Blocks};
use super::cover::{Cover, Open};
use super::disks::Disks;
use super::draws::{self, BLIND};
use super::ground::Ground;
use super::nearby::{Bins, Item, Kind, Nearby, Sorting};
use super::stock::{Dart, Gathered, Site, Split, Stock};
use crate::field::lattice::UNITS;
use crate::field::spacing::Mapped;
use crate::memory;
use crate::simd::Simd;

/// The private part of a block: little, since all blocks keep it from round to round.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    /// Circles that obstacles clear, in reach.
    pub(super) circles: Vec<Item>,
    cleared: Nearby,
    darts: Split<Dart>,
    /// From the first aimed round on, the cells that may have uncovered squares.
    cells: Vec<Open>,
    /// Whether squares may be left.
    pub(super) open: bool,
}

/// Lists that a block needs for a moment.
#[derive(Debug)]
pub(super) struct Scratch {
    cover: Cover,
    /// The map of one block.
    map: Mapped,
    /// Items of the last round, or darts, in reach.
    fresh: Gathered,
    /// All items in reach.
    known: Gathered,
    /// The same in bins.
    all: Nearby,
    /// Darts in reach.
    rivals: Nearby,
    disks: Disks,
    /// Open cells, before it is known how many.
    listed: Vec<Open>,
    aimed: Vec<Aimed>,
    /// Where blind darts might go.
    places: Vec<Item>,
    sorting: Sorting,
    darts: Split<Dart>,
    accepted: Split<Site>,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            cover: Cover::default(),
            map: Mapped::default(),
            fresh: Gathered::default(),
            known: Gathered::default(),
            all: Nearby::new(Kind::Dots),
            rivals: Nearby::new(Kind::Darts),
            disks: Disks::default(),
            listed: Vec::new(),
            aimed: Vec::new(),
            places: Vec::new(),
            sorting: Sorting::new(),
            darts: Split::default(),
            accepted: Split::default(),
        }
    }

    /// Brings all items in reach of a block into bins.
    #[inline(always)]
    fn learn(&mut self, blocks: &Blocks, i: usize, stocks: &[Stock]) {
        let block = &blocks.list[i];
        self.known.clear();
        for n in blocks.near(i) {
            block.take_all(&blocks.list[n], &stocks[n], &mut self.known);
        }
        let known = self.known.items();
        let bins = Bins::new(block.square(), known.len());
        self.all.sort(known, bins, &mut self.sorting);
    }
}

impl Tile {
    pub(super) fn new() -> Self {
        Self {
            circles: Vec::new(),
            cleared: Nearby::new(Kind::Circles),
            darts: Split::default(),
            cells: Vec::new(),
            open: true,
        }
    }

    /// Asks for what will be read when it throws.
    pub(super) fn ask(&self) {
        memory::ask_run(&self.cells, 0..self.cells.len());
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
        // Those of this round are written where those of the last one stood.
        self.darts.ask();
        self.darts.clear();
        if !self.open {
            return;
        }
        let block = &ground.blocks.list[i];
        // What later blocks read is asked for while this one is at work.
        if let Some(ahead) = stocks.get(ground.blocks.ahead(i)) {
            ahead.ask();
        }
        if round == 0 && !self.circles.is_empty() {
            let bins = Bins::new(block.square(), self.circles.len());
            self.cleared.sort(&self.circles, bins, &mut scratch.sorting);
        }
        scratch.darts.clear();
        if round < BLIND {
            scratch.learn(ground.blocks, i, stocks);
            // What dots cover is found without squares: there are few darts yet.
            if !block.whole {
                scratch.cover.start(block, ground.arena);
            }
            self.throw_blind(simd, ground, (i, round), scratch);
        } else {
            if round == BLIND {
                scratch.learn(ground.blocks, i, stocks);
                self.list_open(simd, ground.arena, block, scratch);
            } else {
                self.close_covered(simd, ground.blocks, i, stocks, scratch);
            }
            self.open = !self.cells.is_empty();
            if !self.open {
                self.cells = Vec::new();
                return;
            }
            if round > BLIND {
                scratch.learn(ground.blocks, i, stocks);
            }
            self.aim(simd, ground, (i, round), scratch);
            self.open = !self.cells.is_empty();
        }
        self.darts.append(&scratch.darts);
    }

    /// Lists the cells that nothing known covers.
    #[inline(always)]
    fn list_open<S: Simd>(
        &mut self,
        simd: S,
        arena: &Arena<'_>,
        block: &Block,
        scratch: &mut Scratch,
    ) {
        let Scratch {
            cover,
            known,
            listed,
            ..
        } = scratch;
        cover.start(block, arena);
        cover.strike(simd, &self.circles, None);
        cover.strike(simd, known.items(), Some(block.least));
        self.cells = cover.list_open(simd, listed);
    }

    /// Strikes out what the items of the last round cover, and drops the cells that have nothing left.
    #[inline(always)]
    fn close_covered<S: Simd>(
        &mut self,
        simd: S,
        blocks: &Blocks,
        i: usize,
        stocks: &[Stock],
        scratch: &mut Scratch,
    ) {
        let Scratch { cover, fresh, .. } = scratch;
        let block = &blocks.list[i];
        fresh.clear();
        for n in blocks.near(i) {
            block.take_fresh(&blocks.list[n], &stocks[n], fresh);
        }
        let fresh = fresh.items();
        if fresh.is_empty() {
            return;
        }
        cover.resume(block, &self.cells);
        cover.strike(simd, fresh, Some(block.least));
        cover.keep_open(&mut self.cells);
        if self.cells.len() < self.cells.capacity() / 4 {
            self.cells.shrink_to_fit();
        }
    }

    #[inline(always)]
    fn throw_blind<S: Simd>(
        &self,
        simd: S,
        ground: &Ground<'_>,
        (i, round): (usize, u8),
        scratch: &mut Scratch,
    ) {
        let Scratch {
            all,
            cover,
            map,
            places,
            darts,
            ..
        } = scratch;
        let block = &ground.blocks.list[i];
        let spacings = ground.copied(i, map);
        let Arena { lattice, seed, .. } = *ground.arena;
        let level = draws::blind_level(block);
        let (count, side) = (draws::blind_count(level), UNITS << level);
        let mut listed = [(0, 0); BLOCK];
        places.clear();
        for row in 0..count {
            let row_bits = draws::row_bits(seed, lattice, block.row + (row << level), round);
            // Listed without a branch, which could not be foreseen.
            let mut found = 0;
            for column in 0..count {
                let key = lattice.column_key(block.column + (column << level));
                let bits = draws::bits(row_bits, key);
                listed[found] = (column, bits);
                found += usize::from(draws::fires(bits, level, block.least));
            }
            for &(column, bits) in &listed[..found] {
                let (x, y) = draws::blind_place(bits, level);
                let (x, y) = (column as i32 * side + x, row as i32 * side + y);
                if !block.whole && cover.covers(x, y) {
                    continue;
                }
                let own = spacings.own(x, y);
                if draws::fires(bits, level, own) {
                    let priority = draws::blind_priority(bits);
                    places.push(Item {
                        x,
                        y,
                        own,
                        priority,
                    });
                }
            }
        }
        for places in places.chunks(8) {
            let free = self.free(simd, all, places);
            for (i, &place) in places.iter().enumerate() {
                darts.push_if(free >> i & 1 != 0, block, place.into());
            }
        }
    }

    /// Of up to eight places a bit for each that is far enough from all items.
    #[inline(always)]
    fn free<S: Simd>(&self, simd: S, all: &Nearby, places: &[Item]) -> u32 {
        all.free(simd, places) & self.cleared.free(simd, places)
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
        let Scratch {
            fresh,
            rivals,
            sorting,
            accepted,
            ..
        } = scratch;
        let block = &blocks.list[i];
        if let Some(ahead) = tiles.get(blocks.ahead(i)) {
            ahead.darts.ask();
        }
        accepted.clear();
        if !tiles[i].darts.is_empty() {
            fresh.clear();
            for n in blocks.near(i) {
                block.take_darts(&blocks.list[n], &tiles[n].darts, fresh);
            }
            let fresh = fresh.items();
            rivals.sort(fresh, Bins::new(block.square(), fresh.len()), sorting);
            for darts in tiles[i].darts.eights() {
                let mut items = [Item::NONE; 8];
                for (item, &dart) in items.iter_mut().zip(darts) {
                    *item = dart.into();
                }
                let unbeaten = rivals.unbeaten(simd, &items[..darts.len()]);
                for (i, dart) in darts.iter().enumerate() {
                    accepted.push_if(unbeaten >> i & 1 != 0, block, dart.site);
                }
            }
        }
        stock.add(accepted);
    }
}
