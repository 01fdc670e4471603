//! How a treatment ends: a soft zone along the edge of the mask, never a ruler line.

use std::borrow::Cow;

use glam::Vec2;

use crate::error::{Error, Result};
use crate::look::parts::Parts;
use crate::mask::{Mask, smoothstep};
use crate::noise::Noise;
use crate::parallel;
use crate::plane::Plane;
use crate::random::{Seed, Stage};
use crate::scene::{Chart, HairBeside};
use crate::units::Scale;

/// The transition zone along the edge of a treatment. Lengths in mm, on the skin where the head's shape is known
/// ([`Look::with_head`](crate::Look::with_head)), shares 0 to 1.
///
/// The zone lies inside the mask: nothing is drawn beyond it unless [`Edge::past_mm`] says so. In a mask
/// too narrow for the whole zone everything shrinks in proportion, and so it does in each of several parts that lie apart;
/// parts narrower than 6 mm have the zone of the widest.
///
/// # Examples
/// ```
/// use stubblefield::{Edge, Look};
///
/// let mut defined = Edge::default();
/// defined.width_mm = 3.0;
/// let look = Look::stubble().with_edge(defined);
/// # let _ = look;
/// ```
///
/// # References
/// P. Shapiro and R. Shapiro on hairlines in hair transplantation (Facial Plast. Surg. Clin. 12,
/// 2004): a transition zone of 5 to 15 mm with single fine hairs foremost, irregular at the scale of
/// millimetres and wavy at the scale of centimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Edge {
    /// Width of the zone, 0..=50 mm: 3 for a defined hairline, 9 natural, 15 faded.
    pub width_mm: f32,
    /// Density at the outer end relative to the inside, 0..=1.
    pub density: f32,
    /// Dot size at the outer end relative to the inside, 0.1..=1.
    pub size: f32,
    /// Strength at the outer end relative to the inside, 0..=1.
    pub strength: f32,
    /// Distance between the crests and the troughs of the waves by which the zone is drawn in, 0..=20 mm; the
    /// line strays by a quarter of it, as a standard deviation.
    pub wave_mm: f32,
    /// Length of those waves from crest to crest, 1..=100 mm.
    pub wave_length_mm: f32,
    /// How far small gaps and clusters draw the edge in, 0..=10 mm.
    pub gap_mm: f32,
    /// Distance between those gaps, 0.2..=20 mm.
    pub gap_length_mm: f32,
    /// How far past the mask the treatment runs out, 0..=20 mm: 0 ends it with the mask.
    pub past_mm: f32,
    /// Density just past the mask, relative to the inside, 0..=1; it falls to nothing over
    /// [`Edge::past_mm`].
    pub past_density: f32,
    /// Whether it thins out before the person's own hair as well, where the photo shows hair beside the mask. If
    /// not, it meets the hair with its full density, since between two thin edges lies a pale line.
    #[cfg_attr(feature = "serde", serde(default))]
    pub before_hair: bool,
}

impl Default for Edge {
    /// The natural hairline of a shaved scalp. Widths and shares are guesses from hairline surgery.
    fn default() -> Self {
        Self {
            width_mm: 9.0,
            density: 0.15,
            size: 0.75,
            strength: 0.60,
            wave_mm: 6.0,
            wave_length_mm: 22.0,
            gap_mm: 1.5,
            gap_length_mm: 1.5,
            past_mm: 0.0,
            past_density: 0.0,
            before_hair: false,
        }
    }
}

/// How a treatment lies on its mask.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    /// Everything that dots may come to, less what is no skin.
    pub(super) reached: Mask,
    /// As [`Edge::zone`].
    pub(super) zone: Plane<f32>,
    /// Density relative to that where the treatment is full.
    pub(super) density: Plane<f32>,
    /// 1 where it is full.
    pub(super) full: Plane<u8>,
}

impl Laid {
    /// Leaves to own hair what it shades already: both together come to the density that is asked for.
    pub(super) fn leave_to(&mut self, hair: &HairBeside) {
        let columns = self.density.size().width() as usize;
        parallel::for_each_chunk(self.density.values_mut(), columns, |y, row| {
            for (x, own) in hair.shares_in_row(y as u32, columns) {
                row[x] *= 1.0 - own;
            }
        });
        parallel::for_each_chunk(self.full.values_mut(), columns, |y, row| {
            for (x, own) in hair.shares_in_row(y as u32, columns) {
                row[x] &= u8::from(own <= HARDLY);
            }
        });
    }
}

/// What places and noise refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub(super) scale: Scale,
    pub(super) seed: Seed,
}

/// Height at which smooth noise counts as a crest: two deviations, for its
/// extremes are seldom met.
const CREST: f32 = 1.0 / (2.0 * Noise::SD);

/// Share of own hair up to which a treatment counts as full.
const HARDLY: f32 = 0.05;

/// Share of the deepest place of a part of a mask that the zone with its waves may take at most.
const MAX_SHARE: f32 = 0.45;

impl Edge {
    /// No soft zone inside: full up to the border of the mask, and thinning out past it with dots of 85 %
    /// of the size and half the strength; for a scar.
    #[must_use]
    pub const fn past(past_mm: f32, past_density: f32) -> Self {
        Self {
            width_mm: 0.0,
            density: 1.0,
            size: 0.85,
            strength: 0.5,
            wave_mm: 0.0,
            wave_length_mm: 18.0,
            gap_mm: 0.0,
            gap_length_mm: 1.5,
            past_mm,
            past_density,
            before_hair: false,
        }
    }

    /// An error naming the first value outside its range.
    pub(super) fn check(&self) -> Result<()> {
        let share = |name, v| Error::within(name, v, 0.0, 1.0, "0..=1");
        Error::within("edge width_mm", self.width_mm, 0.0, 50.0, "0..=50 mm")?;
        share("edge density", self.density)?;
        Error::within("edge size", self.size, 0.1, 1.0, "0.1..=1")?;
        share("edge strength", self.strength)?;
        Error::within("edge wave_mm", self.wave_mm, 0.0, 20.0, "0..=20 mm")?;
        Error::within(
            "edge wave_length_mm",
            self.wave_length_mm,
            1.0,
            100.0,
            "1..=100 mm",
        )?;
        Error::within("edge gap_mm", self.gap_mm, 0.0, 10.0, "0..=10 mm")?;
        Error::within(
            "edge gap_length_mm",
            self.gap_length_mm,
            0.2,
            20.0,
            "0.2..=20 mm",
        )?;
        Error::within("edge past_mm", self.past_mm, 0.0, 20.0, "0..=20 mm")?;
        share("edge past_density", self.past_density)
    }

    /// How a treatment lies on its mask, from which the wall is already taken away; before `beyond` it does not end. The
    /// zone is measured on the skin where there is a chart of it, what lies past the mask in the picture.
    pub(super) fn lay(
        &self,
        treated: &Mask,
        beyond: &Mask,
        chart: Option<&Chart>,
        ground: Ground,
    ) -> Result<Laid> {
        let zone = match chart {
            Some(chart) => self.zone_on(chart, treated, beyond, ground.seed)?,
            None => self.zone(treated, beyond, ground)?,
        };
        let columns = zone.size().width() as usize;
        let mut density = Plane::filled(zone.size(), 0.0_f32);
        parallel::for_each_chunk(density.values_mut(), columns, |y, row| {
            for (density, &z) in row.iter_mut().zip(zone.row(y as u32)) {
                *density = self.density_at(z);
            }
        });
        let mut reached = treated.clone();
        let mut within = None;
        if self.past_mm > 0.0 {
            let away = treated.signed_distance_px();
            let past_px = ground.scale.to_px(self.past_mm);
            // On both sides of the border, so that the faint rim of a scar is no gap.
            let own = density
                .values_mut()
                .iter_mut()
                .zip(reached.coverage_mut().values_mut());
            let around = away.values().iter().zip(beyond.coverage().values());
            for ((density, covered), (&away, &beyond)) in own.zip(around) {
                let past = self.past_density * (1.0 - smoothstep(-away / past_px));
                *density = (*density * *covered).max(past);
                if -away < past_px {
                    *covered = 1.0 - beyond;
                }
            }
            within = Some(away);
        }
        let (depth, from) = within.as_ref().map_or((&zone, 1.0), |away| (away, 0.0));
        let mut full = Plane::filled(zone.size(), 0_u8);
        parallel::for_each_chunk(full.values_mut(), columns, |y, row| {
            // The wall beyond lies deep in the zone as well.
            let covered = reached.coverage().row(y as u32);
            let places = depth.row(y as u32).iter().zip(covered);
            for (full, (&depth, &covered)) in row.iter_mut().zip(places) {
                *full = u8::from(depth >= from && covered > 0.0);
            }
        });
        Ok(Laid {
            reached,
            zone,
            density,
            full,
        })
    }

    /// The mask with what the treatment reaches past it.
    pub(super) fn reached<'a>(&self, mask: &'a Mask, scale: Scale) -> Cow<'a, Mask> {
        if self.past_mm == 0.0 {
            return Cow::Borrowed(mask);
        }
        Cow::Owned(mask.grown(scale.to_px(self.past_mm)))
    }

    /// An error for a treatment that runs out past a mask without a border, which nowhere covers half of a pixel.
    pub(super) fn check_on(&self, mask: &Mask) -> Result<()> {
        if self.past_mm == 0.0 {
            return Ok(());
        }
        let covered = mask.coverage().values().iter();
        let most = covered.fold(0.0_f32, |a, &b| a.max(b));
        let has_border = most == 0.0 || most >= 0.5;
        Error::check(
            "greatest coverage of the mask",
            f64::from(most),
            has_border,
            "at least 0.5 where the treatment runs out past it, as that of a scar does",
        )
    }

    /// How far into the zone each pixel lies: 0 at its outer end, 1 from its inner end on, below 0 where
    /// the irregular edge leaves the skin free.
    ///
    /// Where the treatment borders on `beyond`, the wall or own hair, it goes on to the last pixel.
    pub(super) fn zone(&self, treated: &Mask, beyond: &Mask, ground: Ground) -> Result<Plane<f32>> {
        let Ground { scale, seed } = ground;
        // Soft coverage thins the dots by itself: the zone starts where the mask does.
        let either = |a, b| f32::from(u8::from(a > 0.0 || b > 0.0));
        let width_mm = self.width_mm.max(self.gap_mm).max(1e-3);
        let whole_mm = width_mm + self.wave_mm;
        // Whatever lies farther off has no part in the zone, however wide or narrow the mask.
        let near = treated.rows_near(scale.to_px(whole_mm) / MAX_SHARE + 2.0);
        let all = treated.combine(beyond, either)?;
        let mut zone = all.signed_distance_in(near);
        let parts = Parts::of(treated, &zone, scale);
        // From crest to crest smooth noise needs two of its lattice's cells.
        let wave = Noise::new(seed, Stage::EdgeNoise, 0.5 * self.wave_length_mm, 0);
        let gap = Noise::new(seed, Stage::EdgeNoise, self.gap_length_mm, 1);
        let place = |inside_mm: f32, fit: f32, at: Vec2| {
            if inside_mm >= whole_mm * fit {
                return 1.0;
            }
            let (wave_mm, gap_mm) = (0.5 * self.wave_mm * fit, 0.5 * self.gap_mm * fit);
            let inside_mm = inside_mm - wave_mm * (1.0 + CREST * wave.at(at)).clamp(0.0, 2.0);
            let drawn_in = gap_mm * (1.0 + gap.at(at));
            let t = (inside_mm - drawn_in) / (width_mm * fit - drawn_in).max(1e-3);
            t.clamp(-1.0, 1.0)
        };
        let columns = zone.size().width() as usize;
        parallel::for_each_chunk(zone.values_mut(), columns, |y, row| {
            for (x, value) in row.iter_mut().enumerate() {
                let inside_mm = scale.to_mm(*value);
                *value = if inside_mm >= whole_mm {
                    1.0
                } else if inside_mm < -scale.to_mm(1.0) {
                    -1.0
                } else {
                    // Waves move the zone, gaps eat into it, and all of it stays out of the treatment behind.
                    let deepest_mm = scale.to_mm(parts.deepest_at(x, y));
                    let fit = (MAX_SHARE * deepest_mm / whole_mm).min(1.0);
                    let at = Vec2::new(scale.to_mm(x as f32 + 0.5), scale.to_mm(y as f32 + 0.5));
                    place(inside_mm, fit, at)
                };
            }
        });
        Ok(zone)
    }

    /// Density relative to the inside, for a place in the zone.
    pub(super) fn density_at(&self, zone: f32) -> f32 {
        if zone < 0.0 {
            0.0
        } else {
            self.density + (1.0 - self.density) * zone
        }
    }

    /// Size relative to the inside, for a place in the zone.
    pub(super) fn size_at(&self, zone: f32) -> f32 {
        self.size + (1.0 - self.size) * zone.max(0.0)
    }

    /// Strength relative to the inside, for a place in the zone.
    pub(super) fn strength_at(&self, zone: f32) -> f32 {
        self.strength + (1.0 - self.strength) * zone.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    fn none(size: Size) -> Mask {
        Mask::full(size).invert()
    }

    fn ground(scale: Scale) -> Ground {
        Ground {
            scale,
            seed: Seed::new(5),
        }
    }

    #[test]
    fn the_rim_of_the_head_is_no_edge() {
        let size = Size::new(120, 120).unwrap();
        let scale = Scale::px_per_mm(3.0).unwrap();
        let wall = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 40.0))).unwrap();
        let treated =
            Mask::from_fn(size, |p| f32::from(u8::from((40.0..90.0).contains(&p.y)))).unwrap();
        let zone = Edge::default()
            .zone(&treated, &wall, ground(scale))
            .unwrap();
        assert!((0..120).all(|x| zone.at(x, 40) == 1.0));
        assert!((0..120).all(|x| zone.at(x, 89) < 0.5));
    }

    fn zone(edge: &Edge) -> (Plane<f32>, Scale) {
        let scale = Scale::px_per_mm(2.0).unwrap();
        let size = Size::new(240, 160).unwrap();
        let lower = Mask::from_fn(size, |p| f32::from(u8::from(p.y > 40.0))).unwrap();
        (
            edge.zone(&lower, &none(size), ground(scale)).unwrap(),
            scale,
        )
    }

    #[test]
    fn the_edge_is_soft_wavy_and_never_outside() {
        let (zone, _) = zone(&Edge::default());
        assert!((0..240).all(|x| (0..40).all(|y| zone.at(x, y) <= 0.0 || y >= 38)));
        assert!((0..240).all(|x| zone.at(x, 159) == 1.0));
        // The first treated row differs from column to column by millimetres, not pixels.
        let first: Vec<i64> = (0..240)
            .map(|x| (0..160).find(|&y| zone.at(x, y) >= 0.0).unwrap())
            .collect();
        let mean = first.iter().sum::<i64>() as f64 / 240.0;
        let sd = (first
            .iter()
            .map(|&y| (y as f64 - mean).powi(2))
            .sum::<f64>()
            / 240.0)
            .sqrt();
        assert!(sd / 2.0 > 0.5, "the edge strays by {} mm only", sd / 2.0);
    }

    #[test]
    fn a_narrow_mask_still_gets_full_density_in_its_middle() {
        let scale = Scale::px_per_mm(4.0).unwrap();
        let size = Size::new(200, 80).unwrap();
        let strip =
            Mask::from_fn(size, |p| f32::from(u8::from((p.y - 40.0).abs() < 12.0))).unwrap();
        let zone = Edge::default()
            .zone(&strip, &none(size), ground(scale))
            .unwrap();
        let full = (0..200).filter(|&x| zone.at(x, 40) == 1.0).count();
        assert!(full > 150, "{full} of 200 columns");
    }

    #[test]
    fn a_part_does_not_ask_how_wide_another_is() {
        let scale = Scale::px_per_mm(2.0).unwrap();
        let size = Size::new(300, 160).unwrap();
        // 16 mm wide, 60 mm beside it, and a speck.
        let is_strip = |p: Vec2| (20.0..52.0).contains(&p.x);
        let is_wide = |p: Vec2| p.x > 110.0;
        let is_speck = |p: Vec2| p.distance(Vec2::new(80.0, 80.0)) < 3.0;
        let zone = |wide: bool| {
            let inside = |p| is_strip(p) || wide && (is_wide(p) || is_speck(p));
            let treated = Mask::from_fn(size, |p| f32::from(u8::from(inside(p)))).unwrap();
            Edge::default()
                .zone(&treated, &none(size), ground(scale))
                .unwrap()
        };
        let (alone, beside) = (zone(false), zone(true));
        let strip = (0..160).flat_map(|y| (20..52).map(move |x| (x, y)));
        assert!(
            strip
                .clone()
                .all(|(x, y)| alone.at(x, y) == beside.at(x, y))
        );
        let full = strip.filter(|&(x, y)| beside.at(x, y) == 1.0).count();
        assert!(full > 32 * 160 / 4, "{full}");
        assert!(beside.at(80, 80) < 0.5 && beside.at(260, 80) == 1.0);
    }

    #[test]
    fn values_out_of_range_are_named() {
        let with = |change: fn(&mut Edge)| {
            let mut edge = Edge::default();
            change(&mut edge);
            edge.check().unwrap_err().to_string()
        };
        assert!(with(|e| e.width_mm = f32::NAN).starts_with("edge width_mm is NaN"));
        assert!(with(|e| e.density = 1.5).starts_with("edge density is 1.5"));
        assert!(with(|e| e.gap_length_mm = 0.0).starts_with("edge gap_length_mm is 0"));
    }
}
