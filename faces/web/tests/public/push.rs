//! News on the device of whoever raised a matter: with the code, where it is switched on, and not otherwise.

use crate::site::{Site, encode};
use axum::http::{StatusCode, header};

/// A browser's words: the keys of RFC 8291 §5.
pub(crate) fn told(endpoint: &str) -> String {
    encode(&[
        ("endpoint".into(), endpoint.into()),
        (
            "p256dh".into(),
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
        ),
        ("auth".into(), "BTBZMqHH6r4Tts7J_aSIgg".into()),
    ])
}

fn config() -> alerts::PushConfig {
    let services = alerts::PUSH_SERVICES.map(str::to_owned).to_vec();
    alerts::PushConfig { contact: "mailto:it@mulin.example".into(), services }
}

fn raised(site: &Site) -> String {
    let area = site.community.to_string();
    let receipt = site.report(
        "/report",
        &[("class", &site.class()), ("text", "楼道漏水"), ("area", &area), ("reach", "page"), ("name", "赵一")],
    );
    receipt.split('/').nth(2).unwrap().to_owned()
}

const GOOD: &str = "https://fcm.googleapis.com/fcm/send/abc:def";

#[test]
fn a_raiser_subscribes_is_listed_and_ends_it() {
    let site = Site::with_push(Some(config()));
    let code = raised(&site);
    let page = site.get(&format!("/en/t/{code}"));
    assert!(page.text.contains(&format!("data-at=\"/en/t/{code}/push\" data-scope=\"/en/t/{code}\"")), "{}", page.text);
    let key = site.post(&format!("/t/{code}/push/key"), "");
    assert_eq!((key.status, key.text.len()), (StatusCode::OK, 87), "65 bytes in base64: {}", key.text);
    assert_eq!(key.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(site.post(&format!("/t/{code}/push/key"), "").text, key.text, "made once");
    let done = site.post(&format!("/en/t/{code}/push"), &told(GOOD));
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
    let page = site.get(&format!("/t/{code}"));
    // The mark is the beginning of the SHA-256 of the address, as the script computes it; the address stands nowhere.
    assert!(page.text.contains("data-known=\"3dc1ee6ebf8def80\""), "{}", page.text);
    assert!(page.text.contains("有 1 台设备") && !page.text.contains("googleapis"), "{}", page.text);
    let done = site.post(&format!("/t/{code}/push/end"), "");
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, format!("/t/{code}?done=push-end").as_str()));
    assert!(!site.get(&format!("/t/{code}")).text.contains("台设备会收到"));
}

#[test]
fn without_the_code_or_with_a_bad_address_nothing_is_taken() {
    let site = Site::with_push(Some(config()));
    let code = raised(&site);
    for path in ["/t/ZZZZ-ZZZZ-ZZZZ/push", "/t/ZZZZ-ZZZZ-ZZZZ/push/key", "/t/ZZZZ-ZZZZ-ZZZZ/push/end"] {
        assert_eq!(site.post(path, &told(GOOD)).status, StatusCode::NOT_FOUND, "{path}");
    }
    for bad in ["http://127.0.0.1:5432/", "https://169.254.169.254/latest", "https://evil.example/push", ""] {
        let refused = site.post(&format!("/t/{code}/push"), &told(bad));
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        assert!(bad.is_empty() || !refused.text.contains(bad), "errors do not repeat");
    }
    assert_eq!(site.post(&format!("/t/{code}/push"), "endpoint=x").status, StatusCode::BAD_REQUEST);
    assert!(!site.get(&format!("/t/{code}")).text.contains("台设备会收到"));
}

/// Guessing codes here is guessing codes: the tenth wrong one is followed by 429.
#[test]
fn guessing_codes_here_ends_too() {
    let site = Site::with_push(Some(config()));
    let last = (0..12).map(|_| site.post("/t/ZZZZ-ZZZZ-ZZZZ/push/key", "").status).last();
    assert_eq!(last, Some(StatusCode::TOO_MANY_REQUESTS));
}

#[test]
fn where_it_is_not_switched_on_there_is_no_word_of_it() {
    let site = Site::new();
    let code = raised(&site);
    assert!(!site.get(&format!("/t/{code}")).text.contains("data-push"));
    for path in ["push", "push/key", "push/end"] {
        assert_eq!(site.post(&format!("/t/{code}/{path}"), &told(GOOD)).status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// It may be registered for any page of ours, is never old, and neither answers requests nor keeps pages.
#[test]
fn the_worker_shows_news_and_does_nothing_else() {
    let site = Site::new();
    let worker = site.get("/push-worker.js");
    assert_eq!(worker.status, StatusCode::OK);
    assert!(worker.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/javascript"));
    assert_eq!(worker.headers[header::CACHE_CONTROL], "no-cache");
    assert!(worker.text.contains("showNotification"));
    for word in ["fetch", "caches", "indexedDB", "importScripts"] {
        assert!(!worker.text.contains(word), "{word}");
    }
}
