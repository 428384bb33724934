//! News for open desk pages (server-sent events). A message names the matters that changed and that this reader may see;
//! the page then asks for itself again. Changes made by this process arrive at once, those of others within a second.
//! A stream goes on without a further request, so it looks itself whether the session is still open: signed out, kept out,
//! another post, a device too many end it within a second.

use crate::session::Staff;
use crate::{App, Fail};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use axum::routing::get;
use futures_util::stream;
use kernel::{Actor, Purpose};
use matters::app::News;
use people::app::sessions;
use people::model::SessionId;
use people::policy::{Action, ResourceFacts, require};
use std::convert::Infallible;
use std::time::Duration;
use store::{Signal, Who};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/events", get(events))
}

/// How often the log is asked for what other processes wrote.
const POLL: Duration = Duration::from_secs(1);
/// What is gathered into one message.
const GATHER: Duration = Duration::from_millis(150);
/// A stream ends after this long and the browser opens a new one, so that it knows the rights of then (J11).
const LIFE: Duration = Duration::from_mins(5);

/// One reader's stream.
struct Listener {
    app: App,
    actor: Actor,
    session: SessionId,
    signals: Receiver<Signal>,
    news: News,
    lost: lost::app::News,
    cards: care::app::news::News,
    locators: locators::app::news::News,
    ends: tokio::time::Instant,
}

async fn events(State(app): State<App>, staff: Result<Staff, Fail>) -> Result<Response, Fail> {
    let staff = match staff {
        Ok(staff) => staff,
        // "No content" tells a browser not to come back by itself (HTML, 9.2.4); the page then asks whether it is signed out.
        Err(Fail::SignIn | Fail::Ended(_)) => return Ok(StatusCode::NO_CONTENT.into_response()),
        Err(other) => return Err(other),
    };
    let who = staff.who(Purpose::Administration);
    let signals = app.rt.subscribe();
    let (news, lost, cards, locators) = app
        .rt
        .read(who, |cx| {
            require(&cx.actor, cx.purpose, Action::OwnAccount, &own(cx)?)?;
            let (cards, locators) = (care::app::news::News::from_now(cx)?, locators::app::news::News::from_now(cx)?);
            Ok::<_, Fail>((News::from_now(cx)?, lost::app::News::from_now(cx)?, cards, locators))
        })
        .await?;
    let ends = tokio::time::Instant::now() + LIFE;
    let (actor, session) = (staff.actor, staff.session);
    let listener = Listener { app, actor, session, signals, news, lost, cards, locators, ends };
    let stream = stream::unfold(listener, |mut listener| async move {
        let message = listener.next().await?;
        Some((Ok::<_, Infallible>(message), listener))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)));
    Ok(([(header::CACHE_CONTROL, "private, no-store")], stream).into_response())
}

fn own(cx: &store::Cx<'_>) -> Result<ResourceFacts, Fail> {
    let id = cx.actor.account_id().ok_or(Fail::SignIn)?;
    Ok(ResourceFacts::Account(people::policy::AccountFacts {
        id,
        areas: Vec::new(),
        posts: Vec::new(),
        orgs: Vec::new(),
    }))
}

impl Listener {
    /// Waits for the next change this reader may see.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if tokio::time::Instant::now() >= self.ends {
                return None;
            }
            tokio::select! {
                signal = self.signals.recv() => match signal {
                    Ok(_) | Err(RecvError::Lagged(_)) => tokio::time::sleep(GATHER).await,
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(POLL) => {}
            }
            while self.signals.try_recv().is_ok() {}
            // The database may be gone for a minute: the stream waits and tells what was missed.
            let who = Who::new(self.actor.clone(), Purpose::Administration);
            let (mut news, mut lost, mut cards) = (self.news.clone(), self.lost.clone(), self.cards.clone());
            let mut locators = self.locators.clone();
            let session = self.session;
            let asked = self.app.rt.read(who, move |cx| {
                if !sessions::is_open(cx, session)? {
                    return Ok::<_, Fail>(None);
                }
                let (matters, cases, threads) = (news.next(cx)?, lost.next(cx)?, cards.next(cx)?);
                let heard = locators.next(cx)?;
                Ok(Some((matters, cases, threads, heard, (news, lost, cards, locators))))
            });
            let Ok(found) = asked.await else { continue };
            let (matters, cases, threads, heard, now) = found?;
            (self.news, self.lost, self.cards, self.locators) = now;
            if !matters.is_empty() || !cases.is_empty() || threads || !heard.is_empty() {
                let ids: Vec<String> = matters.iter().map(ToString::to_string).collect();
                let cases: Vec<String> = cases.iter().map(ToString::to_string).collect();
                let tracks: Vec<String> = heard.tracks.iter().map(ToString::to_string).collect();
                let data = serde_json::json!({
                    "matters": ids, "cases": cases, "threads": threads, "alerts": heard.alerts, "tracks": tracks,
                });
                return Some(Event::default().event("changed").data(data.to_string()));
            }
        }
    }
}
