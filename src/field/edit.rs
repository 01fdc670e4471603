//! A field that is edited: only what a change bears on is laid again.

use super::fast::{self, Grid, Setup, spot};
use super::footprint::Footprint;
use super::history::History;
use super::lattice::Lattice;
use super::nearby::{Nearby, reached};
use super::obstacle::{Obstacle, Obstacles};
use super::part::Part;
use super::prepare::Prepared;
use super::replay::Board;
use super::request::{FieldRequest, Ranking};
use super::rounds::Arena;
use super::spacing::NOMINAL;
use super::stroke::{Run, Stroke};
use super::target::{self, Extent, Target};
use super::{Dot, DotField, Ground};
use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::random::Seed;
use crate::units::{Density, Scale};

/// One change of what a field is laid on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Edit<'a> {
    /// Treats the pixels of a stroke.
    Paint(Stroke<'a>),
    /// Leaves the pixels of a stroke alone.
    Erase(Stroke<'a>),
    /// Takes another mask of the same size: a hairline that is dragged. Every pixel is compared.
    Mask(&'a Mask),
    /// Adds an obstacle at the end of [`FieldEditor::obstacles`].
    AddObstacle(Obstacle),
    /// Removes the obstacle of this index; the last one takes its place.
    RemoveObstacle(usize),
}

/// The dots that went and came with an edit.
///
/// Ranks are indices in the order of [`Ranking::Index`]: of `removed` in the field before the edit,
/// of `added` in the field after it. Taking the first out of a list of dots from behind, and then
/// putting the second in from the front, gives the new list.
///
/// # Examples
/// ```
/// # use stubblefield::{Density, Dot, Edit, FieldEditor, FieldRequest, Mask, Scale, Seed, Size, Stroke};
/// # let (mask, density) = (Mask::full(Size::new(300, 200)?), Density::per_cm2(100.0)?);
/// # let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7));
/// let mut editor = FieldEditor::new(&request)?;
/// let mut dots: Vec<Dot> = editor.dots().collect();
/// let change = editor.edit(Edit::Erase(Stroke::new(&[glam::Vec2::splat(9.0)], 2.0)))?;
/// for dot in change.removed.iter().rev() {
///     dots.remove(dot.rank as usize);
/// }
/// for &dot in &change.added {
///     dots.insert(dot.rank as usize, dot);
/// }
/// assert!(dots.iter().map(|dot| dot.id).eq(editor.dots().map(|dot| dot.id)));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Dots that are no longer there, by rank.
    pub removed: Vec<Dot>,
    /// Dots that were not there before, by rank. One that takes the place of a removed one in the
    /// same cell of the lattice has its id.
    pub added: Vec<Dot>,
}

/// A field of even spacing together with what it is laid on, to be edited again and again.
///
/// After every edit the field equals the full run of the edited request, bit for bit, while only
/// the dots within a few spacings of the change are laid again. Dots keep their id and place unless
/// they are listed in the [`Change`].
///
/// # Ranks
/// An even order is a matter of the whole field: a single dot more can move all ranks. While a
/// hairline is dragged that would make every dot on the head change its session. So an edit deals in
/// indices alone, which say where in the list a dot goes, and [`FieldEditor::field`] ranks anew when
/// the drag is over. Size, strength and shade hang on the id and stay in between.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Density, Edit, FieldEditor, FieldRequest, Mask, Scale, Seed, Size, Stroke};
///
/// let mask = Mask::full(Size::new(300, 200)?);
/// let density = Density::per_cm2(100.0)?;
/// let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7));
/// let mut editor = FieldEditor::new(&request)?;
/// let before = editor.dot_count();
/// let corner = [Vec2::ZERO];
/// let change = editor.edit(Edit::Erase(Stroke::new(&corner, 4.0)))?;
/// assert!(change.removed.iter().all(|dot| dot.position_mm.length() < 4.3));
/// assert_eq!(editor.dot_count(), before - change.removed.len());
/// assert_eq!(editor.field()?, editor.request().generate()?);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldEditor {
    mask: Mask,
    scale: Scale,
    density: Density,
    seed: Seed,
    ranking: Ranking,
    obstacles: Vec<Obstacle>,
    /// Over the whole picture, so that no stroke leaves it.
    lattice: Lattice,
    nearby: Nearby,
    region: Vec<bool>,
    history: History,
    /// Cells whose dot belongs to the field.
    kept: Vec<bool>,
    kept_in_row: Vec<u32>,
}

impl FieldEditor {
    /// The field of a request, ready to be edited.
    ///
    /// # Errors
    /// Those of [`FieldRequest::generate`]. [`Error::OutOfRange`] for a relative density other than
    /// 1 and for a mask with soft pixels: spacing that varies is not edited. [`Error::UnknownName`]
    /// for counts, edges and softness other than the defaults, a least spacing and an area factor.
    /// [`Error::TooLarge`] when the whole picture, not the mask alone, would hold more than
    /// [`FieldRequest::MAX_DOTS`].
    ///
    /// # Cost
    /// That of the field, and some 27 bytes a dot beside the mask, counted as if the picture were
    /// filled.
    pub fn new(request: &FieldRequest<'_>) -> Result<Self> {
        request.check_plain()?;
        let most = FieldRequest::MAX_DOTS;
        let lattice =
            target::even_lattice(request, Extent::Picture, most)?.expect("a picture has pixels");
        let region = target::footprint(request).region(&lattice);
        let mut editor = Self {
            mask: request.mask.clone(),
            scale: request.scale,
            density: request.density,
            seed: request.seed,
            ranking: request.ranking,
            obstacles: request.obstacles.to_vec(),
            nearby: Nearby::new(lattice.side_mm, request.obstacles),
            history: History::empty(&lattice),
            kept: vec![false; lattice.cells()],
            kept_in_row: vec![0; lattice.rows],
            region,
            lattice,
        };
        let arena = Arena {
            lattice: &editor.lattice,
            obstacles: &Obstacles::place(&editor.obstacles, &editor.lattice)?,
            region: &editor.region,
            seed: editor.seed,
        };
        let grid = fast::fill(&arena, Setup::for_rows(editor.lattice.rows))?;
        editor.history = History::new(&editor.board(), &grid)?;
        for cell in 0..editor.lattice.cells() {
            let word = editor.history.words()[cell];
            if spot(word).is_some() {
                editor.set_kept(cell, editor.keeps(&editor.dot_of(cell, word)));
            }
        }
        Ok(editor)
    }

    /// The request whose full run this field is.
    pub fn request(&self) -> FieldRequest<'_> {
        FieldRequest::new(&self.mask, self.scale, self.density, self.seed)
            .with_obstacles(&self.obstacles)
            .with_ranking(self.ranking)
    }

    /// What dots keep clear of.
    #[must_use]
    pub fn obstacles(&self) -> &[Obstacle] {
        &self.obstacles
    }

    /// Where dots are laid.
    #[must_use]
    pub const fn mask(&self) -> &Mask {
        &self.mask
    }

    /// How many dots the field has; counted at every call.
    #[must_use]
    pub fn dot_count(&self) -> usize {
        self.kept.iter().filter(|&&kept| kept).count()
    }

    /// The dots of the field row by row, their ranks their indices.
    pub fn dots(&self) -> impl Iterator<Item = Dot> {
        let cells = self.kept.iter().enumerate().filter(|&(_, &kept)| kept);
        cells.zip(0..).map(|((cell, _), rank)| Dot {
            rank,
            ..self.dot_of(cell, self.history.words()[cell])
        })
    }

    /// The field, ranked as the request asks.
    ///
    /// # Errors
    /// None that the first field did not have.
    ///
    /// # Cost
    /// As [`FieldRequest::generate`], less the laying of the dots.
    pub fn field(&self) -> Result<DotField> {
        let request = self.request();
        let Some(target) = Target::new(&request)? else {
            return Ok(DotField::empty(self.density.spacing_mm(), 0.0));
        };
        let start = |first: i64, whole: i64| (first - whole) as usize;
        let column = start(target.lattice.first.0, self.lattice.first.0);
        let row = start(target.lattice.first.1, self.lattice.first.1);
        let part = Part {
            columns: column..column + target.lattice.columns,
            rows: row..row + target.lattice.rows,
        };
        let lines = part.lines(&self.lattice, self.history.words());
        let grid = Grid::of_words(&target.lattice, lines);
        let (dots, halo) = request.even_dots(&target.lattice, &grid);
        let ground = Ground {
            lattice: target.lattice,
            touched: target.touched,
            spacing: None,
        };
        let prepared = Prepared::new(&request, false)?;
        let field = request.unranked(dots, halo, ground, prepared.area_mm2);
        Ok(prepared.ranked(field))
    }

    /// Makes a change, and tells which dots went and came.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a bad stroke or obstacle, a mask with soft pixels or an index
    /// beyond the last obstacle, [`Error::SizeMismatch`] for a mask of another size,
    /// [`Error::TooLarge`] for obstacles that reach too far, [`Error::RoomLeft`] as
    /// [`FieldRequest::generate`]. After an error all is as it was before.
    ///
    /// # Cost
    /// That of the cells around the change, whatever the size of the field: see `benches/RECORD.md`.
    pub fn edit(&mut self, edit: Edit<'_>) -> Result<Change> {
        match edit {
            Edit::Paint(stroke) => self.draw(stroke, 1.0),
            Edit::Erase(stroke) => self.draw(stroke, 0.0),
            Edit::Mask(mask) => self.take(mask),
            Edit::AddObstacle(obstacle) => self.add(obstacle),
            Edit::RemoveObstacle(index) => self.remove(index),
        }
    }

    fn draw(&mut self, stroke: Stroke<'_>, value: f32) -> Result<Change> {
        stroke.check()?;
        let coverage = self.mask.coverage();
        let differs = |run: &Run, x: u32| coverage.row(run.row)[x as usize] != value;
        let mut runs = Vec::new();
        for run in stroke.runs(self.mask.size(), self.scale) {
            Run::push_where(&mut runs, run.row, run.pixels.clone(), |x| differs(&run, x));
        }
        self.flip(&runs)
    }

    fn take(&mut self, mask: &Mask) -> Result<Change> {
        mask.size().check_equals(self.mask.size(), "mask")?;
        target::check_hard(mask.coverage())?;
        let mut runs = Vec::new();
        for row in 0..mask.size().height() {
            let (old, new) = (self.mask.coverage().row(row), mask.coverage().row(row));
            if old != new {
                let differs = |x: u32| old[x as usize] != new[x as usize];
                Run::push_where(&mut runs, row, 0..mask.size().width(), differs);
            }
        }
        self.flip(&runs)
    }

    /// Turns pixels from in to out and back.
    fn flip(&mut self, runs: &[Run]) -> Result<Change> {
        let Some(stale) = self.cells_below(runs) else {
            return Ok(Change::default());
        };
        self.flip_pixels(runs);
        let footprint = target::footprint(&self.request());
        let part = stale.grown(footprint.margin, &self.lattice);
        let region = self.region_of(&footprint, &part);
        let dirty: Vec<usize> = part
            .cells(&self.lattice)
            .zip(region)
            .filter(|&(cell, filled)| self.region[cell] != filled)
            .map(|(cell, _)| cell)
            .collect();
        let turn = |region: &mut [bool]| dirty.iter().for_each(|&cell| region[cell] ^= true);
        turn(&mut self.region);
        match self.board().follow(&self.history, &dirty) {
            Ok(changed) => Ok(self.apply(&changed, &stale)),
            Err(error) => {
                turn(&mut self.region);
                self.flip_pixels(runs);
                Err(error)
            }
        }
    }

    fn region_of(&self, footprint: &Footprint<'_>, part: &Part) -> Vec<bool> {
        footprint.region(&part.lattice(&self.lattice))
    }

    fn flip_pixels(&mut self, runs: &[Run]) {
        for run in runs {
            let pixels = run.pixels.start as usize..run.pixels.end as usize;
            let width = self.mask.size().width() as usize;
            let row = &mut self.mask.coverage_mut().values_mut()[run.row as usize * width..];
            for pixel in &mut row[pixels] {
                *pixel = 1.0 - *pixel;
            }
        }
    }

    /// The cells that have anything to do with these pixels, as one rectangle.
    fn cells_below(&self, runs: &[Run]) -> Option<Part> {
        let left = runs.iter().map(|run| run.pixels.start).min()?;
        let right = runs.iter().map(|run| run.pixels.end).max()?;
        let (top, bottom) = (runs.first()?.row, runs.last()?.row + 1);
        let px_per_cell = self.lattice.side_mm * f64::from(self.scale.get());
        let cells = |px: u32| f64::from(px) / px_per_cell;
        // A cell may take a pixel that has only its centre or none of it inside the cell.
        let part = Part::between(
            &self.lattice,
            [cells(left) - 1.0, cells(top) - 1.0],
            [cells(right) + 1.0, cells(bottom) + 1.0],
        );
        Some(part)
    }

    fn add(&mut self, obstacle: Obstacle) -> Result<Change> {
        obstacle.check()?;
        self.nearby.add(obstacle);
        let change = self.follow_obstacle(&obstacle);
        match change {
            Ok(_) => self.obstacles.push(obstacle),
            Err(_) => self.nearby.remove(&obstacle),
        }
        change
    }

    fn remove(&mut self, index: usize) -> Result<Change> {
        let Some(&obstacle) = self.obstacles.get(index) else {
            return Err(Error::OutOfRange {
                parameter: "obstacle index",
                value: index as f64,
                allowed: "below the number of obstacles",
            });
        };
        self.nearby.remove(&obstacle);
        let change = self.follow_obstacle(&obstacle);
        match change {
            Ok(_) => drop(self.obstacles.swap_remove(index)),
            Err(_) => self.nearby.add(obstacle),
        }
        change
    }

    fn follow_obstacle(&mut self, obstacle: &Obstacle) -> Result<Change> {
        let part = reached(&self.lattice, obstacle);
        let dirty: Vec<usize> = part
            .cells(&self.lattice)
            .filter(|&cell| self.region[cell])
            .collect();
        let changed = self.board().follow(&self.history, &dirty)?;
        let nothing = Part {
            columns: 0..0,
            rows: 0..0,
        };
        Ok(self.apply(&changed, &nothing))
    }

    fn board(&self) -> Board<'_> {
        Board {
            lattice: &self.lattice,
            region: &self.region,
            nearby: &self.nearby,
            seed: self.seed,
        }
    }

    /// Enters the changed words, and asks the mask again in stale cells.
    fn apply(&mut self, changed: &[(usize, u32)], stale: &Part) -> Change {
        let mut cells: Vec<(usize, u32)> = changed.to_vec();
        let words = self.history.words();
        cells.extend(stale.cells(&self.lattice).map(|cell| (cell, words[cell])));
        // Of a cell that is in both lists the changed word comes first.
        cells.sort_by_key(|&(cell, _)| cell);
        cells.dedup_by_key(|&mut (cell, _)| cell);
        let mut change = Change::default();
        let mut come = Vec::new();
        for &(cell, word) in &cells {
            let before = self.kept[cell].then(|| self.dot_of(cell, self.history.words()[cell]));
            let after = spot(word).map(|_| self.dot_of(cell, word));
            let after = after.filter(|dot| self.keeps(dot));
            if before != after {
                let rank = self.rank_of(cell);
                change.removed.extend(before.map(|dot| Dot { rank, ..dot }));
                come.extend(after.map(|_| cell));
            }
        }
        for (cell, word) in cells {
            self.history.set(cell, word);
            let keeps = spot(word).is_some_and(|_| self.keeps(&self.dot_of(cell, word)));
            self.set_kept(cell, keeps);
        }
        for cell in come {
            let dot = self.dot_of(cell, self.history.words()[cell]);
            change.added.push(Dot {
                rank: self.rank_of(cell),
                ..dot
            });
        }
        change
    }

    fn set_kept(&mut self, cell: usize, kept: bool) {
        let count = &mut self.kept_in_row[cell / self.lattice.columns];
        *count = *count - u32::from(self.kept[cell]) + u32::from(kept);
        self.kept[cell] = kept;
    }

    /// How many dots come before a cell.
    fn rank_of(&self, cell: usize) -> u32 {
        let (column, row) = self.lattice.column_row(cell);
        let before = &self.kept[cell - column..cell];
        let above: u32 = self.kept_in_row[..row].iter().sum();
        above + before.iter().map(|&kept| u32::from(kept)).sum::<u32>()
    }

    /// Whether a dot belongs to the field.
    fn keeps(&self, dot: &Dot) -> bool {
        self.request().coverage_at(dot.position_mm) > 0.0
    }

    /// The dot of a word in its cell.
    fn dot_of(&self, cell: usize, word: u32) -> Dot {
        let spot = spot(word).expect("a word with a dot");
        let (column, row) = self.lattice.column_row(cell);
        Dot::at(&self.lattice, column, row, spot, NOMINAL)
    }
}
