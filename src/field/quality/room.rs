//! Whether a field is maximal, by branch and bound.

use glam::DVec2;

use super::distance::{cleared, spaced};
use crate::field::DotField;
use crate::field::bins::Bins;
use crate::field::lattice::UNITS;
use crate::parallel;

/// Cells along the side of the squares that the search starts from.
const START: usize = 8;

/// What keeps dots away from a place: its centre in mm, its spacing or clearance, and how much of
/// the dot's own spacing enters.
#[derive(Clone, Copy, Debug)]
struct Keeper {
    place: DVec2,
    own: f64,
    weight: f64,
}

/// A place in the mask, in mm, where another dot would fit, `None` for a maximal field. The mask is all of the
/// lattice's cells that it touches, as for [`uncovered_share`](super::uncovered_share).
///
/// A square of skin is covered if one dot excludes every position in it, its own spacings taken at
/// their least; otherwise it is cut into four. Nothing of the generator but the spacing it aims at
/// enters: not its cells, its bins or its lists. Exact for any density map.
///
/// # Tolerance
/// A place counts as room if it lies 1/2000 of the nominal spacing or more beyond all disks: dots
/// stand on a lattice with steps of 1/2896 of it, and positions are `f32`.
///
/// # Examples
/// ```
/// use stubblefield::{Density, FieldRequest, Mask, Plane, Scale, Seed, Size, quality};
///
/// let size = Size::new(100, 100)?;
/// let (mask, ramp) = (Mask::full(size), Plane::from_fn(size, |x, _| 0.1 + x as f32 / 120.0));
/// let density = Density::per_cm2(100.0)?;
/// let field = FieldRequest::new(&mask, Scale::px_per_mm(5.0)?, density, Seed::new(1))
///     .with_relative_density(&ramp)
///     .generate()?;
/// assert_eq!(quality::room_left(&field), None);
/// # Ok::<(), stubblefield::Error>(())
/// ```
///
/// # References
/// S. A. Mitchell et al., "Variable Radii Poisson Disk Sampling", CCCG 2012: what maximal means
/// where spacings vary. The search is the flat quadtree of M. S. Ebeida et al., "A Simple Algorithm
/// for Maximal Poisson-Disk Sampling in High Dimensions", Comput. Graph. Forum 31 (2012).
#[must_use]
pub fn room_left(field: &DotField) -> Option<DVec2> {
    let lattice = &field.ground.lattice;
    let mut keepers: Vec<Keeper> = spaced(field)
        .into_iter()
        .map(|(place, own)| (place, own / 2.0, 0.5))
        .chain(
            cleared(field)
                .into_iter()
                .map(|(place, mm)| (place, mm, 0.0)),
        )
        .map(|(place, own, weight)| Keeper { place, own, weight })
        .collect();
    // Widest first, into one set of bins for each doubling of what they reach by themselves.
    keepers.sort_by(|a, b| b.own.total_cmp(&a.own));
    let mut sets: Vec<(Bins, &[Keeper], f64)> = Vec::new();
    let mut rest = &keepers[..];
    while let Some(widest) = rest.first().map(|keeper| keeper.own) {
        let count = rest
            .partition_point(|keeper| keeper.own * 2.0 > widest)
            .max(1);
        let (set, after) = rest.split_at(count);
        let points: Vec<DVec2> = set.iter().map(|keeper| keeper.place).collect();
        sets.push((Bins::new(&points, widest, field.period_mm()), set, widest));
        rest = after;
    }
    let mut touched = vec![Vec::new(); lattice.rows.div_ceil(START)];
    for cell in field.ground.touched.iter() {
        let (column, row) = lattice.column_row(cell);
        touched[row / START].push((column / START, column, row));
    }
    let found = parallel::map(touched.len(), |row| {
        let mut cells = touched[row].clone();
        cells.sort_unstable();
        // Middle and half the side of a square of cells.
        let square = |column: usize, row: usize, cells: usize| {
            let at = |at: usize, first: i64| (first + at as i64) as f64 * lattice.side_mm;
            let half = cells as f64 * lattice.side_mm / 2.0;
            let low = DVec2::new(at(column, lattice.first.0), at(row, lattice.first.1));
            (low + half, half)
        };
        cells.chunk_by(|a, b| a.0 == b.0).find_map(|cells| {
            let (centre, half) = square(cells[0].0 * START, row * START, START);
            let most = bounds(field, centre, half).1;
            let mut near = Vec::new();
            for (bins, set, widest) in &sets {
                let reach = widest + most / 2.0 + 2.0 * half;
                bins.within(centre, reach, |i, _| near.push(set[i as usize]));
            }
            if cells.len() == START * START {
                return search(field, centre, half, &near);
            }
            // Some cells lie beside the mask, where nothing need be laid.
            cells.iter().find_map(|&(_, column, row)| {
                let (centre, half) = square(column, row, 1);
                search(field, centre, half, &near)
            })
        })
    });
    found.into_iter().flatten().next()
}

/// Bounds of the own spacing in a square of this half side.
///
/// Between the corners of the lattice's cells spacings are bilinear: extremes lie at these corners
/// and at those of the square.
fn bounds(field: &DotField, centre: DVec2, half: f64) -> (f64, f64) {
    let side = field.ground.lattice.side_mm;
    let axis = |centre: f64| {
        let (low, high) = (centre - half, centre + half);
        let mut at = vec![low, high];
        let corner = |cell: f64| cell * side;
        let mut cell = (low / side).ceil();
        while corner(cell) < high {
            at.push(corner(cell));
            cell += 1.0;
        }
        at
    };
    // Spacings are rounded down, and positions to units.
    let slack = side * (1.0 / f64::from(UNITS)) * 2.0;
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for y in axis(centre.y) {
        for &x in &axis(centre.x) {
            let own = field.spacing_mm_at(DVec2::new(x, y).as_vec2());
            (least, most) = (least.min(own), most.max(own));
        }
    }
    (least - slack, most + slack)
}

fn search(field: &DotField, centre: DVec2, half: f64, keepers: &[Keeper]) -> Option<DVec2> {
    let (least, most) = bounds(field, centre, half);
    let corner = DVec2::splat(half);
    let way = |keeper: &Keeper| {
        let way = (keeper.place - centre).abs();
        match field.period_mm() {
            Some(period) => way.min((way - period).abs()),
            None => way,
        }
    };
    let mut near = Vec::new();
    for keeper in keepers {
        let away = way(keeper);
        if (away + corner).length() < keeper.own + keeper.weight * least {
            return None;
        }
        if (away - corner).max(DVec2::ZERO).length() < keeper.own + keeper.weight * most {
            near.push(*keeper);
        }
    }
    // Where this much is free, so is a position of the lattice.
    let step = field.ground.lattice.side_mm / f64::from(UNITS);
    let margin = 1.4 * step + 1e-6 * centre.length();
    let own = field.spacing_mm_at(centre.as_vec2());
    if near
        .iter()
        .all(|keeper| way(keeper).length() > keeper.own + keeper.weight * own + margin)
    {
        return Some(centre);
    }
    if half < step {
        return None;
    }
    let half = half / 2.0;
    [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)]
        .into_iter()
        .find_map(|(x, y)| search(field, centre + DVec2::new(x, y) * half, half, &near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{FieldRequest, Obstacle, ObstacleKind};
    use crate::mask::Mask;
    use crate::random::Seed;
    use crate::units::{Density, Scale, Size};
    use glam::Vec2;

    /// What lies next to small masks, of which few cells of a square are on them, is none of theirs, and an
    /// obstacle that clears nothing keeps nothing away.
    #[test]
    fn small_fields_beside_obstacles_of_any_kind_have_no_room_left() {
        let kinds = [
            ObstacleKind::Clearance(0.0),
            ObstacleKind::CountsAsDot,
            ObstacleKind::Clearance(0.4),
        ];
        for seed in 0..60 {
            let (side, kind) = (1 + seed as u32 % 7, kinds[seed as usize % 3]);
            let mask = Mask::full(Size::new(9 * side, side).unwrap());
            let scale = Scale::px_per_mm(9.0).unwrap();
            let density = Density::per_cm2(750.0).unwrap();
            let obstacle = [Obstacle::new(Vec2::new(0.4, 0.1), kind)];
            let field = FieldRequest::new(&mask, scale, density, Seed::new(seed))
                .with_obstacles(&obstacle)
                .generate();
            let field = field.unwrap();
            assert_eq!(room_left(&field), None, "seed {seed}, {side} px");
            assert_eq!(
                crate::field::quality::uncovered_share(&field, 500, Seed::new(1)),
                0.0
            );
        }
    }

    #[test]
    fn a_missing_dot_leaves_room_where_it_was() {
        for seed in 0..20 {
            let mut field = DotField::torus(30, 1.0, Seed::new(seed)).unwrap();
            assert_eq!(room_left(&field), None, "seed {seed}");
            let gone = field.dots.remove(7 * seed as usize % field.dots.len());
            let room = room_left(&field).unwrap();
            let period = field.period_mm().unwrap();
            let way = (room - gone.position_mm.as_dvec2()).abs();
            assert!(way.min((way - period).abs()).length() < 1.0, "seed {seed}");
        }
    }
}
