//! Looks that are told later (R14): asked for by one person with a document number, approved by another, ended early.

use super::Frame;
use super::table::{self, As, Table};
use super::view::{Field, FieldKind};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html, looker};
use askama::Template;
use audit::withhold::{self, MOST_DAYS, Withheld};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Moment, Purpose};
use people::policy::{Action, ResourceFacts, decide, require};
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/withheld", get(show))
        .route("/desk/withheld/ask", post(ask))
        .route("/desk/withheld/{id}", post(settle))
}

struct LookLine {
    n: i64,
    words: String,
    chosen: bool,
}

struct RequestLine {
    w: Withheld,
    asked: String,
    decided: Option<String>,
    tag: &'static str,
}

#[derive(Template)]
#[template(path = "desk/withheld.html")]
struct WithheldPage {
    page: Page,
    frame: Frame,
    requests: Vec<RequestLine>,
    may_ask: bool,
    number: String,
    /// Looks at that matter's raiser; none before a number was given.
    looks: Option<Vec<LookLine>>,
    fields: Vec<Field>,
    problem: Option<String>,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    number: String,
    #[serde(skip)]
    read: Option<i64>,
    #[serde(skip)]
    until: String,
    #[serde(skip)]
    document: String,
    r#as: String,
}

fn fields(page: &Page, typed: &Typed) -> Vec<Field> {
    let until = Field {
        kind: FieldKind::Date,
        min: Some(date(page.now.plus_days(1))),
        max: Some(date(page.now.plus_days(MOST_DAYS))),
        ..Field::line("until", page.t("withhold-until"), &typed.until)
            .hint(page.t1("withhold-until-hint", "n", MOST_DAYS))
            .must()
    };
    let document = Field::line("document", page.t("withhold-document"), &typed.document);
    vec![until, document.hint(page.t("withhold-document-hint")).must()]
}

fn date(at: Moment) -> String {
    at.zoned(&kernel::time::shanghai()).date().to_string()
}

fn looks(cx: &mut Cx<'_>, page: &Page, typed: &Typed) -> Result<Option<Vec<LookLine>>, Fail> {
    if typed.number.trim().is_empty() {
        return Ok(None);
    }
    let (_, found) = match withhold::readings_of(cx, &typed.number) {
        Ok(found) => found,
        // Whether there is such a number is not told to those who may not see the matter.
        Err(audit::Error::Matters(matters::Error::NotFound) | audit::Error::Denied(_)) => return Ok(Some(Vec::new())),
        Err(error) => return Err(error.into()),
    };
    let line = |r: matters::readings::Reading| {
        let who = looker::who(page, &audit::Looker::of(cx, &r.actor, r.at)?);
        Ok(LookLine { n: r.n, words: format!("{} {who}", page.stamp(r.at)), chosen: typed.read == Some(r.n) })
    };
    found.into_iter().map(line).collect::<Result<Vec<_>, Fail>>().map(Some)
}

fn request(cx: &mut Cx<'_>, page: &Page, w: Withheld) -> Result<RequestLine, Fail> {
    let mut ids = vec![w.asked_by];
    ids.extend(w.decided_by);
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id| names.get(&id).cloned().unwrap_or_else(|| super::nobody(page));
    let asked = page.t2("withhold-asked-by", "who", name(w.asked_by), "at", page.stamp(w.asked_at));
    let decided = w.decided_by.zip(w.decided_at);
    let decided = decided.map(|(id, at)| page.t2("withhold-decided-by", "who", name(id), "at", page.stamp(at)));
    Ok(RequestLine { asked, decided, tag: tag(w.state), w })
}

const fn tag(state: withhold::State) -> &'static str {
    match state {
        withhold::State::Asked => "tag tag-wait",
        withhold::State::Approved => "tag tag-good",
        withhold::State::Refused | withhold::State::Ended => "tag tag-plain",
    }
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: Typed,
    problem: Option<(&str, String)>,
) -> Result<WithheldPage, Fail> {
    let listed = withhold::list(cx)?;
    let requests = listed.into_iter().map(|w| request(cx, &page, w)).collect::<Result<_, _>>()?;
    let may_ask = decide(&cx.actor, cx.purpose, Action::AskWithholding, &ResourceFacts::District).is_allowed();
    let looks = if may_ask { looks(cx, &page, &typed)? } else { None };
    let mut fields = fields(&page, &typed);
    let mut general = None;
    if let Some((at, words)) = problem {
        match fields.iter_mut().find(|f| f.name == at) {
            Some(field) => field.error = Some(words),
            None => general = Some(words),
        }
    }
    let frame = Frame::load(cx, &page, staff, "/desk/withheld")?;
    Ok(WithheldPage { page, frame, requests, may_ask, number: typed.number, looks, fields, problem: general })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(typed): Query<Typed>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = As::from_code(&typed.r#as) {
        let words = page.clone();
        return table::answer(&page, app.rt.write(who, move |cx| as_table(cx, &words)).await?, kind).await;
    }
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed, None)).await?;
    html(&shown)
}

fn as_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    let mut rows = Vec::new();
    for w in withhold::list(cx)? {
        let r = request(cx, page, w)?;
        let (until, state) = (table::instant(r.w.until), page.tk("withhold-state-", r.w.state.code()));
        rows.push(vec![
            r.w.number,
            r.w.read_n.to_string(),
            state,
            until,
            r.w.document,
            r.asked,
            r.decided.unwrap_or_default(),
        ]);
    }
    let head = [
        "audit-number",
        "audit-n",
        "desk-col-state",
        "withhold-until",
        "withhold-document",
        "list-col-asked",
        "list-col-decided",
    ];
    Ok(Table::new(page, "told-later", &head, rows).recorded(cx)?)
}

async fn ask(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed {
        number: posted.get("number"),
        read: posted.get("read").parse().ok(),
        until: posted.get("until"),
        document: posted.get("document"),
        r#as: String::new(),
    };
    let until = typed.until.parse::<jiff::civil::Date>().ok();
    let until = until.and_then(|d| d.to_zoned_datetime(kernel::time::shanghai()).ok()).map(|z| Moment::from(&z));
    let (who, form) = (staff.who(Purpose::Administration), typed.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            // Who may is decided before what is wrong is said.
            require(&cx.actor, cx.purpose, Action::AskWithholding, &ResourceFacts::District)?;
            let n = form.read.ok_or(audit::Error::Invalid { field: "read", why: "look" })?;
            // An unreadable date is as wrong as one that has passed.
            withhold::ask(cx, n, until.unwrap_or(cx.now), &form.document)
        })
        .await;
    let problem = match done {
        Ok(_) => return Ok(Redirect::to(&page.href("/desk/withheld")).into_response()),
        Err(audit::Error::Invalid { field, why }) => (field, page.tk("audit-invalid-", why)),
        Err(audit::Error::Refused(why)) => ("", page.tk("audit-refused-", why)),
        Err(error) => return Err(error.into()),
    };
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed, Some(problem))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

async fn settle(
    State(app): State<App>,
    page: Page,
    Path(id): Path<Uuid>,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let what = form.get("do");
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| match what.as_str() {
            "end" => Ok(withhold::end(cx, id)?),
            // Anything else needs the right to decide, also to be told that it makes no sense.
            other => {
                require(&cx.actor, cx.purpose, Action::ApproveWithholding, &ResourceFacts::District)?;
                match other {
                    "approve" => Ok(withhold::settle(cx, id, true)?),
                    "refuse" => Ok(withhold::settle(cx, id, false)?),
                    _ => Err(Fail::BadRequest("bad-form")),
                }
            }
        })
        .await?;
    Ok(Redirect::to(&page.href("/desk/withheld")).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use kernel::ids::{AccountId, MatterId};

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let of = |state, may: bool| {
            let w = Withheld {
                id: Uuid::from_u128(4),
                read_n: 9,
                matter: MatterId(Uuid::from_u128(5)),
                number: "HQ-2026-01873".into(),
                until: page.now.plus_days(30),
                document: if page.zh() { "公函〔2026〕12号".into() } else { "Letter 12".into() },
                state,
                asked_by: AccountId(Uuid::from_u128(6)),
                asked_at: page.now,
                decided_by: None,
                decided_at: None,
                may_decide: may,
                may_end: may,
            };
            let said = page.t2("withhold-asked-by", "who", page.t("seen-staff"), "at", page.stamp(page.now));
            let decided = page.t2("withhold-decided-by", "who", page.t("seen-staff"), "at", page.stamp(page.now));
            RequestLine { w, asked: said, decided: (!may).then_some(decided), tag: tag(state) }
        };
        let states =
            [withhold::State::Asked, withhold::State::Approved, withhold::State::Refused, withhold::State::Ended];
        let build = |full: bool| {
            let mut fields = fields(page, &Typed::default());
            if let Some(field) = fields.first_mut().filter(|_| full) {
                field.error = Some(page.tk("audit-invalid-", "until"));
            }
            WithheldPage {
                page: page.clone(),
                frame: Frame::sample(page),
                requests: states.iter().filter(|_| full).map(|s| of(*s, *s == withhold::State::Asked)).collect(),
                may_ask: true,
                number: if full { "HQ-2026-01873".into() } else { String::new() },
                looks: full.then(|| vec![LookLine { n: 9, words: page.stamp(page.now), chosen: true }]),
                fields,
                problem: full.then(|| page.tk("audit-refused-", "asked-already")),
            }
        };
        let mut nothing = build(true);
        nothing.looks = Some(Vec::new());
        [build(false), build(true), nothing]
            .iter()
            .map(|p| ("desk/withheld.html", p.render().unwrap_or_default()))
            .collect()
    }
}
