//! Rounds (N5): a day or a month of visits planned at once for pairs that walk, changed by hand, printed and published.

mod act;
mod new;
mod plan;
mod progress;
#[cfg(test)]
pub(super) mod samples;
mod sheet;

use crate::desk::table::{self, As, Asked, Listed, Table};
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use care::app::rounds::{self, WorkState};
use care::model::round::{RoundId, RoundState};
use jiff::civil::Date;
use kernel::Purpose;
use people::policy::{Action, require_somewhere};
use std::time::Duration;
use store::{Cx, Who};

const LIST: &str = "/desk/rounds";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/rounds", get(list).post(new::create))
        .route("/desk/rounds/new", get(new::show))
        .route("/desk/rounds/{id}", get(plan::show).post(act::act))
        .route("/desk/rounds/{id}/sheet", get(sheet::show))
        .route("/desk/rounds/{id}/events", get(progress::events))
}

/// May this actor plan rounds anywhere? For the side list.
pub(super) fn may(cx: &Cx<'_>) -> bool {
    require_somewhere(&cx.actor, Action::PlanVisits).is_ok()
}

struct Row {
    href: String,
    days: String,
    area: String,
    tag: Tag,
    pairs: i64,
    visits: i64,
    left: i64,
}

#[derive(Template)]
#[template(path = "desk/care/rounds.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    rows: Vec<Row>,
    file: String,
}

fn days(page: &Page, days: &[Date]) -> String {
    match days {
        [] => String::new(),
        [one] => page.date(*one),
        [first, .., last] => page.loc.args(
            "rounds-days",
            &[("first", page.date(*first)), ("last", page.date(*last)), ("n", days.len().to_string())],
        ),
    }
}

fn tag(page: &Page, state: RoundState, over: bool) -> Tag {
    let (icon, class) = match state {
        RoundState::Draft => ("pen", "tag tag-wait"),
        RoundState::Published if over => ("check", "tag tag-plain"),
        RoundState::Published => ("check", "tag tag-good"),
        RoundState::CalledOff => ("clock", "tag tag-plain"),
    };
    let end = if over && state == RoundState::Published { "over" } else { state.code() };
    Tag { icon, class, word: page.tk("rounds-state-", end) }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (who, file, words) = (staff.who(Purpose::Administration), asked.kind(), page.clone());
    let listed = app.rt.read(who, move |cx| load(cx, page, &staff, file)).await?;
    listed.answer(&words, file).await
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, file: Option<As>) -> Result<Listed<ListPage>, Fail> {
    let known = rounds::list(cx)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let areas: Vec<_> = known.iter().map(|r| r.round.area).collect();
    let names = ground::names(cx, &page, &areas)?;
    let today = care::app::visits::day_of(page.now);
    let row = |r: &rounds::Listed| {
        let over = r.round.days.last().is_some_and(|d| *d < today);
        Row {
            href: page.href(format!("{LIST}/{}", r.round.id)),
            days: days(&page, &r.round.days),
            area: names.get(&r.round.area).cloned().unwrap_or_default(),
            tag: tag(&page, r.round.state, over),
            pairs: r.pairs,
            visits: r.visits,
            left: r.visits - r.planned,
        }
    };
    let rows: Vec<Row> = known.iter().map(row).collect();
    if file.is_some() {
        let head = ["rounds-when", "rounds-area", "rounds-state", "rounds-pairs", "rounds-visits", "rounds-left"];
        let cells =
            |r: Row| vec![r.days, r.area, r.tag.word, r.pairs.to_string(), r.visits.to_string(), r.left.to_string()];
        let rows = rows.into_iter().map(cells).collect();
        return Ok(Listed::File(Table::new(&page, "rounds", &head, rows)));
    }
    let file = table::href(&page, LIST, &[]);
    Ok(Listed::Page(Box::new(ListPage { page, frame, rows, file })))
}

/// A round that is planned within this is shown planned; of a longer one the page shows how far it is.
const WAIT: Duration = Duration::from_secs(4);

/// Begins to plan what is free, in a thread of its own, outside of any transaction; waits a moment for the end of it. None: it goes on.
async fn plan_now(app: &App, who: Who, id: RoundId, seen: Option<i64>) -> care::Result<Option<WorkState>> {
    let begun = app.rt.write(who.clone(), move |cx| rounds::begin(cx, id, seen)).await?;
    let (tell, told) = tokio::sync::oneshot::channel();
    let rt = app.rt.clone();
    let plan = move || {
        let done = begun.run(&rt, &who);
        if let Err(error) = &done {
            tracing::warn!(round = %id, %error, "a round was not planned");
        }
        // Perhaps nobody waits any more: what became of it stands in its row.
        let _ = tell.send(done);
    };
    let thread = std::thread::Builder::new().name("round".into()).spawn(plan);
    thread.map_err(|e| care::Error::Places(format!("no thread to plan in: {e}")))?;
    match tokio::time::timeout(WAIT, told).await {
        Ok(Ok(state)) => state.map(Some),
        // The thread is gone without a word; the row says so after a minute.
        Ok(Err(_)) | Err(_) => Ok(None),
    }
}

/// What a use case refused, in the words of a form: field and sentence. Everything else is a page of its own.
fn said(page: &Page, error: care::Error) -> Result<(&'static str, String), Fail> {
    match error {
        care::Error::Invalid { field, why } => {
            let key = match why {
                "round-past" => "rounds-wrong-past",
                "round-shift" => "rounds-wrong-shift",
                "round-order" => "rounds-wrong-order",
                "round-day" => "rounds-wrong-day",
                "unknown" => "rounds-wrong-unknown",
                "missing" => "rounds-wrong-missing",
                "too-long" => "rounds-wrong-long",
                _ => "rounds-wrong-range",
            };
            let name = page.tk("rounds-field-", field);
            Ok((field, page.t2("desk-field-problem", "field", name, "what", page.t(key))))
        }
        care::Error::Refused(why) => Ok(("", page.tk("rule-care-", why))),
        care::Error::Stale { .. } => Ok(("", page.t("rounds-stale"))),
        other => Err(other.into()),
    }
}
