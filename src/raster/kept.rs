//! A list of dots, kept to be compared with the next one.

use crate::raster::bins::Edit;
use crate::raster::ink::InkDot;
use std::ops::Range;

/// Dots to a block when it is made. One that comes or goes moves the others of its block alone.
const BLOCK: usize = 512;

/// A list of dots, in blocks.
#[derive(Debug)]
pub(super) struct Kept {
    blocks: Vec<Vec<InkDot>>,
    count: usize,
}

impl Kept {
    pub(super) fn new(dots: &[InkDot]) -> Self {
        Self {
            blocks: dots.chunks(BLOCK).map(<[InkDot]>::to_vec).collect(),
            count: dots.len(),
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The block that holds the dot before a place of the list, or the first one, and the place in it.
    fn place(&self, mut at: usize) -> (usize, usize) {
        for (i, block) in self.blocks.iter().enumerate() {
            if at <= block.len() {
                return (i, at);
            }
            at -= block.len();
        }
        (self.blocks.len(), 0)
    }

    /// Some of the dots.
    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = &InkDot> + Clone {
        let (block, offset) = self.place(range.start);
        let dots = self.blocks[block..].iter().flatten();
        dots.skip(offset).take(range.len())
    }

    /// Replaces some dots by others.
    pub(super) fn replace(&mut self, range: Range<usize>, new: &[InkDot]) {
        let (first, start) = self.place(range.start);
        if range.len() == new.len() {
            let dots = self.blocks[first..].iter_mut().flatten().skip(start);
            dots.zip(new).for_each(|(dot, new)| *dot = *new);
            return;
        }
        self.count = self.count - range.len() + new.len();
        let end = start + range.len();
        if let Some(block) = self.blocks.get_mut(first)
            && end <= block.len()
            && block.len() - range.len() + new.len() <= 2 * BLOCK
        {
            block.splice(start..end, new.iter().copied());
            return;
        }
        let (last, end) = self.place(range.end);
        let before = self.blocks.get(first).map_or(&[][..], |b| &b[..start]);
        let behind = self.blocks.get(last).map_or(&[][..], |b| &b[end..]);
        let joined = [before, new, behind].concat();
        let blocks = joined.chunks(BLOCK).map(<[InkDot]>::to_vec);
        let last = self.blocks.len().min(last + 1);
        self.blocks.splice(first..last, blocks);
    }

    /// The part of this list and of another that holds all differences.
    pub(super) fn edit(&self, dots: &[InkDot]) -> Edit {
        let start = self.same(dots);
        let end = self.same_at_end(&dots[start..], self.count - start);
        Edit {
            start,
            old: self.count - start - end,
            new: dots.len() - start - end,
        }
    }

    /// How many dots are the same from the start on.
    fn same(&self, dots: &[InkDot]) -> usize {
        let mut count = 0;
        for block in &self.blocks {
            let length = block.len().min(dots.len() - count);
            let (block, others) = (&block[..length], &dots[count..count + length]);
            if !equal(block, others) {
                let pairs = block.iter().zip(others);
                return count + pairs.take_while(|(a, b)| a == b).count();
            }
            count += length;
        }
        count
    }

    /// How many dots are the same at the end, where this list has no more than `most`.
    fn same_at_end(&self, dots: &[InkDot], most: usize) -> usize {
        let most = most.min(dots.len());
        let mut count = 0;
        for block in self.blocks.iter().rev() {
            let length = block.len().min(most - count);
            let end = dots.len() - count;
            let (block, others) = (&block[block.len() - length..], &dots[end - length..end]);
            if !equal(block, others) {
                let pairs = block.iter().zip(others).rev();
                return count + pairs.take_while(|(a, b)| a == b).count();
            }
            count += length;
        }
        count
    }
}

/// Whether all are equal, bit by bit; looks at all of them, which is faster than to stop at each.
fn equal(a: &[InkDot], b: &[InkDot]) -> bool {
    let mut different = [0; 6];
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (bits(a), bits(b));
        for ((different, a), b) in different.iter_mut().zip(a).zip(b) {
            *different |= a ^ b;
        }
    }
    different == [0; 6]
}

fn bits(dot: &InkDot) -> [u32; 6] {
    let InkDot {
        center_px,
        radius_px,
        absorptance: [r, g, b],
    } = *dot;
    [center_px.x, center_px.y, radius_px, r, g, b].map(f32::to_bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};
    use glam::Vec2;

    #[test]
    fn blocks_hold_and_compare_as_one_list_does() {
        let mut stream = Seed::new(8).stream(Stage::Probe, 0);
        let mut below = |end: usize| (stream.unit_f32() * end as f32) as usize;
        let mut next = 0.0;
        let mut fresh = |count: usize| -> Vec<InkDot> {
            let dot = |_| {
                next += 1.0;
                InkDot {
                    center_px: Vec2::new(next, 0.0),
                    radius_px: 1.0,
                    absorptance: [0.5; 3],
                }
            };
            (0..count).map(dot).collect()
        };
        let mut plain = fresh(3 * BLOCK + 7);
        let mut kept = Kept::new(&plain);
        for round in 0..400 {
            let start = below(plain.len() + 1);
            let (old, new) = match round % 8 {
                0 => (plain.len() - start, 0),
                1 => (0, 3 * BLOCK),
                2 => (40, 40),
                _ => (below(3), below(3)),
            };
            let range = start..plain.len().min(start + old);
            let dots = fresh(if old == new { range.len() } else { new });
            let mut changed = plain.clone();
            changed.splice(range.clone(), dots.iter().copied());
            // All dots differ from one another, so an edit is told exactly.
            if range.is_empty() && dots.is_empty() {
                assert_eq!(kept.edit(&changed).old_range().len(), 0);
            } else {
                let edit = kept.edit(&changed);
                assert_eq!(edit.old_range(), range, "{round}");
                assert_eq!(edit.new_range(), start..start + dots.len(), "{round}");
            }
            assert!(kept.range(range.clone()).eq(&plain[range.clone()]));
            kept.replace(range, &dots);
            plain = changed;
            assert_eq!(kept.len(), plain.len());
            assert!(kept.range(0..plain.len()).eq(&plain), "{round}");
        }
    }
}
