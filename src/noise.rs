//! Smooth random variation over the skin.

use glam::Vec2;

use crate::random::{Seed, Stage, Stream};

/// A smooth random function of position: −1 to 1, mean 0, unrelated beyond two wavelengths.
///
/// # References
/// K. Perlin, "An Image Synthesizer", SIGGRAPH 1985, in its value form: random values on a lattice,
/// blended by 3t² − 2t³.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    seed: Seed,
    stage: Stage,
    per_length: f32,
    layer: u64,
}

impl Noise {
    /// Standard deviation of its values.
    pub(crate) const SD: f32 = 0.39;

    /// Noise whose lattice has the given side, in whatever unit positions come in. Layers of one
    /// stage are unrelated.
    pub(crate) fn new(seed: Seed, stage: Stage, wavelength: f32, layer: u64) -> Self {
        Self {
            seed,
            stage,
            per_length: 1.0 / wavelength,
            layer,
        }
    }

    /// The value at a position. Only additions, multiplications and `floor`: the same bits on every
    /// machine.
    pub(crate) fn at(&self, position: Vec2) -> f32 {
        let p = position * self.per_length;
        let corner = p.floor();
        let t = p - corner;
        let t = t * t * (3.0 - 2.0 * t);
        let value = |dx: i64, dy: i64| self.lattice(corner.x as i64 + dx, corner.y as i64 + dy);
        let upper = value(0, 0) * (1.0 - t.x) + value(1, 0) * t.x;
        let lower = value(0, 1) * (1.0 - t.x) + value(1, 1) * t.x;
        upper * (1.0 - t.y) + lower * t.y
    }

    fn lattice(&self, x: i64, y: i64) -> f32 {
        let cell = ((x as u64) << 32) ^ (y as u64 & 0xFFFF_FFFF);
        let mut stream: Stream = self.seed.stream(
            self.stage,
            cell ^ self.layer.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        );
        stream.unit_f32() * 2.0 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_centred_bounded_and_smooth() {
        let noise = Noise::new(Seed::new(3), Stage::EdgeNoise, 10.0, 0);
        let at = |i: i32| noise.at(Vec2::new(0.37 * i as f32, 0.11 * i as f32 - 500.0));
        let mut sum = 0.0;
        for i in 0..40_000 {
            assert!(at(i).abs() <= 1.0);
            // Steepest slope of the blend is 1.5 per cell and axis, times a step of up to 2.
            assert!((at(i + 1) - at(i)).abs() < 0.16);
            sum += at(i);
        }
        // About 1500 cells crossed, standard deviation near 0.4 each: 0.01 on the mean.
        assert!((sum / 40_000.0).abs() < 0.05);
        let other = Noise::new(Seed::new(3), Stage::EdgeNoise, 10.0, 1);
        assert_ne!(noise.at(Vec2::ONE), other.at(Vec2::ONE));
    }
}
