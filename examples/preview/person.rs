//! What the practitioner says about the person, for the report to judge by.

use clap::Args;
use glam::Vec2;
use stubblefield::{Follicles, Mask, Person, Photo, Scale};

use crate::Failure;
use crate::outline::corners;

/// Nothing of it changes the picture.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// The outer ends of the upper borders of both brows, to judge the height of the hairline by.
    #[arg(long, value_name = "X,Y X,Y")]
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

/// The same, read on the photo.
pub(crate) struct Known {
    brows: Option<[Vec2; 2]>,
    face: Option<Mask>,
    hair: Option<Mask>,
    follicles: Option<Follicles>,
}

impl PersonArgs {
    pub(crate) fn read(&self, photo: &Photo, scale: Scale) -> Result<Known, Failure> {
        let area = |outline: &Option<String>| match outline {
            None => Ok::<_, Failure>(None),
            Some(outline) => Ok(Some(Mask::from_polygon(photo.size(), &corners(outline)?)?)),
        };
        let brows = match &self.brows {
            None => None,
            Some(ends) => Some(corners(ends)?.try_into().map_err(|ends: Vec<Vec2>| {
                format!(
                    "brows is {} points, allowed: 2, one of each brow",
                    ends.len()
                )
            })?),
        };
        let hair = area(&self.own_hair)?;
        let fine = Follicles::SCALES.contains(&scale.get());
        let follicles = match &hair {
            Some(hair) if fine => Some(Follicles::find(photo, hair, scale)?),
            _ => None,
        };
        Ok(Known {
            brows,
            face: area(&self.face)?,
            hair,
            follicles,
        })
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
