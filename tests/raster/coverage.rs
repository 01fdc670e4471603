//! How exactly a dot covers pixels, against an integral in f64.

use crate::oracle::{self, between, stream};
use glam::Vec2;
use stubblefield::{Ink, InkDot, Rasterizer, Size};

/// A dot that takes all light, near the middle of a picture that holds all of it.
fn dot_in_a_picture(radius: f32, blur: f32, stream: &mut stubblefield::Stream) -> (InkDot, Size) {
    let half = InkDot::reach_px(radius, blur).ceil() as u32 + 2;
    let middle = half as f32;
    let dot = InkDot {
        center_px: Vec2::new(middle + stream.unit_f32(), middle + stream.unit_f32()),
        radius_px: radius,
        absorptance: [1.0; 3],
    };
    (dot, Size::new(2 * half + 1, 2 * half + 1).unwrap())
}

/// Largest error of coverage, and of the dot's total ink as a share of it.
fn errors(rasterizer: &mut Rasterizer, dot: InkDot, blur: f32, size: Size) -> (f64, f64) {
    let drawn = rasterizer
        .transmittance(size, &Ink::new(&[dot], blur))
        .unwrap();
    let offsets = |center: f32, count: u32| -> Vec<f64> {
        (0..count)
            .map(|i| f64::from(i) + 0.5 - f64::from(center))
            .collect()
    };
    let x = offsets(dot.center_px.x, size.width());
    let y = offsets(dot.center_px.y, size.height());
    let exact = oracle::coverage(f64::from(dot.radius_px), f64::from(blur), &x, &y);
    let (mut worst, mut ink): (f64, f64) = (0.0, 0.0);
    for (column, exact) in exact.iter().enumerate() {
        for (row, exact) in exact.iter().enumerate() {
            let covered = 1.0 - f64::from(drawn[1].at(column as i64, row as i64));
            worst = worst.max((covered - exact).abs());
            ink += covered;
        }
    }
    let area = std::f64::consts::PI * f64::from(dot.radius_px).powi(2);
    (worst, (ink / area - 1.0).abs())
}

/// Draws dots of random radii and centres at one blur; returns the largest errors and their radii.
fn survey(blur: f32, radii: std::ops::Range<f32>, count: usize) -> [(f64, f32); 2] {
    let mut rasterizer = Rasterizer::new();
    let mut stream = stream(u64::from(blur.to_bits()));
    let mut worst = [(0.0, 0.0); 2];
    for _ in 0..count {
        // Evenly in the logarithm, so that small dots are many.
        let share = between(&mut stream, 0.0, 1.0);
        let radius = radii.start * (radii.end / radii.start).powf(share);
        let (dot, size) = dot_in_a_picture(radius, blur, &mut stream);
        let (coverage, ink) = errors(&mut rasterizer, dot, blur, size);
        if coverage > worst[0].0 {
            worst[0] = (coverage, radius);
        }
        if ink > worst[1].0 {
            worst[1] = (ink, radius);
        }
    }
    worst
}

#[test]
fn coverage_is_within_0_6_of_255_and_ink_within_half_a_percent() {
    for blur in [0.3, 0.37, 0.5, 0.8, 1.3, 2.0] {
        let [(coverage, at), (ink, ink_at)] = survey(blur, 0.2..12.0, 40);
        assert!(
            coverage * 255.0 <= 0.6,
            "blur {blur}, radius {at}: coverage is off by {:.3}/255",
            coverage * 255.0
        );
        assert!(
            ink <= 0.005,
            "blur {blur}, radius {ink_at}: ink is off by {:.3} %",
            ink * 100.0
        );
    }
}

#[test]
fn dots_far_below_a_pixel_and_far_above_keep_the_same_bounds() {
    for (blur, radii, count) in [
        (0.3, 0.02..0.2, 12),
        (2.0, 0.02..0.2, 6),
        (1.5, 40.0..60.0, 3),
        (8.0, 1.0..60.0, 5),
        (40.0, 0.1..60.0, 4),
        (34.0, 150.0..250.0, 1),
    ] {
        let [(coverage, at), (ink, ink_at)] = survey(blur, radii, count);
        assert!(
            coverage * 255.0 <= 0.6,
            "blur {blur}, radius {at}: coverage is off by {:.3}/255",
            coverage * 255.0
        );
        assert!(
            ink <= 0.005,
            "blur {blur}, radius {ink_at}: ink is off by {:.3} %",
            ink * 100.0
        );
    }
}

#[test]
fn a_dot_across_the_border_is_the_part_of_the_whole_dot_that_lies_inside() {
    let mut rasterizer = Rasterizer::new();
    let mut stream = stream(5);
    let (inner, margin) = (24_u32, 40_u32);
    let small = Size::new(inner, inner).unwrap();
    let large = Size::new(inner + 2 * margin, inner + 2 * margin).unwrap();
    let mut dots = oracle::random_dots(small, 200, 0.2..9.0, &mut stream);
    // Some whose centres lie well outside.
    for (i, dot) in dots.iter_mut().enumerate().take(40) {
        dot.center_px[i % 2] = if i % 4 < 2 { -6.5 } else { inner as f32 + 7.25 };
    }
    let cut = rasterizer
        .transmittance(small, &Ink::new(&dots, 0.6))
        .unwrap();
    for dot in &mut dots {
        dot.center_px += Vec2::splat(margin as f32);
    }
    let whole = rasterizer
        .transmittance(large, &Ink::new(&dots, 0.6))
        .unwrap();
    for c in 0..3 {
        for y in 0..i64::from(inner) {
            for x in 0..i64::from(inner) {
                let (a, b) = (
                    cut[c].at(x, y),
                    whole[c].at(x + i64::from(margin), y + i64::from(margin)),
                );
                // Adding the margin rounds a centre by up to 2^-19 px.
                assert!((a - b).abs() < 1e-4, "pixel ({x}, {y}): {a} and {b}");
            }
        }
    }
}

#[test]
fn many_dots_multiply_as_the_slow_compositor_says() {
    let size = Size::new(90, 70).unwrap();
    let dots = oracle::random_dots(size, 220, 0.2..5.0, &mut stream(6));
    let ink = Ink::new(&dots, 0.7);
    let exact = oracle::transmittance(size, &ink);
    let drawn = Rasterizer::new().transmittance(size, &ink).unwrap();
    let mut worst: f64 = 0.0;
    for (i, exact) in exact.iter().enumerate() {
        for c in 0..3 {
            worst = worst.max((f64::from(drawn[c].values()[i]) - exact[c]).abs());
        }
    }
    assert!(
        worst * 255.0 < 1.0,
        "transmittance is off by {:.3}/255",
        worst * 255.0
    );
}

#[test]
fn nothing_beyond_the_stated_reach_is_touched() {
    let mut rasterizer = Rasterizer::new();
    let mut stream = stream(7);
    for blur in [0.3, 0.7, 1.9, 7.0, 30.0] {
        for radius in [0.02, 0.3, 1.5, 7.0, 20.0] {
            let (dot, size) = dot_in_a_picture(radius, blur, &mut stream);
            let reach = InkDot::reach_px(radius, blur);
            let drawn = rasterizer
                .transmittance(size, &Ink::new(&[dot], blur))
                .unwrap();
            for y in 0..size.height() {
                for (x, &t) in drawn[0].row(y).iter().enumerate() {
                    let away = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) - dot.center_px;
                    assert!(
                        t == 1.0 || away.abs().max_element() <= reach,
                        "radius {radius}, blur {blur}: a pixel {away} away has {t}"
                    );
                }
            }
        }
    }
}
