//! One's own password.

use super::AnyStaff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use people::app::password;
use secrecy::SecretString;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/password", get(show).post(change))
}

#[derive(Template)]
#[template(path = "public/password.html")]
struct PasswordPage {
    page: Page,
    forced: bool,
    /// (field, words)
    problems: Vec<(&'static str, String)>,
}

impl PasswordPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

async fn show(page: Page, AnyStaff(staff): AnyStaff) -> Result<Response, Fail> {
    html(&PasswordPage { page, forced: staff.must_change, problems: Vec::new() })
}

#[derive(Deserialize)]
struct NewPassword {
    current: String,
    new: String,
}

async fn change(
    State(app): State<App>,
    page: Page,
    AnyStaff(staff): AnyStaff,
    form: Result<Form<NewPassword>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let Form(NewPassword { current, new }) = form?;
    let (current, new) = (SecretString::from(current), SecretString::from(new));
    let wrong = |field, words| {
        let body =
            html(&PasswordPage { page: page.clone(), forced: staff.must_change, problems: vec![(field, words)] })?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
    };
    if let Err(people::Error::Invalid { why, .. }) = password::check_strength(&staff.login, &new) {
        return wrong("new", page.tk("password-", why));
    }
    let stored = app.rt.read(staff.who(Purpose::Administration), password::own_hash).await?;
    let stored = stored.ok_or(Fail::NotFound)?;
    let ids = app.rt.clone();
    let checked = stored.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        if password::check(&checked, &current) { password::hash(&new, ids.ids()).map(Some) } else { Ok(None) }
    });
    let Some(hash) = hashed.await.map_err(|_| Fail::Unavailable)?? else {
        return wrong("current", page.t("password-wrong"));
    };
    let keep = Some(staff.session);
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| password::set_own_password(cx, &stored, &hash, keep))
        .await?;
    Ok(Redirect::to(&page.href("/desk")).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    [vec![], vec![("current", page.t("password-wrong")), ("new", page.tk("password-", "too-short"))]]
        .into_iter()
        .map(|problems| PasswordPage { page: page.clone(), forced: true, problems })
        .map(|shown| ("public/password.html", shown.render().unwrap_or_default()))
        .collect()
}
