//! Classes: offered to everybody, changed by few, each change a version.

use crate::world::{Api, may};
use axum::http::Method;
use kernel::Role;
use people::policy::Action;
use serde_json::{Value, json};

fn class() -> Value {
    json!({
        "family": "non_police", "name_zh": "井盖", "name_en": "Manhole cover", "route": "committee",
        "scope": "whole_case", "time": "calendar", "on_return": "restart", "urgency": "normal",
        "sign": "2h", "contact": "24h", "handle": "7d", "verify": "15d", "active": true,
    })
}

#[tokio::test]
async fn only_those_who_manage_classes_change_them() {
    let api = Api::new();
    api.open("/classes").await.is(200);
    api.open("/classes/danger-now").await.is(200);
    api.open("/classes/no-such").await.is(404);
    for role in Role::ALL {
        let allowed = may(*role, &[Action::ManageClasses]);
        let code = format!("cover-{}", role.code().replace('_', "-"));
        let made = api.post(*role, "/classes", json!({ "code": code, "class": class() })).await;
        assert_eq!(made.status.as_u16(), if allowed { 201 } else { 403 }, "{}: {}", role.code(), made.text);
        let all = api.get(*role, "/admin/classes").await;
        assert_eq!(all.status.as_u16(), if allowed { 200 } else { 403 }, "{}", role.code());
        let key = &api.keys[role];
        let change = api.call(Method::PUT, key, "/classes/danger-now", &[("if-match", "\"99\"")], Some(class())).await;
        assert_eq!(change.status.as_u16(), if allowed { 412 } else { 403 }, "{}: {}", role.code(), change.text);
    }
}

#[tokio::test]
async fn a_change_names_the_version_it_was_made_for() {
    let api = Api::new();
    let role = Role::Coordinator;
    let made = api.post(role, "/classes", json!({ "code": "cover", "class": class() })).await.is(201);
    assert_eq!(made.header("location"), "/api/v1/classes/cover");
    assert_eq!(api.post(role, "/classes", json!({ "code": "cover", "class": class() })).await.is(422).field(), "code");
    let tag = api.open("/classes/cover").await.is(200).header("etag");
    let key = api.keys[&role].clone();
    let mut next = class();
    next["handle"] = json!("3d");
    let put = |headers: Vec<(&'static str, String)>, body: Value| {
        let (api, key) = (&api, key.clone());
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            api.call(Method::PUT, &key, "/classes/cover", &headers, Some(body)).await
        }
    };
    put(vec![], next.clone()).await.is(428);
    assert_eq!(put(vec![("if-match", tag.clone())], next.clone()).await.is(200).json()["version"], 2);
    let late = put(vec![("if-match", tag)], next.clone()).await.is(412).json();
    assert_eq!((late["yours"].as_i64(), late["current"].as_i64()), (Some(1), Some(2)));
    next["handle"] = json!("soon");
    assert_eq!(put(vec![("if-match", "\"2\"".into())], next).await.is(422).field(), "handle");
}
