//! Pictures of a matter.

use crate::session::Staff;
use crate::{App, Fail};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::Purpose;
use kernel::ids::{AttachmentId, MatterId};

pub(super) struct PictureView {
    pub href: String,
    pub alt: String,
    /// Who took it, and whether the raiser sees it.
    pub whose: String,
}

pub(super) async fn show(
    State(app): State<App>,
    staff: Staff,
    Path((id, picture)): Path<(MatterId, AttachmentId)>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let (mime, bytes) = app.rt.read(who, move |cx| matters::app::attachment(cx, picture).map_err(Fail::from)).await?;
    Ok(([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "private, no-store".to_owned())], bytes).into_response())
}
