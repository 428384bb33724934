//! Looking through the log by who, matter, kind and time.

use super::{HERE, Tabs};
use crate::desk::admin::allow;
use crate::desk::sought::{self, Sought};
use crate::desk::table::{self, As, Table};
use crate::desk::view::Choice;
use crate::desk::{Frame, query_string};
use crate::session::Staff;
use crate::{App, Fail, Page, html, looker};
use ::audit::search::{Filter, Found, Half, Line, search};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::{Moment, Purpose};
use people::policy::Action;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/audit/log", get(show).post(sought::lead))
}

/// What was asked for, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Ask {
    half: String,
    who: String,
    sought: String,
    number: String,
    kind: String,
    from: String,
    to: String,
    before: Option<i64>,
    r#as: String,
}

struct Row {
    n: i64,
    at: String,
    /// As a spreadsheet sorts it.
    sorts: String,
    who: String,
    why: String,
    /// Kind of record in words, or code of the event.
    kind: String,
    /// The code stays as it is in every language.
    code: bool,
    number: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/audit/log.html")]
struct LogPage {
    page: Page,
    frame: Frame,
    tabs: Tabs,
    ask: Ask,
    halves: Vec<Choice>,
    rows: Vec<Row>,
    older: Option<String>,
    file: String,
    /// Field and what is wrong with it.
    problem: Option<(&'static str, String)>,
}

impl LogPage {
    fn wrong(&self, field: &str) -> Option<&String> {
        self.problem.as_ref().filter(|(at, _)| *at == field).map(|(_, words)| words)
    }
}

/// Midnight in Shanghai; `days` later for the end of a day.
fn day(text: &str, days: i64) -> Option<Moment> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    let zoned = date.to_zoned_datetime(kernel::time::shanghai()).ok()?;
    Some(Moment::from(&zoned).plus_days(days))
}

impl Ask {
    fn filter(&self) -> Filter {
        Filter {
            half: if self.half == "changes" { Half::Changes } else { Half::Views },
            actor: self.who.clone(),
            number: self.number.clone(),
            kind: self.kind.clone(),
            from: day(&self.from, 0),
            to: day(&self.to, 1),
            before: self.before,
        }
    }
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("half", &self.half),
            (sought::FIELD, &self.sought),
            ("number", &self.number),
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
    fn query(&self, before: i64) -> String {
        format!("{}&before={before}", query_string(&self.fields()))
    }
}

fn row(page: &Page, line: &Line) -> Row {
    let (kind, code) = if line.kind.is_empty() {
        (looker::what(page, &line.subject_kind, &line.fields), false)
    } else {
        (line.kind.clone(), true)
    };
    Row {
        n: line.n,
        at: page.stamp(line.at),
        sorts: table::instant(line.at),
        who: looker::who(page, &line.who),
        why: looker::why(page, &line.why, line.number.as_deref()),
        kind,
        code,
        number: line.number.clone(),
    }
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, ask: Ask) -> Result<LogPage, Fail> {
    allow(cx, Action::ReadAudit)?;
    let (found, problem) = match search(cx, &ask.filter()) {
        Ok(found) => (found, None),
        Err(::audit::Error::Invalid { field, why }) => {
            (Found { lines: Vec::new(), next: None }, Some((field, page.tk("audit-invalid-", why))))
        }
        Err(error) => return Err(error.into()),
    };
    let mut frame = Frame::load(cx, &page, staff, HERE)?;
    frame.keeps(&ask.fields());
    Ok(LogPage {
        tabs: Tabs::new(&page, "log"),
        halves: Choice::codes(
            &page,
            "audit-half-",
            ["views", "changes"],
            if ask.half == "changes" { "changes" } else { "views" },
        ),
        rows: found.lines.iter().map(|line| row(&page, line)).collect(),
        older: found.next.map(|n| page.href(format!("{HERE}/log?{}", ask.query(n)))),
        problem,
        file: table::href(&page, "/desk/admin/audit/log", &ask.fields()),
        ask,
        page,
        frame,
    })
}

/// Stretches of the log that one file looks through.
const STRETCHES: usize = 20;

/// What is found, from the newest on, up to the lines of a file.
fn as_table(cx: &mut Cx<'_>, page: &Page, ask: &Ask) -> Result<Table, Fail> {
    allow(cx, Action::ReadAudit)?;
    let (mut filter, mut rows) = (ask.filter(), Vec::new());
    for _ in 0..STRETCHES {
        let found = match search(cx, &filter) {
            Err(::audit::Error::Invalid { .. }) => {
                filter.before = None;
                break;
            }
            other => other?,
        };
        rows.extend(found.lines.iter().map(|line| row(page, line)));
        filter.before = found.next;
        if found.next.is_none() || rows.len() >= table::MOST {
            break;
        }
    }
    let cut = filter.before.is_some() || rows.len() > table::MOST;
    rows.truncate(table::MOST);
    let cells = |r: Row| vec![r.n.to_string(), r.sorts, r.who, r.kind, r.number.unwrap_or_default(), r.why];
    let head = ["audit-n", "audit-when", "audit-who", "audit-what", "audit-number", "audit-why"];
    Ok(Table { cut, ..Table::new(page, "log", &head, rows.into_iter().map(cells).collect()) })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Sought(ask): Sought<Ask>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = As::from_code(&ask.r#as) {
        let words = page.clone();
        // Looking through it takes as long as it takes; whoever writes does not wait for that.
        let found = app.rt.read(who.clone(), move |cx| as_table(cx, &words, &ask)).await?;
        let taken = app.rt.write(who, move |cx| Ok::<_, Fail>(found.recorded(cx)?)).await?;
        return table::answer(&page, taken, kind).await;
    }
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, ask)).await?;
    let status = if shown.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let person = ::audit::Looker::Program("delivery".into());
        let line = |kind: &str, subject_kind: &str| Line {
            n: 9,
            at: page.now,
            who: person.clone(),
            why: ::audit::looker::Reason::Other("job".into()),
            kind: kind.into(),
            subject_kind: subject_kind.into(),
            fields: vec!["name".into()],
            number: Some("HQ-2026-01873".into()),
        };
        let of = |rows: Vec<Row>, problem| LogPage {
            page: page.clone(),
            frame: Frame::sample(page),
            tabs: Tabs::new(page, "log"),
            ask: Ask::default(),
            halves: Choice::codes(page, "audit-half-", ["views", "changes"], "views"),
            file: table::href(page, "/desk/admin/audit/log", &[]),
            older: (!rows.is_empty()).then(|| "/desk/admin/audit/log?before=9".into()),
            rows,
            problem,
        };
        let rows = vec![row(page, &line("", "raiser")), row(page, &line("matter.sign", "matter"))];
        let name = "desk/admin/audit/log.html";
        let mut all = vec![(name, of(rows, None).render().unwrap_or_default())];
        for (field, why) in [("actor", "actor"), ("number", "number")] {
            let problem = Some((field, page.tk("audit-invalid-", why)));
            all.push((name, of(vec![], problem).render().unwrap_or_default()));
        }
        all
    }
}
