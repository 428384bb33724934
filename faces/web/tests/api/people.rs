//! Colleagues, the liaison book, organisations, saved views: who may not.

use crate::world::{Api, aside, may};
use axum::http::Method;
use kernel::{Purpose, Role};
use people::app::{passkeys, require_fresh};
use people::policy::Action;
use secrecy::ExposeSecret as _;
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

#[tokio::test]
async fn a_passkey_on_a_lost_device_is_taken_away_by_the_security_administrator() {
    let api = Api::new();
    let clerk = api.people[&Role::Clerk].0;
    let held = api.sign_in(Role::Clerk).await;
    let passkey = aside(|| {
        let who = api.world.who(clerk, Purpose::Administration);
        api.world.act_as(who, move |cx| {
            let sql = "SELECT id FROM login_session WHERE account_id = $1";
            let session = cx.query_one(sql, store::params![clerk])?.id("id")?;
            let fresh = require_fresh(cx, session)?;
            let token = passkeys::begin(cx, passkeys::Aim::Add, Some(session), Some(&fresh), "")?;
            let challenge = passkeys::take(cx, token.expose_secret(), passkeys::Aim::Add)?.unwrap();
            passkeys::add(cx, &challenge, b"a", "{}", "手机")?;
            Ok::<_, people::Error>(passkeys::list(cx, clerk)?[0].id)
        })
    });
    let passkey = passkey.unwrap();
    let list = format!("/accounts/{clerk}/passkeys");
    let one = format!("{list}/{passkey}");
    for role in Role::ALL.iter().filter(|r| **r != Role::SecurityAdmin) {
        let cookie = api.sign_in(*role).await;
        api.by_person(&cookie, Method::GET, &list, None).await.is(403);
        api.by_person(&cookie, Method::DELETE, &one, None).await.is(403);
    }
    // A key can show nothing, whoever it stands for.
    let key = api.keys[&Role::SecurityAdmin].clone();
    api.call(Method::DELETE, &key, &one, &[], None).await.is(403);
    let cookie = api.sign_in(Role::SecurityAdmin).await;
    let shown = api.by_person(&cookie, Method::GET, &list, None).await.is(200).json();
    assert_eq!(shown["items"][0]["name"], "手机", "{shown}");
    let other = api.people[&Role::Volunteer].0;
    api.by_person(&cookie, Method::DELETE, &format!("/accounts/{other}/passkeys/{passkey}"), None).await.is(404);
    api.world.house.clock.advance_secs(600);
    api.by_person(&cookie, Method::DELETE, &one, None).await.is(403);
    let cookie = api.sign_in(Role::SecurityAdmin).await;
    api.by_person(&cookie, Method::DELETE, &one, None).await.is(204);
    api.by_person(&cookie, Method::DELETE, &one, None).await.is(404);
    api.by_person(&held, Method::GET, "/me", None).await.is(401);
}
