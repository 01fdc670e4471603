//! What all blocks share, and what they take of it.

use super::Arena;
use super::blocks::{BLOCK, Blocks};
use super::spacings::Spacings;
use crate::field::spacing::Mapped;

/// What all blocks share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) arena: &'a Arena<'a>,
    pub(super) blocks: &'a Blocks,
}

impl Ground<'_> {
    /// The own spacings of a block, copied. The next block, of which many will be wanted as well, is asked for
    /// while this one is at work.
    #[inline(always)]
    pub(super) fn copied<'b>(&self, i: usize, to: &'b mut Mapped) -> Spacings<'b> {
        if let Some(next) = self.blocks.list.get(i + 1) {
            self.arena.spacing.ask(next.column, next.row, BLOCK);
        }
        Spacings::copied(self.arena.spacing, &self.blocks.list[i], to)
    }
}
