//! What the treatment is laid on, and the recipe of it.

use rayon::ThreadPool;
use stubblefield::{
    Area, Look, Mask, Photo, Plan, Recipe, RecipeTone, Scale, Seed, SyntheticScalp,
};

use crate::Failure;
use crate::args::Args;

/// Beyond it the system may refuse to start them.
const MOST_THREADS: usize = 1024;

/// Taken as a head, a narrower photo has fewer pixels per mm than [`Scale`] allows.
const NARROWEST_HEAD_PX: u32 = 44;

const NO_AREA: &str = "no area to treat, allowed: --mask FILE (white = treat), \
    --outline \"x,y x,y x,y ...\", --hairline, --crown, --scar-line, --scar-dots, --zone \
    or --recipe";

/// What is known before anything is read but a recipe.
pub(crate) enum Beginning {
    Kept(Box<Recipe>),
    Asked(Box<Words>),
}

/// What was asked for in words.
pub(crate) struct Words {
    pub(crate) look: Look,
    scale: Option<Scale>,
    area: Option<Area>,
    behind: Option<Area>,
    tone: Option<RecipeTone>,
}

/// Checks all words, and starts the threads.
pub(crate) fn begin(args: &Args) -> Result<(Beginning, ThreadPool), Failure> {
    let beginning = match args.recipe()? {
        Some(recipe) => {
            if args.mask.is_some() && !names_a_mask(&recipe) {
                return Err("mask is given, allowed: none, for the recipe knows of none".into());
            }
            Beginning::Kept(Box::new(recipe))
        }
        None => Beginning::Asked(Box::new(Words {
            look: args.look()?,
            scale: args.px_per_mm.map(Scale::px_per_mm).transpose()?,
            area: args.area()?,
            behind: args.behind()?,
            tone: args.tone()?,
        })),
    };
    if args.threads > MOST_THREADS {
        return Err(format!("threads is {}, allowed: 0..={MOST_THREADS}", args.threads).into());
    }
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build()?;
    Ok((beginning, threads))
}

/// Whether the recipe's area or tone is a mask that the caller has to bring.
fn names_a_mask(recipe: &Recipe) -> bool {
    fn within(area: &Area) -> bool {
        match area {
            Area::Mask(_) => true,
            Area::Union(areas) | Area::Intersection(areas) => areas.iter().any(within),
            Area::OnHead(area) => within(area),
            _ => false,
        }
    }
    let tone = match &recipe.tone {
        Some(RecipeTone::Like(area) | RecipeTone::Towards(area)) => within(area),
        _ => false,
    };
    tone || within(&recipe.area)
}

impl Beginning {
    /// The photo, or the synthetic scalp without one.
    pub(crate) fn read(self, args: &Args) -> Result<Subject, Failure> {
        let mut masks: Vec<Mask> = Vec::new();
        let mut remarks = Vec::new();
        let given = match &self {
            Self::Kept(recipe) => Some(recipe.scale),
            Self::Asked(words) => words.scale,
        };
        let (photo, scale) = match &args.photo {
            None => {
                let scale = given.map_or_else(|| Scale::px_per_mm(6.0), Ok)?;
                let scalp = SyntheticScalp::generate(scale, Seed::new(1))?;
                if let Self::Kept(recipe) = &self
                    && recipe.photo_size != scalp.photo.size()
                {
                    let [width, height]: [u32; 2] = recipe.photo_size.into();
                    return Err(format!(
                        "no --photo given, allowed: the one of {width}x{height} px that the recipe is for"
                    )
                    .into());
                }
                remarks.push("no --photo given: drawing on a synthetic scalp".to_owned());
                let drawn = args.hairline.is_some() || args.crown.is_some();
                if args.recipe.is_some() || args.look == "stubble" && !drawn {
                    masks.push(scalp.receded);
                }
                (scalp.photo, scale)
            }
            Some(path) => {
                let photo = Photo::open(path)?;
                remarks.extend(photo.notes().iter().map(ToString::to_string));
                let scale = given.map_or_else(|| guessed(&photo, &mut remarks), Ok)?;
                (photo, scale)
            }
        };
        if let Some(path) = &args.mask {
            let mask = Mask::open(path)?;
            let values = mask.coverage().values().iter();
            let most = values.fold(0.0_f32, |most, &share| most.max(share));
            if most > 0.0 && most < 0.5 {
                remarks.push(format!(
                    "the mask is nowhere brighter than {:.0} %: white treats in full, grey with fewer dots",
                    100.0 * most
                ));
            }
            masks = vec![mask];
        }
        let recipe = match self {
            Self::Kept(recipe) => *recipe,
            Self::Asked(words) => {
                let Words {
                    look,
                    area,
                    behind,
                    tone,
                    ..
                } = *words;
                if behind.as_ref().is_some_and(runs_leftwards) {
                    remarks.push(
                        "the hairline runs from right to left: what lies below it is treated, not above".to_owned(),
                    );
                }
                let area = area.or_else(|| masks.first().map(Area::of));
                let area = match (area, behind) {
                    (Some(area), Some(behind)) => Area::Intersection(vec![area, behind]),
                    // What lies behind a hairline runs over the wall behind the head; nobody asked for that
                    // to be treated.
                    (None, Some(behind)) if args.hairline.is_some() => {
                        Area::OnHead(Box::new(behind))
                    }
                    (area, behind) => area.or(behind).ok_or(NO_AREA)?,
                };
                let seed = Seed::new(args.seed);
                let recipe = Recipe::new(look, area, photo.size(), scale, seed);
                tone.into_iter().fold(recipe, Recipe::with_tone)
            }
        };
        Ok(Subject {
            photo,
            recipe,
            masks,
            remarks,
        })
    }
}

/// Whether a hairline of it has the scalp below, as in no picture that is upright.
fn runs_leftwards(area: &Area) -> bool {
    match area {
        Area::Hairline(line) => match line.points_px.as_slice() {
            [first, .., last] => last.x < first.x,
            _ => false,
        },
        Area::Union(areas) => areas.iter().any(runs_leftwards),
        _ => false,
    }
}

/// The scale of a head that fills the picture.
fn guessed(photo: &Photo, remarks: &mut Vec<String>) -> Result<Scale, Failure> {
    let width = photo.size().width();
    if width < NARROWEST_HEAD_PX {
        return Err(format!(
            "no --px-per-mm given, and a photo {width} px wide is too small to guess it from, allowed: at least {NARROWEST_HEAD_PX} px"
        )
        .into());
    }
    let guess = width as f32 / 220.0;
    remarks.push(format!(
        "no --px-per-mm given: taking the picture to be 220 mm wide, {guess:.2} px/mm"
    ));
    Ok(Scale::px_per_mm(guess)?)
}

/// A photo and what is done on it.
pub(crate) struct Subject {
    pub(crate) photo: Photo,
    pub(crate) recipe: Recipe,
    pub(crate) masks: Vec<Mask>,
    pub(crate) remarks: Vec<String>,
}

impl Subject {
    /// What the recipe comes to.
    pub(crate) fn plan(&mut self) -> Result<Plan, Failure> {
        let Self {
            photo,
            recipe,
            masks,
            remarks,
        } = self;
        let plan = match recipe.match_with(photo, masks)? {
            None => recipe.plan_with(photo, masks)?,
            Some(matched) => {
                remarks.push(format!(
                    "brought to ΔL* {:+.1} for {:+.1}, with {:.0} dots per cm²",
                    matched.reached,
                    matched.wanted,
                    matched.plan.look().density().get()
                ));
                if let Some(limit) = &matched.stopped_by {
                    remarks.push(format!(
                        "nearer the tone around it was not possible within {limit}"
                    ));
                }
                matched.plan
            }
        };
        if let Some(kept) = &recipe.fingerprint
            && kept != plan.fingerprint()
        {
            remarks.push(format!(
                "the recipe was kept for fingerprint {kept} and gives {}: the photo or the recipe was changed since",
                plan.fingerprint()
            ));
        }
        Ok(plan)
    }
}
