//! What was typed into a desk form whose session had ended meanwhile. Nothing is stored: the sign-in page carries it as
//! hidden fields, and after signing in it is shown with one button that sends it where it was going.

use crate::guard::PHOTOS;
use crate::public::post::Posted;
use crate::session;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// In the sign-in form each kept field is called so, with its own name behind.
pub(crate) const MARK: &str = "kept-";

/// Fields as sent, in the order of their names, and whether files went with them (those must be chosen again).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub fields: Vec<(String, String)>,
    pub files: bool,
}

impl Kept {
    /// Those that came back from the sign-in form.
    pub(crate) fn sent_back(pairs: &[(String, String)]) -> Self {
        let own = |(name, value): &(String, String)| Some((name.strip_prefix(MARK)?.to_owned(), value.clone()));
        Self { fields: pairs.iter().filter_map(own).collect(), files: pairs.iter().any(|(name, _)| name == "files") }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn sample(full: bool) -> Self {
        let fields = if full { vec![("text".to_owned(), "\"><b>".to_owned())] } else { Vec::new() };
        Self { fields, files: full }
    }
}

/// Middleware: a form sent to the desk without a session is answered with the sign-in page that holds what was typed.
pub(crate) async fn keep(State(app): State<App>, request: Request, next: Next) -> Response {
    let form = request.method() == Method::POST
        && (request.uri().path() == "/desk" || request.uri().path().starts_with("/desk/"))
        && !request.headers().contains_key("hx-request");
    if !form {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, PHOTOS).await else { return Fail::TooLarge(PHOTOS).into_response() };
    let (page, path) = (Page::of(&parts, &app), parts.uri.path().to_owned());
    let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    let lost = response
        .extensions()
        .get::<Arc<Fail>>()
        .is_some_and(|fail| matches!(fail.as_ref(), Fail::SignIn | Fail::Ended(_)));
    if !lost {
        return response;
    }
    let mut again = Request::new(Body::from(bytes));
    *again.method_mut() = Method::POST;
    if let Some(kind) = kind {
        again.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    match Posted::from_request(again, &app).await {
        Ok(posted) => ask(page, path, posted).unwrap_or_else(IntoResponse::into_response),
        Err(_) => response,
    }
}

fn ask(page: Page, path: String, posted: Posted) -> Result<Response, Fail> {
    let files = !posted.files.is_empty();
    let body = session::sign_in_page(page, path, Kept { fields: posted.into_fields(), files })?;
    Ok((StatusCode::UNAUTHORIZED, [(header::CACHE_CONTROL, "no-store")], body).into_response())
}

#[derive(Template)]
#[template(path = "desk/kept.html")]
struct KeptPage {
    page: Page,
    /// Where the form was going.
    to: String,
    kept: Kept,
    /// What a person wrote, under the words of the form.
    shown: Vec<(String, String)>,
}

/// The page after signing in: what was typed, and the button that sends it.
pub(crate) fn again(page: &Page, to: &str, kept: &Kept) -> Result<Response, Fail> {
    let shown = shown(page, to, kept);
    let body = html(&KeptPage { page: page.clone(), to: page.href(to), kept: kept.clone(), shown })?;
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// Fields that people write in words; choices and keys travel on unseen.
const WRITTEN: [&str; 13] = [
    "class", "text", "address", "area", "phone", "name", "email", "postal", "note", "reason", "answer", "into", "until",
];

fn shown(page: &Page, to: &str, kept: &Kept) -> Vec<(String, String)> {
    let family = if to.starts_with("/desk/new") { "desk-new-" } else { "desk-f-" };
    let of = |name: &str| kept.fields.iter().find(|(n, v)| n == name && !v.is_empty());
    WRITTEN
        .iter()
        .filter_map(|name| {
            let (_, value) = of(name)?;
            let label = page.loc.find(&format!("{family}{name}"), &[])?;
            Some((label, value.clone()))
        })
        .collect()
}

#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let fields = vec![
        ("key".to_owned(), "1".to_owned()),
        ("text".to_owned(), name("楼道灯坏了", "The light on the stairs is broken")),
    ];
    let kept = Kept { fields, files: true };
    let to = "/desk/new";
    let shown = shown(page, to, &kept);
    let full = KeptPage { page: page.clone(), to: page.href(to), kept, shown };
    vec![("desk/kept.html", full.render().unwrap_or_default())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kept_fields_come_back_from_the_sign_in_form() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let sent = [pair("login", "li"), pair("password", "secret"), pair("kept-text", "漏水"), pair("files", "1")];
        let kept = Kept::sent_back(&sent);
        assert_eq!(kept, Kept { fields: vec![pair("text", "漏水")], files: true });
    }
}
