//! How much of a tile's variation lies at each fineness: its power over spatial frequency.

use glam::Vec2;

use crate::photo::Photo;
use crate::scene::skin::luminance;
use crate::simd::{Level, dispatch};

/// Side of a tile in pixels.
pub(super) const TILE: usize = 64;

/// Rings of equal width up to half a cycle a pixel.
pub(super) const RINGS: usize = TILE / 2 + 1;

/// Rows and columns that are transformed side by side.
const LANES: usize = 8;

/// Light from which a pixel may be clipped, and the share of such pixels at which a tile is left out:
/// a clipped edge looks sharper than the lens is.
const CLIPPED: f32 = 0.93;
const MOST_CLIPPED: f32 = 0.02;

/// What one tile shows.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    /// Mean luminance.
    pub(super) mean: f32,
    /// Mean power of the luminance in each ring, scaled so that white noise has its variance in each.
    pub(super) power: [f32; RINGS],
}

/// Radians a pixel in the middle of a ring.
pub(super) fn frequency(ring: usize) -> f32 {
    ring as f32 * (std::f32::consts::TAU / TILE as f32)
}

/// What the tiles of one size share.
pub(super) struct Spectrum {
    window: [f32; TILE],
    turns: [Vec2; TILE / 2],
    /// Ring of each coefficient in the half plane that a real tile has, and its weight there.
    rings: Vec<(u8, f32)>,
    counts: [f32; RINGS],
}

impl Spectrum {
    pub(super) fn new() -> Self {
        let angle = |i: usize| std::f32::consts::TAU * i as f32 / TILE as f32;
        let window = std::array::from_fn(|i| {
            let t = (i as f32 + 0.5) * (std::f32::consts::TAU / TILE as f32);
            // A Hann window, scaled to keep the power of noise.
            (0.5 - 0.5 * libm::cosf(t)) * (8.0_f32 / 3.0).sqrt()
        });
        let turns = std::array::from_fn(|i| Vec2::new(libm::cosf(angle(i)), -libm::sinf(angle(i))));
        let mut counts = [0.0; RINGS];
        let mut rings = Vec::with_capacity(TILE * RINGS);
        for v in 0..TILE {
            for u in 0..RINGS {
                let fv = v.min(TILE - v) as f32;
                let ring = libm::hypotf(u as f32, fv).round() as usize;
                // Along the axes the window's own skirt and the picture's blocks would enter twice.
                let weight = if u == 0 || u == RINGS - 1 { 1.0 } else { 2.0 };
                let counted = if ring < RINGS { weight } else { 0.0 };
                if ring < RINGS {
                    counts[ring] += weight;
                }
                rings.push((ring.min(RINGS - 1) as u8, counted));
            }
        }
        Self {
            window,
            turns,
            rings,
            counts,
        }
    }

    /// The tile of cells of `side` × `side` pixels whose first one is at (x, y); `None` where it is clipped or black.
    pub(super) fn read(&self, photo: &Photo, side: usize, x: u32, y: u32) -> Option<Tile> {
        let mut rows = vec![[0.0_f32; TILE]; TILE];
        let mut light = vec![[0.0_f32; 3]; TILE * side];
        let mut clipped = 0.0_f32;
        for (i, y) in (0..TILE * side).zip(y..) {
            photo.linear_srgb_part(x, y, &mut light);
            for (value, cell) in rows[i / side].iter_mut().zip(light.chunks_exact(side)) {
                for &light in cell {
                    *value += luminance(light);
                    if light.iter().any(|&c| c > CLIPPED) {
                        clipped += 1.0;
                    }
                }
            }
        }
        let pixels = (TILE * TILE) as f32;
        let of_cell = (side * side) as f32;
        let sum: f32 = rows.as_flattened().iter().sum();
        let mean = sum / (pixels * of_cell);
        if clipped > MOST_CLIPPED * pixels * of_cell || mean.is_nan() || mean < 1e-3 {
            return None;
        }
        if side > 1 {
            rows.as_flattened_mut()
                .iter_mut()
                .for_each(|value| *value /= of_cell);
        }
        for (row, wy) in rows.iter_mut().zip(self.window) {
            for (value, wx) in row.iter_mut().zip(self.window) {
                *value = (*value - mean) * wx * wy;
            }
        }
        let mut power = [0.0; RINGS];
        dispatch!(Level::detect().get(), simd => self.add_power(&rows, &mut power));
        for (value, count) in power.iter_mut().zip(self.counts) {
            *value /= count * pixels;
        }
        Some(Tile { mean, power })
    }

    /// Adds the power of each coefficient of some values to its ring.
    #[inline(always)]
    fn add_power(&self, rows: &[[f32; TILE]], power: &mut [f32; RINGS]) {
        // The transforms of the rows, as columns: with room for a whole number of lanes.
        let mut columns = [[[0.0_f32; TILE]; 2]; RINGS.next_multiple_of(LANES)];
        for (block, rows) in rows.as_chunks::<LANES>().0.iter().enumerate() {
            let mut values = [[[0.0; LANES]; 2]; TILE];
            for (x, value) in values.iter_mut().enumerate() {
                for lane in 0..LANES {
                    value[0][lane] = rows[lane][x];
                }
            }
            self.transform(&mut values);
            let from = block * LANES;
            for (column, value) in columns.iter_mut().zip(values).take(RINGS) {
                for part in 0..2 {
                    column[part][from..from + LANES].copy_from_slice(&value[part]);
                }
            }
        }
        for (block, columns) in columns.as_chunks::<LANES>().0.iter().enumerate() {
            let mut values = [[[0.0; LANES]; 2]; TILE];
            for (y, value) in values.iter_mut().enumerate() {
                for lane in 0..LANES {
                    for part in 0..2 {
                        value[part][lane] = columns[lane][part][y];
                    }
                }
            }
            self.transform(&mut values);
            let from = block * LANES;
            for u in from..RINGS.min(from + LANES) {
                for (v, value) in values.iter().enumerate() {
                    let [re, im] = [0, 1].map(|part| value[part][u - from]);
                    let (ring, weight) = self.rings[v * RINGS + u];
                    power[usize::from(ring)] += weight * (re * re + im * im);
                }
            }
        }
    }

    /// Discrete Fourier transforms of complex values, several side by side, in place; each value is its real and its
    /// imaginary part.
    ///
    /// # References
    /// J. W. Cooley, J. W. Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series",
    /// Math. Comput. 19 (1965), radix 2. Our own, because a library that picks its instructions by the
    /// machine gives other bits on another machine.
    #[inline(always)]
    fn transform<const N: usize>(&self, values: &mut [[[f32; N]; 2]; TILE]) {
        for i in 0..TILE {
            let j = (i as u32).reverse_bits() as usize >> (u32::BITS - TILE.trailing_zeros());
            if i < j {
                values.swap(i, j);
            }
        }
        let mut half = 1;
        while half < TILE {
            for block in values.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                    let turn = self.turns[k * (TILE / 2 / half)];
                    for i in 0..N {
                        let re = turn.x * b[0][i] - turn.y * b[1][i];
                        let im = turn.y * b[0][i] + turn.x * b[1][i];
                        (a[0][i], b[0][i]) = (a[0][i] + re, a[0][i] - re);
                        (a[1][i], b[1][i]) = (a[1][i] + im, a[1][i] - im);
                    }
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Seed, Stage};
    use crate::units::Size;

    #[test]
    fn the_transform_equals_its_definition() {
        let spectrum = Spectrum::new();
        let mut stream = Seed::new(1).stream(Stage::Probe, 0);
        let values: [Vec2; TILE] =
            std::array::from_fn(|_| Vec2::new(stream.unit_f32(), stream.unit_f32()));
        let mut fast = values.map(|value| [[value.x], [value.y]]);
        spectrum.transform(&mut fast);
        for (k, [[re], [im]]) in fast.into_iter().enumerate() {
            let got = Vec2::new(re, im);
            let mut slow = Vec2::ZERO;
            for (i, v) in values.iter().enumerate() {
                let angle = -std::f32::consts::TAU * ((k * i) % TILE) as f32 / TILE as f32;
                slow += Vec2::from_angle(angle).rotate(*v);
            }
            assert!(got.distance(slow) < 2e-4, "{k}: {got} for {slow}");
        }
    }

    #[test]
    fn white_noise_has_its_variance_in_every_ring() {
        let size = Size::new(256, 256).unwrap();
        let mut stream = Seed::new(2).stream(Stage::Probe, 0);
        let light = (0..size.pixels()).flat_map(|_| [0.4 + 0.1 * stream.unit_f32(); 3]);
        let photo = Photo::from_rgb_f32(size, light.collect()).unwrap();
        let spectrum = Spectrum::new();
        let mut sums = [0.0_f32; RINGS];
        for i in 0..16 {
            let tile = spectrum.read(&photo, 1, i % 4 * 64, i / 4 * 64).unwrap();
            assert!((tile.mean - 0.45).abs() < 0.01);
            for (sum, power) in sums.iter_mut().zip(tile.power) {
                *sum += power / 16.0;
            }
        }
        for (ring, power) in sums.iter().enumerate().skip(4) {
            let exact = 0.01 / 12.0;
            assert!((power / exact - 1.0).abs() < 0.2, "{power} in ring {ring}");
        }
    }
}
