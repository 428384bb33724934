//! `GET` and `POST /servicerequestupdates`: the extension of FixMyStreet in use between cities. What happened to published
//! matters, step by step; and facts that somebody adds to a matter from outside.
//!
//! An update never moves a matter's state from outside (`matters::app` alone does): what the sender holds for its status
//! is kept as a line of text. Only the holder of the matter's code, or the key of an account that may see the matter, adds
//! anything.

use super::call::Call;
use super::oops::{Oops, Trouble};
use super::read::pages;
use super::render::Doc;
use super::send::read_form;
use super::words::{self, EXTENDED};
use crate::App;
use crate::guard::Wicket;
use axum::extract::{Request, State};
use axum::response::Response;
use kernel::{Actor, Purpose};
use matters::app::{Act, ChangeFilter, act, find_by_code};
use matters::model::Command;
use people::policy::Action;
use serde_json::{Value, json};
use store::Who;

/// Characters of an update; a fact is no longer.
const DESCRIPTION: usize = 2_000;

pub(super) async fn list(State(app): State<App>, call: Call) -> Result<Response, Oops> {
    let now = app.rt.now();
    let between = call.params.span(("start_date", "end_date"), now, 1)?.unwrap_or((now.plus_days(-1), now));
    let (skip, limit) = pages(&call)?;
    let filter = ChangeFilter { numbers: call.params.list("service_request_id"), between, skip, limit };
    let changes = app.rt.read(app.anybody(), move |cx| matters::app::published_changes(cx, &filter)).await?;
    let item = |c: &matters::app::Change| -> Value {
        json!({
            "update_id": c.n.to_string(),
            "service_request_id": c.number,
            "status": words::extended(c.to, c.outcome),
            "updated_datetime": words::date(c.at),
            "description": words::state(&call.page, c.to, c.outcome),
            "media_url": null,
        })
    };
    Ok(call.answer(&Doc::list("service_requests_updates", changes.iter().map(item).collect())))
}

pub(super) async fn post(State(app): State<App>, call: Call, request: Request) -> Result<Response, Oops> {
    let (form, _) = read_form(&app, request).await?;
    let call = call.with_form(&app, form).await?;
    let number = call.params.get("service_request_id").ok_or(Trouble::NoRequest)?.to_owned();
    let text = text(&call)?;
    let (who, matter) = sender(&app, &call, number).await?;
    let id = call.params.get("update_id").map(str::to_owned);
    let key = id.as_ref().map(|id| format!("open311:{matter}:{}", id.chars().take(50).collect::<String>()));
    let done = app
        .rt
        .write(who, move |cx| {
            let command = Act::new(matter, Command::AddFacts { text });
            act(cx, if let Some(key) = key { command.key(key) } else { command })
        })
        .await?;
    // Ours is as stable as theirs: the version of the matter that this update made.
    let update_id = id.unwrap_or_else(|| done.version.to_string());
    Ok(call.answer(&Doc::list("service_request_updates", vec![json!({ "update_id": update_id })])))
}

/// What was sent, and as a line of text what the sender holds for the status.
fn text(call: &Call) -> Result<String, Oops> {
    let text = call.params.get("description").ok_or(Trouble::NoDescription)?;
    if text.chars().count() > DESCRIPTION {
        return Err(Trouble::TooLong("description", DESCRIPTION).into());
    }
    let Some(status) = call.params.get("status").map(str::to_ascii_lowercase) else { return Ok(text.to_owned()) };
    if !EXTENDED.contains(&status.as_str()) {
        return Err(Trouble::Value("status").into());
    }
    if status == "open" {
        return Ok(text.to_owned());
    }
    let said = call.page.t1("open311-sender-says", "status", call.page.tk("open311-status-", &status));
    Ok(format!("{text}\n{said}"))
}

/// Who adds it, and to which matter: a program in the name of an account, or the raiser with the code of the receipt.
async fn sender(app: &App, call: &Call, number: String) -> Result<(Who, kernel::ids::MatterId), Oops> {
    if let Some(who) = call.key(app, Action::AddFacts, Purpose::Administration).await? {
        let found = app.rt.read(who.clone(), move |cx| matters::app::by_number(cx, &number)).await?;
        return Ok((Who::new(who.actor, Purpose::Matter(found)), found));
    }
    let Some(code) = call.params.get("code").map(str::to_owned) else { return Err(Trouble::KeyMissing.into()) };
    let found = app.rt.read(app.raiser(), move |cx| find_by_code(cx, &code)).await;
    let found = match found {
        Err(matters::Error::NotFound) => {
            call.pass(app, Wicket::Guess)?;
            return Err(Trouble::Key.into());
        }
        other => other?,
    };
    // The code says which matter it is; a number that names another one is a mistake of the sender.
    let own = app.rt.read(app.anybody(), move |cx| matters::app::published_one(cx, &number)).await?;
    let of_code = Who::new(Actor::raiser(app.district, found.matter), Purpose::OwnMatter);
    let tracked = app.rt.read(of_code.clone(), move |cx| matters::app::track(cx, found)).await?;
    if tracked.number == own.number { Ok((of_code, found.matter)) } else { Err(Trouble::Request.into()) }
}
