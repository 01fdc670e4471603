//! The skin around each place: its colour, lightness and melanin, without hair and shine.

use palette::{FromColor, Lab, LinSrgb, white_point::D65};

use super::guided::{Guided, box_sums, cells, each};
use super::luminance;
use crate::mask::{Mask, smoothstep};
use crate::parallel;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::scene::working::Working;
use crate::units::Size;

/// Windows of the edge-aware mean as a share of the picture's longer side: 3 mm on a head.
const NEAR: u32 = 64;

/// Windows of the colour around a place where hardly any skin shows, as such a share.
const WIDE: u32 = 14;

/// Windows of the colour that lies under the sheen: wider than the broad sheen of a lamp on a crown, which is
/// else taken for the colour of the skin itself.
const BODY: u32 = 4;

/// A step of root light that is an edge of the skin's shading, squared.
const EDGE: f32 = 0.0025;

/// Weight of what does not belong: nothing, but for windows that hold nothing else.
const FOREIGN: f32 = 1e-5;

/// Share of skin in a window at which it counts as much as the wider one.
const SPARSE: f32 = 0.02;

/// Least share of an area that has to look like skin for there to be skin in it.
const LEAST_SHARE: f64 = 0.02;

/// How much of the absorbance in red, green and blue light (610, 550 and 460 nm) melanin takes,
/// relative to green: its law is a power of the wavelength, −3.48.
///
/// With the same for blood, 0.10 and 0.77, shading that is equal in all three, and absorbances added,
/// melanin is a weighted sum of two logarithms of ratios.
const MELANIN: [f32; 2] = [0.272, 1.063];

/// The skin of a photo as maps of a bounded size: one cell per pixel up to 1024 cells, then one for
/// several.
///
/// # Examples
/// ```
/// use stubblefield::{Photo, Size, SkinMap};
///
/// let size = Size::new(40, 30)?;
/// let skin = Photo::from_rgb8(size, [210, 165, 140].repeat(size.pixels()))?;
/// let map = SkinMap::read(&skin).expect("it is all skin");
/// assert!((map.lightness().at(20, 15) - 70.9).abs() < 0.5); // CIELAB L*
/// let wall = Photo::from_rgb8(size, [140, 140, 140].repeat(size.pixels()))?;
/// assert!(SkinMap::read(&wall).is_none());
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// The split of log light into shading, melanin and blood: N. Tsumura, H. Haneishi, Y. Miyake,
/// "Independent-component analysis of skin color image", J. Opt. Soc. Am. A 16 (1999); its directions
/// here are not learnt but those of the absorption spectra in S. L. Jacques, "Skin Optics" (1998).
#[derive(Clone, Debug)]
pub struct SkinMap {
    side: u32,
    likeness: Plane<f32>,
    color: Plane<[f32; 3]>,
    body: Plane<[f32; 3]>,
    lightness: Plane<f32>,
    melanin: Plane<f32>,
}

impl SkinMap {
    /// Reads the skin of the whole picture; `None` where less than a fiftieth of it has a colour that
    /// skin can have.
    ///
    /// The photo is taken to be white-balanced.
    ///
    /// # Determinism
    /// Rows and blocks of rows are summed independently.
    ///
    /// # Cost
    /// One visit per pixel, and a few dozen per cell.
    #[must_use]
    pub fn read(photo: &Photo) -> Option<Self> {
        Self::from_working(&Working::of(photo))
    }

    pub(in crate::scene) fn from_working(working: &Working) -> Option<Self> {
        let light = &working.light;
        let likeness = each(light, likeness);
        let share = likeness.values().iter().map(|&l| f64::from(l)).sum::<f64>();
        if share < LEAST_SHARE * likeness.size().pixels() as f64 {
            return None;
        }
        let longest = light.size().width().max(light.size().height());
        let near = (longest / NEAR).max(1) as usize;
        let root = each(light, |light| luminance(light).sqrt());
        let weights = weights(&likeness, &root, near);
        let guided = Guided::new(&root, &weights, near, EDGE);
        let roots = guided.filter(&each(light, |light| light.map(f32::sqrt)));
        // Where a window holds hardly any skin, that of a wider one.
        let wide = (longest / WIDE).max(1) as usize;
        let around = sums(light, |i| weights.values()[i], wide);
        // And under a field of cropped hair, whose windows hold none, that of the widest.
        let widest = (longest / BODY).max(1) as usize;
        let far = sums(light, |i| weights.values()[i], widest);
        let cells_of = |reach: usize| ((2 * reach + 1) * (2 * reach + 1)) as f32;
        let color = cells(light.size(), |i| {
            let held = guided.total(i) / cells_of(near);
            let own = held / (held + SPARSE);
            let near = roots.values()[i];
            let (around, far) = (around.values()[i], far.values()[i]);
            let shown = smoothstep(around[0] / cells_of(wide) / SPARSE);
            let (around, far) = (mean(around), mean(far));
            [0, 1, 2].map(|c| {
                let near = near[c].max(0.0);
                let wide = around[c] * shown + far[c] * (1.0 - shown);
                near * near * own + wide * (1.0 - own)
            })
        });
        Some(Self {
            side: working.side,
            body: body(light, &likeness, widest),
            lightness: each(&color, |c| lab(c).l),
            melanin: each(&color, melanin),
            likeness,
            color,
        })
    }

    /// Side of a cell in pixels of the photo.
    #[must_use]
    pub const fn cell_px(&self) -> u32 {
        self.side
    }

    /// How far each cell has a colour that skin can have, 0..=1: hair, wall and glints have none.
    #[must_use]
    pub const fn likeness(&self) -> &Plane<f32> {
        &self.likeness
    }

    /// Linear sRGB of the skin around each cell, bridged where hair or a glint lies over it.
    #[must_use]
    pub const fn color(&self) -> &Plane<[f32; 3]> {
        &self.color
    }

    /// CIELAB lightness of that colour, light and shade included.
    #[must_use]
    pub const fn lightness(&self) -> &Plane<f32> {
        &self.lightness
    }

    /// Absorbance of melanin in green light (natural logarithm), without shading and blood: about 0.4 on
    /// fair and 0.8 on dark skin, higher in freckles and tan.
    ///
    /// Good for differences within one photo: a warm lamp adds as much as a tan does.
    #[must_use]
    pub const fn melanin(&self) -> &Plane<f32> {
        &self.melanin
    }

    /// Colour of light that went through the skin, from the least shiny surroundings of each cell.
    pub(in crate::scene) const fn body(&self) -> &Plane<[f32; 3]> {
        &self.body
    }

    /// Whether enough of the area looks like skin for a tone to be read there.
    pub(in crate::scene) fn shows_in(&self, mask: &Mask) -> bool {
        let of_row = |y: usize| {
            let (mut skin, mut area) = (0.0_f64, 0.0_f64);
            let cells = self.likeness.row(y as u32 / self.side);
            let runs = mask.coverage().row(y as u32).chunks(self.side as usize);
            for (run, &likeness) in runs.zip(cells) {
                let covered: f32 = run.iter().sum();
                area += f64::from(covered);
                skin += f64::from(covered * likeness);
            }
            [skin, area]
        };
        let rows = parallel::map(mask.size().height() as usize, of_row);
        let sum = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a + c, b + d];
        let [skin, area] = rows.into_iter().fold([0.0; 2], sum);
        skin > 0.0 && skin >= LEAST_SHARE * area
    }

    /// Width and height in cells.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.likeness.size()
    }
}

/// How far a colour can be that of skin in white light: red over green over blue, and neither grey nor
/// a dye. Soft, for no skin ends at a line.
pub(super) fn likeness(light: [f32; 3]) -> f32 {
    let [r, g, b] = light;
    let bright = luminance(light);
    if bright.is_nan() || bright < DIM {
        return 0.0;
    }
    let rise = |value: f32, from: f32, to: f32| smoothstep((value - from) / (to - from));
    let warm = rise(r / g.max(1e-6), 1.03, 1.09) * rise(r / b.max(1e-6), 1.06, 1.15);
    let pale = rise(g / r.max(1e-6), 0.18, 0.30) * rise(b / r.max(1e-6), 0.06, 0.12);
    warm * pale * rise(g / b.max(1e-6), 0.75, 0.88)
}

/// Luminance below which noise and compression make any colour.
const DIM: f32 = 0.004;

/// Weights of the edge-aware mean: skin, and of that not what is much darker than its surroundings.
fn weights(likeness: &Plane<f32>, root: &Plane<f32>, reach: usize) -> Plane<f32> {
    let (likeness, root, size) = (likeness.values(), root.values(), root.size());
    let first = |i: usize| likeness[i] + FOREIGN;
    let around = box_sums(size, reach, |i| [first(i), root[i] * first(i)]);
    cells(size, |i| {
        let [weight, sum] = around.values()[i];
        let lit = smoothstep((root[i] / (sum / weight).max(1e-4) - 0.70) / 0.20);
        first(i) * lit.max(0.02)
    })
}

/// Mean colour over wide windows, the more a cell counts the less white lies over it.
fn body(light: &Plane<[f32; 3]>, likeness: &Plane<f32>, reach: usize) -> Plane<[f32; 3]> {
    let weight = |i: usize| {
        let [r, _, b] = light.values()[i];
        let s = ((r - b) / r.max(1e-6)).max(0.0);
        likeness.values()[i] * (s * s * s * s) + 1e-3 * FOREIGN
    };
    each(&sums(light, weight, reach), mean)
}

/// Sums of weights over windows, and of what they weigh.
fn sums(
    light: &Plane<[f32; 3]>,
    weight: impl Fn(usize) -> f32 + Sync + Send,
    reach: usize,
) -> Plane<[f32; 4]> {
    box_sums(light.size(), reach, |i| {
        let ([r, g, b], weight) = (light.values()[i], weight(i));
        [weight, r * weight, g * weight, b * weight]
    })
}

/// The mean colour of such sums.
fn mean([total, r, g, b]: [f32; 4]) -> [f32; 3] {
    [r, g, b].map(|sum| (sum / total).max(0.0))
}

fn lab([r, g, b]: [f32; 3]) -> Lab<D65, f32> {
    Lab::from_color(LinSrgb::new(r, g, b))
}

fn melanin([r, g, b]: [f32; 3]) -> f32 {
    let ratio = |a: f32, b: f32| libm::logf(a.max(1e-5) / b.max(1e-5));
    MELANIN[0] * ratio(r, g) + MELANIN[1] * ratio(g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skins_of_all_tones_are_skin_and_grey_blue_and_black_are_none() {
        // The Monk scale, and the three that a warm, a cool and a dim room make of a fair skin.
        let rooms = [[224, 172, 110], [226, 186, 184], [92, 66, 55]];
        for skin in super::super::MONK.into_iter().chain(rooms) {
            let light: LinSrgb<f32> = palette::Srgb::<u8>::from(skin).into_linear();
            let light = [light.red, light.green, light.blue];
            assert!(likeness(light) > 0.5, "{skin:?}: {}", likeness(light));
        }
        for other in [
            [0.5; 3],
            [0.2, 0.3, 0.5],
            [0.9, 0.1, 0.02],
            [0.0; 3],
            [1.0; 3],
            [0.1, 0.4, 0.1],
        ] {
            assert!(likeness(other) < 0.1, "{other:?}: {}", likeness(other));
        }
        assert_eq!(likeness([f32::NAN; 3]), 0.0);
    }

    #[test]
    fn shade_is_no_melanin_and_a_tan_is() {
        let skin = [0.52, 0.33, 0.22];
        let shaded = skin.map(|c| 0.4 * c);
        assert!((melanin(skin) - melanin(shaded)).abs() < 1e-5);
        // Absorbance 0.2 in green, more in blue, less in red, as melanin has it.
        let tanned = [
            0.52 * (-0.2_f32 * 0.697).exp(),
            0.33 * (-0.2_f32).exp(),
            0.22 * (-0.2_f32 * 1.863).exp(),
        ];
        assert!((melanin(tanned) - melanin(skin) - 0.2).abs() < 0.002);
        // Blood is not: absorbance 0.3.
        let flushed = [
            0.52 * (-0.03_f32).exp(),
            0.33 * (-0.3_f32).exp(),
            0.22 * (-0.231_f32).exp(),
        ];
        assert!((melanin(flushed) - melanin(skin)).abs() < 0.01);
    }

    #[test]
    fn hair_and_glints_are_bridged() {
        let size = Size::new(256, 128).unwrap();
        let codes = (0..size.pixels()).flat_map(|i| match (i % 256, i / 256) {
            (x, _) if x % 16 < 3 => [35, 32, 30],
            (x, y) if (100..112).contains(&x) && (60..70).contains(&y) => [252, 252, 250],
            _ => [200, 150, 125],
        });
        let photo = Photo::from_rgb8(size, codes.collect()).unwrap();
        let map = SkinMap::read(&photo).unwrap();
        for (x, y) in [(17, 20), (106, 65), (200, 100)] {
            let got = map.lightness().at(x, y);
            assert!((got - 66.1).abs() < 2.0, "{got} at {x},{y}");
        }
    }
}
