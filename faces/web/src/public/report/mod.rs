//! Raising something: three short pages, one to check, a receipt. Works without script and without an account.

mod draft;
mod pages;
mod send;

use super::find;
use super::home::new_idem;
use super::post::Posted;
use crate::guard::{PHOTOS, Source, Wicket};
use crate::{App, Fail, Page, html};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use draft::{Draft, Part, Problem};
use pages::{ReportPage, plan};
use serde::Deserialize;

pub(super) use pages::Town;
#[cfg(test)]
pub(crate) use pages::{sample_offer, samples};
pub(super) use send::towns;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/report", get(start).post(step).layer(DefaultBodyLimit::max(PHOTOS)))
}

/// What a QR code at a post says: which post it hangs at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Scanned {
    post: String,
}

async fn start(State(app): State<App>, page: Page, Query(scanned): Query<Scanned>) -> Result<Response, Fail> {
    let post = send::known_post(&app, &scanned.post).await?;
    let draft = Draft { idem: new_idem(&app), post, ..Draft::default() };
    show(&app, page, draft, 0, Vec::new()).await
}

async fn show(app: &App, page: Page, draft: Draft, index: usize, problems: Vec<Problem>) -> Result<Response, Fail> {
    let offer = send::offer(app, &page, &draft).await?;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut shown = ReportPage::new(page, draft, offer, index, problems);
    if shown.parts.contains(&Part::Check) {
        shown.preview = send::preview(app, &shown.page, &shown.draft).await?;
    }
    let body = html(&shown)?;
    Ok((status, body).into_response())
}

/// Where the form says it was, and where its button leads.
async fn step(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let mut draft = Draft::of(&posted);
    if draft.idem.is_empty() {
        draft.idem = new_idem(&app);
    }
    draft.post = send::known_post(&app, &draft.post).await?;
    let plan = plan(page.look);
    let at = Part::from_code(&posted.get("at")).and_then(|part| page_of(&plan, part)).unwrap_or(0);
    let go = posted.get("go");
    if go == "back" {
        let index = previous(&plan, at, &draft);
        return show(&app, page, draft, index, Vec::new()).await;
    }
    if let Some(part) = go.strip_prefix("to-").and_then(Part::from_code) {
        let index = page_of(&plan, part).unwrap_or(0);
        return show(&app, page, draft, index, Vec::new()).await;
    }
    if go == "unpin" {
        draft.unpin();
        return show(&app, page, draft, at, Vec::new()).await;
    }
    if go == "find" {
        let near = (draft.lat.as_str(), draft.lon.as_str());
        draft.places = Some(find::look_up(&app, &page, source, &draft.address, near).await?);
        return show(&app, page, draft, at, Vec::new()).await;
    }
    if let Some(how) = Redraw::from_button(&go) {
        return redraw(&app, page, draft, &plan, at, how).await;
    }
    // What the owner will read, once more with what was put right.
    if go == "again" {
        return show(&app, page, draft, at, Vec::new()).await;
    }
    let parts = plan.get(at).cloned().unwrap_or_default();
    let problems = problems(&app, &page, &mut draft, &parts).await?;
    if !problems.is_empty() {
        return show(&app, page, draft, at, problems).await;
    }
    if !parts.contains(&Part::Check) {
        let next = next(&plan, at, &draft);
        return show(&app, page, draft, next, Vec::new()).await;
    }
    app.limits.pass(Wicket::Report, source)?;
    finish(&app, page, draft, posted.files).await
}

/// The buttons that only change how the page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redraw {
    /// In the language and the mode of the address that is asked.
    AsAddressed,
    Larger,
    Smaller,
}

impl Redraw {
    fn from_button(go: &str) -> Option<Self> {
        match go {
            "look" => Some(Self::AsAddressed),
            "larger" => Some(Self::Larger),
            "smaller" => Some(Self::Smaller),
            _ => None,
        }
    }
}

/// The same question in another look, with everything that was typed. Where the other look asks in another order, the
/// first question without an answer comes first.
async fn redraw(
    app: &App,
    mut page: Page,
    draft: Draft,
    plan: &[Vec<Part>],
    at: usize,
    how: Redraw,
) -> Result<Response, Fail> {
    let open = |parts: &Vec<Part>| parts.iter().any(|part| !draft.problems(*part, &page).is_empty());
    let index = plan.iter().take(at).position(open).unwrap_or(at);
    if how != Redraw::AsAddressed {
        page.look.larger = how == Redraw::Larger && page.look.elder;
    }
    let mut response = show(app, page, draft, index, Vec::new()).await?;
    if how != Redraw::AsAddressed {
        response.headers_mut().insert(header::SET_COOKIE, super::home::size_cookie(how == Redraw::Larger));
    }
    Ok(response)
}

/// What is wrong with the answers to these questions. A pin that is wrong is taken off.
async fn problems(app: &App, page: &Page, draft: &mut Draft, parts: &[Part]) -> Result<Vec<Problem>, Fail> {
    let mut problems: Vec<Problem> = parts.iter().flat_map(|part| draft.problems(*part, page)).collect();
    if parts.contains(&Part::Place) {
        if let Some(Ok(point)) = draft.point()
            && send::is_outside(app, point).await?
        {
            problems.push(("address", page.t("report-outside")));
            draft.unpin();
        }
        if matches!(draft.point(), Some(Err(()))) {
            draft.unpin();
        }
    }
    Ok(problems)
}

/// Everything is there: look at all answers once more, send, and show the receipt.
async fn finish(app: &App, page: Page, mut draft: Draft, photos: Vec<Vec<u8>>) -> Result<Response, Fail> {
    let plan = plan(page.look);
    for (index, parts) in plan.iter().enumerate() {
        let problems = problems(app, &page, &mut draft, parts).await?;
        if !problems.is_empty() {
            return show(app, page, draft, index, problems).await;
        }
    }
    match send::send(app, &page, &draft, photos).await? {
        Ok(code) => Ok(Redirect::to(&page.href(&format!("/t/{code}/receipt"))).into_response()),
        Err(problems) => {
            if problems.iter().any(|(field, _)| *field == "again") {
                // Sent before with other words: sent once more it is another matter, and nothing has to be typed anew.
                draft.idem = new_idem(app);
            }
            let at = problems.iter().filter_map(|(field, _)| part_of(field)).find_map(|part| page_of(&plan, part));
            let index = at.unwrap_or(plan.len().saturating_sub(1));
            show(app, page, draft, index, problems).await
        }
    }
}

fn page_of(plan: &[Vec<Part>], part: Part) -> Option<usize> {
    plan.iter().position(|parts| parts.contains(&part))
}

fn part_of(field: &str) -> Option<Part> {
    Some(match field {
        "class" => Part::Class,
        "text" => Part::Words,
        "address" | "area" => Part::Place,
        "reach" => Part::Reach,
        "phone" | "email" | "name" => Part::Contact,
        _ => return None,
    })
}

/// Elder pages do not ask for a number nobody will use.
fn skips(parts: &[Part], draft: &Draft) -> bool {
    parts == [Part::Contact] && matches!(draft.reach(), Some(draft::Reach::Anonymous | draft::Reach::Page))
}

fn next(plan: &[Vec<Part>], at: usize, draft: &Draft) -> usize {
    let after = plan.iter().enumerate().skip(at + 1);
    after.filter(|(_, parts)| !skips(parts, draft)).map(|(i, _)| i).next().unwrap_or(at)
}

fn previous(plan: &[Vec<Part>], at: usize, draft: &Draft) -> usize {
    let before = plan.iter().enumerate().take(at).rev();
    before.filter(|(_, parts)| !skips(parts, draft)).map(|(i, _)| i).next().unwrap_or(0)
}
