//! Hairlines drawn through a few points of the forehead.

use glam::Vec2;

use crate::error::{Error, Result};
use crate::look::Edge;
use crate::look::curve;
use crate::mask::{Mask, smoothstep};
use crate::plane::Plane;
use crate::units::{Scale, Size};

/// The character of a hairline: how its line runs, and how soft it is.
///
/// # Examples
/// ```
/// use stubblefield::HairlineShape;
///
/// assert_eq!("receded".parse::<HairlineShape>()?, HairlineShape::Receded);
/// assert!(HairlineShape::Edged.edge().width_mm < HairlineShape::Soft.edge().width_mm);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// The shapes on offer, and that a rounder line asks for a softer edge and a receded one for the softest, are
/// practitioners' lore; widths and shares are guesses within the 5 to 15 mm of P. Shapiro and R. Shapiro (see
/// [`Edge`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum HairlineShape {
    /// Through the points in a smooth curve, with a natural edge of 9 mm.
    #[default]
    Soft,
    /// Rounded off: the points draw the curve towards them, and it reaches only the first and the last.
    /// An edge of 10 mm.
    Rounded,
    /// Through the points, but drawn back over both temples, with the softest edge, of 15 mm.
    Receded,
    /// Through the points, broken up by gaps of several millimetres in an edge of 9 mm.
    Broken,
    /// In straight lines from point to point, as a barber edges it up, with an edge of 3 mm.
    Edged,
}

impl HairlineShape {
    /// Every name that `parse` knows.
    pub const NAMES: &'static str = "soft, rounded, receded, broken, edged";

    /// The edge that belongs to it, for [`Look::with_edge`](crate::Look::with_edge).
    #[must_use]
    pub fn edge(self) -> Edge {
        let soft = Edge::default();
        match self {
            Self::Soft => soft,
            Self::Rounded => Edge {
                width_mm: 10.0,
                ..soft
            },
            Self::Receded => Edge {
                width_mm: 15.0,
                density: 0.10,
                wave_mm: 7.0,
                ..soft
            },
            Self::Broken => Edge {
                density: 0.25,
                gap_mm: 5.0,
                gap_length_mm: 4.0,
                ..soft
            },
            Self::Edged => Edge {
                width_mm: 3.0,
                density: 0.40,
                size: 0.85,
                strength: 0.75,
                wave_mm: 3.0,
                gap_mm: 1.6,
                ..soft
            },
        }
    }
}

impl std::str::FromStr for HairlineShape {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "soft" => Ok(Self::Soft),
            "rounded" => Ok(Self::Rounded),
            "receded" => Ok(Self::Receded),
            "broken" => Ok(Self::Broken),
            "edged" => Ok(Self::Edged),
            _ => Err(Error::UnknownName {
                parameter: "hairline shape",
                value: name.to_owned(),
                allowed: Self::NAMES,
            }),
        }
    }
}

/// A hairline on a photo, from which the treatment spreads over the scalp behind it.
///
/// Its points run from one temple to the other with the scalp to the left of the way: in a picture from the
/// front, from left to right. Past its ends the treatment fades into the hair of the sides.
///
/// # Examples
/// ```
/// use glam::Vec2;
/// use stubblefield::{Hairline, HairlineShape, Look, Scale, Size};
///
/// let points = [[20.0, 110.0], [70.0, 70.0], [120.0, 65.0], [170.0, 70.0], [220.0, 110.0]];
/// let hairline = Hairline::new(points.map(Vec2::from).to_vec(), HairlineShape::Rounded);
/// let (size, scale) = (Size::new(240, 160)?, Scale::px_per_mm(2.0)?);
/// let mask = hairline.mask(size, scale)?;
/// assert_eq!(mask.coverage().at(120, 20), 1.0); // scalp
/// assert_eq!(mask.coverage().at(120, 120), 0.0); // forehead
/// let look = Look::stubble().with_edge(hairline.shape.edge());
/// # let _ = look;
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Hairline {
    /// From temple to temple, in pixels of the photo.
    pub points_px: Vec<Vec2>,
    /// How the line runs.
    pub shape: HairlineShape,
    /// How far [`HairlineShape::Receded`] draws back over the temples, 0..=60 mm; a guess of 12 unless stated.
    pub recession_mm: f32,
    /// Length past the ends of the line over which the treatment fades into the sides, 0..=60 mm: a guess of
    /// 20 within 15 to 30.
    pub side_fade_mm: f32,
    /// How far behind the line the treatment goes, 1..=300 mm; as far as the photo shows unless stated. Its last
    /// third, at most 20 mm of it, fades.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub depth_mm: Option<f32>,
    /// Points of hair before the temples, each as three points in pixels: where it leaves the hair above, its
    /// tip, and where it meets the hair again.
    pub temples_px: Vec<[Vec2; 3]>,
}

impl Hairline {
    /// A hairline without temple points that spreads over everything behind it.
    #[must_use]
    pub const fn new(points_px: Vec<Vec2>, shape: HairlineShape) -> Self {
        Self {
            points_px,
            shape,
            recession_mm: 12.0,
            side_fade_mm: 20.0,
            depth_mm: None,
            temples_px: Vec::new(),
        }
    }

    /// The line itself as points in pixels, before [`Edge`] makes it irregular: from one of the hairline's points to the
    /// next as many as there are steps of 2 px straight between them, at most a thousand.
    ///
    /// # Errors
    /// As [`Hairline::mask`], but that it knows no picture.
    pub fn curve_px(&self, scale: Scale) -> Result<Vec<Vec2>> {
        let points = &self.points_px;
        let enough = points.len() >= 2;
        Error::check(
            "points of the hairline",
            points.len() as f64,
            enough,
            "at least 2",
        )?;
        for point in points {
            for value in [point.x, point.y] {
                let inside = value.abs() <= MAX_COORDINATE_PX;
                Error::check(
                    "point of the hairline",
                    f64::from(value),
                    inside,
                    "-1e6..=1e6 px",
                )?;
            }
        }
        if let Some(pair) = points
            .windows(2)
            .find(|pair| pair[0].distance(pair[1]) < 0.5)
        {
            let allowed = "at least half a pixel from the point before it";
            Error::check(
                "point of the hairline",
                f64::from(pair[0].x),
                false,
                allowed,
            )?;
        }
        if let Some(at) = curve::crossing(points) {
            let allowed = "a line that does not cross itself";
            Error::check("point of the hairline", f64::from(at.x), false, allowed)?;
        }
        let mm = |name, v| Error::within(name, v, 0.0, 60.0, "0..=60 mm");
        mm("hairline recession_mm", self.recession_mm)?;
        mm("hairline side_fade_mm", self.side_fade_mm)?;
        let depth = self.depth_mm.unwrap_or(300.0);
        Error::within("hairline depth_mm", depth, 1.0, 300.0, "1..=300 mm")?;
        Ok(match self.shape {
            HairlineShape::Edged => curve::straight(points),
            HairlineShape::Rounded => curve::rounded(points),
            HairlineShape::Soft | HairlineShape::Broken => curve::through(points),
            HairlineShape::Receded => {
                receded(&curve::through(points), scale.to_px(self.recession_mm))
            }
        })
    }

    /// What lies behind the line, fading past its ends and where it ends in depth; the temples at half the
    /// density.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for fewer than two points, for points outside the picture, nearer than half a pixel to
    /// the one before or on a line that crosses itself, and for lengths out of their range.
    ///
    /// # Cost
    /// A few passes over the photo, one of them an exact distance.
    pub fn mask(&self, size: Size, scale: Scale) -> Result<Mask> {
        for &point in &self.points_px {
            size.check_inside("point of the hairline", point)?;
        }
        for &point in self.temples_px.iter().flatten() {
            size.check_inside("point of a temple", point)?;
        }
        let line = self.curve_px(scale)?;
        let reach_px = scale.to_px(END_MM);
        let start = end(line.iter().copied(), reach_px);
        let end = end(line.iter().rev().copied(), reach_px);
        let far = (4.0 * (size.width() as f32 + size.height() as f32)).min(FARTHEST_PX);
        let back = left_of((end.at - start.at).normalize_or(end.away));
        let mut outline = line;
        let corners = [
            end.at + end.away * far,
            end.at + (end.away + 2.0 * back) * far,
            start.at + (start.away + 2.0 * back) * far,
            start.at + start.away * far,
        ];
        outline.extend(corners);
        let behind = Mask::from_polygon(size, &outline)?;
        let mut mask = self.fade(&behind, &outline, [start, end], scale)?;
        for temple in &self.temples_px {
            let outline = curve::through(temple);
            let temple = Mask::from_polygon(size, &outline)?;
            let thin = temple.coverage().map(|covered| TEMPLE * covered);
            mask = mask.union(&Mask::from_shares(thin))?;
        }
        Ok(mask)
    }

    fn fade(&self, behind: &Mask, outline: &[Vec2], ends: [End; 2], scale: Scale) -> Result<Mask> {
        let depth = match self.depth_mm {
            None => None,
            Some(depth) => {
                let fade = (depth / 3.0).min(20.0);
                let away = depth_px(behind.size(), outline)?;
                Some((away, scale.to_px(depth), scale.to_px(fade)))
            }
        };
        let side_px = scale.to_px(self.side_fade_mm).max(1.0);
        let shares = Plane::from_fn(behind.size(), |x, y| {
            let covered = behind.coverage().at(i64::from(x), i64::from(y));
            if covered == 0.0 {
                return 0.0;
            }
            let at = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
            let past = ends.map(|end| (at - end.at).dot(end.away) / side_px);
            let side = 1.0 - smoothstep(past[0].max(past[1]));
            let rear = depth.as_ref().map_or(1.0, |(away, depth, fade)| {
                let [x, y] = [x, y].map(|at| i64::from(at + BEYOND_PX));
                1.0 - smoothstep((away.at(x, y) - depth + fade) / fade)
            });
            covered * side * rear
        });
        Ok(Mask::from_shares(shares))
    }
}

/// Room around the picture in which the border of what lies behind a line is looked for: a line may run along the frame.
const BEYOND_PX: u32 = 16;

/// How far inside an outline each place lies, in pixels, over the picture and the room around it.
fn depth_px(size: Size, outline: &[Vec2]) -> Result<Plane<f32>> {
    let [width, height] = [size.width(), size.height()].map(|side| side + 2 * BEYOND_PX);
    let moved: Vec<Vec2> = outline
        .iter()
        .map(|&at| at + Vec2::splat(BEYOND_PX as f32))
        .collect();
    let inside = Mask::from_polygon(Size::within(width, height), &moved)?;
    Ok(inside.signed_distance_px())
}

/// Coordinates beyond it carry no sub-pixel position in `f32`.
const MAX_COORDINATE_PX: f32 = 1e6;

/// How far the outline goes on past the ends of the line, and half as far as it goes back: all has faded before, and no
/// picture is so deep. Three times it from a corner of the widest picture is within [`MAX_COORDINATE_PX`].
const FARTHEST_PX: f32 = 240_000.0;

/// Length of the line's end that says where it is heading.
const END_MM: f32 = 8.0;

/// Density of temple points relative to the treatment's: they are of finer, sparser hair; a guess.
const TEMPLE: f32 = 0.5;

/// Where a line ends, and the direction in which it would go on.
#[derive(Clone, Copy)]
struct End {
    at: Vec2,
    away: Vec2,
}

/// The end from which the points come.
fn end(mut points: impl Iterator<Item = Vec2>, reach_px: f32) -> End {
    let at = points.next().unwrap_or_default();
    let mut before = at;
    for point in points {
        before = point;
        if before.distance(at) >= reach_px {
            break;
        }
    }
    let away = (at - before).normalize_or(Vec2::X);
    End { at, away }
}

/// Direction to the left of a way, in a picture whose y runs down.
const fn left_of(way: Vec2) -> Vec2 {
    Vec2::new(way.y, -way.x)
}

/// Where along the line its two corners recede most, and the length of a corner, as shares of the whole.
const CORNER: f32 = 0.24;
const CORNER_WIDTH: f32 = 0.11;

fn receded(line: &[Vec2], recession_px: f32) -> Vec<Vec2> {
    let mut along = vec![0.0_f32];
    for pair in line.windows(2) {
        along.push(along[along.len() - 1] + pair[0].distance(pair[1]));
    }
    let whole = along[along.len() - 1].max(f32::MIN_POSITIVE);
    let last = line.len() - 1;
    let moved = |i: usize| {
        let way = (line[(i + 1).min(last)] - line[i.saturating_sub(1)]).normalize_or(Vec2::X);
        let s = along[i] / whole;
        let corner = |middle: f32| {
            let t = (s - middle) / CORNER_WIDTH;
            libm::expf(-t * t)
        };
        line[i] + left_of(way) * recession_px * (corner(CORNER) + corner(1.0 - CORNER))
    };
    (0..line.len()).map(moved).collect()
}
