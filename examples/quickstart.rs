//! The sample of the README, on a synthetic scalp so that it runs anywhere.
//!
//! ```text
//! cargo run --release --example quickstart
//! ```

#[path = "shared/ending.rs"]
mod ending;

use stubblefield::{Look, Result, Scale, Seed, SyntheticScalp, When};

fn main() -> std::process::ExitCode {
    ending::of(run())
}

fn run() -> Result<()> {
    // With a photo of your own: Photo::open("scalp.jpg")? and Mask::open("treat.png")?.
    let scalp = SyntheticScalp::generate(Scale::px_per_mm(6.0)?, Seed::new(1))?;
    let (photo, mask) = (scalp.photo, scalp.receded);

    let plan = Look::stubble().plan(&photo, &mask, scalp.scale, Seed::new(7))?;
    plan.render(&photo, When::healed())?
        .save("quickstart.png")?;
    println!("{}", plan.report(&photo, When::healed())?);
    Ok(())
}
