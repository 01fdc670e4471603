//! Masks from outlines: polygons, and Bezier paths through `kurbo`.

use glam::Vec2;

use crate::error::{Error, Result};
use crate::mask::Mask;
use crate::parallel;
use crate::plane::Plane;
use crate::units::Size;

/// Coordinates beyond this many pixels carry no sub-pixel position in `f32`.
const MAX_COORDINATE: f32 = 1e6;

/// Greatest distance, in pixels, between a curve and the chords that stand for it: far below the
/// quarter of a pixel at which the 8-bit coverage of an edge would move by more than rounding.
#[cfg(feature = "kurbo")]
const FLATTENING_PX: f64 = 0.02;

impl Mask {
    /// The inside of a closed polygon with corners in pixels; the last corner joins the first.
    ///
    /// A point is inside when the outline winds around it (non-zero rule), so overlapping parts
    /// are treated once. Edges are anti-aliased by the share of each pixel that lies inside.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for fewer than three corners and for a coordinate that is NaN or
    /// beyond ±1e6 px.
    ///
    /// # Tolerance
    /// Coverage is exact along vertical edges and within 1/32 elsewhere.
    ///
    /// # Cost
    /// One look at every edge per pixel row, and 16 lines through each row that an edge touches.
    ///
    /// # Examples
    /// ```
    /// use stubblefield::{Mask, Size};
    ///
    /// let corners = [[2.0, 2.0], [8.0, 2.0], [8.0, 6.5], [2.0, 6.5]].map(Into::into);
    /// let mask = Mask::from_polygon(Size::new(10, 10)?, &corners)?;
    /// assert_eq!(mask.area_px(), 27.0);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    pub fn from_polygon(size: Size, corners: &[Vec2]) -> Result<Self> {
        check_corners(corners)?;
        Ok(fill(size, &closed_edges(corners)))
    }

    /// The inside of a path with coordinates in pixels; open parts are closed by a straight line, and what goes on
    /// after a part was closed is another part that begins where that one did, as in SVG.
    ///
    /// # Errors
    /// As [`Mask::from_polygon`], for each part of the path of more than one point.
    ///
    /// # Tolerance
    /// Curves are followed within 0.02 px.
    ///
    /// # Examples
    /// ```
    /// use kurbo::{Circle, Shape};
    /// use stubblefield::{Mask, Size};
    ///
    /// let disc = Circle::new((16.0, 16.0), 10.0).to_path(0.01);
    /// let mask = Mask::from_path(Size::new(32, 32)?, &disc)?;
    /// assert!((mask.area_px() - 314.16).abs() < 1.0);
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    #[cfg(feature = "kurbo")]
    pub fn from_path(size: Size, path: &kurbo::BezPath) -> Result<Self> {
        // Flattening a curve subdivides by its size: refuse absurd ones before, not after.
        for element in path.elements() {
            let ends = element.end_point().into_iter();
            let handles: [Option<kurbo::Point>; 2] = match *element {
                kurbo::PathEl::QuadTo(a, _) => [Some(a), None],
                kurbo::PathEl::CurveTo(a, b, _) => [Some(a), Some(b)],
                _ => [None, None],
            };
            for point in ends.chain(handles.into_iter().flatten()) {
                check_coordinate(point.x)?;
                check_coordinate(point.y)?;
            }
        }
        let mut parts: Vec<Vec<Vec2>> = Vec::new();
        kurbo::flatten(restarted(path), FLATTENING_PX, |element| match element {
            kurbo::PathEl::MoveTo(p) => parts.push(vec![Vec2::new(p.x as f32, p.y as f32)]),
            kurbo::PathEl::LineTo(p) => {
                let corner = Vec2::new(p.x as f32, p.y as f32);
                match parts.last_mut() {
                    Some(part) => part.push(corner),
                    None => parts.push(vec![corner]),
                }
            }
            _ => {}
        });
        // The pen was put down and taken up again.
        parts.retain(|part| part.len() > 1);
        let mut edges = Vec::new();
        for part in &parts {
            check_corners(part)?;
            edges.extend(closed_edges(part));
        }
        check_count(parts.iter().map(Vec::len).sum())?;
        Ok(fill(size, &edges))
    }
}

/// The path with a move to where the last part began wherever one goes on after it was closed, which
/// [`kurbo::flatten`] leaves out.
#[cfg(feature = "kurbo")]
fn restarted(path: &kurbo::BezPath) -> impl Iterator<Item = kurbo::PathEl> {
    use kurbo::PathEl;

    let (mut start, mut closed) = (None, false);
    path.iter().flat_map(move |element| {
        let again = start.filter(|_| closed).map(PathEl::MoveTo);
        let moves = matches!(element, PathEl::MoveTo(_));
        if let PathEl::MoveTo(to) = element {
            start = Some(to);
        }
        closed = element == PathEl::ClosePath;
        let again = again.filter(|_| !moves && !closed);
        again.into_iter().chain([element])
    })
}

fn check_corners(corners: &[Vec2]) -> Result<()> {
    check_count(corners.len())?;
    for corner in corners {
        check_coordinate(f64::from(corner.x))?;
        check_coordinate(f64::from(corner.y))?;
    }
    Ok(())
}

fn check_count(corners: usize) -> Result<()> {
    Error::check(
        "number of corners of the outline",
        corners as f64,
        corners >= 3,
        "at least 3",
    )
}

fn check_coordinate(value: f64) -> Result<()> {
    let inside = value.abs() <= f64::from(MAX_COORDINATE);
    Error::check("outline coordinate", value, inside, "-1e6..=1e6 px")
}

fn closed_edges(corners: &[Vec2]) -> Vec<(Vec2, Vec2)> {
    (0..corners.len())
        .map(|i| (corners[i], corners[(i + 1) % corners.len()]))
        .collect()
}

/// Lines per pixel row on which the inside is found; between them an edge counts as vertical.
const LINES: usize = 16;

/// Share of each pixel inside the outline: exact along each line, the mean over the lines of a row.
fn fill(size: Size, edges: &[(Vec2, Vec2)]) -> Mask {
    let mut coverage = Plane::filled(size, 0.0_f32);
    let columns = size.width() as usize;
    parallel::for_each_chunk(coverage.values_mut(), columns, |row, values| {
        let top = row as f32;
        let near: Vec<(Vec2, Vec2)> = edges
            .iter()
            .copied()
            .filter(|(a, b)| a.y.min(b.y) <= top + 1.0 && top <= a.y.max(b.y))
            .collect();
        if near.is_empty() {
            return;
        }
        for line in 0..LINES {
            let y = top + (line as f32 + 0.5) / LINES as f32;
            let mut crossings = crossings(&near, y);
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (mut winding, mut from) = (0, 0.0);
            for (x, turn) in crossings {
                if winding == 0 {
                    from = x;
                }
                winding += turn;
                if winding == 0 {
                    add_span(values, from, x);
                }
            }
        }
        for value in values {
            *value = (*value * (1.0 / LINES as f32)).min(1.0);
        }
    });
    Mask::from_shares(coverage)
}

/// Adds to each pixel of a row the length that it shares with a span.
fn add_span(values: &mut [f32], from: f32, to: f32) {
    let end = values.len() as f32;
    let (from, to) = (from.clamp(0.0, end), to.clamp(0.0, end));
    let (first, last) = (from as usize, (to.ceil() as usize).min(values.len()));
    for (x, value) in values.iter_mut().enumerate().take(last).skip(first) {
        *value += (to.min(x as f32 + 1.0) - from.max(x as f32)).max(0.0);
    }
}

/// Where the outline crosses a horizontal line, with +1 downwards and −1 upwards.
fn crossings(edges: &[(Vec2, Vec2)], y: f32) -> Vec<(f32, i32)> {
    let crossing = |&(a, b): &(Vec2, Vec2)| {
        let at = || a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y));
        match (a.y <= y, b.y <= y) {
            (true, false) => Some((at(), 1)),
            (false, true) => Some((at(), -1)),
            _ => None,
        }
    };
    edges.iter().filter_map(crossing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(corners: &[[f32; 2]]) -> Result<Mask> {
        let corners: Vec<Vec2> = corners.iter().map(|&c| c.into()).collect();
        Mask::from_polygon(Size::new(40, 30).unwrap(), &corners)
    }

    #[test]
    fn bad_outlines_are_refused_by_name() {
        let two = polygon(&[[1.0, 1.0], [5.0, 5.0]]).unwrap_err();
        assert_eq!(
            two.to_string(),
            "number of corners of the outline is 2, allowed: at least 3"
        );
        for bad in [f32::NAN, f32::INFINITY, -2e6] {
            let refused = polygon(&[[1.0, 1.0], [5.0, bad], [9.0, 1.0]]).unwrap_err();
            assert!(
                refused.to_string().starts_with("outline coordinate is"),
                "{refused}"
            );
        }
    }

    #[test]
    fn areas_match_the_shoelace_formula() {
        let corners = [[3.2, 4.1], [35.7, 9.9], [22.4, 27.3], [8.8, 21.0]];
        let twice: f32 = (0..4)
            .map(|i| {
                let ([ax, ay], [bx, by]) = (corners[i], corners[(i + 1) % 4]);
                ax * by - bx * ay
            })
            .sum();
        let area = polygon(&corners).unwrap().area_px();
        assert!(
            (area - f64::from(twice / 2.0)).abs() < 1.0,
            "{area} against {}",
            twice / 2.0
        );
    }

    /// Sample lines run through the middles of sixteenths of a row.
    #[test]
    fn a_corner_on_a_sample_line_is_crossed_once() {
        let area = polygon(&[[5.0, 5.0], [30.0, 10.0 + 1.0 / 32.0], [5.0, 20.0]]);
        let area = area.unwrap().area_px();
        assert!((area - 187.5).abs() < 0.2, "{area}");
    }

    #[test]
    fn direction_does_not_matter_and_overlap_counts_once() {
        let clockwise = polygon(&[[5.0, 5.0], [25.0, 5.0], [25.0, 25.0], [5.0, 25.0]]).unwrap();
        let counter = polygon(&[[5.0, 5.0], [5.0, 25.0], [25.0, 25.0], [25.0, 5.0]]).unwrap();
        assert_eq!(clockwise, counter);
        // Parts that overlap without being the same leave no seam where one ends in the other.
        let (a, b) = ([5.0, 5.0], [20.0, 25.0]);
        let bow = [
            a,
            [15.0, 5.0],
            [15.0, 25.0],
            [10.0, 25.0],
            [10.0, 10.0],
            [20.0, 10.0],
            b,
            [5.0, 25.0],
        ];
        assert_eq!(polygon(&bow).unwrap().coverage().at(12, 15), 1.0);
        let line = polygon(&[[5.0, 5.0], [25.0, 5.0], [15.0, 5.0]]).unwrap();
        assert!(line.is_empty(), "an outline without area treats nothing");
        let twice = [[5.0, 5.0], [25.0, 5.0], [25.0, 25.0], [5.0, 25.0]].repeat(2);
        assert_eq!(polygon(&twice).unwrap(), clockwise);
    }

    #[cfg(feature = "kurbo")]
    #[test]
    fn what_follows_a_closed_part_begins_where_that_began() {
        let size = Size::new(40, 30).unwrap();
        let area = |path: &str| {
            let path = kurbo::BezPath::from_svg(path).unwrap();
            Mask::from_path(size, &path).map(|mask| mask.area_px())
        };
        let triangle = area("M2 2 L22 2 L2 22 Z").unwrap();
        // Two triangles that share a corner; joined to the first, the other two corners would make one shape of 4.
        let other = area("M2 2 L38 2 L38 12 Z").unwrap();
        let both = area("M2 2 L2 22 L22 22 Z L38 2 L38 12").unwrap();
        let mirrored = area("M2 2 L2 22 L22 22 Z").unwrap();
        assert!((both - mirrored - other).abs() < 0.5, "{both}");
        // Curves as well, closed twice, and a pen that is put down where nothing is drawn.
        let curved = area("M2 2 L2 22 L22 22 Z C14 2 26 2 38 2 L38 12 Z Z M30 30 M31 31").unwrap();
        assert!((curved - both).abs() < 0.5, "{curved}");
        assert_eq!(area("M2 2 L22 2 L2 22 M5 5").unwrap(), triangle);
        for nothing in ["M5 5", "M5 5 Z", "M5 5 L9 9"] {
            let refused = area(nothing).unwrap_err().to_string();
            assert!(refused.contains("corners of the outline"), "{refused}");
        }
    }

    #[test]
    fn outlines_may_leave_the_picture() {
        let mask = polygon(&[
            [-900.0, -900.0],
            [900.0, -900.0],
            [900.0, 900.0],
            [-900.0, 900.0],
        ]);
        assert_eq!(mask.unwrap().area_px(), 1200.0);
        let beside = polygon(&[[100.0, 1.0], [120.0, 1.0], [110.0, 20.0]]).unwrap();
        assert!(beside.is_empty());
    }
}
