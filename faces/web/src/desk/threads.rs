//! Scans of cards and messages of finders at the desk of a card's post: read, answered as the desk, ended, and made the beginning
//! of a case. Each opening is an entry of the log.

use super::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::scans::{self, ScanLine};
use care::app::threads::{self, ThreadLine, ThreadView};
use kernel::ids::{CardId, PersonId, ThreadId};
use kernel::{Moment, Purpose};
use lost::app::relay;
use people::policy::{Action, require_somewhere};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/threads", get(list))
        .route("/desk/threads/{id}", get(show).post(act))
        .route("/desk/threads/{id}/case", post(case_of_thread))
        .route("/desk/threads/card/{card}/case", post(case_of_card))
}

/// The case that a line belongs to: its address and number.
type Linked = Option<(String, String)>;

/// A line of the list, with the name of the post.
struct Line {
    line: ThreadLine,
    post: String,
    case: Linked,
}

/// A card that was scanned lately.
struct Scanned {
    line: ScanLine,
    post: String,
    case: Linked,
}

#[derive(Template)]
#[template(path = "desk/threads.html")]
struct ThreadsPage {
    page: Page,
    frame: Frame,
    scans: Vec<Scanned>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "desk/thread.html")]
struct ThreadPage {
    page: Page,
    frame: Frame,
    thread: ThreadView,
    again: String,
    case: Linked,
}

const HERE: &str = "/desk/threads";

async fn list(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::WriteToFinder)?;
        let ground = places::snapshot(cx)?;
        let name = |id| ground.post(id).map(|p| p.name.clone()).unwrap_or_default();
        let mut lines = Vec::new();
        for line in threads::of_desk(cx)? {
            lines.push(Line { post: name(line.post), case: linked(cx, &page, line.person, line.last_at)?, line });
        }
        let mut scanned = Vec::new();
        for line in scans::of_desk(cx)? {
            let case = match line.person {
                Some(person) => linked(cx, &page, person, line.at)?,
                None => None,
            };
            scanned.push(Scanned { post: name(line.post), case, line });
        }
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        Ok::<_, Fail>(ThreadsPage { page, frame, scans: scanned, lines })
    });
    html(&shown.await?)
}

fn linked(cx: &mut Cx<'_>, page: &Page, person: PersonId, at: Moment) -> Result<Linked, Fail> {
    let found = relay::case_of(cx, person, at)?;
    Ok(found.map(|(id, number)| (page.href(format!("/desk/lost/{id}")), number)))
}

async fn case_of_thread(app: State<App>, page: Page, staff: Staff, Path(id): Path<ThreadId>) -> Result<Response, Fail> {
    open_case(app, page, staff, relay::From::Thread(id)).await
}

async fn case_of_card(app: State<App>, page: Page, staff: Staff, Path(card): Path<CardId>) -> Result<Response, Fail> {
    open_case(app, page, staff, relay::From::Card(card)).await
}

/// One tap: a case with what is known, or the one that is open already.
async fn open_case(State(app): State<App>, page: Page, staff: Staff, from: relay::From) -> Result<Response, Fail> {
    let case = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::WriteToFinder)?;
        Ok::<_, Fail>(relay::open_from(cx, from)?)
    });
    Ok(Redirect::to(&page.href(format!("/desk/lost/{}", case.await?))).into_response())
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<ThreadId>) -> Result<Response, Fail> {
    let again = app.rt.ids().uuid(app.rt.now()).to_string();
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::WriteToFinder)?;
        let thread = threads::read(cx, id)?;
        let case = match care::app::telling::thread(cx, id)? {
            Some(of) => linked(cx, &page, of.person, thread.last_at)?,
            None => None,
        };
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        Ok::<_, Fail>(ThreadPage { page, frame, thread, again, case })
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
    use kernel::ids::PostId;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let nil = uuid::Uuid::nil();
        let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let (card, post) = (CardId(nil), PostId(nil));
        let line = |open| ThreadLine {
            id: ThreadId(nil),
            card,
            person: PersonId(nil),
            number: 12,
            post,
            opened_at: page.now,
            last_at: page.now,
            open,
        };
        let mut out = Vec::new();
        let case = || Some(("/desk/lost/1".to_owned(), "ZS-2026-00001".to_owned()));
        for lines in [vec![], vec![true, false]] {
            let named = say("青禾警务站", "Qinghe post");
            let scan = |over| ScanLine {
                card,
                number: 12,
                post,
                person: Some(PersonId(nil)),
                at: page.now,
                how: care::app::finder::How::Scanned,
                over,
                times: 2,
            };
            let scans = lines.iter().map(|open| Scanned {
                line: scan(*open),
                post: named.clone(),
                case: case().filter(|_| *open),
            });
            let scans = scans.collect();
            let lines = lines.into_iter().map(|open| Line {
                line: line(open),
                post: named.clone(),
                case: case().filter(|_| open),
            });
            let lines = lines.collect();
            let shown = ThreadsPage { page: page.clone(), frame: Frame::sample(page), scans, lines };
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
            let shown = ThreadPage {
                page: page.clone(),
                frame: Frame::sample(page),
                thread,
                again: "1".into(),
                case: case().filter(|_| closed.is_some()),
            };
            out.push(("desk/thread.html", shown.render().unwrap_or_default()));
        }
        out
    }
}
