//! A rasterizer that is used again asks for no memory.

#[path = "support/single.rs"]
mod single;

use glam::Vec2;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use stubblefield::{
    Channels, Ink, InkDot, Pixels, PixelsMut, Plane, Rasterizer, Seed, Size, Stage, Veil,
};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn the_second_picture_needs_no_allocation() {
    let size = Size::new(700, 500).unwrap();
    let mut stream = Seed::new(5).stream(Stage::Probe, 0);
    let mut dots: Vec<InkDot> = (0..20_000)
        .map(|_| InkDot {
            center_px: Vec2::new(700.0 * stream.unit_f32(), 500.0 * stream.unit_f32()),
            radius_px: 0.5 + 12.0 * stream.unit_f32().powi(8),
            absorptance: [0.3; 3],
        })
        .collect();
    let grid = Plane::filled(Size::new(20, 20).unwrap(), [0.95; 3]);
    let veil = Veil::from_grid(&grid, 20.0, Vec2::ZERO).unwrap();
    let before = vec![180_u8; size.pixels() * 4];
    let mut after = before.clone();
    let work = || {
        let mut rasterizer = Rasterizer::new();
        let mut draw = |dots: &[InkDot], again: bool| {
            let ink = Ink::new(dots, 0.6).with_veil(&veil);
            let source = Pixels::from_u8(&before, size, Channels::Rgba, 2800).unwrap();
            let target = PixelsMut::from_u8(&mut after, size, Channels::Rgba, 2800).unwrap();
            let drawn = match again {
                false => rasterizer.composite_into(source, target, &ink),
                true => rasterizer.redraw(source, target, &ink),
            };
            assert_eq!(drawn.unwrap().dots, 20_000);
        };
        for again in [false, true] {
            for _ in 0..2 {
                draw(&dots, again);
            }
            let region = Region::new(GLOBAL);
            for dot in &mut dots[..7] {
                dot.absorptance[1] = 0.4 + f32::from(u8::from(again)) * 0.1;
            }
            draw(&dots, again);
            let change = region.change();
            let calls = change.allocations + change.reallocations;
            assert_eq!(calls, 0, "{change:?}");
        }
        // Tables of blurs gone by make room for those of new ones.
        let dot = InkDot {
            radius_px: 1.0,
            ..dots[0]
        };
        let mut rasterizer = Rasterizer::new();
        let held = [0, 1, 2].map(|turn| {
            let region = Region::new(GLOBAL);
            for i in 0..16 {
                let blur = 1.0 + 0.01 * (16 * turn + i) as f32;
                let ink = Ink::new(std::slice::from_ref(&dot), blur);
                let _ = rasterizer
                    .transmittance(Size::new(4, 4).unwrap(), &ink)
                    .unwrap();
            }
            let change = region.change();
            change.bytes_allocated as i64 - change.bytes_deallocated as i64
        });
        assert!(held[1].max(held[2]) < held[0] / 8, "{held:?}");
    };
    single::on_one_thread(work);
}
