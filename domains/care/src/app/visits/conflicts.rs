//! What came in and could not be taken as it came. Somebody looks at it and takes over what it says, or puts it aside; it stays.

use super::person::Last;
use super::{apply, lock, may};
use crate::app::unseal_left;
use crate::model::visit::{ConflictWhy, Form, Outcome, VisitId, VisitState};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, PersonId};
use people::app::persons;
use people::policy::{Action, require_somewhere};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub id: Uuid,
    pub visit: VisitId,
    pub person: PersonId,
    pub outcome: Outcome,
    pub why: ConflictWhy,
    pub form: Form,
    pub done_at: Moment,
    /// The telephone's clock was wrong.
    pub clock_off: bool,
    pub by: Option<AccountId>,
}

const COLUMNS: &str = "id, visit_id, person_id, outcome, why, sealed, done_at, clock_off, by_account";

/// Those of the places where whoever asks plans visits, the oldest first.
pub fn conflicts(cx: &mut Cx<'_>) -> Result<Vec<Conflict>> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM care_visit_report WHERE district_id = $1 AND state = 'conflict' ORDER BY at, id LIMIT 200"
    );
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let person: PersonId = row.id("person_id")?;
        // Of whose record is gone nothing is shown.
        if may(cx, person, Action::PlanVisits).is_ok() {
            out.push(read(cx, row, person)?);
        }
    }
    Ok(out)
}

/// How many wait, for the frame of the page.
pub fn count_conflicts(cx: &mut Cx<'_>) -> Result<usize> {
    let sql = "SELECT person_id FROM care_visit_report WHERE district_id = $1 AND state = 'conflict' ORDER BY at, id LIMIT 200";
    let rows = cx.query(sql, params![cx.district()])?;
    let people = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    let mut asked: HashMap<PersonId, bool> = HashMap::new();
    let mut count = 0;
    for person in people {
        let may = match asked.get(&person) {
            Some(may) => *may,
            None => super::may(cx, person, Action::PlanVisits).is_ok(),
        };
        asked.insert(person, may);
        count += usize::from(may);
    }
    Ok(count)
}

/// One of them beside what stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub conflict: Conflict,
    pub state: VisitState,
    pub due: Date,
    /// Who was sent, those who are not any more among them.
    pub visitors: Vec<AccountId>,
    /// What was taken of this visit.
    pub standing: Option<Last>,
    /// None: in care no longer.
    pub name: Option<String>,
}

/// The inbox as a page shows it. Each name is an entry of the log.
pub fn inbox(cx: &mut Cx<'_>) -> Result<Vec<Entry>> {
    let all = conflicts(cx)?;
    let people: Vec<PersonId> = all.iter().map(|c| c.person).collect();
    let known = persons::known_of(cx, &people)?;
    let mut out = Vec::new();
    for conflict in all {
        let visit = super::load(cx, conflict.visit)?;
        let standing = super::person::report_of(cx, conflict.visit)?;
        let name = known.get(&conflict.person).map(|k| k.name.clone());
        cx.record_read("person", conflict.person.0, &["name", "visits"])?;
        let visitors = visit.visitors.iter().map(|v| v.account).collect();
        out.push(Entry { state: visit.state, due: visit.due, visitors, standing, name, conflict });
    }
    Ok(out)
}

fn read(cx: &mut Cx<'_>, row: &Row, person: PersonId) -> Result<Conflict> {
    let id = row.uuid("id")?;
    let form = unseal_left(cx, KeyClass::Text, id, row.opt_blob("sealed")?)?.unwrap_or_default();
    Ok(Conflict {
        id,
        visit: row.id("visit_id")?,
        person,
        outcome: Outcome::from_code(&row.text("outcome")?).unwrap_or(Outcome::NotHome),
        why: row.opt_text("why")?.as_deref().and_then(ConflictWhy::from_code).unwrap_or(ConflictWhy::Done),
        form,
        done_at: row.moment("done_at")?,
        clock_off: row.bool("clock_off")?,
        by: row.opt_id("by_account")?,
    })
}

fn waiting(cx: &mut Cx<'_>, id: Uuid) -> Result<Conflict> {
    let sql =
        format!("SELECT {COLUMNS} FROM care_visit_report WHERE id = $1 AND district_id = $2 AND state = 'conflict'");
    let row = cx.query_opt(&sql, params![id, cx.district()])?.ok_or(Error::Refused("visit-settled"))?;
    let person: PersonId = row.id("person_id")?;
    may(cx, person, Action::PlanVisits)?;
    lock(cx, person)?;
    read(cx, &row, person)
}

fn settle(cx: &mut Cx<'_>, conflict: &Conflict, how: &str) -> Result<()> {
    let sql = "UPDATE care_visit_report SET state = $1, settled_at = $2, settled_by = $3 WHERE id = $4 AND state = 'conflict'";
    if cx.execute(sql, params![how, cx.now, cx.actor.account_id(), conflict.id])? == 0 {
        return Err(Error::Refused("visit-settled"));
    }
    let payload = json!({ "report": conflict.id, "how": how });
    cx.record("care.visit_settled", "person", conflict.person.0, &payload)?;
    cx.signal(super::CHANGED, conflict.person.0);
    Ok(())
}

/// What it says holds too: its needs become matters, and whoever was seen was seen.
pub fn take(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let conflict = waiting(cx, id)?;
    people::app::persons::in_care(cx, conflict.person)?;
    settle(cx, &conflict, "taken")?;
    apply::raise(cx, conflict.person, id, &conflict.form)?;
    // A second closed door on one visit is one closed door.
    if conflict.outcome == Outcome::Seen {
        let next = conflict.form.next_day();
        apply::follow(cx, conflict.person, conflict.visit, conflict.outcome, next, conflict.done_at)?;
    }
    Ok(())
}

/// It says nothing new. It stays where it is, and counts for nothing.
pub fn put_aside(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let conflict = waiting(cx, id)?;
    settle(cx, &conflict, "aside")
}
