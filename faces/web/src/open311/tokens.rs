//! `GET /tokens/{token}`: a request's number is given at once here, so a token is the number itself; clients that always ask
//! get the answer they expect.

use super::call::Call;
use super::oops::{Oops, Trouble};
use super::render::{Doc, Format};
use crate::App;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

pub(super) async fn show(State(app): State<App>, Path(token): Path<String>, call: Call) -> Result<Response, Oops> {
    let token = Format::strip(&token).to_owned();
    let number = token.clone();
    let found = app.rt.read(app.anybody(), move |cx| matters::app::published_one(cx, &number)).await;
    let found = match found {
        Err(matters::Error::NotFound) => return Err(Trouble::Token.into()),
        other => other?,
    };
    let item = json!({ "service_request_id": found.number, "token": token });
    Ok(call.answer(&Doc::list("service_requests", vec![item])))
}
