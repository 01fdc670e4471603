//! Places in a picture as a person writes them.

use glam::Vec2;

use crate::Failure;

/// Points written as "x,y x,y x,y" behind the option of this name.
pub(crate) fn points(name: &str, text: &str) -> Result<Vec<Vec2>, Failure> {
    let point = |text: &str| {
        let (x, y) = text.split_once(',')?;
        let point = Vec2::new(x.trim().parse().ok()?, y.trim().parse().ok()?);
        point.is_finite().then_some(point)
    };
    let parse = |text| {
        point(text)
            .ok_or_else(|| format!("{name} has {text:?}, allowed: places in pixels such as 120,80"))
    };
    Ok(text
        .split_whitespace()
        .map(parse)
        .collect::<Result<_, _>>()?)
}

/// So many points and no others.
pub(crate) fn exactly<const COUNT: usize>(
    name: &str,
    text: &str,
) -> Result<[Vec2; COUNT], Failure> {
    let wrong = |points: Vec<Vec2>| format!("{name} has {} points, allowed: {COUNT}", points.len());
    Ok(points(name, text)?.try_into().map_err(wrong)?)
}

/// The corners of a closed outline.
pub(crate) fn corners(name: &str, text: &str) -> Result<Vec<Vec2>, Failure> {
    let corners = points(name, text)?;
    if corners.len() < 3 {
        let count = corners.len();
        return Err(format!("{name} has {count} corners, allowed: at least 3").into());
    }
    Ok(corners)
}
