//! The printed consent form (R7): blank, to be filled in by hand, one for each part. Holds nothing of anybody.

use crate::desk::Frame;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use people::model::person::Part;
use people::policy::{Action, require_somewhere};
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/consent-form", get(show))
}

#[derive(Template)]
#[template(path = "desk/consent_form.html")]
struct FormPage {
    page: Page,
    frame: Frame,
    part: &'static str,
    other: &'static str,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    part: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let part = Part::from_code(&asked.part).filter(|p| p.needs_consent()).unwrap_or(Part::Health);
    let shown = app
        .rt
        .read(who, move |cx| {
            require_somewhere(&cx.actor, Action::RecordConsent)?;
            let frame = Frame::load(cx, &page, &staff, "")?;
            Ok::<_, Fail>(form(page, frame, part))
        })
        .await?;
    html(&shown)
}

fn form(page: Page, frame: Frame, part: Part) -> FormPage {
    let other = if part == Part::Health { Part::Location } else { Part::Health };
    FormPage { page, frame, part: part.code(), other: other.code() }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    [Part::Health, Part::Location]
        .into_iter()
        .map(|part| form(page.clone(), Frame::sample(page), part))
        .map(|p| ("desk/consent_form.html", p.render().unwrap_or_default()))
        .collect()
}
