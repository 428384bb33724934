//! The work calendar: which years are loaded, and loading the next notice (R12).

use super::allow;
use crate::desk::Frame;
use crate::desk::table::{Asked, Listed, Table};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Purpose;
use people::policy::Action;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/calendar", get(show).post(load))
}

struct Year {
    year: i16,
    loaded: bool,
}

#[derive(Template)]
#[template(path = "desk/admin/calendar.html")]
struct CalendarPage {
    page: Page,
    frame: Frame,
    years: Vec<Year>,
    csv: String,
    done: Option<String>,
    problem: Option<String>,
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    csv: String,
    done: Option<String>,
    problem: Option<String>,
) -> Result<CalendarPage, Fail> {
    allow(cx, Action::ManageCalendar)?;
    let calendar = matters::app::calendar(cx)?;
    let this = page.now.zoned(&kernel::time::shanghai()).year();
    let mut years: Vec<i16> = calendar.years().collect();
    years.extend([this, this + 1]);
    years.sort_unstable();
    years.dedup();
    let years = years.into_iter().map(|year| Year { year, loaded: calendar.is_loaded(year) }).collect();
    let frame = Frame::load(cx, &page, staff, "/desk/admin/calendar")?;
    Ok(CalendarPage { page, frame, years, csv, done, problem })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, words) = (asked.kind(), page.clone());
    let listed = app
        .rt
        .read(who, move |cx| {
            if kind.is_some() {
                return Ok(Listed::File(as_table(cx, &page)?));
            }
            Ok::<_, Fail>(Listed::Page(Box::new(build(cx, page, &staff, String::new(), None, None)?)))
        })
        .await?;
    listed.answer(&words, kind).await
}

/// The days of the notices, as they can be loaded again.
fn as_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    allow(cx, Action::ManageCalendar)?;
    let calendar = matters::app::calendar(cx)?;
    let word = |worked| page.t(if worked { "list-day-work" } else { "list-day-off" });
    let rows = calendar.listed().map(|(date, worked)| vec![date.to_string(), word(worked)]).collect();
    Ok(Table::new(page, "calendar", &["list-col-date", "list-col-day"], rows))
}

/// Loads a notice and computes again what was provisional.
async fn load(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let csv = posted.get("csv");
    let who = staff.who(Purpose::Administration);
    let typed = csv.clone();
    let loaded = app
        .rt
        .write(who.clone(), move |cx| {
            let years = matters::app::load_calendar(cx, &typed)?;
            let changed = matters::app::recompute(cx, None)?;
            Ok::<_, matters::Error>((years, changed))
        })
        .await;
    let (status, csv, done, problem) = match loaded {
        Ok((years, changed)) => {
            let list = years.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let key = if years.is_empty() { "desk-calendar-again" } else { "desk-calendar-done" };
            (StatusCode::OK, String::new(), Some(page.t2(key, "years", list, "n", changed)), None)
        }
        Err(matters::Error::Invalid(wrong)) => {
            let words = wrong.first().map(|w| crate::desk::view::invalid(&page, w));
            (StatusCode::UNPROCESSABLE_ENTITY, csv, None, words)
        }
        Err(error) => return Err(error.into()),
    };
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, csv, done, problem)).await?;
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let of = |bad: bool| CalendarPage {
            page: page.clone(),
            frame: Frame::sample(page),
            years: vec![Year { year: 2026, loaded: true }, Year { year: 2027, loaded: false }],
            csv: String::new(),
            done: (!bad).then(|| page.t2("desk-calendar-done", "years", 2027, "n", 3)),
            problem: bad.then(|| page.t1("invalid-calendar", "n", 2)),
        };
        [true, false].into_iter().map(|b| ("desk/admin/calendar.html", of(b).render().unwrap_or_default())).collect()
    }
}
