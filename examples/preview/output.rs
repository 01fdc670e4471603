//! What a run writes: names, the treated photo, and the figures.

use serde_json::{Map, json};
use stubblefield::{FileFormat, Photo, Report};

use crate::Failure;
use crate::beside::BesideArgs;
use crate::folder::Folder;

/// What was done, to be followed again.
pub(crate) const RECIPE: &str = "recipe.json";

/// Other healing, what is sold instead, and own hair that has changed.
pub(crate) const OUTLOOK: &str = "outlook.png";
pub(crate) const CONCEALER: &str = "concealer.png";
pub(crate) const LATER: &str = "later.png";

const FORMATS: [FileFormat; 4] = [
    FileFormat::Png,
    FileFormat::Jpeg,
    FileFormat::Tiff,
    FileFormat::WebP,
];

/// Every name a run may write.
pub(crate) fn names() -> Vec<String> {
    let rest = [
        "dots.png",
        "compare.png",
        OUTLOOK,
        CONCEALER,
        LATER,
        "dots.csv",
        RECIPE,
        "report.json",
    ];
    let rest = rest.map(str::to_owned);
    FORMATS.into_iter().map(after).chain(rest).collect()
}

/// Saves the treated photo under a name; what its format could not carry comes back in words.
pub(crate) fn save(folder: &Folder, photo: &Photo, name: &str) -> Result<Vec<String>, Failure> {
    let saved = photo.save(folder.path().join(name))?;
    Ok(saved.losses.iter().map(ToString::to_string).collect())
}

/// The treated photo, in the format of the photo.
pub(crate) fn after(format: FileFormat) -> String {
    format!("after.{}", format.extension())
}

/// What a run leaves in the folder as it was, and is not of it: a photo of another format, sheets not asked for.
pub(crate) fn older(folder: &Folder, written: &str, beside: &BesideArgs) -> Vec<String> {
    let photos = FORMATS.into_iter().map(after);
    let sheets = [
        (OUTLOOK, beside.outlook),
        (CONCEALER, beside.conceals()),
        (LATER, beside.changes_hair()),
    ];
    let sheets = sheets.into_iter().filter(|(_, asked)| !asked);
    let left = photos
        .filter(|name| name != written)
        .chain(sheets.map(|(name, _)| name.to_owned()));
    left.filter(|name| folder.path().join(name).exists())
        .map(|name| format!("{name} was there before and is of another run"))
        .collect()
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
