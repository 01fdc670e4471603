//! Shows on a real photograph what scalp micropigmentation will look like.

mod error;
mod mask;
mod parallel;
mod photo;
mod plane;
mod random;
mod units;

pub use error::{Error, FileProblem, Result};
pub use mask::Mask;
#[cfg(feature = "image")]
pub use photo::Saved;
pub use photo::{ColorSpace, FileFormat, Loss, Note, Photo, Pixels, PixelsMut};
pub use photo::{Transfer, TransferTable};
pub use plane::Plane;
pub use random::{Seed, Stage, Stream};
pub use units::{Density, Scale, Size};
