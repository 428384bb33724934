//! Pages for everybody: home, raise, track, who looks after my place. No script needed, no account, no personal data in
//! addresses. One file per group of pages.

mod appeals;
mod ask;
mod card;
mod enrol;
pub(crate) mod errors;
pub(crate) mod find;
mod grid;
mod home;
mod lost;
mod near;
mod office;
pub(crate) mod own;
pub(crate) mod post;
mod poster;
mod report;
mod track;
mod transparency;
mod volunteer;
mod watch;

use crate::App;
use axum::Router;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .merge(home::routes())
        .merge(report::routes())
        .merge(self::lost::routes())
        .merge(appeals::routes())
        .merge(track::routes())
        .merge(own::routes())
        .merge(card::routes())
        .merge(watch::routes())
        .merge(grid::routes())
        .merge(find::routes())
        .merge(near::routes())
        .merge(transparency::routes())
        .merge(poster::routes())
        .merge(enrol::routes())
        .merge(volunteer::routes())
}

/// Every public template with invented data, for the tests of the pages.
#[cfg(test)]
pub(crate) fn samples(page: &crate::Page) -> Vec<(&'static str, String)> {
    let mut all = home::samples(page);
    all.extend(report::samples(page));
    all.extend(ask::samples(page));
    all.extend(self::lost::samples(page));
    all.extend(appeals::samples(page));
    all.extend(track::samples(page));
    all.extend(own::samples(page));
    all.extend(card::samples(page));
    all.extend(watch::samples(page));
    all.extend(grid::samples(page));
    all.extend(find::samples(page));
    all.extend(near::samples(page));
    all.extend(transparency::samples(page));
    all.extend(poster::samples(page));
    all.extend(enrol::samples(page));
    all.extend(volunteer::samples(page));
    all
}
