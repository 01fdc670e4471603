//! Words on pictures, without a font.

use image::{Rgb, RgbImage};

/// Columns that a letter takes, in pixels.
pub(crate) const ADVANCE: u32 = 8;

/// Writes capital letters, digits and a few signs, 10 px high; small letters become capitals.
pub(crate) fn write(picture: &mut RgbImage, [x, y]: [u32; 2], words: &str, ink: Rgb<u8>) {
    for (i, letter) in (0..).zip(words.chars()) {
        let bits = glyph(letter.to_ascii_uppercase());
        for bit in 0..15 {
            if bits >> (14 - bit) & 1 == 1 {
                let (px, py) = (x + i * ADVANCE + bit % 3 * 2, y + bit / 3 * 2);
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    if px + dx < picture.width() && py + dy < picture.height() {
                        picture.put_pixel(px + dx, py + dy, ink);
                    }
                }
            }
        }
    }
}

/// Three columns by five rows of a capital letter, a digit or a sign.
const fn glyph(letter: char) -> u16 {
    match letter {
        'A' => 0b010_101_111_101_101,
        'B' => 0b110_101_110_101_110,
        'C' => 0b011_100_100_100_011,
        'D' => 0b110_101_101_101_110,
        'E' => 0b111_100_110_100_111,
        'F' => 0b111_100_110_100_100,
        'G' => 0b011_100_101_101_011,
        'H' => 0b101_101_111_101_101,
        'I' => 0b111_010_010_010_111,
        'J' => 0b001_001_001_101_010,
        'K' => 0b101_101_110_101_101,
        'L' => 0b100_100_100_100_111,
        'M' => 0b101_111_111_101_101,
        'N' => 0b110_101_101_101_101,
        'O' | '0' => 0b111_101_101_101_111,
        'P' => 0b110_101_110_100_100,
        'Q' => 0b010_101_101_110_011,
        'R' => 0b110_101_110_101_101,
        'S' | '5' => 0b111_100_111_001_111,
        'T' => 0b111_010_010_010_010,
        'U' => 0b101_101_101_101_111,
        'V' => 0b101_101_101_101_010,
        'W' => 0b101_101_101_111_111,
        'X' => 0b101_101_010_101_101,
        'Y' => 0b101_101_010_010_010,
        'Z' => 0b111_001_010_100_111,
        '1' => 0b010_110_010_010_111,
        '2' => 0b111_001_111_100_111,
        '3' => 0b111_001_011_001_111,
        '4' => 0b101_101_111_001_001,
        '6' => 0b111_100_111_101_111,
        '7' => 0b111_001_010_010_010,
        '8' => 0b111_101_111_101_111,
        '9' => 0b111_101_111_001_111,
        '.' => 0b000_000_000_000_010,
        ',' => 0b000_000_000_010_100,
        ':' => 0b000_010_000_010_000,
        '/' => 0b001_001_010_100_100,
        '%' => 0b101_001_010_100_101,
        '+' => 0b000_010_111_010_000,
        '-' => 0b000_000_111_000_000,
        _ => 0,
    }
}
