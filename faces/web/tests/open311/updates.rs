//! What happened, step by step; and who may add something.

use crate::site::{HERE, Site};
use axum::http::StatusCode;
use kernel::Role;
use people::model::Place;
use people::policy::TokenScope;
use serde_json::json;

/// A request and the code of its receipt.
fn raised(site: &Site) -> (String, String) {
    let form = format!("service_code=lighting&{HERE}&description=灯不亮&extensions=true");
    let item = site.post("requests.json", &form).only();
    let url = item["extended_attributes"]["track_url"].as_str().unwrap();
    (item["service_request_id"].as_str().unwrap().to_owned(), url.rsplit('/').next().unwrap().to_owned())
}

#[test]
fn steps_are_listed_in_order() {
    let site = Site::new();
    let (number, _) = raised(&site);
    let update = site.get("servicerequestupdates.json").only();
    assert_eq!(
        (update["service_request_id"].as_str(), update["status"].as_str()),
        (Some(number.as_str()), Some("open"))
    );
    assert_eq!(update["updated_datetime"], "2026-06-29T14:00:00+08:00");
    assert!(update["update_id"].is_string() && update["description"].is_string());
    let xml = site.get("servicerequestupdates.xml").text;
    assert!(xml.contains("<service_requests_updates><request_update><update_id>"), "{xml}");
    assert_eq!(site.get("servicerequestupdates.json?start_date=2026-06-01&end_date=2026-06-28").json(), json!([]));
    assert_eq!(
        site.get(&format!("servicerequestupdates.json?service_request_id={number}")).json().as_array().unwrap().len(),
        1
    );
    site.get("servicerequestupdates.json?start_date=x").refused(400);
}

#[test]
fn only_the_holder_of_the_code_or_a_program_that_may_see_it_adds_something() {
    let site = Site::new();
    let (number, code) = raised(&site);
    let (other, other_code) = raised(&site);
    let send = |extra: &str| {
        site.post("servicerequestupdates.json", &format!("service_request_id={number}&description=还是不亮&{extra}"))
    };
    send("").refused(403);
    send("api_key=mulin_nothing").refused(403);
    send("code=0000-0000-0000").refused(403);
    send(&format!("code={other_code}")).refused(404);
    let read = site.key(site.coordinator, &[TokenScope::Read]);
    send(&format!("api_key={read}")).refused(403);
    // A volunteer sees only what is theirs: to their program the matter is not there.
    let (volunteer, _) = site.world.staff(Role::Volunteer, Place::default(), "vol", "志愿");
    let theirs = site.key(volunteer, &[TokenScope::Read, TokenScope::Write]);
    send(&format!("api_key={theirs}")).refused(404);
    assert_eq!(site.world.logged("matter.add_facts"), 0);

    assert_eq!(send(&format!("code={code}")).status, StatusCode::OK);
    let write = site.key(site.coordinator, &[TokenScope::Read, TokenScope::Write]);
    let first = send(&format!("api_key={write}&update_id=u-1&status=FIXED&email=a@b.example"));
    assert_eq!(first.only(), json!({ "update_id": "u-1" }));
    assert_eq!(send(&format!("api_key={write}&update_id=u-1&status=FIXED")).only(), first.only());
    assert_eq!(site.world.logged("matter.add_facts"), 2, "the same update once");
    let one = site.get(&format!("requests/{number}.json")).only();
    assert_eq!(one["status"], "open", "an update from outside moves nothing");
    assert!(!site.get("requests.json?extensions=true").text.contains("还是不亮"), "and its words are not public");
    let _ = other;
}

#[test]
fn what_an_update_lacks_is_said() {
    let site = Site::new();
    let (number, code) = raised(&site);
    let send = |form: String| site.post("servicerequestupdates.json", &form);
    send(format!("code={code}&description=x")).refused(400);
    send(format!("code={code}&service_request_id={number}")).refused(400);
    send(format!("code={code}&service_request_id={number}&description=x&status=perhaps")).refused(400);
    send(format!("code={code}&service_request_id=HQ-2026-99999&description=x")).refused(404);
    send(format!("code={code}&service_request_id={number}&description={}", "x".repeat(2_001))).refused(400);
}
