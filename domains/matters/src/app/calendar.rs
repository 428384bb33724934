//! The district's work calendar: the years that come with the program and the notices loaded since (R12).

use crate::{Error, Invalid};
use ::store::{Copies, Cx, params};
use kernel::{Moment, WorkCalendar};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use std::sync::Arc;

type Calendars = Copies<Arc<WorkCalendar>>;

/// The calendar of this district.
pub fn calendar(cx: &mut Cx<'_>) -> Result<Arc<WorkCalendar>, Error> {
    let kept = cx.cached(Calendars::default);
    let district = cx.district();
    if let Some(found) = kept.get(district) {
        return Ok(found);
    }
    let mut calendar = WorkCalendar::embedded();
    for row in cx.query("SELECT csv FROM work_calendar WHERE district_id = $1 ORDER BY year", params![district])? {
        // Checked when it was loaded; a year that cannot be read is a year that is not there.
        let _ = calendar.load_csv(&row.text("csv")?);
    }
    let calendar = Arc::new(calendar);
    kept.put(district, Arc::clone(&calendar));
    Ok(calendar)
}

/// Loads a notice; answers the years that are new. The caller recomputes the clocks ([`super::recompute`]).
pub fn load_calendar(cx: &mut Cx<'_>, csv: &str) -> Result<Vec<i16>, Error> {
    require(&cx.actor, cx.purpose, Action::ManageCalendar, &ResourceFacts::District)?;
    if csv.len() > 1_000_000 {
        return Err(Error::invalid("file", "invalid-too-long"));
    }
    let mut alone = WorkCalendar::empty();
    let years = alone.load_csv(csv).map_err(|e| {
        Error::Invalid(vec![Invalid::limit("file", "invalid-calendar", i64::try_from(e.line).unwrap_or(0))])
    })?;
    if years.is_empty() {
        return Err(Error::invalid("file", "invalid-calendar-no-year"));
    }
    let before = calendar(cx)?;
    let new: Vec<i16> = years.iter().copied().filter(|y| !before.is_loaded(*y)).collect();
    // One row for the whole file, under its first year: the notice of a year may name days of its neighbours.
    let year = years.iter().copied().min().unwrap_or_default();
    let sql = "INSERT INTO work_calendar (district_id, year, csv, at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (district_id, year) DO UPDATE SET csv = excluded.csv, at = excluded.at";
    cx.execute(sql, params![cx.district(), i64::from(year), csv, cx.now])?;
    cx.record("calendar.loaded", "district", cx.district().0, &json!({ "years": years }))?;
    cx.cached(Calendars::default).forget(cx.district());
    Ok(new)
}

/// The year the administrator must load soon; alarmed from 60 days before it begins.
pub fn year_to_load(cx: &mut Cx<'_>, now: Moment) -> Result<Option<i16>, Error> {
    Ok(calendar(cx)?.year_to_load(now))
}
