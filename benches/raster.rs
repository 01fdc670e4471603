//! The rasteriser: dots onto a 12-megapixel picture, beside copying that picture.
//!
//! `splat` draws dots of one radius onto a picture whose tiles all hold ink; `resolve` applies a veil
//! alone, so that every pixel is touched and no dot is; `floor` copies the same bytes. Dots are drawn
//! cold: tables and memory are there, but an empty list drawn before has cleared the dots' places.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use glam::Vec2;
use std::cell::RefCell;
use std::hint::black_box;
use stubblefield::{
    Channels, Ink, InkDot, Level, PixelsMut, Plane, Rasterizer, Seed, Size, Stage, Transfer, Veil,
};

const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;
const BLUR_PX: f32 = 0.6;

fn size() -> Size {
    Size::new(WIDTH, HEIGHT).expect("a fixed size")
}

/// Dots of about one radius, at random over the picture.
fn dots(count: usize, radius_px: f32) -> Vec<InkDot> {
    let mut stream = Seed::new(1).stream(Stage::Probe, count as u64);
    (0..count)
        .map(|_| InkDot {
            center_px: Vec2::new(
                stream.unit_f32() * WIDTH as f32,
                stream.unit_f32() * HEIGHT as f32,
            ),
            radius_px: radius_px * (0.8 + 0.4 * stream.unit_f32()),
            absorptance: [0.62, 0.55, 0.41],
        })
        .collect()
}

fn veil() -> Veil {
    let grid = Plane::filled(
        Size::new(WIDTH / 8 + 2, HEIGHT / 8 + 2).expect("a fixed size"),
        [0.97, 0.975, 0.98],
    );
    Veil::from_grid(&grid, 8.0, Vec2::splat(-8.0)).expect("a valid veil")
}

fn one_thread() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread pool")
}

fn draw(rasterizer: &mut Rasterizer, pixels: &mut [u8], channels: Channels, ink: &Ink) {
    let stride = WIDTH as usize * channels.count();
    let target = PixelsMut::from_u8(pixels, size(), channels, stride).expect("a picture");
    let drawn = rasterizer.composite(target, ink).expect("valid ink");
    black_box(drawn);
}

/// Times drawing onto a copy of `fresh`, made anew outside the clock: ink upon ink would end in
/// black.
fn bench_on_copies<E: Copy>(
    b: &mut criterion::Bencher,
    fresh: &[E],
    mut draw: impl FnMut(&mut [E]),
) {
    b.iter_batched(
        || fresh.to_vec(),
        |mut pixels| {
            draw(&mut pixels);
            pixels
        },
        BatchSize::PerIteration,
    );
}

/// As [`bench_on_copies`], with dots whose places the rasterizer does not know.
fn bench_dots(
    b: &mut criterion::Bencher,
    fresh: &[u8],
    channels: Channels,
    rasterizer: &mut Rasterizer,
    ink: &Ink,
) {
    let rasterizer = RefCell::new(rasterizer);
    let draw = |pixels: &mut [u8], ink: &Ink| {
        draw(&mut rasterizer.borrow_mut(), pixels, channels, ink);
    };
    b.iter_batched(
        || {
            let mut pixels = fresh.to_vec();
            draw(&mut pixels, &Ink::new(&[], BLUR_PX));
            pixels
        },
        |mut pixels| {
            draw(&mut pixels, ink);
            pixels
        },
        BatchSize::PerIteration,
    );
}

fn splat(c: &mut Criterion) {
    let pool = one_thread();
    let mut group = c.benchmark_group("raster/splat");
    group.sample_size(10);
    let fresh = vec![180_u8; size().pixels() * 4];
    for (count, name) in [(10_000, "10k"), (100_000, "100k"), (1_000_000, "1M")] {
        group.throughput(Throughput::Elements(count as u64));
        for radius in [1.0, 2.5, 6.0] {
            let dots = dots(count, radius);
            let ink = Ink::new(&dots, BLUR_PX);
            let mut rasterizer = Rasterizer::new();
            let mut pixels = fresh.clone();
            draw(&mut rasterizer, &mut pixels, Channels::Rgba, &ink);
            let darker = pixels.iter().filter(|&&p| p < 180).count();
            assert!(darker > count, "only {darker} elements hold ink");
            group.bench_with_input(BenchmarkId::new(name, radius), &ink, |b, ink| {
                pool.install(|| bench_dots(b, &fresh, Channels::Rgba, &mut rasterizer, ink));
            });
        }
    }
    group.finish();
}

fn threads_and_levels(c: &mut Criterion) {
    let mut group = c.benchmark_group("raster/threads-levels");
    group.sample_size(10);
    let dots = dots(300_000, 2.5);
    let ink = Ink::new(&dots, BLUR_PX);
    group.throughput(Throughput::Elements(dots.len() as u64));
    let fresh = vec![180_u8; size().pixels() * 3];
    let mut rasterizer = Rasterizer::new();
    group.bench_function("all threads", |b| {
        bench_dots(b, &fresh, Channels::Rgb, &mut rasterizer, &ink);
    });
    let pool = one_thread();
    for level in Level::supported() {
        let mut rasterizer = Rasterizer::with_level(level);
        group.bench_function(format!("{level}"), |b| {
            pool.install(|| bench_dots(b, &fresh, Channels::Rgb, &mut rasterizer, &ink));
        });
    }
    group.finish();
}

fn resolve(c: &mut Criterion) {
    let pool = one_thread();
    let mut group = c.benchmark_group("raster/resolve");
    group.sample_size(10);
    group.throughput(Throughput::Elements(size().pixels() as u64));
    let veil = veil();
    let ink = Ink::new(&[], BLUR_PX).with_veil(&veil);
    let mut rasterizer = Rasterizer::new();
    for (name, channels) in [("rgb8", Channels::Rgb), ("rgba8", Channels::Rgba)] {
        let fresh = vec![180_u8; size().pixels() * channels.count()];
        group.bench_function(name, |b| {
            pool.install(|| {
                bench_on_copies(b, &fresh, |pixels| {
                    draw(&mut rasterizer, pixels, channels, &ink);
                });
            });
        });
    }
    let fresh = vec![46_000_u16; size().pixels() * 3];
    for (name, transfer) in [
        ("rgb16", Transfer::Srgb),
        ("rgb16 gamma 2.2", Transfer::Gamma(2.2)),
    ] {
        group.bench_function(name, |b| {
            pool.install(|| {
                bench_on_copies(b, &fresh, |pixels| {
                    let stride = WIDTH as usize * 3;
                    let target = PixelsMut::from_u16(pixels, size(), Channels::Rgb, stride)
                        .expect("a picture")
                        .with_transfer(transfer.clone());
                    rasterizer.composite(target, &ink).expect("valid ink");
                });
            });
        });
    }
    group.finish();
}

fn tables(c: &mut Criterion) {
    let mut group = c.benchmark_group("raster/tables");
    group.sample_size(10);
    let size = Size::new(64, 64).expect("a fixed size");
    for radius in [1.0_f32, 2.5, 6.0] {
        let dot = InkDot {
            center_px: Vec2::splat(32.0),
            radius_px: radius,
            absorptance: [0.5; 3],
        };
        group.bench_function(BenchmarkId::new("one class", radius), |b| {
            b.iter(|| Rasterizer::new().transmittance(size, &Ink::new(&[dot], BLUR_PX)));
        });
    }
    group.finish();
}

fn floor(c: &mut Criterion) {
    let mut group = c.benchmark_group("raster/floor");
    group.throughput(Throughput::Elements(size().pixels() as u64));
    let from = vec![180_u8; size().pixels() * 4];
    let mut to = vec![0_u8; from.len()];
    group.bench_function("copy rgba8", |b| {
        b.iter(|| {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        });
    });
    group.finish();
}

criterion_group!(benches, floor, splat, threads_and_levels, resolve, tables);
criterion_main!(benches);
