//! The letter with the code of somebody's own page: shown once, to be printed and handed over.

use super::{told, unkept};
use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, qr};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kernel::Purpose;
use kernel::ids::{MatterId, PersonId};
use matters::app::persons as of;
use people::app::links::{self, Issued, Proof};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/matters/{id}/people/{person}/link", post(issue))
}

#[derive(Template)]
#[template(path = "desk/link_letter.html")]
struct LetterPage {
    page: Page,
    frame: Frame,
    back: String,
    /// `None`: it could not be issued, and why.
    letter: Option<Letter>,
    problem: Option<String>,
}

struct Letter {
    name: String,
    code: String,
    link: String,
    typed_at: String,
    qr: String,
    until: String,
}

fn letter(page: &Page, issued: Issued) -> Letter {
    let link = page.config.absolute(&page.look.in_elder(false).href(&format!("/p/{}", issued.code)));
    Letter {
        name: issued.name,
        qr: qr::svg(&link, &page.t("own-letter-qr")),
        link,
        typed_at: page.config.absolute("/p"),
        code: issued.code,
        until: page.day(issued.until),
    }
}

async fn issue(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(MatterId, PersonId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            let why = of::in_the_name_of(cx, id, person)?;
            let proof = Proof::from_code(&posted.get("proof"));
            let proof = proof.ok_or(people::Error::Invalid { field: "proof", why: "missing" })?;
            Ok::<_, matters::Error>(links::issue(cx, person, &why, posted.get("to").parse().ok(), proof)?)
        })
        .await;
    let (letter, problem) = match done {
        Ok(issued) => (Some(letter(&page, issued)), None),
        Err(error) => match told(&page, &error) {
            Some(words) => (None, Some(words)),
            None => return Err(error.into()),
        },
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let back = page.href(format!("/desk/matters/{id}/people"));
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "")?;
            Ok::<_, Fail>(LetterPage { page, frame, back, letter, problem })
        })
        .await?;
    Ok((status, unkept(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let issued = || Issued {
        id: uuid::Uuid::from_u128(1),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        name: if page.zh() { "王桂芳".into() } else { "Wang Guifang".into() },
        until: page.now.plus_days(365),
    };
    let build = |good: bool| LetterPage {
        page: page.clone(),
        frame: Frame::sample(page),
        back: "/desk".into(),
        letter: good.then(|| letter(page, issued())),
        problem: (!good).then(|| page.t("record-wrong-unknown")),
    };
    [true, false].iter().map(|good| ("desk/link_letter.html", build(*good).render().unwrap_or_default())).collect()
}
