//! What falls to each own follicle, whatever becomes of those around it.

use glam::Vec2;

use crate::counting::add_up;
use crate::random::{Seed, Stage};
use crate::scene::Follicle;
use crate::units::{Scale, Size};

/// Distance of hairs where none are told apart: about 180 per cm².
const APART_MM: f32 = 0.75;

/// Steps of a pixel in which a follicle's place is its key: what is found again a hair's breadth off has another lot.
const STEPS: f32 = 16.0;

/// Where own hair grows: the follicles that were found, and places spread at random where there were none.
#[derive(Debug)]
pub(super) struct Lots {
    side_px: f32,
    columns: i64,
    rows: i64,
    /// Where the sites of each cell end.
    ends: Vec<u32>,
    sites: Vec<(Vec2, [f32; 2])>,
}

impl Lots {
    pub(super) fn of(follicles: &[Follicle], size: Size, scale: Scale, seed: Seed) -> Self {
        let side_px = scale.to_px(APART_MM);
        let cells = |side: u32| (side as f32 / side_px) as i64 + 1;
        let (columns, rows) = (cells(size.width()), cells(size.height()));
        let mut lots = Self {
            side_px,
            columns,
            rows,
            ends: vec![0; (columns * rows) as usize],
            sites: Vec::new(),
        };
        let mut found: Vec<(usize, Vec2, u64)> = Vec::with_capacity(follicles.len());
        for follicle in follicles {
            let at = follicle.position_px;
            let [x, y] = (at * STEPS).to_array().map(|at| at as u64);
            found.push((lots.cell_of(at), at, (y << 32) ^ x));
        }
        for &(cell, _, _) in &found {
            lots.ends[cell] += 1;
        }
        for (cell, count) in lots.ends.iter_mut().enumerate().filter(|(_, n)| **n == 0) {
            let key = (1 << 63) | cell as u64;
            let mut stream = seed.stream(Stage::OwnHair, key);
            let within = Vec2::new(stream.unit_f32(), stream.unit_f32());
            let corner = Vec2::new(
                (cell as i64 % columns) as f32,
                (cell as i64 / columns) as f32,
            );
            found.push((cell, (corner + within) * side_px, key));
            *count = 1;
        }
        found.sort_by_key(|&(cell, _, key)| (cell, key));
        let sites = found.into_iter().map(|(_, at, key)| {
            let mut stream = seed.stream(Stage::OwnHair, !key);
            (at, [stream.unit_f32(), stream.unit_f32()])
        });
        lots.sites = sites.collect();
        add_up(&mut lots.ends);
        lots
    }

    fn cell_of(&self, at: Vec2) -> usize {
        let [x, y] = (at / self.side_px).to_array().map(|at| at as i64);
        (y.clamp(0, self.rows - 1) * self.columns + x.clamp(0, self.columns - 1)) as usize
    }

    /// The two lots of the nearest follicle, each 0..1 and evenly spread: that of being lost, and that of greying.
    pub(super) fn at(&self, at_px: Vec2) -> [f32; 2] {
        let [x, y] = (at_px / self.side_px).to_array().map(|at| at as i64);
        let (mut nearest, mut lots) = (f32::INFINITY, [0.0; 2]);
        for row in (y - 1).max(0)..=(y + 1).min(self.rows - 1) {
            for column in (x - 1).max(0)..=(x + 1).min(self.columns - 1) {
                let cell = (row * self.columns + column) as usize;
                let from = if cell == 0 { 0 } else { self.ends[cell - 1] };
                for &(at, own) in &self.sites[from as usize..self.ends[cell] as usize] {
                    let apart = at.distance_squared(at_px);
                    if apart < nearest {
                        (nearest, lots) = (apart, own);
                    }
                }
            }
        }
        lots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_are_even_and_unrelated_and_the_same_whatever_is_asked_first() {
        let (size, scale) = (Size::within(400, 300), Scale::unchecked(4.0));
        let lots = Lots::of(&[], size, scale, Seed::new(3));
        assert_eq!(lots.sites.len(), lots.ends.len());
        let count = lots.sites.len() as f32;
        // Of some 13,600 sites: five deviations of a share of one half are 0.022.
        for limit in [0.25, 0.5, 0.8] {
            for which in 0..2 {
                let below = lots.sites.iter().filter(|(_, own)| own[which] < limit);
                let share = below.count() as f32 / count;
                assert!((share - limit).abs() < 0.022, "{share} of {limit}");
            }
        }
        let both = lots
            .sites
            .iter()
            .filter(|(_, own)| own[0] < 0.5 && own[1] < 0.5);
        assert!((both.count() as f32 / count - 0.25).abs() < 0.03);
        for &(at, own) in lots.sites.iter().step_by(7) {
            assert_eq!(lots.at(at), own);
        }
        let other = Lots::of(&[], size, scale, Seed::new(4));
        assert_ne!(
            lots.at(Vec2::new(200.0, 100.0)),
            other.at(Vec2::new(200.0, 100.0))
        );
    }
}
