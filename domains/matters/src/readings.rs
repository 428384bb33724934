//! Who has looked: the rows of the audit log that belong to a matter and to whoever raised it. Exact, because there is no
//! way to read either without such a row (R3, R6). Nothing here opens anything.

use crate::Error;
use crate::app::{Found, around};
use crate::store::MatterRow;
use ::store::{Cx, Row, Value, params};
use kernel::ids::{MatterId, PersonId, RaiserId};
use kernel::{ActorKind, Moment};
use people::policy::{Action, Denied, ResourceFacts, Why, require};
use std::collections::HashMap;

/// One row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its number in the log.
    pub n: i64,
    pub at: Moment,
    /// Kind and id, as in the log.
    pub actor: String,
    pub purpose: String,
    /// `raiser`: name and ways to reach somebody; `matter`: what was written and pictures.
    pub kind: String,
    /// What was shown, by name: `name,phone`, `texts`, `picture`.
    pub fields: String,
}

/// How a reading of the words as they stand is logged.
pub(crate) const ORIGINAL: &str = "original";

const READING: &str = "a.n, a.at, a.actor, a.purpose, a.subject_kind, a.fields";

fn read(row: &Row) -> Result<Reading, ::store::Error> {
    Ok(Reading {
        n: row.i64("n")?,
        at: row.moment("at")?,
        actor: row.text("actor")?,
        purpose: row.text("purpose")?,
        kind: row.text("subject_kind")?,
        fields: row.text("fields")?,
    })
}

/// Whoever opened the words as they stand has seen what they say of the raiser, too.
fn names(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Reading>, Error> {
    let sql = format!(
        "SELECT {READING} FROM audit_read a WHERE a.subject IN (SELECT id FROM matter_raiser WHERE matter_id = $1) \
         AND a.subject_kind = 'raiser' \
         UNION ALL SELECT {READING} FROM audit_read a WHERE a.subject = $1 AND a.subject_kind = 'matter' \
         AND a.fields = '{ORIGINAL}' ORDER BY n DESC"
    );
    Ok(cx.query(&sql, params![matter])?.iter().map(read).collect::<Result<_, _>>()?)
}

/// Who has seen the names of this matter's raisers, newest first. Open to those who may read the matter.
pub fn of_names(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Reading>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::ViewMatter, &facts)?;
    names(cx, matter)
}

/// The same for the audit administrator and the command line, who see no matter.
pub fn of_names_for_audit(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Reading>, Error> {
    require(&cx.actor, cx.purpose, Action::ReadAudit, &ResourceFacts::District)?;
    names(cx, matter)
}

/// Everything that concerns the holder of a code, newest first: their own block, never that of others who raised the
/// same; what they wrote; and, once their matter was joined to another, that other one from when they raised theirs on.
pub fn own(cx: &mut Cx<'_>, found: Found) -> Result<Vec<Reading>, Error> {
    let m = MatterRow::load(cx, found.matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::FollowMatter, &facts)?;
    if !matches!(cx.actor.kind, ActorKind::Raiser(of) if of == found.matter) {
        return Err(Denied { action: Action::FollowMatter, why: Why::NotYours }.into());
    }
    let sql = "SELECT at FROM matter_raiser WHERE id = $1 AND matter_id = $2 AND origin_matter = $3";
    let row = cx.query_opt(sql, params![found.raiser, found.matter, found.origin])?.ok_or(Error::NotFound)?;
    let since = if found.origin == found.matter { Moment::from_micros(i64::MIN) } else { row.moment("at")? };
    let sql = format!(
        "SELECT {READING} FROM audit_read a WHERE a.subject = $1 AND a.subject_kind = 'raiser' \
         UNION ALL SELECT {READING} FROM audit_read a WHERE a.subject = $2 AND a.subject_kind = 'matter' \
         UNION ALL SELECT {READING} FROM audit_read a WHERE a.subject = $3 AND a.subject <> $2 AND a.subject_kind = 'matter' \
         AND a.at >= $4 ORDER BY n DESC"
    );
    let rows = cx.query(&sql, params![found.raiser, found.origin, found.matter, since])?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Everything at the record of a person in care, newest first, for the holder of their link.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Reading>, Error> {
    people::app::links::require_own(cx, person, Action::FollowRecord)?;
    // Whoever looked at a second record of theirs looked at them.
    let records = people::app::persons::joined_with(cx, person)?;
    let among = (2..records.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {READING} FROM audit_read a WHERE a.subject IN ({among}) AND a.subject_kind = 'person' AND a.district_id = $1 \
         ORDER BY n DESC"
    );
    let values: Vec<Value> =
        std::iter::once(cx.district().into()).chain(records.into_iter().map(Value::from)).collect();
    Ok(cx.query(&sql, &values)?.iter().map(read).collect::<Result<_, _>>()?)
}

/// Looks at people this matter is about, in its name. Open to those who may read the matter.
pub fn of_people(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Reading>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::ViewMatter, &facts)?;
    let sql = format!(
        "SELECT {READING} FROM audit_read a WHERE a.subject IN (SELECT person_id FROM matter_person WHERE matter_id = $1) \
         AND a.subject_kind = 'person' AND a.purpose = $2 ORDER BY n DESC"
    );
    let purpose = kernel::Purpose::Matter(matter).code();
    Ok(cx.query(&sql, params![matter, purpose])?.iter().map(read).collect::<Result<_, _>>()?)
}

/// The matter of a number, for the audit administrator.
pub fn matter_of_number(cx: &mut Cx<'_>, number: &str) -> Result<MatterId, Error> {
    require(&cx.actor, cx.purpose, Action::ReadAudit, &ResourceFacts::District)?;
    let wanted = kernel::text::narrow(number).trim().to_uppercase();
    let sql = "SELECT id FROM matter WHERE district_id = $1 AND number = $2";
    Ok(cx.query_opt(sql, params![cx.district(), wanted])?.ok_or(Error::NotFound)?.id("id")?)
}

/// Numbers of matters, to show instead of ids. A number says nothing of what the matter is about.
pub fn numbers(cx: &mut Cx<'_>, matters: &[MatterId]) -> Result<HashMap<MatterId, String>, Error> {
    by_id(cx, "SELECT id, number FROM matter", matters.iter().map(|m| Value::from(*m)), |row| {
        Ok((row.id("id")?, row.text("number")?))
    })
}

/// The matters that raiser blocks belong to now.
pub fn matters_of(cx: &mut Cx<'_>, raisers: &[RaiserId]) -> Result<HashMap<RaiserId, MatterId>, Error> {
    by_id(cx, "SELECT id, matter_id FROM matter_raiser", raisers.iter().map(|r| Value::from(*r)), |row| {
        Ok((row.id("id")?, row.id("matter_id")?))
    })
}

/// Raiser blocks of a matter, by id.
pub fn raisers_of(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<RaiserId>, Error> {
    let rows = cx.query("SELECT id FROM matter_raiser WHERE matter_id = $1 ORDER BY at, id", params![matter])?;
    Ok(rows.iter().map(|row| row.id("id")).collect::<Result<_, _>>()?)
}

fn by_id<K: std::hash::Hash + Eq, V>(
    cx: &mut Cx<'_>,
    select: &str,
    ids: impl Iterator<Item = Value>,
    read: impl Fn(&Row) -> Result<(K, V), ::store::Error>,
) -> Result<HashMap<K, V>, Error> {
    let ids: Vec<Value> = ids.collect();
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(200) {
        let marks = (1..=chunk.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        for row in cx.query(&format!("{select} WHERE id IN ({marks})"), chunk)? {
            let (key, value) = read(&row)?;
            found.insert(key, value);
        }
    }
    Ok(found)
}
