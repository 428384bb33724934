//! Bringing in a file: uploaded, looked through with every row that is wrong, confirmed, listed, and undone (R10). Whoever may
//! import at the machine may here.

mod look;
#[cfg(test)]
pub(super) mod samples;

use super::allow;
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::guard::PHOTOS;
use crate::session::Staff;
use crate::uploads::{self, Sent, fail, undo_refused};
use crate::{App, Fail, Page, html};
use ::imports::undo::CannotUndo;
use ::imports::upload::{self, KINDS, Stated};
use ::imports::uploads::{Outcome, Upload};
use ::people::app::undo::list_imports;
use ::people::policy::Action;
use ::places::AreaKind;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::AccountId;
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;
use store::imports::Import;

const HOME: &str = "/desk/admin/imports";
/// Imports of one page.
const LISTED: usize = 200;
/// Findings of one page.
const SHOWN: usize = ::imports::problems::SHOWN;
const DATUMS: [&str; 5] = ["none", "wgs84", "gcj02", "bd09", "cgcs2000"];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/imports", get(list).post(upload).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/admin/imports/look/{id}", get(look::show).post(look::answer))
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

/// An upload that is not in yet.
struct Waiting {
    href: String,
    file: String,
    state: String,
}

#[derive(Template)]
#[template(path = "desk/admin/imports.html")]
struct ImportsPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    /// Files of the reader that are looked through or brought in just now.
    waiting: Vec<Waiting>,
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
            let waiting = waiting(cx, &page)?;
            let mut shown = build(cx, page, &staff, lines, &Stated::default())?;
            (shown.done, shown.waiting) = (done, waiting);
            Ok::<_, Fail>(Listed::Page(Box::new(shown)))
        })
        .await?;
    listed.answer(&words, file).await
}

fn waiting(cx: &mut Cx<'_>, page: &Page) -> Result<Vec<Waiting>, Fail> {
    let all = ::imports::uploads::list(cx).map_err(fail)?;
    Ok(all.iter().filter(|u| u.brought().is_none()).map(|u| waits(page, u)).collect())
}

fn waits(page: &Page, upload: &Upload) -> Waiting {
    let state = match &upload.outcome {
        None => upload.draft.state.code(),
        Some(Outcome::Fine(_)) => "looked",
        Some(_) => "refused",
    };
    let (file, id) = (upload.draft.file.clone(), upload.draft.id);
    Waiting { href: page.href(format!("{HOME}/look/{id}")), file, state: page.tk("desk-import-state-", state) }
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
    Table { name: "imports".into(), head, rows, ..Table::default() }
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
        waiting: Vec::new(),
        lines,
        frame,
        page,
    }
}

/// Keeps the file until it was looked through.
async fn upload(State(app): State<App>, page: Page, staff: Staff, request: Request) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.read(who.clone(), |cx| allow(cx, Action::Import)).await?;
    let parts = Multipart::from_request(request, &app).await;
    let parts = parts.map_err(|e| Fail::from_status(e.into_response().status()))?;
    let (Sent { stated, file }, too_large) = match uploads::read(parts).await {
        Err(Fail::TooLarge(_)) => (Sent::default(), true),
        sent => (sent?, false),
    };
    let bad = upload::missing(&stated).or_else(|| file.is_none().then_some("file"));
    let bad = if too_large { Some("small_file") } else { bad };
    let Some((name, bytes)) = file.filter(|_| bad.is_none()) else {
        let field = bad.unwrap_or("file");
        let shown = app.rt.read(who, move |cx| {
            let lines = lines(cx, &page)?;
            let at = if field == "small_file" { "file" } else { field };
            let error = (at.to_owned(), page.tk("desk-import-missing-", field));
            let mut shown = build(cx, page, &staff, lines, &stated)?;
            shown.errors.push(error);
            Ok::<_, Fail>(shown)
        });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response());
    };
    let short = uploads::is_short(bytes.len());
    let id = app.rt.write(who, move |cx| ::imports::uploads::keep(cx, &name, &stated, &bytes).map_err(fail)).await?;
    if short {
        uploads::work(&app, id).await?;
    }
    Ok(Redirect::to(&page.href(format!("{HOME}/look/{id}"))).into_response())
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
        Err(error) => return Err(fail(error)),
    };
    let shown = app.rt.read(who, move |cx| {
        let lines = lines(cx, &page)?;
        let refused = undo_refused(&page, n, &cannot);
        let (problem, reasons) = (refused.sentence, refused.lines.into_iter().map(|(_, _, words)| words).collect());
        let mut shown = build(cx, page, &staff, lines, &Stated::default())?;
        (shown.problem, shown.reasons) = (Some(problem), reasons);
        Ok::<_, Fail>(shown)
    });
    Ok((StatusCode::CONFLICT, html(&shown.await?)?).into_response())
}
