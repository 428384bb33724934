//! The desk of the audit administrator: how the log stands, verifying it, anchors to print, looking through it, the weekly
//! sample. Who, when, why and which kind of record; no page here opens one.

mod anchor;
mod log;
mod raiser;
mod sample;
mod state;

pub(crate) use sample::{LineView, lines_table};
pub(crate) use state::{RunView, run_view};

use crate::{App, Page};
use axum::Router;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(state::routes())
        .merge(anchor::routes())
        .merge(log::routes())
        .merge(raiser::routes())
        .merge(sample::routes())
}

/// Address of the side list.
const HERE: &str = "/desk/admin/audit";

/// The pages of this group: address, end of the key `audit-tab-…`, whether it is open.
pub(crate) struct Tabs(Vec<(String, &'static str, bool)>);

impl Tabs {
    fn new(page: &Page, now: &str) -> Self {
        let all = [("", "state"), ("/log", "log"), ("/raiser", "raiser"), ("/sample", "sample")];
        Self(all.into_iter().map(|(end, key)| (page.href(format!("{HERE}{end}")), key, key == now)).collect())
    }
    pub(crate) fn all(&self) -> &[(String, &'static str, bool)] {
        &self.0
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut all = state::tests::samples(page);
    all.extend(anchor::tests::samples(page));
    all.extend(log::tests::samples(page));
    all.extend(raiser::tests::samples(page));
    all.extend(sample::tests::samples(page));
    all
}
