//! A photo as a picture that can be drawn on and looked at.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use stubblefield::{ColorSpace, Photo, Samples};

use crate::Failure;

/// The photo as 8-bit sRGB, whatever it is.
pub(crate) fn encoded(photo: &Photo) -> RgbImage {
    let size = photo.size();
    let (Samples::Rgb8(codes), true) = (photo.pixels(), *photo.color_space() == ColorSpace::srgb())
    else {
        return converted(photo);
    };
    RgbImage::from_raw(size.width(), size.height(), codes.to_vec())
        .unwrap_or_else(|| converted(photo))
}

fn converted(photo: &Photo) -> RgbImage {
    let size = photo.size();
    let mut picture = RgbImage::new(size.width(), size.height());
    let mut row = vec![[0.0; 3]; size.width() as usize];
    for y in 0..size.height() {
        photo.linear_srgb_row(y, &mut row);
        for (x, light) in row.iter().enumerate() {
            picture.put_pixel(x as u32, y, Rgb(light.map(code)));
        }
    }
    picture
}

/// The 8-bit sRGB code of linear light.
pub(crate) fn code(linear: f32) -> u8 {
    let encoded = palette::Srgb::<f32>::from_linear(palette::LinSrgb::new(linear, linear, linear));
    (encoded.red.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// The bytes of a PNG file.
pub(crate) fn png(picture: &image::DynamicImage) -> Result<Vec<u8>, Failure> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
