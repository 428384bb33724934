//! Bringing in a file: uploaded, looked through with every row that is wrong, confirmed, listed, and undone (R10). Whoever may
//! import at the machine may here, but for residents in care, whose register does not go through a browser.

use super::allow;
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::guard::PHOTOS;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::imports::areas::Unsure;
use ::imports::problems::{Counted, Problem, Problems};
use ::imports::table::TableError;
use ::imports::undo::CannotUndo;
use ::imports::upload::{self, KINDS, Stated};
use ::imports::{Did, Finding, Look, Refused, Unfit, districts};
use ::people::app::undo::list_imports;
use ::people::policy::Action;
use ::places::AreaKind;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, FromRequest as _, Multipart, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::AccountId;
use kernel::{Datum, Purpose};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;
use store::imports::{Import, drafts};
use uuid::Uuid;

const HOME: &str = "/desk/admin/imports";
/// Imports of one page.
const LISTED: usize = 200;
/// Findings of one page.
const SHOWN: usize = 200;
const DATUMS: [&str; 5] = ["none", "wgs84", "gcj02", "bd09", "cgcs2000"];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/imports", get(list).post(upload).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/admin/imports/look/{id}", get(look).post(bring))
        .route("/desk/admin/imports/{n}/undo", post(undo))
}

struct Line {
    n: i64,
    kind: String,
    file: String,
    who: String,
    at: String,
    sum: String,
    undone: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/imports.html")]
struct ImportsPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    file: String,
    done: Option<String>,
    /// Why an undo was refused: a sentence, then the rows.
    problem: Option<String>,
    reasons: Vec<String>,
    errors: Vec<(String, String)>,
    kinds: Vec<Choice>,
    area_kinds: Vec<Choice>,
    datums: Vec<Choice>,
    timezone: String,
}

impl ImportsPage {
    /// What is wrong with a field of the form.
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| words.as_str())
    }
}

/// A finding in the reader's language.
struct Found {
    place: String,
    column: String,
    what: String,
}

impl Found {
    fn of(page: &Page, of: Counted, problem: &Problem) -> Self {
        let lang = page.look.lang;
        let bare = Problem { column: String::new(), ..problem.clone() };
        Self { place: bare.place(of, lang), column: problem.column_words(of, lang), what: problem.what.words(lang) }
    }
}

struct Place {
    name: String,
    added: usize,
    changed: usize,
}

struct Row {
    row: usize,
    name: String,
    did: String,
}

#[derive(Template)]
#[template(path = "desk/admin/import.html")]
struct LookPage {
    page: Page,
    frame: Frame,
    action: String,
    file: String,
    stated: String,
    /// What would happen, in a sentence; none when the file is refused.
    sum: Option<String>,
    nothing: bool,
    /// A text about the whole file, line by line.
    refused: Vec<String>,
    /// Things to look at that refuse nothing.
    notes: Vec<String>,
    wrong: Vec<Found>,
    doubtful: Vec<Found>,
    /// How many there are; only the first are listed.
    mistakes: usize,
    doubts: usize,
    cut: bool,
    places: Vec<Place>,
    rows: Vec<Row>,
    unaccepted: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
    n: i64,
    r#as: String,
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            let lines = lines(cx, &page)?;
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, lines)));
            }
            let done = matches!(after.done.as_str(), "brought" | "nothing" | "undone")
                .then(|| page.t1(&format!("desk-import-done-{}", after.done), "n", after.n));
            let mut shown = build(cx, page, &staff, lines, &Stated::default())?;
            shown.done = done;
            Ok::<_, Fail>(Listed::Page(Box::new(shown)))
        })
        .await?;
    listed.answer(&words, file).await
}

fn lines(cx: &mut Cx<'_>, page: &Page) -> Result<Vec<Line>, Fail> {
    allow(cx, Action::Import)?;
    let all = list_imports(cx, LISTED)?;
    let ids: Vec<AccountId> = all.iter().filter_map(|i| account(&i.by)).collect();
    let ids = ids.into_iter().chain(all.iter().filter_map(|i| account(i.undone_by.as_deref()?))).collect::<Vec<_>>();
    let names = ::people::app::accounts::names(cx, &ids)?;
    Ok(all.into_iter().map(|i| line(page, &names, i)).collect())
}

fn account(by: &str) -> Option<AccountId> {
    by.strip_prefix("account:")?.parse().ok()
}

fn line(page: &Page, names: &HashMap<AccountId, String>, i: Import) -> Line {
    let who = |by: &str| {
        account(by).and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| page.t("desk-import-by-operator"))
    };
    let undone = i.undone_at.map(|at| {
        page.t2("desk-import-undone", "at", page.stamp(at), "who", who(i.undone_by.as_deref().unwrap_or_default()))
    });
    let counts = [("rows", page.number(i.rows)), ("added", page.number(i.added)), ("changed", page.number(i.changed))];
    Line {
        n: i.n,
        kind: page.tk("desk-import-kind-", &i.kind),
        who: who(&i.by),
        at: page.stamp(i.at),
        sum: page.loc.args("desk-import-sum", &counts),
        file: i.file,
        undone,
    }
}

fn as_table(page: &Page, lines: Vec<Line>) -> Table {
    let head = ["desk-import-number", "desk-import-kind", "desk-import-file", "desk-import-who", "desk-import-at"];
    let head = head.into_iter().chain(["desk-import-what", "desk-import-undo"]).map(|key| page.t(key)).collect();
    let row = |l: Line| vec![l.n.to_string(), l.kind, l.file, l.who, l.at, l.sum, l.undone.unwrap_or_default()];
    let rows = lines.into_iter().map(row).collect();
    Table { name: "imports".into(), head, rows, mark: String::new() }
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, lines: Vec<Line>, stated: &Stated) -> Result<ImportsPage, Fail> {
    let frame = Frame::load(cx, &page, staff, HOME)?;
    Ok(page_of(page, frame, lines, stated))
}

fn page_of(page: Page, frame: Frame, lines: Vec<Line>, stated: &Stated) -> ImportsPage {
    ImportsPage {
        file: table::href(&page, HOME, &[]),
        kinds: Choice::codes(&page, "desk-import-kind-", KINDS, &stated.kind),
        area_kinds: Choice::codes(&page, "area-", AreaKind::ALL.iter().map(|k| k.code()), &stated.area_kind),
        datums: Choice::codes(&page, "desk-import-datum-", DATUMS, &stated.datum),
        timezone: stated.timezone.clone(),
        done: None,
        problem: None,
        reasons: Vec::new(),
        errors: Vec::new(),
        lines,
        frame,
        page,
    }
}

/// What a form with a file sent.
#[derive(Default)]
struct Sent {
    stated: Stated,
    file: Option<(String, Vec<u8>)>,
}

async fn read(mut parts: Multipart) -> Result<Sent, Fail> {
    let wrong = |e: axum::extract::multipart::MultipartError| Fail::from_status(e.status());
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(wrong)? {
        let (field, name) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let bytes = part.bytes().await.map_err(wrong)?.to_vec();
        let text = || kernel::text::tidy(&String::from_utf8_lossy(&bytes));
        match field.as_str() {
            "file" => sent.file = name.filter(|_| !bytes.is_empty()).map(|name| (name, bytes)),
            "map" => sent.stated.map = String::from_utf8_lossy(&bytes).into_owned(),
            "kind" => sent.stated.kind = text(),
            "area_kind" => sent.stated.area_kind = text(),
            "datum" => sent.stated.datum = text(),
            "timezone" => sent.stated.timezone = text(),
            _ => {}
        }
    }
    Ok(sent)
}

/// Keeps the file until it was looked through.
async fn upload(State(app): State<App>, page: Page, staff: Staff, request: Request) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.read(who.clone(), |cx| allow(cx, Action::Import)).await?;
    let parts = Multipart::from_request(request, &app).await;
    let parts = parts.map_err(|e| Fail::from_status(e.into_response().status()))?;
    let Sent { stated, file } = read(parts).await?;
    let bad = upload::missing(&stated).or_else(|| file.is_none().then_some("file"));
    let Some((name, bytes)) = file.filter(|_| bad.is_none()) else {
        let field = bad.unwrap_or("file");
        let shown = app.rt.read(who, move |cx| {
            let lines = lines(cx, &page)?;
            let error = (field.to_owned(), page.tk("desk-import-missing-", field));
            let mut shown = build(cx, page, &staff, lines, &stated)?;
            shown.errors.push(error);
            Ok::<_, Fail>(shown)
        });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response());
    };
    let id = app.rt.write(who, move |cx| {
        allow(cx, Action::Import)?;
        let stated = serde_json::to_string(&stated).map_err(|e| Fail::Internal(e.to_string()))?;
        Ok::<_, Fail>(drafts::keep(cx, &name, &stated, &bytes)?)
    });
    Ok(Redirect::to(&page.href(format!("{HOME}/look/{}", id.await?))).into_response())
}

/// Reads the kept file and looks at it, or brings it in.
async fn run(app: &App, staff: &Staff, id: Uuid, dry_run: bool) -> Result<(drafts::Draft, Stated, Outcome), Fail> {
    let who = staff.who(Purpose::Administration);
    let (draft, target) = app
        .rt
        .read(who.clone(), move |cx| {
            allow(cx, Action::Import)?;
            let target = districts::here(cx).map_err(|e| Fail::Internal(e.to_string()))?;
            Ok::<_, Fail>((drafts::find(cx, id)?, target))
        })
        .await?;
    let stated: Stated = serde_json::from_str(&draft.stated).map_err(|e| Fail::Internal(e.to_string()))?;
    let (rt, file, asked) = (app.rt.clone(), draft.clone(), stated.clone());
    let work = move || upload::bring(&rt, who, &target, (&file.file, &file.bytes), &asked, dry_run);
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Fail::Internal(e.to_string()))?;
    Ok((draft, stated, outcome(done)?))
}

/// What came of a file, for a page.
enum Outcome {
    Done(Box<Look>),
    /// Wrong rows.
    Wrong(Box<Problems>),
    /// For what it is as a whole.
    Refused(Vec<Finding>),
    /// Areas that may be some of here under another key.
    Unsure(Unsure),
}

fn outcome(done: anyhow::Result<Look>) -> Result<Outcome, Fail> {
    let error = match done {
        Ok(look) => return Ok(Outcome::Done(Box::new(look))),
        Err(error) => error,
    };
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return Ok(Outcome::Wrong(refused.problems.clone()));
    }
    if let Some(unfit) = error.downcast_ref::<Unfit>() {
        return Ok(Outcome::Refused(unfit.why.clone()));
    }
    if let Some(TableError::File(unfit)) = error.downcast_ref::<TableError>() {
        return Ok(Outcome::Refused(unfit.why.clone()));
    }
    if let Some(unsure) = error.downcast_ref::<Unsure>() {
        return Ok(Outcome::Unsure(unsure.clone()));
    }
    let error = match error.downcast::<::people::Error>() {
        Ok(people) => return Err(people.into()),
        Err(error) => error,
    };
    let error = match error.downcast::<::places::Error>() {
        Ok(places) => return Err(places.into()),
        Err(error) => error,
    };
    let error = match error.downcast::<::matters::Error>() {
        Ok(matters) => return Err(matters.into()),
        Err(error) => error,
    };
    match error.downcast::<store::Error>() {
        Ok(broken) => Err(broken.into()),
        Err(error) => Err(Fail::Internal(format!("an import: {error:#}"))),
    }
}

async fn look(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let (draft, stated, outcome) = run(&app, &staff, id, true).await?;
    show(&app, page, staff, draft, &stated, outcome, false).await
}

async fn show(
    app: &App,
    page: Page,
    staff: Staff,
    draft: drafts::Draft,
    stated: &Stated,
    outcome: Outcome,
    unaccepted: bool,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let words = page.clone();
    let frame = app.rt.read(who, move |cx| Frame::load(cx, &words, &staff, HOME)).await?;
    let refused = !matches!(outcome, Outcome::Done(_)) || unaccepted;
    let shown = look_page(page, frame, &draft, stated, outcome, unaccepted);
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&shown)?).into_response())
}

fn look_page(
    page: Page,
    frame: Frame,
    draft: &drafts::Draft,
    stated: &Stated,
    outcome: Outcome,
    unaccepted: bool,
) -> LookPage {
    let mut shown = LookPage {
        action: page.href(format!("{HOME}/look/{}", draft.id)),
        file: draft.file.clone(),
        stated: stated_words(&page, stated),
        sum: None,
        nothing: false,
        refused: Vec::new(),
        notes: Vec::new(),
        wrong: Vec::new(),
        doubtful: Vec::new(),
        mistakes: 0,
        doubts: 0,
        cut: false,
        places: Vec::new(),
        rows: Vec::new(),
        unaccepted,
        frame,
        page,
    };
    let page = &shown.page;
    let said = |finding: &Finding| finding.words(page.look.lang);
    let problems = match &outcome {
        Outcome::Done(look) => {
            let counts = [
                ("rows", page.number(number(look.rows))),
                ("added", page.number(number(look.added))),
                ("changed", page.number(number(look.changed))),
                ("unchanged", page.number(number(look.unchanged))),
                ("differs", number(look.differs).to_string()),
            ];
            shown.sum = Some(page.loc.args("desk-import-would", &counts));
            shown.nothing = look.changes_nothing();
            shown.notes = look.notes.iter().map(said).collect();
            let row = |l: &::imports::Line| Row { row: l.row, name: l.name.clone(), did: did(page, l.did) };
            shown.rows = look.lines.iter().map(row).collect();
            let none = page.t("desk-import-no-area");
            let name = |n: &String| if n.is_empty() { none.clone() } else { n.clone() };
            let place = |(n, c): (&String, &::imports::look::Count)| Place {
                name: name(n),
                added: c.added,
                changed: c.changed,
            };
            shown.places = look.places.iter().map(place).collect();
            shown.cut = look.added + look.changed + look.differs > look.lines.len();
            Some(&look.problems)
        }
        Outcome::Wrong(problems) => Some(&**problems),
        Outcome::Refused(why) => {
            shown.refused = why.iter().take(SHOWN).map(said).collect();
            None
        }
        Outcome::Unsure(unsure) => {
            shown.refused = unsure.findings().iter().take(SHOWN).map(said).collect();
            None
        }
    };
    if let Some(problems) = problems {
        let found = |p: &Problem| Found::of(page, problems.of, p);
        (shown.mistakes, shown.doubts) = (problems.wrong.count, problems.doubtful.count);
        shown.wrong = problems.wrong.kept.iter().take(SHOWN).map(found).collect();
        shown.doubtful = problems.doubtful.kept.iter().take(SHOWN).map(found).collect();
    }
    shown
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn did(page: &Page, did: Did) -> String {
    page.tk("desk-import-did-", did.code())
}

/// What was stated, to read it once more.
fn stated_words(page: &Page, stated: &Stated) -> String {
    let mut words = vec![page.tk("desk-import-kind-", &stated.kind)];
    if stated.kind == "areas" {
        words.push(page.tk("area-", &stated.area_kind));
    }
    if upload::has_coordinates(&stated.kind) {
        words.push(match stated.datum.parse::<Datum>() {
            Ok(_) => page.tk("desk-import-datum-", &stated.datum),
            Err(_) => page.t("desk-import-datum-none"),
        });
    }
    words.extend(Some(stated.timezone.clone()).filter(|z| !z.is_empty()));
    words.join(" · ")
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    wish: String,
    doubtful: String,
}

/// Brings the file in, or throws it away.
async fn bring(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Form(answer): Form<Answer>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let forget = move |cx: &mut Cx<'_>| {
        allow(cx, Action::Import)?;
        drafts::find(cx, id)?;
        Ok::<_, Fail>(drafts::forget(cx, id)?)
    };
    if answer.wish != "bring" {
        app.rt.write(who, forget).await?;
        return Ok(Redirect::to(&page.href(HOME)).into_response());
    }
    if answer.doubtful != "yes" {
        let (draft, stated, seen) = run(&app, &staff, id, true).await?;
        if matches!(&seen, Outcome::Done(look) if !look.problems.doubtful.is_empty()) {
            return show(&app, page, staff, draft, &stated, seen, true).await;
        }
    }
    let (draft, stated, outcome) = run(&app, &staff, id, false).await?;
    let Outcome::Done(look) = outcome else { return show(&app, page, staff, draft, &stated, outcome, false).await };
    app.rt.write(who, forget).await?;
    let done = look.import.map_or_else(|| "done=nothing".to_owned(), |n| format!("done=brought&n={n}"));
    Ok(Redirect::to(&page.href(format!("{HOME}?{done}"))).into_response())
}

async fn undo(State(app): State<App>, page: Page, staff: Staff, Path(n): Path<i64>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let rt = app.rt.clone();
    let asked = who.clone();
    let work = move || ::imports::undo::undo(&rt, asked, n, false);
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Fail::Internal(e.to_string()))?;
    let Err(error) = done else {
        return Ok(Redirect::to(&page.href(format!("{HOME}?done=undone&n={n}"))).into_response());
    };
    let cannot = match error.downcast::<CannotUndo>() {
        Ok(CannotUndo::Unknown(_)) => return Err(Fail::NotFound),
        Ok(cannot) => cannot,
        Err(error) => return outcome(Err(error)).and(Err(Fail::NotFound)),
    };
    let shown = app.rt.read(who, move |cx| {
        let lines = lines(cx, &page)?;
        let (problem, reasons) = refused(&page, n, &cannot);
        let mut shown = build(cx, page, &staff, lines, &Stated::default())?;
        (shown.problem, shown.reasons) = (Some(problem), reasons);
        Ok::<_, Fail>(shown)
    });
    Ok((StatusCode::CONFLICT, html(&shown.await?)?).into_response())
}

/// Why an undo is refused, in a sentence, and every row.
fn refused(page: &Page, n: i64, cannot: &CannotUndo) -> (String, Vec<String>) {
    let reason = |r: &store::imports::Reason| {
        let mut words = r.row.map(|row| page.t1("desk-import-row", "n", row)).unwrap_or_default();
        words.push_str(&page.tk("desk-import-thing-", r.thing));
        words.push_str(&r.label.as_ref().map(|l| page.t1("desk-import-called", "name", l)).unwrap_or_default());
        page.t2("desk-import-because", "what", words, "why", page.t1(&format!("desk-import-why-{}", r.why), "n", r.n))
    };
    match cannot {
        CannotUndo::BuiltOn(_, reasons) => {
            (page.t1("desk-import-built-on", "n", n), reasons.iter().take(SHOWN).map(reason).collect())
        }
        CannotUndo::Already(_) | CannotUndo::Unknown(_) => (page.t1("desk-import-already", "n", n), Vec::new()),
        CannotUndo::TooOld(_) => (page.t1("desk-import-too-old", "n", n), Vec::new()),
        CannotUndo::Coverage(pieces) => (page.t1("desk-import-coverage", "n", n), vec![pieces.clone()]),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ::imports::look::Count;

    const THINGS: [&str; 8] = ["area", "post", "account", "org", "seat", "term", "person", "matter"];
    const WHYS: [&str; 22] = [
        "changed",
        "moved",
        "has-areas",
        "is-answered-for",
        "has-posts",
        "has-duty",
        "signed-in",
        "has-keys",
        "has-terms",
        "has-orgs",
        "has-seats",
        "has-residents",
        "has-matters",
        "has-consent",
        "has-link",
        "was-asked-for",
        "was-looked-at",
        "was-asked-about",
        "has-pictures",
        "is-about-somebody",
        "has-repeats",
        "has-bulletins",
    ];

    fn import(page: &Page, n: i64) -> Import {
        Import {
            n,
            id: Uuid::from_u128(1),
            kind: KINDS.get(usize::try_from(n).unwrap_or(0)).unwrap_or(&"residents").to_string(),
            file: "a.csv".into(),
            by: "system:cli".into(),
            at: page.now,
            rows: 1_200,
            added: 3,
            changed: 1,
            items: 4,
            detail: serde_json::Value::Null,
            undone_at: (n == 1).then_some(page.now),
            undone_by: None,
        }
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let mut out = Vec::new();
        for n in [0_i64, 5] {
            let lines = (0..n).map(|i| line(page, &HashMap::new(), import(page, i))).collect();
            let stated = Stated { kind: "areas".into(), ..Stated::default() };
            let mut shown = page_of(page.clone(), Frame::sample(page), lines, &stated);
            if n > 0 {
                shown.done = Some(page.t1("desk-import-done-brought", "n", 3));
                let reasons = THINGS.iter().cycle().zip(WHYS).map(|(thing, why)| store::imports::Reason {
                    row: Some(2),
                    thing,
                    id: Uuid::from_u128(1),
                    why,
                    n: 2,
                    label: Some(name("甲里", "Jiali")),
                });
                let (problem, reasons) = refused(page, 3, &CannotUndo::BuiltOn(3, reasons.collect()));
                (shown.problem, shown.reasons) = (Some(problem), reasons);
                for field in ["kind", "area_kind", "datum", "map", "file"] {
                    shown.errors.push((field.into(), page.tk("desk-import-missing-", field)));
                }
            }
            out.push(("desk/admin/imports.html", shown.render().unwrap_or_default()));
        }
        let draft =
            drafts::Draft { id: Uuid::from_u128(1), file: "a.csv".into(), stated: String::new(), bytes: Vec::new() };
        let stated = Stated { kind: "posts".into(), datum: "gcj02".into(), ..Stated::default() };
        let mut look = Look::default();
        look.add(2, &name("甲里", "Jiali"), Did::Added, Some(&name("南桥镇", "Nanqiao")));
        look.add(3, "", Did::Differs, None);
        look.problems.doubtful(2, &name("电话", "phone"), Finding::NotAPhone);
        look.notes.push(Finding::InNoOther { n: 2 });
        look.places.insert(String::new(), Count { added: 1, changed: 1 });
        let mut problems = Problems::default();
        problems.wrong(4, &name("名称", "name"), Finding::Empty);
        let mut features = Problems { of: Counted::Feature, ..Problems::default() };
        features.wrong_of(2, &name("甲里", "Jiali"), "outline", Finding::Elsewhere);
        let outcomes = [
            (Outcome::Done(Box::new(look)), true),
            (Outcome::Done(Box::default()), false),
            (Outcome::Wrong(Box::new(problems)), false),
            (Outcome::Wrong(Box::new(features)), false),
            (Outcome::Refused(vec![Finding::FileEmpty]), false),
        ];
        for (outcome, unaccepted) in outcomes {
            let shown = look_page(page.clone(), Frame::sample(page), &draft, &stated, outcome, unaccepted);
            out.push(("desk/admin/import.html", shown.render().unwrap_or_default()));
        }
        out
    }
}
