//! One treatment from before the first session to after a touch-up, as a strip and as an animated picture.
//!
//! ```text
//! cargo run --release --example timeline
//! cargo run --release --example timeline -- --photo head.jpg --outline "120,80 300,60 420,190" --px-per-mm 5.5
//! ```

#[path = "../preview/args.rs"]
mod args;
#[path = "../preview/closeup.rs"]
mod closeup;
#[path = "../shared/ending.rs"]
mod ending;
#[path = "../shared/folder.rs"]
mod folder;
#[path = "../shared/letters.rs"]
mod letters;
mod moments;
#[path = "../shared/outline.rs"]
mod outline;
#[path = "../shared/picture.rs"]
mod picture;
#[path = "../shared/results.rs"]
mod results;
#[path = "../shared/saying.rs"]
mod saying;
#[path = "../preview/scars.rs"]
mod scars;
mod strip;
#[path = "../preview/subject.rs"]
mod subject;

use std::io::{stderr, stdout};
use std::process::ExitCode;

use args::Args;
use clap::Parser;
use folder::Folder;
use stubblefield::{Photo, Rasterizer, TouchUp};

/// Shows on a photo how scalp micropigmentation is built up, heals, fades and is touched up.
///
/// Without arguments it draws on a synthetic scalp. What is said of the treatment is said as to the example
/// preview. Without --touch-up one is shown after five years.
#[derive(Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
struct Asked {
    #[command(flatten)]
    treatment: Args,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

const STRIP: &str = "timeline.png";
const ANIMATION: &str = "timeline-animated.png";
const RECIPE: &str = "timeline-recipe.json";

/// Years of the touch-up that is shown where none is asked for.
const USUAL_TOUCH_UP: f32 = 5.0;

fn main() -> ExitCode {
    ending::of(run(&Asked::parse().treatment))
}

fn run(args: &Args) -> Result<(), Failure> {
    let (beginning, threads) = subject::begin(args)?;
    let inputs = [&args.photo, &args.mask, &args.recipe].map(|path| path.as_deref());
    let mut names = [STRIP, ANIMATION, RECIPE].map(str::to_owned).to_vec();
    let followed = args.follows(RECIPE);
    names.retain(|name| !followed || name != RECIPE);
    let folder = Folder::prepare(&args.out, &names, inputs)?;
    threads.install(|| {
        let mut subject = beginning.read(args)?;
        let look = &subject.recipe.look;
        if look.course().touch_ups().is_empty() {
            let course = look.course().clone();
            let course = course.with_touch_up(TouchUp::after_years(USUAL_TOUCH_UP));
            subject.recipe.look = look.clone().with_course(course);
            // The plan is another one than it was kept for.
            subject.recipe.fingerprint = None;
        }
        let plan = subject.plan()?;
        let mut rasterizer = Rasterizer::new();
        let mut panels = Vec::new();
        for moment in moments::of(plan.look().course())? {
            let photo = match moment.when {
                None => subject.photo.clone(),
                Some(when) => plan.render_with(&mut rasterizer, &subject.photo, when)?,
            };
            panels.push((moment.label, photo));
        }
        let panels: Vec<(&str, &Photo)> = panels.iter().map(|(l, p)| (l.as_str(), p)).collect();
        folder.bytes(STRIP, &strip::still(&panels, &plan)?)?;
        folder.bytes(ANIMATION, &strip::animated(&panels, &plan)?)?;
        if !followed {
            let recipe = subject.recipe.clone().stamped(&plan);
            folder.bytes(RECIPE, serde_json::to_string_pretty(&recipe)?.as_bytes())?;
        }
        for remark in &subject.remarks {
            saying::line(stderr(), format_args!("note: {remark}"));
        }
        if !args.quiet {
            let path = folder.path().display();
            saying::line(
                stdout(),
                format_args!("{STRIP}, {ANIMATION} and {RECIPE} are in {path}"),
            );
        }
        Ok(())
    })
}
