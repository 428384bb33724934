//! News for the open page of a team (server-sent events): a bare word that there is something new of its own task, and the page asks for itself. What
//! this process heard arrives at once, what others heard within a second. By the code of the team, like the page; it shows nothing.

use super::{gate, wrong};
use crate::guard::Source;
use crate::{App, Fail, Page};
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream;
use kernel::ids::CaseId;
use lost::app::search::field::TeamCode;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::Signal;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// How often the database is asked for what other processes wrote.
const POLL: Duration = Duration::from_secs(1);
/// What is gathered into one message.
const GATHER: Duration = Duration::from_millis(150);
/// A stream ends after this long and the browser opens a new one.
const LIFE: Duration = Duration::from_mins(5);
/// Streams of teams at once; beyond that their pages ask by themselves, three times a minute.
const MOST: usize = 2_000;

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// A place among the streams.
struct Place;

impl Place {
    fn take() -> Option<Self> {
        let taken = OPEN.fetch_add(1, Ordering::Relaxed) < MOST;
        let place = Self;
        taken.then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One phone's stream.
struct Listener {
    app: App,
    code: TeamCode,
    case: CaseId,
    signals: Receiver<Signal>,
    mark: i64,
    over: bool,
    ends: tokio::time::Instant,
    _place: Place,
}

pub(super) async fn listen(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(typed): Path<String>,
) -> Result<Response, Fail> {
    let Some(plain) = kernel::text::normalise_code(&typed) else { return wrong(&app, page, source) };
    let code = TeamCode(plain);
    let signals = app.rt.subscribe();
    let Some((case, mark)) = gate::mark(&app, &code).await? else { return wrong(&app, page, source) };
    // "No content" tells a browser not to come back by itself (HTML, 9.2.4).
    let Some(place) = Place::take() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let ends = tokio::time::Instant::now() + LIFE;
    let listener = Listener { app, code, case, signals, mark, over: false, ends, _place: place };
    let stream = stream::unfold(listener, |mut listener| async move {
        let message = listener.next().await?;
        Some((Ok::<_, Infallible>(message), listener))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let now = tokio::time::Instant::now();
            if now >= self.ends || self.over {
                return None;
            }
            let until = (now + POLL).min(self.ends);
            tokio::select! {
                () = told(&mut self.signals, self.case) => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep_until(until) => {}
            }
            while self.signals.try_recv().is_ok() {}
            match gate::mark(&self.app, &self.code).await {
                Ok(Some((_, mark))) if mark == self.mark => {}
                Ok(Some((_, mark))) => {
                    self.mark = mark;
                    return Some(Event::default().event("changed").data("1"));
                }
                // The team has gone or the search is over: the page asks once more and is told so.
                Ok(None) => {
                    self.over = true;
                    return Some(Event::default().event("changed").data("1"));
                }
                // The database may be gone for a minute.
                Err(_) => {}
            }
        }
    }
}

/// As soon as something about this case is told.
async fn told(signals: &mut Receiver<Signal>, case: CaseId) {
    loop {
        match signals.recv().await {
            Ok(s) if s.subject == case.0 => return,
            Ok(_) => {}
            // Too many at once: it may have been among them.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
