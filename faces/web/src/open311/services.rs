//! `GET /services` and `GET /services/{code}`: the classes of matters.
//!
//! Emergencies are not offered: an app on the other side of the town is no emergency call. One that is sent all the same
//! is taken, and the answer says whom to call.

use super::call::Call;
use super::oops::{Oops, Trouble};
use super::render::{Doc, Format};
use crate::{App, Page};
use axum::extract::{Path, State};
use axum::response::Response;
use matters::model::{Channel, ClassRule};
use serde_json::{Value, json};
use std::sync::Arc;

/// How an answer may reach whoever raised something here.
pub(super) const ANSWER_BY: &str = "answer_by";
pub(super) const CHANNELS: [Channel; 3] = [Channel::Page, Channel::Email, Channel::Phone];

pub(super) async fn list(State(app): State<App>, call: Call) -> Result<Response, Oops> {
    let classes = app.rt.read(app.anybody(), matters::app::classes).await?;
    let mut offered: Vec<&Arc<ClassRule>> = classes.iter().filter(|c| c.active && !c.is_emergency()).collect();
    // Public ones first: these are what such apps are made for.
    offered.sort_by_key(|c| !c.published);
    Ok(call.answer(&Doc::list("services", offered.iter().map(|c| service(&call.page, c)).collect())))
}

fn service(page: &Page, class: &ClassRule) -> Value {
    let lang = page.look.lang;
    json!({
        "service_code": class.code,
        "service_name": class.name(lang),
        "description": described(page, class),
        "metadata": true,
        "type": "realtime",
        "keywords": keywords(class.hint(lang)),
        "group": page.tk("family-", class.family.code()),
    })
}

/// The hint, and what becomes public.
fn described(page: &Page, class: &ClassRule) -> String {
    let hint = class.hint(page.look.lang);
    let open = if class.published { page.t("open311-is-public") } else { page.t("open311-is-withheld") };
    if hint.is_empty() { open } else { page.t2("open311-described", "hint", hint, "open", open) }
}

fn keywords(hint: &str) -> String {
    let parts = hint.split(['、', '，', ',', ';', '；']).map(str::trim).filter(|w| !w.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

pub(super) async fn definition(State(app): State<App>, Path(code): Path<String>, call: Call) -> Result<Response, Oops> {
    let classes = app.rt.read(app.anybody(), matters::app::classes).await?;
    let code = Format::strip(&code);
    let class = classes.iter().find(|c| c.active && c.code == code).ok_or(Trouble::Service)?;
    let page = &call.page;
    let said = |order: i64, code: &str, words: String| -> Value {
        json!({
            "variable": false, "code": code, "datatype": "text", "required": false, "datatype_description": null,
            "order": order, "description": words, "values": [],
        })
    };
    let mut attributes = Vec::new();
    if class.is_emergency() {
        attributes.push(said(1, "emergency", page.t1("open311-emergency", "phone", page.phone())));
    }
    attributes.push(said(2, "publicity", described(page, class)));
    attributes.push(json!({
        "variable": true,
        "code": ANSWER_BY,
        "datatype": "singlevaluelist",
        "required": false,
        "datatype_description": page.t("open311-answer-by-hint"),
        "order": 3,
        "description": page.t("open311-answer-by"),
        "values": CHANNELS.map(|c| json!({ "key": c.code(), "name": page.tk("channel-", c.code()) })),
    }));
    let body = json!({ "service_code": class.code, "attributes": attributes });
    Ok(call.answer(&Doc::one("service_definition", body)))
}
