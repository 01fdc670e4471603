//! How good a field is, in the figures of the literature.
//!
//! Lengths relative to the spacing are called relative. For a maximal random set of even density
//! the packing constant is 0.6966, the relative radius 0.776, the mean nearest distance 0.818 of
//! the hexagonal lattice's, the power at low frequencies 0.06.
//!
//! # References
//! A. Lagae and P. Dutré, "A Comparison of Methods for Generating Poisson Disk Distributions",
//! Comput. Graph. Forum 27 (2008): relative radius, periodogram, radial mean, anisotropy.
//! D. Heck, T. Schlömer, O. Deussen, "Blue Noise Sampling with Controlled Aliasing", ACM Trans.
//! Graph. 32 (2013): what the low frequencies should look like.

mod distance;
mod pairs;
mod room;
mod spectrum;

pub use self::distance::{
    least_distance_mm, least_relative_distance, mean_nearest_mm, packing_constant, relative_radius,
    uncovered_share,
};
pub use self::pairs::{PairCorrelation, lattice_harmonic};
pub use self::room::room_left;
pub use self::spectrum::{Periodogram, RadialBin};
