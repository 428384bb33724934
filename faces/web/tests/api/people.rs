//! Colleagues, the liaison book, organisations, saved views: who may not.

use crate::world::{Api, may};
use axum::http::Method;
use kernel::Role;
use people::policy::Action;
use serde_json::json;

#[tokio::test]
async fn only_those_who_may_see_colleagues_and_change_bodies() {
    let api = Api::new();
    api.open("/orgs").await.is(200);
    for role in Role::ALL {
        for path in ["/staff?q=x", "/liaison"] {
            // Everybody may see their own account; a list shows only what the policy lets through.
            api.get(*role, path).await.is(200);
        }
        let body = json!({ "kind": "shop", "name": format!("店 {}", role.code()) });
        let made = api.post(*role, "/orgs", body).await;
        let expected = if may(*role, &[Action::ManageOrgs]) { 201 } else { 403 };
        assert_eq!(made.status.as_u16(), expected, "{}: {}", role.code(), made.text);
        let views = api.get(*role, "/views").await;
        assert_eq!(views.status.as_u16(), if may(*role, &[Action::SaveView]) { 200 } else { 403 }, "{}", role.code());
    }
}

#[tokio::test]
async fn a_body_is_changed_for_the_version_that_was_seen() {
    let api = Api::new();
    let made = api.post(Role::SystemAdmin, "/orgs", json!({ "kind": "shop", "name": "青禾超市" })).await.is(201);
    let place = made.header("location");
    let path = place.strip_prefix("/api/v1").unwrap();
    let tag = api.open(path).await.is(200).header("etag");
    let key = &api.keys[&Role::SystemAdmin];
    let leave = || Some(json!({ "name": "青禾超市", "active": false }));
    api.call(Method::PUT, key, path, &[], leave()).await.is(428);
    let done = api.call(Method::PUT, key, path, &[("if-match", &tag)], leave()).await.is(200);
    assert_eq!(done.json()["active"], false);
    api.call(Method::PUT, key, path, &[("if-match", &tag)], leave()).await.is(412);
    let view = json!({ "name": "我的", "query": "queue=place" });
    let id = api.post(Role::Clerk, "/views", view).await.is(201).json()["id"].as_str().unwrap().to_owned();
    api.call(Method::DELETE, &api.keys[&Role::Coordinator], &format!("/views/{id}"), &[], None).await.is(404);
    api.call(Method::DELETE, &api.keys[&Role::Clerk], &format!("/views/{id}"), &[], None).await.is(204);
}
