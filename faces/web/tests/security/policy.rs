//! Content policy, framing, sniffing, caches: on every address, for whoever asks, also where it fails.

use crate::walk::routes;
use crate::world::Desk;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use kernel::Role;
use tower::ServiceExt;

async fn ask(desk: &Desk, cookie: &str, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    // A stream of news never ends.
    let streams =
        parts.headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/event-stream"));
    let bytes = if streams { Vec::new() } else { to_bytes(body, 20_000_000).await.unwrap().to_vec() };
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

/// Tags of a page as (name, attributes), and what stands between `<script>` and its end.
fn tags(html: &str) -> Vec<(String, String)> {
    html.split('<')
        .skip(1)
        .filter_map(|part| {
            let (tag, after) = part.split_once('>')?;
            let (name, attributes) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
            let inline = if name == "script" { after } else { "" };
            Some((name.to_lowercase(), format!("{attributes}\u{1}{inline}")))
        })
        .collect()
}

/// What a strict policy would block, or what would let a text from outside run.
fn inline(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, rest) in tags(html) {
        let (attributes, script) = rest.split_once('\u{1}').unwrap_or_default();
        let lower = attributes.to_lowercase();
        let mut outside = String::new();
        let mut quoted = false;
        for c in lower.chars() {
            quoted ^= c == '"';
            outside.push(if quoted { '_' } else { c });
        }
        let handler = outside.split_whitespace().any(|a| a.starts_with("on") && a.contains('='));
        let style = outside.split_whitespace().any(|a| a.starts_with("style="));
        if handler || style || name == "style" || name == "base" || lower.contains("javascript:") {
            found.push(format!("<{name} {attributes}>"));
        }
        if name == "script" && (!lower.contains("src=") || !script.trim().is_empty()) {
            found.push(format!("<script {attributes}>{script}"));
        }
        if matches!(name.as_str(), "iframe" | "object" | "embed" | "applet") {
            found.push(format!("<{name}>"));
        }
    }
    found
}

#[test]
fn the_look_for_inline_things_finds_them() {
    for bad in [
        "<p onclick=\"x()\">",
        "<p STYLE=\"a\">",
        "<script>x</script>",
        "<a href=\"javascript:x\">",
        "<style>",
        "<iframe src=x>",
        "<img src=x onerror=y>",
    ] {
        assert!(!inline(bad).is_empty(), "{bad}");
    }
    assert!(inline("<p title=\"a onclick=b style=c\"><script type=\"module\" src=\"/a.js\"></script>").is_empty());
}

#[tokio::test]
async fn every_address_is_fenced_in_for_everybody() {
    let desk = Desk::new();
    // What a resident says must not run on anybody's desk.
    let matter =
        desk.raise("<script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus=alert(3) x=\"").to_string();
    let mut wrong = Vec::new();
    let mut pages = 0;
    let roles = [
        None,
        Some(Role::Coordinator),
        Some(Role::DutyOfficer),
        Some(Role::SystemAdmin),
        Some(Role::SecurityAdmin),
        Some(Role::AuditAdmin),
    ];
    for role in roles {
        let cookie = match role {
            Some(role) => desk.sign_in(role).await,
            None => String::new(),
        };
        let mut all = routes(&desk, &matter);
        all.extend(
            ["/nowhere", "/en", "/e/report", "/en/desk", "/t/x", "/assets/none.js", "/api/v1/none"].map(str::to_owned),
        );
        for path in all {
            let (status, headers, text) = ask(&desk, &cookie, &path).await;
            let who = role.map_or("anybody", Role::code);
            let value = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
            let policy = value("content-security-policy");
            if !policy.contains("default-src 'none'") || policy.contains("unsafe") || policy.contains('*') {
                wrong.push(format!("{who} {path}: policy {policy:?}"));
            }
            if !policy.contains("frame-ancestors 'none'") || value("x-frame-options") != "DENY" {
                wrong.push(format!("{who} {path}: can be framed"));
            }
            if value("x-content-type-options") != "nosniff" || value("referrer-policy") != "same-origin" {
                wrong.push(format!("{who} {path}: sniffing or referrer"));
            }
            let cache = value("cache-control");
            let personal = path.starts_with("/desk") || path.starts_with("/t/") || path.starts_with("/login");
            if personal && !(cache.contains("no-store") || cache.contains("private")) {
                wrong.push(format!("{who} {path}: cache-control {cache:?}"));
            }
            if status.is_server_error() {
                wrong.push(format!("{who} {path}: {status}"));
            }
            if value("content-type").starts_with("text/html") {
                pages += 1;
                for what in inline(&text) {
                    wrong.push(format!("{who} {path}: {what}"));
                }
            }
        }
    }
    assert!(pages > 60, "only {pages} pages were seen");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
