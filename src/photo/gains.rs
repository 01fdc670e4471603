//! Light multiplied pixel by pixel, in the photo's own curve and channels.

use super::Photo;
use super::curve::{decode, encode};
use super::pixels::SamplesMut;
use crate::parallel;

impl Photo {
    /// The photo with its light multiplied: `gains` writes the factors of row `y` over ones, red, green and blue.
    ///
    /// What is multiplied by 1 keeps its bytes, and so does all alpha. Codes end at full light.
    pub(crate) fn with_gains(&self, gains: impl Fn(u32, &mut [[f32; 3]]) + Sync + Send) -> Self {
        let mut after = self.clone();
        let curve = self.space.transfer();
        let brighter = |code: f64, gain: f32| encode(curve, decode(curve, code) * f64::from(gain));
        let bytes =
            |code: u8, gain: f32| (brighter(f64::from(code) / 255.0, gain) * 255.0 + 0.5) as u8;
        let words = |code: u16, gain: f32| {
            (brighter(f64::from(code) / 65_535.0, gain) * 65_535.0 + 0.5) as u16
        };
        let width = self.size.width() as usize;
        match after.pixels_mut() {
            SamplesMut::Rgb8(codes) => multiply::<_, 3>(codes, width, &gains, bytes),
            SamplesMut::Rgba8(codes) => multiply::<_, 4>(codes, width, &gains, bytes),
            SamplesMut::Rgb16(codes) => multiply::<_, 3>(codes, width, &gains, words),
            SamplesMut::Rgba16(codes) => multiply::<_, 4>(codes, width, &gains, words),
            SamplesMut::RgbF32(light) => {
                multiply::<_, 3>(light, width, &gains, |light, gain| light * gain);
            }
        }
        after
    }
}

fn multiply<T: Copy + Send, const CHANNELS: usize>(
    values: &mut [T],
    width: usize,
    gains: &(impl Fn(u32, &mut [[f32; 3]]) + Sync + Send),
    times: impl Fn(T, f32) -> T + Sync + Send,
) {
    parallel::for_each_chunk(values, width * CHANNELS, |y, row| {
        let mut factors = vec![[1.0; 3]; width];
        gains(y as u32, &mut factors);
        for (pixel, factors) in row.chunks_exact_mut(CHANNELS).zip(factors) {
            for (value, factor) in pixel.iter_mut().zip(factors).filter(|(_, f)| *f != 1.0) {
                *value = times(*value, factor);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::Samples;
    use super::*;
    use crate::units::Size;

    #[test]
    fn light_is_doubled_where_it_is_to_be_and_alpha_stays() {
        let size = Size::new(3, 2).unwrap();
        let photo = Photo::from_rgba8(size, [90, 120, 250, 77].repeat(6)).unwrap();
        let after = photo.with_gains(|y, row| {
            if y == 1 {
                row[2] = [2.0, 1.0, 2.0];
            }
        });
        let Samples::Rgba8(codes) = after.pixels() else {
            panic!("another depth");
        };
        assert_eq!(codes[..20], [90, 120, 250, 77].repeat(5));
        assert_eq!(codes[20..], [125, 120, 255, 77]);
        let [before, doubled] = [&photo, &after].map(|photo| photo.linear_srgb_at(2, 1)[0]);
        assert!(
            (doubled / before - 2.0).abs() < 0.02,
            "{doubled} of {before}"
        );
        let light = Photo::from_rgb_f32(size, vec![0.75; 18]).unwrap();
        let after = light.with_gains(|_, row| row.fill([2.0; 3]));
        assert_eq!(after.pixels(), Samples::RgbF32(&[1.5; 18]));
    }
}
