//! How exactly transmittance is applied to encoded pixels, and what is never touched.

use crate::oracle::{self, stream};
use glam::Vec2;
use stubblefield::{
    Channels, Ink, InkDot, Level, PixelsMut, Plane, Rasterizer, Size, Transfer, TransferTable, Veil,
};

/// Any transmittance at every pixel: a veil with a cell per pixel.
fn random_veil(size: Size, key: u64) -> Veil {
    let mut stream = stream(key);
    let grid = Plane::from_fn(size, |_, _| {
        std::array::from_fn(|_| match (stream.unit_f32() * 8.0) as u32 {
            0 => 1.0,
            1 => 1.0 - 1e-4 * stream.unit_f32(),
            2 => 0.01 * stream.unit_f32(),
            _ => stream.unit_f32(),
        })
    });
    Veil::from_grid(&grid, 1.0, Vec2::ZERO).unwrap()
}

fn curves() -> Vec<(&'static str, Transfer)> {
    let table = |n: u32| {
        let value = |i| (i as f32 / (n - 1) as f32).powf(1.9);
        Transfer::Table(TransferTable::new((0..n).map(value).collect()).unwrap())
    };
    vec![
        ("sRGB", Transfer::Srgb),
        ("gamma 2.2", Transfer::Gamma(2.199_218_8)),
        ("gamma 1", Transfer::Gamma(1.0)),
        ("gamma 3.6", Transfer::Gamma(3.6)),
        ("linear", Transfer::Linear),
        ("table of 256", table(256)),
        ("table of 4096", table(4096)),
    ]
}

/// The transmittance of three planes at element `i` of a packed RGB picture.
fn at(light: &[Plane<f32>; 3], i: usize) -> f64 {
    f64::from(light[i % 3].values()[i / 3])
}

/// What pictures of 8-bit codes hold of a transmittance.
fn held(light: f64) -> f64 {
    (light * 32768.0).round() / 32768.0
}

/// Of the transmittance as it is held; holding it changes results under sRGB by 0.05 codes at most.
#[test]
fn eight_bit_codes_are_within_0_52_of_exact() {
    let size = Size::new(256, 96).unwrap();
    let veil = random_veil(size, 1);
    let ink = Ink::new(&[], 0.5).with_veil(&veil);
    let codes: Vec<u8> = (0..size.pixels() * 3).map(|i| (i * 7 / 3) as u8).collect();
    let mut rasterizer = Rasterizer::new();
    let light = rasterizer.transmittance(size, &ink).unwrap();
    for (name, transfer) in curves() {
        let mut drawn = codes.clone();
        let target = PixelsMut::from_u8(&mut drawn, size, Channels::Rgb, 768).unwrap();
        rasterizer
            .composite(target.with_transfer(transfer.clone()), &ink)
            .unwrap();
        for (i, (&before, &after)) in codes.iter().zip(&drawn).enumerate() {
            let exact = |t| 255.0 * oracle::darken(&transfer, f64::from(before) / 255.0, t);
            let error = |t| (f64::from(after) - exact(t)).abs();
            let t = at(&light, i);
            assert!(
                error(held(t)) <= 0.52 && (name != "sRGB" || error(t) <= 0.57),
                "{name}: code {before} at T = {t} became {after}, exactly {} and {}",
                exact(t),
                exact(held(t))
            );
        }
    }
}

#[test]
fn sixteen_bit_codes_are_within_1_of_exact() {
    let size = Size::new(256, 256).unwrap();
    let veil = random_veil(size, 2);
    let ink = Ink::new(&[], 0.5).with_veil(&veil);
    let codes: Vec<u16> = (0..size.pixels() * 3).map(|i| (i / 3) as u16).collect();
    let mut rasterizer = Rasterizer::new();
    let light = rasterizer.transmittance(size, &ink).unwrap();
    for (name, transfer) in curves() {
        let mut drawn = codes.clone();
        let target = PixelsMut::from_u16(&mut drawn, size, Channels::Rgb, 768).unwrap();
        rasterizer
            .composite(target.with_transfer(transfer.clone()), &ink)
            .unwrap();
        for (i, (&before, &after)) in codes.iter().zip(&drawn).enumerate() {
            let exact =
                65535.0 * oracle::darken(&transfer, f64::from(before) / 65535.0, at(&light, i));
            let error = (f64::from(after) - exact).abs();
            assert!(
                error <= 0.6,
                "{name}: code {before} at T = {} became {after}, exactly {exact}",
                at(&light, i)
            );
        }
    }
}

#[test]
fn floating_point_values_are_multiplied_where_light_is_linear() {
    let size = Size::new(61, 23).unwrap();
    let veil = random_veil(size, 3);
    let ink = Ink::new(&[], 0.5).with_veil(&veil);
    let mut rasterizer = Rasterizer::new();
    let light = rasterizer.transmittance(size, &ink).unwrap();
    let mut stream = stream(4);
    let values: Vec<f32> = (0..size.pixels() * 3)
        .map(|_| 3.0 * stream.unit_f32() - 0.5)
        .collect();
    let mut drawn = values.clone();
    let target = PixelsMut::from_f32(&mut drawn, size, Channels::Rgb, 183).unwrap();
    rasterizer.composite(target, &ink).unwrap();
    for (i, (before, after)) in values.iter().zip(&drawn).enumerate() {
        assert_eq!(*after, before * at(&light, i) as f32, "element {i}");
    }
    let mut encoded = values.clone();
    let target = PixelsMut::from_f32(&mut encoded, size, Channels::Rgb, 183).unwrap();
    rasterizer
        .composite(target.with_transfer(Transfer::Srgb), &ink)
        .unwrap();
    for (i, (&before, &after)) in values.iter().zip(&encoded).enumerate() {
        let exact = oracle::darken(&Transfer::Srgb, f64::from(before), at(&light, i));
        // The curve's factor is fitted for results above the toe of values up to 1.
        let tolerance = if before <= 1.0 { 2e-6 } else { 1e-3 };
        assert!(
            (f64::from(after) - exact).abs() < tolerance,
            "{before} became {after}, exactly {exact}"
        );
    }
}

#[test]
fn a_channel_that_is_no_number_leaves_the_others_of_its_pixel_alone() {
    // As many pixels as are looked at together, all alike.
    let size = Size::new(16, 1).unwrap();
    let grid = Plane::filled(size, [0.5; 3]);
    let veil = Veil::from_grid(&grid, 1.0, Vec2::ZERO).unwrap();
    let ink = Ink::new(&[], 0.5).with_veil(&veil);
    let draw = |pixel: [f32; 3]| {
        let mut pixels = pixel.repeat(16);
        let target = PixelsMut::from_f32(&mut pixels, size, Channels::Rgb, 48).unwrap();
        let target = target.with_transfer(Transfer::Srgb);
        Rasterizer::new().composite(target, &ink).unwrap();
        [pixels[21], pixels[22], pixels[23]]
    };
    // The first comes out in the straight toe of the curve, the others do not.
    let sound = [0.045, 0.6, 0.7];
    let exact = oracle::darken(&Transfer::Srgb, 0.045, 0.5);
    assert!((f64::from(draw(sound)[0]) - exact).abs() < 1e-8);
    for place in [[0, 1, 2], [1, 0, 2], [1, 2, 0]] {
        let pixel = place.map(|i| sound[i]);
        for bad in 0..3 {
            let mut spoilt = pixel;
            spoilt[bad] = f32::NAN;
            for (c, (got, want)) in draw(spoilt).into_iter().zip(draw(pixel)).enumerate() {
                assert!(got == want || c == bad, "{spoilt:?}: {got} for {want}");
            }
        }
    }
}

#[test]
fn without_ink_every_code_of_every_depth_keeps_its_bits() {
    let size = Size::new(256, 256).unwrap();
    let grid = Plane::filled(Size::new(4, 4).unwrap(), [1.0; 3]);
    let veil = Veil::from_grid(&grid, 64.0, Vec2::ZERO).unwrap();
    // One dot without any absorptance makes every tile it reaches be worked through.
    let dot = InkDot {
        center_px: Vec2::splat(128.0),
        radius_px: 60.0,
        absorptance: [0.0; 3],
    };
    let dots = vec![dot; 2];
    let ink = Ink::new(&dots, 40.0).with_veil(&veil);
    let mut rasterizer = Rasterizer::new();
    for (name, transfer) in curves() {
        let codes: Vec<u16> = (0..size.pixels() * 4).map(|i| (i / 4) as u16).collect();
        let mut drawn = codes.clone();
        let target = PixelsMut::from_u16(&mut drawn, size, Channels::Rgba, 1024).unwrap();
        rasterizer
            .composite(target.with_transfer(transfer.clone()), &ink)
            .unwrap();
        assert_eq!(codes, drawn, "{name}, 16 bit");
        let codes: Vec<u8> = codes.iter().map(|&c| c as u8).collect();
        let mut drawn = codes.clone();
        let target = PixelsMut::from_u8(&mut drawn, size, Channels::Rgba, 1024).unwrap();
        rasterizer
            .composite(target.with_transfer(transfer.clone()), &ink)
            .unwrap();
        assert_eq!(codes, drawn, "{name}, 8 bit");
        let values: Vec<f32> = codes.iter().map(|&c| f32::from(c) * 0.013 - 0.2).collect();
        let mut drawn = values.clone();
        let target = PixelsMut::from_f32(&mut drawn, size, Channels::Rgba, 1024).unwrap();
        rasterizer
            .composite(target.with_transfer(transfer), &ink)
            .unwrap();
        assert_eq!(values, drawn, "{name}, floating point");
    }
}

#[test]
fn lanes_without_ink_beside_inked_ones_keep_their_bits() {
    let size = Size::new(512, 128).unwrap();
    let mut stream = stream(8);
    let grid = Plane::from_fn(size, |_, _| {
        std::array::from_fn(|_| if stream.unit_f32() < 0.5 { 1.0 } else { 0.3 })
    });
    let veil = Veil::from_grid(&grid, 1.0, Vec2::ZERO).unwrap();
    let ink = Ink::new(&[], 1.0).with_veil(&veil);
    let codes: Vec<u16> = (0..size.pixels() * 3).map(|i| (i / 3) as u16).collect();
    let mut drawn = codes.clone();
    let target = PixelsMut::from_u16(&mut drawn, size, Channels::Rgb, 1536).unwrap();
    Rasterizer::new().composite(target, &ink).unwrap();
    for (i, (before, after)) in codes.iter().zip(&drawn).enumerate() {
        if grid.values()[i / 3][i % 3] == 1.0 {
            assert_eq!(before, after, "element {i}");
        }
    }
}

/// Red, green and blue changed round in picture, dots and veil are changed round in the result.
#[test]
fn channels_are_treated_alike() {
    let size = Size::new(83, 40).unwrap();
    let mut random = stream(12);
    let mut dots = oracle::random_dots(size, 60, 0.2..3.0, &mut random);
    // Some take all light of one channel, and most of the picture is in the toe of sRGB in one.
    for (i, dot) in dots.iter_mut().enumerate().take(30) {
        dot.absorptance = std::array::from_fn(|c| if c == i % 3 { 1.0 } else { 0.1 });
    }
    let grid = Plane::from_fn(Size::new(9, 5).unwrap(), |x, _| {
        let one = [0.1, 1.0, 0.7][x as usize % 3];
        [one, 1.0, 0.9]
    });
    let values: Vec<f32> = (0..size.pixels())
        .flat_map(|i| [[0.9, 0.8, 0.06], [0.05, 0.7, 0.9], [0.8, 0.07, 0.9]][i / 16 % 3])
        .map(|v| v * (0.5 + 0.5 * random.unit_f32()))
        .collect();
    let turn = |v: [f32; 3], by: usize| -> [f32; 3] { std::array::from_fn(|c| v[(c + by) % 3]) };
    let mut rasterizer = Rasterizer::new();
    for (name, transfer) in curves() {
        let mut draw = |by: usize| {
            let dots: Vec<InkDot> = (dots.iter())
                .map(|dot| InkDot {
                    absorptance: turn(dot.absorptance, by),
                    ..*dot
                })
                .collect();
            let veil = Veil::from_grid(&grid.map(|t| turn(t, by)), 10.0, Vec2::ZERO).unwrap();
            let ink = Ink::new(&dots, 0.6).with_veil(&veil);
            let mut floats: Vec<f32> = (values.as_chunks::<3>().0.iter())
                .flat_map(|&v| turn(v, by))
                .collect();
            let mut words: Vec<u16> = floats.iter().map(|v| (v * 65535.0) as u16).collect();
            let mut bytes: Vec<u8> = floats.iter().map(|v| (v * 255.0) as u8).collect();
            for target in [
                PixelsMut::from_u8(&mut bytes, size, Channels::Rgb, 249).unwrap(),
                PixelsMut::from_u16(&mut words, size, Channels::Rgb, 249).unwrap(),
                PixelsMut::from_f32(&mut floats, size, Channels::Rgb, 249).unwrap(),
            ] {
                let target = target.with_transfer(transfer.clone());
                rasterizer.composite(target, &ink).unwrap();
            }
            let all = bytes.into_iter().map(f32::from);
            let all = all.chain(words.into_iter().map(f32::from)).chain(floats);
            all.collect::<Vec<f32>>()
        };
        let straight = draw(0);
        for by in 1..3 {
            for (i, (a, b)) in (straight.as_chunks().0.iter())
                .zip(draw(by).as_chunks().0)
                .enumerate()
            {
                assert_eq!(turn(*a, by), *b, "{name}, pixel {i}, turned by {by}");
            }
        }
    }
}

/// Where dots that take all light lie on one another, and in the tails of their coverage.
#[test]
fn no_pixel_gets_brighter_or_less_than_black() {
    let size = Size::new(120, 90).unwrap();
    let mut dots = oracle::random_dots(size, 40, 0.2..9.0, &mut stream(13));
    dots.iter_mut()
        .for_each(|dot| dot.absorptance = [1.0, 0.5, 0.01]);
    let ink = Ink::new(&dots, 0.4);
    let mut rasterizer = Rasterizer::new();
    for (name, transfer) in curves() {
        let mut codes = vec![40_000_u16; 3 * size.pixels()];
        let mut values = vec![0.7_f32; 3 * size.pixels()];
        for target in [
            PixelsMut::from_u16(&mut codes, size, Channels::Rgb, 360).unwrap(),
            PixelsMut::from_f32(&mut values, size, Channels::Rgb, 360).unwrap(),
        ] {
            let target = target.with_transfer(transfer.clone());
            rasterizer.composite(target, &ink).unwrap();
        }
        assert!(codes.iter().all(|&code| code <= 40_000), "{name}");
        assert!(values.iter().all(|v| (0.0..=0.7).contains(v)), "{name}");
    }
}

#[test]
fn tables_are_read_constant_beyond_their_ends_and_to_the_lowest_code_where_flat() {
    let table = TransferTable::new(vec![0.0, 0.0, 0.5, 0.5, 1.0]).unwrap();
    let decoded = [-1.0, 0.0, 0.25, 0.375, 0.6, 1.0, 7.0].map(|v| table.decode(v));
    assert_eq!(decoded, [0.0, 0.0, 0.0, 0.25, 0.5, 1.0, 1.0]);
    let encoded = [-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 7.0].map(|v| table.encode(v));
    assert_eq!(encoded, [0.0, 0.0, 0.375, 0.5, 0.875, 1.0, 1.0]);
    for (bad, words) in [
        (
            vec![0.5],
            "transfer table has 1 elements, allowed: at least 2",
        ),
        (
            vec![0.0, 1.5],
            "transfer table value is 1.5, allowed: 0..=1, none below the one before it",
        ),
        (
            vec![0.0, f32::NAN],
            "transfer table value is NaN, allowed: 0..=1, none below the one before it",
        ),
    ] {
        assert_eq!(TransferTable::new(bad).unwrap_err().to_string(), words);
    }
}

#[test]
fn the_surface_keeps_its_share_of_light() {
    let size = Size::new(70, 66).unwrap();
    let dots = oracle::random_dots(size, 150, 0.5..4.0, &mut stream(9));
    let mut noise = stream(10);
    let surface = Plane::from_fn(size, |x, _| match x % 3 {
        0 => 0,
        1 => 255,
        _ => (noise.unit_f32() * 256.0) as u8,
    });
    let ink = Ink::new(&dots, 0.8).with_surface(&surface);
    let exact = oracle::transmittance(size, &ink);
    let drawn = Rasterizer::new().transmittance(size, &ink).unwrap();
    for (i, exact) in exact.iter().enumerate() {
        for c in 0..3 {
            let t = drawn[c].values()[i];
            assert!(
                (f64::from(t) - exact[c]).abs() < 1.0 / 255.0,
                "pixel {i}: {t}, exactly {}",
                exact[c]
            );
            if i % 70 % 3 == 1 {
                assert_eq!(t, 1.0, "a glint stays as it is");
            }
        }
    }
}

#[test]
fn a_veil_of_any_grid_is_its_own_sample_at_every_pixel() {
    let size = Size::new(150, 90).unwrap();
    let mut noise = stream(11);
    // Wider from row to row, and nothing beside.
    let grid = Plane::from_fn(Size::new(9, 7).unwrap(), |x, y| {
        let t = [if x < 3 { 1.0 } else { noise.unit_f32() }, 0.9, 1.0];
        if (1..6 + y / 2).contains(&x) && y < 6 {
            t
        } else {
            [1.0; 3]
        }
    });
    for (cell, origin) in [
        (7.3, Vec2::new(20.0, 11.0)),
        (7.3, Vec2::new(20.7, 11.7)),
        (40.0, Vec2::new(-30.0, -60.0)),
        (2.0, Vec2::new(140.5, 80.25)),
        (5.0, Vec2::new(-500.0, 0.0)),
    ] {
        let veil = Veil::from_grid(&grid, cell, origin).unwrap();
        let ink = Ink::new(&[], 1.0).with_veil(&veil);
        for level in [Level::baseline(), Level::detect()] {
            let mut rasterizer = Rasterizer::with_level(level);
            let light = rasterizer.transmittance(size, &ink).unwrap();
            let mut pixels = vec![0_u8; size.pixels() * 3];
            let target = PixelsMut::from_u8(&mut pixels, size, Channels::Rgb, 450).unwrap();
            let bounds = rasterizer.composite(target, &ink).unwrap().bounds;
            for y in 0..size.height() {
                for x in 0..size.width() {
                    let expected = veil.sample(x as f32 + 0.5, y as f32 + 0.5);
                    let drawn: [f32; 3] = std::array::from_fn(|c| light[c].row(y)[x as usize]);
                    assert_eq!(drawn, expected, "pixel ({x}, {y}), cells of {cell} px");
                    let inside = bounds.is_some_and(|b| {
                        (b.left..b.right).contains(&x) && (b.top..b.bottom).contains(&y)
                    });
                    assert!(inside || drawn == [1.0; 3], "({x}, {y}) outside {bounds:?}");
                }
            }
        }
    }
}
