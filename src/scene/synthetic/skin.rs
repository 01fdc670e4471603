//! Bare skin of a synthetic patch: its colour, its relief, the lamp, scars, and a wall behind it.

use glam::{Vec2, Vec3};

use super::request::{Draw, Part, PatchRequest, Scars};
use crate::error::Result;
use crate::field::FieldRequest;
use crate::mask::{Mask, smoothstep};
use crate::noise::Noise;
use crate::parallel;
use crate::plane::Plane;
use crate::random::{Seed, Stage};
use crate::units::Density;

/// Where skin is, and where it is scarred.
pub(super) struct Ground {
    pub(super) skin: Mask,
    pub(super) scars: Mask,
}

/// Extractions per cm² where follicles were taken singly.
const PUNCHES_PER_CM2: f32 = 14.0;

/// What a white scar is to the skin around it; more in blue, for it holds less blood and melanin.
const PALER: Vec3 = Vec3::new(1.14, 1.22, 1.27);

/// Light that every skin reflects from its surface, as a share of white.
const MATT: f32 = 0.008;

impl Ground {
    pub(super) fn lay(request: &PatchRequest) -> Result<Self> {
        let skin = match request.backdrop {
            None => Mask::full(request.size),
            Some(_) => wall_corner(request).invert(),
        };
        let scars = match request.scars {
            Scars::None => Mask::full(request.size).invert(),
            Scars::Strip => strip(request),
            Scars::Punches => punches(request)?,
        };
        let scars = scars.intersect(&skin)?;
        Ok(Self { skin, scars })
    }
}

/// A corner of the picture beyond a gently curved rim.
fn wall_corner(request: &PatchRequest) -> Mask {
    let mut draw = Draw(request.part(Part::Wall).stream(Stage::Synthetic, 0));
    let extent = request.extent_mm();
    let away = Vec2::from_angle(draw.between(0.0, std::f32::consts::TAU));
    let radius = extent.length() * draw.between(0.8, 2.0);
    // A fifth to a third of the way from the picture's edge to its middle.
    let rim = extent.length() * draw.between(0.18, 0.3);
    let centre = extent * 0.5 + away * (rim - radius);
    coverage(request, |at| {
        ((at - centre).length() - radius) * request.scale.get() + 0.5
    })
}

/// A scar line across the picture, of uneven width.
fn strip(request: &PatchRequest) -> Mask {
    let seed = request.part(Part::Scars);
    let mut draw = Draw(seed.stream(Stage::Synthetic, 0));
    let (bend, width) = (noise(seed, 14.0, 1), noise(seed, 3.0, 2));
    let extent = request.extent_mm();
    let along = Vec2::from_angle(draw.between(-0.5, 0.5));
    let through = extent * Vec2::new(0.5, draw.between(0.3, 0.7));
    let half = draw.between(0.5, 1.5);
    coverage(request, move |at| {
        let p = at - through;
        let (s, d) = (p.dot(along), p.perp_dot(along));
        let middle = 1.5 * bend.at(Vec2::new(s, 0.5));
        let half = half * (1.0 + 0.45 * width.at(Vec2::new(s, 0.5)));
        (half - (d - middle).abs()) / SCAR_RIM_MM + 0.5
    })
}

/// Round scars of single extractions.
fn punches(request: &PatchRequest) -> Result<Mask> {
    let seed = request.part(Part::Scars);
    let density = Density::unchecked(PUNCHES_PER_CM2);
    let everywhere = Mask::full(request.size);
    let field = FieldRequest::new(&everywhere, request.scale, density, seed).generate()?;
    let mut scars = Mask::full(request.size).invert();
    for dot in field.dots() {
        let mut draw = Draw(seed.stream(Stage::Synthetic, dot.id));
        let radius = draw.between(0.35, 0.55);
        let squash = Vec2::new(draw.between(0.85, 1.15), draw.between(0.85, 1.15));
        let centre = dot.position_mm + 0.15 * draw.normal2();
        let reach = request.scale.to_px(1.2 * radius + SCAR_RIM_MM).ceil() as i64;
        let (cx, cy) = (
            request.scale.to_px(centre.x) as i64,
            request.scale.to_px(centre.y) as i64,
        );
        let (width, height) = (
            i64::from(request.size.width()),
            i64::from(request.size.height()),
        );
        for y in (cy - reach).max(0)..(cy + reach + 1).min(height) {
            for x in (cx - reach).max(0)..(cx + reach + 1).min(width) {
                let p = (request.mm_at(x as usize, y as usize) - centre) * squash;
                let share = smoothstep((radius - p.length()) / SCAR_RIM_MM + 0.5);
                let value = &mut scars.coverage_mut().values_mut()[(y * width + x) as usize];
                *value = value.max(share);
            }
        }
    }
    Ok(scars)
}

/// Width over which a scar's border fades.
const SCAR_RIM_MM: f32 = 0.25;

fn coverage(request: &PatchRequest, f: impl Fn(Vec2) -> f32 + Sync + Send) -> Mask {
    let mut shares = Plane::filled(request.size, 0.0_f32);
    let columns = request.size.width() as usize;
    parallel::for_each_chunk(shares.values_mut(), columns, |y, row| {
        for (x, share) in row.iter_mut().enumerate() {
            *share = smoothstep(f(request.mm_at(x, y)));
        }
    });
    Mask::from_shares(shares)
}

fn noise(seed: Seed, wavelength_mm: f32, layer: u64) -> Noise {
    Noise::new(seed, Stage::Synthetic, wavelength_mm, layer)
}

/// The lamp: where it is brightest, how fast it falls off, where its reflection lies.
pub(super) struct Lamp {
    slope: Vec2,
    glint: Vec2,
    reach: f32,
    shine: f32,
    /// Direction in which shadows fall on the skin, of unit length.
    pub(super) shadow: Vec2,
}

impl Lamp {
    pub(super) fn new(request: &PatchRequest) -> Self {
        let mut draw = Draw(request.part(Part::Light).stream(Stage::Synthetic, 0));
        let extent = request.extent_mm();
        let towards = Vec2::from_angle(draw.between(0.0, std::f32::consts::TAU));
        Self {
            slope: towards * draw.between(0.05, 0.35) / extent.length(),
            glint: extent * (0.5 + 0.35 * towards),
            reach: extent.length() * draw.between(0.12, 0.3),
            shine: request.shine,
            shadow: -towards,
        }
    }

    /// Light that falls on a place, about 1.
    fn light(&self, at: Vec2, middle: Vec2) -> f32 {
        (1.0 + (at - middle).dot(self.slope)).max(0.2)
    }

    /// Share of the lamp that flat skin would mirror at a place.
    fn mirrored(&self, at: Vec2) -> f32 {
        let away = (at - self.glint).length_squared() / (self.reach * self.reach);
        self.shine * libm::expf(-away)
    }
}

/// Linear light of bare skin and wall: what comes from within the skin, and what its surface
/// mirrors.
pub(super) struct Bare {
    pub(super) body: Vec<f32>,
    pub(super) gloss: Vec<f32>,
}

pub(super) fn paint(request: &PatchRequest, ground: &Ground, lamp: &Lamp) -> Bare {
    let columns = request.size.width() as usize;
    let texture = Texture::new(request);
    let base = Vec3::new(request.skin.red, request.skin.green, request.skin.blue);
    let wall = request
        .backdrop
        .map_or(Vec3::ZERO, |c| Vec3::new(c.red, c.green, c.blue));
    let middle = request.extent_mm() * 0.5;
    let mut pixels = vec![[0.0_f32; 4]; request.size.pixels()];
    parallel::for_each_chunk(&mut pixels, columns, |y, row| {
        let skins = ground.skin.coverage().row(y as u32);
        let scars = ground.scars.coverage().row(y as u32);
        for (x, pixel) in row.iter_mut().enumerate() {
            let at = request.mm_at(x, y);
            let (skin, scar) = (skins[x], scars[x]);
            let shade = texture.wall.at(at) * 0.02;
            let mut color = wall * (1.0 + shade + 0.05 * (at.y - middle.y) / middle.y);
            let mut gloss = 0.0;
            if skin > 0.0 {
                let (tone, relief, spark) = texture.skin(at, 1.0 - 0.65 * scar);
                let paler = Vec3::ONE.lerp(PALER, 0.8 * scar);
                let lit = base * paler * tone * lamp.light(at, middle);
                color = color.lerp(lit, skin);
                let mirrored = lamp.mirrored(at);
                let rough = (1.0 + 1.6 * relief).max(0.0);
                gloss = skin * (MATT + mirrored * (0.22 * rough + 0.6 * spark));
            }
            *pixel = [color.x, color.y, color.z, gloss];
        }
    });
    Bare {
        body: pixels.iter().flat_map(|p| [p[0], p[1], p[2]]).collect(),
        gloss: pixels.iter().map(|p| p[3]).collect(),
    }
}

/// Everything that varies over healthy skin.
struct Texture {
    mottling: [Noise; 3],
    flush: Noise,
    furrows: [Noise; 2],
    grain: Noise,
    wall: Noise,
}

impl Texture {
    fn new(request: &PatchRequest) -> Self {
        let seed = request.part(Part::Skin);
        Self {
            mottling: [
                noise(seed, 9.0, 1),
                noise(seed, 2.6, 2),
                noise(seed, 0.8, 3),
            ],
            flush: noise(seed, 5.0, 4),
            furrows: [noise(seed, 0.55, 5), noise(seed, 0.9, 6)],
            grain: noise(seed, 0.17, 7),
            wall: noise(seed, 7.0, 8),
        }
    }

    /// Colour relative to the base, height of the relief in −1..1, and share of a glinting facet;
    /// `rough` scales the relief.
    fn skin(&self, at: Vec2, rough: f32) -> (Vec3, f32, f32) {
        let [wide, mid, fine] = [0, 1, 2].map(|i| self.mottling[i].at(at));
        // Fine furrows meet in a net: where a noise crosses zero.
        let slanted = Vec2::new(at.x + 0.35 * at.y, at.y - 0.35 * at.x);
        let net = |n: &Noise| (1.0 - n.at(slanted).abs() * 3.0).max(0.0);
        let furrow = net(&self.furrows[0]).max(0.8 * net(&self.furrows[1]));
        let grain = self.grain.at(at);
        let relief = rough * (0.45 * fine + 0.4 * grain - 0.5 * furrow);
        let tone = 1.0
            + 0.05 * wide
            + 0.035 * mid
            + rough * (0.03 * fine + 0.025 * grain - 0.045 * furrow);
        let red = 0.07 * self.flush.at(at);
        let hue = Vec3::new(1.0 + 0.2 * red, 1.0 - red, 1.0 - 0.8 * red);
        let spark = smoothstep((grain * rough - 0.55) / 0.3);
        (hue * tone, relief, spark)
    }
}
