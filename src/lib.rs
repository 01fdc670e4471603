//! Shows on a real photograph what scalp micropigmentation (SMP) will look like.
//!
//! Thousands of small soft dots of pigment are laid as a Poisson-disk field inside any mask, sized,
//! tinted and diluted like a person's own shaved hair, and composited as pigment *in* skin: fresh,
//! healed, and years from now.
//!
//! ```no_run
//! use stubblefield::{Look, Mask, Photo, Scale, Seed, When};
//!
//! # fn main() -> stubblefield::Result<()> {
//! let photo = Photo::open("scalp.jpg")?; // upright, in its own colour space
//! let mask = Mask::open("treat.png")?; // white = treat; or an outline, a path, a closure
//! let plan = Look::stubble().plan(&photo, &mask, Scale::px_per_mm(11.0)?, Seed::new(7))?;
//! plan.render(&photo, When::healed())?.save("after.jpg")?; // the same dots at any time
//! println!("{}", plan.report(&photo, When::healed())?);
//! # Ok(())
//! # }
//! ```
//!
//! # Stages
//! Each is public on its own: [`Mask`] says where, [`FieldRequest`] lays the dots, [`Variation`] and
//! [`Optics`] say what skin makes of them, [`Rasterizer`] draws them on anybody's pixel buffer,
//! [`Scene`] reads the photo, [`Look`] ties them together, [`Report`] measures the result.
//!
//! # Scope
//! Previews of pigment dots on photographs of skin, and labelled synthetic skin. Not a hair renderer,
//! not a face editor, not a medical device; it neither finds people nor talks to a network.
//!
//! # Units and axes
//! Lengths are millimetres of skin (`_mm`) or pixels of the photo (`_px`), densities dots per cm².
//! x runs right, y down, the first pixel's centre lies at (0.5, 0.5). *Density* always means dots per
//! area; how much light pigment swallows is called absorbance.
//!
//! # Determinism
//! Same inputs, seed and crate version give the same bytes for any number of threads and any
//! instruction set. Positions of dots are the same on every platform; elsewhere platforms may differ
//! by one code value.
//!
//! # Features
//! - `rayon` (default): parallel field, raster and scene; without it the serial path gives the same
//!   bytes.
//! - `image` (default): photo files: PNG, JPEG, TIFF and WebP with orientation, ICC profile and
//!   cleaned EXIF.
//! - `kurbo` (default): masks from Bezier paths.
//! - `serde` (default): reports as serde values, and plans as recipes in any self-describing format of serde.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod counting;
mod error;
mod exponential;
mod field;
mod filter;
mod logarithm;
mod look;
mod mask;
mod memory;
mod noise;
mod parallel;
mod photo;
mod pigment;
mod plane;
mod progress;
mod random;
mod raster;
mod report;
mod scene;
mod scielab;
mod simd;
mod units;

pub use error::{Error, FileProblem, Result};
pub use field::{
    Change, Count, Dot, DotField, EdgePolicy, Edit, EndlessField, FieldEditor, FieldRequest,
    FieldStream, Obstacle, ObstacleKind, Ranking, Sessions, Softness, Stroke, quality,
};
#[cfg(feature = "serde")]
pub use look::{Area, MaskDigest, Recipe, RecipeTone};
pub use look::{
    Beard, BeardGaps, BeardZone, Concealer, Contrast, Course, Crown, Edge, HairChange, Hairline,
    HairlineShape, Healing, Limits, Look, Plan, PlannedDot, Scar, Session, Source, Sources, Tone,
    ToneMatch, ToneShift, TouchUp, Uptake, Wear,
};
pub use mask::Mask;
#[cfg(feature = "image")]
pub use photo::Saved;
pub use photo::{ColorSpace, FileFormat, Loss, Note, Photo, Samples, SamplesMut};
pub use pigment::{Deposit, Fading, HairColor, Impression, Optics, Variation, When};
pub use plane::Plane;
pub use progress::{CancelToken, Progress};
pub use random::{Seed, Stage, Stream};
pub use raster::{
    BLUR_RANGE_PX, Channels, Drawn, Ink, InkDot, InkEllipse, MAX_INK_DOTS, MAX_POSITION_PX,
    MAX_RADIUS_PX, PixelRect, Pixels, PixelsMut, Rasterizer, Transfer, TransferTable, Veil,
};
pub use report::{
    Border, Person, Report, Separation, SessionFigures, Unjudged, Warning, ZoneFigures,
};
pub use scene::{
    BlurMap, Camera, Follicle, Follicles, Grain, Growth, HairCover, HairFamily, HairSource,
    HairTone, HeadShape, Hints, KnownDistance, PatchRequest, Pupils, Ruler, RulerReading,
    ScaleEstimate, ScaleSource, Scars, Scene, SkinMap, SkinTone, SyntheticPatch, SyntheticScalp,
    TrueFollicle,
};
pub use simd::Level;
pub use units::{Density, Scale, Size};
