//! Links and redirects that would lead somebody to another site: `?next=`, the Host header, the referrer.

use crate::walk::routes;
use crate::world::{Desk, PASSWORD};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use tower::ServiceExt;

const AWAY: &[&str] = &[
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
    "/desk\r\nSet-Cookie: a=b",
    "http:evil.example",
    " //evil.example",
];

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let desk = Desk::new();
    for away in AWAY {
        let form = format!("login=clerk&password={}&next={}", PASSWORD.replace(' ', "+"), encode(away));
        let answer = desk.post("", "/login", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let ours =
            answer.location.starts_with('/') && !answer.location.starts_with("//") && !answer.location.contains('\\');
        assert!(ours && !answer.location.contains('\t'), "{away:?} → {}", answer.location);
        let page = desk.get("", &format!("/login?next={}", encode(away))).await;
        assert!(!page.body.contains("value=\"//") && !page.body.contains("value=\"http"), "{away:?}");
    }
}

#[tokio::test]
async fn what_the_host_header_says_stands_nowhere() {
    let desk = Desk::new();
    let matter = desk.raise("楼道漏水").to_string();
    let cookie = desk.sign_in(Role::Coordinator).await;
    for path in routes(&desk, &matter) {
        if path == "/desk/events" {
            continue;
        }
        for cookie in ["", cookie.as_str()] {
            let request = Request::get(&path)
                .header(header::COOKIE, cookie)
                .header(header::HOST, "evil.example")
                .header("x-forwarded-host", "evil.example")
                .header("forwarded", "host=evil.example;proto=https")
                .header(header::REFERER, "https://evil.example/desk")
                .body(Body::empty())
                .unwrap();
            let response = desk.router.clone().oneshot(request).await.unwrap();
            let headers = format!("{:?}", response.headers());
            assert!(!headers.contains("evil.example"), "{path}: {headers}");
            let body = to_bytes(response.into_body(), 20_000_000).await.unwrap();
            assert!(!String::from_utf8_lossy(&body).contains("evil.example"), "{path} repeats the host");
        }
    }
}

#[tokio::test]
async fn a_late_form_leads_back_only_to_our_own_page() {
    let desk = Desk::new();
    for (referer, to) in [
        ("http://127.0.0.1:8080/desk/help", "/login?next=%2Fdesk%2Fhelp"),
        ("http://evil.example/desk/help", "/login?next=%2Fdesk"),
        ("nonsense", "/login?next=%2Fdesk"),
    ] {
        let request = Request::post("/desk/me/seen")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::REFERER, referer)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(Body::empty())
            .unwrap();
        let answer = desk.send(request).await;
        assert!(answer.location.starts_with("/login") || answer.status == StatusCode::UNAUTHORIZED, "{referer}");
        assert!(!answer.location.contains("evil") && !answer.body.contains("evil.example"), "{referer} → {to}");
    }
}
