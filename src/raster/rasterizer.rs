//! The worker that draws ink onto a picture.

use crate::error::{Error, Result};
use crate::parallel;
use crate::plane::Plane;
use crate::progress::Progress;
use crate::raster::bins::Bins;
use crate::raster::chords::Bands;
use crate::raster::drawn::{Drawn, PixelRect};
use crate::raster::extent::Found;
use crate::raster::ink::{Ink, InkDot};
use crate::raster::pass::{Pass, Scratch};
use crate::raster::pixels::{Channels, Pixels, PixelsMut, Samples, SourceSamples};
use crate::raster::redraw::Memory;
use crate::raster::resolve::Curve;
use crate::raster::tables::Tables;
use crate::raster::tile::Shape;
use crate::raster::tile_set::TileSet;
use crate::simd::Level;
use crate::units::Size;
use std::ops::Range;
use std::sync::Mutex;

/// Draws ink onto pictures; owns tables and scratch, so keep it and use it again.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Channels, Ink, InkDot, PixelsMut, Rasterizer, Size};
///
/// let mut skin = vec![180_u8; 16 * 16 * 3];
/// let dots = [InkDot { center_px: Vec2::new(8.0, 8.0), radius_px: 1.5, absorptance: [0.6; 3] }];
/// let picture = PixelsMut::from_u8(&mut skin, Size::new(16, 16)?, Channels::Rgb, 48)?;
/// let drawn = Rasterizer::new().composite(picture, &Ink::new(&dots, 0.7))?;
/// assert_eq!(drawn.dots, 1);
/// assert!(skin[3 * (8 * 16 + 8)] < 140 && skin[0] == 180);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # Tolerance
/// The coverage of a pixel by a dot is within 0.6/255 of the exact integral over the pixel (in 8-bit
/// pictures for radii up to 200 blurs; 0.8/255 was seen at 330, and more may be beyond), the total ink of
/// a dot within 0.5 %; a 16-bit code is within 1 of the exact result. Pictures of 8-bit
/// codes hold transmittance in steps of 2⁻¹⁵ and are within 0.57 codes of the exact result under sRGB; the
/// ink of dots that take less than a hundredth of every pixel's light is good to one and a half such
/// steps at their darkest pixel. A pixel without ink keeps its bits.
///
/// # Determinism
/// The same dots, picture and crate version give the same bytes for any number of threads, any
/// [`Level`] and any tile size.
#[derive(Debug)]
pub struct Rasterizer {
    level: Level,
    tile: Shape,
    /// Tables of the blurs last used, the very last first.
    tables: Vec<Tables>,
    bins: Bins,
    ellipses: Bands,
    /// What the bins hold, when [`Rasterizer::redraw`] filled them.
    memory: Option<Memory>,
    tiles: TileSet,
    scratch: Vec<Mutex<Scratch>>,
}

/// Blurs whose tables are kept: a few hundred kB each for the dots of a photo.
const MOST_BLURS: usize = 16;

impl Default for Rasterizer {
    fn default() -> Self {
        Self::new()
    }
}

impl Rasterizer {
    /// The size of tiles unless [`Rasterizer::with_tile_px`] says otherwise, given as there, in pixels:
    /// tiles of 512 × 64. Their transmittance fits a second-level cache, and few dots reach two tiles.
    pub const DEFAULT_TILE_PX: u32 = 128;

    /// A worker at the machine's best instruction level.
    #[must_use]
    pub fn new() -> Self {
        Self::with_level(Level::detect())
    }

    /// A worker at a given level, one of [`Level::supported`]; the result is the same at each.
    #[must_use]
    pub fn with_level(level: Level) -> Self {
        Self {
            level,
            tile: Shape::of_side(Self::DEFAULT_TILE_PX as usize),
            tables: Vec::new(),
            bins: Bins::default(),
            ellipses: Bands::default(),
            memory: None,
            tiles: TileSet::default(),
            scratch: Vec::new(),
        }
    }

    /// The same worker with tiles of another size, given by the side of a square, in pixels, 8..=1024: a
    /// tile is up to eight times as wide as high and twice as large as that square, but at most 512 wide and
    /// 1024 high. The result is the same for each.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside that range.
    pub fn with_tile_px(mut self, tile_px: u32) -> Result<Self> {
        let fits = (8..=1024).contains(&tile_px);
        Error::check("tile_px", f64::from(tile_px), fits, "8..=1024")?;
        self.tile = Shape::of_side(tile_px as usize);
        self.scratch.clear();
        self.memory = None;
        Ok(self)
    }

    /// Draws ink onto a picture, in place.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a blur, dot or transfer exponent outside its range,
    /// [`Error::SizeMismatch`] for a surface of another size, [`Error::TooLarge`] for too many
    /// dots; each before any pixel is written.
    ///
    /// # Cost
    /// Proportional to the dots and to the pixels that they reach. The first call with a new
    /// blur builds a table for each class of radius: a few milliseconds each for dots of a few
    /// pixels, but growing with the third power of radius over blur. Sharp discs of hundreds of
    /// pixels are allowed and slow, and not told to stop before their table is done.
    pub fn composite(&mut self, target: PixelsMut<'_>, ink: &Ink<'_>) -> Result<Drawn> {
        let size = target.size;
        ink.check_but_dots(size)?;
        target.transfer.check()?;
        let found = self.prepare(size, ink)?;
        self.draw(None, target, ink, None, None)?;
        Ok(Drawn::new(found, size, ink))
    }

    /// Draws ink onto a copy of a picture: all of `source` is copied to `target`, whatever that
    /// held, and drawn on. The same bytes as from [`Rasterizer::composite`]; only what a row of
    /// `target` has beyond the picture's width is left alone.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Channels, Ink, Pixels, PixelsMut, Rasterizer, Size};
    ///
    /// let (size, before) = (Size::new(2, 2)?, [180_u8; 12]);
    /// let mut after = [0_u8; 12];
    /// let source = Pixels::from_u8(&before, size, Channels::Rgb, 6)?;
    /// let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, 6)?;
    /// Rasterizer::new().composite_into(source, target, &Ink::new(&[], 0.7))?;
    /// assert_eq!(before, after);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Rasterizer::composite`], and [`Error::SizeMismatch`] or [`Error::UnknownName`] for a
    /// source of another size, kind of elements or channels than the target's.
    pub fn composite_into(
        &mut self,
        source: Pixels<'_>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
    ) -> Result<Drawn> {
        self.draw_into(source, target, ink, None)
    }

    /// [`Rasterizer::composite_into`], watched: asked whether to stop at every row of tiles.
    ///
    /// # Errors
    /// As [`Rasterizer::composite_into`], and [`Error::Cancelled`]; some of `target` may then have
    /// been written.
    pub fn composite_into_with(
        &mut self,
        source: Pixels<'_>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
        progress: &dyn Progress,
    ) -> Result<Drawn> {
        self.draw_into(source, target, ink, Some(progress))
    }

    fn draw_into(
        &mut self,
        source: Pixels<'_>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
        progress: Option<&dyn Progress>,
    ) -> Result<Drawn> {
        ink.check_but_dots(target.size)?;
        target.transfer.check()?;
        source.check(&target)?;
        let found = self.prepare(target.size, ink)?;
        self.draw(Some(source), target, ink, None, progress)?;
        Ok(Drawn::new(found, source.size, ink))
    }

    /// Draws again what has changed since this rasterizer's last [`Rasterizer::redraw`], to the
    /// bytes that [`Rasterizer::composite_into`] would give. `source`, the surface and the
    /// transfer must be those of that call, and `target` must hold what it left.
    ///
    /// The first call, one after any other method of the rasterizer, and one with another size
    /// or blur draw everything. [`Drawn::bounds`] tells which part of `target` was written.
    ///
    /// # Errors
    /// As [`Rasterizer::composite_into`].
    ///
    /// # Cost
    /// One look at every dot, and the tiles that changed dots or cells of the veil reach or
    /// reached. Dots are compared place by place where the lists have one length, otherwise all
    /// between the first difference and the last count as changed. The lists are kept.
    pub fn redraw(
        &mut self,
        source: Pixels<'_>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
    ) -> Result<Drawn> {
        self.redraw_edit(source, target, ink, None)
    }

    /// [`Rasterizer::redraw`] for a caller who knows which dots have changed: `changed` is a range of
    /// the new list; the dots before it and those behind it must be the ones of the last call, where
    /// between them stood as many dots as the difference of the lists' lengths tells. Ellipses and
    /// veil are compared as there. Where other dots have changed too, the picture is something between
    /// the two, until they are told of.
    ///
    /// # Examples
    /// ```
    /// use glam::Vec2;
    /// use stubblefield::{Channels, Ink, InkDot, Pixels, PixelsMut, Rasterizer, Size};
    ///
    /// let (size, before) = (Size::new(64, 64)?, [180_u8; 3 * 64 * 64]);
    /// let mut after = before;
    /// let dot = |x| InkDot { center_px: Vec2::new(x, 9.0), radius_px: 1.5, absorptance: [0.6; 3] };
    /// let mut dots = vec![dot(9.0), dot(30.0), dot(50.0)];
    /// let mut rasterizer = Rasterizer::new().with_tile_px(16)?;
    /// let mut draw = |dots: &[InkDot], changed| {
    ///     let source = Pixels::from_u8(&before, size, Channels::Rgb, 192)?;
    ///     let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, 192)?;
    ///     rasterizer.redraw_changed(source, target, &Ink::new(dots, 0.7), changed)
    /// };
    /// draw(&dots, 0..3)?;
    /// dots[1].absorptance = [0.1; 3];
    /// let drawn = draw(&dots, 1..2)?;
    /// assert!(drawn.bounds.is_some_and(|b| b.left > 20 && b.right < 40));
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Rasterizer::redraw`], and [`Error::OutOfRange`] for a range that does not lie in the list
    /// or leaves more dots beside it than the last call had.
    ///
    /// # Cost
    /// As [`Rasterizer::redraw`] without the look at every dot.
    pub fn redraw_changed(
        &mut self,
        source: Pixels<'_>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
        changed: Range<usize>,
    ) -> Result<Drawn> {
        self.redraw_edit(source, target, ink, Some(changed))
    }

    fn redraw_edit(
        &mut self,
        source: Pixels<'_>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
        changed: Option<Range<usize>>,
    ) -> Result<Drawn> {
        let size = target.size;
        ink.check_but_dots(size)?;
        target.transfer.check()?;
        source.check(&target)?;
        let Some(mut memory) = self.memory.take_if(|memory| memory.suits(size, ink)) else {
            let mut drawn = self.composite_into(source, target, ink)?;
            self.memory = Some(Memory::new(size, ink));
            drawn.bounds = Some(PixelRect::whole(size));
            return Ok(drawn);
        };
        let edit = match changed {
            Some(changed) => memory.told(ink.dots, changed),
            None => Ok(memory.edit(ink.dots)),
        };
        let checked = edit.and_then(|edit| {
            let changed = &ink.dots[edit.new_range()];
            changed.iter().try_for_each(InkDot::check).map(|()| edit)
        });
        let edit = match checked {
            Ok(edit) => edit,
            Err(error) => {
                self.memory = Some(memory); // nothing has been drawn
                return Err(error);
            }
        };
        self.tiles.clear(size, self.tile);
        let tables = &mut self.tables[0];
        let gone = memory.dots(edit.old_range());
        let found = self
            .bins
            .edit(gone, ink.dots, &edit, self.level, tables, size)?;
        memory.mark_dots(ink.dots, &edit, self.level, tables, &mut self.tiles);
        memory.mark_ellipses(ink.ellipses, &tables.profile, &mut self.tiles);
        memory.mark_veil(ink.veil, &mut self.tiles);
        let profile = &tables.profile;
        let aslant = self
            .ellipses
            .fill(ink.ellipses, profile, size, self.tile.height);
        let found = found.and(aslant);
        let tiles = std::mem::take(&mut self.tiles);
        self.draw(Some(source), target, ink, Some(&tiles), None)?;
        let bounds = tiles.bounds().map(PixelRect::from);
        self.tiles = tiles;
        self.memory = Some(memory);
        Ok(Drawn {
            dots: found.dots,
            bounds,
        })
    }

    /// The share of linear light that ink leaves in each pixel of a picture of `size`: one plane
    /// each for red, green and blue, exactly 1 where there is no ink. In single precision: pictures of
    /// 8-bit codes are drawn with the nearest steps of 2⁻¹⁵.
    ///
    /// # Errors
    /// As [`Rasterizer::composite`].
    pub fn transmittance(&mut self, size: Size, ink: &Ink<'_>) -> Result<[Plane<f32>; 3]> {
        let stride = size.width() as usize * 3;
        let mut light = vec![1.0_f32; size.pixels() * 3];
        let white = PixelsMut::from_f32(&mut light, size, Channels::Rgb, stride)?;
        self.composite(white, ink)?;
        Ok(std::array::from_fn(|c| {
            Plane::from_fn(size, |x, y| light[y as usize * stride + x as usize * 3 + c])
        }))
    }

    /// Tables and bins for a pass over everything.
    fn prepare(&mut self, size: Size, ink: &Ink<'_>) -> Result<Found> {
        self.memory = None; // of bins that are filled anew
        let known = self.tables.iter().position(|t| t.blur_px() == ink.blur_px);
        match known {
            Some(at) => self.tables[..=at].rotate_right(1),
            None => {
                self.tables.truncate(MOST_BLURS - 1);
                self.tables.insert(0, Tables::new(ink.blur_px));
            }
        }
        let tables = &mut self.tables[0];
        let found = self.bins.fill(self.level, ink.dots, tables, size)?;
        let profile = &tables.profile;
        let aslant = self
            .ellipses
            .fill(ink.ellipses, profile, size, self.tile.height);
        Ok(found.and(aslant))
    }

    /// Draws with the first of the tables.
    fn draw(
        &mut self,
        source: Option<Pixels<'_>>,
        target: PixelsMut<'_>,
        ink: &Ink<'_>,
        wanted: Option<&TileSet>,
        progress: Option<&dyn Progress>,
    ) -> Result<()> {
        let workers = parallel::workers();
        if self.scratch.len() < workers {
            let shape = self.tile;
            let scratch = || Mutex::new(Scratch::new(shape));
            self.scratch.resize_with(workers, scratch);
        }
        let pass = Pass {
            level: self.level,
            shape: self.tile,
            tables: &self.tables[0],
            bins: &self.bins,
            ellipses: &self.ellipses,
            size: target.size,
            ink,
            curve: &Curve::new(target.transfer),
            stride: target.stride,
            wanted,
        };
        let from = source.map(|source| (source.samples, source.stride));
        let (channels, scratch) = (target.channels, &mut self.scratch[..]);
        match target.samples {
            Samples::U8(pixels) => {
                let source = match from {
                    Some((SourceSamples::U8(pixels), stride)) => Some((pixels, stride)),
                    _ => None,
                };
                pass.run(source, pixels, channels, scratch, progress)
            }
            Samples::U16(pixels) => {
                let source = match from {
                    Some((SourceSamples::U16(pixels), stride)) => Some((pixels, stride)),
                    _ => None,
                };
                pass.run(source, pixels, channels, scratch, progress)
            }
            Samples::F32(pixels) => {
                let source = match from {
                    Some((SourceSamples::F32(pixels), stride)) => Some((pixels, stride)),
                    _ => None,
                };
                pass.run(source, pixels, channels, scratch, progress)
            }
        }
    }
}
