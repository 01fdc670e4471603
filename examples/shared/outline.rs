//! Places in a picture as a person writes them.

use glam::Vec2;

use crate::Failure;

/// Corners written as "x,y x,y x,y".
pub(crate) fn corners(outline: &str) -> Result<Vec<Vec2>, Failure> {
    let corner = |text: &str| {
        let (x, y) = text.split_once(',')?;
        Some(Vec2::new(x.trim().parse().ok()?, y.trim().parse().ok()?))
    };
    let parse = |text| {
        corner(text).ok_or_else(|| format!("outline has {text:?}, allowed: corners such as 120,80"))
    };
    Ok(outline
        .split_whitespace()
        .map(parse)
        .collect::<Result<_, _>>()?)
}
