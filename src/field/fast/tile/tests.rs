//! Single steps of a tile.

use super::*;
use crate::field::fast::grid::word;
use crate::field::lattice::{Lattice, Spot};
use crate::field::obstacle::Obstacles;
use crate::random::Seed;
use crate::simd::{Level, dispatch};

/// Field test 19.
#[test]
fn of_darts_in_conflict_the_stronger_stays_and_of_equal_ones_none() {
    let lattice = Lattice::of_mm((0, 0), 40, 40);
    let arena = Arena {
        lattice: &lattice,
        obstacles: &Obstacles::default(),
        region: &vec![true; lattice.cells()],
        seed: Seed::new(1),
    };
    let (x, line) = (LEAD + 12, 9);
    let ways = (-2..=2_i32).flat_map(|dy| (-2..=2_i32).map(move |dx| (dx, dy)));
    for (dx, dy) in ways.filter(|&(dx, dy)| (1..8).contains(&(dx * dx + dy * dy))) {
        for (mine, theirs) in [(7, 7), (8, 7), (7, 8)] {
            let mut tile = Tile::new(&arena, (32, 32));
            // Nearer to each other than their cells by two fifths.
            let mut put = |x: usize, line: usize, way: i32, priority: u32| {
                let [px, py] = [dx, dy].map(|d| (UNITS / 2 + way * d * UNITS / 5) as u32);
                tile.darts[line % RING][x] = base(x, line) | px | py << 16;
                tile.priorities[line % RING][x] = priority;
                tile.alive[line % RING][x / 64] |= 1 << (x % 64);
            };
            put(x, line, 1, mine);
            let there = (x as i32 + dx, line as i32 + dy);
            put(there.0 as usize, there.1 as usize, -1, theirs);
            for level in Level::supported() {
                for all in [true, false] {
                    tile.accepted[line % RING][x] = base(x, line) ^ AWAY;
                    dispatch!(level.get(), simd => match all {
                        true => tile.settle_all(simd, line),
                        false => tile.settle_alive(simd, line),
                    });
                    let stays = tile.accepted[line % RING][x] == tile.darts[line % RING][x];
                    assert_eq!(stays, mine > theirs, "{dx},{dy} {mine} {theirs} {level}");
                }
            }
        }
    }
}

#[test]
fn cells_beyond_the_stencil_are_out_of_reach() {
    // The nearest positions of cells two columns and two rows apart.
    let apart = (UNITS + 1) as u32;
    assert!(2 * apart * apart >= CONFLICT);
    // And three columns apart, the lanes that a vector of eight reads too much.
    assert!(4 * (UNITS * UNITS) as u32 >= CONFLICT);
    let middle = word(Spot { x: 1024, y: 1024 }, 0);
    assert!(middle < EMPTY);
}
