//! Who may not, for every operation, from the description itself: a new one is covered the moment it is described. What is
//! sent is made from the schemas, so that nothing but the missing right can refuse it.

use crate::document::operations;
use crate::world::Api;
use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use people::policy::{Action, TokenScope, rule, token_scope, who_may};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What an operation says of rights: which of them open it, and what a key must be for.
fn rights(operation: &Value) -> Vec<Action> {
    let named: Vec<&str> = operation["x-actions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let found: Vec<Action> = Action::ALL.iter().copied().filter(|a| named.contains(&a.code())).collect();
    let known = |code: &&str| Action::ALL.iter().any(|a| a.code() == *code);
    assert!(named.iter().all(known), "{}: {named:?}", operation["operationId"]);
    found
}

/// The smallest value that fits a schema.
fn fitting(doc: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let found = doc.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not there"));
        return fitting(doc, found);
    }
    if let Some(first) = ["oneOf", "anyOf", "allOf"].iter().find_map(|of| schema[*of].as_array()?.first()) {
        return fitting(doc, first);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find_map(|k| k.as_str().filter(|k| *k != "null")).unwrap_or("null"),
        kind => kind.as_str().unwrap_or("object"),
    };
    match kind {
        "object" => {
            let needed = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields: Map<String, Value> =
                needed.map(|name| (name.to_owned(), fitting(doc, &schema["properties"][name]))).collect();
            Value::Object(fields)
        }
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            Value::Array((0..least).map(|_| fitting(doc, &schema["items"])).collect())
        }
        "boolean" => json!(true),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
        _ => match schema["format"].as_str() {
            Some("uuid") => json!(uuid::Uuid::from_u128(7).to_string()),
            Some("date-time") => json!("2030-01-01T00:00:00Z"),
            _ => json!(if schema["pattern"].as_str().is_some_and(|p| p.contains("http")) {
                "https://a.example/"
            } else {
                "a"
            }),
        },
    }
}

/// A request that only a missing right can refuse.
fn request(doc: &Value, path: &str, method: &str, operation: &Value) -> axum::http::request::Builder {
    let mut uri = path.to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut headers = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let value = match fitting(doc, &parameter["schema"]) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        match parameter["in"].as_str().unwrap() {
            "path" => uri = uri.replace(&format!("{{{name}}}"), &value),
            "query" if parameter["required"] == true => drop(query.append_pair(name, &value)),
            "header" if name == "If-Match" => headers.push((name.to_owned(), "\"1\"".to_owned())),
            _ => {}
        }
    }
    let query = query.finish();
    if !query.is_empty() {
        uri = format!("{uri}?{query}");
    }
    let verb: Method = method.to_uppercase().parse().unwrap();
    headers.into_iter().fold(Request::builder().method(verb).uri(uri), |r, (name, value)| r.header(name, value))
}

/// Body of a request, with its type.
fn body(doc: &Value, operation: &Value) -> Option<(&'static str, Body)> {
    let content = operation["requestBody"]["content"].as_object()?;
    match content.get("application/json") {
        Some(json) => Some(("application/json", Body::from(fitting(doc, &json["schema"]).to_string()))),
        None => Some(("image/png", Body::from("not looked at"))),
    }
}

#[test]
fn every_operation_that_is_not_open_to_everybody_says_which_right_it_needs() {
    for (path, method, operation) in operations() {
        let public = operation["security"].as_array().is_some_and(Vec::is_empty);
        let said = rights(&operation);
        // Who one is, everybody may ask who has a key.
        let nobody = public || path == "/api/v1/me" && method == "get";
        assert_eq!(said.is_empty(), nobody, "{method} {path}");
        let scopes: Vec<&str> = said.iter().filter_map(|a| token_scope(*a)).map(TokenScope::code).collect();
        let told = operation["x-key-scopes"].as_array().cloned().unwrap_or_default();
        assert!(scopes.iter().all(|s| told.contains(&json!(s))), "{method} {path}: {told:?}");
        assert!(scopes.is_empty() == told.is_empty(), "{method} {path}: {told:?}");
    }
}

/// The key of a role that may not, and a key that is not for it: 403 before anything is looked up. The session of such a
/// role fares no better.
#[tokio::test]
async fn whoever_may_not_is_refused_everywhere() {
    let api = Api::new();
    let doc = web::api::openapi();
    let mut cookies = HashMap::new();
    for role in Role::ALL {
        cookies.insert(*role, api.sign_in(*role).await);
    }
    // A key of somebody who may do nothing that asks for this scope alone.
    let bare = api.key_with(Role::Volunteer, &[TokenScope::Raise]);
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (path, method, operation) in operations() {
        let needed = rights(&operation);
        if needed.is_empty() {
            continue;
        }
        let scopes: Vec<Option<TokenScope>> = needed.iter().map(|a| token_scope(*a)).collect();
        // One's own devices, keys, language and the like everybody has; those of others are below `/accounts`.
        let own = needed.iter().any(|a| rule(*a).own_account || rule(*a).any_account)
            && !path.starts_with("/api/v1/accounts");
        let mut callers = Vec::new();
        if !scopes.contains(&Some(TokenScope::Raise)) {
            callers.push(("a key for raising".to_owned(), "authorization", format!("Bearer {bare}")));
        }
        for role in Role::ALL {
            // A command is one of many rights, and which one stands in the body: its own test is beside the steps.
            let may = own || needed.iter().any(|a| who_may(*a).contains(role));
            let key_may =
                needed.iter().zip(&scopes).any(|(a, scope)| scope.is_some() && (own || who_may(*a).contains(role)));
            if !key_may {
                callers.push((format!("key of {role:?}"), "authorization", format!("Bearer {}", api.keys[role])));
            }
            if !may {
                callers.push((format!("session of {role:?}"), "cookie", cookies[role].clone()));
            }
        }
        for (who, header, value) in callers {
            let mut request = request(&doc, &path, &method, &operation).header(header, value);
            if header == "cookie" {
                request = request.header("sec-fetch-site", "same-origin");
            }
            let request = match body(&doc, &operation) {
                Some((kind, body)) => request.header("content-type", kind).body(body),
                None => request.body(Body::empty()),
            };
            let answer = api.send(request.unwrap()).await;
            tried += 1;
            if answer.status != 403 {
                wrong.push(format!("{method} {path} with {who}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 1_000, "only {tried} tries");
}

/// What asks for a fresh proof is never done with a key, whatever the key is for, and not with a session whose proof is old.
#[tokio::test]
async fn a_key_shows_no_proof() {
    let api = Api::new();
    let key = &api.keys[&Role::SystemAdmin];
    let hook = json!({ "label": "x", "url": "https://hook.example/" });
    let refused = api.call(Method::POST, key, "/webhooks", &[], Some(hook.clone())).await.is(403).json();
    assert_eq!(refused["rule"], "denied-key-confirms");
    let cookie = api.sign_in(Role::SystemAdmin).await;
    let by_person = async |path: &str, body| api.by_person(&cookie, Method::POST, path, body).await;
    let made = by_person("/webhooks", Some(hook.clone())).await.is(201).json();
    let secret = format!("/webhooks/{}/secret", made["webhook"]["id"].as_str().unwrap());
    by_person(&secret, None).await.is(200);
    api.call(Method::POST, key, &secret, &[], None).await.is(403);
    api.world.house.clock.advance_secs(6 * 60);
    for (path, body) in [("/webhooks", Some(hook)), (secret.as_str(), None)] {
        let late = by_person(path, body).await.is(403).json();
        assert_eq!(late["type"], "/problems/confirm", "{path}");
    }
}
