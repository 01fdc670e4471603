//! When each dot of a finished field came: all there is to know of the states it went through.
//!
//! A dot that came in round n is there in every later round, so one number a dot gives back the
//! state after every round. The gap rounds leave theirs in the words of the grid; a dot of a blind
//! round came in the one whose dart it is.

use super::darts::{DART_ROUNDS, GAP_ROUNDS, RowKeys};
use super::fast::{EMPTY, Grid, spot, stamp, stamped, word};
use super::lattice::{Lattice, Spot};
use super::part::Part;
use super::replay::{Board, Replay};
use crate::error::Result;
use crate::parallel;

/// Rounds of both kinds.
pub(super) const ROUNDS: u8 = DART_ROUNDS + GAP_ROUNDS;

/// Stands for a round that is still to be found.
const UNKNOWN: u8 = ROUNDS;

/// A word for every cell of a lattice, stamped with the round in which its dot came.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct History {
    words: Vec<u32>,
}

impl History {
    /// From the grid of a finished field.
    pub(super) fn new(board: &Board<'_>, grid: &Grid) -> Result<Self> {
        let lattice = board.lattice;
        let mut words = vec![EMPTY; lattice.cells()];
        parallel::for_each_chunk(&mut words, lattice.columns, |row, words| {
            let keys: [RowKeys; DART_ROUNDS as usize] =
                std::array::from_fn(|round| RowKeys::new(board.seed, lattice, row, round as u8));
            for (column, (to, &from)) in words.iter_mut().zip(grid.row(row)).enumerate() {
                let Some(spot) = spot(from) else {
                    continue;
                };
                let round = stamp(from).map_or_else(
                    || {
                        let key = lattice.column_key(column);
                        let mut rounds = (0..DART_ROUNDS)
                            .filter(|&n| keys[usize::from(n)].dart(key).spot == spot);
                        // One in a million has two rounds to choose from.
                        match (rounds.next(), rounds.next()) {
                            (Some(round), None) => round,
                            _ => UNKNOWN,
                        }
                    },
                    |gap_round| DART_ROUNDS + gap_round,
                );
                *to = stamped(from, round);
            }
        });
        let mut history = Self { words };
        let unknown = (0..lattice.cells()).filter(|&cell| history.round(cell) == Some(UNKNOWN));
        let unknown = unknown.collect();
        history.find_rounds(board, unknown)?;
        Ok(history)
    }

    /// Nothing anywhere.
    pub(super) fn empty(lattice: &Lattice) -> Self {
        Self {
            words: vec![EMPTY; lattice.cells()],
        }
    }

    /// Finds the rounds of these dots by playing the rounds again around them.
    fn find_rounds(&mut self, board: &Board<'_>, mut unknown: Vec<usize>) -> Result<()> {
        for round in 0..DART_ROUNDS {
            let mut found = Vec::new();
            for &cell in &unknown {
                let part = Part::holding(board.lattice, &[cell]);
                let Some(part) = part.map(|part| part.grown(Replay::REACH, board.lattice)) else {
                    continue;
                };
                // The others whose round is unknown have not come yet: they were asked before.
                let won = board.replay(self, &part)?.winner_in_state(cell, round);
                if won == spot(self.words[cell]) {
                    found.push(cell);
                }
            }
            for &cell in &found {
                self.words[cell] = stamped(self.words[cell], round);
            }
            unknown.retain(|cell| !found.contains(cell));
        }
        debug_assert!(unknown.is_empty(), "every dot came in some round");
        Ok(())
    }

    pub(super) fn words(&self) -> &[u32] {
        &self.words
    }

    pub(super) fn set(&mut self, cell: usize, word: u32) {
        self.words[cell] = word;
    }

    /// The round in which the dot of a cell came.
    pub(super) fn round(&self, cell: usize) -> Option<u8> {
        stamp(self.words[cell])
    }
}

/// The word of a dot that came in a round; of none.
pub(super) fn arrival(site: Option<Spot>, round: u8) -> u32 {
    site.map_or(EMPTY, |spot| stamped(word(spot, 0), round))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fast::{self, Setup};
    use crate::field::nearby::Nearby;
    use crate::field::rounds::Arena;
    use crate::random::{Seed, Stage};

    #[test]
    fn rounds_that_are_forgotten_are_found_again() {
        for seed in 0..10 {
            let lattice = Lattice::of_mm((7, -33), 60, 50);
            let nearby = Nearby::new(1.0, &[]);
            let board = Board {
                lattice: &lattice,
                region: &vec![true; lattice.cells()],
                nearby: &nearby,
                seed: Seed::new(seed),
            };
            let arena = Arena {
                lattice: &lattice,
                obstacles: &nearby.place(&lattice).unwrap(),
                region: board.region,
                seed: board.seed,
            };
            let grid = fast::fill(&arena, Setup::for_rows(lattice.rows)).unwrap();
            let history = History::new(&board, &grid).unwrap();
            let mut stream = Seed::new(seed).stream(Stage::Probe, 0);
            let blind = |cell: &usize| history.round(*cell).is_some_and(|n| n < DART_ROUNDS);
            let mut forgotten = history.clone();
            let cells: Vec<usize> = (0..lattice.cells())
                .filter(blind)
                .filter(|_| stream.unit_f32() < 0.02)
                .collect();
            assert!(cells.len() > 5);
            for &cell in &cells {
                forgotten.set(cell, stamped(history.words[cell], UNKNOWN));
            }
            forgotten.find_rounds(&board, cells).unwrap();
            assert_eq!(forgotten, history, "seed {seed}");
        }
    }
}
