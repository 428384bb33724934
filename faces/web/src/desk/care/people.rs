//! Everybody in care where the reader works: who they are, when they are visited next and why, and who has no plan yet. Each name
//! shown is an entry of the log; the file has none. A name that is looked for stands in no address.

use super::words;
use crate::desk::Frame;
use crate::desk::ground;
use crate::desk::query_string;
use crate::desk::sought::{self, Sought};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::words::Tag;
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use care::app::visits::{self, Ask, InCare, Which};
use kernel::Purpose;
use kernel::ids::AreaId;
use serde::Deserialize;
use store::Cx;

pub(super) const LIST: &str = "/desk/care";
/// Lines of one page.
const LINES: usize = 20;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/care", get(list).post(sought::lead))
}

/// One of them.
pub(super) struct Row {
    pub href: String,
    pub name: String,
    pub area: String,
    pub tag: Tag,
    /// When somebody goes there next, and why.
    pub next: String,
    pub why: String,
    pub last: String,
}

#[derive(Template)]
#[template(path = "desk/care_people.html")]
pub(super) struct PeoplePage {
    pub page: Page,
    pub frame: Frame,
    /// Address, words, chosen.
    pub filters: Vec<(String, String, bool)>,
    pub which: &'static str,
    pub typed: String,
    pub sum: String,
    pub rows: Vec<Row>,
    /// The page before and the next one.
    pub before: Option<String>,
    pub after: Option<String>,
    pub file: String,
    /// Where two records of one person are joined, for those who may.
    pub pairs: Option<String>,
}

/// The list by address; a name that is looked for stands in it sealed.
fn at(page: &Page, which: &str, from: usize, sealed: &str) -> String {
    let from = if from == 0 { String::new() } else { from.to_string() };
    let query = query_string(&[("which", which), (sought::FIELD, sealed), ("from", &from)]);
    format!("{}?{query}", page.href(LIST))
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Asked {
    which: String,
    name: String,
    sought: String,
    from: usize,
    r#as: String,
}

async fn list(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Sought(asked): Sought<Asked>,
) -> Result<Response, Fail> {
    let (kind, words) = (As::from_code(&asked.r#as), page.clone());
    let which = Which::from_code(&asked.which);
    let name: String = asked.name.chars().take(40).collect();
    let who = staff.who(Purpose::Administration);
    // Names that are shown are written down.
    let listed = app.rt.write(who, move |cx| {
        if kind.is_some() {
            let ask = Ask { which, most: table::MOST, nameless: true, ..Ask::default() };
            return Ok::<_, Fail>(Listed::File(as_table(cx, &page, &ask)?));
        }
        let ask = Ask { which, name, skip: asked.from, most: LINES, nameless: false };
        Ok(Listed::Page(Box::new(build(cx, page, &staff, ask, &asked.sought)?)))
    });
    Ok(crate::unkept(listed.await?.answer(&words, kind).await?))
}

fn as_table(cx: &mut Cx<'_>, page: &Page, ask: &Ask) -> Result<Table, Fail> {
    let found = visits::people(cx, ask)?.lines;
    let areas: Vec<AreaId> = found.iter().filter_map(|p| p.area).collect();
    let names = ground::names(cx, page, &areas)?;
    let row = |p: &InCare| {
        let next = p.next.as_ref();
        vec![
            p.area.and_then(|a| names.get(&a).cloned()).unwrap_or_default(),
            tag(page, p).word,
            next.map(|v| v.due.to_string()).unwrap_or_default(),
            next.map(|v| words::why(page, &v.reasons)).unwrap_or_default(),
            p.last_seen.map(|d| d.to_string()).unwrap_or_default(),
            p.misses.to_string(),
        ]
    };
    let rows = found.iter().map(row).collect();
    let head = ["cared-area", "cared-state", "cared-next", "cared-why", "cared-last", "cared-misses"];
    Ok(Table::new(page, "people-in-care", &head, rows).marked(cx)?)
}

fn tag(page: &Page, p: &InCare) -> Tag {
    let (icon, class, word) = match p {
        InCare { welfare_due: Some(by), .. } => {
            ("warn", "tag tag-bad", page.t1("cared-tag-welfare", "by", page.by(*by)))
        }
        InCare { late: true, .. } => ("clock", "tag tag-bad", page.t("cared-tag-late")),
        InCare { planned: false, .. } => ("calendar", "tag tag-plain", page.t("cared-tag-no-plan")),
        InCare { next: Some(v), .. } if v.visitors.iter().any(|v| !v.gone) => {
            ("person", "tag", page.t("cared-tag-assigned"))
        }
        _ => ("check", "tag tag-good", page.t("cared-tag-planned")),
    };
    Tag { icon, class, word }
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, ask: Ask, sealed: &str) -> Result<PeoplePage, Fail> {
    let visits::Listed { lines: found, n, more } = visits::people(cx, &ask)?;
    let mut frame = Frame::load(cx, &page, staff, LIST)?;
    let areas: Vec<AreaId> = found.iter().filter_map(|p| p.area).collect();
    let names = ground::names(cx, &page, &areas)?;
    let rows = found.iter().map(|p| Row {
        href: page.href(format!("{LIST}/{}", p.person)),
        name: p.name.clone().unwrap_or_else(|| page.t("record-no-name")),
        area: p.area.and_then(|a| names.get(&a).cloned()).unwrap_or_default(),
        tag: tag(&page, p),
        next: p.next.as_ref().map(|v| page.date(v.due)).unwrap_or_default(),
        why: p.next.as_ref().map(|v| words::why(&page, &v.reasons)).unwrap_or_default(),
        last: p.last_seen.map(|d| page.date(d)).unwrap_or_default(),
    });
    let rows: Vec<Row> = rows.collect();
    let which = ask.which.code();
    frame.keeps(&[("which", which), (sought::FIELD, sealed)]);
    let turn = |from: usize| at(&page, which, from, sealed);
    let filters =
        Which::ALL.iter().map(|w| (at(&page, w.code(), 0, sealed), page.tk("cared-which-", w.code()), *w == ask.which));
    let first = ask.skip.min(n);
    // Where very many live they are not counted to the end.
    let all = if more { page.t1("cared-more", "n", n) } else { n.to_string() };
    Ok(PeoplePage {
        filters: filters.collect(),
        which,
        sum: if rows.is_empty() {
            page.t1("cared-sum", "n", all)
        } else {
            let to = first + rows.len();
            page.loc.args("cared-sum-part", &[("n", all), ("from", (first + 1).to_string()), ("to", to.to_string())])
        },
        before: (ask.skip > 0).then(|| turn(ask.skip.saturating_sub(LINES))),
        after: ((more || ask.skip + rows.len() < n) && !rows.is_empty()).then(|| turn(ask.skip + LINES)),
        file: table::href(&page, LIST, &[("which", which)]),
        pairs: super::pairs::may(cx).then(|| page.href(super::pairs::HERE)),
        typed: ask.name,
        rows,
        page,
        frame,
    })
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let row = || Row {
        href: "/desk/care/1".into(),
        name: if page.zh() { "王桂芳" } else { "Wang Guifang" }.into(),
        area: if page.zh() { "桂花里" } else { "Guihuali" }.into(),
        tag: Tag { icon: "clock", class: "tag tag-bad", word: page.t("cared-tag-late") },
        next: page.day(page.now),
        why: words::why(page, &["alone".into()]),
        last: page.day(page.now),
    };
    let of = |full: bool, sought: bool| PeoplePage {
        page: page.clone(),
        frame: Frame::sample(page),
        filters: Which::ALL
            .iter()
            .map(|w| ("/x".into(), page.tk("cared-which-", w.code()), *w == Which::All))
            .collect(),
        which: "all",
        typed: if sought { row().name } else { String::new() },
        sum: page.t1("cared-sum", "n", 1),
        rows: if full { vec![row()] } else { Vec::new() },
        before: full.then(|| "/x".into()),
        after: full.then(|| "/y".into()),
        file: "/desk/care?as=".into(),
        pairs: full.then(|| "/desk/care/pairs".into()),
    };
    [(true, false), (true, true), (false, false)]
        .map(|(full, sought)| ("desk/care_people.html", of(full, sought).render().unwrap_or_default()))
        .to_vec()
}
