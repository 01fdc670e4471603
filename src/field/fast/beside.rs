//! What obstacles leave of a cell.

use crate::field::gaps::Square;
use crate::field::lattice::{Spot, UNITS};
use crate::field::rounds::Arena;
use crate::simd::{Simd, less, load_words, sign_bits, splat_word};

/// The obstacles that bear on a cell, seen from its corner, in units.
#[derive(Debug, Default)]
pub(super) struct Beside {
    list: Vec<Disk>,
}

#[derive(Clone, Copy, Debug)]
struct Disk {
    x: i64,
    y: i64,
    /// Least squared distance.
    squared: i64,
}

/// Squares of distances up to this are vectors' business: no sum of two reaches 2³¹.
const NEAR: i64 = 1 << 14;

impl Beside {
    /// Takes those of another cell.
    #[inline(always)]
    pub(super) fn take(&mut self, arena: &Arena<'_>, cell: usize) {
        self.list.clear();
        if arena.obstacles.is_empty() {
            return;
        }
        let corner = arena.lattice.units(cell, Spot { x: 0, y: 0 });
        let last = i64::from(UNITS - 1);
        arena.obstacles.for_each_near(
            cell,
            #[inline(always)]
            |obstacle| {
                let (x, y) = (obstacle.x - corner.0, obstacle.y - corner.1);
                let squared = obstacle.squared;
                let (near_x, near_y) = (x - x.clamp(0, last), y - y.clamp(0, last));
                if near_x * near_x + near_y * near_y < squared {
                    self.list.push(Disk { x, y, squared });
                }
            },
        );
    }

    pub(super) fn allows(&self, spot: Spot) -> bool {
        let (x, y) = (i64::from(spot.x), i64::from(spot.y));
        let blocks = |disk: &Disk| (disk.x - x).pow(2) + (disk.y - y).pow(2) < disk.squared;
        !self.list.iter().any(blocks)
    }

    /// One bit for every one of `parts` × `parts` parts of a square of the cell that none of them
    /// covers alone.
    #[inline(always)]
    pub(super) fn open_parts<S: Simd>(&self, simd: S, square: Square, parts: usize) -> u64 {
        let mut covered = 0;
        for disk in &self.list {
            covered |= if disk.x.abs().max(disk.y.abs()) < NEAR && disk.squared < NEAR * NEAR {
                disk.covered_near(simd, square, parts)
            } else {
                disk.covered(square, parts)
            };
        }
        !covered & (u64::MAX >> (64 - parts * parts))
    }
}

impl Disk {
    /// Squared distances along one axis to the far ends of the parts of a square.
    #[inline(always)]
    fn far(first: i32, centre: i64, side: i32) -> [i64; 8] {
        let mut far = [0; 8];
        for i in 0..8 {
            let first = i64::from(first) + i64::from(side) * i as i64 - centre;
            let away = first.abs().max((first + i64::from(side - 1)).abs());
            far[i] = away * away;
        }
        far
    }

    fn covered(&self, square: Square, parts: usize) -> u64 {
        let side = square.side / parts as i32;
        let columns = Self::far(square.x, self.x, side);
        let rows = Self::far(square.y, self.y, side);
        let mut covered = 0;
        for bit in 0..parts * parts {
            let inside = columns[bit % parts] + rows[bit / parts] < self.squared;
            covered |= u64::from(inside) << bit;
        }
        covered
    }

    #[inline(always)]
    fn covered_near<S: Simd>(&self, simd: S, square: Square, parts: usize) -> u64 {
        let side = square.side / parts as i32;
        let (mut columns, mut rows) = ([0; 8], [0; 8]);
        let (x, y) = (square.x - self.x as i32, square.y - self.y as i32);
        for i in 0..8 {
            let (x, y) = (x + side * i as i32, y + side * i as i32);
            let (x, y) = (
                x.abs().max((x + side - 1).abs()),
                y.abs().max((y + side - 1).abs()),
            );
            columns[i] = (x * x) as u32;
            rows[i] = y * y;
        }
        let columns = load_words(simd, &columns);
        let all = (1 << parts) - 1;
        let mut covered = 0;
        for row in 0..parts {
            let rest = splat_word(simd, (self.squared as i32 - rows[row]) as u32);
            covered |= u64::from(sign_bits(less(columns, rest)) & all) << (row * parts);
        }
        covered
    }
}
