//! Which way hair runs around each place, and how clearly, by the curvature of the light across it.

use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::scene::levels::{Levels, quantile};
use crate::units::Size;

const LEAST_AROUND_PX: f32 = 2.0;

/// Cells to that distance.
const CELLS: f32 = 2.0;

/// Side of cells in pixels from which every second pixel of every second row is plenty.
const MANY: usize = 6;

/// The sum of squares of curvature below which there is none.
const LEAST: f32 = 1e-12;

/// Second derivatives of the light, times the square of its smoothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curvature {
    /// Half of the sum along both axes.
    pub(super) mean: f32,
    /// What lies between the axes, as a vector at twice its angle.
    pub(super) between: [f32; 2],
}

impl Curvature {
    /// Across hairs that run along a direction, given as a vector of any length at twice its normal's angle.
    #[inline]
    pub(super) fn across(&self, normal: [f32; 2]) -> f32 {
        let [a, b] = self.between;
        let length = (normal[0] * normal[0] + normal[1] * normal[1]).sqrt();
        self.mean + 0.5 * (a * normal[0] + b * normal[1]) / length.max(1e-20)
    }

    /// The square of the stronger of both principal curvatures: as a vector at twice the angle of its axis, as it is, and below 0
    /// where it belongs to a bright line.
    #[inline]
    fn strength(&self) -> [f32; 4] {
        let [a, b] = self.between;
        let length = (a * a + b * b).sqrt().max(1e-20);
        let strongest = self.mean.abs() + 0.5 * length;
        let square = strongest * strongest;
        let along = (square / length).copysign(self.mean);
        [a * along, b * along, square, square.copysign(self.mean)]
    }
}

/// Smoothed light whose curvature is read.
pub(super) struct Relief<'a> {
    light: &'a Plane<f32>,
    variance: f32,
}

impl<'a> Relief<'a> {
    /// Of light that was smoothed by `sigma` pixels.
    pub(super) const fn new(light: &'a Plane<f32>, sigma: f32) -> Self {
        Self {
            light,
            variance: sigma * sigma,
        }
    }

    /// The rows above, at and below `y`.
    pub(super) fn rows(&self, y: usize) -> Rows<'a> {
        let row = |y: usize| self.light.row(y as u32);
        let last = self.light.size().height() as usize - 1;
        Rows {
            rows: [row(y.saturating_sub(1)), row(y), row((y + 1).min(last))],
            variance: self.variance,
        }
    }
}

/// Three rows of the light.
pub(super) struct Rows<'a> {
    rows: [&'a [f32]; 3],
    variance: f32,
}

impl Rows<'_> {
    #[inline]
    pub(super) fn at(&self, x: usize) -> Curvature {
        let [above, own, below] = self.rows;
        let (left, right) = (x.saturating_sub(1), (x + 1).min(own.len() - 1));
        let xx = own[left] - 2.0 * own[x] + own[right];
        let yy = above[x] - 2.0 * own[x] + below[x];
        let xy = 0.25 * (below[right] - below[left] - above[right] + above[left]);
        Curvature {
            mean: 0.5 * self.variance * (xx + yy),
            between: [self.variance * (xx - yy), self.variance * (2.0 * xy)],
        }
    }
}

/// The way of the hair around each place: noise, pores and grain have none, and cancel.
pub(super) struct Strands {
    axes: [Levels; 2],
    together: Levels,
    dark_lines: Levels,
    /// In each cell of the area, the curvature along its way, as a root of its mean square, and the share of all squares that
    /// lies along it.
    inside: Vec<[f32; 2]>,
}

impl Strands {
    /// Reads the way of what curves the light in an area. Hairs share a way within `around_px`, a standard deviation;
    /// `unit(x, y)` is the light at a place in pixels that a curvature of 1 takes.
    pub(super) fn of(
        relief: &Relief<'_>,
        area: &Mask,
        around_px: f32,
        unit: impl Fn(f32, f32) -> f32 + Sync + Send,
    ) -> Self {
        let size = area.size();
        let (width, height) = (size.width() as usize, size.height() as usize);
        let around = around_px.max(LEAST_AROUND_PX);
        let side = (around / CELLS) as usize;
        let step = if side < MANY { 1 } else { 2 };
        let cells = Size::within(width.div_ceil(side) as u32, height.div_ceil(side) as u32);
        let columns = cells.width() as usize;
        let mut sums = vec![[0.0_f32; 4]; cells.pixels()];
        parallel::for_each_chunk(&mut sums, columns, |band, sums| {
            let lines = band * side..height.min((band + 1) * side);
            for y in lines.clone().step_by(step) {
                let rows = relief.rows(y);
                let inside = area.coverage().row(y as u32);
                for (i, sum) in sums.iter_mut().enumerate() {
                    let columns = i * side..width.min((i + 1) * side);
                    for x in columns.step_by(step).filter(|&x| inside[x] > 0.5) {
                        let strength = rows.at(x).strength();
                        if strength.iter().all(|part| part.is_finite()) {
                            *sum = std::array::from_fn(|i| sum[i] + strength[i]);
                        }
                    }
                }
            }
            let middle = |i: usize| (i as f32 + 0.5) * side as f32;
            for (i, sum) in sums.iter_mut().enumerate() {
                let columns = side.min(width - i * side).div_ceil(step);
                let pixels = lines.len().div_ceil(step) * columns;
                let unit = unit(middle(i), middle(band));
                let per = 1.0 / (pixels as f32 * unit * unit);
                *sum = sum.map(|sum| sum * per);
            }
        });
        let sigma = around / side as f32;
        let held = |i: usize| {
            let [x, y] = [i % columns, i / columns].map(|cell| (cell * side + side / 2) as i64);
            area.coverage().at(x, y) > 0.5
        };
        let [a, b, all, signed] = [0, 1, 2, 3].map(|part| {
            let mut grid = Plane::filled(cells, 0.0_f32);
            for (value, sum) in grid.values_mut().iter_mut().zip(&sums) {
                *value = sum[part];
            }
            grid.smoothed(sigma)
        });
        let shares = |part: &dyn Fn(usize) -> f32| {
            let mut shares = Plane::filled(cells, 0.0_f32);
            let of_all = shares.values_mut().iter_mut().zip(all.values());
            for (i, (share, all)) in of_all.enumerate() {
                *share = part(i) / all.max(LEAST);
            }
            shares
        };
        let dark_lines = shares(&|i| signed.values()[i]);
        let axes = [a, b];
        let [a, b] = axes.each_ref().map(Plane::values);
        let together = shares(&|i| (a[i] * a[i] + b[i] * b[i]).sqrt());
        let inside = (0..cells.pixels())
            .filter(|&i| held(i))
            .map(|i| [curvature([a[i], b[i]]), together.values()[i]])
            .collect();
        let levels = |grid| Levels::from_windows(grid, side);
        Self {
            inside,
            axes: axes.map(levels),
            together: levels(together),
            dark_lines: levels(dark_lines),
        }
    }

    /// Curvature along the common way, as a root of its mean square, that half of the area has.
    pub(super) fn usual(&self) -> f32 {
        let mut curvatures: Vec<f32> = self.inside.iter().map(|of| of[0]).collect();
        quantile(&mut curvatures, 0.5).unwrap_or(0.0)
    }

    /// Share of the area whose curvature is at least so strong, as a root of its mean square, and of whose squares at
    /// least that share lies along the common way.
    pub(super) fn share_along(&self, curvature: f32, together: f32) -> f32 {
        let along = |of: &&[f32; 2]| of[0] >= curvature && of[1] >= together;
        let cells = self.inside.iter().filter(along).count();
        cells as f32 / self.inside.len().max(1) as f32
    }

    /// Share of all squares of curvature that lies along the common way, 0..=1.
    pub(super) const fn together(&self) -> &Levels {
        &self.together
    }

    /// By how much of it more belongs to dark lines than to bright ones, −1..=1.
    pub(super) const fn dark_lines(&self) -> &Levels {
        &self.dark_lines
    }

    /// The ways in the middles of a row of pixels, whose own middle is at `y`.
    pub(super) fn along(&self, y: f32, columns: usize) -> [Vec<f32>; 2] {
        [0, 1].map(|axis| self.axes[axis].along(y, columns))
    }
}

/// The curvature that a way has, as a root of its mean square.
#[inline]
pub(super) fn curvature(way: [f32; 2]) -> f32 {
    (way[0] * way[0] + way[1] * way[1]).sqrt().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strands(light: &Plane<f32>) -> Strands {
        let relief = Relief::new(light, 1.0);
        Strands::of(&relief, &Mask::full(light.size()), 4.0, |_, _| 1.0)
    }

    #[test]
    fn lines_have_a_way_and_curve_across_it() {
        let size = Size::new(64, 48).unwrap();
        // Dark lines from the upper left to the lower right, six pixels apart across.
        let light = Plane::from_fn(size, |x, y| {
            let across = (x as f32 - y as f32) / (6.0 * 2.0_f32.sqrt());
            0.5 - 0.1 * libm::cosf(across * std::f32::consts::TAU)
        });
        let relief = Relief::new(&light, 1.0);
        let read = strands(&light);
        let way = read.along(30.5, 64).map(|axis| axis[30]);
        // The normal points up to the right: twice its angle is a quarter turn.
        assert!(way[1] < 0.0 && way[0].abs() < 0.05 * -way[1], "{way:?}");
        let rows = relief.rows(30);
        assert!(rows.at(30).across(way) > 0.08 && rows.at(34).across(way) < -0.08);
        assert!((read.usual() - curvature(way)).abs() < 0.2 * read.usual());
        // Seen along the lines there is nothing.
        assert!(rows.at(30).across(way.map(|axis| -axis)).abs() < 0.01);
    }

    #[test]
    fn lines_run_together_and_are_dark_or_bright() {
        let size = Size::new(64, 48).unwrap();
        // Lines a pixel wide of every six.
        let lines = |ground: f32, line: f32| {
            let light = |x: u32, _| if x.is_multiple_of(6) { line } else { ground };
            Plane::from_fn(size, light).smoothed(1.0)
        };
        let read = |light: &Plane<f32>| {
            let read = strands(light);
            [&read.together, &read.dark_lines].map(|of| of.at(30.0, 24.0))
        };
        let [together, dark] = read(&lines(0.6, 0.2));
        assert!(together > 0.95 && dark > 0.2, "{together}, {dark}");
        let [together, bright] = read(&lines(0.2, 0.6));
        assert!(together > 0.95 && bright < -0.2, "{together}, {bright}");
    }

    #[test]
    fn a_net_has_no_way_and_flat_light_no_curvature() {
        let size = Size::new(64, 48).unwrap();
        let wave = |at: u32| libm::cosf(at as f32 * std::f32::consts::TAU / 6.0);
        let net = Plane::from_fn(size, |x, y| 0.5 + 0.05 * (wave(x) + wave(y)));
        let lines = Plane::from_fn(size, |x, _| 0.5 + 0.1 * wave(x));
        assert!(strands(&net).usual() < 0.4 * strands(&lines).usual());
        let flat = strands(&Plane::filled(size, 0.5));
        assert_eq!(flat.usual(), 0.0);
        let [a, b] = flat.along(0.5, 64);
        assert!(a.iter().chain(&b).all(|&axis| axis == 0.0));
    }
}
