//! People in care: their visits, rounds, neighbours and volunteers. One file or folder per group of pages.

use super::frame::NavItem;
use crate::{App, Fail};
use axum::Router;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
}

/// The group "care" of the side list: only what the reader may open.
pub(super) fn nav(_cx: &mut Cx<'_>, _here: &str) -> Result<Vec<NavItem>, Fail> {
    Ok(Vec::new())
}
