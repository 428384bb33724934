//! `/sms/receipts/{secret}`: where the SMS gateway reports what arrived. The address is the key; whoever guesses gets what
//! every wrong address gets. What cannot be matched is answered 503, so that the gateway says it again: a receipt may be
//! faster than our own note of having sent the message.

use crate::guard::{Source, Wicket};
use crate::{App, Fail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use people::policy::jobs;
use serde_json::json;
use store::Who;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/sms/receipts/{secret}", post(take))
}

/// Reports taken in one call.
const MOST: usize = 500;

async fn take(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(secret): Path<String>,
    body: Bytes,
) -> Result<Response, Fail> {
    let Some(receipts) = app.receipts.as_ref().filter(|r| r.is_secret(&secret)) else {
        app.limits.pass(Wicket::Guess, source)?;
        return Err(Fail::NotFound);
    };
    let all = receipts.read(&body).filter(|all| all.len() <= MOST).ok_or(Fail::BadRequest("bad-json"))?;
    let (said, who) = (all.len(), Who::system(app.district, jobs::DELIVERY));
    let known = app.rt.write(who, move |cx| alerts::app::sms::receipts(cx, &all)).await?;
    if known < said {
        tracing::info!(said, known, "receipts of text messages that are not ours, or not yet");
        return Err(Fail::Unavailable);
    }
    // In the words of Alibaba Cloud and of Tencent Cloud at once.
    Ok(axum::Json(json!({ "code": 0, "msg": "OK", "result": 0, "errmsg": "OK" })).into_response())
}
