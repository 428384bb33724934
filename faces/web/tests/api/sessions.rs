//! The desk's own session at the interface: reads, and writes only from a page of ours.

use crate::world::Api;
use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use serde_json::json;

#[tokio::test]
async fn a_cookie_changes_something_only_from_a_page_of_ours() {
    let api = Api::new();
    let id = api.raise("有人落水");
    api.assign(id).await;
    let cookie = api.sign_in(Role::DutyOfficer).await;
    let read = Request::get(format!("/api/v1/matters/{id}")).header("cookie", &cookie).body(Body::empty()).unwrap();
    api.send(read).await.is(200);
    let sign = |more: &[(&'static str, &'static str)]| {
        let mut request = Request::builder().method(Method::POST).uri(format!("/api/v1/matters/{id}/commands"));
        request = request.header("cookie", &cookie).header("content-type", "application/json");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        api.send(request.body(Body::from(json!({ "command": "sign" }).to_string())).unwrap())
    };
    sign(&[]).await.is(401);
    sign(&[("sec-fetch-site", "none")]).await.is(401);
    sign(&[("sec-fetch-site", "same-site")]).await.is(400);
    sign(&[("origin", "https://evil.example")]).await.is(400);
    let ours = "http://127.0.0.1:8080";
    sign(&[("sec-fetch-site", "same-origin"), ("origin", ours)]).await.is(200);
}
