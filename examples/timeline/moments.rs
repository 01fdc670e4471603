//! What is shown of a course: each session just held, then the years.

use stubblefield::{Course, Result, When};

pub(crate) struct Moment {
    pub(crate) label: String,
    /// `None` is before the treatment.
    pub(crate) when: Option<When>,
}

/// Years after healing that are shown.
const YEARS: [f32; 3] = [1.0, 3.0, 5.0];

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
        let eve = if touched { 1.0 } else { 0.0 };
        let plural = if years > 1.0 { "s" } else { "" };
        let label = format!("{years} year{plural}");
        let when = When::days(When::years(years)?.as_days() - eve)?;
        later.push(moment(&label, Some(when)));
    }
    for touch_up in course.touch_ups() {
        let years = touch_up.years;
        let fresh = When::years(years)?;
        // The last touch-ups that can be are not seen to heal.
        let (state, when) = When::days(fresh.as_days() + healed.as_days())
            .map_or(("fresh", fresh), |settled| ("healed", settled));
        later.push(moment(
            &format!("touch-up at {years}y, {state}"),
            Some(when),
        ));
    }
    let days = |moment: &Moment| moment.when.map_or(0.0, When::as_days);
    later.sort_by(|a, b| days(a).total_cmp(&days(b)));
    moments.extend(later);
    Ok(moments)
}
