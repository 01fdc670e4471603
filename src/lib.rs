//! Shows on a real photograph what scalp micropigmentation will look like.

mod error;
mod mask;
mod parallel;
mod pigment;
mod plane;
mod random;
mod units;

pub use error::{Error, FileProblem, Result};
pub use mask::Mask;
pub use pigment::{Deposit, Fading, HairColor, Impression, Optics, Variation, When};
pub use plane::Plane;
pub use random::{Seed, Stage, Stream};
pub use units::{Density, Scale, Size};
