//! Dots of a place, table by table.

use crate::counting::add_up;
use crate::raster::bins::Splat;

/// Dots by table, those of one table in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Order {
    places: Vec<u32>,
    /// Where the dots of each table end, from the first table on that has any, and the end of all once more.
    ends: Vec<u32>,
}

impl Order {
    /// Sorts dots, and calls `draw` with the places of those of each table.
    #[inline(always)]
    pub(super) fn groups(&mut self, dots: &[Splat], mut draw: impl FnMut(&[u32])) {
        self.sort(dots);
        let mut start = 0;
        for &end in &self.ends {
            if start < end {
                draw(&self.places[start as usize..end as usize]);
            }
            start = end;
        }
    }

    /// Sorts dots, in a function of its own: what draws them leaves no registers.
    #[inline(never)]
    fn sort(&mut self, dots: &[Splat]) {
        let (mut first, mut last) = (u16::MAX, 0);
        for dot in dots {
            (first, last) = (first.min(dot.cell), last.max(dot.cell));
        }
        self.ends.clear();
        self.ends.resize(usize::from(last - first) + 2, 0);
        self.places.resize(dots.len().max(self.places.len()), 0);
        let (places, ends) = (&mut self.places[..], &mut self.ends[..]);
        for dot in dots {
            ends[usize::from(dot.cell - first) + 1] += 1;
        }
        add_up(ends);
        for (place, dot) in (0..).zip(dots) {
            let next = &mut ends[usize::from(dot.cell - first)];
            places[*next as usize] = place;
            *next += 1;
        }
    }
}
