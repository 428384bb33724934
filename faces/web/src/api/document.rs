//! The description of the interface (OpenAPI 3.1): what the handlers say of themselves, completed with what holds for
//! all of them, so that no answer goes undescribed because somebody forgot to write it down.

use matters::app::action;
use matters::model::CommandKind;
use people::policy::{Action, TokenScope, token_scope};
use serde_json::{Map, Value, json};

/// Reads the description that utoipa gathered and completes it.
pub(super) fn complete(mut doc: Value) -> Value {
    let Some(root) = doc.as_object_mut() else { return doc };
    root.insert("openapi".into(), json!("3.1.0"));
    root.insert("info".into(), info());
    root.insert("servers".into(), json!([{ "url": "/" }]));
    root.insert("security".into(), json!([{ "key": [] }, { "session": [] }]));
    if let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let Some(operation) = operation.as_object_mut() {
                    complete_operation(path, method, operation);
                }
            }
        }
    }
    for (name, schema) in schemas(root) {
        close(name, schema);
    }
    let components = root.entry("components").or_insert_with(|| json!({}));
    if let Some(components) = components.as_object_mut() {
        components.insert("securitySchemes".into(), schemes());
        components.insert("responses".into(), responses());
    }
    doc
}

fn schemas(root: &mut Map<String, Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    let schemas = root.get_mut("components").and_then(|c| c.get_mut("schemas")).and_then(Value::as_object_mut);
    schemas.into_iter().flat_map(|s| s.iter_mut())
}

/// What comes in as one of several forms takes no other field in any of them; serde sees to it.
fn close(name: &str, schema: &mut Value) {
    let forms = schema.get_mut("oneOf").and_then(Value::as_array_mut).filter(|_| name.ends_with("Input"));
    for form in forms.into_iter().flatten().filter_map(Value::as_object_mut) {
        form.insert("additionalProperties".into(), json!(false));
    }
}

fn info() -> Value {
    json!({
        "title": "Mulin",
        "version": "1",
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        "description": "Everything the pages of a good-neighbour network do, for programs. Instants are RFC 3339; \
            coordinates are WGS-84 (EPSG:4326). Unknown fields and parameters are refused and named. Lists come in pages: \
            give `next` of one page as `cursor` of the next. GET answers carry an `ETag`; `If-None-Match` with it answers \
            304 while nothing changed. The tag of a versioned thing begins with its version: give it as `If-Match` when \
            you change the thing, and a change that somebody else made meanwhile is told with 412 and both versions. Every \
            POST takes an `Idempotency-Key`: asked again within 24 hours with the same key and content it does nothing and \
            gives the same answer; other content under the same key is refused with 422. Problems are RFC 9457, in the \
            language of `Accept-Language` (zh-CN or en).",
    })
}

fn schemes() -> Value {
    json!({
        "key": {
            "type": "http", "scheme": "bearer",
            "description": "A key of a program, `mulin_…`, made by its account or by the security administrator. It may \
                do what its scopes (read, write, administer) and the rights of the account at this moment both include.",
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": "mulin",
            "description": "The session of whoever is signed in at the desk; over HTTPS the cookie is `__Host-mulin`. A \
                change counts only when a page of the same site sent it (`Sec-Fetch-Site` or `Origin`).",
        },
    })
}

/// Statuses that every part of the description refers to, with their words.
const PROBLEMS: [(&str, &str, &str); 12] = [
    ("400", "BadRequest", "The request cannot be read, or came from a foreign page."),
    ("401", "SignIn", "No key, or one that does not count."),
    ("403", "Forbidden", "The account or the key may not do this, or not here."),
    ("404", "NotFound", "There is no such thing, or it is not for this caller."),
    ("409", "Refused", "It cannot be done now: a rule or the state of things is against it."),
    ("412", "Stale", "Somebody changed it meanwhile; `yours` and `current` are the two versions."),
    ("413", "TooLarge", "The body is too large."),
    ("415", "MediaType", "The body is of a type that is not read here."),
    ("422", "Invalid", "Fields or parameters cannot be taken; `errors` names them."),
    ("428", "NeedsVersion", "The change must name the version it was made for, with `If-Match`."),
    ("429", "TooMany", "Too often; `Retry-After` says how many seconds to wait."),
    ("503", "Unavailable", "The database is not available; nothing was changed."),
];

fn responses() -> Value {
    let one = |(status, name, words): &(&str, &str, &str)| {
        let mut response = json!({
            "description": words,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
        let seconds = json!({ "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 } });
        let headers = match *status {
            "429" | "503" => json!({ "Retry-After": seconds }),
            "401" => json!({ "WWW-Authenticate": { "description": "`Bearer`.", "schema": { "type": "string" } } }),
            _ => Value::Null,
        };
        if let (Some(response), false) = (response.as_object_mut(), headers.is_null()) {
            response.insert("headers".into(), headers);
        }
        ((*name).to_owned(), response)
    };
    Value::Object(PROBLEMS.iter().map(one).collect())
}

/// Operations that are POST because they leave an entry in the log, or because what is asked belongs in no address: asked
/// again they do it again.
const EACH_TIME: [&str; 8] = [
    "/api/v1/areas/check",
    "/api/v1/matters/{id}/raisers",
    "/api/v1/matters/{id}/original",
    "/api/v1/matters/preview",
    "/api/v1/matters/foresight",
    "/api/v1/matters/similar",
    "/api/v1/matters/{id}/people/search",
    "/api/v1/matters/{id}/people/{person}/record",
];

fn complete_operation(path: &str, method: &str, operation: &mut Map<String, Value>) {
    if let Some(tags) = operation.get_mut("tags").and_then(Value::as_array_mut) {
        tags.retain(|t| t.as_str().is_some_and(|t| !t.contains("::")));
    }
    // "No requirement" is written as an empty list, not as a list of an empty requirement.
    let public = operation.get("security").is_some_and(|s| *s == json!([{}]));
    if public {
        operation.insert("security".into(), json!([]));
    }
    if path == "/api/v1/matters/{id}/commands" {
        let all: Vec<&str> = CommandKind::ALL.iter().map(|kind| action(*kind).code()).collect();
        operation.insert("x-actions".into(), json!(all));
    }
    tell_rights(operation);
    let has_body = operation.contains_key("requestBody");
    if has_body && let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
        body.insert("required".into(), json!(true));
    }
    if method == "post" && !EACH_TIME.contains(&path) {
        add_parameter(operation, idempotency_key());
    }
    if method == "get" {
        add_parameter(operation, if_none_match());
    }
    let versioned = has_parameter(operation, "If-Match");
    let has_query = has_parameter_in(operation, "query");
    let mut add = vec!["400", "429", "503"];
    if !public {
        add.extend(["401", "403"]);
    }
    if path.contains('{') {
        add.push("404");
    }
    if method != "get" {
        add.extend(["409", "413", "422"]);
    }
    if has_query {
        add.push("422");
    }
    if has_body {
        add.push("415");
    }
    if versioned {
        add.push("412");
        if method != "post" {
            add.push("428");
        }
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    let Some(responses) = responses.as_object_mut() else { return };
    // A status that a handler names without saying what it answers with is one of the common problems.
    let named: Vec<String> =
        responses.iter().filter(|(_, r)| r.get("content").is_none()).map(|(s, _)| s.clone()).collect();
    for status in add.into_iter().chain(named.iter().map(String::as_str)) {
        let Some((_, name, _)) = PROBLEMS.iter().find(|(s, _, _)| *s == status) else { continue };
        responses.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{name}") }));
    }
    if method == "get" {
        responses.entry("304").or_insert_with(|| json!({ "description": "As the caller knows it." }));
        let tag = json!({ "description": "Changes with the answer.", "schema": { "type": "string" } });
        for (status, response) in responses.iter_mut() {
            if (status == "200" || status == "304")
                && let Some(response) = response.as_object_mut()
            {
                response.insert("headers".into(), json!({ "ETag": tag }));
            }
        }
    }
    for (status, words) in [("201", "Address of what was made."), ("202", "Where to look how far it is.")] {
        if let Some(answer) = responses.get_mut(status).and_then(Value::as_object_mut) {
            let place = json!({ "description": words, "schema": { "type": "string" } });
            answer.insert("headers".into(), json!({ "Location": place }));
        }
    }
    responses.sort_keys();
}

/// Says which rights open the operation, and what a key must be for; `x-key-scopes` is empty where no key ever does.
fn tell_rights(operation: &mut Map<String, Value>) {
    let named: Vec<&str> =
        operation.get("x-actions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let actions: Vec<Action> = Action::ALL.iter().copied().filter(|a| named.contains(&a.code())).collect();
    if actions.is_empty() {
        return;
    }
    let mut scopes: Vec<&str> = actions.iter().filter_map(|a| token_scope(*a)).map(TokenScope::code).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let list = |codes: &[&str]| codes.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(" or ");
    let mut rights: Vec<&str> = actions.iter().map(|a| a.code()).collect();
    rights.dedup();
    let key = match scopes.as_slice() {
        [] => "never with a key".to_owned(),
        some => format!("a key needs the scope {}", list(some)),
    };
    let said = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let told = format!("{said}\n\nRight: {}; {key}.", list(&rights));
    operation.insert("description".into(), json!(told.trim()));
    operation.insert("x-key-scopes".into(), json!(scopes));
}

fn parameters(operation: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    operation.get("parameters").and_then(Value::as_array).into_iter().flatten()
}

fn has_parameter(operation: &Map<String, Value>, name: &str) -> bool {
    parameters(operation).any(|p| p.get("name").and_then(Value::as_str) == Some(name))
}

fn has_parameter_in(operation: &Map<String, Value>, place: &str) -> bool {
    parameters(operation).any(|p| p.get("in").and_then(Value::as_str) == Some(place))
}

fn add_parameter(operation: &mut Map<String, Value>, parameter: Value) {
    let list = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.push(parameter);
    }
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Any text of one's own, such as a UUID. The same key with the same content is done once.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!#-~]+$" },
    })
}

fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "Entity tag of the answer that the caller has.",
        "schema": { "type": "string", "maxLength": 200 },
    })
}
