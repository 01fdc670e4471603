//! What is shown of a course: each session just held, then the years.

use stubblefield::{Course, Result, When};

pub(crate) struct Moment {
    pub(crate) label: String,
    /// `None` is before the treatment.
    pub(crate) when: Option<When>,
}

/// Years after healing that are shown.
const YEARS: [f32; 3] = [1.0, 3.0, 5.0];

const DAYS_PER_YEAR: f32 = 365.25;
const LATEST_YEARS: f32 = 30.0;

/// Before, fresh from every session, healed, later, and six weeks after every touch-up, in order of time.
pub(crate) fn of(course: &Course) -> Result<Vec<Moment>> {
    let moment = |label: &str, when| Moment {
        label: label.to_owned(),
        when,
    };
    let mut moments = vec![moment("before", None)];
    for (_, session) in course.sessions().iter().zip(1..) {
        let label = format!("session {session}, fresh");
        let when = When::fresh().after_session(session);
        moments.push(moment(&label, Some(when)));
    }
    let healed = When::healed();
    let mut later = vec![moment("healed", Some(healed))];
    for years in YEARS {
        let touched = course.touch_ups().iter().any(|t| t.years == years);
        // A touch-up on that day would already be fresh.
        let eve = if touched { 1.0 / DAYS_PER_YEAR } else { 0.0 };
        let plural = if years > 1.0 { "s" } else { "" };
        let label = format!("{years} year{plural}");
        later.push(moment(&label, Some(When::years(years - eve)?)));
    }
    for touch_up in course.touch_ups() {
        let label = format!("touch-up at {}y, healed", touch_up.years);
        let years = touch_up.years + healed.as_days() / DAYS_PER_YEAR;
        later.push(moment(&label, Some(When::years(years.min(LATEST_YEARS))?)));
    }
    let days = |moment: &Moment| moment.when.map_or(0.0, When::as_days);
    later.sort_by(|a, b| days(a).total_cmp(&days(b)));
    moments.extend(later);
    Ok(moments)
}
