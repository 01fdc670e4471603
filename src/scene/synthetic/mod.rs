//! Photographs of scalps that never were, with the truth beside them.

mod camera;
mod growth;
mod head;
mod patch;
mod request;
mod skin;
mod strands;
mod strokes;
mod truth;

pub use head::SyntheticScalp;
pub use patch::SyntheticPatch;
pub use request::{Growth, PatchRequest, Scars};
pub use truth::TrueFollicle;
