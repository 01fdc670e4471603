//! What a run writes: names, the treated photo, and the figures.

use serde_json::{Map, json};
use stubblefield::{FileFormat, Photo, Report};

use crate::Failure;
use crate::folder::Folder;

/// Every name a run may write.
pub(crate) fn names() -> Vec<String> {
    let formats = [
        FileFormat::Png,
        FileFormat::Jpeg,
        FileFormat::Tiff,
        FileFormat::WebP,
    ];
    let rest = [
        "dots.png",
        "compare.png",
        "outlook.png",
        "concealer.png",
        "dots.csv",
        "recipe.json",
        "report.json",
    ];
    let rest = rest.map(str::to_owned);
    formats.into_iter().map(after).chain(rest).collect()
}

/// Saves the treated photo in the format of the photo; what the format could not carry comes back in words.
pub(crate) fn save(
    folder: &Folder,
    photo: &Photo,
    format: Option<FileFormat>,
) -> Result<Vec<String>, Failure> {
    let name = after(format.unwrap_or(FileFormat::Png));
    let saved = photo.save(folder.path().join(name))?;
    Ok(saved.losses.iter().map(ToString::to_string).collect())
}

fn after(format: FileFormat) -> String {
    format!("after.{}", format.extension())
}

/// The figures as JSON, with seconds per stage.
pub(crate) fn json(report: &Report, seconds: &[(&'static str, f64)]) -> String {
    let seconds: Map<_, _> = seconds
        .iter()
        .map(|(k, v)| ((*k).to_owned(), json!(v)))
        .collect();
    let warnings: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    let sessions: Vec<_> = report
        .sessions
        .iter()
        .map(|session| {
            json!({
                "session": session.session,
                "day": session.day,
                "dots": session.dots,
                "edge_dots": session.edge_dots,
                "in_place": session.in_place,
                "dots_per_cm2": session.dots_per_cm2,
                "strength": session.strength,
                "fresh_mm": session.fresh_mm,
                "healed_mm": session.healed_mm,
                "hours": session.hours,
            })
        })
        .collect();
    let unjudged: Vec<String> = report.unjudged.iter().map(ToString::to_string).collect();
    let zones: Vec<_> = report
        .zones
        .iter()
        .map(|zone| {
            json!({
                "name": zone.name,
                "area_cm2": zone.area_cm2,
                "dots": zone.dots,
                "dots_per_cm2": zone.per_cm2,
            })
        })
        .collect();
    let separation = report.separation.map(|separation| {
        json!({
            "distinct_share": separation.distinct_share,
            "free_share": separation.free_share,
            "gap_mm": separation.gap_mm,
            "spot_mm": separation.spot_mm,
        })
    });
    let border = report.border.map(
        |border| json!({"irregularity_mm": border.irregularity_mm, "rise_mm": border.rise_mm}),
    );
    let contrast: Vec<_> = report
        .contrast
        .iter()
        .map(|c| json!({"metres": c.metres, "before": c.before, "after": c.after}))
        .collect();
    let value = json!({
        "dots": report.dots,
        "area_cm2": report.area_cm2,
        "background_share": report.background_share,
        "dots_per_cm2": report.dots_per_cm2,
        "target_dots_per_cm2": report.target_dots_per_cm2,
        "min_spacing_mm": report.min_spacing_mm,
        "uncovered_share": report.uncovered_share,
        "mean_delta_l": report.inside.delta_l,
        "mean_delta_a": report.inside.delta_a,
        "mean_delta_b": report.inside.delta_b,
        "full_mean_delta_l": report.full.delta_l,
        "full_mean_delta_a": report.full.delta_a,
        "full_mean_delta_b": report.full.delta_b,
        "reach_mm": report.reach_mm,
        "outside_mean_delta_l": report.outside.delta_l,
        "outside_mean_delta_a": report.outside.delta_a,
        "outside_mean_delta_b": report.outside.delta_b,
        "contrast": contrast,
        "separation": separation,
        "border": border,
        "hairline_mm": report.hairline_mm,
        "face_share": report.face_share,
        "cast_delta_e": report.cast,
        "own_per_cm2": report.own_per_cm2,
        "zones": zones,
        "skin_ita_degrees": report.skin_ita_degrees,
        "px_per_mm": report.px_per_mm,
        "sessions": sessions,
        "sessions_held": report.sessions_held,
        "days": report.days,
        "seed": report.seed,
        "recipe_fingerprint": report.fingerprint,
        "warnings": warnings,
        "unjudged": unjudged,
        "seconds": seconds,
    });
    format!("{value:#}\n")
}
