//! Thresholds, and what crosses them.

use super::{LEAST_DISTINCT, LEAST_FREE, Person, Report, Unjudged, Warning, sessions};
use crate::look::Plan;
use crate::pigment::When;

/// ΔL* where full on fair skin; a full head of shaved hair comes to −4.9.
const DARKEST: f64 = -12.0;

/// What the darkest skin shows of the same pigment: −1.6 for −3.8 in the simulation.
const SHOWN_ON_DARK: f64 = 0.42;

/// Differences of colour that are just seen in fair and in dark skin, in CIELAB.
const SEEN: [f64; 2] = [0.8, 1.3];

/// ΔL* on fair skin from which merged dots make a cap; paler, as after ten years, they are a haze.
const CAP: f64 = -3.0;

/// Least irregularity and least rise of a hairline, and least height above the brows, in mm. Along a ruler the
/// first of evenly spread dots stray by 0.2.
const LEAST_IRREGULARITY_MM: f64 = 0.3;
const LEAST_RISE_MM: f64 = 2.0;
const LEAST_HEIGHT_MM: f64 = 50.0;

/// The most dots per follicle of the own hair beside them, or follicles per dot.
const MOST_STEP: f64 = 2.0;

/// Share of the treatment that a hasty outline may lay on what has to stay free.
const MOST_ON_FACE: f64 = 0.01;

/// Share of a treatment for shaved heads under longer hair; under shorter stubs lying one way up to 0.22 passes for such.
const MOST_LONG_HAIR: f64 = 0.25;

/// The most that is treated of one head, scalp and beard together, in cm².
const MOST_CM2: f64 = 1000.0;

impl Report {
    /// Everything that speaks against the plan that was measured.
    pub(super) fn judge(&mut self, plan: &Plan, person: &Person<'_>) {
        if plan.asked_px() == 0.0 {
            self.warnings = vec![Warning::EmptyMask];
            return;
        }
        let mut found = Vec::new();
        let mut warn = |holds: bool, warning: Warning| {
            if holds {
                found.push(warning);
            }
        };
        warn(self.sessions.iter().all(|s| s.dots == 0), Warning::NoDots);
        let share = self.background_share;
        warn(share > 0.5, Warning::MostlyBackground { share });
        if let Some(share) = self.longer_share {
            let most = MOST_LONG_HAIR;
            warn(share > most, Warning::LongHair { share, most });
        }
        let (share, most) = (self.face_share, MOST_ON_FACE);
        warn(share > most, Warning::OnFace { share, most });
        if self.is_healed(plan) {
            self.judge_tone(plan, &mut warn);
        }
        if let Some(border) = &self.border {
            let irregularity_mm = border.irregularity_mm;
            let least_mm = LEAST_IRREGULARITY_MM;
            let straight = Warning::StraightHairline {
                irregularity_mm,
                least_mm,
            };
            warn(irregularity_mm < least_mm, straight);
            if let Some(rise_mm) = border.rise_mm {
                let least_mm = LEAST_RISE_MM;
                let sharp = Warning::SharpHairline { rise_mm, least_mm };
                warn(rise_mm < least_mm, sharp);
            }
        }
        if let Some(height_mm) = self.hairline_mm {
            let least_mm = LEAST_HEIGHT_MM;
            let low = Warning::LowHairline {
                height_mm,
                least_mm,
            };
            warn(height_mm < least_mm, low);
        }
        if let Some(own_per_cm2) = self.own_per_cm2 {
            let dots_per_cm2 = self.zones[0].per_cm2.last().copied().unwrap_or(0.0);
            let step = dots_per_cm2 / own_per_cm2;
            let apart = dots_per_cm2 > 0.0 && !(1.0 / MOST_STEP..=MOST_STEP).contains(&step);
            let step = Warning::DensityStep {
                dots_per_cm2,
                own_per_cm2,
            };
            warn(apart, step);
        }
        let (area_cm2, most_cm2) = (self.area_cm2, MOST_CM2);
        let large = Warning::AreaTooLarge { area_cm2, most_cm2 };
        warn(area_cm2 > most_cm2, large);
        for session in &self.sessions {
            let too_long = Warning::SessionTooLong {
                session: session.session,
                dots: session.dots,
                hours: session.hours,
            };
            warn(session.hours > sessions::MOST_HOURS, too_long);
        }
        let (px_per_mm, spot_mm) = (self.px_per_mm, self.spot_mm(plan));
        let below = Warning::DotsBelowPixel { px_per_mm, spot_mm };
        warn(px_per_mm * spot_mm < 1.0, below);
        self.warnings = found;
        self.unjudged = self.left_out(plan, person);
    }

    fn judge_tone(&self, plan: &Plan, warn: &mut impl FnMut(bool, Warning)) {
        let melanin = plan
            .scene()
            .skin()
            .map_or(0.0, |skin| f64::from(skin.melanin()));
        let shown = 1.0 - (1.0 - SHOWN_ON_DARK) * melanin;
        let (delta_l, darkest) = (self.judged_shift().delta_l, DARKEST * shown);
        warn(delta_l < darkest, Warning::TooDark { delta_l, darkest });
        if let Some(delta_e) = self.cast {
            let most = SEEN[0] + (SEEN[1] - SEEN[0]) * melanin;
            warn(delta_e > most, Warning::BlueCast { delta_e, most });
        }
        if let Some(separation) = self.separation.filter(|_| delta_l < CAP * shown) {
            let (distinct_share, free_share) = (separation.distinct_share, separation.free_share);
            // A scar is no wider than a dot or two: there dots may touch.
            let merged = distinct_share < LEAST_DISTINCT && !plan.look().is_of_scars();
            let helmet = Warning::Helmet {
                distinct_share,
                free_share,
            };
            warn(merged || free_share < LEAST_FREE, helmet);
        }
    }

    fn left_out(&self, plan: &Plan, person: &Person<'_>) -> Vec<Unjudged> {
        let hairline = plan.look().has_hairline();
        let cases = [
            (!self.is_healed(plan), Unjudged::FreshTone),
            (self.border.is_none() && hairline, Unjudged::Hairline),
            (
                person.brows_px.is_none() && hairline,
                Unjudged::HairlineHeight,
            ),
            (self.own_per_cm2.is_none(), Unjudged::DensityStep),
            (self.contrast.is_empty(), Unjudged::HairContrast),
            (!plan.is_curved() && hairline, Unjudged::Curvature),
        ];
        let left = cases.into_iter().filter(|(holds, _)| *holds);
        left.map(|(_, unjudged)| unjudged).collect()
    }

    /// How wide a dot shows, in mm; as the look has it where there are not two of them.
    fn spot_mm(&self, plan: &Plan) -> f64 {
        let usual = plan.look().variation().diameter_mm * plan.spot_spread();
        self.separation
            .map_or_else(|| f64::from(usual), |separation| separation.spot_mm)
    }

    /// Whether neither a session nor a touch-up is still healing.
    fn is_healed(&self, plan: &Plan) -> bool {
        let healing = f64::from(When::healed().as_days());
        let since = plan
            .touched_up_days()
            .map(|touched| self.days - f64::from(touched));
        let mut since = since.chain([self.days]);
        since.all(|days| !(0.0..healing).contains(&days))
    }
}
