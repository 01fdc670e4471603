//! Draws what a field is worth: our sampler above, naive dart throwing below.
//!
//! ```text
//! cargo run --release --example field_lab -- --out field_lab.png
//! ```
//! Panels from left to right: dots; periodogram (black no power, white three times that of noise);
//! radial mean and, in red, anisotropy in dB/10 + 1; pair correlation; error of the density on a
//! ramp from 1/4 to 1 (red too many, blue too few, full at 20 %); density along a round edge, by the
//! distance inside. Lengths are in spacings, frequencies in √N a tile. With `--prints` a second sheet shows
//! fields as they are printed: see `prints.rs`.

mod draw;
#[path = "../shared/ending.rs"]
mod ending;
#[path = "../shared/letters.rs"]
mod letters;
mod measure;
mod prints;
#[path = "../shared/saying.rs"]
mod saying;

use std::io::stdout;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use draw::{ACCENT, Axes, INK, PLOT, Sheet, Spot};
use glam::DVec2;
use image::Rgb;
use measure::Darts;
use stubblefield::{Density, DotField, FieldRequest, Mask, Plane, Ranking, Scale, Seed, Size};

/// Side of the square of a ramp and a disc, in mm and spacings alike.
const SIDE: f64 = 54.0;
const PX_PER_MM: f64 = 8.0;
/// Radius of the disc whose edge is looked at.
const DISC: f64 = 24.0;
/// Windows along a side of the map of errors.
const WINDOWS: usize = 6;
/// Bins of the edge's profile, each 0.1 spacings.
const BINS: usize = 40;

/// Compares our fields with naive dart throwing on one sheet.
#[derive(Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
struct Args {
    /// Lattice cells along the side of the torus.
    #[arg(long, default_value_t = 76, value_parser = clap::value_parser!(u32).range(16..=200))]
    cells: u32,
    /// Fields averaged for the map of errors and the edge.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Darts of the naive thrower for every dot that could stand.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    darts: u64,
    /// The picture to write, as PNG.
    #[arg(long, default_value = "field_lab.png")]
    out: PathBuf,
    /// A sheet of prints to write besides, as PNG.
    #[arg(long)]
    prints: Option<PathBuf>,
}

type Failure = Box<dyn std::error::Error>;

/// What one sampler gives.
struct Specimen {
    name: &'static str,
    torus: Vec<DVec2>,
    period: f64,
    ramps: Vec<Vec<DVec2>>,
    discs: Vec<Vec<DVec2>>,
}

fn main() -> ExitCode {
    ending::of(run(&Args::parse()))
}

/// An error unless a picture can be written there.
fn check(name: &str, path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    if path.extension().is_none_or(|e| e != "png") || path.is_dir() {
        return Err(format!("{name} is {shown}, allowed: a file named .png").into());
    }
    let folder = path.parent().filter(|path| !path.as_os_str().is_empty());
    let tried = tempfile::tempfile_in(folder.unwrap_or(Path::new(".")));
    let refused = |error| {
        format!(
            "{name} is {shown}: the system refused ({error}), allowed: where files can be written"
        )
    };
    Ok(tried.map(drop).map_err(refused)?)
}

fn run(args: &Args) -> Result<(), Failure> {
    check("out", &args.out)?;
    if let Some(prints) = &args.prints {
        check("prints", prints)?;
        if *prints == args.out {
            let shown = prints.display();
            return Err(format!("prints is {shown}, allowed: another file than out").into());
        }
    }
    let ours = ours(args)?;
    let naive = naive(args, ours.period);
    let mut sheet = Sheet::new(6, 2);
    for (row, specimen) in (0..).zip([&ours, &naive]) {
        draw(&mut sheet, row, specimen);
    }
    sheet.picture.save(&args.out)?;
    saying::line(stdout(), args.out.display());
    if let Some(path) = &args.prints {
        prints::sheet()?.picture.save(path)?;
        saying::line(stdout(), path.display());
    }
    Ok(())
}

fn inside(place: DVec2) -> bool {
    place.distance(DVec2::splat(SIDE / 2.0)) < DISC
}

fn wanted(place: DVec2) -> f64 {
    0.25 + 0.75 * place.x / SIDE
}

fn positions(field: &DotField) -> Vec<DVec2> {
    let dots = field.dots().iter();
    dots.map(|dot| dot.position_mm.as_dvec2()).collect()
}

fn ours(args: &Args) -> Result<Specimen, Failure> {
    let torus = DotField::torus(args.cells, 1.0, Seed::new(1))?;
    let px = (SIDE * PX_PER_MM) as u32;
    let size = Size::new(px, px)?;
    let full = Mask::full(size);
    let at = |x: f64, y: f64| DVec2::new(x, y) / PX_PER_MM;
    let disc = Mask::from_fn(size, |p| {
        f32::from(u8::from(inside(at(f64::from(p.x), f64::from(p.y)))))
    })?;
    let ramp = Plane::from_fn(size, |x, y| {
        wanted(at(f64::from(x) + 0.5, f64::from(y) + 0.5)) as f32
    });
    let scale = Scale::px_per_mm(PX_PER_MM as f32)?;
    // A spacing of 1 mm.
    let density = Density::per_cm2((Density::PACKING * 100.0) as f32)?;
    let (mut ramps, mut discs) = (Vec::new(), Vec::new());
    for seed in 0..args.seeds {
        let request = |mask| {
            FieldRequest::new(mask, scale, density, Seed::new(seed)).with_ranking(Ranking::Index)
        };
        let field = request(&full).with_relative_density(&ramp).generate()?;
        ramps.push(positions(&field));
        discs.push(positions(&request(&disc).generate()?));
    }
    let period = torus.period_mm().ok_or("a torus without a period")?;
    Ok(Specimen {
        name: "STUBBLEFIELD",
        torus: positions(&torus),
        period,
        ramps,
        discs,
    })
}

fn naive(args: &Args, period: f64) -> Specimen {
    let darts = |side: f64| (args.darts as f64 * Density::PACKING * side * side) as usize;
    let everywhere = |_| true;
    let even = |_| 1.0;
    let by_ramp = |place| 1.0 / wanted(place).sqrt();
    let square = Darts {
        side: SIDE,
        periodic: false,
        darts: darts(SIDE),
        inside: &everywhere,
        spacing: &by_ramp,
    };
    let torus = Darts {
        side: period,
        periodic: true,
        darts: darts(period),
        spacing: &even,
        ..square
    };
    let disc = Darts {
        inside: &inside,
        spacing: &even,
        ..square
    };
    Specimen {
        name: "NAIVE DARTS",
        torus: torus.throw(1),
        period,
        ramps: (0..args.seeds).map(|seed| square.throw(seed)).collect(),
        discs: (0..args.seeds).map(|seed| disc.throw(seed)).collect(),
    }
}

fn draw(sheet: &mut Sheet, row: u32, specimen: &Specimen) {
    let spot = |column| Spot { column, row };
    let points = &specimen.torus;
    let n = points.len();
    let packing = n as f64 / (specimen.period * specimen.period);
    saying::line(
        stdout(),
        format_args!(
            "{}: {n} dots on the torus, packing constant {packing:.4}",
            specimen.name
        ),
    );

    sheet.title(spot(0), &format!("{} {n} DOTS", specimen.name));
    let zoom = f64::from(PLOT) / (specimen.period * 0.6);
    for point in points {
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (x, y) = ((point.x * zoom) as u32 + dx, (point.y * zoom) as u32 + dy);
            sheet.dot(spot(0), x, y, INK);
        }
    }
    sheet.frame(spot(0));

    let highest = (2.5 * (n as f64).sqrt()) as usize;
    let power = measure::periodogram(points, specimen.period, highest);
    sheet.title(spot(1), "PERIODOGRAM TO 2.5");
    for y in 0..PLOT {
        for x in 0..PLOT {
            let at = |v: u32| {
                ((f64::from(v) + 0.5) / f64::from(PLOT) * 2.0 - 1.0) * (highest as f64 + 0.49)
            };
            let (fx, fy) = (at(x).round() as i64, at(y).round() as i64);
            let (fx, fy) = if fy < 0 { (-fx, -fy) } else { (fx, fy) };
            let p = power[fy as usize][(fx + highest as i64) as usize];
            let dc = fx == 0 && fy == 0;
            let grey = if dc {
                0
            } else {
                (p / 3.0 * 255.0).min(255.0) as u8
            };
            sheet.dot(spot(1), x, y, Rgb([grey; 3]));
        }
    }

    let rings = measure::rings(&power, n);
    let low: Vec<f64> = rings.iter().filter(|r| r[0] < 0.15).map(|r| r[1]).collect();
    saying::line(
        stdout(),
        format_args!(
            "  power below 0.15: {:.3}",
            low.iter().sum::<f64>() / low.len() as f64
        ),
    );
    let axes = Axes {
        x: [0.0, 2.5],
        y: [0.0, 2.5],
    };
    sheet.title(spot(2), "RADIAL MEAN - ANISOTROPY");
    sheet.axes(spot(2), axes);
    let mean: Vec<(f64, f64)> = rings.iter().map(|r| (r[0], r[1])).collect();
    let anisotropy: Vec<(f64, f64)> = rings.iter().map(|r| (r[0], r[2] / 10.0 + 1.0)).collect();
    sheet.line(spot(2), axes, &anisotropy, ACCENT);
    sheet.line(spot(2), axes, &mean, INK);

    let axes = Axes {
        x: [0.0, 4.0],
        y: [0.0, 4.0],
    };
    sheet.title(spot(3), "PAIR CORRELATION");
    sheet.axes(spot(3), axes);
    sheet.line(spot(3), axes, &measure::pairs(points, specimen.period), INK);

    error_map(sheet, spot(4), &specimen.ramps);
    edge_profile(sheet, spot(5), &specimen.discs);
}

fn error_map(sheet: &mut Sheet, spot: Spot, ramps: &[Vec<DVec2>]) {
    let window = SIDE / WINDOWS as f64;
    let mut counts = [[0.0_f64; WINDOWS]; WINDOWS];
    for point in ramps.iter().flatten() {
        let at = |v: f64| ((v / window) as usize).min(WINDOWS - 1);
        counts[at(point.y)][at(point.x)] += 1.0;
    }
    let mut squares = 0.0;
    for (y, row) in counts.iter().enumerate() {
        for (x, count) in row.iter().enumerate() {
            let middle = DVec2::new(x as f64 + 0.5, y as f64 + 0.5) * window;
            let expected = wanted(middle) * Density::PACKING * window * window * ramps.len() as f64;
            let error = count / expected - 1.0;
            squares += error * error;
            let fade = 255 - ((error.abs() / 0.2).min(1.0) * 255.0) as u8;
            let color = if error > 0.0 {
                Rgb([255, fade, fade])
            } else {
                Rgb([fade, fade, 255])
            };
            let side = PLOT / WINDOWS as u32;
            for py in 0..side {
                for px in 0..side {
                    sheet.dot(spot, x as u32 * side + px, y as u32 * side + py, color);
                }
            }
        }
    }
    let rms = (squares / (WINDOWS * WINDOWS) as f64).sqrt() * 100.0;
    saying::line(
        stdout(),
        format_args!("  rms error of the density on the ramp: {rms:.2} %"),
    );
    sheet.title(spot, "DENSITY ERROR ON A RAMP");
    sheet.frame(spot);
}

fn edge_profile(sheet: &mut Sheet, spot: Spot, discs: &[Vec<DVec2>]) {
    let mut counts = [0.0_f64; BINS];
    for point in discs.iter().flatten() {
        let depth = DISC - point.distance(DVec2::splat(SIDE / 2.0));
        if let Some(count) = counts.get_mut((depth.max(0.0) / 0.1) as usize) {
            *count += 1.0;
        }
    }
    let value = |(i, count): (usize, &f64)| {
        let (outer, inner) = (DISC - i as f64 * 0.1, DISC - (i + 1) as f64 * 0.1);
        let ring = std::f64::consts::PI * (outer * outer - inner * inner);
        let expected = ring * Density::PACKING * discs.len() as f64;
        ((i as f64 + 0.5) * 0.1, count / expected)
    };
    let profile: Vec<(f64, f64)> = counts.iter().enumerate().map(value).collect();
    saying::line(
        stdout(),
        format_args!(
            "  density in the first tenth of a spacing from the edge: {:.2}",
            profile[0].1
        ),
    );
    let axes = Axes {
        x: [0.0, 4.0],
        y: [0.0, 4.0],
    };
    sheet.title(spot, "DENSITY FROM THE EDGE IN");
    sheet.axes(spot, axes);
    sheet.line(spot, axes, &profile, INK);
}
