//! The family's view of the card: when it was scanned, and the messages of finders, with the code of a letter.

use super::gate;
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::public::track;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::cards::CardLine;
use care::app::own;
use care::app::threads::{self, ThreadView};
use kernel::Moment;
use kernel::ids::ThreadId;
use store::Cx;

/// Threads whose messages are shown.
const SHOWN: usize = 5;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/card", get(show))
        .route("/p/{code}/card/{thread}", post(act))
        .layer(from_fn(track::no_store))
}

#[derive(Template)]
#[template(path = "public/own/card.html")]
struct CardPage {
    page: Page,
    code: String,
    cards: Vec<CardLine>,
    scans: Vec<Moment>,
    threads: Vec<ThreadView>,
    again: String,
}

fn load(cx: &mut Cx<'_>, person: kernel::ids::PersonId) -> care::Result<(own::OwnCare, Vec<ThreadView>)> {
    let care = own::of(cx, person)?;
    let shown: Vec<ThreadId> = care.threads.iter().take(SHOWN).map(|t| t.id).collect();
    let views = shown.into_iter().map(|id| threads::read(cx, id)).collect::<care::Result<_>>()?;
    Ok((care, views))
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let (code, found) = match gate::find(&app, &code).await {
        Ok(found) => found,
        Err(fail) => return super::wrong(&app, page, source, String::new(), fail),
    };
    let (care, threads) = app.rt.read(gate::holder(&app, found), move |cx| load(cx, found.person)).await?;
    let again = app.rt.ids().uuid(app.rt.now()).to_string();
    html(&CardPage { page, code, cards: care.cards, scans: care.scans, threads, again })
}

async fn act(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path((code, thread)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (code, found) = match gate::find(&app, &code).await {
        Ok(found) => found,
        Err(fail) => return super::wrong(&app, page, source, String::new(), fail),
    };
    app.limits.pass(Wicket::Report, source)?;
    let thread: ThreadId = thread.parse().map_err(|_| Fail::NotFound)?;
    let (what, text, again) = (posted.get("do"), posted.get("text"), posted.get("again"));
    let done = app.rt.write(gate::holder(&app, found), move |cx| match what.as_str() {
        "end" => threads::close(cx, thread, false),
        "report" => threads::close(cx, thread, true),
        _ => threads::answer(cx, thread, &text, &again),
    });
    match done.await {
        // Of somebody else's elder: there is no such thread here.
        Err(care::Error::Denied(_)) => return Err(Fail::NotFound),
        // Nothing was typed, or too much: the page says how much fits.
        Err(care::Error::Invalid { .. }) | Ok(()) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(Redirect::to(&page.href(format!("/p/{code}/card"))).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::app::threads::Message;
    use care::model::{CardState, Condition, From};
    use kernel::ids::{CardId, PostId};
    let nil = uuid::Uuid::nil();
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let card = CardLine {
        id: CardId(nil),
        number: 12,
        post: PostId(nil),
        state: CardState::InUse,
        card: Condition::Good,
        strap: Condition::Worn,
        issued_at: Some(page.now),
        checked_at: None,
        ended_at: None,
        scanned_at: Some(page.now),
    };
    let thread = ThreadView {
        id: ThreadId(nil),
        card: CardId(nil),
        post: PostId(nil),
        opened_at: page.now,
        last_at: page.now,
        closed: None,
        messages: vec![
            Message { from: From::Finder, at: page.now, words: say("她在桥边。", "By the bridge."), place: None },
            Message {
                from: From::Finder,
                at: page.now,
                words: String::new(),
                place: kernel::Point::new(121.5, 30.9).ok(),
            },
        ],
    };
    let of = |full: bool| CardPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        cards: if full { vec![card.clone()] } else { Vec::new() },
        scans: if full { vec![page.now] } else { Vec::new() },
        threads: if full { vec![thread.clone()] } else { Vec::new() },
        again: "1".into(),
    };
    [false, true].map(|full| ("public/own/card.html", of(full).render().unwrap_or_default())).to_vec()
}
