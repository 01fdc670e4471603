//! The edge of a treatment on a curved head: as wide on the skin as it is said to be, not in the picture.

use glam::Vec2;

use crate::error::Result;
use crate::look::edge::{Edge, Ground};
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::random::Seed;
use crate::scene::Chart;

impl Edge {
    /// [`Edge::zone`] with its lengths on the skin, for each pixel of the picture.
    pub(super) fn zone_on(
        &self,
        chart: &Chart,
        treated: &Mask,
        beyond: &Mask,
        seed: Seed,
    ) -> Result<Plane<f32>> {
        let scale = chart.scale();
        let [treated_there, beyond_there] =
            chart.of_masks(treated, beyond, 1).map(Mask::from_shares);
        let there = self.zone(&treated_there, &beyond_there, Ground { scale, seed })?;
        let outside = |beyond: f32| if beyond > 0.0 { 1.0 } else { -1.0 };
        let mut zone = beyond.coverage().map(outside);
        let columns = zone.size().width() as usize;
        parallel::for_each_chunk(zone.values_mut(), columns, |y, row| {
            let covered = treated.coverage().row(y as u32);
            for (x, (value, &covered)) in row.iter_mut().zip(covered).enumerate() {
                let at_px = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                if covered > 0.0
                    && let Some(on_chart_mm) = chart.of_photo(at_px)
                {
                    let at = on_chart_mm * scale.get();
                    *value = there.sample(at.x, at.y);
                }
            }
        });
        Ok(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::HeadShape;
    use crate::units::{Scale, Size};

    #[test]
    fn it_is_as_wide_where_the_skin_turns_away() {
        let size = Size::new(400, 400).unwrap();
        let radius = 180.0_f32;
        let head = HeadShape {
            centre_px: Vec2::splat(200.0),
            half_axes_px: Vec2::splat(radius),
            angle: 0.0,
        };
        let scale = Scale::px_per_mm(2.0).unwrap();
        let on_head = |p: Vec2| p.distance(head.centre_px) < radius;
        let wall = Mask::from_fn(size, |p| f32::from(u8::from(!on_head(p)))).unwrap();
        let edge = Edge {
            width_mm: 12.0,
            wave_mm: 0.0,
            gap_mm: 0.0,
            ..Edge::default()
        };
        let latitude = |y: f32| ((200.0 - y) / radius).asin();
        for border in [180.0_f32, 110.0, 70.0] {
            let upper = Mask::from_fn(size, |p| f32::from(u8::from(p.y < border && on_head(p))));
            let upper = upper.unwrap();
            let chart = Chart::around(&upper, &head, scale).unwrap().unwrap();
            let zone = edge.zone_on(&chart, &upper, &wall, Seed::new(1)).unwrap();
            // Along the way up through the middle, in mm of a ball's skin.
            for y in (25..border as i64).rev() {
                let up_mm = scale.to_mm(radius) * (latitude(y as f32 + 0.5) - latitude(border));
                let said = zone.at(200, y);
                let meant = (up_mm / 12.0).min(1.0);
                assert!(
                    (said - meant).abs() < 0.12,
                    "{said} for {meant} {up_mm} mm from {border}"
                );
            }
        }
    }
}
