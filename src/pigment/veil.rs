//! How much pigment lies around each place: deposits on a coarse grid, blurred by the halo.

use glam::Vec2;

use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

/// Finest side of a grid cell in mm: a quarter of the narrowest halo's width at half height.
const CELL_MM: f32 = 0.15;

/// Reach of the blur in standard deviations.
const REACH: f32 = 3.0;

/// Share of the area taken by opaque pigment around each cell, per channel.
#[derive(Clone, Debug)]
pub(crate) struct Halo {
    /// Top left corner of the grid in mm.
    pub(crate) origin_mm: Vec2,
    /// Side of a cell in mm.
    pub(crate) cell_mm: f32,
    /// One plane per channel; exactly 0 along the rim.
    pub(crate) area: [Plane<f32>; 3],
}

impl Halo {
    /// How far from a deposit its halo ends along either axis, in mm, with the cells that carry it.
    pub(crate) fn reach_mm(sigma_mm: f32, least_cell_mm: f32) -> f32 {
        REACH * sigma_mm + 3.0 * CELL_MM.max(least_cell_mm)
    }

    /// A grid of `f(area)` per cell, where area stands for all three channels.
    pub(crate) fn map<T: Copy>(&self, f: impl Fn([f32; 3]) -> T) -> Plane<T> {
        let [red, green, blue] = &self.area;
        Plane::from_fn(red.size(), |x, y| {
            let (x, y) = (i64::from(x), i64::from(y));
            f([red.at(x, y), green.at(x, y), blue.at(x, y)])
        })
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
/// A few nanoseconds per dot and about 50 per cell.
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
    let area = [0, 1, 2].map(|c| {
        let mut plane = Plane::filled(size, 0.0_f32);
        deposit(&mut plane, deposits, c, origin_mm, cell_mm);
        blur(&mut plane, sigma_mm[c] / cell_mm);
        plane
    });
    Some(Halo {
        origin_mm,
        cell_mm,
        area,
    })
}

/// Adds each deposit's share of area to the four cells around it.
fn deposit(
    plane: &mut Plane<f32>,
    deposits: &[(Vec2, [f32; 3])],
    channel: usize,
    origin_mm: Vec2,
    cell_mm: f32,
) {
    let width = plane.size().width() as usize;
    let values = plane.values_mut();
    for (position, area) in deposits {
        let at = (*position - origin_mm) / cell_mm - 0.5;
        let (corner, share) = (at.floor(), area[channel] / (cell_mm * cell_mm));
        let t = at - corner;
        let i = corner.y as usize * width + corner.x as usize;
        values[i] += share * (1.0 - t.x) * (1.0 - t.y);
        values[i + 1] += share * t.x * (1.0 - t.y);
        values[i + width] += share * (1.0 - t.x) * t.y;
        values[i + width + 1] += share * t.x * t.y;
    }
}

/// Gaussian blur, standard deviation in cells; beyond the grid there is nothing.
fn blur(plane: &mut Plane<f32>, sigma: f32) {
    let weights = gaussian(sigma);
    let reach = weights.len() / 2;
    let (width, height) = (
        plane.size().width() as usize,
        plane.size().height() as usize,
    );
    parallel::for_each_chunk(plane.values_mut(), width, |_, row| {
        let mut padded = vec![0.0; width + 2 * reach];
        padded[reach..reach + width].copy_from_slice(row);
        row.fill(0.0);
        for (j, weight) in weights.iter().enumerate() {
            for (value, other) in row.iter_mut().zip(&padded[j..]) {
                *value += weight * other;
            }
        }
    });
    let source = plane.values().to_vec();
    parallel::for_each_chunk(plane.values_mut(), width, |y, row| {
        row.fill(0.0);
        for j in (0..weights.len()).filter(|j| (reach..reach + height).contains(&(y + j))) {
            let from = &source[(y + j - reach) * width..][..width];
            for (value, &other) in row.iter_mut().zip(from) {
                *value += weights[j] * other;
            }
        }
    });
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

    #[test]
    fn all_pigment_is_found_again_and_the_rim_is_clean() {
        for cell in [0.0, 0.4, 3.0] {
            let deposits = [
                (Vec2::new(3.3, 4.7), [0.02, 0.03, 0.04]),
                (Vec2::new(9.1, -2.0), [0.01, 0.01, 0.01]),
            ];
            let halo = halo(&deposits, [0.6, 0.4, 0.3], cell).unwrap();
            for (c, expected) in [0.03, 0.04, 0.05].into_iter().enumerate() {
                let plane = &halo.area[c];
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
        let halo = halo(&[(Vec2::ZERO, [1.0; 3])], [0.6, 0.4, 0.3], 0.0).unwrap();
        for (c, sigma) in [0.6_f32, 0.4, 0.3].into_iter().enumerate() {
            let mut variance = 0.0;
            for y in 0..halo.area[c].size().height() {
                for (x, &a) in halo.area[c].row(y).iter().enumerate() {
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
