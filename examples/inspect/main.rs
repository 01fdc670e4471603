//! Shows what the library reads from a photo: one sheet of overlays, and the figures as JSON.
//!
//! ```text
//! cargo run --release --example inspect -- --photo head.jpg --outline "120,80 300,60 420,190"
//! ```

#[path = "../shared/ending.rs"]
mod ending;
#[path = "../shared/folder.rs"]
mod folder;
#[path = "../shared/letters.rs"]
mod letters;
#[path = "../shared/outline.rs"]
mod outline;
#[path = "../shared/picture.rs"]
mod picture;
#[path = "../shared/results.rs"]
mod results;
#[path = "../shared/saying.rs"]
mod saying;
mod sheet;

use std::io::{stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use folder::Folder;
use glam::Vec2;
use serde_json::{Value, json};
use stubblefield::{
    Hints, KnownDistance, Mask, Photo, Pupils, Ruler, Scale, Scene, Seed, SyntheticScalp,
};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Reads a photo and shows what was found in it: inspect.png and inspect.json in the output folder.
///
/// Without a photo it reads a synthetic scalp.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// The photo: PNG, JPEG, TIFF or WebP. It is never changed.
    #[arg(long, value_name = "FILE")]
    photo: Option<PathBuf>,

    /// The area to be treated, as the corners of a closed outline in pixels.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true)]
    outline: Option<String>,

    /// Points along the visible outline of the head, in pixels.
    #[arg(long, value_name = "X,Y X,Y ...", allow_hyphen_values = true)]
    head: Option<String>,

    /// Pixels per mm, if known.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    px_per_mm: Option<f32>,

    /// A line across the ticks of a ruler, as its two ends in pixels.
    #[arg(long, value_name = "X,Y X,Y", allow_hyphen_values = true)]
    ruler: Option<String>,

    /// Distance between the ticks that the line crosses, in mm; 1 unless stated.
    #[arg(
        long,
        value_name = "MM",
        requires = "ruler",
        allow_hyphen_values = true
    )]
    tick_mm: Option<f32>,

    /// Two places whose distance is --mm, in pixels.
    #[arg(
        long,
        value_name = "X,Y X,Y",
        requires = "mm",
        allow_hyphen_values = true
    )]
    distance: Option<String>,

    /// The distance between the two places, in mm.
    #[arg(
        long,
        value_name = "MM",
        requires = "distance",
        allow_hyphen_values = true
    )]
    mm: Option<f32>,

    /// The two pupils, in pixels.
    #[arg(long, value_name = "X,Y X,Y", allow_hyphen_values = true)]
    pupils: Option<String>,

    /// Folder for the results; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

fn main() -> ExitCode {
    ending::of(run(&Args::parse()))
}

const SHEET: &str = "inspect.png";
const FIGURES: &str = "inspect.json";

/// What was said about the photo, in numbers.
struct Words {
    outline: Option<Vec<Vec2>>,
    head: Option<Vec<Vec2>>,
    scale: Option<Scale>,
    ruler: Option<Ruler>,
    distance: Option<KnownDistance>,
    pupils: Option<Pupils>,
}

impl Args {
    fn words(&self) -> Result<Words, Failure> {
        let ends = |name, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| outline::exactly::<2>(name, text))
                .transpose()
        };
        let outline = self.outline.as_deref();
        let outline = outline.map(|text| outline::corners("outline", text));
        let head = self.head.as_deref();
        let head = head.map(|text| outline::points("head", text));
        let ruler = ends("ruler", &self.ruler)?.map(|[from, to]| Ruler {
            from,
            to,
            tick_mm: self.tick_mm.unwrap_or(1.0),
        });
        let distance = match (ends("distance", &self.distance)?, self.mm) {
            (Some([from, to]), Some(mm)) => Some(KnownDistance { from, to, mm }),
            _ => None,
        };
        let pupils = ends("pupils", &self.pupils)?;
        Ok(Words {
            outline: outline.transpose()?,
            head: head.transpose()?,
            scale: self.px_per_mm.map(Scale::px_per_mm).transpose()?,
            ruler,
            distance,
            pupils: pupils.map(|[left, right]| Pupils::new(left, right)),
        })
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    let words = args.words()?;
    let names = [SHEET, FIGURES].map(str::to_owned);
    let folder = Folder::prepare(&args.out, &names, [args.photo.as_deref()])?;
    let (photo, known) = match &args.photo {
        Some(path) => (Photo::open(path)?, None),
        None => {
            let scalp = SyntheticScalp::generate(Scale::px_per_mm(5.0)?, Seed::new(1))?;
            (scalp.photo, Some((scalp.receded, scalp.scale)))
        }
    };
    let (known_area, known_scale) = known.unzip();
    let area = match &words.outline {
        Some(corners) => Some(Mask::from_polygon(photo.size(), corners)?),
        None => known_area,
    };
    let mut hints = Hints::new();
    hints.area = area.as_ref();
    hints.head = words.head.as_deref();
    hints.scale = words.scale.or(known_scale);
    hints.ruler = words.ruler;
    hints.distance = words.distance;
    hints.pupils = words.pupils;
    let scene = Scene::read(&photo, hints)?;
    let sheet = picture::png(&sheet::draw(&photo, &scene, &hints)?.into(), None)?;
    folder.bytes(SHEET, &sheet)?;
    let figures = format!("{:#}", figures(&scene));
    folder.bytes(FIGURES, format!("{figures}\n").as_bytes())?;
    saying::line(
        stderr(),
        format_args!("{SHEET} and {FIGURES} are in {}", folder.path().display()),
    );
    saying::line(stdout(), figures);
    Ok(())
}

/// Everything that was found; `null` for what was not.
fn figures(scene: &Scene) -> Value {
    let skin = scene.skin().map(|skin| {
        json!({
            "lightness": skin.lab().l,
            "a": skin.lab().a,
            "b": skin.lab().b,
            "ita_degrees": skin.ita_degrees(),
            "monk_tone": skin.monk_tone(),
            "melanin": skin.melanin(),
        })
    });
    let scale = scene.scale().map(|found| {
        json!({
            "px_per_mm": found.scale.get(),
            "relative_uncertainty": found.uncertainty,
            "source": found.source.to_string(),
        })
    });
    let head = scene.head().map(|head| {
        json!({
            "centre_px": head.centre_px.to_array(),
            "half_axes_px": head.half_axes_px.to_array(),
            "angle": head.angle,
        })
    });
    let surface = scene.surface().values();
    let shiny = surface.iter().filter(|&&share| share > 127).count();
    let camera = scene.camera();
    let hair = scene.hair_tone().map(|tone| {
        let color = tone.color();
        let families = tone.families().map(|family| {
            json!({
                "name": family.name,
                "probability": family.probability,
            })
        });
        json!({
            "oklch": [color.l, color.chroma, color.hue.into_positive_degrees()],
            "families": families,
            "decided": tone.decided().is_some(),
            "read_on": tone.source().to_string(),
        })
    });
    let blur = camera.and_then(|camera| camera.blur.as_ref());
    let grain = camera.and_then(|camera| camera.grain);
    json!({
        "skin": skin,
        "scale": scale,
        "head": head,
        "hair": hair,
        "hair_cover": scene.hair().map(|hair| hair.share()),
        "longer_hair_share": scene.longer_share(),
        "follicles_per_cm2": scene.follicles().and_then(|found| found.density()).map(|d| d.get()),
        "blur_px": blur.map(|blur| blur.sigma_px),
        "noise_sd_at_white": grain.map(|grain| grain.sd_at_white),
        "grain_px": grain.map(|grain| grain.size_px),
        "blockiness": camera.map(|camera| camera.blockiness),
        "shiny_share": shiny as f64 / surface.len() as f64,
        "background_share": scene.background().area_px() / surface.len() as f64,
    })
}
