//! People in care: their visits, rounds, neighbours and volunteers. One file or folder per group of pages.

mod rounds;
mod watch;
mod worries;

use super::frame::NavItem;
use crate::{App, Fail};
use axum::Router;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().merge(rounds::routes())
    Router::new().merge(watch::routes()).merge(worries::routes())
}

/// The group "care" of the side list: only what the reader may open.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let mut items = Vec::new();
    if rounds::may(cx) {
        items.push(NavItem::plain("/desk/rounds", "rounds", here));
    }
    Ok(items)
}

/// Every page of the group with invented data.
#[cfg(test)]
pub(super) fn samples(page: &crate::Page) -> Vec<(&'static str, String)> {
    rounds::samples::samples(page)
    let mut out = Vec::new();
    out.extend(worries::nav(cx, here)?);
    Ok(out)
}

    let mut all = watch::samples(page);
    all.extend(worries::samples(page));
    all
}
