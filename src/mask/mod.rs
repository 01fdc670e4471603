//! Where the treatment goes: a coverage of 0 to 1 for every pixel of the photo.

mod distance;
mod line;
mod outline;
mod summary;

use std::ops::Range;
use std::sync::OnceLock;

use self::summary::Summary;
use crate::error::{Error, Result};
use crate::parallel;
use crate::plane::Plane;
use crate::units::{Scale, Size};

/// Where to treat: 1 inside, 0 outside, between at soft edges; one value per pixel of the photo.
///
/// # Examples
/// A disc in the middle of a small picture, less its left half.
/// ```
/// use stubblefield::{Mask, Size};
///
/// let size = Size::new(20, 20)?;
/// let disc = Mask::from_fn(size, |p| f32::from(u8::from(p.distance([10.0, 10.0].into()) < 8.0)))?;
/// let left = Mask::from_fn(size, |p| f32::from(u8::from(p.x < 10.0)))?;
/// let right_half = disc.subtract(&left)?;
/// assert_eq!(right_half.coverage().at(5, 10), 0.0);
/// assert_eq!(right_half.coverage().at(14, 10), 1.0);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mask {
    coverage: Plane<f32>,
    /// Found when it is first asked for.
    summary: OnceLock<Summary>,
}

impl PartialEq for Mask {
    fn eq(&self, other: &Self) -> bool {
        self.coverage == other.coverage
    }
}

impl Mask {
    /// The whole picture.
    #[must_use]
    pub fn full(size: Size) -> Self {
        Self::from_shares(Plane::filled(size, 1.0))
    }

    /// A mask over coverages that are already there.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a value is NaN or outside 0..=1.
    pub fn from_coverage(coverage: Plane<f32>) -> Result<Self> {
        if let Some(&bad) = coverage.values().iter().find(|c| !(0.0..=1.0).contains(*c)) {
            return Err(Error::OutOfRange {
                parameter: "coverage",
                value: f64::from(bad),
                allowed: "0..=1",
            });
        }
        Ok(Self::from_shares(coverage))
    }

    /// A mask over coverages that are known to be shares.
    pub(crate) const fn from_shares(coverage: Plane<f32>) -> Self {
        Self {
            coverage,
            summary: OnceLock::new(),
        }
    }

    /// 1 where something holds of a plane, 0 elsewhere.
    pub(crate) fn of<T: Copy>(plane: &Plane<T>, holds: impl Fn(T) -> bool) -> Self {
        Self::from_shares(plane.map(|value| f32::from(u8::from(holds(value)))))
    }

    /// 1 on the mask and on what lies nearer to it than so many pixels.
    pub(crate) fn grown(&self, px: f32) -> Self {
        Self::of(&self.signed_distance_px(), |inside| -inside < px)
    }

    /// A mask from an 8-bit grey picture: 255 is treat, 0 is leave alone.
    #[must_use]
    pub fn from_gray8(gray: &Plane<u8>) -> Self {
        Self::from_shares(gray.map(|g| f32::from(g) * (1.0 / 255.0)))
    }

    /// A mask of `f(position)`, asked once at every pixel centre, in pixels.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when `f` returns NaN or a value outside 0..=1.
    pub fn from_fn(size: Size, f: impl Fn(glam::Vec2) -> f32) -> Result<Self> {
        Self::from_coverage(Plane::from_fn(size, |x, y| {
            f(glam::Vec2::new(x as f32 + 0.5, y as f32 + 0.5))
        }))
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.coverage.size()
    }

    /// The coverage of every pixel, 0 to 1.
    #[must_use]
    pub const fn coverage(&self) -> &Plane<f32> {
        &self.coverage
    }

    /// The coverages, to be set to other shares.
    pub(crate) fn coverage_mut(&mut self) -> &mut Plane<f32> {
        self.summary.take();
        &mut self.coverage
    }

    /// Sum of all coverages, in pixels.
    ///
    /// # Cost
    /// One pass over the pixels when it is first asked for.
    #[must_use]
    pub fn area_px(&self) -> f64 {
        self.summary().area_px
    }

    /// True when no pixel is covered at all.
    ///
    /// # Cost
    /// That of [`Mask::area_px`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bounds().is_none()
    }

    /// Left, top, right and bottom of the pixels with any coverage, the last two not included; `None`
    /// without any.
    pub(crate) fn bounds(&self) -> Option<[u32; 4]> {
        self.summary().bounds
    }

    /// [`Mask::bounds`] of a mask that covers all pixels between them wholly.
    pub(crate) fn rectangle(&self) -> Option<[u32; 4]> {
        self.summary().rectangle()
    }

    /// Whether every pixel is either in or out.
    pub(crate) fn is_hard(&self) -> bool {
        self.summary().hard
    }

    fn summary(&self) -> Summary {
        // Not held while it is found: a thread that helps with that may come to ask for it itself.
        self.summary.get().copied().unwrap_or_else(|| {
            let summary = Summary::new(&self.coverage);
            *self.summary.get_or_init(|| summary)
        })
    }

    /// Treats what either mask treats.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when the sizes differ.
    pub fn union(&self, other: &Self) -> Result<Self> {
        self.combine(other, f32::max)
    }

    /// Treats only what both masks treat.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when the sizes differ.
    pub fn intersect(&self, other: &Self) -> Result<Self> {
        self.combine(other, f32::min)
    }

    /// Treats what this mask treats and `other` does not.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] when the sizes differ.
    pub fn subtract(&self, other: &Self) -> Result<Self> {
        self.combine(other, |a, b| a.min(1.0 - b))
    }

    /// Treats what this mask leaves alone.
    #[must_use]
    pub fn invert(&self) -> Self {
        Self::from_shares(self.coverage.map(|c| 1.0 - c))
    }

    /// The mask of every pixel that is covered at all.
    pub(crate) fn support(&self) -> Self {
        Self::of(&self.coverage, |c| c > 0.0)
    }

    /// `f` of the coverages of both masks, which must be a share.
    pub(crate) fn combine(
        &self,
        other: &Self,
        f: impl Fn(f32, f32) -> f32 + Sync + Send,
    ) -> Result<Self> {
        other.size().check_equals(self.size(), "mask")?;
        let mut coverage = Plane::filled(self.size(), 0.0_f32);
        let columns = self.size().width() as usize;
        parallel::for_each_chunk(coverage.values_mut(), columns, |y, row| {
            let [a, b] = [self, other].map(|mask| mask.coverage.row(y as u32));
            for ((value, &a), &b) in row.iter_mut().zip(a).zip(b) {
                *value = f(a, b);
            }
        });
        Ok(Self::from_shares(coverage))
    }

    /// Distance of every pixel centre from the edge, in pixels: positive inside, negative outside.
    ///
    /// The edge runs where the coverage crosses ½. The picture's own border is no edge: skin goes
    /// on beyond it. Without an edge all values are +∞ or −∞.
    ///
    /// # Tolerance
    /// Exact between pixel centres, hence within half a pixel of the edge as drawn.
    ///
    /// # Cost
    /// A few nanoseconds per pixel, linear in the pixels whatever the shape.
    #[must_use]
    pub fn signed_distance_px(&self) -> Plane<f32> {
        distance::signed(&self.coverage, 0..self.size().height() as usize)
    }

    /// [`Mask::signed_distance_px`] as it would be if the picture had these rows alone; −∞ in all others.
    pub(crate) fn signed_distance_in(&self, rows: Range<usize>) -> Plane<f32> {
        distance::signed(&self.coverage, rows)
    }

    /// The rows with any coverage, and those up to `px` above and below.
    pub(crate) fn rows_near(&self, px: f32) -> Range<usize> {
        let more = px.ceil() as u32;
        self.bounds().map_or(0..0, |[_, top, _, bottom]| {
            let bottom = bottom.saturating_add(more).min(self.size().height());
            top.saturating_sub(more) as usize..bottom as usize
        })
    }

    /// The mask with a soft edge that rises from 0 at the edge to 1 `width_mm` further in.
    ///
    /// Never wider than the mask itself: nothing outside is treated.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a width that is NaN or outside 0..=1000 mm.
    pub fn feather(&self, width_mm: f32, scale: Scale) -> Result<Self> {
        let inside = (0.0..=1000.0).contains(&width_mm);
        Error::check("feather", f64::from(width_mm), inside, "0..=1000 mm")?;
        let mut coverage = self.signed_distance_px();
        let per_px = 1.0 / scale.to_px(width_mm).max(1e-3);
        for (value, &own) in coverage.values_mut().iter_mut().zip(self.coverage.values()) {
            *value = own.min(smoothstep(*value * per_px));
        }
        Ok(Self::from_shares(coverage))
    }
}

/// 0 below 0, 1 above 1, and 3t² − 2t³ between, which leaves and arrives without a kink.
#[inline(always)]
pub(crate) fn smoothstep(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::Vec2;

    fn disc(radius: f32) -> Mask {
        Mask::from_fn(Size::new(64, 64).unwrap(), |p| {
            (0.5 + radius - p.distance(Vec2::splat(32.0))).clamp(0.0, 1.0)
        })
        .unwrap()
    }

    #[test]
    fn signed_distance_follows_a_disc() {
        let signed = disc(20.0).signed_distance_px();
        for y in 0..64 {
            for x in 0..64 {
                let p = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                let exact = 20.0 - p.distance(Vec2::splat(32.0));
                let got = signed.at(i64::from(x), i64::from(y));
                assert!((got - exact).abs() <= 0.75, "{got} for {exact} at {p}");
            }
        }
    }

    #[test]
    fn an_area_counts_every_pixel_whatever_their_number() {
        for width in 1..=20_u32 {
            let size = Size::new(width, 1).unwrap();
            // Sums of thirty-seconds are exact.
            let mask = Mask::from_fn(size, |p| (p.x + 0.5) / 32.0).unwrap();
            assert_eq!(mask.area_px(), f64::from(width * (width + 1)) / 64.0);
        }
    }

    #[test]
    fn bounds_rows_and_what_grows_hold_every_pixel_and_no_more() {
        let dots = [Vec2::new(5.5, 7.5), Vec2::new(20.5, 9.5)];
        let mask = Mask::from_fn(Size::new(64, 40).unwrap(), |p| {
            f32::from(u8::from(dots.contains(&p)))
        })
        .unwrap();
        assert_eq!(
            (mask.bounds(), mask.is_hard()),
            (Some([5, 7, 21, 10]), true)
        );
        let soft = mask.grown(1.0).coverage().values().to_vec();
        let soft = soft.into_iter().map(|c| 0.5 * c).collect();
        let soft = Mask::from_coverage(Plane::from_vec(mask.size(), soft).unwrap()).unwrap();
        assert!(!soft.is_hard());
        assert_eq!(mask.rows_near(1.5), 5..12);
        assert_eq!(mask.rows_near(1e9), 0..40);
        // A pixel beside lies half a pixel from the edge, one across a corner less than one.
        let grown = [0.5, 0.6, 1.0, 1.5, 1.6].map(|px| mask.grown(px).area_px());
        assert_eq!(grown, [2.0, 10.0, 18.0, 18.0, 26.0]);
    }

    #[test]
    fn a_rectangle_is_told_from_all_else_also_after_a_change() {
        let size = Size::new(20, 9).unwrap();
        let block = |value: f32| {
            Mask::from_fn(size, |p| {
                let inside = (3.0..11.0).contains(&p.x) && (2.0..7.0).contains(&p.y);
                if inside { value } else { 0.0 }
            })
            .unwrap()
        };
        assert_eq!(Mask::full(size).rectangle(), Some([0, 0, 20, 9]));
        assert_eq!(block(1.0).rectangle(), Some([3, 2, 11, 7]));
        assert_eq!(block(0.5).rectangle(), None);
        assert_eq!(block(0.0).rectangle(), None);
        let mut mask = block(1.0);
        assert_eq!(mask.area_px(), 40.0);
        mask.coverage_mut().values_mut()[3 * 20 + 5] = 0.0;
        assert_eq!((mask.area_px(), mask.rectangle()), (39.0, None));
        mask.coverage_mut().values_mut()[3 * 20 + 5] = 1.0;
        mask.coverage_mut().values_mut()[19] = 1.0;
        assert_eq!(mask.bounds(), Some([3, 0, 20, 7]));
        assert_eq!((mask.area_px(), mask.rectangle()), (41.0, None));
        // Whether it has been asked is no part of what it is.
        assert!(mask == mask.intersect(&mask).unwrap() && mask != block(1.0));
    }

    #[test]
    fn without_an_edge_the_distance_is_infinite() {
        let size = Size::new(5, 4).unwrap();
        assert!(
            Mask::full(size)
                .signed_distance_px()
                .values()
                .iter()
                .all(|&d| d == f32::INFINITY)
        );
        let none = Mask::full(size).invert().signed_distance_px();
        assert!(none.values().iter().all(|&d| d == f32::NEG_INFINITY));
    }

    #[test]
    fn feather_only_takes_away_and_is_whole_inside() {
        let scale = Scale::px_per_mm(2.0).unwrap();
        let hard = disc(20.0);
        let soft = hard.feather(4.0, scale).unwrap();
        for (s, h) in soft
            .coverage()
            .values()
            .iter()
            .zip(hard.coverage().values())
        {
            assert!(s <= h);
        }
        assert_eq!(soft.coverage().at(32, 32), 1.0);
        // Half of it 2 mm inside, which are 4 px, 5/32 of it 1 mm inside.
        for (x, share) in [(48, 0.5), (50, 0.156)] {
            let between = 0.5 * (soft.coverage().at(x - 1, 32) + soft.coverage().at(x, 32));
            assert!((between - share).abs() < 0.04, "{between} for {share}");
        }
        // What was soft before stays at most as it was.
        let faint = Mask::from_fn(hard.size(), |_| 0.7).unwrap();
        let faint = faint.intersect(&hard).unwrap();
        assert!(
            faint
                .feather(4.0, scale)
                .unwrap()
                .coverage()
                .values()
                .iter()
                .all(|&c| c <= 0.7)
        );
        assert!(hard.feather(f32::NAN, scale).is_err() && hard.feather(-1.0, scale).is_err());
    }

    #[test]
    fn boolean_operations_keep_soft_values() {
        let size = Size::new(2, 1).unwrap();
        let mask = |a, b| Mask::from_coverage(Plane::from_vec(size, vec![a, b]).unwrap()).unwrap();
        let (a, b) = (mask(0.25, 1.0), mask(0.5, 0.75));
        assert_eq!(a.union(&b).unwrap(), mask(0.5, 1.0));
        assert_eq!(a.intersect(&b).unwrap(), mask(0.25, 0.75));
        assert_eq!(a.subtract(&b).unwrap(), mask(0.25, 0.25));
        assert_eq!(a.invert(), mask(0.75, 0.0));
        assert!(a.union(&Mask::full(Size::new(1, 2).unwrap())).is_err());
    }

    #[test]
    fn coverages_outside_the_unit_range_are_refused() {
        let size = Size::new(1, 1).unwrap();
        for bad in [f32::NAN, -0.1, 1.5, f32::INFINITY] {
            assert!(Mask::from_fn(size, |_| bad).is_err());
        }
    }
}
