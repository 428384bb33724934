//! How far the planning of a round is: on its page, and as a stream (server-sent events) for pages with a script.

use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use care::app::rounds::{self, Work, WorkState};
use care::model::round::RoundId;
use futures_util::stream;
use kernel::Purpose;
use people::app::sessions;
use std::convert::Infallible;
use std::time::Duration;

/// How often the row is read.
const EVERY: Duration = Duration::from_millis(500);
/// A stream ends after this long and the browser opens a new one, so that it knows the rights of then.
const LIFE: Duration = Duration::from_mins(5);

/// A planning that goes on.
pub(super) struct Progress {
    pub stream: String,
    /// In thousandths.
    pub done: i64,
    pub words: String,
    pub by: Option<String>,
}

/// How far it is, in words.
pub(super) fn words(page: &Page, work: &Work) -> String {
    let percent = (work.done / 10).to_string();
    match work.left {
        Some(left) => page.loc.args(
            "rounds-planning-so-far",
            &[("percent", percent), ("with", (work.visits - left).to_string()), ("of", work.visits.to_string())],
        ),
        None => page.t1("rounds-planning-first", "of", work.visits),
    }
}

struct Listener {
    app: App,
    page: Page,
    staff: Staff,
    id: RoundId,
    last: String,
    over: bool,
    ends: tokio::time::Instant,
}

pub(super) async fn events(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<RoundId>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    app.rt.read(who, move |cx| rounds::work(cx, id).map(drop)).await?;
    let ends = tokio::time::Instant::now() + LIFE;
    let listener = Listener { app, page, staff, id, last: String::new(), over: false, ends };
    let stream = stream::unfold(listener, |mut listener| async move {
        let message = listener.next().await?;
        Some((Ok::<_, Infallible>(message), listener))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    Ok(([(header::CACHE_CONTROL, "private, no-store")], stream).into_response())
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        while !self.over && tokio::time::Instant::now() < self.ends {
            let (who, id, session) = (self.staff.who(Purpose::Administration), self.id, self.staff.session);
            let asked = self.app.rt.read(who, move |cx| {
                if !sessions::is_open(cx, session)? {
                    return Ok::<_, Fail>(None);
                }
                Ok(Some(rounds::work(cx, id)?))
            });
            let found = asked.await.ok()??;
            let Some(work) = found.filter(|w| w.state == WorkState::Running) else {
                self.over = true;
                return Some(Event::default().event("over").data("1"));
            };
            let data = serde_json::json!({ "done": work.done, "words": words(&self.page, &work) }).to_string();
            if data != self.last {
                self.last.clone_from(&data);
                return Some(Event::default().event("progress").data(data));
            }
            tokio::time::sleep(EVERY).await;
        }
        None
    }
}
