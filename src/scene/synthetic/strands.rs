//! Long hair over a synthetic patch: strands that follow the comb, and the shadows they cast.

use glam::{Vec2, Vec3};

use super::growth::{Comb, Unit, opacity};
use super::request::{Draw, Growth, Part, PatchRequest};
use super::strokes::Stroke;
use crate::mask::smoothstep;
use crate::noise::Noise;
use crate::random::Stage;

/// Pieces of the longest strand.
const PIECES: f32 = 26.0;

/// Share of the light that a strand's shadow takes where it falls sharply.
const SHADOW: f32 = 0.55;

/// Strands and their shadows, in the order in which they are to be painted.
pub(super) struct Strands {
    pub(super) shadows: Vec<Stroke>,
    pub(super) hairs: Vec<Stroke>,
}

/// Strands from every hair in the picture, and half as many that come in from around it.
pub(super) fn strands(request: &PatchRequest, units: &[Unit], shadow: Vec2) -> Strands {
    let Growth::Long { length_mm } = request.growth else {
        return Strands {
            shadows: Vec::new(),
            hairs: Vec::new(),
        };
    };
    let seed = request.part(Part::Strands);
    let noise = |wavelength, layer| Noise::new(seed, Stage::Synthetic, wavelength, layer);
    let mut groom = Groom {
        request,
        comb: Comb::new(request),
        locks: noise(1.8, 2),
        bands: noise(3.5, 3),
        shadow,
        length_mm,
        strands: Strands {
            shadows: Vec::new(),
            hairs: Vec::new(),
        },
    };
    for (i, hair) in units.iter().flat_map(|unit| &unit.hairs).enumerate() {
        let mut draw = Draw(seed.stream(Stage::Synthetic, i as u64));
        groom.grow(
            hair.exit_mm,
            hair.angle,
            hair.width_mm,
            hair.color,
            &mut draw,
        );
    }
    let (extent, margin) = (
        request.extent_mm(),
        length_mm.min(request.extent_mm().length() * 0.4),
    );
    let around = (extent.x + 2.0 * margin) * (extent.y + 2.0 * margin) - extent.x * extent.y;
    let per_mm2 = 0.01 * request.density.get() * (1.0 - request.thinning);
    for i in 0..(around * per_mm2) as u64 {
        let mut draw = Draw(seed.stream(Stage::Synthetic, (1 << 40) + i));
        let at = Vec2::new(draw.between(0.0, 1.0), draw.between(0.0, 1.0));
        let root = at * (extent + 2.0 * margin) - margin;
        if root.cmplt(Vec2::ZERO).any() || root.cmpgt(extent).any() {
            let angle = groom.comb.angle(root) + 0.3 * draw.normal();
            let own = Vec3::new(request.hair.red, request.hair.green, request.hair.blue);
            let color = own * libm::expf(0.18 * draw.normal());
            let width = 0.072 * libm::expf(0.2 * draw.normal());
            groom.grow(root, angle, width, color.min(Vec3::ONE), &mut draw);
        }
    }
    groom.strands
}

struct Groom<'a> {
    request: &'a PatchRequest,
    comb: Comb,
    locks: Noise,
    bands: Noise,
    shadow: Vec2,
    length_mm: f32,
    strands: Strands,
}

impl Groom<'_> {
    fn grow(&mut self, root: Vec2, angle: f32, width_mm: f32, color: Vec3, draw: &mut Draw) {
        let scale = self.request.scale.get();
        let length = self.length_mm * draw.between(0.45, 1.0);
        let step = (self.length_mm / PIECES).max(3.0 / scale);
        let pieces = (length / step).ceil() as usize;
        let curl = 0.02 * draw.normal();
        // Hairs below others get less light.
        let depth = draw.between(0.6, 1.0);
        let rise = draw.between(0.15, 0.8);
        let (mut at, mut own) = (root, angle);
        for i in 0..pieces {
            // A hair turns from its own direction into that of the hair around it.
            let along = i as f32 * step;
            let wanted = self.comb.angle(at) + 0.35 * self.locks.at(at);
            own += (wanted - own) * (step / 6.0).min(0.5) + curl * step + 0.012 * draw.normal();
            let next = at + step * Vec2::from_angle(own);
            let band = smoothstep((self.bands.at(at) + 0.5) / 1.5);
            let gleam = (0.004 + 0.03 * self.request.shine) * band * depth;
            let lit = color * (depth * (0.8 + 0.5 * band)) + gleam;
            let height = rise * (1.0 - libm::expf(-along / 2.0));
            let piece = Stroke {
                from: at * scale,
                to: next * scale,
                width: width_mm * scale,
                color: lit.min(Vec3::ONE),
                opacity: opacity(color),
                softness: 1.0,
                ends: [i == 0, i + 1 == pieces],
                is_hair: true,
            };
            if self.seen(&piece) {
                let offset = self.shadow * (height * scale);
                self.strands.shadows.push(Stroke {
                    from: piece.from + offset,
                    to: piece.to + offset,
                    color: Vec3::ZERO,
                    opacity: SHADOW,
                    softness: (0.04 + 0.35 * height) * scale + 1.0,
                    is_hair: false,
                    ..piece
                });
                self.strands.hairs.push(piece);
            }
            at = next;
        }
    }

    /// Whether a piece or its shadow can reach the picture.
    fn seen(&self, piece: &Stroke) -> bool {
        let margin = 2.0 * self.request.scale.get() + 4.0;
        let (low, high) = (
            piece.from.min(piece.to) - margin,
            piece.from.max(piece.to) + margin,
        );
        let size = self.request.size;
        let extent = Vec2::new(size.width() as f32, size.height() as f32);
        high.cmpgt(Vec2::ZERO).all() && low.cmplt(extent).all()
    }
}
