//! Messages of finders at the desk of a card's post: read, answered as the desk, ended. Each opening is an entry of the log.

use super::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::threads::{self, ThreadLine, ThreadView};
use kernel::Purpose;
use kernel::ids::ThreadId;
use people::policy::{Action, require_somewhere};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/threads", get(list)).route("/desk/threads/{id}", get(show).post(act))
}

/// A line of the list, with the name of the post.
struct Line {
    line: ThreadLine,
    post: String,
}

#[derive(Template)]
#[template(path = "desk/threads.html")]
struct ThreadsPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "desk/thread.html")]
struct ThreadPage {
    page: Page,
    frame: Frame,
    thread: ThreadView,
    again: String,
}

const HERE: &str = "/desk/threads";

async fn list(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::WriteToFinder)?;
        let ground = places::snapshot(cx)?;
        let name = |id| ground.post(id).map(|p| p.name.clone()).unwrap_or_default();
        let lines = threads::of_desk(cx)?;
        let lines = lines.into_iter().map(|line| Line { post: name(line.post), line }).collect();
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        Ok::<_, Fail>(ThreadsPage { page, frame, lines })
    });
    html(&shown.await?)
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<ThreadId>) -> Result<Response, Fail> {
    let again = app.rt.ids().uuid(app.rt.now()).to_string();
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::WriteToFinder)?;
        let thread = threads::read(cx, id)?;
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        Ok::<_, Fail>(ThreadPage { page, frame, thread, again })
    });
    html(&shown.await?).map(unkept)
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<ThreadId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (what, text, again) = (posted.get("do"), posted.get("text"), posted.get("again"));
    let done = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::WriteToFinder)?;
        match what.as_str() {
            "end" => threads::close(cx, id, false)?,
            "report" => threads::close(cx, id, true)?,
            _ => threads::answer(cx, id, &text, &again)?,
        }
        Ok::<_, Fail>(())
    });
    match done.await {
        Ok(()) | Err(Fail::Invalid(_)) => {}
        Err(other) => return Err(other),
    }
    Ok(Redirect::to(&page.href(format!("{HERE}/{id}"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use care::app::threads::Message;
    use care::model::From;
    use kernel::ids::{CardId, PostId};

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let nil = uuid::Uuid::nil();
        let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let (card, post) = (CardId(nil), PostId(nil));
        let line = |open| ThreadLine {
            id: ThreadId(nil),
            card,
            number: 12,
            post,
            opened_at: page.now,
            last_at: page.now,
            open,
        };
        let mut out = Vec::new();
        for lines in [vec![], vec![true, false]] {
            let post = say("青禾警务站", "Qinghe post");
            let lines = lines.into_iter().map(|open| Line { line: line(open), post: post.clone() });
            let shown = ThreadsPage { page: page.clone(), frame: Frame::sample(page), lines: lines.collect() };
            out.push(("desk/threads.html", shown.render().unwrap_or_default()));
        }
        for closed in [None, Some(care::model::CloseReason::Home)] {
            let words = say("她在桥边。", "By the bridge.");
            let thread = ThreadView {
                id: ThreadId(nil),
                card,
                post,
                opened_at: page.now,
                last_at: page.now,
                closed,
                messages: vec![
                    Message { from: From::Finder, at: page.now, words, place: None },
                    Message {
                        from: From::Finder,
                        at: page.now,
                        words: String::new(),
                        place: kernel::Point::new(121.5, 30.9).ok(),
                    },
                ],
            };
            let shown = ThreadPage { page: page.clone(), frame: Frame::sample(page), thread, again: "1".into() };
            out.push(("desk/thread.html", shown.render().unwrap_or_default()));
        }
        out
    }
}
