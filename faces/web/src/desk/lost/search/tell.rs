//! What is told the desk about a search, a page for each question: where it begins, a team that comes, where a team is, a sighting, a find. Each with a
//! place in words or as a pin.

use crate::desk::Frame;
use crate::desk::lost::told;
use crate::desk::view::Choice;
use crate::public::find;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::civil::DateTime;
use kernel::ids::CaseId;
use kernel::{Moment, Point, Purpose};
use lost::app::search::{self, Begin, NewTeam};
use lost::model::search::{Mode, TeamId};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost/{id}/search/tell/{what}", get(show).post(send))
}

/// The questions: ends of addresses, and of keys of the texts.
pub(super) const QUESTIONS: [&str; 5] = ["begin", "team", "stands", "sighting", "found"];

#[derive(Template)]
#[template(path = "desk/lost_search_tell.html")]
pub(super) struct TellPage {
    pub page: Page,
    pub frame: Frame,
    pub what: &'static str,
    pub number: String,
    pub href: String,
    /// The team it is about.
    pub team: Option<(String, String)>,
    pub typed: HashMap<String, String>,
    pub modes: Vec<Choice>,
    pub accuracies: Vec<Choice>,
    pub confidences: Vec<Choice>,
    pub problem: Option<String>,
}

impl TellPage {
    /// What was typed into a field.
    pub(super) fn v(&self, field: &str) -> &str {
        self.typed.get(field).map(String::as_str).unwrap_or_default()
    }
    pub(super) fn has(&self, field: &str) -> bool {
        match field {
            "seen_at" => matches!(self.what, "begin" | "sighting"),
            "accuracy" => matches!(self.what, "begin" | "sighting"),
            "words" => matches!(self.what, "sighting" | "found"),
            "confidence" => self.what == "sighting",
            _ => self.what == "team",
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    team: String,
}

fn question(what: &str) -> Result<&'static str, Fail> {
    QUESTIONS.into_iter().find(|q| *q == what).ok_or(Fail::NotFound)
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, what)): Path<(CaseId, String)>,
    Query(about): Query<About>,
) -> Result<Response, Fail> {
    let what = question(&what)?;
    let who = staff.who(Purpose::Case(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let mut typed = HashMap::from([("team".to_owned(), about.team)]);
            offered(cx, id, what, &mut typed)?;
            build(cx, page, &staff, id, what, typed, None)
        })
        .await?;
    html(&shown).map(unkept)
}

/// What is known already.
fn offered(cx: &mut Cx<'_>, id: CaseId, what: &str, typed: &mut HashMap<String, String>) -> Result<(), Fail> {
    let (place, at) = search::offer(cx, id)?;
    let set = |typed: &mut HashMap<String, String>, field: &str, value: String| {
        typed.insert(field.to_owned(), value);
    };
    if what == "begin" {
        if let Some(place) = place {
            set(typed, "lat", format!("{:.5}", place.lat()));
            set(typed, "lon", format!("{:.5}", place.lon()));
        }
        set(typed, "seen_at", local(at));
    }
    if what == "sighting" {
        set(typed, "seen_at", local(cx.now));
    }
    if what == "team" {
        // Most start at the post.
        let ground = places::snapshot(cx)?;
        let post =
            lost::app::load(cx, id)?.post.and_then(|p| ground.post(p)).and_then(|p| Some((p.name.clone(), p.point?)));
        if let Some((name, point)) = post {
            set(typed, "place", name);
            set(typed, "lat", format!("{:.5}", point.lat()));
            set(typed, "lon", format!("{:.5}", point.lon()));
        }
        set(typed, "size", "2".to_owned());
    }
    Ok(())
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: CaseId,
    what: &'static str,
    typed: HashMap<String, String>,
    problem: Option<String>,
) -> Result<TellPage, Fail> {
    let log = search::look(cx, id)?;
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    let team = typed.get("team").and_then(|t| t.parse::<TeamId>().ok()).and_then(|t| log.standing.team(t));
    let get = |field: &str| typed.get(field).map(String::as_str).unwrap_or_default();
    let metres = |now: &str| {
        ["30", "100", "200", "500", "1000"].map(|m| Choice::new(m, page.t1("search-metres", "m", m), now)).to_vec()
    };
    let or = |value: &str, usual: &str| if value.is_empty() { usual.to_owned() } else { value.to_owned() };
    Ok(TellPage {
        what,
        number: log.case.number.clone(),
        href: page.href(format!("/desk/lost/{id}/search")),
        team: team.map(|t| (t.id.to_string(), format!("{} {}", t.letter, t.name))),
        modes: Choice::codes(&page, "search-mode-", Mode::ALL.iter().map(|m| m.code()), &or(get("mode"), "foot")),
        accuracies: metres(&or(get("accuracy"), if what == "begin" { "100" } else { "200" })),
        confidences: ["0.4", "0.7", "0.9"]
            .map(|c| Choice::new(c, page.tk("search-sure-", c.replace("0.", "")), &or(get("confidence"), "0.7")))
            .to_vec(),
        typed,
        problem,
        frame,
        page,
    })
}

/// A time as the field of a form has it, on our clocks.
fn local(at: Moment) -> String {
    at.zoned(&kernel::time::shanghai()).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn read_local(typed: &str) -> Result<Option<Moment>, lost::Error> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || lost::Error::Invalid { field: "seen_at", why: "time" };
    let civil: DateTime = typed.trim().parse().map_err(|_| wrong())?;
    let at = civil.to_zoned_datetime(kernel::time::shanghai()).map_err(|_| wrong())?;
    Ok(Some(Moment::from(&at)))
}

fn number(posted: &Posted, field: &str, usual: f64) -> f64 {
    posted.get(field).parse().ok().filter(|v: &f64| v.is_finite()).unwrap_or(usual)
}

/// A pin, a place that was chosen, else words that name one place well.
fn place(cx: &mut Cx<'_>, posted: &Posted) -> Result<Option<Point>, lost::Error> {
    let (lat, lon) = find::spot(posted);
    if let Some(point) = find::point(&lat, &lon) {
        return Ok(Some(point));
    }
    let words = posted.get("place");
    if words.trim().is_empty() {
        return Ok(None);
    }
    let found = places::find_place(cx, &words, None, 1)?;
    Ok(found.into_iter().next().map(|f| f.point))
}

fn must(place: Option<Point>) -> Result<Point, lost::Error> {
    place.ok_or(lost::Error::Invalid { field: "place", why: "missing" })
}

fn take(cx: &mut Cx<'_>, id: CaseId, what: &str, posted: &Posted) -> Result<(), lost::Error> {
    let at = place(cx, posted)?;
    match what {
        "begin" => {
            let seen_at = read_local(&posted.get("seen_at"))?;
            let seen_at = seen_at.ok_or(lost::Error::Invalid { field: "seen_at", why: "missing" })?;
            let begin = Begin { last_seen: must(at)?, accuracy_m: number(posted, "accuracy", 100.0), seen_at };
            search::begin(cx, id, &begin)
        }
        "team" => {
            let mode = Mode::from_code(&posted.get("mode")).unwrap_or(Mode::Foot);
            let size = posted.get("size").trim().parse().unwrap_or(0);
            search::add_team(cx, id, &NewTeam { name: posted.get("name"), mode, size, at }).map(|_| ())
        }
        "stands" => {
            let team = posted.get("team").parse().map_err(|_| lost::Error::Refused(lost::Refusal::NotThere))?;
            search::stands(cx, id, team, must(at)?)
        }
        "sighting" => {
            let when = read_local(&posted.get("seen_at"))?;
            let (accuracy, sure) = (number(posted, "accuracy", 200.0), number(posted, "confidence", 0.7));
            search::sighting(cx, id, must(at)?, when, accuracy, sure, &posted.get("words"))
        }
        _ => search::found(cx, id, at, &posted.get("words")),
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, what)): Path<(CaseId, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let what = question(&what)?;
    let who = staff.who(Purpose::Case(id));
    let fields = ["team", "place", "lat", "lon", "seen_at", "accuracy", "confidence", "words", "name", "mode", "size"];
    let typed: HashMap<String, String> = fields.into_iter().map(|f| (f.to_owned(), posted.get(f))).collect();
    match app.rt.write(who.clone(), move |cx| take(cx, id, what, &posted)).await {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/lost/{id}/search"))).into_response()),
        Err(error) => {
            let Some(problem) = told(&page, &error) else { return Err(error.into()) };
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, what, typed, Some(problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(html(&shown)?)).into_response())
        }
    }
}
