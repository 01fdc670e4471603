//! The photo as something the rasterizer can draw on.

use super::Photo;
use super::pixels::Buffer;
use crate::raster;

impl Photo {
    /// The pixels, for the rasterizer: in place, in their own transfer curve, alpha untouched.
    pub fn target_mut(&mut self) -> raster::PixelsMut<'_> {
        let size = self.size;
        let transfer = self.space.transfer().clone();
        let (rgb, rgba) = (raster::Channels::Rgb, raster::Channels::Rgba);
        let row = size.width() as usize;
        let target = match &mut self.buffer {
            Buffer::Rgb8(codes) => raster::PixelsMut::from_u8(codes, size, rgb, 3 * row),
            Buffer::Rgba8(codes) => raster::PixelsMut::from_u8(codes, size, rgba, 4 * row),
            Buffer::Rgb16(codes) => raster::PixelsMut::from_u16(codes, size, rgb, 3 * row),
            Buffer::Rgba16(codes) => raster::PixelsMut::from_u16(codes, size, rgba, 4 * row),
            Buffer::RgbF32(light) => raster::PixelsMut::from_f32(light, size, rgb, 3 * row),
        };
        target
            .expect("a photo's buffer has been checked")
            .with_transfer(transfer)
    }

    /// The pixels, for the rasterizer to draw a copy of.
    pub(crate) fn source(&self) -> raster::Pixels<'_> {
        let size = self.size;
        let (rgb, rgba) = (raster::Channels::Rgb, raster::Channels::Rgba);
        let row = size.width() as usize;
        let source = match &self.buffer {
            Buffer::Rgb8(codes) => raster::Pixels::from_u8(codes, size, rgb, 3 * row),
            Buffer::Rgba8(codes) => raster::Pixels::from_u8(codes, size, rgba, 4 * row),
            Buffer::Rgb16(codes) => raster::Pixels::from_u16(codes, size, rgb, 3 * row),
            Buffer::Rgba16(codes) => raster::Pixels::from_u16(codes, size, rgba, 4 * row),
            Buffer::RgbF32(light) => raster::Pixels::from_f32(light, size, rgb, 3 * row),
        };
        source.expect("a photo's buffer has been checked")
    }
}
