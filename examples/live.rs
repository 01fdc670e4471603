//! A scripted session at 12 megapixels: a hairline is moved, a strength slider dragged, ten years
//! scrubbed. Every frame is drawn again in place of the last one, and the times are printed.
//!
//! ```sh
//! cargo run --release --example live
//! ```

#[path = "shared/ending.rs"]
mod ending;
#[path = "shared/saying.rs"]
mod saying;

use std::io::stdout;
use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use glam::Vec2;
use stubblefield::{
    Channels, DotField, Ink, InkDot, Pixels, PixelsMut, Rasterizer, Seed, Size, Stage,
};

const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;
/// Frames of each part.
const FRAMES: usize = 120;
/// Side of the treated square: 40 % of the picture.
const SIDE_PX: f32 = 2190.0;

/// The picture, its copy with ink, and how long frames took.
struct Live {
    size: Size,
    before: Vec<u8>,
    after: Vec<u8>,
    rasterizer: Rasterizer,
}

/// What is drawn, and which of its dots differ from those of the frame before.
struct Frame {
    dots: Vec<InkDot>,
    blur_px: f32,
    changed: Changed,
}

enum Changed {
    All,
    Unknown,
    Told(Range<usize>),
}

impl Frame {
    fn new(dots: Vec<InkDot>, blur_px: f32, changed: Changed) -> Self {
        Self {
            dots,
            blur_px,
            changed,
        }
    }
}

impl Live {
    /// Draws a frame, told which dots have changed where that is known; its time in ms.
    fn frame(&mut self, frame: &Frame) -> Result<f64, stubblefield::Error> {
        let stride = 4 * WIDTH as usize;
        let source = Pixels::from_u8(&self.before, self.size, Channels::Rgba, stride)?;
        let target = PixelsMut::from_u8(&mut self.after, self.size, Channels::Rgba, stride)?;
        let ink = Ink::new(&frame.dots, frame.blur_px);
        #[expect(clippy::disallowed_methods, reason = "the example reports time")]
        let start = Instant::now();
        match &frame.changed {
            Changed::All => self.rasterizer.composite_into(source, target, &ink)?,
            Changed::Unknown => self.rasterizer.redraw(source, target, &ink)?,
            Changed::Told(range) => {
                let range = range.clone();
                self.rasterizer
                    .redraw_changed(source, target, &ink, range)?
            }
        };
        Ok(1e3 * start.elapsed().as_secs_f64())
    }

    /// Draws all frames of one part, with the dots and the blur of each.
    fn play(
        &mut self,
        name: &str,
        mut frame: impl FnMut(f32) -> Frame,
    ) -> Result<(), stubblefield::Error> {
        let mut times = Vec::with_capacity(FRAMES);
        let mut count = 0;
        for i in 0..FRAMES {
            let frame = frame(i as f32 / (FRAMES - 1) as f32);
            count = frame.dots.len();
            times.push(self.frame(&frame)?);
        }
        times.sort_by(f64::total_cmp);
        let (median, late) = (times[FRAMES / 2], times[FRAMES * 99 / 100]);
        saying::line(
            stdout(),
            format_args!(
                "{name:<22} {count:>7} dots   median {median:>7.2} ms   99 % {late:>7.2} ms"
            ),
        );
        Ok(())
    }
}

/// Even dots over the treated square, of slightly varying size.
fn dots() -> Result<Vec<InkDot>, stubblefield::Error> {
    let field = DotField::torus(535, 1.0, Seed::new(3))?;
    let mut stream = Seed::new(3).stream(Stage::Probe, 0);
    let corner = 0.5 * (Vec2::new(WIDTH as f32, HEIGHT as f32) - Vec2::splat(SIDE_PX));
    let scale = SIDE_PX / (535.0 * std::f32::consts::FRAC_1_SQRT_2);
    let dot = |position: Vec2| InkDot {
        center_px: corner + position * scale,
        radius_px: 2.5 * (0.8 + 0.4 * stream.unit_f32()),
        absorptance: [0.62, 0.55, 0.41],
    };
    Ok(field
        .dots()
        .iter()
        .map(|d| d.position_mm)
        .map(dot)
        .collect())
}

/// Draws a scripted session at 12 megapixels and prints how long its frames take.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {}

fn main() -> ExitCode {
    let Args {} = Args::parse();
    ending::of(run())
}

fn run() -> Result<(), stubblefield::Error> {
    let size = Size::new(WIDTH, HEIGHT)?;
    let before = vec![180_u8; 4 * size.pixels()];
    let after = before.clone();
    let dots = dots()?;
    let rasterizer = Rasterizer::new();
    let mut live = Live {
        size,
        before,
        after,
        rasterizer,
    };
    let whole = Frame::new(dots.clone(), 0.6, Changed::All);
    saying::line(
        stdout(),
        format_args!("the first frame: {:.1} ms", live.frame(&whole)?),
    );
    live.play("all, tables kept", |_| {
        Frame::new(dots.clone(), 0.6, Changed::All)
    })?;
    live.frame(&Frame::new(dots.clone(), 0.6, Changed::Unknown))?;

    let mut one = dots.clone();
    for (name, told) in [("one dot edited", false), ("one dot, told which", true)] {
        live.play(name, |t| {
            let at = (t * 9e4) as usize;
            one[at].absorptance = [if told { t } else { 1.0 - t }; 3];
            let changed = match told {
                true => Changed::Told(at..at + 1),
                false => Changed::Unknown,
            };
            Frame::new(one.clone(), 0.6, changed)
        })?;
    }
    live.play("hairline moved", |t| {
        // The line rises and falls by 200 px; dots above it go and come.
        let line = 1000.0 - 200.0 * (6.3 * t).sin();
        let below = dots.iter().filter(|dot| dot.center_px.y > line);
        Frame::new(below.copied().collect(), 0.6, Changed::Unknown)
    })?;
    live.play("strength slider", |t| {
        let strength = 0.5 + 0.5 * t;
        let weaker = |dot: &InkDot| InkDot {
            absorptance: dot.absorptance.map(|a| a * strength),
            ..*dot
        };
        let weaker: Vec<InkDot> = dots.iter().map(weaker).collect();
        let all = Changed::Told(0..weaker.len());
        Frame::new(weaker, 0.6, all)
    })?;
    for (name, spread) in [("ten years, one blur", 0.0), ("ten years", 0.2)] {
        live.play(name, |t| {
            let older = |dot: &InkDot| InkDot {
                radius_px: dot.radius_px * (1.0 + 0.25 * t),
                absorptance: dot.absorptance.map(|a| a * (1.0 - 0.6 * t)),
                ..*dot
            };
            let older: Vec<InkDot> = dots.iter().map(older).collect();
            let all = Changed::Told(0..older.len());
            Frame::new(older, 0.6 + spread * t, all)
        })?;
    }
    Ok(())
}
