//! The same things by plain forms, for a phone without the script: done at once, while there is signal.

use super::view::TaskView;
use super::{TaskPage, commands, gate, wrong};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Point;
use lost::app::search::{FieldAct, FieldCommand, Outcome};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What can have been done: ends of the keys `field-done-…`.
pub(super) const SAID: [&str; 5] = ["walked", "here", "seen", "found", "back"];

/// One id for one form as it was filled in: a double tap does it once, another thing is another command.
fn id_of(posted: &Posted) -> Uuid {
    let mut hash = Sha256::new();
    for (name, value) in posted.pairs() {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(value.as_bytes());
        hash.update([0]);
    }
    let mut bytes = [0u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The street they chose, or what is wrong: a key.
fn act(posted: &Posted, v: &TaskView) -> Result<FieldAct, &'static str> {
    let spot = v.spot(&posted.get("street"));
    let place = spot.and_then(|(lon, lat, reach)| Some((Point::new(lon, lat).ok()?, reach)));
    let words = posted.get("words");
    match posted.get("act").as_str() {
        "walked" => {
            let segments: Vec<String> = posted.list("walked").into_iter().filter(|k| v.spot(k).is_some()).collect();
            if segments.is_empty() { Err("field-need-street") } else { Ok(FieldAct::Walked { segments }) }
        }
        "here" => place.map(|(point, accuracy_m)| FieldAct::Here { point, accuracy_m }).ok_or("field-need-place"),
        "seen" => {
            place.map(|(point, accuracy_m)| FieldAct::Seen { point, accuracy_m, words }).ok_or("field-need-place")
        }
        "found" => Ok(FieldAct::Found { point: place.map(|(point, _)| point), words }),
        "back" => Ok(FieldAct::Back),
        _ => Err("invalid-form"),
    }
}

pub(super) async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Field, source)?;
    let Some((code, task)) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    let v = TaskView::of(&page, task);
    let again = |app: &App, page: Page, v, problem: String| {
        let shown = TaskPage { problem: Some(problem), ..TaskPage::new(app, page, &headers, code.clone(), v)? };
        Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
    };
    let act = match act(&posted, &v) {
        Ok(act) => act,
        Err(key) => {
            let problem = page.t(key);
            return again(&app, page, v, problem);
        }
    };
    let now = app.rt.now();
    let command = FieldCommand { id: id_of(&posted), at: now, act };
    let Some(taken) = gate::take(&app, &code, vec![command], now).await? else { return wrong(&app, page, source) };
    if let Some(Outcome::Conflict(key)) = taken.first() {
        let problem = commands::conflict(&page, key);
        return again(&app, page, v, problem);
    }
    let done = SAID.into_iter().find(|name| *name == posted.get("act")).unwrap_or_default();
    Ok(Redirect::to(&page.href(format!("/field/s/{code}?done={done}"))).into_response())
}
