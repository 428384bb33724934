//! Positions that belong to the case of a lost elder: those shortly before it was opened, and all until it closes. Kept longer than the
//! raw track, under a key of the link, and gone when the consent goes.

use super::take_in::Known;
use super::{rows_of, rules, tracks};
use crate::Result;
use kernel::Moment;
use kernel::ids::{CaseId, DistrictId, LocatorId, PersonId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Cx, KeyClass, Runtime, Value, Who, params};
use uuid::Uuid;

/// Rows of one statement.
const ROWS: usize = 150;

/// Writes fresh positions of a batch to the open cases of their people.
pub(super) fn write(
    cx: &mut Cx<'_>,
    known: &BTreeMap<LocatorId, Known>,
    new: &[tracks::New],
    fresh: &BTreeSet<(Uuid, Moment)>,
) -> Result<()> {
    let links: BTreeMap<Uuid, &[Uuid]> =
        known.values().filter(|k| !k.links.is_empty()).map(|k| (k.binding, k.links.as_slice())).collect();
    if links.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    for one in new.iter().filter(|n| fresh.contains(&(n.binding, n.mark))) {
        for link in links.get(&one.binding).copied().unwrap_or_default() {
            rows.push((*link, one.binding, one.mark, one.received, one.fix));
        }
    }
    insert(cx, &rows)
}

type CaseRow = (Uuid, Uuid, Moment, Moment, crate::model::Fix);

fn insert(cx: &mut Cx<'_>, rows: &[CaseRow]) -> Result<()> {
    for chunk in rows.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 7);
        for (link, binding, mark, received, fix) in chunk {
            let sealed = cx.seal(KeyClass::Location, *link, &fix.to_bytes())?;
            values.extend_from_slice(params![*link, *binding, *mark, cx.district(), fix.at, *received, sealed]);
        }
        let sql = format!(
            "INSERT INTO locator_case_fix (link_id, binding_id, mark, district_id, at, received, fix) VALUES {} ON CONFLICT DO NOTHING",
            rows_of(7, chunk.len())
        );
        cx.execute(&sql, &values)?;
    }
    Ok(())
}

/// An open case about somebody with a permit that is not linked yet, or a link whose case closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begin(CaseId, PersonId, Moment, Uuid),
    End(Uuid),
}

/// What is to be done, found without writing.
fn steps(cx: &mut Cx<'_>) -> Result<Vec<Step>> {
    let open = lost::app::open_about(cx)?;
    let sql = "SELECT id, case_id, person_id FROM locator_case WHERE district_id = $1 AND ended_at IS NULL";
    let mut linked = Vec::new();
    for r in &cx.query(sql, params![cx.district()])? {
        linked.push((r.uuid("id")?, r.id::<CaseId>("case_id")?, r.id::<PersonId>("person_id")?));
    }
    let ended = linked.iter().filter(|(_, c, p)| !open.iter().any(|(case, person, _)| case == c && person == p));
    let mut out: Vec<Step> = ended.map(|(id, ..)| Step::End(*id)).collect();
    for (case, person, at) in open {
        if linked.iter().any(|(_, c, p)| *c == case && *p == person) {
            continue;
        }
        let sql = "SELECT key_id FROM locator_permit WHERE person_id = $1 AND district_id = $2 AND allowed = $3";
        if let Some(row) = cx.query_opt(sql, params![person, cx.district(), true])? {
            out.push(Step::Begin(case, person, at, row.uuid("key_id")?));
        }
    }
    Ok(out)
}

/// Links cases that were opened and lets go of those that closed. Writes only when there is something to do.
///
/// # Errors
/// When the database does not answer; the next round goes on.
pub fn follow(rt: &Runtime, district: DistrictId) -> std::result::Result<(), store::Error> {
    let who = || Who::system(district, crate::JOB);
    if rt.read_now(who(), steps).map_err(super::permits::flat)?.is_empty() {
        return Ok(());
    }
    rt.write_now(who(), settle).map_err(super::permits::flat)
}

/// As [`follow`], within a transaction.
pub(crate) fn settle(cx: &mut Cx<'_>) -> Result<()> {
    cx.lock("locator-cases")?;
    for step in steps(cx)? {
        match step {
            Step::Begin(case, person, at, key) => begin(cx, case, person, at, key)?,
            Step::End(link) => {
                cx.execute("UPDATE locator_case SET ended_at = $1 WHERE id = $2", params![cx.now, link])?;
            }
        }
    }
    Ok(())
}

fn begin(cx: &mut Cx<'_>, case: CaseId, person: PersonId, opened: Moment, key: Uuid) -> Result<()> {
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO locator_case (id, district_id, case_id, person_id, opened_at, linked_at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (case_id, person_id) DO UPDATE SET ended_at = NULL RETURNING id";
    let row = cx.query_one(sql, params![id, cx.district(), case, person, opened, cx.now])?;
    let link = row.uuid("id")?;
    let from = opened.plus_minutes(-rules::rules(cx)?.before_case_minutes);
    let bindings = bindings_of(cx, person)?;
    let rows: Vec<CaseRow> = tracks::read(cx, &bindings, key, (from, cx.now))?
        .into_iter()
        .map(|(binding, mark, fix)| (link, binding, mark, fix.at, fix))
        .collect();
    insert(cx, &rows)?;
    cx.record("locator.case_linked", "person", person.0, &json!({ "case": case, "link": link }))?;
    Ok(())
}

/// The open case about somebody, when there is one.
pub(super) fn open_about(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<CaseId>> {
    let open = lost::app::open_about(cx)?;
    Ok(open.into_iter().find(|(_, p, _)| *p == person).map(|(case, ..)| case))
}

/// Every device that somebody wears or wore.
pub(super) fn bindings_of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Uuid>> {
    let sql =
        "SELECT id FROM locator_binding WHERE person_id = $1 AND district_id = $2 ORDER BY bound_at DESC LIMIT 20";
    let rows = cx.query(sql, params![person, cx.district()])?;
    Ok(rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<_, _>>()?)
}
