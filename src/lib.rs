//! Shows on a real photograph what scalp micropigmentation will look like.

mod error;
mod field;
mod look;
mod mask;
mod noise;
mod parallel;
mod photo;
mod pigment;
mod plane;
mod random;
mod raster;
mod report;
mod scene;
mod simd;
mod units;

pub use error::{Error, FileProblem, Result};
pub use field::{Dot, DotField, FieldRequest, Obstacle, ObstacleKind, Ranking, quality};
pub use look::{Edge, Look, Plan, PlannedDot};
pub use mask::Mask;
#[cfg(feature = "image")]
pub use photo::Saved;
pub use photo::{ColorSpace, FileFormat, Loss, Note, Photo, Samples, SamplesMut};
pub use pigment::{Deposit, Fading, HairColor, Impression, Optics, Variation, When};
pub use plane::Plane;
pub use random::{Seed, Stage, Stream};
pub use raster::{
    BLUR_RANGE_PX, Channels, Drawn, Ink, InkDot, MAX_INK_DOTS, MAX_POSITION_PX, MAX_RADIUS_PX,
    PixelRect, PixelsMut, Rasterizer, Transfer, TransferTable, Veil,
};
pub use report::{Report, ToneShift, Warning};
pub use scene::{Scene, SkinTone, SyntheticScalp};
pub use simd::Level;
pub use units::{Density, Scale, Size};
