//! Who is due: the most urgent first, some at a time; a pair sent to those that were ticked.

use super::super::words;
use super::pair::{self, Pair};
use super::{LIST, place, told};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::desk::{Frame, nobody, query_string};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::people::policy::{Action, ResourceFacts, decide, require_somewhere};
use ::places::Snapshot;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::visits::{self, Due, Filter, Found, ListAsk};
use care::model::visit::{VisitId, VisitKind, VisitState};
use kernel::Purpose;
use kernel::ids::{AccountId, AreaId};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;

/// Lines of one page.
const PAGE: usize = 25;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/visits", get(show)).route("/desk/visits/assign", post(assign))
}

pub(super) struct Row {
    /// Id and version, for the box.
    pub value: String,
    pub checked: bool,
    pub href: String,
    pub name: String,
    pub place: String,
    pub kind: String,
    pub due: String,
    pub late: Option<String>,
    pub why: String,
    pub last: String,
    pub sent: String,
    pub state: Tag,
    /// Not home so often in a row.
    pub misses: Option<String>,
    /// Nobody opened twice: the time that is left.
    pub welfare: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/visits.html")]
pub(super) struct VisitsPage {
    pub page: Page,
    pub frame: Frame,
    pub filters: Vec<(String, Choice)>,
    pub areas: Vec<(String, Vec<Choice>)>,
    pub kinds: Vec<Choice>,
    pub ask: Asked,
    pub rows: Vec<Row>,
    pub all: usize,
    pub from: usize,
    pub to: usize,
    pub late: usize,
    pub welfare: usize,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Nobody to choose from, or nothing to send to.
    pub pair: Option<Pair>,
    pub may_rules: bool,
    pub may_coverage: bool,
    pub waiting: usize,
    pub done: Option<String>,
    pub problem: Option<String>,
    pub file: String,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    pub filter: String,
    pub area: String,
    pub kind: String,
    pub alone: String,
    pub page: usize,
    pub done: String,
    pub n: usize,
    pub stale: usize,
    pub r#as: String,
}

impl Asked {
    fn ask(&self) -> ListAsk {
        ListAsk {
            filter: Filter::from_code(&self.filter),
            area: self.area.parse().ok(),
            kind: VisitKind::from_code(&self.kind),
            alone: self.alone == "1",
            skip: self.page.min(10_000) * PAGE,
            most: PAGE,
        }
    }
    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("filter", &self.filter), ("area", &self.area), ("kind", &self.kind), ("alone", &self.alone)]
    }
    /// The address of another page of the same list.
    fn at(&self, page: &Page, to: usize) -> String {
        let to = if to == 0 { String::new() } else { to.to_string() };
        let mut pairs = self.pairs().to_vec();
        pairs.push(("page", &to));
        page.href(format!("{LIST}?{}", query_string(&pairs)))
    }
    /// What was done, in words.
    fn done(&self, page: &Page) -> Option<String> {
        let done = match self.done.as_str() {
            "sent" => page.t1("visits-done-sent", "n", self.n),
            what @ ("seen" | "not-home" | "refused" | "rescheduled" | "conflict") => page.tk("visits-done-", what),
            _ => return None,
        };
        Some(if self.stale > 0 { format!("{done} {}", page.t1("visits-done-stale", "n", self.stale)) } else { done })
    }
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, reader) = (As::from_code(&asked.r#as), page.clone());
    let shown = app.rt.read(who, move |cx| {
        if kind.is_some() {
            return Ok::<_, Fail>(Listed::File(as_table(cx, &page, &asked)?));
        }
        Ok(Listed::Page(Box::new(build(cx, page, &staff, &asked, &Typed::default(), None)?)))
    });
    shown.await?.answer(&reader, kind).await
}

/// What was ticked and chosen.
#[derive(Debug, Clone, Default)]
struct Typed {
    visits: Vec<String>,
    to: Vec<AccountId>,
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    asked: &Asked,
    typed: &Typed,
    problem: Option<String>,
) -> Result<VisitsPage, Fail> {
    let found = visits::find(cx, &asked.ask())?;
    let ground = ::places::snapshot(cx)?;
    let names = visits::names(cx, &found.lines)?;
    let sent = sent_names(cx, &found.lines)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let plans = require_somewhere(&cx.actor, Action::PlanVisits).is_ok();
    let people: Vec<_> = found.lines.iter().map(|d| d.visit.person).collect();
    // For a whole list nobody stands behind: each visit has its own day, and each says on its page who cannot then.
    let pair = if plans && !people.is_empty() { Some(pair::load(cx, &page, &people, &[], &typed.to)?) } else { None };
    let waiting = if plans { visits::count_conflicts(cx)? } else { 0 };
    let rows = found
        .lines
        .iter()
        .map(|d| {
            let mut row = row(&page, &ground, d, &sent);
            row.name = names.get(&d.visit.person).cloned().unwrap_or_else(|| page.t("visits-no-name"));
            row.checked = typed.visits.iter().any(|v| v.split(':').next() == row.value.split(':').next());
            row
        })
        .collect();
    let (filters, areas, kinds) = choices(&page, &ground, asked, &found);
    let from = asked.ask().skip;
    let may_rules = decide(&cx.actor, cx.purpose, Action::ManageSettings, &ResourceFacts::District).is_allowed();
    Ok(VisitsPage {
        filters,
        areas,
        kinds,
        from: from + 1,
        to: from + found.lines.len(),
        before: (asked.page > 0).then(|| asked.at(&page, asked.page - 1)),
        after: (from + found.lines.len() < found.all).then(|| asked.at(&page, asked.page + 1)),
        rows,
        all: found.all,
        late: found.late,
        welfare: found.welfare,
        pair,
        may_rules,
        may_coverage: require_somewhere(&cx.actor, Action::ViewCoverage).is_ok(),
        waiting,
        done: asked.done(&page),
        problem,
        file: table::href(&page, LIST, &asked.pairs()),
        ask: asked.clone(),
        frame,
        page,
    })
}

type Choices = (Vec<(String, Choice)>, Vec<(String, Vec<Choice>)>, Vec<Choice>);

fn choices(page: &Page, ground: &Snapshot, asked: &Asked, found: &Found) -> Choices {
    let now = Filter::from_code(&asked.filter).code();
    let filters = Filter::ALL.iter().map(|f| {
        let to = Asked { filter: f.code().to_owned(), ..asked.clone() };
        (to.at(page, 0), Choice::new(f.code(), page.tk("visits-filter-", f.code()), now))
    });
    // Neighbourhoods under their towns.
    let mut towns: Vec<(String, AreaId, Vec<Choice>)> = Vec::new();
    for area in &found.areas {
        let Some(here) = ground.area(*area) else { continue };
        let town = here.parent.unwrap_or(*area);
        let choice = Choice::new(area.to_string(), here.called(page.look.lang), &asked.area);
        match towns.iter_mut().find(|(_, id, _)| *id == town) {
            Some((_, _, all)) => all.push(choice),
            None => {
                let name = ground.area(town).map(|a| a.called(page.look.lang).to_owned()).unwrap_or_default();
                towns.push((name, town, vec![choice]));
            }
        }
    }
    let areas = towns.into_iter().map(|(name, id, mut all)| {
        all.sort_by(|a, b| a.label.cmp(&b.label));
        all.insert(0, Choice::new(id.to_string(), page.t1("visits-whole", "name", &name), &asked.area));
        (name, all)
    });
    let kinds = Choice::any(page, "cared-kind-", VisitKind::ALL.iter().map(|k| k.code()), &asked.kind);
    (filters.collect(), areas.collect(), kinds)
}

fn sent_names(cx: &mut Cx<'_>, lines: &[Due]) -> Result<HashMap<AccountId, String>, Fail> {
    let mut ids: Vec<AccountId> = lines.iter().flat_map(|d| d.visit.pair()).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(people::app::accounts::names(cx, &ids)?)
}

fn row(page: &Page, ground: &Snapshot, due: &Due, sent: &HashMap<AccountId, String>) -> Row {
    let v = &due.visit;
    let who: Vec<String> = v.pair().iter().map(|a| sent.get(a).cloned().unwrap_or_else(|| nobody(page))).collect();
    let today = visits::day_of(page.now);
    let late = care::model::visit_plan::days_between(v.due, today);
    let state = match v.state {
        VisitState::Assigned => Tag { icon: "person", class: "tag", word: page.t("visits-sent") },
        _ => Tag { icon: "wait", class: "tag tag-plain", word: page.t("visits-unsent") },
    };
    Row {
        value: format!("{}:{}", v.id, v.version),
        checked: false,
        href: page.href(format!("{LIST}/{}", v.id)),
        name: String::new(),
        place: place(page, ground, due.area),
        kind: page.tk("cared-kind-", v.kind.code()),
        due: page.date(v.due),
        late: due.late.then(|| page.t1("visits-late", "n", late)),
        why: words::why(page, &v.reasons),
        last: due.last_seen.map_or_else(|| page.t("visits-never"), |day| page.date(day)),
        sent: who.join(&page.t("list-comma")),
        state,
        misses: (due.misses > 0).then(|| page.t1("visits-misses", "n", due.misses)),
        welfare: due.welfare_due.map(|at| page.t1("visits-welfare", "left", page.left(at))),
    }
}

/// The same as a file: what the list says, and no name.
fn as_table(cx: &mut Cx<'_>, page: &Page, asked: &Asked) -> Result<Table, Fail> {
    let found = visits::find(cx, &ListAsk { skip: 0, most: table::MOST, ..asked.ask() })?;
    let ground = ::places::snapshot(cx)?;
    let sent = sent_names(cx, &found.lines)?;
    let line = |d: &Due| {
        let r = row(page, &ground, d, &sent);
        let days = (d.visit.due.to_string(), d.last_seen.map(|day| day.to_string()).unwrap_or_default());
        let check = d.welfare_due.map(table::instant).unwrap_or_default();
        vec![r.place, r.kind, days.0, r.late.unwrap_or_default(), r.why, days.1, r.sent, d.misses.to_string(), check]
    };
    let head = [
        "visits-col-place",
        "visits-col-kind",
        "visits-col-due",
        "visits-col-late",
        "visits-col-why",
        "visits-col-last",
        "visits-col-sent",
        "visits-col-misses",
        "visits-col-welfare",
    ];
    Ok(Table::new(page, "visits", &head, found.lines.iter().map(line).collect()).marked(cx)?)
}

fn read(value: &str) -> Option<(VisitId, i64)> {
    let (id, version) = value.split_once(':')?;
    Some((id.parse().ok()?, version.parse().ok()?))
}

async fn assign(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let asked = Asked {
        filter: posted.get("filter"),
        area: posted.get("area"),
        kind: posted.get("kind"),
        alone: posted.get("alone"),
        page: posted.get("page").parse().unwrap_or(0),
        ..Asked::default()
    };
    let to = [posted.get("first"), posted.get("second")];
    let to: Vec<AccountId> = to.iter().filter_map(|a| a.parse().ok()).collect();
    let typed = Typed { visits: posted.list("visit"), to };
    let (who, all) = (staff.who(Purpose::Administration), typed.clone());
    let done = app.rt.write(who.clone(), move |cx| {
        let visits: Vec<(VisitId, i64)> = all.visits.iter().filter_map(|v| read(v)).collect();
        visits::assign_many(cx, &visits, &all.to)
    });
    match done.await {
        Ok(sent) => {
            let (n, stale) = (sent.done.to_string(), sent.stale.to_string());
            let mut pairs = asked.pairs().to_vec();
            pairs.extend([("done", "sent"), ("n", n.as_str()), ("stale", stale.as_str())]);
            Ok(Redirect::to(&page.href(format!("{LIST}?{}", query_string(&pairs)))).into_response())
        }
        Err(error) => {
            let Some(words) = told(&page, &error) else { return Err(error.into()) };
            let build = move |cx: &mut Cx<'_>| build(cx, page, &staff, &asked, &typed, Some(words));
            let shown = app.rt.read(who, build).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
    }
}
