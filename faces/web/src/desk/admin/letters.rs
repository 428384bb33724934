//! Messages and jobs that could not be done (dead letters): look, try again, give up with a reason.

use super::allow;
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::session::Staff;
use crate::{App, Fail, Page};
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
    /// As a spreadsheet sorts it.
    since: String,
    error: String,
    about: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/letters.html")]
struct LettersPage {
    page: Page,
    frame: Frame,
    letters: Vec<Letter>,
    file: String,
    done: Option<String>,
    problem: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
    r#as: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageDeadLetters)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/letters")?;
            let letters: Vec<Letter> = alerts::app::dead::list(cx)?.into_iter().map(|l| letter(&page, l)).collect();
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, letters)));
            }
            let file = table::href(&page, "/desk/admin/letters", &[]);
            let done =
                matches!(after.done.as_str(), "retry" | "discard").then(|| page.tk("desk-letters-done-", &after.done));
            let problem = (after.done == "reason").then(|| page.t("desk-letter-reason-missing"));
            Ok::<_, Fail>(Listed::Page(Box::new(LettersPage { page, frame, letters, file, done, problem })))
        })
        .await?;
    listed.answer(&words, file).await
}

/// Without the keys of the jobs: they lead to matters.
fn as_table(page: &Page, letters: Vec<Letter>) -> Table {
    let head = ["what", "tries", "since", "why"].map(|key| page.tk("desk-letters-col-", key)).into();
    let row = |l: Letter| vec![l.kind, l.tries, l.since, l.error];
    Table { name: "undelivered".into(), head, rows: letters.into_iter().map(row).collect(), ..Table::default() }
}

fn letter(page: &Page, l: store::jobs::DeadLetter) -> Letter {
    let key = format!("desk-job-{}", l.kind.replace(['.', '_'], "-"));
    let kind = page.loc.find(&key, &[]).unwrap_or_else(|| page.t("desk-job-other"));
    Letter {
        id: l.n,
        kind,
        tries: page.t1("desk-letter-tries", "n", l.attempts),
        at: page.ago(l.since),
        since: table::instant(l.since),
        error: why(page, &l.error),
        about: Some(format!("{} {}", l.kind, l.key)),
    }
}

/// What went wrong and how to mend it. The jobs write a few fixed texts in English; a text of something else is shown as it is.
fn why(page: &Page, error: &str) -> String {
    let code = |n: &str| n.trim().to_owned();
    if let Some(n) = error.strip_prefix("refused with ") {
        return page.t1("desk-letter-why-refused", "code", code(n));
    }
    if let Some(n) = error.strip_prefix("put off with ") {
        return page.t1("desk-letter-why-put-off", "code", code(n));
    }
    if error == "the gateway's answer is not understood" {
        return page.t("desk-letter-why-gateway-silent");
    }
    // Gateway and robot end with a code.
    let end = |text: &str| text.rsplit([' ', '(']).next().unwrap_or_default().trim_end_matches(')').to_owned();
    if error.starts_with("the gateway ") {
        return page.t1("desk-letter-why-gateway", "code", end(error));
    }
    if error.starts_with("the robot's address") {
        return page.t1("desk-letter-why-robot", "code", end(error));
    }
    let key = match error {
        "no mail server is set up" => "none",
        "the mail settings are wrong" => "settings",
        "the mail server could not be reached a moment ago" | "the connection failed" => "connection",
        "no SMS gateway is set up" => "no-gateway",
        "the other side could not be reached a moment ago" => "gateway-silent",
        "no answer in time" => "slow",
        "not an address" => "address",
        text if text.starts_with("the database is not available") => "database",
        other => return page.t1("desk-letter-why-other", "text", other),
    };
    page.tk("desk-letter-why-", key)
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

    #[test]
    fn what_the_mail_jobs_write_is_said_in_the_reader_s_language() {
        let page = Page::sample(crate::Look::default());
        let texts = [
            "no mail server is set up",
            "the mail settings are wrong",
            "the mail server could not be reached a moment ago",
            "the connection failed",
            "no answer in time",
            "not an address",
            "refused with 550",
            "put off with 451",
            "the database is not available: gone",
            "the gateway put it off with 45009",
            "the gateway's answer is not understood",
            "no SMS gateway is set up",
            "the other side could not be reached a moment ago",
            "the robot's address or secret is wrong, or it was removed (310000)",
        ];
        for text in texts {
            let words = why(&page, text);
            assert!(!words.chars().any(|c| c.is_ascii_lowercase()), "{text} → {words}");
        }
        assert!(why(&page, "refused with 550").contains("550"));
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let letter = |n: i64| Letter {
            id: n,
            kind: page.t("desk-job-deliver-answer"),
            tries: page.t1("desk-letter-tries", "n", n),
            at: page.ago(page.now),
            since: table::instant(page.now),
            error: why(page, if n > 0 { "refused with 550" } else { "the connection failed" }),
            about: None,
        };
        let of = |n: i64| LettersPage {
            page: page.clone(),
            frame: Frame::sample(page),
            letters: (0..n).map(letter).collect(),
            file: table::href(page, "/desk/admin/letters", &[]),
            done: (n > 0).then(|| page.t("desk-letters-done-retry")),
            problem: (n > 0).then(|| page.t("desk-letter-reason-missing")),
        };
        [0, 2].into_iter().map(|n| ("desk/admin/letters.html", of(n).render().unwrap_or_default())).collect()
    }
}
