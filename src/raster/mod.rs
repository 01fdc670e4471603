//! The inner loop: dots of ink onto a picture, as transmittance per channel.
//!
//! Knows pixels and shares of light, and nothing of millimetres, pigment or photo files.

mod ahead;
mod bins;
mod blend;
mod chords;
mod clip;
mod codes;
mod coverage;
mod darken;
mod drawn;
mod eigen;
mod eight;
mod element;
mod ellipse;
mod expansion;
mod extent;
mod gain;
mod ink;
mod kept;
mod kernel;
mod layout;
mod light;
mod narrow;
mod order;
mod pass;
mod pixels;
mod placed;
mod rasterizer;
mod redraw;
mod resolve;
mod runs;
mod sorting;
mod splat;
mod tables;
mod tile;
mod tile_set;
mod transfer;
mod veil;
mod wide;

pub use drawn::{Drawn, PixelRect};
pub use ellipse::InkEllipse;
pub use ink::{BLUR_RANGE_PX, Ink, InkDot, MAX_INK_DOTS, MAX_POSITION_PX, MAX_RADIUS_PX};
pub use pixels::{Channels, Pixels, PixelsMut};
pub use rasterizer::Rasterizer;
pub(crate) use transfer::srgb_to_linear;
pub use transfer::{Transfer, TransferTable};
pub use veil::Veil;
