//! Writes photographs of scalps that never were, each with its labels as JSON beside it.
//!
//! ```sh
//! cargo run --release --example synth -- --count 20 --out out/synth
//! cargo run --release --example synth -- --count 10000 --shard 3 --shards 16   # one of sixteen jobs
//! ```
//! Picture i depends on the seed and on i alone: shards of one set may run anywhere and in any order.

#[path = "shared/ending.rs"]
mod ending;
#[path = "shared/folder.rs"]
mod folder;
#[path = "shared/results.rs"]
mod results;
#[path = "shared/saying.rs"]
mod saying;

use std::io::stdout;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use folder::Folder;
use serde_json::json;
use stubblefield::{Growth, PatchRequest, Result, Scars, Seed, Size, SyntheticPatch};

/// Labelled synthetic photographs of scalp.
#[derive(Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
struct Args {
    /// Pictures in the whole set.
    #[arg(long, default_value_t = 12)]
    count: u64,
    /// Which part of the set to write, from 0.
    #[arg(long, default_value_t = 0)]
    shard: u64,
    /// Parts of the set.
    #[arg(long, default_value_t = 1)]
    shards: u64,
    /// Width and height of a picture, in pixels.
    #[arg(long, default_value_t = 640)]
    side: u32,
    /// Seed of the set.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the pictures; files of the same name are replaced.
    #[arg(long, default_value = "out/synth")]
    out: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    ending::of(run(&Args::parse()))
}

fn run(args: &Args) -> std::result::Result<(), Failure> {
    if args.shards == 0 {
        return Err("shards is 0, allowed: at least 1".into());
    }
    if args.shard >= args.shards {
        let (shard, shards) = (args.shard, args.shards);
        return Err(
            format!("shard is {shard}, allowed: 0 to one less than shards, {shards}").into(),
        );
    }
    let size = Size::new(args.side, args.side)?;
    let folder = Folder::prepare(&args.out, &[], [])?;
    let mut written = 0_u64;
    for i in (args.shard..args.count).step_by(args.shards as usize) {
        let patch = picture(size, args.seed, i)?;
        let path = folder.path().join(format!("{i:06}.png"));
        patch.photo.save(path)?;
        // The labels come last: where they are, the picture is whole.
        let labels = serde_json::to_vec_pretty(&labels(&patch))?;
        folder.bytes(&format!("{i:06}.json"), &labels)?;
        written += 1;
    }
    let path = folder.path().display();
    saying::line(
        stdout(),
        format_args!(
            "{written} pictures of {} and their labels are in {path}",
            args.count
        ),
    );
    Ok(())
}

fn picture(size: Size, seed: u64, i: u64) -> Result<SyntheticPatch> {
    let seed = Seed::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ i);
    PatchRequest::random(size, seed).generate()
}

fn labels(patch: &SyntheticPatch) -> serde_json::Value {
    let request = &patch.request;
    let (growth, length_mm) = match request.growth {
        Growth::Stubble { length_mm } => ("stubble", length_mm),
        Growth::Long { length_mm } => ("long", length_mm),
        _ => ("other", 0.0),
    };
    let scars = match request.scars {
        Scars::Strip => "strip",
        Scars::Punches => "punches",
        _ => "none",
    };
    let follicles = patch.follicles.iter().map(|f| {
        json!({
            "center_px": f.center_px.to_array(),
            "exit_mm": f.exit_mm.to_array(),
            "hairs": f.hairs,
            "angle": f.angle,
            "width_px": f.width_px,
            "contrast": f.contrast,
            "covered": f.covered,
        })
    });
    let cover = patch.hair_cover.values();
    json!({
        "px_per_mm": request.scale.get(),
        "skin_linear_srgb": <[f32; 3]>::from(request.skin),
        "hair_linear_srgb": <[f32; 3]>::from(request.hair),
        "units_per_cm2": request.density.get(),
        "thinning": request.thinning,
        "growth": growth,
        "length_mm": length_mm,
        "shine": request.shine,
        "scars": scars,
        "scar_px": patch.scars.area_px(),
        "skin_px": patch.skin.area_px(),
        "hair_cover": cover.iter().sum::<f32>() / cover.len() as f32,
        "blur_px": request.blur_px,
        "noise": request.noise,
        "grain_px": request.grain_px,
        "follicles": follicles.collect::<Vec<_>>(),
    })
}
