//! The uncovered remainder of a cell, down to single positions.

use super::draws;
use super::nearby::SURELY;
use crate::field::gaps::nth_set_bit;
use crate::simd::{Simd, SimdBase, SimdMask, f32x8, splat};

/// A square of positions of a tile: the first one and the count along each side, a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) side: i32,
}

impl Patch {
    /// Eight, or as many as there are positions.
    #[inline(always)]
    pub(super) fn parts_per_side(self) -> u32 {
        self.side.min(8) as u32
    }

    /// One of its equal squares, row by row.
    #[inline(always)]
    pub(super) fn part(self, bit: u32) -> Self {
        let parts = self.parts_per_side();
        let side = self.side / parts as i32;
        Self {
            x: self.x + (bit % parts) as i32 * side,
            y: self.y + (bit / parts) as i32 * side,
            side,
        }
    }

    /// A position from 64 random bits, evenly spread over the open squares.
    #[inline(always)]
    pub(super) fn aimed(self, open: u64, bits: u64) -> (i32, i32) {
        let n = ((bits >> 32) * u64::from(open.count_ones())) >> 32;
        let part = self.part(nth_set_bit(open, n as u32));
        let within = part.side as u64 - 1;
        (
            part.x + (bits & within) as i32,
            part.y + (bits >> 16 & within) as i32,
        )
    }
}

/// Where to look on: squares that are being searched, and which of their parts are left.
///
/// The deepest way from 2048·32 to single positions takes six steps.
const DEPTH: usize = 6;

/// Disks around a cell, in units from the tile's corner.
#[derive(Clone, Debug, Default)]
pub(super) struct Disks {
    list: Vec<Disk>,
}

#[derive(Clone, Copy, Debug)]
struct Disk {
    x: f32,
    y: f32,
    own: f32,
    /// How much of the other's half spacing adds to its own: all, or nothing for a cleared circle.
    weight: f32,
}

impl Disks {
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    pub(super) fn push(&mut self, x: f32, y: f32, own: f32, rigid: bool) {
        let weight = if rigid { 0.0 } else { 1.0 };
        self.list.push(Disk { x, y, own, weight });
    }

    /// One bit for every part of a square that no disk covers alone, where all its own spacings are
    /// at least `least`. Rounding may leave a part open that is covered, never the reverse.
    #[inline(always)]
    pub(super) fn open_parts<S: Simd>(&self, simd: S, patch: Patch, least: u32) -> u64 {
        match patch.side {
            2 => self.open_in::<S, 2>(simd, patch, least),
            4 => self.open_in::<S, 4>(simd, patch, least),
            _ => self.open_in::<S, 8>(simd, patch, least),
        }
    }

    /// `PARTS` along each side of the square.
    #[inline(always)]
    fn open_in<S: Simd, const PARTS: usize>(&self, simd: S, patch: Patch, least: u32) -> u64 {
        let side = (patch.side / PARTS as i32) as f32;
        let last = side - 1.0;
        let half = least as f32 / 16.0;
        let mut ends = [0.0; 8];
        for i in 0..8 {
            ends[i] = i as f32 * side;
        }
        let ends = f32x8::from_slice(simd, &ends);
        let (left, top) = (ends + patch.x as f32, ends + patch.y as f32);
        let mut least = [splat(simd, f32::MAX); PARTS];
        for disk in &self.list {
            let x = left - disk.x;
            let x = x.abs().max((x + last).abs());
            let y = top - disk.y;
            let y = y.abs().max((y + last).abs());
            let limit = disk.own + disk.weight * half;
            let (x, mut rows) = (x * x, [0.0; 8]);
            (y * y - limit * limit * SURELY).store_slice(&mut rows);
            for row in 0..PARTS {
                least[row] = least[row].min(x + rows[row]);
            }
        }
        let mut open = 0;
        for row in 0..PARTS {
            let bits = !least[row].simd_lt(0.0).to_bitmask() & ((1 << PARTS) - 1);
            open |= bits << (row * PARTS);
        }
        open
    }
}

/// A position in the open squares of a cell, in random order, that is `legal`; `None` when there is
/// none at all. `open_parts` tells what is left of a square; the order comes from the cell's bits.
#[inline(always)]
pub(super) fn search(
    cell: Patch,
    open: u64,
    bits: u64,
    open_parts: impl Fn(Patch) -> u64,
    legal: impl Fn(i32, i32) -> bool,
) -> Option<(i32, i32)> {
    let mut levels = [(cell, open); DEPTH];
    let (mut depth, mut drawn) = (0, draws::TRIES);
    loop {
        let (patch, open) = &mut levels[depth];
        if *open == 0 {
            if depth == 0 {
                return None;
            }
            depth -= 1;
            continue;
        }
        let word = draws::try_bits(bits, drawn) >> 32;
        let n = (word * u64::from(open.count_ones())) >> 32;
        drawn += 1;
        let bit = nth_set_bit(*open, n as u32);
        *open &= !(1 << bit);
        let part = patch.part(bit);
        if part.side == 1 {
            if legal(part.x, part.y) {
                return Some((part.x, part.y));
            }
            continue;
        }
        depth += 1;
        levels[depth] = (part, open_parts(part));
    }
}
