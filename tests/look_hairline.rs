//! Hairlines: where their masks lie, how softly they begin, how far they are from a ruler's line.

use glam::Vec2;
use stubblefield::{Crown, Hairline, HairlineShape, Look, Mask, Photo, Plan, Scale, Seed, Size};

const PX_PER_MM: f32 = 4.0;
const SHAPES: [HairlineShape; 5] = [
    HairlineShape::Soft,
    HairlineShape::Rounded,
    HairlineShape::Receded,
    HairlineShape::Broken,
    HairlineShape::Edged,
];

fn scale() -> Scale {
    Scale::px_per_mm(PX_PER_MM).unwrap()
}

/// As coarse as dots and edges allow, for there are many plans.
fn flat() -> Scale {
    Scale::px_per_mm(2.0).unwrap()
}

/// A flat forehead, 200 mm wide, with a level line 70 mm from its top.
fn level(shape: HairlineShape) -> (Photo, Hairline) {
    let size = Size::new(400, 240).unwrap();
    let photo = Photo::from_rgb8(size, [206, 164, 142].repeat(size.pixels())).unwrap();
    let points = [0.0, 100.0, 200.0, 300.0, 400.0].map(|x| Vec2::new(x, 140.0));
    let mut hairline = Hairline::new(points.to_vec(), shape);
    hairline.recession_mm = 0.0;
    (photo, hairline)
}

fn planned(shape: HairlineShape, seed: u64) -> Plan {
    let (photo, hairline) = level(shape);
    let mask = hairline.mask(photo.size(), flat()).unwrap();
    let look = Look::stubble().with_edge(shape.edge());
    look.plan(&photo, &mask, flat(), Seed::new(seed)).unwrap()
}

/// Dots per cm² by distance behind the line, in steps of a millimetre, over all columns away from the sides.
fn profile(plans: &[Plan]) -> Vec<f32> {
    let mut counts = [0_u32; 40];
    for dot in plans.iter().flat_map(Plan::dots) {
        let behind = 70.0 - dot.position_mm.y;
        if (20.0..180.0).contains(&dot.position_mm.x) && (0.0..40.0).contains(&behind) {
            counts[behind as usize] += 1;
        }
    }
    let area_cm2 = 1.6 * plans.len() as f32;
    counts.iter().map(|&n| n as f32 / area_cm2).collect()
}

#[test]
fn density_rises_over_the_width_of_the_edge_and_no_row_marks_it() {
    for shape in SHAPES {
        let plans: Vec<Plan> = (0..4).map(|seed| planned(shape, seed)).collect();
        let profile = profile(&plans);
        let full = profile[25..].iter().sum::<f32>() / 15.0;
        // Four plans of 16 cm² a step: a standard deviation of 3 % of a full step's dots at most, for blue noise.
        let edge = shape.edge();
        let width = (edge.width_mm + edge.wave_mm).ceil() as usize;
        assert!(
            (full / 130.0 - 1.0).abs() < 0.03,
            "{shape:?}: {full} where it is full"
        );
        for step in 0..width + 2 {
            let nearer = profile[..step].iter().fold(0.0_f32, |most, &d| most.max(d));
            let here = profile[step];
            assert!(
                nearer < here + 0.09 * full,
                "{shape:?}: a row {step} mm in, {profile:?}"
            );
            assert!(
                here < 1.06 * full,
                "{shape:?}: {here} of {full}, {step} mm in"
            );
        }
        assert!(
            profile[0] < 0.45 * full,
            "{shape:?}: {} of {full}",
            profile[0]
        );
        // Waves smear it, gaps eat into its outer half.
        let mid = profile[width / 2] / full;
        assert!((0.15..0.85).contains(&mid), "{shape:?}: {mid} half-way in");
    }
}

/// Standard deviation in mm of where density reaches half of its full value, over columns, about the drawn line.
fn straightness(plan: &Plan) -> f32 {
    let mut crossings = Vec::new();
    // Smoothed over 3 mm, so that the line is seen and not its dots.
    let density = |dots: &[Vec2], at: Vec2| -> f32 {
        let near = dots.iter().map(|dot| dot.distance_squared(at));
        let weights = near.filter(|d2| *d2 < 81.0).map(|d2| (-d2 / 18.0).exp());
        weights.sum::<f32>() / (18.0 * std::f32::consts::PI) * 100.0
    };
    for x in (20..180).step_by(2) {
        let column = plan.dots().iter().map(|dot| dot.position_mm);
        let column = column.filter(|dot| (dot.x - x as f32).abs() < 9.0 && dot.y > 30.0);
        let column: Vec<Vec2> = column.collect();
        let at = |behind: f32| density(&column, Vec2::new(x as f32, 70.0 - behind));
        let crossing = (-8..60)
            .map(|k| k as f32 * 0.5)
            .find(|&behind| at(behind) > 65.0);
        crossings.push(crossing.unwrap());
    }
    let mean = crossings.iter().sum::<f32>() / crossings.len() as f32;
    let variance = crossings.iter().map(|c| (c - mean).powi(2)).sum::<f32>();
    (variance / crossings.len() as f32).sqrt()
}

#[test]
fn only_an_edged_line_is_nearly_straight() {
    let mean = |shape| {
        (0..3)
            .map(|seed| straightness(&planned(shape, seed)))
            .sum::<f32>()
            / 3.0
    };
    let soft = mean(HairlineShape::Soft);
    assert!(soft >= 1.0, "the default strays by {soft} mm");
    for shape in [
        HairlineShape::Rounded,
        HairlineShape::Receded,
        HairlineShape::Broken,
    ] {
        let strays = mean(shape);
        assert!(strays >= 1.0, "{shape:?} strays by {strays} mm");
    }
    let edged = mean(HairlineShape::Edged);
    assert!((0.5..soft).contains(&edged), "edged strays by {edged} mm");
}

#[test]
fn shapes_run_as_they_say() {
    let points = [
        [100.0, 400.0],
        [180.0, 260.0],
        [400.0, 220.0],
        [620.0, 260.0],
        [700.0, 400.0],
    ];
    let points: Vec<Vec2> = points.map(Vec2::from).to_vec();
    let curve = |shape| {
        Hairline::new(points.clone(), shape)
            .curve_px(scale())
            .unwrap()
    };
    let away = |line: &[Vec2], p: Vec2| {
        line.iter()
            .fold(f32::MAX, |least, q| least.min(q.distance(p)))
    };
    for shape in [
        HairlineShape::Soft,
        HairlineShape::Broken,
        HairlineShape::Edged,
    ] {
        let line = curve(shape);
        assert!(
            points.iter().all(|&p| away(&line, p) < 1.5),
            "{shape:?} misses a point"
        );
        assert!(line.windows(2).all(|pair| pair[0].distance(pair[1]) < 4.0));
    }
    let rounded = curve(HairlineShape::Rounded);
    let [first, corner, last] = [0, 1, 4].map(|i| away(&rounded, points[i]));
    assert!(
        first < 0.01 && last < 0.01 && corner > 5.0,
        "{first} {corner} {last}"
    );
    // Up, away from the forehead, over both temples; hardly in the middle.
    let (soft, receded) = (curve(HairlineShape::Soft), curve(HairlineShape::Receded));
    let risen = |i: usize| soft[i].distance(receded[i]) / PX_PER_MM;
    let corners = [soft.len() / 4, 3 * soft.len() / 4];
    assert!(
        corners
            .iter()
            .all(|&i| risen(i) > 10.0 && soft[i].y > receded[i].y)
    );
    assert!(risen(soft.len() / 2) < 0.5);
}

#[test]
fn the_mask_is_the_scalp_behind_and_fades_into_the_sides() {
    let points = [
        [200.0, 300.0],
        [260.0, 200.0],
        [400.0, 170.0],
        [540.0, 200.0],
        [600.0, 300.0],
    ];
    let mut hairline = Hairline::new(points.map(Vec2::from).to_vec(), HairlineShape::Soft);
    let size = Size::new(800, 480).unwrap();
    let at = |mask: &Mask, x, y| mask.coverage().at(x, y);
    let whole = hairline.mask(size, scale()).unwrap();
    assert_eq!(
        [
            at(&whole, 400, 10),
            at(&whole, 400, 160),
            at(&whole, 230, 200)
        ],
        [1.0; 3]
    );
    assert_eq!([at(&whole, 400, 180), at(&whole, 400, 470)], [0.0; 2]);
    // Past the ends, down the sides: half-way at 10 mm, nothing from 20 mm on.
    let side: Vec<f32> = (0..100).map(|k| at(&whole, 150, 300 + k)).collect();
    assert!(side.windows(2).all(|pair| pair[1] <= pair[0]) && side[99] == 0.0);
    assert!(side[0] > 0.8, "{side:?}");
    let other: Vec<f32> = (0..100).map(|k| at(&whole, 649, 300 + k)).collect();
    let mut pairs = side.iter().zip(&other);
    assert!(pairs.all(|(a, b)| (a - b).abs() < 0.02), "{other:?}");

    hairline.depth_mm = Some(30.0);
    let band = hairline.mask(size, scale()).unwrap();
    assert_eq!([at(&band, 400, 160), at(&band, 400, 30)], [1.0, 0.0]);

    hairline.temples_px = vec![[[190.0, 290.0], [230.0, 330.0], [190.0, 360.0]].map(Vec2::from)];
    let pointed = hairline.mask(size, scale()).unwrap();
    assert_eq!([at(&band, 215, 330), at(&pointed, 215, 330)], [0.0, 0.5]);

    // With the crown it makes one area.
    let crown = Crown::new(Vec2::new(400.0, 60.0), 10.0)
        .mask(size, scale())
        .unwrap();
    assert!(at(&band.union(&crown).unwrap(), 400, 30) > 0.0);
}

#[test]
fn a_line_along_the_frame_has_its_depth() {
    let size = Size::new(400, 240).unwrap();
    let depths = [239.0, 240.0].map(|y| {
        let points = [[0.0, y], [200.0, y], [400.0, y]].map(Vec2::from);
        let mut hairline = Hairline::new(points.to_vec(), HairlineShape::Soft);
        hairline.depth_mm = Some(20.0);
        let mask = hairline.mask(size, scale()).unwrap();
        let column = (0..240).map(|y| mask.coverage().at(200, y));
        column.sum::<f32>() / scale().get()
    });
    // Its last third fades.
    for depth in depths {
        assert!((depth - (20.0 - 20.0 / 6.0)).abs() < 0.5, "{depths:?}");
    }
}

#[test]
fn lines_that_cannot_be_are_refused_by_name() {
    let (photo, good) = level(HairlineShape::Soft);
    let refused = |change: &dyn Fn(&mut Hairline)| {
        let mut hairline = good.clone();
        change(&mut hairline);
        hairline.mask(photo.size(), flat()).unwrap_err().to_string()
    };
    let points = |points: &[[f32; 2]]| {
        let points: Vec<Vec2> = points.iter().map(|&p| p.into()).collect();
        refused(&move |hairline| hairline.points_px.clone_from(&points))
    };
    assert!(points(&[]).starts_with("points of the hairline is 0"));
    assert!(points(&[[5.0, 5.0]]).starts_with("points of the hairline is 1"));
    assert!(points(&[[5.0, 5.0], [401.0, 5.0]]).starts_with("point of the hairline is 401"));
    assert!(points(&[[5.0, f32::NAN], [80.0, 5.0]]).starts_with("point of the hairline is NaN"));
    assert!(points(&[[5.0, 5.0], [5.0, 5.0]]).contains("half a pixel"));
    let crossing = points(&[[10.0, 10.0], [90.0, 90.0], [90.0, 10.0], [10.0, 90.0]]);
    assert!(crossing.contains("does not cross itself"), "{crossing}");
    assert!(refused(&|h| h.depth_mm = Some(0.0)).starts_with("hairline depth_mm is 0"));
    assert!(refused(&|h| h.side_fade_mm = -1.0).starts_with("hairline side_fade_mm is -1"));
    assert!(refused(&|h| h.recession_mm = 61.0).starts_with("hairline recession_mm is 61"));
    let outside = [[5.0, 5.0], [9.0, 241.0], [5.0, 20.0]].map(Vec2::from);
    assert!(refused(&|h| h.temples_px = vec![outside]).starts_with("point of a temple is 241"));
    assert!(
        "straight"
            .parse::<HairlineShape>()
            .unwrap_err()
            .to_string()
            .contains("soft, rounded")
    );
}
