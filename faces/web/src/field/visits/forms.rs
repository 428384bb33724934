//! The same report by a plain form, for a phone without the script: taken at once, while there is signal.

use super::commands::{Became, bring};
use super::view::FormView;
use super::{DayPage, day};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use care::app::visits::{Answer, VisitCommand};
use care::model::visit::{Form, Outcome, VisitId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What can have been done: ends of the keys `fv-done-…`.
pub(super) const SAID: [&str; 5] = ["seen", "not-home", "refused", "rescheduled", "conflict"];

/// One id for one form as it was filled in: a double tap does it once, another thing is another report.
fn id_of(visit: Uuid, posted: &Posted) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(visit.as_bytes());
    let fields = posted.pairs().into_iter().flat_map(|(name, value)| [name.into_bytes(), value.into_bytes()]);
    for part in fields.chain(posted.files.iter().cloned()) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn form(posted: &Posted) -> Form {
    let one = |name: &str| Some(posted.get(name)).filter(|v| !v.is_empty());
    Form {
        chat: posted.get("chat") == "yes",
        cleaned: posted.get("cleaned") == "yes",
        card: one("card"),
        strap: one("strap"),
        hazards: posted.list("hazards"),
        needs: posted.list("needs"),
        mood: one("mood"),
        next: one("next"),
        note: posted.get("note"),
    }
}

pub(super) async fn send(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(visit): Path<Uuid>,
    mut posted: Posted,
) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Field, source)?;
    let became = match Outcome::from_code(&posted.get("outcome")) {
        None => Became::Mend(page.t("fv-say-need-outcome")),
        Some(outcome) => {
            let (id, phone_time) = (id_of(visit, &posted), app.rt.now());
            let form = form(&posted);
            let command = VisitCommand { id, visit: VisitId(visit), outcome, phone_time, form, photo: None };
            let photo = if posted.files.is_empty() { None } else { Some(posted.files.swap_remove(0)) };
            bring(&app, &page, &staff, command, photo).await?
        }
    };
    let said = match became {
        Became::Taken(Answer::Conflict(_)) => "conflict".to_owned(),
        Became::Taken(Answer::Applied | Answer::AlreadyApplied) => posted.get("outcome"),
        Became::Mend(words) => return again(&app, page, &staff, &headers, visit, posted, words).await,
        Became::Denied => return Err(Fail::Forbidden { rule: "denied-elsewhere".into(), who: Vec::new() }),
        Became::NoVisit => return Err(Fail::NotFound),
    };
    let done = SAID.into_iter().find(|name| *name == said).unwrap_or_default();
    Ok(Redirect::to(&page.href(format!("/field/day?done={done}"))).into_response())
}

/// The form with everything that was typed, and what is wrong with it.
async fn again(
    app: &App,
    page: Page,
    staff: &Staff,
    headers: &HeaderMap,
    visit: Uuid,
    posted: Posted,
    words: String,
) -> Result<Response, Fail> {
    let day = day(app, &page, staff).await?;
    let open = Some(visit.to_string()).filter(|v| day.v.has(v));
    let f = FormView { again: posted.get("again"), typed: posted.pairs(), ..FormView::empty(&page) };
    let shown = DayPage { open, f, problem: Some(words), ..DayPage::new(app, page, headers, day)? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(html(&shown)?)).into_response())
}
