//! What each dot is made of, what skin makes of it, and what the years do to both.

mod fading;
mod hair;
mod impression;
mod optics;
mod veil;

pub use fading::{Fading, When};
pub use hair::HairColor;
pub use impression::{Impression, Variation};
pub use optics::{Deposit, Optics};
pub(crate) use veil::{Halo, halo};
