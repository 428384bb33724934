//! The caller: what a key may not do, devices and keys of one's own, notices.

use crate::world::Api;
use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use people::policy::TokenScope;
use serde_json::{Value, json};

/// End of a key: within a year.
const UNTIL: &str = "2026-12-31T00:00:00Z";

#[tokio::test]
async fn a_key_shows_itself_but_manages_neither_keys_nor_devices() {
    let api = Api::new();
    for role in Role::ALL {
        let me = api.get(*role, "/me").await.is(200).json();
        assert_eq!((me["login"].as_str(), me["grants"][0]["role"].as_str()), (Some(role.code()), Some(role.code())));
        assert_eq!(me["key"]["scopes"], json!(["read", "raise", "write", "names", "administer"]));
        api.get(*role, "/notices").await.is(200);
        for path in ["/me/sessions", "/me/keys"] {
            assert_eq!(api.get(*role, path).await.is(403).json()["rule"], "denied-token-scope");
        }
        api.post(*role, "/me/keys", json!({ "label": "x", "scopes": ["read"], "expires_at": UNTIL })).await.is(403);
        let change = json!({ "lang": "en" });
        let key = &api.keys[role];
        api.call(Method::PATCH, key, "/me", &[("if-match", "\"1\"")], Some(change)).await.is(403);
        for path in ["/me/keys", "/me/sessions"] {
            let path = format!("{path}/{}", uuid::Uuid::from_u128(3));
            api.call(Method::DELETE, key, &path, &[], None).await.is(403);
        }
    }
}

#[tokio::test]
async fn a_person_makes_a_key_and_ends_it() {
    let api = Api::new();
    let cookie = api.sign_in(Role::Clerk).await;
    let send = |method: Method, path: &str, more: Vec<(&'static str, String)>, body: Option<Value>| {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("cookie", &cookie).header("sec-fetch-site", "same-origin");
        for (name, value) in more {
            request = request.header(name, value);
        }
        request = request.header("content-type", "application/json");
        api.send(request.body(body.map_or_else(Body::empty, |b| Body::from(b.to_string()))).unwrap())
    };
    let new = json!({ "label": "台账", "scopes": ["read"], "expires_at": UNTIL });
    let key = vec![("idempotency-key", "a".to_owned())];
    let made = send(Method::POST, "/me/keys", key.clone(), Some(new.clone())).await.is(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let again = send(Method::POST, "/me/keys", key, Some(new)).await.is(201);
    assert_eq!(again.json(), made.json(), "the same key makes one key");
    let (id, secret) =
        (made.json()["id"].as_str().unwrap().to_owned(), made.json()["secret"].as_str().unwrap().to_owned());
    api.call(Method::GET, &secret, "/matters", &[], None).await.is(200);
    let listed = send(Method::GET, "/me/keys", vec![], None).await.is(200);
    assert!(listed.text.contains(&id) && !listed.text.contains(&secret));
    assert_eq!(
        send(Method::POST, "/me/keys", vec![], Some(json!({ "label": " ", "scopes": ["read"], "expires_at": UNTIL })))
            .await
            .is(422)
            .field(),
        "label"
    );
    assert_eq!(
        send(Method::POST, "/me/keys", vec![], Some(json!({ "label": "x", "scopes": [], "expires_at": UNTIL })))
            .await
            .is(422)
            .field(),
        "scopes"
    );
    send(Method::DELETE, &format!("/me/keys/{id}"), vec![], None).await.is(204);
    api.call(Method::GET, &secret, "/matters", &[], None).await.is(401);
    let tag = send(Method::GET, "/me", vec![], None).await.is(200).header("etag");
    let english = json!({ "lang": "en" });
    let me = send(Method::PATCH, "/me", vec![("if-match", tag)], Some(english)).await.is(200).json();
    assert_eq!((me["lang"].as_str(), me["key"].is_null()), (Some("en"), true));
    let devices = send(Method::GET, "/me/sessions", vec![], None).await.is(200).json();
    let device = devices["items"][0]["id"].as_str().unwrap().to_owned();
    send(Method::DELETE, &format!("/me/sessions/{device}"), vec![], None).await.is(204);
    send(Method::GET, "/me", vec![], None).await.is(401);
}

#[tokio::test]
async fn nobody_ends_what_is_not_theirs() {
    let api = Api::new();
    api.key_with(Role::Clerk, &[TokenScope::Read]);
    let clerk = api.sign_in(Role::Clerk).await;
    let list = Request::get("/api/v1/me/keys").header("cookie", &clerk).body(Body::empty()).unwrap();
    let id = api.send(list).await.is(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let other = api.sign_in(Role::Coordinator).await;
    let end = Request::delete(format!("/api/v1/me/keys/{id}"))
        .header("cookie", other)
        .header("sec-fetch-site", "same-origin");
    api.send(end.body(Body::empty()).unwrap()).await.is(403);
}
