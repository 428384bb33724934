//! Extra care for a time (N12): what waits for the committee and what runs out soon, and that of one person.

use crate::desk::Frame;
use crate::desk::table::{self, Asked, Listed, Table};
use crate::extra_view::{self, Line, Typed};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::watch_view::{self, Problem, key_of};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::extra::{self, NewExtra};
use care::app::watch::Side;
#[cfg(test)]
use care::model::extra::ExtraState;
use care::model::extra::{Reason, What};
use kernel::Purpose;
use kernel::ids::PersonId;
use people::app::consents::By;
use people::policy::{Action, require_somewhere};
use places::AreaKind;
use store::Cx;
use uuid::Uuid;

const HERE: &str = "/desk/extra-care";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(list)).route("/desk/care/{id}/extra", get(person).post(act))
}

/// For the side list: how many wait for an answer.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Option<crate::desk::frame::NavItem>, Fail> {
    if require_somewhere(&cx.actor, Action::ViewExtraCare).is_err() {
        return Ok(None);
    }
    let mut item = crate::desk::frame::NavItem::plain(HERE, "extra-care", here);
    let waits = extra::waiting(cx)?;
    item.count = (waits > 0).then(|| waits.to_string());
    item.tone = crate::desk::frame::Tone::Soon;
    Ok(Some(item))
}

struct Row {
    href: String,
    what: String,
    state: String,
    class: &'static str,
    icon: &'static str,
    area: String,
    asked: String,
}

#[derive(Template)]
#[template(path = "desk/care/extra_list.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    rows: Vec<Row>,
    file: String,
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (kind, words) = (asked.kind(), page.clone());
    let listed = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        let all = extra::list(cx)?;
        let ground = places::snapshot(cx)?;
        let rows: Vec<Row> = all
            .into_iter()
            .map(|l| {
                let area = l.areas.iter().filter_map(|id| ground.area(*id)).find(|a| a.kind == AreaKind::Community);
                let one = extra_view::line(&page, &l.extra, false);
                Row {
                    href: page.href(format!("/desk/care/{}/extra", l.extra.person)),
                    what: one.what,
                    state: one.state,
                    class: one.class,
                    icon: one.icon,
                    area: area.map(|a| a.called(page.look.lang).to_owned()).unwrap_or_default(),
                    asked: page.day(l.extra.asked_at),
                }
            })
            .collect();
        if kind.is_some() {
            let head = ["extra-what", "extra-state", "team-area", "extra-asked-on"];
            let rows = rows.into_iter().map(|r| vec![r.what, r.state, r.area, r.asked]).collect();
            return Ok(Listed::File(Table::new(&page, "extra-care", &head, rows)));
        }
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let file = table::href(&page, HERE, &[]);
        Ok::<_, Fail>(Listed::Page(Box::new(ListPage { page, frame, rows, file })))
    });
    listed.await?.answer(&words, kind).await
}

#[derive(Template)]
#[template(path = "desk/care/extra.html")]
struct PersonPage {
    page: Page,
    frame: Frame,
    person: String,
    lines: Vec<Line>,
    typed: Typed,
    guardian: bool,
    may_decide: bool,
    problems: Vec<Problem>,
    done: bool,
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, person: PersonId, key: Uuid) -> Result<PersonPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewExtraCare)?;
    let all = extra::of_person(cx, person, Side::Desk)?;
    let may_decide = require_somewhere(&cx.actor, Action::DecideExtraCare).is_ok();
    let lines = all.iter().map(|e| extra_view::line(&page, e, may_decide)).collect();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(PersonPage {
        page,
        frame,
        person: person.to_string(),
        lines,
        typed: Typed { key: key.to_string(), ..Typed::default() },
        guardian: false,
        may_decide,
        problems: Vec::new(),
        done: false,
    })
}

async fn person(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<PersonId>) -> Result<Response, Fail> {
    let key = app.rt.ids().uuid(app.rt.now());
    html(&app.rt.write(staff.who(Purpose::Administration), move |cx| load(cx, page, &staff, id, key)).await?)
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(person): Path<PersonId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let fresh = app.rt.ids().uuid(app.rt.now());
    let typed = Typed { key: posted.get("key"), what: posted.get("what"), reason: posted.get("reason") };
    let (what, guardian) = (posted.get("do"), posted.get("by") == "guardian");
    let id: Uuid = posted.get("extra").parse().unwrap_or_default();
    let (seen, until) = (posted.get("version").parse().unwrap_or(0), posted.get("until"));
    let (kind, reason) = (What::from_code(&typed.what), Reason::from_code(&typed.reason));
    let (who, key) = (staff.who(Purpose::Administration), key_of(&typed.key, fresh));
    let done = app.rt.write(who.clone(), move |cx| match what.as_str() {
        "accept" => {
            require_somewhere(&cx.actor, Action::DecideExtraCare)?;
            let day = until.trim().parse().map_err(|_| care::Error::Invalid { field: "until", why: "until" })?;
            extra::decide(cx, id, seen, Some(day))
        }
        "decline" => {
            require_somewhere(&cx.actor, Action::DecideExtraCare)?;
            extra::decide(cx, id, seen, None)
        }
        "end" => {
            require_somewhere(&cx.actor, Action::AskExtraCare)?;
            extra::end(cx, person, Side::Desk, id)
        }
        _ => {
            require_somewhere(&cx.actor, Action::AskExtraCare)?;
            let what = kind.ok_or(care::Error::Invalid { field: "what", why: "missing" })?;
            let reason = reason.ok_or(care::Error::Invalid { field: "reason", why: "missing" })?;
            let by = if guardian { By::Guardian } else { By::Subject };
            extra::ask(cx, person, Side::Desk, &NewExtra { key, what, reason, by })
        }
    });
    let (status, problem) = match done.await {
        Ok(()) => (StatusCode::OK, None),
        Err(care::Error::Stale { .. }) => (StatusCode::CONFLICT, Some(("top", page.t("worry-stale")))),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Some(watch_view::told(&page, error)?)),
    };
    let mut shown = app.rt.write(who, move |cx| load(cx, page, &staff, person, fresh)).await?;
    shown.done = problem.is_none();
    if let Some(problem) = problem {
        (shown.typed, shown.guardian, shown.problems) = (typed, guardian, vec![problem]);
    }
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let row = |state: ExtraState| {
        let l = extra_view::sample(page, state);
        Row {
            href: "/desk/care/0/extra".into(),
            what: l.what,
            state: l.state,
            class: l.class,
            icon: l.icon,
            area: if page.zh() { "桂花里".into() } else { "Guihuali".into() },
            asked: page.day(page.now),
        }
    };
    let mut out = Vec::new();
    for rows in [Vec::new(), ExtraState::ALL.iter().map(|s| row(*s)).collect()] {
        let shown =
            ListPage { page: page.clone(), frame: Frame::sample(page), rows, file: "/desk/extra-care?as=".into() };
        out.push(("desk/care/extra_list.html", shown.render().unwrap_or_default()));
    }
    for full in [false, true] {
        let shown = PersonPage {
            page: page.clone(),
            frame: Frame::sample(page),
            person: Uuid::nil().to_string(),
            lines: if full {
                ExtraState::ALL.iter().map(|s| extra_view::sample(page, *s)).collect()
            } else {
                Vec::new()
            },
            typed: Typed::default(),
            guardian: full,
            may_decide: full,
            problems: if full { vec![("until", page.t("watch-wrong-until"))] } else { Vec::new() },
            done: !full,
        };
        out.push(("desk/care/extra.html", shown.render().unwrap_or_default()));
    }
    out
}
