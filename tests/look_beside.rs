//! Other outcomes beside the one that is planned: other healing, and what is sold instead.

use stubblefield::{
    Concealer, Course, FileFormat, Healing, Look, Mask, Photo, Plan, Samples, Scale, Seed, Size,
    SyntheticScalp, TouchUp, Wear, When,
};

fn codes(photo: &Photo) -> &[u8] {
    match photo.pixels() {
        Samples::Rgb8(codes) => codes,
        other => panic!("not 8-bit RGB: {other:?}"),
    }
}

/// 24 × 20 mm of even skin at 8 px/mm, treated all over.
fn plan() -> (Photo, Plan) {
    let size = Size::new(192, 160).unwrap();
    let photo = Photo::from_rgb8(size, [214, 165, 140].repeat(size.pixels())).unwrap();
    let course = Course::default().with_touch_up(TouchUp::after_years(4.0));
    let look = Look::stubble().with_course(course);
    let scale = Scale::px_per_mm(8.0).unwrap();
    let plan = look.plan(&photo, &Mask::full(size), scale, Seed::new(1));
    (photo, plan.unwrap())
}

#[test]
fn the_same_dots_heal_better_and_worse() {
    let (photo, plan) = plan();
    let healed = |healing: Healing| plan.healing_as(&healing).unwrap();
    let [best, likely, worst] = [Healing::best(), Healing::likely(), Healing::worst()].map(healed);
    for when in [When::healed(), When::years(6.0).unwrap()] {
        let [own, same] = [&plan, &likely].map(|plan| plan.render(&photo, when).unwrap());
        assert!(codes(&own) == codes(&same), "{when:?}");
    }
    assert_eq!(likely.fingerprint(), plan.fingerprint());
    assert_ne!(worst.fingerprint(), best.fingerprint());
    for other in [&best, &worst] {
        let places = plan.dots().iter().zip(other.dots());
        assert!(places.into_iter().all(|(a, b)| {
            (a.id, a.position_mm, a.session, a.rank) == (b.id, b.position_mm, b.session, b.rank)
        }));
    }
    // The same pigment on more or less area, faded as fast as said.
    let expected = Healing::best();
    for (own, other) in plan.dots().iter().zip(best.dots()) {
        let wider = other.healed.radius_mm / own.healed.radius_mm;
        let kept = other.healed.strength / own.healed.strength * wider * wider;
        assert!((wider - expected.spread).abs() < 1e-5 && (kept - expected.retention).abs() < 1e-5);
    }
    for (healing, plan) in [(Healing::best(), &best), (Healing::worst(), &worst)] {
        let look = plan.look();
        let half_life = look.fading().half_life_years * healing.fading;
        assert!((half_life / likely.look().fading().half_life_years - 1.0).abs() < 1e-5);
        let deeper = look.variation().depth_mm - likely.look().variation().depth_mm;
        assert!((deeper - healing.deeper_mm).abs() < 1e-6);
    }
    let report = |plan: &Plan, when| plan.report(&photo, when).unwrap();
    let [best_now, now, worst_now] =
        [&best, &likely, &worst].map(|plan| report(plan, When::healed()));
    let distinct = |report: &stubblefield::Report| report.separation.unwrap().distinct_share;
    assert!(distinct(&best_now) > distinct(&now) && distinct(&now) > distinct(&worst_now));
    assert!(distinct(&worst_now) < 0.5);
    // Deeper pigment is cooler for what it darkens.
    let cooler = |report: &stubblefield::Report| report.inside.delta_a / report.inside.delta_l;
    assert!(cooler(&worst_now) > cooler(&now));
    // In strong sun less is left of it.
    let left = |plan: &Plan| {
        let years = When::years(3.0).unwrap();
        let ratio = |when| report(plan, when).inside.delta_l;
        ratio(years) / ratio(When::healed())
    };
    assert!(left(&best) > left(&likely) && left(&likely) > left(&worst));
    // Patches differ by centimetres: both halves of the skin are not alike.
    let strengths = worst.dots().iter().zip(likely.dots());
    let kept: Vec<f32> = strengths
        .map(|(worst, likely)| worst.healed.strength / likely.healed.strength)
        .collect();
    let mean = kept.iter().sum::<f32>() / kept.len() as f32;
    let variance = kept.iter().map(|k| (k - mean).powi(2)).sum::<f32>() / kept.len() as f32;
    let relative = variance.sqrt() / mean;
    assert!((0.1..0.4).contains(&relative), "{relative}");
}

#[test]
fn healing_that_cannot_be_is_refused() {
    let (_, plan) = plan();
    let refused = |change: fn(&mut Healing)| {
        let mut healing = Healing::likely();
        change(&mut healing);
        plan.healing_as(&healing).unwrap_err().to_string()
    };
    assert!(refused(|h| h.retention = f32::NAN).starts_with("retention is NaN"));
    assert!(refused(|h| h.patchiness = 0.6).starts_with("patchiness is 0.6"));
    assert!(refused(|h| h.spread = 0.0).starts_with("healing spread is 0"));
    assert!(refused(|h| h.deeper_mm = -0.1).starts_with("deeper_mm is -0.1"));
    assert!(refused(|h| h.fading = 9.0).starts_with("healing fading is 9"));
}

#[test]
fn concealers_cover_their_mask_and_run_when_wet() {
    let scalp = SyntheticScalp::generate(Scale::px_per_mm(2.0).unwrap(), Seed::new(1)).unwrap();
    let plan = Look::stubble()
        .plan(&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7))
        .unwrap();
    let before = codes(&scalp.photo);
    let coverage = plan.mask().coverage().values();
    let background = plan.scene().background().coverage().values();
    for concealer in [Concealer::Powder, Concealer::Fibres] {
        let worn = |wear| plan.conceal(&scalp.photo, concealer, wear).unwrap();
        let [dry, wet] = [Wear::Dry, Wear::Wet].map(worn);
        let one = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        let again = one.install(|| worn(Wear::Wet));
        assert!(codes(&again) == codes(&wet), "{concealer:?}");
        let file = wet.to_bytes(FileFormat::Png).unwrap();
        let said = format!("Simulated hair concealer, plan {}", plan.fingerprint());
        let says = |part: &[u8]| part == said.as_bytes();
        assert!(file.windows(said.len()).any(says), "{concealer:?}");
        let mut darker = [[0.0_f64; 2]; 2];
        let mut ran = 0;
        for (i, pixel) in before.chunks(3).enumerate() {
            let at = |photo: &Photo| codes(photo)[3 * i..][..3].to_vec();
            if coverage[i] > 0.5 {
                for (sum, photo) in darker.iter_mut().zip([&dry, &wet]) {
                    sum[0] += f64::from(pixel[1]) - f64::from(at(photo)[1]);
                    sum[1] += 1.0;
                }
            }
            // Two pixels of blur and of the film's cells lie around the mask.
            ran += usize::from(coverage[i] == 0.0 && background[i] == 0.0 && at(&wet) != pixel);
            if background[i] == 1.0 {
                assert_eq!(at(&wet), pixel, "on the wall");
            }
        }
        let [dry_mean, wet_mean] = darker.map(|[sum, count]| sum / count);
        assert!(dry_mean > 10.0, "{concealer:?}: {dry_mean}");
        assert!(
            wet_mean < 0.9 * dry_mean,
            "{concealer:?}: {wet_mean} of {dry_mean}"
        );
        assert!(ran > 100, "{concealer:?}: {ran} pixels below the hairline");
    }
    assert!("wax".parse::<Concealer>().is_err());
}
