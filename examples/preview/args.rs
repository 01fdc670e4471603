//! What a practitioner can say on the command line about a treatment.

use std::path::PathBuf;

use clap::Args as Arguments;
use stubblefield::{
    Area, Beard, Course, Crown, Density, Error, Fading, FileProblem, HairColor, Hairline,
    HairlineShape, HeadShape, Look, Recipe, RecipeTone, Scale, TouchUp,
};

use crate::Failure;
use crate::outline::{corners, exactly, points};
use crate::scars::{place, scars};

#[derive(Debug, Arguments)]
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

    /// A hairline from temple to temple in pixels, from left to right in a picture from the front: treats
    /// what lies behind it, within --mask or --outline if given.
    #[arg(long, value_name = "X,Y X,Y ...", allow_hyphen_values = true)]
    pub(crate) hairline: Option<String>,

    /// How that hairline runs and how soft it is: soft, rounded, receded, broken or edged.
    #[arg(
        long,
        value_name = "SHAPE",
        default_value = "soft",
        requires = "hairline"
    )]
    hairline_shape: String,

    /// How far behind the hairline to treat, in mm; as far as the photo shows unless stated.
    #[arg(
        long,
        value_name = "MM",
        allow_hyphen_values = true,
        requires = "hairline"
    )]
    hairline_depth: Option<f32>,

    /// A point of hair before a temple, as three points in pixels: its upper end, its tip, its lower end.
    #[arg(
        long,
        value_name = "X,Y X,Y X,Y",
        allow_hyphen_values = true,
        requires = "hairline"
    )]
    temple: Vec<String>,

    /// A bald crown, as the middle of its whorl in pixels and its radius in mm.
    #[arg(long, value_name = "X,Y:MM", allow_hyphen_values = true)]
    pub(crate) crown: Option<String>,

    /// A scar that a strip left, as its path in pixels and its width in mm; more than one if given more
    /// than once. For --look scar.
    #[arg(long, value_name = "X,Y X,Y ...:MM", allow_hyphen_values = true, conflicts_with_all = ["mask", "outline", "hairline", "crown"])]
    scar_line: Vec<String>,

    /// Round scars of single extractions, each as its middle in pixels and its diameter in mm. For --look
    /// scar.
    #[arg(long, value_name = "X,Y:MM X,Y:MM ...", allow_hyphen_values = true, conflicts_with_all = ["mask", "outline", "hairline", "crown"])]
    scar_dots: Vec<String>,

    /// A zone of a beard (cheek, chin, moustache, jaw or neck) and the corners of its closed outline in
    /// pixels; more than one if given more than once. For --look beard.
    #[arg(long, value_name = "ZONE:X,Y X,Y ...", conflicts_with_all = ["mask", "outline", "hairline", "crown"])]
    zone: Vec<String>,

    // clap asks for nothing that conflicts with what is given: what needs zones has to conflict with the rest itself.
    /// A part of the beard's zones to leave alone, such as the lips.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true, requires = "zone", conflicts_with_all = ["mask", "outline", "hairline", "crown"])]
    keep_free: Vec<String>,

    /// Fill only the gaps of the beard, to the tone of the stubble around them.
    #[arg(long, requires = "zone", conflicts_with_all = ["mask", "outline", "hairline", "crown"])]
    gaps: bool,

    /// How many pixels of the photo one millimetre of skin takes. Measure something known: the
    /// distance between the pupils is about 63 mm.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) px_per_mm: Option<f32>,

    /// Points along the visible outline of the head, in pixels, six or more: dots are laid and counted on its curved skin.
    /// Before an even wall it is found unless stated; "flat" takes all skin to face the camera.
    #[arg(long, value_name = "X,Y X,Y ...", allow_hyphen_values = true)]
    head: Option<String>,

    /// The look: stubble, beard, density or scar.
    #[arg(long, default_value = "stubble")]
    pub(crate) look: String,

    /// The person's hair: black, dark-brown, brown, blond, red, grey or #rrggbb; unless stated that of the
    /// photo where it is clear, else dark-brown.
    #[arg(long, value_name = "COLOUR")]
    hair: Option<String>,

    /// Dots per cm² where the treatment is full; 80 is light, 180 very dense.
    #[arg(long, value_name = "DOTS_PER_CM2", allow_hyphen_values = true)]
    density: Option<f32>,

    /// Change of lightness to reach where the treatment is full, below 0: dilution, density and size are
    /// chosen to give it. A scar is brought to the skin around it unless this, --tone-like or --density
    /// says otherwise.
    #[arg(
        long,
        value_name = "DELTA_L",
        allow_hyphen_values = true,
        conflicts_with = "density"
    )]
    tone: Option<f32>,

    /// Make it as light as this part of the photo, as the corners of a closed outline in pixels.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true, conflicts_with_all = ["density", "tone"])]
    tone_like: Option<String>,

    /// Sessions to build it up in: 2, 3 or 4; the look's own where it has as many, and unless stated.
    #[arg(long, value_name = "N")]
    sessions: Option<u8>,

    /// Touch it up so many years after healing; more than once if given more than once.
    #[arg(long, value_name = "YEARS", allow_hyphen_values = true)]
    touch_up: Vec<f32>,

    /// How the skin keeps pigment: usual, sun, oily or sheltered; several that go together joined by commas.
    #[arg(long, value_name = "SKIN", default_value = "usual")]
    skin: String,

    /// Another number gives another, equally good arrangement of dots.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,

    /// A recipe of an earlier run instead of all that says what is done where: recipe.json, or the same as
    /// TOML. If its area is a mask, give --mask too. It is never changed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["outline", "hairline", "hairline_shape",
        "hairline_depth", "temple", "crown", "scar_line", "scar_dots", "zone", "keep_free", "gaps", "px_per_mm", "head", "look", "hair", "density", "tone", "tone_like", "sessions", "touch_up", "skin", "seed"])]
    pub(crate) recipe: Option<PathBuf>,

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
    pub(crate) fn look(&self) -> Result<Look, Failure> {
        let look: Look = self.look.parse()?;
        let own = look.course();
        let mut course = match self.sessions {
            Some(count) if usize::from(count) != own.sessions().len() => {
                Course::in_sessions(count)?
            }
            _ => own.clone(),
        };
        for &years in &self.touch_up {
            course = course.with_touch_up(TouchUp::after_years(years));
        }
        let look = look.with_course(course);
        let look = match &self.hair {
            Some(hair) => look.with_hair(hair.parse::<HairColor>()?),
            None => look,
        };
        let fading = self.fading(*look.fading())?;
        let mut look = look.with_fading(fading);
        if self.hairline.is_some() {
            look = look.with_edge(self.hairline_shape.parse::<HairlineShape>()?.edge());
        }
        look = match self.head.as_deref() {
            None => look,
            Some("flat") => look.with_head(None),
            Some(outline) => look.with_head(Some(HeadShape::fit(&points("head", outline)?)?)),
        };
        if let Some(density) = self.density {
            look = look.with_density(Density::per_cm2(density)?);
        }
        look.check()?;
        Ok(look)
    }

    /// Whether the recipe that is followed lies where a run would keep its own: it stays there as it is.
    pub(crate) fn follows(&self, name: &str) -> bool {
        let kept = self.out.join(name).canonicalize();
        let followed = self.recipe.as_ref().map(|path| path.canonicalize());
        matches!((kept, followed), (Ok(kept), Some(Ok(followed))) if kept == followed)
    }

    fn fading(&self, usual: Fading) -> Result<Fading, Error> {
        let words: Vec<&str> = self.skin.split(',').collect();
        let has = |word| words.contains(&word);
        let repeated = (1..words.len()).any(|i| words[..i].contains(&words[i]));
        if repeated || has("sun") && has("sheltered") || has("usual") && words.len() > 1 {
            return Err(Error::UnknownName {
                parameter: "skin",
                value: self.skin.clone(),
                allowed: "each once, usual alone, and no sun for sheltered skin",
            });
        }
        words
            .into_iter()
            .try_fold(usual, |fading, condition| match condition {
                "usual" => Ok(fading),
                "sun" => Ok(fading.in_strong_sun()),
                "oily" => Ok(fading.on_oily_skin()),
                "sheltered" => Ok(fading.sheltered()),
                other => Err(Error::UnknownName {
                    parameter: "skin",
                    value: other.to_owned(),
                    allowed: "usual, sun, oily, sheltered",
                }),
            })
    }

    /// The recipe of an earlier run, if one is to be followed.
    pub(crate) fn recipe(&self) -> Result<Option<Recipe>, Failure> {
        let Some(path) = &self.recipe else {
            return Ok(None);
        };
        let refused = |problem| Error::File {
            parameter: "recipe",
            path: path.clone(),
            problem,
            allowed: "a recipe as JSON, or as TOML in a file named .toml",
        };
        let page = std::fs::read_to_string(path).map_err(|error| {
            refused(match error.kind() {
                std::io::ErrorKind::NotFound => FileProblem::Missing,
                std::io::ErrorKind::IsADirectory => FileProblem::IsDirectory,
                std::io::ErrorKind::InvalidData => FileProblem::Damaged("it is no text".to_owned()),
                _ => FileProblem::Denied(error.to_string()),
            })
        })?;
        let damaged = |said: String| {
            let line: Vec<&str> = said.split_whitespace().collect();
            refused(FileProblem::Damaged(line.join(" ")))
        };
        Ok(Some(if path.extension().is_some_and(|e| e == "toml") {
            toml::from_str(&page).map_err(|error| damaged(error.message().to_owned()))?
        } else {
            serde_json::from_str(&page).map_err(|error| damaged(error.to_string()))?
        }))
    }

    /// The tone to reach, if the density is not to decide it.
    pub(crate) fn tone(&self) -> Result<Option<RecipeTone>, Failure> {
        Ok(match (self.tone, &self.tone_like) {
            (Some(delta_l), _) => Some(RecipeTone::DeltaL(delta_l)),
            (None, Some(outline)) => Some(RecipeTone::Like(Area::Outline(corners(
                "tone-like",
                outline,
            )?))),
            (None, None) if self.density.is_some() => None,
            (None, None) if self.look == "scar" => Some(RecipeTone::Surroundings),
            (None, None) => self.gaps.then_some(RecipeTone::Stubble),
        })
    }

    /// The area to treat, if one was drawn in words.
    pub(crate) fn area(&self) -> Result<Option<Area>, Failure> {
        let scars = scars(&self.scar_line, &self.scar_dots)?;
        for (given, name) in [
            (!scars.is_empty(), "scar"),
            (!self.zone.is_empty(), "beard"),
        ] {
            if given && self.look != name {
                return Err(format!("look is {:?}, allowed with these: {name}", self.look).into());
            }
        }
        if !scars.is_empty() {
            return Ok(Some(Area::Scars(scars)));
        }
        if !self.zone.is_empty() {
            let beard = beard(&self.zone, &self.keep_free)?;
            return Ok(Some(if self.gaps {
                Area::Gaps(beard)
            } else {
                Area::Beard(beard)
            }));
        }
        let outline = self.outline.as_deref();
        let outline = outline.map(|text| corners("outline", text)).transpose()?;
        Ok(outline.map(Area::Outline))
    }

    /// What lies behind the hairline, and the crown.
    pub(crate) fn behind(&self) -> Result<Option<Area>, Failure> {
        let crown = self.crown.as_deref().map(|text| {
            let (center_px, radius_mm) =
                place(text, "crown", "a point and a radius such as 320,200:45")?;
            Ok::<_, Failure>(Area::Crown(Crown::new(center_px, radius_mm)))
        });
        let crown = crown.transpose()?;
        let Some(line) = &self.hairline else {
            return Ok(crown);
        };
        let line = points("hairline", line)?;
        let mut hairline = Hairline::new(line, self.hairline_shape.parse()?);
        hairline.depth_mm = self.hairline_depth;
        for temple in &self.temple {
            hairline.temples_px.push(exactly("temple", temple)?);
        }
        // Whatever is wrong with it at this scale is so at any.
        hairline.curve_px(Scale::px_per_mm(1.0)?)?;
        let hairline = Area::Hairline(hairline);
        Ok(Some(match crown {
            Some(crown) => Area::Union(vec![hairline, crown]),
            None => hairline,
        }))
    }
}

/// Zones written as "chin:x,y x,y …", and outlines that stay free.
fn beard(zones: &[String], free: &[String]) -> Result<Beard, Failure> {
    let mut beard = Beard::new();
    for zone in zones {
        let (name, outline) = zone.split_once(':').ok_or_else(|| {
            format!("zone has {zone:?}, allowed: a name and an outline such as \"chin:90,40 120,44 100,80\"")
        })?;
        beard = beard.with_zone(name.parse()?, corners("zone", outline)?);
    }
    for outline in free {
        beard = beard.keeping_free(corners("keep-free", outline)?);
    }
    Ok(beard)
}
