//! What comes in: query, path, headers and body, each refused with the name of the field that is wrong.

use crate::fail::Wrong;
use crate::guard::PHOTOS;
use crate::uploads::{self, Sent};
use crate::{App, Fail};
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::OnceKey;

/// Bytes of a JSON body. Texts are at most 5,000 characters; calendars are the largest things.
pub(super) const JSON: usize = 1_000_000;
/// Bytes of a JSON body with outlines: as much as the map of areas takes, some 200,000 corners with room to spare.
pub(super) const OUTLINES: usize = 32 << 20;
/// Bytes of one photo.
pub(super) const PHOTO: usize = matters::photo::MAX_BYTES;

/// What stands in the address. What is no id, or holds a NUL, leads nowhere.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        if parts.uri.path().contains("%00") {
            return Err(Fail::NotFound);
        }
        let found = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        found.map(|path| Self(path.0)).map_err(|_| Fail::NotFound)
    }
}

/// A query string. Unknown names are refused.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fail> {
        let query = parts.uri.query().unwrap_or_default();
        if query.contains("%00") {
            return Err(Fail::BadRequest("bad-query"));
        }
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|e| invalid(&e, ""))
    }
}

/// A JSON body with the key under which it counts once.
pub(super) struct Body<T, const MOST: usize = JSON> {
    pub value: T,
    pub once: Option<OnceKey>,
}

impl<T: DeserializeOwned + Send, const MOST: usize> FromRequest<App> for Body<T, MOST> {
    type Rejection = Fail;

    async fn from_request(request: Request, _: &App) -> Result<Self, Fail> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Fail::MediaType);
        }
        let bytes = to_bytes(body, MOST).await.map_err(|_| Fail::TooLarge(MOST))?;
        let once = once(&parts, &bytes)?;
        let value = read(&bytes)?;
        Ok(Self { value, once })
    }
}

/// No body is expected; one that comes all the same is not looked at, but counts in the key.
pub(super) struct Nothing {
    pub once: Option<OnceKey>,
}

impl FromRequest<App> for Nothing {
    type Rejection = Fail;

    async fn from_request(request: Request, _: &App) -> Result<Self, Fail> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, JSON).await.map_err(|_| Fail::TooLarge(JSON))?;
        Ok(Self { once: once(&parts, &bytes)? })
    }
}

/// A picture as it is.
pub(super) struct Picture {
    pub bytes: Bytes,
    pub once: Option<OnceKey>,
}

impl FromRequest<App> for Picture {
    type Rejection = Fail;

    async fn from_request(request: Request, _: &App) -> Result<Self, Fail> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !["image/jpeg", "image/png", "image/webp"].contains(&kind.split(';').next().unwrap_or_default().trim()) {
            return Err(Fail::MediaType);
        }
        let bytes = to_bytes(body, PHOTO).await.map_err(|_| Fail::TooLarge(PHOTO))?;
        Ok(Self { once: once(&parts, &bytes)?, bytes })
    }
}

/// A form with a file. Its key counts for what stands in the form, not for how the form is written down.
pub(super) struct FileForm {
    pub sent: Sent,
    pub once: Option<OnceKey>,
}

impl FromRequest<App> for FileForm {
    type Rejection = Fail;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fail> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            return Err(Fail::MediaType);
        }
        let bytes = to_bytes(body, PHOTOS).await.map_err(|_| Fail::TooLarge(PHOTOS))?;
        let mut whole = Request::new(axum::body::Body::from(bytes));
        *whole.headers_mut() = parts.headers.clone();
        // The size was looked at above.
        whole.extensions_mut().insert(axum::extract::DefaultBodyLimit::disable());
        let form = Multipart::from_request(whole, app).await.map_err(|_| Fail::BadRequest("bad-form"))?;
        let sent = uploads::read(form).await?;
        let stated = serde_json::to_vec(&sent.stated).map_err(|e| Fail::Internal(e.to_string()))?;
        let (name, bytes) = sent.file.as_ref().map_or(("", &b""[..]), |(name, bytes)| (name, bytes));
        let mut content = stated;
        content.push(0);
        content.extend_from_slice(name.as_bytes());
        content.push(0);
        content.extend_from_slice(bytes);
        Ok(Self { once: once(&parts, &content)?, sent })
    }
}

/// The version a change was made for, from `If-Match`: our entity tags begin with it. `*` is any.
pub(super) struct Seen(pub Option<i64>);

impl FromRequestParts<App> for Seen {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fail> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let tag = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
        let version = tag.split('-').next().unwrap_or(tag);
        // A tag that is none of ours matches nothing.
        Ok(Self(Some(version.parse().unwrap_or(-1))))
    }
}

impl Seen {
    /// For changes that may not be made blindly.
    pub(super) fn needed(&self) -> Result<i64, Fail> {
        self.0.ok_or(Fail::NeedsVersion)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default().trim();
    plain.eq_ignore_ascii_case("application/json")
}

/// The key of the request together with everything that makes it the same request.
fn once(parts: &Parts, body: &[u8]) -> Result<Option<OnceKey>, Fail> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let wrong = || Fail::invalid("Idempotency-Key", "invalid-form");
    let key = value.to_str().map_err(|_| wrong())?.trim();
    // The draft of the header writes it as a quoted string; most callers do not.
    let key = key.strip_prefix('"').and_then(|k| k.strip_suffix('"')).unwrap_or(key);
    if !(1..=80).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(wrong());
    }
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let seen = parts.headers.get(header::IF_MATCH).map_or(&b""[..], |v| v.as_bytes());
    Ok(Some(OnceKey::new(key, &[method.as_bytes(), path.as_bytes(), seen, body])))
}

/// Reads a body and names the field that is wrong.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fail> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Fail::BadRequest("bad-json"))?;
    if let Some(field) = nul(&value, "") {
        return Err(Fail::invalid(field, "invalid-nul"));
    }
    // From the bytes again, so that a field that stands twice is found.
    let mut from = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut from).map_err(|e| invalid(&e, ""))
}

/// Where a text holds a NUL, which one of the databases cannot keep.
fn nul(value: &Value, at: &str) -> Option<String> {
    let join = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::String(text) => text.contains('\0').then(|| at.to_owned()),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, v)| nul(v, &join(&i.to_string()))),
        Value::Object(fields) => {
            fields.iter().find_map(|(name, v)| if name.contains('\0') { Some(join("?")) } else { nul(v, &join(name)) })
        }
        _ => None,
    }
}

/// What serde says, as a field and a key.
fn invalid<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>, whole: &str) -> Fail {
    let said = error.inner().to_string();
    let named = said.split('`').nth(1).unwrap_or_default();
    let path = error.path().to_string();
    let path = if path == "." { whole.to_owned() } else { path };
    let inside = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        // For a field of this very name the path ends with it already.
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    let wrong = if said.starts_with("unknown field") {
        Wrong::new(inside(named), "invalid-unknown-field")
    } else if said.starts_with("missing field") {
        Wrong::new(inside(named), "invalid-missing-field")
    } else if said.starts_with("duplicate field") {
        Wrong::new(inside(named), "invalid-twice")
    } else {
        Wrong::new(if path.is_empty() { "(body)".to_owned() } else { path.clone() }, "invalid-type")
    };
    Fail::Invalid(vec![wrong])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        lat: f64,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        text: String,
        #[serde(default)]
        #[expect(dead_code, reason = "only read")]
        place: Option<Inner>,
    }

    fn field(body: &str) -> (String, String) {
        match read::<Outer>(body.as_bytes()).unwrap_err() {
            Fail::Invalid(wrong) => (wrong[0].field.clone(), wrong[0].key.clone()),
            other => (format!("{other:?}"), String::new()),
        }
    }

    #[test]
    fn the_wrong_field_is_named() {
        let is = |body: &str, name: &str, key: &str| {
            assert_eq!(field(body), (name.to_owned(), key.to_owned()), "{body}");
        };
        is(r#"{"text":"x","colour":1}"#, "colour", "invalid-unknown-field");
        is(r#"{"text":"x","place":{"lat":1,"x":1}}"#, "place.x", "invalid-unknown-field");
        is(r#"{"text":"x","place":{"lat":"1"}}"#, "place.lat", "invalid-type");
        is(r#"{"text":"x","place":{}}"#, "place.lat", "invalid-missing-field");
        is(r#"{"text":"x","text":"y"}"#, "text", "invalid-twice");
        is("{}", "text", "invalid-missing-field");
        is(r#"{"text":"a\u0000b"}"#, "text", "invalid-nul");
        is("[]", "(body)", "invalid-type");
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        assert!(matches!(read::<Outer>(b"{"), Err(Fail::BadRequest("bad-json"))));
    }
}
