//! Dots of a place, table by table.

use crate::counting::add_up;
use crate::raster::bins::Splat;

/// Dots by table, those of one table in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Order {
    places: Vec<u32>,
    /// Where the dots of each table end, from the first table on that has any.
    ends: Vec<u32>,
}

impl Order {
    /// Sorts dots, and calls `draw` with the places of those of each table.
    #[inline(always)]
    pub(super) fn groups(&mut self, dots: &[Splat], mut draw: impl FnMut(&[u32])) {
        let (mut first, mut last) = (u16::MAX, 0);
        for dot in dots {
            (first, last) = (first.min(dot.cell), last.max(dot.cell));
        }
        let Self { places, ends } = self;
        ends.clear();
        ends.resize(usize::from(last - first) + 2, 0);
        for dot in dots {
            ends[usize::from(dot.cell - first) + 1] += 1;
        }
        add_up(ends);
        places.resize(dots.len().max(places.len()), 0);
        for (place, dot) in (0..).zip(dots) {
            let next = &mut ends[usize::from(dot.cell - first)];
            places[*next as usize] = place;
            *next += 1;
        }
        let mut start = 0;
        for &end in &ends[..ends.len() - 1] {
            if start < end {
                draw(&places[start as usize..end as usize]);
            }
            start = end;
        }
    }
}
