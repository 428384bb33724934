//! The weekly sample: line by line fine, ask, or report.

use super::{HERE, Tabs};
use crate::desk::Frame;
use crate::desk::admin::allow;
use crate::desk::table::{self, Asked, Table, instant};
use crate::session::Staff;
use crate::{App, Fail, Page, html, looker};
use ::audit::review::{self, Line, State as Stand};
use ::audit::sample::samples as weeks;
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use people::policy::Action;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/audit/sample", get(show)).route("/desk/admin/audit/sample/{id}", post(judge))
}

/// A view to be judged, also shown to whoever is asked.
pub(crate) struct LineView {
    pub id: Uuid,
    pub n: i64,
    pub at: String,
    pub who: String,
    pub why: String,
    pub what: String,
    /// Code of where it stands.
    pub state: &'static str,
    pub tag: &'static str,
    pub asked: Option<String>,
    pub answer: Option<String>,
}

impl LineView {
    pub(crate) fn new(cx: &mut Cx<'_>, page: &Page, line: &Line) -> Result<Self, Fail> {
        let asked = match line.asked {
            Some(account) => people::app::accounts::names(cx, &[account])?.remove(&account),
            None => None,
        };
        Ok(Self { asked, ..Self::of(page, line) })
    }
    fn of(page: &Page, line: &Line) -> Self {
        Self {
            id: line.id,
            n: line.read_n,
            at: page.stamp(line.at),
            who: looker::who(page, &line.who),
            why: looker::why(page, &line.why, line.number.as_deref()),
            what: looker::what(page, &line.kind, &line.fields),
            state: line.state.code(),
            tag: match line.state {
                Stand::Open | Stand::Answered => "tag tag-wait",
                Stand::Asked => "tag tag-plain",
                Stand::Fine => "tag tag-good",
                Stand::Reported => "tag tag-bad",
            },
            asked: None,
            answer: line.answer.clone(),
        }
    }
    pub(crate) fn icon(&self) -> &'static str {
        match self.state {
            "fine" => "check",
            "reported" => "flag",
            _ => "wait",
        }
    }
    fn may_ask(&self) -> bool {
        matches!(self.state, "open" | "answered")
    }
    fn may_judge(&self) -> bool {
        matches!(self.state, "open" | "answered" | "asked")
    }

    #[cfg(test)]
    pub(crate) fn sample(page: &Page, state: Stand) -> Self {
        let line = Line {
            id: Uuid::from_u128(3),
            read_n: 9,
            at: page.now,
            who: ::audit::Looker::Program("delivery".into()),
            why: ::audit::looker::Reason::Other("proxy".into()),
            kind: "raiser".into(),
            fields: vec!["name".into()],
            number: Some("HQ-2026-01873".into()),
            matter: None,
            state,
            changed_at: page.now,
            asked: None,
            answer: (state == Stand::Answered).then(|| page.t("seen-why-proxy")),
        };
        Self { asked: Some(page.t("seen-staff")), ..Self::of(page, &line) }
    }
}

/// Lines as a file.
pub(crate) fn lines_table(cx: &mut Cx<'_>, page: &Page, name: &str, lines: &[Line]) -> Result<Table, Fail> {
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let view = LineView::new(cx, page, line)?;
        rows.push(vec![
            view.n.to_string(),
            instant(line.at),
            view.who,
            view.what,
            view.why,
            page.tk("audit-line-", view.state),
            view.asked.unwrap_or_default(),
            view.answer.unwrap_or_default(),
        ]);
    }
    let head = [
        "audit-n",
        "audit-when",
        "audit-who",
        "audit-what",
        "audit-why",
        "desk-col-state",
        "list-col-asked-of",
        "data-answered",
    ];
    Ok(Table::new(page, name, &head, rows).recorded(cx)?)
}

#[derive(Template)]
#[template(path = "desk/admin/audit/sample.html")]
struct SamplePage {
    page: Page,
    frame: Frame,
    tabs: Tabs,
    lines: Vec<LineView>,
    /// How each week was drawn, in a sentence.
    weeks: Vec<String>,
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff) -> Result<SamplePage, Fail> {
    allow(cx, Action::ReviewReadings)?;
    let lines = review::lines(cx)?;
    let lines = lines.iter().map(|line| LineView::new(cx, &page, line)).collect::<Result<_, _>>()?;
    let drawn = weeks(cx, 8)?;
    let weeks = drawn.iter().map(|w| {
        let args = [("day", page.day(w.from)), ("n", w.views.to_string()), ("block", w.block.to_string())];
        page.loc.args("audit-week", &args)
    });
    let weeks = weeks.collect();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(SamplePage { tabs: Tabs::new(&page, "sample"), page, frame, lines, weeks })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    if let Some(kind) = asked.kind() {
        let words = page.clone();
        let taken = app.rt.write(who, move |cx| {
            allow(cx, Action::ReviewReadings)?;
            let lines = review::lines(cx)?;
            lines_table(cx, &words, "sample", &lines)
        });
        return table::answer(&page, taken.await?, kind).await;
    }
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff)).await?;
    html(&shown)
}

#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    verdict: String,
}

async fn judge(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Form(form): Form<Verdict>,
) -> Result<Response, Fail> {
    let to = match form.verdict.as_str() {
        "fine" => Some(Stand::Fine),
        "ask" => Some(Stand::Asked),
        "report" => Some(Stand::Reported),
        _ => None,
    };
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ReviewReadings)?;
            Ok::<_, Fail>(review::judge(cx, id, to.ok_or(Fail::BadRequest("bad-form"))?)?)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("{HERE}/sample"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let of = |lines: Vec<LineView>| SamplePage {
            page: page.clone(),
            frame: Frame::sample(page),
            tabs: Tabs::new(page, "sample"),
            weeks: vec![
                page.loc
                    .args("audit-week", &[("day", page.day(page.now)), ("n", "30".into()), ("block", "412".into())]),
            ],
            lines,
        };
        let all = Stand::ALL.into_iter().map(|state| LineView::sample(page, state)).collect();
        [of(vec![]), of(all)].iter().map(|p| ("desk/admin/audit/sample.html", p.render().unwrap_or_default())).collect()
    }
}
