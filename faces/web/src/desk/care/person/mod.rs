//! One person in care (N1): who it is, who cares for them, when somebody goes there next and why, what visitors found. What is opened
//! in the name of a matter only is shown in the name of an open matter about them that the reader works on; otherwise the page
//! says what is not shown, and why.

mod step;
mod view;

#[cfg(test)]
pub(super) use view::samples;

use super::people::LIST;
use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, photos};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::visits;
use kernel::Purpose;
use kernel::ids::PersonId;
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/care/{id}", get(show).post(act)).route("/desk/care/{id}/photo/{report}", get(photo))
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Ask {
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<PersonId>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    // Another record of theirs was joined into this one: old links lead to them.
    let who = staff.who(Purpose::Administration);
    if let Some(kept) = app.rt.read(who, move |cx| visits::stands_for(cx, id)).await? {
        return Ok(Redirect::to(&page.href(format!("{LIST}/{kept}?done=was-joined"))).into_response());
    }
    let done = step::DONE.iter().find(|d| **d == asked.done).map(|d| page.tk("cared-done-", d));
    shown(&app, page, staff, id, done, None).await
}

/// Loads the page and writes down who looked.
async fn shown(
    app: &App,
    page: Page,
    staff: Staff,
    id: PersonId,
    done: Option<String>,
    wrong: Option<step::Wrong>,
) -> Result<Response, Fail> {
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (who, shown, reader) = (staff.who(Purpose::Administration), page.clone(), staff.clone());
    let (frame, seen) = app
        .rt
        .write(who, move |cx| {
            let seen = view::load(cx, &shown, id)?;
            Ok::<_, Fail>((Frame::load(cx, &shown, &reader, LIST)?, seen))
        })
        .await?;
    let circle = view::circle(app, &page, &staff, id, &seen.open).await?;
    let again = app.rt.ids().uuid(app.rt.now()).to_string();
    let body = html(&view::PersonPage::new(page, frame, id, seen, circle, again, done, wrong))?;
    Ok(crate::unkept((status, body).into_response()))
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<PersonId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let asked = std::sync::Arc::new(posted);
    let form = std::sync::Arc::clone(&asked);
    let done = app.rt.write(staff.who(Purpose::Administration), move |cx| step::step(cx, id, &form)).await;
    match done {
        Ok(key) => Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done={key}"))).into_response()),
        Err(error) => match step::told(&page, &error) {
            Some(words) => {
                let wrong = step::Wrong::new(&asked, words);
                shown(&app, page, staff, id, None, Some(wrong)).await
            }
            None => Err(error.into()),
        },
    }
}

async fn photo(
    State(app): State<App>,
    staff: Staff,
    Path((_, report)): Path<(PersonId, Uuid)>,
) -> Result<Response, Fail> {
    let found = app.rt.write(staff.who(Purpose::Administration), move |cx| visits::photo_of(cx, report)).await?;
    Ok(photos::jpeg(found))
}
