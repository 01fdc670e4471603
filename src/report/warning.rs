//! What speaks against a plan, and why.

use std::fmt;

/// What speaks against a plan, with the figure that crossed its threshold and the threshold.
///
/// [`Display`](fmt::Display) says in one sentence what was found and in another why it matters;
/// [`Warning::source`] says where threshold and reason come from.
///
/// # Examples
/// ```
/// use stubblefield::Warning;
///
/// let warning = Warning::StraightHairline { irregularity_mm: 0.21, least_mm: 0.3 };
/// assert!(warning.to_string().starts_with("the border strays by 0.21 mm"));
/// assert!(warning.source().expect("it has one").contains("Shapiro"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Warning {
    /// The mask covers nothing: the photo stays as it is.
    EmptyMask,
    /// The mask covers something, but no dot found room in it.
    NoDots,
    /// More than half of the mask was taken for the wall behind the head, where no dots are laid.
    MostlyBackground {
        /// Share of the mask that was taken away.
        share: f64,
    },
    /// Hair longer than stubble lies over more than a quarter of a treatment that is meant for a shaved head.
    LongHair {
        /// Share of the treatment over which it is plain to see.
        share: f64,
        /// The most that is a tuft.
        most: f64,
    },
    /// Dots lie on what was said to stay free, or below the brows.
    OnFace {
        /// Share of the treatment that does.
        share: f64,
        /// The most that is no slip of the outline.
        most: f64,
    },
    /// ΔL* where the treatment is full lies below −12 on fair skin, −5 on dark skin.
    TooDark {
        /// ΔL* where the treatment is full.
        delta_l: f64,
        /// The least for this skin.
        darkest: f64,
    },
    /// The treatment is bluer or greener than shaved hair of the same darkness by more than what is just
    /// seen in skin: 0.8 in CIELAB on fair skin, 1.3 on dark skin.
    BlueCast {
        /// How much bluer and greener, in a* and b* together.
        delta_e: f64,
        /// The most that is not seen in this skin.
        most: f64,
    },
    /// Fewer than half of the dots stand apart, or less than 15 % of the skin is free, in a treatment that
    /// has not faded away. In a scar, which is as wide as a dot or two, only the free skin counts.
    Helmet {
        /// Share of the dots with bare skin around them at least as wide as they are.
        distinct_share: f64,
        /// Share of the skin that no visible spot covers.
        free_share: f64,
    },
    /// The foremost dots stray by less than 0.3 mm about a smooth line.
    StraightHairline {
        /// Standard deviation about that line, in mm.
        irregularity_mm: f64,
        /// The least that is no ruler's line.
        least_mm: f64,
    },
    /// Density rises to four fifths of the full one within less than 2 mm.
    SharpHairline {
        /// Over how many mm it rises.
        rise_mm: f64,
        /// The least that is no edge.
        least_mm: f64,
    },
    /// The lowest dots stand less than 50 mm above the upper border of the brows.
    LowHairline {
        /// How far above it they stand, in mm of the picture.
        height_mm: f64,
        /// The least that is natural.
        least_mm: f64,
    },
    /// The treatment has more than twice, or less than half, as many dots per cm² as the shaved hair
    /// beside it has follicles.
    DensityStep {
        /// Dots per cm² where the treatment is full.
        dots_per_cm2: f64,
        /// Follicles per cm² beside it.
        own_per_cm2: f64,
    },
    /// The treatment covers more than 1000 cm², far more than the scalp of any head: mostly for a wrong scale.
    AreaTooLarge {
        /// Area of the treatment in cm².
        area_cm2: f64,
        /// The most that a head has.
        most_cm2: f64,
    },
    /// More dots in one session than five hours hold.
    SessionTooLong {
        /// Which session, 1 for the first.
        session: u8,
        /// Dots set in it.
        dots: usize,
        /// Hours of work.
        hours: f64,
    },
    /// Dots are below a pixel: the tone is right, single dots cannot be judged in this photo.
    DotsBelowPixel {
        /// Pixels per millimetre, as given.
        px_per_mm: f64,
        /// How wide a dot shows, in mm.
        spot_mm: f64,
    },
}

impl Warning {
    /// Where threshold and reason come from; `None` where they need no source.
    #[must_use]
    pub const fn source(&self) -> Option<&'static str> {
        Some(match self {
            Self::TooDark { .. } => {
                "the threshold is a guess, over twice the ΔL* of a full head of shaved hair in a simulation (−4.9); \
                 that dark skin shows 0.42 of it is of the same simulation"
            }
            Self::BlueCast { .. } => {
                "thresholds: Leow et al., Prosthet. Orthot. Int. (2006), colour differences just seen in fair \
                 and dark prosthetic skin; shaved hair: a simulation"
            }
            Self::Helmet { .. } => {
                "Rassman et al., J. Clin. Aesthet. Dermatol. 8 (2015), on dots that merge; the thresholds are guesses"
            }
            Self::StraightHairline { .. } | Self::SharpHairline { .. } => {
                "R. Shapiro, Facial Plast. Surg. Clin. 12 (2004): a transition zone of 5 to 15 mm, irregular in \
                 millimetres and centimetres; the thresholds are guesses"
            }
            Self::LowHairline { .. } => {
                "B. R. Wolf, \"Hairline Placement\": 80 mm above the brows is safe, natural hair grows down to \
                 50 mm"
            }
            Self::DensityStep { .. } => {
                "Liu et al., J. Cosmet. Dermatol. (2025): dots are laid at natural follicular spacing; the \
                 threshold is a guess"
            }
            Self::AreaTooLarge { .. } => {
                "a scalp has about 500 cm²: R. M. Bernstein, W. R. Rassman, Dermatol. Surg. 23 (1997); the threshold is a \
                 guess"
            }
            Self::SessionTooLong { .. } => {
                "14,000 dots in 2 to 4 hours at one clinic; sessions of 2 to 5 hours: Nguyen et al., Skin \
                 Appendage Disord. 8 (2022)"
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyMask => f.write_str("the mask is empty, so the photo is unchanged"),
            Self::NoDots => f.write_str(
                "no dot found room: the mask is too small at this density, or wall and hair leave nothing of it",
            ),
            Self::MostlyBackground { share } => write!(
                f,
                "{:.0} % of the mask is taken for the wall behind the head and left alone",
                100.0 * share
            ),
            Self::LongHair { share, most } => {
                let [share, most] = percent([*share, *most]);
                write!(
                    f,
                    "hair longer than stubble lies over {share} % of the treatment or more, allowed: {most} %. The picture \
                     shows pigment on that hair, where none can be: take a photo of the shaved head, or plan density \
                     between hair that stays long"
                )
            }
            Self::OnFace { share, most } => {
                let [share, most] = percent([*share, *most]);
                write!(
                    f,
                    "{share} % of the treatment lies below the brows or on what has to stay free, allowed: {most} %. \
                     Dots there are a mistake of the outline, and pigment near the eyes is a danger"
                )
            }
            Self::TooDark { delta_l, darkest } => {
                let [taken, most] = told([-delta_l, -darkest], 1);
                write!(
                    f,
                    "the treatment darkens the skin by {taken} in lightness, allowed for this skin: {most}. A full \
                     head of shaved hair takes less than half of that, and what is darker than the hair beside it \
                     reads as paint: choose fewer or lighter dots"
                )
            }
            Self::BlueCast { delta_e, most } => {
                let [delta_e, most] = told([*delta_e, *most], 1);
                write!(
                    f,
                    "the treatment is bluer or greener by {delta_e} than shaved hair as dark as it, allowed: \
                     {most}. Skin takes the red out of pigment that lies deep or is laid too strong: lay it \
                     shallower and lighter"
                )
            }
            Self::Helmet {
                distinct_share,
                free_share,
            } => {
                let [distinct, least_distinct] = percent([*distinct_share, super::LEAST_DISTINCT]);
                let [free, least_free] = percent([*free_share, super::LEAST_FREE]);
                write!(
                    f,
                    "only {distinct} % of the dots stand apart and {free} % of the skin is free between them, allowed: \
                     at least {least_distinct} % and {least_free} %. Merged dots heal to a flat cap that no hair looks \
                     like, and they only widen with the years"
                )
            }
            Self::StraightHairline {
                irregularity_mm,
                least_mm,
            } => {
                let [strays, least] = told([*irregularity_mm, *least_mm], 2);
                write!(
                    f,
                    "the border strays by {strays} mm about a smooth line, allowed: at least {least}. No hairline \
                     grows along a ruler: let it wave and break"
                )
            }
            Self::SharpHairline { rise_mm, least_mm } => {
                let [rise, least] = told([*rise_mm, *least_mm], 1);
                write!(
                    f,
                    "behind the foremost dots density is full after {rise} mm, allowed: at least {least}. Hair \
                     begins with a few fine hairs over 5 to 15 mm: widen the edge"
                )
            }
            Self::LowHairline {
                height_mm,
                least_mm,
            } => {
                let [height, least] = told([*height_mm, *least_mm], 0);
                write!(
                    f,
                    "the lowest dots stand {height} mm above the brows, allowed: at least {least}. A low hairline \
                     does not age with the face and cannot be raised again"
                )
            }
            Self::DensityStep {
                dots_per_cm2,
                own_per_cm2,
            } => write!(
                f,
                "{dots_per_cm2:.0} dots per cm² border on own hair of {own_per_cm2:.0} per cm², allowed: half \
                 to twice as many. Where stubble changes its spacing at a line, the line is seen"
            ),
            Self::AreaTooLarge { area_cm2, most_cm2 } => {
                let [area, most] = told([*area_cm2, *most_cm2], 0);
                write!(
                    f,
                    "the treatment covers {area} cm², allowed: {most}. A whole scalp has about 500: look again how many \
                     pixels a millimetre takes, for dots, hours and tone all rest on it"
                )
            }
            Self::SessionTooLong {
                session,
                dots,
                hours,
            } => write!(
                f,
                "session {session} sets {dots} dots, about {hours:.1} h of work: more than the five \
                 hours that hand and skin bear, so plan more sessions"
            ),
            Self::DotsBelowPixel { px_per_mm, spot_mm } => {
                let [spot, pixel] = told([*spot_mm, 1.0 / px_per_mm], 2);
                write!(
                    f,
                    "at {px_per_mm:.1} px/mm a dot of {spot} mm is smaller than a pixel, {pixel} mm: judge the tone, not \
                     the dots"
                )
            }
        }
    }
}

/// A figure and its threshold with so many decimals, or with as many more as it takes to tell them apart.
fn told(figures: [f64; 2], decimals: usize) -> [String; 2] {
    let with = |decimals: usize| figures.map(|figure| format!("{figure:.decimals$}"));
    let apart = (decimals..decimals + 3).map(with).find(|[a, b]| a != b);
    apart.unwrap_or_else(|| with(decimals))
}

/// A share and its threshold in per cent.
fn percent(shares: [f64; 2]) -> [String; 2] {
    told(shares.map(|share| 100.0 * share), 0)
}

/// What was not judged, and what it would take.
///
/// # Examples
/// ```
/// use stubblefield::Unjudged;
///
/// assert!(Unjudged::HairlineHeight.to_string().contains("brows"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Unjudged {
    /// Tone, cast and merging: the dots are fresh, from a session or a touch-up.
    FreshTone,
    /// How the treatment ends: it has no border to bare skin in the picture, or too short a one.
    Hairline,
    /// How low it starts: nobody said where the brows are.
    HairlineHeight,
    /// The step to the own hair: its follicles were not given, are too few, or are seen at a slant.
    DensityStep,
    /// The contrast to the own hair: nobody said where it is; of a scar that to the skin around it, which the picture does not show.
    HairContrast,
    /// How much skin there is: the head's shape is not known.
    Curvature,
}

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FreshTone => {
                "darkness, cast and merging are not judged within six weeks of a session or touch-up: fresh dots are \
                 darker and larger"
            }
            Self::Hairline => {
                "straightness and sharpness of the edge are not judged: no border to bare skin is in the picture"
            }
            Self::HairlineHeight => {
                "height of the hairline is not judged: it takes the place of the brows"
            }
            Self::DensityStep => {
                "the step of density to the own hair is not judged: it takes follicles found beside the treatment, on skin \
                 that faces the camera"
            }
            Self::HairContrast => {
                "contrast to what lies beside the treatment is not measured: it takes a part of the photo that shows own \
                 hair, or skin around a scar"
            }
            Self::Curvature => {
                "areas and dots are counted as if all skin faced the camera, which is too few where it turns away: it \
                 takes the outline of the head"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_figure_is_told_as_if_it_were_allowed() {
        let dark = |delta_l, darkest| Warning::TooDark { delta_l, darkest }.to_string();
        assert!(dark(-8.62, -8.55).contains("by 8.62 in lightness, allowed for this skin: 8.55"));
        assert!(dark(-14.0, -12.0).contains("by 14.0 in lightness, allowed for this skin: 12.0"));
        let (height_mm, least_mm) = (49.96, 50.0);
        let low = Warning::LowHairline {
            height_mm,
            least_mm,
        };
        assert!(
            low.to_string()
                .contains("stand 49.96 mm above the brows, allowed: at least 50.00")
        );
        let (share, most) = (0.012, 0.01);
        let face = Warning::OnFace { share, most };
        assert!(face.to_string().starts_with("1.2 % of"), "{face}");
    }
}
