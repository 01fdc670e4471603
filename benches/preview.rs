//! The whole preview on a synthetic scalp, stage by stage: what a person waits for.
//!
//! `cargo bench --bench preview`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stubblefield::{Look, Rasterizer, Scale, Seed, SyntheticScalp, When};

fn preview(criterion: &mut Criterion) {
    for (name, px_per_mm) in [("1MP", 6.0), ("4MP", 12.0)] {
        let scale = Scale::px_per_mm(px_per_mm).unwrap();
        let scalp = SyntheticScalp::generate(scale, Seed::new(1)).unwrap();
        let look = Look::stubble();
        let plan = |seed| {
            look.plan(&scalp.photo, &scalp.receded, scale, Seed::new(seed))
                .unwrap()
        };
        let planned = plan(7);
        let dots = planned.dots().len();
        assert!((2500..5000).contains(&dots), "{dots} dots");
        let report = planned.report(&scalp.photo, When::healed()).unwrap();
        assert!(report.inside.delta_l < -2.0, "{report}");

        let mut group = criterion.benchmark_group(format!("preview/{name}"));
        group.sample_size(10);
        group.throughput(Throughput::Elements(dots as u64));
        group.bench_function("plan", |bencher| bencher.iter(|| plan(black_box(7))));
        group.throughput(Throughput::Elements(scalp.photo.size().pixels() as u64));
        let mut rasterizer = Rasterizer::new();
        group.bench_function("render", |bencher| {
            bencher.iter(|| {
                planned
                    .render_with(&mut rasterizer, &scalp.photo, When::healed())
                    .unwrap()
            });
        });
        group.bench_function("report", |bencher| {
            bencher.iter(|| planned.report(&scalp.photo, When::healed()).unwrap());
        });
        group.finish();
    }
}

criterion_group!(benches, preview);
criterion_main!(benches);
