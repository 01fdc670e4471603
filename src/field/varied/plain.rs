//! The rules of varying spacing without tiles, bins, vectors or lists kept from round to round, and
//! with every comparison of two places in integers: what the sampler is held to.

use super::blocks::Block;
use super::disks::{Patch, search};
use super::draws::{self, BLIND, Chances, SEARCH_FROM, TRIES};
use super::*;
use crate::field::obstacle::ObstacleKind;
use crate::field::spacing::{NEIGHBOURLY, NOMINAL};

/// A dot or an obstacle; coordinates in units from the lattice's first corner.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Disk {
    x: i64,
    y: i64,
    own: u32,
    rigid: bool,
}

impl Disk {
    fn excludes(&self, x: i64, y: i64, own: u32) -> bool {
        let (dx, dy) = (x - self.x, y - self.y);
        Mapped::conflict(
            dx * dx + dy * dy,
            self.own,
            if self.rigid { 0 } else { own },
        )
    }

    fn may_reach(&self, patch: Patch) -> bool {
        let reach = i64::from(self.own + 50 * NOMINAL) / 16;
        let near = |at: i64, first: i32| {
            let first = i64::from(first);
            (first - reach..first + i64::from(patch.side) + reach).contains(&at)
        };
        near(self.x, patch.x) && near(self.y, patch.y)
    }

    /// Whether it covers all of a patch where own spacings are at least `least`, in single precision
    /// like the vectors, which is part of the rules.
    fn covers(&self, patch: Patch, least: u32, slack: Slack) -> bool {
        let far = |at: i32, centre: i64| {
            let from = at as f32 - centre as f32;
            from.abs().max((from + (patch.side - 1) as f32).abs())
        };
        let (x, y) = (far(patch.x, self.x), far(patch.y, self.y));
        let half = if self.rigid { 0.0 } else { least as f32 / 16.0 };
        let limit = self.own as f32 / 16.0 + half;
        let surely = 1.0 - 1.0 / (1 << 20) as f32;
        match slack {
            Slack::OfItem => x * x + y * y < limit * limit * surely,
            Slack::OfParts => x * x + (y * y - limit * limit * surely) < 0.0,
        }
    }

    /// Whether it strikes out a square of a block, both counted from the block's corner, as runs of
    /// squares do, which is part of the rules too.
    fn strikes(&self, corner: (i64, i64), square: Patch, least: u32) -> bool {
        let (x, y) = ((self.x - corner.0) as f32, (self.y - corner.1) as f32);
        let own = self.own as f32 / 16.0;
        let other = match self.rigid {
            true => 0.0,
            false => (least as f32 / 16.0).max(own / NEIGHBOURLY),
        };
        let radius = own + other - 1.0;
        let side = square.side as f32;
        let (left, top) = (square.x as f32, square.y as f32);
        let away = (top - y).abs().max((top + side - y).abs());
        let half = (radius * radius - away * away).max(0.0).sqrt();
        left >= x - half && left + side <= x + half
    }
}

/// Which of two ways to leave room for rounding.
#[derive(Clone, Copy, Debug)]
enum Slack {
    OfItem,
    OfParts,
}

/// A candidate cell, by its first base cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    block: Block,
    column: usize,
    row: usize,
}

#[derive(Clone, Copy, Debug)]
struct Dart {
    disk: Disk,
    priority: u32,
}

struct Plain<'a> {
    arena: &'a Arena<'a>,
    disks: Vec<Disk>,
}

impl Plain<'_> {
    fn own(&self, x: i64, y: i64) -> u32 {
        let (unit, spacing) = (i64::from(UNITS), self.arena.spacing);
        let (column, row) = ((x / unit) as usize, (y / unit) as usize);
        spacing.at(column, row, (x % unit) as i32, (y % unit) as i32)
    }

    fn least_of_cells(&self, column: usize, row: usize, count: usize) -> u32 {
        (row..=row + count)
            .map(|row| &self.arena.spacing.corners_of_row(row)[column..=column + count])
            .fold(u32::MAX, |least, nodes| {
                nodes.iter().fold(least, |l, &n| l.min(n))
            })
    }

    fn least_in(&self, patch: Patch) -> u32 {
        let (column, row) = ((patch.x / UNITS) as usize, (patch.y / UNITS) as usize);
        if patch.side > UNITS {
            return self.least_of_cells(column, row, (patch.side / UNITS) as usize);
        }
        let last = i64::from(patch.side - 1);
        let (x, y) = (i64::from(patch.x), i64::from(patch.y));
        [(0, 0), (last, 0), (0, last), (last, last)]
            .map(|(dx, dy)| self.own(x + dx, y + dy))
            .into_iter()
            .fold(u32::MAX, u32::min)
    }

    fn blocks(&self) -> Vec<Block> {
        let Lattice { columns, rows, .. } = *self.arena.lattice;
        let mut blocks = Vec::new();
        for row in (0..rows).step_by(32) {
            for column in (0..columns).step_by(32) {
                let least = self.least_of_cells(column, row, 32);
                let level = (0..=5_u8).rev();
                let level = level.into_iter().find(|&l| least >= NOMINAL << l);
                blocks.push(Block {
                    column,
                    row,
                    level: level.unwrap_or(0),
                    least,
                    most: u32::MAX,
                    reach: i32::MAX,
                    rim: i32::MAX,
                    whole: false,
                });
            }
        }
        blocks
    }

    /// The cells of a block that have part in the region.
    fn cells(&self, block: Block) -> Vec<Cell> {
        let side = 1 << block.level;
        let mut cells = Vec::new();
        for row in (block.row..block.row + 32).step_by(side) {
            for column in (block.column..block.column + 32).step_by(side) {
                if self.has_part(column, row, side) {
                    cells.push(Cell { block, column, row });
                }
            }
        }
        cells
    }

    fn has_part(&self, column: usize, row: usize, side: usize) -> bool {
        let inside = |x, y| self.arena.region[y * self.arena.lattice.columns + x];
        (row..row + side).any(|y| (column..column + side).any(|x| inside(x, y)))
    }

    fn legal(&self, x: i64, y: i64) -> bool {
        let own = self.own(x, y);
        !self.disks.iter().any(|disk| disk.excludes(x, y, own))
    }

    /// Parts of a patch that no disk covers alone, for positions of spacing `least` or more.
    fn squares(&self, patch: Patch, least: u32) -> u64 {
        let parts = patch.side.min(8) as u32;
        (0..parts * parts)
            .filter(|&bit| {
                let part = patch.part(bit);
                !self
                    .disks
                    .iter()
                    .any(|disk| disk.covers(part, least, Slack::OfParts))
            })
            .fold(0, |open, bit| open | 1 << bit)
    }

    fn dart(&self, x: i64, y: i64, priority: u32) -> Dart {
        let disk = Disk {
            x,
            y,
            own: self.own(x, y),
            rigid: false,
        };
        Dart { disk, priority }
    }

    /// The blind darts of a block.
    fn throw(&self, block: &Block, round: u8) -> Vec<Dart> {
        let level = draws::blind_level(block);
        let starts = |first: usize| (first..first + 32).step_by(1 << level);
        let squares =
            starts(block.row).flat_map(|row| starts(block.column).map(move |column| (column, row)));
        squares
            .filter_map(|(column, row)| {
                let bits = self.bits(column, row, round);
                let (x, y) = draws::blind_place(bits, level);
                let x = i64::from(x) + column as i64 * i64::from(UNITS);
                let y = i64::from(y) + row as i64 * i64::from(UNITS);
                let side = 1 << block.level;
                let cell = |at: i64| (at / i64::from(UNITS)) as usize / side * side;
                let fires = draws::fires(bits, level, self.own(x, y))
                    && self.has_part(cell(x), cell(y), side)
                    && self.legal(x, y);
                fires.then(|| self.dart(x, y, draws::blind_priority(bits)))
            })
            .collect()
    }

    fn bits(&self, column: usize, row: usize, round: u8) -> u64 {
        let Arena { lattice, seed, .. } = *self.arena;
        let row_bits = draws::row_bits(seed, lattice, row, round);
        draws::bits(row_bits, lattice.column_key(column))
    }

    /// `None` once the cell is covered, and what it throws.
    fn aim(&self, cell: &Cell, round: u8) -> Option<Option<Dart>> {
        let patch = Patch {
            x: cell.column as i32 * UNITS,
            y: cell.row as i32 * UNITS,
            side: UNITS << cell.block.level,
        };
        // Nothing farther than the largest of all reaches matters.
        let near = |disk: &Disk| disk.may_reach(patch);
        let near = Plain {
            arena: self.arena,
            disks: self.disks.iter().copied().filter(near).collect(),
        };
        near.aim_at(cell, patch, round)
    }

    fn aim_at(&self, cell: &Cell, patch: Patch, round: u8) -> Option<Option<Dart>> {
        let open = self.not_struck(&cell.block, patch);
        if open == 0 {
            return None;
        }
        let bits = self.bits(cell.column, cell.row, round);
        if !Chances::new(&cell.block, round).aims(bits, open) {
            return Some(None);
        }
        let hit = if round < SEARCH_FROM {
            let hit = (0..TRIES)
                .map(|n| patch.aimed(open, draws::try_bits(bits, n)))
                .find(|&(x, y)| self.legal(x.into(), y.into()));
            let Some(hit) = hit else {
                return Some(None);
            };
            hit
        } else {
            let least = self.least_of_cells(cell.column, cell.row, 1 << cell.block.level);
            let whole = |disk: &Disk| disk.covers(patch, least, Slack::OfItem);
            if self.disks.iter().any(whole) {
                return None;
            }
            let open = open & self.squares(patch, least);
            let open_parts = |patch| self.squares(patch, self.least_in(patch));
            let legal = |x: i32, y: i32| self.legal(x.into(), y.into());
            search(patch, open, bits, open_parts, legal)?
        };
        let (x, y) = (hit.0.into(), hit.1.into());
        Some(Some(self.dart(x, y, draws::aimed_priority(bits))))
    }

    /// Squares of a cell that no disk strikes out alone.
    fn not_struck(&self, block: &Block, cell: Patch) -> u64 {
        let corner = (
            block.column as i64 * i64::from(UNITS),
            block.row as i64 * i64::from(UNITS),
        );
        (0..64)
            .filter(|&bit| {
                let part = cell.part(bit);
                let square = Patch {
                    x: part.x - corner.0 as i32,
                    y: part.y - corner.1 as i32,
                    ..part
                };
                let strikes = |disk: &Disk| disk.strikes(corner, square, block.least);
                !self.disks.iter().any(strikes)
            })
            .fold(0, |open, bit| open | 1 << bit)
    }

    fn settle(&mut self, darts: &[Dart]) {
        let wins = |dart: &Dart| {
            !darts.iter().any(|rival| {
                let Disk { x, y, own, .. } = dart.disk;
                rival.disk != dart.disk
                    && rival.priority >= dart.priority
                    && rival.disk.excludes(x, y, own)
            })
        };
        let accepted: Vec<Disk> = darts.iter().filter(|d| wins(d)).map(|d| d.disk).collect();
        self.disks.extend(accepted);
    }
}

pub(super) fn plain(arena: &Arena<'_>) -> Vec<Laid> {
    let unit = i64::from(UNITS);
    let Lattice { columns, first, .. } = *arena.lattice;
    let mut plain = Plain {
        arena,
        disks: Vec::new(),
    };
    for obstacle in arena.obstacles {
        let at = obstacle.position_mm.as_dvec2() * (f64::from(UNITS) / arena.lattice.side_mm);
        let at = (at.x.round() as i64, at.y.round() as i64);
        let (cell, spot) = arena.lattice.locate(at.0, at.1);
        let (x, y) = (
            (cell % columns) as i64 * unit + i64::from(spot.x),
            (cell / columns) as i64 * unit + i64::from(spot.y),
        );
        let (own, rigid) = match obstacle.kind {
            ObstacleKind::CountsAsDot => (plain.own(x, y), false),
            ObstacleKind::Clearance(mm) => {
                let units = f64::from(mm) * f64::from(UNITS) / arena.lattice.side_mm;
                (16 * units.ceil() as u32, true)
            }
        };
        plain.disks.push(Disk {
            x: at.0 - first.0 * unit,
            y: at.1 - first.1 * unit,
            own,
            rigid,
        });
    }
    let obstacles = plain.disks.len();
    let blocks = plain.blocks();
    for round in 0..BLIND {
        let thrown = blocks.iter().flat_map(|block| plain.throw(block, round));
        let darts: Vec<Dart> = thrown.collect();
        plain.settle(&darts);
    }
    let mut open: Vec<Cell> = blocks.iter().flat_map(|&b| plain.cells(b)).collect();
    for round in BLIND.. {
        let mut darts = Vec::new();
        open.retain(|cell| {
            let aimed = plain.aim(cell, round);
            darts.extend(aimed.flatten());
            aimed.is_some()
        });
        if open.is_empty() {
            break;
        }
        plain.settle(&darts);
    }
    let mut laid: Vec<Laid> = plain.disks[obstacles..]
        .iter()
        .map(|dot| Laid {
            cell: ((dot.y / unit) as usize * columns + (dot.x / unit) as usize) as u32,
            spot: Spot {
                x: (dot.x % unit) as u16,
                y: (dot.y % unit) as u16,
            },
            own: dot.own,
        })
        .collect();
    laid.sort_unstable_by_key(|dot| dot.cell);
    laid
}
