//! Reading a photo as linear light.

use std::sync::Arc;

use super::color::ColorSpace;
use super::pixels::{Buffer, Samples};
use super::{Transfer, curve};

/// Linear light of every code of a depth: 256 or 65536 entries, none for floating-point pixels.
///
/// # Tolerance
/// Each entry is the f64 value of the curve rounded once: off by at most 6e-8 of itself. Where the
/// curve itself is a table, 1e-6 of full light.
#[derive(Clone, Debug)]
pub(super) struct DecodeTable(Arc<[f32]>);

impl DecodeTable {
    pub(super) fn new(buffer: &Buffer, transfer: &Transfer) -> Self {
        let codes: u32 = match buffer {
            Buffer::Rgb8(_) | Buffer::Rgba8(_) => 256,
            Buffer::Rgb16(_) | Buffer::Rgba16(_) => 65_536,
            Buffer::RgbF32(_) => 0,
        };
        let full = f64::from(codes.max(2) - 1);
        let light = (0..codes).map(|code| curve::decode(transfer, f64::from(code) / full) as f32);
        Self(light.collect())
    }

    fn of8(&self, codes: &[u8]) -> [f32; 3] {
        [0, 1, 2].map(|c| self.0[usize::from(codes[c])])
    }

    fn of16(&self, codes: &[u16]) -> [f32; 3] {
        [0, 1, 2].map(|c| self.0[usize::from(codes[c])])
    }

    /// Linear sRGB of one pixel, counted row by row.
    pub(super) fn at(&self, pixels: Samples<'_>, space: &ColorSpace, index: usize) -> [f32; 3] {
        let i = index * pixels.channels();
        space.linear_srgb(match pixels {
            Samples::Rgb8(codes) | Samples::Rgba8(codes) => self.of8(&codes[i..]),
            Samples::Rgb16(codes) | Samples::Rgba16(codes) => self.of16(&codes[i..]),
            Samples::RgbF32(light) => [light[i], light[i + 1], light[i + 2]],
        })
    }

    /// Linear sRGB of as many pixels as `out` holds, from pixel `first` on.
    pub(super) fn run(
        &self,
        pixels: Samples<'_>,
        space: &ColorSpace,
        first: usize,
        out: &mut [[f32; 3]],
    ) {
        // Asked once: for every pixel it would take as long as the rest.
        if space.has_srgb_primaries() {
            self.run_in(|linear| linear, pixels, first, out);
        } else {
            self.run_in(|linear| space.linear_srgb(linear), pixels, first, out);
        }
    }

    fn run_in(
        &self,
        to_srgb: impl Fn([f32; 3]) -> [f32; 3],
        pixels: Samples<'_>,
        first: usize,
        out: &mut [[f32; 3]],
    ) {
        let channels = pixels.channels();
        let range = first * channels..(first + out.len()) * channels;
        match pixels {
            Samples::Rgb8(codes) => self.codes8::<3>(to_srgb, &codes[range], out),
            Samples::Rgba8(codes) => self.codes8::<4>(to_srgb, &codes[range], out),
            Samples::Rgb16(codes) | Samples::Rgba16(codes) => {
                for (out, codes) in out.iter_mut().zip(codes[range].chunks_exact(channels)) {
                    *out = to_srgb(self.of16(codes));
                }
            }
            Samples::RgbF32(light) => {
                for (out, light) in out.iter_mut().zip(light[range].chunks_exact(channels)) {
                    *out = to_srgb([light[0], light[1], light[2]]);
                }
            }
        }
    }

    /// Pixels of so many bytes, by a table whose length is known: no index has to be checked.
    #[inline]
    fn codes8<const CHANNELS: usize>(
        &self,
        to_srgb: impl Fn([f32; 3]) -> [f32; 3],
        codes: &[u8],
        out: &mut [[f32; 3]],
    ) {
        let Some(table) = self.0.first_chunk::<256>() else {
            return;
        };
        for (out, codes) in out.iter_mut().zip(codes.as_chunks::<CHANNELS>().0) {
            let light = |c: usize| table[usize::from(codes[c])];
            *out = to_srgb([light(0), light(1), light(2)]);
        }
    }
}
