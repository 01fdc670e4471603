//! A bounded copy of the photo, on which whatever is wider than a pixel is looked for.

use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::units::{Scale, Size};

/// Longest side in cells: what is found does then not depend on how many pixels a camera has.
const LONGEST: u32 = 1024;

/// Mean linear light in square cells.
#[derive(Clone, Debug)]
pub(super) struct Working {
    /// Side of a cell in pixels of the photo.
    pub(super) side: u32,
    /// Linear sRGB, nothing below zero.
    pub(super) light: Plane<[f32; 3]>,
}

/// Square cells of so many of the working copy's to a side, about as wide as was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coarser {
    pub(super) per_cell: u32,
    /// Side in pixels of the photo, and in mm.
    pub(super) side_px: u32,
    pub(super) cell_mm: f32,
    /// How many of them there are.
    pub(super) size: Size,
}

impl Working {
    pub(super) fn coarser(&self, cell_mm: f32, scale: Scale) -> Coarser {
        let per_cell = (scale.to_px(cell_mm) / self.side as f32).round().max(1.0) as u32;
        let side_px = per_cell * self.side;
        let [columns, rows] = [self.light.size().width(), self.light.size().height()]
            .map(|cells| cells.div_ceil(per_cell));
        Coarser {
            per_cell,
            side_px,
            cell_mm: scale.to_mm(side_px as f32),
            size: Size::within(columns, rows),
        }
    }

    /// # Cost
    /// One visit per pixel.
    pub(super) fn of(photo: &Photo) -> Self {
        let size = photo.size();
        let side = size.width().max(size.height()).div_ceil(LONGEST);
        let cells = Size::within(size.width().div_ceil(side), size.height().div_ceil(side));
        let mut light = Plane::filled(cells, [0.0_f32; 3]);
        parallel::for_each_chunk(light.values_mut(), cells.width() as usize, |row, out| {
            let mut pixels = vec![[0.0_f32; 3]; size.width() as usize];
            let top = row as u32 * side;
            let bottom = (top + side).min(size.height());
            for y in top..bottom {
                photo.linear_srgb_row(y, &mut pixels);
                for (cell, run) in out.iter_mut().zip(pixels.chunks(side as usize)) {
                    for value in run {
                        for (sum, value) in cell.iter_mut().zip(value) {
                            *sum += value.max(0.0);
                        }
                    }
                }
            }
            for (x, cell) in out.iter_mut().enumerate() {
                let columns = side.min(size.width() - x as u32 * side);
                let pixels = (columns * (bottom - top)) as f32;
                *cell = cell.map(|sum| sum / pixels);
            }
        });
        Self { side, light }
    }
}
