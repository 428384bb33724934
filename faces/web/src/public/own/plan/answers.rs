//! What may be done with what was written: one question a page, in plain words. A guardian asks the elder first and answers in
//! their own name.

use super::{Inside, Problem, door, told};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::family::{self, Asked, ElderSaid, Opened, Question};
use people::app::consents::{Answer, Standing};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/plan/consents", get(list))
        .route("/p/{code}/plan/consents/{question}", get(show).post(send))
}

#[derive(Template)]
#[template(path = "public/own/plan/consents.html")]
struct ListPage {
    page: Page,
    code: String,
    /// Code and where it stands.
    all: Vec<(&'static str, String, bool)>,
}

#[derive(Template)]
#[template(path = "public/own/plan/consent.html")]
struct AskPage {
    page: Page,
    code: String,
    question: &'static str,
    standing: String,
    guardian: bool,
    /// Codes of what was chosen.
    elder: String,
    answer: String,
    problems: Vec<Problem>,
}

impl AskPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

fn standing(page: &Page, asked: &Asked) -> String {
    if asked.narrowed {
        return page.t("plan-narrowed");
    }
    match asked.standing {
        Standing::Given { review_on } => page.t1("circle-agreed", "day", page.day(review_on)),
        Standing::NotAsked => page.t("plan-not-answered"),
        Standing::Respected { .. } | Standing::MayAsk => page.t("plan-no"),
    }
}

async fn list(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            html(&list_of(page, &inside, &o))
        }
    }
}

fn list_of(page: Page, inside: &Inside, o: &Opened) -> ListPage {
    let all = o.asked.iter().map(|a| (a.question.code(), standing(&page, a), a.mine.is_some()));
    ListPage { all: all.collect(), code: inside.code.clone(), page }
}

fn ask_of(page: Page, inside: &Inside, asked: &Asked, chosen: (String, String), problems: Vec<Problem>) -> AskPage {
    AskPage {
        code: inside.code.clone(),
        question: asked.question.code(),
        standing: standing(&page, asked),
        guardian: inside.of.guardian.is_some(),
        elder: chosen.0,
        answer: chosen.1,
        problems,
        page,
    }
}

fn asked(o: &Opened, question: Question) -> Result<Asked, Fail> {
    o.asked.iter().find(|a| a.question == question).copied().ok_or(Fail::NotFound)
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, question)): Path<(String, String)>,
) -> Result<Response, Fail> {
    let question = Question::from_code(&question).ok_or(Fail::NotFound)?;
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            html(&ask_of(page, &inside, &asked(&o, question)?, (String::new(), String::new()), Vec::new()))
        }
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, question)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let question = Question::from_code(&question).ok_or(Fail::NotFound)?;
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let (elder, answer) = (posted.get("elder"), posted.get("answer"));
    let (said, given) = (ElderSaid::from_code(&elder), Answer::from_code(&answer));
    let done = match given {
        None => Err(care::Error::Invalid { field: "answer", why: "missing" }),
        Some(given) => inside.act(&app, source, move |cx, of| family::answer(cx, of, question, given, said)).await?,
    };
    let problem = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{}/consents", inside.home()))).into_response()),
        Err(care::Error::Refused("elder-said-no")) => ("answer", page.t("rule-care-elder-said-no")),
        Err(error) => told(&page, error)?,
    };
    let o = inside.open(&app).await?;
    let shown = ask_of(page, &inside, &asked(&o, question)?, (elder, answer), vec![problem]);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let inside = super::sample_inside();
    let mut out = Vec::new();
    for full in [false, true] {
        let o = super::opened(page, full);
        out.push(("public/own/plan/consents.html", list_of(page.clone(), &inside, &o).render().unwrap_or_default()));
        for one in &o.asked {
            let problems = if full {
                vec![
                    ("answer", page.t("rule-care-elder-said-no")),
                    ("elder", page.t1("plan-wrong-missing", "field", "1")),
                ]
            } else {
                Vec::new()
            };
            let chosen = ("no".to_owned(), "given".to_owned());
            let shown = ask_of(page.clone(), &inside, one, chosen, problems);
            out.push(("public/own/plan/consent.html", shown.render().unwrap_or_default()));
        }
    }
    out
}
