//! Two records that may be of one person: who looks alike where the reader works, both side by side, joined, told apart, taken back.
//! Each name that is shown is an entry of the log.

mod joined;
mod one;
#[cfg(test)]
pub(super) mod samples;

use crate::desk::Frame;
use crate::desk::{ground, query_string};
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use care::app::joins::{self, Found};
use care::{Error, app::visits};
use kernel::Purpose;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::joins::Alike;
use people::app::persons::{self, Known};
use people::policy::{Action, require_somewhere};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;

pub(super) const HERE: &str = "/desk/care/pairs";
/// Pairs of one page.
const LINES: usize = 20;
/// Joins that are listed.
const JOINS: usize = 10;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/desk/care/pairs/{one}/{other}", get(one::show).post(one::act))
        .route("/desk/care/joins/{id}", get(joined::show).post(joined::act))
}

/// For the list of people in care: whether the reader may join anybody.
pub(super) fn may(cx: &Cx<'_>) -> bool {
    require_somewhere(&cx.actor, Action::JoinRecords).is_ok()
}

struct Line {
    href: String,
    name: String,
    agree: String,
    areas: String,
}

/// A join that was done.
struct Done {
    href: String,
    name: String,
    words: String,
    undone: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/care/pairs.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    done: Option<String>,
    sum: String,
    lines: Vec<Line>,
    before: Option<String>,
    after: Option<String>,
    joins: Vec<Done>,
    /// Where very many live: address and name of each neighbourhood, of which one is looked at at a time.
    places: Vec<(String, String)>,
    /// The one that is looked at.
    place: Option<String>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Asked {
    area: String,
    from: usize,
    done: String,
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    // Names that are shown are written down.
    let shown = app.rt.write(staff.who(Purpose::Administration), move |cx| build(cx, page, &staff, &asked));
    Ok(crate::unkept(html(&shown.await?)?))
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, asked: &Asked) -> Result<ListPage, Fail> {
    let area: Option<AreaId> = asked.area.parse().ok();
    let (all, choose) = match joins::alike(cx, area)? {
        Found::Pairs(all) => (all, Vec::new()),
        Found::Where(areas) => (Vec::new(), areas),
    };
    let n = all.len();
    let shown: Vec<&Alike> = all.iter().skip(asked.from).take(LINES).collect();
    let done = joins::done(cx, JOINS)?;
    let mut people: Vec<PersonId> = shown.iter().flat_map(|a| [a.one, a.other]).collect();
    people.extend(done.iter().map(|j| j.pair.kept));
    people.sort();
    people.dedup();
    let known = persons::known_of(cx, &people)?;
    for person in people.iter().filter(|p| known.contains_key(p)) {
        cx.record_read("person", person.0, &["name"])?;
    }
    let areas = innermost(cx, &people)?;
    let ids: Vec<AreaId> = areas.values().copied().chain(choose.iter().copied()).chain(area).collect();
    let places = ground::names(cx, &page, &ids)?;
    let accounts: Vec<AccountId> = done.iter().filter_map(|j| j.by).collect();
    let colleagues = people::app::accounts::names(cx, &accounts)?;
    let place = |person: &PersonId| areas.get(person).and_then(|a| places.get(a)).cloned();
    let lines: Vec<Line> = shown
        .iter()
        .map(|a| {
            let mut lives: Vec<String> = [a.one, a.other].iter().filter_map(place).collect();
            lives.dedup();
            Line {
                href: page.href(format!("{HERE}/{}/{}", a.one, a.other)),
                name: called(&page, known.get(&a.one)),
                agree: page.t1("pairs-agree", "fields", agreeing(&page, &a.agree)),
                areas: lives.join(page.t("list-comma").as_str()),
            }
        })
        .collect();
    let joins = done
        .into_iter()
        .map(|j| Done {
            href: page.href(format!("/desk/care/joins/{}", j.id)),
            name: called(&page, known.get(&j.pair.kept)),
            words: page.t2(
                "pairs-joined-line",
                "at",
                page.stamp(j.at),
                "who",
                j.by.and_then(|a| colleagues.get(&a).cloned()).unwrap_or_else(|| page.t("seen-staff")),
            ),
            undone: j.undone.map(|(at, _)| page.t1("pairs-undone-line", "at", page.stamp(at))),
        })
        .collect();
    let at = |from: usize| {
        let from = if from == 0 { String::new() } else { from.to_string() };
        format!("{}?{}", page.href(HERE), query_string(&[("area", &asked.area), ("from", &from)]))
    };
    let of_area = |id: &AreaId| {
        let name = places.get(id).cloned()?;
        Some((format!("{}?{}", page.href(HERE), query_string(&[("area", &id.to_string())])), name))
    };
    let mut choose: Vec<(String, String)> = choose.iter().filter_map(of_area).collect();
    choose.sort_by(|a, b| a.1.cmp(&b.1));
    let first = asked.from.min(n);
    Ok(ListPage {
        done: ["joined", "apart", "undone", "back"]
            .contains(&asked.done.as_str())
            .then(|| page.tk("pairs-done-", &asked.done)),
        sum: if lines.is_empty() {
            page.t1("pairs-sum", "n", n)
        } else {
            let of = [("n", n), ("from", first + 1), ("to", first + lines.len())].map(|(k, v)| (k, v.to_string()));
            page.loc.args("pairs-sum-part", &of)
        },
        before: (asked.from > 0).then(|| at(asked.from.saturating_sub(LINES))),
        after: (first + lines.len() < n && !lines.is_empty()).then(|| at(first + LINES)),
        frame: Frame::load(cx, &page, staff, super::people::LIST)?,
        places: choose,
        place: area.and_then(|a| places.get(&a).cloned()),
        lines,
        joins,
        page,
    })
}

fn innermost(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, AreaId>, Fail> {
    let ground = places::snapshot(cx)?;
    let all = persons::areas_of_all(cx, people)?;
    let inner = |of: &[AreaId]| of.iter().copied().max_by_key(|a| ground.chain_ids(*a).len());
    Ok(all.into_iter().filter_map(|(person, of)| Some((person, inner(&of)?))).collect())
}

fn called(page: &Page, known: Option<&Known>) -> String {
    known.map_or_else(|| page.t("record-no-name"), |k| k.name.clone())
}

/// Fields in which two agree, in words.
fn agreeing(page: &Page, fields: &[&str]) -> String {
    let words: Vec<String> = fields.iter().map(|f| page.tk("record-field-", f)).collect();
    words.join(page.t("list-comma").as_str())
}

/// What somebody can mend, or must know, in words.
fn told(page: &Page, error: &Error) -> Option<String> {
    match error {
        Error::Invalid { field, .. } => {
            Some(page.tk("pairs-wrong-", if *field == "reason" { "reason" } else { "kept" }))
        }
        Error::People(people::Error::Refused(why)) => Some(page.tk("rule-record-", why)),
        Error::People(people::Error::Stale { .. }) | Error::Stale { .. } => Some(page.t("pairs-stale")),
        _ => None,
    }
}

/// What stands about visits, cards and contacts, in a few lines.
fn has(page: &Page, seen: &visits::PersonPage) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(match &seen.visits {
        Some(plan) => page.t1("pairs-plan", "day", page.date(plan.begun)),
        None => page.t("pairs-no-plan"),
    });
    if let Some(last) = seen.visits.as_ref().and_then(|v| v.last_seen) {
        lines.push(page.t1("cared-last-line", "day", page.date(last)));
    }
    lines.push(page.t2("cared-counts", "n", seen.contacts.0, "collect", seen.contacts.1));
    lines.push(page.t1("pairs-cards", "n", seen.cards.len()));
    lines
}
