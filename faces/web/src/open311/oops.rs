//! Errors as Open311 wants them: an array of `{code, description}`, in the format that was asked for, with words meant for
//! the person in front of the app.

use super::render::{Doc, Format};
use crate::{Fail, Page};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

/// What is wrong with a call. Each has a sentence in `open311.ftl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// 404, as the specification says.
    Jurisdiction,
    Service,
    /// The service code of a search is not one of ours: a wrong filter, not a missing thing.
    ServiceFilter,
    Request,
    Token,
    /// 403.
    Key,
    KeyMissing,
    /// The key works, but not for this.
    KeyScope,
    NotUtf8,
    NotAForm,
    NoService,
    NoPlace,
    NoDescription,
    NoRequest,
    Coordinates,
    Outside,
    Address,
    Attribute,
    MediaUrl,
    TooLong(&'static str, usize),
    Value(&'static str),
    Date(&'static str),
    Number(&'static str, usize),
    Backwards(&'static str, &'static str),
    Span(&'static str, &'static str),
    Status,
    TooDeep,
    Closed,
}

impl Trouble {
    const fn status(self) -> StatusCode {
        match self {
            Self::Jurisdiction | Self::Service | Self::Request | Self::Token => StatusCode::NOT_FOUND,
            Self::Key | Self::KeyMissing | Self::KeyScope => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn words(self, page: &Page) -> String {
        let named = |key: &str, name: &str| page.t1(key, "name", name);
        match self {
            Self::Jurisdiction => page.t("open311-no-jurisdiction"),
            Self::Service | Self::ServiceFilter => page.t("open311-no-service"),
            Self::Request => page.t("open311-no-request"),
            Self::Token => page.t("open311-no-token"),
            Self::Key => page.t("open311-wrong-key"),
            Self::KeyMissing => page.t("open311-key-missing"),
            Self::KeyScope => page.t("open311-key-scope"),
            Self::NotUtf8 => page.t("open311-not-utf8"),
            Self::NotAForm => page.t("open311-not-a-form"),
            Self::NoService => named("open311-missing", "service_code"),
            Self::NoPlace => page.t("open311-no-place"),
            Self::NoDescription => named("open311-missing", "description"),
            Self::NoRequest => named("open311-missing", "service_request_id"),
            Self::Coordinates => page.t("open311-coordinates"),
            Self::Outside => page.t1("open311-outside", "place", page.place()),
            Self::Address => page.t("open311-address-id"),
            Self::Attribute => page.t("open311-attribute"),
            Self::MediaUrl => page.t("open311-media-url"),
            Self::TooLong(name, most) => page.t2("open311-too-long", "name", name, "n", most),
            Self::Value(name) => named("open311-value", name),
            Self::Date(name) => named("open311-date", name),
            Self::Number(name, most) => page.t2("open311-number", "name", name, "n", most),
            Self::Backwards(start, end) => page.t2("open311-backwards", "start", start, "end", end),
            Self::Span(start, end) => page.t2("open311-span", "start", start, "end", end),
            Self::Status => page.t("open311-status"),
            Self::TooDeep => page.t("open311-too-deep"),
            Self::Closed => page.t("open311-closed"),
        }
    }
}

/// What a handler returns when it cannot do as asked.
#[derive(Debug, Clone)]
pub(super) enum Oops {
    Trouble(Trouble),
    /// Field and words, already in the caller's language.
    Said(Vec<String>),
    Fail(Fail),
}

impl From<Trouble> for Oops {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
impl From<Fail> for Oops {
    fn from(fail: Fail) -> Self {
        Self::Fail(fail)
    }
}
impl From<store::Error> for Oops {
    fn from(error: store::Error) -> Self {
        Self::Fail(error.into())
    }
}
impl From<people::Error> for Oops {
    fn from(error: people::Error) -> Self {
        Self::Fail(error.into())
    }
}
impl From<places::Error> for Oops {
    fn from(error: places::Error) -> Self {
        match error {
            places::Error::Store(e) => e.into(),
            other => Self::Fail(Fail::Internal(other.to_string())),
        }
    }
}
impl From<matters::Error> for Oops {
    fn from(error: matters::Error) -> Self {
        match error {
            matters::Error::NotFound => Trouble::Request.into(),
            matters::Error::Denied(_) => Trouble::KeyScope.into(),
            matters::Error::Refused(_) => Trouble::Closed.into(),
            other => Self::Fail(other.into()),
        }
    }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Trouble(trouble) => trouble.status(),
            Self::Said(_) => StatusCode::BAD_REQUEST,
            Self::Fail(fail) => fail.status(),
        };
        let mut response = status.into_response();
        if let Self::Fail(fail) = &self {
            // For the log line and the Retry-After of the middleware.
            response.extensions_mut().insert(Arc::new(fail.clone()));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// A failed answer of this interface, whoever made it: handlers, routing, limits.
pub(crate) fn dressed(response: &Response, fail: &Fail, page: &Page, accept: &HeaderMap) -> Response {
    let oops = response.extensions().get::<Arc<Oops>>();
    let (status, words) = match oops.map(AsRef::as_ref) {
        Some(Oops::Trouble(trouble)) => (trouble.status(), vec![trouble.words(page)]),
        Some(Oops::Said(words)) => (StatusCode::BAD_REQUEST, words.clone()),
        Some(Oops::Fail(_)) | None => (plain_status(fail), vec![plain_words(fail, page)]),
    };
    let errors: Vec<_> =
        words.into_iter().map(|words| json!({ "code": status.as_u16(), "description": words })).collect();
    let format = Format::of(&page.path, accept);
    let mut answer = Doc::list("errors", errors).render(format);
    *answer.status_mut() = status;
    answer
}

/// The specification knows 404 for what is not there, 403 for keys and 400 for the rest; servers that are overloaded or
/// called too often say so with the status that HTTP has for it, which clients of all kinds understand.
fn plain_status(fail: &Fail) -> StatusCode {
    match fail.status() {
        StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        other => other,
    }
}

fn plain_words(fail: &Fail, page: &Page) -> String {
    match fail {
        Fail::NotFound => page.t("open311-no-page"),
        Fail::NotAllowed => page.t("open311-no-method"),
        Fail::TooLarge(bytes) => page.t1("open311-too-large", "n", bytes / 1_000_000),
        Fail::TooMany { retry_secs } => page.t1("open311-too-many", "n", *retry_secs),
        Fail::Unavailable => page.t1("open311-unavailable", "phone", page.phone()),
        Fail::Internal(_) => page.t1("open311-internal", "phone", page.phone()),
        _ => page.t("open311-bad-call"),
    }
}

/// The Accept header is all that is needed of a request's headers.
pub(crate) fn accept_only(headers: &HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::new();
    if let Some(accept) = headers.get(header::ACCEPT) {
        out.insert(header::ACCEPT, accept.clone());
    }
    out
}
