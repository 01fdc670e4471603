//! Asks for the memory of a picture's pixels while dots are drawn that will darken them.
//!
//! Drawing needs no memory that is far, and darkening hardly anything else: so the one is waited for during
//! the other.

use crate::memory;
use crate::raster::clip::Clip;
use crate::raster::light::Light;
use crate::raster::tile::Tile;
use std::ops::Range;

/// The memory of a picture from a tile's first pixel on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ahead<'a> {
    bytes: &'a [u8],
    /// From one row to the next, and from one pixel to the next.
    stride: usize,
    pixel: usize,
}

impl<'a> Ahead<'a> {
    /// From elements, their stride and their number to a pixel.
    pub(super) fn new<E: bytemuck::NoUninit>(
        elements: &'a [E],
        stride: usize,
        channels: usize,
    ) -> Self {
        Self {
            bytes: bytemuck::cast_slice(elements),
            // That of a picture of one row may be any number.
            stride: stride.wrapping_mul(size_of::<E>()),
            pixel: channels * size_of::<E>(),
        }
    }

    /// Asks for the pixels of a window, if the rows at its ends tell of any that nobody has asked for.
    #[inline(always)]
    pub(super) fn ask<L: Light>(&self, tile: &Tile<L>, clip: &Clip) {
        if !tile.is_inked(clip) {
            let rows = clip.row..clip.row + clip.rows.len();
            let left = (clip.left + clip.columns.start as i64) as usize;
            self.ask_all(rows, left..left + clip.columns.len());
        }
    }

    /// Asks for some pixels of some rows, at least one.
    #[inline(always)]
    pub(super) fn ask_all(&self, rows: Range<usize>, columns: Range<usize>) {
        let start = rows.start * self.stride + columns.start * self.pixel;
        let run = start..start + columns.len() * self.pixel;
        memory::ask_runs(self.bytes, run, self.stride, rows.len());
    }
}
