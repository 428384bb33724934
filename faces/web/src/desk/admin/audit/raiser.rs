//! "Who has seen the raiser's name of matter N", exactly.

use super::{HERE, Tabs};
use crate::desk::Frame;
use crate::desk::admin::allow;
use crate::desk::table::{self, As, Table};
use crate::session::Staff;
use crate::{App, Fail, Page, html, looker};
use ::audit::seen::{Look, of_number};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Purpose;
use people::policy::Action;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/audit/raiser", get(show))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    number: String,
    r#as: String,
}

struct Row {
    n: i64,
    at: String,
    who: String,
    what: String,
    why: String,
    later: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/audit/raiser.html")]
struct RaiserPage {
    page: Page,
    frame: Frame,
    tabs: Tabs,
    number: String,
    file: String,
    /// None before anything was asked.
    rows: Option<Vec<Row>>,
    problem: Option<String>,
}

fn row(page: &Page, look: &Look) -> Row {
    Row {
        n: look.n,
        at: page.stamp(look.at),
        who: looker::who(page, &look.who),
        what: looker::what(page, &look.kind, &look.fields),
        why: looker::why(page, &look.why, None),
        later: look.withheld_until.map(|until| page.t1("audit-told-from", "day", page.day(until))),
    }
}

fn as_table(cx: &mut store::Cx<'_>, page: &Page, number: &str) -> Result<Table, Fail> {
    allow(cx, Action::ReadAudit)?;
    let (_, looks) = of_number(cx, number.trim())?;
    let cells = |l: &Look| {
        let r = row(page, l);
        vec![r.n.to_string(), table::instant(l.at), r.who, r.what, r.why, r.later.unwrap_or_default()]
    };
    let head = ["audit-n", "audit-when", "audit-who", "audit-what", "audit-why", "withhold-until"];
    Ok(Table::new(page, "raiser-seen", &head, looks.iter().map(cells).collect()).recorded(cx)?)
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(ask): Query<Ask>) -> Result<Response, Fail> {
    if let Some(kind) = As::from_code(&ask.r#as) {
        let words = page.clone();
        let who = staff.who(Purpose::Administration);
        let taken = app.rt.write(who, move |cx| as_table(cx, &words, &ask.number)).await?;
        return table::answer(&page, taken, kind).await;
    }
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ReadAudit)?;
            let number = ask.number.trim().to_owned();
            let (mut rows, mut problem) = (None, None);
            if !number.is_empty() {
                match of_number(cx, &number) {
                    Ok((_, looks)) => rows = Some(looks.iter().map(|l| row(&page, l)).collect()),
                    Err(::audit::Error::Matters(matters::Error::NotFound)) => {
                        problem = Some(page.t("audit-invalid-number"));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            let frame = Frame::load(cx, &page, &staff, HERE)?;
            let file = table::href(&page, "/desk/admin/audit/raiser", &[("number", &number)]);
            Ok::<_, Fail>(RaiserPage { tabs: Tabs::new(&page, "raiser"), page, frame, number, file, rows, problem })
        })
        .await?;
    let status = if shown.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let look = Look {
            n: 9,
            at: page.now,
            who: ::audit::Looker::Program("delivery".into()),
            why: ::audit::looker::Reason::Other("job".into()),
            kind: "raiser".into(),
            fields: vec!["name".into(), "phone".into()],
            withheld_until: Some(page.now.plus_days(9)),
            reason: None,
        };
        let of = |rows: Option<Vec<Row>>, problem: bool| RaiserPage {
            page: page.clone(),
            frame: Frame::sample(page),
            tabs: Tabs::new(page, "raiser"),
            number: "HQ-2026-01873".into(),
            file: table::href(page, "/desk/admin/audit/raiser", &[]),
            rows,
            problem: problem.then(|| page.t("audit-invalid-number")),
        };
        let all = [of(None, true), of(Some(vec![]), false), of(Some(vec![row(page, &look)]), false)];
        all.iter().map(|p| ("desk/admin/audit/raiser.html", p.render().unwrap_or_default())).collect()
    }
}
