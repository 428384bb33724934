//! The page of whoever is signed in: seats, second factor, devices, and what happened to the account.

use super::table::{As, Listed};
use super::{Frame, feed, nobody, push, sessions};
use crate::push::PushView;
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::AccountId;
use kernel::{Moment, Purpose};
use people::app::{accounts, factors, told};
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/me", get(me)).route("/desk/me/seen", post(seen))
}

/// News shown; older ones are in the log.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "desk/me.html")]
struct Me {
    page: Page,
    frame: Frame,
    name: String,
    seats: Vec<String>,
    /// Second factor: on since, recovery codes left.
    second: Option<(String, i64)>,
    second_needed: bool,
    sessions: Vec<sessions::DeviceView>,
    /// Where a device is signed out.
    revoke: String,
    feed: Option<feed::FeedView>,
    push: Option<PushView>,
    news: Vec<NewsLine>,
    /// What the page showed, for "I have seen it".
    until: Option<i64>,
    done: Option<String>,
}

struct NewsLine {
    words: String,
    at: String,
    machine: String,
    seen: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
    /// The devices as a file.
    r#as: String,
}

async fn me(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let on = app.push.is_some();
    let (kind, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(who, move |cx| {
            if kind.is_some() {
                let account = cx.actor.account_id().ok_or(Fail::SignIn)?;
                return Ok(Listed::File(sessions::as_table(cx, &page, account, Some(staff.session))?));
            }
            Ok::<_, Fail>(Listed::Page(Box::new(load(cx, page, &staff, &after.done, on)?)))
        })
        .await?;
    listed.answer(&words, kind).await
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, done: &str, push_on: bool) -> Result<Me, Fail> {
    let account = cx.actor.account_id().ok_or(Fail::SignIn)?;
    let frame = Frame::load(cx, &page, staff, "/desk/me")?;
    let seats = people::app::sessions::grants_of(cx, account)?
        .into_iter()
        .map(|(grant, title)| {
            let words = page.t2("desk-seat-words", "title", title, "role", page.tk("role-", grant.role.code()));
            let words = if grant.deputy { page.t1("desk-seat-deputy", "seat", words) } else { words };
            match grant.until {
                Some(until) => page.t2("desk-seat-until", "seat", words, "day", page.day(until)),
                None => words,
            }
        })
        .collect();
    let second = factors::factor_state(cx, account)?;
    let sessions = sessions::of(cx, &page, account, Some(staff.session))?;
    let (news, until) = news(cx, &page)?;
    let feed = feed::of(cx, &page)?;
    let push = push::of(cx, &page, push_on)?;
    let done = match done {
        "feed-revoked" => Some(page.t("desk-feed-revoked")),
        "push" | "push-end" => Some(page.tk("say-done-", done)),
        other => ["revoked", "others"].contains(&other).then(|| page.tk("desk-session-done-", other)),
    };
    Ok(Me {
        name: staff.name.clone(),
        seats,
        second: second.since.map(|since| (page.day(since), second.recovery_left)),
        second_needed: second.needed,
        sessions,
        revoke: page.href("/desk/me/sessions"),
        news,
        until,
        feed,
        push,
        done,
        frame,
        page,
    })
}

/// The lines, and up to when they reach while one of them was not seen.
fn news(cx: &mut Cx<'_>, page: &Page) -> Result<(Vec<NewsLine>, Option<i64>), Fail> {
    let found = told::news(cx, false, SHOWN)?;
    let others: Vec<AccountId> = found.iter().filter_map(|n| n.by).collect();
    let names = accounts::names(cx, &others)?;
    let until = found.iter().any(|n| !n.seen).then(|| found.iter().map(|n| n.at.micros()).max()).flatten();
    let lines = found.into_iter().map(|n| {
        let what = page.tk("account-news-", n.kind.code());
        let by = n.by.map(|by| names.get(&by).cloned().unwrap_or_else(|| nobody(page)));
        NewsLine {
            words: by.map_or_else(|| what.clone(), |by| page.t2("desk-me-news-by", "what", &what, "who", by)),
            at: page.stamp(n.at),
            machine: page.machine_time(n.at),
            seen: n.seen,
        }
    });
    Ok((lines.collect(), until))
}

#[derive(Deserialize)]
struct Seen {
    until: i64,
}

async fn seen(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    form: Result<axum::extract::Form<Seen>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Fail> {
    let until = Moment::from_micros(form?.until);
    app.rt.write(staff.who(Purpose::Administration), move |cx| told::mark_seen(cx, until)).await?;
    Ok(Redirect::to(&page.href("/desk/me")).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        [0, 2]
            .into_iter()
            .map(|n| Me {
                page: page.clone(),
                frame: Frame::sample(page),
                name: name("王工", "Wang"),
                seats: (0..n).map(|_| name("青禾站值班员", "Duty officer")).collect(),
                second: (n > 0).then(|| (page.day(page.now), 9)),
                second_needed: n > 0,
                sessions: sessions::tests::sample(page, n),
                revoke: page.href("/desk/me/sessions"),
                feed: (n > 0)
                    .then(|| feed::FeedView { since: page.ago(page.now), last: (n > 1).then(|| page.ago(page.now)) }),
                push: (n > 0).then(|| crate::push::sample(page, "desk")),
                news: told::News::ALL
                    .iter()
                    .take(n * 100)
                    .map(|kind| NewsLine {
                        words: page.t2(
                            "desk-me-news-by",
                            "what",
                            page.tk("account-news-", kind.code()),
                            "who",
                            name("李明", "Li Ming"),
                        ),
                        at: page.stamp(page.now),
                        machine: page.machine_time(page.now),
                        seen: *kind != told::News::SessionMoved,
                    })
                    .collect(),
                until: (n > 0).then_some(1),
                done: (n > 0).then(|| page.t("desk-session-done-revoked")),
            })
            .map(|me| ("desk/me.html", me.render().unwrap_or_default()))
            .collect()
    }
}
