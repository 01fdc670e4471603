//! How the camera drew the picture: blur, noise and compression.

mod blur;
mod spectrum;

use crate::mask::Mask;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::USUAL_BLUR_PX;
use crate::units::{Scale, Size};
use blur::{Fit, Noise, fit, fit_tile};
use spectrum::{RINGS, Spectrum, TILE, Tile, frequency};

/// The most tiles that are read, wherever they lie: more tell nothing new.
const MOST_TILES: u32 = 700;

/// Least distance between tiles, in pixels.
const LEAST_STEP: u32 = 32;

/// Rings whose power counts as detail when tiles are put in order.
const DETAIL: std::ops::Range<usize> = 6..24;

/// Shares of the tiles that are taken for flat, and for rich in detail.
const FLAT: f32 = 0.15;
const RICH: f32 = 0.30;

/// From this ring on a flat tile shows noise alone.
const NOISE_FROM: usize = 18;

/// Sides in pixels of the cells in which wide blurs are read. Of the finest detail a wide point spread leaves nothing, and what is
/// there instead, noise, what JPEG keeps and copies that enlarging makes, reads as sharp; in larger cells it is gone.
const COARSER: [u32; 2] = [2, 4];

/// Least width in cells, and over that read in finer ones, at which a reading in larger cells counts if it is surer: sharp photos read
/// up to 0.8 cells there.
const LEAST_WIDE: f32 = 0.9;
const LEAST_WIDER: f32 = 2.0;

/// Narrowest and widest point spread that is reported, in pixels.
const WIDTHS: std::ops::RangeInclusive<f32> = 0.3..=8.0;

/// What the photo tells of the camera and of the file it went through.
///
/// # Examples
/// Skin that is perfectly flat tells nothing about sharpness, and that is what comes back.
/// ```
/// use stubblefield::{Camera, Photo, Size};
///
/// let size = Size::new(200, 150)?;
/// let flat = Photo::from_rgb8(size, [200, 150, 130].repeat(size.pixels()))?;
/// let camera = Camera::read(&flat);
/// assert!(camera.blur.is_none() && camera.grain.is_none());
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Camera {
    /// The point spread; `None` where nothing in the picture is fine and clear enough to tell.
    pub blur: Option<BlurMap>,
    /// The noise; `None` where there is none.
    pub grain: Option<Grain>,
    /// How much stronger steps are between the 8×8 blocks of JPEG than within them: 1 for none, 1.3
    /// where blocks can be seen.
    pub blockiness: f32,
}

/// Width of the point spread over the picture.
#[derive(Clone, Debug)]
pub struct BlurMap {
    /// Standard deviation in pixels, of the detail of the picture on the whole, before each pixel
    /// averages over its own square.
    pub sigma_px: f32,
    /// The same around each tile of the picture, near the whole's where a tile tells little.
    tiles: Plane<f32>,
    /// Standard error of the width of the whole, as a share of it.
    error: f32,
    /// Between tiles, and of their cells, in pixels.
    step: u32,
    side: u32,
}

/// The noise of a picture, in linear light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain {
    /// Standard deviation of the luminance at full white. It falls with the root of the light.
    pub sd_at_white: f32,
    /// How far noise is correlated between pixels: standard deviation in pixels of the Gaussian that
    /// would make it from independent noise; 0 for none.
    pub size_px: f32,
}

impl Grain {
    /// Standard deviation in linear light, at full white, of the independent noise that would make it: its power where it is widest.
    pub(in crate::scene) fn independent(&self) -> f32 {
        self.sd_at_white / left(self.size_px)
    }
}

impl Camera {
    /// Reads blur, noise and compression from tiles all over the picture.
    ///
    /// What is in front of the lens is taken to be marks of about one width, whose power falls with frequency as that of edges
    /// does, and the point spread to be a Gaussian; the noise is that of the flattest tiles, and what JPEG adds where there is
    /// detail. Of all widths that explain the picture the mean is reported, none where they lie more than a third apart (as a standard
    /// deviation). In-camera sharpening makes the result narrower, since it did so to the picture.
    ///
    /// # Tolerance
    /// On five sets of 40 synthetic scalps of stubble with blurs of 0.6 to 1.5 px within 15 % on 37, 35, 34, 34 and 36, off by 10 % in
    /// the root of the mean square; one in 200 is not told. Above 30 px/mm a blur below 0.7 px reads up to a third too wide, for the
    /// hairs' own width looks like one: there [`Camera::read_at`] is better. Below 8 px/mm dark skin in noise reads up to a quarter too
    /// narrow. Blurs of 1.5 to 3.6 px are within 15 % on 36 of 40. After JPEG 4:2:0 at quality 85, within 15 % on 148 of the 200, off by
    /// 14 %. A picture that was made larger reads as at least half as soft again as it was.
    ///
    /// # Cost
    /// At most 700 tiles of 64×64 pixels are read, whatever the size of the photo, as many pixels again in cells of 2×2, and for
    /// wide blurs in cells of 4×4.
    ///
    /// # References
    /// The power law of pictures: D. J. Field, "Relations between the statistics of natural images and
    /// the response properties of cortical cells", J. Opt. Soc. Am. A 4 (1987).
    #[must_use]
    pub fn read(photo: &Photo) -> Self {
        Self::of(photo, None)
    }

    /// As [`Camera::read`], of a photo of skin and hair at a known scale: what is in front of the lens is then taken to be no narrower
    /// than hairs, and wide hairs are told from a soft lens. A scale that is stated too large makes the blur too narrow.
    ///
    /// # Tolerance
    /// On the scalps of [`Camera::read`] within 15 % on 36, 36, 38, 36 and 38, off by 8 %; after JPEG 4:2:0 at quality 85 on 160 of
    /// the 200, off by 12 %, at quality 75 on about 6 in 10, mostly too narrow. Above 30 px/mm it still reads 6 % too wide in the
    /// mean.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Camera, PatchRequest, Scale, Seed, Size};
    ///
    /// let (size, scale) = (Size::new(300, 300)?, Scale::px_per_mm(20.0)?);
    /// let patch = PatchRequest::new(size, scale, Seed::new(1)).generate()?;
    /// let sigma_px = Camera::read_at(&patch.photo, scale).blur.map(|blur| blur.sigma_px);
    /// assert!(sigma_px.is_some_and(|sigma_px| (sigma_px / patch.request.blur_px - 1.0).abs() < 0.15));
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    #[must_use]
    pub fn read_at(photo: &Photo, scale: Scale) -> Self {
        Self::of(photo, Some(scale))
    }

    /// As [`Camera::read`] or, with a scale, as [`Camera::read_at`].
    pub(in crate::scene) fn of(photo: &Photo, scale: Option<Scale>) -> Self {
        let spectrum = Spectrum::new();
        let cut_out = photo.transparent();
        let read = |side| read_tiles(photo, cut_out.as_ref(), &spectrum, side, scale);
        let (noise, mut blur) = read(1);
        for side in COARSER {
            match read(side).1 {
                Some(coarse) if coarse.is_wider_than(blur.as_ref()) => blur = Some(coarse),
                None if blur.is_none() => {}
                _ => break,
            }
        }
        Self {
            blur,
            grain: grain(&noise),
            blockiness: blockiness(photo, cut_out.as_ref()),
        }
    }

    /// Standard deviation of the point spread in pixels; the usual one where the photo does not tell.
    pub(in crate::scene) fn blur_px(&self) -> f32 {
        self.blur
            .as_ref()
            .map_or(USUAL_BLUR_PX, |blur| blur.sigma_px)
    }
}

/// Noise and blur as tiles of cells of `side` × `side` pixels all over the picture show them; the rim of a cut-out is sharper
/// than any camera draws, and what it hides has no noise.
fn read_tiles(
    photo: &Photo,
    cut_out: Option<&Mask>,
    spectrum: &Spectrum,
    side: u32,
    scale: Option<Scale>,
) -> (Noise, Option<BlurMap>) {
    let grid = Grid::over(photo.size(), side);
    let tiles = if grid.fits {
        parallel::map(grid.tiles.pixels(), |i| {
            let (x, y) = grid.corner(i);
            if cut_out.is_some_and(|cut_out| grid.meets(i, cut_out)) {
                return None;
            }
            spectrum.read(photo, side as usize, x, y)
        })
    } else {
        Vec::new()
    };
    let mut ordered: Vec<&Tile> = tiles.iter().flatten().collect();
    ordered.sort_by(|a, b| detail(a).total_cmp(&detail(b)));
    let share = |s: f32| ((ordered.len() as f32 * s).ceil() as usize).min(ordered.len());
    let noise = noise(&ordered[..share(FLAT)]);
    let rich = &ordered[ordered.len() - share(RICH)..];
    let cells_per_mm = scale.map(|scale| scale.get() / side as f32);
    let blur = fit(rich, &noise, cells_per_mm)
        .map(|whole| BlurMap::from_tiles(&whole, &tiles, &noise, &grid));
    (noise, blur)
}

/// Where tiles lie.
struct Grid {
    tiles: Size,
    /// Between them, in pixels.
    step: u32,
    /// Of a cell, in pixels.
    side: u32,
    fits: bool,
}

impl Grid {
    fn over(size: Size, side: u32) -> Self {
        let (width, height) = (size.width(), size.height());
        let tile = TILE as u32 * side;
        let along = |side_px: u32, step: u32| side_px.saturating_sub(tile) / step + 1;
        let mut step = LEAST_STEP * side;
        // As many pixels, whatever the cells.
        while along(width, step) * along(height, step) > MOST_TILES / (side * side) {
            step += 8 * side;
        }
        Self {
            tiles: Size::within(along(width, step), along(height, step)),
            step,
            side,
            fits: width >= tile && height >= tile,
        }
    }

    fn corner(&self, i: usize) -> (u32, u32) {
        let columns = self.tiles.width();
        (
            i as u32 % columns * self.step,
            i as u32 / columns * self.step,
        )
    }

    /// Whether a tile lies on any of a mask.
    fn meets(&self, i: usize, mask: &Mask) -> bool {
        let (x, y) = self.corner(i);
        let px = TILE as u32 * self.side;
        let columns = x as usize..(x + px) as usize;
        let covers = |y| {
            mask.coverage().row(y)[columns.clone()]
                .iter()
                .any(|&c| c > 0.0)
        };
        (y..y + px).any(covers)
    }
}

/// Contrast of a tile's detail, squared.
fn detail(tile: &Tile) -> f32 {
    let power: f32 = tile.power[DETAIL]
        .iter()
        .enumerate()
        .map(|(i, p)| p * (i + DETAIL.start) as f32)
        .sum();
    power / (tile.mean * tile.mean)
}

/// Power of the noise, for a luminance of 1, from tiles that show little else.
fn noise(flat: &[&Tile]) -> Noise {
    let light: f32 = flat.iter().map(|tile| tile.mean).sum();
    std::array::from_fn(|j| {
        let power: f32 = flat.iter().map(|tile| tile.power[j]).sum();
        if light > 0.0 { power / light } else { 0.0 }
    })
}

/// Strength and size of noise of a known power.
fn grain(noise: &Noise) -> Option<Grain> {
    let (mut n, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for j in NOISE_FROM..RINGS {
        if noise[j] > 1e-12 {
            let (k2, log) = (frequency(j) * frequency(j), libm::logf(noise[j]));
            n += 1.0;
            x += k2;
            y += log;
            xx += k2 * k2;
            xy += k2 * log;
        }
    }
    if n < 5.0 {
        return None;
    }
    let slope = ((n * xy - x * y) / (n * xx - x * x)).min(0.0);
    let level = libm::expf((y - slope * x) / n);
    let size_px = slope.abs().sqrt();
    Some(Grain {
        sd_at_white: level.sqrt() * left(size_px),
        size_px,
    })
}

/// Share of the standard deviation of independent noise that is left in a pixel after a Gaussian of that size: the mean of what it
/// lets through, over both axes up to half a cycle.
fn left(size_px: f32) -> f32 {
    let steps = 64;
    let along = |i: i32| {
        let k = std::f32::consts::PI * (i as f32 + 0.5) / steps as f32;
        libm::expf(-size_px * size_px * k * k)
    };
    (0..steps).map(along).sum::<f32>() / steps as f32
}

/// Bends of the brightness between blocks of JPEG over those inside them, along rows; the blocks may
/// start at any column. What is transparent does not count.
fn blockiness(photo: &Photo, cut_out: Option<&Mask>) -> f32 {
    let size = photo.size();
    let rows = size.height().min(512) as usize;
    let of_row = |i: usize| {
        let y = (i as u64 * u64::from(size.height()) / rows as u64) as u32;
        let mut row = vec![[0.0; 3]; size.width() as usize];
        photo.linear_srgb_row(y, &mut row);
        let roots: Vec<f32> = row.iter().map(|light| light[1].max(0.0).sqrt()).collect();
        let mut sums = [[0.0_f64; 2]; 8];
        let hides = |x: usize| {
            let hidden = |mask: &Mask| mask.coverage().row(y)[x..x + 4].iter().any(|&h| h > 0.0);
            cut_out.is_some_and(hidden)
        };
        for (x, near) in roots.windows(4).enumerate() {
            if hides(x) {
                continue;
            }
            let [a, b, c, d] = [near[0], near[1], near[2], near[3]];
            let bend = ((c - b) - 0.5 * ((b - a) + (d - c))).abs();
            let [sum, count] = &mut sums[x % 8];
            *sum += f64::from(bend);
            *count += 1.0;
        }
        sums
    };
    let mut sums = [[0.0; 2]; 8];
    for row in parallel::map(rows, of_row) {
        for (all, [sum, count]) in sums.iter_mut().zip(row) {
            *all = [all[0] + sum, all[1] + count];
        }
    }
    let mut means = sums.map(|[sum, count]| sum / count.max(1.0));
    means.sort_by(f64::total_cmp);
    let inside = means[..7].iter().sum::<f64>() / 7.0;
    if inside > 0.0 {
        (means[7] / inside) as f32
    } else {
        1.0
    }
}

/// Relative spread of widths that a picture is expected to have by itself.
const SPREAD: f32 = 0.35;

impl BlurMap {
    /// From the fit of the whole.
    fn from_tiles(whole: &Fit, tiles: &[Option<Tile>], noise: &Noise, grid: &Grid) -> Self {
        let width = |variance: f32| {
            let sigma_px = grid.side as f32 * variance.max(0.0).sqrt();
            sigma_px.clamp(*WIDTHS.start(), *WIDTHS.end())
        };
        let variance = whole.variance.max(0.0);
        // Each tile's own variance and how much it counts.
        let own: Vec<(f32, f32)> = tiles
            .iter()
            .map(|tile| {
                let fit = tile.as_ref().and_then(|tile| fit_tile(tile, noise, whole));
                fit.map_or((0.0, 0.0), |fit| {
                    (fit.variance.max(0.0), 1.0 / (fit.error * fit.error))
                })
            })
            .collect();
        let prior = 1.0 / (SPREAD * (variance + 0.1)).powi(2);
        let (columns, rows) = (
            i64::from(grid.tiles.width()),
            i64::from(grid.tiles.height()),
        );
        let around = |x: u32, y: u32| {
            let (mut weight, mut sum) = (prior, prior * variance);
            for dy in -1..=1 {
                for dx in -1..=1 {
                    let (x, y) = (i64::from(x) + dx, i64::from(y) + dy);
                    if (0..columns).contains(&x) && (0..rows).contains(&y) {
                        let (variance, own) = own[(y * columns + x) as usize];
                        let near = if dx == 0 && dy == 0 { 1.0 } else { 0.4 };
                        weight += near * own;
                        sum += near * own * variance;
                    }
                }
            }
            width(sum / weight)
        };
        Self {
            sigma_px: width(whole.variance),
            tiles: Plane::from_fn(grid.tiles, around),
            error: whole.error,
            step: grid.step,
            side: grid.side,
        }
    }

    /// Whether it is as wide as cells can tell, wider than read in finer ones, and surer.
    fn is_wider_than(&self, finer: Option<&Self>) -> bool {
        let least = LEAST_WIDE * self.side as f32;
        finer.is_none_or(|finer| {
            let is_wider = self.sigma_px >= least && self.sigma_px > LEAST_WIDER * finer.sigma_px;
            is_wider && self.error < finer.error
        })
    }

    /// Width of the point spread around a place, in pixels: standard deviation.
    #[must_use]
    pub fn at(&self, place_px: glam::Vec2) -> f32 {
        let tile = (place_px - 0.5 * (TILE as u32 * self.side) as f32) / self.step as f32 + 0.5;
        self.tiles.sample(tile.x, tile.y)
    }
}
