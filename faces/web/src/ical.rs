//! `/ical/{token}.ics`: duty times and due dates of one account for its calendar program (RFC 5545).
//!
//! Whoever has the address reads it, without signing in, so it holds number, class and due time of a matter and nothing
//! else of it, and of a visit its kind, its day or time and the area; the link leads to where one signs in.

use crate::guard::{Source, Wicket};
use crate::{App, Fail, Loc, Look};
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::rounds::Timed;
use care::app::visits::DueOn;
use care::model::visit::{VisitId, VisitKind};
use icalendar::{Calendar, Component, Event, EventLike, Property};
use kernel::{Moment, Purpose, time};
use matters::app::{Filter, Line, PAGE_MAX, Queue};
use people::app::feeds::{self, FeedActor};
use people::policy::{Action, ResourceFacts, decide};
use places::DutySlot;
use store::{Cx, Who};

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/ical/{file}", get(show))
}

/// Duty shown: this many days back and ahead.
const DAYS_BACK: i64 = 14;
const DAYS_AHEAD: i64 = 120;

/// The zone of every wall clock here; China has had one rule since 1991.
const FRAME: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mulin//Duty and due dates//EN\r\nCALSCALE:GREGORIAN\r\n\
    METHOD:PUBLISH\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19910915T020000\r\n\
    TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n";

async fn show(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(file): Path<String>,
) -> Result<Response, Fail> {
    let found = match file.strip_suffix(".ics").map(str::to_owned) {
        Some(token) => app.rt.read(app.anybody(), move |cx| feeds::resolve_feed(cx, &token)).await?,
        None => None,
    };
    let Some(feed) = found else {
        // Guessing is hopeless and slow; a right address is never counted here.
        app.limits.pass(Wicket::Guess, source)?;
        return Err(Fail::NotFound);
    };
    app.limits.pass(Wicket::Feed, source)?;
    let who = Who::new(feed.actor.clone(), Purpose::Administration);
    if feed.needs_touch {
        let account = feed.account.id;
        app.rt.write(who.clone(), move |cx| feeds::touch(cx, account)).await?;
    }
    let site = app.clone();
    let text = app.rt.read(who, move |cx| compose(cx, &site, &feed)).await?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

fn compose(cx: &mut Cx<'_>, app: &App, feed: &FeedActor) -> Result<String, Fail> {
    let loc = Loc(feed.account.lang);
    let mut calendar: Calendar = FRAME.parse().map_err(|e| Fail::Internal(format!("calendar frame: {e}")))?;
    calendar.name(&loc.t1("ical-name", "name", &feed.account.display_name));
    for name in ["REFRESH-INTERVAL;VALUE=DURATION", "X-PUBLISHED-TTL"] {
        calendar.append_property(Property::new(name, "PT1H"));
    }
    let now = cx.now;
    let slots = places::app::duty_of(cx, feed.account.id, (now.plus_days(-DAYS_BACK), now.plus_days(DAYS_AHEAD)))?;
    let ground = places::snapshot(cx)?;
    for slot in &slots {
        let post = ground.post(slot.post);
        let name = post.map_or("", |p| p.name.as_str());
        let mut event = duty(app, loc, slot, name, now);
        if let Some(address) = post.map(|p| p.address.as_str()).filter(|a| !a.is_empty()) {
            event.location(address);
        }
        calendar.push(event.done());
    }
    let since = now.plus_days(-DAYS_BACK).zoned(&time::shanghai()).date();
    for visit in care::app::rounds::feed(cx, feed.account.id, since)? {
        let area = ground.area(visit.area).map_or("", |a| a.called(feed.account.lang));
        calendar.push(walk(app, feed, loc, &visit, area, now).done());
    }
    for visit in care::app::visits::feed(cx, feed.account.id, since)? {
        let area = visit.area.and_then(|a| ground.area(a)).map_or("", |a| a.called(feed.account.lang));
        calendar.push(on_a_day(app, feed, loc, &visit, area, now).done());
    }
    if decide(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District).is_allowed() {
        let classes = matters::app::classes(cx)?;
        let filter = Filter { queue: Queue::Mine, limit: PAGE_MAX, ..Filter::default() };
        for line in matters::app::list(cx, &filter)?.lines {
            let class = classes.iter().find(|c| c.code == line.class).map_or("", |c| c.name(feed.account.lang));
            calendar.push(due(app, feed, loc, &line, class, now).done());
        }
    }
    Ok(calendar.to_string())
}

fn duty(app: &App, loc: Loc, slot: &DutySlot, post: &str, now: Moment) -> Event {
    let mut event = frame(&format!("duty-{}@{}", slot.id, host(app)), now);
    event.summary(&loc.t1("ical-duty", "post", post));
    at(&mut event, "DTSTART", slot.from);
    at(&mut event, "DTEND", slot.to);
    event.add_property("STATUS", if slot.confirmed_at.is_some() { "CONFIRMED" } else { "TENTATIVE" });
    event.add_property("TRANSP", "OPAQUE");
    event
}

/// An instant: a due time takes no room in anybody's day.
fn due(app: &App, feed: &FeedActor, loc: Loc, line: &Line, class: &str, now: Moment) -> Event {
    let mut event = frame(&format!("due-{}@{}", line.matter, host(app)), now);
    event.summary(&loc.t2("ical-due", "number", &line.number, "class", class));
    at(&mut event, "DTSTART", line.due_at);
    event.add_property("TRANSP", "TRANSPARENT");
    event.add_property("STATUS", if line.provisional { "TENTATIVE" } else { "CONFIRMED" });
    let look = Look { lang: feed.account.lang, elder: false, larger: false };
    event.url(&app.config.absolute(&look.href(&format!("/desk/matters/{}", line.matter))));
    event
}

/// A visit, when it is said below: nothing of whom it is to. Planned by a round later, or taken out of one, it stays the same event.
fn visit(app: &App, feed: &FeedActor, loc: Loc, (id, kind): (VisitId, VisitKind), area: &str, now: Moment) -> Event {
    let mut event = frame(&format!("visit-{id}@{}", host(app)), now);
    event.summary(&loc.t1("ical-visit", "kind", loc.tk("rounds-kind-", kind.code())));
    event.location(area);
    event.add_property("STATUS", "CONFIRMED");
    let look = Look { lang: feed.account.lang, elder: false, larger: false };
    event.url(&app.config.absolute(&look.href("/field")));
    event
}

/// No round says when: on that day, and it takes no room in it.
fn on_a_day(app: &App, feed: &FeedActor, loc: Loc, due: &DueOn, area: &str, now: Moment) -> Event {
    let mut event = visit(app, feed, loc, (due.visit, due.kind), area, now);
    for (name, day) in [("DTSTART", due.on), ("DTEND", due.on.tomorrow().unwrap_or(due.on))] {
        let day = day.strftime("%Y%m%d").to_string();
        event.append_property(Property::new(name, day).add_parameter("VALUE", "DATE").done());
    }
    event.add_property("TRANSP", "TRANSPARENT");
    event
}

/// A visit of a round.
fn walk(app: &App, feed: &FeedActor, loc: Loc, timed: &Timed, area: &str, now: Moment) -> Event {
    let mut event = visit(app, feed, loc, (timed.visit, timed.kind), area, now);
    let midnight = timed.day.to_zoned_datetime(time::shanghai()).map_or(now, |z| Moment::from(&z));
    at(&mut event, "DTSTART", midnight.plus_minutes(timed.start));
    at(&mut event, "DTEND", midnight.plus_minutes(timed.end));
    event.add_property("TRANSP", "OPAQUE");
    event
}

/// The same thing has the same UID in every answer, so that a calendar program moves it instead of adding another.
fn frame(uid: &str, now: Moment) -> Event {
    let mut event = Event::new();
    event.uid(uid);
    event.add_property("DTSTAMP", now.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string());
    event
}

fn at(event: &mut Event, name: &str, at: Moment) {
    let local = at.zoned(&time::shanghai()).strftime("%Y%m%dT%H%M%S").to_string();
    event.append_property(Property::new(name, local).add_parameter("TZID", "Asia/Shanghai").done());
}

fn host(app: &App) -> String {
    let host = app.config.host();
    host.split(':').next().unwrap_or(host).to_owned()
}
