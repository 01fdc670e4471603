//! Light that came back from the surface: pigment below cannot darken it.

use crate::mask::smoothstep;
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::skin::{SkinMap, luminance};
use crate::simd::{Level, dispatch};

/// Light that every skin reflects from its surface, as a share of white. A matt skin sends back
/// 2 to 4 %; the lower figure, since photographers turn lamps away from the worst of it.
const MATT: f32 = 0.02;

/// Apparent specular share that is mere variation of skin colour, not shine. Picked by eye.
const DEAD_ZONE: f32 = 0.20;

/// Linear light of a channel from which a highlight counts as clipped: code 231 of 255.
const CLIPPING: f32 = 0.80;

/// Rows of a band; one more on either side is read for the mean.
const BAND: usize = 64;

/// Share of each pixel's light that never met the pigment, in 255ths.
///
/// # References
/// S. A. Shafer, "Using color to separate reflection components", Color Res. Appl. 10 (1985): the
/// dichromatic model I = α·skin + β·white, solved per pixel by least squares with both shares held
/// above zero; skin is that of the least shiny surroundings. White is the picture's own: the photo is
/// taken to be white-balanced.
///
/// # Cost
/// One visit per pixel, with no more memory than the result.
pub(super) fn surface(photo: &Photo, skin: Option<&SkinMap>) -> Plane<u8> {
    let size = photo.size();
    let (width, height) = (size.width() as usize, size.height() as usize);
    let around = skin.map(|skin| Around::of(skin, width));
    let mut smoothed = Plane::filled(size, 0_u8);
    parallel::for_each_chunk(smoothed.values_mut(), width * BAND, |band, out| {
        let top = band * BAND;
        let rows = out.len() / width;
        let mut light = vec![[0.0; 3]; width];
        let mut read = |y: usize, out: &mut [f32]| {
            shares(
                photo,
                around.as_ref(),
                y.clamp(1, height) - 1,
                &mut light,
                out,
            );
        };
        // Counted from one row above the picture.
        let mut near = [0, 1, 2].map(|_| vec![0.0; width]);
        for (y, shares) in (top..).zip(&mut near) {
            read(y, shares);
        }
        let mut columns = vec![0.0; width + 2];
        for (y, out) in (top + 1..).zip(out.chunks_exact_mut(width)) {
            dispatch!(Level::detect().get(), simd => mean3(&near, &mut columns, out));
            if y < top + rows {
                near.rotate_left(1);
                read(y + 2, &mut near[2]);
            }
        }
    });
    smoothed
}

/// The shares of one row, whose light is put into `light`.
fn shares(
    photo: &Photo,
    around: Option<&Around>,
    y: usize,
    light: &mut [[f32; 3]],
    shares: &mut [f32],
) {
    photo.linear_srgb_row(y as u32, light);
    let cells = around.map(|around| around.row(y));
    let skin = around.zip(cells.as_deref());
    dispatch!(Level::detect().get(), simd => shares_of(light, skin, shares));
}

/// Pixels whose shares are reckoned side by side.
const BLOCK: usize = 16;

#[inline(always)]
fn shares_of(row: &[[f32; 3]], skin: Option<(&Around, &[Local])>, shares: &mut [f32]) {
    let (blocks, rest) = shares.as_chunks_mut::<BLOCK>();
    let whole = blocks.len() * BLOCK;
    for (i, shares) in blocks.iter_mut().enumerate() {
        *shares = share_block(row, skin, i * BLOCK);
    }
    for (i, share) in rest.iter_mut().enumerate() {
        [*share] = share_block(row, skin, whole + i);
    }
}

/// The shares of the pixels from one on.
#[inline(always)]
fn share_block<const N: usize>(
    row: &[[f32; 3]],
    skin: Option<(&Around, &[Local])>,
    from: usize,
) -> [f32; N] {
    let mut shares = [0.0; N];
    let light = &row[from..from + N];
    let Some((around, cells)) = skin else {
        for (share, &light) in shares.iter_mut().zip(light) {
            *share = surface_share(light, None);
        }
        return shares;
    };
    let mut skin = [Local::default(); N];
    for (skin, &(cell, t)) in skin.iter_mut().zip(&around.columns[from..from + N]) {
        *skin = cells[cell as usize].mix(cells[cell as usize + 1], t);
    }
    for i in 0..N {
        shares[i] = surface_share(light[i], Some(skin[i]));
    }
    shares
}

/// Means over 3×3 pixels, so that the noise of single pixels does not print through.
#[inline(always)]
fn mean3(rows: &[Vec<f32>; 3], columns: &mut [f32], out: &mut [u8]) {
    let width = out.len();
    // With room for the rim on either side.
    for (x, sum) in columns[1..=width].iter_mut().enumerate() {
        *sum = rows[0][x] + rows[1][x] + rows[2][x];
    }
    (columns[0], columns[width + 1]) = (columns[1], columns[width]);
    for (x, value) in out.iter_mut().enumerate() {
        let sum = columns[x] + columns[x + 1] + columns[x + 2];
        *value = (sum * (255.0 / 9.0) + 0.5) as u8;
    }
}

/// The skin around a picture's pixels, between the cells of its map.
struct Around {
    cells: Plane<Local>,
    per_px: f32,
    /// The cell before each column's middle, and how far on to the next it lies.
    columns: Vec<(u32, f32)>,
}

/// Skin around a place: the colour of its body, and its luminance.
#[derive(Clone, Copy, Default)]
struct Local([f32; 4]);

impl Local {
    fn new([r, g, b]: [f32; 3], luminance: f32) -> Self {
        Self([r, g, b, luminance])
    }

    #[inline(always)]
    fn mix(self, other: Self, t: f32) -> Self {
        let mut mixed = self.0;
        for (a, b) in mixed.iter_mut().zip(other.0) {
            *a += (b - *a) * t;
        }
        Self(mixed)
    }
}

impl Around {
    fn of(skin: &SkinMap, columns: usize) -> Self {
        let per_px = 1.0 / skin.cell_px() as f32;
        let last = skin.size().width() - 1;
        let column = |x: usize| {
            let at = ((x as f32 + 0.5) * per_px - 0.5).clamp(0.0, last as f32);
            (at as u32, at - (at as u32) as f32)
        };
        Self {
            cells: Plane::from_fn(skin.size(), |x, y| {
                let (x, y) = (i64::from(x), i64::from(y));
                Local::new(skin.body().at(x, y), luminance(skin.color().at(x, y)))
            }),
            per_px,
            columns: (0..columns).map(column).collect(),
        }
    }

    /// The cells along a row of pixels, the last one twice.
    fn row(&self, y: usize) -> Vec<Local> {
        let at = (y as f32 + 0.5) * self.per_px - 0.5;
        let (row, t) = (at.floor() as i64, at - at.floor());
        let last = i64::from(self.cells.size().height()) - 1;
        let [upper, lower] = [row, row + 1].map(|y| self.cells.row(y.clamp(0, last) as u32));
        let mixed = upper.iter().zip(lower).map(|(a, b)| a.mix(*b, t));
        let mut cells: Vec<Local> = mixed.collect();
        cells.extend(cells.last().copied());
        cells
    }
}

#[inline(always)]
fn surface_share(light: [f32; 3], skin: Option<Local>) -> f32 {
    let y = luminance(light);
    let shine = skin.map_or(0.0, |Local([r, g, b, luminance])| {
        let shine = (specular(light, [r, g, b]) / y - DEAD_ZONE).max(0.0) / (1.0 - DEAD_ZONE);
        // Grey stubble has the colour of a weak highlight but not its brightness.
        shine * smoothstep((y / luminance.max(1e-3) - 0.6) / 0.6)
    });
    let top = 0.0_f32.max(light[0]).max(light[1]).max(light[2]);
    let clipped = smoothstep((top - CLIPPING) / (1.0 - CLIPPING));
    let seen = shine.max(clipped).clamp(0.0, 1.0);
    let matt = (MATT / (y + MATT)).min(0.5);
    let share = 1.0 - (1.0 - seen) * (1.0 - matt);
    if y > 0.0 { share } else { 0.0 }
}

/// β of the least-squares split I = α·body + β·(1, 1, 1) with α, β ≥ 0.
#[inline(always)]
fn specular(light: [f32; 3], body: [f32; 3]) -> f32 {
    let (bb, bw) = (dot(body, body), dot(body, WHITE));
    let (lb, lw) = (dot(light, body), dot(light, WHITE));
    let determinant = bb * 3.0 - bw * bw;
    let split = ((lw * bb - lb * bw) / determinant).max(0.0);
    // Of α the sign alone counts. All is reckoned and then chosen from: a branch would cost more.
    let share = if lb * 3.0 < lw * bw { lw / 3.0 } else { split };
    if determinant <= 1e-9 { 0.0 } else { share }
}

const WHITE: [f32; 3] = [1.0; 3];

#[inline(always)]
fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    fn skin() -> Option<Local> {
        let body = [0.4, 0.25, 0.18];
        Some(Local::new(body, luminance(body)))
    }

    #[test]
    fn a_glint_is_all_surface_and_matt_skin_nearly_none() {
        assert!(surface_share([1.0, 0.99, 0.98], skin()) > 0.97);
        assert!(surface_share([0.4, 0.25, 0.18], skin()) < 0.1);
        assert!(
            surface_share([0.02, 0.02, 0.02], skin()) <= 0.5,
            "stubble is no highlight"
        );
    }

    #[test]
    fn more_white_light_means_a_larger_share() {
        // Below a tenth the dead zone holds, and the matt share of brighter skin falls a little.
        let mut last = 0.0;
        for step in 2..20 {
            let glint = 0.03 * step as f32;
            let share = surface_share([0.4 + glint, 0.25 + glint, 0.18 + glint], skin());
            assert!(share >= last, "{share} after {last}");
            last = share;
        }
        assert!(last > 0.6, "{last}");
    }

    #[test]
    fn black_and_broken_values_have_no_shine() {
        assert_eq!(surface_share([0.0; 3], skin()), 0.0);
        assert_eq!(surface_share([f32::NAN; 3], skin()), 0.0);
        assert_eq!(specular([0.1; 3], [0.2; 3]), 0.0);
    }

    #[test]
    fn bands_join_without_a_seam() {
        let size = Size::new(5, 150).unwrap();
        let codes =
            (0..size.pixels()).flat_map(|i| [200, 150, if i / 5 % 9 < 2 { 200 } else { 120 }]);
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let map = SkinMap::read(&photo);
        let surface = surface(&photo, map.as_ref());
        let around = map.as_ref().map(|map| Around::of(map, 5));
        let share = |y: i64| {
            let rows = (y - 1..=y + 1).map(|y| {
                let (mut light, mut row) = ([[0.0; 3]; 5], [0.0; 5]);
                let y = y.clamp(0, 149) as usize;
                shares(&photo, around.as_ref(), y, &mut light, &mut row);
                row[2]
            });
            (rows.sum::<f32>() * (255.0 / 3.0) + 0.5) as u8
        };
        for y in [0, 1, 63, 64, 65, 127, 128, 149] {
            assert!(surface.at(2, y).abs_diff(share(y)) <= 1, "row {y}");
        }
    }
}
