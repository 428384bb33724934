//! One's own answer to a locator that another of the family brought: what is agreed to, what the wearer says, yes or no.

use super::{Inside, Problem, act, door, family, told};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use locators::app::consents::{self, NewConsent};
use locators::model::Weighed;
use people::app::consents::{Aim, Answer, By, Way};
use people::app::links::Holder;
use people::app::persons::For;
use store::Cx;

/// Days° until it is asked again.
const REVIEW_DAYS: i64 = 365;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/locator/consent", get(show).post(send))
}

#[derive(Template)]
#[template(path = "public/own/locator/consent.html")]
struct ConsentPage {
    page: Page,
    code: String,
    standing: String,
    guardian: bool,
    elder: String,
    answer: String,
    problems: Vec<Problem>,
}

impl ConsentPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    fn chosen(&self, typed: &str, code: &str) -> bool {
        typed == code
    }
}

/// Writes an answer of whoever holds the letter, unless it is what they said last.
pub(super) fn say(cx: &mut Cx<'_>, of: &Holder, answer: Answer) -> locators::Result<()> {
    if family::view(cx, of)?.consent.mine == Some(answer) {
        return Ok(());
    }
    let new = NewConsent {
        answer,
        by: if of.guardian.is_some() { By::Guardian } else { By::Subject },
        guardian: of.guardian,
        aim: Aim::Care,
        way: Way::Page,
        witness: String::new(),
        review_on: cx.now.plus_days(REVIEW_DAYS),
        by_themselves: true,
    };
    consents::record(cx, of.person, &For::Letter(*of), &new).map(drop)
}

fn standing(page: &Page, weighed: Weighed) -> String {
    page.tk("loc-stands-", weighed.code())
}

async fn page_of(
    app: &App,
    page: Page,
    inside: &Inside,
    (elder, answer): (String, String),
    problems: Vec<Problem>,
) -> Result<ConsentPage, Fail> {
    let of = inside.of;
    let v = app.rt.write(inside.who.clone(), move |cx| family::view(cx, &of)).await.map_err(Fail::from)?;
    let standing = standing(&page, v.consent.weighed);
    Ok(ConsentPage {
        page,
        code: inside.code.clone(),
        standing,
        guardian: of.guardian.is_some(),
        elder,
        answer,
        problems,
    })
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => html(&page_of(&app, page, &inside, Default::default(), Vec::new()).await?),
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let typed = (posted.get("elder"), posted.get("answer"));
    let missing = |field: &'static str| (field, page.t1("loc-wrong-missing", "field", page.tk("loc-field-", field)));
    let asked = inside.of.guardian.is_none() || ["yes", "no", "cannot"].contains(&typed.0.as_str());
    let problem = match Answer::from_code(&typed.1) {
        None => missing("answer"),
        Some(Answer::Given) if !asked => missing("elder"),
        Some(Answer::Given) if inside.of.guardian.is_some() && typed.0 == "no" => {
            ("elder", page.t("loc-wrong-elder-no"))
        }
        Some(answer) => match act(&app, &inside, source, move |cx, of| say(cx, of, answer)).await? {
            Ok(()) => return Ok(super::done(&page, &inside, "answered")),
            Err(error) => told(&page, error)?,
        },
    };
    let body = html(&page_of(&app, page, &inside, typed, vec![problem]).await?)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page, full: bool) -> Vec<(&'static str, String)> {
    let wrong = |id: &'static str| (id, page.t1("loc-wrong-missing", "field", "1"));
    let problems = if full { vec![wrong("elder"), wrong("answer")] } else { Vec::new() };
    let of = |weighed: &Weighed| ConsentPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        standing: standing(page, *weighed),
        guardian: full,
        elder: String::new(),
        answer: String::new(),
        problems: problems.clone(),
    };
    let all = Weighed::ALL.iter().map(of);
    all.map(|p| ("public/own/locator/consent.html", p.render().unwrap_or_default())).collect()
}
