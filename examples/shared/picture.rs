//! A photo as a picture that can be drawn on and looked at.

use image::{DynamicImage, Rgb, RgbImage};
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

/// The bytes of a PNG file of 8 bits, with the fingerprint of the plan that it shows, if any, as text.
pub(crate) fn png(picture: &DynamicImage, fingerprint: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    let alpha = picture.color().has_alpha();
    encoder.set_color(if alpha {
        png::ColorType::Rgba
    } else {
        png::ColorType::Rgb
    });
    if let Some(fingerprint) = fingerprint {
        name(&mut encoder, fingerprint)?;
    }
    let mut writer = encoder.write_header()?;
    if alpha {
        writer.write_image_data(&picture.to_rgba8())?;
    } else {
        writer.write_image_data(&picture.to_rgb8())?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// Says in a file by which plan it was made.
pub(crate) fn name<W: std::io::Write>(
    encoder: &mut png::Encoder<'_, W>,
    fingerprint: &str,
) -> Result<(), Failure> {
    encoder.add_text_chunk("Software".to_owned(), "stubblefield".to_owned())?;
    Ok(encoder.add_text_chunk("Fingerprint".to_owned(), fingerprint.to_owned())?)
}
