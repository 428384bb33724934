//! How a page is shown: language and elder mode, both in the address (`/en/report`, `/e/report`, `/en/e/report`), so that
//! a link can be sent to somebody else and looks the same there. A middleware strips the prefix before routing.

use crate::page::Reader;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use kernel::Lang;

/// Language and size of a page, and the only place where page addresses are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    pub lang: Lang,
    /// Elder mode: one thing per page, large text and targets (R13).
    pub elder: bool,
    /// Elder mode at 32 px instead of 24 px; kept in a cookie.
    pub larger: bool,
}

impl Look {
    /// Takes the prefix off a path: `/en/e/report` → (English, elder, `/report`).
    pub fn split(path: &str) -> (Self, &str) {
        let mut look = Self::default();
        let mut rest = path;
        if let Some(after) = strip(rest, "/en") {
            look.lang = Lang::En;
            rest = after;
        }
        if let Some(after) = strip(rest, "/e") {
            look.elder = true;
            rest = after;
        }
        (look, if rest.is_empty() { "/" } else { rest })
    }

    /// Address of a page in this look: `/t/…` → `/en/t/…`. Files and data have no look.
    pub fn href(self, path: &str) -> String {
        let staff = path.starts_with("/desk") || path.starts_with("/login") || path.starts_with("/logout");
        let prefix = match (self.lang, self.elder && !staff) {
            (Lang::ZhCn, false) => "",
            (Lang::ZhCn, true) => "/e",
            (Lang::En, false) => "/en",
            (Lang::En, true) => "/en/e",
        };
        if path == "/" && !prefix.is_empty() { prefix.to_owned() } else { format!("{prefix}{path}") }
    }

    pub fn in_lang(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    pub fn in_elder(self, elder: bool) -> Self {
        Self { elder, ..self }
    }
}

/// `/en` or `/en/…`, but not `/entry`.
fn strip<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Path and query as the page's own address, without the look: for language links and `next=`.
#[derive(Debug, Clone)]
pub struct PlainPath(pub String);

/// Middleware: finds the look and rewrites the address to the plain one.
pub async fn find_look(mut request: Request, next: Next) -> Response {
    let (mut look, plain) = Look::split(request.uri().path());
    if plain.starts_with("/api/") && look == Look::default() {
        look.lang = asked_lang(request.headers());
    }
    look.larger = look.elder && crate::cookie(request.headers(), "size") == Some("32");
    let plain = plain.to_owned();
    let target = match request.uri().query() {
        Some(query) => format!("{plain}?{query}"),
        None => plain.clone(),
    };
    if let Ok(target) = target.parse::<PathAndQuery>() {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(target);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request.extensions_mut().insert(look);
    request.extensions_mut().insert(PlainPath(plain));
    request.extensions_mut().insert(Reader::default());
    next.run(request).await
}

/// Programs have no address for each language: they say it in a header. The first of our languages counts.
pub(crate) fn asked_lang(headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = asked.split(',').map(str::trim).find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
    first.map_or(Lang::default(), Lang::from_tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_found_and_made_again() {
        for (path, lang, elder, plain) in [
            ("/", Lang::ZhCn, false, "/"),
            ("/en", Lang::En, false, "/"),
            ("/e", Lang::ZhCn, true, "/"),
            ("/en/e/report", Lang::En, true, "/report"),
            ("/entry", Lang::ZhCn, false, "/entry"),
            ("/e/t/ABC", Lang::ZhCn, true, "/t/ABC"),
            ("/events", Lang::ZhCn, false, "/events"),
        ] {
            let (look, rest) = Look::split(path);
            assert_eq!((look.lang, look.elder, rest), (lang, elder, plain), "{path}");
            assert_eq!(look.href(plain), path);
        }
    }

    #[test]
    fn staff_pages_have_no_elder_look() {
        let look = Look { lang: Lang::En, elder: true, larger: false };
        assert_eq!(look.href("/desk"), "/en/desk");
    }
}
