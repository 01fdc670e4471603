//! Shows what scalp micropigmentation would look like on a photo.
//!
//! ```text
//! cargo run --release --example preview
//! cargo run --release --example preview -- --photo head.jpg --outline "120,80 300,60 420,190" --px-per-mm 5.5
//! ```

mod args;
mod beside;
mod closeup;
#[path = "../shared/ending.rs"]
mod ending;
#[path = "../shared/folder.rs"]
mod folder;
#[path = "../shared/letters.rs"]
mod letters;
#[path = "../shared/outline.rs"]
mod outline;
mod output;
mod person;
#[path = "../shared/picture.rs"]
mod picture;
#[path = "../shared/results.rs"]
mod results;
#[path = "../shared/saying.rs"]
mod saying;
mod scars;
mod sheet;
mod subject;

use std::io::{stderr, stdout};
use std::process::ExitCode;
use std::time::Duration;

use args::Args;
use beside::BesideArgs;
use clap::Parser;
use folder::Folder;
use indicatif::{ProgressBar, ProgressStyle};
use output::{CONCEALER, LATER, OUTLOOK, RECIPE};
use person::PersonArgs;
use stubblefield::{Course, FileFormat, Look, Report, TouchUp, When};
use subject::Beginning;

/// Shows on a photo what scalp micropigmentation will look like once healed.
///
/// Without arguments it draws on a synthetic scalp. With a photo, say where to treat (--mask or
/// --outline) and how large the photo is (--px-per-mm), and look at compare.png in the output folder.
#[derive(Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
struct Asked {
    #[command(flatten)]
    treatment: Args,

    /// Show it as if it stopped after this session.
    #[arg(long, value_name = "N")]
    session: Option<u8>,

    /// The moment to show: fresh, healed, or a time such as 10d, 6w, 6mo or 3y.
    #[arg(long, default_value = "healed", allow_hyphen_values = true)]
    at: String,

    #[command(flatten)]
    person: PersonArgs,

    #[command(flatten)]
    beside: BesideArgs,
}

impl Asked {
    fn when(&self, look: &Look) -> Result<When, Failure> {
        let when: When = self.at.parse()?;
        let count = look.course().sessions().len();
        match self.session {
            None => Ok(when),
            Some(session) if (1..=count).contains(&usize::from(session)) => {
                Ok(when.after_session(session))
            }
            Some(session) => Err(format!("session is {session}, allowed: 1..={count}").into()),
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    ending::of(run(&Asked::parse()))
}

fn run(asked: &Asked) -> Result<(), Failure> {
    let args = &asked.treatment;
    // What is wrong with words alone is said before any work is done; what is wrong for this photo, once it is read.
    let (beginning, threads) = subject::begin(args)?;
    let when = asked.when(match &beginning {
        Beginning::Kept(recipe) => &recipe.look,
        Beginning::Asked(words) => &words.look,
    })?;
    let concealer = asked.beside.concealer()?;
    let later = asked.beside.later()?;
    let person = asked.person.words()?;
    let inputs = [&args.photo, &args.mask, &args.recipe];
    let inputs = inputs.map(|path| path.as_deref());
    let mut names = output::names();
    let followed = args.follows(RECIPE);
    names.retain(|name| !followed || name != RECIPE);
    let folder = Folder::prepare(&args.out, &names, inputs)?;
    threads.install(|| {
        let mut clock = Clock::new(args.quiet);
        let mut subject = clock.stage("reading", || beginning.read(args))?;
        let known = clock.stage("looking around", || {
            person.read(&subject.photo, subject.recipe.scale)
        })?;
        let plan = clock.stage("planning", || subject.plan())?;
        if !args.quiet {
            subject.remarks.push(plan.sources().to_string());
        }
        subject.remarks.extend(unseen(plan.look().course(), when));
        let photo = &subject.photo;
        let after = clock.stage("rendering", || plan.render(photo, when))?;
        let person = known.person();
        let report = clock.stage("measuring", || {
            plan.compare_on(photo, &after, when, &person)
        })?;
        let layer = clock.stage("separating", || plan.transmittance(when))?;
        let saved = clock.stage("saving", || {
            let name = output::after(photo.format().unwrap_or(FileFormat::Png));
            let mut saved = output::save(&folder, &after, &name)?;
            saved.extend(output::older(&folder, &name, &asked.beside));
            folder.bytes("dots.png", &sheet::dots(&layer, &plan)?)?;
            folder.bytes("compare.png", &sheet::compare(photo, &after, &plan)?)?;
            let mut table = Vec::new();
            plan.write_csv(&mut table)?;
            folder.bytes("dots.csv", &table)?;
            if !followed {
                let recipe = subject.recipe.clone().stamped(&plan);
                let page = serde_json::to_string_pretty(&recipe)?;
                folder.bytes(RECIPE, page.as_bytes())?;
            }
            Ok::<_, Failure>(saved)
        })?;
        if asked.beside.outlook {
            let sheet = clock.stage("healing", || beside::outlook(photo, &plan, when))?;
            folder.bytes(OUTLOOK, &sheet)?;
        }
        if let Some(concealer) = concealer {
            let sheet = clock.stage("concealing", || {
                beside::concealed(photo, &plan, concealer, (when, &asked.at))
            })?;
            folder.bytes(CONCEALER, &sheet)?;
        }
        if let Some(later) = later {
            let sheet = clock.stage("ageing", || {
                beside::later(photo, &plan, &later, (when, &asked.at))
            })?;
            folder.bytes(LATER, &sheet)?;
        }
        let json = output::json(&report, &clock.seconds)?;
        folder.bytes("report.json", json.as_bytes())?;
        clock.finish();
        say(&subject.remarks, &report, &saved, &folder, args.quiet);
        Ok(())
    })
}

/// Touch-ups later than what is shown, in words.
fn unseen(course: &Course, when: When) -> Vec<String> {
    let later = |touch_up: &&TouchUp| {
        When::years(touch_up.years).is_ok_and(|touched| touched.as_days() > when.as_days())
    };
    let words = |touch_up: &TouchUp| {
        let years = touch_up.years;
        format!("the touch-up after {years} years comes after the moment that is shown (--at)")
    };
    course.touch_ups().iter().filter(later).map(words).collect()
}

fn say(remarks: &[String], report: &Report, saved: &[String], folder: &Folder, quiet: bool) {
    for remark in remarks.iter().chain(saved) {
        saying::line(stderr(), format_args!("note: {remark}"));
    }
    for warning in &report.warnings {
        saying::line(stderr(), format_args!("warning: {warning}"));
        if let Some(source) = warning.source() {
            saying::line(stderr(), format_args!("    ({source})"));
        }
    }
    if !quiet {
        let folder = folder.path().display();
        let words = format_args!("{report}\npictures and figures are in {folder}");
        saying::line(stdout(), words);
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
            ProgressBar::new(7)
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
