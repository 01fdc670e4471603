//! Our rasterizer beside those of other crates, in one run: the same dots into the same picture,
//! with the largest error of coverage beside the speed.
//!
//! Our draws are cold: tables and memory are there from a draw before, but the dots' places are not, for
//! an empty list has been drawn in between; all others keep no places.
//!
//! Prints a table. `--most 100000` leaves out longer lists, `--dots 100000` all others, `--radius 2.5` all
//! other dots, `--px 12` all but the pictures of 12 megapixels (or 48); with `--test` only the smallest
//! runs.

use glam::Vec2;
use std::time::Instant;
use stubblefield::{Channels, Ink, InkDot, PixelsMut, Rasterizer, Seed, Size, Stage, Transfer};

/// Draws black dots of some opacity over a picture of RGBA bytes.
type Draw = fn(&mut Picture, &[InkDot]);

const PEERS: [(&str, Draw); 6] = [
    ("stubblefield", ours),
    ("tiny-skia", tiny_skia),
    ("vello_cpu", vello),
    ("raqote", raqote),
    ("zeno, own blend", zeno),
    ("imageproc", imageproc),
];

/// The blur of our dots, the smallest we have.
const BLUR_PX: f32 = 0.3;

/// A picture, and what the crates keep from one drawing to the next.
struct Picture {
    size: Size,
    bytes: Vec<u8>,
    transfer: Transfer,
    rasterizer: Rasterizer,
    target: raqote::DrawTarget,
    context: vello_cpu::RenderContext,
    resources: vello_cpu::Resources,
    pixmap: vello_cpu::Pixmap,
}

impl Picture {
    fn new(size: Size, transfer: Transfer) -> Self {
        let (width, height) = (size.width(), size.height());
        let target = vec![u32::MAX; size.pixels()];
        Self {
            size,
            bytes: vec![255; 4 * size.pixels()],
            transfer,
            rasterizer: Rasterizer::new(),
            target: raqote::DrawTarget::from_vec(width as i32, height as i32, target),
            context: vello_cpu::RenderContext::new(width as u16, height as u16),
            resources: vello_cpu::Resources::new(),
            pixmap: vello_cpu::Pixmap::new(width as u16, height as u16),
        }
    }

    /// White again, and without the places of the last dots.
    fn wipe(&mut self) {
        ours(self, &[]);
        self.bytes.fill(255);
        self.target.get_data_mut().fill(u32::MAX);
    }
}

fn ours(picture: &mut Picture, dots: &[InkDot]) {
    let stride = 4 * picture.size.width() as usize;
    let bytes = &mut picture.bytes;
    let target = PixelsMut::from_u8(bytes, picture.size, Channels::Rgba, stride)
        .expect("a picture")
        .with_transfer(picture.transfer.clone());
    let ink = Ink::new(dots, BLUR_PX);
    picture
        .rasterizer
        .composite(target, &ink)
        .expect("valid ink");
}

fn tiny_skia(picture: &mut Picture, dots: &[InkDot]) {
    use tiny_skia::{FillRule, Paint, PathBuilder, PixmapMut, Transform};
    let (width, height) = (picture.size.width(), picture.size.height());
    let mut pixmap = PixmapMut::from_bytes(&mut picture.bytes, width, height).expect("a picture");
    let path = PathBuilder::from_circle(0.0, 0.0, 1.0).expect("a circle");
    let mut paint = Paint::default();
    for dot in dots {
        let (r, at) = (dot.radius_px, dot.center_px);
        paint.set_color_rgba8(0, 0, 0, alpha(dot));
        let transform = Transform::from_row(r, 0.0, 0.0, r, at.x, at.y);
        pixmap.fill_path(&path, &paint, FillRule::Winding, transform, None);
    }
}

fn vello(picture: &mut Picture, dots: &[InkDot]) {
    use vello_cpu::color::AlphaColor;
    use vello_cpu::kurbo::{Affine, Circle, Rect, Shape};
    let context = &mut picture.context;
    let (width, height) = (picture.size.width(), picture.size.height());
    context.reset();
    context.set_transform(Affine::IDENTITY);
    context.set_paint(AlphaColor::from_rgba8(255, 255, 255, 255));
    context.fill_rect(&Rect::new(0.0, 0.0, width.into(), height.into()));
    let path = Circle::new((0.0, 0.0), 1.0).to_path(1e-3);
    for dot in dots {
        let at = (f64::from(dot.center_px.x), f64::from(dot.center_px.y));
        context.set_transform(Affine::translate(at) * Affine::scale(dot.radius_px.into()));
        context.set_paint(AlphaColor::from_rgba8(0, 0, 0, alpha(dot)));
        context.fill_path(&path);
    }
    context.flush();
    context.render(&mut picture.pixmap, &mut picture.resources);
}

fn raqote(picture: &mut Picture, dots: &[InkDot]) {
    use raqote::{DrawOptions, PathBuilder, SolidSource, Source, Transform};
    let mut builder = PathBuilder::new();
    builder.move_to(1.0, 0.0);
    builder.arc(0.0, 0.0, 1.0, 0.0, std::f32::consts::TAU);
    builder.close();
    let path = builder.finish();
    for dot in dots {
        let (r, at) = (dot.radius_px, dot.center_px);
        let black = SolidSource {
            r: 0,
            g: 0,
            b: 0,
            a: alpha(dot),
        };
        let transform = Transform::new(r, 0.0, 0.0, r, at.x, at.y);
        picture.target.set_transform(&transform);
        picture
            .target
            .fill(&path, &Source::Solid(black), &DrawOptions::new());
    }
}

fn zeno(picture: &mut Picture, dots: &[InkDot]) {
    use zeno::{Command, Mask, PathBuilder, Scratch, Transform};
    let mut path: Vec<Command> = Vec::new();
    path.add_circle((0.0, 0.0), 1.0);
    let mut scratch = Scratch::new();
    let mut mask = vec![0_u8; 64 * 64];
    let (width, height) = (picture.size.width() as i32, picture.size.height() as i32);
    for dot in dots {
        let (r, at) = (dot.radius_px, dot.center_px);
        let transform = Transform::new(r, 0.0, 0.0, r, at.x, at.y);
        let side = 2 * r as usize + 4;
        mask[..side * side].fill(0);
        let placed = Mask::with_scratch(&path[..], &mut scratch)
            .transform(Some(transform))
            .render_into(&mut mask, None);
        let opacity = u32::from(alpha(dot));
        let columns = placed.width as i32;
        for y in 0..placed.height as i32 {
            let row = placed.top + y;
            if !(0..height).contains(&row) {
                continue;
            }
            for x in 0..columns {
                let column = placed.left + x;
                if (0..width).contains(&column) {
                    let cover = u32::from(mask[(y * columns + x) as usize]) * opacity;
                    let keep = 255 - (cover + 127) / 255;
                    let i = 4 * (row as usize * width as usize + column as usize);
                    for code in &mut picture.bytes[i..i + 3] {
                        *code = ((u32::from(*code) * keep + 127) / 255) as u8;
                    }
                }
            }
        }
    }
}

/// Whole pixels, without anti-aliasing.
fn imageproc(picture: &mut Picture, dots: &[InkDot]) {
    use image::{ImageBuffer, Rgba};
    use imageproc::drawing::{Blend, draw_filled_circle_mut};
    let (width, height) = (picture.size.width(), picture.size.height());
    let bytes = &mut picture.bytes[..];
    let image = ImageBuffer::<Rgba<u8>, _>::from_raw(width, height, bytes).expect("a picture");
    let mut canvas = Blend(image);
    for dot in dots {
        let at = (dot.center_px.x as i32, dot.center_px.y as i32);
        let radius = dot.radius_px.round() as i32;
        draw_filled_circle_mut(&mut canvas, at, radius, Rgba([0, 0, 0, alpha(dot)]));
    }
}

fn alpha(dot: &InkDot) -> u8 {
    (255.0 * dot.absorptance[0]).round() as u8
}

/// Dots of about one radius, at random, or by tiles of 64 px.
fn dots(size: Size, count: usize, radius_px: f32, by_tile: bool) -> Vec<InkDot> {
    let mut stream = Seed::new(1).stream(Stage::Probe, count as u64);
    let extent = Vec2::new(size.width() as f32, size.height() as f32);
    let dot = |_| InkDot {
        center_px: Vec2::new(stream.unit_f32(), stream.unit_f32()) * extent,
        radius_px: radius_px * (0.8 + 0.4 * stream.unit_f32()),
        absorptance: [0.6; 3],
    };
    let mut dots: Vec<InkDot> = (0..count).map(dot).collect();
    if by_tile {
        dots.sort_by_key(|dot| {
            let tile = dot.center_px / 64.0;
            (tile.y as u32, tile.x as u32)
        });
    }
    dots
}

/// Coverage of a picture's pixels by a dot, from 16 × 16 samples a pixel.
fn reference(size: Size, dot: &InkDot, blur_px: f32) -> Vec<f64> {
    const FINE: usize = 16;
    let (width, height) = (size.width() as usize * FINE, size.height() as usize * FINE);
    let place = |i: usize| (i as f32 + 0.5) / FINE as f32;
    let inside = |i| {
        let at = Vec2::new(place(i % width), place(i / width));
        f64::from(u8::from(at.distance(dot.center_px) <= dot.radius_px))
    };
    let sharp: Vec<f64> = (0..width * height).map(inside).collect();
    let reach = (5.0 * blur_px * FINE as f32) as i64;
    let sigma = f64::from(blur_px.max(1e-3)) * FINE as f64;
    let bell = |d: i64| (-0.5 * (d as f64 / sigma).powi(2)).exp();
    let total: f64 = (-reach..=reach).map(bell).sum();
    let blurred = |from: &[f64], step: usize, length: usize| -> Vec<f64> {
        let value = |i: usize| {
            let along = (i / step % length) as i64;
            let near = (-reach..=reach).filter(|d| (0..length as i64).contains(&(along + d)));
            let at = |d: i64| from[(i as i64 + d * step as i64) as usize];
            near.map(|d| bell(d) * at(d)).sum::<f64>() / total
        };
        (0..from.len()).map(value).collect()
    };
    let soft = blurred(&blurred(&sharp, 1, width), width, height);
    let mut pixels = vec![0.0; size.pixels()];
    for (i, value) in soft.iter().enumerate() {
        let (x, y) = (i % width / FINE, i / width / FINE);
        pixels[y * size.width() as usize + x] += value / (FINE * FINE) as f64;
    }
    pixels
}

/// The largest error of coverage in 255ths over some dots of a radius.
fn worst_error(name: &str, draw: Draw, radius_px: f32) -> f64 {
    let size = Size::new(24, 24).expect("a fixed size");
    let mut stream = Seed::new(2).stream(Stage::Probe, 0);
    let blur = if name == "stubblefield" { BLUR_PX } else { 0.0 };
    let mut worst: f64 = 0.0;
    for _ in 0..8 {
        let dot = InkDot {
            center_px: Vec2::splat(11.5) + Vec2::new(stream.unit_f32(), stream.unit_f32()),
            radius_px,
            absorptance: [1.0; 3],
        };
        let mut picture = Picture::new(size, Transfer::Linear);
        draw(&mut picture, &[dot]);
        let exact = reference(size, &dot, blur);
        let drawn: Vec<u8> = match name {
            "vello_cpu" => picture.pixmap.data().iter().map(|p| p.r).collect(),
            "raqote" => picture.target.get_data().iter().map(|&p| p as u8).collect(),
            _ => picture.bytes.iter().step_by(4).copied().collect(),
        };
        for (code, exact) in drawn.iter().zip(exact) {
            worst = worst.max((255.0 * (1.0 - exact) - f64::from(*code)).abs());
        }
    }
    worst
}

/// The least time of some runs in seconds, each begun afresh outside the clock.
fn least(
    runs: usize,
    picture: &mut Picture,
    begin: impl Fn(&mut Picture),
    run: impl Fn(&mut Picture),
) -> f64 {
    let times = (0..runs).map(|_| {
        begin(picture);
        #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
        let start = Instant::now();
        run(picture);
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Which lists of dots are drawn on which pictures.
struct Wanted {
    most: usize,
    dots: Option<usize>,
    radius: Option<f32>,
    px: Option<usize>,
    test: bool,
}

/// The value behind an argument.
fn argument<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::args().skip_while(|a| a != name).nth(1)?;
    let number = value.parse().ok();
    Some(number.unwrap_or_else(|| panic!("{name} takes a number, not {value}")))
}

fn main() {
    let test = std::env::args().any(|a| a == "--test");
    let most = argument("--most").unwrap_or(1_000_000);
    let wanted = Wanted {
        most: if test { 10_000 } else { most },
        dots: argument("--dots"),
        radius: argument("--radius"),
        px: argument("--px"),
        test,
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    one.expect("a thread pool").install(|| run(&wanted));
}

fn run(wanted: &Wanted) {
    println!("largest error of coverage in 255ths, half a code being rounding:");
    for (name, draw) in PEERS {
        let [a, b, c] = [1.0, 2.5, 6.0].map(|radius| worst_error(name, draw, radius));
        println!("{name:<16} {a:6.1} {b:6.1} {c:6.1}   at radii of 1, 2.5 and 6 px");
    }
    for (width, height) in [(4000, 3000), (8000, 6000)] {
        let size = Size::new(width, height).expect("a fixed size");
        if wanted.px.is_some_and(|px| px * 1_000_000 != size.pixels()) {
            continue;
        }
        let mut picture = Picture::new(size, Transfer::Srgb);
        let fresh = picture.bytes.clone();
        let copy = least(9, &mut picture, |_| (), |p| p.bytes.copy_from_slice(&fresh));
        println!(
            "{width} × {height} px, copied in {:.1} ms; ours in ms, as copies and as the copy's share, \
             then the others in ms and as times ours",
            1e3 * copy
        );
        for (count, by_tile) in [10_000, 100_000, 1_000_000]
            .into_iter()
            .filter(|&count| count <= wanted.most && wanted.dots.is_none_or(|n| n == count))
            .flat_map(|count| [(count, false), (count, true)])
        {
            for radius in [1.0, 2.5, 6.0] {
                if wanted.radius.is_some_and(|r| r != radius) {
                    continue;
                }
                let dots = dots(size, count, radius, by_tile);
                let order = if by_tile { "by tile" } else { "random" };
                print!("{count:>8} dots of {radius} px, {order:<7}");
                let mut first = None;
                for (name, draw) in PEERS {
                    let runs = if wanted.test { 1 } else { 3 };
                    let time = least(runs, &mut picture, Picture::wipe, |p| draw(p, &dots));
                    match first {
                        None => print!(
                            "   {:.1} ({:.1} copies, {:.0} %)",
                            1e3 * time,
                            time / copy,
                            100.0 * copy / time
                        ),
                        Some(ours) => print!("   {name} {:.1} ({:.1}×)", 1e3 * time, time / ours),
                    }
                    first.get_or_insert(time);
                }
                println!();
            }
        }
        if wanted.test {
            return;
        }
    }
}
