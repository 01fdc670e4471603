//! Beards: zones with their densities, parts that stay free, and the gaps in what grows.

use glam::Vec2;
use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use crate::error::{Error, Result};
use crate::filter;
use crate::mask::{Mask, smoothstep};
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::luminance;
use crate::units::{Scale, Size};

/// A part of the face where beard grows as densely as nowhere else.
///
/// # Examples
/// ```
/// use stubblefield::BeardZone;
///
/// assert!(BeardZone::Chin.per_cm2() > BeardZone::Cheek.per_cm2());
/// assert_eq!("neck".parse::<BeardZone>()?, BeardZone::Neck);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum BeardZone {
    /// Between the chin and the whiskers.
    Cheek,
    /// Below the lower lip.
    Chin,
    /// Above the upper lip.
    Moustache,
    /// Along the edge of the lower jaw.
    Jaw,
    /// Below the jaw, where the beard runs out.
    Neck,
}

impl BeardZone {
    /// Every name that `parse` knows.
    pub const NAMES: &'static str = "cheek, chin, moustache, jaw, neck";

    /// Dots per cm² where the zone is full.
    ///
    /// # References
    /// Follicular units of Indian men: 50 to 55 per cm² on the cheek, 70 to 75 on the chin (Dua et al.,
    /// chapter on beards in follicular unit extraction, Plastic Surgery Key). Moustache, jaw and neck
    /// are guesses between these.
    #[must_use]
    pub const fn per_cm2(self) -> f32 {
        match self {
            Self::Cheek => 52.0,
            Self::Chin => 72.0,
            Self::Moustache => 66.0,
            Self::Jaw => 60.0,
            Self::Neck => 45.0,
        }
    }
}

impl std::str::FromStr for BeardZone {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "cheek" => Ok(Self::Cheek),
            "chin" => Ok(Self::Chin),
            "moustache" => Ok(Self::Moustache),
            "jaw" => Ok(Self::Jaw),
            "neck" => Ok(Self::Neck),
            _ => Err(Error::UnknownName {
                parameter: "zone",
                value: name.to_owned(),
                allowed: Self::NAMES,
            }),
        }
    }
}

/// Width over which the neck's zone runs out at its free border, in mm, and what is left there: guesses.
const NECK_FADE_MM: f32 = 8.0;
const NECK_RIM: f32 = 0.2;

/// A beard as outlines on a photo.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Beard, BeardZone, Scale, Size};
///
/// let square = |x: f32, y: f32, side: f32| {
///     [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|c| Vec2::new(x, y) + side * Vec2::from(c)).to_vec()
/// };
/// let beard = Beard::new()
///     .with_zone(BeardZone::Chin, square(10.0, 10.0, 60.0))
///     .with_zone(BeardZone::Cheek, square(70.0, 10.0, 60.0))
///     .keeping_free(square(30.0, 20.0, 10.0));
/// let mask = beard.mask(Size::new(140, 80)?, Scale::px_per_mm(4.0)?)?;
/// assert_eq!(mask.coverage().at(20, 50), 1.0); // the densest zone
/// assert!((mask.coverage().at(100, 50) - 52.0 / 72.0).abs() < 1e-6);
/// assert_eq!(mask.coverage().at(35, 25), 0.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[must_use]
pub struct Beard {
    zones: Vec<Zoned>,
    #[cfg_attr(feature = "serde", serde(rename = "keep_free_px"))]
    free: Vec<Vec<Vec2>>,
}

/// A zone and where it is.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
struct Zoned {
    zone: BeardZone,
    outline_px: Vec<Vec2>,
}

impl Beard {
    /// No beard yet.
    pub const fn new() -> Self {
        Self {
            zones: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The beard with one zone more, as the corners of a closed outline in pixels. Where zones overlap the
    /// denser one counts.
    pub fn with_zone(mut self, zone: BeardZone, outline_px: Vec<Vec2>) -> Self {
        self.zones.push(Zoned { zone, outline_px });
        self
    }

    /// The beard without what lies in an outline: the lips, a part of the neck.
    pub fn keeping_free(mut self, outline: Vec<Vec2>) -> Self {
        self.free.push(outline);
        self
    }

    /// Densities relative to the chin's, which is that of [`Look::beard`](crate::Look::beard); the neck
    /// runs out over 8 mm where it borders on no other zone.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] without zones, and those of [`Mask::from_polygon`].
    pub fn mask(&self, size: Size, scale: Scale) -> Result<Mask> {
        let some = !self.zones.is_empty();
        Error::check("zones", self.zones.len() as f64, some, "at least 1")?;
        let mut free = Mask::full(size).invert();
        for outline in &self.free {
            free = free.union(&Mask::from_polygon(size, outline)?)?;
        }
        let mut whole = Mask::full(size).invert();
        let mut zones = Vec::with_capacity(self.zones.len());
        for Zoned { zone, outline_px } in &self.zones {
            let own = Mask::from_polygon(size, outline_px)?;
            whole = whole.union(&own)?;
            zones.push((zone, own));
        }
        let depth = whole.signed_distance_px();
        let mut beard = Plane::filled(size, 0.0_f32);
        for (zone, own) in zones {
            let full = zone.per_cm2() / BeardZone::Chin.per_cm2();
            let own = own.coverage().values().iter().zip(depth.values());
            for (value, (&own, &depth)) in beard.values_mut().iter_mut().zip(own) {
                let fade = match zone {
                    BeardZone::Neck => {
                        let in_mm = scale.to_mm(depth) / NECK_FADE_MM;
                        NECK_RIM + (1.0 - NECK_RIM) * smoothstep(in_mm)
                    }
                    _ => 1.0,
                };
                *value = value.max(own * full * fade);
            }
        }
        Mask::from_shares(beard).subtract(&free)
    }

    /// Where the beard has gaps, and the stubble around them.
    ///
    /// Within the zones, lightness averaged over 1.5 mm is split in two where the two parts differ most
    /// from each other; what is nearer the lighter mean than the darker is filled, with a soft border. Shadow counts as stubble,
    /// glare as a gap: draw the zones where the light is even.
    ///
    /// # Errors
    /// Those of [`Beard::mask`]; [`Error::NotFound`] where the two parts differ by less than 2 L*.
    ///
    /// # References
    /// N. Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. Syst. Man Cybern. 9
    /// (1979).
    pub fn gaps(&self, photo: &Photo, scale: Scale) -> Result<BeardGaps> {
        let zones = self.mask(photo.size(), scale)?;
        let cells = Cells::of(photo, &zones, scale);
        let (stubble, gap) = cells.split();
        if gap - stubble < LEAST_GAP_L {
            return Err(Error::NotFound {
                what: "gaps",
                place: "in the zones of the beard",
            });
        }
        let bare = cells
            .lightness
            .map(|l| ((l - stubble) / (gap - stubble)).clamp(0.0, 1.0));
        let bare_at = |x: u32, y: u32| {
            let at = |v: u32| (v as f32 + 0.5) / cells.side as f32;
            bare.sample(at(x), at(y))
        };
        let zone_at = |x: u32, y: u32| zones.coverage().at(i64::from(x), i64::from(y));
        let fill = Plane::from_fn(photo.size(), |x, y| {
            zone_at(x, y) * smoothstep((bare_at(x, y) - 0.2) / 0.5)
        });
        let open = |x: u32, y: u32| f32::from(u8::from(zone_at(x, y) > 0.0 && bare_at(x, y) > 0.6));
        let gaps = Mask::from_shares(Plane::from_fn(photo.size(), open));
        let away = gaps.signed_distance_px();
        let near = |x: u32, y: u32| -scale.to_mm(away.at(i64::from(x), i64::from(y))) <= AROUND_MM;
        let grown = |x: u32, y: u32| zone_at(x, y) > 0.0 && bare_at(x, y) < 0.4 && near(x, y);
        let grown = |x: u32, y: u32| f32::from(u8::from(grown(x, y)));
        Ok(BeardGaps {
            fill: Mask::from_shares(fill),
            gaps,
            stubble: Mask::from_shares(Plane::from_fn(photo.size(), grown)),
        })
    }
}

/// How far from a gap stubble is still around it, in mm: what a glance takes in.
const AROUND_MM: f32 = 6.0;

/// Lightness below which no gap is told from stubble.
const LEAST_GAP_L: f32 = 2.0;

/// What [`Beard::gaps`] finds.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Beard, BeardZone, Photo, Scale, Size};
///
/// // Dark stubble to the left, bare skin to the right.
/// let size = Size::new(100, 60)?;
/// let codes = (0..size.pixels()).flat_map(|i| if i % 100 < 60 { [150, 120, 105] } else { [205, 165, 145] });
/// let photo = Photo::from_rgb8(size, codes.collect())?;
/// let all = [[0.0, 0.0], [100.0, 0.0], [100.0, 60.0], [0.0, 60.0]].map(Vec2::from).to_vec();
/// let beard = Beard::new().with_zone(BeardZone::Chin, all);
/// let gaps = beard.gaps(&photo, Scale::px_per_mm(4.0)?)?;
/// assert!(gaps.fill.coverage().at(90, 30) > 0.9 && gaps.fill.coverage().at(10, 30) < 0.1);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BeardGaps {
    /// What to treat: the density of each zone where it is bare, less where something grows.
    pub fill: Mask,
    /// 1 on what counts as a gap.
    pub gaps: Mask,
    /// 1 on what counts as stubble, within 6 mm of a gap.
    pub stubble: Mask,
}

/// Side of the cells on which gaps are sought, and the blur over them, in mm.
const CELL_MM: f32 = 0.4;
const BLUR_MM: f32 = 1.5;

/// Bins of lightness of half a unit.
const BINS: usize = 200;

/// Mean lightness of the zones around each place of a coarse grid.
struct Cells {
    side: usize,
    lightness: Plane<f32>,
    /// Share of the cell that lies in the zones.
    weight: Vec<f32>,
}

impl Cells {
    fn of(photo: &Photo, zones: &Mask, scale: Scale) -> Self {
        let size = photo.size();
        let side = (scale.to_px(CELL_MM) as usize).max(1);
        let columns = (size.width() as usize).div_ceil(side);
        let rows = (size.height() as usize).div_ceil(side);
        // Lightness times weight, and weight, so that nothing outside the zones enters.
        let mut sums = vec![0.0_f32; 2 * columns * rows];
        let mut row = vec![[0.0_f32; 3]; size.width() as usize];
        for y in 0..size.height() {
            photo.linear_srgb_row(y, &mut row);
            let line = &mut sums[y as usize / side * 2 * columns..][..2 * columns];
            for ((x, light), &zone) in row.iter().enumerate().zip(zones.coverage().row(y)) {
                if zone > 0.0 && light.iter().all(|c| c.is_finite()) {
                    line[x / side * 2] += luminance(*light);
                    line[x / side * 2 + 1] += 1.0;
                }
            }
        }
        let weight = sums.chunks_exact(2).map(|cell| cell[1]).collect();
        let sigma = scale.to_px(BLUR_MM) / side as f32;
        let smooth = filter::gaussian(&sums, columns, 2, sigma);
        let size = Size::within(columns as u32, rows as u32);
        let lightness = Plane::from_fn(size, |x, y| {
            let i = 2 * (y as usize * columns + x as usize);
            let mean = (smooth[i] / smooth[i + 1].max(1e-6)).max(0.0);
            // Grey of that luminance.
            Lab::<D65, f32>::from_color(LinSrgb::new(mean, mean, mean)).l
        });
        Self {
            side,
            lightness,
            weight,
        }
    }

    /// Mean lightness of the darker and of the lighter part.
    fn split(&self) -> (f32, f32) {
        let mut bins = [0.0_f64; BINS];
        for (&l, &weight) in self.lightness.values().iter().zip(&self.weight) {
            let bin = (l.clamp(0.0, 99.9) * (BINS as f32 / 100.0)) as usize;
            bins[bin] += f64::from(weight);
        }
        let middle = |bin: usize| (bin as f64 + 0.5) * 100.0 / BINS as f64;
        let total: f64 = bins.iter().sum();
        let moment: f64 = (0..BINS).map(|bin| bins[bin] * middle(bin)).sum();
        let (mut below, mut dark) = (0.0, 0.0);
        let mut best = (0.0, (0.0, 0.0));
        for bin in 0..BINS {
            below += bins[bin];
            dark += bins[bin] * middle(bin);
            let above = total - below;
            if below <= 0.0 || above <= 0.0 {
                continue;
            }
            let (low, high) = (dark / below, (moment - dark) / above);
            let apart = below * above * (high - low) * (high - low);
            if apart > best.0 {
                best = (apart, (low, high));
            }
        }
        (best.1.0 as f32, best.1.1 as f32)
    }
}
