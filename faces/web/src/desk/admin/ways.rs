//! Ways to sign in, for somebody else: the system administrator invites to a provider, the security administrator takes a
//! link or a passkey away.

use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Confirmed;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::{accounts, oidc, passkeys, require_fresh};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/people/{id}/invite", post(invite))
        .route("/desk/admin/people/{id}/unlink", post(unlink))
        .route("/desk/admin/people/{id}/passkey", post(remove_passkey))
}

#[derive(Template)]
#[template(path = "desk/admin/invite.html")]
struct InvitePage {
    page: Page,
    frame: Frame,
    name: String,
    back: String,
    link: String,
}

async fn invite(
    State(app): State<App>,
    page: Page,
    Path(id): Path<AccountId>,
    Confirmed { staff, .. }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    let back = page.href(format!("/desk/admin/people/{id}"));
    let shown = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            let code = oidc::invite(cx, &fresh, id)?;
            let name = accounts::account(cx, id)?.display_name;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/people")?;
            let link = page.config.absolute(&page.href(format!("/login/invited/{}", code.expose_secret())));
            Ok::<_, Fail>(InvitePage { page, frame, name, back, link })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

async fn unlink(
    State(app): State<App>,
    page: Page,
    Path(id): Path<AccountId>,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let (session, link) = (staff.session, form.get("id").parse::<Uuid>().map_err(|_| Fail::NotFound)?);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            oidc::unlink(cx, &fresh, session, link)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{id}?done=unlinked"))).into_response())
}

/// The telephone that holds it is lost.
async fn remove_passkey(
    State(app): State<App>,
    page: Page,
    Path(id): Path<AccountId>,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let (session, passkey) = (staff.session, form.get("id").parse::<Uuid>().unwrap_or_default());
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            passkeys::remove_of(cx, &fresh, id, passkey)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{id}?done=passkey"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = if page.zh() { "李明" } else { "Li Ming" };
        let shown = InvitePage {
            page: page.clone(),
            frame: Frame::sample(page),
            name: name.into(),
            back: page.href("/desk/admin/people/1"),
            link: page.config.absolute("/login/invited/00ff"),
        };
        vec![("desk/admin/invite.html", shown.render().unwrap_or_default())]
    }
}
