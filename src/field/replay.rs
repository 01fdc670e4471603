//! A finished field after a small change of its rules: the change followed cell by cell.
//!
//! Every half round is a pure map of the state before it, and reads two cells around. Where
//! neither a cell's rules nor the state around it differ from the history, its dart does not
//! differ; where no dart around it differs, nor does its outcome. So only the cells around a
//! difference are played again, round by round, amid the history of the others. What comes out is
//! the full run under the new rules, at the price of the cells that the change bears on.

use super::darts::DART_ROUNDS;
use super::fast::{EMPTY, spot, stamp, struck_by};
use super::history::{History, ROUNDS, arrival};
use super::lattice::{Lattice, Spot, UNITS};
use super::nearby::Nearby;
use super::obstacle::Obstacles;
use super::part::Part;
use super::rounds::{Arena, Dart};
use crate::error::{Error, Result};
use crate::random::Seed;

/// Cells around a change that are looked at first; most changes end sooner.
const FIRST_LOOK: usize = 12;

/// The rules of a field of even spacing over a whole lattice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Board<'a> {
    pub(super) lattice: &'a Lattice,
    pub(super) region: &'a [bool],
    pub(super) nearby: &'a Nearby,
    pub(super) seed: Seed,
}

impl Board<'_> {
    /// The cells that differ from the history when the rules of some cells have become others, each
    /// with its new word.
    pub(super) fn follow(&self, history: &History, dirty: &[usize]) -> Result<Vec<(usize, u32)>> {
        self.follow_from(history, dirty, FIRST_LOOK)
    }

    /// The same, with so many cells around the change looked at first.
    fn follow_from(
        &self,
        history: &History,
        dirty: &[usize],
        mut look: usize,
    ) -> Result<Vec<(usize, u32)>> {
        let Some(core) = Part::holding(self.lattice, dirty) else {
            return Ok(Vec::new());
        };
        loop {
            let part = core.grown(look, self.lattice);
            if let Some(changed) = self.replay(history, &part)?.run(dirty)? {
                return Ok(changed);
            }
            // A part without a rim is never left.
            look *= 2;
        }
    }

    /// A part of the lattice with its history, before the first round.
    pub(super) fn replay(&self, history: &History, part: &Part) -> Result<Replay> {
        let lattice = part.lattice(self.lattice);
        let cells = lattice.cells();
        Ok(Replay {
            whole: self.lattice.clone(),
            part: part.clone(),
            obstacles: self.nearby.place(&lattice)?,
            region: part.crop(self.lattice, self.region),
            seed: self.seed,
            history: part.crop(self.lattice, history.words()),
            sites: vec![None; cells],
            darts: vec![Dart::NONE; cells],
            asked: vec![false; cells],
            asked_cells: Vec::new(),
            closed: vec![false; cells],
            lattice,
        })
    }
}

/// A part of a field that is played again.
#[derive(Debug)]
pub(super) struct Replay {
    whole: Lattice,
    part: Part,
    lattice: Lattice,
    obstacles: Obstacles,
    region: Vec<bool>,
    seed: Seed,
    history: Vec<u32>,
    /// The state after the rounds played so far.
    sites: Vec<Option<Spot>>,
    /// Darts of this round, of the cells that were asked for theirs.
    darts: Vec<Dart>,
    asked: Vec<bool>,
    asked_cells: Vec<usize>,
    /// Cells without a legal position left, which stay so.
    closed: Vec<bool>,
}

/// The cells that have to be played again.
#[derive(Debug)]
struct Affected {
    is_in: Vec<bool>,
    cells: Vec<usize>,
    /// Those far enough from the rim of the part to be told from its history alone.
    inner: Part,
}

impl Affected {
    /// Adds the cells around one; false when the part is too small for them.
    fn add(&mut self, lattice: &Lattice, cell: usize, reach: i32) -> bool {
        let mut holds = true;
        lattice.any_near(cell, reach, |near, _, _| {
            if !self.is_in[near] {
                let (column, row) = lattice.column_row(near);
                holds &= self.inner.columns.contains(&column) && self.inner.rows.contains(&row);
                self.is_in[near] = true;
                self.cells.push(near);
            }
            !holds
        });
        holds
    }
}

impl Replay {
    /// Cells around one whose state decides its outcome: the darts two cells away, and what those
    /// hit two cells further on.
    pub(super) const REACH: usize = 4;

    /// The changed cells of the whole lattice with their new words; `None` when the change comes
    /// too near to the rim of the part.
    fn run(self, dirty: &[usize]) -> Result<Option<Vec<(usize, u32)>>> {
        self.run_within(dirty, ROUNDS)
    }

    /// The same, or an error should so many rounds not be enough.
    fn run_within(mut self, dirty: &[usize], rounds: u8) -> Result<Option<Vec<(usize, u32)>>> {
        let mut arrivals: Vec<Vec<usize>> = vec![Vec::new(); usize::from(ROUNDS)];
        for (cell, &word) in self.history.iter().enumerate() {
            if let Some(round) = stamp(word) {
                arrivals[usize::from(round)].push(cell);
            }
        }
        let mut affected = Affected {
            is_in: vec![false; self.lattice.cells()],
            cells: Vec::new(),
            inner: self.inner(),
        };
        for &cell in dirty {
            // Other rules change the cell's dart, and the outcome of those around.
            if !affected.add(&self.lattice, self.local(cell), 2) {
                return Ok(None);
            }
        }
        let mut words = self.history.clone();
        let mut changed = Vec::new();
        let mut new: Vec<(usize, Spot)> = Vec::new();
        for round in 0..rounds {
            let seen = changed.len();
            for &cell in &affected.cells {
                let before = self.history[cell];
                let differed = words[cell] != before;
                if let Some(site) = self.winner(cell, round) {
                    words[cell] = arrival(Some(site), round);
                    new.push((cell, site));
                } else if stamp(words[cell]) == Some(round) {
                    // It came in the history and does not now.
                    words[cell] = EMPTY;
                }
                if words[cell] != before && !differed {
                    changed.push(cell);
                }
            }
            for cell in self.asked_cells.drain(..) {
                self.darts[cell] = Dart::NONE;
                self.asked[cell] = false;
            }
            for &cell in &arrivals[usize::from(round)] {
                if !affected.is_in[cell] {
                    self.sites[cell] = spot(self.history[cell]);
                }
            }
            for (cell, site) in new.drain(..) {
                self.sites[cell] = Some(site);
            }
            for &cell in &changed[seen..] {
                if !affected.add(&self.lattice, cell, Self::REACH as i32) {
                    return Ok(None);
                }
            }
            if round >= DART_ROUNDS && affected.cells.iter().all(|&cell| self.rests(cell, round)) {
                let in_the_whole = |&cell: &usize| (self.to_whole(cell), words[cell]);
                return Ok(Some(changed.iter().map(in_the_whole).collect()));
            }
        }
        let open = affected.cells.iter();
        let open = open.filter(|&&cell| !self.rests(cell, rounds));
        Err(Error::RoomLeft {
            cells: open.count() as u64,
        })
    }

    /// The dot of a cell whose round is asked for, in the state that the history gives before it.
    pub(super) fn winner_in_state(mut self, cell: usize, round: u8) -> Option<Spot> {
        for (site, &word) in self.sites.iter_mut().zip(&self.history) {
            if stamp(word).is_some_and(|came| came < round) {
                *site = spot(word);
            }
        }
        let cell = self.local(cell);
        self.winner(cell, round)
    }

    /// The dot that comes in a cell in a round.
    fn winner(&mut self, cell: usize, round: u8) -> Option<Spot> {
        self.ask(cell, round);
        let dart = self.darts[cell];
        let spot = dart.spot?;
        let (column, row) = self.lattice.column_row(cell);
        for row in row.saturating_sub(2)..(row + 3).min(self.lattice.rows) {
            for column in column.saturating_sub(2)..(column + 3).min(self.lattice.columns) {
                self.ask(row * self.lattice.columns + column, round);
            }
        }
        self.arena().wins(&self.darts, cell, &dart).then_some(spot)
    }

    /// Makes sure that the dart of a cell is there.
    fn ask(&mut self, cell: usize, round: u8) {
        if self.asked[cell] {
            return;
        }
        self.asked[cell] = true;
        self.asked_cells.push(cell);
        if !self.region[cell] || self.sites[cell].is_some() || self.closed[cell] {
            return;
        }
        let dart = if round < DART_ROUNDS {
            self.arena().throw(&self.sites, cell, round)
        } else {
            self.aim(cell, round - DART_ROUNDS)
        };
        self.darts[cell] = dart.unwrap_or(Dart::NONE);
    }

    /// The aimed dart of a cell; most cells are told to have none by a look at what dots strike out.
    fn aim(&mut self, cell: usize, round: u8) -> Option<Dart> {
        self.closed[cell] = self.struck(cell) == u64::MAX;
        if self.closed[cell] {
            return None;
        }
        let (open, fired) = self.arena().aim(&self.sites, &[cell], round);
        self.closed[cell] = open.is_empty();
        fired.first().map(|&(_, dart)| dart)
    }

    /// The squares of a cell that dots strike out.
    fn struck(&self, cell: usize) -> u64 {
        let mut struck = 0;
        self.lattice.any_near(cell, 2, |near, dx, dy| {
            if let Some(site) = self.sites[near] {
                // Seen from the dot, this cell is on the other side.
                struck |= struck_by(site, (-dx / UNITS, -dy / UNITS));
            }
            struck == u64::MAX
        });
        struck
    }

    fn arena(&self) -> Arena<'_> {
        Arena {
            lattice: &self.lattice,
            obstacles: &self.obstacles,
            region: &self.region,
            seed: self.seed,
        }
    }

    /// Whether nothing happens in a cell after this round, neither now nor in the history.
    fn rests(&self, cell: usize, round: u8) -> bool {
        let filled = self.sites[cell].is_some() || self.closed[cell] || !self.region[cell];
        filled && stamp(self.history[cell]).is_none_or(|came| came <= round)
    }

    /// The cells that are far enough from the rim to be told from the part alone.
    fn inner(&self) -> Part {
        let along = |range: &std::ops::Range<usize>, count: usize| {
            let from = if range.start == 0 { 0 } else { Self::REACH };
            let cut = if range.end == count { 0 } else { Self::REACH };
            from..range.len().saturating_sub(cut)
        };
        Part {
            columns: along(&self.part.columns, self.whole.columns),
            rows: along(&self.part.rows, self.whole.rows),
        }
    }

    fn local(&self, cell: usize) -> usize {
        let (column, row) = self.whole.column_row(cell);
        (row - self.part.rows.start) * self.lattice.columns + column - self.part.columns.start
    }

    fn to_whole(&self, cell: usize) -> usize {
        let (column, row) = self.lattice.column_row(cell);
        (row + self.part.rows.start) * self.whole.columns + column + self.part.columns.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fast::{self, Grid, Setup};
    use crate::field::obstacle::{Obstacle, ObstacleKind};
    use crate::random::Stage;
    use glam::Vec2;

    fn grid(board: &Board<'_>) -> Grid {
        let arena = Arena {
            lattice: board.lattice,
            obstacles: &board.nearby.place(board.lattice).unwrap(),
            region: board.region,
            seed: board.seed,
        };
        fast::fill(&arena, Setup::for_rows(board.lattice.rows)).unwrap()
    }

    #[test]
    fn what_is_followed_is_the_history_of_the_full_run_wherever_the_look_begins() {
        let lattice = Lattice::of_mm((-20, 1000), 90, 70);
        let region = vec![true; lattice.cells()];
        let mut widened = 0;
        for key in 0..60 {
            let mut stream = Seed::new(5).stream(Stage::Probe, key);
            let mut unit = || stream.unit_f32();
            let seed = Seed::new(key);
            let mut nearby = Nearby::new(1.0, &[]);
            let before = Board {
                lattice: &lattice,
                region: &region,
                nearby: &nearby,
                seed,
            };
            let history = History::new(&before, &grid(&before)).unwrap();
            let place = Vec2::new(-22.0 + 94.0 * unit(), 998.0 + 74.0 * unit());
            let obstacle = Obstacle::new(place, ObstacleKind::Clearance(3.0 * unit()));
            nearby.add(obstacle);
            let after = Board {
                lattice: &lattice,
                region: &region,
                nearby: &nearby,
                seed,
            };
            let full = History::new(&after, &grid(&after)).unwrap();
            let reached = crate::field::nearby::reached(&lattice, &obstacle);
            let dirty: Vec<usize> = reached.cells(&lattice).collect();
            for look in [1, 6, 12, 200] {
                let mut followed = history.clone();
                for (cell, word) in after.follow_from(&history, &dirty, look).unwrap() {
                    assert_ne!(followed.words()[cell], word);
                    followed.set(cell, word);
                }
                assert_eq!(followed, full, "key {key}, look {look}");
            }
            let part = Part::holding(&lattice, &dirty).map(|part| part.grown(6, &lattice));
            if let Some(part) = part {
                let replay = after.replay(&history, &part).unwrap();
                widened += usize::from(replay.run(&dirty).unwrap().is_none());
            }
        }
        assert!(widened > 5, "the rim was reached {widened} times");
    }

    /// Field test 20.
    #[test]
    fn a_look_cut_short_is_an_error_or_all_that_changes() {
        let lattice = Lattice::of_mm((-20, 1000), 60, 50);
        let region = vec![true; lattice.cells()];
        let mut nearby = Nearby::new(1.0, &[]);
        let board = |nearby| Board {
            lattice: &lattice,
            region: &region,
            nearby,
            seed: Seed::new(9),
        };
        let before = nearby.clone();
        let history = History::new(&board(&before), &grid(&board(&before))).unwrap();
        let obstacle = Obstacle::new(Vec2::new(9.0, 1021.0), ObstacleKind::Clearance(4.0));
        nearby.add(obstacle);
        let reached = crate::field::nearby::reached(&lattice, &obstacle);
        let dirty: Vec<usize> = reached.cells(&lattice).collect();
        let all = Part {
            columns: 0..lattice.columns,
            rows: 0..lattice.rows,
        };
        let replay = || board(&nearby).replay(&history, &all).unwrap();
        let whole = replay().run(&dirty).unwrap().unwrap();
        let cut: Vec<_> = (0..ROUNDS)
            .map(|rounds| replay().run_within(&dirty, rounds))
            .collect();
        assert!(
            cut[..usize::from(DART_ROUNDS) + 1]
                .iter()
                .all(Result::is_err)
        );
        assert!(cut.last().is_some_and(Result::is_ok));
        for (rounds, cut) in cut.into_iter().enumerate() {
            match cut {
                Ok(changed) => assert_eq!(changed, Some(whole.clone()), "{rounds}"),
                Err(error) => assert!(
                    matches!(error, Error::RoomLeft { cells } if cells > 0),
                    "{rounds}: {error:?}"
                ),
            }
        }
    }
}
