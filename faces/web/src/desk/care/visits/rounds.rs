//! Heat, cold, typhoon and festival: a round is switched on for an area until a day, and ended before.

use super::{LIST, place, told};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::people::policy::{Action, require_somewhere};
use ::places::{AreaKind, Snapshot};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::visits;
use care::model::visit_plan::RoundKind;
use kernel::Purpose;
use kernel::ids::AreaId;
use store::Cx;
use uuid::Uuid;

const HERE: &str = "/desk/visits/switches";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/visits/switches", get(show).post(switch_on))
        .route("/desk/visits/switches/{id}/end", post(end))
}

pub(super) struct Line {
    pub id: String,
    pub kind: String,
    pub place: String,
    pub since: String,
    pub until: String,
    pub who: String,
    pub at: String,
    /// May the reader end it?
    pub ends: bool,
}

#[derive(Template)]
#[template(path = "desk/visit_switches.html")]
pub(super) struct SwitchesPage {
    pub page: Page,
    pub frame: Frame,
    pub lines: Vec<Line>,
    pub kinds: Vec<Choice>,
    pub areas: Vec<(String, Vec<Choice>)>,
    pub until: String,
    pub today: String,
    pub errors: Vec<(String, String)>,
    pub done: Option<String>,
    pub file: String,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    r#as: String,
}

#[derive(Debug, Clone, Default)]
struct Typed {
    kind: String,
    area: String,
    until: String,
}

fn lines(cx: &mut Cx<'_>, page: &Page, ground: &Snapshot, mine: &[AreaId]) -> Result<Vec<Line>, Fail> {
    let found = visits::rounds(cx)?;
    let by: Vec<_> = found.iter().filter_map(|r| r.by).collect();
    let names = people::app::accounts::names(cx, &by)?;
    let line = |r: &visits::RoundLine| Line {
        id: r.id.to_string(),
        kind: page.tk("visits-round-", r.kind.code()),
        place: whole(page, ground, r.area),
        since: page.date(r.since),
        until: page.date(r.until),
        who: r
            .by
            .map_or_else(|| page.t("visits-by-program"), |a| names.get(&a).cloned().unwrap_or_else(|| nobody(page))),
        at: page.stamp(r.at),
        ends: mine.contains(&r.area),
    };
    Ok(found.iter().map(line).collect())
}

/// Also the whole district has a name here.
fn whole(page: &Page, ground: &Snapshot, area: AreaId) -> String {
    let name = place(page, ground, Some(area));
    if name.is_empty() {
        ground.area(area).map(|a| a.called(page.look.lang).to_owned()).unwrap_or_default()
    } else {
        name
    }
}

/// Neighbourhoods under their towns, the district first.
fn areas(page: &Page, ground: &Snapshot, mine: &[AreaId], now: &str) -> Vec<(String, Vec<Choice>)> {
    let mut out: Vec<(Option<AreaId>, String, Vec<Choice>)> = Vec::new();
    for area in mine.iter().filter_map(|id| ground.area(*id)) {
        let name = area.called(page.look.lang);
        let (group, label) = match area.kind {
            AreaKind::Community => (area.parent, name.to_owned()),
            AreaKind::Town => (Some(area.id), page.t1("visits-whole", "name", name)),
            _ => (None, page.t1("visits-whole", "name", name)),
        };
        let choice = Choice::new(area.id.to_string(), label, now);
        match out.iter_mut().find(|(id, _, _)| *id == group) {
            Some((_, _, all)) => all.push(choice),
            None => {
                let title = group.and_then(|id| ground.area(id)).map_or(name, |a| a.called(page.look.lang));
                out.push((group, title.to_owned(), vec![choice]));
            }
        }
    }
    out.into_iter().map(|(_, title, all)| (title, all)).collect()
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: &Typed,
    errors: Vec<(String, String)>,
    done: &str,
) -> Result<SwitchesPage, Fail> {
    let mine = visits::switchable(cx)?;
    let ground = ::places::snapshot(cx)?;
    let lines = lines(cx, &page, &ground, &mine)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let done = matches!(done, "on" | "off").then(|| page.tk("visits-switch-done-", done));
    Ok(SwitchesPage {
        lines,
        kinds: Choice::codes(&page, "visits-round-", RoundKind::ALL.iter().map(|k| k.code()), &typed.kind),
        areas: areas(&page, &ground, &mine, &typed.area),
        until: typed.until.clone(),
        today: visits::day_of(page.now).to_string(),
        errors,
        done,
        file: table::href(&page, HERE, &[]),
        frame,
        page,
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, reader) = (As::from_code(&asked.r#as), page.clone());
    let shown = app.rt.read(who, move |cx| {
        require_somewhere(&cx.actor, Action::ViewVisits)?;
        if kind.is_some() {
            let ground = ::places::snapshot(cx)?;
            let row = |l: Line| vec![l.place, l.kind, l.since, l.until, l.who, l.at];
            let rows = lines(cx, &page, &ground, &[])?.into_iter().map(row).collect();
            let head = [
                "visits-col-place",
                "visits-switch-kind",
                "visits-switch-since",
                "visits-switch-until",
                "visits-switch-who",
                "visits-switch-at",
            ];
            return Ok::<_, Fail>(Listed::File(Table::new(&page, "visit-rounds", &head, rows).marked(cx)?));
        }
        Ok(Listed::Page(Box::new(build(cx, page, &staff, &Typed::default(), Vec::new(), &asked.done)?)))
    });
    shown.await?.answer(&reader, kind).await
}

async fn switch_on(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed { kind: posted.get("kind"), area: posted.get("area"), until: posted.get("until") };
    let who = staff.who(Purpose::Administration);
    let form = typed.clone();
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::SwitchRounds)?;
        let wrong = |field, why| care::Error::Invalid { field, why };
        let area = form.area.parse::<AreaId>().map_err(|_| wrong("area", "missing"))?;
        let kind = RoundKind::from_code(&form.kind).ok_or_else(|| wrong("kind", "missing"))?;
        let until = form.until.parse().map_err(|_| wrong("until", "range"))?;
        visits::switch_on(cx, area, kind, until)
    });
    match done.await {
        Ok(_) => Ok(Redirect::to(&page.href(format!("{HERE}?done=on"))).into_response()),
        Err(error) => {
            let Some(words) = told(&page, &error) else { return Err(error.into()) };
            let at = if let care::Error::Invalid { field, .. } = error { field } else { "area" };
            let errors = vec![(at.to_owned(), words)];
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, &typed, errors, "")).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
    }
}

async fn end(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let done = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::SwitchRounds)?;
        visits::switch_off(cx, id)
    });
    match done.await {
        // Ended twice is ended.
        Ok(()) | Err(care::Error::Store(store::Error::NotFound)) => {
            Ok(Redirect::to(&page.href(format!("{HERE}?done=off"))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
