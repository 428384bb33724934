//! Messages and jobs that could not be done (dead letters): look, try again, give up with a reason.

use super::allow;
use crate::desk::Frame;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::policy::Action;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/letters", get(show))
        .route("/desk/admin/letters/retry", post(retry))
        .route("/desk/admin/letters/discard", post(discard))
}

struct Letter {
    id: i64,
    kind: String,
    tries: String,
    at: String,
    error: String,
    about: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/letters.html")]
struct LettersPage {
    page: Page,
    frame: Frame,
    letters: Vec<Letter>,
    done: Option<String>,
    problem: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageDeadLetters)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/letters")?;
            let letters = alerts::app::dead::list(cx)?.into_iter().map(|l| letter(&page, l)).collect();
            let done =
                matches!(after.done.as_str(), "retry" | "discard").then(|| page.tk("desk-letters-done-", &after.done));
            let problem = (after.done == "reason").then(|| page.t("desk-letter-reason-missing"));
            Ok::<_, Fail>(LettersPage { page, frame, letters, done, problem })
        })
        .await?;
    html(&shown)
}

fn letter(page: &Page, l: store::jobs::DeadLetter) -> Letter {
    let key = format!("desk-job-{}", l.kind.replace(['.', '_'], "-"));
    let kind = page.loc.find(&key, &[]).unwrap_or_else(|| page.t("desk-job-other"));
    Letter {
        id: l.n,
        kind,
        tries: page.t1("desk-letter-tries", "n", l.attempts),
        at: page.ago(l.since),
        error: l.error,
        about: Some(format!("{} {}", l.kind, l.key)),
    }
}

#[derive(Deserialize)]
struct Which {
    job: i64,
    #[serde(default)]
    reason: String,
}

async fn retry(State(app): State<App>, page: Page, staff: Staff, Form(which): Form<Which>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.write(who, move |cx| alerts::app::dead::retry(cx, which.job)).await?;
    Ok(Redirect::to(&page.href("/desk/admin/letters?done=retry")).into_response())
}

async fn discard(State(app): State<App>, page: Page, staff: Staff, Form(which): Form<Which>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let done = match app.rt.write(who, move |cx| alerts::app::dead::discard(cx, which.job, &which.reason)).await {
        Ok(()) => "discard",
        Err(alerts::Error::Invalid { .. }) => "reason",
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&page.href(format!("/desk/admin/letters?done={done}"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let letter = |n: i64| Letter {
            id: n,
            kind: page.t("desk-job-deliver-answer"),
            tries: page.t1("desk-letter-tries", "n", n),
            at: page.ago(page.now),
            error: "550".into(),
            about: None,
        };
        let of = |n: i64| LettersPage {
            page: page.clone(),
            frame: Frame::sample(page),
            letters: (0..n).map(letter).collect(),
            done: (n > 0).then(|| page.t("desk-letters-done-retry")),
            problem: (n > 0).then(|| page.t("desk-letter-reason-missing")),
        };
        [0, 2].into_iter().map(|n| ("desk/admin/letters.html", of(n).render().unwrap_or_default())).collect()
    }
}
