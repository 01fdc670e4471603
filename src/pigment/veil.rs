//! How much pigment lies around each place: deposits on a coarse grid, blurred by the halo.

use glam::Vec2;
use std::ops::Range;

use crate::parallel;
use crate::units::Size;

/// Finest side of a grid cell in mm: a quarter of the narrowest halo's width at half height.
const CELL_MM: f32 = 0.15;

/// Reach of the blur in standard deviations.
const REACH: f32 = 3.0;

/// Share of the area taken by opaque pigment around each cell, per channel, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Halo {
    /// Top left corner of the grid in mm.
    pub(crate) origin_mm: Vec2,
    /// Side of a cell in mm.
    pub(crate) cell_mm: f32,
    pub(crate) size: Size,
    channels: [Channel; 3],
}

/// Pigment of one channel, blurred along rows.
#[derive(Clone, Debug)]
struct Channel {
    weights: Vec<f32>,
    rows: Vec<f32>,
    /// The first cell of each row that holds any, and the one after the last.
    held: Vec<Range<usize>>,
}

impl Halo {
    /// How far from a deposit its halo ends along either axis, in mm, with the cells that carry it.
    pub(crate) fn reach_mm(sigma_mm: f32, least_cell_mm: f32) -> f32 {
        REACH * sigma_mm + 3.0 * CELL_MM.max(least_cell_mm)
    }

    /// The shares along one row of cells, which must be as long as the grid is wide; exactly 0 along the
    /// grid's rim. Returns the cells outside which all are 0.
    pub(crate) fn row(&self, y: usize, area: &mut [Vec<f32>; 3]) -> Range<usize> {
        let mut held = 0..0;
        for (channel, area) in self.channels.iter().zip(area) {
            held = around(held, channel.row(y, area));
        }
        held
    }
}

/// Spreads deposits, given as centre in mm and opaque area in mm² per channel, over their
/// surroundings; `None` without deposits.
///
/// `least_cell_mm` keeps the grid no finer than the photo's pixels, and within memory. Mass is conserved whatever the
/// cell, so the mean tone does not depend on it.
///
/// # Determinism
/// Deposits add in their given order, rows and columns blur independently.
///
/// # Cost
/// Proportional to the dots, and to the cells that hold anything, for which [`Halo::row`] is left most of the work.
pub(crate) fn halo(
    deposits: &[(Vec2, [f32; 3])],
    sigma_mm: [f32; 3],
    least_cell_mm: f32,
) -> Option<Halo> {
    let (first, _) = deposits.first()?;
    let (low, high) = deposits
        .iter()
        .fold((*first, *first), |(low, high), (p, _)| {
            (low.min(*p), high.max(*p))
        });
    let cell_mm = CELL_MM.max(least_cell_mm);
    let widest = sigma_mm.iter().fold(0.0_f32, |a, &b| a.max(b));
    // Room for the blur, for the bilinear deposit, and for a rim of zeros.
    let margin_mm = Halo::reach_mm(widest, least_cell_mm);
    let origin_mm = low - margin_mm;
    let cells = (high - low + 2.0 * margin_mm) / cell_mm;
    let size = Size::within(cells.x.ceil() as u32 + 1, cells.y.ceil() as u32 + 1);
    let spots = spots(deposits, origin_mm, cell_mm, size);
    let channels =
        [0, 1, 2].map(|c| Channel::new(&spots, c, gaussian(sigma_mm[c] / cell_mm), size));
    Some(Halo {
        origin_mm,
        cell_mm,
        size,
        channels,
    })
}

/// Pigment of each channel in a cell of a row.
type Spot = (usize, [f32; 3]);

/// The cells that hold pigment, row by row from left to right.
fn spots(
    deposits: &[(Vec2, [f32; 3])],
    origin_mm: Vec2,
    cell_mm: f32,
    size: Size,
) -> Vec<Vec<Spot>> {
    let mut rows = vec![Vec::new(); size.height() as usize];
    for (position, area) in deposits {
        let at = (*position - origin_mm) / cell_mm - 0.5;
        let corner = at.floor();
        let t = at - corner;
        let (x, y) = (corner.x as usize, corner.y as usize);
        let share = area.map(|area| area / (cell_mm * cell_mm));
        let upper = share.map(|share| share * (1.0 - t.x) * (1.0 - t.y));
        rows[y].push((x, upper));
        rows[y].push((x + 1, share.map(|share| share * t.x * (1.0 - t.y))));
        rows[y + 1].push((x, share.map(|share| share * (1.0 - t.x) * t.y)));
        rows[y + 1].push((x + 1, share.map(|share| share * t.x * t.y)));
    }
    for row in &mut rows {
        // Stable: those of one cell add in the order of the deposits.
        row.sort_by_key(|&(x, _)| x);
        row.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                for c in 0..3 {
                    kept.1[c] += later.1[c];
                }
            }
            same
        });
    }
    rows
}

impl Channel {
    /// Blurs along rows. Every cell gets what those around it give from left to right.
    fn new(spots: &[Vec<Spot>], channel: usize, weights: Vec<f32>, size: Size) -> Self {
        let (width, reach) = (size.width() as usize, weights.len() / 2);
        let mut rows = vec![0.0; size.pixels()];
        parallel::for_each_chunk(&mut rows, width, |y, row| {
            for &(x, pigment) in &spots[y] {
                // The rim is wide enough for every deposit's whole blur, whose weights are the same to both sides.
                let cells = &mut row[x - reach..x + reach + 1];
                for (cell, weight) in cells.iter_mut().zip(&weights) {
                    *cell += weight * pigment[channel];
                }
            }
        });
        let held = spots
            .iter()
            .map(|spots| match (spots.first(), spots.last()) {
                (Some(first), Some(last)) => first.0 - reach..last.0 + reach + 1,
                _ => 0..0,
            });
        Self {
            held: held.collect(),
            rows,
            weights,
        }
    }

    /// Blurs along columns, for one row; returns the cells outside which nothing is held.
    fn row(&self, y: usize, area: &mut [f32]) -> Range<usize> {
        let (width, reach) = (area.len(), self.weights.len() / 2);
        area.fill(0.0);
        let mut all = 0..0;
        let first = y.saturating_sub(reach);
        let last = (y + reach).min(self.held.len() - 1);
        for from in first..=last {
            let held = self.held[from].clone();
            let weight = self.weights[from + reach - y];
            let source = &self.rows[from * width..][..width][held.clone()];
            for (value, &other) in area[held.clone()].iter_mut().zip(source) {
                *value += weight * other;
            }
            all = around(all, held);
        }
        all
    }
}

/// The least range around two; an empty one counts for nothing.
fn around(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b,
        (_, true) => a,
        _ => a.start.min(b.start)..a.end.max(b.end),
    }
}

fn gaussian(sigma: f32) -> Vec<f32> {
    let reach = (REACH * sigma).ceil() as i32;
    let weight = |i: i32| {
        let t = i as f32 / sigma.max(1e-6);
        libm::expf(-0.5 * t * t)
    };
    let raw: Vec<f32> = (-reach..=reach).map(weight).collect();
    let sum: f32 = raw.iter().sum();
    raw.iter().map(|w| w / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::Plane;
    use crate::random::{Seed, Stage};

    const SIGMA_MM: [f32; 3] = [0.6, 0.4, 0.3];

    fn areas(halo: &Halo) -> [Plane<f32>; 3] {
        let mut planes = [(); 3].map(|()| Plane::filled(halo.size, 0.0));
        let width = halo.size.width() as usize;
        for y in 0..halo.size.height() as usize {
            let mut area = [(); 3].map(|()| vec![7.0; width]);
            let held = halo.row(y, &mut area);
            for (plane, area) in planes.iter_mut().zip(&area) {
                assert!((0..width).all(|x| held.contains(&x) || area[x] == 0.0));
                plane.values_mut()[y * width..][..width].copy_from_slice(area);
            }
        }
        planes
    }

    /// Deposits and blur on the whole grid, cell by cell.
    fn plainly(halo: &Halo, deposits: &[(Vec2, [f32; 3])], c: usize) -> Plane<f32> {
        let mut plane = Plane::filled(halo.size, 0.0_f32);
        let (width, height) = (halo.size.width() as usize, halo.size.height() as usize);
        for (position, area) in deposits {
            let at = (*position - halo.origin_mm) / halo.cell_mm - 0.5;
            let (corner, share) = (at.floor(), area[c] / (halo.cell_mm * halo.cell_mm));
            let t = at - corner;
            let i = corner.y as usize * width + corner.x as usize;
            let values = plane.values_mut();
            values[i] += share * (1.0 - t.x) * (1.0 - t.y);
            values[i + 1] += share * t.x * (1.0 - t.y);
            values[i + width] += share * (1.0 - t.x) * t.y;
            values[i + width + 1] += share * t.x * t.y;
        }
        let weights = gaussian(SIGMA_MM[c] / halo.cell_mm);
        let reach = (weights.len() / 2) as i64;
        let blurred = |plane: &Plane<f32>, step: [i64; 2]| {
            Plane::from_fn(halo.size, |x, y| {
                let mut sum = 0.0;
                for (weight, d) in weights.iter().zip(-reach..) {
                    let (x, y) = (i64::from(x) + d * step[0], i64::from(y) + d * step[1]);
                    if (0..width as i64).contains(&x) && (0..height as i64).contains(&y) {
                        sum += weight * plane.at(x, y);
                    }
                }
                sum
            })
        };
        blurred(&blurred(&plane, [1, 0]), [0, 1])
    }

    #[test]
    fn it_is_what_a_plain_blur_of_the_whole_grid_gives() {
        let mut stream = Seed::new(3).stream(Stage::Concealer, 1);
        for (count, cell) in [(1, 0.0), (40, 0.0), (400, 0.0), (400, 0.7)] {
            let mut some = |most: f32| stream.unit_f32() * most;
            let deposit = |_| {
                let place = Vec2::new(some(30.0) - 7.0, some(12.0));
                (place, [some(0.05), some(0.05), 0.01])
            };
            let deposits: Vec<_> = (0..count).map(deposit).collect();
            let halo = halo(&deposits, SIGMA_MM, cell).unwrap();
            for (c, area) in areas(&halo).iter().enumerate() {
                let plain = plainly(&halo, &deposits, c);
                assert!(
                    area.values() == plain.values(),
                    "{count} at {cell}, channel {c}"
                );
            }
        }
    }

    #[test]
    fn all_pigment_is_found_again_and_the_rim_is_clean() {
        for cell in [0.0, 0.4, 3.0] {
            let deposits = [
                (Vec2::new(3.3, 4.7), [0.02, 0.03, 0.04]),
                (Vec2::new(9.1, -2.0), [0.01, 0.01, 0.01]),
            ];
            let halo = halo(&deposits, SIGMA_MM, cell).unwrap();
            let areas = areas(&halo);
            for (c, expected) in [0.03, 0.04, 0.05].into_iter().enumerate() {
                let plane = &areas[c];
                let sum: f32 = plane.values().iter().sum();
                let mass = sum * halo.cell_mm * halo.cell_mm;
                assert!(
                    (mass - expected).abs() < 1e-5,
                    "{mass} for {expected} at cell {cell}"
                );
                let (w, h) = (plane.size().width(), plane.size().height());
                assert!(
                    plane
                        .row(0)
                        .iter()
                        .chain(plane.row(h - 1))
                        .all(|&v| v == 0.0)
                );
                assert!(
                    (0..h).all(|y| plane.row(y)[0] == 0.0 && plane.row(y)[w as usize - 1] == 0.0)
                );
            }
        }
        assert!(halo(&[], [0.6; 3], 0.1).is_none());
    }

    #[test]
    fn the_blur_has_the_width_it_was_asked_for() {
        let halo = halo(&[(Vec2::ZERO, [1.0; 3])], SIGMA_MM, 0.0).unwrap();
        let areas = areas(&halo);
        for (c, sigma) in SIGMA_MM.into_iter().enumerate() {
            let mut variance = 0.0;
            for y in 0..areas[c].size().height() {
                for (x, &a) in areas[c].row(y).iter().enumerate() {
                    let at = halo.origin_mm.x + (x as f32 + 0.5) * halo.cell_mm;
                    variance += a * halo.cell_mm * halo.cell_mm * at * at;
                }
            }
            assert!(
                (variance.sqrt() / sigma - 1.0).abs() < 0.03,
                "{} for {sigma}",
                variance.sqrt()
            );
        }
    }
}
