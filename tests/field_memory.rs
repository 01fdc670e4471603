//! How much memory a field takes beside its dots.

use peak_alloc::PeakAlloc;
use stubblefield::{Density, DotField, FieldRequest, Mask, Plane, Ranking, Scale, Seed, Size};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Field test 28.
#[test]
fn a_dot_takes_few_bytes_beside_itself() {
    // Every thread has lists of its own.
    #[cfg(feature = "rayon")]
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap()
        .install(measure);
    #[cfg(not(feature = "rayon"))]
    measure();
}

fn measure() {
    let above = |name: &str, limit: usize, make: &dyn Fn() -> DotField| {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let field = make();
        let dots = field.dots().len();
        let beside = MEMORY.peak_usage() - before - size_of_val(field.dots());
        eprintln!("{name}: {:.1} bytes a dot", beside as f64 / dots as f64);
        assert!(dots > 60_000, "{name}: {dots} dots");
        assert!(beside < limit * dots, "{name}: {beside} beside {dots} dots");
    };
    let size = Size::new(894, 894).unwrap();
    let mask = Mask::full(size);
    let ramp = Plane::from_fn(size, |x, _| 0.25 + 0.75 * x as f32 / 894.0);
    let scale = Scale::px_per_mm(4.0).unwrap();
    let density = Density::per_cm2(200.0).unwrap();
    let ranked = FieldRequest::new(&mask, scale, density, Seed::new(1));
    let even = ranked.with_ranking(Ranking::Index);
    let ramped = even.with_relative_density(&ramp);
    above("even", 48, &|| {
        DotField::torus(536, 1.0, Seed::new(1)).unwrap()
    });
    above("on a mask", 48, &|| even.generate().unwrap());
    // Five cells a dot instead of three, and spacings at their corners, which the field keeps.
    above("on a ramp", 48, &|| ramped.generate().unwrap());
    // Dots and those beyond the edge with all their neighbours.
    above("ranked", 115, &|| ranked.generate().unwrap());
}
