//! What further threads are worth: medians of the same work in pools of 1, 2, 4, 8 and 16 threads,
//! taken in turn in one run.
//!
//! With `--test` the work is done once at one and two threads, as a check that everything works.

use std::hint::black_box;
use std::time::{Duration, Instant};

use glam::Vec2;
use rayon::{ThreadPool, ThreadPoolBuilder};
use stubblefield::{
    Channels, Density, DotField, FieldRequest, Ink, InkDot, Mask, PixelsMut, Plane, Ranking,
    Rasterizer, Scale, Seed, Size, Stage,
};

/// Some work at a size, which times itself so that what it needs before is outside the clock.
struct Task {
    name: &'static str,
    run: Box<dyn FnMut() -> Duration + Send>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench that takes turns times itself"
)]
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn even(name: &'static str, cells: u32) -> Task {
    let mut seed = 0;
    let run = Box::new(move || {
        seed += 1;
        timed(|| DotField::torus(cells, 1.0, Seed::new(seed)).expect("a valid torus"))
    });
    Task { name, run }
}

/// Spacings 1 to 4 along x.
fn ramp(name: &'static str, side: u32) -> Task {
    let size = Size::new(side, side).expect("in range");
    let mask = Mask::full(size);
    let ramp = Plane::from_fn(size, |x, _| (1.0 + 15.0 * x as f32 / side as f32) / 16.0);
    let scale = Scale::px_per_mm(4.0).expect("in range");
    let density = Density::per_cm2(200.0).expect("in range");
    let run = Box::new(move || {
        let request = FieldRequest::new(&mask, scale, density, Seed::new(1))
            .with_relative_density(&ramp)
            .with_ranking(Ranking::Index);
        timed(|| request.generate().expect("a valid request"))
    });
    Task { name, run }
}

/// Dots of 2.5 px at random over a picture in RGBA, whose copy is outside the clock. Each draw is cold:
/// tables and memory are there, but an empty list drawn in between has cleared the dots' places.
fn raster(name: &'static str, (width, height): (u32, u32), count: usize) -> Task {
    let size = Size::new(width, height).expect("in range");
    let mut stream = Seed::new(1).stream(Stage::Probe, count as u64);
    let mut place = || {
        Vec2::new(
            stream.unit_f32() * width as f32,
            stream.unit_f32() * height as f32,
        )
    };
    let dots: Vec<InkDot> = (0..count)
        .map(|_| InkDot {
            center_px: place(),
            radius_px: 2.5,
            absorptance: [0.62, 0.55, 0.41],
        })
        .collect();
    let mut pixels = vec![180_u8; size.pixels() * 4];
    let mut rasterizer = Rasterizer::new();
    let run = Box::new(move || {
        pixels.fill(180);
        let mut draw = |dots: &[InkDot]| {
            let stride = width as usize * 4;
            let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgba, stride);
            rasterizer
                .composite(target.expect("a picture"), &Ink::new(dots, 0.6))
                .expect("valid ink")
        };
        draw(&[]);
        timed(|| draw(&dots))
    });
    Task { name, run }
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a thread pool")
}

fn main() {
    let test = std::env::args().any(|argument| argument == "--test");
    let (pools, rounds): (Vec<ThreadPool>, usize) = if test {
        (vec![pool(1), pool(2)], 1)
    } else {
        ([1, 2, 4, 8, 16].map(pool).into(), 9)
    };
    let mut tasks = if test {
        vec![
            even("field, 3·10³ dots", 96),
            ramp("field on a ramp, spacings 1 to 4, 4·10³ dots", 245),
            raster("raster, 0.2 MP, 10⁴ dots", (500, 400), 10_000),
        ]
    } else {
        vec![
            even("field, 10⁵ dots", 536),
            even("field, 10⁶ dots", 1695),
            even("field, 10⁷ dots", 5358),
            ramp("field on a ramp, spacings 1 to 4, 10⁶ dots", 3880),
            raster("raster, 12 MP, 10⁵ dots", (4000, 3000), 100_000),
            raster("raster, 12 MP, 10⁶ dots", (4000, 3000), 1_000_000),
            raster("raster, 48 MP, 10⁶ dots", (8000, 6000), 1_000_000),
        ]
    };
    let threads: Vec<usize> = pools.iter().map(ThreadPool::current_num_threads).collect();
    println!("ms (times as fast as one thread) at threads {threads:?}");
    for task in &mut tasks {
        let mut times = vec![Vec::new(); pools.len()];
        // The first round warms buffers and pages and is not counted.
        for round in 0..=rounds {
            for (pool, times) in pools.iter().zip(&mut times) {
                let time = pool.install(|| (task.run)());
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let medians: Vec<f64> = times
            .iter_mut()
            .map(|times| {
                times.sort_unstable();
                times[times.len() / 2].as_secs_f64() * 1e3
            })
            .collect();
        let cells = medians
            .iter()
            .map(|ms| format!("{ms:.1} ({:.2})", medians[0] / ms));
        println!(
            "| {} | {} |",
            task.name,
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
}
