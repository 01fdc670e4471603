//! What lies behind the head: no dot belongs there, and its border is no hairline.

use std::collections::VecDeque;

use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::scene::levels::quantile;
use crate::scene::skin::SkinTone;
use crate::scene::working::Working;
use crate::units::Size;

/// Distances are between square roots of linear light, which are about evenly visible. A wall counts
/// as one from this distance to the skin on, whatever their brightness.
const UNLIKE_SKIN: f32 = 0.10;

/// Root of the light over that of the skin below which nothing is skin in shade: black cloth, and what a cut-out hides.
const BLACK: f32 = 0.14;

/// A step between neighbours that is still the same wall: its noise and shading, not a head's rim.
const SAME_WALL: f32 = 0.055;

/// Mean difference to the cells around that is no wall's but hair's before it, however alike their colours; and
/// the same as a multiple of what the picture's border has, for walls with noise or a pattern.
const UNEVEN: f32 = 0.012;
const UNEVEN_FOR_BORDER: f32 = 2.5;

/// Cells over which a wall ends: evenness is judged on cells and their neighbours.
const RIM: usize = 2;

/// How quickly the wall's colour may drift while it is followed.
const DRIFT: f32 = 0.15;

/// Everything that is joined to the picture's border by even, skin-unlike colour, grown by one cell
/// over the blurred rim of what stands before it. Hair before a wall of its own colour is told by its texture.
///
/// A backdrop of even colour is found whole; a busy room is not, and then nothing is taken away
/// from the caller's mask. Skin that reaches the border is never background.
///
/// # Cost
/// One visit per cell of the working copy, and one per pixel for the mask.
pub(super) fn background(working: &Working, size: Size, skin: &SkinTone) -> Mask {
    let mut grid = working.light.clone();
    let columns = grid.size().width() as usize;
    parallel::for_each_chunk(grid.values_mut(), columns, |_, row| {
        row.iter_mut()
            .for_each(|light| *light = light.map(f32::sqrt));
    });
    let skin = skin.body().map(|c| c.max(0.0).sqrt());
    let wall = follow(&grid, skin);
    let at = |x: i64, y: i64| wall.at(x, y);
    let grown = Plane::from_fn(wall.size(), |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        at(x, y) || at(x - 1, y) || at(x + 1, y) || at(x, y - 1) || at(x, y + 1)
    });
    let side = working.side;
    let mut shares = Plane::filled(size, 0.0_f32);
    parallel::for_each_chunk(shares.values_mut(), size.width() as usize, |y, row| {
        let cells = grown.row(y as u32 / side);
        for (run, &wall) in row.chunks_mut(side as usize).zip(cells) {
            run.fill(f32::from(u8::from(wall)));
        }
    });
    Mask::from_shares(shares)
}

/// The cells that can be reached from the border without a step that no wall makes.
fn follow(roots: &Plane<[f32; 3]>, skin: [f32; 3]) -> Plane<bool> {
    let size = roots.size();
    let (width, height) = (i64::from(size.width()), i64::from(size.height()));
    let rim = (0..width)
        .flat_map(|x| [(x, 0), (x, height - 1)])
        .chain((0..height).flat_map(|y| [(0, y), (width - 1, y)]));
    let rim: Vec<(i64, i64)> = rim.filter(|&(x, y)| unlike(roots.at(x, y), skin)).collect();
    let mut uneven = Plane::filled(size, 0.0_f32);
    parallel::for_each_chunk(uneven.values_mut(), width as usize, |y, row| {
        for (x, value) in row.iter_mut().enumerate() {
            *value = unevenness(roots, x as i64, y as i64);
        }
    });
    let mut border: Vec<f32> = rim.iter().map(|&(x, y)| uneven.at(x, y)).collect();
    let usual = quantile(&mut border, 0.5).unwrap_or(0.0);
    let most = UNEVEN.max(UNEVEN_FOR_BORDER * usual);
    let mut found = Plane::filled(size, false);
    let mut queue = VecDeque::new();
    for (x, y) in rim {
        let seen = &mut found.values_mut()[(y * width + x) as usize];
        if !*seen {
            *seen = true;
            queue.push_back((x, y, roots.at(x, y), RIM));
        }
    }
    while let Some((x, y, wall, left)) = queue.pop_front() {
        for (x, y) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
            if !(0..width).contains(&x) || !(0..height).contains(&y) {
                continue;
            }
            let root = roots.at(x, y);
            let left = if uneven.at(x, y) <= most {
                RIM
            } else {
                left.saturating_sub(1)
            };
            let seen = &mut found.values_mut()[(y * width + x) as usize];
            if left > 0 && !*seen && distance(root, wall) < SAME_WALL && unlike(root, skin) {
                *seen = true;
                let followed = std::array::from_fn(|c| wall[c] + DRIFT * (root[c] - wall[c]));
                queue.push_back((x, y, followed, left));
            }
        }
    }
    found
}

/// Mean distance of a cell to the eight around it.
fn unevenness(roots: &Plane<[f32; 3]>, x: i64, y: i64) -> f32 {
    let own = roots.at(x, y);
    let mut sum = 0.0;
    for dy in -1..=1 {
        for dx in -1..=1 {
            sum += distance(own, roots.at(x + dx, y + dy));
        }
    }
    sum / 8.0
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3)
        .map(|c| (a[c] - b[c]) * (a[c] - b[c]))
        .sum::<f32>()
        .sqrt()
}

/// Whether a colour differs from the skin's by more than light and shade can make it; black has no colour to tell by.
fn unlike(root: [f32; 3], skin: [f32; 3]) -> bool {
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    // The part of the colour that is not skin in brighter or dimmer light.
    let shaded = dot(root, skin) / dot(skin, skin).max(1e-6);
    let apart = distance(root, skin.map(|c| c * shaded));
    shaded < BLACK || apart > UNLIKE_SKIN * shaded.clamp(0.3, 1.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Photo;

    fn background(photo: &Photo, skin: &SkinTone) -> Mask {
        super::background(&Working::of(photo), photo.size(), skin)
    }

    /// A disc of skin before a wall with shading and noise.
    fn head(wall: [u8; 3]) -> (Photo, Mask) {
        let size = Size::new(120, 100).unwrap();
        let disc = Mask::from_fn(size, |p| {
            (30.5 - p.distance(glam::Vec2::new(60.0, 60.0))).clamp(0.0, 1.0)
        })
        .unwrap();
        let mut codes = Vec::new();
        for (i, &inside) in disc.coverage().values().iter().enumerate() {
            let (x, y) = (i % 120, i / 120);
            let shading = (x / 12) as f32 + ((x * 7 + y * 13) % 3) as f32;
            let back = wall.map(|c| f32::from(c) - shading);
            let front = [205.0, 150.0, 125.0];
            codes.extend((0..3).map(|c| (back[c] + (front[c] - back[c]) * inside) as u8));
        }
        (Photo::from_rgb8(size, codes).unwrap(), disc)
    }

    #[test]
    fn an_even_wall_is_background_and_the_head_is_not() {
        for wall in [
            [200, 204, 203],
            [90, 110, 140],
            [40, 42, 41],
            [250, 250, 250],
            [15, 15, 16],
            [0, 0, 0],
        ] {
            let (photo, disc) = head(wall);
            let skin = SkinTone::measure(&photo, &disc).unwrap();
            let found = background(&photo, &skin);
            let both = found.intersect(&disc).unwrap().area_px();
            let missed = found.union(&disc).unwrap().invert().area_px();
            // One pixel around the rim belongs to either.
            assert!(both < 220.0, "{wall:?}: {both} px of head taken for wall");
            assert!(missed < 60.0, "{wall:?}: {missed} px of wall not found");
        }
    }

    #[test]
    fn hair_of_the_colour_of_the_wall_is_no_wall() {
        // Strands of grey, light and dark by turns, before a grey wall that is as noisy as a camera's.
        let size = Size::new(120, 100).unwrap();
        let inside = |x: usize, y: usize| (30..90).contains(&x) && (20..100).contains(&y);
        let codes = (0..size.pixels()).flat_map(|i| {
            let (x, y) = (i % 120, i / 120);
            let noise = ((x * 7 + y * 13) % 5) as u8;
            match (inside(x, y), y > 60) {
                (true, true) => [205, 150, 125],
                (true, false) => [176 + 24 * (x / 2 % 2) as u8; 3],
                (false, _) => [186 + noise; 3],
            }
        });
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let skin = SkinTone::measure(
            &photo,
            &Mask::from_fn(size, |p| {
                f32::from(u8::from(p.y > 65.0 && (35.0..85.0).contains(&p.x)))
            })
            .unwrap(),
        )
        .unwrap();
        let found = background(&photo, &skin);
        let hair = Mask::from_fn(size, |p| {
            f32::from(u8::from(
                (34.0..86.0).contains(&p.x) && (24.0..60.0).contains(&p.y),
            ))
        })
        .unwrap();
        let taken = found.intersect(&hair).unwrap().area_px();
        assert!(taken < 40.0, "{taken} px of hair taken for wall");
        let wall = Mask::from_fn(size, |p| f32::from(u8::from(p.y < 18.0))).unwrap();
        let missed = wall.subtract(&found).unwrap().area_px();
        assert!(missed < 40.0, "{missed} px of wall not found");
    }

    #[test]
    fn a_picture_of_skin_alone_has_no_background() {
        let size = Size::new(60, 40).unwrap();
        let codes = (0..size.pixels()).flat_map(|i| {
            let light = 0.7 + 0.3 * (i % 60) as f32 / 60.0;
            [210.0 * light, 160.0 * light, 135.0 * light].map(|c| c as u8)
        });
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let skin = SkinTone::measure(&photo, &Mask::full(size)).unwrap();
        assert!(background(&photo, &skin).is_empty());
    }
}
