//! How exactly ellipses cover pixels, against an integral in f64.

use crate::oracle::{self, between, stream};
use glam::Vec2;
use stubblefield::{Error, Ink, InkDot, InkEllipse, Rasterizer, Size};

#[test]
fn coverage_is_within_0_6_of_255_and_ink_within_half_a_percent() {
    let mut stream = stream(31);
    for blur in [0.3, 0.45, 0.8, 1.3, 2.0] {
        let mut rasterizer = Rasterizer::new();
        for _ in 0..40 {
            let longer = 0.2 * 60.0_f32.powf(stream.unit_f32());
            let half = InkDot::reach_px(longer, blur).ceil() as u32 + 2;
            let middle = half as f32;
            let ellipse = InkEllipse {
                center_px: Vec2::new(middle + stream.unit_f32(), middle + stream.unit_f32()),
                semi_axes_px: longer * Vec2::new(1.0, between(&mut stream, 0.2, 1.0)),
                angle_rad: between(&mut stream, -7.0, 7.0),
                absorptance: [1.0; 3],
            };
            let size = Size::new(2 * half + 1, 2 * half + 1).unwrap();
            let ellipses = [ellipse];
            let ink = Ink::new(&[], blur).with_ellipses(&ellipses);
            let exact = oracle::transmittance(size, &ink);
            let drawn = rasterizer.transmittance(size, &ink).unwrap();
            let mut ink = 0.0;
            for (drawn, exact) in drawn[1].values().iter().zip(&exact) {
                let error = (f64::from(*drawn) - exact[1]).abs() * 255.0;
                assert!(
                    error <= 0.6,
                    "blur {blur}, {ellipse:?}: off by {error:.3}/255"
                );
                ink += 1.0 - f64::from(*drawn);
            }
            let [a, b] = ellipse.semi_axes_px.to_array().map(f64::from);
            let off = ink / (std::f64::consts::PI * a * b) - 1.0;
            assert!(
                off.abs() <= 0.005,
                "blur {blur}, {ellipse:?}: ink off by {off:.5}"
            );
        }
    }
}

#[test]
fn ellipses_among_dots_are_drawn_as_the_slow_compositor_does() {
    let size = Size::new(150, 140).unwrap();
    let mut stream = stream(32);
    let dots = oracle::random_dots(size, 60, 0.5..3.0, &mut stream);
    let ellipses = oracle::random_ellipses(size, 60, 2.0..6.0, &mut stream);
    let ink = Ink::new(&dots, 0.7).with_ellipses(&ellipses);
    let exact = oracle::transmittance(size, &ink);
    let drawn = Rasterizer::new().transmittance(size, &ink).unwrap();
    for (i, exact) in exact.iter().enumerate() {
        for c in 0..3 {
            let t = f64::from(drawn[c].values()[i]);
            assert!(
                (t - exact[c]).abs() < 1.0 / 255.0,
                "pixel {i}: {t}, exactly {}",
                exact[c]
            );
        }
    }
}

#[test]
fn a_tilted_dot_that_cannot_be_told_from_a_round_one_stays_round() {
    let dot = InkDot {
        center_px: Vec2::splat(20.0),
        radius_px: 3.0,
        absorptance: [0.5; 3],
    };
    assert!(InkEllipse::of_tilted(&dot, 0.5, 0.86, 1.0).is_none());
    let small = InkDot {
        radius_px: 1.9,
        ..dot
    };
    assert!(InkEllipse::of_tilted(&small, 0.5, 0.3, 1.0).is_none());
    assert!(InkEllipse::of_tilted(&dot, 0.5, f32::NAN, 1.0).is_none());
    let seen = InkEllipse::of_tilted(&dot, 0.5, 0.5, 1.0).unwrap();
    let [a, b] = seen.semi_axes_px.to_array();
    assert_eq!((a, b, seen.angle_rad), (1.5, 3.0, 1.0));
    assert!(seen.check().is_ok());
}

#[test]
fn bad_ellipses_are_named() {
    let good = InkEllipse {
        center_px: Vec2::splat(5.0),
        semi_axes_px: Vec2::new(3.0, 1.0),
        angle_rad: 0.3,
        absorptance: [0.5; 3],
    };
    let mut refused = Vec::new();
    for value in [0.0, -1.0, f32::NAN, f32::INFINITY, 128.5] {
        let mut bad = good;
        bad.semi_axes_px.x = value;
        refused.push(("semi_axes_px.x", bad));
        bad.semi_axes_px = Vec2::new(1.0, value);
        refused.push(("semi_axes_px.y", bad));
    }
    for angle_rad in [f32::NAN, f32::NEG_INFINITY, 7.5] {
        refused.push(("angle_rad", InkEllipse { angle_rad, ..good }));
    }
    let center_px = Vec2::new(5.0, f32::NAN);
    refused.push(("center_px.y", InkEllipse { center_px, ..good }));
    let absorptance = [0.5, 1.5, 0.5];
    refused.push((
        "absorptance",
        InkEllipse {
            absorptance,
            ..good
        },
    ));
    for (name, bad) in refused {
        let ellipses = [good, bad];
        let ink = Ink::new(&[], 0.7).with_ellipses(&ellipses);
        let error = Rasterizer::new().transmittance(Size::new(10, 10).unwrap(), &ink);
        assert!(
            matches!(error, Err(Error::OutOfRange { parameter, .. }) if parameter == name),
            "{bad:?}: {error:?}"
        );
    }
}
