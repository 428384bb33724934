//! Webhooks over HTTP: who may, what is shown once, what is refused by name.

use crate::world::{Api, may};
use axum::http::Method;
use kernel::Role;
use people::policy::Action;
use serde_json::json;

#[tokio::test]
async fn only_the_system_administrator_manages_webhooks() {
    let api = Api::new();
    let input = json!({ "label": "指挥中心", "url": "https://hook.example/in", "types": ["matter.closed"] });
    let cookie = api.sign_in(Role::SystemAdmin).await;
    let admin = api.by_person(&cookie, Method::POST, "/webhooks", Some(input.clone())).await.is(201);
    let id = admin.json()["webhook"]["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.header("location"), format!("/api/v1/webhooks/{id}"));
    assert_eq!(admin.header("cache-control"), "no-store");
    for role in Role::ALL {
        let allowed = may(*role, &[Action::ManageWebhooks]);
        assert_eq!(allowed, *role == Role::SystemAdmin);
        let want = |ok: u16| if allowed { ok } else { 403 };
        let key = &api.keys[role];
        assert_eq!(api.get(*role, "/webhooks").await.status.as_u16(), want(200), "{role:?}");
        assert_eq!(api.get(*role, &format!("/webhooks/{id}")).await.status.as_u16(), want(200), "{role:?}");
        for path in ["secret", "test", "retry"] {
            let answer = api.call(Method::POST, key, &format!("/webhooks/{id}/{path}"), &[], None).await;
            // A new secret needs the proof of a person.
            let expected = if path == "secret" { 403 } else { want(204) };
            assert_eq!(answer.status.as_u16(), expected, "{role:?} {path}");
        }
        let switched = api.post(*role, &format!("/webhooks/{id}/switch"), json!({ "active": true })).await;
        assert_eq!(switched.status.as_u16(), want(200), "{role:?}");
        if !allowed {
            api.post(*role, "/webhooks", input.clone()).await.is(403);
            api.call(Method::DELETE, key, &format!("/webhooks/{id}"), &[], None).await.is(403);
        }
    }
    let key = &api.keys[&Role::SystemAdmin];
    api.call(Method::DELETE, key, &format!("/webhooks/{id}"), &[], None).await.is(204);
    api.get(Role::SystemAdmin, &format!("/webhooks/{id}")).await.is(404);
}

#[tokio::test]
async fn the_secret_is_shown_once_and_wrong_fields_are_named() {
    let api = Api::new();
    let role = Role::SystemAdmin;
    let cookie = api.sign_in(role).await;
    let post = async |path: String, body| api.by_person(&cookie, Method::POST, &path, body).await;
    let new = json!({ "label": "x", "url": "https://hook.example/" });
    let made = post("/webhooks".into(), Some(new)).await.is(201).json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_") && secret.len() > 40, "{secret}");
    assert!(!api.get(role, "/webhooks").await.is(200).text.contains(&secret));
    let id = made["webhook"]["id"].as_str().unwrap().to_owned();
    let rotated = post(format!("/webhooks/{id}/secret"), None).await.is(200);
    assert_ne!(rotated.json()["secret"], made["secret"]);
    assert!(rotated.json()["webhook"]["old_secret_until"].is_string());
    for (field, body) in [
        ("url", json!({ "label": "x", "url": "ftp://hook.example/" })),
        ("url", json!({ "label": "x", "url": "https://user:pass@hook.example/" })),
        ("label", json!({ "label": " ", "url": "https://hook.example/" })),
        ("types", json!({ "label": "x", "url": "https://hook.example/", "types": ["matter.secret"] })),
    ] {
        assert_eq!(post("/webhooks".into(), Some(body)).await.is(422).field(), field);
    }
    api.post(role, &format!("/webhooks/{id}/switch"), json!({ "active": false })).await.is(200);
    let off = api.call(Method::POST, &api.keys[&role], &format!("/webhooks/{id}/test"), &[], None).await.is(422);
    assert_eq!(off.field(), "state");
}
