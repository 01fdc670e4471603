//! Density between hair that stays long: on the scalp alone, under the hair, behind the person's own hairline.

use stubblefield::{
    Contrast, Error, Growth, Look, Mask, PatchRequest, Photo, Plan, Scale, Seed, Size,
    SyntheticPatch, When,
};

const PX_PER_MM: f32 = 10.0;

fn scale() -> Scale {
    Scale::px_per_mm(PX_PER_MM).unwrap()
}

/// Thinning long hair on 30 by 24 mm of skin.
fn patch() -> SyntheticPatch {
    let size = Size::new(300, 240).unwrap();
    let request = PatchRequest::new(size, scale(), Seed::new(5));
    let long = request.with_growth(Growth::Long { length_mm: 14.0 });
    long.with_density(stubblefield::Density::per_cm2(25.0).unwrap())
        .generate()
        .unwrap()
}

#[test]
fn dots_between_hairs_are_paler_and_smaller_than_those_of_stubble() {
    let [own, stubble] = [Look::between_hair(), Look::stubble()].map(|look| *look.variation());
    assert!((own.strength / stubble.strength - 0.8).abs() < 1e-6);
    assert_eq!((own.diameter_mm, stubble.diameter_mm), (0.20, 0.24));
}

fn planned(photo: &Photo) -> Plan {
    let look = Look::between_hair();
    look.plan(photo, &Mask::full(photo.size()), scale(), Seed::new(7))
        .unwrap()
}

fn of(cover: &stubblefield::Plane<f32>, is: impl Fn(f32) -> bool) -> Mask {
    Mask::from_coverage(cover.map(|cover| f32::from(u8::from(is(cover))))).unwrap()
}

#[test]
fn the_scalp_comes_nearer_to_the_hair_and_the_hair_stays() {
    let patch = patch();
    let plan = planned(&patch.photo);
    assert!(plan.dots().len() > 60, "{} dots", plan.dots().len());
    let after = plan.render(&patch.photo, When::healed()).unwrap();
    let report = plan.compare(&patch.photo, &after, When::healed()).unwrap();
    let contrast = report
        .contrast
        .iter()
        .find(|contrast| contrast.metres == 1.0)
        .unwrap();
    assert!(contrast.after < 0.98 * contrast.before, "{contrast:?}");
    // By the truth, not by what was found.
    let hair = of(&patch.hair_cover, |cover| cover > 0.95);
    let scalp = of(&patch.hair_cover, |cover| cover == 0.0);
    let true_contrast =
        Contrast::between([&scalp, &hair], [&patch.photo, &after], scale(), 0.3).unwrap();
    assert!(
        true_contrast.after < true_contrast.before,
        "{true_contrast:?}"
    );
    let darker = |part: &Mask| mean_lightness(&patch.photo, part) - mean_lightness(&after, part);
    assert!(darker(&hair).abs() < 0.1, "hair by {} L*", darker(&hair));
    assert!(darker(&scalp) > 0.2, "scalp by {} L*", darker(&scalp));
}

fn mean_lightness(photo: &Photo, mask: &Mask) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0_f32);
    for y in 0..photo.size().height() {
        for x in 0..photo.size().width() {
            if mask.coverage().at(i64::from(x), i64::from(y)) > 0.0 {
                let light = photo.linear_srgb_at(x, y);
                let y = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
                sum += 116.0 * y.cbrt() - 16.0;
                count += 1.0;
            }
        }
    }
    sum / count
}

#[test]
fn dots_keep_off_the_hairs() {
    let patch = patch();
    let plan = planned(&patch.photo);
    let hair = plan.scene().hair().unwrap();
    let on_hair = |cover: &stubblefield::Plane<f32>| {
        let dots = plan.dots().iter().map(|dot| dot.position_mm * PX_PER_MM);
        dots.filter(|at| cover.at(at.x as i64, at.y as i64) >= 0.5)
            .count()
    };
    assert_eq!(on_hair(hair.cover()), 0);
    // 0.25 mm, which are 2.5 px, lie between; a dot's own pixel is known by its middle.
    let away = of(hair.cover(), |cover| cover >= 0.5).signed_distance_px();
    for dot in plan.dots() {
        let at = dot.position_mm * PX_PER_MM;
        let clear_px = -away.at(at.x as i64, at.y as i64);
        assert!(clear_px > 2.0, "{clear_px} px from a hair at {at}");
    }
    // By the truth too, as far as hair is found.
    let missed = on_hair(&patch.hair_cover);
    assert!(
        6 * missed < plan.dots().len(),
        "{missed} of {}",
        plan.dots().len()
    );
}

#[test]
fn nothing_lies_before_the_own_hairline() {
    // Hair above, bare forehead below.
    let patch = patch();
    let size = Size::new(300, 480).unwrap();
    let photo = {
        let mut codes = Vec::new();
        for y in 0..480_u32 {
            for x in 0..300_u32 {
                let light = if y < 240 {
                    patch.photo.linear_srgb_at(x, y)
                } else {
                    [0.5, 0.33, 0.25]
                };
                codes
                    .extend(light.map(|c| (255.0 * c.clamp(0.0, 1.0).powf(1.0 / 2.2) + 0.5) as u8));
            }
        }
        Photo::from_rgb8(size, codes).unwrap()
    };
    let plan = planned(&photo);
    assert!(!plan.dots().is_empty());
    let lowest = plan
        .dots()
        .iter()
        .fold(0.0_f32, |lowest, dot| lowest.max(dot.position_mm.y));
    assert!(
        lowest < 24.0 + 6.0,
        "a dot {lowest} mm down, hair ends at 24"
    );
}

#[test]
fn bare_skin_is_refused_by_name() {
    let size = Size::new(120, 90).unwrap();
    let bare = Photo::from_rgb8(size, [214, 172, 148].repeat(size.pixels())).unwrap();
    let refused = Look::between_hair()
        .plan(&bare, &Mask::full(size), scale(), Seed::new(7))
        .unwrap_err();
    assert!(
        matches!(refused, Error::NotFound { what: "hair", .. }),
        "{refused}"
    );
}
