//! Records of people in care: opened in the name of a matter or within a break-glass window, never from a list (R5).
//! Opening is a POST, so that no prefetch ever does it, and no cache keeps what was shown.

mod care;
mod consent_form;
mod data_requests;
mod demands;
mod forms;
mod glass;
mod link;
mod of_matter;
mod register;
mod rules;
mod show;
mod step;

pub(super) use care::{Door, act_in, photo_in};
pub(super) use of_matter::plain_record;

use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::response::Response;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(of_matter::routes())
        .merge(care::routes())
        .merge(register::routes())
        .merge(glass::routes())
        .merge(link::routes())
        .merge(data_requests::routes())
        .merge(demands::routes())
        .merge(consent_form::routes())
        .merge(rules::routes())
}

/// A page with what is personal on it: no cache keeps it.
fn unkept(page: &impl Template) -> Result<Response, Fail> {
    html(page).map(crate::unkept)
}

/// What somebody can mend at once, in words; `None`: a page of its own says it.
fn told(page: &Page, error: &matters::Error) -> Option<String> {
    match error {
        matters::Error::People(people::Error::Invalid { field, why }) => {
            let what = page
                .loc
                .find(&format!("record-wrong-{why}"), &[])
                .or_else(|| page.loc.find(&format!("invalid-{why}"), &[]))
                .unwrap_or_else(|| page.t("invalid-form"));
            let field = page.loc.find(&format!("record-field-{field}"), &[]);
            Some(match field {
                Some(field) => page.t2("desk-field-problem", "field", field, "what", what),
                None => what,
            })
        }
        matters::Error::People(people::Error::Refused(why)) => Some(page.tk("rule-record-", why)),
        matters::Error::People(people::Error::Stale { .. }) => Some(page.t("error-people-stale")),
        _ => None,
    }
}

/// A date from a form; an unreadable one is as wrong as one that has passed.
fn date(text: &str) -> kernel::Moment {
    let day = text.parse::<jiff::civil::Date>().ok();
    let day = day.and_then(|d| d.to_zoned_datetime(kernel::time::shanghai()).ok());
    day.map_or_else(kernel::Moment::default, |z| kernel::Moment::from(&z))
}

fn day(at: kernel::Moment) -> String {
    at.zoned(&kernel::time::shanghai()).date().to_string()
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = of_matter::tests::samples(page);
    out.extend(care::samples(page));
    out.extend(register::samples(page));
    out.extend(glass::tests::samples(page));
    out.extend(demands::tests::samples(page));
    out.extend(link::samples(page));
    out.extend(data_requests::samples(page));
    out.extend(consent_form::samples(page));
    out.extend(rules::samples(page));
    out
}
