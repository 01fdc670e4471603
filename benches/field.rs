//! How fast fields are laid: dots per second, each answer checked before it is timed.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use glam::Vec2;
use stubblefield::{
    Density, DotField, Edit, FieldEditor, FieldRequest, Mask, Obstacle, ObstacleKind, Plane,
    Ranking, Scale, Seed, Size, Stroke, quality,
};

/// Sides of square masks, in px at 4 px/mm, that hold about so many dots at 200 per cm².
const SIDES: [(&str, u32); 3] = [("5k", 200), ("20k", 400), ("100k", 894)];

fn request<'a>(mask: &'a Mask, relative: Option<&'a Plane<f32>>) -> FieldRequest<'a> {
    let scale = Scale::px_per_mm(4.0).expect("in range");
    let density = Density::per_cm2(200.0).expect("in range");
    let request =
        FieldRequest::new(mask, scale, density, Seed::new(1)).with_ranking(Ranking::Index);
    match relative {
        Some(plane) => request.with_relative_density(plane),
        None => request,
    }
}

fn checked(request: &FieldRequest<'_>) -> DotField {
    let field = request.generate().expect("a valid request");
    // Positions are f32: near a metre from the corner two of them are off by up to 9·10⁻⁵ mm
    // together, which is 1.5·10⁻⁴ of the closest spacing here.
    let least = quality::least_relative_distance(&field).expect("many dots");
    assert!(least > 1.0 - 1.5e-4, "{least}");
    let share = quality::uncovered_share(&field, 20_000, Seed::new(2));
    assert!(share == 0.0, "not maximal: {share}");
    field
}

fn uniform(c: &mut Criterion) {
    let mut group = c.benchmark_group("field/uniform");
    for (name, side) in SIDES {
        let mask = Mask::full(Size::new(side, side).expect("in range"));
        let request = request(&mask, None);
        group.throughput(Throughput::Elements(checked(&request).dots().len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &request, |b, request| {
            b.iter(|| black_box(request.generate()));
        });
    }
    group.finish();
}

/// A ramp from a quarter of the density to all of it: spacings 2 to 1.
fn ramp(c: &mut Criterion) {
    let mut group = c.benchmark_group("field/ramp");
    for (name, side) in SIDES {
        let size = Size::new(side, side).expect("in range");
        let mask = Mask::full(size);
        let ramp = Plane::from_fn(size, |x, _| 0.25 + 0.75 * x as f32 / side as f32);
        let request = request(&mask, Some(&ramp));
        group.throughput(Throughput::Elements(checked(&request).dots().len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &request, |b, request| {
            b.iter(|| black_box(request.generate()));
        });
    }
    group.finish();
}

/// A million dots on a ramp from a sixteenth of the density to all of it: spacings 4 to 1.
fn steep_ramp(c: &mut Criterion) {
    let mut group = c.benchmark_group("field/ramp_1_to_4");
    let side = 3880;
    let size = Size::new(side, side).expect("in range");
    let mask = Mask::full(size);
    let ramp = Plane::from_fn(size, |x, _| (1.0 + 15.0 * x as f32 / side as f32) / 16.0);
    let request = request(&mask, Some(&ramp));
    group.throughput(Throughput::Elements(checked(&request).dots().len() as u64));
    group.bench_with_input(BenchmarkId::from_parameter("1M"), &request, |b, request| {
        b.iter(|| black_box(request.generate()));
    });
    group.finish();
}

fn rank(c: &mut Criterion) {
    let mut group = c.benchmark_group("field/ranked");
    let (name, side) = SIDES[1];
    let mask = Mask::full(Size::new(side, side).expect("in range"));
    let request = request(&mask, None).with_ranking(Ranking::Even);
    group.throughput(Throughput::Elements(checked(&request).dots().len() as u64));
    group.bench_with_input(BenchmarkId::from_parameter(name), &request, |b, request| {
        b.iter(|| black_box(request.generate()));
    });
    group.finish();
}

/// One obstacle added to 10⁵ dots and removed again, two edits; each found equal to the full run.
fn edit(c: &mut Criterion) {
    let mut group = c.benchmark_group("field/edit");
    let (name, side) = SIDES[2];
    let mask = Mask::full(Size::new(side, side).expect("in range"));
    let mut editor = FieldEditor::new(&request(&mask, None)).expect("a valid request");
    let middle = Vec2::splat(side as f32 / 8.0);
    let obstacle = Obstacle::new(middle, ObstacleKind::CountsAsDot);
    for edit in [Edit::AddObstacle(obstacle), Edit::RemoveObstacle(0)] {
        editor.edit(edit).expect("a valid edit");
        let full = editor.request().generate().expect("a valid request");
        assert!(editor.field().expect("a valid request") == full);
    }
    group.throughput(Throughput::Elements(2));
    group.bench_function(BenchmarkId::new("obstacle", name), |b| {
        b.iter(|| {
            black_box(
                editor
                    .edit(Edit::AddObstacle(obstacle))
                    .expect("a valid edit"),
            );
            black_box(editor.edit(Edit::RemoveObstacle(0)).expect("a valid edit"))
        });
    });
    let line = [middle - Vec2::X * 5.0, middle + Vec2::X * 5.0];
    let stroke = Stroke::new(&line, 2.0);
    group.bench_function(BenchmarkId::new("stroke", name), |b| {
        b.iter(|| {
            black_box(editor.edit(Edit::Erase(stroke)).expect("a valid edit"));
            black_box(editor.edit(Edit::Paint(stroke)).expect("a valid edit"))
        });
    });
    group.finish();
}

fn stream(c: &mut Criterion) {
    let mut group = c.benchmark_group("field/stream");
    let (name, side) = SIDES[2];
    let mask = Mask::full(Size::new(side, side).expect("in range"));
    let request = request(&mask, None);
    let count = || request.stream().expect("a valid request").flatten().count();
    assert_eq!(count(), checked(&request).dots().len());
    group.throughput(Throughput::Elements(count() as u64));
    group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(count));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = uniform, ramp, steep_ramp, rank, edit, stream
}
criterion_main!(benches);
