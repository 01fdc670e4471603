//! A short name for everything that decides a picture.

use crate::field::{Obstacle, ObstacleKind};
use crate::look::{Course, Edge, Look, Session, TouchUp, Uptake};
#[cfg(feature = "serde")]
use crate::mask::Mask;
use crate::parallel;
use crate::pigment::{Deposit, Fading, Variation};
use crate::plane::Plane;
use crate::random::mix64;
use crate::scene::{HairBeside, HeadShape, Scene};

/// Raised by every release that makes another picture of the same inputs, or writes recipes in another
/// way; a recipe is good for one of them.
pub(super) const PICTURE_VERSION: u32 = 1;

/// A 64-bit digest of values in the order they are added.
pub(super) struct Digest(u64);

impl Digest {
    pub(super) const fn new() -> Self {
        Self(0x7374_7562_626C_6500)
    }

    pub(super) fn add_words(mut self, words: impl IntoIterator<Item = u64>) -> Self {
        for word in words {
            self.0 = mix64(self.0.rotate_left(5) ^ mix64(word ^ 0x9E37_79B9_7F4A_7C15));
        }
        self
    }

    pub(super) fn add_text(self, text: &str) -> Self {
        let length = text.len() as u64;
        self.add_words(text.bytes().map(u64::from))
            .add_words([length])
    }

    /// Eight bytes a word, the last filled up with zeros.
    pub(super) fn add_bytes(self, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let words = words.iter().chain([&last]);
        self.add_words(words.map(|&word| u64::from_le_bytes(word)))
    }

    /// Bit by bit: 0 and −0 are two.
    pub(super) fn add_numbers(self, numbers: impl IntoIterator<Item = f32>) -> Self {
        self.add_words(
            numbers
                .into_iter()
                .map(|number| u64::from(number.to_bits())),
        )
    }

    /// Row by row, each by itself: as large a plane as a photo takes a few ns a pixel.
    pub(super) fn add_plane(self, plane: &Plane<f32>) -> Self {
        let size = plane.size();
        let row = |y: usize| Self::new().add_values(plane.row(y as u32)).0;
        self.add_words([size.width(), size.height()].map(u64::from))
            .add_words(parallel::map(size.height() as usize, row))
    }

    /// In one go, as recipes know masks.
    #[cfg(feature = "serde")]
    pub(super) fn add_mask(self, mask: &Mask) -> Self {
        let size = mask.size();
        self.add_words([size.width(), size.height()].map(u64::from))
            .add_values(mask.coverage().values())
    }

    fn add_values(self, values: &[f32]) -> Self {
        let word = |pair: &[f32; 2]| {
            let [first, second] = pair.map(|value| u64::from(value.to_bits()));
            first | second << 32
        };
        let (pairs, rest) = values.as_chunks();
        self.add_words(pairs.iter().map(word))
            .add_numbers(rest.iter().copied())
    }

    /// What a plan takes from a scene and its look does not tell.
    pub(super) fn add_scene(self, scene: &Scene, untouched: &Plane<u8>, under_hair: bool) -> Self {
        let skin = scene.skin().map_or([0.0; 3], |skin| skin.linear().into());
        let digest = self
            .add_numbers(skin)
            .add_bytes(untouched.values())
            .add_bytes(&scene.beside().map_or_else(Vec::new, HairBeside::bytes))
            .add_plane(scene.background().coverage());
        match scene.hair().filter(|_| under_hair) {
            Some(hair) => digest.add_plane(hair.cover()),
            None => digest,
        }
    }

    pub(super) fn add_obstacles(self, obstacles: &[Obstacle]) -> Self {
        let words = obstacles.iter().flat_map(|obstacle| {
            let Obstacle { position_mm, kind } = *obstacle;
            let clear_mm = match kind {
                ObstacleKind::CountsAsDot => -1.0,
                ObstacleKind::Clearance(clear_mm) => clear_mm,
            };
            [position_mm.x, position_mm.y, clear_mm]
        });
        self.add_words([obstacles.len() as u64]).add_numbers(words)
    }

    /// Every value of a look that decides a picture; its bits, and not how they print.
    pub(super) fn add_look(self, look: &Look) -> Self {
        let Look {
            density,
            hair,
            variation,
            deposit,
            edge,
            course,
            fading,
            uptake,
            scarred,
            long_hair,
            // How the border is judged.
            in_beard: _,
            // Between which values were looked for, and where they were found.
            limits: _,
            sources: _,
            photo_blur_px,
            head,
        } = look;
        let deposit = match deposit {
            Deposit::Columns => 0,
            Deposit::Planar => 1,
        };
        let digest = self
            .add_numbers([density.get(), *photo_blur_px])
            .add_text(&hair.to_string())
            .add_words([deposit, u64::from(*long_hair)])
            .add_variation(variation)
            .add_edge(edge)
            .add_course(course)
            .add_fading(fading)
            .add_uptake(uptake)
            .add_words([scarred.is_some(), head.is_some()].map(u64::from));
        let digest = match scarred {
            Some(scarred) => digest.add_uptake(scarred),
            None => digest,
        };
        match head {
            Some(head) => digest.add_head(head),
            None => digest,
        }
    }

    fn add_variation(self, variation: &Variation) -> Self {
        let Variation {
            diameter_mm,
            diameter_sd,
            strength,
            strength_sd,
            depth_mm,
            depth_sd_mm,
            shades,
        } = *variation;
        self.add_numbers([diameter_mm, diameter_sd, strength, strength_sd])
            .add_numbers([depth_mm, depth_sd_mm])
            .add_numbers(shades)
    }

    fn add_edge(self, edge: &Edge) -> Self {
        let Edge {
            width_mm,
            density,
            size,
            strength,
            wave_mm,
            wave_length_mm,
            gap_mm,
            gap_length_mm,
            past_mm,
            past_density,
            before_hair,
        } = *edge;
        self.add_numbers([width_mm, density, size, strength])
            .add_numbers([wave_mm, wave_length_mm, gap_mm, gap_length_mm])
            .add_numbers([past_mm, past_density])
            .add_words([u64::from(before_hair)])
    }

    fn add_course(self, course: &Course) -> Self {
        let sessions = course.sessions().iter().flat_map(|session| {
            let Session {
                share,
                strength,
                size,
                gap_days,
            } = *session;
            [share, strength, size, gap_days]
        });
        let touch_ups = course.touch_ups().iter().flat_map(|touch_up| {
            let TouchUp {
                years,
                amount,
                aim_mm,
            } = *touch_up;
            [years, amount, aim_mm]
        });
        self.add_words([course.sessions().len(), course.touch_ups().len()].map(|n| n as u64))
            .add_numbers(sessions)
            .add_numbers(touch_ups)
    }

    fn add_fading(self, fading: &Fading) -> Self {
        let Fading {
            settled,
            settling_days,
            half_life_years,
            fresh_size,
            spread_per_year,
            sinking_mm_per_year,
            fresh_redness,
        } = *fading;
        self.add_numbers([settled, settling_days, half_life_years, fresh_size])
            .add_numbers([spread_per_year, sinking_mm_per_year, fresh_redness])
    }

    fn add_uptake(self, uptake: &Uptake) -> Self {
        let Uptake {
            mean,
            sd,
            length_mm,
            spread,
        } = *uptake;
        self.add_numbers([mean, sd, length_mm, spread])
    }

    fn add_head(self, head: &HeadShape) -> Self {
        let HeadShape {
            centre_px,
            half_axes_px,
            angle,
        } = *head;
        let places = [centre_px, half_axes_px];
        self.add_numbers(places.into_iter().flat_map(|at| at.to_array()))
            .add_numbers([angle])
    }

    #[cfg(feature = "serde")]
    pub(super) const fn get(&self) -> u64 {
        self.0
    }

    pub(super) fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}
