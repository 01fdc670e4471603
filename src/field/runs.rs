//! Ascending lists of cells, kept as runs: a mask has a few a row and thousands of cells.

use std::ops::Range;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    /// The first cell of each run.
    firsts: Vec<u32>,
    /// How many cells there are up to the end of each run.
    ends: Vec<u32>,
}

impl Runs {
    /// The cells `0..count`.
    pub(super) fn all(count: u32) -> Self {
        Self {
            firsts: vec![0],
            ends: vec![count],
        }
    }

    /// The cells that are set.
    pub(super) fn of(set: &[bool]) -> Self {
        let mut runs = Self::default();
        for run in spans(set) {
            runs.push(run.start as u32, run.len() as u32);
        }
        runs
    }

    /// Adds `count` cells beyond all others.
    pub(super) fn push(&mut self, first: u32, count: u32) {
        let (before, next) = match (self.firsts.last(), &self.ends[..]) {
            (Some(first), [.., before, end]) => (*end, first + (end - before)),
            (Some(first), [end]) => (*end, first + end),
            _ => (0, u32::MAX),
        };
        if first != next {
            self.firsts.push(first);
            self.ends.push(before);
        }
        if let Some(end) = self.ends.last_mut() {
            *end = before + count;
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The cell with `index` cells before it, which must be below the count.
    pub(super) fn nth(&self, index: u32) -> u32 {
        let run = self.ends.partition_point(|&end| end <= index);
        let before = if run == 0 { 0 } else { self.ends[run - 1] };
        self.firsts[run] + index - before
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let before = std::iter::once(0).chain(self.ends.iter().copied());
        let runs = self.firsts.iter().zip(self.ends.iter().zip(before));
        runs.flat_map(|(&first, (&end, before))| {
            (first..first + (end - before)).map(|cell| cell as usize)
        })
    }
}

/// The runs of cells that are set.
pub(super) fn spans(set: &[bool]) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    set.chunk_by(|a, b| a == b).filter_map(move |run| {
        let start = end;
        end += run.len();
        run[0].then_some(start..end)
    })
}

impl FromIterator<u32> for Runs {
    /// From cells in ascending order.
    fn from_iter<I: IntoIterator<Item = u32>>(cells: I) -> Self {
        let mut runs = Self::default();
        for cell in cells {
            runs.push(cell, 1);
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_cells_they_were_made_from() {
        for cells in [vec![], vec![0], vec![3, 4, 5, 9, 11, 12], vec![7]] {
            let runs: Runs = cells.iter().copied().collect();
            assert_eq!(runs.count() as usize, cells.len());
            let listed: Vec<u32> = runs.iter().map(|cell| cell as u32).collect();
            assert_eq!(listed, cells);
            let set: Vec<bool> = (0..20).map(|cell| cells.contains(&cell)).collect();
            assert_eq!(Runs::of(&set), runs);
            let each: Vec<u32> = (0..runs.count()).map(|i| runs.nth(i)).collect();
            assert_eq!(each, cells);
        }
        assert_eq!(Runs::all(5), (0..5).collect());
    }
}
