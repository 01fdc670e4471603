//! Where a look is laid on one photo: the mask less the wall, its edges, and what dots keep off.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::field::Obstacle;
use crate::look::Look;
use crate::look::between::Between;
use crate::look::edge::{Ground, Laid};
use crate::look::own::Source;
use crate::mask::Mask;
use crate::scene::{Chart, Scene};
use crate::units::Scale;

pub(super) struct Site {
    /// The mask less the wall behind the head, and what lies before the own hairline.
    pub(super) treated: Mask,
    pub(super) laid: Laid,
    /// The skin it lies on, where the head's shape is known.
    pub(super) chart: Option<Chart>,
    /// Of the skin that is treated; 0 where nothing is.
    pub(super) melanin: f32,
    /// Area of the mask as given, with what the look reaches past it, and of the wall in it.
    pub(super) asked_px: f64,
    pub(super) wall_px: f64,
    /// What grows in the picture.
    pub(super) obstacles: Vec<Obstacle>,
}

impl Site {
    /// Of a look with everything that it takes from the scene; the head among it is dropped where it does not fit.
    pub(super) fn of(look: &mut Look, scene: &Scene, mask: &Mask, ground: Ground) -> Result<Self> {
        let asked = look.edge.reached(mask, ground.scale);
        let asked_px = asked.area_px();
        // Dots stay off the wall behind the head, and the head's rim is no edge of the treatment.
        let mut treated = mask.subtract(scene.background())?;
        let on_head_px = match asked {
            Cow::Borrowed(_) => treated.area_px(),
            Cow::Owned(asked) => asked.subtract(scene.background())?.area_px(),
        };
        let melanin = match scene.skin() {
            Some(skin) => skin.melanin(),
            None if treated.is_empty() => 0.0,
            None => {
                return Err(Error::NotFound {
                    what: "skin",
                    place: "in the area to be treated",
                });
            }
        };
        let between = look
            .long_hair
            .then(|| Between::of(scene, ground.scale))
            .transpose()?;
        if let Some(between) = &between {
            treated = between.behind_own_hairline(&treated)?;
        }
        let met = look.hair_met(scene, &treated);
        let beyond = scene.no_border(met, &treated);
        let chart = charted(look, scene, &treated, ground.scale)?;
        let mut laid = look.edge.lay(&treated, &beyond, chart.as_ref(), ground)?;
        // What lies under long hair is left to it.
        if let Some(between) = &between {
            between.spare(&mut laid)?;
        } else if let Some(hair) = met {
            laid.leave_to(hair);
        }
        Ok(Self {
            treated,
            laid,
            chart,
            melanin,
            asked_px,
            wall_px: asked_px - on_head_px,
            obstacles: look.obstacles(scene, ground.scale),
        })
    }
}

/// The chart of the head that a treatment lies on. One that was found in the picture and does not fit is taken for flat:
/// nobody stated it, and a few pixels of the mask off it are no reason to refuse a plan.
fn charted(look: &mut Look, scene: &Scene, treated: &Mask, scale: Scale) -> Result<Option<Chart>> {
    let Some(head) = look.head else {
        return Ok(None);
    };
    let chart = match look.edge.reached(treated, scale) {
        Cow::Borrowed(treated) => Chart::around(treated, &head, scale),
        Cow::Owned(reached) => Chart::around(&reached.subtract(scene.background())?, &head, scale),
    };
    if chart.is_err() && look.sources.head == Source::Outline {
        look.head = None;
        look.sources.head = Source::Usual;
        return Ok(None);
    }
    chart
}
