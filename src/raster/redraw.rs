//! What has changed since the last pass, and which tiles that concerns.

use crate::error::{Error, Result};
use crate::raster::bins::Edit;
use crate::raster::chords::Profile;
use crate::raster::ellipse::InkEllipse;
use crate::raster::ink::{Ink, InkDot};
use crate::raster::kept::Kept;
use crate::raster::tables::Tables;
use crate::raster::tile_set::TileSet;
use crate::raster::veil::Veil;
use crate::simd::{Level, Simd, dispatch, store_signed};
use crate::units::Size;
use std::ops::Range;

/// The ink of the last pass.
#[derive(Debug)]
pub(super) struct Memory {
    dots: Kept,
    ellipses: Vec<InkEllipse>,
    veil: Option<Veil>,
    blur_px: f32,
    size: Size,
}

impl Memory {
    pub(super) fn new(size: Size, ink: &Ink<'_>) -> Self {
        Self {
            dots: Kept::new(ink.dots),
            ellipses: ink.ellipses.to_vec(),
            veil: ink.veil.cloned(),
            blur_px: ink.blur_px,
            size,
        }
    }

    /// Whether a pass over a picture of `size` can start from this one: tables and windows are
    /// the same.
    pub(super) fn suits(&self, size: Size, ink: &Ink<'_>) -> bool {
        self.size == size && self.blur_px == ink.blur_px
    }

    /// Some of the dots.
    pub(super) fn dots(&self, range: Range<usize>) -> impl Iterator<Item = &InkDot> + Clone {
        self.dots.range(range)
    }

    /// The part of both lists that holds all differences.
    pub(super) fn edit(&self, dots: &[InkDot]) -> Edit {
        self.dots.edit(dots)
    }

    /// The part of both lists that holds all differences, as a caller tells it.
    pub(super) fn told(&self, dots: &[InkDot], changed: Range<usize>) -> Result<Edit> {
        let (old, new) = (self.dots.len(), dots.len());
        let (start, end) = (changed.start as f64, changed.end as f64);
        let inside = changed.start <= changed.end;
        Error::check("changed.start", start, inside, "up to its end")?;
        Error::check(
            "changed.end",
            end,
            changed.end <= new,
            "in the list of dots",
        )?;
        let kept = new - changed.len();
        let allowed = "leaving no more dots beside it than were drawn before";
        Error::check("changed", changed.len() as f64, kept <= old, allowed)?;
        Ok(Edit {
            start: changed.start,
            old: old - kept,
            new: changed.len(),
        })
    }

    /// Marks the tiles that changed dots reach or reached, then takes the new list for the old one.
    pub(super) fn mark_dots(
        &mut self,
        dots: &[InkDot],
        edit: &Edit,
        level: Level,
        tables: &Tables,
        tiles: &mut TileSet,
    ) {
        let (old, new) = (edit.old_range(), edit.new_range());
        let mut mark = |dot: &InkDot| {
            tiles.mark(dispatch!(level.get(), simd => lone_window(simd, dot, tables)));
        };
        if old == new {
            for (before, after) in self.dots(old.clone()).zip(&dots[new.clone()]) {
                if before != after {
                    mark(before);
                    mark(after);
                }
            }
        } else {
            self.dots(old.clone()).for_each(&mut mark);
            dots[new.clone()].iter().for_each(&mut mark);
        }
        self.dots.replace(old, &dots[new]);
    }

    /// Marks the tiles that changed ellipses reach or reached, then takes the new list for the old
    /// one. Lists of different lengths are compared from their start.
    pub(super) fn mark_ellipses(
        &mut self,
        new: &[InkEllipse],
        profile: &Profile,
        tiles: &mut TileSet,
    ) {
        let old = &mut self.ellipses;
        for i in 0..old.len().max(new.len()) {
            let pair = [old.get(i), new.get(i)];
            if pair[0] != pair[1] {
                for ellipse in pair.into_iter().flatten() {
                    tiles.mark(profile.place(ellipse).window());
                }
            }
        }
        old.clear();
        old.extend_from_slice(new);
    }

    /// Marks the tiles under which the veil has changed, then takes the new one for the old one.
    pub(super) fn mark_veil(&mut self, veil: Option<&Veil>, tiles: &mut TileSet) {
        match (&self.veil, veil) {
            (None, None) => return,
            (Some(old), Some(new)) if old == new => return,
            (Some(old), Some(new)) if old.has_grid_of(new) => old.mark_changes(new, tiles),
            (old, new) => {
                for veil in [old.as_ref(), new].into_iter().flatten() {
                    if let Some(bounds) = veil.bounds(self.size) {
                        tiles.mark(bounds.map(|px| px as i32));
                    }
                }
            }
        }
        self.veil = veil.cloned();
    }
}

/// Left, top, right and bottom of a dot's window.
#[inline(always)]
fn lone_window<S: Simd>(simd: S, dot: &InkDot, tables: &Tables) -> [i32; 4] {
    let (_, placed) = tables.place_one(simd, dot);
    let [left, top, right, bottom] = placed.window();
    [
        store_signed(left)[0],
        store_signed(top)[0],
        store_signed(right)[0],
        store_signed(bottom)[0],
    ]
}

impl Edit {
    pub(super) fn old_range(&self) -> Range<usize> {
        self.start..self.start + self.old
    }

    /// The dots that stand in the new list where [`Edit::old`] stood in the old one.
    pub(super) fn new_range(&self) -> Range<usize> {
        self.start..self.start + self.new
    }
}
