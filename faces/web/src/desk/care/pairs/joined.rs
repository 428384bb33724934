//! A join that was done: who, when, why, what came of it; what stands twice since, and which of it stays; and taking it back.

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
use care::app::twins::{self, Both, Single, Twice, Twin};
use care::model::ContactLine;
use kernel::Purpose;
use kernel::ids::{AccountId, ContactId};
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
    pub relatives: Vec<[OneLine; 2]>,
    /// Who speaks for the elder twice, in a sentence.
    pub guardians: Option<String>,
    pub both: Vec<BothView>,
    /// It was taken back, or cannot be any more: in a sentence.
    pub over: Option<String>,
    pub fields: Vec<Field>,
}

/// A relative as one of the two records has them.
pub(super) struct OneLine {
    pub of: String,
    pub words: String,
    pub more: Vec<String>,
    /// What the button sends, where this line may be the one that stays.
    pub stays: Option<String>,
}

/// Of what there is one: whose is used, and the button for the other's.
pub(super) struct BothView {
    pub title: String,
    pub words: String,
    pub what: &'static str,
    pub whose: &'static str,
    pub button: String,
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
    let done =
        ["joined", "undone", "one", "used"].contains(&asked.done.as_str()).then(|| page.tk("pairs-done-", &asked.done));
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
    let typed = posted.get("reason");
    let done = app.rt.write(who.clone(), move |cx| one_step(cx, id, &posted)).await;
    match done {
        Ok(done) => Ok(Redirect::to(&page.href(format!("/desk/care/joins/{id}?done={done}"))).into_response()),
        Err(error) => match told(&page, &error) {
            Some(words) => {
                let shown = app.rt.write(who, move |cx| build(cx, page, &staff, id, &typed, Some(words)));
                Ok(crate::unkept((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response()))
            }
            None => Err(error.into()),
        },
    }
}

/// What was sent, and what the page says then.
fn one_step(cx: &mut Cx<'_>, id: Uuid, posted: &Posted) -> Result<&'static str, care::Error> {
    let all = alerts::app::joins::ALL;
    let unknown = |field| care::Error::Invalid { field, why: "unknown" };
    match posted.get("do").as_str() {
        "one" => {
            let stays: ContactId = posted.get("stays").parse().map_err(|_| unknown("kept"))?;
            twins::keep_one(cx, id, stays, all).map(|()| "one")
        }
        "use" => {
            let what = Single::from_code(&posted.get("what")).ok_or_else(|| unknown("kept"))?;
            twins::choose(cx, id, what, posted.get("whose") == "other", all).map(|()| "used")
        }
        _ => joins::undo(cx, id, &posted.get("reason"), all).map(|()| "undone"),
    }
}

fn relative(page: &Page, twin: &Twin) -> [OneLine; 2] {
    let may_stay = twin.may_stay();
    let line = |of: &str, c: &ContactLine, named: bool| {
        let said = [Some(c.name.as_str()), Some(c.relation.as_str()), c.phone.as_deref()];
        let words: Vec<&str> = said.into_iter().flatten().filter(|w| !w.is_empty()).collect();
        let more = [
            (c.barred, "twins-barred"),
            (!c.barred && c.may_collect, "twins-collect"),
            (!c.barred && !c.may_collect, "twins-no-collect"),
            (c.guardian.is_some(), "twins-guardian"),
            (named, "twins-at-home"),
        ];
        OneLine {
            of: page.t(of),
            words: words.join(" · "),
            more: more.into_iter().filter(|(so, _)| *so).map(|(_, key)| page.t(key)).collect(),
            stays: may_stay.contains(&c.id).then(|| c.id.to_string()),
        }
    };
    [line("twins-here", &twin.here, twin.named[0]), line("twins-came", &twin.came, twin.named[1])]
}

fn either(page: &Page, both: &Both) -> BothView {
    let key = if both.others { "twins-other-used" } else { "twins-own-used" };
    BothView {
        title: page.tk("twins-what-", both.what.code()),
        words: page.t2(key, "used", page.date(both.used), "unused", page.date(both.unused)),
        what: both.what.code(),
        whose: if both.others { "kept" } else { "other" },
        button: page.t(if both.others { "twins-use-own" } else { "twins-use-other" }),
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
    let Twice { relatives, guardians, both } = twins::of(cx, id, alerts::app::joins::ALL)?;
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
        relatives: relatives.iter().map(|twin| relative(&page, twin)).collect(),
        guardians: (!guardians.is_empty())
            .then(|| page.t1("twins-guardians", "names", guardians.join(page.t("list-comma").as_str()))),
        both: both.iter().map(|b| either(&page, b)).collect(),
        done: None,
        problem,
        lines,
        over,
        page,
    })
}
