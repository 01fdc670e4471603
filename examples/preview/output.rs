//! What a run writes: names, the treated photo, and the figures.

use serde_json::{Map, json};
use stubblefield::{FileFormat, Photo, Report};

use crate::Failure;
use crate::folder::Folder;

/// What was done, to be followed again.
pub(crate) const RECIPE: &str = "recipe.json";

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
        RECIPE,
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

/// The report as JSON, with its warnings in words and seconds per stage.
pub(crate) fn json(report: &Report, seconds: &[(&'static str, f64)]) -> Result<String, Failure> {
    let seconds: Map<_, _> = seconds
        .iter()
        .map(|(k, v)| ((*k).to_owned(), json!(v)))
        .collect();
    let warnings: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    let unjudged: Vec<String> = report.unjudged.iter().map(ToString::to_string).collect();
    let mut page = serde_json::to_value(report)?;
    page["in_words"] = json!({"warnings": warnings, "unjudged": unjudged});
    page["seconds"] = seconds.into();
    Ok(format!("{page:#}\n"))
}
