//! People in care: their visits, rounds, neighbours and volunteers. One file or folder per group of pages.

mod company;
mod coverage;
mod extra;
mod mutual;
mod pairs;
mod people;
mod person;
mod roles;
mod rounds;
mod teams;
mod visits;
mod volunteers;
mod watch;
pub(crate) mod words;
mod worries;

use super::frame::NavItem;
use crate::{App, Fail};
use ::people::policy::{Action, require_somewhere};
use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use store::Cx;

/// Names, addresses and what was found at home stand on most of these pages: no cache keeps any of them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(company::routes())
        .merge(coverage::routes())
        .merge(pairs::routes())
        .merge(people::routes())
        .merge(person::routes())
        .merge(roles::routes())
        .merge(rounds::routes())
        .merge(volunteers::routes())
        .merge(watch::routes())
        .merge(worries::routes())
        .merge(visits::routes())
        .merge(teams::routes())
        .merge(extra::routes())
        .merge(mutual::routes())
        .layer(map_response(|answer: Response| async { crate::unkept(answer) }))
}

/// The group "care" of the side list: only what the reader may open.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let mut items = Vec::new();
    if require_somewhere(&cx.actor, Action::ViewVisits).is_ok() {
        items.push(NavItem::plain(people::LIST, "in-care", here));
    }
    items.extend(visits::nav(cx, here)?);
    if rounds::may(cx) {
        items.push(NavItem::plain("/desk/rounds", "rounds", here));
    }
    items.extend(worries::nav(cx, here)?);
    if crate::field::visits_somebody(&cx.actor) {
        items.push(NavItem::plain("/field/day", "field-day", here));
    }
    items.extend(teams::nav(cx, here));
    items.extend(extra::nav(cx, here)?);
    items.extend(mutual::nav(cx, here));
    items.extend(company::nav(cx, here)?);
    items.extend(volunteers::nav(cx, here)?);
    items.extend(roles::nav(cx, here));
    items.extend(coverage::nav(cx, here));
    Ok(items)
}

/// Every page of the group with invented data.
#[cfg(test)]
pub(super) fn samples(page: &crate::Page) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    all.extend(company::samples::samples(page));
    all.extend(coverage::samples(page));
    all.extend(pairs::samples::samples(page));
    all.extend(people::samples(page));
    all.extend(person::samples(page));
    all.extend(roles::samples(page));
    all.extend(rounds::samples::samples(page));
    all.extend(volunteers::samples::samples(page));
    all.extend(watch::samples(page));
    all.extend(worries::samples(page));
    all.extend(visits::samples::samples(page));
    all.extend(teams::samples(page));
    all.extend(extra::samples(page));
    all.extend(mutual::samples(page));
    all
}
