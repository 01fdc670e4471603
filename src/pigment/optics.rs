//! What skin makes of a deposit: a sharp core and a wide veil, per colour channel.
//!
//! ```text
//! T_c(x) = H_c(x) · Π_i (1 − a_ic · cov_i(x))      core: one factor per dot
//! a_ic   = k_c(depth) · (1 − t_ic^1.6)             t = 10^(−strength · ε_c)
//! −ln H_c(x) = v_c · A_c(x) / (1 + q_c · A_c(x))   veil: light that travelled sideways
//! ```
//! `A` is the deposits' own area times (1 − t^1.6) per area of skin, blurred by the halo.

use crate::units::Density;

/// Mean number of times light crosses a deposit on its way in and out of skin.
///
/// Adjoint Monte Carlo of thin dots in two-layer skin gave 1.45 to 1.7.
const CROSSINGS: f32 = 1.6;

/// Which simulation of pigment in skin gives the constants.
///
/// The two agree on cores and differ on the veil. Tomography of tattoos shows columns (Morsy et
/// al., "Optical coherence tomography of tattoos", Skin Res. Technol. 13, 2007), so they are the
/// default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum Deposit {
    /// Columns of pigment from the given depth to 0.32 mm below it.
    #[default]
    Columns,
    /// Thin discs of pigment at the given depth.
    Planar,
}

/// Constants of the skin model at one depth and skin tone.
///
/// # Examples
/// Red light reaches deeper, so a neutral black dot looks cooler the deeper it lies.
/// ```
/// use stubblefield::{Deposit, Optics};
///
/// let shallow = Optics::new(Deposit::Columns, 0.10, 0.0).core_absorptance(0.5, [1.0; 3]);
/// let deep = Optics::new(Deposit::Columns, 0.25, 0.0).core_absorptance(0.5, [1.0; 3]);
/// assert!(deep[0] < shallow[0]); // fainter
/// assert!(deep[2] / deep[0] < shallow[2] / shallow[0]); // and bluer
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optics {
    /// Radius of the visible core over that of the deposit.
    pub spread: f32,
    /// Gaussian blur of the core by scattering, standard deviation in mm.
    pub core_sigma_mm: f32,
    /// Gaussian blur of the veil in red, green and blue, standard deviation in mm.
    pub halo_sigma_mm: [f32; 3],
    /// k: share of the light that an opaque deposit takes from its core.
    core: [f32; 3],
    /// v: absorbance of the veil (natural logarithm) per share of area, for little area.
    veil: [f32; 3],
    /// q: how it saturates.
    saturation: [f32; 3],
}

// Columns, top at 0.08 mm. Found by least squares over the seven fair-skin rows of the simulated
// table in the tests below (mean, dot centre and midpoint between dots; residual rms 0.011, the
// noise of the simulation being about 0.01).
const COLUMN_TOP_MM: f32 = 0.08;
const COLUMN_SPREAD: f32 = 1.28;
const COLUMN_SIGMA_MM: f32 = 0.082;
const COLUMN_CORE: [f32; 3] = [0.88, 0.78, 0.615];
const COLUMN_VEIL: [f32; 3] = [5.48, 2.95, 2.13];
const COLUMN_SATURATION: [f32; 3] = [4.4, 2.7, 7.1];
// From its two rows with deeper tops: e-folding depths, and the growth of the blur.
const COLUMN_CORE_FADE_MM: [f32; 3] = [0.208, 0.116, 0.126];
const COLUMN_VEIL_FADE_MM: [f32; 3] = [1.6, 0.6, 0.37];
const COLUMN_SIGMA_PER_MM: f32 = 0.17;
// From its dark-skin row, as ratios to fair skin: melanin above the pigment hides its blue first.
const COLUMN_DARK_CORE: [f32; 3] = [1.045, 0.806, 0.50];
const COLUMN_DARK_VEIL: [f32; 3] = [0.642, 0.614, 0.374];

/// Planar dots: depth in mm, k, core blur in mm, lattice exponent n for fair and for dark skin.
type PlanarRow = (f32, [f32; 3], f32, [f32; 3], [f32; 3]);
const PLANAR: [PlanarRow; 4] = [
    (
        0.10,
        [0.82, 0.74, 0.64],
        0.03,
        [2.18, 1.90, 1.59],
        [1.77, 1.44, 0.93],
    ),
    (
        0.15,
        [0.68, 0.60, 0.44],
        0.04,
        [2.18, 1.71, 1.43],
        [1.80, 1.34, 0.81],
    ),
    (
        0.20,
        [0.52, 0.46, 0.34],
        0.05,
        [2.08, 1.53, 1.19],
        [1.76, 1.17, 0.67],
    ),
    (
        0.30,
        [0.30, 0.28, 0.24],
        0.09,
        [1.89, 1.10, 0.74],
        [1.48, 0.85, 0.48],
    ),
];

/// Both simulations agree within their noise on how far the veil reaches.
const HALO_SIGMA_MM: [f32; 3] = [0.6, 0.4, 0.3];

impl Optics {
    /// The constants for deposits whose top lies `depth_mm` deep in skin of some `melanin`: 0 for
    /// fair skin (CIELAB lightness 60 and above), 1 for dark skin (31 and below).
    ///
    /// Depth is held to 0.05..=1 mm and melanin to 0..=1: beyond them nothing was simulated.
    #[must_use]
    pub fn new(deposit: Deposit, depth_mm: f32, melanin: f32) -> Self {
        let depth = depth_mm.clamp(0.05, 1.0);
        let melanin = melanin.clamp(0.0, 1.0);
        match deposit {
            Deposit::Columns => Self::columns(depth, melanin),
            Deposit::Planar => Self::planar(depth, melanin),
        }
    }

    fn columns(depth: f32, melanin: f32) -> Self {
        let below = depth - COLUMN_TOP_MM;
        let fade = |constant: f32, dark: f32, length: f32| {
            constant * mix(1.0, dark, melanin) * libm::expf(-below / length)
        };
        Self {
            spread: COLUMN_SPREAD,
            core_sigma_mm: COLUMN_SIGMA_MM + COLUMN_SIGMA_PER_MM * below,
            halo_sigma_mm: HALO_SIGMA_MM,
            core: each(|c| {
                fade(COLUMN_CORE[c], COLUMN_DARK_CORE[c], COLUMN_CORE_FADE_MM[c]).min(0.95)
            }),
            veil: each(|c| fade(COLUMN_VEIL[c], COLUMN_DARK_VEIL[c], COLUMN_VEIL_FADE_MM[c])),
            saturation: COLUMN_SATURATION,
        }
    }

    fn planar(depth: f32, melanin: f32) -> Self {
        let row = PLANAR
            .iter()
            .rposition(|row| row.0 <= depth)
            .unwrap_or(0)
            .min(PLANAR.len() - 2);
        let (a, b) = (&PLANAR[row], &PLANAR[row + 1]);
        let t = ((depth - a.0) / (b.0 - a.0)).clamp(0.0, 1.0);
        let core = each(|c| mix(a.1[c], b.1[c], t));
        let exponent = each(|c| mix(mix(a.3[c], b.3[c], t), mix(a.4[c], b.4[c], t), melanin));
        Self {
            spread: 1.0,
            core_sigma_mm: mix(a.2, b.2, t),
            halo_sigma_mm: HALO_SIGMA_MM,
            core,
            veil: each(|c| (exponent[c] - core[c]).max(0.0)),
            // −ln(1 − A) = A / (1 − A/2) up to the third order.
            saturation: [-0.5; 3],
        }
    }

    /// 1 − t^1.6: how nearly opaque a deposit is, per channel, 0 to 1.
    #[must_use]
    pub fn opacity(strength: f32, absorbance: [f32; 3]) -> [f32; 3] {
        absorbance.map(|epsilon| 1.0 - libm::exp10f(-CROSSINGS * strength * epsilon))
    }

    /// The strength at which a deposit of some relative absorbance is so nearly opaque; the inverse of
    /// [`Optics::opacity`] up to 0.99.
    pub(crate) fn strength(opacity: f32, absorbance: f32) -> f32 {
        -libm::log10f(1.0 - opacity.clamp(0.0, 0.99)) / (CROSSINGS * absorbance)
    }

    /// a: the share of light that a deposit takes from its core, per channel, 0 to 0.95.
    #[must_use]
    pub fn core_absorptance(&self, strength: f32, absorbance: [f32; 3]) -> [f32; 3] {
        let opacity = Self::opacity(strength, absorbance);
        each(|c| self.core[c] * opacity[c])
    }

    /// −ln H: the veil over skin of which the share `area` per channel is taken by opaque pigment.
    #[must_use]
    pub fn veil_absorbance(&self, area: [f32; 3]) -> [f32; 3] {
        // The fits end at 15 % of area; beyond 40 % dots have long merged.
        each(|c| {
            let area = area[c].min(0.4);
            self.veil[c] * area / (1.0 + self.saturation[c] * area)
        })
    }

    /// Mean transmittance per channel of a wide field of equal dots, without rendering it.
    ///
    /// # Examples
    /// The default treatment of fair skin lets through about three quarters of the red light.
    /// ```
    /// use stubblefield::{Density, Deposit, Optics};
    ///
    /// let optics = Optics::new(Deposit::Columns, 0.10, 0.0);
    /// let mean = optics.mean_transmittance(Density::per_cm2(130.0)?, 0.11, 0.46, [1.0, 1.1, 1.3]);
    /// assert!((0.7..0.85).contains(&mean[0]) && mean[0] < mean[1] && mean[1] < mean[2]);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    #[must_use]
    pub fn mean_transmittance(
        &self,
        density: Density,
        radius_mm: f32,
        strength: f32,
        absorbance: [f32; 3],
    ) -> [f32; 3] {
        let area = std::f32::consts::PI * radius_mm * radius_mm * density.get() / 100.0;
        let veil = self.veil_absorbance(Self::opacity(strength, absorbance).map(|w| w * area));
        let core = self.core_absorptance(strength, absorbance);
        each(|c| libm::expf(-veil[c]) * left(core[c] * area * self.spread * self.spread))
    }
}

/// Share of light that dots leave which take `taken` of it when counted one by one. Dots keep apart, so none of it
/// is counted twice up to a half; of what is left then more dots take a share each, at first as much.
fn left(taken: f32) -> f32 {
    const APART: f32 = 0.5;
    if taken <= APART {
        1.0 - taken
    } else {
        APART * libm::expf(1.0 - taken / APART)
    }
}

fn each(f: impl FnMut(usize) -> f32) -> [f32; 3] {
    std::array::from_fn(f)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

#[cfg(test)]
mod tests;
