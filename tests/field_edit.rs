//! An edited field is the full run of what was asked for, and changes nothing far away.

use glam::{DVec2, Vec2};
use stubblefield::{
    Change, Count, Density, Dot, EdgePolicy, Edit, EndlessField, Error, FieldEditor, FieldRequest,
    Mask, Obstacle, ObstacleKind, Plane, Ranking, Scale, Seed, Size, Softness, Stage, Stream,
    Stroke,
};

fn request(mask: &Mask, seed: u64) -> FieldRequest<'_> {
    request_at(4.0, mask, seed)
}

fn request_at(px_per_mm: f32, mask: &Mask, seed: u64) -> FieldRequest<'_> {
    let scale = Scale::px_per_mm(px_per_mm).unwrap();
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

/// Field test 17.
#[test]
fn strokes_and_obstacles_in_any_order_equal_the_full_run() {
    for seed in 0..12 {
        let mut stream = Seed::new(seed).stream(Stage::Probe, 20);
        // Pixels of less than two cells, and of several.
        let px_per_mm = if seed % 4 == 3 { 0.9 } else { 4.0 };
        let px = |mm: u32| (mm as f32 * px_per_mm) as u32;
        let size = Size::new(px(32 + 2 * seed as u32), px(27)).unwrap();
        let size_mm = Vec2::new(size.width() as f32, size.height() as f32) / px_per_mm;
        let start = match seed % 3 {
            0 => Mask::full(size),
            1 => Mask::from_fn(size, |_| 0.0).unwrap(),
            _ => {
                let middle = Vec2::new(15.0, 12.5) * px_per_mm;
                let near = |p: Vec2| p.distance(middle) < 10.0 * px_per_mm;
                Mask::from_fn(size, |p| f32::from(u8::from(near(p)))).unwrap()
            }
        };
        let mut editor = FieldEditor::new(&request_at(px_per_mm, &start, seed)).unwrap();
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

/// Treats what lies below a wavy line at this height.
fn hairline(size: Size, height: f32) -> Mask {
    Mask::from_fn(size, |p| {
        let wave = (p.x as i32 % 90 - 45).abs() as f32 / 3.0;
        f32::from(u8::from(p.y > height + wave))
    })
    .unwrap()
}

#[test]
fn a_dragged_hairline_equals_the_full_run_and_moves_no_dot_far_from_it() {
    let size = Size::new(400, 240).unwrap();
    let start = hairline(size, 60.0);
    let ranked = request(&start, 4).with_ranking(Ranking::Even);
    let mut editor = FieldEditor::new(&ranked).unwrap();
    let mut dots: Vec<Dot> = editor.dots().collect();
    for height in [58.0, 56.5, 80.0, 79.0, 3.0, 60.0] {
        let mask = hairline(size, height);
        let change = editor.edit(Edit::Mask(&mask)).unwrap();
        splice(&mut dots, &change);
        assert_eq!(editor.mask(), &mask);
        let full = request(&mask, 4).generate().unwrap();
        assert_eq!(dots, full.dots(), "line at {height} px");
        // Far inside, the lowest of 60 mm, nothing has moved.
        let far = |dot: &&Dot| dot.position_mm.y > 40.0;
        assert_eq!(
            change
                .added
                .iter()
                .chain(&change.removed)
                .filter(far)
                .count(),
            0
        );
    }
    let field = editor.field().unwrap();
    assert_eq!(
        field,
        ranked.generate().unwrap(),
        "back where it began, and ranked anew"
    );
}

/// Number of random edits of the test below; 1000 of 10⁵ dots are what the record speaks of.
fn edits() -> usize {
    std::env::var("FIELD_EDITS").map_or(100, |edits| edits.parse().unwrap())
}

/// Field test 17.
#[test]
fn one_obstacle_changes_few_dots_and_none_far_away() {
    let edits = edits();
    let side = if edits > 100 { 894 } else { 320 };
    let mask = Mask::full(Size::new(side, side).unwrap());
    let mut editor = FieldEditor::new(&request(&mask, 6)).unwrap();
    let spacing = editor.field().unwrap().nominal_spacing_mm() as f32;
    let mut dots: Vec<Dot> = editor.dots().collect();
    let mut stream = Seed::new(6).stream(Stage::Probe, 21);
    let (mut far, mut many, mut total) = (0, 0, 0);
    for i in 0..edits {
        let (place, edit) = if i % 3 == 2 {
            let index = (stream.unit_f32() * editor.obstacles().len() as f32) as usize;
            let place = editor.obstacles()[index].position_mm;
            (place, Edit::RemoveObstacle(index))
        } else {
            let place = random_place(&mut stream, Vec2::splat(side as f32 / 4.0));
            let obstacle = Obstacle::new(place, ObstacleKind::CountsAsDot);
            (place, Edit::AddObstacle(obstacle))
        };
        let change = editor.edit(edit).unwrap();
        splice(&mut dots, &change);
        let full = editor.request().generate().unwrap();
        assert_eq!(dots, full.dots(), "edit {i}");
        let changed = change.added.iter().chain(&change.removed);
        let reach = changed
            .map(|dot| dot.position_mm.distance(place) / spacing)
            .fold(0.0, f32::max);
        far += usize::from(reach > 8.0);
        many += usize::from(change.added.len() + change.removed.len() > 40);
        total += change.removed.len();
    }
    eprintln!(
        "{edits} edits: {:.2} dots go with an edit, {far} reach beyond 8 spacings",
        total as f32 / edits as f32
    );
    assert!(
        far * 100 <= edits,
        "{far} of {edits} edits reach beyond 8 spacings"
    );
    assert!(
        many * 100 <= edits,
        "{many} of {edits} edits change more than 40 dots"
    );
}

#[test]
fn what_cannot_be_edited_or_cut_into_parts_is_named() {
    let mask = Mask::full(Size::new(80, 80).unwrap());
    let factor = Plane::filled(mask.size(), 1.5);
    let plain = request(&mask, 1);
    for (asked, name) in [
        (plain.with_count(Count::Exact), "count is \"Exact\""),
        (plain.with_edges(EdgePolicy::Fill), "edges is \"Fill\""),
        (plain.with_softness(Softness::Rank), "softness is \"Rank\""),
        (
            plain.with_least_spacing_mm(0.5),
            "least_spacing_mm is \"0.5\"",
        ),
        (plain.with_area_factor(&factor), "area_factor is"),
    ] {
        let refusals = [
            FieldEditor::new(&asked).err(),
            asked.window(Vec2::ZERO, Vec2::splat(9.0)).err(),
            asked.stream().err(),
        ];
        for refused in refusals {
            let refused = refused.expect("refused").to_string();
            assert!(refused.starts_with(name), "{refused}");
        }
    }
}

#[test]
fn a_refused_edit_changes_nothing() {
    let size = Size::new(100, 80).unwrap();
    let mask = Mask::full(size);
    let mut editor = FieldEditor::new(&request(&mask, 2)).unwrap();
    let before = editor.field().unwrap();
    let soft = Mask::from_fn(size, |_| 0.5).unwrap();
    let small = Mask::full(Size::new(8, 8).unwrap());
    let nowhere = [Vec2::new(f32::NAN, 3.0)];
    let here = [Vec2::new(5.0, 3.0)];
    let bad = Obstacle::new(Vec2::splat(5.0), ObstacleKind::Clearance(-1.0));
    for (edit, parameter) in [
        (Edit::Mask(&soft), "coverage"),
        (Edit::Paint(Stroke::new(&nowhere, 1.0)), "stroke point"),
        (Edit::Erase(Stroke::new(&here, -1.0)), "stroke radius"),
        (Edit::AddObstacle(bad), "clearance"),
        (Edit::RemoveObstacle(0), "obstacle index"),
    ] {
        let refused = editor.edit(edit).unwrap_err();
        assert!(
            matches!(&refused, Error::OutOfRange { parameter: p, .. } if *p == parameter),
            "{refused}"
        );
    }
    assert!(editor.edit(Edit::Mask(&small)).is_err());
    assert_eq!(editor.field().unwrap(), before);
    assert!(FieldEditor::new(&request(&soft, 2)).is_err());
    let half = Plane::filled(size, 0.5_f32);
    assert!(FieldEditor::new(&request(&mask, 2).with_relative_density(&half)).is_err());
}

/// Field test 3.
#[test]
fn any_window_of_a_request_is_the_crop_of_its_field() {
    let size = Size::new(500, 400).unwrap();
    let mask = hairline(size, 70.0);
    let obstacles = [
        Obstacle::new(Vec2::new(60.0, 50.0), ObstacleKind::Clearance(9.0)),
        Obstacle::new(Vec2::new(20.0, 30.0), ObstacleKind::CountsAsDot),
        Obstacle::new(Vec2::new(-3.0, 70.0), ObstacleKind::Clearance(40.0)),
    ];
    let request = request(&mask, 8).with_obstacles(&obstacles);
    let whole = request.generate().unwrap();
    let mut stream = Seed::new(3).stream(Stage::Probe, 22);
    for i in 0..40 {
        let mut low = random_place(&mut stream, Vec2::new(140.0, 110.0)) - 10.0;
        let mut high = low + random_place(&mut stream, Vec2::splat(30.0));
        // A window holds a dot on its first corner, and none on its last.
        let dot = whole.dots()[i * whole.dots().len() / 40].position_mm;
        match i % 4 {
            0 => (low, high) = (dot, dot + 20.0),
            1 => (low, high) = (dot - 20.0, dot),
            _ => {}
        }
        let inside = |at: Vec2| at.cmpge(low).all() && at.cmplt(high).all();
        let window = request.window(low, high).unwrap();
        let crop = whole.dots().iter().filter(|dot| inside(dot.position_mm));
        let mut crop: Vec<Dot> = crop.copied().collect();
        for (dot, rank) in crop.iter_mut().zip(0..) {
            dot.rank = rank;
        }
        assert_eq!(window, crop, "{low} to {high}");
    }
    assert!(request.window(Vec2::NAN, Vec2::ZERO).is_err());
    assert_eq!(request.window(Vec2::ONE, Vec2::ZERO).unwrap(), []);
    let nowhere = mask.subtract(&mask).unwrap();
    let mut nothing = request;
    nothing.mask = &nowhere;
    assert_eq!(nothing.window(Vec2::ZERO, Vec2::ONE).unwrap(), []);
    assert!(nothing.window(Vec2::NAN, Vec2::ZERO).is_err());
}

/// Field test 3.
#[test]
fn windows_of_the_plane_agree_near_the_origin_and_far_from_it() {
    let field = EndlessField::new(0.83, Seed::new(12)).unwrap();
    for centre in [
        DVec2::ZERO,
        DVec2::new(-250.0, 90.0),
        DVec2::new(5.0e6, -7.0e6),
        DVec2::new(-9.9e6, 9.9e6),
    ] {
        let whole = field.window(centre - 40.0, centre + 40.0).unwrap();
        assert!(whole.len() > 6000, "{}", whole.len());
        let mut stream = Seed::new(3).stream(Stage::Probe, 23);
        for _ in 0..12 {
            let low = centre - 40.0 + random_place(&mut stream, Vec2::splat(60.0)).as_dvec2();
            let high = low + random_place(&mut stream, Vec2::splat(20.0)).as_dvec2();
            let inside = |dot: &&Dot| {
                let at = dot.position_mm.as_dvec2();
                at.cmpge(low).all() && at.cmplt(high).all()
            };
            let window = field.window(low, high).unwrap();
            let window = window.iter().map(|dot| (dot.id, dot.position_mm));
            let crop = whole.iter().filter(inside);
            assert!(
                crop.map(|dot| (dot.id, dot.position_mm)).eq(window),
                "{low}"
            );
        }
    }
    assert!(
        field.window(DVec2::ZERO, DVec2::splat(2.0e4)).is_err(),
        "too many"
    );
    assert!(field.window(DVec2::NAN, DVec2::ONE).is_err());
    let fine = EndlessField::new(0.001, Seed::new(1)).unwrap();
    let far = fine.window(DVec2::splat(1e6), DVec2::splat(1e6 + 0.1));
    assert!(
        matches!(&far, Err(Error::OutOfRange { parameter, .. }) if *parameter == "corner in cells"),
        "{far:?}"
    );
    for spacing in [f32::NAN, 0.0, -1.0, 1001.0] {
        assert!(EndlessField::new(spacing, Seed::new(1)).is_err());
    }
}

/// Field test 26.
#[test]
fn places_a_period_of_cells_apart_have_nothing_in_common() {
    // Positions are a function of the absolute cell: no shift shows the same dots again.
    let field = EndlessField::new(2.0_f32.sqrt(), Seed::new(12)).unwrap();
    let side = f64::from(2.0_f32.sqrt()) * std::f64::consts::FRAC_1_SQRT_2;
    let at = |cells: DVec2| {
        let low = cells * side;
        let dots = field.window(low, low + 30.0).unwrap();
        dots.into_iter()
            .map(move |dot| dot.position_mm.as_dvec2() - low)
            .collect::<Vec<_>>()
    };
    let here = at(DVec2::ZERO);
    for shift in [(1.0, 0.0), (0.0, -1.0), (4096.0, 0.0), (-65536.0, 65536.0)] {
        let there = at(DVec2::new(shift.0, shift.1));
        let again = |a: &&DVec2| there.iter().any(|b| a.distance(*b) < 0.01);
        // A chance of 2·10⁻⁴ for each of some 310.
        let same = here.iter().filter(again).count();
        assert!(same < 4, "{same} of {} again at {shift:?}", here.len());
    }
}
