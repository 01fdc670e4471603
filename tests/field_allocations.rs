//! What a field asks of the allocator grows with its rows of tiles, not with its dots.

#[path = "support/single.rs"]
mod single;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use stubblefield::{Density, DotField, FieldRequest, Mask, Plane, Ranking, Scale, Seed, Size};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Calls for memory, and dots.
fn calls(make: impl FnOnce() -> DotField) -> (usize, usize) {
    let region = Region::new(GLOBAL);
    let field = make();
    let change = region.change();
    (
        change.allocations + change.reallocations,
        field.dots().len(),
    )
}

/// Field test 28.
#[test]
fn dots_cost_no_allocations() {
    // A few for each band of rows, of which there are few; where spacing varies for each block of
    // 32 × 32 cells, and for ranks for each bin of dots that is looked at. Never one for a dot.
    let few = |name: &str, most: usize, dots_for_one: usize, make: &dyn Fn() -> DotField| {
        let (calls, dots) = calls(make);
        eprintln!("{name}: {calls} calls for {dots} dots");
        assert!(
            calls < most + dots / dots_for_one,
            "{name}: {calls}, {dots} dots"
        );
    };
    let work = || {
        for cells in [100, 400, 1200] {
            few("even", 200, 5000, &|| {
                DotField::torus(cells, 1.0, Seed::new(1)).unwrap()
            });
        }
        for side in [128, 512] {
            let size = Size::new(side, side).unwrap();
            let mask = Mask::full(size);
            let ramp = Plane::from_fn(size, |x, _| 0.25 + 0.75 * x as f32 / side as f32);
            let scale = Scale::px_per_mm(4.0).unwrap();
            let density = Density::per_cm2(200.0).unwrap();
            let ranked = FieldRequest::new(&mask, scale, density, Seed::new(1));
            let even = ranked.with_ranking(Ranking::Index);
            few("on a mask", 200, 1000, &|| even.generate().unwrap());
            few("ranked", 800, 30, &|| ranked.generate().unwrap());
            let ramped = even.with_relative_density(&ramp);
            few("on a ramp", 500, 8, &|| ramped.generate().unwrap());
        }
    };
    single::on_one_thread(work);
}
