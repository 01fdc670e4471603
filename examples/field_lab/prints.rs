//! What an eye finds before any figure does: fields as they are printed.

use std::io::stdout;

use glam::{DVec2, Vec2};
use rayon::ThreadPoolBuilder;
use stubblefield::{Density, DotField, FieldRequest, Mask, Plane, Ranking, Scale, Seed, Size};

use crate::Failure;
use crate::draw::{ACCENT, INK, PLOT, Sheet, Spot};
use crate::saying;

/// Panels from left to right: a zone plate; a pattern that repeats; a hairline; and
/// the hairline laid by one thread under red marks of what three threads lay elsewhere.
pub(crate) fn sheet() -> Result<Sheet, Failure> {
    let mut sheet = Sheet::new(4, 1);
    let spot = |column| Spot { column, row: 0 };
    let size = Size::new(PLOT, PLOT)?;
    let full = Mask::full(size);
    let middle = PLOT as f32 / 2.0;

    // One pixel a dot, 2 px apart where they are densest; rings are 9 px wide at the rim.
    let rings = Plane::from_fn(size, |x, y| {
        let away = Vec2::new(x as f32 + 0.5, y as f32 + 0.5).distance(Vec2::splat(middle));
        0.55 + 0.45 * (away * away * 0.0025).cos()
    });
    let zones = even(&full, 2.0)?.with_relative_density(&rings).generate()?;
    sheet.title(spot(0), "ZONE PLATE");
    print(&mut sheet, spot(0), &places(&zones), 1);

    // Half as wide as the panel, and a little of the next.
    let tile = DotField::torus(28, 7.0, Seed::new(1))?;
    let period = tile.period_mm().ok_or("a torus without a period")?;
    let tiles = (0..9).map(|i| DVec2::new(f64::from(i % 3), f64::from(i / 3)) * period);
    let dots = places(&tile);
    let tiled: Vec<DVec2> = tiles
        .flat_map(|tile| dots.iter().map(move |dot| *dot + tile))
        .collect();
    sheet.title(spot(1), "A PATTERN REPEATED");
    print(&mut sheet, spot(1), &tiled, 2);

    // A forehead's line, rising to the right.
    let hairline = Mask::from_fn(size, |at| {
        let across = at.x / PLOT as f32;
        let line = middle * (1.1 - 0.3 * across - 0.5 * across * (1.0 - across));
        (at.y - line + 0.5).clamp(0.0, 1.0)
    })?;
    let by = |threads: usize| -> Result<Vec<DVec2>, Failure> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        let field = even(&hairline, 7.0)?;
        Ok(places(&pool.install(|| field.generate())?))
    };
    let (one, three) = (by(1)?, by(3)?);
    sheet.title(spot(2), "A HAIRLINE");
    print(&mut sheet, spot(2), &one, 2);
    sheet.title(spot(3), "WHERE THREE THREADS DIFFER");
    print(&mut sheet, spot(3), &one, 1);
    let differ =
        one.len().abs_diff(three.len()) + one.iter().zip(&three).filter(|(a, b)| a != b).count();
    for (_, dot) in one.iter().zip(&three).filter(|(a, b)| a != b) {
        for i in 0..6 {
            sheet.dot(spot(3), dot.x as u32 + i, dot.y as u32 + i, ACCENT);
        }
    }
    let words = format_args!("dots that differ between one and three threads: {differ}");
    saying::line(stdout(), words);
    Ok(sheet)
}

/// A field at 1 px a mm, dots so many px apart.
fn even(mask: &Mask, spacing: f32) -> Result<FieldRequest<'_>, Failure> {
    let density = Density::per_cm2(Density::PACKING as f32 * 100.0 / (spacing * spacing))?;
    let request = FieldRequest::new(mask, Scale::px_per_mm(1.0)?, density, Seed::new(1));
    Ok(request.with_ranking(Ranking::Index))
}

fn places(field: &DotField) -> Vec<DVec2> {
    let dots = field.dots().iter();
    dots.map(|dot| dot.position_mm.as_dvec2()).collect()
}

/// Squares of so many pixels a side.
fn print(sheet: &mut Sheet, spot: Spot, dots: &[DVec2], side: u32) {
    for dot in dots {
        for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
            sheet.dot(spot, dot.x as u32 + x, dot.y as u32 + y, INK);
        }
    }
    sheet.frame(spot);
}
