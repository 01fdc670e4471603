//! Shows on a real photograph what scalp micropigmentation will look like.

mod error;
mod field;
mod mask;
mod parallel;
mod plane;
mod random;
mod units;

pub use error::{Error, FileProblem, Result};
pub use field::{
    Dot, DotField, FieldRequest, MAX_CLEARANCE_MM, MAX_DOTS, Obstacle, ObstacleKind, Ranking,
    quality,
};
pub use mask::Mask;
pub use plane::Plane;
pub use random::{Seed, Stage, Stream};
pub use units::{Density, Scale, Size};
