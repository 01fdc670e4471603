//! The rasteriser against a slow compositor, and its promises.

mod contract;
mod coverage;
mod ellipse;
#[path = "../support/raster.rs"]
mod oracle;
mod redraw;
mod resolve;
