//! Who is with the elder when: a week, and days on which it is otherwise. When a home is empty nobody is brought there (R4).

use super::{Inside, Problem, door, told};
use crate::guard::Source;
use crate::hours::{self, Hours};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::family::{self, Opened};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/plan/hours", get(show).post(send))
}

/// What was typed of a new line.
#[derive(Debug, Clone, Default)]
struct Typed {
    days: Vec<String>,
    date: String,
    from: String,
    to: String,
    who: String,
    place: String,
}

#[derive(Template)]
#[template(path = "public/own/plan/hours.html")]
struct HoursPage {
    page: Page,
    code: String,
    version: i64,
    week: Vec<Hours>,
    days: Vec<Hours>,
    /// Id and name of everybody who may be at home.
    people: Vec<(String, String)>,
    typed: Typed,
    problems: Vec<Problem>,
}

impl HoursPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn times(&self) -> [(&'static str, &str); 2] {
        [("from", &self.typed.from), ("to", &self.typed.to)]
    }
    fn has_day(&self, n: &u16) -> bool {
        self.typed.days.iter().any(|d| *d == n.to_string())
    }
}

fn build(page: Page, inside: &Inside, o: &Opened, typed: Typed, problems: Vec<Problem>) -> HoursPage {
    let (week, days) = hours::lines(&page, &o.schedule, &o.contacts);
    HoursPage {
        code: inside.code.clone(),
        version: o.schedule_version,
        week,
        days,
        people: o.contacts.iter().map(|c| (c.id.to_string(), c.name.clone())).collect(),
        typed,
        problems,
        page,
    }
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            html(&build(page, &inside, &o, Typed::default(), Vec::new()))
        }
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let typed = Typed {
        days: posted.list("days"),
        date: posted.get("date"),
        from: posted.get("from"),
        to: posted.get("to"),
        who: posted.get("who"),
        place: posted.get("where"),
    };
    let seen: i64 = posted.get("version").parse().unwrap_or(0);
    let done = inside
        .act(&app, source, move |cx, of| {
            let (mut now, current) = family::hours(cx, of)?;
            // The number of a line means nothing when the lines are others now.
            if current != seen {
                return Err(care::Error::Stale { seen, current });
            }
            hours::step(&mut now, &posted.get("do"), &posted)?;
            family::write_hours(cx, of, seen, &now)
        })
        .await?;
    let (status, problems) = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{}/hours", inside.home()))).into_response()),
        Err(care::Error::Stale { .. }) => (StatusCode::CONFLICT, vec![("top", page.t("plan-stale-list"))]),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, vec![told(&page, error)?]),
    };
    let o = inside.open(&app).await?;
    Ok((status, html(&build(page, &inside, &o, typed, problems))?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let inside = super::sample_inside();
    let of = |full: bool| {
        let problems = if full {
            ["top", "days", "from", "to", "who", "where"]
                .map(|id| (id, page.t1("plan-wrong-missing", "field", "1")))
                .to_vec()
        } else {
            Vec::new()
        };
        build(page.clone(), &inside, &super::opened(page, full), Typed::default(), problems)
    };
    [false, true].map(|full| ("public/own/plan/hours.html", of(full).render().unwrap_or_default())).to_vec()
}
