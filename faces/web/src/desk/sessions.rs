//! Signed-in devices: one's own, and for the security administrator everybody's.

use super::table::{Table, instant};
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::sessions::{self, Device};
use people::model::SessionId;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/me/sessions", post(revoke_own)).route("/desk/me/sessions/others", post(revoke_others))
}

/// One device.
pub(super) struct DeviceView {
    pub id: String,
    pub device: String,
    /// How it signed in.
    pub method: String,
    pub since: String,
    pub last: String,
    /// Network it signed in from, without the last part.
    pub from: String,
    /// Where and as what it was used last, when that is another network or browser: perhaps a stolen cookie.
    pub elsewhere: Option<String>,
    /// The one this page is read on.
    pub this: bool,
}

/// Devices of an account, last used first.
pub(super) fn of(
    cx: &mut Cx<'_>,
    page: &Page,
    account: AccountId,
    this: Option<SessionId>,
) -> Result<Vec<DeviceView>, Fail> {
    let devices = sessions::devices(cx, account)?;
    Ok(devices.into_iter().map(|d| view(page, d, this)).collect())
}

/// The same as a file.
pub(super) fn as_table(
    cx: &mut Cx<'_>,
    page: &Page,
    account: AccountId,
    this: Option<SessionId>,
) -> Result<Table, Fail> {
    let row = |d: Device| {
        let (since, last) = (instant(d.created_at), instant(d.last_seen_at));
        let d = view(page, d, this);
        let here = if d.this { page.t("desk-session-this") } else { String::new() };
        vec![d.device, d.method, since, d.from, last, d.elsewhere.unwrap_or_default(), here]
    };
    let head = [
        "desk-session-device",
        "list-col-how",
        "desk-session-since",
        "desk-session-from",
        "desk-session-last",
        "list-col-moved",
        "list-col-this",
    ];
    let rows = sessions::devices(cx, account)?.into_iter().map(row).collect();
    Ok(Table::new(page, "devices", &head, rows).marked(cx)?)
}

fn view(page: &Page, d: Device, this: Option<SessionId>) -> DeviceView {
    let moved = d.last_from != d.opened_from || d.other_label.is_some();
    let elsewhere = moved.then(|| {
        let device = d.other_label.as_ref().unwrap_or(&d.label);
        page.t2("desk-session-elsewhere", "from", &d.last_from, "device", device)
    });
    DeviceView {
        this: Some(d.session) == this,
        id: d.session.to_string(),
        device: d.label,
        method: d.method.map(|m| page.tk("desk-session-by-", m.code())).unwrap_or_default(),
        since: page.ago(d.created_at),
        last: page.ago(d.last_seen_at),
        from: d.opened_from,
        elsewhere,
    }
}

#[derive(Deserialize)]
pub(super) struct Revoke {
    pub session: SessionId,
}

async fn revoke_own(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    form: Result<Form<Revoke>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let session = form?.session;
    app.rt.write(staff.who(Purpose::Administration), move |cx| sessions::revoke(cx, session)).await?;
    Ok(Redirect::to(&page.href("/desk/me?done=revoked")).into_response())
}

/// Every device but this one.
async fn revoke_others(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let keep = Some(staff.session);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let me = cx.actor.account_id().ok_or(Fail::SignIn)?;
            Ok::<_, Fail>(sessions::revoke_all(cx, me, keep)?)
        })
        .await?;
    Ok(Redirect::to(&page.href("/desk/me?done=others")).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use people::app::sessions::Method;

    pub(in crate::desk) fn sample(page: &Page, n: usize) -> Vec<DeviceView> {
        Method::ALL
            .iter()
            .take(n * 3)
            .enumerate()
            .map(|(i, method)| Device {
                session: SessionId(uuid::Uuid::from_u128(i as u128)),
                label: if page.zh() { "办公电脑".into() } else { "Office computer".into() },
                method: Some(*method),
                created_at: page.now.plus_days(-3),
                last_seen_at: page.now.plus_minutes(-5),
                opened_from: "203.0.113.*".into(),
                last_from: if i == 1 { "198.51.100.*".into() } else { "203.0.113.*".into() },
                other_label: None,
            })
            .map(|d| view(page, d, Some(SessionId(uuid::Uuid::from_u128(0)))))
            .collect()
    }
}
