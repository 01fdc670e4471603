//! Scars as a person writes them.

use glam::Vec2;
use stubblefield::Scar;

use crate::Failure;
use crate::outline::{exactly, points};

/// Lines written as "x,y x,y …:width", and discs as "x,y:diameter x,y:diameter …", lengths in mm.
pub(crate) fn scars(lines: &[String], dots: &[String]) -> Result<Vec<Scar>, Failure> {
    let mut scars = Vec::new();
    for line in lines {
        let (path, width) = split(
            line,
            "scar-line",
            "points and a width such as \"90,40 120,44:1.5\"",
        )?;
        scars.push(Scar::line(points("scar-line", path)?, width));
    }
    for dot in dots.iter().flat_map(|dots| dots.split_whitespace()) {
        let (center, diameter) = place(
            dot,
            "scar-dots",
            "a point and a diameter such as 120,80:0.9",
        )?;
        scars.push(Scar::disc(center, diameter));
    }
    Ok(scars)
}

/// One point in pixels and the length in mm behind the colon.
pub(crate) fn place(text: &str, name: &str, allowed: &str) -> Result<(Vec2, f32), Failure> {
    let (point, length) = split(text, name, allowed)?;
    let [point] = exactly(name, point)?;
    Ok((point, length))
}

/// A place and the length behind the colon.
fn split<'a>(text: &'a str, name: &str, allowed: &str) -> Result<(&'a str, f32), Failure> {
    let refused = || format!("{name} has {text:?}, allowed: {allowed}");
    let (place, length) = text.split_once(':').ok_or_else(refused)?;
    let length: f32 = length.trim().parse().map_err(|_| refused())?;
    if !length.is_finite() {
        return Err(refused().into());
    }
    Ok((place, length))
}
