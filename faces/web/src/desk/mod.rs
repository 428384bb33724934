//! The desk of staff, `/desk/…`. One file per group of pages; every page is framed by [`Frame`]. Handlers read a page in
//! one transaction and decide nothing: who may do what is asked of `people::policy` by the use cases they call.

mod admin;
mod cards;
mod care;
mod contact_cards;
mod crowd;
mod duty;
mod events;
mod export;
mod feed;
mod frame;
mod ground;
mod help;
mod intake;
mod keys;
mod lost;
mod map;
mod matter;
mod me;
mod near;
mod notices;
mod push;
mod questions;
mod queue;
mod records;
mod reports;
mod search;
mod sessions;
mod sos;
mod sought;
mod step;
mod step_forms;
mod table;
mod threads;
mod view;
mod whom;
mod withheld;
mod words;

pub(crate) use admin::coverage;
pub(crate) use care::words as visit_words;
pub(crate) use frame::Frame;
pub(crate) use ground::geography;
pub(crate) use sought::{FIELD as SOUGHT, without_words};
pub(crate) use words::{No, why};

use crate::{App, Fail, Page};
use axum::Router;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .merge(queue::routes())
        .merge(matter::routes())
        .merge(step::routes())
        .merge(intake::routes())
        .merge(search::routes())
        .merge(export::routes())
        .merge(reports::routes())
        .merge(map::routes())
        .merge(duty::routes())
        .merge(near::routes())
        .merge(contact_cards::routes())
        .merge(care::routes())
        .merge(crowd::routes())
        .merge(events::routes())
        .merge(sessions::routes())
        .merge(feed::routes())
        .merge(push::routes())
        .merge(notices::routes())
        .merge(help::routes())
        .merge(me::routes())
        .merge(questions::routes())
        .merge(withheld::routes())
        .merge(threads::routes())
        .merge(cards::routes())
        .merge(records::routes())
        .merge(keys::routes())
        .merge(lost::routes())
        .merge(sos::routes())
        .merge(admin::routes())
}

/// Fields of an address that are not empty, encoded.
fn query_string(pairs: &[(&str, &str)]) -> String {
    let given = pairs.iter().filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> =
        given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
    parts.join("&")
}

/// For an account whose name is not known any more.
fn nobody(page: &Page) -> String {
    page.t("desk-nobody")
}

impl From<matters::Error> for Fail {
    fn from(error: matters::Error) -> Self {
        match error {
            matters::Error::NotFound => Self::NotFound,
            matters::Error::Store(e) => e.into(),
            matters::Error::Denied(denied) => denied.into(),
            matters::Error::People(e) => e.into(),
            matters::Error::Refused(refusal) => Self::Ruled(refusal),
            matters::Error::Conflict(clash) => Self::Stale { yours: clash.yours, now: clash.theirs },
            matters::Error::Invalid(wrong) => Self::Invalid(wrong.into_iter().map(Into::into).collect()),
        }
    }
}

/// Every template of the desk with invented data, for the tests of the pages.
#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut all = queue::tests::samples(page);
    all.extend(matter::samples::samples(page));
    all.extend(step::tests::samples(page));
    all.extend(intake::samples::samples(page));
    all.extend(search::tests::samples(page));
    all.extend(notices::tests::samples(page));
    all.extend(feed::tests::samples(page));
    all.extend(duty::tests::samples(page));
    all.extend(near::tests::samples(page));
    all.extend(contact_cards::samples::samples(page));
    all.extend(care::samples(page));
    all.extend(crowd::samples::samples(page));
    all.extend(help::tests::samples(page));
    all.extend(me::tests::samples(page));
    all.extend(questions::tests::samples(page));
    all.extend(withheld::tests::samples(page));
    all.extend(threads::tests::samples(page));
    all.extend(cards::tests::samples(page));
    all.extend(records::samples(page));
    all.extend(reports::tests::samples(page));
    all.extend(keys::tests::samples(page));
    all.extend(lost::samples(page));
    all.extend(sos::tests::samples(page));
    all.extend(admin::samples(page));
    all
}
