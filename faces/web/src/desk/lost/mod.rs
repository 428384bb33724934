//! A lost elder on the desk: the list of cases, the form for a call, one screen for a case with everything that can be done on it,
//! and the page of whoever was asked for help.

mod alike;
mod appeal;
mod care;
mod case;
mod circle;
mod first;
mod heard;
mod help;
mod known;
mod list;
mod locator;
mod new;
mod rules;
#[cfg(test)]
mod samples;
mod search;
mod show;
mod steps;

use crate::{App, Fail, Page};
use axum::Router;
use kernel::Moment;
use std::sync::Arc;

#[cfg(test)]
pub(super) use samples::samples;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(list::routes())
        .merge(new::routes())
        .merge(case::routes())
        .merge(care::routes())
        .merge(locator::routes())
        .merge(search::routes())
        .merge(appeal::routes())
        .merge(known::routes())
        .merge(steps::routes())
        .merge(help::routes())
        .merge(rules::routes())
}

impl From<lost::Error> for Fail {
    fn from(error: lost::Error) -> Self {
        match error {
            lost::Error::Store(e) => e.into(),
            lost::Error::Denied(denied) => denied.into(),
            lost::Error::People(e) => e.into(),
            lost::Error::Care(e) => e.into(),
            lost::Error::Matters(e) => (*e).into(),
            lost::Error::Stale { seen, current } => Self::Stale { yours: seen, now: current },
            lost::Error::Invalid { field, why } => Self::invalid(field, format!("lost-wrong-{why}")),
            lost::Error::Refused(rule) => Self::Refused(Arc::from(format!("rule-lost-{}", rule.code()))),
        }
    }
}

/// What somebody can mend at once, in words; `None`: a page of its own says it.
fn told(page: &Page, error: &lost::Error) -> Option<String> {
    match error {
        lost::Error::Invalid { field, why } => {
            let what = page.tk("lost-wrong-", why);
            let field = page.loc.find(&format!("lost-field-{field}"), &[]);
            Some(match field {
                Some(field) => page.t2("desk-field-problem", "field", field, "what", what),
                None => what,
            })
        }
        lost::Error::Refused(rule) => Some(page.tk("rule-lost-", rule.code())),
        lost::Error::Stale { .. } => Some(page.t("lost-stale")),
        _ => None,
    }
}

/// A time of day from a form, as the next such instant; nothing typed is none.
///
/// # Errors
/// When it is no time of day.
fn clock_ahead(field: &'static str, typed: &str, now: Moment) -> Result<Option<Moment>, lost::Error> {
    let typed = kernel::text::narrow(typed).trim().replace('：', ":");
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = || lost::Error::Invalid { field, why: "time" };
    let at: jiff::civil::Time = typed.parse().map_err(|_| wrong())?;
    Ok(Some(kernel::time::next_on_the_wall(now, at.hour(), at.minute())))
}

/// A time of day that has passed: the last such instant.
fn clock_behind(field: &'static str, typed: &str, now: Moment) -> Result<Option<Moment>, lost::Error> {
    clock_ahead(field, typed, now.plus_days(-1))
}
