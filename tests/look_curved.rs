//! Treatments on the curved skin of a head: as dense, as evenly spread and as dark there as on flat skin.

use glam::{DVec2, DVec3, Vec2};
use stubblefield::{
    Area, Density, Edge, Follicles, HeadShape, Hints, Look, Mask, Person, Photo, Plan, Recipe,
    Scale, Scene, Seed, Size, SyntheticScalp, Unjudged, When,
};

/// 200 mm × 240 mm of skin, and a head in its middle.
fn ground(px_per_mm: f32) -> (Photo, HeadShape, Scale) {
    let size = Size::new((200.0 * px_per_mm) as u32, (240.0 * px_per_mm) as u32).unwrap();
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let head = HeadShape {
        centre_px: Vec2::new(100.0, 120.0) * px_per_mm,
        half_axes_px: Vec2::new(78.0, 96.0) * px_per_mm,
        angle: 0.0,
    };
    (photo, head, Scale::px_per_mm(px_per_mm).unwrap())
}

/// Even everywhere: an edge would thin out the rim.
fn look() -> Look {
    Look::stubble().with_edge(Edge::past(0.0, 0.0))
}

/// Where half axes from the middle are in a range.
fn within(photo: &Photo, head: &HeadShape, from: f32, to: f32) -> Mask {
    Mask::from_fn(photo.size(), |p| {
        let off = ((p - head.centre_px) / head.half_axes_px).length();
        f32::from(u8::from((from..to).contains(&off)))
    })
    .unwrap()
}

/// The place in mm on the ellipsoid whose third half axis is the mean of the others.
fn on_skin(head: &HeadShape, scale: Scale, at_mm: Vec2) -> DVec3 {
    let per_mm = f64::from(scale.get());
    let axes = head.half_axes_px.as_dvec2() / per_mm;
    let at = at_mm.as_dvec2() - head.centre_px.as_dvec2() / per_mm;
    let height = (1.0 - (at / axes).length_squared()).max(0.0).sqrt();
    at.extend(height * (axes.x * axes.y).sqrt())
}

/// Skin under a mask in cm², by the normal of that ellipsoid.
fn skin_cm2(mask: &Mask, head: &HeadShape, scale: Scale) -> f64 {
    let axes = head.half_axes_px.as_dvec2();
    let depth = (axes.x * axes.y).sqrt();
    let mut skin = 0.0;
    for y in 0..mask.size().height() {
        for (x, &covered) in mask.coverage().row(y).iter().enumerate() {
            if covered > 0.0 {
                let at = DVec2::new(x as f64 + 0.5, f64::from(y) + 0.5);
                let at = (at - head.centre_px.as_dvec2()) / axes;
                let height = (1.0 - at.length_squared()).sqrt();
                let normal = DVec3::new(at.x / axes.x, at.y / axes.y, height / depth);
                skin += f64::from(covered) * normal.length() / normal.z;
            }
        }
    }
    skin / f64::from(scale.get()).powi(2) / 100.0
}

fn count(plan: &Plan, mask: &Mask) -> f64 {
    let held = plan.dots().iter().filter(|dot| {
        let at = dot.position_mm * plan.scale().get();
        mask.coverage().at(at.x as i64, at.y as i64) > 0.0
    });
    held.count() as f64
}

#[test]
fn a_head_has_as_many_dots_on_each_cm2_of_skin_as_asked_for() {
    let (photo, head, scale) = ground(3.0);
    let treated = within(&photo, &head, 0.0, 0.98);
    let plan = |look: Look| look.plan(&photo, &treated, scale, Seed::new(7)).unwrap();
    let (curved, flat) = (plan(look().with_head(Some(head))), plan(look()));
    for (from, to) in [(0.0, 0.5), (0.5, 0.8), (0.8, 0.92), (0.92, 0.975)] {
        let ring = within(&photo, &head, from, to);
        let skin = skin_cm2(&ring, &head, scale);
        let [curved, flat] = [&curved, &flat].map(|plan| count(plan, &ring) / skin);
        // Some 5,000 dots a ring: Poisson disks count to within 0.5 %.
        assert!(
            (curved - 130.0).abs() < 4.0,
            "{curved} per cm² in {from}..{to}"
        );
        assert!(from < 0.8 || flat < 85.0, "{flat} per cm² laid flat");
    }
    let report = curved.report(&photo, When::healed()).unwrap();
    let skin = skin_cm2(&treated, &head, scale);
    assert!(
        (report.area_cm2 / skin - 1.0).abs() < 0.01,
        "{} for {skin}",
        report.area_cm2
    );
    assert!(
        (report.dots_per_cm2 - 130.0).abs() < 3.0,
        "{}",
        report.dots_per_cm2
    );
    // Dots of one size, as dense on the skin, leave as much of it free, and nearly as many stand apart: lengths differ by up to
    // a tenth by direction.
    let flat = flat.report(&photo, When::healed()).unwrap();
    let [own, flat] = [report, flat].map(|report| report.separation.unwrap());
    assert!(
        (own.free_share - flat.free_share).abs() < 0.01,
        "{own}\n{flat}"
    );
    assert!(
        (own.distinct_share - flat.distinct_share).abs() < 0.08,
        "{own}\n{flat}"
    );
}

#[test]
fn a_head_found_in_the_picture_counts_as_the_true_one_does() {
    let scalp = SyntheticScalp::generate(Scale::px_per_mm(3.0).unwrap(), Seed::new(1)).unwrap();
    let report = |look: Look| {
        let plan = look
            .plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))
            .unwrap();
        assert!(plan.scene().head().is_some());
        plan.report(&scalp.photo, When::healed()).unwrap()
    };
    let [found, stated, flat] = [
        Look::stubble(),
        Look::stubble().with_head(Some(scalp.head)),
        Look::stubble().with_head(None),
    ]
    .map(report);
    // Where the wall begins is known to a pixel or two, and a tenth of the skin is within them.
    assert!(
        (found.area_cm2 / stated.area_cm2 - 1.0).abs() < 0.08,
        "{} for {}",
        found.area_cm2,
        stated.area_cm2
    );
    let dots = found.dots as f64 / stated.dots as f64;
    assert!(
        (dots - 1.0).abs() < 0.05,
        "{} for {}",
        found.dots,
        stated.dots
    );
    assert!(
        (flat.dots as f64) < 0.65 * stated.dots as f64,
        "{} flat",
        flat.dots
    );
    assert!(
        (found.full.delta_l - flat.full.delta_l).abs() < 0.3,
        "{} and {}",
        found.full.delta_l,
        flat.full.delta_l
    );
    let is_told = |report: &stubblefield::Report| !report.unjudged.contains(&Unjudged::Curvature);
    assert!(is_told(&found) && is_told(&stated) && !is_told(&flat));
}

#[test]
fn dots_are_spread_evenly_on_the_skin_and_in_all_directions() {
    let (photo, head, scale) = ground(3.0);
    // The front of a head, up to 72 degrees away from the camera.
    let front = |p: Vec2| f32::from(u8::from(p.y < 260.0 && (p.x - 300.0).abs() < 120.0));
    let front = Mask::from_fn(photo.size(), front).unwrap();
    let treated = within(&photo, &head, 0.2, 0.95).intersect(&front).unwrap();
    let plan = look()
        .with_head(Some(head))
        .plan(&photo, &treated, scale, Seed::new(7))
        .unwrap();
    let places: Vec<DVec3> = plan
        .dots()
        .iter()
        .map(|dot| on_skin(&head, scale, dot.position_mm))
        .collect();
    let spacing = Density::per_cm2(130.0).unwrap().spacing_mm();
    // Ways on the skin to all neighbours, in the direction in which it turns away and across.
    let (mut least, mut along, mut across) = (f64::INFINITY, 0.0, 0.0);
    for (i, &place) in places.iter().enumerate() {
        let away = place.truncate().normalize();
        let aside = DVec2::new(-away.y, away.x);
        let others = places.iter().enumerate().filter(|(j, _)| *j != i);
        for way in others.map(|(_, other)| *other - place) {
            let squared = way.length_squared();
            least = least.min(squared.sqrt());
            if squared < 4.0 * spacing * spacing {
                let sideways = way.truncate().dot(aside).abs();
                across += sideways;
                along += (squared - sideways * sideways).sqrt();
            }
        }
    }
    assert!(least > 0.85 * spacing, "{least} for {spacing}");
    let report = plan.report(&photo, When::healed()).unwrap();
    let told = report.min_spacing_mm.unwrap();
    assert!((told / least - 1.0).abs() < 0.02, "{told} for {least}");
    let balance = along / across;
    assert!((0.95..1.06).contains(&balance), "{balance}");
}

#[test]
fn a_head_is_as_dark_at_its_rim_as_in_its_middle() {
    let (photo, head, scale) = ground(3.0);
    let treated = within(&photo, &head, 0.0, 0.98);
    let plan = look()
        .with_head(Some(head))
        .plan(&photo, &treated, scale, Seed::new(7))
        .unwrap();
    let let_through = plan.transmittance(When::healed()).unwrap();
    let mean = |from, to| {
        let ring = within(&photo, &head, from, to);
        let of = |channel: usize| {
            let all = let_through[channel]
                .values()
                .iter()
                .zip(ring.coverage().values());
            all.map(|(t, share)| f64::from(t * share)).sum::<f64>() / ring.area_px()
        };
        [of(0), of(1), of(2)]
    };
    let middle = mean(0.0, 0.4);
    for (from, to) in [(0.6, 0.75), (0.75, 0.88), (0.88, 0.95)] {
        let ring = mean(from, to);
        for c in 0..3 {
            let off = (1.0 - ring[c]) / (1.0 - middle[c]);
            assert!(
                (0.93..1.07).contains(&off),
                "{off} in channel {c} of {from}..{to}"
            );
        }
    }
}

#[test]
fn dots_are_seen_at_a_slant() {
    // Close-ups of the left side and of the upper side of a head, whose middle lies outside the picture.
    slant_is_seen(Vec2::new(1150.0, 140.0));
    slant_is_seen(Vec2::new(140.0, 1150.0));
}

/// Of a head with its middle there, right of or below a picture of 280 × 280 px.
fn slant_is_seen(centre_px: Vec2) {
    let scale = Scale::px_per_mm(14.0).unwrap();
    let size = Size::new(280, 280).unwrap();
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let head = HeadShape {
        centre_px,
        half_axes_px: Vec2::new(1150.0, 1150.0),
        angle: 0.0,
    };
    let place = Vec2::new(140.0, 140.0);
    let tilt = head.tilt_at(place).unwrap();
    assert!(
        (tilt.to_degrees() - 61.4).abs() < 1.0,
        "{}",
        tilt.to_degrees()
    );
    let sparse = look().with_density(Density::per_cm2(20.0).unwrap());
    let mask = Mask::full(size);
    let extents = |look: Look| {
        let plan = look.plan(&photo, &mask, scale, Seed::new(3)).unwrap();
        // Second moments of what is taken of green light, above half of the most, around the widest dot of the middle.
        let through = &plan.transmittance(When::healed()).unwrap()[1];
        let is_near = |dot: &&stubblefield::PlannedDot| {
            (dot.position_mm * scale.get()).distance(place) < 100.0
        };
        let near = plan.dots().iter().filter(is_near);
        let dot = near
            .max_by(|a, b| a.healed.radius_mm.total_cmp(&b.healed.radius_mm))
            .unwrap();
        let at = dot.position_mm * scale.get();
        let (x, y) = (at.x as i64, at.y as i64);
        let taken = |x, y| 1.0 - through.at(x, y);
        let around = || (-6..=6).flat_map(|dy| (-6..=6).map(move |dx| (x + dx, y + dy)));
        let most = around().map(|(x, y)| taken(x, y)).fold(0.0, f32::max);
        let (mut moments, mut total) = (DVec2::ZERO, 0.0);
        for (x, y) in around() {
            let above = f64::from((taken(x, y) - 0.5 * most).max(0.0));
            let off = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) - at;
            moments += above * (off * off).as_dvec2();
            total += above;
        }
        // Towards the middle of the head, and across.
        let [x, y] = (moments / total).to_array().map(f64::sqrt);
        if centre_px.x > centre_px.y {
            [x, y]
        } else {
            [y, x]
        }
    };
    let [along, across] = extents(sparse.clone());
    assert!((along / across - 1.0).abs() < 0.1, "{along} by {across}");
    let [along, across] = extents(sparse.with_head(Some(head)));
    // Blur of camera and skin is as wide as the dot.
    assert!(along / across < 0.85, "{along} by {across}");
}

#[test]
fn a_scar_on_a_head_has_the_dots_of_its_skin() {
    let (photo, head, scale) = ground(5.0);
    // A line across the top of the head, 4 mm wide in the picture, where the skin is tilted by about 60 degrees.
    let line = [Vec2::new(330.0, 205.0), Vec2::new(670.0, 205.0)];
    let scar = Mask::from_line(photo.size(), &line, 20.0).unwrap();
    let skin = skin_cm2(&scar, &head, scale);
    let plan = |head| {
        let look = Look::scar().with_head(head);
        look.plan(&photo, &scar, scale, Seed::new(7)).unwrap()
    };
    let [curved, flat] = [Some(head), None].map(plan);
    let [curved, flat] = [&curved, &flat].map(|plan| count(plan, &scar) / skin);
    assert!((curved / 117.0 - 1.0).abs() < 0.06, "{curved} per cm2");
    assert!(flat < 70.0, "{flat} per cm2 laid flat");
}

#[test]
fn own_hair_at_a_slant_is_counted_on_the_skin() {
    // The side of a head, tilted by 45 degrees in its middle, with own hair that is dots drawn there.
    let scale = Scale::px_per_mm(14.0).unwrap();
    let size = Size::new(420, 420).unwrap();
    let photo = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let head = HeadShape {
        centre_px: Vec2::new(1020.0, 210.0),
        half_axes_px: Vec2::new(1150.0, 1150.0),
        angle: 0.0,
    };
    let mask = Mask::full(size);
    let plan = |head| {
        let look = look().with_density(Density::per_cm2(60.0).unwrap());
        let look = look.with_head(head);
        look.plan(&photo, &mask, scale, Seed::new(3)).unwrap()
    };
    let drawn = plan(Some(head)).render(&photo, When::fresh()).unwrap();
    let own = Follicles::find(&drawn, &mask, scale).unwrap();
    let own_per_cm2 = |head| {
        let person = Person::new().with_follicles(&own);
        let report = plan(head).report_on(&photo, When::healed(), &person);
        report.unwrap().own_per_cm2.unwrap()
    };
    let [curved, flat] = [Some(head), None].map(own_per_cm2);
    assert!(
        (curved / 60.0 - 1.0).abs() < 0.1,
        "{curved} for 60, {flat} in the picture"
    );
    assert!(flat > 75.0, "{flat}");
}

#[test]
fn the_head_comes_from_the_look_from_the_scene_or_from_a_recipe() {
    let (photo, head, scale) = ground(2.0);
    let corners = [
        [60.0, 100.0],
        [340.0, 100.0],
        [300.0, 300.0],
        [100.0, 300.0],
    ]
    .map(Vec2::from);
    let mask = Mask::from_polygon(photo.size(), &corners).unwrap();
    let seed = Seed::new(7);
    let flat = Look::stubble().plan(&photo, &mask, scale, seed).unwrap();

    let rim: Vec<Vec2> = (0..24)
        .map(|i| head.centre_px + head.half_axes_px * Vec2::from_angle(0.26 * i as f32))
        .collect();
    let hints = Hints::new()
        .with_area(&mask)
        .with_scale(scale)
        .with_head(&rim);
    let seen = Look::stubble()
        .plan_on(Scene::read(&photo, hints).unwrap(), &mask, scale, seed)
        .unwrap();
    let fitted = HeadShape::fit(&rim).unwrap();
    let stated = Look::stubble()
        .with_head(Some(fitted))
        .plan(&photo, &mask, scale, seed)
        .unwrap();
    assert_eq!(seen.dots(), stated.dots());
    assert_ne!(flat.dots(), stated.dots());
    assert_ne!(flat.fingerprint(), stated.fingerprint());

    let area = Area::Outline(corners.to_vec());
    let recipe = Recipe::new(
        Look::stubble().with_head(Some(fitted)),
        area,
        photo.size(),
        scale,
        seed,
    );
    let written = serde_json::to_string(&recipe).unwrap();
    let read: Recipe = serde_json::from_str(&written).unwrap();
    assert_eq!(read.plan(&photo).unwrap().dots(), stated.dots());
}

#[test]
fn a_head_that_is_none_is_refused_by_name() {
    let (photo, head, scale) = ground(2.0);
    let mask = within(&photo, &head, 0.0, 0.8);
    let told = |head: HeadShape| {
        let plan = look()
            .with_head(Some(head))
            .plan(&photo, &mask, scale, Seed::new(7));
        plan.unwrap_err().to_string()
    };
    let with = |change: fn(&mut HeadShape)| {
        let mut head = head;
        change(&mut head);
        told(head)
    };
    assert!(with(|h| h.angle = f32::NAN).starts_with("angle of the head is NaN"));
    assert!(with(|h| h.centre_px.x = f32::INFINITY).starts_with("centre of the head in px is inf"));
    assert!(with(|h| h.half_axes_px.y = 0.0).starts_with("half axis of the head in px is 0"));
    assert!(with(|h| h.half_axes_px.x *= 0.3).starts_with("shorter over longer axis of the head"));
    assert!(with(|h| h.half_axes_px *= 3.0).starts_with("half axis of the head in mm is 234"));
    assert!(with(|h| h.half_axes_px *= 0.6).starts_with("farthest place of the treatment"));
}

#[test]
fn an_edge_is_as_wide_on_skin_that_turns_away() {
    let (photo, head, scale) = ground(2.0);
    let whole = within(&photo, &head, 0.0, 1.0);
    let part = |low_mm: Vec2, high_mm: Vec2| {
        let [low, high] = [low_mm, high_mm].map(|at| at * scale.get());
        let inside = |p: Vec2| p.cmpge(low).all() && p.cmplt(high).all();
        let part = Mask::from_fn(photo.size(), |p| f32::from(u8::from(inside(p)))).unwrap();
        part.intersect(&whole).unwrap()
    };
    // By how many mm of bare skin the border stands back, in the middle of the head.
    let bare_mm = |border_mm: f32, seed: u64| {
        let treated = part(Vec2::ZERO, Vec2::new(200.0, border_mm));
        let look = Look::stubble().with_head(Some(head));
        let plan = look.plan(&photo, &treated, scale, Seed::new(seed)).unwrap();
        let strip = part(
            Vec2::new(70.0, border_mm - 22.0),
            Vec2::new(130.0, border_mm),
        );
        let skin_cm2 = skin_cm2(&strip, &head, scale);
        let along = (70..=130).map(|x| on_skin(&head, scale, Vec2::new(x as f32, border_mm)));
        let along: Vec<DVec3> = along.collect();
        let length_mm: f64 = along.windows(2).map(|w| w[0].distance(w[1])).sum();
        100.0 * (skin_cm2 - count(&plan, &strip) / 130.0) / length_mm
    };
    // 5°, 25° and 45° off the camera.
    let [facing, between, slanted] = [112.0, 80.0, 52.0]
        .map(|border_mm| (1..=4).map(|seed| bare_mm(border_mm, seed)).sum::<f64>() / 4.0);
    for off in [between, slanted] {
        assert!((off / facing - 1.0).abs() < 0.1, "{off} for {facing}");
    }
}
