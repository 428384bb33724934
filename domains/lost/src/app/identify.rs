//! Who it is, said by people who know (L3). The record says who identified and how.

use super::case::{self, CaseRow, open, touch};
use super::entries::{self, EntryKind, More};
use crate::error::{Error, Refusal, Result};
use crate::events::{self, News};
use crate::model::{EndWhy, How, State};
use kernel::ids::{CaseId, PersonId};
use people::policy::{Action, CaseFacts};
use store::{Cx, params};

/// Says who the elder is. A missing report of the same person that is still open goes on in this case: its calls for help end,
/// and its family is told.
pub fn identified(cx: &mut Cx<'_>, case: CaseId, seen: i64, person: PersonId, how: How) -> Result<()> {
    let (c, _) = open(cx, case, Action::IdentifyCase)?;
    if how == How::Scan {
        return Err(Error::Invalid { field: "how", why: "missing" });
    }
    touch(cx, &c, seen)?;
    write(cx, &c, person, how)
}

/// The family misses somebody whose link it holds.
pub(super) fn by_family(cx: &mut Cx<'_>, case: CaseId, person: PersonId) -> Result<()> {
    let c = case::load(cx, case)?;
    write(cx, &c, person, How::Family)
}

/// Whose card it is, by its code alone. The family heard of the scan; that somebody was found is said when somebody has compared.
pub(super) fn by_scan(cx: &mut Cx<'_>, case: CaseId, person: PersonId) -> Result<()> {
    let c = case::load(cx, case)?;
    write(cx, &c, person, How::Scan)
}

fn write(cx: &mut Cx<'_>, c: &CaseRow, person: PersonId, how: How) -> Result<()> {
    if !people::app::persons::exists(cx, person)? {
        return Err(Error::Store(store::Error::NotFound));
    }
    people::app::persons::in_care(cx, person)?;
    cx.lock(&format!("lost-person/{person}"))?;
    for other in open_cases_of(cx, person)? {
        if other.id == c.id {
            continue;
        }
        if other.state != State::Missing || c.state == State::Missing {
            return Err(Refusal::OtherCase.into());
        }
        super::finish::goes_on_in(cx, &other, c)?;
    }
    let sql = "UPDATE lost_case SET person_id = $1, identified_by = $2, identified_how = $3, identified_at = $4 WHERE id = $5";
    cx.execute(sql, params![person, cx.actor.log_name(), how.code(), cx.now, c.id])?;
    let more = More { code: Some(how.code()), of: Some(person.0), ..More::default() };
    entries::write(cx, c.id, EntryKind::Identified, &more)?;
    cx.record("person.in_case", "person", person.0, &serde_json::json!({ "case": c.id }))?;
    if how == How::Scan {
        return Ok(());
    }
    let news = match c.state {
        State::Missing => News::Looking,
        State::Kept => News::Kept,
        _ => News::Found,
    };
    events::tell_family(cx, c.id, news, None, "identified")?;
    super::conference::when_due(cx, c, person)
}

/// It is somebody else: nothing of the person is read in the name of this case any more.
pub fn unidentified(cx: &mut Cx<'_>, case: CaseId, seen: i64) -> Result<()> {
    let (c, _) = open(cx, case, Action::IdentifyCase)?;
    let Some(person) = c.person else { return Err(Refusal::NotThere.into()) };
    if c.state == State::HandedOver {
        return Err(Refusal::State(c.state).into());
    }
    touch(cx, &c, seen)?;
    let sql = "UPDATE lost_case SET person_id = NULL, identified_by = NULL, identified_how = NULL, identified_at = NULL \
               WHERE id = $1";
    cx.execute(sql, params![case])?;
    // Whoever agreed spoke for somebody else.
    super::appeal::ended(cx, case, EndWhy::Over)?;
    cx.execute("DELETE FROM lost_key WHERE case_id = $1", params![case])?;
    cx.execute("DELETE FROM lost_code WHERE case_id = $1", params![case])?;
    entries::write(cx, case, EntryKind::Unidentified, &More { of: Some(person.0), ..More::default() })?;
    Ok(())
}

pub(super) fn open_cases_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE c.person_id = $1 AND c.district_id = $2 AND c.is_open = $3 ORDER BY c.opened_at, c.id",
        case::COLUMNS
    );
    let rows = cx.query(&sql, params![person, cx.district(), true])?;
    rows.iter().map(case::read).collect()
}

/// In the name of this case, to look for somebody by name: before it is known who the elder is.
pub fn to_identify(cx: &mut Cx<'_>, case: CaseId) -> Result<CaseFacts> {
    Ok(open(cx, case, Action::IdentifyCase)?.1)
}
