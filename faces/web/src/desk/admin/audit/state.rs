//! How the chain stands, and verifying it now: a job with progress whose result stays.

use super::{HERE, Tabs};
use crate::desk::Frame;
use crate::desk::admin::allow;
use crate::desk::table::{As, Listed, Table, instant};
use crate::session::Staff;
use crate::{App, Fail, Page, looker};
use ::audit::verification::{self, Verification};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::policy::Action;
use serde::Deserialize;
use serde_json::Value;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(show)).route("/desk/admin/audit/verify", post(verify))
}

/// What a verification said, in the reader's language.
pub(crate) struct RunView {
    pub asked: String,
    pub by: String,
    /// `waiting`, `running`, `whole`, `broken`.
    pub state: String,
    pub words: String,
    /// In percent, while it runs.
    pub done: Option<i64>,
    pub breaks: Vec<String>,
}

struct AnchorLine {
    at: String,
    entries: i64,
    block: i64,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/admin/audit/state.html")]
struct StatePage {
    page: Page,
    frame: Frame,
    tabs: Tabs,
    entries: String,
    sealed: Option<String>,
    head: String,
    mark: String,
    unsealed: i64,
    algorithm: &'static str,
    anchors: Vec<AnchorLine>,
    runs: Vec<RunView>,
    /// One of them is not over: the page looks again by itself.
    busy: bool,
}

/// A verification as a line.
pub(crate) fn run_view(cx: &mut Cx<'_>, page: &Page, v: &Verification) -> Result<RunView, Fail> {
    let by = ::audit::Looker::of(cx, &v.asked_by, v.asked_at)?;
    let by = match by {
        ::audit::Looker::Program(_) => page.t("audit-by-night"),
        other => looker::who(page, &other),
    };
    let report = v.report.as_ref();
    let number = |name: &str| report.and_then(|r| r.get(name)).and_then(Value::as_i64).unwrap_or_default();
    let words = match v.state.as_str() {
        "whole" => page.t2("audit-run-whole", "n", number("entries"), "unsealed", number("unsealed")),
        "broken" => page.t1("audit-run-broken", "n", number("faults")),
        "running" => page.t("audit-run-running"),
        _ => page.t("audit-run-waiting"),
    };
    let found = report.and_then(|r| r.get("breaks")).and_then(Value::as_array);
    let breaks = found.map(|list| list.iter().map(|b| break_words(page, b)).collect()).unwrap_or_default();
    let done = (v.state == "running").then(|| v.done.saturating_mul(100) / v.entries.max(1));
    Ok(RunView { asked: page.stamp(v.asked_at), by, state: v.state.clone(), words, done, breaks })
}

/// "变更日志第 4 条被改动(2026-06-29 14:00 封存)".
fn break_words(page: &Page, b: &Value) -> String {
    let text = |name: &str| b.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| b.get(name).and_then(Value::as_i64).map(|n| n.to_string()).unwrap_or_default();
    let at = kernel::Moment::parse_rfc3339(&text("at")).map(|at| page.stamp(at)).unwrap_or_default();
    let table = match text("table").as_str() {
        "event" => page.t("audit-half-changes"),
        "audit_read" => page.t("audit-half-views"),
        _ => String::new(),
    };
    let args = [
        ("table", table),
        ("entry", number("entry")),
        ("block", number("block")),
        ("with", number("with")),
        ("at", at),
    ];
    page.loc.find(&format!("audit-break-{}", text("kind")), &args).unwrap_or_else(|| text("kind"))
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff) -> Result<StatePage, Fail> {
    allow(cx, Action::VerifyAudit)?;
    let state = ::audit::state::state(cx)?;
    let latest = verification::latest(cx, 8)?;
    let busy = latest.iter().any(|v| !v.is_over());
    let runs = latest.iter().map(|v| run_view(cx, &page, v)).collect::<Result<_, _>>()?;
    let anchors = state.anchors.iter().map(|a| AnchorLine {
        at: page.stamp(a.anchor.at),
        entries: a.anchor.entries,
        block: a.anchor.block,
        href: page.href(format!("{HERE}/anchor/{}", a.n)),
    });
    let anchors = anchors.collect();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(StatePage {
        tabs: Tabs::new(&page, "state"),
        entries: page.number(state.entries),
        sealed: state.sealed_at.map(|at| page.ago(at)),
        head: state.head,
        mark: state.mark.to_string(),
        unsealed: state.unsealed,
        algorithm: state.algorithm,
        anchors,
        runs,
        busy,
        page,
        frame,
    })
}

/// Which of the two lists as a file.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    list: String,
    r#as: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(who, move |cx| match kind {
            Some(_) if asked.list == "anchors" => Ok(Listed::File(anchors_table(cx, &page)?)),
            Some(_) => Ok(Listed::File(runs_table(cx, &page)?)),
            None => Ok::<_, Fail>(Listed::Page(Box::new(build(cx, page, &staff)?))),
        })
        .await?;
    listed.answer(&words, kind).await
}

/// With the whole line: what `mulin audit verify --anchor` reads.
fn anchors_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    allow(cx, Action::VerifyAudit)?;
    let anchors = ::audit::state::state(cx)?.anchors;
    let row = |a: &store::chain::KeptAnchor| {
        vec![instant(a.anchor.at), a.anchor.entries.to_string(), a.anchor.block.to_string(), a.line.clone()]
    };
    let head = ["audit-when", "audit-entries", "audit-block", "audit-anchor"];
    Ok(Table::new(page, "anchors", &head, anchors.iter().map(row).collect()).marked(cx)?)
}

fn runs_table(cx: &mut Cx<'_>, page: &Page) -> Result<Table, Fail> {
    allow(cx, Action::VerifyAudit)?;
    let mut rows = Vec::new();
    for v in verification::latest(cx, 8)? {
        let run = run_view(cx, page, &v)?;
        rows.push(vec![instant(v.asked_at), run.by, run.words, run.breaks.join(&page.t("list-comma"))]);
    }
    let head = ["audit-when", "list-col-by", "audit-runs", "audit-broken"];
    Ok(Table::new(page, "verifications", &head, rows).marked(cx)?)
}

async fn verify(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    app.rt.write(staff.who(Purpose::Administration), verification::ask).await?;
    Ok(Redirect::to(&page.href(HERE)).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let kinds = [
            "changed",
            "removed",
            "inserted",
            "reordered",
            "block-rewritten",
            "blocks-removed",
            "cut",
            "replaced",
            "unknown-head",
        ];
        let breaks = kinds.map(|kind| {
            break_words(page, &json!({ "kind": kind, "table": "event", "entry": 4, "with": 9, "block": 3, "at": "2026-06-29T06:00:00Z" }))
        });
        let run = |state: &str, words: &str, breaks: Vec<String>, done| RunView {
            asked: page.stamp(page.now),
            by: page.t("audit-by-night"),
            state: state.into(),
            words: words.into(),
            done,
            breaks,
        };
        let runs = vec![
            run("running", &page.t("audit-run-running"), vec![], Some(40)),
            run("waiting", &page.t("audit-run-waiting"), vec![], None),
            run("broken", &page.t1("audit-run-broken", "n", 9), breaks.to_vec(), None),
            run("whole", &page.t2("audit-run-whole", "n", 9_000, "unsealed", 2), vec![], None),
        ];
        let of = |runs: Vec<RunView>, full: bool| StatePage {
            page: page.clone(),
            frame: Frame::sample(page),
            tabs: Tabs::new(page, "state"),
            entries: page.number(9_000),
            sealed: full.then(|| page.ago(page.now)),
            head: "4f2a9c0177de0b12".repeat(4),
            mark: "412:4f2a-9c01-77de-0b12".into(),
            unsealed: 2,
            algorithm: "sm3",
            anchors: (0..i64::from(full))
                .map(|n| AnchorLine {
                    at: page.stamp(page.now),
                    entries: 9_000,
                    block: 412,
                    href: format!("/desk/admin/audit/anchor/{n}"),
                })
                .collect(),
            busy: !runs.is_empty(),
            runs,
        };
        let name = "desk/admin/audit/state.html";
        vec![
            (name, of(runs, true).render().unwrap_or_default()),
            (name, of(vec![], false).render().unwrap_or_default()),
        ]
    }
}
