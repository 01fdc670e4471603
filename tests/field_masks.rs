//! What a mask, a density map and obstacles do to a field.

use glam::Vec2;
use stubblefield::{
    Density, DotField, FieldRequest, Mask, Obstacle, ObstacleKind, Plane, Ranking, Scale, Seed,
    Size, quality,
};

const PX_PER_MM: f32 = 8.0;

fn request(mask: &Mask, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(PX_PER_MM).unwrap();
    let density = Density::per_cm2(100.0).unwrap();
    FieldRequest::new(mask, scale, density, Seed::new(seed)).with_ranking(Ranking::Index)
}

/// Coverage of a disc of 40 mm radius in the middle of 100 mm × 100 mm, by its distance to the
/// edge in mm.
fn disc(edge: impl Fn(f32) -> f32) -> Mask {
    let size = Size::new(800, 800).unwrap();
    Mask::from_fn(size, |p| {
        edge(40.0 - p.distance(Vec2::splat(400.0)) / PX_PER_MM)
    })
    .unwrap()
}

fn inside_mm(dot: Vec2) -> f32 {
    40.0 - dot.distance(Vec2::splat(50.0))
}

fn hard() -> Mask {
    disc(|mm| f32::from(u8::from(mm > 0.0)))
}

fn antialiased() -> Mask {
    disc(|mm| (mm * PX_PER_MM + 0.5).clamp(0.0, 1.0))
}

fn feathered() -> Mask {
    disc(|mm| {
        let t = (mm / 10.0).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    })
}

#[test]
fn every_kind_of_edge_gives_the_density_that_the_mask_asks_for() {
    for (name, mask) in [
        ("hard", hard()),
        ("antialiased", antialiased()),
        ("feathered", feathered()),
    ] {
        const RINGS: usize = 44;
        const SEEDS: u64 = 12;
        let mut got = [0.0_f64; RINGS];
        let mut wanted = [0.0_f64; RINGS];
        let mut total = 0;
        for seed in 0..SEEDS {
            let field = request(&mask, seed).generate().unwrap();
            total += field.dots().len();
            for dot in field.dots() {
                let ring = ((inside_mm(dot.position_mm) + 1.0) * 4.0).max(0.0) as usize;
                if ring < RINGS {
                    got[ring] += 1.0;
                }
            }
        }
        for y in 0..800 {
            for x in 0..800 {
                let p = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) / PX_PER_MM;
                let ring = ((inside_mm(p) + 1.0) * 4.0).max(0.0) as usize;
                if ring < RINGS {
                    let cover = f64::from(mask.coverage().at(x, y));
                    wanted[ring] += cover / 64.0 * SEEDS as f64;
                }
            }
        }
        println!(
            "{name} total {} of {}",
            total,
            mask.area_px() / 64.0 * SEEDS as f64
        );
        for ring in 0..RINGS {
            let noise = wanted[ring].sqrt().max(1.0);
            println!(
                "  {:5.2} mm: {:7.1} of {:7.1}: {:+.3} ({:+.1} sd)",
                ring as f64 * 0.25 - 1.0,
                got[ring],
                wanted[ring],
                got[ring] / wanted[ring].max(1e-9) - 1.0,
                (got[ring] - wanted[ring]) / noise
            );
        }
        let field = request(&mask, 1).generate().unwrap();
        println!(
            "uncovered {}",
            quality::uncovered_share(&field, 100_000, Seed::new(1))
        );
        println!(
            "least {:?} halo {}",
            quality::least_relative_distance(&field),
            field.halo().len()
        );
    }
}

#[test]
fn counts_follow_a_density_ramp() {
    // 20 to 200 dots/cm² over 120 mm, 100 mm high.
    let size = Size::new(480, 400).unwrap();
    let ramp = Plane::from_fn(size, |x, _| 0.1 + 0.9 * (x as f32 + 0.5) / 480.0);
    let mask = Mask::full(size);
    let (mut sx, mut sy, mut sxx, mut sxy, mut n) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut bins = [0.0_f64; 12];
    for seed in 0..8 {
        let field = FieldRequest::new(
            &mask,
            Scale::px_per_mm(4.0).unwrap(),
            Density::per_cm2(200.0).unwrap(),
            Seed::new(seed),
        )
        .with_relative_density(&ramp)
        .with_ranking(Ranking::Index)
        .generate()
        .unwrap();
        for dot in field.dots() {
            bins[(dot.position_mm.x / 10.0) as usize] += 1.0 / 8.0;
        }
        if seed == 0 {
            println!(
                "uncovered {}",
                quality::uncovered_share(&field, 100_000, Seed::new(1))
            );
            println!(
                "least {:?} C {}",
                quality::least_relative_distance(&field),
                quality::packing_constant(&field)
            );
        }
    }
    for (i, got) in bins.iter().enumerate() {
        let wanted = 200.0 * (0.1 + 0.9 * (i as f64 + 0.5) / 12.0) * 10.0;
        println!("{wanted} {got} {:+.3}", got / wanted - 1.0);
        n += 1.0;
        sx += wanted;
        sy += got;
        sxx += wanted * wanted;
        sxy += wanted * got;
    }
    let slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    println!("slope {slope}");
    assert!((slope - 1.0).abs() < 0.02, "{slope}");
}
