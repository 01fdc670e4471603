//! How high a mark has to stand over the noise to be a follicle, from how many the noise alone makes.

use super::depth::Sheet;
use super::peaks::Summit;
use super::unit::apart;

/// Heights over the noise between which the threshold lies. Found on synthetic patches, as are the constants below,
/// those of the tests' sweep not among them.
pub(super) const LEAST_CLEAR: f32 = 1.9;
const MOST_CLEAR: f32 = 3.5;

/// Peaks that grain makes above t of its own standard deviations: [`GRAIN`] times t·exp(−t²/2) on the square of the inner
/// Gaussian's deviation. A smooth random field has 0.095 times that; marks that are one unit and what is no wider than a cell
/// leave less.
const GRAIN: f32 = 0.035;

/// Peaks of the skin's texture above t standard deviations of what is called noise: [`TEXTURE`] times
/// t·exp(−t²/2 − s·(t − t₀)) on the square of the inner Gaussian's deviation. A smooth random field has 0.095 of
/// the first two factors alone; skin is rarer and falls faster, for what is called noise holds some hair.
const TEXTURE: f32 = 0.004;
const TEXTURE_FALLS: f32 = 1.6;
const TEXTURE_FROM: f32 = 2.13;

/// Room that a follicle takes from false peaks, its rim included, in squares of the inner Gaussian's deviation, and
/// the least share of all room with which the follicles are reckoned.
const ROOM: f32 = 52.0;
const LEAST_ROOM: f32 = 0.75;

/// How many follicles there are for each that is reckoned to stand out at the best height.
const HIDDEN: f32 = 1.15;

/// The least height over the noise, some shares of which are `grain`, above which as many marks are found as follicles are reckoned to be there: false
/// ones then make up for missed ones.
///
/// # References
/// Peaks of noise: R. J. Adler, "The Geometry of Random Fields" (1981).
pub(super) fn threshold(sheet: &Sheet, found: &[Summit], cells: f32, grain: &[f32]) -> f32 {
    let found = heights(sheet, found);
    let above = |heights: &[f32], t: f32| {
        let below = heights.partition_point(|&height| height < t);
        (heights.len() - below) as f32
    };
    let fields = cells / (sheet.inner * sheet.inner);
    let false_ones = |t: f32| {
        let fall = -0.5 * t * t - TEXTURE_FALLS * (t - TEXTURE_FROM);
        let of_grain = |share: &f32| {
            let t = t / share;
            t * libm::expf(-0.5 * t * t)
        };
        let of_grain = grain.iter().map(of_grain).sum::<f32>() / grain.len().max(1) as f32;
        fields * (GRAIN * of_grain + TEXTURE * t * libm::expf(fall))
    };
    let steps = 50;
    let at = |i: i32| LEAST_CLEAR + (MOST_CLEAR - LEAST_CLEAR) * i as f32 / steps as f32;
    // The most of many reckonings is too high by chance where few are found: a standard deviation less.
    let follicles = (0..=steps).map(at).map(|t| {
        let false_ones = false_ones(t);
        let room = 1.0 - ROOM * false_ones / fields;
        if room >= LEAST_ROOM {
            let found = above(&found, t);
            (found - found.sqrt() - false_ones) / room
        } else {
            0.0
        }
    });
    let follicles = HIDDEN * follicles.fold(0.0, f32::max);
    let few = |t: &f32| above(&found, *t) <= follicles;
    (0..=steps).map(at).find(few).unwrap_or(MOST_CLEAR)
}

/// Heights over the noise, rising, of peaks of which no two are of one follicular unit.
fn heights(sheet: &Sheet, found: &[Summit]) -> Vec<f32> {
    let peaks: Vec<_> = found.iter().map(|summit| summit.peak).collect();
    let alone = apart(sheet, &peaks).into_iter();
    let mut heights: Vec<f32> = alone.map(|i| found[i].clear).collect();
    heights.sort_by(f32::total_cmp);
    heights
}
