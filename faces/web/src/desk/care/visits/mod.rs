//! Visits at the desk (N4): who is due and why, pairs sent one by one or many at once, what visitors say on the telephone, the inbox of
//! conflicts, rounds that are switched on, and the numbers of the district.

mod inbox;
mod list;
mod one;
mod pair;
mod rounds;
mod rules;
#[cfg(test)]
pub(super) mod samples;

use crate::desk::frame::{NavItem, Tone};
use crate::{App, Fail, Page};
use ::people::policy::{Action, require_somewhere};
use ::places::{AreaKind, Snapshot};
use axum::Router;
use care::app::visits;
use kernel::ids::AreaId;
use store::Cx;

pub(super) const LIST: &str = "/desk/visits";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(list::routes())
        .merge(one::routes())
        .merge(inbox::routes())
        .merge(rounds::routes())
        .merge(rules::routes())
}

/// The list, with what waits in the inbox.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    if require_somewhere(&cx.actor, Action::ViewVisits).is_err() {
        return Ok(Vec::new());
    }
    let mut out = vec![NavItem::plain(LIST, "visits", here)];
    if require_somewhere(&cx.actor, Action::PlanVisits).is_ok() {
        let waiting = visits::count_conflicts(cx)?;
        if waiting > 0 {
            let count = Some(waiting.to_string());
            out.push(NavItem { count, tone: Tone::Soon, ..NavItem::plain(inbox::HERE, "visit-inbox", here) });
        }
    }
    Ok(out)
}

/// Town and neighbourhood, as lists say it.
fn place(page: &Page, ground: &Snapshot, area: Option<AreaId>) -> String {
    let Some(area) = area else { return String::new() };
    let mut names: Vec<&str> = ground
        .chain(area)
        .into_iter()
        .filter(|a| a.kind != AreaKind::District)
        .map(|a| a.called(page.look.lang))
        .collect();
    names.reverse();
    names.join(" · ")
}

/// What a rule says, in words; of anything else, nothing.
fn told(page: &Page, error: &care::Error) -> Option<String> {
    Some(match error {
        care::Error::Invalid { field, why } => {
            let what = page.loc.find(&format!("visits-wrong-{field}-{why}"), &[]);
            what.or_else(|| page.loc.find(&format!("visits-wrong-{field}"), &[]))
                .unwrap_or_else(|| page.t("invalid-form"))
        }
        care::Error::Refused(why) => page.tk("rule-care-", why),
        care::Error::Stale { .. } => page.t("visits-stale"),
        _ => return None,
    })
}
