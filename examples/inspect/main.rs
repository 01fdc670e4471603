//! Shows what the library reads from a photo: one sheet of overlays, and the figures as JSON.
//!
//! ```text
//! cargo run --release --example inspect -- --photo head.jpg --outline "120,80 300,60 420,190"
//! ```

#[path = "../shared/ending.rs"]
mod ending;
#[path = "../shared/letters.rs"]
mod letters;
#[path = "../shared/outline.rs"]
mod outline;
#[path = "../shared/picture.rs"]
mod picture;
#[path = "../shared/results.rs"]
mod results;
mod sheet;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
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

    /// Distance between the ticks that the line crosses, in mm.
    #[arg(
        long,
        value_name = "MM",
        default_value_t = 1.0,
        allow_hyphen_values = true
    )]
    tick_mm: f32,

    /// Two places whose distance is --mm, in pixels.
    #[arg(
        long,
        value_name = "X,Y X,Y",
        requires = "mm",
        allow_hyphen_values = true
    )]
    distance: Option<String>,

    /// The distance between the two places, in mm.
    #[arg(long, value_name = "MM", allow_hyphen_values = true)]
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

fn run(args: &Args) -> Result<(), Failure> {
    let (photo, known) = match &args.photo {
        Some(path) => (Photo::open(path)?, None),
        None => {
            let scalp = SyntheticScalp::generate(Scale::px_per_mm(5.0)?, Seed::new(1))?;
            (scalp.photo, Some((scalp.receded, scalp.scale)))
        }
    };
    let (known_area, known_scale) = known.unzip();
    let area = match &args.outline {
        Some(text) => Some(Mask::from_polygon(photo.size(), &outline::corners(text)?)?),
        None => known_area,
    };
    let head = args.head.as_deref().map(outline::corners).transpose()?;
    let mut hints = Hints::new();
    hints.area = area.as_ref();
    hints.head = head.as_deref();
    hints.scale = args
        .px_per_mm
        .map(Scale::px_per_mm)
        .transpose()?
        .or(known_scale);
    hints.ruler = ends(args.ruler.as_deref())?.map(|[from, to]| Ruler {
        from,
        to,
        tick_mm: args.tick_mm,
    });
    hints.distance = match (ends(args.distance.as_deref())?, args.mm) {
        (Some([from, to]), Some(mm)) => Some(KnownDistance { from, to, mm }),
        _ => None,
    };
    hints.pupils = ends(args.pupils.as_deref())?.map(|[left, right]| Pupils::new(left, right));
    let scene = Scene::read(&photo, hints)?;
    std::fs::create_dir_all(&args.out)?;
    let sheet = picture::png(&sheet::draw(&photo, &scene, &hints)?.into(), None)?;
    results::write(&args.out.join("inspect.png"), &sheet)?;
    let figures = format!("{:#}\n", figures(&scene));
    results::write(&args.out.join("inspect.json"), figures.as_bytes())?;
    println!("{figures}");
    Ok(())
}

/// Two places, if any were given.
fn ends(text: Option<&str>) -> Result<Option<[Vec2; 2]>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let ends: [Vec2; 2] = outline::corners(text)?
        .try_into()
        .map_err(|all: Vec<Vec2>| format!("{} places given, allowed: 2", all.len()))?;
    Ok(Some(ends))
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
        "follicles_per_cm2": scene.follicles().and_then(|found| found.density()).map(|d| d.get()),
        "blur_px": blur.map(|blur| blur.sigma_px),
        "noise_sd_at_white": grain.map(|grain| grain.sd_at_white),
        "grain_px": grain.map(|grain| grain.size_px),
        "blockiness": camera.map(|camera| camera.blockiness),
        "shiny_share": shiny as f64 / surface.len() as f64,
        "background_share": scene.background().area_px() / surface.len() as f64,
    })
}
