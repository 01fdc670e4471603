//! Own hair that greys or recedes under a treatment, held to scalps that were drawn with such hair.

use palette::LinSrgb;
use stubblefield::{
    Density, Growth, HairChange, Look, Mask, PatchRequest, Photo, Samples, Scale, Seed, Size, When,
};

const COLUMNS: u32 = 420;
const ROWS: u32 = 260;
/// Left of it skin is bare.
const BARE: u32 = 150;

const DARK: LinSrgb<f32> = LinSrgb::new(0.030, 0.019, 0.013);
const GREY: LinSrgb<f32> = LinSrgb::new(0.300, 0.290, 0.280);

fn size() -> Size {
    Size::new(COLUMNS, ROWS).unwrap()
}

fn scale(px_per_mm: f32) -> Scale {
    Scale::px_per_mm(px_per_mm).unwrap()
}

fn hair() -> Mask {
    Mask::from_fn(size(), |p| f32::from(u8::from(p.x >= BARE as f32))).unwrap()
}

/// Skin that is bare on the left, with hair as requested on the right.
fn head(hairy: PatchRequest) -> Photo {
    let bald = hairy.with_density(Density::per_cm2(0.1).unwrap());
    let [bald, hairy] = [bald, hairy].map(|request| request.generate().unwrap().photo);
    let (Samples::Rgb8(bare), Samples::Rgb8(hairy)) = (bald.pixels(), hairy.pixels()) else {
        panic!("another depth");
    };
    let pixels = bare.chunks_exact(3).zip(hairy.chunks_exact(3)).enumerate();
    let codes = pixels.flat_map(|(i, (bare, hairy))| {
        let left = (i as u32 % COLUMNS) < BARE;
        if left { bare.to_vec() } else { hairy.to_vec() }
    });
    Photo::from_rgb8(size(), codes.collect()).unwrap()
}

fn request(px_per_mm: f32, hair: LinSrgb<f32>) -> PatchRequest {
    PatchRequest::new(size(), scale(px_per_mm), Seed::new(5)).with_hair(hair)
}

/// Mean of green light over the hair, and the standard deviation of what is finer than 1.2 mm.
fn look_of(photo: &Photo, px_per_mm: f32) -> [f64; 2] {
    let reach = (1.2 * px_per_mm) as i64;
    let green = |x: i64, y: i64| f64::from(photo.linear_srgb_at(x as u32, y as u32)[1]);
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    let margin = i64::from(BARE) + 3 * reach;
    for y in (reach..i64::from(ROWS) - reach).step_by(5) {
        for x in (margin..i64::from(COLUMNS) - reach).step_by(5) {
            let (mut around, mut seen) = (0.0, 0.0);
            for dy in (-reach..=reach).step_by(3) {
                for dx in (-reach..=reach).step_by(3) {
                    around += green(x + dx, y + dy);
                    seen += 1.0;
                }
            }
            let own = green(x, y);
            sum += own;
            squares += (own - around / seen) * (own - around / seen);
            count += 1.0;
        }
    }
    [sum / count, (squares / count).sqrt()]
}

fn after(change: HairChange, photo: &Photo, px_per_mm: f32) -> Photo {
    let seed = Seed::new(1);
    change.on(photo, &hair(), scale(px_per_mm), seed).unwrap()
}

#[test]
fn what_recedes_comes_near_to_a_scalp_without_hair_and_grey_hair_near_to_one_that_has_it() {
    for px_per_mm in [6.0, 12.0] {
        let dark = head(request(px_per_mm, DARK));
        let bald = request(px_per_mm, DARK).with_density(Density::per_cm2(0.1).unwrap());
        let told = |photo: &Photo| look_of(photo, px_per_mm);
        let [now, grey, bald] = [
            told(&dark),
            told(&head(request(px_per_mm, GREY))),
            told(&head(bald)),
        ];
        let way = bald[0] - now[0];
        let gone = told(&after(
            HairChange::none().with_receding_mm(150.0),
            &dark,
            px_per_mm,
        ));
        let share = (gone[0] - now[0]) / way;
        assert!(
            (0.5..1.05).contains(&share),
            "{share} of the way at {px_per_mm}"
        );
        // Neither the marks of hair nor a smooth mask.
        let grain = gone[1] / bald[1];
        assert!(
            (0.9..1.5).contains(&grain),
            "{grain} of the relief at {px_per_mm}"
        );
        let greyed = told(&after(
            HairChange::none().with_greying(1.0),
            &dark,
            px_per_mm,
        ));
        let off = (greyed[0] - grey[0]) / way;
        assert!(off.abs() < 0.2, "{off} of the way off at {px_per_mm}");
        assert!(
            greyed[1] < 0.8 * now[1],
            "{greyed:?} of {now:?} at {px_per_mm}"
        );
        assert!(
            greyed[1] > gone[1],
            "{greyed:?}, {gone:?} without at {px_per_mm}"
        );
    }
}

fn codes(photo: &Photo) -> &[u8] {
    match photo.pixels() {
        Samples::Rgb8(codes) => codes,
        _ => panic!("another depth"),
    }
}

#[test]
fn more_of_a_change_only_adds_to_it_and_nothing_else_changes() {
    let dark = head(request(8.0, DARK));
    let greying = |share| after(HairChange::none().with_greying(share), &dark, 8.0);
    let [some, more] = [greying(0.3), greying(0.7)];
    let pairs = codes(&some).iter().zip(codes(&more));
    assert!(pairs.clone().all(|(some, more)| more + 1 >= *some));
    assert!(pairs.clone().filter(|(some, more)| more > some).count() > 3000);
    // Some follicles have greyed, others not at all.
    let changed = codes(&dark)
        .iter()
        .zip(codes(&some))
        .filter(|(a, b)| **b > **a + 12);
    let most = greying(1.0);
    let all = codes(&dark)
        .iter()
        .zip(codes(&most))
        .filter(|(a, b)| **b > **a + 12);
    let share = changed.count() as f32 / all.count() as f32;
    assert!((0.2..0.4).contains(&share), "{share} for 0.3");
    // 33 mm of hair, 10 mm of which are bare and thin in the end; light is shaded over 6 mm more.
    let receded = after(HairChange::none().with_receding_mm(10.0), &dark, 8.0);
    let untouched = (0..codes(&dark).len()).filter(|i| {
        let x = (i / 3) as u32 % COLUMNS;
        x < BARE || x > BARE + (8.0 * 17.0) as u32
    });
    let stays = |i: usize| codes(&receded)[i] == codes(&dark)[i];
    assert!(untouched.into_iter().all(stays));
}

/// The rightmost quarter is a wall, up to which a person draws the hair, or somewhat beyond it.
#[test]
fn hair_that_ends_at_the_wall_has_no_hairline_there() {
    let wall = COLUMNS * 3 / 4;
    let mut drawn = codes(&head(request(8.0, DARK))).to_vec();
    for (i, rgb) in drawn.chunks_exact_mut(3).enumerate() {
        if i as u32 % COLUMNS >= wall {
            rgb.copy_from_slice(&[150, 170, 190]);
        }
    }
    let before = Photo::from_rgb8(size(), drawn).unwrap();
    let change = HairChange::none().with_receding_mm(10.0);
    let upto = |right: u32| {
        let area = |x: f32| x >= BARE as f32 && x < right as f32;
        let area = Mask::from_fn(size(), |p| f32::from(u8::from(area(p.x)))).unwrap();
        change.on(&before, &area, scale(8.0), Seed::new(1)).unwrap()
    };
    let beyond = upto(wall + 30);
    assert_ne!(codes(&beyond), codes(&before));
    for right in [wall, wall - 8] {
        let to_rim = upto(right);
        // 10 mm from the skin hair is gone or thin, and shaded over 6 mm more.
        let rest = (BARE + 8 * 17)..right;
        for (i, (a, b)) in codes(&to_rim).iter().zip(codes(&before)).enumerate() {
            let x = (i / 3) as u32 % COLUMNS;
            assert!(!rest.contains(&x) || a == b, "changed at {x} of {right}");
        }
    }
}

/// Cropped so that hair is told from the skin pixel by pixel.
fn dense_black() -> PatchRequest {
    request(14.0, LinSrgb::new(0.012, 0.010, 0.009))
        .with_growth(Growth::Stubble { length_mm: 2.0 })
        .with_density(Density::per_cm2(150.0).unwrap())
}

#[test]
fn pigment_stays_where_hair_goes_and_shows_where_it_lay_under_it() {
    let dark = head(dense_black());
    let mask = Mask::from_fn(size(), |p| f32::from(u8::from(p.x >= 200.0))).unwrap();
    let plan = Look::stubble()
        .plan(&dark, &mask, scale(14.0), Seed::new(7))
        .unwrap();
    let when = When::years(10.0).unwrap();
    let unchanged = plan
        .render_among(&dark, when, &hair(), &HairChange::none())
        .unwrap();
    assert_eq!(
        unchanged.pixels(),
        plan.render(&dark, when).unwrap().pixels()
    );
    let change = HairChange::none().with_receding_mm(150.0);
    let bare = change
        .on(&dark, &hair(), scale(14.0), Seed::new(7))
        .unwrap();
    let among = plan.render_among(&dark, when, &hair(), &change).unwrap();
    let sum = |photo: &Photo| {
        codes(photo)
            .iter()
            .map(|&code| u64::from(code))
            .sum::<u64>()
    };
    assert!(sum(&among) < sum(&bare));
    // Hair that has gone no longer hides it.
    assert!(plan.scene().hair().is_some());
    let hidden = plan.render(&bare, when).unwrap();
    let pairs = codes(&among).iter().zip(codes(&hidden));
    assert!(pairs.clone().all(|(among, hidden)| among <= hidden));
    assert!(sum(&among) < sum(&hidden));
}

#[test]
fn the_same_bytes_come_of_any_number_of_threads() {
    let dark = head(request(5.0, DARK));
    let change = HairChange::none().with_greying(0.5).with_receding_mm(20.0);
    let by = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| after(change, &dark, 5.0))
    };
    assert_eq!(codes(&by(1)), codes(&by(3)));
}

#[test]
fn hair_that_cannot_be_changed_on_a_photo_is_refused_by_name() {
    let change = HairChange::none().with_greying(0.5).with_receding_mm(10.0);
    let on = |photo: &Photo, hair: &Mask, px_per_mm: f32| {
        change
            .on(photo, hair, scale(px_per_mm), Seed::new(1))
            .unwrap_err()
            .to_string()
    };
    let dark = head(request(6.0, DARK));
    let long = head(request(6.0, DARK).with_growth(Growth::Long { length_mm: 40.0 }));
    let bald = head(request(6.0, DARK).with_density(Density::per_cm2(0.1).unwrap()));
    let refused = on(&long, &hair(), 6.0);
    let words = "share of own hair that is longer than stubble is 0.";
    assert!(refused.starts_with(words), "{refused}");
    assert_eq!(
        on(&bald, &hair(), 6.0),
        "own hair: none found in the area that is said to bear it"
    );
    assert_eq!(
        on(&dark, &Mask::full(size()), 6.0),
        "bare skin: none found beside the own hair"
    );
    assert_eq!(
        on(&dark, &hair(), 1.5),
        "px_per_mm is 1.5, allowed: 2..=400: where hairs show"
    );
    let nothing = Mask::full(size()).invert();
    assert_eq!(
        on(&dark, &nothing, 6.0),
        "pixels of own hair is 0, allowed: above 0, wall left out"
    );
    let other = Mask::full(Size::new(10, 10).unwrap());
    assert!(
        on(&dark, &other, 6.0).starts_with("hair is 10x10"),
        "{}",
        on(&dark, &other, 6.0)
    );
    // Cropped so thickly that no skin lies between: it greys, and cannot be taken off.
    let within = |i: u32| {
        let (x, y) = (i % COLUMNS, i / COLUMNS);
        (BARE..COLUMNS - 20).contains(&x) && (20..ROWS - 20).contains(&y)
    };
    let pixels = (0_u32..).zip(codes(&dark).chunks_exact(3));
    let codes = pixels.flat_map(|(i, skin)| {
        let gleam = if (i.wrapping_mul(2_654_435_761) >> 13) % 5 < 2 {
            2
        } else {
            1
        };
        if within(i) {
            [46 * gleam, 39 * gleam, 35 * gleam]
        } else {
            [skin[0], skin[1], skin[2]]
        }
    });
    let size = size();
    let hair = || {
        Mask::from_fn(size, |p| {
            f32::from(u8::from(within(p.y as u32 * COLUMNS + p.x as u32)))
        })
        .unwrap()
    };
    let cropped = Photo::from_rgb8(size, codes.collect()).unwrap();
    let refused = on(&cropped, &hair(), 6.0);
    assert_eq!(
        refused,
        "skin between the hairs: none found where own hair is to recede"
    );
    let greying = HairChange::none().with_greying(0.5);
    assert!(
        greying
            .on(&cropped, &hair(), scale(6.0), Seed::new(1))
            .is_ok()
    );
}
