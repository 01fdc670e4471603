//! What a practitioner can say on the command line.

use std::path::PathBuf;

use clap::Parser;
use stubblefield::{Density, Error, HairColor, Look, Mask, Size, When};

use crate::Failure;
use crate::outline::corners;

/// Shows on a photo what scalp micropigmentation will look like once healed.
///
/// Without arguments it draws on a synthetic scalp. With a photo, say where to treat (--mask or
/// --outline) and how large the photo is (--px-per-mm), and look at compare.png in the output folder.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// The photo: PNG, JPEG, TIFF or WebP. It is never changed.
    #[arg(long, value_name = "FILE")]
    pub(crate) photo: Option<PathBuf>,

    /// Where to treat, as a picture of the same size as the photo: white = treat, black = leave.
    #[arg(long, value_name = "FILE", conflicts_with = "outline")]
    pub(crate) mask: Option<PathBuf>,

    /// Where to treat, as the corners of a closed outline in pixels of the photo.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true)]
    outline: Option<String>,

    /// How many pixels of the photo one millimetre of skin takes. Measure something known: the
    /// distance between the pupils is about 63 mm.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) px_per_mm: Option<f32>,

    /// The look: stubble.
    #[arg(long, default_value = "stubble")]
    look: String,

    /// The person's hair: black, dark-brown, brown, blond, red, grey or #rrggbb.
    #[arg(long, value_name = "COLOUR", default_value = "dark-brown")]
    hair: String,

    /// Dots per cm² where the treatment is full; 80 is light, 180 very dense.
    #[arg(long, value_name = "DOTS_PER_CM2", allow_hyphen_values = true)]
    density: Option<f32>,

    /// The moment to show: fresh, healed, or a time such as 10d, 6mo or 3y.
    #[arg(long, default_value = "healed", allow_hyphen_values = true)]
    at: String,

    /// Another number gives another, equally good arrangement of dots.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,

    /// Threads to work with; 0 takes all. The result is the same for any number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,

    /// Folder for the results; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,

    /// Say nothing but notes, warnings and errors.
    #[arg(long)]
    pub(crate) quiet: bool,
}

impl Args {
    pub(crate) fn look(&self) -> Result<Look, Error> {
        let look: Look = self.look.parse()?;
        let look = look.with_hair(self.hair.parse::<HairColor>()?);
        Ok(match self.density {
            Some(density) => look.with_density(Density::per_cm2(density)?),
            None => look,
        })
    }

    pub(crate) fn when(&self) -> Result<When, Error> {
        self.at.parse()
    }

    /// The area to treat, if one was given.
    pub(crate) fn area(&self, size: Size) -> Result<Option<Mask>, Failure> {
        if let Some(path) = &self.mask {
            return Ok(Some(Mask::open(path)?));
        }
        let Some(outline) = &self.outline else {
            return Ok(None);
        };
        Ok(Some(Mask::from_polygon(size, &corners(outline)?)?))
    }
}
