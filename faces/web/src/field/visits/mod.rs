//! A visitor's day on the phone (`/field/day`): whom to see, and what came of it. Signed in; plain HTML while there is signal. With the
//! script the day's pack and what is written are kept on the phone, sealed, and sent when there is signal (docs/field.md).

mod commands;
mod forms;
#[cfg(test)]
mod samples;
mod sketch;
mod view;

use super::{MARK, shell};
use crate::guard::PHOTOS;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use care::app::visits;
use kernel::Purpose;
use kernel::ids::AccountId;
#[cfg(test)]
pub(super) use samples::samples;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;
use view::{DayView, FormView};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/field/day", get(list))
        .route("/field/day/pack.json", get(pack))
        .route("/field/day/commands", post(commands::take))
        .route("/field/day/{visit}", get(one).post(forms::send).layer(DefaultBodyLimit::max(PHOTOS)))
}

/// Texts of the script: ends of the keys `fv-say-…`.
const SAY: [&str; 46] = [
    "saved",
    "unsaved",
    "sending",
    "sent",
    "ready",
    "ready-now",
    "no-signal",
    "insecure",
    "refused",
    "full",
    "sign-in",
    "sign-in-only",
    "other",
    "state-saved",
    "state-draft",
    "state-mend",
    "done-here",
    "gone",
    "gone-why",
    "expired",
    "expired-left",
    "out",
    "out-left",
    "out-lost",
    "out-sign-in",
    "out-off",
    "leave-first",
    "leave-send",
    "leave-anyway",
    "leave-stay",
    "leave-unsent",
    "mend",
    "mend-go",
    "drop",
    "drop-sure",
    "dismiss",
    "conflict",
    "denied",
    "no-visit",
    "unreadable",
    "need-outcome",
    "need-next",
    "photo-bad",
    "photo-large",
    "photo-busy",
    "waits",
];

/// As JSON; the script puts numbers for `{n}`, and for `{what}` what a report was about.
pub(super) fn words(page: &Page) -> String {
    let text =
        |key: &&str| ((*key).to_owned(), page.t2(&format!("fv-say-{key}"), "count", "{n}", "what", "{what}").into());
    serde_json::Value::Object(SAY.iter().map(text).collect()).to_string()
}

/// The whole page: list, and one form for each who is to be seen.
#[derive(Template)]
#[template(path = "field/visits/day.html")]
struct DayPage {
    page: Page,
    v: DayView,
    /// The one that is open.
    open: Option<String>,
    f: FormView,
    words: String,
    /// The account, without telling which.
    account: String,
    have: String,
    mark: String,
    worker: String,
    wechat: bool,
    /// What was just done, in words.
    done: Option<String>,
    /// What is wrong, and whether it is a thing that lies at the desk now.
    problem: Option<String>,
}

/// What the script keeps: the same words as the page.
#[derive(Template)]
#[template(path = "field/visits/part_day.html")]
struct Part<'a> {
    page: &'a Page,
    v: &'a DayView,
    open: &'a Option<String>,
    f: &'a FormView,
}

/// The day as it stands, and how one tells that it changed.
struct Day {
    v: DayView,
    account: String,
    mark: String,
}

/// The account under which a phone keeps things: it does not tell which it is.
fn account_mark(account: AccountId) -> String {
    digest(&format!("field day {account}"))
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes())).chars().take(32).collect()
}

fn me(staff: &Staff) -> Result<AccountId, Fail> {
    staff.actor.account_id().ok_or(Fail::SignIn)
}

/// Reads the day; each name that is shown is an entry of the log.
async fn day(app: &App, page: &Page, staff: &Staff) -> Result<Day, Fail> {
    let (me, today) = (me(staff)?, visits::day_of(app.rt.now()));
    let (pack, mark, names) = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            let pack = visits::day_pack(cx, me, today)?;
            let mark = visits::day_mark(cx, me, today)?;
            let ids: Vec<AccountId> = pack.stops.iter().flat_map(|s| s.with.iter().copied()).collect();
            let names: HashMap<AccountId, String> = people::app::accounts::names(cx, &ids)?;
            Ok::<_, care::Error>((pack, mark, names))
        })
        .await?;
    Ok(Day { v: DayView::of(page, pack, &names), account: account_mark(me), mark: digest(&mark) })
}

impl DayPage {
    fn new(app: &App, page: Page, headers: &HeaderMap, day: Day) -> Result<Self, Fail> {
        let (have, _) = part(&page, &day.v)?;
        let f = FormView { again: app.rt.ids().uuid(app.rt.now()).to_string(), ..FormView::empty(&page) };
        let (words, worker, wechat) = (words(&page), shell::worker_href(&page), shell::in_wechat(headers));
        let Day { v, account, mark } = day;
        Ok(Self { page, v, open: None, f, words, account, have, mark, worker, wechat, done: None, problem: None })
    }
}

/// The part of the page that is kept on the phone, and its version.
fn part(page: &Page, v: &DayView) -> Result<(String, String), Fail> {
    let text = Part { page, v, open: &None, f: &FormView::empty(page) }.render();
    let text = text.map_err(|e| Fail::Internal(format!("template: {e}")))?;
    Ok((digest(&text), text))
}

/// What was just done: a word in the address, nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JustDone {
    done: String,
}

async fn list(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    headers: HeaderMap,
    Query(JustDone { done }): Query<JustDone>,
) -> Result<Response, Fail> {
    let day = day(&app, &page, &staff).await?;
    let done = forms::SAID.contains(&done.as_str()).then(|| page.tk("fv-done-", &done));
    html(&DayPage { done, ..DayPage::new(&app, page, &headers, day)? })
}

async fn one(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    headers: HeaderMap,
    Path(visit): Path<Uuid>,
) -> Result<Response, Fail> {
    let day = day(&app, &page, &staff).await?;
    let open = visit.to_string();
    // Done, or given to others: the list is what is left, and says so.
    let gone = !day.v.has(&open);
    let problem = gone.then(|| page.t("fv-gone"));
    let open = Some(open).filter(|_| !gone);
    let shown = html(&DayPage { open, problem, ..DayPage::new(&app, page, &headers, day)? })?;
    Ok(if gone { (StatusCode::NOT_FOUND, shown).into_response() } else { shown })
}

/// What the script has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Have {
    have: String,
    mark: String,
    /// Whose day the phone holds.
    of: String,
}

/// The pack anew, where it is not the one the phone has. Asking whether anything changed shows nobody.
async fn pack(
    State(app): State<App>,
    page: Page,
    staff: Result<Staff, Fail>,
    Query(Have { have, mark, of }): Query<Have>,
) -> Result<Response, Fail> {
    let staff = match staff {
        Ok(staff) => staff,
        Err(fail) => return signed_out(fail),
    };
    let (me, today) = (me(&staff)?, visits::day_of(app.rt.now()));
    let who = staff.who(Purpose::Administration);
    let now = app.rt.read(who, move |cx| visits::day_mark(cx, me, today)).await?;
    if !mark.is_empty() && digest(&now) == mark && account_mark(me) == of {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let day = day(&app, &page, &staff).await?;
    let (fresh, text) = part(&page, &day.v)?;
    let mut pack = serde_json::Map::new();
    let mut put = |name: &str, value: serde_json::Value| pack.insert(name.to_owned(), value);
    put("title", day.v.title(&page).into());
    put("count", day.v.stops.len().into());
    put("hours", day.v.hours.into());
    put("mark", day.mark.into());
    // Only the mark moved: the phone has the words.
    if fresh != have || day.account != of {
        put("html", text.into());
    }
    put("account", day.account.into());
    put("have", fresh.into());
    Ok(axum::Json(pack).into_response())
}

/// Nobody is signed in here any more: the phone is told why, and decides what it may keep (docs/field.md).
fn signed_out(fail: Fail) -> Result<Response, Fail> {
    let why = match &fail {
        Fail::SignIn => "none",
        Fail::Ended(why) => why,
        // Signed in, and something is to be done at the desk first.
        Fail::MustChange | Fail::MustEnrol | Fail::Confirm => "first",
        _ => return Err(fail),
    };
    Ok(marked(StatusCode::UNAUTHORIZED, "signed-out", why))
}

/// A refusal that the script knows to be ours.
fn marked(status: StatusCode, mark: &'static str, why: &str) -> Response {
    let mut response = (status, axum::Json(serde_json::json!({ "why": why }))).into_response();
    response.headers_mut().insert(MARK, HeaderValue::from_static(mark));
    response
}

/// Is somebody signed in who may be sent somewhere? For the page where a team types its code.
pub(super) fn leads_on(staff: &Result<Staff, Fail>) -> bool {
    staff.as_ref().is_ok_and(|s| visits_somebody(&s.actor))
}

/// Belongs to one of the three forces (N2).
pub(crate) fn visits_somebody(actor: &kernel::Actor) -> bool {
    actor.grants().iter().any(|g| care::model::visit::Force::of(g.role).is_some())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Beside the files of the pages, which do not grow with the day (the journey measures both).
    #[test]
    fn forty_households_take_little_of_a_phone() {
        let page = Page::sample(crate::Look::default());
        let stops = (0..40).map(|n| samples::stop(&page, n % 3)).collect();
        let (_, text) = part(&page, &samples::day_of(&page, stops)).unwrap();
        assert!(text.len() < 200_000, "{} bytes", text.len());
    }
}
