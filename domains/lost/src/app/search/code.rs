//! Codes of teams: found by keyed hash, sealed for the desk that prints them, and gone when the team or the search is.

use crate::app::unseal;
use crate::error::Result;
use crate::model::search::TeamId;
use kernel::ids::CaseId;
use kernel::{Moment, text};
use store::{Cx, KeyClass, params};

/// 60 bits, as the code of a finder.
const CHARS: usize = 12;

/// Whose code it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    pub case: CaseId,
    pub team: TeamId,
    /// Since when it opens nothing.
    pub ended: Option<Moment>,
}

pub(super) fn make(cx: &mut Cx<'_>, case: CaseId, team: TeamId) -> Result<String> {
    let mut bytes = [0u8; CHARS];
    cx.ids().fill(&mut bytes);
    let code = text::code_from(&bytes, CHARS);
    let sealed = crate::app::seal(cx, KeyClass::Location, case.0, &code)?;
    let sql = "INSERT INTO lost_search_team (id, district_id, case_id, code_hash, code) VALUES ($1, $2, $3, $4, $5)";
    let hash = hash(cx, &code);
    cx.execute(sql, params![team.0, cx.district(), case, hash, sealed])?;
    Ok(code)
}

fn hash(cx: &Cx<'_>, code: &str) -> [u8; 32] {
    let typed = text::normalise_code(code).unwrap_or_default();
    cx.keyed_hash(KeyClass::Location, format!("lost-team:{typed}").as_bytes())
}

/// Spaces, small letters and look-alikes are fine.
pub(super) fn find(cx: &mut Cx<'_>, typed: &str) -> Result<Option<Holder>> {
    if text::normalise_code(typed).is_none_or(|c| c.len() != CHARS) {
        return Ok(None);
    }
    let sql = "SELECT id, case_id, ended_at FROM lost_search_team WHERE code_hash = $1 AND district_id = $2";
    let hash = hash(cx, typed);
    let Some(row) = cx.query_opt(sql, params![hash, cx.district()])? else { return Ok(None) };
    Ok(Some(Holder { case: row.id("case_id")?, team: TeamId(row.uuid("id")?), ended: row.opt_moment("ended_at")? }))
}

/// What is printed; none once it opens nothing.
pub(super) fn read(cx: &mut Cx<'_>, case: CaseId, team: TeamId) -> Result<Option<String>> {
    let sql = "SELECT code FROM lost_search_team WHERE id = $1 AND case_id = $2";
    let sealed = cx.query_opt(sql, params![team.0, case])?.map(|r| r.opt_blob("code")).transpose()?.flatten();
    unseal(cx, KeyClass::Location, case.0, sealed.as_deref())
}

pub(super) fn end(cx: &mut Cx<'_>, team: TeamId) -> Result<()> {
    let sql = "UPDATE lost_search_team SET code = NULL, ended_at = $1 WHERE id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, team.0])?;
    Ok(())
}

pub(super) fn end_all(cx: &mut Cx<'_>, case: CaseId) -> Result<()> {
    let sql = "UPDATE lost_search_team SET code = NULL, ended_at = $1 WHERE case_id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, case])?;
    Ok(())
}
