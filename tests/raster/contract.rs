//! The same bytes on every path, and bad input refused before anything is written.

use crate::oracle::{self, stream};
use glam::Vec2;
use stubblefield::{
    Channels, Error, Ink, InkDot, InkEllipse, Level, Pixels, PixelsMut, Plane, Rasterizer, Size,
    Transfer, TransferTable, Veil,
};

struct Scene {
    size: Size,
    dots: Vec<InkDot>,
    ellipses: Vec<InkEllipse>,
    veil: Veil,
    surface: Plane<u8>,
}

impl Scene {
    fn new() -> Self {
        let size = Size::new(203, 171).unwrap();
        let mut stream = stream(21);
        let mut dots = oracle::random_dots(size, 500, 0.1..2.0, &mut stream);
        dots.extend(oracle::random_dots(size, 3, 6.0..9.0, &mut stream));
        let grid = Plane::from_fn(Size::new(14, 9).unwrap(), |x, y| {
            [0.9, 0.93, 0.97].map(|t| if x > 4 && y > 2 { t } else { 1.0 })
        });
        Self {
            size,
            dots,
            ellipses: oracle::random_ellipses(size, 40, 2.0..9.0, &mut stream),
            veil: Veil::from_grid(&grid, 11.0, Vec2::new(9.0, 4.0)).unwrap(),
            surface: Plane::from_fn(size, |_, _| (stream.unit_f32() * 128.0) as u8),
        }
    }

    fn ink(&self) -> Ink<'_> {
        Ink::new(&self.dots, 0.7)
            .with_ellipses(&self.ellipses)
            .with_veil(&self.veil)
            .with_surface(&self.surface)
    }

    fn pixels(&self) -> Vec<u8> {
        let mut stream = stream(22);
        (0..self.size.pixels() * 3)
            .map(|_| (stream.unit_f32() * 256.0) as u8)
            .collect()
    }

    fn draw(&self, rasterizer: &mut Rasterizer) -> Vec<u8> {
        let mut pixels = self.pixels();
        let stride = self.size.width() as usize * 3;
        let target = PixelsMut::from_u8(&mut pixels, self.size, Channels::Rgb, stride).unwrap();
        rasterizer.composite(target, &self.ink()).unwrap();
        pixels
    }
}

#[test]
fn the_bytes_do_not_depend_on_level_tile_size_or_an_earlier_picture() {
    let scene = Scene::new();
    let expected = scene.draw(&mut Rasterizer::new());
    assert_ne!(expected, scene.pixels());
    for level in Level::supported() {
        assert!(
            scene.draw(&mut Rasterizer::with_level(level)) == expected,
            "{level:?}"
        );
    }
    for tile in [8, 13, 32, 64, 100, 128, 512] {
        let mut rasterizer = Rasterizer::new().with_tile_px(tile).unwrap();
        assert!(
            scene.draw(&mut rasterizer) == expected,
            "tiles of {tile} px"
        );
    }
    let mut used = Rasterizer::new();
    let other = oracle::random_dots(scene.size, 50, 0.5..9.0, &mut stream(23));
    used = used.with_tile_px(8).unwrap();
    used.transmittance(Size::new(300, 20).unwrap(), &Ink::new(&other, 2.0))
        .unwrap();
    assert!(scene.draw(&mut used) == expected, "after another picture");
    assert!(scene.draw(&mut used) == expected, "a second time");
    let mut used = used.with_tile_px(512).unwrap();
    assert!(scene.draw(&mut used) == expected, "with other tiles");
}

#[cfg(feature = "rayon")]
#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let scene = Scene::new();
    let expected = scene.draw(&mut Rasterizer::new());
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let drawn = pool.install(|| scene.draw(&mut Rasterizer::new()));
        assert!(drawn == expected, "{threads} threads");
    }
}

#[test]
fn every_kind_of_pixel_is_the_same_at_every_level() {
    let scene = Scene::new();
    let size = scene.size;
    let mut stream = stream(24);
    let values: Vec<f32> = (0..size.pixels() * 4).map(|_| stream.unit_f32()).collect();
    let row = size.width() as usize * 4;
    for transfer in [Transfer::Srgb, Transfer::Gamma(2.2), Transfer::Linear] {
        let mut expected = None;
        for level in Level::supported() {
            let mut rasterizer = Rasterizer::with_level(level);
            let mut codes: Vec<u16> = values.iter().map(|v| (v * 65535.0) as u16).collect();
            let target = PixelsMut::from_u16(&mut codes, size, Channels::Rgba, row).unwrap();
            rasterizer
                .composite(target.with_transfer(transfer.clone()), &scene.ink())
                .unwrap();
            let mut floats = values.clone();
            let target = PixelsMut::from_f32(&mut floats, size, Channels::Rgba, row).unwrap();
            rasterizer
                .composite(target.with_transfer(transfer.clone()), &scene.ink())
                .unwrap();
            let bits: Vec<u32> = floats.iter().map(|v| v.to_bits()).collect();
            let expected = expected.get_or_insert_with(|| (codes.clone(), bits.clone()));
            assert!(*expected == (codes, bits), "{level:?}, {transfer:?}");
        }
    }
}

#[test]
fn another_order_of_the_dots_changes_nothing() {
    let size = Size::new(400, 300).unwrap();
    let mut dots = oracle::random_dots(size, 12_000, 0.3..2.5, &mut stream(25));
    dots.extend(oracle::random_dots(size, 20, 20.0..40.0, &mut stream(26)));
    let draw = |dots: &[InkDot]| {
        let mut pixels = vec![190_u8; size.pixels() * 3];
        let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 1200).unwrap();
        Rasterizer::new()
            .composite(target, &Ink::new(dots, 0.7))
            .unwrap();
        pixels
    };
    let forward = draw(&dots);
    dots.reverse();
    assert!(draw(&dots) == forward, "reversed");
    dots.sort_by(|a, b| a.radius_px.total_cmp(&b.radius_px));
    assert!(draw(&dots) == forward, "by radius");
}

/// Dots that stay where they are keep their places; those that move, grow or come and go do not.
#[test]
fn a_list_after_another_gives_what_it_gives_alone() {
    let scene = Scene::new();
    let mut rasterizer = Rasterizer::new();
    let mut dots = scene.dots.clone();
    let mut stream = stream(27);
    for step in 0..9 {
        match step % 4 {
            0 => dots.iter_mut().for_each(|dot| dot.absorptance[0] *= 0.9),
            1 => dots.iter_mut().for_each(|dot| dot.radius_px *= 1.3),
            2 => dots[17].center_px.x += 40.0 * stream.unit_f32(),
            _ => dots.swap(3, 300),
        }
        let blur = if step > 5 { 0.9 } else { 0.7 };
        let ink = Ink::new(&dots, blur);
        // Each kind of curve leaves the room it was drawn in to the next.
        let transfer = match step % 3 {
            0 => Transfer::Srgb,
            1 => Transfer::Table(TransferTable::new(vec![0.0, 0.2, 1.0]).unwrap()),
            _ => Transfer::Gamma(1.8),
        };
        let draw = |rasterizer: &mut Rasterizer| {
            let mut pixels = scene.pixels();
            let stride = scene.size.width() as usize * 3;
            let target =
                PixelsMut::from_u8(&mut pixels, scene.size, Channels::Rgb, stride).unwrap();
            let target = target.with_transfer(transfer.clone());
            let drawn = rasterizer.composite(target, &ink).unwrap();
            (pixels, drawn)
        };
        assert!(
            draw(&mut rasterizer) == draw(&mut Rasterizer::new()),
            "step {step}"
        );
    }
}

/// What a veil writes behind a tile goes, though the tile's last pixels hold no ink.
#[test]
fn a_veil_that_ends_before_its_tile_leaves_nothing_to_the_next_picture() {
    let size = Size::new(1021, 128).unwrap();
    let grid = Plane::from_fn(Size::new(130, 20).unwrap(), |x, _| {
        [if x > 125 { 1.0 } else { 0.9 }; 3]
    });
    let veil = Veil::from_grid(&grid, 8.0, Vec2::new(1.0, 0.0)).unwrap();
    let dot = |y: u32| InkDot {
        center_px: Vec2::new(510.5, y as f32),
        radius_px: 1.5,
        absorptance: [0.5; 3],
    };
    let dots: Vec<InkDot> = (0..128).step_by(5).map(dot).collect();
    let draw = |rasterizer: &mut Rasterizer, ink: &Ink<'_>| {
        let mut pixels = vec![200_u8; size.pixels() * 3];
        let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 3 * 1021).unwrap();
        rasterizer.composite(target, ink).unwrap();
        pixels
    };
    let (veiled, ink) = (Ink::new(&[], 0.5).with_veil(&veil), Ink::new(&dots, 0.5));
    let mut used = Rasterizer::new();
    assert_ne!(draw(&mut used, &veiled), vec![200; size.pixels() * 3]);
    assert!(draw(&mut used, &ink) == draw(&mut Rasterizer::new(), &ink));
}

/// How far dots reach is found again for each list, whether they are sorted anew or stay in their places.
#[test]
fn dots_that_grow_shrink_come_and_go_reach_as_far_as_alone() {
    let size = Size::new(90, 70).unwrap();
    let small = oracle::random_dots(size, 12, 0.3..0.6, &mut stream(28));
    let grown = |by: f32| -> Vec<InkDot> {
        let wider = |dot: &InkDot| InkDot {
            radius_px: by * dot.radius_px,
            ..*dot
        };
        small.iter().map(wider).collect()
    };
    let mut bad = small.clone();
    bad[7].absorptance[2] = f32::NAN;
    let mut used = Rasterizer::new().with_tile_px(8).unwrap();
    let (wide, few) = (grown(25.0), small[..5].to_vec());
    // The widest of all are binned with other large ones.
    for dots in [
        &small,
        &wide,
        &small,
        &bad,
        &small,
        &few,
        &wide,
        &grown(60.0),
        &small,
    ] {
        let draw = |rasterizer: &mut Rasterizer| {
            let mut pixels = vec![200_u8; size.pixels() * 3];
            let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 270).unwrap();
            (
                rasterizer.composite(target, &Ink::new(dots, 1.5)).ok(),
                pixels,
            )
        };
        let (drawn, pixels) = draw(&mut used);
        let alone = draw(&mut Rasterizer::new().with_tile_px(8).unwrap());
        assert_eq!(drawn, alone.0);
        assert!(pixels == alone.1, "{drawn:?}");
    }
}

/// Dots one above the other are told apart by their heights alone.
#[test]
fn dots_in_rows_and_columns_may_come_in_any_order() {
    let size = Size::new(40, 48).unwrap();
    let mut stream = stream(29);
    let mut dots = oracle::random_dots(size, 300, 0.4..2.5, &mut stream);
    for (i, dot) in dots.iter_mut().enumerate() {
        dot.center_px = 2.0 * Vec2::new((i % 17) as f32, (i / 17) as f32);
    }
    let draw = |rasterizer: &mut Rasterizer, dots: &[InkDot]| {
        let mut light = vec![1.0_f32; size.pixels() * 3];
        let target = PixelsMut::from_f32(&mut light, size, Channels::Rgb, 120).unwrap();
        rasterizer.composite(target, &Ink::new(dots, 0.7)).unwrap();
        light
    };
    let mut used = Rasterizer::new();
    let forward = draw(&mut used, &dots);
    dots.reverse();
    assert!(draw(&mut used, &dots) == forward, "reversed");
    dots.sort_by(|a, b| a.radius_px.total_cmp(&b.radius_px));
    assert!(draw(&mut used, &dots) == forward, "by radius");
    // Each changes places with another one above or below it, and stays in its bin.
    for dot in &mut dots {
        let within = dot.center_px.y % 16.0;
        dot.center_px.y += 15.0 - 2.0 * within;
    }
    let alone = draw(&mut Rasterizer::new(), &dots);
    assert!(draw(&mut used, &dots) == alone, "turned over");
}

#[test]
fn stride_padding_and_alpha_are_never_touched() {
    let scene = Scene::new();
    let (width, height) = (scene.size.width() as usize, scene.size.height() as usize);
    let packed = scene.draw(&mut Rasterizer::new());
    for channels in [Channels::Rgb, Channels::Rgba] {
        let stride = width * channels.count() + 37;
        // And rows behind the picture.
        let mut pixels = vec![77_u8; stride * (height + 100) + 5];
        for (i, rgb) in scene.pixels().chunks_exact(3).enumerate() {
            let at = i / width * stride + i % width * channels.count();
            pixels[at..at + 3].copy_from_slice(rgb);
        }
        let target = PixelsMut::from_u8(&mut pixels, scene.size, channels, stride).unwrap();
        Rasterizer::new().composite(target, &scene.ink()).unwrap();
        for (i, rgb) in packed.chunks_exact(3).enumerate() {
            let at = i / width * stride + i % width * channels.count();
            assert_eq!(&pixels[at..at + 3], rgb, "pixel {i}, {channels:?}");
            pixels[at..at + 3].fill(77);
        }
        assert!(pixels.iter().all(|&p| p == 77), "{channels:?}");
    }
}

#[test]
fn one_row_may_come_with_any_stride() {
    let size = Size::new(9, 1).unwrap();
    let dots = [InkDot {
        center_px: Vec2::new(4.0, 0.5),
        radius_px: 1.5,
        absorptance: [0.8; 3],
    }];
    let ink = Ink::new(&dots, 0.6);
    let draw = |stride| {
        let (before, mut after) = ([200_u8; 27], [0; 27]);
        let source = Pixels::from_u8(&before, size, Channels::Rgb, stride).unwrap();
        let target = PixelsMut::from_u8(&mut after, size, Channels::Rgb, stride).unwrap();
        let drawn = Rasterizer::new().composite_into_with(source, target, &ink, &());
        assert_eq!(drawn.unwrap().dots, 1);
        after
    };
    let packed = draw(27);
    assert!(packed[12] < 150);
    for stride in [28, 1 << 58, usize::MAX / 4, usize::MAX] {
        assert_eq!(draw(stride), packed, "{stride}");
        let mut in_place = [200; 27];
        let target = PixelsMut::from_u8(&mut in_place, size, Channels::Rgb, stride).unwrap();
        Rasterizer::new().composite(target, &ink).unwrap();
        assert_eq!(in_place, packed, "{stride}, in place");
        let mut values = [0.5; 27];
        let target = PixelsMut::from_f32(&mut values, size, Channels::Rgb, stride).unwrap();
        Rasterizer::new().composite(target, &ink).unwrap();
        assert!(values[12] < 0.3, "{stride}, floating point");
    }
}

fn dot(x: f32, y: f32) -> InkDot {
    InkDot {
        center_px: Vec2::new(x, y),
        radius_px: 1.5,
        absorptance: [0.8; 3],
    }
}

#[test]
fn bounds_hold_all_that_changes_and_count_what_reaches_the_picture() {
    let size = Size::new(100, 80).unwrap();
    let dots = [
        dot(30.0, 20.0),
        dot(40.5, 25.0),
        dot(-50.0, 3.0),
        dot(1e6, -1e6),
    ];
    let grid = Plane::filled(Size::new(3, 3).unwrap(), [0.5; 3]);
    let veil = Veil::from_grid(&grid, 4.0, Vec2::new(70.0, 60.0)).unwrap();
    let round = Ink::new(&dots, 0.6);
    for ink in [
        round,
        round.with_veil(&veil),
        Ink::new(&dots[..1], 0.6).with_veil(&veil),
    ] {
        let mut pixels = vec![200_u8; size.pixels() * 3];
        let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 300).unwrap();
        let drawn = Rasterizer::new().composite(target, &ink).unwrap();
        assert_eq!(drawn.dots, ink.dots.len().min(2));
        let bounds = drawn.bounds.unwrap();
        assert!(bounds.left >= 22 && bounds.top >= 12);
        let alone = bounds.right <= 49 && bounds.bottom <= 33;
        assert!(alone == ink.veil.is_none() && bounds.right <= 90 && bounds.bottom <= 80);
        for (i, rgb) in pixels.chunks_exact(3).enumerate() {
            let (x, y) = (i as u32 % 100, i as u32 / 100);
            let inside = (bounds.left..bounds.right).contains(&x)
                && (bounds.top..bounds.bottom).contains(&y);
            assert!(inside || rgb == [200; 3], "pixel ({x}, {y})");
        }
    }
}

#[test]
fn a_dot_counts_as_drawn_where_it_widens_the_bounds() {
    let size = Size::new(60, 50).unwrap();
    let mut rasterizer = Rasterizer::new();
    let mut draw = |dots: &[InkDot]| {
        let mut pixels = vec![200_u8; size.pixels() * 3];
        let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 180).unwrap();
        rasterizer.composite(target, &Ink::new(dots, 0.6)).unwrap()
    };
    let middle = dot(30.0, 25.0);
    let alone = draw(&[middle]);
    for i in 0..16 {
        // From outside to the inside, over each side.
        let away = i as f32 - 10.0;
        for other in [
            dot(away, 25.0),
            dot(60.0 - away, 25.0),
            dot(30.0, away),
            dot(30.0, 50.0 - away),
        ] {
            let (both, its) = (draw(&[middle, other]), draw(&[other]));
            assert_eq!(both.dots, 1 + its.dots, "{other:?}");
            let widened = both.bounds != alone.bounds;
            assert_eq!(widened, its.bounds.is_some(), "{other:?}: {both:?}");
        }
    }
}

#[test]
fn bad_dots_are_named_before_anything_is_written() {
    let good = InkDot {
        center_px: Vec2::splat(5.0),
        radius_px: 1.0,
        absorptance: [0.5; 3],
    };
    let size = Size::new(10, 10).unwrap();
    let mut refused = Vec::new();
    for radius_px in [0.0, -1.0, f32::NAN, f32::INFINITY, 512.5] {
        refused.push(("radius_px", InkDot { radius_px, ..good }));
    }
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 5e6] {
        let x = Vec2::new(value, 1.0);
        refused.push((
            "center_px.x",
            InkDot {
                center_px: x,
                ..good
            },
        ));
        let y = Vec2::new(1.0, -value);
        refused.push((
            "center_px.y",
            InkDot {
                center_px: y,
                ..good
            },
        ));
    }
    for value in [f32::NAN, -0.01, 1.01, f32::INFINITY] {
        for channel in 0..3 {
            let mut absorptance = [0.5; 3];
            absorptance[channel] = value;
            refused.push((
                "absorptance",
                InkDot {
                    absorptance,
                    ..good
                },
            ));
        }
    }
    // Dots are checked eight at a time: each of the bad ones stands in another place.
    for (i, (name, dot)) in refused.into_iter().enumerate() {
        let mut pixels = vec![100_u8; 300];
        let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 30).unwrap();
        let mut dots = [good; 11];
        dots[i % 11] = dot;
        let error = Rasterizer::new().composite(target, &Ink::new(&dots, 0.7));
        assert!(
            matches!(error, Err(Error::OutOfRange { parameter, .. }) if parameter == name),
            "{dot:?}: {error:?}"
        );
        assert!(pixels.iter().all(|&p| p == 100), "{dot:?}");
    }
}

#[test]
fn bad_pictures_blurs_curves_and_planes_are_named() {
    let size = Size::new(10, 10).unwrap();
    let mut pixels = vec![100_u8; 300];
    for (stride, channels) in [
        (0, Channels::Rgb),
        (29, Channels::Rgb),
        (39, Channels::Rgba),
    ] {
        let error = PixelsMut::from_u8(&mut pixels, size, channels, stride).unwrap_err();
        assert!(
            matches!(
                error,
                Error::OutOfRange {
                    parameter: "stride",
                    ..
                }
            ),
            "{error}"
        );
    }
    for stride in [31, 1000, usize::MAX / 4, usize::MAX] {
        assert!(PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, stride).is_err());
    }
    assert!(PixelsMut::from_u8(&mut pixels[..299], size, Channels::Rgb, 30).is_err());
    assert!(PixelsMut::from_u16(&mut [0; 299], size, Channels::Rgb, 30).is_err());
    assert!(PixelsMut::from_f32(&mut [0.0; 399], size, Channels::Rgba, 40).is_err());

    let mut refuse = |ink: &Ink, transfer: Transfer| {
        let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 30).unwrap();
        Rasterizer::new()
            .composite(target.with_transfer(transfer), ink)
            .unwrap_err()
            .to_string()
    };
    for blur in [0.0, 0.29, -1.0, 65.0, f32::NAN, f32::INFINITY] {
        let words = refuse(&Ink::new(&[], blur), Transfer::Srgb);
        assert!(words.starts_with("blur_px is "), "{words}");
    }
    for gamma in [0.0, 0.9, 4.1, f32::NAN, f32::INFINITY] {
        let words = refuse(&Ink::new(&[], 1.0), Transfer::Gamma(gamma));
        assert!(words.starts_with("gamma is "), "{words}");
    }
    let surface = Plane::filled(Size::new(10, 9).unwrap(), 0);
    assert_eq!(
        refuse(&Ink::new(&[], 1.0).with_surface(&surface), Transfer::Srgb),
        "surface is 10x9 px, allowed: 10x10 px"
    );
    let grid = |t: f32| Plane::filled(size, [1.0, t, 1.0]);
    for t in [-0.1, 1.1, f32::NAN] {
        assert!(Veil::from_grid(&grid(t), 5.0, Vec2::ZERO).is_err());
    }
    for cell in [0.0, 0.5, -3.0, f32::NAN, 1e9] {
        assert!(Veil::from_grid(&grid(0.5), cell, Vec2::ZERO).is_err());
    }
    for origin in [Vec2::new(f32::NAN, 0.0), Vec2::new(0.0, 1e12)] {
        assert!(Veil::from_grid(&grid(0.5), 5.0, origin).is_err());
    }
    for tile in [0, 7, 1025] {
        assert!(Rasterizer::new().with_tile_px(tile).is_err());
    }
}
