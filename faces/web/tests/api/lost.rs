//! Cases over the interface: reported by anybody once, followed with the code, worked on with a key; no name of anybody in it.

use crate::world::{Api, aside};
use axum::http::Method;
use kernel::Role;
use people::policy::TokenScope;
use serde_json::{Value, json};

const DUTY: Role = Role::DutyOfficer;

fn found() -> Value {
    json!({
        "kind": "found", "place": { "words": "老街口" }, "words": "李大妈，蓝色上衣",
        "described": { "sex": "f", "age": 84, "surname": "李", "marks": ["拐杖"] },
        "name": "热心人", "phone": "021-0577 0042",
    })
}

impl Api {
    /// Id of the only open case, and its code.
    async fn case(&self) -> (String, String) {
        let receipt = self.give("/cases", found()).await.is(201).json();
        let list = self.get(DUTY, "/cases").await.is(200).json();
        (list["items"][0]["id"].as_str().unwrap().to_owned(), receipt["code"].as_str().unwrap().to_owned())
    }
    async fn step(&self, id: &str, command: Value) -> Value {
        self.post(DUTY, &format!("/cases/{id}/commands"), command).await.is(200).json()
    }
}

#[tokio::test]
async fn anybody_reports_once_and_follows_with_the_code() {
    let api = Api::new();
    let once = [("idempotency-key", "one")];
    let first = api.call(Method::POST, "", "/cases", &once, Some(found())).await.is(201);
    assert_eq!(first.header("cache-control"), "no-store");
    let code = first.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(first.header("location"), format!("/api/v1/found/{code}"));
    let again = api.call(Method::POST, "", "/cases", &once, Some(found())).await.is(201);
    assert_eq!(again.json()["number"], first.json()["number"], "a network that hesitates reports nobody twice");
    assert_eq!(api.get(DUTY, "/cases").await.json()["items"].as_array().unwrap().len(), 1);

    let path = format!("/found/{code}");
    let view = api.open(&path).await.is(200);
    assert_eq!((&view.json()["state"], &view.json()["taken"]), (&json!("sighted"), &json!(false)));
    for told in ["李", "蓝色", "老街口", "0577", "热心人"] {
        assert!(!view.text.contains(told), "{told} in {}", view.text);
    }
    api.give(&format!("{path}/words"), json!({ "words": "她坐在长椅上" })).await.is(204);
    assert_eq!(api.open(&path).await.json()["said"][0]["own"], true);
    let tag = api.open(&path).await.header("etag");
    api.call(Method::GET, "", &path, &[("if-none-match", &tag)], None).await.is(304);

    assert_eq!(api.give("/cases", json!({ "kind": "found" })).await.is(422).field(), "place");
    let beyond = json!({ "kind": "found", "place": { "area": "0199c000-0000-7000-8000-000000000001" } });
    assert_eq!(api.give("/cases", beyond).await.is(422).field(), "place.area");
    assert_eq!(
        api.give("/cases", json!({ "kind": "found", "place": { "lat": 31.0 } })).await.is(422).field(),
        "place.lon"
    );
    let guesses: Vec<_> = {
        let mut all = Vec::new();
        for _ in 0..20 {
            all.push(api.open("/found/ZZZZ-ZZZZ-ZZZ0").await.status.as_u16());
        }
        all
    };
    assert!(guesses[0] == 404 && guesses.contains(&429), "{guesses:?}");
    api.open(&path).await.is(200);
}

#[tokio::test]
async fn a_case_is_worked_on_with_a_key_and_no_name_is_in_it() {
    let api = Api::new();
    let (id, code) = api.case().await;
    let path = format!("/cases/{id}");
    let seen = api.get(DUTY, &path).await.is(200);
    assert!(seen.json()["words"].as_str().unwrap().contains("蓝色"), "a key for names reads what was written");
    let plain = api.key_with(DUTY, &[TokenScope::Read, TokenScope::Write]);
    let without = api.call(Method::GET, &plain, &path, &[], None).await.is(200);
    for told in ["李", "蓝色", "老街口", "热心人", "0577"] {
        assert!(!without.text.contains(told), "{told} for a key that is not for names: {}", without.text);
    }
    assert_eq!((&without.json()["described"]["age"], &without.json()["identified"]), (&json!(84), &json!(false)));
    let tag = seen.header("etag");
    assert!(tag.starts_with("\"1-"), "{tag}");
    let stand = api.step(&id, json!({ "command": "take" })).await;
    assert_eq!(stand["version"], 2);
    let take = json!({ "command": "take" });
    let commands = format!("{path}/commands");
    let stale = api.call(Method::POST, &api.keys[&DUTY], &commands, &[("if-match", &tag)], Some(take)).await;
    assert_eq!(stale.is(412).json()["current"], 2);

    api.step(&id, json!({ "command": "seen", "place": { "words": "桥边" }, "words": "坐着" })).await;
    api.step(&id, json!({ "command": "describe", "words": "蓝色上衣", "described": { "sex": "f" } })).await;
    api.step(&id, json!({ "command": "remark", "words": "已派人" })).await;
    let volunteer = api.people[&Role::Volunteer].0.to_string();
    api.step(&id, json!({ "command": "helper", "account": volunteer, "task": "search" })).await;
    let needed = api.get(Role::Volunteer, "/help-needed").await.is(200).json();
    assert_eq!((&needed["items"][0]["id"], &needed["items"][0]["mine"]), (&json!(id), &json!("helps")));
    let help = format!("/help-needed/{id}");
    assert_eq!(api.get(Role::Volunteer, &help).await.is(200).json()["place"], "老街口", "while they help");
    assert!(api.get(Role::Volunteer, &help).await.json().get("name").is_none());
    let key = &api.keys[&Role::Volunteer];
    api.call(Method::DELETE, key, &format!("{help}/help"), &[], None).await.is(204);
    api.get(Role::Volunteer, &help).await.is(404);
    api.get(Role::Shop, &help).await.is(404);
    api.call(Method::PUT, &api.keys[&Role::Shop], &format!("{help}/help"), &[], Some(json!({ "task": "search" })))
        .await
        .is(404);
    assert_eq!(api.post(DUTY, &format!("{path}/call"), json!({ "radius_m": 1000 })).await.is(200).json()["called"], 0);
    api.call(Method::DELETE, &api.keys[&DUTY], &format!("{path}/call"), &[], None).await.is(204);

    api.step(&id, json!({ "command": "tell_finder", "words": "马上到" })).await;
    assert_eq!(api.open(&format!("/found/{code}")).await.json()["said"][0]["words"], "马上到");
    let early = api.post(DUTY, &format!("{path}/closing"), json!({ "outcome": "not_lost" })).await.is(409).json();
    assert_eq!(early["rule"], "rule-lost-not-answered");
    api.step(&id, json!({ "command": "answer", "words": "老人没有走失", "reached": "page" })).await;
    let closed = api.post(DUTY, &format!("{path}/closing"), json!({ "outcome": "not_lost" })).await.is(200).json();
    assert_eq!(closed["state"], "closed");
    assert_eq!(api.open(&format!("/found/{code}")).await.json()["answer"], "老人没有走失");
    assert_eq!(api.get(DUTY, "/cases?closed=true").await.json()["items"][0]["outcome"], "not_lost");
    api.post(DUTY, &format!("{path}/commands"), json!({ "command": "take" })).await.is(403);
}

#[tokio::test]
async fn who_an_elder_is_and_with_whom_they_go_is_no_business_of_a_key() {
    let api = Api::new();
    let (id, _) = api.case().await;
    for command in ["identified", "hand_over", "appeal", "agree"] {
        let answer = api.post(DUTY, &format!("/cases/{id}/commands"), json!({ "command": command })).await;
        assert_eq!(answer.status.as_u16(), 422, "{command}: {}", answer.text);
    }
    let reads = api.key_with(DUTY, &[TokenScope::Read]);
    let take = Some(json!({ "command": "take" }));
    api.call(Method::POST, &reads, &format!("/cases/{id}/commands"), &[], take).await.is(403);
    let looks = aside(|| {
        api.world.look(|cx| {
            let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE subject_kind = 'case'";
            cx.query_one(sql, &[])?.i64("n")
        })
    });
    api.get(DUTY, &format!("/cases/{id}")).await.is(200);
    let after = aside(|| {
        api.world.look(|cx| {
            let sql = "SELECT COUNT(*) AS n FROM audit_read WHERE subject_kind = 'case'";
            cx.query_one(sql, &[])?.i64("n")
        })
    });
    assert_eq!(after, looks + 1, "each look is an entry of the log");
}
