//! The width of the point spread, from how fast the picture's variation ends towards the finest.

use super::spectrum::{RINGS, Tile, frequency};
use crate::scene::PIXEL;

/// First ring that is looked at: below, light and shade and the rims of things rule, and follow no law.
const FIRST: usize = 8;

/// Share of a ring's power that has to be more than noise.
const CLEAR: f32 = 0.25;

/// Fewest rings from which a width is read.
const FEWEST: usize = 6;

/// How fast the power of what is in front of the lens falls with frequency, as an exponent: 0 for dots
/// below a pixel, 3 for edges of whatever is larger. Scalps are expected near the second figure, give or take the third: found
/// with it on forty synthetic ones beside those of the tests.
const FALLS: std::ops::RangeInclusive<f32> = 0.0..=3.0;
const USUAL_FALL: f64 = 2.5;
const FALL_SPREAD: f64 = 0.5;

/// Steps in which falls and widths are tried first, the widest one in px, and how often the step of the width is halved.
const FALL_STEP: f32 = 0.25;
const WIDTH_STEP: f64 = 0.1;
const WIDEST: f64 = 8.0;
const HALVINGS: usize = 6;

/// Relative error of a ring's power beyond chance, since no picture follows a power law: by eye.
const UNEVEN: f32 = 0.1;

/// Power of noise in each ring, for a luminance of 1: it grows with the light.
pub(super) type Noise = [f32; RINGS];

/// The power law that the picture follows, the blur that lies over it, and the noise beneath.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    fall: f32,
    /// Variance of the point spread without the pixel's own square, in px².
    pub(super) variance: f32,
    /// Noise of equal power in every ring, as a share of the power in all rings that are looked at.
    floor: f32,
}

/// The same in one tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct TileFit {
    /// May come out below zero.
    pub(super) variance: f32,
    /// Standard error of that.
    pub(super) error: f32,
}

/// A ring that shows more than noise: its frequency, log power and how sure that is.
struct Ring {
    k: f32,
    log_power: f32,
    weight: f32,
}

fn rings(power: &[f32; RINGS], noise: impl Fn(usize) -> f32, tiles: f32) -> Vec<Ring> {
    let clear = |&j: &usize| {
        let left = power[j] - noise(j);
        left > CLEAR * power[j] && left > 0.0
    };
    (FIRST..RINGS)
        .take_while(clear)
        .map(|j| {
            let left = power[j] - noise(j);
            Ring {
                k: frequency(j),
                log_power: libm::logf(left),
                weight: 1.0 / (UNEVEN * UNEVEN + (power[j] / left).powi(2) * chance(j, tiles)),
            }
        })
        .collect()
}

/// Variance by chance of a ring's power, over its square. A ring of radius j has about 2πj coefficients, every second one its
/// own; the window ties neighbours together.
fn chance(j: usize, tiles: f32) -> f32 {
    1.0 / (0.8 * j as f32 * tiles)
}

/// Fits fall and width to the power that many tiles have together.
///
/// What JPEG rounds is noise as well, and lies where there is detail: in flat tiles the finest of it is gone. So noise of equal
/// power in every ring is fitted too.
pub(super) fn fit(tiles: &[&Tile], noise: &Noise) -> Option<Fit> {
    let mut power = [0.0; RINGS];
    for tile in tiles {
        for (sum, value) in power.iter_mut().zip(tile.power) {
            *sum += value;
        }
    }
    let light: f32 = tiles.iter().map(|tile| tile.mean).sum();
    let count = tiles.len() as f32;
    if rings(&power, |j| noise[j] * light, count).len() < FEWEST {
        return None;
    }
    let shares: Vec<Share> = (FIRST..RINGS)
        .map(|j| Share {
            k: f64::from(frequency(j)),
            per_power: 1.0 / f64::from(power[j].max(f32::MIN_POSITIVE)),
            left: f64::from((1.0 - noise[j] * light / power[j]).max(0.0)),
            weight: f64::from(1.0 / (UNEVEN * UNEVEN + chance(j, count))),
        })
        .collect();
    let falls = (FALLS.end() / FALL_STEP) as u32;
    let widths = (WIDEST / WIDTH_STEP) as u32;
    let tried = (0..=falls).flat_map(|i| {
        let fall = f64::from(FALL_STEP) * f64::from(i);
        (0..=widths).map(move |j| (fall, WIDTH_STEP * f64::from(j)))
    });
    let tried = tried.filter_map(|(fall, width)| Laid::over(&shares, fall, width));
    let mut best = tried.min_by(|a, b| a.misfit.total_cmp(&b.misfit))?;
    let mut step = WIDTH_STEP;
    for _ in 0..HALVINGS {
        step *= 0.5;
        for width in [best.width - step, best.width + step] {
            let beside = Laid::over(&shares, best.fall, width.max(0.0));
            best = beside.filter(|b| b.misfit < best.misfit).unwrap_or(best);
        }
    }
    let all: f32 = power[FIRST..].iter().sum();
    let told = shares
        .iter()
        .filter(|ring| best.detail(ring) > f64::from(CLEAR));
    (told.count() >= FEWEST).then(|| Fit {
        fall: best.fall as f32,
        variance: (best.width * best.width) as f32,
        floor: best.floor as f32 / all,
    })
}

/// A ring of many tiles: its frequency, what noise leaves of its power, as a share of that, and how sure that is.
struct Share {
    k: f64,
    per_power: f64,
    left: f64,
    weight: f64,
}

/// The power of detail of one fall through a lens of one width, and of even noise, that are nearest to what is left.
#[derive(Clone, Copy)]
struct Laid {
    fall: f64,
    width: f64,
    detail: f64,
    floor: f64,
    misfit: f64,
}

impl Laid {
    /// `None` where less than no detail fits best.
    fn over(shares: &[Share], fall: f64, width: f64) -> Option<Self> {
        let mut laid = Self {
            fall,
            width,
            detail: 1.0,
            floor: 0.0,
            misfit: 0.0,
        };
        let [mut aa, mut ab, mut bb, mut ay, mut by] = [0.0; 5];
        for ring in shares {
            let (a, b) = (laid.detail(ring), ring.per_power);
            aa += ring.weight * a * a;
            ab += ring.weight * a * b;
            bb += ring.weight * b * b;
            ay += ring.weight * a * ring.left;
            by += ring.weight * b * ring.left;
        }
        let determinant = aa * bb - ab * ab;
        let floor = (by * aa - ay * ab) / determinant;
        laid.floor = if floor > 0.0 { floor } else { 0.0 };
        laid.detail = (ay - laid.floor * ab) / aa;
        let misfit = shares.iter().map(|ring| {
            let off = ring.left - laid.detail(ring) - laid.floor * ring.per_power;
            ring.weight * off * off
        });
        laid.misfit = misfit.sum::<f64>() + ((fall - USUAL_FALL) / FALL_SPREAD).powi(2);
        (laid.detail > 0.0 && laid.misfit.is_finite()).then_some(laid)
    }

    /// Share of a ring's power that is detail.
    fn detail(&self, ring: &Share) -> f64 {
        let variance = self.width * self.width + f64::from(PIXEL);
        let log = -self.fall * libm::log(ring.k) - variance * ring.k * ring.k;
        self.detail * libm::exp(log) * ring.per_power
    }
}

/// The width in one tile, where fall and noise are known from the whole picture.
pub(super) fn fit_tile(tile: &Tile, noise: &Noise, whole: &Fit) -> Option<TileFit> {
    let floor = whole.floor * tile.power[FIRST..].iter().sum::<f32>();
    let rings = rings(&tile.power, |j| noise[j] * tile.mean + floor, 1.0);
    if rings.len() < FEWEST {
        return None;
    }
    slope(&rings, whole.fall)
}

/// Weighted least squares of log power, its fall taken off, over the square of the frequency.
fn slope(rings: &[Ring], fall: f32) -> Option<TileFit> {
    let log = |ring: &Ring| ring.log_power + fall * libm::logf(ring.k);
    let [mut w, mut x, mut y, mut xx, mut xy] = [0.0_f32; 5];
    for ring in rings {
        w += ring.weight;
        x += ring.weight * ring.k * ring.k;
        y += ring.weight * log(ring);
    }
    let (x, y) = (x / w, y / w);
    for ring in rings {
        let off = ring.k * ring.k - x;
        xx += ring.weight * off * off;
        xy += ring.weight * off * (log(ring) - y);
    }
    (xx > 0.0).then(|| TileFit {
        variance: -xy / xx - PIXEL,
        error: (1.0 / xx).sqrt(),
    })
}
