//! Which dots the mask keeps.

use glam::Vec2;

use super::Dot;
use super::lattice::Lattice;
use super::map::Map;
use super::request::FieldRequest;
use crate::memory;
use crate::random::Stage;

impl FieldRequest<'_> {
    /// Whether a dot stays that does so with this chance.
    pub(super) fn keeps(&self, dot: &Dot, chance: f32) -> bool {
        // The draw is below 1 and not below 0.
        chance >= 1.0
            || (chance > 0.0 && self.seed.stream(Stage::SoftMask, dot.id).unit_f32() < chance)
    }

    /// The chance that a dot here stays.
    pub(super) fn chance(&self, position_mm: Vec2, map: &Map, lattice: &Lattice) -> f32 {
        let coverage = self.coverage_at(position_mm);
        let [envelope, thinning] = map.shares_at(position_mm, lattice);
        if coverage >= envelope {
            return thinning;
        }
        coverage / envelope * thinning
    }

    /// Coverage of the pixel that holds a position; 0 beyond the picture.
    pub(super) fn coverage_at(&self, position_mm: Vec2) -> f32 {
        let pixel = self.pixel_at(position_mm);
        pixel.map_or(0.0, |pixel| self.mask.coverage().values()[pixel])
    }

    pub(super) fn ask_coverage_at(&self, position_mm: Vec2) {
        if let Some(pixel) = self.pixel_at(position_mm) {
            memory::ask(self.mask.coverage().values(), pixel);
        }
    }

    /// The pixel that holds a position, unless that lies beyond the picture.
    fn pixel_at(&self, position_mm: Vec2) -> Option<usize> {
        let px = position_mm.as_dvec2() * f64::from(self.scale.get());
        let size = self.mask.size();
        let inside = px.x >= 0.0
            && px.y >= 0.0
            && px.x < f64::from(size.width())
            && px.y < f64::from(size.height());
        inside.then_some(px.y as usize * size.width() as usize + px.x as usize)
    }
}
