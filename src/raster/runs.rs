//! Which runs of four pixels of a row may hold ink.
//!
//! Four pixels of four bytes each are a quarter of a line of the cache, and in most pictures they start
//! where a quarter does: so no run reaches a line that none of its ink does.

use std::ops::{BitAnd, BitOrAssign, Range};

/// Pixels to a run.
pub(super) const RUN: usize = 4;
/// Pixels of four runs.
pub(super) const FOUR: usize = 4 * RUN;
/// Pixels to an even run and the odd one behind it.
const PAIR: usize = 2 * RUN;
/// The longest row.
pub(super) const LONGEST: usize = PAIR * u64::BITS as usize;

/// Some runs of a row of up to [`LONGEST`] pixels. As an iterator, the columns they start at, those of even
/// runs first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    /// A bit for each run of an even number, and for each of an odd one.
    even: u64,
    odd: u64,
}

impl Runs {
    pub(super) const NONE: Self = Self { even: 0, odd: 0 };

    /// Those that hold some columns, of which there must be at least one.
    #[inline(always)]
    pub(super) const fn of(columns: Range<usize>) -> Self {
        let (start, last) = (columns.start, columns.end - 1);
        // An odd run may be the first of them, an even one the last.
        let odd_first = (start / RUN % 2) as u64;
        let even_last = (last / RUN % 2) as u64 ^ 1;
        let (start, last) = (start / PAIR, last / PAIR);
        let (from_start, to_last) = (u64::MAX << start, u64::MAX >> (63 - last));
        Self {
            even: from_start & to_last & !(odd_first << start),
            odd: from_start & to_last & !(even_last << last),
        }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.even | self.odd == 0
    }

    /// Whether all others are among them.
    #[inline(always)]
    pub(super) const fn hold(self, others: Self) -> bool {
        (others.even & !self.even) | (others.odd & !self.odd) == 0
    }

    /// A bit for every eight pixels, of which at least four are in a run.
    pub(super) const fn eights(self) -> u64 {
        self.even | self.odd
    }

    /// Takes two even runs, each with the odd one behind it, if there are as many: by the columns that
    /// the even ones start at.
    #[inline(always)]
    pub(super) fn next_pairs(&mut self) -> Option<[usize; 2]> {
        let pairs = self.even & self.odd;
        let behind = pairs & pairs.wrapping_sub(1);
        if behind == 0 {
            return None;
        }
        let taken = pairs ^ (behind & (behind - 1));
        self.even ^= taken;
        self.odd ^= taken;
        Some([first_column(pairs), first_column(behind)])
    }

    /// Takes four runs, by the columns they start at. The first of them stands for those that are missing:
    /// a run that is read twice before it is written twice is written once.
    #[inline(always)]
    pub(super) fn next_four(&mut self) -> Option<[usize; 4]> {
        let first = self.next()?;
        let mut four = [first; 4];
        for column in &mut four[1..] {
            *column = self.next().unwrap_or(first);
        }
        Some(four)
    }
}

/// The column that the first of some even runs starts at.
#[inline(always)]
const fn first_column(even: u64) -> usize {
    even.trailing_zeros() as usize * PAIR
}

impl BitAnd for Runs {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self {
            even: self.even & other.even,
            odd: self.odd & other.odd,
        }
    }
}

impl BitOrAssign for Runs {
    #[inline(always)]
    fn bitor_assign(&mut self, other: Self) {
        self.even |= other.even;
        self.odd |= other.odd;
    }
}

impl Iterator for Runs {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let (bits, shift) = if self.even == 0 {
            (&mut self.odd, RUN)
        } else {
            (&mut self.even, 0)
        };
        let column = first_column(*bits) + shift;
        (*bits != 0).then(|| {
            *bits &= *bits - 1;
            column
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns at which runs are told apart, some of them beside one another.
    const PLACES: [usize; 12] = [0, 1, 3, 4, 7, 8, 11, 12, 255, 256, 508, 511];

    fn spans() -> impl Iterator<Item = Range<usize>> {
        let to = |start: usize| PLACES.iter().map(move |&last| start..last + 1);
        PLACES.into_iter().flat_map(to).filter(|s| !s.is_empty())
    }

    #[test]
    fn runs_hold_their_columns_and_little_more() {
        for span in spans() {
            let runs = Runs::of(span.clone());
            let mut columns: Vec<usize> = runs.collect();
            columns.sort_unstable();
            let first = span.start / RUN * RUN;
            let expected: Vec<usize> = (first..span.end).step_by(RUN).collect();
            assert_eq!(columns, expected, "{span:?}");
            let eights = (0..64).filter(|eight| runs.eights() >> eight & 1 == 1);
            let expected = span.start / PAIR..(span.end - 1) / PAIR + 1;
            assert!(eights.eq(expected), "{span:?}");
        }
    }

    #[test]
    fn runs_are_taken_once_by_pairs_and_fours() {
        for (a, b) in spans().flat_map(|a| spans().map(move |b| (a.clone(), b))) {
            let mut runs = Runs::of(a.clone());
            assert_eq!(
                runs.hold(Runs::of(b.clone())),
                (runs & Runs::of(b.clone())) == Runs::of(b.clone())
            );
            runs |= Runs::of(b.clone());
            let mut expected: Vec<usize> = runs.collect();
            let mut taken = Vec::new();
            while let Some(pairs) = runs.next_pairs() {
                taken.extend(pairs.into_iter().flat_map(|column| [column, column + RUN]));
            }
            while let Some(four) = runs.next_four() {
                let told = four.iter().skip(1).filter(|&&column| column != four[0]);
                taken.extend(std::iter::once(&four[0]).chain(told));
            }
            taken.sort_unstable();
            expected.sort_unstable();
            assert_eq!(taken, expected, "{a:?} and {b:?}");
            assert!(runs.is_empty());
        }
    }
}
