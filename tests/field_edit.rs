//! An edited field is the full run of what was asked for, and changes nothing far away.

use glam::Vec2;
use stubblefield::{
    Change, Density, Dot, Edit, Error, FieldEditor, FieldRequest, Mask, Obstacle, ObstacleKind,
    Plane, Ranking, Scale, Seed, Size, Stage, Stream, Stroke,
};

fn request(mask: &Mask, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(4.0).unwrap();
    let density = Density::per_cm2(200.0).unwrap();
    FieldRequest::new(mask, scale, density, Seed::new(seed)).with_ranking(Ranking::Index)
}

fn random_place(stream: &mut Stream, size_mm: Vec2) -> Vec2 {
    Vec2::new(stream.unit_f32(), stream.unit_f32()) * size_mm
}

/// What [`Change`] says that a caller may do to a list.
fn splice(dots: &mut Vec<Dot>, change: &Change) {
    for dot in change.removed.iter().rev() {
        let gone = dots.remove(dot.rank as usize);
        assert_eq!((gone.id, gone.position_mm), (dot.id, dot.position_mm));
    }
    for &dot in &change.added {
        dots.insert(dot.rank as usize, dot);
    }
    for (dot, rank) in dots.iter_mut().zip(0..) {
        dot.rank = rank;
    }
}

fn assert_full_run(editor: &FieldEditor, dots: &[Dot], name: &str) {
    let full = editor.request().generate().unwrap();
    assert!(editor.dots().eq(full.dots().iter().copied()), "{name}");
    assert_eq!(dots, full.dots(), "{name}");
    assert!(editor.field().unwrap() == full, "{name}: halo or ground");
}

/// Strokes and obstacles of all sizes, in and beyond the picture.
fn random_edit<'a>(
    stream: &mut Stream,
    size_mm: Vec2,
    obstacles: usize,
    points: &'a mut Vec<Vec2>,
) -> Edit<'a> {
    let unit = |stream: &mut Stream| stream.unit_f32();
    let kind = (unit(stream) * 5.0) as u32;
    let place = random_place(stream, size_mm * 1.2) - size_mm * 0.1;
    if kind < 2 {
        points.clear();
        for _ in 0..1 + (unit(stream) * 3.0) as usize {
            points.push(place + (random_place(stream, size_mm) - size_mm / 2.0) * 0.3);
        }
        let stroke = Stroke::new(points, unit(stream) * unit(stream) * 6.0);
        return if kind == 0 {
            Edit::Paint(stroke)
        } else {
            Edit::Erase(stroke)
        };
    }
    if kind == 2 && obstacles > 0 {
        return Edit::RemoveObstacle((unit(stream) * obstacles as f32) as usize);
    }
    let kind = if unit(stream) < 0.5 {
        ObstacleKind::CountsAsDot
    } else {
        ObstacleKind::Clearance(unit(stream) * unit(stream) * 8.0)
    };
    Edit::AddObstacle(Obstacle::new(place, kind))
}

#[test]
fn strokes_and_obstacles_in_any_order_equal_the_full_run() {
    for seed in 0..12 {
        let mut stream = Seed::new(seed).stream(Stage::Probe, 20);
        let size = Size::new(130 + 7 * seed as u32, 110).unwrap();
        let size_mm = Vec2::new(size.width() as f32, size.height() as f32) / 4.0;
        let start = match seed % 3 {
            0 => Mask::full(size),
            1 => Mask::from_fn(size, |_| 0.0).unwrap(),
            _ => {
                let middle = Vec2::new(60.0, 50.0);
                Mask::from_fn(size, |p| f32::from(u8::from(p.distance(middle) < 40.0))).unwrap()
            }
        };
        let mut editor = FieldEditor::new(&request(&start, seed)).unwrap();
        let mut dots: Vec<Dot> = editor.dots().collect();
        assert_full_run(&editor, &dots, "before any edit");
        let mut points = Vec::new();
        for step in 0..25 {
            let edit = random_edit(&mut stream, size_mm, editor.obstacles().len(), &mut points);
            let name = format!("seed {seed} step {step}: {edit:?}");
            let change = editor.edit(edit).unwrap();
            splice(&mut dots, &change);
            assert_full_run(&editor, &dots, &name);
        }
    }
}
