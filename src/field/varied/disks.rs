//! The uncovered remainder of a cell, down to single positions.

use super::draws;
use super::nearby::{PERHAPS, SURELY};
use crate::field::gaps::nth_set_bit;
use crate::field::spacing::Mapped;
use crate::simd::{Simd, SimdBase, SimdMask, f32x8, load, splat};

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

    /// A bit for each of its equal squares.
    #[inline(always)]
    pub(super) const fn all_parts(self) -> u64 {
        match self.side {
            2 => 0xF,
            4 => 0xFFFF,
            _ => u64::MAX,
        }
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
#[derive(Clone, Debug)]
pub(super) struct Disks {
    /// How many stand in the lanes; there are seldom more.
    count: usize,
    x: [f32; 8],
    y: [f32; 8],
    own: [f32; 8],
    weight: [f32; 8],
    others: Vec<Disk>,
}

#[derive(Clone, Copy, Debug)]
struct Disk {
    x: f32,
    y: f32,
    own: f32,
    /// How much of the other's half spacing adds to its own: all, or nothing for a cleared circle.
    weight: f32,
}

impl Default for Disks {
    fn default() -> Self {
        Self {
            count: 0,
            x: [0.0; 8],
            y: [0.0; 8],
            own: [0.0; 8],
            weight: [0.0; 8],
            others: Vec::new(),
        }
    }
}

impl Disks {
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.others.clear();
    }

    #[inline(always)]
    pub(super) fn push(&mut self, x: f32, y: f32, own: f32, rigid: bool) {
        let weight = if rigid { 0.0 } else { 1.0 };
        let Some(lane) = self.x.get_mut(self.count) else {
            self.others.push(Disk { x, y, own, weight });
            return;
        };
        *lane = x;
        self.y[self.count] = y;
        self.own[self.count] = own;
        self.weight[self.count] = weight;
        self.count += 1;
    }

    const fn disk(&self, lane: usize) -> Disk {
        Disk {
            x: self.x[lane],
            y: self.y[lane],
            own: self.own[lane],
            weight: self.weight[lane],
        }
    }

    /// A bit for each of the lanes.
    pub(super) const fn lanes(&self) -> u64 {
        (1 << self.count) - 1
    }

    /// Those in the lanes that may exclude a position of a square where own spacings are at most `most`.
    #[inline(always)]
    pub(super) fn touching<S: Simd>(&self, simd: S, patch: Patch, most: u32) -> u64 {
        let (x, y, last) = (patch.x as f32, patch.y as f32, (patch.side - 1) as f32);
        let (dx, dy) = (load(simd, &self.x) - x, load(simd, &self.y) - y);
        let zero = splat(simd, 0.0);
        let (nx, ny) = (
            (dx - last).max(-dx).max(zero),
            (dy - last).max(-dy).max(zero),
        );
        let limit = load(simd, &self.own) + load(simd, &self.weight) * (most as f32 / 16.0);
        let near = (nx * nx + ny * ny).simd_lt(limit * limit * PERHAPS);
        near.to_bitmask() & self.lanes()
    }

    /// Whether all disks stand in the lanes.
    pub(super) fn fit(&self) -> bool {
        self.others.is_empty()
    }

    /// Whether a position is far enough from all disks.
    #[inline(always)]
    pub(super) fn allow<S: Simd>(&self, simd: S, x: i32, y: i32, own: u32) -> bool {
        let mut near = self.touching(simd, Patch { x, y, side: 1 }, own);
        while near != 0 {
            let disk = self.disk(near.trailing_zeros() as usize);
            if disk.excludes(x, y, own) {
                return false;
            }
            near &= near - 1;
        }
        !self.others.iter().any(|disk| disk.excludes(x, y, own))
    }

    /// One bit for every part of a square that no disk covers alone, of those in these lanes and those in none,
    /// where all its own spacings are at least `least`. Rounding may leave a part open that is covered, never
    /// the reverse.
    #[inline(always)]
    pub(super) fn open_parts<S: Simd>(&self, simd: S, patch: Patch, lanes: u64, least: u32) -> u64 {
        match patch.side {
            2 => self.open_in::<S, 2>(simd, patch, lanes, least),
            4 => self.open_in::<S, 4>(simd, patch, lanes, least),
            _ => self.open_in::<S, 8>(simd, patch, lanes, least),
        }
    }

    /// `PARTS` along each side of the square.
    #[inline(always)]
    fn open_in<S: Simd, const PARTS: usize>(
        &self,
        simd: S,
        patch: Patch,
        mut lanes: u64,
        least: u32,
    ) -> u64 {
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
        let mut others = self.others.iter();
        loop {
            let disk = if lanes != 0 {
                let disk = self.disk(lanes.trailing_zeros() as usize);
                lanes &= lanes - 1;
                disk
            } else if let Some(&disk) = others.next() {
                disk
            } else {
                break;
            };
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

impl Disk {
    /// The exact rule; its numbers are whole ones, and 16ths of them.
    fn excludes(self, x: i32, y: i32, own: u32) -> bool {
        let (dx, dy) = (i64::from(x) - self.x as i64, i64::from(y) - self.y as i64);
        let own = if self.weight == 0.0 { 0 } else { own };
        Mapped::conflict(dx * dx + dy * dy, (self.own * 16.0) as u32, own)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};
    use crate::simd::{Level, dispatch};

    /// More than there are lanes, and cleared circles among them.
    #[test]
    fn many_disks_leave_open_what_each_of_them_does() {
        let patch = Patch {
            x: 2048,
            y: 4096,
            side: 256,
        };
        let (least, most) = (23_000, 26_000);
        let mut stream = Seed::new(8).stream(Stage::Probe, 0);
        let mut within = |low: f32, high: f32| (low + (high - low) * stream.unit_f32()).floor();
        for count in [1, 2, 5, 8, 9, 13] {
            for level in Level::supported() {
                let around: Vec<_> = (0..count)
                    .map(|i| {
                        (
                            within(-800.0, 5000.0),
                            within(1200.0, 7000.0),
                            within(1300.0, 1700.0),
                            i % 4 == 3,
                        )
                    })
                    .collect();
                let of = |list: &[(f32, f32, f32, bool)]| {
                    let mut disks = Disks::default();
                    for &(x, y, own, rigid) in list {
                        disks.push(x, y, own, rigid);
                    }
                    disks
                };
                let (all, mut open, mut untouched, mut allowed) =
                    (of(&around), u64::MAX, true, true);
                for one in &around {
                    let one = of(std::slice::from_ref(one));
                    dispatch!(level.get(), simd => {
                        open &= one.open_parts(simd, patch, one.lanes(), least);
                        untouched &= one.touching(simd, patch, most) == 0;
                        allowed &= one.allow(simd, patch.x, patch.y, most);
                    });
                }
                dispatch!(level.get(), simd => {
                    let touching = all.touching(simd, patch, most);
                    assert_eq!(all.open_parts(simd, patch, touching, least), open, "{count} {level}");
                    assert_eq!(all.open_parts(simd, patch, all.lanes(), least), open, "{count} {level}");
                    assert_eq!(all.allow(simd, patch.x, patch.y, most), allowed, "{count} {level}");
                    assert!(!untouched || touching == 0, "{count} {level}");
                });
            }
        }
    }
}
