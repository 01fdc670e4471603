//! The width of the point spread, from how fast the picture's variation ends towards the finest.

use std::f64::consts::{LN_2, TAU};

use super::spectrum::{RINGS, Tile, frequency};
use crate::scene::PIXEL;

/// First ring that is looked at: below, light and shade and the rims of things rule, and follow no law.
const FIRST: usize = 6;

/// In a tile, the share of a ring's power that has to be more than noise, and the fewest rings from which a width is read.
const CLEAR: f32 = 0.25;
const FEWEST: usize = 8;

/// Standard error of the width of a whole picture, as a share of it, beyond which it is not told: a point spread so wide that it leaves
/// little, or noise that hides it.
const UNSURE: f64 = 0.35;

/// How fast the power of what is in front of the lens falls with frequency, as an exponent, where marks are wider than a wave: 3 for
/// edges. Shade falls faster, and would pass for detail through a sharp lens.
const FALLS: Steps = Steps {
    first: 2.25,
    step: 0.375,
    count: 4,
};
const USUAL_FALL: f64 = 3.0;
const FALL_SPREAD: f64 = 0.4;

/// Width of the marks in px, as a logarithm: hairs and stubs of one picture are about as wide, and tell of that by the frequency
/// from which their power falls, and by how much faster it does where their two rims cancel. As a share of it, how widely
/// single ones, seen at a slant and joined to others, differ, as a standard deviation.
const LOG_MARKS: Steps = Steps {
    first: -LN_2,
    step: LN_2 / 3.0,
    count: 13,
};
const MARKS_SPREAD: f64 = 0.5;

/// Diameter of a terminal hair in mm, the middle of the means of different populations, 57 to 86 µm, and how widely those differ,
/// as a standard deviation of the logarithm. Marks are as wide or wider: roots, stubs that lie together and shadows are.
const HAIR_MM: f64 = 0.07;
const HAIR_SPREAD: f64 = 0.2;

/// Widths of the point spread that are tried, as logarithms of px: from 0.2 to 8.
const LOG_WIDTHS: Steps = Steps {
    first: -1.609_437_912,
    step: 0.061_481_324,
    count: 61,
};

/// Frequency from which pixels are too far apart to tell some detail from finer, and over which all of it becomes so along some axis.
const ALIASED: f64 = 1.6;
const ALIASED_OVER: f64 = 1.5;

/// How sure it is that noise is that of flat tiles: the weight of the square of how much more it is.
const MORE_NOISE: f64 = 1.0;

/// Relative error of a ring's power beyond chance, since no picture follows a law: by eye.
const UNEVEN: f32 = 0.1;

/// Even steps.
struct Steps {
    first: f64,
    step: f64,
    count: usize,
}

impl Steps {
    fn all(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.count).map(|i| self.first + self.step * i as f64)
    }
}

/// Power of noise in each ring, for a luminance of 1: it grows with the light.
pub(super) type Noise = [f32; RINGS];

/// The law that the picture follows, the blur that lies over it, and the noise beneath.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    /// Variance of the point spread without the pixel's own square, in px².
    pub(super) variance: f32,
    /// Standard error of its root, as a share of it.
    pub(super) error: f32,
    /// Log power of the detail that is nearest, lens and all, but for what all rings share.
    log_detail: [f32; RINGS],
    /// Noise over that of flat tiles.
    noise: f32,
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
    index: usize,
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
                index: j,
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

/// Fits what is in front of the lens and the lens to the power that many tiles have together.
///
/// What JPEG rounds is noise as well, and lies where there is detail: in flat tiles the finest of it is gone. So more of the noise
/// than flat tiles have, up to about twice as much, is fitted too, and noise of equal power in every ring.
///
/// Wide marks in front of a sharp lens look much like narrow ones in front of a softer one. So the width is the mean of all that are
/// tried, each by how well it fits, and how far those lie apart tells how sure it is: on 200 synthetic scalps errors are as large as
/// that tells. Where the scale is known, in cells per mm, marks are hardly narrower than hairs.
pub(super) fn fit(tiles: &[&Tile], noise: &Noise, cells_per_mm: Option<f32>) -> Option<Fit> {
    let mut power = [0.0; RINGS];
    for tile in tiles {
        for (sum, value) in power.iter_mut().zip(tile.power) {
            *sum += value;
        }
    }
    let light: f32 = tiles.iter().map(|tile| tile.mean).sum();
    let count = tiles.len() as f32;
    let all: f32 = power[FIRST..].iter().sum();
    let shares: Vec<Share> = (FIRST..RINGS)
        .map(|j| Share {
            k: f64::from(frequency(j)),
            floor: f64::from(all / power[j].max(f32::MIN_POSITIVE)),
            noise: f64::from((noise[j] * light / power[j]).clamp(0.0, 1.0)),
            weight: f64::from(1.0 / (UNEVEN * UNEVEN + chance(j, count))),
        })
        .collect();
    let lenses: Vec<Lens> = LOG_WIDTHS.all().map(|log| Lens::of(&shares, log)).collect();
    let log_hair = cells_per_mm.map(|scale| libm::log(HAIR_MM * f64::from(scale)));
    let mut tried = Vec::with_capacity(FALLS.count * LOG_MARKS.count * LOG_WIDTHS.count);
    for fall in FALLS.all() {
        for log_marks in LOG_MARKS.all() {
            let mut front = Front::of(&shares, fall, libm::exp(log_marks));
            front.unlikely += log_hair.map_or(0.0, |hair| thin(log_marks - hair));
            let laid = lenses.iter().filter_map(|lens| front.seen(&shares, lens));
            tried.extend(laid);
        }
    }
    let best = tried.iter().min_by(|a, b| a.misfit.total_cmp(&b.misfit))?;
    let [mut weight, mut sum, mut squares] = [0.0; 3];
    for laid in &tried {
        let likely = libm::exp(0.5 * (best.misfit - laid.misfit));
        let off = laid.log_width - best.log_width;
        weight += likely;
        sum += likely * off;
        squares += likely * off * off;
    }
    let mean = sum / weight;
    let error = (squares / weight - mean * mean).max(0.0).sqrt();
    if error > UNSURE {
        return None;
    }
    let lens = Lens::of(&shares, best.log_width);
    let front = Front::of(&shares, best.fall, best.marks);
    let mut log_detail = [0.0; RINGS];
    for (i, share) in front.shares(&shares, &lens).enumerate() {
        log_detail[FIRST + i] = libm::logf((share / shares[i].floor) as f32);
    }
    Some(Fit {
        variance: libm::exp(2.0 * (best.log_width + mean)) as f32,
        error: error as f32,
        log_detail,
        noise: 1.0 + best.noise as f32,
        floor: best.floor as f32,
    })
}

/// How little marks can be narrower than hairs, by the logarithm of how wide they are over those, in squares of standard errors.
fn thin(log_wider: f64) -> f64 {
    (log_wider.min(0.0) / HAIR_SPREAD).powi(2)
}

/// A ring of many tiles: its frequency, as shares of its power the mean power of all rings and the noise of flat tiles, and how sure
/// the power is.
struct Share {
    k: f64,
    floor: f64,
    noise: f64,
    weight: f64,
}

/// What lets of each ring's power some through, of its own frequency and of that which looks like it between pixels.
struct Lens {
    log_width: f64,
    power: Vec<[f64; 2]>,
}

impl Lens {
    fn of(shares: &[Share], log_width: f64) -> Self {
        let variance = libm::exp(2.0 * log_width) + f64::from(PIXEL);
        let power = |ring: &Share| [ring.k, TAU - ring.k].map(|k| libm::exp(-variance * k * k));
        Self {
            log_width,
            power: shares.iter().map(power).collect(),
        }
    }
}

/// What is in front of the lens: power at each ring's own frequency, and at that which looks like it.
struct Front {
    fall: f64,
    marks: f64,
    /// How unusual it is, in squares of standard errors.
    unlikely: f64,
    power: Vec<[f64; 2]>,
}

impl Front {
    fn of(shares: &[Share], fall: f64, marks: f64) -> Self {
        // Of a line, less where waves over its two rims cancel.
        let of = |k: f64| {
            let (turn, spread) = (marks * k, MARKS_SPREAD * marks * k);
            libm::exp(-fall * libm::log(k))
                * (1.0 - libm::cos(turn) * libm::exp(-0.5 * spread * spread))
        };
        let power = |ring: &Share| {
            let folded = ((ring.k - ALIASED) / ALIASED_OVER).clamp(0.0, 1.0);
            [of(ring.k), folded * of(TAU - ring.k)]
        };
        Self {
            fall,
            marks,
            unlikely: ((fall - USUAL_FALL) / FALL_SPREAD).powi(2),
            power: shares.iter().map(power).collect(),
        }
    }

    /// What a lens lets through, over the power of each ring.
    fn shares<'a>(&'a self, shares: &'a [Share], lens: &'a Lens) -> impl Iterator<Item = f64> + 'a {
        let through = self.power.iter().zip(&lens.power);
        through
            .zip(shares)
            .map(|((front, lens), ring)| (front[0] * lens[0] + front[1] * lens[1]) * ring.floor)
    }

    /// The detail, more noise, and even noise, none of them negative, that are nearest to what the noise of flat tiles leaves; `None`
    /// where no detail fits best.
    fn seen(&self, shares: &[Share], lens: &Lens) -> Option<Laid> {
        // Weighted products of detail, noise, even noise and what is left.
        let [mut dd, mut dn, mut de, mut dl] = [0.0; 4];
        let [mut nn, mut ne, mut nl, mut ee, mut el, mut ll] =
            [MORE_NOISE, 0.0, 0.0, 0.0, 0.0, 0.0];
        for (detail, ring) in self.shares(shares, lens).zip(shares) {
            let (noise, even, left) = (ring.noise, ring.floor, 1.0 - ring.noise);
            let [d, n, e] = [detail, noise, even].map(|part| ring.weight * part);
            dd += d * detail;
            dn += d * noise;
            de += d * even;
            dl += d * left;
            nn += n * noise;
            ne += n * even;
            nl += n * left;
            ee += e * even;
            el += e * left;
            ll += ring.weight * left * left;
        }
        // What detail does not explain of the others.
        let (nn, ne, ee) = (nn - dn * dn / dd, ne - dn * de / dd, ee - de * de / dd);
        let (nl, el) = (nl - dn * dl / dd, el - de * dl / dd);
        let determinant = nn * ee - ne * ne;
        let both = [
            (nl * ee - el * ne) / determinant,
            (el * nn - nl * ne) / determinant,
        ];
        let laid = [[0.0, 0.0], [nl / nn, 0.0], [0.0, el / ee], both].map(|[noise, floor]| Laid {
            fall: self.fall,
            marks: self.marks,
            log_width: lens.log_width,
            detail: (dl - noise * dn - floor * de) / dd,
            noise,
            floor,
            misfit: ll - dl * dl / dd - noise * nl - floor * el + self.unlikely,
        });
        let possible = laid.into_iter().filter(|laid| {
            laid.detail > 0.0 && laid.noise >= 0.0 && laid.floor >= 0.0 && laid.misfit.is_finite()
        });
        possible.min_by(|a, b| a.misfit.total_cmp(&b.misfit))
    }
}

/// Detail of one law through one lens, and noise beyond that of flat tiles, as near to the rings' power as it comes.
#[derive(Clone, Copy)]
struct Laid {
    fall: f64,
    marks: f64,
    log_width: f64,
    detail: f64,
    noise: f64,
    floor: f64,
    misfit: f64,
}

/// The width in one tile, where what is in front of the lens and noise are known from the whole picture.
pub(super) fn fit_tile(tile: &Tile, noise: &Noise, whole: &Fit) -> Option<TileFit> {
    let floor = whole.floor * tile.power[FIRST..].iter().sum::<f32>();
    let rings = rings(
        &tile.power,
        |j| whole.noise * noise[j] * tile.mean + floor,
        1.0,
    );
    (rings.len() >= FEWEST).then(|| slope(&rings, whole))?
}

/// Weighted least squares of log power over that of the whole, over the square of the frequency.
fn slope(rings: &[Ring], whole: &Fit) -> Option<TileFit> {
    let log = |ring: &Ring| ring.log_power - whole.log_detail[ring.index];
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
        variance: whole.variance - xy / xx,
        error: (1.0 / xx).sqrt(),
    })
}
