//! `GET /discovery`: where the interface is, in which formats, and whom to ask for a key.

use super::call::Call;
use super::oops::Oops;
use super::render::Doc;
use super::{ROOT, words};
use crate::App;
use axum::extract::State;
use axum::response::Response;
use kernel::Lang;
use serde_json::{Value, json};

pub(super) async fn show(State(app): State<App>, call: Call) -> Result<Response, Oops> {
    let classes = app.rt.read(app.anybody(), matters::app::classes).await?;
    // Sortable, and another one whenever a class was edited, which is what clients look for.
    let edits: i64 = classes.iter().map(|c| c.version).sum();
    let changeset = format!("2026-11-28 {edits:06}");
    let endpoint = |lang: Lang| -> Value {
        json!({
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": app.config.absolute(&words::look(lang).href(ROOT)),
            "changeset": changeset,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        })
    };
    let page = &call.page;
    let others = Lang::ALL.into_iter().filter(|lang| *lang != page.look.lang);
    let endpoints: Vec<Value> = std::iter::once(page.look.lang).chain(others).map(endpoint).collect();
    Ok(call.answer(&Doc::one(
        "discovery",
        json!({
            "changeset": changeset,
            "contact": page.t2("open311-contact", "place", page.place(), "phone", page.phone()),
            "key_service": page.t1("open311-key-service", "phone", page.phone()),
            "endpoints": endpoints,
        }),
    )))
}
