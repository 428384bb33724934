//! News on a device (web push): what the pages show of it, the worker's file, and what a browser sends when somebody
//! subscribes. Only where the operator has switched it on; elsewhere there is no word of it and no page.

use crate::{App, Fail, Page, unkept};
use alerts::app::push::Subscription;
use alerts::{Device, PushConfig};
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/push-worker.js", get(worker))
}

/// The worker's file. It lies at the root, so that its scope may be any page; it is asked for anew each time.
async fn worker() -> Result<Response, Fail> {
    let asset = ui::find(ui::path("push-worker.js")).ok_or(Fail::NotFound)?;
    Ok(([(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, "no-cache")], asset.bytes).into_response())
}

/// The part of a page about it.
pub(crate) struct PushView {
    /// Where the script talks to.
    pub at: String,
    /// Page that a notification opens; the worker is registered for it alone.
    pub scope: String,
    /// Where the reader is led afterwards.
    pub done: String,
    /// End of the key `push-intro-…`: `desk` or `matter`.
    pub kind: &'static str,
    /// Each device by itself, or all at once.
    pub each: bool,
    pub devices: Vec<DeviceLine>,
}

pub(crate) struct DeviceLine {
    pub id: String,
    pub mark: String,
    pub since: String,
    pub last: Option<String>,
}

impl PushView {
    pub(crate) fn desk(page: &Page, all: Vec<Subscription>) -> Self {
        Self {
            at: page.href("/desk/me/push"),
            scope: page.href("/desk/notices"),
            done: page.href("/desk/me?done=push"),
            kind: "desk",
            each: true,
            devices: lines(page, all),
        }
    }

    pub(crate) fn matter(page: &Page, code: &str, all: Vec<Subscription>) -> Self {
        Self {
            at: page.href(format!("/t/{code}/push")),
            scope: page.href(format!("/t/{code}")),
            done: page.href(format!("/t/{code}?done=push")),
            kind: "matter",
            each: false,
            devices: lines(page, all),
        }
    }

    /// Marks of the devices, by which a browser knows itself again.
    pub(crate) fn known(&self) -> String {
        self.devices.iter().map(|d| d.mark.as_str()).collect::<Vec<_>>().join(" ")
    }
}

fn lines(page: &Page, all: Vec<Subscription>) -> Vec<DeviceLine> {
    let line = |s: Subscription| DeviceLine {
        id: s.id.to_string(),
        mark: s.mark,
        since: page.ago(s.made_at),
        last: s.last_ok_at.map(|at| page.ago(at)),
    };
    all.into_iter().map(line).collect()
}

/// The operator's settings; without them there is no such page.
pub(crate) fn config(app: &App) -> Result<&Arc<PushConfig>, Fail> {
    app.push.as_ref().ok_or(Fail::NotFound)
}

/// What the browser says.
#[derive(Deserialize)]
pub(crate) struct Told {
    endpoint: String,
    p256dh: String,
    auth: String,
}

impl Told {
    pub(crate) fn device(&self, app: &App) -> Result<Device, Fail> {
        let config = config(app)?;
        Device::read(config, &self.endpoint, &self.p256dh, &self.auth).ok_or(Fail::BadRequest("push"))
    }
}

/// The public key, for the script.
pub(crate) fn key(key: String) -> Response {
    unkept(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], key))
}

#[cfg(test)]
pub(crate) fn sample(page: &Page, kind: &'static str) -> PushView {
    let device = |n: u8| Subscription {
        id: uuid::Uuid::from_u128(u128::from(n)),
        made_at: page.now,
        last_ok_at: (n > 0).then_some(page.now),
        mark: format!("{n:016x}"),
    };
    let all = vec![device(0), device(1)];
    if kind == "desk" { PushView::desk(page, all) } else { PushView::matter(page, "ABCD-EFGH-JKMN", all) }
}
