//! Dots for what is left open inside a mask after dots beyond its edge have been taken away.
//!
//! ```text
//! squares: the cells with any part of the mask and no dot that a dot beyond the edge could have covered
//! until none is left
//!     throw a dart into every square, in the order of their hashes; accept it if it is legal
//!     drop squares off the mask, squares of a cell with a dot, squares that one disk covers
//!     quarter the others, down to single positions
//! ```
//! # References
//! M. S. Ebeida et al., "A Simple Algorithm for Maximal Poisson-Disk Sampling in High Dimensions",
//! Comput. Graph. Forum 31 (2012). Departures: squares end at single lattice positions, and there is
//! one dart a square and level.

use rand::Rng;

use super::cells;
use super::fast::{Grid, spot};
use super::gaps::CELL;
use super::lattice::{CONFLICT, Lattice, Spot, UNITS};
use super::request::FieldRequest;
use super::rounds::Arena;
use super::runs::Runs;
use super::spacing::Square;
use crate::random::{Stage, mix64};

/// Tag of the streams of the first level; the rounds of the sampler use lower ones.
const FIRST_TAG: u8 = 128;

/// The grid without the dots off the mask, filled up again inside it.
pub(super) fn inside(
    request: &FieldRequest<'_>,
    arena: &Arena<'_>,
    grid: &Grid,
    touched: &Runs,
) -> Grid {
    let lattice = arena.lattice;
    let mut sites = vec![None; lattice.cells()];
    let mut freed = vec![false; lattice.cells()];
    for cell in 0..lattice.cells() {
        let (column, row) = lattice.column_row(cell);
        let Some(spot) = spot(grid.row(row)[column]) else {
            continue;
        };
        if on_mask(request, arena, cell, spot) {
            sites[cell] = Some(spot);
        } else {
            freed[cell] = true;
        }
    }
    let opened = |cell: usize| {
        sites[cell].is_none() && lattice.any_near(cell, 2, |other, _, _| freed[other])
    };
    // A pixel may reach into cells that do not count as touched, half a cell or half of itself far.
    let mut beside = vec![false; lattice.cells()];
    touched.iter().for_each(|cell| beside[cell] = true);
    let mut squares: Vec<(usize, Square)> = cells::dilate(lattice, &beside, 1)
        .into_iter()
        .enumerate()
        .filter(|&(cell, near)| near && opened(cell) && !off_mask(request, arena, cell, CELL))
        .map(|(cell, _)| (cell, CELL))
        .collect();
    for level in 0.. {
        if squares.is_empty() {
            break;
        }
        let mut darts: Vec<(u64, usize, Spot)> = squares
            .iter()
            .map(|&(cell, square)| {
                let place = (square.y * UNITS + square.x) as u64;
                let key = lattice.key(cell, FIRST_TAG + level);
                let mut stream = arena.seed.stream(Stage::Gap, key);
                // Squares of one cell differ by place: a stream for each.
                let start = stream.next_u64() ^ place;
                let bits = mix64(start);
                let side = square.side as u64;
                let along = |first: i32, bits: u64| (first as u64 + bits % side) as u16;
                let spot = Spot {
                    x: along(square.x, bits),
                    y: along(square.y, bits >> 11),
                };
                (mix64(bits), cell, spot)
            })
            .collect();
        darts.sort_unstable_by_key(|&(order, cell, _)| (order, cell));
        for (_, cell, spot) in darts {
            if sites[cell].is_none()
                && on_mask(request, arena, cell, spot)
                && !covered(
                    arena,
                    &sites,
                    cell,
                    Square {
                        x: i32::from(spot.x),
                        y: i32::from(spot.y),
                        side: 1,
                    },
                )
            {
                sites[cell] = Some(spot);
            }
        }
        let mut quarters = Vec::new();
        for (cell, square) in squares {
            let closed = square.side == 1
                || sites[cell].is_some()
                || off_mask(request, arena, cell, square)
                || covered(arena, &sites, cell, square);
            if closed {
                continue;
            }
            let side = square.side / 2;
            for (dx, dy) in [(0, 0), (side, 0), (0, side), (side, side)] {
                let (x, y) = (square.x + dx, square.y + dy);
                quarters.push((cell, Square { x, y, side }));
            }
        }
        squares = quarters;
    }
    Grid::of_sites(lattice, &sites)
}

/// Of these cells those that lie on the mask with all their pixels.
pub(super) fn within(request: &FieldRequest<'_>, lattice: &Lattice, cells: &Runs) -> Runs {
    let inside = |&cell: &usize| pixels(request, lattice, cell, CELL).all(|c| c > 0.0);
    cells
        .iter()
        .filter(inside)
        .map(|cell| cell as u32)
        .collect()
}

fn on_mask(request: &FieldRequest<'_>, arena: &Arena<'_>, cell: usize, spot: Spot) -> bool {
    request.coverage_at(arena.lattice.position_mm(cell, spot).as_vec2()) > 0.0
}

fn off_mask(request: &FieldRequest<'_>, arena: &Arena<'_>, cell: usize, square: Square) -> bool {
    pixels(request, arena.lattice, cell, square).all(|coverage| coverage == 0.0)
}

/// Coverage of every pixel that a square of positions touches, 0 beyond the picture.
fn pixels(
    request: &FieldRequest<'_>,
    lattice: &Lattice,
    cell: usize,
    square: Square,
) -> impl Iterator<Item = f32> {
    let corner = |x: i32, y: i32| {
        let (x, y) = (x as u16, y as u16);
        // Rounded as a dot's own position is.
        let place = lattice.position_mm(cell, Spot { x, y }).as_vec2();
        (place.as_dvec2() * f64::from(request.scale.get())).floor()
    };
    let last = square.side - 1;
    let (low, high) = (
        corner(square.x, square.y),
        corner(square.x + last, square.y + last),
    );
    let size = request.mask.size();
    let at = move |x: i64, y: i64| {
        let inside =
            (0..i64::from(size.width())).contains(&x) && (0..i64::from(size.height())).contains(&y);
        if inside {
            request.mask.coverage().at(x, y)
        } else {
            0.0
        }
    };
    let (left, right) = (low.x as i64, high.x as i64);
    (low.y as i64..=high.y as i64).flat_map(move |y| (left..=right).map(move |x| at(x, y)))
}

/// Whether one disk covers every position of a square.
fn covered(arena: &Arena<'_>, sites: &[Option<Spot>], cell: usize, square: Square) -> bool {
    let (low, last) = ((square.x, square.y), square.side - 1);
    let corners = [(0, 0), (last, 0), (0, last), (last, last)].map(|(x, y)| (low.0 + x, low.1 + y));
    let by_dot = arena.lattice.any_near(cell, 2, |other, dx, dy| {
        sites[other].is_some_and(|site| {
            corners.iter().all(|&(x, y)| {
                let (x, y) = (i32::from(site.x) + dx - x, i32::from(site.y) + dy - y);
                x * x + y * y < CONFLICT as i32
            })
        })
    });
    let mut covered = by_dot;
    arena.obstacles.for_each_near(cell, |obstacle| {
        covered |= corners.iter().all(|&(x, y)| {
            let spot = Spot {
                x: x as u16,
                y: y as u16,
            };
            let (x, y) = arena.lattice.units(cell, spot);
            obstacle.blocks(obstacle.x - x, obstacle.y - y)
        });
    });
    covered
}
