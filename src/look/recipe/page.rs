//! The recipe as it is written: versioned, every value by its name, nothing unknown let through.

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{Area, Recipe, RecipeTone};
use crate::look::Look;
use crate::random::Seed;
use crate::units::{Scale, Size};

const MADE_WITH: &str = concat!("stubblefield ", env!("CARGO_PKG_VERSION"));

/// Version 1.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    version: u32,
    made_with: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    seed: Seed,
    photo_px: Size,
    px_per_mm: Scale,
    look: Look,
    area: Area,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tone: Option<RecipeTone>,
}

impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recipe = self.clone();
        let page = Page {
            version: Self::VERSION,
            made_with: MADE_WITH.to_owned(),
            fingerprint: recipe.fingerprint,
            seed: recipe.seed,
            photo_px: recipe.photo_size,
            px_per_mm: recipe.scale,
            look: recipe.look,
            area: recipe.area,
            tone: recipe.tone,
        };
        page.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let page = match Read::deserialize(deserializer)? {
            Read::Foreign(Foreign(stamp)) => return Err(de::Error::custom(stamp)),
            Read::Own(tried) => tried.0.map_err(de::Error::custom)?,
        };
        let recipe = Self {
            look: page.look,
            area: page.area,
            tone: page.tone,
            photo_size: page.photo_px,
            scale: page.px_per_mm,
            seed: page.seed,
            fingerprint: page.fingerprint,
        };
        recipe.check().map_err(de::Error::custom)?;
        Ok(recipe)
    }
}

/// A page of another version may have any fields of any type, and formats differ in which field they
/// hand over first: what is read is kept, and tried as one and then as the other.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Read {
    Foreign(Foreign),
    Own(Box<Tried>),
}

/// What is said about a recipe of another version.
#[derive(serde::Deserialize)]
#[serde(try_from = "Stamp")]
struct Foreign(String);

/// What every version has.
#[derive(serde::Deserialize)]
struct Stamp {
    version: u64,
    made_with: Option<String>,
}

impl TryFrom<Stamp> for Foreign {
    type Error = &'static str;

    fn try_from(stamp: Stamp) -> Result<Self, Self::Error> {
        let Stamp { version, made_with } = stamp;
        if version == u64::from(Recipe::VERSION) {
            return Err("this version's own");
        }
        let made_with =
            made_with.map_or_else(String::new, |by| format!("; {by} made it and reads it"));
        Ok(Self(format!(
            "recipe version is {version}, allowed: {}, which {MADE_WITH} reads{made_with}",
            Recipe::VERSION
        )))
    }
}

/// A page, or what is wrong with it and where. Never an error itself: that of the last thing tried would
/// be replaced by a general one.
struct Tried(Result<Page, String>);

impl<'de> Deserialize<'de> for Tried {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let page = serde_path_to_error::deserialize(deserializer);
        Ok(Self(page.map_err(|error| error.to_string())))
    }
}
