//! What each dot is made of, what skin makes of it, and what the years do to both.

mod fading;
mod hair;
mod impression;
mod optics;
mod veil;
mod when;

pub(crate) use fading::Aging;
pub use fading::Fading;
pub use hair::HairColor;
pub use impression::{Impression, Variation};
pub use optics::{Deposit, Optics};
pub(crate) use veil::{Halo, halo};
pub use when::When;
pub(crate) use when::{DAYS_PER_YEAR, HEALED_DAYS};
