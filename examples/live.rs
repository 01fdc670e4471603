//! A scripted session at 12 megapixels: a hairline is moved, a strength slider dragged, ten years
//! scrubbed. Every frame is drawn again in place of the last one, and the times are printed.
//!
//! ```sh
//! cargo run --release --example live
//! ```

use glam::Vec2;
use std::error::Error;
use std::time::Instant;
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

impl Live {
    /// Draws a frame; its time in ms.
    fn frame(&mut self, dots: &[InkDot], blur_px: f32) -> Result<f64, stubblefield::Error> {
        let stride = 4 * WIDTH as usize;
        let source = Pixels::from_u8(&self.before, self.size, Channels::Rgba, stride)?;
        let target = PixelsMut::from_u8(&mut self.after, self.size, Channels::Rgba, stride)?;
        let ink = Ink::new(dots, blur_px);
        #[expect(clippy::disallowed_methods, reason = "the example reports time")]
        let start = Instant::now();
        self.rasterizer.redraw(source, target, &ink)?;
        Ok(1e3 * start.elapsed().as_secs_f64())
    }

    /// Draws all frames of one part, with the dots and the blur of each.
    fn play(
        &mut self,
        name: &str,
        mut frame: impl FnMut(f32) -> (Vec<InkDot>, f32),
    ) -> Result<(), stubblefield::Error> {
        let mut times = Vec::with_capacity(FRAMES);
        let mut count = 0;
        for i in 0..FRAMES {
            let (dots, blur_px) = frame(i as f32 / (FRAMES - 1) as f32);
            count = dots.len();
            times.push(self.frame(&dots, blur_px)?);
        }
        times.sort_by(f64::total_cmp);
        let (median, late) = (times[FRAMES / 2], times[FRAMES * 99 / 100]);
        println!("{name:<22} {count:>7} dots   median {median:>7.2} ms   99 % {late:>7.2} ms");
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

fn main() -> Result<(), Box<dyn Error>> {
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
    println!("the first frame: {:.1} ms", live.frame(&dots, 0.6)?);

    let mut one = dots.clone();
    live.play("one dot edited", |t| {
        one[(t * 9e4) as usize].absorptance = [t; 3];
        (one.clone(), 0.6)
    })?;
    live.play("hairline moved", |t| {
        // The line rises and falls by 200 px; dots above it go and come.
        let line = 1000.0 - 200.0 * (6.3 * t).sin();
        let below = dots.iter().filter(|dot| dot.center_px.y > line);
        (below.copied().collect(), 0.6)
    })?;
    live.play("strength slider", |t| {
        let strength = 0.5 + 0.5 * t;
        let weaker = |dot: &InkDot| InkDot {
            absorptance: dot.absorptance.map(|a| a * strength),
            ..*dot
        };
        (dots.iter().map(weaker).collect(), 0.6)
    })?;
    live.play("ten years", |t| {
        let older = |dot: &InkDot| InkDot {
            radius_px: dot.radius_px * (1.0 + 0.25 * t),
            absorptance: dot.absorptance.map(|a| a * (1.0 - 0.6 * t)),
            ..*dot
        };
        (dots.iter().map(older).collect(), 0.6 + 0.2 * t)
    })?;
    Ok(())
}
