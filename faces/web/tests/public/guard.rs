//! What stands around every public page.

use crate::site::Site;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

#[test]
fn guessing_codes_is_slow_and_tells_nothing() {
    let site = Site::new();
    let wrong = [site.get("/t/ZZZZ-ZZZZ-ZZZZ"), site.get("/t/zz"), site.get("/t/%E7%A0%81")];
    for reply in &wrong {
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert!(reply.text.contains("tel:02105710110"), "the duty desk's number");
    }
    let mut last = StatusCode::NOT_FOUND;
    for _ in 0..12 {
        let reply = site.get("/t/ZZZZ-ZZZZ-ZZZ0");
        last = reply.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(reply.headers.contains_key(header::RETRY_AFTER) && reply.text.contains("tel:02105710110"));
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn forms_of_other_sites_and_huge_texts_are_refused_plainly() {
    let site = Site::new();
    let foreign = Request::post("/report").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(site.send(foreign).status, StatusCode::BAD_REQUEST);
    let huge = site.post("/report", &format!("at=words&text={}", "a".repeat(20_000_000)));
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(huge.text.contains("<h1>"), "a page, not a bare status");
}

#[test]
fn every_page_is_fenced_in() {
    let site = Site::new();
    for path in ["/", "/en/report", "/e/my-grid", "/nowhere", "/login"] {
        let reply = site.get(path);
        let policy = reply.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    let api = site.get("/api/v1/nowhere");
    assert_eq!(api.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(site.get("/desk").location(), "/login?next=%2Fdesk");
}

#[test]
fn a_database_that_is_gone_is_told_with_a_number_to_call() {
    let site = Site::new();
    let class = site.class();
    let form = format!("at=check&idem=i9&text=leak&class={class}&address=gate&reach=anonymous");
    site.world.house.rt.faults().arm(5, store::Fault::Connection);
    let reply = site.post("/report", &form);
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.text.contains("tel:02105710110"), "{}", reply.text);
    assert!(reply.headers.contains_key(header::RETRY_AFTER));
    let again = site.post("/report", &form);
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the same form sent again is raised once");
}
