//! Local festivals and events: one is written down, changed, taken off.

use super::{HOME, clock};
use crate::desk::Frame;
use crate::desk::admin::{Sheet, SheetPage};
use crate::desk::view::{Choice, Field, FieldKind, blame};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use kernel::Purpose;
use kernel::geo::Datum;
use kernel::ids::PostId;
use matters::Invalid;
use people::policy::{Action, require_somewhere};
use places::Post;
use places::app::crowd as app_crowd;
use places::model::crowd::{CrowdEvent, EventKind};
use store::Cx;
use uuid::Uuid;

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
        Field { kind: FieldKind::Place, ..line("place") },
        Field::pin(),
        line("lat").hint(page.t("crowd-point-hint")),
        line("lon"),
        Field::select("post", page.t("crowd-field-post"), posts),
        line("expected").hint(page.t("crowd-expected-hint")).must(),
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

pub(super) fn minute(text: &str) -> Option<u16> {
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

pub(super) fn mendable(error: places::Error) -> Result<Vec<Invalid>, Fail> {
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

pub(super) async fn ask(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
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

pub(super) async fn ask_again(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
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
pub(super) struct EventPage {
    pub page: Page,
    pub frame: Frame,
    pub sheet: Sheet,
    pub href: String,
    pub version: i64,
}

pub(super) async fn make(state: State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    save(state.0, page, staff, None, posted).await
}

pub(super) async fn change(
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

pub(super) async fn drop_event(
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
