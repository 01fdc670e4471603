//! Shows what scalp micropigmentation would look like on a photo.
//!
//! ```text
//! cargo run --release --example preview
//! cargo run --release --example preview -- --photo head.jpg --outline "120,80 300,60 420,190" --px-per-mm 5.5
//! ```

mod args;
mod closeup;
#[path = "../shared/outline.rs"]
mod outline;
mod output;
#[path = "../shared/picture.rs"]
mod picture;
#[path = "../shared/results.rs"]
mod results;
mod scars;
mod sheet;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use args::{Area, Args};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use output::Output;
use stubblefield::{Hints, Look, Mask, Photo, Plan, Report, Scale, Scene, Seed, SyntheticScalp};

/// Beyond it the system may refuse to start them.
const MOST_THREADS: usize = 1024;

/// Taken as a head, a narrower photo has fewer pixels per mm than [`Scale`] allows.
const NARROWEST_HEAD_PX: u32 = 44;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What the treatment is laid on.
struct Subject {
    photo: Photo,
    mask: Mask,
    /// What it is to look like, where gaps between it are treated.
    stubble: Option<Mask>,
    scale: Scale,
    remarks: Vec<String>,
}

fn run(args: &Args) -> Result<(), Failure> {
    // Whatever can be wrong with the words on the command line is said before any work is done.
    let look = args.look()?;
    let when = args.when(&look)?;
    let given = args.px_per_mm.map(Scale::px_per_mm).transpose()?;
    if args.threads > MOST_THREADS {
        return Err(format!("threads is {}, allowed: 0..={MOST_THREADS}", args.threads).into());
    }
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build()?;
    let output = Output::prepare(&args.out, [args.photo.as_deref(), args.mask.as_deref()])?;
    threads.install(|| {
        let mut clock = Clock::new(args.quiet);
        let subject = clock.stage("reading", || subject(args, given))?;
        let photo = &subject.photo;
        let mut remarks = subject.remarks.clone();
        let plan = clock.stage("planning", || plan(args, &look, &subject, &mut remarks))?;
        let after = clock.stage("rendering", || plan.render(photo, when))?;
        let report = clock.stage("measuring", || plan.compare(photo, &after, when))?;
        let layer = clock.stage("separating", || plan.transmittance(when))?;
        let format = photo.format();
        let named = output.after_name(format);
        let saved = clock.stage("saving", || {
            let saved = output.photo(&named, &after)?;
            output.bytes("dots.png", &sheet::dots(&layer)?)?;
            output.bytes("compare.png", &sheet::compare(photo, &after, &plan)?)?;
            let mut table = Vec::new();
            plan.write_csv(&mut table)?;
            output.bytes("dots.csv", &table)?;
            Ok::<_, Failure>(saved)
        })?;
        let json = output::json(&report, &clock.seconds);
        output.bytes("report.json", json.as_bytes())?;
        clock.finish();
        say(&remarks, &report, &saved, &output, args.quiet);
        Ok(())
    })
}

/// The look laid on the photo, brought to a tone if one is asked for.
fn plan(
    args: &Args,
    look: &Look,
    subject: &Subject,
    remarks: &mut Vec<String>,
) -> Result<Plan, Failure> {
    let Subject {
        photo, mask, scale, ..
    } = subject;
    let seed = Seed::new(args.seed);
    // What lies behind a hairline runs over the wall behind the head; nobody asked for that to be treated.
    let on_head;
    let mask = if args.is_open() {
        let scene = Scene::read(photo, Hints::new().with_area(mask))?;
        on_head = mask.subtract(scene.background())?;
        &on_head
    } else {
        mask
    };
    let Some(tone) = args.tone(photo.size(), subject.stubble.as_ref())? else {
        return Ok(look.plan(photo, mask, *scale, seed)?);
    };
    let matched = look.match_tone(photo, mask, *scale, seed, &tone)?;
    remarks.push(format!(
        "brought to ΔL* {:+.1} for {:+.1}, with {:.0} dots per cm²",
        matched.reached,
        matched.wanted,
        matched.plan.look().density().get()
    ));
    if let Some(limit) = &matched.stopped_by {
        remarks.push(format!(
            "nearer the tone around it was not possible within {limit}"
        ));
    }
    Ok(matched.plan)
}

const NO_AREA: &str = "no area to treat, allowed: --mask FILE (white = treat), \
    --outline \"x,y x,y x,y ...\", --hairline, --crown, --scar-line, --scar-dots or --zone";

fn subject(args: &Args, given: Option<Scale>) -> Result<Subject, Failure> {
    let Some(path) = &args.photo else {
        let scale = given.map_or_else(|| Scale::px_per_mm(6.0), Ok)?;
        let scalp = SyntheticScalp::generate(scale, Seed::new(1))?;
        let area = match args.area(&scalp.photo, scale)? {
            Some(area) => area,
            None if args.look == "stubble" => Area {
                mask: scalp.receded,
                stubble: None,
            },
            None => return Err(NO_AREA.into()),
        };
        let remarks = vec!["no --photo given: drawing on a synthetic scalp".to_owned()];
        return Ok(Subject {
            photo: scalp.photo,
            mask: area.mask,
            stubble: area.stubble,
            scale,
            remarks,
        });
    };
    let photo = Photo::open(path)?;
    let mut remarks: Vec<String> = photo.notes().iter().map(ToString::to_string).collect();
    let scale = match given {
        Some(scale) => scale,
        None => {
            let width = photo.size().width();
            if width < NARROWEST_HEAD_PX {
                return Err(format!(
                    "no --px-per-mm given, and a photo {width} px wide is too small to guess it from, allowed: at least {NARROWEST_HEAD_PX} px"
                )
                .into());
            }
            let guess = width as f32 / 220.0;
            remarks.push(format!(
                "no --px-per-mm given: taking the picture to be 220 mm wide, {guess:.2} px/mm"
            ));
            Scale::px_per_mm(guess)?
        }
    };
    let area = args.area(&photo, scale)?.ok_or(NO_AREA)?;
    Ok(Subject {
        photo,
        mask: area.mask,
        stubble: area.stubble,
        scale,
        remarks,
    })
}

fn say(remarks: &[String], report: &Report, saved: &[String], output: &Output, quiet: bool) {
    for remark in remarks.iter().chain(saved) {
        eprintln!("note: {remark}");
    }
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
    if !quiet {
        // Who closes the pipe does not want to read on; the files are written.
        let folder = output.folder().display();
        let _ = writeln!(
            std::io::stdout(),
            "{report}\npictures and figures are in {folder}"
        );
    }
}

/// Seconds per stage, and a bar that shows them go by on a terminal.
struct Clock {
    bar: ProgressBar,
    seconds: Vec<(&'static str, f64)>,
}

impl Clock {
    fn new(quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(6)
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            seconds: Vec::new(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the example reports wall time, the library never"
    )]
    fn stage<T, E>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.bar.set_message(name);
        let start = std::time::Instant::now();
        let result = work();
        self.seconds.push((name, start.elapsed().as_secs_f64()));
        self.bar.inc(1);
        result
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
