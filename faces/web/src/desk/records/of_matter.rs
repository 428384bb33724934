//! People a matter is about: found, linked and opened.

use super::forms::{Forms, forms};
use super::show::{RecordView, area_name, record};
use super::step::{After, step};
use super::{told, unkept};
use crate::desk::Frame;
use crate::desk::view::FieldKind;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{MatterId, PersonId};
use matters::app::persons as links;
use people::app::persons::{self, Found};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/matters/{id}/people", get(show))
        .route("/desk/matters/{id}/people/find", post(find))
        .route("/desk/matters/{id}/people/{person}", post(act))
}

struct LinkedLine {
    href: String,
    at: String,
}

pub(super) struct FoundLine {
    pub href: String,
    pub name: String,
    pub about: String,
}

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    page: Page,
    frame: Frame,
    number: String,
    back: String,
    here: String,
    linked: Vec<LinkedLine>,
    name: String,
    /// What a search found; none before one.
    found: Option<Vec<FoundLine>>,
    more: bool,
    left: i64,
    may_find: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/record.html")]
struct RecordPage {
    page: Page,
    frame: Frame,
    r: RecordView,
    back: String,
    here: String,
    /// In the name of a matter things can be written down.
    forms: Option<Forms>,
    problem: Option<String>,
    done: Option<String>,
}

fn people_page(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: MatterId,
    search: (String, Option<(Vec<Found>, bool)>),
    problem: Option<String>,
) -> Result<PeoplePage, Fail> {
    let detail = matters::app::detail(cx, id)?;
    let here = page.href(format!("/desk/matters/{id}/people"));
    let linked = links::linked(cx, id)?;
    let linked =
        linked.into_iter().map(|l| LinkedLine { href: format!("{here}/{}", l.person), at: page.stamp(l.at) }).collect();
    let (name, found) = search;
    let more = found.as_ref().is_some_and(|(_, more)| *more);
    let found = match found {
        Some((all, _)) => Some(found_lines(cx, &page, all, &here)?),
        None => None,
    };
    let frame = Frame::load(cx, &page, staff, "")?;
    Ok(PeoplePage {
        number: detail.line.number,
        back: page.href(format!("/desk/matters/{id}")),
        here,
        linked,
        name,
        found,
        more,
        left: persons::lookups_left(cx)?,
        may_find: detail.may_link,
        problem,
        frame,
        page,
    })
}

pub(super) fn found_lines(cx: &mut Cx<'_>, page: &Page, found: Vec<Found>, here: &str) -> Result<Vec<FoundLine>, Fail> {
    let mut out = Vec::with_capacity(found.len());
    for f in found {
        let mut about: Vec<String> = Vec::new();
        about.extend(f.birth_year.map(|y| page.t1("record-born", "year", y.to_string())));
        about.extend(area_name(cx, page, f.area)?);
        out.push(FoundLine { href: format!("{here}/{}", f.person), name: f.name, about: about.join(" · ") });
    }
    Ok(out)
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<MatterId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let none = (String::new(), None);
    let shown = app.rt.read(who, move |cx| people_page(cx, page, &staff, id, none, None)).await?;
    html(&shown)
}

async fn find(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (who, name) = (staff.who(Purpose::Matter(id)), posted.get("name"));
    let asked = name.clone();
    let done = app.rt.write(who.clone(), move |cx| links::find(cx, id, &asked)).await;
    let (found, problem) = match done {
        Ok(found) => (Some(found), None),
        Err(error) => match told(&page, &error) {
            Some(words) => (None, Some(words)),
            None => return Err(error.into()),
        },
    };
    let wrong = problem.is_some();
    let shown = app.rt.read(who, move |cx| people_page(cx, page, &staff, id, (name, found), problem)).await?;
    let body = unkept(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, body).into_response() } else { body })
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(MatterId, PersonId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let done = app.rt.write(who.clone(), move |cx| step(cx, id, person, &posted)).await;
    let (done, problem) = match done {
        Ok(After::List) => return Ok(Redirect::to(&page.href(format!("/desk/matters/{id}/people"))).into_response()),
        Ok(After::Record(key)) => (key.map(|key| page.t(key)), None),
        Err(error) => match told(&page, &error) {
            Some(words) => (None, Some(words)),
            None => return Err(error.into()),
        },
    };
    let wrong = problem.is_some();
    let shown = app
        .rt
        .write(who, move |cx| {
            let why = links::in_the_name_of(cx, id, person)?;
            let opened = persons::open_record(cx, person, &why)?;
            let forms = forms(cx, &page, person, &why, &opened)?;
            let frame = Frame::load(cx, &page, &staff, "")?;
            let back = page.href(format!("/desk/matters/{id}/people"));
            Ok::<_, Fail>(RecordPage {
                r: record(cx, &page, &staff.name, &opened)?,
                here: format!("{back}/{person}"),
                back,
                forms: Some(forms),
                problem,
                done,
                frame,
                page,
            })
        })
        .await?;
    let body = unkept(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, body).into_response() } else { body })
}

/// A record without anything to write on it, for a break-glass window.
pub(in crate::desk) fn plain_record(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    opened: &persons::Record,
    back: String,
) -> Result<impl Template + use<>, Fail> {
    let r = record(cx, &page, &staff.name, opened)?;
    let frame = Frame::load(cx, &page, staff, "/desk/break-glass")?;
    Ok(RecordPage { r, here: back.clone(), back, forms: None, problem: None, done: None, frame, page })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::show::{GuardianView, PartView};
    use super::*;
    use people::model::person::Part;

    pub(in crate::desk::records) fn sample_record(page: &Page) -> RecordView {
        let name = if page.zh() { "王桂芳" } else { "Wang Guifang" };
        let parts = [Part::Identity, Part::Contact, Part::Health, Part::Location].into_iter().enumerate();
        RecordView {
            version: 3,
            name: name.into(),
            area: Some(if page.zh() { "桂花里".into() } else { "Guihuali".into() }),
            parts: parts
                .map(|(i, part)| PartView {
                    code: part.code(),
                    lines: if i < 2 { vec![(page.t("record-field-name"), name.into())] } else { Vec::new() },
                    none: (i >= 2).then(|| page.t("record-no-consent")),
                })
                .collect(),
            guardians: vec![GuardianView { id: "2".into(), name: name.into(), phone: Some("021-0555 0102".into()) }],
            mark: page.t2("record-mark", "who", name, "at", page.stamp(page.now)),
        }
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        for full in [false, true] {
            let line = || FoundLine { href: "/desk".into(), name: "王".into(), about: page.t("record-nothing") };
            let people = PeoplePage {
                page: page.clone(),
                frame: Frame::sample(page),
                number: "HQ-2026-01873".into(),
                back: "/desk".into(),
                here: "/desk".into(),
                linked: if full { vec![LinkedLine { href: "/desk".into(), at: page.stamp(page.now) }] } else { vec![] },
                name: String::new(),
                found: full.then(|| vec![line()]),
                more: full,
                left: if full { 12 } else { 0 },
                may_find: full,
                problem: full.then(|| page.tk("rule-record-", "no-consent")),
            };
            out.push(("desk/people.html", people.render().unwrap_or_default()));
            let record = RecordPage {
                page: page.clone(),
                frame: Frame::sample(page),
                r: sample_record(page),
                back: "/desk".into(),
                here: "/desk".into(),
                forms: full.then(|| super::super::forms::tests::sample(page)),
                problem: full.then(|| page.t("error-people-stale")),
                done: full.then(|| page.t("record-done")),
            };
            out.push(("desk/record.html", record.render().unwrap_or_default()));
        }
        let nothing = PeoplePage {
            page: page.clone(),
            frame: Frame::sample(page),
            number: "HQ-2026-01873".into(),
            back: "/desk".into(),
            here: "/desk".into(),
            linked: Vec::new(),
            name: "王".into(),
            found: Some(Vec::new()),
            more: false,
            left: 3,
            may_find: true,
            problem: None,
        };
        out.push(("desk/people.html", nothing.render().unwrap_or_default()));
        out
    }
}
