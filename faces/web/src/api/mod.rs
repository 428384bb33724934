//! The JSON interface, `/api/v1/…`: everything the pages do, for programs. One file per group of operations, each with the
//! views it answers with; `caller` says who calls, `input` what came in, `reply` what goes out, `document` completes the
//! description served at `/api/openapi.json`. Failures are [`Fail`] like everywhere; `guard::dress` makes problems of them.
//!
//! A new operation: a handler with `#[utoipa::path]` whose first extractor is [`Caller`] (unless it is public), a line in
//! the group's `routes`, a test in `tests/api/` of who may not, `./dev bless` for the description.

mod bulletins;
mod caller;
mod classes;
mod district;
mod document;
mod drawing;
mod duty;
mod imports;
mod input;
mod log;
mod lost;
mod matters;
mod me;
mod near;
mod own;
mod people;
mod places;
mod reply;
mod track;
mod views;
mod webhooks;
mod words;

use crate::{App, Fail};
use axum::Router;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use caller::Caller;
use serde_json::Value;
use std::sync::{Arc, LazyLock};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Groups of operations, in the order in which a reader meets them.
#[derive(OpenApi)]
#[openapi(
    components(schemas(crate::fail::Problem)),
    tags(
        (name = "matters", description = "Matters within the caller's scope: lists, detail, steps."),
        (name = "track", description = "One's own matter, with its code; no account."),
        (name = "cases", description = "Lost elders: found or missing, what is needed, what was done; never who they are."),
        (name = "own", description = "Who looked at one's own record, with the code of a letter; no account."),
        (name = "classes", description = "Classes of matters and their terms."),
        (name = "places", description = "Areas and posts, open to everybody; drawing areas, for who may."),
        (name = "people", description = "Colleagues and organisations; never residents."),
        (name = "duty", description = "Who is on duty where and when."),
        (name = "bulletins", description = "What everybody is told at once (CAP 1.2): one writes, another publishes."),
        (name = "webhooks", description = "Programs elsewhere that are told when something moves."),
        (name = "district", description = "Work calendar, messages that did not go out, public counts."),
        (name = "imports", description = "Registers and ledgers from files: looked through, brought in, undone."),
        (name = "log", description = "Looking after the log: its chain, its anchors, who looked at what."),
        (name = "me", description = "The caller: rights, devices, keys, notices."),
    )
)]
struct Description;

fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(matters::routes())
        .merge(track::routes())
        .merge(self::lost::routes())
        .merge(own::routes())
        .merge(classes::routes())
        .merge(places::routes())
        .merge(drawing::routes())
        .merge(near::routes())
        .merge(people::routes())
        .merge(views::routes())
        .merge(me::routes())
        .merge(duty::routes())
        .merge(bulletins::routes())
        .merge(webhooks::routes())
        .merge(district::routes())
        .merge(imports::routes())
        .merge(log::routes())
}

pub(crate) fn routes() -> Router<App> {
    let (router, _) = operations().split_for_parts();
    router.route("/api/openapi.json", get(description))
}

/// The description of the whole interface, as it is served and as it stands in `docs/api/openapi.json`.
pub fn openapi() -> Arc<Value> {
    static MADE: LazyLock<Arc<Value>> = LazyLock::new(|| {
        let (_, api) = operations().split_for_parts();
        Arc::new(document::complete(serde_json::to_value(api).unwrap_or_default()))
    });
    Arc::clone(&MADE)
}

async fn description(headers: HeaderMap) -> Result<Response, Fail> {
    reply::shown(&headers, None, openapi().as_ref())
}
