//! What steps are worth: against exact coverage, and against single precision.

use super::*;
use crate::random::{Seed, Stage, Stream};
use crate::raster::bins::Splat;
use crate::raster::coverage::BlurredDisc;
use crate::raster::ink::InkDot;
use crate::raster::splat::{self, Room};
use crate::raster::tables::Tables;
use crate::raster::tile::{Shape, Tile};
use crate::simd::{Level, dispatch};
use glam::Vec2;
use std::f64::consts::PI;

/// The shares of light that dots leave in a square of pixels, red, green and blue of each.
fn drawn<L: Light>(level: Level, dots: &[InkDot], blur: f32, side: u32) -> Vec<[f32; 3]> {
    let mut tables = Tables::new(blur);
    tables.serve(dots.iter().map(|dot| dot.radius_px));
    let splat = |(i, dot): (usize, &InkDot)| {
        dispatch!(level.get(), simd => {
            let (dots, placed) = tables.place_one(simd, dot);
            placed.splat(&dots, 0, 0, i)
        })
    };
    let run: Vec<Splat> = dots.iter().enumerate().map(splat).collect();
    let width = side as usize;
    let mut tile = Tile::<L>::new(Shape {
        width,
        height: width,
    });
    tile.take([0, 0, side, side]);
    splat::draw(level, &mut tile, &tables, &run, &mut Room::default(), None);
    let mut shares = vec![[0.0; 3]; width * width];
    for (y, row) in shares.chunks_exact_mut(width).enumerate() {
        for c in 0..3 {
            for (share, light) in row.iter_mut().zip(tile.span(y, c, 0..width)) {
                share[c] = light.share();
            }
        }
    }
    shares
}

fn stream(key: u64) -> Stream {
    Seed::new(3).stream(Stage::Probe, key)
}

/// A dot near the middle of a square that holds all of it, and the square's side.
fn dot(radius_px: f32, blur: f32, absorptance: f32, stream: &mut Stream) -> (InkDot, u32) {
    let half = InkDot::reach_px(radius_px, blur).ceil() as u32 + 1;
    let place = Vec2::new(stream.unit_f32(), stream.unit_f32());
    let dot = InkDot {
        center_px: Vec2::splat(half as f32) + place,
        radius_px,
        absorptance: [absorptance; 3],
    };
    (dot, 2 * half + 1)
}

/// The exact coverage of every pixel of a square by a dot, row by row.
fn exact(dot: &InkDot, blur: f32, side: u32) -> Vec<f64> {
    let from = |center: f32| -> Vec<f64> {
        let place = |i| f64::from(i) + 0.5 - f64::from(center);
        (0..side).map(place).collect()
    };
    let (x, y) = (from(dot.center_px.x), from(dot.center_px.y));
    let disc = BlurredDisc::new(dot.radius_px.into(), blur.into());
    disc.coverage(&y, &x).concat() // x and y may be exchanged
}

#[test]
fn coverage_in_steps_is_within_0_6_of_255_and_ink_within_half_a_percent() {
    let mut stream = stream(0);
    for blur in [0.3, 0.37, 0.5, 0.8, 1.3, 2.0] {
        for _ in 0..40 {
            let radius = 0.2 * 60.0_f32.powf(stream.unit_f32());
            let (dot, side) = dot(radius, blur, 1.0, &mut stream);
            let light = drawn::<i16>(Level::detect(), &[dot], blur, side);
            let covered = || light.iter().map(|t| 1.0 - f64::from(t[1]));
            let exact = exact(&dot, blur, side);
            let errors = covered().zip(&exact).map(|(c, e)| (c - e).abs());
            let worst = 255.0 * errors.fold(0.0, f64::max);
            let ink = covered().sum::<f64>() / (PI * f64::from(radius).powi(2)) - 1.0;
            assert!(worst <= 0.6, "blur {blur}, radius {radius}: {worst:.3}/255");
            // What rounding each pixel to a step leaves out of a faint dot's flanks.
            let flanks = 1.5 / 32768.0 / exact.iter().fold(0.0, |m: f64, c| m.max(*c));
            assert!(
                ink.abs() <= 0.005_f64.max(flanks),
                "blur {blur}, radius {radius}: {ink:.5}"
            );
        }
    }
}

#[test]
fn dots_of_many_terms_are_as_exact_in_steps() {
    let mut stream = stream(6);
    for (radius, blur) in [(20.0, 0.3), (40.0, 0.3), (25.0, 0.6), (30.0, 2.0)] {
        let (dot, side) = dot(radius, blur, 1.0, &mut stream);
        let exact = exact(&dot, blur, side);
        for level in Level::supported() {
            let light = drawn::<i16>(level, &[dot], blur, side);
            let errors = light.iter().zip(&exact);
            let errors = errors.map(|(t, e)| (1.0 - f64::from(t[1]) - e).abs());
            let worst = 255.0 * errors.fold(0.0, f64::max);
            assert!(worst <= 0.6, "blur {blur}, radius {radius}: {worst:.3}/255");
        }
    }
}

#[test]
fn small_and_weak_dots_do_not_vanish_in_steps() {
    let mut stream = stream(1);
    for blur in [0.3, 0.7, 1.2] {
        for _ in 0..20 {
            let (dot, side) = dot(0.2, blur, 0.02, &mut stream);
            let light = drawn::<i16>(Level::detect(), &[dot], blur, side);
            let ink: f64 = light.iter().map(|t| 1.0 - f64::from(t[2])).sum();
            let share = ink / (0.02 * PI * 0.04);
            assert!((0.9..1.1).contains(&share), "blur {blur}: {share:.3}");
        }
    }
}

/// Rounding to the nearest step has no direction, so errors do not add up.
#[test]
fn hundreds_of_dots_on_one_another_do_not_drift_in_steps() {
    let mut stream = stream(2);
    for absorptance in [0.02, 0.1, 0.4] {
        let side = 24;
        let dots: Vec<InkDot> = (0..400)
            .map(|_| InkDot {
                center_px: 12.0 + 4.0 * (Vec2::new(stream.unit_f32(), stream.unit_f32()) - 0.5),
                radius_px: 2.0 + stream.unit_f32(),
                absorptance: [absorptance, 0.9 * absorptance, 0.5 * absorptance],
            })
            .collect();
        let stepped = drawn::<i16>(Level::detect(), &dots, 0.6, side);
        let single = drawn::<f32>(Level::detect(), &dots, 0.6, side);
        let (mut worst, mut sum): (f32, f32) = (0.0, 0.0);
        for (a, b) in stepped.iter().zip(&single) {
            for c in 0..3 {
                worst = worst.max((a[c] - b[c]).abs());
                sum += a[c] - b[c];
            }
        }
        let mean = sum / (3 * stepped.len()) as f32;
        assert!(255.0 * worst < 0.25, "{absorptance}: {}", 255.0 * worst);
        assert!(255.0 * mean.abs() < 0.05, "{absorptance}: {}", 255.0 * mean);
    }
}

#[test]
fn all_light_and_none_are_steps_and_every_step_comes_back() {
    assert_eq!((i16::FULL.share(), 0_i16.share()), (1.0, 0.0));
    for level in Level::supported() {
        for from in (-32768..=0).step_by(16) {
            let steps: [i16; 16] = std::array::from_fn(|i| (from + i as i32).min(0) as i16);
            let (mut shares, mut back) = ([0.0; 16], [0; 16]);
            let [a, b, c, d] = steps.as_chunks().0 else {
                unreachable!("sixteen are four times four")
            };
            dispatch!(level.get(), simd => {
                let light = i16::shares(simd, [a, b, c, d]);
                light.store_slice(&mut shares);
                i16::store_shares(light, &mut back);
            });
            assert_eq!(steps, back, "{level}");
            for (step, share) in steps.into_iter().zip(shares) {
                assert_eq!(step.share(), share);
            }
        }
    }
}

#[test]
fn weights_in_steps_sum_to_one() {
    let mut stream = stream(5);
    for _ in 0..500 {
        let mut place = || match (stream.unit_f32() * 4.0) as u32 {
            0 => stream.unit_f32().round(),
            _ => stream.unit_f32(),
        };
        let (x, y): ([f32; LANES], [f32; LANES]) = (
            std::array::from_fn(|_| place()),
            std::array::from_fn(|_| place()),
        );
        let weights = dispatch!(Level::detect().get(), simd => {
            let (x, y) = (f32x8::from_slice(simd, &x), f32x8::from_slice(simd, &y));
            i16::weights(x, y, f32x8::splat(simd, 1.0))
        });
        for i in 0..LANES {
            let of = weights.map(|corner| i32::from(corner[i]));
            assert_eq!(of.iter().sum::<i32>(), -32768, "at {} and {}", x[i], y[i]);
            assert!(
                of.iter().all(|&w| w <= 0),
                "{of:?} at {} and {}",
                x[i],
                y[i]
            );
            let right = f64::from(x[i]) * 32768.0 + f64::from(of[2] + of[3]);
            assert!(right.abs() <= 0.5, "{of:?} at {} and {}", x[i], y[i]);
        }
    }
}
