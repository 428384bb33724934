//! The words of the raiser as they stand, behind a step of their own that is logged (R3). The pages show the redacted copy.

use super::super::Frame;
use super::super::frame::queue_path;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::MatterId;
use matters::app::Queue;

#[derive(Template)]
#[template(path = "desk/original.html")]
pub(super) struct Original {
    pub page: Page,
    pub frame: Frame,
    pub number: String,
    pub title: String,
    pub back: String,
    pub at: String,
    /// When it was said, and what.
    pub texts: Vec<(String, String)>,
}

/// Shows them once and writes down that they were shown. A POST, so that no prefetch ever does it.
pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .write(who, move |cx| {
            let texts = matters::redaction::original(cx, id)?;
            let detail = matters::app::detail(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, queue_path(Queue::Mine))?;
            Ok::<_, Fail>(Original {
                number: detail.line.number,
                title: detail.line.summary,
                back: page.href(format!("/desk/matters/{id}")),
                at: page.stamp(page.now),
                texts: texts.into_iter().map(|note| (page.stamp(note.at), note.text)).collect(),
                frame,
                page,
            })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}
