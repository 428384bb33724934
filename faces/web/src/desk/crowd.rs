//! Crowd days (P9): the days to come with festivals, events and what is suggested, why; a suggestion becomes duty times of the
//! people somebody ticks, or is declined with a reason. Nothing happens by itself.

use super::table::{self, As, Listed, Table};
use super::view::{Choice, Field, FieldKind, blame, form_key};
use super::{Frame, admin, map};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use admin::{Sheet, SheetPage};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use kernel::geo::Datum;
use kernel::ids::{AccountId, PostId};
use kernel::{Moment, Purpose, Role};
use matters::Invalid;
use matters::app::crowd::{AHEAD, Ahead, ahead, suggestion};
use people::policy::{Action, require_somewhere};
use places::app::crowd::{self as app_crowd, Accept, Decided, Duty};
use places::model::crowd::{CrowdEvent, EventKind, Reason, Suggestion};
use places::{Post, Snapshot};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::Cx;
use uuid::Uuid;

const HOME: &str = "/desk/crowd";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/crowd", get(list))
        .route("/desk/crowd/events.geojson", get(points))
        .route("/desk/crowd/events/new", get(ask).post(make))
        .route("/desk/crowd/events/{id}", get(ask_again).post(change))
        .route("/desk/crowd/events/{id}/drop", post(drop_event))
        .route("/desk/crowd/decide", get(ask_decide).post(decide))
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
fn holiday(page: &Page, name: &str) -> String {
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

fn event_sheet(
    cx: &mut Cx<'_>,
    page: &Page,
    id: Option<Uuid>,
    get: &dyn Fn(&str) -> String,
    wrong: &[Invalid],
) -> Result<Sheet, Fail> {
    let known = places::snapshot(cx)?;
    let now = get("post");
    let own = |p: &&Post| p.parent.is_none();
    let posts = known.posts().iter().filter(own).map(|p| Choice::new(p.id.to_string(), &p.name, &now)).collect();
    let kind = get("kind");
    let date =
        |name, value: &str| Field { kind: FieldKind::Date, ..Field::line(name, page.tk("crowd-field-", name), value) };
    let line = |name: &'static str| Field::line(name, page.tk("crowd-field-", name), &get(name));
    let mut fields = vec![
        line("name").must(),
        Field::select(
            "kind",
            page.t("crowd-field-kind"),
            Choice::codes(page, "crowd-kind-", EventKind::ALL.map(EventKind::code), &kind),
        ),
        date("first", &get("first")).must(),
        date("last", &get("last")).hint(page.t("crowd-last-hint")),
        line("from").hint(page.t("crowd-clock-hint")).must(),
        line("until").hint(page.t("crowd-clock-hint")).must(),
        line("place"),
        Field::select("post", page.t("crowd-field-post"), posts),
        line("expected").hint(page.t("crowd-expected-hint")).must(),
        line("lat").hint(page.t("crowd-point-hint")),
        line("lon"),
        Field::hidden("version", &get("version")),
    ];
    let errors = blame(page, &mut fields, wrong);
    let path = id.map_or_else(|| format!("{HOME}/events/new"), |id| format!("{HOME}/events/{id}"));
    Ok(Sheet {
        title: page.t(if id.is_some() { "crowd-event-change" } else { "crowd-event-new" }),
        intro: Some(page.t("crowd-event-intro")),
        lines: Vec::new(),
        action: page.href(path),
        back: page.href(HOME),
        back_word: page.t("desk-nav-crowd"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    })
}

fn minute(text: &str) -> Option<u16> {
    let text = kernel::text::narrow(text).trim().replace('：', ":");
    let (h, m) = text.split_once(':')?;
    let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
    (h < 24 && m < 60 || h == 24 && m == 0).then_some(h * 60 + m)
}

fn typed(posted: &Posted, id: Option<Uuid>) -> Result<CrowdEvent, Vec<Invalid>> {
    let mut wrong = Vec::new();
    let day = |name: &'static str, wrong: &mut Vec<Invalid>| {
        let date: Option<Date> = kernel::text::narrow(&posted.get(name)).trim().parse().ok();
        date.unwrap_or_else(|| {
            wrong.push(Invalid::new(name, "crowd-wrong-day"));
            Date::MIN
        })
    };
    let first = day("first", &mut wrong);
    let last = if posted.get("last").is_empty() { first } else { day("last", &mut wrong) };
    let clock = |name: &'static str, wrong: &mut Vec<Invalid>| {
        minute(&posted.get(name)).unwrap_or_else(|| {
            wrong.push(Invalid::new(name, "crowd-wrong-clock"));
            0
        })
    };
    let minutes = (clock("from", &mut wrong), clock("until", &mut wrong));
    let post = posted.get("post").parse().unwrap_or_else(|_| {
        wrong.push(Invalid::new("post", "invalid-missing"));
        PostId(Uuid::nil())
    });
    let expected = kernel::text::narrow(&posted.get("expected")).trim().parse().unwrap_or(0);
    let number = |name: &str| kernel::text::narrow(&posted.get(name)).trim().parse::<f64>().ok();
    let point = number("lon").zip(number("lat")).and_then(|(lon, lat)| Datum::Wgs84.to_wgs84(lon, lat).ok());
    if point.is_none() && !(posted.get("lat").is_empty() && posted.get("lon").is_empty()) {
        wrong.push(Invalid::new("lat", "crowd-wrong-point"));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(CrowdEvent {
        id: id.unwrap_or_default(),
        kind: EventKind::from_code(&posted.get("kind")).unwrap_or(EventKind::Other),
        name: posted.get("name"),
        days: (first, last),
        minutes,
        place: posted.get("place"),
        point,
        post,
        expected,
        version: posted.get("version").parse().unwrap_or(0),
    })
}

fn mendable(error: places::Error) -> Result<Vec<Invalid>, Fail> {
    match error {
        places::Error::Invalid { field, why } => Ok(vec![Invalid::new(field, wrong_key(field, why))]),
        places::Error::Decided => Ok(vec![Invalid::new("reason", "crowd-wrong-decided")]),
        other => Err(other.into()),
    }
}

fn wrong_key(field: &str, why: &str) -> &'static str {
    match (field, why) {
        (_, "missing") => "invalid-missing",
        (_, "too-long") => "resource-wrong-too-long",
        ("last", _) => "crowd-wrong-last",
        ("until", _) => "crowd-wrong-until",
        ("expected", _) => "crowd-wrong-expected",
        _ => "field-wrong",
    }
}

async fn ask(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::ManageEvents)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let own = cx.actor.grants().iter().find_map(|g| g.post).map(|p| p.to_string()).unwrap_or_default();
            let get = |name: &str| match name {
                "from" => "09:00".to_owned(),
                "until" => "21:00".to_owned(),
                "version" => "0".to_owned(),
                "post" => own.clone(),
                _ => String::new(),
            };
            let sheet = event_sheet(cx, &page, None, &get, &[])?;
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

async fn ask_again(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::ManageEvents)?;
            let e = app_crowd::crowd_event(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let get = |name: &str| match name {
                "name" => e.name.clone(),
                "kind" => e.kind.code().to_owned(),
                "first" => e.days.0.to_string(),
                "last" => e.days.1.to_string(),
                "from" => clock(e.minutes.0),
                "until" => clock(e.minutes.1),
                "place" => e.place.clone(),
                "post" => e.post.to_string(),
                "expected" => e.expected.to_string(),
                "lat" => e.point.map(|p| p.lat().to_string()).unwrap_or_default(),
                "lon" => e.point.map(|p| p.lon().to_string()).unwrap_or_default(),
                _ => e.version.to_string(),
            };
            let sheet = event_sheet(cx, &page, Some(id), &get, &[])?;
            Ok::<_, Fail>(EventPage { href: sheet.action.clone(), version: e.version, page, frame, sheet })
        })
        .await?;
    html(&shown)
}

/// The form of an event with the button that takes it off.
#[derive(Template)]
#[template(path = "desk/crowd_event.html")]
struct EventPage {
    page: Page,
    frame: Frame,
    sheet: Sheet,
    href: String,
    version: i64,
}

async fn make(state: State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    save(state.0, page, staff, None, posted).await
}

async fn change(
    state: State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    save(state.0, page, staff, Some(id), posted).await
}

async fn save(app: App, page: Page, staff: Staff, id: Option<Uuid>, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let event = typed(&posted, id);
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::ManageEvents)?;
            match event {
                Err(wrong) => Ok(Some(wrong)),
                Ok(event) => match app_crowd::save_event(cx, &event) {
                    Ok(_) => Ok(None),
                    Err(error) => Ok::<_, Fail>(Some(mendable(error)?)),
                },
            }
        })
        .await?;
    let Some(wrong) = done else {
        return Ok(Redirect::to(&page.href(format!("{HOME}?done=event"))).into_response());
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let sheet = event_sheet(cx, &page, id, &|name| posted.get(name), &wrong)?;
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

async fn drop_event(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::ManageEvents)?;
            Ok::<_, Fail>(app_crowd::drop_event(cx, id, seen)?)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("{HOME}?done=dropped"))).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Which {
    key: String,
}

struct PersonLine {
    account: String,
    name: String,
    role: String,
    patrol: bool,
    volunteer: bool,
}

#[derive(Template)]
#[template(path = "desk/crowd_decide.html")]
struct DecidePage {
    page: Page,
    frame: Frame,
    key: String,
    day: String,
    post: String,
    more: String,
    why: Vec<String>,
    people: Vec<PersonLine>,
    from: String,
    until: String,
    reason: String,
    decided: Option<String>,
    errors: Vec<(String, String)>,
    again: String,
}

/// Roles that walk or help on such a day.
const WALKERS: [Role; 7] = [
    Role::CommunityOfficer,
    Role::Auxiliary,
    Role::PostHead,
    Role::DutyOfficer,
    Role::CommitteeWorker,
    Role::Volunteer,
    Role::BuildingLeader,
];

/// Who of the post and its areas may be asked: police and committee for patrols, the others as volunteers.
fn people_of(cx: &mut Cx<'_>, page: &Page, post: PostId, chosen: &Posted) -> Result<Vec<PersonLine>, Fail> {
    let known = places::snapshot(cx)?;
    let facts = places::app::resources::post_facts(&known, post)?;
    let people::policy::ResourceFacts::Place(here) = facts else { return Ok(Vec::new()) };
    let root = known.district().map(|d| d.id);
    let near = |area: Option<kernel::ids::AreaId>| {
        area.is_some_and(|a| {
            Some(a) != root
                && (here.areas.contains(&a)
                    || known.chain_ids(a).iter().any(|up| Some(*up) != root && here.areas.contains(up)))
        })
    };
    let seats = people::app::staff::sitting(cx, &WALKERS)?;
    let under = |p: PostId| p == post || known.post(p).and_then(|p| p.parent) == Some(post);
    let seats: Vec<_> = seats.into_iter().filter(|s| s.place.post.is_some_and(under) || near(s.place.area)).collect();
    let ids: Vec<AccountId> = seats.iter().map(|s| s.account).collect();
    let names = people::app::accounts::names(cx, &ids)?;
    let (patrol, volunteer) = (chosen.list("patrol"), chosen.list("volunteer"));
    let mut out: Vec<PersonLine> = Vec::new();
    for seat in seats {
        let account = seat.account.to_string();
        let Some(name) = names.get(&seat.account).filter(|_| !out.iter().any(|p| p.account == account)) else {
            continue;
        };
        out.push(PersonLine {
            name: name.clone(),
            role: page.tk("role-", seat.role.code()),
            patrol: patrol.contains(&account),
            volunteer: volunteer.contains(&account),
            account,
        });
    }
    out.truncate(120);
    Ok(out)
}

fn decide_page(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    (key, again): (&str, String),
    (posted, wrong): (&Posted, &[Invalid]),
) -> Result<DecidePage, Fail> {
    require_somewhere(&cx.actor, Action::DecideCrowd)?;
    let (s, done) = suggestion(cx, key)?;
    app_crowd::require_decide(cx, s.post)?;
    let known = places::snapshot(cx)?;
    let by: Vec<AccountId> = done.iter().filter_map(|d| d.by).collect();
    let names = people::app::accounts::names(cx, &by)?;
    let or = |name: &str, usual: String| Some(posted.get(name)).filter(|t| !t.is_empty()).unwrap_or(usual);
    let words = |w: &Invalid| (w.field.to_owned(), page.t(w.key));
    Ok(DecidePage {
        key: s.key.clone(),
        day: day_words(&page, s.day),
        post: known.post(s.post).map(|p| p.name.clone()).unwrap_or_default(),
        more: more(&page, &s),
        why: s.why.iter().map(|w| reason(&page, w)).collect(),
        people: people_of(cx, &page, s.post, posted)?,
        from: or("from", fmt::clock(s.from)),
        until: or("until", fmt::clock(s.to)),
        reason: posted.get("reason"),
        decided: done.as_ref().map(|d| decided(&page, &names, d).1),
        errors: wrong.iter().map(words).collect(),
        frame: Frame::load(cx, &page, staff, HOME)?,
        again,
        page,
    })
}

async fn ask_decide(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(which): Query<Which>,
) -> Result<Response, Fail> {
    let again = form_key(&app);
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            decide_page(cx, page, &staff, (&which.key, again), (&Posted::default(), &[]))
        })
        .await?;
    html(&shown)
}

/// The times that were typed, on the day of the suggestion; past midnight is the day after.
fn times(day: Date, posted: &Posted) -> Result<(Moment, Moment), Vec<Invalid>> {
    let (from, until) = (minute(&posted.get("from")), minute(&posted.get("until")));
    let (Some(from), Some(until)) = (from, until) else { return Err(vec![Invalid::new("from", "crowd-wrong-clock")]) };
    let at = |minutes: u16| midnight(day).plus_minutes(i64::from(minutes));
    let to = if until > from { at(until) } else { at(until).plus_days(1) };
    Ok((at(from), to))
}

async fn decide(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let again = form_key(&app);
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::DecideCrowd)?;
            let (s, _) = suggestion(cx, &posted.get("key"))?;
            app_crowd::require_decide(cx, s.post)?;
            let result = if posted.get("do") == "decline" {
                app_crowd::decline(cx, &s.key, s.day, s.post, &posted.get("reason")).map(|()| "declined")
            } else {
                let of = |name: &str, duty: Duty| {
                    posted.list(name).iter().filter_map(|id| Some((id.parse().ok()?, duty))).collect::<Vec<_>>()
                };
                let mut people: Vec<(AccountId, Duty)> = of("patrol", Duty::Patrol);
                people.extend(of("volunteer", Duty::Volunteer));
                // Only those whom the page offers.
                let offered = people_of(cx, &page, s.post, &posted)?;
                people.retain(|(id, _)| offered.iter().any(|p| p.account == id.to_string()));
                match times(s.day, &posted) {
                    Err(wrong) => return Ok(Err((page, posted, wrong))),
                    Ok((from, to)) => {
                        let accept = Accept { key: s.key.clone(), day: s.day, post: s.post, from, to, people };
                        app_crowd::accept(cx, &accept).map(|_| "accepted")
                    }
                }
            };
            match result {
                Ok(word) => Ok(Ok((page, word))),
                Err(error) => Ok::<_, Fail>(Err((page, posted, mendable(error)?))),
            }
        })
        .await?;
    let (page, posted, wrong) = match done {
        Ok((page, word)) => return Ok(Redirect::to(&page.href(format!("{HOME}?done={word}"))).into_response()),
        Err(again) => again,
    };
    let shown = app
        .rt
        .read(who, move |cx| decide_page(cx, page, &staff, (&posted.get("key"), again), (&posted, &wrong)))
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let why = [
            Reason::Holiday { name: "National Day".into(), nth: 3, of: 7 },
            Reason::LastYear { count: 12 },
            Reason::Busier { rest_tenths: 25, work_tenths: 11 },
            Reason::Event { name: name("老街庙会", "Old street fair"), kind: EventKind::Festival, expected: 3_000 },
        ];
        let why: Vec<String> = why.iter().map(|w| reason(page, w)).collect();
        let by = HashMap::new();
        let decision = |accepted| Decided {
            accepted,
            reason: name("人手已够", "Enough people"),
            at: page.now,
            by: None,
            slots: 3,
        };
        let of = |n: usize| CrowdPage {
            page: page.clone(),
            frame: Frame::sample(page),
            days: (0..n)
                .map(|i| DayLine {
                    day: page.day(page.now),
                    what: vec![page.t("crowd-weekend"), page.t("crowd-day-unknown")],
                    events: vec![EventLine {
                        name: name("老街庙会", "Old street fair"),
                        kind: page.t("crowd-kind-festival"),
                        when: "09:00–21:00".into(),
                        place: name("青禾老街", "Old street"),
                        expected: 3_000,
                        href: (i > 0).then(|| page.href("/desk/crowd/events/1")),
                    }],
                    suggested: (0..3)
                        .map(|k| SuggestionLine {
                            post: name("青禾站", "Qinghe post"),
                            when: "08:30–21:30".into(),
                            more: page.t2("crowd-more", "patrol", 6, "volunteers", 6),
                            why: why.clone(),
                            decided: (k > 0).then(|| decided(page, &by, &decision(k == 1))),
                            href: (k == 0).then(|| page.href("/desk/crowd/decide?key=x")),
                        })
                        .collect(),
                })
                .collect(),
            choices: vec![Choice::new("30", page.t1("crowd-days", "n", 30), "30")],
            unloaded: vec![2027],
            may_calendar: n > 0,
            since: (n > 0).then(|| page.day(page.now)),
            may_add: n > 0,
            points: page.href("/desk/crowd/events.geojson?days=30"),
            file: table::href(page, HOME, &[]),
            done: (n > 0).then(|| page.t("crowd-done-accepted")),
        };
        let decide = |n: usize| DecidePage {
            page: page.clone(),
            frame: Frame::sample(page),
            key: "x".into(),
            day: page.day(page.now),
            post: name("青禾站", "Qinghe post"),
            more: page.t2("crowd-more", "patrol", 6, "volunteers", 6),
            why: why.clone(),
            people: (0..n)
                .map(|i| PersonLine {
                    account: i.to_string(),
                    name: name("李明", "Li Ming"),
                    role: page.t("role-volunteer"),
                    patrol: i == 0,
                    volunteer: i > 0,
                })
                .collect(),
            from: "08:30".into(),
            until: "21:30".into(),
            reason: String::new(),
            decided: (n == 0).then(|| decided(page, &by, &decision(true)).1),
            errors: if n > 0 { vec![("people".into(), page.t("invalid-missing"))] } else { Vec::new() },
            again: "k".into(),
        };
        let event = EventPage {
            page: page.clone(),
            frame: Frame::sample(page),
            sheet: Sheet {
                title: page.t("crowd-event-change"),
                intro: None,
                lines: Vec::new(),
                action: page.href("/desk/crowd/events/1"),
                back: page.href(HOME),
                back_word: page.t("desk-nav-crowd"),
                button: page.t("desk-save"),
                fields: vec![Field::line("name", page.t("crowd-field-name"), "")],
                errors: Vec::new(),
                danger: false,
            },
            href: page.href("/desk/crowd/events/1"),
            version: 1,
        };
        let mut out: Vec<(&'static str, String)> =
            [0, 2].into_iter().map(|n| ("desk/crowd.html", of(n).render().unwrap_or_default())).collect();
        out.extend([0, 2].into_iter().map(|n| ("desk/crowd_decide.html", decide(n).render().unwrap_or_default())));
        out.push(("desk/crowd_event.html", event.render().unwrap_or_default()));
        out
    }
}
