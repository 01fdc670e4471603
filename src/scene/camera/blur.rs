//! The width of the point spread, from how fast the picture's variation ends towards the finest.

use std::ops::Range;

use super::spectrum::{RINGS, Tile, frequency};

/// First ring that is looked at: below, light and shade and the rims of things rule, and follow no law.
const FIRST: usize = 8;

/// Share of a ring's power that has to be more than noise.
const CLEAR: f32 = 0.25;

/// Fewest rings from which a width is read.
const FEWEST: usize = 6;

/// Power of the four rings before the finest four over that of those up to which it counts as level, and its share of the first
/// ring's up to which it counts as low: by eye, on photographs and what was made larger from them.
const LEVEL: f32 = 1.5;
const LOW: f32 = 0.01;

/// Share of the greatest power to which it has to have fallen before a rise by so much tells of a copy.
const FALLEN: f32 = 0.1;
const RISEN: f32 = 1.25;

/// How fast the power of what is in front of the lens falls with frequency, as an exponent: 0 for dots
/// below a pixel, 3 for edges of whatever is larger.
const FALLS: std::ops::RangeInclusive<f32> = 0.0..=3.0;

/// Variance that a pixel's own square adds to the point spread along each axis, in px².
const PIXEL: f32 = 1.0 / 12.0;

/// Relative error of a ring's power beyond chance, since no picture follows a power law: by eye.
const UNEVEN: f32 = 0.1;

/// Power of noise in each ring, for a luminance of 1: it grows with the light.
pub(super) type Noise = [f32; RINGS];

/// The power law that the picture follows, and the blur that lies over it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) fall: f32,
    /// Variance of the point spread without the pixel's own square, in px²; may come out below zero.
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

fn rings(power: &[f32; RINGS], noise: &Noise, light: f32, tiles: f32) -> Vec<Ring> {
    let clear = |&j: &usize| {
        let left = power[j] - noise[j] * light;
        left > CLEAR * power[j] && left > 0.0
    };
    (FIRST..RINGS)
        .take_while(clear)
        .map(|j| {
            let left = power[j] - noise[j] * light;
            // A ring of radius j has about 2πj coefficients, every second one its own; the window ties
            // neighbours together.
            let chance = (power[j] / left).powi(2) / (0.8 * j as f32 * tiles);
            Ring {
                k: frequency(j),
                log_power: libm::logf(left),
                weight: 1.0 / (UNEVEN * UNEVEN + chance),
            }
        })
        .collect()
}

/// Power that many tiles have together, and their light.
fn together(tiles: &[&Tile]) -> ([f32; RINGS], f32) {
    let mut power = [0.0; RINGS];
    for tile in tiles {
        for (sum, value) in power.iter_mut().zip(tile.power) {
            *sum += value;
        }
    }
    (power, tiles.iter().map(|tile| tile.mean).sum())
}

/// Noise where some of it comes with the detail: what is left by making a picture larger and by its codes is white, and no
/// lens leaves power that does not fall.
pub(super) fn with_floor(noise: &Noise, tiles: &[&Tile]) -> Noise {
    let (power, light) = together(tiles);
    let mean = |rings: Range<usize>| {
        let count = rings.len() as f32;
        power[rings].iter().sum::<f32>() / count
    };
    let (coarser, finest) = (mean(RINGS - 8..RINGS - 4), mean(RINGS - 4..RINGS));
    let white = coarser < LEVEL * finest && finest < LOW * power[FIRST];
    let floor = if white { finest / light } else { 0.0 };
    noise.map(|noise| noise.max(floor))
}

/// The first ring that is no detail: a picture made larger repeats its spectrum, so that power that has fallen rises again, which
/// behind a lens it does not.
fn copied_from(power: &[f32; RINGS]) -> usize {
    let (mut most, mut least, mut lowest) = (0.0_f32, f32::INFINITY, FIRST);
    for (ring, &power) in power.iter().enumerate().skip(FIRST) {
        most = most.max(power);
        if power < least {
            (least, lowest) = (power, ring);
        } else if least < FALLEN * most && power > RISEN * least {
            return lowest + 1;
        }
    }
    RINGS
}

/// Fits fall and width to the power that many tiles have together.
pub(super) fn fit(tiles: &[&Tile], noise: &Noise) -> Option<Fit> {
    let (mut power, light) = together(tiles);
    let copied = copied_from(&power);
    power[copied..].fill(0.0);
    let rings = rings(&power, noise, light, tiles.len() as f32);
    if rings.len() < FEWEST {
        return None;
    }
    let free = line(&rings, |ring| [-libm::logf(ring.k), -ring.k * ring.k])?;
    let fall = free.0[0].clamp(*FALLS.start(), *FALLS.end());
    let held = with_fall(&rings, fall)?;
    Some(Fit { fall, ..held })
}

/// The width in one tile, where the fall is known from the whole picture.
pub(super) fn fit_tile(tile: &Tile, noise: &Noise, fall: f32) -> Option<Fit> {
    let rings = rings(&tile.power, noise, tile.mean, 1.0);
    if rings.len() < FEWEST {
        return None;
    }
    with_fall(&rings, fall)
}

fn with_fall(rings: &[Ring], fall: f32) -> Option<Fit> {
    let flat: Vec<Ring> = rings
        .iter()
        .map(|ring| Ring {
            log_power: ring.log_power + fall * libm::logf(ring.k),
            ..*ring
        })
        .collect();
    let ([variance, _], error) = line(&flat, |ring| [-ring.k * ring.k, 0.0])?;
    Some(Fit {
        fall,
        variance: variance - PIXEL,
        error,
    })
}

/// Weighted least squares of log power over a constant and two terms, the second of which may be zero
/// throughout: both factors, and the standard error of the first.
fn line(rings: &[Ring], terms: impl Fn(&Ring) -> [f32; 2]) -> Option<([f32; 2], f32)> {
    let (mut w, mut m, mut y) = (0.0, [0.0; 2], 0.0);
    for ring in rings {
        let t = terms(ring);
        w += ring.weight;
        y += ring.weight * ring.log_power;
        m = [m[0] + ring.weight * t[0], m[1] + ring.weight * t[1]];
    }
    let (m, y) = (m.map(|v| v / w), y / w);
    let (mut a, mut b, mut c, mut p, mut q) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ring in rings {
        let t = terms(ring);
        let (u, v, r) = (t[0] - m[0], t[1] - m[1], ring.log_power - y);
        a += ring.weight * u * u;
        b += ring.weight * u * v;
        c += ring.weight * v * v;
        p += ring.weight * u * r;
        q += ring.weight * v * r;
    }
    if c == 0.0 {
        let ok = a > 0.0;
        return ok.then(|| ([p / a, 0.0], (1.0 / a).sqrt()));
    }
    let determinant = a * c - b * b;
    let ok = determinant > 1e-6 * a * c;
    ok.then(|| {
        let factors = [(p * c - q * b) / determinant, (q * a - p * b) / determinant];
        (factors, (c / determinant).sqrt())
    })
}
