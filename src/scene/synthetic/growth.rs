//! Where hair leaves synthetic skin, and what its roots, pores and spots take from the light.

use glam::{Vec2, Vec3};

use super::request::{Draw, Growth, Part, PatchRequest};
use super::skin::Ground;
use super::strokes::Stroke;
use crate::error::Result;
use crate::field::FieldRequest;
use crate::mask::smoothstep;
use crate::noise::Noise;
use crate::random::Stage;
use crate::raster::InkDot;
use crate::scene::skin::SkinTone;

/// Hairs that leave the skin together.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) exit_mm: Vec2,
    pub(super) hairs: Vec<Hair>,
}

#[derive(Clone, Debug)]
pub(super) struct Hair {
    pub(super) exit_mm: Vec2,
    /// Direction in which it leans, as an angle in the picture.
    pub(super) angle: f32,
    /// Length of the stub as seen from above.
    pub(super) stub_mm: f32,
    pub(super) width_mm: f32,
    pub(super) color: Vec3,
}

/// Units of one, two and three hairs, cumulative.
///
/// # References
/// Guo et al., Plast Aesthet Res 4 (2017): 28.4, 52.6 and 17.5 % (n = 146).
const HAIRS_UP_TO: [f32; 3] = [0.29, 0.82, 1.0];

/// Mean and spread (of the logarithm) of a terminal hair's diameter. Between the 57 and 86 µm that
/// were measured in different populations.
const WIDTH_MM: f32 = 0.072;
const WIDTH_SPREAD: f32 = 0.2;

/// Share of hairs that are thin and pale.
const FINE_HAIRS: f32 = 0.07;

/// Distance of a unit's hairs from its middle, standard deviation along each axis.
const UNIT_SPREAD_MM: f32 = 0.06;

/// How far units stray from even spacing, as a share of it.
const STRAY: f32 = 0.12;

/// Share of light that a root takes under fair skin, from a disc around it.
const ROOT: [f32; 3] = [0.30, 0.25, 0.18];
/// Scatter in the skin above a root, as a standard deviation.
pub(super) const ROOT_SCATTER_MM: f32 = 0.06;

/// Wide scatter: what even shadow is left between roots at 130 units per cm².
pub(super) const ROOT_VEIL: Vec3 = Vec3::new(0.80, 0.90, 0.94);

pub(super) fn units(request: &PatchRequest, ground: &Ground) -> Result<Vec<Unit>> {
    let free = ground.skin.subtract(&ground.scars)?;
    let seed = request.part(Part::Field);
    let field = FieldRequest::new(&free, request.scale, request.density, seed).generate()?;
    let bald = Noise::new(request.part(Part::Thinning), Stage::Synthetic, 11.0, 0);
    let comb = Comb::new(request);
    let spacing = request.density.spacing_mm() as f32;
    let mut units = Vec::with_capacity(field.dots().len());
    for dot in field.dots() {
        let mut draw = Draw(request.part(Part::Units).stream(Stage::Synthetic, dot.id));
        let lost = request.thinning * smoothstep(0.55 + 1.1 * bald.at(dot.position_mm));
        let stray = spacing * STRAY * draw.normal2();
        let exit_mm = dot.position_mm + stray;
        let px = exit_mm * request.scale.get();
        let skin = ground.skin.coverage().sample(px.x, px.y);
        let inside = px.cmpge(Vec2::ZERO).all()
            && px.x < request.size.width() as f32
            && px.y < request.size.height() as f32;
        if draw.chance(lost) || !inside || skin < 0.7 {
            continue;
        }
        let angle = comb.angle(exit_mm) + 0.22 * draw.normal();
        let pick = draw.between(0.0, 1.0);
        let count = 1 + HAIRS_UP_TO.iter().take_while(|&&up| pick >= up).count();
        let hairs = (0..count.min(3)).map(|_| hair(request, exit_mm, angle, count, &mut draw));
        units.push(Unit {
            exit_mm,
            hairs: hairs.collect(),
        });
    }
    Ok(units)
}

fn hair(request: &PatchRequest, exit: Vec2, angle: f32, count: usize, draw: &mut Draw) -> Hair {
    let spread = if count > 1 { UNIT_SPREAD_MM } else { 0.0 };
    let fine = draw.chance(FINE_HAIRS);
    let thick = WIDTH_MM * libm::expf(WIDTH_SPREAD * draw.normal());
    let paler = libm::expf(0.18 * draw.normal());
    let own = Vec3::new(request.hair.red, request.hair.green, request.hair.blue);
    let length = match request.growth {
        Growth::Stubble { length_mm } => length_mm,
        Growth::Long { .. } => 0.0,
    };
    // Seen from above, hair that leaves the skin at 30 to 65 degrees.
    let stub_mm = length * draw.between(0.42, 0.87) * libm::expf(0.25 * draw.normal());
    Hair {
        exit_mm: exit + spread * draw.normal2(),
        angle: angle + 0.2 * draw.normal(),
        stub_mm: if fine { 0.6 * stub_mm } else { stub_mm },
        width_mm: if fine { 0.45 * thick } else { thick },
        color: (own * if fine { 2.2 } else { paler }).min(Vec3::ONE),
    }
}

/// The way in which hair grows over the patch.
pub(super) struct Comb {
    base: f32,
    turn: Noise,
}

impl Comb {
    pub(super) fn new(request: &PatchRequest) -> Self {
        let seed = request.part(Part::Strands);
        let mut draw = Draw(seed.stream(Stage::Synthetic, u64::MAX));
        Self {
            base: draw.between(0.0, std::f32::consts::TAU),
            turn: Noise::new(seed, Stage::Synthetic, 22.0, 1),
        }
    }

    pub(super) fn angle(&self, at: Vec2) -> f32 {
        self.base + 0.9 * self.turn.at(at)
    }
}

impl Hair {
    /// The stub above the skin; a shaft cut level with it still shows its section.
    pub(super) fn stub(&self, px_per_mm: f32) -> Stroke {
        let along = Vec2::from_angle(self.angle);
        let from = self.exit_mm - along * (0.4 * self.width_mm);
        let to = self.exit_mm + along * (self.stub_mm + 0.4 * self.width_mm);
        Stroke {
            from: from * px_per_mm,
            to: to * px_per_mm,
            width: self.width_mm * px_per_mm,
            color: self.color,
            opacity: opacity(self.color),
            softness: 1.0,
            ends: [true; 2],
            is_hair: true,
        }
    }

    /// The root below the skin, seen through it.
    pub(super) fn root(&self, px_per_mm: f32, melanin: f32) -> InkDot {
        let thick = self.width_mm / WIDTH_MM;
        let back = Vec2::from_angle(self.angle) * 0.06;
        // A pale root takes less, and what lies over it hides it the more, the darker the skin.
        let dark = (1.0 - 1.4 * self.color.y).clamp(0.15, 1.0) * (1.0 - 0.65 * melanin);
        InkDot {
            center_px: (self.exit_mm - back) * px_per_mm,
            radius_px: 0.10 * thick * px_per_mm,
            absorptance: ROOT.map(|a| (a * dark * thick).clamp(0.0, 0.6)),
        }
    }
}

/// Share of the light from below that a shaft stops: pale hair lets some through.
pub(super) fn opacity(color: Vec3) -> f32 {
    0.95 - 0.45 * color.y.min(1.0)
}

/// Draws a mark's radius in mm and its absorptance.
type Mark = Box<dyn FnMut(&mut Draw) -> (f32, [f32; 3])>;

/// Roots, pores and pigment spots: everything that lies in the skin and takes light from it.
pub(super) fn marks(request: &PatchRequest, ground: &Ground, units: &[Unit]) -> Vec<InkDot> {
    let scale = request.scale.get();
    let melanin = SkinTone::from_linear(request.skin).melanin();
    let roots = units
        .iter()
        .flat_map(|unit| &unit.hairs)
        .map(|hair| hair.root(scale, melanin));
    let mut marks: Vec<InkDot> = roots.collect();
    let extent = request.extent_mm();
    let cm2 = extent.x * extent.y / 100.0;
    let mut place = |part: Part, per_cm2: f32, mut mark: Mark| {
        let count = (cm2 * per_cm2) as u64;
        for i in 0..count {
            let mut draw = Draw(request.part(part).stream(Stage::Synthetic, i));
            let at = extent * Vec2::new(draw.between(0.0, 1.0), draw.between(0.0, 1.0));
            let (radius_mm, absorptance) = mark(&mut draw);
            let px = at * scale;
            if ground.skin.coverage().sample(px.x, px.y) > 0.5 {
                marks.push(InkDot {
                    center_px: px,
                    radius_px: radius_mm * scale,
                    absorptance,
                });
            }
        }
    };
    place(
        Part::Pores,
        140.0,
        Box::new(|draw| {
            let depth = draw.between(0.015, 0.07);
            (draw.between(0.035, 0.08), [0.8 * depth, depth, depth])
        }),
    );
    // Freckles, and now and then a mole.
    place(
        Part::Spots,
        2.5,
        Box::new(move |draw| {
            let mole = draw.chance(0.02);
            let radius = if mole {
                draw.between(0.8, 2.0)
            } else {
                draw.ratio(0.2, 0.7)
            };
            let depth = if mole { 0.35 } else { draw.between(0.05, 0.22) } * (1.0 - 0.6 * melanin);
            (radius, [0.6 * depth, depth, (1.3 * depth).min(0.9)])
        }),
    );
    marks
}
