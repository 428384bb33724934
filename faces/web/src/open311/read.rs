//! `GET /requests` and `GET /requests/{number}`.

use super::call::Call;
use super::oops::{Oops, Trouble};
use super::params::MOST_DAYS;
use super::render::{Doc, Format};
use super::words;
use crate::{App, Page};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Moment;
use kernel::ids::AreaId;
use matters::app::{Change, ChangeFilter, PUBLISHED_MAX, Published, PublishedFilter};
use places::Snapshot;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// How deep one may page: beyond, a narrower search is asked for.
const DEEPEST: usize = 100_000;

pub(super) async fn list(State(app): State<App>, call: Call) -> Result<Response, Oops> {
    let filter = filter(&app, &call).await?;
    let found = app.rt.read(app.anybody(), move |cx| matters::app::published(cx, &filter)).await?;
    answer(&app, &call, found).await
}

pub(super) async fn one(State(app): State<App>, Path(number): Path<String>, call: Call) -> Result<Response, Oops> {
    let number = Format::strip(&number).to_owned();
    let found = app.rt.read(app.anybody(), move |cx| matters::app::published_one(cx, &number)).await?;
    answer(&app, &call, vec![found]).await
}

async fn filter(app: &App, call: &Call) -> Result<PublishedFilter, Oops> {
    let (params, now) = (&call.params, app.rt.now());
    let open = match params.list("status").as_slice() {
        [] => None,
        many => {
            let mut both = [false, false];
            for status in many {
                match status.as_str() {
                    "open" => both[0] = true,
                    "closed" => both[1] = true,
                    _ => return Err(Trouble::Status.into()),
                }
            }
            (both != [true, true]).then_some(both[0])
        }
    };
    let classes = params.list("service_code");
    if !classes.is_empty() {
        let known = app.rt.read(app.anybody(), matters::app::classes).await?;
        if classes.iter().any(|code| !known.iter().any(|c| c.code == *code)) {
            return Err(Trouble::ServiceFilter.into());
        }
    }
    let updated = match params.span(("updated_after", "updated_before"), now, MOST_DAYS)? {
        None => params.span(("start_updated_date", "end_updated_date"), now, MOST_DAYS)?,
        some => some,
    };
    let raised = params.span(("start_date", "end_date"), now, MOST_DAYS)?;
    let raised = raised.unwrap_or_else(|| match updated {
        // What was changed lately may have been raised long ago.
        Some(_) => (Moment::default(), now),
        None => (now.plus_days(-MOST_DAYS), now),
    });
    let (skip, limit) = pages(call)?;
    let numbers = params.list("service_request_id");
    if numbers.len() > NUMBERS_MAX {
        return Err(Trouble::Number("service_request_id", NUMBERS_MAX).into());
    }
    Ok(PublishedFilter { numbers, classes, open, raised, updated, skip, limit })
}

/// Numbers in one call.
const NUMBERS_MAX: usize = 200;

/// Where a page begins, and how long it is. Without paging the specification's own first thousand.
pub(super) fn pages(call: &Call) -> Result<(usize, usize), Oops> {
    let limit = call.params.number("page_size", PUBLISHED_MAX)?.unwrap_or(PUBLISHED_MAX);
    let page = call.params.number("page", DEEPEST)?.unwrap_or(1);
    let skip = (page - 1).saturating_mul(limit);
    if skip >= DEEPEST {
        return Err(Trouble::TooDeep.into());
    }
    Ok((skip, limit))
}

async fn answer(app: &App, call: &Call, found: Vec<Published>) -> Result<Response, Oops> {
    let ground = app.rt.read(app.anybody(), places::snapshot).await?;
    let mut steps = if call.params.yes("extensions")? { Some(steps(app, &found).await?) } else { None };
    let items = found
        .iter()
        .map(|m| {
            let mut item = request(&call.page, &ground, m);
            if let (Some(steps), Some(fields)) = (&mut steps, item.as_object_mut()) {
                let own = steps.remove(&m.number).unwrap_or_default();
                fields.insert("extended_attributes".into(), extended(m));
                fields.insert("notes".into(), notes(&call.page, &own));
            }
            item
        })
        .collect();
    Ok(call.answer(&Doc::list("service_requests", items)))
}

fn request(page: &Page, ground: &Arc<Snapshot>, m: &Published) -> Value {
    let named = |id: AreaId| ground.area(id).map(|a| a.name.clone());
    json!({
        "service_request_id": m.number,
        "status": words::status(m.state),
        "status_notes": words::notes(page, m),
        "service_name": m.class.name(page.look.lang),
        "service_code": m.class.code,
        "description": m.words,
        "agency_responsible": m.class.agency.as_ref().filter(|a| a.parse::<uuid::Uuid>().is_err()),
        "service_notice": null,
        "requested_datetime": words::date(m.raised_at),
        "updated_datetime": words::date(m.updated_at),
        "expected_datetime": m.answer_by.map(words::date),
        "address": m.address.clone().or_else(|| m.area.and_then(named)),
        "address_id": m.area.and_then(|id| ground.area(id)).map(|a| a.code.clone()),
        "zipcode": null,
        "lat": m.point.map(kernel::Point::lat),
        "long": m.point.map(kernel::Point::lon),
        "media_url": null,
    })
}

/// `extensions=true`: the finer status, and how far it is.
fn extended(m: &Published) -> Value {
    json!({
        "status": words::extended(m.state, m.outcome),
        "state": m.state.code(),
        "progress": m.state.progress(),
        "outcome": m.outcome.map(matters::model::Outcome::code),
        "joined_to": m.joined_to,
        "withheld": m.withheld,
    })
}

fn notes(page: &Page, steps: &[Change]) -> Value {
    steps
        .iter()
        .map(|step| {
            json!({
                "datetime": words::date(step.at),
                "description": words::state(page, step.to, step.outcome),
                "type": words::extended(step.to, step.outcome),
            })
        })
        .collect()
}

async fn steps(app: &App, found: &[Published]) -> Result<HashMap<String, Vec<Change>>, Oops> {
    let mut out: HashMap<String, Vec<Change>> = HashMap::new();
    let now = app.rt.now();
    for chunk in found.chunks(NUMBERS_MAX) {
        let from = chunk.iter().map(|m| m.raised_at).min().unwrap_or(now);
        let numbers = chunk.iter().map(|m| m.number.clone()).collect();
        // Some ten steps each; more than fit are the youngest ones, which the next search finds.
        let filter = ChangeFilter { numbers, between: (from, now), skip: 0, limit: PUBLISHED_MAX };
        for change in app.rt.read(app.anybody(), move |cx| matters::app::published_changes(cx, &filter)).await? {
            out.entry(change.number.clone()).or_default().push(change);
        }
    }
    Ok(out)
}
