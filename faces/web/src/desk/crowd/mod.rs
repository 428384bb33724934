//! Crowd days (P9): the days to come with festivals, events and what is suggested, why; a suggestion becomes duty times of the
//! people somebody ticks, or is declined with a reason. Nothing happens by itself.

mod decide;
mod events;
#[cfg(test)]
pub(super) mod samples;

use super::table::{self, As, Listed, Table};
use super::view::Choice;
use super::{Frame, map};
use crate::session::Staff;
use crate::{App, Fail, Page, fmt};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;
use kernel::ids::{AccountId, PostId};
use kernel::{Moment, Purpose};
use matters::app::crowd::{AHEAD, Ahead, ahead};
use people::policy::{Action, require_somewhere};
use places::Snapshot;
use places::app::crowd::{self as app_crowd, Decided};
use places::model::crowd::{CrowdEvent, Reason, Suggestion};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::Cx;

const HOME: &str = "/desk/crowd";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/crowd", get(list))
        .route("/desk/crowd/events.geojson", get(points))
        .route("/desk/crowd/events/new", get(events::ask).post(events::make))
        .route("/desk/crowd/events/{id}", get(events::ask_again).post(events::change))
        .route("/desk/crowd/events/{id}/drop", post(events::drop_event))
        .route("/desk/crowd/decide", get(decide::ask_decide).post(decide::decide))
}

struct EventLine {
    name: String,
    kind: String,
    when: String,
    place: String,
    expected: i64,
    href: Option<String>,
}

struct SuggestionLine {
    post: String,
    when: String,
    more: String,
    why: Vec<String>,
    decided: Option<(bool, String)>,
    href: Option<String>,
}

struct DayLine {
    day: String,
    what: Vec<String>,
    events: Vec<EventLine>,
    suggested: Vec<SuggestionLine>,
}

#[derive(Template)]
#[template(path = "desk/crowd.html")]
struct CrowdPage {
    page: Page,
    frame: Frame,
    days: Vec<DayLine>,
    choices: Vec<Choice>,
    /// Years whose calendar is not loaded.
    unloaded: Vec<i16>,
    may_calendar: bool,
    since: Option<String>,
    may_add: bool,
    points: String,
    file: String,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    days: String,
    done: String,
    r#as: String,
}

impl Asked {
    fn days(&self) -> i64 {
        self.days.parse().ok().filter(|d| AHEAD.contains(d)).unwrap_or(30)
    }
}

fn midnight(day: Date) -> Moment {
    day.to_zoned_datetime(kernel::time::shanghai()).map_or_else(|_| Moment::from_micros(0), |z| Moment::from(&z))
}

/// A day with its weekday.
fn day_words(page: &Page, day: Date) -> String {
    page.day(midnight(day))
}

/// Holidays are stored as the notice names them; those of the embedded years have names in both languages.
pub(super) fn holiday(page: &Page, name: &str) -> String {
    let known = match name {
        "New Year's Day" | "元旦" => "new-year",
        "Spring Festival" | "春节" => "spring",
        "Tomb-sweeping Day" | "清明节" => "qingming",
        "Labour Day" | "劳动节" => "labour",
        "Dragon Boat Festival" | "端午节" => "dragon-boat",
        "Mid-autumn Festival" | "中秋节" => "mid-autumn",
        "National Day" | "国庆节" => "national",
        other => return other.to_owned(),
    };
    page.tk("crowd-holiday-", known)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn reason(page: &Page, why: &Reason) -> String {
    let tenths = |n: i64| format!("{}.{}", n / 10, n % 10);
    match why {
        Reason::Event { name, kind, expected } => {
            let args = [
                ("name", name.clone()),
                ("kind", page.tk("crowd-kind-", kind.code())),
                ("count", fmt::number(*expected)),
            ];
            page.loc.args("crowd-why-event", &args)
        }
        Reason::Holiday { name, nth, of } => {
            let args = [("name", holiday(page, name)), ("nth", nth.to_string()), ("of", of.to_string())];
            page.loc.args("crowd-why-holiday", &args)
        }
        Reason::LastYear { count } => page.t1("crowd-why-last-year", "count", count),
        Reason::Busier { rest_tenths, work_tenths } => {
            page.t2("crowd-why-busier", "rest", tenths(*rest_tenths), "work", tenths(*work_tenths))
        }
    }
}

fn more(page: &Page, s: &Suggestion) -> String {
    page.t2("crowd-more", "patrol", s.patrol, "volunteers", s.volunteers)
}

fn event_line(page: &Page, known: &Snapshot, e: &CrowdEvent, href: Option<String>) -> EventLine {
    let post = known.post(e.post).map(|p| p.name.clone()).unwrap_or_default();
    EventLine {
        name: e.name.clone(),
        kind: page.tk("crowd-kind-", e.kind.code()),
        when: format!("{}–{}", clock(e.minutes.0), clock(e.minutes.1)),
        place: if e.place.is_empty() { post } else { page.t2("crowd-place-post", "place", &e.place, "post", post) },
        expected: e.expected,
        href,
    }
}

fn decided(page: &Page, names: &HashMap<AccountId, String>, d: &Decided) -> (bool, String) {
    let who = d.by.and_then(|by| names.get(&by).cloned()).unwrap_or_else(|| page.t("desk-nobody"));
    let words = if d.accepted {
        let args = [("who", who), ("count", d.slots.to_string()), ("at", page.stamp(d.at))];
        page.loc.args("crowd-accepted", &args)
    } else {
        let args = [("who", who), ("reason", d.reason.clone()), ("at", page.stamp(d.at))];
        page.loc.args("crowd-declined", &args)
    };
    (d.accepted, words)
}

fn days(cx: &mut Cx<'_>, page: &Page, found: &Ahead) -> Result<Vec<DayLine>, Fail> {
    let known = places::snapshot(cx)?;
    let by: Vec<AccountId> = found.days.iter().flat_map(|d| &d.suggested).filter_map(|(_, d)| d.as_ref()?.by).collect();
    let names = people::app::accounts::names(cx, &by)?;
    let manages = require_somewhere(&cx.actor, Action::ManageEvents).is_ok();
    let mut may: HashMap<PostId, bool> = HashMap::new();
    let mut out = Vec::new();
    for day in &found.days {
        let mut what = Vec::new();
        if let Some((name, nth, of)) = &day.holiday {
            let args = [("name", holiday(page, name)), ("nth", nth.to_string()), ("of", of.to_string())];
            what.push(page.loc.args("crowd-why-holiday", &args));
        }
        match day.rest {
            Some(true) if day.holiday.is_none() => what.push(page.t("crowd-weekend")),
            None => what.push(page.t("crowd-day-unknown")),
            _ => {}
        }
        let mut suggested = Vec::new();
        for (s, done) in &day.suggested {
            let may_decide = match may.get(&s.post) {
                Some(known) => *known,
                None => {
                    let answer = app_crowd::may_decide(cx, s.post)?;
                    may.insert(s.post, answer);
                    answer
                }
            };
            let query = super::query_string(&[("key", &s.key)]);
            suggested.push(SuggestionLine {
                post: known.post(s.post).map(|p| p.name.clone()).unwrap_or_default(),
                when: format!("{}–{}", fmt::clock(s.from), fmt::clock(s.to)),
                more: more(page, s),
                why: s.why.iter().map(|w| reason(page, w)).collect(),
                decided: done.as_ref().map(|d| decided(page, &names, d)),
                href: (may_decide && done.is_none()).then(|| page.href(format!("{HOME}/decide?{query}"))),
            });
        }
        let link = |e: &CrowdEvent| manages.then(|| page.href(format!("{HOME}/events/{}", e.id)));
        out.push(DayLine {
            day: day_words(page, day.day),
            what,
            events: day.events.iter().map(|e| event_line(page, &known, e, link(e))).collect(),
            suggested,
        });
    }
    Ok(out)
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            let found = ahead(cx, asked.days())?;
            let lines = days(cx, &page, &found)?;
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, lines)));
            }
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let now = asked.days().to_string();
            let choices = [14, 30, 60, 120].map(|n| Choice::new(n.to_string(), page.t1("crowd-days", "n", n), &now));
            let done = ["event", "dropped", "accepted", "declined"].contains(&asked.done.as_str());
            Ok::<_, Fail>(Listed::Page(Box::new(CrowdPage {
                days: lines,
                choices: choices.to_vec(),
                unloaded: found.unloaded,
                may_calendar: frame.may_calendar,
                since: found.recorded_since.map(|d| day_words(&page, d)),
                may_add: require_somewhere(&cx.actor, Action::ManageEvents).is_ok(),
                points: page.href(format!("{HOME}/events.geojson?days={now}")),
                file: table::href(&page, HOME, &[("days", &now)]),
                done: done.then(|| page.tk("crowd-done-", &asked.done)),
                frame,
                page,
            })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn as_table(page: &Page, lines: Vec<DayLine>) -> Table {
    let head = [
        "list-col-date",
        "crowd-col-what",
        "crowd-col-post",
        "crowd-col-when",
        "crowd-col-more",
        "crowd-col-why",
        "desk-col-state",
    ];
    let and = page.t("list-comma");
    let mut rows = Vec::new();
    for d in lines {
        let mut what = d.what;
        what.extend(d.events.into_iter().map(|e| format!("{} {}", e.name, e.when)));
        let what = what.join(&and);
        if d.suggested.is_empty() {
            rows.push(vec![
                d.day.clone(),
                what.clone(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
        for s in d.suggested {
            let state = s.decided.map_or_else(|| page.t("crowd-open"), |(_, words)| words);
            rows.push(vec![d.day.clone(), what.clone(), s.post, s.when, s.more, s.why.join(&and), state]);
        }
    }
    Table::new(page, "crowd-days", &head, rows)
}

/// Events as points; without one of their own they stand where their post is.
async fn points(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let body = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            let found = ahead(cx, asked.days())?;
            let known = places::snapshot(cx)?;
            let mut features: Vec<Value> = Vec::new();
            for day in &found.days {
                for (s, done) in &day.suggested {
                    let of = s.event.and_then(|id| day.events.iter().find(|e| e.id == id));
                    let at = of.and_then(|e| e.point).or_else(|| known.post(s.post)?.point);
                    let Some(at) = at else { continue };
                    let post = known.post(s.post).map(|p| p.name.clone()).unwrap_or_default();
                    let title = of.map_or(post, |e| e.name.clone());
                    features.push(json!({
                        "type": "Feature",
                        "geometry": { "type": "Point", "coordinates": [at.lon(), at.lat()] },
                        "properties": {
                            "title": format!("{} {title}", day_words(&page, day.day)), "url": null,
                            "tone": if done.is_some() { "good" } else { "wait" },
                        },
                    }));
                }
            }
            Ok::<_, Fail>(json!({ "type": "FeatureCollection", "features": features }))
        })
        .await?;
    Ok(map::geojson(&body))
}
