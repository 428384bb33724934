//! Matters: who may not, one matter from raising to the answer, versions, keys that count once, the raiser's name.

use crate::world::{Api, NAME, PHONE, may};
use axum::http::Method;
use kernel::Role;
use people::policy::{Action, TokenScope};
use serde_json::json;

#[tokio::test]
async fn lists_are_for_those_who_have_a_desk() {
    let api = Api::new();
    for role in Role::ALL {
        for path in ["/matters", "/matters/search?q=x", "/matters/counts", "/matters/points"] {
            let expected = if may(*role, &[Action::ViewDesk]) { 200 } else { 403 };
            let answer = api.get(*role, path).await;
            assert_eq!(answer.status.as_u16(), expected, "{} {path}: {}", role.code(), answer.text);
        }
        let body = json!({ "text": "漏水" });
        let expected = if may(*role, &[Action::RaiseFor]) { 200 } else { 403 };
        assert_eq!(api.post(*role, "/matters/similar", body).await.status.as_u16(), expected, "{}", role.code());
    }
}

#[tokio::test]
async fn a_matter_is_seen_only_by_those_it_concerns() {
    let api = Api::new();
    let id = api.raise("有人落水");
    api.assign(id).await;
    // Seats here name no place: these roles then stand for the whole district, the others for nothing.
    let sees = [Role::Coordinator, Role::CatchAll, Role::DutyOfficer, Role::Clerk];
    for role in Role::ALL {
        let expected = if sees.contains(role) { 200 } else { 403 };
        for part in ["", "/similar", "/readings", "/messages", "/photos"] {
            let answer = api.get(*role, &format!("/matters/{id}{part}")).await;
            assert_eq!(answer.status.as_u16(), expected, "{} {part}: {}", role.code(), answer.text);
            assert!(!answer.text.contains(NAME) && !answer.text.contains(PHONE), "{} {part}", role.code());
        }
        let step = api.post(*role, &format!("/matters/{id}/commands"), json!({ "command": "sign" })).await;
        let signs = role == &Role::DutyOfficer;
        assert_eq!(step.status.as_u16(), if signs { 200 } else { 403 }, "{} signs: {}", role.code(), step.text);
    }
}

#[tokio::test]
async fn the_name_comes_only_with_an_entry_in_the_log() {
    let api = Api::new();
    let id = api.raise("有人落水");
    let path = format!("/matters/{id}/raisers");
    for role in Role::ALL {
        let answer = api.call(Method::POST, &api.keys[role], &path, &[], None).await;
        if [Role::DutyOfficer, Role::Clerk].contains(role) {
            let answer = answer.is(200);
            assert_eq!(answer.json()["items"][0]["name"], NAME);
            assert_eq!(answer.header("cache-control"), "no-store");
        } else {
            let answer = answer.is(403);
            assert!(!answer.text.contains(NAME), "{}", role.code());
        }
    }
    let seen = api.get(Role::Coordinator, &format!("/matters/{id}/readings")).await.is(200).json();
    let by: Vec<&str> =
        seen["items"].as_array().unwrap().iter().map(|r| r["by"]["account"].as_str().unwrap()).collect();
    assert_eq!(by.len(), 2, "each reading is one entry: {seen}");
    assert_eq!(seen["items"][0]["purpose"], format!("matter:{id}"));
}

#[tokio::test]
async fn a_key_does_what_its_scopes_include() {
    let api = Api::new();
    let id = api.raise("有人落水");
    let reads = api.key_with(Role::DutyOfficer, &[TokenScope::Read]);
    let matter = format!("/matters/{id}");
    api.call(Method::GET, &reads, &matter, &[], None).await.is(200);
    let sign = json!({ "command": "sign" });
    let step = api.call(Method::POST, &reads, &format!("{matter}/commands"), &[], Some(sign)).await.is(403);
    assert_eq!(step.json()["rule"], "denied-token-scope");
    let writes = api.key_with(Role::DutyOfficer, &[TokenScope::Write]);
    api.call(Method::GET, &writes, &matter, &[], None).await.is(403);
}

#[tokio::test]
async fn unknown_ids_are_told_only_to_those_who_may_ask() {
    let api = Api::new();
    let path = format!("/matters/{}", uuid::Uuid::from_u128(5));
    api.open(&path).await.is(401);
    api.get(Role::SystemAdmin, &path).await.is(403);
    api.get(Role::Coordinator, &path).await.is(404);
    api.get(Role::Coordinator, "/matters/7").await.is(404);
}

#[tokio::test]
async fn anybody_raises_and_the_same_key_raises_once() {
    let api = Api::new();
    let body = json!({ "class": "danger-now", "text": "路灯倒了", "raiser": { "name": NAME, "phone": PHONE, "channel": "phone" } });
    let key = [("idempotency-key", "9f0c")];
    let first = api.call(Method::POST, "", "/matters", &key, Some(body.clone())).await.is(201);
    let receipt = first.json();
    assert!(receipt["number"].as_str().unwrap().starts_with("HQ-"), "{receipt}");
    assert_eq!(first.header("location"), format!("/api/v1/track/{}", receipt["code"].as_str().unwrap()));
    assert_eq!(first.header("cache-control"), "no-store");
    let again = api.call(Method::POST, "", "/matters", &key, Some(body.clone())).await.is(201);
    assert_eq!(again.json(), receipt);
    let mut other = body.clone();
    other["text"] = json!("另一件事");
    let refused = api.call(Method::POST, "", "/matters", &key, Some(other)).await.is(422);
    assert_eq!(refused.field(), "Idempotency-Key");
    // Another caller's key of the same name is another key.
    let staff = api.call(Method::POST, &api.keys[&Role::Clerk], "/matters", &key, Some(body)).await.is(201);
    assert_ne!(staff.json()["id"], receipt["id"]);
    // Only those who type for others name an origin, and it is written down who typed.
    let typed = json!({ "class": "danger-now", "text": "来电说漏水", "origin": "phone" });
    api.give("/matters", typed.clone()).await.is(422);
    api.post(Role::Volunteer, "/matters", typed.clone()).await.is(403);
    let id = api.post(Role::Clerk, "/matters", typed).await.is(201).json()["id"].as_str().unwrap().to_owned();
    let matter = api.get(Role::Clerk, &format!("/matters/{id}")).await.is(200).json();
    assert_eq!(matter["origin"], "phone");
    assert_eq!(matter["typed_by"], api.people[&Role::Clerk].0.to_string());
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let api = Api::new();
    let good = json!({ "class": "danger-now", "text": "路灯倒了" });
    let with = |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, field) in [
        (with("class", json!("no-such")), "class"),
        (with("class", json!(7)), "class"),
        (with("text", json!("  ")), "text"),
        (with("text", json!("长".repeat(5_001))), "text"),
        (with("colour", json!("red")), "colour"),
        (with("raiser", json!({ "phone": "abc" })), "raiser.phone"),
        (with("raiser", json!({ "channel": "email" })), "raiser.email"),
        (with("raiser", json!({ "channel": "pigeon" })), "raiser.channel"),
        (with("place", json!({ "lat": 30.9 })), "place.lon"),
        (with("place", json!({ "lat": 300.0, "lon": 0.0 })), "place.lat"),
        (json!({ "class": "danger-now" }), "text"),
    ] {
        let answer = api.give("/matters", body.clone()).await.is(422);
        assert_eq!(answer.field(), field, "{body}");
        assert!(!answer.json()["errors"][0]["detail"].as_str().unwrap().contains('⟦'), "{}", answer.text);
    }
    for query in
        ["?colour=red", "?limit=0", "?limit=201", "?limit=x", "?state=done", "?queue=all", "?cursor=x", "?bbox=1,2"]
    {
        let answer = api.get(Role::Coordinator, &format!("/matters{query}")).await.is(422);
        assert!(query.contains(&answer.field()), "{query}: {}", answer.text);
    }
}

#[tokio::test]
async fn one_matter_from_the_telephone_to_the_answer() {
    let api = Api::new();
    let id = api.raise("有人落水");
    api.assign(id).await;
    let path = format!("/matters/{id}");
    let commands = format!("{path}/commands");
    let seen = api.get(Role::DutyOfficer, &path).await.is(200);
    let tag = seen.header("etag");
    assert!(tag.starts_with("\"2-"), "{tag}");
    let known = [("if-none-match", tag.as_str())];
    api.call(Method::GET, &api.keys[&Role::DutyOfficer], &path, &known, None).await.is(304);
    let duty = api.keys[&Role::DutyOfficer].clone();
    let sign = || Some(json!({ "command": "sign" }));
    let headers = [("if-match", tag.as_str()), ("idempotency-key", "k1")];
    let signed = api.call(Method::POST, &duty, &commands, &headers, sign()).await.is(200).json();
    assert_eq!((signed["state"].as_str(), signed["version"].as_i64()), (Some("signed"), Some(3)));
    assert_eq!(api.call(Method::POST, &duty, &commands, &headers, sign()).await.is(200).json(), signed);
    let other = Some(json!({ "command": "accept" }));
    api.call(Method::POST, &duty, &commands, &headers, other).await.is(422);
    let stale = [("if-match", tag.as_str())];
    let late = Some(json!({ "command": "contact", "outcome": "reached" }));
    let late = api.call(Method::POST, &duty, &commands, &stale, late).await.is(412).json();
    assert_eq!((late["yours"].as_i64(), late["current"].as_i64()), (Some(2), Some(3)));
    let refused = api.post(Role::DutyOfficer, &commands, json!({ "command": "start" })).await.is(409).json();
    assert_eq!(refused["rule"], "refuse-state");
    for step in [
        json!({ "command": "contact", "outcome": "reached", "note": "说清楚了" }),
        json!({ "command": "start" }),
        json!({ "command": "submit", "outcome": "done", "answer": "人已救起，平安。" }),
    ] {
        api.post(Role::DutyOfficer, &commands, step).await.is(200);
    }
    // Whoever handled it does not verify it (R2).
    let verify = || json!({ "command": "verify" });
    let own = api.post(Role::DutyOfficer, &commands, verify()).await.is(403).json();
    assert_eq!(own["rule"], "denied-own-handling");
    api.post(Role::Coordinator, &commands, verify()).await.is(200);
    api.post(Role::Coordinator, &commands, json!({ "command": "answer" })).await.is(200);
    let matter = api.get(Role::Coordinator, &path).await.is(200).json();
    let raiser = matter["raisers"][0]["id"].clone();
    let call = json!({ "command": "record_delivery", "raiser": raiser, "result": "call_answered" });
    let closed = api.post(Role::DutyOfficer, &commands, call).await.is(200).json();
    assert_eq!(closed["state"], "closed");
    let list = api.get(Role::Coordinator, "/matters?queue=place&closed=true").await.is(200).json();
    assert_eq!(list["items"][0]["id"], id.to_string());
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ended() {
    let api = Api::new();
    for i in 0..5 {
        api.raise(&format!("第{i}件"));
    }
    let mut seen = Vec::new();
    let mut path = "/matters?queue=place&limit=2".to_owned();
    loop {
        let page = api.get(Role::Coordinator, &path).await.is(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/matters?queue=place&limit=2&cursor={next}");
    }
    let all: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), all.len()), (5, 5));
    let number = api.get(Role::Coordinator, "/matters?queue=place&limit=1").await.json()["items"][0]["number"].clone();
    let number = number.as_str().unwrap();
    api.get(Role::Coordinator, &format!("/numbers/{number}")).await.is(200);
    let found = api.get(Role::Coordinator, &format!("/matters/search?q={number}")).await.is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let api = Api::with(web::Config { page_rate: 100_000, key_rate: 1, ..web::Config::default() });
    let mut last = api.get(Role::Coordinator, "/matters/counts").await;
    for _ in 0..10 {
        last = api.get(Role::Coordinator, "/matters/counts").await;
    }
    let refused = last.is(429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    api.get(Role::Clerk, "/matters/counts").await.is(200);
}
