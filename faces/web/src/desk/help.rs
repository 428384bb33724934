//! The list of keys and words, and the page of whoever is signed in.

use super::words::Tag;
use super::{Frame, sessions};
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use matters::model::State as Stand;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/help", get(help)).route("/desk/me", get(me))
}

/// Keys and the end of the text `desk-key-…` that says what they do.
const KEYS: [(&[&str], &str); 8] = [
    (&["n"], "new"),
    (&["/"], "search"),
    (&["j", "k"], "move"),
    (&["Enter"], "open"),
    (&["."], "next"),
    (&["p"], "print"),
    (&["Esc"], "leave"),
    (&["?"], "help"),
];

#[derive(Template)]
#[template(path = "desk/help.html")]
struct Help {
    page: Page,
    frame: Frame,
    lines: Vec<(Vec<&'static str>, &'static str)>,
    states: Vec<Tag>,
}

fn help_page(page: Page, frame: Frame) -> Help {
    let lines = KEYS.iter().map(|(keys, word)| (keys.to_vec(), *word)).collect();
    let states = Stand::ALL.iter().map(|s| Tag::state(&page, *s)).collect();
    Help { page, frame, lines, states }
}

async fn help(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/help")?;
            Ok::<_, Fail>(help_page(page, frame))
        })
        .await?;
    html(&shown)
}

#[derive(Template)]
#[template(path = "desk/me.html")]
struct Me {
    page: Page,
    frame: Frame,
    name: String,
    seats: Vec<String>,
    sessions: Vec<sessions::DeviceView>,
    /// Where a device is signed out.
    revoke: String,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
}

async fn me(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/me")?;
            let account = cx.actor.account_id().ok_or(Fail::SignIn)?;
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
            let sessions = sessions::of(cx, &page, account, Some(staff.session))?;
            let done = (after.done == "revoked").then(|| page.t("desk-session-revoked"));
            let revoke = page.href("/desk/me/sessions");
            Ok::<_, Fail>(Me { name: staff.name.clone(), seats, sessions, revoke, done, frame, page })
        })
        .await?;
    html(&shown)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let frame = Frame::sample(page);
        let mut out = vec![("desk/help.html", help_page(page.clone(), frame.clone()).render().unwrap_or_default())];
        for n in [0, 2] {
            let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
            let me = Me {
                page: page.clone(),
                frame: frame.clone(),
                name: name("王工", "Wang"),
                seats: (0..n).map(|_| name("青禾站值班员", "Duty officer")).collect(),
                sessions: sessions::tests::sample(page, n),
                revoke: page.href("/desk/me/sessions"),
                done: (n > 0).then(|| page.t("desk-session-revoked")),
            };
            out.push(("desk/me.html", me.render().unwrap_or_default()));
        }
        out
    }
}
