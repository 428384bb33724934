//! A join that was done: who, when, why, what came of it; and taking it back.

use super::{called, told};
use crate::desk::Frame;
use crate::desk::care::people::LIST;
use crate::desk::view::{Field, FieldKind};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use care::app::joins;
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::persons;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "desk/care/joined.html")]
pub(super) struct JoinedPage {
    pub page: Page,
    pub frame: Frame,
    pub here: String,
    pub back: String,
    pub name: String,
    pub person: String,
    pub done: Option<String>,
    pub problem: Option<String>,
    pub lines: Vec<(String, String)>,
    /// It was taken back, or cannot be any more: in a sentence.
    pub over: Option<String>,
    pub fields: Vec<Field>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(in crate::desk::care) struct Asked {
    done: String,
}

pub(in crate::desk::care) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let done = ["joined", "undone"].contains(&asked.done.as_str()).then(|| page.tk("pairs-done-", &asked.done));
    let shown = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        build(cx, page, &staff, id, "", None).map(|shown| JoinedPage { done, ..shown })
    });
    Ok(crate::unkept(html(&shown.await?)?))
}

pub(in crate::desk::care) async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let reason = posted.get("reason");
    let typed = reason.clone();
    let done = app.rt.write(who.clone(), move |cx| joins::undo(cx, id, &reason, alerts::app::joins::ALL)).await;
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/care/joins/{id}?done=undone"))).into_response()),
        Err(error) => match told(&page, &error) {
            Some(words) => {
                let shown = app.rt.write(who, move |cx| build(cx, page, &staff, id, &typed, Some(words)));
                Ok(crate::unkept((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response()))
            }
            None => Err(error.into()),
        },
    }
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: Uuid,
    typed: &str,
    problem: Option<String>,
) -> Result<JoinedPage, Fail> {
    let (join, stuck) = joins::one(cx, id, alerts::app::joins::ALL)?;
    let known = persons::known(cx, join.pair.kept)?;
    if known.is_some() {
        cx.record_read("person", join.pair.kept.0, &["name"])?;
    }
    let accounts: Vec<AccountId> = join.by.into_iter().chain(join.undone.and_then(|(_, by)| by)).collect();
    let names = people::app::accounts::names(cx, &accounts)?;
    let who = |by: Option<AccountId>| by.and_then(|a| names.get(&a).cloned()).unwrap_or_else(|| page.t("seen-staff"));
    let mut lines = vec![
        (page.t("pairs-by"), who(join.by)),
        (page.t("pairs-at"), page.stamp(join.at)),
        (page.t("pairs-reason"), join.reason.clone().unwrap_or_else(|| page.t("pairs-erased"))),
    ];
    let taken: Vec<String> = join.taken.iter().map(|t| page.tk("pairs-field-", t.code())).collect();
    if !taken.is_empty() {
        lines.push((page.t("pairs-taken"), taken.join(page.t("list-comma").as_str())));
    }
    lines.push((page.t("pairs-moved"), page.t1("pairs-moved-n", "n", join.moved)));
    if !join.narrowed.is_empty() {
        let parts: Vec<String> = join.narrowed.iter().map(|p| page.tk("record-part-", p.code())).collect();
        lines.push((page.t("pairs-narrowed"), parts.join(page.t("list-comma").as_str())));
    }
    let mut over = stuck.map(|why| page.t1("pairs-stuck", "why", page.tk("rule-record-", why)));
    if let Some((at, by)) = join.undone {
        over = Some(page.t2("pairs-undone", "at", page.stamp(at), "who", who(by)));
        lines.extend(join.undo_reason.clone().map(|words| (page.t("pairs-undo-reason"), words)));
    }
    let reason = Field::line("reason", page.t("pairs-undo-reason"), typed).hint(page.t("pairs-undo-hint")).must();
    Ok(JoinedPage {
        here: page.href(format!("/desk/care/joins/{id}")),
        back: page.href(super::HERE),
        name: called(&page, known.as_ref()),
        person: page.href(format!("{LIST}/{}", join.pair.kept)),
        frame: Frame::load(cx, &page, staff, LIST)?,
        fields: if over.is_some() { Vec::new() } else { vec![reason] },
        done: None,
        problem,
        lines,
        over,
        page,
    })
}
