//! "Why did this person look?" — what the audit asked me, what it has reported, and whether the log verifies.

use super::Frame;
use super::admin::{LineView, RunView, lines_table, run_view};
use super::table::{self, Asked};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use audit::review;
use audit::verification;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::policy::{Action, ResourceFacts, decide};
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/questions", get(show)).route("/desk/questions/{id}", post(answer))
}

#[derive(Template)]
#[template(path = "desk/questions.html")]
struct QuestionsPage {
    page: Page,
    frame: Frame,
    mine: Vec<LineView>,
    reported: Vec<LineView>,
    /// The last verification, when it found something and this account is to hear of it.
    broken: Option<RunView>,
    /// The answer that could not be taken: its line, what was typed, what is wrong.
    problem: Option<(Uuid, String, String)>,
}

impl QuestionsPage {
    fn typed(&self, id: &Uuid) -> &str {
        self.problem.as_ref().filter(|(of, _, _)| of == id).map_or("", |(_, text, _)| text)
    }
    fn wrong(&self, id: &Uuid) -> Option<&String> {
        self.problem.as_ref().filter(|(of, _, _)| of == id).map(|(_, _, words)| words)
    }
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    problem: Option<(Uuid, String, String)>,
) -> Result<QuestionsPage, Fail> {
    let lines = |cx: &mut Cx<'_>, page: &Page, all: Vec<review::Line>| {
        all.iter().map(|line| LineView::new(cx, page, line)).collect::<Result<Vec<_>, _>>()
    };
    let asked = review::questions(cx)?;
    let mine = lines(cx, &page, asked)?;
    let (mut reported, mut broken) = (Vec::new(), None);
    if hears(cx) {
        let found = review::reported(cx)?;
        reported = lines(cx, &page, found)?;
        let last = verification::last_result(cx)?.filter(|v| v.state == "broken");
        broken = last.map(|v| run_view(cx, &page, &v)).transpose()?;
    }
    let frame = Frame::load(cx, &page, staff, "/desk/questions")?;
    Ok(QuestionsPage { page, frame, mine, reported, broken, problem })
}

/// Is told what was reported, and that the log does not verify.
fn hears(cx: &Cx<'_>) -> bool {
    decide(&cx.actor, cx.purpose, Action::HearReports, &ResourceFacts::District).is_allowed()
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = asked.kind() {
        let words = page.clone();
        let taken = app.rt.write(who, move |cx| {
            let mut lines = review::questions(cx)?;
            if hears(cx) {
                lines.extend(review::reported(cx)?);
            }
            lines_table(cx, &words, "questions", &lines)
        });
        return table::answer(&page, taken.await?, kind).await;
    }
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, None)).await?;
    html(&shown)
}

async fn answer(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (who, text) = (staff.who(Purpose::Administration), posted.get("answer"));
    let typed = text.clone();
    match app.rt.write(who.clone(), move |cx| review::answer(cx, id, &typed)).await {
        Ok(()) => Ok(Redirect::to(&page.href("/desk/questions")).into_response()),
        Err(audit::Error::Invalid { why, .. }) => {
            let problem = Some((id, text, page.tk("audit-invalid-", why)));
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use audit::review::State as Stand;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let line = |state| LineView::sample(page, state);
        let problem = (Uuid::from_u128(3), String::new(), page.tk("audit-invalid-", "answer"));
        let broken = RunView {
            asked: page.stamp(page.now),
            by: page.t("audit-by-night"),
            state: "broken".into(),
            words: page.t1("audit-run-broken", "n", 1),
            done: None,
            breaks: vec![page.t("audit-half-views")],
        };
        let empty = QuestionsPage {
            page: page.clone(),
            frame: Frame::sample(page),
            mine: vec![],
            reported: vec![],
            broken: None,
            problem: None,
        };
        let full = QuestionsPage {
            page: page.clone(),
            frame: Frame::sample(page),
            mine: vec![line(Stand::Asked), line(Stand::Answered)],
            reported: vec![line(Stand::Reported)],
            broken: Some(broken),
            problem: Some(problem),
        };
        [empty, full].iter().map(|p| ("desk/questions.html", p.render().unwrap_or_default())).collect()
    }
}
