//! Density maps of every shape, and crowds of obstacles: how near the density comes to what is asked.
//!
//! `FIELD_SWEEP=1` takes more seeds and a million obstacles.

use glam::Vec2;
use rand::Rng;
use stubblefield::{
    Density, FieldRequest, Mask, Obstacle, ObstacleKind, Plane, Ranking, Scale, Seed, Size, Stage,
    quality,
};

fn sweep() -> bool {
    std::env::var_os("FIELD_SWEEP").is_some()
}

/// At 4 px/mm and 200 dots per cm² where a map is 1.
fn request<'a>(mask: &'a Mask, map: &'a Plane<f32>, seed: u64) -> FieldRequest<'a> {
    let density = Density::per_cm2(200.0).unwrap();
    FieldRequest::new(
        mask,
        Scale::px_per_mm(4.0).unwrap(),
        density,
        Seed::new(seed),
    )
    .with_relative_density(map)
    .with_ranking(Ranking::Index)
}

/// Field test 11.
///
/// A border between two densities is about as wide as the wider spacing, 1.2 mm here: squares of a checker
/// that are not much wider keep a part of the contrast.
#[test]
fn steps_hills_and_checkers_hold_what_they_ask_for() {
    let seeds = if sweep() { 40 } else { 3 };
    let size = Size::new(320, 320).unwrap(); // 80 mm × 80 mm
    let mask = Mask::full(size);
    let two = |first: bool| if first { 1.0 } else { 0.25 };
    let checker = |mm: f32, at: Vec2| two(((at.x / mm) as i32 + (at.y / mm) as i32) % 2 == 0);
    // Bounds of the error in all, and of the contrast that is kept, by what 40 seeds came to.
    type Map<'a> = (&'a str, &'a dyn Fn(Vec2) -> f32, f64, f64);
    let maps: [Map<'_>; 5] = [
        ("step", &|at| two(at.x < 40.0), 0.003, 0.985),
        (
            "hill",
            &|at| 1.0 - at.distance(Vec2::splat(40.0)) / 60.0,
            0.003,
            0.985,
        ),
        ("checker of 20 mm", &|at| checker(20.0, at), 0.005, 0.95),
        ("checker of 5 mm", &|at| checker(5.0, at), 0.021, 0.82),
        ("checker of 2 mm", &|at| checker(2.0, at), 0.037, 0.55),
    ];
    for (name, map, slack, contrast) in maps {
        let plane = Plane::from_fn(size, |x, y| {
            map((Vec2::new(x as f32, y as f32) + 0.5) / 4.0).max(0.02)
        });
        let is_dense = |x: u32, y: u32| plane.at(i64::from(x), i64::from(y)) > 0.6;
        let (mut wanted, mut got) = ([0.0_f64; 2], [0.0_f64; 2]);
        for (x, y) in (0..320).flat_map(|y| (0..320).map(move |x| (x, y))) {
            let share = f64::from(plane.at(i64::from(x), i64::from(y)));
            wanted[usize::from(is_dense(x, y))] += share * 2.0 / 16.0;
        }
        for seed in 0..seeds {
            for dot in request(&mask, &plane, seed).generate().unwrap().dots() {
                let [x, y] = (dot.position_mm * 4.0).to_array().map(|px| px as u32);
                got[usize::from(is_dense(x.min(319), y.min(319)))] += 1.0 / seeds as f64;
            }
        }
        let all = wanted[0] + wanted[1];
        let off = (got[0] + got[1]) / all - 1.0;
        let kept = (got[1] - got[0]) / (wanted[1] - wanted[0]);
        eprintln!("{name}: {got:.0?} of {wanted:.0?}, {off:+.4} in all, contrast {kept:.3}");
        // Within Poisson noise at worst of what crosses a border.
        let noise = 1.0 / (all * seeds as f64).sqrt();
        assert!(off.abs() < slack + 2.0 * noise, "{name}: {off}");
        let bounds = contrast - 2.0 * noise..=1.01 + 2.0 * noise;
        assert!(bounds.contains(&kept), "{name}: {kept}");
    }
}

/// Growth of the spacing a length, the packing constant over the even one, of 40 seeds, and what naive
/// darts come to, 80 a dot and within 0.007.
const RAMPS: [(f64, f64, f64); 4] = [
    (0.05, 1.001, 0.99),
    (0.1, 1.003, 0.985),
    (0.2, 0.999, 1.0),
    (0.3, 1.010, 1.0),
];

/// Spacings at the ends of a ramp, and of the strip that is counted.
const RAMP: [f64; 2] = [1.0, 6.0];
const COUNTED: [f64; 2] = [2.0, 5.0];

/// How many dots a ramp's strip holds a length at a packing constant of 1.
fn strip(growth: f64) -> f64 {
    (1.0 / COUNTED[0] - 1.0 / COUNTED[1]) / growth
}

/// How far two dots keep apart, by their own spacings.
type Rule = fn(f64, f64) -> f64;

/// Naive darts on a ramp of 25 spacings and more, one after the other, 80 a dot: the packing constant
/// of the strip.
fn thrown(growth: f64, rule: Rule) -> f64 {
    const HEIGHT: f64 = 1500.0;
    let mut stream = Seed::new(4).stream(Stage::Probe, 12);
    let mut unit = || stream.next_u64() as f64 / 18_446_744_073_709_551_616.0;
    let mut bins = vec![Vec::<[f64; 3]>::new(); (HEIGHT / RAMP[1]) as usize + 2];
    let held = Density::PACKING * HEIGHT / growth * (1.0 / RAMP[0] - 1.0 / RAMP[1]);
    for _ in 0..(80.0 * held) as usize {
        // As many darts a dot everywhere: even in 1/r.
        let own = 1.0 / (1.0 / RAMP[1] + unit() * (1.0 / RAMP[0] - 1.0 / RAMP[1]));
        let dart = [own / growth, HEIGHT * unit(), own];
        let home = (dart[1] / RAMP[1]) as usize + 1;
        let mut near = bins[home - 1..=(home + 1).min(bins.len() - 1)]
            .iter()
            .flatten();
        let hits =
            |dot: &[f64; 3]| (dart[0] - dot[0]).hypot(dart[1] - dot[1]) < rule(dart[2], dot[2]);
        if !near.any(hits) {
            bins[home].push(dart);
        }
    }
    // Away from the ends, beyond which nothing stands.
    let counted = bins.iter().flatten().filter(|dot| {
        (10.0..HEIGHT - 10.0).contains(&dot[1]) && (COUNTED[0]..COUNTED[1]).contains(&dot[2])
    });
    counted.count() as f64 / ((HEIGHT - 20.0) * strip(growth))
}

/// Field test 12.
///
/// Naive darts show that the figure tells one rule from another.
#[test]
fn packing_on_ramps_is_that_of_the_mean_of_two_spacings() {
    let seeds = if sweep() { 40 } else { 2 };
    let (px, height) = (2.0, 1000.0);
    for (growth, wanted, naive) in RAMPS {
        let width = (RAMP[1] - RAMP[0]) / growth;
        let size = Size::new((width * px) as u32, (height * px) as u32).unwrap();
        let spacing = |x: f64| RAMP[0] + growth * x;
        let relative = Plane::from_fn(size, |x, _| {
            (1.0 / spacing((f64::from(x) + 0.5) / px).powi(2)) as f32
        });
        let mask = Mask::full(size);
        let mut count = 0.0;
        for seed in 0..seeds {
            let request = FieldRequest::new(
                &mask,
                Scale::px_per_mm(px as f32).unwrap(),
                Density::per_cm2((100.0 * Density::PACKING) as f32).unwrap(),
                Seed::new(seed),
            )
            .with_relative_density(&relative)
            .with_ranking(Ranking::Index);
            for dot in request.generate().unwrap().dots() {
                let own = spacing(f64::from(dot.position_mm.x));
                count += f64::from(u8::from((COUNTED[0]..COUNTED[1]).contains(&own)));
            }
        }
        let held = strip(growth) * height * f64::from(seeds as u32);
        let ratio = count / held / Density::PACKING;
        eprintln!("growth {growth}: {count} dots, {ratio:.4}, recorded {wanted}, naive {naive}");
        let noise = (0.06 / count).sqrt();
        assert!(
            (ratio - wanted).abs() < 0.004 + 4.0 * noise,
            "{growth}: {ratio}"
        );
        assert!(
            (ratio - naive).abs() < 0.02 + 4.0 * noise,
            "{growth}: {ratio}"
        );
    }
    // The rules' own figures at a growth of 0.2, over that of even spacing at 80 darts a dot: 0.655.
    let rules: [(&str, f64, Rule); 4] = [
        ("mean", 1.0, |a, b| (a + b) / 2.0),
        ("geometric mean", 1.0, |a, b| (a * b).sqrt()),
        ("larger", 0.86, f64::max),
        ("smaller", 1.12, f64::min),
    ];
    for (name, wanted, rule) in rules {
        let ratio = thrown(0.2, rule) / 0.655;
        eprintln!("{name}: {ratio:.3}, table {wanted}");
        assert!((ratio - wanted).abs() < 0.035, "{name}: {ratio}");
    }
}

/// Field test 15: every place where a dot could stand is taken or beside what stands, a million obstacles
/// with `FIELD_SWEEP=1`.
#[test]
fn as_many_obstacles_as_hair_on_heads_leave_room_for_the_rest() {
    let side = if sweep() { 4000 } else { 400 };
    let size = Size::new(side, side).unwrap(); // 100 mm × 100 mm, or a metre each way
    let mask = Mask::full(size);
    let mut stream = Seed::new(4).stream(Stage::Probe, 1);
    let extent = side as f32 / 4.0;
    let mut unit = || stream.unit_f32();
    let hair: Vec<Obstacle> = (0..side * side / 16)
        .map(|i| {
            let at = Vec2::new(unit(), unit()) * (extent + 4.0) - 2.0;
            let kind = match i % 10 {
                0 => ObstacleKind::CountsAsDot,
                _ => ObstacleKind::Clearance(0.25),
            };
            Obstacle::new(at, kind)
        })
        .collect();
    let density = Density::per_cm2(100.0).unwrap();
    let field = FieldRequest::new(&mask, Scale::px_per_mm(4.0).unwrap(), density, Seed::new(5))
        .with_ranking(Ranking::Index)
        .with_obstacles(&hair)
        .generate()
        .unwrap();
    let spacing = field.nominal_spacing_mm() as f32;
    eprintln!("{} obstacles, {} dots", hair.len(), field.dots().len());
    // Sorted into squares of a spacing: the nine around a dot hold all that is too close to it.
    let columns = (extent / spacing) as usize + 8;
    let square = |at: Vec2| {
        let [x, y] = ((at + 3.0 * spacing) / spacing)
            .to_array()
            .map(|v| v as usize);
        y * columns + x
    };
    let mut squares = vec![Vec::new(); columns * columns];
    for obstacle in &hair {
        squares[square(obstacle.position_mm)].push(obstacle);
    }
    for dot in field.dots() {
        let home = square(dot.position_mm);
        for first in [home - columns - 1, home - 1, home + columns - 1] {
            for obstacle in squares[first..first + 3].iter().flatten() {
                let least = match obstacle.kind {
                    ObstacleKind::Clearance(mm) => mm,
                    _ => spacing,
                };
                let distance = dot.position_mm.distance(obstacle.position_mm);
                assert!(distance > least - 1e-3, "{dot:?} and {obstacle:?}");
            }
        }
    }
    assert_eq!(quality::uncovered_share(&field, 50_000, Seed::new(3)), 0.0);
}
