//! The description: as committed, complete, and true of every operation for whoever has no key.

use crate::world::Api;
use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use serde_json::Value;
use std::path::Path;
use uuid::Uuid;

/// Path, method and description of every operation.
pub fn operations() -> Vec<(String, String, Value)> {
    let doc = web::api::openapi();
    let mut all = Vec::new();
    for (path, item) in doc["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    all
}

fn is_public(operation: &Value) -> bool {
    operation.get("security").is_some_and(|s| s.as_array().unwrap().is_empty())
}

/// The path with an id of nobody in every place.
fn filled(path: &str) -> String {
    let id = Uuid::from_u128(7).to_string();
    let mut out = path.to_owned();
    while let Some(open) = out.find('{') {
        let close = out[open..].find('}').unwrap() + open;
        out.replace_range(open..=close, &id);
    }
    out
}

#[test]
fn the_description_is_the_committed_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/openapi.json");
    let mut now = serde_json::to_string_pretty(web::api::openapi().as_ref()).unwrap();
    now.push('\n');
    if std::env::var_os("MULIN_BLESS").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == now,
        "docs/api/openapi.json is not what the program serves; run ./dev bless -p web and read the difference"
    );
}

#[test]
fn every_operation_is_described_in_full() {
    let doc = web::api::openapi();
    assert_eq!(doc["openapi"], "3.1.0");
    let mut ids = std::collections::BTreeSet::new();
    for (path, method, operation) in operations() {
        let name = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name} shares its id");
        assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 5), "{name} has no summary");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name} belongs to one group");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("400") && responses.contains_key("429"), "{name}");
        assert!(is_public(&operation) || (responses.contains_key("401") && responses.contains_key("403")), "{name}");
        assert!(!path.contains('{') || responses.contains_key("404"), "{name}");
        assert!(method == "get" || responses.contains_key("409"), "{name}");
    }
    for (name, schema) in doc["components"]["schemas"].as_object().unwrap() {
        let input = name.ends_with("Input") || name.starts_with("New");
        let closed = |s: &Value| s["additionalProperties"] == false;
        let one_of = schema["oneOf"].as_array();
        let ok = closed(schema) || one_of.is_some_and(|all| all.iter().all(closed)) || schema["type"] == "string";
        assert!(!input || ok, "{name} takes unknown fields");
    }
}

#[tokio::test]
async fn it_is_served_to_everybody() {
    let api = Api::new();
    let request = || Request::get("/api/openapi.json");
    let answer = api.send(request().body(Body::empty()).unwrap()).await.is(200);
    assert_eq!(&answer.json(), web::api::openapi().as_ref());
    let again = request().header("if-none-match", answer.header("etag")).body(Body::empty()).unwrap();
    assert_eq!(api.send(again).await.is(304).text, "");
}

/// Everything that is not open to everybody says 401 to whoever has no key or a wrong one, before anything is looked up
/// or read; nothing is written.
#[tokio::test]
async fn without_a_key_everything_else_is_closed() {
    let api = Api::new();
    let cookie = api.sign_in(Role::Coordinator).await;
    let mut wrong = Vec::new();
    for (path, method, operation) in operations() {
        if is_public(&operation) {
            continue;
        }
        let verb: Method = method.to_uppercase().parse().unwrap();
        let request = || Request::builder().method(verb.clone()).uri(filled(&path));
        let mut tries = vec![
            ("no key", request()),
            ("wrong key", request().header("authorization", "Bearer mulin_0")),
            ("other scheme", request().header("authorization", "Basic bXVsaW46bXVsaW4=")),
        ];
        if method != "get" {
            tries.push(("a cookie alone", request().header("cookie", &cookie)));
            tries.push(("typed address", request().header("cookie", &cookie).header("sec-fetch-site", "none")));
        }
        for (what, request) in tries {
            let answer = api.send(request.body(Body::empty()).unwrap()).await;
            if answer.status != 401 || answer.header("www-authenticate") != "Bearer" {
                wrong.push(format!("{method} {path} with {what}: {}", answer.status));
            }
        }
        if method != "get" {
            let foreign = request().header("cookie", &cookie).header("sec-fetch-site", "cross-site");
            let status = api.send(foreign.body(Body::empty()).unwrap()).await.status;
            if status != 400 {
                wrong.push(format!("{method} {path} from a foreign page: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whatever role asks for whatever: the answer is one that the description names, and never a failure of ours.
#[tokio::test]
async fn every_answer_is_described() {
    let api = Api::new();
    let mut wrong = Vec::new();
    for (path, method, operation) in operations() {
        let verb: Method = method.to_uppercase().parse().unwrap();
        // Every role with a body that is none of ours; every kind of body as those who get furthest, and as nobody.
        let far = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin, Role::Coordinator, Role::PostHead];
        let far: Vec<&str> = far.iter().map(|role| api.keys[role].as_str()).chain([""]).collect();
        for key in api.keys.values().map(String::as_str).chain([""]) {
            let bodies: &[&str] =
                if far.contains(&key) { &["", "{", "{}", "[]", r#"{"a":1}"#, "\u{0}"] } else { &["{}"] };
            for body in bodies.iter().copied() {
                let mut request = Request::builder().method(verb.clone()).uri(filled(&path));
                if !key.is_empty() {
                    request = request.header("authorization", format!("Bearer {key}"));
                }
                if !body.is_empty() {
                    request = request.header("content-type", "application/json");
                }
                let answer = api.send(request.body(Body::from(body)).unwrap()).await;
                let status = answer.status.as_u16().to_string();
                if answer.status.is_server_error() || operation["responses"].get(&status).is_none() {
                    wrong.push(format!("{method} {path} {body:?}: {status} {}", answer.text));
                }
                if method == "get" {
                    break;
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let api = Api::new();
    let answer = api.open("/nowhere").await.is(404);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["type"], "/problems/not-found");
    let answer = api.call(Method::DELETE, "", "/classes", &[], None).await.is(405);
    assert!(answer.header("allow").contains("GET"), "{:?}", answer.headers);
    let english = api.call(Method::GET, "", "/nowhere", &[("accept-language", "fr, en;q=0.8")], None).await.is(404);
    assert_eq!(english.json()["title"], "There is no such page");
}
