//! The calendar feed of whoever is signed in: made, shown once, ended.

use super::Frame;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use kernel::Purpose;
use people::app::feeds;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/me/feed", post(change))
}

/// What the page of whoever is signed in says about the feed.
pub(super) struct FeedView {
    pub since: String,
    pub last: Option<String>,
}

pub(super) fn of(cx: &mut Cx<'_>, page: &Page) -> Result<Option<FeedView>, Fail> {
    let feed = feeds::mine(cx)?;
    Ok(feed.map(|f| FeedView { since: page.ago(f.created_at), last: f.last_used_at.map(|at| page.ago(at)) }))
}

#[derive(Deserialize)]
struct Wish {
    /// `make` or `revoke`.
    wish: String,
}

#[derive(Template)]
#[template(path = "desk/feed.html")]
struct Made {
    page: Page,
    frame: Frame,
    url: String,
    /// The same for programs that subscribe by this scheme.
    webcal: String,
}

async fn change(State(app): State<App>, page: Page, staff: Staff, Form(form): Form<Wish>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if form.wish == "revoke" {
        app.rt.write(who, feeds::revoke).await?;
        return Ok(Redirect::to(&page.href("/desk/me?done=feed-revoked")).into_response());
    }
    let secret = app.rt.write(who.clone(), feeds::make).await?;
    let url = app.config.absolute(&format!("/ical/{}.ics", secret.expose_secret()));
    let webcal = url.split_once("://").map_or_else(|| url.clone(), |(_, rest)| format!("webcal://{rest}"));
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/me")?;
            Ok::<_, Fail>(Made { page, frame, url, webcal })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let made = Made {
            page: page.clone(),
            frame: Frame::sample(page),
            url: "http://127.0.0.1/1.ics".into(),
            webcal: "http://127.0.0.1/1.ics".into(),
        };
        vec![("desk/feed.html", made.render().unwrap_or_default())]
    }
}
