//! The page of one's own ways to sign in beside the password: passkeys, and linked accounts at providers.

use super::AnyStaff;
use super::confirm::{Confirmed, ConfirmedAny};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::{oidc, passkeys, require_fresh};
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

pub(crate) const PATH: &str = "/desk/me/ways";

pub(super) fn routes() -> Router<App> {
    Router::new().route(PATH, get(show)).route("/desk/me/ways/unlink", post(unlink))
}

/// A linked account.
pub(crate) struct LinkView {
    pub id: String,
    pub name: String,
    pub since: String,
    pub last: Option<String>,
}

/// A passkey.
pub(crate) struct PasskeyView {
    pub id: String,
    pub name: String,
    pub since: String,
    pub last: Option<String>,
}

/// Passkeys of an account, for itself and for whoever may take them away.
pub(crate) fn passkeys_of(cx: &mut Cx<'_>, page: &Page, account: AccountId) -> Result<Vec<PasskeyView>, Fail> {
    let view = |p: passkeys::Passkey| PasskeyView {
        id: p.id.to_string(),
        name: p.name,
        since: page.day(p.since),
        last: p.last_used.map(|at| page.ago(at)),
    };
    Ok(passkeys::list(cx, account)?.into_iter().map(view).collect())
}

/// Links of an account, with the names of their providers.
pub(crate) fn links_of(cx: &mut Cx<'_>, page: &Page, account: AccountId) -> Result<Vec<LinkView>, Fail> {
    let links = oidc::links(cx, account)?;
    let view = |l: oidc::Link| LinkView {
        id: l.id.to_string(),
        name: page.way_of(&l.issuer).unwrap_or_else(|| page.t("ways-gone")),
        since: page.day(l.since),
        last: l.last_used.map(|at| page.ago(at)),
    };
    Ok(links.into_iter().map(view).collect())
}

#[derive(Template)]
#[template(path = "public/ways.html")]
struct WaysPage {
    page: Page,
    links: Vec<LinkView>,
    /// This program was built with passkeys.
    offers: bool,
    passkeys: Vec<PasskeyView>,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    Query(After { done }): Query<After>,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            let account = cx.actor.account_id().ok_or(Fail::SignIn)?;
            let links = links_of(cx, &page, account)?;
            let passkeys = passkeys_of(cx, &page, account)?;
            let offers = cfg!(feature = "passkeys");
            let done = ["linked", "unlinked", "passkey", "passkey-removed"]
                .contains(&done.as_str())
                .then(|| page.tk("ways-done-", &done));
            Ok::<_, Fail>(WaysPage { links, offers, passkeys, done, page })
        })
        .await?;
    html(&shown).map(crate::unkept)
}

async fn unlink(
    State(app): State<App>,
    page: Page,
    ConfirmedAny(Confirmed { staff, form }): ConfirmedAny<Posted>,
) -> Result<Response, Fail> {
    let (session, id) = (staff.session, form.get("id").parse::<Uuid>().map_err(|_| Fail::NotFound)?);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let fresh = require_fresh(cx, session)?;
            oidc::unlink(cx, &fresh, session, id)
        })
        .await?;
    Ok(Redirect::to(&page.href(&format!("{PATH}?done=unlinked"))).into_response())
}

#[cfg(test)]
pub(crate) fn sample_links(page: &Page, n: usize) -> Vec<LinkView> {
    (0..n)
        .map(|i| LinkView {
            id: Uuid::from_u128(i as u128).to_string(),
            name: page.t("ways-gone"),
            since: page.day(page.now),
            last: (i > 0).then(|| page.ago(page.now)),
        })
        .collect()
}

#[cfg(test)]
pub(crate) fn sample_passkeys(page: &Page, n: usize) -> Vec<PasskeyView> {
    (0..n)
        .map(|i| PasskeyView {
            id: Uuid::from_u128(i as u128).to_string(),
            name: page.t("passkey-unnamed"),
            since: page.day(page.now),
            last: (i > 0).then(|| page.ago(page.now)),
        })
        .collect()
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let with = page.clone().with_sample_ways();
    [(page.clone(), 0), (with, 2)]
        .into_iter()
        .map(|(page, n)| WaysPage {
            links: sample_links(&page, n),
            offers: true,
            passkeys: sample_passkeys(&page, n),
            done: (n > 0).then(|| page.t("ways-done-linked")),
            page,
        })
        .map(|p| ("public/ways.html", p.render().unwrap_or_default()))
        .collect()
}
