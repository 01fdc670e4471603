//! Words on pictures.

use std::convert::Infallible;

use embedded_graphics::mono_font::{MonoFont, MonoTextStyle, iso_8859_1::FONT_8X13};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, Drawable, OriginDimensions, Pixel, Point, Size};
use embedded_graphics::text::{Baseline, Text};
use image::{Rgb, RgbImage};

/// 8 px wide and 13 px high.
pub(crate) const FONT: &MonoFont<'_> = &FONT_8X13;

/// Writes words, their upper left corner at a place; what lies beyond the picture is left out.
pub(crate) fn write(picture: &mut RgbImage, [x, y]: [u32; 2], words: &str, ink: Rgb<u8>) {
    let style = MonoTextStyle::new(FONT, BinaryColor::On);
    let place = Point::new(x as i32, y as i32);
    let Ok(_) =
        Text::with_baseline(words, place, style, Baseline::Top).draw(&mut Inked { picture, ink });
}

/// A picture on which one ink is laid.
struct Inked<'a> {
    picture: &'a mut RgbImage,
    ink: Rgb<u8>,
}

impl OriginDimensions for Inked<'_> {
    fn size(&self) -> Size {
        Size::new(self.picture.width(), self.picture.height())
    }
}

impl DrawTarget for Inked<'_> {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<BinaryColor>>,
    {
        for Pixel(at, _) in pixels {
            let at = (u32::try_from(at.x), u32::try_from(at.y));
            if let (Ok(x), Ok(y)) = at
                && let Some(pixel) = self.picture.get_pixel_mut_checked(x, y)
            {
                *pixel = self.ink;
            }
        }
        Ok(())
    }
}
