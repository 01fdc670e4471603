//! One tile of the field: its cells, what it knows of its surroundings, and its two half steps.

use super::disks::{Disks, Patch, search};
use super::draws::{self, SEARCH_FROM, TRIES};
use super::leaves::{BLOCK, Leaf, Pyramid, TOP};
use super::nearby::{Item, Nearby};
use crate::field::lattice::{Lattice, UNITS};
use crate::field::spacing::{Mapped, NEIGHBOURLY};
use crate::random::{Seed, Stage, Stream};
use crate::simd::Simd;
use rand::Rng;

/// Where a tile lies, in base cells of the lattice.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    pub(super) column: usize,
    pub(super) row: usize,
    /// Along each side; the lattice may end before.
    pub(super) side: usize,
    /// The largest own spacing within.
    pub(super) most: u32,
    /// How far outside an item may lie that excludes a position within, in units.
    pub(super) reach: i32,
    /// Tiles in reach, itself included.
    pub(super) neighbours: Vec<u32>,
}

/// The items of a tile that others may read: obstacles first, then dots.
#[derive(Clone, Debug, Default)]
pub(super) struct Stock {
    pub(super) items: Vec<Item>,
    pub(super) obstacles: usize,
    /// Where the items of the last round start.
    pub(super) fresh: usize,
}

/// A cell with uncovered squares.
#[derive(Clone, Copy, Debug)]
struct Open {
    leaf: Leaf,
    squares: u64,
}

/// What all tiles share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) lattice: &'a Lattice,
    pub(super) spacing: &'a Mapped,
    pub(super) pyramid: &'a Pyramid<'a>,
    pub(super) plots: &'a [Plot],
    pub(super) seed: Seed,
}

/// The private part of a tile.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    open: Vec<Open>,
    /// All items in reach.
    known: Vec<Item>,
    all: Nearby,
    /// Circles that obstacles clear, in reach.
    pub(super) circles: Vec<Item>,
    cleared: Nearby,
    pub(super) darts: Vec<Item>,
}

/// Lists that a tile needs for a moment.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    fresh: Vec<Item>,
    near: Nearby,
    disks: Disks,
    leaves: Vec<Leaf>,
    rows: Vec<u64>,
}

impl Tile {
    pub(super) fn new() -> Self {
        Self {
            open: Vec::new(),
            known: Vec::new(),
            all: Nearby::default(),
            circles: Vec::new(),
            cleared: Nearby::rigid(),
            darts: Vec::new(),
        }
    }

    pub(super) fn open_cells(&self) -> usize {
        self.open.len()
    }

    /// Throws one blind dart a cell.
    #[inline(always)]
    pub(super) fn throw<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        plot: &Plot,
        stocks: &[Stock],
        scratch: &mut Scratch,
    ) {
        self.learn(ground, plot, stocks, scratch);
        let (low, side) = plot.square();
        if !self.circles.is_empty() {
            self.cleared.fill(&self.circles, low, side);
        }
        plot.row_bits(ground, 0, &mut scratch.rows);
        plot.leaves(ground, &mut scratch.leaves);
        for &leaf in &scratch.leaves {
            let key = ground.lattice.column_key(leaf.column);
            let bits = draws::bits(scratch.rows[leaf.row - plot.row], key);
            if !draws::fires(bits, leaf.level, leaf.least) {
                continue;
            }
            let patch = plot.patch(leaf);
            let (x, y) = draws::blind_place(bits, patch.side);
            let (x, y) = (patch.x + x, patch.y + y);
            let own = plot.own(ground, x, y);
            if draws::fires(bits, leaf.level, own) && self.allows(simd, x, y, own) {
                let priority = draws::blind_priority(bits);
                self.darts.push(Item {
                    x,
                    y,
                    own,
                    priority,
                });
            }
        }
    }

    /// Throws into the squares that are left after the last round, `round` from 1.
    #[inline(always)]
    pub(super) fn aim<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        plot: &Plot,
        stocks: &[Stock],
        (round, scratch): (u8, &mut Scratch),
    ) {
        self.darts.clear();
        if round > 1 && self.open.is_empty() {
            return;
        }
        self.learn(ground, plot, stocks, scratch);
        plot.row_bits(ground, round, &mut scratch.rows);
        let mut open = std::mem::take(&mut self.open);
        if round == 1 {
            plot.leaves(ground, &mut scratch.leaves);
            open.extend(scratch.leaves.iter().map(|&leaf| Open {
                leaf,
                squares: u64::MAX,
            }));
        } else {
            let (low, side) = plot.square();
            scratch.near.fill(&scratch.fresh, low, side);
        }
        // Written out: what passes through the standard library loses the level's instructions.
        let mut kept = 0;
        for i in 0..open.len() {
            let mut cell = open[i];
            cell.squares = self.left(simd, plot, cell, scratch, round == 1);
            if cell.squares != 0 && self.shoot(simd, ground, plot, cell, round, scratch) {
                open[kept] = cell;
                kept += 1;
            }
        }
        open.truncate(kept);
        self.open = open;
    }

    /// Accepts the darts that beat all darts they conflict with.
    #[inline(always)]
    pub(super) fn settle<S: Simd>(
        simd: S,
        plots: &[Plot],
        i: usize,
        tiles: &[Tile],
        stock: &mut Stock,
        scratch: &mut Scratch,
    ) {
        stock.fresh = stock.items.len();
        if tiles[i].darts.is_empty() {
            return;
        }
        let plot = &plots[i];
        scratch.fresh.clear();
        for &n in &plot.neighbours {
            let n = n as usize;
            plot.take(&plots[n], &tiles[n].darts, &mut scratch.fresh);
        }
        let (low, side) = plot.square();
        scratch.near.fill(&scratch.fresh, low, side);
        for &dart in &tiles[i].darts {
            if !scratch.near.beat(simd, dart) {
                stock.items.push(dart);
            }
        }
    }

    /// Takes over the items of the last round.
    fn learn(&mut self, ground: &Ground<'_>, plot: &Plot, stocks: &[Stock], s: &mut Scratch) {
        s.fresh.clear();
        for &n in &plot.neighbours {
            let stock = &stocks[n as usize];
            let items = &stock.items[stock.fresh..];
            plot.take(&ground.plots[n as usize], items, &mut s.fresh);
        }
        if !s.fresh.is_empty() {
            self.known.extend_from_slice(&s.fresh);
            let (low, side) = plot.square();
            self.all.fill(&self.known, low, side);
        }
    }

    /// The squares of a cell left by all items, or by those of the last round.
    #[inline(always)]
    fn left<S: Simd>(
        &self,
        simd: S,
        plot: &Plot,
        cell: Open,
        scratch: &mut Scratch,
        by_all: bool,
    ) -> u64 {
        let patch = plot.patch(cell.leaf);
        let bounds = plot.bounds(cell.leaf);
        let disks = &mut scratch.disks;
        disks.clear();
        let items = if by_all { &self.all } else { &scratch.near };
        if !items.collect(simd, patch, bounds, disks)
            || by_all && !self.cleared.collect(simd, patch, bounds, disks)
        {
            return 0;
        }
        if disks.is_empty() {
            return cell.squares;
        }
        cell.squares & disks.open_parts(simd, patch, cell.leaf.least)
    }

    /// Throws a dart or not; false once the cell is known to be covered.
    #[inline(always)]
    fn shoot<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        plot: &Plot,
        cell: Open,
        round: u8,
        scratch: &mut Scratch,
    ) -> bool {
        let Open { leaf, squares } = cell;
        let lattice = ground.lattice;
        let row = scratch.rows[leaf.row - plot.row];
        let bits = draws::bits(row, lattice.column_key(leaf.column));
        let share = draws::open_share(squares, leaf.level, leaf.least);
        if !draws::aims(bits, share, round) {
            return true;
        }
        let patch = plot.patch(leaf);
        let key = u64::from(lattice.column_key(leaf.column)) | lattice.row_key(leaf.row, round);
        let mut stream = ground.seed.stream(Stage::Gap, key);
        let mut found = None;
        for _ in 0..TRIES {
            let (x, y) = patch.aimed(squares, stream.next_u64());
            if self.allows(simd, x, y, plot.own(ground, x, y)) {
                found = Some((x, y));
                break;
            }
        }
        if found.is_none() {
            if round < SEARCH_FROM {
                return true;
            }
            found = self.find(simd, ground, plot, cell, &mut stream, scratch);
            if found.is_none() {
                return false;
            }
            if !draws::always_fires(round) {
                return true;
            }
        }
        if let Some((x, y)) = found {
            let priority = draws::aimed_priority(bits);
            let own = plot.own(ground, x, y);
            self.darts.push(Item {
                x,
                y,
                own,
                priority,
            });
        }
        true
    }

    /// Whether a position is far enough from all items.
    #[inline(always)]
    fn allows<S: Simd>(&self, simd: S, x: i32, y: i32, own: u32) -> bool {
        !self.all.block(simd, x, y, own) && !self.cleared.block(simd, x, y, own)
    }

    /// A legal position of a cell, or `None` when there is none at all.
    #[inline(always)]
    fn find<S: Simd>(
        &self,
        simd: S,
        ground: &Ground<'_>,
        plot: &Plot,
        cell: Open,
        stream: &mut Stream,
        scratch: &mut Scratch,
    ) -> Option<(i32, i32)> {
        let patch = plot.patch(cell.leaf);
        let disks = &mut scratch.disks;
        disks.clear();
        let bounds = plot.bounds(cell.leaf);
        if !self.all.collect(simd, patch, bounds, disks)
            || !self.cleared.collect(simd, patch, bounds, disks)
        {
            return None;
        }
        search(
            patch,
            cell.squares,
            stream,
            #[inline(always)]
            |patch| {
                let least = ground.pyramid.least_in(plot.column, plot.row, patch);
                disks.open_parts(simd, patch, least)
            },
            #[inline(always)]
            |x, y| self.allows(simd, x, y, plot.own(ground, x, y)),
        )
    }
}

impl Plot {
    /// The largest distance at which an item excludes a position with up to this own spacing.
    pub(super) fn reach_of(most: u32) -> i32 {
        (most as f32 / 16.0 * (1.0 + NEIGHBOURLY)) as i32 + 2
    }

    /// First coordinate and side, in units, of the square of all items in reach.
    fn square(&self) -> (f32, f32) {
        let side = self.side as i32 * UNITS;
        (-self.reach as f32, (side + 2 * self.reach) as f32)
    }

    /// Adds another tile's items that lie in reach.
    fn take(&self, from: &Self, items: &[Item], to: &mut Vec<Item>) {
        let cells = |from: usize, to: usize| (from as i64 - to as i64) * i64::from(UNITS);
        let dx = cells(from.column, self.column) as i32;
        let dy = cells(from.row, self.row) as i32;
        let near = -self.reach..self.side as i32 * UNITS + self.reach;
        for item in items {
            let (x, y) = (item.x + dx, item.y + dy);
            if near.contains(&x) && near.contains(&y) {
                to.push(Item { x, y, ..*item });
            }
        }
    }

    fn row_bits(&self, ground: &Ground<'_>, round: u8, rows: &mut Vec<u64>) {
        let last = (self.row + self.side).min(ground.lattice.rows);
        rows.clear();
        rows.extend(
            (self.row..last).map(|row| draws::row_bits(ground.seed, ground.lattice, row, round)),
        );
    }

    fn leaves(&self, ground: &Ground<'_>, to: &mut Vec<Leaf>) {
        to.clear();
        let blocks =
            |from: usize, count: usize| from >> TOP..(from + self.side).min(count).div_ceil(BLOCK);
        for row in blocks(self.row, ground.lattice.rows) {
            for column in blocks(self.column, ground.lattice.columns) {
                ground.pyramid.leaves_of_block(column, row, to);
            }
        }
    }

    fn patch(&self, leaf: Leaf) -> Patch {
        Patch {
            x: (leaf.column - self.column) as i32 * UNITS,
            y: (leaf.row - self.row) as i32 * UNITS,
            side: UNITS << leaf.level,
        }
    }

    /// Bounds of the own spacings in a cell.
    fn bounds(&self, leaf: Leaf) -> (u32, u32) {
        (leaf.least, self.most.min(leaf.most()))
    }

    fn own(&self, ground: &Ground<'_>, x: i32, y: i32) -> u32 {
        let (column, row) = (
            self.column + (x / UNITS) as usize,
            self.row + (y / UNITS) as usize,
        );
        ground.spacing.at(column, row, x % UNITS, y % UNITS)
    }
}
