//! Finding things: matters by words or number, colleagues by name, pinyin or initials.

use super::queue::Ask;
use super::sought::{self, Sought};
use super::table::{self, As, Listed, Table};
use super::view::{Row, rows};
use super::{Frame, ground};
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use people::app::{StaffLine, StaffQuery, search_staff};
use people::policy::{Action, ResourceFacts, decide, require};
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/search", get(search).post(sought::lead))
        .route("/desk/staff", get(staff_page).post(sought::lead))
}

/// A colleague with the seats held now.
#[derive(Debug, Clone)]
pub(super) struct Colleague {
    pub name: String,
    pub seats: Vec<String>,
    pub phone: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/search.html")]
struct Found {
    page: Page,
    frame: Frame,
    heading: String,
    list: Hits,
    /// More were found than are shown.
    cut: bool,
    people: Vec<Colleague>,
    /// The matters as a file, for those who may take lists out.
    export: Option<(String, String)>,
}

struct Hits {
    rows: Vec<Row>,
    empty: String,
    empty_more: String,
}

#[derive(Template)]
#[template(path = "desk/staff.html")]
struct StaffPage {
    page: Page,
    frame: Frame,
    q: String,
    people: Vec<Colleague>,
    file: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Words {
    pub q: String,
    /// The words of `q` as they stand in an address.
    pub sought: String,
    r#as: String,
}

/// Hits shown; more words find fewer.
const SHOWN: usize = 30;

async fn search(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Sought(words): Sought<Words>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let back = page.clone();
    let found = app.rt.read(who, move |cx| find(cx, page, &staff, &words)).await?;
    match found {
        Outcome::One(id) => Ok(Redirect::to(&back.href(format!("/desk/matters/{id}"))).into_response()),
        Outcome::Many(found) => html(found.as_ref()),
    }
}

enum Outcome {
    /// A number was typed: straight to the matter.
    One(kernel::ids::MatterId),
    Many(Box<Found>),
}

fn find(cx: &mut Cx<'_>, page: Page, staff: &Staff, words: &Words) -> Result<Outcome, Fail> {
    let (q, sealed) = (words.q.as_str(), [(sought::FIELD, words.sought.as_str())]);
    let desk = decide(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District).is_allowed();
    if !desk {
        require(&cx.actor, cx.purpose, Action::ViewStaff, &ResourceFacts::District)?;
    }
    let typed = kernel::text::narrow(q).trim().to_uppercase();
    if desk
        && typed.starts_with("HQ-")
        && let Ok(id) = matters::app::by_number(cx, &typed)
    {
        return Ok(Outcome::One(id));
    }
    let mut frame = Frame::load(cx, &page, staff, "/desk/search")?;
    q.clone_into(&mut frame.search);
    frame.keeps(&sealed);
    let ask = Ask { text: q.to_owned(), ..Ask::default() };
    let mut lines = Vec::new();
    let mut cut = false;
    let mut problem = None;
    if desk && !q.trim().is_empty() {
        match super::queue::find(cx, &ask) {
            Ok(mut found) => {
                cut = found.next.is_some() || found.lines.len() > SHOWN;
                found.lines.truncate(SHOWN);
                lines = found.lines;
            }
            Err(matters::Error::Invalid(wrong)) => problem = wrong.first().map(|w| super::view::invalid(&page, w)),
            Err(error) => return Err(error.into()),
        }
    }
    let rows = rows(cx, &page, &lines)?;
    let people = if q.trim().is_empty() { Vec::new() } else { colleagues(cx, &page, q, 8).unwrap_or_default() };
    let list = Hits {
        rows,
        empty: problem.unwrap_or_else(|| page.t1("desk-search-none", "q", q)),
        empty_more: page.t("desk-search-none-more"),
    };
    let heading = page.t1("desk-search-for", "q", q);
    let may = decide(&cx.actor, cx.purpose, Action::ExportMatters, &ResourceFacts::District).is_allowed();
    let query = super::query_string(&sealed);
    let export = |kind: &str| page.href(format!("/desk/export.{kind}?{query}"));
    let export = (may && !list.rows.is_empty()).then(|| (export("csv"), export("xlsx")));
    Ok(Outcome::Many(Box::new(Found { page, frame, heading, list, cut, people, export })))
}

/// Colleagues whose name, pinyin, initials or login begin so.
fn colleagues(cx: &mut Cx<'_>, page: &Page, q: &str, limit: usize) -> Result<Vec<Colleague>, Fail> {
    require(&cx.actor, cx.purpose, Action::ViewStaff, &ResourceFacts::District)?;
    let ground = ground::geography(cx)?;
    let query = StaffQuery { text: q.to_owned(), limit, ..StaffQuery::default() };
    Ok(search_staff(cx, &ground, &query)?.into_iter().map(|line| colleague(page, line)).collect())
}

pub(super) fn colleague(page: &Page, line: StaffLine) -> Colleague {
    let seats = line.seats.iter().map(|s| seat_words(page, s)).collect();
    Colleague { name: line.display_name, seats, phone: line.phone_ext }
}

/// `青禾站一号民警（社区民警，代理）`
pub(super) fn seat_words(page: &Page, seat: &people::app::staff::StaffSeat) -> String {
    let role = page.tk("role-", seat.role.code());
    let mut words = page.t2("desk-seat-words", "title", &seat.title, "role", role);
    if let Some(org) = seat.org_name.as_ref().filter(|o| !seat.title.contains(o.as_str())) {
        words = format!("{org} · {words}");
    }
    if seat.deputy { page.t1("desk-seat-deputy", "seat", words) } else { words }
}

async fn staff_page(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Sought(Words { q, sought, r#as }): Sought<Words>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, words) = (As::from_code(&r#as), page.clone());
    let listed = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::ViewStaff, &ResourceFacts::District)?;
            let people = if q.trim().is_empty() { Vec::new() } else { colleagues(cx, &page, &q, 50)? };
            if kind.is_some() {
                return Ok(Listed::File(as_table(&page, people).marked(cx)?));
            }
            let mut frame = Frame::load(cx, &page, &staff, "/desk/staff")?;
            frame.keeps(&[(sought::FIELD, &sought)]);
            let file = table::href(&page, "/desk/staff", &[(sought::FIELD, &sought)]);
            Ok::<_, Fail>(Listed::Page(Box::new(StaffPage { page, frame, q, people, file })))
        })
        .await?;
    listed.answer(&words, kind).await
}

/// As many as the page shows.
fn as_table(page: &Page, people: Vec<Colleague>) -> Table {
    let comma = page.t("list-comma");
    let row = |p: Colleague| vec![p.name, p.seats.join(&comma), p.phone.unwrap_or_default()];
    let head = ["desk-staff-name", "desk-staff-seats", "desk-staff-phone"];
    Table::new(page, "colleagues", &head, people.into_iter().map(row).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let people = |n: usize| -> Vec<Colleague> {
            (0..n)
                .map(|i| Colleague {
                    name: name("李明", "Li Ming"),
                    seats: (0..=i).map(|_| name("青禾站一号民警", "Officer 1, Qinghe Post")).collect(),
                    phone: (i > 0).then(|| "021-0571 0101".into()),
                })
                .collect()
        };
        let frame = Frame::sample(page);
        let mut out = Vec::new();
        for (n, q) in [(0, ""), (0, "lm"), (2, "lm")] {
            let file = table::href(page, "/desk/staff", &[(sought::FIELD, q)]);
            let shown = StaffPage { page: page.clone(), frame: frame.clone(), q: q.into(), people: people(n), file };
            out.push(("desk/staff.html", shown.render().unwrap_or_default()));
            let list = Hits {
                rows: (0..n).map(|i| crate::desk::view::tests::row(page, i)).collect(),
                empty: page.t1("desk-search-none", "q", q),
                empty_more: page.t("desk-search-none-more"),
            };
            let found = Found {
                page: page.clone(),
                frame: frame.clone(),
                heading: page.t1("desk-search-for", "q", q),
                list,
                cut: n > 0,
                people: people(n),
                export: (n > 0).then(|| (page.href("/desk/export.csv"), page.href("/desk/export.xlsx"))),
            };
            out.push(("desk/search.html", found.render().unwrap_or_default()));
        }
        out
    }
}
