//! Streams for open pages of people who are not signed in (server-sent events): a bare word that there is something new, and the page asks
//! for itself. What this process heard arrives at once, what others wrote when the database is asked next. It shows nothing.

use crate::Fail;
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream;
use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::Signal;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// A stream ends after this long and the browser opens a new one, which goes through the door again.
const LIFE: Duration = Duration::from_mins(5);
/// Streams of one kind at once; beyond that their pages ask by themselves.
const MOST: usize = 2_000;

/// One kind of streams, with its places.
pub(crate) struct Kind {
    /// How often the database is asked for what other processes wrote.
    poll: Duration,
    /// What is gathered into one message.
    gather: Duration,
    open: AtomicUsize,
}

impl Kind {
    pub(crate) const fn new(poll: Duration, gather: Duration) -> Self {
        Self { poll, gather, open: AtomicUsize::new(0) }
    }
    fn place(&'static self) -> Option<Place> {
        let taken = self.open.fetch_add(1, Ordering::Relaxed) < MOST;
        let place = Place(self);
        taken.then_some(place)
    }
}

/// A place among the streams of a kind.
struct Place(&'static Kind);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How it stands now.
pub(crate) enum Stands<M> {
    /// Another mark than before is news.
    At(M),
    /// It is over: the page is told once more, asks, and hears that.
    Over,
    /// Nothing is to be said here any more.
    Shut,
}

/// What a stream tells of.
pub(crate) trait Watched: Send + Sync + 'static {
    type Mark: PartialEq + Send + 'static;
    /// May this have changed it?
    fn concerns(&self, signal: &Signal) -> bool;
    fn look(&self) -> impl Future<Output = Result<Stands<Self::Mark>, Fail>> + Send;
}

/// One page's stream.
struct Listener<W: Watched> {
    kind: &'static Kind,
    watched: W,
    signals: Receiver<Signal>,
    mark: W::Mark,
    over: bool,
    ends: Instant,
    _place: Place,
}

/// No stream: "no content" tells a browser not to come back by itself (HTML, 9.2.4).
pub(crate) fn none() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Opens a stream on something that stood at `mark`, with signals from before it was looked at; none where all places are taken.
pub(crate) fn open<W: Watched>(
    kind: &'static Kind,
    watched: W,
    signals: Receiver<Signal>,
    mark: W::Mark,
    cache: &'static str,
) -> Response {
    let Some(place) = kind.place() else { return none() };
    let ends = Instant::now() + LIFE;
    let listener = Listener { kind, watched, signals, mark, over: false, ends, _place: place };
    let stream = stream::unfold(listener, |mut listener| async move {
        let message = listener.next().await?;
        Some((Ok::<_, Infallible>(message), listener))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    ([(header::CACHE_CONTROL, cache)], stream).into_response()
}

impl<W: Watched> Listener<W> {
    async fn next(&mut self) -> Option<Event> {
        let changed = || Some(Event::default().event("changed").data("1"));
        loop {
            let now = Instant::now();
            if now >= self.ends || self.over {
                return None;
            }
            let until = (now + self.kind.poll).min(self.ends);
            tokio::select! {
                () = told(&mut self.signals, &self.watched) => tokio::time::sleep(self.kind.gather).await,
                () = tokio::time::sleep_until(until) => {}
            }
            while self.signals.try_recv().is_ok() {}
            match self.watched.look().await {
                Ok(Stands::At(mark)) if mark == self.mark => {}
                Ok(Stands::At(mark)) => {
                    self.mark = mark;
                    return changed();
                }
                Ok(Stands::Over) => {
                    self.over = true;
                    return changed();
                }
                Ok(Stands::Shut) => return None,
                // The database may be gone for a minute.
                Err(_) => {}
            }
        }
    }
}

/// As soon as something that may concern it is told.
async fn told<W: Watched>(signals: &mut Receiver<Signal>, watched: &W) {
    loop {
        match signals.recv().await {
            Ok(signal) if watched.concerns(&signal) => return,
            Ok(_) => {}
            // Too many at once: it may have been among them.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        static KIND: Kind = Kind::new(Duration::from_secs(1), Duration::from_secs(1));
        let all: Vec<Place> = std::iter::from_fn(|| KIND.place()).collect();
        assert_eq!(all.len(), MOST);
        assert!(KIND.place().is_none());
        drop(all);
        assert!(KIND.place().is_some());
    }
}
