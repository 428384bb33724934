//! Cross-site request forgery: a browser says where a form came from (`Sec-Fetch-Site`, `Origin`); forms of other sites are
//! refused. Programs that say neither carry no cookies of a browser and are let through.

use crate::{App, Fail};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub(super) async fn refuse_foreign(State(app): State<App>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_ours(request.headers(), app.config.host()) {
        next.run(request).await
    } else {
        Fail::BadRequest("foreign").into_response()
    }
}

/// Did a page of ours send this? Unlike [`is_ours`], silence is no proof: for requests that carry a browser's cookie to an
/// address meant for programs.
pub(crate) fn is_proven_ours(headers: &HeaderMap, public_host: &str) -> bool {
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    let none = headers.get("sec-fetch-site").is_some_and(|v| v == "none");
    says && !none && is_ours(headers, public_host)
}

fn is_ours(headers: &HeaderMap, public_host: &str) -> bool {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some((scheme, host)) = origin.to_str().ok().and_then(|o| o.split_once("://")) else { return false };
    matches!(scheme, "http" | "https") && (host == public_host || text("host") == Some(host))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_our_own_forms() {
        let of = |pairs: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (k, v) in pairs {
                map.insert(*k, v.parse().unwrap());
            }
            is_ours(&map, "mulin.example")
        };
        assert!(of(&[("sec-fetch-site", "same-origin")]));
        assert!(!of(&[("sec-fetch-site", "cross-site"), ("origin", "https://mulin.example")]));
        assert!(!of(&[("sec-fetch-site", "same-site")]));
        assert!(of(&[("origin", "https://mulin.example")]));
        assert!(of(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!of(&[("origin", "https://evil.example"), ("host", "mulin.example")]));
        assert!(!of(&[("origin", "null"), ("host", "mulin.example")]));
        assert!(of(&[("host", "mulin.example")]));
    }
}
