//! Ascending lists of cells, kept as runs: a mask has a few a row and thousands of cells.

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

impl FromIterator<u32> for Runs {
    /// From cells in ascending order.
    fn from_iter<I: IntoIterator<Item = u32>>(cells: I) -> Self {
        let mut runs = Self::default();
        let (mut next, mut count) = (None, 0);
        for cell in cells {
            if next != Some(cell) {
                runs.firsts.push(cell);
                runs.ends.push(count);
            }
            count += 1;
            next = Some(cell + 1);
            *runs.ends.last_mut().expect("just pushed") = count;
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
            let each: Vec<u32> = (0..runs.count()).map(|i| runs.nth(i)).collect();
            assert_eq!(each, cells);
        }
        assert_eq!(Runs::all(5), (0..5).collect());
    }
}
