//! One document, two formats. JSON follows from XML by the "Spark" convention of the specification: a container of
//! repeated elements is an array, names of the repeated elements stand in XML only.

use crate::xml::escape;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::fmt::Write as _;

/// What was asked for: by the end of the path, else by `Accept`, else XML, which the specification requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    pub(super) fn of(path: &str, headers: &HeaderMap) -> Self {
        if path.ends_with(".json") {
            return Self::Json;
        }
        if path.ends_with(".xml") {
            return Self::Xml;
        }
        let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let at = |kinds: &[&str]| kinds.iter().filter_map(|k| accept.find(k)).min();
        match (at(&["application/json", "text/json"]), at(&["text/xml", "application/xml"])) {
            (Some(json), Some(xml)) if json < xml => Self::Json,
            (Some(_), None) => Self::Json,
            _ => Self::Xml,
        }
    }

    /// A name at the end of a path without its format.
    pub(super) fn strip(name: &str) -> &str {
        name.strip_suffix(".json").or_else(|| name.strip_suffix(".xml")).unwrap_or(name)
    }
}

/// A document: the root element's name, and what is in it.
pub(super) struct Doc {
    root: &'static str,
    value: Value,
}

impl Doc {
    pub(super) fn list(root: &'static str, items: Vec<Value>) -> Self {
        Self { root, value: Value::Array(items) }
    }
    pub(super) fn one(root: &'static str, value: Value) -> Self {
        Self { root, value }
    }

    pub(super) fn render(&self, format: Format) -> Response {
        let (kind, body) = match format {
            Format::Json => ("application/json; charset=utf-8", self.value.to_string()),
            Format::Xml => ("text/xml; charset=utf-8", self.xml()),
        };
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
        response
    }

    fn xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        element(&mut out, self.root, &self.value);
        out.push('\n');
        out
    }
}

/// Name of the elements in a container.
fn inside(container: &str) -> &'static str {
    match container {
        "services" => "service",
        "service_requests" => "request",
        "service_requests_updates" | "service_request_updates" => "request_update",
        "attributes" => "attribute",
        "values" => "value",
        "errors" => "error",
        "endpoints" => "endpoint",
        "formats" => "format",
        "notes" => "note",
        _ => "item",
    }
}

fn element(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {
            let _ = write!(out, "<{name}/>");
            return;
        }
        Value::String(text) if text.is_empty() => {
            let _ = write!(out, "<{name}/>");
            return;
        }
        _ => {
            let _ = write!(out, "<{name}>");
        }
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(out, inside(name), item)),
        Value::Object(fields) => fields.iter().for_each(|(field, value)| element(out, field, value)),
        Value::String(text) => escape(out, text),
        other => {
            let _ = write!(out, "{other}");
        }
    }
    let _ = write!(out, "</{name}>");
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_document_in_both_formats() {
        let doc = Doc::list("services", vec![json!({ "a": "1 < 2 & \u{1}3", "b": null, "n": 1.5, "ok": true })]);
        assert_eq!(
            doc.xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<services><service><a>1 &lt; 2 &amp; 3</a><b/><n>1.5</n><ok>true</ok></service></services>\n"
        );
        assert_eq!(Doc::list("services", vec![]).value.to_string(), "[]");
    }

    #[test]
    fn the_path_decides_before_the_header() {
        let of = |path: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Format::of(path, &headers)
        };
        assert_eq!(of("/x/services.json", "text/xml"), Format::Json);
        assert_eq!(of("/x/services.xml", "application/json"), Format::Xml);
        assert_eq!(of("/x/services", "application/json"), Format::Json);
        assert_eq!(of("/x/services", "text/xml, application/json;q=0.5"), Format::Xml);
        assert_eq!(of("/x/services", "*/*"), Format::Xml);
        assert_eq!(Format::strip("HQ-2026-00001.json"), "HQ-2026-00001");
    }
}
