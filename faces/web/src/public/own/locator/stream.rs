//! News for the open page of the family (server-sent events): a bare word that there is something new; the page then asks for itself
//! again. What this process heard arrives at once, what others heard within some seconds. Behind the door like the page: a letter that was
//! taken back, or a door that shut, ends it. Opening it is no look: it shows nothing.

use super::door;
use crate::guard::Source;
use crate::{App, Fail, Page};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream;
use locators::app::family;
use locators::events::{ALERT, MOVED};
use people::app::links::Holder;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::{Signal, Who};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// How often the database is asked for what other processes wrote.
const POLL: Duration = Duration::from_secs(5);
/// What is gathered into one message.
const GATHER: Duration = Duration::from_millis(300);
/// A stream ends after this long and the browser opens a new one, which goes through the door again.
const LIFE: Duration = Duration::from_mins(5);
/// Streams of families at once; beyond that their pages ask by themselves, twice a minute.
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

/// One reader's stream.
struct Listener {
    app: App,
    who: Who,
    of: Holder,
    signals: Receiver<Signal>,
    mark: Option<[i64; 5]>,
    ends: tokio::time::Instant,
    _place: Place,
}

pub(super) async fn listen(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let Ok(inside) = door::enter(&app, &page, source, &headers, &code, None).await? else {
        // "No content" tells a browser not to come back by itself (HTML, 9.2.4).
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let Some(place) = Place::take() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let signals = app.rt.subscribe();
    let mark = marked(&app, inside.who.clone(), inside.of).await?;
    let ends = tokio::time::Instant::now() + LIFE;
    let listener = Listener { app, who: inside.who, of: inside.of, signals, mark: Some(mark), ends, _place: place };
    let stream = stream::unfold(listener, |mut listener| async move {
        let message = listener.next().await?;
        Some((Ok::<_, Infallible>(message), listener))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    Ok(([(header::CACHE_CONTROL, "private, no-store")], stream).into_response())
}

async fn marked(app: &App, who: Who, of: Holder) -> Result<[i64; 5], Fail> {
    Ok(app.rt.read(who, move |cx| family::mark(cx, &of)).await?)
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let now = tokio::time::Instant::now();
            if now >= self.ends {
                return None;
            }
            let until = (now + POLL).min(self.ends);
            tokio::select! {
                () = told(&mut self.signals, &self.of) => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep_until(until) => {}
            }
            while self.signals.try_recv().is_ok() {}
            match marked(&self.app, self.who.clone(), self.of).await {
                Ok(mark) if self.mark != Some(mark) => {
                    self.mark = Some(mark);
                    return Some(Event::default().event("changed").data("1"));
                }
                Ok(_) => {}
                // Kept away, or the letter was taken back: the page asks once more and is told so.
                Err(Fail::NotFound | Fail::Forbidden { .. }) => return None,
                // The database may be gone for a minute.
                Err(_) => {}
            }
        }
    }
}

/// As soon as something about this person is told.
async fn told(signals: &mut Receiver<Signal>, of: &Holder) {
    loop {
        match signals.recv().await {
            Ok(s) if s.subject == of.person.0 && (s.kind == MOVED || s.kind == ALERT) => return,
            Ok(_) => {}
            // Too many at once: it may have been among them.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
