//! Every care card of the demo as strangers open it: what stands on the page, how heavy it is, what retired ones give.

use e2e::Demo;
use serde_json::Value;

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36";

fn texts<'a>(value: &'a Value, list: &str, key: &str) -> Vec<&'a str> {
    let all = value.get(list).and_then(Value::as_array).expect("the links file has this list");
    all.iter().filter_map(|v| if key.is_empty() { v.as_str() } else { v.get(key).and_then(Value::as_str) }).collect()
}

#[test]
fn a_card_shows_strangers_nothing_of_the_elder_and_a_retired_one_the_duty_desk() {
    let demo = Demo::start();
    let links = demo.links().clone();
    let secrets = texts(&links, "secrets", "");
    let (urls, codes, states) =
        (texts(&links, "cards", "url"), texts(&links, "cards", "short_code"), texts(&links, "cards", "state"));
    assert!(secrets.len() >= 10 && urls.len() >= 4, "{} secrets, {} cards", secrets.len(), urls.len());
    assert!(states.contains(&"active") && states.contains(&"retired"), "{states:?}");
    let mut retired_page: Option<String> = None;
    for ((url, code), state) in urls.iter().zip(&codes).zip(&states) {
        let path = url.strip_prefix(demo.base()).expect("a card of this demo");
        for path in [path.to_owned(), format!("/en{path}"), format!("/c/{code}")] {
            // Wrong guesses of one source are limited; here only the page is looked at.
            let mut visitor = demo.visitor();
            let page = visitor.send("GET", &path, &[("user-agent", PHONE)], b"");
            let text = page.text();
            let told: Vec<_> = secrets.iter().filter(|s| text.contains(**s)).collect();
            assert!(told.is_empty(), "{path} ({state}) tells {told:?}");
            assert!(text.contains("href=\"tel:021"), "{path} has a number to call");
            assert!(text.len() < 30_000, "{path}: {} bytes", text.len());
            assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
            if *state == "active" {
                assert_eq!(page.status, 200, "{path}");
                assert!(text.contains("<textarea"), "{path} takes a message");
            } else {
                assert!(matches!(page.status, 404 | 429), "{path}: {}", page.status);
                if !path.starts_with("/en") {
                    let first = retired_page.get_or_insert_with(|| text.clone());
                    assert_eq!(*first, text, "{path} is the page of every wrong code");
                }
            }
        }
    }
    let unknown = demo.visitor().send("GET", "/c/00000000000000000000", &[("user-agent", PHONE)], b"");
    assert!(matches!(unknown.status, 404 | 429));
    assert_eq!(Some(unknown.text()), retired_page);
    // Through all of it a right card opens, also from a source that guessed too often.
    let right = urls.iter().zip(&states).find(|(_, s)| **s == "active").expect("an active card").0;
    let path = right.strip_prefix(demo.base()).expect("a card of this demo");
    assert_eq!(demo.visitor().send("GET", path, &[("user-agent", PHONE)], b"").status, 200);
}
