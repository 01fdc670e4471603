//! Whoever watches a long call gets what anybody gets, or an error and nothing.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use stubblefield::{
    Density, Error, FieldRequest, Hints, Look, Mask, PatchRequest, Plane, Progress, Ranking,
    Result, Scale, Scene, Seed, Size, SyntheticScalp, Tone,
};

/// Counts what it is told and asked, and answers or panics at one point.
#[derive(Default)]
struct Spy {
    reports: Mutex<Vec<(u32, u32)>>,
    asked: AtomicU32,
    stop_at: Option<u32>,
    panics: bool,
}

impl Progress for Spy {
    fn report(&self, done: u32, total: u32) {
        self.reports.lock().unwrap().push((done, total));
    }

    fn is_cancelled(&self) -> bool {
        let stops = Some(self.asked.fetch_add(1, Ordering::Relaxed)) == self.stop_at;
        assert!(!(stops && self.panics), "as the test wants");
        stops
    }
}

/// Watches a call to its end, then stops it, and breaks it, at up to so many of the points at which it asks.
fn the_same_or_nothing<T: Debug + PartialEq>(
    stops: u32,
    call: impl Fn(&dyn Progress) -> Result<T>,
) {
    let plain = call(&()).unwrap();
    let spy = Spy::default();
    assert_eq!(call(&spy).unwrap(), plain);
    let asked = spy.asked.into_inner();
    let reports = spy.reports.into_inner().unwrap();
    assert!(reports.is_sorted() && reports.len() > 1, "{reports:?}");
    let (last, total) = reports[reports.len() - 1];
    assert_eq!(last, total);
    assert!(reports.iter().all(|&(_, of)| of == total), "{reports:?}");
    for stop_at in (0..asked).step_by(asked.div_ceil(stops) as usize) {
        let stopping = |panics| Spy {
            stop_at: Some(stop_at),
            panics,
            ..Spy::default()
        };
        let spy = stopping(false);
        let stopped = call(&spy);
        assert_eq!(stopped, Err(Error::Cancelled), "at question {stop_at}");
        let reports = spy.reports.into_inner().unwrap();
        assert!(
            reports.iter().all(|&(done, total)| done < total),
            "{reports:?}"
        );
        let caught = catch_unwind(AssertUnwindSafe(|| call(&stopping(true)).map(|_| ())));
        assert!(caught.is_err(), "at question {stop_at}");
    }
    assert_eq!(call(&()).unwrap(), plain, "after all that");
}

/// Field test 27.
#[test]
fn a_field_and_its_sessions() {
    let size = Size::new(300, 260).unwrap();
    let mask = Mask::from_fn(size, |at| f32::from(u8::from(at.y > 40.0))).unwrap();
    let nowhere = Mask::from_fn(size, |_| 0.0).unwrap();
    let ramp = Plane::from_fn(size, |x, _| 0.5 + x as f32 / 600.0);
    let (scale, density) = (
        Scale::px_per_mm(4.0).unwrap(),
        Density::per_cm2(200.0).unwrap(),
    );
    let request =
        |mask| FieldRequest::new(mask, scale, density, Seed::new(3)).with_ranking(Ranking::Index);
    for request in [
        request(&mask),
        request(&mask).with_relative_density(&ramp),
        request(&nowhere),
    ] {
        the_same_or_nothing(u32::MAX, |progress| request.generate_with(progress));
        the_same_or_nothing(16, |progress| {
            request.generate_sessions_with(&[0.3, 0.7, 1.0], progress)
        });
    }
}

#[test]
fn a_scene() {
    let size = Size::new(160, 120).unwrap();
    let scale = Scale::px_per_mm(20.0).unwrap();
    let patch = PatchRequest::new(size, scale, Seed::new(4))
        .generate()
        .unwrap();
    let hints = || Hints::new().with_scale(scale);
    the_same_or_nothing(u32::MAX, |progress| {
        let scene = Scene::read_with(&patch.photo, hints(), progress)?;
        assert!(scene.follicles().is_some());
        Ok(format!("{scene:?}"))
    });
}

#[test]
fn a_plan_and_a_tone() {
    let scalp = SyntheticScalp::generate(Scale::px_per_mm(1.0).unwrap(), Seed::new(1)).unwrap();
    let (photo, mask, scale, seed) = (&scalp.photo, &scalp.receded, scalp.scale, Seed::new(7));
    for look in [
        Look::stubble(),
        Look::stubble().with_head(None),
        Look::scar(),
    ] {
        the_same_or_nothing(6, |progress| {
            let plan = look.plan_with(photo, mask, scale, seed, progress)?;
            Ok((plan.fingerprint().to_owned(), plan.dots().to_vec()))
        });
    }
    let tone = Tone::DeltaL(-4.0);
    the_same_or_nothing(3, |progress| {
        let matched = Look::stubble().match_tone_with(photo, mask, scale, seed, &tone, progress)?;
        Ok((matched.reached, matched.plan.dots().to_vec()))
    });
}
