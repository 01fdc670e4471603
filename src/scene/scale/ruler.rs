//! The ticks of a ruler along a line.

use glam::Vec2;

use super::{Ruler, ScaleEstimate, ScaleSource};
use crate::error::{Error, Result};
use crate::photo::Photo;
use crate::scene::skin::luminance;
use crate::units::Scale;

/// Samples of the profile per pixel.
const PER_PX: f32 = 2.0;

/// How far to either side of the line the profile is averaged, in pixels.
const ASIDE: i32 = 2;

/// Fewest ticks that make a ruler.
const FEWEST: usize = 3;

/// A tick is what deviates from its surroundings by this share of the strongest deviation.
const DEEP: f32 = 0.45;

/// How far a tick may stand from its place on the ruler, in distances between ticks.
const LOOSE: f32 = 0.12;

/// What was read off a ruler.
#[derive(Clone, Debug, PartialEq)]
pub struct RulerReading {
    /// The scale.
    pub estimate: ScaleEstimate,
    /// Where the line crosses the ticks that were used, in pixels, along the line.
    pub ticks: Vec<Vec2>,
}

impl Ruler {
    /// The ticks along the line, and the scale that their distances give.
    ///
    /// Ticks may be darker or lighter than the ruler; a few may be hidden, and a hair may cross. A tick in
    /// which the line begins or ends is left out.
    ///
    /// # Examples
    /// ```
    /// use glam::Vec2;
    /// use stubblefield::{Photo, Ruler, Size};
    ///
    /// let size = Size::new(200, 9)?;
    /// let codes = (0..size.pixels()).flat_map(|i| [if i % 200 % 20 < 3 { 30 } else { 220 }; 3]);
    /// let photo = Photo::from_rgb8(size, codes.collect())?;
    /// let line = Ruler { from: Vec2::new(10.0, 4.5), to: Vec2::new(195.0, 4.5), tick_mm: 1.0 };
    /// let reading = line.read(&photo)?;
    /// assert!((reading.estimate.scale.get() - 20.0).abs() < 0.05);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an end outside the picture, a line shorter than 8 px, and a tick
    /// distance outside 0.05..=100 mm; [`Error::NotFound`] where fewer than three ticks stand in even
    /// distances.
    pub fn read(&self, photo: &Photo) -> Result<RulerReading> {
        let inside = (0.05..=100.0).contains(&self.tick_mm);
        let tick_mm = f64::from(self.tick_mm);
        Error::check("tick distance in mm", tick_mm, inside, "0.05..=100 mm")?;
        photo
            .size()
            .check_inside("end of the ruler's line", self.from)?;
        photo
            .size()
            .check_inside("end of the ruler's line", self.to)?;
        let length = self.from.distance(self.to);
        let long = length >= 8.0;
        Error::check(
            "length of the ruler's line",
            f64::from(length),
            long,
            "at least 8 px",
        )?;

        let marks = marks(&self.profile(photo, length));
        let comb = comb(&marks).ok_or(Error::NotFound {
            what: "ticks of a ruler",
            place: "along the line",
        })?;
        let along = (self.to - self.from) / length;
        Ok(RulerReading {
            estimate: ScaleEstimate {
                scale: Scale::px_per_mm(comb.period_px / self.tick_mm)?,
                uncertainty: comb.error_px / comb.period_px,
                source: ScaleSource::Ruler,
            },
            ticks: comb
                .places_px
                .iter()
                .map(|&s| self.from + along * s)
                .collect(),
        })
    }

    /// Root of the luminance along the line, mean across it.
    fn profile(&self, photo: &Photo, length: f32) -> Vec<f32> {
        let along = (self.to - self.from) / length;
        let across = along.perp();
        let samples = (length * PER_PX) as usize;
        let at = |i: usize| {
            let place = self.from + along * ((i as f32 + 0.5) / PER_PX);
            let row = (-ASIDE..=ASIDE).map(|k| light(photo, place + across * k as f32));
            (row.sum::<f32>() / (2 * ASIDE + 1) as f32).sqrt()
        };
        (0..samples).map(at).collect()
    }
}

/// Luminance between pixel centres.
fn light(photo: &Photo, at: Vec2) -> f32 {
    let corner = (at - 0.5).floor();
    let t = at - 0.5 - corner;
    let value = |dx: f32, dy: f32| {
        let (x, y) = ((corner.x + dx).max(0.0), (corner.y + dy).max(0.0));
        luminance(photo.linear_srgb_at(x as u32, y as u32)).max(0.0)
    };
    let upper = value(0.0, 0.0) * (1.0 - t.x) + value(1.0, 0.0) * t.x;
    let lower = value(0.0, 1.0) * (1.0 - t.x) + value(1.0, 1.0) * t.x;
    upper * (1.0 - t.y) + lower * t.y
}

/// Centres of what stands out along a profile, in pixels from its start.
fn marks(profile: &[f32]) -> Vec<f32> {
    // Ticks are the rarer side: the skew of the deviations tells whether they are dark or light.
    let mut sorted = profile.to_vec();
    sorted.sort_by(f32::total_cmp);
    let median = sorted[sorted.len() / 2];
    let skew: f32 = profile.iter().map(|v| (v - median).powi(3)).sum();
    let sign = if skew < 0.0 { -1.0 } else { 1.0 };
    let flat = surroundings(profile);
    let out: Vec<f32> = profile
        .iter()
        .zip(flat)
        .map(|(v, f)| sign * (v - f))
        .collect();
    let mut heights: Vec<f32> = out.iter().map(|v| v.abs()).collect();
    heights.sort_by(f32::total_cmp);
    // Not the very highest: a glint or a hair crossing is no measure of ticks.
    let high = heights[heights.len() - 1 - heights.len() / 50];
    let least = (DEEP * high).max(0.02);
    let mut found = Vec::new();
    // A tick in which the line begins or ends shows one side alone: its middle is not to be told.
    let (mut weight, mut moment, mut is_whole) = (0.0, 0.0, false);
    for (i, &v) in out.iter().enumerate() {
        if v > least {
            weight += v;
            moment += v * (i as f32 + 0.5);
            continue;
        }
        if weight > 0.0 && is_whole {
            found.push(moment / weight / PER_PX);
        }
        (weight, moment, is_whole) = (0.0, 0.0, true);
    }
    found
}

/// Median of each sample's neighbourhood: a quarter of the line.
fn surroundings(profile: &[f32]) -> Vec<f32> {
    let reach = (profile.len() / 8).max(4);
    let median = |i: usize| {
        let near = i.saturating_sub(reach)..(i + reach + 1).min(profile.len());
        let mut window = profile[near].to_vec();
        let middle = window.len() / 2;
        *window.select_nth_unstable_by(middle, f32::total_cmp).1
    };
    (0..profile.len()).map(median).collect()
}

/// Marks in even distances.
struct Comb {
    period_px: f32,
    /// Standard error of the period.
    error_px: f32,
    places_px: Vec<f32>,
}

/// The even distance that explains the most marks with the fewest places left empty.
fn comb(marks: &[f32]) -> Option<Comb> {
    let mut best: Option<(i64, Vec<(f32, f32)>)> = None;
    for (i, &anchor) in marks.iter().enumerate() {
        for &next in &marks[i + 1..] {
            let period = next - anchor;
            let on: Vec<(f32, f32)> = marks
                .iter()
                .map(|&m| (((m - anchor) / period).round(), m))
                .filter(|(k, m)| (m - anchor - k * period).abs() < LOOSE * period)
                .collect();
            let (first, last) = (on.first()?.0, on.last()?.0);
            let empty = (last - first) as i64 + 1 - on.len() as i64;
            let off = (marks.len() - on.len()) as i64;
            let score = 2 * on.len() as i64 - 2 * empty - off;
            if on.len() >= FEWEST && best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, on));
            }
        }
    }
    let (score, on) = best?;
    (score > 0).then(|| line_through(&on))
}

/// Least squares of places over their numbers.
fn line_through(on: &[(f32, f32)]) -> Comb {
    let n = on.len() as f32;
    let mean = on
        .iter()
        .fold((0.0, 0.0), |a, p| (a.0 + p.0 / n, a.1 + p.1 / n));
    let (mut kk, mut km) = (0.0, 0.0);
    for (k, m) in on {
        kk += (k - mean.0) * (k - mean.0);
        km += (k - mean.0) * (m - mean.1);
    }
    let period_px = km / kk;
    let left: f32 = on
        .iter()
        .map(|(k, m)| (m - mean.1 - period_px * (k - mean.0)).powi(2))
        .sum();
    // Three ticks leave one degree of freedom: no fit is surer than half a pixel a tick.
    let residual = (left / (n - 2.0).max(1.0)).sqrt().max(0.5);
    Comb {
        period_px,
        error_px: residual / kk.sqrt(),
        places_px: on.iter().map(|p| p.1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    /// A ruler whose ticks stand `period` px apart, tilted by `slope`, seen through a little blur.
    fn photo(period: f32, slope: f32, dark: bool) -> Photo {
        let size = Size::new(320, 60).unwrap();
        let codes = (0..size.pixels()).flat_map(|i| {
            let (x, y) = ((i % 320) as f32 + 0.5, (i / 320) as f32 + 0.5);
            let along = (x + slope * y) / period;
            let away = (along - along.round()).abs() * period;
            let tick = (2.2 - away).clamp(0.0, 1.0);
            let shade = 0.85 + 0.3 * x / 320.0;
            let (ground, mark) = if dark { (190.0, 60.0) } else { (90.0, 215.0) };
            [(ground + (mark - ground) * tick) * shade.min(1.15); 3].map(|c| c as u8)
        });
        Photo::from_rgb8(size, codes.collect()).unwrap()
    }

    fn line() -> Ruler {
        Ruler {
            from: Vec2::new(3.0, 30.0),
            to: Vec2::new(316.0, 30.0),
            tick_mm: 0.5,
        }
    }

    #[test]
    fn ticks_are_found_dark_or_light() {
        for period in [7.5_f32, 23.3, 61.0, 99.0] {
            for dark in [true, false] {
                let reading = line().read(&photo(period, 0.1, dark)).unwrap();
                let (got, sd) = (reading.estimate.scale.get(), reading.estimate.uncertainty);
                assert!(
                    (got / (2.0 * period) - 1.0).abs() < 0.005,
                    "{got} for {period}, {dark}"
                );
                assert!(sd > 0.0 && sd < 0.02, "{sd}");
            }
        }
    }

    #[test]
    fn a_line_may_begin_and_end_inside_a_tick() {
        for offset in [0.0, 1.0, 2.0, 3.0] {
            let within = Ruler {
                from: Vec2::new(50.0 + offset, 30.0),
                to: Vec2::new(300.0 + offset, 30.0),
                tick_mm: 0.5,
            };
            let reading = within.read(&photo(50.0, 0.0, true)).unwrap();
            let got = reading.estimate.scale.get();
            assert!((got / 100.0 - 1.0).abs() < 0.001, "{got} from {offset}");
        }
    }

    #[test]
    fn a_line_without_a_ruler_finds_nothing() {
        let size = Size::new(320, 60).unwrap();
        let bare = Photo::from_rgb8(size, vec![180; size.pixels() * 3]).unwrap();
        let refused = line().read(&bare).unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. }), "{refused}");
        // Two marks are a distance, not a ruler.
        assert!(line().read(&photo(180.0, 0.0, true)).is_err());
    }

    #[test]
    fn lines_that_are_none_are_refused() {
        let photo = photo(23.0, 0.0, true);
        for bad in [
            Ruler {
                to: Vec2::new(400.0, 30.0),
                ..line()
            },
            Ruler {
                to: Vec2::new(5.0, 30.0),
                ..line()
            },
            Ruler {
                from: Vec2::new(f32::NAN, 0.0),
                ..line()
            },
            Ruler {
                tick_mm: 0.0,
                ..line()
            },
            Ruler {
                tick_mm: f32::NAN,
                ..line()
            },
        ] {
            assert!(bad.read(&photo).is_err(), "{bad:?}");
        }
    }
}
