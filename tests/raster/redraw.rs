//! Copies, watched calls, and pictures drawn again where something has changed.

use crate::oracle::{self, between, stream};
use glam::Vec2;
use std::ops::Range;
use stubblefield::{
    CancelToken, Channels, Drawn, Error, Ink, InkDot, Pixels, PixelsMut, Plane, Progress,
    Rasterizer, Size, Stream, Transfer, Veil,
};

fn noise(count: usize, key: u64) -> Vec<u8> {
    let mut stream = stream(key);
    (0..count)
        .map(|_| (stream.unit_f32() * 256.0) as u8)
        .collect()
}

fn veil(corner: f32) -> Veil {
    veil_at(corner, 9.0, Vec2::new(15.5, 25.5))
}

/// With its first cell's corner at some place.
fn veil_at(corner: f32, cell_px: f32, first_px: Vec2) -> Veil {
    let grid = Plane::from_fn(Size::new(12, 9).unwrap(), |x, y| {
        let t = if x == 3 && y == 4 { corner } else { 0.95 };
        [if y > 6 { 1.0 } else { t }, 0.97, 1.0]
    });
    Veil::from_grid(&grid, cell_px, first_px + 0.5 * cell_px).unwrap()
}

#[test]
fn a_copy_is_what_drawing_in_place_gives() {
    let size = Size::new(83, 141).unwrap();
    let dots = oracle::random_dots(size, 90, 0.3..4.0, &mut stream(30));
    let veil = veil(0.9);
    let ink = Ink::new(&dots, 0.7).with_veil(&veil);
    for channels in [Channels::Rgb, Channels::Rgba] {
        let row = 83 * channels.count();
        let (from, to) = (row + 5, row + 2);
        let codes = noise(from * 141, 31);
        let wide: Vec<u16> = codes.iter().map(|&c| u16::from(c) * 257).collect();
        let floats: Vec<f32> = codes.iter().map(|&c| f32::from(c) / 255.0).collect();
        let mut rasterizer = Rasterizer::new();
        macro_rules! compare {
            ($new:ident, $source:expr, $zero:expr) => {
                let mut expected = $source.clone();
                let target = PixelsMut::$new(&mut expected, size, channels, from).unwrap();
                let drawn = rasterizer.composite(target, &ink).unwrap();
                let mut copy = vec![$zero; to * 141];
                let source = Pixels::$new(&$source, size, channels, from).unwrap();
                let target = PixelsMut::$new(&mut copy, size, channels, to).unwrap();
                let again = rasterizer.composite_into(source, target, &ink).unwrap();
                assert_eq!(drawn, again);
                for (expected, copy) in expected.chunks(from).zip(copy.chunks(to)) {
                    assert!(expected[..row] == copy[..row], "{channels:?}");
                    assert!(
                        copy[row..].iter().all(|&v| v == $zero),
                        "padding is left alone"
                    );
                }
            };
        }
        compare!(from_u8, codes, 0);
        compare!(from_u16, wide, 0);
        compare!(from_f32, floats, 0.0);
    }
}

#[test]
fn a_source_that_does_not_fit_is_named_and_nothing_is_written() {
    let size = Size::new(4, 4).unwrap();
    let (bytes, words) = ([1_u8; 64], [1_u16; 64]);
    let sources = [
        Pixels::from_u8(&bytes, Size::new(4, 3).unwrap(), Channels::Rgb, 12).unwrap(),
        Pixels::from_u8(&bytes, size, Channels::Rgba, 16).unwrap(),
        Pixels::from_u16(&words, size, Channels::Rgb, 12).unwrap(),
    ];
    for source in sources {
        let mut after = [9_u8; 48];
        let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, 12).unwrap();
        let error = Rasterizer::new().composite_into(source, target, &Ink::new(&[], 0.7));
        assert!(error.unwrap_err().to_string().starts_with("source "));
        assert_eq!(after, [9; 48]);
    }
    assert!(Pixels::from_u8(&bytes, size, Channels::Rgba, 15).is_err());
    assert!(Pixels::from_u8(&bytes[..63], size, Channels::Rgba, 16).is_err());
}

#[test]
fn what_is_refused_the_first_time_is_refused_when_drawn_again() {
    let size = Size::new(8, 6).unwrap();
    let bytes = [90_u8; 8 * 8 * 4];
    let right = Pixels::from_u8(&bytes, size, Channels::Rgb, 24).unwrap();
    let wrong = Pixels::from_u8(&bytes, size, Channels::Rgba, 32).unwrap();
    let ink = Ink::new(&[], 0.7);
    let mut rasterizer = Rasterizer::new();
    let mut draw = |source: Pixels<'_>, gamma: f32, again: bool| {
        let mut after = [7_u8; 144];
        let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, 24).unwrap();
        let target = target.with_transfer(Transfer::Gamma(gamma));
        let drawn = if again {
            rasterizer.redraw(source, target, &ink)
        } else {
            rasterizer.composite_into(source, target, &ink)
        };
        drawn.map(|_| after)
    };
    for again in [false, true, true] {
        for (source, gamma) in [(wrong, 2.2), (right, 0.5), (right, f32::NAN)] {
            assert!(draw(source, gamma, again).is_err(), "{gamma} {again}");
        }
        draw(right, 2.2, again).unwrap();
    }
}

#[test]
fn a_watched_call_tells_how_far_it_is_and_stops_when_told() {
    struct Bar(std::sync::Mutex<Vec<(u32, u32)>>);
    impl Progress for Bar {
        fn report(&self, done: u32, total: u32) {
            self.0.lock().unwrap().push((done, total));
        }
    }
    let size = Size::new(30, 900).unwrap();
    let before = vec![200_u8; size.pixels() * 3];
    let dots = oracle::random_dots(size, 300, 0.5..2.0, &mut stream(32));
    let ink = Ink::new(&dots, 0.6);
    let mut rasterizer = Rasterizer::new().with_tile_px(8).unwrap();
    let mut draw = |progress: &dyn Progress| {
        let mut after = vec![0_u8; before.len()];
        let source = Pixels::from_u8(&before, size, Channels::Rgb, 90).unwrap();
        let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, 90).unwrap();
        let drawn = rasterizer.composite_into_with(source, target, &ink, progress);
        drawn.map(|_| after)
    };
    let bar = Bar(std::sync::Mutex::default());
    let expected = draw(&bar).unwrap();
    let mut unwatched = before.clone();
    let target = PixelsMut::from_u8(&mut unwatched, size, Channels::Rgb, 90).unwrap();
    Rasterizer::new().composite(target, &ink).unwrap();
    assert!(expected == unwatched);
    let reports = bar.0.into_inner().unwrap();
    let total = reports[0].1;
    let told: Vec<u32> = reports.iter().map(|report| report.0).collect();
    assert_eq!(told, (1..=total).collect::<Vec<u32>>());
    let token = CancelToken::new();
    token.cancel();
    assert_eq!(draw(&token), Err(Error::Cancelled));
    assert_eq!(
        draw(&()).unwrap(),
        expected,
        "after a call that was stopped"
    );
}

/// A picture that is drawn again and again.
struct Session {
    size: Size,
    before: Vec<u8>,
    surface: Plane<u8>,
    after: Vec<u8>,
    rasterizer: Rasterizer,
}

impl Session {
    fn new(tile: u32) -> Self {
        let size = Size::new(203, 171).unwrap();
        let mut stream = stream(33);
        Self {
            size,
            before: noise(size.pixels() * 3, 34),
            surface: Plane::from_fn(size, |_, _| (stream.unit_f32() * 128.0) as u8),
            after: vec![0; size.pixels() * 3],
            rasterizer: Rasterizer::new().with_tile_px(tile).unwrap(),
        }
    }

    fn whole(&self, ink: &Ink<'_>) -> (Vec<u8>, Drawn) {
        let (size, mut after) = (self.size, vec![0; self.before.len()]);
        let source = Pixels::from_u8(&self.before, size, Channels::Rgb, 609).unwrap();
        let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, 609).unwrap();
        let drawn = Rasterizer::new().composite_into(source, target, ink);
        (after, drawn.unwrap())
    }

    /// Draws again and compares with drawing everything.
    fn redraw(&mut self, dots: &[InkDot], veil: Option<&Veil>, blur: f32, what: &str) -> Drawn {
        let mut ink = Ink::new(dots, blur);
        ink.veil = veil;
        self.compare(&ink, None, what)
    }

    /// The same, told which dots have changed where that is known.
    fn compare(&mut self, ink: &Ink, changed: Option<Range<usize>>, what: &str) -> Drawn {
        let surface = self.surface.clone();
        let ink = ink.with_surface(&surface);
        let (expected, all) = self.whole(&ink);
        let old = self.after.clone();
        let source = Pixels::from_u8(&self.before, self.size, Channels::Rgb, 609).unwrap();
        let target = PixelsMut::from_u8(&mut self.after, self.size, Channels::Rgb, 609).unwrap();
        let drawn = match changed {
            None => self.rasterizer.redraw(source, target, &ink),
            Some(changed) => self
                .rasterizer
                .redraw_changed(source, target, &ink, changed),
        };
        let drawn = drawn.unwrap();
        assert!(self.after == expected, "{what}");
        assert_eq!(drawn.dots, all.dots, "{what}");
        for (i, (old, new)) in old.chunks(3).zip(self.after.chunks(3)).enumerate() {
            let (x, y) = (i as u32 % 203, i as u32 / 203);
            let inside = drawn
                .bounds
                .is_some_and(|b| (b.left..b.right).contains(&x) && (b.top..b.bottom).contains(&y));
            assert!(inside || old == new, "{what}: ({x}, {y}) outside {drawn:?}");
        }
        drawn
    }
}

fn random_edit(dots: &mut Vec<InkDot>, size: Size, stream: &mut Stream) -> &'static str {
    let at = (stream.unit_f32() * dots.len() as f32) as usize;
    let fresh = oracle::random_dots(size, 1, 0.3..3.0, stream)[0];
    match (stream.unit_f32() * 6.0) as u32 {
        0 => {
            dots.insert(at, fresh);
            "a dot comes"
        }
        1 => {
            dots.push(fresh);
            "a dot comes last"
        }
        2 if at < dots.len() => {
            dots.remove(at);
            "a dot goes"
        }
        3 => {
            dots[0] = fresh;
            "the first dot is another"
        }
        4 => {
            for dot in &mut dots[at..] {
                dot.absorptance[at % 3] *= 0.9;
            }
            "many fade"
        }
        _ => {
            let i = at.min(dots.len() - 1);
            dots[i].radius_px = between(stream, 0.3, 3.0);
            "a radius changes"
        }
    }
}

#[test]
fn drawing_again_gives_what_drawing_everything_gives() {
    for (tile, count) in [(16, 300), (128, 60), (64, 9000)] {
        let mut session = Session::new(tile);
        let mut stream = stream(35 + u64::from(tile));
        let size = session.size;
        let mut dots = oracle::random_dots(size, count, 0.2..1.5, &mut stream);
        session.redraw(&dots, None, 0.7, "the first time");
        let nothing = session.redraw(&dots, None, 0.7, "nothing has changed");
        assert_eq!(nothing.bounds, None);
        for _ in 0..20 {
            let what = random_edit(&mut dots, size, &mut stream);
            session.redraw(&dots, None, 0.7, what);
        }
        let (light, dark) = (veil(0.9), veil(0.4));
        session.redraw(&dots, Some(&light), 0.7, "a veil comes");
        let cell = session.redraw(&dots, Some(&dark), 0.7, "a cell of the veil changes");
        assert!(tile != 16 || cell.bounds.unwrap().right <= 64, "{cell:?}");
        let [moved, shrunk] = [9.0, 5.0].map(|cell| veil_at(0.4, cell, Vec2::new(55.5, 25.5)));
        session.redraw(&dots, Some(&moved), 0.7, "the veil moves");
        session.redraw(&dots, Some(&shrunk), 0.7, "the veil shrinks");
        session.redraw(&dots, None, 0.7, "the veil goes");
        session.redraw(&dots, None, 0.9, "another blur");
        let other = oracle::random_dots(size, 5, 1.0..2.0, &mut stream);
        session
            .rasterizer
            .transmittance(size, &Ink::new(&other, 1.3))
            .unwrap();
        dots.truncate(count / 2);
        session.redraw(&dots, None, 0.9, "after another picture");
        session.redraw(&[], None, 0.9, "all dots go");
        session.redraw(&dots, None, 0.9, "all dots come back");
    }
}

#[test]
fn a_refused_edit_leaves_the_picture_and_the_next_is_right() {
    let mut session = Session::new(32);
    let mut dots = oracle::random_dots(session.size, 100, 0.2..1.5, &mut stream(40));
    session.redraw(&dots, None, 0.7, "the first time");
    let good = dots[50];
    dots[50].radius_px = f32::NAN;
    let kept = session.after.clone();
    let source = Pixels::from_u8(&session.before, session.size, Channels::Rgb, 609).unwrap();
    let target = PixelsMut::from_u8(&mut session.after, session.size, Channels::Rgb, 609).unwrap();
    let ink = Ink::new(&dots, 0.7).with_surface(&session.surface);
    assert!(session.rasterizer.redraw(source, target, &ink).is_err());
    assert!(kept == session.after);
    dots[50] = InkDot {
        absorptance: [1.0; 3],
        ..good
    };
    session.redraw(&dots, None, 0.7, "a dot changes");
}

#[test]
fn an_edit_that_is_told_gives_what_drawing_everything_gives() {
    for (tile, count) in [(16, 300), (64, 9000)] {
        let mut session = Session::new(tile);
        let mut stream = stream(50 + u64::from(tile));
        let mut dots = oracle::random_dots(session.size, count, 0.2..1.5, &mut stream);
        session.compare(&Ink::new(&dots, 0.7), Some(0..0), "the first time");
        for _ in 0..20 {
            let at = (stream.unit_f32() * (dots.len() - 3) as f32) as usize;
            let comes = (stream.unit_f32() * 4.0) as usize;
            let fresh = oracle::random_dots(session.size, comes, 0.3..3.0, &mut stream);
            dots.splice(at..at + 2, fresh);
            let what = format!("two dots at {at} of {} become {comes}", dots.len());
            session.compare(&Ink::new(&dots, 0.7), Some(at..at + comes), &what);
            let faded = &mut dots[at..at + 1 + comes.min(2)];
            faded.iter_mut().for_each(|dot| dot.absorptance[1] *= 0.5);
            let changed = at..at + 1 + comes.min(2);
            session.compare(&Ink::new(&dots, 0.7), Some(changed), "some fade");
        }
        dots.iter_mut().for_each(|dot| dot.absorptance[2] *= 0.5);
        session.compare(&Ink::new(&dots, 0.7), Some(0..dots.len()), "all fade");
        for (changed, named) in [
            (3..dots.len() + 1, "changed.end"),
            (Range { start: 5, end: 4 }, "changed.start"),
            (0..0, "changed"),
        ] {
            let more = [&dots[..], &dots[..1]].concat();
            let list = if named == "changed" { &more } else { &dots };
            let source = Pixels::from_u8(&session.before, session.size, Channels::Rgb, 609);
            let target = PixelsMut::from_u8(&mut session.after, session.size, Channels::Rgb, 609);
            let ink = Ink::new(list, 0.7).with_surface(&session.surface);
            let again = &mut session.rasterizer;
            let refused = again.redraw_changed(source.unwrap(), target.unwrap(), &ink, changed);
            assert!(
                matches!(refused, Err(Error::OutOfRange { parameter, .. }) if parameter == named),
                "{named}: {refused:?}"
            );
        }
        let last = dots.len() - 1;
        dots[last].radius_px = 1.9;
        session.compare(
            &Ink::new(&dots, 0.7),
            Some(last..last + 1),
            "after refused edits",
        );
    }
}

/// A caller who tells too little has broken his word, and gets no panic for it.
#[test]
fn what_was_not_told_is_made_up_for_when_it_is() {
    let mut session = Session::new(32);
    let size = session.size;
    for key in 70..90 {
        let mut stream = stream(key);
        let mut dots = oracle::random_dots(size, 40, 0.2..1.5, &mut stream);
        session.compare(&Ink::new(&dots, 0.7), Some(0..40), "all");
        let untold = |session: &mut Session, dots: &[InkDot], changed: Range<usize>| {
            let source = Pixels::from_u8(&session.before, size, Channels::Rgb, 609).unwrap();
            let target = PixelsMut::from_u8(&mut session.after, size, Channels::Rgb, 609).unwrap();
            let ink = Ink::new(dots, 0.7).with_surface(&session.surface);
            let again = &mut session.rasterizer;
            again.redraw_changed(source, target, &ink, changed).unwrap();
        };
        dots[30] = oracle::random_dots(size, 1, 0.2..1.5, &mut stream)[0];
        untold(&mut session, &dots, 5..6);
        dots.extend(oracle::random_dots(size, 160, 0.2..1.5, &mut stream));
        untold(&mut session, &dots, 40..200);
        dots[30].absorptance[0] *= 0.5;
        untold(&mut session, &dots, 30..31);
        session.compare(&Ink::new(&dots, 0.7), Some(0..200), "all again");
        // A list that gets shorter where it is not what is known.
        dots[62] = dots[0];
        untold(&mut session, &dots, 0..10);
        dots.splice(60..63, [dots[1]]);
        untold(&mut session, &dots, 60..61);
        session.compare(&Ink::new(&dots, 0.7), Some(0..198), "all once more");
    }
}

#[test]
fn a_picture_of_another_shape_is_drawn_whole() {
    let dots = oracle::random_dots(Size::new(30, 30).unwrap(), 40, 0.5..2.0, &mut stream(63));
    let ink = Ink::new(&dots, 0.7);
    let before = noise(3 * 60 * 24, 64);
    let mut used = Rasterizer::new();
    for (width, height) in [(60, 24), (24, 60), (60, 24)] {
        let size = Size::new(width, height).unwrap();
        let stride = 3 * width as usize;
        let draw = |rasterizer: &mut Rasterizer| {
            let mut after = vec![0; before.len()];
            let source = Pixels::from_u8(&before, size, Channels::Rgb, stride).unwrap();
            let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, stride).unwrap();
            rasterizer.redraw(source, target, &ink).unwrap();
            after
        };
        assert!(draw(&mut used) == draw(&mut Rasterizer::new()));
    }
}

#[test]
fn a_dot_that_outgrows_all_others_is_drawn_whole() {
    let mut session = Session::new(8);
    let mut dots = oracle::random_dots(session.size, 100, 0.3..0.5, &mut stream(61));
    session.redraw(&dots, None, 0.5, "small ones");
    for (i, x) in [(40, 96.5), (70, 47.5)] {
        // In a corner of its bin.
        dots[i].center_px = Vec2::new(x, x);
        dots[i].radius_px = 15.0;
        session.redraw(&dots, None, 0.5, "one is large");
    }
}

/// Of dots at one place those that come first in the list take their light first.
#[test]
fn dots_on_one_another_are_drawn_in_the_order_of_the_list() {
    let size = Size::new(24, 24).unwrap();
    let mut stream = stream(62);
    let mut random = |count: usize| -> Vec<InkDot> {
        let mut dots = oracle::random_dots(size, count, 1.0..1.2, &mut stream);
        for dot in &mut dots {
            dot.center_px = Vec2::splat(5.0 + 7.0 * (dot.absorptance[0] * 3.0).floor());
        }
        dots
    };
    let mut dots = random(200);
    let before = vec![1.0_f32; 3 * size.pixels()];
    let mut again = before.clone();
    let mut rasterizer = Rasterizer::new();
    for step in 0..12 {
        let at = 15 * step;
        let (goes, comes) = [(1, 1), (0, 2), (2, 0), (1, 3)][step % 4];
        dots.splice(at..at + goes, random(comes));
        let mut whole = before.clone();
        let source = Pixels::from_f32(&before, size, Channels::Rgb, 72).unwrap();
        let target = PixelsMut::from_f32(&mut again, size, Channels::Rgb, 72).unwrap();
        let ink = Ink::new(&dots, 0.7);
        let changed = at..at + comes;
        rasterizer
            .redraw_changed(source, target, &ink, changed)
            .unwrap();
        let target = PixelsMut::from_f32(&mut whole, size, Channels::Rgb, 72).unwrap();
        Rasterizer::new().composite(target, &ink).unwrap();
        assert!(again == whole, "step {step}");
    }
}

#[test]
fn ellipses_come_go_and_change() {
    for tile in [16, 128] {
        let mut session = Session::new(tile);
        let mut stream = stream(60);
        let dots = oracle::random_dots(session.size, 200, 0.2..1.5, &mut stream);
        let mut ellipses = oracle::random_ellipses(session.size, 30, 2.0..5.0, &mut stream);
        session.redraw(&dots, None, 0.7, "no ellipses");
        let drawn = session.compare(&Ink::new(&dots, 0.7).with_ellipses(&ellipses), None, "come");
        assert!(drawn.bounds.is_some());
        let straight = std::mem::replace(&mut ellipses[4].angle_rad, 0.5);
        let one = session.compare(&Ink::new(&dots, 0.7).with_ellipses(&ellipses), None, "turn");
        assert!(tile == 128 || one.bounds.unwrap().right - one.bounds.unwrap().left < 64);
        ellipses[4].angle_rad = straight;
        let ink = Ink::new(&dots, 0.7);
        let home = std::mem::replace(&mut ellipses[4].center_px, Vec2::new(190.0, 160.0));
        session.compare(&ink.with_ellipses(&ellipses), None, "one moves");
        ellipses[4].center_px = home;
        session.compare(&ink.with_ellipses(&ellipses), None, "it comes back");
        let nothing = session.compare(&ink.with_ellipses(&ellipses), None, "nothing changes");
        assert_eq!(nothing.bounds, None);
        ellipses.remove(20);
        session.compare(
            &Ink::new(&dots, 0.7).with_ellipses(&ellipses),
            None,
            "one goes",
        );
        session.redraw(&dots, None, 0.7, "all go");
    }
}
