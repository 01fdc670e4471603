//! Looks at the ends of what is allowed: refused by name before anything is laid, or good to the end.

mod ends;
mod single;

use stubblefield::{Photo, Scale, Seed, Size};

const SEED: Seed = Seed::new(7);

fn even(width: u32, height: u32) -> Photo {
    let size = Size::new(width, height).unwrap();
    Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap()
}

fn px_per_mm(scale: f32) -> Scale {
    Scale::px_per_mm(scale).unwrap()
}

fn with<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}
