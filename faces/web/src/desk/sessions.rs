//! Signed-in devices: one's own, and for the security administrator everybody's.

use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use kernel::Purpose;
use kernel::ids::AccountId;
use people::model::SessionId;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/me/sessions", post(revoke_own))
}

/// One device.
pub(super) struct DeviceView {
    pub id: String,
    pub device: String,
    pub since: String,
    pub last: String,
    /// The one this page is read on.
    pub this: bool,
}

/// Devices of an account, the newest first.
pub(super) fn of(
    cx: &mut Cx<'_>,
    page: &Page,
    account: AccountId,
    this: Option<SessionId>,
) -> Result<Vec<DeviceView>, Fail> {
    Ok(people::app::sessions::devices(cx, account)?
        .into_iter()
        .map(|d| DeviceView {
            this: Some(d.session) == this,
            id: d.session.to_string(),
            device: d.label,
            since: page.ago(d.created_at),
            last: page.ago(d.last_seen_at),
        })
        .collect())
}

#[derive(Deserialize)]
pub(super) struct Revoke {
    pub session: SessionId,
}

async fn revoke_own(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Form(form): Form<Revoke>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.write(who, move |cx| people::app::sessions::revoke(cx, form.session)).await?;
    Ok(Redirect::to(&page.href("/desk/me?done=revoked")).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn sample(page: &Page, n: usize) -> Vec<DeviceView> {
        (0..n)
            .map(|i| DeviceView {
                id: i.to_string(),
                device: if page.zh() { "办公电脑".into() } else { "Office computer".into() },
                since: page.ago(page.now.plus_days(-3)),
                last: page.ago(page.now.plus_minutes(-5)),
                this: i == 0,
            })
            .collect()
    }
}
