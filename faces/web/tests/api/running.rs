//! What runs a district: accounts, seats and terms, duty, bulletins, calendar, dead letters, the log.

use crate::world::{Answer, Api, NAME, PHONE};
use axum::http::Method;
use kernel::Role;
use serde_json::{Value, json};

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_account_is_made_seated_and_kept_out() {
    let api = Api::new();
    let new = json!({ "login": "wang.fang", "name": "王芳", "password": "drei kleine Katzen", "lang": "en" });
    let made = api.post(Role::SystemAdmin, "/accounts", new.clone()).await.is(201);
    let account = id(&made);
    assert_eq!(made.header("location"), format!("/api/v1/accounts/{account}"));
    assert_eq!(
        (made.json()["must_change_password"].as_bool(), made.json()["status"].as_str()),
        (Some(true), Some("active"))
    );
    assert!(!made.text.contains("Katzen"));
    assert_eq!(api.post(Role::SystemAdmin, "/accounts", new).await.is(409).json()["type"], "/problems/refused");
    let weak = json!({ "login": "b", "name": "b", "password": "1" });
    assert_eq!(api.post(Role::SystemAdmin, "/accounts", weak).await.is(422).field(), "password");
    let found = api.get(Role::SystemAdmin, "/accounts?q=wang.f").await.is(200).json();
    assert_eq!(found["items"][0]["account"], json!(account));

    // The system administrator gives no rights: seats and terms are the security administrator's.
    let (_, seat) = api.people[&Role::Clerk];
    let over = json!({ "account": account });
    api.post(Role::SystemAdmin, &format!("/seats/{seat}/hand-over"), over.clone()).await.is(403);
    let handed = api.post(Role::SecurityAdmin, &format!("/seats/{seat}/hand-over"), over).await.is(200).json();
    assert_eq!(handed["terms"][0]["account"], json!(account));
    let term = handed["terms"][0]["id"].as_str().unwrap().to_owned();
    let (old, _) = api.people[&Role::Clerk];
    let deputy = json!({ "account": old, "kind": "deputy" });
    api.post(Role::SecurityAdmin, &format!("/seats/{seat}/terms"), deputy).await.is(200);
    let nobody = json!({ "account": uuid::Uuid::from_u128(3), "kind": "deputy" });
    assert_eq!(api.post(Role::SecurityAdmin, &format!("/seats/{seat}/terms"), nobody).await.is(422).field(), "account");
    api.post(Role::SecurityAdmin, &format!("/terms/{term}/end"), json!({})).await.is(204);
    let shown = api.get(Role::SystemAdmin, &format!("/accounts/{account}")).await.is(200).json();
    assert!(shown["terms"][0]["to"].is_string());

    let key = &api.keys[&Role::SystemAdmin];
    let out = Some(json!({ "suspended": true }));
    let path = format!("/accounts/{account}/status");
    let kept_out = api.call(Method::PUT, key, &path, &[], out.clone()).await.is(200).json();
    assert_eq!(kept_out["status"], "suspended");
    api.call(Method::PUT, key, &path, &[], out).await.is(200);
}

#[tokio::test]
async fn devices_and_keys_of_others_are_ended_by_the_security_administrator_in_person() {
    let api = Api::new();
    let (clerk, _) = api.people[&Role::Clerk];
    let theirs = api.sign_in(Role::Clerk).await;
    let admin = api.sign_in(Role::SecurityAdmin).await;
    let list = async |what: &str| {
        let path = format!("/accounts/{clerk}/{what}");
        api.by_person(&admin, Method::GET, &path, None).await.is(200).json()["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (device, key) = (list("sessions").await, list("keys").await);
    let end = async |cookie: &str, path: String| api.by_person(cookie, Method::DELETE, &path, None).await;
    // Not under somebody else's name, and not by oneself here.
    let (other, _) = api.people[&Role::Coordinator];
    end(&admin, format!("/accounts/{other}/sessions/{device}")).await.is(404);
    end(&admin, format!("/accounts/{other}/keys/{key}")).await.is(404);
    end(&theirs, format!("/accounts/{clerk}/sessions/{device}")).await.is(403);
    end(&admin, format!("/accounts/{clerk}/keys/{key}")).await.is(204);
    api.get(Role::Clerk, "/me").await.is(401);
    end(&admin, format!("/accounts/{clerk}/sessions/{device}")).await.is(204);
    api.by_person(&theirs, Method::GET, "/me", None).await.is(401);
    end(&admin, format!("/accounts/{clerk}/sessions")).await.is(204);
}

#[tokio::test]
async fn a_seat_is_made_and_found_by_its_role() {
    let api = Api::new();
    let new = json!({ "role": "clerk", "title": "二号窗口" });
    let made = api.post(Role::SecurityAdmin, "/seats", new).await.is(201);
    let listed = api.get(Role::SecurityAdmin, "/seats?role=clerk").await.is(200);
    assert!(listed.text.contains(&id(&made)));
    let nowhere = json!({ "role": "clerk", "title": "x", "org": uuid::Uuid::from_u128(9) });
    assert_eq!(api.post(Role::SecurityAdmin, "/seats", nowhere).await.is(422).field(), "org");
    assert_eq!(api.get(Role::SecurityAdmin, "/seats").await.is(422).field(), "role");
}

fn bulletin(headline: &str) -> Value {
    json!({
        "category": "met", "urgency": "expected", "severity": "moderate", "certainty": "likely",
        "zh": { "event": "台风", "headline": headline, "description": "请收好阳台上的花盆" },
        "circle": { "lat": 30.9, "lon": 121.47, "radius_m": 800 },
        "expires_at": "2026-06-25T00:00:00Z",
    })
}

#[tokio::test]
async fn a_bulletin_needs_two_people_and_goes_out_as_it_was_read() {
    let api = Api::new();
    let now = api.world.house.rt.now();
    let mut draft = bulletin("台风就要来了");
    draft["expires_at"] = json!(now.plus_hours(20).rfc3339());
    let made = api.post(Role::DutyOfficer, "/bulletins", draft.clone()).await.is(201);
    let path = format!("/bulletins/{}", id(&made));
    let tag = api.get(Role::Coordinator, &path).await.is(200).header("etag");
    draft["zh"]["headline"] = json!("台风明天到");
    let key = &api.keys[&Role::DutyOfficer];
    api.call(Method::PUT, key, &path, &[], Some(draft.clone())).await.is(428);
    api.call(Method::PUT, key, &path, &[("if-match", &tag)], Some(draft.clone())).await.is(200);
    let publish = format!("{path}/publication");
    let boss = &api.keys[&Role::Coordinator];
    let stale = api.call(Method::PUT, boss, &publish, &[("if-match", &tag)], None).await.is(412).json();
    assert_eq!((stale["yours"].as_i64(), stale["current"].as_i64()), (Some(1), Some(2)));
    let tag = api.get(Role::Coordinator, &path).await.is(200).header("etag");
    let live = api.call(Method::PUT, boss, &publish, &[("if-match", &tag)], None).await.is(200).json();
    assert_eq!((live["state"].as_str(), live["zh"]["headline"].as_str()), (Some("published"), Some("台风明天到")));
    let tag = api.get(Role::Coordinator, &path).await.is(200).header("etag");
    api.call(Method::PUT, key, &path, &[("if-match", &tag)], Some(draft.clone())).await.is(409);
    let gone = api.post(Role::Coordinator, &format!("{path}/cancellation"), json!({ "reason": "已转向" })).await;
    assert_eq!(gone.is(200).json()["state"], "cancelled");

    let own = api.post(Role::Coordinator, "/bulletins", draft.clone()).await.is(201);
    let own = format!("/bulletins/{}", id(&own));
    let tag = api.get(Role::Coordinator, &own).await.header("etag");
    api.call(Method::PUT, boss, &format!("{own}/publication"), &[("if-match", &tag)], None).await.is(403);
    api.call(Method::DELETE, boss, &own, &[], None).await.is(204);
    for (field, change) in [
        ("zh.headline", json!({ "event": "x", "headline": format!("请打 {PHONE}"), "description": "x" })),
        ("zh.event", json!({ "event": "", "headline": "x", "description": "x" })),
    ] {
        draft["zh"] = change;
        assert_eq!(api.post(Role::DutyOfficer, "/bulletins", draft.clone()).await.is(422).field(), field);
    }
    let mut nowhere = bulletin("x");
    nowhere["expires_at"] = json!(now.plus_hours(20).rfc3339());
    nowhere["area"] = json!(uuid::Uuid::from_u128(5));
    assert_eq!(api.post(Role::DutyOfficer, "/bulletins", nowhere).await.is(422).field(), "area");
}

#[tokio::test]
async fn the_calendar_and_what_did_not_go_out() {
    let api = Api::new();
    assert!(api.get(Role::SystemAdmin, "/calendar").await.is(200).json()["years"].as_array().is_some());
    assert_eq!(api.post(Role::SystemAdmin, "/calendar", json!({ "csv": "no calendar" })).await.is(422).field(), "csv");
    assert_eq!(api.get(Role::SystemAdmin, "/dead-letters").await.is(200).json()["items"], json!([]));
    let key = &api.keys[&Role::SystemAdmin];
    api.call(Method::POST, key, "/dead-letters/7/retry", &[], None).await.is(404);
    api.post(Role::SystemAdmin, "/dead-letters/7/discard", json!({ "reason": "x" })).await.is(404);
    api.get(Role::SystemAdmin, "/areas/coverage").await.is(200);
    let counts = api.open("/transparency").await.is(200).json();
    assert_eq!(counts["items"][0]["withheld"], json!({ "count": 0, "fewer_than": null }));
}

#[tokio::test]
async fn who_looked_is_told_to_the_audit_administrator_alone_and_what_stood_there_to_nobody() {
    let api = Api::new();
    let receipt = api.receipt("路灯倒了");
    api.assign(receipt.matter).await;
    api.call(Method::POST, &api.keys[&Role::DutyOfficer], &format!("/matters/{}/raisers", receipt.matter), &[], None)
        .await
        .is(200);
    let looks = api.get(Role::AuditAdmin, &format!("/log/raiser?number={}", receipt.number)).await.is(200);
    assert_eq!(looks.json()["items"].as_array().unwrap().len(), 1, "{}", looks.text);
    let found = api.get(Role::AuditAdmin, &format!("/log/entries?number={}", receipt.number)).await.is(200);
    for answer in [&looks, &found] {
        assert!(!answer.text.contains(NAME) && !answer.text.contains(PHONE), "{}", answer.text);
    }
    assert_eq!(api.get(Role::AuditAdmin, "/log/entries?actor=nobody").await.is(422).field(), "actor");
    assert_eq!(api.get(Role::AuditAdmin, "/log/raiser?number=X-1").await.is(404).json()["type"], "/problems/not-found");
    for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::Coordinator] {
        api.get(role, "/log/entries").await.is(403);
    }
    let key = &api.keys[&Role::AuditAdmin];
    let once = [("idempotency-key", "night")];
    let anchor = api.call(Method::POST, key, "/log/anchors", &once, None).await.is(200).json();
    assert_eq!(api.call(Method::POST, key, "/log/anchors", &once, None).await.is(200).json(), anchor);
    assert_eq!(api.get(Role::AuditAdmin, &format!("/log/anchors/{}", anchor["id"])).await.is(200).json(), anchor);
    let asked = api.call(Method::POST, key, "/log/verifications", &[], None).await.is(200).json();
    let runs = api.get(Role::AuditAdmin, "/log/verifications").await.is(200).json();
    assert_eq!(runs["items"][0]["id"], asked["id"]);
    assert!(api.get(Role::AuditAdmin, "/log").await.is(200).json()["head"].is_string());
}

#[tokio::test]
async fn what_the_owner_will_read_is_seen_and_put_right_beforehand() {
    let api = Api::new();
    let text = format!("我叫{NAME}，电话{PHONE}，三楼漏水");
    let ask = |correction: Value| json!({ "text": text, "raiser": { "name": NAME }, "correction": correction });
    let pieces = api.give("/matters/preview", ask(json!({}))).await.is(200).json();
    let pieces = pieces["items"].as_array().unwrap().clone();
    let whole: String = pieces.iter().map(|p| p["text"].as_str().unwrap()).collect();
    assert_eq!(whole, text);
    let hidden = |of: &[Value]| -> Vec<String> {
        of.iter().filter(|p| p["hidden"] == true).map(|p| p["text"].as_str().unwrap().to_owned()).collect()
    };
    assert!(hidden(&pieces).contains(&PHONE.to_owned()), "{pieces:?}");
    let shown = api.give("/matters/preview", ask(json!({ "show": [PHONE], "hide": ["三楼"] }))).await.is(200).json();
    let hidden_now = hidden(shown["items"].as_array().unwrap());
    assert!(!hidden_now.contains(&PHONE.to_owned()) && hidden_now.contains(&"三楼".to_owned()), "{hidden_now:?}");
    // And the same correction counts when it is raised.
    let raise = json!({ "class": "danger-now", "text": text, "correction": { "hide": ["三楼"] } });
    let id = api.give("/matters", raise).await.is(201).json()["id"].as_str().unwrap().to_owned();
    api.assign(id.parse().unwrap()).await;
    let read = api.get(Role::DutyOfficer, &format!("/matters/{id}")).await.is(200);
    assert!(read.text.contains("漏水") && !read.text.contains("三楼") && !read.text.contains(PHONE), "{}", read.text);
    // The words as they stand are opened by right, and each time is told to the raiser.
    let words = format!("/matters/{id}/original");
    let original = api.call(Method::POST, &api.keys[&Role::DutyOfficer], &words, &[], None).await.is(200);
    assert!(original.text.contains("三楼"));
    api.call(Method::POST, &api.keys[&Role::Shop], &words, &[], None).await.is(403);
    let plain = api.key_with(Role::DutyOfficer, &[people::policy::TokenScope::Read]);
    let refused = api.call(Method::POST, &plain, &words, &[], None).await.is(403);
    assert_eq!(refused.json()["rule"], "denied-token-scope");
    let ahead = json!({ "class": "danger-now" });
    let ahead = api.post(Role::Clerk, "/matters/foresight", ahead).await.is(200).json();
    assert!(ahead["owner"].is_string() && ahead["contact_by"].is_string());
    let takers = api.get(Role::Coordinator, &format!("/matters/{id}/takers")).await.is(200);
    assert!(takers.text.contains(&api.people[&Role::PostHead].1.to_string()), "{}", takers.text);
}
