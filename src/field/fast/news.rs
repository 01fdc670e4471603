//! The dots that came in a round, and what they strike out.

use super::cover;
use crate::field::lattice::Lattice;

/// A dot of the last round.
#[derive(Clone, Copy, Debug)]
pub(super) struct New {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) word: u32,
}

/// The dots of the last round by bands of rows, in order.
#[derive(Debug)]
pub(super) struct News {
    bands: Vec<Vec<New>>,
    rows_of_band: usize,
    columns: usize,
    rows: usize,
    periodic: bool,
}

impl News {
    pub(super) fn new(lattice: &Lattice, rows_of_band: usize) -> Self {
        Self {
            bands: vec![Vec::new(); lattice.rows.div_ceil(rows_of_band)],
            rows_of_band,
            columns: lattice.columns,
            rows: lattice.rows,
            periodic: lattice.periodic,
        }
    }

    /// The bands, emptied for the next round.
    pub(super) fn bands(&mut self) -> impl Iterator<Item = &mut Vec<New>> {
        for band in &mut self.bands {
            band.clear();
        }
        self.bands.iter_mut()
    }

    /// The dots of a row, which may lie beyond the first or the last.
    fn of_row(&self, row: isize) -> &[New] {
        let row = if self.periodic {
            row.rem_euclid(self.rows as isize)
        } else {
            row
        };
        let Some(row) = usize::try_from(row).ok().filter(|&row| row < self.rows) else {
            return &[];
        };
        let band = &self.bands[row / self.rows_of_band];
        let from = band.partition_point(|new| (new.row as usize) < row);
        let count = band[from..].partition_point(|new| new.row as usize == row);
        &band[from..from + count]
    }
}

/// Lines of cells that are kept, in turn: a dot reaches two to each side.
const RING: usize = 8;

/// Cells before the first of a line: a dot beyond the edge of a torus, and what it reaches.
const BEFORE: usize = 4;

/// What new dots strike out, row by row downwards.
#[derive(Debug)]
pub(super) struct Strikes<'a> {
    news: &'a News,
    lines: Vec<u64>,
    width: usize,
    touched: [bool; RING],
    first_row: isize,
    /// The next row of dots.
    next: isize,
}

impl<'a> Strikes<'a> {
    pub(super) fn new(news: &'a News, first_row: usize) -> Self {
        let width = news.columns + 2 * BEFORE;
        Self {
            news,
            lines: vec![0; RING * width],
            width,
            touched: [false; RING],
            first_row: first_row as isize,
            next: first_row as isize - 2,
        }
    }

    /// The squares struck out of each cell of a row, if any are; rows come one after the other.
    pub(super) fn of_row(&mut self, row: usize) -> Option<&[u64]> {
        while self.next <= row as isize + 2 {
            let news = self.news;
            for new in news.of_row(self.next) {
                let column = new.column as usize;
                self.strike(BEFORE + column, new.word);
                // What a torus shows of the other side.
                if news.periodic && column < 2 {
                    self.strike(BEFORE + column + news.columns, new.word);
                }
                if news.periodic && column + 2 >= news.columns {
                    self.strike(BEFORE + column - news.columns, new.word);
                }
            }
            self.next += 1;
        }
        let line = row % RING;
        let start = line * self.width + BEFORE;
        self.touched[line].then(|| &self.lines[start..start + self.news.columns])
    }

    fn strike(&mut self, at: usize, word: u32) {
        let entry = cover::of(cover::table(), word);
        for j in 0..5 {
            let row = self.next + j as isize - 2;
            if row < self.first_row {
                continue;
            }
            let line = row as usize % RING;
            self.touched[line] = true;
            let start = line * self.width + at - 2;
            for (i, struck) in self.lines[start..start + 5].iter_mut().enumerate() {
                *struck |= entry.of_cell(i, j);
            }
        }
    }

    /// Makes room for the row that comes [`RING`] rows further down.
    pub(super) fn forget(&mut self, row: usize) {
        let line = row % RING;
        if std::mem::take(&mut self.touched[line]) {
            self.lines[line * self.width..(line + 1) * self.width].fill(0);
        }
    }
}
