//! What the practitioner says about the person, for the report to judge by.

use clap::Args;
use glam::Vec2;
use stubblefield::{Area, Follicles, Mask, Person, Photo, Scale};

use crate::Failure;
use crate::outline::{corners, exactly};

/// Nothing of it changes the picture.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// The outer ends of the upper borders of both brows, to judge the height of the hairline by.
    #[arg(long, value_name = "X,Y X,Y", allow_hyphen_values = true)]
    brows: Option<String>,

    /// Eyes and whatever else has to stay free, as the corners of a closed outline in pixels: the report
    /// warns where the treatment lies on it.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true)]
    face: Option<String>,

    /// Own shaved hair beside the treatment, as the corners of a closed outline in pixels: the report
    /// compares contrast and, from 4 px/mm on, density with it.
    #[arg(long, value_name = "X,Y X,Y X,Y ...", allow_hyphen_values = true)]
    own_hair: Option<String>,
}

/// The same in numbers.
pub(crate) struct Words {
    brows: Option<[Vec2; 2]>,
    face: Option<Vec<Vec2>>,
    own_hair: Option<Vec<Vec2>>,
}

/// The same, read on the photo.
pub(crate) struct Known {
    brows: Option<[Vec2; 2]>,
    face: Option<Mask>,
    hair: Option<Mask>,
    follicles: Option<Follicles>,
}

impl PersonArgs {
    pub(crate) fn words(&self) -> Result<Words, Failure> {
        let outline = |name, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| corners(name, text)).transpose()
        };
        let brows = self.brows.as_deref();
        Ok(Words {
            brows: brows.map(|text| exactly("brows", text)).transpose()?,
            face: outline("face", &self.face)?,
            own_hair: outline("own-hair", &self.own_hair)?,
        })
    }
}

impl Words {
    pub(crate) fn read(&self, photo: &Photo, scale: Scale) -> Result<Known, Failure> {
        let area = |name: &str, outline: &Option<Vec<Vec2>>| {
            let Some(outline) = outline else {
                return Ok::<_, Failure>(None);
            };
            let mask = Mask::from_polygon(photo.size(), outline)?;
            if mask.is_empty() {
                return Err(format!("{name} has no pixel, allowed: inside the photo").into());
            }
            Ok(Some(mask))
        };
        let mut hair = area("own-hair", &self.own_hair)?;
        if let Some(outline) = &self.own_hair {
            // Drawn by hand it runs over the rim, and the wall has no follicles.
            let on_head = Area::OnHead(Box::new(Area::Outline(outline.clone())));
            let on_head = on_head.mask(photo, scale, &[])?;
            if on_head.is_empty() {
                return Err("own-hair shows nothing but wall, allowed: hair".into());
            }
            hair = Some(on_head);
        }
        let fine = Follicles::SCALES.contains(&scale.get());
        let follicles = match &hair {
            Some(hair) if fine => Some(Follicles::find(photo, hair, scale)?),
            _ => None,
        };
        let known = Known {
            brows: self.brows,
            face: area("face", &self.face)?,
            hair,
            follicles,
        };
        known.person().check(photo.size())?;
        Ok(known)
    }
}

impl Known {
    pub(crate) fn person(&self) -> Person<'_> {
        let mut person = Person::new();
        person.brows_px = self.brows;
        person.free = self.face.as_ref();
        person.hair = self.hair.as_ref();
        person.follicles = self.follicles.as_ref();
        person
    }
}
