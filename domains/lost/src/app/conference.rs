//! Lost for the third time in a year (L10): family, committee and officers sit together. The conference is a matter, so that it has an
//! owner and a due time and nobody can drop it; it is raised once, and a loss while it is open belongs to it.

use super::case::{self, CaseRow, load};
use super::entries::{self, EntryKind, More};
use super::{rules, view};
use crate::error::Result;
use crate::events::{self, News, Timer, Why};
use crate::model::State;
use kernel::Purpose;
use kernel::ids::{CaseId, MatterId, PersonId};
use people::policy::{Action, ResourceFacts, decide};
use serde_json::json;
use store::{Cx, params};

/// After somebody was identified: is it the n-th time within a year? The matter is raised by a job.
pub(super) fn when_due(cx: &mut Cx<'_>, c: &CaseRow, person: PersonId) -> Result<()> {
    let n = view::losses(cx, person, c.opened_at)?.in_365;
    if n < rules::lost_rules(cx)?.conference_at {
        return Ok(());
    }
    let now = cx.now;
    events::timer(cx, events::CONFERENCE, c.id, now, now.micros())
}

/// Calls it: a matter for whoever looks after the elder's home, the family asked, and the crew told. While one about them is open,
/// this loss is added to that one.
pub fn call(cx: &mut Cx<'_>, timer: &Timer) -> Result<()> {
    let c = load(cx, timer.case)?;
    let Some(person) = c.person else { return Ok(()) };
    cx.lock(&format!("lost-person/{person}"))?;
    if of_case(cx, &c)?.is_some() {
        return Ok(());
    }
    let losses = view::losses(cx, person, c.opened_at)?;
    if losses.in_365 < rules::lost_rules(cx)?.conference_at {
        return Ok(());
    }
    let (matter, new) = match open_one(cx, person)? {
        Some(matter) => (matter, false),
        None => (raise(cx, &c, person, losses.in_365)?, true),
    };
    let sql =
        "INSERT INTO lost_conference (case_id, person_id, district_id, matter_id, at) VALUES ($1, $2, $3, $4, $5)";
    cx.execute(sql, params![c.id, person, cx.district(), matter, cx.now])?;
    cx.record("lost.conference", "case", c.id.0, &json!({ "matter": matter, "new": new }))?;
    cx.record("lost.conference", "matter", matter.0, &json!({ "case": c.id }))?;
    let more = More { code: Some(if new { "new" } else { "again" }), of: Some(matter.0), ..More::default() };
    entries::write(cx, c.id, EntryKind::Conference, &more)?;
    // While the elder is lost nobody sits together: the family is asked when they are back.
    if matches!(c.state, State::HandedOver | State::Closed) {
        ask_family(cx, &c)?;
    }
    case::tell_crew(cx, c.id, Why::Conference, &format!("{person}"))
}

/// Asks the family to the conference that this loss opened.
pub(super) fn ask_family(cx: &mut Cx<'_>, c: &CaseRow) -> Result<()> {
    let sql = "SELECT 1 AS one FROM lost_entry WHERE case_id = $1 AND kind = 'conference' AND code = 'new' LIMIT 1";
    match of_case(cx, c)? {
        Some(matter) if cx.query_opt(sql, params![c.id])?.is_some() => {
            events::tell_family(cx, c.id, News::Conference, None, &matter.to_string())
        }
        _ => Ok(()),
    }
}

fn raise(cx: &mut Cx<'_>, c: &CaseRow, person: PersonId, n: i64) -> Result<MatterId> {
    let area = people::app::persons::areas_of(cx, person)?.first().copied();
    let area = area.or(case::areas(cx, c.id)?.first().copied()).ok_or(store::Error::NotFound)?;
    let sql = "SELECT number FROM lost_case WHERE person_id = $1 AND district_id = $2 AND opened_at <= $3 AND opened_at > $4 \
               AND (outcome IS NULL OR outcome NOT IN ('not_lost', 'duplicate')) ORDER BY opened_at, id";
    let rows = cx.query(sql, params![person, cx.district(), c.opened_at, c.opened_at.plus_days(-365)])?;
    let numbers = rows.iter().map(|r| r.text("number")).collect::<std::result::Result<Vec<_>, _>>()?.join("、");
    // Part of the district's own papers, in its language; nobody is named.
    let text = format!(
        "照护会商：这位老人一年内第 {n} 次走失（{numbers}）。请约家人、居委会和社区民警一起坐下来，看看联系卡、定位器、照护时间表、\
         常去的地方要怎么改，谁在什么时候做什么，写成答复。老人到家以后，会发消息请家人参加。"
    );
    Ok(matters::app::persons::care_task(cx, &format!("care-conference:{}:{person}", c.id), person, area, &text)?)
}

/// One about this person that is still open.
fn open_one(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<MatterId>> {
    let sql =
        "SELECT matter_id FROM lost_conference WHERE person_id = $1 AND district_id = $2 ORDER BY at DESC LIMIT 1";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    let last: MatterId = row.id("matter_id")?;
    Ok(matters::app::persons::open_about(cx, person)?.contains(&last).then_some(last))
}

/// The conference of a case, as far as it is still about that person.
pub(super) fn of_case(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Option<MatterId>> {
    let sql = "SELECT matter_id FROM lost_conference WHERE case_id = $1 AND person_id = $2";
    let Some(person) = c.person else { return Ok(None) };
    Ok(cx.query_opt(sql, params![c.id, person])?.map(|r| r.id("matter_id")).transpose()?)
}

/// Cases a conference is about that the actor may see, for the page of the matter: those that were added to it, and the losses of the
/// year before the first of them.
pub fn cases_of(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<(CaseId, String)>> {
    let sql = "SELECT l.person_id, c.opened_at FROM lost_conference l JOIN lost_case c ON c.id = l.case_id \
               WHERE l.matter_id = $1 AND l.district_id = $2 ORDER BY c.opened_at";
    let rows = cx.query(sql, params![matter, cx.district()])?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let (from, to) = (first.moment("opened_at")?.plus_days(-365), last.moment("opened_at")?);
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE c.person_id = $1 AND c.district_id = $2 AND c.opened_at > $3 AND c.opened_at <= $4 \
         AND (c.outcome IS NULL OR c.outcome NOT IN ('not_lost', 'duplicate')) ORDER BY c.opened_at, c.id LIMIT 50",
        case::COLUMNS
    );
    let person: PersonId = first.id("person_id")?;
    let mut out = Vec::new();
    for row in &cx.query(&sql, params![person, cx.district(), from, to])? {
        let c = case::read(row)?;
        let here = ResourceFacts::Case(case::facts(cx, &c)?);
        if decide(&cx.actor, Purpose::Case(c.id), Action::ViewCase, &here).is_allowed() {
            out.push((c.id, c.number));
        }
    }
    Ok(out)
}
