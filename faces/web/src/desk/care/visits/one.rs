//! One visit: why on that day, who goes, and what came of it when somebody says it on the telephone.

use super::super::words;
use super::pair::{self, Pair};
use super::{LIST, place, told};
use crate::desk::view::Choice;
use crate::desk::{Frame, nobody};
use crate::guard::PHOTOS;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, photos};
use ::people::policy::{Action, require_somewhere};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::visits::{self, Answer, One, PHOTO_MOST, VisitCommand};
use care::model::visit::{CardSeen, Form, Hazard, Mood, NOTE, Need, Outcome, VisitId, VisitState};
use kernel::Purpose;
use kernel::ids::AccountId;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/visits/{id}", get(show))
        .route("/desk/visits/{id}/assign", post(assign))
        .route("/desk/visits/{id}/record", post(record).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/visits/{id}/call-off", post(call_off))
}

/// The form of an outcome, with what was typed.
pub(super) struct Report {
    /// Made with the page: sent twice, it is taken once.
    pub id: String,
    pub outcomes: Vec<Choice>,
    pub chat: bool,
    pub cleaned: bool,
    pub moods: Vec<Choice>,
    pub card: Vec<Choice>,
    pub strap: Vec<Choice>,
    pub needs: Vec<Choice>,
    pub hazards: Vec<Choice>,
    pub next: String,
    pub first_day: String,
    pub note: String,
    pub note_most: usize,
}

impl Report {
    pub fn build(page: &Page, id: Uuid, outcome: &str, form: &Form) -> Self {
        let many = |family: &str, all: Vec<&'static str>, chosen: &[String]| -> Vec<Choice> {
            let of = Choice::codes(page, family, all, "");
            of.into_iter().map(|c| Choice { chosen: chosen.contains(&c.value), ..c }).collect()
        };
        let one = |family: &str, all: Vec<&'static str>, now: &Option<String>| {
            Choice::codes(page, family, all, now.as_deref().unwrap_or_default())
        };
        let seen: Vec<_> = CardSeen::ALL.iter().map(|c| c.code()).collect();
        Self {
            id: id.to_string(),
            outcomes: Choice::codes(page, "cared-outcome-", Outcome::ALL.iter().map(|o| o.code()), outcome),
            chat: form.chat,
            cleaned: form.cleaned,
            moods: one("cared-mood-", Mood::ALL.iter().map(|m| m.code()).collect(), &form.mood),
            card: one("cared-seen-", seen.clone(), &form.card),
            strap: one("cared-seen-", seen, &form.strap),
            needs: many("cared-need-", Need::ALL.iter().map(|n| n.code()).collect(), &form.needs),
            hazards: many("cared-hazard-", Hazard::ALL.iter().map(|h| h.code()).collect(), &form.hazards),
            next: form.next.clone().unwrap_or_default(),
            first_day: visits::day_of(page.now).to_string(),
            note: form.note.clone(),
            note_most: NOTE,
        }
    }
}

#[derive(Template)]
#[template(path = "desk/visit.html")]
pub(super) struct VisitPage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub version: i64,
    pub name: String,
    pub person: Option<String>,
    pub place: String,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub language: Option<String>,
    pub kind: String,
    pub due: String,
    pub late: bool,
    pub why: String,
    pub last: String,
    pub misses: Option<String>,
    pub welfare: Option<String>,
    pub sent: Vec<String>,
    /// What it has become, when it is over.
    pub over: Option<String>,
    pub pair: Option<Pair>,
    /// Somebody was sent: an outcome can be taken.
    pub report: Option<Report>,
    pub errors: Vec<(String, String)>,
}

/// What was typed before something stood against it.
#[derive(Default)]
struct Typed {
    to: Vec<AccountId>,
    outcome: String,
    form: Form,
    /// Of the form that was sent.
    id: Option<Uuid>,
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: VisitId,
    typed: &Typed,
    errors: Vec<(String, String)>,
) -> Result<VisitPage, Fail> {
    let One { visit, area, known, last_seen, misses, welfare_due, may_plan } = visits::one(cx, id)?;
    let names = people::app::accounts::names(cx, &visit.pair())?;
    let ground = ::places::snapshot(cx)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let chosen = if typed.to.is_empty() { visit.pair() } else { typed.to.clone() };
    let open = visit.state.is_open() && known.is_some();
    let pair =
        if open && may_plan { Some(pair::load(cx, &page, &[visit.person], &[visit.due], &chosen)?) } else { None };
    let sent_now = visit.state == VisitState::Assigned && known.is_some();
    let report = sent_now.then(|| {
        let id = typed.id.unwrap_or_else(|| cx.new_id());
        Report::build(&page, id, &typed.outcome, &typed.form)
    });
    let over = match (visit.state, &known) {
        (_, None) => Some(page.t("visits-care-over")),
        (VisitState::Cancelled, _) => Some(page.t("visits-over-cancelled")),
        (state, _) if !state.is_open() => {
            let outcome = page.tk("cared-outcome-", state.code());
            Some(page.t2("visits-over", "outcome", outcome, "at", page.stamp(visit.done_at.unwrap_or(page.now))))
        }
        _ => None,
    };
    let known = known.as_ref();
    Ok(VisitPage {
        href: page.href(format!("{LIST}/{}", visit.id)),
        version: visit.version,
        name: known.map_or_else(|| page.t("visits-no-name"), |k| k.name.clone()),
        person: Some(page.href(format!("/desk/care/{}", visit.person))),
        place: place(&page, &ground, area),
        phone: known.and_then(|k| k.phone.clone()),
        address: known.and_then(|k| k.address.clone()),
        language: known.and_then(|k| k.language.clone()),
        kind: page.tk("cared-kind-", visit.kind.code()),
        due: page.date(visit.due),
        late: visit.state.is_open() && visit.due < visits::day_of(page.now),
        why: words::why(&page, &visit.reasons),
        last: last_seen.map_or_else(|| page.t("visits-never"), |day| page.date(day)),
        misses: (misses > 0).then(|| page.t1("visits-misses", "n", misses)),
        welfare: welfare_due.map(|at| page.t1("visits-welfare", "left", page.left(at))),
        sent: visit.pair().iter().map(|a| names.get(a).cloned().unwrap_or_else(|| nobody(&page))).collect(),
        over,
        pair,
        report,
        errors,
        frame,
        page,
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<VisitId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, &Typed::default(), Vec::new())).await?;
    html(&shown)
}

async fn again(
    app: App,
    page: Page,
    staff: Staff,
    id: VisitId,
    typed: Typed,
    (at, words): (&'static str, String),
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let errors = vec![(at.to_owned(), words)];
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, id, &typed, errors)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

async fn assign(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VisitId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let to: Vec<AccountId> =
        [posted.get("first"), posted.get("second")].iter().filter_map(|a| a.parse().ok()).collect();
    let (seen, pair) = (posted.get("version").parse().unwrap_or(0), to.clone());
    let done = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::PlanVisits)?;
            visits::assign(cx, id, seen, &pair)
        })
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(&page.href(format!("{LIST}/{id}"))).into_response()),
        Err(error) => {
            let Some(words) = told(&page, &error) else { return Err(error.into()) };
            again(app, page, staff, id, Typed { to, ..Typed::default() }, ("first", words)).await
        }
    }
}

async fn call_off(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VisitId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    match app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::PlanVisits)?;
            visits::call_off(cx, id, seen)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to(&page.href(LIST)).into_response()),
        Err(error) => {
            let Some(words) = told(&page, &error) else { return Err(error.into()) };
            again(app, page, staff, id, Typed::default(), ("first", words)).await
        }
    }
}

fn form(posted: &Posted) -> Form {
    let one = |name: &str| Some(posted.get(name)).filter(|v| !v.is_empty());
    Form {
        chat: posted.get("chat") == "1",
        cleaned: posted.get("cleaned") == "1",
        card: one("card"),
        strap: one("strap"),
        hazards: posted.list("hazards"),
        needs: posted.list("needs"),
        mood: one("mood"),
        next: one("next"),
        note: posted.get("note"),
    }
}

async fn record(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(visit): Path<VisitId>,
    mut posted: Posted,
) -> Result<Response, Fail> {
    // Who may is decided before what is wrong is said.
    require_somewhere(&staff.actor, Action::RecordVisit)?;
    let form = form(&posted);
    let (said, id) = (posted.get("outcome"), posted.get("id").parse::<Uuid>().ok());
    let typed = Typed { outcome: said.clone(), form: form.clone(), id, to: Vec::new() };
    let Some(outcome) = Outcome::from_code(&said) else {
        let words = page.t("visits-wrong-outcome");
        return again(app, page, staff, visit, typed, ("outcome", words)).await;
    };
    let photo = match posted.files.pop().filter(|f| !f.is_empty()) {
        None => None,
        Some(file) => match photos::small(file, PHOTO_MOST).await? {
            Ok(jpeg) => Some(jpeg),
            Err(wrong) => {
                let words = page.t(wrong.key());
                return again(app, page, staff, visit, typed, ("photo", words)).await;
            }
        },
    };
    // What was ticked before another outcome was chosen is not told.
    let form = if outcome == Outcome::Seen {
        form
    } else {
        let next = form.next.filter(|_| outcome != Outcome::NotHome);
        Form { next, note: form.note, ..Form::default() }
    };
    if form.next_day().is_some_and(|day| day < visits::day_of(page.now)) {
        let words = page.t("visits-wrong-next");
        return again(app, page, staff, visit, typed, ("next", words)).await;
    }
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who, move |cx| {
        let id = id.unwrap_or_else(|| cx.new_id());
        visits::apply(cx, &VisitCommand { id, visit, outcome, phone_time: cx.now, form, photo })
    });
    match done.await {
        Ok(answer) => {
            let what = if matches!(answer, Answer::Conflict(_)) { "conflict" } else { said.as_str() };
            Ok(Redirect::to(&page.href(format!("{LIST}?done={what}"))).into_response())
        }
        Err(error) => {
            let Some(words) = told(&page, &error) else { return Err(error.into()) };
            let at = match error {
                care::Error::Invalid { field: "next", .. } => "next",
                care::Error::Invalid { field: "note", .. } => "note",
                _ => "outcome",
            };
            again(app, page, staff, visit, typed, (at, words)).await
        }
    }
}
