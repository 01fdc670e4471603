//! A head that never was: skin, light and stubble from formulas, with the truth beside it.

use glam::{Vec2, Vec3};

use super::camera;
use crate::error::Result;
use crate::field::FieldRequest;
use crate::mask::{Mask, smoothstep};
use crate::noise::Noise;
use crate::parallel;
use crate::photo::Photo;
use crate::random::{Seed, Stage};
use crate::raster::{Channels, Ink, InkDot, PixelsMut, Rasterizer};
use crate::scene::{Chart, HeadShape, Tilt};
use crate::units::{Density, Scale, Size};

/// A synthetic photograph of a shaved head with a receding hairline, seen from the front.
///
/// The test bed of this crate and the picture its examples draw on when none is given: no person
/// is in it.
///
/// # Examples
/// ```
/// use stubblefield::{Scale, Seed, SyntheticScalp};
///
/// let scalp = SyntheticScalp::generate(Scale::px_per_mm(1.0)?, Seed::new(1))?;
/// assert_eq!(scalp.photo.size(), scalp.receded.size());
/// assert!(scalp.follicles_mm.len() > 1000);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SyntheticScalp {
    /// The photograph, 8-bit sRGB.
    pub photo: Photo,
    /// Where the hair has receded: what a practitioner would treat.
    pub receded: Mask,
    /// Pixels per millimetre, the same everywhere.
    pub scale: Scale,
    /// Where each follicle leaves the skin, in mm from the upper left corner; as dense on the skin where it turns
    /// away as where it faces the camera.
    pub follicles_mm: Vec<Vec2>,
    /// The head's outline, and so its shape.
    pub head: HeadShape,
}

/// Width and height of the picture.
const FRAME_MM: Vec2 = Vec2::new(200.0, 132.0);
/// Centre and half axes of the head; depth is towards the camera.
const CENTRE_MM: Vec2 = Vec2::new(100.0, 136.0);
const AXES_MM: Vec3 = Vec3::new(78.0, 96.0, 92.0);
/// Linear sRGB of the skin in even light.
const SKIN: Vec3 = Vec3::new(0.52, 0.325, 0.235);
/// Follicular units where nothing is lost, and what shaved roots leave of the light around them.
const FOLLICLES: f32 = 130.0;
const ROOT_VEIL: Vec3 = Vec3::new(0.80, 0.90, 0.94);
const ROOT_ABSORPTANCE: [f32; 3] = [0.70, 0.66, 0.62];

impl SyntheticScalp {
    /// A head at the given scale; the picture is 200 mm wide and 132 mm high.
    ///
    /// # Errors
    /// [`Error::TooLarge`](crate::Error::TooLarge) when that would be more than
    /// [`Size::MAX_PIXELS`].
    ///
    /// # Cost
    /// About 0.3 µs per pixel.
    pub fn generate(scale: Scale, seed: Seed) -> Result<Self> {
        let size = Size::new(
            scale.to_px(FRAME_MM.x).round() as u32,
            scale.to_px(FRAME_MM.y).round() as u32,
        )?;
        let head = HeadShape {
            centre_px: CENTRE_MM * scale.get(),
            half_axes_px: AXES_MM.truncate() * scale.get(),
            angle: 0.0,
        };
        let follicles = follicles(&head, size, scale, seed)?;
        let ellipsoid = head.ellipsoid();
        let mut light = paint(size, scale, seed);
        let roots: Vec<InkDot> = follicles
            .iter()
            .map(|&(center_px, id)| {
                let mut stream = seed.stream(Stage::Synthetic, id);
                let width = 0.8 + 0.5 * stream.unit_f32();
                let seen = ellipsoid.tilt(center_px).unwrap_or(Tilt::NONE).seen();
                InkDot {
                    center_px,
                    radius_px: scale.to_px(0.12 * width * seen.sqrt()),
                    absorptance: ROOT_ABSORPTANCE,
                }
            })
            .collect();
        let blur_px = (0.5 + scale.to_px(0.05) * scale.to_px(0.05)).sqrt();
        let target = PixelsMut::from_f32(&mut light, size, Channels::Rgb, 3 * columns(size))?;
        Rasterizer::new().composite(target, &Ink::new(&roots, blur_px))?;

        let noise = camera::noise(size, seed);
        let stray = |clean: f32, noise: f32| 0.006 * noise * clean.max(0.0).sqrt();
        let codes = camera::expose(&light, &noise, size, stray);
        let photo = Photo::from_rgb8(size, codes)?;
        let receded = Mask::from_fn(size, |p| receded(p / scale.get()))?;
        Ok(Self {
            photo,
            receded,
            scale,
            follicles_mm: follicles.iter().map(|(at, _)| *at / scale.get()).collect(),
            head,
        })
    }
}

/// Places in pixels where hair leaves the skin in the picture, each with its id.
fn follicles(head: &HeadShape, size: Size, scale: Scale, seed: Seed) -> Result<Vec<(Vec2, u64)>> {
    let skin = Mask::from_fn(size, |p| f32::from(u8::from(inside(p / scale.get()) > 0.0)))?;
    let Some(chart) = Chart::around(&skin, head, scale)? else {
        return Ok(Vec::new());
    };
    let ellipsoid = head.ellipsoid();
    let shown = |at: Vec2| {
        let in_picture =
            at.cmpge(Vec2::ZERO).all() && at.x < size.width() as f32 && at.y < size.height() as f32;
        in_picture && ellipsoid.tilt(at).is_some()
    };
    let [skin, hair] = chart.laid_out(|at| {
        let skin = f32::from(u8::from(shown(at)));
        [skin, hair_share(at / scale.get())]
    });
    let area_factor = chart.area_factor();
    let (skin, density) = (Mask::from_shares(skin), Density::per_cm2(FOLLICLES)?);
    let field = FieldRequest::new(&skin, chart.scale(), density, seed)
        .with_relative_density(&hair)
        .with_area_factor(&area_factor)
        .generate()?;
    let dots = field.dots().iter();
    let seen = dots.filter_map(|dot| Some((chart.to_photo(dot.position_mm)?, dot.id)));
    Ok(seen.filter(|(at, _)| shown(*at)).collect())
}

fn columns(size: Size) -> usize {
    size.width() as usize
}

fn to_mm(x: u32, y: u32, scale: Scale) -> Vec2 {
    Vec2::new(scale.to_mm(x as f32 + 0.5), scale.to_mm(y as f32 + 0.5))
}

/// Height of the head's surface towards the camera, squared and relative: above 0 on the head.
fn inside(at: Vec2) -> f32 {
    let p = (at - CENTRE_MM) / Vec2::new(AXES_MM.x, AXES_MM.y);
    1.0 - p.length_squared()
}

/// Share of the follicles that are left at a place: the receding pattern.
fn hair_share(at: Vec2) -> f32 {
    if inside(at) <= 0.0 {
        return 0.0;
    }
    let from_middle = (at.x - CENTRE_MM.x).abs();
    // What is left in front: an island in the middle, deep bays at the temples.
    let bay = smoothstep((from_middle - 8.0) / 22.0);
    let front = 61.0 - 15.0 * bay + 1.5 * libm::sinf(at.x * 0.31);
    let top = smoothstep((front - at.y) / 12.0 + 0.5);
    // The fringe at the sides, down to the frame.
    let side = smoothstep((from_middle - 0.86 * half_width(at.y)) / 14.0 + 0.5);
    top.max(side)
}

/// Where hair once was and a practitioner would lay dots: down to a mature hairline.
fn receded(at: Vec2) -> f32 {
    let from_middle = (at.x - CENTRE_MM.x).abs();
    let hairline = 86.0 + 10.0 * smoothstep((from_middle - 25.0) / 40.0);
    let above = (hairline - at.y + 0.5).clamp(0.0, 1.0);
    let lost = f32::from(u8::from(inside(at) > 0.0 && hair_share(at) < 0.9));
    above.min(lost)
}

/// Half the width of the head at a height, in mm.
fn half_width(y: f32) -> f32 {
    let t = (y - CENTRE_MM.y) / AXES_MM.y;
    AXES_MM.x * (1.0 - t * t).max(0.0).sqrt()
}

/// Linear light of skin and background, without single hairs.
fn paint(size: Size, scale: Scale, seed: Seed) -> Vec<f32> {
    let noise = |wavelength, layer| Noise::new(seed, Stage::Synthetic, wavelength, layer);
    let tones = [noise(16.0, 1), noise(5.0, 2), noise(1.6, 3)];
    let (pores, flush, lines) = (noise(0.45, 4), noise(22.0, 5), noise(30.0, 6));
    let mut light = vec![0.0_f32; size.pixels() * 3];
    parallel::for_each_chunk(&mut light, 3 * columns(size), |y, row| {
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            let at = to_mm(x as u32, y as u32, scale);
            let wall = 0.58 - 0.0008 * at.y + 0.004 * pores.at(at);
            let wall = Vec3::new(wall * 0.985, wall, wall * 1.005);
            let height = inside(at);
            // The rim is as sharp as a lens at arm's length draws it: half a millimetre.
            let edge = (height * 0.25 * AXES_MM.y / 0.5 + 0.5).clamp(0.0, 1.0);
            let mut color = wall;
            if edge > 0.0 {
                let tone = tones
                    .iter()
                    .zip([0.05, 0.04, 0.03])
                    .map(|(n, a)| a * n.at(at));
                let tone = 1.0 + tone.sum::<f32>() + 0.035 * pores.at(at);
                let red = 0.06 * flush.at(at);
                let hue = Vec3::new(1.0 + 0.2 * red, 1.0 - red, 1.0 - 0.8 * red);
                let crease = 1.0 - crease(at, &lines);
                let skin = SKIN * hue * tone * crease * shade(at, height);
                let roots = Vec3::ONE - (Vec3::ONE - ROOT_VEIL) * hair_share(at);
                color = wall.lerp(skin * roots + gloss(at, height, &tones[2]), edge);
            }
            pixel.copy_from_slice(&color.to_array());
        }
    });
    light
}

/// Direction in which the surface faces.
fn normal(at: Vec2, height: f32) -> Vec3 {
    let p = at - CENTRE_MM;
    let depth = AXES_MM.z * height.max(0.0).sqrt();
    (Vec3::new(p.x, p.y, depth) / (AXES_MM * AXES_MM)).normalize()
}

/// Light from a large lamp above the camera and from the room.
fn shade(at: Vec2, height: f32) -> f32 {
    let normal = normal(at, height);
    let lamp = normal.dot(Vec3::new(-0.12, -0.42, 0.90)).max(0.0);
    let sky = 0.5 - 0.5 * normal.y;
    0.16 + 0.74 * lamp + 0.14 * sky
}

/// Surface reflection of the lamp: a sheen on the crown, broken up by the texture.
fn gloss(at: Vec2, height: f32, texture: &Noise) -> Vec3 {
    let halfway = Vec3::new(-0.10, -0.66, 0.80);
    let facing = normal(at, height).dot(halfway.normalize()).max(0.0);
    let sheen = 0.10 * libm::powf(facing, 60.0) + 0.42 * libm::powf(facing, 900.0);
    Vec3::splat(0.008 + sheen * (1.0 + 0.25 * texture.at(at)))
}

/// Forehead lines: faint, interrupted, bent a little.
fn crease(at: Vec2, lines: &Noise) -> f32 {
    let centre = |i: usize| 97.0 + 9.0 * i as f32;
    let line = |i: usize| {
        let bend = 3.0 * lines.at(Vec2::new(at.x, 50.0 * i as f32));
        let away = (at.y - centre(i) - bend) / 0.7;
        let present = smoothstep(0.6 + lines.at(Vec2::new(at.x * 1.7, 50.0 * i as f32 + 25.0)));
        0.10 * present * libm::expf(-away * away)
    };
    let across = (at.x - CENTRE_MM.x) / 48.0;
    (0..4).map(line).sum::<f32>() * (1.0 - across * across).max(0.0)
}
