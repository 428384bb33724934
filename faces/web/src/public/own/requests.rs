//! Asking about one's own data, with the link of a letter (`/p/…`) or the code of a receipt (`/t/…`): what can be asked, one
//! question a page; where it stands; the copy, once.

use super::gate;
use crate::data_requests::{self as words, Group};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::public::{errors, track};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::DataRequestId;
use kernel::{Actor, Purpose};
use matters::app::data_requests::{self as requests, CopyLine, Kind, Of, RaiserField, Request, State as Stand, Words};
use people::app::persons::Field;
use store::Who;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/requests", get(of_person).post(ask_person))
        .route("/p/{code}/requests/{id}", post(copy_person))
        .route("/t/{code}/requests", get(of_raiser).post(ask_raiser))
        .route("/t/{code}/requests/{id}", post(copy_raiser))
        .layer(from_fn(track::no_store))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Person,
    Raiser,
}

/// Whoever holds a code.
struct Held {
    door: Door,
    code: String,
    of: Of,
    who: Who,
}

impl Held {
    /// Plain address of the page behind the code.
    fn home(&self) -> String {
        format!("/{}/{}", if self.door == Door::Person { "p" } else { "t" }, self.code)
    }
}

async fn held(app: &App, door: Door, typed: &str) -> Result<Held, Fail> {
    if door == Door::Person {
        let (code, found) = gate::find(app, typed).await?;
        return Ok(Held { door, code, of: Of::Person(found.person), who: gate::holder(app, found) });
    }
    let code = gate::canonical(typed)?;
    let asked = code.clone();
    let found = app.rt.read(app.raiser(), move |cx| matters::app::find_by_code(cx, &asked)).await;
    let found = found.map_err(errors::of_matters)?;
    let who = Who::new(Actor::raiser(app.district, found.matter), Purpose::OwnMatter);
    let of = Of::Raiser { raiser: found.raiser, origin: found.origin, matter: found.matter };
    Ok(Held { door, code, of, who })
}

/// The code's own page for wrong codes; too many of them get 429.
fn wrong(app: &App, page: Page, source: Source, door: Door, fail: Fail) -> Result<Response, Fail> {
    if door == Door::Person {
        return super::wrong(app, page, source, String::new(), fail);
    }
    let Fail::NotFound = fail else { return Err(fail) };
    app.limits.pass(Wicket::Guess, source)?;
    Err(Fail::NotFound)
}

/// A request as whoever asked sees it.
struct Line {
    title: String,
    tag: &'static str,
    state: String,
    standing: String,
    answer: Option<String>,
    /// What stays after an erasure.
    stays: bool,
    /// Where the copy is taken.
    copy: Option<String>,
}

#[derive(Template)]
#[template(path = "public/own/requests.html")]
struct RequestsPage {
    page: Page,
    home: String,
    here: String,
    person: bool,
    lines: Vec<Line>,
    /// Ends of `data-kind-…`.
    kinds: Vec<&'static str>,
    problem: Option<String>,
    done: bool,
}

#[derive(Template)]
#[template(path = "public/own/request.html")]
struct AskPage {
    page: Page,
    here: String,
    kind: &'static str,
    /// Code and name.
    fields: Vec<(&'static str, String)>,
    typed: Words,
    problems: Vec<(&'static str, String)>,
}

impl AskPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn is(&self, field: &str) -> bool {
        self.typed.field.as_deref() == Some(field) || self.typed.part.as_deref() == Some(field)
    }
}

#[derive(Template)]
#[template(path = "public/own/copy.html")]
struct CopyPage {
    page: Page,
    here: String,
    again: String,
    groups: Vec<Group>,
    mark: String,
}

fn kinds(door: Door) -> Vec<&'static str> {
    let all = Kind::ALL.iter().filter(|k| door == Door::Person || **k != Kind::Withdraw);
    all.map(|k| k.code()).collect()
}

fn line(page: &Page, here: &str, r: &Request) -> Line {
    // After the first opening it opens again for a while: in the other form, or when the line broke.
    let open = r.state == Stand::Ready || r.copy_taken_at.is_some_and(|at| page.now < at.plus_minutes(60));
    Line {
        title: page.tk("data-kind-", r.kind.code()),
        tag: words::tag(r),
        state: page.tk("data-state-", r.state.code()),
        standing: words::standing(page, r),
        answer: r.answer.clone().filter(|a| !a.is_empty()),
        stays: r.kind == Kind::Erase && r.state == Stand::Done,
        copy: open.then(|| format!("{here}/{}", r.id)),
    }
}

async fn listed(app: &App, page: Page, held: &Held, done: bool, problem: Option<String>) -> Result<Response, Fail> {
    let of = held.of;
    let all = app.rt.read(held.who.clone(), move |cx| requests::of_holder(cx, of)).await.map_err(errors::of_matters)?;
    let here = page.href(format!("{}/requests", held.home()));
    html(&RequestsPage {
        home: page.href(held.home()),
        lines: all.iter().map(|r| line(&page, &here, r)).collect(),
        here,
        person: held.door == Door::Person,
        kinds: kinds(held.door),
        problem,
        done,
        page,
    })
}

fn question(page: Page, held: &Held, kind: Kind, typed: Words, problems: Vec<(&'static str, String)>) -> AskPage {
    let codes: Vec<&'static str> = match (kind, held.door) {
        (Kind::Correct, Door::Person) => Field::ALL.iter().map(|f| f.code()).collect(),
        (Kind::Correct, Door::Raiser) => RaiserField::ALL.iter().map(|f| f.code()).collect(),
        (Kind::Withdraw, _) => vec!["health", "location"],
        _ => Vec::new(),
    };
    let family = if kind == Kind::Withdraw { "record-part-" } else { "data-field-" };
    let fields = codes.into_iter().map(|code| (code, page.tk(family, code))).collect();
    AskPage { here: page.href(format!("{}/requests", held.home())), kind: kind.code(), fields, typed, problems, page }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Chosen {
    kind: String,
    done: Option<String>,
}

async fn show(
    app: App,
    page: Page,
    source: Source,
    door: Door,
    code: String,
    chosen: Chosen,
) -> Result<Response, Fail> {
    let held = match held(&app, door, &code).await {
        Ok(held) => held,
        Err(fail) => return wrong(&app, page, source, door, fail),
    };
    match Kind::from_code(&chosen.kind).filter(|k| kinds(door).contains(&k.code())) {
        Some(kind) => html(&question(page, &held, kind, Words::default(), Vec::new())),
        None => listed(&app, page, &held, chosen.done.is_some(), None).await,
    }
}

async fn of_person(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Fail> {
    show(app, page, source, Door::Person, code, chosen).await
}

async fn of_raiser(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Fail> {
    show(app, page, source, Door::Raiser, code, chosen).await
}

async fn ask(app: App, page: Page, source: Source, door: Door, code: String, posted: Posted) -> Result<Response, Fail> {
    let held = match held(&app, door, &code).await {
        Ok(held) => held,
        Err(fail) => return wrong(&app, page, source, door, fail),
    };
    let kind = Kind::from_code(&posted.get("kind")).ok_or(Fail::BadRequest("bad-form"))?;
    app.limits.pass(Wicket::Report, source)?;
    let some = |name: &str| Some(posted.get(name)).filter(|v| !v.is_empty());
    let typed = Words { text: posted.get("text"), field: some("field"), value: some("value"), part: some("field") };
    let (of, asked) = (held.of, typed.clone());
    let done = app.rt.write(held.who.clone(), move |cx| requests::ask(cx, of, kind, &asked, None)).await;
    let problems = match done {
        Ok(_) => {
            let back = page.href(format!("{}/requests?done=1", held.home()));
            return Ok(Redirect::to(&back).into_response());
        }
        Err(matters::Error::Invalid(wrong)) => {
            let at = |field| match field {
                "part" => "field",
                other => other,
            };
            wrong.iter().map(|w| (at(w.field), errors::words(&page, w))).collect()
        }
        Err(matters::Error::People(people::Error::Refused(why))) => vec![("field", page.tk("rule-record-", why))],
        Err(error) => return Err(errors::of_matters(error)),
    };
    let body = html(&question(page, &held, kind, typed, problems))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

async fn ask_person(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    ask(app, page, source, Door::Person, code, posted).await
}

async fn ask_raiser(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    ask(app, page, source, Door::Raiser, code, posted).await
}

async fn copy(
    app: App,
    page: Page,
    source: Source,
    door: Door,
    (code, id): (String, DataRequestId),
    form: String,
) -> Result<Response, Fail> {
    let held = match held(&app, door, &code).await {
        Ok(held) => held,
        Err(fail) => return wrong(&app, page, source, door, fail),
    };
    let (of, lang) = (held.of, page.look.lang);
    let done = app.rt.write(held.who.clone(), move |cx| requests::fetch(cx, of, id, lang)).await;
    let lines = match done {
        Ok(lines) => lines,
        Err(matters::Error::People(people::Error::Refused(why))) => {
            let words = page.tk("rule-record-", why);
            let body = listed(&app, page, &held, false, Some(words)).await?;
            return Ok((StatusCode::CONFLICT, body).into_response());
        }
        Err(error) => return Err(errors::of_matters(error)),
    };
    if form == "json" {
        return file(&lines);
    }
    html(&copied(page, &held.home(), id, &lines))
}

fn copied(page: Page, home: &str, id: DataRequestId, lines: &[CopyLine]) -> CopyPage {
    let here = page.href(format!("{home}/requests"));
    CopyPage {
        again: format!("{here}/{id}"),
        here,
        groups: words::groups(&page, lines),
        mark: page.t1("copy-mark", "at", page.stamp(page.now)),
        page,
    }
}

/// The copy for programs: a list of part, field and value.
fn file(lines: &[CopyLine]) -> Result<Response, Fail> {
    let text = serde_json::to_string_pretty(lines).map_err(|e| Fail::Internal(e.to_string()))?;
    let mut response = ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"my-data.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

async fn copy_person(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(path): Path<(String, DataRequestId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    copy(app, page, source, Door::Person, path, posted.get("form")).await
}

async fn copy_raiser(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(path): Path<(String, DataRequestId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    copy(app, page, source, Door::Raiser, path, posted.get("form")).await
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let person = kernel::ids::PersonId(uuid::Uuid::from_u128(8));
    let held = |door| Held {
        door,
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        of: Of::Person(person),
        who: Who::new(Actor::public(kernel::ids::DistrictId(uuid::Uuid::nil())), Purpose::OwnRecord),
    };
    let mut out = Vec::new();
    for full in [false, true] {
        let kinds_of = kinds(if full { Door::Person } else { Door::Raiser });
        let some = [
            words::sample(page, Kind::Copy, Stand::Ready),
            words::sample(page, Kind::Erase, Stand::Done),
            words::sample(page, Kind::Object, Stand::Refused),
            words::sample(page, Kind::Correct, Stand::Asked),
            words::sample(page, Kind::Copy, Stand::Granted),
        ];
        let shown = RequestsPage {
            page: page.clone(),
            home: "/p/ABCD".into(),
            here: "/p/ABCD/requests".into(),
            person: full,
            lines: some.iter().filter(|_| full).map(|r| line(page, "/p/ABCD/requests", r)).collect(),
            kinds: kinds_of,
            problem: full.then(|| page.t("rule-record-copy-taken")),
            done: full,
        };
        out.push(("public/own/requests.html", shown.render()));
    }
    for kind in Kind::ALL {
        let problems = vec![("text", page.t("invalid-missing")), ("field", page.t("invalid-missing"))];
        let shown = question(page.clone(), &held(Door::Person), *kind, Words::default(), problems);
        out.push(("public/own/request.html", shown.render()));
    }
    let line =
        |part: &str, field: &str, value: &str| CopyLine { part: part.into(), field: field.into(), value: value.into() };
    let lines =
        [line("identity", "birth_year", "1941"), line("identity", "sex", "f"), line("matters", "state", "closed")];
    out.push((
        "public/own/copy.html",
        copied(page.clone(), "/p/ABCD", DataRequestId(uuid::Uuid::nil()), &lines).render(),
    ));
    out.into_iter().map(|(name, text)| (name, text.unwrap_or_default())).collect()
}
