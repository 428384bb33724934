//! An anchor on paper: the signed line, readable by people and as a QR code, to be signed and locked away.

use super::HERE;
use crate::desk::Frame;
use crate::desk::admin::allow;
use crate::session::Staff;
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::policy::Action;
use store::chain::{self, KeptAnchor};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/audit/anchor", post(make)).route("/desk/admin/audit/anchor/{n}", get(show))
}

#[derive(Template)]
#[template(path = "desk/admin/audit/anchor.html")]
struct AnchorPage {
    page: Page,
    frame: Frame,
    kept: KeptAnchor,
    at: String,
    /// The head in groups of four.
    head: Vec<String>,
    qr: String,
    key: String,
}

impl AnchorPage {
    fn new(page: Page, frame: Frame, kept: KeptAnchor, key: String) -> Self {
        let digits: Vec<char> = kept.anchor.head_hex().chars().collect();
        let head = digits.chunks(4).map(|c| c.iter().collect()).collect();
        let qr = qr::svg(&kept.line, &page.t("audit-anchor-qr"));
        Self { at: page.stamp(kept.anchor.at), head, qr, key, kept, page, frame }
    }
}

async fn make(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.read(who.clone(), |cx| allow(cx, Action::VerifyAudit)).await?;
    let (rt, key) = (app.rt.clone(), format!("desk/{}", app.rt.now().rfc3339()));
    let kept = tokio::task::spawn_blocking(move || chain::anchor_now(&rt, who, &key))
        .await
        .map_err(|e| Fail::Internal(format!("anchor: {e}")))??;
    Ok(Redirect::to(&page.href(format!("{HERE}/anchor/{}", kept.n))).into_response())
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(n): Path<i64>) -> Result<Response, Fail> {
    let key = app.rt.keys().public_keys().last().map(store::PublicKey::hex).unwrap_or_default();
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::VerifyAudit)?;
            let kept = chain::anchor_line(cx, n)?;
            let frame = Frame::load(cx, &page, &staff, HERE)?;
            Ok::<_, Fail>(AnchorPage::new(page, frame, kept, key))
        })
        .await?;
    html(&shown)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let anchor = chain::Anchor {
            district: kernel::ids::DistrictId(uuid::Uuid::from_u128(9)),
            block: 412,
            last_event: 5_012,
            last_read: 991,
            entries: 6_003,
            head: [0x4f; 32],
            algorithm: chain::Algorithm::Sm3,
            at: page.now,
        };
        let kept = KeptAnchor { n: 7, line: "mulin-anchor v=1 block=412 key=00 sig=00".into(), anchor };
        let shown = AnchorPage::new(page.clone(), Frame::sample(page), kept, "00ff".repeat(16));
        vec![("desk/admin/audit/anchor.html", shown.render().unwrap_or_default())]
    }
}
