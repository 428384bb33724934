//! The list of keys and words.

use super::Frame;
use super::words::Tag;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use matters::model::State as Stand;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/help", get(help))
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let frame = Frame::sample(page);
        vec![("desk/help.html", help_page(page.clone(), frame).render().unwrap_or_default())]
    }
}
