//! The aimed darts of a block.

use super::super::Arena;
use super::super::blocks::{BLOCK, Block};
use super::super::disks::{Disks, Patch, search};
use super::super::draws::{self, Chances, SEARCH_FROM, TRIES};
use super::super::ground::Ground;
use super::super::nearby::{Item, Nearby};
use super::super::spacings::Spacings;
use super::super::stock::{Dart, Split};
use super::{Scratch, Tile};
use crate::simd::Simd;

/// Cells of a block whose spacings are looked up one by one.
const FEW: usize = 16;

/// A cell that throws, by its place in the list of open ones, and its bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aimed {
    cell: u32,
    bits: u64,
}

impl Tile {
    /// Throws into uncovered squares, and drops the cells in which there is no room after all.
    #[inline(always)]
    pub(super) fn aim<S: Simd>(
        &mut self,
        simd: S,
        ground: &Ground<'_>,
        (i, round): (usize, u8),
        scratch: &mut Scratch,
    ) {
        let Scratch {
            all,
            disks,
            map,
            aimed,
            darts,
            ..
        } = scratch;
        let block = &ground.blocks.list[i];
        let count = self.list_aimed(ground.arena, (block, round), aimed);
        let spacings = if count < FEW {
            Spacings::of(ground.arena.spacing, block)
        } else {
            ground.copied(i, map)
        };
        let searched = round >= SEARCH_FROM;
        if !searched {
            for aimed in aimed[..count].chunks(8) {
                self.hit(simd, &spacings, (block, aimed), all, darts);
            }
            return;
        }
        for &Aimed { cell, bits } in &aimed[..count] {
            let (patch, squares) = self.open(block, cell);
            let found = self.find(simd, &spacings, (patch, squares, bits), (all, disks));
            if let Some((x, y, own)) = found {
                let priority = draws::aimed_priority(bits);
                let dart = Item {
                    x,
                    y,
                    own,
                    priority,
                };
                darts.push(block, dart.into());
            } else {
                self.cells[cell as usize].close();
            }
        }
        self.drop_closed();
    }

    /// An open cell and its uncovered squares.
    #[inline(always)]
    fn open(&self, block: &Block, cell: u32) -> (Patch, u64) {
        let open = self.cells[cell as usize];
        let (column, row) = open.column_row();
        (block.patch(column, row), open.squares())
    }

    /// Lists the cells that throw, and says how many.
    #[inline(always)]
    fn list_aimed(
        &self,
        arena: &Arena<'_>,
        (block, round): (&Block, u8),
        aimed: &mut Vec<Aimed>,
    ) -> usize {
        let Arena { lattice, seed, .. } = *arena;
        let chances = Chances::new(block, round);
        let mut row_bits = [0; BLOCK];
        for (row, bits) in row_bits[..BLOCK >> block.level].iter_mut().enumerate() {
            let row = block.row + (row << block.level);
            *bits = draws::row_bits(seed, lattice, row, round);
        }
        // Without a branch, which could not be foreseen.
        if aimed.len() < self.cells.len() {
            aimed.resize(self.cells.len(), Aimed { cell: 0, bits: 0 });
        }
        let mut found = 0;
        for (i, cell) in (0..).zip(&self.cells) {
            let (column, row) = cell.column_row();
            let key = lattice.column_key(block.column + (column << block.level));
            let bits = draws::bits(row_bits[row % BLOCK], key);
            aimed[found] = Aimed { cell: i, bits };
            found += usize::from(chances.aims(bits, cell.squares()));
        }
        found
    }

    /// Drops the cells that have been closed.
    fn drop_closed(&mut self) {
        let mut kept = 0;
        for i in 0..self.cells.len() {
            let cell = self.cells[i];
            self.cells[kept] = cell;
            kept += usize::from(cell.squares() != 0);
        }
        self.cells.truncate(kept);
    }

    /// Throws into up to eight cells: at the first legal one of a few positions in the uncovered squares of each.
    #[inline(always)]
    fn hit<S: Simd>(
        &self,
        simd: S,
        spacings: &Spacings,
        (block, aimed): (&Block, &[Aimed]),
        all: &Nearby,
        darts: &mut Split<Dart>,
    ) {
        let mut cells = [Aimed { cell: 0, bits: 0 }; 8];
        let mut count = aimed.len();
        cells[..count].copy_from_slice(aimed);
        for n in 0..TRIES {
            let mut places = [Item::NONE; 8];
            for (place, &Aimed { cell, bits }) in places.iter_mut().zip(&cells[..count]) {
                let (patch, squares) = self.open(block, cell);
                let (x, y) = patch.aimed(squares, draws::try_bits(bits, n));
                let (own, priority) = (spacings.own(x, y), draws::aimed_priority(bits));
                *place = Item {
                    x,
                    y,
                    own,
                    priority,
                };
            }
            let free = self.free(simd, all, &places[..count]);
            let mut left = 0;
            for i in 0..count {
                let free = free >> i & 1 != 0;
                darts.push_if(free, block, places[i].into());
                cells[left] = cells[i];
                left += usize::from(!free);
            }
            count = left;
        }
    }

    /// A legal position of a cell and its spacing, or `None` when there is none at all.
    #[inline(always)]
    fn find<S: Simd>(
        &self,
        simd: S,
        spacings: &Spacings,
        (patch, squares, bits): (Patch, u64, u64),
        (all, disks): (&Nearby, &mut Disks),
    ) -> Option<(i32, i32, u32)> {
        let bounds = spacings.bounds(patch);
        disks.clear();
        if !all.collect(simd, patch, bounds, disks)
            || !self.cleared.collect(simd, patch, bounds, disks)
        {
            return None;
        }
        let open = squares & disks.open_parts(simd, patch, disks.lanes(), bounds.0);
        let (x, y) = search(
            patch,
            open,
            bits,
            #[inline(always)]
            |patch| {
                let touching = disks.touching(simd, patch, bounds.1);
                if touching == 0 && disks.fit() {
                    return patch.all_parts();
                }
                let least = spacings.least_in(patch);
                disks.open_parts(simd, patch, touching, least)
            },
            #[inline(always)]
            |x, y| disks.allow(simd, x, y, spacings.own(x, y)),
        )?;
        Some((x, y, spacings.own(x, y)))
    }
}
