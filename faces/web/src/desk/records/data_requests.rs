//! What people ask about their own data, on the desk: taken down from a code, decided, approved by a second person, printed.

use super::{told, unkept};
use crate::data_requests::{self as words, Group};
use crate::desk::table::{self, Asked, Table};
use crate::desk::view::{Choice, Field, FieldKind, blame};
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::DataRequestId;
use matters::app::data_requests::{self as requests, CopyLine, Kind, Of, Refusal, Request, Settled, Words};
use people::app::links::Proof;
use people::app::{persons, require_fresh};
use people::policy::{Action, ResourceFacts, require, require_somewhere};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/data-requests", get(show).post(take))
        .route("/desk/data-requests/{id}", get(open).post(act))
        .route("/desk/data-requests/{id}/copy", post(hand_over))
}

struct Line {
    href: String,
    number: String,
    kind: String,
    of: String,
    tag: &'static str,
    state: String,
    due: String,
    late: bool,
    notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/data_requests.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    /// Opens them; whoever only takes them down sees where they stand.
    opens: bool,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/data_request.html")]
struct OnePage {
    page: Page,
    frame: Frame,
    l: Line,
    here: String,
    asked: Vec<(String, String)>,
    answer: Option<String>,
    grant: Vec<Field>,
    refuse: Vec<Field>,
    extend: Vec<Field>,
    may_approve: bool,
    may_hand_over: bool,
    /// What granting means for this kind.
    means: String,
    problem: Option<String>,
    mark: String,
}

#[derive(Template)]
#[template(path = "desk/data_copy.html")]
struct CopyPage {
    page: Page,
    frame: Frame,
    back: String,
    groups: Vec<Group>,
    mark: String,
}

fn line(cx: &mut Cx<'_>, page: &Page, r: &Request) -> Result<Line, Fail> {
    let mut ids = Vec::new();
    ids.extend(r.taken_by);
    ids.extend(r.decided_by);
    ids.extend(r.approved_by);
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id| names.get(&id).cloned().unwrap_or_else(|| nobody(page));
    let mut notes = vec![page.t1("data-asked-at", "at", page.stamp(r.asked_at))];
    notes.push(match r.taken_by {
        Some(by) => page.t2("data-taken-by", "who", name(by), "proof", page.tk("own-proof-", &r.proof)),
        None => page.t("data-by-code"),
    });
    notes.extend(r.decided_by.map(|by| page.t1("data-decided-by", "who", name(by))));
    notes.extend(r.approved_by.map(|by| page.t1("data-approved-by", "who", name(by))));
    Ok(of_request(page, r, notes))
}

fn of_request(page: &Page, r: &Request, notes: Vec<String>) -> Line {
    let of = match r.of {
        Of::Person(_) => "data-of-person",
        Of::Raiser { .. } => "data-of-raiser",
    };
    Line {
        href: page.href(format!("/desk/data-requests/{}", r.id)),
        number: words::number(r),
        kind: page.tk("data-kind-", r.kind.code()),
        of: page.t(of),
        tag: words::tag(r),
        state: page.tk("data-state-", r.state.code()),
        due: if r.is_open() { page.t1("data-due", "by", page.by(r.due_at)) } else { words::standing(page, r) },
        late: r.is_open() && r.due_at < page.now,
        notes,
    }
}

fn take_fields(page: &Page, posted: Option<&Posted>) -> Vec<Field> {
    let typed = |name: &str| posted.map(|p| p.get(name)).unwrap_or_default();
    let kinds = Kind::ALL.iter().filter(|k| **k != Kind::Withdraw).map(|k| k.code());
    let mut fields = vec![Choice::new("", page.t("data-field-none"), &typed("field"))];
    let all = persons::Field::ALL.iter().map(|f| f.code()).chain(["email"]);
    fields.extend(Choice::codes(page, "data-field-", all, &typed("field")));
    vec![
        Field::line("code", page.t("track-code"), &typed("code")).hint(page.t("data-code-hint")).must(),
        Field::radio(
            "proof",
            page.t("record-field-proof"),
            Choice::codes(page, "own-proof-", Proof::ALL.iter().map(|p| p.code()), &typed("proof")),
        ),
        Field::radio("kind", page.t("data-ask"), Choice::codes(page, "data-kind-", kinds, &typed("kind"))),
        Field::select("field", page.t("data-which-correct"), fields),
        Field::line("value", page.t("data-value"), &typed("value")),
        Field::area("text", page.t("data-text"), &typed("text"), 3),
    ]
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    (fields, errors): (Vec<Field>, Vec<(String, String)>),
    done: Option<String>,
) -> Result<ListPage, Fail> {
    let all = requests::list(cx)?;
    let lines = all.iter().map(|r| line(cx, &page, r)).collect::<Result<_, _>>()?;
    let opens = require_somewhere(&cx.actor, Action::HandOverCopy).is_ok();
    let takes = require(&cx.actor, cx.purpose, Action::TakeDataRequest, &ResourceFacts::District).is_ok();
    let frame = Frame::load(cx, &page, staff, "/desk/data-requests")?;
    Ok(ListPage { lines, opens, fields: if takes { fields } else { Vec::new() }, errors, done, frame, page })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = asked.kind() {
        let words = page.clone();
        let taken = app.rt.write(who, move |cx| as_table(cx, &words)).await?;
        return table::answer(&page, taken, kind).await;
    }
    let form = (take_fields(&page, None), Vec::new());
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, form, None)).await?;
    html(&shown)
}

/// Nothing of what was asked: only that something was, by when it is answered, and who did what.
fn as_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    let (mut rows, comma) = (Vec::new(), page.t("list-comma"));
    for r in requests::list(cx)? {
        let l = line(cx, page, &r)?;
        rows.push(vec![l.number, l.kind, l.of, l.state, table::instant(r.due_at), l.notes.join(&comma)]);
    }
    let head =
        ["desk-col-number", "list-col-kind", "list-col-about", "desk-col-state", "desk-col-due", "list-col-notes"];
    Ok(Table::new(page, "data-requests", &head, rows).recorded(cx)?)
}

async fn take(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let some = |name: &str| Some(posted.get(name)).filter(|v| !v.is_empty());
    let asked = Words { text: posted.get("text"), field: some("field"), value: some("value"), part: None };
    let (kind, proof, code) =
        (Kind::from_code(&posted.get("kind")), Proof::from_code(&posted.get("proof")), posted.get("code"));
    let code = code.rsplit('/').next().unwrap_or_default().to_owned();
    let done = app
        .rt
        .write(staff.who(Purpose::Proxy), move |cx| {
            // Whether there is such a code is not told to those who take nothing down.
            require(&cx.actor, cx.purpose, Action::TakeDataRequest, &ResourceFacts::District)?;
            let missing = |field| matters::Error::invalid(field, "invalid-missing");
            let proof = proof.ok_or_else(|| missing("proof"))?;
            let kind = kind.ok_or_else(|| missing("kind"))?;
            let of = match requests::holder_of(cx, &code) {
                Err(matters::Error::NotFound) => return Err(matters::Error::invalid("code", "data-wrong-code")),
                other => other?,
            };
            requests::ask(cx, of, kind, &asked, Some(proof))
        })
        .await;
    let mut fields = take_fields(&page, Some(&posted));
    let (errors, done) = match done {
        Ok(_) => (Vec::new(), Some(page.t("data-taken"))),
        Err(matters::Error::Invalid(wrong)) => (blame(&page, &mut fields, &wrong), None),
        Err(error) => return Err(error.into()),
    };
    if done.is_some() {
        fields = take_fields(&page, None);
    }
    let status = if done.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, (fields, errors), done)).await?;
    Ok((status, unkept(&shown)?).into_response())
}

fn asked(page: &Page, r: &Request) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if let (Some(field), Some(value)) = (&r.words.field, &r.words.value) {
        out.push((page.t("data-which-correct"), page.tk("data-field-", field)));
        out.push((page.t("data-value"), value.clone()));
    }
    out.extend(r.words.part.as_ref().map(|p| (page.t("data-which-withdraw"), page.tk("record-part-", p))));
    if !r.words.text.is_empty() {
        out.push((page.t("data-text"), r.words.text.clone()));
    }
    out
}

fn one(page: Page, frame: Frame, user: &str, r: &Request, l: Line, problem: Option<String>) -> OnePage {
    let answer = |name: &str| Field::area("answer", page.t(name), "", 3);
    let reasons = Choice::codes(&page, "data-refusal-", Refusal::ALL.iter().map(|w| w.code()), "");
    let decides = r.may_decide;
    let shown = |fields: Vec<Field>, yes: bool| if yes { fields } else { Vec::new() };
    OnePage {
        here: l.href.clone(),
        asked: asked(&page, r),
        answer: r.answer.clone().filter(|a| !a.is_empty()),
        grant: shown(vec![answer("data-answer")], decides),
        refuse: shown(
            vec![Field::radio("reason", page.t("data-reason"), reasons), answer("data-answer-refuse").must()],
            decides,
        ),
        extend: shown(vec![answer("data-answer-extend").must()], decides && r.extended_at.is_none()),
        may_approve: r.may_approve,
        may_hand_over: r.may_hand_over,
        means: page.tk("data-means-", r.kind.code()),
        mark: page.t2("record-mark", "who", user, "at", page.stamp(page.now)),
        problem,
        l,
        frame,
        page,
    }
}

async fn page_of(
    app: &App,
    page: Page,
    staff: Staff,
    id: DataRequestId,
    problem: Option<String>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::DataRequest(id));
    let wrong = problem.is_some();
    let shown = app
        .rt
        .read(who, move |cx| {
            let r = requests::one(cx, id)?;
            let l = line(cx, &page, &r)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/data-requests")?;
            Ok::<_, Fail>(one(page, frame, &staff.name, &r, l, problem))
        })
        .await?;
    let body = unkept(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, body).into_response() } else { body })
}

async fn open(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<DataRequestId>,
) -> Result<Response, Fail> {
    page_of(&app, page, staff, id, None).await
}

fn words_of(page: &Page, error: &matters::Error) -> Option<String> {
    match error {
        matters::Error::Invalid(wrong) => wrong.first().map(|w| crate::public::errors::words(page, w)),
        other => told(page, other),
    }
}

async fn act(
    State(app): State<App>,
    page: Page,
    Path(id): Path<DataRequestId>,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    let done = app
        .rt
        .write(staff.who(Purpose::DataRequest(id)), move |cx| {
            require_somewhere(&cx.actor, Action::HandOverCopy)?;
            let answer = form.get("answer");
            match form.get("do").as_str() {
                "grant" => requests::decide(cx, id, &Settled::Grant(answer)).map(drop),
                "refuse" => {
                    require_somewhere(&cx.actor, Action::DecideDataRequest)?;
                    let why = Refusal::from_code(&form.get("reason"));
                    let why = why.ok_or_else(|| matters::Error::invalid("reason", "data-need-reason"))?;
                    requests::decide(cx, id, &Settled::Refuse(why, answer)).map(drop)
                }
                "extend" => requests::decide(cx, id, &Settled::Extend(answer)).map(drop),
                "approve" => {
                    let fresh = require_fresh(cx, session)?;
                    requests::approve(cx, &fresh, id).map(drop)
                }
                "turn-back" => {
                    let fresh = require_fresh(cx, session)?;
                    requests::turn_back(cx, &fresh, id)
                }
                _ => Err(matters::Error::invalid("do", "invalid-missing")),
            }
        })
        .await;
    let error = match done {
        Ok(()) => {
            let here = page.href(format!("/desk/data-requests/{id}"));
            return Ok(Redirect::to(&here).into_response());
        }
        Err(error) => error,
    };
    match words_of(&page, &error) {
        Some(words) => page_of(&app, page, staff, id, Some(words)).await,
        None => Err(error.into()),
    }
}

async fn hand_over(
    State(app): State<App>,
    page: Page,
    Path(id): Path<DataRequestId>,
    Confirmed { staff, form: _ }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let (who, session, lang) = (staff.who(Purpose::DataRequest(id)), staff.session, page.look.lang);
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::HandOverCopy)?;
            let fresh = require_fresh(cx, session)?;
            requests::hand_over(cx, &fresh, id, lang)
        })
        .await;
    let lines = match done {
        Ok(lines) => lines,
        Err(error) => {
            return match words_of(&page, &error) {
                Some(words) => page_of(&app, page, staff, id, Some(words)).await,
                None => Err(error.into()),
            };
        }
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/data-requests")?;
            Ok::<_, Fail>(copied(page, frame, &staff.name, id, &lines))
        })
        .await?;
    unkept(&shown)
}

fn copied(page: Page, frame: Frame, user: &str, id: DataRequestId, lines: &[CopyLine]) -> CopyPage {
    CopyPage {
        back: page.href(format!("/desk/data-requests/{id}")),
        groups: words::groups(&page, lines),
        mark: page.t2("copy-mark-desk", "who", user, "at", page.stamp(page.now)),
        frame,
        page,
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use matters::app::data_requests::State as Stand;
    let user = if page.zh() { "王工" } else { "Wang" };
    let note = || vec![page.t("data-by-code")];
    let mut out = Vec::new();
    for full in [false, true] {
        let all = [
            (Kind::Copy, Stand::Asked),
            (Kind::Erase, Stand::Granted),
            (Kind::Copy, Stand::Ready),
            (Kind::Object, Stand::Refused),
        ];
        let lines = all.iter().filter(|_| full).map(|(k, s)| of_request(page, &words::sample(page, *k, *s), note()));
        let shown = ListPage {
            page: page.clone(),
            frame: Frame::sample(page),
            lines: lines.collect(),
            opens: full,
            fields: take_fields(page, None),
            errors: if full { vec![("code".into(), page.t("data-wrong-code"))] } else { Vec::new() },
            done: (!full).then(|| page.t("data-taken")),
        };
        out.push(("desk/data_requests.html", shown.render().unwrap_or_default()));
    }
    for (kind, state) in [
        (Kind::Correct, Stand::Asked),
        (Kind::Erase, Stand::Granted),
        (Kind::Copy, Stand::Ready),
        (Kind::Object, Stand::Refused),
    ] {
        let r = words::sample(page, kind, state);
        let problem = (state == Stand::Granted).then(|| page.t("rule-record-open-matter"));
        let shown = one(page.clone(), Frame::sample(page), user, &r, of_request(page, &r, note()), problem);
        out.push(("desk/data_request.html", shown.render().unwrap_or_default()));
    }
    let line = CopyLine { part: "identity".into(), field: "birth_year".into(), value: "1941".into() };
    let copy = copied(page.clone(), Frame::sample(page), user, DataRequestId(uuid::Uuid::nil()), &[line]);
    out.push(("desk/data_copy.html", copy.render().unwrap_or_default()));
    out
}
