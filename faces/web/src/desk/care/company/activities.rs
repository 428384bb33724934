//! The list of things done together, and planning one.

use super::LIST;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::care::app::company::{self, Activity, NewActivity};
use ::care::app::visits::day_of;
use ::care::model::company::{ActivityKind, ActivityState, time_of};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Purpose;
use kernel::ids::AreaId;
use people::policy::{Action, require_somewhere};
use places::AreaKind;
use serde::Deserialize;
use store::Cx;

pub(super) struct Row {
    pub href: String,
    pub title: String,
    pub kind: String,
    pub when: String,
    pub place: String,
    pub area: String,
    pub tag: Tag,
    pub places: String,
}

#[derive(Template)]
#[template(path = "desk/care/activities.html")]
pub(super) struct ListPage {
    pub page: Page,
    pub frame: Frame,
    pub rows: Vec<Row>,
    pub file: String,
}

pub(super) fn tag(page: &Page, state: ActivityState) -> Tag {
    let (icon, class) = match state {
        ActivityState::Planned => ("clock", "tag"),
        ActivityState::Held => ("check", "tag tag-good"),
        ActivityState::Cancelled => ("wait", "tag tag-plain"),
    };
    Tag { icon, class, word: page.tk("activity-state-", state.code()) }
}

/// Places taken, or how many came.
pub(super) fn places_of(page: &Page, a: &Activity) -> String {
    match a.attended {
        Some(n) => page.t1("activity-attended", "n", n),
        None => page.loc.args(
            "activity-places",
            &[("coming", a.coming.to_string()), ("all", a.capacity.to_string()), ("invited", a.invited.to_string())],
        ),
    }
}

pub(super) fn when(page: &Page, a: &Activity) -> String {
    let clock = format!("{:02}:{:02}", a.begins.hour(), a.begins.minute());
    page.t2("time-stamp", "day", page.date(a.on), "clock", clock)
}

pub(super) async fn list(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<table::Asked>,
) -> Result<Response, Fail> {
    let (file, words) = (asked.kind(), page.clone());
    let who = staff.who(Purpose::Administration);
    let listed = app.rt.read(who, move |cx| load(cx, page, &staff, file)).await?;
    listed.answer(&words, file).await
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, file: Option<As>) -> Result<Listed<ListPage>, Fail> {
    let found = company::activities(cx, if file.is_some() { table::MOST } else { 300 })?;
    let areas: Vec<AreaId> = found.iter().map(|a| a.area).collect();
    let areas = ground::names(cx, &page, &areas)?;
    let rows: Vec<Row> = found
        .into_iter()
        .map(|a| Row {
            href: page.href(format!("{LIST}/{}", a.id)),
            kind: page.tk("activity-kind-", a.kind.code()),
            when: when(&page, &a),
            area: areas.get(&a.area).cloned().unwrap_or_default(),
            tag: tag(&page, a.state),
            places: places_of(&page, &a),
            title: a.title,
            place: a.place,
        })
        .collect();
    if file.is_some() {
        let head = [
            "activity-title",
            "activity-kind",
            "activity-when",
            "activity-place",
            "activity-area",
            "activity-state",
            "activity-people",
        ];
        let cells = rows.into_iter().map(|r| vec![r.title, r.kind, r.when, r.place, r.area, r.tag.word, r.places]);
        return Ok(Listed::File(Table::new(&page, "activities", &head, cells.collect())));
    }
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let file = table::href(&page, LIST, &[]);
    Ok(Listed::Page(Box::new(ListPage { rows, file, frame, page })))
}

/// What was typed.
#[derive(Default, Clone)]
pub(super) struct Typed {
    pub key: String,
    pub area: String,
    pub kind: String,
    pub title: String,
    pub place: String,
    pub on: String,
    pub begins: String,
    pub capacity: String,
}

#[derive(Template)]
#[template(path = "desk/care/activity_new.html")]
pub(super) struct NewPage {
    pub page: Page,
    pub frame: Frame,
    pub typed: Typed,
    pub areas: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub errors: Vec<(String, String)>,
}

impl NewPage {
    fn error(&self, id: &str) -> Option<&String> {
        self.errors.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

/// Neighbourhoods where one may plan.
fn areas(cx: &mut Cx<'_>, page: &Page, chosen: &str) -> Result<Vec<Choice>, Fail> {
    let ground = places::snapshot(cx)?;
    let mut out = Vec::new();
    for area in ground.of_kind(AreaKind::Community) {
        let facts = people::policy::PlaceFacts { areas: ground.chain_ids(area.id), posts: Vec::new() };
        let facts = people::policy::ResourceFacts::Place(facts);
        if people::policy::decide(&cx.actor, cx.purpose, Action::RunActivities, &facts).is_allowed() {
            out.push(Choice::new(area.id.to_string(), area.called(page.look.lang), chosen));
        }
    }
    Ok(out)
}

fn draw(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    mut typed: Typed,
    errors: Vec<(String, String)>,
) -> Result<NewPage, Fail> {
    require_somewhere(&cx.actor, Action::RunActivities)?;
    if typed.key.is_empty() {
        typed.key = cx.new_id::<uuid::Uuid>().to_string();
    }
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let areas = areas(cx, &page, &typed.area)?;
    let kinds = Choice::codes(&page, "activity-kind-", ActivityKind::ALL.iter().map(|k| k.code()), &typed.kind);
    Ok(NewPage { typed, areas, kinds, errors, frame, page })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    kind: String,
}

pub(super) async fn ask_new(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            let on = day_of(page.now.plus_days(7)).to_string();
            let typed =
                Typed { kind: asked.kind, on, begins: "14:00".into(), capacity: "20".into(), ..Typed::default() };
            draw(cx, page, &staff, typed, Vec::new())
        })
        .await?;
    html(&shown)
}

pub(super) async fn make(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed {
        key: posted.get("key"),
        area: posted.get("area"),
        kind: posted.get("kind"),
        title: posted.get("title"),
        place: posted.get("place"),
        on: posted.get("on"),
        begins: posted.get("begins"),
        capacity: posted.get("capacity"),
    };
    let who = staff.who(Purpose::Administration);
    app.rt.read(who.clone(), |cx| Ok::<_, Fail>(require_somewhere(&cx.actor, Action::RunActivities)?)).await?;
    let narrow = |t: &str| kernel::text::narrow(t).trim().to_owned();
    let result = match typed.area.parse::<AreaId>() {
        Err(_) => Err(::care::Error::Invalid { field: "area", why: "missing" }),
        Ok(area) => {
            let new = NewActivity {
                key: typed.key.clone(),
                area,
                kind: ActivityKind::from_code(&typed.kind).unwrap_or(ActivityKind::Tea),
                title: typed.title.clone(),
                place: typed.place.clone(),
                on: narrow(&typed.on).parse().ok(),
                begins: time_of(&narrow(&typed.begins)),
                capacity: narrow(&typed.capacity).parse().unwrap_or(0),
            };
            app.rt.write(who.clone(), move |cx| company::make(cx, &new)).await
        }
    };
    match result {
        Ok(id) => Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done=made"))).into_response()),
        Err(::care::Error::Invalid { field, why }) => {
            let key = match (field, why) {
                ("on", "range") => "activity-wrong-day",
                ("capacity", _) => "activity-wrong-capacity",
                (_, "too-long") => "invalid-too-long-here",
                _ => "invalid-missing",
            };
            let label = page.tk("activity-field-", field);
            let words = page.t2("desk-field-problem", "field", label, "what", page.t(key));
            let errors = vec![(field.to_owned(), words)];
            let shown = app.rt.read(who, move |cx| draw(cx, page, &staff, typed, errors)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
